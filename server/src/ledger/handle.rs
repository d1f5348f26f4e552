//! The open ledger: a bounded queue, the writer's thread behind it, and a thread that seals.

use std::collections::VecDeque;
use std::io;
use std::ops::Deref;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, SyncSender, TryRecvError, TrySendError};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use muniment_core::json::Value;
use tokio::sync::oneshot;

use super::host_events;
use super::limits::{
    GROUP_BYTES_WANTED, GROUP_EVENTS_WANTED, QUEUE_BYTES_MAX, QUEUE_SUBMISSIONS_MAX, UNSEALED_SEGMENTS_MAX,
    UNSEALED_SEGMENTS_WANTED,
};
use super::lock::{DirectoryLock, LockError};
use super::log::{Answers, Log};
use super::open::{self, OpenError, OpenOptions, OpenReport};
use super::seal::Sealed;
use super::shared::Shared;
use super::submission::{Appended, Outcome, Refusal, Submission};
use super::workers::Workers;
use crate::background;
use crate::disk::OsDisk;

/// How often a changed ledger's checkpoint is signed and kept.
const CHECKPOINT_INTERVAL: Duration = Duration::from_secs(1);

/// After a failure to seal, how long until it is tried again.
const SEAL_RETRY: Duration = Duration::from_secs(30);

/// How often the writer lets others run before it commits a group that is not full. Where nobody waits for a core
/// this takes no time.
const GATHER_YIELDS: u32 = 3;

/// How a ledger is opened.
#[derive(Debug, Clone)]
pub struct LedgerOptions {
    /// Clock, bounds and sizes.
    pub open: OpenOptions,
    /// zstd level of sealed segments.
    pub zstd_level: i32,
    /// Without work for so long, segments that wait are sealed. Above a second: only when many wait.
    pub quiet: Duration,
}

