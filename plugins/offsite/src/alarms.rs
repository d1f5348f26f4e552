//! What there is to be said about authorisations, things and violations, and when.

use std::collections::BTreeMap;

use muniment_sdk::{Alarm, Day, Instant};

use crate::joined::{Broken, Fault, Joined, Out, Signed};
use crate::thing::Trip;
use crate::violation::Kind;
use crate::{BROKEN, NOT_ENCRYPTED, NOT_RECORDED, OVERDUE, Settings, UNAUTHORISED, WRONG_SIGNATORY};

mod words;

pub(crate) use words::{cleared, words};

/// The authorisation holds, and was not looked at for too long.
pub(crate) const REVIEW: &str = "review-overdue";
/// Something about nobody is out, and no agreement is on record.
pub(crate) const NO_AGREEMENT: &str = "no-agreement";
/// The same, and the agreement came to its end while it was out.
pub(crate) const AGREEMENT_LAPSED: &str = "agreement-lapsed";
/// Somebody was found to work at home, and no agreement is on record.
pub(crate) const FOUND: &str = "found-without-agreement";
/// Files about people are out, and no authorisation is on record.
pub(crate) const NONE: &str = "no-authorisation";
/// They left when the authorisation was over.
pub(crate) const LEFT_AFTER: &str = "left-after-expiry";
/// They were out when it came to its end.
pub(crate) const LAPSED: &str = "authorisation-lapsed";
pub(crate) const INSECURE: &str = "not-packed-securely";
pub(crate) const WRONG: &str = "wrong-signatory";
pub(crate) const NO_DELEGATION: &str = "no-delegation";
pub(crate) const NOT_HELD: &str = "role-not-held";
/// Something that is out is not encrypted.
pub(crate) const ITEM: &str = "item";
pub(crate) const LOST_IN_VEHICLE: &str = "lost-in-vehicle";
pub(crate) const LATE: &str = "overdue";

/// The alarms of all that is known under a number, each from the time at which it stands.
pub(crate) fn of(joined: &Joined, settings: &Settings) -> Vec<Alarm> {
    let mut alarms = Vec::new();
    if let Some(signed) = &joined.authorisation {
        alarms.extend(of_authorisation(signed, settings));
    }
    if let Some(out) = &joined.thing {
        match out.trip() {
            Some(trip) if trip.is_out() => alarms.extend(of_thing(out, trip)),
            Some(trip) => alarms.extend(of_loss(out, trip)),
            None => {}
        }
    }
    alarms.extend(of_violations(&joined.violations));
    alarms
}

fn of_authorisation(signed: &Signed, settings: &Settings) -> Vec<Alarm> {
    let Some(grant) = signed.authorisation.last() else { return Vec::new() };
    let mut alarms = Vec::new();
    if let Some((due, _)) = signed.authorisation.review_due(settings) {
        let at = due.end();
        if at < grant.until {
            alarms.push(Alarm::new(&NOT_RECORDED, REVIEW, at).until(grant.until));
        }
    }
    if let Some(fault) = fault(signed) {
        alarms.push(Alarm::new(&WRONG_SIGNATORY, stage(fault), grant.on.time).until(grant.until));
    }
    alarms
}

/// What is wrong with the last signature.
pub(crate) fn fault(signed: &Signed) -> Option<Fault> {
    signed.faults.last().copied().flatten()
}

fn stage(fault: Fault) -> &'static str {
    match fault {
        Fault::Wrong(_) => WRONG,
        Fault::NoDelegation => NO_DELEGATION,
        Fault::NotHeld(_) => NOT_HELD,
    }
}

fn of_thing(out: &Out, trip: &Trip) -> Vec<Alarm> {
    let mut alarms = without_authorisation(out, trip);
    alarms.push(Alarm::new(&OVERDUE, LATE, trip.due().end()));
    if let Some(since) = out.unencrypted_since() {
        alarms.push(Alarm::new(&NOT_ENCRYPTED, ITEM, since.time));
    }
    if trip.is_insecure() {
        alarms.push(Alarm::new(&UNAUTHORISED, INSECURE, trip.out.time));
    }
    alarms
}

/// For files about people a written authorisation comes first; for anything else, an agreement is on record.
fn without_authorisation(out: &Out, trip: &Trip) -> Vec<Alarm> {
    let gaps = out.gaps();
    let first = gaps.first().filter(|gap| gap.from == trip.out.time);
    let last = gaps.last().filter(|gap| gap.from != trip.out.time);
    let is_identifiable = trip.terms.identifiable;
    let at_once = first.map(|gap| {
        let (rule, stage) = match (is_identifiable, gap.lapsed) {
            (true, None) => (&UNAUTHORISED, NONE),
            (true, Some(_)) => (&UNAUTHORISED, LEFT_AFTER),
            (false, _) => (&NOT_RECORDED, NO_AGREEMENT),
        };
        let alarm = Alarm::new(rule, stage, gap.from);
        gap.until.map_or(alarm, |until| alarm.until(until))
    });
    let later = last.map(|gap| {
        let (rule, stage) =
            if is_identifiable { (&UNAUTHORISED, LAPSED) } else { (&NOT_RECORDED, AGREEMENT_LAPSED) };
        Alarm::new(rule, stage, gap.from)
    });
    at_once.into_iter().chain(later).collect()
}

fn of_loss(out: &Out, trip: &Trip) -> Option<Alarm> {
    let loss = trip.lost_in_vehicle()?;
    let is_closed = out.closed.is_some_and(|closed| loss.on.time <= closed.time);
    (!is_closed).then(|| Alarm::new(&BROKEN, LOST_IN_VEHICLE, loss.on.time))
}

/// Of violations of one kind that nobody has dealt with, the first stands for all.
fn of_violations(violations: &[Broken]) -> Vec<Alarm> {
    let mut first: BTreeMap<Kind, Alarm> = BTreeMap::new();
    for broken in violations.iter().filter(|broken| broken.dealt.is_none()) {
        let alarm = match broken.seen.kind {
            Kind::NotAuthorised if !broken.is_covered => Alarm::new(&NOT_RECORDED, FOUND, broken.on.time),
            kind => Alarm::new(&BROKEN, kind.stage(), broken.on.time),
        };
        first.entry(broken.seen.kind).or_insert(alarm);
    }
    first.into_values().collect()
}

/// Whether something is out, and nothing permits it on a day.
pub(crate) fn is_uncovered(out: &Out, today: Day) -> bool {
    let at_end = Instant::from_micros(today.end().as_micros() - 1);
    out.trip().is_some_and(Trip::is_out) && !out.is_covered(at_end)
}
