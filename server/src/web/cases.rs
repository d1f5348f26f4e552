//! A case with its whole history: what happened, which clocks run, which alerts there are.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use askama::Template;
use axum::Router;
use axum::extract::{Path, RawQuery};
use axum::response::Response;
use axum::routing::get;
use muniment_core::event::group_of;
use serde::Deserialize;
use serde_json::Value;

use super::Pages;
use super::alerts::{Item, today};
use super::answers::{AlertList, EventsPage, PluginList, Register, RegisterList};
use super::due::{self, Answered, Unread};
use super::entries::{Choices, Line, case_path, mark_corrected};
use super::failure::Failure;
use super::fields::Fields;
use super::page::{self, Frame, Place};
use super::registers::{CellView, view};
use super::visit::{Visit, part, with_query};
use super::words;
use crate::tokens::Role;

/// Entries of a page, the newest first.
const PAGE: usize = 50;
/// How often the interface is asked for the entries of a page, as some of them are left out.
const QUESTIONS_MAX: usize = 10;
/// How often it is looked, and at what intervals, whether searches find what was recorded when a case was asked for.
const CATCHING_UP_MAX: usize = 15;
const CATCHING_UP: Duration = Duration::from_millis(100);
/// Entries that tell of which kinds a case is, the newest.
const TOLD_BY: &str = "500";
/// Registers take no longer text to look for, so a longer subject is in none of their answers.
const REGISTER_TEXT_BYTES_MAX: usize = 256;

pub(super) fn routes() -> Router<Arc<Pages>> {
    Router::new().route("/cases/{subject}", get(case))
}

/// How the case stands in a register.
#[derive(Debug)]
struct Standing {
    register: String,
    path: String,
    rows: Vec<Vec<(String, CellView)>>,
}

/// How the case stands in all registers that may know of it.
#[derive(Debug, Default)]
struct Standings {
    known: Vec<Standing>,
    /// Registers that could not be read, and plugins whose registers cannot be looked at: what they know is not shown.
    unread: Vec<Unread>,
    not_ready: Vec<String>,
}

impl Standings {
    /// Whether there is nothing to say.
    fn is_empty(&self) -> bool {
        self.known.is_empty() && self.unread.is_empty() && self.not_ready.is_empty()
    }
}

#[derive(Debug, Template)]
#[template(path = "case.html")]
struct CasePage {
    frame: Frame,
    lines: Vec<Line>,
    /// Whether the newest entries are shown; else only older ones are.
    is_first: bool,
    /// The page of the newest entries.
    first: String,
    /// The page of the entries before these; empty if there are none.
    next: String,
    alerts: Vec<Item>,
    standings: Standings,
    groups: Vec<String>,
    may_record: bool,
    may_reveal: bool,
    record_path: String,
    reveal_path: String,
    search_path: String,
}

async fn case(
    visit: Visit,
    Path(subject): Path<String>,
    RawQuery(query): RawQuery,
) -> Result<Response, Failure> {
    let fields = Fields::read(query.unwrap_or_default().as_bytes())?;
    let after = fields.get("after");
    let is_first = after.is_empty();
    let mut history = newest_known(&visit, &subject, after).await?;
    if is_first && history.is_empty {
        return Err(Failure::not_found(format!("No event that you may see is about {subject:?}.")));
    }
    mark_corrected(&visit, &subject, &mut history.lines).await;
    let kinds = match is_first && !history.next.is_empty() {
        true => Kinds::of(&told(&visit, &newest(&visit, &subject).await?.events)),
        false => Kinds::of(&history.lines),
    };
    let (alerts, standings) = match is_first {
        true => (alerts(&visit, &subject).await?, standings(&visit, &subject, &kinds.groups).await?),
        false => (Vec::new(), Standings::default()),
    };
    let first = case_path(&subject);
    page::page(&CasePage {
        frame: visit.frame(&subject, Place::Nowhere),
        standings,
        is_first,
        next: match history.next.as_str() {
            "" => String::new(),
            next => with_query(&first, &[("after", next)]),
        },
        first,
        groups: kinds.groups.iter().map(|group| group_title(&visit, group)).collect(),
        may_record: visit.holds(&[Role::Officer]),
        may_reveal: visit.holds(&[Role::Officer]) && !kinds.sealed.is_empty(),
        record_path: with_query("/record", &[("subject", &subject)]),
        reveal_path: with_query(
            "/personal-data/reveal",
            &[("group", kinds.sealed.as_str()), ("subject", &subject)],
        ),
        search_path: with_query("/ledger", &[("subject", &subject)]),
        lines: history.lines,
        alerts,
    })
}

/// What the cases of a group are called.
fn group_title(visit: &Visit, group: &str) -> String {
    let definitions = visit.pages.app.definitions();
    let known = definitions.catalogue.groups().find(|known| known.name == group);
    known.map_or_else(|| words::from_name(group), |known| known.title.clone())
}

/// How far searches are behind the ledger.
#[derive(Debug, Deserialize)]
struct LedgerState {
    size: u64,
    indexed_size: u64,
}

/// A page of what happened.
#[derive(Debug, Default)]
struct History {
    lines: Vec<Line>,
    /// Where the next page begins; empty on the last.
    next: String,
    /// Whether there is no entry at all, not even one that is left out.
    is_empty: bool,
}

/// As [`history`]. What was recorded a moment ago may not be found yet: whoever comes from its receipt is to see it.
async fn newest_known(visit: &Visit, subject: &str, after: &str) -> Result<History, Failure> {
    let found = history(visit, subject, after).await?;
    if !found.is_empty {
        return Ok(found);
    }
    let size = visit.get::<LedgerState>("/v1/ledger").await?.size;
    for _ in 0..CATCHING_UP_MAX {
        if visit.get::<LedgerState>("/v1/ledger").await?.indexed_size >= size {
            break;
        }
        tokio::time::sleep(CATCHING_UP).await;
    }
    history(visit, subject, after).await
}

