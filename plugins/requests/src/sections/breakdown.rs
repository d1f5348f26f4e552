//! Requests by quarter, directorate, requester and exemption; and what the regulator and tribunals did.

use std::collections::{BTreeMap, BTreeSet};

use muniment_sdk::{Cell, Chart, ChartKind, Column, Period, Row, Section, Table};

use super::answered;
use crate::apply::{Exemption, Regime, Requester};
use crate::case::Request;
use crate::notice::{Asked, Notices};

/// What stands for a unit that nobody named.
const NO_UNIT: &str = "Not recorded";

const REQUESTERS: [(Requester, &str); 12] = [
    (Requester::Private, "Private person"),
    (Requester::Media, "Media"),
    (Requester::Business, "Business"),
    (Requester::Researcher, "Researcher"),
    (Requester::ElectedMember, "Elected member"),
    (Requester::CampaignGroup, "Campaign group"),
    (Requester::Charity, "Charity"),
    (Requester::PublicBody, "Public body"),
    (Requester::Solicitor, "Solicitor"),
    (Requester::Employee, "Employee"),
    (Requester::Other, "Other"),
    (Requester::Unknown, "Not known"),
];

/// Goes on with the tables of a period, about the requests that bear on it.
pub(super) fn with_breakdown(section: Section, cases: &[Request], period: Period) -> Section {
    section
        .with(by_quarter(cases, period))
        .with(Chart {
            kind: ChartKind::StackedBars,
            title: "Requests received by quarter".to_owned(),
            table: "requests_by_quarter",
            alternative: "The requests of each quarter by the law that they are made under, on one another. The figures stand \
                          in the table."
                .to_owned(),
        })
        .with(by_unit(cases, period))
        .with(by_requester(cases, period))
        .with(by_exemption(cases, period))
}

fn received(cases: &[Request], period: Period) -> impl Iterator<Item = &Request> {
    cases.iter().filter(move |request| period.holds(request.received.day))
}

fn counts(numbers: impl IntoIterator<Item = usize>) -> impl Iterator<Item = Cell> {
    numbers.into_iter().map(Cell::count)
}

fn by_quarter(cases: &[Request], period: Period) -> Table {
    let row = |name: String, quarter: Period| {
        let all: Vec<&Request> = received(cases, quarter).collect();
        let under = |regime: Regime| all.iter().filter(|request| request.regime == regime).count();
        let numbers = [Regime::Foi, Regime::Eir, Regime::Reuse].map(under);
        let cells: Vec<Cell> = [Cell::from(name)].into_iter().chain(counts(numbers)).collect();
        Row::new(cells).evidence(all.iter().map(|request| request.received.seq))
    };
    let mut rows: Vec<Row> =
        period.quarters().into_iter().map(|quarter| row(quarter.in_words(), quarter)).collect();
    rows.push(row("All".to_owned(), period));
    Table {
        name: "requests_by_quarter",
        title: "Requests received by quarter".to_owned(),
        columns: vec![
            Column::new("quarter", "Quarter"),
            Column::new("foi", "Freedom of information"),
            Column::new("eir", "Environmental information"),
            Column::new("reuse", "Re-use"),
        ],
        rows,
        totals: true,
    }
}

fn by_unit(cases: &[Request], period: Period) -> Table {
    let mut units: BTreeMap<Option<&str>, Vec<&Request>> = BTreeMap::new();
    for request in cases {
        units.entry(request.unit.as_deref()).or_default().push(request);
    }
    let row = |name: &str, requests: &[&Request]| {
        let of = |wanted: &dyn Fn(&Request) -> bool| requests.iter().filter(|it| wanted(it)).count();
        let is_open = |request: &Request| {
            request.received.day <= period.to && request.ended.is_none_or(|ended| ended.on.day > period.to)
        };
        let is_in_time =
            |request: &Request| answered(request, period).is_some_and(|(_, _, ended)| ended.in_time());
        let answered = of(&|request| answered(request, period).is_some());
        Row::new([
            Cell::from(name),
            Cell::count(of(&|request| period.holds(request.received.day))),
            Cell::count(answered),
            Cell::Share(of(&is_in_time) as u64, answered as u64),
            Cell::count(of(&is_open)),
        ])
        .evidence(requests.iter().map(|request| request.received.seq))
    };
    let mut rows: Vec<Row> = Vec::new();
    for (unit, requests) in units.iter().filter_map(|(unit, requests)| Some((unit.as_ref()?, requests))) {
        rows.push(row(unit, requests).unit(Some(unit)));
    }
    rows.extend(units.get(&None).map(|requests| row(NO_UNIT, requests)));
    rows.push(row("All", &units.values().flatten().copied().collect::<Vec<&Request>>()));
    Table {
        name: "requests_by_unit",
        title: "Requests by directorate, that to which a request is assigned last".to_owned(),
        columns: vec![
            Column::new("unit", "Directorate"),
            Column::new("received", "Received"),
            Column::new("answered", "Answered"),
            Column::new("in_time", "Of these in time"),
            Column::new("open", "Open at the end"),
        ],
        rows,
        totals: true,
    }
}

