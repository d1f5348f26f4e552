use super::*;

fn assigned(role: &str, kind: &str, day: &str) -> Post {
    post("role.assigned", role, day, json!({ "role_kind": kind, "person": "p-1" }))
}

fn vacated(role: &str, kind: &str, day: &str) -> Post {
    post("role.vacated", role, day, json!({ "role_kind": kind, "vacancy_reason": "left" }))
}

/// Easter: Good Friday is the 3rd of April, Easter Monday the 6th.
#[test]
fn a_role_may_stay_vacant_for_five_working_days() {
    let run = scenario()
        .post(assigned("role/siro", "siro", "2026-01-05"))
        .post(vacated("role/siro", "siro", "2026-03-31"))
        .wait_until("2026-04-10")
        .post(assigned("role/siro", "siro", "2026-04-10"))
        .wait_until("2026-06-01")
        .run();
    assert_eq!(
        told(&run, "A-GOV-1 vacant"),
        [
            "Fri 2026-04-10 00:00 + A-GOV-1 vacant role/siro",
            "Fri 2026-04-10 09:00 - A-GOV-1 vacant role/siro",
        ]
    );
    assert_eq!(
        run.alert("A-GOV-1", "vacant").arithmetic,
        "Nobody holds the role since Tuesday 31 March 2026. It may stay vacant for 5 working days behind that day \
         (setting role_vacancy_working_days): until Thursday 9 April 2026."
    );
    let row = &run.register("roles", "2026-04-02")[0];
    let due = "2026-04-09".parse::<muniment_sdk::Day>().unwrap();
    assert_eq!(row.cells[4..8], [due.into(), 3.into(), "amber".into(), "vacant".into()]);
}

#[test]
fn who_is_followed_at_once_leaves_no_vacancy() {
    let run = scenario()
        .post(assigned("role/dpo", "dpo", "2026-01-05"))
        .post(vacated("role/dpo", "dpo", "2026-03-31"))
        .post(post(
            "role.assigned",
            "role/dpo",
            "2026-04-01",
            json!({ "role_kind": "dpo", "acting": true, "until": "2026-06-30" }),
        ))
        .wait_until("2026-09-01")
        .run();
    // The last day of the one who stands in is the 30th of June.
    assert_eq!(told(&run, "A-GOV-1 vacant"), ["Thu 2026-07-09 00:00 + A-GOV-1 vacant role/dpo"]);
    let other = scenario()
        .post(assigned("role/x", "records_manager", "2026-01-05"))
        .post(vacated("role/x", "records_manager", "2026-02-02"))
        .wait_until("2026-06-01");
    assert_eq!(told(&other.run(), "A-GOV-1 vacant"), Vec::<String>::new());
    let mandatory = json!({ "role_kind": "records_manager", "mandatory": true });
    let mandatory = scenario()
        .post(assigned("role/x", "records_manager", "2026-01-05"))
        .post(post("role.vacated", "role/x", "2026-02-02", mandatory))
        .wait_until("2026-06-01");
    assert_eq!(told(&mandatory.run(), "A-GOV-1 vacant"), ["Tue 2026-02-10 00:00 + A-GOV-1 vacant role/x"]);
}

/// Leicester's policy gives the information risk manager duties, and nowhere says who that is.
#[test]
fn a_role_that_the_policies_name_and_nobody_ever_held_is_vacant_too() {
    let run = scenario()
        .post(assigned("role/siro", "siro", "2026-01-05"))
        .post(assigned("role/dpo", "dpo", "2026-01-05"))
        .post(assigned("role/iao-housing", "information_asset_owner", "2026-01-05"))
        .post(assigned("role/ig-manager", "information_governance_manager", "2026-01-05"))
        .wait_until("2026-01-14")
        .post(assigned("role/irm", "information_risk_manager", "2026-01-15"))
        .run();
    assert_eq!(
        told(&run, "A-GOV-1"),
        [
            "Tue 2026-01-13 00:00 + A-GOV-1 never-assigned role/information-risk-manager",
            "Thu 2026-01-15 09:00 - A-GOV-1 never-assigned role/information-risk-manager",
        ]
    );
}

/// As for every other clock of working days: the day behind the event is the first.
#[test]
fn a_role_that_is_vacated_and_one_that_nobody_ever_held_have_the_same_days() {
    for working_days in [0, 1, 5] {
        let run = scenario()
            .setting("role_vacancy_working_days", json!(working_days))
            .post(vacated("role/siro", "siro", "2026-01-05"))
            .wait_until("2026-02-01")
            .run();
        let days: Vec<String> = told(&run, "A-GOV-1").iter().map(|line| line[..20].to_owned()).collect();
        let first = ["Tue 2026-01-06 00:00", "Wed 2026-01-07 00:00", "Tue 2026-01-13 00:00"];
        let first = first[usize::min(working_days, 2)];
        assert_eq!(days, vec![first; days.len()], "{working_days}");
        assert!(days.len() > 1);
    }
}

