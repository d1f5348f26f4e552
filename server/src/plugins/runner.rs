//! A plugin from one opening of the ledger to its closing: a thread of its own that reads entries, folds them, tells the
//! ledger of alerts, and keeps snapshots. What fails is made anew from the last snapshot, with half as many items at
//! once, until the one is known that it fails at; before that one the plugin is put in quarantine.

use std::io;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, TryRecvError};
use std::time::{Duration, Instant};

use muniment_core::hash::Hash;
use muniment_core::host::host_event;
use muniment_core::limits::{BATCH_BYTES_MAX, EVENT_BYTES_MAX};
use muniment_core::principal::Principal;

use super::alerts::Saying;
use super::engine::{Cause, Failure, Instance, Log, Program};
use super::fold::{BATCH_ITEMS_MAX, FailedAt, Fold, Position, Terms};
use super::grants;
use super::reading::Reading;
use super::snapshots::{Snapshot, SnapshotOf, Snapshots};
use super::status::Shared;
use crate::ledger::Ledger;
use crate::ledger::submission::{Mode, Refusal, Submission};
use crate::query::EventFacts;

/// How often the ledger is looked at while nothing comes.
const POLL: Duration = Duration::from_millis(50);
/// How long until a ledger that takes nothing is tried again.
const RETRY: Duration = Duration::from_millis(500);
/// After so many entries a snapshot is kept.
const SNAPSHOT_ENTRIES: u64 = 200_000;
/// After so long a snapshot is kept, if anything has changed.
const SNAPSHOT_INTERVAL: Duration = Duration::from_secs(30);
/// Alerts that are handed to the ledger at once.
const TOLD_AT_ONCE: usize = 500;
/// What they may have together, in bytes.
const TOLD_BYTES_AT_ONCE: usize = BATCH_BYTES_MAX - EVENT_BYTES_MAX;
/// How long a chunk is finished before it is left, once the plugin is to stop.
const FINISH: Duration = Duration::from_secs(1);
/// How often a single item may take too long before it counts: the machine may have been busy.
const TIME_TRIES: u32 = 3;

/// Records what becomes of a plugin by itself.
pub(super) trait Recorder: Send {
    /// It stopped before an entry.
    fn quarantine(&mut self, seq: u64, failure: &Failure) -> Result<(), String>;

    /// It begins again from nothing. Returns the entry from which on it counts.
    fn begin_again(&mut self) -> Result<u64, String>;
}

/// What others ask of a plugin that runs.
pub(super) enum Command {
    /// Its state, between two entries.
    Snapshot(SyncSender<Snapshot>),
    /// To end.
    Stop,
}

/// What a runner works with.
pub(super) struct Runner {
    pub(super) ledger: Arc<Ledger>,
    pub(super) reading: Arc<Reading>,
    pub(super) snapshots: Arc<Snapshots>,
    pub(super) program: Program,
    pub(super) settings: String,
    pub(super) terms: Terms,
    pub(super) of: SnapshotOf,
    pub(super) log: Log,
    pub(super) status: Arc<Shared>,
    pub(super) commands: Receiver<Command>,
    /// Set before [`Command::Stop`] is sent: what works slowly on many items breaks off.
    pub(super) is_stopping: Arc<AtomicBool>,
    /// The entry before which it stops: it was put in quarantine there.
    pub(super) stop_before: Option<u64>,
}

/// Why a session ended.
enum Trouble {
    /// The plugin failed at items.
    Failed(FailedAt),
    /// The plugin cannot be started.
    Start { failure: Failure, from_snapshot: bool },
    /// Personal data that it may have been given was destroyed.
    Destroyed,
    /// The ledger cannot be read or written just now.
    Ledger(String),
    /// Somebody asked for it.
    Stopped,
}

impl From<FailedAt> for Trouble {
    fn from(failed: FailedAt) -> Trouble {
        Trouble::Failed(failed)
    }
}

impl From<io::Error> for Trouble {
    fn from(error: io::Error) -> Trouble {
        Trouble::Ledger(error.to_string())
    }
}

/// How a failure is being narrowed down.
struct Narrowing {
    items_max: usize,
    /// Behind this entry all is well again.
    until: u64,
    time_tries: u32,
}

