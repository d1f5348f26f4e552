//! `/tlog/`: the ledger as C2SP tlog-tiles publishes logs. Checkpoint and hash tiles are public.

use std::sync::Arc;

use axum::extract::rejection::PathRejection;
use axum::extract::{FromRequestParts, Path, Request, State};
use axum::http::HeaderValue;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use muniment_core::limits::TILE_HASHES;
use muniment_core::tree::tile::{LevelHashes as _, TileKind, TilePath, level_length};

use super::App;
use super::caller::Caller;
use super::problem::Problem;
use crate::tokens::Role;

/// The checkpoint
///
/// A C2SP signed note over the ledger as it is now.
#[utoipa::path(
    get,
    path = "/tlog/checkpoint",
    tag = "tlog",
    responses((status = 200, description = "The signed checkpoint", body = String, content_type = "text/plain; charset=utf-8")),
    security(()),
)]
pub(super) async fn checkpoint(State(app): State<Arc<App>>) -> Response {
    let note = app.ledger.sign(&app.ledger.checkpoint());
    let mut response = note.into_response();
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("public, max-age=2"));
    response
}

/// A tile
///
/// `{level}/{index}` or `{level}/{index}.p/{width}` for hashes, `entries/{index}` for an entry bundle; the index
/// in groups of three digits, all but the last with an `x` before them. Bundles hold the entries themselves:
/// they need a token with the role auditor and no narrowing, unless the ledger's are public.
#[utoipa::path(
    get,
    path = "/tlog/tile/{*path}",
    tag = "tlog",
    params(("path" = String, Path, description = "As C2SP tlog-tiles says, such as `0/x001/234` or `entries/000.p/7`")),
    responses((status = 200, description = "Hashes of 32 bytes each, or for a bundle 16-bit lengths and lines", body = Vec<u8>, content_type = "application/octet-stream")),
    security((), ("token" = ["auditor"])),
)]
pub(super) async fn tile(
    State(app): State<Arc<App>>,
    path: Result<Path<String>, PathRejection>,
    request: Request,
) -> Result<Response, Problem> {
    let Path(path) = path.map_err(|error| Problem::new("bad_request", error.body_text()))?;
    let wrong = || Problem::new("not_found", format!("{path:?} is no tile of C2SP tlog-tiles"));
    let tile: TilePath = format!("tile/{path}").parse().map_err(|_| wrong())?;
    let public = tile.kind != TileKind::Entries || app.tlog_entries_public;
    if !public {
        let (mut parts, _) = request.into_parts();
        let caller = Caller::from_request_parts(&mut parts, &app).await?;
        caller.needs(&[Role::Auditor])?;
        if !caller.0.scope.is_everything() {
            let detail = "entry bundles hold entries of every group: they need a token that is not narrowed";
            return Err(Problem::new("out_of_scope", detail));
        }
    }
    let content = content(&app, &tile).await?;
    let mut response = content.into_response();
    let cache =
        if public { "public, max-age=31536000, immutable" } else { "private, max-age=31536000, immutable" };
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/octet-stream"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static(cache));
    Ok(response)
}

async fn content(app: &App, tile: &TilePath) -> Result<Vec<u8>, Problem> {
    let unreadable = |error: std::io::Error| Problem::internal("a tile cannot be read", &error);
    let width = u64::from(tile.width);
    let end = tile.start().checked_add(width);
    let length = level_length(tile.kind.level(), app.ledger.tree().size());
    let Some(end) = end.filter(|end| *end <= length && (1..=TILE_HASHES).contains(&width)) else {
        return Err(Problem::new("not_found", format!("the ledger is not large enough for {tile}")));
    };
    match tile.kind {
        TileKind::Hashes(level) => {
            let count = usize::from(tile.width);
            let hashes = app.ledger.tree().read(level, tile.start(), count).map_err(unreadable)?;
            Ok(hashes.iter().flat_map(|hash| hash.0).collect())
        }
        TileKind::Entries => {
            // The tree, and so a checkpoint, may be a moment ahead of the lines that are served.
            let mut sizes = app.ledger.sizes();
            let _there = sizes.wait_for(|size| *size >= end).await.is_ok();
            let lines = app.ledger.lines(tile.start(), end).map_err(unreadable)?;
            let mut bundle = Vec::with_capacity(lines.len() + usize::from(tile.width));
            for line in lines.strip_suffix(b"\n").unwrap_or(&lines).split(|byte| *byte == b'\n') {
                // The limit of an entry is the largest number of 16 bits.
                bundle.extend_from_slice(&u16::try_from(line.len()).unwrap_or(u16::MAX).to_be_bytes());
                bundle.extend_from_slice(line);
            }
            Ok(bundle)
        }
    }
}
