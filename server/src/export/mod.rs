//! `muniment export`: enough of a ledger to verify it elsewhere, offline, without Muniment.
//!
//! It reads a stopped ledger as it lies there and changes nothing in it. What it writes it has checked: the
//! chain over every line, and that the signed checkpoint covers them.

mod chain;
pub mod check;
mod lines;
mod readme;
#[cfg(test)]
mod tests;
mod tiles;
mod view;

use std::fs::{self, DirBuilder};
use std::io;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};

use muniment_core::checkpoint::CheckpointError;
use muniment_core::receipt::ReceiptError;

pub use view::View;

use crate::progress::Progress;

/// The exact lines, in an export of lines.
pub const ENTRIES: &str = "entries.jsonl";
/// The signed checkpoint.
pub const CHECKPOINT: &str = "checkpoint";
/// The public key.
pub const VKEY: &str = "vkey";
/// The receipt of the first line.
pub const FIRST_RECEIPT: &str = "first.tlog-proof";
/// The receipt of the last line.
pub const LAST_RECEIPT: &str = "last.tlog-proof";
/// What the files are, in words.
pub const README: &str = "README.txt";

/// How an export is laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// The exact lines of a range, and receipts of the first and the last of them.
    Lines,
    /// The whole ledger as a static C2SP tlog-tiles log.
    TlogTiles,
}

/// Why nothing, or not all, is exported.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// No ledger there.
    #[error("there is no ledger here (no segment in ledger/)")]
    NoLedger,
    /// Nothing is signed.
    #[error("there is no signed checkpoint, and no key to sign one; open the ledger where its key is")]
    NoCheckpoint,
    /// The checkpoint.
    #[error("the file `checkpoint` is not one that this ledger's key signed ({0})")]
    Checkpoint(CheckpointError),
    /// The range.
    #[error("{from} to {to} is no range of the entries 0 to {last}, which the signed checkpoint covers")]
    Range {
        /// The first entry that was asked for.
        from: u64,
        /// The last one.
        to: u64,
        /// The last one that there is.
        last: u64,
    },
    /// The directory to write to.
    #[error("{}: it is there already and not empty; choose another with --out", .0.display())]
    OutExists(PathBuf),
    /// Reading the ledger.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// Writing the export.
    #[error("{}: {error}", .path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// What the system says.
        error: io::Error,
    },
    /// An entry.
    #[error("entry {seq}: {fault}. `muniment verify` shows all damage")]
    Damaged {
        /// The entry.
        seq: u64,
        /// What is wrong with it.
        fault: String,
    },
    /// The tiles.
    #[error(
        "the tiles that receipts are made from cannot be read ({0}); opening the ledger where its key is makes them again"
    )]
    Tiles(String),
    /// What the tiles lead to.
    #[error("the receipt of entry {seq} does not verify ({error}). `muniment verify` shows the damage")]
    Receipt {
        /// The entry.
        seq: u64,
        /// What is wrong.
        error: ReceiptError,
    },
    /// The root.
    #[error("the entries do not give the root of the signed checkpoint. `muniment verify` shows the damage")]
    Root,
}

/// The first and the last entry that are exported.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Range {
    /// The first.
    pub from: u64,
    /// The last; it is exported too.
    pub to: u64,
}

/// What was exported.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Exported {
    /// Which entries.
    pub range: Range,
    /// Bytes of their lines.
    pub bytes: u64,
}

/// Writes an export to a directory that is new or empty.
///
/// # Errors
/// See [`ExportError`]. What has been written by then stays there, without `checkpoint`.
pub fn export(
    view: &View,
    out: &Path,
    range: Range,
    format: Format,
    progress: &Progress,
) -> Result<Exported, ExportError> {
    let last = view.size().checked_sub(1).ok_or(ExportError::NoCheckpoint)?;
    if range.from > range.to || range.to > last {
        return Err(ExportError::Range { from: range.from, to: range.to, last });
    }
    make_directory(out)?;
    let bytes = match format {
        Format::Lines => lines::write(view, out, range, progress)?,
        Format::TlogTiles => tiles::write(view, out, progress)?,
    };
    write(&out.join(VKEY), format!("{}\n", view.vkey()).as_bytes())?;
    write(&out.join(README), readme::text(view, range, format).as_bytes())?;
    write(&out.join(CHECKPOINT), view.note().as_bytes())?;
    Ok(Exported { range, bytes })
}

/// Only its owner can read what people did.
fn make_directory(out: &Path) -> Result<(), ExportError> {
    let failed = |error| ExportError::Write { path: out.to_owned(), error };
    match fs::read_dir(out).map(|mut entries| entries.next()) {
        Ok(None) => Ok(()),
        Ok(Some(_)) => Err(ExportError::OutExists(out.to_owned())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            DirBuilder::new().recursive(true).mode(0o700).create(out).map_err(failed)
        }
        Err(error) => Err(failed(error)),
    }
}

fn write(path: &Path, content: &[u8]) -> Result<(), ExportError> {
    fs::write(path, content).map_err(|error| ExportError::Write { path: path.to_owned(), error })
}
