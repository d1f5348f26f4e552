//! How a connection over the limit is turned away.

use std::net::Shutdown;
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use axum::http::StatusCode;
use tokio::net::TcpStream;
use tokio::sync::Semaphore;

use super::problem::Problem;

/// Connections that are turned away with an answer at once; more are simply closed.
const REFUSALS_AT_ONCE: usize = 64;

/// How long one that is turned away may take to hear it.
const REFUSAL_TIME: Duration = Duration::from_secs(1);

/// Bytes thrown away at a time.
const DISCARD_BYTES: usize = 4 * 1024;

/// The whole answer, as it is sent.
static ANSWER: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let detail = "the server has as many connections as it takes; try again later".to_owned();
    Problem { status: StatusCode::SERVICE_UNAVAILABLE, code: "too-many-connections", detail }.to_answer()
});

/// Turns connections away.
#[derive(Clone)]
pub(super) struct Refusals(Arc<Semaphore>);

impl Refusals {
    pub(super) fn new() -> Refusals {
        Refusals(Arc::new(Semaphore::new(REFUSALS_AT_ONCE)))
    }

    /// Turns a plain connection away with an answer, if that is cheap at the moment.
    pub(super) fn refuse(&self, stream: TcpStream) {
        let Ok(permit) = Arc::clone(&self.0).try_acquire_owned() else { return };
        tokio::spawn(async move {
            // Nothing is known of the peer but that it is one too many: if it does not listen, it is dropped.
            let _ = tokio::time::timeout(REFUSAL_TIME, say(stream)).await;
            drop(permit);
        });
    }
}

/// Says the answer, then waits until the peer has heard it.
async fn say(stream: TcpStream) -> std::io::Result<()> {
    stream.writable().await?;
    stream.try_write(&ANSWER)?;
    let stream = stream.into_std()?;
    stream.shutdown(Shutdown::Write)?;
    let stream = TcpStream::from_std(stream)?;
    let mut space = [0; DISCARD_BYTES];
    loop {
        stream.readable().await?;
        match stream.try_read(&mut space) {
            Ok(0) => return Ok(()),
            Ok(_) => {}
            Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => {}
            Err(error) => return Err(error),
        }
    }
}
