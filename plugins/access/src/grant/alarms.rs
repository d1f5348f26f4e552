//! What there is to be said about a grant, and when.

use muniment_sdk::{Alarm, Alert, Day, Instant, Rule};

use super::right::{Approval, Origin, Right};
use super::{Elevation, Grant};
use crate::Settings;
use crate::moment::{At, UserClass};
use crate::rules::{BEYOND_FUNCTION, MISUSED, OF_NOBODY, SELF_APPROVED, UNAPPROVED, UNCONFIRMED};

const GIVEN: &str = "given";
const ELEVATED: &str = "elevated";
const OUTSIDE: &str = "outside-function";
const OVERDUE: &str = "overdue";
const FOUND: &str = "orphan";
const NO_PERSON: &str = "no-person";
const SUSPENDED: &str = "suspended-for-misuse";
const BY_ITSELF: &str = "self-approved";

/// The alarms of a grant, each from the time at which it stands.
///
/// An account may have rights to several systems: what is wrong with each gives an alarm, and of one rule the earliest
/// comes first.
pub(crate) fn of(grant: &Grant, settings: &Settings) -> Vec<Alarm> {
    let mut alarms = Vec::new();
    for right in grant.rights.iter().filter(|right| right.ended.is_none()) {
        for (rule, stage, at) in wrong(right, settings).into_iter().flatten() {
            alarms.extend(while_valid(right, Alarm::new(rule, stage, at)));
        }
    }
    for at in grant.self_approved_ahead() {
        alarms.push(Alarm::new(&SELF_APPROVED, BY_ITSELF, at.time));
    }
    for elevation in grant.elevated.iter().filter(|elevation| !elevation.approved) {
        let alarm = Alarm::new(&UNAPPROVED, ELEVATED, elevation.at.time);
        alarms.push(elevation.over().map_or(alarm, |over| alarm.until(over)));
    }
    alarms.sort_by_key(|alarm| (alarm.rule.id, alarm.stage.name, alarm.at));
    alarms
}

type Wrong = Option<(&'static Rule, &'static str, Instant)>;

fn wrong(right: &Right, settings: &Settings) -> [Wrong; 6] {
    let missing = match right.approval {
        Approval::Missing(since) => Some((&UNAPPROVED, GIVEN, since.time)),
        Approval::Given(_) | Approval::Late(_) | Approval::Unknown => None,
    };
    let is_of_nobody = right.person.is_none() && right.class != Some(UserClass::ServiceAccount);
    let of_nobody = match right.origin {
        Origin::Found => Some((&OF_NOBODY, FOUND, right.begun.time)),
        Origin::Granted | Origin::OlderThanTheLedger if is_of_nobody => {
            Some((&OF_NOBODY, NO_PERSON, right.begun.time))
        }
        Origin::Granted | Origin::OlderThanTheLedger => None,
    };
    let misused = right.resting.filter(|resting| resting.for_misuse);
    [
        missing,
        right.outside.map(|since| (&BEYOND_FUNCTION, OUTSIDE, since.time)),
        confirm_by(right, settings).map(|due| (&UNCONFIRMED, OVERDUE, due.end())),
        of_nobody,
        misused.map(|resting| (&MISUSED, SUSPENDED, resting.since.time)),
        right.self_approved.map(|since| (&SELF_APPROVED, BY_ITSELF, since.time)),
    ]
}

/// The day by which the need of a right is to be confirmed again: the day that was set, but no later than so many months
/// behind the last time. What rests, and what belongs to nobody, is confirmed by nobody.
pub(crate) fn confirm_by(right: &Right, settings: &Settings) -> Option<Day> {
    if right.resting.is_some() || right.origin == Origin::Found || right.ended.is_some() {
        return None;
    }
    let latest = right.confirmed.day.plus_months(months(right, settings));
    Some(right.review_due.map_or(latest, |due| due.min(latest)))
}

fn months(right: &Right, settings: &Settings) -> u16 {
    if right.privileged { settings.recertify_privileged_months } else { settings.recertify_months }
}

/// Access whose time runs out needs nothing any more from then on.
fn while_valid(right: &Right, alarm: Alarm) -> Option<Alarm> {
    let Some(until) = right.valid_until.map(Day::end) else { return Some(alarm) };
    (alarm.at < until).then(|| alarm.until(until))
}

impl Elevation {
    /// When the higher rights were over, where that is known.
    pub(crate) fn over(&self) -> Option<Instant> {
        self.minutes.map(|minutes| self.at.time.plus_seconds(i64::from(minutes) * 60))
    }
}

/// Gives an alert its words and its evidence.
pub(crate) fn words(grant: &Grant, settings: &Settings, alarm: &Alarm, alert: Alert) -> Alert {
    let (mut words, mut seqs) = (Vec::new(), Vec::new());
    for right in grant.rights.iter().filter(|right| right.ended.is_none()) {
        let found = wrong(right, settings).into_iter().flatten();
        let is_meant = |(rule, stage, _): &(&'static Rule, &'static str, Instant)| {
            rule.id == alarm.rule.id && *stage == alarm.stage.name
        };
        if found.into_iter().any(|wrong| is_meant(&wrong)) {
            words.push(sentence(right, settings, alarm));
            seqs.push(right.begun.seq);
            seqs.extend(since(right, alarm).map(|at| at.seq));
        }
    }
    if alarm.rule.id == SELF_APPROVED.id {
        for at in grant.self_approved_ahead() {
            words.push(format!(
                "It was approved by its own user on {}, and is not given yet.",
                at.day.in_words()
            ));
            seqs.push(at.seq);
        }
    }
    if alarm.stage.name == ELEVATED {
        for elevation in grant.elevated.iter().filter(|elevation| !elevation.approved) {
            words.push(elevated(elevation));
            seqs.push(elevation.at.seq);
        }
    }
    seqs.sort_unstable();
    seqs.dedup();
    alert.arithmetic(words.join(" ")).evidence(seqs)
}

