//! A plugin: it sees to it that requests are acknowledged within a number of days.
//!
//! A plugin is a fold over the ledger. The server gives it the events that it subscribed to, in the order of the ledger,
//! and it keeps a state. It has no clock, no files and no network, so the same events always give the same alerts.
//!
//! Read on from top to bottom: settings, state, what it is, what it does with an event, with time, and what it shows.

use std::collections::BTreeMap;

use muniment_sdk::{
    Alert, Cell, Column, Day, Deadlines, Event, Instant, Manifest, Outcome, Plugin, Register, Row, Rule, Severity,
};
use serde::{Deserialize, Serialize};

/// What an administrator can set. The names and the defaults are those of the schema in the manifest.
#[derive(Debug, PartialEq, Deserialize)]
pub struct Settings {
    days: i32,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings { days: 2 }
    }
}

/// The state. The server keeps it as bytes between runs, and the same state has to give the same bytes: use `BTreeMap`,
/// never `HashMap`, whose order differs from run to run.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Acknowledgements {
    /// Requests that nobody has acknowledged, by case.
    waiting: BTreeMap<String, Waiting>,
    /// When which of them is due.
    deadlines: Deadlines<String>,
}

#[derive(Debug, Serialize, Deserialize)]
struct Waiting {
    /// The entry of the ledger that says that it was received: the evidence.
    seq: u64,
    received: Day,
    due: Instant,
    is_late: bool,
}

const LATE: Rule = Rule {
    id: "ACK-1",
    title: "A request was not acknowledged in time",
    severity: Severity::Policy,
    recipient: "IG Team",
    // What the rule checks: the clause of your policy.
    clauses: &["our policy 4.2"],
    // The alert says up to when these are known.
    feeds: &["request.acknowledged"],
};

/// Each stage of a rule is an alert of its own: another one might be "due-tomorrow".
const OVERDUE: &str = "overdue";

impl Plugin for Acknowledgements {
    type Settings = Settings;

    const MANIFEST: Manifest = Manifest {
        id: env!("CARGO_PKG_NAME"),
        version: env!("CARGO_PKG_VERSION"),
        title: "Acknowledgements",
        description: "Sees to it that requests are acknowledged within days.",
        subscriptions: &["request.received", "request.acknowledged"],
        rules: &[LATE],
        settings_schema: r#"{
            "type": "object",
            "additionalProperties": false,
            "properties": {
                "days": { "type": "integer", "minimum": 1, "maximum": 100, "default": 2,
                          "description": "Days within which a request is to be acknowledged" }
            }
        }"#,
        catalogue: &[],
        personal: &[],
    };

    const REGISTERS: &'static [Register] = &[Register {
        name: "waiting",
        title: "Not acknowledged",
        description: "Requests that have been received and not acknowledged.",
        feeds: &["request.received", "request.acknowledged"],
        columns: &[
            Column::new("case", "Case"),
            Column::new("received", "Received"),
            Column::new("due", "Due"),
            Column::new("late", "Late"),
        ],
    }];

    /// An event that it subscribed to.
    fn apply(&mut self, settings: &Settings, event: &Event, out: &mut Outcome) {
        // What others post may be wrong. That is no reason to panic: a plugin that panics is stopped.
        let Some(case) = &event.subject else { return };
        match event.kind.as_str() {
            "request.received" if !self.waiting.contains_key(case) => {
                let received = Day::in_london(event.time);
                let due = received.plus(settings.days).end();
                self.deadlines.set(case, due);
                let waiting = Waiting { seq: event.seq, received, due, is_late: false };
                self.waiting.insert(case.clone(), waiting);
            }
            "request.acknowledged" => {
                self.deadlines.cancel(case);
                if self.waiting.remove(case).is_some_and(|waiting| waiting.is_late) {
                    out.clear(LATE.id, OVERDUE, case, "the request was acknowledged");
                }
            }
            _ => {}
        }
    }

    /// The instant that it wants to be woken at. Nothing else tells it that time has passed.
    fn wake(&self) -> Option<Instant> {
        self.deadlines.next()
    }

    /// That instant was reached.
    fn tick(&mut self, settings: &Settings, now: Instant, out: &mut Outcome) {
        for case in self.deadlines.reached(now) {
            let Some(waiting) = self.waiting.get_mut(&case) else { continue };
            waiting.is_late = true;
            let words = format!("{} plus {} days", waiting.received.with_weekday(), settings.days);
            let alert = Alert::raise(&LATE, OVERDUE, case);
            out.raise(alert.due(waiting.due).arithmetic(words).evidence([waiting.seq]));
        }
    }

    /// The rows of a register, always in the same order.
    fn register<'p>(
        &'p self,
        _settings: &'p Settings,
        _name: &str,
        _as_at: Instant,
    ) -> Box<dyn Iterator<Item = Row> + 'p> {
        Box::new(self.waiting.iter().map(|(case, waiting)| {
            Row::new([
                Cell::from(case.as_str()),
                Cell::from(waiting.received),
                Cell::from(waiting.due),
                Cell::from(waiting.is_late),
            ])
            .subject(case)
            .evidence([waiting.seq])
        }))
    }
}

// Makes a WebAssembly component of it.
muniment_sdk::plugin!(Acknowledgements);

#[cfg(test)]
mod tests;
