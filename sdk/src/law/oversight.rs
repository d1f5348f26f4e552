//! Regulators, tribunals and surveillance.

use super::{Counting, Length, Standing, TimeLimit};
use crate::Day;

const AUTHORISED: &str = "the authorisation took effect";
const RIPA: &str = "Regulation of Investigatory Powers Act 2000, section 43(3)";

/// How soon a requester complains to the Commissioner after the final answer. Known with a confidence of 75 per cent.
pub const ICO_COMPLAINT: TimeLimit = TimeLimit::new(
    "Complaint to the Information Commissioner",
    "The Information Commissioner's guidance on complaints about requests for information",
    "the final answer was given",
    Length::Weeks(6),
)
.standing(Standing::Unconfirmed);

/// The same as it was before: three months.
pub const ICO_COMPLAINT_BEFORE: TimeLimit = TimeLimit { length: Length::Months(3), ..ICO_COMPLAINT };

/// What a decision notice mostly allows for what it orders; what it says counts. Known with a confidence of 75 per cent.
pub const DECISION_NOTICE: TimeLimit = TimeLimit::new(
    "Steps that a decision notice orders",
    "Freedom of Information Act 2000, section 50(4), and the notice itself",
    "the notice was issued",
    Length::Days(30),
)
.standing(Standing::Unconfirmed);

/// The same as it was before: 35 days.
pub const DECISION_NOTICE_BEFORE: TimeLimit = TimeLimit { length: Length::Days(35), ..DECISION_NOTICE };

/// An appeal against a notice.
pub const APPEAL: TimeLimit = TimeLimit::new(
    "Appeal to the First-tier Tribunal",
    "Tribunal Procedure (First-tier Tribunal) (General Regulatory Chamber) Rules 2009, rule 22",
    "the notice was sent",
    Length::Days(28),
);

/// The statistics of an authority of more than 100 full-time equivalents.
pub const STATISTICS: TimeLimit = TimeLimit::new(
    "Publication of freedom of information statistics",
    "Freedom of Information Code of Practice 2018, paragraphs 8.5 and 8.6",
    "the quarter ended",
    Length::Months(1),
)
.in_force(Some(Day::on(2018, 7, 4)), None)
.standing(Standing::Guidance);

/// An authorisation of directed surveillance: three months beginning with the day on which it took effect, for councils
/// that on which a magistrate approved it. Known with a confidence of 90 per cent.
pub const SURVEILLANCE: TimeLimit =
    TimeLimit::new("Authorisation of directed surveillance", RIPA, AUTHORISED, Length::Months(3))
        .counted(Counting::DayItself, Counting::DayItself);

/// An authorisation of a covert human intelligence source. Known with a confidence of 90 per cent.
pub const INFORMANT: TimeLimit =
    TimeLimit { name: "Authorisation of a covert source", length: Length::Months(12), ..SURVEILLANCE };

/// The same where the source is under 18: four months since 20 July 2018 (SI 2018/715). The day was compared with no source.
pub const INFORMANT_JUVENILE: TimeLimit = TimeLimit {
    name: "Authorisation of a covert source under 18",
    source: "Regulation of Investigatory Powers (Juveniles) Order 2000, article 6",
    length: Length::Months(4),
    standing: Standing::Unconfirmed,
    from: Some(Day::on(2018, 7, 20)),
    ..SURVEILLANCE
};

/// The same before: one month.
pub const INFORMANT_JUVENILE_BEFORE_2018: TimeLimit = TimeLimit {
    length: Length::Months(1),
    from: None,
    until: Some(Day::on(2018, 7, 19)),
    ..INFORMANT_JUVENILE
};

/// The fee that controllers pay every year.
pub const DATA_PROTECTION_FEE: TimeLimit = TimeLimit::new(
    "Renewal of the data protection fee",
    "Data Protection (Charges and Information) Regulations 2018, regulation 2",
    "the last fee's period began",
    Length::Months(12),
)
.in_force(Some(Day::on(2018, 5, 25)), None)
.counted(Counting::DayItself, Counting::DayItself);

/// By when the Data Security and Protection Toolkit of a year is published: 30 June since 2021, 31 March before. Seen for
/// 2022 only; NHS England sets it for each year.
#[must_use]
pub fn toolkit_due(year: i16) -> Option<Day> {
    if year >= 2021 { Day::of(year, 6, 30) } else { Day::of(year, 3, 31) }
}
