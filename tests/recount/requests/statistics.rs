//! The statistics of the section 45 Code of Practice, of the requests received in each quarter.

use serde_json::json;

use super::super::book::{Book, Period};
use super::super::counted::{Counted, Row};
use super::super::quarters;
use super::request::Request;
use super::reviews;

const VEXATIOUS: [&str; 3] = ["refused_vexatious", "refused_repeated", "refused_manifestly_unfounded"];
const REFUSED: [&str; 3] = ["refused_in_full", "neither_confirmed_nor_denied", "refused_cost_limit"];

/// All that is said of one request, in the words of the rows that count it.
fn said(book: &Book, it: &Request, referred: &[String]) -> Vec<&'static str> {
    let mut said = vec!["Received"];
    if referred.contains(&it.number) {
        said.push("Referred for internal review");
    }
    let Some(end) = &it.end else {
        said.push("Not yet processed");
        if it.clock.is_extended(book) {
            said.push("– of these, with an extended deadline");
        }
        if it.clock.waits() {
            said.push("– of these, with the clock stopped");
        }
        return said;
    };
    let Some(outcome) = end.outcome.as_deref() else {
        said.push("Withdrawn, lapsed, transferred or invalid");
        return said;
    };
    said.push("Processed in full");
    said.push(match (end.in_time, end.extended) {
        (true, false) => "– of these, within the ordinary time",
        (true, true) => "– of these, within an extended time",
        (false, _) => "– of these, late",
    });
    said.push(match outcome {
        "granted_in_full" => "Granted in full",
        "granted_in_part" => "Granted in part and refused in part",
        "not_held" => "Information not held",
        _ if VEXATIOUS.contains(&outcome) || REFUSED.contains(&outcome) => "Refused in full",
        _ => "Processed, outcome not recorded",
    });
    if outcome == "refused_cost_limit" {
        said.push("– of these, above the cost limit");
    }
    if VEXATIOUS.contains(&outcome) {
        said.push("– of these, vexatious or repeated");
    }
    said
}

const MEASURES: [&str; 17] = [
    "Received",
    "Not yet processed",
    "– of these, with an extended deadline",
    "– of these, with the clock stopped",
    "Processed in full",
    "– of these, within the ordinary time",
    "– of these, within an extended time",
    "– of these, late",
    "Granted in full",
    "Granted in part and refused in part",
    "Refused in full",
    "– of these, above the cost limit",
    "– of these, vexatious or repeated",
    "Information not held",
    "Processed, outcome not recorded",
    "Withdrawn, lapsed, transferred or invalid",
    "Referred for internal review",
];

/// A column for each quarter, if there are no more than four, and one for the period.
pub fn recount(book: &Book, all: &[Request], counted: &mut Counted) {
    let mut columns: Vec<Period> = quarters::of(book.period);
    if columns.len() > 4 {
        columns.clear();
    }
    columns.push(book.period);
    let referred = reviews::referred(book);
    let requests = all.iter().filter(|it| it.clock.regime != "reuse");
    let said: Vec<_> = requests.map(|it| (it.begun, said(book, it, &referred))).collect();
    let mut rows = Vec::new();
    for measure in MEASURES {
        let mut row: Row = vec![json!(measure)];
        for column in &columns {
            let is_counted = |(day, said): &&(_, Vec<_>)| column.holds(*day) && said.contains(&measure);
            row.push(json!(said.iter().filter(is_counted).count()));
        }
        rows.push(row);
    }
    counted.table("foi_statistics", rows);
}
