//! The writer: the commit protocol.
//!
//! A group of submissions goes through four steps, and a few groups may be on the way at once: while one is
//! being written and synced, the next are made. Only one at a time is written and not synced. [`Log::push`]
//! tells the steps in order, and at each of them what a crash right there leaves behind.

use std::collections::VecDeque;
use std::io;
use std::sync::Arc;

use muniment_core::chain::Head;
use muniment_core::tree::leaf_hash;

use super::clock::{Clock, ClockGuard};
use super::group::Group;
use super::keys::KeyIndex;
use super::lines::LineSegment;
use super::names::{self, LedgerFile};
use super::shared::{Segment, Shared};
use super::submission::{Outcome, Refusal, Submission};
use super::tree::Growth;
use super::workers::{Workers, Writing};
use crate::disk::temporary;

/// Groups below this many entries are written and hashed on the writer's own thread.
const PARALLEL_ENTRIES_MIN: usize = 64;

/// Most groups that the workers have at a time, one of them being written.
const IN_FLIGHT_MAX: usize = 2;

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
    /// The groups that have been made and are not in the ledger yet. All are with the workers, or it is one.
    pub(super) in_flight: VecDeque<InFlight>,
    /// Buffers to make further groups' lines in.
    pub(super) spare_lines: Vec<Vec<u8>>,
    /// Without them everything is done on the caller's thread.
    pub(super) workers: Option<Workers>,
}

/// A group that has been made and is not in the ledger yet.
#[derive(Debug)]
pub(super) struct InFlight {
    pub(super) group: Arc<Group>,
    /// `None`: nobody has begun to write it.
    writing: Option<Writing>,
}

/// The answers to one group, in the order of its submissions.
pub type Answers = Vec<Outcome>;

impl Log {
    /// What readers see, for tests elsewhere.
    #[cfg(test)]
    pub(crate) fn shared(&self) -> &Shared {
        &self.shared
    }

    /// Appends a group of submissions with one write and one sync, and answers each.
    pub fn commit(&mut self, submissions: &[Submission]) -> Answers {
        let mut answers = self.push(submissions.to_vec());
        answers.extend(self.drain());
        answers.pop_back().unwrap_or_default()
    }

    /// Takes a group in. The answers are those of the groups that are done, oldest first: usually those
    /// taken in before. [`Log::drain`] finishes the last ones.
    pub fn push(&mut self, submissions: Vec<Submission>) -> VecDeque<Answers> {
        let mut done = VecDeque::new();

        // A full segment, or one that a write failed in, is followed by a new one.
        // A crash here: an empty segment, or none; nothing is lost.
        if self.active_is_suspect || self.active.bytes() + self.in_flight_bytes() >= self.segment_bytes_max {
            done.extend(self.drain());
            if let Err(error) = self.start_segment() {
                let refusal = self.failed("a new segment could not be started", &error);
                done.push_back(refuse_all(&submissions, &refusal));
                return done;
            }
        }

        // The instant: without a clock that can be trusted nothing is written.
        let base = self.next_head();
        let recorded = match self.guard.instant(&*self.clock, base.recorded) {
            Ok(recorded) => recorded,
            Err(stopped) => {
                done.extend(self.drain());
                done.push_back(refuse_all(&submissions, &stopped.into()));
                return done;
            }
        };

        // Idempotency, then seq, prev and recorded for what is new: in memory only. The groups before are
        // written meanwhile.
        // A crash here: as if the group had never come.
        let lines = self.spare_lines.pop().unwrap_or_default();
        let mut group = self.make(Group::new(base, recorded, submissions, lines));

        // The workers begin with it as soon as the groups before are synced, or else it is written once the
        // next is made. What repeats an entry that is on its way is answered after that.
        let is_parallel = self.workers.is_some() && group.ends.len() >= PARALLEL_ENTRIES_MIN;
        let room = if is_parallel && self.in_flight.iter().all(|before| before.writing.is_some()) {
            IN_FLIGHT_MAX
        } else {
            0
        };
        while self.in_flight.len() > room {
            if let Err(refusal) = self.finish_next(&mut done) {
                done.push_back(refuse_all(&group.submissions, &refusal));
                return done;
            }
        }
        if group.is_empty() {
            done.push_back(group.answers());
            return done;
        }
        let group = Arc::new(group);
        let offset = self.active.bytes() + self.in_flight_bytes();
        let workers = self.workers.as_ref().filter(|_| is_parallel);
        let writing = workers.map(|workers| workers.write(&group, &self.active, offset));
        self.in_flight.push_back(InFlight { group, writing });
        while self.in_flight.len() > IN_FLIGHT_MAX {
            if self.finish_next(&mut done).is_err() {
                break;
            }
        }
        done
    }

