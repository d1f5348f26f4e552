//! What wasmtime makes of `sdk/wit/plugin.wit`.
//!
//! The one module of this crate in which `unsafe` may stand, because the macros of the engine write it.
#![allow(unsafe_code, reason = "written by wasmtime's macros")]
#![allow(missing_docs, unreachable_pub, clippy::all, reason = "written by wasmtime's macros")]

use wasmtime::component::{ComponentType, Lift, Lower, Resource};

wasmtime::component::bindgen!({
    path: "../sdk/wit",
    world: "plugin",
    ownership: Borrowing { duplicate_if_necessary: true },
    additional_derives: [PartialEq],
});

/// The errors of `wasi:io/streams`.
#[derive(ComponentType, Lift, Lower)]
#[component(variant)]
pub enum StreamError {
    #[component(name = "last-operation-failed")]
    LastOperationFailed(Resource<()>),
    #[component(name = "closed")]
    Closed,
}
