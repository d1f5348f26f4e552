//! Registers: every table that a plugin keeps of the present.

pub(super) mod whole;

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::extract::{Path, Query};
use axum::http::HeaderValue;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use muniment_core::report::Cell;
use serde::Deserialize;
use serde_json::Value;

use super::Pages;
use super::answers::{PluginList, Register, RegisterList, RegisterPage, Row};
use super::entries::{Choices, case_path, in_words};
use super::failure::Failure;
use super::page::{self, Frame, Place};
use super::visit::{Visit, part, with_query};
use super::words::{self, Moment};

/// Rows of a page.
const PAGE: usize = 100;
/// The largest number of entries behind a row that are linked.
const EVIDENCE_SHOWN: usize = 5;

pub(super) fn routes() -> Router<Arc<Pages>> {
    Router::new().route("/registers", get(list)).route("/registers/{plugin}/{name}", get(rows))
}

#[derive(Debug, Template)]
#[template(path = "registers.html")]
struct ListPage {
    frame: Frame,
    /// By the plugin that keeps them: its title, and its registers.
    groups: Vec<(String, Vec<Register>)>,
    not_ready: Vec<String>,
}

async fn list(visit: Visit) -> Result<Response, Failure> {
    let found: RegisterList = visit.get("/v1/registers").await?;
    let plugins: PluginList = visit.find("/v1/plugins").await?.unwrap_or_default();
    let mut groups: BTreeMap<String, Vec<Register>> = BTreeMap::new();
    for register in found.registers {
        if register.is_for_people() {
            groups.entry(plugins.name_of(&register.plugin)).or_default().push(register);
        }
    }
    page::page(&ListPage {
        frame: visit.frame("Registers", Place::Registers),
        groups: groups.into_iter().collect(),
        not_ready: found.not_ready.iter().map(|id| plugins.name_of(id)).collect(),
    })
}

#[derive(Debug, Clone, Default, Deserialize)]
struct Filter {
    #[serde(default)]
    q: String,
    #[serde(default)]
    unit: String,
    #[serde(default)]
    status: String,
    #[serde(default)]
    due_within: String,
    /// The column that is sorted by, with `-` before it if downwards.
    #[serde(default)]
    sort: String,
    #[serde(default)]
    page: String,
}

impl Filter {
    fn query(&self, sort: &str, page: usize) -> String {
        let page = if page > 1 { page.to_string() } else { String::new() };
        let all = [
            ("q", self.q.as_str()),
            ("unit", &self.unit),
            ("status", &self.status),
            ("due_within", &self.due_within),
            ("sort", sort),
            ("page", &page),
        ];
        with_query("", &all)
    }

