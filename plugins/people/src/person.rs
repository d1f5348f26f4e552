//! How a person is worked out of what is known of them.

use std::rc::Rc;

use muniment_sdk::{Alarm, Alert, Case, Data, DataError, Day, Happened, Instant};

use serde::{Deserialize, Serialize};

use crate::apply::{Class, Clause, Course, Delivery, Fact, What};
use crate::time::Absence;
use crate::{Settings, alarms};

/// Something happened, and an entry says so.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct On {
    pub(crate) day: Day,
    pub(crate) time: Instant,
    pub(crate) seq: u64,
}

/// The time for which somebody belongs to the organisation in one way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Spell {
    number: Rc<str>,
    pub(crate) class: Class,
    pub(crate) from: Day,
    pub(crate) joined: On,
    /// The last day.
    pub(crate) until: Option<Day>,
}

/// A course that somebody was told to take.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Enrolment {
    number: Rc<str>,
    pub(crate) course: Course,
    pub(crate) due: Day,
    pub(crate) assigned: On,
    pub(crate) failed: Option<On>,
    pub(crate) done: Option<On>,
}

/// A course that somebody took and passed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Completion {
    number: Rc<str>,
    pub(crate) course: Course,
    pub(crate) on: On,
    /// The last day on which it counts.
    pub(crate) until: Day,
    pub(crate) delivery: Option<Delivery>,
}

/// A course that somebody need not take.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Exemption {
    pub(crate) course: String,
    pub(crate) until: Option<Day>,
    pub(crate) on: On,
}

/// Access to a system.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Grant {
    number: Rc<str>,
    pub(crate) system: String,
    pub(crate) from: On,
    /// The last day, where it was given for a time.
    until: Option<Day>,
    /// When it was taken away.
    revoked: Option<Instant>,
}

impl Grant {
    /// From when on it is live no more.
    pub(crate) fn ends(&self) -> Option<Instant> {
        [self.until.map(Day::end), self.revoked].into_iter().flatten().min()
    }
}

/// That somebody confirmed having read a version of a policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Acknowledgement {
    pub(crate) policy: String,
    pub(crate) version: String,
    /// Whether they say that they understood it.
    pub(crate) understood: bool,
    pub(crate) on: On,
}

/// A person, as the entries have them. Where an enrolment or an employment names nobody, it stands for the person.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Person {
    /// Whether any entry says who it is.
    is_known: bool,
    pub(crate) unit: Option<String>,
    /// The class that entries name, for people of whom no joining is known.
    class: Option<Class>,
    pub(crate) spells: Vec<Spell>,
    /// The last day of somebody whose joining is not known.
    left: Option<Day>,
    pub(crate) absences: Vec<Absence>,
    pub(crate) enrolments: Vec<Enrolment>,
    pub(crate) completions: Vec<Completion>,
    pub(crate) exemptions: Vec<Exemption>,
    pub(crate) grants: Vec<Grant>,
    pub(crate) clauses: Vec<On>,
    pub(crate) instructed: Option<On>,
    pub(crate) acknowledged: Vec<Acknowledgement>,
    /// Entries that make no sense behind the others.
    pub(crate) odd: Vec<u64>,
}

impl Person {
    /// Whether somebody is meant whom alerts can be about.
    pub(crate) fn is_somebody(&self) -> bool {
        let classes = self.classes();
        let is_machine = classes.contains(&Class::ServiceAccount);
        !is_machine && (self.is_known || !self.spells.is_empty() || !self.enrolments.is_empty())
    }

    /// The ways in which the person belongs to the organisation, or did last.
    pub(crate) fn classes(&self) -> Vec<Class> {
        let last = self.last_day();
        let current = self.spells.iter().filter(|spell| spell.until.is_none() || spell.until == last);
        let mut classes: Vec<Class> = current.map(|spell| spell.class).collect();
        if classes.is_empty() {
            classes.extend(self.class);
        }
        classes
    }

