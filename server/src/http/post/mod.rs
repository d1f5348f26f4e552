//! `POST /v1/events`: one event, a batch, or an event in headers.

mod check;
mod content;
mod inflate;
mod posted;
mod submit;

use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use axum::extract::{Query, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use muniment_core::entry::EntryView;
use muniment_core::event::{Event, differences};
use muniment_core::hash::Hash;
use muniment_core::limits::BATCH_BYTES_MAX;
use muniment_core::time::Timestamp;
use serde::ser::Error as _;
use serde::{Deserialize, Serialize, Serializer};
use utoipa::{IntoParams, ToSchema};

use super::App;
use super::answer::Json;
use super::caller::{Caller, WRITERS};
use super::problem::Problem;
use crate::ledger::repeat::differences_from;
use crate::ledger::submission::{Appended, Refusal, Seals};
use crate::vault::Make;
use check::Checked;
use content::{Content, Encoding};
use posted::Posted;

/// Largest body, as sent and once decompressed.
pub const BODY_BYTES_MAX: usize = 12 * 1024 * 1024;

/// Most commas in a body, those in strings too: each stands for a value, and a value takes more memory than text.
/// A batch of 10,000 events may have 60 members each.
pub(super) const BODY_COMMAS_MAX: usize = 600_000;

/// From here on a body is worked through where it does not hold up other requests.
const LARGE_BODY_BYTES: usize = 64 * 1024;

/// What may be asked of a post.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct PostQuery {
    /// `true`: check everything and write nothing.
    #[serde(default)]
    dry_run: bool,
}

/// A compression that is undone.
#[derive(ToSchema)]
#[schema(rename_all = "lowercase")]
#[expect(dead_code, reason = "describes what `Encoding::of` reads")]
enum ContentEncoding {
    Identity,
    Gzip,
    Zstd,
}

/// What became of one event.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Recorded {
    /// The entry's number.
    #[serde(skip_serializing_if = "Option::is_none")]
    seq: Option<u64>,
    /// BLAKE3 of the entry's line.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "write_hash")]
    #[schema(value_type = Option<String>)]
    hash: Option<Hash>,
    /// When it was recorded: UTC, microseconds.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "write_recorded")]
    #[schema(value_type = Option<String>)]
    recorded: Option<Timestamp>,
    /// The same event was there before: this is its first answer.
    replayed: bool,
    /// Only in a lenient batch: why this event was refused. The other members but `replayed` are then
    /// missing.
    #[serde(skip_serializing_if = "Option::is_none")]
    problem: Option<Box<Problem>>,
}

impl Recorded {
    pub(super) fn of(appended: &Appended) -> Recorded {
        Recorded {
            seq: Some(appended.seq),
            hash: Some(appended.hash),
            recorded: Some(appended.recorded),
            replayed: appended.replayed,
            problem: None,
        }
    }

    pub(super) fn refused(problem: Problem) -> Recorded {
        Recorded { seq: None, hash: None, recorded: None, replayed: false, problem: Some(Box::new(problem)) }
    }

    /// Checked and not written.
    fn dry() -> Recorded {
        Recorded { seq: None, hash: None, recorded: None, replayed: false, problem: None }
    }
}

/// As digits at once: an answer to a batch has thousands of them.
fn write_hash<S: Serializer>(hash: &Option<Hash>, serializer: S) -> Result<S::Ok, S::Error> {
    write_ascii(hash.map(Hash::to_hex), serializer)
}

fn write_recorded<S: Serializer>(recorded: &Option<Timestamp>, serializer: S) -> Result<S::Ok, S::Error> {
    write_ascii(recorded.map(Timestamp::to_recorded), serializer)
}

fn write_ascii<S: Serializer, const N: usize>(
    text: Option<[u8; N]>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    match &text {
        None => serializer.serialize_none(),
        Some(text) => serializer.serialize_str(std::str::from_utf8(text).map_err(S::Error::custom)?),
    }
}

