//! What a report says, as its page shows it: section by section, and from every figure a way to what it rests on.

use std::fmt;

use askama::filters::HtmlSafe;
use askama::{FastWritable, Values};
use muniment_core::report::{Block, Cell, Document, Metric, Row, Section, Table, place_of};
use muniment_report::words as report_words;

use crate::web::visit::{part, with_query};
use crate::web::words::{self, Moment};

/// Rows of a table that are shown; the report's files have all of them.
const ROWS_SHOWN: usize = 30;
/// Entries that a remark names.
const SEQS_SHOWN: usize = 5;
/// What is recorded to explain a section in words.
const COMMENTARY: &str = "report.commentary_recorded";

/// A section.
#[derive(Debug)]
pub(super) struct SectionView {
    pub(super) id: String,
    pub(super) title: String,
    pub(super) clauses: String,
    pub(super) parts: Vec<Part>,
    /// How many tables it has, in words; empty if none.
    pub(super) tables: String,
    /// Where words about it are recorded; empty where a report has no place for them.
    pub(super) comment_path: String,
}

/// A part of a section: one of these, and the others are empty.
#[derive(Debug, Default)]
pub(super) struct Part {
    pub(super) heading: String,
    pub(super) paragraph: String,
    pub(super) commentary: String,
    pub(super) finding: String,
    /// What commentary and findings rest on.
    pub(super) seqs: Vec<Entry>,
    pub(super) figures: Vec<FigureView>,
    pub(super) table: Option<TableView>,
    pub(super) chart: Option<Drawing>,
}

/// A chart as SVG, in which every text is escaped by what draws it.
#[derive(Debug)]
pub(super) struct Drawing(String);

impl fmt::Display for Drawing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FastWritable for Drawing {
    fn write_into(&self, to: &mut dyn fmt::Write, _: &dyn Values) -> askama::Result<()> {
        Ok(to.write_str(&self.0)?)
    }
}

impl HtmlSafe for Drawing {}

/// An entry that something rests on.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) seq: u64,
    pub(super) number: String,
}

/// A figure.
#[derive(Debug)]
pub(super) struct FigureView {
    pub(super) title: String,
    pub(super) value: String,
    pub(super) path: String,
}

/// A table.
#[derive(Debug)]
pub(super) struct TableView {
    pub(super) title: String,
    pub(super) columns: Vec<ColumnView>,
    pub(super) rows: Vec<RowView>,
    /// Rows that are not shown, in words; empty if all are.
    pub(super) more: String,
}

/// A column of a table.
#[derive(Debug)]
pub(super) struct ColumnView {
    pub(super) title: String,
    pub(super) is_number: bool,
}

/// A row of a table.
#[derive(Debug)]
pub(super) struct RowView {
    /// What it is about.
    pub(super) head: String,
    /// The cells behind the first.
    pub(super) cells: Vec<CellView>,
    /// How many entries it rests on.
    pub(super) entries: String,
    pub(super) path: String,
}

/// A cell of a table.
#[derive(Debug)]
pub(super) struct CellView {
    pub(super) text: String,
    pub(super) is_number: bool,
}

/// How a figure is named in an address.
pub(super) fn metric_key(section: &Section, metric: &Metric) -> String {
    format!("{}.{}", section.id, metric.name)
}

/// What the names of a table's rows in addresses begin with; the row's place follows, from 0.
pub(super) fn row_key(section: &Section, table: &Table) -> String {
    format!("{}.{}.", section.id, table.name)
}

/// A cell for people: days as everywhere.
pub(super) fn cell_in_words(cell: &Cell) -> String {
    match cell {
        Cell::Text(text) => Moment::of(text).words,
        other => report_words::cell(other),
    }
}

/// The sections of a report whose page is at `path`.
pub(super) fn sections(document: &Document, path: &str) -> Vec<SectionView> {
    document.sections.iter().map(|one| section(document, one, path)).collect()
}

