//! What there is to be said about a person, and when.

use muniment_sdk::{Alarm, Instant};

use super::Person;
use super::conflict::{Conflict, Kit, Suspension};
use super::employment::{Employment, Moved};
use super::held::{Held, Span};
use super::purpose::{Unneeded, unneeded_after};
use crate::moment::UserClass;
use crate::rules::{
    CHECKLIST, CONFLICT, EQUIPMENT_OUT, LEAVER_LIVE, MOVER_LIVE, NOT_ALERTED, OF_NOBODY, SUSPENDED_LIVE,
};

pub(crate) const UNRESOLVED: &str = "unresolved";
pub(crate) const NO_CLASS: &str = "no-class";
pub(crate) const NOT_TOLD: &str = "not-alerted";
pub(crate) const STILL_LIVE: &str = "access-live";
pub(crate) const OLD_ACCESS: &str = "old-access-remains";
pub(crate) const LAST_DAY_OVER: &str = "last-day-over";
pub(crate) const OVERDUE: &str = "overdue";
pub(crate) const INCOMPLETE: &str = "incomplete";
pub(crate) const OUTSTANDING: &str = "outstanding";

/// The alarms of a person, each from the time at which it stands; of one rule and stage the earliest comes first.
pub(crate) fn of(person: &Person) -> Vec<Alarm> {
    let mut alarms = Vec::new();
    for suspension in person.suspensions.iter().filter(|suspension| suspension.ended.is_none()) {
        alarms.extend(suspended(person, suspension));
    }
    for employment in &person.employments {
        for moved in &employment.moves {
            alarms.extend(old_access(person, employment, moved).map(|(_, span)| {
                let due = moved.due.end();
                while_live(Alarm::new(&MOVER_LIVE, OLD_ACCESS, due.max(span.from)).due(due), span)
            }));
        }
        alarms.extend(exit(person, employment));
    }
    for held in &person.held {
        if let (Some(span), Some(unneeded)) = (held.live(), unneeded_after(person, held)) {
            alarms.extend(leaver(&unneeded, span));
        }
    }
    alarms.extend(person.conflicts.iter().filter_map(conflict));
    alarms.extend(without_class(person).map(|held| Alarm::new(&OF_NOBODY, NO_CLASS, held.begun.time)));
    alarms.sort_by_key(|alarm| (alarm.rule.id, alarm.stage.name, alarm.at));
    alarms
}

fn suspended(person: &Person, suspension: &Suspension) -> Vec<Alarm> {
    let mut alarms = Vec::new();
    if suspension.alerted.is_none() {
        let due = suspension.due;
        alarms.push(Alarm::new(&NOT_ALERTED, NOT_TOLD, due.next()).due(due));
    }
    let live = person.held.iter().filter_map(|held| live_while_suspended(suspension, held));
    alarms.extend(live.map(|(at, span)| {
        while_live(Alarm::new(&SUSPENDED_LIVE, STILL_LIVE, at).due(suspension.stop_due), span)
    }));
    // Who has left is suspended no more, and is looked at as a leaver.
    if let Some(over) = left(person, suspension) {
        alarms.retain_mut(|alarm| {
            *alarm = alarm.until(alarm.until.map_or(over, |until| until.min(over)));
            alarm.at < over
        });
    }
    alarms
}

/// When the employment ended that somebody is suspended from.
pub(crate) fn left(person: &Person, suspension: &Suspension) -> Option<Instant> {
    let leaving = person.employment(&suspension.number)?.leaving.as_ref()?;
    leaving.left.map(|_| leaving.last_day.end())
}

/// An alarm about access stands no longer than the access works. What runs out before it would be raised needs none.
fn while_live(alarm: Alarm, span: Span) -> Alarm {
    let until = [alarm.until, span.to].into_iter().flatten().min();
    until.map_or(alarm, |until| alarm.until(until))
}

/// A right that works though somebody is suspended, and from when on that is an alert.
pub(crate) fn live_while_suspended(suspension: &Suspension, held: &Held) -> Option<(Instant, Span)> {
    suspension.to_stop?;
    let span = held.live()?;
    Some((suspension.stop_due.next().max(span.from), span))
}

