//! Refusals that are made before a route is known, as `application/problem+json` (RFC 9457).

use axum::body::Body;
use axum::http::{HeaderValue, Response, StatusCode, header};

/// The media type of refusals.
const MEDIA_TYPE: &str = "application/problem+json";

/// Before the code of a refusal, in its `type`.
const TYPE_PREFIX: &str = "urn:muniment:problem:";

/// Why a request is refused before a route is known.
#[derive(Clone, Debug)]
pub(super) struct Problem {
    pub(super) status: StatusCode,
    /// Stable, for machines; a plain word of the JSON text.
    pub(super) code: &'static str,
    /// For people; holds nothing of the request, so it needs no escaping.
    pub(super) detail: String,
}

impl Problem {
    /// Why the head of a request could not be read.
    pub(super) fn of_head(status: StatusCode) -> Problem {
        let (code, detail) = match status {
            StatusCode::URI_TOO_LONG => ("target-too-long", "the request's target is too long"),
            StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE => {
                ("head-too-large", "the request's head has too many bytes or too many headers")
            }
            _ => ("malformed-head", "the request's head is malformed, or contradicts itself"),
        };
        Problem { status, code, detail: detail.to_owned() }
    }

    /// The whole answer as bytes of HTTP/1.1, after which the connection is closed.
    pub(super) fn to_answer(&self) -> Vec<u8> {
        let json = self.to_json();
        let reason = self.status.canonical_reason().unwrap_or_default();
        let retry = if self.status == StatusCode::SERVICE_UNAVAILABLE { "retry-after: 5\r\n" } else { "" };
        format!(
            "HTTP/1.1 {} {reason}\r\ncontent-type: {MEDIA_TYPE}\r\ncontent-length: {}\r\n{retry}connection: close\r\n\r\n{json}",
            self.status.as_u16(),
            json.len()
        )
        .into_bytes()
    }

    pub(super) fn to_json(&self) -> String {
        format!(
            r#"{{"type":"{TYPE_PREFIX}{}","title":"{}","status":{},"detail":"{}"}}"#,
            self.code,
            self.status.canonical_reason().unwrap_or_default(),
            self.status.as_u16(),
            self.detail
        )
    }

    /// The answer; the connection is closed after it.
    pub(super) fn into_response(self) -> Response<Body> {
        let mut response = Response::new(Body::from(self.to_json()));
        *response.status_mut() = self.status;
        response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(MEDIA_TYPE));
        response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
        response
    }
}
