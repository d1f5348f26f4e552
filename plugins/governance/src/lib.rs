//! The governance of information: policies and their reviews, roles, the annual report, the law that is cited, renewals,
//! advice, attestations, monitoring and audits.

use muniment_sdk::{
    CaseFold, Event, Instant, Manifest, Outcome, Period, Plugin, Register, Row, Rule, Section, Severity,
};
use serde::{Deserialize, Serialize};

mod annual;
mod assurance;
mod checks;
mod cited;
mod document;
mod guidance;
mod on;
mod registers;
mod renewals;
mod role;
mod sections;
mod settings;
#[cfg(test)]
mod tests;

pub use role::Kind;
pub use settings::Settings;

use annual::Annual;
use assurance::{Audit, Meeting};
use checks::Checks;
use cited::Law;
use document::Document;
use guidance::Questions;
use renewals::{Registration, Toolkit};
use role::Roles;

pub(crate) const REVIEW: Rule = Rule {
    id: "A-POL-1",
    title: "Policy or standard due for review",
    severity: Severity::Policy,
    recipient: "role/policy-owner",
    clauses: &[
        "leicester L4.1",
        "leicester L6.2x",
        "leicester L9.2.h",
        "leicester L12.2.a",
        "leicester L12.3.b",
        "coventry C-INT",
        "coventry C-TCW.i",
        "coventry C-CMP.5",
    ],
    feeds: &["policy.*", "standard.*", "procedure.*"],
};

pub(crate) const UNAPPROVED: Rule = Rule {
    id: "A-POL-2",
    title: "Policy distributed without approval",
    severity: Severity::Policy,
    recipient: "role/policy-owner",
    clauses: &["leicester L4.1"],
    feeds: &["policy.*"],
};

pub(crate) const INCOMPLETE: Rule = Rule {
    id: "A-POL-5",
    title: "Review of a policy incomplete",
    severity: Severity::Warning,
    recipient: "role/policy-owner",
    clauses: &["coventry C-CMP.6"],
    feeds: &["policy.*"],
};

pub(crate) const VACANT: Rule = Rule {
    id: "A-GOV-1",
    title: "Role vacant",
    severity: Severity::Policy,
    recipient: "role/chief-executive",
    clauses: &["leicester L12.1", "coventry C-TCW.ii", "coventry C-CMP.1"],
    feeds: &["role.*"],
};

pub(crate) const LATE_REPORT: Rule = Rule {
    id: "A-GOV-2",
    title: "Annual report late",
    severity: Severity::Policy,
    recipient: "role/ig-manager",
    clauses: &["leicester L12.4.c"],
    feeds: &["report.*"],
};

pub(crate) const SUPERSEDED: Rule = Rule {
    id: "A-GOV-3",
    title: "Superseded law cited",
    severity: Severity::Warning,
    recipient: "role/policy-owner",
    clauses: &["leicester L6.2", "coventry C-STD"],
    feeds: &["legal_register.*", "policy.*", "standard.*", "procedure.*"],
};

pub(crate) const RENEWAL: Rule = Rule {
    id: "A-GOV-4",
    title: "Registration due",
    severity: Severity::Warning,
    recipient: "role/ig-manager",
    clauses: &["leicester L5.1.d", "leicester L9.2.d", "coventry C-AIM.iv"],
    feeds: &["registration.*", "dspt.*"],
};

pub(crate) const UNANSWERED: Rule = Rule {
    id: "A-GOV-5",
    title: "Question unanswered",
    severity: Severity::Warning,
    recipient: "role/ig-manager",
    clauses: &["leicester L12.2.b", "leicester L12.3.c", "coventry C-ENQ"],
    feeds: &["guidance.*"],
};

pub(crate) const UNATTESTED: Rule = Rule {
    id: "A-GOV-6",
    title: "No attestation",
    severity: Severity::Warning,
    recipient: "role/ig-manager",
    clauses: &["leicester L12.5.a"],
    feeds: &["compliance.*", "org.*"],
};

pub(crate) const UNASSESSED: Rule = Rule {
    id: "A-GOV-7",
    title: "Monitoring without an assessment",
    severity: Severity::Warning,
    recipient: "role/ig-manager",
    clauses: &["coventry C-CMP.3"],
    feeds: &["compliance.*", "dpia.*"],
};

/// The state.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Governance {
    documents: CaseFold<Document>,
    law: Law,
    roles: Roles,
    annual: Annual,
    registrations: CaseFold<Registration>,
    toolkit: Toolkit,
    questions: Questions,
    checks: Checks,
    audits: CaseFold<Audit>,
    meetings: CaseFold<Meeting>,
}

impl Plugin for Governance {
    type Settings = Settings;

