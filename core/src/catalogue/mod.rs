//! The catalogue: which types of event there are, and what an event of each type holds.
//!
//! The product's own types stand in `core/catalogue/`, one file a group; an operator adds files of their
//! own with [`Catalogue::add`]. From the catalogue come [`Catalogue::check`], which every client's event
//! passes before it is recorded, and the JSON [`schema`] of each type.
//!
//! [`Catalogue::check`] also says what of an event is personal; [`Personal::seal`] seals that, so that nothing
//! personal lands in the ledger in the clear.

mod built_in;
mod check;
mod definition;
mod fault;
mod file;
mod nearest;
mod personal;
mod schema;
mod sealing;
mod value;

use std::collections::BTreeMap;

pub use definition::{Bounds, Clause, EventType, Field, FieldKind, Group, RecordedBy};
pub use fault::{CatalogueError, CatalogueFault, Fault};
pub use schema::schema;
pub use sealing::{Keys, Personal, Treatment};

use crate::event::group_of;
use crate::limits::CATALOGUE_FILES_MAX;

/// Every type of event that is known by name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Catalogue {
    groups: Vec<Group>,
    types: Vec<EventType>,
    /// Places in `types`.
    by_name: BTreeMap<String, usize>,
    /// First words of type names that are the product's, sorted.
    reserved: Vec<String>,
}

impl Catalogue {
    /// The product's own types.
    ///
    /// # Errors
    /// A mistake in the files of `core/catalogue/`, which a test would have found.
    pub fn built_in() -> Result<Catalogue, CatalogueError> {
        let reserved = file::reserved(built_in::RESERVED.0, built_in::RESERVED.1)?;
        let mut catalogue =
            Catalogue { groups: Vec::new(), types: Vec::new(), by_name: BTreeMap::new(), reserved };
        for (file, text) in built_in::FILES {
            catalogue.take(file, file::read(file, text)?)?;
        }
        Ok(catalogue)
    }

    /// Adds an operator's own types. After an error nothing was added.
    ///
    /// # Errors
    /// What is wrong with the file, by file, type, field and key. Own types may not stand under a reserved
    /// first word, nor be the host's, nor be defined a second time.
    ///
    /// # Limits
    /// [`CATALOGUE_FILES_MAX`] files, and those of [`crate::limits`] within each.
    pub fn add(&mut self, file: &str, text: &str) -> Result<(), CatalogueError> {
        let (group, types) = file::read(file, text)?;
        let refuse = |place: String, fault| Err(CatalogueError { file: file.to_owned(), place, fault });
        if self.reserves(&group.name) {
            return refuse(format!("group {}", group.name), CatalogueFault::Reserved);
        }
        if let Some(host) = types.iter().find(|one| one.recorded_by == RecordedBy::Host) {
            return refuse(format!("type {}", host.name), CatalogueFault::HostType);
        }
        self.take(file, (group, types))
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

    fn take(&mut self, file: &str, (group, types): (Group, Vec<EventType>)) -> Result<(), CatalogueError> {
        let refuse = |place: String, fault| Err(CatalogueError { file: file.to_owned(), place, fault });
        if self.groups.len() >= CATALOGUE_FILES_MAX {
            let fault = CatalogueFault::TooMany {
                what: "files",
                found: self.groups.len() + 1,
                limit: CATALOGUE_FILES_MAX,
            };
            return refuse(String::new(), fault);
        }
        if let Some(other) = self.groups.iter().find(|other| other.name == group.name) {
            let fault = CatalogueFault::DefinedTwice { first_file: other.file.clone() };
            return refuse(format!("group {}", group.name), fault);
        }
        for one in &types {
            if let Some(other) = self.get(&one.name) {
                let first_file = self.groups.iter().find(|group| group.name == other.group);
                let first_file = first_file.map(|group| group.file.clone()).unwrap_or_default();
                return refuse(format!("type {}", one.name), CatalogueFault::DefinedTwice { first_file });
            }
        }
        for one in types {
            self.by_name.insert(one.name.clone(), self.types.len());
            self.types.push(one);
        }
        self.groups.push(group);
        Ok(())
    }
}

#[cfg(test)]
mod tests;
