//! The indexing thread: follows the ledger, commits, and merges what it committed.

use std::fs;
use std::future::Future as _;
use std::panic::{self, AssertUnwindSafe};
use std::path::PathBuf;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll, Waker};
use std::thread;
use std::time::{Duration, Instant};

use memchr::memchr_iter;
use muniment_core::entry::EntryError;
use muniment_core::hash::Hash;
use tantivy::indexer::{IndexWriterOptions, NoMergePolicy};
use tantivy::{FutureResult, IndexWriter, SegmentMeta};

use super::IndexOptions;
use super::document::Document;
use super::merges;
use super::state::State;
use super::store::{Commit, Store, StoreError};
use crate::ledger::Ledger;
use crate::progress::Progress;

/// How often the ledger is looked at while nothing comes.
const POLL_INTERVAL: Duration = Duration::from_millis(50);
/// How often a merge is looked at when closing waits for it.
const MERGE_POLL_INTERVAL: Duration = Duration::from_millis(2);
/// How often it is committed while far behind.
const COMMIT_INTERVAL_BEHIND: Duration = Duration::from_secs(5);
/// So many entries are far behind.
const BEHIND_ENTRIES: u64 = 100_000;
/// After a failure, how long until it is tried again.
const RETRY: Duration = if cfg!(test) { Duration::from_millis(50) } else { Duration::from_secs(5) };
/// Entries that are read at a time: a frame of a sealed segment, which bounds their bytes too.
const CHUNK_ENTRIES: u64 = crate::ledger::limits::FRAME_ENTRIES;
/// Bytes of lines whose documents may wait for the engine.
const WAITING_BYTES_MAX: usize = 4 * 1024 * 1024;

/// Why indexing stopped.
#[derive(Debug, thiserror::Error)]
pub(super) enum TailError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Engine(#[from] tantivy::TantivyError),
    #[error("reading the ledger from entry {seq}: {error}")]
    Ledger { seq: u64, error: std::io::Error },
    #[error("entry {seq}: {error}")]
    Entry { seq: u64, error: EntryError },
    #[error("the search engine panicked")]
    Panic,
}

/// What the indexing thread works with.
pub(super) struct Tail {
    pub(super) directory: PathBuf,
    pub(super) ledger: Arc<Ledger>,
    pub(super) options: IndexOptions,
    pub(super) progress: Progress,
    pub(super) state: Arc<State>,
}

impl Tail {
    /// Indexes until it is told to stop. What fails is tried again.
    pub(super) fn run(&self) {
        let mut distrusted = false;
        while !self.state.stopping() {
            let session = || self.session(distrusted);
            let outcome = panic::catch_unwind(AssertUnwindSafe(session)).unwrap_or(Err(TailError::Panic));
            let Err(error) = outcome else { return };
            tracing::error!(%error, "the search index does not follow the ledger; it is tried again in seconds");
            distrusted = matches!(error, TailError::Panic);
            self.state.set_fault(Some(error.to_string()));
            self.state.wait(RETRY);
        }
    }

    fn session(&self, distrusted: bool) -> Result<(), TailError> {
        let is_new = fs::read_dir(&self.directory).map_or(true, |mut files| files.next().is_none());
        let opened = match distrusted || is_new {
            true => None,
            false => Store::open(&self.directory, &self.ledger)
                .inspect_err(|error| tracing::info!(%error, "the search index is made again"))
                .ok(),
        };
        let (store, snapshot, commit) = match opened {
            Some(opened) => opened,
            None => Store::create(&self.directory)?,
        };
        let segments = snapshot.segments();
        self.state.begin(store.fields, snapshot);
        Session::start(self, store, segments, commit)?.run()
    }
}

type Segments = Vec<(tantivy::index::SegmentId, u32)>;

/// Following the ledger from one opening of the index to its closing or failing.
struct Session<'t> {
    tail: &'t Tail,
    store: Store,
    writer: IndexWriter<Document>,
    waiting: Arc<AtomicUsize>,
    /// What is handed to the engine.
    next: Commit,
    /// What is committed.
    committed: Commit,
    /// When the last commit was begun.
    committed_at: Instant,
    /// The ledger's size when the index was opened: it is ready from there on.
    goal: u64,
    segments: Segments,
    merging: Option<FutureResult<Option<SegmentMeta>>>,
}

