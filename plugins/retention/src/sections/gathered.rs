//! What the section counts, gathered in one pass: of a million records only what is counted is kept.

use std::collections::BTreeMap;

use muniment_sdk::{Day, Instant, Nation, Period};

use crate::apply::Of;
use crate::case::{Left, Odd, Thing};
use crate::cover::{Cover, Span};
use crate::joined::Joined;
use crate::on::On;
use crate::words::{Ground, Marking, Medium, Method, Route};
use crate::{Retention, Settings};

/// All that is counted.
#[derive(Default)]
pub(super) struct Gathered {
    pub(super) destroyed: Vec<Gone>,
    pub(super) left: Vec<(Option<String>, Left, u64)>,
    pub(super) waiting: Vec<Waiting>,
    pub(super) retired: Vec<u64>,
    pub(super) unaccounted: Vec<u64>,
    pub(super) holds: Vec<Held>,
    pub(super) schedules: Vec<u64>,
    /// Whether any schedule was published by then.
    pub(super) has_schedule: bool,
    pub(super) has_records: bool,
    pub(super) odd: BTreeMap<Strange, Vec<u64>>,
    pub(super) unreadable: Vec<u64>,
}

/// What was destroyed in the period.
pub(super) struct Gone {
    pub(super) seq: u64,
    pub(super) of: Of,
    pub(super) class: Option<String>,
    pub(super) medium: Medium,
    pub(super) method: Method,
    pub(super) route: Option<Route>,
    pub(super) marking: Option<Marking>,
    pub(super) is_authorised: bool,
    pub(super) is_early: bool,
    pub(super) on_hold: bool,
    pub(super) asked_for: bool,
    pub(super) overtaken: bool,
    pub(super) lacks_advice: bool,
    pub(super) certificate: Certificate,
}

/// How it is with a certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Certificate {
    NotNeeded,
    InTime,
    Late,
    Awaited,
    Missing,
}

/// What is due and still here.
pub(super) struct Waiting {
    pub(super) unit: Option<String>,
    pub(super) state: State,
    pub(super) seq: u64,
}

/// What it waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum State {
    Due,
    Overdue,
    OnHold,
    AskedFor,
}

/// A hold in the period.
pub(super) struct Held {
    pub(super) ground: Option<Ground>,
    pub(super) opening: bool,
    pub(super) placed: u64,
    pub(super) released: u64,
    pub(super) closing: bool,
    pub(super) seq: u64,
}

/// What does not make sense.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Strange {
    Thing(Odd),
    HoldNeverPlaced,
    HoldNamesNothing,
    RequestNeverReceived,
}

impl Gathered {
    pub(super) fn of(plugin: &Retention, settings: &Settings, period: Period, at: Instant) -> Gathered {
        let mut gathered = Gathered::default();
        for (number, thing) in plugin.things.cases_at(settings, at) {
            gathered.take(plugin, settings, (number, &thing), period, at);
        }
        for (_, hold) in plugin.holds.cases_at(settings, at) {
            gathered.note(Strange::HoldNeverPlaced, hold.never_placed);
            if let Some(since) = hold.stands_since().filter(|_| hold.names_nothing()) {
                gathered.note(Strange::HoldNamesNothing, Some(since.seq));
            }
            gathered.holds.extend(held(hold.ground, hold.spans(), period));
        }
        for (_, matter) in plugin.matters.cases_at(settings, at).filter(|(_, matter)| matter.is_of_account())
        {
            gathered.note(Strange::RequestNeverReceived, matter.never_begun);
        }
        for (_, schedule) in plugin.schedules.cases_at(settings, at) {
            let published = schedule.versions.iter().filter(|(_, on)| period.holds(on.day));
            gathered.schedules.extend(published.map(|(_, on)| on.seq));
            gathered.has_schedule |= schedule.versions.iter().any(|(_, on)| on.day <= period.to);
        }
        let unreadable = [plugin.things.unreadable(), plugin.holds.unreadable(), plugin.matters.unreadable()];
        gathered.unreadable = unreadable.into_iter().flatten().map(|it| it.seq).collect();
        gathered.unreadable.extend(plugin.schedules.unreadable().into_iter().map(|it| it.seq));
        gathered.unreadable.extend(plugin.units.unreadable());
        gathered.unreadable.sort_unstable();
        gathered
    }