/// A section of it.
pub(super) fn section(document: &Document, section: &Section, path: &str) -> SectionView {
    let tables = section.tables().count() as u64;
    SectionView {
        id: section.id.clone(),
        title: section.title.clone(),
        clauses: section.clauses.join(", "),
        parts: parts(section, path),
        tables: if tables == 0 { String::new() } else { words::count(tables, "table", "tables") },
        comment_path: comment_path(document, section),
    }
}

/// The sections with a number have a place for commentary; annexes have none.
fn comment_path(document: &Document, section: &Section) -> String {
    if place_of(&section.id).1.is_none() {
        return String::new();
    }
    let known = [
        ("subject", document.id.as_str()),
        ("section", section.id.as_str()),
        ("period_from", document.period.from.as_str()),
        ("period_to", document.period.to.as_str()),
    ];
    with_query(&format!("/record/{COMMENTARY}"), &known)
}

fn parts(section: &Section, path: &str) -> Vec<Part> {
    let mut parts: Vec<Part> = Vec::new();
    for block in &section.blocks {
        match block {
            Block::Heading { text } => parts.push(Part { heading: text.clone(), ..Part::default() }),
            Block::Paragraph { text } | Block::Reference { text, .. } => {
                parts.push(Part { paragraph: text.clone(), ..Part::default() });
            }
            Block::Commentary { text, evidence } => {
                parts.push(Part { commentary: text.clone(), seqs: first(evidence), ..Part::default() });
            }
            Block::Finding(finding) => {
                let seqs = first(&finding.evidence);
                parts.push(Part { finding: finding.text.clone(), seqs, ..Part::default() });
            }
            // Figures that stand together are one table.
            Block::Metric(metric) => {
                let figure = FigureView {
                    title: metric.title.clone(),
                    value: report_words::figure(metric),
                    path: format!("{path}/figures/{}", part(&metric_key(section, metric))),
                };
                match parts.last_mut() {
                    Some(last) if !last.figures.is_empty() => last.figures.push(figure),
                    _ => parts.push(Part { figures: vec![figure], ..Part::default() }),
                }
            }
            Block::Table(table) => {
                parts.push(Part { table: Some(table_view(section, table, path)), ..Part::default() });
            }
            Block::Chart(chart) => {
                if let Some(table) = section.tables().find(|table| table.name == chart.table) {
                    let id = format!("chart-{}", parts.len());
                    let chart = Drawing(muniment_report::chart(table, chart, &id));
                    parts.push(Part { chart: Some(chart), ..Part::default() });
                }
            }
        }
    }
    parts
}

fn first(evidence: &[u64]) -> Vec<Entry> {
    evidence.iter().take(SEQS_SHOWN).map(|seq| Entry { seq: *seq, number: words::number(*seq) }).collect()
}

fn table_view(section: &Section, table: &Table, path: &str) -> TableView {
    let is_number =
        |place: usize| report_words::is_numeric(table.rows.iter().filter_map(|row| row.cells.get(place)));
    let columns: Vec<ColumnView> = (table.columns.iter().enumerate())
        .map(|(place, column)| ColumnView { title: column.title.clone(), is_number: is_number(place) })
        .collect();
    let key = row_key(section, table);
    let last = table.rows.len().saturating_sub(1);
    let is_shown = |place: usize| place < ROWS_SHOWN || (table.totals && place == last);
    let to = |place: usize| format!("{path}/figures/{}", part(&format!("{key}{place}")));
    let rows = table.rows.iter().enumerate().filter(|(place, _)| is_shown(*place));
    let rows: Vec<RowView> = rows.map(|(place, row)| row_view(row, &columns, to(place))).collect();
    let left_out = table.rows.len().saturating_sub(rows.len());
    TableView {
        title: table.title.clone(),
        columns,
        rows,
        more: if left_out == 0 { String::new() } else { words::count(left_out as u64, "row", "rows") },
    }
}

