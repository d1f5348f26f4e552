//! Freedom of information, environmental information and re-use.

use super::{Counting, Length, Standing, TimeLimit};
use crate::clock::{EIR_EXTENDED_WORKING_DAYS, REQUEST_WORKING_DAYS};
use crate::{Calendar, Day};

const RECEIVED: &str = "the request was received";
const FOI_FROM: Option<Day> = Some(Day::on(2005, 1, 1));
const CODE: &str = "Freedom of Information Code of Practice 2018, issued under section 45 of the Freedom of Information \
                    Act 2000";
const CODE_FROM: Option<Day> = Some(Day::on(2018, 7, 4));

/// Section 10(1): not later than the twentieth working day following the date of receipt. The Act's general right of access
/// came into force on 1 January 2005.
pub const FOI_REQUEST: TimeLimit = TimeLimit::new(
    "Answer to a request under the Freedom of Information Act",
    "Freedom of Information Act 2000, section 10(1) and (6)",
    RECEIVED,
    Length::WorkingDays(REQUEST_WORKING_DAYS),
)
.in_force(FOI_FROM, None);

/// Section 10(3) allows such time as is reasonable for weighing the public interest, and names no number; the notice of
/// section 17(1) is due within the time of [`FOI_REQUEST`] all the same. The Commissioner expects an answer in no more than
/// 20 working days beyond it.
pub const FOI_PUBLIC_INTEREST: TimeLimit = TimeLimit::new(
    "Answer once the public interest was weighed",
    "Freedom of Information Act 2000, section 10(3); the Information Commissioner's guidance on time for compliance",
    RECEIVED,
    Length::WorkingDays(40),
)
.in_force(FOI_FROM, None)
.standing(Standing::Guidance);

/// Section 9(2): the fee is paid within the three months beginning with the day on which the fees notice is given, or the
/// request need not be answered.
pub const FOI_FEE: TimeLimit = TimeLimit::new(
    "Payment of a fee",
    "Freedom of Information Act 2000, section 9(2)",
    "the fees notice was given",
    Length::Months(3),
)
.in_force(FOI_FROM, None)
.counted(Counting::DayItself, Counting::DayItself);

/// Records that were transferred to a public record office: ten more working days. Known to the authors with a confidence of
/// 80 per cent.
pub const FOI_ARCHIVES: TimeLimit = TimeLimit::new(
    "Answer from transferred public records",
    "Freedom of Information (Time for Compliance and Request) Regulations 2004",
    RECEIVED,
    Length::WorkingDays(30),
)
.in_force(FOI_FROM, None)
.standing(Standing::Unconfirmed);

/// Maintained schools and academies: 20 school days, or [`FOI_SCHOOL`], whichever ends first;
/// [`school_deadline`](crate::school_deadline) works out both.
pub const FOI_SCHOOL_DAYS: TimeLimit = TimeLimit::new(
    "Answer of a school, in school days",
    "Freedom of Information (Time for Compliance with Request) Regulations 2009",
    RECEIVED,
    Length::WorkingDays(20),
)
.in_force(FOI_FROM, None);

/// The other limit of schools: see [`FOI_SCHOOL_DAYS`].
pub const FOI_SCHOOL: TimeLimit = TimeLimit::new(
    "Answer of a school, in working days",
    "Freedom of Information (Time for Compliance with Request) Regulations 2009",
    RECEIVED,
    Length::WorkingDays(60),
)
.in_force(FOI_FROM, None);

/// The requester asks for an internal review within so many working days of the answer.
pub const FOI_REVIEW_ASKED: TimeLimit =
    TimeLimit::new("Asking for an internal review", CODE, "the answer was given", Length::WorkingDays(40))
        .in_force(CODE_FROM, None)
        .standing(Standing::Guidance);

/// Most internal reviews.
pub const FOI_REVIEW: TimeLimit =
    TimeLimit::new("Answer to an internal review", CODE, "the review was asked for", Length::WorkingDays(20))
        .in_force(CODE_FROM, None)
        .standing(Standing::Guidance);

