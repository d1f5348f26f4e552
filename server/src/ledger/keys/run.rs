//! The key run of a sealed segment: its idempotency keys, sorted, each with the entry that has it.
//!
//! | part | bytes |
//! |---|---|
//! | magic | `MUNKEYS1` |
//! | first seq, number of records, number of filter blocks | 3 × u64, little-endian |
//! | fence: the first 8 bytes of the first key of every block | 8 a block, big-endian |
//! | filter | 32 a filter block |
//! | BLAKE3 of all before | 32 |
//! | blocks of up to 256 records, each block followed by the first 8 bytes of its BLAKE3 | 20 a record + 8 a block |
//!
//! A record is the 16 bytes of the key and the entry's distance from the first seq (u32, little-endian).
//! Opening reads all but the blocks; a lookup reads a block or two. The file is rebuilt from its segment
//! when any check fails.

use std::io;

use muniment_core::key::Key;

use super::filter::{BLOCK_BYTES, Filter};
use crate::disk::DiskFile;

const MAGIC: &[u8; 8] = b"MUNKEYS1";
const HEADER_BYTES: usize = 8 + 3 * 8;
const RECORD_BYTES: usize = Key::BYTES + 4;
const BLOCK_RECORDS: usize = 256;
const CHECK_BYTES: usize = 8;
const DIGEST_BYTES: usize = 32;

/// A key run is damaged or cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// Reading it failed.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// A check failed.
    #[error("damaged: {0}")]
    Damaged(String),
}

/// An open key run.
#[derive(Debug)]
pub struct KeyRun {
    first: u64,
    count: usize,
    fence: Vec<u64>,
    filter: Filter,
    blocks_start: u64,
    file: Box<dyn DiskFile>,
}

/// The bytes of the run of a segment that starts at `first`. `records` are keys and distances, sorted.
#[must_use]
pub fn encode(first: u64, records: &[(Key, u32)]) -> Vec<u8> {
    debug_assert!(records.is_sorted(), "records are sorted by key, then distance");
    let filter = Filter::of(records.iter().map(|(key, _)| *key));
    let mut out = MAGIC.to_vec();
    for number in [first, records.len() as u64, Filter::blocks_for(records.len() as u64) as u64] {
        out.extend_from_slice(&number.to_le_bytes());
    }
    for block in records.chunks(BLOCK_RECORDS) {
        out.extend_from_slice(&block[0].0.high().to_be_bytes());
    }
    filter.write(&mut out);
    out.extend_from_slice(blake3::hash(&out).as_bytes());
    for block in records.chunks(BLOCK_RECORDS) {
        let start = out.len();
        for (key, distance) in block {
            out.extend_from_slice(&key.0);
            out.extend_from_slice(&distance.to_le_bytes());
        }
        let check = blake3::hash(&out[start..]);
        out.extend_from_slice(&check.as_bytes()[..CHECK_BYTES]);
    }
    out
}

impl KeyRun {
    /// Opens the run of a segment that holds the `count` entries from `first` on.
    ///
    /// # Errors
    /// See [`RunError`].
    pub fn open(file: Box<dyn DiskFile>, first: u64, count: u64) -> Result<KeyRun, RunError> {
        let damaged = |what: &str| RunError::Damaged(what.to_owned());
        let records = usize::try_from(count).map_err(io::Error::other)?;
        let (blocks, filter_blocks) = (records.div_ceil(BLOCK_RECORDS), Filter::blocks_for(count));
        let fence_start = HEADER_BYTES;
        let filter_start = fence_start + blocks * 8;
        let digest_start = filter_start + filter_blocks * BLOCK_BYTES;
        let blocks_start = digest_start + DIGEST_BYTES;
        let expected_bytes = (blocks_start + records * RECORD_BYTES + blocks * CHECK_BYTES) as u64;
        if file.len()? != expected_bytes {
            return Err(RunError::Damaged(format!("it has {} bytes, not {expected_bytes}", file.len()?)));
        }
        let head = file.read_exact_at(0, blocks_start)?;
        let mut header = MAGIC.to_vec();
        [first, count, filter_blocks as u64].iter().for_each(|n| header.extend_from_slice(&n.to_le_bytes()));
        if head[..HEADER_BYTES] != header {
            return Err(damaged("its header is of another segment or version"));
        }
        if *blake3::hash(&head[..digest_start]).as_bytes() != head[digest_start..] {
            return Err(damaged("its fence or filter does not fit its digest"));
        }
        let (fence, _) = head[fence_start..filter_start].as_chunks::<8>();
        Ok(KeyRun {
            first,
            count: records,
            fence: fence.iter().map(|high| u64::from_be_bytes(*high)).collect(),
            filter: Filter::read(&head[filter_start..digest_start]),
            blocks_start: blocks_start as u64,
            file,
        })
    }

    /// The seq of its segment's first entry.
    #[must_use]
    pub fn first(&self) -> u64 {
        self.first
    }

    /// Adds the seqs of the entries with this key to `found`.
    ///
    /// # Errors
    /// See [`RunError`].
    pub fn find(&self, key: Key, found: &mut Vec<u64>) -> Result<(), RunError> {
        if !self.filter.may_contain(key) {
            return Ok(());
        }
        let start = self.fence.partition_point(|high| *high < key.high()).saturating_sub(1);
        for block in start..self.fence.len() {
            if self.fence[block] > key.high() {
                break;
            }
            let records = self.block(block)?;
            found.extend(records.iter().filter(|(k, _)| *k == key).map(|(_, d)| self.first + u64::from(*d)));
        }
        Ok(())
    }

    /// All records in order.
    ///
    /// # Errors
    /// See [`RunError`].
    pub fn records(&self) -> impl Iterator<Item = Result<Vec<(Key, u32)>, RunError>> + '_ {
        (0..self.fence.len()).map(|block| self.block(block))
    }

    fn block(&self, block: usize) -> Result<Vec<(Key, u32)>, RunError> {
        let records = BLOCK_RECORDS.min(self.count - block * BLOCK_RECORDS);
        let offset = self.blocks_start + (block * (BLOCK_RECORDS * RECORD_BYTES + CHECK_BYTES)) as u64;
        let bytes = self.file.read_exact_at(offset, records * RECORD_BYTES + CHECK_BYTES)?;
        let (records, check) = bytes.split_at(records * RECORD_BYTES);
        if blake3::hash(records).as_bytes()[..CHECK_BYTES] != *check {
            return Err(RunError::Damaged(format!("its block {block} does not fit its digest")));
        }
        Ok(records.as_chunks::<RECORD_BYTES>().0.iter().map(record).collect())
    }
}

fn record(bytes: &[u8; RECORD_BYTES]) -> (Key, u32) {
    let [key @ .., a, b, c, d] = bytes;
    (Key(*key), u32::from_le_bytes([*a, *b, *c, *d]))
}
