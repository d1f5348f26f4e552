//! The board of alerts: which there are and how they stand, read from the ledger's own events and kept in memory.
//!
//! It holds numbers and names only; what an alert says is read from its entry when it is asked for. A thread reads what
//! there is at the start; from then on whoever asks reads what has come since.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::io;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use memchr::memmem::Finder;

use super::fold::text_of;
use crate::background;
use crate::ledger::{Ledger, limits};
use crate::query::EventFacts;

/// Entries that are read at a time.
const CHUNK_ENTRIES: u64 = 16 * limits::FRAME_ENTRIES;
/// How long the first reading waits after the disk failed.
const RETRY: Duration = Duration::from_secs(5);
/// How often it looks meanwhile whether it is to stop.
const POLL: Duration = Duration::from_millis(100);

/// Whether an alert is still to be looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// Nobody has taken notice of it.
    Open,
    /// Somebody has.
    Acknowledged,
    /// It is no longer so.
    Cleared,
}

impl Stage {
    /// As the interface spells it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Stage::Open => "open",
            Stage::Acknowledged => "acknowledged",
            Stage::Cleared => "cleared",
        }
    }
}

/// An alert, and where the ledger speaks of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Card {
    /// The entry that raised it.
    pub raised: u64,
    /// The entry that cleared it.
    pub cleared: Option<u64>,
    /// The entries by which people took notice of it.
    pub acknowledged: Vec<u64>,
    /// The plugin that raised it.
    pub plugin: Arc<str>,
    /// The rule.
    pub rule: Arc<str>,
    /// What is at stake.
    pub severity: Arc<str>,
    /// The case or record.
    pub subject: Box<str>,
}

impl Card {
    /// How it stands.
    #[must_use]
    pub fn stage(&self) -> Stage {
        match (self.cleared, self.acknowledged.is_empty()) {
            (Some(_), _) => Stage::Cleared,
            (None, false) => Stage::Acknowledged,
            (None, true) => Stage::Open,
        }
    }
}

/// Why the board cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum BoardError {
    /// It is still being made.
    #[error("the alerts are being gathered: {read} of {size} entries are read; try again in a moment")]
    Gathering {
        /// Entries that were read.
        read: u64,
        /// Entries that there are.
        size: u64,
    },
    /// The ledger cannot be read.
    #[error("reading the ledger: {0}")]
    Io(#[from] io::Error),
}

/// The alerts of a ledger.
#[derive(Debug)]
pub struct Board {
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Debug)]
struct Shared {
    ledger: Arc<Ledger>,
    cards: Mutex<Cards>,
    /// Entries that were read, for whoever asks while the cards are held.
    read: AtomicU64,
    /// Whether it has come up to the head once.
    is_gathered: AtomicBool,
    is_stopping: AtomicBool,
}

/// The cards, by the entries that raised them.
#[derive(Debug, Default)]
pub struct Cards {
    next: u64,
    by_entry: BTreeMap<u64, Card>,
    by_id: HashMap<Box<str>, u64>,
    /// Names of plugins, rules and severities, of which there are few.
    names: HashSet<Arc<str>>,
}

impl Board {
    /// Begins to gather the alerts.
    #[must_use]
    pub fn start(ledger: Arc<Ledger>) -> Board {
        let shared = Arc::new(Shared {
            ledger,
            cards: Mutex::default(),
            read: AtomicU64::new(0),
            is_gathered: AtomicBool::new(false),
            is_stopping: AtomicBool::new(false),
        });
        let of_thread = shared.clone();
        let gather = move || {
            background::stand_back();
            of_thread.gather();
        };
        let thread = thread::Builder::new().name("alerts".to_owned()).spawn(gather);
        let thread =
            thread.inspect_err(|error| tracing::error!(%error, "the alerts are not gathered: no threads"));
        Board { shared, thread: thread.ok() }
    }

    /// Looks at the cards, as the ledger stands now.
    ///
    /// # Errors
    /// See [`BoardError`].
    pub fn look<T>(&self, look: impl FnOnce(&Cards) -> T) -> Result<T, BoardError> {
        if !self.shared.is_gathered.load(Ordering::Acquire) {
            let read = self.shared.read.load(Ordering::Relaxed);
            return Err(BoardError::Gathering { read, size: self.shared.ledger.head().size });
        }
        let mut cards = self.shared.lock();
        self.shared.catch_up(&mut cards)?;
        Ok(look(&cards))
    }
}

