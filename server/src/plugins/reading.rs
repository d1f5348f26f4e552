//! Entries as plugins are given them: read and taken apart once for all plugins that are at the same place, and ahead of
//! them while they are behind.

use std::borrow::Cow;
use std::collections::VecDeque;
use std::io;
use std::ops::Range;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};

use memchr::memchr_iter;
use muniment_core::time::Timestamp;

use crate::background;
use crate::ledger::Ledger;
use crate::query::EventFacts;

/// Entries that are read at a time.
pub(super) const CHUNK_ENTRIES: u64 = 4 * crate::ledger::limits::FRAME_ENTRIES;
/// Chunks that are kept for those who come to them later.
pub(super) const KEPT_CHUNKS: usize = 8;
/// What they may have together, in bytes; the last is kept whatever it has.
const KEPT_BYTES: usize = 16 * 1024 * 1024;

/// Consecutive entries.
#[derive(Debug)]
pub(crate) struct Chunk {
    first: u64,
    lines: String,
    outlines: Vec<Outline>,
}

/// Where the parts of an entry are in its chunk's lines.
#[derive(Debug)]
struct Outline {
    line: Range<u32>,
    recorded: Timestamp,
    time: Option<Timestamp>,
    by: Part,
    id: Part,
    source: Part,
    event_type: Part,
    subject: Option<Part>,
    unit: Option<Part>,
    data: Option<Part>,
    is_test: bool,
}

#[derive(Debug)]
enum Part {
    /// As it stands in the lines.
    At(u32, u32),
    /// It is spelled with escapes there.
    Unescaped(Box<str>),
}

impl Part {
    fn of(lines: &str, part: &str) -> Part {
        // Both point into the same text: the difference is the place, and nothing is read through it.
        let start = (part.as_ptr() as usize).wrapping_sub(lines.as_ptr() as usize);
        match (u32::try_from(start), u32::try_from(part.len())) {
            (Ok(start), Ok(bytes))
                if lines.get(start as usize..).is_some_and(|rest| rest.starts_with(part)) =>
            {
                Part::At(start, bytes)
            }
            _ => Part::Unescaped(Box::from(part)),
        }
    }

    fn in_lines<'c>(&'c self, lines: &'c str) -> &'c str {
        match self {
            Part::At(start, bytes) => &lines[*start as usize..(*start + *bytes) as usize],
            Part::Unescaped(text) => text,
        }
    }
}

impl Outline {
    fn of(lines: &str, line: Range<u32>, entry: &EventFacts<'_>) -> Outline {
        let part = |part: &Cow<'_, str>| Part::of(lines, part);
        Outline {
            line,
            recorded: entry.recorded,
            time: entry.time,
            by: Part::of(lines, entry.by),
            id: part(&entry.id),
            source: part(&entry.source),
            event_type: part(&entry.event_type),
            subject: entry.subject.as_ref().map(part),
            unit: entry.unit.as_ref().map(part),
            data: entry.data.map(|data| Part::of(lines, data)),
            is_test: entry.is_test,
        }
    }

    fn entry<'c>(&'c self, lines: &'c str, seq: u64) -> EventFacts<'c> {
        let text = |part: &'c Part| Cow::Borrowed(part.in_lines(lines));
        EventFacts {
            seq,
            recorded: self.recorded,
            by: self.by.in_lines(lines),
            id: text(&self.id),
            source: text(&self.source),
            event_type: text(&self.event_type),
            subject: self.subject.as_ref().map(text),
            unit: self.unit.as_ref().map(text),
            time: self.time,
            data: self.data.as_ref().map(|data| data.in_lines(lines)),
            is_test: self.is_test,
        }
    }
}

