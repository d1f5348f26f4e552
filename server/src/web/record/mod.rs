//! Recording events: forms that are made of the catalogue, and corrections.

mod asking;
mod correction;
mod event;
mod kept;
mod plain_words;
mod question;
mod search;
mod sheet;

use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::extract::{Path, Query, RawQuery};
use axum::http::Method;
use axum::response::Response;
use axum::routing::get;
use muniment_core::catalogue::{EventType, RecordedBy};
use muniment_core::hash::Hash;
use serde::Deserialize;
use serde_json::Value;

use super::Pages;
use super::entries::{CORRECTION, INSTEAD_OF, LEAVE_OUT, Line, mark_corrected};
use super::failure::Failure;
use super::fields::Fields;
use super::forms::Posted;
use super::page::{self, Frame, Place};
use super::visit::{Visit, see_other, with_query};
use super::words;
use crate::tokens::Role;
use asking::{Asking, SUBJECT};
use event::SUBJECT_TITLE;
use search::{Found, Search, Section};
use sheet::{Instead, Sheet, source_of};

/// Who may post events.
const WRITERS: [Role; 2] = [Role::Officer, Role::Source];

pub(super) use kept::{Kept, kept};

pub(super) fn routes() -> Router<Arc<Pages>> {
    Router::new()
        .route("/record", get(list))
        .route("/record/correction", get(correction::show).post(correction::send))
        .route("/record/{type}", get(show).post(send))
        .route("/record/{type}/done", get(done))
}

fn may_record(visit: &Visit) -> Result<(), Failure> {
    if visit.holds(&WRITERS) {
        return Ok(());
    }
    let detail = "Your access token may not record events. Ask whoever runs this ledger for one that may.";
    Err(Failure::forbidden(detail))
}

/// Whether somebody may record corrections.
fn may_correct(visit: &Visit) -> bool {
    visit.session.grant.scope.covers_group(CORRECTION)
}

/// Whether somebody may record events of a type.
fn is_offered(visit: &Visit, known: &EventType) -> bool {
    known.recorded_by == RecordedBy::Client && visit.session.grant.scope.covers_group(&known.name)
}

#[derive(Debug, Deserialize)]
struct Wanted {
    /// Words to search for.
    #[serde(default)]
    q: String,
    /// The case that forms are filled in with.
    #[serde(default)]
    subject: String,
}

#[derive(Debug, Template)]
#[template(path = "record_list.html")]
struct ListPage {
    frame: Frame,
    q: String,
    subject: String,
    /// How many types may be recorded at all, and where they are listed.
    all: String,
    all_path: String,
    /// All of them, by group; nothing if something was searched for.
    sections: Vec<Section>,
    found: Vec<Found>,
    /// Whether every word was found.
    is_exact: bool,
    /// Whether not all that fits is shown.
    is_cut: bool,
    may_correct: bool,
}

async fn list(visit: Visit, Query(wanted): Query<Wanted>) -> Result<Response, Failure> {
    may_record(&visit)?;
    let definitions = visit.pages.app.definitions();
    let types = definitions.catalogue.types().filter(|known| is_offered(&visit, known));
    let types: Vec<&EventType> = types.collect();
    let (q, subject) = (wanted.q.trim().to_owned(), wanted.subject.trim().to_owned());
    let groups: Vec<_> = definitions.catalogue.groups().collect();
    let (mut sections, mut search) =
        (Vec::new(), Search { found: Vec::new(), is_exact: true, is_cut: false });
    if q.is_empty() {
        sections = search::sections(&groups, &types, &subject);
    } else {
        search = search::search(&groups, &types, &definitions.rulebook, &subject, &q);
    }
    let Search { found, is_exact, is_cut } = search;
    let all = words::number(u64::try_from(types.len()).unwrap_or_default());
    let all_path = with_query("/record", &[("subject", subject.as_str())]);
    let frame = visit.frame("Record an event", Place::Record);
    let may_correct = may_correct(&visit);
    page::page(&ListPage { frame, q, subject, all, all_path, sections, found, is_exact, is_cut, may_correct })
}

/// The form for a type.
fn sheet(visit: Visit, name: &str) -> Result<Sheet, Failure> {
    may_record(&visit)?;
    let definitions = visit.pages.app.definitions();
    let known = definitions.catalogue.get(name).filter(|known| known.recorded_by == RecordedBy::Client);
    let known = known.ok_or_else(|| {
        Failure::not_found("There is no form of this name. Go to “Record” to find what can be recorded.")
    })?;
    if !is_offered(&visit, known) {
        return Err(Failure::forbidden("Your access token does not cover events of this group."));
    }
    let asking = Asking::of(known, visit.session.grant.scope.units.as_ref());
    let (path, source) = (format!("/record/{name}"), source_of(&visit.session.grant));
    Ok(Sheet { visit, asking, path, source, fixed: Vec::new(), corrected: None, instead: None })
}

