use muniment_sdk::testing::{Post, Run, Scenario, check_any_order, check_manifest};
use muniment_sdk::{Act, Cell, Row};
use serde_json::{Value, json};

use super::*;

mod releases;
mod report;

const CASE: &str = "DIS-1";

fn post(kind: &str, at: &str, data: Value) -> Post {
    Post::new(&format!("disclosure.{kind}"), CASE).at(at).data(data)
}

fn requested(class: &str, at: &str) -> Post {
    let data =
        json!({ "requester_class": class, "requester_body": "Exemplar Constabulary", "unit": "housing" });
    post("requested", at, data)
}

fn verified(at: &str, is_good: bool) -> Post {
    post("credentials_verified", at, json!({ "verified_how": "called_back", "verified": is_good }))
}

fn assessed(at: &str, data: Value) -> Post {
    let mut whole = json!({ "necessity": "necessary" });
    whole.as_object_mut().unwrap().extend(data.as_object().unwrap().clone());
    post("assessed", at, whole)
}

fn released(at: &str, ground: &str, rank: Option<&str>) -> Post {
    let mut data = json!({ "legal_basis": ground, "method": "secure_email" });
    if let Some(rank) = rank {
        data["rank"] = json!(rank);
    }
    post("released", at, data)
}

fn correction(target: u64, at: &str) -> Post {
    let data = json!({ "target": target, "action": "void", "reason": "wrong_case" });
    Post::new("ledger.correction_recorded", CASE).at(at).data(data)
}

fn nothing() -> Vec<String> {
    Vec::new()
}

fn reason(run: &Run<Disclosures>) -> &str {
    let cleared = run.acts().iter().rev().find_map(|(_, act)| match act {
        Act::Clear(cleared) => Some(cleared.reason.as_str()),
        Act::Raise(_) => None,
    });
    cleared.unwrap_or_else(|| panic!("nothing was cleared: {:?}", run.history()))
}

fn cell(row: &Row, register: &Register, column: &str) -> Cell {
    let place = register.columns.iter().position(|it| it.name == column).unwrap();
    row.cells[place].clone()
}

#[test]
fn the_manifest_is_in_order() {
    check_manifest::<Disclosures>();
}

/// Also where the entries make no sense together.
#[test]
fn any_history_that_the_catalogue_takes_is_borne() {
    muniment_histories::check_any_history::<Disclosures>();
}

/// The details of a case stay, as a correction may come: small enough that a million of them go into the memory of a plugin.
#[test]
fn what_is_kept_of_a_disclosure_that_is_over_is_bounded() {
    let happens = |kind, day, data| muniment_histories::Happens { kind, subject: "DIS-2025-#", day, data };
    let case = [
        happens(
            "disclosure.requested",
            0,
            json!({ "requester_class": "police", "requester_body": "Exemplar Constabulary", "unit": "housing" }),
        ),
        happens(
            "disclosure.credentials_verified",
            0,
            json!({ "verified_how": "called_back", "verified": true }),
        ),
        happens("disclosure.assessed", 0, json!({ "necessity": "necessary", "ig_advice": true })),
        happens(
            "disclosure.released",
            1,
            json!({ "legal_basis": "dpa2018_sch2_para2_crime", "method": "secure_email", "rank": "inspector_or_above" }),
        ),
    ];
    muniment_histories::check_bytes_a_case::<Disclosures>(&case, 256);
}

/// St Patrick's Day is no working day anywhere in the United Kingdom, as in the Freedom of Information Act.
#[test]
fn a_request_is_unanswered_after_the_twentieth_working_day() {
    let waiting = || Scenario::<Disclosures>::new().post(requested("bank", "2026-03-02"));
    assert_eq!(waiting().wait_until("2026-03-31T22:59:59Z").run().history(), nothing());
    let run = waiting().wait_until("2026-04-02").run();
    assert_eq!(run.history(), ["Wed 2026-04-01 00:00 + A-DIS-3 unanswered DIS-1"]);
    let alert = run.alert("A-DIS-3", "unanswered");
    assert_eq!(
        alert.arithmetic,
        "Due by Tuesday 31 March 2026 (a control of the organisation's own: no law sets a time). From Monday 2 March 2026, \
         when the request was received; with the day behind as day 1, working day 20 is Tuesday 31 March 2026. Not \
         counted: 8 Saturdays and Sundays; Tuesday 17 March 2026 (St Patrick's Day, Northern Ireland)."
    );
    assert_eq!((alert.evidence.as_slice(), alert.recipient.as_deref()), ([0].as_slice(), None));
}

/// Rule 6: on the date of the deadline it is in time.
#[test]
fn an_answer_on_the_last_day_is_in_time() {
    let refused = || post("refused", "2026-03-31", json!({ "refusal_reason": "no_basis" }));
    let run = Scenario::<Disclosures>::new().post(requested("bank", "2026-03-02")).post(refused());
    assert_eq!(run.wait_until("2026-05-01").run().history(), nothing());
}

#[test]
fn every_way_of_ending_a_request_clears_it() {
    let ways = [
        (released("2026-04-08", "consent", None), "the data was released on Wednesday 8 April 2026"),
        (
            post("refused", "2026-04-08", json!({ "refusal_reason": "no_basis" })),
            "it was refused on Wednesday 8 April 2026",
        ),
        (post("withdrawn", "2026-04-08", json!({})), "it was withdrawn on Wednesday 8 April 2026"),
        (
            post(
                "emergency_recorded",
                "2026-04-08",
                json!({ "requester_class": "bank", "emergency_at": "2026-04-08T01:00:00Z" }),
            ),
            "the data was given out as an emergency on Wednesday 8 April 2026",
        ),
    ];
    for (way, why) in ways {
        let run = Scenario::<Disclosures>::new()
            .post(requested("bank", "2026-03-02"))
            .post(verified("2026-03-03", true))
            .post(assessed("2026-03-03", json!({ "ig_advice": true })))
            .wait_until("2026-04-07")
            .post(way)
            .wait_until("2026-04-09")
            .run();
        assert_eq!(run.open(), nothing());
        assert_eq!(reason(&run), why);
        assert_eq!(run.register("pending", "2026-04-09"), []);
    }
}

