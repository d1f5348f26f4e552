//! The registers of the information governance team.

use muniment_sdk::{Cell, Day, Instant, Light, Register, Row};

use crate::agreement::{Agreement, Decision, Kind, State};
use crate::assessment::Assessment;
use crate::entry::{Entry, Status};
use crate::link::Link;
use crate::on::seqs;
use crate::transfer::Transfer;
use crate::{Settings, Sharing, joined};

mod columns;

use columns::{AGREEMENTS, ASSESSMENTS, PARTNERS, PROCESSING, TRANSFERS};

/// All registers.
pub(crate) const ALL: &[Register] = &[AGREEMENTS, PARTNERS, ASSESSMENTS, PROCESSING, TRANSFERS];

/// So many days before a day things turn amber where no warning is set.
const AMBER_DAYS: i64 = 30;

/// The rows of a register, in the order of the days, then of the numbers.
pub(crate) fn rows(
    plugin: &Sharing,
    settings: &Settings,
    name: &str,
    as_at: Instant,
) -> std::vec::IntoIter<Row> {
    let today = Day::in_london(as_at);
    let mut rows: Vec<((bool, Option<Day>), Row)> = match name {
        "partners" => {
            let links = plugin.links.cases(settings);
            links.map(|(number, link)| partner(plugin, number, &link, today)).collect()
        }
        "assessments" => {
            let assessments = plugin.assessments.cases(settings);
            assessments.filter_map(|(number, it)| assessment(plugin, number, &it, today)).collect()
        }
        "processing" => {
            let entries = plugin.entries.cases(settings).filter(|(_, it)| it.status != Status::Ended);
            entries.map(|(number, it)| entry(plugin, number, &it, today)).collect()
        }
        "transfers" => {
            let transfers = plugin.transfers.cases(settings);
            transfers.filter_map(|(number, it)| transfer(plugin, settings, number, &it)).collect()
        }
        _ => {
            let agreements = plugin.agreements.cases(settings).filter(|(_, it)| it.terminated.is_none());
            agreements.map(|(number, it)| agreement(plugin, settings, number, &it, as_at)).collect()
        }
    };
    rows.sort_by_key(|(day, _)| *day);
    rows.into_iter().map(|(_, row)| row).collect::<Vec<Row>>().into_iter()
}

type Sorted = ((bool, Option<Day>), Row);

/// What has no day comes last.
fn by(day: Option<Day>, row: Row) -> Sorted {
    ((day.is_none(), day), row)
}

fn left(day: Option<Day>, today: Day) -> Option<i64> {
    day.map(|day| i64::from(day.since(today)))
}

fn agreement(plugin: &Sharing, settings: &Settings, number: &str, it: &Agreement, as_at: Instant) -> Sorted {
    let today = Day::in_london(as_at);
    let state = it.state_at(as_at);
    // What does not apply need not be reviewed.
    let due = it.review.filter(|_| matches!(state, State::InForce | State::NotYet)).map(|review| review.by);
    let amber = settings.review_warn_days.first().map_or(AMBER_DAYS, |days| i64::from(*days));
    let span = it.spans.last();
    let ends = span.and_then(|span| span.until).filter(|(_, then)| *then == State::Expired);
    let status = agreement_status(it, as_at);
    let light = match state {
        State::Expired => Some(Light::Red),
        State::Suspended => Some(Light::Amber),
        _ => left(due, today).map(|left| Light::of(left, amber)),
    };
    let last = it.last_review.map(|(_, on)| on);
    let row = Row::new([
        Cell::from(number),
        Cell::from(kind_title(it.kind)),
        Cell::from(it.title.as_deref()),
        Cell::from(status),
        Cell::from(it.protocol.as_deref()),
        Cell::from(it.reviewed.map(|on| on.day)),
        Cell::from(it.recorded.map(|on| on.day)),
        Cell::from(span.map(|span| Day::in_london(span.from))),
        Cell::from(ends.map(|(until, _)| Day::in_london(until).plus(-1))),
        Cell::from(due),
        Cell::from(left(due, today)),
        Cell::from(light),
        Cell::from(it.owner.as_deref()),
        Cell::from(it.unit.as_deref()),
        Cell::from(plugin.agreements.corrected(number)),
    ])
    .subject(number)
    .unit(it.unit.as_deref())
    .evidence(seqs([
        Some(it.first),
        it.reviewed,
        it.recorded,
        it.signed,
        it.activated,
        it.suspended,
        last,
    ]));
    by(due, row)
}

