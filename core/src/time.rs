//! Instants: microseconds since 1970 in UTC, and the RFC 3339 spellings in which they come and go.

use std::fmt;

use crate::limits::RECORDED_BYTES;

/// An instant with a resolution of one microsecond, between the years 0000 and 9999 in UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

/// Whether a text is a day of the calendar, spelled `2026-05-01`.
#[must_use]
pub fn is_civil_date(text: &str) -> bool {
    let [y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2] = text.as_bytes() else { return false };
    match (number(&[*y1, *y2, *y3, *y4]), number(&[*m1, *m2]), number(&[*d1, *d2])) {
        (Ok(year), Ok(month), Ok(day)) => Date { year, month, day }.exists(),
        _ => false,
    }
}

/// A text is not an RFC 3339 instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TimestampError {
    /// Not `2026-05-01T09:30:00+01:00` or alike.
    #[error("not an RFC 3339 date and time such as 2026-05-01T09:30:00+01:00")]
    Form,
    /// A local time: nobody can tell which instant it is.
    #[error("without an offset from UTC (write Z or, for British Summer Time, +01:00)")]
    NoOffset,
    /// 30 February, or 25 o'clock.
    #[error("no such date or time")]
    NoSuchInstant,
}

impl Timestamp {
    /// 0000-01-01T00:00:00Z.
    pub const MIN: Timestamp = Timestamp(-62_167_219_200_000_000);
    /// 9999-12-31T23:59:59.999999Z.
    pub const MAX: Timestamp = Timestamp(253_402_300_799_999_999);

    /// From microseconds since 1970; the nearest bound where that lies outside the years 0000 to 9999.
    #[must_use]
    pub fn from_micros(micros: i64) -> Timestamp {
        Timestamp(micros.clamp(Timestamp::MIN.0, Timestamp::MAX.0))
    }

    /// Microseconds since 1970.
    #[must_use]
    pub fn as_micros(self) -> i64 {
        self.0
    }

    /// The instant so many microseconds later, at most [`Timestamp::MAX`].
    #[must_use]
    pub fn plus_micros(self, micros: i64) -> Timestamp {
        Timestamp::from_micros(self.0.saturating_add(micros))
    }

    /// Reads an RFC 3339 `date-time`. Digits beyond the microsecond are cut off; a leap second counts as
    /// the last microsecond of its minute.
    ///
    /// # Errors
    /// See [`TimestampError`].
    pub fn parse_rfc3339(text: &str) -> Result<Timestamp, TimestampError> {
        let bytes = text.as_bytes();
        let shape = bytes.len() >= 19
            && bytes[4] == b'-'
            && bytes[7] == b'-'
            && matches!(bytes[10], b'T' | b't')
            && bytes[13] == b':'
            && bytes[16] == b':';
        if !shape {
            return Err(TimestampError::Form);
        }
        let date =
            Date { year: number(&bytes[0..4])?, month: number(&bytes[5..7])?, day: number(&bytes[8..10])? };
        let (hour, minute, second) =
            (number(&bytes[11..13])?, number(&bytes[14..16])?, number(&bytes[17..19])?);
        let (fraction, zone) = fraction(&bytes[19..])?;
        let offset = offset_minutes(zone)?;
        if !date.exists() || hour > 23 || minute > 59 || second > 60 {
            return Err(TimestampError::NoSuchInstant);
        }
        let (second, fraction) = if second == 60 { (59, 999_999) } else { (second, fraction) };
        let minutes = (date.days_since_1970() * 24 + hour) * 60 + minute - offset;
        let micros = (minutes * 60 + second) * 1_000_000 + fraction;
        let inside = (Timestamp::MIN.0..=Timestamp::MAX.0).contains(&micros);
        if inside { Ok(Timestamp(micros)) } else { Err(TimestampError::NoSuchInstant) }
    }

