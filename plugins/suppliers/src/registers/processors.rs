//! The register of processors.

use muniment_sdk::{Cell, Column, Day, Instant, Light, Register, Row};

use super::{days_left, in_order};
use crate::alarms::processor::{self as alarms, AFTER, BEFORE, INCOMPLETE};
use crate::processor::Assured;
use crate::processors::{Processors as All, Supplied};
use crate::{NO_CONTRACT, Settings};

/// A certificate takes about so long to be renewed.
const AMBER_DAYS: i64 = 30;

/// Processors, by the day on which their assurance is due.
pub(crate) const PROCESSORS: Register = Register {
    name: "processors",
    title: "Processors by assurance due",
    description: "Processors with a contract that is not over, or with data and none, the first whose assurance is due first.",
    feeds: &["processor.*", "sharing.transfer_made"],
    columns: &[
        Column::new("processor", "Processor"),
        Column::new("supplier", "Supplier"),
        Column::new("contract", "Contract"),
        Column::new("contract_ends", "Contract ends"),
        Column::new("first_data", "First data"),
        Column::new("review_due", "Review due"),
        Column::new("due", "Assurance due"),
        Column::new("days_left", "Days left (of the calendar)"),
        Column::RAG,
        Column::OWNER,
        Column::UNIT,
        Column::STATUS,
        Column::CORRECTED,
    ],
};

/// Its rows.
pub(crate) fn processors(all: &All, settings: &Settings, as_at: Instant) -> Vec<Row> {
    let today = Day::in_london(as_at);
    let rows = all.all(settings).filter_map(|(number, supplied)| {
        let trouble = trouble(&supplied, settings, as_at);
        let is_over = supplied.processor.ends().is_some_and(|ends| ends < today);
        if is_over && trouble.is_none() {
            return None;
        }
        let assured = supplied.processor.assured(settings, supplied.first_transfer());
        let due = assured.map(Assured::due).filter(|_| !is_over);
        Some((due, row(&number, &supplied, due, trouble, today, all.cases.corrected(&number))))
    });
    in_order(rows.collect())
}

/// What there is to be said of the contract at an instant.
pub(crate) fn trouble(supplied: &Supplied, settings: &Settings, at: Instant) -> Option<&'static str> {
    let stands = |alarm: &muniment_sdk::Alarm| {
        alarm.rule.id == NO_CONTRACT.id && alarm.at <= at && alarm.until.is_none_or(|until| at < until)
    };
    alarms::of(supplied, settings).into_iter().find(stands).map(|alarm| match alarm.stage.name {
        BEFORE => "no contract",
        INCOMPLETE => "contract incomplete",
        AFTER => "contract over, data sent",
        other => other,
    })
}

fn row(
    number: &str,
    supplied: &Supplied,
    due: Option<Day>,
    trouble: Option<&'static str>,
    today: Day,
    corrected: Option<String>,
) -> Row {
    let processor = &supplied.processor;
    let days_left = days_left(due, today);
    let is_review_overdue = processor.review_due.is_some_and(|review| review < today);
    let light = match (trouble, days_left) {
        (Some(_), _) => Light::Red,
        (None, Some(left)) => Light::of(left, if is_review_overdue { i64::MAX } else { AMBER_DAYS }),
        (None, None) => Light::Amber,
    };
    let contract = processor.contract_on(today).map(|contract| match contract.is_complete {
        true => "complete",
        false => "incomplete",
    });
    let status = match (trouble, days_left) {
        (Some(trouble), _) => trouble,
        (None, Some(left)) if left < 0 && processor.assurances.is_empty() => "never assured",
        (None, Some(left)) if left < 0 => "assurance overdue",
        _ if is_review_overdue => "review overdue",
        (None, None) => "nothing but assurance on record",
        _ => "in order",
    };
    let first_data = alarms::first_data(supplied).map(Day::in_london);
    let unit = processor.unit.as_deref();
    Row::new([
        Cell::from(number),
        Cell::from(processor.supplier.as_deref()),
        Cell::from(contract.unwrap_or("none")),
        Cell::from(processor.ends()),
        Cell::from(first_data),
        Cell::from(processor.review_due),
        Cell::from(due),
        Cell::from(days_left),
        Cell::from(light),
        Cell::from(processor.owner.as_deref()),
        Cell::from(unit),
        Cell::from(status),
        Cell::from(corrected),
    ])
    .subject(number)
    .unit(unit)
    .evidence(processor.seqs().chain(supplied.first.map(|sending| sending.seq)))
}