fn row_view(row: &Row, columns: &[ColumnView], path: String) -> RowView {
    let view = |(cell, column): (&Cell, &ColumnView)| CellView {
        text: cell_in_words(cell),
        is_number: column.is_number,
    };
    RowView {
        head: row.cells.first().map(cell_in_words).unwrap_or_default(),
        cells: row.cells.iter().zip(columns).skip(1).map(view).collect(),
        entries: if row.evidence.is_empty() {
            String::new()
        } else {
            words::count(row.evidence.len() as u64, "entry", "entries")
        },
        path,
    }
}

#[cfg(test)]
pub(super) mod tests {
    use serde_json::json;

    use super::*;

    /// A report with one figure, of `received` requests, and one table.
    pub(in crate::web::reports) fn report(id: &str, received: u64) -> Document {
        let evidence: Vec<u64> = (10..10 + received).collect();
        serde_json::from_value(json!({
            "format": "muniment-report/1", "id": id, "title": "Report", "organisation": "A council",
            "edition": "internal", "status": "draft",
            "period": { "name": "2025-26", "from": "2025-04-01", "to": "2026-03-31" },
            "status_at": "2026-03-31T22:59:59.999999Z",
            "ledger": { "origin": "ledger.example", "size": 100, "root": "00" },
            "plugins": [], "faults": [],
            "sections": [{
                "id": "R5", "title": "Requests", "clauses": ["leicester L9.2"],
                "blocks": [
                    { "kind": "metric", "name": "received", "title": "Received",
                      "numerator": received, "denominator": null, "definition": "Requests that came in.", "evidence": evidence },
                    { "kind": "metric", "name": "in_time", "title": "In time",
                      "numerator": 1, "denominator": received, "definition": "Of these, answered in time.", "evidence": [10] },
                    { "kind": "table", "name": "by_month", "title": "By month", "totals": true,
                      "columns": [{ "name": "month", "title": "Month" }, { "name": "of_all", "title": "Requests" }],
                      "rows": [
                          { "cells": ["2025-04-01", received], "subject": null, "unit": null, "evidence": evidence },
                          { "cells": ["All", received] }
                      ] },
                    { "kind": "finding", "text": "One is late.", "evidence": [11] }
                ]
            }]
        }))
        .unwrap()
    }

    #[test]
    fn every_figure_leads_to_what_it_rests_on() {
        let sections = sections(&report("report-a", 2), "/reports/report%2Da");
        let [section] = &sections[..] else { panic!("{sections:?}") };
        let [figures, table, finding] = &section.parts[..] else { panic!("{section:?}") };
        assert_eq!(figures.figures.len(), 2, "they stand together");
        assert_eq!(figures.figures[0].path, "/reports/report%2Da/figures/R5%2Ereceived");
        assert_eq!(figures.figures[1].value, "1 of 2 (50\u{a0}%)");
        let table = table.table.as_ref().unwrap();
        assert_eq!(table.rows[0].head, "1 April 2025");
        assert_eq!(
            (table.rows[0].cells[0].text.as_str(), table.rows[0].entries.as_str()),
            ("2", "2 entries")
        );
        assert_eq!(table.rows[1].path, "/reports/report%2Da/figures/R5%2Eby%5Fmonth%2E1");
        assert!(table.columns[1].is_number && !table.columns[0].is_number);
        assert_eq!((finding.finding.as_str(), finding.seqs[0].seq), ("One is late.", 11));
        let start = "/record/report.commentary_recorded?subject=report-a&section=R5&";
        assert!(section.comment_path.starts_with(start), "{}", section.comment_path);
    }

    #[test]
    fn a_long_table_is_shown_in_part_with_its_sum() {
        let mut report = report("report-a", 2);
        let Some(Block::Table(table)) = report.sections[0].blocks.get_mut(2) else { panic!() };
        let row = table.rows[0].clone();
        for _ in 0..99 {
            table.rows.insert(0, row.clone());
        }
        let sections = sections(&report, "");
        let table = sections[0].parts[1].table.as_ref().unwrap();
        assert_eq!((table.rows.len(), table.more.as_str()), (ROWS_SHOWN + 1, "70 rows"));
        assert_eq!(table.rows.last().unwrap().head, "All");
    }
}
