//! How keys and pseudonyms go: out of use first, then out of the file.

use std::collections::BTreeSet;
use std::sync::atomic::Ordering;

use muniment_core::hash::Hash;

use super::error::VaultError;
use super::writing::Erase;
use super::{Found, Vault, case_name, lock};

impl Vault {
    /// Begins to erase: from here on nothing of these cases and pseudonyms is read or sealed. Gives the names of
    /// each case's keys. It counts for nothing until [`Vault::finish_erasing`], which comes after the ledger has the event.
    ///
    /// # Errors
    /// As the disk says.
    pub fn begin_erasing(
        &self,
        cases: &[(String, String)],
        people: &[String],
    ) -> Result<Vec<(String, String, Vec<String>)>, VaultError> {
        let mut writing = lock(&self.file);
        // What is in the file can be taken back from the erasure, if the ledger does not take its event.
        self.note_locked(&mut writing, None)?;
        {
            // Of an attempt that failed: their keys are looked up anew. What is sealed meanwhile is of the old epoch.
            let mut state = lock(&self.state);
            for (group, subject) in cases {
                state.erasing.remove(&case_name(group, subject));
            }
        }
        let mut ids = Vec::with_capacity(cases.len());
        for (group, subject) in cases {
            let name = case_name(group, subject);
            let found = match self.find(&name)?.0 {
                Found::Key(id, _) => vec![id.to_string()],
                _ => Vec::new(),
            };
            ids.push((group.clone(), subject.clone(), found));
        }
        let mut state = lock(&self.state);
        for (group, subject) in cases {
            let name = case_name(group, subject);
            if state.fresh.contains_key(&name) {
                drop(state);
                drop(writing);
                return self.begin_erasing(cases, people);
            }
        }
        state.erasing.extend(cases.iter().map(|(group, subject)| case_name(group, subject)));
        for (group, subject) in cases {
            state.recent.remove(&case_name(group, subject));
        }
        state.erasing_people.extend(people.iter().cloned());
        self.epoch.fetch_add(1, Ordering::AcqRel);
        Ok(ids)
    }

    /// Takes back what was begun, but for these: the ledger says already that they are destroyed.
    pub fn narrow_erasing(&self, cases: &[(String, String)], people: &[String]) {
        let names: BTreeSet<String> =
            cases.iter().map(|(group, subject)| case_name(group, subject)).collect();
        let mut state = lock(&self.state);
        state.erasing.retain(|name| names.contains(name));
        state.erasing_people.retain(|pseudonym| people.contains(pseudonym));
    }

    /// Whether anything is being erased.
    #[must_use]
    pub fn is_erasing(&self) -> bool {
        let state = lock(&self.state);
        !state.erasing.is_empty() || !state.erasing_people.is_empty()
    }

    /// Takes back what was begun.
    pub fn cancel_erasing(&self) {
        let mut state = lock(&self.state);
        state.erasing.clear();
        state.erasing_people.clear();
    }

    /// Writes the file anew without what is being erased. When this returns the keys are in none of its bytes.
    ///
    /// # Errors
    /// As the disk says. It can be called again, and a start does it if the ledger has the event.
    pub fn finish_erasing(&self, head: (u64, Hash)) -> Result<(), VaultError> {
        self.rewrite(&mut lock(&self.file), None, Some(head), Erase::WhatIsBegun)
    }
}
