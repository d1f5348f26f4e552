//! Where records are in the vault's file, by hashes of what they are about: sixteen bytes a record, so that a million
//! cases take some 35 MB.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

/// Places by hash. Two names may have one hash: who looks one up opens the record to see.
#[derive(Debug, Default)]
pub(super) struct Table {
    first: HashMap<u64, u64, BuildHasherDefault<Same>>,
    /// Further places of a hash that is in `first`.
    more: Vec<(u64, u64)>,
}

/// The keys are hashes already.
#[derive(Debug, Default)]
pub(super) struct Same(u64);

impl Hasher for Same {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(*byte);
        }
    }

    fn write_u64(&mut self, number: u64) {
        self.0 = number;
    }
}

impl Table {
    /// The places of a hash.
    pub(super) fn places(&self, hash: u64) -> Vec<u64> {
        let first = self.first.get(&hash).copied();
        if self.more.is_empty() {
            return first.into_iter().collect();
        }
        first
            .into_iter()
            .chain(self.more.iter().filter(|(more, _)| *more == hash).map(|(_, place)| *place))
            .collect()
    }

    /// Notes a place, as one more of its hash.
    pub(super) fn add(&mut self, hash: u64, place: u64) {
        if let Some(first) = self.first.get(&hash).copied() {
            if first != place {
                self.more.push((hash, place));
            }
        } else {
            self.first.insert(hash, place);
        }
    }

    /// Puts a place in that of another.
    pub(super) fn replace(&mut self, hash: u64, old: u64, new: u64) {
        if self.first.get(&hash) == Some(&old) {
            self.first.insert(hash, new);
        } else if let Some(more) = self.more.iter_mut().find(|more| **more == (hash, old)) {
            more.1 = new;
        }
    }

    /// Hashes that have more than one place.
    pub(super) fn doubled(&self) -> Vec<u64> {
        let mut hashes: Vec<u64> = self.more.iter().map(|(hash, _)| *hash).collect();
        hashes.sort_unstable();
        hashes.dedup();
        hashes
    }

    /// Puts these places in that of all that a hash has.
    pub(super) fn set(&mut self, hash: u64, places: impl Iterator<Item = u64>) {
        self.first.remove(&hash);
        self.more.retain(|(more, _)| *more != hash);
        places.for_each(|place| self.add(hash, place));
    }

    /// Every place, in the order of the file.
    pub(super) fn all(&self) -> Vec<u64> {
        let mut places: Vec<u64> =
            self.first.values().copied().chain(self.more.iter().map(|(_, place)| *place)).collect();
        places.sort_unstable();
        places
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.first.len() + self.more.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_with_one_hash_are_kept_apart() {
        let mut table = Table::default();
        table.add(1, 100);
        table.add(1, 200);
        table.add(2, 300);
        assert_eq!((table.places(1), table.places(2), table.places(3)), (vec![100, 200], vec![300], vec![]));
        table.replace(1, 200, 400);
        table.replace(2, 300, 500);
        assert_eq!(table.all(), [100, 400, 500]);
        assert_eq!(table.len(), 3);
    }
}