impl Drop for Board {
    fn drop(&mut self) {
        self.shared.is_stopping.store(true, Ordering::Release);
        if self.thread.take().is_some_and(|thread| thread.join().is_err()) {
            tracing::error!("gathering the alerts panicked");
        }
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Cards> {
        self.cards.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn is_stopping(&self) -> bool {
        self.is_stopping.load(Ordering::Acquire)
    }

    fn gather(&self) {
        while !self.is_stopping() {
            match self.catch_up(&mut self.lock()) {
                Ok(()) => {
                    self.is_gathered.store(true, Ordering::Release);
                    return;
                }
                Err(error) => tracing::error!(%error, "the alerts cannot be gathered; it is tried again"),
            }
            let mut waited = Duration::ZERO;
            while waited < RETRY && !self.is_stopping() {
                thread::sleep(POLL);
                waited += POLL;
            }
        }
    }

    /// Reads up to the head.
    fn catch_up(&self, cards: &mut Cards) -> io::Result<()> {
        let is_alert = Finder::new(br#""type":"alert."#);
        while !self.is_stopping() {
            let (next, size) = (cards.next, self.ledger.head().size);
            if next >= size {
                return Ok(());
            }
            let end = size.min((next / CHUNK_ENTRIES + 1) * CHUNK_ENTRIES);
            let lines = self.ledger.lines(next, end)?;
            for line in lines.split(|byte| *byte == b'\n').filter(|line| is_alert.find(line).is_some()) {
                let facts = EventFacts::read(line)
                    .map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error.to_string()))?;
                cards.note(&facts);
            }
            cards.next = end;
            self.read.store(end, Ordering::Relaxed);
        }
        Ok(())
    }
}

impl Cards {
    /// The alert of an id.
    #[must_use]
    pub fn get(&self, id: &str) -> Option<&Card> {
        self.by_entry.get(self.by_id.get(id)?)
    }

    /// The alerts that were raised before an entry, the latest first.
    pub fn before(&self, seq: u64) -> impl Iterator<Item = &Card> {
        self.by_entry.range(..seq).rev().map(|(_, card)| card)
    }

    fn note(&mut self, entry: &EventFacts<'_>) {
        let Some(id) = text_of(entry, "alert") else { return };
        match &*entry.event_type {
            "alert.raised" if !self.by_id.contains_key(id.as_str()) => {
                let [plugin, rule, severity] = ["plugin", "rule", "severity"]
                    .map(|name| self.name(text_of(entry, name).unwrap_or_default()));
                let subject = entry.subject.as_deref().unwrap_or_default().into();
                let acknowledged = Vec::new();
                let card =
                    Card { raised: entry.seq, cleared: None, acknowledged, plugin, rule, severity, subject };
                self.by_entry.insert(entry.seq, card);
                self.by_id.insert(id.into(), entry.seq);
            }
            "alert.cleared" => {
                if let Some(card) = self.get_mut(&id) {
                    card.cleared = card.cleared.or(Some(entry.seq));
                }
            }
            "alert.acknowledged" => {
                if let Some(card) = self.get_mut(&id) {
                    card.acknowledged.push(entry.seq);
                }
            }
            _ => {}
        }
    }

    fn get_mut(&mut self, id: &str) -> Option<&mut Card> {
        self.by_entry.get_mut(self.by_id.get(id)?)
    }

    fn name(&mut self, name: String) -> Arc<str> {
        match self.names.get(name.as_str()) {
            Some(known) => known.clone(),
            None => {
                let name: Arc<str> = name.into();
                self.names.insert(name.clone());
                name
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::query::facts_line;

    fn noted(cards: &mut Cards, seq: u64, event_type: &str, data: &str) {
        let line =
            facts_line(seq, event_type, "ledger.example", &format!(r#","subject":"FOI-1","data":{data}"#));
        cards.note(&EventFacts::read(&line).unwrap());
    }

    #[test]
    fn alerts_are_raised_acknowledged_and_cleared() {
        let mut cards = Cards::default();
        let raised = r#"{"alert":"a1","plugin":"requests","rule":"A-REQ-1","severity":"statutory"}"#;
        noted(&mut cards, 3, "alert.raised", raised);
        assert_eq!(cards.get("a1").unwrap().stage(), Stage::Open);
        assert_eq!(&*cards.get("a1").unwrap().rule, "A-REQ-1");
        noted(&mut cards, 5, "alert.acknowledged", r#"{"act":"seen","alert":"a1"}"#);
        noted(&mut cards, 6, "alert.acknowledged", r#"{"act":"seen","alert":"unknown"}"#);
        assert_eq!(cards.get("a1").unwrap().stage(), Stage::Acknowledged);
        noted(&mut cards, 7, "alert.cleared", r#"{"alert":"a1"}"#);
        let card = cards.get("a1").unwrap();
        assert_eq!((card.stage(), card.cleared, &card.acknowledged[..]), (Stage::Cleared, Some(7), &[5][..]));
        assert_eq!(cards.before(u64::MAX).count(), 1);
        assert_eq!(cards.before(3).count(), 0);
    }
}
