//! The section about requests for information.

use std::collections::BTreeSet;

use muniment_sdk::{Cell, Column, Finding, Instant, Metric, Period, Row, Section, Table};

use crate::apply::{Answer, End, Regime};
use crate::case::{Ended, Request, answer_without_request};
use crate::registers::regime;
use crate::review::section::with_reviews;
use crate::{Requests, Settings};

mod breakdown;
mod statistics;

const REGIMES: [Regime; 3] = [Regime::Foi, Regime::Eir, Regime::Reuse];

/// Section R5, about requests of a period as they stood at an instant.
pub(crate) fn requests(
    plugin: &Requests,
    settings: &Settings,
    period: Period,
    status_at: Instant,
) -> Section {
    // There may be a million that are over for long: those are gone through, and not kept.
    let (subjects, cases): (Vec<&str>, Vec<Request>) =
        plugin.cases.cases_at(settings, status_at).filter(|(_, request)| request.bears_on(period)).unzip();
    let received: Vec<&Request> = cases.iter().filter(|request| period.holds(request.received.day)).collect();
    let answered: Vec<(Answer, Ended)> = cases
        .iter()
        .filter_map(|request| answered(request, period).map(|(_, answer, ended)| (answer, ended)))
        .collect();
    let seqs = |wanted: &dyn Fn(&Ended) -> bool| -> Vec<u64> {
        answered.iter().filter(|(_, ended)| wanted(ended)).map(|(_, ended)| ended.on.seq).collect()
    };
    let section = Section::new(
        "R5",
        "Requests for information",
        &["leicester L6.2", "leicester L12.4.a", "coventry C-TCW.iii"],
    )
    .with(
        Metric::counted(
            "requests_received",
            "Requests received",
            received.iter().map(|request| request.received.seq).collect(),
        )
        .definition(
            "Requests under freedom of information, environmental information and re-use whose day of receipt lies in the \
             period. A case that was merged into another counts once, under the earlier receipt.",
        ),
    )
    .with(
        Metric::counted("requests_in_time", "Requests answered in time", seqs(&Ended::in_time))
            .of(answered.len())
            .definition(
                "Of the requests answered in the period, those answered on or before the last day that the law allows: 20 \
                 working days from receipt or from a clarification that was needed, or as validly extended. It counts \
                 when the answer went out, not when it was recorded, and bank holidays as the ledger knows them now. Withdrawn, lapsed, transferred and invalid \
                 requests are not among them.",
            ),
    )
    .with(
        Metric::counted(
            "requests_in_time_extended",
            "Of those in time, by an extension",
            seqs(&|ended| ended.in_time() && ended.extended),
        )
        .of(seqs(&Ended::in_time).len())
        .definition("Of the requests answered in time, those for which the time had been extended."),
    )
    .with(timeliness(&cases, period))
    .with(outcomes(&answered));
    let section = breakdown::with_breakdown(section, &cases, period);
    let referred = plugin.reviews.cases_at(settings, status_at).map(|(subject, _)| subject.to_owned());
    let referred: BTreeSet<String> = referred.collect();
    let by_subject = subjects.into_iter().zip(&cases);
    let section = section.with(statistics::of(by_subject, &referred, period));
    let section = with_reviews(section, &plugin.reviews, settings, period, status_at);
    let notices = plugin.notices.cases_at(settings, status_at);
    let section = section.with(breakdown::regulator(notices.map(|(_, notices)| notices), period));
    let found = [
        ended_before_receipt(&cases, period),
        answered_without_request(plugin, settings, period, status_at),
        unreadable(plugin),
    ];
    found.into_iter().flatten().fold(section, Section::with)
}

/// What cannot have been: whoever keeps the cases is to look at the dates.
fn ended_before_receipt(cases: &[Request], period: Period) -> Option<Finding> {
    let ended = cases.iter().filter_map(|request| request.ended);
    let ended = ended.filter(|ended| ended.is_before_receipt && period.holds(ended.on.day));
    let evidence: Vec<u64> = ended.map(|ended| ended.on.seq).collect();
    (!evidence.is_empty()).then(|| Finding {
        text: format!(
            "{} requests are recorded to have been answered, or to have ended otherwise, on a day before they were received. They are counted \
             as ended on the day of receipt.",
            evidence.len()
        ),
        clauses: Vec::new(),
        evidence,
    })
}

/// What is known in part only: whoever keeps the cases is to record the receipts.
fn answered_without_request(
    plugin: &Requests,
    settings: &Settings,
    period: Period,
    status_at: Instant,
) -> Option<Finding> {
    let answers = plugin.cases.incomplete(settings).filter_map(|(_, facts)| {
        let answer = answer_without_request(&facts)?;
        (period.holds(answer.day) && answer.time <= status_at).then_some(answer.seq)
    });
    let evidence: Vec<u64> = answers.collect();
    (!evidence.is_empty()).then(|| Finding {
        text: format!(
            "{} answers belong to requests that are not on record, and are counted nowhere until the receipt is recorded. Those that              name no law may be about personal data: the section about rights of data subjects tells of them too.",
            evidence.len()
        ),
        clauses: Vec::new(),
        evidence,
    })
}

