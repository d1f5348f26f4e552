//! A split-block Bloom filter: one look at 32 bytes tells that a key is certainly not in a run.
//!
//! The layout is the one of Parquet's: blocks of eight 32-bit words, one bit of each word for a key. Keys
//! are hashes already, so their own bits choose block and bits.

use muniment_core::key::Key;

/// Bytes of a block.
pub(crate) const BLOCK_BYTES: usize = 32;
const KEYS_PER_BLOCK: u64 = 16;

/// Odd multipliers that spread a key's low bits over the eight words.
const SALTS: [u32; 8] =
    [0x47b6_137b, 0x4497_4d91, 0x8824_ad5b, 0xa2b7_289d, 0x7054_95c7, 0x2df1_424b, 0x9efc_4947, 0x5c6b_fb31];

/// The filter of one run.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Filter(Vec<[u32; 8]>);

impl Filter {
    /// A filter for so many keys: two bytes a key, about one false answer in 500.
    pub(crate) fn of(keys: impl ExactSizeIterator<Item = Key>) -> Filter {
        let mut blocks = vec![[0; 8]; Filter::blocks_for(keys.len() as u64)];
        for key in keys {
            let block = place(key, blocks.len());
            for (word, bit) in blocks[block].iter_mut().zip(bits(key)) {
                *word |= bit;
            }
        }
        Filter(blocks)
    }

    /// Number of blocks for so many keys.
    pub(crate) fn blocks_for(keys: u64) -> usize {
        usize::try_from(keys.div_ceil(KEYS_PER_BLOCK).max(1)).unwrap_or(usize::MAX)
    }

    /// Whether the key may be in the run; `false` is certain.
    pub(crate) fn may_contain(&self, key: Key) -> bool {
        self.0[place(key, self.0.len())].iter().zip(bits(key)).all(|(word, bit)| word & bit != 0)
    }

    pub(crate) fn write(&self, out: &mut Vec<u8>) {
        self.0.iter().flatten().for_each(|word| out.extend_from_slice(&word.to_le_bytes()));
    }

    pub(crate) fn read(bytes: &[u8]) -> Filter {
        let word = |bytes: &[u8; 4]| u32::from_le_bytes(*bytes);
        let (words, _) = bytes.as_chunks::<4>();
        let (blocks, _) = words.as_chunks::<8>();
        Filter(blocks.iter().map(|block| block.each_ref().map(word)).collect())
    }
}

fn place(key: Key, blocks: usize) -> usize {
    // The high half of a product is even over all blocks, as the key is even over all numbers.
    usize::try_from((u128::from(low(key)) * blocks as u128) >> 64).unwrap_or_default()
}

fn bits(key: Key) -> [u32; 8] {
    let seed = u32::from_be_bytes([key.0[4], key.0[5], key.0[6], key.0[7]]);
    SALTS.map(|salt| 1 << (seed.wrapping_mul(salt) >> 27))
}

/// The key's last 8 bytes, as [`Key::high`] is its first: runs are sorted by the first ones.
fn low(key: Key) -> u64 {
    let [_, _, _, _, _, _, _, _, rest @ ..] = key.0;
    u64::from_be_bytes(rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_false_no_and_few_false_yes() {
        let keys: Vec<Key> = (0..20_000).map(|n| Key::new("/in", &n.to_string())).collect();
        let filter = Filter::of(keys.iter().copied());
        assert!(keys.iter().all(|key| filter.may_contain(*key)));
        let wrong = (0..100_000).filter(|n| filter.may_contain(Key::new("/out", &n.to_string()))).count();
        assert!(wrong < 500, "{wrong} false answers of 100000");
        let mut bytes = Vec::new();
        filter.write(&mut bytes);
        assert_eq!(Filter::read(&bytes), filter);
    }
}
