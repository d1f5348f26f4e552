//! A stopped ledger as it lies on the disk: segments, tiles, and the persisted checkpoint.

use std::io;
use std::sync::Arc;

use muniment_core::checkpoint::Checkpoint;
use muniment_core::hash::Hash;
use muniment_core::limits::HASH_BYTES;
use muniment_core::note::VerifierKey;
use muniment_core::receipt::Receipt;
use muniment_core::tree::proof;
use muniment_core::tree::tile::{self, LevelHashes};

use super::{ExportError, Range};
use crate::disk::Disk;
use crate::ledger::genesis::Genesis;
use crate::ledger::names;
use crate::ledger::origins::Origins;
use crate::verify::segments::{self, SegmentFile};
use crate::verify::{Findings, VerifyError};

/// What is exported from. Its size is that of the persisted checkpoint: nothing beyond is signed.
#[derive(Debug)]
pub struct View {
    disk: Arc<dyn Disk>,
    segments: Vec<SegmentFile>,
    vkey: VerifierKey,
    checkpoint: Checkpoint,
    note: String,
}

/// The levels of the tree, as far as their files go.
struct Levels<'d>(&'d dyn Disk);

impl LevelHashes for Levels<'_> {
    type Error = io::Error;

    fn read(&self, level: u8, start: u64, count: usize) -> io::Result<Vec<Hash>> {
        let file = self.0.open_read(&names::level(usize::from(level)))?;
        let bytes = file.read_exact_at(start * HASH_BYTES as u64, count * HASH_BYTES)?;
        Ok(bytes.as_chunks().0.iter().map(|hash| Hash(*hash)).collect())
    }
}

impl View {
    /// Looks at the ledger on a disk. Nobody may write to it meanwhile.
    ///
    /// # Errors
    /// See [`ExportError`].
    pub fn open(disk: Arc<dyn Disk>) -> Result<View, ExportError> {
        let segments = segments::list(&*disk, &mut Findings::default()).map_err(|error| match error {
            VerifyError::NoLedger => ExportError::NoLedger,
            VerifyError::Io(error) => ExportError::Io(error),
            other => ExportError::Io(io::Error::other(other)),
        })?;
        let damaged = |fault: String| ExportError::Damaged { seq: 0, fault };
        let first = segments.first().filter(|segment| segment.first == 0);
        let first = first.ok_or_else(|| damaged("the segment that starts with it is missing".to_owned()))?;
        let genesis = first.line(&*disk, 0).and_then(|line| Genesis::from_line(&line)).map_err(damaged)?;
        let note = disk.read(names::CHECKPOINT)?.ok_or(ExportError::NoCheckpoint)?;
        let (vkey, checkpoint) = match Checkpoint::verify(&note, &genesis.vkey) {
            Ok(checkpoint) => (genesis.vkey, checkpoint),
            // After a return under a new origin it is another key's: the entries say whose.
            Err(error) => {
                let restorations = segments::restorations(&*disk, &segments).map_err(damaged)?;
                let origins =
                    Origins::new(genesis.vkey, &restorations).map_err(|(_, fault)| damaged(fault))?;
                let signed = origins.verify(&note).ok().filter(|signed| signed.lost().is_none());
                let signed = signed.ok_or(ExportError::Checkpoint(error))?;
                (signed.vkey, signed.checkpoint)
            }
        };
        let note = String::from_utf8_lossy(&note).into_owned();
        Ok(View { disk, segments, vkey, checkpoint, note })
    }

    /// The public key; its name is the origin.
    #[must_use]
    pub fn vkey(&self) -> &VerifierKey {
        &self.vkey
    }

    /// Number of entries that can be exported.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.checkpoint.size
    }

    /// The persisted checkpoint, signed.
    pub(super) fn note(&self) -> &str {
        &self.note
    }

    /// The persisted checkpoint.
    pub(super) fn checkpoint(&self) -> &Checkpoint {
        &self.checkpoint
    }

    /// Number of lines that no persisted checkpoint covers. A crash leaves some, until the next start.
    ///
    /// # Errors
    /// As the system says.
    pub fn unsigned(&self) -> io::Result<u64> {
        let Some(last) = self.segments.last() else { return Ok(0) };
        let units = last.units(&*self.disk, None)?;
        let size = units.map(|unit| unit.first + unit.count).last().unwrap_or(last.first);
        Ok(size.saturating_sub(self.size()))
    }

    /// Whether the checkpoint covers every line and the files of the tree lead to its root. After a crash
    /// they may not; the next start puts both right.
    ///
    /// # Errors
    /// As the system says.
    pub fn is_whole(&self) -> io::Result<bool> {
        let frontier = tile::frontier(&Levels(&*self.disk), self.size());
        let sound_tiles = frontier.is_ok_and(|frontier| frontier.root() == self.checkpoint.root);
        Ok(sound_tiles && self.unsigned()? == 0)
    }

    /// The receipt of an entry, under the persisted checkpoint. `line` is the entry's.
    pub(super) fn receipt(&self, seq: u64, line: &[u8]) -> Result<Receipt, ExportError> {
        let path = proof::inclusion(&Levels(&*self.disk), seq, self.size());
        let path = path.map_err(|error| ExportError::Tiles(error.to_string()))?;
        let receipt = Receipt { index: seq, path, checkpoint: self.note.clone() };
        match receipt.verify(line, &self.vkey) {
            Ok(_) => Ok(receipt),
            Err(error) => Err(ExportError::Receipt { seq, error }),
        }
    }

    /// Gives every line of a range in order, without its newline.
    pub(super) fn each_line(
        &self,
        range: Range,
        mut take: impl FnMut(u64, &[u8]) -> Result<(), ExportError>,
    ) -> Result<(), ExportError> {
        let mut next = range.from;
        for segment in self.segments.iter().filter(|segment| segment.end.is_none_or(|end| end > range.from)) {
            let mut units = segment.units(&*self.disk, segment.end)?;
            for unit in units.by_ref() {
                let (first, end) = (unit.first, unit.first + unit.count);
                if next > range.to {
                    return Ok(());
                }
                if end <= range.from {
                    continue;
                }
                let text = unit.into_lines().map_err(|fault| ExportError::Damaged { seq: first, fault })?;
                let lines = text.strip_suffix(b"\n").unwrap_or(&text).split(|byte| *byte == b'\n');
                for (seq, line) in (first..end).zip(lines).filter(|(seq, _)| *seq >= range.from) {
                    if seq <= range.to {
                        take(seq, line)?;
                        next = seq + 1;
                    }
                }
            }
            if let Some(fault) = units.fault() {
                return Err(ExportError::Damaged { seq: next, fault });
            }
        }
        if next > range.to {
            return Ok(());
        }
        Err(ExportError::Damaged { seq: next, fault: "it is missing".to_owned() })
    }
}
