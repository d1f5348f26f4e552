//! `/v1/reports`: the annual report, made, approved and published.

pub(super) mod design;
pub(super) mod making;

use std::sync::Arc;

use axum::body::Body;
use axum::extract::rejection::{PathRejection, QueryRejection};
use axum::extract::{Path, Query, State};
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_SECURITY_POLICY, CONTENT_TYPE, LOCATION};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use muniment_core::limits::PRINCIPAL_BYTES_MAX;
use muniment_core::principal::is_role;
use muniment_core::report::{Edition, Status, Structure};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::App;
use super::answer::{Json, read_json};
use super::caller::Caller;
use super::problem::Problem;
use crate::report::ReportError;
use crate::report::files::{Format, RenderError};
use crate::report::making::Made;
use crate::report::serving::{MakeError, StepError, Summary};
use crate::tokens::Role;

/// Who may read reports.
const READERS: &[Role] = &[Role::Admin, Role::Auditor, Role::Officer];
/// Who may make one, and give one out that was approved.
const MAKERS: &[Role] = &[Role::Admin, Role::Officer];
/// Who may approve one.
const APPROVERS: &[Role] = &[Role::Admin];
/// Longest request.
const REQUEST_BYTES_MAX: usize = 4_096;

/// Which report is asked for.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ReportWish {
    /// What it is about: a financial year, a quarter of one, a calendar year, or two days.
    #[schema(example = "2025-26", max_length = 64)]
    period: String,
    /// Made of the entries up to this one, which counts too. Without it: all that there are.
    as_at: Option<u64>,
    /// How things stood at the end of this day in London. Without it: at the end of the period or, before that, when the last
    /// entry was recorded.
    #[schema(example = "2026-03-31", max_length = 10)]
    status_at: Option<String>,
    /// The id of the report that this one takes the place of.
    #[schema(max_length = 128)]
    supersedes: Option<String>,
}

/// In which role somebody approves or publishes.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ReportStep {
    /// The role, such as that of the senior information risk owner, as events write it: `role/` and a name of a-z, 0-9, `.`,
    /// `_` and `-`. A role, and nobody's name.
    #[schema(example = "role/siro", max_length = 128, pattern = "^role/[a-z0-9._-]+$")]
    role: String,
}

/// A report.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ReportView {
    /// Its id: the same for the same entries, parameters and programs.
    #[schema(example = "report-2025-26-0123456789ab")]
    id: String,
    /// Its title.
    title: String,
    /// Its period.
    period: String,
    /// The first day.
    from: String,
    /// The last day.
    to: String,
    /// As of when it says how things stood.
    status_at: String,
    /// Made of so many entries.
    size: u64,
    /// `draft`, `approved` or `published`.
    status: &'static str,
    /// The report that it takes the place of.
    supersedes: Option<String>,
    /// The digest of the report of record: its JSON as it was made, with the status `draft`.
    sha256: String,
    /// So many checks of its figures failed; the report says which.
    faults: usize,
    /// Where its files are: add `?edition=public` for the edition that is published.
    files: Vec<String>,
}

/// The reports.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ReportList {
    /// Those of the latest period first.
    reports: Vec<ReportView>,
}

/// Which of its files.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct FileQuery {
    /// `internal`, with the entries behind every figure, or `public`, without these and without small numbers.
    #[param(example = "public")]
    edition: Option<String>,
    /// Of CSV only this table, by its name.
    #[param(max_length = 128)]
    table: Option<String>,
    /// Tables by directorate in the structure of `then`, the end of the period, or of `now`, the last entry that the report is
    /// made of: what went into another unit is counted there. The JSON is the report of record and always in that of then.
    #[param(example = "now")]
    structure: Option<String>,
}

