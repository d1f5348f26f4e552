//! What is due soon, whatever register it stands in.

use std::collections::BTreeSet;

use tokio::task::JoinSet;

use super::answers::{Register, RegisterList, RegisterPage};
use super::entries::case_path;
use super::failure::Failure;
use super::visit::{Visit, part, with_query};
use super::words::{self, Moment};
use crate::report::Day;

/// Most rows that one register gives.
const ROWS_MAX: &str = "100";

/// A row that is due.
#[derive(Debug)]
pub(super) struct Due {
    pub(super) day: Day,
    pub(super) when: Moment,
    pub(super) days_left: String,
    pub(super) is_overdue: bool,
    /// The case or record, or what the row begins with.
    pub(super) what: String,
    pub(super) case_path: String,
    pub(super) register: String,
    pub(super) register_path: String,
}

/// What is due within so many days, the soonest first; what is overdue is not among it: that has alerts.
pub(super) async fn within(visit: &Visit, days: u32, today: Day) -> Result<Vec<Due>, Failure> {
    let Some(list) = visit.find::<RegisterList>("/v1/registers").await? else { return Ok(Vec::new()) };
    let with_due = |register: &Register| register.columns.iter().any(|column| column.name == "due");
    let days = days.to_string();
    let asked = [("due_within", days.as_str()), ("limit", ROWS_MAX)];
    let pages = pages_of(visit, list.registers.into_iter().filter(with_due), &asked).await?;
    let mut due: Vec<Due> = pages.iter().flat_map(|page| rows(page, today)).collect();
    due.retain(|row| !row.is_overdue);
    due.sort_by(|one, other| (one.day, &one.what).cmp(&(other.day, &other.what)));
    // The same case may stand in several registers.
    let mut seen = BTreeSet::new();
    due.retain(|row| seen.insert((row.day, row.what.clone())));
    Ok(due)
}

/// The same question to several registers at once. A register that cannot be read just now gives nothing.
pub(super) async fn pages_of(
    visit: &Visit,
    registers: impl Iterator<Item = Register>,
    asked: &[(&str, &str)],
) -> Result<Vec<RegisterPage>, Failure> {
    let mut asking = JoinSet::new();
    for (place, register) in registers.enumerate() {
        let path =
            with_query(&format!("/v1/registers/{}/{}", part(&register.plugin), part(&register.name)), asked);
        let visit = visit.clone();
        asking.spawn(async move { (place, visit.get::<RegisterPage>(&path).await) });
    }
    let mut pages = Vec::new();
    while let Some(done) = asking.join_next().await {
        let (place, page) = done.map_err(|error| Failure::internal("a register cannot be read", &error))?;
        match page {
            Ok(page) => pages.push((place, page)),
            Err(failure) if matches!(failure.status, 403 | 404 | 500 | 503) => {}
            Err(failure) => return Err(failure),
        }
    }
    pages.sort_by_key(|(place, _)| *place);
    Ok(pages.into_iter().map(|(_, page)| page).collect())
}

fn rows(page: &RegisterPage, today: Day) -> Vec<Due> {
    let register = &page.register;
    let Some(place) = register.columns.iter().position(|column| column.name == "due") else {
        return Vec::new();
    };
    let path = format!("/registers/{}/{}", part(&register.plugin), part(&register.name));
    let rows = page.rows.iter().filter_map(|row| {
        let due = row.cells.get(place)?.as_str()?;
        let day = words::due_day(due)?;
        let subject = row.subject.clone().unwrap_or_default();
        let first = row.cells.iter().find_map(|cell| cell.as_str()).unwrap_or_default();
        Some(Due {
            day,
            when: Moment::due(due),
            days_left: words::days_left(today, day),
            is_overdue: today.days_until(day) < 0,
            case_path: case_path(&subject),
            what: if subject.is_empty() { first.to_owned() } else { subject },
            register: register.title.clone(),
            register_path: path.clone(),
        })
    });
    rows.collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn rows_with_a_day_are_found() {
        let page: RegisterPage = serde_json::from_value(json!({
            "register": {
                "plugin": "p", "name": "n", "title": "T", "description": "D",
                "columns": [{ "name": "case", "title": "Case" }, { "name": "due", "title": "Due" }],
            },
            "rows": [
                { "cells": ["FOI/1", "2026-05-02"], "subject": "FOI/1", "unit": null, "evidence": [] },
                { "cells": ["a record", "2026-04-30"], "subject": null, "unit": null, "evidence": [] },
                { "cells": ["FOI/2", null], "subject": "FOI/2", "unit": null, "evidence": [] },
            ],
            "total": 3, "as_at": "2026-05-01T00:00:00Z", "size": 1,
        }))
        .unwrap();
        let found = rows(&page, "2026-05-01".parse().unwrap());
        let told: Vec<_> =
            found.iter().map(|row| (row.what.as_str(), row.days_left.as_str(), row.is_overdue)).collect();
        assert_eq!(told, [("FOI/1", "1 day left", false), ("a record", "1 day overdue", true)]);
        assert_eq!(found[0].register_path, "/registers/p/n");
    }
}
