//! The disposal check.

use super::*;

const REGISTER: &str = "disposal-check";

/// What it answers: allowed or not, and because of what.
fn answer(scenario: Scenario<Retention>, record: &str, at: &str) -> Vec<(bool, String, Option<String>)> {
    let rows = scenario.wait_until(at).run().register_of(REGISTER, record, at);
    let text = |row: &Row, column: &str| match cell(REGISTER, row, column) {
        Cell::Text(text) => Some(text),
        _ => None,
    };
    let of = |row: &Row| {
        let allowed = cell(REGISTER, row, "allowed") == Cell::Flag(true);
        (allowed, text(row, "reason").unwrap_or_default(), text(row, "by"))
    };
    rows.iter().map(of).collect()
}

#[test]
fn what_is_due_and_not_covered_may_be_destroyed() {
    let yes = |words: &str| vec![(true, words.to_owned(), None)];
    let words = "No hold and no open request, review or case of the regulator covers it, and it was due on Monday 2 March \
                 2026; its destruction is ";
    assert_eq!(answer(due(), RECORD, "2026-03-02"), yes(&format!("{words}still to be authorised.")));
    let allowed = due().post(authorised(RECORD, "2026-03-02"));
    assert_eq!(answer(allowed, RECORD, "2026-03-03"), yes(&format!("{words}authorised.")));
}

#[test]
fn each_reason_against_it_has_a_row() {
    let held = due()
        .post(hold("HOLD-1", "2025-01-06", json!({ "scope": "class", "classes": ["HSG/04"] })))
        .post(request("FOI-1", "2026-02-02"))
        .post(identified("FOI-1", "2026-02-03", json!({ "series": ["repairs"] })))
        .post(hold("HOLD-2", "2025-01-07", json!({ "scope": "record", "records": [RECORD] })))
        .post(released("HOLD-2", "2025-02-07"));
    let answers = answer(held.clone(), RECORD, "2026-02-10");
    let because: Vec<Option<&str>> = answers.iter().map(|(_, _, by)| by.as_deref()).collect();
    assert_eq!(because, [Some("HOLD-1"), Some("FOI-1"), None]);
    assert!(answers.iter().all(|(allowed, ..)| !allowed));
    assert_eq!(answers[0].1, "It is covered by a hold that is open.");
    assert!(answers[2].1.starts_with("It is not due before Monday 2 March 2026."), "{answers:?}");
    let row = &held.wait_until("2026-02-10").run().register_of(REGISTER, RECORD, "2026-02-10")[1];
    assert_eq!(cell(REGISTER, row, "since"), Cell::Day("2026-02-02".parse().unwrap()));
    assert_eq!(row.evidence, [3, 4]);
    assert_eq!(row.unit.as_deref(), Some("housing"));
}

fn against(scenario: Scenario<Retention>, at: &str) -> String {
    let answers = answer(scenario, RECORD, at);
    assert_eq!(answers.len(), 1, "{answers:?}");
    assert!(!answers[0].0);
    answers[0].1.clone()
}

#[test]
fn what_is_gone_kept_or_not_known_to_be_due_may_not() {
    let gone = due().post(authorised(RECORD, "2026-03-02")).post(executed(RECORD, "2026-03-03"));
    assert_eq!(against(gone, "2026-03-04"), "It is destroyed already.");
    let archived = due().post(post("disposal.archived", RECORD, "2026-03-03", json!({ "receiver": "X" })));
    assert_eq!(against(archived, "2026-03-04"), "It went to an archive.");
    let kept =
        due().post(post("disposal.reviewed", RECORD, "2026-03-03", json!({ "decision": "keep_longer" })));
    assert_eq!(against(kept, "2026-03-04"), "A review kept it longer and named no day.");
    let for_archive =
        due().post(post("disposal.reviewed", RECORD, "2026-03-03", json!({ "decision": "archive" })));
    assert_eq!(against(for_archive, "2026-03-04"), "It was decided that it is not to be destroyed: archive.");
    let running = Scenario::<Retention>::new().post(registered(RECORD, "2020-03-02"));
    assert!(against(running, "2026-03-04").starts_with("When it falls due is not recorded"));
}

#[test]
fn of_what_is_not_registered_it_says_what_it_can() {
    let unknown =
        || due().post(hold("HOLD-1", "2025-01-06", json!({ "scope": "record", "records": ["record/X"] })));
    let answers = answer(unknown(), "record/X", "2026-03-04");
    assert_eq!((answers.len(), answers[0].2.as_deref()), (2, Some("HOLD-1")));
    assert!(answers[1].1.starts_with("The record is not registered"), "{answers:?}");
    assert!(answers[1].1.ends_with("Those that do stand here."));
    let answers = answer(unknown(), "record/Y", "2026-03-04");
    assert_eq!((answers.len(), answers[0].0), (1, false));
    assert!(answers[0].1.ends_with("None does."), "{answers:?}");
}

#[test]
fn another_number_of_a_record_is_answered_for_under_that_number() {
    let alias = post("case.alias_recorded", RECORD, "2020-04-01", json!({ "alias": "BOX-77" }));
    let held = hold("HOLD-1", "2025-01-06", json!({ "scope": "series", "series": ["repairs"] }));
    let answers = answer(due().post(alias).post(held), "BOX-77", "2026-03-04");
    assert_eq!((answers.len(), answers[0].2.as_deref()), (1, Some("HOLD-1")));
    assert!(answers[0].1.ends_with("The record counts as record/HSG-1."), "{answers:?}");
}

#[test]
fn the_whole_register_has_what_is_due_or_scheduled() {
    let run = due()
        .post(registered("record/HSG-2", "2020-03-02"))
        .post(triggered("record/HSG-2", "2020-03-03", "2030-01-01"))
        .post(registered("record/HSG-3", "2020-03-02"))
        .post(triggered("record/HSG-3", "2020-03-03", "2030-01-01"))
        .post(authorised("record/HSG-3", "2026-03-03"))
        .wait_until("2026-03-04")
        .run();
    let rows = run.register(REGISTER, "2026-03-04");
    let of = |row: &Row| (row.subject.clone().unwrap_or_default(), cell(REGISTER, row, "allowed"));
    let all: Vec<(String, Cell)> = rows.iter().map(of).collect();
    assert_eq!(all, [(RECORD.to_owned(), Cell::Flag(true)), ("record/HSG-3".to_owned(), Cell::Flag(false))]);
}
