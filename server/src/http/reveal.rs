//! `POST /v1/subjects/{group}/{subject}/reveal`: sealed personal data, for a stated purpose, recorded before it is read.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use axum::body::Body;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::header::CACHE_CONTROL;
use axum::http::{HeaderMap, HeaderValue};
use axum::response::Response;
use muniment_core::entry::EntryView;
use muniment_core::json::{self, Value};
use muniment_core::seal::{self, Place, Sealer};
use serde::Deserialize;
use utoipa::ToSchema;

use super::App;
use super::answer::{json_bytes, read_json};
use super::caller::Caller;
use super::destructions::case_of;
use super::problem::Problem;
use crate::erasure::{Case, PERSON, sealed_entries};
use crate::query::EventFacts;
use crate::tokens::Role;

/// Who may read sealed data.
const REVEALERS: &[Role] = &[Role::Officer];
/// What it may be read for.
const PURPOSES: [&str; 6] = ["casework", "review", "investigation", "audit", "subject_access", "legal"];
/// Largest request.
const REQUEST_BYTES_MAX: usize = 16 * 1024;
/// Most entries of one answer, the newest.
const ENTRIES_MAX: usize = 1_000;
/// The time over which readings are counted.
const RATE_TIME: Duration = Duration::from_secs(60);

/// Why sealed data is read.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct RevealRequest {
    /// `casework`, `review`, `investigation`, `audit`, `subject_access` or `legal`.
    #[schema(example = "casework")]
    purpose: String,
}

/// The opened values of one entry.
#[derive(Debug, ToSchema)]
#[allow(dead_code, reason = "describes what is written by hand, so that numbers keep their spelling")]
pub(super) struct RevealedEntry {
    /// The entry.
    seq: u64,
    /// What was sealed, by its JSON pointer in the event as it was posted.
    values: BTreeMap<String, serde_json::Value>,
}

/// What was sealed.
#[derive(Debug, ToSchema)]
#[allow(dead_code, reason = "describes what is written by hand, so that numbers keep their spelling")]
pub(super) struct Revealed {
    /// The entries that still open, the oldest first; 1,000 of the newest at most.
    entries: Vec<RevealedEntry>,
    /// How many entries there are whose key was destroyed.
    destroyed: u64,
    /// Of a person: the identifier that the pseudonym stands for; null if it stands for nobody any more.
    person: Option<String>,
    /// The entry that records this.
    seq: u64,
}

/// Counts who reads sealed data how often.
#[derive(Debug)]
pub(super) struct RevealRate {
    per_minute: usize,
    recent: Mutex<HashMap<String, VecDeque<Instant>>>,
}

impl RevealRate {
    pub(super) fn new(per_minute: usize) -> RevealRate {
        RevealRate { per_minute, recent: Mutex::default() }
    }

    /// Counts one reading, unless there were too many.
    fn count(&self, name: &str, now: Instant) -> Result<(), Problem> {
        let mut recent = self.recent.lock().unwrap_or_else(PoisonError::into_inner);
        let times = recent.entry(name.to_owned()).or_default();
        while times.front().is_some_and(|time| now.duration_since(*time) >= RATE_TIME) {
            times.pop_front();
        }
        if let Some(first) = times.front().filter(|_| times.len() >= self.per_minute) {
            let wait = RATE_TIME.saturating_sub(now.duration_since(*first)).as_secs() + 1;
            let detail =
                format!("sealed data was read {} times in a minute, which is the limit", times.len());
            return Err(Problem::new("too_many_reveals", detail).retry_after(wait));
        }
        times.push_back(now);
        Ok(())
    }
}

