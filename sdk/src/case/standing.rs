//! Which alerts are open about something, and when it is to be looked at again.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize, Serializer};

use super::Alarm;
use crate::{Alert, Instant, Outcome};

/// What was raised and not cleared, and the next instant at which that may change.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Standing {
    open: Vec<Open>,
    pub(super) next: Option<Instant>,
}

/// An alert that was raised and not cleared.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
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

impl Standing {
    pub(super) fn is_empty(&self) -> bool {
        self.open.is_empty() && self.next.is_none()
    }

    /// Clears what stands no longer, for a reason that is asked for by rule and stage.
    pub(super) fn clear(
        &mut self,
        subject: &str,
        alarms: &[Alarm],
        now: Instant,
        reason: impl Fn(&str, &str) -> String,
        out: &mut Outcome,
    ) {
        self.open.retain(|open| {
            if alarms.iter().any(|alarm| open.is(alarm) && open.due == alarm.due && alarm.stands(now)) {
                return true;
            }
            let stage = open.stage();
            let reason = reason(&open.rule, &stage);
            out.clear(open.rule.clone(), stage, subject, reason);
            false
        });
    }

    /// Raises what stands by now and is not open.
    pub(super) fn raise(
        &mut self,
        subject: &str,
        alarms: &[Alarm],
        now: Instant,
        words: impl Fn(&Alarm, Alert) -> Alert,
        out: &mut Outcome,
    ) {
        for alarm in alarms.iter().filter(|alarm| alarm.stands(now)) {
            if !self.open.iter().any(|open| open.is(alarm)) {
                let alert = Alert::raise(alarm.rule, alarm.stage.to_string(), subject).due(alarm.due);
                out.raise(words(alarm, alert));
                self.open.push(Open::of(alarm));
            }
        }
    }

    /// When something changes next, as things are.
    pub(super) fn next_of(&self, alarms: &[Alarm], now: Instant) -> Option<Instant> {
        let changes = alarms.iter().filter_map(|alarm| {
            if self.open.iter().any(|open| open.is(alarm)) {
                // Where two alarms share a stage, the one that is over ends no more.
                return alarm.until.filter(|until| now < *until);
            }
            alarm.until.is_none_or(|until| now < until).then_some(alarm.at)
        });
        changes.min()
    }
}

/// Alarms about what is no case of its own: a person with three breaches, a record that a request covers. A plugin works
/// out what they are, from several folds, whenever one of those changes; this raises and clears the alerts.
///
/// As everywhere, alerts are raised only by a tick: so nothing is raised for what the next entry settles, or the rest of an
/// import.
///
/// ```
/// # use muniment_sdk::{Alarm, Instant, Outcome, Rule, Severity, Watch};
/// # const RULE: Rule = Rule { id: "A-BRC-8", title: "", severity: Severity::Policy, recipient: "", clauses: &[], feeds: &[] };
/// let at = Instant::from_micros;
/// let (mut watch, mut out) = (Watch::default(), Outcome::default());
/// // In `Plugin::apply`, where something has changed:
/// watch.set("team/housing", &[Alarm::new(&RULE, "repeated", at(20))], at(10), |_, _| "fewer breaches".to_owned(), &mut out);
/// assert_eq!(watch.wake(), Some(at(20)));
/// // In `Plugin::tick`, with the same alarms worked out again:
/// for subject in watch.due(at(20)) {
///     let alarms = [Alarm::new(&RULE, "repeated", at(20))];
///     watch.tick(&subject, &alarms, at(20), |_, alert| alert.arithmetic("three in 12 months"), |_, _| String::new(), &mut out);
/// }
/// assert_eq!(watch.wake(), None);
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(from = "BTreeMap<String, Standing>")]
pub struct Watch {
    of: BTreeMap<String, Standing>,
    next: BTreeSet<(Instant, String)>,
}

impl Watch {
    /// Says what alarms a subject has from now on. What stands no longer is cleared, for a reason that is asked for by
    /// rule and stage; nothing is raised before the next tick.
    pub fn set(
        &mut self,
        subject: &str,
        alarms: &[Alarm],
        now: Instant,
        cleared: impl Fn(&str, &str) -> String,
        out: &mut Outcome,
    ) {
        let mut standing = self.take(subject);
        standing.clear(subject, alarms, now, cleared, out);
        self.put(subject, standing, alarms, now);
    }

    /// Takes the subjects whose time has come, in their order. Each is to be given to [`tick`](Watch::tick).
    pub fn due(&mut self, now: Instant) -> Vec<String> {
        let later = self.next.split_off(&(Instant::from_micros(now.as_micros() + 1), String::new()));
        let mut due: Vec<String> =
            std::mem::replace(&mut self.next, later).into_iter().map(|(_, subject)| subject).collect();
        for subject in &due {
            if let Some(standing) = self.of.get_mut(subject) {
                standing.next = None;
            }
        }
        due.sort_unstable();
        due
    }

    /// Takes the time for a subject: raises the alerts whose time has come, with the words that are asked for, and clears
    /// those whose time is over.
    pub fn tick(
        &mut self,
        subject: &str,
        alarms: &[Alarm],
        now: Instant,
        words: impl Fn(&Alarm, Alert) -> Alert,
        cleared: impl Fn(&str, &str) -> String,
        out: &mut Outcome,
    ) {
        let mut standing = self.take(subject);
        standing.clear(subject, alarms, now, cleared, out);
        standing.raise(subject, alarms, now, words, out);
        self.put(subject, standing, alarms, now);
    }

    /// When the plugin is to be told the time next.
    #[must_use]
    pub fn wake(&self) -> Option<Instant> {
        self.next.first().map(|(next, _)| *next)
    }

    fn take(&mut self, subject: &str) -> Standing {
        let standing = self.of.remove(subject).unwrap_or_default();
        if let Some(next) = standing.next {
            self.next.remove(&(next, subject.to_owned()));
        }
        standing
    }

    fn put(&mut self, subject: &str, mut standing: Standing, alarms: &[Alarm], now: Instant) {
        standing.next = standing.next_of(alarms, now);
        if let Some(next) = standing.next {
            self.next.insert((next, subject.to_owned()));
        }
        if !standing.is_empty() {
            self.of.insert(subject.to_owned(), standing);
        }
    }
}

impl From<BTreeMap<String, Standing>> for Watch {
    fn from(of: BTreeMap<String, Standing>) -> Watch {
        let next = of.iter().filter_map(|(subject, standing)| Some((standing.next?, subject.clone())));
        Watch { next: next.collect(), of }
    }
}

/// When a subject is to be looked at follows from what is kept of it: it is not written.
impl Serialize for Watch {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.of.serialize(serializer)
    }
}
