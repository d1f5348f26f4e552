//! An export as tlog-tiles: the tree is computed from the entry bundles and compared with every tile.

use muniment_core::tree::tile::{TileKind, TilePath};

use super::super::tiles::{Tile, Tiles};
use super::{CHECKPOINT, CheckError, Checking};

impl Checking<'_> {
    pub(super) fn tiles(&mut self) -> Result<(), CheckError> {
        // Without a checkpoint that the key signed nothing says how many tiles there should be.
        let Some(checkpoint) = self.checked.checkpoint.clone() else { return Ok(()) };
        let mut tiles = Tiles::default();
        let bundles = TilePath::all(checkpoint.size).filter(|path| path.kind == TileKind::Entries);
        for path in bundles {
            if !self.bundle(path, &mut tiles)? {
                return Ok(());
            }
            self.progress.report("verifying", path.start(), Some(checkpoint.size));
            tiles.take_full().iter().try_for_each(|tile| self.compare(tile))?;
        }
        tiles.take_partial().iter().try_for_each(|tile| self.compare(tile))?;
        if tiles.root() != checkpoint.root {
            let message = "the entries do not give its root: one of them was changed, and what follows was chained to it anew";
            self.problem(None, CHECKPOINT, message);
        }
        Ok(())
    }

    /// Adds the entries of a bundle; `false` and a problem if it is not what it should be.
    fn bundle(&mut self, path: TilePath, tiles: &mut Tiles) -> Result<bool, CheckError> {
        let name = path.to_string();
        let Some(content) = self.read(&name)? else {
            self.problem(Some(path.start()), &name, "the bundle that holds it is missing");
            return Ok(false);
        };
        let mut rest = content.as_slice();
        for seq in path.start()..path.start() + u64::from(path.width) {
            let Some((line, after)) = split_line(rest) else {
                self.problem(Some(seq), &name, "the bundle ends before it");
                return Ok(false);
            };
            if !self.follow(&name, Some(seq), line) {
                return Ok(false);
            }
            let found = self.checked.range.map_or(0, |range| range.to);
            if found != seq {
                self.problem(Some(seq), &name, format!("in its place stands entry {found}"));
                return Ok(false);
            }
            tiles.add(line);
            rest = after;
        }
        if !rest.is_empty() {
            self.problem(None, &name, format!("{} bytes follow its entries", rest.len()));
        }
        Ok(true)
    }

    /// Compares a tile of hashes with its file; the bundles have been read.
    fn compare(&mut self, tile: &Tile) -> Result<(), CheckError> {
        if tile.path.kind == TileKind::Entries {
            return Ok(());
        }
        let name = tile.path.to_string();
        match self.read(&name)? {
            Some(content) if content == tile.content => {}
            Some(_) => self.problem(None, &name, "its hashes are not those of the entries"),
            None => self.problem(None, &name, "it is missing"),
        }
        Ok(())
    }
}

/// The first line of a bundle, and what follows it.
fn split_line(bundle: &[u8]) -> Option<(&[u8], &[u8])> {
    let (length, rest) = bundle.split_first_chunk::<2>()?;
    rest.split_at_checked(usize::from(u16::from_be_bytes(*length)))
}
