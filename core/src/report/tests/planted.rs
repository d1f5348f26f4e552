//! Each class of error that was found in published tables, planted by itself into a sound document.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::{Rule, document, found, lint, one, table};

/// Where the tables of the sound document stand among its blocks.
const STOCK: usize = 0;
const TIMELINESS: usize = 1;
const PRINTED: usize = 2;
const FIGURE: usize = 3;

fn share(numerator: u64, denominator: u64) -> Value {
    json!({"numerator": numerator, "denominator": denominator})
}

fn named(name: &str, mut table: Value) -> Value {
    table["name"] = json!(name);
    table
}

fn sound() -> Vec<Value> {
    let stock = ["kind", "opening", "plus_received", "minus_answered", "minus_withdrawn", "closing"];
    let stock_rows = json!([["FOI", 10, 5, 4, 1, 10], ["EIR", 2, 3, 1, 0, 4], ["All", 12, 8, 5, 1, 14]]);
    let timeliness = ["quarter", "received", "whole", "of_in_time", "of_late", "in_time"];
    let timeliness_rows = json!([
        ["Q1", 9, 8, 5, 3, share(5, 8)],
        ["Q2", 44, 40, 39, 1, share(39, 40)],
        ["All", 53, 48, 44, 4, share(44, 48)],
    ]);
    let printed = ["quarter", "in_time", "printed_in_time"];
    let printed_rows = json!([["Q1", share(5, 8), 63], ["Q2", share(39, 40), 98], ["Q3", share(1, 40), 3]]);
    vec![
        named("stock", table(&stock, &stock_rows, true)),
        named("timeliness", table(&timeliness, &timeliness_rows, true)),
        named("printed", table(&printed, &printed_rows, false)),
        json!({"kind": "metric", "name": "in_time", "title": "In time", "numerator": 2, "denominator": 3,
            "definition": "Of those that were closed.", "evidence": [1, 2]}),
    ]
}

/// A class of error.
struct Planted {
    class: &'static str,
    plant: fn(&mut Vec<Value>),
    rule: Rule,
    /// Where it is found.
    of: &'static str,
    says: &'static str,
}

fn cell(blocks: &mut [Value], block: usize, row: usize, place: usize) -> &mut Value {
    &mut blocks[block]["rows"][row]["cells"][place]
}

const CLASSES: [Planted; 13] = [
    Planted {
        class: "the wrong total of a column",
        plant: |blocks| *cell(blocks, TIMELINESS, 2, 1) = json!(54),
        rule: Rule::Totals,
        of: "timeliness",
        says: "says 54 in all, and its rows add up to 53",
    },
    Planted {
        class: "the total of shares with another denominator than the rows",
        plant: |blocks| *cell(blocks, TIMELINESS, 2, 5) = share(44, 53),
        rule: Rule::Totals,
        of: "timeliness",
        says: "44 of 53 in all, and its rows add up to 44 of 48",
    },
    Planted {
        class: "a percentage that was cut off",
        plant: |blocks| *cell(blocks, PRINTED, 1, 2) = json!(97),
        rule: Rule::Rounding,
        of: "printed",
        says: "39 of 40 (98\u{a0}%) was printed as 97\u{a0}%",
    },
    Planted {
        class: "a half that was rounded to the even number",
        plant: |blocks| *cell(blocks, PRINTED, 2, 2) = json!(2),
        rule: Rule::Rounding,
        of: "printed",
        says: "1 of 40 (3\u{a0}%) was printed as 2\u{a0}%",
    },
    Planted {
        class: "a wrong percentage",
        plant: |blocks| *cell(blocks, PRINTED, 0, 2) = json!(36),
        rule: Rule::Rounding,
        of: "printed",
        says: "5 of 8 (63\u{a0}%) was printed as 36\u{a0}%",
    },
    Planted {
        class: "a denominator that is not declared",
        plant: |blocks| blocks[FIGURE]["definition"] = json!(" "),
        rule: Rule::Denominator,
        of: "in_time",
        says: "does not say of what",
    },
    Planted {
        class: "a denominator that is switched under the same definition",
        plant: |blocks| {
            let mut again = blocks[FIGURE].clone();
            again["denominator"] = json!(4);
            blocks.push(again);
        },
        rule: Rule::Denominator,
        of: "in_time",
        says: "another figure under the same definition",
    },
    Planted {
        class: "one name for two definitions",
        plant: |blocks| {
            let mut again = blocks[FIGURE].clone();
            again["definition"] = json!("Of those that were received.");
            blocks.push(again);
        },
        rule: Rule::Denominator,
        of: "in_time",
        says: "defines it otherwise",
    },
    Planted {
        class: "more than all",
        plant: |blocks| blocks[FIGURE]["denominator"] = json!(1),
        rule: Rule::Denominator,
        of: "in_time",
        says: "2 of 1 is more than all",
    },
    Planted {
        class: "a stock that is not conserved",
        plant: |blocks| {
            *cell(blocks, STOCK, 0, 5) = json!(11);
            *cell(blocks, STOCK, 2, 5) = json!(15);
        },
        rule: Rule::Stock,
        of: "stock",
        says: "10 at the opening, 5 in and 5 out leave 10, and it says 11",
    },
    Planted {
        class: "categories that overlap",
        plant: |blocks| {
            *cell(blocks, TIMELINESS, 0, 4) = json!(4);
            *cell(blocks, TIMELINESS, 2, 4) = json!(5);
        },
        rule: Rule::Parts,
        of: "timeliness",
        says: "9 of 8: they overlap",
    },
    Planted {
        class: "a category that is missing",
        plant: |blocks| {
            *cell(blocks, TIMELINESS, 1, 4) = json!(0);
            *cell(blocks, TIMELINESS, 2, 4) = json!(3);
        },
        rule: Rule::Parts,
        of: "timeliness",
        says: "39 of 40: something is left out",
    },
    Planted {
        class: "a figure that rests on more than it counts",
        plant: |blocks| blocks[FIGURE]["evidence"] = json!([1, 2, 3]),
        rule: Rule::Evidence,
        of: "in_time",
        says: "says 2 and rests on 3 entries",
    },
];

