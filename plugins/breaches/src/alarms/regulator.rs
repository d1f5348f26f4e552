//! A-BRC-1 and A-BRC-2: the 72 hours in which the regulator has to be told.

use muniment_sdk::law::{BREACH_AUTHORITY, TimeLimit};
use muniment_sdk::{Alarm, Alert, Calendars, Nation, Stage};

use crate::case::{Breach, Clock};
use crate::{NOT_NOTIFIED, Settings, UNDECIDED};

const PASSED: &str = "72-hours-passed";
const NO_REASONS: &str = "late-without-reasons";

/// The alarms of a breach, each from the time at which it stands.
///
/// That nobody has decided, or that the case was closed, ends nothing: silence is no decision.
pub(super) fn of(breach: &Breach, settings: &Settings) -> Vec<Alarm> {
    let Some(clock) = breach.clock().filter(|clock| BREACH_AUTHORITY.is_in_force(clock.from.day)) else {
        return Vec::new();
    };
    let due = clock.due();
    if breach.running().is_none() {
        return without_reasons(breach, clock);
    }
    // "Not later than 72 hours": what is done in the last instant is done in time.
    let mut until = due.next();
    let mut alarms = vec![Alarm::new(&NOT_NOTIFIED, PASSED, until).due(due)];
    for hours in settings.warn_at_hours.iter().rev() {
        let at = clock.from.time.plus_hours(i64::from(*hours));
        alarms.push(Alarm::new(&UNDECIDED, stage(*hours), at).until(until).due(due));
        until = at;
    }
    alarms
}

/// UK GDPR, Article 33(1): where the notification is not made within 72 hours, it is to be accompanied by reasons for the
/// delay.
fn without_reasons(breach: &Breach, clock: Clock) -> Vec<Alarm> {
    let late = breach.notified.filter(|notice| notice.at.time > clock.due() && !notice.reasons);
    let alarm = late.map(|notice| Alarm::new(&NOT_NOTIFIED, NO_REASONS, notice.at.time).due(clock.due()));
    alarm.into_iter().collect()
}

fn stage(hours: u16) -> Stage {
    Stage::from((hours, "hours"))
}

/// Gives an alert its words and its evidence.
pub(super) fn words(breach: &Breach, settings: &Settings, alarm: &Alarm, alert: Alert) -> Alert {
    let Some(clock) = breach.clock() else { return alert };
    let mut words = arithmetic(clock);
    if let Some(notice) = breach.notified {
        words.push_str(&format!(" Notified {}, without reasons for the delay.", notice.at.time.in_london()));
    } else if breach.decided.is_some() {
        words.push_str(" It was decided that it is reportable.");
    } else {
        words.push_str(" It was not decided whether it is reportable.");
    }
    let seqs = [
        Some(clock.from.seq),
        breach.decided.map(|decision| decision.at.seq),
        breach.notified.map(|notice| notice.at.seq),
    ];
    let alert = alert.arithmetic(words).evidence(seqs.into_iter().flatten());
    let for_siro = settings.warn_at_hours.iter().any(|hours| {
        alarm.rule.id == UNDECIDED.id && *hours >= settings.siro_from_hours && alarm.stage == stage(*hours)
    });
    if for_siro { alert.recipient("role/siro") } else { alert }
}

pub(super) fn arithmetic(clock: Clock) -> String {
    let (limit, provisional) = if clock.is_provisional {
        let trigger = "the breach was detected, or a processor told of it";
        (
            TimeLimit { trigger, ..BREACH_AUTHORITY },
            " This clock is provisional: it was not recorded yet whether the organisation is aware of a breach.",
        )
    } else {
        (BREACH_AUTHORITY, "")
    };
    // Hours know no holidays.
    match limit.deadline_from(clock.from.time, &Calendars::default(), Nation::EnglandAndWales) {
        Ok(deadline) => deadline.words() + provisional,
        Err(none) => none.to_string(),
    }
}

/// Why an alert stands no longer.
pub(super) fn cleared(breach: &Breach, stage: &str) -> String {
    if stage == NO_REASONS {
        return no_longer_without_reasons(breach);
    }
    match (breach.notified, breach.decided, breach.clock()) {
        (Some(notice), _, _) => format!("the regulator was notified {}", notice.at.time.in_london()),
        (None, Some(decision), _) if !decision.reportable => {
            format!("it was decided not to be reportable {}", decision.at.time.in_london())
        }
        (None, _, None) => "it was found to be no breach of personal data".to_owned(),
        (None, _, Some(clock)) => {
            format!("this stage is over, or the deadline another one: it is {}", clock.due().in_london())
        }
    }
}

fn no_longer_without_reasons(breach: &Breach) -> String {
    match (breach.notified, breach.clock()) {
        (None, _) => "no entry says any more that the regulator was notified".to_owned(),
        (Some(notice), _) if notice.reasons => format!(
            "the reasons for the delay were given; the regulator was notified {}",
            notice.at.time.in_london()
        ),
        (Some(_), None) => "it was found to be no breach of personal data".to_owned(),
        (Some(_), Some(clock)) => {
            format!("the deadline is another one, or was kept: it is {}", clock.due().in_london())
        }
    }
}
