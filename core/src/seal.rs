//! Sealed values: personal data in an entry, readable only with a key that can be destroyed.
//!
//! Sealing is deterministic. The nonce is a keyed hash of the place and the value, so the same event sealed again
//! under the same key is the same bytes, and a repeat is recognised without keeping any hash of what it says: once
//! the key is gone, nothing in an entry can be compared with a guess. Random bytes, the keys, are arguments.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chacha20poly1305::aead::AeadInOut as _;
use chacha20poly1305::{KeyInit as _, Tag, XChaCha20Poly1305, XNonce};
use zeroize::{Zeroize as _, Zeroizing};

use crate::json::{self, Object, Value};

/// The extension attribute of an event that names the key of its sealed values.
pub const KEY_ATTRIBUTE: &str = "sealkey";

/// The one member of a sealed value.
const SEALED: &str = "sealed";

/// What is sealed is filled up with spaces to a multiple of so many bytes, so that its length tells little.
const PADDING_BYTES: usize = 32;
const NONCE_BYTES: usize = 24;
const TAG_BYTES: usize = 16;

/// The purpose of the bytes that a key is expanded to.
const EXPANSION: &str = "muniment 2026-11-22 sealed value, encryption key and nonce key";

/// The name of a key. It is random, and says nothing of the key or of what is sealed with it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyId(pub [u8; KeyId::BYTES]);

impl KeyId {
    /// Length of a name.
    pub const BYTES: usize = 12;

    /// Reads a name as entries spell it: 16 characters of base64url.
    #[must_use]
    pub fn parse(text: &str) -> Option<KeyId> {
        let mut bytes = [0; KeyId::BYTES];
        let length = URL_SAFE_NO_PAD.decode_slice(text, &mut bytes).ok()?;
        (length == KeyId::BYTES).then_some(KeyId(bytes))
    }

    /// The name as entries spell it.
    #[must_use]
    pub fn spelled(self) -> String {
        URL_SAFE_NO_PAD.encode(self.0)
    }
}

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.spelled())
    }
}

impl fmt::Debug for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KeyId({self})")
    }
}

/// The key of one case. It leaves memory when it is dropped.
#[derive(Clone, PartialEq, Eq)]
pub struct SealKey(Zeroizing<[u8; SealKey::BYTES]>);

impl SealKey {
    /// Length of a key.
    pub const BYTES: usize = 32;

    /// A key of random bytes.
    #[must_use]
    pub fn new(bytes: Zeroizing<[u8; SealKey::BYTES]>) -> SealKey {
        SealKey(bytes)
    }

    /// The random bytes.
    #[must_use]
    pub fn bytes(&self) -> &[u8; SealKey::BYTES] {
        &self.0
    }

    /// What seals and opens with it.
    #[must_use]
    pub fn sealer(&self) -> Sealer {
        let mut expanded = Zeroizing::new([0; 64]);
        let mut hasher = blake3::Hasher::new_derive_key(EXPANSION);
        hasher.update(&self.0[..]).finalize_xof().fill(&mut *expanded);
        let (encryption, nonce) = expanded.split_at(32);
        let cipher = XChaCha20Poly1305::new_from_slice(encryption).expect("32 bytes");
        let mut nonce_key = Zeroizing::new([0; 32]);
        nonce_key.copy_from_slice(nonce);
        Sealer { cipher, nonce_key }
    }
}

impl fmt::Debug for SealKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SealKey(…)")
    }
}

/// The event that a sealed value belongs to. It opens nowhere else.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place<'a> {
    /// The event's source.
    pub source: &'a str,
    /// Its id.
    pub id: &'a str,
    /// Its subject.
    pub subject: &'a str,
}

impl Place<'_> {
    /// Each part after its length, so that no two places are the same bytes.
    fn associated_data(&self, pointer: &str, out: &mut Vec<u8>) {
        for part in [self.source, self.id, self.subject, pointer] {
            let length = u32::try_from(part.len()).expect("attributes are bounded");
            out.extend_from_slice(&length.to_le_bytes());
            out.extend_from_slice(part.as_bytes());
        }
    }
}

/// Why a sealed value does not open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum UnsealError {
    /// Not the form of a sealed value.
    #[error("it has not the form of a sealed value")]
    Form,
    /// Another key, another place, or changed bytes.
    #[error("it was sealed with another key or in another place, or it was changed")]
    Authentication,
}

/// A key made ready for use.
pub struct Sealer {
    cipher: XChaCha20Poly1305,
    nonce_key: Zeroizing<[u8; 32]>,
}

impl fmt::Debug for Sealer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Sealer(…)")
    }
}