    /// What the interface is asked for.
    fn asked(&self) -> [(&'static str, &str); 4] {
        [
            ("q", self.q.trim()),
            ("unit", self.unit.trim()),
            ("status", self.status.trim()),
            ("due_within", self.due_within.trim()),
        ]
    }

    fn is_set(&self) -> bool {
        [&self.q, &self.unit, &self.status, &self.due_within].iter().any(|one| !one.trim().is_empty())
    }
}

/// A column's head.
#[derive(Debug)]
struct Head {
    title: String,
    /// Sorts by it: upwards, or downwards if it is sorted upwards already.
    path: String,
    /// `ascending`, `descending` or nothing.
    sorted: &'static str,
    is_number: bool,
}

/// A cell.
#[derive(Debug)]
pub(super) struct CellView {
    pub(super) text: Moment,
    pub(super) path: String,
    /// The colour of a tag, where it is one.
    pub(super) colour: &'static str,
    pub(super) is_number: bool,
}

/// A row.
#[derive(Debug)]
pub(super) struct RowView {
    pub(super) cells: Vec<CellView>,
    pub(super) evidence: Vec<u64>,
    /// How many entries more there are behind it.
    pub(super) evidence_more: String,
}

#[derive(Debug, Template)]
#[template(path = "register.html")]
struct RowsPage {
    frame: Frame,
    register: Register,
    filter: Filter,
    heads: Vec<Head>,
    rows: Vec<RowView>,
    total: String,
    shown: String,
    as_at: Moment,
    size: String,
    previous: String,
    next: String,
    csv: String,
    has_due: bool,
    has_status: bool,
    is_filtered: bool,
}

async fn rows(
    visit: Visit,
    Path((plugin, name)): Path<(String, String)>,
    Query(filter): Query<Filter>,
) -> Result<Response, Failure> {
    if let Some(name) = name.strip_suffix(".csv") {
        return export(&visit, &plugin, name, &filter).await;
    }
    let number = filter.page.parse::<usize>().unwrap_or(1).clamp(1, whole::ROWS_MAX);
    let first = (number - 1).saturating_mul(PAGE);
    let (address, by) = (whole::address(&plugin, &name), filter.sort.clone());
    let mut found = match by.is_empty() {
        true => whole::fetch(&visit, &address, &filter.asked(), first, PAGE).await?,
        false => {
            let all = whole::fetch_all(&visit, &address, &filter.asked()).await?;
            let cut = move |mut all: RegisterPage| {
                sort(&mut all, &by);
                all.rows = all.rows.into_iter().skip(first).take(PAGE).collect();
                all
            };
            all.work(cut).await?
        }
    };
    due_second(&mut found);
    let rows = std::mem::take(&mut found.rows);
    let (count, register) = (rows.len(), found.register);
    let is_more = found.total.map_or(count == PAGE, |total| (first + count) as u64 != total && count > 0);
    let path = format!("/registers/{}/{}", part(&plugin), part(&name));
    let other = |number: usize| format!("{path}{}", filter.query(&filter.sort, number));
    let has = |name: &str| register.columns.iter().any(|column| column.name == name);
    let definitions = visit.pages.app.definitions();
    let choices = Choices::of(&definitions.catalogue);
    page::page(&RowsPage {
        frame: visit.frame(&register.title, Place::Registers),
        heads: heads(&register, &filter, &rows, &path),
        total: found.total.map(|total| words::count(total, "row", "rows")).unwrap_or_default(),
        shown: format!("{} to {}", words::number(first as u64 + 1), words::number((first + count) as u64)),
        as_at: Moment::of(&found.as_at),
        size: words::count(found.size, "entry", "entries"),
        previous: if number > 1 { other(number - 1) } else { String::new() },
        next: if is_more { other(number + 1) } else { String::new() },
        csv: format!("{path}.csv{}", filter.query(&filter.sort, 1)),
        has_due: has("due"),
        has_status: has("status"),
        is_filtered: filter.is_set(),
        rows: rows.iter().map(|row| view(row, &register, &choices)).collect(),
        register,
        filter,
    })
}

/// Puts the column that says when something is due behind the first one: what is looked for most is seen without scrolling.
fn due_second(page: &mut RegisterPage) {
    let due = page.register.columns.iter().position(|column| column.name == "due");
    let Some(place) = due.filter(|place| *place > 1) else { return };
    page.register.columns[1..=place].rotate_right(1);
    for row in page.rows.iter_mut().filter(|row| row.cells.len() > place) {
        row.cells[1..=place].rotate_right(1);
    }
}

/// Sorts rows by a column; those that have nothing there come last in either direction.
fn sort(page: &mut RegisterPage, by: &str) {
    let (name, is_down) = by.strip_prefix('-').map_or((by, false), |name| (name, true));
    let Some(place) = page.register.columns.iter().position(|column| column.name == name) else { return };
    page.rows.sort_by(|one, other| {
        let [one, other] = [one, other].map(|row| row.cells.get(place).unwrap_or(&Value::Null));
        match (one.is_null(), other.is_null()) {
            (true, _) | (_, true) => one.is_null().cmp(&other.is_null()),
            _ if is_down => compare(other, one),
            _ => compare(one, other),
        }
    });
}

fn compare(one: &Value, other: &Value) -> Ordering {
    match (as_number(one), as_number(other)) {
        (Some(one), Some(other)) => one.total_cmp(&other),
        // Numbers stand before texts: an order that mixes them would be none.
        (Some(_), None) => Ordering::Less,
        (None, Some(_)) => Ordering::Greater,
        (None, None) => in_words_of(one).to_lowercase().cmp(&in_words_of(other).to_lowercase()),
    }
}

/// A number, or how much of its denominator a share is.
fn as_number(value: &Value) -> Option<f64> {
    let share = || {
        let (numerator, denominator) = (value["numerator"].as_f64()?, value["denominator"].as_f64()?);
        Some(if denominator > 0.0 { numerator / denominator } else { -1.0 })
    };
    value.as_f64().or_else(share)
}

/// Texts as they are: days and instants sort by how programs write them.
fn in_words_of(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn heads(register: &Register, filter: &Filter, rows: &[Row], path: &str) -> Vec<Head> {
    let heads = register.columns.iter().enumerate().map(|(place, column)| {
        let sorted = match filter.sort.strip_prefix('-') {
            Some(name) if name == column.name => "descending",
            None if filter.sort == column.name => "ascending",
            _ => "",
        };
        let by = if sorted == "ascending" { format!("-{}", column.name) } else { column.name.clone() };
        let mut cells =
            rows.iter().filter_map(|row| row.cells.get(place)).filter(|cell| !cell.is_null()).peekable();
        Head {
            title: column.title.clone(),
            path: format!("{path}{}", filter.query(&by, 1)),
            sorted,
            is_number: cells.peek().is_some() && cells.all(|cell| as_number(cell).is_some()),
        }
    });
    heads.collect()
}

/// A row for people. The first cell that names the row's case leads to it.
pub(super) fn view(row: &Row, register: &Register, choices: &Choices<'_>) -> RowView {
    let subject = row.subject.as_deref().unwrap_or_default();
    let mut is_linked = false;
    let cells = row.cells.iter().enumerate().map(|(place, value)| {
        let name = register.columns.get(place).map_or("", |column| column.name.as_str());
        let is_subject = !is_linked && !subject.is_empty() && value.as_str() == Some(subject);
        is_linked |= is_subject;
        cell(name, value, if is_subject { case_path(subject) } else { String::new() }, choices)
    });
    let cells = cells.collect();
    let evidence: Vec<u64> = row.evidence.iter().take(EVIDENCE_SHOWN).copied().collect();
    let more = row.evidence.len() - evidence.len();
    RowView {
        cells,
        evidence,
        evidence_more: if more == 0 {
            String::new()
        } else {
            format!("and {} more", words::number(more as u64))
        },
    }
}

fn cell(column: &str, value: &Value, path: String, choices: &Choices<'_>) -> CellView {
    let plain = |words: String| Moment { words, ..Moment::default() };
    let text = match value {
        Value::String(text) if column == "rag" => plain(words::from_name(text)),
        Value::String(text) => match Moment::of(text) {
            moment if moment.iso.is_empty() && path.is_empty() => plain(choices.told(text)),
            moment => moment,
        },
        Value::Number(number) => plain(number.as_u64().map_or_else(|| number.to_string(), words::number)),
        Value::Object(_) => plain(share_in_words(value)),
        other => plain(in_words(other)),
    };
    let colour = match value.as_str() {
        Some("red") if column == "rag" => "red",
        Some("amber") if column == "rag" => "amber",
        Some("green") if column == "rag" => "green",
        _ => "",
    };
    CellView { text, path, colour, is_number: as_number(value).is_some() }
}

/// `3 of 7 (43 %)`, halves rounded up.
fn share_in_words(value: &Value) -> String {
    let (Some(numerator), Some(denominator)) = (value["numerator"].as_u64(), value["denominator"].as_u64())
    else {
        return value.to_string();
    };
    if denominator == 0 {
        return "no cases".to_owned();
    }
    let percent = (u128::from(numerator) * 200 + u128::from(denominator)) / (u128::from(denominator) * 2);
    format!("{} of {} ({percent}\u{a0}%)", words::number(numerator), words::number(denominator))
}

/// All rows that match, as CSV that a spreadsheet opens without running anything.
async fn export(visit: &Visit, plugin: &str, name: &str, filter: &Filter) -> Result<Response, Failure> {
    let all = whole::fetch_all(visit, &whole::address(plugin, name), &filter.asked()).await?;
    let by = filter.sort.clone();
    let csv = all.work(move |mut all| {
        sort(&mut all, &by);
        csv(&all)
    });
    let mut response = csv.await?.into_response();
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/csv; charset=utf-8"));
    let file = name.replace(|c: char| !c.is_ascii_alphanumeric() && c != '-' && c != '_', "_");
    let disposition = HeaderValue::try_from(format!("attachment; filename=\"{file}.csv\""));
    headers.extend(disposition.map(|disposition| (CONTENT_DISPOSITION, disposition)));
    Ok(response)
}

/// The rows with a line of titles, and behind each the entries that it was made of.
fn csv(all: &RegisterPage) -> String {
    let titles = all.register.columns.iter().map(|column| Cell::Text(column.title.clone()));
    let mut lines: Vec<Vec<Cell>> = vec![titles.chain([Cell::Text("Entries".to_owned())]).collect()];
    lines.extend(all.rows.iter().map(|row| {
        let cells = row.cells.iter().map(|value| match value {
            Value::Null => Cell::Nothing,
            Value::Number(number) => {
                number.as_i64().map_or_else(|| Cell::Text(number.to_string()), Cell::Number)
            }
            Value::Object(_) => Cell::Text(share_in_words(value)),
            other => Cell::Text(in_words_of(other)),
        });
        let evidence = row.evidence.iter().map(u64::to_string).collect::<Vec<_>>().join(" ");
        cells.chain([Cell::Text(evidence)]).collect()
    }));
    muniment_report::csv_lines(&lines)
}

#[cfg(test)]
mod tests {
    use muniment_core::catalogue::Catalogue;
    use serde_json::json;

    use super::*;

    fn page(cells: &[Value]) -> RegisterPage {
        let rows: Vec<Value> = cells
            .iter()
            .map(|cell| json!({ "cells": [cell], "subject": null, "unit": null, "evidence": [] }))
            .collect();
        serde_json::from_value(json!({
            "register": {
                "plugin": "p", "name": "n", "title": "T", "description": "D", "feeds": [],
                "columns": [{ "name": "a", "title": "A" }],
            },
            "rows": rows, "total": null, "as_at": "2026-05-01T00:00:00Z", "size": 1,
        }))
        .unwrap()
    }

    fn sorted(cells: &[Value], by: &str) -> Vec<Value> {
        let mut page = page(cells);
        sort(&mut page, by);
        page.rows.into_iter().map(|row| row.cells[0].clone()).collect()
    }

    #[test]
    fn rows_are_sorted_by_what_their_cells_are() {
        assert_eq!(sorted(&[json!(10), json!(9), Value::Null], "a"), [json!(9), json!(10), Value::Null]);
        assert_eq!(sorted(&[Value::Null, json!(9), json!(10)], "-a"), [json!(10), json!(9), Value::Null]);
        assert_eq!(sorted(&[json!("b"), json!("A"), json!("c")], "a"), [json!("A"), json!("b"), json!("c")]);
        let shares = [json!({"numerator": 1, "denominator": 2}), json!({"numerator": 1, "denominator": 3})];
        assert_eq!(sorted(&shares, "a")[0]["denominator"], 3);
        assert_eq!(sorted(&[json!(2), json!(1)], "unknown"), [json!(2), json!(1)]);
    }

    #[test]
    fn what_is_due_comes_second() {
        let columns: Vec<Value> =
            ["case", "kind", "team", "due"].map(|name| json!({ "name": name, "title": name })).into();
        let mut page: RegisterPage = serde_json::from_value(json!({
            "register": { "plugin": "p", "name": "n", "title": "T", "description": "D", "columns": columns },
            "rows": [{ "cells": ["a", "b", "c", "d"], "subject": null, "unit": null, "evidence": [] }],
            "total": null, "as_at": "2026-05-01T00:00:00Z", "size": 1,
        }))
        .unwrap();
        due_second(&mut page);
        let names: Vec<&str> = page.register.columns.iter().map(|column| column.name.as_str()).collect();
        assert_eq!(names, ["case", "due", "kind", "team"]);
        assert_eq!(page.rows[0].cells, [json!("a"), json!("d"), json!("b"), json!("c")]);
        due_second(&mut page);
        assert_eq!(page.rows[0].cells[1], json!("d"), "it stays there");
    }

    #[test]
    fn cells_are_told_in_words() {
        let catalogue = Catalogue::built_in().unwrap();
        let choices = Choices::of(&catalogue);
        let told = |column: &str, value: Value| cell(column, &value, String::new(), &choices).text.words;
        assert_eq!(told("regime", json!("sar")), "SAR");
        assert_eq!(told("accepted_by", json!("role/siro")), "the role SIRO");
        assert_eq!(told("due", json!("2026-05-01")), "1 May 2026");
        assert_eq!(told("rag", json!("amber")), "Amber");
        assert_eq!(told("n", json!(12_345)), "12,345");
        assert_eq!(told("n", json!(-5)), "-5");
        assert_eq!(told("n", json!({"numerator": 1, "denominator": 8})), "1 of 8 (13\u{a0}%)");
        assert_eq!(told("n", json!({"numerator": 0, "denominator": 0})), "no cases");
        assert_eq!(told("n", Value::Null), "");
    }

    #[test]
    fn the_first_cell_that_names_the_case_leads_to_it() {
        let page = page(&[json!("FOI/1")]);
        let row = Row {
            cells: vec![json!("FOI/1"), json!("FOI/1")],
            subject: Some("FOI/1".to_owned()),
            evidence: (0..8).collect(),
        };
        let catalogue = Catalogue::built_in().unwrap();
        let view = view(&row, &page.register, &Choices::of(&catalogue));
        assert_eq!((view.cells[0].path.as_str(), view.cells[1].path.as_str()), ("/cases/FOI%2F1", ""));
        assert_eq!((view.evidence.len(), view.evidence_more.as_str()), (5, "and 3 more"));
    }
}
