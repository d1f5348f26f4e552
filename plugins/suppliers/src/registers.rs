//! The registers of contractors without an undertaking, and of undertakings.

use std::collections::BTreeMap;

use muniment_sdk::{Cell, Column, Day, Instant, Light, Register, Row};

use crate::Settings;
use crate::contractor::Contractor;
use crate::contractors::Contractors;
use crate::index::Item;
use crate::undertaking::{Scope, Undertaking};

pub(crate) mod processors;
pub(crate) mod visitors;

const FEEDS: &[&str] =
    &["contractor.*", "nda.*", "access.granted", "access.changed", "access.suspended", "access.revoked"];

/// Contractors for whom no undertaking holds.
pub(crate) const WITHOUT_UNDERTAKING: Register = Register {
    name: "without-undertaking",
    title: "Contractors without an undertaking",
    description: "Engagements that are not over, and accounts of contractors without an engagement, for which no confidentiality \
                  undertaking holds, the first due first.",
    feeds: FEEDS,
    columns: &[
        Column::new("engagement", "Engagement or account"),
        Column::new("supplier", "Supplier"),
        Column::new("data_access", "Access to data"),
        Column::new("started", "Started"),
        Column::new("systems", "Systems that can be used"),
        Column::new("due", "To be signed by"),
        Column::new("days_left", "Days left (of the calendar)"),
        Column::RAG,
        Column::OWNER,
        Column::UNIT,
        Column::STATUS,
        Column::CORRECTED,
    ],
};

/// Undertakings, by the day on which they expire.
pub(crate) const UNDERTAKINGS: Register = Register {
    name: "undertakings",
    title: "Confidentiality undertakings by expiry",
    description: "Undertakings that hold, and those that expired while an engagement that they covered goes on, the first to \
                  expire first.",
    feeds: FEEDS,
    columns: &[
        Column::new("undertaking", "Undertaking"),
        Column::new("scope", "Signed for"),
        Column::new("supplier", "Supplier"),
        Column::new("signed", "Signed"),
        Column::new("engagements", "Engagements covered that are not over"),
        Column::new("due", "Last day"),
        Column::new("days_left", "Days left (of the calendar)"),
        Column::RAG,
        Column::OWNER,
        Column::UNIT,
        Column::STATUS,
        Column::CORRECTED,
    ],
};

/// Rows in order: the first due first, those without a day last, then by subject.
pub(super) fn in_order(mut rows: Vec<(Option<Day>, Row)>) -> Vec<Row> {
    rows.sort_by(|(due, row), (other_due, other)| {
        (due.is_none(), due, &row.subject).cmp(&(other_due.is_none(), other_due, &other.subject))
    });
    rows.into_iter().map(|(_, row)| row).collect()
}

pub(super) fn days_left(due: Option<Day>, today: Day) -> Option<i64> {
    due.map(|due| i64::from(due.since(today)))
}

/// All contractors by the number of their engagement, or of the account where there is none.
fn all<'c>(
    contractors: &'c Contractors,
    settings: &'c Settings,
) -> impl Iterator<Item = (&'c Item, &'c str, Contractor)> {
    let view = contractors.now(settings);
    contractors.items().filter_map(move |item| {
        let found = match item {
            Item::Engagement(number) => view.of_engagement(number),
            Item::Account(number) => view.of_account(number),
            Item::Undertaking(_) => None,
        };
        Some((item, item.number(), found?))
    })
}

/// The rows of [`WITHOUT_UNDERTAKING`].
pub(crate) fn without_undertaking(
    contractors: &Contractors,
    settings: &Settings,
    as_at: Instant,
) -> Vec<Row> {
    let today = Day::in_london(as_at);
    let rows = all(contractors, settings).filter(|(_, _, contractor)| {
        let over = contractor.engagement.as_ref().and_then(|engagement| engagement.over());
        let is_done = over.is_some_and(|over| over < today) && !contractor.has_access(as_at);
        !is_done && contractor.needs_undertaking() && contractor.cover_on(today).is_none()
    });
    in_order(
        rows.map(|(item, number, contractor)| {
            let corrected = match item {
                Item::Account(_) => contractors.accounts.corrected(number),
                _ => contractors.engagements.corrected(number),
            };
            let due = to_be_signed_by(&contractor, today);
            (due, missing(number, &contractor, due, as_at, settings, corrected))
        })
        .collect(),
    )
}

/// The last day of the undertaking that is over; where there was none, the first day of work or access.
fn to_be_signed_by(contractor: &Contractor, today: Day) -> Option<Day> {
    let lapsed = contractor.cover.iter().filter_map(|cover| cover.to).filter(|to| *to < today).max();
    let engagement = contractor.engagement.as_ref();
    let work = contractor.work().map(|work| Day::in_london(work.from));
    let planned = work.or_else(|| engagement.and_then(|engagement| engagement.planned));
    let access = contractor.access.iter().map(|access| Day::in_london(access.stretch.from));
    lapsed.or_else(|| planned.into_iter().chain(access).min())
}

