//! Opens the vault beside its ledger: whose key is whose is read off the entries since the vault's last mark, an erasure
//! that was cut short is finished, and a vault and a ledger that do not belong together are refused.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;
use std::sync::atomic::Ordering;

use memchr::memmem::Finder;
use muniment_core::catalogue::{Catalogue, Field, RecordedBy};
use muniment_core::entry::EntryView;
use muniment_core::event::group_of;
use muniment_core::hash::Hash;
use muniment_core::json::{self, Object, Value};
use muniment_core::seal::{self, KeyId, SealKey};

use super::assign::is_pseudonym;
use super::error::VaultError;
use super::file::VaultFile;
use super::master::{KeySource, MasterKey};
use super::record::{MARK, Record, SEVERED, STOCK};
use super::restored::Destroyed;
use super::writing::Erase;
use super::{Found, Fresh, Places, Vault, case_name, lock};
use crate::disk::Disk;
use crate::ledger::{Shared, names};

/// Entries that are looked at together.
const CHUNK_ENTRIES: u64 = 2_048;

/// What was destroyed, as a `personal.destroyed` entry says it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Erasure {
    /// The case: its group and its subject. None if it is about a person alone.
    pub case: Option<(String, String)>,
    /// Names of the keys.
    pub keys: Vec<KeyId>,
    /// Pseudonyms that stand for nobody any more.
    pub people: Vec<String>,
}

impl Erasure {
    /// Reads the event of an entry; `None` if it is about something else.
    #[must_use]
    pub fn of(event: &Object<'_>) -> Option<Erasure> {
        if event.get("type").and_then(Value::as_str) != Some("personal.destroyed") {
            return None;
        }
        let data = event.get("data").and_then(Value::as_object)?;
        let list = |name: &str| match data.get(name) {
            Some(Value::Array(items)) => items.iter().filter_map(Value::as_str).collect(),
            _ => Vec::new(),
        };
        let group = data.get("group").and_then(Value::as_str);
        let people: Vec<String> = list("people").into_iter().map(str::to_owned).collect();
        let subject = event.get("subject").and_then(Value::as_str);
        let case = group.zip(subject);
        Some(Erasure {
            case: case.map(|(group, subject)| (group.to_owned(), subject.to_owned())),
            keys: list("keys").into_iter().filter_map(KeyId::parse).collect(),
            people,
        })
    }
}

/// As [`open`], where `named` is the entry that names the vault, and the name, and `restored` what the erasure list says
/// if the ledger was restored.
pub(super) fn open_beside(
    disk: Arc<dyn Disk>,
    source: &KeySource,
    shared: &Shared,
    catalogue: &Catalogue,
    named: Option<&(u64, String)>,
    restored: Option<&[Destroyed]>,
) -> Result<Vault, VaultError> {
    let ledger = Hash::of_line(&line(shared, 0)?);
    let found = is_there(&*disk)?;
    let master = MasterKey::load(source, &*disk)?;
    let master = match master {
        // Whoever wrote the key may have been killed before it was durable.
        Some(master) if !found && named.is_none() && *source == KeySource::DataDirectory => {
            master.keep(&*disk)?;
            master
        }
        Some(master) => master,
        None if found => return Err(VaultError::Key(format!("{source} is not there; put it back"))),
        None if named.is_some() => return Err(VaultError::Missing),
        None => {
            let master = MasterKey::random(source)?;
            master.keep(&*disk)?;
            tracing::info!(
                key = super::KEY_FILE,
                "a vault for personal data is made; keep a copy of its key, apart from every copy of the vault"
            );
            master
        }
    };
    if !found {
        if named.is_some() {
            return Err(VaultError::Missing);
        }
        let file = VaultFile::create(disk, &master, ledger)?;
        let vault = Vault::new(file, master, Places::default(), Vec::new());
        // Nothing is sealed yet.
        let head = shared.head();
        vault.note(Some((head.size, head.last)))?;
        return Ok(vault);
    }
    let (mut vault, mark) = match read(disk.clone(), master, ledger) {
        Err(VaultError::WrongKey { key }) => match next_key(source, &*disk)? {
            Some(next) => {
                let opened = read(disk.clone(), next, ledger)?;
                // The file under the new key has to keep its name before the old key goes.
                disk.sync_dir(names::ROOT)?;
                MasterKey::adopt_next(&*disk)?;
                opened
            }
            None => return Err(VaultError::WrongKey { key }),
        },
        opened => {
            let opened = opened?;
            if next_key(source, &*disk)?.is_some() {
                MasterKey::drop_next(&*disk)?;
            }
            opened
        }
    };
    if let Some((seq, name)) = named
        && *name != vault.name()
    {
        return Err(VaultError::OtherVault { seq: *seq });
    }
    let head = shared.head();
    // The vault of a backup may know of entries that are lost, and was not told of what was destroyed later.
    let mark = mark.filter(|_| restored.is_none());
    check_mark(shared, head.size, mark)?;
    let mut recovery = Recovery {
        vault: &mut vault,
        catalogue,
        destroyed: BTreeSet::new(),
        missing: BTreeMap::new(),
        rewrite: false,
    };
    recovery.follow(shared, mark.map_or(0, |(size, _)| size), head.size)?;
    for destroyed in restored.unwrap_or_default() {
        recovery.erase(&destroyed.erasure)?;
    }
    let Recovery { missing, rewrite, .. } = recovery;
    let rewrite = rewrite || restored.is_some();
    if let Some(seq) = missing.values().min() {
        return Err(VaultError::Older { seq: *seq, missing: missing.len() });
    }
    {
        let mut writing = lock(&vault.file);
        writing.file.settle()?;
        let head = Some((head.size, head.last));
        if rewrite {
            vault.rewrite(&mut writing, None, head, Erase::WhatIsBegun)?
        } else {
            vault.note_locked(&mut writing, head)?
        }
    }
    vault.is_named.store(named.is_some(), Ordering::Release);
    Ok(vault)
}

