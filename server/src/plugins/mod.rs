//! Plugins: programs that fold over the ledger, raise alerts, keep registers and write parts of the report.
//!
//! Start reading at `fold.rs`, what a plugin is given and when; then `runner.rs`, a plugin from one opening of the
//! ledger to its closing.

mod abreast;
mod alerts;
pub mod board;
pub mod built_in;
pub mod contributions;
pub mod engine;
pub mod error;
pub mod fold;
pub mod grants;
pub mod host;
pub mod kept;
pub mod manifest;
pub mod options;
pub mod outcome;
pub mod reading;
pub mod registry;
mod runner;
mod running;
pub mod scenario;
pub mod schema;
pub mod snapshots;
pub mod status;
mod timekeeper;
pub mod trial;

pub use error::PluginError;
pub use host::Plugins;
pub use options::{Ground, PluginOptions, Wish};

impl std::fmt::Debug for Plugins {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Plugins").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod testing;

#[cfg(test)]
mod tests;
