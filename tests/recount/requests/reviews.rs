//! Reviews of how requests were answered.

use std::collections::BTreeMap;

use jiff::civil::Date;

use super::super::book::{Book, Happening};
use super::super::counted::Counted;
use super::super::days::working_after;
use super::{End, Matter, by_outcome, by_regime, ends_of, is_ours};

const LIFE: &[&[&str]] =
    &[&["review.requested"], &["review.extended"], &["review.decided", "review.withdrawn"]];

/// The reviews of a case, one behind the other.
fn reviews(book: &Book, life: &[&Happening]) -> Vec<Matter> {
    let mut all: Vec<Matter> = Vec::new();
    let mut due = None;
    let mut latest = None;
    for it in life {
        let is_open = all.last().is_some_and(|last| last.end.is_none());
        match it.kind.as_str() {
            "review.requested" if !is_open => {
                (due, latest) = review_dues(book, it);
                all.push(Matter { regime: it.word("regime").to_owned(), begun: it.day, end: None });
            }
            "review.extended" if is_open && due.is_some_and(|due| it.day <= due) => {
                due = it.date("extended_to").max(due).min(latest);
            }
            "review.decided" | "review.withdrawn" if is_open => {
                let outcome = it.is("review.decided").then(|| it.word("outcome").to_owned());
                let in_time = due.is_none_or(|due| it.day <= due);
                all.last_mut().expect("one is open").end =
                    Some(End { day: it.day, outcome, in_time, extended: false });
            }
            _ => {}
        }
    }
    all
}

/// 20 working days or 40, and no more than 40; none for re-use.
fn review_dues(book: &Book, it: &Happening) -> (Option<Date>, Option<Date>) {
    let after = |days| Some(working_after(it.day, days, &book.off.anywhere));
    match it.word("regime") {
        "foi" if it.yes("complex") => (after(40), after(40)),
        "foi" => (after(20), after(40)),
        "eir" => (after(40), after(40)),
        _ => (None, None),
    }
}

/// The cases that were ever referred for a review, by number.
pub fn referred(book: &Book) -> Vec<String> {
    let is_one = |life: &[&Happening]| reviews(book, life).iter().any(|it| is_ours(&it.regime));
    book.cases(LIFE).into_iter().filter(|(_, life)| is_one(life)).map(|(number, _)| number).collect()
}

pub fn recount(book: &Book, counted: &mut Counted) {
    let cases: BTreeMap<String, Vec<&Happening>> = book.cases(LIFE);
    let mut all: Vec<Matter> = cases.values().flat_map(|life| reviews(book, life)).collect();
    all.retain(|it| is_ours(&it.regime));
    let decided = ends_of(book, &all);
    counted.number("reviews_asked", all.iter().filter(|it| book.period.holds(it.begun)).count());
    counted.share("reviews_in_time", decided.iter().filter(|end| end.in_time).count(), decided.len());
    counted.table("reviews_by_regime", by_regime(book, &all));
    let names = [
        ("upheld", "First answer upheld"),
        ("upheld_in_part", "Upheld in part"),
        ("overturned", "Overturned"),
    ];
    counted.table("reviews_by_outcome", by_outcome(&decided, &names));
}
