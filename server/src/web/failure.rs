//! What becomes of a page that cannot be shown.

use axum::body::{Body, to_bytes};
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::http::response::Parts;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;

/// Largest refusal that is read to be put into words.
const REFUSAL_BYTES_MAX: usize = 1024 * 1024;

/// Why a page cannot be shown, in words for the person in front of it.
#[derive(Debug, Clone, Default, Deserialize)]
pub(super) struct Failure {
    /// The status of the answer.
    #[serde(default)]
    pub(super) status: u16,
    /// What kind of thing went wrong.
    #[serde(default)]
    pub(super) title: String,
    /// What went wrong this time.
    #[serde(default)]
    pub(super) detail: String,
    /// What is wrong with each field of what was sent.
    #[serde(default)]
    pub(super) errors: Vec<Fault>,
    /// Its stable name, the last word of the problem's type.
    #[serde(default, rename = "type")]
    pub(super) kind: String,
    /// For a conflict: the entry that is there already.
    #[serde(default)]
    pub(super) first_entry: Option<u64>,
}

/// What is wrong with a field.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Fault {
    /// JSON pointer into what was sent.
    #[serde(default)]
    pub(super) pointer: String,
    /// What is wrong.
    #[serde(default)]
    pub(super) message: String,
}

impl Failure {
    /// There is no such page.
    pub(super) fn not_found(detail: impl Into<String>) -> Failure {
        Failure::new(404, "Page not found", detail)
    }

    /// What was asked for makes no sense.
    pub(super) fn bad(detail: impl Into<String>) -> Failure {
        Failure::new(400, "There is a problem with this address", detail)
    }

    /// The token may not.
    pub(super) fn forbidden(detail: impl Into<String>) -> Failure {
        Failure::new(403, "You do not have access to this", detail)
    }

    /// A mistake of ours; what it was is in the log only.
    pub(super) fn internal(what: &str, error: &dyn std::fmt::Display) -> Failure {
        tracing::error!(%error, "{what}");
        Failure::new(500, "Sorry, there is a problem with this service", format!("{what}; the log has more"))
    }

    pub(super) fn new(status: u16, title: &str, detail: impl Into<String>) -> Failure {
        Failure { status, title: title.to_owned(), detail: detail.into(), ..Failure::default() }
    }

    /// What an answer that is no page says: one of ours on its way to becoming a page, a problem of the interface, or words
    /// of the router about an address.
    pub(super) async fn of_answer(parts: &mut Parts, body: Body) -> Failure {
        if let Some(failure) = parts.extensions.remove::<Failure>() {
            return failure;
        }
        let status = parts.status.as_u16();
        let kind = parts.headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
        let (is_problem, is_text) =
            (kind.starts_with("application/problem+json"), kind.starts_with("text/plain"));
        // What cannot be read says no more than its status does.
        let body = to_bytes(body, REFUSAL_BYTES_MAX).await.unwrap_or_default();
        let failure = match () {
            () if is_problem => serde_json::from_slice(&body).unwrap_or_default(),
            () if is_text && status == 400 => Failure::bad(of_router(&String::from_utf8_lossy(&body))),
            () => Failure::default(),
        };
        Failure { status, ..failure }
    }

    /// What happened, in a few words.
    pub(super) fn headline(&self) -> &str {
        let said = match self.status {
            400 => "There is a problem with this address",
            401 => "Sign in to go on",
            403 => "You do not have access to this",
            404 => "Page not found",
            405 => "This page cannot be opened like that",
            408 => "What you sent took too long to arrive",
            413 => "What you sent is too large",
            429 => "That was too often",
            503 => "Sorry, this cannot be done just now",
            500.. => "Sorry, there is a problem with this service",
            _ => "This could not be done",
        };
        // The interface words its titles for programs; where they say more than the status, they stay.
        let is_plain = self.kind.is_empty() || matches!(self.status, 409 | 422 | 429 | 503);
        if is_plain && !self.title.is_empty() { &self.title } else { said }
    }

    /// What went wrong this time, as a sentence.
    pub(super) fn sentence(&self) -> String {
        let mut characters = self.detail.trim().chars();
        let Some(first) = characters.next() else { return String::new() };
        let sentence: String = first.to_uppercase().chain(characters).collect();
        if sentence.ends_with(['.', '?', '!', '…']) { sentence } else { sentence + "." }
    }

