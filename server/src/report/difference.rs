//! In which figures two reports differ, and in what they begin with.

use std::collections::BTreeMap;

use muniment_core::report::{Cell, Document, Metric, Table};

/// What of the front, each figure and each cell that is another one, or is in one of them only; entries that only one of them
/// rests on are named.
#[must_use]
pub fn difference(one: &Document, other: &Document) -> Vec<String> {
    let mut found = front(one, other);
    let (before, after) = (metrics(one), metrics(other));
    for (key, metric) in &before {
        match after.get(key) {
            None => found.push(format!("{} {}: only in the first", key.0, metric.title)),
            Some(now) if (metric.numerator, metric.denominator) != (now.numerator, now.denominator) => {
                found.push(format!(
                    "{} {}: {} became {}{}",
                    key.0,
                    metric.title,
                    figure(metric),
                    figure(now),
                    because(&metric.evidence, &now.evidence)
                ));
            }
            Some(_) => {}
        }
    }
    for (key, metric) in after.iter().filter(|(key, _)| !before.contains_key(*key)) {
        found.push(format!("{} {}: only in the second", key.0, metric.title));
    }
    let (before, after) = (tables(one), tables(other));
    for (name, table) in &before {
        match after.get(name) {
            None => found.push(format!("table {name}: only in the first")),
            Some(now) => cells(name, table, now, &mut found),
        }
    }
    for name in after.keys().filter(|name| !before.contains_key(*name)) {
        found.push(format!("table {name}: only in the second"));
    }
    found
}

/// What is another one before the first figure.
fn front(one: &Document, other: &Document) -> Vec<String> {
    let colour = |document: &Document| document.design.as_ref()?.colour.clone();
    let logo = |document: &Document| {
        let logo = document.design.as_ref()?.logo.as_ref()?;
        Some(format!("{} ({})", logo.alternative, logo.sha256.get(..12).unwrap_or(&logo.sha256)))
    };
    let words = |document: &Document| Some(document.introduction.as_ref()?.paragraphs().join(" / "));
    let parts = [
        ("organisation", Some(one.organisation.clone()), Some(other.organisation.clone())),
        ("colour", colour(one), colour(other)),
        ("logo", logo(one), logo(other)),
        ("introduction", words(one), words(other)),
    ];
    let said = |part: Option<String>| part.map_or_else(|| "none".to_owned(), |part| format!("{part:?}"));
    let differing = parts.into_iter().filter(|(_, before, after)| before != after);
    differing
        .map(|(what, before, after)| format!("{what}: {} became {}", said(before), said(after)))
        .collect()
}

fn metrics(document: &Document) -> BTreeMap<(&str, &str), &Metric> {
    document
        .sections
        .iter()
        .flat_map(|section| {
            section.metrics().map(|metric| ((section.id.as_str(), metric.name.as_str()), metric))
        })
        .collect()
}

fn tables(document: &Document) -> BTreeMap<&str, &Table> {
    document
        .sections
        .iter()
        .flat_map(|section| section.tables().map(|table| (table.name.as_str(), table)))
        .collect()
}

fn figure(metric: &Metric) -> String {
    let number =
        |number: Option<u64>| number.map_or_else(|| "left out".to_owned(), |number| number.to_string());
    match metric.denominator {
        Some(denominator) => format!("{} of {denominator}", number(metric.numerator)),
        None => number(metric.numerator),
    }
}

fn because(before: &[u64], after: &[u64]) -> String {
    let only = |these: &[u64], those: &[u64]| {
        let seqs: Vec<String> =
            these.iter().filter(|seq| !those.contains(seq)).take(10).map(u64::to_string).collect();
        seqs.join(", ")
    };
    let (gone, new) = (only(before, after), only(after, before));
    match (gone.is_empty(), new.is_empty()) {
        (true, true) => String::new(),
        (false, true) => format!(" (no more: entries {gone})"),
        (true, false) => format!(" (new: entries {new})"),
        (false, false) => format!(" (no more: entries {gone}; new: entries {new})"),
    }
}

fn cells(name: &str, before: &Table, after: &Table, found: &mut Vec<String>) {
    let key = |row: &muniment_core::report::Row| row.cells.first().map(words).unwrap_or_default();
    let rows: BTreeMap<String, _> = after.rows.iter().map(|row| (key(row), row)).collect();
    for row in &before.rows {
        let Some(now) = rows.get(&key(row)) else {
            found.push(format!("table {name}, row {:?}: only in the first", key(row)));
            continue;
        };
        for (place, column) in before.columns.iter().enumerate() {
            let other = after.columns.iter().position(|other| other.name == column.name);
            let cell_now = other.and_then(|other| now.cells.get(other));
            match (row.cells.get(place), cell_now) {
                (Some(cell), Some(cell_now)) if cell != cell_now => found.push(format!(
                    "table {name}, row {:?}, {}: {} became {}{}",
                    key(row),
                    column.title,
                    words(cell),
                    words(cell_now),
                    because(&row.evidence, &now.evidence)
                )),
                (Some(_), None) => {
                    found.push(format!("table {name}, column {:?}: only in the first", column.title))
                }
                _ => {}
            }
        }
    }
    let known: Vec<String> = before.rows.iter().map(key).collect();
    for row in after.rows.iter().filter(|row| !known.contains(&key(row))) {
        found.push(format!("table {name}, row {:?}: only in the second", key(row)));
    }
}

fn words(cell: &Cell) -> String {
    match cell {
        Cell::Flag(true) => "yes".to_owned(),
        Cell::Flag(false) => "no".to_owned(),
        Cell::Number(number) => number.to_string(),
        Cell::Text(text) => text.clone(),
        Cell::Share(share) => share.to_string(),
        Cell::Suppressed(_) => "left out".to_owned(),
        Cell::Nothing => "nothing".to_owned(),
    }
}
