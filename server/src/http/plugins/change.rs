//! Changing what plugins there are. Each change is an event of the ledger.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::rejection::{PathRejection, QueryRejection};
use axum::extract::{Path, Query, State};
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use muniment_core::principal::Principal;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tokio::sync::OwnedSemaphorePermit;
use utoipa::{IntoParams, ToSchema};

use super::super::App;
use super::super::answer::{Json, read_json};
use super::super::bodies::HeldBody;
use super::super::caller::Caller;
use super::super::problem::Problem;
use super::view::{ComparisonView, DescriptionView, PluginView};
use super::{id_of, unnarrowed, view, work};
use crate::plugins::engine::{self, COMPONENT_BYTES_MAX};
use crate::plugins::schema::SETTINGS_BYTES_MAX;
use crate::plugins::trial::Comparison;
use crate::plugins::{PluginError, Plugins, Wish, built_in};
use crate::tokens::Role;

/// Largest change of settings: with the spelling of JSON around it.
const REQUEST_BYTES_MAX: usize = 8 * SETTINGS_BYTES_MAX;
/// Media types of a component.
const COMPONENT_TYPES: [&str; 2] = ["application/wasm", "application/octet-stream"];

/// How a plugin is installed.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(in crate::http) struct InstallQuery {
    /// Its settings, a JSON object. Defaults are filled in.
    #[param(example = "{}")]
    settings: Option<String>,
    /// Personal fields that it asks for and may be given in the clear, each as `type/field`, with commas between.
    #[param(example = "request.received/requester_name")]
    grant: Option<String>,
    /// Instead of a body: the id of one that comes with the program.
    #[param(example = "requests")]
    built_in: Option<String>,
    /// `true`: say which alerts it would raise, and change nothing.
    #[serde(default)]
    dry_run: bool,
    /// `true`: say what the program is and what it asks for, and change nothing. It is not run over the ledger, and may be
    /// one that is installed already.
    #[serde(default)]
    describe: bool,
}

/// How a plugin is changed.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(in crate::http) struct UpdateQuery {
    /// With a program: its settings, a JSON object. Those of before if not given.
    settings: Option<String>,
    /// With a program: personal fields that it asks for and may be given in the clear, each as `type/field`, with commas
    /// between. Those of before if not given.
    grant: Option<String>,
    /// `true`, instead of a body: the program of this id that comes with the server.
    #[serde(default)]
    built_in: bool,
    /// `true`: say in which alerts it would differ, and change nothing.
    #[serde(default)]
    dry_run: bool,
}

/// What of a plugin is to be another.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::http) struct PluginChange {
    /// Its settings, all of them. Defaults are filled in. A plugin that rested or failed is enabled by this.
    #[schema(value_type = Option<Object>)]
    settings: Option<Value>,
    /// Whether it folds. `true` tries one in quarantine again.
    enabled: Option<bool>,
}

/// A plugin, what a dry run found, or what a program says of itself.
#[derive(Debug, Serialize, ToSchema)]
#[serde(untagged)]
pub(in crate::http) enum ChangeAnswer {
    /// What would differ.
    Comparison(ComparisonView),
    /// What the program is and asks for.
    Description(Box<DescriptionView>),
    /// The plugin as it is now.
    Plugin(Box<PluginView>),
}

