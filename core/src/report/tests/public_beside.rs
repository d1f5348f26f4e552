//! What public editions give away together.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;

/// Units with a number of breaches each, and all of them, in a period.
fn report((name, from, to): (&str, &str, &str), breaches: &[i64]) -> Document {
    let mut rows: Vec<Value> =
        breaches.iter().enumerate().map(|(unit, number)| json!([format!("unit {unit}"), number])).collect();
    rows.push(json!(["All", breaches.iter().sum::<i64>()]));
    let mut document = document(json!([table(&["unit", "breaches"], &json!(rows), true)]));
    document.id = format!("report-{name}");
    document.period = Span { name: name.to_owned(), from: from.to_owned(), to: to.to_owned() };
    document
}

const QUARTERS: [(&str, &str, &str); 4] = [
    ("2025-26-Q1", "2025-04-01", "2025-06-30"),
    ("2025-26-Q2", "2025-07-01", "2025-09-30"),
    ("2025-26-Q3", "2025-10-01", "2025-12-31"),
    ("2025-26-Q4", "2026-01-01", "2026-03-31"),
];
const YEAR: (&str, &str, &str) = ("2025-26", "2025-04-01", "2026-03-31");

/// Gives out one report after the other, each beside those before it, and says whether one of them came too late.
fn given_out(all: &[Document]) -> (Vec<Document>, bool) {
    let (mut told, mut shown, mut is_late) = (Vec::new(), Vec::new(), false);
    for document in all {
        let earlier: Vec<&Told> = told.iter().collect();
        let (public, is_told_already) = public_beside(document, &earlier);
        told.push(Told::of(document, &public));
        shown.push(public);
        is_late |= is_told_already;
    }
    (shown, is_late)
}

fn give_out(all: &[Document]) -> Vec<Document> {
    let (shown, is_late) = given_out(all);
    assert!(!is_late, "everything can be protected");
    shown
}

/// The numbers of a report's table; nothing where one is left out.
fn numbers(document: &Document) -> Vec<Option<i64>> {
    let table = document.sections[0].tables().next().unwrap();
    let number = |row: &Row| match row.cells[1] {
        Cell::Number(number) => Some(number),
        _ => None,
    };
    table.rows.iter().map(number).collect()
}

#[test]
fn a_year_does_not_tell_a_quarter() {
    let quarters = [[3, 20, 9], [6, 20, 9], [7, 21, 9], [8, 22, 9]];
    let mut all: Vec<Document> =
        QUARTERS.iter().zip(&quarters).map(|(quarter, numbers)| report(*quarter, numbers)).collect();
    all.push(report(YEAR, &[24, 83, 36]));
    let shown: Vec<Vec<Option<i64>>> = give_out(&all).iter().map(numbers).collect();
    assert_eq!(shown[0], [None, Some(20), None, Some(32)]);
    assert_eq!(shown[1], [Some(6), Some(20), Some(9), Some(35)]);
    // By itself the year would tell everything, and 24 less 6, 7 and 8 is 3; so is 36 less 9, 9 and 9 the other number of Q1.
    assert_eq!(numbers(&public(&all[4])), [Some(24), Some(83), Some(36), Some(143)]);
    assert_eq!(shown[4], [None, Some(83), None, Some(143)]);
}

#[test]
fn a_last_quarter_does_not_tell_what_the_year_left_out() {
    let all = [
        report(YEAR, &[4, 50, 30]),
        report(QUARTERS[0], &[0, 10, 10]),
        report(QUARTERS[1], &[0, 10, 10]),
        report(QUARTERS[2], &[0, 10, 5]),
        report(QUARTERS[3], &[4, 20, 5]),
    ];
    let shown: Vec<Vec<Option<i64>>> = give_out(&all).iter().map(numbers).collect();
    assert_eq!(shown[0], [None, Some(50), None, Some(84)]);
    // The other number that the year left out must not come together from its quarters either.
    let told: Vec<bool> = shown[1..].iter().map(|quarter| quarter[2].is_some()).collect();
    assert!(told.contains(&false), "{shown:?}");
}

