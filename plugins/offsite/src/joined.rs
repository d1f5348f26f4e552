//! What is known under one number, with what it is to be held against: an authorisation with the power of who signed it, a
//! thing with what permits it to be out, violations with what was done about them.

use muniment_sdk::{Day, Instant};

use crate::authorisation::{Authorisation, Signatory};
use crate::on::On;
use crate::thing::{Thing, Trip};
use crate::violation::Seen;

/// All that is known under a number. Mostly it is one of the three.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Joined {
    pub(crate) authorisation: Option<Signed>,
    pub(crate) thing: Option<Out>,
    pub(crate) violations: Vec<Broken>,
}

/// An authorisation, and what is wrong with the signature of each time that it was signed.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Signed {
    pub(crate) authorisation: Authorisation,
    pub(crate) faults: Vec<Option<Fault>>,
}

/// What is wrong with a signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    /// Neither a service director signed, nor a deputy.
    Wrong(Signatory),
    /// A deputy signed, and no delegation permitted it.
    NoDelegation,
    /// It was signed in a role that nobody held as a service director, as an entry says.
    NotHeld(u64),
}

/// A thing, and what bears on it.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Out {
    pub(crate) thing: Thing,
    /// The times for which somebody was permitted to have it, by their beginnings.
    pub(crate) cover: Vec<Cover>,
    /// Whether the device was found to be encrypted, each time.
    pub(crate) verdicts: Vec<(On, bool)>,
    /// Incidents that were closed, of those that a loss names.
    pub(crate) closed: Option<On>,
}

/// A time for which an authorisation holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Cover {
    pub(crate) authorisation: String,
    pub(crate) from: Instant,
    pub(crate) until: Instant,
    pub(crate) last: Day,
    pub(crate) authorised_by: Option<String>,
    pub(crate) seq: u64,
}

/// A violation, and what was done about it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Broken {
    pub(crate) on: On,
    pub(crate) seen: Seen,
    /// The authorisation was looked at, or the incident closed.
    pub(crate) dealt: Option<On>,
    /// Whether an authorisation held when it happened.
    pub(crate) is_covered: bool,
}

/// A time out of the building with no authorisation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Gap {
    pub(crate) from: Instant,
    pub(crate) until: Option<Instant>,
    /// The last day of the authorisation that was over before, if there was one.
    pub(crate) lapsed: Option<Day>,
}

/// The cover of an authorisation.
pub(crate) fn cover_of<'a>(
    number: &'a str,
    authorisation: &'a Authorisation,
) -> impl Iterator<Item = Cover> + 'a {
    authorisation.grants.iter().map(move |grant| Cover {
        authorisation: number.to_owned(),
        // A signature on the day on which it left is taken to come first.
        from: grant.from.start(),
        until: grant.until,
        last: grant.last,
        authorised_by: grant.authorised_by.clone(),
        seq: grant.on.seq,
    })
}

impl Out {
    /// The time out that goes on, or was the last.
    pub(crate) fn trip(&self) -> Option<&Trip> {
        self.thing.last()
    }

    pub(crate) fn is_covered(&self, at: Instant) -> bool {
        self.cover.iter().any(|cover| cover.from <= at && at < cover.until)
    }

    pub(crate) fn covering(&self, at: Instant) -> Option<&Cover> {
        let holds = |cover: &&Cover| cover.from <= at && at < cover.until;
        self.cover.iter().filter(holds).max_by_key(|cover| cover.until)
    }

    /// When it is out with no authorisation, of the last time that it left.
    pub(crate) fn gaps(&self) -> Vec<Gap> {
        let Some(trip) = self.trip() else { return Vec::new() };
        let mut gaps = Vec::new();
        let mut from = trip.out.time;
        for cover in &self.cover {
            if from < cover.from {
                gaps.push(Gap { from, until: Some(cover.from), lapsed: self.lapsed_by(from) });
            }
            from = from.max(cover.until);
        }
        gaps.push(Gap { from, until: None, lapsed: self.lapsed_by(from) });
        gaps
    }

    fn lapsed_by(&self, at: Instant) -> Option<Day> {
        self.cover.iter().filter(|cover| cover.until <= at).map(|cover| cover.last).max()
    }

    /// Since when it is known to be out and not encrypted, and the entry that says so: what was found last counts, and what
    /// was said when it left as found then.
    pub(crate) fn unencrypted_since(&self) -> Option<On> {
        let trip = self.trip().filter(|trip| trip.terms.medium.is_electronic())?;
        let (before, after): (Vec<_>, Vec<_>) =
            self.verdicts.iter().copied().partition(|(on, _)| on.time < trip.out.time);
        let known = before.last().map(|(on, encrypted)| (On { time: trip.out.time, ..*on }, *encrypted));
        let first = trip.terms.encrypted.map(|encrypted| (trip.out, encrypted)).or(known);
        let all: Vec<(On, bool)> = first.into_iter().chain(after).collect();
        let closed = all.iter().rposition(|(_, encrypted)| *encrypted);
        all.get(closed.map_or(0, |place| place + 1)).map(|(on, _)| *on)
    }
}
