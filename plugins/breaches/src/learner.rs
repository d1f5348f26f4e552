//! What training a person had, and until when it counted.

use muniment_sdk::{Alarm, Alert, Case, Data, DataError, Day, Happened, Instant};
use serde::{Deserialize, Serialize};

use crate::Settings;

/// A person, by pseudonym, as far as training goes. Nothing is said here about people: whether training lapsed matters
/// where there was a breach.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Learner {
    completed: Vec<Completed>,
    assigned: Vec<Assigned>,
    exempted: Vec<Exempted>,
}

#[derive(Debug, Clone, Copy, PartialEq)]
struct Completed {
    time: Instant,
    day: Day,
    /// The last day for which it counts, with the grace.
    through: Day,
    seq: u64,
}

#[derive(Debug, Clone, Copy, PartialEq)]
struct Assigned {
    /// The last day for which it need not be done, with the grace.
    through: Day,
    day: Day,
    seq: u64,
}

#[derive(Debug, Clone, Copy, PartialEq)]
struct Exempted {
    from: Day,
    until: Option<Day>,
}

/// How a person's training stood on a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Training {
    Valid,
    /// It had counted until a day, or was to be done by it; the entry that says so.
    Lapsed {
        since: Day,
        seq: u64,
        was_completed: bool,
    },
    Exempt,
    /// The ledger knows of no training of theirs by then.
    Unknown,
}

impl Learner {
    /// How the training stood on a day.
    pub(crate) fn on(&self, day: Day) -> Training {
        let covers =
            |exempted: &&Exempted| exempted.from <= day && exempted.until.is_none_or(|until| day <= until);
        if self.completed.iter().any(|one| one.day <= day && day <= one.through) {
            return Training::Valid;
        }
        if self.exempted.iter().any(|one| covers(&one)) {
            return Training::Exempt;
        }
        let last =
            self.completed.iter().filter(|one| one.day <= day).max_by_key(|one| (one.through, one.seq));
        if let Some(last) = last {
            return Training::Lapsed { since: last.through, seq: last.seq, was_completed: true };
        }
        let missed = self.assigned.iter().filter(|one| one.day <= day && one.through < day);
        match missed.min_by_key(|one| (one.through, one.seq)) {
            Some(first) => Training::Lapsed { since: first.through, seq: first.seq, was_completed: false },
            None => Training::Unknown,
        }
    }

    /// When it was taken again behind an instant.
    pub(crate) fn taken_after(&self, instant: Instant) -> Option<Instant> {
        self.completed.iter().map(|one| one.time).filter(|time| instant < *time).min()
    }
}

/// What an event about training says.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Fact {
    person: Option<String>,
    course: String,
    kind: Option<Kind>,
    what: What,
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
enum What {
    Assigned { due: Day },
    Completed { valid_until: Option<Day> },
    Exempted { until: Option<Day> },
}

/// Why a course is taken, as far as it matters here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Kind {
    Induction,
    Annual,
    Members,
    Refresher,
    /// For a function, a system or callers: its lapse says nothing about knowing how to handle information.
    #[serde(other)]
    Special,
}

#[derive(Deserialize)]
struct Said {
    person: Option<String>,
    course: String,
    course_kind: Option<Kind>,
    due: Option<Day>,
    valid_until: Option<Day>,
    exempt_until: Option<Day>,
}

impl Case for Learner {
    type Settings = Settings;
    type Fact = Fact;

    fn fact(kind: &str, data: Data<'_>) -> Result<Option<Fact>, DataError> {
        if !["training.assigned", "training.completed", "training.exempted"].contains(&kind) {
            return Ok(None);
        }
        let Said { person, course, course_kind, due, valid_until, exempt_until } = data.read()?;
        let what = match (kind, due) {
            ("training.assigned", Some(due)) => What::Assigned { due },
            ("training.assigned", None) => {
                return Err(DataError::new("an assignment without the day it is due"));
            }
            ("training.completed", _) => What::Completed { valid_until },
            _ => What::Exempted { until: exempt_until },
        };
        Ok(Some(Fact { person, course, kind: course_kind, what }))
    }

    fn part_of(fact: &Fact) -> Option<&str> {
        fact.person.as_deref()
    }

    fn rank(fact: &Fact) -> u8 {
        match fact.what {
            What::Assigned { .. } => 0,
            What::Completed { .. } => 1,
            What::Exempted { .. } => 2,
        }
    }

    fn fold(settings: &Settings, facts: &[Happened<Fact>]) -> Option<Learner> {
        let mut learner = Learner::default();
        for happened in facts {
            let Happened { time, day, seq, fact, .. } = happened;
            if !counts(settings, facts, fact) {
                continue;
            }
            let grace = i32::from(settings.training_grace_days);
            match fact.what {
                What::Assigned { due } => {
                    learner.assigned.push(Assigned { through: due.plus(grace), day: *day, seq: *seq });
                }
                What::Completed { valid_until } => {
                    let end = valid_until.unwrap_or_else(|| day.plus_months(settings.training_valid_months));
                    let through = end.plus(grace);
                    learner.completed.push(Completed { time: *time, day: *day, through, seq: *seq });
                }
                What::Exempted { until } => learner.exempted.push(Exempted { from: *day, until }),
            }
        }
        (!facts.is_empty()).then_some(learner)
    }

    fn alarms(&self, _: &Settings) -> Vec<Alarm> {
        Vec::new()
    }

    fn alert(&self, _: &Settings, _: &Alarm, alert: Alert) -> Alert {
        alert
    }
}

/// Whether a course is one whose lapse matters. An entry that does not say of what kind the course is may follow one that
/// does.
fn counts(settings: &Settings, facts: &[Happened<Fact>], fact: &Fact) -> bool {
    if !settings.training_courses.is_empty() {
        return settings.training_courses.contains(&fact.course);
    }
    let of_others = || {
        let same = facts.iter().filter(|other| other.fact.course == fact.course);
        same.filter_map(|other| other.fact.kind).next()
    };
    fact.kind.or_else(of_others) != Some(Kind::Special)
}
