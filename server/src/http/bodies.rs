//! Request bodies: bounded one by one, and all together.

use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::HeaderMap;
use axum::http::header::CONTENT_LENGTH;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;

use super::problem::Problem;
use crate::net::{BodyError, BodyTime, read_body};

/// Bytes of bodies that are read and worked on at a time, of small ones whose size is declared.
const SMALL_BYTES_MAX: usize = 64 * 1024 * 1024;
/// The same of larger ones, and of those whose size is not known: in chunks, or compressed, which count as the
/// largest. They have a room of their own, so that slow ones only hold up each other.
const LARGE_BYTES_MAX: usize = 72 * 1024 * 1024;
/// The largest body that is small.
const SMALL_BODY_BYTES: usize = 1024 * 1024;
/// The same for whoever has not said who they are, so that they take nobody else's room: forms that sign somebody in.
const STRANGERS_SMALL_BYTES_MAX: usize = 4 * 1024 * 1024;
/// Forms of strangers that carry what was typed before a session ended.
const STRANGERS_LARGE_BYTES_MAX: usize = 8 * 1024 * 1024;
/// The largest form of a stranger that is small: where to go, and a secret.
const STRANGERS_SMALL_BODY_BYTES: usize = 16 * 1024;
/// The largest body of a stranger.
const STRANGERS_BODY_BYTES_MAX: usize = 1024 * 1024;
/// How long a body waits for room.
const WAIT: Duration = Duration::from_secs(5);
/// What one permit stands for.
const PERMIT_BYTES: usize = 1_024;

const _: () = assert!(STRANGERS_BODY_BYTES_MAX <= STRANGERS_LARGE_BYTES_MAX, "the largest finds room");

/// Room for small bodies, and room for larger ones.
#[derive(Debug)]
struct Rooms {
    small: Arc<Semaphore>,
    large: Arc<Semaphore>,
    /// The largest body that is small.
    small_body_bytes: usize,
}

impl Rooms {
    fn new(small_bytes: usize, large_bytes: usize, small_body_bytes: usize) -> Rooms {
        let room = |bytes: usize| Arc::new(Semaphore::new(bytes / PERMIT_BYTES));
        Rooms { small: room(small_bytes), large: room(large_bytes), small_body_bytes }
    }

    /// Waits until there is room for a body.
    async fn enter(&self, bytes: usize) -> Result<OwnedSemaphorePermit, Problem> {
        let room = if bytes <= self.small_body_bytes { &self.small } else { &self.large };
        let permits = u32::try_from(bytes.div_ceil(PERMIT_BYTES).max(1)).unwrap_or(u32::MAX);
        let full = || Problem::new("busy", "too many large bodies are being read; try again in a moment");
        let room = timeout(WAIT, room.clone().acquire_many_owned(permits)).await;
        room.map_err(|_| full())?.map_err(|_| full())
    }
}

/// The room for bodies.
#[derive(Debug)]
pub(super) struct Bodies {
    known: Rooms,
    strangers: Rooms,
    time: BodyTime,
}

/// A body, and the room that it takes while it is held.
#[derive(Debug)]
pub(super) struct HeldBody {
    pub(super) bytes: Bytes,
    _room: OwnedSemaphorePermit,
}

impl Bodies {
    pub(super) fn new(time: BodyTime) -> Bodies {
        Bodies {
            known: Rooms::new(SMALL_BYTES_MAX, LARGE_BYTES_MAX, SMALL_BODY_BYTES),
            strangers: Rooms::new(
                STRANGERS_SMALL_BYTES_MAX,
                STRANGERS_LARGE_BYTES_MAX,
                STRANGERS_SMALL_BODY_BYTES,
            ),
            time,
        }
    }

    /// Reads a body of somebody whose token is known, once there is room for it. `grows`: it is compressed.
    pub(super) async fn read(
        &self,
        headers: &HeaderMap,
        body: Body,
        grows: bool,
        limit_bytes: usize,
    ) -> Result<HeldBody, Problem> {
        let declared = declared(headers).filter(|_| !grows);
        self.read_within(&self.known, declared, body, limit_bytes).await
    }

    /// Reads a body of anybody, once there is room among those of strangers.
    pub(super) async fn read_strangers(
        &self,
        headers: &HeaderMap,
        body: Body,
        limit_bytes: usize,
    ) -> Result<HeldBody, Problem> {
        let limit_bytes = limit_bytes.min(STRANGERS_BODY_BYTES_MAX);
        self.read_within(&self.strangers, declared(headers), body, limit_bytes).await
    }

