//! A-BRC-3: nobody decided whether it is a breach, or whether the regulator has to be told.

use muniment_sdk::law::BREACH_AUTHORITY;
use muniment_sdk::{Alarm, Alert};

use crate::case::{Breach, Clock};
use crate::{NO_DECISION, Settings};

const AWARENESS: &str = "no-decision-on-awareness";
const REPORTING: &str = "no-decision-on-reporting";

/// Both give way to A-BRC-2 when the 72 hours are over: it says of the same omission that it breaks the law.
pub(super) fn of(breach: &Breach, settings: &Settings, alarms: &mut Vec<Alarm>) {
    let Some((clock, stage, hours)) = open(breach, settings) else { return };
    let at = clock.from.time.plus_hours(i64::from(hours));
    alarms.push(Alarm::new(&NO_DECISION, stage, at).until(clock.due().next()));
}

/// What is to be decided next, and within how many hours.
fn open(breach: &Breach, settings: &Settings) -> Option<(Clock, &'static str, u16)> {
    let clock = breach.running().filter(|clock| BREACH_AUTHORITY.is_in_force(clock.from.day))?;
    if breach.decided.is_some() {
        return None;
    }
    Some(if clock.is_provisional {
        (clock, AWARENESS, settings.decide_awareness_hours)
    } else {
        (clock, REPORTING, settings.decide_reporting_hours)
    })
}

pub(super) fn words(breach: &Breach, settings: &Settings, _: &Alarm, alert: Alert) -> Alert {
    let Some((clock, _, hours)) = open(breach, settings) else { return alert };
    let from = clock.from.time.in_london();
    let due = clock.from.time.plus_hours(i64::from(hours)).in_london();
    let words = if clock.is_provisional {
        format!(
            "First noticed {from}. With {hours} elapsed hours (setting decide_awareness_hours) it was to be decided by {due} \
             whether it is a breach of personal data: neither breach.aware nor its opposite is recorded."
        )
    } else {
        format!(
            "Aware since {from}. With {hours} elapsed hours (setting decide_reporting_hours) it was to be decided by {due} \
             whether the regulator has to be told: no decision is recorded."
        )
    };
    let triage = breach.route.map(|(_, at)| at.seq);
    alert.arithmetic(words).evidence([Some(clock.from.seq), triage].into_iter().flatten())
}

pub(super) fn cleared(breach: &Breach) -> String {
    match (breach.decided, breach.notified, breach.clock()) {
        (Some(decision), ..) => format!("it was decided {}", decision.at.time.in_london()),
        (None, Some(notice), _) => format!("the regulator was notified {}", notice.at.time.in_london()),
        (None, None, None) => "it was found to be no breach of personal data".to_owned(),
        (None, None, Some(clock)) => {
            format!(
                "a later stage has taken its place, or the clock is another: it ends {}",
                clock.due().in_london()
            )
        }
    }
}
