//! What a plugin is given, and when; what is made of what it says. A pure function of entries: the same entries, the
//! same program and the same settings give the same bytes, however the entries are cut into batches, wherever it
//! stops and starts.
//!
//! **Time.** A plugin asks to be woken. Before the first entry of any type that was recorded at or after that instant it
//! is given a tick, at most one an entry. Between `import.started` and `import.finished` it is given none: the clock
//! goes on at the entry that closes the last bracket.
//!
//! **Alerts.** What the plugin says changes the set of alerts that are open. The ledger is told of each change, with two
//! exceptions, in which it is told of the difference at the end: within an import, and up to the entry that installed,
//! upgraded or configured the plugin. So a history raises only what is still true at its end.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use muniment_core::json::canonical::{check_object, unescape};

use super::alerts::{self, AlertId, Key, Saying};
use super::engine::{Cause, Failure, Input, Instance};
use super::grants::Grants;
use super::manifest::Manifest;
use super::outcome::Act;
use crate::query::{EventFacts, TypePattern};

/// How many items are given at once.
pub const BATCH_ITEMS_MAX: usize = 1024;
/// Fewer are not thought to be likely.
const LIKELY_ITEMS_MIN: usize = 8;
/// How many alerts may follow on one another.
pub const DEPTH_MAX: u64 = 8;
/// How many alerts of one plugin may be open at a time.
pub const OPEN_ALERTS_MAX: usize = 200_000;
/// Of how many types it is kept in mind whether the plugin is given them.
const KINDS_MAX: usize = 10_000;
const DAY_MICROS: i64 = 86_400_000_000;

/// What the host keeps of a plugin beside the plugin's own state.
#[derive(Debug, Clone, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
pub struct Position {
    /// The next entry.
    pub next: u64,
    /// When the plugin wants to be woken.
    pub wake: Option<i64>,
    /// Whether the entry `next` had its tick already.
    ticked: bool,
    /// Imports that are open.
    imports: BTreeSet<u64>,
    /// The alerts that are open, as the plugin says.
    #[serde(with = "alerts::pairs")]
    open: BTreeMap<Key, alerts::Open>,
    /// The alerts that are open, as the ledger says.
    #[serde(with = "alerts::pairs")]
    told: BTreeMap<Key, AlertId>,
    /// When the last entry of each type that the plugin is given was recorded.
    fed: BTreeMap<String, i64>,
    /// The day, since 1970, and how many alerts were raised on it.
    raised: (i64, u32),
    /// Entries and ticks that the plugin was given.
    pub given: u64,
    /// Behind the last entry that it was given, or had a tick at: from there on its state is the same.
    same_from: u64,
}

/// What is the same for all entries.
#[derive(Debug, Clone)]
pub struct Terms {
    /// What the plugin is.
    pub manifest: Manifest,
    /// The entry that installed, upgraded or configured it last.
    pub since: u64,
    /// How many alerts it may raise in a day.
    pub alerts_a_day_max: u32,
    /// Whether events marked as tests are left out.
    pub leaves_out_tests: bool,
    /// What it was granted.
    pub grants: Grants,
    patterns: Vec<TypePattern>,
}

impl Terms {
    /// Terms of a plugin that is granted nothing.
    ///
    /// # Errors
    /// If a subscription is no pattern.
    pub fn new(
        manifest: Manifest,
        since: u64,
        alerts_a_day_max: u32,
        leaves_out_tests: bool,
    ) -> Result<Terms, Failure> {
        let patterns: Result<Vec<TypePattern>, _> =
            manifest.subscriptions.iter().map(|pattern| pattern.parse()).collect();
        let patterns = patterns.map_err(|error| Failure::contract(format!("{error}")))?;
        let grants = Grants::default();
        Ok(Terms { manifest, since, alerts_a_day_max, leaves_out_tests, grants, patterns })
    }
}

/// A failure, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FailedAt {
    /// What was wrong.
    pub failure: Failure,
    /// The first entry of the batch.
    pub first: u64,
    /// The last entry of the batch.
    pub last: u64,
    /// How many items the batch had.
    pub items: usize,
}

