//! Requests for information under freedom of information, environmental information and re-use: whether they are taken in
//! hand, and answered in the time that the law allows.
//!
//! Requests of data subjects have other clocks and are another plugin's, `rights`: a case under such a
//! regime is none of this one.

use muniment_sdk::{
    CaseFold, Event, Instant, Manifest, Outcome, Period, Plugin, Register, Row, Rule, Section, Severity,
};
use serde::{Deserialize, Serialize};

mod alarms;
mod apply;
mod case;
mod clock;
mod extension;
mod moved;
mod notice;
mod registers;
mod review;
mod sections;
mod settings;
#[cfg(test)]
mod tests;

pub use settings::Settings;

use case::Request;
use moved::Moved;
use notice::Notices;
use review::Reviews;

const FEEDS: &[&str] = &["request.*"];

pub(crate) const NOT_TAKEN_IN_HAND: Rule = Rule {
    id: "A-REQ-1",
    title: "Request neither acknowledged nor allocated in time",
    severity: Severity::Warning,
    recipient: "role/ig-team",
    clauses: &["leicester L6.2", "leicester L12.4.a"],
    feeds: FEEDS,
};

pub(crate) const DUE_SOON: Rule = Rule {
    id: "A-REQ-2",
    title: "Request soon due",
    severity: Severity::Warning,
    recipient: "role/service-lead",
    clauses: &["leicester L6.2", "leicester L12.4.a", "coventry C-TCW.iii"],
    feeds: FEEDS,
};

pub(crate) const OVERDUE: Rule = Rule {
    id: "A-REQ-3",
    title: "Request not answered in the time that the law allows",
    severity: Severity::Statutory,
    recipient: "role/ig-manager",
    clauses: &["leicester L6.2", "leicester L12.4.a", "coventry C-TCW.iii"],
    feeds: FEEDS,
};

pub(crate) const NO_REFUSAL_NOTICE: Rule = Rule {
    id: "A-REQ-4",
    title: "Extension for the public interest without notice",
    severity: Severity::Statutory,
    recipient: "role/ig-manager",
    clauses: &["leicester L12.4.a"],
    feeds: FEEDS,
};

pub(crate) const REVIEW_LATE: Rule = Rule {
    id: "A-REQ-5",
    title: "Internal review late",
    severity: Severity::Statutory,
    recipient: "role/ig-manager",
    clauses: &["leicester L12.4.a"],
    feeds: &["review.*"],
};

pub(crate) const REGULATOR: Rule = Rule {
    id: "A-ICO-1",
    title: "Step for the regulator due or overdue",
    severity: Severity::Statutory,
    recipient: "role/ig-manager",
    clauses: &["leicester L12.4.a"],
    feeds: &["ico.*", "tribunal.*"],
};

pub(crate) const ABOUT_TO_LAPSE: Rule = Rule {
    id: "A-REQ-6",
    title: "Request about to lapse",
    severity: Severity::Warning,
    recipient: "role/case-officer",
    clauses: &["leicester L12.4.a"],
    feeds: FEEDS,
};

pub(crate) const EXTENSION_NOT_VALID: Rule = Rule {
    id: "A-REQ-7",
    title: "Extension under environmental information not valid",
    severity: Severity::Statutory,
    recipient: "role/ig-manager",
    clauses: &["leicester L12.4.a"],
    feeds: FEEDS,
};

pub(crate) const MOVED: Rule = Rule {
    id: "A-CAL-1",
    title: "A change of the calendar moves deadlines",
    severity: Severity::Warning,
    recipient: "role/ig-team",
    clauses: &["leicester L6.2", "leicester L12.4.a"],
    feeds: &["calendar.*", "request.*"],
};

/// The state: all requests, their reviews, what the regulator asks, and deadlines that were moved.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Requests {
    cases: CaseFold<Request>,
    reviews: CaseFold<Reviews>,
    notices: CaseFold<Notices>,
    moved: Moved,
}

impl Plugin for Requests {
    type Settings = Settings;

    const MANIFEST: Manifest = Manifest {
        id: "requests",
        version: env!("CARGO_PKG_VERSION"),
        title: "Requests for information",
        description: "Watches over requests under freedom of information, environmental information and re-use, from \
                      receipt to answer and through reviews, and counts how many are answered in time.",
        subscriptions: &[
            "request.*",
            "review.*",
            "ico.*",
            "tribunal.*",
            "case.*",
            "calendar.*",
            "ledger.correction_recorded",
        ],
        rules: &[
            NOT_TAKEN_IN_HAND,
            DUE_SOON,
            OVERDUE,
            NO_REFUSAL_NOTICE,
            REVIEW_LATE,
            ABOUT_TO_LAPSE,
            EXTENSION_NOT_VALID,
            REGULATOR,
            MOVED,
        ],
        settings_schema: include_str!("settings.json"),
        catalogue: &[],
        personal: &[],
    };

    const REGISTERS: &'static [Register] = &[registers::OPEN, review::register::REVIEWS];

    fn check(settings: &Settings) -> Result<(), String> {
        settings.check()
    }

    fn apply(&mut self, settings: &Settings, event: &Event, out: &mut Outcome) {
        // Most events are about one kind of case, and only what is about cases of any kind, or about calendars, is for all.
        match event.kind.split('.').next() {
            Some("request") => return self.cases.apply(settings, event, out),
            Some("review") => return self.reviews.apply(settings, event, out),
            Some("ico" | "tribunal") => return self.notices.apply(settings, event, out),
            Some("calendar") => self.reviews.apply(settings, event, out),
            _ => {
                self.reviews.apply(settings, event, out);
                self.notices.apply(settings, event, out);
            }
        }
        let is_about_holidays = event.kind.starts_with("calendar.holiday_");
        if !is_about_holidays && event.kind != "ledger.correction_recorded" {
            return self.cases.apply(settings, event, out);
        }
        let before = self.cases.calendars().clone();
        self.cases.apply(settings, event, out);
        if self.cases.calendars().uk_wide() != before.uk_wide() {
            self.moved.take(settings, event, &before, &self.cases);
        }
    }

    fn tick(&mut self, settings: &Settings, now: Instant, out: &mut Outcome) {
        self.moved.tick(now, out);
        self.cases.tick(settings, now, out);
        self.reviews.tick(settings, now, out);
        self.notices.tick(settings, now, out);
    }

    fn wake(&self) -> Option<Instant> {
        [self.cases.wake(), self.reviews.wake(), self.notices.wake(), self.moved.wake()]
            .into_iter()
            .flatten()
            .min()
    }

    fn register<'p>(
        &'p self,
        settings: &'p Settings,
        name: &str,
        as_at: Instant,
    ) -> Box<dyn Iterator<Item = Row> + 'p> {
        if name == review::register::REVIEWS.name {
            return Box::new(review::register::open(&self.reviews, settings, as_at));
        }
        Box::new(registers::open(self, settings, as_at))
    }

    fn sections(&self, settings: &Settings, period: Period, status_at: Instant) -> Vec<Section> {
        vec![sections::requests(self, settings, period, status_at)]
    }
}

muniment_sdk::plugin!(Requests);
