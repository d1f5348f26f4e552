//! `GET /v1/events`: pages of entries.

use std::fmt::Write as _;
use std::sync::Arc;

use axum::extract::{Query, State};
use axum::http::{HeaderValue, Uri, header::LINK};
use axum::response::Response;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use super::App;
use super::answer::json_bytes;
use super::caller::{Caller, READERS};
use super::problem::Problem;
use super::selection::Selection;
use crate::index::{IndexError, Order, Page, SearchQuery};
use crate::query::EventFacts;
use crate::tokens::Grant;

/// Entries of a page, if nothing else is asked for.
const LIMIT_DEFAULT: usize = 100;
/// Most entries of a page.
const LIMIT_MAX: usize = 1_000;
/// Bytes of lines from which on a page is ended early.
const PAGE_BYTES_WANTED: usize = 8 * 1024 * 1024;

/// What page is asked for, beside the filter.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct PageQuery {
    /// Words that must all stand in the event's subject, type, source or data; `"several words"` stand together.
    q: Option<String>,
    /// `asc`: oldest entry first. `desc`: newest first.
    #[serde(default)]
    #[param(inline)]
    order: PageOrder,
    /// Entries of the page.
    #[param(minimum = 1, maximum = 1_000, default = 100)]
    limit: Option<usize>,
    /// `next` of the page before.
    #[param(pattern = "^[A-Za-z0-9_-]{12}$")]
    after: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(super) enum PageOrder {
    /// Oldest entry first.
    #[default]
    Asc,
    /// Newest entry first.
    Desc,
}

/// A page of entries.
#[derive(Debug, ToSchema)]
#[allow(dead_code, reason = "describes what is written by hand, so that entries stay as they are")]
pub(super) struct EventsPage {
    /// The entries.
    events: Vec<super::openapi::Entry>,
    /// What `after` is for the next page; null on the last. While events are appended, the last page of an
    /// ascending list is the last only for now.
    next: Option<String>,
    /// Entries that searches found at that moment: a second at most behind the ledger.
    indexed_size: u64,
}

/// Search entries
///
/// Entries that match all that is given, page by page in the order of their numbers: while events are appended no
/// page shows one twice or leaves one out. A token sees what its scope covers and no more.
#[utoipa::path(
    get,
    path = "/v1/events",
    operation_id = "list_events",
    tag = "events",
    params(Selection, PageQuery),
    responses((status = 200, description = "A page", body = EventsPage,
        headers(("Link" = String, description = "`<…>; rel=\"next\"` when there is a further page")))),
    security(("token" = ["auditor", "officer", "source"])),
)]
pub(super) async fn list(
    State(app): State<Arc<App>>,
    caller: Caller,
    uri: Uri,
    selection: Result<Query<Selection>, axum::extract::rejection::QueryRejection>,
    page: Result<Query<PageQuery>, axum::extract::rejection::QueryRejection>,
) -> Result<Response, Problem> {
    caller.needs(READERS)?;
    known_parameters(&uri)?;
    let malformed =
        |error: axum::extract::rejection::QueryRejection| Problem::new("bad_request", error.body_text());
    let (Query(selection), Query(page)) = (selection.map_err(malformed)?, page.map_err(malformed)?);
    let limit = page.limit.unwrap_or(LIMIT_DEFAULT);
    if !(1..=LIMIT_MAX).contains(&limit) {
        return Err(Problem::new("bad_request", format!("limit: {limit} is not between 1 and {LIMIT_MAX}")));
    }
    let order = match page.order {
        PageOrder::Asc => Order::Ascending,
        PageOrder::Desc => Order::Descending,
    };
    let after = page.after.as_deref().map(|after| read_cursor(after, page.order)).transpose()?;
    let query = SearchQuery {
        filter: selection.filter()?,
        scope: caller.0.scope.clone(),
        text: page.q.filter(|text| !text.trim().is_empty()),
        order,
        limit,
        after,
    };
    let (searching, grant) = (app.clone(), caller.0.clone());
    let found = tokio::task::spawn_blocking(move || search(&searching, &grant, &query)).await;
    let found = found.map_err(|error| Problem::internal("a search ended", &error))??;
    let next = found.next.map(|seq| write_cursor(seq, page.order));
    let mut response = json_bytes(found.body(next.as_deref()));
    if let Some(next) = next
        && let Ok(link) = HeaderValue::from_str(&next_link(&uri, &next))
    {
        response.headers_mut().insert(LINK, link);
    }
    Ok(response)
}

/// A page with its lines.
struct Found {
    lines: Vec<Vec<u8>>,
    /// The last entry of the page, if there are more.
    next: Option<u64>,
    indexed_size: u64,
}

