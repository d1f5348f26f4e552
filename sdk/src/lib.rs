//! What the author of a Muniment plugin sees.
//!
//! A plugin is a pure fold over the ledger: it is given entries in the order of the ledger and keeps a state, raises and
//! clears alerts, and shows its state as registers and as sections of the annual report. It implements [`Plugin`], and
//! [`plugin!`] makes a WebAssembly component of it.
//!
//! ```
//! use muniment_sdk::testing::{Post, Scenario};
//! use muniment_sdk::{
//!     Alert, Deadlines, Event, Instant, Manifest, NoSettings, Outcome, Plugin, Rule, Severity,
//! };
//! use serde::{Deserialize, Serialize};
//!
//! const UNTESTED: Rule = Rule {
//!     id: "A-BCP-2",
//!     title: "Backups were not tried out within a day",
//!     severity: Severity::Policy,
//!     recipient: "role/service-head",
//!     clauses: &[],
//!     feeds: &["backup.*"],
//! };
//!
//! /// The state: by when the backups of each system are to be tried out, and since which entry.
//! #[derive(Default, Serialize, Deserialize)]
//! struct Backups {
//!     deadlines: Deadlines<String>,
//!     since: std::collections::BTreeMap<String, u64>,
//! }
//!
//! impl Plugin for Backups {
//!     type Settings = NoSettings;
//!
//!     const MANIFEST: Manifest = Manifest {
//!         id: "backups",
//!         version: env!("CARGO_PKG_VERSION"),
//!         title: "Backups",
//!         description: "Sees that backups are tried out.",
//!         subscriptions: &["backup.*"],
//!         rules: &[UNTESTED],
//!         settings_schema: NoSettings::SCHEMA,
//!         catalogue: &[],
//!         personal: &[],
//!     };
//!
//!     fn apply(&mut self, _: &NoSettings, event: &Event, out: &mut Outcome) {
//!         let Some(system) = &event.subject else { return };
//!         match event.kind.as_str() {
//!             "backup.made" => {
//!                 self.deadlines.set(system, event.time.plus_hours(24));
//!                 self.since.insert(system.clone(), event.seq);
//!             }
//!             "backup.restore_tested" => {
//!                 self.deadlines.cancel(system);
//!                 out.clear(UNTESTED.id, "untested", system, "it was tried out");
//!             }
//!             _ => {}
//!         }
//!     }
//!
//!     fn tick(&mut self, _: &NoSettings, now: Instant, out: &mut Outcome) {
//!         for system in self.deadlines.reached(now) {
//!             let since = self.since.get(&system).copied();
//!             let alert = Alert::raise(&UNTESTED, "untested", system).arithmetic("24 hours after it was made");
//!             out.raise(alert.evidence(since));
//!         }
//!     }
//!
//!     fn wake(&self) -> Option<Instant> {
//!         self.deadlines.next()
//!     }
//! }
//!
//! muniment_sdk::plugin!(Backups);
//!
//! let run = Scenario::<Backups>::new()
//!     .post(Post::new("backup.made", "payroll").at("2026-03-02T01:00:00Z"))
//!     .wait_until("2026-03-04")
//!     .run();
//! assert_eq!(run.history(), ["Tue 2026-03-03 01:00 + A-BCP-2 untested payroll"]);
//! ```
//!
//! A plugin about cases is smaller still: see [`case`](mod@case). What the law asks for by when is in [`law`], and what
//! comes of it a [`Deadline`], which explains itself.
//!
//! # What this crate never does
//! - It reads no clock, file, environment or randomness and spawns nothing: `sdk/clippy.toml` bans them. The time comes
//!   as a tick, and the zone of London is built in.
//! - It knows nothing of the server. The interface in `sdk/wit/` is all that they share.

mod alert;
mod calendar;
mod calendars;
pub mod case;
mod clock;
mod day;
mod deadline;
mod deadlines;
mod event;
#[cfg(target_family = "wasm")]
#[doc(hidden)]
pub mod guest;
mod instant;
pub mod law;
mod manifest;
mod plugin;
mod report;
mod running;
mod table;
#[cfg(not(target_family = "wasm"))]
pub mod testing;

pub use alert::{ARITHMETIC_CHARS_MAX, Act, Alert, Cleared, EVIDENCE_MAX, Outcome, REASON_CHARS_MAX};
pub use calendar::{Calendar, DayOff, Holiday, Nation, Nations, bank_holidays};
pub use calendars::{CALENDAR_SUBSCRIPTIONS, Calendars, Touched};
pub use case::{Alarm, Case, CaseFold, Change, Changed, Happened, Stage, Unreadable, Watch};
pub use clock::{
    BREACH_HOURS, EIR_EXTENDED_WORKING_DAYS, REQUEST_WORKING_DAYS, ReceiptRule, RequestClock, Right,
    RightsClock, breach_deadline, breach_due, school_deadline,
};
pub use day::{Day, NoDay};
pub use deadline::{Deadline, NoDeadline, NotCounted, Step};
pub use deadlines::Deadlines;
pub use event::{Data, DataError, Event, Item};
pub use instant::{Instant, NoInstant};
pub use manifest::{Manifest, Rule, Severity};
pub use plugin::{NoSettings, Plugin};
pub use report::{Block, Chart, ChartKind, Finding, Metric, Period, Section, Table};
#[doc(hidden)]
pub use running::{Applied, Running};
pub use table::{Cell, Column, Light, Query, Register, Row};

/// Where a crate is not compiled for WebAssembly, there is nothing to export.
#[cfg(not(target_family = "wasm"))]
#[macro_export]
macro_rules! plugin {
    ($plugin:ty) => {};
}
