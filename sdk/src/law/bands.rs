//! The bands in which the Information Commissioner publishes and judges.

use crate::Instant;

/// How long it took to report a breach, from when it was discovered: the bands of the Commissioner's data security incident
/// trends. Known with a confidence of 90 per cent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum TimeToReport {
    /// Less than 24 hours.
    UnderADay,
    /// 24 hours, and no more than 72.
    UpTo72Hours,
    /// More than 72 hours, and less than a week.
    UpToAWeek,
    /// A week or more.
    OverAWeek,
}

impl TimeToReport {
    /// The band of a report; nothing where it is dated before the discovery.
    #[must_use]
    pub fn between(discovered: Instant, reported: Instant) -> Option<TimeToReport> {
        Some(match reported.hours_since(discovered) {
            ..0 => return None,
            0..24 => TimeToReport::UnderADay,
            24..72 => TimeToReport::UpTo72Hours,
            // "Not later than 72 hours": the last instant is one of them.
            _ if reported <= discovered.plus_hours(72) => TimeToReport::UpTo72Hours,
            72..168 => TimeToReport::UpToAWeek,
            _ => TimeToReport::OverAWeek,
        })
    }

    /// Its name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            TimeToReport::UnderADay => "less than 24 hours",
            TimeToReport::UpTo72Hours => "24 to 72 hours",
            TimeToReport::UpToAWeek => "72 hours to a week",
            TimeToReport::OverAWeek => "more than a week",
        }
    }
}

/// How many data subjects a breach is about: the bands of the same statistics. Known with a confidence of 90 per cent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Subjects {
    /// 1 to 9.
    UnderTen,
    /// 10 to 99.
    Tens,
    /// 100 to 999.
    Hundreds,
    /// 1,000 to 9,999.
    Thousands,
    /// 10,000 to 99,999.
    TensOfThousands,
    /// 100,000 and more.
    HundredsOfThousands,
}

impl Subjects {
    /// The band of a number; nothing for 0.
    #[must_use]
    pub const fn of(count: u64) -> Option<Subjects> {
        Some(match count {
            0 => return None,
            1..=9 => Subjects::UnderTen,
            10..=99 => Subjects::Tens,
            100..=999 => Subjects::Hundreds,
            1_000..=9_999 => Subjects::Thousands,
            10_000..=99_999 => Subjects::TensOfThousands,
            _ => Subjects::HundredsOfThousands,
        })
    }

    /// Its name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Subjects::UnderTen => "1 to 9",
            Subjects::Tens => "10 to 99",
            Subjects::Hundreds => "100 to 999",
            Subjects::Thousands => "1,000 to 9,999",
            Subjects::TensOfThousands => "10,000 to 99,999",
            Subjects::HundredsOfThousands => "100,000 and more",
        }
    }
}

/// How the Commissioner judges the share of answers in time, for requests and for internal reviews apart, on the latest
/// quarter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Performance {
    /// Below 90 per cent.
    Unsatisfactory,
    /// From 90 to below 95 per cent.
    Adequate,
    /// 95 per cent and more.
    Good,
}

impl Performance {
    /// The band of so many in time of so many; nothing where there were none. It is not rounded before: 94.96 per cent are
    /// adequate.
    #[must_use]
    pub fn of(in_time: u64, all: u64) -> Option<Performance> {
        let (in_time, all) = (u128::from(in_time) * 100, u128::from(all));
        Some(match () {
            () if all == 0 => return None,
            () if in_time >= all * 95 => Performance::Good,
            () if in_time >= all * 90 => Performance::Adequate,
            () => Performance::Unsatisfactory,
        })
    }

    /// Its name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Performance::Unsatisfactory => "unsatisfactory",
            Performance::Adequate => "adequate",
            Performance::Good => "good",
        }
    }

    /// Whether a share is below the 85 per cent under which the Commissioner used to watch an authority.
    #[must_use]
    pub fn is_watched(in_time: u64, all: u64) -> bool {
        u128::from(in_time) * 100 < u128::from(all) * 85
    }
}
