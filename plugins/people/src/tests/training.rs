use super::*;

fn scenario() -> Scenario<People> {
    Scenario::new()
}

fn assigned(person: &str, day: &str, course: &str, due: &str, kind: &str) -> Post {
    let data =
        json!({ "person": person, "user_class": "staff", "course": course, "due": due, "course_kind": kind });
    post("training.assigned", &format!("LRN-{person}-{course}"), day, data)
}

#[test]
fn the_first_training_is_due_thirty_days_after_the_first_day() {
    let run = scenario()
        .post(joined("p-1", "2026-03-02", "staff"))
        .wait_until("2026-04-02")
        .post(completed("p-1", "2026-04-05", "ig"))
        .run();
    assert_eq!(
        told(&run, "A-TRN-1"),
        [
            "Thu 2026-04-02 00:00 + A-TRN-1 induction-overdue p-1",
            "Sun 2026-04-05 09:00 - A-TRN-1 induction-overdue p-1",
        ]
    );
    let alert = run.alert("A-TRN-1", "induction-overdue");
    assert_eq!(
        alert.arithmetic,
        "The first training is due 30 days after the first day, Monday 2 March 2026 (setting training_induction_days): on \
         Wednesday 1 April 2026."
    );
    assert_eq!((alert.evidence.as_slice(), alert.severity), (&[0][..], None));
}

#[test]
fn who_is_trained_on_the_last_day_is_trained_in_time() {
    let run = scenario()
        .post(joined("p-1", "2026-03-02", "member"))
        .post(completed("p-1", "2026-04-01T22:59:00Z", "ig"))
        .wait_until("2026-06-01")
        .run();
    assert_eq!(told(&run, "A-TRN-1"), Vec::<String>::new());
    let visitor = scenario().post(joined("p-1", "2026-03-02", "visitor")).wait_until("2026-06-01").run();
    assert_eq!(told(&visitor, "A-TRN-1"), Vec::<String>::new());
}

#[test]
fn training_is_renewed_every_year_with_fourteen_days_of_grace() {
    let run = scenario()
        .post(completed("p-1", "2025-03-10", "ig"))
        .wait_until("2026-03-26")
        .post(completed("p-1", "2026-03-27", "ig"))
        .wait_until("2026-12-01")
        .run();
    assert_eq!(
        told(&run, "A-TRN-1"),
        [
            "Wed 2026-03-25 00:00 + A-TRN-1 renewal-overdue p-1",
            "Fri 2026-03-27 09:00 - A-TRN-1 renewal-overdue p-1",
        ]
    );
    assert!(
        run.alert("A-TRN-1", "renewal-overdue").arithmetic.contains("counts until Tuesday 10 March 2026")
    );
}

#[test]
fn an_assigned_course_is_overdue_after_its_grace_and_each_further_one_is_said() {
    let run = scenario()
        .post(assigned("p-1", "2026-03-02", "case-records", "2026-03-31", "role_based"))
        .post(assigned("p-1", "2026-03-03", "caller-checks", "2026-04-05", "caller_checks"))
        .wait_until("2026-04-25")
        .post(completed("p-1", "2026-04-26", "case-records"))
        .wait_until("2026-04-27")
        .post(completed("p-1", "2026-04-28", "caller-checks"))
        .run();
    assert_eq!(
        told(&run, "A-TRN-1"),
        [
            "Wed 2026-04-15 00:00 + A-TRN-1 1-courses-overdue p-1",
            "Mon 2026-04-20 00:00 - A-TRN-1 1-courses-overdue p-1",
            "Mon 2026-04-20 00:00 + A-TRN-1 2-courses-overdue p-1",
            "Sun 2026-04-26 09:00 - A-TRN-1 2-courses-overdue p-1",
            "Sun 2026-04-26 09:00 + A-TRN-1 1-courses-overdue p-1",
            "Tue 2026-04-28 09:00 - A-TRN-1 1-courses-overdue p-1",
        ]
    );
    assert_eq!(
        run.alert("A-TRN-1", "2-courses-overdue").arithmetic,
        "case-records was assigned on Monday 2 March 2026, due on Tuesday 31 March 2026. 14 days of grace are over (setting \
         training_grace_days). caller-checks was assigned on Tuesday 3 March 2026, due on Sunday 5 April 2026. 14 days of \
         grace are over (setting training_grace_days)."
    );
}

#[test]
fn an_enrolment_that_names_nobody_is_watched_under_its_own_number() {
    let data = json!({ "user_class": "staff", "course": "ig", "due": "2026-03-10", "course_kind": "annual" });
    let run = scenario()
        .post(post("training.assigned", "LRN-9", "2026-03-02", data))
        .wait_until("2026-04-01")
        .run();
    assert_eq!(told(&run, "A-TRN-1"), ["Wed 2026-03-25 00:00 + A-TRN-1 general-training-overdue LRN-9"]);
}

