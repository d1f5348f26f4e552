//! What a plugin says, in the words of the interface.

use super::{fold, registers, report, types};
use crate::alert::{Act, Alert, Cleared};
use crate::{Block, Cell, ChartKind, Column, Instant, Manifest, Register, Row, Rule, Section, Severity};

fn texts(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|text| (*text).to_owned()).collect()
}

pub(super) fn manifest(manifest: &Manifest) -> fold::Manifest {
    let personal = |(field, why): &(&str, &str)| ((*field).to_owned(), (*why).to_owned());
    fold::Manifest {
        id: manifest.id.to_owned(),
        version: manifest.version.to_owned(),
        title: manifest.title.to_owned(),
        description: manifest.description.to_owned(),
        subscriptions: texts(manifest.subscriptions),
        rules: manifest.rules.iter().map(rule).collect(),
        settings_schema: manifest.settings_schema.to_owned(),
        catalogue: texts(manifest.catalogue),
        personal: manifest.personal.iter().map(personal).collect(),
    }
}

fn rule(rule: &Rule) -> fold::Rule {
    fold::Rule {
        id: rule.id.to_owned(),
        title: rule.title.to_owned(),
        severity: rule.severity.into(),
        recipient: rule.recipient.to_owned(),
        clauses: texts(rule.clauses),
        feeds: texts(rule.feeds),
    }
}

pub(super) fn register(register: &Register) -> registers::RegisterInfo {
    registers::RegisterInfo {
        name: register.name.to_owned(),
        title: register.title.to_owned(),
        description: register.description.to_owned(),
        feeds: texts(register.feeds),
        columns: register.columns.iter().cloned().map(types::Column::from).collect(),
    }
}

impl From<Severity> for types::Severity {
    fn from(severity: Severity) -> types::Severity {
        match severity {
            Severity::Statutory => types::Severity::Statutory,
            Severity::Policy => types::Severity::Policy,
            Severity::Warning => types::Severity::Warning,
        }
    }
}

impl From<Act> for types::Act {
    fn from(act: Act) -> types::Act {
        match act {
            Act::Raise(alert) => types::Act::Raise(alert.into()),
            Act::Clear(cleared) => types::Act::Clear(cleared.into()),
        }
    }
}

impl From<Alert> for types::Raised {
    fn from(alert: Alert) -> types::Raised {
        types::Raised {
            rule: alert.rule.to_owned(),
            stage: alert.stage.into_owned(),
            subject: alert.subject,
            severity: alert.severity.map(types::Severity::from),
            recipient: alert.recipient.map(std::borrow::Cow::into_owned),
            due: alert.due.map(Instant::as_micros),
            arithmetic: alert.arithmetic,
            evidence: alert.evidence,
        }
    }
}

impl From<Cleared> for types::Cleared {
    fn from(cleared: Cleared) -> types::Cleared {
        types::Cleared {
            rule: cleared.rule.into_owned(),
            stage: cleared.stage.into_owned(),
            subject: cleared.subject,
            reason: cleared.reason,
        }
    }
}

impl From<Column> for types::Column {
    fn from(column: Column) -> types::Column {
        types::Column { name: column.name.into_owned(), title: column.title.into_owned() }
    }
}

impl From<Cell> for types::Cell {
    fn from(cell: Cell) -> types::Cell {
        match cell {
            Cell::None => types::Cell::None,
            Cell::Text(text) => types::Cell::Text(text),
            Cell::Number(number) => types::Cell::Number(number),
            Cell::Flag(flag) => types::Cell::Flag(flag),
            Cell::Day(day) => types::Cell::Day(day.to_string()),
            Cell::Moment(instant) => types::Cell::Moment(instant.as_micros()),
            Cell::Share(part, whole) => types::Cell::Share((part, whole)),
        }
    }
}

impl From<Row> for types::Row {
    fn from(row: Row) -> types::Row {
        types::Row {
            cells: row.cells.into_iter().map(types::Cell::from).collect(),
            subject: row.subject,
            unit: row.unit,
            evidence: row.evidence,
        }
    }
}

impl From<Section> for report::Section {
    fn from(section: Section) -> report::Section {
        report::Section {
            place: section.place.to_owned(),
            title: section.title,
            clauses: section.clauses,
            blocks: section.blocks.into_iter().map(report::Block::from).collect(),
        }
    }
}

impl From<Block> for report::Block {
    fn from(block: Block) -> report::Block {
        match block {
            Block::Heading(text) => report::Block::Heading(text),
            Block::Paragraph(text) => report::Block::Paragraph(text),
            Block::Metric(metric) => report::Block::Metric(report::Metric {
                name: metric.name.to_owned(),
                title: metric.title,
                numerator: metric.numerator,
                denominator: metric.denominator,
                definition: metric.definition,
                evidence: metric.evidence,
            }),
            Block::Table(table) => report::Block::Table(report::Table {
                name: table.name.to_owned(),
                title: table.title,
                columns: table.columns.into_iter().map(types::Column::from).collect(),
                rows: table.rows.into_iter().map(types::Row::from).collect(),
                totals: table.totals,
            }),
            Block::Chart(chart) => report::Block::Chart(report::Chart {
                kind: match chart.kind {
                    ChartKind::Bars => report::ChartKind::Bars,
                    ChartKind::StackedBars => report::ChartKind::StackedBars,
                    ChartKind::Line => report::ChartKind::Line,
                },
                title: chart.title,
                table: chart.table.to_owned(),
                alternative: chart.alternative,
            }),
            Block::Finding(finding) => report::Block::Finding(report::Finding {
                text: finding.text,
                clauses: finding.clauses,
                evidence: finding.evidence,
            }),
        }
    }
}
