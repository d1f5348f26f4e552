//! The Muniment server: storage, commit protocol and command line.
//!
//! # What this crate never does
//! - It holds no rule of governance: those are in plugins.
//! - One module imports each engine: `ledger::sealed` zstd, `ledger::handle` tokio's channels, `index`
//!   tantivy, `cli` clap, indicatif and tokio's signals, `settings` toml, `logo` roxmltree.

pub mod assets;
mod background;
pub mod backup;
pub mod bench;
pub mod cli;
pub mod definitions;
pub mod disk;
pub mod doctor;
pub mod erasure;
pub mod export;
pub mod http;
pub mod index;
mod intake;
pub mod ledger;
pub mod logo;
pub mod net;
pub mod plugins;
pub mod progress;
pub mod query;
pub mod report;
pub mod settings;
pub mod tokens;
pub mod vault;
pub mod verify;
pub mod web;

#[cfg(test)]
mod testing;
