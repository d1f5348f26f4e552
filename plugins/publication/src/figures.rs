//! Publications of statistics as they were recorded: which days they cover.

use std::collections::BTreeMap;

use muniment_sdk::{Alarm, Alert, Case, CaseFold, Data, DataError, Day, Event, Happened, Outcome};
use serde::{Deserialize, Serialize};

use crate::Settings;
use crate::apply::{self, Figures};
use crate::quarter::Quarter;

/// A publication of more days than these is taken for a slip of the pen.
const DAYS_MAX: i32 = 3_660;

/// Figures of some days, published on a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct Span {
    pub(crate) day: Day,
    pub(crate) seq: u64,
    pub(crate) from: Day,
    pub(crate) to: Day,
    pub(crate) requests: Option<u32>,
}

impl Span {
    /// What is wrong with it, where it cannot be meant: then it covers nothing.
    pub(crate) fn fault(&self) -> Option<&'static str> {
        if self.to < self.from {
            Some("its last day lies before its first")
        } else if self.to.since(self.from) > DAYS_MAX {
            Some("it covers more than ten years")
        } else if self.day <= self.to {
            Some("it was published before its last day was over")
        } else {
            None
        }
    }
}

/// What was published under one name.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Published {
    pub(crate) spans: Vec<Span>,
}

impl Case for Published {
    type Settings = Settings;
    type Fact = Figures;

    fn fact(kind: &str, data: Data<'_>) -> Result<Option<Figures>, DataError> {
        apply::figures(kind, data)
    }

    fn rank(_: &Figures) -> u8 {
        0
    }

    fn fold(_: &Settings, facts: &[Happened<Figures>]) -> Option<Published> {
        let span = |fact: &Happened<Figures>| {
            let Figures { from, to, requests } = fact.fact;
            Span { day: fact.day, seq: fact.seq, from, to, requests }
        };
        (!facts.is_empty()).then(|| Published { spans: facts.iter().map(span).collect() })
    }

    fn alarms(&self, _: &Settings) -> Vec<Alarm> {
        Vec::new()
    }

    fn alert(&self, _: &Settings, _: &Alarm, alert: Alert) -> Alert {
        alert
    }
}

/// All that was published, and the quarters that it bears on.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Record {
    published: CaseFold<Published>,
    /// By quarter and name. One publication may cover several quarters, or only a month of one.
    of_quarters: BTreeMap<Quarter, BTreeMap<String, Vec<Span>>>,
}

impl Record {
    /// Takes a publication, or an entry that may correct one. Gives back the quarters on which it bears.
    pub(crate) fn apply(&mut self, settings: &Settings, event: &Event, out: &mut Outcome) -> Vec<Quarter> {
        let Record { published, of_quarters } = self;
        let mut touched = Vec::new();
        published.apply_with(settings, event, out, &mut |name, published| {
            let spans = published.map(|published| published.spans.as_slice()).unwrap_or_default();
            of_quarters.retain(|quarter, names| {
                if names.remove(name).is_some() {
                    touched.push(*quarter);
                }
                !names.is_empty()
            });
            for span in spans.iter().filter(|span| span.fault().is_none()) {
                for quarter in Quarter::of(span.from).to(Quarter::of(span.to)) {
                    of_quarters.entry(quarter).or_default().entry(name.to_owned()).or_default().push(*span);
                    touched.push(quarter);
                }
            }
        });
        touched.sort_unstable();
        touched.dedup();
        touched
    }

    /// What was published of a quarter, in the order of its publication, by the name that it has.
    pub(crate) fn of(&self, quarter: Quarter) -> Vec<(&str, Span)> {
        let names = self.of_quarters.get(&quarter).into_iter().flatten();
        let mut spans: Vec<(&str, Span)> =
            names.flat_map(|(name, spans)| spans.iter().map(move |span| (name.as_str(), *span))).collect();
        spans.sort_unstable_by_key(|(_, span)| *span);
        spans
    }

    /// The publication with which the last day of a quarter was covered.
    pub(crate) fn covered(&self, quarter: Quarter) -> Option<Span> {
        let spans = self.of(quarter);
        let covers = |count: &usize| covers(quarter, &spans[..*count]);
        (1..=spans.len()).find(covers).map(|count| spans[count - 1].1)
    }

    /// The quarters of which something was published.
    pub(crate) fn quarters(&self) -> impl Iterator<Item = Quarter> {
        self.of_quarters.keys().copied()
    }

    /// How what was published of a quarter was corrected.
    pub(crate) fn corrected(&self, quarter: Quarter) -> Option<String> {
        let names = self.of_quarters.get(&quarter)?.keys();
        let words: Vec<String> = names.filter_map(|name| self.published.corrected(name)).collect();
        (!words.is_empty()).then(|| words.join("; "))
    }

    /// All publications.
    pub(crate) fn all(&self, settings: &Settings) -> Vec<Span> {
        self.published.cases(settings).flat_map(|(_, published)| published.spans).collect()
    }

    /// The entries that could not be read.
    pub(crate) fn unreadable(&self) -> Vec<u64> {
        self.published.unreadable().iter().map(|entry| entry.seq).collect()
    }
}

/// Whether publications cover each day of a quarter.
fn covers(quarter: Quarter, spans: &[(&str, Span)]) -> bool {
    let mut days: Vec<(Day, Day)> = spans.iter().map(|(_, span)| (span.from, span.to)).collect();
    days.sort_unstable();
    let mut open = quarter.first();
    for (from, to) in days {
        if from <= open && open <= to {
            open = to.plus(1);
        }
    }
    open > quarter.last()
}
