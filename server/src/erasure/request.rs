//! What is asked for, and how far it has come.

use std::fmt;
use std::io;

use muniment_core::entry::EntryView;
use muniment_core::hash::Hash;
use muniment_core::json::{self, Object};
use muniment_core::limits::{ATTRIBUTE_BYTES_MAX, EVENT_TYPE_BYTES_MAX};
use muniment_core::time::Timestamp;

use super::{Guard, record};
use crate::ledger::Ledger;

/// A case: what has one key.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Case {
    /// The first word of its events' types.
    pub group: String,
    /// Their subject.
    pub subject: String,
}

impl Case {
    /// Whether any event can be of it.
    pub(super) fn can_be(&self) -> bool {
        let words = self.group.bytes().all(|byte| byte.is_ascii_graphic() && !matches!(byte, b'*' | b'.'));
        let group = (1..EVENT_TYPE_BYTES_MAX - 1).contains(&self.group.len()) && words;
        group && (1..=ATTRIBUTE_BYTES_MAX).contains(&self.subject.len())
    }

    pub(super) fn parse(text: &str) -> Option<Case> {
        let (group, subject) = text.split_once('/')?;
        Some(Case { group: group.to_owned(), subject: subject.to_owned() })
    }
}

/// `request/FOI-2026-0012`
impl fmt::Display for Case {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.group, self.subject)
    }
}

/// Why something is destroyed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Basis {
    /// Its time has come.
    RetentionSchedule,
    /// The person asked for it (UK GDPR Art 17).
    ErasureRequest,
    /// A court ordered it.
    CourtOrder,
    /// It should never have been recorded.
    RecordedInError,
}

impl Basis {
    /// Every basis.
    pub const ALL: [Basis; 4] =
        [Basis::RetentionSchedule, Basis::ErasureRequest, Basis::CourtOrder, Basis::RecordedInError];

    /// Its name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Basis::RetentionSchedule => "retention_schedule",
            Basis::ErasureRequest => "erasure_request",
            Basis::CourtOrder => "court_order",
            Basis::RecordedInError => "recorded_in_error",
        }
    }

    /// The basis with a name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Basis> {
        Basis::ALL.into_iter().find(|basis| basis.as_str() == name)
    }
}

/// What was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wish {
    /// Why.
    pub basis: Basis,
    /// Whose keys.
    pub cases: Vec<Case>,
    /// Which pseudonyms.
    pub people: Vec<String>,
    /// The digest of the plan that was agreed to.
    pub plan: Hash,
    /// How many entries it was about then.
    pub entries: u64,
    /// Until when it can be cancelled.
    pub not_before: Timestamp,
    /// Who asked.
    pub requested_by: String,
}

/// How far a request has come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Progress {
    /// Somebody else has to agree.
    Requested,
    /// It waits for its time.
    Authorised,
    /// Its time has come, and something stands in its way.
    Blocked(String),
    /// It was taken back.
    Cancelled,
    /// The keys are gone.
    Destroyed,
}

/// A request to destroy, as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// Its number.
    pub number: u64,
    /// What was asked for.
    pub wish: Wish,
    /// Who agreed.
    pub authorised_by: Option<String>,
    /// How far it has come.
    pub progress: Progress,
    /// The entry that asks for it.
    pub seq: u64,
    /// The entries that say what was destroyed.
    pub destroyed: Vec<u64>,
}

/// Reads a request from its events; `None` if there is none with this number.
pub(super) fn read(ledger: &Ledger, number: u64, guard: Guard) -> io::Result<Option<Request>> {
    let Some(seq) = ledger.find_host(&record::requested(number))? else { return Ok(None) };
    let wish = event(ledger, seq, record::read_request)?;
    let authorised_by = match ledger.find_host(&record::authorised(number))? {
        Some(seq) => Some(event(ledger, seq, record::read_act)?),
        None => None,
    };
    let cancelled = ledger.find_host(&record::cancelled(number))?.is_some();
    let destroyed = destroyed_seqs(ledger, number, &wish)?;
    let all = wish.cases.len() + wish.people.len();
    let progress = match () {
        () if cancelled => Progress::Cancelled,
        // That every backup knows is made sure of once more.
        () if destroyed.len() == all || authorised_by.is_some() || guard.people < 2 => Progress::Authorised,
        () => Progress::Requested,
    };
    Ok(Some(Request { number, wish, authorised_by, progress, seq, destroyed }))
}

/// The entries that say what of a request was destroyed.
pub(super) fn destroyed_seqs(ledger: &Ledger, number: u64, wish: &Wish) -> io::Result<Vec<u64>> {
    let items = 0..wish.cases.len() + wish.people.len();
    let found = items.map(|item| ledger.find_host(&record::destroyed(number, item)));
    Ok(found.collect::<io::Result<Vec<_>>>()?.into_iter().flatten().collect())
}

fn event<T>(ledger: &Ledger, seq: u64, read: impl FnOnce(&Object<'_>) -> Option<T>) -> io::Result<T> {
    let wrong = |what: String| io::Error::new(io::ErrorKind::InvalidData, format!("entry {seq}: {what}"));
    let line = ledger.line(seq)?.unwrap_or_default();
    let entry = EntryView::parse(&line).map_err(|error| wrong(error.to_string()))?;
    let event = json::parse(entry.event.as_bytes()).map_err(|error| wrong(error.to_string()))?;
    event.as_object().and_then(read).ok_or_else(|| wrong("it says nothing of a destruction".to_owned()))
}
