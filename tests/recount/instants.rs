//! When something happened, as far as that is known.

use jiff::Timestamp;
use jiff::civil::Date;

use super::book::Happening;
use super::days::begin;

/// When, and on which day that was.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct At {
    pub time: Timestamp,
    pub day: Date,
}

impl At {
    pub fn of(it: &Happening) -> At {
        At { time: it.time, day: it.day }
    }

    /// Whether it came before another, or with it: of two things of one day, where the time of one is not known, either may
    /// have come first.
    pub fn may_precede(self, other: At) -> bool {
        let is_unknown = self.time == begin(self.day) || other.time == begin(other.day);
        (self.day == other.day && is_unknown) || self.time <= other.time
    }
}

impl At {
    /// Whether it is known to have come earlier: not where of this one only the day is known, and that is the same.
    pub fn is_known_before(self, other: At) -> bool {
        self.time < other.time && (self.day != other.day || self.time != begin(self.day))
    }

    /// The same at another instant, where one is named.
    pub fn or_at(self, named: Option<Timestamp>) -> At {
        named.map_or(self, |time| At { time, day: super::days::in_london(time) })
    }
}
