//! What hangs on more than the person: access without training, and policies that are not acknowledged.

use muniment_sdk::{Alarm, Alert, Day, Instant};

use crate::framework::{Framework, Policy, Version};
use crate::person::{Grant, On, Person};
use crate::time::{Due, ending};
use crate::{NOT_ACKNOWLEDGED, Settings, UNTRAINED};

const NEVER: &str = "never-trained";
const LAPSED: &str = "training-lapsed";
const BEFORE: &str = "access-before-acknowledgement";
const VERSION: &str = "not-acknowledged";
const AGAIN: &str = "acknowledged-too-long-ago";

/// Both kinds of alarm.
pub(crate) fn of(person: &Person, framework: &Framework, settings: &Settings) -> Vec<Alarm> {
    if !person.is_somebody() {
        return Vec::new();
    }
    let mut alarms = Vec::new();
    let gaps: Vec<Gap<'_>> =
        person.grants.iter().filter_map(|grant| gap(person, framework, settings, grant)).collect();
    for stage in [NEVER, LAPSED] {
        let first = gaps.iter().filter(|gap| gap.stage == stage).min_by_key(|gap| gap.at);
        alarms.extend(first.and_then(|gap| {
            let alarm = Alarm::new(&UNTRAINED, stage, gap.at);
            let ends = gap.grant.ends();
            person.while_there(ends.map_or(alarm, |ends| ending(alarm, ends)))
        }));
    }
    let owed: Vec<Unacknowledged<'_>> = owed(person, framework, settings).collect();
    for stage in [BEFORE, VERSION, AGAIN] {
        let of_stage = owed.iter().filter(|owed| owed.stage() == stage);
        let first = of_stage.filter_map(|owed| owed.alarm(person)).min_by_key(|alarm| alarm.at);
        alarms.extend(first);
    }
    alarms
}

/// Access to a system without valid training.
struct Gap<'p> {
    grant: &'p Grant,
    stage: &'static str,
    at: Instant,
    /// What had been completed and counts no more.
    lapsed: Option<On>,
}

/// The gap of a grant, if it has one. Training that lapsed has the same grace as where it is to be renewed; who was never
/// trained has none, for training comes before access.
fn gap<'p>(person: &Person, framework: &Framework, settings: &Settings, grant: &'p Grant) -> Option<Gap<'p>> {
    let needs = framework.needs.get(&grant.system);
    let is_of_system = |system: Option<&String>| system == Some(&grant.system);
    let mut own = person
        .enrolments
        .iter()
        .map(|it| &it.course)
        .chain(person.completions.iter().map(|it| &it.course))
        .filter(|course| is_of_system(course.system.as_ref()));
    let has_course = needs.is_some() || own.next().is_some();
    // A system that has no course of its own asks for the training that everybody takes.
    let last = person.valid(|course| {
        is_of_system(course.system.as_ref())
            || needs.is_some_and(|needs| needs.contains(&course.name))
            || !has_course && course.is_general()
    });
    let (stage, at, lapsed) = match last {
        Some(last) => {
            let over = last.until.plus(i32::from(settings.training_grace_days)).end();
            let at = over.max(grant.from.time);
            // Training that came behind the access ends the gap before it.
            (LAPSED, at, Some(last.on))
        }
        None => (NEVER, grant.from.time, None),
    };
    (grant.ends().is_none_or(|ends| at < ends)).then_some(Gap { grant, stage, at, lapsed })
}

/// A policy that a person has not acknowledged, or not lately.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Unacknowledged<'f> {
    pub(crate) policy: &'f str,
    pub(crate) version: &'f Version,
    pub(crate) why: Why,
    pub(crate) due: Due,
}

/// Why it is to be acknowledged.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Why {
    /// Access was given before.
    Access(On, Option<Instant>),
    /// A version applies that was not acknowledged.
    Version(On),
    /// It was acknowledged so long ago.
    Again(On),
}

