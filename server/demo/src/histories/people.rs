//! Joiners, movers and leavers, with their access.

use super::training::BASICS;
use crate::case::Case;
use crate::council::{DIRECTORATES, SYSTEMS};
use crate::day::Moment;
use crate::desk::{Desk, fields};

const FUNCTIONS: [&str; 6] =
    ["housing-officer", "social-worker", "benefits-officer", "planner", "librarian", "payroll-clerk"];

/// Somebody who takes part in one history only: a leaver leaves once.
fn newcomer<'d>(desk: &'d mut Desk, at: Moment) -> (Case<'d>, String) {
    let case = Case::counted(desk, "EMP", at);
    let person = format!("hr-{}", 1_000_000 + case.subject[4..].parse::<u32>().unwrap_or_default());
    (case, person)
}

/// The next account, under a number of its own.
fn account(case: &mut Case<'_>) -> String {
    format!("access/p-{:06}", case.desk.next_number("access"))
}

fn granted(case: &mut Case<'_>, person: &str, function: &'static str) -> (String, &'static str) {
    let (account, (system, _)) = (account(case), case.pick(&SYSTEMS));
    let approval = format!("CHG-{}", account.len() + 4_000);
    case.say_of(
        "access.requested",
        &account,
        fields![
            person: person, system: system, entitlement: "edit", job_function: function, user_class: "staff",
            requested_by: "role/line-manager",
        ],
    );
    case.wait(0, 2);
    case.say_of(
        "access.approved",
        &account,
        fields![
            person: person, system: system, entitlement: "edit", approved_by: "role/system-owner",
            approval_ref: approval.as_str(),
        ],
    );
    let review = case.in_days(365);
    case.say_of(
        "access.granted",
        &account,
        fields![
            person: person, system: system, entitlement: "edit", job_function: function, user_class: "staff",
            approved_by: "role/system-owner", approval_ref: approval, review_due: review,
        ],
    );
    (account, system)
}

/// From the first day to the clause, the instruction, the policy, the access.
pub(super) fn joiner(desk: &mut Desk, at: Moment) {
    let (mut case, person) = newcomer(desk, at);
    let person = person.as_str();
    let function = case.pick(&FUNCTIONS);
    case.say(
        "staff.joined",
        fields![person: person, user_class: "staff", job_function: function, starts: at.day()],
    );
    case.say(
        "staff.instructed",
        fields![
            person: person, user_class: "staff", policies: vec!["information-security", "acceptable-use"],
            instructed_by: "role/line-manager",
        ],
    );
    case.say(
        "contract.clause_acknowledged",
        fields![person: person, user_class: "staff", clause_kind: "confidentiality", occasion: "start"],
    );
    case.wait(0, 2);
    let score = case.between(70, 100);
    let version = case.desk.policy_version(case.now.day());
    case.say_of(
        "policy.acknowledged",
        "information-security",
        fields![
            person: person, user_class: "staff", version: version, sha256: super::SHA256, score: score,
            understood: true,
        ],
    );
    first_training(&mut case, person);
    granted(&mut case, person, function);
}

/// Before they are given access, nine in ten take what everybody has to take; the others are reminded by an alert.
fn first_training(case: &mut Case<'_>, person: &str) {
    let subject = format!("LRN-{:07}", case.desk.next_number("LRN"));
    let due = case.in_days(30);
    case.say_of(
        "training.assigned",
        &subject,
        fields![person: person, user_class: "staff", course: BASICS, course_kind: "induction", due: due],
    );
    if !case.at_times(90) {
        return;
    }
    case.wait(0, 6);
    let (score, until) = (case.between(80, 100), case.in_days(365));
    case.say_of(
        "training.completed",
        &subject,
        fields![
            person: person, user_class: "staff", course: BASICS, course_kind: "induction", score: score,
            pass_mark: 80, valid_until: until, delivery: "e_learning",
        ],
    );
}