impl From<Summary> for ReportView {
    fn from(summary: Summary) -> ReportView {
        let Summary { id, title, period: (period, from, to), status_at, size, status, .. } = summary;
        let files = Format::ALL.map(|format| format!("/v1/reports/{id}.{}", format.ending()));
        ReportView {
            title,
            period,
            from,
            to,
            status_at,
            size,
            status: match status {
                Status::Draft => "draft",
                Status::Approved => "approved",
                Status::Published => "published",
            },
            supersedes: summary.supersedes,
            sha256: summary.sha256,
            faults: summary.faults,
            files: files.to_vec(),
            id,
        }
    }
}

impl From<&MakeError> for Problem {
    fn from(error: &MakeError) -> Problem {
        match error {
            MakeError::Refused(refusal) => refusal.clone().into(),
            MakeError::Report(error @ (ReportError::Beyond { .. } | ReportError::Empty)) => {
                Problem::new("invalid_report", error.to_string())
            }
            MakeError::Report(error) => Problem::internal("a report cannot be made", error),
            MakeError::Stopped => Problem::new("closing", error.to_string()),
            MakeError::Broken => Problem::internal("a report cannot be made", error),
        }
    }
}

impl From<StepError> for Problem {
    fn from(error: StepError) -> Problem {
        match error {
            StepError::Unknown(_) => Problem::new("not_found", error.to_string()),
            StepError::NotApproved(_) => Problem::new("report_not_approved", error.to_string()),
            StepError::Refused(refusal) => refusal.into(),
            StepError::Io(error) => Problem::internal("a report cannot be read", &error),
        }
    }
}

impl From<RenderError> for Problem {
    fn from(error: RenderError) -> Problem {
        match error {
            RenderError::Logo(damaged) => Problem::new("asset_damaged", damaged.to_string()),
            error => Problem::internal("a report cannot be written", &error),
        }
    }
}

/// A report is made of everything, so whoever may see some of it only may not make or read one.
fn sees_everything(caller: &Caller) -> Result<(), Problem> {
    if caller.0.scope.is_everything() {
        return Ok(());
    }
    let detail = "a report is made of all events; this token is narrowed to some of them";
    Err(Problem::new("out_of_scope", detail))
}

/// Reports
///
/// Those that were made on this server and are kept, those of the latest period first.
#[utoipa::path(
    get,
    path = "/v1/reports",
    operation_id = "list_reports",
    tag = "reports",
    responses((status = 200, description = "The reports", body = ReportList)),
    security(("token" = ["admin", "auditor", "officer"])),
)]
pub(super) async fn list(State(app): State<Arc<App>>, caller: Caller) -> Result<Response, Problem> {
    caller.needs(READERS)?;
    sees_everything(&caller)?;
    let all = work(app, |app| app.reports.list(&app.ledger).map_err(unreadable)).await?;
    Ok(Json(ReportList { reports: all.into_iter().map(ReportView::from).collect() }).into_response())
}