impl Found {
    fn body(&self, next: Option<&str>) -> Vec<u8> {
        let mut body = Vec::with_capacity(64 + self.lines.iter().map(|line| line.len() + 1).sum::<usize>());
        body.extend_from_slice(b"{\"events\":[");
        for (place, line) in self.lines.iter().enumerate() {
            if place > 0 {
                body.push(b',');
            }
            body.extend_from_slice(line);
        }
        let next = next.map_or("null".to_owned(), |next| format!("\"{next}\""));
        body.extend_from_slice(
            format!("],\"next\":{next},\"indexed_size\":{}}}", self.indexed_size).as_bytes(),
        );
        body
    }
}

fn search(app: &App, grant: &Grant, query: &SearchQuery) -> Result<Found, Problem> {
    let Page { seqs, more, indexed_size } = app.index.search(query).map_err(|error| match error {
        IndexError::Text(error) => Problem::new("bad_request", format!("q: {error}")),
        error @ IndexError::Rebuilding { .. } => Problem::new("rebuilding", error.to_string()),
        error => Problem::internal("the search failed", &error),
    })?;
    let (mut lines, mut bytes, mut last) = (Vec::with_capacity(seqs.len()), 0, None);
    let count = seqs.len();
    for seq in seqs {
        let unreadable = |error: &dyn std::fmt::Display| Problem::internal("an entry cannot be read", error);
        let line = app.ledger.line(seq).map_err(|error| unreadable(&error))?.unwrap_or_default();
        let facts = EventFacts::read(&line).map_err(|error| unreadable(&error))?;
        last = Some(seq);
        // The index narrows the search; whether an entry is shown is decided by the entry itself.
        if grant.scope.matches(&facts) && query.filter.matches(&facts) {
            bytes += line.len();
            lines.push(line);
        } else {
            tracing::error!(seq, "the index found an entry that does not match; it is not shown");
        }
        if bytes > PAGE_BYTES_WANTED {
            break;
        }
    }
    let next = last.filter(|_| more || lines.len() < count);
    Ok(Found { lines, next, indexed_size })
}

/// A misspelt filter would silently be none.
fn known_parameters(uri: &Uri) -> Result<(), Problem> {
    const KNOWN: [&str; 11] = [
        "type",
        "source",
        "subject",
        "from",
        "to",
        "recorded_from",
        "recorded_to",
        "q",
        "order",
        "limit",
        "after",
    ];
    super::selection::known(uri, &KNOWN)
}

const CURSOR_BYTES: usize = 9;

fn write_cursor(seq: u64, order: PageOrder) -> String {
    let mut bytes = vec![order as u8];
    bytes.extend_from_slice(&seq.to_be_bytes());
    URL_SAFE_NO_PAD.encode(bytes)
}

fn read_cursor(text: &str, order: PageOrder) -> Result<u64, Problem> {
    let bytes = URL_SAFE_NO_PAD.decode(text).ok().filter(|bytes| bytes.len() == CURSOR_BYTES);
    let wrong =
        || Problem::new("bad_request", "after: not a cursor of this interface; it is `next` of a page");
    let bytes = bytes.ok_or_else(wrong)?;
    let (first, seq) = bytes.split_first().ok_or_else(wrong)?;
    if *first != order as u8 {
        return Err(Problem::new("bad_request", "after: the page before it was in the other order"));
    }
    Ok(u64::from_be_bytes(seq.try_into().map_err(|_| wrong())?))
}

/// The request's own address with another `after`.
fn next_link(uri: &Uri, next: &str) -> String {
    let mut link = format!("<{}?", uri.path());
    let others = uri.query().unwrap_or_default().split('&');
    for other in others.filter(|part| !part.is_empty() && !part.starts_with("after=")) {
        let _infallible = write!(link, "{other}&");
    }
    link + &format!("after={next}>; rel=\"next\"")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cursors_are_read_as_written() {
        for seq in [0, 1, u64::MAX] {
            let cursor = write_cursor(seq, PageOrder::Desc);
            assert_eq!(read_cursor(&cursor, PageOrder::Desc).unwrap(), seq);
            assert_eq!(read_cursor(&cursor, PageOrder::Asc).unwrap_err().status, 400);
        }
        for wrong in ["", "7", "AAAA", "not a cursor", "AAAAAAAAAAAAAAAA"] {
            assert_eq!(read_cursor(wrong, PageOrder::Asc).unwrap_err().status, 400, "{wrong}");
        }
    }

    #[test]
    fn the_link_keeps_the_filter() {
        let uri: Uri = "/v1/events?type=request.*&after=old&limit=2".parse().unwrap();
        assert_eq!(next_link(&uri, "new"), "</v1/events?type=request.*&limit=2&after=new>; rel=\"next\"");
    }
}
