//! How far the ledger itself can be trusted: whether the systems that post go on doing so and count what it holds, whether
//! events say what the tables count by, whether the chain verifies, and whether the figures of a report add up.

use muniment_sdk::{
    CaseFold, Event, Instant, Manifest, Outcome, Period, Plugin, Register, Row, Rule, Section, Severity,
};
use serde::{Deserialize, Serialize};

mod apply;
mod coding;
mod counts;
mod feeds;
mod lint;
mod registers;
mod reports;
mod sections;
mod settings;
#[cfg(test)]
mod tests;
mod verification;

pub use settings::{Code, Settings};

use coding::Coded;
use feeds::Feeds;
use lint::Checked;
use verification::Verifications;

const CODED: &[&str] = &["incident.*", "breach.*", "disposal.*", "asset.registered"];

pub(crate) const SILENT: Rule = Rule {
    id: "A-SRC-1",
    title: "Source silent",
    severity: Severity::Warning,
    recipient: "role/ig-team",
    clauses: &[],
    feeds: &["source.*"],
};

pub(crate) const UNCODED: Rule = Rule {
    id: "A-LED-1",
    title: "Coding missing",
    severity: Severity::Warning,
    recipient: "role/ig-team",
    clauses: &["leicester L3.1.a", "leicester L8.1.a", "leicester L10.1.a", "coventry C-KPS"],
    feeds: CODED,
};

pub(crate) const UNVERIFIED: Rule = Rule {
    id: "A-LED-2",
    title: "Verification of the ledger failed",
    severity: Severity::Statutory,
    recipient: "role/siro",
    clauses: &["leicester L9.2.c"],
    feeds: &["ledger.verified"],
};

pub(crate) const DOES_NOT_ADD_UP: Rule = Rule {
    id: "A-RPT-1",
    title: "Figures do not add up",
    severity: Severity::Warning,
    recipient: "role/report-author",
    clauses: &[],
    feeds: &["report.generated"],
};

/// The state: the systems and what came of each, the coding of cases, and what was checked.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Sources {
    feeds: Feeds,
    coding: CaseFold<Coded>,
    reports: CaseFold<Checked>,
    verifications: Verifications,
}

impl Plugin for Sources {
    type Settings = Settings;

    /// It is given every entry, to count those of each source, whatever their type: also types that an organisation brings
    /// along. Most of them are counted and nothing else. The types behind `*` are named for what rests on them.
    const MANIFEST: Manifest = Manifest {
        id: "sources",
        version: env!("CARGO_PKG_VERSION"),
        title: "Sources and data quality",
        description: "Sees that the systems that post go on reporting and that the ledger holds what they count, that events \
                      are coded, that the ledger verifies and that the figures of reports add up.",
        subscriptions: &[
            "*",
            "source.*",
            "incident.*",
            "breach.*",
            "disposal.*",
            "asset.registered",
            "ledger.verified",
            "report.generated",
        ],
        rules: &[SILENT, UNCODED, UNVERIFIED, DOES_NOT_ADD_UP],
        settings_schema: include_str!("settings.json"),
        catalogue: &[],
        personal: &[],
    };

    const REGISTERS: &'static [Register] = &[registers::FEEDS, registers::COUNTS, registers::CODING];

    fn apply(&mut self, settings: &Settings, event: &Event, out: &mut Outcome) {
        let kind = event.kind.as_str();
        let (group, rest) = kind.split_once('.').unwrap_or((kind, ""));
        match group {
            // What a system says of itself is no part of what it counts.
            "source" => return self.feeds.apply(settings, event, out),
            // The host's own entries come from no system.
            "alert" => return,
            "ledger" if rest != "correction_recorded" && rest != "coverage_declared" => {
                return self.verifications.apply(event, out);
            }
            "incident" | "breach" | "disposal" | "asset" => self.coding.apply(settings, event, out),
            "calendar" => self.coding.apply(settings, event, out),
            "report" => self.reports.apply(settings, event, out),
            "case" | "ledger" => {
                self.feeds.apply(settings, event, out);
                self.coding.apply(settings, event, out);
                self.reports.apply(settings, event, out);
            }
            _ => {}
        }
        self.feeds.count(event);
    }

    fn tick(&mut self, settings: &Settings, now: Instant, out: &mut Outcome) {
        self.verifications.tick(now, out);
        self.feeds.tick(settings, now, out);
        self.coding.tick(settings, now, out);
        self.reports.tick(settings, now, out);
    }

    fn wake(&self) -> Option<Instant> {
        let all = [self.verifications.wake(), self.feeds.wake(), self.coding.wake(), self.reports.wake()];
        all.into_iter().flatten().min()
    }

    fn register<'p>(
        &'p self,
        settings: &'p Settings,
        name: &str,
        as_at: Instant,
    ) -> Box<dyn Iterator<Item = Row> + 'p> {
        let rows = match name {
            name if name == registers::FEEDS.name => registers::feeds(self, settings, as_at),
            name if name == registers::COUNTS.name => registers::counts(self),
            _ => registers::coding(self, settings, as_at),
        };
        Box::new(rows.into_iter())
    }

    fn sections(&self, settings: &Settings, period: Period, status_at: Instant) -> Vec<Section> {
        vec![
            sections::data_quality(self, settings, period, status_at),
            sections::reconciliation(self, settings, period, status_at),
            sections::integrity(self, period, status_at),
        ]
    }
}

muniment_sdk::plugin!(Sources);
