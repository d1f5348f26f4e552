//! Requests for information under freedom of information, environmental information and re-use.

use std::collections::BTreeSet;

use muniment_sdk::{Cell, Column, Event, Instant, Manifest, Outcome, Plugin, Register, Row};
use serde::{Deserialize, Serialize};

/// The state: cases that were received and not closed.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Requests {
    open: BTreeSet<String>,
}

/// There are none yet.
#[derive(Debug, Default, Deserialize)]
pub struct Settings {}

impl Plugin for Requests {
    type Settings = Settings;

    const MANIFEST: Manifest = Manifest {
        id: "requests",
        version: env!("CARGO_PKG_VERSION"),
        title: "Requests for information",
        description: "Watches over the clocks of requests for information.",
        subscriptions: &["request.*"],
        rules: &[],
        settings_schema: r#"{"type":"object","additionalProperties":false}"#,
        catalogue: &[],
        personal: &[],
    };

    const REGISTERS: &'static [Register] = &[Register {
        name: "open",
        title: "Open requests",
        description: "Requests that have been received and not closed.",
        columns: &[Column::new("case", "Case")],
    }];

    fn apply(&mut self, _: &Settings, event: &Event, _: &mut Outcome) {
        let Some(subject) = &event.subject else { return };
        match event.kind.as_str() {
            "request.received" => _ = self.open.insert(subject.clone()),
            "request.closed" => _ = self.open.remove(subject),
            _ => {}
        }
    }

    fn register<'p>(&'p self, _: &'p Settings, _: &str, _: Instant) -> Box<dyn Iterator<Item = Row> + 'p> {
        Box::new(self.open.iter().map(|case| Row::new([Cell::from(case.as_str())]).subject(case)))
    }
}

muniment_sdk::plugin!(Requests);
