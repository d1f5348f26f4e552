//! Signed notes, as C2SP signed-note says, with Ed25519 keys (type 0x01).

use std::fmt;
use std::str::FromStr;

use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};
use ed25519_dalek::{Signature, Signer as _, SigningKey, VerifyingKey};
use sha2::{Digest as _, Sha256};

use crate::limits::{NOTE_BYTES_MAX, NOTE_SIGNATURES_MAX, ORIGIN_BYTES_MAX};

const ED25519: u8 = 0x01;
const SIGNATURE_PREFIX: &str = "\u{2014} ";

/// Why a key or a note is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoteError {
    /// The name of a key.
    #[error(
        "key name {0:?} is empty, longer than {ORIGIN_BYTES_MAX} bytes, or holds white space, `+` or a control character"
    )]
    Name(String),
    /// A verifier key is not in its form.
    #[error("not a verifier key of the form <name>+<8 hex>+<base64>, Ed25519 (type 0x01)")]
    VerifierKey,
    /// A signing key is not in its form.
    #[error("not a signing key of the form PRIVATE+KEY+<name>+<8 hex>+<base64>, Ed25519 (type 0x01)")]
    SigningKey,
    /// The key's id is not that of its name and bytes.
    #[error("the key id in the key is {found:08x}, its name and bytes give {expected:08x}")]
    KeyId {
        /// What it says.
        found: u32,
        /// What it should say.
        expected: u32,
    },
    /// Not a note.
    #[error("not a signed note: {0}")]
    Form(&'static str),
    /// Too long.
    #[error("a note of {0} bytes, the limit is {NOTE_BYTES_MAX} bytes")]
    TooLong(usize),
    /// No signature by the key.
    #[error("not signed by {0}")]
    NotSigned(String),
    /// A signature by the key that does not fit the text.
    #[error("the signature by {0} is wrong: the text was changed or another key signed it")]
    BadSignature(String),
}

/// Checks the name of a key: not empty, no white space, no `+`.
///
/// # Errors
/// [`NoteError::Name`].
pub fn check_name(name: &str) -> Result<(), NoteError> {
    if !is_note_name(name) || name.len() > ORIGIN_BYTES_MAX || name.contains(char::is_control) {
        return Err(NoteError::Name(name.to_owned()));
    }
    Ok(())
}

/// What C2SP asks of any key's name. Ours is narrower, but a note with a witness's signature must be read
/// whatever the witness is called.
fn is_note_name(name: &str) -> bool {
    !name.is_empty() && !name.contains(|c: char| c.is_whitespace() || c == '+')
}

fn key_id(name: &str, public: &[u8; 32]) -> u32 {
    let hash =
        Sha256::new().chain_update(name).chain_update([b'\n', ED25519]).chain_update(public).finalize();
    u32::from_be_bytes([hash[0], hash[1], hash[2], hash[3]])
}

/// Splits `<name>+<8 hex>+<base64(0x01 ‖ 32 bytes)>`.
fn split_key(text: &str) -> Option<(&str, u32, [u8; 32])> {
    let (name, rest) = text.split_once('+')?;
    let (id, bytes) = rest.split_once('+')?;
    let hex = id.len() == 8 && id.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    let bytes = BASE64.decode(bytes).ok()?;
    let (ED25519, key) = bytes.split_first().map(|(kind, key)| (*kind, key))? else { return None };
    let id = hex.then(|| u32::from_str_radix(id, 16).ok()).flatten()?;
    Some((name, id, key.try_into().ok()?))
}

/// A public key that checks notes: `<name>+<8 hex>+<base64>` (a *vkey*).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifierKey {
    name: String,
    id: u32,
    key: VerifyingKey,
}

impl VerifierKey {
    /// The name of the key, which for a ledger is its origin.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }
}

impl FromStr for VerifierKey {
    type Err = NoteError;

    fn from_str(text: &str) -> Result<VerifierKey, NoteError> {
        let (name, found, public) = split_key(text).ok_or(NoteError::VerifierKey)?;
        check_name(name)?;
        let expected = key_id(name, &public);
        if found != expected {
            return Err(NoteError::KeyId { found, expected });
        }
        let key = VerifyingKey::from_bytes(&public).map_err(|_| NoteError::VerifierKey)?;
        Ok(VerifierKey { name: name.to_owned(), id: expected, key })
    }
}

impl fmt::Display for VerifierKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut bytes = vec![ED25519];
        bytes.extend_from_slice(self.key.as_bytes());
        write!(f, "{}+{:08x}+{}", self.name, self.id, BASE64.encode(bytes))
    }
}

/// A private key that signs notes. Its memory is cleared when it is dropped.
#[derive(Clone)]
pub struct NoteSigner {
    verifier: VerifierKey,
    key: SigningKey,
}

