//! Each class of fault, planted.

use serde_json::{Value, json};

use super::lint::Rule;
use super::*;

mod planted;
mod public_beside;
mod public_edition;
mod structure;

fn document(blocks: Value) -> Document {
    let document = json!({
        "format": FORMAT, "id": "r-1", "title": "A report", "organisation": "Exemplar", "edition": "internal",
        "status": "draft", "period": {"name": "2025-26", "from": "2025-04-01", "to": "2026-03-31"},
        "status_at": "2026-03-31T23:00:00Z", "ledger": {"origin": "exemplar.example/ledger", "size": 9, "root": "00"},
        "plugins": [], "faults": [],
        "sections": [{"id": "R5", "title": "Requests", "clauses": [], "blocks": blocks}],
    });
    serde_json::from_value(document).unwrap()
}

fn table(columns: &[&str], rows: &Value, totals: bool) -> Value {
    let columns: Vec<Value> = columns.iter().map(|name| json!({"name": name, "title": name})).collect();
    let rows: Vec<Value> = rows.as_array().unwrap().iter().map(|cells| json!({"cells": cells})).collect();
    json!({"kind": "table", "name": "t", "title": "T", "columns": columns, "rows": rows, "totals": totals})
}

fn found(blocks: Value) -> Vec<(Rule, String)> {
    lint(&document(blocks)).into_iter().map(|fault| (fault.rule, fault.what)).collect()
}

#[track_caller]
fn one(blocks: Value, rule: Rule, says: &str) {
    let found = found(blocks);
    assert!(matches!(&found[..], [(of, what)] if *of == rule && what.contains(says)), "{found:?}");
}

#[test]
fn what_is_sound_has_no_fault() {
    let blocks = json!([
        {"kind": "heading", "text": "Requests"},
        {"kind": "metric", "name": "in_time", "title": "In time", "numerator": 2, "denominator": 3, "definition": "of 3", "evidence": [1, 2]},
        table(&["q", "received", "share"], &json!([["Q1", 3, {"numerator": 1, "denominator": 2}], ["Q2", 4, null], ["All", 7, {"numerator": 1, "denominator": 2}]]), true),
        {"kind": "chart", "chart": "bars", "title": "C", "table": "t", "alternative": "bars"},
        {"kind": "reference", "section": "R5", "text": "see there"},
    ]);
    assert_eq!(found(blocks), []);
}

/// Reading and writing a document loses nothing, and is the same each time.
#[test]
fn a_document_is_read_as_it_is_written() {
    let blocks = json!([table(
        &["a"],
        &json!([[null], [true], [-3], ["x"], [{"numerator": 1, "denominator": 2}], [{"suppressed": "small"}]]),
        false
    )]);
    let document = document(blocks);
    let text = serde_json::to_string(&document).unwrap();
    let again: Document = serde_json::from_str(&text).unwrap();
    assert_eq!((&again, serde_json::to_string(&again).unwrap()), (&document, text));
}

/// What was made before there were designs has the same bytes, and what has one says all of it.
#[test]
fn a_design_is_there_where_there_is_one() {
    let plain = document(json!([]));
    let text = serde_json::to_string(&plain).unwrap();
    assert!(!text.contains("design") && !text.contains("introduction"), "{text}");
    let logo = json!({"sha256": "ab".repeat(32), "media_type": "image/png", "alternative": "A bridge"});
    let mut designed = serde_json::to_value(&plain).unwrap();
    designed["design"] = json!({"colour": "#12436d", "logo": logo});
    designed["introduction"] = json!({"text": "We count.", "evidence": [7]});
    let document: Document = serde_json::from_value(designed.clone()).unwrap();
    assert_eq!(serde_json::to_value(&document).unwrap(), designed);
    designed["design"]["font"] = json!("serif");
    assert!(serde_json::from_value::<Document>(designed).is_err());
}

#[test]
fn totals_that_do_not_add_up() {
    let rows = json!([["Q1", 344], ["Q2", 266], ["All", 611]]);
    one(
        json!([table(&["q", "received"], &rows, true)]),
        Rule::Totals,
        "says 611 in all, and its rows add up to 610",
    );
    let share =
        |numerator: u64, denominator: u64| json!({"numerator": numerator, "denominator": denominator});
    let rows = json!([["Q1", share(1, 2)], ["Q2", share(1, 2)], ["All", share(2, 3)]]);
    one(
        json!([table(&["q", "in_time"], &rows, true)]),
        Rule::Totals,
        "2 of 3 in all, and its rows add up to 2 of 4",
    );
    // A suppressed number could be anything.
    let rows = json!([["Q1", {"suppressed": "small"}], ["Q2", 266], ["All", 267]]);
    assert_eq!(found(json!([table(&["q", "received"], &rows, true)])), []);
}

