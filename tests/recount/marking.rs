//! R13: protective marking.

use std::collections::BTreeMap;

use jiff::civil::{Date, date};
use serde_json::json;

use super::book::{Book, Happening};
use super::counted::{Counted, Row, row, share, size};
use super::quarters;

pub fn recount(book: &Book, counted: &mut Counted) {
    samples(book, counted);
    documents(book, counted);
    handled(book, counted);
}

/// Whether two entries in a row tell of one thing.
fn is_twice(book: &Book, one: &Happening, other: &Happening) -> bool {
    book.case(&one.subject) == book.case(&other.subject) && (one.time, &one.data) == (other.time, &other.data)
}

fn once<'b>(book: &Book, these: impl Iterator<Item = &'b Happening>) -> Vec<&'b Happening> {
    let mut found: Vec<&Happening> = Vec::new();
    for it in these {
        if !found.iter().any(|known| is_twice(book, known, it)) {
            found.push(it);
        }
    }
    found
}

/// How many were looked at, right, wrong, old and unmarked; nothing where the numbers cannot be.
fn figures(it: &Happening) -> Option<[usize; 5]> {
    let number = |field| it.number(field).map_or(0, size);
    let (sampled, correct) = (number("sampled"), number("correct"));
    let (legacy, unmarked) = (number("legacy"), number("sensitive_unmarked"));
    let wrong = sampled.checked_sub(correct)?;
    (legacy <= sampled && unmarked <= wrong).then_some([sampled, correct, wrong, legacy, unmarked])
}

fn summed(name: &str, these: &[&Happening]) -> Row {
    let mut sum = [0; 5];
    for figures in these.iter().filter_map(|it| figures(it)) {
        (0..5).for_each(|place| sum[place] += figures[place]);
    }
    vec![
        json!(name),
        json!(these.len()),
        json!(sum[0]),
        json!(sum[1]),
        share(sum[1], sum[0]),
        json!(sum[2]),
        json!(sum[3]),
        json!(sum[4]),
    ]
}

fn samples(book: &Book, counted: &mut Counted) {
    let all = once(book, book.in_period(&["marking.sampled"]));
    if all.is_empty() {
        return;
    }
    let mut sum = [0; 5];
    for figures in all.iter().filter_map(|it| figures(it)) {
        (0..5).for_each(|place| sum[place] += figures[place]);
    }
    counted.number("samples", all.len());
    counted.share("rightly_marked", sum[1], sum[0]);
    counted.share("old_scheme", sum[3], sum[0]);
    counted.share("sensitive_unmarked", sum[4], sum[0]);
    let mut rows = Vec::new();
    for quarter in quarters::of(book.period) {
        let these: Vec<&Happening> = all.iter().filter(|it| quarter.holds(it.day)).copied().collect();
        rows.push(summed(&quarters::in_words(quarter), &these));
    }
    rows.push(summed("All", &all));
    counted.table("samples_by_quarter", rows);
    let mut units: BTreeMap<&str, Vec<&Happening>> = BTreeMap::new();
    for it in &all {
        units.entry(it.text("unit").unwrap_or("No directorate recorded")).or_default().push(it);
    }
    let mut rows: Vec<Row> = units.iter().map(|(unit, these)| summed(unit, these)).collect();
    rows.push(summed("All", &all));
    counted.table("samples_by_directorate", rows);
}

/// The first day on which a scheme was in use, and the last.
fn use_of(scheme: &str) -> (Option<Date>, Option<Date>) {
    match scheme {
        "gpms_2008" => (None, Some(date(2014, 4, 2))),
        "gsc_2014" => (Some(date(2014, 4, 2)), Some(date(2023, 7, 16))),
        _ => (Some(date(2023, 7, 17)), None),
    }
}

/// What is wrong with a marking: by its place in the table's columns, 0 where nothing is.
fn fault(it: &Happening) -> usize {
    let (scheme, tier) = (it.word("scheme"), it.word("tier"));
    if tier == "unmarked" {
        return if is_sensitive(it) { 6 } else { 0 };
    }
    let made = it.date("created_on").filter(|made| it.is("marking.applied") && *made <= it.day);
    let days = [made.unwrap_or(it.day), it.day];
    let (first, last) = use_of(scheme);
    let in_use = |day: &Date| first.is_none_or(|first| first <= *day) && last.is_none_or(|last| *day <= last);
    if !days.iter().any(in_use) {
        let is_early = days.iter().all(|day| first.is_some_and(|first| *day < first));
        return match scheme {
            _ if is_early => 3,
            "gsc_2014" => 2,
            _ => 1,
        };
    }
    let has = match tier {
        "secret" | "top_secret" => true,
        "official" => scheme != "gpms_2008",
        _ => scheme == "gpms_2008",
    };
    match tier {
        _ if !has => 4,
        "secret" | "top_secret" => 5,
        _ => 0,
    }
}

