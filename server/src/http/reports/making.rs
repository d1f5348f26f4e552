//! `/v1/reports/making`: reports that are being made, for those who do not want to wait for the answer.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::header::LOCATION;
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::ToSchema;

use super::super::App;
use super::super::answer::{Json, read_json};
use super::super::caller::Caller;
use super::super::problem::Problem;
use super::{MAKERS, READERS, REQUEST_BYTES_MAX, ReportView, ReportWish, sees_everything, unreadable};
use crate::report::making::{Made, Making, Order, Standing, TooManyWait};
use crate::report::serving::{self, ID_BYTES_MAX, MakeError, Serving};
use crate::report::steps::Step;
use crate::report::{Period, ReportError, Wish};

/// Seconds after which asking again makes sense where too many wait.
const BUSY_SECONDS: u64 = 15;

/// How far the making of a report has come.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::http) struct MakingView {
    /// Its number.
    #[schema(example = "1796000000000000")]
    making: String,
    /// What the report is about.
    #[schema(example = "2025-26")]
    period: String,
    /// The report that it is to take the place of.
    #[serde(skip_serializing_if = "Option::is_none")]
    supersedes: Option<String>,
    /// Who asked for it.
    #[schema(example = "token/ig-manager")]
    asked_by: String,
    /// When.
    asked_at: String,
    /// `waiting`, `working`, `made` or `failed`.
    #[schema(example = "working")]
    state: &'static str,
    /// While it is waiting: how many are made before it.
    #[serde(skip_serializing_if = "Option::is_none")]
    before: Option<usize>,
    /// While it is working: what is being done.
    #[serde(skip_serializing_if = "Option::is_none")]
    step: Option<StepView>,
    /// The report, once it is kept and recorded. While `working`, its other files are still being written.
    #[serde(skip_serializing_if = "Option::is_none")]
    report: Option<ReportView>,
    /// With the report: whether it had not been made before.
    #[serde(skip_serializing_if = "Option::is_none")]
    is_new: Option<bool>,
    /// Files of the report that could not be written, each with why.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    unwritten: Vec<String>,
    /// Why it failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    why: Option<String>,
    /// When it was made or failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    ended_at: Option<String>,
}

/// A step of making a report.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::http) struct StepView {
    /// Which one it is, from 1.
    #[schema(example = 1)]
    number: u64,
    /// How many there are.
    #[schema(example = 4)]
    of: u64,
    /// `folding`, `composing`, `checking` or `writing`.
    #[schema(example = "folding")]
    name: &'static str,
    /// In words.
    #[schema(example = "counting: 5 of 17 plugins are done, 40 % of the entries are read")]
    says: String,
    /// Of folding and writing: so many parts (plugins, files) are done.
    #[serde(skip_serializing_if = "Option::is_none")]
    parts_done: Option<u64>,
    /// Of so many.
    #[serde(skip_serializing_if = "Option::is_none")]
    parts: Option<u64>,
}

/// The reports that are being made, and those that were lately.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::http) struct MakingList {
    /// The one that was asked for last first.
    making: Vec<MakingView>,
}

impl From<Step> for StepView {
    fn from(step: Step) -> StepView {
        let parts = step.parts();
        StepView {
            number: step.number(),
            of: Step::COUNT,
            name: step.name(),
            says: step.words(),
            parts_done: parts.map(|(done, _)| done),
            parts: parts.map(|(_, of)| of),
        }
    }
}

