//! Alerts: what is late, missing or wrong, and what people do about it.

use std::collections::BTreeSet;
use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::extract::{Path, Query};
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::{get, post};
use serde::Deserialize;
use serde_json::json;

use super::Pages;
use super::answers::{Alert, AlertList};
use super::entries::{Line, case_path};
use super::failure::Failure;
use super::forms::Posted;
use super::page::{self, Frame, Place};
use super::visit::{Visit, part, see_other, with_query};
use super::words::{self, Moment};
use crate::report::Day;
use crate::tokens::Role;

/// Alerts of a page.
const PAGE: &str = "50";
/// Entries of an alert that are shown in full.
const EVIDENCE_SHOWN: usize = 20;

pub(super) fn routes() -> Router<Arc<Pages>> {
    Router::new()
        .route("/alerts", get(list))
        .route("/alerts/{id}", get(one))
        .route("/alerts/{id}/acknowledge", post(acknowledge))
}

/// What somebody may mean to do about an alert, in words.
const ACTS: [(&str, &str, &str); 4] = [
    ("seen", "Seen", "I have read it."),
    ("in_hand", "In hand", "It is being put right."),
    ("accepted", "Accepted", "It stays so, and somebody answers for that."),
    ("disputed", "Disputed", "It is not so: something in the record is wrong or missing."),
];

/// An alert in a list.
#[derive(Debug)]
pub(super) struct Item {
    pub(super) path: String,
    pub(super) title: String,
    pub(super) rule: String,
    pub(super) severity: String,
    /// Colour of the tag.
    pub(super) colour: &'static str,
    pub(super) subject: String,
    pub(super) case_path: String,
    pub(super) due: Option<Moment>,
    pub(super) days_left: String,
    pub(super) is_overdue: bool,
    pub(super) raised: Moment,
    pub(super) recipient: String,
    pub(super) state: &'static str,
}

impl Item {
    pub(super) fn of(visit: &Visit, alert: &Alert, today: Day) -> Item {
        let due = alert.due.as_deref();
        let day = due.and_then(words::due_day);
        Item {
            path: format!("/alerts/{}", part(&alert.id)),
            title: title(visit, &alert.rule),
            rule: alert.rule.clone(),
            severity: words::severity(&alert.severity).0,
            colour: words::severity(&alert.severity).1,
            case_path: case_path(&alert.subject),
            subject: alert.subject.clone(),
            due: due.map(Moment::due),
            days_left: day.map(|due| words::days_left(today, due)).unwrap_or_default(),
            is_overdue: day.is_some_and(|due| today.days_until(due) < 0),
            raised: Moment::of(&alert.raised_at).seen(visit.pages.app.time()),
            recipient: recipient(&alert.recipient),
            state: state(&alert.state),
        }
    }
}

/// What a rule is about, as the rulebook says it; a rule of somebody else's plugin is its own title.
pub(super) fn title(visit: &Visit, rule: &str) -> String {
    let definitions = visit.pages.app.definitions();
    definitions.rulebook.alert(rule).map_or_else(|| rule.to_owned(), |known| known.title.clone())
}

/// Who is to act, as a column headed so says it: of a role its name alone.
pub(super) fn recipient(name: &str) -> String {
    name.strip_prefix("role/").map_or_else(|| words::actor(name), words::role)
}

fn state(name: &str) -> &'static str {
    match name {
        "open" => "Open",
        "acknowledged" => "Acknowledged",
        _ => "Over",
    }
}

/// Each entry once, in the order in which the plugin names them.
fn distinct(entries: &[u64]) -> Vec<u64> {
    let mut seen = BTreeSet::new();
    entries.iter().copied().filter(|seq| seen.insert(*seq)).collect()
}

/// The day in London.
pub(super) fn today(visit: &Visit) -> Day {
    Day::in_london(visit.pages.app.time())
}

#[derive(Debug, Default, Deserialize)]
struct Filter {
    #[serde(default)]
    state: String,
    #[serde(default)]
    severity: String,
    #[serde(default)]
    rule: String,
    #[serde(default)]
    subject: String,
    #[serde(default)]
    after: String,
}

#[derive(Debug, Template)]
#[template(path = "alerts.html")]
struct ListPage {
    frame: Frame,
    filter: Filter,
    items: Vec<Item>,
    /// How many match, if that may be told.
    total: Option<String>,
    /// The rules that have open alerts: code, title, how many.
    rules: Vec<(String, String, String)>,
    /// The rule that is asked for, where it has none.
    other_rule: String,
    next: String,
    is_filtered: bool,
}

