//! Looks for the arithmetic that published reports get wrong.
//!
//! What a table claims, it claims by the names of its columns:
//!
//! | column | what is held to it |
//! |---|---|
//! | any, where the table has `totals` | its last number is the sum of those before it; of shares, both parts |
//! | `opening`, `plus_…`, `minus_…`, `closing` | in each row: opening, and what came in, without what went out, is closing |
//! | `of_…`, and `whole` | in each row the parts add up to the whole: they overlap nowhere and leave nothing out |
//! | `printed_…` beside `…` | a percentage that somebody else printed is that of the share, half up |
//!
//! Beyond that, a figure rests on entries, on no more of them than it counts, is no more than what it is of, and says what
//! that is.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use super::{Block, Cell, Column, Document, Edition, Metric, Row, Share, Table};

/// Something that is wrong in a document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fault {
    /// Which rule it breaks.
    pub rule: Rule,
    /// The section.
    pub section: String,
    /// The table's or figure's name.
    pub of: String,
    /// What is wrong, with the numbers.
    pub what: String,
}

/// The rules.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rule {
    /// Rows or columns do not add up.
    Totals,
    /// A denominator is not said, is said in two ways, or is smaller than its numerator.
    Denominator,
    /// A percentage is not what half-up rounding gives.
    Rounding,
    /// Opening and what came in, without what went out, is not closing.
    Stock,
    /// Parts overlap, or one is missing.
    Parts,
    /// A figure rests on nothing, or on more than it counts.
    Evidence,
    /// The document refers to what is not there, or names two things alike.
    Structure,
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Rule::Totals => "totals",
            Rule::Denominator => "denominator",
            Rule::Rounding => "rounding",
            Rule::Stock => "stock",
            Rule::Parts => "parts",
            Rule::Evidence => "evidence",
            Rule::Structure => "structure",
        })
    }
}

/// What is wrong in a document, in its order.
#[must_use]
pub fn lint(document: &Document) -> Vec<Fault> {
    let mut lint = Lint { section: "", faults: Vec::new(), edition: document.edition };
    let mut tables: BTreeMap<&str, &str> = BTreeMap::new();
    let mut definitions: BTreeMap<&str, (&str, &Metric)> = BTreeMap::new();
    for section in &document.sections {
        lint.section = &section.id;
        for block in &section.blocks {
            match block {
                Block::Table(table) => {
                    lint.table(table);
                    if let Some(other) = tables.insert(&table.name, &section.id) {
                        lint.add(
                            Rule::Structure,
                            &table.name,
                            format!("section {other} has a table of this name too"),
                        );
                    }
                }
                Block::Metric(metric) => {
                    lint.metric(metric);
                    match definitions.get(metric.name.as_str()) {
                        Some((other, first)) if first.definition != metric.definition => {
                            let what = format!("section {other} defines it otherwise");
                            lint.add(Rule::Denominator, &metric.name, what);
                        }
                        Some((other, first))
                            if (first.numerator, first.denominator)
                                != (metric.numerator, metric.denominator) =>
                        {
                            let what =
                                format!("section {other} gives another figure under the same definition");
                            lint.add(Rule::Denominator, &metric.name, what);
                        }
                        Some(_) => {}
                        None => drop(definitions.insert(&metric.name, (&section.id, metric))),
                    }
                }
                Block::Chart(chart) if !section.tables().any(|table| table.name == chart.table) => {
                    lint.add(
                        Rule::Structure,
                        &chart.table,
                        format!("the chart {:?} shows a table that is not in the section", chart.title),
                    );
                }
                Block::Reference { section: to, .. }
                    if !document.sections.iter().any(|section| section.id == *to) =>
                {
                    lint.add(Rule::Structure, to, "there is no such section to refer to".to_owned());
                }
                Block::Chart(_)
                | Block::Reference { .. }
                | Block::Heading { .. }
                | Block::Paragraph { .. }
                | Block::Commentary { .. }
                | Block::Finding(_) => {}
            }
        }
    }
    lint.faults
}

struct Lint<'d> {
    section: &'d str,
    faults: Vec<Fault>,
    edition: Edition,
}

