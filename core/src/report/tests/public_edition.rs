//! What a public edition gives away.

use proptest::prelude::*;

use super::*;

fn publish(blocks: Value) -> Document {
    public(&document(blocks))
}

fn cells(document: &Document) -> Vec<Vec<Value>> {
    let table = document.sections[0].tables().next().unwrap();
    table
        .rows
        .iter()
        .map(|row| row.cells.iter().map(|cell| serde_json::to_value(cell).unwrap()).collect())
        .collect()
}

fn small() -> Value {
    json!({"suppressed": "small"})
}

fn with_it() -> Value {
    json!({"suppressed": "complementary"})
}

#[test]
fn a_small_number_takes_another_with_it() {
    let rows = json!([["Housing", 3], ["Legal", 20], ["Parks", 9], ["All", 32]]);
    let found = cells(&publish(json!([table(&["unit", "breaches"], &rows, true)])));
    assert_eq!(
        found,
        [
            [json!("Housing"), small()],
            [json!("Legal"), json!(20)],
            [json!("Parks"), with_it()],
            [json!("All"), json!(32)]
        ]
    );
    // Nothing adds up here, so nothing else is told.
    let found = cells(&publish(json!([table(&["unit", "breaches"], &rows, false)])));
    assert_eq!(
        found[1..],
        [[json!("Legal"), json!(20)], [json!("Parks"), json!(9)], [json!("All"), json!(32)]]
    );
}

/// The introduction stays, without the numbers that a section leaves out and without the entry behind it.
#[test]
fn an_introduction_tells_nothing_that_is_left_out() {
    let rows = json!([["Housing", 3], ["Legal", 20], ["Parks", 9], ["All", 32]]);
    let mut counted = document(json!([table(&["unit", "breaches"], &rows, true)]));
    let text = "There were 3\nbreaches in housing, 9 breaches in parks and 20 elsewhere.\n\nSince 2020.";
    counted.introduction = Some(Introduction { text: text.to_owned(), evidence: vec![4] });
    let shown = public(&counted).introduction.unwrap();
    let expected = "There were fewer than 5 breaches in housing, some breaches in parks and 20 elsewhere.\n\nSince 2020.";
    assert_eq!(shown, Introduction { text: expected.to_owned(), evidence: Vec::new() });
}

#[test]
fn two_that_can_only_be_one_each_take_a_third_with_them() {
    let rows = json!([["a", 1], ["b", 1], ["c", 30], ["All", 32]]);
    let found = cells(&publish(json!([table(&["unit", "n"], &rows, true)])));
    assert_eq!((&found[2][1], &found[3][1]), (&with_it(), &json!(32)));
}

#[test]
fn a_share_tells_its_rest_and_so_does_a_percentage() {
    let share =
        |numerator: u64, denominator: u64| json!({"numerator": numerator, "denominator": denominator});
    let rows =
        json!([["a", share(98, 100)], ["b", share(0, 50)], ["c", share(50, 100)], ["d", share(1, 60)]]);
    let found = cells(&publish(json!([table(&["unit", "in_time"], &rows, false)])));
    let column: Vec<&Value> = found.iter().map(|row| &row[1]).collect();
    assert_eq!(column, [&small(), &share(0, 50), &share(50, 100), &small()]);
}

