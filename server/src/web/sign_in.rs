//! Signing in and out.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Instant;

use askama::Template;
use axum::Router;
use axum::extract::{FromRequest as _, Query, Request, State};
use axum::http::header::{RETRY_AFTER, SET_COOKIE};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use serde::Deserialize;

use super::Pages;
use super::failure::Failure;
use super::fields::Fields;
use super::forms::{FORM_BYTES_MAX, KeptPage, Posted, from_here};
use super::page::{self, Frame, Place};
use super::visit::{Visit, cookie, cookie_name, see_other, with_query};
use super::words::count;
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
    /// Whether people sign in with an account of their organisation, and where.
    has_openid: bool,
    openid_path: String,
    /// Whether somebody signs in with a token.
    has_tokens: bool,
}

impl SignInPage {
    fn new(pages: &Pages, title: &str, next: &str) -> SignInPage {
        let look = pages.app.look();
        SignInPage {
            frame: Frame::new(pages, None, title, Place::Nowhere),
            openid_path: with_query("/sign-in/openid", &[("next", if next == "/" { "" } else { next })]),
            next: next.to_owned(),
            kept: None,
            error: None,
            has_openid: look.openid.is_some(),
            has_tokens: look.token_sign_in,
        }
    }

    /// Of somebody whose session ended while they typed.
    pub(super) fn again(pages: &Pages, next: &str, kept: &Fields) -> SignInPage {
        SignInPage { kept: Some(kept.write()), ..SignInPage::new(pages, "Sign in to go on", next) }
    }
}

#[derive(Debug, Deserialize)]
struct Next {
    #[serde(default)]
    next: String,
}

/// A path of ours, and never another site's.
pub(super) fn local(next: &str) -> &str {
    let is_path = next.starts_with('/') && !next.starts_with("//") && !next.contains(['\\', '\r', '\n']);
    if is_path && !next.chars().any(char::is_control) { next } else { "/" }
}

async fn show(
    State(pages): State<Arc<Pages>>,
    visit: Option<axum::Extension<Visit>>,
    Query(Next { next }): Query<Next>,
) -> Result<Response, Failure> {
    let next = local(&next);
    if visit.is_some() {
        return Ok(see_other(next));
    }
    page::page(&SignInPage::new(&pages, "Sign in", next))
}

async fn sign_in(State(pages): State<Arc<Pages>>, request: Request) -> Result<Response, Failure> {
    let (parts, body) = request.into_parts();
    // Else another site could sign somebody in as somebody else.
    from_here(&parts.headers, &parts.uri)?;
    if !pages.app.look().token_sign_in {
        return Err(Failure::forbidden(
            "Nobody signs in to these pages with a token: use your account instead.",
        ));
    }
    let body = pages.app.read_form(&parts.headers, body, 4 * FORM_BYTES_MAX).await;
    let body = body.map_err(|(status, detail)| Failure::new(status, "The form could not be read", detail))?;
    let fields = Fields::read(&body)?;
    let (next, kept) = (local(fields.get("next")), fields.find("kept"));
    let refused = |status: StatusCode, error: String| {
        let asked = SignInPage::new(&pages, "Sign in", next);
        let (frame, kept) = (asked.frame.with_errors(), kept.map(str::to_owned));
        page::with_status(status, &SignInPage { frame, kept, error: Some(error), ..asked })
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
        Err(too_many) => {
            let wait = count(too_many.seconds, "second", "seconds");
            let error = format!("There were too many failed attempts from your address. Try again in {wait}");
            let mut response = refused(StatusCode::TOO_MANY_REQUESTS, error)?;
            response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(too_many.seconds));
            return Ok(response);
        }
    };
    let secret = pages.sessions.open(grant, None, Instant::now());
    let secret = secret.map_err(|error| Failure::internal("the system gives no random bytes", &error))?;
    go_on(&pages, &parts.headers, &secret, next, kept)
}

/// Whoever has just signed in goes on to where they wanted, or to what they typed before. The session that the browser had ends.
pub(super) fn go_on(
    pages: &Arc<Pages>,
    headers: &HeaderMap,
    secret: &str,
    next: &str,
    kept: Option<&str>,
) -> Result<Response, Failure> {
    if let Some(former) = cookie(headers, pages.app.look().is_secure) {
        pages.sessions.close(former);
    }
    let mut response = match (kept, pages.sessions.visit(secret, Instant::now())) {
        (Some(kept), Some(session)) => {
            let visit = Visit { pages: pages.clone(), session };
            let kept = Fields::read(kept.as_bytes())?;
            page::page(&KeptPage::new(&visit, next.to_owned(), &kept))?
        }
        _ => see_other(next),
    };
    set_cookie(pages, &mut response, secret, "");
    Ok(response)
}

fn set_cookie(pages: &Pages, response: &mut Response, secret: &str, more: &str) {
    add_cookie(pages, response, cookie_name(pages.app.look().is_secure), secret, more);
}

/// Sets a cookie for these pages alone, which no script reads.
pub(super) fn add_cookie(pages: &Pages, response: &mut Response, name: &str, value: &str, more: &str) {
    let secure = if pages.app.look().is_secure { "; Secure" } else { "" };
    let text = format!("{name}={value}; Path=/; HttpOnly; SameSite=Lax{secure}{more}");
    if let Ok(value) = HeaderValue::try_from(text) {
        response.headers_mut().append(SET_COOKIE, value);
    }
}

/// Whoever has no session is signed out already.
async fn sign_out(State(pages): State<Arc<Pages>>, request: Request) -> Result<Response, Response> {
    if request.extensions().get::<Visit>().is_none() {
        from_here(request.headers(), request.uri()).map_err(Failure::into_response)?;
        return Ok(signed_out(&pages));
    }
    let secret = cookie(request.headers(), pages.app.look().is_secure).map(str::to_owned);
    let _own: Posted = Posted::from_request(request, &pages).await?;
    if let Some(secret) = secret {
        pages.sessions.close(&secret);
    }
    Ok(signed_out(&pages))
}

/// Ends every session of the token or the person, on whatever machine.
async fn sign_out_everywhere(State(pages): State<Arc<Pages>>, posted: Posted) -> Response {
    let _closed = pages.sessions.close_all(&posted.visit.session.grant.name);
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
