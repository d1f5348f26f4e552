//! The register of all that is open: what is next to be done about each, and by when.

use muniment_sdk::{Cell, Column, Day, Instant, Light, Register, Row};

use super::AMBER_DAYS;
use crate::alarms::{contain_due, tell_due};
use crate::apply::Severity;
use crate::case::{Breach, RuledOut, Standing};
use crate::{Breaches, FEEDS, Settings, action};

/// Incidents and breaches that are not closed.
pub(crate) const INCIDENTS: Register = Register {
    name: "incidents",
    title: "Open incidents and breaches",
    description: "Incidents, breaches, near misses and weaknesses that are not closed, each with what is to be done next, the \
                  first due first.",
    feeds: FEEDS,
    columns: &[
        Column::new("case", "Case"),
        Column::new("kind", "Kind"),
        Column::new("known", "Known since"),
        Column::new("severity", "Severity"),
        Column::new("team", "Team"),
        Column::new("people_affected", "People affected"),
        Column::STATUS,
        Column::DUE,
        Column::new("days_left", "Days left"),
        Column::RAG,
        Column::OWNER,
        Column::UNIT,
        Column::CORRECTED,
    ],
};

/// What is to be done next.
struct Step {
    what: &'static str,
    due: Instant,
    owner: &'static str,
}

/// Its rows. What nothing is asked of any more comes last, until it is closed.
pub(crate) fn incidents<'p>(
    plugin: &'p Breaches,
    settings: &'p Settings,
    as_at: Instant,
) -> impl Iterator<Item = Row> + 'p {
    let listed = |(case, breach): (&str, Breach)| {
        let is_none = matches!(
            breach.standing(),
            Some(Standing::RuledOut(RuledOut::Unsubstantiated | RuledOut::Duplicate)) | None
        );
        if is_none || (breach.end().is_some() && tell_due(&breach, settings).is_none()) {
            return None;
        }
        let next = next(&breach, settings);
        let due = next.as_ref().map(|step| step.due);
        Some(((due.is_none(), due), row(case, &breach, next, as_at, plugin.cases.corrected(case))))
    };
    let mut rows: Vec<((bool, Option<Instant>), Row)> =
        plugin.cases.cases(settings).filter_map(listed).collect();
    rows.sort_by_key(|(due, _)| *due);
    rows.into_iter().map(|(_, row)| row)
}

/// The first due of all that is to be done.
fn next(breach: &Breach, settings: &Settings) -> Option<Step> {
    let (officer, team) = ("role/data-protection-officer", "role/ig-team");
    let mut steps: Vec<Step> = Vec::new();
    let mut step = |what, due: Option<Instant>, owner| {
        steps.extend(due.map(|due| Step { what, due, owner }));
    };
    if let Some(clock) = breach.running() {
        let at = |hours: u16| Some(clock.from.time.plus_hours(i64::from(hours)));
        match (breach.decided, clock.is_provisional) {
            (Some(_), _) => step("notify the regulator", Some(clock.due()), "role/siro"),
            (None, true) => step("decide on awareness", at(settings.decide_awareness_hours), officer),
            (None, false) => step("decide on reporting", at(settings.decide_reporting_hours), officer),
        }
    }
    step("tell people affected", tell_due(breach, settings), "role/siro");
    let day_of = |due: Option<Day>| due.map(|day| day.plus(1).start());
    if !breach.is_over() {
        step("contain", contain_due(breach, settings).filter(|_| breach.contained.is_none()), team);
        step("look at it", day_of(breach.dues.triage), team);
        step("classify", day_of(breach.dues.classify), team);
        step("investigate", day_of(breach.dues.investigate), team);
        let concerns = breach.concerns_management(settings);
        let grave =
            breach.grave.and(breach.aware).map(|aware| aware.day).filter(|_| breach.informed.is_none());
        step("tell management", day_of(grave.or(breach.dues.inform.filter(|_| concerns))), officer);
    }
    if breach.end().is_none() {
        let first = action::open(&breach.actions, settings).first().map(|(at, _)| *at);
        step("finish actions", first, team);
    }
    steps.into_iter().min_by_key(|step| step.due)
}

fn row(case: &str, breach: &Breach, next: Option<Step>, as_at: Instant, corrected: Option<String>) -> Row {
    let (what, due, owner) = match next {
        Some(step) => (step.what, Some(step.due), step.owner),
        None => ("to be closed", None, "role/ig-team"),
    };
    // What is due by the end of a day is due on that day, which is over at the next midnight.
    let day = due.map(|due| Day::in_london(Instant::from_micros(due.as_micros() - 1)));
    let days_left = day.map(|day| i64::from(day.since(Day::in_london(as_at))));
    let light = due
        .zip(days_left)
        .map(|(due, left)| if due < as_at { Light::Red } else { Light::of(left, AMBER_DAYS) });
    let seqs = [breach.reported, breach.suspected, breach.aware, breach.assessed].into_iter().flatten();
    let mut seqs: Vec<u64> = seqs.map(|at| at.seq).collect();
    seqs.sort_unstable();
    seqs.dedup();
    if seqs.is_empty() {
        seqs.extend(breach.first.map(|at| at.seq));
    }
    Row::new([
        Cell::from(case),
        Cell::from(kind(breach)),
        Cell::from(breach.known().or(breach.first).map(|at| at.day)),
        Cell::from(breach.severity.map(Severity::name)),
        Cell::from(breach.of.team.as_deref()),
        Cell::from(breach.described.people.and_then(|people| i64::try_from(people).ok())),
        Cell::from(what),
        Cell::from(day),
        Cell::from(days_left),
        Cell::from(light),
        Cell::from(owner),
        Cell::from(breach.of.unit.as_deref()),
        Cell::from(corrected),
    ])
    .subject(case)
    .unit(breach.of.unit.as_deref())
    .evidence(seqs)
}

fn kind(breach: &Breach) -> &'static str {
    match breach.standing() {
        Some(Standing::Breach) => "breach",
        Some(Standing::Suspected) | None => "incident",
        Some(Standing::RuledOut(RuledOut::NearMiss)) => "near miss",
        Some(Standing::RuledOut(RuledOut::Weakness)) => "weakness",
        Some(Standing::RuledOut(RuledOut::SecurityOnly)) => "security only",
        Some(Standing::RuledOut(RuledOut::Unsubstantiated | RuledOut::Duplicate)) => "none",
    }
}
