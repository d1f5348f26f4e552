use muniment_sdk::testing::{Post, Run, Scenario, check_any_order, check_manifest};
use muniment_sdk::{Block, Cell, Row, Section};
use serde_json::json;

use super::*;

mod complaints;
mod histories;
mod published;
mod report;

fn post(kind: &str, case: &str, day: &str) -> Post {
    Post::new(&format!("request.{kind}"), case).at(day)
}

fn received_under(regime: &str, case: &str, day: &str) -> Post {
    post("received", case, day).data(json!({ "regime": regime, "unit": "housing" }))
}

fn received(case: &str, day: &str) -> Post {
    received_under("sar", case, day)
}

fn access(day: &str) -> Scenario<Rights> {
    Scenario::new().post(received("SAR-1", day))
}

fn answer(case: &str, day: &str) -> Post {
    post("response_issued", case, day).data(json!({ "outcome": "granted_in_full" }))
}

fn of(run: &Run<Rights>, rule: &str) -> Vec<String> {
    run.history().into_iter().filter(|line| line.contains(rule)).collect()
}

fn on(day: &str) -> Cell {
    Cell::Day(day.parse().unwrap())
}

#[test]
fn the_manifest_is_in_order() {
    check_manifest::<Rights>();
    let wrong = Settings { warn_days_left: vec![5, 14], ..Settings::default() };
    assert!(wrong.check().unwrap_err().contains("[5, 14]"));
}

/// Also where the entries make no sense together.
#[test]
fn any_history_that_the_catalogue_takes_is_borne() {
    muniment_histories::check_any_history::<Rights>();
}

/// The details of a case stay, as a correction may come: small enough that a million of them go into the memory of a plugin.
#[test]
fn what_is_kept_of_a_request_that_is_over_is_bounded() {
    let happens = |kind, day, data| muniment_histories::Happens { kind, subject: "SAR-2025-#", day, data };
    let case = [
        happens("request.received", 0, json!({ "regime": "sar", "unit": "housing" })),
        happens("request.response_issued", 14, json!({ "outcome": "granted_in_full" })),
        happens("request.closed", 15, json!({ "close_reason": "answered" })),
    ];
    muniment_histories::check_bytes_a_case::<Rights>(&case, 128);
}

/// Received on 3 March: regulators count to 7 April, behind Easter, and the safe reading ends before it.
#[test]
fn a_request_goes_through_every_stage_of_the_safe_reading() {
    let run = access("2026-03-03").wait_until("2026-04-10").run();
    assert_eq!(
        run.history(),
        [
            "Thu 2026-03-19 00:00 + A-SAR-1 14-days-left SAR-1",
            "Sat 2026-03-28 00:00 - A-SAR-1 14-days-left SAR-1",
            "Sat 2026-03-28 00:00 + A-SAR-1 5-days-left SAR-1",
            "Fri 2026-04-03 00:00 - A-SAR-1 5-days-left SAR-1",
            "Fri 2026-04-03 00:00 + A-SAR-2 overdue SAR-1",
        ]
    );
    let alert = run.alert("A-SAR-2", "overdue");
    assert_eq!(alert.evidence, [0]);
    let words = &alert.arithmetic;
    assert!(
        words.starts_with("Due by Tuesday 7 April 2026, and to be safe by Thursday 2 April 2026 (UK GDPR"),
        "{words}"
    );
    assert!(words.ends_with("can be given until Thursday 2 April 2026."), "{words}");
}

#[test]
fn nothing_is_said_a_minute_too_early() {
    let at = |until: &str| access("2026-03-03").wait_until(until).run().open();
    assert_eq!(at("2026-03-18T23:59:00Z"), Vec::<String>::new());
    assert_eq!(at("2026-03-19T00:00:00Z"), ["A-SAR-1 14-days-left SAR-1"]);
    // Summer time: midnight in London is 23:00.
    assert_eq!(at("2026-04-02T22:59:00Z"), ["A-SAR-1 5-days-left SAR-1"]);
    assert_eq!(at("2026-04-02T23:00:00Z"), ["A-SAR-2 overdue SAR-1"]);
}

