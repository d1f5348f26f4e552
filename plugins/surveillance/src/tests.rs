use muniment_sdk::testing::{Post, Run, Scenario, check_any_order, check_manifest};
use muniment_sdk::{Block, Cell, Section, Table};
use serde_json::{Value, json};

use super::*;

fn post(kind: &str, subject: &str, at: &str, data: Value) -> Post {
    Post::new(kind, subject).at(at).data(data)
}

fn authorised(number: &str, at: &str, kind: &str, more: Value) -> Post {
    let mut data = json!({
        "kind": kind, "authorised_by": "role/head-of-legal", "necessary": true, "proportionate": true,
        "collateral_considered": true, "unit": "trading-standards",
    });
    if let (Value::Object(data), Value::Object(more)) = (&mut data, more) {
        data.extend(more);
    }
    post("ripa.authorised", number, at, data)
}

fn decided(number: &str, at: &str, approved: bool) -> Post {
    post("ripa.judicially_approved", number, at, json!({ "approved": approved, "court_ref": "MC-1" }))
}

fn cancelled(number: &str, at: &str) -> Post {
    post("ripa.cancelled", number, at, json!({ "cancel_reason": "achieved" }))
}

fn reviewed(system: &str, at: &str, more: Value) -> Post {
    let mut data =
        json!({ "retention_days": 30, "still_needed": true, "cameras": 48, "code_followed": true });
    if let (Value::Object(data), Value::Object(more)) = (&mut data, more) {
        data.extend(more);
    }
    post("cctv.system_reviewed", system, at, data)
}

fn ran(posts: impl IntoIterator<Item = Post>) -> Run<Surveillance> {
    let scenario = posts.into_iter().fold(Scenario::<Surveillance>::new(), Scenario::post);
    scenario.wait_until("2026-05-01").run()
}

fn row(run: &Run<Surveillance>, register: &str, at: &str, columns: [&str; 3]) -> [Cell; 3] {
    let known = Surveillance::REGISTERS.iter().find(|it| it.name == register).unwrap();
    let rows = run.register(register, at);
    assert_eq!(rows.len(), 1, "{rows:?}");
    columns.map(|column| {
        let place = known.columns.iter().position(|it| it.name == column).unwrap();
        rows[0].cells[place].clone()
    })
}

fn day(text: &str) -> Cell {
    Cell::Day(text.parse().unwrap())
}

const DIRECTED: &str = "directed_surveillance";
const SOURCE: &str = "covert_human_intelligence_source";
const COLUMNS: [&str; 3] = ["status", "due", "days_left"];

#[test]
fn the_manifest_is_in_order() {
    check_manifest::<Surveillance>();
}

/// Also where the entries make no sense together.
#[test]
fn any_history_that_the_catalogue_takes_is_borne() {
    muniment_histories::check_any_history::<Surveillance>();
}

/// The details of a case stay, as a correction may come: small enough that a million of them go into the memory of a plugin.
#[test]
fn what_is_kept_of_an_authorisation_that_is_over_is_bounded() {
    let happens = |kind, subject, day, data| muniment_histories::Happens { kind, subject, day, data };
    let case = [
        happens(
            "ripa.authorised",
            "RIPA-2025-#",
            0,
            json!({ "kind": "directed_surveillance", "crime_kind": "underage_sales", "purpose": "underage_sales", "authorised_by": "role/head-of-legal", "necessary": true, "proportionate": true, "collateral_considered": true, "unit": "trading-standards" }),
        ),
        happens(
            "ripa.judicially_approved",
            "RIPA-2025-#",
            2,
            json!({ "approved": true, "court_ref": "MC-2025-#", "starts": "@day" }),
        ),
        happens("ripa.reviewed", "RIPA-2025-#", 30, json!({ "decision": "continue" })),
        happens("ripa.cancelled", "RIPA-2025-#", 60, json!({ "cancel_reason": "achieved" })),
    ];
    muniment_histories::check_bytes_a_case::<Surveillance>(&case, 160);
}

/// Regulation of Investigatory Powers Act 2000, section 43(3): months that begin with the day on which it took effect.
#[test]
fn an_authorisation_holds_from_the_magistrates_approval_for_as_long_as_the_law_says() {
    let run = ran([authorised("RIPA-1", "2026-01-05", DIRECTED, json!({}))]);
    let waits = [Cell::from("waits for a magistrate"), Cell::None, Cell::None];
    assert_eq!(row(&run, "authorisations", "2026-01-06", COLUMNS), waits);
    let run =
        ran([authorised("RIPA-1", "2026-01-05", DIRECTED, json!({})), decided("RIPA-1", "2026-01-08", true)]);
    let in_force = [Cell::from("in force"), day("2026-04-07"), Cell::Number(7)];
    assert_eq!(row(&run, "authorisations", "2026-03-31", COLUMNS), in_force);
    let over = [Cell::from("expired and not cancelled"), day("2026-04-07"), Cell::Number(-1)];
    assert_eq!(row(&run, "authorisations", "2026-04-08", COLUMNS), over);
    for (more, due) in [(json!({}), "2027-01-07"), (json!({ "juvenile": true }), "2026-05-07")] {
        let run =
            ran([authorised("RIPA-1", "2026-01-05", SOURCE, more), decided("RIPA-1", "2026-01-08", true)]);
        assert_eq!(row(&run, "authorisations", "2026-03-31", COLUMNS)[1], day(due));
    }
}

