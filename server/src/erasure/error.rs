//! Why something is not asked for, agreed to or done.

use std::io;

use muniment_core::hash::Hash;
use muniment_core::obstacles::Obstacle;

use super::{ENTRIES_MAX, ITEMS_MAX};
use crate::ledger::submission::Refusal;
use crate::vault::VaultError;

/// Why something is not asked for, agreed to or done.
#[derive(Debug, thiserror::Error)]
pub enum ErasureError {
    /// Nothing to destroy.
    #[error("neither a case nor a person is named")]
    Nothing,
    /// Too much.
    #[error("{found} {what}, the limit is {ITEMS_MAX}: make several requests")]
    TooMany {
        /// Of what.
        what: &'static str,
        /// How many.
        found: usize,
    },
    /// Too many entries.
    #[error("more than {found} entries, the limit is {ENTRIES_MAX}")]
    TooManyEntries {
        /// How many were found before it was given up.
        found: usize,
    },
    /// None of it has a key.
    #[error("{0} holds nothing sealed that could be destroyed")]
    NothingSealed(String),
    /// The dry run and the request differ.
    #[error("the plan is {now} by now, not {given}: look at a new dry run first")]
    PlanChanged {
        /// The digest that was given.
        given: Hash,
        /// The digest that it has.
        now: Hash,
    },
    /// Something stands in the way.
    #[error("{}", obstacles_text(.0))]
    Blocked(Vec<Obstacle>),
    /// No such request.
    #[error("there is no request {0} to destroy anything")]
    Unknown(u64),
    /// It is over.
    #[error("request {number} is {state} already")]
    Over {
        /// The request.
        number: u64,
        /// What it is.
        state: &'static str,
    },
    /// One person twice.
    #[error("{0} asked for it: somebody else has to agree")]
    SamePerson(String),
    /// A token, where people have accounts.
    #[error(
        "the two people that a destruction takes are here people who sign in with an account, and {0} is a token, which may be anybody's"
    )]
    NoAccount(String),
    /// An account and a token.
    #[error(
        "an account and a token may be one person's, so {by} cannot agree to what {requested_by} asked for: cancel it and ask again, so that both are accounts or both are tokens"
    )]
    PerhapsSamePerson {
        /// Who asked.
        requested_by: String,
        /// Who would agree.
        by: String,
    },
    /// Searches do not find what was just recorded.
    #[error("the search index has {indexed} of {size} entries; try again when it has caught up")]
    IndexBehind {
        /// What it has.
        indexed: u64,
        /// What the ledger has.
        size: u64,
    },
    /// The ledger.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The vault.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// The disk.
    #[error(transparent)]
    Io(#[from] io::Error),
}

fn obstacles_text(obstacles: &[Obstacle]) -> String {
    let text = |obstacle: &Obstacle| match obstacle {
        Obstacle::Hold { hold, seq } => format!("hold {hold} covers it (entry {seq})"),
        Obstacle::OpenRequest { case, seq } => format!("request {case} is open and covers it (entry {seq})"),
    };
    obstacles.iter().map(text).collect::<Vec<_>>().join("; ")
}