#[test]
fn an_organisation_sets_its_own_warnings_and_its_nation() {
    let scenario = |day| access(day).setting("warn_days_left", json!([0]));
    let run = scenario("2026-05-16").wait_until("2026-07-01").run();
    assert_eq!(of(&run, "+ A-SAR-1"), ["Mon 2026-06-15 00:00 + A-SAR-1 0-days-left SAR-1"]);
    // 15 June 2026 is a holiday in Scotland.
    let run = scenario("2026-05-16").setting("nation", json!("scotland")).wait_until("2026-07-01").run();
    assert_eq!(of(&run, "+ A-SAR-1"), ["Tue 2026-06-16 00:00 + A-SAR-1 0-days-left SAR-1"]);
}

#[test]
fn whatever_ends_a_request_ends_its_clock() {
    let ends = [
        answer("SAR-1", "2026-03-10"),
        post("response_issued", "SAR-1", "2026-03-10").data(json!({ "outcome": "not_a_valid_request" })),
        post("withdrawn", "SAR-1", "2026-03-10"),
        post("lapsed", "SAR-1", "2026-03-10").data(json!({ "lapse_reason": "no_identification" })),
        post("transferred", "SAR-1", "2026-03-10").data(json!({ "authority": "Another council" })),
        post("closed", "SAR-1", "2026-03-10").data(json!({ "close_reason": "answered" })),
    ];
    for end in ends {
        assert_eq!(
            access("2026-03-03").post(end).wait_until("2026-06-01").run().history(),
            Vec::<String>::new()
        );
    }
    let part = post("transferred", "SAR-1", "2026-03-10")
        .data(json!({ "authority": "A", "transfer_extent": "part" }));
    for nothing in [part, post("partial_issued", "SAR-1", "2026-03-10")] {
        let run = access("2026-03-03").post(nothing).wait_until("2026-06-01").run();
        assert_eq!(of(&run, "overdue").len(), 1, "for the rest the clock runs on");
    }
    let late = access("2026-03-03").wait_until("2026-04-06").post(answer("SAR-1", "2026-04-07")).run();
    assert_eq!(of(&late, "- A-SAR-2"), ["Tue 2026-04-07 09:00 - A-SAR-2 overdue SAR-1"]);
}

fn sought(day: &str, reason: Option<&str>) -> Post {
    post("clarification_sought", "SAR-1", day).data(json!({ "statutory": true, "pause_reason": reason }))
}

fn clarified(day: &str) -> Post {
    post("clarification_received", "SAR-1", day)
}

/// 3 April and 11 or 12 days: regulators' reading 15 April, the safe one (2 April and 11 days) 13 April.
#[test]
fn a_pause_lengthens_the_time_and_its_two_readings_differ() {
    let asked = access("2026-03-03").post(sought("2026-03-09", Some("clarify_scope")));
    let silent = asked.clone().wait_until("2026-04-07").run();
    assert_eq!(silent.open(), Vec::<String>::new(), "the clock stands still");
    let row = &silent.register("open", "2026-04-07")[0];
    assert_eq!((&row.cells[3], &row.cells[7]), (&Cell::None, &Cell::Flag(true)));
    assert_eq!(row.cells[9], Cell::from("awaiting clarification"));
    let answered = asked.post(clarified("2026-03-20")).wait_until("2026-05-01").run();
    assert_eq!(of(&answered, "A-SAR-2"), ["Tue 2026-04-14 00:00 + A-SAR-2 overdue SAR-1"]);
    let alert = answered.alert("A-SAR-2", "overdue");
    assert!(alert.arithmetic.contains("(12 days)"), "{}", alert.arithmetic);
    assert_eq!(alert.evidence, [0, 1, 2]);
    let row = &answered.register("open", "2026-04-10")[0];
    assert_eq!(
        [&row.cells[3..5], &row.cells[6..8]].concat(),
        [on("2026-04-15"), on("2026-04-13"), Cell::Number(3), Cell::Flag(false)]
    );
}

