//! `GET /v1/events/stream`: entries as they are recorded, as server-sent events.

use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::{Query, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::http::{HeaderMap, HeaderValue, Uri};
use axum::response::{IntoResponse, Response};
use futures_util::stream;
use prometheus_client::metrics::gauge::Gauge;
use serde::Deserialize;
use tokio::sync::watch;
use tokio::time::{Instant, timeout_at};
use utoipa::IntoParams;

use super::App;
use super::caller::{Caller, READERS};
use super::problem::Problem;
use super::selection::Selection;
use crate::query::{EventFacts, Filter};
use crate::tokens::Grant;

/// Most who follow at a time.
pub(super) const FOLLOWERS_MAX: i64 = 4_000;
/// When nothing happens, a sign of life.
const HEARTBEAT: Duration = Duration::from_secs(15);
/// Who had caught up and falls so far behind is sent away.
const LAG_ENTRIES_MAX: u64 = 100_000;

/// Where to start.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct FollowQuery {
    /// Start after this entry; -1 starts with the first. If not given, and without `Last-Event-ID`, only new
    /// entries come.
    #[param(minimum = -1, maximum = 9_007_199_254_740_991_i64)]
    after: Option<i64>,
}

/// Follow entries
///
/// Server-sent events: `entry` with the entry's line as data and its number as `id`, in order, without gap or
/// duplicate. A lone `id` now and then moves the position past entries that the filter leaves out.
/// `Last-Event-ID` resumes. The last event of a stream that the server ends is `end`, with the reason and the
/// entry after which to resume: the reader was too slow (more than 100,000 entries behind), the token was
/// revoked, or the server stops.
#[utoipa::path(
    get,
    path = "/v1/events/stream",
    tag = "events",
    params(
        Selection,
        FollowQuery,
        ("Last-Event-ID" = Option<i64>, Header, description = "As `after`, which wins"),
    ),
    responses((status = 200, description = "The stream", body = String, content_type = "text/event-stream")),
    security(("token" = ["auditor", "officer", "source"])),
)]
pub(super) async fn stream(
    State(app): State<Arc<App>>,
    caller: Caller,
    uri: Uri,
    selection: Result<Query<Selection>, axum::extract::rejection::QueryRejection>,
    follow: Result<Query<FollowQuery>, axum::extract::rejection::QueryRejection>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    caller.needs(READERS)?;
    super::selection::known(
        &uri,
        &["type", "source", "subject", "from", "to", "recorded_from", "recorded_to", "after"],
    )?;
    let malformed =
        |error: axum::extract::rejection::QueryRejection| Problem::new("bad_request", error.body_text());
    let (Query(selection), Query(follow)) = (selection.map_err(malformed)?, follow.map_err(malformed)?);
    let filter = selection.filter()?;
    let sizes = app.ledger.sizes();
    let size = *sizes.borrow();
    let next = match follow.after.map_or_else(|| last_event_id(&headers), |after| Ok(Some(after)))? {
        None => size,
        Some(after) => u64::try_from(after.saturating_add(1))
            .map_err(|_| Problem::new("bad_request", format!("after: {after} is less than -1")))?,
    };
    if next > size {
        let detail = format!("after: there is no entry {} yet; the ledger has {size}", next - 1);
        return Err(Problem::new("bad_request", detail));
    }
    let place = Place::take(&app)?;
    let everything = filter == Filter::default() && caller.0.scope.is_everything();
    let follower = Follower {
        stopping: app.stopping.subscribe(),
        grant: caller.0,
        filter: (!everything).then_some(filter),
        next,
        told: next,
        caught_up: next == size,
        sizes,
        ended: false,
        spoke: Instant::now(),
        app,
        _place: place,
    };
    let greeting = Bytes::from_static(b"retry: 2000\n: entries follow\n\n");
    let events = stream::unfold((Some(greeting), follower), |(greeting, mut follower)| async move {
        let piece = match greeting {
            Some(greeting) => greeting,
            None => follower.piece().await?,
        };
        Some((Ok::<Bytes, std::convert::Infallible>(piece), (None, follower)))
    });
    let mut response = Body::from_stream(events).into_response();
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/event-stream"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert("x-accel-buffering", HeaderValue::from_static("no"));
    Ok(response)
}

