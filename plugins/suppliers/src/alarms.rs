//! What there is to be said about a contractor, and when.

use muniment_sdk::{Alarm, Alert, Day, Severity};

use crate::contractor::{Contractor, Cover, Gap};
use crate::{EXPIRED, NOT_SIGNED, Settings};

pub(crate) mod processor;

/// Work began, and no undertaking held on its first day.
pub(crate) const STARTED: &str = "started";
/// There is access, and nothing was ever signed.
pub(crate) const ACCESS: &str = "access-without-undertaking";
pub(crate) const EXPIRES: &str = "days-left";
/// The undertaking is over, and there is access still.
pub(crate) const WITH_ACCESS: &str = "access-live";
/// The undertaking is over, and the work goes on.
pub(crate) const WHILE_WORKING: &str = "work-goes-on";

/// The alarms of a contractor, each from the time at which it stands.
///
/// What was signed too late puts an end to the alarm, and not to the fault: that is counted in the report.
pub(crate) fn of(contractor: &Contractor, settings: &Settings) -> Vec<Alarm> {
    if !contractor.needs_undertaking() {
        return Vec::new();
    }
    let (work, access) = (contractor.gaps_of_work(), contractor.gaps_of_access());
    let never = access.iter().rfind(|gap| gap.lapsed.is_none());
    let lapsed = access.iter().rfind(|gap| gap.lapsed.is_some());
    let starts = contractor.work().map(|work| work.from);
    let unsigned = work.first().filter(|gap| Some(gap.stretch.from) == starts);
    let outlasted = work.last().filter(|gap| Some(gap.stretch.from) != starts);
    let mut alarms = Vec::new();
    alarms.extend(unsigned.map(|gap| of_gap(Alarm::new(&NOT_SIGNED, STARTED, gap.stretch.from), gap)));
    alarms.extend(never.map(|gap| of_gap(Alarm::new(&NOT_SIGNED, ACCESS, gap.stretch.from), gap)));
    alarms.extend(lapsed.map(|gap| of_gap(Alarm::new(&EXPIRED, WITH_ACCESS, gap.stretch.from), gap)));
    alarms.extend(outlasted.and_then(|gap| while_working(gap, lapsed)));
    alarms.extend(expires(contractor, settings));
    alarms
}

fn of_gap(alarm: Alarm, gap: &Gap) -> Alarm {
    gap.stretch.until.map_or(alarm, |until| alarm.until(until))
}

/// Where there is access too, that is said, and not both.
fn while_working(gap: &Gap, with_access: Option<&Gap>) -> Option<Alarm> {
    let alarm = of_gap(Alarm::new(&EXPIRED, WHILE_WORKING, gap.stretch.from), gap);
    match with_access.filter(|access| access.stretch.until.is_none()) {
        Some(access) if access.stretch.from <= gap.stretch.from => None,
        Some(access) if gap.stretch.until.is_none_or(|until| access.stretch.from < until) => {
            Some(alarm.until(access.stretch.from))
        }
        _ => Some(alarm),
    }
}

/// The last undertaking comes to its end, and the work or the access does not.
fn expires(contractor: &Contractor, settings: &Settings) -> Option<Alarm> {
    let (cover, last) = contractor.last_to_expire()?;
    let days = settings.nda_expiry_warning_days;
    let goes_on = contractor.engagement.as_ref().is_some_and(|engagement| {
        engagement.over().is_none() && engagement.planned_end.is_none_or(|end| last < end)
    });
    let has_access =
        contractor.access.iter().any(|it| it.stretch.until.is_none_or(|until| last.end() < until));
    let from = last.plus(-i32::from(days)).max(cover.from).start();
    let alarm = Alarm::new(&EXPIRED, (days, EXPIRES), from).until(last.end()).due(last.end());
    (goes_on || has_access).then_some(alarm)
}

