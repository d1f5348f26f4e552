//! R11: contractors, processors and visitors.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use serde_json::json;

use super::book::{Book, Happening, each};
use super::counted::{Counted, Row, row, share, tally};
use super::days::{plus, plus_months};

/// A confidentiality undertaking: when it held, and whom it covers.
#[derive(Default)]
struct Undertaking<'b> {
    number: String,
    terms: Vec<(Date, Option<Date>)>,
    engagement: Option<&'b str>,
    person: Option<&'b str>,
    firm: Option<&'b str>,
}

/// First day of work; the last one, and whether the data came back.
type Spell = (Date, Option<(Date, Option<bool>)>);

/// The work of a contractor.
#[derive(Default)]
struct Engagement<'b> {
    number: String,
    person: Option<&'b str>,
    supplier: Option<&'b str>,
    undertakings: Vec<&'b str>,
    unit: Option<&'b str>,
    data_access: Option<&'b str>,
    needs_none: bool,
    spells: Vec<Spell>,
    is_disordered: bool,
}

pub fn recount(book: &Book, counted: &mut Counted) {
    contractors(book, counted);
    processors(&book.closed(), counted);
    decisions(book, counted);
    visits(book, counted);
}

fn undertakings(book: &Book) -> Vec<Undertaking<'_>> {
    let mut all = Vec::new();
    for (number, life) in book.cases(&[&["nda.signed"], &["nda.expired"]]) {
        let mut undertaking = Undertaking { number, ..Undertaking::default() };
        for it in life.iter().filter(|it| it.is("nda.signed")) {
            undertaking.engagement = it.text("contractor_ref").or(undertaking.engagement);
            undertaking.person = it.text("person").or(undertaking.person);
            undertaking.firm = it.text("supplier").filter(|_| it.word("scope") == "firm");
            let (from, to) = (it.date("signed_on").unwrap_or(it.day), it.date("expires"));
            if to.is_none_or(|to| from <= to) {
                undertaking.terms.push((from, to));
            }
        }
        for it in life.iter().filter(|it| it.is("nda.expired")) {
            let last = it.date("expires").unwrap_or(plus(it.day, -1));
            for (_, to) in undertaking.terms.iter_mut().filter(|(from, _)| *from <= last) {
                *to = Some(to.map_or(last, |to| to.min(last)));
            }
        }
        all.push(undertaking);
    }
    all
}

fn engagements(book: &Book) -> Vec<Engagement<'_>> {
    let life: &[&[&str]] = &[&["contractor.engaged"], &["contractor.started"], &["contractor.ended"]];
    book.cases(life).into_iter().map(|(number, life)| engagement(number, &life)).collect()
}

fn engagement<'b>(number: String, life: &[&'b Happening]) -> Engagement<'b> {
    let mut it = Engagement { number, ..Engagement::default() };
    let (mut starts, mut ends) = (Vec::new(), Vec::new());
    for entry in life {
        it.person = entry.text("person").filter(|_| !entry.is("contractor.ended")).or(it.person);
        it.supplier = entry.text("supplier").filter(|_| !entry.is("contractor.ended")).or(it.supplier);
        match entry.kind.as_str() {
            "contractor.engaged" => {
                it.unit = entry.text("unit").or(it.unit);
                it.data_access = entry.text("data_access");
                it.needs_none = entry.flag("nda_required").map_or(it.needs_none, |needed| !needed);
            }
            "contractor.started" => {
                it.unit = entry.text("unit").or(it.unit);
                it.undertakings.extend(entry.text("nda_ref"));
                starts.push(entry.date("starts").unwrap_or(entry.day));
            }
            _ => ends.push((entry.date("ends").unwrap_or(entry.day), entry.flag("data_returned"))),
        }
    }
    starts.sort_unstable();
    ends.sort_by_key(|(day, _)| *day);
    let mut unstarted = false;
    let mut ends = ends.into_iter().peekable();
    for start in starts {
        while let Some(end) = ends.next_if(|(day, _)| *day < start) {
            unstarted |= !it.end(end);
        }
        let is_within = it.spells.last().is_some_and(|(_, end)| end.is_none_or(|(day, _)| start <= day));
        if !is_within {
            it.spells.push((start, None));
        }
    }
    for end in ends {
        unstarted |= !it.end(end);
    }
    it.is_disordered = unstarted && it.spells.last().is_some_and(|(_, end)| end.is_none());
    it
}

impl Engagement<'_> {
    /// Whether there was a spell to end.
    fn end(&mut self, end: (Date, Option<bool>)) -> bool {
        let Some((_, last)) = self.spells.last_mut() else { return false };
        last.get_or_insert(end);
        true
    }

    fn is_covered_by(&self, book: &Book, it: &Undertaking<'_>) -> bool {
        let firm = |name: &str| name.trim().to_lowercase();
        let named = it.engagement.is_some_and(|of| book.case(of) == self.number)
            || self.undertakings.iter().any(|of| book.case(of) == it.number);
        let same =
            it.person.zip(self.person).is_some_and(|(one, other)| book.person(one) == book.person(other));
        let of_firm = it.firm.zip(self.supplier).is_some_and(|(one, other)| firm(one) == firm(other));
        named || (it.engagement.is_none() && same) || of_firm
    }
}

