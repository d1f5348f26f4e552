//! R5: requests for information and their reviews.

use jiff::civil::Date;
use serde_json::json;

use super::book::{Book, Happening};
use super::counted::{Counted, Row, row, share};
use super::days::plus;
use request::Request;

mod breakdown;
mod clock;
mod request;
mod reviews;
mod statistics;
#[cfg(test)]
mod tests;

const REGIMES: [(&str, &str); 3] =
    [("foi", "Freedom of information"), ("eir", "Environmental information"), ("reuse", "Re-use")];
const OUTCOMES: [(&str, &str); 10] = [
    ("granted_in_full", "Granted in full"),
    ("granted_in_part", "Granted in part"),
    ("refused_in_full", "Refused in full"),
    ("not_held", "Information not held"),
    ("neither_confirmed_nor_denied", "Neither confirmed nor denied"),
    ("refused_cost_limit", "Refused: above the cost limit"),
    ("refused_vexatious", "Refused: vexatious"),
    ("refused_repeated", "Refused: repeated"),
    ("refused_manifestly_unfounded", "Refused: manifestly unfounded or unreasonable"),
    ("not_recorded", "Closed as answered, outcome not recorded"),
];

/// A request or a review, as the tables count it.
struct Matter {
    regime: String,
    begun: Date,
    end: Option<End>,
}

#[derive(Clone)]
struct End {
    day: Date,
    /// The outcome, where it was answered or decided.
    outcome: Option<String>,
    in_time: bool,
    extended: bool,
}

/// What an end is called: an outcome, or nothing where nobody answered. Nothing at all where it is no end.
pub fn end_of(it: &Happening) -> Option<Option<String>> {
    let answered = |outcome: &str| Some(Some(outcome.to_owned()));
    match it.kind.as_str() {
        "request.response_issued" if it.word("outcome") == "not_a_valid_request" => Some(None),
        "request.response_issued" => answered(it.word("outcome")),
        "request.transferred" if it.word("transfer_extent") == "part" => None,
        "request.transferred" | "request.withdrawn" | "request.lapsed" | "request.fee_lapsed" => Some(None),
        "request.closed" => match it.text("close_reason") {
            Some("merged") => None,
            None | Some("answered") => answered("not_recorded"),
            Some(_) => Some(None),
        },
        _ => None,
    }
}

/// Open at first, begun, answered, of these in time, ended otherwise, open at the end.
fn stock(book: &Book, name: &str, of: &[&Matter]) -> Row {
    let period = book.period;
    let open_on = |it: &Matter, day: Date| it.begun <= day && it.end.as_ref().is_none_or(|end| end.day > day);
    let count = |wanted: &dyn Fn(&Matter) -> bool| of.iter().filter(|it| wanted(it)).count();
    let ended = |it: &Matter, answered: bool| {
        it.end.as_ref().is_some_and(|end| period.holds(end.day) && end.outcome.is_some() == answered)
    };
    let answered = count(&|it| ended(it, true));
    let in_time = count(&|it| ended(it, true) && it.end.as_ref().is_some_and(|end| end.in_time));
    vec![
        json!(name),
        json!(count(&|it| open_on(it, plus(period.from, -1)))),
        json!(count(&|it| period.holds(it.begun))),
        json!(answered),
        share(in_time, answered),
        json!(count(&|it| ended(it, false))),
        json!(count(&|it| open_on(it, period.to))),
    ]
}

fn by_regime(book: &Book, all: &[Matter]) -> Vec<Row> {
    let mut rows = Vec::new();
    for (code, name) in REGIMES {
        let these: Vec<&Matter> = all.iter().filter(|it| it.regime == code).collect();
        rows.push(stock(book, name, &these));
    }
    rows.push(stock(book, "All", &all.iter().collect::<Vec<_>>()));
    rows
}

fn by_outcome(answered: &[&End], names: &[(&str, &str)]) -> Vec<Row> {
    let mut rows = Vec::new();
    for (code, name) in names {
        rows.push(row(name, &[answered.iter().filter(|end| end.outcome.as_deref() == Some(code)).count()]));
    }
    rows.push(row("All", &[answered.len()]));
    rows
}

fn is_ours(regime: &str) -> bool {
    REGIMES.iter().any(|(code, _)| *code == regime)
}

fn ends_of<'m>(book: &Book, all: &'m [Matter]) -> Vec<&'m End> {
    let ends = all.iter().filter_map(|it| it.end.as_ref());
    ends.filter(|end| end.outcome.is_some() && book.period.holds(end.day)).collect()
}

pub fn recount(book: &Book, counted: &mut Counted) {
    let requests = request::all(book);
    let all: Vec<Matter> = requests.iter().map(Request::matter).collect();
    let answered = ends_of(book, &all);
    let in_time: Vec<_> = answered.iter().filter(|end| end.in_time).collect();
    counted.number("requests_received", all.iter().filter(|it| book.period.holds(it.begun)).count());
    counted.share("requests_in_time", in_time.len(), answered.len());
    counted.share(
        "requests_in_time_extended",
        in_time.iter().filter(|it| it.extended).count(),
        in_time.len(),
    );
    counted.table("requests_by_outcome", by_outcome(&answered, &OUTCOMES));
    counted.table("requests_by_regime", by_regime(book, &all));
    breakdown::recount(book, &requests, counted);
    statistics::recount(book, &requests, counted);
    reviews::recount(book, counted);
}
