//! What is to be copied: exactly the entries that a signed checkpoint covers, from files that cannot vanish.
//!
//! The ledger may be in use: entries are appended, and a segment's lines give way to its sealed form. A segment
//! is sealed only after a checkpoint that covers it was persisted. So the checkpoint is read after one listing,
//! and every sealed segment of that listing is covered by it. Lines that are open can be read to their end,
//! whatever becomes of their name.

use std::collections::BTreeMap;
use std::io;

use memchr::memchr_iter;
use muniment_core::checkpoint::Checkpoint;
use muniment_core::note::Note;

use super::error::{BackupError, io_error};
use crate::disk::{Disk, DiskFile};
use crate::ledger::names::{self, LedgerFile};
use crate::ledger::sealed::SealedSegment;

/// How often the files are listed before it is given up.
const LISTINGS_MAX: usize = 20;

const CHUNK_BYTES: usize = 4 * 1024 * 1024;

/// The entries that a checkpoint covers, and the files that hold them.
#[derive(Debug)]
pub(super) struct Plan {
    /// The signed checkpoint.
    pub(super) note: Vec<u8>,
    /// What it claims. Its signature is checked with what was copied.
    pub(super) checkpoint: Checkpoint,
    /// In order.
    pub(super) parts: Vec<Part>,
}

/// A segment, as far as the checkpoint covers it.
#[derive(Debug)]
pub(super) struct Part {
    /// Its first entry.
    pub(super) first: u64,
    /// The entry after the last one that is wanted.
    pub(super) end: u64,
    pub(super) form: Form,
}

#[derive(Debug)]
pub(super) enum Form {
    /// Lines, and how many bytes of them are wanted.
    Lines(Box<dyn DiskFile>, u64),
    /// A sealed segment all of which is wanted.
    Sealed,
    /// A sealed segment that holds more than is wanted.
    PartOfSealed(Box<SealedSegment>),
}

impl Plan {
    /// Looks at a ledger, or at a backup.
    ///
    /// # Errors
    /// See [`BackupError`].
    pub(super) fn make(disk: &dyn Disk) -> Result<Plan, BackupError> {
        for _ in 0..LISTINGS_MAX {
            let before = list(disk)?;
            let note = disk.read(names::CHECKPOINT).map_err(io_error("reading checkpoint"))?;
            let after = list(disk)?;
            if after.is_empty() {
                return Err(BackupError::NoLedger);
            }
            let note = note.ok_or(BackupError::NoCheckpoint)?;
            let covered = |(first, lines): (&u64, &bool)| *lines || before.get(first) == Some(&false);
            if !after.iter().all(covered) {
                continue;
            }
            let checkpoint = claim(&note)?;
            if let Some(parts) = parts(disk, &after, checkpoint.size)? {
                return Ok(Plan { note, checkpoint, parts });
            }
        }
        Err(BackupError::Restless(LISTINGS_MAX))
    }

    /// One line, without its newline.
    pub(super) fn line(&self, disk: &dyn Disk, seq: u64) -> Result<Vec<u8>, BackupError> {
        let damaged = |fault: String| BackupError::Damaged { seq, fault };
        let part = self.parts.iter().find(|part| (part.first..part.end).contains(&seq));
        let part = part.ok_or_else(|| damaged("no segment holds it".to_owned()))?;
        let mut line = match &part.form {
            Form::Lines(file, _) => {
                let start = end_of_lines(&**file, seq - part.first).map_err(io_error("reading ledger/"))?;
                let end = end_of_lines(&**file, seq - part.first + 1).map_err(io_error("reading ledger/"))?;
                let range = start.zip(end).ok_or_else(|| damaged("its segment ends before it".to_owned()))?;
                let bytes = usize::try_from(range.1 - range.0).map_err(|error| damaged(error.to_string()))?;
                file.read_exact_at(range.0, bytes).map_err(io_error("reading ledger/"))?
            }
            Form::Sealed => {
                let sealed = open_sealed(disk, part.first, Some(part.end))?;
                sealed.read(seq, seq + 1).map_err(|error| damaged(error.to_string()))?
            }
            Form::PartOfSealed(sealed) => {
                sealed.read(seq, seq + 1).map_err(|error| damaged(error.to_string()))?
            }
        };
        line.pop();
        Ok(line)
    }
}

