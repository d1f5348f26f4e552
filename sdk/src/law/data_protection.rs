//! Data protection.

use super::{Counting, Length, Standing, TimeLimit};
use crate::Day;

const RECEIVED: &str = "the request was received";
const AWARE: &str = "the organisation became aware";
const GDPR_FROM: Option<Day> = Some(Day::on(2018, 5, 25));

/// Data Protection Act 1998, section 7(8): before the end of forty days beginning with the relevant day, on which the request
/// and, if later, the fee and what was needed to find the data had been received. Regulators counted from the day behind;
/// that nothing moves an end at a weekend is known to the authors with a confidence of 85 per cent.
pub const ACCESS_1998: TimeLimit = TimeLimit::new(
    "Answer to a request for one's own data",
    "Data Protection Act 1998, section 7(8) and (10)",
    RECEIVED,
    Length::Days(40),
)
.in_force(Some(Day::on(2000, 3, 1)), Some(Day::on(2018, 5, 24)))
.counted(Counting::DayAfter, Counting::DayItself);

/// Credit reference agencies under the Act of 1998.
pub const CREDIT_FILE_1998: TimeLimit = TimeLimit::new(
    "Answer of a credit reference agency",
    "Data Protection Act 1998, section 9; Consumer Credit Act 1974, section 158",
    RECEIVED,
    Length::WorkingDays(7),
)
.in_force(Some(Day::on(2000, 3, 1)), Some(Day::on(2018, 5, 24)));

/// UK GDPR, Article 12(3), as the Information Commissioner counted until August 2019: the clock starts on the day behind the
/// receipt. Since then the day of receipt counts, by the same words. On which day of August 2019 the guidance changed was
/// compared with no source: it is taken to be the first.
pub const RIGHT_2018: TimeLimit = TimeLimit::new(
    "Answer to a request of a data subject",
    "UK GDPR, Article 12(3), as the Information Commissioner counted until August 2019",
    RECEIVED,
    Length::Months(1),
)
.in_force(GDPR_FROM, Some(Day::on(2019, 7, 31)))
.counted(Counting::StartsDayAfter, Counting::DayAfter)
.rolled();

/// UK GDPR, Article 12(3): one month of receipt of the request, which ends on the corresponding day of the next month, and
/// where that is no working day, on the next one (the Information Commissioner's guidance; Regulation 1182/71).
pub const RIGHT_2019: TimeLimit = TimeLimit::new(
    "Answer to a request of a data subject",
    "UK GDPR, Article 12(3); the Information Commissioner's guidance on time limits",
    RECEIVED,
    Length::Months(1),
)
.in_force(Some(Day::on(2019, 8, 1)), Some(Day::on(2026, 2, 4)))
.rolled();

/// UK GDPR, Article 12A, by the Data (Use and Access) Act 2025, section 76, in force on 5 February 2026 (SI 2026/82): one
/// month beginning with the latest of the request, the identity and the fee. Whether "beginning with" makes the day of receipt
/// day 1 is not settled: the safe reading does. Requests that were open on that day are taken to follow the rule under which
/// they began; the transitional provision was not seen.
pub const RIGHT_2026: TimeLimit = TimeLimit::new(
    "Answer to a request of a data subject",
    "UK GDPR, Articles 12(3) and 12A",
    RECEIVED,
    Length::Months(1),
)
.in_force(Some(Day::on(2026, 2, 5)), None)
.counted(Counting::DayAfter, Counting::DayItself)
.rolled();

/// Data Protection Act 2018, section 164A(3): a complaint is acknowledged within 30 days beginning when it is received. The
/// Information Commissioner's guidance begins on the day behind, and moves an end that is no working day.
pub const COMPLAINT: TimeLimit = TimeLimit::new(
    "Acknowledgement of a data protection complaint",
    "Data Protection Act 2018, section 164A; the Information Commissioner's guidance on complaints",
    "the complaint was received",
    Length::Days(30),
)
.in_force(Some(Day::on(2026, 6, 19)), None)
.counted(Counting::DayAfter, Counting::DayItself)
.rolled();

/// UK GDPR, Article 33(1): the regulator is told no later than 72 hours after having become aware. Nights, weekends and
/// holidays count; Regulation 1182/71, Article 3(4), moves no period that is expressed in hours.
pub const BREACH_AUTHORITY: TimeLimit = TimeLimit::new(
    "Notification of a personal data breach",
    "UK GDPR, Article 33(1)",
    AWARE,
    Length::Hours(72),
)
.in_force(GDPR_FROM, None);

/// The same under Part 3 of the Data Protection Act 2018.
pub const BREACH_LAW_ENFORCEMENT: TimeLimit = TimeLimit {
    name: "Notification of a personal data breach in law enforcement",
    source: "Data Protection Act 2018, section 67(1)",
    ..BREACH_AUTHORITY
};

/// The same under the Privacy and Electronic Communications Regulations since 20 August 2025, by the Data (Use and Access)
/// Act 2025, section 111.
pub const BREACH_PECR: TimeLimit = TimeLimit {
    name: "Notification of a breach in electronic communications",
    source: "Privacy and Electronic Communications (EC Directive) Regulations 2003, regulation 5A",
    from: Some(Day::on(2025, 8, 20)),
    ..BREACH_AUTHORITY
};

/// The same before. The regulation came in on 26 May 2011.
pub const BREACH_PECR_BEFORE_2025: TimeLimit = TimeLimit {
    length: Length::Hours(24),
    from: Some(Day::on(2011, 5, 26)),
    until: Some(Day::on(2025, 8, 19)),
    ..BREACH_PECR
};

/// UK GDPR, Article 36(2): the regulator's advice before processing that would be of high risk.
pub const CONSULTATION: TimeLimit = TimeLimit::new(
    "Advice on processing of high risk",
    "UK GDPR, Article 36(2)",
    "the consultation was received",
    Length::Weeks(8),
)
.in_force(GDPR_FROM, None);

/// The same with the six more weeks of a complex case.
pub const CONSULTATION_EXTENDED: TimeLimit = TimeLimit {
    name: "Advice on complex processing of high risk",
    length: Length::Weeks(14),
    standing: Standing::Law,
    ..CONSULTATION
};

/// UK GDPR, Article 14(3)(a): the data subject is told of data that came from somebody else within a month at the latest.
pub const OTHERS_DATA: TimeLimit = TimeLimit::new(
    "Privacy information about data from somebody else",
    "UK GDPR, Article 14(3)(a)",
    "the data was obtained",
    Length::Months(1),
)
.in_force(GDPR_FROM, None);
