//! The fold over cases.

use std::collections::BTreeSet;
use std::hash::BuildHasherDefault;

use indexmap::IndexMap;
use rustc_hash::FxHasher;
use serde::{Deserialize, Serialize};

use super::history::{Correction, Entry, History, What};
use super::links::Links;
use super::{Alarm, Case, Happened};
use crate::{Alert, Calendars, Data, Day, Event, Instant, Outcome, Touched};

/// By the number of a case, in the order in which the numbers were first seen. Which of two orders a map has must not hang
/// on a seed, and a case is looked up for every event: this has the first and finds it at once.
type Records = IndexMap<String, Record, BuildHasherDefault<FxHasher>>;

/// All cases of a kind, as a part of a plugin's state.
#[derive(Debug, Clone, Serialize)]
#[serde(bound = "")]
pub struct CaseFold<C: Case> {
    /// The kinds of event that facts came from, in the order in which they were first seen: a fact names its kind by
    /// number, so that a correction can be read as what it corrects.
    kinds: Vec<String>,
    records: Records,
    links: Links,
    calendars: Calendars,
    /// When a case is to be looked at next, in order; the case by its place. It follows from the records: it is not
    /// written.
    #[serde(skip)]
    next: BTreeSet<(Instant, usize)>,
    #[serde(skip)]
    of: std::marker::PhantomData<C>,
}

/// What is kept under one number.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
struct Record {
    history: History,
    open: Vec<Open>,
    next: Option<Instant>,
    /// Whether it had come to its end when it was last worked out.
    is_done: bool,
}

/// An alert that was raised and not cleared.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Open {
    rule: String,
    number: Option<u16>,
    stage: String,
    due: Option<Instant>,
}

impl Open {
    fn of(alarm: &Alarm) -> Open {
        let (rule, stage) = (alarm.rule.id.to_owned(), alarm.stage.name.to_owned());
        Open { rule, number: alarm.stage.number, stage, due: alarm.due }
    }

    fn stage(&self) -> String {
        self.number.map_or_else(|| self.stage.clone(), |number| format!("{number}-{}", self.stage))
    }

    fn is(&self, alarm: &Alarm) -> bool {
        self.rule == alarm.rule.id && self.number == alarm.stage.number && self.stage == alarm.stage.name
    }
}

/// An entry whose data nothing could be made of: something for those who look after data quality.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unreadable {
    /// The case.
    pub subject: String,
    /// The entry's number.
    pub seq: u64,
    /// The type of event.
    pub kind: String,
    /// What does not fit.
    pub why: String,
}

/// What an entry about cases says, whatever their kind.
enum About {
    Link(String, Option<String>),
    Correction(Correcting),
}

impl<C: Case> Default for CaseFold<C> {
    fn default() -> CaseFold<C> {
        CaseFold {
            kinds: Vec::new(),
            records: Records::default(),
            links: Links::default(),
            calendars: Calendars::default(),
            next: BTreeSet::new(),
            of: std::marker::PhantomData,
        }
    }
}

impl<C: Case> CaseFold<C> {
    /// Takes an entry. What stands no longer because of it is cleared; nothing is raised before the next tick.
    pub fn apply(&mut self, settings: &C::Settings, event: &Event, out: &mut Outcome) {
        if event.kind.starts_with("calendar.") {
            return self.calendar(settings, event, out);
        }
        let Some(subject) = event.subject.as_deref() else { return };
        match about(subject, event) {
            None => self.fact(settings, subject, event, out),
            Some(About::Link(case, into)) => {
                let what = into.map_or(What::Unlinked, What::Linked);
                self.push(&case, event, what);
                self.links.set_home(event.seq, &case);
                self.relink(settings, &case, event.recorded, out);
            }
            Some(About::Correction(correcting)) => {
                self.calendar(settings, event, out);
                self.correct(settings, subject, event, correcting, out);
            }
        }
    }

    /// Takes the time: raises the alerts whose time has come, and clears those whose time is over.
    pub fn tick(&mut self, settings: &C::Settings, now: Instant, out: &mut Outcome) {
        while self.wake().is_some_and(|next| next <= now) {
            let later = self.next.split_off(&(Instant::from_micros(now.as_micros() + 1), 0));
            let mut due: Vec<(Instant, String)> = Vec::new();
            for (instant, place) in std::mem::replace(&mut self.next, later) {
                if let Some((case, record)) = self.records.get_index_mut(place) {
                    record.next = None;
                    due.push((instant, case.clone()));
                }
            }
            // What is due at once comes in the order of the cases' numbers, not of their arrival.
            due.sort_unstable();
            for (_, case) in due {
                self.evaluate(settings, &case, now, Telling::Time, out);
            }
        }
    }

