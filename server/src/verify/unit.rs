//! One unit of up to 256 entries, checked by itself on any core.

use std::sync::Arc;

use memchr::memchr_iter;
use muniment_core::chain::Head;
use muniment_core::entry::{BatchPlace, EntryView};
use muniment_core::hash::{self, Hash};
use muniment_core::key::Key;
use muniment_core::time::Timestamp;
use muniment_core::tree::{fold, leaf_hash};

use super::reduce::LevelFiles;
use crate::ledger::limits::FRAME_ENTRIES;
use crate::ledger::restoration::Restoration;
use crate::ledger::sealed::{Frame, SealedSegment};

/// Where a unit's lines come from.
#[derive(Debug)]
pub(crate) enum Text {
    Frame(Arc<SealedSegment>, Frame),
    Lines(Vec<u8>),
}

/// Entries that are checked together.
#[derive(Debug)]
pub(crate) struct Unit {
    pub(crate) first: u64,
    pub(crate) count: u64,
    pub(crate) text: Text,
}

/// How the first entry of a unit continues what is before it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct First {
    pub(crate) batch: Option<BatchPlace>,
    pub(crate) prev: Hash,
    pub(crate) recorded: Timestamp,
}

/// A fault of the chain, where it was noticed.
#[derive(Debug)]
pub(crate) struct Fault {
    pub(crate) seq: u64,
    pub(crate) message: String,
    /// The entry itself is sound and the one before it may be the damaged one.
    pub(crate) maybe_before: bool,
}

/// What checking a unit found.
#[derive(Debug)]
pub(crate) struct Checked {
    pub(crate) first: u64,
    pub(crate) count: u64,
    pub(crate) bytes: u64,
    pub(crate) start: Option<First>,
    /// After the last entry; `None` if the unit's end could not be read.
    pub(crate) head: Option<Head>,
    pub(crate) keys: Vec<Key>,
    pub(crate) leaves: Vec<Hash>,
    /// The root over a full, aligned unit.
    pub(crate) root: Option<Hash>,
    pub(crate) faults: Vec<Fault>,
    /// Entries whose leaf is not what the tile says.
    pub(crate) tile_differs: Vec<u64>,
    /// Entries for which the tile file is too short.
    pub(crate) tile_missing: u64,
    /// Entries that say that the ledger was restored under a new origin, or what is wrong with one.
    pub(crate) restorations: Vec<Result<Restoration, Fault>>,
    /// The unit could not be read at all.
    pub(crate) unreadable: Option<String>,
}

impl Unit {
    /// One of its lines, without its newline.
    pub(crate) fn into_line(self, seq: u64) -> Result<Vec<u8>, String> {
        let text = self.text.into_bytes()?;
        let place = usize::try_from(seq - self.first).map_err(|error| error.to_string())?;
        Ok(text.split(|byte| *byte == b'\n').nth(place).unwrap_or_default().to_vec())
    }

    /// Its lines, each ended by a newline.
    pub(crate) fn into_lines(self) -> Result<Vec<u8>, String> {
        self.text.into_bytes()
    }

    pub(crate) fn check(self, levels: &LevelFiles) -> Checked {
        let capacity = usize::try_from(self.count.min(FRAME_ENTRIES)).unwrap_or_default();
        let mut checked = Checked {
            first: self.first,
            count: self.count,
            bytes: 0,
            start: None,
            head: None,
            keys: Vec::with_capacity(capacity),
            leaves: Vec::with_capacity(capacity),
            root: None,
            faults: Vec::new(),
            tile_differs: Vec::new(),
            tile_missing: 0,
            restorations: Vec::new(),
            unreadable: None,
        };
        let text = match self.text.into_bytes() {
            Ok(text) => text,
            Err(why) => {
                checked.unreadable = Some(why);
                return checked;
            }
        };
        checked.bytes = text.len() as u64;
        checked.lines(&text);
        if self.count == FRAME_ENTRIES {
            checked.root = Some(fold(&checked.leaves));
        }
        checked.compare_tile(levels);
        checked
    }
}

