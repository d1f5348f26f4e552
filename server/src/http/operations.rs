//! `/healthz`, `/readyz`, `/metrics`: for whoever runs the server.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::ToSchema;

use super::App;
use super::answer::Json;
use super::caller::Caller;
use super::problem::Problem;

/// Whether the process lives
#[utoipa::path(
    get,
    path = "/healthz",
    tag = "operations",
    responses((status = 200, description = "It does", body = String, content_type = "text/plain; charset=utf-8")),
    security(()),
)]
pub(super) async fn healthz() -> &'static str {
    "ok\n"
}

/// Whether the server does all of its work.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Readiness {
    /// Whether it does.
    ready: bool,
    /// Why not. Reading goes on meanwhile.
    reasons: Vec<String>,
}

/// Whether the server does all of its work
///
/// Not ready: appending is refused at the moment, the search index is being made again, or the server stops.
#[utoipa::path(
    get,
    path = "/readyz",
    tag = "operations",
    responses(
        (status = 200, description = "It does", body = Readiness),
        (status = 503, description = "It does not, and why", body = Readiness),
    ),
    security(()),
)]
pub(super) async fn readyz(State(app): State<Arc<App>>) -> Response {
    let mut reasons = Vec::new();
    if app.is_stopping.load(Ordering::Acquire) {
        reasons.push("the server stops".to_owned());
    }
    if let Some(fault) = app.ledger.fault() {
        reasons.push(format!("nothing can be recorded: {fault}"));
    }
    if let Some(fault) = app.index.fault() {
        reasons.push(format!("the search index: {fault}"));
    }
    if !app.index.ready() {
        let (indexed, size) = (app.index.indexed_size(), app.ledger.head().size);
        reasons.push(format!("the search index is being made: {indexed} of {size} entries"));
    }
    let ready = reasons.is_empty();
    let status = if ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    (status, Json(Readiness { ready, reasons })).into_response()
}

/// Numbers for Prometheus
///
/// Any token will do: give the scraper one of its own, with the role source, say.
#[utoipa::path(
    get,
    path = "/metrics",
    tag = "operations",
    responses((status = 200, description = "OpenMetrics text", body = String, content_type = "application/openmetrics-text; version=1.0.0; charset=utf-8")),
    security(("token" = [])),
)]
pub(super) async fn metrics(State(app): State<Arc<App>>, _caller: Caller) -> Result<Response, Problem> {
    let text =
        app.metrics.text(&app).map_err(|error| Problem::internal("metrics cannot be written", &error))?;
    let media_type = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    Ok(([(CONTENT_TYPE, media_type)], text).into_response())
}
