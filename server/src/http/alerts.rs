//! `/v1/alerts`: what plugins hold to be late, missing or wrong, and what people do about it.

use std::collections::BTreeMap;
use std::io;
use std::sync::Arc;

use axum::body::Body;
use axum::extract::rejection::{PathRejection, QueryRejection};
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use muniment_core::host::remark::check_remark;
use muniment_core::json::Value;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use utoipa::{IntoParams, ToSchema};

use super::App;
use super::answer::{Json as Answer, read_json};
use super::caller::Caller;
use super::problem::Problem;
use super::selection::known;
use crate::ledger::submission::Refusal;
use crate::plugins::board::{BoardError, Card, Stage};
use crate::tokens::{Grant, Role};

/// Who may see alerts.
const SEERS: &[Role] = &[Role::Admin, Role::Auditor, Role::Officer];
/// Who may acknowledge them.
const ACKNOWLEDGERS: &[Role] = &[Role::Admin, Role::Officer];
/// What somebody may mean to do about an alert: the choices of the catalogue.
const ACTS: [&str; 4] = ["seen", "in_hand", "accepted", "disputed"];
/// How often one token may say the same of an alert, each time with another note.
const NOTES_MAX: usize = 20;
/// Largest request: whatever a form of the pages can hold, so that a note that is too long is told its own limit.
const REQUEST_BYTES_MAX: usize = 512 * 1024;
/// Alerts of a page, if nothing else is asked for.
const LIMIT_DEFAULT: usize = 100;
/// Most alerts of a page.
const LIMIT_MAX: usize = 1_000;
/// Alerts that are looked at for one page: the entries of each are read where a token is narrowed.
const LOOKED_AT_MAX: usize = 5_000;

/// Which alerts are asked for. All that is given must hold.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct AlertQuery {
    /// `open` (nobody took notice yet), `acknowledged`, `cleared` or `all`.
    #[serde(default)]
    #[param(inline)]
    state: WantedState,
    /// Raised by this plugin.
    #[param(example = "requests")]
    plugin: Option<String>,
    /// `statutory`, `policy` or `warning`.
    severity: Option<String>,
    /// Of this rule.
    #[param(example = "A-REQ-3")]
    rule: Option<String>,
    /// About this case or record.
    #[param(example = "FOI-2026-0012")]
    subject: Option<String>,
    /// Alerts of the page.
    #[param(minimum = 1, maximum = 1_000, default = 100)]
    limit: Option<usize>,
    /// `next` of the page before.
    #[param(maximum = 9_007_199_254_740_991_u64)]
    after: Option<u64>,
    /// Whether all that match are counted, too.
    #[serde(default)]
    totals: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(super) enum WantedState {
    /// Nobody took notice yet.
    #[default]
    Open,
    /// Somebody took notice, and it is still so.
    Acknowledged,
    /// It is no longer so.
    Cleared,
    /// Whatever its state.
    All,
}

impl AlertQuery {
    fn matches(&self, card: &Card) -> bool {
        let in_state = match self.state {
            WantedState::Open => card.stage() == Stage::Open,
            WantedState::Acknowledged => card.stage() == Stage::Acknowledged,
            WantedState::Cleared => card.stage() == Stage::Cleared,
            WantedState::All => true,
        };
        in_state && self.matches_whatever_its_state(card)
    }

    fn matches_whatever_its_state(&self, card: &Card) -> bool {
        let is = |wanted: &Option<String>, found: &str| wanted.as_ref().is_none_or(|wanted| wanted == found);
        is(&self.plugin, &card.plugin)
            && is(&self.severity, &card.severity)
            && is(&self.rule, &card.rule)
            && is(&self.subject, &card.subject)
    }
}

/// An alert.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Alert {
    /// Its id.
    id: String,
    /// `open`, `acknowledged` or `cleared`.
    state: &'static str,
    /// The plugin that raised it.
    plugin: String,
    /// The rule.
    rule: String,
    /// How far it has gone.
    stage: String,
    /// `statutory`, `policy` or `warning`.
    severity: String,
    /// The case or record.
    subject: String,
    /// Who is to act.
    recipient: String,
    /// The clauses that it touches.
    clauses: Vec<String>,
    /// When it was or will be due.
    due: Option<String>,
    /// How that was worked out.
    arithmetic: Option<String>,
    /// The entry that caused it.
    causing_seq: Option<u64>,
    /// The entries that it rests on.
    entries: Vec<u64>,
    /// Up to when the feeds that it relies on are complete.
    complete_to: Option<String>,
    /// The entry that raised it.
    raised_seq: u64,
    /// When that was recorded.
    raised_at: String,
    /// Who took notice of it.
    acknowledged: Vec<Acknowledged>,
    /// That it is no longer so.
    cleared: Option<Cleared>,
}

