//! The sections about data quality, about counts, and about the ledger itself.

use std::collections::BTreeMap;

use muniment_sdk::{Cell, Column, Day, Finding, Instant, Metric, Period, Row, Section, Table};

use crate::apply::Coding;
use crate::coding::{Coded, Kind, Part};
use crate::reports::Window;
use crate::verification::Found;
use crate::{Settings, Sources};

const CODING_CLAUSES: &[&str] =
    &["leicester L3.1.a", "leicester L8.1.a", "leicester L10.1.a", "coventry C-KPS"];

/// Section R15: the systems that post, and how completely events are coded.
pub(crate) fn data_quality(
    plugin: &Sources,
    settings: &Settings,
    period: Period,
    status_at: Instant,
) -> Section {
    let section = Section::new("R15", "Data quality", CODING_CLAUSES).heading("Systems that post");
    let section = feeds(plugin, period, status_at, section).heading("Coding of events");
    let section = coding(plugin, settings, period, status_at, section);
    let odd = plugin.feeds.reports.values().flat_map(|reports| reports.odd());
    let mut why: BTreeMap<&str, Vec<u64>> = BTreeMap::new();
    odd.for_each(|(seq, reason)| why.entry(reason).or_default().push(seq));
    let section = why.into_iter().fold(section, |section, (reason, seqs)| {
        section.with(finding(format!("Reports of systems that are {reason}: {}.", seqs.len()), seqs))
    });
    let unknown: Vec<&str> = plugin
        .feeds
        .names()
        .into_iter()
        .filter(|name| !plugin.feeds.registered.contains_key(*name))
        .collect();
    let section = if unknown.is_empty() {
        section
    } else {
        let last = |name: &&str| plugin.feeds.reports.get(*name)?.last().map(|((_, seq), _)| seq);
        let seqs = unknown.iter().filter_map(last).collect();
        section
            .with(finding(format!("Systems report that are not registered: {}.", unknown.join(", ")), seqs))
    };
    unreadable(plugin, section)
}

fn finding(text: String, evidence: Vec<u64>) -> Finding {
    Finding { text, clauses: Vec::new(), evidence }
}

fn unreadable(plugin: &Sources, section: Section) -> Section {
    let mut seqs = plugin.feeds.unreadable();
    seqs.extend(plugin.coding.unreadable().iter().map(|entry| entry.seq));
    seqs.extend(plugin.reports.unreadable().iter().map(|entry| entry.seq));
    seqs.extend(plugin.verifications.unreadable());
    if seqs.is_empty() {
        return section;
    }
    seqs.sort_unstable();
    section.with(finding(format!("Entries that could not be read and count nowhere: {}.", seqs.len()), seqs))
}

fn feeds(plugin: &Sources, period: Period, status_at: Instant, section: Section) -> Section {
    let feeds = &plugin.feeds;
    let registered: Vec<&String> =
        feeds.registered.iter().filter(|(_, feed)| feed.since <= status_at).map(|(name, _)| name).collect();
    if registered.is_empty() {
        return section.paragraph(
            "No system that posts was registered: nobody can tell from the ledger whether what is not in it did not happen.",
        );
    }
    let row = |name: &String| {
        let (feed, reports) = (feeds.registered.get(name), feeds.reports.get(name));
        let of_period = reports
            .into_iter()
            .flat_map(|reports| reports.between(period.from.start(), period.to.end().min(status_at.next())));
        let seqs: Vec<u64> = of_period.collect();
        Row::new([
            Cell::from(name.as_str()),
            Cell::from(feed.map(|feed| feed.said.groups.join(", "))),
            Cell::from(feed.map(|feed| i64::from(feed.said.interval_hours))),
            Cell::count(seqs.len()),
            Cell::from(feeds.complete_to_of(name)),
        ])
        .subject(name.as_str())
        .evidence(feed.map(|feed| feed.seq).into_iter().chain(seqs))
    };
    let seqs = registered.iter().filter_map(|name| feeds.registered.get(*name)).map(|feed| feed.seq);
    section
        .with(Metric::counted("feeds", "Systems that post", seqs.collect()).definition(
            "Systems that were registered by the status date, those that others replaced included.",
        ))
        .with(Table {
            name: "feeds",
            title: "Systems that post, and up to when they are complete by what is known now".to_owned(),
            columns: vec![
                Column::new("source", "Source"),
                Column::new("groups", "Groups of events"),
                Column::new("interval", "Hours between reports, at most"),
                Column::new("reports", "Reports in the period"),
                Column::new("complete_to", "Complete to"),
            ],
            rows: registered.into_iter().map(row).collect(),
            totals: false,
        })
}

