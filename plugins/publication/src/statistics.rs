//! Statistics on requests: whether each quarter's are published in time. A quarter of which nothing is known at all is
//! late like any other: so the time alone makes quarters, and not only entries.

use muniment_sdk::law::{Length, STATISTICS};
use muniment_sdk::{Alarm, Alert, Calendars, Day, Event, Instant, Nation, Outcome, Watch};
use serde::{Deserialize, Serialize};

use crate::apply::Group;
use crate::figures::{Record, Span};
use crate::posts::Posts;
use crate::quarter::Quarter;
use crate::since::{How, Reach, Since};
use crate::{LATE_STATISTICS, Settings};

const OVERDUE: &str = "overdue";

/// All that is known of statistics, and the alerts about quarters.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Statistics {
    pub(crate) record: Record,
    pub(crate) posts: Posts,
    watch: Watch,
    /// The quarters that were looked at, the first and the last.
    looked_at: Option<(Quarter, Quarter)>,
}

/// From when on statistics are owed, and why.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Owing {
    pub(crate) first: Quarter,
    since: Since,
    is_set: bool,
}

/// A quarter whose statistics are owed, as it stands.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Owed {
    pub(crate) quarter: Quarter,
    pub(crate) due: Day,
    pub(crate) published: Option<Span>,
}

impl Owed {
    pub(crate) fn is_in_time(&self) -> bool {
        self.published.is_some_and(|span| span.day <= self.due)
    }
}

/// By when the statistics of a quarter are to be published.
pub(crate) fn due(settings: &Settings, quarter: Quarter) -> Day {
    quarter.last().plus_months(settings.statistics_months)
}

impl Statistics {
    /// Takes an entry that may bear on statistics.
    pub(crate) fn apply(&mut self, settings: &Settings, reach: &Reach, event: &Event, out: &mut Outcome) {
        let touched = self.record.apply(settings, event, out);
        let owed = self.posts.owes(settings);
        if self.posts.apply(settings, event, out) && self.posts.owes(settings) != owed {
            self.look_at_all(settings, reach, event.recorded, out);
        } else {
            let last = self.looked_at.map(|(_, last)| last);
            for quarter in touched.into_iter().filter(|quarter| Some(*quarter) <= last) {
                self.look_at(settings, reach, quarter, event.recorded, out);
            }
        }
    }

    /// Looks at all quarters again: from when on they are owed may be another day.
    pub(crate) fn look_at_all(
        &mut self,
        settings: &Settings,
        reach: &Reach,
        now: Instant,
        out: &mut Outcome,
    ) {
        let current = Quarter::of(Day::in_london(now));
        let first = self.owing(settings, reach).map(|owing| owing.first);
        let before = self.looked_at;
        let start = [first, before.map(|(first, _)| first)].into_iter().flatten().min().unwrap_or(current);
        let end = before.map_or(current, |(_, last)| last.max(current));
        for quarter in start.to(end) {
            self.look_at(settings, reach, quarter, now, out);
        }
        self.looked_at = Some((first.unwrap_or(current).min(end), end));
    }

    /// Takes the time. A quarter that has begun is looked at from now on.
    pub(crate) fn tick(&mut self, settings: &Settings, reach: &Reach, now: Instant, out: &mut Outcome) {
        if self.looked_at.is_some_and(|(_, last)| last.last().end() <= now) {
            self.look_at_all(settings, reach, now, out);
        }
        let mut watch = std::mem::take(&mut self.watch);
        for name in watch.due(now) {
            let Ok(quarter) = name.parse() else { continue };
            let alarms: Vec<Alarm> = self.alarm(settings, reach, quarter).into_iter().collect();
            let words = |_: &Alarm, alert| self.words(settings, reach, quarter, alert);
            let cleared = |_: &str, _: &str| self.cleared(quarter);
            watch.tick(&name, &alarms, now, words, cleared, out);
        }
        self.watch = watch;
    }