/// The entry that the alarm rests on, besides that with which the right began.
fn since(right: &Right, alarm: &Alarm) -> Option<At> {
    match alarm.stage.name {
        GIVEN => match right.approval {
            Approval::Missing(since) => Some(since),
            Approval::Given(_) | Approval::Late(_) | Approval::Unknown => None,
        },
        OUTSIDE => right.outside,
        OVERDUE => Some(right.confirmed),
        SUSPENDED => right.resting.map(|resting| resting.since),
        BY_ITSELF => right.self_approved,
        _ => None,
    }
}

fn sentence(right: &Right, settings: &Settings, alarm: &Alarm) -> String {
    let what = match &right.of.entitlement {
        Some(entitlement) => format!("{} of {}", entitlement, right.of.system),
        None => right.of.system.clone(),
    };
    let day = since(right, alarm).unwrap_or(right.begun).day.in_words();
    match alarm.stage.name {
        GIVEN => format!(
            "{what}: given on {day}. Neither that entry nor one before it names an approval by the owner of the system."
        ),
        OUTSIDE => format!(
            "{what}: recorded on {day} as more than the function's standing set of rights. It stands until the access is \
             changed, reduced or revoked."
        ),
        OVERDUE => overdue(right, settings, &what, &day),
        FOUND => format!("{what}: found on {day} to belong to nobody known."),
        NO_PERSON => format!("{what}: given on {day}, and no entry names the person whose it is."),
        SUSPENDED => {
            format!("{what}: suspended for misuse on {day}, and neither revoked nor given back since.")
        }
        _ => format!("{what}: approved on {day} by the one who has it."),
    }
}

fn overdue(right: &Right, settings: &Settings, what: &str, day: &str) -> String {
    let months = months(right, settings);
    let due = confirm_by(right, settings).unwrap_or(right.confirmed.day);
    let how = if right.reviews.contains(&right.confirmed) { "confirmed last" } else { "given or changed" };
    let why = match right.review_due.filter(|set| *set == due) {
        Some(_) => "the day that was set then".to_owned(),
        None if right.privileged => {
            format!("{months} months behind that for administrators (setting recertify_privileged_months)")
        }
        None => format!("{months} months behind that (setting recertify_months)"),
    };
    format!("{what}: {how} on {day}, and to be confirmed again by {}: {why}.", due.in_words())
}

fn elevated(elevation: &Elevation) -> String {
    let over = match elevation.over() {
        Some(over) => format!("until {}", over.in_london()),
        None => "for a time that is not recorded".to_owned(),
    };
    format!(
        "{}: higher rights from {} {over}, and no entry names an approval.",
        elevation.of.system,
        elevation.at.time.in_london()
    )
}

/// Why an alert stands no longer.
pub(crate) fn cleared(grant: &Grant, rule: &str, stage: &str) -> String {
    if stage == ELEVATED {
        return no_longer_elevated(grant);
    }
    let Some(right) = grant.rights.last() else {
        return "what it rested on was corrected, or settled otherwise".to_owned();
    };
    if let Some(ended) = right.ended.filter(|_| grant.rights.iter().all(|right| right.ended.is_some())) {
        return format!("the access was revoked on {}", ended.day.in_words());
    }
    match (rule, right.approval) {
        // An approval of the same day counts as one before.
        ("A-ACC-1", Approval::Late(at) | Approval::Given(at)) => {
            format!("it was approved on {}", at.day.in_words())
        }
        ("A-ACC-2", _) => "the access was changed or reduced, or that was corrected".to_owned(),
        ("A-ACC-3", _) if right.resting.is_some() => "the access rests".to_owned(),
        ("A-ACC-3", _) => format!("it was confirmed, or changed, on {}", right.confirmed.day.in_words()),
        ("A-ACC-5", _) if right.person.is_some() => "it is recorded whose it is".to_owned(),
        ("A-ACC-6", _) => "the access was given back or revoked".to_owned(),
        ("A-ACC-7", _) => "somebody else decided on it".to_owned(),
        _ => "it is no longer so, as the entries about it stand now".to_owned(),
    }
}

fn no_longer_elevated(grant: &Grant) -> String {
    let (approved, others): (Vec<&Elevation>, Vec<&Elevation>) =
        grant.elevated.iter().partition(|elevation| elevation.approved);
    let last = others.iter().map(|elevation| elevation.over()).max().flatten();
    match (approved.is_empty(), others.is_empty(), last) {
        (true, true, _) => "what it rested on was corrected".to_owned(),
        (false, true, _) => "the higher rights were approved".to_owned(),
        (false, false, _) => "the higher rights were approved, or their time is over".to_owned(),
        (true, false, Some(over)) => format!("the time of the higher rights was over {}", over.in_london()),
        (true, false, None) => "the higher rights were given at another time".to_owned(),
    }
}
