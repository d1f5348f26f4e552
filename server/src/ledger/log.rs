//! The writer: the commit protocol, told in order in [`Log::commit`].

use std::io;
use std::sync::Arc;

use muniment_core::chain::Head;
use muniment_core::entry::{BatchPlace, EntryView, write_line};
use muniment_core::event::{Event, differences};
use muniment_core::hash::Hash;
use muniment_core::key::Key;
use muniment_core::time::Timestamp;
use muniment_core::tree::leaf_hash;
use rayon::prelude::*;

use super::clock::{Clock, ClockGuard};
use super::keys::{KeyIndex, KeyMap};
use super::limits::GROUP_BYTES_MAX;
use super::lines::LineSegment;
use super::names::{self, LedgerFile};
use super::shared::{Segment, Shared};
use super::submission::{Appended, Mode, Outcome, Refusal, Submission};
use crate::disk::temporary;

/// Groups below this many entries are hashed on the writer's own thread.
const PARALLEL_ENTRIES_MIN: usize = 64;

/// The one writer of a ledger.
#[derive(Debug)]
pub struct Log {
    pub(super) shared: Arc<Shared>,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) guard: ClockGuard,
    pub(super) keys: KeyIndex,
    pub(super) active: Arc<LineSegment>,
    pub(super) segment_bytes_max: u64,
    /// A write or sync failed: the active segment is never appended to again.
    pub(super) active_is_suspect: bool,
}

/// A group of entries that is being made: nothing of it is in the ledger yet.
struct Group<'s> {
    base: Head,
    head: Head,
    recorded: Timestamp,
    lines: Vec<u8>,
    /// Where each line ends in `lines`, its newline included.
    ends: Vec<usize>,
    hashes: Vec<Hash>,
    /// The new entries' events, and which of them has a key.
    events: Vec<(Key, &'s Event)>,
    places: KeyMap<usize>,
    /// Further events whose key is in `places` already.
    more: Vec<(Key, usize)>,
}

/// What the ledger makes of one event.
enum Resolution {
    /// The new entry at this place of the group.
    New(usize),
    /// An event that is in the group already, at this place.
    InGroup(usize),
    /// An entry that the ledger has already.
    Known(Appended),
    Refused(Refusal),
}

impl Log {
    /// Appends a group of submissions with one write and one sync, and answers each.
    ///
    /// What a crash leaves behind is said at each step.
    pub fn commit(&mut self, submissions: &[Submission]) -> Vec<Outcome> {
        let refuse_all = |refusal: Refusal| submissions.iter().map(|_| Err(refusal.clone())).collect();

        // The instant comes first: without a clock that can be trusted nothing is written.
        let base = self.shared.head();
        let recorded = match self.guard.instant(&*self.clock, base.recorded) {
            Ok(recorded) => recorded,
            Err(stopped) => return refuse_all(stopped.into()),
        };

        // A full segment, or one that a write failed in, is followed by a new one.
        // A crash here: an empty segment, or none; nothing is lost.
        if self.active_is_suspect || self.active.bytes() >= self.segment_bytes_max {
            if let Err(error) = self.start_segment() {
                return refuse_all(self.failed("a new segment could not be started", &error));
            }
        }

        // Idempotency, then seq, prev and recorded for what is new: in memory only.
        // A crash here: as if the group had never come.
        let mut group = Group::new(base, recorded);
        let resolved: Vec<Result<Vec<Resolution>, Refusal>> =
            submissions.iter().map(|submission| self.resolve(submission, &mut group)).collect();
        if group.events.is_empty() {
            return resolved.into_iter().map(|items| group.outcome(items)).collect();
        }
        assert!(group.lines.len() <= GROUP_BYTES_MAX, "the queue bounds a group");

        // One write, one sync; the leaves are hashed meanwhile.
        // A crash here: any part of the group may be on disk. None of it was acknowledged; recovery keeps
        // whole submissions from its start and moves the rest aside.
        let (written, leaves) = self.write(&group);
        if let Err(error) = written {
            // The group is refused and chain, tree and keys are as before. The segment is left for good:
            // a second sync might falsely succeed. What the group left in it lies beyond its count.
            self.active_is_suspect = true;
            return refuse_all(self.failed("writing failed", &error));
        }

        // The point of no return: the group is durable.
        // A crash from here on: recovery finds the whole group; clients that were not answered and repeat
        // their events get the same entries.
        self.extend(&group, &leaves);
        resolved.into_iter().map(|items| group.outcome(items)).collect()
    }

