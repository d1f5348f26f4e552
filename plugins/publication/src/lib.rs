//! What a council publishes of its own accord: whether its statistics on requests appear after each quarter, whether its
//! publication scheme is reviewed, and what data, answers and privacy notices it gives to everybody.

use std::collections::BTreeSet;

use muniment_sdk::{
    Alarm, CaseFold, Event, Instant, Manifest, Outcome, Period, Plugin, Register, Row, Rule, Section,
    Severity, Watch,
};
use serde::{Deserialize, Serialize};

mod apply;
mod figures;
mod posts;
mod publication;
mod quarter;
mod registers;
mod scheme;
mod sections;
mod settings;
mod since;
mod statistics;
#[cfg(test)]
mod tests;

pub use settings::{Owed, Settings};

use apply::Group;
use publication::Publication;
use scheme::{NO_SCHEME, Scheme};
use since::Reach;
use statistics::Statistics;

pub(crate) const LATE_STATISTICS: Rule = Rule {
    id: "A-PUB-1",
    title: "Statistics on requests late",
    severity: Severity::Warning,
    recipient: "role/ig-team",
    clauses: &["coventry C-TCW.vii"],
    feeds: &["foi_stats.*"],
};

pub(crate) const SCHEME_STALE: Rule = Rule {
    id: "A-PUB-2",
    title: "Publication scheme not reviewed",
    severity: Severity::Warning,
    recipient: "role/ig-team",
    clauses: &["coventry C-TCW.vii"],
    feeds: &["scheme.*"],
};

/// The state: what was published and reviewed, and since when the ledger would know.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Publishing {
    reach: Reach,
    statistics: Statistics,
    schemes: CaseFold<Scheme>,
    /// The schemes of which a review is known.
    reviewed: BTreeSet<String>,
    /// The alert where none is.
    unreviewed: Watch,
    datasets: CaseFold<Publication>,
    log: CaseFold<Publication>,
    /// Answers to requests that went into the disclosure log.
    answers: CaseFold<Publication>,
    notices: CaseFold<Publication>,
}

impl Publishing {
    /// An entry may show from when on the ledger would know, for schemes as for statistics.
    fn reach(&mut self, settings: &Settings, event: &Event, out: &mut Outcome) {
        let is_first = self.reach.begin(event);
        let is_changed = self.reach.apply(settings, event, out);
        if is_first || is_changed {
            self.statistics.look_at_all(settings, &self.reach, event.recorded, out);
            self.look_for_schemes(settings, event.recorded, out);
        }
    }

    fn schemes(&mut self, settings: &Settings, event: &Event, out: &mut Outcome) {
        let reviewed = &mut self.reviewed;
        let mut is_touched = false;
        self.schemes.apply_with(settings, event, out, &mut |name, scheme| {
            is_touched = true;
            if scheme.is_some() {
                reviewed.insert(name.to_owned());
            } else {
                reviewed.remove(name);
            }
        });
        if is_touched {
            self.look_for_schemes(settings, event.recorded, out);
        }
    }

    fn no_scheme(&self, settings: &Settings) -> Vec<Alarm> {
        let is_none = self.reviewed.is_empty();
        let alarm = scheme::alarm_of_none(settings, self.reach.of(Group::Scheme));
        alarm.filter(|_| is_none).into_iter().collect()
    }

    fn look_for_schemes(&mut self, settings: &Settings, now: Instant, out: &mut Outcome) {
        let alarms = self.no_scheme(settings);
        self.unreviewed.set(NO_SCHEME, &alarms, now, no_scheme_cleared, out);
    }
}

fn no_scheme_cleared(_: &str, _: &str) -> String {
    "a review of the scheme is recorded, or is due on another day".to_owned()
}

impl Plugin for Publishing {
    type Settings = Settings;

    const MANIFEST: Manifest = Manifest {
        id: "publication",
        version: env!("CARGO_PKG_VERSION"),
        title: "Publication",
        description: "Sees that statistics on requests follow each quarter and that the publication scheme is reviewed, \
                      and keeps the registers of data, answers and statistics that are published.",
        subscriptions: &[
            "scheme.*",
            "dataset.*",
            "foi_stats.*",
            "disclosure_log.*",
            "privacy_notice.*",
            "request.published",
            "population.recorded",
            "case.*",
            "ledger.created",
            "ledger.coverage_declared",
            "ledger.correction_recorded",
        ],
        rules: &[LATE_STATISTICS, SCHEME_STALE],
        settings_schema: include_str!("settings.json"),
        catalogue: &[],
        personal: &[],
    };

    const REGISTERS: &'static [Register] =
        &[registers::SCHEMES, registers::STATISTICS, registers::DATASETS, registers::DISCLOSURE_LOG];

    /// Links and corrections may concern each of the folds.
    fn apply(&mut self, settings: &Settings, event: &Event, out: &mut Outcome) {
        self.reach(settings, event, out);
        match event.kind.as_str() {
            "request.published" => self.answers.apply(settings, event, out),
            kind if kind.starts_with("dataset.") => self.datasets.apply(settings, event, out),
            kind if kind.starts_with("disclosure_log.") => self.log.apply(settings, event, out),
            kind if kind.starts_with("privacy_notice.") => self.notices.apply(settings, event, out),
            kind if kind.starts_with("scheme.") => self.schemes(settings, event, out),
            kind if kind.starts_with("foi_stats.") || kind == "population.recorded" => {
                self.statistics.apply(settings, &self.reach, event, out);
            }
            kind if kind.starts_with("case.") || kind == "ledger.correction_recorded" => {
                self.schemes(settings, event, out);
                self.statistics.apply(settings, &self.reach, event, out);
                for fold in [&mut self.datasets, &mut self.log, &mut self.answers, &mut self.notices] {
                    fold.apply(settings, event, out);
                }
            }
            _ => {}
        }
    }

    fn tick(&mut self, settings: &Settings, now: Instant, out: &mut Outcome) {
        self.statistics.tick(settings, &self.reach, now, out);
        self.schemes.tick(settings, now, out);
        for subject in self.unreviewed.due(now) {
            let (alarms, since) = (self.no_scheme(settings), self.reach.of(Group::Scheme));
            let words = |_: &Alarm, alert| match since {
                Some(since) => scheme::words_of_none(settings, since, alert),
                None => alert,
            };
            self.unreviewed.tick(&subject, &alarms, now, words, no_scheme_cleared, out);
        }
    }

    fn wake(&self) -> Option<Instant> {
        let all = [self.statistics.wake(), self.schemes.wake(), self.unreviewed.wake()];
        all.into_iter().flatten().min()
    }

    fn register<'p>(
        &'p self,
        settings: &'p Settings,
        name: &str,
        as_at: Instant,
    ) -> Box<dyn Iterator<Item = Row> + 'p> {
        let rows = match name {
            name if name == registers::SCHEMES.name => registers::schemes(self, settings, as_at),
            name if name == registers::STATISTICS.name => registers::statistics(self, settings, as_at),
            name if name == registers::DATASETS.name => registers::datasets(self, settings, as_at),
            _ => registers::disclosure_log(self, settings),
        };
        Box::new(rows.into_iter())
    }

    fn sections(&self, settings: &Settings, period: Period, status_at: Instant) -> Vec<Section> {
        vec![sections::transparency(self, settings, period, status_at)]
    }
}

muniment_sdk::plugin!(Publishing);
