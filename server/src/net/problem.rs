//! Refusals that are made before a route is known, as `application/problem+json` (RFC 9457).

use axum::body::Body;
use axum::http::{HeaderValue, Response, StatusCode, header};

/// The media type of refusals.
pub(super) const MEDIA_TYPE: &str = "application/problem+json";

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
