//! The section about cyber security and resilience.

use muniment_sdk::{Finding, Instant, Metric, Period, Section};

use crate::{Resilience, Settings};

mod continuity;
mod counts;
mod outages;

/// What a section is made of.
#[derive(Clone, Copy)]
pub(crate) struct Scope<'p> {
    pub(crate) plugin: &'p Resilience,
    pub(crate) settings: &'p Settings,
    pub(crate) period: Period,
    pub(crate) status_at: Instant,
}

/// Section R16, about a period, as it stood at an instant.
pub(crate) fn resilience(
    plugin: &Resilience,
    settings: &Settings,
    period: Period,
    status_at: Instant,
) -> Section {
    let scope = &Scope { plugin, settings, period, status_at };
    let mut section = Section::new(
        "R16",
        "Cyber security and resilience",
        &[
            "leicester L5.1.a",
            "leicester L5.1.b",
            "leicester L5.1.c",
            "leicester L8.1.c",
            "leicester L12.9.d",
            "leicester L12.9.e",
            "leicester L15.1",
            "leicester L16.1.a",
            "coventry C-AIM.iii",
            "coventry C-TCW.x",
        ],
    );
    section = counts::of_cyber_incidents(section, scope);
    section = outages::of_the_period(section, scope);
    section = continuity::of_plans(section, scope);
    section = continuity::of_functions(section, scope);
    section = counts::of_controls(section, scope);
    section = counts::of_channels(section, scope);
    match unreadable(plugin) {
        Some(finding) => section.with(finding),
        None => section,
    }
}

/// So many of all that are in order on the day of the figures: the entries that show it, and how many there are.
fn in_order(name: &'static str, title: &str, all: &[(bool, u64)], definition: &str) -> Metric {
    let evidence = all.iter().filter(|(is_in_order, _)| *is_in_order).map(|(_, seq)| *seq).collect();
    Metric::counted(name, title, evidence).of(all.len()).definition(definition)
}

fn unreadable(plugin: &Resilience) -> Option<Finding> {
    let all = [
        plugin.functions.unreadable(),
        plugin.roles.unreadable(),
        plugin.plans.unreadable(),
        plugin.outages.unreadable(),
        plugin.teams.unreadable(),
        plugin.faxes.unreadable(),
        plugin.controls.unreadable(),
        plugin.incidents.unreadable(),
    ];
    let evidence: Vec<u64> = all.into_iter().flatten().map(|entry| entry.seq).collect();
    (!evidence.is_empty()).then(|| Finding {
        text: format!(
            "{} entries about resilience could not be read and are counted nowhere.",
            evidence.len()
        ),
        clauses: Vec::new(),
        evidence,
    })
}