fn view(app: &App, making: &Making) -> MakingView {
    let standing = making.standing();
    let made = standing.made().cloned();
    let mut view = MakingView {
        making: making.number.to_string(),
        period: making.order.period.name.clone(),
        supersedes: making.order.supersedes.clone(),
        asked_by: making.by.clone(),
        asked_at: making.asked.to_string(),
        state: "waiting",
        before: None,
        step: None,
        is_new: made.as_ref().map(|made| made.is_new),
        report: made.map(|Made { summary, .. }| summary.into()),
        unwritten: Vec::new(),
        why: None,
        ended_at: None,
    };
    match standing {
        Standing::Waiting => view.before = Some(app.reports.makings().before(making)),
        Standing::Working { step, .. } => {
            view.state = "working";
            view.step = Some(step.into());
        }
        Standing::Over { unwritten, at, .. } => {
            view.state = "made";
            view.unwritten = unwritten;
            view.ended_at = Some(at.to_string());
        }
        Standing::Failed { why, at } => {
            view.state = "failed";
            view.why = Some(why.to_string());
            view.ended_at = Some(at.to_string());
        }
    }
    view
}

/// What somebody asks for, checked as far as it can be before it is made.
pub(super) async fn order(
    app: &Arc<App>,
    caller: &Caller,
    headers: &HeaderMap,
    body: Body,
) -> Result<Order, Problem> {
    let wanted: ReportWish = read_json(app, headers, body, REQUEST_BYTES_MAX, "invalid_report").await?;
    caller.is_still_valid()?;
    let invalid = |detail: String| Problem::new("invalid_report", detail);
    let period = Period::parse(&wanted.period).map_err(|error| invalid(format!("period: {error}")))?;
    let status_at = wanted.status_at.as_deref().map(serving::end_of).transpose();
    let status_at = status_at.map_err(|error| invalid(format!("status_at: {error}")))?;
    if wanted.supersedes.as_ref().is_some_and(|id| id.is_empty() || id.len() > ID_BYTES_MAX) {
        return Err(invalid(format!("supersedes: an id has 1 to {ID_BYTES_MAX} bytes")));
    }
    let size = app.ledger.head().size;
    if let Some(asked) = wanted.as_at.map(|seq| seq.saturating_add(1)).filter(|asked| *asked > size) {
        return Err(invalid(ReportError::Beyond { asked, size }.to_string()));
    }
    Ok(Order { period, status_at, as_at: wanted.as_at, supersedes: wanted.supersedes })
}

/// Takes an order, and sees to it that it is carried out whether or not anybody waits. With it comes whether it is a new one.
pub(super) fn begin(app: &Arc<App>, caller: &Caller, order: Order) -> Result<(Arc<Making>, bool), Problem> {
    let by = caller.0.principal();
    let asked = app.reports.makings().ask(order, by.as_str(), app.now());
    let busy = |many: TooManyWait| Problem::new("busy", many.to_string()).retry_after(BUSY_SECONDS);
    let (making, is_new) = asked.map_err(busy)?;
    if is_new {
        drop(tokio::spawn(carry_out(app.clone(), making.clone())));
    }
    Ok((making, is_new))
}

/// Makes a report when its turn comes, and says what became of it.
async fn carry_out(app: Arc<App>, making: Arc<Making>) {
    let turn = app.reports.makings().turn().await;
    let (at_work, order) = (app.clone(), making.clone());
    let done = tokio::task::spawn_blocking(move || make(&at_work, &order)).await;
    let outcome = done.unwrap_or_else(|error| {
        tracing::error!(%error, "the making of a report panicked");
        Err(MakeError::Broken)
    });
    if let Err(error) = &outcome {
        tracing::warn!(%error, period = %making.order.period, "a report was not made");
    }
    making.ends(outcome, app.now());
    drop(turn);
}

fn make(app: &App, making: &Arc<Making>) -> Result<(Made, Vec<String>), MakeError> {
    if *app.stopping.borrow() {
        return Err(MakeError::Stopped);
    }
    let Order { period, status_at, as_at, supersedes } = making.order.clone();
    let size = match as_at {
        Some(seq) => seq.saturating_add(1),
        None => serving::size_now(&app.ledger).map_err(ReportError::from)?,
    };
    let wish = Wish { period, status_at, size, supersedes };
    let definitions = app.definitions.get();
    let serving = Serving {
        ledger: &app.ledger,
        genesis: &app.genesis,
        plugins: &app.plugins,
        definitions: &definitions,
    };
    let steps = making.steps();
    let (document, made) = app.reports.make(serving, &wish, &steps)?;
    making.is_made(made.clone());
    let unwritten = app.reports.write_files(&document, &steps, || !*app.stopping.borrow());
    Ok((made, unwritten))
}

