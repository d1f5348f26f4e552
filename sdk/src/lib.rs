//! What the author of a Muniment plugin sees.
//!
//! A plugin is a pure fold over the ledger: it is given entries in the order of the ledger and keeps a state, raises and
//! clears alerts, and shows its state as registers and as sections of the annual report. It implements [`Plugin`], and
//! [`plugin!`] makes a WebAssembly component of it.
//!
//! # What this crate never does
//! - It reads no clock, file, environment or randomness and spawns nothing: `sdk/clippy.toml` bans them. The time comes
//!   as a tick, and the zone of London is built in.
//! - It knows nothing of the server. The interface in `sdk/wit/` is all that they share.

mod alert;
mod calendar;
pub mod case;
mod clock;
mod day;
mod deadlines;
mod event;
#[cfg(target_family = "wasm")]
#[doc(hidden)]
pub mod guest;
mod instant;
mod manifest;
mod plugin;
mod report;
mod running;
mod table;
#[cfg(not(target_family = "wasm"))]
pub mod testing;

pub use alert::{ARITHMETIC_CHARS_MAX, Act, Alert, Cleared, EVIDENCE_MAX, Outcome, REASON_CHARS_MAX};
pub use calendar::{Calendar, Holiday, Nation, bank_holidays};
pub use case::{Alarm, Case, CaseFold, Happened};
pub use clock::{
    BREACH_HOURS, EIR_EXTENDED_WORKING_DAYS, REQUEST_WORKING_DAYS, ReceiptRule, RequestClock, breach_due,
};
pub use day::{Day, NoDay};
pub use deadlines::Deadlines;
pub use event::{Data, DataError, Event, Item};
pub use instant::{Instant, NoInstant};
pub use manifest::{Manifest, Rule, Severity};
pub use plugin::Plugin;
pub use report::{Block, Chart, ChartKind, Finding, Metric, Period, Section, Table};
#[doc(hidden)]
pub use running::{Applied, Running};
pub use table::{Cell, Column, Query, Register, Row};

/// Where a crate is not compiled for WebAssembly, there is nothing to export.
#[cfg(not(target_family = "wasm"))]
#[macro_export]
macro_rules! plugin {
    ($plugin:ty) => {};
}
