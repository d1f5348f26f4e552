//! `/v1/registers`: the tables that plugins keep of the present.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::rejection::{PathRejection, QueryRejection};
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Response};
use muniment_core::event::group_of;
use muniment_core::time::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time::timeout;
use utoipa::{IntoParams, ToSchema};

use super::App;
use super::answer::Json;
use super::caller::Caller;
use super::plugins::work;
use super::problem::Problem;
use crate::plugins::host::whole::WholeError;
use crate::plugins::outcome::{self, Page, Register, Row};
use crate::plugins::{PluginError, Plugins};
use crate::query::Scope;
use crate::tokens::Role;

/// Who may look at registers: they are made of events, so whoever may read those.
pub(super) const READERS: &[Role] = &[Role::Auditor, Role::Officer];
/// Rows of a page, if nothing else is asked for.
const LIMIT_DEFAULT: u32 = 100;
/// Most rows of a page.
const LIMIT_MAX: u32 = 1_000;
/// Most days within which rows may be asked for that are due.
const DUE_WITHIN_DAYS_MAX: u32 = 3_650;
/// Longest text that is looked for.
const TEXT_BYTES_MAX: usize = 256;
/// Whole registers are read one at a time: each takes an instance of its plugin, and may take some memory.
static TURN: Semaphore = Semaphore::const_new(1);
/// How long somebody waits for their turn.
const WAIT: Duration = Duration::from_secs(10);
/// Groups whose events say how those of all groups are to be read, and hold nothing else.
const SHARED_GROUPS: [&str; 5] = ["calendar", "case", "clock", "ledger", "org"];

/// Which rows are asked for.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct RowQuery {
    /// Only rows in which a cell holds this text.
    #[param(max_length = 256)]
    q: Option<String>,
    /// Only rows about this case or record.
    #[param(max_length = 256)]
    subject: Option<String>,
    /// Only rows of this unit of the organisation.
    #[param(max_length = 256)]
    unit: Option<String>,
    /// Only rows whose column `status` says this, in capital or small letters.
    #[param(max_length = 256)]
    status: Option<String>,
    /// Only rows whose column `due` is a day at most so many days away in London; what is overdue is among them.
    #[param(maximum = 3_650)]
    due_within: Option<u32>,
    /// Rows of the page.
    #[param(minimum = 1, maximum = 1_000, default = 100)]
    limit: Option<u32>,
    /// Rows that are left out first.
    #[param(maximum = 4_294_967_295_u32)]
    offset: Option<u32>,
    /// `true`: all rows that match, as they stand at one moment however fast the register changes; at most 100,000 of them and
    /// 48 MiB. Without `limit` and `offset`.
    #[serde(default)]
    whole: bool,
}

/// A column of a register.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ColumnView {
    /// For programs.
    pub(super) name: String,
    /// For people.
    title: String,
}

/// A register.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct RegisterView {
    /// The plugin that keeps it.
    plugin: String,
    /// Its name.
    name: String,
    /// For people.
    title: String,
    /// What stands in it.
    description: String,
    /// The types of event that its rows are made of.
    feeds: Vec<String>,
    /// Its columns.
    pub(super) columns: Vec<ColumnView>,
}

impl RegisterView {
    fn of(plugin: &str, register: Register) -> RegisterView {
        let column = |column: outcome::Column| ColumnView { name: column.name, title: column.title };
        RegisterView {
            plugin: plugin.to_owned(),
            name: register.name,
            title: register.title,
            description: register.description,
            feeds: register.feeds,
            columns: register.columns.into_iter().map(column).collect(),
        }
    }
}

/// The registers.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct RegisterList {
    /// Those of all plugins that the token may look at.
    registers: Vec<RegisterView>,
    /// Plugins whose registers cannot be looked at just now.
    not_ready: Vec<String>,
}

/// A row of a register.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct RowView {
    /// One for each column: a text, a number, true or false, null, or `{"numerator":…,"denominator":…}`.
    cells: Vec<Value>,
    /// The case or record.
    subject: Option<String>,
    /// The unit that it belongs to.
    unit: Option<String>,
    /// The entries that it was made of.
    evidence: Vec<u64>,
}