/// When a fold breaks off between two batches.
#[derive(Debug, Default, Clone)]
pub(super) struct Interrupt {
    /// Once this is set, and the instant has come.
    pub(super) stop: Option<(Arc<AtomicBool>, Instant)>,
    /// At this instant.
    pub(super) deadline: Option<Instant>,
}

impl Interrupt {
    fn is_so(&self) -> bool {
        let has_come = |instant: Instant| Instant::now() >= instant;
        self.deadline.is_some_and(has_come)
            || self.stop.as_ref().is_some_and(|(stop, from)| stop.load(Ordering::Acquire) && has_come(*from))
    }
}

/// Folds entries.
#[derive(Debug)]
pub struct Fold<'t> {
    terms: &'t Terms,
    /// How many items are given at once.
    pub batch_items_max: usize,
    /// About so many are likely to be taken: to give many more of which a few are taken costs their way each time.
    likely_items: usize,
    /// When to break off.
    pub(super) interrupt: Interrupt,
    is_interrupted: bool,
    /// Types that were seen, and whether the plugin is given them.
    wanted: HashMap<String, bool>,
    /// An entry, and alerts that were told and cleared because of it, with how often.
    told_before: (u64, BTreeMap<Key, u64>),
}

/// Where in a chunk of entries the fold is.
struct Chunk<'a, 'l> {
    entries: &'a [EventFacts<'l>],
    /// For each entry, what of it matters.
    marks: Vec<Mark>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mark {
    /// Nothing but its time.
    Passed,
    /// The plugin is given it.
    Given,
    /// It opens a bracket; whether the plugin is given it too.
    Opens(u64, bool),
    /// It closes a bracket.
    Closes(u64, bool),
}

impl Mark {
    fn is_given(self) -> bool {
        matches!(self, Mark::Given | Mark::Opens(_, true) | Mark::Closes(_, true))
    }

    fn is_bracket(self) -> bool {
        matches!(self, Mark::Opens(..) | Mark::Closes(..))
    }
}

