//! `POST /v1/events`: one event, a batch, or an event in headers.

mod check;
mod content;
mod inflate;

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
use muniment_core::limits::{BATCH_BYTES_MAX, BATCH_EVENTS_MAX};
use muniment_core::time::Timestamp;
use serde::ser::Error as _;
use serde::{Deserialize, Serialize, Serializer};
use utoipa::{IntoParams, ToSchema};

use super::App;
use super::answer::Json;
use super::caller::{Caller, WRITERS};
use super::problem::{Fault, Problem};
use crate::intake::{Taken, Taking};
use crate::ledger::repeat::differences_from;
use crate::ledger::submission::{Appended, Mode, Refusal, Seals, Submission};
use crate::vault::{Make, VaultError};
use check::Checked;
use content::{Content, Encoding};

/// Largest body, as sent and once decompressed.
pub const BODY_BYTES_MAX: usize = 12 * 1024 * 1024;

/// Most commas in a body, those in strings too: each stands for a value, and a value takes more memory than text.
/// A batch of 10,000 events may have 60 members each.
pub(super) const BODY_COMMAS_MAX: usize = 600_000;

/// How often events are sealed before it is left to the client to send them again.
const SEALINGS_MAX: usize = 3;

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

    fn refused(problem: Problem) -> Recorded {
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

/// What came in.
struct Posted<'r> {
    content: Content,
    encoding: Encoding,
    headers: &'r HeaderMap,
    body: &'r [u8],
    lenient: bool,
    /// It is worked through where it does not hold up other requests.
    large: bool,
}

impl Posted<'_> {
    /// Checks, seals and hands in the events. What is sealed while personal data is being erased is sealed again.
    async fn record(&self, app: &App, caller: &Caller) -> Result<Vec<Recorded>, Problem> {
        for _ in 0..SEALINGS_MAX {
            let (mut checked, mut taken) = self.check(app, caller, Make::UnlessErased, HashSet::new())?;
            if taken.open {
                let new = new_ones(app, &checked).await?;
                (checked, taken) = self.check(app, caller, Make::UnlessErased, new)?;
            }
            let answer = match self.lenient {
                true => submit_lenient(app, caller, checked, taken).await,
                false => submit(app, caller, checked, taken).await,
            };
            match answer {
                Err(Submitted::ErasedMeanwhile) => {}
                Err(Submitted::Refused(problem)) => return Err(*problem),
                Ok(answer) => return Ok(answer),
            }
        }
        Err(Refusal::ErasedMeanwhile.into())
    }

    /// Checks and seals every event. Unless it is lenient, one fault refuses all, and all faults are listed.
    fn check(
        &self,
        app: &App,
        caller: &Caller,
        make: Make,
        new: HashSet<(String, String)>,
    ) -> Result<(Vec<Checked>, Taken), Problem> {
        let work = || -> Result<(Vec<Checked>, Taken), Problem> {
            let inflated;
            let text = match self.encoding {
                Encoding::Plain => self.body,
                encoding => {
                    inflated = inflate::inflate(encoding, self.body, BODY_BYTES_MAX)?;
                    &inflated[..]
                }
            };
            self.check_all(app, caller, text, app.intake.begin(make, new))
        };
        if self.large { tokio::task::block_in_place(work) } else { work() }
    }

    fn check_all(
        &self,
        app: &App,
        caller: &Caller,
        body: &[u8],
        mut taking: Taking<'_>,
    ) -> Result<(Vec<Checked>, Taken), Problem> {
        let commas = memchr::memchr_iter(b',', body).count();
        if commas > BODY_COMMAS_MAX {
            let detail =
                format!("the body has {commas} commas, the limit is {BODY_COMMAS_MAX}; send smaller batches");
            return Err(Problem::new("too_many_values", detail));
        }
        let values = content::events(self.content, self.headers, body)?;
        if values.len() > BATCH_EVENTS_MAX {
            return Err(Refusal::TooManyEvents(values.len()).into());
        }
        let (now, about) = (app.now(), body.len() / values.len().max(1) + 64);
        let mut checked: Vec<Checked> = Vec::with_capacity(values.len());
        for value in values {
            let event = check::check(app, &caller.0, &mut taking, value, now, about);
            checked.push(event.map_err(sealing_failed)?);
        }
        if self.lenient || checked.iter().all(Result::is_ok) {
            return Ok((checked, taking.finish().map_err(sealing_failed)?));
        }
        let mut faults: Vec<Fault> = Vec::new();
        for (place, event) in checked.into_iter().enumerate() {
            if let Err(found) = event {
                match self.content {
                    Content::Batched => faults.extend(check::at(place, found)),
                    Content::Structured | Content::Binary => faults.extend(found),
                }
            }
            if check::is_full(&faults) {
                break;
            }
        }
        Err(check::problem_of(faults))
    }
}

