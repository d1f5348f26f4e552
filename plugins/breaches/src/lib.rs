//! Incidents and breaches of personal data: whether the regulator and the people affected were told, whether what an
//! organisation asks of itself was done in time, and whether breaches repeat.

use muniment_sdk::{
    CaseFold, Event, Instant, Manifest, Outcome, Period, Plugin, Register, Row, Rule, Section, Severity,
};
use serde::{Deserialize, Serialize};

mod action;
mod alarms;
mod apply;
mod case;
mod learner;
mod registers;
mod repeats;
mod sections;
mod settings;
#[cfg(test)]
mod tests;

pub use apply::Severity as BreachSeverity;
pub use settings::Settings;

use case::Breach;
use learner::Learner;
use repeats::Repeats;

pub(crate) const FEEDS: &[&str] = &["breach.*", "incident.*"];

pub(crate) const UNDECIDED: Rule = Rule {
    id: "A-BRC-1",
    title: "Breach neither notified to the regulator nor decided not to be reportable",
    severity: Severity::Warning,
    recipient: "role/data-protection-officer",
    clauses: &["leicester L9.1.d", "leicester L12.2.c", "leicester L16.1.b"],
    feeds: FEEDS,
};

pub(crate) const NOT_NOTIFIED: Rule = Rule {
    id: "A-BRC-2",
    title: "The regulator was not told of a breach within 72 hours",
    severity: Severity::Statutory,
    recipient: "role/siro",
    clauses: &["leicester L5.1.d", "leicester L9.2.d", "leicester L12.2.c", "coventry C-AIM.iv"],
    feeds: FEEDS,
};

pub(crate) const NO_DECISION: Rule = Rule {
    id: "A-BRC-3",
    title: "No decision on a breach",
    severity: Severity::Policy,
    recipient: "role/data-protection-officer",
    clauses: &["leicester L12.2.c"],
    feeds: FEEDS,
};

pub(crate) const REPORTED_LATE: Rule = Rule {
    id: "A-BRC-4",
    title: "Incident reported late within the organisation",
    severity: Severity::Policy,
    recipient: "role/line-manager",
    clauses: &["leicester L9.2.g", "leicester L12.9.j"],
    feeds: FEEDS,
};

pub(crate) const OVERDUE: Rule = Rule {
    id: "A-BRC-5",
    title: "Action or investigation overdue",
    severity: Severity::Policy,
    recipient: "role/ig-team",
    clauses: &["leicester L9.2.g"],
    feeds: FEEDS,
};

pub(crate) const NOT_CLASSIFIED: Rule = Rule {
    id: "A-BRC-6",
    title: "Incident not classified",
    severity: Severity::Warning,
    recipient: "role/ig-team",
    clauses: &["leicester L2.1"],
    feeds: FEEDS,
};

pub(crate) const NOT_CONTAINED: Rule = Rule {
    id: "A-BRC-7",
    title: "Breach not contained",
    severity: Severity::Warning,
    recipient: "role/ig-team",
    clauses: &["leicester L5.1.c"],
    feeds: FEEDS,
};

pub(crate) const REPEATED: Rule = Rule {
    id: "A-BRC-8",
    title: "Breaches repeat",
    severity: Severity::Policy,
    recipient: "role/director",
    clauses: &["leicester L12.5.b"],
    feeds: &["breach.*", "incident.*", "training.*"],
};

pub(crate) const NOT_ESCALATED: Rule = Rule {
    id: "A-BRC-9",
    title: "Grave breach not escalated",
    severity: Severity::Statutory,
    recipient: "role/siro",
    clauses: &["coventry C-CMP.4"],
    feeds: FEEDS,
};

/// The state: incidents and breaches, what training people had, and what follows from both together.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Breaches {
    cases: CaseFold<Breach>,
    people: CaseFold<Learner>,
    repeats: Repeats,
}

impl Breaches {
    fn apply_to_cases(&mut self, settings: &Settings, event: &Event, out: &mut Outcome) {
        let repeats = &mut self.repeats;
        self.cases.apply_with(settings, event, out, &mut |case, breach| repeats.take(case, breach));
    }

    fn apply_to_people(&mut self, settings: &Settings, event: &Event, out: &mut Outcome) {
        let repeats = &mut self.repeats;
        self.people.apply_with(settings, event, out, &mut |person, _| repeats.take_person(person));
    }
}

impl Plugin for Breaches {
    type Settings = Settings;

    const MANIFEST: Manifest = Manifest {
        id: "breaches",
        version: env!("CARGO_PKG_VERSION"),
        title: "Personal data breaches",
        description: "Watches over incidents and breaches: the 72 hours in which the regulator has to be told, people at \
                      high risk, reports, decisions, investigations and actions, and breaches that repeat.",
        subscriptions: &[
            "breach.*",
            "incident.*",
            "training.*",
            "case.*",
            "identity.*",
            "calendar.*",
            "ledger.correction_recorded",
        ],
        rules: &[
            UNDECIDED,
            NOT_NOTIFIED,
            NO_DECISION,
            REPORTED_LATE,
            OVERDUE,
            NOT_CLASSIFIED,
            NOT_CONTAINED,
            REPEATED,
            NOT_ESCALATED,
        ],
        settings_schema: include_str!("settings.json"),
        catalogue: &[],
        personal: &[],
    };

    const REGISTERS: &'static [Register] =
        &[registers::UNDER_THE_CLOCK, registers::ACTIONS, registers::INCIDENTS];

    fn check(settings: &Settings) -> Result<(), String> {
        settings.check()
    }

    fn apply(&mut self, settings: &Settings, event: &Event, out: &mut Outcome) {
        // Who pseudonyms stand for is no matter of cases, nor are working days of people.
        match event.kind.split('.').next() {
            Some("breach" | "incident" | "calendar") => self.apply_to_cases(settings, event, out),
            Some("training" | "identity") => self.apply_to_people(settings, event, out),
            _ => {
                self.apply_to_cases(settings, event, out);
                self.apply_to_people(settings, event, out);
            }
        }
        self.repeats.settle(settings, &self.people, event, out);
    }

    fn tick(&mut self, settings: &Settings, now: Instant, out: &mut Outcome) {
        self.cases.tick(settings, now, out);
        self.people.tick(settings, now, out);
        self.repeats.tick(settings, &self.people, now, out);
    }

    fn wake(&self) -> Option<Instant> {
        [self.cases.wake(), self.people.wake(), self.repeats.wake()].into_iter().flatten().min()
    }

    fn register<'p>(
        &'p self,
        settings: &'p Settings,
        name: &str,
        as_at: Instant,
    ) -> Box<dyn Iterator<Item = Row> + 'p> {
        if name == registers::ACTIONS.name {
            return Box::new(registers::actions(self, settings, as_at));
        }
        if name == registers::INCIDENTS.name {
            return Box::new(registers::incidents(self, settings, as_at));
        }
        Box::new(registers::under_the_clock(self, settings, as_at))
    }

    fn sections(&self, settings: &Settings, period: Period, status_at: Instant) -> Vec<Section> {
        vec![sections::incidents(self, settings, period, status_at)]
    }
}

muniment_sdk::plugin!(Breaches);
