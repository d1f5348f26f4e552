//! The tables of the section.

use std::collections::BTreeMap;

use muniment_sdk::{Cell, Column, Period, Row, Table};

use super::ended;
use crate::apply::{Class, Ground, Refusal};
use crate::case::{Disclosure, End, Release};
use crate::faults::Fault;

const NOT_RECORDED: &str = "Not recorded";

/// What becomes of requests, in the order of the columns.
#[derive(Default)]
struct Flow {
    opening: usize,
    received: usize,
    released: usize,
    refused: usize,
    in_emergency: usize,
    withdrawn: usize,
    closing: usize,
    evidence: Vec<u64>,
}

impl Flow {
    fn of<'c>(cases: impl Iterator<Item = &'c Disclosure>, period: Period) -> Flow {
        let mut flow = Flow::default();
        for disclosure in cases {
            let Some(asked) = disclosure.requested else { continue };
            let end = ended(disclosure);
            let is_over_by = |day| end.is_some_and(|(_, on)| on.day <= day);
            let opening = asked.day < period.from && !is_over_by(period.from.plus(-1));
            let received = period.holds(asked.day);
            let closing = asked.day <= period.to && !is_over_by(period.to);
            let how = end.filter(|(_, on)| period.holds(on.day));
            if !(opening || received || closing || how.is_some()) {
                continue;
            }
            flow.opening += usize::from(opening);
            flow.received += usize::from(received);
            flow.closing += usize::from(closing);
            match how.map(|(how, _)| how) {
                Some(End::Released) => flow.released += 1,
                Some(End::Refused) => flow.refused += 1,
                Some(End::GivenInEmergency) => flow.in_emergency += 1,
                Some(End::Withdrawn) => flow.withdrawn += 1,
                None => {}
            }
            flow.evidence.push(asked.seq);
        }
        flow
    }

    fn row(self, name: &str) -> Row {
        let counts = [
            self.opening,
            self.received,
            self.released,
            self.refused,
            self.in_emergency,
            self.withdrawn,
            self.closing,
        ];
        let cells = [Cell::from(name)].into_iter().chain(counts.map(Cell::count));
        Row::new(cells.collect::<Vec<Cell>>()).evidence(self.evidence)
    }

    fn columns(first: Column) -> Vec<Column> {
        vec![
            first,
            Column::new("opening", "Open at the beginning"),
            Column::new("plus_received", "Received"),
            Column::new("minus_released", "Released"),
            Column::new("minus_refused", "Refused"),
            Column::new("minus_in_emergency", "Given out as an emergency"),
            Column::new("minus_withdrawn", "Withdrawn"),
            Column::new("closing", "Open at the end"),
        ]
    }
}

/// Requests by the class of the requester: those open at first and received are those ended and open at the end.
pub(super) fn by_class(cases: &[Disclosure], period: Period) -> Table {
    let of = |class: Class| Flow::of(cases.iter().filter(move |it| it.class == Some(class)), period);
    let rows = Class::ALL.iter().map(|class| (class.title(), of(*class)));
    let mut rows: Vec<Row> =
        rows.filter(|(_, flow)| !flow.evidence.is_empty()).map(|(title, flow)| flow.row(title)).collect();
    rows.push(Flow::of(cases.iter(), period).row("All"));
    Table {
        name: "disclosures_by_class",
        title: "Requests of third parties by class, and what became of them in the period".to_owned(),
        columns: Flow::columns(Column::new("class", "Requester")),
        rows,
        totals: true,
    }
}

/// The same by the service that holds the data.
pub(super) fn by_service(cases: &[Disclosure], period: Period) -> Table {
    let mut services: BTreeMap<Option<&str>, Vec<&Disclosure>> = BTreeMap::new();
    for disclosure in cases {
        services.entry(disclosure.service.as_deref()).or_default().push(disclosure);
    }
    // What is not recorded comes last.
    let not_recorded = services.remove(&None);
    let services = services.into_iter().map(|(service, of)| (service.unwrap_or(NOT_RECORDED), of));
    let services = services.chain(not_recorded.map(|of| (NOT_RECORDED, of)));
    let flows = services.map(|(service, of)| (service, Flow::of(of.into_iter(), period)));
    let mut rows: Vec<Row> =
        flows.filter(|(_, flow)| !flow.evidence.is_empty()).map(|(name, flow)| flow.row(name)).collect();
    rows.push(Flow::of(cases.iter(), period).row("All"));
    Table {
        name: "disclosures_by_service",
        title: "Requests of third parties by the service that holds the data".to_owned(),
        columns: Flow::columns(Column::new("service", "Service")),
        rows,
        totals: true,
    }
}