fn coding(
    plugin: &Sources,
    settings: &Settings,
    period: Period,
    status_at: Instant,
    section: Section,
) -> Section {
    let cases: Vec<Coded> = plugin.coding.cases_at(settings, status_at).map(|(_, coded)| coded).collect();
    let parts: Vec<&Part> =
        cases.iter().flat_map(|coded| &coded.parts).filter(|part| period.holds(part.first)).collect();
    if parts.is_empty() {
        return section.paragraph("Nothing that has to be coded was recorded in the period.");
    }
    let first = |part: &Part| part.seqs.first().copied();
    let complete = parts.iter().filter(|part| part.missing.is_empty()).filter_map(|part| first(part));
    section
        .with(
            Metric::counted("coded", "Completely coded", complete.collect()).of(parts.len()).definition(
                "Of the incidents that were not found to be none, the disposals and the assets whose first entry lies in the \
                 period, those that say everything that the tables count by.",
            ),
        )
        .with(by_kind(&parts))
        .with(by_field(&parts))
}

fn by_kind(parts: &[&Part]) -> Table {
    let row = |name: &str, kind: Option<Kind>| {
        let these: Vec<&&Part> =
            parts.iter().filter(|part| kind.is_none_or(|kind| part.kind == kind)).collect();
        let complete = these.iter().filter(|part| part.missing.is_empty()).count();
        Row::new([
            Cell::from(name),
            Cell::count(these.len()),
            Cell::count(complete),
            Cell::count(these.len() - complete),
        ])
        .evidence(these.iter().filter_map(|part| part.seqs.first().copied()))
    };
    let kinds = [("Incidents", Kind::Incident), ("Disposals", Kind::Disposal), ("Assets", Kind::Asset)];
    let rows = kinds.into_iter().map(|(name, kind)| row(name, Some(kind)));
    Table {
        name: "coding_by_kind",
        title: "Coding by kind".to_owned(),
        columns: vec![
            Column::new("kind", "Kind"),
            Column::new("cases", "Cases"),
            Column::new("complete", "Completely coded"),
            Column::new("incomplete", "Something missing"),
        ],
        rows: rows.chain([row("All", None)]).collect(),
        totals: true,
    }
}

/// A case may lack several: so these do not add up to the cases.
fn by_field(parts: &[&Part]) -> Table {
    let row = |(code, name): (Coding, &'static str)| {
        let wanted: Vec<&&Part> = parts.iter().filter(|part| part.wanted.has(code)).collect();
        let missing: Vec<&&&Part> = wanted.iter().filter(|part| part.missing.has(code)).collect();
        let (all, lacking) = (wanted.len() as u64, missing.len() as u64);
        (all > 0).then(|| {
            Row::new([
                Cell::from(name),
                Cell::count(wanted.len()),
                Cell::count(missing.len()),
                Cell::Share(all - lacking, all),
            ])
            .evidence(missing.iter().filter_map(|part| part.seqs.first().copied()))
        })
    };
    Table {
        name: "coding_by_field",
        title: "Coding by what is asked for; a case may lack several".to_owned(),
        columns: vec![
            Column::new("field", "Asked for"),
            Column::new("cases", "Cases of which it is"),
            Column::new("missing", "Missing"),
            Column::new("coded", "Recorded, of these cases"),
        ],
        rows: Coding::ALL.into_iter().filter_map(row).collect(),
        totals: false,
    }
}

/// Annex B: what the systems count against what the ledger holds.
pub(crate) fn reconciliation(
    plugin: &Sources,
    settings: &Settings,
    period: Period,
    status_at: Instant,
) -> Section {
    let section = Section::new("Annex-B", "Counts of the systems, and checks of reports", &[]);
    let section = counts(plugin, period, status_at, section);
    let reports = plugin.reports.cases_at(settings, status_at);
    let made: Vec<_> =
        reports.flat_map(|(_, checked)| checked.made).filter(|made| period.holds(made.day)).collect();
    let known = made.iter().filter(|made| made.failures.is_some());
    let passed: Vec<u64> =
        known.clone().filter(|made| made.failures == Some(0)).map(|made| made.seq).collect();
    if made.is_empty() {
        return section.paragraph("No report was made in the period.");
    }
    section.with(
        Metric::counted("reports_add_up", "Reports whose figures add up", passed).of(known.count()).definition(
            "Of the reports that were made in the period and whose checks were recorded, drafts included, those of which no \
             check failed.",
        ),
    )
}

