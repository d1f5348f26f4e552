//! What a token may do: its roles, and how they are narrowed.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use muniment_core::event::Event;
use muniment_core::hash::Hash;
use muniment_core::limits::PRINCIPAL_BYTES_MAX;
use muniment_core::principal::Principal;
use tokio::sync::Notify;

use crate::ledger::origins::Origins;
use crate::query::Scope;

/// Longest name of a token.
pub(super) const NAME_BYTES_MAX: usize = 64;
/// Most event groups, and most units, that a token is narrowed to.
pub(super) const SCOPE_ITEMS_MAX: usize = 256;
/// Longest name of a group or a unit.
pub(super) const SCOPE_ITEM_BYTES_MAX: usize = 128;
/// Longest source prefix.
pub(super) const SOURCE_PREFIX_BYTES_MAX: usize = 512;

/// What the name of a person's grant begins with, which no name of a token can.
const PERSON: &str = "user/";

const _: () = assert!(NAME_BYTES_MAX + "token/".len() <= PRINCIPAL_BYTES_MAX);

/// What a token's holder does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// Manages tokens and settings.
    Admin,
    /// Reads events and, alone, the entry bundles of the tree.
    Auditor,
    /// Reads and records events, opens imports.
    Officer,
    /// A system that posts events under its own source prefix, and reads those.
    Source,
}

impl Role {
    /// Every role, by name.
    pub const ALL: [Role; 4] = [Role::Admin, Role::Auditor, Role::Officer, Role::Source];

    /// Its name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Role::Admin => "admin",
            Role::Auditor => "auditor",
            Role::Officer => "officer",
            Role::Source => "source",
        }
    }

    /// The role with a name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Role> {
        Role::ALL.into_iter().find(|role| role.as_str() == name)
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What a token may do.
#[derive(Debug, Clone)]
pub struct Grant {
    /// Its name, which entries that it wrote carry as `token/<name>`. That of a person who signed in by an identity provider
    /// is `user/<pseudonym>`, and stands in entries as it is.
    pub name: String,
    /// SHA-256 of its secret.
    pub digest: Hash,
    /// Its roles.
    pub roles: BTreeSet<Role>,
    /// What it may see and post.
    pub scope: Scope,
    revocation: Arc<Revocation>,
}

/// Whether a token was revoked, and whoever waits for that.
#[derive(Debug, Default)]
struct Revocation {
    done: AtomicBool,
    told: Notify,
}

/// Why no such token is made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum GrantError {
    /// The name.
    #[error(
        "name: {0:?} is not 1 to {NAME_BYTES_MAX} of a-z, 0-9, `.`, `_` and `-`, the first a letter or digit"
    )]
    Name(String),
    /// No role.
    #[error("roles: none given; they are admin, auditor, officer and source")]
    NoRole,
    /// Not a role.
    #[error("roles: {0:?} is none; they are admin, auditor, officer and source")]
    UnknownRole(String),
    /// A source posts under its own prefix.
    #[error("source_prefix: the role source needs one, such as /systems/foi-casework")]
    NoSourcePrefix,
    /// The prefix.
    #[error(
        "source_prefix: {0} bytes, it must have 1 to {SOURCE_PREFIX_BYTES_MAX} bytes without white space"
    )]
    SourcePrefix(usize),
    /// Only the host writes there.
    #[error("source_prefix: {0:?} lies under this ledger's own origin, from which only the ledger writes")]
    HostSource(String),
    /// A list.
    #[error("{list}: {fault}")]
    List {
        /// `groups` or `units`.
        list: &'static str,
        /// What is wrong.
        fault: String,
    },
    /// Nobody gives away more than he has.
    #[error("{0}: it would reach beyond the token that asks for it")]
    Wider(&'static str),
}

impl Grant {
    /// A grant of nothing.
    #[must_use]
    pub fn none(name: String) -> Grant {
        Grant {
            name,
            digest: Hash::ZERO,
            roles: BTreeSet::new(),
            scope: Scope::default(),
            revocation: Arc::default(),
        }
    }

    /// The grant of a person. `pseudonym`: of a-z alone, and no longer than a name.
    pub(crate) fn of_person(pseudonym: &str, roles: BTreeSet<Role>, scope: Scope) -> Grant {
        debug_assert!(pseudonym.len() <= NAME_BYTES_MAX && pseudonym.bytes().all(|b| b.is_ascii_lowercase()));
        Grant { roles, scope, ..Grant::none(format!("{PERSON}{pseudonym}")) }
    }

