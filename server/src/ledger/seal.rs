//! Sealing: a segment of lines becomes zstd frames and a key run.

use std::io;
use std::sync::Arc;

use muniment_core::key::Key;

use super::keys::{KeyRun, run};
use super::lines::LineSegment;
use super::log::Log;
use super::names::{self, LedgerFile};
use super::sealed::{self, SealedSegment};
use super::shared::Shared;
use crate::disk::temporary;

/// Everything that sealing a segment needs, so that it can be done beside the writer.
#[derive(Debug)]
pub struct SealJob {
    shared: Arc<Shared>,
    lines: Arc<LineSegment>,
    records: Vec<(Key, u32)>,
    level: i32,
}

/// A segment that has been sealed.
#[derive(Debug)]
pub struct Sealed {
    segment: Arc<SealedSegment>,
    run: Arc<KeyRun>,
}

impl SealJob {
    /// Seals the segment. When it fails the lines are still there, and it can be done again.
    ///
    /// # Errors
    /// As the system says.
    pub fn run(mut self) -> io::Result<Sealed> {
        let (disk, first) = (&*self.shared.disk, self.lines.first());
        let end = first + self.lines.count();

        // What the segment's entries add to the tree must outlive its lines: from now on only the lines of
        // later segments are read at a start. A crash here: the lines are still there.
        self.shared.persist_checkpoint()?;
        let level_files = self.shared.tree_mut().files_to_sync()?;
        level_files.iter().try_for_each(|file| file.sync())?;
        disk.sync_dir(names::TILES)?;

        // A crash here: files that end in `.tmp`, which the next start removes.
        let (keys_path, sealed_path) =
            (LedgerFile::Keys(first).to_string(), LedgerFile::Sealed(first).to_string());
        self.records.sort_unstable();
        let keys = disk.create_over(&temporary(&keys_path))?;
        keys.write_at(&run::encode(first, &self.records), 0)?;
        keys.sync()?;
        let frames = disk.create_over(&temporary(&sealed_path))?;
        sealed::write(&self.lines, &*frames, self.level)?;
        frames.sync()?;
        disk.rename(&temporary(&keys_path), &keys_path)?;
        disk.rename(&temporary(&sealed_path), &sealed_path)?;
        disk.sync_dir(names::LEDGER)?;

        // Both are there for good. A crash before the removal is durable: lines and frames stand side by
        // side, and the next start seals the lines again.
        let run =
            KeyRun::open(disk.open_read(&keys_path)?, first, self.lines.count()).map_err(io::Error::other)?;
        let segment =
            SealedSegment::open(disk.open_read(&sealed_path)?, first, Some(end)).map_err(io::Error::other)?;
        disk.remove(&LedgerFile::Lines(first).to_string())?;
        Ok(Sealed { segment: Arc::new(segment), run: Arc::new(run) })
    }
}

impl Log {
    /// Work for sealing the oldest segment that waits for it.
    #[must_use]
    pub fn next_to_seal(&self, level: i32) -> Option<SealJob> {
        let lines = self.shared.unsealed().into_iter().next()?;
        let records = self.keys.records(lines.first());
        Some(SealJob { shared: self.shared.clone(), lines, records, level })
    }

    /// Reads from the sealed segment from now on.
    pub fn adopt(&mut self, sealed: Sealed) {
        self.shared.replace_segment(sealed.segment);
        self.keys.add_run(sealed.run);
    }
}
