//! The catalogue: which types of event there are, and what an event of each type holds.
//!
//! The product's own types stand in `core/catalogue/`, a file for each subject; an operator adds files of their
//! own with [`Catalogue::add`]. From the catalogue come [`Catalogue::check`], which every client's event
//! passes before it is recorded, the JSON [`schema`] of each type, and a page that [`reference_page`] writes.
//!
//! Which clauses of a policy an event is evidence for is said by the policy ([`crate::policy`]): the types know it once
//! the catalogue has [adopted](Catalogue::adopt) it.
//!
//! [`Catalogue::check`] also says what of an event is personal; [`Personal::seal`] seals that, so that nothing
//! personal lands in the ledger in the clear.

mod built_in;
mod check;
mod definition;
mod example;
mod fault;
mod field;
mod file;
mod personal;
mod reference;
mod schema;
mod sealing;
mod value;

use std::collections::{BTreeMap, BTreeSet};

pub use definition::{Bounds, Clause, EventType, Field, FieldKind, Group, RecordedBy};
pub use fault::Fault;
pub(crate) use personal::looks_like;
pub use reference::reference_page;
pub use schema::schema;
pub use sealing::{Keys, Personal, Treatment};
pub(crate) use value::is_code;

use crate::declared::{DeclaredText, FileError, FileFault, limited};
use crate::event::group_of;
use crate::limits::{CATALOGUE_FILES_MAX, TYPE_CLAUSES_MAX};
use crate::policy::{Policy, Rulebook};

/// Every type of event that is known by name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Catalogue {
    groups: Vec<Group>,
    types: Vec<EventType>,
    /// Places in `types`.
    by_name: BTreeMap<String, usize>,
    /// First words of type names that are the product's, sorted.
    reserved: Vec<String>,
    /// The clauses of each policy that was adopted.
    clauses: BTreeMap<String, BTreeSet<String>>,
}

impl Catalogue {
    /// The product's own types, with the clauses of the policies that come with it.
    ///
    /// # Errors
    /// A mistake in the files of `core/catalogue/` or `core/policies/`, which a test would have found.
    pub fn built_in() -> Result<Catalogue, FileError> {
        let mut catalogue = Catalogue::without_policies()?;
        let rulebook = Rulebook::built_in(&catalogue)?;
        for policy in rulebook.policies() {
            catalogue.adopt(policy)?;
        }
        Ok(catalogue)
    }

    /// The product's own types and an operator's: the name and the text of each file.
    ///
    /// # Errors
    /// As [`Catalogue::add`].
    pub fn with_files(files: &[(&str, &str)]) -> Result<Catalogue, FileError> {
        let mut catalogue = Catalogue::built_in()?;
        for (file, text) in files {
            catalogue.add(file, text)?;
        }
        Ok(catalogue)
    }

    /// The product's own types, before any policy has said what they are evidence for.
    pub(crate) fn without_policies() -> Result<Catalogue, FileError> {
        let reserved = file::reserved(built_in::RESERVED.0, built_in::RESERVED.1)?;
        let mut catalogue = Catalogue {
            groups: Vec::new(),
            types: Vec::new(),
            by_name: BTreeMap::new(),
            reserved,
            clauses: BTreeMap::new(),
        };
        for (file, text) in built_in::FILES {
            catalogue.take(DeclaredText { file, text }, file::read(file, text)?)?;
        }
        Ok(catalogue)
    }