#[test]
fn an_exemption_moves_the_day() {
    let exempted = |data: Value| {
        scenario().post(joined("p-1", "2026-03-02", "staff")).post(post(
            "training.exempted",
            "LRN-1",
            "2026-03-10",
            data,
        ))
    };
    let until = exempted(json!({
        "person": "p-1", "course": "ig", "exemption_reason": "equivalent_training", "exempt_until": "2026-06-30"
    }));
    let run = until.wait_until("2026-09-01").run();
    assert_eq!(told(&run, "A-TRN-1"), ["Wed 2026-07-01 00:00 + A-TRN-1 induction-overdue p-1"]);
    let for_good = exempted(json!({ "person": "p-1", "course": "ig", "exemption_reason": "no_data_access" }));
    assert_eq!(told(&for_good.wait_until("2027-09-01").run(), "A-TRN-1"), Vec::<String>::new());
}

#[test]
fn days_of_absence_are_not_counted() {
    let absent = |day: &str, data: Value| post("staff.absence_started", "EMP-p-1", day, data);
    let back = |day: &str| post("staff.absence_ended", "EMP-p-1", day, json!({}));
    let run = scenario()
        .post(joined("p-1", "2026-03-02", "staff"))
        .post(absent("2026-03-12", json!({})))
        .wait_until("2026-06-01")
        .post(back("2026-06-10"))
        .wait_until("2026-08-01")
        .run();
    // 90 days from 12 March to 9 June.
    assert_eq!(told(&run, "A-TRN-1"), ["Wed 2026-07-01 00:00 + A-TRN-1 induction-overdue p-1"]);
    let words = &run.alert("A-TRN-1", "induction-overdue").arithmetic;
    assert!(
        words.ends_with("90 days of absence are not counted: it ends on Tuesday 30 June 2026."),
        "{words}"
    );
    // Nobody records the return: from the expected day on the time runs again.
    let expected = scenario()
        .post(joined("p-1", "2026-03-02", "staff"))
        .post(absent("2026-03-12", json!({ "expected_return": "2026-06-10" })))
        .wait_until("2026-08-01");
    assert_eq!(told(&expected.run(), "A-TRN-1"), ["Wed 2026-07-01 00:00 + A-TRN-1 induction-overdue p-1"]);
    // What is overdue already waits while the person is away.
    let overdue = scenario()
        .post(joined("p-1", "2026-03-02", "staff"))
        .wait_until("2026-04-03")
        .post(absent("2026-04-10", json!({})))
        .wait_until("2026-05-01")
        .post(back("2026-05-11"))
        .wait_until("2026-05-12");
    assert_eq!(
        told(&overdue.run(), "A-TRN-1"),
        [
            "Thu 2026-04-02 00:00 + A-TRN-1 induction-overdue p-1",
            "Fri 2026-04-10 09:00 - A-TRN-1 induction-overdue p-1",
            "Mon 2026-05-11 09:00 + A-TRN-1 induction-overdue p-1",
        ]
    );
}

/// 11.1, rule 12: a leaver who is also a councillor goes on under the remaining role.
#[test]
fn who_leaves_owes_nothing_unless_another_role_remains() {
    let gone = scenario()
        .post(joined("p-1", "2026-03-02", "staff"))
        .wait_until("2026-04-03")
        .post(left("p-1", "2026-04-10", &[]))
        .wait_until("2026-09-01")
        .run();
    assert_eq!(
        told(&gone, "A-TRN-1"),
        [
            "Thu 2026-04-02 00:00 + A-TRN-1 induction-overdue p-1",
            "Sat 2026-04-11 00:00 - A-TRN-1 induction-overdue p-1",
        ]
    );
    assert_eq!(gone.register("training", "2026-05-01"), []);
    let stays = scenario()
        .post(joined("p-1", "2026-03-02", "staff"))
        .post(left("p-1", "2026-03-20", &["member"]))
        .wait_until("2026-09-01")
        .run();
    assert_eq!(open(&stays, "A-TRN-1"), ["A-TRN-1 induction-overdue p-1"]);
    assert_eq!(open(&stays, "A-TRN-3"), ["A-TRN-3 below-target members"]);
    assert_eq!(open(&stays, "A-POL-4"), Vec::<String>::new(), "a councillor has no contract");
}