fn missing(
    number: &str,
    contractor: &Contractor,
    due: Option<Day>,
    as_at: Instant,
    settings: &Settings,
    corrected: Option<String>,
) -> Row {
    let engagement = contractor.engagement.as_ref();
    let days_left = days_left(due, Day::in_london(as_at));
    let has_started = contractor.work().is_some_and(|work| work.from <= as_at);
    let has_access = contractor.has_access(as_at);
    let status = match (has_access, has_started) {
        (true, _) if contractor.cover.is_empty() => "has access",
        (true, _) => "has access, expired",
        (false, true) if contractor.cover.is_empty() => "at work",
        (false, true) => "at work, expired",
        (false, false) => "not started",
    };
    // Who is at work or has access is without an undertaking today, whatever day it was due.
    let light = if has_access || has_started {
        Light::Red
    } else {
        Light::of(days_left.unwrap_or(0), i64::from(settings.nda_expiry_warning_days))
    };
    let mut systems: Vec<&str> = contractor.access.iter().map(|access| access.system.as_str()).collect();
    systems.dedup();
    let unit = engagement.and_then(|engagement| engagement.unit.as_deref());
    let seqs = engagement.iter().flat_map(|engagement| engagement.seqs());
    Row::new([
        Cell::from(number),
        Cell::from(engagement.and_then(|engagement| engagement.supplier.as_deref())),
        Cell::from(engagement.and_then(|engagement| engagement.data_access).map(|access| access.name())),
        Cell::from(contractor.work().map(|work| Day::in_london(work.from))),
        Cell::from((!systems.is_empty()).then(|| systems.join(", "))),
        Cell::from(due),
        Cell::from(days_left),
        Cell::from(light),
        Cell::from(engagement.and_then(|engagement| engagement.commissioned_by.as_deref())),
        Cell::from(unit),
        Cell::from(status),
        Cell::from(corrected),
    ])
    .subject(number)
    .unit(unit)
    .evidence(seqs.chain(contractor.access.iter().map(|access| access.seq)))
}

/// What an undertaking covers.
#[derive(Default)]
struct Covered {
    engagements: usize,
    /// Whether something that it covered goes on with nothing in its place.
    is_missed: bool,
    owner: Option<String>,
    unit: Option<String>,
}

/// The rows of [`UNDERTAKINGS`].
pub(crate) fn undertakings(contractors: &Contractors, settings: &Settings, as_at: Instant) -> Vec<Row> {
    let today = Day::in_london(as_at);
    let covered = covered(contractors, settings, as_at);
    let nothing = Covered::default();
    let rows = contractors.undertakings.cases(settings).filter_map(|(number, undertaking)| {
        let covered = covered.get(number).unwrap_or(&nothing);
        let last = undertaking.last_day();
        let holds_later = last.is_none_or(|last| today <= last);
        let is_listed = !undertaking.terms.is_empty() && (holds_later || covered.is_missed);
        is_listed.then(|| {
            let corrected = contractors.undertakings.corrected(number);
            (last, signed(number, &undertaking, covered, today, settings, corrected))
        })
    });
    in_order(rows.collect())
}

fn covered(contractors: &Contractors, settings: &Settings, as_at: Instant) -> BTreeMap<String, Covered> {
    let today = Day::in_london(as_at);
    let mut covered: BTreeMap<String, Covered> = BTreeMap::new();
    for (_, _, contractor) in all(contractors, settings) {
        let engagement = contractor.engagement.as_ref();
        let over = engagement.and_then(|engagement| engagement.over());
        let goes_on = over.is_none_or(|over| today <= over);
        if !goes_on && !contractor.has_access(as_at) {
            continue;
        }
        let is_missed = contractor.cover_on(today).is_none();
        let mut numbers: Vec<&str> = contractor.cover.iter().map(|it| it.undertaking.as_str()).collect();
        numbers.sort_unstable();
        numbers.dedup();
        for number in numbers {
            let covered = covered.entry(number.to_owned()).or_default();
            covered.engagements += usize::from(engagement.is_some());
            covered.is_missed |= is_missed;
            covered.owner = covered
                .owner
                .take()
                .or_else(|| engagement.and_then(|engagement| engagement.commissioned_by.clone()));
            covered.unit =
                covered.unit.take().or_else(|| engagement.and_then(|engagement| engagement.unit.clone()));
        }
    }
    covered
}

fn signed(
    number: &str,
    undertaking: &Undertaking,
    covered: &Covered,
    today: Day,
    settings: &Settings,
    corrected: Option<String>,
) -> Row {
    let last = undertaking.last_day();
    let days_left = days_left(last, today);
    let warn = i64::from(settings.nda_expiry_warning_days);
    let light = days_left.map_or(Light::Green, |left| Light::of(left, warn));
    let status = match light {
        Light::Red => "expired, needed still",
        Light::Amber => "expires soon",
        Light::Green => "in force",
    };
    let unit = undertaking.unit.as_deref().or(covered.unit.as_deref());
    Row::new([
        Cell::from(number),
        Cell::from(undertaking.scope.map(Scope::name)),
        Cell::from(undertaking.supplier.as_deref()),
        Cell::from(undertaking.first_day()),
        Cell::count(covered.engagements),
        Cell::from(last),
        Cell::from(days_left),
        Cell::from(light),
        Cell::from(covered.owner.as_deref()),
        Cell::from(unit),
        Cell::from(status),
        Cell::from(corrected),
    ])
    .subject(number)
    .unit(unit)
    .evidence(undertaking.terms.iter().map(|term| term.seq))
}