/// The key that was to follow where a change of keys was cut short.
fn next_key(source: &KeySource, disk: &dyn Disk) -> Result<Option<MasterKey>, VaultError> {
    if *source == KeySource::DataDirectory { MasterKey::next(disk) } else { Ok(None) }
}

/// Whether there is a file of that name. It may be large.
pub(super) fn is_there(disk: &dyn Disk) -> Result<bool, VaultError> {
    match disk.open_read(super::FILE) {
        Ok(_) => Ok(true),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error.into()),
    }
}

pub(super) fn line(shared: &Shared, seq: u64) -> Result<Vec<u8>, VaultError> {
    let missing = || VaultError::Entry { seq, fault: "it is missing".to_owned() };
    shared.line(seq)?.ok_or_else(missing)
}

/// Reads the file: its content, its name, and its last mark.
fn read(
    disk: Arc<dyn Disk>,
    master: MasterKey,
    ledger: Hash,
) -> Result<(Vault, Option<(u64, Hash)>), VaultError> {
    let (mut places, mut stock) = (Places::default(), HashMap::new());
    let (mut mark, mut severed) = (None, None);
    let file = VaultFile::open(disk, &master, ledger, |head, place| {
        match head.kind {
            STOCK => drop(stock.insert(head.second, place)),
            MARK => mark = Some(place),
            SEVERED => severed = Some(place),
            // A key that has a case is in the stock no more.
            _ => drop(stock.remove(&head.second)),
        }
        places.note(head, place, None);
    })?;
    let reader = &file.reader;
    for hash in places.cases.doubled() {
        let mut last: BTreeMap<String, u64> = BTreeMap::new();
        let mut of_hash = places.cases.places(hash);
        of_hash.sort_unstable();
        for place in of_hash {
            if let Record::Case { name, .. } | Record::ErasedCase { name } = reader.record(place)? {
                last.insert(name, place);
            }
        }
        places.cases.set(hash, last.into_values());
    }
    let mut keys: Vec<(KeyId, SealKey)> = Vec::with_capacity(stock.len());
    for place in stock.into_values() {
        if let Record::Stock { id, key } = reader.record(place)? {
            keys.push((id, key));
        }
    }
    if let Some(Record::Severed { count }) = severed.map(|place| reader.record(place)).transpose()? {
        places.severed = count;
    }
    let mark = match mark.map(|place| reader.record(place)).transpose()? {
        Some(Record::Mark { size, last }) => Some((size, last)),
        _ => None,
    };
    let mut vault = Vault::new(file, master, places, keys);
    let state = vault.state.get_mut().unwrap_or_else(std::sync::PoisonError::into_inner);
    state.marked = mark.map_or(0, |(size, _)| size);
    Ok((vault, mark))
}

/// The ledger has to have what the vault has seen.
fn check_mark(shared: &Shared, ledger: u64, mark: Option<(u64, Hash)>) -> Result<(), VaultError> {
    let Some((size, last)) = mark else { return Ok(()) };
    if size > ledger {
        return Err(VaultError::Newer { vault: size, ledger });
    }
    let Some(seq) = size.checked_sub(1) else { return Ok(()) };
    if Hash::of_line(&line(shared, seq)?) == last { Ok(()) } else { Err(VaultError::OtherCourse { seq }) }
}

struct Recovery<'v> {
    vault: &'v mut Vault,
    catalogue: &'v Catalogue,
    /// Keys that were destroyed.
    destroyed: BTreeSet<KeyId>,
    /// Keys and pseudonyms that entries name, that the vault does not have, and that were not destroyed.
    missing: BTreeMap<String, u64>,
    /// Something that was destroyed is still in the file.
    rewrite: bool,
}