impl Sealer {
    /// Seals a value. `pointer` is the JSON pointer of its place in the event as it was posted.
    ///
    /// # Panics
    /// If a part of the place is longer than 4 GiB, which no event allows.
    #[must_use]
    pub fn seal(&self, place: Place<'_>, pointer: &str, value: &Value<'_>) -> Value<'static> {
        // Room for the nonce, the place, the value: the cipher works where they stand.
        let mut bytes = Vec::with_capacity(256);
        bytes.resize(NONCE_BYTES, 0);
        place.associated_data(pointer, &mut bytes);
        let start = bytes.len();
        value.write(&mut bytes);
        bytes.resize(start + (bytes.len() - start).next_multiple_of(PADDING_BYTES), b' ');
        let nonce = self.nonce(&bytes[NONCE_BYTES..]);
        let (before, padded) = bytes.split_at_mut(start);
        let tag = self
            .cipher
            .encrypt_inout_detached(&XNonce::from(nonce), &before[NONCE_BYTES..], padded.into())
            .expect("an event is far below the cipher's limit");
        // The place has been used: the nonce goes right before the ciphertext.
        before[start - NONCE_BYTES..].copy_from_slice(&nonce);
        bytes.extend_from_slice(&tag);
        let sealed = URL_SAFE_NO_PAD.encode(&bytes[start - NONCE_BYTES..]);
        Value::object([(SEALED, Value::String(sealed.into()))])
    }

    /// Opens what was sealed at a place: the canonical JSON of the value.
    ///
    /// # Errors
    /// See [`UnsealError`].
    pub fn open(
        &self,
        place: Place<'_>,
        pointer: &str,
        value: &Value<'_>,
    ) -> Result<Zeroizing<Vec<u8>>, UnsealError> {
        let text = sealed_text(value).ok_or(UnsealError::Form)?;
        let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| UnsealError::Form)?;
        let body = bytes.len().checked_sub(NONCE_BYTES + TAG_BYTES).ok_or(UnsealError::Form)?;
        let (nonce, rest) = bytes.split_at(NONCE_BYTES);
        let (ciphertext, tag) = rest.split_at(body);
        let mut data = Vec::new();
        place.associated_data(pointer, &mut data);
        let nonce: [u8; NONCE_BYTES] = nonce.try_into().map_err(|_| UnsealError::Form)?;
        let tag: [u8; TAG_BYTES] = tag.try_into().map_err(|_| UnsealError::Form)?;
        let mut plain = Zeroizing::new(ciphertext.to_vec());
        self.cipher
            .decrypt_inout_detached(&XNonce::from(nonce), &data, plain.as_mut_slice().into(), &Tag::from(tag))
            .map_err(|_| UnsealError::Authentication)?;
        // The nonce commits to the key and the value, which the tag alone does not.
        let committed = Zeroizing::new([data.as_slice(), plain.as_slice()].concat());
        if plain.len() % PADDING_BYTES != 0 || self.nonce(&committed) != nonce {
            return Err(UnsealError::Authentication);
        }
        let end = plain.iter().rposition(|byte| *byte != b' ').map_or(0, |last| last + 1);
        plain[end..].zeroize();
        plain.truncate(end);
        // What was sealed was JSON; the tag says that it still is what was sealed.
        json::parse(&plain).map_err(|_| UnsealError::Form)?;
        Ok(plain)
    }

    /// A function of the key, the place and the value: it repeats only where all three do.
    fn nonce(&self, place_and_padded: &[u8]) -> [u8; NONCE_BYTES] {
        let hash = blake3::keyed_hash(&self.nonce_key, place_and_padded);
        let mut nonce = [0; NONCE_BYTES];
        nonce.copy_from_slice(&hash.as_bytes()[..NONCE_BYTES]);
        nonce
    }
}

/// The text of a sealed value, if the value has that form.
#[must_use]
pub fn sealed_text<'v>(value: &'v Value<'_>) -> Option<&'v str> {
    let object = value.as_object().filter(|object| object.len() == 1)?;
    object.get(SEALED)?.as_str()
}

/// The name of the key of an event's sealed values.
#[must_use]
pub fn key_of(event: &Object<'_>) -> Option<KeyId> {
    event.get(KEY_ATTRIBUTE).and_then(Value::as_str).and_then(KeyId::parse)
}