#[test]
fn each_class_is_found_by_itself_where_it_was_planted() {
    assert_eq!(found(Value::Array(sound())), []);
    for Planted { class, plant, rule, of, says } in &CLASSES {
        let mut blocks = sound();
        plant(&mut blocks);
        let faults = lint(&document(Value::Array(blocks)));
        assert!(!faults.is_empty(), "{class}: nothing is found");
        for fault in &faults {
            assert_eq!(
                (fault.rule, fault.of.as_str(), fault.section.as_str()),
                (*rule, *of, "R5"),
                "{class}"
            );
        }
        assert!(faults[0].what.contains(says), "{class}: {}", faults[0].what);
    }
    let rules: BTreeSet<Rule> = CLASSES.iter().map(|planted| planted.rule).collect();
    let of_arithmetic =
        [Rule::Totals, Rule::Denominator, Rule::Rounding, Rule::Stock, Rule::Parts, Rule::Evidence];
    assert_eq!(rules, BTreeSet::from(of_arithmetic));
}

#[test]
fn a_fault_hides_no_other_one() {
    let all = CLASSES.iter().map(|planted| {
        let mut blocks = sound();
        (planted.plant)(&mut blocks);
        // Each in tables and figures of its own.
        let own = planted.class.replace(' ', "_");
        for block in &mut blocks {
            block["name"] = json!(format!("{}_{own}", block["name"].as_str().unwrap()));
        }
        blocks
    });
    let faults = found(Value::Array(all.flatten().collect()));
    for Planted { class, rule, says, .. } in &CLASSES {
        let is_there = faults.iter().any(|(of, what)| of == rule && what.contains(says));
        assert!(is_there, "{class}: {faults:?}");
    }
}

/// Facets of which a case may have several stand in a table of their own: it claims no whole.
#[test]
fn what_may_be_counted_twice_claims_no_whole() {
    let rows = json!([["s.40", 7, 5], ["s.43", 6, 5]]);
    assert_eq!(found(json!([table(&["exemption", "used", "cases"], &rows, false)])), []);
    one(
        json!([table(&["exemption", "of_s40", "of_s43", "whole"], &json!([["All", 7, 6, 5]]), false)]),
        Rule::Parts,
        "13 of 5: they overlap",
    );
}

/// A plugin's numbers are checked whatever they are.
#[test]
fn numbers_as_large_as_there_are_add_up() {
    let most = i64::MAX;
    let rows = json!([
        ["Q1", most, share(5, u64::MAX)],
        ["Q2", most, share(5, u64::MAX)],
        ["All", most, share(10, 8)]
    ]);
    let faults = found(json!([table(&["quarter", "received", "in_time"], &rows, true)]));
    for says in ["add up to 18446744073709551614", "add up to 10 of 36893488147419103230"] {
        assert!(faults.iter().any(|(rule, what)| *rule == Rule::Totals && what.contains(says)), "{faults:?}");
    }
    let stock = json!([["FOI", most, most, 1, most]]);
    one(
        json!([table(&["kind", "opening", "plus_received", "minus_answered", "closing"], &stock, false)]),
        Rule::Stock,
        "leave 18446744073709551613",
    );
    let parts = json!([["All", most, most, most]]);
    one(
        json!([table(&["kind", "of_in_time", "of_late", "whole"], &parts, false)]),
        Rule::Parts,
        "they overlap",
    );
}
