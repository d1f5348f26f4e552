use muniment_sdk::testing::{Post, Run, Scenario, check_any_order, check_manifest};
use muniment_sdk::{Block, Cell};
use serde_json::{Value, json};

use super::*;

mod registers_and_report;

fn post(kind: &str, subject: &str, at: &str, data: Value) -> Post {
    Post::new(kind, subject).at(at).data(data)
}

/// A ledger that begins in the first quarter of 2026. Where a quarter begins, the tests' host appends an entry of its own
/// to tell the time, which counts in what follows.
fn began() -> Scenario<Publishing> {
    Scenario::new().post(post("ledger.created", "the-ledger", "2026-02-10", json!({})))
}

fn published(subject: &str, at: &str, from: &str, to: &str) -> Post {
    let data = json!({ "period_from": from, "period_to": to, "requests_received": 412 });
    post("foi_stats.published", subject, at, data)
}

fn first_quarter(at: &str) -> Post {
    published("2026-Q1", at, "2026-01-01", "2026-03-31")
}

fn reviewed(at: &str, due: &str) -> Post {
    post(
        "scheme.reviewed",
        "publication-scheme",
        at,
        json!({ "review_due": due, "classes": 7, "classes_current": 6 }),
    )
}

fn heads(unit: &str, class: &str, heads: u32, fte: Option<f64>, as_at: &str, at: &str) -> Post {
    let data = json!({ "user_class": class, "heads": heads, "fte": fte, "as_at": as_at });
    post("population.recorded", unit, at, data)
}

fn void(target: u64, subject: &str, at: &str) -> Post {
    let data = json!({ "target": target, "action": "void", "reason": "did_not_happen" });
    post("ledger.correction_recorded", subject, at, data)
}

fn of_rule(run: &Run<Publishing>, rule: &str) -> Vec<String> {
    run.history().into_iter().filter(|line| line.contains(rule)).collect()
}

#[test]
fn the_manifest_is_in_order() {
    check_manifest::<Publishing>();
}

/// Also where the entries make no sense together.
#[test]
fn any_history_that_the_catalogue_takes_is_borne() {
    muniment_histories::check_any_history::<Publishing>();
}

/// The details of a case stay, as a correction may come: small enough that a million of them go into the memory of a plugin.
#[test]
fn what_is_kept_of_a_publication_is_bounded() {
    let happens = |kind, subject, day, data| muniment_histories::Happens { kind, subject, day, data };
    let case = [
        happens("request.published", "FOI-2025-#", 0, json!({ "publication_ref": "DL-2025-#" })),
        happens(
            "dataset.published",
            "spend-over-500-#",
            10,
            json!({ "dataset_title": "Spending over 500 pounds, part #", "duty": "transparency_code", "licence": "open_government_licence", "checked": true, "owner": "role/head-of-finance", "unit": "finance" }),
        ),
    ];
    muniment_histories::check_bytes_a_case::<Publishing>(&case, 256);
}

/// Nobody posts anything: the quarters go by all the same.
#[test]
fn a_quarter_of_which_nothing_is_known_is_late_a_month_after_its_end() {
    let run = began().wait_until("2026-11-05").run();
    assert_eq!(
        of_rule(&run, "A-PUB-1"),
        [
            "Fri 2026-05-01 00:00 + A-PUB-1 overdue 2026-Q1",
            "Fri 2026-07-31 00:00 + A-PUB-1 overdue 2026-Q2",
            "Sat 2026-10-31 00:00 + A-PUB-1 overdue 2026-Q3",
        ]
    );
    let alert = run.alert("A-PUB-1", "overdue");
    assert_eq!(alert.evidence, [0]);
    assert!(alert.arithmetic.contains("Due by Friday 30 October 2026"), "{}", alert.arithmetic);
    assert!(
        alert.arithmetic.contains("Freedom of Information Code of Practice 2018"),
        "{}",
        alert.arithmetic
    );
    assert!(alert.arithmetic.contains("No headcount is recorded"), "{}", alert.arithmetic);
    assert!(
        alert.arithmetic.contains("from the quarter of January to March 2026 on"),
        "{}",
        alert.arithmetic
    );
}

#[test]
fn a_new_ledger_says_nothing_of_quarters_before_it() {
    let run = began().wait_until("2026-04-30T22:59:59Z").run();
    assert_eq!(run.history(), Vec::<String>::new());
    let quarters: Vec<Cell> =
        run.register("statistics", "2026-04-30").into_iter().map(|row| row.cells[0].clone()).collect();
    assert_eq!(quarters, ["2026-Q1", "2026-Q2"].map(Cell::from));
    let empty = Scenario::<Publishing>::new().wait_until("2027-01-01").run();
    assert_eq!(empty.history(), Vec::<String>::new());
    assert_eq!(empty.register("statistics", "2027-01-01"), []);
}