impl<'t> Fold<'t> {
    /// A fold on these terms.
    #[must_use]
    pub fn new(terms: &'t Terms) -> Fold<'t> {
        Fold {
            terms,
            batch_items_max: BATCH_ITEMS_MAX,
            likely_items: BATCH_ITEMS_MAX,
            interrupt: Interrupt::default(),
            is_interrupted: false,
            wanted: HashMap::new(),
            told_before: (0, BTreeMap::new()),
        }
    }

    /// Whether it broke off. Then the position, the instance and what was said are of no more use.
    pub(super) fn is_interrupted(&self) -> bool {
        self.is_interrupted
    }

    /// Folds entries that start with the position's next one. `position` and `instance` are of no more use after a
    /// failure.
    ///
    /// # Errors
    /// What the plugin did wrong, and where.
    pub fn advance(
        &mut self,
        position: &mut Position,
        instance: &mut Instance,
        entries: &[EventFacts<'_>],
    ) -> Result<Vec<Saying>, FailedAt> {
        let mut said = Vec::new();
        let marks = entries.iter().map(|entry| self.mark(position, entry)).collect();
        let chunk = Chunk { entries, marks };
        let mut from = 0;
        while from < entries.len() {
            let end = self.stretch_end(position, &chunk, from);
            self.stretch(position, instance, &chunk, from, end, &mut said)?;
            if self.is_interrupted {
                break;
            }
            from = end;
        }
        Ok(said)
    }

    /// Entries up to and with one at which something other than the plugin changes: a bracket opens or closes, or the
    /// plugin's own time begins.
    fn stretch_end(&self, position: &Position, chunk: &Chunk<'_, '_>, from: usize) -> usize {
        let mut end = from;
        for (mark, entry) in chunk.marks[from..].iter().zip(&chunk.entries[from..]) {
            // The clock goes on at the entry that closes the last bracket: it begins a stretch of its own.
            let closes_last = matches!(mark, Mark::Closes(number, _) if position.imports.iter().all(|open| open == number))
                && !position.imports.is_empty();
            if closes_last && end > from {
                return end;
            }
            end += 1;
            if mark.is_bracket() || entry.seq == self.terms.since {
                return end;
            }
        }
        end
    }

    fn stretch(
        &mut self,
        position: &mut Position,
        instance: &mut Instance,
        chunk: &Chunk<'_, '_>,
        from: usize,
        end: usize,
        said: &mut Vec<Saying>,
    ) -> Result<(), FailedAt> {
        // What is said while a bracket is open, or before the plugin's own time, is kept back until its end.
        let is_kept_back = !position.imports.is_empty() || chunk.entries[from].seq <= self.terms.since;
        let last = chunk.marks[end - 1];
        if let Mark::Closes(number, _) = last
            && end - from == 1
        {
            position.imports.remove(&number);
        }
        let waking = position.imports.is_empty();
        let mut at = from;
        while at < end {
            if self.interrupt.is_so() {
                self.is_interrupted = true;
                return Ok(());
            }
            at = self.batch(position, instance, chunk, at..end, (waking, is_kept_back), said)?;
        }
        match last {
            Mark::Opens(number, _) => drop(position.imports.insert(number)),
            Mark::Closes(number, _) => drop(position.imports.remove(&number)),
            Mark::Given | Mark::Passed => {}
        }
        let seq = chunk.entries[end - 1].seq;
        if is_kept_back && position.imports.is_empty() && seq >= self.terms.since {
            alerts::tell_the_difference(position.alerts(), &self.terms.manifest, seq, said);
        }
        Ok(())
    }

    /// Gives one batch, and says up to where it went.
    fn batch(
        &mut self,
        position: &mut Position,
        instance: &mut Instance,
        chunk: &Chunk<'_, '_>,
        range: std::ops::Range<usize>,
        (waking, is_kept_back): (bool, bool),
        said: &mut Vec<Saying>,
    ) -> Result<usize, FailedAt> {
        let (from, end) = (range.start, range.end);
        let wake_at = match position.wake.filter(|_| waking) {
            Some(wake) => {
                from + chunk.entries[from..end].partition_point(|entry| entry.recorded.as_micros() < wake)
            }
            None => end,
        };
        if wake_at == from && !position.ticked {
            let entry = &chunk.entries[from];
            let tick = Input::Tick { seq: entry.seq, recorded: entry.recorded.as_micros() };
            self.give(position, instance, &[(entry, tick)], (waking, is_kept_back), said)?;
            position.ticked = true;
            return Ok(from);
        }
        // An entry that had its tick goes first whatever the plugin wants: it is woken for the next.
        let stop = if wake_at == from { from + 1 } else { wake_at };
        let most = self.batch_items_max.min(self.likely_items);
        let mut items = Vec::with_capacity((stop - from).min(most));
        let mut at = from;
        while at < stop && items.len() < most {
            if chunk.marks[at].is_given() {
                items.push((at, &chunk.entries[at], Input::Event(&chunk.entries[at])));
            }
            at += 1;
        }
        let pairs: Vec<_> = items.iter().map(|(_, entry, input)| (*entry, *input)).collect();
        if !pairs.is_empty() {
            let taken = self.give(position, instance, &pairs, (waking, is_kept_back), said)?;
            self.likely_items = match taken == pairs.len() {
                true if taken == most => (2 * most).min(BATCH_ITEMS_MAX),
                true => self.likely_items,
                false => (2 * taken).max(LIKELY_ITEMS_MIN),
            };
            // What follows the last item that was taken may reach the wake-up that it left.
            at = items[taken - 1].0 + 1;
        }
        position.next = chunk.entries[at - 1].seq + 1;
        position.ticked = false;
        Ok(at)
    }

    /// Gives items to the plugin and takes what it says. Returns how many it took.
    fn give(
        &mut self,
        position: &mut Position,
        instance: &mut Instance,
        items: &[(&EventFacts<'_>, Input<'_>)],
        (waking, is_kept_back): (bool, bool),
        said: &mut Vec<Saying>,
    ) -> Result<usize, FailedAt> {
        let (first, last) = (items[0].0.seq, items[items.len() - 1].0.seq);
        let failed = |failure| FailedAt { failure, first, last, items: items.len() };
        let inputs: Vec<Input<'_>> = items.iter().map(|(_, input)| *input).collect();
        let outcome = instance.apply(&inputs, waking).map_err(failed)?;
        let was_tick = matches!(inputs[outcome.taken - 1], Input::Tick { .. });
        let now = items[outcome.taken - 1].0.recorded.as_micros();
        if was_tick && outcome.wake.is_some_and(|wake| wake <= now) {
            return Err(failed(Failure::contract(
                "after a tick it wants to be woken at a time that has passed; what is due at a tick is to be done with it",
            )));
        }
        let mut acts = outcome.acts.into_iter().peekable();
        for (place, (entry, input)) in items[..outcome.taken].iter().enumerate() {
            position.given += 1;
            position.same_from = entry.seq + 1;
            if matches!(input, Input::Event(_)) {
                self.feed(position, entry);
            }
            while let Some((_, act)) = acts.next_if(|(item, _)| *item == place) {
                self.take(position, entry, matches!(input, Input::Event(_)), act, is_kept_back, said)
                    .map_err(|failure| FailedAt {
                        failure,
                        first: entry.seq,
                        last: entry.seq,
                        items: items.len(),
                    })?;
            }
        }
        position.wake = outcome.wake;
        Ok(outcome.taken)
    }

    fn feed(&self, position: &mut Position, entry: &EventFacts<'_>) {
        let recorded = entry.recorded.as_micros();
        match position.fed.get_mut(&*entry.event_type) {
            Some(last) => *last = recorded,
            None => drop(position.fed.insert(entry.event_type.clone().into_owned(), recorded)),
        }
    }

    fn take(
        &mut self,
        position: &mut Position,
        entry: &EventFacts<'_>,
        is_event: bool,
        act: Act,
        is_kept_back: bool,
        said: &mut Vec<Saying>,
    ) -> Result<(), Failure> {
        let terms = self.terms;
        let manifest = &terms.manifest;
        let depth = 1 + if is_event { alerts::depth_of(entry) } else { 0 };
        match act {
            Act::Raise(raised) => {
                let key = alerts::check_raised(manifest, &raised, entry.seq)?;
                if position.open.contains_key(&key) {
                    return Ok(());
                }
                if depth > DEPTH_MAX {
                    return Err(Failure::new(
                        Cause::Depth,
                        format!(
                            "an alert that follows on {DEPTH_MAX} others, each raised because of the one before"
                        ),
                    ));
                }
                self.count(position, entry, is_kept_back)?;
                let complete_to = self.complete_to(position, &raised.rule);
                let told_before = self.told_before(entry.seq).get(&key).copied().unwrap_or(0);
                let open = alerts::Open::new(manifest, raised, entry, depth, complete_to, told_before);
                let saying = open.saying(manifest);
                alerts::check_saying(&saying)?;
                if !is_kept_back {
                    said.push(saying);
                    position.told.insert(key.clone(), open.id.clone());
                }
                position.open.insert(key, open);
            }
            Act::Clear(cleared) => {
                let key = alerts::check_cleared(manifest, &cleared)?;
                let Some(open) = position.open.remove(&key).filter(|_| !is_kept_back) else { return Ok(()) };
                if let Some(id) = position.told.remove(&key) {
                    said.push(alerts::cleared(manifest, &key, &id, (entry.seq, depth), &cleared.reason));
                }
                if open.causing_seq == entry.seq {
                    *self.told_before(entry.seq).entry(key).or_default() += 1;
                }
            }
        }
        Ok(())
    }

    /// How often alerts were told and cleared because of an entry so far.
    fn told_before(&mut self, seq: u64) -> &mut BTreeMap<Key, u64> {
        if self.told_before.0 != seq {
            self.told_before = (seq, BTreeMap::new());
        }
        &mut self.told_before.1
    }

    /// Counts an alert. What is kept back is told as a difference, so it counts for no day.
    fn count(
        &self,
        position: &mut Position,
        entry: &EventFacts<'_>,
        is_kept_back: bool,
    ) -> Result<(), Failure> {
        let quota = |detail: String| Err(Failure::new(Cause::Quota, detail));
        if position.open.len() >= OPEN_ALERTS_MAX {
            return quota(format!("more than {OPEN_ALERTS_MAX} alerts open at a time"));
        }
        if is_kept_back {
            return Ok(());
        }
        let day = entry.recorded.as_micros().div_euclid(DAY_MICROS);
        let before = if position.raised.0 == day { position.raised.1 } else { 0 };
        position.raised = (day, before + 1);
        match self.terms.alerts_a_day_max {
            most if before >= most => quota(format!(
                "more than {most} alerts on one day; the limit is the setting plugins.alerts_a_day_max"
            )),
            _ => Ok(()),
        }
    }

    /// When the last entry was recorded of those that a rule relies on.
    fn complete_to(&self, position: &Position, rule: &str) -> Option<i64> {
        let rule = self.terms.manifest.rule(rule)?;
        let patterns: Vec<TypePattern> = rule.feeds.iter().filter_map(|feed| feed.parse().ok()).collect();
        let relied_on = position
            .fed
            .iter()
            .filter(|(kind, _)| patterns.is_empty() || patterns.iter().any(|pattern| pattern.matches(kind)));
        relied_on.map(|(_, recorded)| *recorded).max()
    }

    fn mark(&mut self, position: &mut Position, entry: &EventFacts<'_>) -> Mark {
        let is_host = entry.by == "host" || entry.by.starts_with("host/");
        let kind = &*entry.event_type;
        let mut is_wanted = match self.wanted.get(kind) {
            Some(wanted) => *wanted,
            None => {
                let wanted = self.terms.patterns.iter().any(|pattern| pattern.matches(kind));
                if self.wanted.len() >= KINDS_MAX {
                    self.wanted.clear();
                }
                self.wanted.insert(kind.to_owned(), wanted);
                wanted
            }
        };
        if is_host
            && kind.starts_with("alert.")
            && plugin_of(entry).as_deref() == Some(&self.terms.manifest.id)
        {
            // Its own alerts, of whatever version, are what the ledger was told.
            if entry.seq < self.terms.since {
                alerts::was_told(position.alerts(), entry);
            }
            is_wanted = false;
        }
        if is_wanted && self.terms.leaves_out_tests && entry.is_test {
            is_wanted = false;
        }
        match kind {
            "import.started" if is_host => Mark::Opens(import_of(entry), is_wanted),
            "import.finished" if is_host => Mark::Closes(import_of(entry), is_wanted),
            _ if is_wanted => Mark::Given,
            _ => Mark::Passed,
        }
    }
}

impl Position {
    /// The position of a plugin that has done nothing up to an entry.
    #[must_use]
    pub fn of_an_empty_plugin(next: u64) -> Position {
        Position { next, ..Position::default() }
    }

    /// Whether a fold of the first `end` entries comes to this state, or goes on from it. It may have gone further, if it was given
    /// nothing there; a tick at the entry behind the last is already too much.
    #[must_use]
    pub fn leads_to(&self, end: u64) -> bool {
        self.next < end || self.same_from <= end
    }

    fn alerts(&mut self) -> (&mut BTreeMap<Key, alerts::Open>, &mut BTreeMap<Key, AlertId>) {
        (&mut self.open, &mut self.told)
    }

    /// Whether a time that has come can be told: no import is open.
    #[must_use]
    pub fn is_waking(&self) -> bool {
        self.imports.is_empty()
    }

    /// How many alerts are open.
    #[must_use]
    pub fn open_count(&self) -> usize {
        self.open.len()
    }

    /// The alerts that are open.
    #[must_use]
    pub fn open(&self) -> &BTreeMap<Key, alerts::Open> {
        &self.open
    }
}

/// A string of the event's data.
pub(super) fn text_of(entry: &EventFacts<'_>, member: &str) -> Option<String> {
    let name = format!("\"{member}\"");
    let mut found = None;
    let look = |key: &str, value| {
        if key == name {
            found = unescape(value).map(std::borrow::Cow::into_owned);
        }
    };
    check_object(entry.data?, look).ok()?;
    found
}

fn plugin_of(entry: &EventFacts<'_>) -> Option<String> {
    text_of(entry, "plugin")
}

pub(super) fn number_of(entry: &EventFacts<'_>, member: &str) -> Option<u64> {
    let name = format!("\"{member}\"");
    let mut found = None;
    let look = |key: &str, value: &str| {
        if key == name {
            found = value.parse().ok();
        }
    };
    check_object(entry.data?, look).ok()?;
    found
}

fn import_of(entry: &EventFacts<'_>) -> u64 {
    number_of(entry, "import").unwrap_or(0)
}
