//! What the host itself looks for in the ledger for a report: how many events of each type there were, what people said of the
//! year, and what was corrected. One pass.

use std::collections::BTreeMap;
use std::io;

use muniment_core::time::Timestamp;
use serde::Deserialize;

use super::day::Day;
use super::period::Period;
use crate::plugins::reading::Reading;
use crate::query::EventFacts;

/// Entries that are named of each type; more are counted.
pub(super) const NAMED_MAX: usize = 100;

/// Events of one type that happened in the period.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Events {
    pub(super) count: u64,
    /// The first of them.
    pub(super) seqs: Vec<u64>,
}

/// A correction that was recorded in the period.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Corrected {
    pub(super) seq: u64,
    pub(super) target: u64,
    pub(super) action: String,
    pub(super) reason: String,
}

/// What is aimed at.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Target {
    pub(super) seq: u64,
    pub(super) value: f64,
    pub(super) at_least: bool,
    pub(super) amber_at: Option<f64>,
    pub(super) measure: String,
}

/// A figure that somebody took from a document.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Imported {
    pub(super) seq: u64,
    /// What its subject says before a `/`: `requests-in-time/2024-25` is of that figure.
    pub(super) name: String,
    pub(super) from: Day,
    pub(super) to: Day,
    pub(super) numerator: f64,
    pub(super) denominator: Option<f64>,
}

/// What was found.
#[derive(Debug, Default)]
pub(super) struct Survey {
    pub(super) events: BTreeMap<String, Events>,
    pub(super) corrections: Vec<Corrected>,
    /// By section, the words and the entry.
    pub(super) commentary: BTreeMap<String, (String, u64)>,
    /// By name.
    pub(super) targets: BTreeMap<String, Target>,
    pub(super) imported: Vec<Imported>,
    /// By group, from when a source covers it, and the entry.
    pub(super) covered_from: BTreeMap<String, (Day, u64)>,
    /// By unit, its title.
    pub(super) units: BTreeMap<String, String>,
    /// The entry that is the first of all, and when it was recorded.
    pub(super) first_recorded: Option<Timestamp>,
    pub(super) last_recorded: Option<Timestamp>,
    /// How many were recorded in the period, whenever they happened.
    pub(super) recorded: u64,
}

/// Looks at the first `end` entries.
pub(super) fn survey(
    reading: &Reading,
    end: u64,
    period: &Period,
    leaves_out_tests: bool,
) -> io::Result<Survey> {
    let mut survey = Survey::default();
    let mut next = 0;
    while next < end {
        let chunk = reading.chunk(next, end)?;
        let until = end.min(chunk.end());
        for entry in chunk.entries(&(next..until)) {
            if !(leaves_out_tests && entry.is_test) {
                survey.take(&entry, period);
            }
        }
        next = until;
    }
    Ok(survey)
}

#[derive(Deserialize)]
struct Dated {
    date: Option<Day>,
}

/// The day on which something happened: what `data.date` says, or the day in London of its time.
fn day_of(entry: &EventFacts<'_>) -> Day {
    let said = entry.data.filter(|data| data.contains("\"date\":"));
    let said = said.and_then(|data| serde_json::from_str::<Dated>(data).ok()?.date);
    said.unwrap_or_else(|| Day::in_london(entry.happened()))
}

fn read<'e, T: Deserialize<'e>>(entry: &EventFacts<'e>) -> Option<T> {
    serde_json::from_str(entry.data?).ok()
}

#[derive(Deserialize)]
struct Correction {
    target: u64,
    action: String,
    reason: String,
}

#[derive(Deserialize)]
struct Commentary {
    section: String,
    commentary: String,
    period_from: Option<Day>,
    period_to: Option<Day>,
}

#[derive(Deserialize)]
struct Aim {
    measure: String,
    value: f64,
    direction: String,
    amber_at: Option<f64>,
    period_from: Day,
    period_to: Option<Day>,
}

#[derive(Deserialize)]
struct Figure {
    numerator: f64,
    denominator: Option<f64>,
    period_from: Day,
    period_to: Day,
}

#[derive(Deserialize)]
struct Coverage {
    group: String,
    from: Day,
}

#[derive(Deserialize)]
struct Unit {
    unit_title: Option<String>,
}

impl Survey {
    fn take(&mut self, entry: &EventFacts<'_>, period: &Period) {
        let recorded = entry.recorded;
        self.first_recorded.get_or_insert(recorded);
        self.last_recorded = Some(recorded);
        let holds = |day: Day| (period.from..=period.to).contains(&day);
        if holds(Day::in_london(recorded)) {
            self.recorded += 1;
        }
        if holds(day_of(entry)) {
            let events = match self.events.get_mut(&*entry.event_type) {
                Some(events) => events,
                None => self.events.entry(entry.event_type.clone().into_owned()).or_default(),
            };
            events.count += 1;
            if events.seqs.len() < NAMED_MAX {
                events.seqs.push(entry.seq);
            }
        }
        match &*entry.event_type {
            "ledger.correction_recorded" if holds(Day::in_london(recorded)) => {
                if let Some(Correction { target, action, reason }) = read(entry) {
                    self.corrections.push(Corrected { seq: entry.seq, target, action, reason });
                }
            }
            "report.commentary_recorded" => self.commentary(entry, period),
            "target.set" => self.target(entry, period),
            "figure.imported" => {
                if let (Some(subject), Some(Figure { numerator, denominator, period_from, period_to })) =
                    (&entry.subject, read(entry))
                {
                    let name = subject.split('/').next().unwrap_or_default().to_owned();
                    let (from, to, seq) = (period_from, period_to, entry.seq);
                    self.imported.push(Imported { seq, name, from, to, numerator, denominator });
                }
            }
            "ledger.coverage_declared" => {
                if let Some(Coverage { group, from }) = read(entry) {
                    self.covered_from.insert(group, (from, entry.seq));
                }
            }
            "org.unit_opened" | "org.unit_renamed" => {
                if let (Some(unit), Some(Unit { unit_title: Some(title) })) = (&entry.subject, read(entry)) {
                    self.units.insert(unit.clone().into_owned(), title);
                }
            }
            _ => {}
        }
    }

    /// The last words about a section stand, of those that are about this period or about none.
    fn commentary(&mut self, entry: &EventFacts<'_>, period: &Period) {
        let Some(said) = read::<Commentary>(entry) else { return };
        let is_of_it = said.period_from.is_none_or(|from| from == period.from)
            && said.period_to.is_none_or(|to| to == period.to);
        if is_of_it {
            self.commentary.insert(said.section, (said.commentary, entry.seq));
        }
    }

    /// The last target stands that holds at the end of the period.
    fn target(&mut self, entry: &EventFacts<'_>, period: &Period) {
        let (Some(name), Some(aim)) = (&entry.subject, read::<Aim>(entry)) else { return };
        if aim.period_from <= period.to && aim.period_to.is_none_or(|to| to >= period.to) {
            let target = Target {
                seq: entry.seq,
                value: aim.value,
                at_least: aim.direction != "at_most",
                amber_at: aim.amber_at,
                measure: aim.measure,
            };
            self.targets.insert(name.clone().into_owned(), target);
        }
    }
}