#[test]
fn statistics_on_the_last_day_are_in_time() {
    let run = began().post(first_quarter("2026-04-30T22:59:59Z")).wait_until("2026-06-01").run();
    assert_eq!(of_rule(&run, "A-PUB-1"), Vec::<String>::new());
    let row = &run.register("statistics", "2026-06-01")[1];
    assert_eq!(
        (row.cells[7].clone(), row.cells[9].clone()),
        (Cell::from("published in time"), Cell::Number(412))
    );
}

#[test]
fn late_statistics_clear_the_alert_and_show_as_late() {
    let run = began().post(first_quarter("2026-05-04")).wait_until("2026-06-01").run();
    assert_eq!(
        of_rule(&run, "A-PUB-1"),
        ["Fri 2026-05-01 00:00 + A-PUB-1 overdue 2026-Q1", "Mon 2026-05-04 09:00 - A-PUB-1 overdue 2026-Q1"]
    );
    assert_eq!(
        run.register_of("statistics", "2026-Q1", "2026-06-01")[0].cells[7],
        Cell::from("published late")
    );
}

/// Rule 8 of the model: what was published on time and recorded late was on time.
#[test]
fn what_is_recorded_late_counts_on_the_day_on_which_it_was_published() {
    let run = began().post(first_quarter("2026-04-20").recorded("2026-05-10")).wait_until("2026-06-01").run();
    assert_eq!(run.open(), Vec::<String>::new());
    let row = &run.register_of("statistics", "2026-Q1", "2026-06-01")[0];
    assert_eq!(row.cells[7], Cell::from("published in time"));
}

#[test]
fn a_quarter_is_covered_by_months_or_by_a_year_together_but_not_in_part() {
    let months = || {
        began().post(published("2026-01", "2026-02-20", "2026-01-01", "2026-01-31")).post(published(
            "2026-03",
            "2026-04-20",
            "2026-03-01",
            "2026-03-31",
        ))
    };
    let run = months().wait_until("2026-05-02").run();
    assert_eq!(run.open(), ["A-PUB-1 overdue 2026-Q1"], "February is missing");
    let words = &run.alert("A-PUB-1", "overdue").arithmetic;
    assert!(words.contains("does not cover each of its days"), "{words}");
    let february = published("2026-02", "2026-04-28", "2026-02-01", "2026-02-28");
    assert_eq!(months().post(february).wait_until("2026-05-02").run().open(), Vec::<String>::new());
    let year = published("2026", "2027-01-20", "2026-01-01", "2026-12-31");
    let run = began().post(reviewed("2026-02-10", "2027-02-10")).post(year).wait_until("2027-02-09").run();
    assert_eq!(run.open(), Vec::<String>::new());
    let late = run
        .register("statistics", "2027-02-09")
        .iter()
        .filter(|row| row.cells[7] == Cell::from("published late"))
        .count();
    assert_eq!(late, 3, "the last quarter was in time");
}

#[test]
fn a_small_authority_owes_no_statistics() {
    let small = || began().post(heads("parish", "staff", 120, Some(99.5), "2026-03-01", "2026-03-02"));
    assert_eq!(of_rule(&small().wait_until("2026-12-01").run(), "A-PUB-1"), Vec::<String>::new());
    let exactly = began().post(heads("parish", "staff", 100, None, "2026-03-01", "2026-03-02"));
    assert_eq!(of_rule(&exactly.wait_until("2026-12-01").run(), "A-PUB-1"), Vec::<String>::new());
    // Councillors hold no posts.
    let members = small().post(heads("members", "member", 54, None, "2026-03-01", "2026-03-02"));
    assert_eq!(of_rule(&members.wait_until("2026-12-01").run(), "A-PUB-1"), Vec::<String>::new());
    let grown = small().post(heads("depot", "staff", 2, Some(1.0), "2026-05-20", "2026-05-21"));
    let run = grown.wait_until("2026-06-01").run();
    assert_eq!(of_rule(&run, "A-PUB-1"), ["Thu 2026-05-21 09:00 + A-PUB-1 overdue 2026-Q1"]);
    let alert = run.alert("A-PUB-1", "overdue");
    assert!(
        alert.arithmetic.contains("make 100.5 full-time posts, which is more than 100"),
        "{}",
        alert.arithmetic
    );
    assert_eq!(alert.evidence, [0, 3, 1]);
}