impl<'t> Session<'t> {
    fn start(
        tail: &'t Tail,
        store: Store,
        segments: Segments,
        committed: Commit,
    ) -> Result<Session<'t>, TailError> {
        let options = IndexWriterOptions::builder()
            .num_worker_threads(1)
            .num_merge_threads(1)
            .memory_budget_per_thread(tail.options.writer_bytes)
            .build();
        let writer: IndexWriter<Document> = store.index.writer_with_options(options)?;
        writer.set_merge_policy(Box::new(NoMergePolicy));
        let goal = tail.ledger.head().size;
        let waiting = Arc::new(AtomicUsize::new(0));
        let committed_at = Instant::now();
        let next = committed;
        Ok(Session {
            tail,
            store,
            writer,
            waiting,
            next,
            committed,
            committed_at,
            goal,
            segments,
            merging: None,
        })
    }

    fn run(mut self) -> Result<(), TailError> {
        self.caught_up();
        while !self.tail.state.stopping() {
            let size = self.tail.ledger.head().size;
            if self.next.size < size {
                self.read_chunk(size)?;
            }
            if self.next != self.committed && self.commit_is_due(size) {
                self.commit()?;
            }
            self.merge()?;
            if self.next.size == size {
                self.tail.state.wait(POLL_INTERVAL);
            }
        }
        if self.next != self.committed {
            self.commit()?;
        }
        while !self.merge_is_done()? {
            thread::sleep(MERGE_POLL_INTERVAL);
        }
        Ok(self.writer.wait_merging_threads()?)
    }

    fn commit_is_due(&self, size: u64) -> bool {
        let behind = size.saturating_sub(self.next.size) > BEHIND_ENTRIES;
        let interval = if behind { COMMIT_INTERVAL_BEHIND } else { self.tail.options.commit_interval };
        self.committed_at.elapsed() >= interval || self.next.size == self.goal
    }

    /// Hands the next entries to the engine.
    fn read_chunk(&mut self, size: u64) -> Result<(), TailError> {
        let seq = self.next.size;
        let end = size.min((seq / CHUNK_ENTRIES + 1) * CHUNK_ENTRIES);
        let lines = self.tail.ledger.lines(seq, end).map_err(|error| TailError::Ledger { seq, error })?;
        let (mut start, mut last) = (0, &[][..]);
        for newline in memchr_iter(b'\n', &lines) {
            last = &lines[start..newline];
            start = newline + 1;
            self.add(last)?;
        }
        if self.next.size != end {
            let error = std::io::Error::other("fewer lines than entries");
            return Err(TailError::Ledger { seq: self.next.size, error });
        }
        self.next.last = Hash::of_line(last);
        Ok(())
    }

    fn add(&mut self, line: &[u8]) -> Result<(), TailError> {
        let seq = self.next.size;
        let document = Document::read(line, self.store.fields, &self.waiting)
            .map_err(|error| TailError::Entry { seq, error })?;
        if document.seq() != seq {
            return Err(TailError::Entry { seq, error: EntryError::Form("its `seq` is another") });
        }
        self.writer.add_document(document)?;
        self.next.size += 1;
        while self.waiting.load(Ordering::Relaxed) > WAITING_BYTES_MAX {
            thread::sleep(Duration::from_millis(1));
        }
        Ok(())
    }

    fn commit(&mut self) -> Result<(), TailError> {
        // From its beginning: what comes while it lasts is not to wait for the whole interval as well.
        self.committed_at = Instant::now();
        let mut commit = self.writer.prepare_commit()?;
        commit.set_payload(&self.next.payload());
        commit.commit()?;
        self.committed = self.next;
        self.publish()?;
        self.tail.state.set_fault(None);
        self.caught_up();
        Ok(())
    }

    fn publish(&mut self) -> Result<(), TailError> {
        let before = self.tail.state.seen();
        let snapshot = self.store.snapshot(self.committed, before.as_ref().map(|(_, before)| &**before))?;
        self.segments = snapshot.segments();
        self.tail.state.publish(self.store.fields, snapshot);
        Ok(())
    }

    fn caught_up(&mut self) {
        if self.committed.size >= self.goal {
            self.tail.state.set_ready();
        } else {
            self.tail.progress.report("indexing", self.committed.size, Some(self.goal));
        }
    }

    /// Takes over a merge that is done, and starts the next. One runs at a time, and only of segments that
    /// are committed and seen by searches.
    fn merge(&mut self) -> Result<(), TailError> {
        let merged = self.merging.is_some();
        if !self.merge_is_done()? {
            return Ok(());
        }
        if merged {
            self.publish()?;
        }
        let documents: Vec<u32> = self.segments.iter().map(|(_, documents)| *documents).collect();
        if let Some(range) = merges::choose(&documents) {
            let ids: Vec<_> = self.segments[range].iter().map(|(id, _)| *id).collect();
            self.merging = Some(self.writer.merge(&ids));
        }
        Ok(())
    }

    /// Whether no merge runs.
    fn merge_is_done(&mut self) -> Result<bool, TailError> {
        let Some(merging) = &mut self.merging else { return Ok(true) };
        let Poll::Ready(merged) = Pin::new(merging).poll(&mut Context::from_waker(Waker::noop())) else {
            return Ok(false);
        };
        self.merging = None;
        Ok(merged.map(|_segment| true)?)
    }
}