/// What is to be run.
enum Program {
    Sent(HeldBody),
    BuiltIn(&'static [u8]),
}

impl Program {
    fn bytes(&self) -> &[u8] {
        match self {
            Program::Sent(body) => &body.bytes,
            Program::BuiltIn(bytes) => bytes,
        }
    }
}

/// Install a plugin
///
/// The body is a WebAssembly component of at most 64 MiB. It is checked first: that it asks for nothing which plugins
/// are not given, that its settings fit, and that what it says does not depend on how it is run. An event,
/// `plugin.installed`, pins its SHA-256. `describe=true` says what the program asks for before anything else is decided.
#[utoipa::path(
    post,
    path = "/v1/plugins",
    operation_id = "install_plugin",
    tag = "plugins",
    params(InstallQuery),
    request_body(
        description = "A WebAssembly component, at most 64 MiB; nothing with `built_in`",
        content((Vec<u8> = "application/wasm"), (Vec<u8> = "application/octet-stream")),
    ),
    responses(
        (status = 200, description = "What a dry run found, or what the program says of itself", body = ChangeAnswer),
        (status = 201, description = "Installed", body = ChangeAnswer),
    ),
    security(("token" = ["admin"])),
)]
pub(in crate::http) async fn install(
    State(app): State<Arc<App>>,
    caller: Caller,
    query: Result<Query<InstallQuery>, QueryRejection>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Problem> {
    may_change(&caller)?;
    let Query(query) = query.map_err(|error| Problem::new("bad_request", error.body_text()))?;
    let program = program(&app, &headers, body, query.built_in.as_deref()).await?;
    caller.is_still_valid()?;
    if query.describe {
        return describe(app, program).await;
    }
    let (settings, granted) = (query.settings, granted(query.grant.as_deref()));
    let by = caller.0.principal();
    if query.dry_run {
        let id = query.built_in.unwrap_or_default();
        return compare(app, move |plugins| {
            let wish = wish(&settings, &granted, &by);
            plugins.compare(Some(program.bytes()), &id, wish)
        })
        .await;
    }
    let installed =
        work(app.clone(), move |plugins| plugins.install(program.bytes(), wish(&settings, &granted, &by)));
    let plugin = view(&app, &caller, installed.await?);
    Ok((StatusCode::CREATED, Json(ChangeAnswer::Plugin(Box::new(plugin)))).into_response())
}

/// Change a plugin
///
/// With a component as body, or `built_in=true`, another program runs in its place. With JSON its settings are others,
/// or it rests, or goes on. A program or settings make it fold over the whole ledger again, in silence; then the
/// difference in open alerts is recorded. `dry_run=true` says that difference and changes nothing.
#[utoipa::path(
    put,
    path = "/v1/plugins/{id}",
    operation_id = "change_plugin",
    tag = "plugins",
    params(("id" = String, Path, description = "Its id"), UpdateQuery),
    request_body(
        description = "A change, or a WebAssembly component of at most 64 MiB; nothing with `built_in`",
        content(
            (PluginChange = "application/json"),
            (Vec<u8> = "application/wasm"),
            (Vec<u8> = "application/octet-stream"),
        ),
    ),
    responses((status = 200, description = "Changed, or what a dry run found", body = ChangeAnswer)),
    security(("token" = ["admin"])),
)]
pub(in crate::http) async fn update(
    State(app): State<Arc<App>>,
    caller: Caller,
    id: Result<Path<String>, PathRejection>,
    query: Result<Query<UpdateQuery>, QueryRejection>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Problem> {
    may_change(&caller)?;
    let id = id_of(id)?;
    let Query(query) = query.map_err(|error| Problem::new("bad_request", error.body_text()))?;
    if !query.built_in && media_type(&headers) == "application/json" {
        return adjust(app, caller, id, &query, &headers, body).await;
    }
    let program = program(&app, &headers, body, query.built_in.then_some(id.as_str())).await?;
    caller.is_still_valid()?;
    let (settings, granted) = (query.settings, granted(query.grant.as_deref()));
    let by = caller.0.principal();
    if query.dry_run {
        return compare(app, move |plugins| {
            plugins.get(&id)?;
            plugins.compare(Some(program.bytes()), &id, wish(&settings, &granted, &by))
        })
        .await;
    }
    let changed = work(app.clone(), move |plugins| {
        plugins.upgrade(&id, program.bytes(), wish(&settings, &granted, &by))
    });
    let plugin = view(&app, &caller, changed.await?);
    Ok(Json(ChangeAnswer::Plugin(Box::new(plugin))).into_response())
}

/// Fields that are named with commas between.
fn granted(named: Option<&str>) -> Option<Vec<String>> {
    let fields = |named: &str| named.split(',').map(|field| field.trim().to_owned()).collect();
    named.map(fields)
}

fn wish<'a>(settings: &'a Option<String>, granted: &'a Option<Vec<String>>, by: &'a Principal) -> Wish<'a> {
    let (settings, granted) = (settings.as_deref(), granted.as_deref());
    Wish { settings, granted, requested_by: Some(by.as_str()) }
}

/// Other settings, or rest and work.
async fn adjust(
    app: Arc<App>,
    caller: Caller,
    id: String,
    query: &UpdateQuery,
    headers: &HeaderMap,
    body: Body,
) -> Result<Response, Problem> {
    let change: PluginChange = read_json(&app, headers, body, REQUEST_BYTES_MAX, "invalid_change").await?;
    if query.settings.is_some() {
        return Err(Problem::new("bad_request", "settings: with JSON they belong into the body"));
    }
    if query.grant.is_some() {
        return Err(Problem::new(
            "bad_request",
            "grant: fields are granted to a program, so together with one",
        ));
    }
    if change.settings.is_none() && change.enabled.is_none() {
        return Err(Problem::new("invalid_change", "neither `settings` nor `enabled` is there"));
    }
    caller.is_still_valid()?;
    let settings = change.settings.map(|settings| settings.to_string());
    if query.dry_run {
        let nothing = || Problem::new("bad_request", "dry_run: only a program or settings can be tried");
        let settings = settings.ok_or_else(nothing)?;
        return compare(app, move |plugins| {
            plugins.compare(None, &id, Wish { settings: Some(&settings), ..Wish::default() })
        })
        .await;
    }
    let by = caller.0.principal();
    let changed = work(app.clone(), move |plugins| {
        let by = Some(by.as_str());
        match (settings, change.enabled) {
            (Some(settings), None) => plugins.configure(&id, &settings, by),
            (None, Some(enabled)) => plugins.enable(&id, enabled, by),
            // Of two wishes one may be so already.
            (settings, enabled) => {
                if let Some(settings) = settings {
                    unless_so(plugins.configure(&id, &settings, by))?;
                }
                if let Some(enabled) = enabled {
                    unless_so(plugins.enable(&id, enabled, by))?;
                }
                plugins.get(&id)
            }
        }
    });
    let plugin = view(&app, &caller, changed.await?);
    Ok(Json(ChangeAnswer::Plugin(Box::new(plugin))).into_response())
}

