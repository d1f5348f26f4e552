//! What happened, as the ledger has it now: corrections made, in a plain list, with the days that count.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use jiff::{Timestamp, ToSpan as _};
use serde_json::Value;

use super::days::{self, Off};

/// The time that is counted, and as of when.
#[derive(Debug, Clone, Copy)]
pub struct Period {
    pub from: Date,
    pub to: Date,
    pub status_at: Timestamp,
}

impl Period {
    /// That of a report.
    pub fn of(report: &Value) -> Period {
        let day = |value: &Value| value.as_str().and_then(|day| day.parse().ok()).expect("a day");
        let status_at = report["status_at"].as_str().and_then(|at| at.parse().ok()).expect("an instant");
        Period { from: day(&report["period"]["from"]), to: day(&report["period"]["to"]), status_at }
    }

    pub fn holds(&self, day: Date) -> bool {
        self.from <= day && day <= self.to
    }

    /// The day of the status date.
    pub fn today(&self) -> Date {
        days::in_london(self.status_at)
    }
}

/// Something that happened.
#[derive(Debug, Clone)]
pub struct Happening {
    pub seq: u64,
    pub kind: String,
    pub subject: String,
    pub recorded: Timestamp,
    pub time: Timestamp,
    pub day: Date,
    pub data: Value,
}

impl Happening {
    pub fn text(&self, field: &str) -> Option<&str> {
        self.data[field].as_str()
    }

    /// A text, or nothing at all.
    pub fn word(&self, field: &str) -> &str {
        self.text(field).unwrap_or("")
    }

    pub fn is(&self, kind: &str) -> bool {
        self.kind == kind
    }

    pub fn flag(&self, field: &str) -> Option<bool> {
        self.data[field].as_bool()
    }

    pub fn yes(&self, field: &str) -> bool {
        self.flag(field) == Some(true)
    }

    pub fn number(&self, field: &str) -> Option<u64> {
        self.data[field].as_u64()
    }

    pub fn date(&self, field: &str) -> Option<Date> {
        self.text(field)?.parse().ok()
    }

    pub fn instant(&self, field: &str) -> Option<Timestamp> {
        self.text(field)?.parse().ok()
    }

    pub fn list(&self, field: &str) -> Vec<&str> {
        self.data[field].as_array().into_iter().flatten().filter_map(Value::as_str).collect()
    }
}

/// All that had happened by the status date.
#[derive(Clone)]
pub struct Book {
    pub period: Period,
    pub all: Vec<Happening>,
    /// What happened later, too.
    pub ever: Vec<Happening>,
    /// Cases that count as another one, by number.
    merged: BTreeMap<String, String>,
    /// Identifiers that stand for a person with another one.
    same: BTreeMap<String, String>,
    pub off: Off,
}

impl Book {
    pub fn new(entries: &[Value], period: Period) -> Book {
        let ever = corrected(entries);
        let off = Off::of(&ever);
        let (merged, same) = (merged(&ever), same(&ever));
        let all = ever.iter().filter(|it| it.time <= period.status_at).cloned().collect();
        Book { period, all, ever, merged, same, off }
    }

    /// The same, with nothing that happened behind the period's end.
    pub fn closed(&self) -> Book {
        let mut book = self.clone();
        book.period.status_at = days::last(self.period.to).min(self.period.status_at);
        book.all.retain(|it| it.time <= book.period.status_at);
        book
    }

    /// The number that a case counts under.
    pub fn case<'b>(&'b self, subject: &'b str) -> &'b str {
        follow(&self.merged, subject)
    }

    /// The identifier that a person counts under.
    pub fn person<'b>(&'b self, id: &'b str) -> &'b str {
        follow(&self.same, id)
    }

    /// All happenings of these kinds, as they were recorded.
    pub fn of<'b>(&'b self, kinds: &'b [&str]) -> impl Iterator<Item = &'b Happening> {
        self.all.iter().filter(|it| kinds.contains(&it.kind.as_str()))
    }

    /// All happenings of these kinds in the period.
    pub fn in_period<'b>(&'b self, kinds: &'b [&str]) -> impl Iterator<Item = &'b Happening> {
        self.of(kinds).filter(|it| self.period.holds(it.day))
    }

