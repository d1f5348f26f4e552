//! What covers records, so that they are not to be destroyed: holds, and requests with their reviews and cases of the
//! regulator and tribunals.
//!
//! Many cover one record, and one covers many, so neither can be folded with the other. Each is a case of its own; what a
//! case covers, and from when until when, is kept here by what it names.

use std::collections::{BTreeMap, BTreeSet};

use muniment_sdk::{CaseFold, Instant};
use serde::{Deserialize, Serialize};

use crate::Settings;
use crate::on::On;

mod hold;
mod matter;
mod own;

pub(crate) use hold::Hold;
pub(crate) use matter::Matter;

use own::{Own, Via, push};

/// What a case names.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) enum Scope {
    Record(Box<str>),
    Series(Box<str>),
    Class(Box<str>),
}

/// A case names something, and since which entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Named<S> {
    pub(crate) what: S,
    pub(crate) on: On,
}

/// What it is that covers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) enum Why {
    Hold,
    Request,
    Review,
    Regulator,
    Tribunal,
}

impl Why {
    /// What it is called.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Why::Hold => "hold",
            Why::Request => "request",
            Why::Review => "review",
            Why::Regulator => "case of the regulator",
            Why::Tribunal => "appeal",
        }
    }
}

/// A time in which something is open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Span {
    pub(crate) why: Why,
    pub(crate) from: On,
    pub(crate) until: Option<On>,
}

/// The case that covers.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) enum By {
    Hold(Box<str>),
    Matter(Box<str>),
}

impl By {
    /// Its number.
    pub(crate) fn number(&self) -> &str {
        match self {
            By::Hold(number) | By::Matter(number) => number,
        }
    }
}

/// It covers something for a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Cover {
    pub(crate) why: Why,
    pub(crate) from: On,
    pub(crate) until: Option<On>,
    /// When all of it was there that makes it cover this, the case and that it names it; and the last entry of those.
    pub(crate) told: On,
    /// The entry that names it.
    pub(crate) named: On,
}

impl Cover {
    /// Whether it stood when something happened. On a day of which the times are not known, what was placed covers it
    /// and what was released does not.
    pub(crate) fn stood(&self, on: On) -> bool {
        self.from.may_precede(on) && self.until.is_none_or(|until| !until.may_precede(on))
    }

    /// Whether it stands at an instant, as far as is known.
    pub(crate) fn stands(&self, at: Instant) -> bool {
        self.from.time <= at && self.until.is_none_or(|until| at < until.time)
    }

    /// Named twice, it is covered since it was first known.
    fn join(&mut self, other: &Cover) {
        if other.told.seq < self.told.seq {
            self.told = other.told;
        }
        self.named = self.named.min(other.named);
    }

    pub(crate) fn ends(&self) -> Instant {
        self.until.map_or(FOREVER, |until| until.time)
    }
}

const FOREVER: Instant = Instant::from_micros(i64::MAX);

/// By what they are named, the last to end last: what ended before a time need not be looked at.
type Covering = BTreeMap<Box<str>, BTreeMap<(Instant, By), Cover>>;

/// What a record may be named by.
#[derive(Debug)]
pub(crate) struct Names<'n> {
    pub(crate) numbers: Vec<&'n str>,
    pub(crate) series: Option<&'n str>,
    pub(crate) class: Option<&'n str>,
}

/// All that covers anything.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Covers {
    records: Covering,
    series: Covering,
    classes: Covering,
    of: BTreeMap<By, Known>,
    /// Who covers because of whom.
    people: BTreeMap<Box<str>, BTreeSet<By>>,
    /// Which holds stand because of which case.
    cases: BTreeMap<Box<str>, BTreeSet<By>>,
}

/// What is kept of a case that covers something, or may because of another.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Known {
    covers: Vec<(Scope, Cover)>,
    people: BTreeSet<Box<str>>,
    cases: BTreeSet<Box<str>>,
}

/// What is covered otherwise than before, from a time on.
pub(crate) type Changed = BTreeMap<Scope, Instant>;

