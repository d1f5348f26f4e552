//! What facts about a person come to, one by one and in the end.

use std::rc::Rc;

use muniment_sdk::{Calendar, Day, Happened, Instant};

use super::conflict::{Conflict, Exception, Kit, Suspension};
use super::employment::{Checklist, Employment, Leaving, Moved};
use super::facts::{Fact, Given, Move, Which};
use super::held::Held;
use super::{Number, Person};
use crate::Settings;
use crate::moment::{At, Code, UserClass, once};

/// A person that is being folded.
#[derive(Default)]
struct Folding {
    person: Person,
    /// Checklists by the number under which they are recorded, which may be none of an employment.
    checklists: Vec<(Number, Checklist)>,
    /// An alert that no suspension was known for.
    alerted_ahead: Option<At>,
}

/// What facts in their order come to.
pub(crate) fn person(settings: &Settings, calendar: &Calendar, facts: &[Happened<Fact>]) -> Person {
    let mut folding = Folding::default();
    for happened in facts {
        folding.person.is_named |= happened.fact.person().is_some();
        folding.take(&happened.subject, At::of(happened), &happened.fact);
    }
    folding.finish(settings, calendar)
}

impl Folding {
    fn take(&mut self, number: &Number, at: At, fact: &Fact) {
        match fact {
            Fact::Granted { right, .. } => self.granted(number, right, at),
            Fact::Changed { right, before, given_back, .. } => {
                self.changed(number, right, *before, at);
                if *given_back {
                    self.end_suspensions(at);
                }
            }
            Fact::Confirmed { of, .. } => {
                let known = self.person.held.iter().any(|held| held.is_meant(number, *of));
                for held in self.there(at.day).filter(|held| held.is_meant(number, *of)) {
                    held.touched = at;
                    held.confirmed = Some(at);
                }
                if !known {
                    // It is older than the ledger: that it was confirmed says that it is there.
                    let right = Given { of: *of, function: None, class: None, valid_until: None };
                    self.person.held.push(Held::new(number, &right, at));
                }
            }
            Fact::Rests(of) => {
                self.stopping(number, *of, at).for_each(|held| held.rest(at));
            }
            Fact::Revoked(of) => {
                self.stopping(number, *of, at).for_each(|held| held.end(at));
            }
            Fact::Issued { kind, class, due_back, unit, .. } => {
                let issued = Kit {
                    number: Rc::clone(number),
                    kind: *kind,
                    class: *class,
                    unit: unit.clone(),
                    issued: at,
                    due_back: *due_back,
                    back: None,
                };
                // What is given to the next without having come back is with that one.
                self.person.kit.retain(|kit| !(kit.number == *number && kit.back.is_none()));
                self.person.kit.push(issued);
            }
            // Things that were disposed of were not all given to somebody.
            Fact::Returned => {
                let of_it = |kit: &&mut Kit| kit.number == *number && !at.is_known_before(kit.issued);
                if let Some(kit) = self.person.kit.iter_mut().rfind(of_it) {
                    kit.back = kit.back.or(Some(at));
                }
            }
            Fact::Conflict { .. } | Fact::Excepted { .. } => self.conflict(number, fact, at),
            _ => self.employed(number, fact, at),
        }
    }

    fn employed(&mut self, number: &Number, fact: &Fact, at: At) {
        match fact {
            Fact::Joined { role, starts, .. } => {
                let starts = starts.unwrap_or(at.day);
                let employment = self.beginning(number, starts);
                employment.describe(role);
                employment.joined = employment.joined.or(Some(at));
                employment.starts = Some(starts);
            }
            Fact::Engaged { starts, unit, .. } => {
                let starts = starts.unwrap_or(at.day);
                let employment = self.beginning(number, starts);
                employment.is_contract = true;
                employment.class = Some(UserClass::Contractor);
                employment.unit = unit.clone().or(employment.unit.take());
                employment.joined = employment.joined.or(Some(at));
                employment.starts = employment.starts.or(Some(starts));
            }
            Fact::Moved { to, .. } => self.moved(number, to, at),
            Fact::Announced { last_day, class, at: notified, unit, .. } => {
                let at_or_notified = at.or_at(*notified);
                self.leaving(number, *last_day, *class, unit, at, |leaving| {
                    leaving.announced = leaving.announced.or(Some(at_or_notified));
                });
            }
            Fact::Left { last_day, class, remaining, unit, .. } => {
                self.leaving(number, *last_day, *class, unit, at, |leaving| {
                    leaving.left = leaving.left.or(Some(at));
                    leaving.remaining.clone_from(remaining);
                });
            }
            Fact::Ended { last_day, unit, .. } => {
                let class = Some(UserClass::Contractor);
                let last_day = last_day.unwrap_or(at.day);
                self.leaving(number, last_day, class, unit, at, |leaving| {
                    leaving.left = leaving.left.or(Some(at));
                });
                self.employment(number).is_contract = true;
            }
            Fact::Suspended { at: named, to_stop, unit, .. } => {
                self.suspended(number, at.or_at(*named), *to_stop, unit);
            }
            Fact::Alerted { at: named, of, .. } => self.alerted(number, of.as_deref(), at.or_at(*named)),
            Fact::Back { .. } => self.end_suspensions(at),
            Fact::Item { item, settled, .. } => self.checklist(number).item(*item, *settled, at),
            Fact::Checklist { outstanding, .. } => self.checklist(number).go_through(*outstanding, at),
            _ => {}
        }
    }