/// The sealed values of an event, each with the pointer to where it stands. It was sealed at that pointer, but for
/// `/data`, which may also hold what was sealed as `/data_base64`.
#[must_use]
pub fn sealed_values<'v, 'a>(event: &'v Object<'a>) -> Vec<(String, &'v Value<'a>)> {
    let Some(data) = event.get("data") else { return Vec::new() };
    if sealed_text(data).is_some() {
        return vec![("/data".to_owned(), data)];
    }
    let members = data.as_object().into_iter().flat_map(Object::iter);
    let sealed = members.filter(|(_, value)| sealed_text(value).is_some());
    sealed.map(|(name, value)| (format!("/data/{}", json::pointer_token(name)), value)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(byte: u8) -> SealKey {
        SealKey::new(Zeroizing::new([byte; 32]))
    }

    const PLACE: Place<'static> = Place { source: "/foi", id: "1", subject: "FOI-2026-0012" };

    #[test]
    fn what_is_sealed_opens_with_its_key_in_its_place_only() {
        let (sealer, other) = (key(1).sealer(), key(2).sealer());
        for text in
            ["\"Jane Doe\"", "{\"a\":1.50}", "[]", "\" \"", "true", "\"123456789012345678901234567890\""]
        {
            let value = json::parse(text.as_bytes()).unwrap();
            let sealed = sealer.seal(PLACE, "/data/note", &value);
            assert_eq!(sealer.open(PLACE, "/data/note", &sealed).unwrap().as_slice(), text.as_bytes());
            let elsewhere = [
                other.open(PLACE, "/data/note", &sealed),
                sealer.open(PLACE, "/data/notes", &sealed),
                sealer.open(Place { id: "2", ..PLACE }, "/data/note", &sealed),
                sealer.open(Place { source: "/fo", id: "i1", ..PLACE }, "/data/note", &sealed),
            ];
            assert!(elsewhere.iter().all(|opened| *opened == Err(UnsealError::Authentication)), "{text}");
        }
    }

    #[test]
    fn sealing_again_gives_the_same_bytes_and_another_value_others() {
        let sealer = key(1).sealer();
        let seal = |text: &'static str| sealer.seal(PLACE, "/data/note", &Value::string(text));
        assert_eq!(seal("a"), seal("a"));
        let (one, two) = (seal("a"), seal("b"));
        let (one, two) = (sealed_text(&one).unwrap(), sealed_text(&two).unwrap());
        assert_ne!(one[..32], two[..32], "the nonces differ");
        assert_eq!(one.len(), two.len());
        let lengths = |text: &'static str| sealed_text(&seal(text)).unwrap().len();
        assert_eq!(lengths(""), lengths("thirty characters are one size"));
    }

    #[test]
    fn a_changed_byte_is_noticed() {
        let sealer = key(1).sealer();
        let sealed = sealer.seal(PLACE, "/data/note", &Value::string("a"));
        let bytes = URL_SAFE_NO_PAD.decode(sealed_text(&sealed).unwrap()).unwrap();
        for place in 0..bytes.len() {
            let mut changed = bytes.clone();
            changed[place] ^= 1;
            let value = Value::object([("sealed", Value::String(URL_SAFE_NO_PAD.encode(changed).into()))]);
            assert_eq!(sealer.open(PLACE, "/data/note", &value), Err(UnsealError::Authentication), "{place}");
        }
        for wrong in ["", "AAAA", "not base64!", &"A".repeat(52)] {
            let value = Value::object([("sealed", Value::string(wrong))]);
            assert_eq!(sealer.open(PLACE, "/data/note", &value), Err(UnsealError::Form), "{wrong}");
        }
    }

    #[test]
    fn names_of_keys() {
        let id = KeyId([7; 12]);
        assert_eq!(KeyId::parse(&id.to_string()), Some(id));
        for wrong in ["", "AAAA", "AAAAAAAAAAAAAAAA=", "AAAAAAAAAAAAAAAAA", "AAAAAAAAAAAAAAA+"] {
            assert_eq!(KeyId::parse(wrong), None, "{wrong}");
        }
        assert_eq!(format!("{:?}", key(1)), "SealKey(…)");
    }

    #[test]
    fn sealed_values_are_found_where_they_stand() {
        let find = |text: &str| {
            let event = json::parse(text.as_bytes()).unwrap();
            let found = sealed_values(event.as_object().unwrap());
            found.into_iter().map(|(pointer, _)| pointer).collect::<Vec<_>>()
        };
        assert_eq!(find(r#"{"data":{"sealed":"x"}}"#), ["/data"]);
        assert_eq!(
            find(r#"{"data":{"a/b":{"sealed":"x"},"c":{"sealed":"x","d":1},"e":1,"f":{"sealed":1}}}"#),
            ["/data/a~1b"]
        );
        assert!(find(r#"{"data":"x"}"#).is_empty() && find("{}").is_empty());
    }
}