/// The cases that what covers is worked out of.
pub(crate) struct Cases<'c> {
    pub(crate) settings: &'c Settings,
    pub(crate) matters: &'c CaseFold<Matter>,
    pub(crate) holds: &'c CaseFold<Hold>,
}

impl Cases<'_> {
    /// What a case covers by itself; nothing where it is counted as another.
    fn own(&self, by: &By) -> Option<Own> {
        match by {
            By::Hold(number) if self.holds.counts_as(number) == &**number => {
                self.holds.case(self.settings, number).map(|hold| hold.known())
            }
            By::Matter(number) if self.matters.counts_as(number) == &**number => {
                self.matters.case(self.settings, number).map(|matter| matter.known())
            }
            By::Hold(_) | By::Matter(_) => None,
        }
    }
}

impl Covers {
    /// What covers a record, of what had not ended at a time; each case once for each time in which it stands.
    pub(crate) fn over<'s>(&'s self, of: &Names<'s>, after: Instant) -> Vec<(&'s By, Cover)> {
        // There may be thousands: references are put in order, and what is told is copied once.
        let mut told: Vec<(&By, &Cover)> = Vec::new();
        for covering in self.naming(of) {
            let first = (Instant::from_micros(after.as_micros().saturating_add(1)), By::Hold(Box::from("")));
            told.extend(covering.range(first..).map(|((_, by), cover)| (by, cover)));
        }
        told.sort_by_key(|(by, cover)| (cover.from, *by));
        let mut found: Vec<(&By, Cover)> = Vec::with_capacity(told.len());
        for (by, cover) in told {
            match found.last_mut() {
                Some((known, same)) if *known == by && same.from == cover.from => same.join(cover),
                _ => found.push((by, *cover)),
            }
        }
        found
    }

    /// Until when a record is covered, by what had not ended at a time: nothing where all had; without an end where something
    /// is open.
    pub(crate) fn until(&self, of: &Names<'_>, after: Instant) -> Option<Option<On>> {
        let last = self.naming(of).filter_map(BTreeMap::last_key_value);
        let last = last.max_by_key(|((ends, _), _)| *ends).filter(|((ends, _), _)| *ends > after);
        last.map(|(_, cover)| cover.until)
    }

    fn naming<'s>(&'s self, of: &Names<'s>) -> impl Iterator<Item = &'s BTreeMap<(Instant, By), Cover>> {
        let numbers: &[&str] = if self.of.is_empty() { &[] } else { &of.numbers };
        let numbers: Vec<_> = numbers.iter().filter_map(|number| self.records.get(*number)).collect();
        let series = of.series.and_then(|series| self.series.get(series));
        let class = of.class.and_then(|class| self.classes.get(class));
        numbers.into_iter().chain(series).chain(class)
    }

    /// Whether a case covers anything, or another may because of it.
    pub(crate) fn knows(&self, by: &By) -> bool {
        self.of.contains_key(by) || self.cases.contains_key(by.number())
    }

    /// Takes what a case has come to, and says what is covered otherwise because of it. `others` are the case's other
    /// numbers: a hold may name it by one of them.
    pub(crate) fn refresh(&mut self, by: &By, others: &[&str], cases: &Cases<'_>) -> Changed {
        let mut changed = Changed::new();
        let before = self.of.get(by).map(|known| known.people.clone()).unwrap_or_default();
        self.put(by, cases, &mut changed);
        let after = self.of.get(by).map(|known| known.people.clone()).unwrap_or_default();
        let of_people = before.union(&after).filter_map(|person| self.people.get(person));
        let numbers = others.iter().copied().chain([by.number()]);
        let of_cases = numbers.filter_map(|number| self.cases.get(number));
        let mut dependent: BTreeSet<By> = of_people.chain(of_cases).flatten().cloned().collect();
        dependent.remove(by);
        for by in &dependent {
            self.put(by, cases, &mut changed);
        }
        changed
    }

    fn put(&mut self, by: &By, cases: &Cases<'_>, changed: &mut Changed) {
        let before = self.of.remove(by).unwrap_or_default();
        let own = cases.own(by);
        // Who it is about has to be known before it can be seen what others name because of them.
        let mut known = own.as_ref().map(|own| own.known.clone()).unwrap_or_default();
        let (people, named_cases) = (&known.people, &known.cases);
        change(&mut self.people, by, &before.people, people);
        change(&mut self.cases, by, &before.cases, named_cases);
        if let Some(own) = own {
            self.through_others(by, &own, cases, &mut known.covers);
        }
        for (scope, cover) in &before.covers {
            let named = self.named_mut(scope);
            if let Some(covering) = named.get_mut(scope.id()) {
                covering.remove(&(cover.ends(), by.clone()));
                if covering.is_empty() {
                    named.remove(scope.id());
                }
            }
        }
        for (scope, cover) in &known.covers {
            let covering = self.named_mut(scope).entry(Box::from(scope.id())).or_default();
            covering.insert((cover.ends(), by.clone()), *cover);
        }
        differences(&before.covers, &known.covers, changed);
        if known != Known::default() {
            self.of.insert(by.clone(), known);
        }
    }

    /// What it covers because of another case: a hold of a case covers what that case names, and a hold or a request
    /// about a person covers what any request about that person names.
    fn through_others(&self, by: &By, own: &Own, cases: &Cases<'_>, covers: &mut Vec<(Scope, Cover)>) {
        let of_people = |person: &str| -> BTreeSet<Box<str>> {
            let about = self.people.get(person).into_iter().flatten().filter(|other| *other != by);
            about
                .filter_map(|other| match other {
                    By::Matter(number) => Some(number.clone()),
                    By::Hold(_) => None,
                })
                .collect()
        };
        for (span, via, on) in &own.through {
            let matters: BTreeSet<Box<str>> = match via {
                Via::Case(case) => {
                    // A case may be named with the word for its group before it, as in `request/FOI-2026-0012`.
                    let bare = case.strip_prefix("request/").unwrap_or(case);
                    [bare, case]
                        .into_iter()
                        .map(|number| Box::from(cases.matters.counts_as(number)))
                        .collect()
                }
                Via::Person(person) => of_people(person),
            };
            for matter in matters {
                let Some(matter) = cases.matters.case(cases.settings, &matter) else { continue };
                for named in &matter.names {
                    let told = span.from.with(*on).with(named.on);
                    push(covers, named.what.clone(), *span, told, named.on);
                }
            }
        }
    }

    fn named_mut(&mut self, scope: &Scope) -> &mut Covering {
        match scope {
            Scope::Record(_) => &mut self.records,
            Scope::Series(_) => &mut self.series,
            Scope::Class(_) => &mut self.classes,
        }
    }
}

