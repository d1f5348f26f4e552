//! What the host itself looks for in the ledger for a report: how many events of each type there were, what people said of the
//! year, and what was corrected. One pass.

use std::collections::{BTreeMap, BTreeSet};
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

/// Something that happened to a unit of the organisation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct UnitChange {
    pub(super) unit: String,
    /// From when on.
    pub(super) effective: Day,
    pub(super) becomes: Becomes,
}

/// What becomes of a unit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Becomes {
    /// It is called this from now on.
    Titled(String),
    /// It is no more, and these go on in its place.
    GoneInto(Vec<String>),
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
    /// What happened to units, in the order of the entries.
    pub(super) units: Vec<UnitChange>,
    /// The entry that is the first of all, and when it was recorded.
    pub(super) first_recorded: Option<Timestamp>,
    pub(super) last_recorded: Option<Timestamp>,
    /// How many were recorded in the period, whenever they happened.
    pub(super) recorded: u64,
}

/// What somebody said of the year. The last word counts, of those that were not taken back.
enum Note {
    Commentary(Commentary),
    /// About the figure of this name.
    Target(String, Aim),
    Imported(Imported),
    Coverage(Coverage),
    Unit(UnitChange),
}

/// Looks at the first `end` entries.
pub(super) fn survey(
    reading: &Reading,
    end: u64,
    period: &Period,
    leaves_out_tests: bool,
) -> io::Result<Survey> {
    let mut survey = Survey::default();
    let mut notes: Vec<(u64, Note)> = Vec::new();
    // By entry, whether the last correction of it took it back.
    let mut corrected: BTreeMap<u64, bool> = BTreeMap::new();
    let mut next = 0;
    while next < end {
        let chunk = reading.chunk(next, end)?;
        let until = end.min(chunk.end());
        for entry in chunk.entries(&(next..until)) {
            if !(leaves_out_tests && entry.is_test) {
                survey.take(&entry, period);
                notes.extend(note(&entry).map(|note| (entry.seq, note)));
                if entry.event_type == "ledger.correction_recorded"
                    && let Some(Correction { target, action, .. }) = read(&entry)
                {
                    corrected.insert(target, action == "void");
                }
            }
        }
        next = until;
    }
    let voided: BTreeSet<u64> = corrected
        .into_iter()
        .filter(|(target, is_void)| *is_void && *target < end)
        .map(|(seq, _)| seq)
        .collect();
    for seq in &voided {
        let chunk = reading.chunk(*seq, *seq + 1)?;
        for entry in chunk.entries(&(*seq..*seq + 1)) {
            survey.take_back(&entry, period);
        }
    }
    for (seq, note) in notes.into_iter().filter(|(seq, _)| !voided.contains(seq)) {
        survey.noted(seq, note, period);
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
struct Titled {
    unit_title: String,
    effective: Day,
}

#[derive(Deserialize)]
struct Gone {
    into: Option<String>,
    #[serde(default)]
    successors: Vec<String>,
    effective: Day,
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
            _ => {}
        }
    }

    /// Of an event that was taken back, nothing is counted.
    fn take_back(&mut self, entry: &EventFacts<'_>, period: &Period) {
        if (period.from..=period.to).contains(&day_of(entry))
            && let Some(events) = self.events.get_mut(&*entry.event_type)
        {
            events.count = events.count.saturating_sub(1);
            events.seqs.retain(|seq| *seq != entry.seq);
        }
    }

    fn noted(&mut self, seq: u64, note: Note, period: &Period) {
        match note {
            // Of words about this period or about none.
            Note::Commentary(said) => {
                let is_of_it = said.period_from.is_none_or(|from| from == period.from)
                    && said.period_to.is_none_or(|to| to == period.to);
                if is_of_it {
                    self.commentary.insert(said.section, (said.commentary, seq));
                }
            }
            // A target that holds at the end of the period.
            Note::Target(name, aim) => {
                if aim.period_from <= period.to && aim.period_to.is_none_or(|to| to >= period.to) {
                    let target = Target {
                        seq,
                        value: aim.value,
                        at_least: aim.direction != "at_most",
                        amber_at: aim.amber_at,
                        measure: aim.measure,
                    };
                    self.targets.insert(name, target);
                }
            }
            Note::Imported(figure) => self.imported.push(figure),
            Note::Coverage(Coverage { group, from }) => drop(self.covered_from.insert(group, (from, seq))),
            Note::Unit(change) => self.units.push(change),
        }
    }
}

/// What an event says of the year, if it does.
fn note(entry: &EventFacts<'_>) -> Option<Note> {
    let subject = || entry.subject.as_ref().map(|subject| subject.clone().into_owned());
    Some(match &*entry.event_type {
        "report.commentary_recorded" => Note::Commentary(read(entry)?),
        "target.set" => Note::Target(subject()?, read(entry)?),
        "figure.imported" => {
            let Figure { numerator, denominator, period_from, period_to } = read(entry)?;
            let name = subject()?.split('/').next().unwrap_or_default().to_owned();
            Note::Imported(Imported {
                seq: entry.seq,
                name,
                from: period_from,
                to: period_to,
                numerator,
                denominator,
            })
        }
        "ledger.coverage_declared" => Note::Coverage(read(entry)?),
        "org.unit_opened" | "org.unit_renamed" => {
            let Titled { unit_title, effective } = read(entry)?;
            Note::Unit(UnitChange { unit: subject()?, effective, becomes: Becomes::Titled(unit_title) })
        }
        "org.unit_merged" | "org.unit_split" | "org.unit_closed" => {
            let Gone { into, successors, effective } = read(entry)?;
            let becomes = Becomes::GoneInto(into.into_iter().chain(successors).collect());
            Note::Unit(UnitChange { unit: subject()?, effective, becomes })
        }
        _ => return None,
    })
}