impl Recovery<'_> {
    /// Reads the entries that the vault has not seen.
    fn follow(&mut self, shared: &Shared, from: u64, to: u64) -> Result<(), VaultError> {
        let needles = ["\"sealkey\":\"", "\"personal.destroyed\"", "\"personal.vault_created\"", "\"p-"]
            .map(Finder::new);
        let mut seq = from;
        while seq < to {
            let end = to.min(seq + CHUNK_ENTRIES);
            let lines = shared.lines(seq, end)?;
            for line in lines.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
                if needles.iter().any(|needle| needle.find(line).is_some()) {
                    self.entry(seq, line)?;
                }
                seq += 1;
            }
            if seq < end {
                return Err(VaultError::Entry { seq, fault: "it is missing".to_owned() });
            }
        }
        Ok(())
    }

    fn entry(&mut self, seq: u64, line: &[u8]) -> Result<(), VaultError> {
        let fault = |fault: String| VaultError::Entry { seq, fault };
        let entry = EntryView::parse(line).map_err(|error| fault(error.to_string()))?;
        let event = json::parse(entry.event.as_bytes()).map_err(|error| fault(error.to_string()))?;
        let Some(event) = event.as_object() else { return Ok(()) };
        if let Some(erasure) = Erasure::of(event) {
            return self.erase(&erasure);
        }
        if event.get("type").and_then(Value::as_str) == Some("personal.vault_created") {
            // It took the place of one that was lost with all its keys.
            self.missing.clear();
            return Ok(());
        }
        let text = |name: &str| event.get(name).and_then(Value::as_str).unwrap_or_default();
        if let Some(key) = seal::key_of(event) {
            self.sealed(seq, &case_name(group_of(text("type")), text("subject")), key)?;
        }
        // Only what the ledger itself put there is a pseudonym, whatever else looks like one.
        let Some(known) =
            self.catalogue.get(text("type")).filter(|known| known.recorded_by == RecordedBy::Client)
        else {
            return Ok(());
        };
        let data = event.get("data").and_then(Value::as_object);
        let members = data.into_iter().flat_map(Object::iter);
        for (_, value) in members.filter(|(name, _)| known.field(name).is_some_and(Field::names_people)) {
            let items =
                if let Value::Array(items) = value { items.as_slice() } else { std::slice::from_ref(value) };
            for pseudonym in items.iter().filter_map(Value::as_str).filter(|text| is_pseudonym(text)) {
                if self.vault.person(pseudonym)?.is_none() {
                    self.missing.entry(pseudonym.to_owned()).or_insert(seq);
                }
            }
        }
        Ok(())
    }

    /// An entry whose personal values are sealed with a key.
    fn sealed(&mut self, seq: u64, name: &str, key: KeyId) -> Result<(), VaultError> {
        if self.destroyed.contains(&key) {
            return Ok(());
        }
        let (found, _) = self.vault.find(name)?;
        let was_erased = match found {
            Found::Key(id, _) if id == key => return Ok(()),
            Found::Erased => true,
            Found::Key(..) | Found::Erasing | Found::Unknown => false,
        };
        let state = self.vault.state.get_mut().unwrap_or_else(std::sync::PoisonError::into_inner);
        match state.stock.iter().position(|(id, _)| *id == key) {
            Some(place) => {
                let (id, key) = state.stock.swap_remove(place);
                // A key of the case that is being erased is not written again: only this one is.
                state.erasing.remove(name);
                state.fresh.insert(name.to_owned(), Fresh { id, key, was_erased });
            }
            None => drop(self.missing.entry(key.to_string()).or_insert(seq)),
        }
        Ok(())
    }

    /// What was destroyed goes, if it is still there.
    fn erase(&mut self, erasure: &Erasure) -> Result<(), VaultError> {
        for key in &erasure.keys {
            self.missing.remove(&key.to_string());
            self.destroyed.insert(*key);
        }
        if let Some((group, subject)) = &erasure.case {
            let name = case_name(group, subject);
            if let (Found::Key(id, _), _) = self.vault.find(&name)?
                && erasure.keys.contains(&id)
            {
                let state = self.vault.state.get_mut().unwrap_or_else(std::sync::PoisonError::into_inner);
                state.fresh.remove(&name);
                state.erasing.insert(name);
                self.rewrite = true;
            }
        }
        for pseudonym in &erasure.people {
            self.missing.remove(pseudonym);
            if self.vault.person(pseudonym)?.is_some() {
                let state = self.vault.state.get_mut().unwrap_or_else(std::sync::PoisonError::into_inner);
                state.erasing_people.insert(pseudonym.clone());
                self.rewrite = true;
            }
        }
        Ok(())
    }
}