/// Gives an alert its words and its evidence.
pub(crate) fn words(contractor: &Contractor, settings: &Settings, alarm: &Alarm, alert: Alert) -> Alert {
    let from = Day::in_london(alarm.at);
    let (words, alert) = match alarm.stage.name {
        STARTED => (started(contractor, from), alert),
        ACCESS => (
            format!(
                "There is access to {} since {}, and no undertaking is on record that covers {}. A contractor signs first.",
                systems(contractor),
                alarm.at.in_london(),
                whom(contractor)
            ),
            alert,
        ),
        WITH_ACCESS => {
            (format!("{} There is access to {} still.", expired(contractor), systems(contractor)), alert)
        }
        WHILE_WORKING => {
            (format!("{} No end of the work is recorded that lies before that.", expired(contractor)), alert)
        }
        _ => (expiring(contractor, settings), alert.severity(Severity::Warning)),
    };
    let of_engagement = contractor.engagement.iter().flat_map(|engagement| engagement.seqs());
    let of_cover = contractor.cover.iter().map(|cover| cover.seq);
    let of_access = contractor.access.iter().map(|access| access.seq);
    alert.arithmetic(words).evidence(of_engagement.chain(of_cover).chain(of_access))
}

fn started(contractor: &Contractor, from: Day) -> String {
    let undertaking = match contractor.cover.iter().rfind(|cover| cover.to.is_some_and(|to| to < from)) {
        Some(Cover { to: Some(to), undertaking, .. }) => {
            format!("{undertaking}, which covered this engagement, had expired on {}.", to.in_words())
        }
        _ => "No undertaking is on record that covers this engagement.".to_owned(),
    };
    format!(
        "Work began on {}. {undertaking} A contractor signs before the work begins; a signature on the first day is taken to \
         come first.",
        from.in_words()
    )
}

fn expired(contractor: &Contractor) -> String {
    match contractor.last_to_expire() {
        Some((cover, last)) => {
            format!("{} held until {}, and nothing was signed since.", cover.undertaking, last.in_words())
        }
        None => String::new(),
    }
}

fn expiring(contractor: &Contractor, settings: &Settings) -> String {
    let Some((cover, last)) = contractor.last_to_expire() else { return String::new() };
    let days = settings.nda_expiry_warning_days;
    format!(
        "{} holds until {}. {days} days of the calendar before that it is to be signed again: the setting \
         nda_expiry_warning_days. The work or the access goes on behind it.",
        cover.undertaking,
        last.in_words()
    )
}

fn systems(contractor: &Contractor) -> String {
    let mut systems: Vec<&str> = contractor.access.iter().map(|access| access.system.as_str()).collect();
    systems.sort_unstable();
    systems.dedup();
    systems.join(", ")
}

fn whom(contractor: &Contractor) -> &'static str {
    if contractor.engagement.is_some() {
        "this engagement"
    } else {
        "the holder, nor any engagement of theirs"
    }
}

/// Why an alert stands no longer.
pub(crate) fn cleared(contractor: &Contractor, rule: &str, stage: &str) -> String {
    let engagement = contractor.engagement.as_ref();
    if engagement.is_some_and(|engagement| !engagement.needs_undertaking()) {
        return "it was recorded that this engagement needs no undertaking".to_owned();
    }
    let is_about_access = [ACCESS, WITH_ACCESS].contains(&stage);
    if is_about_access && contractor.access.is_empty() {
        return "there is no access any more that counts as this contractor's".to_owned();
    }
    let over = engagement.and_then(|engagement| engagement.over());
    match (over, contractor.cover.iter().max_by_key(|cover| (cover.from, cover.seq))) {
        (Some(over), _) if !is_about_access => format!("the work ended on {}", over.in_words()),
        (_, Some(cover)) if rule == EXPIRED.id => match cover.to {
            Some(to) => format!("{} holds until {}, or this stage is over", cover.undertaking, to.in_words()),
            None => format!("{} holds without an end", cover.undertaking),
        },
        (_, Some(cover)) => format!("{} was signed on {}", cover.undertaking, cover.from.in_words()),
        (_, None) => "what it rested on was corrected, or is counted under another number".to_owned(),
    }
}