fn counts(plugin: &Sources, period: Period, status_at: Instant, section: Section) -> Section {
    let feeds = &plugin.feeds;
    let is_of_period = |window: &Window| {
        let end = Day::in_london(window.to);
        period.holds(end) && window.place.0 <= status_at
    };
    let row = |name: &String| {
        let windows = feeds.reports.get(name).map(|reports| reports.windows()).unwrap_or_default();
        let windows: Vec<Window> = windows.into_iter().filter(is_of_period).collect();
        let differences = feeds.differences(name).into_iter();
        let differences: Vec<_> = differences.filter(|difference| is_of_period(&difference.window)).collect();
        let missing = differences.iter().filter(|difference| difference.held.most < difference.window.events);
        let missing = missing.count();
        (!windows.is_empty()).then(|| {
            Row::new([
                Cell::from(name.as_str()),
                Cell::count(windows.len()),
                Cell::count(windows.len() - differences.len()),
                Cell::count(missing),
                Cell::count(differences.len() - missing),
            ])
            .subject(name.as_str())
            .evidence(windows.iter().map(|window| window.place.1))
        })
    };
    let mut rows: Vec<Row> = feeds.registered.keys().filter_map(row).collect();
    if rows.is_empty() {
        return section.paragraph("No registered system reported in the period how much it had posted.");
    }
    let sum = |column: usize| {
        let numbers = rows.iter().map(|row| match row.cells[column] {
            Cell::Number(number) => number,
            _ => 0,
        });
        Cell::Number(numbers.fold(0, i64::saturating_add))
    };
    let all = Row::new([Cell::from("All"), sum(1), sum(2), sum(3), sum(4)]);
    rows.push(all.evidence(rows.iter().flat_map(|row| row.evidence.clone()).collect::<Vec<u64>>()));
    let section = section.with(Table {
        name: "counts_by_source",
        title: "Reports of the period that say how much was posted, against what the ledger holds now"
            .to_owned(),
        columns: vec![
            Column::new("source", "Source"),
            Column::new("reports", "Reports compared"),
            Column::new("agree", "Agree"),
            Column::new("missing", "Entries missing in the ledger"),
            Column::new("more", "More entries than reported"),
        ],
        rows,
        totals: true,
    });
    let left_out = feeds.counts.left_out;
    if left_out == 0 {
        return section;
    }
    section.paragraph(format!(
        "There was no room to count {left_out} entries by their source: so many entries may be missing in the ledger unnoticed."
    ))
}

/// Annex D: whether the ledger verified.
pub(crate) fn integrity(plugin: &Sources, period: Period, status_at: Instant) -> Section {
    let section = Section::new("Annex-D", "Verification of the ledger", &["leicester L9.2.c"]);
    let all: Vec<(u64, Found)> = plugin.verifications.of(|day| period.holds(day), status_at).collect();
    let Some((last, found)) = plugin.verifications.last(status_at) else {
        return section.paragraph("No verification of the ledger is recorded.");
    };
    let passed = |(_, found): &&(u64, Found)| matches!(found, Found::Passed(_));
    let passes: Vec<u64> = all.iter().filter(passed).map(|(seq, _)| *seq).collect();
    let failures: Vec<u64> = all.iter().filter(|it| !passed(it)).map(|(seq, _)| *seq).collect();
    let outcome = match found {
        Found::Passed(size) => format!("passed for {size} entries"),
        Found::Failed(size) => format!("failed for {size} entries"),
        Found::Restored => "was not recorded".to_owned(),
    };
    let section = section
        .paragraph(format!("The last verification by the status date was {}; it {outcome}.", last.in_london()))
        .with(Metric::counted("verifications_passed", "Verifications that passed", passes).of(all.len()).definition(
            "Of the verifications of the ledger from its first entry on that were recorded in the period, those that found \
             everything in order.",
        ));
    if failures.is_empty() {
        return section;
    }
    section.with(Finding {
        text: format!("Verifications of the ledger that failed in the period: {}.", failures.len()),
        clauses: vec!["leicester L9.2.c".to_owned()],
        evidence: failures,
    })
}