    /// Happenings by case, each case by day, then in the order of a case's life, then by time.
    pub fn cases(&self, life: &[&[&str]]) -> BTreeMap<String, Vec<&Happening>> {
        self.grouped(life, |it| Some(self.case(&it.subject).to_owned()))
    }

    /// The same by whatever they are to be grouped by.
    pub fn grouped(
        &self,
        life: &[&[&str]],
        by: impl Fn(&Happening) -> Option<String>,
    ) -> BTreeMap<String, Vec<&Happening>> {
        let mut found: BTreeMap<String, Vec<(usize, &Happening)>> = BTreeMap::new();
        for it in &self.all {
            let place = life.iter().position(|kinds| kinds.contains(&it.kind.as_str()));
            if let (Some(place), Some(key)) = (place, by(it)) {
                found.entry(key).or_default().push((place, it));
            }
        }
        let mut cases = BTreeMap::new();
        for (key, mut these) in found {
            these.sort_by_key(|(place, it)| (it.day, *place, it.time, it.seq));
            cases.insert(key, these.into_iter().map(|(_, it)| it).collect());
        }
        cases
    }
}

fn follow<'b>(links: &'b BTreeMap<String, String>, from: &'b str) -> &'b str {
    let (mut at, mut steps) = (from, 0);
    while let Some(into) = links.get(at) {
        at = into;
        steps += 1;
        if steps > links.len() {
            return from;
        }
    }
    at
}

/// Every entry but those that the last correction of them voided.
fn corrected(entries: &[Value]) -> Vec<Happening> {
    let mut last: BTreeMap<u64, &Value> = BTreeMap::new();
    for entry in entries {
        let event = &entry["event"];
        if event["type"] == "ledger.correction_recorded"
            && let Some(target) = event["data"]["target"].as_u64()
        {
            last.insert(target, &event["data"]);
        }
    }
    let mut all = Vec::new();
    for entry in entries {
        let event = &entry["event"];
        let seq = entry["seq"].as_u64().expect("an entry has a number");
        // What was restored later counts again.
        if last.get(&seq).is_some_and(|correction| correction["action"] == "void") {
            continue;
        }
        let data = event["data"].clone();
        all.push(happening(seq, entry, event, data));
    }
    all
}

fn happening(seq: u64, entry: &Value, event: &Value, data: Value) -> Happening {
    let instant = |value: &Value| value.as_str().and_then(|text| text.parse::<Timestamp>().ok());
    let recorded = instant(&entry["recorded"]).expect("an entry has an instant");
    let time = instant(&event["time"]).unwrap_or(recorded);
    let day = days::in_london(time);
    let said = data["date"].as_str().and_then(|text| text.parse::<Date>().ok());
    let (time, day) = match said {
        Some(said) if said != day || time == recorded => (days::begin(said), said),
        _ => (time, day),
    };
    let text = |name: &str| event[name].as_str().unwrap_or("").to_owned();
    Happening { seq, kind: text("type"), subject: text("subject"), recorded, time, day, data }
}

/// The last word counts.
fn merged(all: &[Happening]) -> BTreeMap<String, String> {
    let mut links = BTreeMap::new();
    for it in all {
        match it.kind.as_str() {
            "case.merged" => _ = links.insert(it.subject.clone(), it.word("into").to_owned()),
            "case.unmerged" => _ = links.remove(&it.subject),
            "case.alias_recorded" => _ = links.insert(it.word("alias").to_owned(), it.subject.clone()),
            _ => {}
        }
    }
    links
}

fn same(all: &[Happening]) -> BTreeMap<String, String> {
    let mut links = BTreeMap::new();
    for it in all {
        match it.kind.as_str() {
            "identity.linked" => {
                _ = links.insert(it.word("same_as").to_owned(), it.word("person").to_owned());
            }
            "identity.unlinked" => _ = links.remove(it.word("same_as")),
            _ => {}
        }
    }
    links
}

/// The months of a period, by their first days.
pub fn months(period: Period) -> Vec<Date> {
    let (mut months, mut month) = (Vec::new(), period.from.first_of_month());
    while month <= period.to {
        months.push(month);
        month = month.saturating_add(1.month());
    }
    months
}

/// What there is of something, each once and in order.
pub fn each<T: Ord>(these: impl IntoIterator<Item = T>) -> Vec<T> {
    these.into_iter().collect::<BTreeSet<T>>().into_iter().collect()
}
