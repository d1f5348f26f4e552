//! What there is to be said about an agreement, and when.

use muniment_sdk::{Alarm, Alert, Instant, Severity, Stage};

use super::{Agreement, Kind, Review, State};
use crate::on::seqs;
use crate::{NO_PROTOCOL, NOT_REVIEWED, Settings};

const WITHOUT_REVIEW: &str = "not-reviewed";
const WITHOUT_RECORD: &str = "not-recorded";
const REVIEW_OVERDUE: &str = "review-overdue";

/// The alarms of an agreement, each from the time at which it stands.
pub(super) fn of(agreement: &Agreement, settings: &Settings) -> Vec<Alarm> {
    let mut alarms = Vec::new();
    if agreement.terminated.is_none() {
        if let Some(used) = agreement.used() {
            if agreement.reviewed.is_none() {
                alarms.push(Alarm::new(&NOT_REVIEWED, WITHOUT_REVIEW, used.time));
            }
            if agreement.recorded.is_none() {
                alarms.push(Alarm::new(&NOT_REVIEWED, WITHOUT_RECORD, used.time));
            }
        }
        if agreement.kind == Kind::Agreement && agreement.protocol.is_none() {
            alarms.push(Alarm::new(&NO_PROTOCOL, "without-protocol", agreement.first.time));
        }
    }
    add_reviews(&mut alarms, agreement, settings);
    alarms
}

/// What is not in force need not be reviewed: its alarms end with it.
fn add_reviews(alarms: &mut Vec<Alarm>, agreement: &Agreement, settings: &Settings) {
    let (Some(review), Some(span)) = (agreement.review, agreement.spans.last()) else { return };
    let over = span.until.map(|(until, _)| until);
    let due = review.by.end();
    let mut push = |stage: Stage, at: Instant, until: Option<Instant>| {
        // A review that was already due when it began is due since then.
        let at = at.max(span.from);
        let until = until.into_iter().chain(over).min();
        if until.is_none_or(|until| at < until) {
            let alarm = Alarm::new(&NOT_REVIEWED, stage, at).due(due);
            alarms.push(until.map_or(alarm, |until| alarm.until(until)));
        }
    };
    let mut until = due;
    for days in settings.review_warn_days.iter().rev() {
        let at = review.by.plus(-i32::from(*days)).start();
        push(stage(*days), at, Some(until));
        until = at;
    }
    push(Stage::from(REVIEW_OVERDUE), due, None);
}

fn stage(days: u16) -> Stage {
    Stage::from((days, "days-left"))
}

/// Gives an alert its words and its evidence.
pub(super) fn words(agreement: &Agreement, settings: &Settings, alarm: &Alarm, alert: Alert) -> Alert {
    let what = name(agreement.kind);
    if alarm.rule.id == NO_PROTOCOL.id {
        let words = format!(
            "The agreement is known since {}, and no entry names the protocol that it follows.",
            agreement.first.day.in_words()
        );
        return alert.arithmetic(words).evidence(seqs([Some(agreement.first), agreement.recorded]));
    }
    let alert = match &agreement.owner {
        Some(owner) if owner.starts_with("role/") => alert.recipient(owner.clone()),
        _ => alert,
    };
    let used = agreement.used();
    if let (WITHOUT_REVIEW | WITHOUT_RECORD, Some(used)) = (alarm.stage.name, used) {
        let lacking = if alarm.stage.name == WITHOUT_REVIEW {
            "the information governance team has not reviewed it, or gave it back"
        } else {
            "it does not stand in the register of the information governance team"
        };
        let began = match (agreement.kind, agreement.signed) {
            (Kind::Agreement, Some(signed)) if signed == used => "was signed",
            _ => "applies",
        };
        let words = format!("The {what} {began} since {}, and {lacking}.", used.day.in_words())
            .replace("signed since", "signed on");
        let others = [Some(used), agreement.reviewed, agreement.recorded];
        return alert.arithmetic(words).evidence(seqs(others));
    }
    let Some(review) = agreement.review else { return alert };
    let last = agreement.last_review.map(|(_, on)| on);
    let alert = alert.arithmetic(review_words(&review, what, settings)).evidence(seqs([
        Some(review.on),
        agreement.activated,
        last,
    ]));
    if alarm.stage.name == REVIEW_OVERDUE { alert } else { alert.severity(Severity::Warning) }
}

/// By when it is to be reviewed, and why then.
pub(crate) fn review_words(review: &Review, what: &str, settings: &Settings) -> String {
    let by = review.by.in_words();
    match review.counted_from {
        None => format!(
            "The {what} is to be reviewed by {by}: the day that the entry of {} names.",
            review.on.day.in_words()
        ),
        Some(from) => format!(
            "The {what} is to be reviewed by {by}: {} months from {}, a control of the organisation's own, since no entry \
             names a day.",
            settings.isa_review_months,
            from.in_words()
        ),
    }
}

fn name(kind: Kind) -> &'static str {
    match kind {
        Kind::Protocol => "protocol",
        Kind::Agreement => "agreement",
        Kind::Memorandum => "memorandum",
    }
}

/// Why an alert stands no longer.
pub(super) fn cleared(agreement: &Agreement, rule: &str, stage: &str) -> String {
    let ended = match agreement.over() {
        Some((_, State::Suspended)) => agreement.suspended.map(|on| ("suspended", on)),
        _ => agreement.terminated.map(|on| ("terminated", on)),
    };
    let put_right = match (rule, stage) {
        (_, WITHOUT_REVIEW) => agreement.reviewed.map(|on| ("reviewed", on)),
        (_, WITHOUT_RECORD) => agreement.recorded.map(|on| ("recorded", on)),
        (rule, _) if rule == NO_PROTOCOL.id => None,
        _ => {
            let last = agreement
                .last_review
                .filter(|(_, on)| agreement.review.is_some_and(|it| it.on.seq == on.seq));
            last.map(|(_, on)| ("reviewed", on))
        }
    };
    let named = agreement.protocol.is_some().then(|| "the protocol was named".to_owned());
    match (put_right, ended) {
        (Some((what, on)), _) | (None, Some((what, on))) => format!("{what} on {}", on.day.in_words()),
        (None, None) if rule == NO_PROTOCOL.id => named.unwrap_or_else(|| "it is no longer so".to_owned()),
        (None, None) => match agreement.over() {
            Some((_, State::Expired)) => {
                "this stage is over, or the agreement has come to its last day".to_owned()
            }
            _ => "this stage is over, or another day is the last".to_owned(),
        },
    }
}
