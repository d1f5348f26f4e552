//! Hashes: 32 bytes with a lower-case hexadecimal spelling.

pub mod lines;

use std::fmt;

use crate::limits::HASH_BYTES;

/// A 32-byte hash: BLAKE3 in the chain, SHA-256 in the tree. The place where it stands says which.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Hash(pub [u8; HASH_BYTES]);

impl Hash {
    /// Before the first entry: 64 zeros.
    pub const ZERO: Hash = Hash([0; HASH_BYTES]);

    /// BLAKE3 of an entry line without its newline: the next entry's `prev`.
    #[must_use]
    pub fn of_line(line: &[u8]) -> Hash {
        Hash(*blake3::hash(line).as_bytes())
    }

    /// Reads exactly 64 lower-case hexadecimal digits.
    #[must_use]
    pub fn from_hex(text: &[u8]) -> Option<Hash> {
        if text.len() != 2 * HASH_BYTES {
            return None;
        }
        let (mut bytes, mut wrong) = ([0; HASH_BYTES], 0);
        for (byte, pair) in bytes.iter_mut().zip(text.as_chunks::<2>().0) {
            let (high, low) = (HEX_VALUES[usize::from(pair[0])], HEX_VALUES[usize::from(pair[1])]);
            wrong |= high | low;
            *byte = high << 4 | (low & 0x0f);
        }
        (wrong & NO_DIGIT == 0).then_some(Hash(bytes))
    }

    /// The 64 lower-case hexadecimal digits.
    #[must_use]
    pub fn to_hex(self) -> [u8; 2 * HASH_BYTES] {
        let mut text = [0; 2 * HASH_BYTES];
        for (pair, byte) in text.chunks_exact_mut(2).zip(self.0) {
            pair.copy_from_slice(&HEX_PAIRS[usize::from(byte)]);
        }
        text
    }
}

impl fmt::Display for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = self.to_hex();
        f.write_str(std::str::from_utf8(&digits).map_err(|_| fmt::Error)?)
    }
}

impl fmt::Debug for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

const HEX_PAIRS: [[u8; 2]; 256] = {
    let digits = b"0123456789abcdef";
    let mut pairs = [[0; 2]; 256];
    let mut byte = 0;
    while byte < 256 {
        pairs[byte] = [digits[byte >> 4], digits[byte & 15]];
        byte += 1;
    }
    pairs
};

/// Marks what is no lower-case hexadecimal digit.
const NO_DIGIT: u8 = 0x80;

const HEX_VALUES: [u8; 256] = {
    let mut values = [NO_DIGIT; 256];
    let digits = b"0123456789abcdef";
    let mut value = 0_u8;
    while value < 16 {
        values[digits[value as usize] as usize] = value;
        value += 1;
    }
    values
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hexadecimal_is_lower_case_and_exact() {
        let hash = Hash::of_line(b"muniment");
        let text = hash.to_string();
        assert_eq!(Hash::from_hex(text.as_bytes()), Some(hash));
        assert_eq!(Hash::from_hex(text.to_uppercase().as_bytes()), None);
        assert_eq!(Hash::from_hex(&text.as_bytes()[1..]), None);
        assert_eq!(Hash::ZERO.to_string(), "0".repeat(64));
    }
}