impl Runner {
    /// Folds until it is told to stop.
    pub(super) fn run(mut self, mut recorder: Box<dyn Recorder>) {
        let mut narrowing = Narrowing { items_max: BATCH_ITEMS_MAX, until: 0, time_tries: 0 };
        loop {
            {
                let mut status = self.status.lock();
                status.is_folding = false;
                status.session += 1;
            }
            let at = match self.session(&mut narrowing) {
                Trouble::Stopped => return,
                Trouble::Ledger(error) => {
                    self.say(&format!("the ledger: {error}; it is tried again"));
                    if self.wait(RETRY) {
                        return;
                    }
                    continue;
                }
                Trouble::Destroyed => {
                    match recorder.begin_again() {
                        Ok(since) => {
                            self.say("personal data was destroyed; it folds over the ledger again");
                            (self.terms.since, self.of.since) = (since, since);
                        }
                        Err(error) => {
                            self.say(&format!(
                                "that it begins again cannot be recorded: {error}; it is tried again"
                            ));
                            if self.wait(RETRY) {
                                return;
                            }
                        }
                    }
                    continue;
                }
                Trouble::Start { failure, from_snapshot } => {
                    self.failed(&failure, "it cannot be started");
                    if from_snapshot {
                        self.snapshots.forget(&self.of.plugin);
                        continue;
                    }
                    narrowing.time_tries += 1;
                    if failure.cause == Cause::Time && narrowing.time_tries < TIME_TRIES {
                        continue;
                    }
                    (self.status.lock().next, failure, false)
                }
                Trouble::Failed(failed) => {
                    self.failed(&failed.failure, &format!("at entries {} to {}", failed.first, failed.last));
                    match narrow(&mut narrowing, &failed) {
                        true => continue,
                        false => (failed.first, failed.failure, true),
                    }
                }
            };
            let (seq, failure, can_be_shown) = at;
            if self.stop_before.is_some() {
                // It is in quarantine already, and not even the state before that can be made again.
                return self.idle();
            }
            while let Err(error) = recorder.quarantine(seq, &failure) {
                self.say(&format!("the quarantine cannot be recorded: {error}; it is tried again"));
                if self.wait(RETRY) {
                    return;
                }
            }
            if !can_be_shown {
                return self.idle();
            }
            self.stop_before = Some(seq);
            narrowing = Narrowing { items_max: BATCH_ITEMS_MAX, until: 0, time_tries: 0 };
        }
    }

    fn say(&self, line: &str) {
        tracing::warn!(plugin = self.of.plugin, "{line}");
        self.log.line(&format!("host: {line}"));
    }

    fn failed(&self, failure: &Failure, at: &str) {
        self.say(&format!("{at}: {failure}"));
        let mut status = self.status.lock();
        *status.failures.entry(failure.cause).or_default() += 1;
        status.fault = Some(format!("{at}: {failure}"));
    }

    /// Waits until it is to stop.
    fn idle(&self) {
        while let Ok(command) = self.commands.recv() {
            if matches!(command, Command::Stop) {
                return;
            }
        }
    }

    /// Whether it is to stop.
    fn wait(&self, long: Duration) -> bool {
        match self.commands.recv_timeout(long) {
            Ok(Command::Stop) | Err(RecvTimeoutError::Disconnected) => true,
            // Whoever asks for a snapshot sees that there is none.
            Ok(Command::Snapshot(_)) | Err(RecvTimeoutError::Timeout) => false,
        }
    }

    fn session(&self, narrowing: &mut Narrowing) -> Trouble {
        match self.open() {
            Err(trouble) => trouble,
            Ok(session) => session.run(narrowing),
        }
    }

