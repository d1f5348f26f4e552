//! Information sharing: agreements, memoranda and protocols, transfers, the links of partners, impact assessments, the
//! record of processing and privacy notices.
//!
//! The folds are joined ([`joined`]): a transfer is held against the agreement that it names as that stood then, and an
//! agreement against the record of processing.

use muniment_sdk::{
    CaseFold, Event, Instant, Manifest, Outcome, Period, Plugin, Register, Row, Rule, Section, Severity,
};
use serde::{Deserialize, Serialize};

mod agreement;
mod assessment;
mod entry;
mod joined;
mod link;
mod on;
mod registers;
mod sections;
mod settings;
#[cfg(test)]
mod tests;
mod transfer;

pub use settings::Settings;
pub use transfer::Method;

use agreement::Agreement;
use assessment::Assessment;
use entry::Entry;
use joined::{Folds, Joined, Terms, covered_by};
use link::Link;
use transfer::Transfer;

const AGREEMENTS: &[&str] = &["isa.*", "mou.*", "protocol.*", "sharing.*"];

pub(crate) const NO_AGREEMENT: Rule = Rule {
    id: "A-SHR-1",
    title: "Transfer without an agreement in force",
    severity: Severity::Statutory,
    recipient: "role/ig-manager",
    clauses: &["leicester L5.1.e", "leicester L9.2.e", "leicester L12.4.b"],
    feeds: AGREEMENTS,
};

pub(crate) const NOT_REVIEWED: Rule = Rule {
    id: "A-SHR-2",
    title: "Agreement not reviewed or not recorded",
    severity: Severity::Policy,
    recipient: "role/information-asset-owner",
    clauses: &["leicester L12.4.b", "leicester L14.2"],
    feeds: AGREEMENTS,
};

pub(crate) const INSECURE: Rule = Rule {
    id: "A-SHR-3",
    title: "Insecure channel",
    severity: Severity::Policy,
    recipient: "role/data-protection-officer",
    clauses: &["leicester L3.1.c"],
    feeds: &["sharing.*"],
};

pub(crate) const NO_PROTOCOL: Rule = Rule {
    id: "A-SHR-4",
    title: "Agreement without a protocol",
    severity: Severity::Policy,
    recipient: "role/data-protection-officer",
    clauses: &["leicester L14.1"],
    feeds: &["isa.*"],
};

pub(crate) const NOT_ON_RECORD: Rule = Rule {
    id: "A-SHR-5",
    title: "Processing without a record or an assessment",
    severity: Severity::Policy,
    recipient: "role/data-protection-officer",
    clauses: &["leicester L9.1.h"],
    feeds: &["ropa.*", "dpia.*", "isa.*"],
};

pub(crate) const NOT_ASSURED: Rule = Rule {
    id: "A-THP-3",
    title: "Partner's link without assurance",
    severity: Severity::Policy,
    recipient: "role/siro",
    clauses: &["leicester L10.1.c"],
    feeds: &["partner.*"],
};

/// The state: the folds, and what joins them.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Sharing {
    agreements: CaseFold<Agreement>,
    transfers: CaseFold<Transfer>,
    links: CaseFold<Link>,
    assessments: CaseFold<Assessment>,
    entries: CaseFold<Entry>,
    joined: Joined,
}

impl Sharing {
    fn folds<'f>(&'f self, settings: &'f Settings) -> Folds<'f> {
        Folds { settings, agreements: &self.agreements, transfers: &self.transfers }
    }

    fn take_agreement(&mut self, settings: &Settings, event: &Event, out: &mut Outcome) {
        let Sharing { agreements, transfers, joined, .. } = self;
        let mut changed: Vec<(String, Option<Terms>)> = Vec::new();
        agreements.apply_with(settings, event, out, &mut |number, agreement| {
            changed.push((number.to_owned(), agreement.map(Terms::of)));
        });
        let folds = Folds { settings, agreements, transfers };
        for (number, terms) in changed {
            joined.agreement_changed(folds, &number, terms, event.recorded, out);
        }
    }

