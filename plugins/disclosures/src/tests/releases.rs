//! What releases lack.

use super::*;

const CRIME: &str = "dpa2018_sch2_para2_crime";
const INSPECTOR: Option<&str> = Some("inspector_or_above");

/// All that a release needs but the release.
fn prepared(class: &str) -> Scenario<Disclosures> {
    Scenario::new()
        .post(requested(class, "2026-03-02"))
        .post(verified("2026-03-03", true))
        .post(assessed("2026-03-04", json!({ "ig_advice": true })))
}

fn open_after(scenario: Scenario<Disclosures>) -> Vec<String> {
    scenario.wait_until("2026-03-10").run().open()
}

#[test]
fn a_release_with_all_that_it_needs_raises_nothing() {
    let run =
        prepared("police").post(released("2026-03-05", CRIME, INSPECTOR)).wait_until("2026-06-01").run();
    assert_eq!(run.history(), nothing());
    assert_eq!(run.register("to-be-put-right", "2026-06-01"), []);
}

#[test]
fn a_release_needs_a_ground_in_law() {
    let release = |ground: &str, at: &str| released(at, ground, INSPECTOR);
    let run = prepared("police").post(release("none_stated", "2026-03-05")).wait_until("2026-03-06").run();
    assert_eq!(run.history(), ["Thu 2026-03-05 09:00 + A-DIS-1 without-ground DIS-1"]);
    let alert = run.alert("A-DIS-1", "without-ground");
    assert_eq!((alert.severity, alert.recipient.as_deref()), (None, None));
    assert_eq!(
        alert.arithmetic,
        "Data went to the police on Thursday 5 March 2026, and no ground in law is on record: neither the release nor an \
         assessment or approval before it names one."
    );
    assert_eq!(alert.evidence, [0, 2, 3]);
    // Section 29 of the Act of 1998 ended on 25 May 2018.
    let historic = prepared("police").post(release("dpa2018_s29_historic", "2026-03-05"));
    assert_eq!(open_after(historic), ["A-DIS-1 without-ground DIS-1"]);
    let then = |at: &str| {
        let posts = [
            requested("police", "2018-05-21"),
            verified("2018-05-21", true),
            assessed("2018-05-21", json!({ "ig_advice": true })),
            release("dpa2018_s29_historic", at),
        ];
        Scenario::<Disclosures>::new().import(posts.map(|post| post.recorded("2026-03-01")))
    };
    assert_eq!(open_after(then("2018-05-24")), nothing());
    assert_eq!(open_after(then("2018-05-25")), ["A-DIS-1 without-ground DIS-1"]);
}

#[test]
fn a_ground_that_was_found_before_the_release_will_do_and_one_found_later_puts_it_right() {
    let found = |at: &str| assessed(at, json!({ "legal_basis": CRIME, "ig_advice": true }));
    let before = prepared("police").post(found("2026-03-04T15:00:00Z"));
    assert_eq!(open_after(before.post(released("2026-03-05", "none_stated", INSPECTOR))), nothing());
    let after = prepared("police").post(released("2026-03-05", "none_stated", INSPECTOR));
    let run = after.wait_until("2026-03-06").post(found("2026-03-07")).wait_until("2026-03-08").run();
    assert_eq!(run.open(), nothing());
    assert_eq!(reason(&run), "a ground was put on record afterwards, on Saturday 7 March 2026");
    let section = &run.sections("2026-03-01", "2026-03-31", "2026-04-01")[0];
    assert_eq!(report::figure(section, "disclosures_sound"), (0, Some(1)), "it was lacking all the same");
}