    /// Checks what is asked for.
    ///
    /// # Errors
    /// See [`GrantError`].
    pub fn new(name: &str, roles: &[String], scope: Scope, origins: &Origins) -> Result<Grant, GrantError> {
        let allowed = |byte: u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'.' | b'_' | b'-');
        // `..` would be a token whose address no client can write, so that nobody could revoke it.
        let begins_well = name.starts_with(|first: char| first.is_ascii_alphanumeric());
        if name.len() > NAME_BYTES_MAX || !begins_well || !name.bytes().all(allowed) {
            return Err(GrantError::Name(name.to_owned()));
        }
        let role = |name: &String| Role::parse(name).ok_or_else(|| GrantError::UnknownRole(name.clone()));
        let roles = roles.iter().map(role).collect::<Result<BTreeSet<Role>, _>>()?;
        if roles.is_empty() {
            return Err(GrantError::NoRole);
        }
        check_list("groups", scope.groups.as_ref())?;
        check_list("units", scope.units.as_ref())?;
        match &scope.source_prefix {
            None if roles.contains(&Role::Source) => return Err(GrantError::NoSourcePrefix),
            Some(prefix) if origins.cover(prefix) => return Err(GrantError::HostSource(prefix.clone())),
            Some(prefix)
                if !(1..=SOURCE_PREFIX_BYTES_MAX).contains(&prefix.len())
                    || prefix.contains(|c: char| c.is_whitespace() || c.is_control()) =>
            {
                return Err(GrantError::SourcePrefix(prefix.len()));
            }
            _ => {}
        }
        Ok(Grant { roles, scope, ..Grant::none(name.to_owned()) })
    }

    /// Refuses what reaches beyond the grant of who asks for it.
    ///
    /// # Errors
    /// [`GrantError::Wider`].
    pub fn within(self, other: &Grant) -> Result<Grant, GrantError> {
        let subset = |ours: &Option<BTreeSet<String>>, theirs: &Option<BTreeSet<String>>| match theirs {
            None => true,
            Some(theirs) => ours.as_ref().is_some_and(|ours| ours.is_subset(theirs)),
        };
        let (ours, theirs) = (&self.scope, &other.scope);
        if !subset(&ours.groups, &theirs.groups) {
            return Err(GrantError::Wider("groups"));
        }
        if !subset(&ours.units, &theirs.units) {
            return Err(GrantError::Wider("units"));
        }
        let narrower = theirs.source_prefix.as_ref().is_none_or(|outer| {
            ours.source_prefix.as_ref().is_some_and(|inner| crate::query::source_lies_under(inner, outer))
        });
        if narrower { Ok(self) } else { Err(GrantError::Wider("source_prefix")) }
    }

    /// Whether it holds any of some roles.
    #[must_use]
    pub fn holds(&self, roles: &[Role]) -> bool {
        roles.iter().any(|role| self.roles.contains(role))
    }

    /// Whether it may see and post an event.
    #[must_use]
    pub fn covers(&self, event: &Event, unit: Option<&str>) -> bool {
        self.scope.covers(event.event_type(), event.source(), unit)
    }

    /// Whether it manages everything.
    #[must_use]
    pub fn is_full_admin(&self) -> bool {
        self.holds(&[Role::Admin]) && self.scope == Scope::default() && !self.is_revoked()
    }

    /// Whether it was revoked.
    #[must_use]
    pub fn is_revoked(&self) -> bool {
        self.revocation.done.load(Ordering::Acquire)
    }

    /// Completes when it is revoked.
    pub async fn revoked(&self) {
        let mut told = std::pin::pin!(self.revocation.told.notified());
        // From here on no notice is missed.
        told.as_mut().enable();
        if !self.is_revoked() {
            told.await;
        }
    }

    /// The same for a secret.
    pub(super) fn with_digest(&self, digest: Hash) -> Grant {
        Grant { digest, revocation: Arc::default(), ..self.clone() }
    }

    pub(super) fn revoke(&self) {
        self.revocation.done.store(true, Ordering::Release);
        self.revocation.told.notify_waiters();
    }

    /// Who it is in entries.
    ///
    /// # Panics
    /// Never: names are checked when tokens are made.
    #[must_use]
    pub fn principal(&self) -> Principal {
        Principal::new(principal_of(&self.name)).expect("the name was checked")
    }
}

/// Who the holder of a grant with this name is in entries.
pub(crate) fn principal_of(name: &str) -> String {
    if name.starts_with(PERSON) { name.to_owned() } else { format!("token/{name}") }
}

/// Whether somebody in entries is a person who signed in with an account, and not whoever has a token.
pub(crate) fn is_person(principal: &str) -> bool {
    principal.starts_with(PERSON)
}

fn check_list(list: &'static str, items: Option<&BTreeSet<String>>) -> Result<(), GrantError> {
    let Some(items) = items else { return Ok(()) };
    let fault = |fault: String| Err(GrantError::List { list, fault });
    if items.is_empty() {
        return fault("an empty list would allow nothing; leave it out to allow everything".to_owned());
    }
    if items.len() > SCOPE_ITEMS_MAX {
        return fault(format!("{} items, the limit is {SCOPE_ITEMS_MAX}", items.len()));
    }
    match items.iter().find(|item| item.is_empty() || item.len() > SCOPE_ITEM_BYTES_MAX) {
        Some(item) => fault(format!("{item:?} is not 1 to {SCOPE_ITEM_BYTES_MAX} bytes long")),
        None => Ok(()),
    }
}