    /// Finishes the groups that are on the way.
    pub fn drain(&mut self) -> VecDeque<Answers> {
        let mut done = VecDeque::new();
        while !self.in_flight.is_empty() && self.finish_next(&mut done).is_ok() {}
        done
    }

    /// Finishes the oldest group that is on the way. If it cannot be written, those behind it continue a group
    /// that is refused, so they are refused too.
    fn finish_next(&mut self, done: &mut VecDeque<Answers>) -> Result<(), Refusal> {
        let Some(InFlight { group, writing }) = self.in_flight.pop_front() else { return Ok(()) };
        let written = self.written(&group, writing);
        match self.finish(group, written) {
            Ok(answers) => done.push_back(answers),
            Err((group, refusal)) => {
                done.push_back(refuse_all(&group.submissions, &refusal));
                for behind in self.in_flight.drain(..) {
                    // The workers leave alone what stands behind a failure.
                    let _failed_too = behind.writing.map(Writing::written);
                    done.push_back(refuse_all(&behind.group.submissions, &refusal));
                }
                return Err(refusal);
            }
        }
        Ok(())
    }

    /// One write, one sync, by the workers or here; the leaves are hashed meanwhile.
    ///
    /// A crash here: any part of the group may be on disk. None of it was acknowledged; recovery keeps
    /// whole submissions from its start and moves the rest aside.
    fn written(&self, group: &Arc<Group>, writing: Option<Writing>) -> io::Result<Growth> {
        let (leaves, written) = match writing {
            Some(writing) => (writing.leaves(group), writing.written()),
            None => {
                let written =
                    group.write(&self.active, self.active.bytes()).and_then(|()| self.active.file().sync());
                (Ok(group.lines(0..group.ends.len()).map(leaf_hash).collect()), written)
            }
        };
        let growth = leaves.map(|leaves| self.shared.tree().plan(leaves));
        written.and(growth)
    }

    /// The point of no return, if the group was written: it is durable.
    ///
    /// A crash from here on: recovery finds the whole group; clients that were not answered and repeat
    /// their events get the same entries.
    ///
    /// If writing failed the group is refused, and chain, tree and keys are as before it. The segment is
    /// left for good: a second sync might falsely succeed. What the group left in it is beyond its count.
    fn finish(
        &mut self,
        group: Arc<Group>,
        written: io::Result<Growth>,
    ) -> Result<Answers, (Arc<Group>, Refusal)> {
        let growth = match written {
            Ok(growth) => growth,
            Err(error) => {
                self.active_is_suspect = true;
                return Err((group, self.failed("writing failed", &error)));
            }
        };
        if let Err(error) = self.shared.tree_mut().grow(growth) {
            tracing::warn!(%error, "tiles could not be written; they stay in memory until they can");
        }
        group.keys().for_each(|key| self.keys.push(key));
        let start = u32::try_from(self.active.bytes()).expect("a segment is smaller than 4 GiB");
        let end = |end: &usize| start + u32::try_from(*end).expect("a group is smaller than 4 GiB");
        self.active.publish(group.ends.iter().map(end));
        self.shared.set_head(group.head);
        self.shared.set_fault(None);
        let mut group = Arc::into_inner(group).expect("the workers have let go of it");
        if self.spare_lines.len() <= IN_FLIGHT_MAX {
            group.lines.clear();
            self.spare_lines.push(std::mem::take(&mut group.lines));
        }
        let answers = group.answers();
        if let Some(workers) = &self.workers {
            workers.discard(group);
        }
        Ok(answers)
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

    fn in_flight_bytes(&self) -> u64 {
        self.in_flight.iter().map(|made| made.group.lines.len() as u64).sum()
    }

    /// The head that the next group continues.
    fn next_head(&self) -> Head {
        self.in_flight.back().map_or_else(|| self.shared.head(), |made| made.group.head)
    }

    fn failed(&self, what: &str, error: &io::Error) -> Refusal {
        let message = format!("{what} ({error})");
        tracing::error!(%error, "{what}; appending is refused until it works again");
        self.shared.set_fault(Some(message.clone()));
        Refusal::Storage(message)
    }
}

fn refuse_all(submissions: &[Submission], refusal: &Refusal) -> Answers {
    submissions.iter().map(|_| Err(refusal.clone())).collect()
}
