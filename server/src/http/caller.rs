//! Who asks: the token of a request, checked before anything else of it is looked at.

use std::net::IpAddr;
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
use crate::tokens::{Grant, Role, TooMany};

/// The holder of a valid token.
#[derive(Debug, Clone)]
pub(super) struct Caller(pub(super) Arc<Grant>);

/// Who is signed in to the pages. They put it into the requests that they make of the interface, and no client can: what is in
/// a request's extensions never comes from outside.
#[derive(Debug, Clone)]
pub(crate) struct SignedIn(pub(crate) Arc<Grant>);

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
        if let Some(SignedIn(grant)) = parts.extensions.get().filter(|SignedIn(grant)| !grant.is_revoked()) {
            note_caller(grant);
            return Ok(Caller(grant.clone()));
        }
        let peer = parts.extensions.get().map(|Peer(address)| address.ip());
        let found = authenticate(app, bearer(&parts.headers), peer).map_err(|too_many| {
            Problem::new("too_many_attempts", too_many.to_string()).retry_after(too_many.seconds)
        })?;
        // The same words whether a token is missing, wrong or revoked.
        found.map(Caller).ok_or_else(|| {
            let detail =
                "send `Authorization: Bearer <token>` with a token of this ledger that was not revoked";
            Problem::new("unauthorized", detail)
        })
    }
}

/// What a secret allows. Failures are counted, and by address there is a limit to them.
pub(super) fn authenticate(
    app: &App,
    secret: Option<&str>,
    peer: Option<IpAddr>,
) -> Result<Option<Arc<Grant>>, TooMany> {
    if let Some(grant) = secret.and_then(|secret| app.tokens.authenticate(secret)) {
        note_caller(&grant);
        return Ok(Some(grant));
    }
    app.metrics.failed_authentications.inc();
    if let Some(address) = peer {
        app.attempts.failed(address, Instant::now())?;
    }
    Ok(None)
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
