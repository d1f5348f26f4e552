//! Units under their titles, and in the structure of now.

use serde_json::{Value, json};

use super::{document, lint, table};
use crate::report::{Document, Structure, Unit};

fn unit(name: &str, title: &str, now: Option<(&str, &str)>) -> Unit {
    Unit {
        name: name.to_owned(),
        title: title.to_owned(),
        now: now.map(|(name, _)| name.to_owned()),
        title_now: now.map_or(title, |(_, title)| title).to_owned(),
    }
}

fn by_unit(rows: &Value, totals: bool) -> Document {
    let mut by_unit = table(&["unit", "received", "in_time"], rows, totals);
    for row in by_unit["rows"].as_array_mut().unwrap() {
        if row["cells"][0] != "All" && row["cells"][0] != "No directorate" {
            row["unit"] = row["cells"][0].clone();
        }
    }
    let mut document = document(json!([by_unit]));
    document.units = vec![
        unit("housing", "Housing", Some(("housing", "Homes"))),
        unit("parks", "Parks", None),
        unit("registrars", "Registrars", Some(("housing", "Homes"))),
    ];
    document
}

fn share(numerator: u64, denominator: u64) -> Value {
    json!({"numerator": numerator, "denominator": denominator})
}

fn rows(document: &Document) -> Value {
    let table = document.sections[0].tables().next().unwrap();
    json!(table.rows.iter().map(|row| &row.cells).collect::<Vec<_>>())
}

fn sound() -> Value {
    json!([
        ["housing", 5, share(4, 5)],
        ["parks", 2, share(1, 2)],
        ["registrars", 3, share(3, 3)],
        ["No directorate", 1, share(0, 1)],
        ["All", 11, share(8, 11)],
    ])
}

#[test]
fn units_have_the_titles_of_then_or_of_now() {
    let document = by_unit(&sound(), true);
    assert_eq!(document.unit_names(), ["housing", "parks", "registrars"]);
    assert_eq!(rows(&document.in_structure(Structure::Then)), sound());
    let titled = rows(&document.with_titles(Structure::Then));
    let titles: Vec<&Value> = titled.as_array().unwrap().iter().map(|row| &row[0]).collect();
    assert_eq!(titles, ["Housing", "Parks", "Registrars", "No directorate", "All"]);
}

#[test]
fn what_went_into_another_unit_is_counted_there() {
    let now = by_unit(&sound(), true).with_titles(Structure::Now);
    let merged = json!([
        ["Homes", 8, share(7, 8)],
        ["Parks", 2, share(1, 2)],
        ["No directorate", 1, share(0, 1)],
        ["All", 11, share(8, 11)],
    ]);
    assert_eq!(rows(&now), merged);
    assert_eq!(lint(&now), []);
}

#[test]
fn a_number_that_is_left_out_stays_left_out() {
    let small = json!({"suppressed": "small"});
    let public = json!([["housing", 5, share(4, 5)], ["registrars", small, small], ["All", 8, share(7, 8)]]);
    let hidden = json!({"suppressed": "complementary"});
    let merged = json!([["housing", hidden, hidden], ["All", 8, share(7, 8)]]);
    assert_eq!(rows(&by_unit(&public, true).in_structure(Structure::Now)), merged);
}

#[test]
fn what_does_not_add_up_stays_as_it_was() {
    let days = json!([["housing", 5, "early"], ["registrars", 3, "late"], ["All", 8, "late"]]);
    assert_eq!(rows(&by_unit(&days, true).in_structure(Structure::Now)), days);
    let without_sum = json!([["housing", 5, 20], ["registrars", 3, 18]]);
    assert_eq!(rows(&by_unit(&without_sum, false).in_structure(Structure::Now)), without_sum);
}