impl Text {
    fn into_bytes(self) -> Result<Vec<u8>, String> {
        match self {
            Text::Lines(text) => Ok(text),
            Text::Frame(sealed, frame) => {
                Ok(sealed.read_frame(&frame).map_err(|error| error.to_string())?.text)
            }
        }
    }
}

impl Checked {
    fn lines(&mut self, text: &[u8]) {
        let count = usize::try_from(self.count).unwrap_or(usize::MAX);
        let ends_whole = text.last() == Some(&b'\n');
        let ends = memchr_iter(b'\n', text).chain((!ends_whole).then_some(text.len()));
        let mut start = 0;
        let lines = ends.take(count).map(|end| &text[std::mem::replace(&mut start, end + 1)..end]);
        let lines: Vec<&[u8]> = lines.collect();
        let mut before: Option<Head> = None;
        for (place, (line, line_hash)) in lines.iter().zip(hash::lines::of_lines(&lines)).enumerate() {
            let seq = self.first + place as u64;
            self.leaves.push(leaf_hash(line));
            let whole = ends_whole || place + 1 < count;
            match self.entry(line, line_hash, seq, before).filter(|_| whole) {
                Some(head) => before = Some(head),
                None => {
                    if !whole {
                        self.faults.push(Fault {
                            seq,
                            message: "its line has no end".to_owned(),
                            maybe_before: false,
                        });
                    }
                    self.keys.push(Key([0; Key::BYTES]));
                    // What follows is judged against the line as it stands here.
                    before = Some(Head {
                        size: seq + 1,
                        last: line_hash,
                        recorded: Timestamp::MIN,
                        open_batch: None,
                    });
                }
            }
        }
        self.head = before;
    }

    /// Checks one entry and gives the head after it; `None` and a fault if it is none.
    fn entry(&mut self, line: &[u8], line_hash: Hash, seq: u64, before: Option<Head>) -> Option<Head> {
        let fault = |message: String| Fault { seq, message, maybe_before: false };
        let entry = match EntryView::parse(line) {
            Ok(entry) => entry,
            Err(error) => {
                self.faults.push(fault(error.to_string()));
                return None;
            }
        };
        let event = match entry.check_event() {
            Ok(event) => event,
            Err(error) => {
                self.faults.push(fault(error.to_string()));
                return None;
            }
        };
        if let Some(restoration) = Restoration::from_entry(&entry) {
            self.restorations.push(restoration.map_err(fault));
        }
        let before = before.unwrap_or_else(|| {
            self.start = Some(First { batch: entry.batch, prev: entry.prev, recorded: entry.recorded });
            let open_batch = entry.batch.filter(|place| place.index > 0);
            let open_batch = open_batch.map(|place| BatchPlace { index: place.index - 1, ..place });
            Head { size: seq, last: entry.prev, recorded: entry.recorded, open_batch }
        });
        match before.after(&entry, line_hash) {
            Ok(head) => {
                self.keys.push(event.key());
                Some(head)
            }
            Err(chain_fault) => {
                let maybe_before = matches!(chain_fault, muniment_core::chain::ChainFault::Prev { .. });
                self.faults.push(Fault { seq, message: chain_fault.to_string(), maybe_before });
                self.keys.push(event.key());
                Some(Head { size: seq + 1, last: line_hash, recorded: entry.recorded, open_batch: None })
            }
        }
    }

    fn compare_tile(&mut self, levels: &LevelFiles) {
        let found = levels.leaves(self.first, self.leaves.len());
        self.tile_missing = (self.leaves.len() - found.len()) as u64;
        for (place, (leaf, tile)) in self.leaves.iter().zip(&found).enumerate() {
            if leaf != tile {
                self.tile_differs.push(self.first + place as u64);
            }
        }
    }
}
