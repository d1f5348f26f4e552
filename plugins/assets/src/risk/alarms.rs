//! What there is to be said about a risk, and when.

use muniment_sdk::{Alarm, Alert, Day};

use super::{Risk, Treatment};
use crate::{HIGH_RISK, RISK_NOT_REVIEWED, Settings};

const WRONG_ROLE: &str = "wrong-role";
const ACCEPTANCE_OVER: &str = "acceptance-over";
const NOT_ACCEPTED: &str = "not-accepted";

/// The alarms of a risk, each from the time at which it stands.
pub(super) fn of(risk: &Risk) -> Vec<Alarm> {
    if !risk.is_open() {
        return Vec::new();
    }
    let mut alarms = vec![Alarm::new(&RISK_NOT_REVIEWED, "overdue", risk.again().due().end())];
    alarms.extend(about_acceptance(risk));
    alarms
}

/// A high risk is accepted by the role that may do so, or something is done about it.
fn about_acceptance(risk: &Risk) -> Option<Alarm> {
    let high = risk.high?;
    if let Some(wrong) = risk.accepted.as_ref().filter(|accepted| accepted.is_wrong) {
        return Some(Alarm::new(&HIGH_RISK, WRONG_ROLE, wrong.on.time));
    }
    if let Some(accepted) = risk.covering() {
        return accepted.until.map(|until| Alarm::new(&HIGH_RISK, ACCEPTANCE_OVER, until.end()));
    }
    let (decide_by, _) = decide_by(risk);
    Some(Alarm::new(&HIGH_RISK, NOT_ACCEPTED, decide_by.max(high.day).end()))
}

/// By when a high risk that nobody accepted is to be accepted, and why then.
fn decide_by(risk: &Risk) -> (Day, &'static str) {
    let months = |day: Day| day.plus_months(risk.months);
    let high = risk.high.unwrap_or(risk.began).day;
    let Some(treated) = risk.treated else {
        return (
            months(high),
            "nothing is done about it, and the time in which a risk is reviewed has passed since it became high",
        );
    };
    if treated.treatment == Treatment::Accept {
        return (treated.on.day, "it is to be accepted and no longer treated");
    }
    let reassessed = risk.assessed.filter(|assessed| treated.done && treated.on.day < assessed.on.day);
    match (reassessed, treated.due) {
        (Some(assessed), _) => (assessed.on.day, "what was to be done has been done, and it is still high"),
        (None, Some(due)) if !treated.done => (due, "what was to be done was to be done by then"),
        _ => (
            months(high.max(treated.on.day)),
            "the time in which a risk is reviewed has passed since something was done about it, and it is still high",
        ),
    }
}

/// Gives an alert its words and its evidence.
pub(super) fn words(risk: &Risk, settings: &Settings, alarm: &Alarm, alert: Alert) -> Alert {
    let assessed = risk.assessed.map(|assessed| assessed.on.seq);
    if alarm.rule.id == RISK_NOT_REVIEWED.id {
        let what = match (risk.assessed, risk.identified) {
            (Some(_), _) => "it was last assessed",
            (None, Some(_)) => "it was identified, and it was never assessed",
            (None, None) => "it was first heard of, and it was never assessed",
        };
        let words = risk.again().words(what, "risk_review_months");
        return alert.arithmetic(words).evidence(assessed.or(Some(risk.began.seq)));
    }
    let rating = risk.rating.map_or("", |rating| rating.name());
    let may = settings.high_risk_roles.join(" or ");
    let mut seqs = vec![risk.high.map(|on| on.seq), assessed];
    let accepted = risk.accepted.as_ref();
    let words = match (alarm.stage.name, accepted) {
        (WRONG_ROLE, Some(accepted)) => {
            seqs.push(Some(accepted.on.seq));
            format!(
                "Accepted {} by {}, when it was {rating}. A high risk is accepted by {may} (high_risk_roles).",
                accepted.on.day.in_words(),
                accepted.by
            )
        }
        (ACCEPTANCE_OVER, Some(accepted)) => {
            seqs.push(Some(accepted.on.seq));
            let until = accepted.until.map_or_else(String::new, Day::in_words);
            format!(
                "The acceptance by {} was given until {until}. The risk is {rating}, and nobody accepted it since.",
                accepted.by
            )
        }
        _ => {
            seqs.extend([
                risk.treated.map(|treated| treated.on.seq),
                accepted.map(|accepted| accepted.on.seq),
            ]);
            let (by, why) = decide_by(risk);
            let since = risk.high.map_or_else(String::new, |on| on.day.in_words());
            let lower = match accepted {
                Some(accepted) => format!(
                    " It was accepted by {} as {}, and is higher since.",
                    accepted.by,
                    accepted.rating.name()
                ),
                None => String::new(),
            };
            format!(
                "The risk is {rating}, high since {since}, and {may} did not accept it (high_risk_roles).{lower} From {} on: {why}.",
                by.in_words()
            )
        }
    };
    let mut seqs: Vec<u64> = seqs.into_iter().flatten().collect();
    seqs.sort_unstable();
    seqs.dedup();
    alert.arithmetic(words).evidence(seqs)
}

/// Why an alert stands no longer.
pub(super) fn cleared(risk: &Risk, rule: &str) -> String {
    if let Some(closed) = risk.closed {
        return format!("the risk was closed {}", closed.day);
    }
    let rating = risk.rating.map_or("not rated", |rating| rating.name());
    match (&risk.accepted, risk.assessed) {
        (_, Some(assessed)) if rule == RISK_NOT_REVIEWED.id => format!("it was assessed {}", assessed.on.day),
        (_, _) if rule == RISK_NOT_REVIEWED.id => format!("it is to be assessed by {}", risk.again().due()),
        (_, _) if !risk.is_high() => format!("the risk is {rating} now"),
        (Some(accepted), _) if !accepted.is_wrong => {
            format!("{} accepted it {}", accepted.by, accepted.on.day)
        }
        _ => "the decision about it is another one, or due on another day".to_owned(),
    }
}
