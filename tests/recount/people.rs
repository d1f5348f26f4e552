//! What is known of each person: where they belong, what they were taught, what they read.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::Date;

use super::book::{Book, Happening};
use super::days::{between, plus, plus_months};

const LIFE: &[&[&str]] = &[
    &["staff.joined"],
    &["staff.moved"],
    &["staff.absence_started"],
    &["staff.absence_ended"],
    &["training.assigned"],
    &["training.exempted"],
    &["training.failed"],
    &["training.completed", "contract.clause_acknowledged", "staff.instructed", "policy.acknowledged"],
    &["access.granted", "access.changed"],
    &["access.suspended"],
    &["access.revoked"],
    &["staff.left"],
];

/// A time for which somebody belongs to the organisation.
pub struct Spell {
    number: String,
    pub class: String,
    pub from: Date,
    pub until: Option<Date>,
}

/// A course that was assigned or taken.
pub struct Course {
    number: String,
    name: String,
    kind: Option<String>,
    system: Option<String>,
    pub day: Date,
    time: Timestamp,
    /// The day on which it is due, or until which it counts.
    pub until: Date,
}

impl Course {
    fn of(it: &Happening, until: Date) -> Course {
        let text = |field| it.text(field).map(str::to_owned);
        Course {
            number: it.subject.clone(),
            name: it.word("course").to_owned(),
            kind: text("course_kind"),
            system: text("system"),
            day: it.day,
            time: it.time,
            until,
        }
    }

    /// Whether it is the training that everybody takes.
    pub fn is_general(&self) -> bool {
        match self.kind.as_deref() {
            Some(kind) => ["induction", "annual", "members", "refresher"].contains(&kind),
            None => self.system.is_none(),
        }
    }
}

/// Access to a system.
struct Grant {
    number: String,
    system: String,
    is_live: bool,
}

/// A person, as they stand.
#[derive(Default)]
pub struct Person {
    is_known: bool,
    pub unit: Option<String>,
    class: Option<String>,
    pub spells: Vec<Spell>,
    left: Option<Date>,
    /// From the first day away to the first day back or expected back, and whether they came back.
    absences: Vec<(Date, Option<Date>, bool)>,
    assigned: Vec<Course>,
    pub taken: Vec<Course>,
    exempt: Vec<(String, Option<Date>)>,
    grants: Vec<Grant>,
    pub clauses: Vec<Date>,
    /// Policy, version, day, and whether it was understood.
    pub read: Vec<(String, String, Date, bool, Timestamp)>,
}

/// By when something is to be done: by no day while somebody is away without one.
pub type Due = Option<Date>;

/// Everybody, by the identifier that they count under.
pub fn all(book: &Book) -> Vec<Person> {
    let kinds: Vec<&str> = LIFE.concat();
    // What is recorded under a number of its own is about whom the last entry under that number names.
    let mut whose: BTreeMap<&str, (Timestamp, u64, &str)> = BTreeMap::new();
    for it in book.of(&kinds).filter(|it| !it.is("policy.acknowledged")) {
        if let Some(person) = it.text("person") {
            let known = whose.entry(&it.subject).or_insert((it.time, it.seq, person));
            *known = (*known).max((it.time, it.seq, person));
        }
    }
    let key = |it: &Happening| {
        let named = whose.get(it.subject.as_str()).map(|(.., person)| *person);
        let person =
            if it.is("policy.acknowledged") { it.text("person")? } else { named.unwrap_or(&it.subject) };
        Some(book.person(book.case(person)).to_owned())
    };
    let mut people = Vec::new();
    for life in book.grouped(LIFE, key).values() {
        let mut person = Person::default();
        life.iter().for_each(|it| person.take(it));
        person.describe_courses();
        if person.is_somebody() {
            people.push(person);
        }
    }
    people
}