/// One event's outcome, or a batch's.
#[derive(Debug, Serialize, ToSchema)]
#[serde(untagged)]
pub(super) enum PostAnswer {
    /// For one event.
    One(Recorded),
    /// For a batch, in its order.
    Batch(Vec<Recorded>),
}

/// Record events
///
/// One event (`application/cloudevents+json`), a batch of up to 10,000 events and 8 MiB
/// (`application/cloudevents-batch+json`), or one event in `ce-` headers with its data as body. A batch is
/// recorded wholly or not at all, unless `Prefer: handling=lenient` asks to keep the good ones. The same event
/// again is answered as it was first. An answer comes when the event is on disk.
#[utoipa::path(
    post,
    path = "/v1/events",
    tag = "events",
    params(
        PostQuery,
        ("Prefer" = Option<String>, Header, description = "`handling=lenient` keeps a batch's good events and reports the others"),
        ("Content-Encoding" = inline(Option<ContentEncoding>), Header, description = "How the body is compressed"),
    ),
    request_body(
        description = "At most 12 MiB, also once decompressed; an event has at most 65,000 bytes in canonical form",
        content(
            (super::openapi::CloudEvent = "application/cloudevents+json"),
            (Vec<super::openapi::CloudEvent> = "application/cloudevents-batch+json"),
            (serde_json::Value = "application/json"),
        ),
    ),
    responses(
        (status = 201, description = "Recorded; of a batch at least one event is new", body = PostAnswer),
        (status = 200, description = "Nothing new: all were there before, the batch is empty, or it was a dry run", body = PostAnswer),
    ),
    security(("token" = ["officer", "source"])),
)]
pub(super) async fn post_events(
    State(app): State<Arc<App>>,
    caller: Caller,
    query: Result<Query<PostQuery>, axum::extract::rejection::QueryRejection>,
    request: Request,
) -> Result<Response, Problem> {
    caller.needs(WRITERS)?;
    let (Parts { headers, .. }, body) = request.into_parts();
    let Query(query) = query.map_err(|error| Problem::new("bad_request", error.body_text()))?;
    let (content, encoding) = (Content::of(&headers)?, Encoding::of(&headers)?);
    let lenient = prefers_lenient(&headers) && content == Content::Batched;
    let body = app.bodies.read(&headers, body, encoding != Encoding::Plain, BODY_BYTES_MAX).await?;
    caller.is_still_valid()?;
    let large = encoding != Encoding::Plain || body.bytes.len() > LARGE_BODY_BYTES;
    let posted = Posted { content, encoding, headers: &headers, body: &body.bytes, lenient, large };
    let mut answer = match query.dry_run {
        true => {
            dry_run(&app, &caller, posted.check(&app, &caller, Make::Pretend, HashSet::new())?.0, lenient)
                .await?
        }
        false => posted.record(&app, &caller).await?,
    };
    let new = !query.dry_run && answer.iter().any(|item| item.seq.is_some() && !item.replayed);
    let status = if new { StatusCode::CREATED } else { StatusCode::OK };
    let answer = match content {
        Content::Batched => PostAnswer::Batch(answer),
        Content::Structured | Content::Binary => {
            PostAnswer::One(answer.pop().ok_or_else(|| Problem::internal("an event got no answer", &"none"))?)
        }
    };
    let mut response = (status, Json(answer)).into_response();
    if lenient {
        response.headers_mut().insert("preference-applied", HeaderValue::from_static("handling=lenient"));
    }
    Ok(response)
}

/// Whether `Prefer: handling=lenient` (RFC 7240) was sent.
fn prefers_lenient(headers: &HeaderMap) -> bool {
    let preferences = headers.get_all("prefer").iter().filter_map(|value| value.to_str().ok());
    preferences.flat_map(|value| value.split([',', ';'])).any(|preference| {
        preference.split_once('=').is_some_and(|(name, value)| {
            name.trim().eq_ignore_ascii_case("handling")
                && value.trim().trim_matches('"').eq_ignore_ascii_case("lenient")
        })
    })
}