/// Why a ledger cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// Its directory.
    #[error(transparent)]
    Lock(#[from] LockError),
    /// Its content.
    #[error(transparent)]
    Open(#[from] OpenError),
}

enum Command {
    Append {
        submission: Submission,
        handed_in: Instant,
        answer: oneshot::Sender<Outcome>,
    },
    Host {
        event_type: &'static str,
        id: String,
        subject: Option<String>,
        data: Value<'static>,
        answer: oneshot::Sender<Result<Appended, Refusal>>,
    },
    Find {
        names: Vec<(String, String)>,
        answer: oneshot::Sender<io::Result<Vec<Option<u64>>>>,
    },
}

/// An open ledger. Dropping it writes what waits, keeps a checkpoint and ends the threads.
#[derive(Debug)]
pub struct Ledger {
    shared: Arc<Shared>,
    report: OpenReport,
    queue: Option<SyncSender<Command>>,
    queued_bytes: Arc<AtomicUsize>,
    writer: Mutex<Option<JoinHandle<()>>>,
    _lock: DirectoryLock,
}

impl Deref for Ledger {
    type Target = Shared;

    fn deref(&self) -> &Shared {
        &self.shared
    }
}

impl Ledger {
    /// Locks and opens the ledger in a directory.
    ///
    /// # Errors
    /// See [`StartError`].
    pub fn open(directory: &Path, options: &LedgerOptions) -> Result<Ledger, StartError> {
        if !directory.join(super::names::LEDGER).is_dir() {
            return Err(OpenError::NoLedger.into());
        }
        let lock = DirectoryLock::exclusive(directory)?;
        let (mut log, report) = open::open(Arc::new(OsDisk::new(directory)), &options.open)?;
        log.workers = Some(Workers::start().map_err(open::io_error("starting threads"))?);
        let shared = log.shared.clone();
        let (queue, commands) = mpsc::sync_channel(QUEUE_SUBMISSIONS_MAX);
        let queued_bytes = Arc::new(AtomicUsize::new(0));
        let writer = Writer {
            log,
            commands,
            queued_bytes: queued_bytes.clone(),
            waiting: VecDeque::new(),
            zstd_level: options.zstd_level,
            quiet: options.quiet,
            sealing: None,
            seal_after: Instant::now(),
        };
        let writer = thread::Builder::new().name("writer".to_owned()).spawn(move || writer.run());
        let writer = writer.map_err(open::io_error("starting the writer's thread"))?;
        Ok(Ledger {
            shared,
            report,
            queue: Some(queue),
            queued_bytes,
            writer: Mutex::new(Some(writer)),
            _lock: lock,
        })
    }

    /// What was done to open it.
    #[must_use]
    pub fn report(&self) -> &OpenReport {
        &self.report
    }

    /// Hands in events. The answer comes when they are synced; dropping it does not take them back.
    ///
    /// # Errors
    /// [`Refusal::Busy`] when the queue is full, [`Refusal::Closed`].
    pub fn submit(&self, submission: Submission) -> Result<oneshot::Receiver<Outcome>, Refusal> {
        let bytes = submission.bytes();
        if self.queued_bytes.fetch_add(bytes, Ordering::Relaxed) + bytes > QUEUE_BYTES_MAX {
            self.queued_bytes.fetch_sub(bytes, Ordering::Relaxed);
            return Err(Refusal::Busy);
        }
        let (answer, receiver) = oneshot::channel();
        let sent = self.send(Command::Append { submission, handed_in: Instant::now(), answer });
        if sent.is_err() {
            self.queued_bytes.fetch_sub(bytes, Ordering::Relaxed);
        }
        sent.map(|()| receiver)
    }

    /// As [`Ledger::submit`], waiting for a place in the queue and for the answer.
    ///
    /// # Errors
    /// Why all of it was refused.
    pub fn append(&self, submission: Submission) -> Outcome {
        let mut submission = Some(submission);
        while let Some(waiting) = submission.take() {
            match self.submit(waiting.clone()) {
                Ok(answer) => return answer.blocking_recv().unwrap_or(Err(Refusal::Closed)),
                Err(Refusal::Busy) => {
                    thread::sleep(Duration::from_millis(1));
                    submission = Some(waiting);
                }
                Err(refusal) => return Err(refusal),
            }
        }
        Err(Refusal::Closed)
    }

    /// Appends an event of the host itself; the same id again is the same event.
    ///
    /// # Errors
    /// Why it was refused.
    pub fn append_host(
        &self,
        event_type: &'static str,
        id: &str,
        data: Value<'static>,
    ) -> Result<Appended, Refusal> {
        let answer = self.submit_host(event_type, id, data)?;
        answer.blocking_recv().unwrap_or(Err(Refusal::Closed))
    }

    /// As [`Ledger::append_host`], about a subject.
    ///
    /// # Errors
    /// Why it was refused.
    pub fn append_host_about(
        &self,
        event_type: &'static str,
        id: &str,
        subject: &str,
        data: Value<'static>,
    ) -> Result<Appended, Refusal> {
        let answer = self.submit_host_about(event_type, id, Some(subject), data)?;
        answer.blocking_recv().unwrap_or(Err(Refusal::Closed))
    }

    /// As [`Ledger::append_host`]; the answer comes when the event is synced.
    ///
    /// # Errors
    /// [`Refusal::Busy`] when the queue is full, [`Refusal::Closed`].
    pub fn submit_host(
        &self,
        event_type: &'static str,
        id: &str,
        data: Value<'static>,
    ) -> Result<oneshot::Receiver<Result<Appended, Refusal>>, Refusal> {
        self.submit_host_about(event_type, id, None, data)
    }

    /// As [`Ledger::submit_host`], about a subject.
    ///
    /// # Errors
    /// As [`Ledger::submit_host`].
    pub fn submit_host_about(
        &self,
        event_type: &'static str,
        id: &str,
        subject: Option<&str>,
        data: Value<'static>,
    ) -> Result<oneshot::Receiver<Result<Appended, Refusal>>, Refusal> {
        let (answer, receiver) = oneshot::channel();
        let (id, subject) = (id.to_owned(), subject.map(str::to_owned));
        self.send(Command::Host { event_type, id, subject, data, answer })?;
        Ok(receiver)
    }

    /// The entry of the host's event with this id, if there is one, under whichever of the ledger's origins it
    /// was recorded.
    ///
    /// # Errors
    /// As the disk says.
    pub fn find_host(&self, id: &str) -> io::Result<Option<u64>> {
        let names = self.origins().names().map(|origin| (origin.to_owned(), id.to_owned()));
        Ok(self.find(names.collect())?.into_iter().flatten().next())
    }

    /// The highest number whose event of the host was recorded, 0 if none was: doubled until one is free, then
    /// halved. Numbers are given from 1, without gaps.
    ///
    /// # Errors
    /// As the disk says.
    pub fn last_numbered(&self, id: impl Fn(u64) -> String) -> io::Result<u64> {
        let mut free = 1;
        while self.find_host(&id(free))?.is_some() {
            free *= 2;
        }
        let mut last = free / 2;
        while last + 1 < free {
            let middle = last + (free - last) / 2;
            if self.find_host(&id(middle))?.is_some() { last = middle } else { free = middle }
        }
        Ok(last)
    }

    /// The entry, if there is one, of each event that is named by `source` and `id`.
    ///
    /// # Errors
    /// As the disk says.
    pub fn find(&self, names: Vec<(String, String)>) -> io::Result<Vec<Option<u64>>> {
        let answer = self.submit_find(names).map_err(io::Error::other)?;
        answer.blocking_recv().unwrap_or_else(|_| Err(io::Error::other(Refusal::Closed)))
    }

    /// As [`Ledger::find`]; the answer comes when it was looked up.
    ///
    /// # Errors
    /// [`Refusal::Busy`] when the queue is full, [`Refusal::Closed`].
    pub fn submit_find(
        &self,
        names: Vec<(String, String)>,
    ) -> Result<oneshot::Receiver<io::Result<Vec<Option<u64>>>>, Refusal> {
        let (answer, receiver) = oneshot::channel();
        self.send(Command::Find { names, answer })?;
        Ok(receiver)
    }

    /// Bytes of events that wait to be written, or are being written.
    #[must_use]
    pub fn queued_bytes(&self) -> usize {
        self.queued_bytes.load(Ordering::Relaxed)
    }

    fn send(&self, command: Command) -> Result<(), Refusal> {
        let queue = self.queue.as_ref().ok_or(Refusal::Closed)?;
        queue.try_send(command).map_err(|error| match error {
            TrySendError::Full(_) => Refusal::Busy,
            TrySendError::Disconnected(_) => Refusal::Closed,
        })
    }

    /// Writes what waits, seals what is complete, keeps a checkpoint.
    pub fn close(mut self) {
        self.stop();
    }

    fn stop(&mut self) {
        self.queue = None;
        let writer = self.writer.lock().unwrap_or_else(PoisonError::into_inner).take();
        if writer.is_some_and(|writer| writer.join().is_err()) {
            tracing::error!("the writer's thread panicked");
        }
    }
}

impl Drop for Ledger {
    fn drop(&mut self) {
        self.stop();
    }
}

/// Whom to answer for a group.
struct Waiting {
    answers: Vec<oneshot::Sender<Outcome>>,
    bytes: usize,
    events: usize,
    /// When its first, and so longest waiting, submission was handed in.
    handed_in: Instant,
}

struct Writer {
    log: Log,
    commands: Receiver<Command>,
    queued_bytes: Arc<AtomicUsize>,
    /// The groups that are on their way.
    waiting: VecDeque<Waiting>,
    zstd_level: i32,
    quiet: Duration,
    sealing: Option<JoinHandle<io::Result<Sealed>>>,
    seal_after: Instant,
}

impl Writer {
    fn run(mut self) {
        let mut checkpoint_due = Instant::now() + CHECKPOINT_INTERVAL;
        loop {
            let wait = checkpoint_due.saturating_duration_since(Instant::now()).min(self.quiet);
            match self.commands.recv_timeout(wait) {
                Ok(command) => self.work(command),
                Err(RecvTimeoutError::Timeout) if wait == self.quiet => self.seal(0),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => break,
            }
            if Instant::now() >= checkpoint_due {
                self.keep_checkpoint();
                checkpoint_due = Instant::now() + CHECKPOINT_INTERVAL;
            }
        }
        // Closing is the quietest moment. A failure leaves the lines for the next start.
        while self.sealing.is_some()
            || (!self.log.shared.unsealed().is_empty() && Instant::now() >= self.seal_after)
        {
            self.finish_sealing();
            self.seal(0);
        }
        self.keep_checkpoint();
    }

    /// Takes submissions from the queue, a group at a time, until none waits.
    fn work(&mut self, first: Command) {
        let mut next = Some(first);
        while let Some(command) = next.take().or_else(|| self.commands.try_recv().ok()) {
            match command {
                Command::Append { submission, handed_in, answer } => {
                    next = self.group(submission, handed_in, answer);
                }
                Command::Host { event_type, id, subject, data, answer } => {
                    self.drain();
                    let appended =
                        host_events::append(&mut self.log, event_type, &id, subject.as_deref(), data);
                    let _gone = answer.send(appended);
                }
                Command::Find { names, answer } => {
                    self.drain();
                    let found = names.iter().map(|(source, id)| self.log.find_entry(source, id));
                    let _gone = answer.send(found.collect());
                }
            }
            self.seal(UNSEALED_SEGMENTS_WANTED);
        }
        self.drain();
    }

    /// Commits a group that starts with a submission. Gives back a command that does not belong to it.
    fn group(
        &mut self,
        first: Submission,
        handed_in: Instant,
        answer: oneshot::Sender<Outcome>,
    ) -> Option<Command> {
        let (mut events, mut bytes) = (first.len(), first.bytes());
        let (mut submissions, mut answers) = (vec![first], vec![answer]);
        let mut other = None;
        let mut yields = 0;
        while events < GROUP_EVENTS_WANTED && bytes < GROUP_BYTES_WANTED {
            match self.commands.try_recv() {
                Ok(Command::Append { submission, answer, .. }) => {
                    events += submission.len();
                    bytes += submission.bytes();
                    submissions.push(submission);
                    answers.push(answer);
                }
                Ok(command) => {
                    other = Some(command);
                    break;
                }
                // Whoever waits for this core may be about to hand something in: one sync is then enough for both.
                Err(TryRecvError::Empty) if yields < GATHER_YIELDS => {
                    yields += 1;
                    thread::yield_now();
                }
                Err(TryRecvError::Empty | TryRecvError::Disconnected) => break,
            }
        }
        self.waiting.push_back(Waiting { answers, bytes, events, handed_in });
        let done = self.log.push(submissions);
        done.into_iter().for_each(|answers| self.answer(answers));
        other
    }

    fn drain(&mut self) {
        let done = self.log.drain();
        done.into_iter().for_each(|answers| self.answer(answers));
    }

    fn answer(&mut self, outcomes: Answers) {
        let Some(waiting) = self.waiting.pop_front() else { return };
        self.queued_bytes.fetch_sub(waiting.bytes, Ordering::Relaxed);
        for (answer, outcome) in waiting.answers.into_iter().zip(outcomes) {
            let _gone = answer.send(outcome);
        }
        self.log.shared.load.group(waiting.events, waiting.handed_in.elapsed());
    }

    fn keep_checkpoint(&self) {
        if let Err(error) = self.log.shared.persist_checkpoint() {
            tracing::error!(%error, "the checkpoint could not be kept; trying again in a second");
        }
    }

    /// Seals the oldest complete segment on a thread of its own, if more than `wanted` wait. Waits for it
    /// only when too many wait.
    fn seal(&mut self, wanted: usize) {
        if self.sealing.as_ref().is_some_and(JoinHandle::is_finished) {
            self.finish_sealing();
        }
        let waiting = self.log.shared.unsealed_count();
        if self.sealing.is_some() && waiting > UNSEALED_SEGMENTS_MAX {
            self.drain();
            self.finish_sealing();
        }
        if self.sealing.is_none() && waiting > wanted && Instant::now() >= self.seal_after {
            let Some(job) = self.log.next_to_seal(self.zstd_level) else { return };
            match thread::Builder::new().name("sealer".to_owned()).spawn(move || {
                background::stand_back();
                job.run()
            }) {
                Ok(sealing) => self.sealing = Some(sealing),
                Err(error) => self.seal_failed(&error),
            }
        }
    }

    fn finish_sealing(&mut self) {
        let Some(sealing) = self.sealing.take() else { return };
        match sealing.join() {
            Ok(Ok(sealed)) => self.log.adopt(sealed),
            Ok(Err(error)) => self.seal_failed(&error),
            Err(_) => self.seal_failed(&io::Error::other("the sealer panicked")),
        }
    }

    fn seal_failed(&mut self, error: &io::Error) {
        tracing::error!(%error, "a segment could not be sealed; it stays as lines and is tried again");
        self.seal_after = Instant::now() + SEAL_RETRY;
    }
}
