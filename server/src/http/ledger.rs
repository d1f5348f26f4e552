//! `GET /v1/ledger`: where the ledger stands, and that it only grew.

use std::sync::Arc;

use axum::extract::{Query, State};
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use muniment_core::tree::proof;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::App;
use super::answer::Json;
use super::caller::Caller;
use super::problem::Problem;

/// Where the ledger stands.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct LedgerState {
    /// The ledger's name, and that of its key.
    origin: String,
    /// The data controller whose ledger it is.
    controller: String,
    /// `production` or `test`.
    purpose: &'static str,
    /// Number of entries.
    size: u64,
    /// BLAKE3 of the last entry's line.
    head: String,
    /// RFC 6962 root over all entries, base64.
    root: String,
    /// The signed checkpoint of this size and root, a C2SP signed note.
    checkpoint: String,
    /// The public key, as C2SP signed notes write it.
    vkey: String,
    /// Entries that searches find; a moment behind `size`.
    indexed_size: u64,
}

/// Where the ledger stands
///
/// Its size, last hash and root, a checkpoint over them signed now, and the public key.
#[utoipa::path(
    get,
    path = "/v1/ledger",
    tag = "ledger",
    responses((status = 200, description = "Size, head, root, checkpoint and public key", body = LedgerState)),
    security(("token" = [])),
)]
pub(super) async fn ledger(State(app): State<Arc<App>>, _caller: Caller) -> Result<Response, Problem> {
    let unreadable = |error| Problem::internal("the tree cannot be read", &error);
    let (checkpoint, head) = app.ledger.checkpoint_and_head().map_err(unreadable)?;
    let state = LedgerState {
        origin: checkpoint.origin.clone(),
        controller: app.genesis.controller.clone(),
        purpose: app.genesis.purpose.as_str(),
        size: checkpoint.size,
        head: head.last.to_string(),
        root: STANDARD.encode(checkpoint.root.0),
        checkpoint: app.ledger.sign(&checkpoint),
        vkey: app.ledger.origins().vkey().to_string(),
        indexed_size: app.index.indexed_size(),
    };
    Ok(Json(state).into_response())
}

/// Two sizes of the ledger.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct ConsistencyQuery {
    /// The older size.
    #[param(minimum = 0, maximum = 9_007_199_254_740_991_u64)]
    from: u64,
    /// The newer size; the present one if not given.
    #[param(minimum = 0, maximum = 9_007_199_254_740_991_u64)]
    to: Option<u64>,
}

/// That a ledger of one size was extended to another.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Consistency {
    /// The older size.
    from: u64,
    /// The newer size.
    to: u64,
    /// RFC 6962 root at `to`, base64.
    root: String,
    /// RFC 6962 consistency proof, base64; empty if the sizes are the same or `from` is 0.
    proof: Vec<String>,
}

/// Proof that nothing was changed between two sizes
///
/// The RFC 6962 consistency proof from the tree of `from` entries to that of `to`.
#[utoipa::path(
    get,
    path = "/v1/ledger/consistency",
    tag = "ledger",
    params(ConsistencyQuery),
    responses((status = 200, description = "The proof", body = Consistency)),
    security(("token" = [])),
)]
pub(super) async fn consistency(
    State(app): State<Arc<App>>,
    _caller: Caller,
    query: Result<Query<ConsistencyQuery>, axum::extract::rejection::QueryRejection>,
) -> Result<Response, Problem> {
    let Query(query) = query.map_err(|error| Problem::new("bad_request", error.body_text()))?;
    let unreadable = |error| Problem::internal("the tree cannot be read", &error);
    let tree = app.ledger.tree();
    let to = query.to.unwrap_or(tree.size());
    if to > tree.size() || query.from > to {
        let detail = format!(
            "from={} to={to}: sizes must rise and the ledger has {} entries",
            query.from,
            tree.size()
        );
        return Err(Problem::new("bad_request", detail));
    }
    let proof = match query.from {
        0 => Vec::new(),
        from => proof::consistency(&*tree, from, to).map_err(unreadable)?,
    };
    let root = tree.root_at(to).map_err(unreadable)?;
    let encode = |hash: &muniment_core::hash::Hash| STANDARD.encode(hash.0);
    let proof = proof.iter().map(encode).collect();
    Ok(Json(Consistency { from: query.from, to, root: encode(&root), proof }).into_response())
}