/// Rule 8: an answer that is recorded late and was given in time is in time.
#[test]
fn an_answer_that_is_recorded_late_counts_when_it_was_given() {
    let late = post("refused", "2026-03-20", json!({ "refusal_reason": "not_held" })).recorded("2026-05-01");
    let run = Scenario::<Disclosures>::new().post(requested("bank", "2026-03-02")).post(late);
    let run = run.wait_until("2026-05-02").run();
    assert_eq!(
        run.history(),
        [
            "Wed 2026-04-01 00:00 + A-DIS-3 unanswered DIS-1",
            "Fri 2026-05-01 09:00 - A-DIS-3 unanswered DIS-1"
        ]
    );
    let section = &run.sections("2026-03-01", "2026-03-31", "2026-05-02")[0];
    assert_eq!(report::figure(section, "disclosures_answered_in_time"), (1, Some(1)));
}

/// Rule 9: a holiday that is added moves the deadline, and the alert says which days were counted.
#[test]
fn a_holiday_that_is_added_moves_the_day() {
    let holiday = Post::new("calendar.holiday_added", "uk").at("2026-03-10").data(json!({
        "day": "2026-03-30",
        "regions": ["england", "wales", "scotland", "northern_ireland"], "holiday": "State Funeral",
    }));
    let run = Scenario::<Disclosures>::new()
        .post(requested("bank", "2026-03-02"))
        .post(holiday)
        .wait_until("2026-04-03")
        .run();
    let moved = run.history();
    let plain = Scenario::<Disclosures>::new().post(requested("bank", "2026-03-02")).wait_until("2026-04-03");
    assert_ne!(moved, plain.run().history());
    assert_eq!(moved, ["Thu 2026-04-02 00:00 + A-DIS-3 unanswered DIS-1"]);
}

/// Rule 13: a merged case counts once, and its earliest receipt stands.
#[test]
fn the_earliest_receipt_of_merged_cases_stands() {
    let other = Post::new("disclosure.requested", "DIS-2").at("2026-03-09");
    let run = Scenario::<Disclosures>::new()
        .post(requested("bank", "2026-03-02"))
        .post(other.data(json!({ "requester_class": "bank" })))
        .post(Post::new("case.merged", CASE).at("2026-03-10").data(json!({ "into": "DIS-2" })))
        .wait_until("2026-04-01")
        .run();
    assert_eq!(run.open(), ["A-DIS-3 unanswered DIS-2"]);
    let rows = run.register("pending", "2026-04-01");
    assert_eq!(rows.len(), 1);
    assert_eq!(cell(&rows[0], &registers::PENDING, "corrected"), Cell::from("DIS-1 joined by entry 2"));
}

/// Rule 14: an open case counts under the unit that has it now.
#[test]
fn a_case_that_is_transferred_stands_under_the_unit_that_has_it_now() {
    let transferred = Post::new("case.transferred", CASE).at("2026-03-04").data(json!({ "unit": "adults" }));
    let run = Scenario::<Disclosures>::new().post(requested("police", "2026-03-02")).post(transferred);
    let run = run.post(Post::new("case.transferred", "FOI-1").at("2026-03-05").data(json!({ "unit": "x" })));
    let rows = run.run().register("pending", "2026-03-05");
    assert_eq!((rows.len(), rows[0].unit.as_deref()), (1, Some("adults")), "and no case of another kind");
}

#[test]
fn the_register_says_what_a_request_waits_for_and_when_it_is_due() {
    let promised = Post::new("disclosure.requested", "DIS-2").at("2026-03-03");
    let promised = promised.data(json!({ "requester_class": "police", "due": "2026-03-06", "urgent": true }));
    let run = Scenario::<Disclosures>::new()
        .post(requested("bank", "2026-03-02"))
        .post(promised)
        .post(verified("2026-03-04", true))
        .run();
    let rows = run.register("pending", "2026-03-07T10:00:00Z");
    let of = |row: usize, column: &str| cell(&rows[row], &registers::PENDING, column);
    assert_eq!([of(0, "case"), of(1, "case")], ["DIS-2", "DIS-1"].map(Cell::from), "the first due first");
    assert_eq!([of(0, "rag"), of(1, "rag")], ["red", "green"].map(Cell::from), "a Saturday after a Friday");
    assert_eq!([of(0, "working_days_left"), of(1, "working_days_left")], [0, 16].map(Cell::Number));
    assert_eq!(
        [of(0, "status"), of(1, "status")],
        ["credentials to be verified", "to be assessed"].map(Cell::from)
    );
    assert_eq!(of(1, "due"), Cell::from("2026-03-31".parse::<muniment_sdk::Day>().unwrap()));
    assert_eq!([of(0, "urgent"), of(1, "owner")], [Cell::Flag(true), Cell::from("role/ig-team")]);
    assert_eq!(rows[1].evidence, [0, 2]);
    let amber = run.register_of("pending", CASE, "2026-03-24");
    assert_eq!(cell(&amber[0], &registers::PENDING, "rag"), Cell::from("amber"));
}
