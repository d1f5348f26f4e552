//! Tokens: who may do what. Each is an event of the host, `token.created`; only its SHA-256 is kept.
//!
//! The events are numbered, so that all of them are found at start by a few look-ups instead of a scan of
//! the ledger: `token.created/admin` is the one that `init` made, then `token/1`, `token/2` and so on, each
//! a token created or revoked. Revocation counts from the moment that its event is durable.

mod attempts;
mod grant;
mod record;

use std::collections::{BTreeMap, HashMap};
use std::io;
use std::sync::{Arc, PoisonError, RwLock};

use muniment_core::entry::EntryView;
use muniment_core::hash::Hash;
use muniment_core::json;
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;
use tokio::sync::Mutex;
use zeroize::Zeroizing;

pub use attempts::{Attempts, TooMany};
pub use grant::{Grant, GrantError, Role};
pub(crate) use grant::{is_person, principal_of};

use crate::ledger::Ledger;
use crate::ledger::genesis::new_token;
use crate::ledger::submission::{Appended, Refusal};
use record::Record;

/// Most tokens that a ledger has at a time, those revoked not counted.
pub const TOKENS_MAX: usize = 10_000;

/// Why a token cannot be created, revoked or read.
#[derive(Debug, thiserror::Error)]
pub enum TokenError {
    /// What was asked for.
    #[error(transparent)]
    Grant(#[from] GrantError),
    /// `by` names tokens in entries, so a name stands for one token for ever.
    #[error("the name {0:?} is or was taken; names of tokens are never used again, as entries name them")]
    NameTaken(String),
    /// No such token.
    #[error("there is no token named {0:?}")]
    Unknown(String),
    /// Nobody could manage the ledger any more.
    #[error("{0:?} is the last token that holds the role admin without any narrowing; create another first")]
    LastAdmin(String),
    /// Too many.
    #[error("there are {TOKENS_MAX} tokens, which is the limit; revoke some first")]
    TooMany,
    /// The ledger.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// Reading the events.
    #[error("reading the tokens: {0}")]
    Io(#[from] io::Error),
    /// The system.
    #[error("the system gives no random bytes: {0}")]
    Random(getrandom::Error),
}

/// The tokens of a ledger.
#[derive(Debug)]
pub struct Tokens {
    known: RwLock<Known>,
    /// Held while an event about tokens is on its way: they are numbered.
    next_number: Mutex<u64>,
}

#[derive(Debug, Default)]
struct Known {
    by_name: BTreeMap<String, Arc<Grant>>,
    by_digest: HashMap<[u8; 32], Arc<Grant>>,
}

/// A token that was just created. Its secret is shown once and kept nowhere.
#[derive(Debug)]
pub struct NewToken {
    /// What is sent as `Authorization: Bearer …`.
    pub secret: Zeroizing<String>,
    /// What it may do.
    pub grant: Arc<Grant>,
    /// Its event.
    pub appended: Appended,
}

impl Tokens {
    /// Reads the tokens of a ledger.
    ///
    /// # Errors
    /// [`TokenError::Io`].
    pub fn load(ledger: &Ledger) -> Result<Tokens, TokenError> {
        let mut known = Known::default();
        if let Some(seq) = ledger.find_host(record::FIRST)? {
            known.apply(record_of(ledger, seq)?);
        }
        let last = ledger.last_numbered(record::id)?;
        for number in 1..=last {
            if let Some(seq) = ledger.find_host(&record::id(number))? {
                known.apply(record_of(ledger, seq)?);
            }
        }
        Ok(Tokens { known: RwLock::new(known), next_number: Mutex::new(last + 1) })
    }

    /// The grant of a secret; `None` if it is no token, or was revoked.
    #[must_use]
    pub fn authenticate(&self, secret: &str) -> Option<Arc<Grant>> {
        let digest: [u8; 32] = Sha256::digest(secret).into();
        let grant = self.read().by_digest.get(&digest).cloned()?;
        // The look-up itself compares digests, of which nobody can choose a prefix; this settles it.
        let same: bool = grant.digest.0.ct_eq(&digest).into();
        (same && !grant.is_revoked()).then_some(grant)
    }

    /// The tokens that were not revoked, by name.
    #[must_use]
    pub fn list(&self) -> Vec<Arc<Grant>> {
        self.read().by_name.values().filter(|grant| !grant.is_revoked()).cloned().collect()
    }

    /// Creates a token, recorded as asked for by `requested_by`.
    ///
    /// # Errors
    /// See [`TokenError`].
    pub async fn create(
        &self,
        ledger: &Ledger,
        wanted: &Grant,
        requested_by: &str,
    ) -> Result<NewToken, TokenError> {
        let mut number = self.next_number.lock().await;
        let secret = new_token().map_err(TokenError::Random)?;
        let grant = wanted.with_digest(Hash(Sha256::digest(secret.as_bytes()).into()));
        {
            let known = self.read();
            if known.by_name.contains_key(&grant.name) {
                return Err(TokenError::NameTaken(grant.name));
            }
            if known.by_digest.values().filter(|grant| !grant.is_revoked()).count() >= TOKENS_MAX {
                return Err(TokenError::TooMany);
            }
        }
        let data = record::created(&grant, requested_by);
        let answer = ledger.submit_host("token.created", &record::id(*number), data)?;
        let appended = answer.await.unwrap_or(Err(Refusal::Closed))?;
        *number += 1;
        let grant = self.write().apply(Record::Created(grant));
        Ok(NewToken { secret, grant, appended })
    }

    /// Revokes a token: from the moment that this returns nothing is done for it.
    ///
    /// # Errors
    /// See [`TokenError`].
    pub async fn revoke(
        &self,
        ledger: &Ledger,
        name: &str,
        requested_by: &str,
    ) -> Result<Appended, TokenError> {
        let mut number = self.next_number.lock().await;
        {
            let known = self.read();
            let unrevoked = known.by_name.get(name).filter(|grant| !grant.is_revoked());
            let grant = unrevoked.ok_or_else(|| TokenError::Unknown(name.to_owned()))?;
            let others = known.by_name.values().filter(|other| other.name != name);
            if grant.is_full_admin() && !others.into_iter().any(|other| other.is_full_admin()) {
                return Err(TokenError::LastAdmin(name.to_owned()));
            }
        }
        let data = record::revoked(name, requested_by);
        let answer = ledger.submit_host("token.revoked", &record::id(*number), data)?;
        let appended = answer.await.unwrap_or(Err(Refusal::Closed))?;
        *number += 1;
        self.write().apply(Record::Revoked(name.to_owned()));
        Ok(appended)
    }

    fn read(&self) -> std::sync::RwLockReadGuard<'_, Known> {
        self.known.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> std::sync::RwLockWriteGuard<'_, Known> {
        self.known.write().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Known {
    fn apply(&mut self, record: Record) -> Arc<Grant> {
        match record {
            Record::Created(grant) => {
                let grant = Arc::new(grant);
                self.by_digest.insert(grant.digest.0, grant.clone());
                self.by_name.insert(grant.name.clone(), grant.clone());
                grant
            }
            Record::Revoked(name) => {
                let grant = self.by_name.entry(name.clone()).or_insert_with(|| Arc::new(Grant::none(name)));
                grant.revoke();
                self.by_digest.remove(&grant.digest.0);
                grant.clone()
            }
        }
    }
}

fn record_of(ledger: &Ledger, seq: u64) -> io::Result<Record> {
    let line = ledger.line(seq)?.unwrap_or_default();
    let wrong = |what: String| io::Error::new(io::ErrorKind::InvalidData, format!("entry {seq}: {what}"));
    let entry = EntryView::parse(&line).map_err(|error| wrong(error.to_string()))?;
    let event = json::parse(entry.event.as_bytes()).map_err(|error| wrong(error.to_string()))?;
    Record::read(&event).ok_or_else(|| wrong("it is no event about a token".to_owned()))
}

#[cfg(test)]
mod tests;