    /// An instance with the state of the last snapshot that is of use.
    fn open(&self) -> Result<Session<'_>, Trouble> {
        let start = |from_snapshot| move |failure| Trouble::Start { failure, from_snapshot };
        let mut instance = self.program.start(&self.settings, &self.log).map_err(start(false))?;
        let mut snapshot = self.snapshots.get(&self.of);
        if let Some(kept) = &snapshot
            && !self.is_of_this_ledger(kept)?
        {
            self.say("its snapshot is of another course of the ledger; it folds over the ledger again");
            snapshot = None;
        }
        let (position, last) = match snapshot {
            Some(snapshot) => {
                instance.restore(&snapshot.state).map_err(start(true))?;
                (snapshot.position, snapshot.last)
            }
            None => (Position::default(), Hash::ZERO),
        };
        Ok(Session {
            runner: self,
            fold: Fold::new(&self.terms),
            instance,
            kept: position.next,
            kept_at: Instant::now(),
            position,
            last,
        })
    }

    fn is_of_this_ledger(&self, snapshot: &Snapshot) -> io::Result<bool> {
        let next = snapshot.position.next;
        if next == 0 || self.stop_before.is_some_and(|stop| next > stop) {
            return Ok(next == 0);
        }
        let line = self.ledger.line(next - 1)?;
        Ok(line.is_some_and(|line| Hash::of_line(&line) == snapshot.last))
    }
}

/// Gives fewer items at once; `false` once the one is known that it fails at.
fn narrow(narrowing: &mut Narrowing, failed: &FailedAt) -> bool {
    if failed.items > 1 && failed.first < failed.last {
        narrowing.items_max = (failed.items / 2).max(1);
        narrowing.until = failed.last;
        return true;
    }
    narrowing.time_tries += 1;
    failed.failure.cause == Cause::Time && narrowing.time_tries < TIME_TRIES
}

/// Folding with one instance.
struct Session<'r> {
    runner: &'r Runner,
    fold: Fold<'r>,
    instance: Instance,
    position: Position,
    /// The hash of the last entry before the position.
    last: Hash,
    /// Where the last snapshot was kept.
    kept: u64,
    kept_at: Instant,
}

impl Session<'_> {
    fn run(mut self, narrowing: &mut Narrowing) -> Trouble {
        self.fold.batch_items_max = narrowing.items_max;
        self.publish();
        loop {
            match self.commands() {
                Ok(true) => {}
                Ok(false) => {
                    self.keep_quietly();
                    return Trouble::Stopped;
                }
                Err(trouble) => return trouble,
            }
            let size = self.runner.ledger.head().size;
            let goal = self.runner.stop_before.map_or(size, |stop| stop.min(size));
            if self.position.next < goal {
                if let Err(trouble) = self.chunk(goal) {
                    return trouble;
                }
                if self.fold.batch_items_max < BATCH_ITEMS_MAX && self.position.next > narrowing.until {
                    *narrowing = Narrowing { items_max: BATCH_ITEMS_MAX, until: 0, time_tries: 0 };
                    self.fold.batch_items_max = BATCH_ITEMS_MAX;
                }
            }
            if self.snapshot_is_due(goal)
                && let Err(trouble) = self.keep()
            {
                return trouble;
            }
        }
    }

    /// Does what others ask. `false`: it is to stop. At the head it waits a while for that.
    fn commands(&mut self) -> Result<bool, Trouble> {
        let size = self.runner.ledger.head().size;
        let goal = self.runner.stop_before.map_or(size, |stop| stop.min(size));
        let is_waiting = self.position.next >= goal;
        let command = match is_waiting {
            true => match self.runner.commands.recv_timeout(POLL) {
                Ok(command) => command,
                Err(RecvTimeoutError::Timeout) => return Ok(true),
                Err(RecvTimeoutError::Disconnected) => return Ok(false),
            },
            false => match self.runner.commands.try_recv() {
                Ok(command) => command,
                Err(TryRecvError::Empty) => return Ok(true),
                Err(TryRecvError::Disconnected) => return Ok(false),
            },
        };
        match command {
            Command::Stop => Ok(false),
            Command::Snapshot(answer) => {
                let snapshot = self.snapshot()?;
                // Whoever asked may have gone.
                let _unheard = answer.try_send(snapshot);
                Ok(true)
            }
        }
    }

    /// Reads and folds the next entries, and tells the ledger what came of them.
    fn chunk(&mut self, goal: u64) -> Result<(), Trouble> {
        let begun = Instant::now();
        let next = self.position.next;
        let chunk = self.runner.reading.chunk(next, goal)?;
        let end = goal.min(chunk.end());
        let mut entries = chunk.entries(&(next..end));
        if self.runner.has_to_forget(&entries) {
            return Err(Trouble::Destroyed);
        }
        let opened = self.runner.terms.grants.opened(&entries)?;
        grants::put(&mut entries, &opened);
        self.fold.interrupt.stop = Some((self.runner.is_stopping.clone(), begun + FINISH));
        let said = self.fold.advance(&mut self.position, &mut self.instance, &entries)?;
        if self.fold.is_interrupted() {
            return Err(Trouble::Stopped);
        }
        self.runner.tell(said)?;
        self.last = Hash::of_line(chunk.line(end - 1));
        self.runner.status.lock().batch = begun.elapsed();
        self.publish();
        Ok(())
    }

    fn snapshot(&mut self) -> Result<Snapshot, Trouble> {
        let state = self.instance.snapshot().map_err(|failure| {
            let next = self.position.next;
            Trouble::Failed(FailedAt { failure, first: next, last: next, items: 1 })
        })?;
        self.runner.status.lock().snapshot_bytes = state.len();
        Ok(Snapshot { position: self.position.clone(), last: self.last, state })
    }

    fn snapshot_is_due(&self, goal: u64) -> bool {
        let folded = self.position.next.saturating_sub(self.kept);
        let at_the_end = self.runner.stop_before == Some(goal) && self.position.next == goal;
        folded >= SNAPSHOT_ENTRIES
            || (folded > 0 && (self.kept_at.elapsed() >= SNAPSHOT_INTERVAL || at_the_end))
    }

    /// Keeps a snapshot. All that was said up to here is in the ledger.
    fn keep(&mut self) -> Result<(), Trouble> {
        let snapshot = self.snapshot()?;
        // What it was given in the clear may be in its state, and is never written anywhere.
        if self.runner.terms.grants.is_nothing() {
            self.runner.snapshots.put(&self.runner.of, &snapshot);
        }
        (self.kept, self.kept_at) = (self.position.next, Instant::now());
        Ok(())
    }

    /// At the end: without a snapshot the next start folds more, and nothing else is lost.
    fn keep_quietly(&mut self) {
        if self.position.next > self.kept
            && let Err(Trouble::Failed(failed)) = self.keep()
        {
            self.runner.failed(&failed.failure, "when it was stopped");
        }
    }

    fn publish(&self) {
        let mut status = self.runner.status.lock();
        status.next = self.position.next;
        status.given = self.position.given;
        status.open_alerts = self.position.open_count();
        status.wake = self.position.wake;
        status.is_waking = self.position.is_waking();
        status.is_folding = self.runner.stop_before.is_none();
        status.memory_bytes = self.instance.memory_bytes();
        if status.is_folding {
            status.fault = None;
        }
    }
}

