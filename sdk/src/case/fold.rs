//! The fold over cases.

use std::collections::BTreeSet;
use std::hash::BuildHasherDefault;

use indexmap::IndexMap;
use rustc_hash::FxHasher;
use serde::{Deserialize, Serialize};

use super::history::{Correction, Entry, History, What};
use super::key::Key;
use super::known::Known;
use super::links::{Links, Place};
use super::standing::Standing;
use super::{Alarm, Case, Happened};
use crate::{Calendars, Data, Day, Event, Instant, Outcome, Touched};

/// By the number of a case, in the order in which the numbers were first seen. Which of two orders a map has must not hang
/// on a seed, and a case is looked up for every event: this has the first and finds it at once.
type Records = IndexMap<Key, Record, BuildHasherDefault<FxHasher>>;

/// All cases of a kind, as a part of a plugin's state.
#[derive(Debug, Clone, Serialize)]
#[serde(bound = "")]
pub struct CaseFold<C: Case> {
    /// The kinds of event that facts came from, in the order in which they were first seen: a fact names its kind by
    /// number, so that a correction can be read as what it corrects.
    kinds: Vec<String>,
    known: Known,
    records: Records,
    links: Links,
    calendars: Calendars,
    /// When a case is to be looked at next, in order; the case by its place. It follows from the records: it is not
    /// written.
    #[serde(skip)]
    next: BTreeSet<(Instant, Place)>,
    #[serde(skip)]
    of: std::marker::PhantomData<C>,
}