pub(crate) fn kind_title(kind: Kind) -> &'static str {
    match kind {
        Kind::Protocol => "Protocol",
        Kind::Agreement => "Agreement",
        Kind::Memorandum => "Memorandum",
    }
}

/// All states in which an agreement can be, in the order of its life.
pub(crate) const STATUSES: [&str; 9] = [
    "drafted",
    "reviewed",
    "recorded",
    "signed",
    "in force",
    "review overdue",
    "suspended",
    "expired",
    "terminated",
];

/// In which of them it is.
pub(crate) fn agreement_status(it: &Agreement, as_at: Instant) -> &'static str {
    let is_overdue = it.review.is_some_and(|review| review.by.end() <= as_at);
    match it.state_at(as_at) {
        _ if it.terminated.is_some() => "terminated",
        State::Terminated => "terminated",
        State::Suspended => "suspended",
        State::Expired => "expired",
        State::InForce if is_overdue => "review overdue",
        State::InForce => "in force",
        State::NotYet if it.signed.is_some() => "signed",
        State::NotYet if it.recorded.is_some() => "recorded",
        State::NotYet if it.reviewed.is_some() => "reviewed",
        State::NotYet => "drafted",
    }
}

/// Whether it was decided that it is to end, and that was not done.
pub(crate) fn is_to_end(it: &Agreement) -> bool {
    let decided = it
        .last_review
        .is_some_and(|(decision, _)| matches!(decision, Decision::Suspend | Decision::Terminate));
    decided && it.suspended.is_none() && it.terminated.is_none()
}

fn partner(plugin: &Sharing, number: &str, link: &Link, today: Day) -> Sorted {
    let assurance = link.assurance();
    let until = assurance.map(|it| it.until);
    let (status, light) = match (link.open, until) {
        (None, _) if link.closed.is_some() => ("closed", None),
        (None, _) => ("to be opened", None),
        (Some(open), Some(until)) if until >= open.day && until < today => {
            ("assurance lapsed", Some(Light::Red))
        }
        (Some(open), Some(until)) if until >= open.day => {
            ("open", Some(Light::of(i64::from(until.since(today)), AMBER_DAYS)))
        }
        (Some(_), _) => ("without assurance", Some(Light::Red)),
    };
    let systems: Vec<&str> = link.systems.iter().map(String::as_str).collect();
    let row = Row::new([
        Cell::from(number),
        Cell::from(link.partner.as_deref()),
        Cell::from(systems.join(", ")),
        Cell::from(link.accounts.map(i64::from)),
        Cell::from(link.open.map(|on| on.day)),
        Cell::from(until),
        Cell::from(left(until, today)),
        Cell::from(link.review_due),
        Cell::from(status),
        Cell::from(light),
        Cell::from(link.agreement.as_deref()),
        Cell::from(link.owner.as_deref()),
        Cell::from(link.unit.as_deref()),
        Cell::from(plugin.links.corrected(number)),
    ])
    .subject(number)
    .unit(link.unit.as_deref())
    .evidence(seqs([assurance.map(|it| it.on), link.open, link.closed]));
    // A link that is open without assurance is due since it was opened; one that is closed waits for nothing.
    let day = link.open.map(|open| until.filter(|until| *until >= open.day).unwrap_or(open.day));
    by(day, row)
}

/// What was found to need none, and is not in hand, is not listed.
fn assessment(plugin: &Sharing, number: &str, it: &Assessment, today: Day) -> Option<Sorted> {
    if !it.is_needed() {
        return None;
    }
    let (status, due) = assessment_status(it);
    let light = left(due, today).map(|left| Light::of(left, AMBER_DAYS));
    let risk = it.risk.map(|risk| match risk {
        crate::assessment::Risk::Low => "low",
        crate::assessment::Risk::Medium => "medium",
        crate::assessment::Risk::High => "high",
    });
    let screened = it.screened.map(|(_, on)| on);
    let row = Row::new([
        Cell::from(number),
        Cell::from(it.project.as_deref()),
        Cell::from(status),
        Cell::from(risk),
        Cell::from(it.go_live.map(|(day, _)| day)),
        Cell::from(due),
        Cell::from(left(due, today)),
        Cell::from(light),
        Cell::from(it.is_on_record()),
        Cell::from(it.owner.as_deref()),
        Cell::from(it.unit.as_deref()),
        Cell::from(plugin.assessments.corrected(number)),
    ])
    .subject(number)
    .unit(it.unit.as_deref())
    .evidence(seqs([screened, it.completed, it.consulted, it.approved, it.reviewed]));
    Some(by(due, row))
}

