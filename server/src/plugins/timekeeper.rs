//! The passing of time, where nothing else is recorded: `clock.advanced` is appended when a plugin waits for a time that
//! has come. So what did not happen has its place in the ledger too.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};

use muniment_core::entry::EntryView;
use muniment_core::json::Value;
use muniment_core::time::Timestamp;

use crate::ledger::Ledger;
use crate::ledger::clock::Clock;
use crate::ledger::imports::Import;

const POLL: Duration = Duration::from_millis(200);
/// How often it is looked whether an import was forgotten.
const IMPORT_INTERVAL: Duration = Duration::from_secs(20);

/// What the timekeeper knows of a plugin.
#[derive(Debug, Clone, Copy)]
pub(super) struct Waiting {
    /// The next entry that it is given.
    pub(super) next: u64,
    /// When it wants to be woken, in microseconds since 1970.
    pub(super) wake: i64,
}

/// How it works.
#[derive(Debug, Clone, Copy)]
pub(super) struct Pace {
    /// Between two `clock.advanced`.
    pub(super) interval: Duration,
    /// An import that is open for longer is closed.
    pub(super) import_max: Duration,
}

/// Works until `stop` is gone. `waiting` tells which plugins wait for a time.
pub(super) fn run(
    ledger: &Arc<Ledger>,
    clock: &dyn Clock,
    stop: &Receiver<()>,
    pace: Pace,
    waiting: impl Fn() -> Vec<Waiting>,
) {
    let mut advanced: Option<Instant> = None;
    let mut looked: Option<Instant> = None;
    while matches!(stop.recv_timeout(POLL), Err(RecvTimeoutError::Timeout)) {
        if looked.is_none_or(|looked| looked.elapsed() >= IMPORT_INTERVAL) {
            looked = Some(Instant::now());
            close_forgotten_import(ledger, clock.wall(), pace.import_max);
        }
        if advanced.is_some_and(|advanced| advanced.elapsed() < pace.interval) {
            continue;
        }
        let now = clock.wall();
        let size = ledger.head().size;
        let is_due = |plugin: &Waiting| plugin.next == size && plugin.wake <= now.as_micros();
        if !waiting().iter().any(is_due) {
            continue;
        }
        advanced = Some(Instant::now());
        let id = format!("clock/{}", now.as_micros());
        let data = Value::object([("clock", Value::string(now.to_string()))]).into_owned();
        if let Err(refusal) = ledger.append_host("clock.advanced", &id, data) {
            tracing::warn!(%refusal, "the passing of time could not be recorded; it is tried again");
        }
    }
}

/// Closes an import that nobody closed: no time is told to plugins while one is open.
fn close_forgotten_import(ledger: &Ledger, now: Timestamp, import_max: Duration) {
    let closed = || -> Result<Option<u64>, String> {
        let text = |error: &dyn std::fmt::Display| error.to_string();
        let Some(import) = Import::interrupted(ledger).map_err(|error| text(&error))? else {
            return Ok(None);
        };
        let Some(started) = import.started_in(ledger).map_err(|error| text(&error))? else { return Ok(None) };
        let line = ledger.line(started).map_err(|error| text(&error))?.unwrap_or_default();
        let recorded = EntryView::parse(&line).map_err(|error| text(&error))?.recorded;
        let open_micros = now.as_micros().saturating_sub(recorded.as_micros());
        if u128::try_from(open_micros).unwrap_or(0) < import_max.as_micros() {
            return Ok(None);
        }
        import.finish(ledger, Some("host/import-time-out"), None).map_err(|error| text(&error))?;
        Ok(Some(import.number()))
    };
    match closed() {
        Ok(None) => {}
        Ok(Some(number)) => tracing::warn!(number, "an import was open for too long and is closed"),
        Err(error) => tracing::warn!(%error, "it cannot be found out whether an import is open"),
    }
}