#[test]
fn insurers_employers_and_banks_have_grounds_of_their_own() {
    let stage = |class: &str, ground: &str| {
        open_after(prepared(class).post(released("2026-03-05", ground, INSPECTOR)))
    };
    let not_allowed = ["A-DIS-1 ground-not-allowed DIS-1"];
    assert_eq!(stage("insurer", "consent"), nothing());
    assert_eq!(stage("insurer", "dpa2018_sch2_para5_legal"), nothing());
    assert_eq!(stage("insurer", "court_order"), nothing());
    assert_eq!(stage("insurer", CRIME), not_allowed);
    assert_eq!(stage("employer", "consent"), nothing());
    assert_eq!(stage("employer", "dpa2018_sch2_para5_legal"), not_allowed);
    assert_eq!(stage("bank", "consent"), nothing());
    assert_eq!(stage("bank", CRIME), nothing(), "a bank may have data on another ground in law");
    for class in ["insurer", "employer", "bank"] {
        assert_eq!(stage(class, "none_stated"), ["A-DIS-1 without-ground DIS-1"], "one alert and no second");
    }
    let run = prepared("employer").post(released("2026-03-05", CRIME, None)).wait_until("2026-03-06").run();
    let alert = run.alert("A-DIS-1", "ground-not-allowed");
    assert_eq!(alert.severity, Some(Severity::Policy));
    assert!(
        alert.arithmetic.contains("Data went to an employer on Thursday 5 March 2026 on the ground \"Crime")
    );
    assert!(alert.arithmetic.contains("The policy asks for consent,"), "{}", alert.arithmetic);
}

#[test]
fn the_police_and_border_authorities_need_an_inspector_or_a_senior_manager() {
    let open = |class: &str, ground: &str, rank: Option<&str>| {
        open_after(prepared(class).post(released("2026-03-05", ground, rank)))
    };
    let without = ["A-DIS-1 without-authority DIS-1"];
    for class in ["police", "border_immigration"] {
        for rank in [None, Some("constable"), Some("sergeant"), Some("officer"), Some("unknown")] {
            assert_eq!(open(class, CRIME, rank), without, "{class} {rank:?}");
        }
        assert_eq!(open(class, CRIME, INSPECTOR), nothing());
        assert_eq!(open(class, CRIME, Some("senior_manager")), nothing());
        assert_eq!(open(class, "court_order", None), nothing());
    }
    assert_eq!(open("bank", "consent", None), nothing(), "others have no inspectors");
    let approved = |at: &str, rank: &str| {
        post("approved", at, json!({ "approved_by": "role/ig-manager", "rank": rank }))
    };
    let before = prepared("police").post(approved("2026-03-04T15:00:00Z", "inspector_or_above"));
    assert_eq!(open_after(before.clone().post(released("2026-03-05", CRIME, None))), nothing());
    assert_eq!(open_after(before.clone().post(released("2026-03-05", CRIME, Some("unknown")))), nothing());
    let lower = before.post(released("2026-03-05", CRIME, Some("constable")));
    assert_eq!(open_after(lower), without, "what is said last counts");
    let run = prepared("police").post(released("2026-03-05", CRIME, None)).wait_until("2026-03-06");
    let run = run.post(approved("2026-03-07", "senior_manager")).run();
    assert_eq!(run.open(), nothing());
    assert_eq!(reason(&run), "sufficient authority was put on record afterwards, on Saturday 7 March 2026");
}

#[test]
fn credentials_are_verified_before_the_release() {
    let start = || {
        let advice = assessed("2026-03-03", json!({ "ig_advice": true }));
        Scenario::<Disclosures>::new().post(requested("bank", "2026-03-02")).post(advice)
    };
    let release = || released("2026-03-05T10:00:00Z", "consent", None);
    let unverified = ["A-DIS-1 credentials-unverified DIS-1"];
    assert_eq!(open_after(start().post(release())), unverified);
    assert_eq!(open_after(start().post(verified("2026-03-04", false)).post(release())), unverified);
    let contradictory = json!({ "verified_how": "not_verified", "verified": true });
    let contradictory = post("credentials_verified", "2026-03-04", contradictory);
    assert_eq!(open_after(start().post(contradictory).post(release())), unverified);
    let spoilt = start().post(verified("2026-03-03", true)).post(verified("2026-03-04", false));
    assert_eq!(open_after(spoilt.post(release())), unverified, "what was found last counts");
    let same_day = start().post(verified("2026-03-05T09:59:00Z", true)).post(release());
    assert_eq!(open_after(same_day), nothing());
    let afterwards = start().post(release()).wait_until("2026-03-05T12:00:00Z");
    let run = afterwards.post(verified("2026-03-05T15:00:00Z", true)).wait_until("2026-03-06").run();
    assert_eq!(
        run.history(),
        [
            "Thu 2026-03-05 10:00 + A-DIS-1 credentials-unverified DIS-1",
            "Thu 2026-03-05 15:00 - A-DIS-1 credentials-unverified DIS-1",
        ]
    );
    // Where only the day of the release is known, what happened on it counts as having come first.
    let by_day = Post::new("disclosure.released", CASE).recorded("2026-03-06");
    let by_day = by_day.data(json!({ "legal_basis": "consent", "method": "portal", "date": "2026-03-05" }));
    assert_eq!(open_after(start().post(verified("2026-03-05T15:00:00Z", true)).post(by_day)), nothing());
}