/// What an assessment waits for, and by when that is to be done.
pub(crate) fn assessment_status(it: &Assessment) -> (&'static str, Option<Day>) {
    // It has to be done before the first day of use, which is the last day on which it can be.
    let before_use = it.go_live.map(|(day, _)| day.plus(-1));
    match (it.completed, it.approved) {
        _ if it.stopped.is_some() => ("stopped", None),
        (None, None) => ("to be completed", before_use),
        (_, None) if it.lacks_consultation() => ("regulator to be consulted", before_use),
        (_, None) if it.consulted.is_some() => ("regulator consulted", it.answer_due.or(before_use)),
        (_, None) => ("to be approved", before_use),
        (_, Some(_)) if it.lacks_consultation() => ("regulator to be consulted", before_use),
        (_, Some(_)) => ("approved", it.review_due),
    }
}

fn entry(plugin: &Sharing, number: &str, it: &Entry, today: Day) -> Sorted {
    let left = left(it.review_due, today);
    let status = match (it.is_recorded, it.status, left) {
        (false, ..) => "reviewed, and not recorded",
        (_, _, Some(left)) if left < 0 => "review overdue",
        (_, Status::Planned, _) => "planned",
        (_, _, None) => "no day of review",
        _ if it.is_notice => "published",
        _ => "live",
    };
    let row = Row::new([
        Cell::from(number),
        Cell::from(if it.is_notice { "Privacy notice" } else { "Processing" }),
        Cell::from(it.activity.as_deref()),
        Cell::from(it.basis.as_ref().map(|basis| basis.replace('_', " "))),
        Cell::from(it.assessment.as_deref()),
        Cell::from(it.notice.as_deref()),
        Cell::from(it.reviewed.map(|(_, on)| on.day)),
        Cell::from(it.review_due),
        Cell::from(left),
        Cell::from(status),
        Cell::from(left.map(|left| Light::of(left, AMBER_DAYS))),
        Cell::from(it.owner.as_deref()),
        Cell::from(it.unit.as_deref()),
        Cell::from(plugin.entries.corrected(number)),
    ])
    .subject(number)
    .unit(it.unit.as_deref())
    .evidence(seqs([Some(it.first), Some(it.last), it.reviewed.map(|(_, on)| on)]));
    by(it.review_due, row)
}

fn transfer(plugin: &Sharing, settings: &Settings, number: &str, it: &Transfer) -> Option<Sorted> {
    if it.incident.is_some() {
        return None;
    }
    let folds = plugin.folds(settings);
    let gap = joined::gap(it, |agreement| plugin.joined.terms(folds, agreement));
    let insecure = it.insecure(settings);
    let status = match (gap, insecure) {
        (Some((gap, _)), Some(_)) => format!("{}, insecure-channel", gap.stage()),
        (Some((gap, _)), None) => gap.stage().to_owned(),
        (None, Some(_)) => "insecure-channel".to_owned(),
        (None, None) => return None,
    };
    let went = it.went()?;
    let made = it.made.as_ref().map(|(_, made)| made);
    let row = Row::new([
        Cell::from(number),
        Cell::from(went.day),
        Cell::from(made.and_then(|made| made.agreement.as_deref())),
        Cell::from(made.map(|made| made.method.title())),
        Cell::from(status.replace('-', " ")),
        Cell::from(if gap.is_some() && !it.is_impersonal() { Light::Red } else { Light::Amber }),
        Cell::from(it.unit.as_deref()),
        Cell::from(plugin.transfers.corrected(number)),
    ])
    .subject(number)
    .unit(it.unit.as_deref())
    .evidence(seqs([Some(went), it.detected.map(|(_, on)| on)]));
    Some(by(Some(went.day), row))
}
