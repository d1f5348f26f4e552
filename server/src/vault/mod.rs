//! The vault: the keys of sealed personal data, and whom pseudonyms stand for. It is the one part of a data directory
//! that forgets: a key that is destroyed is in none of its bytes any more, and what it sealed is unreadable for good.
//!
//! # How a key is durable before the entry that needs it
//! The vault keeps a stock of keys that no case has yet, synced long before they are needed. An event's first entry of
//! a case takes one and names it (`sealkey`), so which case a key belongs to is told by the ledger itself: the vault
//! notes it later, in passing, and after a crash reads it off the entries since its last mark. Only a person that was
//! never seen before costs a sync of its own.
//!
//! # What this module never does
//! - It writes no key and no name in the clear, and logs neither.
//! - It never writes a key to the file under another name, and gives no case the key of another.

mod assign;
mod erasing;
mod error;
mod file;
mod keeper;
mod master;
mod opening;
mod record;
mod recovery;
mod restored;
mod table;
mod writing;

#[cfg(test)]
mod crash_tests;
#[cfg(test)]
mod tests;

use std::collections::{BTreeSet, HashMap};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use muniment_core::seal::{KeyId, SealKey, Sealer};

pub(crate) use assign::is_pseudonym;
pub use assign::{Asker, Make};
pub use error::VaultError;
pub use file::FILE;
pub use keeper::Keeper;
pub use master::{KEY_FILE, KeySource, MasterKey};
pub use opening::{examine, name_before_use, open, replace_lost, rotate};
pub use recovery::Erasure;

use crate::ledger::submission::Seals;
use file::{Reader, VaultFile};
use record::{CASE, ERASED_CASE, Head, PERSON, Record};
use table::Table;

/// Keys that are made at a time for cases to come. Crash tests make them some thousand times.
const STOCK_KEYS: usize = if cfg!(test) { 32 } else { 8_192 };

/// Most keys that are kept ready for use.
const RECENT_MAX: usize = 8_192;

/// Bytes that nothing needs any more, from which on the file is written anew if they are half of the rest.
const DEAD_BYTES_MAX: u64 = 32 * 1024 * 1024;

/// The vault of a ledger.
#[derive(Debug)]
pub struct Vault {
    state: Mutex<State>,
    /// Held while anything is written. Whoever holds both takes this one first.
    file: Mutex<Writing>,
    /// Changes with every erasure: what was sealed before is sealed again before it is recorded.
    epoch: AtomicU64,
    /// Whether the ledger names it.
    is_named: AtomicBool,
}

#[derive(Debug)]
struct Writing {
    file: VaultFile,
    master: MasterKey,
    /// Bytes of the file when it was last written as a whole.
    whole_bytes: u64,
}

/// What is looked up.
#[derive(Debug)]
struct State {
    reader: Reader,
    places: Places,
    /// Durable keys without a case.
    stock: Vec<(KeyId, SealKey)>,
    /// Cases whose key is not noted in the file yet.
    fresh: HashMap<String, Fresh>,
    /// Keys that were used lately, made ready for use.
    recent: HashMap<String, (KeyId, Arc<Sealer>)>,
    /// Persons whose pseudonym is not in the file yet, by reference.
    fresh_people: HashMap<String, String>,
    /// Cases and pseudonyms that are being erased.
    erasing: BTreeSet<String>,
    erasing_people: BTreeSet<String>,
    /// How many entries the file's last mark covers.
    marked: u64,
    /// Counts the times that records were added to the file.
    generation: u64,
}

/// Where records are.
#[derive(Debug, Default)]
struct Places {
    cases: Table,
    people: Table,
    pseudonyms: Table,
    severed: u64,
}

#[derive(Debug, Clone)]
struct Fresh {
    id: KeyId,
    key: SealKey,
    /// Whether the file says that the case's earlier key was destroyed.
    was_erased: bool,
}

/// What the vault has of a case.
#[derive(Debug)]
enum Found {
    Key(KeyId, SealKey),
    /// Its key was destroyed.
    Erased,
    /// Its key is being destroyed.
    Erasing,
    Unknown,
}

