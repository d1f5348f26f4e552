//! `/v1/plugins`: what folds over the ledger, and how it is doing.

pub(super) mod change;
pub(super) mod view;

use std::sync::Arc;

use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::App;
use super::answer::Json;
use super::caller::Caller;
use super::problem::{Fault, Problem};
use crate::definitions::DefinitionError;
use crate::plugins::host::Shown;
use crate::plugins::registry::{RegistryError, Standing};
use crate::plugins::schema::SettingsFault;
use crate::plugins::trial::TrialError;
use crate::plugins::{PluginError, Plugins};
use crate::tokens::Role;
use view::PluginView;

/// Who may see how plugins are doing.
pub(super) const SEERS: &[Role] = &[Role::Admin, Role::Auditor, Role::Officer];

/// The plugins that were installed and not removed.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct PluginList {
    /// By id.
    plugins: Vec<PluginView>,
}

/// What a plugin wrote.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct PluginLog {
    /// The last lines, the oldest first.
    lines: Vec<String>,
    /// How many came before them and were dropped.
    dropped: u64,
}

/// Why a plugin is in quarantine.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct QuarantineView {
    /// The plugin.
    plugin: String,
    /// The entry before which it stopped.
    seq: u64,
    /// `trap`, `memory`, `time`, `output`, `contract`, `depth` or `quota`.
    cause: &'static str,
    /// What it did, in words, if that is known and the token may see the entry.
    detail: Option<String>,
    /// The program that did it.
    sha256: String,
    /// What it is given: those entries before this one are what it takes to see it again.
    subscriptions: Vec<String>,
    /// The entry, if the token may see it.
    #[schema(value_type = Option<super::openapi::Entry>)]
    entry: Option<Value>,
}

impl From<PluginError> for Problem {
    fn from(error: PluginError) -> Problem {
        let detail = error.to_string();
        match error {
            PluginError::Unknown(_) => Problem::new("not_found", detail),
            PluginError::Installed(_) => Problem::new("plugin_installed", detail),
            PluginError::Already(..) => Problem::new("plugin_unchanged", detail),
            PluginError::Settings(SettingsFault::Unfit(faults)) => {
                let fault = |(pointer, message)| Fault {
                    event: None,
                    pointer,
                    code: "does_not_fit".to_owned(),
                    message,
                };
                Problem::new("invalid_settings", detail).errors(faults.into_iter().map(fault).collect())
            }
            PluginError::Definitions(DefinitionError::Refused(refusal)) => refusal.into(),
            PluginError::Definitions(DefinitionError::Io { .. }) => {
                Problem::internal("a plugin cannot be worked on", &detail)
            }
            PluginError::Definitions(_) => Problem::new("invalid_plugin", detail),
            PluginError::Grant(_) => Problem::new("personal_not_granted", detail),
            PluginError::Settings(_) => Problem::new("invalid_settings", detail),
            PluginError::NotReady(..) => Problem::new("plugin_not_ready", detail),
            PluginError::Says(_) => Problem::new("bad_request", detail),
            PluginError::Registry(RegistryError::Refused(refusal)) => refusal.into(),
            PluginError::Trial(TrialError::Io(_)) | PluginError::Registry(_) | PluginError::Io { .. } => {
                Problem::internal("a plugin cannot be worked on", &detail)
            }
            PluginError::AnotherPlugin { .. } | PluginError::Refused(_) | PluginError::Trial(_) => {
                Problem::new("invalid_plugin", detail)
            }
        }
    }
}

/// Plugins
///
/// Those that were installed and not removed, and how each is doing.
#[utoipa::path(
    get,
    path = "/v1/plugins",
    operation_id = "list_plugins",
    tag = "plugins",
    responses((status = 200, description = "All of them", body = PluginList)),
    security(("token" = ["admin", "auditor", "officer"])),
)]
pub(super) async fn list(State(app): State<Arc<App>>, caller: Caller) -> Result<Response, Problem> {
    caller.needs(SEERS)?;
    let shown = work(app.clone(), |plugins| Ok(plugins.list())).await?;
    let plugins = shown.into_iter().map(|shown| view(&app, &caller, shown)).collect();
    Ok(Json(PluginList { plugins }).into_response())
}

/// A plugin
#[utoipa::path(
    get,
    path = "/v1/plugins/{id}",
    operation_id = "plugin",
    tag = "plugins",
    params(("id" = String, Path, description = "Its id")),
    responses((status = 200, description = "The plugin", body = PluginView)),
    security(("token" = ["admin", "auditor", "officer"])),
)]
pub(super) async fn one(
    State(app): State<Arc<App>>,
    caller: Caller,
    id: Result<Path<String>, PathRejection>,
) -> Result<Response, Problem> {
    caller.needs(SEERS)?;
    let id = id_of(id)?;
    let shown = work(app.clone(), move |plugins| plugins.get(&id)).await?;
    Ok(Json(view(&app, &caller, shown)).into_response())
}

