//! Recording that an earlier entry is wrong.

use askama::Template;
use axum::extract::Query;
use axum::http::StatusCode;
use axum::response::Response;
use muniment_core::host::is_host_type;
use serde::Deserialize;
use serde_json::Value;

use super::super::answers::EventsPage;
use super::super::entries::Line;
use super::super::failure::Failure;
use super::super::fields::Fields;
use super::super::forms::Posted;
use super::super::page::{self, Frame, Place};
use super::super::visit::{Visit, with_query};
use super::super::words;
use super::asking::SUBJECT;
use super::sheet::{Corrected, Sheet};
use super::{CORRECTION, may_record};
use crate::tokens::Role;

/// Most corrections of a case that are looked through for the last one of an entry.
const LOOKED_THROUGH: &str = "1000";

/// Which entry is to be corrected.
#[derive(Debug, Deserialize)]
pub(super) struct Of {
    #[serde(default)]
    of: String,
}

#[derive(Debug, Template)]
#[template(path = "record_which.html")]
struct WhichPage {
    frame: Frame,
    of: String,
    error: String,
}

pub(super) async fn show(visit: Visit, Query(Of { of }): Query<Of>) -> Result<Response, Failure> {
    may_record(&visit)?;
    if of.trim().is_empty() {
        return which(&visit, of, "");
    }
    let Some((seq, entry)) = find(&visit, &of).await? else {
        return which(&visit, of, "Enter the number of an entry that you may see, such as 41");
    };
    let (sheet, counts) = sheet(visit, seq, &entry).await?;
    // What is most likely wanted is chosen already.
    let action = if counts == Some(false) { "restore" } else { "void" };
    let unit = entry["event"]["data"]["unit"].as_str().unwrap_or_default();
    let known = [("data-action", action), ("data-unit", unit)];
    let known = known.map(|(name, value)| (name.to_owned(), value.to_owned()));
    sheet.show(Fields(known.into()))
}

pub(super) async fn send(Query(Of { of }): Query<Of>, posted: Posted) -> Result<Response, Failure> {
    let Posted { visit, fields } = posted;
    may_record(&visit)?;
    let Some((seq, entry)) = find(&visit, &of).await? else {
        return Err(Failure::not_found("There is no such entry that you may see."));
    };
    sheet(visit, seq, &entry).await?.0.posted(fields).await
}

fn which(visit: &Visit, of: String, error: &str) -> Result<Response, Failure> {
    let frame = visit.frame("Record a correction", Place::Record);
    let (status, frame) = match error.is_empty() {
        true => (StatusCode::OK, frame),
        false => (StatusCode::UNPROCESSABLE_ENTITY, frame.with_errors()),
    };
    page::with_status(status, &WhichPage { frame, of, error: error.to_owned() })
}

/// The entry of a number as somebody types it.
pub(super) async fn find(visit: &Visit, of: &str) -> Result<Option<(u64, Value)>, Failure> {
    let Ok(seq) = of.replace([',', ' '], "").parse::<u64>() else { return Ok(None) };
    let entry = visit.find(&format!("/v1/events/{seq}")).await?;
    Ok(entry.map(|entry| (seq, entry)))
}

/// The form about an entry, and whether the entry counts at present.
async fn sheet(visit: Visit, seq: u64, entry: &Value) -> Result<(Sheet, Option<bool>), Failure> {
    let line = Line::of(entry, &visit.pages.app.definitions().catalogue);
    if is_host_type(&line.event_type) || line.event_type == CORRECTION {
        let detail = "It was written by the ledger itself, or is a correction. To take a correction back, correct the same entry again: the last correction stands.";
        return Err(Failure::new(422, "This entry cannot be corrected", detail));
    }
    let counts = counts(&visit, seq, &line.subject).await;
    // An officer corrects what any source recorded, a source what it recorded itself.
    let own = (!visit.holds(&[Role::Officer])).then(|| line.source.clone());
    let mut sheet = super::sheet(visit, CORRECTION)?;
    let number = words::number(seq);
    sheet.asking.title = format!("Correct entry {number}");
    sheet.path = with_query("/record/correction", &[("of", seq.to_string().as_str())]);
    if let Some(own) = own {
        sheet.source = own;
    }
    sheet.fixed = vec![("data-target", seq.to_string())];
    if !line.subject.is_empty() {
        sheet.fixed.push((SUBJECT, line.subject.clone()));
    }
    let standing = match counts {
        Some(true) => "Yes",
        Some(false) => "No: an earlier correction says that it counts no more",
        None => "This cannot be told just now, because the search is not ready",
    };
    sheet.corrected = Some(Corrected { line, number, standing });
    Ok((sheet, counts))
}

/// Whether an entry counts: the last correction of it says. `None` while that cannot be looked up.
async fn counts(visit: &Visit, seq: u64, subject: &str) -> Option<bool> {
    let asked = [("type", CORRECTION), ("subject", subject), ("order", "desc"), ("limit", LOOKED_THROUGH)];
    let corrections: EventsPage = visit.get(&with_query("/v1/events", &asked)).await.ok()?;
    let mut data = corrections.events.iter().map(|entry| &entry["event"]["data"]);
    let last = data.find(|data| data["target"].as_u64() == Some(seq));
    Some(last.is_none_or(|data| data["action"] != "void"))
}
