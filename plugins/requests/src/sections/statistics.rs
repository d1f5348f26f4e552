//! The statistics that the Code of Practice under section 45 of the Freedom of Information Act 2000 (2018, paragraphs 8.5
//! and 8.6) asks for: what became of the requests of each quarter.

use std::collections::BTreeSet;

use muniment_sdk::{Cell, Column, Period, Row, Table};

use crate::apply::{Answer, End, Regime};
use crate::case::{Awaiting, Request};

/// A measure: its words, and whether a request is counted. Those that begin with a dash are parts of the one above them.
type Measure = (&'static str, fn(&Request, bool) -> bool);

const MEASURES: [Measure; 17] = [
    ("Received", |_, _| true),
    ("Not yet processed", |request, _| request.ended.is_none()),
    ("– of these, with an extended deadline", |request, _| {
        request.ended.is_none() && request.extension().is_some()
    }),
    ("– of these, with the clock stopped", |request, _| {
        request.ended.is_none()
            && matches!(request.awaiting, Some(Awaiting::Clarification(_) | Awaiting::Fee(_)))
    }),
    ("Processed in full", |request, _| answer(request).is_some()),
    ("– of these, within the ordinary time", |request, _| is_in_time(request, false)),
    ("– of these, within an extended time", |request, _| is_in_time(request, true)),
    ("– of these, late", |request, _| {
        answer(request).is_some() && request.ended.is_some_and(|ended| !ended.in_time())
    }),
    ("Granted in full", |request, _| answer(request) == Some(Answer::GrantedInFull)),
    ("Granted in part and refused in part", |request, _| answer(request) == Some(Answer::GrantedInPart)),
    ("Refused in full", |request, _| {
        matches!(
            answer(request),
            Some(
                Answer::RefusedInFull
                    | Answer::NeitherConfirmedNorDenied
                    | Answer::RefusedCostLimit
                    | Answer::RefusedVexatious
                    | Answer::RefusedRepeated
                    | Answer::RefusedManifestlyUnfounded
            )
        )
    }),
    ("– of these, above the cost limit", |request, _| answer(request) == Some(Answer::RefusedCostLimit)),
    ("– of these, vexatious or repeated", |request, _| {
        matches!(
            answer(request),
            Some(Answer::RefusedVexatious | Answer::RefusedRepeated | Answer::RefusedManifestlyUnfounded)
        )
    }),
    ("Information not held", |request, _| answer(request) == Some(Answer::NotHeld)),
    ("Processed, outcome not recorded", |request, _| answer(request) == Some(Answer::NotRecorded)),
    ("Withdrawn, lapsed, transferred or invalid", |request, _| {
        request.ended.is_some() && answer(request).is_none()
    }),
    ("Referred for internal review", |_, is_referred| is_referred),
];

fn answer(request: &Request) -> Option<Answer> {
    match request.ended?.how {
        End::Answered(answer) => Some(answer),
        End::Withdrawn | End::Lapsed | End::Transferred | End::Invalid => None,
    }
}

fn is_in_time(request: &Request, extended: bool) -> bool {
    answer(request).is_some()
        && request.ended.is_some_and(|ended| ended.in_time() && ended.extended == extended)
}

/// The table for requests under freedom of information and environmental information, a column for each quarter.
pub(super) fn of<'c>(
    cases: impl Iterator<Item = (&'c str, &'c Request)>,
    referred: &BTreeSet<String>,
    period: Period,
) -> Table {
    let quarters = period.quarters();
    let names = ["quarter_1", "quarter_2", "quarter_3", "quarter_4"];
    // A period of more quarters than four shows its whole only.
    let quarters = if quarters.len() > names.len() { Vec::new() } else { quarters };
    let mut columns = vec![Column::new("measure", "Requests received in the quarter")];
    for (quarter, name) in quarters.iter().zip(names) {
        columns.push(Column { title: quarter.in_words().into(), ..Column::new(name, "") });
    }
    columns.push(Column::new("period", "Whole period"));
    let cohort: Vec<(&str, &Request)> = cases
        .filter(|(_, request)| {
            matches!(request.regime, Regime::Foi | Regime::Eir) && period.holds(request.received.day)
        })
        .collect();
    let row = |(words, is_counted): &Measure| {
        let counted: Vec<&Request> = cohort
            .iter()
            .filter(|(subject, request)| is_counted(request, referred.contains(*subject)))
            .map(|(_, request)| *request)
            .collect();
        let mut cells = vec![Cell::from(*words)];
        for quarter in &quarters {
            let of_quarter = counted.iter().filter(|request| quarter.holds(request.received.day));
            cells.push(Cell::count(of_quarter.count()));
        }
        cells.push(Cell::count(counted.len()));
        Row::new(cells).evidence(counted.iter().map(|request| request.received.seq))
    };
    Table {
        name: "foi_statistics",
        title: "Statistics of the section 45 Code of Practice: what became of the requests received in each quarter, under \
                freedom of information and environmental information"
            .to_owned(),
        columns,
        rows: MEASURES.iter().map(row).collect(),
        totals: false,
    }
}
