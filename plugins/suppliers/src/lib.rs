//! Those who work for the organisation without belonging to it: contractors, who sign an undertaking before they start;
//! processors, with whom a contract comes before the data, and who are assured again and again; visitors.
//!
//! Three registers are joined: engagements, undertakings and access to systems, by the people, firms and numbers that they
//! name. Access of staff is another plugin's, and so are the links of partners.

use muniment_sdk::{
    CaseFold, Event, Instant, Manifest, Outcome, Period, Plugin, Register, Row, Rule, Section, Severity,
};
use serde::{Deserialize, Serialize};

mod account;
mod alarms;
mod contractor;
mod contractors;
mod engagement;
mod index;
mod on;
mod processor;
mod processors;
mod registers;
mod sections;
mod settings;
#[cfg(test)]
mod tests;
mod transfers;
mod undertaking;
mod visit;

pub use settings::Settings;

use contractors::Contractors;
use processors::Processors;
use visit::Visit;

/// What says who has a contractor's access, and until when.
const CONTRACTORS: &[&str] =
    &["contractor.*", "nda.*", "access.granted", "access.changed", "access.suspended", "access.revoked"];

const PROCESSORS: &[&str] = &["processor.*", "sharing.transfer_made"];

pub(crate) const NOT_SIGNED: Rule = Rule {
    id: "A-THP-1",
    title: "Contractor started before signing",
    severity: Severity::Policy,
    recipient: "role/commissioning-manager",
    clauses: &["leicester L12.9.i"],
    feeds: CONTRACTORS,
};

pub(crate) const EXPIRED: Rule = Rule {
    id: "A-THP-2",
    title: "Undertaking expired",
    severity: Severity::Policy,
    recipient: "role/commissioning-manager",
    clauses: &["leicester L12.9.i"],
    feeds: CONTRACTORS,
};

pub(crate) const NO_CONTRACT: Rule = Rule {
    id: "A-THP-4",
    title: "Processor without contract",
    severity: Severity::Statutory,
    recipient: "role/ig-team",
    clauses: &["coventry C-TCW.viii"],
    feeds: PROCESSORS,
};

pub(crate) const NOT_ASSURED: Rule = Rule {
    id: "A-THP-5",
    title: "Processor's assurance overdue",
    severity: Severity::Policy,
    recipient: "role/ig-team",
    clauses: &["coventry C-TCW.viii"],
    feeds: PROCESSORS,
};

/// The state: contractors, processors and visits.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Suppliers {
    contractors: Contractors,
    processors: Processors,
    visits: CaseFold<Visit>,
}

impl Plugin for Suppliers {
    type Settings = Settings;

    const MANIFEST: Manifest = Manifest {
        id: "suppliers",
        version: env!("CARGO_PKG_VERSION"),
        title: "Contractors and processors",
        description: "Sees that contractors sign before they start and for as long as they have access, that a contract comes \
                      before a processor's data and its assurance is renewed, and shows who visits.",
        subscriptions: &[
            "contractor.*",
            "nda.*",
            "access.granted",
            "access.changed",
            "access.suspended",
            "access.revoked",
            "processor.*",
            "subprocessor.*",
            "sharing.transfer_made",
            "visitor.*",
            "identity.*",
            "case.*",
            "ledger.correction_recorded",
        ],
        rules: &[NOT_SIGNED, EXPIRED, NO_CONTRACT, NOT_ASSURED],
        settings_schema: include_str!("settings.json"),
        catalogue: &[],
        personal: &[],
    };

    const REGISTERS: &'static [Register] = &[
        registers::WITHOUT_UNDERTAKING,
        registers::UNDERTAKINGS,
        registers::processors::PROCESSORS,
        registers::visitors::ON_SITE,
    ];

    fn apply(&mut self, settings: &Settings, event: &Event, out: &mut Outcome) {
        match event.kind.split('.').next() {
            Some("contractor" | "nda" | "access" | "identity") => {
                self.contractors.apply(settings, event, out)
            }
            Some("processor" | "subprocessor" | "sharing") => self.processors.apply(settings, event, out),
            Some("visitor") => self.visits.apply(settings, event, out),
            _ => {
                self.contractors.apply(settings, event, out);
                self.processors.apply(settings, event, out);
                self.visits.apply(settings, event, out);
            }
        }
    }

    fn tick(&mut self, settings: &Settings, now: Instant, out: &mut Outcome) {
        self.contractors.tick(settings, now, out);
        self.processors.tick(settings, now, out);
    }

    fn wake(&self) -> Option<Instant> {
        [self.contractors.wake(), self.processors.wake()].into_iter().flatten().min()
    }

    fn register<'p>(
        &'p self,
        settings: &'p Settings,
        name: &str,
        as_at: Instant,
    ) -> Box<dyn Iterator<Item = Row> + 'p> {
        let rows = match name {
            name if name == registers::WITHOUT_UNDERTAKING.name => {
                registers::without_undertaking(&self.contractors, settings, as_at)
            }
            name if name == registers::UNDERTAKINGS.name => {
                registers::undertakings(&self.contractors, settings, as_at)
            }
            name if name == registers::processors::PROCESSORS.name => {
                registers::processors::processors(&self.processors, settings, as_at)
            }
            _ => registers::visitors::on_site(&self.visits, settings, as_at),
        };
        Box::new(rows.into_iter())
    }

    fn sections(&self, settings: &Settings, period: Period, status_at: Instant) -> Vec<Section> {
        vec![sections::suppliers(self, settings, period, status_at)]
    }
}

muniment_sdk::plugin!(Suppliers);