/// That somebody took notice of an alert.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Acknowledged {
    /// The entry.
    seq: u64,
    /// When.
    at: String,
    /// What is meant to be done: `seen`, `in_hand`, `accepted` or `disputed`.
    act: String,
    /// By whose token.
    by: String,
    /// What they added in their own words.
    #[serde(skip_serializing_if = "Option::is_none")]
    note: Option<String>,
}

/// That an alert is over.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Cleared {
    /// The entry.
    seq: u64,
    /// When.
    at: String,
    /// What put it right.
    reason: Option<String>,
}

/// A page of alerts.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct AlertList {
    /// The latest first.
    alerts: Vec<Alert>,
    /// What `after` is for the next page; null on the last.
    next: Option<u64>,
    /// How many match, where that was asked for; missing for a narrowed token, which may not see all of them.
    #[serde(skip_serializing_if = "Option::is_none")]
    totals: Option<Totals>,
}

/// How many alerts match what was asked for, whatever their state.
#[derive(Debug, Default, Serialize, ToSchema)]
pub(super) struct Totals {
    /// Of which nobody took notice yet.
    open: u64,
    /// Of which somebody took notice.
    acknowledged: u64,
    /// Which are over.
    cleared: u64,
    /// The open ones by severity.
    open_by_severity: BTreeMap<String, u64>,
    /// The open ones by rule.
    open_by_rule: BTreeMap<String, u64>,
}

impl Totals {
    fn count(&mut self, card: &Card) {
        match card.stage() {
            Stage::Acknowledged => self.acknowledged += 1,
            Stage::Cleared => self.cleared += 1,
            Stage::Open => {
                self.open += 1;
                *self.open_by_severity.entry(card.severity.to_string()).or_default() += 1;
                *self.open_by_rule.entry(card.rule.to_string()).or_default() += 1;
            }
        }
    }
}

/// Taking notice of an alert.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Acknowledgement {
    /// What is meant to be done about it: `seen`, `in_hand`, `accepted` or `disputed`.
    #[schema(example = "in_hand")]
    act: String,
    /// A note in your own words, at most 500 characters. It is not sealed and can never be erased, so it names nobody:
    /// what looks like an e-mail address, a National Insurance number or an NHS number is refused.
    #[schema(example = "The answer is drafted and waits for legal advice.", max_length = 500)]
    note: Option<String>,
}

impl Acknowledgement {
    /// Checks it, and gives its note without the white space around it; one of nothing else is none.
    fn checked(self) -> Result<(String, Option<String>), Problem> {
        let wrong = |detail: String| Problem::new("invalid_acknowledgement", detail);
        if !ACTS.contains(&self.act.as_str()) {
            return Err(wrong(format!("act: {:?} is none of {}", self.act, ACTS.join(", "))));
        }
        let note = self.note.unwrap_or_default().replace("\r\n", "\n").trim().to_owned();
        check_remark(&note).map_err(|fault| wrong(format!("note: {fault}")))?;
        Ok((self.act, (!note.is_empty()).then_some(note)))
    }
}

impl From<BoardError> for Problem {
    fn from(error: BoardError) -> Problem {
        match error {
            BoardError::Gathering { .. } => Problem::new("gathering", error.to_string()),
            BoardError::Io(error) => Problem::internal("the alerts cannot be read", &error),
        }
    }
}

/// Alerts
///
/// The latest first. A narrowed token sees those of which it may see every entry that they rest on.
#[utoipa::path(
    get,
    path = "/v1/alerts",
    operation_id = "list_alerts",
    tag = "alerts",
    params(AlertQuery),
    responses((status = 200, description = "A page", body = AlertList)),
    security(("token" = ["admin", "auditor", "officer"])),
)]
pub(super) async fn list(
    State(app): State<Arc<App>>,
    caller: Caller,
    uri: Uri,
    query: Result<Query<AlertQuery>, QueryRejection>,
) -> Result<Response, Problem> {
    caller.needs(SEERS)?;
    known(&uri, &["state", "plugin", "severity", "rule", "subject", "limit", "after", "totals"])?;
    let Query(query) = query.map_err(|error| Problem::new("bad_request", error.body_text()))?;
    let limit = query.limit.unwrap_or(LIMIT_DEFAULT);
    if !(1..=LIMIT_MAX).contains(&limit) {
        return Err(Problem::new("bad_request", format!("limit: {limit} is not between 1 and {LIMIT_MAX}")));
    }
    let page = work(app, move |app| page(app, &caller.0, &query, limit)).await?;
    Ok(Answer(page).into_response())
}

