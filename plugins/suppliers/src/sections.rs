//! The section about contractors, processors and visitors.

use muniment_sdk::{Block, Column, Finding, Instant, Period, Row, Section, Table};

use crate::{Settings, Suppliers};

mod contractors;
mod processors;
mod visits;

/// What a section is about.
#[derive(Clone, Copy)]
pub(super) struct Asked<'p> {
    pub(super) plugin: &'p Suppliers,
    pub(super) settings: &'p Settings,
    pub(super) period: Period,
    pub(super) status_at: Instant,
}

impl Asked<'_> {
    /// The end of the period, or the instant that is asked for where that is earlier: what stands then is counted as of
    /// the end.
    pub(super) fn close(&self) -> Instant {
        let last = Instant::from_micros(self.period.to.end().as_micros() - 1);
        last.min(self.status_at)
    }
}

/// Section R11, about a period as it stood at an instant.
pub(crate) fn suppliers(
    plugin: &Suppliers,
    settings: &Settings,
    period: Period,
    status_at: Instant,
) -> Section {
    let asked = Asked { plugin, settings, period, status_at };
    let clauses = &["leicester L9.2.b", "leicester L10.1.b", "leicester L12.9.i", "coventry C-TCW.viii"];
    let section = Section::new("R11", "Contractors and processors", clauses);
    let blocks = contractors::blocks(asked)
        .into_iter()
        .chain(processors::blocks(asked))
        .chain(visits::blocks(asked))
        .chain(unreadable(plugin).map(Block::from));
    blocks.fold(section, Section::with)
}

/// A table whose last row is the sum of those before it.
pub(super) fn summed(
    name: &'static str,
    title: impl Into<String>,
    columns: Vec<Column>,
    rows: Vec<Row>,
) -> Block {
    Block::from(Table { name, title: title.into(), columns, rows, totals: true })
}

/// A finding about data quality, where there is something to be found.
pub(super) fn doubtful(text: &str, seqs: Vec<u64>) -> Option<Block> {
    let found = |seqs: Vec<u64>| Finding {
        text: format!("{} {text}", seqs.len()),
        clauses: Vec::new(),
        evidence: seqs,
    };
    (!seqs.is_empty()).then(|| Block::from(found(seqs)))
}

fn unreadable(plugin: &Suppliers) -> Option<Finding> {
    let contractors = &plugin.contractors;
    let found = [
        contractors.engagements.unreadable(),
        contractors.undertakings.unreadable(),
        contractors.accounts.unreadable(),
        plugin.processors.cases.unreadable(),
        plugin.processors.transfers.unreadable(),
        plugin.visits.unreadable(),
    ];
    let seqs: Vec<u64> = found.into_iter().flatten().map(|entry| entry.seq).collect();
    (!seqs.is_empty()).then(|| Finding {
        text: format!(
            "{} entries about contractors, access, processors and visits could not be read and are counted nowhere.",
            seqs.len()
        ),
        clauses: Vec::new(),
        evidence: seqs,
    })
}
