//! Plugins, for those who look after them: how each is doing, what it checks, its settings, and other programs in its place.
//!
//! Start reading at `show.rs`, the page of one. `form.rs` makes a form of the schema of a plugin's settings, and `difference.rs`
//! says what a change would do to the alerts before it is made. `upload.rs` takes programs of other people in.

mod answers;
mod difference;
mod form;
mod form_words;
mod program;
mod sent;
mod settings;
mod show;
mod standing;
mod upload;

use std::collections::BTreeSet;
use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::extract::Query;
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::get;
use serde::Deserialize;

use super::Pages;
use super::failure::Failure;
use super::page::{self, Frame, Place};
use super::visit::{Visit, see_other};
use super::words;
use crate::plugins::built_in;
use crate::tokens::Role;
use answers::{Plugin, PluginList, Standing};

pub(super) use sent::Programs;

pub(super) fn routes() -> Router<Arc<Pages>> {
    Router::new()
        .route("/plugins", get(list))
        .route("/plugins/install", get(program::install_form).post(program::install))
        .route("/plugins/install/file", get(async || see_other("/plugins/install")).post(upload::send))
        .route("/plugins/install/file/{sha256}", get(upload::show).post(upload::decide))
        .route("/plugins/{id}", get(show::show))
        .route("/plugins/{id}/settings", get(settings::form).post(settings::change))
        .route("/plugins/{id}/upgrade", get(program::upgrade_form).post(program::upgrade))
        .route("/plugins/{id}/state", get(standing::confirm).post(standing::change))
        .route("/plugins/{id}/remove", get(standing::confirm_removal).post(standing::remove))
}

/// What is wrong with what was typed. `field`: the id of the field; empty where it is about no field alone.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Wrong {
    field: String,
    message: String,
}

/// What was done just now, after which somebody came here.
#[derive(Debug, Deserialize)]
struct Done {
    #[serde(default)]
    done: String,
}

/// Whether somebody may change plugins: these fold over every group and unit.
fn may_change(visit: &Visit) -> bool {
    visit.holds(&[Role::Admin]) && visit.sees_everything()
}

fn needs_to_change(visit: &Visit) -> Result<(), Failure> {
    let why = "Plugins are changed by administrators whose token is not narrowed to a part of the ledger.";
    if may_change(visit) { Ok(()) } else { Err(Failure::forbidden(why)) }
}

/// Whether a form is shown again with what was refused: what was typed is not to be lost because the server is busy, either.
fn keeps_form(failure: &Failure) -> bool {
    failure.is_about_the_form() || failure.status == 503
}

/// The status of a form that is shown again.
fn status_of(failure: &Failure) -> StatusCode {
    match failure.status {
        503 => StatusCode::SERVICE_UNAVAILABLE,
        _ => StatusCode::UNPROCESSABLE_ENTITY,
    }
}

/// The ids of plugins that come with the program and are not installed.
fn not_installed(installed: &[Plugin]) -> Vec<Absent> {
    let known: BTreeSet<&str> = installed.iter().map(|plugin| plugin.id.as_str()).collect();
    let absent = built_in::all().map(|plugin| plugin.id).filter(|id| !known.contains(id));
    absent.map(|id| Absent { id: id.to_owned(), title: words::from_name(id) }).collect()
}

/// A plugin that comes with the program and is not installed.
#[derive(Debug)]
struct Absent {
    id: String,
    title: String,
}

/// A plugin in the list.
#[derive(Debug)]
struct Row {
    title: String,
    path: String,
    standing: Standing,
    behind: String,
    open_alerts: String,
    version: String,
    is_upgradable: bool,
}

impl Row {
    fn of(plugin: &Plugin) -> Row {
        Row {
            title: plugin.name().to_owned(),
            path: plugin.path(),
            standing: Standing::of(&plugin.state),
            behind: behind(plugin.lag_entries),
            open_alerts: words::number(plugin.open_alerts),
            version: plugin.version.clone(),
            is_upgradable: plugin.upgrade_available,
        }
    }
}

/// How far a plugin is behind the ledger.
fn behind(entries: u64) -> String {
    if entries == 0 { "not behind".to_owned() } else { words::count(entries, "entry", "entries") }
}

#[derive(Debug, Template)]
#[template(path = "plugins_list.html")]
struct ListPage {
    frame: Frame,
    done: &'static str,
    rows: Vec<Row>,
    /// How many cannot do their work; empty if all can.
    trouble: String,
    /// Only for those who may install them.
    absent: Vec<Absent>,
    may_change: bool,
}

async fn list(visit: Visit, Query(Done { done }): Query<Done>) -> Result<Response, Failure> {
    let PluginList { plugins } = visit.get("/v1/plugins").await?;
    let may_change = may_change(&visit);
    let rows: Vec<Row> = plugins.iter().map(Row::of).collect();
    let troubled = rows.iter().filter(|row| row.standing.is_trouble).count() as u64;
    page::page(&ListPage {
        frame: visit.frame("Plugins", Place::Plugins),
        done: if done == "removed" { "The plugin was removed." } else { "" },
        rows,
        trouble: match troubled {
            0 => String::new(),
            some => words::count(some, "plugin does not run", "plugins do not run"),
        },
        absent: if may_change { not_installed(&plugins) } else { Vec::new() },
        may_change,
    })
}
