//! `GET /v1/event-types`: what may be recorded, and in which form.

use std::sync::Arc;

use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::HeaderValue;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use muniment_core::catalogue::{EventType, schema};
use serde::Serialize;
use utoipa::ToSchema;

use super::App;
use super::answer::{Json, json_bytes};
use super::caller::Caller;
use super::problem::Problem;

/// An event type, in short.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct EventTypeSummary {
    /// Its name.
    #[serde(rename = "type")]
    #[schema(example = "request.received")]
    name: String,
    /// The first word of its name.
    group: String,
    /// What it is called.
    title: String,
    /// What it records.
    description: String,
    /// `client`, or `host`: the ledger itself, and nobody else.
    recorded_by: &'static str,
    /// The clauses of which it is evidence.
    clauses: Vec<String>,
    /// Where its JSON Schema is.
    schema: String,
}

/// Every event type that is known.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct EventTypes {
    /// Group by group, as the catalogue lists them.
    event_types: Vec<EventTypeSummary>,
}

/// Event types
///
/// The catalogue: what may be recorded, of which clause it is evidence, and who may record it.
#[utoipa::path(
    get,
    path = "/v1/event-types",
    operation_id = "list_event_types",
    tag = "event types",
    responses((status = 200, description = "Every event type", body = EventTypes)),
    security(("token" = [])),
)]
pub(super) async fn list(State(app): State<Arc<App>>, _caller: Caller) -> Response {
    let event_types = app.definitions.get().catalogue.types().map(summary).collect();
    Json(EventTypes { event_types }).into_response()
}

fn summary(event_type: &EventType) -> EventTypeSummary {
    EventTypeSummary {
        name: event_type.name.clone(),
        group: event_type.group.clone(),
        title: event_type.title.clone(),
        description: event_type.description.clone(),
        recorded_by: event_type.recorded_by.as_str(),
        clauses: event_type.clauses.iter().map(ToString::to_string).collect(),
        schema: format!("/v1/event-types/{}", event_type.name),
    }
}

/// An event type's JSON Schema
///
/// JSON Schema 2020-12 of a whole event of this type.
#[utoipa::path(
    get,
    path = "/v1/event-types/{type}",
    operation_id = "event_type_schema",
    tag = "event types",
    params(("type" = String, Path, description = "Its name", example = "request.received")),
    responses((status = 200, description = "The schema", body = serde_json::Value, content_type = "application/schema+json")),
    security(("token" = [])),
)]
pub(super) async fn one(
    State(app): State<Arc<App>>,
    _caller: Caller,
    name: Result<Path<String>, PathRejection>,
) -> Result<Response, Problem> {
    let Path(name) = name.map_err(|error| Problem::new("bad_request", error.body_text()))?;
    let definitions = app.definitions.get();
    let found = definitions.catalogue.get(&name);
    let event_type = found
        .ok_or_else(|| Problem::new("not_found", format!("{name:?} is no event type of the catalogue")))?;
    let mut response = json_bytes(schema(event_type).to_canonical());
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/schema+json"));
    Ok(response)
}
