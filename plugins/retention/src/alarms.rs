//! What there is to be said about a record, a device or a medium by itself, and when. What hangs on holds and requests
//! too is in `joined.rs`.

use muniment_sdk::{Alarm, Alert};

use crate::Settings;
use crate::apply::Of;
use crate::case::{Basis, Destroyed, Due, Early, Kept, Thing};
use crate::rules::{BEFORE_ITS_TIME, NO_CERTIFICATE, UNACCOUNTED};

const BEFORE_DUE: &str = "before-due";
const NOT_AUTHORISED: &str = "not-authorised";

/// The alarms, each from the time at which it stands.
pub(crate) fn of(thing: &Thing, settings: &Settings) -> Vec<Alarm> {
    let mut alarms = Vec::new();
    if let Some(destroyed) = &thing.destroyed {
        let at = destroyed.on.time;
        if destroyed.early.is_some() {
            alarms.push(Alarm::new(&BEFORE_ITS_TIME, BEFORE_DUE, at));
        }
        if destroyed.of == Of::Record && !destroyed.is_authorised {
            alarms.push(Alarm::new(&BEFORE_ITS_TIME, NOT_AUTHORISED, at));
        }
    }
    if let Some(by) = thing.certificate_by {
        alarms.push(Alarm::new(&NO_CERTIFICATE, "no-certificate", by.end()));
    }
    if let Some(retired) = thing.unaccounted() {
        let by = retired.on.day.plus(i32::from(settings.disposal_overdue_days));
        alarms.push(Alarm::new(&UNACCOUNTED, "unaccounted", by.end()));
    }
    alarms
}

/// Gives an alert its words and its evidence.
pub(crate) fn words(thing: &Thing, settings: &Settings, alarm: &Alarm, alert: Alert) -> Alert {
    if alarm.rule.id == UNACCOUNTED.id {
        return unaccounted(thing, settings, alert);
    }
    let Some(destroyed) = &thing.destroyed else { return alert };
    let mut evidence = vec![destroyed.on.seq];
    let done = destroyed.on.day.in_words();
    let words = if alarm.rule.id == NO_CERTIFICATE.id {
        certificate(thing, settings, destroyed)
    } else if alarm.stage.name == NOT_AUTHORISED {
        let review = match thing.review {
            Some((decision, on)) => {
                evidence.push(on.seq);
                format!(" The last review, on {}, decided: {}.", on.day.in_words(), decision.name())
            }
            None => String::new(),
        };
        format!(
            "Destroyed on {done}. No authorisation that was given by then and not taken back is recorded, and the \
             entry of the destruction names none. That the retention period is over is no authority.{review}"
        )
    } else {
        match destroyed.early {
            Some(Early::Before(due)) => {
                evidence.push(due.on.seq);
                let days = due.day.since(destroyed.on.day);
                format!(
                    "Destroyed on {done}, {days} {} before {}. {}",
                    if days == 1 { "day" } else { "days" },
                    due.day.in_words(),
                    basis(due)
                )
            }
            Some(Early::Kept(Kept::ForGood(on))) => {
                evidence.push(on.seq);
                format!("Destroyed on {done}. By the retention schedule these records are kept for good.")
            }
            Some(Early::Kept(Kept::Longer(on))) => {
                evidence.push(on.seq);
                format!(
                    "Destroyed on {done}. The review of {} kept them longer and named no day; nothing was decided \
                     otherwise since.",
                    on.day.in_words()
                )
            }
            None => return alert,
        }
    };
    evidence.extend(thing.registered.map(|on| on.seq));
    alert.arithmetic(words).evidence(evidence)
}

fn certificate(thing: &Thing, settings: &Settings, destroyed: &Destroyed) -> String {
    let days = settings.certificate_working_days;
    let by = thing.certificate_by.map(|by| by.in_words()).unwrap_or_default();
    let route = destroyed.route.map_or("by a route that is not recorded", |route| route.name());
    format!(
        "Destroyed on {} ({route}). A certificate is to be there within {days} working {}, counted from the next day on \
         in England and Wales, which is by {by}: a control of the organisation's own. None is recorded.",
        destroyed.on.day.in_words(),
        if days == 1 { "day" } else { "days" },
    )
}

fn unaccounted(thing: &Thing, settings: &Settings, alert: Alert) -> Alert {
    let Some(retired) = thing.unaccounted() else { return alert };
    let days = settings.disposal_overdue_days;
    let by = retired.on.day.plus(i32::from(days)).in_words();
    let mut words = format!(
        "Taken out of use for disposal on {}; to be disposed of within {days} days of the calendar, which is by {by}: a \
         control of the organisation's own.",
        retired.on.day.in_words()
    );
    let mut evidence = vec![retired.on.seq];
    match &thing.destroyed {
        Some(destroyed) => {
            evidence.push(destroyed.on.seq);
            words.push_str(
                " What was disposed of under this number has another serial number than what was taken out of use.",
            );
        }
        None => words.push_str(" Nothing says that it was disposed of, or is in use again."),
    }
    alert.arithmetic(words).evidence(evidence)
}

/// A sentence about where a due day comes from.
pub(crate) fn basis(due: Due) -> String {
    let said = due.on.day.in_words();
    match due.basis {
        Basis::Triggered => format!("The retention period ends then, as recorded for {said}."),
        Basis::Reviewed => format!("So the review of {said} says."),
        Basis::KeptLonger => format!("The review of {said} kept them until then."),
        Basis::Authorised => format!("So the authorisation of {said} says, which goes before the schedule."),
        Basis::Executed => "So the entry of the destruction itself says.".to_owned(),
    }
}

/// Why an alert stands no longer.
pub(crate) fn cleared(thing: &Thing, rule: &str, stage: &str) -> String {
    if rule == NO_CERTIFICATE.id {
        return match (&thing.destroyed, thing.certified) {
            (None, _) => "the destruction was corrected".to_owned(),
            (_, Some(on)) => format!("the certificate came on {}", on.day.in_words()),
            (Some(destroyed), None) if destroyed.has_certificate => "it is certified".to_owned(),
            (Some(destroyed), None) if !destroyed.needs_certificate() => "it needs no certificate".to_owned(),
            (Some(_), None) => "the day by which the certificate is to be there is another one".to_owned(),
        };
    }
    if rule == UNACCOUNTED.id {
        return match (&thing.retired, &thing.destroyed) {
            (None, _) => "the device is in use again, or was never taken out of use".to_owned(),
            (Some(_), Some(destroyed)) => {
                format!("the device was disposed of on {}", destroyed.on.day.in_words())
            }
            (Some(_), None) => "the day on which it was taken out of use is another one".to_owned(),
        };
    }
    let Some(destroyed) = &thing.destroyed else { return "the destruction was corrected".to_owned() };
    if stage == BEFORE_DUE {
        return match (destroyed.early, thing.due) {
            (Some(_), _) => "when it was destroyed was corrected".to_owned(),
            _ if destroyed.of != Of::Record => "no record was destroyed, as is known now".to_owned(),
            (None, Some(due)) => format!("it was due on {}, as is known now", due.day.in_words()),
            (None, None) => "no entry says any more when it falls due".to_owned(),
        };
    }
    if destroyed.is_authorised {
        return "it was authorised, as is known now".to_owned();
    }
    if destroyed.of == Of::Record {
        "when it was destroyed was corrected"
    } else {
        "no record was destroyed, as is known now"
    }
    .to_owned()
}
