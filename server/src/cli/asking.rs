//! What commands ask of a running server.

use axum::body::Bytes;
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE};
use axum::http::{HeaderMap, Method, Request, StatusCode};
use http_body_util::Full;
use serde_json::Value;

use super::failure::Failure;
use crate::net::client::Client;

/// One question, and its answer.
pub(super) fn once(
    server: &str,
    token: Option<&str>,
    method: Method,
    path: &str,
    body: Option<&Value>,
) -> Result<Value, Failure> {
    let body = body.map_or_else(Bytes::new, |body| Bytes::from(body.to_string()));
    once_with(server, token, method, path, ("application/json", body))
}

/// As [`once`], with a body of any media type.
pub(super) fn once_with(
    server: &str,
    token: Option<&str>,
    method: Method,
    path: &str,
    (media_type, body): (&str, Bytes),
) -> Result<Value, Failure> {
    let token = token.ok_or_else(|| Failure::usage("--token or MUNIMENT_TOKEN is needed with --server"))?;
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
    let runtime = runtime.map_err(|error| Failure::wanting(format!("no threads: {error}")))?;
    runtime.block_on(async {
        let mut client = Client::connect(server).await.map_err(|error| Failure::usage(error.to_string()))?;
        let answer = ask_bytes(&mut client, token, (method, path), media_type, body).await?;
        Ok(serde_json::from_slice(&answer).unwrap_or_default())
    })
}

/// Asks, and gives the answer, or the reason of the refusal.
pub(super) async fn ask(
    client: &mut Client,
    token: &str,
    method: Method,
    path: &str,
    body: Option<&Value>,
) -> Result<Value, Failure> {
    let body = body.map_or_else(Bytes::new, |body| Bytes::from(body.to_string()));
    let answer = ask_bytes(client, token, (method, path), "application/json", body).await?;
    Ok(serde_json::from_slice(&answer).unwrap_or_default())
}

/// As [`ask`], with a body of any media type, and the answer as it came.
pub(super) async fn ask_bytes(
    client: &mut Client,
    token: &str,
    (method, path): (Method, &str),
    media_type: &str,
    body: Bytes,
) -> Result<Bytes, Failure> {
    let request = Request::builder()
        .method(method)
        .uri(path)
        .header(AUTHORIZATION, format!("Bearer {token}"))
        .header(CONTENT_TYPE, media_type)
        .body(Full::new(body))
        .map_err(|error| Failure::usage(error.to_string()))?;
    let (status, _headers, body): (StatusCode, HeaderMap, Bytes) =
        client.send(request).await.map_err(|error| Failure::wanting(error.to_string()))?;
    if status.is_success() {
        return Ok(body);
    }
    let answer: Value = serde_json::from_slice(&body).unwrap_or_default();
    let detail = answer["detail"].as_str().unwrap_or("the server gave no reason");
    Err(Failure::wanting(format!("{status}: {detail}")))
}
