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
mod error;
mod file;
mod keeper;
mod master;
mod record;
mod recovery;
mod table;

#[cfg(test)]
mod crash_tests;
#[cfg(test)]
mod tests;

use std::collections::{BTreeSet, HashMap};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use muniment_core::hash::Hash;
use muniment_core::seal::{KeyId, SealKey};

pub(crate) use assign::is_pseudonym;
pub use assign::{Asker, Make};
pub use error::VaultError;
pub use file::FILE;
pub use keeper::Keeper;
pub use master::{KEY_FILE, KeySource, MasterKey};
pub use recovery::{Erasure, name_before_use, open, replace_lost, rotate};

use crate::ledger::submission::Seals;
use file::{Reader, VaultFile};
use record::{CASE, ERASED_CASE, Head, PERSON, Record};
use table::Table;

/// Keys that are made at a time for cases to come. Crash tests make them some thousand times.
const STOCK_KEYS: usize = if cfg!(test) { 32 } else { 8_192 };

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
    /// Persons whose pseudonym is not in the file yet, by reference.
    fresh_people: HashMap<String, String>,
    /// Cases and pseudonyms that are being erased.
    erasing: BTreeSet<String>,
    erasing_people: BTreeSet<String>,
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
    /// Where the file says that the case's earlier key was destroyed.
    erased_at: Option<u64>,
}