fn sealing_failed(error: VaultError) -> Problem {
    match error {
        VaultError::Erasing => Problem::new("busy", error.to_string()),
        error => {
            tracing::error!(%error, "personal data cannot be sealed");
            Problem::new(
                "sealing_failed",
                "personal data cannot be sealed; the log has more, under this request's id",
            )
        }
    }
}

/// Of the events in which places were left open, those that the ledger does not have.
async fn new_ones(app: &App, checked: &[Checked]) -> Result<HashSet<(String, String)>, Problem> {
    let open = checked.iter().flatten().filter(|event| event.is_open());
    let names: Vec<(String, String)> =
        open.map(|event| (event.source().to_owned(), event.id().to_owned())).collect();
    let found = app.find(names.clone()).await?;
    Ok(names.into_iter().zip(found).filter(|(_, found)| found.is_none()).map(|(name, _)| name).collect())
}

/// Why nothing was recorded.
enum Submitted {
    ErasedMeanwhile,
    Refused(Box<Problem>),
}

impl From<Problem> for Submitted {
    fn from(problem: Problem) -> Submitted {
        Submitted::Refused(Box::new(problem))
    }
}

impl Submitted {
    fn of(app: &App, caller: &Caller, refusal: Refusal) -> Submitted {
        match refusal {
            Refusal::ErasedMeanwhile => Submitted::ErasedMeanwhile,
            refusal => refused(app, caller, refusal).into(),
        }
    }
}

/// What is handed to the ledger.
fn submission(caller: &Caller, events: Vec<Event>, mode: Mode, taken: Taken) -> Result<Submission, Problem> {
    let submission = Submission::new(caller.0.principal(), events, mode)?;
    Ok(match taken.sealed_in {
        Some(epoch) => submission.sealed_in(epoch),
        None => submission,
    })
}

/// Hands in events that stand or fall together.
async fn submit(
    app: &App,
    caller: &Caller,
    checked: Vec<Checked>,
    taken: Taken,
) -> Result<Vec<Recorded>, Submitted> {
    let events: Vec<Event> = checked.into_iter().flatten().collect();
    if events.is_empty() {
        return Ok(Vec::new());
    }
    let submission = submission(caller, events, Mode::Batch, taken)?;
    let of = |refusal| Submitted::of(app, caller, refusal);
    let items = app.submit(submission).await.map_err(of)?;
    let item = |item: Result<Appended, Refusal>| item.map(|appended| Recorded::of(&appended));
    items.into_iter().map(item).collect::<Result<_, _>>().map_err(of)
}

/// Hands in the good ones.
async fn submit_lenient(
    app: &App,
    caller: &Caller,
    checked: Vec<Checked>,
    taken: Taken,
) -> Result<Vec<Recorded>, Submitted> {
    let mut answer: Vec<Option<Recorded>> = Vec::with_capacity(checked.len());
    let mut events = Vec::with_capacity(checked.len());
    for event in checked {
        answer.push(match event {
            Ok(event) => {
                events.push(event);
                None
            }
            Err(faults) => Some(Recorded::refused(check::problem_of(faults))),
        });
    }
    let mut items = Vec::new();
    if !events.is_empty() {
        let submission = submission(caller, events, Mode::Each, taken)?;
        items = app.submit(submission).await.map_err(|refusal| Submitted::of(app, caller, refusal))?;
    }
    let mut items = items.into_iter();
    let next = |recorded: Option<Recorded>| match recorded {
        Some(refused) => Ok(refused),
        None => match items.next() {
            Some(Ok(appended)) => Ok(Recorded::of(&appended)),
            Some(Err(refusal)) => Ok(Recorded::refused(refused(app, caller, refusal))),
            None => Err(Problem::internal("an event got no answer", &"none").into()),
        },
    };
    answer.into_iter().map(next).collect()
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
