//! The words of alerts, and their evidence.

use muniment_sdk::{Alarm, Alert, Day};

use super::{
    AGREEMENT_LAPSED, FOUND, INSECURE, ITEM, LAPSED, LATE, LEFT_AFTER, LOST_IN_VEHICLE, NO_AGREEMENT,
    NO_DELEGATION, NONE, NOT_HELD, REVIEW, WRONG, fault,
};
use crate::joined::{Broken, Fault, Joined, Out, Signed};
use crate::violation::Kind;
use crate::{BROKEN, NOT_RECORDED, Settings, WRONG_SIGNATORY};

/// Gives an alert its words and its evidence.
pub(crate) fn words(joined: &Joined, settings: &Settings, alarm: &Alarm, alert: Alert) -> Alert {
    match alarm.stage.name {
        REVIEW | WRONG | NO_DELEGATION | NOT_HELD => match &joined.authorisation {
            Some(signed) => of_authorisation(signed, settings, alarm, alert),
            None => alert,
        },
        NO_AGREEMENT | AGREEMENT_LAPSED | NONE | LEFT_AFTER | LAPSED | INSECURE | ITEM | LOST_IN_VEHICLE => {
            match &joined.thing {
                Some(out) => of_thing(out, alarm, alert),
                None => alert,
            }
        }
        // A thing that is out has it too: "overdue" is also a kind of violation.
        LATE if alarm.rule.id != BROKEN.id => match &joined.thing {
            Some(out) => of_thing(out, alarm, alert),
            None => alert,
        },
        _ => of_violations(&joined.violations, alarm, alert),
    }
}

fn of_authorisation(signed: &Signed, settings: &Settings, alarm: &Alarm, alert: Alert) -> Alert {
    let authorisation = &signed.authorisation;
    let Some(grant) = authorisation.last() else { return alert };
    let mut seqs: Vec<u64> = authorisation.seqs().collect();
    let signed_on = grant.on.day.in_words();
    let words = match (alarm.stage.name, fault(signed)) {
        (REVIEW, _) => {
            let (due, since) = authorisation.review_due(settings).unwrap_or((grant.last, grant.on.day));
            format!(
                "Signed or last reviewed on {}; it was to be reviewed by {}: on the day that was set, or {} months later (the \
                 setting homework_review_months), whichever is earlier. It holds until {}.",
                since.in_words(),
                due.in_words(),
                settings.homework_review_months,
                grant.last.in_words()
            )
        }
        (_, Some(Fault::Wrong(signatory))) => {
            format!("{DIRECTOR} Signed on {signed_on} as: {}.", signatory.name().to_lowercase())
        }
        (_, Some(Fault::NoDelegation)) => {
            let which = match (&grant.delegation, &grant.authorised_by) {
                (Some(number), _) => {
                    format!("{number} is no delegation of that power which held on that day")
                }
                (None, Some(role)) => {
                    format!("no delegation of that power to {role} is on record that held on that day")
                }
                (None, None) => "neither the delegation is recorded nor the role".to_owned(),
            };
            format!("{DIRECTOR} A deputy signed on {signed_on}, and {which}.")
        }
        (_, Some(Fault::NotHeld(seq))) => {
            seqs.push(seq);
            let role = grant.authorised_by.as_deref().unwrap_or("the role");
            format!(
                "{DIRECTOR} It was signed on {signed_on} as {role}, which nobody held as a service director on that day, as \
                 entry {seq} says."
            )
        }
        (_, None) => String::new(),
    };
    alert.arithmetic(words).evidence(seqs)
}

const DIRECTOR: &str = "Before electronic files about identifiable people go home, the service director agrees in writing, or \
                        a deputy with a recorded delegation of that power.";

fn of_thing(out: &Out, alarm: &Alarm, alert: Alert) -> Alert {
    let Some(trip) = out.trip() else { return alert };
    let left = trip.out.day.in_words();
    let words = match alarm.stage.name {
        NO_AGREEMENT => format!("It left on {left}, and no agreement to work at home held on that day."),
        NONE => format!(
            "It holds information about identifiable people. It left on {left}, and no authorisation is on record that \
                         held on that day."
        ),
        LEFT_AFTER => format!(
            "It holds information about identifiable people. It left on {left}, and {}.",
            lapsed(out, alarm)
        ),
        LAPSED | AGREEMENT_LAPSED => format!("It left on {left} and is out still; {}.", lapsed(out, alarm)),
        INSECURE => format!(
            "It left on {left}, holds information about identifiable people, and was not packed so that nobody can get at it: what \
             is carried is secure and packed discreetly."
        ),
        ITEM => encryption(out),
        LOST_IN_VEHICLE => {
            let lost = trip.lost.as_ref().map(|loss| loss.on.day.in_words()).unwrap_or_default();
            format!(
                "It left on {left} and was lost in a vehicle, as was recorded for {lost}. Nothing is left in a vehicle overnight."
            )
        }
        _ => {
            let part = if trip.part_back.is_some() { " A part of it came back." } else { "" };
            format!(
                "It left on {left} and was to be back by {}, the day that was set.{part}",
                trip.due().in_words()
            )
        }
    };
    let verdicts = out.verdicts.iter().map(|(on, _)| on.seq).filter(|_| alarm.stage.name == ITEM);
    let cover = out.cover.iter().map(|cover| cover.seq);
    alert.arithmetic(words).evidence(trip.seqs().chain(cover).chain(verdicts))
}