/// Make a report
///
/// What the plugins count of a period, with targets, earlier years, definitions and the coverage of every policy clause. It
/// follows from the ledger's entries, so the same request for the same `as_at` gives the same report. One is made at a time and
/// at most 8 wait; of a million entries it takes some seconds. `POST /v1/reports/making` does not let its caller wait. Making one
/// is recorded (`report.generated`).
#[utoipa::path(
    post,
    path = "/v1/reports",
    operation_id = "make_report",
    tag = "reports",
    request_body(content = ReportWish, content_type = "application/json"),
    responses(
        (status = 200, description = "It was made before", body = ReportView),
        (status = 201, description = "It was made", body = ReportView,
            headers(("Location" = String, description = "Its JSON"))),
    ),
    security(("token" = ["admin", "officer"])),
)]
pub(super) async fn make(
    State(app): State<Arc<App>>,
    caller: Caller,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Problem> {
    caller.needs(MAKERS)?;
    sees_everything(&caller)?;
    let order = making::order(&app, &caller, &headers, body).await?;
    let (making, is_first) = making::begin(&app, &caller, order)?;
    let Made { summary, is_new } = making::waited(&making).await?;
    let view = ReportView::from(summary);
    // Whoever asked for what somebody else was having made is given what is there.
    if !(is_new && is_first) {
        return Ok(Json(view).into_response());
    }
    let location = HeaderValue::try_from(format!("/v1/reports/{}.json", view.id));
    let mut response = (StatusCode::CREATED, Json(view)).into_response();
    response.headers_mut().extend(location.map(|location| (LOCATION, location)));
    Ok(response)
}

/// A report's file
///
/// `{report}` is the id with the ending of a format: `.json`, the report of record; `.html`, one page that needs nothing
/// else; `.pdf`, tagged for screen readers; `.xlsx`; `.csv`, every table under a line with its name, or one of them.
#[utoipa::path(
    get,
    path = "/v1/reports/{report}",
    operation_id = "get_report",
    tag = "reports",
    params(("report" = String, Path, description = "Its id and a format", example = "report-2025-26-0123456789ab.html"), FileQuery),
    responses((status = 200, description = "The file", content(
        (serde_json::Value = "application/json"),
        (String = "text/html"),
        (Vec<u8> = "application/pdf"),
        (Vec<u8> = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        (String = "text/csv"),
    ))),
    security(("token" = ["admin", "auditor", "officer"])),
)]
pub(super) async fn file(
    State(app): State<Arc<App>>,
    caller: Caller,
    name: Result<Path<String>, PathRejection>,
    query: Result<Query<FileQuery>, QueryRejection>,
) -> Result<Response, Problem> {
    caller.needs(READERS)?;
    sees_everything(&caller)?;
    let Path(name) = name.map_err(|error| Problem::new("bad_request", error.body_text()))?;
    let Query(FileQuery { edition, table, structure }) =
        query.map_err(|error| Problem::new("bad_request", error.body_text()))?;
    let edition = match edition.as_deref() {
        None | Some("internal") => Edition::Internal,
        Some("public") => Edition::Public,
        Some(other) => {
            let detail = format!("edition: {other:?} is neither internal nor public");
            return Err(Problem::new("bad_request", detail));
        }
    };
    let structure = match structure.as_deref() {
        None | Some("then") => Structure::Then,
        Some("now") => Structure::Now,
        Some(other) => {
            let detail = format!("structure: {other:?} is neither then nor now");
            return Err(Problem::new("bad_request", detail));
        }
    };
    let format = Format::ALL.into_iter().find_map(|format| {
        let id = name.strip_suffix(format.ending())?.strip_suffix('.')?;
        Some((id.to_owned(), format))
    });
    let (id, format) = format.ok_or_else(|| {
        let endings = Format::ALL.map(Format::ending).join(", ");
        Problem::new("not_found", format!("{name:?} ends with none of the formats {endings}"))
    })?;
    if (format, structure) == (Format::Json, Structure::Now) {
        let detail = "structure: the JSON is the report of record, which is in that of then; the other formats are made in that of now";
        return Err(Problem::new("bad_request", detail));
    }
    let bytes = work(app, move |app| {
        let found = app.reports.document(&app.ledger, &id, edition).map_err(unreadable)?;
        let document = found.ok_or_else(|| Problem::from(StepError::Unknown(id)))?;
        match (format, table) {
            (Format::Csv, Some(wanted)) => {
                let nothing = || Problem::new("not_found", format!("the report has no table {wanted:?}"));
                muniment_report::csv_table(&document.in_structure(structure), &wanted)
                    .map(String::into_bytes)
                    .ok_or_else(nothing)
            }
            (format, _) => app.reports.file(&document, format, structure).map_err(Problem::from),
        }
    });
    let bytes = bytes.await?;
    let mut response = bytes.into_response();
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(format.media_type()));
    // It is a page of its own, with its logo in it: nothing of it may reach out, and it may not be framed.
    let policy = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'none'";
    headers.insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(policy));
    if matches!(format, Format::Xlsx | Format::Csv) {
        let disposition = HeaderValue::try_from(format!("attachment; filename=\"{name}\""));
        headers.extend(disposition.map(|disposition| (CONTENT_DISPOSITION, disposition)));
    }
    Ok(response)
}

