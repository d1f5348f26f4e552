//! What came of a scenario, as lines; and two such texts beside one another.

use muniment_core::json;
use serde_json::{Value, json};

use super::reading::Scenario;
use crate::plugins::alerts::{Key, Saying, Telling, id_of};
use crate::plugins::engine::{Cause, Failure, Instance};
use crate::plugins::outcome::{Page, Query, Register};
use crate::plugins::trial::Run;

/// Rows that are asked for at a time.
const PAGE_ROWS: u32 = 1000;
/// Differences that are shown.
const SHOWN_MAX: usize = 20;

/// A line for each alert, each row of each register, and each section.
pub(super) fn lines(instance: &mut Instance, run: &Run, scenario: &Scenario) -> Result<Vec<String>, Failure> {
    let mut lines: Vec<String> = run.said.iter().map(|saying| alert(saying, scenario)).collect();
    let now = scenario.recorded.last().map_or(0, |recorded| recorded.as_micros());
    for register in instance.registers()? {
        rows(instance, &register, now, &mut lines)?;
    }
    for period in &scenario.reports {
        let said = instance.sections(&period.from, &period.to, now)?;
        let sections =
            said.map_err(|reason| Failure::new(Cause::Contract, format!("no report: {reason}")))?;
        for section in sections.as_array().into_iter().flatten() {
            lines.push(spelled(&json!({ "from": period.from, "to": period.to, "section": section })));
        }
    }
    Ok(lines)
}

fn alert(saying: &Saying, scenario: &Scenario) -> String {
    let data: Value = serde_json::from_slice(&saying.data.to_canonical()).unwrap_or_default();
    let at_seq = data["causing_seq"].as_u64().unwrap_or_default();
    let at = usize::try_from(at_seq).ok().and_then(|place| scenario.recorded.get(place));
    spelled(&json!({
        "at": at.map(ToString::to_string),
        "at_seq": at_seq,
        "id": saying.id,
        "type": saying.event_type,
        "subject": saying.subject,
        "data": data,
    }))
}

/// In the one spelling that the ledger has too, whatever order serde_json was compiled to keep.
fn spelled(value: &Value) -> String {
    let text = value.to_string();
    let canonical = json::parse(text.as_bytes()).map(|value| value.to_canonical());
    canonical.ok().and_then(|bytes| String::from_utf8(bytes).ok()).unwrap_or(text)
}

fn rows(
    instance: &mut Instance,
    register: &Register,
    now: i64,
    lines: &mut Vec<String>,
) -> Result<(), Failure> {
    let mut offset = 0;
    loop {
        let query = Query { offset, limit: PAGE_ROWS, ..Query::default() };
        let page: Page = instance.register(&register.name, &query, now)?.map_err(|reason| {
            Failure::new(Cause::Contract, format!("no register `{}`: {reason}", register.name))
        })?;
        for row in &page.rows {
            if row.cells.len() != register.columns.len() {
                return Err(Failure::contract(format!(
                    "a row of the register `{}` has {} cells, it has {} columns",
                    register.name,
                    row.cells.len(),
                    register.columns.len()
                )));
            }
            let cells = register.columns.iter().zip(&row.cells);
            let cells: serde_json::Map<String, Value> =
                cells.map(|(column, cell)| (column.name.clone(), json!(cell))).collect();
            let line = json!({
                "register": register.name,
                "row": cells,
                "subject": row.subject,
                "unit": row.unit,
                "evidence": row.evidence,
            });
            lines.push(spelled(&line));
        }
        let taken = u32::try_from(page.rows.len()).unwrap_or(u32::MAX);
        offset = offset.saturating_add(taken);
        if taken == 0 || offset >= page.total {
            return Ok(());
        }
    }
}

/// The first lines in which what came differs from what was expected: `-` for a line that is missing, `+` for one that
/// is too much. Empty if they are the same.
#[must_use]
pub fn differing_lines(expected: &[String], came: &[String]) -> Vec<String> {
    let mut shown = Vec::new();
    let (mut left, mut right) = (0, 0);
    while shown.len() < SHOWN_MAX && (left < expected.len() || right < came.len()) {
        match (expected.get(left), came.get(right)) {
            (Some(one), Some(other)) if one == other => (left, right) = (left + 1, right + 1),
            // A line that comes later was not lost: those before it are too much.
            (Some(one), Some(other)) if came[right..].contains(one) => {
                shown.push(format!("+{} {other}", right + 1));
                right += 1;
            }
            (Some(one), _) => {
                shown.push(format!("-{} {one}", left + 1));
                left += 1;
            }
            (None, Some(other)) => {
                shown.push(format!("+{} {other}", right + 1));
                right += 1;
            }
            (None, None) => break,
        }
    }
    shown
}

/// The output of one plugin as that of another whose id is all that differs.
#[must_use]
pub fn for_another_plugin(text: &str, plugin: &str) -> String {
    let mut renamed = text.to_owned();
    for line in text.lines() {
        let Ok(line) = serde_json::from_str::<Value>(line) else { continue };
        let data = &line["data"];
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        if let Some(before) = data["plugin"].as_str() {
            let member = |id: &str| format!("\"plugin\":{}", json!(id));
            renamed = renamed.replace(&member(before), &member(plugin));
        }
        if let (Some(id), Some(seq)) = (data["alert"].as_str(), data["causing_seq"].as_u64())
            && line["type"] == "alert.raised"
        {
            let key = Key {
                rule: text(&data["rule"]),
                stage: text(&data["stage"]),
                subject: text(&line["subject"]),
            };
            renamed = renamed.replace(id, &id_of(plugin, &key, seq, Telling::AtOnce(0)));
        }
    }
    renamed
}