    /// When the plugin is to be told the time next.
    #[must_use]
    pub fn wake(&self) -> Option<Instant> {
        self.next.first().map(|(next, _)| *next)
    }

    /// The case of a number, whether that is its own, an alias or that of a case merged into it.
    #[must_use]
    pub fn case(&self, settings: &C::Settings, subject: &str) -> Option<C> {
        self.view(settings, &self.calendars, self.links.root(subject), None)
    }

    /// The same by other calendars than those of now.
    #[must_use]
    pub fn case_by(&self, settings: &C::Settings, calendars: &Calendars, subject: &str) -> Option<C> {
        self.view(settings, calendars, self.links.root(subject), None)
    }

    /// The calendars as the ledger says that they are.
    #[must_use]
    pub fn calendars(&self) -> &Calendars {
        &self.calendars
    }

    /// All cases by their number, as they stand now. A case that was merged into another is not among them.
    pub fn cases<'f>(&'f self, settings: &'f C::Settings) -> impl Iterator<Item = (&'f str, C)> {
        self.cases_until(settings, None)
    }

    /// All cases by their number, as they stood at an instant: of what is known now, what had happened by then.
    pub fn cases_at<'f>(
        &'f self,
        settings: &'f C::Settings,
        instant: Instant,
    ) -> impl Iterator<Item = (&'f str, C)> {
        self.cases_until(settings, Some(instant))
    }

    /// The entries whose data nothing could be made of.
    #[must_use]
    pub fn unreadable(&self) -> Vec<Unreadable> {
        let of_record = |(subject, record): (&String, &Record)| {
            let found = record.history.unreadable::<C>().into_iter();
            let subject = subject.clone();
            found.map(move |(seq, kind, why)| {
                let kind = self.kinds.get(usize::from(kind)).cloned().unwrap_or_default();
                Unreadable { subject: subject.clone(), seq, kind, why }
            })
        };
        self.by_number().into_iter().flat_map(of_record).collect()
    }

    fn cases_until<'f>(
        &'f self,
        settings: &'f C::Settings,
        until: Option<Instant>,
    ) -> impl Iterator<Item = (&'f str, C)> {
        let all = self.by_number().into_iter().map(|(case, _)| case.as_str());
        let roots = all.filter(|case| self.links.root(case) == *case);
        roots.filter_map(move |case| Some((case, self.view(settings, &self.calendars, case, until)?)))
    }

    fn by_number(&self) -> Vec<(&String, &Record)> {
        let mut all: Vec<(&String, &Record)> = self.records.iter().collect();
        all.sort_unstable_by_key(|(case, _)| *case);
        all
    }

    /// Takes what is said of calendars. Whatever is not done is worked out again: also what stands still, for it may do so
    /// because of a day that is another one now.
    fn calendar(&mut self, settings: &C::Settings, event: &Event, out: &mut Outcome) {
        let touched: Touched = self.calendars.take(event);
        if touched.is_empty() || !C::counts_by(&touched) {
            return;
        }
        let undone = self
            .by_number()
            .into_iter()
            .filter(|(case, record)| !record.is_done && self.links.root(case) == case.as_str());
        let cases: Vec<String> = undone.map(|(case, _)| case.clone()).collect();
        for case in cases {
            self.evaluate(settings, &case, event.recorded, Telling::Entry, out);
        }
    }

    fn fact(&mut self, settings: &C::Settings, subject: &str, event: &Event, out: &mut Outcome) {
        let what = match C::fact(&event.kind, event.content()) {
            Ok(None) => return,
            Ok(Some(fact)) => What::Fact(self.kind(&event.kind), fact),
            Err(why) => What::Unreadable(self.kind(&event.kind), why.to_string()),
        };
        if self.links.leave_alone(subject) {
            let (time, day) = happened(event);
            let entry = Entry::new(event.seq, event.recorded, time, day, what);
            return self.evaluate_alone(settings, subject, &entry, event.recorded, out);
        }
        self.push(subject, event, what);
        let root = self.links.root(subject).to_owned();
        self.evaluate(settings, &root, event.recorded, Telling::Entry, out);
    }

    fn correct(
        &mut self,
        settings: &C::Settings,
        subject: &str,
        event: &Event,
        correcting: Correcting,
        out: &mut Outcome,
    ) {
        // Most corrections are of entries that this plugin never saw.
        let Some((home, kind)) = self.home_of(correcting.target, subject) else { return };
        let kind = kind.and_then(|kind| self.kinds.get(usize::from(kind)));
        let correction = match (correcting.action, kind) {
            (Action::Void, _) => Correction::Void,
            (Action::Restore, _) => Correction::Restore,
            // There is nothing in a link that other data could say.
            (Action::Replace, None) => return,
            (Action::Replace, Some(kind)) => {
                let json = serde_json::to_vec(&correcting.data).unwrap_or_default();
                C::fact(kind, Data::from_json(&json)).map_or(Correction::Unreadable, Correction::Replace)
            }
        };
        self.push(&home, event, What::Correction(correcting.target, correction));
        if self.links.home(correcting.target).is_some() {
            self.relink(settings, &home, event.recorded, out);
        }
        let root = self.links.root(&home).to_owned();
        self.evaluate(settings, &root, event.recorded, Telling::Entry, out);
    }

    /// In whose history an entry stands, and the number of its kind. It is looked for under the number that the
    /// correction names, and where that case was merged, under all that count as it.
    fn home_of(&self, target: u64, subject: &str) -> Option<(String, Option<u16>)> {
        let in_case = |case: &str| {
            let kind = self.records.get(case)?.history.find::<C::Fact>(target)?;
            Some((case.to_owned(), kind))
        };
        let anywhere = || self.links.members(self.links.root(subject)).into_iter().find_map(in_case);
        self.links.home(target).and_then(in_case).or_else(|| in_case(subject)).or_else(anywhere)
    }

    fn kind(&mut self, kind: &str) -> u16 {
        let place = self.kinds.iter().position(|known| known == kind).unwrap_or_else(|| {
            self.kinds.push(kind.to_owned());
            self.kinds.len() - 1
        });
        u16::try_from(place).unwrap_or(u16::MAX)
    }

    fn push(&mut self, case: &str, event: &Event, what: What<C::Fact>) {
        let (time, day) = happened(event);
        let entry = Entry::new(event.seq, event.recorded, time, day, what);
        match self.records.get_mut(case) {
            Some(record) => record.history.push(&entry),
            None => self.records.entry(case.to_owned()).or_default().history.push(&entry),
        }
    }

    fn relink(&mut self, settings: &C::Settings, case: &str, now: Instant, out: &mut Outcome) {
        let into = self.records.get(case).and_then(|record| record.history.link::<C>());
        for touched in self.links.set(case, into.as_deref()) {
            // A case may be merged into one of which nothing else is known yet, and is then known under its number.
            self.records.entry(touched.clone()).or_default();
            self.evaluate(settings, &touched, now, Telling::Entry, out);
        }
    }

    fn view(
        &self,
        settings: &C::Settings,
        calendars: &Calendars,
        root: &str,
        until: Option<Instant>,
    ) -> Option<C> {
        let mut facts: Vec<Happened<C::Fact>> = Vec::new();
        for case in self.links.members(root) {
            if let Some(record) = self.records.get(case) {
                record.history.facts::<C>(&mut facts);
            }
        }
        if let Some(until) = until {
            facts.retain(|fact| fact.time <= until);
        }
        in_order::<C>(settings, calendars, facts)
    }

    /// Works a case out again: clears what it has no more, raises what it has by now if that is the time to, and says when
    /// it is to be looked at next.
    fn evaluate(
        &mut self,
        settings: &C::Settings,
        case: &str,
        now: Instant,
        telling: Telling,
        out: &mut Outcome,
    ) {
        let root = self.links.root(case);
        let merged = (root != case).then(|| format!("the case was merged into {root}"));
        let view = if merged.is_some() { None } else { self.view(settings, &self.calendars, case, None) };
        let Some((place, _, record)) = self.records.get_full_mut(case) else { return };
        let gone = merged.as_deref().unwrap_or("what it rested on was corrected");
        let next = record.settle(settings, case, Settling { view, gone, now, telling }, out);
        if record.next != next {
            let before = std::mem::replace(&mut record.next, next);
            self.put(place, before, next);
        }
    }

    /// Takes in a fact of a case that belongs to no other: as [`evaluate`](CaseFold::evaluate), and looks it up once.
    fn evaluate_alone(
        &mut self,
        settings: &C::Settings,
        case: &str,
        entry: &Entry<C::Fact>,
        now: Instant,
        out: &mut Outcome,
    ) {
        let place = match self.records.get_index_of(case) {
            Some(place) => place,
            None => self.records.insert_full(case.to_owned(), Record::default()).0,
        };
        let record = &mut self.records[place];
        record.history.push(entry);
        let mut facts = Vec::new();
        record.history.facts::<C>(&mut facts);
        let view = in_order::<C>(settings, &self.calendars, facts);
        let gone = "what it rested on was corrected";
        let next = record.settle(settings, case, Settling { view, gone, now, telling: Telling::Entry }, out);
        if record.next != next {
            let before = std::mem::replace(&mut record.next, next);
            self.put(place, before, next);
        }
    }

    fn put(&mut self, place: usize, before: Option<Instant>, next: Option<Instant>) {
        if let Some(before) = before {
            self.next.remove(&(before, place));
        }
        if let Some(next) = next {
            self.next.insert((next, place));
        }
    }
}