#[test]
fn access_comes_behind_training() {
    let run = scenario()
        .post(granted("p-1", "2026-03-02", "housing-cases"))
        .wait_until("2026-03-03")
        .post(completed("p-1", "2026-03-05", "ig"))
        .wait_until("2027-03-20")
        .run();
    assert_eq!(
        told(&run, "A-TRN-2"),
        [
            "Mon 2026-03-02 09:00 + A-TRN-2 never-trained p-1",
            "Thu 2026-03-05 09:00 - A-TRN-2 never-trained p-1",
            "Sat 2027-03-20 00:00 + A-TRN-2 training-lapsed p-1",
        ]
    );
    assert_eq!(
        run.alert("A-TRN-2", "never-trained").arithmetic,
        "Access to housing-cases is held since Monday 2 March 2026, and no training for it was completed."
    );
    let before = scenario()
        .post(completed("p-1", "2026-03-02T08:00:00Z", "ig"))
        .post(granted("p-1", "2026-03-02T07:00:00Z", "housing-cases").recorded("2026-03-02T09:00:00Z"))
        .wait_until("2026-09-01");
    assert_eq!(told(&before.run(), "A-TRN-2"), Vec::<String>::new(), "both on one day");
}

#[test]
fn a_revocation_ends_the_need_of_training() {
    let revoked = post("access.revoked", "access/p-1", "2026-03-06", json!({ "system": "housing-cases" }));
    let run = scenario()
        .post(granted("p-1", "2026-03-02", "housing-cases"))
        .wait_until("2026-03-05")
        .post(revoked.clone())
        .wait_until("2026-09-01")
        .run();
    assert_eq!(told(&run, "A-TRN-2").last().unwrap(), "Fri 2026-03-06 09:00 - A-TRN-2 never-trained p-1");
    let settled = [granted("p-1", "2026-03-02", "housing-cases"), revoked];
    let settled = settled.map(|post| post.recorded("2026-08-01"));
    let run = scenario().import(settled).wait_until("2026-09-01").run();
    assert_eq!(told(&run, "A-TRN-2"), Vec::<String>::new());
}

#[test]
fn a_system_with_a_course_of_its_own_asks_for_that_course() {
    let needs = json!({ "job_function": "housing", "courses": ["cases-101"], "systems": ["housing-cases"] });
    let run = scenario()
        .post(completed("p-1", "2026-03-01", "ig"))
        .post(granted("p-1", "2026-03-02", "housing-cases"))
        .wait_until("2026-03-03")
        .post(post("training.needs_analysed", "TNA-1", "2026-03-04", needs))
        .wait_until("2026-03-05")
        .post(completed("p-1", "2026-03-06", "cases-101"))
        .run();
    assert_eq!(
        told(&run, "A-TRN-2"),
        [
            "Wed 2026-03-04 09:00 + A-TRN-2 never-trained p-1",
            "Fri 2026-03-06 09:00 - A-TRN-2 never-trained p-1",
        ]
    );
}

#[test]
fn why_access_is_no_longer_without_training() {
    let needs = json!({ "job_function": "housing", "courses": ["cases-101"], "systems": ["housing-cases"] });
    let analysed = |at: &str, needs: &Value| post("training.needs_analysed", "TNA-1", at, needs.clone());
    let why = |post: Post| {
        let run = scenario()
            .post(analysed("2026-03-01T10:00:00Z", &needs))
            .post(completed("p-1", "2026-03-01", "ig"))
            .post(granted("p-1", "2026-03-02", "housing-cases"))
            .wait_until("2026-03-03")
            .post(post)
            .run();
        let reasons = reasons(&run, "A-TRN-2");
        assert_eq!(reasons.len(), 1, "{:?}", run.history());
        reasons[0].to_owned()
    };
    let trained = completed("p-1", "2026-03-06", "cases-101");
    assert_eq!(why(trained), "training was completed on Friday 6 March 2026");
    let revoked = post("access.revoked", "access/p-1", "2026-03-06", json!({ "system": "housing-cases" }));
    assert_eq!(why(revoked), "the access has ended");
    let other = json!({ "job_function": "housing", "courses": ["ig"], "systems": ["housing-cases"] });
    assert_eq!(why(analysed("2026-03-06", &other)), "the system needs other courses now");
}

#[test]
fn a_service_account_is_not_trained() {
    let data = json!({ "person": "svc-1", "system": "housing-cases", "entitlement": "read", "user_class": "service_account" });
    let account = post("access.granted", "access/svc-1", "2026-03-02", data);
    let nobody = json!({ "system": "housing-cases", "entitlement": "read" });
    let run = scenario()
        .post(account)
        .post(post("access.granted", "access/x", "2026-03-02", nobody))
        .wait_until("2026-06-01")
        .run();
    assert_eq!(told(&run, "A-TRN-2"), Vec::<String>::new());
}

