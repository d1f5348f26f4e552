//! Section R15: assets, systems, risks, data quality and unexplained changes.

use std::collections::BTreeSet;

use muniment_sdk::{CaseFold, Cell, Column, Finding, Instant, Period, Row, Section};

use crate::{Assets, Settings};

mod inventory;
mod quality;
mod risks;

/// What a section is made for.
#[derive(Clone, Copy)]
struct View<'p> {
    plugin: &'p Assets,
    settings: &'p Settings,
    period: Period,
    status_at: Instant,
}

/// Section R15, about a period as it stood at an instant.
pub(crate) fn assets(plugin: &Assets, settings: &Settings, period: Period, status_at: Instant) -> Section {
    let clauses = [
        "leicester L1.1",
        "leicester L5.1.a",
        "leicester L7.1",
        "leicester L8.1.b",
        "leicester L8.2",
        "leicester L9.1.c",
        "leicester L9.1.e",
        "leicester L9.1.f",
        "coventry C-AIM.ii",
        "coventry C-TCW.v",
        "coventry C-TCW.ix",
    ];
    let view = View { plugin, settings, period, status_at };
    let section = Section::new("R15", "Assets, risks and data quality", &clauses);
    let section = inventory::assets(&view, section);
    let section = inventory::systems(&view, section);
    let section = risks::risks(&view, section);
    let section = quality::datasets(&view, section);
    let section = quality::changes(&view, section);
    match unreadable(plugin) {
        Some(finding) => section.with(finding),
        None => section,
    }
}

/// Entries about something that was wrong with what the ledger holds: worth a look, and counted nowhere else.
fn doubtful(text: impl Fn(usize) -> String, evidence: Vec<u64>) -> Option<Finding> {
    (!evidence.is_empty()).then(|| Finding { text: text(evidence.len()), clauses: Vec::new(), evidence })
}

/// So many things in so many words.
fn many(count: usize, one: &str, several: &str) -> String {
    if count == 1 { format!("1 {one}") } else { format!("{count} {several}") }
}

/// Rows by what they are called, each with its figures, and a last one with the sum of them.
struct Sums<const N: usize> {
    rows: Vec<(String, [i64; N], Vec<u64>)>,
}

impl<const N: usize> Sums<N> {
    /// With rows that are there though nothing was counted.
    fn with(names: impl IntoIterator<Item = &'static str>) -> Sums<N> {
        Sums { rows: names.into_iter().map(|name| (name.to_owned(), [0; N], Vec::new())).collect() }
    }

    fn add(&mut self, name: &str, figures: [i64; N], seq: u64) {
        let place = self.rows.iter().position(|(known, ..)| known == name).unwrap_or_else(|| {
            self.rows.push((name.to_owned(), [0; N], Vec::new()));
            self.rows.len() - 1
        });
        let (_, sums, seqs) = &mut self.rows[place];
        for (sum, figure) in sums.iter_mut().zip(figures) {
            *sum = sum.saturating_add(figure);
        }
        seqs.push(seq);
    }

    /// In the order of their names.
    fn sorted(mut self) -> Sums<N> {
        self.rows.sort();
        self
    }

    /// The rows and their sum, the figures made cells.
    fn finish(self, cells: impl Fn([i64; N]) -> Vec<Cell>) -> Vec<Row> {
        let (mut total, mut all) = ([0_i64; N], Vec::new());
        let row = |name: String, figures: [i64; N]| {
            let mut row = vec![Cell::from(name)];
            row.extend(cells(figures));
            Row::new(row)
        };
        let mut rows = Vec::new();
        for (name, figures, seqs) in self.rows {
            for (sum, figure) in total.iter_mut().zip(figures) {
                *sum = sum.saturating_add(figure);
            }
            all.extend_from_slice(&seqs);
            rows.push(row(name, figures).evidence(seqs));
        }
        rows.push(row("All".to_owned(), total).evidence(all));
        rows
    }
}

fn numbers<const N: usize>(figures: [i64; N]) -> Vec<Cell> {
    figures.into_iter().map(Cell::Number).collect()
}

/// A share, of two sums that are no less than 0.
fn share(part: i64, whole: i64) -> Cell {
    Cell::Share(u64::try_from(part).unwrap_or(0), u64::try_from(whole).unwrap_or(0))
}

fn columns(named: &[(&'static str, &'static str)]) -> Vec<Column> {
    named.iter().map(|(name, title)| Column::new(name, title)).collect()
}

const NO_UNIT: &str = "No directorate recorded";

fn unreadable(plugin: &Assets) -> Option<Finding> {
    fn seqs<C: muniment_sdk::Case>(fold: &CaseFold<C>) -> impl Iterator<Item = u64> {
        fold.unreadable().into_iter().map(|entry| entry.seq)
    }
    // One entry may be read for two kinds of case.
    let found: BTreeSet<u64> = seqs(&plugin.assets)
        .chain(seqs(&plugin.systems))
        .chain(seqs(&plugin.risks))
        .chain(seqs(&plugin.datasets))
        .chain(seqs(&plugin.changes))
        .collect();
    let text = |count| {
        format!(
            "{} counted nowhere.",
            many(count, "entry could not be read and is", "entries could not be read and are")
        )
    };
    doubtful(text, found.into_iter().collect())
}