/// Reports that are being made
///
/// And those that were lately, the one that was asked for last first. What is over is forgotten when the server restarts, or
/// after 20 further ones; the reports themselves stay.
#[utoipa::path(
    get,
    path = "/v1/reports/making",
    operation_id = "list_report_makings",
    tag = "reports",
    responses((status = 200, description = "All that are known", body = MakingList)),
    security(("token" = ["admin", "auditor", "officer"])),
)]
pub(in crate::http) async fn list(State(app): State<Arc<App>>, caller: Caller) -> Result<Response, Problem> {
    caller.needs(READERS)?;
    sees_everything(&caller)?;
    let making = app.reports.makings().list().iter().map(|making| view(&app, making)).collect();
    Ok(Json(MakingList { making }).into_response())
}

/// Begin to make a report
///
/// Answers at once; `Location` says where to ask how far it has come. One is made at a time and at most 8 wait. What is asked
/// for while the same is waiting or being made is that one: asking twice does not make two.
#[utoipa::path(
    post,
    path = "/v1/reports/making",
    operation_id = "begin_report",
    tag = "reports",
    request_body(content = ReportWish, content_type = "application/json"),
    responses((status = 202, description = "It waits or is being made", body = MakingView,
        headers(("Location" = String, description = "Where to ask how far it has come")))),
    security(("token" = ["admin", "officer"])),
)]
pub(in crate::http) async fn start(
    State(app): State<Arc<App>>,
    caller: Caller,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Problem> {
    caller.needs(MAKERS)?;
    sees_everything(&caller)?;
    let order = order(&app, &caller, &headers, body).await?;
    let (making, _) = begin(&app, &caller, order)?;
    let location = HeaderValue::try_from(format!("/v1/reports/making/{}", making.number));
    let mut response = (StatusCode::ACCEPTED, Json(view(&app, &making))).into_response();
    response.headers_mut().extend(location.map(|location| (LOCATION, location)));
    Ok(response)
}

/// How far the making of a report has come
///
/// Which step it is at, the report once it is there, or why there is none.
#[utoipa::path(
    get,
    path = "/v1/reports/making/{making}",
    operation_id = "report_making",
    tag = "reports",
    params(("making" = String, Path, description = "Its number", example = "1796000000000000")),
    responses((status = 200, description = "How far it is", body = MakingView)),
    security(("token" = ["admin", "auditor", "officer"])),
)]
pub(in crate::http) async fn one(
    State(app): State<Arc<App>>,
    caller: Caller,
    number: Result<Path<String>, PathRejection>,
) -> Result<Response, Problem> {
    caller.needs(READERS)?;
    sees_everything(&caller)?;
    let Path(number) = number.map_err(|error| Problem::new("bad_request", error.body_text()))?;
    let found = number.parse().ok().and_then(|number| app.reports.makings().find(number));
    let making = found.ok_or_else(|| {
        let detail = format!(
            "no making of a report with the number {number:?} is known; the server may have been restarted since: `GET \
             /v1/reports` lists what was made"
        );
        Problem::new("not_found", detail)
    })?;
    Ok(Json(view(&app, &making)).into_response())
}

/// What is said to whoever waited for a report.
pub(super) async fn waited(making: &Making) -> Result<Made, Problem> {
    match making.until_made().await {
        Standing::Over { made, .. } | Standing::Working { made: Some(made), .. } => Ok(made),
        Standing::Failed { why, .. } => Err(Problem::from(&*why)),
        Standing::Waiting | Standing::Working { made: None, .. } => {
            Err(unreadable(std::io::Error::other("nobody makes this report any more")))
        }
    }
}
