//! Section R10 of the annual report: access, movers and leavers.

use muniment_sdk::{Day, Finding, Instant, Period, Section};

mod exits;
mod grants;
mod suspensions;

use crate::grant::Grant;
use crate::misuse::Misuse;
use crate::person::Person;
use crate::{Access, Settings};

/// The section, about a period as it stood at an instant.
pub(crate) fn access(plugin: &Access, settings: &Settings, period: Period, status_at: Instant) -> Section {
    let found = Found {
        grants: plugin.grants.cases_at(settings, status_at).map(|(_, grant)| grant).collect(),
        people: plugin.people.cases_at(settings, status_at).map(|(_, person)| person).collect(),
        misuse: plugin.misuse.cases_at(settings, status_at).map(|(_, misuse)| misuse).collect(),
        settings,
        period,
        status_at,
        status_day: Day::in_london(status_at),
    };
    let clauses = [
        "leicester L9.2.a",
        "leicester L10.1.b",
        "leicester L11.1",
        "leicester L12.9.c",
        "leicester L12.9.d",
        "leicester L12.9.g",
        "leicester L12.9.h",
        "leicester L13.1",
        "coventry C-AIM.iii",
        "coventry C-SCOPE",
        "coventry C-TCW.vi",
    ];
    let section = Section::new("R10", "Access, movers and leavers", &clauses);
    let section = grants::given(section, &found);
    let section = exits::leavers(section, &found);
    let section = exits::movers(section, &found);
    let section = suspensions::suspensions(section, &found);
    let section = suspensions::conflicts_and_misuse(section, &found);
    quality(plugin, &found).into_iter().fold(section, Section::with)
}

/// What there was by the time that the report is about.
struct Found<'s> {
    grants: Vec<Grant>,
    people: Vec<Person>,
    misuse: Vec<Misuse>,
    settings: &'s Settings,
    period: Period,
    status_at: Instant,
    status_day: Day,
}

/// A finding about something that was to be otherwise.
fn finding(count: usize, says: &str, clauses: &[&str], evidence: Vec<u64>) -> Option<Finding> {
    let clauses = clauses.iter().map(|clause| (*clause).to_owned()).collect();
    (count > 0).then(|| Finding { text: format!("{count} {says}"), clauses, evidence })
}

/// What of the entries makes no sense, or cannot be joined.
fn quality(plugin: &Access, found: &Found<'_>) -> Vec<Finding> {
    let strange = found.grants.iter().flat_map(|grant| &grant.strange);
    let strange: Vec<u64> =
        strange.chain(found.people.iter().flat_map(|person| &person.strange)).map(|at| at.seq).collect();
    let nobody: Vec<u64> = found
        .people
        .iter()
        .filter(|person| !person.is_named)
        .flat_map(|person| &person.employments)
        .filter(|employment| employment.leaving.as_ref().is_some_and(|it| found.period.holds(it.last_day)))
        .flat_map(|employment| employment.evidence().collect::<Vec<_>>())
        .collect();
    let mut unreadable: Vec<u64> = plugin.grants.unreadable().iter().map(|entry| entry.seq).collect();
    unreadable.extend(plugin.people.unreadable().iter().map(|entry| entry.seq));
    unreadable.extend(plugin.misuse.unreadable().iter().map(|entry| entry.seq));
    unreadable.sort_unstable();
    unreadable.dedup();
    let findings = [
        finding(
            strange.len(),
            "entries do not go with what was recorded before them: access was changed, reviewed, suspended or revoked \
             that nobody recorded as given, a last day lies before the first, or an exception was approved of a conflict \
             that nobody recorded.",
            &[],
            strange.clone(),
        ),
        finding(
            nobody.len(),
            "entries about leavers name no person, so that nobody can tell whether their access ended.",
            &["leicester L12.9.h"],
            nobody.clone(),
        ),
        finding(
            unreadable.len(),
            "entries about access and people could not be read and are counted nowhere.",
            &[],
            unreadable.clone(),
        ),
    ];
    findings.into_iter().flatten().collect()
}
