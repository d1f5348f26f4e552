//! A page's visitor: who is signed in, and what the interface answers them.

use std::sync::Arc;

use axum::body::{Body, to_bytes};
use axum::extract::{FromRequestParts, Request};
use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE, COOKIE, HOST, LOCATION};
use axum::http::request::Parts;
use axum::http::uri::Authority;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde::de::DeserializeOwned;
use serde_json::Value;
use tower::ServiceExt as _;

use super::Pages;
use super::failure::Failure;
use super::page::{Frame, Place};
use super::sessions::Session;
use crate::http::SignedIn;
use crate::tokens::Role;

/// Largest answer of the interface that a page is made of.
const ANSWER_BYTES_MAX: usize = 64 * 1024 * 1024;

/// Somebody who is signed in and looks at a page.
#[derive(Debug, Clone)]
pub(super) struct Visit {
    pub(super) pages: Arc<Pages>,
    pub(super) session: Arc<Session>,
}

/// What the interface answered.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) body: Vec<u8>,
}

impl Answer {
    /// The answer as what it is.
    pub(super) fn read<T: DeserializeOwned>(&self) -> Result<T, Failure> {
        serde_json::from_slice(&self.body)
            .map_err(|error| Failure::internal("an answer of the interface cannot be read", &error))
    }
}

impl Visit {
    /// Whether the token holds one of some roles.
    pub(super) fn holds(&self, roles: &[Role]) -> bool {
        self.session.grant.holds(roles)
    }

    /// Whether the token is narrowed to nothing.
    pub(super) fn sees_everything(&self) -> bool {
        self.session.grant.scope.is_everything()
    }

    /// What stands around a page.
    pub(super) fn frame(&self, title: &str, place: Place) -> Frame {
        Frame::new(&self.pages, Some(&self.session), title, place)
    }

    /// Asks the interface, and reads its answer.
    pub(super) async fn get<T: DeserializeOwned>(&self, path: &str) -> Result<T, Failure> {
        self.ask(Method::GET, path, None).await?.read()
    }

    /// Asks for what may not be there: `None` if it is not, or if the token may not see it.
    pub(super) async fn find<T: DeserializeOwned>(&self, path: &str) -> Result<Option<T>, Failure> {
        match self.ask(Method::GET, path, None).await {
            Ok(answer) => answer.read().map(Some),
            Err(failure) if matches!(failure.status, 403 | 404 | 409) => Ok(None),
            Err(failure) => Err(failure),
        }
    }

    /// Posts JSON to the interface.
    pub(super) async fn post(&self, path: &str, body: &Value) -> Result<Answer, Failure> {
        self.ask(Method::POST, path, Some(("application/json", body.to_string().into_bytes()))).await
    }