    fn write(&self, group: &Group<'_>) -> (io::Result<()>, Vec<Hash>) {
        let write = || {
            let file = self.active.file();
            file.write_at(&group.lines, self.active.bytes())?;
            file.sync()
        };
        if group.ends.len() < PARALLEL_ENTRIES_MIN {
            return (write(), group.lines().map(leaf_hash).collect());
        }
        rayon::join(write, || {
            let lines: Vec<&[u8]> = group.lines().collect();
            lines.par_iter().with_min_len(PARALLEL_ENTRIES_MIN).map(|line| leaf_hash(line)).collect()
        })
    }

    /// Makes a synced group part of the ledger: tree, keys, lines, head.
    fn extend(&mut self, group: &Group<'_>, leaves: &[Hash]) {
        if let Err(error) = self.shared.tree_mut().extend(leaves) {
            tracing::warn!(%error, "tiles could not be written; they stay in memory until they can");
        }
        for (place, (key, _)) in group.events.iter().enumerate() {
            self.keys.insert(*key, group.base.size + place as u64);
        }
        let start = u32::try_from(self.active.bytes()).expect("a segment is smaller than 4 GiB");
        let end = |end: &usize| start + u32::try_from(*end).expect("a group is smaller than 4 GiB");
        self.active.publish(group.ends.iter().map(end));
        self.shared.set_head(group.head);
        self.shared.set_fault(None);
    }

    /// Starts a segment at the head.
    pub(super) fn start_segment(&mut self) -> io::Result<()> {
        let first = self.shared.head().size;
        let path = LedgerFile::Lines(first).to_string();
        let disk = &*self.shared.disk;
        // Put in place by a rename, because a failed group may have left an empty segment of this name.
        // A crash before the last sync: the name may or may not be there; its segment is empty.
        let file = disk.create_over(&temporary(&path))?;
        disk.rename(&temporary(&path), &path)?;
        disk.sync_dir(names::LEDGER)?;

        let left = self.active.clone();
        self.active = Arc::new(LineSegment::new(first, file, Vec::new()));
        self.shared.add_segment(Segment::Lines(self.active.clone()));
        self.keys.open_segment(first);
        if std::mem::take(&mut self.active_is_suspect) && left.first() != first {
            // Only for the eye: the name of the new segment already puts the rest out of count.
            if let Err(error) = left.file().set_len(left.bytes()) {
                tracing::warn!(%error, "what a failed group left in its segment could not be cut off");
            }
        }
        Ok(())
    }

    pub(super) fn failed(&self, what: &str, error: &io::Error) -> Refusal {
        let message = format!("{what} ({error})");
        tracing::error!(%error, "{what}; appending is refused until it works again");
        self.shared.set_fault(Some(message.clone()));
        Refusal::Storage(message)
    }

    /// Finds out what each event of a submission is, and adds the new ones to the group.
    fn resolve<'s>(
        &self,
        submission: &'s Submission,
        group: &mut Group<'s>,
    ) -> Result<Vec<Resolution>, Refusal> {
        let start = group.events.len();
        let mut resolutions = Vec::with_capacity(submission.events.len());
        for event in &submission.events {
            match (self.resolve_event(event, group), submission.mode) {
                (Resolution::Refused(refusal), Mode::Batch) => {
                    group.forget_from(start);
                    return Err(refusal);
                }
                (resolution, _) => resolutions.push(resolution),
            }
        }
        let count = group.events.len() - start;
        for index in 0..count {
            let batch = (submission.mode == Mode::Batch && count > 1).then(|| BatchPlace {
                index: u32::try_from(index).expect("a batch is bounded"),
                count: u32::try_from(count).expect("a batch is bounded"),
            });
            group.write_entry(submission.by.as_str(), group.events[start + index].1, batch);
        }
        Ok(resolutions)
    }

    fn resolve_event<'s>(&self, event: &'s Event, group: &mut Group<'s>) -> Resolution {
        let key = event.key();
        match self.find(key, event) {
            Ok(Some(resolution)) => return resolution,
            Ok(None) => {}
            Err(refusal) => return Resolution::Refused(refusal),
        }
        match group.find(key, event) {
            Some((place, first)) => {
                let differences = differences(first.canonical(), event.canonical()).unwrap_or_default();
                if differences.is_empty() {
                    Resolution::InGroup(place)
                } else {
                    Resolution::Refused(conflict(event, group.base.size + place as u64, differences))
                }
            }
            None => Resolution::New(group.add(key, event)),
        }
    }

    /// Looks an event up in the ledger by `source` and `id`.
    fn find(&self, key: Key, event: &Event) -> Result<Option<Resolution>, Refusal> {
        let unreadable = |error: String| Refusal::Storage(format!("reading failed ({error})"));
        let candidates = self.keys.find(key).map_err(|error| unreadable(format!("key run {error}")))?;
        for seq in candidates {
            let line =
                self.shared.line(seq).map_err(|error| unreadable(error.to_string()))?.unwrap_or_default();
            let damaged = |what: String| unreadable(format!("entry {seq}: {what}"));
            let entry = EntryView::parse(&line).map_err(|error| damaged(error.to_string()))?;
            let known = entry.check_event().map_err(|error| damaged(error.to_string()))?;
            if known.source != event.source() || known.id != event.id() {
                continue;
            }
            let differences = differences(entry.event.as_bytes(), event.canonical())
                .map_err(|error| damaged(error.to_string()))?;
            return Ok(Some(if differences.is_empty() {
                let hash = Hash::of_line(&line);
                Resolution::Known(Appended { seq, hash, recorded: entry.recorded, replayed: true })
            } else {
                Resolution::Refused(conflict(event, seq, differences))
            }));
        }
        Ok(None)
    }

    /// The entry that has this source and id, if there is one.
    ///
    /// # Errors
    /// As the disk says.
    pub fn find_entry(&self, source: &str, id: &str) -> io::Result<Option<u64>> {
        let candidates = self.keys.find(Key::new(source, id)).map_err(io::Error::other)?;
        for seq in candidates {
            let line = self.shared.line(seq)?.unwrap_or_default();
            let entry = EntryView::parse(&line).map_err(io::Error::other)?;
            let event = entry.check_event().map_err(io::Error::other)?;
            if event.source == source && event.id == id {
                return Ok(Some(seq));
            }
        }
        Ok(None)
    }
}

