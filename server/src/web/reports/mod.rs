//! Reports: those that there are, one of them with what its figures rest on, a new one, two side by side, and what they look like.

mod comparing;
mod design;
mod figures;
mod making;
mod one;
mod preview;
mod progress;
mod roles;
mod section;

use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::response::Response;
use axum::routing::{get, post};
use muniment_core::report::Document;
use serde::Deserialize;

use super::Pages;
use super::failure::Failure;
use super::mistake::{Mistake, said_of};
use super::page::{self, Frame, Place};
use super::visit::{Visit, part};
use super::words::{self, Moment};
use crate::tokens::Role;

/// Who may read reports.
const READERS: &[Role] = &[Role::Admin, Role::Auditor, Role::Officer];
/// Who may make one, and give one out that was approved.
const MAKERS: &[Role] = &[Role::Admin, Role::Officer];
/// Who may approve one.
const APPROVERS: &[Role] = &[Role::Admin];
/// Who may read single entries.
const ENTRY_READERS: &[Role] = &[Role::Auditor, Role::Officer, Role::Source];

pub(super) fn routes() -> Router<Arc<Pages>> {
    Router::new()
        .route("/reports", get(list))
        .route("/reports/new", get(making::show).post(making::make))
        .route("/reports/design", get(design::show).post(design::record))
        .route("/reports/design/file/logo", get(design::logo))
        .route("/reports/making/{making}", get(progress::show))
        .route("/reports/{id}", get(one::show))
        .route("/reports/{id}/approve", post(one::approve))
        .route("/reports/{id}/publish", post(one::publish))
        .route("/reports/{id}/file/{format}", get(one::file))
        .route("/reports/{id}/compare", get(comparing::choose))
        .route("/reports/{id}/compare/{other}", get(comparing::show))
        .route("/reports/{id}/sections/{section}", get(section::show))
        .route("/reports/{id}/figures/{figure}", get(figures::show))
}

/// A report, as the interface tells of it in short.
#[derive(Debug, Clone, Deserialize)]
struct Summary {
    id: String,
    title: String,
    period: String,
    from: String,
    to: String,
    status_at: String,
    size: u64,
    status: String,
    supersedes: Option<String>,
    sha256: String,
    faults: u64,
}

/// `GET /v1/reports`.
#[derive(Debug, Deserialize)]
struct Summaries {
    reports: Vec<Summary>,
}

/// Refuses whoever may not read reports, in plain words.
fn readable(visit: &Visit) -> Result<(), Failure> {
    if !visit.holds(READERS) {
        return Err(Failure::forbidden("Reports are for administrators, auditors and officers."));
    }
    if !visit.sees_everything() {
        return Err(Failure::forbidden(
            "A report is made of everything in the ledger. Your access is limited to a part of it, \
             so you cannot read or make reports. Whoever runs this ledger can give you access without limits.",
        ));
    }
    Ok(())
}

async fn summaries(visit: &Visit) -> Result<Vec<Summary>, Failure> {
    let Summaries { reports } = visit.get("/v1/reports").await?;
    Ok(reports)
}

/// A report with its evidence.
async fn document(visit: &Visit, id: &str) -> Result<Document, Failure> {
    visit.get(&format!("/v1/reports/{}.json", part(id))).await
}

/// The page of a report.
fn path_of(id: &str) -> String {
    format!("/reports/{}", part(id))
}

/// How far a report has come, in words, and the colour of the tag.
fn status(name: &str) -> (&'static str, &'static str) {
    match name {
        "published" => ("Published", "green"),
        "approved" => ("Approved", "blue"),
        _ => ("Draft", "yellow"),
    }
}

/// A report to go to.
#[derive(Debug, Clone)]
struct Other {
    id: String,
    path: String,
    title: String,
}

impl Other {
    fn of(report: &Summary) -> Other {
        let (status, _) = status(&report.status);
        let entries = words::count(report.size, "entry", "entries");
        Other {
            path: path_of(&report.id),
            title: format!("{}, made of {entries} ({})", report.title, status.to_lowercase()),
            id: report.id.clone(),
        }
    }

