//! What a reader of the figures ought to know: what is undecided, and what of the entries makes no sense.

use muniment_sdk::{Finding, Section};

use super::Scope;
use crate::case::{At, Breach, Standing};
use crate::repeats::{Counted, lapse_of};

pub(super) fn of_all(section: Section, scope: &Scope<'_>) -> Section {
    let undecided = scope.counted(|breach| breach.running().is_some());
    let untold = scope.counted(|breach| breach.must_tell_people().is_some() && breach.people_told.is_empty());
    let not_investigated = scope.counted(|breach| breach.closed.is_some() && breach.investigated.is_none());
    let contradicting = scope.counted(|breach| {
        let counted = Counted::of(breach);
        let lapse = counted.and_then(|counted| lapse_of(&counted, scope.settings, &scope.plugin.people));
        lapse.is_some_and(|lapse| lapse.contradicts())
    });
    let all = [
        (
            undecided,
            "leicester L12.2.c",
            "breaches of the period the regulator was not told, and it was not decided that they need not be reported",
            "Of",
        ),
        (
            untold,
            "",
            "breaches of the period it was decided that people are at high risk, and no entry says that they were told",
            "Of",
        ),
        (
            not_investigated,
            "leicester L9.2.g",
            "breaches of the period were closed, and no entry says that they were investigated",
            "",
        ),
        (
            contradicting,
            "",
            "breaches of the period are recorded with valid training, and the register of training contradicts it",
            "",
        ),
        (
            closed_with_actions(scope),
            "leicester L9.2.g",
            "actions are open though their cases were closed",
            "",
        ),
        (
            unstated(scope),
            "",
            "cases have entries about a breach and neither a report nor a moment of awareness: no clock can be worked out for them, and they are counted nowhere",
            "",
        ),
        (
            out_of_order(scope),
            "",
            "entries about incidents and breaches are dated in an order that makes no sense, such as a notice to the regulator before awareness, or a sign seen after the report of it",
            "",
        ),
    ];
    let mut section = section;
    for (evidence, clause, text, before) in all {
        if !evidence.is_empty() {
            let space = if before.is_empty() { "" } else { " " };
            let text = format!("{before}{space}{} {text}.", evidence.len());
            let clauses = if clause.is_empty() { Vec::new() } else { vec![clause.to_owned()] };
            section = section.with(Finding { text, clauses, evidence });
        }
    }
    match unreadable(scope) {
        Some(finding) => section.with(finding),
        None => section,
    }
}

fn closed_with_actions(scope: &Scope<'_>) -> Vec<u64> {
    let closed =
        scope.cases.iter().filter(|(_, breach)| breach.end().is_some_and(|end| scope.period.holds(end.day)));
    let actions = closed.flat_map(|(_, breach)| &breach.actions).filter(|action| action.is_open());
    actions.filter_map(|action| action.raised.map(|at| at.seq)).collect()
}

fn unstated(scope: &Scope<'_>) -> Vec<u64> {
    let unstated = scope.cases.iter().filter(|(_, breach)| breach.standing().is_none());
    unstated.filter_map(|(_, breach)| in_period(scope, breach.first)).collect()
}

fn in_period(scope: &Scope<'_>, at: Option<At>) -> Option<u64> {
    at.filter(|at| scope.period.holds(at.day)).map(|at| at.seq)
}

/// Entries of the period that cannot be dated as they are. By the day: what is known by the day only is no contradiction.
fn out_of_order(scope: &Scope<'_>) -> Vec<u64> {
    let mut found = Vec::new();
    for (_, breach) in &scope.cases {
        let before_awareness =
            |at: Option<At>| at.filter(|at| breach.aware.is_some_and(|aware| at.day < aware.day));
        let is_breach = breach.standing() == Some(Standing::Breach);
        let notified = before_awareness(breach.notified()).filter(|_| is_breach);
        let investigated = before_awareness(breach.investigated).filter(|_| is_breach);
        let unforeseen = [notified, investigated, seen_after_the_report(breach)];
        let actions =
            breach.actions.iter().filter(|action| action.is_out_of_order || action.raised.is_none());
        let actions = actions.map(|action| action.done.or(action.raised));
        found.extend(unforeseen.into_iter().chain(actions).filter_map(|at| in_period(scope, at)));
    }
    found.sort_unstable();
    found.dedup();
    found
}

fn seen_after_the_report(breach: &Breach) -> Option<At> {
    breach.reported.filter(|_| breach.is_seen_after_report)
}

fn unreadable(scope: &Scope<'_>) -> Option<Finding> {
    let (of_cases, of_people) = (scope.plugin.cases.unreadable(), scope.plugin.people.unreadable());
    let found: Vec<u64> = of_cases.into_iter().chain(of_people).map(|entry| entry.seq).collect();
    (!found.is_empty()).then(|| Finding {
        text: format!(
            "{} entries about breaches and training could not be read and are counted nowhere.",
            found.len()
        ),
        clauses: Vec::new(),
        evidence: found,
    })
}
