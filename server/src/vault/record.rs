//! What the vault's file is made of: records, each sealed under the vault's key.
//!
//! A record is `kind (1) ‖ length of the body (4) ‖ first (8) ‖ second (8) ‖ body`, numbers little-endian. The body is
//! `nonce (24) ‖ ciphertext ‖ tag (16)` of XChaCha20-Poly1305 over the record's content, with the 21 bytes before it
//! as associated data. `first` and `second` find the record again without opening it: keyed hashes and random ids.

use std::fmt;
use std::io;

use chacha20poly1305::aead::AeadInOut as _;
use chacha20poly1305::{KeyInit as _, Tag, XChaCha20Poly1305, XNonce};
use muniment_core::hash::Hash;
use muniment_core::seal::{KeyId, SealKey};
use zeroize::Zeroizing;

/// Bytes before a record's body.
pub(super) const HEAD_BYTES: usize = 21;
const NONCE_BYTES: usize = 24;
const TAG_BYTES: usize = 16;

/// Longest body: a case is named by a group and a subject, each of which an event bounds.
pub(super) const BODY_BYTES_MAX: usize = 4 * 1024;

/// Everything that is derived from the vault's key for one file.
pub(super) struct FileKeys {
    cipher: XChaCha20Poly1305,
    pub(super) authentication: Zeroizing<[u8; 32]>,
    names: Zeroizing<[u8; 32]>,
}

impl fmt::Debug for FileKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("FileKeys(…)")
    }
}

impl FileKeys {
    /// The keys of the file that has a salt.
    pub(super) fn derive(master: &[u8; 32], salt: &[u8; 32]) -> FileKeys {
        let mut expanded = Zeroizing::new([0; 96]);
        let mut hasher =
            blake3::Hasher::new_derive_key("muniment 2026-11-22 vault file: records, batches, names");
        hasher.update(master).update(salt).finalize_xof().fill(&mut *expanded);
        let part = |place: usize| {
            let mut key = Zeroizing::new([0; 32]);
            key.copy_from_slice(&expanded[place * 32..(place + 1) * 32]);
            key
        };
        let cipher = XChaCha20Poly1305::new_from_slice(&part(0)[..]).expect("32 bytes");
        FileKeys { cipher, authentication: part(1), names: part(2) }
    }

    /// What a name is found by. Without the vault's key it says nothing of the name.
    pub(super) fn hash(&self, name: &str) -> u64 {
        let hash = blake3::keyed_hash(&self.names, name.as_bytes());
        first_eight(hash.as_bytes())
    }
}

/// The first eight bytes of something random as a number.
pub(super) fn first_eight(bytes: &[u8]) -> u64 {
    let mut eight = [0; 8];
    eight.copy_from_slice(&bytes[..8]);
    u64::from_le_bytes(eight)
}

/// Random bytes of the system, asked for many at a time.
pub(super) struct Random {
    bytes: Zeroizing<[u8; 4_096]>,
    used: usize,
}

impl Random {
    pub(super) fn new() -> Random {
        Random { bytes: Zeroizing::new([0; 4_096]), used: 4_096 }
    }

    fn take<const N: usize>(&mut self) -> io::Result<[u8; N]> {
        if self.used + N > self.bytes.len() {
            getrandom::fill(&mut *self.bytes).map_err(io::Error::other)?;
            self.used = 0;
        }
        let mut taken = [0; N];
        taken.copy_from_slice(&self.bytes[self.used..self.used + N]);
        self.used += N;
        Ok(taken)
    }
}

/// One thing that the vault remembers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Record {
    /// A key that no case has yet.
    Stock { id: KeyId, key: SealKey },
    /// The key of a case, which `name` stands for.
    Case { id: KeyId, key: SealKey, name: String },
    /// A case whose key was destroyed, and that has no other since.
    ErasedCase { name: String },
    /// Whom a pseudonym stands for.
    Person { pseudonym: String, reference: Zeroizing<String> },
    /// All that the ledger's first `size` entries need is in the file. `last` is the hash of the last of them.
    Mark { size: u64, last: Hash },
    /// How many pseudonyms stand for nobody any more.
    Severed { count: u64 },
}

