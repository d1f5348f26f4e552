//! Sealed personal data: reading it, destroying it, and what was destroyed.

mod destroying;
mod destruction;
mod reveal;

use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::response::Response;
use axum::routing::{get, post};
use muniment_core::catalogue::{Catalogue, EventType, Group, RecordedBy};
use serde::Deserialize;

use super::Pages;
use super::failure::Failure;
use super::mistake::{Mistake, said_of};
use super::page::{self, Frame, Place};
use super::visit::Visit;
use super::words::{self, Moment};
use crate::tokens::Role;

/// Who may look at what was destroyed.
const READERS: &[Role] = &[Role::Admin, Role::Auditor, Role::Officer];
/// Who may destroy, if their token is not narrowed.
const DESTROYERS: &[Role] = &[Role::Admin, Role::Officer];
/// Who may read sealed data.
const REVEALERS: &[Role] = &[Role::Officer];
/// Who may read single entries.
const ENTRY_READERS: &[Role] = &[Role::Auditor, Role::Officer, Role::Source];

/// Why something is destroyed: the name for programs, the words, and what they mean.
const BASES: [(&str, &str, &str); 4] = [
    ("retention_schedule", "Retention schedule", "Its time to be kept is over."),
    (
        "erasure_request",
        "Erasure request",
        "The person asked for it and has the right to (UK GDPR, Article 17).",
    ),
    ("court_order", "Court order", "A court ordered it."),
    ("recorded_in_error", "Recorded in error", "It should never have been recorded."),
];

pub(super) fn routes() -> Router<Arc<Pages>> {
    Router::new()
        .route("/personal-data", get(home))
        .route("/personal-data/reveal", get(reveal::show).post(reveal::reveal))
        .route("/personal-data/destroy", get(destroying::show).post(destroying::destroy))
        .route("/personal-data/destructions/{id}", get(destruction::show))
        .route("/personal-data/destructions/{id}/authorise", post(destruction::authorise))
        .route("/personal-data/destructions/{id}/cancel", post(destruction::cancel))
}

/// A choice of a form.
#[derive(Debug)]
struct Choice {
    id: String,
    name: &'static str,
    title: &'static str,
    about: &'static str,
    is_chosen: bool,
}