impl Chunk {
    fn read(ledger: &Ledger, range: &Range<u64>) -> io::Result<Chunk> {
        let wrong = |what: String| io::Error::new(io::ErrorKind::InvalidData, what);
        let first = range.start;
        let lines = String::from_utf8(ledger.lines(first, range.end)?)
            .map_err(|error| wrong(format!("from entry {first} on: {error}")))?;
        let mut outlines = Vec::new();
        let mut start = 0;
        for newline in memchr_iter(b'\n', lines.as_bytes()) {
            let seq = first + outlines.len() as u64;
            let entry = read_entry(&lines.as_bytes()[start..newline], seq)?;
            let place = |place: usize| {
                u32::try_from(place)
                    .map_err(|_| wrong(format!("entry {seq}: its chunk is larger than 4 GiB")))
            };
            outlines.push(Outline::of(&lines, place(start)?..place(newline)?, &entry));
            start = newline + 1;
        }
        if outlines.len() as u64 != range.end - first {
            return Err(wrong(format!("fewer entries than there should be from entry {first} on")));
        }
        Ok(Chunk { first, lines, outlines })
    }

    /// The number behind its last entry.
    pub(crate) fn end(&self) -> u64 {
        self.first + self.outlines.len() as u64
    }

    /// Its entries of a range.
    pub(crate) fn entries(&self, range: &Range<u64>) -> Vec<EventFacts<'_>> {
        let place = |seq: u64| usize::try_from(seq.saturating_sub(self.first)).unwrap_or(usize::MAX);
        let of_range = self.outlines.get(place(range.start)..place(range.end)).unwrap_or_default();
        (range.start..).zip(of_range).map(|(seq, outline)| outline.entry(&self.lines, seq)).collect()
    }

    /// The line of an entry, without its newline; empty where it has no such entry.
    pub(super) fn line(&self, seq: u64) -> &[u8] {
        let place = usize::try_from(seq.wrapping_sub(self.first)).unwrap_or(usize::MAX);
        self.outlines.get(place).map_or(&[], |outline| {
            &self.lines.as_bytes()[outline.line.start as usize..outline.line.end as usize]
        })
    }
}

/// A chunk that is kept, or is being read: who finds it so waits for it.
#[derive(Debug, Clone)]
struct Slot {
    range: Range<u64>,
    chunk: Arc<Mutex<Option<Arc<Chunk>>>>,
    bytes: Arc<AtomicUsize>,
}

#[derive(Debug)]
struct Kept {
    ledger: Arc<Ledger>,
    slots: Mutex<VecDeque<Slot>>,
}

/// Reads entries for plugins.
#[derive(Debug)]
pub struct Reading {
    kept: Arc<Kept>,
    /// Gone only while it is dropped.
    ahead: Option<(SyncSender<u64>, JoinHandle<()>)>,
}

/// The ledger is let go of before this returns.
impl Drop for Reading {
    fn drop(&mut self) {
        if let Some((ahead, thread)) = self.ahead.take() {
            drop(ahead);
            if thread.join().is_err() {
                tracing::error!("the thread that reads ahead for plugins panicked");
            }
        }
    }
}

impl Reading {
    /// Entries of a ledger. A thread that reads ahead ends with the value.
    ///
    /// # Errors
    /// If the system gives no thread.
    pub fn new(ledger: Arc<Ledger>) -> io::Result<Reading> {
        let kept = Arc::new(Kept { ledger, slots: Mutex::default() });
        let (ahead, wanted) = sync_channel(2);
        let of_thread = kept.clone();
        let work = move || {
            background::stand_back();
            of_thread.read_ahead(&wanted);
        };
        let thread = thread::Builder::new().name("plugin-reader".to_owned()).spawn(work)?;
        Ok(Reading { kept, ahead: Some((ahead, thread)) })
    }

    /// The chunk that an entry is in. It may begin before it, and end before or behind `goal`.
    ///
    /// # Errors
    /// If the ledger cannot be read.
    pub(crate) fn chunk(&self, next: u64, goal: u64) -> io::Result<Arc<Chunk>> {
        let chunk = self.kept.chunk(next, goal)?;
        // If the thread has enough to do, it comes to this later or not at all.
        if let Some((ahead, _)) = self.ahead.as_ref().filter(|_| chunk.end() + CHUNK_ENTRIES <= goal) {
            let _has_enough_to_do = ahead.try_send(chunk.end());
        }
        Ok(chunk)
    }
}