/// The part of a record that is read without opening it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Head {
    pub(super) kind: u8,
    pub(super) body_bytes: usize,
    pub(super) first: u64,
    pub(super) second: u64,
}

pub(super) const STOCK: u8 = 1;
pub(super) const CASE: u8 = 2;
pub(super) const ERASED_CASE: u8 = 3;
pub(super) const PERSON: u8 = 4;
pub(super) const MARK: u8 = 5;
pub(super) const SEVERED: u8 = 6;

impl Head {
    /// Reads what stands before a body. `None` if no record begins so.
    pub(super) fn read(bytes: &[u8]) -> Option<Head> {
        let bytes = bytes.get(..HEAD_BYTES)?;
        let length = u32::from_le_bytes(bytes[1..5].try_into().ok()?);
        let body_bytes = usize::try_from(length).ok()?;
        let known = (STOCK..=SEVERED).contains(&bytes[0]);
        let fits = (NONCE_BYTES + TAG_BYTES..=BODY_BYTES_MAX).contains(&body_bytes);
        (known && fits).then(|| Head {
            kind: bytes[0],
            body_bytes,
            first: first_eight(&bytes[5..]),
            second: first_eight(&bytes[13..]),
        })
    }
}

impl Record {
    fn kind(&self) -> u8 {
        match self {
            Record::Stock { .. } => STOCK,
            Record::Case { .. } => CASE,
            Record::ErasedCase { .. } => ERASED_CASE,
            Record::Person { .. } => PERSON,
            Record::Mark { .. } => MARK,
            Record::Severed { .. } => SEVERED,
        }
    }

    /// What it is found by.
    fn places(&self, keys: &FileKeys) -> (u64, u64) {
        match self {
            Record::Stock { id, .. } => (0, first_eight(&id.0)),
            Record::Case { id, name, .. } => (keys.hash(name), first_eight(&id.0)),
            Record::ErasedCase { name } => (keys.hash(name), 0),
            Record::Person { pseudonym, reference } => (keys.hash(reference), keys.hash(pseudonym)),
            Record::Mark { .. } | Record::Severed { .. } => (0, 0),
        }
    }

    fn content(&self) -> Zeroizing<Vec<u8>> {
        let mut out = Zeroizing::new(Vec::with_capacity(128));
        match self {
            Record::Stock { id, key } => {
                out.extend_from_slice(&id.0);
                out.extend_from_slice(key.bytes());
            }
            Record::Case { id, key, name } => {
                out.extend_from_slice(&id.0);
                out.extend_from_slice(key.bytes());
                out.extend_from_slice(name.as_bytes());
            }
            Record::ErasedCase { name } => out.extend_from_slice(name.as_bytes()),
            Record::Person { pseudonym, reference } => {
                out.extend_from_slice(pseudonym.as_bytes());
                out.push(0);
                out.extend_from_slice(reference.as_bytes());
            }
            Record::Mark { size, last } => {
                out.extend_from_slice(&size.to_le_bytes());
                out.extend_from_slice(&last.0);
            }
            Record::Severed { count } => out.extend_from_slice(&count.to_le_bytes()),
        }
        out
    }

    /// Appends the sealed record.
    pub(super) fn write(&self, keys: &FileKeys, random: &mut Random, out: &mut Vec<u8>) -> io::Result<()> {
        let mut content = self.content();
        let (first, second) = self.places(keys);
        let start = out.len();
        let body_bytes = NONCE_BYTES + content.len() + TAG_BYTES;
        assert!(body_bytes <= BODY_BYTES_MAX, "names of cases and persons are bounded");
        out.push(self.kind());
        out.extend_from_slice(&u32::try_from(body_bytes).expect("it was just bounded").to_le_bytes());
        out.extend_from_slice(&first.to_le_bytes());
        out.extend_from_slice(&second.to_le_bytes());
        let nonce: [u8; NONCE_BYTES] = random.take()?;
        out.extend_from_slice(&nonce);
        let tag = keys
            .cipher
            .encrypt_inout_detached(
                &XNonce::from(nonce),
                &out[start..start + HEAD_BYTES],
                content.as_mut_slice().into(),
            )
            .map_err(|_| io::Error::other("a record is too long for its cipher"))?;
        out.extend_from_slice(&content);
        out.extend_from_slice(&tag);
        Ok(())
    }