#[test]
fn what_is_restated_does_not_tell_what_it_was() {
    // Parks are told at first; restated, Housing is small, and what is left out beside it must not be what is known.
    let first = report(YEAR, &[5, 20, 9]);
    let again = report(YEAR, &[3, 20, 9]);
    let shown = give_out(&[first.clone(), again.clone()]);
    assert_eq!(numbers(&shown[0]), [Some(5), Some(20), Some(9), Some(34)]);
    assert_eq!(numbers(&shown[1])[0], None);
    assert_eq!(numbers(&shown[1])[3], None, "{:?}: 32 less 20 less 9 is 3", numbers(&shown[1]));
    // What was left out stays so while it is the same.
    let shown = give_out(&[again, report(YEAR, &[7, 20, 9])]);
    assert_eq!(numbers(&shown[0]), [None, Some(20), None, Some(32)]);
    assert_eq!(numbers(&shown[1])[2], None, "{:?}", numbers(&shown[1]));
}

#[test]
fn stocks_and_what_is_dated_are_told_apart() {
    // A closing stock is no sum of stocks: nothing follows, and nothing more is left out.
    let stock = |period, closing: i64| {
        let mut document = report(period, &[]);
        let rows = json!([["FOI", closing], ["EIR", 50]]);
        document.sections[0].blocks =
            serde_json::from_value(json!([table(&["regime", "open_at_end"], &rows, false)])).unwrap();
        document
    };
    let all = [stock(QUARTERS[0], 3), stock(QUARTERS[1], 8), stock(("h", "2025-04-01", "2025-09-30"), 8)];
    let shown = give_out(&all);
    assert_eq!(numbers(&shown[2]), [Some(8), Some(50)]);
    // A month is the same month in the quarter and in the year.
    let months = |period, all: &[(&str, i64)]| {
        let mut rows: Vec<Value> = all.iter().map(|(month, number)| json!([month, number])).collect();
        rows.push(json!(["All", all.iter().map(|(_, number)| number).sum::<i64>()]));
        let mut document = report(period, &[]);
        document.sections[0].blocks =
            serde_json::from_value(json!([table(&["month", "breaches"], &json!(rows), true)])).unwrap();
        document
    };
    let (april, may, june) = (("2025-04-01", 3), ("2025-05-01", 9), ("2025-06-01", 20));
    let quarter = months(QUARTERS[0], &[april, may, june]);
    let half = months(("h", "2025-04-01", "2025-09-30"), &[april, may, june, ("2025-07-01", 6)]);
    let shown = give_out(&[quarter, half.clone()]);
    assert_eq!(numbers(&public(&half))[3], None, "by itself July goes with April");
    assert_eq!(numbers(&shown[0]), [None, None, Some(20), Some(32)]);
    let beside = numbers(&shown[1]);
    assert_eq!((beside[0], beside[1]), (None, None), "{beside:?}");
}

#[test]
fn figures_of_last_year_stay_left_out() {
    let metric = |title: &str, number: u64| json!({"kind": "metric", "name": title, "title": title, "numerator": number, "denominator": null, "definition": "d", "evidence": []});
    let mut before = report(("2024-25", "2024-04-01", "2025-03-31"), &[3, 20, 9]);
    let figure: Block = serde_json::from_value(metric("Parks", 9)).unwrap();
    before.sections[0].blocks.push(figure);
    let rows = json!([["Parks", "R5", 30, 9]]);
    let mut years = table(&["figure", "section", "year_0", "year_1"], &rows, false);
    years["name"] = json!("years");
    let mut now = document(json!([metric("Parks", 30), years]));
    now.id = "report-now".to_owned();
    let shown = give_out(&[before, now]);
    assert_eq!(shown[0].sections[0].metrics().next().unwrap().numerator, None);
    let row = &shown[1].sections[0].tables().next().unwrap().rows[0];
    assert_eq!(row.cells[2], Cell::Number(30));
    assert_eq!(serde_json::to_value(&row.cells[3]).unwrap(), json!({"suppressed": "complementary"}));
}

#[test]
fn what_was_told_by_pieces_is_not_confirmed() {
    // Everything but the small number was told by one version or the other: nothing hides it, and it is said so.
    let versions = [[5, 6, 30], [5, 8, 30], [3, 8, 30]].map(|numbers| report(YEAR, &numbers));
    let (shown, is_late) = given_out(&versions);
    assert!(is_late);
    assert_eq!(numbers(&shown[2]), [None, None, None, None]);
    assert!(!given_out(&versions[..2]).1);
}

