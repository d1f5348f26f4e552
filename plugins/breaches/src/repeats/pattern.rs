//! Several breaches of one team, or of one person, within 12 months.

use muniment_sdk::{Alarm, Alert, Day, Instant};

use super::{Breaches, MONTHS};
use crate::{REPEATED, Settings};

const OF_TEAM: &str = "team-repeats";
const OF_PERSON: &str = "person-repeats";

/// Raised anew with every further breach: somebody has to look again.
pub(super) fn of_team(breaches: Option<&Breaches>, settings: &Settings, now: Instant) -> Vec<Alarm> {
    breaches.map(|it| alarms(it, settings.repeat_team_breaches, OF_TEAM, now)).unwrap_or_default()
}

pub(super) fn of_person(breaches: &Breaches, settings: &Settings, now: Instant) -> Vec<Alarm> {
    alarms(breaches, settings.repeat_person_breaches, OF_PERSON, now)
}

/// The one that stands now, and the next: a team may have had thousands, and those of years ago say nothing any more.
fn alarms(breaches: &Breaches, least: u16, stage: &'static str, now: Instant) -> Vec<Alarm> {
    let split = (now, u64::MAX);
    let past = breaches.range(..=split).next_back();
    let to_come = breaches.range(split..).filter(|breach| **breach != split).take(usize::from(least));
    past.into_iter().chain(to_come).filter_map(|last| alarm(breaches, *last, least, stage)).collect()
}

/// That of the pattern of which a breach is the last.
fn alarm(breaches: &Breaches, last: (Instant, u64), least: u16, stage: &'static str) -> Option<Alarm> {
    let first = breaches.range(..=last).rev().nth(usize::from(least) - 1)?;
    let end = end_of(first.0);
    if end <= last.0 {
        return None;
    }
    let next = breaches.range(last..).nth(1).map(|next| next.0);
    let until = next.map_or(end, |next| next.min(end));
    Some(Alarm::new(&REPEATED, stage, last.0).until(until))
}

/// From when on a breach lies more than 12 months back.
pub(crate) fn end_of(breach: Instant) -> Instant {
    Day::in_london(breach).plus_months(MONTHS).start()
}

pub(super) fn words_of_team(
    breaches: Option<&Breaches>,
    settings: &Settings,
    alarm: &Alarm,
    alert: Alert,
) -> Alert {
    let Some(breaches) = breaches else { return alert };
    words(breaches, alarm, alert, settings.repeat_team_breaches, "repeat_team_breaches")
}

pub(super) fn words_of_person(
    breaches: &Breaches,
    settings: &Settings,
    alarm: &Alarm,
    alert: Alert,
) -> Alert {
    words(breaches, alarm, alert, settings.repeat_person_breaches, "repeat_person_breaches")
}

fn words(breaches: &Breaches, alarm: &Alarm, alert: Alert, least: u16, setting: &str) -> Alert {
    let up_to = breaches.range(..=(alarm.at, u64::MAX)).rev();
    let mut within: Vec<(Instant, u64)> = up_to.take_while(|one| alarm.at < end_of(one.0)).copied().collect();
    within.reverse();
    let days: Vec<String> = within.iter().map(|(at, _)| Day::in_london(*at).to_string()).collect();
    let words = format!(
        "{} breaches within {MONTHS} months, by the days on which the organisation became aware of each: {}. From {least} on \
         (setting {setting}) they are a pattern.",
        days.len(),
        days.join(", "),
    );
    alert.arithmetic(words).evidence(within.into_iter().map(|(_, seq)| seq))
}

pub(super) fn cleared() -> String {
    "the breaches within 12 months are fewer now, or a further one has been added".to_owned()
}
