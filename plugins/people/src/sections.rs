//! Sections R3 and R4.

use muniment_sdk::{Finding, Instant, Period, Section};

use crate::person::Person;
use crate::{People, Settings};

mod acceptance;
mod training;

/// Both sections, about a period as things stood at an instant.
pub(crate) fn of(plugin: &People, settings: &Settings, period: Period, status_at: Instant) -> Vec<Section> {
    let people: Vec<Person> = plugin
        .people
        .cases_at(settings, status_at)
        .map(|(_, person)| person)
        .filter(Person::is_somebody)
        .collect();
    let acceptance = acceptance::section(plugin, settings, &people, period, status_at);
    let mut training = training::section(plugin, settings, &people, period, status_at);
    for finding in [odd(&people), unreadable(plugin)].into_iter().flatten() {
        training = training.with(finding);
    }
    vec![acceptance, training]
}

fn odd(people: &[Person]) -> Option<Finding> {
    let mut evidence: Vec<u64> = people.iter().flat_map(|person| person.odd.iter().copied()).collect();
    evidence.sort_unstable();
    (!evidence.is_empty()).then(|| Finding {
        text: format!(
            "Entries about joining, absence or leaving that do not fit those before them, a last day before the first or a \
             return of somebody who was not away: {}. Deadlines may be wrong because of them.",
            evidence.len()
        ),
        clauses: Vec::new(),
        evidence,
    })
}

fn unreadable(plugin: &People) -> Option<Finding> {
    let mut found = plugin.people.unreadable();
    found.extend(plugin.policies.unreadable());
    found.extend(plugin.needs.unreadable());
    found.extend(plugin.awareness.fold.unreadable());
    (!found.is_empty()).then(|| Finding {
        text: format!(
            "Entries about people, training and policies that could not be read and are counted nowhere: {}.",
            found.len()
        ),
        clauses: Vec::new(),
        evidence: found.iter().map(|entry| entry.seq).collect(),
    })
}