fn generated(day: &str, from: &str, to: &str) -> Post {
    let data =
        json!({ "report": "report-2025-26", "period_from": from, "period_to": to, "size": 1, "sha256": "x" });
    post("report.generated", "report-2025-26", day, data)
}

fn step(kind: &str, day: &str) -> Post {
    post(kind, "report-2025-26", day, json!({ "report": "report-2025-26", "sha256": "x" }))
}

#[test]
fn the_annual_report_is_drafted_approved_and_published_by_its_days() {
    let begun = || scenario().post(post("board.met", "IMPB/1", "2026-01-05", json!({ "board": "impb" })));
    let run = begun()
        .wait_until("2026-06-01")
        .post(generated("2026-06-02", "2025-04-01", "2026-03-31"))
        .wait_until("2026-10-02")
        .post(step("report.approved", "2026-10-03"))
        .wait_until("2026-10-04")
        .post(step("report.published", "2026-10-05"))
        .wait_until("2027-05-30")
        .run();
    assert_eq!(
        told(&run, "A-GOV-2"),
        [
            "Sun 2026-05-31 00:00 + A-GOV-2 not-drafted annual-report/2026-03-31",
            "Tue 2026-06-02 09:00 - A-GOV-2 not-drafted annual-report/2026-03-31",
            "Thu 2026-10-01 00:00 + A-GOV-2 not-approved annual-report/2026-03-31",
            "Thu 2026-10-01 00:00 + A-GOV-2 not-published annual-report/2026-03-31",
            "Sat 2026-10-03 09:00 - A-GOV-2 not-approved annual-report/2026-03-31",
            "Mon 2026-10-05 09:00 - A-GOV-2 not-published annual-report/2026-03-31",
        ]
    );
    // A report of a quarter is not that of the year, and one drafted before the year ended is.
    let quarter = begun().post(generated("2026-04-02", "2026-01-01", "2026-03-31")).wait_until("2026-06-01");
    assert_eq!(open(&quarter.run(), "A-GOV-2"), ["A-GOV-2 not-drafted annual-report/2026-03-31"]);
    let early = begun().post(generated("2026-03-30", "2025-04-01", "2026-03-31")).wait_until("2026-06-01");
    assert_eq!(open(&early.run(), "A-GOV-2"), Vec::<String>::new());
    let next = begun()
        .post(generated("2026-03-30", "2025-04-01", "2026-03-31"))
        .post(step("report.published", "2026-04-30"))
        .wait_until("2027-06-01");
    assert_eq!(open(&next.run(), "A-GOV-2"), ["A-GOV-2 not-drafted annual-report/2027-03-31"]);
}

#[test]
fn registrations_are_renewed() {
    let renewed = |day: &str, expires: &str| {
        let data = json!({ "registration_kind": "ico_fee", "expires": expires, "certificate": "ZA-104417" });
        post("registration.renewed", "ico-fee", day, data)
    };
    let run = scenario()
        .post(renewed("2026-01-05", "2027-01-04"))
        .wait_until("2027-01-06")
        .post(renewed("2027-01-07", "2028-01-04"))
        .run();
    assert_eq!(
        told(&run, "A-GOV-4"),
        [
            "Sat 2026-12-05 00:00 + A-GOV-4 30-days-left ico-fee",
            "Tue 2027-01-05 00:00 - A-GOV-4 30-days-left ico-fee",
            "Tue 2027-01-05 00:00 + A-GOV-4 expired ico-fee",
            "Thu 2027-01-07 09:00 - A-GOV-4 expired ico-fee",
        ]
    );
    assert!(run.alert("A-GOV-4", "expired").arithmetic.contains("Regulations 2018, regulation 2"));
}

#[test]
fn the_assessment_for_health_data_is_due_on_the_thirtieth_of_june() {
    let submitted =
        |name: &str, day: &str| post("dspt.submitted", name, day, json!({ "dspt_status": "standards_met" }));
    let run = scenario()
        // Handed in late: it is that of the year before.
        .post(submitted("DSPT-2024-25", "2025-09-01"))
        .wait_until("2026-07-02")
        .post(submitted("DSPT-2025-26", "2026-07-03"))
        .wait_until("2026-12-01")
        .run();
    assert_eq!(
        told(&run, "A-GOV-4"),
        [
            "Sun 2026-05-31 00:00 + A-GOV-4 30-days-left dspt",
            "Wed 2026-07-01 00:00 - A-GOV-4 30-days-left dspt",
            "Wed 2026-07-01 00:00 + A-GOV-4 overdue dspt",
            "Fri 2026-07-03 09:00 - A-GOV-4 overdue dspt",
        ]
    );
}

fn asked(day: &str) -> Post {
    post("guidance.requested", "ADV-1", day, json!({ "topic": "sharing", "asked_by_class": "staff" }))
}

