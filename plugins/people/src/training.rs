//! What training a person owes, and by when.

use muniment_sdk::{Alarm, Day};

use crate::person::{Completion, Enrolment, On, Person};
use crate::time::Due;
use crate::{OVERDUE, Settings};

/// A training that is to be taken.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Owed<'p> {
    pub(crate) why: Why,
    /// The course, where it is a certain one.
    pub(crate) course: Option<&'p str>,
    /// The day that the time is counted from, and the entry.
    pub(crate) since: Day,
    pub(crate) seq: u64,
    /// The day without regard to absence, and with it.
    pub(crate) plain: Day,
    pub(crate) due: Due,
    /// So many days later it counts as overdue.
    pub(crate) grace: u16,
    pub(crate) failed: Option<On>,
}

/// Why a training is to be taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Why {
    /// The first after joining.
    Induction,
    /// What was taken counts no more.
    Renewal,
    /// Somebody said so.
    Assigned,
}

impl Why {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Why::Induction => "induction",
            Why::Renewal => "renewal",
            Why::Assigned => "assigned",
        }
    }
}

impl<'p> Owed<'p> {
    /// The last day on which it is not overdue yet.
    pub(crate) fn last_day(&self) -> Option<Day> {
        self.due.day().map(|day| day.plus(i32::from(self.grace)))
    }

    pub(crate) fn alarm(&self, person: &Person, stage: impl Into<muniment_sdk::Stage>) -> Option<Alarm> {
        let due = self.due.day()?;
        let alarm = Alarm::new(&OVERDUE, stage, self.last_day()?.end()).due(due.end());
        person.while_there(alarm)
    }

    fn of_enrolment(person: &Person, settings: &Settings, enrolment: &'p Enrolment) -> Owed<'p> {
        Owed {
            why: Why::Assigned,
            course: Some(&enrolment.course.name),
            since: enrolment.assigned.day,
            seq: enrolment.assigned.seq,
            plain: enrolment.due,
            due: person.due(enrolment.assigned.day.min(enrolment.due), enrolment.due),
            grace: settings.training_grace_days,
            failed: enrolment.failed,
        }
    }

    fn of_completion(person: &Person, settings: &Settings, completion: &'p Completion) -> Owed<'p> {
        Owed {
            why: Why::Renewal,
            course: Some(&completion.course.name),
            since: completion.on.day,
            seq: completion.on.seq,
            plain: completion.until,
            // Valid training lapses whether one is there or not: what waits is that it is taken again.
            due: person.due(completion.until, completion.until),
            grace: settings.training_grace_days,
            failed: None,
        }
    }
}

impl Person {
    /// The general training that is to be taken next: the first one, its renewal, or an assignment that comes before.
    pub(crate) fn general(&self, settings: &Settings) -> Option<Owed<'_>> {
        let exempt = self.exemptions.iter().rev().find(|exemption| self.is_general(&exemption.course));
        let assigned = self
            .enrolments
            .iter()
            .filter(|enrolment| enrolment.course.is_general() && enrolment.done.is_none())
            .map(|enrolment| Owed::of_enrolment(self, settings, enrolment));
        let mut owed = assigned.chain(self.standard(settings)).min_by_key(|owed| {
            // What waits comes last.
            (owed.last_day().is_none(), owed.last_day(), owed.seq)
        })?;
        match exempt.map(|exempt| exempt.until) {
            Some(None) => return None,
            Some(Some(until)) if until > owed.plain => {
                (owed.plain, owed.due) = (until, self.due(until, until));
            }
            _ => {}
        }
        Some(owed)
    }

    /// What everybody owes, assigned or not.
    fn standard(&self, settings: &Settings) -> Option<Owed<'_>> {
        let start = self.start().filter(|_| self.is_one_of(&settings.training_classes));
        let valid = self.valid(crate::apply::Course::is_general);
        if let Some(valid) = valid.filter(|valid| start.is_none_or(|(start, _)| valid.until >= start)) {
            return Some(Owed::of_completion(self, settings, valid));
        }
        let (start, joined) = start?;
        let due = start.plus(i32::from(settings.training_induction_days));
        Some(Owed {
            why: Why::Induction,
            course: None,
            since: start,
            seq: joined.seq,
            plain: due,
            due: self.due(start, due),
            grace: 0,
            failed: None,
        })
    }

    /// The other courses that are to be taken: those assigned, and those that count no more and are taken every year.
    pub(crate) fn courses(&self, settings: &Settings) -> Vec<Owed<'_>> {
        let open = self.enrolments.iter().filter(|it| it.done.is_none() && !it.course.is_general());
        let mut owed: Vec<Owed<'_>> = open.map(|it| Owed::of_enrolment(self, settings, it)).collect();
        for (place, completion) in self.completions.iter().enumerate() {
            let name = &completion.course.name;
            let is_last = !self.completions[place + 1..].iter().any(|later| later.course.name == *name);
            let is_assigned = owed.iter().any(|owed| owed.course == Some(name.as_str()));
            if completion.course.is_renewed() && is_last && !is_assigned {
                owed.push(Owed::of_completion(self, settings, completion));
            }
        }
        owed.retain_mut(|owed| {
            let exempt = self.exemptions.iter().rev().find(|it| Some(it.course.as_str()) == owed.course);
            match exempt.map(|exempt| exempt.until) {
                Some(None) => false,
                Some(Some(until)) if until > owed.plain => {
                    (owed.plain, owed.due) = (until, self.due(until, until));
                    true
                }
                _ => true,
            }
        });
        owed.sort_by_key(|owed| (owed.last_day().is_none(), owed.last_day(), owed.seq));
        owed
    }

    /// Whether a course by its name is the general one. Of one of which only an exemption is known nothing else is said.
    fn is_general(&self, name: &str) -> bool {
        let assigned = self.enrolments.iter().map(|it| &it.course);
        let mut known = assigned.chain(self.completions.iter().map(|it| &it.course));
        known.find(|course| course.name == name).is_none_or(crate::apply::Course::is_general)
    }
}
