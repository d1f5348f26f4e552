//! One connection, from the handshake to the goodbye.

use std::future::poll_fn;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;

use axum::Router;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio::time::{Instant, sleep_until, timeout};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;
use tracing::debug;

use super::activity::{Activity, Reason};
use super::gate::{Gate, Peer};
use super::options::{ConnectionLimits, ConnectionTimes};
use super::stats::{ConnectionStats, Open};
use super::tls::Tls;
use super::watched::Watched;

/// Streams that an HTTP/2 peer may open and reset before we have looked at them (CVE-2023-44487).
const STREAMS_RESET_PENDING_MAX: usize = 20;

/// Streams that an HTTP/2 peer may make us reset by its mistakes (CVE-2025-8671).
const STREAMS_RESET_BY_US_MAX: usize = 128;

/// Header lines that hyper takes if it is not told.
const HEADERS_MAX_OF_HYPER: usize = 100;

/// Bytes of a body that an HTTP/2 peer may send ahead of its reader: one stream, and all of a connection.
const STREAM_WINDOW_BYTES: u32 = 256 * 1024;
const CONNECTION_WINDOW_BYTES: u32 = 1024 * 1024;

/// Bytes of answers that are kept for a slow HTTP/2 peer, for each stream.
const STREAM_SEND_BYTES_MAX: usize = 64 * 1024;

/// What all connections of a listener share.
pub(super) struct Shared {
    pub(super) engine: auto::Builder<TokioExecutor>,
    pub(super) router: Router,
    pub(super) limits: ConnectionLimits,
    pub(super) times: ConnectionTimes,
    pub(super) stats: Arc<ConnectionStats>,
    pub(super) tls: Option<Arc<Tls>>,
    /// Turns true once, at the stop.
    pub(super) stopping: watch::Receiver<bool>,
}

/// hyper's settings for both versions.
pub(super) fn engine(limits: &ConnectionLimits, times: &ConnectionTimes) -> auto::Builder<TokioExecutor> {
    let mut engine = auto::Builder::new(TokioExecutor::new());
    engine
        .http1()
        .timer(TokioTimer::new())
        // `Activity` times heads: hyper's own time-out would also close connections that merely wait.
        .header_read_timeout(None)
        // A head that does not fit into the buffer is answered 431.
        .max_buf_size(limits.head_bytes_max as usize);
    // Set at all, hyper takes memory for them from the heap at every request.
    if limits.headers_max != HEADERS_MAX_OF_HYPER {
        engine.http1().max_headers(limits.headers_max);
    }
    engine
        .http2()
        .timer(TokioTimer::new())
        .max_concurrent_streams(limits.streams_max)
        .max_header_list_size(limits.head_bytes_max)
        .max_pending_accept_reset_streams(STREAMS_RESET_PENDING_MAX)
        .max_local_error_reset_streams(STREAMS_RESET_BY_US_MAX)
        .initial_stream_window_size(STREAM_WINDOW_BYTES)
        .initial_connection_window_size(CONNECTION_WINDOW_BYTES)
        .max_send_buf_size(STREAM_SEND_BYTES_MAX)
        // A peer that is gone is noticed although a stream of events is open.
        .keep_alive_interval(times.idle / 2)
        .keep_alive_timeout(times.idle / 2);
    engine
}

/// Serves one connection until it ends.
pub(super) async fn serve(stream: TcpStream, peer: SocketAddr, shared: Arc<Shared>, open: Open) {
    if let Err(error) = stream.set_nodelay(true) {
        debug!(%peer, %error, "small answers may be late");
    }
    match &shared.tls {
        None => drive(stream, peer, &shared).await,
        Some(tls) => {
            if let Some(stream) = handshake(stream, peer, tls, &shared).await {
                drive(stream, peer, &shared).await;
            }
        }
    }
    drop(open);
}

async fn handshake(
    stream: TcpStream,
    peer: SocketAddr,
    tls: &Tls,
    shared: &Shared,
) -> Option<Box<TlsStream<TcpStream>>> {
    let mut stopping = shared.stopping.clone();
    let accepting = timeout(shared.times.handshake, TlsAcceptor::from(tls.current()).accept(stream));
    let outcome = tokio::select! {
        outcome = accepting => outcome,
        _ = stopping.wait_for(|stopping| *stopping) => return None,
    };
    match outcome {
        Ok(Ok(stream)) => return Some(Box::new(stream)),
        Ok(Err(error)) => debug!(%peer, %error, "TLS handshake failed"),
        Err(_) => debug!(%peer, "TLS handshake took too long"),
    }
    shared.stats.count_tls_failure();
    None
}

/// Speaks HTTP until the connection ends, its time is up, or the listener stops.
async fn drive<T>(stream: T, peer: SocketAddr, shared: &Shared)
where
    T: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let times = &shared.times;
    let activity = Arc::new(Activity::new());
    let gate = Gate {
        router: shared.router.clone(),
        peer: Peer(peer),
        limits: shared.limits,
        activity: Arc::clone(&activity),
    };
    let io = TokioIo::new(Watched::new(stream, Arc::clone(&activity)));
    let mut connection = pin!(shared.engine.serve_connection(io, gate));
    let mut stopping = shared.stopping.clone();
    let mut stopped = pin!(stopping.wait_for(|stopping| *stopping));
    let mut timer = pin!(sleep_until(Instant::now() + times.idle));
    let mut goodbye = false;
    loop {
        let armed = timer.deadline();
        let progress = poll_fn(|cx| match connection.as_mut().poll(cx) {
            Poll::Ready(ended) => Poll::Ready(Some(ended)),
            // Something has begun that has less time than what we wait for.
            Poll::Pending if activity.deadline(times).is_some_and(|(at, _)| at < armed) => Poll::Ready(None),
            Poll::Pending => Poll::Pending,
        });
        tokio::select! {
            biased;
            ended = progress => if let Some(ended) = ended {
                if let Err(error) = ended {
                    debug!(%peer, %error, "connection ended");
                }
                return;
            },
            _ = &mut stopped, if !goodbye => {
                goodbye = true;
                if activity.is_quiet() { activity.close_at_rest() } else { activity.closing() }
                connection.as_mut().graceful_shutdown();
            }
            () = &mut timer => {}
        }
        match activity.deadline(times) {
            Some((at, Reason::Idle)) if at <= Instant::now() => {
                goodbye = true;
                shared.stats.count_idle_closed();
                activity.close_at_rest();
                connection.as_mut().graceful_shutdown();
            }
            Some((at, reason)) if at <= Instant::now() => {
                if reason != Reason::Farewell {
                    debug!(%peer, ?reason, "connection cut");
                    shared.stats.count_timed_out();
                }
                return;
            }
            Some((at, _)) => timer.as_mut().reset(at),
            // While a request is served, a look now and then is enough: what begins wakes this task.
            None => timer.as_mut().reset(Instant::now() + times.idle),
        }
    }
}