/// What the vault has of a case.
#[derive(Debug)]
enum Found {
    Key(KeyId, SealKey),
    /// Its key was destroyed, as the file says there.
    Erased(u64),
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
            fresh_people: HashMap::new(),
            erasing: BTreeSet::new(),
            erasing_people: BTreeSet::new(),
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
            Found::Erased(_) | Found::Erasing | Found::Unknown => Ok(None),
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
                    return Ok((Found::Erased(place), generation));
                }
                _ => {}
            }
        }
        Ok((Found::Unknown, generation))
    }

    /// Writes down what is not in the file yet: whose key is whose, and new persons. `head` is the size of the ledger
    /// and the hash of its last line, as they were before this was called.
    ///
    /// A crash before the sync: as if it had not been called.
    ///
    /// # Errors
    /// As the disk says; what was not written is written next time.
    pub fn note(&self, head: Option<(u64, Hash)>) -> Result<(), VaultError> {
        let mut writing = lock(&self.file);
        self.note_locked(&mut writing, head)
    }

    fn note_locked(&self, writing: &mut Writing, head: Option<(u64, Hash)>) -> Result<(), VaultError> {
        let (mut records, erased) = {
            let state = lock(&self.state);
            let case = |(name, fresh): (&String, &Fresh)| {
                let record = Record::Case { id: fresh.id, key: fresh.key.clone(), name: name.clone() };
                (record, fresh.erased_at)
            };
            let (mut records, mut erased): (Vec<Record>, Vec<Option<u64>>) =
                state.fresh.iter().map(case).unzip();
            for (reference, pseudonym) in &state.fresh_people {
                let (pseudonym, reference) = (pseudonym.clone(), reference.clone().into());
                records.push(Record::Person { pseudonym, reference });
                erased.push(None);
            }
            (records, erased)
        };
        if records.is_empty() {
            return Ok(());
        }
        records.extend(head.map(|(size, last)| Record::Mark { size, last }));
        let places = self.append(writing, &records)?;
        let mut state = lock(&self.state);
        for ((head, place), erased_at) in places.into_iter().zip(erased) {
            state.places.note(head, place, erased_at);
        }
        for record in records {
            match record {
                Record::Case { name, .. } => drop(state.fresh.remove(&name)),
                Record::Person { reference, .. } => drop(state.fresh_people.remove(reference.as_str())),
                _ => {}
            }
        }
        state.generation += 1;
        Ok(())
    }

    /// Appends records and syncs. Where that failed before, the file is written anew first.
    fn append(&self, writing: &mut Writing, records: &[Record]) -> Result<Vec<(Head, u64)>, VaultError> {
        if writing.file.is_suspect {
            self.rewrite(writing, None, None)?;
        }
        writing.file.append(records)
    }

    /// Makes keys for cases to come, if fewer than so many are left.
    pub(in crate::vault) fn stock_up(&self, wanted: usize) -> Result<(), VaultError> {
        let mut writing = lock(&self.file);
        if lock(&self.state).stock.len() >= wanted {
            return Ok(());
        }
        let mut records = Vec::with_capacity(STOCK_KEYS);
        let mut random = zeroize::Zeroizing::new(vec![0; STOCK_KEYS * (KeyId::BYTES + SealKey::BYTES)]);
        getrandom::fill(&mut random).map_err(std::io::Error::other)?;
        for bytes in random.chunks_exact(KeyId::BYTES + SealKey::BYTES) {
            let (id, key) = bytes.split_at(KeyId::BYTES);
            let mut secret = zeroize::Zeroizing::new([0; SealKey::BYTES]);
            secret.copy_from_slice(key);
            let id = KeyId(id.try_into().expect("it was just split"));
            records.push(Record::Stock { id, key: SealKey::new(secret) });
        }
        self.append(&mut writing, &records)?;
        let keys = records.into_iter().filter_map(|record| match record {
            Record::Stock { id, key } => Some((id, key)),
            _ => None,
        });
        lock(&self.state).stock.extend(keys);
        Ok(())
    }

    /// Writes the file anew without what is being erased and without what nothing needs, under a key that may be
    /// another. What was added meanwhile waits.
    fn rewrite(
        &self,
        writing: &mut Writing,
        master: Option<MasterKey>,
        head: Option<(u64, Hash)>,
    ) -> Result<(), VaultError> {
        let master = master.unwrap_or_else(|| writing.master.clone());
        let (reader, kept, rest, fresh, erasing, erasing_people) = {
            let state = lock(&self.state);
            let mut kept = state.places.cases.all();
            kept.extend(state.places.people.all());
            let people = state.fresh_people.iter().map(|(reference, pseudonym)| Record::Person {
                pseudonym: pseudonym.clone(),
                reference: reference.clone().into(),
            });
            let stock = state.stock.iter().map(|(id, key)| Record::Stock { id: *id, key: key.clone() });
            let severed = state.places.severed + state.erasing_people.len() as u64;
            let last = [Record::Severed { count: severed }].into_iter();
            let mark = head.map(|(size, last)| Record::Mark { size, last });
            let rest: Vec<Record> = people.chain(stock).chain(last).chain(mark).collect();
            let (erasing, erasing_people) = (state.erasing.clone(), state.erasing_people.clone());
            (state.reader.clone(), kept, rest, state.fresh.clone(), erasing, erasing_people)
        };
        let old = kept.into_iter().filter_map(|place| match reader.record(place) {
            Ok(Record::Case { name, .. } | Record::ErasedCase { name })
                if fresh.contains_key(&name) || erasing.contains(&name) =>
            {
                None
            }
            Ok(Record::Person { pseudonym, .. }) if erasing_people.contains(&pseudonym) => None,
            record => Some(record),
        });
        let new = fresh.iter().map(|(name, fresh)| {
            Ok(Record::Case { id: fresh.id, key: fresh.key.clone(), name: name.clone() })
        });
        let erased = erasing.iter().filter(|name| !fresh.contains_key(*name));
        let erased = erased.map(|name| Ok(Record::ErasedCase { name: name.clone() }));
        let mut places = Places::default();
        let records = old.chain(new).chain(erased).chain(rest.into_iter().map(Ok));
        let file = match writing.file.rewrite(&master, records, |head, place| places.note(head, place, None))
        {
            Ok(file) => file,
            Err(error) => {
                // Which of the two files has the name now is not known.
                writing.file.is_suspect = true;
                return Err(error);
            }
        };
        let mut state = lock(&self.state);
        places.severed = state.places.severed + erasing_people.len() as u64;
        (state.reader, state.places) = (file.reader.clone(), places);
        state.fresh.retain(|name, _| !fresh.contains_key(name));
        let people = &state.places.pseudonyms;
        let keys = file.reader.keys.clone();
        let written: Vec<String> = (state.fresh_people.iter())
            .filter(|(_, pseudonym)| !people.places(keys.hash(pseudonym)).is_empty())
            .map(|(reference, _)| reference.clone())
            .collect();
        written.iter().for_each(|reference| drop(state.fresh_people.remove(reference)));
        state.erasing.clear();
        state.erasing_people.clear();
        state.generation += 1;
        writing.whole_bytes = file.bytes();
        writing.file = file;
        writing.master = master;
        Ok(())
    }

    /// Writes the file anew where much of it is needed no more.
    fn tidy(&self, head: (u64, Hash)) -> Result<(), VaultError> {
        let mut writing = lock(&self.file);
        let bytes = writing.file.bytes();
        let grown = bytes.saturating_sub(writing.whole_bytes);
        // Of what was added, half are keys of the stock that are noted with their case by now.
        if grown / 2 > DEAD_BYTES_MAX && grown > writing.whole_bytes {
            self.rewrite(&mut writing, None, Some(head))?;
        }
        Ok(())
    }

    /// Writes the vault anew under another key. Whoever only has the old key reads nothing of the new file.
    ///
    /// A crash leaves the vault under one of the two.
    ///
    /// # Errors
    /// As the disk says.
    pub fn rotate(&self, master: MasterKey, head: (u64, Hash)) -> Result<(), VaultError> {
        self.rewrite(&mut lock(&self.file), Some(master), Some(head))
    }

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
        self.rewrite(&mut lock(&self.file), None, Some(head))
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