fn page(app: &App, grant: &Grant, query: &AlertQuery, limit: usize) -> Result<AlertList, Problem> {
    let wanted: Vec<Card> = app.board.look(|cards| {
        let cards = cards.before(query.after.unwrap_or(u64::MAX)).filter(|card| query.matches(card));
        let most = if grant.scope.is_everything() { limit + 1 } else { LOOKED_AT_MAX };
        cards.take(most).cloned().collect()
    })?;
    let (mut alerts, mut next) = (Vec::new(), None);
    for card in &wanted {
        if alerts.len() == limit {
            next = alerts.last().map(|alert: &Alert| alert.raised_seq);
            break;
        }
        let alert = read_alert(app, card)?;
        if may_see(app, grant, &alert) {
            alerts.push(alert);
        }
    }
    if next.is_none() && wanted.len() == LOOKED_AT_MAX {
        next = wanted.last().map(|card| card.raised);
    }
    let totals = match query.totals && grant.scope.is_everything() {
        false => None,
        true => Some(app.board.look(|cards| {
            let mut totals = Totals::default();
            let all = cards.before(u64::MAX).filter(|card| query.matches_whatever_its_state(card));
            all.for_each(|card| totals.count(card));
            totals
        })?),
    };
    Ok(AlertList { alerts, next, totals })
}

/// An alert
#[utoipa::path(
    get,
    path = "/v1/alerts/{id}",
    operation_id = "alert",
    tag = "alerts",
    params(("id" = String, Path, description = "Its id")),
    responses((status = 200, description = "The alert", body = Alert)),
    security(("token" = ["admin", "auditor", "officer"])),
)]
pub(super) async fn one(
    State(app): State<Arc<App>>,
    caller: Caller,
    id: Result<Path<String>, PathRejection>,
) -> Result<Response, Problem> {
    caller.needs(SEERS)?;
    let Path(id) = id.map_err(|error| Problem::new("bad_request", error.body_text()))?;
    let alert = work(app, move |app| find(app, &caller.0, &id)).await?;
    Ok(Answer(alert).into_response())
}

