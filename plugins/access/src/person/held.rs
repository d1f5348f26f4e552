//! The access that a person has, from when to when it worked.

use std::rc::Rc;

use muniment_sdk::{Day, Instant};

use super::facts::{Given, Which};
use crate::moment::{At, Code, UserClass};

/// A right of a person. One that was taken away and given again is another one.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Held {
    /// The number of the account or grant.
    pub(crate) grant: Rc<str>,
    pub(crate) of: Which,
    pub(crate) function: Option<Code>,
    pub(crate) class: Option<UserClass>,
    pub(crate) begun: At,
    /// When it was given or changed last.
    pub(crate) given: At,
    /// The same, or when it was confirmed last.
    pub(crate) touched: At,
    /// When a review confirmed last that it is needed.
    pub(crate) confirmed: Option<At>,
    /// When it worked; of the last time no end may be known.
    pub(crate) spans: Vec<Span>,
    valid_until: Option<Day>,
    pub(crate) ended: Option<At>,
}

/// A time in which it worked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Span {
    pub(crate) from: Instant,
    pub(crate) to: Option<Instant>,
}

impl Span {
    pub(crate) fn holds(self, instant: Instant) -> bool {
        self.from <= instant && self.to.is_none_or(|to| instant < to)
    }
}

impl Held {
    pub(crate) fn new(grant: &Rc<str>, right: &Given, at: At) -> Held {
        let mut held = Held {
            grant: Rc::clone(grant),
            of: right.of,
            function: None,
            class: None,
            begun: at,
            given: at,
            touched: at,
            confirmed: None,
            spans: Vec::new(),
            valid_until: None,
            ended: None,
        };
        held.give(right, at);
        held
    }

    /// Whether what an event says of an account's access is said of it.
    pub(crate) fn is_meant(&self, grant: &str, of: Which) -> bool {
        *self.grant == *grant
            && self.of.system == of.system
            && (of.entitlement.is_none()
                || self.of.entitlement.is_none()
                || self.of.entitlement == of.entitlement)
    }

    /// Whether it is neither taken away nor over by a day.
    pub(crate) fn is_there(&self, day: Day) -> bool {
        self.ended.is_none() && self.valid_until.is_none_or(|until| day <= until)
    }

    /// It works from now on, if it did not.
    pub(crate) fn give(&mut self, right: &Given, at: At) {
        self.of = right.of;
        self.function = right.function.or(self.function);
        self.class = right.class.or(self.class);
        // A last day before the first is a slip of the pen.
        self.valid_until = right.valid_until.filter(|until| at.day <= *until).or(self.valid_until);
        (self.given, self.touched) = (at, at);
        if self.spans.last().is_none_or(|span| span.to.is_some()) {
            self.spans.push(Span { from: at.time, to: None });
        }
    }

    /// It works no longer, for now.
    pub(crate) fn rest(&mut self, at: At) {
        if let Some(span) = self.spans.last_mut().filter(|span| span.to.is_none()) {
            span.to = Some(at.time.max(span.from));
        }
    }

    /// It is over.
    pub(crate) fn end(&mut self, at: At) {
        self.rest(at);
        self.ended = Some(at);
    }

    /// Its time ends with its last day, where it is limited.
    pub(crate) fn run_out(&mut self) {
        let Some(until) = self.valid_until.map(Day::end) else { return };
        if let Some(span) = self.spans.last_mut().filter(|span| span.from < until) {
            span.to = Some(span.to.map_or(until, |to| to.min(until)));
        }
    }

    /// The time since which it works, if as far as is known it still does or will end only by its own last day.
    pub(crate) fn live(&self) -> Option<Span> {
        let span = self.spans.last().copied().filter(|_| self.ended.is_none())?;
        let runs_out = self.valid_until.map(Day::end);
        (span.to.is_none() || span.to == runs_out).then_some(span)
    }

    /// Whether it works at an instant.
    pub(crate) fn is_live(&self, instant: Instant) -> bool {
        self.spans.iter().any(|span| span.holds(instant))
    }
}
