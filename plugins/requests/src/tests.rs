use muniment_sdk::testing::{Post, Run, Scenario, check_any_order, check_manifest};
use muniment_sdk::{Block, Cell, Row, Section};
use serde_json::json;

use super::*;

mod extensions;
mod lapses;
mod mixed;
mod notices;
mod order;
mod published;
mod reviews;
mod schools;
mod statistics;

fn received(case: &str, day: &str) -> Post {
    Post::new("request.received", case).at(day).data(json!({ "regime": "foi", "unit": "parks" }))
}

fn post(kind: &str, case: &str, day: &str) -> Post {
    Post::new(&format!("request.{kind}"), case).at(day)
}

/// Requests that were taken in hand on the day on which they were received.
fn in_hand(cases: &[(&str, &str)]) -> Scenario<Requests> {
    cases.iter().fold(Scenario::new(), |scenario, (case, day)| {
        scenario
            .post(received(case, day))
            .post(post("acknowledged", case, day))
            .post(post("assigned", case, day).data(json!({ "unit": "parks", "assigned_to": "role/parks" })))
    })
}

fn answer(case: &str, day: &str) -> Post {
    post("response_issued", case, day).data(json!({ "outcome": "granted_in_full" }))
}

fn overdue(run: &Run<Requests>) -> Vec<String> {
    run.history().into_iter().filter(|line| line.contains("overdue")).collect()
}

#[test]
fn the_manifest_is_in_order() {
    check_manifest::<Requests>();
    let wrong = Settings { warn_at_working_days: vec![15, 10], ..Settings::default() };
    assert!(wrong.check().is_err());
    let wrong = Settings { warn_at_working_days: vec![21], ..Settings::default() };
    assert_eq!(wrong.check().unwrap_err(), "the law allows 20 working days: 21 is none of them");
}

/// Also where the entries make no sense together.
#[test]
fn any_history_that_the_catalogue_takes_is_borne() {
    muniment_histories::check_any_history::<Requests>();
}

/// The details of a case stay, as a correction may come: small enough that a million of them go into the memory of a plugin.
#[test]
fn what_is_kept_of_a_request_that_is_over_is_bounded() {
    let happens = |kind, day, data| muniment_histories::Happens { kind, subject: "FOI-2025-#", day, data };
    let case = [
        happens("request.received", 0, json!({ "regime": "foi", "unit": "housing" })),
        happens("request.acknowledged", 1, json!({})),
        happens("request.assigned", 1, json!({ "unit": "housing", "assigned_to": "role/housing" })),
        happens("request.response_issued", 14, json!({ "outcome": "granted_in_full" })),
        happens("request.closed", 15, json!({ "close_reason": "answered" })),
    ];
    muniment_histories::check_bytes_a_case::<Requests>(&case, 128);
}

#[test]
fn a_request_that_nobody_takes_in_hand_goes_through_every_stage() {
    let run =
        Scenario::<Requests>::new().post(received("FOI-1", "2026-03-02")).wait_until("2026-04-02").run();
    assert_eq!(
        run.history(),
        [
            "Wed 2026-03-04 00:00 + A-REQ-1 not-acknowledged FOI-1",
            "Wed 2026-03-04 00:00 + A-REQ-1 not-allocated FOI-1",
            "Mon 2026-03-16 00:00 + A-REQ-2 10-working-days-left FOI-1",
            "Tue 2026-03-24 00:00 - A-REQ-2 10-working-days-left FOI-1",
            "Tue 2026-03-24 00:00 + A-REQ-2 5-working-days-left FOI-1",
            "Fri 2026-03-27 00:00 - A-REQ-2 5-working-days-left FOI-1",
            "Fri 2026-03-27 00:00 + A-REQ-2 2-working-days-left FOI-1",
            "Wed 2026-04-01 00:00 - A-REQ-2 2-working-days-left FOI-1",
            "Wed 2026-04-01 00:00 + A-REQ-3 overdue FOI-1",
        ]
    );
    let alert = run.alert("A-REQ-3", "overdue");
    assert_eq!(alert.evidence, [0]);
    assert_eq!(
        alert.arithmetic,
        "Due by Tuesday 31 March 2026 (Freedom of Information Act 2000, section 10(1) and (6)). From Monday 2 March 2026, when the request was received; with the day behind as \
         day 1, working day 20 is Tuesday 31 March 2026. Not counted: 8 Saturdays and Sundays; Tuesday 17 March 2026 (St \
         Patrick's Day, Northern Ireland)."
    );
    assert_eq!(run.alert("A-REQ-2", "2-working-days-left").recipient.as_deref(), Some("role/director"));
    assert_eq!(run.alert("A-REQ-2", "5-working-days-left").recipient, None);
}