    fn take_transfer(&mut self, settings: &Settings, event: &Event, out: &mut Outcome) {
        let Sharing { agreements, transfers, joined, .. } = self;
        let mut changed = Vec::new();
        transfers.apply_with(settings, event, out, &mut |number, transfer| {
            changed.push(joined.see(agreements, number, transfer));
        });
        let folds = Folds { settings, agreements, transfers };
        if !changed.is_empty() && !event.kind.starts_with("sharing.") {
            joined.uses_corrected(folds, &changed, event.recorded, out);
        }
        for seen in changed {
            joined.tell(folds, &seen, event.recorded, out);
        }
    }

    fn take_entry(&mut self, settings: &Settings, event: &Event, out: &mut Outcome) {
        let Sharing { agreements, transfers, entries, joined, .. } = self;
        let mut changed: Vec<(String, Vec<String>)> = Vec::new();
        entries.apply_with(settings, event, out, &mut |number, entry| {
            changed.push((number.to_owned(), covered_by(entry)));
        });
        let folds = Folds { settings, agreements, transfers };
        for (number, covered) in changed {
            joined.entry_changed(folds, &number, covered, event.recorded, out);
        }
    }
}

impl Plugin for Sharing {
    type Settings = Settings;

    const MANIFEST: Manifest = Manifest {
        id: "sharing",
        version: env!("CARGO_PKG_VERSION"),
        title: "Information sharing",
        description: "Holds transfers against the agreements that they rest on, sees that agreements, partners' assurances, \
                      impact assessments and the record of processing are kept up, and counts them.",
        subscriptions: &[
            "protocol.*",
            "isa.*",
            "mou.*",
            "sharing.*",
            "partner.*",
            "ropa.*",
            "dpia.*",
            "privacy_notice.*",
            "case.*",
            "ledger.correction_recorded",
        ],
        rules: &[NO_AGREEMENT, NOT_REVIEWED, INSECURE, NO_PROTOCOL, NOT_ON_RECORD, NOT_ASSURED],
        settings_schema: include_str!("settings.json"),
        catalogue: &[],
        personal: &[],
    };

    const REGISTERS: &'static [Register] = registers::ALL;

    fn check(settings: &Settings) -> Result<(), String> {
        settings.check()
    }

    fn apply(&mut self, settings: &Settings, event: &Event, out: &mut Outcome) {
        match event.kind.split('.').next() {
            Some("protocol" | "isa" | "mou") => self.take_agreement(settings, event, out),
            Some("sharing") => self.take_transfer(settings, event, out),
            Some("partner") => self.links.apply(settings, event, out),
            Some("dpia") => self.assessments.apply(settings, event, out),
            // An entry of the record is one by itself, and a part of the assessment that it names.
            Some("ropa") => {
                self.assessments.apply(settings, event, out);
                self.take_entry(settings, event, out);
            }
            Some("privacy_notice") => self.take_entry(settings, event, out),
            _ => {
                self.take_agreement(settings, event, out);
                self.take_transfer(settings, event, out);
                self.links.apply(settings, event, out);
                self.assessments.apply(settings, event, out);
                self.take_entry(settings, event, out);
            }
        }
    }

    fn tick(&mut self, settings: &Settings, now: Instant, out: &mut Outcome) {
        self.agreements.tick(settings, now, out);
        self.transfers.tick(settings, now, out);
        self.links.tick(settings, now, out);
        self.assessments.tick(settings, now, out);
        let Sharing { agreements, transfers, joined, .. } = self;
        joined.tick(Folds { settings, agreements, transfers }, now, out);
    }

    fn wake(&self) -> Option<Instant> {
        let folds = [
            self.agreements.wake(),
            self.transfers.wake(),
            self.links.wake(),
            self.assessments.wake(),
            self.joined.wake(),
        ];
        folds.into_iter().flatten().min()
    }

    fn register<'p>(
        &'p self,
        settings: &'p Settings,
        name: &str,
        as_at: Instant,
    ) -> Box<dyn Iterator<Item = Row> + 'p> {
        Box::new(registers::rows(self, settings, name, as_at))
    }

    fn sections(&self, settings: &Settings, period: Period, status_at: Instant) -> Vec<Section> {
        vec![sections::sharing(self, settings, period, status_at)]
    }
}

muniment_sdk::plugin!(Sharing);
