//! A segment of plain lines: the active one, and those that wait to be sealed.

use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{PoisonError, RwLock};

use crate::disk::DiskFile;

/// An open segment of lines. Readers see what was published, which was synced before.
#[derive(Debug)]
pub struct LineSegment {
    first: u64,
    file: Box<dyn DiskFile>,
    /// Where each entry's line ends, its newline included.
    ends: RwLock<Vec<u32>>,
    /// Whether one of the workers' writes failed.
    has_failed: AtomicBool,
}

impl LineSegment {
    /// A segment whose published lines end at the given places.
    #[must_use]
    pub fn new(first: u64, file: Box<dyn DiskFile>, ends: Vec<u32>) -> LineSegment {
        LineSegment { first, file, ends: RwLock::new(ends), has_failed: AtomicBool::new(false) }
    }

    /// The seq of its first entry.
    #[must_use]
    pub fn first(&self) -> u64 {
        self.first
    }

    /// The file, for the writer.
    #[must_use]
    pub fn file(&self) -> &dyn DiskFile {
        &*self.file
    }

    /// Number of published entries.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.ends().len() as u64
    }

    /// Bytes of published lines.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.ends().last().copied().map_or(0, u64::from)
    }

    /// Writes in some way, unless such a write failed before.
    ///
    /// # Errors
    /// As that way says, or that one failed before.
    pub fn unless_failed(&self, write: impl FnOnce() -> io::Result<()>) -> io::Result<()> {
        if self.has_failed.load(Ordering::Acquire) {
            return Err(io::Error::other("the group before it could not be written"));
        }
        write().inspect_err(|_| self.has_failed.store(true, Ordering::Release))
    }

    /// Makes lines that have been written and synced visible to readers.
    pub fn publish(&self, ends: impl Iterator<Item = u32>) {
        self.ends.write().unwrap_or_else(PoisonError::into_inner).extend(ends);
    }

    /// The lines of the entries from `from` up to `to`, each ended by a newline.
    ///
    /// # Errors
    /// As the system says.
    ///
    /// # Panics
    /// If the entries are not in this segment, which is a mistake in the caller.
    pub fn read(&self, from: u64, to: u64) -> io::Result<Vec<u8>> {
        let place = |seq: u64| -> u32 {
            match usize::try_from(seq - self.first).expect("a segment fits into memory") {
                0 => 0,
                count => self.ends()[count - 1],
            }
        };
        let (start, end) = (place(from), place(to));
        self.file.read_exact_at(u64::from(start), (end - start) as usize)
    }

    fn ends(&self) -> std::sync::RwLockReadGuard<'_, Vec<u32>> {
        self.ends.read().unwrap_or_else(PoisonError::into_inner)
    }
}
