//! What restates other sections: R1, R20 and the annexes, by what was counted and by the titles that the report prints.

use jiff::tz::TimeZone;
use serde_json::{Value, json};

use super::counted::{Counted, Row, share, size};
use super::host::{Imported, Target};

static LONDON: TimeZone = jiff::tz::get!("Europe/London");

/// The tables of the host, by name.
pub fn tables(report: &Value, counted: &Counted) -> Vec<(&'static str, Vec<Row>)> {
    let mut tables = vec![
        ("figures_at_a_glance", glance(report, counted)),
        ("years", years(report, counted)),
        ("definitions", definitions(report)),
        ("reconciliation", reconciliation(report)),
        ("ledger", ledger(counted)),
    ];
    let corrections: Vec<Row> = counted.host.corrections.iter().map(|it| it.to_vec()).collect();
    if !corrections.is_empty() {
        tables.push(("corrections", corrections));
    }
    tables
}

/// Blocks of a kind with the sections that they stand in.
fn blocks<'r>(report: &'r Value, kind: &str) -> Vec<(&'r Value, &'r Value)> {
    let mut found = Vec::new();
    for section in report["sections"].as_array().into_iter().flatten() {
        let blocks = section["blocks"].as_array().into_iter().flatten();
        found.extend(blocks.filter(|block| block["kind"] == kind).map(|block| (&section["id"], block)));
    }
    found
}

fn name(block: &Value) -> &str {
    block["name"].as_str().unwrap_or("")
}

/// A figure as a cell; none where it was not counted.
fn cell(counted: &Counted, name: &str) -> Value {
    match counted.figures.get(name) {
        Some((count, Some(of))) => share(size(*count), size(*of)),
        Some((count, None)) => json!(count),
        None => Value::Null,
    }
}

fn glance(report: &Value, counted: &Counted) -> Vec<Row> {
    let mut rows = Vec::new();
    for (section, figure) in blocks(report, "metric") {
        let name = name(figure);
        let target = counted.host.targets.get(name);
        if target.is_none() && figure["denominator"].is_null() {
            continue;
        }
        let earlier = counted.host.earlier.first().map_or(Value::Null, |earlier| cell(earlier, name));
        let imported = counted.host.imported.get(name).filter(|_| earlier.is_null());
        let light = target.and_then(|target| light(counted.figures.get(name).copied()?, target));
        rows.push(vec![
            figure["title"].clone(),
            section.clone(),
            cell(counted, name),
            imported.map_or(earlier, |it| json!(imported_words(it))),
            json!(target.map(target_words)),
            json!(light),
        ]);
    }
    rows
}

fn imported_words(it: &Imported) -> String {
    let of = it.denominator.map(|of| format!(" of {of}")).unwrap_or_default();
    format!("{}{of} (from a document, not evidenced by events)", it.numerator)
}

fn target_words(it: &Target) -> String {
    let unit = match it.measure.as_str() {
        "per_cent" => "\u{a0}%".to_owned(),
        unit @ ("days" | "hours" | "pounds") => format!(" {unit}"),
        _ => String::new(),
    };
    format!("{} {}{unit}", if it.at_least { "at least" } else { "at most" }, it.value)
}

fn light((count, of): (u64, Option<u64>), target: &Target) -> Option<&'static str> {
    let reached = match (target.measure.as_str(), of) {
        ("per_cent", None | Some(0)) => return None,
        ("per_cent", Some(of)) => count as f64 * 100.0 / of as f64,
        _ => count as f64,
    };
    let meets = |aim: f64| if target.at_least { reached >= aim } else { reached <= aim };
    Some(match target.amber_at {
        _ if meets(target.value) => "green",
        Some(amber) if meets(amber) => "amber",
        _ => "red",
    })
}

fn years(report: &Value, counted: &Counted) -> Vec<Row> {
    let mut rows = Vec::new();
    for (section, figure) in blocks(report, "metric") {
        let mut row = vec![figure["title"].clone(), section.clone(), cell(counted, name(figure))];
        row.extend(counted.host.earlier.iter().map(|earlier| cell(earlier, name(figure))));
        rows.push(row);
    }
    rows
}