#[test]
fn an_organisation_sets_its_own_warnings() {
    let run = in_hand(&[("FOI-1", "2026-03-07")])
        .setting("warn_at_working_days", json!([20]))
        .setting("receipt_rule", json!("next_working_day"))
        .wait_until("2026-04-30")
        .run();
    assert_eq!(
        run.history(),
        [
            "Thu 2026-04-09 00:00 + A-REQ-2 0-working-days-left FOI-1",
            "Fri 2026-04-10 00:00 - A-REQ-2 0-working-days-left FOI-1",
            "Fri 2026-04-10 00:00 + A-REQ-3 overdue FOI-1",
        ]
    );
}

#[test]
fn an_answer_on_the_last_day_is_in_time_and_clears_what_was_said() {
    let run = in_hand(&[("FOI-1", "2026-03-02")]).post(answer("FOI-1", "2026-03-31T22:30:00Z")).run();
    assert_eq!(run.open(), Vec::<String>::new());
    assert_eq!(overdue(&run), Vec::<String>::new());
    assert_eq!(run.history().last().unwrap(), "Tue 2026-03-31 23:30 - A-REQ-2 2-working-days-left FOI-1");
}

/// It counts when the answer was issued, not when that was recorded.
#[test]
fn an_answer_recorded_late_was_in_time_all_the_same() {
    let run =
        in_hand(&[("FOI-1", "2026-03-02")]).post(answer("FOI-1", "2026-03-31").recorded("2026-04-03")).run();
    assert_eq!(
        overdue(&run),
        ["Wed 2026-04-01 00:00 + A-REQ-3 overdue FOI-1", "Fri 2026-04-03 09:00 - A-REQ-3 overdue FOI-1"]
    );
    assert_eq!(share(&run, "2026-04-01", "2027-03-31"), (0, 0));
    assert_eq!(share(&run, "2025-04-01", "2026-03-31"), (1, 1));
}

fn sought(case: &str, day: &str, statutory: bool) -> Post {
    post("clarification_sought", case, day).data(json!({ "statutory": statutory }))
}

#[test]
fn a_clarification_that_was_needed_starts_the_clock_again() {
    let asked = in_hand(&[("FOI-1", "2026-03-02")]).post(sought("FOI-1", "2026-03-09", true));
    let silent = asked.clone().wait_until("2026-05-01").run();
    assert_eq!(silent.open(), Vec::<String>::new(), "while it is awaited the clock stands still");
    assert_eq!(status(&silent.register("open", "2026-04-10")[0]), Cell::from("awaiting clarification"));
    let answered =
        asked.post(post("clarification_received", "FOI-1", "2026-03-20")).wait_until("2026-05-01").run();
    assert_eq!(overdue(&answered), ["Wed 2026-04-22 00:00 + A-REQ-3 overdue FOI-1"]);
    let alert = answered.alert("A-REQ-3", "overdue");
    assert!(
        alert.arithmetic.contains("From Friday 20 March 2026, when what was needed to answer was supplied;"),
        "{}",
        alert.arithmetic
    );
    assert_eq!(alert.evidence, [0, 4]);
    let advice = in_hand(&[("FOI-1", "2026-03-02")]).post(sought("FOI-1", "2026-03-09", false));
    assert_eq!(
        overdue(&advice.wait_until("2026-05-01").run()),
        ["Wed 2026-04-01 00:00 + A-REQ-3 overdue FOI-1"]
    );
    let too_late = in_hand(&[("FOI-1", "2026-03-02")]).post(sought("FOI-1", "2026-04-01", true)).run();
    assert_eq!(too_late.open(), ["A-REQ-3 overdue FOI-1"]);
}