/// What is kept under one number: of a case that is over little more than its history.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
struct Record {
    history: History,
    /// None where nothing stands and nothing is to come.
    standing: Option<Box<Standing>>,
    /// Whether it had come to its end when it was last worked out.
    is_done: bool,
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
            known: Known::default(),
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
        self.apply_with(settings, event, out, &mut |_, _| {});
    }

    /// The same, and tells of every case that was worked out again what it comes to now: nothing where it is no such
    /// case, or was merged into another. A plugin that counts cases, or joins them with others, keeps its own sums by this.
    pub fn apply_with(
        &mut self,
        settings: &C::Settings,
        event: &Event,
        out: &mut Outcome,
        seen: &mut dyn FnMut(&str, Option<&C>),
    ) {
        let mut work = Work { settings, now: event.recorded, telling: Telling::Entry, out, seen };
        if event.kind.starts_with("calendar.") {
            return self.calendar(event, &mut work);
        }
        let Some(subject) = event.subject.as_deref() else { return };
        match about(subject, event) {
            None => self.fact(subject, event, &mut work),
            Some(About::Link(case, into)) => {
                let what = into.map_or(What::Unlinked, What::Linked);
                let place = self.place(&case);
                self.push(place, event, what);
                self.links.set_home(event.seq, place);
                self.relink(place, &mut work);
            }
            Some(About::Correction(correcting)) => {
                self.calendar(event, &mut work);
                self.correct(subject, event, correcting, &mut work);
            }
        }
    }

    /// Takes the time: raises the alerts whose time has come, and clears those whose time is over.
    pub fn tick(&mut self, settings: &C::Settings, now: Instant, out: &mut Outcome) {
        let mut work = Work { settings, now, telling: Telling::Time, out, seen: &mut |_, _| {} };
        while self.wake().is_some_and(|next| next <= now) {
            let later = self.next.split_off(&(Instant::from_micros(now.as_micros() + 1), 0));
            let mut due: Vec<(Instant, Key, Place)> = Vec::new();
            for (instant, place) in std::mem::replace(&mut self.next, later) {
                if let Some((case, record)) = self.records.get_index_mut(place) {
                    if let Some(standing) = &mut record.standing {
                        standing.next = None;
                    }
                    due.push((instant, case.clone(), place));
                }
            }
            // What is due at once comes in the order of the cases' numbers, not of their arrival.
            due.sort_unstable();
            for (.., place) in due {
                self.evaluate(place, &mut work);
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
        self.view(settings, &self.calendars, self.root_of(subject), None)
    }

    /// The same by other calendars than those of now.
    #[must_use]
    pub fn case_by(&self, settings: &C::Settings, calendars: &Calendars, subject: &str) -> Option<C> {
        self.view(settings, calendars, self.root_of(subject), None)
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

    /// What comes to no case although something is known of it, by its number, with the facts in their order: an answer to what
    /// was never recorded to have been asked, say. It is gone from here once that is recorded, however late.
    pub fn incomplete<'f>(
        &'f self,
        settings: &'f C::Settings,
    ) -> impl Iterator<Item = (&'f str, Vec<Happened<C::Fact>>)> {
        let undone = self.by_number().into_iter().filter(|(.., record)| !record.is_done);
        let roots = undone.filter(|(place, ..)| self.root(*place) == *place);
        roots.filter_map(move |(place, case, _)| {
            let facts = self.facts(Some(place));
            let is_case = facts.is_empty() || C::fold_by(settings, &self.calendars, &facts).is_some();
            (!is_case).then_some((case.as_str(), facts))
        })
    }

    /// The entries whose data nothing could be made of.
    #[must_use]
    pub fn unreadable(&self) -> Vec<Unreadable> {
        let of_record = |(_, subject, record): (Place, &Key, &Record)| {
            let found = record.history.unreadable::<C>(&self.known).into_iter();
            let subject = subject.as_str().to_owned();
            found.map(move |(seq, kind, why)| {
                let kind = self.kinds.get(usize::from(kind)).cloned().unwrap_or_default();
                Unreadable { subject: subject.clone(), seq, kind, why }
            })
        };
        self.by_number().into_iter().flat_map(of_record).collect()
    }

    /// The case that a number counts as: its own, or that of what it was merged into or is part of.
    #[must_use]
    pub fn counts_as<'f>(&'f self, subject: &'f str) -> &'f str {
        match self.records.get_index_of(subject) {
            Some(place) if !self.links.leave_alone(place) => self.number(self.root(place)).unwrap_or(subject),
            _ => subject,
        }
    }

    /// All numbers that count as the case of this one: its own first, then the others in their order. Of a number that counts as
    /// another it is that number alone.
    #[must_use]
    pub fn numbers_of<'f>(&'f self, case: &'f str) -> Vec<&'f str> {
        match self.records.get_index_of(case) {
            Some(place) if !self.links.leave_alone(place) && self.root(place) == place => {
                let others = self.links.members(place).into_iter().skip(1);
                let mut others: Vec<&str> = others.filter_map(|other| self.number(other)).collect();
                others.sort_unstable();
                std::iter::once(case).chain(others).collect()
            }
            _ => vec![case],
        }
    }

    /// The entries of a case, each with the number under which it is kept: its own, or one that counts as it.
    pub(super) fn entries<'f>(&'f self, case: &'f str) -> impl Iterator<Item = (&'f str, Entry<C::Fact>)> {
        let members = self.root_of(case).map(|root| self.links.members(root)).unwrap_or_default();
        let kept = members.into_iter().filter_map(|member| self.records.get_index(member));
        kept.flat_map(move |(member, record)| {
            record.history.entries(&self.known).map(move |entry| (member.as_str(), entry))
        })
    }

    fn number(&self, place: Place) -> Option<&str> {
        self.records.get_index(place).map(|(number, _)| number.as_str())
    }

    /// The place of the case that one counts as.
    fn root(&self, place: Place) -> Place {
        self.links.root(place, |place| self.number(place))
    }

    fn root_of(&self, subject: &str) -> Option<Place> {
        self.records.get_index_of(subject).map(|place| self.root(place))
    }

    fn cases_until<'f>(
        &'f self,
        settings: &'f C::Settings,
        until: Option<Instant>,
    ) -> impl Iterator<Item = (&'f str, C)> {
        let roots = self.by_number().into_iter().filter(|(place, ..)| self.root(*place) == *place);
        roots.filter_map(move |(place, case, _)| {
            Some((case.as_str(), self.view(settings, &self.calendars, Some(place), until)?))
        })
    }

    fn by_number(&self) -> Vec<(Place, &Key, &Record)> {
        let records = self.records.iter().enumerate();
        let mut all: Vec<(Place, &Key, &Record)> =
            records.map(|(place, (case, record))| (place, case, record)).collect();
        all.sort_unstable_by_key(|(_, case, _)| *case);
        all
    }

    /// Takes what is said of calendars. Whatever is not done is worked out again: also what stands still, for it may do so
    /// because of a day that is another one now.
    fn calendar(&mut self, event: &Event, work: &mut Work<'_, C>) {
        let touched: Touched = self.calendars.take(event);
        if touched.is_empty() || !C::counts_by(&touched) {
            return;
        }
        let undone = self
            .by_number()
            .into_iter()
            .filter(|(place, _, record)| !record.is_done && self.root(*place) == *place);
        let cases: Vec<Place> = undone.map(|(place, ..)| place).collect();
        for place in cases {
            self.evaluate(place, work);
        }
    }

    fn fact(&mut self, subject: &str, event: &Event, work: &mut Work<'_, C>) {
        let (what, is_part) = match C::fact(&event.kind, event.content()) {
            Ok(None) => return,
            Ok(Some(fact)) => {
                let is_part = C::part_of(&fact).is_some();
                (What::Fact(self.kind(&event.kind), fact), is_part)
            }
            Err(why) => (What::Unreadable(self.kind(&event.kind), why.to_string()), false),
        };
        let place = self.place(subject);
        self.push(place, event, what);
        // Where that made it part of another case, all that it touches is worked out again already.
        if !is_part || !self.relink(place, work) {
            self.evaluate(self.root(place), work);
        }
    }

    fn correct(&mut self, subject: &str, event: &Event, correcting: Correcting, work: &mut Work<'_, C>) {
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
        self.push(home, event, What::Correction(correcting.target, correction));
        if !self.relink(home, work) {
            self.evaluate(self.root(home), work);
        }
    }

    /// In whose history an entry stands, and the number of its kind. It is looked for under the number that the
    /// correction names, and where that case was merged, under all that count as it.
    fn home_of(&self, target: u64, subject: &str) -> Option<(Place, Option<u16>)> {
        let in_case = |place: Place| {
            let (_, record) = self.records.get_index(place)?;
            Some((place, record.history.find::<C::Fact>(&self.known, target)?))
        };
        let named = self.records.get_index_of(subject);
        let anywhere = || self.links.members(self.root(named?)).into_iter().find_map(in_case);
        self.links.home(target).and_then(in_case).or_else(|| in_case(named?)).or_else(anywhere)
    }

    fn kind(&mut self, kind: &str) -> u16 {
        let place = self.kinds.iter().position(|known| known == kind).unwrap_or_else(|| {
            self.kinds.push(kind.to_owned());
            self.kinds.len() - 1
        });
        u16::try_from(place).unwrap_or(u16::MAX)
    }

    fn push(&mut self, place: Place, event: &Event, what: What<C::Fact>) {
        let (time, day) = happened(event);
        let entry = Entry::new(event.seq, event.recorded, time, day, what);
        if let Some((_, record)) = self.records.get_index_mut(place) {
            record.history.push(&entry, &mut self.known);
        }
    }

    /// The place of a case among the records, where it gets one if it has none yet.
    fn place(&mut self, case: &str) -> Place {
        if let Some(place) = self.records.get_index_of(case) {
            return place;
        }
        // By itself the map would make room for as many again, and there may be a million.
        if self.records.len() == self.records.capacity() {
            self.records.reserve_exact(self.records.len() / 8 + 16);
        }
        self.records.insert_full(Key::from(case), Record::default()).0
    }

    /// Says anew what a case belongs to, as its history has it. Whether that is another one than before: then all cases that
    /// it bears on were worked out again.
    fn relink(&mut self, case: Place, work: &mut Work<'_, C>) -> bool {
        let record = self.records.get_index(case);
        let into = record.and_then(|(number, record)| record.history.link::<C>(&self.known, number));
        // A case may be merged into one of which nothing else is known yet, and is then known under its number.
        let into = into.map(|into| self.place(&into));
        let records = &self.records;
        let number = |place: Place| records.get_index(place).map(|(number, _)| number.clone());
        let mut touched = self.links.set(case, into, number);
        let has_changed = !touched.is_empty();
        touched.sort_by_key(|place| number(*place));
        for touched in touched {
            self.evaluate(touched, work);
        }
        has_changed
    }

    fn view(
        &self,
        settings: &C::Settings,
        calendars: &Calendars,
        root: Option<Place>,
        until: Option<Instant>,
    ) -> Option<C> {
        let mut facts = self.facts(root);
        if let Some(until) = until {
            facts.retain(|fact| fact.time <= until);
        }
        C::fold_by(settings, calendars, &facts)
    }

    /// What is known of a case, in the order in which it happened.
    fn facts(&self, root: Option<Place>) -> Vec<Happened<C::Fact>> {
        let mut facts = Vec::new();
        let mut take = |place: Place| {
            if let Some((number, record)) = self.records.get_index(place) {
                record.history.facts::<C>(&self.known, number, &mut facts);
            }
        };
        match root {
            Some(root) if self.links.leave_alone(root) => take(root),
            root => root.into_iter().flat_map(|root| self.links.members(root)).for_each(take),
        }
        put_in_order::<C>(&mut facts);
        facts
    }

    /// Works a case out again: clears what it has no more, raises what it has by now if that is the time to, and says when
    /// it is to be looked at next.
    fn evaluate(&mut self, case: Place, work: &mut Work<'_, C>) {
        let root = self.root(case);
        let gone = (root != case).then(|| {
            let root = self.number(root).unwrap_or_default();
            format!("the case is counted as {root}")
        });
        let view = match gone {
            Some(_) => None,
            None => self.view(work.settings, &self.calendars, Some(case), None),
        };
        let Some((number, record)) = self.records.get_index_mut(case) else { return };
        let (before, next) = work.settle(record, number, view, gone.as_deref());
        self.put(case, before, next);
    }

    fn put(&mut self, place: Place, before: Option<Instant>, next: Option<Instant>) {
        if before == next {
            return;
        }
        if let Some(before) = before {
            self.next.remove(&(before, place));
        }
        if let Some(next) = next {
            self.next.insert((next, place));
        }
    }
}

