//! The vault of a ledger: opened, named by it, replaced, put under another key.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use muniment_core::catalogue::Catalogue;
use muniment_core::entry::EntryView;
use muniment_core::hash::Hash;
use muniment_core::json::{self, Value};

use super::Vault;
use super::error::VaultError;
use super::file::VaultFile;
use super::master::{KeySource, MasterKey};
use super::record::{CASE, ERASED_CASE};
use super::recovery::{is_there, line, open_beside};
use super::restored::restored;
use crate::disk::Disk;
use crate::ledger::{Ledger, Shared, names};
use crate::verify::{Findings, segments};

/// Opens the vault of a ledger, or makes one if the ledger never had one.
///
/// # Errors
/// See [`VaultError`]. Nothing is changed then.
pub fn open(
    disk: Arc<dyn Disk>,
    source: &KeySource,
    ledger: &Ledger,
    catalogue: &Catalogue,
) -> Result<Vault, VaultError> {
    let (_, seq) = last_naming(ledger)?;
    let named = seq.map(|seq| Ok::<_, VaultError>((seq, named_vault(ledger, seq)?))).transpose()?;
    let restored = restored(&*disk)?;
    let vault = open_beside(disk.clone(), source, ledger, catalogue, named.as_ref(), restored.as_deref())?;
    if let Some(restored) = restored {
        restored.iter().try_for_each(|destroyed| destroyed.record_again(ledger))?;
        disk.remove_if_there(names::ERASURES)?;
        disk.sync_dir(names::ROOT)?;
    }
    Ok(vault)
}

/// Looks whether the vault of a stopped or running ledger opens, and changes nothing. Gives the number of cases.
///
/// # Errors
/// See [`VaultError`].
pub fn examine(disk: Arc<dyn Disk>, source: &KeySource) -> Result<usize, VaultError> {
    let missing = || VaultError::Key(format!("{source} is not there"));
    let master = MasterKey::load(source, &*disk)?.ok_or_else(missing)?;
    let mut cases = 0;
    let first = first_line(&*disk)?;
    VaultFile::open(disk, &master, first, |head, _| {
        cases += usize::from(matches!(head.kind, CASE | ERASED_CASE))
    })?;
    Ok(cases)
}

/// The hash of the ledger's first line, read off its first segment.
fn first_line(disk: &dyn Disk) -> Result<Hash, VaultError> {
    let unreadable = |fault: String| VaultError::Entry { seq: 0, fault };
    let mut findings = Findings::default();
    let segments = segments::list(disk, &mut findings).map_err(|error| unreadable(error.to_string()))?;
    let first = segments.first().ok_or_else(|| unreadable("there is no segment".to_owned()))?;
    Ok(Hash::of_line(&first.line(disk, 0).map_err(unreadable)?))
}

/// Has the ledger name its vault, before anything is sealed with it for the first time. From then on the ledger does not
/// open without it.
///
/// # Errors
/// [`VaultError::NotRecorded`]; nothing may be sealed then.
pub fn name_before_use(vault: &Vault, ledger: &Ledger) -> Result<(), VaultError> {
    if vault.is_named.load(Ordering::Acquire) {
        return Ok(());
    }
    name(ledger, 1, vault.name())?;
    vault.is_named.store(true, Ordering::Release);
    Ok(())
}

/// Makes a new vault in the place of one that is lost for good, and records that. What was sealed with its keys is
/// unreadable from then on.
///
/// # Errors
/// See [`VaultError`]; [`VaultError::NotLost`] if there is a vault, or if the ledger never had one.
pub fn replace_lost(disk: Arc<dyn Disk>, source: &KeySource, ledger: &Ledger) -> Result<(), VaultError> {
    let (number, named) = last_naming(ledger)?;
    if named.is_none() || is_there(&*disk)? {
        return Err(VaultError::NotLost);
    }
    let first = Hash::of_line(&line(ledger, 0)?);
    let master = match MasterKey::load(source, &*disk)? {
        Some(master) => master,
        None => {
            let master = MasterKey::random(source)?;
            master.keep(&*disk)?;
            master
        }
    };
    // A crash in between leaves a vault that the ledger does not name: it is refused as another, and can be removed.
    let file = VaultFile::create(disk, &master, first)?;
    name(ledger, number + 1, file.name())
}

/// The id of the event that names a vault: the first, or one that took the place of a lost one.
fn naming(number: u64) -> String {
    format!("personal.vault/{number}")
}

/// The number of the event that names the ledger's vault, and its entry.
fn last_naming(ledger: &Ledger) -> Result<(u64, Option<u64>), VaultError> {
    let mut last = (1, ledger.find_host(&naming(1))?);
    while last.1.is_some()
        && let Some(seq) = ledger.find_host(&naming(last.0 + 1))?
    {
        last = (last.0 + 1, Some(seq));
    }
    Ok(last)
}

fn name(ledger: &Ledger, number: u64, id: String) -> Result<(), VaultError> {
    let data = Value::object([("vault", Value::string(id))]);
    let recorded = ledger.append_host("personal.vault_created", &naming(number), data);
    recorded.map(drop).map_err(|refusal| VaultError::NotRecorded(refusal.to_string()))
}

/// Writes the vault anew under another key: a new random one if that is kept in the data directory.
///
/// A crash leaves the vault under one of the two keys, and whichever it is is found at the next start.
///
/// # Errors
/// As the disk says, or the place of the key.
pub fn rotate(
    vault: &Vault,
    disk: &dyn Disk,
    source: &KeySource,
    head: (u64, Hash),
) -> Result<(), VaultError> {
    if *source != KeySource::DataDirectory {
        let missing = || VaultError::Key(format!("{source}: there is none"));
        return vault.rotate(MasterKey::load(source, disk)?.ok_or_else(missing)?, head);
    }
    if MasterKey::next(disk)?.is_some() {
        // The vault may be under that one already.
        return Err(VaultError::Key("an earlier change of keys was cut short; start again".to_owned()));
    }
    let master = MasterKey::random(source)?;
    master.keep_as_next(disk)?;
    vault.rotate(master, head)?;
    Ok(MasterKey::adopt_next(disk)?)
}

/// The vault that an entry names.
fn named_vault(shared: &Shared, seq: u64) -> Result<String, VaultError> {
    let line = line(shared, seq)?;
    let fault = |fault: String| VaultError::Entry { seq, fault };
    let entry = EntryView::parse(&line).map_err(|error| fault(error.to_string()))?;
    let event = json::parse(entry.event.as_bytes()).map_err(|error| fault(error.to_string()))?;
    let data = event.as_object().and_then(|event| event.get("data")).and_then(Value::as_object);
    let name = data.and_then(|data| data.get("vault")).and_then(Value::as_str);
    name.map(str::to_owned).ok_or_else(|| fault("it names no vault".to_owned()))
}
