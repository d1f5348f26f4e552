use super::*;

const CODED: [&str; 5] = ["medium", "channel", "dimension", "harm_kind", "intent"];

/// An incident on a Monday, which says these of what is asked for.
fn incident(case: &str, at: &str, says: &[&str]) -> Post {
    let values = says.iter().map(|field| ((*field).to_owned(), json!("email")));
    let mut data: serde_json::Map<String, Value> = values.collect();
    data.insert("unit".to_owned(), json!("housing"));
    post("incident.reported", case, at, Value::Object(data))
}

fn history(posts: &[Post], until: &str) -> Vec<String> {
    let scenario = posts.iter().cloned().fold(Scenario::<Sources>::new(), Scenario::post);
    scenario.wait_until(until).run().history()
}

#[test]
fn an_incident_that_lacks_a_coding_is_told_after_five_working_days() {
    let run = Scenario::<Sources>::new()
        .post(incident("INC-1", "2026-03-30", &["channel", "dimension", "harm_kind"]))
        .wait_until("2026-04-09")
        .run();
    // Good Friday and Easter Monday lie between.
    assert_eq!(run.history(), ["Thu 2026-04-09 00:00 + A-LED-1 coding-missing INC-1"]);
    let alert = run.alert("A-LED-1", "coding-missing");
    assert_eq!(
        alert.arithmetic,
        "Incident of Monday 30 March 2026 without: medium, intent. It was to be complete by Wednesday 8 April 2026, 5 working days \
         later: a control of the organisation's own (`coding_working_days`)."
    );
    assert_eq!(alert.evidence, [0]);
    assert_eq!(history(&[incident("INC-1", "2026-03-30", &CODED)], "2026-06-01"), NONE);
}

#[test]
fn what_a_later_entry_adds_completes_it() {
    let posts = [
        incident("INC-1", "2026-03-02", &["channel", "dimension"]),
        post(
            "breach.assessed",
            "INC-1",
            "2026-03-03",
            json!({ "dimension": "integrity", "medium": "post", "intent": "accidental" }),
        ),
        incident("INC-1", "2026-03-12", &["harm_kind"]),
    ];
    assert_eq!(
        history(&posts, "2026-04-01"),
        [
            "Tue 2026-03-10 00:00 + A-LED-1 coding-missing INC-1",
            "Thu 2026-03-12 09:00 - A-LED-1 coding-missing INC-1"
        ]
    );
    assert_eq!(
        history(&[posts[0].clone(), posts[1].clone(), posts[2].clone().at("2026-03-09")], "2026-04-01"),
        NONE
    );
}

#[test]
fn what_did_not_happen_needs_no_coding() {
    let nothing = post("incident.unsubstantiated", "INC-1", "2026-03-12", json!({}));
    assert_eq!(
        history(&[incident("INC-1", "2026-03-02", &[]), nothing], "2026-04-01"),
        [
            "Tue 2026-03-10 00:00 + A-LED-1 coding-missing INC-1",
            "Thu 2026-03-12 09:00 - A-LED-1 coding-missing INC-1"
        ]
    );
    let weakness = post("incident.weakness_recorded", "INC-2", "2026-03-02", json!({}));
    assert_eq!(history(&[weakness], "2026-04-01"), NONE);
}

#[test]
fn why_a_coding_is_asked_for_no_more() {
    let why = |post: Post| {
        let scenario = Scenario::<Sources>::new().post(incident("INC-1", "2026-03-02", &[]));
        let run = scenario.wait_until("2026-03-11").post(post).run();
        let cleared = run.acts().iter().find_map(|(_, act)| match act {
            Act::Clear(cleared) => Some(cleared.reason.clone()),
            Act::Raise(_) => None,
        });
        assert_eq!(run.register("coding", "2026-03-13"), []);
        cleared.unwrap()
    };
    assert_eq!(why(incident("INC-1", "2026-03-12", &CODED)), "its coding is complete");
    assert_eq!(
        why(post("incident.unsubstantiated", "INC-1", "2026-03-12", json!({}))),
        "the incident was found to be unsubstantiated"
    );
    assert_eq!(why(void(0, "INC-1", "2026-03-12")), "what it rested on was corrected");
}

#[test]
fn disposals_say_the_medium_assets_their_forms_and_assessments_what_was_lost() {
    let lacking = [
        post("disposal.reviewed", "DSP-1", "2026-03-02", json!({ "decision": "destroy" })),
        post("asset.registered", "AST-1", "2026-03-02", json!({ "forms": [] })),
        post("breach.assessed", "INC-1", "2026-03-02", json!({ "severity": "red" })),
    ];
    assert_eq!(
        history(&lacking, "2026-04-01"),
        ["AST-1", "DSP-1", "INC-1"]
            .map(|case| format!("Tue 2026-03-10 00:00 + A-LED-1 coding-missing {case}"))
    );
    let saying = [
        post("disposal.reviewed", "DSP-1", "2026-03-02", json!({ "decision": "destroy" })),
        post("disposal.executed", "DSP-1", "2026-03-05", json!({ "medium": "paper" })),
        post("asset.registered", "AST-1", "2026-03-02", json!({ "forms": ["paper"] })),
        post("breach.assessed", "INC-1", "2026-03-02", json!({ "dimension": "availability" })),
        post("breach.closed", "INC-2", "2026-03-02", json!({})),
    ];
    assert_eq!(history(&saying, "2026-04-01"), NONE);
}

