//! So many of so many, as a percentage that says what it is of.

use std::fmt;

use serde::{Deserialize, Serialize};

/// So many of so many.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Share {
    /// So many.
    pub numerator: u64,
    /// Of so many.
    pub denominator: u64,
}

impl Share {
    /// In tenths of a percent, half of one rounded up; none where there are no cases.
    #[must_use]
    pub fn tenths_of_a_percent(self) -> Option<u64> {
        let (numerator, denominator) = (u128::from(self.numerator), u128::from(self.denominator));
        let tenths = (numerator * 2_000 + denominator).checked_div(2 * denominator)?;
        Some(u64::try_from(tenths).unwrap_or(u64::MAX))
    }

    /// In whole percent, half of one rounded up from the exact value, not from tenths: 94.45 % is 94 %, as 94.5 % is 95 %.
    #[must_use]
    pub fn percent(self) -> Option<u64> {
        let (numerator, denominator) = (u128::from(self.numerator), u128::from(self.denominator));
        let percent = (numerator * 200 + denominator).checked_div(2 * denominator)?;
        Some(u64::try_from(percent).unwrap_or(u64::MAX))
    }
}

/// As a report prints it: `236 of 241 (98 %)`, and `no cases` where there are none.
impl fmt::Display for Share {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.percent() {
            Some(percent) => write!(f, "{} of {} ({percent}\u{a0}%)", self.numerator, self.denominator),
            None => f.write_str("no cases"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn share(numerator: u64, denominator: u64) -> Share {
        Share { numerator, denominator }
    }

    #[test]
    fn half_is_rounded_up_and_nothing_of_nothing_is_no_percentage() {
        assert_eq!(share(264, 273).tenths_of_a_percent(), Some(967));
        assert_eq!(share(354, 360).tenths_of_a_percent(), Some(983));
        assert_eq!((share(1, 8).tenths_of_a_percent(), share(1, 8).percent()), (Some(125), Some(13)));
        assert_eq!((share(1, 200).percent(), share(1, 201).percent()), (Some(1), Some(0)));
        // From tenths it would be rounded twice, and come out one too high.
        assert_eq!(
            (share(9_445, 10_000).tenths_of_a_percent(), share(9_445, 10_000).percent()),
            (Some(945), Some(94))
        );
        assert_eq!((share(0, 0).percent(), share(0, 0).to_string()), (None, "no cases".to_owned()));
        assert_eq!(share(236, 241).to_string(), "236 of 241 (98\u{a0}%)");
        assert_eq!(share(u64::MAX, u64::MAX).percent(), Some(100));
    }
}