    const MANIFEST: Manifest = Manifest {
        id: "governance",
        version: env!("CARGO_PKG_VERSION"),
        title: "Governance",
        description: "Watches over policies and their reviews, roles, the annual report, the law that is cited, renewals, \
                      questions to the team, attestations and monitoring, and keeps what auditors recommend.",
        subscriptions: &[
            "policy.*",
            "standard.*",
            "procedure.*",
            "legal_register.*",
            "role.*",
            "board.*",
            "report.*",
            "registration.*",
            "dspt.*",
            "guidance.*",
            "compliance.*",
            "dpia.*",
            "org.*",
            "audit.*",
            "calendar.*",
            "case.*",
            "ledger.correction_recorded",
        ],
        rules: &[
            REVIEW,
            UNAPPROVED,
            INCOMPLETE,
            VACANT,
            LATE_REPORT,
            SUPERSEDED,
            RENEWAL,
            UNANSWERED,
            UNATTESTED,
            UNASSESSED,
        ],
        settings_schema: include_str!("settings.json"),
        catalogue: &[],
        personal: &[],
    };

    const REGISTERS: &'static [Register] =
        &[registers::POLICIES, registers::ROLES, registers::GUIDANCE, registers::RECOMMENDATIONS];

    fn check(settings: &Settings) -> Result<(), String> {
        settings.check()
    }

    fn apply(&mut self, settings: &Settings, event: &Event, out: &mut Outcome) {
        self.annual.begin(settings, event);
        match event.kind.split('.').next().unwrap_or_default() {
            "policy" | "standard" | "procedure" => {
                self.roles.begin(settings, event, out);
                self.document(settings, event, out);
            }
            "role" => {
                self.roles.begin(settings, event, out);
                self.roles.apply(settings, event, out);
            }
            "legal_register" => self.law.apply(settings, event, &self.documents, out),
            "report" => self.annual.apply(settings, event, out),
            "registration" => self.registrations.apply(settings, event, out),
            "dspt" => self.toolkit.apply(settings, event, out),
            "guidance" => self.questions.apply(settings, event, out),
            "compliance" | "dpia" | "org" => self.checks.apply(settings, event, out),
            "audit" => self.audits.apply(settings, event, out),
            "board" => self.meetings.apply(settings, event, out),
            "calendar" => {
                self.roles.apply(settings, event, out);
                self.questions.apply(settings, event, out);
            }
            // What is about cases of any kind is for all.
            _ => {
                self.document(settings, event, out);
                self.law.apply(settings, event, &self.documents, out);
                self.roles.apply(settings, event, out);
                self.annual.apply(settings, event, out);
                self.registrations.apply(settings, event, out);
                self.toolkit.apply(settings, event, out);
                self.questions.apply(settings, event, out);
                self.checks.apply(settings, event, out);
                self.audits.apply(settings, event, out);
                self.meetings.apply(settings, event, out);
            }
        }
    }

    fn tick(&mut self, settings: &Settings, now: Instant, out: &mut Outcome) {
        self.documents.tick(settings, now, out);
        self.law.tick(settings, &self.documents, now, out);
        self.roles.tick(settings, now, out);
        self.annual.tick(settings, now, out);
        self.registrations.tick(settings, now, out);
        self.toolkit.tick(settings, now, out);
        self.questions.fold.tick(settings, now, out);
        self.checks.tick(settings, now, out);
    }

    fn wake(&self) -> Option<Instant> {
        let all = [
            self.documents.wake(),
            self.law.wake(),
            self.roles.wake(),
            self.annual.wake(),
            self.registrations.wake(),
            self.toolkit.wake(),
            self.questions.fold.wake(),
            self.checks.wake(),
        ];
        all.into_iter().flatten().min()
    }

    fn register<'p>(
        &'p self,
        settings: &'p Settings,
        name: &str,
        as_at: Instant,
    ) -> Box<dyn Iterator<Item = Row> + 'p> {
        let rows = match name {
            name if name == registers::POLICIES.name => registers::policies(self, settings, as_at),
            name if name == registers::ROLES.name => registers::roles(self, settings, as_at),
            name if name == registers::GUIDANCE.name => registers::guidance(self, settings, as_at),
            _ => registers::recommendations(self, settings, as_at),
        };
        Box::new(rows.into_iter())
    }

    fn sections(&self, settings: &Settings, period: Period, status_at: Instant) -> Vec<Section> {
        sections::of(self, settings, period, status_at)
    }
}

impl Governance {
    /// Takes an event about a paper, and looks at what it cites.
    fn document(&mut self, settings: &Settings, event: &Event, out: &mut Outcome) {
        let mut seen: Vec<(String, Option<Document>)> = Vec::new();
        self.documents.apply_with(settings, event, out, &mut |name, document| {
            seen.push((name.to_owned(), document.cloned()));
        });
        for (name, document) in seen {
            self.law.look_at(&name, document.as_ref(), event.recorded, out);
        }
    }
}

muniment_sdk::plugin!(Governance);
