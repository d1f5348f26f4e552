//! Idempotency: which entry, if any, has a `source` and `id` already. Permanent and exact.
//!
//! The keys of the segments that are not sealed are in memory, those of sealed ones in their runs. A key
//! finds candidates; the caller compares `source` and `id` themselves.

mod filter;
pub mod run;

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};
use std::sync::Arc;

use hashbrown::HashTable;
use muniment_core::key::Key;

pub use run::{KeyRun, RunError};

/// Keys are hashes already: their first bytes serve.
#[derive(Default)]
pub struct KeyHasher(u64);

impl Hasher for KeyHasher {
    fn write(&mut self, bytes: &[u8]) {
        if let Some(first) = bytes.first_chunk::<8>() {
            self.0 = u64::from_le_bytes(*first);
        }
    }

    fn write_usize(&mut self, _length: usize) {}

    fn finish(&self) -> u64 {
        self.0
    }
}

/// A map from keys.
pub type KeyMap<V> = HashMap<Key, V, BuildHasherDefault<KeyHasher>>;

/// The keys of one segment that is not sealed. Several such segments may wait for their sealing, so it holds each key once.
#[derive(Debug, Default)]
struct SegmentKeys {
    first: u64,
    /// Of each entry, in their order.
    keys: Vec<Key>,
    /// Places in `keys`. Two names may have one 128-bit hash: both are in it.
    places: HashTable<u32>,
}

impl SegmentKeys {
    fn push(&mut self, key: Key) {
        let place = u32::try_from(self.keys.len()).expect("a segment holds fewer than 2^32 entries");
        self.keys.push(key);
        let keys = &self.keys;
        self.places.insert_unique(hash(key), place, |place| hash(keys[*place as usize]));
    }

    fn find(&self, key: Key) -> impl Iterator<Item = u64> {
        let candidates = self.places.iter_hash(hash(key));
        let places = candidates.filter(move |place| self.keys[**place as usize] == key);
        places.map(|place| self.first + u64::from(*place))
    }
}

fn hash(key: Key) -> u64 {
    let mut hasher = KeyHasher::default();
    hasher.write(&key.0);
    hasher.finish()
}

/// All keys of a ledger.
#[derive(Debug, Default)]
pub struct KeyIndex {
    runs: Vec<Arc<KeyRun>>,
    open: Vec<SegmentKeys>,
}

impl KeyIndex {
    /// The entries that may have this key, in order.
    ///
    /// # Errors
    /// A run that cannot be read.
    pub fn find(&self, key: Key) -> Result<Vec<u64>, RunError> {
        let mut found = Vec::new();
        for run in &self.runs {
            run.find(key, &mut found)?;
        }
        for segment in &self.open {
            let before = found.len();
            found.extend(segment.find(key));
            found[before..].sort_unstable();
        }
        Ok(found)
    }

    /// A new segment starts at `first`.
    pub fn open_segment(&mut self, first: u64) {
        self.open.retain(|segment| segment.first != first);
        self.open.push(SegmentKeys { first, ..SegmentKeys::default() });
    }

    /// The next entry of the newest segment has been synced.
    ///
    /// # Panics
    /// If no segment is open, which is a mistake in the caller.
    pub fn push(&mut self, key: Key) {
        self.open.last_mut().expect("a segment is open").push(key);
    }

    /// The records of a segment's run, from memory; not sorted.
    #[must_use]
    pub fn records(&self, first: u64) -> Vec<(Key, u32)> {
        let segment = self.open.iter().find(|segment| segment.first == first);
        segment.map_or_else(Vec::new, |segment| segment.keys.iter().copied().zip(0..).collect())
    }

    /// A sealed segment's run takes the place of its keys in memory.
    pub fn add_run(&mut self, run: Arc<KeyRun>) {
        self.open.retain(|segment| segment.first != run.first());
        self.runs.push(run);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::disk::Disk;
    use crate::disk::sim::SimDisk;

    fn run(records: &[(Key, u32)], first: u64) -> KeyRun {
        let disk = SimDisk::new();
        let file = disk.create("run").unwrap();
        file.write_at(&run::encode(first, records), 0).unwrap();
        KeyRun::open(file, first, records.len() as u64).unwrap()
    }

    #[test]
    fn a_run_finds_all_its_keys_and_no_other() {
        for count in [1, 2, 255, 256, 257, 1_000] {
            let mut records: Vec<(Key, u32)> =
                (0..count).map(|n| (Key::new("/in", &n.to_string()), n)).collect();
            records.sort_unstable();
            let run = run(&records, 1_000);
            for (key, distance) in &records {
                let mut found = Vec::new();
                run.find(*key, &mut found).unwrap();
                assert_eq!(found, [1_000 + u64::from(*distance)]);
            }
            let mut found = Vec::new();
            (0..10_000).for_each(|n| run.find(Key::new("/out", &n.to_string()), &mut found).unwrap());
            assert!(found.is_empty());
            let all: Vec<(Key, u32)> = run.records().flat_map(Result::unwrap).collect();
            assert_eq!(all, records);
        }
    }

    #[test]
    fn entries_whose_keys_collide_are_all_found() {
        let key = Key([7; 16]);
        let records: Vec<(Key, u32)> = (0..600).map(|n| (key, n)).collect();
        let mut index = KeyIndex::default();
        index.open_segment(0);
        (0..600).for_each(|_| index.push(key));
        assert_eq!(index.find(key).unwrap().len(), 600);
        let mut from_memory = index.records(0);
        from_memory.sort_unstable();
        assert_eq!(from_memory, records);
        index.add_run(Arc::new(run(&records, 0)));
        assert_eq!(index.find(key).unwrap(), (0..600).collect::<Vec<u64>>());
    }

    #[test]
    fn every_changed_byte_of_a_run_is_noticed() {
        let mut records: Vec<(Key, u32)> = (0..300).map(|n| (Key::new("/in", &n.to_string()), n)).collect();
        records.sort_unstable();
        let bytes = run::encode(0, &records);
        for place in 0..bytes.len() {
            let mut changed = bytes.clone();
            changed[place] ^= 0x10;
            let disk = SimDisk::new();
            let file = disk.create("run").unwrap();
            file.write_at(&changed, 0).unwrap();
            let noticed =
                KeyRun::open(file, 0, 300).and_then(|run| run.records().try_for_each(|b| b.map(drop)));
            assert!(noticed.is_err(), "byte {place}");
        }
    }
}
