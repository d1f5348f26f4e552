//! What an erasure list says that a restored ledger came with.

use muniment_core::entry::EntryView;
use muniment_core::json::{self, Value};

use super::error::VaultError;
use super::recovery::Erasure;
use crate::backup::erasures;
use crate::disk::Disk;
use crate::ledger::{Ledger, names};

/// What was destroyed according to the list of the backup that a ledger was restored from. `None`: it was not restored
/// since the vault was last opened.
pub(super) fn restored(disk: &dyn Disk) -> Result<Option<Vec<Destroyed>>, VaultError> {
    if disk.read(names::ERASURES)?.is_none() {
        return Ok(None);
    }
    let lines = erasures::read(disk)?;
    Ok(Some(lines.iter().filter_map(|line| Destroyed::of(line)).collect()))
}

/// A `personal.destroyed` event of an erasure list.
pub(super) struct Destroyed {
    id: String,
    subject: String,
    data: Value<'static>,
    pub(super) erasure: Erasure,
}

impl Destroyed {
    fn of(line: &[u8]) -> Option<Destroyed> {
        let entry = EntryView::parse(line).ok()?;
        let event = json::parse(entry.event.as_bytes()).ok()?;
        let event = event.as_object()?;
        let text = |name: &str| event.get(name).and_then(Value::as_str).map(str::to_owned);
        let data = event.get("data")?.clone().into_owned();
        Some(Destroyed { id: text("id")?, subject: text("subject")?, data, erasure: Erasure::of(event)? })
    }

    /// The ledger may have been restored from a time before it was destroyed. It is recorded under another id: the number
    /// of the request may be given anew.
    pub(super) fn record_again(&self, ledger: &Ledger) -> Result<(), VaultError> {
        let again = match self.id.strip_prefix("restored/") {
            Some(_) => self.id.clone(),
            None => format!("restored/{}", self.id),
        };
        if ledger.find_host(&self.id)?.is_some() || ledger.find_host(&again)?.is_some() {
            return Ok(());
        }
        let recorded =
            ledger.append_host_about("personal.destroyed", &again, &self.subject, self.data.clone());
        recorded.map(drop).map_err(|refusal| VaultError::NotRecorded(refusal.to_string()))
    }
}