#[test]
fn an_authority_that_shrinks_owes_none_any_more() {
    let run = began()
        .post(heads("depot", "staff", 300, None, "2026-03-01", "2026-03-02"))
        .post(heads("depot", "staff", 80, None, "2026-05-20", "2026-05-21"))
        .post(heads("depot", "staff", 200, None, "2026-01-20", "2026-05-22"))
        .wait_until("2026-12-01")
        .run();
    assert_eq!(
        of_rule(&run, "A-PUB-1"),
        ["Fri 2026-05-01 00:00 + A-PUB-1 overdue 2026-Q1", "Thu 2026-05-21 09:00 - A-PUB-1 overdue 2026-Q1"],
        "what was counted for an earlier day and recorded later does not count"
    );
}

#[test]
fn settings_say_whether_and_from_when_statistics_are_owed() {
    let never = began().setting("statistics_owed", json!("never")).wait_until("2026-12-01").run();
    assert_eq!(of_rule(&never, "A-PUB-1"), Vec::<String>::new());
    let small = heads("parish", "staff", 9, None, "2026-03-01", "2026-03-02");
    let always =
        began().post(small).setting("statistics_owed", json!("always")).wait_until("2026-05-02").run();
    assert_eq!(always.open(), ["A-PUB-1 overdue 2026-Q1"]);
    let later = began().setting("statistics_from", json!("2026-07-01")).wait_until("2026-11-01").run();
    assert_eq!(of_rule(&later, "A-PUB-1"), ["Sat 2026-10-31 00:00 + A-PUB-1 overdue 2026-Q3"]);
    let two = began().setting("statistics_months", json!(2)).wait_until("2026-06-02").run();
    assert_eq!(of_rule(&two, "A-PUB-1"), ["Mon 2026-06-01 00:00 + A-PUB-1 overdue 2026-Q1"]);
}

/// What is declared to be posted from a day on, and is not there, did not happen.
#[test]
fn declared_coverage_reaches_further_back_than_the_ledger_or_less_far() {
    let declared = |from: &str| {
        post(
            "ledger.coverage_declared",
            "website",
            "2026-02-11",
            json!({ "group": "foi_stats", "from": from }),
        )
    };
    let back = began().post(declared("2025-08-01")).wait_until("2026-03-01").run();
    assert_eq!(
        of_rule(&back, "A-PUB-1"),
        ["Wed 2026-02-11 09:00 + A-PUB-1 overdue 2025-Q3", "Wed 2026-02-11 09:00 + A-PUB-1 overdue 2025-Q4"]
    );
    assert_eq!(back.alert("A-PUB-1", "overdue").evidence, [1]);
    let later = began().post(declared("2026-05-01")).wait_until("2026-08-01").run();
    assert_eq!(of_rule(&later, "A-PUB-1"), ["Fri 2026-07-31 00:00 + A-PUB-1 overdue 2026-Q2"]);
    let other = post(
        "ledger.coverage_declared",
        "casework",
        "2026-02-11",
        json!({ "group": "request", "from": "2020-01-01" }),
    );
    assert_eq!(began().post(other).wait_until("2026-04-01").run().history(), Vec::<String>::new());
    let ancient = began().post(declared("1900-01-01")).wait_until("2026-02-12").run();
    assert_eq!(ancient.open()[0], "A-PUB-1 overdue 2018-Q3", "there was no code of practice before");
    let taken_back = began().post(declared("2025-08-01")).post(void(1, "website", "2026-02-12"));
    assert_eq!(taken_back.wait_until("2026-03-01").run().open(), Vec::<String>::new());
}

#[test]
fn a_correction_brings_the_alert_back_and_shows_in_the_register() {
    let run = began()
        .post(first_quarter("2026-04-10"))
        .post(first_quarter("2026-04-11"))
        .post(void(2, "2026-Q1", "2026-05-05"))
        .post(void(3, "2026-Q1", "2026-05-06"))
        .post(first_quarter("2026-05-07"))
        .wait_until("2026-06-01")
        .run();
    assert_eq!(
        of_rule(&run, "A-PUB-1"),
        ["Wed 2026-05-06 09:00 + A-PUB-1 overdue 2026-Q1", "Thu 2026-05-07 09:00 - A-PUB-1 overdue 2026-Q1"]
    );
    let row = &run.register_of("statistics", "2026-Q1", "2026-06-01")[0];
    assert_eq!(row.cells[10], Cell::from("entry 2 voided by entry 4; entry 3 voided by entry 5"));
    assert_eq!(row.evidence, [7]);
}

#[test]
fn a_scheme_is_stale_after_twelve_months() {
    let run = began().post(reviewed("2026-03-02", "2028-03-02")).wait_until("2027-04-01").run();
    assert_eq!(of_rule(&run, "A-PUB-2"), ["Wed 2027-03-03 00:00 + A-PUB-2 stale publication-scheme"]);
    let alert = run.alert("A-PUB-2", "stale");
    assert_eq!(
        alert.arithmetic,
        "Last reviewed on Monday 2 March 2026. The next review was due by Tuesday 2 March 2027, 12 months later: a control of the \
         organisation's own (`scheme_review_months`)."
    );
    assert_eq!(alert.evidence, [1]);
    let again = began()
        .post(reviewed("2026-03-02", "2027-03-02"))
        .post(reviewed("2027-03-02T23:30:00Z", "2028-03-02"))
        .wait_until("2027-04-01")
        .run();
    assert_eq!(of_rule(&again, "A-PUB-2"), Vec::<String>::new());
}

