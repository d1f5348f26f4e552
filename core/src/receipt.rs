//! Receipts: proof that an entry is in the ledger, as C2SP tlog-proof says.
//!
//! A receipt holds no entry, only its index, the audit path and the signed checkpoint that it leads to.

use crate::checkpoint::{Checkpoint, CheckpointError, decode_hash, encode_hash};
use crate::entry::decimal;
use crate::hash::Hash;
use crate::limits::{NOTE_BYTES_MAX, PROOF_HASHES_MAX};
use crate::note::VerifierKey;
use crate::tree::leaf_hash;
use crate::tree::proof::{ProofError, verify_inclusion};

const HEADER: &str = "c2sp.org/tlog-proof@v1\n";

/// A receipt that has been read. Nothing in it is to be believed before [`Receipt::verify`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    /// The entry's seq.
    pub index: u64,
    /// The audit path, from the leaf's sibling up.
    pub path: Vec<Hash>,
    /// The signed checkpoint.
    pub checkpoint: String,
}

/// Why a receipt is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReceiptError {
    /// Not in the form of a tlog-proof.
    #[error("not a c2sp.org/tlog-proof@v1: {0}")]
    Form(&'static str),
    /// Its checkpoint.
    #[error("its checkpoint: {0}")]
    Checkpoint(#[from] CheckpointError),
    /// It does not prove that this line is that entry.
    #[error(transparent)]
    Proof(#[from] ProofError),
}

impl Receipt {
    /// Writes the receipt.
    #[must_use]
    pub fn encode(&self) -> String {
        let mut text = format!("{HEADER}index {}\n", self.index);
        for hash in &self.path {
            text.push_str(&encode_hash(*hash));
            text.push('\n');
        }
        text.push('\n');
        text.push_str(&self.checkpoint);
        text
    }

    /// Reads a receipt. An `extra` line is allowed and ignored: nothing authenticates it.
    ///
    /// # Errors
    /// [`ReceiptError::Form`].
    ///
    /// # Limits
    /// [`PROOF_HASHES_MAX`] hashes; the checkpoint's limits are those of notes.
    pub fn parse(bytes: &[u8]) -> Result<Receipt, ReceiptError> {
        let form = ReceiptError::Form;
        if bytes.len() > 2 * NOTE_BYTES_MAX {
            return Err(form("it is longer than 131072 bytes"));
        }
        let text = std::str::from_utf8(bytes).map_err(|_| form("it is not UTF-8"))?;
        let rest = text.strip_prefix(HEADER).ok_or(form("the first line is another"))?;
        let (head, checkpoint) = rest.split_once("\n\n").ok_or(form("it holds no checkpoint"))?;
        let mut lines = head.split('\n').peekable();
        if let Some(extra) = lines.next_if(|line| line.starts_with("extra ")) {
            use base64::{Engine as _, engine::general_purpose::STANDARD};
            STANDARD.decode(&extra[6..]).map_err(|_| form("its extra data is not base64"))?;
        }
        let index = lines.next().and_then(|line| decimal(line.strip_prefix("index ")?));
        let index = index.ok_or(form("it has no index"))?;
        let path: Option<Vec<Hash>> = lines.take(PROOF_HASHES_MAX + 1).map(decode_hash).collect();
        let path = path.ok_or(form("a line of the proof is not base64 of 32 bytes"))?;
        if path.len() > PROOF_HASHES_MAX {
            return Err(form("its proof has more than 64 hashes"));
        }
        Ok(Receipt { index, path, checkpoint: checkpoint.to_owned() })
    }

    /// Checks that the ledger with this key holds `line` (without its newline) as entry `index`, and
    /// returns the checkpoint under which it does.
    ///
    /// # Errors
    /// See [`ReceiptError`].
    pub fn verify(&self, line: &[u8], key: &VerifierKey) -> Result<Checkpoint, ReceiptError> {
        self.verify_leaf(leaf_hash(line), key)
    }

    /// As [`Receipt::verify`], for who has the line's leaf hash only.
    ///
    /// # Errors
    /// See [`ReceiptError`].
    pub fn verify_leaf(&self, leaf: Hash, key: &VerifierKey) -> Result<Checkpoint, ReceiptError> {
        let checkpoint = Checkpoint::verify(self.checkpoint.as_bytes(), key)?;
        verify_inclusion(&self.path, self.index, leaf, checkpoint.size, checkpoint.root)?;
        Ok(checkpoint)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::note::NoteSigner;
    use crate::tree::node_hash;

    #[test]
    fn proves_its_entry_and_no_other() {
        let signer = NoteSigner::from_seed("ledger.example", &[1; 32]).unwrap();
        let (left, right) = (leaf_hash(b"left"), leaf_hash(b"right"));
        let checkpoint =
            Checkpoint { origin: "ledger.example".into(), size: 2, root: node_hash(left, right) };
        let receipt = Receipt { index: 1, path: vec![left], checkpoint: checkpoint.sign(&signer) };
        let text = receipt.encode();
        assert!(text.starts_with("c2sp.org/tlog-proof@v1\nindex 1\n"));
        assert_eq!(Receipt::parse(text.as_bytes()).unwrap(), receipt);
        let with_extra = text.replacen("index", "extra AAAA\nindex", 1);
        assert_eq!(Receipt::parse(with_extra.as_bytes()).unwrap(), receipt);
        assert_eq!(receipt.verify(b"right", signer.verifier()), Ok(checkpoint));
        assert_eq!(receipt.verify(b"left", signer.verifier()), Err(ProofError::Root.into()));
        for place in 0..text.len() {
            let mut changed = text.clone().into_bytes();
            changed[place] ^= 1;
            let verified = Receipt::parse(&changed).and_then(|r| r.verify(b"right", signer.verifier()));
            assert!(verified.is_err(), "byte {place}");
        }
    }

    #[test]
    fn malformed_receipts_are_refused() {
        let many =
            format!("{HEADER}index 1\n{}\n\u{2014}", format!("{}\n", encode_hash(Hash::ZERO)).repeat(65));
        let bad = [
            "",
            HEADER,
            "c2sp.org/tlog-proof@v1\nindex 01\n\nx",
            "c2sp.org/tlog-proof@v1\nindex 1\nAA==\n\nx",
            "c2sp.org/tlog-proof@v1\nextra !\nindex 1\n\nx",
            &many,
        ];
        for text in bad {
            assert!(matches!(Receipt::parse(text.as_bytes()), Err(ReceiptError::Form(_))), "{text:?}");
        }
    }
}
