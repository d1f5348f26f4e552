//! A plugin that does wrong in whatever way its settings say, for the tests of the host. It speaks the interface without
//! the SDK, which would not let it.
//!
//! Settings: `do` says what, `at` the entry at which, `n` how much. Without them it is well-behaved: whatever is opened by
//! `uk.test.case.opened` and not closed is due `seconds` later, is warned of half-way, and is overdue then.
#![cfg_attr(not(target_family = "wasm"), allow(unused))]

#[cfg(target_family = "wasm")]
mod component;
#[cfg(target_family = "wasm")]
mod deeds;
mod state;