#[test]
fn a_pause_is_looked_at_after_thirty_days() {
    let run = |until: &str| {
        access("2026-03-03").post(sought("2026-03-09", Some("cctv"))).wait_until(until).run().open()
    };
    // With 9 March as day 1, 7 April is day 30.
    assert_eq!(run("2026-04-07T22:59:00Z"), Vec::<String>::new());
    assert_eq!(run("2026-04-07T23:00:00Z"), ["A-SAR-4 30-days-paused SAR-1"]);
    let paused =
        access("2026-03-03").post(sought("2026-03-09", Some("cctv"))).setting("paused_days_max", json!(10));
    let run = paused.post(clarified("2026-03-24")).run();
    assert_eq!(
        of(&run, "A-SAR-4"),
        [
            "Thu 2026-03-19 00:00 + A-SAR-4 10-days-paused SAR-1",
            "Tue 2026-03-24 09:00 - A-SAR-4 10-days-paused SAR-1"
        ]
    );
    let words = &run.alert("A-SAR-4", "10-days-paused").arithmetic;
    assert!(words.contains("With that day as day 1, Thursday 19 March 2026 is day 11"), "{words}");
}

#[test]
fn a_pause_needs_a_recorded_need() {
    let asked = access("2026-03-03").post(sought("2026-03-09", None));
    let run = asked.clone().post(clarified("2026-03-12")).wait_until("2026-03-13").run();
    assert_eq!(of(&run, "A-SAR-4"), ["Mon 2026-03-09 09:00 + A-SAR-4 no-need-recorded SAR-1"]);
    assert_eq!(run.alert("A-SAR-4", "no-need-recorded").evidence, [0, 1]);
    let correction = json!({
        "target": 1, "action": "replace", "data": { "statutory": true, "pause_reason": "identifiers" }
    });
    let corrected = Post::new("ledger.correction_recorded", "SAR-1").at("2026-03-10").data(correction);
    for mend in [sought("2026-03-10", Some("identifiers")), corrected, answer("SAR-1", "2026-03-10")] {
        let run = asked.clone().wait_until("2026-03-09T10:00:00Z").post(mend).run();
        assert_eq!(run.open(), Vec::<String>::new());
    }
    let advice = post("clarification_sought", "SAR-1", "2026-03-09").data(json!({ "statutory": false }));
    assert_eq!(of(&access("2026-03-03").post(advice).wait_until("2026-05-01").run(), "A-SAR-4").len(), 0);
}

#[test]
fn only_access_is_paused_and_only_before_the_end() {
    let erasure = Scenario::<Rights>::new()
        .post(received_under("erasure", "SAR-1", "2026-03-03"))
        .post(sought("2026-03-09", None))
        .wait_until("2026-05-01")
        .run();
    assert_eq!(erasure.open(), ["A-SAR-2 overdue SAR-1"]);
    let late = access("2026-03-03").post(sought("2026-04-08", Some("cctv"))).wait_until("2026-05-20").run();
    assert_eq!(late.open(), ["A-SAR-2 overdue SAR-1"]);
}

/// From October 2020 until February 2026 a pause was guidance: the safe reading knows none.
#[test]
fn a_pause_by_guidance_stops_no_alert() {
    let asked = access("2025-03-03").post(sought("2025-03-10", Some("cctv")));
    let run = asked.clone().wait_until("2025-04-15").run();
    assert_eq!(run.open(), ["A-SAR-2 overdue SAR-1", "A-SAR-4 30-days-paused SAR-1"]);
    let run = asked.post(clarified("2025-03-20")).wait_until("2025-04-10").run();
    let row = &run.register("open", "2025-04-10")[0];
    assert_eq!(row.cells[3..5], [on("2025-04-14"), on("2025-04-03")]);
}