#[test]
fn a_fee_is_awaited_without_time_passing() {
    let run = in_hand(&[("FOI-1", "2026-03-02")])
        .post(post("fee_notice_issued", "FOI-1", "2026-03-09").data(json!({ "fee_pounds": 30 })))
        .post(post("fee_paid", "FOI-1", "2026-03-18"))
        .wait_until("2026-05-01")
        .run();
    assert_eq!(overdue(&run), ["Tue 2026-04-14 00:00 + A-REQ-3 overdue FOI-1"]);
}

fn extended(case: &str, day: &str, to: &str) -> Post {
    extended_on("public_interest", case, day, to)
}

/// An extension on a ground, with a notice of refusal.
fn extended_on(ground: &str, case: &str, day: &str, to: &str) -> Post {
    let data = json!({ "extension_ground": ground, "extended_to": to, "refusal_notice": true });
    post("extension_notified", case, day).data(data)
}

#[test]
fn an_extension_moves_the_deadline_if_notice_is_given_in_time() {
    let valid = in_hand(&[("FOI-1", "2026-03-02")]).post(extended("FOI-1", "2026-03-31", "2026-04-30"));
    let run = valid.clone().wait_until("2026-05-02").run();
    assert_eq!(overdue(&run), ["Fri 2026-05-01 00:00 + A-REQ-3 overdue FOI-1"]);
    assert!(
        run.alert("A-REQ-3", "overdue").arithmetic.contains(
            "Extended to Thursday 30 April 2026 by notice of Tuesday 31 March 2026 (section 10(3))."
        )
    );
    assert!(run.history().contains(&"Thu 2026-04-23 00:00 + A-REQ-2 5-working-days-left FOI-1".to_owned()));
    let withdrawn = valid.post(post("extension_withdrawn", "FOI-1", "2026-04-08")).wait_until("2026-04-09");
    assert_eq!(withdrawn.run().open(), ["A-REQ-3 overdue FOI-1"]);
    let late = in_hand(&[("FOI-1", "2026-03-02")]).post(extended("FOI-1", "2026-04-01", "2026-04-30"));
    assert_eq!(
        late.wait_until("2026-04-02").run().open(),
        ["A-REQ-3 overdue FOI-1", "A-REQ-4 notice-late FOI-1"]
    );
}

/// Regulation 7(1): 40 working days, whatever was promised.
#[test]
fn environmental_information_is_never_extended_beyond_forty_working_days() {
    let eir = post("regime_changed", "EIR-1", "2026-03-03")
        .data(json!({ "regime": "eir", "regime_before": "foi" }));
    let run = in_hand(&[("EIR-1", "2026-03-02")])
        .post(eir)
        .post(extended_on("complexity_and_volume", "EIR-1", "2026-03-20", "2026-07-31"))
        .wait_until("2026-05-02")
        .run();
    assert_eq!(overdue(&run), ["Fri 2026-05-01 00:00 + A-REQ-3 overdue EIR-1"]);
    let words = &run.alert("A-REQ-3", "overdue").arithmetic;
    assert!(
        words.starts_with("Extended to Thursday 30 April 2026 by notice of Friday 20 March 2026"),
        "{words}"
    );
    assert!(words.contains("The extended day is working day 40"), "{words}");
}