impl RowView {
    fn of(row: Row) -> Result<RowView, Problem> {
        let cells: Result<Vec<Value>, _> = row.cells.iter().map(serde_json::to_value).collect();
        let cells = cells.map_err(|error| Problem::internal("a row cannot be written", &error))?;
        Ok(RowView { cells, subject: row.subject, unit: row.unit, evidence: row.evidence })
    }
}

/// A page of a register.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct RegisterPage {
    /// The register.
    register: RegisterView,
    /// The rows of the page.
    rows: Vec<RowView>,
    /// How many there are in all; null where that would tell of rows that the token may not see.
    total: Option<u32>,
    /// The time as of which it stands.
    as_at: String,
    /// So many entries were folded into it.
    size: u64,
}

/// Registers
///
/// A token that is narrowed to groups sees those whose `feeds` lie within these groups, beside those groups
/// that say how cases are to be read (`calendar`, `case`, `clock`, `ledger`, `org`).
#[utoipa::path(
    get,
    path = "/v1/registers",
    operation_id = "list_registers",
    tag = "registers",
    responses((status = 200, description = "All of them", body = RegisterList)),
    security(("token" = ["auditor", "officer"])),
)]
pub(super) async fn list(State(app): State<Arc<App>>, caller: Caller) -> Result<Response, Problem> {
    caller.needs(READERS)?;
    let scope = caller.0.scope.clone();
    let listed = work(app, move |plugins| {
        let (mut registers, mut not_ready) = (Vec::new(), Vec::new());
        for shown in plugins.list() {
            let id = &shown.installed.id;
            let Some(manifest) = &shown.manifest else {
                not_ready.push(id.clone());
                continue;
            };
            if !manifest.has_registers || scope.source_prefix.is_some() {
                continue;
            }
            match plugins.registers(id) {
                Ok(of_plugin) => {
                    let seen = of_plugin.into_iter().filter(|register| {
                        covers(&scope, rests_on(register, &manifest.subscriptions)).is_ok()
                    });
                    registers.extend(seen.map(|register| RegisterView::of(id, register)));
                }
                Err(error) => {
                    tracing::warn!(plugin = id, %error, "the registers of a plugin cannot be listed");
                    not_ready.push(id.clone());
                }
            }
        }
        Ok(RegisterList { registers, not_ready })
    });
    Ok(Json(listed.await?).into_response())
}

/// The rows of a register
///
/// As they stand now. A token that is narrowed to units sees the rows of these units. Between two pages the register may
/// change: `size` says so, and `whole=true` gives all rows of one moment.
#[utoipa::path(
    get,
    path = "/v1/registers/{plugin}/{name}",
    operation_id = "register",
    tag = "registers",
    params(
        ("plugin" = String, Path, description = "The plugin that keeps it"),
        ("name" = String, Path, description = "Its name"),
        RowQuery,
    ),
    responses((status = 200, description = "A page", body = RegisterPage)),
    security(("token" = ["auditor", "officer"])),
)]
pub(super) async fn rows(
    State(app): State<Arc<App>>,
    caller: Caller,
    path: Result<Path<BTreeMap<String, String>>, PathRejection>,
    query: Result<Query<RowQuery>, QueryRejection>,
) -> Result<Response, Problem> {
    caller.needs(READERS)?;
    let Path(mut path) = path.map_err(|error| Problem::new("bad_request", error.body_text()))?;
    let mut part = |name: &str| path.remove(name).unwrap_or_default();
    let (id, name) = (part("plugin"), part("name"));
    let Query(query) = query.map_err(|error| Problem::new("bad_request", error.body_text()))?;
    let scope = caller.0.scope.clone();
    let is_whole = query.whole;
    let query = wanted(query, &scope)?;
    let turn = if is_whole { Some(wait_for_turn().await?) } else { None };
    let as_at = app.now();
    // The turn ends with the work: whoever asked may have gone away meanwhile.
    let answer = tokio::task::spawn_blocking(move || {
        let (plugins, which, at) = (&app.plugins, (id.as_str(), name.as_str()), as_at.as_micros());
        let read = match &turn {
            None => read(plugins, &scope, which, &query, at),
            Some(_) => read_whole(plugins, &scope, which, &query, at),
        };
        page_of(read?, as_at)
    });
    answer.await.map_err(|error| Problem::internal("a register cannot be read", &error))?
}