#[test]
fn the_clock_starts_when_the_identity_is_proven_or_the_fee_paid() {
    for (ask, supply) in [("id_sought", "id_received"), ("fee_notice_issued", "fee_paid")] {
        let asked =
            access("2026-03-03").post(post(ask, "SAR-1", "2026-03-05").data(json!({ "fee_pounds": 10 })));
        assert_eq!(asked.clone().wait_until("2026-04-03").run().open(), Vec::<String>::new());
        let run = asked.post(post(supply, "SAR-1", "2026-03-16")).wait_until("2026-05-01").run();
        assert_eq!(of(&run, "A-SAR-2"), ["Thu 2026-04-16 00:00 + A-SAR-2 overdue SAR-1"]);
    }
}

fn extended(day: &str, reasons: Option<bool>) -> Post {
    let data = json!({
        "extension_ground": "complexity_or_number", "extended_to": "2026-06-02", "reasons_given": reasons
    });
    post("extension_notified", "SAR-1", day).data(data)
}

#[test]
fn an_extension_in_time_moves_the_deadline() {
    let valid = access("2026-03-03").post(extended("2026-04-02", Some(true)));
    let run = valid.clone().wait_until("2026-06-04").run();
    assert_eq!(of(&run, "A-SAR-2"), ["Wed 2026-06-03 00:00 + A-SAR-2 overdue SAR-1"]);
    assert_eq!(of(&run, "A-SAR-3"), Vec::<String>::new());
    assert_eq!(run.register("open", "2026-05-01")[0].cells[9], Cell::from("extended"));
    let words = &run.alert("A-SAR-2", "overdue").arithmetic;
    assert!(words.ends_with("The requester was promised Tuesday 2 June 2026."), "{words}");
    let withdrawn = valid.post(post("extension_withdrawn", "SAR-1", "2026-04-08")).wait_until("2026-04-09");
    assert_eq!(withdrawn.run().open(), ["A-SAR-2 overdue SAR-1"]);
}

#[test]
fn a_late_notice_is_said_and_has_no_effect() {
    let late = access("2026-03-03").post(extended("2026-04-08", Some(true)));
    let run = late.clone().wait_until("2026-04-09").run();
    assert_eq!(of(&run, "A-SAR-3"), ["Wed 2026-04-08 09:00 + A-SAR-3 late-notice SAR-1"]);
    assert_eq!(run.open(), ["A-SAR-2 overdue SAR-1", "A-SAR-3 late-notice SAR-1"]);
    let words = &run.alert("A-SAR-3", "late-notice").arithmetic;
    assert!(words.contains("to be safe it had to be by Thursday 2 April 2026"), "{words}");
    let ended = late.clone().wait_until("2026-04-08T10:00:00Z").post(answer("SAR-1", "2026-04-09"));
    assert_eq!(ended.run().open(), Vec::<String>::new());
    let back =
        late.wait_until("2026-04-08T10:00:00Z").post(post("extension_withdrawn", "SAR-1", "2026-04-09"));
    assert_eq!(back.run().open(), ["A-SAR-2 overdue SAR-1"]);
}

#[test]
fn a_notice_states_the_reasons() {
    for (reasons, overdue) in [(None, "Wed 2026-06-03 00:00"), (Some(false), "Fri 2026-04-03 00:00")] {
        let notice = access("2026-03-03").post(extended("2026-03-20", reasons));
        let run = notice.clone().wait_until("2026-06-04").run();
        assert_eq!(of(&run, "A-SAR-3"), ["Fri 2026-03-20 09:00 + A-SAR-3 no-reasons SAR-1"]);
        assert_eq!(of(&run, "A-SAR-2"), [format!("{overdue} + A-SAR-2 overdue SAR-1")]);
        let mended = notice.wait_until("2026-03-21").post(extended("2026-03-24", Some(true)));
        let run = mended.wait_until("2026-04-04").run();
        assert_eq!(run.open(), Vec::<String>::new());
    }
}