/// What has a descriptor is sensitive.
fn is_sensitive(it: &Happening) -> bool {
    it.flag("sensitive").unwrap_or(!it.list("descriptors").is_empty())
}

fn documents(book: &Book, counted: &mut Counted) {
    let mut marks: Vec<&Happening> = Vec::new();
    let mut open = 0;
    for life in book.cases(&[&["marking.applied"], &["marking.changed"]]).values() {
        let life = once(book, life.iter().copied());
        open += usize::from(life.last().is_some_and(|it| fault(it) > 0 && it.day <= book.period.to));
        marks.extend(life.iter().filter(|it| book.period.holds(it.day)));
    }
    if marks.is_empty() && open == 0 {
        return;
    }
    let given: Vec<_> = marks.iter().filter(|it| it.word("tier") != "unmarked").collect();
    counted.share("markings_of_their_day", given.iter().filter(|it| fault(it) == 0).count(), given.len());
    counted.number("wrong_markings_open", open);
    let names = [
        ("official", "OFFICIAL"),
        ("secret", "SECRET"),
        ("top_secret", "TOP SECRET"),
        ("unclassified", "UNCLASSIFIED"),
        ("protect", "PROTECT"),
        ("restricted", "RESTRICTED"),
        ("confidential", "CONFIDENTIAL"),
        ("unmarked", "Unmarked"),
    ];
    let mut rows = Vec::new();
    for (code, name) in names.iter().map(|(code, name)| (Some(*code), *name)).chain([(None, "All")]) {
        let these: Vec<_> =
            marks.iter().filter(|it| code.is_none_or(|code| it.word("tier") == code)).collect();
        let mut counts = vec![these.len()];
        counts.extend((0..7).map(|place| these.iter().filter(|it| fault(it) == place).count()));
        if code.is_none() || !these.is_empty() {
            rows.push(row(name, &counts));
        }
    }
    counted.table("markings_by_tier", rows);
}

/// Destroyed, sent, or reported below its marking: its place in the table.
fn below(it: &Happening) -> Option<usize> {
    const WEAK: [&str; 3] = ["strip_shred", "delete", "recycle_weee"];
    const WEAK_FOR_SECRET: [&str; 6] =
        ["pulp", "incinerate", "secure_erase", "overwrite", "cryptographic_erase", "reuse_after_erasure"];
    const STRONG_MEANS: [&str; 5] = ["paper_by_hand", "by_hand", "in_person", "courier", "other"];
    let marking = it.text("marking").unwrap_or("none");
    let (is_sensitive, is_secret) = (
        ["official_sensitive", "obsolete_scheme"].contains(&marking),
        ["secret", "top_secret"].contains(&marking),
    );
    match it.kind.as_str() {
        "marking.handling_breach" => Some(2),
        "disposal.executed" | "media.destroyed" | "device.disposed" => {
            let method = it.word("method");
            let is_weak = WEAK.contains(&method);
            (is_weak && (is_sensitive || is_secret) || is_secret && WEAK_FOR_SECRET.contains(&method))
                .then_some(0)
        }
        "sharing.transfer_made" | "disclosure.released" => {
            let means = it.text("transfer_method").unwrap_or(it.word("method"));
            let is_shielded = it.word("direction") == "incoming" || (it.yes("encrypted") && !is_secret);
            let is_weak = ["ordinary_email", "fax"].contains(&means);
            let is_below =
                is_weak && (is_sensitive || is_secret) || is_secret && !STRONG_MEANS.contains(&means);
            (is_below && !is_shielded).then_some(1)
        }
        _ => None,
    }
}

fn handled(book: &Book, counted: &mut Counted) {
    const ENDS: [&str; 3] = ["incident.closed", "incident.unsubstantiated", "breach.closed"];
    let acts = [
        "marking.handling_breach",
        "disposal.executed",
        "media.destroyed",
        "device.disposed",
        "sharing.transfer_made",
        "disclosure.released",
    ];
    // Times, the incident closed, the incident open, no incident.
    let mut sums = [[0; 4]; 4];
    for it in once(book, book.in_period(&acts)) {
        let Some(place) = below(it) else { continue };
        let incident = it.text("incident_ref");
        let case = book.case(incident.unwrap_or(&it.subject));
        let is_closed = book.of(&ENDS).any(|end| book.case(&end.subject) == case && it.time <= end.time);
        let state = match incident {
            _ if is_closed => 1,
            Some(_) => 2,
            None => 3,
        };
        for place in [place, 3] {
            sums[place][0] += 1;
            sums[place][state] += 1;
        }
    }
    if sums[3][0] > 0 {
        let names = [
            "Destroyed below its marking",
            "Sent below its marking",
            "Reported as handled below its marking",
            "All",
        ];
        counted.table("handled_below", names.iter().zip(sums).map(|(name, sum)| row(name, &sum)).collect());
    }
}
