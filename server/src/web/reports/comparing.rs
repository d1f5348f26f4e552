//! A report beside an earlier one: which figures are others.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::{Path, Query};
use axum::response::Response;
use muniment_core::report::{Document, Section, Table};
use muniment_report::words as report_words;
use serde::Deserialize;

use super::preview::{cell_in_words, metric_key, row_key};
use super::{document, path_of, readable};
use crate::report::difference;
use crate::web::failure::Failure;
use crate::web::page::{self, Frame, Place};
use crate::web::visit::{Visit, part, see_other};
use crate::web::words::{self, Moment};

/// Figures that are listed.
const CHANGES_SHOWN: usize = 120;
/// Differences within tables that are listed, and what they may have together, in bytes.
const DIFFERENCES_SHOWN: usize = 100;
const DIFFERENCES_BYTES: usize = 25_000;

/// Which report it is compared with.
#[derive(Debug, Deserialize)]
pub(super) struct Chosen {
    #[serde(default)]
    other: String,
}

/// What the form on a report's page leads to.
pub(super) async fn choose(
    _visit: Visit,
    Path(id): Path<String>,
    Query(Chosen { other }): Query<Chosen>,
) -> Result<Response, Failure> {
    let path = path_of(&id);
    Ok(see_other(&if other.is_empty() { path } else { format!("{path}/compare/{}", part(&other)) }))
}

/// A figure that is another one.
#[derive(Debug, PartialEq, Eq)]
struct Change {
    section: String,
    title: String,
    before: Side,
    after: Side,
}

/// A figure in one of the reports; empty if it is not there.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Side {
    value: String,
    path: String,
}

/// A figure of a report.
#[derive(Debug, Clone)]
struct Figure {
    section: String,
    title: String,
    side: Side,
}

/// The figures of a report.
#[derive(Debug, Default)]
struct Figures {
    by_key: BTreeMap<String, Figure>,
    /// Their keys, in the order of the report.
    order: Vec<String>,
}

impl Figures {
    fn of(document: &Document) -> Figures {
        let mut figures = Figures::default();
        let path = path_of(&document.id);
        let to = |key: &str| format!("{path}/figures/{}", part(key));
        for section in &document.sections {
            for metric in section.metrics() {
                let key = metric_key(section, metric);
                let side = Side { value: report_words::figure(metric), path: to(&key) };
                figures.add(section, key, metric.title.clone(), side);
            }
            for table in section.tables().filter(|table| table.totals) {
                let Some(place) = table.rows.len().checked_sub(1) else { continue };
                let path = to(&format!("{}{place}", row_key(section, table)));
                for (column, title, value) in sums(table) {
                    let key = format!("{}{column}", row_key(section, table));
                    figures.add(section, key, title, Side { value, path: path.clone() });
                }
            }
        }
        figures
    }

    fn add(&mut self, section: &Section, key: String, title: String, side: Side) {
        let section = format!("{} {}", section.id, section.title);
        if self.by_key.insert(key.clone(), Figure { section, title, side }).is_none() {
            self.order.push(key);
        }
    }
}

/// The metrics and the sums of tables in which two reports differ, in the order of the later one.
fn changes(before: &Document, after: &Document) -> Vec<Change> {
    let (before, after) = (Figures::of(before), Figures::of(after));
    let gone = before.order.iter().filter(|key| !after.by_key.contains_key(*key));
    let mut changes = Vec::new();
    for key in after.order.iter().chain(gone) {
        let (was, is) = (before.by_key.get(key), after.by_key.get(key));
        let Some(figure) = is.or(was) else { continue };
        let side = |figure: Option<&Figure>| figure.map(|figure| figure.side.clone()).unwrap_or_default();
        let (was, is) = (side(was), side(is));
        if was.value != is.value {
            let Figure { section, title, .. } = figure.clone();
            changes.push(Change { section, title, before: was, after: is });
        }
    }
    changes
}

