//! A-BRC-4 to A-BRC-7: what an organisation asks of itself.

use muniment_sdk::{Alarm, Alert, Day, Instant};

use crate::case::{Breach, working_days_of};
use crate::{NOT_CLASSIFIED, NOT_CONTAINED, OVERDUE, REPORTED_LATE, Settings, action};

const LATE: &str = "reported-late";
const ACTIONS: &str = "actions-overdue";
const INVESTIGATION: &str = "investigation-overdue";
const NOT_TRIAGED: &str = "not-looked-at";
const UNCLASSIFIED: &str = "not-classified";
const UNCONTAINED: &str = "not-contained";

pub(super) fn of(breach: &Breach, settings: &Settings, alarms: &mut Vec<Alarm>) {
    // What is to be changed outlives the case.
    actions(breach, settings, alarms);
    if breach.is_over() {
        return;
    }
    if let (Some(reported), Some(due)) = (breach.reported, report_due(breach, settings)) {
        // "More than 24 hours": what is known of by the day only counts from its beginning, so that nobody is late by
        // mistake.
        if due < reported.time {
            alarms.push(Alarm::new(&REPORTED_LATE, LATE, reported.time).due(due));
        }
    }
    alarms.extend(breach.dues.investigate.map(|day| Alarm::new(&OVERDUE, INVESTIGATION, day.end())));
    let unclassified = breach.dues.classify.map(Day::end);
    alarms.extend(unclassified.map(|at| Alarm::new(&NOT_CLASSIFIED, UNCLASSIFIED, at)));
    if let (Some(triage), Some(until)) = (breach.dues.triage.map(Day::end), unclassified)
        && triage < until
    {
        alarms.push(Alarm::new(&NOT_CLASSIFIED, NOT_TRIAGED, triage).until(until));
    }
    if let Some(due) = contain_due(breach, settings).filter(|_| breach.contained.is_none()) {
        alarms.push(Alarm::new(&NOT_CONTAINED, UNCONTAINED, due.next()).due(due));
    }
}

/// One alert for all that are overdue, another one as soon as one more is: so that it is not lost among those known.
fn actions(breach: &Breach, settings: &Settings, alarms: &mut Vec<Alarm>) {
    let open = action::open(&breach.actions, settings);
    for (place, (at, _)) in open.iter().enumerate() {
        let count = u16::try_from(place + 1).unwrap_or(u16::MAX);
        let alarm = Alarm::new(&OVERDUE, (count, ACTIONS), *at);
        match open.get(place + 1) {
            Some((next, _)) if next == at => {}
            Some((next, _)) => alarms.push(alarm.until(*next)),
            None => alarms.push(alarm),
        }
    }
}

/// By when it was to be reported, from the first sign.
pub(crate) fn report_due(breach: &Breach, settings: &Settings) -> Option<Instant> {
    Some(breach.suspected?.time.plus_hours(i64::from(settings.report_hours)))
}

/// By when it is to be contained.
pub(crate) fn contain_due(breach: &Breach, settings: &Settings) -> Option<Instant> {
    Some(breach.aware?.time.plus_hours(i64::from(settings.contain_hours)))
}

pub(super) fn words(breach: &Breach, settings: &Settings, alarm: &Alarm, alert: Alert) -> Alert {
    match alarm.stage.name {
        LATE => late(breach, settings, alert),
        ACTIONS => overdue_actions(breach, settings, alarm, alert),
        UNCONTAINED => {
            let (Some(aware), Some(due)) = (breach.aware, contain_due(breach, settings)) else {
                return alert;
            };
            let words = format!(
                "Aware since {}. With {} elapsed hours (setting contain_hours) the breach was to be contained by {}: no entry \
                 says that it was.",
                aware.time.in_london(),
                settings.contain_hours,
                due.in_london(),
            );
            alert.arithmetic(words).evidence([aware.seq])
        }
        stage => working_days(breach, settings, stage, alert),
    }
}

