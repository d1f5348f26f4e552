//! Tests over loopback: a small router, raw sockets, and times of milliseconds.

mod bodies;
mod clients;
mod crowds;
mod hostile;
mod stopping;
mod times;
mod tls;

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::Extension;
use axum::http::StatusCode;
use axum::routing::{get, post};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tokio::time::{sleep, timeout};

use super::{BodyError, BodyTime, ConnectionStats, ListenOptions, Listener, Peer, read_body};

/// The limit of `/echo`, in bytes.
const ECHO_BYTES_MAX: usize = 64 * 1024;

/// More than any test needs, so that a mistake fails instead of hanging.
const PATIENCE: Duration = Duration::from_secs(10);

/// A listener that runs until it is told to stop.
struct Running {
    address: SocketAddr,
    stats: Arc<ConnectionStats>,
    /// Requests to paths that no test means to ask for.
    strays: Arc<AtomicUsize>,
    stop: Option<oneshot::Sender<()>>,
    task: JoinHandle<()>,
}

impl Running {
    fn start(options: &ListenOptions) -> Running {
        let listener = Listener::bind(options).expect("it listens");
        let (stop, stopped) = oneshot::channel();
        let address = listener.local_address();
        let stats = listener.stats();
        let strays = Arc::new(AtomicUsize::new(0));
        let router = router(Arc::clone(&strays));
        let task = tokio::spawn(listener.run(router, async {
            let _ = stopped.await;
        }));
        Running { address, stats, strays, stop: Some(stop), task }
    }

    async fn connect(&self) -> TcpStream {
        TcpStream::connect(self.address).await.expect("it accepts")
    }

    /// Sends bytes on a connection of their own, and reads until the other side closes it.
    async fn exchange(&self, bytes: &[u8]) -> String {
        let mut stream = self.connect().await;
        // A server that refuses early may close while we still write.
        let _ = stream.write_all(bytes).await;
        read_to_end(&mut stream).await
    }

    fn tell_to_stop(&mut self) {
        drop(self.stop.take());
    }

    async fn stop(mut self) {
        self.tell_to_stop();
        timeout(PATIENCE, self.task).await.expect("it stops").expect("it does not panic");
    }
}

/// Loopback, a port of the system's choice, and times for tests.
fn options() -> ListenOptions {
    let mut options = ListenOptions::new(SocketAddr::from(([127, 0, 0, 1], 0)));
    options.times.farewell = Duration::from_millis(300);
    options.times.stop = Duration::from_millis(500);
    options.times.certificate_check = Duration::from_millis(20);
    options
}

fn router(strays: Arc<AtomicUsize>) -> Router {
    let stray = move || async move {
        strays.fetch_add(1, Relaxed);
        StatusCode::NOT_FOUND
    };
    Router::new()
        .route("/", get(async || "ok"))
        .route("/peer", get(async |Extension(peer): Extension<Peer>| peer.0.to_string()))
        .route("/echo", post(echo))
        .route("/large", get(async || vec![b'x'; 64 * 1024 * 1024]))
        .route("/slow", get(async || sleep(Duration::from_millis(150)).await))
        .route("/stuck", get(async || std::future::pending::<()>().await))
        .route("/panic", get(async || -> &'static str { panic!("on purpose") }))
        .fallback(stray)
}

async fn echo(body: Body) -> Result<axum::body::Bytes, (StatusCode, String)> {
    let time = BodyTime {
        pause: Duration::from_millis(100),
        total: Duration::from_millis(250),
        bytes_per_second_min: 1_000_000,
    };
    read_body(body, ECHO_BYTES_MAX, &time).await.map_err(|error| {
        let status = match error {
            BodyError::DeclaredTooLarge { .. } | BodyError::TooLarge { .. } => StatusCode::PAYLOAD_TOO_LARGE,
            BodyError::Stalled { .. } | BodyError::TooSlow { .. } => StatusCode::REQUEST_TIMEOUT,
            BodyError::Broken(_) => StatusCode::BAD_REQUEST,
        };
        (status, error.to_string())
    })
}

/// What comes until the other side closes or resets.
async fn read_to_end(stream: &mut (impl AsyncRead + Unpin)) -> String {
    let mut bytes = Vec::new();
    let ended = timeout(PATIENCE, stream.read_to_end(&mut bytes)).await;
    assert!(ended.is_ok(), "not closed after {:?}", String::from_utf8_lossy(&bytes));
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Reads one answer whose body is short and has a length.
async fn read_answer(stream: &mut (impl AsyncRead + Unpin)) -> String {
    let mut answer = String::new();
    while !answer.contains("\r\n\r\n") {
        answer.push(char::from(timeout(PATIENCE, stream.read_u8()).await.expect("in time").expect("a byte")));
    }
    let length = answer.lines().find_map(|line| line.strip_prefix("content-length: ")).unwrap_or("0");
    let mut body = vec![0; length.parse().expect("a length")];
    stream.read_exact(&mut body).await.expect("a body");
    answer + &String::from_utf8_lossy(&body)
}

/// Waits until something is so.
async fn until(what: &str, is_so: impl Fn() -> bool) {
    let waiting = async {
        while !is_so() {
            sleep(Duration::from_millis(2)).await;
        }
    };
    assert!(timeout(PATIENCE, waiting).await.is_ok(), "never so: {what}");
}
