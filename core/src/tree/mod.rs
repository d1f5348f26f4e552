//! The Merkle tree of RFC 6962 with SHA-256 over the entry lines.

mod frontier;
pub mod proof;
pub mod tile;

use sha2::{Digest as _, Sha256};

pub use frontier::Frontier;

use crate::hash::Hash;

/// `SHA256(0x00 ‖ line)`: the hash of a leaf.
#[must_use]
pub fn leaf_hash(line: &[u8]) -> Hash {
    Hash(Sha256::new().chain_update([0]).chain_update(line).finalize().into())
}

/// `SHA256(0x01 ‖ left ‖ right)`: the hash of an inner node.
#[must_use]
pub fn node_hash(left: Hash, right: Hash) -> Hash {
    Hash(Sha256::new().chain_update([1]).chain_update(left.0).chain_update(right.0).finalize().into())
}

/// `SHA256("")`: the root of the empty tree.
#[must_use]
pub fn empty_root() -> Hash {
    Hash(Sha256::digest([]).into())
}

/// The root over a run of subtrees of one size, of which there are a power of two.
///
/// # Panics
/// If their number is no power of two, which is a mistake in the caller.
#[must_use]
pub fn fold(hashes: &[Hash]) -> Hash {
    assert!(hashes.len().is_power_of_two(), "a perfect subtree has a power of two of children");
    let mut level = hashes.to_vec();
    while level.len() > 1 {
        level = level.chunks_exact(2).map(|pair| node_hash(pair[0], pair[1])).collect();
    }
    level[0]
}

/// The largest power of two below `size`: where RFC 6962 splits a tree of two or more leaves.
pub(crate) fn split_point(size: u64) -> u64 {
    debug_assert!(size > 1, "a leaf has no split");
    1 << (size - 1).ilog2()
}

/// A second implementation, word for word from RFC 6962 section 2.1, for tests to compare with.
#[cfg(test)]
pub(crate) mod naive {
    use super::*;

    pub(crate) fn root(leaves: &[Hash]) -> Hash {
        match leaves {
            [] => empty_root(),
            [leaf] => *leaf,
            _ => {
                let (left, right) = leaves.split_at(split(leaves.len()));
                node_hash(root(left), root(right))
            }
        }
    }

    pub(crate) fn inclusion(index: usize, leaves: &[Hash]) -> Vec<Hash> {
        if leaves.len() == 1 {
            return Vec::new();
        }
        let k = split(leaves.len());
        let (mut path, sibling) = if index < k {
            (inclusion(index, &leaves[..k]), root(&leaves[k..]))
        } else {
            (inclusion(index - k, &leaves[k..]), root(&leaves[..k]))
        };
        path.push(sibling);
        path
    }

    pub(crate) fn consistency(old: usize, leaves: &[Hash], whole: bool) -> Vec<Hash> {
        if old == leaves.len() {
            return if whole { Vec::new() } else { vec![root(leaves)] };
        }
        let k = split(leaves.len());
        let (mut path, sibling) = if old <= k {
            (consistency(old, &leaves[..k], whole), root(&leaves[k..]))
        } else {
            (consistency(old - k, &leaves[k..], false), root(&leaves[..k]))
        };
        path.push(sibling);
        path
    }

    fn split(size: usize) -> usize {
        let mut k = 1;
        while k * 2 < size {
            k *= 2;
        }
        k
    }

    pub(crate) fn leaves(count: usize) -> Vec<Hash> {
        (0..count).map(|number| leaf_hash(format!("leaf {number}").as_bytes())).collect()
    }
}
