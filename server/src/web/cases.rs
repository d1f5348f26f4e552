//! A case with its whole history: what happened, which clocks run, which alerts there are.

use std::collections::BTreeSet;
use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::extract::Path;
use axum::response::Response;
use axum::routing::get;
use muniment_core::event::group_of;

use super::Pages;
use super::alerts::{Item, today};
use super::answers::{AlertList, EventsPage, Register, RegisterList};
use super::due::pages_of;
use super::entries::Line;
use super::failure::Failure;
use super::page::{self, Frame, Place};
use super::registers::{CellView, view};
use super::visit::{Visit, part, with_query};
use super::words;
use crate::tokens::Role;

/// Entries of a case that are shown, the newest.
const ENTRIES_MAX: &str = "500";

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

#[derive(Debug, Template)]
#[template(path = "case.html")]
struct CasePage {
    frame: Frame,
    lines: Vec<Line>,
    /// Whether there are more entries than are shown.
    is_cut: bool,
    alerts: Vec<Item>,
    standings: Vec<Standing>,
    groups: Vec<String>,
    may_record: bool,
    may_reveal: bool,
    record_path: String,
    reveal_path: String,
    search_path: String,
}

async fn case(visit: Visit, Path(subject): Path<String>) -> Result<Response, Failure> {
    let asked = [("subject", subject.as_str()), ("order", "desc"), ("limit", ENTRIES_MAX)];
    let found: EventsPage = visit.get(&with_query("/v1/events", &asked)).await?;
    let definitions = visit.pages.app.definitions();
    // What the host says of a case, alerts say better.
    let told = found.events.iter().map(|entry| Line::of(entry, &definitions.catalogue));
    let lines: Vec<Line> = told.filter(|line| group_of(&line.event_type) != "alert").collect();
    if found.events.is_empty() {
        return Err(Failure::not_found(format!("No event that you may see is about {subject:?}.")));
    }
    let groups: BTreeSet<String> = lines.iter().map(|line| group_of(&line.event_type).to_owned()).collect();
    let asked = [("subject", subject.as_str()), ("state", "all"), ("limit", "100")];
    let alerts: Option<AlertList> = visit.find(&with_query("/v1/alerts", &asked)).await?;
    let day = today(&visit);
    let mut alerts: Vec<Item> =
        alerts.iter().flat_map(|list| &list.alerts).map(|alert| Item::of(&visit, alert, day)).collect();
    alerts.sort_by_key(|item| item.state == "Over");
    let sealed = lines.iter().find(|line| line.is_sealed).map(|line| group_of(&line.event_type).to_owned());
    page::page(&CasePage {
        frame: visit.frame(&subject, Place::Nowhere),
        standings: standings(&visit, &subject, &groups).await?,
        is_cut: found.next.is_some(),
        groups: groups.iter().map(|group| words::from_name(group)).collect(),
        may_record: visit.holds(&[Role::Officer]),
        may_reveal: visit.holds(&[Role::Officer]) && sealed.is_some(),
        record_path: with_query("/record", &[("subject", &subject)]),
        reveal_path: with_query(
            "/personal-data/reveal",
            &[("group", sealed.as_deref().unwrap_or_default()), ("subject", &subject)],
        ),
        search_path: with_query("/ledger", &[("subject", &subject)]),
        lines,
        alerts,
    })
}

/// The rows about the case, in the registers that are made of events like its own.
async fn standings(
    visit: &Visit,
    subject: &str,
    groups: &BTreeSet<String>,
) -> Result<Vec<Standing>, Failure> {
    if subject.len() > REGISTER_TEXT_BYTES_MAX {
        return Ok(Vec::new());
    }
    let Some(list) = visit.find::<RegisterList>("/v1/registers").await? else { return Ok(Vec::new()) };
    let is_fed = |register: &Register| {
        let is_about = |feed: &String| groups.contains(group_of(feed));
        register.is_for_people() && (register.feeds.is_empty() || register.feeds.iter().any(is_about))
    };
    let about = list.registers.into_iter().filter(is_fed);
    let pages = pages_of(visit, about, &[("subject", subject), ("limit", "20")]).await?;
    let pages = pages.into_iter().filter(|page| !page.rows.is_empty());
    Ok(pages
        .map(|page| {
            let titles: Vec<String> =
                page.register.columns.iter().map(|column| column.title.clone()).collect();
            let rows = page.rows.iter().map(|row| {
                let cells = view(row, &page.register).cells.into_iter();
                titles.iter().cloned().zip(cells).filter(|(_, cell)| !cell.text.words.is_empty()).collect()
            });
            Standing {
                rows: rows.collect(),
                path: format!("/registers/{}/{}", part(&page.register.plugin), part(&page.register.name)),
                register: page.register.title,
            }
        })
        .collect())
}
