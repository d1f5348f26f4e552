//! What the alerts about a person say.

use muniment_sdk::{Alarm, Alert, Severity};

use super::Person;
use super::alarms::{
    INCOMPLETE, LAST_DAY_OVER, NO_CLASS, NOT_TOLD, OLD_ACCESS, OUTSTANDING, OVERDUE, STILL_LIVE, UNRESOLVED,
    kit_of, live_while_suspended, old_access, without_class,
};
use super::held::Held;
use super::purpose::unneeded_after;
use crate::Settings;

/// Numbers that are named in a sentence at most; the evidence has the others.
const NAMED_MAX: usize = 5;

/// Gives an alert its words and its evidence.
pub(crate) fn of(person: &Person, settings: &Settings, alarm: &Alarm, alert: Alert) -> Alert {
    let said = match alarm.stage.name {
        NOT_TOLD => not_told(person, settings),
        STILL_LIVE => still_live(person, settings),
        OLD_ACCESS => mover(person, settings),
        LAST_DAY_OVER | OVERDUE => leaver(person, settings),
        INCOMPLETE => incomplete(person),
        OUTSTANDING => outstanding(person, settings),
        UNRESOLVED => unresolved(person, settings),
        NO_CLASS => no_class(person),
        _ => Said::default(),
    };
    let alert = alert.arithmetic(said.words.join(" ")).evidence(said.seqs());
    // Access ends with the last day by the policy; only the first working day behind it is the end of all patience.
    if alarm.stage.name == LAST_DAY_OVER { alert.severity(Severity::Policy) } else { alert }
}

/// Sentences, and the entries that they rest on.
#[derive(Default)]
struct Said {
    words: Vec<String>,
    seqs: Vec<u64>,
}

impl Said {
    fn say(&mut self, words: String, seqs: impl IntoIterator<Item = u64>) {
        self.words.push(words);
        self.seqs.extend(seqs);
    }

    fn seqs(&self) -> Vec<u64> {
        let mut seqs = self.seqs.clone();
        seqs.sort_unstable();
        seqs.dedup();
        seqs
    }
}

