//! What the vault writes: what is new is appended, and the whole is written anew where something has to go.

use std::collections::HashMap;

use muniment_core::hash::Hash;
use muniment_core::seal::{KeyId, SealKey};
use zeroize::Zeroizing;

use super::error::VaultError;
use super::master::MasterKey;
use super::record::Record;
use super::{DEAD_BYTES_MAX, Fresh, Places, STOCK_KEYS, Vault, Writing, lock};

/// What a file that is written anew leaves out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Erase {
    /// Nothing that is needed. What is being erased may still be taken back.
    Nothing,
    /// What is being erased.
    WhatIsBegun,
}

impl Vault {
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

    pub(super) fn note_locked(
        &self,
        writing: &mut Writing,
        head: Option<(u64, Hash)>,
    ) -> Result<(), VaultError> {
        if writing.file.is_suspect {
            self.rewrite(writing, None, head, Erase::Nothing)?;
        }
        let (mut records, erased, marked) = {
            let state = lock(&self.state);
            let case = |(name, fresh): (&String, &Fresh)| Record::Case {
                id: fresh.id,
                key: fresh.key.clone(),
                name: name.clone(),
            };
            let person = |(reference, pseudonym): (&String, &String)| Record::Person {
                pseudonym: pseudonym.clone(),
                reference: reference.clone().into(),
            };
            let cases = state.fresh.iter().map(case);
            let records: Vec<Record> = cases.chain(state.fresh_people.iter().map(person)).collect();
            let erased = state.fresh.iter().filter(|(_, fresh)| fresh.was_erased);
            let erased: Vec<String> = erased.map(|(name, _)| name.clone()).collect();
            (records, erased, state.marked)
        };
        let mark = head.filter(|(size, _)| *size > marked);
        if records.is_empty() && mark.is_none() {
            return Ok(());
        }
        records.extend(mark.map(|(size, last)| Record::Mark { size, last }));
        let mut erased_at = HashMap::new();
        for name in erased {
            erased_at.extend(self.erased_at(&name)?.map(|place| (name, place)));
        }
        let places = writing.file.append(&records)?;
        let mut state = lock(&self.state);
        for (record, (head, place)) in records.into_iter().zip(places) {
            match record {
                Record::Case { name, .. } => {
                    state.places.note(head, place, erased_at.remove(&name));
                    state.fresh.remove(&name);
                }
                Record::Person { reference, .. } => {
                    state.places.note(head, place, None);
                    state.fresh_people.remove(reference.as_str());
                }
                _ => {}
            }
        }
        state.marked = mark.map_or(state.marked, |(size, _)| size);
        state.generation += 1;
        Ok(())
    }

    /// Where the file says that the key of a case was destroyed.
    fn erased_at(&self, name: &str) -> Result<Option<u64>, VaultError> {
        let (places, reader) = {
            let state = lock(&self.state);
            (state.places.cases.places(state.reader.keys.hash(name)), state.reader.clone())
        };
        for place in places {
            if matches!(reader.record(place)?, Record::ErasedCase { name: found } if found == name) {
                return Ok(Some(place));
            }
        }
        Ok(None)
    }

    /// Makes keys for cases to come, if fewer than so many are left.
    pub(super) fn stock_up(&self, wanted: usize) -> Result<(), VaultError> {
        let mut writing = lock(&self.file);
        if lock(&self.state).stock.len() >= wanted {
            return Ok(());
        }
        let mut records = Vec::with_capacity(STOCK_KEYS);
        let mut random = Zeroizing::new(vec![0; STOCK_KEYS * (KeyId::BYTES + SealKey::BYTES)]);
        getrandom::fill(&mut random).map_err(std::io::Error::other)?;
        for bytes in random.chunks_exact(KeyId::BYTES + SealKey::BYTES) {
            let (id, key) = bytes.split_at(KeyId::BYTES);
            let mut secret = Zeroizing::new([0; SealKey::BYTES]);
            secret.copy_from_slice(key);
            let id = KeyId(id.try_into().expect("it was just split"));
            records.push(Record::Stock { id, key: SealKey::new(secret) });
        }
        if writing.file.is_suspect {
            self.rewrite(&mut writing, None, None, Erase::Nothing)?;
        }
        writing.file.append(&records)?;
        let keys = records.into_iter().filter_map(|record| match record {
            Record::Stock { id, key } => Some((id, key)),
            _ => None,
        });
        lock(&self.state).stock.extend(keys);
        Ok(())
    }

    /// Writes the file anew without what nothing needs, under a key that may be another. What is added meanwhile waits.
    pub(super) fn rewrite(
        &self,
        writing: &mut Writing,
        master: Option<MasterKey>,
        head: Option<(u64, Hash)>,
        erase: Erase,
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
            let (erasing, erasing_people) = match erase {
                Erase::Nothing => Default::default(),
                Erase::WhatIsBegun => (state.erasing.clone(), state.erasing_people.clone()),
            };
            let severed = state.places.severed + erasing_people.len() as u64;
            let last = [Record::Severed { count: severed }].into_iter();
            let mark = head.map(|(size, last)| Record::Mark { size, last });
            let rest: Vec<Record> = people.chain(stock).chain(last).chain(mark).collect();
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
        state.erasing.retain(|name| !erasing.contains(name));
        state.erasing_people.retain(|pseudonym| !erasing_people.contains(pseudonym));
        state.marked = head.map_or(0, |(size, _)| size);
        state.generation += 1;
        writing.whole_bytes = file.bytes();
        writing.file = file;
        writing.master = master;
        Ok(())
    }

    /// Writes the file anew where much of it is needed no more.
    pub(super) fn tidy(&self, head: (u64, Hash)) -> Result<(), VaultError> {
        let mut writing = lock(&self.file);
        let bytes = writing.file.bytes();
        let grown = bytes.saturating_sub(writing.whole_bytes);
        // Of what was added, half are keys of the stock that are noted with their case by now.
        if grown / 2 > DEAD_BYTES_MAX && grown > writing.whole_bytes {
            self.rewrite(&mut writing, None, Some(head), Erase::Nothing)?;
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
        self.rewrite(&mut lock(&self.file), Some(master), Some(head), Erase::Nothing)
    }
}
