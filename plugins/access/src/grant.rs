//! How an account, or a grant, is worked out of what is known of it.

use muniment_sdk::{Alarm, Alert, Case, Data, DataError, Happened, Touched};

pub(crate) mod alarms;
pub(crate) mod apply;
pub(crate) mod right;

use apply::{Change, Fact, Granted, Named, Review};
use right::{Approval, Origin, Resting, Right};

use crate::Settings;
use crate::moment::{At, once};

/// An account or a grant, as it stands.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Grant {
    /// All rights that it has or had, in the order in which they began.
    pub(crate) rights: Vec<Right>,
    pub(crate) requested: Vec<At>,
    pub(crate) refused: Vec<At>,
    pub(crate) elevated: Vec<Elevation>,
    /// What was approved and not given yet.
    pending: Vec<Pending>,
    /// Entries that do not go with what was known before them.
    pub(crate) strange: Vec<At>,
}

/// Higher rights for a while.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Elevation {
    pub(crate) of: Named,
    pub(crate) at: At,
    pub(crate) minutes: Option<u32>,
    pub(crate) approved: bool,
}

#[derive(Debug, Clone, PartialEq)]
struct Pending {
    of: Named,
    at: At,
    by_itself: bool,
}

impl Pending {
    fn covers(&self, of: &Named) -> bool {
        self.of.is_about(of) && (self.of.entitlement.is_none() || self.of.entitlement == of.entitlement)
    }
}

impl Grant {
    /// What was approved by its own user and is not given yet.
    pub(crate) fn self_approved_ahead(&self) -> impl Iterator<Item = At> {
        self.pending.iter().filter(|pending| pending.by_itself).map(|pending| pending.at)
    }

    fn take(&mut self, at: At, fact: &Fact) {
        match fact {
            Fact::Requested => once(&mut self.requested, at),
            Fact::Approved { of, by_itself } => self.approve(of, *by_itself, at),
            Fact::Refused(of) => {
                once(&mut self.refused, at);
                self.pending.retain(|pending| !of.is_about(&pending.of));
            }
            Fact::Granted(granted) => self.give(granted, at),
            Fact::Changed(granted, change) => self.change(granted, change, at),
            Fact::Reviewed(review) => self.review(review, at),
            Fact::Suspended { of, for_misuse } => {
                let resting = Resting { since: at, for_misuse: *for_misuse };
                self.each_meant(of, at, |right| {
                    // What was given on the same day and later does not rest.
                    if !at.is_known_before(right.given) {
                        right.resting = right.resting.or(Some(resting));
                    }
                });
                self.expect(of, at);
            }
            Fact::Revoked(of) => {
                self.each_meant(of, at, |right| {
                    if !at.is_known_before(right.given) {
                        right.ended = Some(at);
                    }
                });
                self.expect(of, at);
                // What is given again later is to be approved again.
                self.pending.retain(|pending| pending.of.system != of.system);
            }
            Fact::Elevated { of, minutes, approved } => {
                let elevation = Elevation { of: of.clone(), at, minutes: *minutes, approved: *approved };
                if !self.elevated.iter().any(|known| known.of == *of && known.at.time == at.time) {
                    self.elevated.push(elevation);
                }
            }
            Fact::Orphan { of, privileged } => {
                let found = |right: &mut Right| {
                    right.origin = Origin::Found;
                    right.person = None;
                };
                if !self.each_meant(of, at, found) {
                    let mut right = Right::heard_of(of.clone(), at, Origin::Found);
                    right.privileged = *privileged;
                    self.rights.push(right);
                }
            }
        }
    }

    fn approve(&mut self, of: &Named, by_itself: bool, at: At) {
        if by_itself {
            let itself = |right: &mut Right| {
                right.self_approved = right.self_approved.or(Some(at));
                right.approve(at);
            };
            if self.each_meant(of, at, itself) {
                return;
            }
        } else {
            self.each_meant(of, at, |right| {
                right.self_approved = None;
                right.approve(at);
            });
            self.pending.retain(|pending| !(pending.by_itself && pending.of == *of));
            for elevation in &mut self.elevated {
                elevation.approved |= elevation.of.system == of.system && elevation.at.day <= at.day;
            }
        }
        self.pending.push(Pending { of: of.clone(), at, by_itself });
    }

    fn give(&mut self, granted: &Granted, at: At) {
        if granted.valid_until.is_some_and(|until| until < at.day) {
            once(&mut self.strange, at);
        }
        let known =
            self.rights.iter().position(|right| right.is_there(at.day) && right.is_meant(&granted.of));
        if let Some(place) = known {
            // Said a second time, given back after it rested, or found before and now somebody's.
            let mut right = self.rights[place].clone();
            right.describe(granted, at);
            right.of.entitlement.clone_from(&granted.of.entitlement);
            if right.origin == Origin::Found {
                right.origin = Origin::Granted;
                self.settle(&mut right, granted.approved, at);
            } else if granted.approved {
                right.approve(at);
            }
            self.rights[place] = right;
            return;
        }
        let mut right = Right::heard_of(granted.of.clone(), at, Origin::Granted);
        right.describe(granted, at);
        self.settle(&mut right, granted.approved, at);
        self.rights.push(right);
    }