#[test]
fn a_day_that_was_set_only_shortens_it() {
    let until = |expires: &str| {
        ran([
            authorised("RIPA-1", "2026-01-05", DIRECTED, json!({ "expires": expires })),
            decided("RIPA-1", "2026-01-08", true),
        ])
    };
    assert_eq!(row(&until("2026-02-27"), "authorisations", "2026-02-01", COLUMNS)[1], day("2026-02-27"));
    let run = until("2026-12-31");
    assert_eq!(row(&run, "authorisations", "2026-02-01", COLUMNS)[1], day("2026-04-07"));
    let section = run.sections("2025-04-01", "2026-03-31", "2026-04-01").remove(0);
    assert!(
        findings(&section)[0].starts_with("1 authorisations were given a last day"),
        "{:?}",
        findings(&section)
    );
}

#[test]
fn a_renewal_goes_on_where_the_authorisation_ends_and_comes_before_that() {
    let renewed = |at: &str, court: Option<&str>| {
        ran([
            authorised("RIPA-1", "2026-01-05", DIRECTED, json!({})),
            decided("RIPA-1", "2026-01-08", true),
            post("ripa.renewed", "RIPA-1", at, json!({ "expires": "2026-07-07", "court_ref": court })),
        ])
    };
    let run = renewed("2026-04-02", Some("MC-2"));
    assert_eq!(row(&run, "authorisations", "2026-05-01", COLUMNS)[1], day("2026-07-07"));
    let section = |run: Run<Surveillance>| run.sections("2025-04-01", "2026-04-30", "2026-05-01").remove(0);
    assert_eq!(findings(&section(run)), Vec::<&str>::new());
    let late = renewed("2026-04-08", Some("MC-2"));
    assert_eq!(
        row(&late, "authorisations", "2026-05-01", COLUMNS)[0],
        Cell::from("expired and not cancelled")
    );
    assert!(findings(&section(late))[0].starts_with("1 authorisations were renewed when they had run out"));
    assert_eq!(findings(&section(renewed("2026-04-02", None))).len(), 1);
}

#[test]
fn what_was_refused_or_cancelled_is_not_listed_and_a_correction_shows() {
    let start = || authorised("RIPA-1", "2026-01-05", DIRECTED, json!({}));
    assert_eq!(
        ran([start(), decided("RIPA-1", "2026-01-08", false)]).register("authorisations", "2026-02-01"),
        []
    );
    let ended = || [start(), decided("RIPA-1", "2026-01-08", true), cancelled("RIPA-1", "2026-02-02")];
    assert_eq!(ran(ended()).register("authorisations", "2026-02-03"), []);
    let void = json!({ "target": 2, "action": "void", "reason": "wrong_data" });
    let void = post("ledger.correction_recorded", "RIPA-1", "2026-02-04", void);
    let run = ran(ended().into_iter().chain([void]));
    let [status, corrected, owner] =
        row(&run, "authorisations", "2026-02-05", ["status", "corrected", "owner"]);
    assert_eq!(status, Cell::from("in force"));
    assert_eq!(corrected, Cell::from("entry 2 voided by entry 3"));
    assert_eq!(owner, Cell::from("role/head-of-legal"));
}

#[test]
fn a_review_that_was_set_comes_before_the_end() {
    let run = ran([
        authorised("RIPA-1", "2026-01-05", DIRECTED, json!({})),
        decided("RIPA-1", "2026-01-08", true),
        post(
            "ripa.reviewed",
            "RIPA-1",
            "2026-02-02",
            json!({ "decision": "continue", "review_due": "2026-03-02" }),
        ),
    ]);
    let overdue = [Cell::from("review overdue"), day("2026-03-02"), Cell::Number(-1)];
    assert_eq!(row(&run, "authorisations", "2026-03-03", COLUMNS), overdue);
}