impl Person {
    fn take(&mut self, it: &Happening) {
        let text = |field| it.text(field).map(str::to_owned);
        self.is_known |= it.text("person").is_some();
        self.class = text("user_class").or(self.class.take());
        if it.text("unit").is_some() && (it.is("staff.joined") || it.is("staff.moved") || self.unit.is_none())
        {
            self.unit = text("unit");
        }
        match it.kind.as_str() {
            "staff.joined" => self.join(it),
            "staff.left" => self.leave(it),
            "staff.absence_started" => match self.absences.last_mut().filter(|(.., is_back)| !is_back) {
                Some(open) => open.1 = it.date("expected_return").or(open.1),
                None => self.absences.push((it.day, it.date("expected_return"), false)),
            },
            "staff.absence_ended" => {
                if let Some(open) = self.absences.last_mut().filter(|(.., is_back)| !is_back) {
                    (open.1, open.2) = (Some(it.day), true);
                }
            }
            "contract.clause_acknowledged" if it.word("clause_kind") == "confidentiality" => {
                self.clauses.push(it.day)
            }
            "training.assigned" => self.assign(it),
            "training.completed" => {
                let until = it.date("valid_until").unwrap_or(plus_months(it.day, 12));
                let course = Course::of(it, until);
                let is_same = |one: &Course| {
                    (one.time, &one.number, &one.name) == (course.time, &course.number, &course.name)
                };
                if !self.taken.iter().any(is_same) {
                    self.taken.push(course);
                }
            }
            "training.exempted" => self.exempt.push((it.word("course").to_owned(), it.date("exempt_until"))),
            "policy.acknowledged" => {
                let understood = it.flag("understood").unwrap_or(true);
                let read = (it.subject.clone(), it.word("version").to_owned(), it.day, understood, it.time);
                if !self.read.contains(&read) {
                    self.read.push(read);
                }
            }
            "access.granted" | "access.changed" => self.grant(it),
            "access.suspended" | "access.revoked" => self.revoke(it),
            _ => {}
        }
    }

    fn join(&mut self, it: &Happening) {
        let from = it.date("starts").unwrap_or(it.day);
        let class = it.text("user_class").unwrap_or("staff").to_owned();
        let open = |spell: &&mut Spell| spell.number == it.subject && spell.until.is_none();
        if let Some(open) = self.spells.iter_mut().find(open) {
            (open.from, open.class) = (open.from.min(from), class);
            return;
        }
        self.left = None;
        self.spells.push(Spell { number: it.subject.clone(), class, from, until: None });
    }

    fn leave(&mut self, it: &Happening) {
        let Some(last_day) = it.date("last_day") else { return };
        if self.spells.is_empty() {
            self.left = Some(last_day);
        }
        let is_named = self.spells.iter().any(|spell| spell.number == it.subject && spell.until.is_none());
        for spell in self.spells.iter_mut().filter(|spell| spell.until.is_none()) {
            if !is_named || spell.number == it.subject {
                spell.until = Some(last_day);
            }
        }
        for class in it.list("remaining_classes") {
            if !self.spells.iter().any(|spell| spell.class == class && spell.until.is_none()) {
                let (number, class) = (it.subject.clone(), class.to_owned());
                self.spells.push(Spell { number, class, from: plus(last_day, 1), until: None });
                self.left = None;
            }
        }
    }

    fn assign(&mut self, it: &Happening) {
        let Some(due) = it.date("due") else { return };
        let course = Course::of(it, due);
        let is_same = |one: &&mut Course| one.number == course.number && one.name == course.name;
        match self.assigned.iter_mut().find(is_same) {
            Some(known) => (known.until, known.day) = (due, it.day),
            None => self.assigned.push(course),
        }
    }

    fn grant(&mut self, it: &Happening) {
        let system = it.word("system").to_owned();
        let is_known = |one: &Grant| one.is_live && one.number == it.subject && one.system == system;
        if !self.grants.iter().any(is_known) {
            self.grants.push(Grant { number: it.subject.clone(), system, is_live: true });
        }
    }

    fn revoke(&mut self, it: &Happening) {
        let live = |one: &Grant| one.is_live && one.system == it.word("system");
        let is_named = self.grants.iter().any(|one| live(one) && one.number == it.subject);
        for one in &mut self.grants {
            if live(one) && (!is_named || one.number == it.subject) {
                one.is_live = false;
            }
        }
    }

    /// Where one entry of a course says of what kind it is, and another does not, that is known of both.
    fn describe_courses(&mut self) {
        let mut known: BTreeMap<String, (Option<String>, Option<String>)> = BTreeMap::new();
        for course in self.assigned.iter().chain(&self.taken) {
            if course.kind.is_some() || course.system.is_some() {
                known.entry(course.name.clone()).or_insert((course.kind.clone(), course.system.clone()));
            }
        }
        for course in self.assigned.iter_mut().chain(&mut self.taken) {
            if let Some((kind, system)) = known.get(&course.name) {
                course.kind = course.kind.take().or(kind.clone());
                course.system = course.system.take().or(system.clone());
            }
        }
    }