#[test]
fn a_question_is_answered_within_five_working_days() {
    let run = scenario()
        .post(asked("2026-03-30"))
        .wait_until("2026-04-10")
        .post(post("guidance.given", "ADV-1", "2026-04-11", json!({})))
        .run();
    assert_eq!(
        told(&run, "A-GOV-5"),
        [
            "Thu 2026-04-09 00:00 + A-GOV-5 unanswered ADV-1",
            "Sat 2026-04-11 09:00 - A-GOV-5 unanswered ADV-1",
        ]
    );
    let in_time = scenario()
        .post(asked("2026-03-30"))
        .post(post("guidance.given", "ADV-1", "2026-04-08T22:59:00Z", json!({})))
        .wait_until("2026-06-01");
    assert_eq!(told(&in_time.run(), "A-GOV-5"), Vec::<String>::new());
}

#[test]
fn an_answer_under_another_number_and_its_correction_find_the_question() {
    let run = scenario()
        .post(asked("2026-03-30"))
        .post(post("guidance.given", "FOI-7", "2026-03-31", json!({ "guidance_ref": "ADV-1" })))
        .wait_until("2026-04-08");
    assert_eq!(run.clone().run().register("guidance", "2026-04-08"), []);
    let voided = run.post(void("FOI-7", "2026-04-09", 1)).wait_until("2026-04-10").run();
    assert_eq!(open(&voided, "A-GOV-5"), ["A-GOV-5 unanswered ADV-1"]);
    let row = &voided.register("guidance", "2026-04-10")[0];
    assert_eq!((row.cells[5].clone(), row.cells[7].clone()), ((-2).into(), "overdue".into()));
    assert!(matches!(&row.cells[10], muniment_sdk::Cell::Text(text) if text.contains("entry 1 voided")));
}

/// 11.1, rule 9: a holiday that is proclaimed moves a deadline that runs.
#[test]
fn a_holiday_moves_the_day_of_an_answer() {
    let holiday =
        json!({ "day": "2026-03-02", "regions": ["england", "wales"], "holiday": "A day of thanks" });
    let run = scenario()
        .post(asked("2026-02-26"))
        .post(post("calendar.holiday_added", "uk", "2026-02-27", holiday))
        .wait_until("2026-04-01")
        .run();
    assert_eq!(told(&run, "A-GOV-5"), ["Sat 2026-03-07 00:00 + A-GOV-5 unanswered ADV-1"]);
}

#[test]
fn a_directorate_attests_every_year() {
    let attested = |day: &str| {
        let data =
            json!({ "check_kind": "attestation", "unit": "housing", "attested_by": "role/director-housing" });
        post("compliance.sampled", &format!("CHK-{day}"), day, data)
    };
    let opened = |unit: &str, kind: &str| {
        let data = json!({ "unit_title": unit, "kind": kind, "effective": "2025-04-01" });
        post("org.unit_opened", unit, "2025-04-01", data)
    };
    let run = scenario()
        .post(opened("housing", "directorate"))
        .post(opened("repairs", "team"))
        .wait_until("2026-04-03")
        .post(attested("2026-04-04"))
        .wait_until("2027-04-10")
        .post(post("org.unit_closed", "housing", "2027-04-11", json!({ "effective": "2027-04-11" })))
        .run();
    assert_eq!(
        told(&run, "A-GOV-6"),
        [
            "Thu 2026-04-02 00:00 + A-GOV-6 not-attested housing",
            "Sat 2026-04-04 09:00 - A-GOV-6 not-attested housing",
            "Mon 2027-04-05 00:00 + A-GOV-6 not-attested housing",
            "Sun 2027-04-11 09:00 - A-GOV-6 not-attested housing",
        ]
    );
}

#[test]
fn monitoring_is_covered_by_an_impact_assessment() {
    let monitored = |data: Value| scenario().post(post("compliance.sampled", "CHK-1", "2026-03-02", data));
    let named = || monitored(json!({ "check_kind": "monitoring", "dpia_ref": "DPIA-1" }));
    let completed = post("dpia.completed", "DPIA-1", "2026-03-04", json!({ "risk_after": "low" }));
    let run = named().wait_until("2026-03-03").post(completed).wait_until("2026-04-01").run();
    assert_eq!(
        told(&run, "A-GOV-7"),
        [
            "Mon 2026-03-02 09:00 + A-GOV-7 no-assessment CHK-1",
            "Wed 2026-03-04 09:00 - A-GOV-7 no-assessment CHK-1"
        ]
    );
    let unnamed = || monitored(json!({ "check_kind": "mailbox_check" })).wait_until("2026-03-03");
    assert_eq!(open(&unnamed().run(), "A-GOV-7"), ["A-GOV-7 no-assessment CHK-1"]);
    let of_staff = json!({ "risk_after": "low", "project_kind": "monitoring_of_staff" });
    let covered = unnamed().post(post("dpia.completed", "DPIA-2", "2026-03-04", of_staff)).run();
    assert_eq!(open(&covered, "A-GOV-7"), Vec::<String>::new());
    let sample = monitored(json!({ "check_kind": "sample" })).wait_until("2026-03-03");
    assert_eq!(told(&sample.run(), "A-GOV-7"), Vec::<String>::new());
}
