//! When things happened, and what they are told apart by.

use muniment_sdk::{Day, Happened, Instant};
use serde::{Deserialize, Serialize};

/// Something happened at an instant, and an entry says so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct At {
    pub(crate) time: Instant,
    pub(crate) day: Day,
    pub(crate) seq: u64,
}

impl At {
    pub(crate) fn of<F>(happened: &Happened<F>) -> At {
        At { time: happened.time, day: happened.day, seq: happened.seq }
    }

    /// The same at an instant that the entry names, where it names one.
    pub(crate) fn or_at(self, named: Option<Instant>) -> At {
        named.map_or(self, |time| At { time, day: Day::in_london(time), ..self })
    }
}

impl At {
    /// Whether it is known to have happened earlier. Of two things of one day that is not so where only the day of this
    /// one was recorded, which then has the first instant of the day.
    pub(crate) fn is_known_before(self, other: At) -> bool {
        self.time < other.time && (self.day != other.day || self.time != self.day.start())
    }
}

/// Keeps what happened once, however often it is recorded.
pub(crate) fn once(list: &mut Vec<At>, at: At) {
    if !list.iter().any(|known| known.time == at.time) {
        list.push(at);
    }
}

/// How a user belongs to the organisation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum UserClass {
    Staff,
    Agency,
    Member,
    Contractor,
    Partner,
    Visitor,
    ServiceAccount,
}

impl UserClass {
    pub(crate) const ALL: [UserClass; 7] = [
        UserClass::Staff,
        UserClass::Agency,
        UserClass::Member,
        UserClass::Contractor,
        UserClass::Partner,
        UserClass::Visitor,
        UserClass::ServiceAccount,
    ];

    /// Its name, for people.
    pub(crate) fn title(self) -> &'static str {
        match self {
            UserClass::Staff => "Staff",
            UserClass::Agency => "Agency workers",
            UserClass::Member => "Members",
            UserClass::Contractor => "Contractors",
            UserClass::Partner => "Partners",
            UserClass::Visitor => "Visitors",
            UserClass::ServiceAccount => "Service accounts",
        }
    }
}

/// A system, an entitlement or a job function as a number. Of those that a person has it only matters which are the same,
/// and there are so many entries about people that their names would take more room than all the rest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct Code(u32);

impl Code {
    /// FNV-1a: for two of the few names about one person to fall together is less likely than one in a thousand million.
    pub(crate) fn of(name: &str) -> Code {
        let fold = |hash: u32, byte: u8| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193);
        Code(name.bytes().fold(0x811c_9dc5, fold))
    }
}
