//! The network listener: connections, their limits, their ends, and TLS.
//!
//! # What this module never does
//! - It knows no route and no rule: it takes a finished `axum::Router`.
//! - It writes no line per connection or request; it logs problems only.
//! - It leaves no wait without an end: heads, bodies, handshakes, stalled writes and the stop all have a time.

mod accept;
mod activity;
mod body;
pub mod client;
mod connection;
pub(crate) mod fetch;
mod gate;
mod listener;
mod options;
mod problem;
mod refusal;
mod stats;
mod tls;
mod watched;

#[cfg(test)]
mod tests;

pub use body::{BodyError, BodyTime, read_body};
pub use gate::Peer;
pub use listener::{ListenError, Listener};
pub use options::{ConnectionLimits, ConnectionTimes, ListenOptions};
pub use stats::ConnectionStats;
pub use tls::TlsError;