fn by_requester(cases: &[Request], period: Period) -> Table {
    let row = |name: &str, wanted: Option<Requester>| {
        let of_class =
            received(cases, period).filter(|request| wanted.is_none_or(|wanted| wanted == request.requester));
        let seqs: Vec<u64> = of_class.map(|request| request.received.seq).collect();
        Row::new([Cell::from(name), Cell::count(seqs.len())]).evidence(seqs)
    };
    let mut rows: Vec<Row> = REQUESTERS.iter().map(|(class, name)| row(name, Some(*class))).collect();
    rows.push(row("All", None));
    Table {
        name: "requests_by_requester",
        title: "Requests received, by kind of requester".to_owned(),
        columns: vec![Column::new("requester", "Requester"), Column::new("received", "Received")],
        rows,
        totals: true,
    }
}

/// One request may rest on several, so there is no sum; those that nobody used are left out.
fn by_exemption(cases: &[Request], period: Period) -> Table {
    let withheld: Vec<&Request> = cases
        .iter()
        .filter(|request| answered(request, period).is_some() && !request.withheld.is_empty())
        .collect();
    let row = |(exemption, name): (Exemption, &str)| {
        let used = withheld.iter().filter(|request| request.withheld.contains(&exemption));
        let seqs: BTreeSet<u64> =
            used.filter_map(|request| request.ended).map(|ended| ended.on.seq).collect();
        (!seqs.is_empty()).then(|| {
            let share = Cell::Share(seqs.len() as u64, withheld.len() as u64);
            Row::new([Cell::from(name), Cell::count(seqs.len()), share]).evidence(seqs)
        })
    };
    Table {
        name: "requests_by_exemption",
        title: "Exemptions and exceptions: in how many answers of the period each was used. One answer may use several".to_owned(),
        columns: vec![
            Column::new("exemption", "Section or regulation"),
            Column::new("used", "Answers"),
            Column::new("share", "Of the answers that use any"),
        ],
        rows: Exemption::all().filter_map(row).collect(),
        totals: false,
    }
}

/// What the regulator and tribunals did in a period, whatever the matter was.
pub(super) fn regulator(cases: impl Iterator<Item = Notices>, period: Period) -> Table {
    let mut done: BTreeMap<u64, Asked> = BTreeMap::new();
    for notices in cases {
        let held = notices.all().iter().filter(|(_, on)| period.holds(on.day));
        done.extend(held.map(|(asked, on)| (on.seq, *asked)));
    }
    let row = |asked: Asked| {
        let name = match asked {
            Asked::Complaint => "Complaints to the regulator",
            Asked::InformationNotice => "Information notices",
            Asked::DecisionNotice => "Decision notices",
            Asked::Reprimand => "Reprimands",
            Asked::Recommendation => "Practice recommendations",
            Asked::Appeal => "Appeals to a tribunal",
            Asked::Tribunal => "Decisions of a tribunal",
        };
        let seqs: Vec<u64> = done.iter().filter(|(_, it)| **it == asked).map(|(seq, _)| *seq).collect();
        Row::new([Cell::from(name), Cell::count(seqs.len())]).evidence(seqs)
    };
    Table {
        name: "requests_regulator",
        title: "The Information Commissioner and tribunals in the period, whatever the matter".to_owned(),
        columns: vec![Column::new("step", "Step"), Column::new("number", "Number")],
        rows: Asked::ALL.into_iter().map(row).collect(),
        totals: false,
    }
}
