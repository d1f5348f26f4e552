//! A sign-in on its way: bound to the browser that began it by a cookie, from which all its secrets follow.
//!
//! What the provider is sent (`state`, the nonce, the challenge) is a keyed hash of the cookie, under a key that this process
//! made for itself. So nothing has to be kept for visitors who may never come back, a cookie that was changed fits no answer,
//! and an answer fits the browser alone that asked for it.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use subtle::ConstantTimeEq as _;

use crate::web::sessions::random;

/// How long somebody may take at the provider. In seconds.
pub(super) const SECONDS_MAX: u64 = 600;
/// Longest path to which somebody comes back; with a longer one they come to the home page.
const NEXT_BYTES_MAX: usize = 2_000;

/// A sign-in on its way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Flow {
    cookie: String,
    /// Seconds since the process began.
    begun: u64,
    next: String,
}

impl Flow {
    /// Begins one. `next`: where to go afterwards.
    ///
    /// # Errors
    /// The system gives no random bytes.
    pub(super) fn begin(next: &str, now: u64) -> Result<Flow, getrandom::Error> {
        let next = if next.len() <= NEXT_BYTES_MAX { next } else { "/" };
        let cookie = format!("{now}.{}.{}", random()?, URL_SAFE_NO_PAD.encode(next));
        Ok(Flow { cookie, begun: now, next: next.to_owned() })
    }

    /// The one of a cookie; `None` if it is none, or too old.
    pub(super) fn read(cookie: &str, now: u64) -> Option<Flow> {
        let mut parts = cookie.splitn(3, '.');
        let (begun, _, next) = (parts.next()?.parse().ok()?, parts.next()?, parts.next()?);
        let next = String::from_utf8(URL_SAFE_NO_PAD.decode(next).ok()?).ok()?;
        let is_current = now.checked_sub(begun).is_some_and(|seconds| seconds <= SECONDS_MAX);
        is_current.then(|| Flow { cookie: cookie.to_owned(), begun, next })
    }

    /// What its cookie holds.
    pub(super) fn cookie(&self) -> &str {
        &self.cookie
    }

    /// Where to go afterwards.
    pub(super) fn next(&self) -> &str {
        &self.next
    }

    /// When it is too old.
    pub(super) fn ends(&self) -> u64 {
        self.begun + SECONDS_MAX
    }

    /// A name of it that tells nothing.
    pub(super) fn name(&self) -> [u8; 32] {
        *blake3::hash(self.cookie.as_bytes()).as_bytes()
    }

    /// What the answer has to come with.
    pub(super) fn state(&self, key: &[u8; 32]) -> String {
        self.secret(key, "state")
    }

    /// Whether an answer came with it.
    pub(super) fn is_answered_by(&self, key: &[u8; 32], state: &str) -> bool {
        self.state(key).as_bytes().ct_eq(state.as_bytes()).into()
    }

    /// What the token has to hold.
    pub(super) fn nonce(&self, key: &[u8; 32]) -> String {
        self.secret(key, "nonce")
    }

    /// What proves that whoever redeems the code has asked for it (RFC 7636).
    pub(super) fn verifier(&self, key: &[u8; 32]) -> String {
        self.secret(key, "verifier")
    }

    fn secret(&self, key: &[u8; 32], of: &str) -> String {
        let mut hasher = blake3::Hasher::new_keyed(key);
        hasher.update(of.as_bytes()).update(b"\0").update(self.cookie.as_bytes());
        URL_SAFE_NO_PAD.encode(hasher.finalize().as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: [u8; 32] = [7; 32];

    #[test]
    fn it_is_read_as_it_was_begun() {
        let flow = Flow::begin("/alerts?state=all&x=ü", 5).unwrap();
        assert_eq!(Flow::read(flow.cookie(), 5), Some(flow.clone()));
        assert_eq!(flow.next(), "/alerts?state=all&x=ü");
        assert!(Flow::read(flow.cookie(), 5 + SECONDS_MAX).is_some());
        assert_eq!(Flow::read(flow.cookie(), 6 + SECONDS_MAX), None, "too old");
        assert_eq!(Flow::read(flow.cookie(), 4), None, "not of this process");
        for bad in ["", ".", "5.x", "x.y.z", "5..%", "-1.x.Lw", "5.x.gICA"] {
            assert_eq!(Flow::read(bad, 5), None, "{bad:?}");
        }
        assert_eq!(Flow::begin(&"/x".repeat(NEXT_BYTES_MAX), 0).unwrap().next(), "/");
    }

    #[test]
    fn its_secrets_follow_from_the_whole_cookie() {
        let flow = Flow::begin("/", 5).unwrap();
        let secrets = [flow.state(&KEY), flow.nonce(&KEY), flow.verifier(&KEY)];
        assert!(secrets.iter().all(|secret| secret.len() == 43), "{secrets:?}");
        assert!(secrets[0] != secrets[1] && secrets[1] != secrets[2] && secrets[0] != secrets[2]);
        assert!(flow.is_answered_by(&KEY, &secrets[0]));
        assert!(!flow.is_answered_by(&KEY, "") && !flow.is_answered_by(&KEY, &secrets[1]));
        assert!(!flow.is_answered_by(&[8; 32], &secrets[0]));
        // Later, or to go elsewhere: another cookie.
        let later = Flow::read(&flow.cookie().replacen('5', "6", 1), 6).unwrap();
        assert!(!later.is_answered_by(&KEY, &secrets[0]));
        let other = Flow::begin("/", 5).unwrap();
        assert!(!other.is_answered_by(&KEY, &secrets[0]));
    }
}
