//! Tiles: the tree cut into pieces of 256 hashes, as C2SP tlog-tiles names and serves them.
//!
//! The hashes of level `L` are the roots of all full subtrees of 256^`L` leaves, in order. A ledger keeps
//! each level as one growing file of 32-byte hashes: a tile is a slice of it and a partial tile a shorter
//! slice, so every tile of every size that the tree ever had can be cut on request.

use std::fmt;
use std::str::FromStr;

use super::{Frontier, fold};
use crate::entry::decimal;
use crate::hash::Hash;
use crate::limits::TILE_HASHES;

/// Height of a tile.
pub const TILE_HEIGHT: u32 = 8;

/// Number of levels that a tree of up to 2^63 leaves can have.
pub const LEVELS_MAX: u8 = 8;

/// Gives the hashes of tile levels.
pub trait LevelHashes {
    /// Why a hash cannot be had.
    type Error;

    /// Reads `count` hashes of a level, the first of which has the number `start`.
    ///
    /// # Errors
    /// When they cannot be had.
    fn read(&self, level: u8, start: u64, count: usize) -> Result<Vec<Hash>, Self::Error>;
}

/// Number of hashes that a level has when the tree has `size` leaves.
#[must_use]
pub fn level_length(level: u8, size: u64) -> u64 {
    size.checked_shr(u32::from(level) * TILE_HEIGHT).unwrap_or(0)
}

/// The root of a perfect subtree of 2^`height` leaves that is number `index` of its height.
///
/// # Errors
/// When hashes cannot be had.
pub fn subtree<L: LevelHashes>(levels: &L, height: u32, index: u64) -> Result<Hash, L::Error> {
    let level = u8::try_from(height / TILE_HEIGHT).unwrap_or(LEVELS_MAX);
    let above = height % TILE_HEIGHT;
    Ok(fold(&levels.read(level, index << above, 1 << above)?))
}

/// The root of the leaves from `start` up to `end`, where `start` is where some subtree of that many or
/// more leaves begins (as every range that RFC 6962 splits off does).
///
/// # Errors
/// When hashes cannot be had.
pub fn range_root<L: LevelHashes>(levels: &L, start: u64, end: u64) -> Result<Hash, L::Error> {
    let mut subtrees = Vec::new();
    let mut place = start;
    while place < end {
        let height = (end - place).ilog2();
        subtrees.push(subtree(levels, height, place >> height)?);
        place += 1 << height;
    }
    Ok(Frontier::new(end - start, subtrees).root())
}

/// The right edge of the tree of `size` leaves.
///
/// # Errors
/// When hashes cannot be had.
pub fn frontier<L: LevelHashes>(levels: &L, size: u64) -> Result<Frontier, L::Error> {
    let heights = (0..64).rev().filter(|height| size >> height & 1 == 1);
    let subtrees = heights.map(|height| subtree(levels, height, (size >> height) - 1));
    Ok(Frontier::new(size, subtrees.collect::<Result<_, _>>()?))
}

/// What a tile holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum TileKind {
    /// Hashes of a level.
    Hashes(u8),
    /// Entry lines, each with its length before it.
    Entries,
}

/// The path of a tile below a log's prefix: `tile/<L>/<N>[.p/<W>]`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct TilePath {
    /// What it holds.
    pub kind: TileKind,
    /// Its number within its level.
    pub index: u64,
    /// Hashes or entries in it: 1 to 256; 256 is a full tile.
    pub width: u16,
}

/// A text is no path of a tile.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not the path of a tile, such as tile/0/x001/234 or tile/entries/000.p/7")]
pub struct TilePathError;

impl TilePath {
    /// Every tile that a tree of `size` leaves consists of: hash tiles level by level, then entry bundles.
    pub fn all(size: u64) -> impl Iterator<Item = TilePath> {
        let kinds = (0..LEVELS_MAX).map(TileKind::Hashes).chain([TileKind::Entries]);
        kinds.flat_map(move |kind| {
            let length = level_length(kind.level(), size);
            let width = move |index: u64| (length - index * TILE_HASHES).min(TILE_HASHES);
            (0..length.div_ceil(TILE_HASHES)).map(move |index| TilePath {
                kind,
                index,
                width: u16::try_from(width(index)).unwrap_or(u16::MAX),
            })
        })
    }

    /// The number of its first hash or entry within its level.
    #[must_use]
    pub fn start(&self) -> u64 {
        self.index * TILE_HASHES
    }
}

impl TileKind {
    /// The level whose numbers count this tile.
    #[must_use]
    pub fn level(self) -> u8 {
        match self {
            TileKind::Hashes(level) => level,
            TileKind::Entries => 0,
        }
    }
}

impl fmt::Display for TilePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.kind {
            TileKind::Hashes(level) => write!(f, "tile/{level}/")?,
            TileKind::Entries => f.write_str("tile/entries/")?,
        }
        let mut groups = vec![self.index % 1_000];
        let mut rest = self.index / 1_000;
        while rest > 0 {
            groups.push(rest % 1_000);
            rest /= 1_000;
        }
        groups[1..].iter().rev().try_for_each(|group| write!(f, "x{group:03}/"))?;
        write!(f, "{:03}", groups[0])?;
        if u64::from(self.width) < TILE_HASHES { write!(f, ".p/{}", self.width) } else { Ok(()) }
    }
}