#[test]
fn a_release_that_is_not_routine_needs_advice() {
    let start = || Scenario::<Disclosures>::new().post(requested("bank", "2026-03-02"));
    let ready = |said: Value| start().post(verified("2026-03-03", true)).post(assessed("2026-03-04", said));
    let release = || released("2026-03-05", "consent", None);
    let run = ready(json!({ "ig_advice": false })).post(release()).wait_until("2026-03-06").run();
    assert_eq!(run.history(), ["Thu 2026-03-05 09:00 + A-DIS-2 without-advice DIS-1"]);
    assert_eq!(open_after(ready(json!({})).post(release())), ["A-DIS-2 without-advice DIS-1"]);
    assert_eq!(open_after(ready(json!({ "routine": true })).post(release())), nothing());
    assert_eq!(open_after(ready(json!({ "ig_advice": true })).post(release())), nothing());
    let advice = |at: &str| Post::new("guidance.given", CASE).at(at).data(json!({ "topic": "sharing" }));
    assert_eq!(open_after(ready(json!({})).post(advice("2026-03-04")).post(release())), nothing());
    let run = ready(json!({})).post(release()).wait_until("2026-03-06").post(advice("2026-03-07")).run();
    assert_eq!(run.open(), nothing());
    assert_eq!(reason(&run), "the team's advice was put on record afterwards, on Saturday 7 March 2026");
    let section = &run.sections("2026-03-01", "2026-03-31", "2026-04-01")[0];
    assert_eq!(report::figure(section, "disclosures_advised"), (0, Some(1)), "it came too late");
}

#[test]
fn what_was_refused_needs_nothing() {
    let refused = post("refused", "2026-03-05", json!({ "refusal_reason": "not_verified" }));
    let run = Scenario::<Disclosures>::new().post(requested("police", "2026-03-02")).post(refused);
    assert_eq!(run.wait_until("2026-06-01").run().history(), nothing());
}

#[test]
fn a_release_that_was_recorded_by_mistake_is_voided_and_the_register_says_so() {
    let run = prepared("police")
        .post(released("2026-03-05", CRIME, None))
        .wait_until("2026-03-06")
        .post(correction(3, "2026-03-07"))
        .wait_until("2026-03-08")
        .run();
    assert_eq!(
        run.history(),
        [
            "Thu 2026-03-05 09:00 + A-DIS-1 without-authority DIS-1",
            "Sat 2026-03-07 09:00 - A-DIS-1 without-authority DIS-1",
        ]
    );
    let rows = run.register("pending", "2026-03-08");
    let corrected = cell(&rows[0], &registers::PENDING, "corrected");
    assert_eq!(corrected, Cell::Text(format!("entry 3 voided by entry {}", run_correction(&run))));
}

/// The number of the entry that corrects: ticks have numbers of their own.
fn run_correction(run: &Run<Disclosures>) -> u64 {
    run.plugin().cases.changes(CASE)[0].by
}

#[test]
fn what_a_release_still_lacks_stands_in_the_register() {
    let run = Scenario::<Disclosures>::new()
        .post(requested("police", "2026-03-02"))
        .post(released("2026-03-05", CRIME, Some("constable")))
        .run();
    let rows = run.register("to-be-put-right", "2026-03-06");
    let of = |column: &str| cell(&rows[0], &registers::TO_BE_PUT_RIGHT, column);
    assert_eq!(of("status"), Cell::from("no authority, credentials not verified, no advice"));
    assert_eq!(of("rag"), Cell::from("red"));
    assert_eq!((rows.len(), rows[0].evidence.as_slice()), (1, [1].as_slice()));
}