fn late(breach: &Breach, settings: &Settings, alert: Alert) -> Alert {
    let (Some(seen), Some(reported), Some(due)) =
        (breach.suspected, breach.reported, report_due(breach, settings))
    else {
        return alert;
    };
    let words = format!(
        "First noticed {}. With {} elapsed hours (setting report_hours) it was to be reported within the organisation by {}; it \
         was {}, {} hours after it was noticed.",
        seen.time.in_london(),
        settings.report_hours,
        due.in_london(),
        reported.time.in_london(),
        reported.time.hours_since(seen.time),
    );
    let mut seqs = vec![seen.seq, reported.seq];
    seqs.dedup();
    alert.arithmetic(words).evidence(seqs)
}

fn overdue_actions(breach: &Breach, settings: &Settings, alarm: &Alarm, alert: Alert) -> Alert {
    let open = action::open(&breach.actions, settings);
    let overdue: Vec<_> =
        open.into_iter().filter(|(at, _)| *at <= alarm.at).map(|(_, action)| action).collect();
    let parts = overdue.iter().map(|action| {
        let due = action.due(settings).map(Day::in_words).unwrap_or_default();
        let why = match action.raised {
            Some(raised) if !action.has_own_day() => format!(
                ", {} days behind {} (setting action_days), as it has no date of its own",
                settings.action_days,
                raised.day.in_words(),
            ),
            _ => String::new(),
        };
        let owner = action.owner.as_ref().map(|owner| format!(", for {owner}")).unwrap_or_default();
        format!("{} by {due}{why}{owner}", action.name)
    });
    let words =
        format!("To be done and not recorded as done: {}.", parts.collect::<Vec<String>>().join("; "));
    alert.arithmetic(words).evidence(overdue.iter().filter_map(|action| action.raised.map(|at| at.seq)))
}

/// What is counted in working days.
fn working_days(breach: &Breach, settings: &Settings, stage: &str, alert: Alert) -> Alert {
    let dues = breach.dues;
    let (from, what, since, days, setting, due) = match stage {
        INVESTIGATION => (
            breach.aware,
            "the investigation was to be at its end",
            "Aware since",
            settings.investigate_working_days,
            "investigate_working_days",
            dues.investigate,
        ),
        NOT_TRIAGED => (
            breach.known(),
            "somebody was to have looked at it",
            "Known since",
            settings.triage_working_days,
            "triage_working_days",
            dues.triage,
        ),
        _ => (
            breach.known(),
            "it was to be classified",
            "Known since",
            settings.classify_working_days,
            "classify_working_days",
            dues.classify,
        ),
    };
    let (Some(from), Some(due)) = (from, due) else { return alert };
    let words = format!(
        "{since} {}. With {days} working days of {} (setting {setting}), the day behind being the first, {what} by {}.",
        from.day.in_words(),
        working_days_of(settings.nation),
        due.in_words(),
    );
    let seqs = [Some(from.seq), breach.aware.map(|at| at.seq).filter(|seq| *seq != from.seq)];
    alert.arithmetic(words).evidence(seqs.into_iter().flatten())
}

pub(super) fn cleared(breach: &Breach, settings: &Settings, rule: &str, stage: &str) -> Option<String> {
    let done =
        |what: &str, at: Option<crate::case::At>| at.map(|at| format!("{what} {}", at.time.in_london()));
    if breach.is_over() && !stage.ends_with(ACTIONS) {
        return None;
    }
    let found = if rule == NOT_CONTAINED.id {
        done("it was contained", breach.contained)
    } else if rule == REPORTED_LATE.id {
        Some("by what is recorded now it was reported in time".to_owned())
    } else if stage == INVESTIGATION {
        done("it was investigated", breach.investigated)
    } else if stage.ends_with(ACTIONS) {
        let open = action::open(&breach.actions, settings).len();
        Some(match open {
            0 => "all actions are done".to_owned(),
            _ => "an action was done, or has another date, or another one is overdue too".to_owned(),
        })
    } else if stage == NOT_TRIAGED && breach.is_triaged() {
        Some("somebody has looked at it".to_owned())
    } else {
        done("it was assessed", breach.assessed)
    };
    found.or_else(|| Some("a later stage has taken its place, or the day is another one".to_owned()))
}