impl Runner {
    /// Whether something was destroyed among entries that the plugin may have been given in the clear before.
    fn has_to_forget(&self, entries: &[EventFacts<'_>]) -> bool {
        !self.terms.grants.is_nothing()
            && entries.iter().any(|entry| {
                entry.seq > self.terms.since
                    && entry.by.starts_with("host")
                    && entry.event_type == "personal.destroyed"
            })
    }

    /// Tells the ledger of alerts. What it was told before counts as done, whatever the wording.
    fn tell(&self, said: Vec<Saying>) -> Result<(), Trouble> {
        let mut waiting = said.into_iter().peekable();
        while waiting.peek().is_some() {
            let (mut events, mut bytes) = (Vec::new(), 0);
            while events.len() < TOLD_AT_ONCE
                && bytes < TOLD_BYTES_AT_ONCE
                && let Some(saying) = waiting.next()
            {
                let subject = Some(saying.subject.as_str());
                let event =
                    host_event(self.ledger.origin(), saying.event_type, &saying.id, subject, saying.data)
                        .map_err(|error| Trouble::Ledger(error.to_string()))?;
                bytes += event.canonical().len();
                events.push(event);
            }
            let refused = |refusal: Refusal| Trouble::Ledger(refusal.to_string());
            let submission = Submission::new(Principal::host(), events, Mode::Each).map_err(refused)?;
            for outcome in self.ledger.append(submission).map_err(refused)? {
                match outcome {
                    Ok(_) | Err(Refusal::Conflict { .. }) => {}
                    Err(refusal) => return Err(refused(refusal)),
                }
            }
        }
        Ok(())
    }
}