/// The old access goes, the new one comes; for one in twelve the old one is forgotten.
pub(super) fn mover(desk: &mut Desk, at: Moment) {
    let (mut case, person) = newcomer(desk, at);
    let person = person.as_str();
    let (old, system) = granted(&mut case, person, "benefits-officer");
    case.wait(5, 40);
    let (before, effective, now) = (case.unit, case.in_days(7), case.now);
    case.unit = case.pick(&DIRECTORATES);
    case.say(
        "staff.moved",
        fields![
            person: person, user_class: "staff", job_function: "housing-officer",
            job_function_before: "benefits-officer", unit_before: before, effective: effective,
            access_to_change: true, notified_at: now,
        ],
    );
    case.wait(5, 7);
    if !case.in_hundred(8) {
        case.say_of(
            "access.revoked",
            &old,
            fields![person: person, system: system, entitlement: "edit", change_reason: "moved"],
        );
    }
    granted(&mut case, person, "housing-officer");
}

/// Told of in time, with a checklist; for one in fifteen the access is taken away days late.
pub(super) fn leaver(desk: &mut Desk, at: Moment) {
    let (mut case, person) = newcomer(desk, at);
    let person = person.as_str();
    let (account, system) = granted(&mut case, person, "planner");
    case.wait(5, 30);
    let (last, now) = (case.in_working_days(5), case.now);
    case.say(
        "staff.leaver_notified",
        fields![person: person, user_class: "staff", last_day: last, notified_at: now],
    );
    case.wait(4, 4);
    for item in ["keys", "badge", "laptop"] {
        case.say("exit.item_completed", fields![person: person, item: item, result: "done"]);
    }
    let is_forgotten = case.in_hundred(7);
    if !is_forgotten {
        case.say_of(
            "access.revoked",
            &account,
            fields![person: person, system: system, entitlement: "edit", change_reason: "left"],
        );
    }
    case.say(
        "exit.checklist_completed",
        fields![
            person: person, items_outstanding: 0, completed_by: "role/line-manager", leaver_signed: true,
            last_day: last,
        ],
    );
    case.now = case.now.max(last.at(16, 30));
    let reason = case.pick(&["resignation", "resignation", "retirement", "end_of_contract", "transfer"]);
    case.say(
        "staff.left",
        fields![person: person, user_class: "staff", last_day: last, leaving_reason: reason],
    );
    if is_forgotten {
        case.wait(3, 25);
        case.say_of(
            "access.revoked",
            &account,
            fields![person: person, system: system, entitlement: "edit", change_reason: "left"],
        );
    }
}

/// The risk manager hears of it within the hour, and so does the account.
pub(super) fn suspended(desk: &mut Desk, at: Moment) {
    let (mut case, person) = newcomer(desk, at);
    let person = person.as_str();
    let (account, system) = granted(&mut case, person, "payroll-clerk");
    case.wait(10, 60);
    let now = case.now;
    case.say(
        "staff.suspended",
        fields![person: person, user_class: "staff", suspended_at: now, access_to_stop: true],
    );
    let (reference, now) = (case.subject.clone(), case.now);
    case.say(
        "staff.irm_alerted",
        fields![
            person: person, alerted: "role/information-risk-manager", suspension_ref: reference,
            notified_at: now,
        ],
    );
    case.say_of(
        "access.suspended",
        &account,
        fields![person: person, system: system, entitlement: "edit", change_reason: "suspended"],
    );
}

pub(super) fn absent(desk: &mut Desk, at: Moment) {
    let (mut case, person) = newcomer(desk, at);
    let back = case.in_days(90);
    let kind = case.pick(&["parental", "sickness", "secondment", "career_break"]);
    case.say(
        "staff.absence_started",
        fields![person: person.as_str(), absence_kind: kind, expected_return: back],
    );
    case.wait(40, 70);
    case.say("staff.absence_ended", fields![person: person]);
}

/// Two identifiers of one person; and once they were those of two.
pub(super) fn linked(desk: &mut Desk, at: Moment) {
    let mut case = Case::numbered(desk, "IDL", at);
    let (person, other) = (case.desk.person(), format!("ad-{}", case.subject));
    case.say(
        "identity.linked",
        fields![
            person: person.as_str(), same_as: other.as_str(), directory: "hr",
            link_reason: "same_employee_number", decided_by: "role/hr-records",
        ],
    );
    if case.at_times(10) {
        case.wait(1, 9);
        case.say(
            "identity.unlinked",
            fields![
                person: person, same_as: other, directory: "hr", link_reason: "mistake",
                decided_by: "role/hr-records",
            ],
        );
    }
}