#[test]
fn requests_of_data_subjects_are_none_of_these() {
    let sar = post("received", "SAR-1", "2026-03-02").data(json!({ "regime": "sar" }));
    let run = Scenario::<Requests>::new().post(sar).wait_until("2026-06-01").run();
    assert_eq!(run.history(), Vec::<String>::new());
    assert_eq!(run.register("open", "2026-03-03"), []);
    let changed = post("regime_changed", "FOI-1", "2026-03-10")
        .data(json!({ "regime": "sar", "regime_before": "foi" }));
    let run = Scenario::<Requests>::new().post(received("FOI-1", "2026-03-02")).post(changed).run();
    assert_eq!(run.open(), Vec::<String>::new());
}

#[test]
fn whatever_ends_a_request_ends_its_clock() {
    let ends = [
        answer("FOI-1", "2026-03-10"),
        post("withdrawn", "FOI-1", "2026-03-10"),
        post("lapsed", "FOI-1", "2026-03-10").data(json!({ "lapse_reason": "no_clarification" })),
        post("transferred", "FOI-1", "2026-03-10").data(json!({ "authority": "Another council" })),
        post("closed", "FOI-1", "2026-03-10").data(json!({ "close_reason": "invalid" })),
    ];
    for end in ends {
        let run = in_hand(&[("FOI-1", "2026-03-02")]).post(end).wait_until("2026-06-01").run();
        assert_eq!(run.history(), Vec::<String>::new());
    }
    let part = post("transferred", "FOI-1", "2026-03-10")
        .data(json!({ "authority": "A", "transfer_extent": "part" }));
    for nothing in [part, post("partial_issued", "FOI-1", "2026-03-10")] {
        let run = in_hand(&[("FOI-1", "2026-03-02")]).post(nothing).wait_until("2026-06-01").run();
        assert_eq!(overdue(&run).len(), 1, "for the rest the clock runs on");
    }
}

#[test]
fn taking_a_case_up_again_starts_no_clock_unless_it_was_ordered() {
    let reopened = |reason: &str| {
        let data = json!({ "reopen_reason": reason });
        in_hand(&[("FOI-1", "2026-03-02")])
            .post(answer("FOI-1", "2026-03-10"))
            .post(post("reopened", "FOI-1", "2026-05-05").data(data))
            .wait_until("2026-07-01")
            .run()
    };
    let review = reopened("internal_review");
    assert_eq!(overdue(&review), Vec::<String>::new());
    assert_eq!(status(&review.register("open", "2026-05-06")[0]), Cell::from("reopened"));
    assert_eq!(overdue(&reopened("ico_decision")), ["Thu 2026-06-04 00:00 + A-REQ-3 overdue FOI-1"]);
    assert_eq!(overdue(&reopened("closed_in_error")), ["Tue 2026-05-05 09:00 + A-REQ-3 overdue FOI-1"]);
}

#[test]
fn the_earliest_receipt_of_merged_cases_stands() {
    let run = in_hand(&[("FOI-1", "2026-03-02"), ("FOI-2", "2026-03-06")])
        .post(Post::new("case.merged", "FOI-1").at("2026-03-09").data(json!({ "into": "FOI-2" })))
        .post(post("closed", "FOI-1", "2026-03-09").data(json!({ "close_reason": "merged" })))
        .wait_until("2026-04-02")
        .run();
    assert_eq!(run.open(), ["A-REQ-3 overdue FOI-2"]);
    let rows = run.register("open", "2026-04-01T08:00:00Z");
    assert_eq!(rows.len(), 1);
    assert_eq!(rows[0].cells[2], Cell::Day("2026-03-02".parse().unwrap()));
}

