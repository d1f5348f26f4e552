//! A history while it is told: whose it is, and how far time has gone on.

use crate::council::DIRECTORATES;
use crate::day::{Day, Moment};
use crate::desk::{Desk, Fields, Said, fields};

/// Something that has a subject and a unit, and goes on from event to event.
pub(crate) struct Case<'d> {
    pub(crate) desk: &'d mut Desk,
    pub(crate) subject: String,
    pub(crate) unit: &'static str,
    /// When the clock of the law began.
    pub(crate) begun: Moment,
    pub(crate) now: Moment,
}

impl<'d> Case<'d> {
    /// One with that subject, somewhere in the council.
    pub(crate) fn new(desk: &'d mut Desk, subject: String, now: Moment) -> Case<'d> {
        let unit = desk.chance.pick(&DIRECTORATES);
        Case { desk, subject, unit, begun: now, now }
    }

    /// One with the next number of a register that begins again every year.
    pub(crate) fn numbered(desk: &'d mut Desk, prefix: &'static str, now: Moment) -> Case<'d> {
        let subject = desk.case_number(prefix, now);
        Case::new(desk, subject, now)
    }

    /// One with the next number of a register that goes on: `EMP-0000012`.
    pub(crate) fn counted(desk: &'d mut Desk, prefix: &'static str, now: Moment) -> Case<'d> {
        let number = desk.next_number(prefix);
        Case::new(desk, format!("{prefix}-{number:07}"), now)
    }

    /// What happens now; a few minutes later the next may follow.
    pub(crate) fn say(&mut self, kind: &'static str, fields: Fields) -> Said {
        let subject = self.subject.clone();
        self.say_of(kind, &subject, fields)
    }

    /// What happens now to something else.
    pub(crate) fn say_of(&mut self, kind: &'static str, subject: &str, mut fields: Fields) -> Said {
        fields.extend(fields![unit: self.unit]);
        let key = self.desk.say(self.now, kind, subject, fields);
        self.now = self.now.plus_seconds(self.desk.chance.between(120, 1_500));
        key
    }

    /// So many working days go by, between both.
    pub(crate) fn wait(&mut self, least: i64, most: i64) {
        let days = self.desk.chance.between(least, most);
        let then = self.desk.office(self.now.day().working_day_after(days));
        self.now = self.now.max(then);
    }

    /// Time goes on to the working day so many after the clock began.
    pub(crate) fn wait_from_the_beginning(&mut self, working_days: i64) {
        let then = self.desk.office(self.begun.day().working_day_after(working_days));
        self.now = self.now.max(then);
    }

    /// So many hours go by, by night as by day.
    pub(crate) fn wait_hours(&mut self, least: i64, most: i64) {
        let seconds = self.desk.chance.between(least * 3_600, most * 3_600);
        self.now = self.now.plus_seconds(seconds);
    }

    /// The day so many days from now.
    pub(crate) fn in_days(&self, days: i64) -> Day {
        self.now.day().plus(days)
    }

    /// The working day so many from now.
    pub(crate) fn in_working_days(&self, days: i64) -> Day {
        self.now.day().working_day_after(days)
    }

    pub(crate) fn pick<T: Copy>(&mut self, list: &[T]) -> T {
        self.desk.chance.pick(list)
    }

    pub(crate) fn between(&mut self, least: i64, most: i64) -> i64 {
        self.desk.chance.between(least, most)
    }

    pub(crate) fn in_hundred(&mut self, times: u64) -> bool {
        self.desk.chance.in_hundred(times)
    }

    /// As [`Case::in_hundred`], but always while every history is told once, so that no type is left out.
    pub(crate) fn at_times(&mut self, times: u64) -> bool {
        self.desk.chance.in_hundred(times) || self.desk.is_punctual
    }

    pub(crate) fn note(&mut self) -> Option<&'static str> {
        self.desk.note()
    }
}