fn contractors(book: &Book, counted: &mut Counted) {
    let (undertakings, engagements) = (undertakings(book), engagements(book));
    // Of each start in the period: the engagement, and whether it needed none, was signed before, after, or never.
    let mut started: Vec<(&Engagement<'_>, usize)> = Vec::new();
    let (mut ended, mut returned) = (0, 0);
    for it in &engagements {
        let terms: Vec<_> = undertakings
            .iter()
            .filter(|undertaking| it.is_covered_by(book, undertaking))
            .flat_map(|undertaking| &undertaking.terms)
            .collect();
        for (start, _) in it.spells.iter().filter(|(start, _)| !it.is_disordered && book.period.holds(*start))
        {
            let signed = match () {
                () if it.needs_none => 0,
                () if terms.iter().any(|(from, to)| from <= start && to.is_none_or(|to| *start <= to)) => 1,
                () if terms.iter().any(|(from, _)| start < from) => 2,
                () => 3,
            };
            started.push((it, signed));
        }
        for (day, is_back) in it.spells.iter().filter_map(|(_, end)| *end) {
            if book.period.holds(day) && it.data_access != Some("none") {
                ended += 1;
                returned += usize::from(is_back == Some(true));
            }
        }
    }
    if ended > 0 {
        counted.share("contractors_data_returned", returned, ended);
    }
    if started.is_empty() {
        return;
    }
    let count = |signed| started.iter().filter(|(_, of)| *of == signed).count();
    counted.number("contractors_started", started.len());
    counted.share("contractors_signed_before", count(1), started.len() - count(0));
    let names = [
        (Some("special_category"), "Special category data"),
        (Some("personal_data"), "Personal data"),
        (Some("incidental"), "Incidental"),
        (Some("none"), "None"),
        (None, "Not recorded"),
    ];
    let mut rows = Vec::new();
    for (code, name) in names {
        rows.push(signatures(name, started.iter().filter(|(it, _)| it.data_access == code)));
    }
    rows.push(signatures("All", started.iter()));
    counted.table("contractors_by_data_access", rows);
    let mut rows = Vec::new();
    for unit in each(started.iter().map(|(it, _)| it.unit)) {
        rows.push(signatures(
            unit.unwrap_or("Not recorded"),
            started.iter().filter(|(it, _)| it.unit == unit),
        ));
    }
    rows.push(signatures("All", started.iter()));
    counted.table("contractors_by_unit", rows);
}

fn signatures<'s>(name: &str, started: impl Iterator<Item = &'s (&'s Engagement<'s>, usize)>) -> Row {
    let mut sum = [0; 4];
    started.for_each(|(_, signed)| sum[*signed] += 1);
    let all: usize = sum.iter().sum();
    let mut cells = row(name, &[all, sum[0], sum[1], sum[2], sum[3]]);
    cells.push(share(sum[1], all - sum[0]));
    cells
}

/// A processor: its contracts with the day on which each applies, its assurances, and when it first had data.
struct Processor {
    contracts: Vec<(Date, Option<Date>, bool)>,
    assured: Vec<(Date, Date)>,
    processing: Option<Date>,
    sent: Vec<Date>,
}

impl Processor {
    fn contract_on(&self, day: Date) -> Option<bool> {
        let holds =
            |(from, to, _): &&(Date, Option<Date>, bool)| *from <= day && to.is_none_or(|to| day <= to);
        self.contracts.iter().rfind(holds).map(|(.., is_complete)| *is_complete)
    }

    fn first_data(&self) -> Option<Date> {
        self.processing.into_iter().chain(self.sent.iter().copied()).min()
    }

    /// In date, overdue, never assured and due, never assured and not due.
    fn assurance(&self, today: Date) -> usize {
        let dues = self.assured.iter().map(|(day, until)| (*until).min(plus_months(*day, 12)));
        let contract = self.contracts.first().map(|(from, ..)| *from);
        let begins = contract.into_iter().chain(self.first_data()).min();
        match (dues.max(), begins) {
            (Some(due), _) if today <= due => 0,
            (Some(_), _) => 1,
            (None, Some(begins)) if today <= plus_months(begins, 12) => 3,
            _ => 2,
        }
    }
}

fn processor(life: &[&Happening]) -> Processor {
    let mut it = Processor { contracts: Vec::new(), assured: Vec::new(), processing: None, sent: Vec::new() };
    for entry in life {
        match entry.kind.as_str() {
            "processor.contract_signed" => {
                let from = entry.date("starts").map_or(entry.day, |starts| starts.max(entry.day));
                let to = entry.date("ends");
                if to.is_none_or(|to| from <= to) {
                    it.contracts.push((from, to, entry.yes("article28_complete")));
                    it.processing = it.processing.into_iter().chain(entry.date("processing_starts")).min();
                }
            }
            "processor.assured" => {
                it.assured.extend(entry.date("assurance_until").map(|until| (entry.day, until)))
            }
            _ => {}
        }
    }
    it.contracts.sort_by_key(|(from, ..)| *from);
    for place in 1..it.contracts.len() {
        let before = plus(it.contracts[place].0, -1);
        let earlier = &mut it.contracts[place - 1].1;
        *earlier = Some(earlier.map_or(before, |to| to.min(before)));
    }
    it
}