fn page_of((register, page, size, is_whole): Read, as_at: Timestamp) -> Result<Response, Problem> {
    let rows: Result<Vec<RowView>, Problem> = page.rows.into_iter().map(RowView::of).collect();
    let total = is_whole.then_some(page.total);
    Ok(Json(RegisterPage { register, rows: rows?, total, as_at: as_at.to_string(), size }).into_response())
}

async fn wait_for_turn() -> Result<SemaphorePermit<'static>, Problem> {
    let busy = || Problem::new("busy", "another whole register is being read; try again in a moment");
    timeout(WAIT, TURN.acquire()).await.map_err(|_| busy())?.map_err(|_| busy())
}

fn wanted(query: RowQuery, scope: &Scope) -> Result<outcome::Query, Problem> {
    if query.whole && (query.limit.is_some() || query.offset.is_some()) {
        let detail = "whole: all rows are given, so neither limit nor offset can be set";
        return Err(Problem::new("bad_request", detail));
    }
    let limit = query.limit.unwrap_or(LIMIT_DEFAULT);
    if !(1..=LIMIT_MAX).contains(&limit) {
        return Err(Problem::new("bad_request", format!("limit: {limit} is not between 1 and {LIMIT_MAX}")));
    }
    if let Some(days) = query.due_within.filter(|days| *days > DUE_WITHIN_DAYS_MAX) {
        let detail = format!("due_within: {days} days, the limit is {DUE_WITHIN_DAYS_MAX} days");
        return Err(Problem::new("bad_request", detail));
    }
    let unit = text_of("unit", query.unit)?;
    let units = match (&scope.units, unit) {
        (None, unit) => unit.map(|unit| vec![unit]),
        (Some(units), None) => Some(units.iter().cloned().collect()),
        (Some(units), Some(unit)) if units.contains(&unit) => Some(vec![unit]),
        (Some(_), Some(unit)) => {
            let detail = format!("unit: this token's scope does not cover {unit:?}");
            return Err(Problem::new("out_of_scope", detail));
        }
    };
    Ok(outcome::Query {
        subject: text_of("subject", query.subject)?,
        status: text_of("status", query.status)?,
        due_within: query.due_within,
        text: text_of("q", query.q)?,
        units,
        offset: query.offset.unwrap_or(0),
        limit,
    })
}

/// A text that is asked for, unless it is empty.
fn text_of(name: &str, text: Option<String>) -> Result<Option<String>, Problem> {
    let text = text.filter(|text| !text.trim().is_empty());
    match text.as_ref().filter(|text| text.len() > TEXT_BYTES_MAX) {
        None => Ok(text),
        Some(text) => {
            let detail = format!("{name}: {} bytes, the limit is {TEXT_BYTES_MAX} bytes", text.len());
            Err(Problem::new("bad_request", detail))
        }
    }
}

/// A register, a page of it, up to where it was folded, and whether all rows of the page may be seen.
type Read = (RegisterView, Page, u64, bool);

/// Reads a page of a register.
pub(super) fn read(
    plugins: &Plugins,
    scope: &Scope,
    (id, name): (&str, &str),
    query: &outcome::Query,
    as_at: i64,
) -> Result<Read, Problem> {
    let register = found(plugins, scope, (id, name))?;
    let (page, size) = plugins.register(id, name, query, as_at).map_err(failed)?;
    Ok(seen(scope, id, register, (page, size)))
}

/// The same with all rows that match.
fn read_whole(
    plugins: &Plugins,
    scope: &Scope,
    (id, name): (&str, &str),
    query: &outcome::Query,
    as_at: i64,
) -> Result<Read, Problem> {
    let register = found(plugins, scope, (id, name))?;
    let (page, size) = plugins.whole_register(id, name, query, as_at)?;
    Ok(seen(scope, id, register, (page, size)))
}

