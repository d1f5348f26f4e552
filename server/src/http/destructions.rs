//! `/v1/destructions`: destroying sealed personal data, by two people and after a delay.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::body::Body;
use axum::extract::rejection::{PathRejection, QueryRejection};
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use muniment_core::hash::Hash;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::App;
use super::answer::{Json, read_json};
use super::caller::Caller;
use super::problem::Problem;
use crate::erasure::{Basis, Case, ErasureError, Erasures, Guard, PERSON, Plan, Progress, Request, distinct};
use crate::tokens::Role;

/// Who may destroy, if their token is not narrowed.
const DESTROYERS: &[Role] = &[Role::Admin, Role::Officer];
/// Largest request.
const REQUEST_BYTES_MAX: usize = 256 * 1024;
/// Most entries and cases of each kind that an answer lists; it counts all.
const LISTED_MAX: usize = 100;

/// A case whose sealed data is concerned.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct CaseName {
    /// The first word of the types of its events.
    #[schema(example = "request")]
    group: String,
    /// Their subject.
    #[schema(example = "FOI-2026-0012")]
    subject: String,
}

impl CaseName {
    fn of(case: &Case) -> CaseName {
        CaseName { group: case.group.clone(), subject: case.subject.clone() }
    }
}

/// What is to be destroyed.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct DestructionWish {
    /// `retention_schedule`, `erasure_request`, `court_order` or `recorded_in_error`.
    #[schema(example = "retention_schedule")]
    basis: String,
    /// The cases: of each, everything sealed. 100 at most.
    #[serde(default)]
    cases: Vec<CaseName>,
    /// The persons, by their pseudonyms: whom each stands for. 100 at most.
    #[serde(default)]
    people: Vec<String>,
    /// `plan` of a dry run that was just made: nothing else is destroyed. Not needed for a dry run.
    plan: Option<String>,
}

/// Why one case or one person is to be destroyed.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct SubjectWish {
    /// `retention_schedule`, `erasure_request`, `court_order` or `recorded_in_error`.
    #[schema(example = "erasure_request")]
    basis: String,
    /// `plan` of a dry run that was just made. Not needed for a dry run.
    plan: Option<String>,
}

/// Whether it is a dry run.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct DestructionQuery {
    /// `true`: say what would be destroyed and what stands in the way, and change nothing.
    #[serde(default)]
    dry_run: bool,
}

/// A case of a plan.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct CasePlan {
    group: String,
    subject: String,
    /// How many entries hold something sealed of it.
    entries: u64,
    /// The first 100 of them.
    seqs: Vec<u64>,
    /// Whether there is a key that can be destroyed.
    has_key: bool,
}

/// A person of a plan.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct PersonPlan {
    pseudonym: String,
    /// How many entries name it. They go on naming it, and it stands for nobody.
    entries: u64,
    /// How many cases these belong to that hold something sealed. They are not destroyed unless they are named too.
    mentioned_in_count: u64,
    /// The first 100 of them.
    mentioned_in: Vec<CaseName>,
    /// Whether it stands for somebody.
    is_known: bool,
}

/// What stands in the way.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ObstacleView {
    /// `hold` or `open_request`.
    kind: &'static str,
    /// The hold, or the case of the request.
    subject: String,
    /// The entry to look at.
    seq: u64,
}

/// What would be destroyed.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct DestructionPlan {
    /// A digest of the plan, to be sent with the request.
    plan: String,
    cases: Vec<CasePlan>,
    people: Vec<PersonPlan>,
    /// As long as this is not empty nothing is destroyed.
    obstacles: Vec<ObstacleView>,
    /// Why this token, whatever its roles, cannot ask for it; missing if it can.
    #[serde(skip_serializing_if = "Option::is_none")]
    cannot_ask: Option<String>,
}

impl DestructionPlan {
    fn of(plan: &Plan, cannot_ask: Option<String>) -> DestructionPlan {
        let cases = plan.cases.iter().map(|case| CasePlan {
            group: case.case.group.clone(),
            subject: case.case.subject.clone(),
            entries: case.entries.len() as u64,
            seqs: case.entries.iter().take(LISTED_MAX).copied().collect(),
            has_key: case.has_key,
        });
        let people = plan.people.iter().map(|person| PersonPlan {
            pseudonym: person.pseudonym.clone(),
            entries: person.entries.len() as u64,
            mentioned_in_count: person.mentioned_in.len() as u64,
            mentioned_in: person.mentioned_in.iter().take(LISTED_MAX).map(CaseName::of).collect(),
            is_known: person.is_known,
        });
        let obstacles = plan.obstacles.iter().map(|one| ObstacleView {
            kind: one.kind(),
            subject: one.subject().to_owned(),
            seq: one.seq(),
        });
        DestructionPlan {
            plan: plan.digest.to_string(),
            cases: cases.collect(),
            people: people.collect(),
            obstacles: obstacles.collect(),
            cannot_ask,
        }
    }
}

