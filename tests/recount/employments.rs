//! Employments, offices and engagements of people, with how they end; suspensions; conflicts of duties.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use jiff::civil::Date;

use super::book::{Book, Happening};
use super::instants::At;

const LIFE: &[&[&str]] = &[
    &["staff.joined", "contractor.engaged", "contractor.started"],
    &["staff.moved"],
    &["sod.conflict_detected"],
    &["staff.suspended"],
    &["staff.irm_alerted", "sod.exception_approved"],
    &["staff.leaver_notified"],
    &["exit.item_completed", "exit.checklist_completed"],
    &["staff.left", "contractor.ended"],
];

pub struct Leaving {
    pub last_day: Date,
    pub announced: Option<At>,
    pub left: Option<At>,
    pub remaining: Vec<String>,
}

#[derive(Default)]
pub struct Employment {
    pub number: String,
    pub is_contract: bool,
    pub class: Option<String>,
    /// The functions that it had, the present one last.
    pub functions: Vec<String>,
    pub starts: Option<Date>,
    pub moves: Vec<Moved>,
    pub leaving: Option<Leaving>,
    pub checklist: Checklist,
}

pub struct Moved {
    pub at: At,
    pub effective: Date,
    pub before: Option<String>,
    pub now: Option<String>,
    pub to_change: Option<bool>,
}

#[derive(Default)]
pub struct Checklist {
    gone_through: Option<u64>,
    settled: BTreeSet<String>,
    outstanding: BTreeSet<String>,
    /// Since when nothing is outstanding.
    pub complete: Option<Timestamp>,
}

pub struct Suspension {
    number: String,
    pub at: At,
    pub to_stop: Option<At>,
    pub alerted: Option<At>,
}

pub struct Conflict {
    number: String,
    pub found: At,
    pub system: String,
    pub rights: Vec<String>,
    pub by: Option<Date>,
    /// On which day an exception was approved.
    pub excepted: Option<Date>,
}

#[derive(Default)]
pub struct Person {
    pub id: String,
    pub employments: Vec<Employment>,
    pub suspensions: Vec<Suspension>,
    pub conflicts: Vec<Conflict>,
}

/// Everybody.
pub fn all(book: &Book) -> Vec<Person> {
    let kinds = LIFE.concat();
    let mut whose: BTreeMap<&str, (Timestamp, u64, &str)> = BTreeMap::new();
    for it in book.of(&kinds) {
        if let Some(person) = it.text("person") {
            let known = whose.entry(&it.subject).or_insert((it.time, it.seq, person));
            *known = (*known).max((it.time, it.seq, person));
        }
    }
    let key = |it: &Happening| {
        let person = whose.get(it.subject.as_str()).map_or(it.subject.as_str(), |(.., person)| *person);
        Some(book.person(book.case(person)).to_owned())
    };
    let mut people = Vec::new();
    for (id, life) in book.grouped(LIFE, key) {
        let mut person = Person { id, ..Person::default() };
        life.iter().for_each(|it| person.take(it));
        people.push(person);
    }
    people
}

impl Person {
    fn employment(&mut self, number: &str) -> &mut Employment {
        let place = self.employments.iter().rposition(|known| known.number == number).unwrap_or_else(|| {
            self.employments.push(Employment { number: number.to_owned(), ..Employment::default() });
            self.employments.len() - 1
        });
        &mut self.employments[place]
    }

    fn take(&mut self, it: &Happening) {
        match it.kind.as_str() {
            "staff.joined" | "contractor.engaged" | "contractor.started" => self.begin(it),
            "staff.moved" => self.moved(it),
            "staff.suspended" => self.suspend(it),
            "staff.irm_alerted" => self.alert(it),
            "staff.leaver_notified" | "staff.left" | "contractor.ended" => self.leave(it),
            "exit.item_completed" | "exit.checklist_completed" => {
                self.employment(&it.subject).checklist.take(it)
            }
            "sod.conflict_detected" => self.conflict(it),
            "sod.exception_approved" => {
                if let Some(known) = self.conflicts.iter_mut().find(|known| known.number == it.subject) {
                    known.excepted = Some(it.day);
                }
            }
            _ => {}
        }
    }

    fn begin(&mut self, it: &Happening) {
        let starts = it.date("starts").unwrap_or(it.day);
        let last = self.employments.iter().rfind(|known| known.number == it.subject);
        // Who comes back under the same number has another employment.
        let is_back = last.and_then(|last| last.leaving.as_ref()).is_some_and(|it| it.last_day < starts);
        if is_back {
            self.employments.push(Employment { number: it.subject.clone(), ..Employment::default() });
        }
        let employment = self.employment(&it.subject);
        if it.is("staff.joined") {
            employment.class = it.text("user_class").map(str::to_owned).or(employment.class.take());
            employment.work_as(it.text("job_function"));
            employment.starts = Some(starts);
        } else {
            (employment.is_contract, employment.class) = (true, Some("contractor".to_owned()));
            employment.starts = employment.starts.or(Some(starts));
        }
    }

