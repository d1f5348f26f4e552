//! Reads the lists that policies refer to: alerts, statutes, controls, sections of the report.

use std::collections::BTreeSet;

use serde::Deserialize;

use super::definition::{Alert, Control, ReportSection, Severity, Statute};
use super::file::{known_types, named};
use crate::catalogue::Catalogue;
use crate::declared::{DeclaredText, FileError, FileFault as Fault, Located, code, length, limited};
use crate::limits::{DESCRIPTION_BYTES_MAX, POLICY_ROWS_MAX, TITLE_BYTES_MAX};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AlertsText {
    alert: Vec<AlertText>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AlertText {
    code: Located<String>,
    title: String,
    severity: Severity,
    recipient: String,
    trigger: String,
    without_clause: Option<String>,
}

/// The alerts.
pub(super) fn alerts(source: DeclaredText<'_>) -> Result<Vec<Alert>, FileError> {
    let rows = source.read::<AlertsText>()?.alert;
    checked(
        source,
        &rows,
        |row| &row.code,
        |row| {
            length("title", &row.title, TITLE_BYTES_MAX)?;
            code(&row.recipient)?;
            length("trigger", &row.trigger, DESCRIPTION_BYTES_MAX)
        },
    )?;
    let alert = |row: AlertText| Alert {
        code: row.code.into_inner(),
        title: row.title,
        severity: row.severity,
        recipient: row.recipient,
        trigger: row.trigger,
        without_clause: row.without_clause,
    };
    Ok(rows.into_iter().map(alert).collect())
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NotYetText {
    not_yet_raised: Vec<Located<String>>,
}

/// The codes of alerts that nothing raises yet.
pub(super) fn not_yet_raised(source: DeclaredText<'_>, alerts: &[Alert]) -> Result<Vec<String>, FileError> {
    let codes = source.read::<NotYetText>()?.not_yet_raised;
    named("there is no alert", &codes, alerts, |alert| &alert.code, |_| false)
        .map_err(|(at, fault)| source.at(at, fault))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct StatutesText {
    statute: Vec<StatuteText>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct StatuteText {
    id: Located<String>,
    title: String,
    status: String,
    successor: Option<Located<String>>,
    types: Vec<Located<String>>,
}

/// The legal register.
pub(super) fn statutes(source: DeclaredText<'_>, catalogue: &Catalogue) -> Result<Vec<Statute>, FileError> {
    let rows = source.read::<StatutesText>()?.statute;
    checked(
        source,
        &rows,
        |row| &row.id,
        |row| {
            length("title", &row.title, TITLE_BYTES_MAX)?;
            length("status", &row.status, DESCRIPTION_BYTES_MAX)
        },
    )?;
    let ids: Vec<String> = rows.iter().map(|row| row.id.get_ref().clone()).collect();
    let mut statutes = Vec::with_capacity(rows.len());
    for row in rows {
        let misplaced = |(at, fault)| source.at(at, fault);
        if let Some(successor) = &row.successor {
            let one = std::slice::from_ref(successor);
            named("the register has no statute", one, &ids, |id| id, |_| false).map_err(misplaced)?;
        }
        statutes.push(Statute {
            types: known_types(&row.types, catalogue).map_err(misplaced)?,
            id: row.id.into_inner(),
            title: row.title,
            status: row.status,
            successor: row.successor.map(Located::into_inner),
        });
    }
    Ok(statutes)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ControlsText {
    control: Vec<ControlText>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ControlText {
    name: Located<String>,
    title: String,
    value: ValueText,
    unit: String,
    reason: String,
    source: String,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum ValueText {
    Number(i64),
    Text(String),
}

/// The controls.
pub(super) fn controls(source: DeclaredText<'_>) -> Result<Vec<Control>, FileError> {
    let rows = source.read::<ControlsText>()?.control;
    checked(
        source,
        &rows,
        |row| &row.name,
        |row| {
            length("title", &row.title, TITLE_BYTES_MAX)?;
            length("unit", &row.unit, TITLE_BYTES_MAX)?;
            length("reason", &row.reason, DESCRIPTION_BYTES_MAX)?;
            length("source", &row.source, DESCRIPTION_BYTES_MAX)
        },
    )?;
    let control = |row: ControlText| Control {
        name: row.name.into_inner(),
        title: row.title,
        value: match row.value {
            ValueText::Number(number) => number.to_string(),
            ValueText::Text(text) => text,
        },
        unit: row.unit,
        reason: row.reason,
        source: row.source,
    };
    Ok(rows.into_iter().map(control).collect())
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SectionsText {
    section: Vec<SectionText>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SectionText {
    id: Located<String>,
    title: String,
}

/// The sections of the report.
pub(super) fn sections(source: DeclaredText<'_>) -> Result<Vec<ReportSection>, FileError> {
    let rows = source.read::<SectionsText>()?.section;
    checked(source, &rows, |row| &row.id, |row| length("title", &row.title, TITLE_BYTES_MAX))?;
    let section = |row: SectionText| ReportSection { id: row.id.into_inner(), title: row.title };
    Ok(rows.into_iter().map(section).collect())
}

/// Checks what every list has in common: how long it is, and that no name stands there twice; then each row.
fn checked<R>(
    source: DeclaredText<'_>,
    rows: &[R],
    name_of: impl Fn(&R) -> &Located<String>,
    check: impl Fn(&R) -> Result<(), Fault>,
) -> Result<(), FileError> {
    limited("rows", rows.len(), POLICY_ROWS_MAX).map_err(|fault| source.whole(fault))?;
    let mut seen = BTreeSet::new();
    for row in rows {
        let name = name_of(row);
        let at = |fault| source.at(name.span().start, fault);
        code(name.get_ref()).and_then(|()| check(row)).map_err(at)?;
        if !seen.insert(name.get_ref()) {
            return Err(at(Fault::DefinedTwice { first_file: "this file".to_owned() }));
        }
    }
    Ok(())
}
