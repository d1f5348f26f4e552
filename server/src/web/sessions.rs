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
/// Most sessions of one token or person: nobody pushes others out by signing in again and again.
const SESSIONS_OF_ONE_MAX: usize = 20;

/// By the SHA-256 of what the cookie holds.
type Open = HashMap<[u8; 32], Arc<Session>>;

/// The sessions.
#[derive(Debug)]
pub(super) struct Sessions {
    open: Mutex<Open>,
    idle: Duration,
    absolute: Duration,
}

/// Somebody who is signed in.
#[derive(Debug)]
pub(super) struct Session {
    /// What the token, or the person's roles, allow.
    pub(super) grant: Arc<Grant>,
    /// The name of a person as their organisation has it. It is in no entry and no log, and goes with the session.
    person: Option<String>,
    /// What forms of this session carry.
    csrf: String,
    opened: Instant,
    used: Mutex<Instant>,
}

impl Session {
    /// Who is signed in, as pages say it.
    pub(super) fn shown(&self) -> &str {
        self.person.as_deref().unwrap_or(&self.grant.name)
    }

    /// Whether it is a person whom their organisation vouches for, and not whoever has a token.
    pub(super) fn is_person(&self) -> bool {
        self.person.is_some()
    }

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

    /// Opens one and gives what its cookie holds. `person`: the name of somebody whom their organisation vouches for.
    ///
    /// # Errors
    /// The system gives no random bytes.
    pub(super) fn open(
        &self,
        grant: Arc<Grant>,
        person: Option<String>,
        now: Instant,
    ) -> Result<String, getrandom::Error> {
        let (secret, csrf) = (random()?, random()?);
        let session = Session { grant, person, csrf, opened: now, used: Mutex::new(now) };
        let mut open = self.lock();
        open.retain(|_, session| self.is_open(session, now));
        make_room(&mut open, SESSIONS_OF_ONE_MAX, |other| other.grant.name == session.grant.name);
        make_room(&mut open, SESSIONS_MAX, |_| true);
        open.insert(key(&secret), Arc::new(session));
        Ok(secret)
    }

    /// All that are open, with how long ago each was opened and used.
    pub(super) fn list(&self, now: Instant) -> Vec<(Arc<Session>, Duration, Duration)> {
        let since = |earlier: Instant| now.saturating_duration_since(earlier);
        let open = self.lock();
        let open = open.values().filter(|session| self.is_open(session, now));
        open.map(|session| (session.clone(), since(session.opened), since(session.used()))).collect()
    }

