//! The right edge of a growing tree: one hash for every set bit of its size.

use super::{empty_root, node_hash};
use crate::hash::Hash;

/// The perfect subtrees that a tree of some size consists of, from the largest (left) to the smallest.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Frontier {
    size: u64,
    subtrees: Vec<Hash>,
}

impl Frontier {
    /// A tree from its size and its subtrees, the largest first.
    ///
    /// # Panics
    /// If the number of subtrees does not fit the size, which is a mistake in the caller.
    #[must_use]
    pub fn new(size: u64, subtrees: Vec<Hash>) -> Frontier {
        assert_eq!(subtrees.len(), size.count_ones() as usize, "one subtree for every set bit of the size");
        Frontier { size, subtrees }
    }

    /// Number of leaves.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Adds a leaf. `emit` is told every perfect subtree that it completes: its height (1 and up) and hash.
    pub fn push(&mut self, leaf: Hash, emit: impl FnMut(u32, Hash)) {
        self.push_subtree(0, leaf, emit);
    }

    /// Adds a perfect subtree of 2^`height` leaves.
    ///
    /// # Panics
    /// If the size is no multiple of 2^`height`, which is a mistake in the caller.
    pub fn push_subtree(&mut self, height: u32, subtree: Hash, mut emit: impl FnMut(u32, Hash)) {
        assert_eq!(self.size % (1 << height), 0, "a subtree starts at a multiple of its size");
        let mut hash = subtree;
        let mut reached = height;
        while self.size >> reached & 1 == 1 {
            let left = self.subtrees.pop().expect("a set bit has its subtree");
            hash = node_hash(left, hash);
            reached += 1;
            emit(reached, hash);
        }
        self.subtrees.push(hash);
        self.size += 1 << height;
    }

    /// The root hash.
    #[must_use]
    pub fn root(&self) -> Hash {
        let mut subtrees = self.subtrees.iter().rev();
        let Some(smallest) = subtrees.next() else { return empty_root() };
        subtrees.fold(*smallest, |right, left| node_hash(*left, right))
    }
}

#[cfg(test)]
mod tests {
    use super::super::naive;
    use super::*;

    #[test]
    fn roots_agree_with_the_naive_tree() {
        let leaves = naive::leaves(2_000);
        let mut frontier = Frontier::default();
        for size in 0..=leaves.len() {
            assert_eq!(frontier.root(), naive::root(&leaves[..size]), "size {size}");
            if let Some(leaf) = leaves.get(size) {
                frontier.push(*leaf, |_, _| {});
            }
        }
    }

    #[test]
    fn emits_every_perfect_subtree_once() {
        let leaves = naive::leaves(64);
        let mut frontier = Frontier::default();
        let mut emitted = Vec::new();
        leaves.iter().for_each(|leaf| frontier.push(*leaf, |height, hash| emitted.push((height, hash))));
        assert_eq!(emitted.len(), 63);
        let of_height_3: Vec<Hash> =
            emitted.iter().filter(|(height, _)| *height == 3).map(|(_, hash)| *hash).collect();
        assert_eq!(of_height_3, leaves.chunks(8).map(naive::root).collect::<Vec<_>>());
    }

    #[test]
    fn subtrees_can_be_added_whole() {
        let leaves = naive::leaves(600);
        let mut frontier = Frontier::default();
        frontier.push_subtree(8, naive::root(&leaves[..256]), |_, _| {});
        frontier.push_subtree(8, naive::root(&leaves[256..512]), |_, _| {});
        leaves[512..].iter().for_each(|leaf| frontier.push(*leaf, |_, _| {}));
        assert_eq!(frontier.root(), naive::root(&leaves));
    }
}
