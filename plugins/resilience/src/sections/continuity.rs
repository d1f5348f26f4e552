//! Plans, recovery and backups with their tests, and the papers of critical functions.

use muniment_sdk::{Cell, Column, Day, Finding, Row, Section, Table};

use super::{Scope, in_order};
use crate::plan::{Plan, Shown, Test, What};

pub(super) fn of_plans(section: Section, scope: &Scope<'_>) -> Section {
    let plans: Vec<Plan> =
        scope.plugin.plans.cases_at(scope.settings, scope.status_at).map(|(_, plan)| plan).collect();
    let section = section.heading("Plans, recovery and backups");
    if plans.is_empty() {
        return section
            .paragraph("No plan, and no test of a plan, of recovery or of a restore was recorded.");
    }
    let in_time = |due: Day| scope.status_at <= due.end();
    let of = |what: What| -> Vec<(bool, u64)> {
        let due = |plan: &Plan| {
            let shown = plan.last(what).map(|test| test.at).or(plan.published)?;
            Some((in_time(plan.due(what, scope.settings)?), shown.seq))
        };
        plans.iter().filter_map(due).collect()
    };
    let section = section
        .with(in_order(
            "plans_tested",
            "Plans tested in time",
            &of(What::Plan),
            "Of the plans for continuity and for recovery that are published or were ever tested, those whose next test is not \
             overdue on the day of the figures.",
        ))
        .with(in_order(
            "restores_tested",
            "Restores tested in time",
            &of(What::Restore),
            "Of the systems whose restore was ever tested, those whose next test is not overdue on the day of the figures.",
        ));
    let tests: Vec<Test> = plans
        .iter()
        .flat_map(|plan| &plan.tests)
        .filter(|test| scope.period.holds(test.at.day))
        .copied()
        .collect();
    let section = if tests.is_empty() {
        section.paragraph("No plan, recovery or restore was tested in the period.")
    } else {
        section.with(by_result(&tests))
    };
    let failed: Vec<u64> = plans
        .iter()
        .flat_map(|plan| [plan.last(What::Plan), plan.last(What::Restore)])
        .flatten()
        .filter(|test| test.result == Shown::Failed)
        .map(|test| test.at.seq)
        .collect();
    if failed.is_empty() {
        return section;
    }
    let text = format!(
        "The last test of {} plans or restores failed, and none has passed since: tested is not the same as working.",
        failed.len()
    );
    section.with(Finding { text, clauses: vec!["coventry C-TCW.x".to_owned()], evidence: failed })
}

fn by_result(tests: &[Test]) -> Table {
    let row = |name: &str, wanted: Option<What>| {
        let these: Vec<&Test> = tests.iter().filter(|test| wanted.is_none_or(|it| it == test.what)).collect();
        let count = |wanted: Shown| Cell::count(these.iter().filter(|test| test.result == wanted).count());
        Row::new([
            Cell::from(name),
            Cell::count(these.len()),
            count(Shown::Passed),
            count(Shown::PassedWithActions),
            count(Shown::Failed),
        ])
        .evidence(these.iter().map(|test| test.at.seq))
    };
    let mut rows: Vec<Row> = What::ALL.iter().map(|what| row(what.name(), Some(*what))).collect();
    rows.push(row("All", None));
    Table {
        name: "continuity_tests",
        title: "Tests in the period, by what they showed".to_owned(),
        columns: vec![
            Column::new("what", "Tested"),
            Column::new("tests", "Tests"),
            Column::new("passed", "Passed"),
            Column::new("with_actions", "Passed with actions"),
            Column::new("failed", "Failed"),
        ],
        rows,
        totals: true,
    }
}

pub(super) fn of_functions(section: Section, scope: &Scope<'_>) -> Section {
    let section = section.heading("Critical functions");
    let functions = scope.plugin.functions.cases_at(scope.settings, scope.status_at);
    let functions: Vec<_> = functions.map(|(_, function)| function).collect();
    if functions.is_empty() {
        return section.paragraph("No critical function is recorded.");
    }
    let shown = |function: &crate::function::Function| {
        let at = function.current.map(|(at, _)| at).or(function.out_of_date)?;
        let due = function.due(scope.settings).filter(|_| function.out_of_date.is_none());
        Some((due.is_some_and(|due| scope.status_at <= due.end()), at.seq))
    };
    let all: Vec<(bool, u64)> = functions.iter().filter_map(shown).collect();
    let alone: Vec<(bool, u64)> = functions
        .iter()
        .filter_map(|function| Some((function.deputies? > 0, function.current.map(|(at, _)| at.seq)?)))
        .collect();
    section
        .with(in_order(
            "functions_current",
            "Critical functions with current papers",
            &all,
            "Of the critical functions on record, those whose papers were not found to be out of date and are not due to be \
             looked at before the day of the figures.",
        ))
        .with(in_order(
            "functions_with_deputies",
            "Critical functions that somebody else could do",
            &alone,
            "Of the critical functions whose deputies are recorded, those with at least one.",
        ))
}