    /// The 27 characters of `recorded`: `2026-05-01T09:30:00.123456Z`.
    #[must_use]
    pub fn to_recorded(self) -> [u8; RECORDED_BYTES] {
        let (days, micros) = (self.0.div_euclid(DAY_MICROS), self.0.rem_euclid(DAY_MICROS));
        let date = Date::from_days_since_1970(days);
        let seconds = micros / 1_000_000;
        let mut out = *b"0000-00-00T00:00:00.000000Z";
        digits(&mut out[0..4], date.year);
        digits(&mut out[5..7], date.month);
        digits(&mut out[8..10], date.day);
        digits(&mut out[11..13], seconds / 3600);
        digits(&mut out[14..16], seconds / 60 % 60);
        digits(&mut out[17..19], seconds % 60);
        digits(&mut out[20..26], micros % 1_000_000);
        out
    }

    /// Reads `recorded`: exactly the spelling of [`to_recorded`](Timestamp::to_recorded), no other.
    #[must_use]
    pub fn from_recorded(text: &[u8]) -> Option<Timestamp> {
        let text: &[u8; RECORDED_BYTES] = text.try_into().ok()?;
        for (place, byte) in
            [(4, b'-'), (7, b'-'), (10, b'T'), (13, b':'), (16, b':'), (19, b'.'), (26, b'Z')]
        {
            if text[place] != byte {
                return None;
            }
        }
        let field = |from: usize, to: usize| number(&text[from..to]).ok();
        let date = Date { year: field(0, 4)?, month: field(5, 7)?, day: field(8, 10)? };
        let (hour, minute, second) = (field(11, 13)?, field(14, 16)?, field(17, 19)?);
        if !date.exists() || hour > 23 || minute > 59 || second > 59 {
            return None;
        }
        let seconds = ((date.days_since_1970() * 24 + hour) * 60 + minute) * 60 + second;
        Some(Timestamp(seconds * 1_000_000 + field(20, 26)?))
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.to_recorded().iter().try_for_each(|digit| write!(f, "{}", char::from(*digit)))
    }
}

const DAY_MICROS: i64 = 86_400_000_000;

struct Date {
    year: i64,
    month: i64,
    day: i64,
}

impl Date {
    fn exists(&self) -> bool {
        let leap = self.year % 4 == 0 && (self.year % 100 != 0 || self.year % 400 == 0);
        let days = match self.month {
            2 => 28 + i64::from(leap),
            4 | 6 | 9 | 11 => 30,
            1..=12 => 31,
            _ => 0,
        };
        (1..=days).contains(&self.day)
    }

    /// Days of the proleptic Gregorian calendar, counted in years that begin on 1 March, so that the leap
    /// day is a year's last.
    fn days_since_1970(&self) -> i64 {
        let year = self.year - i64::from(self.month <= 2);
        let (era, year_of_era) = (year.div_euclid(400), year.rem_euclid(400));
        let day_of_year = (153 * ((self.month + 9) % 12) + 2) / 5 + self.day - 1;
        era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
    }

