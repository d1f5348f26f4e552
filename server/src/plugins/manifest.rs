//! What a plugin says it is, checked.

use super::engine::Failure;
use crate::query::TypePattern;

/// Limits on what a manifest may say.
const NAME_BYTES_MAX: usize = 40;
const TEXT_BYTES_MAX: usize = 1000;
const CLAUSE_BYTES_MAX: usize = 100;
const LIST_MAX: usize = 200;
const SCHEMA_BYTES_MAX: usize = 64 * 1024;

/// How much is at stake.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// A law.
    Statutory,
    /// A policy of the organisation.
    Policy,
    /// Something to look at.
    Warning,
}

impl Severity {
    /// As the catalogue spells it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Severity::Statutory => "statutory",
            Severity::Policy => "policy",
            Severity::Warning => "warning",
        }
    }
}

/// What a plugin checks.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Rule {
    /// Its id, such as `A-REQ-3`.
    pub id: String,
    /// A line for people.
    pub title: String,
    /// What is at stake.
    pub severity: Severity,
    /// The role that is to act.
    pub recipient: String,
    /// The clauses that it checks.
    pub clauses: Vec<String>,
    /// The types of event that it relies on.
    pub feeds: Vec<String>,
}

/// What a plugin says it is.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Manifest {
    /// Its id.
    pub id: String,
    /// Its version.
    pub version: String,
    /// A name for people.
    pub title: String,
    /// A sentence about what it does.
    pub description: String,
    /// The types of event that it is given.
    pub subscriptions: Vec<String>,
    /// What it checks.
    pub rules: Vec<Rule>,
    /// The schema of its settings, as JSON.
    pub settings_schema: String,
    /// Types of event that it brings along.
    pub catalogue: Vec<String>,
    /// Personal fields that it needs, and why.
    pub personal: Vec<(String, String)>,
    /// Whether it keeps registers.
    pub has_registers: bool,
    /// Whether it has a part in the report.
    pub has_report: bool,
}

impl Manifest {
    /// Checks all that can be checked without running it.
    ///
    /// # Errors
    /// What of it is not as the interface says.
    pub fn check(&self) -> Result<(), Failure> {
        if !is_id(&self.id) {
            return Err(Failure::contract(format!(
                "its id is `{}`; an id is 1 to {NAME_BYTES_MAX} small letters, digits and `-`, starting with a letter",
                self.id.escape_debug()
            )));
        }
        let plain = |text: &str| {
            !text.is_empty()
                && text.len() <= NAME_BYTES_MAX
                && text.bytes().all(|byte| byte.is_ascii_graphic())
        };
        if !plain(&self.version) {
            return Err(self.wrong("version", &self.version, "1 to 40 printed ASCII characters"));
        }
        for (name, text) in [("title", &self.title), ("description", &self.description)] {
            if text.is_empty() || text.len() > TEXT_BYTES_MAX {
                return Err(self.wrong(name, text, "a text of 1 to 1,000 bytes"));
            }
        }
        if self.subscriptions.is_empty() || self.subscriptions.len() > LIST_MAX {
            return Err(Failure::contract(format!(
                "`{}` has {} subscriptions; there must be 1 to {LIST_MAX}",
                self.id,
                self.subscriptions.len()
            )));
        }
        for pattern in &self.subscriptions {
            check_pattern(pattern)?;
        }
        if self.settings_schema.len() > SCHEMA_BYTES_MAX {
            return Err(self.wrong("settings-schema", "…", "at most 65,536 bytes"));
        }
        self.check_asked()?;
        self.check_rules()
    }

    /// What it brings along and asks for.
    fn check_asked(&self) -> Result<(), Failure> {
        if self.personal.len() > LIST_MAX {
            let count = self.personal.len();
            return Err(Failure::contract(format!(
                "`{}` asks for {count} personal fields, the limit is {LIST_MAX}",
                self.id
            )));
        }
        for (field, why) in &self.personal {
            if field.len() > CLAUSE_BYTES_MAX || !field.contains('/') {
                return Err(self.wrong("personal field", field, "`type/field`, at most 100 bytes"));
            }
            if why.is_empty() || why.len() > TEXT_BYTES_MAX {
                return Err(self.wrong("reason for a personal field", why, "a text of 1 to 1,000 bytes"));
            }
        }
        if self.catalogue.len() > LIST_MAX {
            let count = self.catalogue.len();
            return Err(Failure::contract(format!(
                "`{}` brings {count} files of event types along, the limit is {LIST_MAX}",
                self.id
            )));
        }
        Ok(())
    }

    /// The types of event that it brings along, as files of the data directory.
    #[must_use]
    pub fn definitions(&self) -> Vec<(String, String)> {
        let name =
            |place: usize| format!("{}/plugin-{}-{place}.toml", crate::definitions::CATALOGUE, self.id);
        self.catalogue.iter().enumerate().map(|(place, text)| (name(place + 1), text.clone())).collect()
    }

    fn check_rules(&self) -> Result<(), Failure> {
        if self.rules.len() > LIST_MAX {
            let count = self.rules.len();
            return Err(Failure::contract(format!(
                "`{}` has {count} rules, the limit is {LIST_MAX}",
                self.id
            )));
        }
        for (place, rule) in self.rules.iter().enumerate() {
            let is_code = |text: &str| {
                !text.is_empty()
                    && text.len() <= NAME_BYTES_MAX
                    && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
            };
            if !is_code(&rule.id) {
                return Err(self.wrong("rule's id", &rule.id, "1 to 40 letters, digits and `-`"));
            }
            if self.rules[..place].iter().any(|before| before.id == rule.id) {
                return Err(self.wrong("rule's id", &rule.id, "no other rule's too"));
            }
            if rule.title.is_empty() || rule.title.len() > TEXT_BYTES_MAX {
                return Err(self.wrong("rule's title", &rule.title, "a text of 1 to 1,000 bytes"));
            }
            if rule.recipient.len() > TEXT_BYTES_MAX
                || rule.clauses.len() > LIST_MAX
                || rule.feeds.len() > LIST_MAX
                || rule.clauses.iter().any(|clause| clause.is_empty() || clause.len() > CLAUSE_BYTES_MAX)
            {
                return Err(self.wrong(
                    "rule",
                    &rule.id,
                    "within the limits of 1,000 bytes a text, 100 bytes a clause, 200 items a list",
                ));
            }
            for pattern in &rule.feeds {
                check_pattern(pattern)?;
            }
        }
        Ok(())
    }

    fn wrong(&self, what: &str, value: &str, must: &str) -> Failure {
        let value: String = value.chars().take(80).collect();
        Failure::contract(format!(
            "the {what} of `{}` is `{}`; it must be {must}",
            self.id,
            value.escape_debug()
        ))
    }

    /// A rule by its id.
    #[must_use]
    pub fn rule(&self, id: &str) -> Option<&Rule> {
        self.rules.iter().find(|rule| rule.id == id)
    }
}

/// Whether a text may be a plugin's id, or a register's name.
#[must_use]
pub fn is_id(text: &str) -> bool {
    text.len() <= NAME_BYTES_MAX
        && text.bytes().next().is_some_and(|first| first.is_ascii_lowercase())
        && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
}

fn check_pattern(pattern: &str) -> Result<(), Failure> {
    pattern.parse::<TypePattern>().map(drop).map_err(|error| Failure::contract(error.to_string()))
}
