use super::*;

pub(super) fn sampled(
    sample: &str,
    at: &str,
    unit: Option<&str>,
    [all, right, legacy, unmarked]: [u64; 4],
) -> Post {
    let data = json!({
        "sampled": all, "correct": right, "legacy": legacy, "sensitive_unmarked": unmarked, "unit": unit,
        "reviewed_by": "role/records-manager",
    });
    post("marking.sampled", sample, at, data)
}

#[test]
fn what_a_sample_found_is_open_until_the_next_of_its_unit() {
    let run = Scenario::<Marking>::new()
        .post(sampled("SMP-1", "2026-01-12", Some("legal"), [50, 46, 2, 2]))
        .wait_until("2026-01-13")
        .post(sampled("SMP-2", "2026-02-02", Some("housing"), [40, 40, 0, 0]))
        .wait_until("2026-02-03")
        .post(sampled("SMP-3", "2026-04-01", Some("legal"), [50, 49, 0, 0]))
        .run();
    assert_eq!(
        run.history(),
        ["Mon 2026-01-12 09:00 + A-MRK-2 sampled legal", "Wed 2026-04-01 09:00 - A-MRK-2 sampled legal"]
    );
    assert_eq!(run.alert("A-MRK-2", "sampled").evidence, [0]);
    let rows = run.register("sample-findings", "2026-04-02");
    assert_eq!(rows.len(), 1, "the other unit's were all right");
    assert_eq!(*cell(&rows[0], "sample-findings", "sample"), text("SMP-3"));
    assert_eq!(*cell(&rows[0], "sample-findings", "status"), text("wrongly marked"));
    assert_eq!(*cell(&rows[0], "sample-findings", "wrong"), Cell::Number(1));
    assert_eq!(rows[0].subject.as_deref(), Some("legal"));
}

#[test]
fn a_sample_is_taken_every_quarter() {
    let run = Scenario::<Marking>::new()
        .post(sampled("SMP-1", "2026-01-12", Some("legal"), [50, 46, 2, 0]))
        .post(sampled("SMP-2", "2026-01-05", None, [10, 10, 0, 0]))
        .run();
    let rows = |as_at: &str| run.register("samples-due", as_at);
    let of = |as_at: &str, column: &str| {
        rows(as_at).iter().map(|row| cell(row, "samples-due", column).clone()).collect::<Vec<_>>()
    };
    assert_eq!(of("2026-02-02", "of"), ["organisation", "legal"].map(text));
    assert_eq!(of("2026-02-02", "rag"), ["green", "green"].map(text));
    assert_eq!(of("2026-04-12", "days_left"), [-7, 0].map(Cell::Number));
    assert_eq!(of("2026-04-12", "rag"), ["red", "amber"].map(text));
    assert_eq!(of("2026-04-12", "status"), ["overdue", "sampled"].map(text));
    assert_eq!(of("2026-04-12", "right"), [Cell::Share(10, 10), Cell::Share(46, 50)]);
}

#[test]
fn a_sample_that_is_corrected_has_found_nothing() {
    let found = || {
        Scenario::<Marking>::new()
            .post(sampled("SMP-0", "2026-01-05", Some("legal"), [10, 10, 0, 0]))
            .post(sampled("SMP-1", "2026-01-12", Some("legal"), [50, 46, 2, 2]))
            .wait_until("2026-01-13")
    };
    let voided = found().post(void(1, "SMP-1", "2026-01-14")).run();
    assert_eq!((found().run().open(), voided.open()), (vec!["A-MRK-2 sampled legal".to_owned()], Vec::new()));
    let row = &voided.register("samples-due", "2026-01-15")[0];
    assert_eq!(*cell(row, "samples-due", "right"), Cell::Share(10, 10));
    let data = json!({
        "target": 1, "action": "replace", "reason": "wrong_data",
        "data": { "sampled": 50, "correct": 49, "unit": "legal" },
    });
    let replaced = found().post(post("ledger.correction_recorded", "SMP-1", "2026-01-14", data)).run();
    assert_eq!(replaced.open(), RIGHT);
    let row = &replaced.register("sample-findings", "2026-01-15")[0];
    assert_eq!(*cell(row, "sample-findings", "wrong"), Cell::Number(1));
    let Cell::Text(corrected) = cell(row, "sample-findings", "corrected") else { panic!("{row:?}") };
    assert!(corrected.starts_with("entry 1 replaced by entry "), "{corrected}");
}

#[test]
fn where_documents_are_marked_and_nobody_sampled_a_sample_is_due() {
    let marked = || Scenario::<Marking>::new().post(marked("2026-01-12", "gscp_2023", "official"));
    let rows = marked().run().register("samples-due", "2026-04-13");
    assert_eq!(rows.len(), 1);
    assert_eq!(*cell(&rows[0], "samples-due", "status"), text("never sampled"));
    assert_eq!(*cell(&rows[0], "samples-due", "days_left"), Cell::Number(-1));
    assert_eq!(rows[0].evidence, [0]);
    let sampled = marked().post(sampled("SMP-1", "2026-02-02", Some("legal"), [10, 10, 0, 0])).run();
    assert_eq!(*cell(&sampled.register("samples-due", "2026-04-13")[0], "samples-due", "of"), text("legal"));
}
