//! Reads a policy's file.

use std::collections::BTreeSet;

use serde::Deserialize;

use super::definition::{Policy, PolicyClause, covers};
use super::{Alert, ReportSection, Rulebook};
use crate::catalogue::Catalogue;
use crate::declared::{DeclaredText, FileError, FileFault as Fault, Located, code, length, limited, texts};
use crate::limits::{CLAUSE_NAMES_MAX, DESCRIPTION_BYTES_MAX, POLICY_CLAUSES_MAX, TITLE_BYTES_MAX};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PolicyText {
    policy: Located<String>,
    title: String,
    organisation: String,
    version: String,
    description: String,
    #[serde(rename = "clause")]
    clauses: Vec<ClauseText>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ClauseText {
    id: Located<String>,
    says: String,
    #[serde(default)]
    types: Vec<Located<String>>,
    rule: Option<String>,
    #[serde(default)]
    alerts: Vec<Located<String>>,
    sections: Vec<Located<String>>,
}

impl Policy {
    /// Reads a policy: one of the program's or an operator's, in the same form.
    ///
    /// # Errors
    /// What is wrong with the file, by file, line and clause, and what to do about it: an unknown key, an event type that
    /// the catalogue does not have, an alert or a section of the report that there is not, a clause that stands there
    /// twice. Codes of alerts that do not begin with `A-` are an operator's own plugins'; they are not checked.
    ///
    /// # Limits
    /// [`POLICY_CLAUSES_MAX`] clauses, each of which names at most [`CLAUSE_NAMES_MAX`] types, alerts and sections.
    pub fn read(
        file: &str,
        text: &str,
        catalogue: &Catalogue,
        rulebook: &Rulebook,
    ) -> Result<Policy, FileError> {
        let source = DeclaredText { file, text };
        let read: PolicyText = source.read()?;
        limited("clauses", read.clauses.len(), POLICY_CLAUSES_MAX)
            .and_then(|()| texts(&read.title, &read.description))
            .and_then(|()| length("organisation", &read.organisation, TITLE_BYTES_MAX))
            .and_then(|()| length("version", &read.version, TITLE_BYTES_MAX))
            .map_err(|fault| source.whole(fault))?;
        code(read.policy.get_ref()).map_err(|fault| source.at(read.policy.span().start, fault))?;
        let mut seen = BTreeSet::new();
        let mut clauses = Vec::with_capacity(read.clauses.len());
        for row in &read.clauses {
            let at = row.id.span().start;
            if !seen.insert(row.id.get_ref()) {
                let first_file = "this file".to_owned();
                return Err(source.at(at, Fault::DefinedTwice { first_file }));
            }
            clauses.push(clause(row, catalogue, rulebook).map_err(|(at, fault)| source.at(at, fault))?);
        }
        let PolicyText { policy, title, organisation, version, description, .. } = read;
        let (id, file) = (policy.into_inner(), file.to_owned());
        Ok(Policy { id, title, organisation, version, description, file, clauses })
    }
}

fn clause(
    row: &ClauseText,
    catalogue: &Catalogue,
    rulebook: &Rulebook,
) -> Result<PolicyClause, (usize, Fault)> {
    let here = |fault| (row.id.span().start, fault);
    code(row.id.get_ref()).map_err(here)?;
    length("says", &row.says, DESCRIPTION_BYTES_MAX).map_err(here)?;
    if let Some(rule) = &row.rule {
        length("rule", rule, DESCRIPTION_BYTES_MAX).map_err(here)?;
    }
    limited("types", row.types.len(), CLAUSE_NAMES_MAX).map_err(here)?;
    limited("alerts", row.alerts.len(), CLAUSE_NAMES_MAX).map_err(here)?;
    limited("sections", row.sections.len(), CLAUSE_NAMES_MAX).map_err(here)?;
    let is_own = |alert: &str| !alert.starts_with("A-");
    Ok(PolicyClause {
        id: row.id.get_ref().clone(),
        says: row.says.clone(),
        types: known_types(&row.types, catalogue)?,
        rule: row.rule.clone(),
        alerts: named("there is no alert", &row.alerts, &rulebook.alerts, |one: &Alert| &one.code, is_own)?,
        sections: named(
            "the report has no section",
            &row.sections,
            &rulebook.sections,
            |one: &ReportSection| &one.id,
            |_| false,
        )?,
    })
}

/// The names of event types, or `request.*`, each of which the catalogue knows.
pub(super) fn known_types(
    named: &[Located<String>],
    catalogue: &Catalogue,
) -> Result<Vec<String>, (usize, Fault)> {
    for text in named {
        let name = text.get_ref();
        if !catalogue.types().any(|one| covers(name, &one.name)) {
            let groups: Vec<String> =
                catalogue.groups().map(|group| [group.name.as_str(), ".*"].concat()).collect();
            let known =
                catalogue.types().map(|one| one.name.as_str()).chain(groups.iter().map(String::as_str));
            let otherwise = "declare it in a file of the catalogue, or take it out";
            return Err((
                text.span().start,
                Fault::unknown("there is no event type", name, known, otherwise),
            ));
        }
    }
    once(named)
}

/// Names, each of which is that of one of the rows.
pub(super) fn named<R>(
    what: &'static str,
    named: &[Located<String>],
    rows: &[R],
    name_of: impl Fn(&R) -> &String,
    is_own: impl Fn(&str) -> bool,
) -> Result<Vec<String>, (usize, Fault)> {
    for text in named {
        let (at, name) = (text.span().start, text.get_ref());
        code(name).map_err(|fault| (at, fault))?;
        if !is_own(name) && !rows.iter().any(|row| name_of(row) == name) {
            let known = rows.iter().map(|row| name_of(row).as_str());
            return Err((at, Fault::unknown(what, name, known, "correct it, or take it out")));
        }
    }
    once(named)
}

fn once(named: &[Located<String>]) -> Result<Vec<String>, (usize, Fault)> {
    let mut names: Vec<String> = Vec::with_capacity(named.len());
    for text in named {
        if names.contains(text.get_ref()) {
            let fault = Fault::Contradiction("it is named twice here: take one of them out");
            return Err((text.span().start, fault));
        }
        names.push(text.get_ref().clone());
    }
    Ok(names)
}
