//! One request to destroy: how far it has come, who agrees, and the certificate of what was destroyed.

use askama::Template;
use axum::extract::Path;
use axum::http::{Method, StatusCode};
use axum::response::Response;
use serde_json::Value;

use super::{
    DESTROYERS, Destruction, ENTRY_READERS, Mistake, READERS, basis, by_another, destructions, extent,
    holder, may_destroy, said_of, sentence, state, unnarrowed,
};
use crate::web::entries::case_path;
use crate::web::failure::Failure;
use crate::web::forms::Posted;
use crate::web::page::{self, Frame, Place};
use crate::web::visit::{Visit, see_other};
use crate::web::words::{self, Moment};

/// The page of a destruction.
pub(super) fn path_of(id: u64) -> String {
    format!("/personal-data/destructions/{id}")
}

/// A part of the certificate: one case or one person.
#[derive(Debug)]
struct Certified {
    seq: u64,
    number: String,
    when: Moment,
    what: String,
    entries: String,
    digest: String,
    keys: String,
}

impl Certified {
    /// Reads an entry `personal.destroyed`.
    fn of(entry: &Value) -> Certified {
        let (event, seq) = (&entry["event"], entry["seq"].as_u64().unwrap_or_default());
        let data = &event["data"];
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let list = |value: &Value| {
            let items = value.as_array().into_iter().flatten().filter_map(Value::as_str);
            items.collect::<Vec<_>>().join(", ")
        };
        let people = list(&data["people"]);
        let subject = text(&event["subject"]);
        Certified {
            seq,
            number: words::number(seq),
            when: Moment::of(entry["recorded"].as_str().unwrap_or_default()),
            what: match data["group"].as_str() {
                Some(group) => format!("All that was sealed of {group} {subject}"),
                None => format!("Whom the pseudonym {people} stood for"),
            },
            entries: words::count(data["entries"].as_u64().unwrap_or_default(), "entry", "entries"),
            digest: text(&data["entries_sha256"]),
            keys: list(&data["keys"]),
        }
    }
}

/// A case that is concerned.
#[derive(Debug)]
struct CaseView {
    kind: String,
    subject: String,
    path: String,
}

#[derive(Debug, Template)]
#[template(path = "personal_destruction.html")]
struct DestructionPage {
    frame: Frame,
    mistakes: Vec<Mistake>,
    agreed_error: String,
    path: String,
    state: &'static str,
    colour: &'static str,
    basis: String,
    extent: String,
    entries: String,
    requested_by: String,
    authorised_by: String,
    not_before: Moment,
    is_cancelled: bool,
    blocked_by: String,
    seq: u64,
    number: String,
    plan: String,
    cases: Vec<CaseView>,
    people: Vec<String>,
    is_destroyed: bool,
    certified: Vec<Certified>,
    /// Numbers of the entries that certify it, for whoever may not read them.
    certificates: Vec<String>,
    reads_entries: bool,
    is_requested: bool,
    may_authorise: bool,
    /// Whether whoever looks at it asked for it, and so cannot agree to it.
    is_own: bool,
    /// Why whoever may destroy cannot agree to it all the same; empty if they can.
    cannot_authorise: String,
    by_another: &'static str,
    may_cancel: bool,
}

pub(super) async fn show(visit: Visit, Path(id): Path<String>) -> Result<Response, Failure> {
    if !visit.holds(READERS) {
        return Err(Failure::forbidden("This is for administrators, auditors and officers."));
    }
    unnarrowed(&visit)?;
    one_page(&visit, number(&id)?, Vec::new()).await
}

fn number(id: &str) -> Result<u64, Failure> {
    id.parse().map_err(|_| Failure::not_found("There is no such request to destroy anything."))
}

