//! What staff look at.

use muniment_sdk::{Cell, Column, Day, Instant, Light, Register, Row};

use crate::document::Document;
use crate::handling::Handling;
use crate::sample::{ORGANISATION, Sample, Samples};
use crate::{HANDLED, Marking, Settings};

/// All of them.
pub(crate) const ALL: [Register; 4] = [FINDINGS, DUE, FAULTS, BELOW];

const FINDINGS: Register = Register {
    name: "sample-findings",
    title: "Open findings of samples",
    description: "Units whose last sample found wrongly marked documents; they are due by the next sample, the first due first.",
    feeds: &["marking.*"],
    columns: &[
        Column::new("sample", "Sample"),
        Column::new("taken", "Taken"),
        Column::new("sampled", "Documents looked at"),
        Column::new("wrong", "Wrongly marked"),
        Column::new("legacy", "In an old scheme"),
        Column::new("unmarked", "Sensitive and unmarked"),
        Column::DUE,
        Column::new("days_left", "Days of the calendar left"),
        Column::RAG,
        Column::STATUS,
        Column::OWNER,
        Column::UNIT,
        Column::CORRECTED,
    ],
};

const DUE: Register = Register {
    name: "samples-due",
    title: "Samples due",
    description: "When the markings of each unit were last sampled, the next due first.",
    feeds: &["marking.*"],
    columns: &[
        Column::new("of", "Of"),
        Column::new("taken", "Last sample"),
        Column::new("right", "Rightly marked then"),
        Column::DUE,
        Column::new("days_left", "Days of the calendar left"),
        Column::RAG,
        Column::STATUS,
        Column::OWNER,
        Column::UNIT,
        Column::CORRECTED,
    ],
};

const FAULTS: Register = Register {
    name: "wrong-markings",
    title: "Documents that are wrongly marked",
    description: "Documents that carry a marking that was not in use on its day or is of no use here, and sensitive ones that \
                  carry none, the oldest marking first.",
    feeds: &["marking.*"],
    columns: &[
        Column::new("document", "Document"),
        Column::new("marked", "Marked"),
        Column::new("marking", "Marking"),
        Column::new("scheme", "Scheme"),
        Column::STATUS,
        Column::OWNER,
        Column::UNIT,
        Column::CORRECTED,
    ],
};

const BELOW: Register = Register {
    name: "handled-below",
    title: "Handled below the marking",
    description: "What was sent, destroyed or otherwise handled below its marking and is not closed with an incident, the oldest \
                  first.",
    feeds: HANDLED,
    columns: &[
        Column::new("number", "Document or record"),
        Column::new("day", "Day"),
        Column::new("marking", "Marking"),
        Column::new("done", "What was done"),
        Column::new("means", "By"),
        Column::new("incident", "Incident"),
        Column::STATUS,
        Column::UNIT,
        Column::CORRECTED,
    ],
};

/// The rows of a register.
pub(crate) fn rows<'p>(
    plugin: &'p Marking,
    settings: &'p Settings,
    name: &str,
    as_at: Instant,
) -> Box<dyn Iterator<Item = Row> + 'p> {
    let today = Day::in_london(as_at);
    let mut rows: Vec<(Option<Day>, Row)> = if name == FINDINGS.name {
        let samples = plugin.samples.cases(settings);
        samples.filter_map(|(of, samples)| finding_row(plugin, settings, of, &samples, today)).collect()
    } else if name == DUE.name {
        let samples = plugin.samples.cases(settings);
        let rows: Vec<_> =
            samples.filter_map(|(of, samples)| due_row(plugin, settings, of, &samples, today)).collect();
        if rows.is_empty() { never_sampled(plugin, settings, today).into_iter().collect() } else { rows }
    } else if name == FAULTS.name {
        let documents = plugin.documents.cases(settings);
        documents.filter_map(|(number, document)| fault_row(plugin, number, &document)).collect()
    } else {
        let handlings = plugin.handlings.cases(settings);
        handlings.flat_map(|(number, handling)| below_rows(plugin, number, &handling)).collect()
    };
    // Within a day they stay as they come, by number.
    rows.sort_by_key(|(day, _)| *day);
    Box::new(rows.into_iter().map(|(_, row)| row))
}

/// The day, the days of the calendar that are left, and the light.
fn until(settings: &Settings, due: Option<Day>, today: Day) -> [Cell; 3] {
    let left = due.map(|due| i64::from(due.since(today)));
    let light = left.map(|left| Light::of(left, i64::from(settings.soon_days)));
    [Cell::from(due), Cell::from(left), Cell::from(light)]
}

fn number(number: u64) -> Cell {
    Cell::Number(i64::try_from(number).unwrap_or(i64::MAX))
}

