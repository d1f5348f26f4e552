//! Breaches that repeat. People are counted, and never named.

use std::collections::{BTreeMap, BTreeSet};

use muniment_sdk::{Instant, Metric, Section};

use super::Scope;
use crate::case::Standing;
use crate::repeats::{Counted, MONTHS, end_of, lapse_of};

type Breaches = BTreeSet<(Instant, u64)>;

pub(super) fn of_teams_and_people(section: Section, scope: &Scope<'_>) -> Section {
    let (mut teams, mut people) = (BTreeMap::<&str, Breaches>::new(), BTreeMap::<&str, Breaches>::new());
    for (_, breach) in &scope.cases {
        let Some(aware) = breach.aware.filter(|_| breach.standing() == Some(Standing::Breach)) else {
            continue;
        };
        let one = (aware.time, aware.seq);
        if let Some(team) = &breach.of.team {
            teams.entry(team).or_default().insert(one);
        }
        if let Some(person) = &breach.of.person {
            people.entry(scope.plugin.people.counts_as(person)).or_default().insert(one);
        }
    }
    let of_team = usize::from(scope.settings.repeat_team_breaches);
    let of_person = usize::from(scope.settings.repeat_person_breaches);
    let of = |all: &BTreeMap<&str, Breaches>, least| -> Vec<u64> {
        all.values().filter_map(|breaches| completing(breaches, least, scope)).collect()
    };
    let lapsed = lapsed(scope);
    let known = scope.counted(|breach| breach.of.person.is_some() || breach.training.is_some()).len();
    section
        .with(Metric::counted("teams_repeating", "Teams with repeated breaches", of(&teams, of_team)).definition(format!(
            "Teams that had {of_team} breaches within {MONTHS} months, the last of them in the period. Each is shown by the \
             entry that completed the number first."
        )))
        .with(Metric::counted("people_repeating", "People with repeated breaches", of(&people, of_person)).definition(
            format!(
                "People with whom {of_person} breaches happened within {MONTHS} months, the last of them in the period. Each is \
                 shown by the entry that completed the number first, and nobody is named."
            ),
        ))
        .with(Metric::counted("breaches_training_lapsed", "Breaches where training had lapsed", lapsed).of(known).definition(
            "Of the breaches of the period for which a person or the state of training is recorded, those in which the training \
             of whoever was involved had lapsed when it happened, as was found for the breach or, where nothing was found, by \
             the register of training.",
        ))
}

/// The entry in the period with which there were so many within 12 months for the first time.
fn completing(breaches: &Breaches, least: usize, scope: &Scope<'_>) -> Option<u64> {
    let all: Vec<(Instant, u64)> = breaches.iter().copied().collect();
    let (start, end) = (scope.period.from.start(), scope.period.to.end());
    let completes = |window: &&[(Instant, u64)]| {
        let (first, last) = (window[0].0, window[least - 1].0);
        start <= last && last < end && last < end_of(first)
    };
    all.windows(least).find(completes).map(|window| window[least - 1].1)
}

fn lapsed(scope: &Scope<'_>) -> Vec<u64> {
    scope.counted(|breach| {
        let counted = Counted::of(breach);
        let lapse = counted.and_then(|counted| lapse_of(&counted, scope.settings, &scope.plugin.people));
        lapse.is_some_and(|lapse| lapse.had_lapsed())
    })
}