#[test]
fn the_register_says_how_many_working_days_are_left() {
    let run = in_hand(&[("FOI-2", "2026-03-06"), ("FOI-1", "2026-03-06"), ("FOI-3", "2026-03-02")]).run();
    let rows = run.register("open", "2026-03-30");
    let cases: Vec<&Cell> = rows.iter().map(|row| &row.cells[0]).collect();
    assert_eq!(cases, [&Cell::from("FOI-3"), &Cell::from("FOI-1"), &Cell::from("FOI-2")]);
    assert_eq!(rows[0].cells[5], Cell::Number(1));
    assert_eq!((rows[0].unit.as_deref(), rows[0].evidence.as_slice()), (Some("parks"), [6, 7, 8].as_slice()));
    let late = &run.register("open", "2026-04-02")[0];
    assert_eq!((late.cells[5].clone(), status(late)), (Cell::Number(-2), Cell::from("overdue")));
}

const EVERYWHERE: [&str; 4] = ["england", "wales", "scotland", "northern_ireland"];

fn holiday(what: &str, day: &str, nations: &[&str], recorded: &str) -> Post {
    let data = json!({ "day": day, "regions": nations, "holiday": "A day of mourning" });
    Post::new(&format!("calendar.holiday_{what}"), "calendar").at(recorded).data(data)
}

/// When it is due, and when it was as its calendar was known at first.
fn due(run: &Run<Requests>, at: &str) -> (Cell, Cell) {
    let row = &run.register("open", at)[0];
    (row.cells[3].clone(), row.cells[4].clone())
}

fn on(day: &str) -> Cell {
    Cell::Day(day.parse().unwrap())
}

#[test]
fn a_holiday_that_is_proclaimed_meanwhile_moves_open_deadlines() {
    let run = in_hand(&[("FOI-1", "2026-03-02")])
        .post(holiday("added", "2026-03-30", &["scotland"], "2026-03-20"))
        .wait_until("2026-04-02T09:00:00Z")
        .run();
    // 31 March was the last day, and the Monday in front of it is none of the working days any more.
    assert_eq!(due(&run, "2026-03-21"), (on("2026-04-01"), on("2026-03-31")));
    assert_eq!(
        run.history(),
        [
            "Mon 2026-03-16 00:00 + A-REQ-2 10-working-days-left FOI-1",
            "Fri 2026-03-20 09:00 - A-REQ-2 10-working-days-left FOI-1",
            "Fri 2026-03-20 09:00 + A-CAL-1 moved-by-4 calendar",
            "Fri 2026-03-20 09:00 + A-REQ-2 10-working-days-left FOI-1",
            "Tue 2026-03-24 00:00 - A-REQ-2 10-working-days-left FOI-1",
            "Tue 2026-03-24 00:00 + A-REQ-2 5-working-days-left FOI-1",
            "Fri 2026-03-27 00:00 - A-REQ-2 5-working-days-left FOI-1",
            "Fri 2026-03-27 00:00 + A-REQ-2 2-working-days-left FOI-1",
            "Thu 2026-04-02 00:00 - A-CAL-1 moved-by-4 calendar",
            "Thu 2026-04-02 00:00 - A-REQ-2 2-working-days-left FOI-1",
            "Thu 2026-04-02 00:00 + A-REQ-3 overdue FOI-1",
        ]
    );
    let moved = run.alert("A-CAL-1", "moved-by-4");
    assert_eq!(moved.arithmetic, "This entry moves 1 open deadline: FOI-1 from 2026-03-31 to 2026-04-01.");
    assert_eq!(moved.evidence, [4, 0]);
    let words = &run.alert("A-REQ-3", "overdue").arithmetic;
    assert!(words.contains("Monday 30 March 2026 (A day of mourning, Scotland)"), "{words}");
}