fn last_event_id(headers: &HeaderMap) -> Result<Option<i64>, Problem> {
    let Some(value) = headers.get("last-event-id") else { return Ok(None) };
    let text = String::from_utf8_lossy(value.as_bytes());
    let text = text.trim();
    if text.is_empty() {
        return Ok(None);
    }
    let wrong = || Problem::new("bad_request", format!("Last-Event-ID: {text:?} is no entry's number"));
    text.parse().map(Some).map_err(|_| wrong())
}

/// One of the places that there are for followers.
struct Place(Gauge);

impl Place {
    fn take(app: &App) -> Result<Place, Problem> {
        let followers = app.metrics.followers.clone();
        if followers.inc() >= FOLLOWERS_MAX {
            followers.dec();
            let detail = format!("{FOLLOWERS_MAX} streams are open, which is the limit");
            return Err(Problem::new("busy", detail).retry_after(10));
        }
        Ok(Place(followers))
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.0.dec();
    }
}

/// One who follows. Nothing is read for him before he has taken what was read before.
struct Follower {
    app: Arc<App>,
    grant: Arc<Grant>,
    /// `None` if he wants and may see everything.
    filter: Option<Filter>,
    /// The next entry to look at.
    next: u64,
    /// The entry up to which he knows his position.
    told: u64,
    caught_up: bool,
    sizes: watch::Receiver<u64>,
    stopping: watch::Receiver<bool>,
    ended: bool,
    /// When something was last sent.
    spoke: Instant,
    _place: Place,
}

impl Follower {
    /// What to send next; `None` at the end.
    async fn piece(&mut self) -> Option<Bytes> {
        let piece = self.next_piece().await;
        self.spoke = Instant::now();
        piece
    }

    async fn next_piece(&mut self) -> Option<Bytes> {
        loop {
            if self.ended {
                return None;
            }
            if self.grant.is_revoked() {
                return self.end("revoked", "the token was revoked");
            }
            if *self.stopping.borrow() {
                return self.end("stopping", "the server stops");
            }
            let size = *self.sizes.borrow_and_update();
            if self.next >= size {
                self.caught_up = true;
                match self.wait().await {
                    Some(piece) => return Some(piece),
                    None => continue,
                }
            }
            if self.caught_up && size - self.next > LAG_ENTRIES_MAX {
                self.app.metrics.followers_cut_off.inc();
                return self.end("too_slow", "the reader fell more than 100000 entries behind");
            }
            let chunk = match self.app.tail.chunk(self.next).await {
                Ok(chunk) => chunk,
                Err(error) => {
                    tracing::error!(%error, seq = self.next, "a stream cannot be read on");
                    return self.end("unreadable", "an entry cannot be read");
                }
            };
            let frames = self.frames(&chunk);
            self.next = chunk.end();
            if !frames.is_empty() {
                self.told = self.next;
                return Some(frames);
            }
            if self.spoke.elapsed() >= HEARTBEAT {
                return Some(self.sign_of_life());
            }
            // A filter that matches little must not keep others from running.
            tokio::task::yield_now().await;
        }
    }

    fn frames(&self, chunk: &super::tail::Chunk) -> Bytes {
        let Some(filter) = &self.filter else { return chunk.frames(self.next, None) };
        let wanted = |line: &[u8]| {
            EventFacts::read(line)
                .is_ok_and(|facts| self.grant.scope.matches(&facts) && filter.matches(&facts))
        };
        chunk.frames(self.next, Some(&wanted))
    }

    /// Waits for entries. After a while without any, gives a sign of life.
    async fn wait(&mut self) -> Option<Bytes> {
        let (sizes, stopping, grant) = (&mut self.sizes, &mut self.stopping, &self.grant);
        let something = async {
            tokio::select! {
                _ = sizes.changed() => {}
                _ = stopping.changed() => {}
                () = grant.revoked() => {}
            }
        };
        match timeout_at(self.spoke + HEARTBEAT, something).await {
            Ok(()) => None,
            Err(_) => Some(self.sign_of_life()),
        }
    }

    fn sign_of_life(&mut self) -> Bytes {
        if self.told < self.next {
            self.told = self.next;
            return format!("id: {}\n\n", self.next - 1).into();
        }
        Bytes::from_static(b": nothing new\n\n")
    }

    fn end(&mut self, reason: &str, words: &str) -> Option<Bytes> {
        self.ended = true;
        let after = i128::from(self.next) - 1;
        Some(format!("event: end\ndata: {{\"reason\":\"{reason}\",\"detail\":\"{words}\",\"resume_after\":{after}}}\n\n").into())
    }
}