/// The form, filled in with what the address says: `?subject=FOI-2026-0012&regime=foi`.
async fn show(
    visit: Visit,
    Path(name): Path<String>,
    RawQuery(query): RawQuery,
) -> Result<Response, Failure> {
    may_record(&visit)?;
    // Corrections have a form of their own, which shows what is corrected.
    if name == CORRECTION {
        return Ok(see_other("/record/correction"));
    }
    let known = Fields::read(query.unwrap_or_default().as_bytes())?;
    let mut sheet = sheet(visit, &name)?;
    match instead(&mut sheet, &known).await? {
        Some(recorded) => sheet.show(recorded),
        None => sheet.show(sheet.asking.filled_in(&known)),
    }
}

async fn send(
    Path(name): Path<String>,
    RawQuery(query): RawQuery,
    posted: Posted,
) -> Result<Response, Failure> {
    let mut sheet = sheet(posted.visit, &name)?;
    instead(&mut sheet, &Fields::read(query.unwrap_or_default().as_bytes())?).await?;
    sheet.posted(posted.fields).await
}

/// Where the address names an entry that counts no more: makes the form the one in which that is recorded right, and gives what
/// is filled in.
async fn instead(sheet: &mut Sheet, known: &Fields) -> Result<Option<Fields>, Failure> {
    let of = known.get(INSTEAD_OF);
    if of.is_empty() {
        return Ok(None);
    }
    let found = correction::find(&sheet.visit, of).await?;
    let found = found.filter(|(_, entry)| entry["event"]["type"] == sheet.asking.event_type.as_str());
    let Some((seq, entry)) = found else {
        let detail =
            "There is no such entry of this type that you may see, so there is nothing to record right.";
        return Err(Failure::not_found(detail));
    };
    let mut lines = [Line::of(&entry, &sheet.visit.pages.app.definitions().catalogue)];
    let subject = lines[0].subject.clone();
    mark_corrected(&sheet.visit, &subject, &mut lines).await;
    let [line] = lines;
    let (mut filled, mut left_out) = sheet.asking.as_recorded(&entry);
    if known.get(LEAVE_OUT) == SUBJECT {
        filled = filled.without(&[SUBJECT]);
        left_out.insert(0, SUBJECT_TITLE.to_owned());
    }
    let seq = seq.to_string();
    sheet.path = with_query(
        &format!("/record/{}", sheet.asking.event_type),
        &[(INSTEAD_OF, seq.as_str()), (LEAVE_OUT, known.get(LEAVE_OUT))],
    );
    sheet.instead = Some(Instead {
        is_void: line.corrected.as_ref().is_some_and(|corrected| corrected.is_void),
        number: words::number(line.seq),
        correct_path: with_query("/record/correction", &[("of", seq.as_str())]),
        left_out,
        line,
    });
    Ok(Some(filled))
}

#[derive(Debug, Deserialize)]
struct Done {
    #[serde(default)]
    seq: String,
}

#[derive(Debug, Template)]
#[template(path = "record_done.html")]
struct DonePage {
    frame: Frame,
    line: Line,
    /// The entry's number, for people.
    number: String,
    /// BLAKE3 of the entry's line.
    hash: String,
    /// The form for another event of the same type, about the same case.
    again: String,
    is_correction: bool,
    /// What the corrected entry says happened, and the form in which it can be recorded right; empty where there is nothing
    /// to record.
    right_title: String,
    right_path: String,
    may_correct: bool,
}

/// What was recorded, as the ledger has it.
async fn done(
    visit: Visit,
    Path(name): Path<String>,
    Query(Done { seq }): Query<Done>,
) -> Result<Response, Failure> {
    let unknown = || Failure::not_found("There is no such entry of this type.");
    let seq: u64 = seq.parse().map_err(|_| unknown())?;
    let answer = visit.ask(Method::GET, &format!("/v1/events/{seq}"), None).await?;
    let entry: Value = answer.read()?;
    let line = Line::of(&entry, &visit.pages.app.definitions().catalogue).seen(visit.pages.app.time());
    if line.event_type != name {
        return Err(unknown());
    }
    let wrong = if name == CORRECTION { voided(&visit, &entry).await? } else { None };
    let (right_title, right_path) = wrong.unwrap_or_default();
    let number = words::number(seq);
    page::page(&DonePage {
        frame: visit.frame(&format!("Recorded as entry {number}"), Place::Record),
        number,
        hash: Hash::of_line(&answer.body).to_string(),
        again: with_query(&format!("/record/{name}"), &[("subject", line.subject.as_str())]),
        is_correction: name == CORRECTION,
        right_title,
        right_path,
        may_correct: may_correct(&visit),
        line,
    })
}

/// What happened according to the entry that a correction says counts no more, and the form in which that is recorded right.
async fn voided(visit: &Visit, correction: &Value) -> Result<Option<(String, String)>, Failure> {
    let data = &correction["event"]["data"];
    let Some(target) = data["target"].as_u64().filter(|_| data["action"] == "void") else { return Ok(None) };
    let found = visit.find::<Value>(&format!("/v1/events/{target}")).await?;
    let line = found.map(|entry| Line::of(&entry, &visit.pages.app.definitions().catalogue));
    Ok(line.map(|line| {
        let path = line.right_path(data["reason"].as_str().unwrap_or_default());
        (line.title, path)
    }))
}
