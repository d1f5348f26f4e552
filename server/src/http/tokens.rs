//! `/v1/tokens`: who may do what.

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::body::Body;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::header::CACHE_CONTROL;
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::App;
use super::answer::{Json, read_json};
use super::caller::Caller;
use super::problem::Problem;
use crate::query::Scope;
use crate::tokens::{Grant, Role, TokenError};

/// Largest request for a token.
const REQUEST_BYTES_MAX: usize = 256 * 1024;

/// What a token may do.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct TokenGrant {
    /// 1 to 64 of a-z, 0-9, `.`, `_` and `-`, the first a letter or digit; entries name it, so never a person's
    /// name, and never used twice.
    #[schema(example = "foi-casework", pattern = "^[a-z0-9][a-z0-9._-]{0,63}$")]
    name: String,
    /// `admin`, `auditor`, `officer`, `source`: one or several.
    #[schema(example = json!(["source"]), min_items = 1)]
    roles: Vec<String>,
    /// Only events of these groups, the first words of their types. All if not given.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    #[schema(example = json!(["request", "review"]), min_items = 1)]
    groups: Option<BTreeSet<String>>,
    /// Only events of these units (`data.unit`). All if not given.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    #[schema(example = json!(["housing"]), min_items = 1)]
    units: Option<BTreeSet<String>>,
    /// Only events whose source is this or lies below it. The role `source` needs it.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    #[schema(example = "/systems/foi-casework")]
    source_prefix: Option<String>,
}

impl TokenGrant {
    fn of(grant: &Grant) -> TokenGrant {
        TokenGrant {
            name: grant.name.clone(),
            roles: grant.roles.iter().map(|role| role.as_str().to_owned()).collect(),
            groups: grant.scope.groups.clone(),
            units: grant.scope.units.clone(),
            source_prefix: grant.scope.source_prefix.clone(),
        }
    }
}

/// The tokens that were not revoked.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct TokenList {
    /// By name.
    tokens: Vec<TokenGrant>,
}

/// A token that was just made.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct CreatedToken {
    /// The token itself, shown this once: `Authorization: Bearer <token>`. The ledger keeps its SHA-256 only.
    token: String,
    /// What it may do.
    grant: TokenGrant,
    /// The entry that records it.
    seq: u64,
}

/// Tokens
#[utoipa::path(
    get,
    path = "/v1/tokens",
    operation_id = "list_tokens",
    tag = "tokens",
    responses((status = 200, description = "Those that were not revoked and do not reach beyond the caller's", body = TokenList)),
    security(("token" = ["admin"])),
)]
pub(super) async fn list(State(app): State<Arc<App>>, caller: Caller) -> Result<Response, Problem> {
    caller.needs(&[Role::Admin])?;
    let visible = |grant: &Arc<Grant>| Grant::clone(grant).within(&caller.0).is_ok();
    let tokens = app.tokens.list().into_iter().filter(visible);
    Ok(Json(TokenList { tokens: tokens.map(|grant| TokenGrant::of(&grant)).collect() }).into_response())
}

/// Make a token
///
/// It cannot reach beyond the token that asks for it. An event, `token.created`, records it.
#[utoipa::path(
    post,
    path = "/v1/tokens",
    operation_id = "create_token",
    tag = "tokens",
    request_body(content = TokenGrant, content_type = "application/json"),
    responses((status = 201, description = "Made", body = CreatedToken)),
    security(("token" = ["admin"])),
)]
pub(super) async fn create(
    State(app): State<Arc<App>>,
    caller: Caller,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Problem> {
    caller.needs(&[Role::Admin])?;
    let wanted: TokenGrant = read_json(&app, &headers, body, REQUEST_BYTES_MAX, "invalid_token").await?;
    let scope = Scope { groups: wanted.groups, units: wanted.units, source_prefix: wanted.source_prefix };
    let grant = Grant::new(&wanted.name, &wanted.roles, scope, app.ledger.origins())
        .and_then(|grant| grant.within(&caller.0))
        .map_err(|error| Problem::new("invalid_token", error.to_string()))?;
    caller.is_still_valid()?;
    let by = caller.0.principal();
    let creating = async move { app.tokens.create(&app.ledger, &grant, by.as_str()).await };
    let made = to_its_end(creating).await?;
    let answer = CreatedToken {
        token: made.secret.to_string(),
        grant: TokenGrant::of(&made.grant),
        seq: made.appended.seq,
    };
    let mut response = (StatusCode::CREATED, Json(answer)).into_response();
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(response)
}

/// Revoke a token
///
/// From the moment that this is answered the token does nothing more, and streams that it opened end.
#[utoipa::path(
    delete,
    path = "/v1/tokens/{name}",
    operation_id = "revoke_token",
    tag = "tokens",
    params(("name" = String, Path, description = "Its name")),
    responses((status = 204, description = "Revoked")),
    security(("token" = ["admin"])),
)]
pub(super) async fn revoke(
    State(app): State<Arc<App>>,
    caller: Caller,
    name: Result<Path<String>, PathRejection>,
) -> Result<StatusCode, Problem> {
    caller.needs(&[Role::Admin])?;
    let Path(name) = name.map_err(|error| Problem::new("bad_request", error.body_text()))?;
    let found = app.tokens.list().into_iter().find(|grant| grant.name == name);
    let reachable = found.filter(|grant| Grant::clone(grant).within(&caller.0).is_ok());
    if reachable.is_none() {
        return Err(Problem::new("not_found", format!("there is no token named {name:?}")));
    }
    let by = caller.0.principal();
    to_its_end(async move { app.tokens.revoke(&app.ledger, &name, by.as_str()).await }).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Does a piece of work to its end even if the client goes away meanwhile: what the ledger says about tokens and
/// what is done about them never differ.
async fn to_its_end<T: Send + 'static>(
    work: impl Future<Output = Result<T, TokenError>> + Send + 'static,
) -> Result<T, Problem> {
    let done = tokio::spawn(work).await;
    Ok(done.map_err(|error| Problem::internal("a token cannot be changed", &error))??)
}