#[test]
fn denominators() {
    let metric = |numerator: u64, denominator: u64, definition: &str| {
        let evidence: Vec<u64> = (0..numerator).collect();
        json!({"kind": "metric", "name": "m", "title": "M", "numerator": numerator, "denominator": denominator, "definition": definition, "evidence": evidence})
    };
    one(json!([metric(1, 2, " ")]), Rule::Denominator, "does not say of what");
    one(json!([metric(3, 2, "of all")]), Rule::Denominator, "3 of 2 is more than all");
    one(
        json!([metric(1, 2, "of closed"), metric(1, 2, "of received")]),
        Rule::Denominator,
        "section R5 defines it otherwise",
    );
    one(
        json!([metric(1, 2, "of closed"), metric(1, 3, "of closed")]),
        Rule::Denominator,
        "another figure under the same",
    );
    let rows = json!([["Q1", {"numerator": 3, "denominator": 2}]]);
    one(json!([table(&["q", "s"], &rows, false)]), Rule::Denominator, "3 of 2 is more than all");
}

#[test]
fn a_percentage_that_was_cut_off_or_rounded_up() {
    let rows = json!([["Oct-Dec", {"numerator": 264, "denominator": 273}, 99], ["Jan-Mar", {"numerator": 354, "denominator": 360}, 98]]);
    one(
        json!([table(&["quarter", "in_time", "printed_in_time"], &rows, false)]),
        Rule::Rounding,
        "264 of 273 (97\u{a0}%) was printed as 99\u{a0}%",
    );
}

#[test]
fn stock_that_is_not_conserved() {
    let columns = ["case", "opening", "plus_received", "minus_closed", "minus_withdrawn", "closing"];
    let rows = json!([["FOI", 10, 5, 4, 1, 10], ["EIR", 10, 5, 4, 1, 11]]);
    one(
        json!([table(&columns, &rows, false)]),
        Rule::Stock,
        "\"EIR\": 10 at the opening, 5 in and 5 out leave 10, and it says 11",
    );
}

#[test]
fn parts_that_overlap_or_leave_something_out() {
    let columns = ["quarter", "whole", "of_in_time", "of_late"];
    one(
        json!([table(&columns, &json!([["Q1", 396, 250, 67]]), false)]),
        Rule::Parts,
        "317 of 396: something is left out",
    );
    one(json!([table(&columns, &json!([["Q1", 3, 2, 2]]), false)]), Rule::Parts, "4 of 3: they overlap");
    assert_eq!(found(json!([table(&columns, &json!([["Q1", 4, 2, 2]]), false)])), []);
}

#[test]
fn a_figure_rests_on_entries() {
    let metric = |numerator: u64, evidence: &[u64]| json!([{"kind": "metric", "name": "m", "title": "M", "numerator": numerator, "denominator": null, "definition": "d", "evidence": evidence}]);
    one(metric(2, &[]), Rule::Evidence, "says 2 and rests on 0 entries");
    one(metric(1, &[4, 5]), Rule::Evidence, "says 1 and rests on 2 entries");
    // A sample of 40 documents is one entry.
    assert_eq!(found(metric(40, &[4])), []);
    assert_eq!(found(metric(0, &[])), []);
}

#[test]
fn what_refers_to_nothing() {
    one(
        json!([{"kind": "chart", "chart": "line", "title": "C", "table": "none", "alternative": "a"}]),
        Rule::Structure,
        "not in the section",
    );
    one(json!([{"kind": "reference", "section": "R9", "text": "see"}]), Rule::Structure, "no such section");
    let two = table(&["a"], &json!([["x"]]), false);
    one(json!([two, two]), Rule::Structure, "has a table of this name too");
    one(
        json!([table(&["a", "b"], &json!([["x"]]), false)]),
        Rule::Structure,
        "row 1 has 1 cells for 2 columns",
    );
}

/// Southampton City Council, freedom of information 2022/23: the columns add up, and on time with overdue is not what came of
/// the requests.
#[test]
fn a_published_table_whose_rows_do_not_add_up() {
    let columns =
        ["quarter", "received", "of_on_time", "of_overdue", "answered", "refused", "withdrawn", "whole"];
    let rows = json!([
        ["Q1", 344, 250, 67, 281, 110, 5, 396],
        ["Q2", 266, 205, 37, 202, 35, 3, 240],
        ["Q3", 263, 192, 49, 213, 23, 6, 242],
        ["Q4", 302, 236, 30, 245, 19, 2, 266],
        ["Total", 1175, 883, 183, 941, 187, 16, 1144],
    ]);
    let found = found(json!([table(&columns, &rows, true)]));
    let rows: Vec<&str> = found.iter().map(|(_, what)| &what[..10]).collect();
    assert!(found.iter().all(|(rule, _)| *rule == Rule::Parts), "{found:?}");
    assert_eq!(rows, ["row \"Q1\": ", "row \"Q2\": ", "row \"Q3\": ", "row \"Total"]);
}