#[test]
fn measures_are_no_counts_and_cases_have_no_numbers() {
    let mut table =
        table(&["case", "what", "median_days"], &json!([["FOI-2026-0012", "about FOI-2026-0012", 3]]), false);
    table["rows"][0]["subject"] = json!("FOI-2026-0012");
    table["rows"][0]["evidence"] = json!([7]);
    let blocks = json!([
        table,
        {"kind": "finding", "text": "2 requests, among them FOI-2026-0012, waited more than 2 working days.", "clauses": [], "evidence": [7]},
        {"kind": "metric", "name": "m", "title": "M", "numerator": 2, "denominator": 40, "definition": "d", "evidence": [1, 2]},
        {"kind": "metric", "name": "n", "title": "N", "numerator": 20, "denominator": 40, "definition": "d", "evidence": []},
    ]);
    let published = publish(blocks);
    let text = serde_json::to_string(&published).unwrap();
    assert!(!text.contains("0012") && !text.contains("\"subject\":\"") && !text.contains("[7]"), "{text}");
    assert!(
        text.contains("fewer than 5 requests, among them a case, waited more than 2 working days."),
        "{text}"
    );
    assert_eq!(cells(&published), [[json!("about a case"), json!(3)]]);
    let metrics: Vec<Option<u64>> = published.sections[0].metrics().map(|metric| metric.numerator).collect();
    assert_eq!(metrics, [None, Some(20)]);
}

#[test]
fn what_is_left_out_of_one_table_is_not_told_by_another() {
    let rows = json!([["Housing", 3], ["Legal", 20], ["Parks", 9], ["All", 32]]);
    let here = table(&["unit", "breaches"], &rows, true);
    let mut there =
        table(&["figure", "section", "this_year"], &json!([["Parks", "R5", 9], ["Parks", "R9", 9]]), false);
    there["name"] = json!("there");
    let metric = json!({"kind": "metric", "name": "parks", "title": "Parks", "numerator": 9, "denominator": null, "definition": "d", "evidence": []});
    let published = publish(json!([here, there, metric]));
    let table = published.sections[0].tables().nth(1).unwrap();
    assert_eq!(serde_json::to_value(&table.rows[0].cells[2]).unwrap(), with_it());
    assert_eq!(serde_json::to_value(&table.rows[1].cells[2]).unwrap(), json!(9));
    assert_eq!(published.sections[0].metrics().next().unwrap().numerator, None);
}

/// Whether a number that is hidden follows from a sum.
fn follows(sum: &[(i64, &Value)]) -> bool {
    let hidden: Vec<(i64, &Value)> = sum.iter().copied().filter(|(_, shown)| shown.is_object()).collect();
    let alike = |of: i64| hidden.iter().all(|(number, shown)| **shown == small() && *number == of);
    // Where everything is hidden there is nothing to work it out from.
    !hidden.is_empty() && hidden.len() < sum.len() && (hidden.len() == 1 || alike(1) || alike(4))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn no_sum_gives_a_number_away(parts in prop::collection::vec(prop::collection::vec(prop_oneof![0_i64..7, 0_i64..300], 3), 1..7)) {
        let mut rows: Vec<Vec<i64>> = parts.iter().map(|parts| {
            let mut row = parts.clone();
            row.push(parts.iter().sum());
            row
        }).collect();
        rows.push((0..4).map(|column| rows.iter().map(|row| row[column]).sum()).collect());
        let named: Vec<Value> = rows.iter().enumerate().map(|(place, row)| {
            let mut cells = vec![json!(format!("row {place}"))];
            cells.extend(row.iter().map(|number| json!(number)));
            json!(cells)
        }).collect();
        let columns = ["unit", "of_a", "of_b", "of_c", "whole"];
        let found = cells(&publish(json!([table(&columns, &json!(named), true)])));
        for (row, shown) in rows.iter().zip(&found) {
            for (number, shown) in row.iter().zip(&shown[1..]) {
                prop_assert!(shown.is_object() || !(1..=4).contains(number), "{number} is shown");
            }
            let across: Vec<(i64, &Value)> = row.iter().copied().zip(&shown[1..]).collect();
            prop_assert!(!follows(&across), "{rows:?} {found:?}");
        }
        for column in 0..4 {
            let down: Vec<(i64, &Value)> = rows.iter().zip(&found).map(|(row, shown)| (row[column], &shown[column + 1])).collect();
            prop_assert!(!follows(&down), "{rows:?} {found:?}");
        }
    }
}
