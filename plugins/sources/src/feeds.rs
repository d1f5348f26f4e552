//! The systems that post: whether each reports as often as it said, and whether the ledger holds what it counts.

use std::collections::BTreeMap;

use muniment_sdk::{Alarm, Alert, Case, CaseFold, Data, DataError, Event, Happened, Instant, Outcome, Watch};
use serde::{Deserialize, Serialize};

use crate::apply::{self, Registered};
use crate::counts::{Counts, Held, begins_with};
use crate::reports::{Reports, Taken, Window};
use crate::{SILENT, Settings};

const SILENCE: &str = "silent";
const DIFFER: &str = "counts-differ";
/// What was compared is compared again for late entries at most so often: they may come one by one, and by the thousand.
const AGAIN_HOURS: i64 = 1;

/// A system as it is registered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Feed {
    pub(crate) said: Registered,
    pub(crate) since: Instant,
    pub(crate) seq: u64,
}

impl Feed {
    fn due_after(&self, instant: Instant) -> Instant {
        instant.plus_hours(i64::from(self.said.interval_hours))
    }
}

impl Case for Feed {
    type Settings = Settings;
    type Fact = Registered;

    fn fact(kind: &str, data: Data<'_>) -> Result<Option<Registered>, DataError> {
        apply::registered(kind, data)
    }

    fn rank(_: &Registered) -> u8 {
        0
    }

    /// What was registered last counts; silence counts from the first time on.
    fn fold(_: &Settings, facts: &[Happened<Registered>]) -> Option<Feed> {
        let (first, last) = (facts.first()?, facts.last()?);
        Some(Feed { said: last.fact.clone(), since: first.time, seq: last.seq })
    }

    fn alarms(&self, _: &Settings) -> Vec<Alarm> {
        Vec::new()
    }

    fn alert(&self, _: &Settings, _: &Alarm, alert: Alert) -> Alert {
        alert
    }
}

/// A count that differs from what the ledger holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Difference {
    pub(crate) window: Window,
    pub(crate) held: Held,
}

impl Difference {
    pub(crate) fn words(&self) -> String {
        let Window { from, to, events, group, .. } = &self.window;
        let of = group.as_ref().map(|group| format!(" of `{group}`")).unwrap_or_default();
        let held = match self.held {
            Held { least, most } if least == most => format!("{least}"),
            Held { least, most } => format!("{least} to {most}"),
        };
        format!(
            "From {} to {}: {events} entries{of} reported, {held} in the ledger.",
            from.in_london(),
            to.in_london()
        )
    }
}

/// All systems.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Feeds {
    registrations: CaseFold<Feed>,
    /// The same as they stand.
    pub(crate) registered: BTreeMap<String, Feed>,
    pub(crate) reports: BTreeMap<String, Reports>,
    pub(crate) counts: Counts,
    watch: Watch,
    /// When late entries are to be looked at, and when they were last.
    again: Option<Instant>,
    looked: Option<Instant>,
}

impl Feeds {
    /// Counts an entry of whatever kind.
    pub(crate) fn count(&mut self, event: &Event) {
        let group = event.kind.split('.').next().unwrap_or_default();
        if self.counts.add(&event.source, group, event.time) && self.again.is_none() {
            let earliest = self.looked.map(|looked| looked.plus_hours(AGAIN_HOURS));
            self.again = earliest.max(Some(event.recorded));
        }
    }

    /// Takes an entry about a system, or one that may correct such.
    pub(crate) fn apply(&mut self, settings: &Settings, event: &Event, out: &mut Outcome) {
        let Feeds { registrations, registered, .. } = self;
        let mut changed: Vec<String> = Vec::new();
        registrations.apply_with(settings, event, out, &mut |name, feed| {
            let before = match feed {
                Some(feed) => registered.insert(name.to_owned(), feed.clone()),
                None => registered.remove(name),
            };
            changed.push(name.to_owned());
            let replaced = |feed: &Feed| feed.said.replaces.clone();
            changed.extend(before.as_ref().and_then(replaced));
            changed.extend(feed.and_then(replaced));
        });
        for name in changed {
            self.compare_all(&name);
            self.look_at(settings, &name, event.recorded, out);
        }
        let Some(name) = event.subject.as_deref() else { return };
        let taken = match event.kind.as_str() {
            "source.reported" => self.reported(name, event),
            "ledger.correction_recorded" => self.corrected(name, event),
            _ => Taken::Nothing,
        };
        match taken {
            Taken::Last(place) => self.compare_last(name, place),
            Taken::Between => self.compare_all(name),
            Taken::Nothing => return,
        }
        self.look_at(settings, name, event.recorded, out);
    }

    fn reported(&mut self, name: &str, event: &Event) -> Taken {
        let reports = self.reports.entry(name.to_owned()).or_default();
        match apply::reported(event.content()) {
            Ok(report) => reports.take(event, report),
            Err(_) => {
                reports.unreadable.push(event.seq);
                Taken::Nothing
            }
        }
    }