    /// A report by its id, which may be gone: then the id is all that is known.
    fn named(id: &str, all: &[Summary]) -> Other {
        let known = all.iter().find(|report| report.id == id);
        known.map_or_else(|| Other { id: id.to_owned(), path: path_of(id), title: id.to_owned() }, Other::of)
    }
}

/// A report in the list.
#[derive(Debug)]
struct Item {
    id: String,
    path: String,
    title: String,
    status: &'static str,
    colour: &'static str,
    status_at: Moment,
    entries: String,
    faults: String,
    replaces: Option<Other>,
    is_replaced: bool,
}

impl Item {
    fn of(report: &Summary, all: &[Summary]) -> Item {
        let (status, colour) = status(&report.status);
        let is_after = |other: &Summary| other.supersedes.as_ref() == Some(&report.id);
        Item {
            path: path_of(&report.id),
            title: report.title.clone(),
            status,
            colour,
            status_at: Moment::of(&report.status_at),
            entries: words::number(report.size),
            faults: words::number(report.faults),
            replaces: report.supersedes.as_deref().map(|id| Other::named(id, all)),
            is_replaced: all.iter().any(is_after),
            id: report.id.clone(),
        }
    }
}

/// The reports about one time.
#[derive(Debug)]
struct About {
    name: String,
    from: Moment,
    to: Moment,
    items: Vec<Item>,
}

/// Reports by the time that they are about, in the order in which these come first.
fn by_period(all: &[Summary]) -> Vec<About> {
    let mut periods: Vec<About> = Vec::new();
    for report in all {
        let item = Item::of(report, all);
        match periods.iter_mut().find(|about| about.name == report.period) {
            Some(about) => about.items.push(item),
            None => periods.push(About {
                name: report.period.clone(),
                from: Moment::of(&report.from),
                to: Moment::of(&report.to),
                items: vec![item],
            }),
        }
    }
    periods
}

#[derive(Debug, Template)]
#[template(path = "reports_list.html")]
struct ListPage {
    frame: Frame,
    in_hand: Vec<progress::InHand>,
    periods: Vec<About>,
    may_make: bool,
}

async fn list(visit: Visit) -> Result<Response, Failure> {
    readable(&visit)?;
    let all = summaries(&visit).await?;
    page::page(&ListPage {
        frame: visit.frame("Reports", Place::Reports),
        in_hand: progress::in_hand(&visit).await?,
        periods: by_period(&all),
        may_make: visit.holds(MAKERS),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn summary(id: &str, period: &str, supersedes: Option<&str>) -> Summary {
        Summary {
            id: id.to_owned(),
            title: format!("Report {period}"),
            period: period.to_owned(),
            from: "2025-04-01".to_owned(),
            to: "2026-03-31".to_owned(),
            status_at: "2026-03-31T22:59:59.999999Z".to_owned(),
            size: 2_000,
            status: "approved".to_owned(),
            supersedes: supersedes.map(str::to_owned),
            sha256: String::new(),
            faults: 0,
        }
    }

    #[test]
    fn reports_stand_by_the_time_that_they_are_about() {
        let all = [
            summary("report-c", "2025-26", Some("report-a")),
            summary("report-b", "2025-26-Q4", Some("report-gone")),
            summary("report-a", "2025-26", None),
        ];
        let periods = by_period(&all);
        let names: Vec<&str> = periods.iter().map(|about| about.name.as_str()).collect();
        assert_eq!(names, ["2025-26", "2025-26-Q4"]);
        let [newer, older] = &periods[0].items[..] else { panic!("{periods:?}") };
        assert!(older.is_replaced && !newer.is_replaced);
        assert_eq!((newer.status, newer.entries.as_str()), ("Approved", "2,000"));
        assert_eq!(newer.path, "/reports/report%2Dc");
        let replaced = newer.replaces.as_ref().unwrap();
        assert_eq!(replaced.title, "Report 2025-26, made of 2,000 entries (approved)");
        assert_eq!(periods[1].items[0].replaces.as_ref().unwrap().title, "report-gone");
    }
}
