//! The register of authorisations.

use muniment_sdk::{Cell, Column, Day, Instant, Light, Register, Row};

use super::in_order;
use crate::Settings;
use crate::alarms::{fault, is_uncovered};
use crate::index::Item;
use crate::joined::Signed;
use crate::store::Store;

/// A new signature takes about so long.
const AMBER_DAYS: i64 = 30;

/// Authorisations, by the day on which they are to be reviewed or expire.
pub(crate) const AUTHORISATIONS: Register = Register {
    name: "authorisations",
    title: "Authorisations to work at home, by review and expiry",
    description: "Authorisations that hold or that somebody waits for, and those that are over while something that they \
                  permitted is out, the first due first.",
    feeds: &["homework.*", "offsite.*", "delegation.recorded", "role.assigned", "role.vacated"],
    columns: &[
        Column::new("authorisation", "Authorisation"),
        Column::new("signed", "Signed"),
        Column::new("signatory", "Signed by"),
        Column::new("standards", "Standards acknowledged"),
        Column::new("review_due", "Review due"),
        Column::new("expires", "Last day"),
        Column::new("due", "Review or last day, whichever is first"),
        Column::new("days_left", "Days left (of the calendar)"),
        Column::RAG,
        Column::OWNER,
        Column::UNIT,
        Column::STATUS,
        Column::CORRECTED,
    ],
};

/// Its rows.
pub(crate) fn authorisations(store: &Store, settings: &Settings, as_at: Instant) -> Vec<Row> {
    let view = store.now(settings);
    let has_out = |number: &str| -> bool {
        let item = Item::Authorisation(number.to_owned());
        let items = view.index.keys(&item).iter().flat_map(|key| view.index.items(key));
        let mut things = items.filter_map(|item| match item {
            Item::Thing(thing) => view.joined(thing).thing,
            _ => None,
        });
        things.any(|out| is_uncovered(&out, Day::in_london(as_at)))
    };
    let rows = store.items().filter_map(|item| {
        let Item::Authorisation(number) = item else { return None };
        let signed = view.joined(number).authorisation?;
        let holds = signed.authorisation.last().is_some_and(|grant| as_at < grant.until);
        let is_out = !holds && !signed.authorisation.is_awaited() && has_out(number);
        if !holds && !signed.authorisation.is_awaited() && !is_out {
            return None;
        }
        let corrected = store.authorisations.corrected(number);
        Some(row(number, &signed, settings, as_at, corrected))
    });
    in_order(rows.collect())
}

fn row(
    number: &str,
    signed: &Signed,
    settings: &Settings,
    as_at: Instant,
    corrected: Option<String>,
) -> (Option<Day>, Row) {
    let (authorisation, today) = (&signed.authorisation, Day::in_london(as_at));
    let grant = authorisation.last();
    let review = authorisation.review_due(settings).map(|(due, _)| due);
    let expires = grant.map(|grant| grant.last);
    let due = review.into_iter().chain(expires).min();
    let days_left = due.map(|due| i64::from(due.since(today)));
    let is_faulty = fault(signed).is_some();
    let status = match grant {
        None => "awaiting a decision",
        Some(grant) if grant.until <= as_at => "over, items out",
        Some(_) if is_faulty => "wrong signatory",
        Some(_) if review.is_some_and(|review| review < today) => "review overdue",
        Some(grant) if today < grant.from => "not in force yet",
        Some(_) => "in force",
    };
    let light = match (status, days_left) {
        ("over, items out" | "wrong signatory", _) => Light::Red,
        (_, Some(left)) => Light::of(left, AMBER_DAYS),
        (_, None) => Light::Amber,
    };
    let unit = authorisation.unit.as_deref();
    let row = Row::new([
        Cell::from(number),
        Cell::from(grant.map(|grant| grant.on.day)),
        Cell::from(grant.map(|grant| grant.signatory.name())),
        Cell::from(grant.and_then(|grant| grant.acknowledged)),
        Cell::from(review),
        Cell::from(expires),
        Cell::from(due),
        Cell::from(days_left),
        Cell::from(light),
        Cell::from(grant.and_then(|grant| grant.authorised_by.as_deref())),
        Cell::from(unit),
        Cell::from(status),
        Cell::from(corrected),
    ])
    .subject(number)
    .unit(unit)
    .evidence(authorisation.seqs());
    (due, row)
}