    fn take(
        &mut self,
        plugin: &Retention,
        settings: &Settings,
        (number, thing): (&str, &Thing),
        period: Period,
        at: Instant,
    ) {
        self.has_records |= thing.registered.is_some_and(|on| on.day <= period.to);
        for (odd, seq) in &thing.odd {
            self.note(Strange::Thing(*odd), Some(*seq));
        }
        if let Some(retired) = thing.unaccounted() {
            let by = retired.on.day.plus(i32::from(settings.disposal_overdue_days));
            if by < period.to.min(Day::in_london(at)) {
                self.unaccounted.push(retired.on.seq);
            }
        }
        self.retired.extend(thing.retired.iter().filter(|it| period.holds(it.on.day)).map(|it| it.on.seq));
        if let Some((how, on)) = thing.left.filter(|(_, on)| period.holds(on.day)) {
            self.left.push((thing.place.class.clone(), how, on.seq));
        }
        if thing.destroyed.as_ref().is_some_and(|destroyed| period.holds(destroyed.on.day)) {
            let joined = plugin.all().join(settings, number, thing, at);
            self.destroyed.extend(gone(plugin, settings, joined, at));
        }
        self.wait(plugin, settings, (number, thing), (period, at));
    }

    /// What was due on the last day of the period and was still here then.
    fn wait(
        &mut self,
        plugin: &Retention,
        settings: &Settings,
        (number, thing): (&str, &Thing),
        (period, at): (Period, Instant),
    ) {
        let is_here = |on: Option<On>| on.is_none_or(|on| on.day > period.to);
        let gone = thing.destroyed.as_ref().map(|destroyed| destroyed.on);
        let here = is_here(gone) && is_here(thing.left.map(|(_, on)| on));
        let Some(due) = thing.due.filter(|due| here && thing.kept.is_none() && due.day <= period.to) else {
            return;
        };
        let end = period.to.end().min(at);
        let covers = plugin.all().covering(number, thing, end);
        let standing = |wanted: fn(&Cover) -> bool| {
            let is_known = |cover: &Cover| cover.told.time <= at && cover.from.time < end;
            covers.iter().any(|(_, cover)| wanted(cover) && is_known(cover) && cover.stands(end))
        };
        let days = i32::from(settings.disposal_overdue_days);
        let state = if standing(Cover::is_hold) {
            State::OnHold
        } else if standing(Cover::is_matter) {
            State::AskedFor
        } else if due.day.plus(days) < period.to {
            State::Overdue
        } else {
            State::Due
        };
        self.waiting.push(Waiting { unit: thing.place.unit.clone(), state, seq: due.on.seq });
    }

    fn note(&mut self, strange: Strange, seq: Option<u64>) {
        if let Some(seq) = seq {
            self.odd.entry(strange).or_default().push(seq);
        }
    }
}

fn gone(plugin: &Retention, settings: &Settings, joined: Joined<'_>, at: Instant) -> Option<Gone> {
    // What was told later belongs to a later report.
    let joined = joined.known_at(at);
    let destroyed = joined.thing.destroyed.as_ref()?;
    Some(Gone {
        seq: destroyed.on.seq,
        of: destroyed.of,
        class: joined.thing.place.class.clone(),
        medium: destroyed.medium,
        method: destroyed.method,
        route: destroyed.route,
        marking: destroyed.marking,
        is_authorised: destroyed.is_authorised,
        is_early: destroyed.early.is_some(),
        on_hold: joined.at_the_end(Cover::is_hold).next().is_some(),
        asked_for: joined.at_the_end(Cover::is_matter).next().is_some(),
        overtaken: joined.overtaking().next().is_some(),
        lacks_advice: joined.lacks_advice(),
        certificate: certificate(plugin, settings, joined.thing, Day::in_london(at)),
    })
}

fn certificate(plugin: &Retention, settings: &Settings, thing: &Thing, today: Day) -> Certificate {
    let Some(destroyed) = thing.destroyed.as_ref().filter(|destroyed| destroyed.needs_certificate()) else {
        return Certificate::NotNeeded;
    };
    let calendar = plugin.things.calendars().of(Nation::EnglandAndWales);
    let by = calendar.working_day_after(destroyed.on.day, settings.certificate_working_days);
    match thing.certified {
        _ if destroyed.has_certificate => Certificate::InTime,
        Some(on) if on.day <= by => Certificate::InTime,
        Some(_) => Certificate::Late,
        None if by < today => Certificate::Missing,
        None => Certificate::Awaited,
    }
}

/// A hold, if it stood in the period. Where it was placed more than once, it is placed and released as often.
fn held(ground: Option<Ground>, spans: impl Iterator<Item = Span>, period: Period) -> Option<Held> {
    let mut found: Option<Held> = None;
    for span in spans {
        let (from, until) = (span.from.day, span.until.map(|until| until.day));
        if from > period.to || until.is_some_and(|until| until < period.from) {
            continue;
        }
        let held = found.get_or_insert(Held {
            ground,
            opening: false,
            placed: 0,
            released: 0,
            closing: false,
            seq: span.from.seq,
        });
        held.opening |= from < period.from;
        held.placed += u64::from(from >= period.from);
        held.released += u64::from(until.is_some_and(|until| until <= period.to));
        held.closing |= until.is_none_or(|until| until > period.to);
    }
    found
}
