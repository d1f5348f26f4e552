use super::*;

fn complaint(kind: &str, day: &str) -> Post {
    Post::new(&format!("dpcomplaint.{kind}"), "DPC-1").at(day)
}

fn received(day: &str) -> Scenario<Rights> {
    let data = json!({ "concern": "accuracy", "request_ref": "SAR-1", "unit": "housing" });
    Scenario::new().post(complaint("received", day).data(data))
}

fn outcome(day: &str) -> Post {
    complaint("outcome_issued", day).data(json!({ "complaint_outcome": "upheld" }))
}

/// 2 July 2026: regulators count to Monday 3 August, the safe reading ends on Friday 31 July.
#[test]
fn a_complaint_is_warned_of_and_then_overdue() {
    let run = received("2026-07-02").wait_until("2026-08-10").run();
    assert_eq!(
        run.history(),
        [
            "Tue 2026-07-28 00:00 + A-DPC-1 25-days DPC-1",
            "Sat 2026-08-01 00:00 - A-DPC-1 25-days DPC-1",
            "Sat 2026-08-01 00:00 + A-DPC-1 overdue DPC-1",
        ]
    );
    assert_eq!(run.alert("A-DPC-1", "25-days").severity, Some(Severity::Warning));
    let alert = run.alert("A-DPC-1", "overdue");
    assert_eq!((alert.severity, alert.evidence.as_slice()), (None, [0].as_slice()));
    assert!(
        alert.arithmetic.starts_with("Due by Monday 3 August 2026, and to be safe by Friday 31 July 2026"),
        "{}",
        alert.arithmetic
    );
    let at = |until: &str| received("2026-07-02").wait_until(until).run().open();
    assert_eq!(at("2026-07-27T22:59:00Z"), Vec::<String>::new());
    assert_eq!(at("2026-07-31T22:59:00Z"), ["A-DPC-1 25-days DPC-1"]);
}

#[test]
fn an_acknowledgement_an_outcome_or_a_withdrawal_ends_it() {
    let progress = complaint("progressed", "2026-07-10").data(json!({ "step": "enquiries_made" }));
    let run = received("2026-07-02").post(progress).wait_until("2026-08-01").run();
    assert_eq!(run.open(), ["A-DPC-1 overdue DPC-1"], "to do something is not to tell the complainant");
    for end in
        [complaint("acknowledged", "2026-07-29"), outcome("2026-07-29"), complaint("withdrawn", "2026-07-29")]
    {
        let run = received("2026-07-02").post(end).wait_until("2026-09-01").run();
        assert_eq!(
            run.history(),
            ["Tue 2026-07-28 00:00 + A-DPC-1 25-days DPC-1", "Wed 2026-07-29 09:00 - A-DPC-1 25-days DPC-1"]
        );
    }
}

#[test]
fn before_the_law_there_is_no_time_limit() {
    let run = received("2026-06-18").wait_until("2026-09-01").run();
    assert_eq!(run.history(), Vec::<String>::new());
    assert_eq!(run.register("complaints", "2026-06-20")[0].cells[3], Cell::None);
}

#[test]
fn the_register_lists_what_waits_for_an_outcome() {
    let run = received("2026-07-02").run();
    let row = &run.register("complaints", "2026-07-28")[0];
    assert_eq!(row.cells[1], Cell::from("accuracy"));
    assert_eq!(row.cells[3..6], [on("2026-08-03"), on("2026-07-31"), Cell::Number(3)]);
    assert_eq!((row.unit.as_deref(), &row.cells[9]), (Some("housing"), &Cell::from("to be acknowledged")));
    let overdue = &run.register("complaints", "2026-08-02")[0];
    assert_eq!(overdue.cells[9], Cell::from("overdue, to be safe"));
    let run = received("2026-07-02").post(complaint("acknowledged", "2026-07-03")).run();
    assert_eq!(run.register("complaints", "2026-08-10")[0].cells[9], Cell::from("acknowledged"));
    let run = received("2026-07-02").post(outcome("2026-07-03")).run();
    assert_eq!(run.register("complaints", "2026-08-10"), []);
}

#[test]
fn the_report_says_of_how_many() {
    let of = |kind: &str, case: &str, day: &str| Post::new(&format!("dpcomplaint.{kind}"), case).at(day);
    let came = |case: &str, day: &str| of("received", case, day).data(json!({ "concern": "access" }));
    let run = Scenario::<Rights>::new()
        .post(came("DPC-0", "2026-06-18"))
        .post(came("DPC-1", "2026-07-01"))
        .post(came("DPC-2", "2026-07-02"))
        .post(came("DPC-3", "2026-07-03"))
        .post(came("DPC-4", "2026-07-04"))
        .post(of("withdrawn", "DPC-4", "2026-07-05"))
        .post(of("acknowledged", "DPC-1", "2026-07-06"))
        .post(of("acknowledged", "DPC-2", "2026-08-04"))
        .post(came("DPC-5", "2026-08-20"))
        .run();
    let section = &run.sections("2026-06-01", "2026-08-31", "2026-08-31")[0];
    assert_eq!(report::share(section, "complaints_in_time"), (1, Some(3)));
    let rows = report::table(section, "complaints_acknowledged");
    let numbers: Vec<&Cell> = rows.iter().map(|row| &row.cells[1]).collect();
    assert_eq!(numbers, [1, 1, 1, 1, 1, 1, 6].map(Cell::Number).iter().collect::<Vec<_>>());
}

#[test]
fn an_acknowledgement_that_is_voided_never_was() {
    let void = json!({ "target": 1, "action": "void" });
    let run = received("2026-07-02")
        .post(complaint("acknowledged", "2026-07-03"))
        .post(Post::new("ledger.correction_recorded", "DPC-1").at("2026-08-05").data(void))
        .wait_until("2026-08-06")
        .run();
    assert_eq!(run.history(), ["Wed 2026-08-05 09:00 + A-DPC-1 overdue DPC-1"]);
}

#[test]
fn the_earliest_receipt_of_merged_complaints_stands() {
    let later =
        Post::new("dpcomplaint.received", "DPC-2").at("2026-07-20").data(json!({ "concern": "access" }));
    let run = received("2026-07-02")
        .post(later)
        .post(Post::new("case.merged", "DPC-1").at("2026-07-21").data(json!({ "into": "DPC-2" })))
        .wait_until("2026-08-02")
        .run();
    assert_eq!(run.open(), ["A-DPC-1 overdue DPC-2"]);
    assert_eq!(run.register("complaints", "2026-08-02").len(), 1);
}