/// First entries of the segments; whether each is read as lines.
pub(super) fn list(disk: &dyn Disk) -> Result<BTreeMap<u64, bool>, BackupError> {
    let mut found = BTreeMap::new();
    for name in disk.list(names::LEDGER).map_err(io_error("listing ledger/"))? {
        match LedgerFile::parse(&name) {
            Some(LedgerFile::Lines(first)) => drop(found.insert(first, true)),
            Some(LedgerFile::Sealed(first)) => drop(found.entry(first).or_insert(false)),
            Some(LedgerFile::Keys(_)) | None => {}
        }
    }
    Ok(found)
}

/// What a checkpoint says, whoever signed it.
pub(super) fn claim(note: &[u8]) -> Result<Checkpoint, BackupError> {
    let note = Note::parse(note).map_err(|error| BackupError::Checkpoint(error.into()))?;
    Checkpoint::parse_text(note.unverified_text()).map_err(BackupError::Checkpoint)
}

/// `None` if a segment's lines have given way to its sealed form meanwhile.
fn parts(
    disk: &dyn Disk,
    segments: &BTreeMap<u64, bool>,
    size: u64,
) -> Result<Option<Vec<Part>>, BackupError> {
    let missing = |seq| BackupError::Damaged { seq, fault: "its segment is missing".to_owned() };
    if !segments.contains_key(&0) {
        return Err(missing(0));
    }
    let ends = segments.keys().skip(1).map(|next| Some(*next)).chain([None]);
    let mut parts = Vec::new();
    for ((first, lines), next) in segments.iter().zip(ends).filter(|((first, _), _)| **first < size) {
        let (first, end) = (*first, next.unwrap_or(size).min(size));
        let form = if *lines {
            let path = LedgerFile::Lines(first).to_string();
            let file = match disk.open_read(&path) {
                Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
                file => file.map_err(io_error(format!("opening {path}")))?,
            };
            let bytes = end_of_lines(&*file, end - first).map_err(io_error(format!("reading {path}")))?;
            let ends_early =
                || BackupError::Damaged { seq: end - 1, fault: format!("{path} ends before it") };
            Form::Lines(file, bytes.ok_or_else(ends_early)?)
        } else {
            let sealed = open_sealed(disk, first, next)?;
            match sealed.end() {
                sealed_end if sealed_end == end => Form::Sealed,
                sealed_end if sealed_end > end => Form::PartOfSealed(Box::new(sealed)),
                sealed_end => return Err(missing(sealed_end)),
            }
        };
        parts.push(Part { first, end, form });
    }
    Ok(Some(parts))
}

fn open_sealed(disk: &dyn Disk, first: u64, end: Option<u64>) -> Result<SealedSegment, BackupError> {
    let path = LedgerFile::Sealed(first).to_string();
    let file = disk.open_read(&path).map_err(io_error(format!("opening {path}")))?;
    let damaged = |error: crate::ledger::sealed::SealedError| BackupError::Damaged {
        seq: first,
        fault: format!("{path}: {error}"),
    };
    SealedSegment::open(file, first, end).map_err(damaged)
}

/// Where the first `count` lines end; `None` if there are fewer.
fn end_of_lines(file: &dyn DiskFile, count: u64) -> io::Result<Option<u64>> {
    let (mut left, mut offset) = (count, 0);
    let mut chunk = vec![0; CHUNK_BYTES];
    while left > 0 {
        let read = file.read_at(&mut chunk, offset)?;
        for place in memchr_iter(b'\n', &chunk[..read]) {
            left -= 1;
            if left == 0 {
                return Ok(Some(offset + place as u64 + 1));
            }
        }
        if read < chunk.len() {
            return Ok(None);
        }
        offset += read as u64;
    }
    Ok(Some(0))
}