#[test]
fn cameras_are_listed_by_the_day_of_their_next_review() {
    let run = ran([reviewed("CCTV-1", "2025-05-06", json!({}))]);
    let in_order = [Cell::from("in order"), day("2026-05-06"), Cell::Number(6)];
    assert_eq!(row(&run, "cameras", "2026-04-30", COLUMNS), in_order);
    assert_eq!(row(&run, "cameras", "2026-05-07", COLUMNS)[0], Cell::from("review overdue"));
    let earlier = ran([reviewed("CCTV-1", "2025-05-06", json!({ "review_due": "2025-11-03" }))]);
    assert_eq!(row(&earlier, "cameras", "2025-10-01", COLUMNS)[1], day("2025-11-03"));
    let unneeded = ran([reviewed("CCTV-1", "2025-05-06", json!({ "still_needed": false }))]);
    assert_eq!(row(&unneeded, "cameras", "2025-10-01", COLUMNS)[0], Cell::from("needed no more"));
}

fn findings(section: &Section) -> Vec<&str> {
    let texts = section.blocks.iter().filter_map(|block| match block {
        Block::Finding(finding) => Some(finding.text.as_str()),
        _ => None,
    });
    texts.collect()
}

fn numbers(table: &Table, row: usize) -> Vec<i64> {
    let number = |cell: &Cell| match cell {
        Cell::Number(number) => *number,
        other => panic!("{other:?}"),
    };
    table.rows[row].cells[1..].iter().map(number).collect()
}

fn year() -> Vec<Post> {
    vec![
        authorised("RIPA-1", "2025-02-03T08:00:00Z", DIRECTED, json!({})),
        decided("RIPA-1", "2025-02-05T08:00:00Z", true),
        authorised("RIPA-2", "2025-06-02T08:00:00Z", DIRECTED, json!({ "proportionate": false })),
        decided("RIPA-2", "2025-06-04T08:00:00Z", true),
        cancelled("RIPA-2", "2025-07-01T08:00:00Z"),
        authorised("RIPA-3", "2025-09-01T08:00:00Z", SOURCE, json!({})),
        decided("RIPA-3", "2025-09-03T08:00:00Z", true),
        authorised("RIPA-4", "2025-10-01T08:00:00Z", DIRECTED, json!({})),
        decided("RIPA-4", "2025-10-03T08:00:00Z", false),
        authorised(
            "RIPA-5",
            "2026-03-30T08:00:00Z",
            "communications_data",
            json!({ "expires": "2026-04-29" }),
        ),
        post(
            "ipco.inspected",
            "IPCO-2025",
            "2025-11-03T08:00:00Z",
            json!({ "opinion": "satisfactory", "recommendations": 1 }),
        ),
        reviewed("CCTV-1", "2025-05-06T08:00:00Z", json!({})),
        reviewed("CCTV-2", "2024-05-06T08:00:00Z", json!({ "still_needed": false })),
        cancelled("RIPA-9", "2025-07-02T08:00:00Z"),
    ]
}

#[test]
fn the_table_of_authorisations_adds_up() {
    let section = ran(year()).sections("2025-04-01", "2026-03-31", "2026-04-01").remove(0);
    let tables: Vec<&Table> = section
        .blocks
        .iter()
        .filter_map(|block| match block {
            Block::Table(table) => Some(table),
            _ => None,
        })
        .collect();
    let table = tables[0];
    let total: Vec<i64> = (0..8).map(|column| (0..3).map(|row| numbers(table, row)[column]).sum()).collect();
    assert_eq!(numbers(table, 3), total);
    for row in 0..4 {
        let cells = numbers(table, row);
        assert_eq!(cells[2] + cells[3] - cells[4] - cells[5], cells[6], "row {row}");
    }
    assert_eq!(numbers(table, 0), [2, 1, 1, 1, 1, 1, 0, 0]);
    assert_eq!(numbers(table, 1), [1, 0, 0, 1, 0, 0, 1, 0]);
    assert_eq!(numbers(table, 2), [1, 0, 0, 1, 0, 0, 1, 0]);
    assert_eq!(tables[1].rows.len(), 1);
    let said = findings(&section);
    assert_eq!(said.len(), 5, "{said:?}");
    assert!(said[0].starts_with("1 authorisations of the period do not record"), "{said:?}");
    assert!(said[1].starts_with("1 authorisations had run out"), "{said:?}");
    assert!(said[4].starts_with("1 authorisations were approved, reviewed"), "{said:?}");
}

#[test]
fn where_nothing_was_authorised_it_is_a_nil_return() {
    let section = ran([reviewed("CCTV-1", "2025-05-06", json!({}))])
        .sections("2025-04-01", "2026-03-31", "2026-04-01")
        .remove(0);
    let said = section
        .blocks
        .iter()
        .any(|block| matches!(block, Block::Paragraph(text) if text.ends_with("nil return.")));
    assert!(said, "{:?}", section.blocks);
    assert!(!section.blocks.iter().any(|block| matches!(block, Block::Table(_))));
}

#[test]
fn the_order_in_which_it_is_recorded_makes_no_difference() {
    check_any_order::<Surveillance>(&year(), "2026-05-01", ("2025-04-01", "2026-03-31"));
}