async fn history(visit: &Visit, subject: &str, after: &str) -> Result<History, Failure> {
    let mut history = History { next: after.to_owned(), is_empty: true, ..History::default() };
    for _ in 0..QUESTIONS_MAX {
        let limit = (PAGE - history.lines.len()).to_string();
        let after = history.next.as_str();
        let asked = [("subject", subject), ("order", "desc"), ("limit", limit.as_str()), ("after", after)];
        let found: EventsPage = visit.get(&with_query("/v1/events", &asked)).await?;
        history.is_empty &= found.events.is_empty();
        history.lines.extend(told(visit, &found.events));
        history.next = found.next.unwrap_or_default();
        if history.next.is_empty() || history.lines.len() >= PAGE {
            break;
        }
    }
    Ok(history)
}

async fn newest(visit: &Visit, subject: &str) -> Result<EventsPage, Failure> {
    visit.get(&with_query("/v1/events", &[("subject", subject), ("order", "desc"), ("limit", TOLD_BY)])).await
}

/// Entries as the page shows them, without what the host says of a case: alerts say it better.
fn told(visit: &Visit, entries: &[Value]) -> Vec<Line> {
    let (definitions, now) = (visit.pages.app.definitions(), visit.pages.app.time());
    let lines = entries.iter().map(|entry| Line::of(entry, &definitions.catalogue).seen(now));
    lines.filter(|line| group_of(&line.event_type) != "alert").collect()
}

/// Of which kinds a case is.
#[derive(Debug, PartialEq, Eq)]
struct Kinds {
    /// The groups of its events.
    groups: BTreeSet<String>,
    /// The group of the newest one that holds something sealed; empty if there is none.
    sealed: String,
}

impl Kinds {
    fn of(lines: &[Line]) -> Kinds {
        let group = |line: &Line| group_of(&line.event_type).to_owned();
        Kinds {
            groups: lines.iter().map(group).collect(),
            sealed: lines.iter().find(|line| line.is_sealed).map(group).unwrap_or_default(),
        }
    }
}

/// The alerts about the case, those that are over last.
async fn alerts(visit: &Visit, subject: &str) -> Result<Vec<Item>, Failure> {
    let asked = [("subject", subject), ("state", "all"), ("limit", "100")];
    let list: Option<AlertList> = visit.find(&with_query("/v1/alerts", &asked)).await?;
    let day = today(visit);
    let mut alerts: Vec<Item> =
        list.iter().flat_map(|list| &list.alerts).map(|alert| Item::of(visit, alert, day)).collect();
    alerts.sort_by_key(|item| item.state == "Over");
    Ok(alerts)
}

/// The rows about the case, in the registers that are made of events like its own.
async fn standings(visit: &Visit, subject: &str, groups: &BTreeSet<String>) -> Result<Standings, Failure> {
    if subject.len() > REGISTER_TEXT_BYTES_MAX {
        return Ok(Standings::default());
    }
    let Some(list) = visit.find::<RegisterList>("/v1/registers").await? else {
        return Ok(Standings::default());
    };
    let is_fed = |register: &Register| {
        let is_about = |feed: &String| groups.contains(group_of(feed));
        register.is_for_people() && (register.feeds.is_empty() || register.feeds.iter().any(is_about))
    };
    let about = list.registers.into_iter().filter(is_fed);
    let asked = [("subject", subject), ("limit", "20")];
    let Answered { pages, unread } = due::ask_each(visit, about, &asked).await?;
    let not_ready = names_of(visit, &list.not_ready).await?;
    let pages = pages.into_iter().filter(|page| !page.rows.is_empty());
    let definitions = visit.pages.app.definitions();
    let choices = Choices::of(&definitions.catalogue);
    let known = pages
        .map(|page| {
            let titles: Vec<String> =
                page.register.columns.iter().map(|column| column.title.clone()).collect();
            let rows = page.rows.iter().map(|row| {
                let cells = view(row, &page.register, &choices).cells.into_iter();
                titles.iter().cloned().zip(cells).filter(|(_, cell)| !cell.text.words.is_empty()).collect()
            });
            Standing {
                rows: rows.collect(),
                path: format!("/registers/{}/{}", part(&page.register.plugin), part(&page.register.name)),
                register: page.register.title,
            }
        })
        .collect();
    Ok(Standings { known, unread, not_ready })
}

/// Plugins by their names for people.
async fn names_of(visit: &Visit, ids: &[String]) -> Result<Vec<String>, Failure> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let plugins: PluginList = visit.find("/v1/plugins").await?.unwrap_or_default();
    Ok(ids.iter().map(|id| plugins.name_of(id)).collect())
}

#[cfg(test)]
mod tests {
    use muniment_core::catalogue::Catalogue;
    use serde_json::json;

    use super::*;

    #[test]
    fn a_case_is_of_the_kinds_of_its_events() {
        let catalogue = Catalogue::built_in().unwrap();
        let line = |event_type: &str, data: Value| {
            Line::of(&json!({ "seq": 7, "event": { "type": event_type, "data": data } }), &catalogue)
        };
        let lines = [
            line("request.responded", json!({})),
            line("breach.reported", json!({ "sealed": "abc" })),
            line("request.received", json!({ "sealed": "def" })),
        ];
        let kinds = Kinds::of(&lines);
        assert_eq!(kinds.groups, BTreeSet::from(["breach".to_owned(), "request".to_owned()]));
        assert_eq!(kinds.sealed, "breach");
        assert_eq!(Kinds::of(&lines[..1]).sealed, "");
    }
}
