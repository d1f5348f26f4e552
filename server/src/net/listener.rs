//! Binds, accepts, and stops.

use std::io;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;

use axum::Router;
use rlimit::Resource;
use tokio::net::{TcpListener, TcpSocket};
use tokio::sync::watch;
use tokio::task::{JoinError, JoinSet};
use tokio::time::timeout;
use tracing::{error, warn};

use super::accept::Acceptor;
use super::connection::{Shared, engine, serve};
use super::options::{ConnectionLimits, ConnectionTimes, ListenOptions, affordable};
use super::refusal::Refusals;
use super::stats::{ConnectionStats, Open};
use super::tls::{Tls, TlsError};

/// Connections that the system keeps for us until we accept them.
const BACKLOG: u32 = 4_096;

/// A socket that listens.
#[derive(Debug)]
pub struct Listener {
    socket: TcpListener,
    address: SocketAddr,
    limits: ConnectionLimits,
    times: ConnectionTimes,
    tls: Option<Arc<Tls>>,
    stats: Arc<ConnectionStats>,
}

impl Listener {
    /// Listens on an address. Clients can connect from now on; they are served once [`Listener::run`] is called.
    ///
    /// Raises the number of files that this process may open to the most that it may have, and lowers
    /// `connections_max`, with a warning, if that is not enough.
    ///
    /// # Errors
    /// The address cannot be had, half a pair of certificate and key is configured, or the pair is not good.
    ///
    /// # Panics
    /// Outside of a tokio runtime with I/O and time.
    pub fn bind(options: &ListenOptions) -> Result<Listener, ListenError> {
        let tls = match (&options.tls_certificate, &options.tls_key) {
            (Some(certificate), Some(key)) => Some(Arc::new(Tls::load(certificate, key)?)),
            (None, None) => None,
            (Some(_), None) => return Err(ListenError::HalfPair { given: "certificate", missing: "key" }),
            (None, Some(_)) => return Err(ListenError::HalfPair { given: "key", missing: "certificate" }),
        };
        let bind_error = |source| ListenError::Bind { address: options.address, source };
        let socket = listen(options.address).map_err(bind_error)?;
        let address = socket.local_addr().map_err(bind_error)?;
        if tls.is_none() && !address.ip().is_loopback() {
            warn!(%address, "plain HTTP on an address that others reach: this is meant to be behind a proxy that does TLS");
        }
        let mut limits = options.limits;
        limits.connections_max = connections_max(limits.connections_max);
        Ok(Listener { socket, address, limits, times: options.times, tls, stats: Arc::default() })
    }

    /// The address that is listened on, with the port that the system chose.
    pub fn local_address(&self) -> SocketAddr {
        self.address
    }

    /// Counters that stay readable while and after the listener runs.
    pub fn stats(&self) -> Arc<ConnectionStats> {
        Arc::clone(&self.stats)
    }

    /// Connections that are open at once at most, as far as this process may open files.
    pub fn connections_max(&self) -> usize {
        self.limits.connections_max
    }

    /// Serves until `stop` completes; then requests in flight are answered, within the time of the options, and what
    /// remains is cut.
    pub async fn run(self, router: Router, stop: impl Future<Output = ()>) {
        let (stopping, told) = watch::channel(false);
        let shared = Arc::new(Shared {
            engine: engine(&self.limits, &self.times),
            router,
            limits: self.limits,
            times: self.times,
            stats: Arc::clone(&self.stats),
            tls: self.tls.clone(),
            stopping: told,
        });
        let refusals = Refusals::new();
        let mut acceptor = Acceptor::new(self.socket, Arc::clone(&self.stats));
        let mut connections = JoinSet::new();
        let mut stop = pin!(stop);
        let mut fresh = pin!(keep_fresh(self.tls.as_deref(), &self.times));
        loop {
            tokio::select! {
                biased;
                () = &mut stop => break,
                Some(ended) = connections.join_next() => report(ended),
                (stream, peer) = acceptor.next() => {
                    if self.stats.open() < self.limits.connections_max {
                        let open = Open::count(&self.stats);
                        connections.spawn(serve(stream, peer, Arc::clone(&shared), open));
                    } else {
                        self.stats.count_refused();
                        // Under TLS an answer would cost a handshake, which is what there is no room for.
                        if self.tls.is_none() {
                            refusals.refuse(stream);
                        }
                    }
                }
                () = &mut fresh => {}
            }
        }
        // The socket is closed first, so that whoever comes now is refused by the system and can go elsewhere.
        drop(acceptor);
        stopping.send_replace(true);
        let ends = async {
            while let Some(ended) = connections.join_next().await {
                report(ended)
            }
        };
        if timeout(self.times.stop, ends).await.is_err() {
            let cut = connections.len();
            warn!(cut, "connections cut that did not end within {:?} of the stop", self.times.stop);
            connections.shutdown().await;
        }
    }
}

/// Never ends.
async fn keep_fresh(tls: Option<&Tls>, times: &ConnectionTimes) {
    match tls {
        Some(tls) => tls.keep_fresh(times.certificate_check).await,
        None => std::future::pending().await,
    }
}

fn listen(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
    // A restart need not wait for the old process's connections to be forgotten.
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    socket.listen(BACKLOG)
}

/// Raises the limit of open files, and says how many connections it leaves room for.
fn connections_max(wanted: usize) -> usize {
    let raised = Resource::NOFILE.get().and_then(|(soft, hard)| {
        if soft < hard {
            Resource::NOFILE.set(hard, hard)?;
        }
        Ok(hard)
    });
    let descriptors = match raised {
        Ok(descriptors) => descriptors,
        Err(error) => {
            warn!(%error, "the limit of open files cannot be raised");
            Resource::NOFILE.get_soft().unwrap_or(0)
        }
    };
    let affordable = affordable(wanted, descriptors);
    if affordable < wanted {
        warn!(
            descriptors,
            "at most {affordable} connections instead of {wanted}, as this process may open no more files"
        );
    }
    affordable
}

fn report(ended: Result<(), JoinError>) {
    if let Err(error) = ended
        && error.is_panic()
    {
        error!(%error, "a request's handler panicked; its connection is closed");
    }
}

/// Why the listener does not listen.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ListenError {
    /// The address cannot be had.
    #[error("cannot listen on {address}: {source}")]
    Bind {
        /// The address.
        address: SocketAddr,
        /// Why not.
        source: io::Error,
    },
    /// A certificate without its key, or the other way round.
    #[error("a TLS {given} file is configured and no TLS {missing} file: both are needed, or neither")]
    HalfPair {
        /// What is configured.
        given: &'static str,
        /// What is not.
        missing: &'static str,
    },
    /// The certificate or the key is not good.
    #[error(transparent)]
    Tls(#[from] TlsError),
}
