//! What the section says about complaints.

use muniment_sdk::{Cell, Column, Day, Instant, Metric, Period, Row, Section, Table};

use crate::complaint::{Complaint, Outcome};
use crate::{Rights, Settings};

/// Goes on with the complaints of a period.
pub(crate) fn described(
    section: Section,
    plugin: &Rights,
    settings: &Settings,
    period: Period,
    status_at: Instant,
) -> Section {
    let today = Day::in_london(status_at);
    let all: Vec<Complaint> =
        plugin.complaints.cases_at(settings, status_at).map(|(_, complaint)| complaint).collect();
    let received: Vec<&Complaint> =
        all.iter().filter(|complaint| period.holds(complaint.received.day)).collect();
    let seqs = |wanted: &dyn Fn(&Complaint) -> bool| -> Vec<u64> {
        let these = received.iter().filter(|complaint| wanted(complaint));
        these.map(|complaint| complaint.received.seq).collect()
    };
    let counted = |complaint: &Complaint| {
        matches!(Stage::of(complaint, today), Stage::InTime | Stage::Late | Stage::Overdue)
    };
    section
        .with(Metric::counted("complaints_received", "Complaints received", seqs(&|_| true)).definition(
            "Complaints about data protection whose day of receipt lies in the period, from the first day on which any was \
             recorded.",
        ))
        .with(
            Metric::counted(
                "complaints_in_time",
                "Complaints acknowledged in time",
                seqs(&|complaint| Stage::of(complaint, today) == Stage::InTime),
            )
            .of(seqs(&counted).len())
            .definition(
                "Of the complaints received in the period that were acknowledged or whose time to be is over, those \
                 acknowledged within 30 days, as regulators count (Data Protection Act 2018, section 164A). An outcome \
                 stands for the acknowledgement. Complaints that were withdrawn first, and those received before 19 June \
                 2026, are not among them.",
            ),
        )
        .with(acknowledgements(&received, today))
        .with(outcomes(&all, period))
}

/// How far the acknowledgement of a complaint is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    InTime,
    Late,
    Overdue,
    NotYetDue,
    Withdrawn,
    /// No law asked for it then.
    NoLimit,
}

impl Stage {
    const ALL: [(Stage, &'static str); 6] = [
        (Stage::InTime, "Acknowledged in time"),
        (Stage::Late, "Acknowledged late"),
        (Stage::Overdue, "Not acknowledged, and overdue"),
        (Stage::NotYetDue, "Not acknowledged yet, and not due"),
        (Stage::Withdrawn, "Withdrawn before"),
        (Stage::NoLimit, "Received before 19 June 2026"),
    ];

    fn of(complaint: &Complaint, today: Day) -> Stage {
        let Ok(deadline) = &complaint.deadline else { return Stage::NoLimit };
        match complaint.in_time() {
            Some(true) => Stage::InTime,
            Some(false) => Stage::Late,
            None if complaint.withdrawn.is_some() => Stage::Withdrawn,
            None if deadline.due < today => Stage::Overdue,
            None => Stage::NotYetDue,
        }
    }
}

fn acknowledgements(received: &[&Complaint], today: Day) -> Table {
    let row = |name: &str, wanted: Option<Stage>| {
        let is_wanted =
            |complaint: &&&Complaint| wanted.is_none_or(|wanted| Stage::of(complaint, today) == wanted);
        let these: Vec<&&Complaint> = received.iter().filter(is_wanted).collect();
        let seqs = these.iter().flat_map(|complaint| [Some(complaint.received), complaint.acknowledged]);
        Row::new([Cell::from(name), Cell::count(these.len())]).evidence(seqs.flatten().map(|on| on.seq))
    };
    let mut rows: Vec<Row> = Stage::ALL.into_iter().map(|(stage, name)| row(name, Some(stage))).collect();
    rows.push(row("All", None));
    Table {
        name: "complaints_acknowledged",
        title: "Complaints received, and whether they were acknowledged".to_owned(),
        columns: vec![
            Column::new("acknowledged", "Acknowledgement"),
            Column::new("complaints", "Complaints"),
        ],
        rows,
        totals: true,
    }
}

fn outcomes(all: &[Complaint], period: Period) -> Table {
    const ALL: [(Outcome, &str); 5] = [
        (Outcome::Upheld, "Upheld"),
        (Outcome::UpheldInPart, "Upheld in part"),
        (Outcome::NotUpheld, "Not upheld"),
        (Outcome::ResolvedInformally, "Resolved informally"),
        (Outcome::OutOfScope, "Out of scope"),
    ];
    let issued =
        || all.iter().filter_map(|complaint| complaint.outcome).filter(|(_, on)| period.holds(on.day));
    let row = |name: &str, wanted: Option<Outcome>| {
        let these = issued().filter(|(outcome, _)| wanted.is_none_or(|wanted| wanted == *outcome));
        let seqs: Vec<u64> = these.map(|(_, on)| on.seq).collect();
        Row::new([Cell::from(name), Cell::count(seqs.len())]).evidence(seqs)
    };
    let mut rows: Vec<Row> = ALL.into_iter().map(|(outcome, name)| row(name, Some(outcome))).collect();
    rows.push(row("All", None));
    Table {
        name: "complaints_by_outcome",
        title: "Outcomes of complaints issued in the period".to_owned(),
        columns: vec![Column::new("outcome", "Outcome"), Column::new("complaints", "Complaints")],
        rows,
        totals: true,
    }
}
