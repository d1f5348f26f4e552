//! Data quality and unexplained changes in the report.

use muniment_sdk::{Day, Finding, Metric, Section, Table};

use super::{NO_UNIT, Sums, View, columns, doubtful, many, numbers, share};
use crate::change::{Change, Explanation};
use crate::dataset::{Check, Dataset};

/// What was checked and put right in the period, and which critical datasets were checked at all.
pub(super) fn datasets(view: &View<'_>, section: Section) -> Section {
    let View { plugin, settings, period, status_at } = *view;
    let today = Day::in_london(status_at);
    let all: Vec<(&str, Dataset)> = plugin.datasets.cases_at(settings, status_at).collect();
    let critical: Vec<(u64, &Dataset)> = all
        .iter()
        .filter(|(_, dataset)| dataset.is_critical())
        .filter_map(|(_, dataset)| Some((dataset.critical?.seq, dataset)))
        .collect();
    let checks: Vec<Check> = all
        .iter()
        .flat_map(|(_, dataset)| &dataset.checks)
        .filter(|check| period.holds(check.on.day))
        .copied()
        .collect();
    let corrections = all.iter().flat_map(|(_, dataset)| &dataset.corrections);
    let corrections: Vec<u64> =
        corrections.filter(|one| period.holds(one.on.day)).map(|one| one.on.seq).collect();
    let section = section.heading("Data quality");
    if critical.is_empty() && checks.is_empty() && corrections.is_empty() {
        return section.paragraph(
            "No dataset was on record as critical, and none was checked or put right in the period.",
        );
    }
    let in_time = |dataset: &Dataset| {
        !dataset.checks.is_empty() && dataset.again().is_some_and(|again| today <= again.due())
    };
    let timely: Vec<u64> =
        critical.iter().filter(|(_, dataset)| in_time(dataset)).map(|(seq, _)| *seq).collect();
    let impossible: Vec<u64> =
        checks.iter().filter(|check| check.right().is_none()).map(|check| check.on.seq).collect();
    let mut section = section
        .with(
            Metric::counted("critical_datasets_checked", "Critical datasets checked in time", timely)
                .of(critical.len())
                .definition(format!(
                    "Of the datasets that were recorded as critical and not retired at the status date, those that were \
                     checked, and not longer ago than {} months or than a day that the check names.",
                    settings.data_quality_check_months
                )),
        )
        .with(
            Metric::counted("data_quality_checks", "Checks", checks.iter().map(|check| check.on.seq).collect())
                .definition("Checks of data quality in the period, of critical datasets and of others."),
        );
    if !checks.is_empty() || !corrections.is_empty() {
        section = section.with(by_dataset(view, &all));
    }
    let wrong = doubtful(
        |count| {
            format!(
                "{} more records to be wrong than were looked at. Their records are in no sum.",
                many(count, "check says", "checks say")
            )
        },
        impossible,
    );
    wrong.into_iter().fold(section, Section::with)
}

fn by_dataset(view: &View<'_>, all: &[(&str, Dataset)]) -> Table {
    let period = view.period;
    let figure = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
    let mut sums: Sums<6> = Sums::with([]);
    for (number, dataset) in all {
        for check in dataset.checks.iter().filter(|check| period.holds(check.on.day)) {
            let (looked_at, right) =
                check.right().map_or((0, 0), |right| (figure(check.checked), figure(right)));
            sums.add(number, [1, looked_at, looked_at - right, right, 0, 0], check.on.seq);
        }
        for one in dataset.corrections.iter().filter(|one| period.holds(one.on.day)) {
            let corrected = figure(one.corrected);
            let by_request = if one.by_request { corrected } else { 0 };
            sums.add(number, [0, 0, 0, 0, corrected, by_request], one.on.seq);
        }
    }
    let cells = |[checks, looked_at, wrong, right, corrected, by_request]: [i64; 6]| {
        let mut cells = numbers([checks, looked_at, wrong]);
        cells.push(share(right, looked_at));
        cells.extend(numbers([corrected, by_request]));
        cells
    };
    Table {
        name: "data_quality_by_dataset",
        title: "Checks of data quality, and what was put right, by dataset".to_owned(),
        columns: columns(&[
            ("dataset", "Dataset"),
            ("checks", "Checks"),
            ("looked_at", "Records looked at"),
            ("wrong", "Wrong"),
            ("right", "Right, of those looked at"),
            ("corrected", "Records put right"),
            ("by_request", "Of these, asked for by data subjects"),
        ]),
        rows: sums.sorted().finish(cells),
        totals: true,
    }
}

/// The changes that were found in the period, and what explained them.
pub(super) fn changes(view: &View<'_>, section: Section) -> Section {
    let View { plugin, settings, period, status_at } = *view;
    let today = Day::in_london(status_at);
    let found = plugin.changes.cases_at(settings, status_at).map(|(_, change)| change);
    let found: Vec<Change> = found.filter(|change| period.holds(change.found.day)).collect();
    let section = section.heading("Unexplained changes");
    if found.is_empty() {
        return section.paragraph("No change that nobody allowed was found in the period.");
    }
    let counted = |wanted: &dyn Fn(&Change) -> bool| -> Vec<u64> {
        found.iter().filter(|change| wanted(change)).map(|change| change.found.seq).collect()
    };
    let overdue = |change: &Change| change.explained.is_none() && change.due() < today;
    let section = section
        .with(
            Metric::counted("changes_explained_in_time", "Changes explained in time", counted(&Change::is_in_time))
                .of(found.len())
                .definition(format!(
                    "Of the changes that were found in the period, those explained within {} working days, or by an \
                     earlier day that the entry names. Those that still have time are among the whole.",
                    settings.change_explain_working_days
                )),
        )
        .with(by_explanation(&found))
        .with(by_unit(&found, &overdue));
    let late = counted(&overdue);
    if late.is_empty() {
        return section;
    }
    let text = format!("{} overdue for an explanation.", many(late.len(), "change is", "changes are"));
    section.with(Finding { text, clauses: vec!["leicester L8.1.b".to_owned()], evidence: late })
}

fn by_explanation(found: &[Change]) -> Table {
    let mut sums: Sums<3> = Sums::with(Explanation::ALL.into_iter().map(Explanation::title));
    for change in found {
        let timely = i64::from(change.is_in_time());
        let late = i64::from(change.explained.is_some()) - timely;
        sums.add(change.explanation().title(), [1, timely, late], change.found.seq);
    }
    Table {
        name: "changes_by_explanation",
        title: "Changes that nobody allowed, by what was behind them".to_owned(),
        columns: columns(&[
            ("explanation", "Explanation"),
            ("changes", "Changes"),
            ("in_time", "Explained in time"),
            ("late", "Explained late"),
        ]),
        rows: sums.finish(numbers),
        totals: true,
    }
}

fn by_unit(found: &[Change], overdue: &dyn Fn(&Change) -> bool) -> Table {
    let mut sums: Sums<3> = Sums::with([]);
    for change in found {
        let open = i64::from(change.explained.is_none());
        let unit = change.unit.as_deref().unwrap_or(NO_UNIT);
        sums.add(unit, [1, open, i64::from(overdue(change))], change.found.seq);
    }
    Table {
        name: "changes_by_directorate",
        title: "Changes that nobody allowed, by directorate".to_owned(),
        columns: columns(&[
            ("directorate", "Directorate"),
            ("changes", "Changes"),
            ("open", "Not explained"),
            ("overdue", "Of these, overdue"),
        ]),
        rows: sums.sorted().finish(numbers),
        totals: true,
    }
}