fn finding_row(
    plugin: &Marking,
    settings: &Settings,
    of: &str,
    samples: &Samples,
    today: Day,
) -> Option<(Option<Day>, Row)> {
    let last = samples.last().filter(|last| last.has_findings())?;
    let due = samples.due();
    let [due_cell, left, light] = until(settings, due, today);
    let status = match last.wrong() {
        None => "numbers to be checked",
        Some(_) if last.unmarked > 0 => "sensitive and unmarked",
        Some(_) => "wrongly marked",
    };
    let row = Row::new([
        Cell::from(last.number.as_str()),
        Cell::from(last.on.day),
        number(last.sampled),
        Cell::from(last.wrong().map(number)),
        number(last.legacy),
        number(last.unmarked),
        due_cell,
        left,
        light,
        Cell::from(status),
        Cell::from(last.reviewed_by.as_deref()),
        Cell::from(samples.unit.as_deref()),
        Cell::from(plugin.samples.corrected(of)),
    ]);
    Some((due, row.subject(of).unit(samples.unit.as_deref()).evidence([last.on.seq])))
}

fn due_row(
    plugin: &Marking,
    settings: &Settings,
    of: &str,
    samples: &Samples,
    today: Day,
) -> Option<(Option<Day>, Row)> {
    let last = samples.last()?;
    let due = samples.due();
    let [due_cell, left, light] = until(settings, due, today);
    let is_overdue = due.is_some_and(|due| due < today);
    let row = Row::new([
        Cell::from(of),
        Cell::from(last.on.day),
        Cell::from(right(last)),
        due_cell,
        left,
        light,
        Cell::from(if is_overdue { "overdue" } else { "sampled" }),
        Cell::from(last.reviewed_by.as_deref()),
        Cell::from(samples.unit.as_deref()),
        Cell::from(plugin.samples.corrected(of)),
    ]);
    Some((due, row.subject(of).unit(samples.unit.as_deref()).evidence([last.on.seq])))
}

/// Where documents are marked and no sample was ever taken, the first is due as long behind the first marking as the next
/// would be behind a sample.
fn never_sampled(plugin: &Marking, settings: &Settings, today: Day) -> Option<(Option<Day>, Row)> {
    let firsts =
        plugin.documents.cases(settings).filter_map(|(_, document)| Some(document.marks.first()?.on));
    let first = firsts.min_by_key(|on| (on.time, on.seq))?;
    let due = Some(first.day.plus_months(settings.sample_months));
    let [due_cell, left, light] = until(settings, due, today);
    let row = Row::new([
        Cell::from(ORGANISATION),
        Cell::None,
        Cell::None,
        due_cell,
        left,
        light,
        Cell::from("never sampled"),
        Cell::None,
        Cell::None,
        Cell::None,
    ]);
    Some((due, row.subject(ORGANISATION).evidence([first.seq])))
}

fn right(sample: &Sample) -> Option<Cell> {
    sample.wrong().map(|_| Cell::Share(sample.correct, sample.sampled))
}

fn fault_row(plugin: &Marking, document_number: &str, document: &Document) -> Option<(Option<Day>, Row)> {
    let mark = document.mark()?;
    let status =
        if mark.is_sensitive_and_unmarked() { "sensitive and unmarked" } else { mark.fault?.title() };
    let row = Row::new([
        Cell::from(document_number),
        Cell::from(mark.on.day),
        Cell::from(mark.title()),
        Cell::from(mark.scheme.title()),
        Cell::from(status),
        Cell::from(document.owner.as_deref()),
        Cell::from(document.unit.as_deref()),
        Cell::from(plugin.documents.corrected(document_number)),
    ]);
    let row = row.subject(document_number).unit(document.unit.as_deref()).evidence([mark.on.seq]);
    Some((Some(mark.on.day), row))
}

fn below_rows(plugin: &Marking, case: &str, handling: &Handling) -> Vec<(Option<Day>, Row)> {
    let open = handling.acts.iter().filter(|act| handling.is_open(act));
    let row = |act: &crate::handling::Act| {
        let row = Row::new([
            Cell::from(act.number.as_str()),
            Cell::from(act.on.day),
            Cell::from(act.marking),
            Cell::from(act.done),
            Cell::from(act.by),
            Cell::from(handling.incident.as_deref()),
            Cell::from(if handling.incident.is_some() { "incident open" } else { "no incident" }),
            Cell::from(handling.unit.as_deref()),
            Cell::from(plugin.handlings.corrected(case)),
        ]);
        (Some(act.on.day), row.subject(case).unit(handling.unit.as_deref()).evidence([act.on.seq]))
    };
    open.map(row).collect()
}