    /// Asks the interface in the name of whoever is signed in. What it refuses is a failure.
    pub(super) async fn ask(
        &self,
        method: Method,
        path: &str,
        body: Option<(&'static str, Vec<u8>)>,
    ) -> Result<Answer, Failure> {
        let response = self.raw(method, path, body).await?;
        let status = response.status();
        let bytes = to_bytes(response.into_body(), ANSWER_BYTES_MAX).await;
        let body = bytes.map_err(|error| Failure::internal("an answer is too large", &error))?.to_vec();
        if status.is_success() {
            return Ok(Answer { body });
        }
        let mut failure: Failure = serde_json::from_slice(&body).unwrap_or_default();
        failure.status = status.as_u16();
        Err(failure)
    }

    /// The interface's answer as it is, for files that are passed on.
    pub(super) async fn raw(
        &self,
        method: Method,
        path: &str,
        body: Option<(&'static str, Vec<u8>)>,
    ) -> Result<Response, Failure> {
        let mut request = Request::builder().method(method).uri(path);
        if let Some((media_type, bytes)) = &body {
            // Said, so that it takes no more room among the bodies than it needs.
            request = request.header(CONTENT_TYPE, *media_type).header(CONTENT_LENGTH, bytes.len());
        }
        let body = body.map_or_else(Body::empty, |(_, bytes)| Body::from(bytes));
        let mut request =
            request.body(body).map_err(|error| Failure::bad(format!("this is no address: {error}")))?;
        request.extensions_mut().insert(SignedIn(self.session.grant.clone()));
        match self.pages.interface.clone().oneshot(request).await {
            Ok(response) => Ok(response),
            Err(never) => match never {},
        }
    }
}

/// A part of a path, with everything escaped that is not a letter or digit.
pub(super) fn part(text: &str) -> String {
    utf8_percent_encode(text, NON_ALPHANUMERIC).to_string()
}

/// A path with parameters, those without a value left out.
pub(super) fn with_query(path: &str, parameters: &[(&str, &str)]) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    for (name, value) in parameters.iter().filter(|(_, value)| !value.is_empty()) {
        query.append_pair(name, value);
    }
    let query = query.finish();
    if query.is_empty() { path.to_owned() } else { format!("{path}?{query}") }
}

impl FromRequestParts<Arc<Pages>> for Visit {
    type Rejection = Response;

    /// Whoever is not signed in is asked to, and comes back to where they wanted to go.
    async fn from_request_parts(parts: &mut Parts, _pages: &Arc<Pages>) -> Result<Visit, Response> {
        if let Some(visit) = parts.extensions.get::<Visit>() {
            return Ok(visit.clone());
        }
        let wanted = parts.uri.path_and_query().map_or("/", |wanted| wanted.as_str());
        Err(see_other(&with_query("/sign-in", &[("next", if wanted == "/" { "" } else { wanted })])))
    }
}

/// On to another page of ours.
pub(super) fn see_other(path: &str) -> Response {
    let mut response = StatusCode::SEE_OTHER.into_response();
    let location = HeaderValue::try_from(path).unwrap_or(HeaderValue::from_static("/"));
    response.headers_mut().insert(LOCATION, location);
    response
}

/// The name of the cookie. `__Host-`: it is for this host alone, and never goes without TLS.
pub(super) fn cookie_name(is_secure: bool) -> &'static str {
    if is_secure { "__Host-muniment" } else { "muniment" }
}

/// What the session's cookie holds.
pub(super) fn cookie(headers: &HeaderMap, is_secure: bool) -> Option<&str> {
    cookie_named(headers, cookie_name(is_secure))
}

/// What a cookie holds.
pub(super) fn cookie_named<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    let cookies = headers.get_all(COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut pairs =
        cookies.flat_map(|cookies| cookies.split(';')).filter_map(|one| one.trim().split_once('='));
    pairs.find(|(known, _)| *known == name).map(|(_, value)| value)
}

/// To which host a request goes. Over HTTP/2 that stands in the address itself, and there is no field for it.
pub(super) fn host_of<'r>(headers: &'r HeaderMap, uri: &'r Uri) -> Option<&'r str> {
    let field = || headers.get(HOST).and_then(|value| value.to_str().ok());
    uri.authority().map(Authority::as_str).or_else(field)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cookie_is_found_among_others() {
        let mut headers = HeaderMap::new();
        assert_eq!(cookie(&headers, false), None);
        headers.insert(COOKIE, HeaderValue::from_static("a=b; muniment=xyz; c=d"));
        assert_eq!(cookie(&headers, false), Some("xyz"));
        assert_eq!(cookie(&headers, true), None, "over TLS it has another name, which no other host can set");
    }

    #[test]
    fn parameters_are_escaped() {
        assert_eq!(with_query("/x", &[("a", "1 & 2"), ("b", "")]), "/x?a=1+%26+2");
        assert_eq!(with_query("/x", &[]), "/x");
        assert_eq!(part("FOI/2026 ü"), "FOI%2F2026%20%C3%BC");
    }
}
