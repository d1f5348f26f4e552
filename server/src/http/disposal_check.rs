//! `/v1/disposal-check`: whether a record may be disposed of now.
//!
//! The plugin `retention` answers, from a register of its own about one record; whatever plugin keeps that register would do.

use std::sync::Arc;

use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Response};
use muniment_core::limits::ATTRIBUTE_BYTES_MAX;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};

use super::App;
use super::answer::Json;
use super::caller::Caller;
use super::problem::Problem;
use super::registers;
use crate::plugins::outcome;
use crate::query::Scope;

/// Who keeps the register, and its name.
const KEPT: (&str, &str) = ("retention", "disposal-check");
/// Most reasons that are given.
const REASONS_MAX: u32 = 100;

/// Which record.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct CheckQuery {
    /// The record, as `record.registered` names it.
    #[param(max_length = 2048)]
    record: String,
}

/// Whether a record may be disposed of.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Check {
    /// The record that was asked about.
    record: String,
    /// Whether it may be disposed of now.
    allowed: bool,
    /// Why, or why not.
    reasons: Vec<Reason>,
    /// So many entries of the ledger were taken into account: what came behind them is not. To be recorded as
    /// `checked_at_size` with the disposal.
    size: u64,
    /// When it was asked.
    as_at: String,
}

/// A reason of the answer.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Reason {
    /// In words.
    reason: String,
    /// The hold, or the case that covers the record, where that is the reason.
    by: Option<String>,
    /// Since when it is so.
    since: Option<String>,
    /// The entries that it rests on.
    evidence: Vec<u64>,
}

/// Disposal check
///
/// May this record be destroyed now: not while a hold, an open request, a review or a regulator's case covers it, nor before it
/// is due and authorised. The answer holds for the ledger's first `size` entries. It is put together from what all units do, so a
/// token that is narrowed to units or to one source may not ask.
#[utoipa::path(
    get,
    path = "/v1/disposal-check",
    operation_id = "disposal_check",
    tag = "registers",
    params(CheckQuery),
    responses((status = 200, description = "Yes or no, and why", body = Check)),
    security(("token" = ["auditor", "officer"])),
)]
pub(super) async fn check(
    State(app): State<Arc<App>>,
    caller: Caller,
    query: Result<Query<CheckQuery>, QueryRejection>,
) -> Result<Response, Problem> {
    caller.needs(registers::READERS)?;
    let Query(CheckQuery { record }) =
        query.map_err(|error| Problem::new("bad_request", error.body_text()))?;
    if record.is_empty() || record.len() > ATTRIBUTE_BYTES_MAX {
        let detail = format!("record: {} bytes; it has 1 to {ATTRIBUTE_BYTES_MAX} bytes", record.len());
        return Err(Problem::new("bad_request", detail));
    }
    let scope = caller.0.scope.clone();
    if scope.units.is_some() {
        let detail = "what covers a record may be of any unit; this token is narrowed to some";
        return Err(Problem::new("out_of_scope", detail));
    }
    let as_at = app.now();
    let checked = tokio::task::spawn_blocking(move || answer(&app, &scope, record, as_at.as_micros()));
    let mut checked =
        checked.await.map_err(|error| Problem::internal("a record cannot be checked", &error))??;
    checked.as_at = as_at.to_string();
    Ok(Json(checked).into_response())
}

fn answer(app: &App, scope: &Scope, record: String, as_at: i64) -> Result<Check, Problem> {
    let query =
        outcome::Query { subject: Some(record.clone()), limit: REASONS_MAX, ..outcome::Query::default() };
    let read = registers::read(&app.plugins, scope, KEPT, &query, as_at);
    // Whether a record may be destroyed is not known while nobody watches over holds.
    let (register, page, size, _) = read.map_err(|problem| match problem.status {
        404 => Problem::new(
            "no_disposal_check",
            format!("no plugin `{}` keeps the register `{}` here: install it", KEPT.0, KEPT.1),
        ),
        _ => problem,
    })?;
    let place = |name: &str| {
        let found = register.columns.iter().position(|column| column.name == name);
        found.ok_or_else(|| {
            Problem::new("plugin_failed", format!("the register of the plugin has no column {name}"))
        })
    };
    let (allowed, reason, by, since) = (place("allowed")?, place("reason")?, place("by")?, place("since")?);
    let text = |row: &outcome::Row, place: usize| match row.cells.get(place).map(serde_json::to_value) {
        Some(Ok(Value::String(text))) => Some(text),
        _ => None,
    };
    let is_allowed = |row: &outcome::Row| matches!(row.cells.get(allowed), Some(outcome::Cell::Flag(true)));
    let reasons = page.rows.iter().map(|row| Reason {
        reason: text(row, reason).unwrap_or_default(),
        by: text(row, by),
        since: text(row, since),
        evidence: row.evidence.clone(),
    });
    Ok(Check {
        record,
        // Nothing said is no permission.
        allowed: !page.rows.is_empty() && page.rows.iter().all(is_allowed),
        reasons: reasons.collect(),
        size,
        as_at: String::new(),
    })
}