    fn corrected(&mut self, name: &str, event: &Event) -> Taken {
        #[derive(Deserialize)]
        struct Correcting<'d> {
            target: u64,
            action: &'d str,
        }
        let Some(reports) = self.reports.get_mut(name) else { return Taken::Nothing };
        match event.data::<Correcting<'_>>() {
            Ok(Correcting { target, action: "void" }) => reports.correct(target, event.seq, true),
            Ok(Correcting { target, action: "restore" }) => reports.correct(target, event.seq, false),
            _ => Taken::Nothing,
        }
    }

    /// Compares the last report with what the ledger holds.
    fn compare_last(&mut self, name: &str, place: crate::reports::Place) {
        let Some((window, covered)) = self.reports.get(name).map(Reports::last_window) else { return };
        let differs = window.is_some_and(|window| self.difference(name, window).is_some());
        let to = self.complete_to(name);
        if let (Some(feed), Some(to)) = (self.registered.get(name), to) {
            self.counts.complete(&feed.said.source_uri, to);
        }
        let Some(reports) = self.reports.get_mut(name) else { return };
        reports.differing.retain(|place| !covered.contains(place));
        if differs {
            reports.differing.insert(place);
        }
    }

    /// Compares all reports of a system with what the ledger holds.
    fn compare_all(&mut self, name: &str) {
        let differing =
            self.differences(name).into_iter().map(|difference| difference.window.place).collect();
        if let (Some(feed), Some(to)) = (self.registered.get(name), self.complete_to(name)) {
            self.counts.complete(&feed.said.source_uri, to);
        }
        if let Some(reports) = self.reports.get_mut(name) {
            reports.differing = differing;
        }
    }

    /// Up to when any of its groups is complete: behind that nothing is late.
    fn complete_to(&self, name: &str) -> Option<Instant> {
        self.reports.get(name)?.last().map(|((time, _), report)| report.complete_to.min(time))
    }

    /// All differences of a system, as the ledger stands.
    pub(crate) fn differences(&self, name: &str) -> Vec<Difference> {
        let windows = self.reports.get(name).map(Reports::windows).unwrap_or_default();
        windows.into_iter().filter_map(|window| self.difference(name, window)).collect()
    }

    /// How a count differs, where it does. That of a system that is not registered is compared with nothing: nobody knows
    /// what its entries are.
    fn difference(&self, name: &str, window: Window) -> Option<Difference> {
        let said = &self.registered.get(name)?.said;
        let groups: Vec<&str> = match &window.group {
            Some(group) => vec![group],
            None => said.groups.iter().map(String::as_str).collect(),
        };
        let held = self.counts.held(&said.source_uri, &groups, window.from, window.to);
        let differs = window.events < held.least || window.events > held.most;
        differs.then_some(Difference { window, held })
    }

    /// The system that took over from this one.
    pub(crate) fn replaced_by(&self, name: &str) -> Option<&str> {
        let others = self.registered.iter().filter(|(other, _)| other.as_str() != name);
        let mut successors = others.filter(|(_, feed)| feed.said.replaces.as_deref() == Some(name));
        successors.next().map(|(successor, _)| successor.as_str())
    }

    /// When the next report is due.
    pub(crate) fn due(&self, name: &str) -> Option<Instant> {
        let feed = self.registered.get(name).filter(|_| self.replaced_by(name).is_none())?;
        let last = self.reports.get(name).and_then(Reports::last).map(|((time, _), _)| time);
        Some(feed.due_after(last.unwrap_or(feed.since)))
    }

    fn alarms(&self, settings: &Settings, name: &str) -> Vec<Alarm> {
        let Some(due) = self.due(name) else { return Vec::new() };
        // "At most so many hours": what comes in the last instant comes in time.
        let silent = Alarm::new(&SILENT, SILENCE, due.next()).due(due);
        let first = self.reports.get(name).and_then(|reports| reports.differing.first());
        let grace = i64::from(settings.count_grace_hours);
        let differ = first.map(|(time, _)| Alarm::new(&SILENT, DIFFER, time.plus_hours(grace)));
        [Some(silent), differ].into_iter().flatten().collect()
    }

    fn look_at(&mut self, settings: &Settings, name: &str, now: Instant, out: &mut Outcome) {
        let alarms = self.alarms(settings, name);
        let mut watch = std::mem::take(&mut self.watch);
        watch.set(name, &alarms, now, |_, stage| self.cleared(name, stage), out);
        self.watch = watch;
    }

    /// Takes the time.
    pub(crate) fn tick(&mut self, settings: &Settings, now: Instant, out: &mut Outcome) {
        if self.again.is_some_and(|again| again <= now) {
            self.again = None;
            self.looked = Some(now);
            for name in self.touched_by_late() {
                self.compare_all(&name);
                self.look_at(settings, &name, now, out);
            }
        }
        let mut watch = std::mem::take(&mut self.watch);
        for name in watch.due(now) {
            let alarms = self.alarms(settings, &name);
            let words = |alarm: &Alarm, alert| self.words(settings, &name, alarm, alert);
            let cleared = |_: &str, stage: &str| self.cleared(&name, stage);
            watch.tick(&name, &alarms, now, words, cleared, out);
        }
        self.watch = watch;
    }

    fn touched_by_late(&mut self) -> Vec<String> {
        let late = self.counts.take_late();
        let is_touched = |feed: &Feed| late.iter().any(|source| begins_with(source, &feed.said.source_uri));
        let touched = self.registered.iter().filter(|(_, feed)| is_touched(feed));
        touched.map(|(name, _)| name.clone()).collect()
    }

    pub(crate) fn wake(&self) -> Option<Instant> {
        [self.watch.wake(), self.again].into_iter().flatten().min()
    }

    fn words(&self, settings: &Settings, name: &str, alarm: &Alarm, alert: Alert) -> Alert {
        let Some(feed) = self.registered.get(name) else { return alert };
        let last = self.reports.get(name).and_then(Reports::last);
        let evidence = [Some(feed.seq), last.map(|((_, seq), _)| seq)];
        if alarm.stage.name == SILENCE {
            let hours = feed.said.interval_hours;
            let since = match last {
                Some(((time, _), _)) => format!("It reported last {}", time.in_london()),
                None => format!("It was registered {} and has never reported", feed.since.in_london()),
            };
            let complete = match self.complete_to_of(name) {
                Some(to) => format!("complete to {}", to.in_london()),
                None => "not known to be complete to any day".to_owned(),
            };
            let due = feed.due_after(last.map_or(feed.since, |((time, _), _)| time));
            let words = format!(
                "{since}; it said that at most {hours} hours lie between two reports (`interval_hours` of its registration), so \
                 the next was due by {}. The feed is {complete}: that something is missing behind that says nothing.",
                due.in_london()
            );
            return alert.arithmetic(words).evidence(evidence.into_iter().flatten());
        }
        let differences = self.differences(name);
        let mut words: Vec<String> = differences.iter().take(5).map(Difference::words).collect();
        if differences.len() > words.len() {
            words.push(format!("There are {} such reports in all.", differences.len()));
        }
        let settled = match settings.count_grace_hours {
            1 => "an hour".to_owned(),
            hours => format!("{hours} hours"),
        };
        words.push(format!(
            "Counted are entries from `{}` by when they say that it happened, the end of the time left out. A difference \
             may settle for {settled} after the report (`count_grace_hours`).",
            feed.said.source_uri
        ));
        let reports = differences.iter().map(|difference| difference.window.place.1);
        alert.arithmetic(words.join(" ")).evidence([feed.seq].into_iter().chain(reports))
    }

    /// Up to when all its groups are complete.
    pub(crate) fn complete_to_of(&self, name: &str) -> Option<Instant> {
        let groups = self.registered.get(name).map(|feed| feed.said.groups.as_slice()).unwrap_or_default();
        self.reports.get(name)?.complete_to(groups)
    }

    fn cleared(&self, name: &str, stage: &str) -> String {
        if let Some(successor) = self.replaced_by(name) {
            return format!("{successor} took over from it");
        }
        match (self.registered.contains_key(name), stage, self.due(name)) {
            (false, ..) => "it is no longer registered".to_owned(),
            (true, SILENCE, Some(due)) => {
                format!("it reported; the next report is due by {}", due.in_london())
            }
            (true, DIFFER, _) => {
                "the first of these counts agrees with the ledger, or was corrected".to_owned()
            }
            _ => "it is no longer so".to_owned(),
        }
    }

    /// The names of all systems, registered or not.
    pub(crate) fn names(&self) -> Vec<&str> {
        let mut names: Vec<&str> =
            self.registered.keys().chain(self.reports.keys()).map(String::as_str).collect();
        names.sort_unstable();
        names.dedup();
        names
    }

    /// How what is known of a system was corrected.
    pub(crate) fn corrections(&self, name: &str) -> Option<String> {
        let of_reports = self.reports.get(name).and_then(Reports::corrected);
        let all: Vec<String> =
            [self.registrations.corrected(name), of_reports].into_iter().flatten().collect();
        (!all.is_empty()).then(|| all.join("; "))
    }

    /// The entries that could not be read.
    pub(crate) fn unreadable(&self) -> Vec<u64> {
        let registrations = self.registrations.unreadable();
        let reports = self.reports.values().flat_map(|reports| &reports.unreadable);
        registrations.iter().map(|entry| entry.seq).chain(reports.copied()).collect()
    }
}