fn conflict(event: &Event, seq: u64, differences: Vec<String>) -> Refusal {
    Refusal::Conflict { from: event.source().to_owned(), id: event.id().to_owned(), seq, differences }
}

impl<'s> Group<'s> {
    fn new(base: Head, recorded: Timestamp) -> Group<'s> {
        Group {
            base,
            head: base,
            recorded,
            lines: Vec::new(),
            ends: Vec::new(),
            hashes: Vec::new(),
            events: Vec::new(),
            places: KeyMap::default(),
            more: Vec::new(),
        }
    }

    fn find(&self, key: Key, event: &Event) -> Option<(usize, &'s Event)> {
        let first = self.places.get(&key).copied();
        let more = self.more.iter().filter(|(more, _)| *more == key).map(|(_, place)| *place);
        let mut candidates = first.into_iter().chain(more).map(|place| (place, self.events[place].1));
        candidates.find(|(_, known)| known.source() == event.source() && known.id() == event.id())
    }

    fn add(&mut self, key: Key, event: &'s Event) -> usize {
        let place = self.events.len();
        if self.places.contains_key(&key) {
            self.more.push((key, place));
        } else {
            self.places.insert(key, place);
        }
        self.events.push((key, event));
        place
    }

    /// Takes the events from a place on out again: their batch is refused.
    fn forget_from(&mut self, start: usize) {
        self.more.retain(|(_, place)| *place < start);
        for (key, _) in self.events.drain(start..) {
            if self.places.get(&key).is_some_and(|place| *place >= start) {
                self.places.remove(&key);
            }
        }
    }

    fn write_entry(&mut self, by: &str, event: &Event, batch: Option<BatchPlace>) {
        let start = self.lines.len();
        let recorded = self.recorded.to_recorded();
        write_line(&mut self.lines, batch, by, event.canonical(), self.head.last, &recorded, self.head.size);
        let hash = Hash::of_line(&self.lines[start..]);
        self.lines.push(b'\n');
        self.ends.push(self.lines.len());
        self.hashes.push(hash);
        self.head = Head { size: self.head.size + 1, last: hash, recorded: self.recorded, open_batch: None };
    }

    /// The lines without their newlines.
    fn lines(&self) -> impl Iterator<Item = &[u8]> {
        let starts = std::iter::once(0).chain(self.ends.iter().copied());
        starts.zip(&self.ends).map(|(start, end)| &self.lines[start..end - 1])
    }

    fn outcome(&self, items: Result<Vec<Resolution>, Refusal>) -> Outcome {
        let appended = |place: usize, replayed| Appended {
            seq: self.base.size + place as u64,
            hash: self.hashes[place],
            recorded: self.recorded,
            replayed,
        };
        Ok(items?
            .into_iter()
            .map(|resolution| match resolution {
                Resolution::New(place) => Ok(appended(place, false)),
                Resolution::InGroup(place) => Ok(appended(place, true)),
                Resolution::Known(known) => Ok(known),
                Resolution::Refused(refusal) => Err(refusal),
            })
            .collect())
    }
}
