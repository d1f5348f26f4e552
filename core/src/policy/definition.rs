//! What a policy says, and what policies refer to.

use serde::Deserialize;

/// A policy, clause by clause.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    /// Its short name: `leicester`.
    pub id: String,
    /// What it is called.
    pub title: String,
    /// Whose policy it is.
    pub organisation: String,
    /// Which version.
    pub version: String,
    /// What it is about.
    pub description: String,
    /// The file that declares it.
    pub file: String,
    /// In its own order.
    pub clauses: Vec<PolicyClause>,
}

impl Policy {
    /// The clause of that id.
    #[must_use]
    pub fn clause(&self, id: &str) -> Option<&PolicyClause> {
        self.clauses.iter().find(|clause| clause.id == id)
    }
}

/// A clause of a policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PolicyClause {
    /// Its stable id, which need not be the printed number.
    pub id: String,
    /// What it asks for, in other words than the policy's own.
    pub says: String,
    /// The event types that are evidence of it: `asset.registered`, or `request.*` for all of a group.
    pub types: Vec<String>,
    /// What is measured, if anything: a deadline, an order of events.
    pub rule: Option<String>,
    /// The codes of the alerts that say that it was not done.
    pub alerts: Vec<String>,
    /// The sections of the annual report that it is reported in.
    pub sections: Vec<String>,
}

impl PolicyClause {
    /// Whether events of this type are evidence of the clause.
    #[must_use]
    pub fn is_evidenced_by(&self, event_type: &str) -> bool {
        self.types.iter().any(|pattern| covers(pattern, event_type))
    }
}

/// Whether a type is the one that a pattern names, or stands under its `group.*`.
pub(super) fn covers(pattern: &str, event_type: &str) -> bool {
    match pattern.strip_suffix(".*") {
        Some(group) => event_type.strip_prefix(group).is_some_and(|rest| rest.starts_with('.')),
        None => pattern == event_type,
    }
}

/// How much is at stake.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// A breach of the law, or the danger of an offence.
    Statutory,
    /// A breach of the policy.
    Policy,
    /// Something to look at.
    Warning,
}

impl Severity {
    /// `statutory`, `policy` or `warning`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Severity::Statutory => "statutory",
            Severity::Policy => "policy",
            Severity::Warning => "warning",
        }
    }
}

/// An alert that plugins raise.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alert {
    /// Its code: `A-REQ-3`.
    pub code: String,
    /// What it is called.
    pub title: String,
    /// What is at stake at its gravest stage.
    pub severity: Severity,
    /// The role that is to act, unless the settings say otherwise.
    pub recipient: String,
    /// When it is raised.
    pub trigger: String,
    /// Why no clause of a policy names it, where none does.
    pub without_clause: Option<String>,
}

/// An entry of the legal register.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statute {
    /// Its short name: `foia-2000`.
    pub id: String,
    /// Its name.
    pub title: String,
    /// Whether it applies now, in words.
    pub status: String,
    /// The short name of what took its place.
    pub successor: Option<String>,
    /// The event types that show how it is kept, as in a clause.
    pub types: Vec<String>,
}

/// A number, or a date, that no law fixes: a setting, with its default.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Control {
    /// Its name: `request.acknowledge`.
    pub name: String,
    /// What it is called.
    pub title: String,
    /// The default, as it is spelled.
    pub value: String,
    /// What the default counts: `working days`.
    pub unit: String,
    /// Why it is what it is.
    pub reason: String,
    /// Where it comes from.
    pub source: String,
}

/// A section or an annex of the annual report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReportSection {
    /// Its number: `R5`, `Annex-C`.
    pub id: String,
    /// Its heading.
    pub title: String,
}