    fn there(&mut self, day: Day) -> impl Iterator<Item = &mut Held> {
        self.person.held.iter_mut().filter(move |held| held.is_there(day))
    }

    /// What an entry takes away: not what was given on the same day and later.
    fn stopping(&mut self, number: &Number, of: Which, at: At) -> impl Iterator<Item = &mut Held> {
        let number = Rc::clone(number);
        self.there(at.day).filter(move |held| held.is_meant(&number, of) && !at.is_known_before(held.given))
    }

    fn granted(&mut self, number: &Number, right: &Given, at: At) {
        let known = |held: &Held| held.is_there(at.day) && held.is_meant(number, right.of);
        match self.person.held.iter().position(known) {
            Some(place) => self.person.held[place].give(right, at),
            None => self.person.held.push(Held::new(number, right, at)),
        }
    }

    fn changed(&mut self, number: &Number, right: &Given, before: Option<Code>, at: At) {
        let held = &mut self.person.held;
        let of_system = |held: &Held| {
            held.is_there(at.day) && *held.grant == **number && held.of.system == right.of.system
        };
        let place = |held: &[Held], entitlement: Option<Code>| {
            held.iter().position(|one| of_system(one) && one.of.entitlement == entitlement)
        };
        let named = before.and_then(|_| place(held, before)).or_else(|| place(held, right.of.entitlement));
        let only = || (held.iter().filter(|one| of_system(one)).count() == 1).then_some(());
        let found = named.or_else(|| only().and_then(|()| held.iter().position(of_system)));
        match found {
            Some(place) => held[place].give(right, at),
            None => held.push(Held::new(number, right, at)),
        }
    }

    /// The employment of a number, known or not.
    fn employment(&mut self, number: &Number) -> &mut Employment {
        let employments = &mut self.person.employments;
        let place = employments.iter().rposition(|known| known.number == *number).unwrap_or_else(|| {
            employments.push(Employment::new(number));
            employments.len() - 1
        });
        &mut employments[place]
    }

    /// The same where it begins: who comes back under the same number has another one.
    fn beginning(&mut self, number: &Number, starts: Day) -> &mut Employment {
        let last = self.person.employment(number).and_then(|known| known.leaving.as_ref());
        if last.is_some_and(|leaving| leaving.last_day < starts) {
            self.person.employments.push(Employment::new(number));
        }
        self.employment(number)
    }

    fn moved(&mut self, number: &Number, to: &Move, at: At) {
        let employment = self.employment(number);
        let mut to = to.clone();
        to.before = to.before.or(employment.functions.last().copied());
        employment.describe(&to.role);
        let is_known = |moved: &Moved| moved.at.time == at.time && moved.to.effective == to.effective;
        if !employment.moves.iter().any(is_known) {
            employment.moves.push(Moved { at, due: to.effective, to });
        }
    }

    fn leaving(
        &mut self,
        number: &Number,
        last_day: Day,
        class: Option<UserClass>,
        unit: &Option<String>,
        at: At,
        say: impl FnOnce(&mut Leaving),
    ) {
        let employment = self.employment(number);
        if employment.starts.is_some_and(|starts| last_day < starts) {
            // Nobody leaves before they came: one of the two days is wrong, and nothing follows from either.
            once(&mut self.person.strange, at);
            return;
        }
        employment.class = class.or(employment.class);
        if unit.is_some() {
            employment.unit.clone_from(unit);
        }
        let mut leaving = employment.leaving.take().unwrap_or_else(|| Leaving::on(last_day));
        let was_left = leaving.left.is_some();
        say(&mut leaving);
        // What is announced after somebody has left says nothing new of the last day.
        if !was_left || leaving.left.is_some_and(|left| left.seq == at.seq) {
            leaving.last_day = last_day;
        }
        employment.leaving = Some(leaving);
    }

