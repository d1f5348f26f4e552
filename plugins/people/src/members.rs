//! How many councillors hold valid training.

use std::collections::BTreeMap;

use muniment_sdk::{Alarm, Alert, Day, Instant, Outcome, Watch};
use serde::{Deserialize, Serialize};

use crate::apply::Class;
use crate::person::{Completion, Person};
use crate::{BELOW_TARGET, Settings};

/// What the alert is about.
pub(crate) const SUBJECT: &str = "members";
const STAGE: &str = "below-target";

/// The councillors, with what is needed to count them at any time.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Members {
    of: BTreeMap<String, Member>,
    /// By how many more or fewer they are on a day than on the day before.
    changes: BTreeMap<Day, (i32, i32)>,
    watch: Watch,
}

/// A councillor: from which day on they count, and whether they are trained then.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Member {
    steps: Vec<(Day, Standing)>,
    seq: u64,
}

/// How somebody counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
enum Standing {
    NotCounted,
    Untrained,
    Trained,
}

impl Standing {
    fn counted(self) -> (i32, i32) {
        match self {
            Standing::NotCounted => (0, 0),
            Standing::Untrained => (1, 0),
            Standing::Trained => (1, 1),
        }
    }
}

/// How many councillors count, and how many of them are trained.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Share {
    trained: i32,
    all: i32,
}

impl Share {
    fn is_below(self, per_cent: u16) -> bool {
        self.trained * 100 < self.all * i32::from(per_cent)
    }
}

impl Member {
    pub(crate) fn of(person: &Person, settings: &Settings) -> Option<Member> {
        if !person.is_somebody() || !person.is_one_of(&[Class::Member]) {
            return None;
        }
        let start = person.start();
        let courses: Vec<&Completion> =
            person.completions.iter().filter(|it| it.course.is_general()).collect();
        let assigned = person.enrolments.iter().map(|it| it.due.plus(1));
        // The first days are for the first training; of whom no first day is known, what was assigned or taken counts.
        let owes = match start {
            Some((start, _)) => start.plus(i32::from(settings.training_induction_days) + 1),
            None => assigned.chain(courses.iter().map(|it| it.on.day)).min()?,
        };
        let first = start.map_or(owes, |(start, _)| start);
        let mut days = vec![first, owes];
        days.extend(courses.iter().flat_map(|it| [it.on.day, it.until.plus(1)]));
        days.extend(person.absences.iter().flat_map(|it| [Some(it.from), it.to]).flatten());
        days.extend(person.last_day().map(|last| last.plus(1)));
        days.retain(|day| *day >= first);
        days.sort_unstable();
        days.dedup();
        let standing = |day: Day| {
            let is_trained = courses.iter().any(|it| it.on.day <= day && day <= it.until);
            match is_trained {
                _ if person.last_day().is_some_and(|last| last < day) || person.is_away(day) => {
                    Standing::NotCounted
                }
                true => Standing::Trained,
                false if owes <= day => Standing::Untrained,
                false => Standing::NotCounted,
            }
        };
        let seqs = [
            start.map(|(_, joined)| joined.seq),
            person.completions.first().map(|it| it.on.seq),
            person.enrolments.first().map(|it| it.assigned.seq),
        ];
        let seq = seqs.into_iter().flatten().next()?;
        Some(Member { steps: days.into_iter().map(|day| (day, standing(day))).collect(), seq })
    }

    fn on(&self, day: Day) -> Standing {
        let by_then = self.steps.partition_point(|(from, _)| *from <= day);
        by_then
            .checked_sub(1)
            .and_then(|last| self.steps.get(last))
            .map_or(Standing::NotCounted, |step| step.1)
    }

    fn changes(&self) -> impl Iterator<Item = (Day, (i32, i32))> {
        let mut before = (0, 0);
        self.steps.iter().map(move |(day, standing)| {
            let now = standing.counted();
            let change = (now.0 - before.0, now.1 - before.1);
            before = now;
            (*day, change)
        })
    }
}

