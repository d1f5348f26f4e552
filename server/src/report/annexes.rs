//! The annexes: what is counted of what, whether stocks are conserved, which clauses are evidenced and checked, and how
//! anybody verifies the ledger that all of it rests on.

use std::collections::{BTreeMap, BTreeSet};

use muniment_core::policy::PolicyClause;
use muniment_core::report::{Block, Cell, Column, Metric, Row, Section, Table};

use super::day::in_london;
use super::survey::{NAMED_MAX, Survey};
use super::{Material, Wish};

pub(super) fn add(
    sections: &mut BTreeMap<String, Section>,
    material: &Material<'_>,
    wish: &Wish,
    survey: &Survey,
) {
    let definitions = definitions(sections);
    let reconciliation = reconciliation(sections);
    let mut put = |id: &str, blocks: Vec<Block>| {
        if let Some(section) = sections.get_mut(id) {
            section.blocks.extend(blocks);
        }
    };
    put("Annex-A", definitions);
    put("Annex-B", reconciliation);
    put("Annex-C", coverage(material, survey));
    put("Annex-D", integrity(material, wish, survey));
}

fn table(name: &str, title: impl Into<String>, columns: &[(&str, &str)], rows: Vec<Row>) -> Block {
    let column =
        |(name, title): &(&str, &str)| Column { name: (*name).to_owned(), title: (*title).to_owned() };
    Block::Table(Table {
        name: name.to_owned(),
        title: title.into(),
        columns: columns.iter().map(column).collect(),
        rows,
        totals: false,
    })
}

fn row(cells: Vec<Cell>, evidence: Vec<u64>) -> Row {
    Row { cells, subject: None, unit: None, evidence }
}

fn text(text: impl Into<String>) -> Cell {
    Cell::Text(text.into())
}

fn count(count: u64) -> Cell {
    Cell::Number(i64::try_from(count).unwrap_or(i64::MAX))
}

fn definitions(sections: &BTreeMap<String, Section>) -> Vec<Block> {
    let mut all: Vec<(&Section, &Metric)> = sections
        .values()
        .flat_map(|section| section.metrics().map(move |metric| (section, metric)))
        .collect();
    // A stable order: within a section as it prints them.
    all.sort_by(|(one, _), (other, _)| muniment_core::report::in_order(one, other));
    let rows = all.into_iter().map(|(section, metric)| {
        let kind = if metric.denominator.is_some() { "a share" } else { "a number" };
        let cells = vec![text(&*metric.title), text(&*section.id), text(kind), text(&*metric.definition)];
        row(cells, Vec::new())
    });
    let columns = [
        ("figure", "Figure"),
        ("section", "Section"),
        ("is", "It is"),
        ("definition", "What is counted, and of what"),
    ];
    vec![
        Block::Paragraph {
            text: "Percentages are rounded half up from the exact share; where there are no cases none is printed. A day \
                   begins and ends at midnight in London."
                .to_owned(),
        },
        table("definitions", "Every figure of this report and its definition", &columns, rows.collect()),
    ]
}

/// Stocks are tables with an opening and a closing: the lint holds them to it, and here it is said of which.
fn reconciliation(sections: &BTreeMap<String, Section>) -> Vec<Block> {
    let mut rows = Vec::new();
    for section in sections.values() {
        for table in section.tables() {
            let has = |name: &str| table.columns.iter().any(|column| column.name == name);
            let checks = [
                (table.totals, "the rows add up to the last"),
                (
                    has("opening") && has("closing"),
                    "opening and what came in, without what went out, is closing",
                ),
                (has("whole"), "the parts are the whole"),
            ];
            let checks: Vec<&str> =
                checks.iter().filter(|(is_so, _)| *is_so).map(|(_, check)| *check).collect();
            if !checks.is_empty() {
                rows.push((
                    section.clone(),
                    row(vec![text(&*table.title), text(&*section.id), text(checks.join("; "))], Vec::new()),
                ));
            }
        }
    }
    rows.sort_by(|(one, _), (other, _)| muniment_core::report::in_order(one, other));
    let columns = [("table", "Table"), ("section", "Section"), ("checked", "What was checked")];
    vec![
        Block::Paragraph {
            text: "Each of these tables was checked when the report was made. What does not add up is said at the head of the \
                   report."
                .to_owned(),
        },
        table("reconciliation", "Tables that were reconciled", &columns, rows.into_iter().map(|(_, row)| row).collect()),
    ]
}

