//! Around every request: an id, one line in the log, its numbers, and a handler that fails fails alone.

use std::any::Any;
use std::fmt;
use std::panic::AssertUnwindSafe;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Instant;

use axum::body::{Body, to_bytes};
use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderValue, Method, Response, Uri};
use axum::middleware::Next;
use axum::response::IntoResponse as _;
use futures_util::FutureExt as _;

use super::metrics::{Metrics, RefusalLabels, RequestLabels};
use super::problem::{Problem, Refused};
use super::reads::Reads;
use crate::net::Peer;
use crate::tokens::Grant;

static NEXT: AtomicU64 = AtomicU64::new(1);

/// Names a request within this run of the server: `r1`, `r2` …
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RequestId(u64);

impl RequestId {
    fn next() -> RequestId {
        RequestId(NEXT.fetch_add(1, Ordering::Relaxed))
    }
}

impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "r{}", self.0)
    }
}

tokio::task_local! {
    static AT_WORK: AtWork;
}

/// A request that is at work.
struct AtWork {
    id: RequestId,
    /// Whose it is, once that is known.
    caller: OnceLock<Arc<Grant>>,
}

/// Notes whose request is at work.
pub(super) fn note_caller(caller: &Arc<Grant>) {
    // Outside of a request there is nobody to note it for.
    let _nobody = AT_WORK.try_with(|work| drop(work.caller.set(caller.clone())));
}

/// The request that is at work on this thread right now, so that the log can name it.
#[must_use]
pub fn request_at_work() -> Option<RequestId> {
    AT_WORK.try_with(|work| work.id).ok()
}

/// What every request is counted in.
#[derive(Debug, Clone)]
pub(super) struct Around {
    pub(super) metrics: Arc<Metrics>,
    pub(super) reads: Arc<Reads>,
}

/// Runs a request.
pub(super) async fn around(
    State(Around { metrics, reads }): State<Around>,
    request: Request,
    next: Next,
) -> Response<Body> {
    let (start, id) = (Instant::now(), RequestId::next());
    let method = method_name(request.method());
    let route =
        request.extensions().get::<MatchedPath>().map_or("none".to_owned(), |path| path.as_str().to_owned());
    let peer = request.extensions().get::<Peer>().map(|peer| peer.0);
    let work = AtWork { id, caller: OnceLock::new() };
    let handling = async {
        let answered = AssertUnwindSafe(next.run(request)).catch_unwind().await;
        (answered, AT_WORK.with(|work| work.caller.get().cloned()))
    };
    let (answered, caller) = AT_WORK.scope(work, handling).await;
    let mut response = match answered {
        Ok(response) => response,
        Err(panic) => {
            metrics.panics.inc();
            tracing::error!(%id, panic = panic_message(&*panic), "a handler panicked");
            Problem::new("internal", "a mistake in the program; the log has more, under this request's id")
                .into_response()
        }
    };
    let reason = response.extensions_mut().remove::<Refused>().map(|Refused(reason)| reason);
    if let Ok(value) = HeaderValue::try_from(id.to_string()) {
        response.headers_mut().insert("x-request-id", value);
    }
    response.headers_mut().insert("x-content-type-options", HeaderValue::from_static("nosniff"));
    let (status, duration) = (response.status().as_u16(), start.elapsed());
    if let Some(caller) = caller.filter(|_| method == "GET" && response.status().is_success()) {
        reads.count(&caller.name, &route);
    }
    metrics.seconds.observe(duration.as_secs_f64());
    // What the client wrote itself, path and query, may hold personal data: only the pattern is kept.
    let micros = u64::try_from(duration.as_micros()).unwrap_or(u64::MAX);
    match &reason {
        None => {
            tracing::info!(%id, method, route, status, micros, peer = peer.map(tracing::field::display), "request")
        }
        Some(reason) => {
            metrics.refusals.get_or_create(&RefusalLabels { reason: reason.clone() }).inc();
            tracing::info!(%id, method, route, status, micros, reason, peer = peer.map(tracing::field::display), "request");
        }
    }
    metrics.requests.get_or_create(&RequestLabels { method, route, status }).inc();
    if reason.is_some() { with_instance(response, id).await } else { response }
}