/// The name that a case has in the vault.
fn case_name(group: &str, subject: &str) -> String {
    format!("{group}\0{subject}")
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Places {
    /// Notes a record that was appended to the file.
    fn note(&mut self, head: Head, place: u64, erased_at: Option<u64>) {
        match (head.kind, erased_at) {
            (CASE, Some(old)) => self.cases.replace(head.first, old, place),
            (CASE | ERASED_CASE, _) => self.cases.add(head.first, place),
            (PERSON, _) => {
                self.people.add(head.first, place);
                self.pseudonyms.add(head.second, place);
            }
            _ => {}
        }
    }
}

impl Vault {
    fn new(file: VaultFile, master: MasterKey, places: Places, stock: Vec<(KeyId, SealKey)>) -> Vault {
        let state = State {
            reader: file.reader.clone(),
            places,
            stock,
            fresh: HashMap::new(),
            recent: HashMap::new(),
            fresh_people: HashMap::new(),
            erasing: BTreeSet::new(),
            erasing_people: BTreeSet::new(),
            marked: 0,
            generation: 0,
        };
        let whole_bytes = file.bytes();
        Vault {
            state: Mutex::new(state),
            file: Mutex::new(Writing { file, master, whole_bytes }),
            epoch: AtomicU64::new(0),
            is_named: AtomicBool::new(false),
        }
    }

    /// The key of a case, if it has one: `None` if it never had one, or if that was destroyed.
    ///
    /// # Errors
    /// As the disk says, or [`VaultError::Damaged`].
    pub fn key(&self, group: &str, subject: &str) -> Result<Option<(KeyId, SealKey)>, VaultError> {
        match self.find(&case_name(group, subject))?.0 {
            Found::Key(id, key) => Ok(Some((id, key))),
            Found::Erased | Found::Erasing | Found::Unknown => Ok(None),
        }
    }

    /// Whom a pseudonym stands for, if it stands for anybody.
    ///
    /// # Errors
    /// As [`Vault::key`].
    pub fn person(&self, pseudonym: &str) -> Result<Option<String>, VaultError> {
        let (places, reader) = {
            let state = lock(&self.state);
            if state.erasing_people.contains(pseudonym) {
                return Ok(None);
            }
            if let Some((reference, _)) = state.fresh_people.iter().find(|(_, fresh)| *fresh == pseudonym) {
                return Ok(Some(reference.clone()));
            }
            (state.places.pseudonyms.places(state.reader.keys.hash(pseudonym)), state.reader.clone())
        };
        for place in places {
            if let Record::Person { pseudonym: found, reference } = reader.record(place)?
                && found == pseudonym
            {
                return Ok(Some(reference.to_string()));
            }
        }
        Ok(None)
    }

    /// The name by which the ledger knows it.
    #[must_use]
    pub fn name(&self) -> String {
        lock(&self.file).file.name()
    }

    /// Whether the ledger names it: not before it is first used.
    #[must_use]
    pub fn is_named(&self) -> bool {
        self.is_named.load(Ordering::Acquire)
    }

    /// How many cases have a key, or had one.
    #[must_use]
    pub fn cases(&self) -> usize {
        let state = lock(&self.state);
        state.places.cases.len() + state.fresh.len()
    }

    /// What the vault has of a case, and the generation in which it was so.
    fn find(&self, name: &str) -> Result<(Found, u64), VaultError> {
        let (places, reader, generation) = {
            let state = lock(&self.state);
            if state.erasing.contains(name) {
                return Ok((Found::Erasing, state.generation));
            }
            if let Some(fresh) = state.fresh.get(name) {
                return Ok((Found::Key(fresh.id, fresh.key.clone()), state.generation));
            }
            let places = state.places.cases.places(state.reader.keys.hash(name));
            (places, state.reader.clone(), state.generation)
        };
        for place in places {
            match reader.record(place)? {
                Record::Case { id, key, name: found } if found == name => {
                    return Ok((Found::Key(id, key), generation));
                }
                Record::ErasedCase { name: found } if found == name => {
                    return Ok((Found::Erased, generation));
                }
                _ => {}
            }
        }
        Ok((Found::Unknown, generation))
    }
}

impl Seals for Vault {
    fn epoch(&self) -> u64 {
        self.epoch.load(Ordering::Acquire)
    }

    fn is_current(&self, group: &str, subject: &str, key: KeyId) -> bool {
        match self.key(group, subject) {
            Ok(found) => found.is_some_and(|(id, _)| id == key),
            Err(error) => {
                tracing::error!(%error, "the vault cannot be read; a repeat is compared as if its key were there");
                true
            }
        }
    }

    fn is_severed(&self, pseudonym: &str) -> bool {
        if !is_pseudonym(pseudonym) {
            return false;
        }
        let severed = self.person(pseudonym).map(|person| person.is_none());
        severed.unwrap_or_else(|error| {
            tracing::error!(%error, "the vault cannot be read; a repeat is compared as if the person were known");
            false
        })
    }
}
