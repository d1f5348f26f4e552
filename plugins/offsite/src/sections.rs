//! The section about working at home and information off site.

use muniment_sdk::{Block, Column, Finding, Instant, Period, Row, Section, Table};

use crate::Settings;
use crate::store::Store;

mod authorisations;
mod items;
mod violations;

/// Section R12, about a period as it stood at an instant.
pub(crate) fn offsite(store: &Store, settings: &Settings, period: Period, status_at: Instant) -> Section {
    let clauses = &[
        "leicester L3.1.b",
        "leicester L18.1",
        "leicester L18.2.a",
        "leicester L18.2.b",
        "leicester L18.3.a",
        "leicester L18.3.b",
        "leicester L18.3.c",
    ];
    let section = Section::new("R12", "Working at home, and information off site", clauses);
    let past = store.at(settings, status_at);
    let blocks = authorisations::blocks(&past, settings, period, status_at)
        .into_iter()
        .chain(items::blocks(&past, period, status_at))
        .chain(violations::blocks(&past, period))
        .chain(unreadable(store));
    blocks.fold(section, Section::with)
}

/// A table whose last row is the sum of those before it.
pub(super) fn summed(name: &'static str, title: &'static str, columns: Vec<Column>, rows: Vec<Row>) -> Block {
    Block::from(Table { name, title: title.to_owned(), columns, rows, totals: true })
}

/// A finding, where there is something to be found.
pub(super) fn found(text: &str, clauses: &[&str], seqs: Vec<u64>) -> Option<Block> {
    let clauses = clauses.iter().map(|clause| (*clause).to_owned()).collect();
    let finding =
        |evidence: Vec<u64>| Finding { text: format!("{} {text}", evidence.len()), clauses, evidence };
    (!seqs.is_empty()).then(|| Block::from(finding(seqs)))
}

fn unreadable(store: &Store) -> Option<Block> {
    let found_in = [
        store.authorisations.unreadable(),
        store.things.unreadable(),
        store.violations.unreadable(),
        store.delegations.unreadable(),
        store.roles.unreadable(),
        store.devices.unreadable(),
    ];
    let seqs = found_in.into_iter().flatten().map(|entry| entry.seq).collect();
    let text = "entries about working at home, delegations, roles and devices could not be read and are counted nowhere.";
    found(text, &[], seqs)
}