fn answered(request: &Request, period: Period) -> Option<(Regime, Answer, Ended)> {
    let ended = request.ended.filter(|ended| period.holds(ended.on.day))?;
    match ended.how {
        End::Answered(answer) => Some((request.regime, answer, ended)),
        End::Withdrawn | End::Lapsed | End::Transferred | End::Invalid => None,
    }
}

/// What the table of timeliness counts, in the order of its columns.
#[derive(Default)]
struct Counted {
    opening: usize,
    received: usize,
    answered: usize,
    in_time: usize,
    ended_otherwise: usize,
    closing: usize,
    evidence: Vec<u64>,
}

impl Counted {
    fn of<'c>(cases: impl Iterator<Item = &'c Request>, period: Period) -> Counted {
        let mut counted = Counted::default();
        for request in cases {
            let received = request.received.day;
            let ended_by = |day| request.ended.is_some_and(|ended| ended.on.day <= day);
            let ended_in = request.ended.is_some_and(|ended| period.holds(ended.on.day));
            let answered = answered(request, period);
            let opening = received < period.from && !ended_by(period.from.plus(-1));
            let closing = received <= period.to && !ended_by(period.to);
            counted.opening += usize::from(opening);
            counted.received += usize::from(period.holds(received));
            counted.answered += usize::from(answered.is_some());
            counted.in_time += usize::from(answered.is_some_and(|(_, _, ended)| ended.in_time()));
            counted.ended_otherwise += usize::from(ended_in && answered.is_none());
            counted.closing += usize::from(closing);
            if opening || closing || period.holds(received) || ended_in {
                counted.evidence.push(request.received.seq);
            }
        }
        counted
    }

    fn row(self, name: &str) -> Row {
        Row::new([
            Cell::from(name),
            Cell::count(self.opening),
            Cell::count(self.received),
            Cell::count(self.answered),
            Cell::Share(self.in_time as u64, self.answered as u64),
            Cell::count(self.ended_otherwise),
            Cell::count(self.closing),
        ])
        .evidence(self.evidence)
    }
}

fn timeliness(cases: &[Request], period: Period) -> Table {
    let under = |wanted: Regime| cases.iter().filter(move |request| request.regime == wanted);
    let mut rows: Vec<Row> =
        REGIMES.iter().map(|wanted| Counted::of(under(*wanted), period).row(regime(*wanted))).collect();
    rows.push(Counted::of(cases.iter(), period).row("All"));
    Table {
        name: "requests_by_regime",
        title: "Requests by regime: open at first, received, answered, and open at the end".to_owned(),
        columns: vec![
            Column::new("regime", "Regime"),
            Column::new("opening", "Open at the beginning"),
            Column::new("plus_received", "Received"),
            Column::new("minus_answered", "Answered"),
            Column::new("in_time", "Of these in time"),
            Column::new("minus_ended_otherwise", "Withdrawn, lapsed, transferred or invalid"),
            Column::new("closing", "Open at the end"),
        ],
        rows,
        totals: true,
    }
}

fn outcomes(answered: &[(Answer, Ended)]) -> Table {
    const ALL: [(Answer, &str); 10] = [
        (Answer::GrantedInFull, "Granted in full"),
        (Answer::GrantedInPart, "Granted in part"),
        (Answer::RefusedInFull, "Refused in full"),
        (Answer::NotHeld, "Information not held"),
        (Answer::NeitherConfirmedNorDenied, "Neither confirmed nor denied"),
        (Answer::RefusedCostLimit, "Refused: above the cost limit"),
        (Answer::RefusedVexatious, "Refused: vexatious"),
        (Answer::RefusedRepeated, "Refused: repeated"),
        (Answer::RefusedManifestlyUnfounded, "Refused: manifestly unfounded or unreasonable"),
        (Answer::NotRecorded, "Closed as answered, outcome not recorded"),
    ];
    let row =
        |name: &str, seqs: Vec<u64>| Row::new([Cell::from(name), Cell::count(seqs.len())]).evidence(seqs);
    let seqs = |wanted: Option<Answer>| {
        let matching = answered.iter().filter(|(answer, _)| wanted.is_none_or(|wanted| wanted == *answer));
        matching.map(|(_, ended)| ended.on.seq).collect()
    };
    let mut rows: Vec<Row> = ALL.iter().map(|(answer, name)| row(name, seqs(Some(*answer)))).collect();
    rows.push(row("All", seqs(None)));
    Table {
        name: "requests_by_outcome",
        title: "Requests answered, by outcome".to_owned(),
        columns: vec![Column::new("outcome", "Outcome"), Column::new("answered", "Answered")],
        rows,
        totals: true,
    }
}

fn unreadable(plugin: &Requests) -> Option<Finding> {
    let mut found = plugin.cases.unreadable();
    found.extend(plugin.reviews.unreadable());
    found.extend(plugin.notices.unreadable());
    (!found.is_empty()).then(|| Finding {
        text: format!(
            "{} entries about requests, reviews and notices could not be read and are counted nowhere.",
            found.len()
        ),
        clauses: Vec::new(),
        evidence: found.iter().map(|entry| entry.seq).collect(),
    })
}