fn unless_so<T>(done: Result<T, PluginError>) -> Result<(), PluginError> {
    match done {
        Ok(_) | Err(PluginError::Already(..)) => Ok(()),
        Err(error) => Err(error),
    }
}

/// Remove a plugin
///
/// Its alerts stay in the ledger as they are. Its program is kept, for the reports that it had a part in.
#[utoipa::path(
    delete,
    path = "/v1/plugins/{id}",
    operation_id = "remove_plugin",
    tag = "plugins",
    params(("id" = String, Path, description = "Its id")),
    responses((status = 204, description = "Removed")),
    security(("token" = ["admin"])),
)]
pub(in crate::http) async fn remove(
    State(app): State<Arc<App>>,
    caller: Caller,
    id: Result<Path<String>, PathRejection>,
) -> Result<StatusCode, Problem> {
    may_change(&caller)?;
    let (id, by) = (id_of(id)?, caller.0.principal());
    work(app, move |plugins| plugins.remove(&id, Some(by.as_str()))).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Fold again
///
/// Forgets what the plugin made of the ledger so far and has it read all of it again; nothing is raised twice.
#[utoipa::path(
    post,
    path = "/v1/plugins/{id}/replay",
    operation_id = "replay_plugin",
    tag = "plugins",
    params(("id" = String, Path, description = "Its id")),
    responses((status = 202, description = "It has begun", body = PluginView)),
    security(("token" = ["admin"])),
)]
pub(in crate::http) async fn replay(
    State(app): State<Arc<App>>,
    caller: Caller,
    id: Result<Path<String>, PathRejection>,
) -> Result<Response, Problem> {
    may_change(&caller)?;
    let id = id_of(id)?;
    let shown = work(app.clone(), move |plugins| plugins.replay(&id)).await?;
    Ok((StatusCode::ACCEPTED, Json(view(&app, &caller, shown))).into_response())
}

fn may_change(caller: &Caller) -> Result<(), Problem> {
    caller.needs(&[Role::Admin])?;
    unnarrowed(caller)
}

/// One program is tried at a time.
fn turn(app: &App) -> Result<OwnedSemaphorePermit, Problem> {
    let busy = |_| Problem::new("busy", "another dry run is being made; try again when it is done");
    app.trials.clone().try_acquire_owned().map_err(busy)
}

/// Says what a program is. It is compiled for that, which takes as long as its size makes it.
async fn describe(app: Arc<App>, program: Program) -> Result<Response, Problem> {
    let turn = turn(&app)?;
    let found = work(app, move |plugins| {
        let _turn = turn;
        let compiled = engine::Program::new(plugins.engine(), program.bytes())?;
        let installed = plugins.get(&compiled.manifest().id).ok();
        Ok(DescriptionView::of(&compiled, installed.as_ref()))
    });
    Ok(Json(ChangeAnswer::Description(Box::new(found.await?))).into_response())
}

/// Tries what would change. It reads the whole ledger.
async fn compare(
    app: Arc<App>,
    compare: impl FnOnce(&Plugins) -> Result<Comparison, PluginError> + Send + 'static,
) -> Result<Response, Problem> {
    let turn = turn(&app)?;
    let found = work(app, move |plugins| {
        let _turn = turn;
        compare(plugins)
    });
    Ok(Json(ChangeAnswer::Comparison(ComparisonView::of(found.await?))).into_response())
}

fn media_type(headers: &HeaderMap) -> String {
    let value = headers.get(CONTENT_TYPE).map(|value| String::from_utf8_lossy(value.as_bytes()));
    let value = value.unwrap_or_default();
    value.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

/// The program that is meant: the body, or one that comes with the server.
async fn program(
    app: &App,
    headers: &HeaderMap,
    body: Body,
    named: Option<&str>,
) -> Result<Program, Problem> {
    if let Some(id) = named {
        let all: Vec<&str> = built_in::all().map(|plugin| plugin.id).collect();
        let none = || {
            Problem::new(
                "invalid_plugin",
                format!("no plugin {id:?} is built in; there are {}", all.join(", ")),
            )
        };
        let found = built_in::all().find(|plugin| plugin.id == id).ok_or_else(none)?;
        let body = app.bodies.read(headers, body, false, REQUEST_BYTES_MAX).await?;
        return match body.bytes.is_empty() {
            true => Ok(Program::BuiltIn(found.component)),
            false => Err(Problem::new("bad_request", "built_in: the body has to be empty then")),
        };
    }
    let given = media_type(headers);
    if !COMPONENT_TYPES.contains(&given.as_str()) {
        let detail = format!("content-type: {given:?}; a plugin is sent as {}", COMPONENT_TYPES.join(" or "));
        return Err(Problem::new("unsupported_media_type", detail));
    }
    Ok(Program::Sent(app.bodies.read(headers, body, false, COMPONENT_BYTES_MAX).await?))
}