/// What is imported and settled long since is never raised.
#[test]
fn a_history_that_is_imported_raises_only_what_still_stands() {
    let history = [
        requested("police", "2025-03-03"),
        released("2025-03-05", CRIME, INSPECTOR),
        verified("2025-03-10", true),
        assessed("2025-03-10", json!({ "ig_advice": true })),
    ];
    let run = Scenario::<Disclosures>::new().import(history.map(|post| post.recorded("2026-03-02")));
    assert_eq!(run.wait_until("2026-03-03").run().history(), nothing());
}

#[test]
fn an_emergency_stands_in_its_register_until_it_is_permitted_and_assessed() {
    let given = |authorised: Value, recorded: &str| {
        let data = json!({ "requester_class": "police", "emergency_at": "2026-03-07T22:00:00Z", "authorised_by": authorised });
        post("emergency_recorded", recorded, data)
    };
    let scenario = |post: Post| Scenario::<Disclosures>::new().post(post);
    let run =
        scenario(given(json!("role/duty-manager"), "2026-03-08T22:00:00Z")).wait_until("2026-06-01").run();
    assert_eq!(run.history(), nothing(), "it is no release, and no request waits");
    let rows = run.register("emergencies", "2026-03-09");
    let of = |row: &Row, column: &str| cell(row, &registers::EMERGENCIES, column);
    assert_eq!([of(&rows[0], "status"), of(&rows[0], "rag")], ["to be assessed", "amber"].map(Cell::from));
    assert_eq!(of(&rows[0], "due"), Cell::from("2026-03-08T22:00:00Z".parse::<Instant>().unwrap()));
    let section = &run.sections("2026-03-01", "2026-03-31", "2026-04-01")[0];
    assert_eq!(
        report::figure(section, "disclosures_emergency_in_time"),
        (1, Some(1)),
        "the last hour counts"
    );

    let late = scenario(given(Value::Null, "2026-03-08T22:00:01Z")).run();
    let rows = late.register("emergencies", "2026-03-09");
    assert_eq!(of(&rows[0], "status"), Cell::from("nobody permitted it, to be assessed"));
    assert_eq!(of(&rows[0], "rag"), Cell::from("red"));
    let section = &late.sections("2026-03-01", "2026-03-31", "2026-04-01")[0];
    assert_eq!(report::figure(section, "disclosures_emergency_in_time"), (0, Some(1)));
    assert_eq!(report::findings(section).len(), 2);
    let settled = scenario(given(Value::Null, "2026-03-08"))
        .post(assessed("2026-03-09", json!({})))
        .post(post("approved", "2026-03-09", json!({ "approved_by": "role/ig-manager" })))
        .run();
    assert_eq!(settled.register("emergencies", "2026-03-10"), []);
}

/// Where the entry names the time of the deed, the ledger's own time says when it was put on record.
#[test]
fn an_emergency_that_is_dated_by_the_deed_is_on_record_when_the_ledger_has_it() {
    let data = json!({ "requester_class": "police", "emergency_at": "2026-03-07T22:00:00Z" });
    let posted = post("emergency_recorded", "2026-03-07T22:00:00Z", data).recorded("2026-03-10");
    let run = Scenario::<Disclosures>::new().post(posted).run();
    let section = &run.sections("2026-03-01", "2026-03-31", "2026-04-01")[0];
    assert_eq!(report::figure(section, "disclosures_emergency_in_time"), (0, Some(1)));
    let longer = Scenario::<Disclosures>::new().setting("emergency_record_hours", json!(72));
    let data = json!({ "requester_class": "police", "emergency_at": "2026-03-07T22:00:00Z" });
    let run =
        longer.post(post("emergency_recorded", "2026-03-07T22:00:00Z", data).recorded("2026-03-10")).run();
    let section = &run.sections("2026-03-01", "2026-03-31", "2026-04-01")[0];
    assert_eq!(report::figure(section, "disclosures_emergency_in_time"), (1, Some(1)));
}