#[test]
fn a_holiday_that_is_gone_makes_overdue_what_was_not() {
    let run = in_hand(&[("FOI-1", "2026-03-02")])
        .post(holiday("added", "2026-03-30", &EVERYWHERE, "2026-03-03"))
        .post(holiday("removed", "2026-03-30", &EVERYWHERE, "2026-04-01"))
        .wait_until("2026-04-01T10:00:00Z")
        .run();
    assert!(run.open().contains(&"A-REQ-3 overdue FOI-1".to_owned()));
    assert_eq!(overdue(&run), ["Wed 2026-04-01 09:00 + A-REQ-3 overdue FOI-1"]);
    assert_eq!(due(&run, "2026-04-01T11:00:00Z").0, on("2026-03-31"));
}

#[test]
fn a_correction_of_a_calendar_is_taken_in_too() {
    let undone = json!({ "target": 3, "action": "void" });
    let run = in_hand(&[("FOI-1", "2026-03-02")])
        .post(holiday("removed", "2026-03-17", &["northern_ireland"], "2026-03-03"))
        .post(Post::new("ledger.correction_recorded", "calendar").at("2026-03-31T12:00:00Z").data(undone))
        .wait_until("2026-04-01T13:00:00Z")
        .run();
    assert_eq!(
        overdue(&run),
        [
            "Tue 2026-03-31 00:00 + A-REQ-3 overdue FOI-1",
            "Tue 2026-03-31 13:00 - A-REQ-3 overdue FOI-1",
            "Wed 2026-04-01 00:00 + A-REQ-3 overdue FOI-1",
        ]
    );
}

/// Clarification was sought on a day that was in time as long as a holiday was believed in.
#[test]
fn a_clock_that_stands_still_starts_again_where_it_never_stood_still() {
    let run = in_hand(&[("FOI-1", "2026-03-02")])
        .post(holiday("added", "2026-03-30", &EVERYWHERE, "2026-03-20"))
        .post(sought("FOI-1", "2026-04-01", true))
        .post(holiday("removed", "2026-03-30", &EVERYWHERE, "2026-04-08"))
        .wait_until("2026-04-08T10:00:00Z")
        .run();
    assert_eq!(run.open(), ["A-REQ-3 overdue FOI-1"]);
}

#[test]
fn what_is_done_and_days_of_a_school_change_nothing() {
    let run = in_hand(&[("FOI-1", "2026-03-02"), ("FOI-2", "2026-03-02")])
        .post(answer("FOI-1", "2026-03-10"))
        .post(
            Post::new("calendar.day_set", "calendar")
                .at("2026-03-11")
                .data(json!({ "calendar": "st-marys", "day": "2026-03-30", "open": false })),
        )
        .post(holiday("removed", "2026-03-17", &["northern_ireland"], "2026-03-12"))
        .wait_until("2026-03-31T09:00:00Z")
        .run();
    assert_eq!(run.open(), ["A-CAL-1 moved-by-8 calendar", "A-REQ-3 overdue FOI-2"]);
    let words = &run.alert("A-CAL-1", "moved-by-8").arithmetic;
    assert_eq!(words, "This entry moves 1 open deadline: FOI-2 from 2026-03-31 to 2026-03-30.");
    assert_eq!(due(&run, "2026-03-13"), (on("2026-03-30"), on("2026-03-31")));
}

/// Nobody needs to be told of what was over when the history was imported.
#[test]
fn an_import_tells_only_of_deadlines_that_are_still_open() {
    let history = |added: &str| {
        let posts = [
            received("FOI-1", "2026-03-02"),
            post("acknowledged", "FOI-1", "2026-03-02"),
            post("assigned", "FOI-1", "2026-03-02").data(json!({ "unit": "parks" })),
            holiday("added", added, &EVERYWHERE, "2026-03-20"),
        ];
        Scenario::<Requests>::new().import(posts).wait_until("2026-03-20T10:00:00Z").run().open()
    };
    assert_eq!(history("2026-03-30")[0], "A-CAL-1 moved-by-3 calendar");
    assert!(history("2026-04-30").iter().all(|open| !open.starts_with("A-CAL-1")));
    let answered = Scenario::<Requests>::new()
        .import([
            received("FOI-1", "2026-03-02"),
            holiday("added", "2026-03-30", &EVERYWHERE, "2026-03-20"),
            answer("FOI-1", "2026-03-25"),
            post("withdrawn", "FOI-2", "2026-04-20"),
        ])
        .wait_until("2026-04-21")
        .run();
    assert_eq!(answered.history(), Vec::<String>::new());
}

