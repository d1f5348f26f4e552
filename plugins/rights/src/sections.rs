//! The section about rights of data subjects and complaints about data protection.

use muniment_sdk::{Cell, Column, Finding, Instant, Metric, Period, Row, Section, Table};

use crate::apply::{End, Needed, Reasons};
use crate::case::{Ended, Notice, On, Question, Request, Stops, answer_without_request};
use crate::regimes::Regime;
use crate::{Rights, Settings};

mod complaints;

/// Section R6, about requests and complaints of a period as they stood at an instant.
pub(crate) fn rights(plugin: &Rights, settings: &Settings, period: Period, status_at: Instant) -> Section {
    let cases = plugin.requests.cases_at(settings, status_at).map(|(_, request)| request);
    // There may be a million that are over for long: those are gone through, and not kept.
    let cases: Vec<Request> =
        cases.filter(|request| request.is_right() && request.bears_on(period)).collect();
    let mut section = Section::new(
        "R6",
        "Rights of data subjects, and data protection complaints",
        &[
            "leicester L5.1.d",
            "leicester L9.1.e",
            "leicester L12.4.a",
            "coventry C-AIM.i",
            "coventry C-TCW.iii",
        ],
    );
    for metric in timeliness(&cases, period) {
        section = section.with(metric);
    }
    section = section.with(by_right(&cases, period));
    for metric in extensions(&cases, period) {
        section = section.with(metric);
    }
    section = section.with(pauses(&cases, period));
    section = complaints::described(section, plugin, settings, period, status_at);
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
    plugin: &Rights,
    settings: &Settings,
    period: Period,
    status_at: Instant,
) -> Option<Finding> {
    let answers = plugin.requests.incomplete(settings).filter_map(|(_, facts)| {
        let answer = answer_without_request(&facts)?;
        (period.holds(answer.day) && answer.time <= status_at).then_some(answer.seq)
    });
    let evidence: Vec<u64> = answers.collect();
    (!evidence.is_empty()).then(|| Finding {
        text: format!(
            "{} answers belong to requests that are not on record, and are counted nowhere until the receipt is recorded. Those that              name no law may be about other information: the section about requests for information tells of them too.",
            evidence.len()
        ),
        clauses: Vec::new(),
        evidence,
    })
}

fn answered(request: &Request, period: Period) -> Option<Ended> {
    request.ended.filter(|ended| ended.how == End::Answered && period.holds(ended.on.day))
}

fn timeliness(cases: &[Request], period: Period) -> Vec<Metric> {
    let received = cases.iter().filter(|request| period.holds(request.received.day));
    let closed = cases.iter().filter_map(|request| request.ended).filter(|ended| period.holds(ended.on.day));
    let answered: Vec<Ended> = cases.iter().filter_map(|request| answered(request, period)).collect();
    let seqs = |wanted: &dyn Fn(&Ended) -> bool| -> Vec<u64> {
        answered.iter().filter(|ended| wanted(ended)).map(|ended| ended.on.seq).collect()
    };
    let in_time = seqs(&Ended::in_time);
    let (of_answered, of_in_time) = (answered.len(), in_time.len());
    let received = received.map(|request| request.received.seq).collect();
    let closed = closed.map(|ended| ended.on.seq).collect();
    let extended = seqs(&|ended| ended.in_time() && ended.is_extended);
    vec![
        Metric::counted("rights_received", "Requests of data subjects received", received).definition(
            "Requests about a person's own data whose day of receipt lies in the period. A case that was merged into another \
             counts once, under the earlier receipt; a request that turned out to be under another law not at all.",
        ),
        Metric::counted("rights_closed", "Requests of data subjects closed", closed).definition(
            "Requests that ended in the period: answered, withdrawn, lapsed, transferred or invalid.",
        ),
        Metric::counted("rights_in_time", "Requests of data subjects answered in time", in_time)
            .of(of_answered)
            .definition(
                "Of the requests answered in the period, those answered on or before the last day that the law allows, as \
                 regulators count: a month from the receipt of the request, of the proof of identity or of the fee (40 days \
                 before 25 May 2018), without pauses, or as validly extended. It counts when the answer went out. \
                 Withdrawn, lapsed, transferred and invalid requests are not among them.",
            ),
        Metric::counted("rights_in_time_extended", "Of those in time, by an extension", extended)
            .of(of_in_time)
            .definition("Of the requests answered in time, those for which the time had been extended."),
        Metric::counted(
            "rights_between_readings",
            "Of those in time, after the day of the safe reading",
            seqs(&Ended::between_readings),
        )
        .of(of_in_time)
        .definition(
            "Of the requests answered in time, those that would be late if the day of receipt is the first day of the month.",
        ),
    ]
}