fn named<'n>(numbers: impl Iterator<Item = &'n str>) -> String {
    let mut numbers: Vec<&str> = numbers.collect();
    numbers.sort_unstable();
    numbers.dedup();
    let shown = numbers.iter().take(NAMED_MAX).copied().collect::<Vec<_>>().join(", ");
    match numbers.len().saturating_sub(NAMED_MAX) {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}

fn accounts(held: &[&Held]) -> String {
    named(held.iter().map(|held| &*held.grant))
}

fn not_told(person: &Person, settings: &Settings) -> Said {
    let mut said = Said::default();
    let untold = person.suspensions.iter().filter(|it| it.ended.is_none() && it.alerted.is_none());
    for suspension in untold {
        let words = format!(
            "{} was suspended {}. {} minutes later (setting suspension_alert_minutes), {}, no entry says that the \
             information risk manager was told.",
            suspension.number,
            suspension.at.time.in_london(),
            settings.suspension_alert_minutes,
            suspension.due.in_london()
        );
        said.say(words, [suspension.at.seq]);
    }
    said
}

fn still_live(person: &Person, settings: &Settings) -> Said {
    let mut said = Said::default();
    for suspension in person.suspensions.iter().filter(|it| it.ended.is_none()) {
        let Some(since) = suspension.to_stop else { continue };
        let live: Vec<&Held> =
            person.held.iter().filter(|held| live_while_suspended(suspension, held).is_some()).collect();
        if live.is_empty() {
            continue;
        }
        let words = format!(
            "{} was suspended {}, and access was to stop within {} minutes (setting suspension_alert_minutes), by {}. \
             Still live: {}.",
            suspension.number,
            since.time.in_london(),
            settings.suspension_alert_minutes,
            suspension.stop_due.in_london(),
            accounts(&live)
        );
        said.say(words, live.iter().map(|held| held.begun.seq).chain([suspension.at.seq, since.seq]));
    }
    said
}

fn mover(person: &Person, settings: &Settings) -> Said {
    let mut said = Said::default();
    for employment in &person.employments {
        for moved in &employment.moves {
            let old: Vec<&Held> = old_access(person, employment, moved).map(|(held, _)| held).collect();
            if old.is_empty() {
                continue;
            }
            let words = format!(
                "{} moved with effect from {}; {} working days behind that (setting mover_change_working_days) end on \
                 {}. Access of the old function that was neither changed, confirmed nor revoked since: {}.",
                employment.number,
                moved.to.effective.in_words(),
                settings.mover_change_working_days,
                moved.due.in_words(),
                accounts(&old)
            );
            said.say(words, old.iter().map(|held| held.touched.seq).chain([moved.at.seq]));
        }
    }
    said
}

fn leaver(person: &Person, settings: &Settings) -> Said {
    let mut said = Said::default();
    for employment in &person.employments {
        let Some(leaving) = &employment.leaving else { continue };
        let is_of_this = |held: &&Held| {
            unneeded_after(person, held).is_some_and(|it| std::ptr::eq(it.employment, employment))
        };
        let live: Vec<&Held> = person.live().filter(is_of_this).collect();
        if live.is_empty() {
            continue;
        }
        let how = if leaving.left.is_some() { "was" } else { "was announced as" };
        let stays =
            person.employments.iter().any(|other| other.leaving.is_none()) || !leaving.remaining.is_empty();
        let why = if stays { " No remaining role is recorded that needs it." } else { "" };
        let words = format!(
            "{} {how} the last day of {}. Access was to be revoked by the end of {} (setting leaver_revoke_working_days: \
             {}), at the latest by the end of the working day behind, {}. Still live: {}.{why}",
            leaving.last_day.in_words(),
            employment.number,
            leaving.due.in_words(),
            settings.leaver_revoke_working_days,
            leaving.latest.in_words(),
            accounts(&live)
        );
        said.say(words, live.iter().map(|held| held.begun.seq).chain(employment.evidence()));
    }
    said
}

fn incomplete(person: &Person) -> Said {
    let mut said = Said::default();
    for employment in person.employments.iter().filter(|it| !it.is_contract) {
        let Some(leaving) = &employment.leaving else { continue };
        if employment.checklist.complete.is_some() {
            continue;
        }
        let how = match employment.checklist.outstanding() {
            None => "nobody recorded that the exit checklist was gone through to its end".to_owned(),
            Some(1) => "1 item of the exit checklist is outstanding".to_owned(),
            Some(items) => format!("{items} items of the exit checklist are outstanding"),
        };
        let words = format!(
            "The last day of {} was {}, and the list was to be complete by its end: {how}.",
            employment.number,
            leaving.last_day.in_words()
        );
        said.say(words, employment.evidence().chain(employment.checklist.last.map(|at| at.seq)));
    }
    said
}

fn outstanding(person: &Person, settings: &Settings) -> Said {
    let mut said = Said::default();
    for employment in &person.employments {
        let Some(leaving) = &employment.leaving else { continue };
        let out: Vec<_> = kit_of(person, employment).collect();
        if out.is_empty() {
            continue;
        }
        let words = format!(
            "The last day of {} was {}; {} working days behind it (setting equipment_return_working_days) end on {}. \
             Not returned: {}.",
            employment.number,
            leaving.last_day.in_words(),
            settings.equipment_return_working_days,
            leaving.kit_due.in_words(),
            named(out.iter().map(|kit| &*kit.number))
        );
        said.say(words, out.iter().map(|kit| kit.issued.seq).chain(employment.evidence()));
    }
    said
}

fn unresolved(person: &Person, settings: &Settings) -> Said {
    let mut said = Said::default();
    for conflict in person.conflicts.iter().filter(|it| it.resolved.is_none() && it.stands_from().is_some()) {
        let by = match conflict.resolve_by.filter(|by| *by == conflict.due) {
            Some(_) => "the day that was set for it".to_owned(),
            None => format!(
                "{} working days behind that (setting conflict_resolve_working_days)",
                settings.conflict_resolve_working_days
            ),
        };
        let excepted = conflict.exception.and_then(|exception| exception.until);
        let excepted = excepted
            .map(|until| format!(" An exception held until {}.", until.in_words()))
            .unwrap_or_default();
        let words = format!(
            "{} was found on {}, and was to be resolved or excepted by {}: {by}. None of its rights is recorded as \
             taken away since.{excepted}",
            conflict.number,
            conflict.found.day.in_words(),
            conflict.due.in_words()
        );
        let exception = conflict.exception.map(|exception| exception.at.seq);
        said.say(words, [conflict.found.seq].into_iter().chain(exception));
    }
    said
}

fn no_class(person: &Person) -> Said {
    let mut said = Said::default();
    let held: Vec<&Held> = without_class(person).collect();
    let words = format!(
        "Neither the access nor an employment of its user says to which class of user they belong: {}.",
        accounts(&held)
    );
    said.say(words, held.iter().map(|held| held.begun.seq));
    said
}

/// Why an alert stands no longer.
pub(crate) fn cleared(person: &Person, rule: &str) -> String {
    let words = match rule {
        "A-ACC-4" if person.conflicts.iter().any(|conflict| conflict.exception.is_some()) => {
            "an exception was approved, or one of the rights was taken away"
        }
        "A-ACC-4" => "one of the rights was taken away",
        "A-ACC-5" => "it is recorded to which class of user they belong, or the access ended",
        "A-EXT-1" => "the information risk manager was told, or the suspension is over",
        "A-EXT-2" => "the access rests or was revoked, or the suspension is over",
        "A-EXT-3" => "the access was changed, confirmed or revoked",
        "A-EXT-4" if person.live().next().is_some() => {
            "another role needs what is live, or this stage is over"
        }
        "A-EXT-4" => "no access is live any more",
        "A-EXT-5" => "the exit checklist is complete, or the last day another one",
        "A-EXT-6" => "everything is back, or the last day another one",
        _ => "it is no longer so",
    };
    words.to_owned()
}
