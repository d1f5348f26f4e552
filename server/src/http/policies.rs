//! `/v1/policies`: what each policy asks for, clause by clause, and what is evidence of it.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use muniment_core::policy::{Policy, PolicyClause};
use serde::Serialize;
use utoipa::ToSchema;

use super::App;
use super::answer::Json;
use super::caller::Caller;
use super::problem::Problem;
use crate::definitions::{DefinitionError, FILE_BYTES_MAX};
use crate::tokens::Role;

/// A policy, in short.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct PolicySummary {
    /// Its short name.
    #[schema(example = "leicester")]
    id: String,
    /// What it is called.
    title: String,
    /// Whose policy it is.
    organisation: String,
    /// Which version.
    version: String,
    /// What it is about.
    description: String,
    /// How many clauses it has.
    clauses: usize,
    /// The file of the data directory that declares it; none for those that come with the program.
    file: Option<String>,
}

/// Every policy that is known.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct PolicyList {
    /// Those that come with the program, then the organisation's own.
    policies: Vec<PolicySummary>,
}

/// A clause of a policy.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ClauseView {
    /// Its stable id, which need not be the printed number.
    #[schema(example = "L9.2.g")]
    id: String,
    /// What it asks for, in other words than the policy's own.
    says: String,
    /// The event types that are evidence of it: `asset.registered`, or `request.*` for all of a group.
    types: Vec<String>,
    /// What is measured, if anything.
    rule: Option<String>,
    /// The alerts that say that it was not done.
    alerts: Vec<ClauseAlert>,
    /// The sections of the annual report that it is reported in.
    sections: Vec<String>,
}

/// An alert that says that a clause was not kept.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ClauseAlert {
    /// Its code.
    #[schema(example = "A-BRC-4")]
    code: String,
    /// What it is called; none where it belongs to a plugin of the organisation's own.
    title: Option<String>,
    /// Whether a plugin that comes with the program raises it.
    raised: bool,
}

/// A policy, clause by clause.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct PolicyView {
    /// In short.
    #[serde(flatten)]
    summary: PolicySummary,
    /// In the policy's own order.
    clause_map: Vec<ClauseView>,
}

fn summary(policy: &Policy) -> PolicySummary {
    let Policy { id, title, organisation, version, description, file, clauses } = policy;
    PolicySummary {
        id: id.clone(),
        title: title.clone(),
        organisation: organisation.clone(),
        version: version.clone(),
        description: description.clone(),
        clauses: clauses.len(),
        // The program's own have no folder in front.
        file: Some(file.clone()).filter(|file| file.contains('/')),
    }
}

/// Policies
///
/// What the organisation is held to: the policies that come with the program, and its own.
#[utoipa::path(
    get,
    path = "/v1/policies",
    operation_id = "list_policies",
    tag = "policies",
    responses((status = 200, description = "Every policy", body = PolicyList)),
    security(("token" = [])),
)]
pub(super) async fn list(State(app): State<Arc<App>>, _caller: Caller) -> Response {
    let definitions = app.definitions.get();
    Json(PolicyList { policies: definitions.rulebook.policies().map(summary).collect() }).into_response()
}

/// One policy
///
/// Its clause map: what each clause asks for, which events are evidence of it, which alerts say that it was not done, and
/// where the annual report tells of it.
#[utoipa::path(
    get,
    path = "/v1/policies/{id}",
    operation_id = "get_policy",
    tag = "policies",
    params(("id" = String, Path, description = "Its short name", example = "leicester")),
    responses((status = 200, description = "The policy", body = PolicyView)),
    security(("token" = [])),
)]
pub(super) async fn one(
    State(app): State<Arc<App>>,
    _caller: Caller,
    id: Result<Path<String>, PathRejection>,
) -> Result<Response, Problem> {
    let Path(id) = id.map_err(|error| Problem::new("bad_request", error.body_text()))?;
    Ok(Json(view(&app, &id)?).into_response())
}

fn view(app: &App, id: &str) -> Result<PolicyView, Problem> {
    let definitions = app.definitions.get();
    let rulebook = &definitions.rulebook;
    let policy = rulebook.policy(id);
    let policy = policy.ok_or_else(|| Problem::new("not_found", format!("there is no policy {id:?}")))?;
    let alert = |code: &String| {
        let known = rulebook.alert(code);
        ClauseAlert {
            code: code.clone(),
            title: known.map(|alert| alert.title.clone()),
            raised: known.is_some() && !rulebook.not_yet_raised().any(|not_yet| not_yet == code),
        }
    };
    let clause = |clause: &PolicyClause| ClauseView {
        id: clause.id.clone(),
        says: clause.says.clone(),
        types: clause.types.clone(),
        rule: clause.rule.clone(),
        alerts: clause.alerts.iter().map(alert).collect(),
        sections: clause.sections.clone(),
    };
    Ok(PolicyView { summary: summary(policy), clause_map: policy.clauses.iter().map(clause).collect() })
}

/// Install a policy
///
/// The body is the policy's file, TOML of at most 1 MiB, in the form of those that come with the program. It takes the place
/// of the organisation's own policy of the same id. An event, `ledger.definition_changed`, pins its SHA-256.
#[utoipa::path(
    post,
    path = "/v1/policies",
    operation_id = "install_policy",
    tag = "policies",
    request_body(description = "The policy's file", content((String = "application/toml"), (String = "text/plain"))),
    responses((status = 201, description = "Installed", body = PolicyView)),
    security(("token" = ["admin"])),
)]
pub(super) async fn install(
    State(app): State<Arc<App>>,
    caller: Caller,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Problem> {
    caller.needs(&[Role::Admin])?;
    if !caller.0.scope.is_everything() {
        let detail = "a policy is about every group and unit: this needs a token that is not narrowed";
        return Err(Problem::new("out_of_scope", detail));
    }
    let body = app.bodies.read(&headers, body, false, FILE_BYTES_MAX).await?;
    let text = String::from_utf8(body.bytes.to_vec());
    let text = text.map_err(|_| Problem::new("invalid_policy", "the policy is not UTF-8"))?;
    caller.is_still_valid()?;
    let by = caller.0.principal();
    let at_work = app.clone();
    let installed = tokio::task::spawn_blocking(move || {
        let App { definitions, directory, ledger, .. } = &*at_work;
        definitions.install_policy(directory, ledger, &text, Some(by.as_str()))
    });
    let id = installed.await.map_err(|error| Problem::internal("a policy cannot be installed", &error))??;
    Ok((StatusCode::CREATED, Json(view(&app, &id)?)).into_response())
}

impl From<DefinitionError> for Problem {
    fn from(error: DefinitionError) -> Problem {
        let detail = error.to_string();
        match error {
            DefinitionError::Already(_) => Problem::new("policy_unchanged", detail),
            DefinitionError::Refused(refusal) => refusal.into(),
            DefinitionError::Io { .. } => Problem::internal("definitions cannot be kept", &detail),
            DefinitionError::File(_)
            | DefinitionError::UnknownClause { .. }
            | DefinitionError::TooLong { .. } => Problem::new("invalid_policy", detail),
        }
    }
}
