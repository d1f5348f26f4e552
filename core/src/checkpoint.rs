//! Checkpoints: the size and root of the tree, signed, as C2SP tlog-checkpoint says.

use std::fmt;

use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};

use crate::entry::decimal;
use crate::hash::Hash;
use crate::note::{Note, NoteError, NoteSigner, VerifierKey};

/// What a checkpoint says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    /// The ledger.
    pub origin: String,
    /// Number of entries.
    pub size: u64,
    /// The root of the tree over them.
    pub root: Hash,
}

/// Why a checkpoint is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CheckpointError {
    /// The note or its signature.
    #[error(transparent)]
    Note(#[from] NoteError),
    /// The text is no checkpoint.
    #[error("not a checkpoint: {0}")]
    Form(&'static str),
    /// A checkpoint of another ledger.
    #[error("it is of the ledger {found:?}, not of {expected:?}")]
    Origin {
        /// What it says.
        found: String,
        /// The name of the key.
        expected: String,
    },
}

impl Checkpoint {
    /// Signs it.
    #[must_use]
    pub fn sign(&self, signer: &NoteSigner) -> String {
        signer.sign(&self.to_string())
    }

    /// Reads a signed checkpoint and checks that the key signed it and that it is of the key's ledger.
    ///
    /// # Errors
    /// See [`CheckpointError`].
    pub fn verify(note: &[u8], key: &VerifierKey) -> Result<Checkpoint, CheckpointError> {
        let checkpoint = Checkpoint::parse_text(Note::parse(note)?.verify(key)?)?;
        if checkpoint.origin == key.name() {
            return Ok(checkpoint);
        }
        Err(CheckpointError::Origin { found: checkpoint.origin, expected: key.name().to_owned() })
    }

    /// Reads the text of a checkpoint. Lines beyond the third are extensions and are ignored.
    ///
    /// # Errors
    /// [`CheckpointError::Form`].
    pub fn parse_text(text: &str) -> Result<Checkpoint, CheckpointError> {
        let form = CheckpointError::Form;
        let body = text.strip_suffix('\n').ok_or(form("its last line has no end"))?;
        let mut lines = body.split('\n');
        let mut next = |what| lines.next().filter(|line| !line.is_empty()).ok_or(form(what));
        let origin = next("the first line, the origin, is empty")?.to_owned();
        let size = next("the second line, the size, is missing")?;
        let size = decimal(size).ok_or(form("the second line, the size, is no number"))?;
        let root = next("the third line, the root hash, is missing")?;
        let root =
            decode_hash(root).ok_or(form("the third line, the root hash, is not base64 of 32 bytes"))?;
        if lines.any(str::is_empty) {
            return Err(form("an extension line is empty"));
        }
        Ok(Checkpoint { origin, size, root })
    }
}

/// The text that is signed.
impl fmt::Display for Checkpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}\n{}\n{}\n", self.origin, self.size, encode_hash(self.root))
    }
}

pub(crate) fn encode_hash(hash: Hash) -> String {
    BASE64.encode(hash.0)
}

pub(crate) fn decode_hash(text: &str) -> Option<Hash> {
    BASE64.decode(text).ok()?.try_into().ok().map(Hash)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_and_back() {
        let text = "ledger.exemplar.gov.uk\n3\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n";
        let checkpoint = Checkpoint::parse_text(text).unwrap();
        assert_eq!((checkpoint.size, checkpoint.to_string()), (3, text.to_owned()));
        assert_eq!(Checkpoint::parse_text(&format!("{text}extension\n")).unwrap(), checkpoint);
        let (origin, rest) = text.split_once('\n').unwrap();
        for bad in [
            "",
            "\n",
            origin,
            &format!("\n{rest}"),
            &text.replace("\n3", "\n03"),
            &text.replace("\n3", "\n-3"),
            &text.replace("CsU", "Cs"),
            text.trim_end(),
            &format!("{text}\n"),
        ] {
            assert!(Checkpoint::parse_text(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn only_of_the_keys_own_ledger() {
        let signer = NoteSigner::from_seed("one.example", &[1; 32]).unwrap();
        let checkpoint =
            Checkpoint { origin: "one.example".into(), size: 0, root: crate::tree::empty_root() };
        assert_eq!(
            Checkpoint::verify(checkpoint.sign(&signer).as_bytes(), signer.verifier()),
            Ok(checkpoint.clone())
        );
        let foreign = Checkpoint { origin: "two.example".into(), ..checkpoint }.sign(&signer);
        let error = Checkpoint::verify(foreign.as_bytes(), signer.verifier()).unwrap_err();
        assert_eq!(error.to_string(), "it is of the ledger \"two.example\", not of \"one.example\"");
    }
}
