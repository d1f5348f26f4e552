//! Courses, briefings, and what comes back of them.

use crate::case::Case;
use crate::day::Moment;
use crate::desk::{Desk, fields};

/// Most of what is taken is what everybody takes every year.
const COURSES: [(&str, &str); 8] = [
    (BASICS, "annual"),
    (BASICS, "annual"),
    (BASICS, "annual"),
    (BASICS, "annual"),
    (BASICS, "annual"),
    (BASICS, "annual"),
    ("caller-checks", "caller_checks"),
    ("case-records", "role_based"),
];
/// What everybody takes.
pub(super) const BASICS: &str = "information-governance-basics";

fn assigned<'d>(desk: &'d mut Desk, at: Moment) -> (Case<'d>, String, &'static str, &'static str) {
    let mut case = Case::counted(desk, "LRN", at);
    let (person, (course, kind)) = (case.desk.person_in_turn("course"), case.pick(&COURSES));
    let due = case.in_days(30);
    case.say(
        "training.assigned",
        fields![person: person.as_str(), user_class: "staff", course: course, course_kind: kind, due: due],
    );
    (case, person, course, kind)
}

/// Most take it in time; one in nine late or never.
pub(super) fn completed(desk: &mut Desk, at: Moment) {
    let (mut case, person, course, kind) = assigned(desk, at);
    if !case.at_times(94) {
        return;
    }
    if case.in_hundred(6) {
        case.wait(28, 60)
    } else {
        case.wait(0, 18)
    }
    let (score, until) = (case.between(80, 100), case.in_days(365));
    case.say(
        "training.completed",
        fields![
            person: person, user_class: "staff", course: course, course_kind: kind, score: score,
            pass_mark: 80, valid_until: until, delivery: "e_learning",
        ],
    );
}

pub(super) fn failed_first(desk: &mut Desk, at: Moment) {
    let (mut case, person, course, kind) = assigned(desk, at);
    case.wait(1, 8);
    let score = case.between(30, 79);
    case.say(
        "training.failed",
        fields![
            person: person.as_str(), user_class: "staff", course: course, score: score, pass_mark: 80,
            attempt: 1,
        ],
    );
    case.wait(1, 8);
    let until = case.in_days(365);
    case.say(
        "training.completed",
        fields![
            person: person, user_class: "staff", course: course, course_kind: kind, score: 85, pass_mark: 80,
            valid_until: until, delivery: "one_to_one",
        ],
    );
}

pub(super) fn exempted(desk: &mut Desk, at: Moment) {
    let (mut case, person, course, _) = assigned(desk, at);
    case.wait(1, 8);
    let until = case.in_days(120);
    case.say(
        "training.exempted",
        fields![
            person: person, user_class: "staff", course: course, exemption_reason: "long_absence",
            exempt_until: until,
        ],
    );
}

pub(super) fn needs(desk: &mut Desk, at: Moment) {
    let mut case = Case::numbered(desk, "TNA", at);
    let (people, review) = (case.between(20, 300), case.in_days(365));
    case.say(
        "training.needs_analysed",
        fields![
            job_function: "social-worker", courses: vec![BASICS, "case-records"],
            systems: vec!["social-care-records"], people_needing: people,
            reviewed_by: "role/information-governance-manager", review_due: review,
        ],
    );
}

/// A briefing, and some of those who read it.
pub(super) fn briefing(desk: &mut Desk, at: Moment) {
    let mut case = Case::numbered(desk, "BRF", at);
    let topic = case.pick(&["phishing", "clear_desk", "incident_reporting", "secure_email", "retention"]);
    let (subject, people) = (case.subject.clone(), case.between(800, 4_800));
    case.say(
        "awareness.briefing_published",
        fields![topic: topic, channel: "intranet", audience: "all", people_reached: people],
    );
    for _ in 0..6 {
        case.wait(0, 3);
        let person = case.desk.person();
        case.say(
            "awareness.read",
            fields![person: person, user_class: "staff", briefing_ref: subject.as_str(), topic: topic],
        );
    }
    case.wait(10, 25);
    case.say(
        "awareness.reminder_issued",
        fields![topic: topic, channel: "email", audience: "managers", people_reached: 260],
    );
}

pub(super) fn phishing(desk: &mut Desk, at: Moment) {
    let mut case = Case::numbered(desk, "PHISH", at);
    let (clicked, reported) = (case.between(90, 420), case.between(700, 1_900));
    case.say(
        "phishing.simulated",
        fields![messages: 4_800, clicked: clicked, reported: reported, audience: "staff"],
    );
}

/// A version of a policy is read, and the clause confirmed again.
pub(super) fn policy_read(desk: &mut Desk, at: Moment) {
    let mut case = Case::counted(desk, "EMP", at);
    let (person, score) = (case.desk.person_in_turn("policy"), case.between(60, 100));
    let version = case.desk.policy_version(case.now.day());
    case.say_of(
        "policy.acknowledged",
        "information-security",
        fields![
            person: person.as_str(), user_class: "staff", version: version, sha256: super::SHA256,
            score: score, understood: score >= 70,
        ],
    );
    case.say(
        "contract.clause_acknowledged",
        fields![
            person: person, user_class: "staff", clause_kind: "data_protection", occasion: "annual_reminder",
        ],
    );
}