/// A request to destroy, as it stands.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Destruction {
    /// Its number.
    id: u64,
    /// `requested` (somebody else has to authorise it), `authorised` (it waits for its time), `blocked`, `cancelled`,
    /// `destroyed`.
    state: &'static str,
    /// What stands in its way.
    #[serde(skip_serializing_if = "Option::is_none")]
    blocked_by: Option<String>,
    basis: &'static str,
    cases: Vec<CaseName>,
    people: Vec<String>,
    plan: String,
    /// How many entries it was about when it was asked for.
    entries: u64,
    /// Until when it can be cancelled.
    not_before: String,
    requested_by: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    authorised_by: Option<String>,
    /// While somebody else has to authorise it: why this token, whatever its roles, cannot; missing if it can.
    #[serde(skip_serializing_if = "Option::is_none")]
    cannot_authorise: Option<String>,
    /// The entry that asks for it.
    seq: u64,
    /// The certificates: the entries by which it was destroyed. Each has a receipt.
    destroyed: Vec<u64>,
}

impl Destruction {
    fn of(request: Request, guard: Guard, caller: &Caller) -> Destruction {
        let is_waiting = request.progress == Progress::Requested;
        let agreed = guard.may_agree(&request.wish.requested_by, caller.0.principal().as_str());
        let (state, blocked_by) = match request.progress {
            Progress::Requested => ("requested", None),
            Progress::Authorised => ("authorised", None),
            Progress::Blocked(why) => ("blocked", Some(why)),
            Progress::Cancelled => ("cancelled", None),
            Progress::Destroyed => ("destroyed", None),
        };
        Destruction {
            id: request.number,
            state,
            blocked_by,
            basis: request.wish.basis.as_str(),
            cases: request.wish.cases.iter().map(CaseName::of).collect(),
            people: request.wish.people,
            plan: request.wish.plan.to_string(),
            entries: request.wish.entries,
            not_before: request.wish.not_before.to_string(),
            requested_by: request.wish.requested_by,
            authorised_by: request.authorised_by,
            cannot_authorise: agreed.err().filter(|_| is_waiting).map(|error| error.to_string()),
            seq: request.seq,
            destroyed: request.destroyed,
        }
    }
}

/// Every request to destroy.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct DestructionList {
    /// The oldest first.
    destructions: Vec<Destruction>,
    /// Why this token, whatever its roles, cannot ask for any; missing if it can.
    #[serde(skip_serializing_if = "Option::is_none")]
    cannot_ask: Option<String>,
}

/// A plan, or a request.
#[derive(Debug, Serialize, ToSchema)]
#[serde(untagged)]
pub(super) enum DestructionAnswer {
    /// Of a dry run.
    Plan(DestructionPlan),
    /// Of a request.
    Requested(Box<Destruction>),
}

impl From<ErasureError> for Problem {
    fn from(error: ErasureError) -> Problem {
        let detail = error.to_string();
        match error {
            ErasureError::Nothing
            | ErasureError::TooMany { .. }
            | ErasureError::TooManyEntries { .. }
            | ErasureError::NothingSealed(_) => Problem::new("invalid_destruction", detail),
            ErasureError::PlanChanged { .. } => Problem::new("plan_changed", detail),
            ErasureError::Blocked(_) => Problem::new("blocked", detail),
            ErasureError::Unknown(_) => Problem::new("not_found", detail),
            ErasureError::Over { .. } => Problem::new("destruction_over", detail),
            ErasureError::SamePerson(_) | ErasureError::PerhapsSamePerson { .. } => {
                Problem::new("same_person", detail)
            }
            ErasureError::NoAccount(_) => Problem::new("account_needed", detail),
            ErasureError::IndexBehind { .. } => Problem::new("rebuilding", detail),
            ErasureError::Refused(refusal) => refusal.into(),
            error => Problem::internal("personal data cannot be destroyed", &error),
        }
    }
}