impl FromStr for TilePath {
    type Err = TilePathError;

    fn from_str(text: &str) -> Result<TilePath, TilePathError> {
        parse(text).filter(|path| path.to_string() == text).ok_or(TilePathError)
    }
}

/// Reads a path leniently; [`TilePath::from_str`] compares with the only spelling.
fn parse(text: &str) -> Option<TilePath> {
    let (kind, rest) = text.strip_prefix("tile/")?.split_once('/')?;
    let kind = match kind {
        "entries" => TileKind::Entries,
        level => TileKind::Hashes(u8::try_from(decimal(level)?).ok().filter(|level| *level <= 63)?),
    };
    let (number, width) = match rest.split_once(".p/") {
        Some((number, width)) => (number, u16::try_from(decimal(width)?).ok()?),
        None => (rest, u16::try_from(TILE_HASHES).ok()?),
    };
    if width == 0 || u64::from(width) > TILE_HASHES {
        return None;
    }
    let mut index: u64 = 0;
    for group in number.split('/') {
        let digits = group.strip_prefix('x').unwrap_or(group);
        let group: u64 = (digits.len() == 3).then(|| digits.parse().ok()).flatten()?;
        index = index.checked_mul(1_000)?.checked_add(group)?;
    }
    let start_fits = index.checked_mul(TILE_HASHES).is_some();
    start_fits.then_some(TilePath { kind, index, width })
}

#[cfg(test)]
pub(crate) mod tests {
    use super::super::naive;
    use super::*;

    pub(crate) struct Levels(Vec<Vec<Hash>>);

    impl Levels {
        pub(crate) fn of(leaves: &[Hash]) -> Levels {
            let mut levels = vec![leaves.to_vec()];
            while levels.last().is_some_and(|level| level.len() >= 256) {
                let above = levels.last().unwrap().chunks_exact(256).map(naive::root).collect();
                levels.push(above);
            }
            Levels(levels)
        }
    }

    impl LevelHashes for Levels {
        type Error = String;

        fn read(&self, level: u8, start: u64, count: usize) -> Result<Vec<Hash>, String> {
            let level = self.0.get(usize::from(level)).ok_or("no such level")?;
            let start = usize::try_from(start).unwrap();
            level.get(start..start + count).map(<[Hash]>::to_vec).ok_or_else(|| "too short".into())
        }
    }

    #[test]
    fn the_frontier_is_read_from_levels() {
        let leaves = naive::leaves(2_000);
        let levels = Levels::of(&leaves);
        for size in 0..=leaves.len() {
            let read = frontier(&levels, size as u64).unwrap();
            assert_eq!(read.root(), naive::root(&leaves[..size]), "size {size}");
        }
    }

    #[test]
    fn the_specifications_example_of_size_70_000() {
        let mut tiles = std::collections::BTreeMap::new();
        for path in TilePath::all(70_000) {
            *tiles.entry((path.kind, path.width)).or_insert(0) += 1;
        }
        let hashes = |level| TileKind::Hashes(level);
        let expect = [
            ((hashes(0), 112), 1),
            ((hashes(0), 256), 273),
            ((hashes(1), 17), 1),
            ((hashes(1), 256), 1),
            ((hashes(2), 1), 1),
            ((TileKind::Entries, 112), 1),
            ((TileKind::Entries, 256), 273),
        ];
        assert_eq!(tiles, expect.into_iter().collect());
        let of_256: Vec<String> = TilePath::all(256).map(|path| path.to_string()).collect();
        assert_eq!(of_256, ["tile/0/000", "tile/1/000.p/1", "tile/entries/000"]);
        assert_eq!(TilePath::all(0).count(), 0);
    }

    #[test]
    fn paths_have_one_spelling() {
        let path = TilePath { kind: TileKind::Hashes(3), index: 1_234_067, width: 256 };
        assert_eq!(path.to_string(), "tile/3/x001/x234/067");
        let good = ["tile/0/000", "tile/entries/x001/000.p/255", "tile/63/999", "tile/0/x001/x234/067.p/1"];
        for text in good {
            assert_eq!(text.parse::<TilePath>().unwrap().to_string(), text);
        }
        let bad = [
            "",
            "tile",
            "tile/0",
            "tile/0/",
            "tile/0/0",
            "tile/0/0000",
            "tile/00/000",
            "tile/64/000",
            "tile/-1/000",
            "tile/0/x000/001",
            "tile/0/001/000",
            "tile/0/x001",
            "tile/0/000.p/0",
            "tile/0/000.p/256",
            "tile/0/000.p/01",
            "tile/0/000.p/",
            "tile/0/000/",
            "/tile/0/000",
            "tile/0/../000",
            "tile/0/+00",
            "tile/entries/000.p/1/1",
            "tile/0/x999/x999/x999/x999/x999/x999/999",
            "tile/0/000.p/1.p/1",
        ];
        for text in bad {
            assert_eq!(text.parse::<TilePath>(), Err(TilePathError), "{text}");
        }
    }
}
