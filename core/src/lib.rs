//! The Muniment ledger's formats: events and their catalogue, the policies that they are evidence for, entries, sealed
//! values, the chain, the tree, notes, proofs, receipts, the annual report as a document.
//!
//! The exact bytes are written down in `core/FORMAT.md`; `core/golden/` holds vectors that may be added to
//! and never changed.
//!
//! # What this crate never does
//! - It does no I/O, spawns nothing and reads no clock, environment or randomness: `core/clippy.toml` bans
//!   them, and the crate compiles for `wasm32-unknown-unknown`, where none of them exist.
//! - It knows nothing of HTTP, WebAssembly hosts or storage.
//! - It panics on no input: a panic is a mistake of ours, an error is a fault of the input.

#![forbid(unsafe_code)]

pub mod catalogue;
pub mod chain;
pub mod checkpoint;
pub mod declared;
pub mod entry;
pub mod event;
pub mod hash;
pub mod host;
pub mod json;
pub mod key;
pub mod limits;
pub mod note;
pub mod obstacles;
pub mod policy;
pub mod principal;
pub mod receipt;
pub mod report;
pub mod seal;
pub mod time;
pub mod tree;
