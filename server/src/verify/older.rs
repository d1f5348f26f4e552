//! A checkpoint or receipt that somebody kept: the ledger of today must continue the one of then.

use muniment_core::checkpoint::{Checkpoint, CheckpointError};
use muniment_core::hash::Hash;
use muniment_core::note::{Note, VerifierKey};
use muniment_core::receipt::{Receipt, ReceiptError};

use super::findings::Findings;
use crate::ledger::origins::{Origins, Signed};

/// What was kept.
#[derive(Debug, Clone)]
pub enum Older {
    /// A signed checkpoint.
    Checkpoint {
        /// The name of its file.
        name: String,
        /// Its content.
        note: Vec<u8>,
    },
    /// A receipt (`.tlog-proof`).
    Receipt {
        /// The name of its file.
        name: String,
        /// Its content.
        receipt: Receipt,
    },
}

/// Why what was kept cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum OlderError {
    /// The receipt.
    #[error("{name}: {error}")]
    Receipt {
        /// Its file.
        name: String,
        /// What is wrong.
        error: ReceiptError,
    },
    /// The checkpoint.
    #[error("{name}: {error}")]
    Checkpoint {
        /// Its file.
        name: String,
        /// What is wrong.
        error: CheckpointError,
    },
}

impl Older {
    /// Tells a receipt from a checkpoint by its first line.
    ///
    /// # Errors
    /// [`OlderError::Receipt`].
    pub fn read(name: &str, content: Vec<u8>) -> Result<Older, OlderError> {
        let name = name.to_owned();
        if !content.starts_with(b"c2sp.org/tlog-proof@") {
            return Ok(Older::Checkpoint { name, note: content });
        }
        match Receipt::parse(&content) {
            Ok(receipt) => Ok(Older::Receipt { name, receipt }),
            Err(error) => Err(OlderError::Receipt { name, error }),
        }
    }

    pub(crate) fn name(&self) -> &str {
        match self {
            Older::Checkpoint { name, .. } | Older::Receipt { name, .. } => name,
        }
    }

    /// The entry that a receipt is about.
    pub(crate) fn index(&self) -> Option<u64> {
        match self {
            Older::Checkpoint { .. } => None,
            Older::Receipt { receipt, .. } => Some(receipt.index),
        }
    }

    fn note(&self) -> &[u8] {
        match self {
            Older::Checkpoint { note, .. } => note,
            Older::Receipt { receipt, .. } => receipt.checkpoint.as_bytes(),
        }
    }

    /// What its checkpoint says, whoever signed it.
    ///
    /// # Errors
    /// [`OlderError::Checkpoint`].
    pub fn claim(&self) -> Result<Checkpoint, OlderError> {
        let claim = Note::parse(self.note())
            .map_err(CheckpointError::from)
            .and_then(|note| Checkpoint::parse_text(note.unverified_text()));
        claim.map_err(|error| OlderError::Checkpoint { name: self.name().to_owned(), error })
    }

    /// Its checkpoint, if one of the ledger's keys signed it.
    ///
    /// # Errors
    /// [`OlderError::Checkpoint`].
    pub fn check(&self, origins: &Origins) -> Result<Signed, OlderError> {
        let signed = origins.verify(self.note());
        signed.map_err(|error| OlderError::Checkpoint { name: self.name().to_owned(), error })
    }

    /// A receipt must be about the entry that the ledger holds.
    pub(crate) fn check_leaf(&self, leaf: Hash, vkey: &VerifierKey, findings: &mut Findings) {
        if let Older::Receipt { name, receipt } = self
            && let Err(error) = receipt.verify_leaf(leaf, vkey)
        {
            let message = format!("the receipt is about another entry {}: {error}", receipt.index);
            findings.problem(Some(receipt.index), name, &message);
        }
    }
}
