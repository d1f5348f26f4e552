//! Histories in any order, twice, and such as make no sense.

use super::*;

fn rich() -> Vec<Post> {
    let mut posts = vec![
        registered(RECORD, "2020-03-02"),
        triggered(RECORD, "2020-03-03", "2026-03-02"),
        registered("record/HSG-2", "2020-03-04"),
        triggered("record/HSG-2", "2020-03-05", "2025-12-01"),
        registered("record/HSG-3", "2020-03-06"),
        triggered("record/HSG-3", "2020-03-09", "2025-06-02"),
        hold("HOLD-1", "2026-01-05", json!({ "scope": "class", "classes": ["HSG/04"], "ground": "inquiry" })),
        released("HOLD-1", "2026-02-02"),
        hold(
            "HOLD-2",
            "2026-03-05",
            json!({ "scope": "person", "person": "p-1", "review_due": "2026-06-01" }),
        ),
        post("request.received", "SAR-1", "2026-01-12", json!({ "regime": "sar", "person": "p-1" })),
        identified("SAR-1", "2026-01-13", json!({ "records": ["record/HSG-2"] })),
        closed("SAR-1", "2026-02-09"),
        request("FOI-1", "2026-03-03"),
        identified("FOI-1", "2026-03-04", json!({ "series": ["repairs"] })),
        closed("FOI-1", "2026-03-20"),
        post("review.requested", "IR-1", "2026-04-01", json!({ "regime": "foi", "request_ref": "FOI-1" })),
        post("case.alias_recorded", RECORD, "2020-04-01", json!({ "alias": "BOX-77" })),
        authorised(RECORD, "2026-03-09"),
        executed(RECORD, "2026-03-10"),
        authorised("record/HSG-2", "2026-03-11"),
    ];
    let contractor =
        json!({ "method": "pulp", "medium": "paper", "route": "contractor", "marking": "official" });
    posts.push(post("disposal.executed", "record/HSG-3", "2026-03-25", contractor));
    posts.push(post(
        "disposal.certificate_received",
        "record/HSG-3",
        "2026-04-20",
        json!({ "certificate": "C" }),
    ));
    posts.push(post("schedule.published", "retention-2020", "2020-01-06", json!({ "version": "1" })));
    posts
}

fn others() -> Vec<Post> {
    let returned =
        json!({ "kind": "laptop", "serial": "S-1", "condition": "for_disposal", "unit": "housing" });
    let disposed = json!({ "kind": "laptop", "serial": "S-1", "method": "degauss", "route": "ict_disposal" });
    let tape =
        json!({ "medium": "tape", "method": "degauss", "advice_ref": "record/TAPE-7", "route": "own_unit" });
    let paper = |unit: &str| json!({ "class": "X/1", "medium": "paper", "unit": unit });
    vec![
        post("equipment.returned", "AST-1", "2026-01-05", returned.clone()),
        post("device.disposed", "AST-1", "2026-02-05", disposed),
        post("equipment.returned", "AST-2", "2026-01-06", returned),
        post("media.destroyed", "MED-1", "2026-03-10", tape),
        post(
            "disposal.advice_given",
            "record/TAPE-7",
            "2026-03-11",
            json!({ "advice": "destroy_as_planned" }),
        ),
        post("record.registered", "record/P-1", "2026-01-07", paper("housing")),
        post("record.registered", "record/P-2", "2026-01-08", paper("revenues")),
        post("record.registered", "record/P-3", "2026-01-09", paper("revenues")),
        post("shredder.installed", "SHR-1", "2026-01-12", json!({ "unit": "housing", "takes": ["paper"] })),
        post("org.unit_closed", "planning", "2026-01-13", json!({ "effective": "2026-02-01" })),
    ]
}

#[test]
fn the_order_in_which_it_is_recorded_makes_no_difference() {
    check_any_order::<Retention>(&rich(), "2026-05-06", ("2026-01-01", "2026-04-30"));
}

#[test]
fn nor_does_it_for_devices_media_and_units() {
    check_any_order::<Retention>(&others(), "2026-05-06", ("2026-01-01", "2026-04-30"));
}

#[test]
fn the_histories_come_to_something() {
    let of = |posts: Vec<Post>| {
        let late = posts.into_iter().map(|post| post.recorded("2026-05-06"));
        let mut open = Scenario::<Retention>::new().import(late).wait_until("2026-05-07").run().open();
        open.sort();
        open
    };
    assert_eq!(
        of(rich()),
        [
            "A-RET-2 not-authorised record/HSG-3",
            "A-RET-5 destroyed record/HSG-1",
            "A-RET-5 scheduled record/HSG-2",
        ]
    );
    assert_eq!(
        of(others()),
        [
            "A-RET-4 no-certificate AST-1",
            "A-RET-6 no-route-for-paper revenues",
            "A-RET-7 unaccounted AST-2",
            "A-RET-8 no-advice MED-1"
        ]
    );
}