/// Approve a report
///
/// Those who answer for it agree: `report.approved`. Twice is as once.
#[utoipa::path(
    post,
    path = "/v1/reports/{report}/approve",
    operation_id = "approve_report",
    tag = "reports",
    params(("report" = String, Path, description = "Its id")),
    request_body(content = ReportStep, content_type = "application/json"),
    responses((status = 200, description = "It is approved", body = ReportView)),
    security(("token" = ["admin"])),
)]
pub(super) async fn approve(
    State(app): State<Arc<App>>,
    caller: Caller,
    id: Result<Path<String>, PathRejection>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Problem> {
    caller.needs(APPROVERS)?;
    let (id, role, by) = step(&app, &caller, id, &headers, body).await?;
    let summary = work(app, move |app| Ok(app.reports.approve(&app.ledger, &id, &role, &by)?)).await?;
    Ok(Json(ReportView::from(summary)).into_response())
}

/// Publish a report
///
/// An approved report is given out: `report.published`, and `report.restated` where it takes the place of another. Twice is as
/// once.
#[utoipa::path(
    post,
    path = "/v1/reports/{report}/publish",
    operation_id = "publish_report",
    tag = "reports",
    params(("report" = String, Path, description = "Its id")),
    request_body(content = ReportStep, content_type = "application/json"),
    responses((status = 200, description = "It is published", body = ReportView)),
    security(("token" = ["admin", "officer"])),
)]
pub(super) async fn publish(
    State(app): State<Arc<App>>,
    caller: Caller,
    id: Result<Path<String>, PathRejection>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Problem> {
    caller.needs(MAKERS)?;
    let (id, role, by) = step(&app, &caller, id, &headers, body).await?;
    let summary = work(app, move |app| Ok(app.reports.publish(&app.ledger, &id, &role, &by)?)).await?;
    Ok(Json(ReportView::from(summary)).into_response())
}

/// Which report, in which role, asked for by whom.
async fn step(
    app: &App,
    caller: &Caller,
    id: Result<Path<String>, PathRejection>,
    headers: &HeaderMap,
    body: Body,
) -> Result<(String, String, String), Problem> {
    sees_everything(caller)?;
    let Path(id) = id.map_err(|error| Problem::new("bad_request", error.body_text()))?;
    let ReportStep { role } = read_json(app, headers, body, REQUEST_BYTES_MAX, "invalid_report").await?;
    check_role(&role)?;
    caller.is_still_valid()?;
    Ok((id, role, caller.0.principal().as_str().to_owned()))
}

/// Whatever somebody types there stays in the ledger for good, so it is a role and no sentence.
fn check_role(role: &str) -> Result<(), Problem> {
    if is_role(role) {
        return Ok(());
    }
    let detail = match role.len() {
        bytes if bytes > PRINCIPAL_BYTES_MAX => {
            format!("role: {bytes} bytes, the limit is {PRINCIPAL_BYTES_MAX} bytes")
        }
        _ => format!(
            "role: {role:?} is no role; write `role/` and a name of a-z, 0-9, `.`, `_` and `-`, such as role/siro"
        ),
    };
    Err(Problem::new("invalid_report", detail))
}

fn unreadable(error: std::io::Error) -> Problem {
    Problem::internal("reports cannot be read", &error)
}

/// A piece of work that reads and waits, to its end even if the client goes away meanwhile.
async fn work<T: Send + 'static>(
    app: Arc<App>,
    work: impl FnOnce(&App) -> Result<T, Problem> + Send + 'static,
) -> Result<T, Problem> {
    let done = tokio::task::spawn_blocking(move || work(&app)).await;
    done.map_err(|error| Problem::internal("a report cannot be worked on", &error))?
}