impl Unacknowledged<'_> {
    pub(crate) fn stage(&self) -> &'static str {
        match self.why {
            Why::Access(..) => BEFORE,
            Why::Version(_) => VERSION,
            Why::Again(_) => AGAIN,
        }
    }

    pub(crate) fn on(&self) -> On {
        let (Why::Access(on, _) | Why::Version(on) | Why::Again(on)) = self.why;
        on
    }

    fn alarm(&self, person: &Person) -> Option<Alarm> {
        let alarm = match self.why {
            Why::Access(access, until) => {
                let at = access.time.max(self.version.from.time);
                let alarm = Alarm::new(&NOT_ACKNOWLEDGED, BEFORE, at);
                until.map_or(alarm, |until| ending(alarm, until))
            }
            Why::Version(_) | Why::Again(_) => {
                Alarm::new(&NOT_ACKNOWLEDGED, self.stage(), self.due.day()?.end())
            }
        };
        person.while_there(alarm)
    }

    fn sentence(&self, settings: &Settings) -> String {
        let (policy, version) = (self.policy, &self.version.name);
        match self.why {
            Why::Access(access, _) => format!(
                "Access was given on {}, and {policy}, version {version}, which applied since {}, was not acknowledged \
                 before.",
                access.day.in_words(),
                self.version.from.day.in_words()
            ),
            Why::Version(_) => format!(
                "{policy}, version {version}, applies since {} and is to be acknowledged within {} days (setting \
                 policy_acknowledge_days).{}",
                self.version.from.day.in_words(),
                settings.policy_acknowledge_days,
                self.due.words()
            ),
            Why::Again(last) => format!(
                "{policy} was last acknowledged on {} and is to be acknowledged every {} months (setting \
                 policy_acknowledge_again_months).{}",
                last.day.in_words(),
                settings.policy_acknowledge_again_months,
                self.due.words()
            ),
        }
    }
}

/// Whether the policies bind a person: one who belongs to the organisation, or has access.
pub(crate) fn is_bound(person: &Person, settings: &Settings) -> bool {
    let has_start = person.start().is_some() || person.first_access().is_some();
    person.is_somebody() && has_start && person.is_one_of(&settings.policy_classes)
}

/// What a person has still to acknowledge, or will have to acknowledge again.
pub(crate) fn owed<'f>(
    person: &'f Person,
    framework: &'f Framework,
    settings: &'f Settings,
) -> impl Iterator<Item = Unacknowledged<'f>> {
    let bound = is_bound(person, settings).then_some(&framework.policies);
    let asked = bound.into_iter().flatten().filter(|(name, _)| settings.asks_for(name));
    asked.filter_map(|(name, policy)| owed_of(person, settings, name, policy))
}

fn owed_of<'f>(
    person: &Person,
    settings: &Settings,
    name: &'f str,
    policy: &'f Policy,
) -> Option<Unacknowledged<'f>> {
    let wanted = policy.wanted()?;
    let mine = || person.acknowledged.iter().filter(|it| it.policy == name && it.understood);
    if let Some(last) = mine().rfind(|it| policy.is_enough(&it.version)) {
        let months = settings.policy_acknowledge_again_months;
        let day = last.on.day.plus_months(months);
        let due = person.due(day, day);
        return (months > 0).then_some(Unacknowledged {
            policy: name,
            version: wanted,
            why: Why::Again(last.on),
            due,
        });
    }
    let access = person.first_access();
    let first = policy.versions.first()?;
    if let Some(access) = access.filter(|access| first.from.time <= access.time && mine().next().is_none()) {
        let applied = policy.versions.iter().rfind(|version| version.from.time <= access.time);
        let live = person.grants.iter().filter(|grant| grant.ends().is_none()).count() > 0;
        let until = if live { None } else { person.grants.iter().filter_map(Grant::ends).max() };
        return Some(Unacknowledged {
            policy: name,
            version: applied.unwrap_or(first),
            why: Why::Access(access, until),
            due: Due::By { day: access.day, days_away: 0 },
        });
    }
    let start = person.start().map(|(day, _)| day).or(access.map(|access| access.day))?;
    let from = wanted.from.day.max(start);
    let due = from.plus(i32::from(settings.policy_acknowledge_days));
    Some(Unacknowledged {
        policy: name,
        version: wanted,
        why: Why::Version(wanted.from),
        due: person.due(from, due),
    })
}