fn processors(book: &Book, counted: &mut Counted) {
    let life: &[&[&str]] = &[
        &["processor.contract_signed"],
        &["processor.assured"],
        &["processor.reviewed"],
        &["subprocessor.approved"],
    ];
    let cases = book.cases(life);
    let mut all: BTreeMap<&str, Processor> =
        cases.iter().map(|(number, life)| (number.as_str(), processor(life))).collect();
    for it in book.of(&["sharing.transfer_made"]) {
        let is_meant = it.word("direction") == "outgoing" && it.flag("personal_data") != Some(false);
        if let Some(number) = it.text("processor_ref").filter(|_| is_meant) {
            all.entry(book.case(number)).or_insert_with(|| processor(&[])).sent.push(it.day);
        }
    }
    let to = book.period.to.min(book.period.today());
    // How the contract stands at the end: complete, incomplete, none; and the assurance.
    let mut current: Vec<(usize, usize)> = Vec::new();
    let (mut begun, mut before) = (0, 0);
    for it in all.values() {
        let contract = it.contract_on(to).map_or(2, |is_complete| usize::from(!is_complete));
        let last = it.contracts.last().and_then(|(_, to, _)| *to);
        let has_data = match (it.contracts.is_empty(), last) {
            (true, _) => !it.sent.is_empty(),
            (false, Some(last)) => it.sent.iter().any(|day| last < *day),
            (false, None) => it.first_data().is_some(),
        };
        if contract < 2 || has_data {
            current.push((contract, it.assurance(to)));
        }
        if let Some(first) = it.first_data().filter(|day| book.period.holds(*day)) {
            begun += 1;
            before += usize::from(it.contract_on(first) == Some(true));
        }
    }
    if !current.is_empty() {
        let complete = current.iter().filter(|(contract, _)| *contract == 0).count();
        counted.share("processors_complete", complete, current.len());
        counted.share("processors_assured", current.iter().filter(|(_, it)| *it == 0).count(), current.len());
        let mut rows = Vec::new();
        for (place, name) in ["Complete", "Incomplete", "None in force", "All"].into_iter().enumerate() {
            let these: Vec<_> =
                current.iter().filter(|(contract, _)| place == 3 || *contract == place).collect();
            let count = |assurance| these.iter().filter(|(_, it)| *it == assurance).count();
            rows.push(row(name, &[these.len(), count(0), count(1), count(2), count(3)]));
        }
        counted.table("processors_by_contract", rows);
    }
    if begun > 0 {
        counted.share("processors_contract_first", before, begun);
    }
}

fn decisions(book: &Book, counted: &mut Counted) {
    let found = |kind: &'static str, field: &str, also: &str| {
        let these = book.in_period(std::slice::from_ref(&kind)).map(|it| {
            (book.case(&it.subject).to_owned(), it.time, it.word(field).to_owned(), it.word(also).to_owned())
        });
        these.collect::<BTreeSet<_>>().into_iter().map(|(_, _, found, _)| found).collect::<Vec<String>>()
    };
    let reviews = found("processor.reviewed", "finding", "");
    let names = [
        ("satisfactory", "Satisfactory"),
        ("actions_needed", "Actions needed"),
        ("unsatisfactory", "Unsatisfactory"),
    ];
    if !reviews.is_empty() {
        counted.table("processor_reviews", tally(&names, &reviews, Clone::clone));
    }
    let decisions = found("subprocessor.approved", "decision", "subprocessor");
    let names = [
        ("approved", "Approved"),
        ("approved_with_conditions", "Approved with conditions"),
        ("refused", "Refused"),
    ];
    if !decisions.is_empty() {
        counted.table("subprocessors", tally(&names, &decisions, Clone::clone));
    }
}

fn visits(book: &Book, counted: &mut Counted) {
    let seen: BTreeSet<_> = book
        .in_period(&["visitor.access_recorded"])
        .map(|it| (book.case(&it.subject), it.time, it.word("area"), it.flag("escorted"), it.word("purpose")))
        .collect();
    if seen.is_empty() {
        return;
    }
    let names = [
        (Some("data_centre"), "Data centre"),
        (Some("records_store"), "Records store"),
        (Some("registry"), "Registry"),
        (Some("office"), "Office"),
        (Some("reception"), "Reception"),
        (Some("other"), "Other"),
        (None, "All"),
    ];
    let mut rows = Vec::new();
    for (code, name) in names {
        let these: Vec<_> =
            seen.iter().filter(|(_, _, area, ..)| code.is_none_or(|code| *area == code)).collect();
        let count = |escorted| these.iter().filter(|(.., is, _)| *is == escorted).count();
        let counts = [these.len(), count(Some(true)), count(Some(false)), count(None)];
        let mut cells = vec![json!(name)];
        cells.extend(counts.map(|count| json!(count)));
        rows.push(cells);
    }
    counted.table("visits_by_area", rows);
}