async fn list(visit: Visit, Query(filter): Query<Filter>) -> Result<Response, Failure> {
    let asked = [
        ("state", if filter.state.is_empty() { "open" } else { filter.state.as_str() }),
        ("severity", filter.severity.as_str()),
        ("rule", filter.rule.trim()),
        ("subject", filter.subject.trim()),
        ("after", filter.after.as_str()),
        ("limit", PAGE),
        ("totals", "true"),
    ];
    let found: AlertList = visit.get(&with_query("/v1/alerts", &asked)).await?;
    let today = today(&visit);
    let items = found.alerts.iter().map(|alert| Item::of(&visit, alert, today)).collect();
    let next = found.next.map(|next| next.to_string()).unwrap_or_default();
    let same = [
        ("state", filter.state.as_str()),
        ("severity", filter.severity.as_str()),
        ("rule", filter.rule.as_str()),
        ("subject", filter.subject.as_str()),
        ("after", next.as_str()),
    ];
    let next = if next.is_empty() { next } else { with_query("/alerts", &same) };
    let total = found.totals.as_ref().map(|totals| {
        let count = match filter.state.as_str() {
            "acknowledged" => totals.acknowledged,
            "cleared" => totals.cleared,
            "all" => totals.open + totals.acknowledged + totals.cleared,
            _ => totals.open,
        };
        // A severity or a rule is counted among all that match.
        words::count(count, "alert", "alerts")
    });
    let rules = found.totals.map(|totals| totals.open_by_rule).unwrap_or_default();
    let rules = rules.into_iter().map(|(rule, count)| {
        let title = title(&visit, &rule);
        (rule, title, words::number(count))
    });
    let is_filtered =
        [&filter.severity, &filter.rule, &filter.subject].iter().any(|wanted| !wanted.is_empty())
            || !matches!(filter.state.as_str(), "" | "open");
    let rules: Vec<(String, String, String)> = rules.collect();
    let is_known = rules.iter().any(|(rule, ..)| *rule == filter.rule);
    page::page(&ListPage {
        frame: visit.frame("Alerts", Place::Alerts),
        other_rule: if is_known { String::new() } else { filter.rule.clone() },
        rules,
        filter,
        items,
        total,
        next,
        is_filtered,
    })
}

/// A clause that an alert touches.
#[derive(Debug)]
struct ClauseView {
    name: String,
    policy: String,
    says: String,
}

/// What happened to an alert.
#[derive(Debug)]
struct Step {
    what: String,
    when: Moment,
    seq: u64,
    /// What the ledger says of it.
    note: String,
    /// What somebody added in their own words.
    remark: String,
}

/// What somebody typed who acknowledges an alert, and what was refused of it.
#[derive(Debug, Default)]
struct Typed {
    act: String,
    note: String,
    act_error: String,
    note_error: String,
}

impl Typed {
    fn errors(&self) -> Vec<Wrong> {
        let wrong = |field: &'static str, message: &str| Wrong { field, message: message.to_owned() };
        let both = [wrong("act-seen", &self.act_error), wrong("note", &self.note_error)];
        both.into_iter().filter(|wrong| !wrong.message.is_empty()).collect()
    }
}

/// What is wrong, and the id of its field.
#[derive(Debug)]
struct Wrong {
    field: &'static str,
    message: String,
}

#[derive(Debug, Template)]
#[template(path = "alert.html")]
struct OnePage {
    frame: Frame,
    item: Item,
    /// What sets the rule off.
    trigger: String,
    /// Why it matters where no clause asks for it.
    without_clause: String,
    clauses: Vec<ClauseView>,
    arithmetic: String,
    stage: String,
    plugin: String,
    complete_to: Option<Moment>,
    evidence: Vec<Line>,
    /// How many entries it rests on that are not shown here.
    evidence_more: String,
    history: Vec<Step>,
    may_acknowledge: bool,
    acts: &'static [(&'static str, &'static str, &'static str)],
    typed: Typed,
    errors: Vec<Wrong>,
}

async fn one(visit: Visit, Path(id): Path<String>) -> Result<Response, Failure> {
    show(&visit, &id, Typed::default()).await
}