fn definitions(report: &Value) -> Vec<Row> {
    let mut rows = Vec::new();
    for (section, figure) in blocks(report, "metric") {
        let kind = if figure["denominator"].is_null() { "a number" } else { "a share" };
        rows.push(vec![figure["title"].clone(), section.clone(), json!(kind), figure["definition"].clone()]);
    }
    rows
}

fn reconciliation(report: &Value) -> Vec<Row> {
    let mut rows = Vec::new();
    for (section, table) in blocks(report, "table") {
        let columns: Vec<&str> = table["columns"].as_array().into_iter().flatten().map(name).collect();
        let mut checks = Vec::new();
        if table["totals"] == true {
            checks.push("the rows add up to the last");
        }
        if columns.contains(&"opening") && columns.contains(&"closing") {
            checks.push("opening and what came in, without what went out, is closing");
        }
        if columns.contains(&"whole") {
            checks.push("the parts are the whole");
        }
        if !checks.is_empty() {
            rows.push(vec![table["title"].clone(), section.clone(), json!(checks.join("; "))]);
        }
    }
    rows
}

fn ledger(counted: &Counted) -> Vec<Row> {
    let host = &counted.host;
    let words = |at: Option<jiff::Timestamp>| {
        at.map(|at| LONDON.to_datetime(at).strftime("%a %Y-%m-%d %H:%M").to_string()).unwrap_or_default()
    };
    let facts = [
        ("Origin", host.origin.clone()),
        ("Entries that this report is made of", host.size.to_string()),
        ("Entries recorded in the period", host.recorded_in_period.to_string()),
        ("First entry recorded", words(host.first)),
        ("Last entry recorded", words(host.last)),
    ];
    facts.into_iter().map(|(fact, value)| vec![json!(fact), json!(value)]).collect()
}

/// The events that evidence each clause of a policy, by its definition file: how they differ from a report's.
pub fn compare_clauses(report: &Value, policy: &str, definition: &str, counted: &Counted) -> Vec<String> {
    let wanted = format!("clauses_{policy}");
    let tables = blocks(report, "table");
    let Some((_, table)) = tables.iter().find(|(_, table)| name(table) == wanted) else {
        return vec![format!("{wanted}: not in the report")];
    };
    let mut found = Vec::new();
    let clauses = clauses(definition);
    let rows: Vec<&Value> = table["rows"].as_array().into_iter().flatten().map(|row| &row["cells"]).collect();
    if rows.len() != clauses.len() {
        found.push(format!("{wanted}: {} rows, recounted {}", rows.len(), clauses.len()));
    }
    for (cells, (id, types)) in rows.iter().zip(&clauses) {
        let is_meant = |kind: &str| {
            types.iter().any(|of| match of.strip_suffix('*') {
                Some(group) => kind.starts_with(group),
                None => kind == of,
            })
        };
        let events: u64 =
            counted.host.events.iter().filter(|(kind, _)| is_meant(kind)).map(|(_, count)| count).sum();
        if cells[0] != *id || cells[2] != events {
            found.push(format!("{wanted}: {} {}, recounted {id} {events}", cells[0], cells[2]));
        }
    }
    found
}

/// Each clause with the types of events that evidence it, read from the lines of the file.
fn clauses(definition: &str) -> Vec<(String, Vec<String>)> {
    let mut found: Vec<(String, Vec<String>)> = Vec::new();
    let mut is_listing = false;
    for line in definition.lines() {
        let quoted = || line.split('"').skip(1).step_by(2).map(str::to_owned);
        if line.starts_with("id = ") {
            found.extend(quoted().next().map(|id| (id, Vec::new())));
        }
        is_listing |= line.starts_with("types = [");
        if let Some((_, types)) = found.last_mut().filter(|_| is_listing) {
            types.extend(quoted());
            is_listing = !line.trim_end().ends_with(']');
        }
    }
    found
}
