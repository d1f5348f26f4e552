//! The Muniment server: storage, commit protocol and command line.
//!
//! # What this crate never does
//! - It holds no rule of governance: those are in plugins.
//! - One module imports each engine: `ledger::sealed` zstd, `ledger::handle` tokio, `cli` clap and
//!   indicatif.

pub mod bench;
pub mod disk;
pub mod ledger;
pub mod progress;
pub mod verify;

#[cfg(test)]
mod testing;