    /// Says who approved what is given.
    fn settle(&mut self, right: &mut Right, approved: bool, at: At) {
        let covering = |pending: &&Pending| pending.covers(&right.of);
        let before = self.pending.iter().rev().find(covering);
        right.self_approved = before.filter(|pending| pending.by_itself).map(|pending| pending.at);
        right.approval = match before {
            Some(pending) => Approval::Given(pending.at),
            None if approved => Approval::Given(at),
            None => Approval::Missing(at),
        };
        // An approval of one entitlement is used up by it; one of all that a system has is not.
        let of = right.of.clone();
        self.pending.retain(|pending| pending.of.entitlement.is_none() || !pending.covers(&of));
    }

    fn change(&mut self, granted: &Granted, change: &Change, at: At) {
        let place = self.changed(granted, change, at);
        let Some(place) = place else {
            once(&mut self.strange, at);
            let mut right = Right::heard_of(granted.of.clone(), at, Origin::OlderThanTheLedger);
            right.describe(granted, at);
            right.changes.push(at);
            self.rights.push(right);
            return;
        };
        let mut right = self.rights[place].clone();
        if right.change(granted, change, at) {
            self.settle(&mut right, granted.approved, at);
        }
        self.rights[place] = right;
    }

    /// Which right a change is of: that which it names, or what it was made already where the change is told twice, or
    /// else the only one that there is.
    fn changed(&self, granted: &Granted, change: &Change, at: At) -> Option<usize> {
        let of_system = |right: &Right| right.is_there(at.day) && right.of.system == granted.of.system;
        let place = |entitlement: &Option<String>| {
            self.rights.iter().position(|right| of_system(right) && right.of.entitlement == *entitlement)
        };
        let named = change.before.as_ref().and_then(|_| place(&change.before));
        let only = || {
            let mut all = (0..).zip(&self.rights).filter(|(_, right)| of_system(right));
            all.next().filter(|_| all.next().is_none()).map(|(place, _)| place)
        };
        named.or_else(|| place(&granted.of.entitlement)).or_else(only)
    }

    fn review(&mut self, review: &Review, at: At) {
        let any = self.each_meant(&review.of, at, |right| right.review(review, at));
        if any || review.of_many || !self.expect(&review.of, at) {
            return;
        }
        if review.decision == Some(apply::Decision::Removed) {
            return;
        }
        let mut right = Right::heard_of(review.of.clone(), at, Origin::OlderThanTheLedger);
        right.review(review, at);
        right.unit.clone_from(&review.unit);
        self.rights.push(right);
    }

    /// Notes an entry about a right of which nothing is known, neither now nor before, and says whether it is one.
    fn expect(&mut self, of: &Named, at: At) -> bool {
        let is_strange = !self.rights.iter().any(|right| right.is_meant(of));
        if is_strange {
            once(&mut self.strange, at);
        }
        is_strange
    }

    /// Does something to each right that is meant and there, and says whether there was one.
    fn each_meant(&mut self, of: &Named, at: At, mut to: impl FnMut(&mut Right)) -> bool {
        let mut any = false;
        for right in self.rights.iter_mut().filter(|right| right.is_there(at.day) && right.is_meant(of)) {
            to(right);
            any = true;
        }
        any
    }
}

impl Case for Grant {
    type Settings = Settings;
    type Fact = Fact;

    fn fact(kind: &str, data: Data<'_>) -> Result<Option<Fact>, DataError> {
        Fact::read(kind, data)
    }

    fn rank(fact: &Fact) -> u8 {
        fact.rank()
    }

    fn fold(_: &Settings, facts: &[Happened<Fact>]) -> Option<Grant> {
        let mut grant = Grant::default();
        for happened in facts {
            grant.take(At::of(happened), &happened.fact);
        }
        (!facts.is_empty()).then_some(grant)
    }

    /// Nothing here counts working days.
    fn counts_by(_: &Touched) -> bool {
        false
    }

    fn alarms(&self, settings: &Settings) -> Vec<Alarm> {
        alarms::of(self, settings)
    }

    fn alert(&self, settings: &Settings, alarm: &Alarm, alert: Alert) -> Alert {
        alarms::words(self, settings, alarm, alert)
    }

    fn cleared(&self, _: &Settings, rule: &str, stage: &str) -> String {
        alarms::cleared(self, rule, stage)
    }
}