/// What may be chosen: its names, words and meanings, as radio buttons whose ids begin alike.
fn choices(start: &str, all: &[(&'static str, &'static str, &'static str)], chosen: &str) -> Vec<Choice> {
    let numbered = all.iter().copied().enumerate();
    numbered
        .map(|(place, (name, title, about))| Choice {
            id: format!("{start}-{place}"),
            name,
            title,
            about,
            is_chosen: name == chosen,
        })
        .collect()
}

/// The groups of events that may hold something sealed.
fn sealed_groups(catalogue: &Catalogue) -> impl Iterator<Item = &Group> {
    let is_sealed = |known: &EventType| {
        known.recorded_by == RecordedBy::Client && known.fields().any(|field| field.personal)
    };
    catalogue
        .groups()
        .filter(move |group| catalogue.types().any(|known| known.group == group.name && is_sealed(known)))
}

/// A case whose sealed data is concerned.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
struct CaseName {
    group: String,
    subject: String,
}

/// A request to destroy, as the interface tells of it.
#[derive(Debug, Clone, Deserialize)]
struct Destruction {
    id: u64,
    state: String,
    blocked_by: Option<String>,
    basis: String,
    cases: Vec<CaseName>,
    people: Vec<String>,
    plan: String,
    entries: u64,
    not_before: String,
    requested_by: String,
    authorised_by: Option<String>,
    /// Why whoever looks at it cannot agree to it, if they cannot.
    cannot_authorise: Option<String>,
    seq: u64,
    destroyed: Vec<u64>,
}

/// The requests to destroy.
#[derive(Debug, Default, Deserialize)]
struct Destructions {
    destructions: Vec<Destruction>,
    /// Why whoever looks at them cannot make one, if they cannot.
    cannot_ask: Option<String>,
}

async fn destructions(visit: &Visit) -> Result<Destructions, Failure> {
    visit.get("/v1/destructions").await
}

/// Why somebody cannot do something, as a sentence; empty if they can.
fn sentence(why: Option<&str>) -> String {
    why.map(|why| words::capital(why) + ".").unwrap_or_default()
}

/// How somebody else acts who is not whoever asked.
fn by_another(visit: &Visit) -> &'static str {
    match visit.pages.app.look().has_people() {
        true => "signed in with an account of their own",
        false => "with another access token",
    }
}

/// How far a destruction has come, in words, and the colour of the tag.
fn state(name: &str) -> (&'static str, &'static str) {
    match name {
        "requested" => ("Waits for somebody else to agree", "amber"),
        "authorised" => ("Agreed, waits for its time", "blue"),
        "blocked" => ("Something stands in its way", "red"),
        "cancelled" => ("Cancelled", "grey"),
        "destroyed" => ("Destroyed", "green"),
        _ => ("Unknown", "grey"),
    }
}

fn basis(name: &str) -> String {
    let known = BASES.iter().find(|(known, ..)| *known == name);
    known.map_or_else(|| words::from_name(name), |(_, title, _)| (*title).to_owned())
}

/// The name of the access token by which somebody acts.
fn holder(principal: &str) -> String {
    principal.strip_prefix("token/").unwrap_or(principal).to_owned()
}

/// What a destruction is about: `2 cases and 1 person`.
fn extent(cases: usize, people: usize) -> String {
    let cases_said = words::count(cases as u64, "case", "cases");
    let people_said = words::count(people as u64, "person", "people");
    match (cases, people) {
        (_, 0) => cases_said,
        (0, _) => people_said,
        _ => format!("{cases_said} and {people_said}"),
    }
}

/// Refuses whoever may not destroy, in plain words.
fn may_destroy(visit: &Visit) -> Result<(), Failure> {
    if !visit.holds(DESTROYERS) {
        return Err(Failure::forbidden("Sealed data is destroyed by administrators and officers."));
    }
    unnarrowed(visit)
}

fn unnarrowed(visit: &Visit) -> Result<(), Failure> {
    if visit.sees_everything() {
        return Ok(());
    }
    Err(Failure::forbidden(
        "What is destroyed may lie anywhere in the ledger. Your access is limited to a part of it, \
         so you cannot ask for destructions or look at them.",
    ))
}

/// A destruction in the list.
#[derive(Debug)]
struct Item {
    id: u64,
    path: String,
    extent: String,
    basis: String,
    state: &'static str,
    colour: &'static str,
    requested_by: String,
    not_before: Moment,
}

impl Item {
    fn of(destruction: &Destruction) -> Item {
        let (state, colour) = state(&destruction.state);
        Item {
            id: destruction.id,
            path: destruction::path_of(destruction.id),
            extent: extent(destruction.cases.len(), destruction.people.len()),
            basis: basis(&destruction.basis),
            state,
            colour,
            requested_by: holder(&destruction.requested_by),
            not_before: Moment::of(&destruction.not_before),
        }
    }
}

#[derive(Debug, Template)]
#[template(path = "personal_home.html")]
struct HomePage {
    frame: Frame,
    may_reveal: bool,
    may_destroy: bool,
    /// Why whoever may destroy cannot ask for it all the same; empty if they can.
    cannot_ask: String,
    sees_destructions: bool,
    /// The newest first.
    items: Vec<Item>,
}

async fn home(visit: Visit) -> Result<Response, Failure> {
    if !visit.holds(READERS) {
        return Err(Failure::forbidden("This is for administrators, auditors and officers."));
    }
    let sees_destructions = visit.sees_everything();
    let all = if sees_destructions { destructions(&visit).await? } else { Destructions::default() };
    page::page(&HomePage {
        frame: visit.frame("Personal data", Place::Personal),
        may_reveal: visit.holds(REVEALERS),
        may_destroy: sees_destructions && visit.holds(DESTROYERS),
        cannot_ask: sentence(all.cannot_ask.as_deref()),
        sees_destructions,
        items: all.destructions.iter().rev().map(Item::of).collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::erasure::Basis;

    #[test]
    fn every_basis_has_its_words() {
        let names: Vec<&str> = Basis::ALL.iter().map(|basis| basis.as_str()).collect();
        let known: Vec<&str> = BASES.iter().map(|(name, ..)| *name).collect();
        assert_eq!(names, known);
        assert_eq!(
            (basis("court_order").as_str(), basis("another_one").as_str()),
            ("Court order", "Another one")
        );
    }

    #[test]
    fn it_is_said_what_is_concerned() {
        assert_eq!(extent(1, 0), "1 case");
        assert_eq!(extent(0, 2), "2 people");
        assert_eq!(extent(2, 1), "2 cases and 1 person");
        assert_eq!((holder("token/dpo").as_str(), holder("system").as_str()), ("dpo", "system"));
    }

    #[test]
    fn why_not_is_a_sentence() {
        assert_eq!(sentence(Some("a token may be anybody's")), "A token may be anybody's.");
        assert_eq!(sentence(None), "");
    }

    #[test]
    fn some_groups_may_hold_something_sealed() {
        let catalogue = Catalogue::built_in().unwrap();
        let names: Vec<&str> = sealed_groups(&catalogue).map(|group| group.name.as_str()).collect();
        assert!(names.contains(&"request") && !names.contains(&"personal"), "{names:?}");
    }

    #[test]
    fn one_choice_is_chosen() {
        let choices = choices("basis", &BASES, "court_order");
        let chosen = choices.iter().filter(|choice| choice.is_chosen);
        let chosen: Vec<&str> = chosen.map(|choice| choice.id.as_str()).collect();
        assert_eq!(chosen, ["basis-2"]);
    }
}