fn lapsed(out: &Out, alarm: &Alarm) -> String {
    let ended = out.cover.iter().filter(|cover| cover.until <= alarm.at).max_by_key(|cover| cover.until);
    match ended {
        Some(cover) => {
            format!("the authorisation {} held until {}", cover.authorisation, cover.last.in_words())
        }
        None => "no authorisation holds".to_owned(),
    }
}

fn encryption(out: &Out) -> String {
    let (Some(trip), Some(since)) = (out.trip(), out.unencrypted_since()) else { return String::new() };
    let how = if since.seq == trip.out.seq {
        "as was recorded when it left"
    } else {
        "as was found when the device was checked"
    };
    format!(
        "{} that left on {}: it is not encrypted, {how} (entry {}). A medium is encrypted before it leaves.",
        trip.terms.medium.name(),
        trip.out.day.in_words(),
        since.seq
    )
}

/// All violations that the alert is about: those of its kind that nobody has dealt with.
fn of_violations(violations: &[Broken], alarm: &Alarm, alert: Alert) -> Alert {
    let is_meant = |broken: &&Broken| {
        let kind = broken.seen.kind;
        let is_found = kind == Kind::NotAuthorised && !broken.is_covered;
        let is_of_stage =
            if alarm.stage.name == FOUND { is_found } else { !is_found && kind.stage() == alarm.stage.name };
        broken.dealt.is_none() && is_of_stage
    };
    let meant: Vec<&Broken> = violations.iter().filter(is_meant).collect();
    let Some(first) = meant.first() else { return alert };
    let count = match meant.len() {
        1 => "Recorded once".to_owned(),
        more => format!("Recorded {more} times, first"),
    };
    let on = first.on.day.in_words();
    let words = if alarm.stage.name == FOUND {
        format!(
            "{count}, for {on}: somebody works at home with information, and no agreement held on that day."
        )
    } else {
        format!(
            "{count}, for {on}: {}. The standards allow no exception. It stands until the authorisation was reviewed, refused \
             or revoked, or the incident that was opened for it is closed.",
            first.seen.kind.name().to_lowercase()
        )
    };
    alert.arithmetic(words).evidence(meant.iter().map(|broken| broken.on.seq))
}

/// Why an alert stands no longer.
pub(crate) fn cleared(joined: &Joined, rule: &str, stage: &str) -> String {
    let on = |what: &str, day: Day| format!("{what} on {}", day.in_words());
    let is_of_authorisation = stage == REVIEW || rule == WRONG_SIGNATORY.id;
    if let Some(signed) = joined.authorisation.as_ref().filter(|_| is_of_authorisation) {
        return match (signed.authorisation.reviews.last(), signed.authorisation.last()) {
            (Some(review), _) if stage == REVIEW => on("reviewed", review.day),
            (_, Some(grant)) => {
                format!("signed on {}, to hold until {}", grant.on.day.in_words(), grant.last.in_words())
            }
            (_, None) => "what was signed was corrected".to_owned(),
        };
    }
    let is_of_violation = stage == FOUND || rule == BROKEN.id && stage != LOST_IN_VEHICLE;
    if is_of_violation {
        let dealt = joined.violations.iter().filter_map(|broken| broken.dealt).max();
        return match dealt {
            Some(dealt) => on("dealt with", dealt.day),
            None => "what it rested on was corrected".to_owned(),
        };
    }
    let Some((out, trip)) = joined.thing.as_ref().and_then(|out| Some((out, out.trip()?))) else {
        return "what it rested on was corrected, or is counted under another number".to_owned();
    };
    match (trip.back, &trip.lost, out.closed) {
        (Some(back), ..) => on("it came back", back.day),
        (None, Some(_), Some(closed)) if stage == LOST_IN_VEHICLE => {
            on("the incident was closed", closed.day)
        }
        (None, Some(loss), _) => on("it was recorded to be lost", loss.on.day),
        (None, None, _) if stage == ITEM => "it was found to be encrypted".to_owned(),
        (None, None, _) if rule == NOT_RECORDED.id || [NONE, LEFT_AFTER, LAPSED].contains(&stage) => {
            match out.cover.iter().max_by_key(|cover| cover.until) {
                Some(cover) => format!("{} holds until {}", cover.authorisation, cover.last.in_words()),
                None => "what it rested on was corrected".to_owned(),
            }
        }
        (None, None, _) => {
            format!("it is to be back by {}, or what it rested on was corrected", trip.due().in_words())
        }
    }
}