    pub(crate) fn wake(&self) -> Option<Instant> {
        let next_quarter = self.looked_at.map(|(_, last)| last.last().end());
        [self.watch.wake(), next_quarter].into_iter().flatten().min()
    }

    /// From when on statistics are owed; nothing where they are not.
    pub(crate) fn owing(&self, settings: &Settings, reach: &Reach) -> Option<Owing> {
        let since = reach.of(Group::Statistics).filter(|_| self.posts.owes(settings))?;
        let first = Quarter::of(settings.statistics_from.unwrap_or(since.day));
        // The code of practice came into force in the third quarter of 2018, and asks for nothing earlier.
        let of_code = STATISTICS.from.map_or(first, Quarter::of);
        Some(Owing { first: first.max(of_code), since, is_set: settings.statistics_from.is_some() })
    }

    /// The quarters that are owed up to that of a day, as they stand.
    pub(crate) fn owed(&self, settings: &Settings, reach: &Reach, until: Day) -> Vec<Owed> {
        let Some(owing) = self.owing(settings, reach) else { return Vec::new() };
        let quarters = owing.first.to(Quarter::of(until));
        quarters.map(|quarter| self.quarter(settings, quarter)).collect()
    }

    /// A quarter as it stands.
    pub(crate) fn quarter(&self, settings: &Settings, quarter: Quarter) -> Owed {
        Owed { quarter, due: due(settings, quarter), published: self.record.covered(quarter) }
    }

    fn look_at(
        &mut self,
        settings: &Settings,
        reach: &Reach,
        quarter: Quarter,
        now: Instant,
        out: &mut Outcome,
    ) {
        let alarms: Vec<Alarm> = self.alarm(settings, reach, quarter).into_iter().collect();
        let mut watch = std::mem::take(&mut self.watch);
        watch.set(&quarter.to_string(), &alarms, now, |_, _| self.cleared(quarter), out);
        self.watch = watch;
    }

    fn alarm(&self, settings: &Settings, reach: &Reach, quarter: Quarter) -> Option<Alarm> {
        self.owing(settings, reach).filter(|owing| owing.first <= quarter)?;
        let is_covered = self.record.covered(quarter).is_some();
        (!is_covered).then(|| Alarm::new(&LATE_STATISTICS, OVERDUE, due(settings, quarter).end()))
    }

    fn words(&self, settings: &Settings, reach: &Reach, quarter: Quarter, alert: Alert) -> Alert {
        let Some(owing) = self.owing(settings, reach) else { return alert };
        let limit =
            muniment_sdk::law::TimeLimit { length: Length::Months(settings.statistics_months), ..STATISTICS };
        // Months know no holidays here: the day stays as it falls.
        let deadline = limit.deadline(quarter.last(), &Calendars::default(), Nation::EnglandAndWales);
        let deadline = match deadline {
            Ok(deadline) => deadline.words(),
            Err(none) => none.to_string(),
        };
        let parts = self.record.of(quarter);
        let known = match parts.len() {
            0 => "No publication of its statistics is recorded.".to_owned(),
            _ => "What is published of it does not cover each of its days.".to_owned(),
        };
        let (posts, counted) = self.posts.words(settings);
        let from = match (owing.is_set, owing.since.how) {
            (true, _) => "a setting (`statistics_from`)",
            (false, How::Declared) => "from then on such events are declared to be posted",
            (false, How::Began) => "in it the ledger begins",
        };
        let words = format!(
            "The quarter is {}. {deadline} {known} {posts} Statistics are owed from the quarter of {} on: {from}.",
            quarter.in_words(),
            owing.first.in_words(),
        );
        let parts = parts.into_iter().map(|(_, span)| span.seq);
        alert.arithmetic(words).evidence([owing.since.seq].into_iter().chain(parts).chain(counted))
    }

    fn cleared(&self, quarter: Quarter) -> String {
        match self.record.covered(quarter) {
            Some(span) => format!("its statistics were published on {}", span.day.in_words()),
            None => "its statistics are not owed, or are due on another day".to_owned(),
        }
    }
}
