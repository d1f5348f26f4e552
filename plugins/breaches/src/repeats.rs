//! A-BRC-8: breaches that repeat, and breaches by somebody whose training had lapsed.
//!
//! No single case shows either. So beside the cases stands an index of the breaches of each team and of each person, kept up
//! by every case that is worked out again; what is to be said follows from it and from what is known of training.

use std::collections::{BTreeMap, BTreeSet};

use muniment_sdk::{CaseFold, Day, Event, Instant, Outcome, Watch};
use serde::{Deserialize, Serialize};

use crate::Settings;
use crate::apply::TrainingValid;
use crate::case::{Breach, Standing};
use crate::learner::Learner;

mod lapse;
mod pattern;

pub(crate) use lapse::of as lapse_of;
pub(crate) use pattern::end_of;

/// Breaches by when the organisation became aware of each, with the entry that says so.
pub(crate) type Breaches = BTreeSet<(Instant, u64)>;

/// How long breaches are taken together for.
pub(crate) const MONTHS: u16 = 12;

/// What is kept beside the cases.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Repeats {
    /// The breaches that have a team, a person, or lapsed training.
    of: BTreeMap<String, Counted>,
    teams: BTreeMap<String, Breaches>,
    /// By pseudonym, as it was recorded.
    people: BTreeMap<String, BTreeMap<(Instant, u64), String>>,
    /// The pseudonyms among these that stand for a person with another one.
    other_pseudonyms: BTreeMap<String, BTreeSet<String>>,
    of_teams: Watch,
    of_people: Watch,
    lapses: Watch,
    /// What the next look is to be at.
    #[serde(skip)]
    changed: Changed,
}

#[derive(Debug, Default)]
struct Changed {
    teams: BTreeSet<String>,
    people: BTreeSet<String>,
    cases: BTreeSet<String>,
}

/// What of a breach bears on others.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Counted {
    aware: Instant,
    seq: u64,
    /// The day on which it happened, as far as that is known.
    day: Day,
    team: Option<String>,
    person: Option<String>,
    training: Option<(TrainingValid, u64)>,
    is_closed: bool,
}

impl Counted {
    /// What of a case bears on others; nothing where it is no breach, or happened to nobody in particular.
    pub(crate) fn of(breach: &Breach) -> Option<Counted> {
        let aware = breach.aware.filter(|_| breach.standing() == Some(Standing::Breach))?;
        let bears = breach.of.team.is_some()
            || breach.of.person.is_some()
            || matches!(breach.training, Some((TrainingValid::No, _)));
        let day =
            Day::in_london(breach.occurred.or(breach.suspected.map(|at| at.time)).unwrap_or(aware.time));
        bears.then(|| Counted {
            aware: aware.time,
            seq: aware.seq,
            day: day.min(aware.day),
            team: breach.of.team.clone(),
            person: breach.of.person.clone(),
            training: breach.training.map(|(training, at)| (training, at.seq)),
            is_closed: breach.end().is_some(),
        })
    }

    fn key(&self) -> (Instant, u64) {
        (self.aware, self.seq)
    }
}

impl Repeats {
    /// Takes what a case has come to.
    pub(crate) fn take(&mut self, case: &str, breach: Option<&Breach>) {
        let now = breach.and_then(Counted::of);
        let before = self.of.get(case);
        if before == now.as_ref() {
            return;
        }
        self.changed.cases.insert(case.to_owned());
        if let Some(before) = self.of.remove(case) {
            self.leave(&before);
        }
        if let Some(now) = now {
            self.enter(case, &now);
            self.of.insert(case.to_owned(), now);
        }
    }

    fn leave(&mut self, counted: &Counted) {
        if let Some(team) = &counted.team {
            self.changed.teams.insert(team.clone());
            if let Some(breaches) = self.teams.get_mut(team) {
                breaches.remove(&counted.key());
                if breaches.is_empty() {
                    self.teams.remove(team);
                }
            }
        }
        if let Some(person) = &counted.person {
            self.changed.people.insert(person.clone());
            if let Some(breaches) = self.people.get_mut(person) {
                breaches.remove(&counted.key());
                if breaches.is_empty() {
                    self.people.remove(person);
                }
            }
        }
    }

    fn enter(&mut self, case: &str, counted: &Counted) {
        if let Some(team) = &counted.team {
            self.changed.teams.insert(team.clone());
            self.teams.entry(team.clone()).or_default().insert(counted.key());
        }
        if let Some(person) = &counted.person {
            self.changed.people.insert(person.clone());
            self.people.entry(person.clone()).or_default().insert(counted.key(), case.to_owned());
        }
    }

    /// Takes that a person's training, or who a pseudonym stands for, was worked out again.
    pub(crate) fn take_person(&mut self, person: &str) {
        // Most people never had a breach.
        if self.people.contains_key(person) || self.other_pseudonyms.contains_key(person) {
            self.changed.people.insert(person.to_owned());
        }
    }

