//! BLAKE3 of many lines at once: a processor that compresses several blocks side by side does so here.
//!
//! [`Hash::of_line`] compresses a line's blocks one after the other. Lines that are known together share
//! the processor's wide registers instead, several times as fast. Every line hashes for itself and comes
//! out as [`Hash::of_line`] says; only the order of the work differs.
//!
//! It calls the compression functions that `blake3` exports for its own companions, outside its promise of
//! stability. So its version is pinned, and a test compares both ways for every length.

use blake3::IncrementCounter;
use blake3::platform::{Platform, le_bytes_from_words_32, words_from_le_bytes_32};

use super::Hash;

const BLOCK_BYTES: usize = blake3::BLOCK_LEN;
/// Beyond one chunk a hash is a tree of its own.
const CHUNK_BYTES: usize = blake3::CHUNK_LEN;
const CHUNK_BLOCKS: usize = CHUNK_BYTES / BLOCK_BYTES;

// Section 2.2 of the BLAKE3 paper; the initial value is that of SHA-256.
const CHUNK_START: u8 = 1;
const CHUNK_END: u8 = 2;
const ROOT: u8 = 8;
const IV: [u32; 8] =
    [0x6a09_e667, 0xbb67_ae85, 0x3c6e_f372, 0xa54f_f53a, 0x510e_527f, 0x9b05_688c, 0x1f83_d9ab, 0x5be0_cd19];

/// A line whose first blocks are hashed.
#[derive(Debug, Clone, Copy)]
pub struct Started {
    value: [u32; 8],
    blocks: usize,
}

/// Hashes what can be hashed of lines of which only the beginnings are known yet. To each of them at least
/// one byte must be added.
#[must_use]
pub fn start(beginnings: &[&[u8]]) -> Vec<Started> {
    let platform = Platform::detect();
    let mut started = vec![Started { value: IV, blocks: 0 }; beginnings.len()];
    let mut of_length: [Vec<usize>; CHUNK_BLOCKS] = Default::default();
    for (place, beginning) in beginnings.iter().enumerate() {
        if let Some(places) = of_length.get_mut(beginning.len() / BLOCK_BYTES) {
            places.push(place);
        }
    }
    macro_rules! start_blocks {
        ($($blocks:literal)*) => {
            $(start_equal::<{ $blocks * BLOCK_BYTES }>(platform, beginnings, &of_length[$blocks], &mut started);)*
        };
    }
    start_blocks!(1 2 3 4 5 6 7 8 9 10 11 12 13 14 15);
    started
}

/// Starts the lines at some places, all over so many bytes.
fn start_equal<const BYTES: usize>(
    platform: Platform,
    beginnings: &[&[u8]],
    places: &[usize],
    started: &mut [Started],
) {
    let inputs: Vec<&[u8; BYTES]> =
        places.iter().filter_map(|place| beginnings[*place].first_chunk()).collect();
    let mut values = vec![0; inputs.len() * blake3::OUT_LEN];
    platform.hash_many(&inputs, &IV, 0, IncrementCounter::No, 0, CHUNK_START, 0, &mut values);
    for (place, value) in places.iter().zip(values.as_chunks().0) {
        started[*place] = Started { value: words_from_le_bytes_32(value), blocks: BYTES / BLOCK_BYTES };
    }
}

impl Started {
    /// The hash of the whole line, which begins with what was hashed of it.
    #[must_use]
    pub fn finish(mut self, line: &[u8]) -> Hash {
        if line.len() > CHUNK_BYTES {
            return Hash::of_line(line);
        }
        let platform = Platform::detect();
        let start = |blocks: usize| if blocks == 0 { CHUNK_START } else { 0 };
        let mut rest = line.get(self.blocks * BLOCK_BYTES..).unwrap_or_default();
        while let Some((block, after)) = rest.split_first_chunk().filter(|(_, after)| !after.is_empty()) {
            platform.compress_in_place(&mut self.value, block, length(BLOCK_BYTES), 0, start(self.blocks));
            self.blocks += 1;
            rest = after;
        }
        let mut last = [0; BLOCK_BYTES];
        last[..rest.len()].copy_from_slice(rest);
        let flags = start(self.blocks) | CHUNK_END | ROOT;
        platform.compress_in_place(&mut self.value, &last, length(rest.len()), 0, flags);
        Hash(le_bytes_from_words_32(&self.value))
    }
}

fn length(block: usize) -> u8 {
    u8::try_from(block).expect("a block has 64 bytes")
}

/// [`Hash::of_line`] of each line.
#[must_use]
pub fn of_lines(lines: &[&[u8]]) -> Vec<Hash> {
    // The last block, whole or not, is compressed in another way than those before it.
    let beginning = |line: &&[u8]| line.split_last().map_or(&[][..], |(_, beginning)| beginning).len();
    let beginnings: Vec<&[u8]> = lines.iter().map(|line| &line[..beginning(line)]).collect();
    start(&beginnings).into_iter().zip(lines).map(|(started, line)| started.finish(line)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn together_is_as_one_by_one() {
        let text: Vec<u8> = (0..2_000_u32).map(|n| (n * 7 % 251) as u8).collect();
        // Every length about a chunk, and each often enough for every width of register.
        let mut lines: Vec<&[u8]> = (0..=1_100).chain([1_537, 2_000]).map(|length| &text[..length]).collect();
        lines.extend((0..40).map(|place| &text[place..place + 583]));
        let expected: Vec<Hash> = lines.iter().map(|line| Hash::of_line(line)).collect();
        assert_eq!(of_lines(&lines), expected);
        for known in [0, 1, 63, 64, 65, 300, 1_023, 1_024] {
            let beginnings: Vec<&[u8]> =
                lines.iter().map(|line| &line[..known.min(line.len().saturating_sub(1))]).collect();
            let finished = start(&beginnings).into_iter().zip(&lines).map(|(start, line)| start.finish(line));
            assert_eq!(finished.collect::<Vec<_>>(), expected, "{known} bytes known");
        }
    }
}
