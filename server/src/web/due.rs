//! Several registers asked at once: what is due soon, whatever register it stands in, and how something stands in each.

use std::collections::BTreeSet;

use tokio::task::JoinSet;

use super::answers::{Register, RegisterList, RegisterPage};
use super::entries::case_path;
use super::failure::Failure;
use super::registers::whole;
use super::visit::{Visit, part, with_query};
use super::words::{self, Moment};
use crate::report::Day;

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

/// A register with rows that are overdue.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Overdue {
    pub(super) register: String,
    /// These rows, what is overdue for longest first.
    pub(super) path: String,
    pub(super) said: String,
}

/// A register that could not be read.
#[derive(Debug)]
pub(super) struct Unread {
    pub(super) register: String,
    pub(super) why: String,
}

/// What several registers answered to the same question.
#[derive(Debug, Default)]
pub(super) struct Answered {
    pub(super) pages: Vec<RegisterPage>,
    /// What these would have answered is not known.
    pub(super) unread: Vec<Unread>,
}

/// What the registers say is due.
#[derive(Debug, Default)]
pub(super) struct Soon {
    /// The soonest first; what is overdue is not among it.
    pub(super) due: Vec<Due>,
    pub(super) overdue: Vec<Overdue>,
    /// What is due in these is not among it.
    pub(super) unread: Vec<Unread>,
    /// Ids of plugins whose registers cannot be looked at just now.
    pub(super) not_ready: Vec<String>,
}

/// What is due within so many days, and how much is overdue. Of each register all such rows are read, whatever their order.
pub(super) async fn within(visit: &Visit, days: u32, today: Day) -> Result<Soon, Failure> {
    let Some(list) = visit.find::<RegisterList>("/v1/registers").await? else { return Ok(Soon::default()) };
    let with_due = |register: &Register| register.columns.iter().any(|column| column.name == "due");
    let mut asking = JoinSet::new();
    for (place, register) in list.registers.into_iter().filter(with_due).enumerate() {
        let (visit, days) = (visit.clone(), days.to_string());
        asking.spawn(async move {
            let address = whole::address(&register.plugin, &register.name);
            let read = whole::fetch_all(&visit, &address, &[("due_within", days.as_str())]).await;
            let read = match read {
                Ok(all) => all.work(move |page| rows(&page, today)).await,
                Err(failure) => Err(failure),
            };
            (place, register, read)
        });
    }
    let mut answers = Vec::new();
    while let Some(done) = asking.join_next().await {
        answers.push(done.map_err(|error| Failure::internal("a register cannot be read", &error))?);
    }
    answers.sort_by_key(|(place, ..)| *place);
    let mut soon = Soon { not_ready: list.not_ready, ..Soon::default() };
    for (_, register, read) in answers {
        soon.add(&register, read)?;
    }
    soon.due.sort_by(|one, other| (one.day, &one.what).cmp(&(other.day, &other.what)));
    // The same case may stand in several registers.
    let mut seen = BTreeSet::new();
    soon.due.retain(|row| seen.insert((row.day, row.what.clone())));
    Ok(soon)
}

impl Soon {
    fn add(&mut self, register: &Register, read: Result<Vec<Due>, Failure>) -> Result<(), Failure> {
        let Some(rows) = answer_of(register, read, &mut self.unread)? else { return Ok(()) };
        let (overdue, due): (Vec<Due>, Vec<Due>) = rows.into_iter().partition(|row| row.is_overdue);
        if !overdue.is_empty() {
            self.overdue.push(Overdue {
                register: register.title.clone(),
                path: with_query(&path_of(register), &[("due_within", "0"), ("sort", "due")]),
                said: words::number(overdue.len() as u64),
            });
        }
        self.due.extend(due);
        Ok(())
    }
}

/// The page of a register.
fn path_of(register: &Register) -> String {
    format!("/registers/{}/{}", part(&register.plugin), part(&register.name))
}

/// The same question to several registers at once.
pub(super) async fn ask_each(
    visit: &Visit,
    registers: impl Iterator<Item = Register>,
    asked: &[(&str, &str)],
) -> Result<Answered, Failure> {
    let mut asking = JoinSet::new();
    for (place, register) in registers.enumerate() {
        let path = with_query(&whole::address(&register.plugin, &register.name), asked);
        let visit = visit.clone();
        asking.spawn(async move {
            let read = visit.get::<RegisterPage>(&path).await;
            (place, register, read)
        });
    }
    let mut answers = Vec::new();
    while let Some(done) = asking.join_next().await {
        answers.push(done.map_err(|error| Failure::internal("a register cannot be read", &error))?);
    }
    answers.sort_by_key(|(place, ..)| *place);
    let mut all = Answered::default();
    for (_, register, read) in answers {
        all.pages.extend(answer_of(&register, read, &mut all.unread)?);
    }
    Ok(all)
}

