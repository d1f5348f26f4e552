//! Section R13, about protective marking.

use muniment_sdk::{CaseFold, Cell, Column, Finding, Instant, Period, Row, Section};

use crate::{Marking, Settings};

mod markings;
mod samples;

/// What a section is made for.
#[derive(Clone, Copy)]
struct View<'p> {
    plugin: &'p Marking,
    settings: &'p Settings,
    period: Period,
    status_at: Instant,
}

/// Section R13, about a period as it stood at an instant.
pub(crate) fn marking(plugin: &Marking, settings: &Settings, period: Period, status_at: Instant) -> Section {
    let view = View { plugin, settings, period, status_at };
    let section = Section::new("R13", "Protective marking", &["leicester L9.2.b", "leicester L19.1"]);
    let section = samples::samples(&view, section);
    let section = markings::documents(&view, section);
    let section = markings::handlings(&view, section);
    match unreadable(plugin) {
        Some(finding) => section.with(finding),
        None => section,
    }
}

/// Entries about something that cannot be: worth a look.
fn doubtful(text: impl Fn(usize) -> String, evidence: Vec<u64>) -> Option<Finding> {
    (!evidence.is_empty()).then(|| Finding { text: text(evidence.len()), clauses: Vec::new(), evidence })
}

/// So many things in so many words.
fn many(count: usize, one: &str, several: &str) -> String {
    if count == 1 { format!("1 {one}") } else { format!("{count} {several}") }
}

/// A row of a table of sums: its name, its figures, and the entries that were counted.
type Sum<const N: usize> = (String, [i64; N], Vec<u64>);

/// The rows of sums and their sum, the figures made cells.
fn with_total<const N: usize>(sums: Vec<Sum<N>>, cells: impl Fn([i64; N]) -> Vec<Cell>) -> Vec<Row> {
    let (mut total, mut all) = ([0_i64; N], Vec::new());
    for (_, figures, seqs) in &sums {
        for (sum, figure) in total.iter_mut().zip(figures) {
            *sum = sum.saturating_add(*figure);
        }
        all.extend_from_slice(seqs);
    }
    let row = |(name, figures, seqs): Sum<N>| {
        let mut row = vec![Cell::from(name)];
        row.extend(cells(figures));
        Row::new(row).evidence(seqs)
    };
    sums.into_iter().chain([("All".to_owned(), total, all)]).map(row).collect()
}

fn numbers<const N: usize>(figures: [i64; N]) -> Vec<Cell> {
    figures.into_iter().map(Cell::Number).collect()
}

fn columns(named: &[(&'static str, &'static str)]) -> Vec<Column> {
    named.iter().map(|(name, title)| Column::new(name, title)).collect()
}

fn unreadable(plugin: &Marking) -> Option<Finding> {
    fn seqs<C: muniment_sdk::Case>(fold: &CaseFold<C>) -> impl Iterator<Item = u64> {
        fold.unreadable().into_iter().map(|entry| entry.seq)
    }
    let found = seqs(&plugin.documents).chain(seqs(&plugin.samples)).chain(seqs(&plugin.handlings)).collect();
    let words = ["entry could not be read and is", "entries could not be read and are"];
    doubtful(|count| format!("{} counted nowhere.", many(count, words[0], words[1])), found)
}
