//! Reads a request's body, with a limit of bytes and one of time.

use std::time::Duration;

use axum::body::{Body, Bytes, HttpBody as _};
use http_body_util::BodyExt as _;
use tokio::time::{Instant, timeout};

/// Bytes that are set aside on a client's mere word.
const AHEAD_BYTES_MAX: usize = 256 * 1024;

/// How long a body may take.
#[derive(Clone, Copy, Debug)]
pub struct BodyTime {
    /// Between two pieces.
    pub pause: Duration,
    /// In total, before the allowance for size.
    pub total: Duration,
    /// The slowest pace: every so many bytes received allow a second more in total.
    pub bytes_per_second_min: u32,
}

impl BodyTime {
    /// The times of production.
    pub const STANDARD: BodyTime = BodyTime {
        pause: Duration::from_secs(10),
        total: Duration::from_secs(60),
        bytes_per_second_min: 64 * 1024,
    };

    /// How long a body may take of which so much is here.
    fn allowed(&self, received_bytes: usize) -> Duration {
        let pace = u64::from(self.bytes_per_second_min.max(1));
        self.total + Duration::from_secs(received_bytes as u64 / pace)
    }
}

/// Reads a whole body.
///
/// After an error the body is dropped and the connection is closed once the answer is sent: what the client still
/// sends is never taken for a request. A body that is refused by its declared length is not asked for: the client of
/// an `expect: 100-continue` keeps it.
///
/// # Errors
/// It is larger than `limit_bytes`, declared or in fact; it comes too slowly; it breaks off.
pub async fn read_body(body: Body, limit_bytes: usize, limits: &BodyTime) -> Result<Bytes, BodyError> {
    let declared_bytes = body.size_hint().lower();
    if declared_bytes > limit_bytes as u64 {
        return Err(BodyError::DeclaredTooLarge { declared_bytes, limit_bytes });
    }
    let begun = Instant::now();
    let mut body = body;
    let mut first = Bytes::new();
    let mut rest = Vec::new();
    loop {
        let received = first.len() + rest.len();
        let allowed = limits.allowed(received);
        let left = allowed.saturating_sub(begun.elapsed());
        let frame = match timeout(limits.pause.min(left), body.frame()).await {
            Ok(Some(frame)) => frame.map_err(BodyError::Broken)?,
            Ok(None) => break,
            Err(_) if left <= limits.pause => {
                return Err(BodyError::TooSlow { received_bytes: received, limit: allowed });
            }
            Err(_) => return Err(BodyError::Stalled { received_bytes: received, limit: limits.pause }),
        };
        // Trailers carry nothing for us.
        let Ok(piece) = frame.into_data() else { continue };
        if piece.len() > limit_bytes - received {
            return Err(BodyError::TooLarge { limit_bytes });
        }
        // A body in one piece, as most are, is not copied.
        if received == 0 {
            first = piece;
            continue;
        }
        if rest.is_empty() {
            let declared = usize::try_from(declared_bytes).unwrap_or(usize::MAX);
            rest.reserve(declared.min(AHEAD_BYTES_MAX).max(first.len() + piece.len()));
            rest.extend_from_slice(&std::mem::take(&mut first));
        }
        rest.extend_from_slice(&piece);
    }
    Ok(if rest.is_empty() { first } else { Bytes::from(rest) })
}

/// Why a body was not read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BodyError {
    /// The declared length is too large; nothing was read.
    #[error("the body has {declared_bytes} bytes by its content-length; at most {limit_bytes} bytes")]
    DeclaredTooLarge {
        /// What the client declared.
        declared_bytes: u64,
        /// The limit.
        limit_bytes: usize,
    },
    /// More came than is allowed.
    #[error("the body has more than {limit_bytes} bytes")]
    TooLarge {
        /// The limit.
        limit_bytes: usize,
    },
    /// Nothing came for too long.
    #[error("no more of the body came for {limit:?} after {received_bytes} bytes")]
    Stalled {
        /// What had come.
        received_bytes: usize,
        /// The longest pause.
        limit: Duration,
    },
    /// It took too long in total.
    #[error(
        "only {received_bytes} bytes of the body came in {limit:?}, which is the longest that they may take"
    )]
    TooSlow {
        /// What had come.
        received_bytes: usize,
        /// The longest time for so much.
        limit: Duration,
    },
    /// The connection broke off, or the body's framing is wrong.
    #[error("the body broke off: {0}")]
    Broken(#[source] axum::Error),
}