/// Requests to destroy
#[utoipa::path(
    get,
    path = "/v1/destructions",
    operation_id = "list_destructions",
    tag = "personal data",
    responses((status = 200, description = "All of them", body = DestructionList)),
    security(("token" = ["admin", "auditor", "officer"])),
)]
pub(super) async fn list(State(app): State<Arc<App>>, caller: Caller) -> Result<Response, Problem> {
    caller.needs(&[Role::Admin, Role::Auditor, Role::Officer])?;
    unnarrowed(&caller)?;
    let guard = app.erasures.guard();
    let destructions = app.erasures.list().into_iter();
    let destructions = destructions.map(|request| Destruction::of(request, guard, &caller)).collect();
    let cannot_ask = cannot_ask(guard, &caller);
    Ok(Json(DestructionList { destructions, cannot_ask }).into_response())
}

/// Destroy sealed personal data
///
/// Of cases everything that is sealed, of persons whom their pseudonyms stand for. First a dry run, whose `plan` is then
/// sent with the request. Somebody else has to authorise it, and it is carried out after a delay, unless it is
/// cancelled or a hold or an open request covers it. The entries stay, and everything still verifies. Somebody else is
/// another token or, where people sign in with accounts, another account: there a token can do neither.
#[utoipa::path(
    post,
    path = "/v1/destructions",
    operation_id = "request_destruction",
    tag = "personal data",
    params(DestructionQuery),
    request_body(content = DestructionWish, content_type = "application/json"),
    responses(
        (status = 200, description = "The plan of a dry run", body = DestructionAnswer),
        (status = 201, description = "Asked for", body = DestructionAnswer),
    ),
    security(("token" = ["admin", "officer"])),
)]
pub(super) async fn request(
    State(app): State<Arc<App>>,
    caller: Caller,
    query: Result<Query<DestructionQuery>, QueryRejection>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Problem> {
    may_destroy(&caller)?;
    let Query(query) = query.map_err(|error| Problem::new("bad_request", error.body_text()))?;
    let wish: DestructionWish =
        read_json(&app, &headers, body, REQUEST_BYTES_MAX, "invalid_destruction").await?;
    let cases =
        wish.cases.into_iter().map(|case| Case { group: case.group, subject: case.subject }).collect();
    ask(app, caller, query.dry_run, cases, wish.people, &wish.basis, wish.plan.as_deref()).await
}

/// Destroy what is sealed of one case or person
///
/// As `POST /v1/destructions`, for one case, or with the group `person` for the person of a pseudonym.
#[utoipa::path(
    post,
    path = "/v1/subjects/{group}/{subject}/destroy",
    operation_id = "destroy_subject",
    tag = "personal data",
    params(
        ("group" = String, Path, description = "The first word of the types of its events, or `person`"),
        ("subject" = String, Path, description = "Their subject, or the pseudonym"),
        DestructionQuery,
    ),
    request_body(content = SubjectWish, content_type = "application/json"),
    responses(
        (status = 200, description = "The plan of a dry run", body = DestructionAnswer),
        (status = 201, description = "Asked for", body = DestructionAnswer),
    ),
    security(("token" = ["admin", "officer"])),
)]
pub(super) async fn destroy_subject(
    State(app): State<Arc<App>>,
    caller: Caller,
    path: Result<Path<BTreeMap<String, String>>, PathRejection>,
    query: Result<Query<DestructionQuery>, QueryRejection>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Problem> {
    may_destroy(&caller)?;
    let Case { group, subject } = case_of(path)?;
    let Query(query) = query.map_err(|error| Problem::new("bad_request", error.body_text()))?;
    let wish: SubjectWish = read_json(&app, &headers, body, REQUEST_BYTES_MAX, "invalid_destruction").await?;
    let (cases, people) = match group.as_str() {
        PERSON => (Vec::new(), vec![subject]),
        _ => (vec![Case { group, subject }], Vec::new()),
    };
    ask(app, caller, query.dry_run, cases, people, &wish.basis, wish.plan.as_deref()).await
}

/// The case in a path.
pub(super) fn case_of(path: Result<Path<BTreeMap<String, String>>, PathRejection>) -> Result<Case, Problem> {
    let Path(mut path) = path.map_err(|error| Problem::new("bad_request", error.body_text()))?;
    let mut part = |name: &str| path.remove(name).unwrap_or_default();
    Ok(Case { group: part("group"), subject: part("subject") })
}

async fn ask(
    app: Arc<App>,
    caller: Caller,
    dry_run: bool,
    cases: Vec<Case>,
    people: Vec<String>,
    basis: &str,
    plan: Option<&str>,
) -> Result<Response, Problem> {
    let names: Vec<&str> = Basis::ALL.iter().map(|basis| basis.as_str()).collect();
    let invalid = |detail: String| Problem::new("invalid_destruction", detail);
    let unknown = || invalid(format!("basis: {basis:?} is none of {}", names.join(", ")));
    let basis = Basis::parse(basis).ok_or_else(unknown)?;
    let cases = distinct(cases);
    let guard = app.erasures.guard();
    if dry_run {
        let planned = act(app, move |erasures| erasures.plan(&cases, &people)).await?;
        let plan = DestructionPlan::of(&planned, cannot_ask(guard, &caller));
        return Ok(Json(DestructionAnswer::Plan(plan)).into_response());
    }
    let missing =
        || invalid("plan: missing; make a dry run (?dry_run=true) first, and send its `plan`".to_owned());
    let malformed = || invalid("plan: not 64 digits of lower-case hexadecimal".to_owned());
    let plan = Hash::from_hex(plan.ok_or_else(missing)?.as_bytes()).ok_or_else(malformed)?;
    caller.is_still_valid()?;
    let (by, now) = (caller.0.principal(), app.now());
    let asked =
        act(app, move |erasures| erasures.request(cases, people, basis, plan, by.as_str(), now)).await?;
    let answer = DestructionAnswer::Requested(Box::new(Destruction::of(asked, guard, &caller)));
    Ok((StatusCode::CREATED, Json(answer)).into_response())
}

/// Why somebody cannot ask for a destruction, if they cannot.
fn cannot_ask(guard: Guard, caller: &Caller) -> Option<String> {
    guard.may_ask(caller.0.principal().as_str()).err().map(|error| error.to_string())
}

/// Authorise a destruction
///
/// By another token than the one that asked for it. Where people sign in with accounts, by another account: nobody knows
/// whose a token is, so an account and a token never count as two people.
#[utoipa::path(
    post,
    path = "/v1/destructions/{id}/authorise",
    operation_id = "authorise_destruction",
    tag = "personal data",
    params(("id" = u64, Path, description = "Its number", maximum = 9_007_199_254_740_991_u64)),
    responses((status = 200, description = "Authorised", body = Destruction)),
    security(("token" = ["admin", "officer"])),
)]
pub(super) async fn authorise(
    State(app): State<Arc<App>>,
    caller: Caller,
    id: Result<Path<u64>, PathRejection>,
) -> Result<Response, Problem> {
    may_destroy(&caller)?;
    let (number, by) = (number(id)?, caller.0.principal());
    let guard = app.erasures.guard();
    let request = act(app, move |erasures| erasures.authorise(number, by.as_str())).await?;
    Ok(Json(Destruction::of(request, guard, &caller)).into_response())
}

