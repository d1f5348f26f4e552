//! Access: which tokens there are, what each may do, how one is made or revoked; and who is signed in.

mod new;
mod people;

use std::collections::BTreeMap;
use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::extract::{Path, Query};
use axum::http::{Method, StatusCode};
use axum::response::Response;
use axum::routing::{get, post};
use muniment_core::catalogue::Catalogue;
use serde::Deserialize;

use super::Pages;
use super::answers::EventsPage;
use super::failure::Failure;
use super::forms::Posted;
use super::page::{self, Frame, Place};
use super::visit::{Visit, part, see_other, with_query};
use super::words::Moment;
use crate::tokens::{Role, TOKENS_MAX};

/// Entries that are asked for at a time.
const PAGE: usize = 1_000;

pub(super) fn routes() -> Router<Arc<Pages>> {
    Router::new()
        .route("/access", get(list))
        .route("/access/new", get(new::form).post(new::make))
        .route("/access/people", get(people::list))
        .route("/access/people/sign-out", post(people::sign_out))
        .route("/access/{name}/revoke", get(confirm).post(revoke))
}

/// A role in words: its title, and what its holder may do.
const ROLES: [(Role, &str, &str); 4] = [
    (
        Role::Admin,
        "Administrator",
        "Looks after the service: access, plugins, policies and imports. Sees and acknowledges alerts, makes \
         and approves reports, and agrees to the destruction of personal data. Reads and records no events, \
         unless the token has another role as well.",
    ),
    (
        Role::Auditor,
        "Auditor",
        "Reads events, registers, alerts and reports, and can check the whole ledger. Changes nothing.",
    ),
    (
        Role::Officer,
        "Officer",
        "Does the work: records events, reads them and the registers, acknowledges alerts and makes reports. \
         Reads sealed personal data for a purpose that is recorded.",
    ),
    (
        Role::Source,
        "Source",
        "Another system, such as one for casework. Records events under its own address, and reads those. \
         Sees no alerts, registers or reports.",
    ),
];

/// A role as pages show it.
#[derive(Debug)]
struct RoleRow {
    name: &'static str,
    title: &'static str,
    says: &'static str,
    is_chosen: bool,
}

impl RoleRow {
    /// All roles, of which some are chosen.
    fn all(chosen: &[String]) -> Vec<RoleRow> {
        let row = |(role, title, says): (Role, &'static str, &'static str)| RoleRow {
            name: role.as_str(),
            title,
            says,
            is_chosen: chosen.iter().any(|name| name == role.as_str()),
        };
        ROLES.into_iter().map(row).collect()
    }
}

/// `GET /v1/tokens`.
#[derive(Debug, Deserialize)]
struct TokenList {
    tokens: Vec<Token>,
}

/// What a token may do.
#[derive(Debug, Default, Deserialize)]
struct Token {
    name: String,
    roles: Vec<String>,
    groups: Option<Vec<String>>,
    units: Option<Vec<String>>,
    source_prefix: Option<String>,
}

impl Token {
    fn roles_in_words(&self) -> String {
        let title = |name: &String| {
            let known = ROLES.iter().find(|(role, ..)| role.as_str() == name);
            known.map_or_else(|| name.clone(), |(_, title, _)| (*title).to_owned())
        };
        self.roles.iter().map(title).collect::<Vec<_>>().join(", ")
    }

    /// To what it is narrowed, a line for each bound; nothing if it reaches everything.
    fn narrowed(&self, catalogue: &Catalogue) -> Vec<String> {
        let title = |name: &String| {
            let known = catalogue.groups().find(|group| group.name == *name);
            known.map_or_else(|| name.clone(), |group| group.title.clone())
        };
        let groups = self.groups.as_ref().map(|groups| {
            let titles: Vec<String> = groups.iter().map(title).collect();
            format!("Only events about: {}", titles.join("; "))
        });
        let units = self.units.as_ref();
        let units = units.map(|units| format!("Only events of the units: {}", units.join("; ")));
        let source = self.source_prefix.as_ref();
        let source = source.map(|prefix| format!("Only events whose source is {prefix} or lies below it"));
        [groups, units, source].into_iter().flatten().collect()
    }
}

/// A token in the list.
#[derive(Debug)]
struct Row {
    name: String,
    roles: String,
    narrowed: Vec<String>,
    created: Option<Moment>,
    revoke_path: String,
    /// The one that somebody is signed in with.
    is_own: bool,
}

/// When tokens were made, by name. That stands in events, which not everybody reads who looks after tokens.
async fn made(visit: &Visit) -> BTreeMap<String, Moment> {
    let mut made = BTreeMap::new();
    if !visit.holds(&[Role::Auditor, Role::Officer, Role::Source]) {
        return made;
    }
    let (limit, mut after) = (PAGE.to_string(), String::new());
    // Revoked ones are among them, so there may be more; those are then without a date.
    for _ in 0..=TOKENS_MAX / PAGE {
        let asked = [("type", "token.created"), ("limit", limit.as_str()), ("after", after.as_str())];
        let path = with_query("/v1/events", &asked);
        // A list without dates is better than none while the index is made again.
        let Ok(Some(found)) = visit.find::<EventsPage>(&path).await else { break };
        for entry in &found.events {
            let name = entry["event"]["data"]["name"].as_str().unwrap_or_default().to_owned();
            made.insert(name, Moment::of(entry["recorded"].as_str().unwrap_or_default()));
        }
        let Some(next) = found.next else { break };
        after = next;
    }
    made
}