#[test]
fn the_day_that_a_review_names_counts_where_it_is_earlier() {
    let run = began()
        .post(reviewed("2026-03-02", "2026-09-01"))
        .post(reviewed("2026-09-10", "2027-09-10"))
        .wait_until("2026-10-01")
        .run();
    assert_eq!(
        of_rule(&run, "A-PUB-2"),
        [
            "Wed 2026-09-02 00:00 + A-PUB-2 stale publication-scheme",
            "Thu 2026-09-10 09:00 - A-PUB-2 stale publication-scheme"
        ]
    );
    assert!(run.alert("A-PUB-2", "stale").arithmetic.contains("the day that the review itself named"));
}

#[test]
fn a_scheme_that_was_never_reviewed_is_stale_twelve_months_after_the_ledger_began() {
    let run = began().wait_until("2027-02-11").run();
    assert_eq!(
        of_rule(&run, "A-PUB-2"),
        ["Thu 2027-02-11 00:00 + A-PUB-2 never-reviewed publication-scheme"]
    );
    assert_eq!(run.alert("A-PUB-2", "never-reviewed").evidence, [0]);
    assert_eq!(run.register("scheme", "2027-02-11")[0].cells[7], Cell::from("overdue, none recorded"));
    let then = began().wait_until("2027-02-11").post(reviewed("2027-02-12", "2028-02-12"));
    assert_eq!(
        of_rule(&then.wait_until("2027-03-01").run(), "A-PUB-2")[1],
        "Fri 2027-02-12 09:00 - A-PUB-2 never-reviewed publication-scheme"
    );
    // The only review is void: there is none again.
    let void =
        began().post(reviewed("2026-03-02", "2027-03-02")).post(void(1, "publication-scheme", "2026-03-03"));
    assert_eq!(
        of_rule(&void.wait_until("2027-06-01").run(), "A-PUB-2"),
        ["Thu 2027-02-11 00:00 + A-PUB-2 never-reviewed publication-scheme"]
    );
}

#[test]
fn an_imported_history_raises_nothing_for_what_it_settles() {
    let run = began()
        .import([
            first_quarter("2026-04-10").recorded("2026-09-01"),
            published("2026-Q2", "2026-07-20", "2026-04-01", "2026-06-30").recorded("2026-09-01"),
        ])
        .wait_until("2026-10-15")
        .run();
    let raised: Vec<String> =
        of_rule(&run, "A-PUB-1").into_iter().filter(|line| line.contains(" + ")).collect();
    assert_eq!(raised, Vec::<String>::new());
}

#[test]
fn it_comes_to_the_same_in_any_order() {
    check_any_order::<Publishing>(
        &[
            post(
                "ledger.coverage_declared",
                "website",
                "2025-07-01T08:00:00Z",
                json!({ "group": "foi_stats", "from": "2025-07-01" }),
            ),
            heads("depot", "staff", 300, Some(271.3), "2025-07-01", "2025-07-02"),
            heads("offices", "staff", 900, Some(812.7), "2025-07-01", "2025-07-03"),
            reviewed("2025-08-01", "2026-08-01"),
            published("2025-Q3", "2025-10-20", "2025-07-01", "2025-09-30"),
            published("2025-11", "2025-12-20", "2025-11-01", "2025-11-30"),
            published("2025-10", "2025-11-20", "2025-10-01", "2025-10-31"),
            published("2025-12", "2026-02-20", "2025-12-01", "2025-12-31"),
            published("odd", "2026-02-21", "2025-12-31", "2025-12-01"),
            post(
                "dataset.published",
                "spend",
                "2025-10-01",
                json!({ "dataset_title": "Spending", "duty": "transparency_code", "next_due": "2026-01-10" }),
            ),
            post(
                "dataset.published",
                "spend",
                "2026-01-12",
                json!({ "dataset_title": "Spending over 500", "duty": "transparency_code", "checked": true }),
            ),
            post("disclosure_log.published", "DL-1", "2026-01-15", json!({ "answers": 31 })),
            post(
                "privacy_notice.published",
                "council-tax",
                "2026-01-16",
                json!({ "review_due": "2026-02-16" }),
            ),
            post("request.published", "FOI-1", "2026-01-17", json!({})),
        ],
        "2026-06-01",
        ("2025-07-01", "2026-06-30"),
    );
}
