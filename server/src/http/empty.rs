//! A service that records nothing: what the listener, the middleware, the token check and reading a body cost
//! by themselves. `muniment bench ingest` measures the ledger beside it.

use std::collections::HashMap;
use std::sync::{Arc, RwLock};

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderValue, StatusCode, header::CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use muniment_core::hash::Hash;
use muniment_core::time::Timestamp;
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;

use super::bodies::Bodies;
use super::caller::bearer;
use super::metrics::Metrics;
use super::post::{BODY_BYTES_MAX, Recorded};
use super::problem::Problem;
use super::reads::Reads;
use super::requests::{self, Around};

use crate::ledger::submission::Appended;
use crate::net::BodyTime;

/// A number of an entry as long as those of a large ledger.
const SEQ_SAMPLE: u64 = 1_234_567;

#[derive(Debug)]
struct Empty {
    digests: RwLock<HashMap<[u8; 32], Arc<[u8; 32]>>>,
    bodies: Bodies,
    answer: Bytes,
}

/// A router with `POST /v1/events` alone. It answers whoever holds the token as if `events` events (1: one by
/// itself) had been recorded.
pub fn empty_router(token: &str, events: usize) -> Router {
    let digest: [u8; 32] = Sha256::digest(token).into();
    let empty = Empty {
        digests: RwLock::new(HashMap::from([(digest, Arc::new(digest))])),
        bodies: Bodies::new(BodyTime::STANDARD),
        answer: answer(events).into(),
    };
    let around = Around { metrics: Arc::new(Metrics::new()), reads: Arc::new(Reads::new(0)) };
    Router::new()
        .route("/v1/events", post(post_events))
        .fallback(requests::unknown_path)
        .method_not_allowed_fallback(requests::unknown_method)
        .layer(axum::middleware::from_fn_with_state(around, requests::around))
        .with_state(Arc::new(empty))
}

/// What the service would answer.
fn answer(events: usize) -> Vec<u8> {
    let (hash, recorded) = (Hash::ZERO, Timestamp::from_micros(1_743_462_000_123_456));
    let recorded = Recorded::of(&Appended { seq: SEQ_SAMPLE, hash, recorded, replayed: false });
    let one = serde_json::to_string(&recorded).unwrap_or_default();
    match events {
        1 => one.into_bytes(),
        _ => format!("[{}]", vec![one; events].join(",")).into_bytes(),
    }
}

async fn post_events(State(empty): State<Arc<Empty>>, request: Request) -> Result<Response, Problem> {
    let (Parts { headers, .. }, body) = request.into_parts();
    let known = bearer(&headers).and_then(|secret| empty.known(secret));
    known.ok_or_else(|| Problem::new("unauthorized", "this takes the token that it was started with"))?;
    let _read = empty.bodies.read(&headers, body, false, BODY_BYTES_MAX).await?;
    let mut response = (StatusCode::CREATED, empty.answer.clone()).into_response();
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    Ok(response)
}

impl Empty {
    /// Does what `Tokens::authenticate` does.
    fn known(&self, secret: &str) -> Option<Arc<[u8; 32]>> {
        let digest: [u8; 32] = Sha256::digest(secret).into();
        let known = self.digests.read().ok()?.get(&digest).cloned()?;
        bool::from(known.ct_eq(&digest)).then_some(known)
    }
}
