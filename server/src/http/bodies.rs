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
/// How long a body waits for room.
const WAIT: Duration = Duration::from_secs(5);
/// What one permit stands for.
const PERMIT_BYTES: usize = 1_024;

/// The room for bodies.
#[derive(Debug)]
pub(super) struct Bodies {
    small: Arc<Semaphore>,
    large: Arc<Semaphore>,
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
        let room = |bytes: usize| Arc::new(Semaphore::new(bytes / PERMIT_BYTES));
        Bodies { small: room(SMALL_BYTES_MAX), large: room(LARGE_BYTES_MAX), time }
    }

    /// Reads a body, once there is room for it. `grows`: it is compressed.
    pub(super) async fn read(
        &self,
        headers: &HeaderMap,
        body: Body,
        grows: bool,
        limit_bytes: usize,
    ) -> Result<HeldBody, Problem> {
        let declared = headers.get(CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse().ok());
        let bytes: usize = declared.filter(|_| !grows).unwrap_or(limit_bytes).min(limit_bytes);
        let room = if bytes <= SMALL_BODY_BYTES { &self.small } else { &self.large };
        let permits = u32::try_from(bytes.div_ceil(PERMIT_BYTES).max(1)).unwrap_or(u32::MAX);
        let full = || Problem::new("busy", "too many large bodies are being read; try again in a moment");
        let room = timeout(WAIT, room.clone().acquire_many_owned(permits)).await;
        let room = room.map_err(|_| full())?.map_err(|_| full())?;
        let bytes = read_body(body, limit_bytes, &self.time).await.map_err(problem_of)?;
        Ok(HeldBody { bytes, _room: room })
    }
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
