//! Signing in and out.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Instant;

use askama::Template;
use axum::Router;
use axum::extract::{Query, Request, State};
use axum::http::header::SET_COOKIE;
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use serde::Deserialize;

use super::Pages;
use super::failure::Failure;
use super::fields::Fields;
use super::forms::{FORM_BYTES_MAX, KeptPage, Posted, from_here};
use super::page::{self, Frame, Place};
use super::visit::{Visit, cookie, cookie_name, see_other};
use crate::net::Peer;

pub(super) fn routes() -> Router<Arc<Pages>> {
    Router::new()
        .route("/sign-in", get(show).post(sign_in))
        .route("/sign-out", post(sign_out))
        .route("/sign-out-everywhere", post(sign_out_everywhere))
        .route("/stay-signed-in", post(stay))
}

#[derive(Debug, Template)]
#[template(path = "sign_in.html")]
pub(super) struct SignInPage {
    frame: Frame,
    /// Where to go afterwards.
    next: String,
    /// What was sent before, which may have had no fields: a button was pressed.
    kept: Option<String>,
    error: Option<String>,
}

impl SignInPage {
    /// Of somebody whose session ended while they typed.
    pub(super) fn again(frame: Frame, next: String, kept: &Fields) -> SignInPage {
        SignInPage { frame, next, kept: Some(kept.write()), error: None }
    }
}

#[derive(Debug, Deserialize)]
struct Next {
    #[serde(default)]
    next: String,
}

/// A path of ours, and never another site's.
fn local(next: &str) -> &str {
    let is_path = next.starts_with('/') && !next.starts_with("//") && !next.contains(['\\', '\r', '\n']);
    if is_path && !next.chars().any(char::is_control) { next } else { "/" }
}

async fn show(
    State(pages): State<Arc<Pages>>,
    visit: Option<axum::Extension<Visit>>,
    Query(Next { next }): Query<Next>,
) -> Result<Response, Failure> {
    let next = local(&next).to_owned();
    if visit.is_some() {
        return Ok(see_other(&next));
    }
    let frame = Frame::new(&pages, None, "Sign in", Place::Nowhere);
    page::page(&SignInPage { frame, next, kept: None, error: None })
}

async fn sign_in(State(pages): State<Arc<Pages>>, request: Request) -> Result<Response, Failure> {
    let (parts, body) = request.into_parts();
    // Else another site could sign somebody in as somebody else.
    from_here(&parts.headers)?;
    let body = pages.app.read_form(&parts.headers, body, 4 * FORM_BYTES_MAX).await;
    let body = body.map_err(|(status, detail)| Failure::new(status, "The form could not be read", detail))?;
    let fields = Fields::read(&body)?;
    let (next, kept) = (local(fields.get("next")).to_owned(), fields.find("kept").map(str::to_owned));
    let refused = |status: StatusCode, error: String| {
        let frame = Frame::new(&pages, None, "Sign in", Place::Nowhere).with_errors();
        page::with_status(
            status,
            &SignInPage { frame, next: next.clone(), kept: kept.clone(), error: Some(error) },
        )
    };
    let secret = fields.get("token");
    if secret.is_empty() {
        return refused(StatusCode::UNPROCESSABLE_ENTITY, "Enter your access token".to_owned());
    }
    let peer: Option<IpAddr> = parts.extensions.get().map(|Peer(address)| address.ip());
    let grant = match pages.app.sign_in(secret, peer) {
        Ok(Some(grant)) => grant,
        Ok(None) => {
            let error = "This is no access token of this ledger, or it was revoked";
            return refused(StatusCode::UNPROCESSABLE_ENTITY, error.to_owned());
        }
        Err(too_many) => return refused(StatusCode::TOO_MANY_REQUESTS, too_many.to_string()),
    };
    let secret = pages.sessions.open(grant, Instant::now());
    let secret = secret.map_err(|error| Failure::internal("the system gives no random bytes", &error))?;
    let mut response = match (kept, pages.sessions.visit(&secret, Instant::now())) {
        (Some(kept), Some(session)) => {
            let visit = Visit { pages: pages.clone(), session };
            let kept = Fields::read(kept.as_bytes())?;
            page::page(&KeptPage::new(visit.frame("Check before you go on", Place::Nowhere), next, &kept))?
        }
        _ => see_other(&next),
    };
    set_cookie(&pages, &mut response, &secret, "");
    Ok(response)
}

fn set_cookie(pages: &Pages, response: &mut Response, secret: &str, more: &str) {
    let is_secure = pages.app.look().is_secure;
    let (name, secure) = (cookie_name(is_secure), if is_secure { "; Secure" } else { "" });
    let text = format!("{name}={secret}; Path=/; HttpOnly; SameSite=Lax{secure}{more}");
    response.headers_mut().extend(HeaderValue::try_from(text).map(|value| (SET_COOKIE, value)));
}

async fn sign_out(
    State(pages): State<Arc<Pages>>,
    headers: axum::http::HeaderMap,
    _posted: Posted,
) -> Response {
    if let Some(secret) = cookie(&headers, pages.app.look().is_secure) {
        pages.sessions.close(secret);
    }
    signed_out(&pages)
}

/// Ends every session of the token, on whatever machine.
async fn sign_out_everywhere(State(pages): State<Arc<Pages>>, posted: Posted) -> Response {
    pages.sessions.close_all(&posted.visit.session.grant.name);
    signed_out(&pages)
}

fn signed_out(pages: &Pages) -> Response {
    let mut response = see_other("/sign-in");
    set_cookie(pages, &mut response, "", "; Max-Age=0");
    response
}

/// What the warning before the end of a session asks for: to ask is to use it.
async fn stay(_visit: Visit) -> Response {
    StatusCode::NO_CONTENT.into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn after_signing_in_nobody_is_sent_elsewhere() {
        for ours in ["/", "/alerts?state=open", "/ledger/7"] {
            assert_eq!(local(ours), ours);
        }
        for other in [
            "",
            "https://elsewhere",
            "//elsewhere",
            "/\\elsewhere",
            "\\\\elsewhere",
            "/x\r\ny",
            "javascript:x",
        ] {
            assert_eq!(local(other), "/", "{other:?}");
        }
    }
}