#[test]
fn settings_say_what_is_asked_for_and_by_when() {
    let run = Scenario::<Sources>::new()
        .setting("incident_coding", json!(["medium"]))
        .setting("coding_working_days", json!(1))
        .post(incident("INC-1", "2026-03-02", &["medium"]))
        .post(incident("INC-2", "2026-03-02", &["channel"]))
        .wait_until("2026-04-01")
        .run();
    assert_eq!(run.history(), ["Wed 2026-03-04 00:00 + A-LED-1 coding-missing INC-2"]);
}

#[test]
fn the_coding_of_a_year_that_was_reported_is_asked_for_no_more() {
    let old = incident("INC-1", "2024-03-04", &[]).recorded("2026-03-02");
    assert_eq!(history(&[old], "2026-06-01"), NONE);
    assert_eq!(
        history(&[incident("INC-1", "2026-03-02", &[])], "2027-06-01"),
        [
            "Tue 2026-03-10 00:00 + A-LED-1 coding-missing INC-1",
            "Wed 2027-03-03 00:00 - A-LED-1 coding-missing INC-1"
        ]
    );
}

/// Rule 9: a holiday that is added moves what is due.
#[test]
fn a_holiday_that_is_proclaimed_moves_the_day() {
    let data = json!({ "day": "2026-03-05", "regions": ["england", "wales"], "holiday": "A funeral" });
    let holiday = post("calendar.holiday_added", "uk", "2026-03-03", data);
    assert_eq!(
        history(&[incident("INC-1", "2026-03-02", &[]), holiday], "2026-04-01"),
        ["Wed 2026-03-11 00:00 + A-LED-1 coding-missing INC-1"]
    );
}

#[test]
fn a_correction_of_the_entry_ends_it_and_shows_in_the_register() {
    let run = Scenario::<Sources>::new()
        .post(incident("INC-1", "2026-03-02", &[]))
        .post(incident("INC-1", "2026-03-03", &["medium"]))
        .wait_until("2026-03-11")
        .post(void(2, "INC-1", "2026-03-12"))
        .run();
    let row = &run.register("coding", "2026-03-12")[0];
    assert_eq!(row.cells[3], Cell::from("medium, channel, dimension, kind of harm, intent"));
    assert_eq!(
        row.cells[5..10],
        [
            Cell::Number(-3),
            Cell::from("red"),
            Cell::from("role/ig-team"),
            Cell::from("housing"),
            Cell::from("overdue")
        ]
    );
    assert!(matches!(&row.cells[10], Cell::Text(words) if words.starts_with("entry 2 voided by entry")));
    let gone = Scenario::<Sources>::new()
        .post(incident("INC-1", "2026-03-02", &[]))
        .wait_until("2026-03-11")
        .post(void(0, "INC-1", "2026-03-12"))
        .run();
    assert_eq!(gone.open(), NONE);
    assert_eq!(gone.register("coding", "2026-03-12"), []);
}

/// Rule 10 and 13: what was none is counted nowhere, and a merged case once.
#[test]
fn the_tables_of_coding_add_up() {
    let run = Scenario::<Sources>::new()
        .post(incident("INC-1", "2026-03-02", &CODED))
        .post(incident("INC-2", "2026-03-02", &["medium"]))
        .post(incident("INC-3", "2026-03-02", &[]))
        .post(post("incident.unsubstantiated", "INC-3", "2026-03-04", json!({})))
        .post(incident("INC-4", "2026-03-02", &["medium"]))
        .post(post("case.merged", "INC-4", "2026-03-04", json!({ "into": "INC-2" })))
        .post(post("disposal.executed", "DSP-1", "2026-03-05", json!({ "medium": "paper" })))
        .post(incident("INC-5", "2026-04-02", &[]))
        .run();
    let section = &run.sections("2026-03-01", "2026-03-31", "2026-03-31")[0];
    let coded = metric(section, "coded");
    assert_eq!((coded.numerator, coded.denominator), (2, Some(3)));
    let kinds = table(section, "coding_by_kind");
    assert_adds_up(kinds);
    assert_eq!(kinds.rows[0].cells[1..], [2, 1, 1].map(Cell::Number));
    let fields = table(section, "coding_by_field");
    assert_eq!(
        fields.rows[0].cells,
        [Cell::from("medium"), Cell::Number(3), Cell::Number(0), Cell::Share(3, 3)]
    );
    assert_eq!(
        fields.rows[1].cells,
        [Cell::from("channel"), Cell::Number(2), Cell::Number(1), Cell::Share(1, 2)]
    );
}