impl Members {
    /// Takes what a person has become.
    pub(crate) fn set(
        &mut self,
        name: &str,
        member: Option<Member>,
        settings: &Settings,
        now: Instant,
        out: &mut Outcome,
    ) {
        if self.of.get(name) == member.as_ref() {
            return;
        }
        let before = match member {
            Some(member) => {
                self.count(&member, 1);
                self.of.insert(name.to_owned(), member)
            }
            None => self.of.remove(name),
        };
        if let Some(before) = before {
            self.count(&before, -1);
        }
        let alarms = self.alarms(settings, now);
        let mut watch = std::mem::take(&mut self.watch);
        watch.set(SUBJECT, &alarms, now, |_, _| self.cleared(settings, now), out);
        self.watch = watch;
    }

    fn count(&mut self, member: &Member, sign: i32) {
        for (day, (all, trained)) in member.changes() {
            let change = self.changes.entry(day).or_default();
            *change = (change.0 + sign * all, change.1 + sign * trained);
            if *change == (0, 0) {
                self.changes.remove(&day);
            }
        }
    }

    pub(crate) fn tick(&mut self, settings: &Settings, now: Instant, out: &mut Outcome) {
        for subject in self.watch.due(now) {
            let alarms = self.alarms(settings, now);
            let mut watch = std::mem::take(&mut self.watch);
            watch.tick(
                &subject,
                &alarms,
                now,
                |alarm, alert| self.words(settings, alarm, alert),
                |_, _| self.cleared(settings, now),
                out,
            );
            self.watch = watch;
        }
    }

    pub(crate) fn wake(&self) -> Option<Instant> {
        self.watch.wake()
    }

    /// How many there are from each day on.
    fn shares(&self) -> impl Iterator<Item = (Day, Share)> {
        let mut share = Share { trained: 0, all: 0 };
        self.changes.iter().map(move |(day, (all, trained))| {
            share = Share { trained: share.trained + trained, all: share.all + all };
            (*day, share)
        })
    }

    fn share(&self, day: Day) -> Share {
        let by_then = self.shares().take_while(|(from, _)| *from <= day);
        by_then.last().map_or(Share { trained: 0, all: 0 }, |(_, share)| share)
    }

    /// The time below the target that holds now, or the next one.
    fn alarms(&self, settings: &Settings, now: Instant) -> Vec<Alarm> {
        let mut since: Option<Day> = None;
        for (day, share) in self.shares() {
            match (since, share.is_below(settings.training_target_per_cent)) {
                (None, true) => since = Some(day),
                (Some(from), false) => {
                    if day.start() > now {
                        return vec![Alarm::new(&BELOW_TARGET, STAGE, from.start()).until(day.start())];
                    }
                    since = None;
                }
                _ => {}
            }
        }
        since.map(|from| Alarm::new(&BELOW_TARGET, STAGE, from.start())).into_iter().collect()
    }

    fn words(&self, settings: &Settings, alarm: &Alarm, alert: Alert) -> Alert {
        let day = Day::in_london(alarm.at);
        let Share { trained, all } = self.share(day);
        let untrained = self.of.values().filter(|it| it.on(day) == Standing::Untrained);
        let words = format!(
            "On {} {trained} of {all} councillors held valid training; the target is {} of a hundred (setting \
             training_target_per_cent). Those in their first {} days without training, and those away, are not counted.",
            day.in_words(),
            settings.training_target_per_cent,
            settings.training_induction_days
        );
        alert.arithmetic(words).evidence(untrained.map(|member| member.seq))
    }

    fn cleared(&self, settings: &Settings, now: Instant) -> String {
        let Share { trained, all } = self.share(Day::in_london(now));
        let target = settings.training_target_per_cent;
        format!("{trained} of {all} councillors hold valid training; the target is {target} of a hundred")
    }
}