    /// Adds an operator's own types. After an error nothing was added.
    ///
    /// # Errors
    /// What is wrong with the file, by file, line, type, field and key, and what to do about it. Own types may not stand
    /// under a reserved first word, nor be the host's, nor be defined a second time, nor name a clause that an adopted
    /// policy does not have.
    ///
    /// # Limits
    /// [`CATALOGUE_FILES_MAX`] files, and those of [`crate::limits`] within each.
    pub fn add(&mut self, file: &str, text: &str) -> Result<(), FileError> {
        let source = DeclaredText { file, text };
        let declared = file::read(file, text)?;
        if let Some(group) = declared.groups.iter().find(|group| self.reserves(&group.name)) {
            let at = text.find(&format!("\"{}\"", group.name)).unwrap_or_default();
            return Err(source.at(at, FileFault::Reserved));
        }
        for (one, at) in declared.types.iter().zip(&declared.places) {
            if one.recorded_by == RecordedBy::Host {
                return Err(source.at(*at, FileFault::HostType));
            }
        }
        for (at, clause) in &declared.clauses {
            if let Some(known) = self.clauses.get(&clause.policy)
                && !known.contains(&clause.clause)
            {
                let known = known.iter().map(String::as_str);
                let otherwise = "its clauses stand in the policy's file";
                let what = "the policy has no clause";
                return Err(source.at(*at, FileFault::unknown(what, &clause.clause, known, otherwise)));
            }
        }
        self.take(source, declared)
    }

    /// Has each type that the policy names say so. A policy that was adopted before is not adopted twice.
    ///
    /// # Errors
    /// A type would name more than [`TYPE_CLAUSES_MAX`] clauses; nothing was adopted then.
    pub fn adopt(&mut self, policy: &Policy) -> Result<(), FileError> {
        if self.clauses.contains_key(&policy.id) {
            return Ok(());
        }
        let mut adopted = Vec::new();
        for (place, one) in self.types.iter().enumerate() {
            let rows = policy.clauses.iter().filter(|row| row.is_evidenced_by(&one.name));
            let clauses = rows.map(|row| Clause { policy: policy.id.clone(), clause: row.id.clone() });
            let new: Vec<Clause> = clauses.filter(|clause| !one.clauses.contains(clause)).collect();
            let of_type = format!("type {}", one.name);
            limited("clauses", one.clauses.len() + new.len(), TYPE_CLAUSES_MAX).map_err(|fault| {
                FileError { file: policy.file.clone(), line: None, place: of_type, fault }
            })?;
            adopted.push((place, new));
        }
        for (place, new) in adopted {
            self.types[place].clauses.extend(new);
        }
        let ids = policy.clauses.iter().map(|row| row.id.clone());
        self.clauses.insert(policy.id.clone(), ids.collect());
        Ok(())
    }

    /// The type of that name.
    #[must_use]
    pub fn get(&self, event_type: &str) -> Option<&EventType> {
        self.by_name.get(event_type).map(|place| &self.types[*place])
    }

    /// All types: file by file, and within a file as they stand there.
    pub fn types(&self) -> impl Iterator<Item = &EventType> {
        self.types.iter()
    }

    /// All groups, in the same order.
    pub fn groups(&self) -> impl Iterator<Item = &Group> {
        self.groups.iter()
    }

    /// Whether the first word of this name is the product's.
    #[must_use]
    pub fn reserves(&self, event_type: &str) -> bool {
        let first = group_of(event_type);
        self.reserved.binary_search_by(|word| word.as_str().cmp(first)).is_ok()
    }

    fn take(&mut self, source: DeclaredText<'_>, declared: file::Declared) -> Result<(), FileError> {
        let mut files: BTreeSet<&str> = self.groups.iter().map(|group| group.file.as_str()).collect();
        files.insert(source.file);
        limited("files", files.len(), CATALOGUE_FILES_MAX).map_err(|fault| source.whole(fault))?;
        for group in &declared.groups {
            if let Some(other) = self.groups.iter().find(|other| other.name == group.name) {
                let at = source.text.find(&format!("\"{}\"", group.name)).unwrap_or_default();
                let first_file = other.file.clone();
                return Err(source.at(at, FileFault::DefinedTwice { first_file }));
            }
        }
        for (one, at) in declared.types.iter().zip(&declared.places) {
            if let Some(other) = self.get(&one.name) {
                let first_file = self.groups.iter().find(|group| group.name == other.group);
                let first_file = first_file.map(|group| group.file.clone()).unwrap_or_default();
                return Err(source.at(*at, FileFault::DefinedTwice { first_file }));
            }
        }
        for one in declared.types {
            self.by_name.insert(one.name.clone(), self.types.len());
            self.types.push(one);
        }
        self.groups.extend(declared.groups);
        Ok(())
    }
}

#[cfg(test)]
mod tests;
