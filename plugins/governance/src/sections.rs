//! Sections R2 and R19.

use std::collections::BTreeMap;

use muniment_sdk::{Cell, Finding, Instant, Period, Row, Section};

use crate::{Governance, Settings};

mod external;
mod framework;

/// Both sections, about a period as things stood at an instant.
pub(crate) fn of(
    plugin: &Governance,
    settings: &Settings,
    period: Period,
    status_at: Instant,
) -> Vec<Section> {
    let mut framework = framework::section(plugin, settings, period, status_at);
    for finding in [odd(plugin, settings, status_at), unreadable(plugin)].into_iter().flatten() {
        framework = framework.with(finding);
    }
    vec![framework, external::section(plugin, settings, period, status_at)]
}

fn odd(plugin: &Governance, settings: &Settings, status_at: Instant) -> Option<Finding> {
    let roles = plugin.roles.fold.cases_at(settings, status_at).flat_map(|(_, role)| role.odd);
    let audits = plugin.audits.cases_at(settings, status_at).flat_map(|(_, audit)| audit.odd);
    let questions = plugin.questions.fold.cases_at(settings, status_at);
    let reversed = questions.filter_map(|(_, it)| {
        let (asked, answered) = it.asked.zip(it.answered)?;
        (answered.time < asked.time).then_some(answered.seq)
    });
    let mut evidence: Vec<u64> = roles.chain(audits).chain(reversed).collect();
    evidence.sort_unstable();
    (!evidence.is_empty()).then(|| Finding {
        text: format!(
            "Entries that do not fit those before them, such as a role that ends before it begins, an answer before the \
             question, or the end of a recommendation that nobody made: {}.",
            evidence.len()
        ),
        clauses: Vec::new(),
        evidence,
    })
}

fn unreadable(plugin: &Governance) -> Option<Finding> {
    let mut found = plugin.documents.unreadable();
    found.extend(plugin.law.register.unreadable());
    found.extend(plugin.roles.fold.unreadable());
    found.extend(plugin.annual.fold.unreadable());
    found.extend(plugin.registrations.unreadable());
    found.extend(plugin.toolkit.fold.unreadable());
    found.extend(plugin.questions.fold.unreadable());
    found.extend(plugin.checks.fold.unreadable());
    found.extend(plugin.checks.units.unreadable());
    found.extend(plugin.checks.assessments.unreadable());
    found.extend(plugin.audits.unreadable());
    found.extend(plugin.meetings.unreadable());
    (!found.is_empty()).then(|| Finding {
        text: format!(
            "Entries about governance that could not be read and are counted nowhere: {}.",
            found.len()
        ),
        clauses: Vec::new(),
        evidence: found.iter().map(|entry| entry.seq).collect(),
    })
}

/// A row for each group, by its name, and one for all behind them.
fn grouped<T>(groups: &BTreeMap<String, Vec<T>>, row: impl Fn(&str, &[&T]) -> Row) -> Vec<Row> {
    let mut rows: Vec<Row> =
        groups.iter().map(|(name, these)| row(name, &these.iter().collect::<Vec<&T>>())).collect();
    let all: Vec<&T> = groups.values().flatten().collect();
    rows.push(row("All", &all));
    rows
}

fn counted(name: &str, numbers: &[usize], seqs: impl IntoIterator<Item = u64>) -> Row {
    let mut cells = vec![Cell::from(name)];
    cells.extend(numbers.iter().map(|number| Cell::count(*number)));
    Row::new(cells).evidence(seqs)
}

/// A name of the catalogue, for people.
fn words(code: &str) -> String {
    let mut text = code.replace('_', " ");
    if let Some(first) = text.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    text
}
