//! What was counted, and how it differs from a report.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::front;
use super::host::Host;

pub type Row = Vec<Value>;

/// Tables by name, and figures by name: so many, of so many.
#[derive(Debug, Default)]
pub struct Counted {
    pub tables: BTreeMap<&'static str, Vec<Row>>,
    pub figures: BTreeMap<&'static str, (u64, Option<u64>)>,
    /// What the host itself makes of the entries.
    pub host: Host,
}

impl Counted {
    pub fn table(&mut self, name: &'static str, rows: Vec<Row>) {
        self.tables.insert(name, rows);
    }

    /// A table that is not printed where there is nothing in it but its sum.
    pub fn table_unless_empty(&mut self, name: &'static str, rows: Vec<Row>) {
        if rows.len() > 1 {
            self.table(name, rows);
        }
    }

    pub fn number(&mut self, name: &'static str, count: usize) {
        self.figures.insert(name, (count as u64, None));
    }

    pub fn share(&mut self, name: &'static str, count: usize, of: usize) {
        self.figures.insert(name, (count as u64, Some(of as u64)));
    }
}

/// So many of so many, as a cell.
pub fn share(count: usize, of: usize) -> Value {
    json!({ "numerator": count, "denominator": of })
}

/// A number of an event, as a count.
pub fn size(number: u64) -> usize {
    usize::try_from(number).expect("a count that fits")
}

/// A row of a name and numbers.
pub fn row(name: &str, counts: &[usize]) -> Row {
    let mut row = vec![json!(name)];
    row.extend(counts.iter().map(|count| json!(count)));
    row
}

/// A number for each name and condition, and the sum of all.
pub fn tally<T>(names: &[(&str, &str)], of: &[T], key: impl Fn(&T) -> String) -> Vec<Row> {
    let mut rows = Vec::new();
    for (code, name) in names {
        rows.push(row(name, &[of.iter().filter(|it| key(it) == *code).count()]));
    }
    rows.push(row("All", &[of.len()]));
    rows
}

/// Every table and figure of the report that was counted otherwise, and every one that was not counted. How many events
/// evidence which clause is compared elsewhere: that needs the policies, too.
pub fn compare(report: &Value, counted: &Counted) -> Vec<String> {
    let mut found = Vec::new();
    let host: BTreeMap<&str, Vec<Row>> = front::tables(report, counted).into_iter().collect();
    let (mut tables, mut figures) = (Vec::new(), Vec::new());
    for section in report["sections"].as_array().into_iter().flatten() {
        let id = section["id"].as_str().unwrap_or("");
        for block in section["blocks"].as_array().into_iter().flatten() {
            let name = block["name"].as_str().unwrap_or("");
            match block["kind"].as_str() {
                Some("table") if name.starts_with("clauses_") => {}
                Some("table") => {
                    tables.push(name);
                    match counted.tables.get(name).or(host.get(name)) {
                        Some(rows) => compare_table(id, name, block, rows, &mut found),
                        None => found.push(format!("{id} {name}: a table that was not recounted")),
                    }
                }
                Some("metric") => {
                    figures.push(name);
                    compare_figure(id, name, block, counted, &mut found);
                }
                _ => {}
            }
        }
    }
    for name in counted.tables.keys().filter(|name| !tables.contains(name)) {
        found.push(format!("{name}: not in the report"));
    }
    for name in counted.figures.keys().filter(|name| !figures.contains(name)) {
        found.push(format!("{name}: not in the report"));
    }
    found
}

fn compare_table(id: &str, name: &str, table: &Value, rows: &[Row], found: &mut Vec<String>) {
    let printed = table["rows"].as_array().into_iter().flatten().map(|row| &row["cells"]);
    // Which version of the program made it, and figures that only earlier years have, cannot be counted.
    let is_counted = |cells: &&Value| {
        let is_program = name == "ledger" && cells[0] == "Program";
        !is_program && (name != "years" || !cells[2].is_null())
    };
    let printed: Vec<&Value> = printed.filter(is_counted).collect();
    if printed.len() != rows.len() {
        found.push(format!("{id} {name}: {} rows, recounted {}", printed.len(), rows.len()));
    }
    for (cells, row) in printed.iter().zip(rows) {
        let row = Value::Array(row.clone());
        if **cells != row {
            found.push(format!("{id} {name}: {cells}, recounted {row}"));
        }
    }
}

fn compare_figure(id: &str, name: &str, figure: &Value, counted: &Counted, found: &mut Vec<String>) {
    let Some((count, of)) = counted.figures.get(name) else {
        return found.push(format!("{id} {name}: a figure that was not recounted"));
    };
    let said = (figure["numerator"].as_u64(), figure["denominator"].as_u64());
    if said != (Some(*count), *of) {
        found.push(format!("{id} {name}: {:?} of {:?}, recounted {count} of {of:?}", said.0, said.1));
    }
}
