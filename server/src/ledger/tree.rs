//! The tree on disk: one growing file of 32-byte hashes for every tile level.
//!
//! Derived from the ledger and never synced on the way: what a crash loses is recomputed from the segments
//! that are not sealed. Before a segment is sealed its part of the levels is synced.

use std::io;
use std::sync::Arc;

use muniment_core::hash::Hash;
use muniment_core::limits::HASH_BYTES;
use muniment_core::tree::Frontier;
use muniment_core::tree::tile::{self, LEVELS_MAX, LevelHashes, TILE_HEIGHT, level_length};

use super::names;
use crate::disk::{Disk, DiskFile};

/// The levels and the right edge.
#[derive(Debug)]
pub struct TreeStore {
    disk: Arc<dyn Disk>,
    levels: Vec<Level>,
    frontier: Frontier,
}

#[derive(Debug, Default)]
struct Level {
    /// Made with the first hash.
    file: Option<Arc<dyn DiskFile>>,
    written: u64,
    /// Hashes that are not in the file yet: it could not be written.
    pending: Vec<Hash>,
}

impl TreeStore {
    /// An empty tree, in place of any that is there.
    ///
    /// # Errors
    /// As the system says.
    pub fn create(disk: Arc<dyn Disk>) -> io::Result<TreeStore> {
        disk.create_dir(names::TILES)?;
        for name in disk.list(names::TILES)? {
            disk.remove(&format!("{}/{name}", names::TILES))?;
        }
        Ok(TreeStore { disk, levels: Vec::new(), frontier: Frontier::default() })
    }

    /// The tree of the first `size` entries, with anything beyond cut off; `None` if the files are too
    /// short for it.
    ///
    /// # Errors
    /// As the system says.
    pub fn open(disk: Arc<dyn Disk>, size: u64) -> io::Result<Option<TreeStore>> {
        disk.create_dir(names::TILES)?;
        let mut levels = Vec::new();
        for level in 0..LEVELS_MAX {
            let length = level_length(level, size);
            let file = match disk.open(&names::level(usize::from(level))) {
                Ok(file) => file,
                Err(error) if error.kind() == io::ErrorKind::NotFound && length == 0 => break,
                Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
                Err(error) => return Err(error),
            };
            if file.len()? < length * HASH_BYTES as u64 {
                return Ok(None);
            }
            file.set_len(length * HASH_BYTES as u64)?;
            levels.push(Level { file: Some(file.into()), written: length, pending: Vec::new() });
        }
        let mut tree = TreeStore { disk, levels, frontier: Frontier::default() };
        tree.frontier = tile::frontier(&tree, size)?;
        Ok(Some(tree))
    }

    /// Number of leaves.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.frontier.size()
    }

    /// The root.
    #[must_use]
    pub fn root(&self) -> Hash {
        self.frontier.root()
    }

    /// The root that the tree had when it had `size` leaves.
    ///
    /// # Errors
    /// As the system says.
    pub fn root_at(&self, size: u64) -> io::Result<Hash> {
        if size == self.size() { Ok(self.root()) } else { Ok(tile::frontier(self, size)?.root()) }
    }

    /// What adding leaves makes of the tree, without adding them.
    #[must_use]
    pub fn plan(&self, leaves: Vec<Hash>) -> Growth {
        let mut frontier = self.frontier.clone();
        let mut above = Vec::new();
        for leaf in &leaves {
            frontier.push(*leaf, |height, hash| {
                if height % TILE_HEIGHT == 0 {
                    above.push(((height / TILE_HEIGHT) as usize, hash));
                }
            });
        }
        Growth { leaves, above, frontier }
    }

    /// Adds leaves. What cannot be written stays in memory and is written with the next ones: the tree
    /// itself never fails.
    ///
    /// # Errors
    /// The first failure to write, for the log.
    pub fn grow(&mut self, growth: Growth) -> io::Result<()> {
        self.level(0).pending.extend(growth.leaves);
        for (level, hash) in growth.above {
            self.level(level).pending.push(hash);
        }
        self.frontier = growth.frontier;
        self.flush()
    }

    fn level(&mut self, level: usize) -> &mut Level {
        if level >= self.levels.len() {
            self.levels.resize_with(level + 1, Level::default);
        }
        &mut self.levels[level]
    }

    fn flush(&mut self) -> io::Result<()> {
        let levels = self.levels.iter_mut().enumerate();
        // Every level is tried, whatever becomes of the others.
        let outcomes: Vec<io::Result<()>> =
            levels.map(|(number, level)| level.flush(&*self.disk, number)).collect();
        outcomes.into_iter().collect()
    }

    /// The files to sync to make the tree as it is now durable, together with the directory
    /// [`names::TILES`]. They are synced outside any lock on the tree.
    ///
    /// # Errors
    /// When hashes that wait in memory cannot be written.
    pub fn files_to_sync(&mut self) -> io::Result<Vec<Arc<dyn DiskFile>>> {
        self.flush()?;
        Ok(self.levels.iter().filter_map(|level| level.file.clone()).collect())
    }
}

/// Leaves and what they complete, computed before they are part of the tree.
#[derive(Debug)]
pub struct Growth {
    leaves: Vec<Hash>,
    above: Vec<(usize, Hash)>,
    frontier: Frontier,
}

impl Level {
    fn flush(&mut self, disk: &dyn Disk, number: usize) -> io::Result<()> {
        if self.pending.is_empty() {
            return Ok(());
        }
        let bytes: Vec<u8> = self.pending.iter().flat_map(|hash| hash.0).collect();
        let file = match &self.file {
            Some(file) => file,
            None => self.file.insert(disk.create_over(&names::level(number))?.into()),
        };
        file.write_at(&bytes, self.written * HASH_BYTES as u64)?;
        self.written += self.pending.len() as u64;
        self.pending.clear();
        Ok(())
    }
}

impl LevelHashes for TreeStore {
    type Error = io::Error;

    fn read(&self, level: u8, start: u64, count: usize) -> io::Result<Vec<Hash>> {
        let missing = || io::Error::new(io::ErrorKind::UnexpectedEof, format!("tiles/{level} is too short"));
        let level = self.levels.get(usize::from(level)).ok_or_else(missing)?;
        let end = start + count as u64;
        let from_file = usize::try_from(level.written.clamp(start, end) - start).map_err(io::Error::other)?;
        let bytes = match &level.file {
            Some(file) => file.read_exact_at(start * HASH_BYTES as u64, from_file * HASH_BYTES)?,
            None => Vec::new(),
        };
        let mut hashes: Vec<Hash> = bytes.as_chunks().0.iter().map(|hash| Hash(*hash)).collect();
        let skipped = usize::try_from(start.saturating_sub(level.written)).map_err(io::Error::other)?;
        let from_memory = level.pending.get(skipped..skipped + count - from_file).ok_or_else(missing)?;
        hashes.extend_from_slice(from_memory);
        Ok(hashes)
    }
}
