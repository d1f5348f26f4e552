//! Takes connections from the system, and goes on when the system cannot give any.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::{TcpListener, TcpStream};
use tokio::time::sleep;
use tracing::{error, info};

use super::stats::ConnectionStats;

/// The first wait after the system could not give a connection; each further one is twice as long.
const BACKOFF_FIRST: Duration = Duration::from_millis(10);

/// The longest such wait.
const BACKOFF_MAX: Duration = Duration::from_secs(1);

/// A listening socket that never fails for good.
pub(super) struct Acceptor {
    socket: TcpListener,
    stats: Arc<ConnectionStats>,
    /// The wait after the next failure; more than the first while failures follow each other.
    backoff: Duration,
}

impl Acceptor {
    pub(super) fn new(socket: TcpListener, stats: Arc<ConnectionStats>) -> Acceptor {
        Acceptor { socket, stats, backoff: BACKOFF_FIRST }
    }

    /// The next connection. May be dropped and called again: nothing is lost.
    pub(super) async fn next(&mut self) -> (TcpStream, SocketAddr) {
        loop {
            match self.socket.accept().await {
                Ok(accepted) => {
                    if self.backoff != BACKOFF_FIRST {
                        info!("connections are accepted again");
                        self.backoff = BACKOFF_FIRST;
                    }
                    return accepted;
                }
                // The peer was gone before we came to it.
                Err(error) if is_of_the_peer(&error) => {}
                Err(error) => {
                    self.stats.count_accept_failure();
                    if self.backoff == BACKOFF_FIRST {
                        error!(%error, "connections cannot be accepted at the moment; trying again");
                    }
                    let wait = self.backoff;
                    self.backoff = (wait * 2).min(BACKOFF_MAX);
                    sleep(wait).await;
                }
            }
        }
    }
}

fn is_of_the_peer(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::ConnectionAborted
            | io::ErrorKind::ConnectionRefused
            | io::ErrorKind::ConnectionReset
            | io::ErrorKind::Interrupted
    )
}