    async fn read_within(
        &self,
        rooms: &Rooms,
        declared: Option<usize>,
        body: Body,
        limit_bytes: usize,
    ) -> Result<HeldBody, Problem> {
        let room = rooms.enter(declared.unwrap_or(limit_bytes).min(limit_bytes)).await?;
        let bytes = read_body(body, limit_bytes, &self.time).await.map_err(problem_of)?;
        Ok(HeldBody { bytes, _room: room })
    }
}

/// How many bytes a body has, as its sender says; nothing of one that is sent in chunks.
fn declared(headers: &HeaderMap) -> Option<usize> {
    headers.get(CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse().ok())
}

fn problem_of(error: BodyError) -> Problem {
    let detail = error.to_string();
    match error {
        BodyError::TooLarge { .. } | BodyError::DeclaredTooLarge { .. } => {
            Problem::new("payload_too_large", detail)
        }
        BodyError::Stalled { .. } | BodyError::TooSlow { .. } => Problem::new("timeout", detail),
        _ => Problem::new("bad_request", detail),
    }
}

#[cfg(test)]
mod tests {
    use std::io;

    use axum::http::HeaderValue;
    use futures_util::FutureExt as _;
    use futures_util::stream;

    use super::*;

    /// A body of which nothing ever comes.
    fn slow() -> Body {
        Body::from_stream(stream::pending::<io::Result<Bytes>>())
    }

    fn saying(bytes: usize) -> HeaderMap {
        HeaderMap::from_iter([(CONTENT_LENGTH, HeaderValue::from(bytes))])
    }

    /// Whether a form of a stranger gets its turn at once.
    fn is_read_at_once(bodies: &Bodies, headers: &HeaderMap, bytes: usize) -> bool {
        let read = bodies.read_strangers(headers, Body::from(vec![b'x'; bytes]), STRANGERS_BODY_BYTES_MAX);
        read.now_or_never().is_some_and(|read| read.is_ok_and(|held| held.bytes.len() == bytes))
    }

    /// Lets everything run until it waits: a yield lets some sixty others go first.
    async fn settled() {
        for _ in 0..100 {
            tokio::task::yield_now().await;
        }
    }

    #[tokio::test]
    async fn strangers_take_nobody_elses_room() {
        let bodies = Arc::new(Bodies::new(BodyTime::STANDARD));
        let flood = |headers: HeaderMap, count: usize| {
            let reading = (0..count).map(|_| {
                let (bodies, headers) = (bodies.clone(), headers.clone());
                tokio::spawn(async move {
                    bodies.read_strangers(&headers, slow(), STRANGERS_BODY_BYTES_MAX).await.map(drop)
                })
            });
            reading.collect::<Vec<_>>()
        };
        // Large ones, some of which do not say how large: the room of small forms is not theirs either.
        let mut reading = flood(saying(STRANGERS_BODY_BYTES_MAX), 100);
        reading.extend(flood(HeaderMap::new(), 100));
        settled().await;
        assert!(!is_read_at_once(&bodies, &saying(STRANGERS_BODY_BYTES_MAX), STRANGERS_BODY_BYTES_MAX));
        assert!(is_read_at_once(&bodies, &saying(100), 100));
        // Small ones: then strangers wait, and whoever has a token does not.
        reading.extend(flood(saying(STRANGERS_SMALL_BODY_BYTES), 1_000));
        settled().await;
        assert!(!is_read_at_once(&bodies, &saying(100), 100));
        for bytes in [100, SMALL_BODY_BYTES, 4 * SMALL_BODY_BYTES] {
            let headers = saying(bytes);
            let read = bodies.read(&headers, Body::from(vec![b'x'; bytes]), false, LARGE_BYTES_MAX);
            let held = read.now_or_never().map(|read| read.map(|held| held.bytes.len()));
            assert!(matches!(held, Some(Ok(read)) if read == bytes), "{bytes}: {held:?}");
        }
        // Whoever goes gives the room back.
        for one in reading {
            one.abort();
            assert!(one.await.is_err_and(|ended| ended.is_cancelled()));
        }
        assert!(is_read_at_once(&bodies, &saying(STRANGERS_BODY_BYTES_MAX), STRANGERS_BODY_BYTES_MAX));
        assert!(is_read_at_once(&bodies, &saying(100), 100));
    }

    #[tokio::test]
    async fn strangers_send_little() {
        let bodies = Bodies::new(BodyTime::STANDARD);
        let bytes = STRANGERS_BODY_BYTES_MAX + 1;
        let read = bodies.read_strangers(&saying(bytes), Body::from(vec![b'x'; bytes]), usize::MAX).await;
        let problem = read.map(drop).unwrap_err();
        assert_eq!((problem.status, problem.code()), (413, "payload_too_large"));
        assert!(problem.detail.contains("1048577") && problem.detail.contains("1048576"), "{problem:?}");
    }
}
