//! The search index: which entries match, page by page, in the order of their seqs.
//!
//! It is derived: one thread follows the ledger, and what is lost, damaged or of another version is made
//! again. It stores no entries, only the terms and instants by which they are found; a search gives seqs.
//! Every segment of the index is one stretch of consecutive entries, because only neighbours are merged, so
//! a page is a walk over segments that stops as soon as it is full.
//!
//! This is the only module that knows tantivy. It never writes to the ledger.

mod conditions;
mod document;
mod merges;
mod schema;
mod snapshot;
mod state;
mod store;
mod tail;
mod text;
mod walk;
mod window;
mod words;

#[cfg(test)]
mod tests;

use std::fmt;
use std::io;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use state::State;
use tail::Tail;
pub use text::{TEXT_BYTES_MAX, TEXT_WORDS_MAX, TextError};

use crate::background;
use crate::ledger::Ledger;
use crate::progress::Progress;
use crate::query::{Filter, Scope};

/// Most entries in a page.
pub const PAGE_ENTRIES_MAX: usize = 1_000;

/// How an index is kept.
#[derive(Debug, Clone)]
pub struct IndexOptions {
    /// Bytes of memory in which new entries are gathered, at least 15 million.
    pub writer_bytes: usize,
    /// How often what is new is committed and so found by searches.
    pub commit_interval: Duration,
}

impl Default for IndexOptions {
    fn default() -> IndexOptions {
        IndexOptions { writer_bytes: 32_000_000, commit_interval: Duration::from_millis(400) }
    }
}

/// In which order entries are given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Order {
    /// The oldest first.
    #[default]
    Ascending,
    /// The newest first.
    Descending,
}

/// What is searched for.
#[derive(Debug, Clone, Default)]
pub struct SearchQuery {
    /// What is asked for.
    pub filter: Filter,
    /// What may be seen.
    pub scope: Scope,
    /// Words that must all be there, in any case and with or without accents; words in quotes in that order.
    pub text: Option<String>,
    /// In which order.
    pub order: Order,
    /// How many, 1 to [`PAGE_ENTRIES_MAX`].
    pub limit: usize,
    /// The last seq of the page before: this page begins after it in the query's order.
    pub after: Option<u64>,
}

/// A page of what was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// The entries.
    pub seqs: Vec<u64>,
    /// Whether more match.
    pub more: bool,
    /// How many entries of the ledger were searched.
    pub indexed_size: u64,
}

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum IndexError {
    /// The index is being opened.
    #[error("the search index is being opened: {indexed} of {size} entries")]
    Rebuilding {
        /// Entries that are in it.
        indexed: u64,
        /// Entries of the ledger.
        size: u64,
    },
    /// A limit that is none.
    #[error("a page of {0} entries, the limit is 1 to {PAGE_ENTRIES_MAX} entries")]
    Limit(usize),
    /// Too much text.
    #[error(transparent)]
    Text(#[from] TextError),
    /// The engine.
    #[error("the search index: {0}")]
    Engine(String),
    /// Its thread could not be started.
    #[error("starting the indexing thread: {0}")]
    Thread(io::Error),
}

/// The open index. Dropping it ends its thread.
pub struct Index {
    ledger: Arc<Ledger>,
    state: Arc<State>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

impl fmt::Debug for Index {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Index").field("indexed_size", &self.indexed_size()).finish_non_exhaustive()
    }
}

impl Index {
    /// Starts the thread that opens the index in `directory`, makes it again if need be, and follows the
    /// ledger. Returns at once: see [`Index::ready`].
    ///
    /// # Errors
    /// [`IndexError::Thread`].
    pub fn open(
        directory: &Path,
        ledger: Arc<Ledger>,
        options: IndexOptions,
        progress: &Progress,
    ) -> Result<Index, IndexError> {
        let state = Arc::new(State::default());
        let tail = Tail {
            directory: directory.to_owned(),
            ledger: ledger.clone(),
            options,
            progress: progress.clone(),
            state: state.clone(),
        };
        let thread = thread::Builder::new().name("indexer".to_owned()).spawn(move || {
            background::stand_back();
            tail.run();
        });
        let thread = Mutex::new(Some(thread.map_err(IndexError::Thread)?));
        Ok(Index { ledger, state, thread })
    }

    /// Finds the next page of a query. Blocks for some milliseconds.
    ///
    /// # Errors
    /// [`IndexError::Rebuilding`] before the index is opened; a limit of the query; the engine's failure.
    ///
    /// # Limits
    /// [`PAGE_ENTRIES_MAX`] entries, [`TEXT_BYTES_MAX`] bytes and [`TEXT_WORDS_MAX`] words of text.
    pub fn search(&self, query: &SearchQuery) -> Result<Page, IndexError> {
        if !(1..=PAGE_ENTRIES_MAX).contains(&query.limit) {
            return Err(IndexError::Limit(query.limit));
        }
        let phrases = text::phrases(query.text.as_deref().unwrap_or_default())?;
        let Some((fields, snapshot)) = self.state.seen() else {
            return Err(IndexError::Rebuilding { indexed: 0, size: self.ledger.head().size });
        };
        walk::page(&snapshot, fields, query, &phrases).map_err(|error| IndexError::Engine(error.to_string()))
    }

    /// How many entries searches see.
    #[must_use]
    pub fn indexed_size(&self) -> u64 {
        self.state.seen().map_or(0, |(_, snapshot)| snapshot.size())
    }

    /// Whether it has once held all that the ledger held when it was opened.
    #[must_use]
    pub fn ready(&self) -> bool {
        self.state.ready()
    }

    /// Why it does not follow the ledger just now; `None` when all is well.
    #[must_use]
    pub fn fault(&self) -> Option<String> {
        self.state.fault()
    }

    /// Commits what was read and ends the thread.
    pub fn close(&self) {
        self.state.stop();
        let thread = self.thread.lock().unwrap_or_else(PoisonError::into_inner).take();
        if thread.is_some_and(|thread| thread.join().is_err()) {
            tracing::error!("the indexing thread panicked");
        }
    }
}

impl Drop for Index {
    fn drop(&mut self) {
        self.close();
    }
}