fn in_order<C: Case>(
    settings: &C::Settings,
    calendars: &Calendars,
    mut facts: Vec<Happened<C::Fact>>,
) -> Option<C> {
    facts.sort_by_key(|fact| (fact.day, C::rank(&fact.fact), fact.time, fact.seq));
    C::fold_by(settings, calendars, &facts)
}

/// What a case has come to, and why alerts go where it has come to nothing.
struct Settling<'s, C> {
    view: Option<C>,
    gone: &'s str,
    now: Instant,
    telling: Telling,
}

impl Record {
    /// Says what alerts are raised and cleared, and when the case is to be looked at next.
    fn settle<C: Case>(
        &mut self,
        settings: &C::Settings,
        case: &str,
        settling: Settling<'_, C>,
        out: &mut Outcome,
    ) -> Option<Instant> {
        let Settling { view, gone, now, telling } = settling;
        self.is_done = view.as_ref().is_some_and(C::is_done);
        let alarms = view.as_ref().map(|view| view.alarms(settings)).unwrap_or_default();
        self.open.retain(|open| {
            if alarms.iter().any(|alarm| open.is(alarm) && open.due == alarm.due && alarm.stands(now)) {
                return true;
            }
            let stage = open.stage();
            let reason =
                view.as_ref().map_or(gone.to_owned(), |view| view.cleared(settings, &open.rule, &stage));
            out.clear(open.rule.clone(), stage, case, reason);
            false
        });
        if let (Telling::Time, Some(view)) = (telling, &view) {
            for alarm in alarms.iter().filter(|alarm| alarm.stands(now)) {
                if !self.open.iter().any(|open| open.is(alarm)) {
                    let alert = Alert::raise(alarm.rule, alarm.stage.to_string(), case).due(alarm.due);
                    out.raise(view.alert(settings, alarm, alert));
                    self.open.push(Open::of(alarm));
                }
            }
        }
        let changes = alarms.iter().filter_map(|alarm| {
            if self.open.iter().any(|open| open.is(alarm)) {
                return alarm.until;
            }
            alarm.until.is_none_or(|until| now < until).then_some(alarm.at)
        });
        changes.min()
    }
}