/// Take notice of an alert
///
/// An event, `alert.acknowledged`, records it; the same act with the same note by the same token is recorded once. What
/// names somebody belongs to the case, where it is sealed: a note is not.
#[utoipa::path(
    post,
    path = "/v1/alerts/{id}/acknowledge",
    operation_id = "acknowledge_alert",
    tag = "alerts",
    params(("id" = String, Path, description = "Its id")),
    request_body(content = Acknowledgement, content_type = "application/json"),
    responses(
        (status = 200, description = "It was recorded before", body = Alert),
        (status = 201, description = "Recorded", body = Alert),
    ),
    security(("token" = ["admin", "officer"])),
)]
pub(super) async fn acknowledge(
    State(app): State<Arc<App>>,
    caller: Caller,
    id: Result<Path<String>, PathRejection>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Problem> {
    caller.needs(ACKNOWLEDGERS)?;
    let Path(id) = id.map_err(|error| Problem::new("bad_request", error.body_text()))?;
    let wanted: Acknowledgement =
        read_json(&app, &headers, body, REQUEST_BYTES_MAX, "invalid_acknowledgement").await?;
    let (act, note) = wanted.checked()?;
    caller.is_still_valid()?;
    let done = work(app, move |app| take_notice(app, &caller.0, &id, &act, note.as_deref()));
    let (alert, replayed) = done.await?;
    let status = if replayed { StatusCode::OK } else { StatusCode::CREATED };
    Ok((status, Answer(alert)).into_response())
}

/// Records that somebody takes notice of an alert. Gives the alert, and whether that was recorded before.
fn take_notice(
    app: &App,
    grant: &Grant,
    id: &str,
    act: &str,
    note: Option<&str>,
) -> Result<(Alert, bool), Problem> {
    let alert = find(app, grant, id)?;
    let by = grant.principal();
    let is_same = |known: &&Acknowledged| known.by == by.as_str() && known.act == act;
    let said = alert.acknowledged.iter().filter(is_same);
    if said.clone().any(|known| known.note.as_deref() == note) {
        return Ok((alert, true));
    }
    let text = |text: &str| Value::string(text.to_owned());
    let (did, of, asked) = (text(act), text(&alert.id), text(by.as_str()));
    let data = match note {
        None => Value::object([("act", did), ("alert", of), ("requested_by", asked)]),
        Some(note) => {
            Value::object([("act", did), ("alert", of), ("note", text(note)), ("requested_by", asked)])
        }
    };
    // The first has no number, as all had none before there were notes.
    for number in said.count()..NOTES_MAX {
        let number = if number == 0 { String::new() } else { format!("/{number}") };
        let event = format!("alert/{}/acknowledged/{}/{act}{number}", alert.id, grant.name);
        match app.ledger.append_host_about("alert.acknowledged", &event, &alert.subject, data.clone()) {
            Ok(appended) => return Ok((find(app, grant, id)?, appended.replayed)),
            // The same token said something else meanwhile.
            Err(Refusal::Conflict { .. }) => {}
            Err(refusal) => return Err(refusal.into()),
        }
    }
    let detail = format!("this token has said {act:?} of this alert {NOTES_MAX} times, which is the limit");
    Err(Problem::new("invalid_acknowledgement", detail))
}

/// The alert of an id, if there is one that the token may see.
fn find(app: &App, grant: &Grant, id: &str) -> Result<Alert, Problem> {
    // The same words whether there is none, or it is not shown.
    let nothing = || Problem::new("not_found", format!("there is no alert {id:?} that this token may see"));
    let card = app.board.look(|cards| cards.get(id).cloned())?.ok_or_else(nothing)?;
    let alert = read_alert(app, &card)?;
    if may_see(app, grant, &alert) { Ok(alert) } else { Err(nothing()) }
}

/// Whether a token may see an alert. The entry at which a deadline passed may be anybody's, so what counts is what the
/// alert rests on; of an alert that names nothing a narrowed token is told nothing.
fn may_see(app: &App, grant: &Grant, alert: &Alert) -> bool {
    grant.scope.is_everything()
        || (!alert.entries.is_empty() && alert.entries.iter().all(|seq| app.may_see(grant, *seq)))
}

fn read_alert(app: &App, card: &Card) -> Result<Alert, Problem> {
    let raised = entry(app, card.raised)?;
    let data = &raised["event"]["data"];
    let text = |name: &str| data[name].as_str().map(str::to_owned);
    let acknowledged = card.acknowledged.iter().map(|seq| {
        let entry = entry(app, *seq)?;
        let data = &entry["event"]["data"];
        let text = |name: &str| data[name].as_str().unwrap_or_default().to_owned();
        let note = data["note"].as_str().map(str::to_owned);
        Ok(Acknowledged { seq: *seq, at: recorded(&entry), act: text("act"), by: text("requested_by"), note })
    });
    let cleared = card.cleared.map(|seq| {
        let entry = entry(app, seq)?;
        let reason = entry["event"]["data"]["reason"].as_str().map(str::to_owned);
        Ok::<_, Problem>(Cleared { seq, at: recorded(&entry), reason })
    });
    Ok(Alert {
        id: text("alert").unwrap_or_default(),
        state: card.stage().name(),
        plugin: card.plugin.to_string(),
        rule: card.rule.to_string(),
        stage: text("stage").unwrap_or_default(),
        severity: card.severity.to_string(),
        subject: card.subject.to_string(),
        recipient: text("recipient").unwrap_or_default(),
        clauses: items(&data["clauses"], |clause| clause.as_str().map(str::to_owned)),
        due: text("due"),
        arithmetic: text("arithmetic"),
        causing_seq: data["causing_seq"].as_u64(),
        entries: items(&data["entries"], Json::as_u64),
        complete_to: text("complete_to"),
        raised_seq: card.raised,
        raised_at: recorded(&raised),
        acknowledged: acknowledged.collect::<Result<_, Problem>>()?,
        cleared: cleared.transpose()?,
    })
}

fn items<T>(items: &Json, read: impl Fn(&Json) -> Option<T>) -> Vec<T> {
    items.as_array().into_iter().flatten().filter_map(read).collect()
}

fn recorded(entry: &Json) -> String {
    entry["recorded"].as_str().unwrap_or_default().to_owned()
}

/// An entry of the host itself, whose numbers are all whole and small.
fn entry(app: &App, seq: u64) -> Result<Json, Problem> {
    let unreadable = |error: io::Error| Problem::internal("an entry cannot be read", &error);
    let line = app.ledger.line(seq).map_err(unreadable)?.unwrap_or_default();
    serde_json::from_slice(&line).map_err(|error| unreadable(error.into()))
}

/// A piece of work that reads and waits, to its end even if the client goes away meanwhile.
async fn work<T: Send + 'static>(
    app: Arc<App>,
    work: impl FnOnce(&App) -> Result<T, Problem> + Send + 'static,
) -> Result<T, Problem> {
    let done = tokio::task::spawn_blocking(move || work(&app)).await;
    done.map_err(|error| Problem::internal("an alert cannot be worked on", &error))?
}
