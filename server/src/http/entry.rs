//! `GET /v1/events/{seq}` and its receipt.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::HeaderValue;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG};
use axum::response::{IntoResponse, Response};
use muniment_core::hash::Hash;

use super::App;
use super::answer::json_bytes;
use super::caller::{Caller, READERS};
use super::problem::Problem;
use crate::query::EventFacts;

/// An entry
///
/// The line of the ledger as it is, byte by byte and without its newline: its BLAKE3 is the `prev` of the next
/// entry, its SHA-256 with a zero byte before it the leaf of the tree.
#[utoipa::path(
    get,
    path = "/v1/events/{seq}",
    tag = "events",
    params(("seq" = u64, Path, description = "The entry's number, from 0", maximum = 9_007_199_254_740_991_u64)),
    responses((status = 200, description = "The entry", body = super::openapi::Entry,
        headers(("ETag" = String, description = "BLAKE3 of the line, in quotes")))),
    security(("token" = ["auditor", "officer", "source"])),
)]
pub(super) async fn entry(
    State(app): State<Arc<App>>,
    caller: Caller,
    seq: Result<Path<u64>, axum::extract::rejection::PathRejection>,
) -> Result<Response, Problem> {
    caller.needs(READERS)?;
    let line = visible_line(&app, &caller, number(seq)?)?;
    let tag = format!("\"{}\"", Hash::of_line(&line));
    let mut response = json_bytes(line);
    let headers = response.headers_mut();
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("private, max-age=31536000, immutable"));
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        headers.insert(ETAG, tag);
    }
    Ok(response)
}

/// An entry's receipt
///
/// A C2SP tlog-proof: the audit path to a checkpoint that is signed now. Valid as soon as the entry's POST was
/// answered, and for ever. It proves an entry to whoever has the entry and the ledger's public key, without
/// this server.
#[utoipa::path(
    get,
    path = "/v1/events/{seq}/receipt",
    tag = "events",
    params(("seq" = u64, Path, description = "The entry's number, from 0", maximum = 9_007_199_254_740_991_u64)),
    responses((status = 200, description = "The receipt", body = String, content_type = "text/plain; charset=utf-8")),
    security(("token" = ["auditor", "officer", "source"])),
)]
pub(super) async fn receipt(
    State(app): State<Arc<App>>,
    caller: Caller,
    seq: Result<Path<u64>, axum::extract::rejection::PathRejection>,
) -> Result<Response, Problem> {
    caller.needs(READERS)?;
    let seq = number(seq)?;
    if !caller.0.scope.is_everything() {
        visible_line(&app, &caller, seq)?;
    }
    let receipt =
        app.ledger.receipt(seq).map_err(|error| Problem::internal("no receipt can be made", &error))?;
    let receipt = receipt.ok_or_else(|| beyond(&app, seq))?;
    let mut response = receipt.encode().into_response();
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    Ok(response)
}

fn number(seq: Result<Path<u64>, axum::extract::rejection::PathRejection>) -> Result<u64, Problem> {
    let Path(seq) =
        seq.map_err(|_| Problem::new("not_found", "an entry's number is a whole number from 0"))?;
    Ok(seq)
}

fn beyond(app: &App, seq: u64) -> Problem {
    Problem::new("not_found", format!("there is no entry {seq}; the ledger has {}", app.ledger.head().size))
}

/// The line of an entry, if the caller may see it.
fn visible_line(app: &App, caller: &Caller, seq: u64) -> Result<Vec<u8>, Problem> {
    let unreadable = |error: &dyn std::fmt::Display| Problem::internal("an entry cannot be read", error);
    let line = app.ledger.line(seq).map_err(|error| unreadable(&error))?.ok_or_else(|| beyond(app, seq))?;
    if !caller.0.scope.is_everything() {
        let facts = EventFacts::read(&line).map_err(|error| unreadable(&error))?;
        if !caller.0.scope.matches(&facts) {
            return Err(Problem::new(
                "out_of_scope",
                format!("this token's scope does not cover entry {seq}"),
            ));
        }
    }
    Ok(line)
}