#[test]
fn councillors_are_counted_against_the_target() {
    let mut scenario = scenario();
    for number in 1..=20 {
        scenario = scenario.post(joined(&format!("m-{number}"), "2026-05-04", "member"));
    }
    for number in 1..=18 {
        scenario = scenario.post(completed(&format!("m-{number}"), "2026-05-20", "ig"));
    }
    // The last two do it too late: on the 3rd of June the first days are over, and 18 of 20 are 90 of a hundred.
    let run = scenario
        .clone()
        .wait_until("2026-06-10")
        .post(completed("m-19", "2026-06-11", "ig"))
        .wait_until("2026-07-01")
        .run();
    assert_eq!(
        told(&run, "A-TRN-3"),
        [
            "Thu 2026-06-04 00:00 + A-TRN-3 below-target members",
            "Thu 2026-06-11 09:00 - A-TRN-3 below-target members",
        ]
    );
    let alert = run.alert("A-TRN-3", "below-target");
    assert!(alert.arithmetic.starts_with("On Thursday 4 June 2026 18 of 20 councillors held valid training"));
    assert_eq!(alert.evidence, [18, 19]);
    let lower = scenario.setting("training_target_per_cent", json!(90)).wait_until("2026-06-10").run();
    assert_eq!(told(&lower, "A-TRN-3"), Vec::<String>::new());
}

#[test]
fn two_identifiers_are_one_person() {
    let linked = json!({ "person": "p-1", "same_as": "hr-1" });
    let run = scenario()
        .post(joined("p-1", "2026-03-02", "staff"))
        .post(completed("hr-1", "2026-03-10", "ig"))
        .wait_until("2026-04-05")
        .post(post("identity.linked", "IDL-1", "2026-04-06", linked))
        .run();
    assert_eq!(told(&run, "A-TRN-1").last().unwrap(), "Mon 2026-04-06 09:00 - A-TRN-1 induction-overdue p-1");
}

/// What was completed by mistake under this number was not; and the register shows it.
#[test]
fn a_correction_opens_and_clears_and_shows_in_the_register() {
    let never_joined = scenario()
        .post(joined("p-1", "2026-03-02", "staff"))
        .wait_until("2026-04-05")
        .post(void("EMP-p-1", "2026-04-06", 0))
        .run();
    assert_eq!(
        told(&never_joined, "A-TRN-1").last().unwrap(),
        "Mon 2026-04-06 09:00 - A-TRN-1 induction-overdue p-1"
    );
    let run = Scenario::<People>::new()
        .post(joined("p-1", "2026-03-02", "staff"))
        .post(assigned("p-1", "2026-03-02T10:00:00Z", "ig", "2026-03-20", "annual"))
        .post(post(
            "training.completed",
            "LRN-p-1-ig",
            "2026-03-02T12:00:00Z",
            json!({ "user_class": "staff", "course": "ig" }),
        ))
        .wait_until("2026-04-05")
        .post(void("LRN-p-1-ig", "2026-04-06", 2))
        .wait_until("2026-04-07")
        .run();
    assert_eq!(open(&run, "A-TRN-1"), ["A-TRN-1 induction-overdue p-1"]);
    let rows = run.register("training", "2026-04-07");
    assert_eq!(rows[0].cells[10], Cell::from("entry 2 voided by entry 5"));
    assert_eq!(
        (rows[0].cells[5].clone(), rows[0].cells[6].clone()),
        (Cell::from("red"), Cell::from("overdue"))
    );
}

#[test]
fn a_history_without_sense_gives_a_finding_and_no_absurd_alert() {
    let posts = [
        post("staff.absence_ended", "EMP-p-1", "2026-02-01", json!({ "person": "p-1" })),
        joined("p-1", "2026-03-02", "staff"),
        post("staff.left", "EMP-p-1", "2026-03-05", json!({ "last_day": "2026-02-20" })),
        post("access.revoked", "access/p-1", "2026-03-06", json!({ "system": "x", "person": "p-1" })),
        post("training.completed", "LRN-1", "2026-03-07", json!({ "person": "p-1" })),
    ];
    let posts = posts.map(|post| post.recorded("2026-03-08"));
    let run = scenario().import(posts).wait_until("2026-09-01").run();
    let of_person = run.history().into_iter().filter(|line| line.ends_with(" p-1")).count();
    assert_eq!(of_person, 0, "{:?}", run.history());
    let sections = run.sections("2026-04-01", "2027-03-31", "2026-09-01");
    let findings: Vec<&str> = report::findings(&sections[1]);
    assert_eq!(findings.len(), 2, "{findings:?}");
}
