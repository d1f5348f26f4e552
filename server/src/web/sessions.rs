//! Who is signed in. Sessions are kept in memory alone: a restart signs everybody out.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;

use crate::tokens::Grant;

/// Most sessions at a time; the one that was unused for longest makes room.
const SESSIONS_MAX: usize = 10_000;

/// The sessions.
#[derive(Debug)]
pub(super) struct Sessions {
    /// By the SHA-256 of what the cookie holds.
    open: Mutex<HashMap<[u8; 32], Arc<Session>>>,
    idle: Duration,
    absolute: Duration,
}

/// Somebody who is signed in.
#[derive(Debug)]
pub(super) struct Session {
    /// What the token allows.
    pub(super) grant: Arc<Grant>,
    /// What forms of this session carry.
    csrf: String,
    opened: Instant,
    used: Mutex<Instant>,
}

impl Session {
    /// What forms of this session carry.
    pub(super) fn csrf(&self) -> &str {
        &self.csrf
    }

    /// Whether a form is one of this session.
    pub(super) fn is_own_form(&self, csrf: &str) -> bool {
        self.csrf.as_bytes().ct_eq(csrf.as_bytes()).into()
    }

    fn used(&self) -> Instant {
        *self.used.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Sessions {
    /// None yet. They end unused for `idle`, and `absolute` after they were opened.
    pub(super) fn new(idle: Duration, absolute: Duration) -> Sessions {
        Sessions { open: Mutex::default(), idle, absolute }
    }

    /// Opens one and gives what its cookie holds.
    ///
    /// # Errors
    /// The system gives no random bytes.
    pub(super) fn open(&self, grant: Arc<Grant>, now: Instant) -> Result<String, getrandom::Error> {
        let (secret, csrf) = (random()?, random()?);
        let session = Session { grant, csrf, opened: now, used: Mutex::new(now) };
        let mut open = self.lock();
        open.retain(|_, session| self.is_open(session, now));
        if open.len() >= SESSIONS_MAX
            && let Some(oldest) = open.iter().min_by_key(|(_, session)| session.used()).map(|(key, _)| *key)
        {
            open.remove(&oldest);
        }
        open.insert(key(&secret), Arc::new(session));
        Ok(secret)
    }

    /// The session of a cookie, which is used by this.
    pub(super) fn visit(&self, secret: &str, now: Instant) -> Option<Arc<Session>> {
        let mut open = self.lock();
        let key = key(secret);
        let session = open.get(&key)?.clone();
        if !self.is_open(&session, now) {
            open.remove(&key);
            return None;
        }
        *session.used.lock().unwrap_or_else(PoisonError::into_inner) = now;
        Some(session)
    }

    /// Ends one.
    pub(super) fn close(&self, secret: &str) {
        self.lock().remove(&key(secret));
    }

    /// Ends all of a token.
    pub(super) fn close_all(&self, name: &str) {
        self.lock().retain(|_, session| session.grant.name != name);
    }

    fn is_open(&self, session: &Session, now: Instant) -> bool {
        let since = |earlier: Instant| now.saturating_duration_since(earlier);
        !session.grant.is_revoked()
            && since(session.used()) < self.idle
            && since(session.opened) < self.absolute
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<[u8; 32], Arc<Session>>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn key(secret: &str) -> [u8; 32] {
    Sha256::digest(secret.as_bytes()).into()
}

fn random() -> Result<String, getrandom::Error> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes)?;
    Ok(URL_SAFE_NO_PAD.encode(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: Duration = Duration::from_secs(60);

    fn grant(name: &str) -> Arc<Grant> {
        Arc::new(Grant::none(name.to_owned()))
    }

    #[test]
    fn a_session_ends_unused_or_old() {
        let (sessions, start) = (Sessions::new(30 * MINUTE, 60 * MINUTE), Instant::now());
        let secret = sessions.open(grant("a"), start).unwrap();
        assert!(sessions.visit(&secret, start + 29 * MINUTE).is_some());
        // It was used meanwhile.
        assert!(sessions.visit(&secret, start + 58 * MINUTE).is_some());
        assert!(sessions.visit(&secret, start + 60 * MINUTE).is_none(), "an hour is all");
        let secret = sessions.open(grant("a"), start).unwrap();
        assert!(sessions.visit(&secret, start + 30 * MINUTE).is_none(), "unused");
        assert!(sessions.visit("another", start).is_none());
        assert!(sessions.visit("", start).is_none());
    }

    #[test]
    fn signing_out_everywhere_ends_all_of_a_token_and_no_other() {
        let (sessions, now) = (Sessions::new(MINUTE, MINUTE), Instant::now());
        let [first, second, third] = ["a", "a", "b"].map(|name| sessions.open(grant(name), now).unwrap());
        sessions.close(&first);
        assert!(sessions.visit(&first, now).is_none());
        assert!(sessions.visit(&second, now).is_some());
        sessions.close_all("a");
        assert!(sessions.visit(&second, now).is_none());
        assert!(sessions.visit(&third, now).is_some());
    }

    #[test]
    fn a_form_belongs_to_one_session() {
        let (sessions, now) = (Sessions::new(MINUTE, MINUTE), Instant::now());
        let [one, other] = [(); 2].map(|()| {
            let secret = sessions.open(grant("a"), now).unwrap();
            sessions.visit(&secret, now).unwrap()
        });
        assert!(one.is_own_form(one.csrf()));
        assert!(!one.is_own_form(other.csrf()));
        assert!(!one.is_own_form(""));
    }

    #[test]
    fn the_one_unused_for_longest_makes_room() {
        let (sessions, now) = (Sessions::new(MINUTE, MINUTE), Instant::now());
        let first = sessions.open(grant("a"), now).unwrap();
        let later = now + Duration::from_secs(1);
        for _ in 1..SESSIONS_MAX {
            sessions.open(grant("a"), later).unwrap();
        }
        assert!(sessions.visit(&first, later).is_some());
        let second = sessions.open(grant("a"), later + Duration::from_secs(1)).unwrap();
        assert!(sessions.visit(&second, later).is_some());
        assert_eq!(sessions.lock().len(), SESSIONS_MAX);
    }
}
