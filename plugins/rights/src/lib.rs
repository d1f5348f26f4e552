//! Requests of data subjects, from access to automated decisions, and complaints about data protection: whether they are
//! answered and acknowledged in the time that the law allows.
//!
//! Requests for information under other laws are the plugin `requests`'. A case that is both, or that moves from one to the
//! other, is looked at by each under its own clock.

use muniment_sdk::{
    CaseFold, Event, Instant, Manifest, Outcome, Period, Plugin, Register, Row, Rule, Section, Severity,
};
use serde::{Deserialize, Serialize};

mod alarms;
mod apply;
mod case;
mod complaint;
mod regimes;
mod registers;
mod sections;
mod settings;
#[cfg(test)]
mod tests;

pub use settings::Settings;

use case::Request;
use complaint::Complaint;

const FEEDS: &[&str] = &["request.*"];

pub(crate) const DUE_SOON: Rule = Rule {
    id: "A-SAR-1",
    title: "Request about personal data soon due",
    severity: Severity::Warning,
    recipient: "role/case-officer",
    clauses: &["leicester L12.4.a", "coventry C-TCW.iii"],
    feeds: FEEDS,
};

pub(crate) const OVERDUE: Rule = Rule {
    id: "A-SAR-2",
    title: "Request about personal data not answered in time",
    severity: Severity::Statutory,
    recipient: "role/data-protection-officer",
    clauses: &[
        "leicester L5.1.d",
        "leicester L9.1.e",
        "leicester L9.2.d",
        "leicester L12.4.a",
        "coventry C-AIM.i",
        "coventry C-AIM.iv",
        "coventry C-TCW.iii",
    ],
    feeds: FEEDS,
};

pub(crate) const NOTICE: Rule = Rule {
    id: "A-SAR-3",
    title: "Extension notice late or without reasons",
    severity: Severity::Statutory,
    recipient: "role/data-protection-officer",
    clauses: &["leicester L12.4.a", "coventry C-TCW.iii"],
    feeds: FEEDS,
};

pub(crate) const PAUSED: Rule = Rule {
    id: "A-SAR-4",
    title: "Request about personal data paused for long",
    severity: Severity::Warning,
    recipient: "role/data-protection-officer",
    clauses: &["leicester L12.4.a", "coventry C-TCW.iii"],
    feeds: FEEDS,
};

pub(crate) const NOT_ACKNOWLEDGED: Rule = Rule {
    id: "A-DPC-1",
    title: "Complaint not acknowledged",
    severity: Severity::Statutory,
    recipient: "role/data-protection-officer",
    clauses: &["leicester L12.4.a", "coventry C-TCW.iii"],
    feeds: &["dpcomplaint.*"],
};

/// The state: all requests that are or may become a data subject's, and all complaints.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Rights {
    requests: CaseFold<Request>,
    complaints: CaseFold<Complaint>,
}

impl Plugin for Rights {
    type Settings = Settings;

    const MANIFEST: Manifest = Manifest {
        id: "rights",
        version: env!("CARGO_PKG_VERSION"),
        title: "Rights of data subjects",
        description: "Watches over requests of data subjects, their pauses and extensions, and over the acknowledgement of \
                      complaints about data protection.",
        subscriptions: &["request.*", "dpcomplaint.*", "case.*", "calendar.*", "ledger.correction_recorded"],
        rules: &[DUE_SOON, OVERDUE, NOTICE, PAUSED, NOT_ACKNOWLEDGED],
        settings_schema: include_str!("settings.json"),
        catalogue: &[],
        personal: &[],
    };

    const REGISTERS: &'static [Register] = &[registers::OPEN, registers::COMPLAINTS];

    fn check(settings: &Settings) -> Result<(), String> {
        settings.check()
    }

    /// Each of the two leaves alone what is not its own; links, corrections and calendars may concern both.
    fn apply(&mut self, settings: &Settings, event: &Event, out: &mut Outcome) {
        self.requests.apply(settings, event, out);
        self.complaints.apply(settings, event, out);
    }

    fn tick(&mut self, settings: &Settings, now: Instant, out: &mut Outcome) {
        self.requests.tick(settings, now, out);
        self.complaints.tick(settings, now, out);
    }

    fn wake(&self) -> Option<Instant> {
        [self.requests.wake(), self.complaints.wake()].into_iter().flatten().min()
    }

    fn register<'p>(
        &'p self,
        settings: &'p Settings,
        name: &str,
        as_at: Instant,
    ) -> Box<dyn Iterator<Item = Row> + 'p> {
        if name == registers::COMPLAINTS.name {
            return Box::new(registers::complaints(self, settings, as_at));
        }
        Box::new(registers::open(self, settings, as_at))
    }

    fn sections(&self, settings: &Settings, period: Period, status_at: Instant) -> Vec<Section> {
        vec![sections::rights(self, settings, period, status_at)]
    }
}

muniment_sdk::plugin!(Rights);