/// Rights of the function that somebody moved from, of which nothing was said since: nobody changed, confirmed or revoked
/// them.
pub(crate) fn old_access<'p>(
    person: &'p Person,
    employment: &'p Employment,
    moved: &'p Moved,
) -> impl Iterator<Item = (&'p Held, Span)> {
    let to_change = moved.to.access_to_change;
    let left = employment.leaving.as_ref().is_some_and(|leaving| leaving.last_day < moved.due);
    let is_old = move |held: &Held| match (held.function, moved.to.role.function) {
        (Some(of_right), Some(now)) if of_right == now => false,
        (Some(of_right), now) => match moved.to.before {
            Some(before) => of_right == before,
            None => now.is_some() || to_change == Some(true),
        },
        // What is for no function that anybody named, is old where the move was said to change the access.
        (None, _) => to_change == Some(true),
    };
    let decided_from = moved.to.effective.min(moved.at.day);
    let of_class = move |held: &Held| match (held.class, employment.class) {
        (Some(of_right), Some(of_role)) => of_right == of_role,
        _ => true,
    };
    let held = person.held.iter().filter(move |held| {
        to_change != Some(false)
            && !left
            && held.begun.day < moved.to.effective
            && held.touched.day < decided_from
            && of_class(held)
            && is_old(held)
    });
    held.filter_map(|held| Some((held, held.live()?)))
}

fn leaver(unneeded: &Unneeded<'_>, span: Span) -> impl Iterator<Item = Alarm> + use<> {
    let (due, latest) = (unneeded.leaving.due.end(), unneeded.leaving.latest.end());
    let grave = Alarm::new(&LEAVER_LIVE, OVERDUE, latest.max(span.from)).due(latest);
    let soon = (span.from < latest)
        .then(|| Alarm::new(&LEAVER_LIVE, LAST_DAY_OVER, due.max(span.from)).until(latest).due(due));
    soon.into_iter().chain([grave]).map(move |alarm| while_live(alarm, span))
}

/// The exit checklist, and what somebody was given.
fn exit(person: &Person, employment: &Employment) -> impl Iterator<Item = Alarm> {
    let leaving = employment.leaving.as_ref();
    let incomplete = leaving.filter(|_| !employment.is_contract && employment.checklist.complete.is_none());
    let incomplete = incomplete.map(|it| Alarm::new(&CHECKLIST, INCOMPLETE, it.last_day.end()));
    let outstanding = leaving.filter(|_| kit_of(person, employment).next().is_some());
    let outstanding = outstanding.map(|it| Alarm::new(&EQUIPMENT_OUT, OUTSTANDING, it.kit_due.end()));
    incomplete.into_iter().chain(outstanding)
}

/// What has to come back when an employment ends: things that were given for it and are out, but for those that another
/// role of the person's goes on needing.
pub(crate) fn kit_of<'p>(person: &'p Person, employment: &'p Employment) -> impl Iterator<Item = &'p Kit> {
    let goes_on = move |class: UserClass| {
        let others = person.employments.iter().filter(|other| other.leaving.is_none());
        let stated = employment.leaving.iter().flat_map(|leaving| &leaving.remaining);
        others.filter_map(|other| other.class).chain(stated.copied()).any(|other| other == class)
    };
    // What was given for an employment that came behind is not of the one before.
    let next = person
        .employments
        .iter()
        .filter_map(|other| {
            other.starts.filter(|starts| employment.leaving.as_ref().is_some_and(|it| it.last_day < *starts))
        })
        .min();
    person.kit_out().filter(move |kit| {
        next.is_none_or(|next| kit.issued.day < next)
            && !kit.class.is_some_and(|class| employment.class != Some(class) && goes_on(class))
    })
}

fn conflict(conflict: &Conflict) -> Option<Alarm> {
    let at = conflict.stands_from()?;
    let alarm = Alarm::new(&CONFLICT, UNRESOLVED, at).due(conflict.due.end());
    match conflict.resolved {
        Some(resolved) => (at < resolved).then(|| alarm.until(resolved)),
        None => Some(alarm),
    }
}

/// Access of somebody of whom no entry says how they belong to the organisation.
pub(crate) fn without_class(person: &Person) -> impl Iterator<Item = &Held> {
    let is_known = !person.is_named || person.employments.iter().any(|employment| employment.class.is_some());
    person.live().filter(move |held| !is_known && held.class.is_none())
}