    /// How long a session goes on at most, however much it is used.
    pub(super) fn left(&self, session: &Session, now: Instant) -> Duration {
        self.absolute.saturating_sub(now.saturating_duration_since(session.opened))
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

    /// Ends all of a token or a person. Gives how many those were.
    pub(super) fn close_all(&self, name: &str) -> usize {
        let mut open = self.lock();
        let before = open.len();
        open.retain(|_, session| session.grant.name != name);
        before - open.len()
    }

    fn is_open(&self, session: &Session, now: Instant) -> bool {
        let since = |earlier: Instant| now.saturating_duration_since(earlier);
        !session.grant.is_revoked()
            && since(session.used()) < self.idle
            && since(session.opened) < self.absolute
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Open> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// If there are as many as may be, of some, the one that was unused for longest goes.
fn make_room(open: &mut Open, most: usize, is_one: impl Fn(&Session) -> bool) {
    let mut count = 0;
    let mut oldest: Option<([u8; 32], Instant)> = None;
    for (key, session) in open.iter().filter(|(_, session)| is_one(session)) {
        let used = session.used();
        count += 1;
        if oldest.is_none_or(|(_, oldest)| used < oldest) {
            oldest = Some((*key, used));
        }
    }
    if count >= most
        && let Some((key, _)) = oldest
    {
        open.remove(&key);
    }
}

fn key(secret: &str) -> [u8; 32] {
    Sha256::digest(secret.as_bytes()).into()
}

/// 32 random bytes as text.
pub(super) fn random() -> Result<String, getrandom::Error> {
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
        let secret = sessions.open(grant("a"), None, start).unwrap();
        assert!(sessions.visit(&secret, start + 29 * MINUTE).is_some());
        // It was used meanwhile.
        assert!(sessions.visit(&secret, start + 58 * MINUTE).is_some());
        assert!(sessions.visit(&secret, start + 60 * MINUTE).is_none(), "an hour is all");
        let secret = sessions.open(grant("a"), None, start).unwrap();
        assert!(sessions.visit(&secret, start + 30 * MINUTE).is_none(), "unused");
        assert!(sessions.visit("another", start).is_none());
        assert!(sessions.visit("", start).is_none());
    }

    #[test]
    fn signing_out_everywhere_ends_all_of_a_token_and_no_other() {
        let (sessions, now) = (Sessions::new(MINUTE, MINUTE), Instant::now());
        let [first, second, third] =
            ["a", "a", "b"].map(|name| sessions.open(grant(name), None, now).unwrap());
        sessions.close(&first);
        assert!(sessions.visit(&first, now).is_none());
        assert!(sessions.visit(&second, now).is_some());
        assert_eq!(sessions.close_all("a"), 1);
        assert_eq!(sessions.close_all("a"), 0);
        assert!(sessions.visit(&second, now).is_none());
        assert!(sessions.visit(&third, now).is_some());
    }

    #[test]
    fn a_form_belongs_to_one_session() {
        let (sessions, now) = (Sessions::new(MINUTE, MINUTE), Instant::now());
        let [one, other] = [(); 2].map(|()| {
            let secret = sessions.open(grant("a"), None, now).unwrap();
            sessions.visit(&secret, now).unwrap()
        });
        assert!(one.is_own_form(one.csrf()));
        assert!(!one.is_own_form(other.csrf()));
        assert!(!one.is_own_form(""));
    }

    #[test]
    fn the_one_unused_for_longest_makes_room() {
        let (sessions, now) = (Sessions::new(MINUTE, MINUTE), Instant::now());
        let first = sessions.open(grant("a"), None, now).unwrap();
        let later = now + Duration::from_secs(1);
        for number in 1..SESSIONS_MAX {
            sessions.open(grant(&format!("token-{number}")), None, later).unwrap();
        }
        assert!(sessions.visit(&first, later).is_some());
        let second = sessions.open(grant("a"), None, later + Duration::from_secs(1)).unwrap();
        assert!(sessions.visit(&second, later).is_some());
        assert_eq!(sessions.lock().len(), SESSIONS_MAX);
    }

    #[test]
    fn one_token_pushes_nobody_else_out() {
        let (sessions, start) = (Sessions::new(MINUTE, MINUTE), Instant::now());
        let other = sessions.open(grant("other"), None, start).unwrap();
        let at = |second: u64| start + Duration::from_secs(second);
        let many: Vec<String> = (1..=SESSIONS_OF_ONE_MAX as u64)
            .map(|second| sessions.open(grant("a"), None, at(second)).unwrap())
            .collect();
        // The first is used, so the second is unused for longest.
        assert!(sessions.visit(&many[0], at(30)).is_some());
        let newest = sessions.open(grant("a"), None, at(31)).unwrap();
        assert!(sessions.visit(&many[1], at(32)).is_none());
        for secret in [&many[0], &many[2], &newest, &other] {
            assert!(sessions.visit(secret, at(32)).is_some());
        }
        assert_eq!(sessions.list(at(32)).len(), SESSIONS_OF_ONE_MAX + 1);
    }

    #[test]
    fn who_is_signed_in_is_told_with_their_times() {
        let (sessions, start) = (Sessions::new(MINUTE, 2 * MINUTE), Instant::now());
        let person = Some("Jo Bloggs".to_owned());
        let secret = sessions.open(grant("user/abc"), person, start).unwrap();
        sessions.visit(&secret, start + MINUTE / 2).unwrap();
        let listed = sessions.list(start + MINUTE);
        let [(session, opened, used)] = listed.as_slice() else { panic!("{listed:?}") };
        assert_eq!((session.shown(), session.is_person()), ("Jo Bloggs", true));
        assert_eq!((*opened, *used), (MINUTE, MINUTE / 2));
        assert_eq!(sessions.left(session, start + MINUTE), MINUTE);
        assert_eq!(sessions.left(session, start + 5 * MINUTE), Duration::ZERO);
        assert!(sessions.list(start + 2 * MINUTE).is_empty(), "it has ended");
    }
}
