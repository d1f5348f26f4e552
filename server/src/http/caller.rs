//! Who asks: the token of a request, checked before anything else of it is looked at.

use std::sync::Arc;
use std::time::Instant;

use axum::extract::FromRequestParts;
use axum::http::HeaderMap;
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;

use super::App;
use super::problem::Problem;
use super::requests::note_caller;
use crate::net::Peer;
use crate::tokens::{Grant, Role};

/// The holder of a valid token.
#[derive(Debug, Clone)]
pub(super) struct Caller(pub(super) Arc<Grant>);

/// Who may read events.
pub(super) const READERS: &[Role] = &[Role::Auditor, Role::Officer, Role::Source];
/// Who may post events.
pub(super) const WRITERS: &[Role] = &[Role::Officer, Role::Source];

impl Caller {
    /// Refuses whoever holds none of some roles.
    pub(super) fn needs(&self, roles: &[Role]) -> Result<(), Problem> {
        if self.0.holds(roles) {
            return Ok(());
        }
        let names: Vec<&'static str> = roles.iter().map(|role| role.as_str()).collect();
        let detail = format!("this needs a token with the role {}", names.join(" or "));
        Err(Problem { roles: names, ..Problem::new("forbidden", detail) })
    }
}

impl Caller {
    /// Refuses a caller whose token was revoked while the body came in.
    pub(super) fn is_still_valid(&self) -> Result<(), Problem> {
        match self.0.is_revoked() {
            true => Err(Problem::new("unauthorized", "the token was revoked while the request came in")),
            false => Ok(()),
        }
    }
}

/// The secret in `Authorization: Bearer <secret>`.
pub(super) fn bearer(headers: &HeaderMap) -> Option<&str> {
    let mut values = headers.get_all(AUTHORIZATION).iter();
    // Of two, a proxy might have looked at the other.
    let (value, None) = (values.next()?, values.next()) else { return None };
    let (scheme, secret) = value.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then_some(secret.trim())
}

impl FromRequestParts<Arc<App>> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Caller, Problem> {
        if let Some(grant) = bearer(&parts.headers).and_then(|secret| app.tokens.authenticate(secret)) {
            note_caller(&grant);
            return Ok(Caller(grant));
        }
        app.metrics.failed_authentications.inc();
        if let Some(Peer(address)) = parts.extensions.get() {
            app.attempts.failed(address.ip(), Instant::now()).map_err(|too_many| {
                Problem::new("too_many_attempts", too_many.to_string()).retry_after(too_many.seconds)
            })?;
        }
        // The same words whether a token is missing, wrong or revoked.
        Err(Problem::new(
            "unauthorized",
            "send `Authorization: Bearer <token>` with a token of this ledger that was not revoked",
        ))
    }
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    #[test]
    fn one_authorization_counts_and_of_two_none() {
        let mut headers = HeaderMap::new();
        assert_eq!(bearer(&headers), None);
        headers.append(AUTHORIZATION, HeaderValue::from_static("bearer  muniment_a "));
        assert_eq!(bearer(&headers), Some("muniment_a"));
        headers.append(AUTHORIZATION, HeaderValue::from_static("Bearer muniment_a"));
        assert_eq!(bearer(&headers), None);
    }
}
