//! Samples in the report.

use std::collections::BTreeMap;

use muniment_sdk::{Cell, Chart, ChartKind, Day, Finding, Metric, Period, Section, Table};

use super::{Sum, View, columns, doubtful, many, numbers, with_total};
use crate::sample::{ORGANISATION, Sample};

const BY_QUARTER: &str = "samples_by_quarter";

/// The samples of the period: how many documents were rightly marked, and whether each quarter had one.
pub(super) fn samples(view: &View<'_>, section: Section) -> Section {
    let View { plugin, settings, period, status_at } = *view;
    let units: Vec<(&str, Vec<Sample>)> = plugin
        .samples
        .cases_at(settings, status_at)
        .map(|(of, samples)| (of, samples.all.into_iter().filter(|it| period.holds(it.on.day)).collect()))
        .collect();
    let all: Vec<&Sample> = units.iter().flat_map(|(_, samples)| samples).collect();
    let section = section.heading("Samples");
    if all.is_empty() {
        let section = section.paragraph("No sample of markings was taken in the period.");
        return section.with(Finding {
            text: "A sample of markings is to be taken every quarter, and none was.".to_owned(),
            clauses: vec!["leicester L19.1".to_owned()],
            evidence: Vec::new(),
        });
    }
    let sound: Vec<&&Sample> = all.iter().filter(|sample| sample.wrong().is_some()).collect();
    let sum =
        |of: &dyn Fn(&Sample) -> u64| sound.iter().map(|sample| of(sample)).fold(0, u64::saturating_add);
    // A sample in which there is none of a kind is no evidence of it.
    let figure = |name, title: &str, of: fn(&Sample) -> u64, definition: &str| Metric {
        name,
        title: title.to_owned(),
        numerator: sum(&of),
        denominator: Some(sum(&|sample| sample.sampled)),
        definition: definition.to_owned(),
        evidence: sound.iter().filter(|sample| of(sample) > 0).map(|sample| sample.on.seq).collect(),
    };
    let section = section
        .with(
            Metric::counted("samples", "Samples", all.iter().map(|sample| sample.on.seq).collect())
                .definition(
                    "Samples of markings that were taken in the period, also those whose numbers cannot be and which are in no \
                     other figure.",
                ),
        )
        .with(figure(
            "rightly_marked",
            "Documents in samples rightly marked",
            |sample| sample.correct,
            "Of the documents that were looked at in the samples of the period, those that were rightly marked. Documents that \
             entries name one by one are counted further below, under markings.",
        ))
        .with(figure(
            "old_scheme",
            "Documents in samples in an old scheme",
            |sample| sample.legacy,
            "Of the same documents, those marked in a scheme that is in use no longer. An old document may keep the marking \
             of its day: these may be among the rightly marked.",
        ))
        .with(figure(
            "sensitive_unmarked",
            "Documents in samples sensitive and unmarked",
            |sample| sample.unmarked,
            "Of the same documents, those that are sensitive and carry no marking.",
        ));
    let quarters = period.quarters();
    let of_quarter = |quarter: Period| {
        let these = all.iter().filter(|sample| quarter.holds(sample.on.day));
        summed(quarter.in_words(), these.copied())
    };
    let rows: Vec<Sum<6>> = quarters.iter().copied().map(of_quarter).collect();
    let over = Day::in_london(status_at);
    let empty = quarters
        .iter()
        .zip(&rows)
        .filter(|(quarter, (.., seqs))| quarter.to <= over && seqs.is_empty())
        .count();
    let section =
        section.with(table(BY_QUARTER, "Samples by quarter", ("quarter", "Quarter"), rows)).with(Chart {
            kind: ChartKind::Bars,
            title: "Samples by quarter".to_owned(),
            table: BY_QUARTER,
            alternative:
                "Bars for each quarter: the samples, the documents looked at, and how they were marked."
                    .to_owned(),
        });
    let by_unit: BTreeMap<&str, &Vec<Sample>> =
        units.iter().filter(|(_, samples)| !samples.is_empty()).map(|(of, samples)| (*of, samples)).collect();
    let name =
        |of: &str| if of == ORGANISATION { "No directorate recorded".to_owned() } else { of.to_owned() };
    let rows = by_unit.into_iter().map(|(of, samples)| summed(name(of), samples.iter())).collect();
    let title = "Samples by directorate";
    let section = section.with(table("samples_by_directorate", title, ("directorate", "Directorate"), rows));
    let missing = (empty > 0).then(|| Finding {
        text: format!(
            "In {} of the period no sample of markings was taken.",
            many(empty, "quarter", "quarters")
        ),
        clauses: vec!["leicester L19.1".to_owned()],
        evidence: Vec::new(),
    });
    let wrong = all.iter().filter(|sample| sample.wrong().is_none()).map(|sample| sample.on.seq);
    let wrong = doubtful(
        |count| {
            let samples = many(count, "sample has", "samples have");
            format!(
                "{samples} numbers that cannot be: more documents of a kind than were looked at. They are in no sum."
            )
        },
        wrong.collect(),
    );
    [missing, wrong].into_iter().flatten().fold(section, Section::with)
}

fn summed<'s>(name: String, samples: impl Iterator<Item = &'s Sample>) -> Sum<6> {
    let figure = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
    let (mut sum, mut seqs) = ([0_i64; 6], Vec::new());
    for sample in samples {
        seqs.push(sample.on.seq);
        sum[0] += 1;
        let Some(wrong) = sample.wrong() else { continue };
        let figures = [sample.sampled, sample.correct, wrong, sample.legacy, sample.unmarked];
        for (sum, number) in sum[1..].iter_mut().zip(figures) {
            *sum = sum.saturating_add(figure(number));
        }
    }
    (name, sum, seqs)
}

fn table(name: &'static str, title: &str, first: (&'static str, &'static str), rows: Vec<Sum<6>>) -> Table {
    let cells = |[samples, sampled, correct, wrong, legacy, unmarked]: [i64; 6]| {
        let mut cells = numbers([samples, sampled, correct]);
        let share = (u64::try_from(correct).unwrap_or(0), u64::try_from(sampled).unwrap_or(0));
        cells.push(Cell::Share(share.0, share.1));
        cells.extend(numbers([wrong, legacy, unmarked]));
        cells
    };
    Table {
        name,
        title: title.to_owned(),
        columns: columns(&[
            first,
            ("samples", "Samples"),
            ("sampled", "Documents looked at"),
            ("right", "Rightly marked"),
            ("share", "Share rightly marked"),
            ("wrong", "Wrongly marked"),
            ("legacy", "In an old scheme"),
            ("unmarked", "Sensitive and unmarked"),
        ]),
        rows: with_total(rows, cells),
        totals: true,
    }
}
