//! The style and the scripts of the pages. Their paths hold a digest of what they are, so that browsers keep them for good.

use std::sync::{Arc, LazyLock};

use axum::Router;
use axum::extract::{Path, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::get;

use super::Pages;
use super::look::Look;

const STYLE: &str = include_str!("static/style.css");
const SCRIPT: &str = include_str!("static/script.js");
const VERIFY: &str = include_str!("static/verify.js");
/// What the page that verifies runs.
static VERIFIER: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/verifier.wasm"));

static SCRIPT_PATH: LazyLock<String> = LazyLock::new(|| path_of("script", "js", SCRIPT.as_bytes()));
static VERIFY_PATH: LazyLock<String> = LazyLock::new(|| path_of("verify", "js", VERIFY.as_bytes()));
static VERIFIER_PATH: LazyLock<String> = LazyLock::new(|| path_of("verifier", "wasm", VERIFIER));

pub(super) fn routes() -> Router<Arc<Pages>> {
    Router::new()
        .route("/static/{file}", get(file))
        .route("/static/logo", get(logo))
        .route("/favicon.ico", get(async || StatusCode::NO_CONTENT))
}

/// Where the style is, with the organisation's colour in it.
pub(super) fn style_path(look: &Look) -> String {
    path_of("style", "css", style(look).as_bytes())
}

/// Where the script of all pages is.
pub(super) fn script_path() -> &'static str {
    &SCRIPT_PATH
}

/// Where the script of the page that verifies is.
pub(super) fn verify_path() -> &'static str {
    &VERIFY_PATH
}

/// Where the WebAssembly is that it runs.
pub(super) fn verifier_path() -> &'static str {
    &VERIFIER_PATH
}

fn path_of(name: &str, ending: &str, bytes: &[u8]) -> String {
    let digest = blake3::hash(bytes).to_hex();
    format!("/static/{name}-{}.{ending}", digest.get(..12).unwrap_or_default())
}

fn style(look: &Look) -> String {
    format!(":root {{ --brand: {}; }}\n{STYLE}", look.colour)
}

async fn file(State(pages): State<Arc<Pages>>, Path(file): Path<String>) -> Response {
    let path = format!("/static/{file}");
    let (body, media_type) = match () {
        () if path == *SCRIPT_PATH => (SCRIPT.as_bytes().to_vec(), "text/javascript; charset=utf-8"),
        () if path == *VERIFY_PATH => (VERIFY.as_bytes().to_vec(), "text/javascript; charset=utf-8"),
        () if path == *VERIFIER_PATH => (VERIFIER.to_vec(), "application/wasm"),
        // The digest is not asked for: the colour may have changed since the page was made.
        () if file.starts_with("style-") => (style(pages.app.look()).into_bytes(), "text/css; charset=utf-8"),
        () => return StatusCode::NOT_FOUND.into_response(),
    };
    served(body, media_type, "public, max-age=31536000, immutable")
}

async fn logo(State(pages): State<Arc<Pages>>) -> Response {
    match &pages.app.look().logo {
        Some((bytes, media_type)) => served(bytes.clone(), media_type, "public, max-age=3600"),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

pub(super) fn served(body: Vec<u8>, media_type: &'static str, cache: &'static str) -> Response {
    let mut response = body.into_response();
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(media_type));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static(cache));
    // A picture may be looked at by itself, and then runs nothing.
    headers.insert(
        CONTENT_SECURITY_POLICY,
        HeaderValue::from_static("default-src 'none'; style-src 'unsafe-inline'"),
    );
    response
}
