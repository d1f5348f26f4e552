//! A group of submissions on its way into the ledger: nothing of it is there yet.

use std::collections::hash_map::Entry;
use std::io;
use std::ops::Range;

use muniment_core::chain::Head;
use muniment_core::entry::{BatchPlace, fill_prev, write_line};
use muniment_core::event::Event;
use muniment_core::hash::{self, Hash};
use muniment_core::key::Key;
use muniment_core::limits::ENTRY_OVERHEAD_BYTES_MAX;
use muniment_core::time::Timestamp;

use super::keys::KeyMap;
use super::limits::GROUP_BYTES_MAX;
use super::lines::LineSegment;
use super::log::Answers;
use super::submission::{Appended, Mode, Refusal, Submission};

/// The group, and what has been made of it.
#[derive(Debug)]
pub(super) struct Group {
    pub(super) submissions: Vec<Submission>,
    /// The head that it continues, and the one after it.
    pub(super) base: Head,
    pub(super) head: Head,
    recorded: Timestamp,
    /// The new entries' lines.
    pub(super) lines: Vec<u8>,
    /// Where each line ends in `lines`, its newline included.
    pub(super) ends: Vec<usize>,
    /// Where each line's `prev` is in `lines`.
    prevs: Vec<usize>,
    hashes: Vec<Hash>,
    /// The new entries' keys, and where their events are in `submissions`.
    new: Vec<(Key, (usize, usize))>,
    places: KeyMap<usize>,
    /// Further new entries whose key is in `places` already: two names with one 128-bit hash.
    more: Vec<(Key, usize)>,
    /// What each submission's events are.
    pub(super) resolved: Vec<Result<Vec<Resolution>, Refusal>>,
}

/// What the ledger makes of one event.
#[derive(Debug)]
pub(super) enum Resolution {
    /// The new entry at this place of the group.
    New(usize),
    /// The same event as the new entry at this place.
    InGroup(usize),
    /// An entry that was there before the group.
    Known(Appended),
    Refused(Refusal),
}

impl Group {
    pub(super) fn new(
        base: Head,
        recorded: Timestamp,
        submissions: Vec<Submission>,
        lines: Vec<u8>,
    ) -> Group {
        let events: usize = submissions.iter().map(Submission::len).sum();
        let bytes: usize = submissions.iter().map(Submission::bytes).sum();
        let mut group = Group {
            submissions,
            base,
            head: base,
            recorded,
            lines,
            ends: Vec::with_capacity(events),
            prevs: Vec::with_capacity(events),
            hashes: Vec::with_capacity(events),
            new: Vec::with_capacity(events),
            places: KeyMap::with_capacity_and_hasher(events, Default::default()),
            more: Vec::new(),
            resolved: Vec::new(),
        };
        group.lines.reserve(bytes + events * (ENTRY_OVERHEAD_BYTES_MAX + 1));
        group
    }

    /// Whether no entry comes of it.
    pub(super) fn is_empty(&self) -> bool {
        self.new.is_empty()
    }

    /// Number of new entries so far.
    pub(super) fn len(&self) -> usize {
        self.new.len()
    }

    pub(super) fn event(&self, place: usize) -> &Event {
        let (submission, event) = self.new[place].1;
        &self.submissions[submission].events[event]
    }

    /// The new entry that has the event's `source` and `id`.
    pub(super) fn find(&self, event: &Event) -> Option<usize> {
        let key = event.key();
        let first = self.places.get(&key).copied();
        let more = self.more.iter().filter(|(more, _)| *more == key).map(|(_, place)| *place);
        let same = |place: &usize| {
            let known = self.event(*place);
            known.source() == event.source() && known.id() == event.id()
        };
        first.into_iter().chain(more).find(same)
    }

    /// Takes an event in as a new entry, whose line comes with [`Group::write_lines`].
    pub(super) fn add(&mut self, submission: usize, event: usize) -> usize {
        let place = self.new.len();
        let key = self.submissions[submission].events[event].key();
        match self.places.entry(key) {
            Entry::Occupied(_) => self.more.push((key, place)),
            Entry::Vacant(free) => drop(free.insert(place)),
        }
        self.new.push((key, (submission, event)));
        place
    }