    /// The class under which the person is counted: that of the spell that began last.
    pub(crate) fn class(&self) -> Option<Class> {
        let current = self.spells.iter().filter(|spell| spell.until.is_none());
        let last = current.max_by_key(|spell| spell.from).or(self.spells.last());
        last.map(|spell| spell.class).or(self.class)
    }

    pub(crate) fn is_one_of(&self, classes: &[Class]) -> bool {
        self.classes().iter().any(|class| classes.contains(class))
    }

    /// The last day with the organisation, where there is one.
    pub(crate) fn last_day(&self) -> Option<Day> {
        if self.spells.is_empty() {
            return self.left;
        }
        let untils: Option<Vec<Day>> = self.spells.iter().map(|spell| spell.until).collect();
        untils.and_then(|untils| untils.into_iter().max())
    }

    /// The first day of the time for which the person has belonged to the organisation without a break, and the entry.
    pub(crate) fn start(&self) -> Option<(Day, On)> {
        let last = self.last_day();
        let current = self.spells.iter().filter(|spell| spell.until == last);
        let mut first = current.min_by_key(|spell| (spell.from, spell.joined.seq))?;
        while let Some(earlier) = self.spells.iter().find(|spell| {
            spell.from < first.from && spell.until.is_none_or(|until| until.plus(1) >= first.from)
        }) {
            first = earlier;
        }
        Some((first.from, first.joined))
    }

    /// Whether the person belongs to the organisation on a day.
    pub(crate) fn is_there(&self, day: Day) -> bool {
        if self.spells.is_empty() {
            return self.left.is_none_or(|left| day <= left);
        }
        self.spells.iter().any(|spell| spell.from <= day && spell.until.is_none_or(|until| day <= until))
    }

    pub(crate) fn is_away(&self, day: Day) -> bool {
        self.absences.iter().any(|absence| absence.holds(day))
    }

    /// The first day on which access was held that is still live, or was when the person left.
    pub(crate) fn first_access(&self) -> Option<On> {
        let live = self.grants.iter().filter(|grant| grant.revoked.is_none());
        live.map(|grant| grant.from).min_by_key(|on| (on.time, on.seq))
    }

    /// Until when the person holds valid training of a kind, by the completion that counts longest.
    pub(crate) fn valid(&self, counts: impl Fn(&Course) -> bool) -> Option<&Completion> {
        let of_kind = self.completions.iter().filter(|completion| counts(&completion.course));
        of_kind.max_by_key(|completion| (completion.until, completion.on.seq))
    }

    /// Whether the person holds valid general training on a day.
    pub(crate) fn is_trained(&self, day: Day) -> bool {
        let counts = |completion: &&Completion| completion.on.day <= day && day <= completion.until;
        self.completions.iter().filter(|completion| completion.course.is_general()).any(|c| counts(&c))
    }

    fn take(&mut self, settings: &Settings, happened: &Happened<Fact>) {
        let on = On { day: happened.day, time: happened.time, seq: happened.seq };
        let fact = &happened.fact;
        let number = &happened.subject;
        self.is_known |= fact.person.is_some() || matches!(fact.what, What::Acknowledged { .. });
        self.class = fact.class.or(self.class);
        let is_of_person = matches!(fact.what, What::Joined { .. } | What::Moved);
        if fact.unit.is_some() && (is_of_person || self.unit.is_none()) {
            self.unit.clone_from(&fact.unit);
        }
        match &fact.what {
            What::Joined { starts } => self.join(number, fact.class, starts.unwrap_or(on.day), on),
            What::Moved => {}
            What::Absent { back } => self.absent(on, *back),
            What::Back => self.back(on),
            What::Left { last_day, remaining } => self.leave(number, *last_day, remaining, on),
            What::Clause(clause) if *clause == Clause::Confidentiality => self.clauses.push(on),
            What::Clause(_) => {}
            What::Instructed => _ = self.instructed.get_or_insert(on),
            What::Assigned { course, due } => self.assign(number, course, *due, on),
            What::Completed { course, valid_until, delivery } => {
                let until = valid_until.unwrap_or_else(|| on.day.plus_months(settings.training_renew_months));
                let (number, course, delivery) = (number.clone(), course.clone(), *delivery);
                self.complete(Completion { number, course, on, until, delivery });
            }
            What::Failed { course } => {
                let of = |it: &&mut Enrolment| it.number == *number || it.course.name == *course;
                if let Some(enrolment) = self.enrolments.iter_mut().rev().find(of) {
                    enrolment.failed = Some(on);
                }
            }
            What::Exempted { course, until } => {
                self.exemptions.push(Exemption { course: course.clone(), until: *until, on });
            }
            What::Granted { system, until } => self.grant(number, system, *until, on),
            What::Suspended { system } | What::Revoked { system } => self.revoke(number, system, on),
            What::Acknowledged { policy, version, understood } => {
                let (policy, version) = (policy.clone(), version.clone());
                self.acknowledge(Acknowledgement { policy, version, understood: *understood, on });
            }
        }
    }

