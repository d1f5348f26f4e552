//! `muniment bench`: the speed of the ledger beside that of a bare loop doing the least that could count
//! as the same work, in one run on one machine. Ratios hold; absolute figures are the machine's.

pub mod append;
mod connection;
pub mod empty;
pub mod events;
mod file;
mod follow;
pub mod ingest;
mod lives;
pub mod memory;
pub mod pages;
pub mod plugins;
mod posts;
pub mod read;
pub mod seal;
pub mod search;
pub mod tally;
pub mod target;
pub mod verify;

pub use follow::Followed;
