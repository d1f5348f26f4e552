//! Breaches of personal data: whether the regulator was told within 72 hours, or it was decided why not.

use muniment_sdk::{
    CaseFold, Event, Instant, Manifest, Outcome, Period, Plugin, Register, Row, Rule, Section, Severity,
};
use serde::{Deserialize, Serialize};

mod alarms;
mod apply;
mod case;
mod registers;
mod sections;
mod settings;
#[cfg(test)]
mod tests;

pub use settings::Settings;

use case::Breach;

const FEEDS: &[&str] = &["breach.*", "incident.*"];

pub(crate) const UNDECIDED: Rule = Rule {
    id: "A-BRC-1",
    title: "Breach neither notified to the regulator nor decided not to be reportable",
    severity: Severity::Warning,
    recipient: "role/data-protection-officer",
    clauses: &["leicester L9.1.d", "leicester L12.2.c", "coventry C-AIM.i"],
    feeds: FEEDS,
};

pub(crate) const NOT_NOTIFIED: Rule = Rule {
    id: "A-BRC-2",
    title: "The regulator was not told of a breach within 72 hours",
    severity: Severity::Statutory,
    recipient: "role/siro",
    clauses: &["leicester L9.1.d", "leicester L12.2.c", "coventry C-AIM.i"],
    feeds: FEEDS,
};

/// The state: all breaches, and incidents that may be some.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Breaches {
    cases: CaseFold<Breach>,
}

impl Plugin for Breaches {
    type Settings = Settings;

    const MANIFEST: Manifest = Manifest {
        id: "breaches",
        version: env!("CARGO_PKG_VERSION"),
        title: "Personal data breaches",
        description: "Watches over the 72 hours in which the regulator has to be told of a breach, and counts how often \
                      it was.",
        subscriptions: &["breach.*", "incident.*", "case.*", "ledger.correction_recorded"],
        rules: &[UNDECIDED, NOT_NOTIFIED],
        settings_schema: include_str!("settings.json"),
        catalogue: &[],
        personal: &[],
    };

    const REGISTERS: &'static [Register] = &[registers::UNDER_THE_CLOCK];

    fn check(settings: &Settings) -> Result<(), String> {
        settings.check()
    }

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
        _: &str,
        as_at: Instant,
    ) -> Box<dyn Iterator<Item = Row> + 'p> {
        Box::new(registers::under_the_clock(self, settings, as_at))
    }

    fn sections(&self, settings: &Settings, period: Period, status_at: Instant) -> Vec<Section> {
        vec![sections::breaches(self, settings, period, status_at)]
    }
}

muniment_sdk::plugin!(Breaches);
