//! What there is to be said about a breach, and when.
//!
//! That it was closed ends what the organisation asks of itself, and nothing that the law asks: silence is no decision.

use muniment_sdk::{Alarm, Alert};

use crate::case::Breach;
use crate::{
    NO_DECISION, NOT_CLASSIFIED, NOT_CONTAINED, NOT_ESCALATED, NOT_NOTIFIED, OVERDUE, REPORTED_LATE,
    Settings, UNDECIDED,
};

mod controls;
mod decisions;
mod escalation;
mod regulator;

pub(crate) use controls::{contain_due, report_due};
pub(crate) use escalation::tell_due;

/// The alarms of a breach, each from the time at which it stands.
pub(crate) fn of(breach: &Breach, settings: &Settings) -> Vec<Alarm> {
    let mut alarms = regulator::of(breach, settings);
    decisions::of(breach, settings, &mut alarms);
    escalation::of(breach, settings, &mut alarms);
    controls::of(breach, settings, &mut alarms);
    alarms
}

/// Gives an alert its words and its evidence.
pub(crate) fn words(breach: &Breach, settings: &Settings, alarm: &Alarm, alert: Alert) -> Alert {
    match alarm.rule.id {
        id if id == UNDECIDED.id || id == NOT_NOTIFIED.id => regulator::words(breach, settings, alarm, alert),
        id if id == NO_DECISION.id => decisions::words(breach, settings, alarm, alert),
        id if id == NOT_ESCALATED.id => escalation::words(breach, settings, alarm, alert),
        _ => controls::words(breach, settings, alarm, alert),
    }
}

/// Why an alert stands no longer.
pub(crate) fn cleared(breach: &Breach, settings: &Settings, rule: &str, stage: &str) -> String {
    if rule == UNDECIDED.id || rule == NOT_NOTIFIED.id {
        return regulator::cleared(breach, stage);
    }
    if rule == NO_DECISION.id {
        return decisions::cleared(breach);
    }
    let over = breach.end().map(|end| format!("it was closed {}", end.time.in_london()));
    let none = || "it was found to be no breach of personal data".to_owned();
    if rule == NOT_ESCALATED.id {
        return escalation::cleared(breach, stage).or(over).unwrap_or_else(none);
    }
    debug_assert!([REPORTED_LATE.id, OVERDUE.id, NOT_CLASSIFIED.id, NOT_CONTAINED.id].contains(&rule));
    controls::cleared(breach, settings, rule, stage).or(over).unwrap_or_else(none)
}
