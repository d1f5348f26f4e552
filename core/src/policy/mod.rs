//! Policies: what they ask for, which events are evidence of it, and which alerts say that it was not done.
//!
//! A policy's file (`core/policies/leicester.toml`, or an operator's own) is the clause map: a row for each clause. It is
//! the one place that says which event types are evidence for a clause; [`Catalogue::adopt`] tells the types. Beside the
//! policies stand what all of them refer to: the alerts, the statutes of the legal register, the sections of the annual
//! report, and the controls, which are the numbers that no law fixes.

mod built_in;
mod definition;
mod file;
mod rows;

pub use definition::{Alert, Control, Policy, PolicyClause, ReportSection, Severity, Statute};

use crate::catalogue::Catalogue;
use crate::declared::{DeclaredText, FileError, FileFault, limited};
use crate::limits::POLICIES_MAX;

/// Every policy that is known, and what policies refer to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rulebook {
    policies: Vec<Policy>,
    alerts: Vec<Alert>,
    not_yet_raised: Vec<String>,
    statutes: Vec<Statute>,
    controls: Vec<Control>,
    sections: Vec<ReportSection>,
}

impl Rulebook {
    /// The policies that come with the program. The catalogue says which event types there are.
    ///
    /// # Errors
    /// A mistake in the files of `core/policies/`, which a test would have found.
    pub fn built_in(catalogue: &Catalogue) -> Result<Rulebook, FileError> {
        let source = |(file, text)| DeclaredText { file, text };
        let mut rulebook = Rulebook {
            policies: Vec::new(),
            sections: rows::sections(source(built_in::SECTIONS))?,
            alerts: rows::alerts(source(built_in::ALERTS))?,
            not_yet_raised: Vec::new(),
            statutes: rows::statutes(source(built_in::STATUTES), catalogue)?,
            controls: rows::controls(source(built_in::CONTROLS))?,
        };
        rulebook.not_yet_raised = rows::not_yet_raised(source(built_in::NOT_YET_RAISED), &rulebook.alerts)?;
        for (file, text) in built_in::POLICIES {
            rulebook.policies.push(Policy::read(file, text, catalogue, &rulebook)?);
        }
        Ok(rulebook)
    }

    /// Adds an operator's own policy, and has the types of the catalogue know it. After an error nothing was added.
    ///
    /// # Errors
    /// As [`Policy::read`]; a policy whose id another one has; a type that would name too many clauses.
    ///
    /// # Limits
    /// [`POLICIES_MAX`] policies.
    pub fn add(&mut self, file: &str, text: &str, catalogue: &mut Catalogue) -> Result<(), FileError> {
        let source = DeclaredText { file, text };
        let policy = Policy::read(file, text, catalogue, self)?;
        limited("policies", self.policies.len() + 1, POLICIES_MAX).map_err(|fault| source.whole(fault))?;
        if let Some(other) = self.policy(&policy.id) {
            let at = text.find("policy").unwrap_or_default();
            return Err(source.at(at, FileFault::DefinedTwice { first_file: other.file.clone() }));
        }
        catalogue.adopt(&policy)?;
        self.policies.push(policy);
        Ok(())
    }

    /// The text of a file of `core/policies/`, for whoever wants to begin with one.
    #[must_use]
    pub fn text_of_built_in(file: &str) -> Option<&'static str> {
        built_in::POLICIES.iter().find(|(name, _)| *name == file).map(|(_, text)| *text)
    }

    /// All policies: those of the program, then an operator's.
    pub fn policies(&self) -> impl Iterator<Item = &Policy> {
        self.policies.iter()
    }

    /// The policy of that id.
    #[must_use]
    pub fn policy(&self, id: &str) -> Option<&Policy> {
        self.policies.iter().find(|policy| policy.id == id)
    }

    /// All alerts, as their file lists them.
    pub fn alerts(&self) -> impl Iterator<Item = &Alert> {
        self.alerts.iter()
    }

    /// The alert of that code.
    #[must_use]
    pub fn alert(&self, code: &str) -> Option<&Alert> {
        self.alerts.iter().find(|alert| alert.code == code)
    }

    /// The codes of alerts that no plugin of the program raises yet.
    pub fn not_yet_raised(&self) -> impl Iterator<Item = &str> {
        self.not_yet_raised.iter().map(String::as_str)
    }

    /// The legal register.
    pub fn statutes(&self) -> impl Iterator<Item = &Statute> {
        self.statutes.iter()
    }

    /// The numbers that no law fixes.
    pub fn controls(&self) -> impl Iterator<Item = &Control> {
        self.controls.iter()
    }

    /// The control of that name.
    #[must_use]
    pub fn control(&self, name: &str) -> Option<&Control> {
        self.controls.iter().find(|control| control.name == name)
    }

    /// The sections and annexes of the annual report, in its order.
    pub fn sections(&self) -> impl Iterator<Item = &ReportSection> {
        self.sections.iter()
    }

    /// The clauses of the types that no policy has: what an operator's own catalogue file names before, or without, its
    /// policy. Each with the type that names it.
    pub fn unknown_clauses<'c>(&self, catalogue: &'c Catalogue) -> Vec<(&'c str, String)> {
        let known = |clause: &crate::catalogue::Clause| {
            let policy = self.policy(&clause.policy);
            policy.is_some_and(|policy| policy.clause(&clause.clause).is_some())
        };
        let of_type = |one: &'c crate::catalogue::EventType| {
            one.clauses.iter().map(move |clause| (one.name.as_str(), clause))
        };
        let unknown = catalogue.types().flat_map(of_type).filter(|(_, clause)| !known(clause));
        unknown.map(|(name, clause)| (name, clause.to_string())).collect()
    }
}

#[cfg(test)]
mod tests;
