//! The idempotency key: CloudEvents says that `source` and `id` together name one event.

use std::fmt;

/// The first 16 bytes of BLAKE3 over the length of `source` (8 bytes, little-endian), `source` and `id`.
///
/// It finds candidates only: whether two events have the same key is settled by comparing `source` and
/// `id` themselves.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key(pub [u8; Key::BYTES]);

impl Key {
    /// Length of a key.
    pub const BYTES: usize = 16;

    /// The key of a source and an id.
    #[must_use]
    pub fn new(source: &str, id: &str) -> Key {
        let length = (source.len() as u64).to_le_bytes();
        let mut short = [0; 248];
        let hash = match short.get_mut(..8 + source.len() + id.len()) {
            Some(input) => {
                input[..8].copy_from_slice(&length);
                input[8..8 + source.len()].copy_from_slice(source.as_bytes());
                input[8 + source.len()..].copy_from_slice(id.as_bytes());
                blake3::hash(input)
            }
            None => {
                let mut hasher = blake3::Hasher::new();
                hasher.update(&length).update(source.as_bytes()).update(id.as_bytes());
                hasher.finalize()
            }
        };
        let (key, _) = hash.as_bytes().split_at(Key::BYTES);
        Key(key.try_into().unwrap_or([0; Key::BYTES]))
    }

    /// Its first 8 bytes as a number: keys are spread evenly over all of them.
    #[must_use]
    pub fn high(self) -> u64 {
        (u128::from_be_bytes(self.0) >> 64) as u64
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", u128::from_be_bytes(self.0))
    }
}

#[cfg(test)]
mod tests {
    use super::Key;

    #[test]
    fn the_border_between_source_and_id_counts() {
        assert_ne!(Key::new("/a", "bc"), Key::new("/ab", "c"));
        assert_eq!(format!("{:?}", Key::new("/foi", "1")).len(), 32);
        assert_eq!(Key([0xff; 16]).high(), u64::MAX);
    }
}
