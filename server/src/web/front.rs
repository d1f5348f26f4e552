//! In front of every page: finds out who is signed in, turns what goes wrong into pages, and adds what keeps pages safe.

use std::sync::Arc;
use std::time::Instant;

use axum::extract::{MatchedPath, Request, State};
use axum::http::header::{
    ACCEPT, CACHE_CONTROL, CONTENT_LENGTH, CONTENT_SECURITY_POLICY, CONTENT_TYPE, REFERRER_POLICY,
    X_FRAME_OPTIONS,
};
use axum::http::response::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, Uri};
use axum::middleware::Next;
use axum::response::Response;

use super::Pages;
use super::failure::Failure;
use super::page;
use super::sessions::Session;
use super::visit::{Visit, cookie};

/// Pages load nothing from elsewhere, run no script that is written into them, and are framed by nobody.
const POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";
/// The page that verifies runs WebAssembly, too.
const POLICY_VERIFIER: &str = "default-src 'none'; style-src 'self'; script-src 'self' 'wasm-unsafe-eval'; img-src 'self' data:; font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";
/// The page that verifies.
const VERIFIER_PATH: &str = "/verify";
/// Where the interface is: whoever asks for something there is a program, be it run by a browser.
const OF_INTERFACE: [&str; 2] = ["v1", "tlog"];
/// The name of a request, which the log has too.
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
/// Characters of an address that are shown.
const PATH_CHARS_SHOWN: usize = 200;

/// Around everything but the interface, and around what names the request and catches a handler that panics.
pub(super) async fn around(State(pages): State<Arc<Pages>>, mut request: Request, next: Next) -> Response {
    let is_found = request.extensions().get::<MatchedPath>().is_some();
    let path = request.uri().path().to_owned();
    if !is_found && !is_for_people(&path, request.headers()) {
        return next.run(request).await;
    }
    let secret = cookie(request.headers(), pages.app.look().is_secure).map(str::to_owned);
    let session = secret.and_then(|secret| pages.sessions.visit(&secret, Instant::now()));
    if let Some(session) = &session {
        request.extensions_mut().insert(Visit { pages: pages.clone(), session: session.clone() });
    }
    let mut response = next.run(request).await;
    let is_refusal = response.status().is_client_error() || response.status().is_server_error();
    if !is_found {
        let shown: String = path.chars().take(PATH_CHARS_SHOWN).collect();
        let failure = Failure::not_found(format!("There is no page at {shown}."));
        let (parts, _) = response.into_parts();
        response = in_words(&pages, session.as_deref(), parts, &failure);
    } else if is_refusal && !is_html(response.headers()) {
        let (mut parts, body) = response.into_parts();
        let failure = Failure::of_answer(&mut parts, body).await;
        response = in_words(&pages, session.as_deref(), parts, &failure);
    }
    guard(response.headers_mut(), path == VERIFIER_PATH);
    response
}

/// A method that a page does not take.
pub(super) async fn unknown_method(method: Method, uri: Uri) -> Failure {
    let (path, method): (String, String) = (
        uri.path().chars().take(PATH_CHARS_SHOWN).collect(),
        method.as_str().chars().take(PATH_CHARS_SHOWN).collect(),
    );
    Failure::new(405, "This page cannot be opened like that", format!("{path} takes no {method} request."))
}

/// Whether somebody looks at what is asked for, where no route says what it is.
fn is_for_people(path: &str, headers: &HeaderMap) -> bool {
    let first = path.trim_start_matches('/').split('/').next().unwrap_or_default();
    !OF_INTERFACE.contains(&first) && accepts_html(headers)
}

/// Whether HTML is named among what is wanted: browsers name it, programs seldom do.
fn accepts_html(headers: &HeaderMap) -> bool {
    let wanted = headers.get_all(ACCEPT).iter().filter_map(|value| value.to_str().ok());
    wanted.flat_map(|value| value.split(',')).any(|one| {
        let mut parts = one.split(';').map(str::trim);
        let is_html = parts.next().is_some_and(|kind| kind.eq_ignore_ascii_case("text/html"));
        // A quality of zero means: anything but this.
        let is_refused = |part: &str| {
            part.strip_prefix("q=").is_some_and(|quality| quality.parse::<f32>().is_ok_and(|q| q <= 0.0))
        };
        is_html && !parts.any(is_refused)
    })
}

fn is_html(headers: &HeaderMap) -> bool {
    let kind = headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    kind.is_some_and(|kind| kind.starts_with("text/html"))
}

/// The page about what went wrong, in the place of an answer, whose other headers stay.
fn in_words(pages: &Arc<Pages>, session: Option<&Session>, answer: Parts, failure: &Failure) -> Response {
    let mut headers = answer.headers;
    let id = headers.get(REQUEST_ID).and_then(|id| id.to_str().ok()).unwrap_or_default();
    let mut page = page::failure(pages, session, failure, id);
    headers.remove(CONTENT_LENGTH);
    headers.extend(std::mem::take(page.headers_mut()));
    *page.headers_mut() = headers;
    page
}

/// What keeps a page safe, as far as it does not say otherwise itself.
fn guard(headers: &mut HeaderMap, is_verifier: bool) {
    let policy = if is_verifier { POLICY_VERIFIER } else { POLICY };
    headers.entry(CONTENT_SECURITY_POLICY).or_insert(HeaderValue::from_static(policy));
    headers.insert(X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("same-origin"));
    headers.insert("cross-origin-opener-policy", HeaderValue::from_static("same-origin"));
    headers.entry(CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn accepting(accept: &str) -> HeaderMap {
        HeaderMap::from_iter([(ACCEPT, HeaderValue::from_str(accept).unwrap())])
    }

    #[test]
    fn browsers_are_told_from_programs() {
        for accept in ["text/html", "text/html,application/xhtml+xml,*/*;q=0.8", "a/b, Text/HTML;q=0.5"] {
            assert!(accepts_html(&accepting(accept)), "{accept}");
        }
        for accept in ["", "*/*", "application/json", "text/html;q=0", "text/html; q=0.0, */*", "text/htmlx"]
        {
            assert!(!accepts_html(&accepting(accept)), "{accept}");
        }
        assert!(!accepts_html(&HeaderMap::new()));
    }

    #[test]
    fn under_the_interface_nobody_gets_pages() {
        let browser = accepting("text/html");
        for path in ["/nothing", "/", "/v10", "/ledger/x/y"] {
            assert!(is_for_people(path, &browser), "{path}");
            assert!(!is_for_people(path, &HeaderMap::new()), "{path}");
        }
        for path in ["/v1", "/v1/nothing", "/tlog/nothing", "//v1/events"] {
            assert!(!is_for_people(path, &browser), "{path}");
        }
    }

    #[test]
    fn one_page_may_run_web_assembly() {
        let policy = |is_verifier: bool| {
            let mut headers = HeaderMap::new();
            guard(&mut headers, is_verifier);
            headers[CONTENT_SECURITY_POLICY].to_str().unwrap().to_owned()
        };
        assert_eq!(policy(true).replace(" 'wasm-unsafe-eval'", ""), policy(false));
        assert!(!policy(false).contains("unsafe"));
    }
}