/// Gives an alert its words and its evidence.
pub(crate) fn words(
    person: &Person,
    framework: &Framework,
    settings: &Settings,
    alarm: &Alarm,
    alert: Alert,
) -> Alert {
    if alarm.rule.id == UNTRAINED.id {
        let gaps = person.grants.iter().filter_map(|grant| gap(person, framework, settings, grant));
        let gaps: Vec<Gap<'_>> =
            gaps.filter(|gap| gap.stage == alarm.stage.name && gap.at <= alarm.at).collect();
        let words: Vec<String> = gaps.iter().map(|gap| gap.sentence(settings)).collect();
        let seqs = gaps.iter().flat_map(|gap| [Some(gap.grant.from.seq), gap.lapsed.map(|on| on.seq)]);
        return alert.arithmetic(words.join(" ")).evidence(seqs.flatten());
    }
    let mut words = Vec::new();
    let mut seqs = Vec::new();
    for owed in owed(person, framework, settings).filter(|owed| owed.stage() == alarm.stage.name) {
        if owed.alarm(person).is_some_and(|its| its.at <= alarm.at) {
            words.push(owed.sentence(settings));
            seqs.extend([owed.on().seq, owed.version.from.seq]);
        }
    }
    seqs.extend(person.start().map(|(_, joined)| joined.seq));
    seqs.sort_unstable();
    seqs.dedup();
    alert.arithmetic(words.join(" ")).evidence(seqs)
}

impl Gap<'_> {
    fn sentence(&self, settings: &Settings) -> String {
        let (system, from) = (&self.grant.system, self.grant.from.day.in_words());
        match self.lapsed {
            None => format!("Access to {system} is held since {from}, and no training for it was completed."),
            Some(last) => format!(
                "Access to {system} is held since {from}; the training for it of {} counts no more, and {} days of grace \
                 are over (setting training_grace_days).",
                last.day.in_words(),
                settings.training_grace_days
            ),
        }
    }
}

/// What may have put an alert right: of most it is never asked, so it is kept without words.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Closing {
    left: Option<Day>,
    away: Option<Day>,
    /// Training that the entry says was completed.
    trained: Option<Day>,
    /// An acknowledgement that the entry is.
    acknowledged: Option<Day>,
    access: Access,
}

/// What access a person has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Access {
    None,
    Ended,
    Held,
}

impl Closing {
    /// What entry `seq` may have put right, or the time where it is none.
    pub(crate) fn of(person: &Person, seq: Option<u64>) -> Closing {
        let by_it = |on: &On| seq == Some(on.seq);
        let access = if person.grants.is_empty() {
            Access::None
        } else if person.grants.iter().any(|grant| grant.ends().is_none()) {
            Access::Held
        } else {
            Access::Ended
        };
        Closing {
            left: person.last_day(),
            away: person.absences.last().filter(|absence| !absence.is_ended).map(|absence| absence.from),
            trained: person.completions.iter().map(|it| it.on).find(by_it).map(|on| on.day),
            acknowledged: person.acknowledged.iter().map(|it| it.on).find(by_it).map(|on| on.day),
            access,
        }
    }
}

/// Why an alert stands no longer.
pub(crate) fn cleared(closing: Option<Closing>, rule: &str, stage: &str) -> String {
    let Some(closing) = closing else { return "what it rested on was corrected".to_owned() };
    let is_untrained = rule == UNTRAINED.id;
    let (what, day) = match closing {
        Closing { trained: Some(day), .. } if is_untrained => ("training was completed on", day),
        Closing { acknowledged: Some(day), .. } if !is_untrained => ("it was acknowledged on", day),
        Closing { left: Some(last), .. } => ("the person left: the last day was", last),
        Closing { away: Some(from), .. } => ("the time waits, as the person is away since", from),
        Closing { access: Access::Ended, .. } if is_untrained || stage == BEFORE => {
            return "the access has ended".to_owned();
        }
        _ if is_untrained => return "the access, or the training for it, is not what it was".to_owned(),
        _ => return "it is not asked for any more, or on another day".to_owned(),
    };
    format!("{what} {}", day.in_words())
}

/// Why an alert stands no longer, where what people are measured against is another now.
pub(crate) fn cleared_by_framework(rule: &str) -> String {
    let words = if rule == UNTRAINED.id {
        "the system needs other courses now"
    } else {
        "the policy or its version applies no longer, or another is to be acknowledged"
    };
    words.to_owned()
}
