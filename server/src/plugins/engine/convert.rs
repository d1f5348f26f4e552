//! Between the types of the interface and those of the host.

use muniment_core::time::Timestamp;
use serde_json::{Value, json};

use super::bindings::exports::muniment::plugin::fold as wit;
use super::bindings::exports::muniment::plugin::{registers as wit_registers, report};
use super::bindings::muniment::plugin::types;
use super::instance::Input;
use crate::plugins::manifest::{Manifest, Rule, Severity};
use crate::plugins::outcome::{Act, Cell, Cleared, Column, Outcome, Page, Raised, Register, Row};

pub(super) fn item<'a>(input: &'a Input<'_>) -> types::Item<'a> {
    match input {
        Input::Event(facts) => types::Item::Event(types::Event {
            seq: facts.seq,
            recorded: facts.recorded.as_micros(),
            kind: &facts.event_type,
            source: &facts.source,
            id: &facts.id,
            subject: facts.subject.as_deref(),
            time: facts.happened().as_micros(),
            data: facts.data.unwrap_or("null").as_bytes(),
        }),
        Input::Tick { seq, recorded } => types::Item::Tick(types::Tick { seq: *seq, recorded: *recorded }),
    }
}

fn severity(severity: types::Severity) -> Severity {
    match severity {
        types::Severity::Statutory => Severity::Statutory,
        types::Severity::Policy => Severity::Policy,
        types::Severity::Warning => Severity::Warning,
    }
}

pub(super) fn manifest(said: wit::Manifest) -> Manifest {
    let rule = |rule: wit::Rule| Rule {
        id: rule.id,
        title: rule.title,
        severity: severity(rule.severity),
        recipient: rule.recipient,
        clauses: rule.clauses,
        feeds: rule.feeds,
    };
    Manifest {
        id: said.id,
        version: said.version,
        title: said.title,
        description: said.description,
        subscriptions: said.subscriptions,
        rules: said.rules.into_iter().map(rule).collect(),
        settings_schema: said.settings_schema,
        catalogue: said.catalogue,
        personal: said.personal,
        has_registers: false,
        has_report: false,
    }
}

pub(super) fn outcome(said: wit::Outcome) -> Outcome {
    let act = |caused: types::Caused| {
        let act = match caused.act {
            types::Act::Raise(raised) => Act::Raise(Raised {
                rule: raised.rule,
                stage: raised.stage,
                subject: raised.subject,
                severity: raised.severity.map(severity),
                recipient: raised.recipient,
                due: raised.due,
                arithmetic: raised.arithmetic,
                evidence: raised.evidence,
            }),
            types::Act::Clear(cleared) => Act::Clear(Cleared {
                rule: cleared.rule,
                stage: cleared.stage,
                subject: cleared.subject,
                reason: cleared.reason,
            }),
        };
        (caused.item as usize, act)
    };
    Outcome { taken: said.taken as usize, acts: said.acts.into_iter().map(act).collect(), wake: said.wake }
}

fn column(column: types::Column) -> Column {
    Column { name: column.name, title: column.title }
}

fn cell(cell: types::Cell) -> Cell {
    match cell {
        types::Cell::None => Cell::Nothing,
        types::Cell::Text(text) | types::Cell::Day(text) => Cell::Text(text),
        types::Cell::Number(number) => Cell::Number(number),
        types::Cell::Flag(flag) => Cell::Flag(flag),
        types::Cell::Moment(instant) => Cell::Text(Timestamp::from_micros(instant).to_string()),
        types::Cell::Share((numerator, denominator)) => Cell::Share { numerator, denominator },
    }
}

fn row(row: types::Row) -> Row {
    Row {
        cells: row.cells.into_iter().map(cell).collect(),
        subject: row.subject,
        unit: row.unit,
        evidence: row.evidence,
    }
}

pub(super) fn registers(said: Vec<wit_registers::RegisterInfo>) -> Vec<Register> {
    let register = |info: wit_registers::RegisterInfo| Register {
        name: info.name,
        title: info.title,
        description: info.description,
        feeds: info.feeds,
        columns: info.columns.into_iter().map(column).collect(),
    };
    said.into_iter().map(register).collect()
}

pub(super) fn page(said: wit_registers::Page) -> Page {
    Page { rows: said.rows.into_iter().map(row).collect(), total: said.total }
}

pub(super) fn sections(said: Vec<report::Section>) -> Value {
    let section = |section: report::Section| {
        json!({
            "place": section.place,
            "title": section.title,
            "clauses": section.clauses,
            "blocks": section.blocks.into_iter().map(block).collect::<Vec<Value>>(),
        })
    };
    said.into_iter().map(section).collect()
}

fn block(block: report::Block) -> Value {
    match block {
        report::Block::Heading(text) => json!({ "kind": "heading", "text": text }),
        report::Block::Paragraph(text) => json!({ "kind": "paragraph", "text": text }),
        report::Block::Metric(metric) => json!({
            "kind": "metric",
            "name": metric.name,
            "title": metric.title,
            "numerator": metric.numerator,
            "denominator": metric.denominator,
            "definition": metric.definition,
            "evidence": metric.evidence,
        }),
        report::Block::Table(table) => json!({
            "kind": "table",
            "name": table.name,
            "title": table.title,
            "columns": table.columns.into_iter().map(column).collect::<Vec<Column>>(),
            "rows": table.rows.into_iter().map(row).collect::<Vec<Row>>(),
            "totals": table.totals,
        }),
        report::Block::Chart(chart) => json!({
            "kind": "chart",
            "chart": match chart.kind {
                report::ChartKind::Bars => "bars",
                report::ChartKind::StackedBars => "stacked_bars",
                report::ChartKind::Line => "line",
            },
            "title": chart.title,
            "table": chart.table,
            "alternative": chart.alternative,
        }),
        report::Block::Finding(finding) => json!({
            "kind": "finding",
            "text": finding.text,
            "clauses": finding.clauses,
            "evidence": finding.evidence,
        }),
    }
}