/// What is written of a fold.
#[derive(Deserialize)]
struct Written {
    kinds: Vec<String>,
    records: Records,
    links: Links,
    calendars: Calendars,
}

impl<'de, C: Case> Deserialize<'de> for CaseFold<C> {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<CaseFold<C>, D::Error> {
        let Written { kinds, records, links, calendars } = Written::deserialize(deserializer)?;
        let next =
            records.values().enumerate().filter_map(|(place, record)| Some((record.next?, place))).collect();
        Ok(CaseFold { kinds, records, links, calendars, next, of: std::marker::PhantomData })
    }
}

/// What a case is worked out for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Telling {
    /// An entry: it may clear alerts.
    Entry,
    /// The time: it raises them as well.
    Time,
}

/// What a correction says.
#[derive(Deserialize)]
struct Correcting {
    target: u64,
    action: Action,
    #[serde(default)]
    data: serde_json::Value,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Action {
    Void,
    Restore,
    Replace,
}

/// What an entry says about cases, whatever their kind. One that says it wrongly says nothing: the catalogue checks such
/// entries before they are recorded.
fn about(subject: &str, event: &Event) -> Option<About> {
    #[derive(Deserialize)]
    struct Merged {
        into: String,
    }
    #[derive(Deserialize)]
    struct Alias {
        alias: String,
    }
    match event.kind.as_str() {
        "case.merged" => {
            let merged = event.data::<Merged>().ok()?;
            Some(About::Link(subject.to_owned(), Some(merged.into)))
        }
        "case.unmerged" => Some(About::Link(subject.to_owned(), None)),
        "case.alias_recorded" => {
            let alias = event.data::<Alias>().ok()?;
            Some(About::Link(alias.alias, Some(subject.to_owned())))
        }
        "ledger.correction_recorded" => event.data::<Correcting>().ok().map(About::Correction),
        _ => None,
    }
}

/// When something happened, and on which day in London. Where `data.date` names the day and the event has no time of its
/// own, or that of another day, only the day is known.
fn happened(event: &Event) -> (Instant, Day) {
    #[derive(Deserialize)]
    struct Dated {
        date: Option<Day>,
    }
    const MEMBER: &[u8] = b"\"date\":";
    let day = Day::in_london(event.time);
    // Most events say no date: a look at the bytes is quicker than to read them again.
    if !event.json.windows(MEMBER.len()).any(|part| part == MEMBER) {
        return (event.time, day);
    }
    match event.data::<Dated>() {
        Ok(Dated { date: Some(date) }) if date != day || event.time == event.recorded => (date.start(), date),
        _ => (event.time, day),
    }
}
