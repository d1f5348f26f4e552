//! Disclosures to third parties: whether what the police, insurers, employers, banks and others were given rested on a
//! ground in law, on somebody's authority, on credentials that had been verified and on the governance team's advice, and
//! whether they are answered at all.
//!
//! No law sets a time for such an answer and nobody has to give one: what counts is the record.

use muniment_sdk::{
    CaseFold, Event, Instant, Manifest, Outcome, Period, Plugin, Register, Row, Rule, Section, Severity,
};
use serde::{Deserialize, Serialize};

mod alarms;
mod apply;
mod case;
mod faults;
mod registers;
mod sections;
mod settings;
#[cfg(test)]
mod tests;

pub use settings::Settings;

use case::Disclosure;

const FEEDS: &[&str] = &["disclosure.*"];

pub(crate) const WITHOUT_GROUND: Rule = Rule {
    id: "A-DIS-1",
    title: "Data released without ground or authority",
    severity: Severity::Statutory,
    recipient: "role/ig-manager",
    clauses: &["leicester L14.3.a", "leicester L14.3.b", "leicester L14.3.c", "leicester L14.3.d"],
    feeds: FEEDS,
};

pub(crate) const WITHOUT_ADVICE: Rule = Rule {
    id: "A-DIS-2",
    title: "Data released without advice",
    severity: Severity::Policy,
    recipient: "role/ig-team",
    clauses: &["leicester L14.4"],
    feeds: &["disclosure.*", "guidance.given"],
};

pub(crate) const UNANSWERED: Rule = Rule {
    id: "A-DIS-3",
    title: "Third party's request unanswered",
    severity: Severity::Warning,
    recipient: "role/ig-team",
    clauses: &["leicester L14.4"],
    feeds: FEEDS,
};

/// The state: all requests of third parties, and what was given out without one.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Disclosures {
    cases: CaseFold<Disclosure>,
}

impl Plugin for Disclosures {
    type Settings = Settings;

    const MANIFEST: Manifest = Manifest {
        id: "disclosures",
        version: env!("CARGO_PKG_VERSION"),
        title: "Disclosures to third parties",
        description: "Sees that data goes to third parties only on a ground in law, with authority, verified credentials \
                      and advice, and that their requests are answered.",
        subscriptions: &[
            "disclosure.*",
            "guidance.given",
            "case.*",
            "calendar.*",
            "ledger.correction_recorded",
        ],
        rules: &[WITHOUT_GROUND, WITHOUT_ADVICE, UNANSWERED],
        settings_schema: include_str!("settings.json"),
        catalogue: &[],
        personal: &[],
    };

    const REGISTERS: &'static [Register] =
        &[registers::PENDING, registers::TO_BE_PUT_RIGHT, registers::EMERGENCIES];

    fn apply(&mut self, settings: &Settings, event: &Event, out: &mut Outcome) {
        self.cases.apply(settings, event, out);
    }

    fn tick(&mut self, settings: &Settings, now: Instant, out: &mut Outcome) {
        self.cases.tick(settings, now, out);
    }

    fn wake(&self) -> Option<Instant> {
        self.cases.wake()
    }

    fn register<'p>(
        &'p self,
        settings: &'p Settings,
        name: &str,
        as_at: Instant,
    ) -> Box<dyn Iterator<Item = Row> + 'p> {
        if name == registers::TO_BE_PUT_RIGHT.name {
            return Box::new(registers::to_be_put_right(self, settings));
        }
        if name == registers::EMERGENCIES.name {
            return Box::new(registers::emergencies(self, settings, as_at));
        }
        Box::new(registers::pending(self, settings, as_at))
    }

    fn sections(&self, settings: &Settings, period: Period, status_at: Instant) -> Vec<Section> {
        vec![sections::disclosures(self, settings, period, status_at)]
    }
}

muniment_sdk::plugin!(Disclosures);