impl Lint<'_> {
    fn add(&mut self, rule: Rule, of: &str, what: String) {
        self.faults.push(Fault { rule, section: self.section.to_owned(), of: of.to_owned(), what });
    }

    fn metric(&mut self, metric: &Metric) {
        let name = &metric.name;
        if let (Some(numerator), Some(denominator)) = (metric.numerator, metric.denominator)
            && numerator > denominator
        {
            self.add(Rule::Denominator, name, format!("{numerator} of {denominator} is more than all"));
        }
        if metric.denominator.is_some() && metric.definition.trim().is_empty() {
            self.add(Rule::Denominator, name, "it is a share and does not say of what".to_owned());
        }
        // One entry may count for many: a sample of documents, people told at once.
        let counted = metric.evidence.len() as u64;
        let rests_on_them = |numerator: &u64| *numerator >= counted && (*numerator == 0 || counted > 0);
        if self.edition == Edition::Internal
            && let Some(numerator) = metric.numerator.filter(|numerator| !rests_on_them(numerator))
        {
            self.add(Rule::Evidence, name, format!("it says {numerator} and rests on {counted} entries"));
        }
    }

    fn table(&mut self, table: &Table) {
        let name = &table.name;
        for (place, row) in table.rows.iter().enumerate() {
            if row.cells.len() != table.columns.len() {
                let what = format!(
                    "row {} has {} cells for {} columns",
                    place + 1,
                    row.cells.len(),
                    table.columns.len()
                );
                self.add(Rule::Structure, name, what);
                return;
            }
        }
        if table.totals {
            self.totals(table);
        }
        for row in &table.rows {
            self.shares(table, row);
            self.stock(table, row);
            self.parts(table, row);
            self.printed(table, row);
        }
    }

    fn totals(&mut self, table: &Table) {
        let Some((last, parts)) = table.rows.split_last() else { return };
        for (place, column) in table.columns.iter().enumerate() {
            let cells = || parts.iter().map(|row| &row.cells[place]);
            match &last.cells[place] {
                Cell::Number(total) => {
                    if let Some(sum) = added(cells()).filter(|sum| *sum != i128::from(*total)) {
                        let what = format!(
                            "column {:?} says {total} in all, and its rows add up to {sum}",
                            column.title
                        );
                        self.add(Rule::Totals, &table.name, what);
                    }
                }
                Cell::Share(total) => {
                    let shares: Option<Vec<Share>> = cells().map(share).collect();
                    let Some(shares) = shares else { continue };
                    let sum = |of: fn(&Share) -> u64| {
                        shares.iter().map(|share| u128::from(of(share))).sum::<u128>()
                    };
                    let (numerator, denominator) =
                        (sum(|share| share.numerator), sum(|share| share.denominator));
                    if (numerator, denominator) != (total.numerator.into(), total.denominator.into()) {
                        let what = format!(
                            "column {:?} says {} of {} in all, and its rows add up to {numerator} of {denominator}",
                            column.title, total.numerator, total.denominator
                        );
                        self.add(Rule::Totals, &table.name, what);
                    }
                }
                _ => {}
            }
        }
    }

    fn shares(&mut self, table: &Table, row: &Row) {
        for cell in &row.cells {
            if let Cell::Share(Share { numerator, denominator }) = cell
                && numerator > denominator
            {
                let what = format!("row {:?}: {numerator} of {denominator} is more than all", first(row));
                self.add(Rule::Denominator, &table.name, what);
            }
        }
    }

    fn stock(&mut self, table: &Table, row: &Row) {
        let of = |wanted: &dyn Fn(&str) -> bool| added(named(&table.columns, row, wanted));
        let has = |name: &str| table.columns.iter().any(|column| column.name == name);
        if !has("opening") || !has("closing") {
            return;
        }
        let opening = of(&|name| name == "opening");
        let (came, went) = (of(&|name| name.starts_with("plus_")), of(&|name| name.starts_with("minus_")));
        let closing = of(&|name| name == "closing");
        let (Some(opening), Some(came), Some(went), Some(closing)) = (opening, came, went, closing) else {
            return;
        };
        if opening + came - went != closing {
            let what = format!(
                "row {:?}: {opening} at the opening, {came} in and {went} out leave {}, and it says {closing}",
                first(row),
                opening + came - went
            );
            self.add(Rule::Stock, &table.name, what);
        }
    }

    fn parts(&mut self, table: &Table, row: &Row) {
        let Some(whole) = named(&table.columns, row, &|name| name == "whole").find_map(number) else {
            return;
        };
        let whole = i128::from(whole);
        let parts = added(named(&table.columns, row, &|name| name.starts_with("of_")));
        if let Some(sum) = parts.filter(|sum| *sum != whole) {
            let how = if sum > whole { "they overlap" } else { "something is left out" };
            let what = format!("row {:?}: the parts add up to {sum} of {whole}: {how}", first(row));
            self.add(Rule::Parts, &table.name, what);
        }
    }

    fn printed(&mut self, table: &Table, row: &Row) {
        for (column, cell) in table.columns.iter().zip(&row.cells) {
            let Some(of) = column.name.strip_prefix("printed_") else { continue };
            let share = named(&table.columns, row, &|name| name == of).find_map(share);
            let (Some(printed), Some(share)) = (number(cell), share) else { continue };
            if share.percent().and_then(|percent| i64::try_from(percent).ok()) != Some(printed) {
                let what = format!("row {:?}: {share} was printed as {printed}\u{a0}%", first(row));
                self.add(Rule::Rounding, &table.name, what);
            }
        }
    }
}

fn named<'r>(
    columns: &'r [Column],
    row: &'r Row,
    wanted: &'r dyn Fn(&str) -> bool,
) -> impl Iterator<Item = &'r Cell> {
    columns.iter().zip(&row.cells).filter(|(column, _)| wanted(&column.name)).map(|(_, cell)| cell)
}

fn number(cell: &Cell) -> Option<i64> {
    match cell {
        Cell::Number(number) => Some(*number),
        // What is not there adds nothing; what is left out could be anything.
        Cell::Nothing => Some(0),
        Cell::Flag(_) | Cell::Text(_) | Cell::Share(_) | Cell::Suppressed(_) => None,
    }
}

/// The sum, wider than any of its parts: what a plugin says can be as large as its number takes.
fn added<'r>(cells: impl Iterator<Item = &'r Cell>) -> Option<i128> {
    cells.map(number).map(|number| number.map(i128::from)).sum()
}

fn share(cell: &Cell) -> Option<Share> {
    match cell {
        Cell::Share(share) => Some(*share),
        Cell::Nothing => Some(Share { numerator: 0, denominator: 0 }),
        Cell::Flag(_) | Cell::Text(_) | Cell::Number(_) | Cell::Suppressed(_) => None,
    }
}

fn first(row: &Row) -> String {
    match row.cells.first() {
        Some(Cell::Text(text)) => text.clone(),
        Some(Cell::Number(number)) => number.to_string(),
        _ => String::new(),
    }
}
