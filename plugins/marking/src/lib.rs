//! Protective marking: whether documents carry a marking of the scheme of their day, whether sensitive ones carry one at
//! all, and whether information was sent and destroyed as its marking demands.
//!
//! Three kinds of case: a document, the samples of a unit, and what was done with information below its marking.

use muniment_sdk::{
    CaseFold, Event, Instant, Manifest, Outcome, Period, Plugin, Register, Row, Rule, Section, Severity,
};
use serde::{Deserialize, Serialize};

mod document;
mod handling;
mod registers;
mod sample;
mod scheme;
mod sections;
mod settings;
#[cfg(test)]
mod tests;

pub use handling::{Means, Method};
pub use scheme::Tier;
pub use settings::Settings;

use document::Document;
use handling::Handling;
use sample::Samples;

pub(crate) const WRONG_SCHEME: Rule = Rule {
    id: "A-MRK-1",
    title: "Marking of the wrong scheme",
    severity: Severity::Policy,
    recipient: "role/information-asset-owner",
    clauses: &["leicester L19.1"],
    feeds: &["marking.*"],
};

pub(crate) const UNMARKED: Rule = Rule {
    id: "A-MRK-2",
    title: "Sensitive and unmarked",
    severity: Severity::Policy,
    recipient: "role/information-asset-owner",
    clauses: &["leicester L9.2.b", "leicester L19.1"],
    feeds: &["marking.*"],
};

pub(crate) const BELOW: Rule = Rule {
    id: "A-MRK-3",
    title: "Handled below its marking",
    severity: Severity::Policy,
    recipient: "role/information-asset-owner",
    clauses: &["leicester L19.1"],
    feeds: HANDLED,
};

/// What information is destroyed and sent by.
pub(crate) const HANDLED: &[&str] = &[
    "marking.*",
    "disposal.executed",
    "media.destroyed",
    "device.disposed",
    "sharing.transfer_made",
    "disclosure.released",
];

/// Something happened, and an entry says so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct On {
    pub(crate) day: muniment_sdk::Day,
    pub(crate) time: Instant,
    pub(crate) seq: u64,
}

impl On {
    pub(crate) fn of<F>(happened: &muniment_sdk::Happened<F>) -> On {
        On { day: happened.day, time: happened.time, seq: happened.seq }
    }
}

/// The state: documents, the samples of each unit, and what was done below a marking.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Marking {
    documents: CaseFold<Document>,
    samples: CaseFold<Samples>,
    handlings: CaseFold<Handling>,
}

impl Plugin for Marking {
    type Settings = Settings;

    const MANIFEST: Manifest = Manifest {
        id: "marking",
        version: env!("CARGO_PKG_VERSION"),
        title: "Protective marking",
        description: "Sees that documents carry a marking of the scheme of their day, that what is sensitive is marked, and \
                      that information is sent and destroyed as its marking demands.",
        subscriptions: &[
            "marking.*",
            "disposal.executed",
            "media.destroyed",
            "device.disposed",
            "sharing.transfer_made",
            "disclosure.released",
            "incident.closed",
            "incident.unsubstantiated",
            "breach.closed",
            "case.*",
            "ledger.correction_recorded",
        ],
        rules: &[WRONG_SCHEME, UNMARKED, BELOW],
        settings_schema: include_str!("settings.json"),
        catalogue: &[],
        personal: &[],
    };

    const REGISTERS: &'static [Register] = &registers::ALL;

    fn check(settings: &Settings) -> Result<(), String> {
        settings.check()
    }

    fn apply(&mut self, settings: &Settings, event: &Event, out: &mut Outcome) {
        match event.kind.as_str() {
            "marking.applied" | "marking.changed" => self.documents.apply(settings, event, out),
            "marking.sampled" => self.samples.apply(settings, event, out),
            kind if kind.starts_with("case.") || kind == "ledger.correction_recorded" => {
                self.documents.apply(settings, event, out);
                self.samples.apply(settings, event, out);
                self.handlings.apply(settings, event, out);
            }
            _ => self.handlings.apply(settings, event, out),
        }
    }

    fn tick(&mut self, settings: &Settings, now: Instant, out: &mut Outcome) {
        self.documents.tick(settings, now, out);
        self.samples.tick(settings, now, out);
        self.handlings.tick(settings, now, out);
    }

    fn wake(&self) -> Option<Instant> {
        [self.documents.wake(), self.samples.wake(), self.handlings.wake()].into_iter().flatten().min()
    }

    fn register<'p>(
        &'p self,
        settings: &'p Settings,
        name: &str,
        as_at: Instant,
    ) -> Box<dyn Iterator<Item = Row> + 'p> {
        registers::rows(self, settings, name, as_at)
    }

    fn sections(&self, settings: &Settings, period: Period, status_at: Instant) -> Vec<Section> {
        vec![sections::marking(self, settings, period, status_at)]
    }
}

muniment_sdk::plugin!(Marking);