    /// Opens a record. `None`: it is not what was written with these keys.
    pub(super) fn read(keys: &FileKeys, head_bytes: &[u8], body: &[u8]) -> Option<Record> {
        let head = Head::read(head_bytes)?;
        let (nonce, rest) = body.split_at_checked(NONCE_BYTES)?;
        let (ciphertext, tag) = rest.split_at_checked(rest.len().checked_sub(TAG_BYTES)?)?;
        let nonce: [u8; NONCE_BYTES] = nonce.try_into().ok()?;
        let tag: [u8; TAG_BYTES] = tag.try_into().ok()?;
        let mut content = Zeroizing::new(ciphertext.to_vec());
        keys.cipher
            .decrypt_inout_detached(
                &XNonce::from(nonce),
                head_bytes.get(..HEAD_BYTES)?,
                content.as_mut_slice().into(),
                &Tag::from(tag),
            )
            .ok()?;
        Record::of(head.kind, &content)
    }

    fn of(kind: u8, content: &[u8]) -> Option<Record> {
        let text = |bytes: &[u8]| std::str::from_utf8(bytes).ok().map(str::to_owned);
        let number = |bytes: &[u8]| Some(u64::from_le_bytes(bytes.try_into().ok()?));
        Some(match kind {
            STOCK | CASE => {
                let (id, rest) = content.split_at_checked(KeyId::BYTES)?;
                let (key, name) = rest.split_at_checked(SealKey::BYTES)?;
                let id = KeyId(id.try_into().ok()?);
                let mut bytes = Zeroizing::new([0; SealKey::BYTES]);
                bytes.copy_from_slice(key);
                let key = SealKey::new(bytes);
                if kind == CASE {
                    Record::Case { id, key, name: text(name)? }
                } else {
                    Record::Stock { id, key }
                }
            }
            ERASED_CASE => Record::ErasedCase { name: text(content)? },
            PERSON => {
                let end = content.iter().position(|byte| *byte == 0)?;
                let (pseudonym, reference) = (text(&content[..end])?, text(&content[end + 1..])?);
                Record::Person { pseudonym, reference: Zeroizing::new(reference) }
            }
            MARK => {
                let (size, last) = content.split_at_checked(8)?;
                Record::Mark { size: number(size)?, last: Hash(last.try_into().ok()?) }
            }
            SEVERED => Record::Severed { count: number(content)? },
            _ => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_are_read_as_written_and_only_so() {
        let keys = FileKeys::derive(&[1; 32], &[2; 32]);
        let other = FileKeys::derive(&[1; 32], &[3; 32]);
        let key = || SealKey::new(Zeroizing::new([7; 32]));
        let records = [
            Record::Stock { id: KeyId([5; 12]), key: key() },
            Record::Case { id: KeyId([5; 12]), key: key(), name: "request\0FOI-1".to_owned() },
            Record::ErasedCase { name: "request\0FOI-1".to_owned() },
            Record::Person { pseudonym: "p-x".to_owned(), reference: Zeroizing::new("hr-7".to_owned()) },
            Record::Mark { size: 7, last: Hash([9; 32]) },
            Record::Severed { count: 3 },
        ];
        for record in records {
            let mut bytes = Vec::new();
            record.write(&keys, &mut Random::new(), &mut bytes).unwrap();
            let head = Head::read(&bytes).unwrap();
            assert_eq!(bytes.len(), HEAD_BYTES + head.body_bytes);
            let (before, body) = bytes.split_at(HEAD_BYTES);
            assert_eq!(Record::read(&keys, before, body), Some(record));
            assert_eq!(Record::read(&other, before, body), None);
            for place in 0..bytes.len() {
                let mut changed = bytes.clone();
                changed[place] ^= 4;
                let (before, body) = changed.split_at(HEAD_BYTES);
                assert_eq!(Record::read(&keys, before, body), None, "byte {place}");
            }
        }
    }
}
