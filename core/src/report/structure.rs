//! The units of an organisation in a report: what they are called, and what became of them.
//!
//! The report of record counts by the units that the events name, as they were. Its pages print their titles; and where units
//! went into others since, the tables can be shown in the structure of now. That follows from the report by itself: nothing is
//! counted anew, and a public edition shown so tells no more than it did before.

use serde::{Deserialize, Serialize};

use super::{Block, Cell, Document, Row, Share, Suppressed, Table, Why};

/// The name of the first column of a table that counts by unit.
const COLUMN: &str = "unit";

/// Which structure of the organisation tables are shown in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Structure {
    /// That of the end of the period.
    #[default]
    Then,
    /// That of the last entry which the report is made of: what went into another unit is counted there.
    Now,
}

/// A unit that tables of a report count by.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Unit {
    /// Its name, as events have it.
    pub name: String,
    /// What it was called at the end of the period.
    pub title: String,
    /// The unit that has what was its own: itself, or that which it went into. Nothing where it went into several or was
    /// closed: then its numbers stay its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub now: Option<String>,
    /// What that unit is called.
    pub title_now: String,
}

impl Document {
    /// The names of the units by which it counts, in order.
    #[must_use]
    pub fn unit_names(&self) -> Vec<String> {
        let rows =
            self.sections.iter().flat_map(|section| section.tables()).filter(|table| is_by_unit(table));
        let names = rows.flat_map(|table| &table.rows).filter_map(|row| {
            let unit = row.unit.as_ref()?;
            (first(row) == Some(unit)).then(|| unit.clone())
        });
        let mut names: Vec<String> = names.collect();
        names.sort_unstable();
        names.dedup();
        names
    }

    /// Whether a unit by which it counts has another title by now, or went into another one.
    #[must_use]
    pub fn has_other_structure(&self) -> bool {
        self.units.iter().any(|unit| {
            unit.title_now != unit.title || unit.now.as_ref().is_some_and(|now| *now != unit.name)
        })
    }

    /// Its tables in a structure of the organisation, units by their names as in the report of record.
    #[must_use]
    pub fn in_structure(&self, structure: Structure) -> Document {
        match structure {
            Structure::Then => self.clone(),
            Structure::Now => self.changed(|table| self.merged(table)),
        }
    }

    /// The same, for people: units by their titles.
    #[must_use]
    pub fn with_titles(&self, structure: Structure) -> Document {
        let shown = self.in_structure(structure);
        shown.changed(|table| {
            let mut titled = table.clone();
            for row in &mut titled.rows {
                let title = first(row).and_then(|name| self.title(name, structure)).map(str::to_owned);
                if let Some(title) = title {
                    row.cells[0] = Cell::Text(title);
                }
            }
            titled
        })
    }

    fn changed(&self, change: impl Fn(&Table) -> Table) -> Document {
        let mut changed = self.clone();
        for block in changed.sections.iter_mut().flat_map(|section| &mut section.blocks) {
            if let Block::Table(table) = block
                && is_by_unit(table)
            {
                *table = change(table);
            }
        }
        changed
    }

    fn title(&self, name: &str, structure: Structure) -> Option<&str> {
        match structure {
            Structure::Then => self.unit(name).map(|unit| unit.title.as_str()),
            Structure::Now => {
                let shown = |unit: &&Unit| unit.now.as_deref().unwrap_or(&unit.name) == name;
                self.units.iter().find(shown).map(|unit| unit.title_now.as_str())
            }
        }
    }

    fn unit(&self, name: &str) -> Option<&Unit> {
        self.units.iter().find(|unit| unit.name == name)
    }

    /// A table with the rows of each unit added to those of the unit that it went into. Where there is anything in them that
    /// does not add up, it stays as it is: only of a table with a sum it is known that its numbers do.
    fn merged(&self, table: &Table) -> Table {
        let Some((total, parts)) = table.rows.split_last().filter(|_| table.totals) else {
            return table.clone();
        };
        let mut rows: Vec<Row> = Vec::new();
        for row in parts {
            let mut row = row.clone();
            let now = first(&row).and_then(|name| self.unit(name)).and_then(|unit| unit.now.clone());
            if let Some(now) = now {
                row.cells[0] = Cell::Text(now.clone());
                row.unit = row.unit.map(|_| now);
            }
            match rows.iter_mut().find(|other| other.cells[0] == row.cells[0]) {
                None => rows.push(row),
                Some(other) => match added(other, &row) {
                    Some(sum) => *other = sum,
                    None => return table.clone(),
                },
            }
        }
        rows.push(total.clone());
        Table { rows, ..table.clone() }
    }
}

fn is_by_unit(table: &Table) -> bool {
    table.columns.first().is_some_and(|column| column.name == COLUMN)
}

fn first(row: &Row) -> Option<&String> {
    match row.cells.first() {
        Some(Cell::Text(text)) => Some(text),
        _ => None,
    }
}

/// Two rows of the same unit as one.
fn added(one: &Row, other: &Row) -> Option<Row> {
    let rest = one.cells.iter().zip(&other.cells).skip(1).map(|(one, other)| sum(one, other));
    let cells: Option<Vec<Cell>> = std::iter::once(Some(one.cells[0].clone())).chain(rest).collect();
    let mut evidence: Vec<u64> = one.evidence.iter().chain(&other.evidence).copied().collect();
    evidence.sort_unstable();
    evidence.dedup();
    Some(Row { cells: cells?, subject: None, unit: one.unit.clone(), evidence })
}

fn sum(one: &Cell, other: &Cell) -> Option<Cell> {
    Some(match (one, other) {
        (Cell::Nothing, cell) | (cell, Cell::Nothing) => cell.clone(),
        (Cell::Number(one), Cell::Number(other)) => Cell::Number(one.checked_add(*other)?),
        (Cell::Share(one), Cell::Share(other)) => Cell::Share(Share {
            numerator: one.numerator.checked_add(other.numerator)?,
            denominator: one.denominator.checked_add(other.denominator)?,
        }),
        // What is left out of one of them is not known of both.
        (Cell::Suppressed(_), Cell::Number(_) | Cell::Share(_) | Cell::Suppressed(_))
        | (Cell::Number(_) | Cell::Share(_), Cell::Suppressed(_)) => {
            Cell::Suppressed(Suppressed { suppressed: Why::Complementary })
        }
        (Cell::Flag(_) | Cell::Text(_), _) | (_, Cell::Flag(_) | Cell::Text(_)) => return None,
        (Cell::Number(_), Cell::Share(_)) | (Cell::Share(_), Cell::Number(_)) => return None,
    })
}
