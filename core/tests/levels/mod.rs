//! The levels of a tree's tiles, in memory.

use muniment_core::hash::Hash;
use muniment_core::tree::Frontier;
use muniment_core::tree::tile::{LevelHashes, TILE_HEIGHT};

pub(crate) struct Levels(Vec<Vec<Hash>>);

impl Levels {
    pub(crate) fn of(leaves: &[Hash]) -> Levels {
        let mut frontier = Frontier::default();
        let mut levels = vec![leaves.to_vec()];
        for leaf in leaves {
            frontier.push(*leaf, |height, hash| {
                if height % TILE_HEIGHT == 0 {
                    let level = (height / TILE_HEIGHT) as usize;
                    levels.resize(levels.len().max(level + 1), Vec::new());
                    levels[level].push(hash);
                }
            });
        }
        Levels(levels)
    }
}

impl LevelHashes for Levels {
    type Error = String;

    fn read(&self, level: u8, start: u64, count: usize) -> Result<Vec<Hash>, String> {
        let hashes = self.0.get(usize::from(level)).ok_or_else(|| format!("there is no level {level}"))?;
        let start = usize::try_from(start).map_err(|error| error.to_string())?;
        let wanted = hashes.get(start..start + count).map(<[Hash]>::to_vec);
        wanted.ok_or_else(|| format!("level {level} has {} hashes, not {}", hashes.len(), start + count))
    }
}