/// How long answers took.
pub(super) fn duration(cases: &[Disclosure], period: Period) -> Table {
    let row = |name: &str, class: Option<Class>| {
        let answered = cases.iter().filter_map(|disclosure| {
            let (how, on) = ended(disclosure)?;
            let counts = how != End::Withdrawn && period.holds(on.day);
            let is_of = class.is_none_or(|class| disclosure.class == Some(class));
            (counts && is_of).then_some((i64::from(on.day.since(disclosure.requested?.day)), on.seq))
        });
        let (mut days, seqs): (Vec<i64>, Vec<u64>) = answered.unzip();
        days.sort_unstable();
        // The least number of days within which half of them were answered.
        let median = days.get(days.len().saturating_sub(1) / 2).copied();
        let cells =
            [Cell::from(name), Cell::count(days.len()), Cell::from(median), Cell::from(days.last().copied())];
        (!seqs.is_empty()).then(|| Row::new(cells).evidence(seqs))
    };
    let classes = Class::ALL.iter().filter_map(|class| row(class.title(), Some(*class)));
    Table {
        name: "disclosures_duration",
        title: "Days from receipt to answer: the number within which half of the requests were answered, and the longest"
            .to_owned(),
        columns: vec![
            Column::new("class", "Requester"),
            Column::new("answered", "Answered"),
            Column::new("median_days", "Median, calendar days"),
            Column::new("longest_days", "Longest, calendar days"),
        ],
        rows: classes.chain(row("All", None)).collect(),
        totals: false,
    }
}

/// Refusals of the period by reason.
pub(super) fn refusals(cases: &[Disclosure], period: Period) -> Table {
    let refused = || cases.iter().filter_map(|it| it.refused).filter(|(_, on)| period.holds(on.day));
    let row = |name: &str, wanted: Option<Refusal>| {
        let these = refused().filter(|(reason, _)| wanted.is_none_or(|wanted| wanted == *reason));
        let seqs: Vec<u64> = these.map(|(_, on)| on.seq).collect();
        Row::new([Cell::from(name), Cell::count(seqs.len())]).evidence(seqs)
    };
    let of_reasons = Refusal::ALL.iter().map(|reason| row(reason.title(), Some(*reason)));
    let mut rows: Vec<Row> = of_reasons.filter(|row| !row.evidence.is_empty()).collect();
    rows.push(row("All", None));
    Table {
        name: "disclosures_refused",
        title: "Refusals of the period by reason".to_owned(),
        columns: vec![Column::new("reason", "Reason"), Column::new("refusals", "Refusals")],
        rows,
        totals: true,
    }
}

/// Releases by the ground that they rest on.
pub(super) fn by_ground(releases: &[(&Disclosure, Release)]) -> Table {
    let row = |name: &str, wanted: Option<Ground>| {
        let is_of = |(it, release): &&(&Disclosure, Release)| {
            wanted.is_none_or(|wanted| it.ground_of(release) == wanted)
        };
        let these: Vec<&(&Disclosure, Release)> = releases.iter().filter(is_of).collect();
        let special = these.iter().filter(|(_, release)| release.is_special).count();
        Row::new([Cell::from(name), Cell::count(these.len()), Cell::count(special)])
            .evidence(these.iter().map(|(_, release)| release.on.seq))
    };
    let grounds = Ground::ALL.iter().map(|ground| row(ground.title(), Some(*ground)));
    let mut rows: Vec<Row> = grounds.filter(|row| !row.evidence.is_empty()).collect();
    rows.push(row("All", None));
    Table {
        name: "disclosures_by_ground",
        title: "Releases of the period by ground".to_owned(),
        columns: vec![
            Column::new("ground", "Ground"),
            Column::new("releases", "Releases"),
            Column::new("special", "Of these with special category data"),
        ],
        rows,
        totals: true,
    }
}

/// What releases lacked. One can lack several things: the rows do not add up to the releases.
pub(super) fn faults(releases: &[(&Disclosure, Release)]) -> Table {
    let row = |fault: Fault| {
        let lacking: Vec<_> = releases
            .iter()
            .filter_map(|(it, release)| Some((it.lack(release, fault)?, release.on.seq)))
            .collect();
        let put_right = lacking.iter().filter(|(lack, _)| lack.put_right.is_some()).count();
        Row::new([
            Cell::from(fault.title()),
            Cell::count(lacking.len()),
            Cell::count(put_right),
            Cell::count(lacking.len() - put_right),
        ])
        .evidence(lacking.iter().map(|(_, seq)| *seq))
    };
    Table {
        name: "disclosures_faults",
        title: "What releases of the period lacked when the data went out, and whether it was put on record since"
            .to_owned(),
        columns: vec![
            Column::new("fault", "What was lacking"),
            Column::new("releases", "Releases"),
            Column::new("put_right", "Put right since"),
            Column::new("standing", "Still lacking"),
        ],
        rows: Fault::ALL.into_iter().map(row).collect(),
        totals: false,
    }
}