/// Complex and exceptional internal reviews.
pub const FOI_REVIEW_COMPLEX: TimeLimit =
    TimeLimit { name: "Answer to a complex internal review", length: Length::WorkingDays(40), ..FOI_REVIEW };

/// Regulation 5(2): no later than 20 working days after the date of receipt.
pub const EIR_REQUEST: TimeLimit = TimeLimit::new(
    "Answer to a request for environmental information",
    "Environmental Information Regulations 2004, regulations 2(1) and 5(2)",
    RECEIVED,
    Length::WorkingDays(REQUEST_WORKING_DAYS),
)
.in_force(FOI_FROM, None);

/// Regulation 7(1): where complexity and volume make it impracticable to answer earlier, and the applicant was told so within
/// the time of [`EIR_REQUEST`].
pub const EIR_EXTENDED: TimeLimit = TimeLimit::new(
    "Answer to a complex and voluminous request for environmental information",
    "Environmental Information Regulations 2004, regulations 5(2) and 7(1)",
    RECEIVED,
    Length::WorkingDays(EIR_EXTENDED_WORKING_DAYS),
)
.in_force(FOI_FROM, None);

/// Regulation 8(5): a charge that was asked for in advance. Known to the authors with a confidence of 85 per cent.
pub const EIR_CHARGE: TimeLimit = TimeLimit::new(
    "Payment of a charge for environmental information",
    "Environmental Information Regulations 2004, regulation 8(5)",
    "payment was asked for",
    Length::WorkingDays(60),
)
.in_force(FOI_FROM, None)
.standing(Standing::Unconfirmed);

/// Regulation 11(2): the applicant's representations, from when the applicant believes that the authority failed.
pub const EIR_REVIEW_ASKED: TimeLimit = TimeLimit::new(
    "Asking for a reconsideration of environmental information",
    "Environmental Information Regulations 2004, regulation 11(2)",
    "the authority is believed to have failed",
    Length::WorkingDays(40),
)
.in_force(FOI_FROM, None);

/// Regulation 11(4): unlike the internal review of the Act, this is law.
pub const EIR_REVIEW: TimeLimit = TimeLimit::new(
    "Reconsideration of environmental information",
    "Environmental Information Regulations 2004, regulation 11(4)",
    "the representations were received",
    Length::WorkingDays(40),
)
.in_force(FOI_FROM, None);

/// Regulation 8(1): before the end of the twentieth working day beginning with the day after receipt.
pub const REUSE_REQUEST: TimeLimit = TimeLimit::new(
    "Answer to a request for re-use",
    "Re-use of Public Sector Information Regulations 2015, regulation 8(1)",
    RECEIVED,
    Length::WorkingDays(REQUEST_WORKING_DAYS),
)
.in_force(Some(Day::on(2015, 7, 18)), None);

/// The same under the Regulations of 2005, which those of 2015 replaced.
pub const REUSE_REQUEST_2005: TimeLimit = TimeLimit {
    source: "Re-use of Public Sector Information Regulations 2005, regulation 8(1)",
    from: Some(Day::on(2005, 7, 1)),
    until: Some(Day::on(2015, 7, 17)),
    ..REUSE_REQUEST
};

/// The working days one behind the other within which costs of like requests are added up: Freedom of Information and Data
/// Protection (Appropriate Limit and Fees) Regulations 2004, regulation 5(2)(b).
pub const AGGREGATION_WORKING_DAYS: i64 = 60;

/// Whether the costs of like requests that were received on two days may be added up.
#[must_use]
pub fn may_be_aggregated(first: Day, last: Day, calendar: &Calendar) -> bool {
    let (first, last) = (first.min(last), first.max(last));
    calendar.working_days_between(first.plus(-1), last) <= AGGREGATION_WORKING_DAYS
}