impl NoteSigner {
    /// A key from 32 secret random bytes.
    ///
    /// # Errors
    /// [`NoteError::Name`].
    pub fn from_seed(name: &str, seed: &[u8; 32]) -> Result<NoteSigner, NoteError> {
        check_name(name)?;
        let key = SigningKey::from_bytes(seed);
        let public = key.verifying_key();
        let id = key_id(name, public.as_bytes());
        Ok(NoteSigner { verifier: VerifierKey { name: name.to_owned(), id, key: public }, key })
    }

    /// Reads `PRIVATE+KEY+<name>+<8 hex>+<base64>`, the form of Go's `sumdb/note`.
    ///
    /// # Errors
    /// See [`NoteError`].
    pub fn decode(text: &str) -> Result<NoteSigner, NoteError> {
        let rest = text.trim_end().strip_prefix("PRIVATE+KEY+").ok_or(NoteError::SigningKey)?;
        let (name, found, seed) = split_key(rest).ok_or(NoteError::SigningKey)?;
        let signer = NoteSigner::from_seed(name, &seed)?;
        let expected = signer.verifier.id;
        if found == expected { Ok(signer) } else { Err(NoteError::KeyId { found, expected }) }
    }

    /// Writes what [`NoteSigner::decode`] reads.
    #[must_use]
    pub fn encode(&self) -> String {
        let mut bytes = vec![ED25519];
        bytes.extend_from_slice(self.key.as_bytes());
        format!("PRIVATE+KEY+{}+{:08x}+{}", self.verifier.name, self.verifier.id, BASE64.encode(bytes))
    }

    /// The public key.
    #[must_use]
    pub fn verifier(&self) -> &VerifierKey {
        &self.verifier
    }

    /// Signs a text, which must end in a newline, and returns the note.
    ///
    /// # Panics
    /// If the text does not end in a newline, which is a mistake in the caller.
    #[must_use]
    pub fn sign(&self, text: &str) -> String {
        assert!(text.ends_with('\n'), "the text of a note ends in a newline");
        let mut bytes = self.verifier.id.to_be_bytes().to_vec();
        bytes.extend_from_slice(&self.key.sign(text.as_bytes()).to_bytes());
        format!("{text}\n{SIGNATURE_PREFIX}{} {}\n", self.verifier.name, BASE64.encode(bytes))
    }
}

impl fmt::Debug for NoteSigner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "NoteSigner({})", self.verifier)
    }
}

/// A note that has been read. Nothing in it is to be believed before [`Note::verify`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note<'a> {
    text: &'a str,
    signatures: Vec<NoteSignature<'a>>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct NoteSignature<'a> {
    name: &'a str,
    id: u32,
    bytes: Vec<u8>,
}

impl<'a> Note<'a> {
    /// Reads a note.
    ///
    /// # Errors
    /// See [`NoteError`].
    ///
    /// # Limits
    /// [`NOTE_BYTES_MAX`] bytes and [`NOTE_SIGNATURES_MAX`] signatures.
    pub fn parse(bytes: &'a [u8]) -> Result<Note<'a>, NoteError> {
        if bytes.len() > NOTE_BYTES_MAX {
            return Err(NoteError::TooLong(bytes.len()));
        }
        let note = std::str::from_utf8(bytes).map_err(|_| NoteError::Form("it is not UTF-8"))?;
        if note.bytes().any(|byte| byte < 0x20 && byte != b'\n') {
            return Err(NoteError::Form("it holds a control character"));
        }
        let split =
            note.rfind("\n\n").ok_or(NoteError::Form("no blank line separates text and signatures"))?;
        let (text, signatures) = (&note[..=split], &note[split + 2..]);
        let signatures =
            signatures.strip_suffix('\n').ok_or(NoteError::Form("it does not end in a newline"))?;
        let signatures: Option<Vec<_>> = signatures.split('\n').map(signature).collect();
        let signatures = signatures.ok_or(NoteError::Form("a signature line is malformed"))?;
        if signatures.len() > NOTE_SIGNATURES_MAX {
            return Err(NoteError::Form("it has more than 64 signatures"));
        }
        Ok(Note { text, signatures })
    }

    /// The text, if the key signed it. Signatures of other keys are ignored.
    ///
    /// # Errors
    /// [`NoteError::NotSigned`], [`NoteError::BadSignature`].
    pub fn verify(&self, key: &VerifierKey) -> Result<&'a str, NoteError> {
        let ours = |signature: &&NoteSignature<'_>| signature.name == key.name && signature.id == key.id;
        let mut signed = false;
        for signature in self.signatures.iter().filter(ours) {
            let bad = || NoteError::BadSignature(key.name.clone());
            let parsed = Signature::from_slice(&signature.bytes).map_err(|_| bad())?;
            key.key.verify_strict(self.text.as_bytes(), &parsed).map_err(|_| bad())?;
            signed = true;
        }
        if signed { Ok(self.text) } else { Err(NoteError::NotSigned(key.name.clone())) }
    }

