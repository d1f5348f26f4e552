//! The open ledger: a bounded queue, the writer's thread behind it, and a thread that seals.

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
};
use super::lock::{DirectoryLock, LockError};
use super::log::Log;
use super::open::{self, OpenError, OpenOptions, OpenReport};
use super::seal::Sealed;
use super::shared::Shared;
use super::submission::{Appended, Outcome, Refusal, Submission};
use crate::disk::OsDisk;

/// How often a changed ledger's checkpoint is signed and kept.
const CHECKPOINT_INTERVAL: Duration = Duration::from_secs(1);

/// After a failure to seal, how long until it is tried again.
const SEAL_RETRY: Duration = Duration::from_secs(30);

/// How a ledger is opened.
#[derive(Debug, Clone)]
pub struct LedgerOptions {
    /// Clock, bounds and sizes.
    pub open: OpenOptions,
    /// zstd level of sealed segments.
    pub zstd_level: i32,
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
        answer: oneshot::Sender<Outcome>,
    },
    Host {
        event_type: &'static str,
        id: String,
        data: Value<'static>,
        answer: oneshot::Sender<Result<Appended, Refusal>>,
    },
    Find {
        id: String,
        answer: oneshot::Sender<io::Result<Option<u64>>>,
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
        let (log, report) = open::open(Arc::new(OsDisk::new(directory)), &options.open)?;
        let shared = log.shared.clone();
        let (queue, commands) = mpsc::sync_channel(QUEUE_SUBMISSIONS_MAX);
        let queued_bytes = Arc::new(AtomicUsize::new(0));
        let writer = Writer {
            log,
            commands,
            queued_bytes: queued_bytes.clone(),
            zstd_level: options.zstd_level,
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
        let sent = self.send(Command::Append { submission, answer });
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
        let (answer, receiver) = oneshot::channel();
        self.send(Command::Host { event_type, id: id.to_owned(), data, answer })?;
        receiver.blocking_recv().unwrap_or(Err(Refusal::Closed))
    }

    /// The entry of the host's event with this id, if there is one.
    ///
    /// # Errors
    /// As the disk says.
    pub fn find_host(&self, id: &str) -> io::Result<Option<u64>> {
        let (answer, receiver) = oneshot::channel();
        self.send(Command::Find { id: id.to_owned(), answer }).map_err(io::Error::other)?;
        receiver.blocking_recv().unwrap_or(Ok(None))
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

struct Writer {
    log: Log,
    commands: Receiver<Command>,
    queued_bytes: Arc<AtomicUsize>,
    zstd_level: i32,
    sealing: Option<JoinHandle<io::Result<Sealed>>>,
    seal_after: Instant,
}

impl Writer {
    fn run(mut self) {
        let mut checkpoint_due = Instant::now() + CHECKPOINT_INTERVAL;
        loop {
            let wait = checkpoint_due.saturating_duration_since(Instant::now());
            match self.commands.recv_timeout(wait) {
                Ok(command) => self.work(command),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => break,
            }
            if Instant::now() >= checkpoint_due {
                self.keep_checkpoint();
                checkpoint_due = Instant::now() + CHECKPOINT_INTERVAL;
            }
            self.seal();
        }
        while self.sealing.is_some()
            || (self.log.shared.unsealed().first().is_some() && Instant::now() >= self.seal_after)
        {
            self.finish_sealing();
            self.seal();
        }
        self.keep_checkpoint();
    }

    /// Takes as many submissions from the queue as make a group, and commits them.
    fn work(&mut self, first: Command) {
        let (mut submissions, mut answers) = (Vec::new(), Vec::new());
        let (mut events, mut bytes) = (0, 0);
        let mut next = Some(first);
        while let Some(command) = next.take() {
            match command {
                Command::Append { submission, answer } => {
                    events += submission.len();
                    bytes += submission.bytes();
                    submissions.push(submission);
                    answers.push(answer);
                }
                Command::Host { event_type, id, data, answer } => {
                    self.commit(&mut submissions, &mut answers);
                    let _gone = answer.send(host_events::append(&mut self.log, event_type, &id, None, data));
                }
                Command::Find { id, answer } => {
                    self.commit(&mut submissions, &mut answers);
                    let _gone = answer.send(self.log.find_entry(self.log.shared.origin(), &id));
                }
            }
            if events < GROUP_EVENTS_WANTED && bytes < GROUP_BYTES_WANTED {
                next = match self.commands.try_recv() {
                    Ok(command) => Some(command),
                    Err(TryRecvError::Empty | TryRecvError::Disconnected) => None,
                };
            }
        }
        self.commit(&mut submissions, &mut answers);
    }

    fn commit(&mut self, submissions: &mut Vec<Submission>, answers: &mut Vec<oneshot::Sender<Outcome>>) {
        if submissions.is_empty() {
            return;
        }
        let outcomes = self.log.commit(submissions);
        let bytes: usize = submissions.drain(..).map(|submission| submission.bytes()).sum();
        self.queued_bytes.fetch_sub(bytes, Ordering::Relaxed);
        for (answer, outcome) in answers.drain(..).zip(outcomes) {
            let _gone = answer.send(outcome);
        }
    }

    fn keep_checkpoint(&self) {
        if let Err(error) = self.log.shared.persist_checkpoint() {
            tracing::error!(%error, "the checkpoint could not be kept; trying again in a second");
        }
    }

    /// Seals the oldest complete segment on a thread of its own. Waits for it only when too many wait.
    fn seal(&mut self) {
        if self.sealing.as_ref().is_some_and(JoinHandle::is_finished) {
            self.finish_sealing();
        }
        if self.sealing.is_some() && self.log.shared.unsealed().len() > UNSEALED_SEGMENTS_MAX {
            self.finish_sealing();
        }
        if self.sealing.is_none() && Instant::now() >= self.seal_after {
            let Some(job) = self.log.next_to_seal(self.zstd_level) else { return };
            match thread::Builder::new().name("sealer".to_owned()).spawn(move || job.run()) {
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
