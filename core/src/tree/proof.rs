//! Inclusion and consistency proofs, RFC 6962 sections 2.1.1 and 2.1.2.

use super::tile::{LevelHashes, range_root};
use super::{node_hash, split_point};
use crate::hash::Hash;
use crate::limits::PROOF_HASHES_MAX;

/// A proof does not prove what it should.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ProofError {
    /// The entry lies beyond the tree.
    #[error("entry {index} is not in a tree of {size} entries")]
    Beyond {
        /// The entry.
        index: u64,
        /// The tree.
        size: u64,
    },
    /// The larger tree is the smaller one.
    #[error("a tree of {new} entries cannot continue one of {old} entries")]
    Shrunk {
        /// Size of the earlier tree.
        old: u64,
        /// Size of the later tree.
        new: u64,
    },
    /// Too many or too few hashes.
    #[error("the proof has {found} hashes, not {expected}")]
    Length {
        /// Hashes given.
        found: usize,
        /// Hashes needed.
        expected: usize,
    },
    /// It leads to another root.
    #[error("the proof leads to another root hash")]
    Root,
}

/// The audit path of an entry in the tree of `size` entries, from the leaf's sibling up.
///
/// # Errors
/// When hashes cannot be had.
///
/// # Panics
/// If `index` is not below `size`, which is a mistake in the caller.
pub fn inclusion<L: LevelHashes>(levels: &L, index: u64, size: u64) -> Result<Vec<Hash>, L::Error> {
    assert!(index < size, "the entry is in the tree");
    let mut path = Vec::new();
    let (mut start, mut end) = (0, size);
    while end - start > 1 {
        let middle = start + split_point(end - start);
        if index < middle {
            path.push(range_root(levels, middle, end)?);
            end = middle;
        } else {
            path.push(range_root(levels, start, middle)?);
            start = middle;
        }
    }
    path.reverse();
    Ok(path)
}

/// The proof that the tree of `new` entries continues that of `old` entries; empty where either tree
/// needs none (`old` is 0 or equals `new`).
///
/// # Errors
/// When hashes cannot be had.
///
/// # Panics
/// If `old` is above `new`, which is a mistake in the caller.
pub fn consistency<L: LevelHashes>(levels: &L, old: u64, new: u64) -> Result<Vec<Hash>, L::Error> {
    assert!(old <= new, "a tree never shrinks");
    let mut path = Vec::new();
    if old == 0 || old == new {
        return Ok(path);
    }
    let (mut start, mut end) = (0, new);
    while old != end {
        let middle = start + split_point(end - start);
        if old <= middle {
            path.push(range_root(levels, middle, end)?);
            end = middle;
        } else {
            path.push(range_root(levels, start, middle)?);
            start = middle;
        }
    }
    if start > 0 {
        path.push(range_root(levels, start, end)?);
    }
    path.reverse();
    Ok(path)
}

/// Checks that the leaf is entry `index` of the tree with this size and root.
///
/// # Errors
/// See [`ProofError`].
pub fn verify_inclusion(
    proof: &[Hash],
    index: u64,
    leaf: Hash,
    size: u64,
    root: Hash,
) -> Result<(), ProofError> {
    if index >= size {
        return Err(ProofError::Beyond { index, size });
    }
    // Below the split where the path leaves the right edge every level has a sibling; above it only where
    // the path lies to the right.
    let inner = u64::BITS - (index ^ (size - 1)).leading_zeros();
    let border = index.checked_shr(inner).unwrap_or(0).count_ones();
    check_length(proof, (inner + border) as usize)?;
    let (inner_proof, border_proof) = proof.split_at(inner as usize);
    let mut hash = leaf;
    for (height, sibling) in inner_proof.iter().enumerate() {
        let right = index >> height & 1 == 1;
        hash = if right { node_hash(*sibling, hash) } else { node_hash(hash, *sibling) };
    }
    hash = border_proof.iter().fold(hash, |hash, sibling| node_hash(*sibling, hash));
    if hash == root { Ok(()) } else { Err(ProofError::Root) }
}

/// Checks that the tree of `new` entries starts with the `old` entries of the other.
///
/// # Errors
/// See [`ProofError`].
pub fn verify_consistency(
    proof: &[Hash],
    old: u64,
    old_root: Hash,
    new: u64,
    new_root: Hash,
) -> Result<(), ProofError> {
    if old > new {
        return Err(ProofError::Shrunk { old, new });
    }
    if old == new || old == 0 {
        check_length(proof, 0)?;
        let expected = if old == 0 { super::empty_root() } else { new_root };
        return if old_root == expected { Ok(()) } else { Err(ProofError::Root) };
    }
    // The largest perfect subtree on the old tree's right edge stands in both trees.
    let shared = old.trailing_zeros();
    let last = old - 1;
    let inner = u64::BITS - (last ^ (new - 1)).leading_zeros() - shared;
    let border = last.checked_shr(inner + shared).unwrap_or(0).count_ones();
    let seeded = usize::from(!old.is_power_of_two());
    check_length(proof, seeded + (inner + border) as usize)?;
    let seed = if seeded == 1 { proof[0] } else { old_root };
    let (inner_proof, border_proof) = proof[seeded..].split_at(inner as usize);
    let (mut from_old, mut from_new) = (seed, seed);
    for (height, sibling) in inner_proof.iter().enumerate() {
        if last >> shared >> height & 1 == 1 {
            from_old = node_hash(*sibling, from_old);
            from_new = node_hash(*sibling, from_new);
        } else {
            from_new = node_hash(from_new, *sibling);
        }
    }
    for sibling in border_proof {
        from_old = node_hash(*sibling, from_old);
        from_new = node_hash(*sibling, from_new);
    }
    if from_old == old_root && from_new == new_root { Ok(()) } else { Err(ProofError::Root) }
}