/// What was done just now, after which somebody came here.
#[derive(Debug, Deserialize)]
struct Done {
    #[serde(default)]
    done: String,
}

#[derive(Debug, Template)]
#[template(path = "access_list.html")]
struct ListPage {
    frame: Frame,
    was_revoked: bool,
    rows: Vec<Row>,
    /// Whether it is known when they were made.
    has_dates: bool,
    /// Whether whoever looks may see who is signed in.
    sees_people: bool,
    roles: Vec<RoleRow>,
}

async fn list(visit: Visit, Query(Done { done }): Query<Done>) -> Result<Response, Failure> {
    let TokenList { tokens } = visit.get("/v1/tokens").await?;
    let mut made = made(&visit).await;
    let definitions = visit.pages.app.definitions();
    let row = |token: &Token| Row {
        roles: token.roles_in_words(),
        narrowed: token.narrowed(&definitions.catalogue),
        created: made.remove(&token.name),
        revoke_path: format!("/access/{}/revoke", part(&token.name)),
        is_own: token.name == visit.session.grant.name,
        name: token.name.clone(),
    };
    let rows: Vec<Row> = tokens.iter().map(row).collect();
    page::page(&ListPage {
        frame: visit.frame("Access", Place::Access),
        was_revoked: done == "revoked",
        has_dates: rows.iter().any(|row| row.created.is_some()),
        rows,
        sees_people: people::may_see(&visit),
        roles: RoleRow::all(&[]),
    })
}

#[derive(Debug, Template)]
#[template(path = "access_revoke.html")]
struct RevokePage {
    frame: Frame,
    name: String,
    roles: String,
    narrowed: Vec<String>,
    /// Where the form goes.
    action: String,
    is_own: bool,
    error: String,
}

async fn revoke_page(visit: &Visit, name: &str, refused: Option<&Failure>) -> Result<Response, Failure> {
    let TokenList { tokens } = visit.get("/v1/tokens").await?;
    let token = tokens.into_iter().find(|token| token.name == name);
    let none = || Failure::not_found("There is no such token, or it was revoked already.");
    let token = token.ok_or_else(none)?;
    let frame = visit.frame(&format!("Revoke the token {name}?"), Place::Access);
    let confirm = RevokePage {
        frame: if refused.is_some() { frame.with_errors() } else { frame },
        roles: token.roles_in_words(),
        narrowed: token.narrowed(&visit.pages.app.definitions().catalogue),
        action: format!("/access/{}/revoke", part(name)),
        is_own: name == visit.session.grant.name,
        error: refused.map(|failure| failure.detail.clone()).unwrap_or_default(),
        name: token.name,
    };
    let status = if refused.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    page::with_status(status, &confirm)
}

async fn confirm(visit: Visit, Path(name): Path<String>) -> Result<Response, Failure> {
    revoke_page(&visit, &name, None).await
}

async fn revoke(Path(name): Path<String>, Posted { visit, .. }: Posted) -> Result<Response, Failure> {
    match visit.ask(Method::DELETE, &format!("/v1/tokens/{}", part(&name)), None).await {
        Ok(_) => Ok(see_other("/access?done=revoked")),
        Err(failure) if failure.is_about_the_form() => revoke_page(&visit, &name, Some(&failure)).await,
        Err(failure) => Err(failure),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_told_in_words() {
        let catalogue = Catalogue::built_in().unwrap();
        let roles = vec!["admin".to_owned(), "officer".to_owned()];
        let mut token = Token { roles, ..Token::default() };
        assert_eq!(token.roles_in_words(), "Administrator, Officer");
        assert!(token.narrowed(&catalogue).is_empty());
        token.groups = Some(vec!["request".to_owned(), "nobody_knows".to_owned()]);
        token.units = Some(vec!["housing".to_owned()]);
        token.source_prefix = Some("/systems/foi".to_owned());
        let narrowed = token.narrowed(&catalogue);
        assert_eq!(narrowed.len(), 3);
        assert!(narrowed[0].ends_with("; nobody_knows"), "{narrowed:?}");
        assert!(narrowed[2].contains(" /systems/foi "), "{narrowed:?}");
    }

    #[test]
    fn every_role_is_explained() {
        let told = RoleRow::all(&["auditor".to_owned()]);
        assert_eq!(told.iter().map(|role| role.name).collect::<Vec<_>>(), Role::ALL.map(Role::as_str));
        assert_eq!(told.iter().filter(|role| role.is_chosen).count(), 1);
    }
}
