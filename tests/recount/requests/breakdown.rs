//! Requests by quarter, directorate, requester and exemption; and what the regulator and tribunals did.

use serde_json::json;

use super::super::book::{Book, Period, each};
use super::super::counted::{Counted, Row, row, share, tally};
use super::super::quarters;
use super::request::Request;

const REQUESTERS: [(&str, &str); 12] = [
    ("private", "Private person"),
    ("media", "Media"),
    ("business", "Business"),
    ("researcher", "Researcher"),
    ("elected_member", "Elected member"),
    ("campaign_group", "Campaign group"),
    ("charity", "Charity"),
    ("public_body", "Public body"),
    ("solicitor", "Solicitor"),
    ("employee", "Employee"),
    ("other", "Other"),
    ("unknown", "Not known"),
];
/// What the regulator and tribunals do.
const STEPS: [(&str, &str); 7] = [
    ("ico.complaint_notified", "Complaints to the regulator"),
    ("ico.information_notice", "Information notices"),
    ("ico.decision_notice", "Decision notices"),
    ("ico.reprimand", "Reprimands"),
    ("ico.practice_recommendation", "Practice recommendations"),
    ("tribunal.appealed", "Appeals to a tribunal"),
    ("tribunal.decided", "Decisions of a tribunal"),
];

pub fn recount(book: &Book, all: &[Request], counted: &mut Counted) {
    let received: Vec<&Request> = all.iter().filter(|it| book.period.holds(it.begun)).collect();
    counted.table("requests_by_quarter", by_quarter(book, &received));
    counted.table("requests_by_unit", by_unit(book, all));
    counted.table("requests_by_requester", tally(&REQUESTERS, &received, |it| it.requester.clone()));
    counted.table("requests_by_exemption", by_exemption(book, all));
    let mut steps = Vec::new();
    for (kind, name) in STEPS {
        steps.push(row(name, &[book.in_period(&[kind]).count()]));
    }
    counted.table("requests_regulator", steps);
}

fn by_quarter(book: &Book, received: &[&Request]) -> Vec<Row> {
    let mut rows = Vec::new();
    let mut add = |name: &str, period: Period| {
        let mut counts = [0; 3];
        for it in received.iter().filter(|it| period.holds(it.begun)) {
            let column = ["foi", "eir", "reuse"].iter().position(|regime| *regime == it.clock.regime);
            counts[column.expect("one of ours")] += 1;
        }
        rows.push(row(name, &counts));
    };
    for quarter in quarters::of(book.period) {
        add(&quarters::in_words(quarter), quarter);
    }
    add("All", book.period);
    rows
}

/// Those that were open at any time in the period, by the directorate that they were last assigned to.
fn by_unit(book: &Book, all: &[Request]) -> Vec<Row> {
    let period = book.period;
    let of_period: Vec<&Request> = all
        .iter()
        .filter(|it| it.begun <= period.to && it.end.as_ref().is_none_or(|end| end.day >= period.from))
        .collect();
    let counts = |name: &str, these: &[&Request]| {
        let (mut received, mut answered, mut in_time, mut open) = (0, 0, 0, 0);
        for it in these {
            received += usize::from(period.holds(it.begun));
            if let Some(end) = it.answered_in(book) {
                answered += 1;
                in_time += usize::from(end.in_time);
            }
            open += usize::from(it.end.as_ref().is_none_or(|end| end.day > period.to));
        }
        vec![json!(name), json!(received), json!(answered), share(in_time, answered), json!(open)]
    };
    let mut rows = Vec::new();
    let mut units = each(of_period.iter().map(|it| it.unit.clone()));
    // Those that nobody was made responsible for stand behind the others.
    units.sort_by_key(Option::is_none);
    for unit in units {
        let these: Vec<&Request> = of_period.iter().filter(|it| it.unit == unit).copied().collect();
        rows.push(counts(unit.as_deref().unwrap_or("Not recorded"), &these));
    }
    rows.push(counts("All", &of_period));
    rows
}

/// Where a section or a regulation stands among the others in the law: by its number, then by what follows it.
fn place(section: &str) -> (bool, u32, String) {
    let number: String = section.chars().skip_while(|it| !it.is_ascii_digit()).collect();
    let end = number.find(|it: char| !it.is_ascii_digit()).unwrap_or(number.len());
    (section.starts_with("reg."), number[..end].parse().unwrap_or(0), number[end..].to_owned())
}

fn by_exemption(book: &Book, all: &[Request]) -> Vec<Row> {
    let withholding: Vec<&Request> =
        all.iter().filter(|it| it.answered_in(book).is_some() && !it.withheld.is_empty()).collect();
    let mut used = each(withholding.iter().flat_map(|it| it.withheld.clone()));
    used.sort_by_key(|section| place(section));
    let mut rows = Vec::new();
    for section in used {
        let count = withholding.iter().filter(|it| it.withheld.contains(&section)).count();
        rows.push(vec![json!(section), json!(count), share(count, withholding.len())]);
    }
    rows
}
