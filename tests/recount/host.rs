//! What the host itself looks for in the entries: what was aimed at, what documents say of earlier years, and how many
//! events of each type there were.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::Value;

use super::book::{Book, Happening, Period};
use super::counted::Counted;
use super::days::{in_london, last, plus, plus_months};

/// What is aimed at.
#[derive(Debug, Clone)]
pub struct Target {
    pub value: f64,
    pub at_least: bool,
    pub amber_at: Option<f64>,
    pub measure: String,
}

/// What a document says of the year before.
#[derive(Debug, Clone)]
pub struct Imported {
    pub numerator: f64,
    pub denominator: Option<f64>,
}

/// What the entries say to the host.
#[derive(Debug, Default)]
pub struct Host {
    pub targets: BTreeMap<String, Target>,
    pub imported: BTreeMap<String, Imported>,
    /// Of each type, so many events whose day lies in the period, without those that were taken back.
    pub events: BTreeMap<String, u64>,
    /// Corrections recorded in the period: the entry, its target, what it does, and why.
    pub corrections: Vec<[Value; 4]>,
    pub size: usize,
    pub recorded_in_period: usize,
    pub origin: String,
    pub first: Option<Timestamp>,
    pub last: Option<Timestamp>,
    /// What was counted of earlier years, the latest first.
    pub earlier: Vec<Counted>,
}

/// The same time of the year before.
pub fn year_before(period: Period) -> Period {
    let is_end = plus(period.to, 1).day() == 1;
    let earlier = |day| plus_months(day, -12);
    let to = if is_end { plus(earlier(plus(period.to, 1)), -1) } else { earlier(period.to) };
    Period { from: earlier(period.from), to, status_at: last(to) }
}

/// A figure's name in the report, of what a target or a document calls it.
fn figure_name(it: &Happening) -> String {
    it.subject.split('/').next().unwrap_or("").replace('-', "_")
}

impl Host {
    pub fn of(book: &Book, entries: &[Value]) -> Host {
        let mut host = Host { size: entries.len(), ..Host::default() };
        for it in &book.ever {
            host.take(book.period, it);
            if book.period.holds(it.day) {
                *host.events.entry(it.kind.clone()).or_default() += 1;
            }
        }
        let recorded: Vec<Timestamp> =
            entries.iter().filter_map(|entry| entry["recorded"].as_str()?.parse().ok()).collect();
        (host.first, host.last) = (recorded.first().copied(), recorded.last().copied());
        let is_in = |at: &&Timestamp| book.period.holds(in_london(**at));
        host.recorded_in_period = recorded.iter().filter(is_in).count();
        for entry in entries {
            host.look(book.period, entry);
        }
        host
    }

    fn take(&mut self, period: Period, it: &Happening) {
        let (from, to) = (it.date("period_from"), it.date("period_to"));
        let number = |field: &str| it.data[field].as_f64();
        match it.kind.as_str() {
            "target.set" if from.is_some_and(|from| from <= period.to) => {
                if let Some(value) = number("value").filter(|_| to.is_none_or(|to| period.to <= to)) {
                    let at_least = it.word("direction") != "at_most";
                    let (amber_at, measure) = (number("amber_at"), it.word("measure").to_owned());
                    self.targets.insert(figure_name(it), Target { value, at_least, amber_at, measure });
                }
            }
            "figure.imported" => {
                let before = year_before(period);
                if let Some(numerator) = number("numerator")
                    && (from, to) == (Some(before.from), Some(before.to))
                {
                    let denominator = number("denominator");
                    self.imported.insert(figure_name(it), Imported { numerator, denominator });
                }
            }
            _ => {}
        }
    }

    /// What stands in the ledger, whatever was taken back since.
    fn look(&mut self, period: Period, entry: &Value) {
        let event = &entry["event"];
        let recorded = entry["recorded"].as_str().and_then(|at| at.parse::<Timestamp>().ok());
        let kind = event["type"].as_str().unwrap_or("");
        match kind {
            "ledger.created" => self.origin = event["data"]["origin"].as_str().unwrap_or("").to_owned(),
            "ledger.correction_recorded" if recorded.is_some_and(|at| period.holds(in_london(at))) => {
                let data = &event["data"];
                let said = [&entry["seq"], &data["target"], &data["action"], &data["reason"]];
                self.corrections.push(said.map(Clone::clone));
            }
            _ => {}
        }
    }
}
