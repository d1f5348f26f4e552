//! A plugin that asks for a personal field, and shows what it was given. None that anybody runs should do the latter.

use std::collections::BTreeMap;

use muniment_sdk::{
    Alert, Cell, Column, Event, Instant, Manifest, NoSettings, Outcome, Plugin, Register, Row, Rule, Severity,
};
use serde::{Deserialize, Serialize};
use serde_json::Value;

const URGENT: Rule = Rule {
    id: "A-ASK-1",
    title: "Somebody is in a hurry",
    severity: Severity::Warning,
    recipient: "IG Team",
    clauses: &[],
    feeds: &["request.received"],
};

/// A type of its own.
const TYPES: &str = r#"
group = "uk"
title = "Notes"
description = "What is said of notes."
recorded_by = "client"

[[type]]
name = "uk.test.asking.noted"
title = "Noted"
description = "Somebody has read the note."
fields = []
"#;

/// The note of each case: the text, or what stands in its place.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Notes {
    notes: BTreeMap<String, String>,
}

impl Plugin for Notes {
    type Settings = NoSettings;

    const MANIFEST: Manifest = Manifest {
        id: "asking",
        version: env!("CARGO_PKG_VERSION"),
        title: "Notes",
        description: "Shows the notes of requests.",
        subscriptions: &["request.received"],
        rules: &[URGENT],
        settings_schema: NoSettings::SCHEMA,
        catalogue: &[TYPES],
        personal: &[("request.received/note", "it looks for the word urgent")],
    };

    const REGISTERS: &'static [Register] = &[Register {
        name: "notes",
        title: "Notes",
        description: "The notes of requests.",
        feeds: &["request.received"],
        columns: &[Column::new("case", "Case"), Column::new("note", "Note")],
    }];

    fn apply(&mut self, _: &NoSettings, event: &Event, out: &mut Outcome) {
        let Some(case) = &event.subject else { return };
        let data: Value = event.data().unwrap_or_default();
        let note = match &data["note"] {
            Value::String(note) => note.clone(),
            Value::Null => return,
            _ => "sealed".to_owned(),
        };
        if note.contains("urgent") {
            out.raise(Alert::raise(&URGENT, "urgent", case.clone()).evidence([event.seq]));
        }
        self.notes.insert(case.clone(), note);
    }

    fn register<'p>(&'p self, _: &'p NoSettings, _: &str, _: Instant) -> Box<dyn Iterator<Item = Row> + 'p> {
        Box::new(self.notes.iter().map(|(case, note)| {
            Row::new([Cell::from(case.as_str()), Cell::from(note.as_str())]).subject(case)
        }))
    }
}

muniment_sdk::plugin!(Notes);