    /// The text, believed without a signature. For telling what a note claims, never for trusting it.
    #[must_use]
    pub fn unverified_text(&self) -> &'a str {
        self.text
    }
}

fn signature(line: &str) -> Option<NoteSignature<'_>> {
    let (name, encoded) = line.strip_prefix(SIGNATURE_PREFIX)?.split_once(' ')?;
    let bytes = BASE64.decode(encoded).ok()?;
    let (id, bytes) = bytes.split_first_chunk::<4>()?;
    let sound = is_note_name(name) && !bytes.is_empty();
    sound.then(|| NoteSignature { name, id: u32::from_be_bytes(*id), bytes: bytes.to_vec() })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The vector of Go's `sumdb/note`, which the design names.
    const VKEY: &str = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k";
    const NOTE: &str = "This is an example message.\n\n\u{2014} example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n";

    fn signer() -> NoteSigner {
        NoteSigner::from_seed("ledger.exemplar.gov.uk", &[7; 32]).unwrap()
    }

    #[test]
    fn the_vector_of_the_specification_verifies() {
        let key: VerifierKey = VKEY.parse().unwrap();
        assert_eq!(key.to_string(), VKEY);
        assert_eq!(
            Note::parse(NOTE.as_bytes()).unwrap().verify(&key).unwrap(),
            "This is an example message.\n"
        );
    }

    #[test]
    fn what_is_signed_verifies_and_nothing_else() {
        let signer = signer();
        let note = signer.sign("a\n\nb\n");
        assert_eq!(Note::parse(note.as_bytes()).unwrap().verify(signer.verifier()).unwrap(), "a\n\nb\n");
        let other: VerifierKey = VKEY.parse().unwrap();
        let parsed = Note::parse(note.as_bytes()).unwrap();
        assert_eq!(parsed.verify(&other), Err(NoteError::NotSigned("example.com/foo".into())));
        for place in 0..note.len() {
            let mut changed = note.clone().into_bytes();
            changed[place] ^= 1;
            let verified = Note::parse(&changed).and_then(|note| note.verify(signer.verifier()).map(drop));
            assert!(verified.is_err(), "byte {place}");
        }
    }

    #[test]
    fn signatures_of_unknown_keys_are_ignored_and_a_wrong_one_of_ours_is_not() {
        let signer = signer();
        let note = signer.sign("a\n");
        for other in ["witness.example", "a\u{7f}b", &"w".repeat(ORIGIN_BYTES_MAX + 1)] {
            let with_other = format!("{note}\u{2014} {other} AAAAAQAB\n");
            assert!(Note::parse(with_other.as_bytes()).unwrap().verify(signer.verifier()).is_ok(), "{other}");
        }
        let wrong = signer.sign("b\n");
        let both = format!("{note}{}", wrong.split("\n\n").nth(1).unwrap());
        let result = Note::parse(both.as_bytes()).unwrap().verify(signer.verifier());
        assert!(matches!(result, Err(NoteError::BadSignature(_))));
    }

    #[test]
    fn keys_are_read_strictly() {
        let signer = signer();
        assert_eq!(NoteSigner::decode(&signer.encode()).unwrap().verifier(), signer.verifier());
        assert!(!format!("{signer:?}").contains("PRIVATE"));
        let wrong_id = VKEY.replace("530d903a", "530d903b");
        assert!(matches!(wrong_id.parse::<VerifierKey>(), Err(NoteError::KeyId { found: 0x530d_903b, .. })));
        for bad in
            ["", "a", "a+b+c", "+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k", "PRIVATE+KEY+x"]
        {
            assert!(bad.parse::<VerifierKey>().is_err(), "{bad}");
            assert!(NoteSigner::decode(bad).is_err(), "{bad}");
        }
        for bad in ["", "a b", "a+b", "a\nb", "a\u{a0}b", &"a".repeat(201)] {
            assert!(check_name(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn malformed_notes_are_refused() {
        for bad in [
            "",
            "a",
            "a\n",
            "a\n\n",
            "a\n\nb\n",
            "a\n\n\u{2014} x\n",
            "a\n\n\u{2014} x !\n",
            "a\n\n\u{2014} x AAAA\n",
            "a\t\n\n\u{2014} x AAAAAQAB\n",
            "a\n\n\u{2014} x AAAAAQAB",
        ] {
            assert!(Note::parse(bad.as_bytes()).is_err(), "{bad:?}");
        }
        let many = format!("a\n\n{}", "\u{2014} x AAAAAQAB\n".repeat(65));
        assert!(Note::parse(many.as_bytes()).is_err());
        assert_eq!(Note::parse(&[b'a'; NOTE_BYTES_MAX + 1]), Err(NoteError::TooLong(NOTE_BYTES_MAX + 1)));
    }
}