/// What a plugin wrote
///
/// Its standard output and error. It may quote what it was given, so this needs a token that is not narrowed.
#[utoipa::path(
    get,
    path = "/v1/plugins/{id}/logs",
    operation_id = "plugin_logs",
    tag = "plugins",
    params(("id" = String, Path, description = "Its id")),
    responses((status = 200, description = "The last lines", body = PluginLog)),
    security(("token" = ["admin", "auditor", "officer"])),
)]
pub(super) async fn logs(
    State(app): State<Arc<App>>,
    caller: Caller,
    id: Result<Path<String>, PathRejection>,
) -> Result<Response, Problem> {
    caller.needs(SEERS)?;
    unnarrowed(&caller)?;
    let id = id_of(id)?;
    let (lines, dropped) = work(app, move |plugins| plugins.logs(&id)).await?;
    Ok(Json(PluginLog { lines, dropped }).into_response())
}

/// Why a plugin is in quarantine
///
/// `PUT {"enabled": true}` tries it again from there, an upgrade from the beginning.
#[utoipa::path(
    get,
    path = "/v1/plugins/{id}/quarantine",
    operation_id = "plugin_quarantine",
    tag = "plugins",
    params(("id" = String, Path, description = "Its id")),
    responses((status = 200, description = "Why", body = QuarantineView)),
    security(("token" = ["admin", "auditor", "officer"])),
)]
pub(super) async fn quarantine(
    State(app): State<Arc<App>>,
    caller: Caller,
    id: Result<Path<String>, PathRejection>,
) -> Result<Response, Problem> {
    caller.needs(SEERS)?;
    let id = id_of(id)?;
    let found = work(app.clone(), move |plugins| {
        let shown = plugins.get(&id)?;
        let is_stopped = matches!(shown.installed.standing, Standing::Quarantined { .. });
        // What it did is known until the server is started again; then it is tried again.
        let failure = match (is_stopped, &shown.status.fault) {
            (true, None) => plugins.tried_again(&id)?.map(|failure| failure.to_string()),
            _ => None,
        };
        Ok((shown, failure))
    });
    let (Shown { installed, manifest, status }, failure) = found.await?;
    let Standing::Quarantined { seq, cause } = installed.standing else {
        let detail = format!("`{}` is not in quarantine", installed.id);
        return Err(Problem::new("not_found", detail));
    };
    // An administrator who is nothing else reads no events.
    let may_see = caller.0.holds(super::caller::READERS) && app.may_see(&caller.0, seq);
    let unreadable = |error: &dyn std::fmt::Display| Problem::internal("an entry cannot be read", error);
    let entry = match may_see {
        true => app.ledger.line(seq).map_err(|error| unreadable(&error))?,
        false => None,
    };
    let entry = entry.map(|line| serde_json::from_slice(&line)).transpose();
    let view = QuarantineView {
        plugin: installed.id,
        seq,
        cause: cause.name(),
        detail: status.fault.or(failure).filter(|_| may_see && caller.0.scope.is_everything()),
        sha256: installed.sha256,
        subscriptions: manifest.map(|known| known.subscriptions).unwrap_or_default(),
        entry: entry.map_err(|error| unreadable(&error))?,
    };
    Ok(Json(view).into_response())
}

fn view(app: &App, caller: &Caller, shown: Shown) -> PluginView {
    PluginView::of(shown, app.ledger.head().size, caller.0.scope.is_everything())
}

fn id_of(id: Result<Path<String>, PathRejection>) -> Result<String, Problem> {
    let Path(id) = id.map_err(|error| Problem::new("bad_request", error.body_text()))?;
    Ok(id)
}

/// Plugins fold over every group and unit.
fn unnarrowed(caller: &Caller) -> Result<(), Problem> {
    match caller.0.scope.is_everything() {
        true => Ok(()),
        false => {
            let detail = "a plugin folds over every group and unit: this needs a token that is not narrowed";
            Err(Problem::new("out_of_scope", detail))
        }
    }
}

/// A piece of work that may wait, to its end even if the client goes away meanwhile.
pub(super) async fn work<T: Send + 'static>(
    app: Arc<App>,
    work: impl FnOnce(&Plugins) -> Result<T, PluginError> + Send + 'static,
) -> Result<T, Problem> {
    let done = tokio::task::spawn_blocking(move || work(&app.plugins)).await;
    Ok(done.map_err(|error| Problem::internal("a plugin cannot be worked on", &error))??)
}
