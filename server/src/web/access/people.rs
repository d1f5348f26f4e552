//! Who is signed in to the pages, and how an administrator signs somebody out.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use askama::Template;
use axum::extract::Query;
use axum::response::Response;
use muniment_core::time::Timestamp;

use super::{Done, Token};
use crate::tokens::{Grant, Role};
use crate::web::failure::Failure;
use crate::web::forms::Posted;
use crate::web::page::{self, Frame, Place};
use crate::web::visit::{Visit, see_other};
use crate::web::words::{self, Moment};

/// Whether somebody may see who is signed in: an administrator of everything.
pub(super) fn may_see(visit: &Visit) -> bool {
    visit.holds(&[Role::Admin]) && visit.sees_everything()
}

fn needs_admin(visit: &Visit) -> Result<(), Failure> {
    match may_see(visit) {
        true => Ok(()),
        false => Err(Failure::forbidden(
            "Who is signed in is for administrators whose own access is not narrowed.",
        )),
    }
}

/// Somebody who is signed in, in however many browsers.
#[derive(Debug)]
struct Row {
    /// The grant's name, which forms carry.
    name: String,
    shown: String,
    is_person: bool,
    principal: String,
    roles: String,
    narrowed: Vec<String>,
    browsers: String,
    since: Moment,
    used: Moment,
    is_own: bool,
}

#[derive(Debug, Template)]
#[template(path = "access_people.html")]
struct PeoplePage {
    frame: Frame,
    notice: &'static str,
    caption: String,
    rows: Vec<Row>,
}

fn token_of(grant: &Grant) -> Token {
    let list = |list: &Option<BTreeSet<String>>| {
        list.as_ref().map(|items| items.iter().cloned().collect::<Vec<_>>())
    };
    Token {
        name: grant.name.clone(),
        roles: grant.roles.iter().map(|role| role.as_str().to_owned()).collect(),
        groups: list(&grant.scope.groups),
        units: list(&grant.scope.units),
        source_prefix: grant.scope.source_prefix.clone(),
    }
}

fn ago(now: Timestamp, ago: Duration) -> Moment {
    let micros = i64::try_from(ago.as_micros()).unwrap_or(i64::MAX);
    Moment::at(Timestamp::from_micros(now.as_micros().saturating_sub(micros)))
}

pub(super) async fn list(visit: Visit, Query(Done { done }): Query<Done>) -> Result<Response, Failure> {
    needs_admin(&visit)?;
    let now = visit.pages.app.time();
    let definitions = visit.pages.app.definitions();
    let mut sessions = BTreeMap::<String, Vec<_>>::new();
    for listed in visit.pages.sessions.list(Instant::now()) {
        sessions.entry(listed.0.grant.name.clone()).or_default().push(listed);
    }
    let mut rows: Vec<(Duration, Row)> = Vec::new();
    for (name, mut of_one) in sessions {
        of_one.sort_by_key(|(_, _, used)| *used);
        // What the newest may do: a person's roles are read anew at each sign-in.
        let Some((latest, _, used)) = of_one.first() else { continue };
        let longest = of_one.iter().map(|(_, opened, _)| *opened).max().unwrap_or_default();
        let token = token_of(&latest.grant);
        let row = Row {
            is_own: name == visit.session.grant.name,
            shown: latest.shown().to_owned(),
            is_person: latest.is_person(),
            principal: latest.grant.principal().to_string(),
            roles: token.roles_in_words(),
            narrowed: token.narrowed(&definitions.catalogue),
            browsers: words::number(of_one.len() as u64),
            since: ago(now, longest),
            used: ago(now, *used),
            name,
        };
        rows.push((*used, row));
    }
    rows.sort_by_key(|(used, _)| *used);
    let rows: Vec<Row> = rows.into_iter().map(|(_, row)| row).collect();
    page::page(&PeoplePage {
        frame: visit.frame("Who is signed in", Place::Access),
        notice: match done.as_str() {
            "signed-out" => "They were signed out everywhere.",
            "gone" => "They were signed out already.",
            _ => "",
        },
        caption: format!("Signed in now, {} in all, the last to do something first", rows.len()),
        rows,
    })
}

/// Ends all sessions of a token or a person.
pub(super) async fn sign_out(Posted { visit, fields }: Posted) -> Result<Response, Failure> {
    needs_admin(&visit)?;
    let name = fields.get("name");
    let closed = visit.pages.sessions.close_all(name);
    tracing::info!(by = %visit.session.grant.principal(), closed, "an administrator signed somebody out");
    Ok(see_other(if closed > 0 { "/access/people?done=signed-out" } else { "/access/people?done=gone" }))
}