/// Says what posting would do.
async fn dry_run(
    app: &App,
    caller: &Caller,
    checked: Vec<Checked>,
    lenient: bool,
) -> Result<Vec<Recorded>, Problem> {
    let bytes: usize = checked.iter().flatten().map(|event| event.canonical().len()).sum();
    if bytes > BATCH_BYTES_MAX {
        return Err(Refusal::BatchTooLarge(bytes).into());
    }
    let names = checked.iter().flatten().map(|event| (event.source().to_owned(), event.id().to_owned()));
    let found = app.find(names.collect()).await?;
    let mut found = found.into_iter();
    let mut answer = Vec::with_capacity(checked.len());
    let mut seen: HashMap<(&str, &str), &Event> = HashMap::new();
    for event in &checked {
        let item = match event {
            Err(faults) => Err(check::problem_of(faults.clone())),
            Ok(event) => match (found.next().flatten(), seen.entry((event.source(), event.id()))) {
                (Some(seq), _) => compare(app, caller, seq, event),
                (None, Entry::Occupied(first)) => compare_within(first.get(), event),
                (None, Entry::Vacant(place)) => {
                    place.insert(event);
                    Ok(Recorded::dry())
                }
            },
        };
        match item {
            Ok(item) => answer.push(item),
            Err(problem) if lenient => answer.push(Recorded::refused(problem)),
            Err(problem) => return Err(problem),
        }
    }
    Ok(answer)
}

/// Whether an event is the one of the same body that has its source and id.
fn compare_within(first: &Event, event: &Event) -> Result<Recorded, Problem> {
    let differences = differences(first.canonical(), event.canonical())
        .map_err(|error| Problem::internal("an event cannot be read", &error))?;
    if differences.is_empty() {
        return Ok(Recorded { replayed: true, ..Recorded::dry() });
    }
    let (from, id) = (event.source().to_owned(), event.id().to_owned());
    Err(Refusal::ConflictWithin { from, id, differences }.into())
}

/// Whether an event is the one that has its source and id.
fn compare(app: &App, caller: &Caller, seq: u64, event: &Event) -> Result<Recorded, Problem> {
    let unreadable = |error: &dyn std::fmt::Display| Problem::internal("an entry cannot be read", error);
    let line = app.ledger.line(seq).map_err(|error| unreadable(&error))?.unwrap_or_default();
    let entry = EntryView::parse(&line).map_err(|error| unreadable(&error))?;
    let seals: &dyn Seals = &*app.intake.vault;
    let differences = differences_from(entry.event.as_bytes(), event, Some(seals));
    let differences = differences.map_err(|error| unreadable(&error))?;
    if differences.is_empty() {
        let (hash, recorded) = (Hash::of_line(&line), entry.recorded);
        return Ok(Recorded::of(&Appended { seq, hash, recorded, replayed: true }));
    }
    let (from, id) = (event.source().to_owned(), event.id().to_owned());
    Err(refused(app, caller, Refusal::Conflict { from, id, seq, differences }))
}

/// A refusal of the ledger, without what the caller may not see: how an entry beyond its scope differs.
fn refused(app: &App, caller: &Caller, refusal: Refusal) -> Problem {
    let hidden = match &refusal {
        Refusal::Conflict { seq, .. } => !app.may_see(&caller.0, *seq),
        _ => false,
    };
    let mut problem = Problem::from(refusal);
    if hidden {
        "another event, which this token may not see, has this source and id".clone_into(&mut problem.detail);
        problem.differences.clear();
        problem.first_entry = None;
    }
    problem
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_spells_as_entries_do() {
        let recorded = Timestamp::parse_rfc3339("2026-05-01T09:30:00.123456Z").unwrap();
        let appended = Appended { seq: 7, hash: Hash::of_line(b"x"), recorded, replayed: false };
        let expect = format!(
            r#"{{"seq":7,"hash":"{}","recorded":"2026-05-01T09:30:00.123456Z","replayed":false}}"#,
            Hash::of_line(b"x")
        );
        assert_eq!(serde_json::to_string(&Recorded::of(&appended)).unwrap(), expect);
        assert_eq!(serde_json::to_string(&Recorded::dry()).unwrap(), r#"{"replayed":false}"#);
    }
}
