//! The inner loop of both readers: how far does a string run before something needs a look?

use wide::u8x16;

/// Number of leading bytes that are neither `"`, `\` nor a control character below U+0020.
pub(crate) fn plain_length(bytes: &[u8]) -> usize {
    let (blocks, rest) = bytes.as_chunks::<16>();
    for (place, block) in blocks.iter().enumerate() {
        let text = u8x16::new(*block);
        let special = text.simd_eq(u8x16::splat(b'"'))
            | text.simd_eq(u8x16::splat(b'\\'))
            | text.min(u8x16::splat(0x1f)).simd_eq(text);
        let found = special.to_bitmask();
        if found != 0 {
            return place * 16 + found.trailing_zeros() as usize;
        }
    }
    blocks.len() * 16 + narrow_length(rest)
}

/// Eight bytes at a time. A borrow between lanes can only mark a lane above one that is really marked, so
/// the lowest mark is always exact.
fn narrow_length(bytes: &[u8]) -> usize {
    const ONES: u64 = u64::from_ne_bytes([1; 8]);
    const HIGH: u64 = u64::from_ne_bytes([0x80; 8]);
    let zero_lanes = |word: u64| word.wrapping_sub(ONES) & !word & HIGH;
    let (words, _) = bytes.as_chunks::<8>();
    for (place, word) in words.iter().enumerate() {
        let word = u64::from_le_bytes(*word);
        let quotes = zero_lanes(word ^ (ONES * u64::from(b'"')));
        let backslashes = zero_lanes(word ^ (ONES * u64::from(b'\\')));
        let controls = word.wrapping_sub(ONES * 0x20) & !word & HIGH;
        let found = quotes | backslashes | controls;
        if found != 0 {
            return place * 8 + found.trailing_zeros() as usize / 8;
        }
    }
    let tail = words.len() * 8;
    let special = |byte: &u8| *byte == b'"' || *byte == b'\\' || *byte < 0x20;
    bytes[tail..].iter().position(special).map_or(bytes.len(), |place| tail + place)
}

#[cfg(test)]
mod tests {
    use super::{narrow_length, plain_length};

    #[test]
    fn agrees_with_a_plain_loop_for_every_byte_at_every_place() {
        for length in 0..40 {
            for place in 0..length {
                for byte in 0..=255_u8 {
                    for fill in [b'a', 0xff, 0x80, b'!', b'#', b'[', b']', b' '] {
                        let mut bytes = vec![fill; length];
                        bytes[place] = byte;
                        let naive = bytes
                            .iter()
                            .position(|b| *b == b'"' || *b == b'\\' || *b < 0x20)
                            .unwrap_or(length);
                        assert_eq!(plain_length(&bytes), naive, "{bytes:?}");
                        assert_eq!(narrow_length(&bytes), naive, "{bytes:?}");
                    }
                }
            }
        }
    }
}