/// Name, title and value of each cell of a table's last row, but for the first, which says what the row is.
fn sums(table: &Table) -> Vec<(String, String, String)> {
    let cells = table.rows.last().map(|row| row.cells.as_slice()).unwrap_or_default();
    let named = table.columns.iter().zip(cells).skip(1);
    named
        .map(|(column, cell)| {
            let title = format!("{}: {}, in all", table.title, column.title);
            (column.name.clone(), title, cell_in_words(cell))
        })
        .collect()
}

/// A report, in the head of the page.
#[derive(Debug)]
struct Head {
    id: String,
    path: String,
    title: String,
    status_at: Moment,
    entries: String,
}

impl Head {
    fn of(document: &Document) -> Head {
        Head {
            id: document.id.clone(),
            path: path_of(&document.id),
            title: document.title.clone(),
            status_at: Moment::of(&document.status_at),
            entries: words::count(document.ledger.size, "entry", "entries"),
        }
    }
}

#[derive(Debug, Template)]
#[template(path = "reports_compare.html")]
struct ComparePage {
    frame: Frame,
    before: Head,
    after: Head,
    is_same_period: bool,
    changes: Vec<Change>,
    count: String,
    /// How many of these are not listed; empty if all are.
    more_changes: String,
    within_tables: Vec<String>,
    within_count: String,
    /// As of the figures.
    more: String,
}

pub(super) async fn show(
    visit: Visit,
    Path((id, other)): Path<(String, String)>,
) -> Result<Response, Failure> {
    readable(&visit)?;
    let (before, after) = (document(&visit, &other).await?, document(&visit, &id).await?);
    let mut changes = changes(&before, &after);
    let count = changes.len();
    changes.truncate(CHANGES_SHOWN);
    let mut within = difference(&before, &after);
    within.retain(|line| line.starts_with("table "));
    let all = within.len();
    let mut bytes = 0;
    let mut fits = |line: &String| {
        bytes += line.len();
        bytes <= DIFFERENCES_BYTES
    };
    within.truncate(within.iter().take_while(|line| fits(line)).count().min(DIFFERENCES_SHOWN));
    let more = |left_out: usize| if left_out == 0 { String::new() } else { words::number(left_out as u64) };
    page::page(&ComparePage {
        frame: visit.frame("Compare two reports", Place::Reports),
        is_same_period: (&before.period.from, &before.period.to) == (&after.period.from, &after.period.to),
        before: Head::of(&before),
        after: Head::of(&after),
        count: words::count(count as u64, "figure differs", "figures differ"),
        more_changes: more(count - changes.len()),
        changes,
        within_count: words::count(all as u64, "difference", "differences"),
        more: more(all - within.len()),
        within_tables: within,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::reports::preview::tests::report;

    #[test]
    fn the_figures_that_differ_are_found() {
        let (before, after) = (report("report-a", 2), report("report-b", 3));
        assert!(changes(&before, &report("report-b", 2)).is_empty());
        let found = changes(&before, &after);
        let titles: Vec<&str> = found.iter().map(|change| change.title.as_str()).collect();
        assert_eq!(titles, ["Received", "In time", "By month: Requests, in all"]);
        let (was, is) = (&found[0].before, &found[0].after);
        assert_eq!((was.value.as_str(), is.value.as_str()), ("2", "3"));
        assert_eq!(is.path, "/reports/report%2Db/figures/R5%2Ereceived");
        assert_eq!(found[2].after.path, "/reports/report%2Db/figures/R5%2Eby%5Fmonth%2E1");
    }

    #[test]
    fn a_figure_of_one_report_alone_is_found() {
        let (before, mut after) = (report("report-a", 2), report("report-b", 2));
        after.sections[0].blocks.remove(0);
        let found = changes(&before, &after);
        let [gone] = &found[..] else { panic!("{found:?}") };
        assert_eq!((gone.title.as_str(), gone.before.value.as_str()), ("Received", "2"));
        assert_eq!(gone.after, Side::default());
    }
}