/// Read sealed personal data
///
/// Of a case, as far as the token's scope covers its entries; or, with the group `person` and a token that is not
/// narrowed, whom a pseudonym stands for. The reading is recorded as an event before anything is read; what was read is
/// recorded nowhere.
#[utoipa::path(
    post,
    path = "/v1/subjects/{group}/{subject}/reveal",
    operation_id = "reveal_subject",
    tag = "personal data",
    params(
        ("group" = String, Path, description = "The first word of the types of its events, or `person`"),
        ("subject" = String, Path, description = "Their subject, or the pseudonym"),
    ),
    request_body(content = RevealRequest, content_type = "application/json"),
    responses((status = 200, description = "What was sealed", body = Revealed)),
    security(("token" = ["officer"])),
)]
pub(super) async fn reveal(
    State(app): State<Arc<App>>,
    caller: Caller,
    path: Result<Path<BTreeMap<String, String>>, PathRejection>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Problem> {
    caller.needs(REVEALERS)?;
    let case = case_of(path)?;
    let wish: RevealRequest = read_json(&app, &headers, body, REQUEST_BYTES_MAX, "invalid_reveal").await?;
    if !PURPOSES.contains(&wish.purpose.as_str()) {
        let detail = format!("purpose: {:?} is none of {}", wish.purpose, PURPOSES.join(", "));
        return Err(Problem::new("invalid_reveal", detail));
    }
    let is_person = case.group == PERSON;
    let covered = match is_person {
        true => caller.0.scope.is_everything(),
        false => caller.0.scope.covers_group(&case.group),
    };
    if !covered {
        return Err(Problem::new("out_of_scope", "this token's scope does not cover it"));
    }
    caller.is_still_valid()?;
    app.reveals.count(&caller.0.name, Instant::now())?;
    let done = tokio::task::spawn_blocking(move || match is_person {
        true => reveal_person(&app, &caller, &case.subject, &wish.purpose),
        false => reveal_case(&app, &caller, &case, &wish.purpose),
    });
    let revealed = done.await.map_err(|error| Problem::internal("sealed data cannot be read", &error))??;
    let mut response = json_bytes(revealed);
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(response)
}

/// Records that something is about to be read.
fn record(app: &App, caller: &Caller, subject: &str, data: Value<'static>) -> Result<u64, Problem> {
    let mut random = [0; 16];
    getrandom::fill(&mut random)
        .map_err(|error| Problem::internal("the system gives no random bytes", &error))?;
    let hex: String = random.iter().map(|byte| format!("{byte:02x}")).collect();
    let id = format!("reveal/{}/{hex}", caller.0.name);
    Ok(app.ledger.append_host_about("personal.revealed", &id, subject, data)?.seq)
}

fn reveal_case(app: &App, caller: &Caller, case: &Case, purpose: &str) -> Result<Vec<u8>, Problem> {
    let mut sealed = sealed_entries(&app.ledger, &app.index, case)?;
    let visible = |line: &[u8]| EventFacts::read(line).is_ok_and(|facts| caller.0.scope.matches(&facts));
    sealed.retain(|(_, line)| visible(line));
    let left_out = sealed.len().saturating_sub(ENTRIES_MAX);
    let sealed = sealed.split_off(left_out);
    let by = caller.0.principal();
    let data = Value::object([
        ("entries", Value::number(sealed.len() as u64)),
        ("group", Value::string(case.group.clone())),
        ("purpose", Value::string(purpose.to_owned())),
        ("requested_by", Value::string(by.as_str().to_owned())),
    ]);
    let seq = record(app, caller, &case.subject, data)?;
    let failed = |error: &dyn std::fmt::Display| Problem::internal("sealed data cannot be read", error);
    let key = app.intake.vault.key(&case.group, &case.subject).map_err(|error| failed(&error))?;
    let key = key.map(|(id, key)| (id, key.sealer()));
    let (mut entries, mut destroyed) = (Vec::new(), 0);
    for (seq, line) in sealed {
        let entry = EntryView::parse(&line).map_err(|error| failed(&error))?;
        let event = json::parse(entry.event.as_bytes()).map_err(|error| failed(&error))?;
        let Some(object) = event.as_object() else { continue };
        match &key {
            Some((id, sealer)) if seal::key_of(object) == Some(*id) => {
                let values = open(object, sealer).map_err(|error| failed(&error))?;
                entries.push(written(seq, &values));
            }
            _ => destroyed += 1,
        }
    }
    let entries = entries.join(",");
    Ok(format!(r#"{{"entries":[{entries}],"destroyed":{destroyed},"seq":{seq}}}"#).into_bytes())
}

/// One entry of an answer. The values are canonical JSON already.
fn written(seq: u64, values: &BTreeMap<String, String>) -> String {
    let name =
        |name: &str| String::from_utf8_lossy(&Value::string(name.to_owned()).to_canonical()).into_owned();
    let members: Vec<String> =
        values.iter().map(|(pointer, value)| format!("{}:{value}", name(pointer))).collect();
    format!(r#"{{"seq":{seq},"values":{{{}}}}}"#, members.join(","))
}

/// The opened values of an event, as JSON.
fn open(event: &json::Object<'_>, sealer: &Sealer) -> Result<BTreeMap<String, String>, seal::UnsealError> {
    let text = |name: &str| event.get(name).and_then(Value::as_str).unwrap_or_default();
    let place = Place { source: text("source"), id: text("id"), subject: text("subject") };
    let mut values = BTreeMap::new();
    for (pointer, value) in seal::sealed_values(event) {
        let (pointer, plain) = match sealer.open(place, &pointer, value) {
            Err(_) if pointer == "/data" => {
                let pointer = "/data_base64".to_owned();
                let plain = sealer.open(place, &pointer, value)?;
                (pointer, plain)
            }
            plain => (pointer, plain?),
        };
        values.insert(pointer, String::from_utf8_lossy(&plain).into_owned());
    }
    Ok(values)
}

fn reveal_person(app: &App, caller: &Caller, pseudonym: &str, purpose: &str) -> Result<Vec<u8>, Problem> {
    if !crate::vault::is_pseudonym(pseudonym) {
        let detail = "a person is named by a pseudonym: `p-` and 26 letters and digits, as entries hold it";
        return Err(Problem::new("not_found", detail));
    }
    let by = caller.0.principal();
    let data = Value::object([
        ("people", Value::Array(vec![Value::string(pseudonym.to_owned())])),
        ("purpose", Value::string(purpose.to_owned())),
        ("requested_by", Value::string(by.as_str().to_owned())),
    ]);
    let seq = record(app, caller, pseudonym, data)?;
    let person = app.intake.vault.person(pseudonym);
    let person = person.map_err(|error| Problem::internal("sealed data cannot be read", &error))?;
    let person = person.map_or(Value::Null, Value::string).to_canonical();
    let person = String::from_utf8_lossy(&person);
    Ok(format!(r#"{{"entries":[],"destroyed":0,"person":{person},"seq":{seq}}}"#).into_bytes())
}