#[test]
fn a_history_that_makes_no_sense_gives_findings_and_no_absurd_alert() {
    let run = Scenario::<Retention>::new()
        .post(released("HOLD-1", "2026-03-02"))
        .post(closed("FOI-1", "2026-03-02T10:00:00Z"))
        .post(identified("FOI-1", "2026-03-02T11:00:00Z", json!({ "records": [RECORD] })))
        .post(closed("FOI-2", "2026-03-02T11:30:00Z"))
        .post(hold("HOLD-2", "2026-03-02T12:00:00Z", json!({ "scope": "series" })))
        .post(request("FOI-2", "2026-03-03"))
        .post(identified("FOI-2", "2026-03-03T10:00:00Z", json!({ "records": ["record/HSG-9"] })))
        .post(post("disposal.certificate_received", RECORD, "2026-03-03", json!({ "certificate": "C" })))
        .post(executed(RECORD, "2026-03-04"))
        .post(authorised(RECORD, "2026-03-05"))
        .post(post("disposal.archived", RECORD, "2026-03-06", json!({ "receiver": "X" })))
        .post(post("record.triggered", RECORD, "2026-03-07", json!({ "trigger": "closed", "due": "no day" })))
        .post(post("device.disposed", "AST-1", "2026-03-08", json!({ "kind": "laptop" })))
        .wait_until("2026-05-01")
        .run();
    assert_eq!(run.open(), ["A-RET-2 not-authorised record/HSG-1"]);
    let section = &run.sections("2026-03-01", "2026-03-31", "2026-05-01")[0];
    let texts: Vec<&str> = report::findings(section).iter().map(|finding| finding.text.as_str()).collect();
    for words in [
        "never been registered: 1",
        "nobody can say whether it was early: 1",
        "before anything was destroyed: 1",
        "decided after they were destroyed: 1",
        "released that had never been placed: 1",
        "name nothing that they cover: 1",
        "requests that ended before they were received: 1",
        "2 entries about records, holds, requests and units could not be read",
    ] {
        assert!(texts.iter().any(|text| text.contains(words)), "{words} in {texts:?}");
    }
}

/// An import of years that is settled raises nothing.
#[test]
fn what_an_import_shows_to_be_settled_is_not_said() {
    let settled = [
        registered(RECORD, "2010-03-02"),
        triggered(RECORD, "2010-03-03", "2016-03-02"),
        hold("HOLD-1", "2012-01-05", json!({ "scope": "series", "series": ["repairs"] })),
        released("HOLD-1", "2017-01-05"),
        request("FOI-1", "2016-03-03"),
        identified("FOI-1", "2016-03-04", json!({ "series": ["repairs"] })),
        closed("FOI-1", "2016-04-01"),
        authorised(RECORD, "2017-01-09"),
        executed(RECORD, "2017-01-10"),
    ];
    let late = settled.map(|post| post.recorded("2026-05-06"));
    let run = Scenario::<Retention>::new().import(late).wait_until("2026-05-07").run();
    assert_eq!(run.history(), none());
}

#[test]
fn the_registers_show_what_is_due_held_and_corrected() {
    let run = due()
        .post(hold("HOLD-1", "2025-01-06", json!({ "scope": "series", "series": ["repairs"], "review_due": "2026-03-01", "ground": "police" })))
        .post(registered("record/HSG-2", "2020-03-04"))
        .post(triggered("record/HSG-2", "2020-03-05", "2025-12-01"))
        .post(void("record/HSG-2", 4, "2026-03-01"))
        .post(triggered("record/HSG-2", "2020-03-05", "2025-11-03").recorded("2026-03-01T10:00:00Z"))
        .wait_until("2026-03-10")
        .run();
    let rows = run.register("disposals-due", "2026-03-10");
    let records: Vec<Option<&str>> = rows.iter().map(|row| row.subject.as_deref()).collect();
    assert_eq!(records, [Some("record/HSG-2"), Some(RECORD)], "the first due first");
    let of = |row: usize, column: &str| cell("disposals-due", &rows[row], column);
    assert_eq!(
        (of(1, "status"), of(1, "rag"), of(1, "days_left")),
        ("on hold".into(), "amber".into(), Cell::Number(-8))
    );
    assert_eq!(
        (of(1, "covered_by"), of(1, "owner"), of(1, "unit")),
        ("HOLD-1".into(), "role/iao".into(), "housing".into())
    );
    assert_eq!(of(0, "corrected"), Cell::from("entry 4 voided by entry 5"));
    assert_eq!(of(1, "corrected"), Cell::None);
    let holds = run.register("holds", "2026-03-10");
    let hold = |column: &str| cell("holds", &holds[0], column);
    assert_eq!(
        (hold("covers"), hold("status"), hold("rag")),
        ("series repairs".into(), "to be confirmed".into(), "red".into())
    );
    let awaited = by_contractor().run().register("certificates", "2026-03-10");
    let certificate = |column: &str| cell("certificates", &awaited[0], column);
    assert_eq!(
        (certificate("working_days_left"), certificate("status")),
        (Cell::Number(9), "awaited".into())
    );
}

fn by_contractor() -> Scenario<Retention> {
    let data =
        json!({ "method": "pulp", "medium": "paper", "route": "contractor", "authorised_by": "role/x" });
    due().post(post("disposal.executed", RECORD, "2026-03-09", data)).wait_until("2026-03-10")
}
