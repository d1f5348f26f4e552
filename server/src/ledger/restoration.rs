//! The event `ledger.restored`: after a return from a backup that may lack entries, the ledger goes on under
//! another origin with another key, so that no position is ever signed twice with different content.

use muniment_core::checkpoint::Checkpoint;
use muniment_core::entry::EntryView;
use muniment_core::event::{Event, EventError};
use muniment_core::hash::Hash;
use muniment_core::host::host_event;
use muniment_core::json::{self, Object, Value};
use muniment_core::note::VerifierKey;

/// The type of the event.
pub const EVENT_TYPE: &str = "ledger.restored";

/// Who writes it. No client is ever recorded under this name.
pub const BY: &str = "host/restore";

/// Most returns under a new origin that a ledger may have behind it.
pub const RESTORATIONS_MAX: u64 = 1_000;

/// What such an entry says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Restoration {
    /// Its entry, the first one under the new origin.
    pub seq: u64,
    /// How many returns there were, with this one.
    pub number: u64,
    /// The new key; its name is the new origin.
    pub vkey: VerifierKey,
    /// The last checkpoint under the old origin, signed with the old key. All that it covers was restored.
    pub old_checkpoint: String,
    /// How many entries the old origin is known to have had, if more than were restored.
    pub known_size: Option<u64>,
}

/// The id of the event of a return.
#[must_use]
pub fn id(number: u64) -> String {
    format!("{EVENT_TYPE}/{number}")
}

impl Restoration {
    /// What an entry says; `None` if it is another event.
    ///
    /// # Errors
    /// What is wrong with it, as a message.
    pub fn from_entry(entry: &EntryView<'_>) -> Option<Result<Restoration, String>> {
        if entry.by != BY {
            return None;
        }
        let event = entry.check_event().ok().filter(|event| event.event_type == EVENT_TYPE)?;
        Some(Restoration::read(entry, &event.source, &event.id))
    }

    fn read(entry: &EntryView<'_>, source: &str, event_id: &str) -> Result<Restoration, String> {
        let event = json::parse(entry.event.as_bytes()).map_err(|error| error.to_string())?;
        let data = event.as_object().and_then(|event| event.get("data")).and_then(Value::as_object);
        let data = data.ok_or("it has no data")?;
        let text = |name: &str| data.get(name).and_then(Value::as_str).ok_or(format!("it has no `{name}`"));
        let number = event_id.strip_prefix("ledger.restored/").and_then(|number| number.parse().ok());
        let vkey: VerifierKey = text("vkey")?.parse().map_err(|error| format!("its vkey: {error}"))?;
        if text("origin")? != vkey.name() || source != vkey.name() {
            return Err("its origin is not the name of its key".to_owned());
        }
        Ok(Restoration {
            seq: entry.seq,
            number: number.ok_or_else(|| format!("its id {event_id:?} has no number"))?,
            vkey,
            old_checkpoint: text("old_checkpoint")?.to_owned(),
            known_size: number_of(data, "known_size"),
        })
    }

    /// The event. `old` is what the old checkpoint says.
    ///
    /// # Errors
    /// As [`host_event`].
    pub fn event(&self, old: &Checkpoint) -> Result<Event, EventError> {
        let old_text = old.to_string();
        let root = old_text.lines().nth(2).unwrap_or_default().to_owned();
        let mut data = vec![
            ("old_checkpoint".into(), Value::string(self.old_checkpoint.clone())),
            ("old_origin".into(), Value::string(old.origin.clone())),
            ("old_root".into(), Value::string(root)),
            ("old_size".into(), Value::number(old.size)),
            ("origin".into(), Value::string(self.vkey.name())),
            ("vkey".into(), Value::string(self.vkey.to_string())),
        ];
        data.extend(self.known_size.map(|size| ("known_size".into(), Value::number(size))));
        let data = Value::Object(Object::new(data).expect("the keys are distinct"));
        host_event(self.vkey.name(), EVENT_TYPE, &id(self.number), None, data)
    }

    /// What the old key signed.
    pub(super) fn old(&self, old: &VerifierKey) -> Result<Checkpoint, String> {
        let checkpoint = Checkpoint::verify(self.old_checkpoint.as_bytes(), old)
            .map_err(|error| format!("its old checkpoint: {error}"))?;
        if checkpoint.size == self.seq {
            return Ok(checkpoint);
        }
        Err(format!("its old checkpoint covers {} entries, it is entry {}", checkpoint.size, self.seq))
    }

    /// The origin before, whoever says so.
    pub(super) fn old_origin(&self) -> Option<String> {
        self.old_checkpoint.lines().next().map(str::to_owned)
    }

    /// The root that the tree must have had before this entry, whoever signed it.
    pub(crate) fn old_root(&self) -> Option<Hash> {
        let note = muniment_core::note::Note::parse(self.old_checkpoint.as_bytes()).ok()?;
        Some(Checkpoint::parse_text(note.unverified_text()).ok()?.root)
    }
}

fn number_of(data: &Object<'_>, name: &str) -> Option<u64> {
    let text = data.get(name)?.to_canonical();
    std::str::from_utf8(&text).ok()?.parse().ok()
}