    /// What to do next.
    pub(super) fn advice(&self) -> &'static str {
        match self.status {
            400 => "If you typed the address, check it. If a link led you here, go back and try another way.",
            401 => "Go to the home page and sign in.",
            403 => "If you need it for your work, ask whoever manages access to this ledger.",
            404 => {
                "If you typed the address, check it. If you pasted it, check that it is whole. What you look for may also \
                 be something that you may not see."
            }
            405 => "It is reached by a form or a button of another page. Go back and use that.",
            408 => "Go back and send it again. If that fails too, your connection may be too slow.",
            413 => "Go back and send less. What you typed should still be in the form there.",
            429 => "Wait a minute, then try again.",
            503 => "Wait a moment, then load the page again. If you sent a form, go back and send it again.",
            500.. => "Try again in a few minutes. If it happens again, tell whoever runs this ledger.",
            _ => "Go back, look at what stands there now, and try again.",
        }
    }

    /// The stable name of what went wrong, such as `not_found`.
    pub(super) fn code(&self) -> &str {
        self.kind.rsplit(':').next().unwrap_or_default()
    }

    /// Whether it is about what was sent, so that the form is shown again.
    pub(super) fn is_about_the_form(&self) -> bool {
        matches!(self.status, 400 | 409 | 413 | 422)
    }
}

/// It goes out to [`super::front::around`], which knows who is signed in and makes the page.
impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = status.into_response();
        response.extensions_mut().insert(self);
        response
    }
}

/// What the router says of an address that it cannot read, without the words that are for programmers.
fn of_router(text: &str) -> String {
    let text = text.trim();
    let said = text.strip_prefix("Failed to deserialize query string").or(text.strip_prefix("Invalid URL"));
    let said = said.map_or(text, |rest| rest.trim_start_matches([':', ' ']));
    if said.is_empty() {
        "A part of it cannot be read.".to_owned()
    } else {
        format!("A part of it cannot be read: {said}")
    }
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    /// What an answer is told as.
    async fn told(status: u16, kind: &'static str, body: &str) -> Failure {
        let mut response = (StatusCode::from_u16(status).unwrap(), body.to_owned()).into_response();
        response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(kind));
        let (mut parts, body) = response.into_parts();
        Failure::of_answer(&mut parts, body).await
    }

    #[tokio::test]
    async fn answers_are_told_in_words() {
        let text = "Failed to deserialize query string: after: invalid digit found in string";
        let wrong = told(400, "text/plain; charset=utf-8", text).await;
        assert_eq!(wrong.headline(), "There is a problem with this address");
        assert_eq!(wrong.sentence(), "A part of it cannot be read: after: invalid digit found in string.");
        let problem = r#"{"type":"urn:muniment:problem:not_found","title":"There is no such thing","status":404,"detail":"no entry 9"}"#;
        let missing = told(404, "application/problem+json", problem).await;
        assert_eq!((missing.headline(), missing.sentence()), ("Page not found", "No entry 9.".to_owned()));
        assert_eq!(missing.code(), "not_found");
        // Neither a problem nor words: the status is all there is.
        for (status, kind, body) in [
            (404, "", ""),
            (500, "application/problem+json", "{"),
            (418, "text/plain", "tea"),
            (599, "image/png", ""),
        ] {
            let failure = told(status, kind, body).await;
            assert_eq!((failure.status, failure.sentence()), (status, String::new()), "{body}");
            assert!(!failure.headline().is_empty() && !failure.advice().is_empty());
        }
    }

    #[tokio::test]
    async fn a_failure_of_ours_stays_what_it_is() {
        let (mut parts, body) = Failure::forbidden("This is for officers.").into_response().into_parts();
        let failure = Failure::of_answer(&mut parts, body).await;
        assert_eq!((failure.status, failure.headline()), (403, "You do not have access to this"));
        assert_eq!(failure.sentence(), "This is for officers.");
    }

    #[test]
    fn what_the_interface_says_more_exactly_stays() {
        let busy = Failure {
            kind: "urn:muniment:problem:rebuilding".to_owned(),
            ..Failure::new(503, "The search index is being rebuilt", "")
        };
        assert_eq!(busy.headline(), "The search index is being rebuilt");
        let refused = Failure {
            kind: "urn:muniment:problem:forbidden".to_owned(),
            ..Failure::new(403, "The token does not allow this", "")
        };
        assert_eq!(refused.headline(), "You do not have access to this");
    }
}
