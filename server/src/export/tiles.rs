//! A whole ledger as a static C2SP tlog-tiles log. The tree is computed from the lines.

use std::fs;
use std::mem;
use std::path::Path;

use muniment_core::hash::Hash;
use muniment_core::limits::TILE_HASHES;
use muniment_core::tree::tile::{TILE_HEIGHT, TileKind, TilePath};
use muniment_core::tree::{Frontier, leaf_hash};

use super::chain::Chain;
use super::lines::{REPORT_ENTRIES, follow};
use super::view::View;
use super::{ExportError, Range, write as write_file};
use crate::progress::Progress;

/// Writes all tiles; returns the bytes of the lines.
pub(super) fn write(view: &View, out: &Path, progress: &Progress) -> Result<u64, ExportError> {
    let mut tiles = Tiles::default();
    let (mut chain, mut bytes) = (Chain::default(), 0);
    let all = Range { from: 0, to: view.size() - 1 };
    view.each_line(all, |seq, line| {
        follow(&mut chain, seq, line)?;
        bytes += line.len() as u64 + 1;
        if seq.is_multiple_of(REPORT_ENTRIES) {
            progress.report("exporting", seq, Some(view.size()));
        }
        tiles.add(line);
        tiles.take_full().iter().try_for_each(|tile| write_tile(out, tile))
    })?;
    tiles.take_partial().iter().try_for_each(|tile| write_tile(out, tile))?;
    if tiles.root() == view.checkpoint().root { Ok(bytes) } else { Err(ExportError::Root) }
}

fn write_tile(out: &Path, tile: &Tile) -> Result<(), ExportError> {
    let path = out.join(tile.path.to_string());
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent).map_err(|error| ExportError::Write { path: parent.to_owned(), error })?;
    }
    write_file(&path, &tile.content)
}

/// A tile and what is in it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Tile {
    pub(super) path: TilePath,
    pub(super) content: Vec<u8>,
}

/// Makes the tiles of a growing log.
#[derive(Debug, Default)]
pub(super) struct Tiles {
    frontier: Frontier,
    /// Entries, then the levels from 0 up: each with its last, incomplete tile.
    rows: Vec<Row>,
    full: Vec<Tile>,
}

#[derive(Debug)]
struct Row {
    kind: TileKind,
    index: u64,
    width: u16,
    content: Vec<u8>,
}

impl Tiles {
    /// Adds an entry's line, without its newline.
    pub(super) fn add(&mut self, line: &[u8]) {
        // The limit of an entry is the largest number of 16 bits.
        let length = u16::try_from(line.len()).unwrap_or(u16::MAX);
        self.push(0, TileKind::Entries, &[&length.to_be_bytes(), line]);
        let leaf = leaf_hash(line);
        let mut completed: Vec<(u32, Hash)> = vec![(0, leaf)];
        self.frontier.push(leaf, |height, hash| completed.push((height, hash)));
        for (height, hash) in completed.into_iter().filter(|(height, _)| height % TILE_HEIGHT == 0) {
            let level = u8::try_from(height / TILE_HEIGHT).unwrap_or(u8::MAX);
            self.push(usize::from(level) + 1, TileKind::Hashes(level), &[&hash.0]);
        }
    }

    fn push(&mut self, row: usize, kind: TileKind, parts: &[&[u8]]) {
        if row == self.rows.len() {
            self.rows.push(Row { kind, index: 0, width: 0, content: Vec::new() });
        }
        let row = &mut self.rows[row];
        parts.iter().for_each(|part| row.content.extend_from_slice(part));
        row.width += 1;
        if u64::from(row.width) == TILE_HASHES {
            self.full.push(row.take());
        }
    }

    /// The tiles that have been completed since the last call.
    pub(super) fn take_full(&mut self) -> Vec<Tile> {
        mem::take(&mut self.full)
    }

    /// The partial tiles at the right edge.
    pub(super) fn take_partial(&mut self) -> Vec<Tile> {
        self.rows.iter_mut().filter(|row| row.width > 0).map(Row::take).collect()
    }

    /// The root over all entries.
    pub(super) fn root(&self) -> Hash {
        self.frontier.root()
    }
}

impl Row {
    fn take(&mut self) -> Tile {
        let path = TilePath { kind: self.kind, index: self.index, width: self.width };
        (self.index, self.width) = (self.index + 1, 0);
        Tile { path, content: mem::take(&mut self.content) }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn the_tiles_are_those_of_the_specification() {
        for size in [1, 255, 256, 257, 65_536, 70_000] {
            let mut tiles = Tiles::default();
            let mut made = Vec::new();
            for number in 0..size {
                tiles.add(format!("line {number}").as_bytes());
                made.append(&mut tiles.take_full());
            }
            made.append(&mut tiles.take_partial());
            let paths: BTreeSet<TilePath> = made.iter().map(|tile| tile.path).collect();
            assert_eq!(paths.len(), made.len(), "each once");
            assert_eq!(paths, TilePath::all(size).collect(), "size {size}");
            for tile in made.iter().filter(|tile| tile.path.kind != TileKind::Entries) {
                assert_eq!(tile.content.len(), 32 * usize::from(tile.path.width));
            }
        }
    }

    #[test]
    fn a_bundle_holds_lengths_and_lines() {
        let mut tiles = Tiles::default();
        tiles.add(b"one");
        tiles.add(b"three");
        let bundle = &tiles.take_partial()[0];
        assert_eq!(bundle.path.to_string(), "tile/entries/000.p/2");
        assert_eq!(bundle.content, b"\0\x03one\0\x05three");
    }
}
