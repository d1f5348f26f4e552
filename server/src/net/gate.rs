//! The service of one connection: refuses what hyper lets through and should not, then asks the router.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use axum::Router;
use axum::body::{Body, Bytes};
use axum::http::{Method, Request, Response, StatusCode, Version, header};
use hyper::body::{Frame, Incoming, SizeHint};
use hyper::service::Service;
use tower::Service as _;

use super::activity::{Activity, InFlight};
use super::options::ConnectionLimits;
use super::problem::Problem;

/// The address at the other end of the connection, in every request's extensions. Behind a proxy it is the proxy's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Peer(pub SocketAddr);

/// The service of one connection.
pub(super) struct Gate {
    pub(super) router: Router,
    pub(super) peer: Peer,
    pub(super) limits: ConnectionLimits,
    pub(super) activity: Arc<Activity>,
}

impl Service<Request<Incoming>> for Gate {
    type Response = Response<Counted>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Response<Counted>, Infallible>> + Send>>;

    fn call(&self, mut request: Request<Incoming>) -> Self::Future {
        let in_flight = self.activity.begin(request.version() == Version::HTTP_2);
        if let Some(problem) = screen(&request, &self.limits) {
            return Box::pin(async move { Ok(counted(problem.into_response(), in_flight)) });
        }
        request.extensions_mut().insert(self.peer);
        // A router is always ready.
        let answer = self.router.clone().call(request);
        Box::pin(async move {
            let response = answer.await?;
            Ok(counted(response, in_flight))
        })
    }
}

fn counted(response: Response<Body>, in_flight: InFlight) -> Response<Counted> {
    response.map(|body| Counted { body, _in_flight: in_flight })
}

/// What is refused although hyper takes it.
fn screen<B>(request: &Request<B>, limits: &ConnectionLimits) -> Option<Problem> {
    let headers = request.headers();
    let refuse = |status, code, detail| Some(Problem { status, code, detail });
    let target_bytes = request.uri().path_and_query().map_or(0, |target| target.as_str().len());
    if target_bytes > limits.target_bytes_max {
        let detail =
            format!("the target has {target_bytes} bytes; at most {} bytes", limits.target_bytes_max);
        return refuse(StatusCode::URI_TOO_LONG, "target-too-long", detail);
    }
    if headers.len() > limits.headers_max {
        let detail = format!("the request has {} headers; at most {}", headers.len(), limits.headers_max);
        return refuse(StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE, "too-many-headers", detail);
    }
    if request.method() == Method::CONNECT {
        let detail = "this is no proxy, so it has no CONNECT".to_owned();
        return refuse(StatusCode::METHOD_NOT_ALLOWED, "connect-refused", detail);
    }
    // hyper takes any list of codings that ends in chunked, undoes the last and leaves the others to nobody.
    let mut codings = headers.get_all(header::TRANSFER_ENCODING).iter();
    if let Some(coding) = codings.next()
        && (codings.next().is_some() || !coding.as_bytes().eq_ignore_ascii_case(b"chunked"))
    {
        let detail = "the only transfer-encoding taken is one 'chunked'".to_owned();
        return refuse(StatusCode::NOT_IMPLEMENTED, "transfer-encoding-refused", detail);
    }
    // RFC 9112, 3.2: a proxy and we must not differ about whom a request is for.
    let hosts = headers.get_all(header::HOST).iter().count();
    if hosts > 1 || (hosts == 0 && request.version() == Version::HTTP_11) {
        let detail = format!("the request has {hosts} host headers; it must have one");
        return refuse(StatusCode::BAD_REQUEST, "host-not-one", detail);
    }
    None
}

/// An answer's body that keeps its request in the count of those in flight.
pub(super) struct Counted {
    body: Body,
    _in_flight: InFlight,
}

impl hyper::body::Body for Counted {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut self.body).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