/// Confirmed again every year, and sometimes reduced.
pub(super) fn access_reviewed(desk: &mut Desk, at: Moment) {
    let (mut case, person) = newcomer(desk, at);
    let person = person.as_str();
    let (account, system) = granted(&mut case, person, "librarian");
    case.wait(20, 60);
    case.say_of(
        "access.changed",
        &account,
        fields![
            person: person, system: system, entitlement: "read", entitlement_before: "edit",
            approved_by: "role/system-owner", change_reason: "review",
        ],
    );
    let review = case.in_days(365);
    case.say_of(
        "access.reviewed",
        &account,
        fields![
            person: person, system: system, entitlement: "read", decision: "kept",
            approved_by: "role/system-owner", review_due: review,
        ],
    );
}

pub(super) fn access_refused(desk: &mut Desk, at: Moment) {
    let (mut case, person) = newcomer(desk, at);
    let account = account(&mut case);
    let (system, _) = case.pick(&SYSTEMS);
    case.say_of(
        "access.requested",
        &account,
        fields![
            person: person.as_str(), system: system, entitlement: "admin", job_function: "librarian",
            user_class: "staff",
        ],
    );
    case.wait(0, 2);
    case.say_of(
        "access.refused",
        &account,
        fields![
            person: person, system: system, entitlement: "admin", approved_by: "role/system-owner",
            refusal_reason: "outside_job_function",
        ],
    );
}

pub(super) fn elevated(desk: &mut Desk, at: Moment) {
    let mut case = Case::counted(desk, "EMP", at);
    let (account, person) = (account(&mut case), case.desk.person());
    let (minutes, (system, _)) = (case.between(15, 240), case.pick(&SYSTEMS));
    case.say_of(
        "access.privilege_elevated",
        &account,
        fields![
            person: person, system: system, entitlement: "admin", approved_by: "role/head-of-ict",
            approval_ref: format!("CHG-E-{minutes}"), minutes: minutes,
        ],
    );
}

pub(super) fn turned_away(desk: &mut Desk, at: Moment) {
    let mut case = Case::counted(desk, "EMP", at);
    let (account, person) = (account(&mut case), case.desk.person());
    let (attempts, (system, _)) = (case.between(3, 9), case.pick(&SYSTEMS));
    case.say_of(
        "access.attempt_denied",
        &account,
        fields![person: person, system: system, attempts: attempts, denial_reason: "wrong_credentials"],
    );
}

/// An account that belongs to nobody known, found and taken away.
pub(super) fn orphan(desk: &mut Desk, at: Moment) {
    let mut case = Case::counted(desk, "EMP", at);
    let (account, (system, _)) = (account(&mut case), case.pick(&SYSTEMS));
    let used = case.in_days(-140);
    case.say_of(
        "access.orphan_detected",
        &account,
        fields![system: system, entitlement: "read", privileged: false, last_used: used],
    );
    case.wait(1, 12);
    case.say_of(
        "access.revoked",
        &account,
        fields![system: system, entitlement: "read", change_reason: "no_longer_needed"],
    );
}

/// Rights that should not come together: taken apart, or accepted for a time with another control.
pub(super) fn conflict(desk: &mut Desk, at: Moment) {
    let mut case = Case::numbered(desk, "SOD", at);
    let (person, by) = (case.desk.person(), case.in_working_days(10));
    let rights = || vec!["pay/create-supplier", "pay/approve-payment"];
    case.say(
        "sod.conflict_detected",
        fields![
            person: person.as_str(), system: "payroll", rights: rights(), area: "payments", resolve_by: by,
        ],
    );
    case.wait(2, 9);
    let until = case.in_days(180);
    case.say(
        "sod.exception_approved",
        fields![
            person: person, system: "payroll", rights: rights(), area: "payments",
            approved_by: "role/chief-finance-officer", compensating_control: "log_review",
            exception_until: until,
        ],
    );
}