    fn suspended(&mut self, number: &Number, at: At, to_stop: bool, unit: &Option<String>) {
        let known = self.person.suspensions.iter_mut().rfind(|it| it.number == *number && it.ended.is_none());
        if let Some(suspension) = known {
            // It is said again, or it was decided anew whether access has to stop.
            suspension.to_stop = if to_stop { suspension.to_stop.or(Some(at)) } else { None };
            return;
        }
        let ahead = self.alerted_ahead.take().filter(|alerted| at.day.since(alerted.day) <= 1);
        self.person.suspensions.push(Suspension {
            number: Rc::clone(number),
            at,
            unit: unit.clone(),
            to_stop: to_stop.then_some(at),
            alerted: ahead,
            ended: None,
            due: at.time,
            stop_due: at.time,
        });
    }

    fn alerted(&mut self, number: &Number, of: Option<&str>, at: At) {
        let suspensions = &mut self.person.suspensions;
        let is_named = |it: &Suspension| it.number == *number || of.is_some_and(|of| *it.number == *of);
        let place = suspensions.iter().rposition(is_named).or(suspensions.len().checked_sub(1));
        match place {
            // A suspension that is long over was not what it is about.
            Some(place) if suspensions[place].ended.is_none_or(|ended| at.day <= ended.day) => {
                let suspension = &mut suspensions[place];
                suspension.alerted = suspension.alerted.or(Some(at));
            }
            _ => self.alerted_ahead = Some(at),
        }
    }

    fn end_suspensions(&mut self, at: At) {
        let running = |it: &&mut Suspension| it.ended.is_none() && it.at.time <= at.time;
        self.person.suspensions.iter_mut().filter(running).for_each(|it| it.ended = Some(at));
    }

    fn checklist(&mut self, number: &Number) -> &mut Checklist {
        let place = self.checklists.iter().position(|(known, _)| known == number).unwrap_or_else(|| {
            self.checklists.push((Rc::clone(number), Checklist::default()));
            self.checklists.len() - 1
        });
        &mut self.checklists[place].1
    }

    fn conflict(&mut self, number: &Number, fact: &Fact, at: At) {
        let known = self.person.conflicts.iter_mut().find(|conflict| conflict.number == *number);
        match (fact, known) {
            (Fact::Conflict { rights, by, unit, .. }, None) => self.person.conflicts.push(Conflict {
                number: Rc::clone(number),
                found: at,
                rights: rights.clone(),
                resolve_by: *by,
                unit: unit.clone(),
                exception: None,
                due: at.day,
                resolved: None,
            }),
            // Found once more: the first time counts.
            (Fact::Conflict { rights, .. }, Some(conflict)) => conflict.rights.clone_from(rights),
            (Fact::Excepted { until, .. }, Some(conflict)) => {
                conflict.exception = Some(Exception { at, until: *until });
            }
            (_, None) => once(&mut self.person.strange, at),
            _ => {}
        }
    }

    fn finish(self, settings: &Settings, calendar: &Calendar) -> Person {
        let Folding { mut person, mut checklists, .. } = self;
        for employment in &mut person.employments {
            employment.moves.iter_mut().for_each(|moved| moved.count(settings, calendar));
            if let Some(leaving) = &mut employment.leaving {
                leaving.count(settings, calendar);
            }
            let own = checklists.iter().position(|(number, _)| *number == employment.number);
            if let Some(own) = own {
                employment.checklist = checklists[own].1.clone();
            }
        }
        checklists.retain(|(number, _)| person.employment(number).is_none());
        // One that is recorded under a number of its own belongs to the employment that ends.
        if let Some((_, loose)) = checklists.pop()
            && let Some(last) =
                person.employments.iter_mut().rfind(|it| it.leaving.is_some() && !it.is_contract)
            && last.checklist.last.is_none()
        {
            last.checklist = loose;
        }
        let minutes = i64::from(settings.suspension_alert_minutes);
        let soon = |from: Instant| from.plus_seconds(minutes * 60);
        for suspension in &mut person.suspensions {
            suspension.due = soon(suspension.at.time);
            suspension.stop_due = soon(suspension.to_stop.unwrap_or(suspension.at).time);
        }
        person.held.iter_mut().for_each(Held::run_out);
        for conflict in &mut person.conflicts {
            let latest =
                calendar.working_day_after(conflict.found.day, settings.conflict_resolve_working_days);
            conflict.due = conflict.resolve_by.map_or(latest, |by| by.min(latest));
            conflict.look_at(&person.held);
        }
        person
    }
}