/// Puts the request's id into a problem.
async fn with_instance(response: Response<Body>, id: RequestId) -> Response<Body> {
    const PROBLEM_BYTES_MAX: usize = 1024 * 1024;
    let (mut parts, body) = response.into_parts();
    let Ok(bytes) = to_bytes(body, PROBLEM_BYTES_MAX).await else {
        return Response::from_parts(parts, Body::empty());
    };
    let Some(inner) = bytes.strip_suffix(b"}") else { return Response::from_parts(parts, Body::from(bytes)) };
    let mut body = inner.to_vec();
    body.extend_from_slice(format!(",\"instance\":\"{id}\"}}").as_bytes());
    parts.headers.remove(axum::http::header::CONTENT_LENGTH);
    Response::from_parts(parts, Body::from(body))
}

/// A method's name, where it is one that is counted.
fn method_name(method: &Method) -> &'static str {
    match method.as_str() {
        "GET" => "GET",
        "HEAD" => "HEAD",
        "POST" => "POST",
        "PUT" => "PUT",
        "DELETE" => "DELETE",
        "OPTIONS" => "OPTIONS",
        _ => "other",
    }
}

fn panic_message(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<&str>().copied();
    text.or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("no message")
}

/// A path that there is not.
pub(super) async fn unknown_path(uri: Uri) -> Problem {
    let path: String = uri.path().chars().take(200).collect();
    Problem::new("not_found", format!("there is nothing at {path:?}; /docs lists what there is"))
}

/// A method that a path does not have.
pub(super) async fn unknown_method(method: Method) -> Problem {
    Problem::new("method_not_allowed", format!("this path has no {method}; /docs lists what there is"))
}

#[cfg(test)]
mod tests {
    use axum::Router;
    use axum::routing::get;
    use tower::ServiceExt as _;

    use super::*;
    use crate::testing::Kept;

    /// Status, id and body of an answer.
    async fn ask(router: &Router, path: &str) -> (u16, String, String) {
        let request = axum::http::Request::get(path).body(Body::empty()).unwrap();
        let response = router.clone().oneshot(request).await.unwrap();
        let id = response.headers()["x-request-id"].to_str().unwrap().to_owned();
        let status = response.status().as_u16();
        let body = to_bytes(response.into_body(), 10_000).await.unwrap();
        (status, id, String::from_utf8(body.to_vec()).unwrap())
    }

    #[tokio::test]
    async fn a_handler_that_panics_fails_alone_and_the_log_has_its_id() {
        let log = Kept::default();
        let lines = tracing_subscriber::fmt().with_writer(log.clone()).with_ansi(false).finish();
        let _logging = tracing::subscriber::set_default(lines);
        let metrics = Arc::new(Metrics::new());
        let router = Router::new()
            .route("/panics", get(async || -> &'static str { panic!("on purpose") }))
            .route("/names", get(async || request_at_work().unwrap().to_string()))
            .layer(axum::middleware::from_fn_with_state(
                Around { metrics: metrics.clone(), reads: Arc::new(Reads::new(1)) },
                around,
            ));
        let (status, id, body) = ask(&router, "/panics").await;
        let problem: serde_json::Value = serde_json::from_str(&body).unwrap();
        assert_eq!((status, &problem["instance"]), (500, &serde_json::Value::from(id.as_str())));
        assert!(!body.contains("on purpose"), "{body}");
        let logged = log.text();
        let line = logged.lines().find(|line| line.contains("on purpose")).unwrap();
        assert!(line.contains(&format!("id={id} ")), "{line}");
        assert_eq!(metrics.panics.get(), 1);
        // The next one is served, and knows its own id.
        let (status, next, body) = ask(&router, "/names").await;
        assert_eq!((status, &body), (200, &next));
        assert_ne!(next, id);
        assert_eq!(request_at_work(), None);
    }
}
