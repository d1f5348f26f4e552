//! Answers that are JSON.

use axum::body::Body;
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, HeaderValue};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::App;
use super::problem::Problem;

/// A value as JSON.
#[derive(Debug)]
pub(super) struct Json<T>(pub(super) T);

impl<T: Serialize> IntoResponse for Json<T> {
    fn into_response(self) -> Response {
        match serde_json::to_vec(&self.0) {
            Ok(body) => json_bytes(body),
            Err(error) => Problem::internal("an answer cannot be written", &error).into_response(),
        }
    }
}

/// A request that is JSON. `invalid` is the code of what is JSON and does not fit.
pub(super) async fn read_json<T: DeserializeOwned>(
    app: &App,
    headers: &HeaderMap,
    body: Body,
    limit_bytes: usize,
    invalid: &str,
) -> Result<T, Problem> {
    let body = app.bodies.read(headers, body, false, limit_bytes).await?;
    serde_json::from_slice(&body.bytes)
        .map_err(|error| Problem::new(if error.is_data() { invalid } else { "not_json" }, error.to_string()))
}

/// JSON text that is written already.
pub(super) fn json_bytes(body: Vec<u8>) -> Response {
    let mut response = body.into_response();
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}