    fn join(&mut self, number: &Rc<str>, class: Option<Class>, from: Day, joined: On) {
        let class = class.unwrap_or(Class::Staff);
        if let Some(open) = self.spells.iter_mut().find(|it| it.number == *number && it.until.is_none()) {
            // Said twice: the earlier first day stands.
            open.from = open.from.min(from);
            open.class = class;
            return;
        }
        self.left = None;
        self.spells.push(Spell { number: number.clone(), class, from, joined, until: None });
    }

    fn leave(&mut self, number: &Rc<str>, last_day: Day, remaining: &[Class], on: On) {
        if self.spells.is_empty() {
            self.left = Some(last_day);
        }
        let is_named = self.spells.iter().any(|spell| spell.number == *number && spell.until.is_none());
        for spell in self.spells.iter_mut().filter(|spell| spell.until.is_none()) {
            if is_named && spell.number != *number {
                continue;
            }
            if last_day < spell.from {
                self.odd.push(on.seq);
            }
            spell.until = Some(last_day);
        }
        for class in remaining {
            if !self.spells.iter().any(|spell| spell.class == *class && spell.until.is_none()) {
                let (number, from) = (number.clone(), last_day.plus(1));
                self.spells.push(Spell { number, class: *class, from, joined: on, until: None });
                self.left = None;
            }
        }
    }

    fn absent(&mut self, on: On, back: Option<Day>) {
        match self.absences.last_mut().filter(|last| !last.is_ended) {
            // Said again, with another day of return.
            Some(open) => open.to = back.or(open.to),
            None => self.absences.push(Absence { from: on.day, to: back, is_ended: false, seq: on.seq }),
        }
    }

    fn back(&mut self, on: On) {
        match self.absences.last_mut() {
            Some(open) if !open.is_ended => (open.to, open.is_ended) = (Some(on.day), true),
            // Recorded twice: they were back already.
            Some(ended) if ended.to == Some(on.day) => {}
            _ => self.odd.push(on.seq),
        }
    }

    fn assign(&mut self, number: &Rc<str>, course: &Course, due: Day, on: On) {
        let is_open = |it: &&mut Enrolment| it.number == *number && it.course.name == course.name;
        if let Some(known) = self.enrolments.iter_mut().find(is_open) {
            (known.due, known.assigned) = (due, on);
            return;
        }
        self.enrolments.push(Enrolment {
            number: number.clone(),
            course: course.clone(),
            due,
            assigned: on,
            failed: None,
            done: None,
        });
    }

    /// What is recorded twice happened once, here as below.
    fn complete(&mut self, completion: Completion) {
        let is_same = |it: &Completion| {
            it.on.time == completion.on.time
                && it.number == completion.number
                && it.course.name == completion.course.name
        };
        if !self.completions.iter().any(is_same) {
            self.completions.push(completion);
        }
    }