impl Scope {
    fn id(&self) -> &str {
        match self {
            Scope::Record(id) | Scope::Series(id) | Scope::Class(id) => id,
        }
    }
}

fn change(
    of: &mut BTreeMap<Box<str>, BTreeSet<By>>,
    by: &By,
    before: &BTreeSet<Box<str>>,
    now: &BTreeSet<Box<str>>,
) {
    for gone in before.difference(now) {
        if let Some(all) = of.get_mut(gone) {
            all.remove(by);
            if all.is_empty() {
                of.remove(gone);
            }
        }
    }
    for new in now.difference(before) {
        of.entry(new.clone()).or_default().insert(by.clone());
    }
}

/// From when on each thing is covered otherwise. Whole days: of some events only the day is known.
fn differences(before: &[(Scope, Cover)], now: &[(Scope, Cover)], changed: &mut Changed) {
    let mut note = |scope: &Scope, from: Instant| {
        let known = changed.entry(scope.clone()).or_insert(from);
        *known = from.min(*known);
    };
    for (one, others) in [(before, now), (now, before)] {
        for (scope, cover) in one {
            let same = |(other, of): &&(Scope, Cover)| other == scope && of.from == cover.from;
            match others.iter().find(same) {
                Some((_, other)) if other == cover => {}
                Some((_, other)) if other.told == cover.told => {
                    let ends = [other.until, cover.until].into_iter().flatten();
                    let first = ends.map(|until| until.day).min().unwrap_or(cover.from.day);
                    note(scope, first.start());
                }
                _ => note(scope, cover.from.day.start()),
            }
        }
    }
}
