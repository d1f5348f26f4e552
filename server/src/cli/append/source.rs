//! Where events come from, and how far they have been read.

use std::fs::File;
use std::io::{self, IsTerminal as _, Read};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::run::Counts;
use crate::cli::failure::Failure;
use crate::cli::print;
use crate::cli::terminal::Bar;

/// An open input.
pub(super) struct Source {
    /// For messages.
    pub(super) name: String,
    pub(super) stream: Box<dyn Read + Send>,
    /// Its length, if it is a file.
    pub(super) bytes: Option<u64>,
}

impl Source {
    /// Opens a file; `-` or none is standard input.
    pub(super) fn open(path: Option<&Path>) -> Result<Source, Failure> {
        let Some(path) = path.filter(|path| *path != Path::new("-")) else {
            return Ok(Source::standard_input());
        };
        let about = |error: io::Error| Failure::usage(format!("{}: {error}", path.display()));
        let file = File::open(path).map_err(about)?;
        let metadata = file.metadata().map_err(about)?;
        if metadata.is_dir() {
            return Err(about(io::ErrorKind::IsADirectory.into()));
        }
        let bytes = metadata.is_file().then_some(metadata.len());
        Ok(Source { name: path.display().to_string(), stream: Box::new(file), bytes })
    }

    fn standard_input() -> Source {
        if io::stdin().is_terminal() {
            print::aside("reading events from standard input, one a line; Ctrl-D ends it");
        }
        Source { name: "standard input".to_owned(), stream: Box::new(io::stdin()), bytes: None }
    }
}

/// Shows how far a run has come: the bytes of a file, the events of anything else.
pub(super) struct Meter {
    pub(super) bar: Bar,
    /// Bytes that were read.
    pub(super) read: Arc<AtomicU64>,
    is_file: bool,
}

impl Meter {
    /// A meter for a file of so many bytes, or for a stream.
    pub(super) fn new(bytes: Option<u64>) -> Meter {
        let what = "appending";
        let bar = bytes.map_or_else(|| Bar::entries(what), |bytes| Bar::bytes(what, bytes));
        Meter { bar, read: Arc::default(), is_file: bytes.is_some() }
    }

    pub(super) fn show(&self, counts: Counts) {
        self.bar.set(if self.is_file {
            self.read.load(Ordering::Relaxed)
        } else {
            counts.appended + counts.replayed + counts.refused
        });
    }
}