    /// Takes the entries from a place on out again: their batch is refused.
    pub(super) fn forget_from(&mut self, start: usize) {
        self.more.retain(|(_, place)| *place < start);
        for (key, _) in self.new.drain(start..) {
            if self.places.get(&key).is_some_and(|place| *place >= start) {
                self.places.remove(&key);
            }
        }
    }

    /// Writes the lines of a submission's new entries, which start at a place. They are not chained yet.
    pub(super) fn write_lines(&mut self, submission: usize, start: usize) {
        let recorded = self.recorded.to_recorded();
        let Submission { by, events, mode, .. } = &self.submissions[submission];
        let count = self.new.len() - start;
        for index in 0..count {
            let batch = (*mode == Mode::Batch && count > 1).then(|| BatchPlace {
                index: u32::try_from(index).expect("a batch is bounded"),
                count: u32::try_from(count).expect("a batch is bounded"),
            });
            let event = events[self.new[start + index].1.1].canonical();
            let seq = self.base.size + self.ends.len() as u64;
            let prev = write_line(&mut self.lines, batch, by.as_str(), event, Hash::ZERO, &recorded, seq);
            self.lines.push(b'\n');
            self.prevs.push(prev);
            self.ends.push(self.lines.len());
        }
    }

    /// Chains the lines. All that stands before each `prev` is hashed side by side; only the rest has to
    /// wait for the line before.
    pub(super) fn chain(&mut self) {
        let starts = std::iter::once(0).chain(self.ends.iter().copied());
        let beginnings: Vec<&[u8]> =
            starts.zip(&self.prevs).map(|(start, prev)| &self.lines[start..*prev]).collect();
        let (mut last, mut start) = (self.base.last, 0);
        for (place, started) in hash::lines::start(&beginnings).into_iter().enumerate() {
            fill_prev(&mut self.lines, self.prevs[place], last);
            last = started.finish(&self.lines[start..self.ends[place] - 1]);
            self.hashes.push(last);
            start = self.ends[place];
        }
        let size = self.base.size + self.ends.len() as u64;
        let recorded = if self.ends.is_empty() { self.base.recorded } else { self.recorded };
        self.head = Head { size, last, recorded, open_batch: None };
    }

    /// One write at a place behind the published lines of a segment.
    pub(super) fn write(&self, active: &LineSegment, offset: u64) -> io::Result<()> {
        assert!(self.lines.len() <= GROUP_BYTES_MAX, "the queue bounds a group");
        active.file().write_at(&self.lines, offset)
    }

    /// The lines of some of the new entries, without their newlines.
    pub(super) fn lines(&self, places: Range<usize>) -> impl Iterator<Item = &[u8]> {
        let start = |place: usize| place.checked_sub(1).map_or(0, |before| self.ends[before]);
        places.map(move |place| &self.lines[start(place)..self.ends[place] - 1])
    }

    /// Keys of the new entries, in their order.
    pub(super) fn keys(&self) -> impl Iterator<Item = Key> {
        self.new.iter().map(|(key, _)| *key)
    }

    pub(super) fn appended(&self, place: usize, replayed: bool) -> Appended {
        Appended {
            seq: self.base.size + place as u64,
            hash: self.hashes[place],
            recorded: self.recorded,
            replayed,
        }
    }

    /// What each submission is told once the group is in the ledger.
    pub(super) fn answers(&mut self) -> Answers {
        let resolved = std::mem::take(&mut self.resolved);
        let answer = |resolution| match resolution {
            Resolution::New(place) => Ok(self.appended(place, false)),
            Resolution::InGroup(place) => Ok(self.appended(place, true)),
            Resolution::Known(known) => Ok(known),
            Resolution::Refused(refusal) => Err(refusal),
        };
        resolved.into_iter().map(|items| Ok(items?.into_iter().map(answer).collect())).collect()
    }
}