fn put_in_order<C: Case>(facts: &mut [Happened<C::Fact>]) {
    facts.sort_by_key(|fact| (fact.day, C::rank(&fact.fact), fact.time, fact.seq));
}

/// What cases are worked out for, and who is told.
struct Work<'w, C: Case> {
    settings: &'w C::Settings,
    now: Instant,
    telling: Telling,
    out: &'w mut Outcome,
    seen: &'w mut dyn FnMut(&str, Option<&C>),
}

impl<C: Case> Work<'_, C> {
    /// Says what alerts are raised and cleared, and when the case was, and is, to be looked at next. Where the case has come
    /// to nothing, `gone` says why.
    fn settle(
        &mut self,
        record: &mut Record,
        number: &Key,
        view: Option<C>,
        gone: Option<&str>,
    ) -> (Option<Instant>, Option<Instant>) {
        let Work { settings, now, telling, out, seen } = self;
        let number = number.as_str();
        seen(number, view.as_ref());
        record.is_done = view.as_ref().is_some_and(C::is_done);
        let alarms = view.as_ref().map(|view| view.alarms(settings)).unwrap_or_default();
        let reason = |rule: &str, stage: &str| match &view {
            Some(view) => view.cleared(settings, rule, stage),
            None => gone.unwrap_or("what it rested on was corrected").to_owned(),
        };
        let standing = record.standing.get_or_insert_default();
        standing.clear(number, &alarms, *now, reason, out);
        if let (Telling::Time, Some(view)) = (*telling, &view) {
            let words = |alarm: &Alarm, alert| view.alert(settings, alarm, alert);
            standing.raise(number, &alarms, *now, words, out);
        }
        let next = standing.next_of(&alarms, *now);
        let before = std::mem::replace(&mut standing.next, next);
        if standing.is_empty() {
            record.standing = None;
        }
        (before, next)
    }
}

/// What is written of a fold.
#[derive(Deserialize)]
struct Written {
    kinds: Vec<String>,
    known: Known,
    records: Records,
    links: Links,
    calendars: Calendars,
}

impl<'de, C: Case> Deserialize<'de> for CaseFold<C> {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<CaseFold<C>, D::Error> {
        let Written { kinds, known, mut records, links, calendars } = Written::deserialize(deserializer)?;
        // While it grew, it made room for more than there are.
        records.shrink_to_fit();
        let next = records
            .values()
            .enumerate()
            .filter_map(|(place, record)| Some((record.standing.as_ref()?.next?, place)))
            .collect();
        Ok(CaseFold { kinds, known, records, links, calendars, next, of: std::marker::PhantomData })
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
    #[derive(Deserialize)]
    struct Same {
        person: String,
        same_as: String,
    }
    match event.kind.as_str() {
        "identity.linked" => {
            let same = event.data::<Same>().ok()?;
            Some(About::Link(same.same_as, Some(same.person)))
        }
        "identity.unlinked" => Some(About::Link(event.data::<Same>().ok()?.same_as, None)),
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
