//! Mistakes in the register of requests, and how they are put right.

use super::requests::{answered, received, searched};
use crate::case::Case;
use crate::day::Moment;
use crate::desk::{Desk, fields};

/// Twice the same: the second is merged away.
pub(super) fn merged(desk: &mut Desk, at: Moment) {
    let first = {
        let mut case = received(desk, at, "foi");
        case.say("case.alias_recorded", fields![alias: format!("CRM-{}", at.day())]);
        case.subject.clone()
    };
    let mut case = Case::numbered(desk, "FOI", at);
    case.wait(0, 2);
    case.say("request.received", fields![regime: "foi", channel: "email", requester_class: "private"]);
    case.wait(0, 1);
    case.say(
        "case.merged",
        fields![into: first.as_str(), merge_reason: "duplicate", decided_by: "role/information-officer"],
    );
    case.subject = first;
    let is_late = searched(&mut case);
    answered(&mut case, "foi", "granted_in_full", is_late);
}

/// It was merged away by mistake, and stands by itself again.
pub(super) fn unmerged(desk: &mut Desk, at: Moment) {
    let mut case = received(desk, at, "foi");
    let second = case.subject.clone();
    let other = case.desk.case_number("FOI", at);
    case.say_of(
        "request.received",
        &other,
        fields![regime: "foi", channel: "email", requester_class: "private"],
    );
    case.say(
        "case.merged",
        fields![into: other.as_str(), merge_reason: "same_matter", decided_by: "role/information-officer"],
    );
    case.wait(1, 3);
    case.say(
        "case.unmerged",
        fields![merge_reason: "mistake", decided_by: "role/information-governance-manager"],
    );
    case.say_of("request.acknowledged", &other, fields![regime: "foi", template: "foi-ack-1"]);
    case.say_of("request.assigned", &other, fields![assigned_to: "role/information-officer"]);
    case.wait(2, 8);
    for subject in [second, other] {
        case.subject = subject;
        answered(&mut case, "foi", "granted_in_full", false);
    }
}

/// Closed in error, opened again, and answered.
pub(super) fn reopened(desk: &mut Desk, at: Moment) {
    let mut case = received(desk, at, "foi");
    case.wait(2, 5);
    case.say("request.closed", fields![close_reason: "withdrawn"]);
    case.wait(1, 3);
    case.say("request.reopened", fields![reopen_reason: "closed_in_error"]);
    case.wait(2, 7);
    answered(&mut case, "foi", "granted_in_full", false);
}

/// Entered for the wrong case, and taken back.
pub(super) fn corrected(desk: &mut Desk, at: Moment) {
    let mut case = received(desk, at, "foi");
    case.wait(1, 3);
    let wrong = case.say("request.withdrawn", fields![channel: "phone"]);
    case.wait(0, 1);
    let (subject, now) = (case.subject.clone(), case.now);
    case.desk.correct(now, &subject, wrong, fields![action: "void", reason: "wrong_case"]);
    case.wait(3, 8);
    answered(&mut case, "foi", "granted_in_full", false);
}

/// Taken back by mistake, and put back.
pub(super) fn corrected_twice(desk: &mut Desk, at: Moment) {
    let mut case = received(desk, at, "foi");
    case.wait(1, 3);
    let right =
        case.say("request.search_completed", fields![held: "yes", records_found: 9, hours_spent: 1.5]);
    case.wait(0, 1);
    let (subject, now) = (case.subject.clone(), case.now);
    case.desk.correct(now, &subject, right, fields![action: "void", reason: "recorded_twice"]);
    case.wait(1, 2);
    let now = case.now;
    case.desk.correct(now, &subject, right, fields![action: "restore", reason: "correction_was_wrong"]);
    case.wait(2, 6);
    answered(&mut case, "foi", "granted_in_full", false);
}