/// A register that may be looked at.
fn found(plugins: &Plugins, scope: &Scope, (id, name): (&str, &str)) -> Result<Register, Problem> {
    let shown = plugins.get(id)?;
    let starting = || PluginError::NotReady(id.to_owned(), "it is starting, or rests");
    let subscriptions = shown.manifest.ok_or_else(starting)?.subscriptions;
    let registers = plugins.registers(id).map_err(failed)?;
    let nothing = || Problem::new("not_found", format!("`{id}` keeps no register {name:?}"));
    let register = registers.into_iter().find(|register| register.name == name).ok_or_else(nothing)?;
    covers(scope, rests_on(&register, &subscriptions))?;
    Ok(register)
}

/// What of a page may be seen.
fn seen(scope: &Scope, id: &str, register: Register, (mut page, size): (Page, u64)) -> Read {
    let before = page.rows.len();
    if let Some(units) = &scope.units {
        // What the plugin says is not relied on where somebody may not see all.
        page.rows.retain(|row| row.unit.as_ref().is_some_and(|unit| units.contains(unit)));
    }
    let is_whole = page.rows.len() == before;
    if !is_whole {
        tracing::warn!(plugin = id, "a register gives rows of other units than those asked for");
    }
    (RegisterView::of(id, register), page, size, is_whole)
}

/// The types of event that a register is made of: as the plugin says, where it is given events of these types, else all
/// that it is given.
fn rests_on<'r>(register: &'r Register, subscriptions: &'r [String]) -> &'r [String] {
    let is_given = |feed| subscriptions.contains(feed);
    if register.feeds.is_empty() || !register.feeds.iter().all(is_given) {
        return subscriptions;
    }
    &register.feeds
}

/// Whether a token may look at what is made of events of these types.
fn covers(scope: &Scope, subscriptions: &[String]) -> Result<(), Problem> {
    if scope.source_prefix.is_some() {
        let detail = "a register is made of the events of all sources; this token is narrowed to one prefix";
        return Err(Problem::new("out_of_scope", detail));
    }
    let Some(groups) = &scope.groups else { return Ok(()) };
    let is_beyond = |pattern: &&String| {
        let group = group_of(pattern);
        !groups.contains(group) && !SHARED_GROUPS.contains(&group)
    };
    match subscriptions.iter().find(is_beyond) {
        None => Ok(()),
        Some(pattern) => Err(Problem::new(
            "out_of_scope",
            format!("this register is made of events {pattern} too, which this token's scope does not cover"),
        )),
    }
}

/// A plugin that fails while it is looked at is not refused, it is broken.
fn failed(error: PluginError) -> Problem {
    match error {
        PluginError::Refused(failure) => {
            tracing::error!(%failure, "a plugin failed while a register was read");
            Problem::new("plugin_failed", format!("the plugin failed: {}", failure.cause.name()))
        }
        error => error.into(),
    }
}

impl From<WholeError> for Problem {
    fn from(error: WholeError) -> Problem {
        match error {
            WholeError::Plugin(error) => failed(error),
            WholeError::Io(error) => Problem::internal("a row cannot be written", &error),
            WholeError::Rows(_) | WholeError::Bytes | WholeError::Time => {
                Problem::new("too_many_rows", error.to_string())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_register_is_shown_where_all_that_it_is_made_of_may_be_seen() {
        let of = |groups: &[&str]| Scope {
            groups: Some(groups.iter().map(|group| (*group).to_owned()).collect()),
            ..Scope::default()
        };
        let types = |types: &[&str]| types.iter().map(|one| (*one).to_owned()).collect::<Vec<_>>();
        let requests = types(&["request.*", "case.*", "calendar.*", "ledger.correction_recorded"]);
        assert!(covers(&Scope::default(), &types(&["*"])).is_ok());
        assert!(covers(&of(&["request"]), &requests).is_ok());
        assert!(covers(&of(&["breach", "request"]), &requests).is_ok());
        for (groups, types) in [
            (&["breach"][..], requests.clone()),
            (&["request"], types(&["*"])),
            (&["request"], types(&["request.*", "review.requested"])),
        ] {
            assert_eq!(covers(&of(groups), &types).unwrap_err().status, 403, "{groups:?} {types:?}");
        }
        let prefix = Scope { source_prefix: Some("/s".to_owned()), ..Scope::default() };
        assert_eq!(covers(&prefix, &requests).unwrap_err().status, 403);
    }
}