async fn show(visit: &Visit, id: &str, typed: Typed) -> Result<Response, Failure> {
    let alert: Alert = visit.get(&format!("/v1/alerts/{}", part(id))).await?;
    let definitions = visit.pages.app.definitions();
    let rule = definitions.rulebook.alert(&alert.rule);
    let mut evidence = Vec::new();
    let entries = distinct(&alert.entries);
    for seq in entries.iter().take(EVIDENCE_SHOWN) {
        // Whoever may see the alert need not be somebody who reads entries.
        if let Some(entry) = visit.find::<serde_json::Value>(&format!("/v1/events/{seq}")).await? {
            evidence.push(Line::of(&entry, &definitions.catalogue));
        }
    }
    let more = entries.len() - evidence.len();
    let frame = visit.frame(&title(visit, &alert.rule), Place::Alerts);
    let errors = typed.errors();
    let is_wrong = !errors.is_empty();
    let one = OnePage {
        frame: if is_wrong { frame.with_errors() } else { frame },
        item: Item::of(visit, &alert, today(visit)),
        trigger: rule.map(|rule| rule.trigger.clone()).unwrap_or_default(),
        without_clause: rule.and_then(|rule| rule.without_clause.clone()).unwrap_or_default(),
        clauses: alert.clauses.iter().map(|clause| clause_view(visit, clause)).collect(),
        arithmetic: alert.arithmetic.clone().unwrap_or_default(),
        stage: words::from_name(&alert.stage),
        plugin: alert.plugin.clone(),
        complete_to: alert.complete_to.as_deref().map(Moment::of),
        evidence,
        evidence_more: if more == 0 { String::new() } else { words::count(more as u64, "entry", "entries") },
        history: history(&alert),
        may_acknowledge: visit.holds(&[Role::Admin, Role::Officer]) && alert.state != "cleared",
        acts: &ACTS,
        typed,
        errors,
    };
    page::with_status(if is_wrong { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK }, &one)
}

/// `leicester L9.2.g` with what the clause says.
fn clause_view(visit: &Visit, clause: &str) -> ClauseView {
    let definitions = visit.pages.app.definitions();
    let (policy, id) = clause.split_once(' ').unwrap_or(("", clause));
    let known = definitions.rulebook.policy(policy);
    ClauseView {
        name: id.to_owned(),
        policy: known.map_or_else(|| policy.to_owned(), |policy| policy.title.clone()),
        says: known
            .and_then(|policy| policy.clause(id))
            .map(|clause| clause.says.clone())
            .unwrap_or_default(),
    }
}

fn history(alert: &Alert) -> Vec<Step> {
    let mut steps = vec![Step {
        what: "Raised".to_owned(),
        when: Moment::of(&alert.raised_at),
        seq: alert.raised_seq,
        note: alert
            .causing_seq
            .map(|seq| format!("Caused by entry {}.", words::number(seq)))
            .unwrap_or_default(),
        remark: String::new(),
    }];
    steps.extend(alert.acknowledged.iter().map(|done| {
        let act = ACTS.iter().find(|(name, ..)| *name == done.act);
        Step {
            what: act.map_or_else(|| done.act.clone(), |(_, title, _)| (*title).to_owned()),
            when: Moment::of(&done.at),
            seq: done.seq,
            note: format!("By {}.", words::actor(&done.by)),
            remark: done.note.clone().unwrap_or_default(),
        }
    }));
    steps.extend(alert.cleared.iter().map(|cleared| Step {
        what: "Over".to_owned(),
        when: Moment::of(&cleared.at),
        seq: cleared.seq,
        note: cleared.reason.clone().unwrap_or_default(),
        remark: String::new(),
    }));
    steps.sort_by_key(|step| step.seq);
    steps
}

async fn acknowledge(posted: Path<String>, Posted { visit, fields }: Posted) -> Result<Response, Failure> {
    let Path(id) = posted;
    let note = fields.get("note").replace("\r\n", "\n");
    let typed = Typed { act: fields.get("act").to_owned(), note, ..Typed::default() };
    if typed.act.is_empty() {
        let act_error = "Select what you mean to do about it".to_owned();
        return show(&visit, &id, Typed { act_error, ..typed }).await;
    }
    let path = format!("/v1/alerts/{}/acknowledge", part(&id));
    match visit.post(&path, &json!({ "act": typed.act, "note": typed.note })).await {
        Ok(_) => Ok(see_other(&format!("/alerts/{}", part(&id)))),
        Err(failure) if failure.is_about_the_form() => {
            show(&visit, &id, refused(typed, failure.detail)).await
        }
        Err(failure) => Err(failure),
    }
}

/// What was typed, with what was refused at its field.
fn refused(typed: Typed, detail: String) -> Typed {
    let of_note = detail.strip_prefix("note: ").map(|fault| format!("Note: {fault}"));
    match of_note {
        Some(note_error) => Typed { note_error, ..typed },
        None => Typed { act_error: detail, ..typed },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_is_evidence_once() {
        assert_eq!(distinct(&[7, 3, 7, 9, 3]), [7, 3, 9]);
        assert_eq!(distinct(&[]), [0_u64; 0]);
    }

    #[test]
    fn recipients_are_told_in_words() {
        assert_eq!(recipient("role/ig-manager"), "IG manager");
        assert_eq!(recipient("role/siro"), "SIRO");
        assert_eq!(recipient("unit/housing"), "the unit housing");
    }
}
