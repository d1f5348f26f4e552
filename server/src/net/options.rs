//! What the listener is told: the address, the certificate, the limits and the times.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

/// File descriptors that are left to the ledger, the index and the rest of the process.
const DESCRIPTORS_RESERVED: u64 = 512;

/// Where to listen, and how.
#[derive(Clone, Debug)]
pub struct ListenOptions {
    /// The address and port; port 0 lets the system choose.
    pub address: SocketAddr,
    /// A PEM file with the certificate chain, leaf first. With `tls_key` or not at all.
    pub tls_certificate: Option<PathBuf>,
    /// A PEM file with the private key. With `tls_certificate` or not at all.
    pub tls_key: Option<PathBuf>,
    /// How much one connection, and all of them, may take.
    pub limits: ConnectionLimits,
    /// How long things may take.
    pub times: ConnectionTimes,
}

impl ListenOptions {
    /// Plain HTTP on an address, with the standard limits and times.
    pub fn new(address: SocketAddr) -> ListenOptions {
        ListenOptions {
            address,
            tls_certificate: None,
            tls_key: None,
            limits: ConnectionLimits::STANDARD,
            times: ConnectionTimes::STANDARD,
        }
    }
}

/// How much one connection, and all of them, may take.
#[derive(Clone, Copy, Debug)]
pub struct ConnectionLimits {
    /// Connections open at once; lowered at bind if the process may not open as many files.
    pub connections_max: usize,
    /// Bytes of a request's head (HTTP/1) or of its list of headers (HTTP/2); at least 8,192.
    pub head_bytes_max: u32,
    /// Header lines of a request.
    pub headers_max: usize,
    /// Bytes of a request's target.
    pub target_bytes_max: usize,
    /// Requests at once on one HTTP/2 connection.
    pub streams_max: u32,
}

impl ConnectionLimits {
    /// The limits of production: ten thousand idle clients, and room to serve others beside them.
    pub const STANDARD: ConnectionLimits = ConnectionLimits {
        connections_max: 12_000,
        head_bytes_max: 64 * 1024,
        headers_max: 100,
        target_bytes_max: 8 * 1024,
        streams_max: 128,
    };
}

const _: () = assert!(ConnectionLimits::STANDARD.target_bytes_max < 64 * 1024, "a target fits into a head");

/// How long things may take.
#[derive(Clone, Copy, Debug)]
pub struct ConnectionTimes {
    /// From the first byte of a request's head to its last.
    pub head: Duration,
    /// Without a request, before the connection is closed.
    pub idle: Duration,
    /// The TLS handshake.
    pub handshake: Duration,
    /// Without the peer taking a single byte of an answer.
    pub write_stall: Duration,
    /// For the other side to hear that a connection is closed, before it is cut.
    pub farewell: Duration,
    /// For requests in flight to be answered after the stop, before they are cut.
    pub stop: Duration,
    /// Between two looks at the certificate's files.
    pub certificate_check: Duration,
}

impl ConnectionTimes {
    /// The times of production.
    pub const STANDARD: ConnectionTimes = ConnectionTimes {
        head: Duration::from_secs(10),
        idle: Duration::from_secs(60),
        handshake: Duration::from_secs(10),
        write_stall: Duration::from_secs(60),
        farewell: Duration::from_secs(2),
        stop: Duration::from_secs(30),
        certificate_check: Duration::from_secs(5),
    };
}

/// How many connections a process can have that may open `descriptors` files.
pub(super) fn affordable(wanted: usize, descriptors: u64) -> usize {
    // A quarter at least stays for connections, however small the limit is.
    let room = descriptors.saturating_sub(DESCRIPTORS_RESERVED).max(descriptors / 4).max(1);
    usize::try_from(room).map_or(wanted, |room| wanted.min(room))
}

#[cfg(test)]
mod tests {
    use super::affordable;

    #[test]
    fn connections_leave_files_to_others() {
        for (wanted, descriptors, expect) in [
            (12_000, 20_000, 12_000),
            (12_000, 4_096, 3_584),
            (12_000, 256, 64),
            (5, 1, 1),
            (10, u64::MAX, 10),
        ] {
            assert_eq!(affordable(wanted, descriptors), expect, "{wanted} of {descriptors}");
        }
    }
}
