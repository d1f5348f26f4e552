//! The ways to the provider and back from it.

use std::sync::Arc;
use std::time::Instant;

use askama::Template;
use axum::Router;
use axum::extract::{Query, Request, State};
use axum::http::header::{HOST, RETRY_AFTER};
use axum::http::{HeaderMap, HeaderValue, StatusCode, Uri};
use axum::response::Response;
use axum::routing::get;
use serde::Deserialize;

use super::{Answer, CALLBACK, Flow, OpenId, Person, Trouble, flow};
use crate::web::Pages;
use crate::web::failure::Failure;
use crate::web::fields::Fields;
use crate::web::forms::{FORM_BYTES_MAX, from_here};
use crate::web::page::{self, Frame, Place};
use crate::web::sign_in::{add_cookie, go_on, local};
use crate::web::visit::{cookie_named, host_of, see_other};

/// After so long whoever is told that many sign in at this moment may try again.
const BUSY_SECONDS: &str = "5";

pub(in crate::web) fn routes() -> Router<Arc<Pages>> {
    Router::new()
        .route("/sign-in/openid", get(begin).post(begin_with_form))
        .route("/sign-in/openid/go", get(go))
        .route(CALLBACK, get(finish))
}

fn openid(pages: &Pages) -> Result<Arc<OpenId>, Failure> {
    let none = || Failure::not_found("People do not sign in with an account of their organisation here.");
    pages.app.look().openid.clone().ok_or_else(none)
}

/// The cookie of a sign-in on its way.
fn cookie_name(pages: &Pages) -> &'static str {
    if pages.app.look().is_secure { "__Host-muniment-openid" } else { "muniment-openid" }
}

fn cookie<'h>(pages: &Pages, headers: &'h HeaderMap) -> Option<&'h str> {
    cookie_named(headers, cookie_name(pages))
}

fn keep(pages: &Pages, response: &mut Response, flow: &Flow) {
    let seconds = flow::SECONDS_MAX;
    add_cookie(pages, response, cookie_name(pages), flow.cookie(), &format!("; Max-Age={seconds}"));
}

fn forget(pages: &Pages, response: &mut Response) {
    add_cookie(pages, response, cookie_name(pages), "", "; Max-Age=0");
}

/// Where the browser finds these pages: as the settings say, else as it asked.
fn own_address(pages: &Pages, openid: &OpenId, headers: &HeaderMap, uri: &Uri) -> Result<String, Failure> {
    if let Some(address) = &openid.address {
        return Ok(address.clone());
    }
    let host = host_of(headers, uri);
    let none = || Failure::bad(format!("the request does not say to which host it goes ({HOST})"));
    let scheme = if pages.app.look().is_secure { "https" } else { "http" };
    Ok(format!("{scheme}://{}", host.ok_or_else(none)?))
}

#[derive(Debug, Deserialize)]
struct Next {
    #[serde(default)]
    next: String,
}

fn no_random(error: getrandom::Error) -> Failure {
    Failure::internal("the system gives no random bytes", &error)
}