fn check_length(proof: &[Hash], expected: usize) -> Result<(), ProofError> {
    debug_assert!(expected <= 2 * PROOF_HASHES_MAX, "a path has at most two hashes a level");
    if proof.len() == expected { Ok(()) } else { Err(ProofError::Length { found: proof.len(), expected }) }
}

#[cfg(test)]
mod tests {
    use super::super::naive;
    use super::super::tile::tests::Levels;
    use super::*;

    /// How far apart the entries or older sizes are that are tried: all for small trees, many where tiles
    /// end, some for every other size.
    fn step(size: usize) -> usize {
        match size {
            0..=130 => 1,
            255..=257 | 511..=513 | 767 | 1_023..=1_025 | 1_999.. => 7,
            _ => 499,
        }
    }

    #[test]
    fn inclusion_agrees_with_the_naive_tree() {
        let leaves = naive::leaves(2_000);
        let levels = Levels::of(&leaves);
        for size in 1..=2_000 {
            let root = naive::root(&leaves[..size]);
            let step = step(size);
            for index in (0..size).filter(|index| index % step == size % step || index + 1 == size) {
                let proof = inclusion(&levels, index as u64, size as u64).unwrap();
                assert_eq!(proof, naive::inclusion(index, &leaves[..size]), "{index} of {size}");
                verify_inclusion(&proof, index as u64, leaves[index], size as u64, root).unwrap();
            }
        }
    }

    #[test]
    fn consistency_agrees_with_the_naive_tree() {
        let leaves = naive::leaves(2_000);
        let levels = Levels::of(&leaves);
        for new in 0..=2_000 {
            let new_root = naive::root(&leaves[..new]);
            let step = step(new);
            for old in (0..=new).filter(|old| old % step == new % step) {
                let proof = consistency(&levels, old as u64, new as u64).unwrap();
                if old > 0 {
                    assert_eq!(proof, naive::consistency(old, &leaves[..new], true), "{old} to {new}");
                }
                let old_root = naive::root(&leaves[..old]);
                verify_consistency(&proof, old as u64, old_root, new as u64, new_root)
                    .unwrap_or_else(|error| panic!("{old} to {new}: {error}"));
            }
        }
    }

    #[test]
    fn anything_else_is_refused() {
        let leaves = naive::leaves(100);
        let levels = Levels::of(&leaves);
        let root = naive::root(&leaves[..77]);
        let proof = inclusion(&levels, 42, 77).unwrap();
        for index in (0..77).filter(|index| *index != 42) {
            assert!(verify_inclusion(&proof, index, leaves[42], 77, root).is_err(), "{index}");
        }
        for (place, _) in proof.iter().enumerate() {
            let mut wrong = proof.clone();
            wrong[place].0[31] ^= 1;
            assert_eq!(verify_inclusion(&wrong, 42, leaves[42], 77, root), Err(ProofError::Root));
        }
        assert!(matches!(
            verify_inclusion(&proof[1..], 42, leaves[42], 77, root),
            Err(ProofError::Length { .. })
        ));
        assert_eq!(
            verify_inclusion(&proof, 77, leaves[42], 77, root),
            Err(ProofError::Beyond { index: 77, size: 77 })
        );

        let old_root = naive::root(&leaves[..30]);
        let proof = consistency(&levels, 30, 77).unwrap();
        assert_eq!(verify_consistency(&proof, 30, root, 77, root), Err(ProofError::Root));
        assert_eq!(verify_consistency(&proof, 30, old_root, 77, old_root), Err(ProofError::Root));
        assert_eq!(
            verify_consistency(&proof, 78, old_root, 77, root),
            Err(ProofError::Shrunk { old: 78, new: 77 })
        );
        for old in (0..=77).filter(|old| *old != 30) {
            assert!(verify_consistency(&proof, old, old_root, 77, root).is_err(), "{old}");
        }
        let huge = [Hash::ZERO; 64];
        assert!(verify_inclusion(&huge, u64::MAX - 1, Hash::ZERO, u64::MAX, Hash::ZERO).is_err());
        assert!(verify_consistency(&huge, 1 << 63, Hash::ZERO, u64::MAX, Hash::ZERO).is_err());
    }
}