/// What a register answered, if it did. One that could not be read is noted.
fn answer_of<T>(
    register: &Register,
    read: Result<T, Failure>,
    unread: &mut Vec<Unread>,
) -> Result<Option<T>, Failure> {
    match read {
        Ok(answer) => Ok(Some(answer)),
        Err(failure) if failure.status == 401 => Err(failure),
        // It was taken away since the list was made, or is not this visitor's.
        Err(failure) if matches!(failure.status, 403 | 404) => Ok(None),
        Err(failure) => {
            tracing::warn!(register = register.name, failure.status, "a register is missing from a page");
            unread.push(Unread { register: register.title.clone(), why: why(&failure) });
            Ok(None)
        }
    }
}

/// Why a register could not be read, as a sentence for people.
fn why(failure: &Failure) -> String {
    match failure.code() {
        "plugin_failed" => "The plugin that keeps it failed when it was asked.".to_owned(),
        "plugin_not_ready" => "The plugin that keeps it is starting, rests or has stopped.".to_owned(),
        _ if failure.detail.trim().is_empty() => format!("{}.", failure.headline()),
        _ => failure.sentence(),
    }
}

fn rows(page: &RegisterPage, today: Day) -> Vec<Due> {
    let register = &page.register;
    let Some(place) = register.columns.iter().position(|column| column.name == "due") else {
        return Vec::new();
    };
    let path = path_of(register);
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

    #[test]
    fn nothing_is_lost_and_what_cannot_be_read_is_named() {
        let register: Register = serde_json::from_value(json!({
            "plugin": "p", "name": "n", "title": "Open requests", "description": "D",
            "columns": [{ "name": "due", "title": "Due" }],
        }))
        .unwrap();
        let row = |day: &str| {
            let page = RegisterPage {
                register: register.clone(),
                rows: serde_json::from_value(
                    json!([{ "cells": [day], "subject": day, "unit": null, "evidence": [] }]),
                )
                .unwrap(),
                total: Some(1),
                as_at: "2026-05-01T00:00:00Z".to_owned(),
                size: 1,
            };
            rows(&page, "2026-05-01".parse().unwrap()).remove(0)
        };
        let mut soon = Soon::default();
        // The overdue ones come first, and many: the one that is due is there all the same.
        let mut many: Vec<Due> = (0..1_200).map(|_| row("2026-04-01")).collect();
        many.push(row("2026-05-03"));
        soon.add(&register, Ok(many)).unwrap();
        assert_eq!(soon.due.len(), 1);
        let overdue = Overdue {
            register: "Open requests".to_owned(),
            path: "/registers/p/n?due_within=0&sort=due".to_owned(),
            said: "1,200".to_owned(),
        };
        assert_eq!(soon.overdue, [overdue]);
        for status in [422, 500, 503] {
            soon.add(&register, Err(Failure::new(status, "", "it failed"))).unwrap();
        }
        soon.add(&register, Err(Failure::new(404, "", "it is gone"))).unwrap();
        let unread: Vec<_> =
            soon.unread.iter().map(|one| (one.register.as_str(), one.why.as_str())).collect();
        assert_eq!(unread, [("Open requests", "It failed."); 3]);
        assert_eq!(soon.add(&register, Err(Failure::new(401, "", ""))).unwrap_err().status, 401);
    }

    #[test]
    fn why_a_register_could_not_be_read_is_said_in_plain_words() {
        let register: Register = serde_json::from_value(json!({
            "plugin": "p", "name": "n", "title": "Open requests", "description": "D", "columns": [],
        }))
        .unwrap();
        let problem = |status: u16, code: &str, detail: &str| Failure {
            kind: format!("urn:muniment:problem:{code}"),
            ..Failure::new(status, "", detail)
        };
        let mut unread = Vec::new();
        let mut note = |failure: Failure| answer_of::<RegisterPage>(&register, Err(failure), &mut unread);
        for failure in [
            problem(500, "plugin_failed", "the plugin failed: trap"),
            problem(503, "plugin_not_ready", "`p` cannot be looked at yet"),
            problem(503, "busy", "too much to do"),
            Failure::new(500, "", ""),
        ] {
            assert!(note(failure).unwrap().is_none());
        }
        for gone in [403, 404] {
            assert!(note(Failure::new(gone, "", "not yours")).unwrap().is_none());
        }
        assert_eq!(note(Failure::new(401, "", "")).unwrap_err().status, 401);
        let said: Vec<&str> = unread.iter().map(|one| one.why.as_str()).collect();
        assert_eq!(
            said,
            [
                "The plugin that keeps it failed when it was asked.",
                "The plugin that keeps it is starting, rests or has stopped.",
                "Too much to do.",
                "Sorry, there is a problem with this service.",
            ]
        );
        assert!(unread.iter().all(|one| one.register == "Open requests"));
    }
}