/// Cancel a destruction
///
/// By any token that may ask for one, until it is carried out.
#[utoipa::path(
    post,
    path = "/v1/destructions/{id}/cancel",
    operation_id = "cancel_destruction",
    tag = "personal data",
    params(("id" = u64, Path, description = "Its number", maximum = 9_007_199_254_740_991_u64)),
    responses((status = 200, description = "Cancelled", body = Destruction)),
    security(("token" = ["admin", "officer"])),
)]
pub(super) async fn cancel(
    State(app): State<Arc<App>>,
    caller: Caller,
    id: Result<Path<u64>, PathRejection>,
) -> Result<Response, Problem> {
    may_destroy(&caller)?;
    let (number, by) = (number(id)?, caller.0.principal());
    let guard = app.erasures.guard();
    let request = act(app, move |erasures| erasures.cancel(number, by.as_str())).await?;
    Ok(Json(Destruction::of(request, guard, &caller)).into_response())
}

fn number(id: Result<Path<u64>, PathRejection>) -> Result<u64, Problem> {
    let Path(number) =
        id.map_err(|_| Problem::new("not_found", "a destruction's number is a whole number"))?;
    Ok(number)
}

fn may_destroy(caller: &Caller) -> Result<(), Problem> {
    caller.needs(DESTROYERS)?;
    unnarrowed(caller)
}

/// What is destroyed may lie in every group and unit.
fn unnarrowed(caller: &Caller) -> Result<(), Problem> {
    match caller.0.scope.is_everything() {
        true => Ok(()),
        false => Err(Problem::new("out_of_scope", "destroying needs a token that is not narrowed")),
    }
}

/// A piece of work that reads and waits, to its end even if the client goes away meanwhile.
async fn act<T: Send + 'static>(
    app: Arc<App>,
    work: impl FnOnce(&Erasures) -> Result<T, ErasureError> + Send + 'static,
) -> Result<T, Problem> {
    let done = tokio::task::spawn_blocking(move || work(&app.erasures)).await;
    Ok(done.map_err(|error| Problem::internal("a destruction cannot be worked on", &error))??)
}