    fn acknowledge(&mut self, acknowledgement: Acknowledgement) {
        let Acknowledgement { policy, version, understood, on } = &acknowledgement;
        let is_same = |it: &Acknowledgement| {
            (&it.policy, &it.version, &it.understood, it.on.time) == (policy, version, understood, on.time)
        };
        if !self.acknowledged.iter().any(is_same) {
            self.acknowledged.push(acknowledgement);
        }
    }

    fn grant(&mut self, number: &Rc<str>, system: &str, until: Option<Day>, on: On) {
        let is_live = |it: &&mut Grant| it.number == *number && it.system == system && it.revoked.is_none();
        match self.grants.iter_mut().find(is_live) {
            Some(live) => live.until = until.or(live.until),
            None => self.grants.push(Grant {
                number: number.clone(),
                system: system.to_owned(),
                from: on,
                until,
                revoked: None,
            }),
        }
    }

    /// What was taken away under a number of its own ends what the person holds in that system.
    fn revoke(&mut self, number: &Rc<str>, system: &str, on: On) {
        let mut live: Vec<&mut Grant> =
            self.grants.iter_mut().filter(|it| it.system == system && it.revoked.is_none()).collect();
        let is_named = live.iter().any(|grant| grant.number == *number);
        live.retain(|grant| !is_named || grant.number == *number);
        live.iter_mut().for_each(|grant| grant.revoked = Some(on.time));
    }

    /// Where one entry of a course says of what kind it is, and another does not, that is known of both.
    fn describe_courses(&mut self) {
        let all = || {
            self.enrolments.iter().map(|it| &it.course).chain(self.completions.iter().map(|it| &it.course))
        };
        let is_described = |course: &&Course| course.kind.is_some() || course.system.is_some();
        // Mostly all say it, or none does.
        if all().all(|course| is_described(&course)) || !all().any(|course| is_described(&course)) {
            return;
        }
        let known: Vec<Course> = all().filter(is_described).cloned().collect();
        let courses = self.enrolments.iter_mut().map(|it| &mut it.course);
        for course in courses.chain(self.completions.iter_mut().map(|it| &mut it.course)) {
            if let Some(same) = known.iter().find(|same| same.name == course.name) {
                course.kind = course.kind.or(same.kind);
                course.system = course.system.take().or_else(|| same.system.clone());
            }
        }
    }

    /// Says which courses were taken, and brings things in order.
    fn settle(&mut self) {
        self.describe_courses();
        for enrolment in &mut self.enrolments {
            let takes = |it: &&Completion| {
                it.number == enrolment.number
                    || it.course.name == enrolment.course.name && it.on.day >= enrolment.assigned.day
            };
            enrolment.done = self.completions.iter().find(takes).map(|it| it.on);
        }
        self.completions.sort_by_key(|it| (it.on.day, it.on.seq));
        self.odd.sort_unstable();
        self.odd.dedup();
    }
}

impl Case for Person {
    type Settings = Settings;
    type Fact = Fact;

    fn fact(kind: &str, data: Data<'_>) -> Result<Option<Fact>, DataError> {
        Fact::read(kind, data)
    }

    fn part_of(fact: &Fact) -> Option<&str> {
        fact.person.as_deref()
    }

    fn rank(fact: &Fact) -> u8 {
        fact.rank()
    }

    fn fold(settings: &Settings, facts: &[Happened<Fact>]) -> Option<Person> {
        let mut person = Person::default();
        for happened in facts {
            person.take(settings, happened);
        }
        person.settle();
        (!facts.is_empty()).then_some(person)
    }

    fn alarms(&self, settings: &Settings) -> Vec<Alarm> {
        alarms::of(self, settings)
    }

    fn alert(&self, settings: &Settings, alarm: &Alarm, alert: Alert) -> Alert {
        alarms::words(self, settings, alarm, alert)
    }

    fn cleared(&self, settings: &Settings, rule: &str, stage: &str) -> String {
        alarms::cleared(self, settings, rule, stage)
    }
}