fn coverage(material: &Material<'_>, survey: &Survey) -> Vec<Block> {
    let mut checks: BTreeMap<&str, usize> = BTreeMap::new();
    for contribution in material.contributions {
        for (rule, open) in &contribution.rules {
            *checks.entry(rule).or_default() += open;
        }
    }
    let mut blocks = Vec::new();
    for policy in material.definitions.rulebook.policies() {
        let rows = policy.clauses.iter().map(|clause| covered(clause, survey, &checks)).collect();
        let columns = [
            ("clause", "Clause"),
            ("says", "What it asks for"),
            ("events", "Events that evidence it"),
            ("checks", "Checked by"),
            ("open_alerts", "Alerts open"),
            ("gap", "Gap"),
        ];
        blocks.push(Block::Heading { text: format!("{}: {}", policy.organisation, policy.title) });
        let title =
            format!("Clauses of {}, version {}: evidence, checks and gaps", policy.title, policy.version);
        blocks.push(table(&format!("clauses_{}", policy.id.replace('-', "_")), title, &columns, rows));
    }
    blocks
}

fn covered(clause: &PolicyClause, survey: &Survey, checks: &BTreeMap<&str, usize>) -> Row {
    let of_types = || survey.events.iter().filter(|(kind, _)| clause.is_evidenced_by(kind));
    let events: u64 = of_types().map(|(_, events)| events.count).sum();
    let seqs: BTreeSet<u64> = of_types().flat_map(|(_, events)| events.seqs.iter().copied()).collect();
    let checked: Vec<&str> =
        clause.alerts.iter().map(String::as_str).filter(|code| checks.contains_key(code)).collect();
    let open: usize = checked.iter().filter_map(|code| checks.get(code)).sum();
    let gap = match (clause.types.is_empty(), events, checked.len() == clause.alerts.len()) {
        (true, _, true) => "a definition: nothing to evidence",
        (false, 0, true) => "no event of the period",
        (false, 0, false) => "no event of the period; not all of its alerts are watched for",
        (_, _, false) => "not all of its alerts are watched for",
        (false, _, true) => "none",
    };
    let cells = vec![
        text(&*clause.id),
        text(&*clause.says),
        count(events),
        text(checked.join(", ")),
        count(open as u64),
        text(gap),
    ];
    row(cells, seqs.into_iter().take(NAMED_MAX).collect())
}

fn integrity(material: &Material<'_>, wish: &Wish, survey: &Survey) -> Vec<Block> {
    let ledger = material.ledger;
    let facts = [
        ("Origin", ledger.origin().to_owned()),
        ("Entries that this report is made of", wish.size.to_string()),
        ("Entries recorded in the period", survey.recorded.to_string()),
        ("First entry recorded", survey.first_recorded.map(in_london).unwrap_or_default()),
        ("Last entry recorded", survey.last_recorded.map(in_london).unwrap_or_default()),
        ("Program", format!("muniment {}", env!("CARGO_PKG_VERSION"))),
    ];
    let facts =
        facts.into_iter().map(|(fact, value)| row(vec![text(fact), text(value)], Vec::new())).collect();
    let corrections = survey.corrections.iter().map(|correction| {
        let cells = vec![
            count(correction.seq),
            count(correction.target),
            text(&*correction.action),
            text(&*correction.reason),
        ];
        row(cells, vec![correction.seq, correction.target])
    });
    let corrections: Vec<Row> = corrections.collect();
    let mut blocks = vec![
        Block::Paragraph {
            text: "Every figure rests on entries of a ledger that nothing can be changed in unseen. Whoever has a copy of it \
                   verifies all of it with `muniment verify`, and makes this report again with `muniment report verify`."
                .to_owned(),
        },
        table("ledger", "The ledger", &[("fact", "Fact"), ("value", "Value")], facts),
    ];
    if corrections.is_empty() {
        blocks.push(Block::Paragraph { text: "No correction was recorded in the period.".to_owned() });
    } else {
        let columns = [
            ("entry", "Entry"),
            ("target", "Corrects entry"),
            ("action", "What it does"),
            ("reason", "Reason"),
        ];
        blocks.push(table("corrections", "Corrections recorded in the period", &columns, corrections));
    }
    blocks
}