/// Off to the provider.
async fn begin(
    State(pages): State<Arc<Pages>>,
    Query(Next { next }): Query<Next>,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response, Failure> {
    let openid = openid(&pages)?;
    let flow = openid.begin(local(&next), None).map_err(no_random)?;
    let mut response = off(&pages, &openid, &flow, &headers, &uri).await?;
    keep(&pages, &mut response, &flow);
    Ok(response)
}

async fn off(
    pages: &Arc<Pages>,
    openid: &OpenId,
    flow: &Flow,
    headers: &HeaderMap,
    uri: &Uri,
) -> Result<Response, Failure> {
    let address = own_address(pages, openid, headers, uri)?;
    match openid.provider_address(flow, &address).await {
        Ok(provider) => Ok(see_other(&provider)),
        Err(trouble) => told(pages, openid, &trouble),
    }
}

/// What somebody typed before they were signed out is kept while they are at the provider.
#[derive(Debug, Template)]
#[template(path = "openid_kept.html")]
struct KeptPage {
    frame: Frame,
}

/// A form cannot lead to another site: the policy of the pages is that forms go nowhere else, and browsers hold redirects to it
/// too. So a page comes first, with a link.
async fn begin_with_form(State(pages): State<Arc<Pages>>, request: Request) -> Result<Response, Failure> {
    let (parts, body) = request.into_parts();
    from_here(&parts.headers, &parts.uri)?;
    let openid = openid(&pages)?;
    let body = pages.app.read_form(&parts.headers, body, 4 * FORM_BYTES_MAX).await;
    let body = body.map_err(|(status, detail)| Failure::new(status, "The form could not be read", detail))?;
    let fields = Fields::read(&body)?;
    let kept = fields.find("kept").map(str::to_owned);
    let flow = openid.begin(local(fields.get("next")), kept).map_err(no_random)?;
    let frame = Frame::new(&pages, None, "Sign in to go on", Place::Nowhere);
    let mut response = page::page(&KeptPage { frame })?;
    keep(&pages, &mut response, &flow);
    Ok(response)
}

/// On to the provider, from that page.
async fn go(State(pages): State<Arc<Pages>>, headers: HeaderMap, uri: Uri) -> Result<Response, Failure> {
    let openid = openid(&pages)?;
    match openid.begun(cookie(&pages, &headers)) {
        Ok(flow) => off(&pages, &openid, &flow, &headers, &uri).await,
        Err(trouble) => told(&pages, &openid, &trouble),
    }
}

/// Back from the provider.
async fn finish(
    State(pages): State<Arc<Pages>>,
    Query(answer): Query<Answer>,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response, Failure> {
    let openid = openid(&pages)?;
    let address = own_address(&pages, &openid, &headers, &uri)?;
    let mut response = match openid.finish(cookie(&pages, &headers), answer, &address).await {
        Ok(Person { name, grant, next, kept }) => {
            let session = pages.sessions.open(Arc::new(grant), Some(name), Instant::now());
            go_on(&pages, &headers, &session.map_err(no_random)?, local(&next), kept.as_deref())?
        }
        Err(trouble) => told(&pages, &openid, &trouble)?,
    };
    forget(&pages, &mut response);
    Ok(response)
}

/// Why somebody is not signed in, and what they can do.
#[derive(Debug, Template)]
#[template(path = "openid_trouble.html")]
struct TroublePage {
    frame: Frame,
    says: String,
    /// Beside words that whoever runs the ledger needs.
    told: Vec<(&'static str, String)>,
    /// Whether trying again is of use.
    can_try: bool,
    /// Whether a token would do.
    has_tokens: bool,
}

fn told(pages: &Arc<Pages>, openid: &OpenId, trouble: &Trouble) -> Result<Response, Failure> {
    let issuer = openid.provider.issuer();
    let (status, title, says) = match trouble {
        Trouble::NotBegun => (
            StatusCode::BAD_REQUEST,
            "You are not signed in yet",
            format!(
                "This browser did not begin to sign in, or did so more than {} minutes ago, or the service \
                 was started again meanwhile.",
                flow::SECONDS_MAX / 60
            ),
        ),
        Trouble::Used => (
            StatusCode::BAD_REQUEST,
            "You are not signed in yet",
            "This page was opened before, and signs nobody in a second time.".to_owned(),
        ),
        Trouble::Declined(why) => {
            tracing::info!(error = ?shortened(why), "the identity provider did not sign somebody in");
            let says = "Your organisation's sign-in service did not sign you in. You may have cancelled it.";
            (StatusCode::FORBIDDEN, "You are not signed in", says.to_owned())
        }
        Trouble::NoRole { principal, .. } => {
            tracing::info!(%principal, "somebody whom the identity provider vouches for has no role here");
            let says = "Your organisation's sign-in service knows you, but nothing that it says of you gives \
                        you a role in this ledger. Ask whoever looks after accounts in your organisation to \
                        give you one, and tell them what stands below. Then sign in again.";
            (StatusCode::FORBIDDEN, "You have no role in this ledger", says.to_owned())
        }
        Trouble::Away(why) => {
            tracing::warn!(error = %why, issuer, "the identity provider cannot be asked");
            let says = "Your organisation's sign-in service cannot be reached at the moment, or does not \
                        answer as it should. Try again in a few minutes. If it stays so, tell whoever runs \
                        this ledger: the log says more.";
            (StatusCode::SERVICE_UNAVAILABLE, "Sorry, you cannot sign in at the moment", says.to_owned())
        }
        Trouble::Wrong(why) => {
            tracing::warn!(error = %why, issuer, "what the identity provider says of somebody does not hold");
            let says = "What your organisation's sign-in service said could not be relied on, so you are not \
                        signed in. Try again. If it stays so, tell whoever runs this ledger: the log says \
                        more.";
            (StatusCode::BAD_GATEWAY, "Sorry, there is a problem with signing in", says.to_owned())
        }
        Trouble::Busy => (
            StatusCode::SERVICE_UNAVAILABLE,
            "Sorry, you cannot sign in at the moment",
            format!("Many people sign in at this moment. Try again in {BUSY_SECONDS} seconds."),
        ),
    };
    let told = match trouble {
        Trouble::NoRole { name, principal, values } => {
            let held = if values.is_empty() { "nothing".to_owned() } else { values.join(", ") };
            let claim = openid.roles_claim.clone();
            vec![
                ("You signed in as", name.clone()),
                ("Known here as", principal.clone()),
                ("Roles are read from", claim),
                ("Which holds", held),
            ]
        }
        _ => Vec::new(),
    };
    let body = TroublePage {
        frame: Frame::new(pages, None, title, Place::Nowhere),
        says,
        told,
        can_try: !matches!(trouble, Trouble::NoRole { .. }),
        has_tokens: pages.app.look().token_sign_in,
    };
    let mut response = page::with_status(status, &body)?;
    if status == StatusCode::SERVICE_UNAVAILABLE {
        response.headers_mut().insert(RETRY_AFTER, HeaderValue::from_static(BUSY_SECONDS));
    }
    Ok(response)
}

/// What came from elsewhere, for a line of the log.
fn shortened(text: &str) -> String {
    text.chars().filter(|one| !one.is_control()).take(100).collect()
}
