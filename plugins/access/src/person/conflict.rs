//! Suspensions, equipment and conflicts of duties.

use std::rc::Rc;

use muniment_sdk::{Day, Instant};

use super::facts::{Duty, Kind};
use super::held::Held;
use crate::moment::{At, UserClass};

/// Somebody is suspended.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Suspension {
    /// The number of the employment.
    pub(crate) number: Rc<str>,
    pub(crate) at: At,
    pub(crate) unit: Option<String>,
    /// Since when access has to stop, where it has.
    pub(crate) to_stop: Option<At>,
    pub(crate) alerted: Option<At>,
    pub(crate) ended: Option<At>,
    /// The last instant at which the alert is in time.
    pub(crate) due: Instant,
    /// The same for the access.
    pub(crate) stop_due: Instant,
}

/// A thing that somebody was given.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Kit {
    /// Its number.
    pub(crate) number: Rc<str>,
    pub(crate) kind: Kind,
    pub(crate) class: Option<UserClass>,
    pub(crate) unit: Option<String>,
    pub(crate) issued: At,
    pub(crate) due_back: Option<Day>,
    pub(crate) back: Option<At>,
}

/// Rights that should not come together are in one hand.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Conflict {
    /// The number of the finding.
    pub(crate) number: Rc<str>,
    pub(crate) found: At,
    pub(crate) rights: Vec<Duty>,
    pub(crate) resolve_by: Option<Day>,
    pub(crate) unit: Option<String>,
    pub(crate) exception: Option<Exception>,
    /// The last day on which it may be there.
    pub(crate) due: Day,
    /// When one of the rights was taken away.
    pub(crate) resolved: Option<Instant>,
}

/// A conflict is accepted, maybe for a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Exception {
    pub(crate) at: At,
    pub(crate) until: Option<Day>,
}

impl Conflict {
    /// Looks whether one of the rights was taken away since it was found. Rights of which the ledger knows nothing are
    /// there as long as nobody says otherwise.
    pub(crate) fn look_at(&mut self, held: &[Held]) {
        let over = self.rights.iter().filter_map(|duty| {
            let named: Vec<&Held> = held.iter().filter(|held| is_named(held, duty)).collect();
            let ends = named.iter().map(|held| held.spans.last().and_then(|span| span.to));
            // Where one that is called so is still there, the right is.
            let last = ends.collect::<Option<Vec<Instant>>>()?.into_iter().max()?;
            (self.found.time <= last).then_some(last)
        });
        self.resolved = over.min();
    }

    /// From when on nothing permits it any more.
    pub(crate) fn stands_from(&self) -> Option<Instant> {
        let Some(exception) = self.exception else { return Some(self.due.end()) };
        let until = exception.until?;
        Some(self.due.end().max(until.end()))
    }

    pub(crate) fn is_excepted(&self, today: Day) -> bool {
        self.exception.is_some_and(|exception| exception.until.is_none_or(|until| today <= until))
    }
}

fn is_named(held: &Held, duty: &Duty) -> bool {
    held.of == duty.plain || duty.with_system.is_some_and(|with_system| held.of == with_system)
}