    fn moved(&mut self, it: &Happening) {
        let Some(effective) = it.date("effective") else { return };
        let employment = self.employment(&it.subject);
        let now = it.text("job_function").map(str::to_owned);
        let before =
            it.text("job_function_before").map(str::to_owned).or(employment.functions.last().cloned());
        employment.class = it.text("user_class").map(str::to_owned).or(employment.class.take());
        employment.work_as(it.text("job_function"));
        let at = At::of(it);
        let is_known = |known: &Moved| known.at.time == at.time && known.effective == effective;
        if !employment.moves.iter().any(is_known) {
            let to_change = it.flag("access_to_change");
            employment.moves.push(Moved { at, effective, before, now, to_change });
        }
    }

    fn leave(&mut self, it: &Happening) {
        let is_contract = it.is("contractor.ended");
        let last_day = if is_contract {
            it.date("ends").unwrap_or(it.day)
        } else {
            it.date("last_day").unwrap_or(it.day)
        };
        let employment = self.employment(&it.subject);
        employment.is_contract |= is_contract;
        if employment.starts.is_some_and(|starts| last_day < starts) {
            return;
        }
        employment.class = if is_contract {
            Some("contractor".to_owned())
        } else {
            it.text("user_class").map(str::to_owned).or(employment.class.take())
        };
        let new = || Leaving { last_day, announced: None, left: None, remaining: Vec::new() };
        let leaving = employment.leaving.get_or_insert_with(new);
        // What is announced when somebody has left already says nothing new of the last day.
        if leaving.left.is_none() {
            leaving.last_day = last_day;
        }
        if it.is("staff.leaver_notified") {
            leaving.announced = leaving.announced.or(Some(At::of(it).or_at(it.instant("notified_at"))));
        } else {
            leaving.left = leaving.left.or(Some(At::of(it)));
            leaving.remaining = it.list("remaining_classes").into_iter().map(str::to_owned).collect();
        }
    }

    fn suspend(&mut self, it: &Happening) {
        let at = At::of(it).or_at(it.instant("suspended_at"));
        let to_stop = it.yes("access_to_stop").then_some(at);
        match self.suspensions.iter_mut().rfind(|known| known.number == it.subject) {
            Some(known) => known.to_stop = to_stop.and(known.to_stop.or(to_stop)),
            None => {
                self.suspensions.push(Suspension { number: it.subject.clone(), at, to_stop, alerted: None })
            }
        }
    }

    fn alert(&mut self, it: &Happening) {
        let at = At::of(it).or_at(it.instant("notified_at"));
        let is_named = |known: &Suspension| {
            known.number == it.subject || it.text("suspension_ref") == Some(&known.number)
        };
        let place = self.suspensions.iter().rposition(is_named).or(self.suspensions.len().checked_sub(1));
        if let Some(place) = place {
            let suspension = &mut self.suspensions[place];
            suspension.alerted = suspension.alerted.or(Some(at));
        }
    }

    fn conflict(&mut self, it: &Happening) {
        let rights: Vec<String> = it.list("rights").into_iter().map(str::to_owned).collect();
        match self.conflicts.iter_mut().find(|known| known.number == it.subject) {
            Some(known) => known.rights = rights,
            None => self.conflicts.push(Conflict {
                number: it.subject.clone(),
                found: At::of(it),
                system: it.word("system").to_owned(),
                rights,
                by: it.date("resolve_by"),
                excepted: None,
            }),
        }
    }
}

impl Employment {
    fn work_as(&mut self, function: Option<&str>) {
        if let Some(function) = function {
            self.functions.retain(|known| known != function);
            self.functions.push(function.to_owned());
        }
    }
}

impl Checklist {
    fn take(&mut self, it: &Happening) {
        if it.is("exit.checklist_completed") {
            let outstanding = it.number("items_outstanding").unwrap_or(0);
            self.gone_through = Some(outstanding);
            self.settled.clear();
            if outstanding == 0 {
                self.outstanding.clear();
            }
        } else if it.word("result") == "outstanding" {
            self.settled.remove(it.word("item"));
            self.outstanding.insert(it.word("item").to_owned());
        } else {
            self.outstanding.remove(it.word("item"));
            if self.gone_through.is_some() {
                self.settled.insert(it.word("item").to_owned());
            }
        }
        let left = self.gone_through.map(|counted| counted.saturating_sub(self.settled.len() as u64));
        let is_complete = left == Some(0) && self.outstanding.is_empty();
        self.complete = if is_complete { self.complete.or(Some(it.time)) } else { None };
    }
}
