//! What an account may do in a system, from when to when.

use muniment_sdk::Day;

use super::apply::{Change, Decision, Granted, Named, Review};
use crate::moment::{At, UserClass, once};

/// A right of an account. One that was taken away and given again is another one.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Right {
    pub(crate) of: Named,
    pub(crate) person: Option<String>,
    pub(crate) class: Option<UserClass>,
    pub(crate) function: Option<String>,
    pub(crate) privileged: bool,
    pub(crate) unit: Option<String>,
    /// When it was given, or first heard of.
    pub(crate) begun: At,
    /// When it was given or changed last.
    pub(crate) given: At,
    pub(crate) origin: Origin,
    pub(crate) approval: Approval,
    /// When its own user approved it.
    pub(crate) self_approved: Option<At>,
    /// Since when it is more than the function needs.
    pub(crate) outside: Option<At>,
    /// When the need was confirmed last; at first, when it was given.
    pub(crate) confirmed: At,
    pub(crate) review_due: Option<Day>,
    pub(crate) changes: Vec<At>,
    pub(crate) reviews: Vec<At>,
    /// A review decided that it is to go.
    pub(crate) to_go: Option<At>,
    pub(crate) valid_until: Option<Day>,
    pub(crate) resting: Option<Resting>,
    pub(crate) ended: Option<At>,
}

/// How a right came to be known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Origin {
    Granted,
    /// It is older than what the ledger knows of it: it was changed or reviewed, and nobody recorded that it was given.
    OlderThanTheLedger,
    /// It was found, and belongs to nobody known.
    Found,
}

/// Who approved it, and when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Approval {
    /// Nobody did, since then.
    Missing(At),
    Given(At),
    /// Only when it was there already.
    Late(At),
    /// Nothing is known of how it began.
    Unknown,
}

/// It rests, and may be given back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Resting {
    pub(crate) since: At,
    pub(crate) for_misuse: bool,
}

impl Right {
    /// A right that nobody has said anything of but that it is there.
    pub(crate) fn heard_of(of: Named, at: At, origin: Origin) -> Right {
        Right {
            of,
            person: None,
            class: None,
            function: None,
            privileged: false,
            unit: None,
            begun: at,
            given: at,
            origin,
            approval: Approval::Unknown,
            self_approved: None,
            outside: None,
            confirmed: at,
            review_due: None,
            changes: Vec::new(),
            reviews: Vec::new(),
            to_go: None,
            valid_until: None,
            resting: None,
            ended: None,
        }
    }

    /// Whether what is said of `named` is said of it.
    pub(crate) fn is_meant(&self, named: &Named) -> bool {
        named.is_about(&self.of)
    }

    /// Whether it was neither taken away nor did its time run out by a day.
    pub(crate) fn is_there(&self, today: Day) -> bool {
        self.ended.is_none() && self.valid_until.is_none_or(|until| today <= until)
    }

    /// The last day on which it was there, where it is over by a day.
    pub(crate) fn last_day(&self) -> Option<Day> {
        match (self.ended, self.valid_until) {
            (Some(ended), Some(until)) => Some(ended.day.min(until)),
            (Some(ended), None) => Some(ended.day),
            (None, until) => until,
        }
    }

    /// Takes what an event says of what is given; what it does not say stays as it was.
    pub(crate) fn describe(&mut self, granted: &Granted, at: At) {
        let replace = |place: &mut Option<String>, said: &Option<String>| {
            if said.is_some() {
                place.clone_from(said);
            }
        };
        replace(&mut self.person, &granted.person);
        replace(&mut self.function, &granted.function);
        replace(&mut self.unit, &granted.unit);
        self.class = granted.class.or(self.class);
        self.privileged = granted.privileged.unwrap_or(self.privileged);
        // A last day before the first is a slip of the pen, and says nothing of the last day.
        self.valid_until = granted.valid_until.filter(|until| at.day <= *until).or(self.valid_until);
        self.review_due = granted.review_due;
        self.outside = granted.outside.then_some(self.outside.unwrap_or(at));
        (self.given, self.confirmed) = (at, at);
        self.to_go = None;
        self.resting = None;
    }

    /// Takes a change. Whether it gave something that somebody had to approve, is what it answers.
    pub(crate) fn change(&mut self, granted: &Granted, change: &Change, at: At) -> bool {
        let is_other = granted.of.entitlement != self.of.entitlement;
        self.describe(granted, at);
        self.of.entitlement.clone_from(&granted.of.entitlement);
        once(&mut self.changes, at);
        is_other && !change.reason.is_some_and(super::apply::Reason::gives_nothing_new)
    }

    /// Takes a review.
    pub(crate) fn review(&mut self, review: &Review, at: At) {
        once(&mut self.reviews, at);
        self.confirmed = at;
        self.review_due = review.due;
        if review.of_many {
            // What was decided of many was not decided of each: those that are to go are revoked one by one.
            return;
        }
        if review.person.is_some() {
            self.person.clone_from(&review.person);
        }
        match review.decision {
            Some(Decision::Removed) => self.to_go = Some(at),
            // What was reduced fits: that was what the review was for.
            Some(Decision::Reduced) => self.outside = None,
            Some(Decision::Kept) | None => self.to_go = None,
        }
    }

    /// Somebody else approved it.
    pub(crate) fn approve(&mut self, at: At) {
        if matches!(self.approval, Approval::Missing(_)) {
            self.approval = Approval::Late(at);
        }
    }
}
