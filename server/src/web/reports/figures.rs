//! What one figure of a report rests on.

use std::collections::BTreeSet;

use askama::Template;
use axum::extract::Path;
use axum::response::Response;
use muniment_core::report::{Document, Section, Structure};
use muniment_report::words as report_words;
use serde_json::Value;

use super::preview::{cell_in_words, metric_key, row_key};
use super::{ENTRY_READERS, document, path_of, readable};
use crate::web::entries::{Line, case_path};
use crate::web::failure::Failure;
use crate::web::page::{self, Frame, Place};
use crate::web::visit::Visit;
use crate::web::words;

/// Entries that are shown.
const ENTRIES_SHOWN: usize = 100;

/// A figure of a report: a metric, or a row of a table.
#[derive(Debug)]
struct Figure<'d> {
    section: &'d Section,
    title: String,
    value: String,
    definition: String,
    denominator: Option<u64>,
    /// Of a row, what stands in each column.
    cells: Vec<(String, String)>,
    subject: &'d str,
    unit: &'d str,
    evidence: &'d [u64],
}

/// The figure that an address names.
fn find<'d>(document: &'d Document, key: &str) -> Option<Figure<'d>> {
    for section in &document.sections {
        if let Some(metric) = section.metrics().find(|metric| metric_key(section, metric) == key) {
            return Some(Figure {
                section,
                title: metric.title.clone(),
                value: report_words::figure(metric),
                definition: metric.definition.clone(),
                denominator: metric.denominator,
                cells: Vec::new(),
                subject: "",
                unit: "",
                evidence: &metric.evidence,
            });
        }
        for table in section.tables() {
            let start = row_key(section, table);
            let place = key.strip_prefix(start.as_str()).and_then(|place| place.parse::<usize>().ok());
            let Some(row) = place.and_then(|place| table.rows.get(place)) else { continue };
            let head = row.cells.first().map(cell_in_words).unwrap_or_default();
            let cells = table.columns.iter().zip(&row.cells);
            return Some(Figure {
                section,
                title: format!("{}: {head}", table.title),
                value: String::new(),
                definition: String::new(),
                denominator: None,
                cells: cells.map(|(column, cell)| (column.title.clone(), cell_in_words(cell))).collect(),
                subject: row.subject.as_deref().unwrap_or_default(),
                unit: row.unit.as_deref().unwrap_or_default(),
                evidence: &row.evidence,
            });
        }
    }
    None
}

#[derive(Debug, Template)]
#[template(path = "reports_figure.html")]
struct FigurePage {
    frame: Frame,
    path: String,
    report: String,
    section: String,
    value: String,
    definition: String,
    /// Of how many; empty if it is no share.
    denominator: String,
    cells: Vec<(String, String)>,
    subject: String,
    subject_path: String,
    unit: String,
    count: String,
    is_empty: bool,
    /// The entries, each with its number in words.
    lines: Vec<(String, Line)>,
    /// How many are shown, if these are not all.
    shown: String,
    /// The numbers of the first entries, for whoever may not read entries.
    numbers: Vec<String>,
    /// The cases of the entries that are shown, with their pages.
    cases: Vec<(String, String)>,
}

pub(super) async fn show(visit: Visit, Path((id, key)): Path<(String, String)>) -> Result<Response, Failure> {
    readable(&visit)?;
    let document = document(&visit, &id).await?.with_titles(Structure::Then);
    let Some(figure) = find(&document, &key) else {
        return Err(Failure::not_found("This report has no such figure."));
    };
    let (mut lines, mut numbers) = (Vec::new(), Vec::new());
    let catalogue = visit.pages.app.definitions().catalogue.clone();
    for seq in figure.evidence.iter().take(ENTRIES_SHOWN) {
        if !visit.holds(ENTRY_READERS) {
            numbers.push(words::number(*seq));
        } else if let Some(entry) = visit.find::<Value>(&format!("/v1/events/{seq}")).await? {
            lines.push((words::number(*seq), Line::of(&entry, &catalogue)));
        }
    }
    let subjects = lines.iter().map(|(_, line): &(String, Line)| line.subject.clone());
    let cases: BTreeSet<String> = subjects.filter(|subject| !subject.is_empty()).collect();
    let total = figure.evidence.len();
    page::page(&FigurePage {
        frame: visit.frame(&figure.title, Place::Reports),
        path: path_of(&id),
        report: document.title.clone(),
        section: format!("{} {}", figure.section.id, figure.section.title),
        value: figure.value,
        definition: figure.definition,
        denominator: figure.denominator.map(words::number).unwrap_or_default(),
        cells: figure.cells,
        subject: figure.subject.to_owned(),
        subject_path: case_path(figure.subject),
        unit: figure.unit.to_owned(),
        count: words::count(total as u64, "entry", "entries"),
        is_empty: total == 0,
        shown: if total > ENTRIES_SHOWN { words::number(ENTRIES_SHOWN as u64) } else { String::new() },
        lines,
        numbers,
        cases: cases.into_iter().map(|subject| (case_path(&subject), subject)).collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::reports::preview::tests::report;

    #[test]
    fn a_figure_is_found_by_its_name() {
        let report = report("report-a", 2);
        let share = find(&report, "R5.in_time").unwrap();
        assert_eq!(
            (share.title.as_str(), share.denominator, share.evidence),
            ("In time", Some(2), &[10][..])
        );
        let row = find(&report, "R5.by_month.0").unwrap();
        assert_eq!((row.title.as_str(), row.evidence), ("By month: 1 April 2025", &[10, 11][..]));
        assert_eq!(row.cells[1], ("Requests".to_owned(), "2".to_owned()));
        for wrong in ["", "R5", "R5.", "R5.other", "R5.by_month.2", "R5.by_month.", "R6.received"] {
            assert!(find(&report, wrong).is_none(), "{wrong}");
        }
    }
}
