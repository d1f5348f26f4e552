//! Days that count, and days that do not because the person is away.

use muniment_sdk::{Alarm, Day, Instant};

use crate::person::Person;

/// A time for which somebody is away.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Absence {
    /// The first day away.
    pub(crate) from: Day,
    /// The first day back, or expected back.
    pub(crate) to: Option<Day>,
    /// Whether the return was recorded. Until then the expected day stands: a return that nobody records must not
    /// silence what is due for ever.
    pub(crate) is_ended: bool,
    pub(crate) seq: u64,
}

impl Absence {
    pub(crate) fn holds(&self, day: Day) -> bool {
        self.from <= day && self.to.is_none_or(|to| day < to)
    }

    fn days(&self, from: Day) -> i32 {
        self.to.map_or(0, |to| to.since(self.from.max(from)).max(0))
    }
}

/// By when something is to be done, with the days of absence left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Due {
    /// By the end of a day.
    By { day: Day, days_away: i32 },
    /// The person is away and nobody knows until when: the time stands still.
    Waits { since: Day },
}

impl Due {
    pub(crate) fn day(self) -> Option<Day> {
        match self {
            Due::By { day, .. } => Some(day),
            Due::Waits { .. } => None,
        }
    }

    /// How many days it was moved, in words that follow the others.
    pub(crate) fn words(self) -> String {
        match self {
            Due::By { days_away: 0, .. } | Due::Waits { .. } => String::new(),
            Due::By { day, days_away } => {
                format!(" {days_away} days of absence are not counted: it ends on {}.", day.in_words())
            }
        }
    }
}

impl Person {
    /// Moves a day by the days of absence that lie between another day and it.
    pub(crate) fn due(&self, from: Day, due: Day) -> Due {
        let (mut day, mut days_away) = (due, 0);
        for absence in &self.absences {
            if absence.from > day || absence.to.is_some_and(|to| to <= from) {
                continue;
            }
            if absence.to.is_none() {
                return Due::Waits { since: absence.from };
            }
            let away = absence.days(from);
            day = day.plus(away);
            days_away += away;
        }
        Due::By { day, days_away }
    }

    /// The time within which an alarm of this person stands, where there is one: not while they are away, and not when
    /// they have left.
    pub(crate) fn while_there(&self, mut alarm: Alarm) -> Option<Alarm> {
        for absence in &self.absences {
            let (from, to) = (absence.from.start(), absence.to.map(Day::start));
            if to.is_some_and(|to| to <= alarm.at) {
                continue;
            }
            match to {
                Some(to) => alarm.at = alarm.at.max(to),
                None => alarm = ending(alarm, from),
            }
        }
        if let Some(last) = self.last_day() {
            alarm = ending(alarm, last.end());
        }
        alarm.until.is_none_or(|until| alarm.at < until).then_some(alarm)
    }
}

/// The same alarm, which ends by then.
pub(crate) fn ending(alarm: Alarm, by: Instant) -> Alarm {
    let until = alarm.until.map_or(by, |until| until.min(by));
    alarm.until(until)
}