/// What the table by right counts, in the order of its columns.
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
            counted.in_time += usize::from(answered.is_some_and(|ended| ended.in_time()));
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

fn by_right(cases: &[Request], period: Period) -> Table {
    let row = |right: Regime| {
        let these = cases.iter().filter(|request| request.regimes.right == right);
        Counted::of(these, period).row(right.name())
    };
    let mut rows: Vec<Row> = Regime::RIGHTS.into_iter().map(row).collect();
    rows.push(Counted::of(cases.iter(), period).row("All"));
    Table {
        name: "rights_by_right",
        title: "Requests of data subjects by right: open at first, received, answered, and open at the end"
            .to_owned(),
        columns: vec![
            Column::new("right", "Right"),
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

fn extensions(cases: &[Request], period: Period) -> [Metric; 2] {
    let notices = || {
        let of = |request: &'_ Request| request.notices.clone();
        cases.iter().flat_map(of).filter(|notice| period.holds(notice.on.day))
    };
    let seqs =
        |notices: &mut dyn Iterator<Item = Notice>| notices.map(|notice| notice.on.seq).collect::<Vec<u64>>();
    let all = seqs(&mut notices());
    let with = seqs(&mut notices().filter(|notice| notice.reasons == Reasons::Given));
    let count = all.len();
    [
        Metric::counted("rights_extensions", "Extensions notified", all).definition(
            "Notices, given in the period, that an answer takes two months longer; also those that were withdrawn later.",
        ),
        Metric::counted("rights_extensions_with_reasons", "Of these with the reasons", with)
            .of(count)
            .definition("Of the notices given in the period, those recorded to state the reasons."),
    ]
}

/// Pauses by what was asked for, and how long those took that ended.
fn pauses(cases: &[Request], period: Period) -> Table {
    let all = |wanted: Option<Needed>| -> Vec<Question> {
        let is_wanted = |question: &Question| {
            question.stops != Stops::Nothing && wanted.is_none_or(|wanted| question.what == wanted)
        };
        cases.iter().flat_map(|request| request.questions.iter().copied().filter(is_wanted)).collect()
    };
    let row = |name: &str, wanted: Option<Needed>| {
        let pauses = all(wanted);
        let begun: Vec<u64> =
            pauses.iter().filter(|it| period.holds(it.asked.day)).map(|it| it.asked.seq).collect();
        let ended: Vec<(Question, On)> = pauses
            .iter()
            .filter_map(|it| Some((*it, it.supplied.filter(|on| period.holds(on.day))?)))
            .collect();
        // The day of the question does not count towards the time, and that of the answer neither.
        let days = |(pause, on): &(Question, On)| i64::from(on.day.since(pause.asked.day)) + 1;
        Row::new([
            Cell::from(name),
            Cell::count(begun.len()),
            Cell::count(ended.len()),
            Cell::Number(ended.iter().map(days).sum()),
        ])
        .evidence(begun.into_iter().chain(ended.iter().map(|(_, on)| on.seq)))
    };
    Table {
        name: "rights_pauses",
        title: "Pauses, by what the requester was asked for".to_owned(),
        columns: vec![
            Column::new("asked_for", "Asked for"),
            Column::new("begun", "Begun"),
            Column::new("ended", "Ended by an answer"),
            Column::new("days", "Days of those that ended"),
        ],
        rows: vec![
            row("Clarification", Some(Needed::Clarification)),
            row("Proof of identity", Some(Needed::Identity)),
            row("A fee", Some(Needed::Fee)),
            row("All", None),
        ],
        totals: true,
    }
}

fn unreadable(plugin: &Rights) -> Option<Finding> {
    let found: Vec<u64> = plugin
        .requests
        .unreadable()
        .into_iter()
        .chain(plugin.complaints.unreadable())
        .map(|it| it.seq)
        .collect();
    (!found.is_empty()).then(|| Finding {
        text: format!(
            "{} entries about requests and complaints could not be read and are counted nowhere.",
            found.len()
        ),
        clauses: Vec::new(),
        evidence: found,
    })
}