async fn one_page(visit: &Visit, id: u64, mistakes: Vec<Mistake>) -> Result<Response, Failure> {
    let all = destructions(visit).await?.destructions;
    let found = all.into_iter().find(|destruction| destruction.id == id);
    let missing = || Failure::not_found("There is no such request to destroy anything.");
    let destruction = found.ok_or_else(missing)?;
    let reads_entries = visit.holds(ENTRY_READERS);
    let certified = if reads_entries { certified(visit, &destruction).await? } else { Vec::new() };
    let numbers = destruction.destroyed.iter().map(|seq| words::number(*seq));
    let certificates = if reads_entries { Vec::new() } else { numbers.collect() };
    let is_wrong = !mistakes.is_empty();
    let frame = visit.frame(&format!("Destruction {id}"), Place::Personal);
    let (state, colour) = state(&destruction.state);
    let is_requested = destruction.state == "requested";
    let is_own = visit.session.grant.principal().as_str() == destruction.requested_by;
    let is_open = matches!(destruction.state.as_str(), "requested" | "authorised" | "blocked");
    let may_act = visit.holds(DESTROYERS);
    let page = DestructionPage {
        frame: if is_wrong { frame.with_errors() } else { frame },
        agreed_error: said_of(&mistakes, "agreed"),
        mistakes,
        path: path_of(id),
        state,
        colour,
        basis: basis(&destruction.basis),
        extent: extent(destruction.cases.len(), destruction.people.len()),
        entries: words::count(destruction.entries, "entry", "entries"),
        requested_by: holder(&destruction.requested_by),
        authorised_by: destruction.authorised_by.as_deref().map(holder).unwrap_or_default(),
        not_before: Moment::of(&destruction.not_before),
        is_cancelled: destruction.state == "cancelled",
        blocked_by: destruction.blocked_by.unwrap_or_default(),
        seq: destruction.seq,
        number: words::number(destruction.seq),
        plan: destruction.plan,
        cases: (destruction.cases.into_iter())
            .map(|case| CaseView { path: case_path(&case.subject), kind: case.group, subject: case.subject })
            .collect(),
        people: destruction.people,
        is_destroyed: destruction.state == "destroyed",
        certified,
        certificates,
        reads_entries,
        is_requested,
        may_authorise: may_act && is_requested && destruction.cannot_authorise.is_none(),
        is_own,
        cannot_authorise: sentence(destruction.cannot_authorise.as_deref().filter(|_| may_act)),
        by_another: by_another(visit),
        may_cancel: may_act && is_open && destruction.destroyed.is_empty(),
    };
    page::with_status(if is_wrong { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK }, &page)
}

/// What the ledger says was destroyed.
async fn certified(visit: &Visit, destruction: &Destruction) -> Result<Vec<Certified>, Failure> {
    let mut certified = Vec::with_capacity(destruction.destroyed.len());
    for seq in &destruction.destroyed {
        let entry: Value = visit.get(&format!("/v1/events/{seq}")).await?;
        certified.push(Certified::of(&entry));
    }
    Ok(certified)
}

pub(super) async fn authorise(
    Path(id): Path<String>,
    Posted { visit, fields }: Posted,
) -> Result<Response, Failure> {
    may_destroy(&visit)?;
    let id = number(&id)?;
    if fields.get("agreed") != "yes" {
        let message = "Tick the box to say that you looked at what will be destroyed";
        return one_page(&visit, id, vec![Mistake::new("agreed", message)]).await;
    }
    act(&visit, id, "authorise").await
}

pub(super) async fn cancel(
    Path(id): Path<String>,
    Posted { visit, .. }: Posted,
) -> Result<Response, Failure> {
    may_destroy(&visit)?;
    act(&visit, number(&id)?, "cancel").await
}

async fn act(visit: &Visit, id: u64, act: &str) -> Result<Response, Failure> {
    match visit.ask(Method::POST, &format!("/v1/destructions/{id}/{act}"), None).await {
        Ok(_) => Ok(see_other(&path_of(id))),
        Err(failure) if failure.is_about_the_form() => {
            one_page(visit, id, vec![Mistake::new("", failure.detail)]).await
        }
        Err(failure) => Err(failure),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_certificate_says_what_was_destroyed() {
        let entry = json!({
            "seq": 1_234, "recorded": "2026-05-01T09:30:00.000001Z",
            "event": {
                "type": "personal.destroyed", "subject": "FOI-1",
                "data": {
                    "group": "request", "entries": 2, "entries_sha256": "ab", "keys": ["k-1", "k-2"], "people": [],
                },
            },
        });
        let of_case = Certified::of(&entry);
        assert_eq!((of_case.number.as_str(), of_case.entries.as_str()), ("1,234", "2 entries"));
        assert_eq!((of_case.digest.as_str(), of_case.keys.as_str()), ("ab", "k-1, k-2"));
        assert_eq!(of_case.what, "All that was sealed of request FOI-1");
        let of_person = Certified::of(&json!({ "event": { "data": { "people": ["p-a"], "keys": [] } } }));
        assert_eq!(
            (of_person.what.as_str(), of_person.keys.as_str()),
            ("Whom the pseudonym p-a stood for", "")
        );
    }
}