    fn is_somebody(&self) -> bool {
        let is_machine = self.is_one_of(&["service_account"]);
        !is_machine && (self.is_known || !self.spells.is_empty() || !self.assigned.is_empty())
    }

    /// The last day with the organisation, where there is one.
    fn last_day(&self) -> Option<Date> {
        if self.spells.is_empty() {
            return self.left;
        }
        if self.spells.iter().any(|spell| spell.until.is_none()) {
            return None;
        }
        self.spells.iter().filter_map(|spell| spell.until).max()
    }

    pub fn is_one_of(&self, classes: &[&str]) -> bool {
        let last = self.last_day();
        let current = |spell: &&Spell| spell.until.is_none() || spell.until == last;
        if self.spells.iter().any(|spell| current(&spell)) {
            return self.spells.iter().filter(current).any(|spell| classes.contains(&spell.class.as_str()));
        }
        self.class.as_deref().is_some_and(|class| classes.contains(&class))
    }

    /// The class under which the person is counted: that of the spell that began last.
    pub fn class(&self) -> Option<String> {
        let open = self.spells.iter().filter(|spell| spell.until.is_none());
        let last = open.max_by_key(|spell| spell.from).or(self.spells.last());
        last.map(|spell| spell.class.clone()).or(self.class.clone())
    }

    /// The first day of the time that has gone on without a break.
    pub fn start(&self) -> Option<Date> {
        let last = self.last_day();
        let mut first =
            self.spells.iter().filter(|spell| spell.until == last).map(|spell| spell.from).min()?;
        loop {
            let goes_on = |spell: &&Spell| {
                spell.from < first && spell.until.is_none_or(|until| plus(until, 1) >= first)
            };
            match self.spells.iter().find(goes_on) {
                Some(earlier) => first = earlier.from,
                None => return Some(first),
            }
        }
    }

    pub fn is_there(&self, day: Date) -> bool {
        if self.spells.is_empty() {
            return self.left.is_none_or(|left| day <= left);
        }
        self.spells.iter().any(|spell| spell.from <= day && spell.until.is_none_or(|until| day <= until))
    }

    pub fn has_access(&self) -> bool {
        self.grants.iter().any(|grant| grant.is_live)
    }

    /// A day, moved by the days of absence between another one and it.
    pub fn due(&self, from: Date, due: Date) -> Due {
        let mut day = due;
        for (away, back, _) in &self.absences {
            if *away > day || back.is_some_and(|back| back <= from) {
                continue;
            }
            let back = (*back)?;
            day = plus(day, between((*away).max(from), back).max(0));
        }
        Some(day)
    }

    /// Whether the general training that was taken counts on a day.
    pub fn is_trained(&self, day: Date) -> bool {
        self.taken.iter().any(|course| course.is_general() && course.day <= day && day <= course.until)
    }

    /// Whether the general training that is to be taken next is overdue.
    pub fn is_overdue(&self, today: Date) -> bool {
        let mut owed: Vec<(Due, Date, i64)> = Vec::new();
        for course in self.assigned.iter().filter(|course| course.is_general() && !self.has_taken(course)) {
            owed.push((self.due(course.day.min(course.until), course.until), course.until, 14));
        }
        let start = self.start();
        let valid = self.taken.iter().filter(|course| course.is_general()).map(|course| course.until).max();
        match (valid, start) {
            (Some(until), _) if start.is_none_or(|start| until >= start) => {
                owed.push((self.due(until, until), until, 14));
            }
            (_, Some(start)) => owed.push((self.due(start, plus(start, 30)), plus(start, 30), 0)),
            _ => {}
        }
        let last = |(due, _, grace): &(Due, Date, i64)| due.map(|due| plus(due, *grace));
        // What waits comes last.
        let Some(mut next) = owed.into_iter().min_by_key(|owed| (last(owed).is_none(), last(owed))) else {
            return false;
        };
        match self.exempt.iter().rev().find(|(course, _)| self.is_general_course(course)) {
            Some((_, None)) => return false,
            Some((_, Some(until))) if *until > next.1 => next.0 = self.due(*until, *until),
            _ => {}
        }
        last(&next).is_some_and(|last| last < today)
    }

    fn has_taken(&self, assigned: &Course) -> bool {
        self.taken.iter().any(|course| {
            course.number == assigned.number || course.name == assigned.name && course.day >= assigned.day
        })
    }

    fn is_general_course(&self, name: &str) -> bool {
        let known = self.assigned.iter().chain(&self.taken).find(|course| course.name == name);
        known.is_none_or(Course::is_general)
    }
}
