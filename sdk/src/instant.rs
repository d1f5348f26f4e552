//! Instants, as the ledger counts them.

use std::fmt;
use std::str::FromStr;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::Day;
use crate::day::LONDON;

const SECOND: i64 = 1_000_000;
const HOUR: i64 = 3_600 * SECOND;

/// An instant: microseconds since 1970-01-01T00:00:00Z. In JSON it is an RFC 3339 text, in a snapshot a number.
///
/// ```
/// use muniment_sdk::Instant;
/// let instant: Instant = "2026-03-27T17:00:00Z".parse()?;
/// assert_eq!(instant.plus_hours(72).to_string(), "2026-03-30T17:00:00Z");
/// # Ok::<(), muniment_sdk::NoInstant>(())
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Instant(i64);

/// A text that is no instant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoInstant(String);

impl Instant {
    /// The instant so many microseconds after 1970 began in UTC.
    #[must_use]
    pub const fn from_micros(micros: i64) -> Instant {
        Instant(micros)
    }

    /// Microseconds since 1970 began in UTC.
    #[must_use]
    pub const fn as_micros(self) -> i64 {
        self.0
    }

    /// So many elapsed hours later.
    #[must_use]
    pub const fn plus_hours(self, hours: i64) -> Instant {
        Instant(self.0.saturating_add(hours.saturating_mul(HOUR)))
    }

    /// So many seconds later.
    #[must_use]
    pub const fn plus_seconds(self, seconds: i64) -> Instant {
        Instant(self.0.saturating_add(seconds.saturating_mul(SECOND)))
    }

    /// The next instant: what must happen no later than an instant has not happened in time then.
    #[must_use]
    pub const fn next(self) -> Instant {
        Instant(self.0.saturating_add(1))
    }

    /// The day and the time of day that it was in London, as in `Mon 2026-03-30 18:00`.
    #[must_use]
    pub fn in_london(self) -> String {
        format!("{} {}", Day::in_london(self).with_weekday(), self.time_in_london())
    }

    /// The time of day that it was in London, as in `18:00`.
    #[must_use]
    pub fn time_in_london(self) -> String {
        let timestamp = jiff::Timestamp::from_microsecond(self.0).unwrap_or_default();
        let time = LONDON.to_datetime(timestamp).time();
        format!("{:02}:{:02}", time.hour(), time.minute())
    }

    /// How many whole hours this lies behind another instant; below 0 where it lies before it.
    #[must_use]
    pub const fn hours_since(self, earlier: Instant) -> i64 {
        self.0.saturating_sub(earlier.0).div_euclid(HOUR)
    }
}

/// RFC 3339 in UTC.
impl fmt::Display for Instant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match jiff::Timestamp::from_microsecond(self.0) {
            Ok(timestamp) => timestamp.fmt(f),
            Err(_) => write!(f, "{} µs", self.0),
        }
    }
}

impl FromStr for Instant {
    type Err = NoInstant;

    fn from_str(text: &str) -> Result<Instant, NoInstant> {
        let timestamp: jiff::Timestamp = text.parse().map_err(|_| NoInstant(text.to_owned()))?;
        Ok(Instant(timestamp.as_microsecond()))
    }
}

impl fmt::Display for NoInstant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} is no instant such as 2026-03-27T17:00:00Z", self.0)
    }
}

impl std::error::Error for NoInstant {}

impl Serialize for Instant {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if serializer.is_human_readable() {
            serializer.collect_str(self)
        } else {
            self.0.serialize(serializer)
        }
    }
}

impl<'de> Deserialize<'de> for Instant {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Instant, D::Error> {
        if deserializer.is_human_readable() {
            let text = std::borrow::Cow::<str>::deserialize(deserializer)?;
            text.parse().map_err(D::Error::custom)
        } else {
            i64::deserialize(deserializer).map(Instant)
        }
    }
}
