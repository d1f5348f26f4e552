//! What there is to be said about a person's training and contract, and when.

use muniment_sdk::{Alarm, Alert, Day};

use crate::apply::Class;
use crate::person::Person;
use crate::time::Due;
use crate::training::{Owed, Why};
use crate::{CLAUSE, OVERDUE, Settings};

const INDUCTION: &str = "induction-overdue";
const RENEWAL: &str = "renewal-overdue";
const GENERAL: &str = "general-training-overdue";
const COURSES: &str = "courses-overdue";
const AT_START: &str = "not-at-the-start";
const FOR_A_YEAR: &str = "not-brought-to-mind";

/// The alarms of a person, each from the time at which it stands.
pub(crate) fn of(person: &Person, settings: &Settings) -> Vec<Alarm> {
    if !person.is_somebody() {
        return Vec::new();
    }
    let mut alarms: Vec<Alarm> = Vec::new();
    let general = person.general(settings);
    alarms.extend(general.and_then(|owed| owed.alarm(person, stage_of(&owed))));
    let mut courses: Vec<Alarm> = Vec::new();
    for owed in person.courses(settings) {
        let number = u16::try_from(courses.len() + 1).unwrap_or(u16::MAX);
        let Some(alarm) = owed.alarm(person, (number, COURSES)) else { continue };
        // One more course overdue takes the place of what was said of those before.
        if let Some(last) = courses.last_mut() {
            *last = crate::time::ending(*last, alarm.at);
        }
        courses.push(alarm);
    }
    alarms.extend(courses.into_iter().filter(|alarm| alarm.until.is_none_or(|until| alarm.at < until)));
    alarms.extend(clause(person, settings).and_then(|owed| {
        let due = owed.due.day()?.end();
        let stage = if owed.is_first { AT_START } else { FOR_A_YEAR };
        person.while_there(Alarm::new(&CLAUSE, stage, due))
    }));
    alarms
}

fn stage_of(owed: &Owed<'_>) -> &'static str {
    match owed.why {
        Why::Induction => INDUCTION,
        Why::Renewal => RENEWAL,
        Why::Assigned => GENERAL,
    }
}

/// When the clause on confidentiality is to be acknowledged next.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ClauseOwed {
    pub(crate) is_first: bool,
    pub(crate) since: Day,
    pub(crate) seq: u64,
    pub(crate) due: Due,
}

/// The clause stands in contracts of employment: of employees, and of agencies for their workers.
pub(crate) fn clause(person: &Person, settings: &Settings) -> Option<ClauseOwed> {
    const UNDER_CONTRACT: [Class; 2] = [Class::Staff, Class::Agency];
    let start = person.start();
    if let Some(last) = person.clauses.last() {
        // Who acknowledged it and came back later acknowledges the new contract.
        let is_of_this =
            start.is_none_or(|(start, _)| last.day.plus_months(settings.clause_renew_months) >= start);
        let is_bound = start.is_none() || person.is_one_of(&UNDER_CONTRACT);
        if is_of_this {
            let due = last.day.plus_months(settings.clause_renew_months);
            let owed =
                ClauseOwed { is_first: false, since: last.day, seq: last.seq, due: person.due(due, due) };
            return is_bound.then_some(owed);
        }
    }
    let (start, joined) = start.filter(|_| person.is_one_of(&UNDER_CONTRACT))?;
    let due = start.plus(i32::from(settings.clause_start_days));
    Some(ClauseOwed { is_first: true, since: start, seq: joined.seq, due: person.due(start, due) })
}

/// Gives an alert its words and its evidence.
pub(crate) fn words(person: &Person, settings: &Settings, alarm: &Alarm, alert: Alert) -> Alert {
    let mut evidence: Vec<u64> = person.absences.iter().map(|absence| absence.seq).collect();
    if alarm.rule.id == CLAUSE.id {
        let Some(owed) = clause(person, settings) else { return alert };
        evidence.insert(0, owed.seq);
        let words = if owed.is_first {
            format!(
                "The clause on confidentiality is to be acknowledged at the start: the first day was {}, and {} days are \
                 allowed (setting clause_start_days).",
                owed.since.in_words(),
                settings.clause_start_days
            )
        } else {
            format!(
                "The clause on confidentiality was last acknowledged on {} and is brought to mind every {} months (setting \
                 clause_renew_months).",
                owed.since.in_words(),
                settings.clause_renew_months
            )
        };
        return alert.arithmetic(words + &owed.due.words()).evidence(evidence);
    }
    let overdue: Vec<Owed<'_>> = if alarm.stage.name == COURSES {
        let by_now = |owed: &Owed<'_>| owed.last_day().is_some_and(|last| last.end() <= alarm.at);
        person.courses(settings).into_iter().filter(by_now).collect()
    } else {
        person.general(settings).into_iter().collect()
    };
    let words: Vec<String> = overdue.iter().map(|owed| sentence(owed, settings)).collect();
    evidence.splice(0..0, overdue.iter().map(|owed| owed.seq));
    alert.arithmetic(words.join(" ")).evidence(evidence)
}

fn sentence(owed: &Owed<'_>, settings: &Settings) -> String {
    let course = owed.course.unwrap_or("the general training");
    let (since, due) = (owed.since.in_words(), owed.plain.in_words());
    let mut words = match owed.why {
        Why::Induction => format!(
            "The first training is due {} days after the first day, {since} (setting training_induction_days): on {due}.",
            settings.training_induction_days
        ),
        Why::Renewal => format!("{course} was completed on {since} and counts until {due}."),
        Why::Assigned => format!("{course} was assigned on {since}, due on {due}."),
    };
    words.push_str(&owed.due.words());
    if owed.grace > 0 {
        words.push_str(&format!(" {} days of grace are over (setting training_grace_days).", owed.grace));
    }
    if let Some(failed) = owed.failed {
        words.push_str(&format!(" It was failed on {}.", failed.day.in_words()));
    }
    words
}

/// Why an alert stands no longer.
pub(crate) fn cleared(person: &Person, settings: &Settings, rule: &str, stage: &str) -> String {
    if let Some(last) = person.last_day().filter(|_| person.spells.iter().all(|spell| spell.until.is_some()))
    {
        return format!("the person left: the last day was {}", last.in_words());
    }
    if let Some(absence) = person.absences.last().filter(|absence| !absence.is_ended) {
        return format!("the person is away since {}, and the time waits", absence.from.in_words());
    }
    let done = if rule == CLAUSE.id {
        person.clauses.last().map(|on| ("the clause was acknowledged", *on))
    } else {
        person.completions.last().map(|it| ("training was completed", it.on))
    };
    let is_courses = rule == OVERDUE.id && stage.ends_with(COURSES);
    match done {
        _ if is_courses && !person.courses(settings).is_empty() => {
            "another number of courses is overdue".to_owned()
        }
        Some((what, on)) => format!("{what} on {}", on.day.in_words()),
        None => "it is not due any more, or on another day".to_owned(),
    }
}
