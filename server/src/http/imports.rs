//! `POST /v1/imports`: the bracket around a history, within which no deadline fires.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::ToSchema;

use super::App;
use super::answer::Json;
use super::caller::Caller;
use super::problem::Problem;
use crate::ledger::Ledger;
use crate::ledger::imports::{Import, ImportError};
use crate::tokens::Role;

/// Who may open and close a bracket: meanwhile no deadline of anybody fires.
const IMPORTERS: &[Role] = &[Role::Admin, Role::Officer];

/// An import.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ImportState {
    /// Its number.
    import: u64,
    /// Whether its bracket is open.
    open: bool,
    /// The entry that opened or closed it.
    seq: u64,
}

/// Open an import
///
/// Between this and its finish no deadline fires, so that a history raises only what is still true at its end.
/// One import at a time.
#[utoipa::path(
    post,
    path = "/v1/imports",
    operation_id = "start_import",
    tag = "imports",
    responses((status = 201, description = "Open", body = ImportState)),
    security(("token" = ["admin", "officer"])),
)]
pub(super) async fn start(State(app): State<Arc<App>>, caller: Caller) -> Result<Response, Problem> {
    may_import(&caller)?;
    let by = caller.0.principal();
    let opened = alone(app, move |ledger| match Import::interrupted(ledger)? {
        Some(open) => Ok(Err(open.number())),
        None => Ok(Ok(Import::start(ledger, Some(by.as_str()))?)),
    })
    .await?;
    match opened {
        Ok((import, seq)) => {
            let state = ImportState { import: import.number(), open: true, seq };
            Ok((StatusCode::CREATED, Json(state)).into_response())
        }
        Err(open) => Err(Problem::new("import_open", format!("import {open} is open; finish it first"))),
    }
}

/// Finish an import
#[utoipa::path(
    post,
    path = "/v1/imports/{id}/finish",
    operation_id = "finish_import",
    tag = "imports",
    params(("id" = u64, Path, description = "Its number", maximum = 9_007_199_254_740_991_u64)),
    responses((status = 200, description = "Finished", body = ImportState)),
    security(("token" = ["admin", "officer"])),
)]
pub(super) async fn finish(
    State(app): State<Arc<App>>,
    caller: Caller,
    id: Result<Path<u64>, axum::extract::rejection::PathRejection>,
) -> Result<Response, Problem> {
    may_import(&caller)?;
    let Path(number) = id.map_err(|_| Problem::new("not_found", "an import's number is a whole number"))?;
    let by = caller.0.principal();
    let finished = alone(app, move |ledger| match Import::interrupted(ledger)? {
        Some(open) if open.number() == number => Ok(Some(open.finish(ledger, Some(by.as_str()), None)?)),
        _ => Ok(None),
    })
    .await?;
    let seq = finished.ok_or_else(|| Problem::new("no_import", format!("import {number} is not open")))?;
    Ok(Json(ImportState { import: number, open: false, seq }).into_response())
}

/// A bracket holds up the deadlines of every group and unit, so nobody who is narrowed opens or closes one.
fn may_import(caller: &Caller) -> Result<(), Problem> {
    caller.needs(IMPORTERS)?;
    match caller.0.scope.is_everything() {
        true => Ok(()),
        false => {
            let detail = "an import holds up every deadline: it needs a token that is not narrowed";
            Err(Problem::new("out_of_scope", detail))
        }
    }
}

/// One piece of work at a time, each to its end even if the client goes away meanwhile.
async fn alone<T: Send + 'static>(
    app: Arc<App>,
    work: impl FnOnce(&Ledger) -> Result<T, ImportError> + Send + 'static,
) -> Result<T, Problem> {
    let done = tokio::task::spawn_blocking(move || {
        let _alone = app.imports.blocking_lock();
        work(&app.ledger)
    });
    let done = done.await;
    done.map_err(|error| Problem::internal("an import failed", &error))?.map_err(|error| match error {
        ImportError::Refused(refusal) => refusal.into(),
        error => Problem::internal("an import failed", &error),
    })
}