/// Whatever anybody can work out by taking sums and parts of a year from each other, again and again: each pass finds what one
/// sum leaves open. This looks at numbers alone, and shares nothing with what hides them.
fn worked_out(
    counted: &[Vec<i64>],
    shown: &[Vec<Option<i64>>],
    years: &[(usize, Vec<usize>)],
) -> BTreeMap<(usize, usize), i64> {
    let mut known: BTreeMap<(usize, usize), i64> = BTreeMap::new();
    for (report, numbers) in shown.iter().enumerate() {
        known
            .extend(numbers.iter().enumerate().filter_map(|(row, number)| Some(((report, row), (*number)?))));
    }
    let rows = counted[0].len();
    let mut sums: Vec<Vec<((usize, usize), i64)>> = Vec::new();
    for report in 0..counted.len() {
        sums.push((0..rows).map(|row| ((report, row), if row + 1 == rows { -1 } else { 1 })).collect());
    }
    for (year, quarters) in years {
        for row in 0..rows {
            let parts = quarters.iter().map(|quarter| ((*quarter, row), 1));
            sums.push(parts.chain([((*year, row), -1)]).collect());
        }
    }
    loop {
        let before = known.len();
        for sum in &sums {
            let open: Vec<&((usize, usize), i64)> =
                sum.iter().filter(|(cell, _)| !known.contains_key(cell)).collect();
            if let [(cell, factor)] = open[..] {
                let rest: i64 = sum.iter().filter_map(|(cell, factor)| Some(known.get(cell)? * factor)).sum();
                known.insert(*cell, -rest * factor);
            }
        }
        if known.len() == before {
            return known;
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(192))]

    /// Four quarters and their year, given out in any order: no small number can be worked out from all of them together.
    #[test]
    fn all_editions_together_give_nothing_away(
        quarters in prop::collection::vec(prop::collection::vec(prop_oneof![0_i64..7, 0_i64..60], 4), 4),
        order in Just((0..5_usize).collect::<Vec<_>>()).prop_shuffle(),
    ) {
        let year: Vec<i64> = (0..4).map(|row| quarters.iter().map(|quarter| quarter[row]).sum()).collect();
        let of = |place: usize| if place == 4 { report(YEAR, &year) } else { report(QUARTERS[place], &quarters[place]) };
        let all: Vec<Document> = order.iter().map(|place| of(*place)).collect();
        let shown: Vec<Vec<Option<i64>>> = given_out(&all).0.iter().map(numbers).collect();
        let counted: Vec<Vec<i64>> = order.iter().map(|place| {
            let mut numbers = if *place == 4 { year.clone() } else { quarters[*place].clone() };
            numbers.push(numbers.iter().sum());
            numbers
        }).collect();
        let at = |wanted: usize| order.iter().position(|place| *place == wanted).unwrap();
        let known = worked_out(&counted, &shown, &[(at(4), (0..4).map(at).collect())]);
        for ((report, row), number) in known {
            prop_assert_eq!(number, counted[report][row], "what is worked out is so");
            prop_assert!(!(1..=4).contains(&number), "{number} in row {row} of {report}: {counted:?} {shown:?}");
        }
    }

    /// A year that is restated a few times.
    #[test]
    fn restated_years_give_nothing_away(
        first in prop::collection::vec(prop_oneof![0_i64..7, 0_i64..60], 4),
        changes in prop::collection::vec((0..4_usize, 0_i64..9), 1..4),
    ) {
        let mut versions = vec![first];
        for (row, number) in changes {
            let mut next = versions.last().unwrap().clone();
            next[row] = number;
            versions.push(next);
        }
        let all: Vec<Document> = versions.iter().map(|version| report(YEAR, version)).collect();
        let (shown, is_late) = given_out(&all);
        prop_assume!(!is_late);
        let shown: Vec<Vec<Option<i64>>> = shown.iter().map(numbers).collect();
        let counted: Vec<Vec<i64>> = versions.iter().map(|version| {
            let mut numbers = version.clone();
            numbers.push(numbers.iter().sum());
            numbers
        }).collect();
        // Whoever knows a number of another version takes it for this one's where it is.
        let mut together = shown.clone();
        for (place, numbers) in together.iter_mut().enumerate() {
            for (row, number) in numbers.iter_mut().enumerate() {
                let same = (0..counted.len()).find(|other| counted[*other][row] == counted[place][row] && shown[*other][row].is_some());
                *number = number.or(same.and_then(|other| shown[other][row]));
            }
        }
        for ((report, row), number) in worked_out(&counted, &together, &[]) {
            prop_assert_eq!(number, counted[report][row]);
            prop_assert!(!(1..=4).contains(&number), "{number} in row {row} of {report}: {counted:?} {shown:?}");
        }
    }
}
