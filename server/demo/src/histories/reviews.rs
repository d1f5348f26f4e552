//! What follows an answer: a review, the regulator, the tribunal.

use super::requests::{answered, received};
use crate::case::Case;
use crate::day::Moment;
use crate::desk::{Desk, fields};

/// An answer that the requester wants looked at again.
fn reviewed<'d>(desk: &'d mut Desk, at: Moment, about: &'static str) -> Case<'d> {
    let mut case = received(desk, at, "foi");
    case.wait(6, 12);
    answered(&mut case, "foi", "refused_in_full", false);
    case.wait(3, 20);
    let due = case.in_working_days(20);
    case.say("review.requested", fields![regime: "foi", channel: "email", complaint_about: about, due: due]);
    case
}

pub(super) fn review_upheld(desk: &mut Desk, at: Moment) {
    let mut case = reviewed(desk, at, "exemption");
    case.wait(8, 19);
    case.say(
        "review.decided",
        fields![
            outcome: "upheld", regime: "foi", further_disclosed: false, reviewer_independent: true,
            decided_by: "role/monitoring-officer",
        ],
    );
}

pub(super) fn review_extended(desk: &mut Desk, at: Moment) {
    let mut case = reviewed(desk, at, "search");
    case.wait(5, 12);
    let to = case.in_working_days(20);
    case.say("review.extended", fields![extended_to: to, extension_reason: "complex"]);
    case.wait(8, 18);
    case.say(
        "review.decided",
        fields![
            outcome: "upheld_in_part", regime: "foi", further_disclosed: true, reviewer_independent: true,
            sections: vec!["s.1", "s.43"], decided_by: "role/monitoring-officer",
        ],
    );
}

pub(super) fn review_withdrawn(desk: &mut Desk, at: Moment) {
    let mut case = reviewed(desk, at, "format");
    case.wait(2, 9);
    case.say("review.withdrawn", fields![channel: "email"]);
}

/// From the review to the regulator, and on to the tribunal.
pub(super) fn to_the_tribunal(desk: &mut Desk, at: Moment) {
    let mut case = reviewed(desk, at, "exemption");
    case.wait(8, 14);
    case.say("review.decided", fields![outcome: "upheld", regime: "foi", reviewer_independent: true]);
    case.wait(6, 12);
    let number = case.desk.next_number("IC-");
    let ico_ref = format!("IC-{}-X1Y2", 400_000 + number);
    let by = case.in_working_days(10);
    case.say(
        "ico.complaint_notified",
        fields![matter: "foi", ico_ref: ico_ref.as_str(), complaint_about: "exemption", comply_by: by],
    );
    let by = case.in_days(30);
    case.say("ico.information_notice", fields![ico_ref: ico_ref.as_str(), comply_by: by, matter: "foi"]);
    case.wait(5, 15);
    case.say("ico.information_supplied", fields![ico_ref: ico_ref.as_str(), matter: "foi"]);
    case.wait(5, 15);
    let (by, appeal) = (case.in_days(35), case.in_days(28));
    case.say(
        "ico.decision_notice",
        fields![
            ico_ref: ico_ref.as_str(), ico_finding: "upheld_in_part", sections: vec!["s.10", "s.43"],
            steps_required: 1, comply_by: by, appeal_by: appeal,
        ],
    );
    case.wait(5, 15);
    case.say(
        "tribunal.appealed",
        fields![
            appellant: "requester", ico_ref: ico_ref.as_str(),
            tribunal_ref: format!("FT/EA/{}/{number:04}", at.day().civil().0),
        ],
    );
    case.wait(5, 15);
    case.say("tribunal.decided", fields![appeal_outcome: "dismissed", steps_required: 0]);
    case.say("ico.decision_complied", fields![ico_ref: ico_ref.as_str(), complied_in_full: true]);
    case.say(
        "ico.complaint_closed",
        fields![ico_ref: ico_ref.as_str(), ico_action: "decision_notice", matter: "foi"],
    );
}

/// The regulator looks at how requests are dealt with altogether.
pub(super) fn reprimanded(desk: &mut Desk, at: Moment) {
    let mut case = Case::numbered(desk, "ICO", at);
    let recommendation = format!("PR-{}-1", case.subject);
    let by = case.in_days(60);
    case.say(
        "ico.practice_recommendation",
        fields![
            matter: "practice", recommendation_ref: recommendation.as_str(), steps_required: 2,
            comply_by: by,
        ],
    );
    case.wait(10, 20);
    let by = case.in_days(45);
    case.say(
        "ico.reprimand",
        fields![matter: "sar", recommendation_ref: recommendation, steps_required: 1, comply_by: by],
    );
    case.wait(10, 20);
    case.say("ico.decision_complied", fields![complied_in_full: true]);
    case.say("ico.complaint_closed", fields![ico_action: "reprimand", matter: "sar"]);
}