    fn from_days_since_1970(days: i64) -> Date {
        let days = days + 719_468;
        let (era, day_of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
        let year_of_era =
            (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let shifted_month = (5 * day_of_year + 2) / 153;
        let month = (shifted_month + 2) % 12 + 1;
        Date {
            year: era * 400 + year_of_era + i64::from(month <= 2),
            month,
            day: day_of_year - (153 * shifted_month + 2) / 5 + 1,
        }
    }
}

fn number(digits: &[u8]) -> Result<i64, TimestampError> {
    digits.iter().try_fold(0, |number, digit| match digit {
        b'0'..=b'9' => Ok(number * 10 + i64::from(digit - b'0')),
        _ => Err(TimestampError::Form),
    })
}

fn digits(out: &mut [u8], mut number: i64) {
    for digit in out.iter_mut().rev() {
        *digit = b'0' + u8::try_from(number % 10).unwrap_or_default();
        number /= 10;
    }
}

/// Microseconds of the fraction that the text may start with, and what follows it.
fn fraction(text: &[u8]) -> Result<(i64, &[u8]), TimestampError> {
    let Some(rest) = text.strip_prefix(b".") else { return Ok((0, text)) };
    let length = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
    if length == 0 {
        return Err(TimestampError::Form);
    }
    let kept = number(&rest[..length.min(6)])?;
    let scale = (length..6).fold(1, |scale, _| scale * 10);
    Ok((kept * scale, &rest[length..]))
}

fn offset_minutes(zone: &[u8]) -> Result<i64, TimestampError> {
    match zone {
        [] => Err(TimestampError::NoOffset),
        b"Z" | b"z" => Ok(0),
        [sign @ (b'+' | b'-'), hours @ .., b':', tens, ones] if hours.len() == 2 => {
            let (hours, minutes) = (number(hours)?, number(&[*tens, *ones])?);
            if hours > 23 || minutes > 59 {
                return Err(TimestampError::NoSuchInstant);
            }
            Ok((hours * 60 + minutes) * if *sign == b'-' { -1 } else { 1 })
        }
        _ => Err(TimestampError::Form),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn check(input: &str, expect: &str) {
        let printed = match Timestamp::parse_rfc3339(input) {
            Ok(instant) => instant.to_string(),
            Err(error) => error.to_string(),
        };
        assert_eq!(printed, expect, "{input}");
    }

    #[test]
    fn rfc_3339_and_nothing_else() {
        check("2026-05-01T09:30:00.123456Z", "2026-05-01T09:30:00.123456Z");
        check("2026-05-01T09:30:00+01:00", "2026-05-01T08:30:00.000000Z");
        check("2026-03-29T00:30:00.1234567891-23:59", "2026-03-30T00:29:00.123456Z");
        check("2026-05-01t09:30:00.5z", "2026-05-01T09:30:00.500000Z");
        check("2016-12-31T23:59:60Z", "2016-12-31T23:59:59.999999Z");
        check("2024-02-29T00:00:00Z", "2024-02-29T00:00:00.000000Z");
        check("0000-01-01T00:00:00Z", "0000-01-01T00:00:00.000000Z");
        check("2026-02-29T00:00:00Z", "no such date or time");
        check("2026-13-01T00:00:00Z", "no such date or time");
        check("2026-01-01T24:00:00Z", "no such date or time");
        check("2026-01-01T00:00:00+24:00", "no such date or time");
        check("0000-01-01T00:00:00+00:01", "no such date or time");
        let no_offset = "without an offset from UTC (write Z or, for British Summer Time, +01:00)";
        check("2026-05-01T09:30:00", no_offset);
        check("2026-05-01T09:30:00.5", no_offset);
        let form = "not an RFC 3339 date and time such as 2026-05-01T09:30:00+01:00";
        for text in [
            "",
            "2026-05-01",
            "2026-05-01 09:30:00Z",
            "2026-05-01T09:30Z",
            "2026-05-01T09:30:00.Z",
            "2026-05-01T09:30:00+0100",
            "2026-05-01T09:30:0é",
            "+026-05-01T09:30:00Z",
            "2026-05-01T09:30:00Z ",
        ] {
            check(text, form);
        }
    }

    #[test]
    fn civil_dates() {
        for good in ["2026-05-01", "2024-02-29", "0000-01-01", "9999-12-31"] {
            assert!(is_civil_date(good), "{good}");
        }
        for bad in [
            "",
            "2026-5-1",
            "2026-02-29",
            "2026-13-01",
            "2026-00-01",
            "26-05-01",
            "2026-05-01 ",
            "2026/05/01",
        ] {
            assert!(!is_civil_date(bad), "{bad}");
        }
    }

    #[test]
    fn recorded_has_one_spelling() {
        assert!(Timestamp::from_recorded(b"2026-05-01T09:30:00.123456Z").is_some());
        for text in
            ["2026-05-01T09:30:00.12345Z", "2026-05-01t09:30:00.123456Z", "2026-05-01T09:30:60.123456Z"]
        {
            assert_eq!(Timestamp::from_recorded(text.as_bytes()), None, "{text}");
        }
        assert_eq!(Timestamp::MIN.to_string(), "0000-01-01T00:00:00.000000Z");
        assert_eq!(Timestamp::MAX.to_string(), "9999-12-31T23:59:59.999999Z");
    }

    proptest! {
        #[test]
        fn agrees_with_jiff(micros in Timestamp::MIN.0..=253_402_207_200_000_000) {
            let instant = Timestamp(micros);
            let other = jiff::Timestamp::from_microsecond(micros).unwrap();
            prop_assert_eq!(instant.to_string(), format!("{other:.6}"));
            prop_assert_eq!(Timestamp::from_recorded(&instant.to_recorded()), Some(instant));
        }
    }
}