impl Kept {
    fn read_ahead(&self, wanted: &Receiver<u64>) {
        while let Ok(next) = wanted.recv() {
            let goal = self.ledger.head().size;
            // What cannot be read is told to the plugin that comes to it.
            if next < goal && self.chunk(next, goal).is_err() {
                tracing::debug!(seq = next, "entries could not be read ahead");
            }
        }
    }

    fn chunk(&self, next: u64, goal: u64) -> io::Result<Arc<Chunk>> {
        let slot = self.slot(next, goal);
        let mut chunk = slot.chunk.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(chunk) = &*chunk {
            return Ok(chunk.clone());
        }
        match Chunk::read(&self.ledger, &slot.range) {
            Ok(read) => {
                slot.bytes.store(read.lines.len(), Ordering::Relaxed);
                Ok(chunk.insert(Arc::new(read)).clone())
            }
            Err(error) => {
                let mut slots = self.slots.lock().unwrap_or_else(PoisonError::into_inner);
                slots.retain(|kept| !Arc::ptr_eq(&kept.chunk, &slot.chunk));
                Err(error)
            }
        }
    }

    fn slot(&self, next: u64, goal: u64) -> Slot {
        let mut slots = self.slots.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(slot) = slots.iter().find(|slot| slot.range.contains(&next)) {
            return slot.clone();
        }
        let end = goal.min((next / CHUNK_ENTRIES + 1) * CHUNK_ENTRIES);
        let slot = Slot { range: next..end, chunk: Arc::default(), bytes: Arc::default() };
        slots.push_back(slot.clone());
        let bytes = |slots: &VecDeque<Slot>| {
            slots.iter().map(|slot| slot.bytes.load(Ordering::Relaxed)).sum::<usize>()
        };
        while slots.len() > KEPT_CHUNKS || (slots.len() > 1 && bytes(&slots) > KEPT_BYTES) {
            slots.pop_front();
        }
        slot
    }
}

/// The entries of lines.
pub(super) fn read_entries(lines: &[u8], first: u64) -> io::Result<Vec<EventFacts<'_>>> {
    let (mut entries, mut start) = (Vec::new(), 0);
    for newline in memchr_iter(b'\n', lines) {
        entries.push(read_entry(&lines[start..newline], first + entries.len() as u64)?);
        start = newline + 1;
    }
    Ok(entries)
}

fn read_entry(line: &[u8], seq: u64) -> io::Result<EventFacts<'_>> {
    EventFacts::read(line)
        .map_err(|error| io::Error::new(io::ErrorKind::InvalidData, format!("entry {seq}: {error}")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::query::facts_line as line;

    fn chunk(first: u64, lines: &[Vec<u8>]) -> Chunk {
        let text = String::from_utf8(lines.concat()).unwrap();
        let mut start = 0;
        let mut outlines = Vec::new();
        for line in lines {
            let end = start + line.len() - 1;
            let entry = EventFacts::read(&text.as_bytes()[start..end]).unwrap();
            let place = |place: usize| u32::try_from(place).unwrap();
            outlines.push(Outline::of(&text, place(start)..place(end), &entry));
            start = end + 1;
        }
        Chunk { first, lines: text, outlines }
    }

    #[test]
    fn entries_come_out_as_they_are_read() {
        let more =
            r#","subject":"a \"b\"","time":"2026-04-30T10:00:00+01:00","data":{"unit":"hous\u0069ng"}"#;
        let lines = [
            line(40, "a.b", "/s", ""),
            line(41, "request.received", "/systems/foi", more),
            line(42, "c.d", "/s", ""),
        ];
        let lines = lines.map(|line| [line, b"\n".to_vec()].concat());
        let chunk = chunk(40, &lines);
        let expected: Vec<EventFacts<'_>> =
            lines.iter().map(|line| EventFacts::read(&line[..line.len() - 1]).unwrap()).collect();
        assert_eq!(chunk.entries(&(40..43)), expected);
        assert_eq!(chunk.entries(&(41..42)), expected[1..2]);
        assert_eq!((chunk.end(), chunk.line(41)), (43, &lines[1][..lines[1].len() - 1]));
        assert!(chunk.line(43).is_empty() && chunk.line(39).is_empty());
    }
}
