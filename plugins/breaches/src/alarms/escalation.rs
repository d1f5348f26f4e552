//! A-BRC-9: senior management was not told, or people at high risk were not.

use muniment_sdk::law::BREACH_AUTHORITY;
use muniment_sdk::{Alarm, Alert, Day, Instant, Severity as Gravity};

use crate::case::{At, Breach, working_days_of};
use crate::{NOT_ESCALATED, Settings};

const GRAVE: &str = "grave-not-escalated";
const MANAGEMENT: &str = "management-not-told";
const PEOPLE: &str = "people-not-told";

pub(super) fn of(breach: &Breach, settings: &Settings, alarms: &mut Vec<Alarm>) {
    if let Some((_, due)) = people(breach, settings) {
        alarms.push(Alarm::new(&NOT_ESCALATED, PEOPLE, due.next()).due(due));
    }
    if breach.is_over() || breach.informed.is_some() {
        return;
    }
    let grave = grave(breach).map(|(_, day)| day.end());
    alarms.extend(grave.map(|at| Alarm::new(&NOT_ESCALATED, GRAVE, at)));
    let Some(at) = breach.dues.inform.filter(|_| breach.concerns_management(settings)).map(Day::end) else {
        return;
    };
    match grave {
        None => alarms.push(Alarm::new(&NOT_ESCALATED, MANAGEMENT, at)),
        Some(grave) if at < grave => alarms.push(Alarm::new(&NOT_ESCALATED, MANAGEMENT, at).until(grave)),
        Some(_) => {}
    }
}

/// A breach that is known to be grave, and the day on which management is to be told.
fn grave(breach: &Breach) -> Option<(At, Day)> {
    let (aware, grave) = (breach.aware?, breach.grave?);
    let last = if grave.time < aware.time { aware } else { grave };
    Some((grave, last.day))
}

/// The decision that people at high risk have to be told, where they were not, and by when. Closing the case ends nothing:
/// the law asks for it.
fn people(breach: &Breach, settings: &Settings) -> Option<(At, Instant)> {
    let since = breach.must_tell_people()?.high_risk_since;
    let is_owed = breach.people_told.is_empty() && BREACH_AUTHORITY.is_in_force(breach.clock()?.from.day);
    is_owed.then(|| (since, since.time.plus_hours(i64::from(settings.tell_people_hours))))
}

/// By when people at high risk are to be told, where they were not.
pub(crate) fn tell_due(breach: &Breach, settings: &Settings) -> Option<Instant> {
    people(breach, settings).map(|(_, due)| due)
}

pub(super) fn words(breach: &Breach, settings: &Settings, alarm: &Alarm, alert: Alert) -> Alert {
    let aware = breach.aware.map(|at| at.seq);
    match alarm.stage.name {
        PEOPLE => {
            let Some((decided, due)) = people(breach, settings) else { return alert };
            let words = format!(
                "It was decided {} that a high risk to people is likely. They have to be told without undue delay (UK GDPR, \
                 Article 34(1)), for which the law names no number; with {} hours (setting tell_people_hours) that was by {}. \
                 No entry says that they were told, nor which exception of Article 34(3) applies.",
                decided.time.in_london(),
                settings.tell_people_hours,
                due.in_london(),
            );
            alert.arithmetic(words).evidence([Some(decided.seq), aware].into_iter().flatten())
        }
        GRAVE => {
            let Some((grave, day)) = grave(breach) else { return alert };
            let words = format!(
                "Classified as red {}. Of a grave breach senior management is told on the same day, by the end of {}: no entry \
                 says that it was.",
                grave.time.in_london(),
                day.in_words(),
            );
            alert.arithmetic(words).evidence([aware, Some(grave.seq)].into_iter().flatten())
        }
        _ => {
            let (Some(from), Some(due)) = (breach.aware, breach.dues.inform) else { return alert };
            let words = format!(
                "Aware since {}. With {} working days of {} (setting inform_management_working_days), the day behind being the \
                 first, senior management was to be told by {}: no entry says that it was.",
                from.day.in_words(),
                settings.inform_management_working_days,
                working_days_of(settings.nation),
                due.in_words(),
            );
            // The law asks for nothing here: it is the organisation's policy.
            alert.severity(Gravity::Policy).arithmetic(words).evidence(aware)
        }
    }
}

pub(super) fn cleared(breach: &Breach, stage: &str) -> Option<String> {
    if stage != PEOPLE {
        let superseded =
            || Some("a graver stage has taken its place, or it is less grave than was thought".to_owned());
        let told = breach.informed.map(|at| format!("senior management was told {}", at.time.in_london()));
        return told.or_else(|| if breach.is_over() { None } else { superseded() });
    }
    if let Some((_, at)) = breach.people_told.first() {
        return Some(format!("the people affected were told {}", at.time.in_london()));
    }
    breach.decided.filter(|_| breach.aware.is_some()).map(|decision| {
        let day = decision.at.time.in_london();
        format!("by the decision of {day} they need not be told, or the time for it is another")
    })
}
