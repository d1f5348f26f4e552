//! What a release lacks.

use muniment_sdk::Day;

use crate::apply::{Class, Ground, Rank};
use crate::case::{Disclosure, On, Release};

/// Something that a release lacked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    /// No ground is on record, or one that was no law any more.
    Ground,
    /// The ground is one in law, but none on which the policy lets such a body have data.
    GroundOfClass,
    /// Nobody of sufficient rank had authorised the request.
    Authority,
    /// It had not been found that the requester is who they say.
    Credentials,
    /// The governance team had not been asked.
    Advice,
}

impl Fault {
    pub(crate) const ALL: [Fault; 5] =
        [Fault::Ground, Fault::GroundOfClass, Fault::Authority, Fault::Credentials, Fault::Advice];

    /// In the register and the report.
    pub(crate) fn title(self) -> &'static str {
        match self {
            Fault::Ground => "no ground in law",
            Fault::GroundOfClass => "a ground that the policy does not allow",
            Fault::Authority => "no authority",
            Fault::Credentials => "credentials not verified",
            Fault::Advice => "no advice",
        }
    }
}

/// A fault of a release: as it was when the data went out, and what put it right afterwards.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Lack {
    pub(crate) put_right: Option<On>,
}

impl Disclosure {
    /// The first release that has a fault which nothing has put right.
    pub(crate) fn standing(&self, fault: Fault) -> Option<Release> {
        let stands =
            |release: &&Release| self.lack(release, fault).is_some_and(|lack| lack.put_right.is_none());
        self.releases.iter().find(stands).copied()
    }

    /// What put right the last release that had a fault.
    pub(crate) fn put_right(&self, fault: Fault) -> Option<On> {
        self.releases.iter().rev().find_map(|release| self.lack(release, fault)?.put_right)
    }

    /// Whether a release had a fault when the data went out.
    pub(crate) fn lack(&self, release: &Release, fault: Fault) -> Option<Lack> {
        match fault {
            Fault::Ground => self.ground_lacks(release, |ground, _| ground.is_law_on(release.on.day)),
            Fault::GroundOfClass => {
                let on = release.on.day;
                // What is no law at all is said of the ground itself.
                self.lack(release, Fault::Ground).is_none().then_some(())?;
                self.ground_lacks(release, |ground, class| {
                    ground.is_law_on(on) && ground.is_allowed_for(class)
                })
            }
            Fault::Authority => self.authority_lacks(release),
            Fault::Credentials => {
                let good = |(is_good, on): &(bool, On)| is_good.then_some(*on);
                let was_good = by(&self.verifications, release.on).next_back().and_then(good).is_some();
                let put_right = || since(&self.verifications, release.on).next_back().and_then(good);
                (!was_good).then(|| Lack { put_right: put_right() })
            }
            // Advice that is on record is on record, whenever it was given; the report counts what came first.
            Fault::Advice if self.is_routine == Some(true) => None,
            Fault::Advice => {
                let was_given = self.advised.is_some_and(|advised| advised.precedes(release.on));
                (!was_given).then_some(Lack { put_right: self.advised })
            }
        }
    }

    pub(crate) fn class_of(&self, release: &Release) -> Option<Class> {
        self.class.or(release.class)
    }

    /// The ground that a release rests on: the one that it names itself, or else the last that was found before.
    pub(crate) fn ground_of(&self, release: &Release) -> Ground {
        match release.ground {
            Ground::NoneStated => {
                by(&self.grounds, release.on).next_back().map_or(Ground::NoneStated, |(ground, _)| *ground)
            }
            ground => ground,
        }
    }

    fn ground_lacks(
        &self,
        release: &Release,
        is_good: impl Fn(Ground, Option<Class>) -> bool,
    ) -> Option<Lack> {
        let class = self.class_of(release);
        if is_good(self.ground_of(release), class) {
            return None;
        }
        let later = since(&self.grounds, release.on).find(|(ground, _)| is_good(*ground, class));
        Some(Lack { put_right: later.map(|(_, on)| *on) })
    }

    /// A request of the police or of a border authority has to be authorised by an inspector or a senior manager. The order
    /// of a court is authority enough.
    fn authority_lacks(&self, release: &Release) -> Option<Lack> {
        let needs_rank = matches!(self.class_of(release), Some(Class::Police | Class::BorderImmigration));
        if !needs_rank || self.ground_of(release) == Ground::CourtOrder {
            return None;
        }
        if by(&self.ranks, release.on).next_back().is_some_and(|(rank, _)| rank.suffices()) {
            return None;
        }
        let later = since(&self.ranks, release.on).find(|(rank, _)| rank.suffices());
        Some(Lack { put_right: later.map(|(_, on)| *on) })
    }
}

/// What was said by the time of a release, in its order.
fn by<T>(said: &[(T, On)], release: On) -> impl DoubleEndedIterator<Item = &(T, On)> {
    said.iter().filter(move |(_, on)| on.precedes(release))
}

/// What was said afterwards, in its order.
fn since<T>(said: &[(T, On)], release: On) -> impl DoubleEndedIterator<Item = &(T, On)> {
    said.iter().filter(move |(_, on)| !on.precedes(release))
}

impl Rank {
    fn suffices(self) -> bool {
        matches!(self, Rank::InspectorOrAbove | Rank::SeniorManager)
    }
}

impl Ground {
    /// Whether it is a ground in law for what went out on a day. Section 29 of the Act of 1998 ended with that Act.
    fn is_law_on(self, day: Day) -> bool {
        match self {
            Ground::NoneStated => false,
            Ground::Historic => Day::of(2018, 5, 25).is_none_or(|end| day < end),
            _ => true,
        }
    }

    /// Whether the policy lets such a body have data on it. What an order or a duty compels, no policy forbids.
    fn is_allowed_for(self, class: Option<Class>) -> bool {
        if matches!(self, Ground::CourtOrder | Ground::StatutoryDuty | Ground::Consent) {
            return true;
        }
        match class {
            Some(Class::Insurer) => self == Ground::Legal,
            Some(Class::Employer) => false,
            _ => true,
        }
    }
}
