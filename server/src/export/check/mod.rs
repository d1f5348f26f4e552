//! `muniment verify --export`: an export is checked with nothing but its own files and a key.

mod lines;
mod tiles;

use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use muniment_core::checkpoint::Checkpoint;
use muniment_core::entry::EntryView;
use muniment_core::limits::NOTE_BYTES_MAX;
use muniment_core::note::{NoteError, VerifierKey};

use super::chain::Chain;
use super::{CHECKPOINT, ENTRIES, Range, VKEY};
use crate::ledger::genesis::Genesis;
use crate::ledger::origins::Origins;
use crate::ledger::restoration::Restoration;
use crate::progress::Progress;
use crate::verify::Finding;

/// Longest of the small files that is read.
const SMALL_FILE_BYTES_MAX: usize = 2 * NOTE_BYTES_MAX;

/// What was found.
#[derive(Debug)]
pub struct Checked {
    /// The key that signatures were checked with.
    pub vkey: VerifierKey,
    /// The entries that are whole and chained; `None` if there is none.
    pub range: Option<Range>,
    /// Bytes of their lines.
    pub bytes: u64,
    /// The checkpoint, if the key signed it.
    pub checkpoint: Option<Checkpoint>,
    /// What is wrong, the first damaged entry first.
    pub problems: Vec<Finding>,
}

/// Why nothing could be checked.
#[derive(Debug, thiserror::Error)]
pub enum CheckError {
    /// Something else is there.
    #[error("there is no export here (neither {ENTRIES} nor tile/)")]
    NoExport,
    /// A file cannot be read.
    #[error("{}: {error}", .path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system says.
        error: io::Error,
    },
    /// No key.
    #[error("{}: it is missing; give the ledger's public key yourself (--vkey)", .0.display())]
    NoKey(PathBuf),
    /// What should be a key.
    #[error("{}: {error}", .path.display())]
    Key {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        error: NoteError,
    },
}

/// Checks an export. Without a key the one in its file `vkey` is taken, which proves nothing by itself.
///
/// # Errors
/// When it cannot even begin; all else is in [`Checked::problems`].
pub fn check(
    directory: &Path,
    vkey: Option<VerifierKey>,
    progress: &Progress,
) -> Result<Checked, CheckError> {
    let is_lines = directory.join(ENTRIES).is_file();
    if !is_lines && !directory.join("tile").is_dir() {
        return Err(CheckError::NoExport);
    }
    let vkey = match vkey {
        Some(vkey) => vkey,
        None => read_key(&directory.join(VKEY))?,
    };
    let mut checking = Checking::new(directory, vkey, progress);
    checking.read_checkpoint()?;
    if is_lines {
        checking.lines()?
    } else {
        checking.tiles()?
    }
    checking.check_keys();
    let mut checked = checking.checked;
    checked.problems.sort_by_key(|problem| problem.seq.unwrap_or(u64::MAX));
    Ok(checked)
}

fn read_key(path: &Path) -> Result<VerifierKey, CheckError> {
    let text = read_small(path)?.ok_or_else(|| CheckError::NoKey(path.to_owned()))?;
    let text = String::from_utf8_lossy(&text);
    text.trim_end().parse().map_err(|error| CheckError::Key { path: path.to_owned(), error })
}

fn io_error(path: &Path) -> impl FnOnce(io::Error) -> CheckError {
    let path = path.to_owned();
    move |error| CheckError::Io { path, error }
}

/// A file of the size of a note; `None` if it is not there. What is longer is cut, and so no note.
fn read_small(path: &Path) -> Result<Option<Vec<u8>>, CheckError> {
    let file = match File::open(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        file => file.map_err(io_error(path))?,
    };
    let mut content = Vec::new();
    file.take(SMALL_FILE_BYTES_MAX as u64).read_to_end(&mut content).map_err(io_error(path))?;
    Ok(Some(content))
}

/// A check on its way.
struct Checking<'c> {
    directory: &'c Path,
    progress: &'c Progress,
    chain: Chain,
    checked: Checked,
    genesis: Option<Result<Genesis, String>>,
    restorations: Vec<Restoration>,
}

impl<'c> Checking<'c> {
    fn new(directory: &'c Path, vkey: VerifierKey, progress: &'c Progress) -> Checking<'c> {
        let checked = Checked { vkey, range: None, bytes: 0, checkpoint: None, problems: Vec::new() };
        Checking {
            directory,
            progress,
            chain: Chain::default(),
            checked,
            genesis: None,
            restorations: Vec::new(),
        }
    }

    fn problem(&mut self, seq: Option<u64>, file: &str, message: impl Into<String>) {
        self.checked.problems.push(Finding { seq, file: file.to_owned(), message: message.into() });
    }

    fn read_checkpoint(&mut self) -> Result<(), CheckError> {
        let Some(note) = read_small(&self.directory.join(CHECKPOINT))? else {
            self.problem(None, CHECKPOINT, "it is missing: the export was not finished, or it was removed");
            return Ok(());
        };
        match Checkpoint::verify(&note, &self.checked.vkey) {
            Ok(checkpoint) => self.checked.checkpoint = Some(checkpoint),
            Err(error) => self.problem(None, CHECKPOINT, error.to_string()),
        }
        Ok(())
    }

    /// Follows the chain over one more line. `false` and a problem if it does not continue it;
    /// `seq` is the entry that it should be, if that is known.
    fn follow(&mut self, file: &str, seq: Option<u64>, line: &[u8]) -> bool {
        let found = match self.chain.add(line) {
            Ok(found) => found,
            Err(broken) => {
                self.problem(broken.seq.or(seq), file, broken.fault);
                return false;
            }
        };
        self.read_keys(found, line);
        let from = self.checked.range.map_or(found, |range| range.from);
        self.checked.range = Some(Range { from, to: found });
        self.checked.bytes += line.len() as u64 + 1;
        true
    }

    /// Entry 0 names the ledger's key, and every return under a new origin another one.
    fn read_keys(&mut self, seq: u64, line: &[u8]) {
        if seq == 0 {
            self.genesis = Some(Genesis::from_line(line));
            return;
        }
        let entry = EntryView::parse(line).ok();
        if let Some(Ok(restoration)) = entry.as_ref().and_then(Restoration::from_entry) {
            self.restorations.push(restoration);
        }
    }

    /// Whether the entries name the key. Those of a part of a ledger may end before the return that does.
    fn check_keys(&mut self) {
        let genesis = match self.genesis.take() {
            None => return,
            Some(Err(fault)) => return self.problem(Some(0), ENTRIES, fault),
            Some(Ok(genesis)) => genesis,
        };
        let size = self.checked.checkpoint.as_ref().map(|checkpoint| checkpoint.size);
        let is_part = self.checked.range.is_some_and(|range| size.is_some_and(|size| range.to + 1 < size));
        match Origins::new(genesis.vkey, &self.restorations) {
            Ok(origins) if origins.end_of(&self.checked.vkey).is_none() && !is_part => {
                let seq = self.restorations.last().map_or(0, |restoration| restoration.seq);
                self.problem(Some(seq), ENTRIES, format!("it names another key: {}", origins.vkey()));
            }
            Ok(_) => {}
            Err((seq, fault)) => self.problem(Some(seq), ENTRIES, fault),
        }
    }

    fn read(&self, name: &str) -> Result<Option<Vec<u8>>, CheckError> {
        let path = self.directory.join(name);
        match fs::read(&path) {
            Ok(content) => Ok(Some(content)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(io_error(&path)(error)),
        }
    }
}