    /// Looks again at all that may have changed by an entry, and clears what stands no longer.
    pub(crate) fn settle(
        &mut self,
        settings: &Settings,
        people: &CaseFold<Learner>,
        event: &Event,
        out: &mut Outcome,
    ) {
        let now = event.recorded;
        let Changed { teams, people: pseudonyms, mut cases } = std::mem::take(&mut self.changed);
        for team in teams {
            let alarms = pattern::of_team(self.teams.get(&team), settings, now);
            let subject = team_subject(&team);
            self.of_teams.set(&subject, &alarms, now, |_, _| pattern::cleared(), out);
        }
        for person in self.regroup(pseudonyms, people) {
            let alarms = pattern::of_person(&self.of_person(&person, people), settings, now);
            self.of_people.set(&person, &alarms, now, |_, _| pattern::cleared(), out);
            for pseudonym in self.pseudonyms(&person) {
                cases.extend(self.people.get(&pseudonym).into_iter().flat_map(BTreeMap::values).cloned());
            }
        }
        for case in cases {
            let lapse = self.of.get(&case).and_then(|counted| lapse::of(counted, settings, people));
            let alarms: Vec<_> = lapse.iter().flat_map(|lapse| lapse.alarm()).collect();
            let reason = lapse::cleared(self.of.get(&case), lapse.as_ref());
            self.lapses.set(&case, &alarms, now, |_, _| reason.clone(), out);
        }
    }

    /// Brings up to date who pseudonyms stand for, and says which people are to be looked at.
    fn regroup(&mut self, changed: BTreeSet<String>, people: &CaseFold<Learner>) -> BTreeSet<String> {
        let mut touched = BTreeSet::new();
        for pseudonym in changed {
            let mut group = self.other_pseudonyms.remove(&pseudonym).unwrap_or_default();
            group.insert(pseudonym.clone());
            touched.insert(pseudonym);
            for one in group {
                let person = people.counts_as(&one);
                touched.insert(person.to_owned());
                if person != one && self.people.contains_key(&one) {
                    self.other_pseudonyms.entry(person.to_owned()).or_default().insert(one);
                }
            }
        }
        touched
    }

    /// The pseudonyms under which breaches of a person stand.
    fn pseudonyms(&self, person: &str) -> Vec<String> {
        let others = self.other_pseudonyms.get(person).into_iter().flatten().cloned();
        std::iter::once(person.to_owned()).chain(others).collect()
    }

    /// The breaches of a person under all pseudonyms. Where the pseudonym stands for another person, that one has them.
    fn of_person(&self, person: &str, people: &CaseFold<Learner>) -> Breaches {
        if people.counts_as(person) != person {
            return Breaches::new();
        }
        let all = self.pseudonyms(person).into_iter();
        all.filter_map(|one| self.people.get(&one)).flat_map(BTreeMap::keys).copied().collect()
    }

    /// Takes the time.
    pub(crate) fn tick(
        &mut self,
        settings: &Settings,
        people: &CaseFold<Learner>,
        now: Instant,
        out: &mut Outcome,
    ) {
        for subject in self.of_teams.due(now) {
            let breaches = subject.strip_prefix(TEAM).and_then(|team| self.teams.get(team));
            let alarms = pattern::of_team(breaches, settings, now);
            let words = |alarm: &_, alert| pattern::words_of_team(breaches, settings, alarm, alert);
            self.of_teams.tick(&subject, &alarms, now, words, |_, _| pattern::cleared(), out);
        }
        for person in self.of_people.due(now) {
            let breaches = self.of_person(&person, people);
            let alarms = pattern::of_person(&breaches, settings, now);
            let words = |alarm: &_, alert| pattern::words_of_person(&breaches, settings, alarm, alert);
            self.of_people.tick(&person, &alarms, now, words, |_, _| pattern::cleared(), out);
        }
        for case in self.lapses.due(now) {
            let lapse = self.of.get(&case).and_then(|counted| lapse::of(counted, settings, people));
            let alarms: Vec<_> = lapse.iter().flat_map(|lapse| lapse.alarm()).collect();
            let reason = lapse::cleared(self.of.get(&case), lapse.as_ref());
            let words = |_: &_, alert| match &lapse {
                Some(lapse) => lapse.words(settings, alert),
                None => alert,
            };
            self.lapses.tick(&case, &alarms, now, words, |_, _| reason.clone(), out);
        }
    }

    pub(crate) fn wake(&self) -> Option<Instant> {
        [self.of_teams.wake(), self.of_people.wake(), self.lapses.wake()].into_iter().flatten().min()
    }
}

const TEAM: &str = "team/";

fn team_subject(team: &str) -> String {
    format!("{TEAM}{team}")
}