#[test]
fn before_the_act_was_in_force_nothing_is_due() {
    let run = in_hand(&[("FOI-1", "2004-12-31")]).wait_until("2005-06-01").run();
    assert_eq!(run.history(), Vec::<String>::new());
    assert_eq!(due(&run, "2005-06-01"), (Cell::None, Cell::None));
    let run = in_hand(&[("FOI-1", "2005-01-03")]).wait_until("2005-06-01").run();
    assert_eq!(overdue(&run).len(), 1);
}

#[test]
fn what_cannot_be_read_is_said_in_the_report() {
    let wrong = post("assigned", "FOI-1", "2026-03-02").data(json!({ "unit": 7 }));
    let run = Scenario::<Requests>::new().post(received("FOI-1", "2026-03-02")).post(wrong).run();
    let section = &run.sections("2026-03-01", "2026-03-31", "2026-04-01")[0];
    let Some(Block::Finding(finding)) = section.blocks.last() else { panic!("{section:?}") };
    assert_eq!(finding.evidence, [1]);
}

#[test]
fn the_table_of_the_report_adds_up() {
    let run = in_hand(&[
        ("FOI-1", "2026-03-02"),
        ("FOI-2", "2026-03-20"),
        ("FOI-3", "2026-04-02"),
        ("FOI-4", "2026-04-03"),
    ])
    .post(post("withdrawn", "FOI-4", "2026-04-07"))
    .post(answer("FOI-1", "2026-04-07"))
    .post(answer("FOI-2", "2026-04-08"))
    .post(answer("FOI-3", "2026-05-05"))
    .run();
    let section = &run.sections("2026-04-01", "2026-04-30", "2026-05-01")[0];
    let row = |name: &str| {
        table(section, "requests_by_regime")
            .iter()
            .find(|row| row.cells[0] == Cell::from(name))
            .unwrap()
            .cells[1..]
            .to_vec()
    };
    let expected = [
        Cell::Number(2),
        Cell::Number(2),
        Cell::Number(2),
        Cell::Share(1, 2),
        Cell::Number(1),
        Cell::Number(1),
    ];
    assert_eq!(row("Freedom of information"), expected);
    assert_eq!(row("All"), expected);
    assert_eq!(share(&run, "2026-04-01", "2026-04-30"), (1, 2));
    let outcomes = table(section, "requests_by_outcome");
    assert_eq!(outcomes.last().unwrap().cells[1], Cell::Number(2));
    let Block::Metric(metric) = &section.blocks[0] else { panic!("{section:?}") };
    assert_eq!((metric.numerator, metric.evidence.len()), (2, 2));
}

fn table<'s>(section: &'s Section, name: &str) -> &'s [Row] {
    let found = section.blocks.iter().find_map(|block| match block {
        Block::Table(table) if table.name == name => Some(table.rows.as_slice()),
        _ => None,
    });
    found.unwrap_or_else(|| panic!("no table {name}"))
}

/// Answered in time, of those answered.
fn share(run: &Run<Requests>, from: &str, to: &str) -> (u64, u64) {
    let found =
        run.sections(from, to, "2027-03-31").remove(0).blocks.into_iter().find_map(|block| match block {
            Block::Metric(metric) if metric.name == "requests_in_time" => {
                Some((metric.numerator, metric.denominator))
            }
            _ => None,
        });
    let (in_time, answered) = found.unwrap();
    (in_time, answered.unwrap())
}

fn status(row: &Row) -> Cell {
    row.cells[8].clone()
}
