//! R17: covert surveillance, cameras, and inspections of either.

use std::collections::BTreeSet;

use jiff::civil::Date;
use serde_json::json;

use super::book::{Book, Happening, Period};
use super::counted::{Counted, Row, row};
use super::days::{plus, plus_months};

pub fn recount(book: &Book, counted: &mut Counted) {
    covert(book, counted);
    inspections(book, counted);
    cameras(book, counted);
}

const KINDS: [(&str, &str); 3] = [
    ("directed_surveillance", "Directed surveillance"),
    ("covert_human_intelligence_source", "Covert human intelligence sources"),
    ("communications_data", "Communications data"),
];

const LIFE: &[&[&str]] = &[
    &["ripa.authorised"],
    &["ripa.judicially_approved"],
    &["ripa.reviewed"],
    &["ripa.renewed"],
    &["ripa.cancelled"],
];

/// An authorisation, and what became of it.
struct Authorised {
    kind: String,
    day: Date,
    refused: Option<Date>,
    starts: Option<Date>,
    expires: Option<Date>,
    cancelled: Option<Date>,
    renewed: Vec<Date>,
}

impl Authorised {
    fn last_day(&self) -> Option<Date> {
        self.expires.into_iter().chain(self.cancelled).min()
    }

    /// The day from which it held, where it ever did.
    fn begun(&self) -> Option<Date> {
        self.starts.filter(|starts| self.last_day().is_none_or(|last| *starts <= last))
    }

    fn is_over(&self, by: Date) -> bool {
        self.last_day().is_some_and(|last| last <= by)
    }
}

/// The last day that the law allows; the first day counts.
fn longest(granted: &Happening, from: Date) -> Option<Date> {
    let months = match granted.word("kind") {
        "directed_surveillance" => 3,
        "covert_human_intelligence_source" if granted.yes("juvenile") => 4,
        "covert_human_intelligence_source" => 12,
        _ => return None,
    };
    Some(plus(plus_months(from, months), -1))
}

fn authorised(life: &[&Happening]) -> Option<Authorised> {
    let granted = life.iter().find(|it| it.is("ripa.authorised"))?;
    let last = |from: Date, set: Option<Date>| set.into_iter().chain(longest(granted, from)).min();
    let mut found = Authorised {
        kind: granted.word("kind").to_owned(),
        day: granted.day,
        refused: None,
        starts: None,
        expires: granted.date("expires"),
        cancelled: None,
        renewed: Vec::new(),
    };
    if found.kind == "communications_data" {
        let starts = granted.date("starts").unwrap_or(granted.day);
        (found.starts, found.expires) = (Some(starts), last(starts, found.expires));
    }
    let mut is_approved = false;
    for it in life.iter().filter(|it| granted.day <= it.day) {
        match it.kind.as_str() {
            "ripa.judicially_approved" if !is_approved && it.yes("approved") => {
                is_approved = true;
                let starts = it.date("starts").unwrap_or(it.day);
                let set = it.date("expires").or(found.expires);
                (found.refused, found.starts, found.expires) = (None, Some(starts), last(starts, set));
            }
            "ripa.judicially_approved" if !is_approved => found.refused = Some(it.day),
            "ripa.renewed" if !found.renewed.contains(&it.day) => {
                found.renewed.push(it.day);
                if let Some(expires) = found.expires.filter(|expires| it.day <= *expires) {
                    found.expires = last(plus(expires, 1), it.date("expires"));
                }
            }
            "ripa.cancelled" => found.cancelled = found.cancelled.or(Some(it.day)),
            _ => {}
        }
    }
    Some(found)
}

fn counts(name: &str, these: &[&Authorised], period: Period) -> Row {
    let count = |wanted: &dyn Fn(&Authorised) -> bool| these.iter().filter(|it| wanted(it)).count();
    let is_in = |day: Option<Date>| day.is_some_and(|day| period.holds(day));
    let ended = |it: &Authorised| it.begun().is_some() && is_in(it.last_day());
    let is_cancelled = |it: &Authorised| it.cancelled.is_some() && it.cancelled == it.last_day();
    let before = plus(period.from, -1);
    let stood = |it: &Authorised, by: Date| it.begun().is_some_and(|begun| begun <= by) && !it.is_over(by);
    row(
        name,
        &[
            count(&|it| period.holds(it.day)),
            count(&|it| is_in(it.refused)),
            count(&|it| stood(it, before)),
            count(&|it| is_in(it.begun())),
            count(&|it| ended(it) && is_cancelled(it)),
            count(&|it| ended(it) && !is_cancelled(it)),
            count(&|it| stood(it, period.to)),
            these.iter().flat_map(|it| &it.renewed).filter(|day| period.holds(**day)).count(),
        ],
    )
}

fn covert(book: &Book, counted: &mut Counted) {
    let all: Vec<Authorised> = book.cases(LIFE).values().filter_map(|life| authorised(life)).collect();
    let mut rows = Vec::new();
    for (code, name) in KINDS {
        let these: Vec<&Authorised> = all.iter().filter(|it| it.kind == code).collect();
        rows.push(counts(name, &these, book.period));
    }
    let total = counts("All", &all.iter().collect::<Vec<_>>(), book.period);
    // Authorised, in force at first, taken effect, cancelled, run out.
    if [1, 3, 4, 5, 6].iter().any(|column| total[*column] != 0) {
        rows.push(total);
        counted.number("authorisations", all.iter().filter(|it| book.period.holds(it.day)).count());
        counted.table("authorisations_by_kind", rows);
    }
}

fn inspections(book: &Book, counted: &mut Counted) {
    let mut rows = Vec::new();
    for (number, life) in book.cases(&[&["ipco.inspected"]]) {
        let last = life[life.len() - 1];
        let opinion = match last.word("opinion") {
            "satisfactory" => "Satisfactory",
            "actions_needed" => "Actions needed",
            _ => "Unsatisfactory",
        };
        if book.period.holds(last.day) {
            let (found, nil) = (last.number("recommendations"), last.flag("nil_return"));
            rows.push(vec![
                json!(number),
                json!(last.day.to_string()),
                json!(opinion),
                json!(found),
                json!(nil),
            ]);
        }
    }
    if !rows.is_empty() {
        counted.table("inspections", rows);
    }
}

fn cameras(book: &Book, counted: &mut Counted) {
    let systems = book.cases(&[&["cctv.system_reviewed"]]);
    if systems.is_empty() {
        return;
    }
    let (mut reviews, mut in_time, mut follow) = (0, 0, 0);
    for life in systems.values() {
        let days: BTreeSet<Date> = life.iter().map(|it| it.day).collect();
        reviews += days.iter().filter(|day| book.period.holds(**day)).count();
        let last = life[life.len() - 1];
        let due = plus_months(last.day, 12);
        let due = last.date("review_due").map_or(due, |set| set.min(due));
        in_time += usize::from(book.period.today() <= due);
        follow += usize::from(last.yes("code_followed"));
    }
    counted.number("camera_reviews", reviews);
    counted.share("cameras_in_time", in_time, systems.len());
    counted.share("cameras_code", follow, systems.len());
}
