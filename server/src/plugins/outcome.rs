//! What a plugin says, as the rest of the host reads it.

use super::manifest::Severity;

/// An alert that a plugin raises.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Raised {
    /// The rule's id.
    pub rule: String,
    /// How far it has gone.
    pub stage: String,
    /// The case or record.
    pub subject: String,
    /// Where it is not what the rule says.
    pub severity: Option<Severity>,
    /// Where it is not who the rule says.
    pub recipient: Option<String>,
    /// When it was or will be due, in microseconds since 1970.
    pub due: Option<i64>,
    /// How that was worked out.
    pub arithmetic: String,
    /// The entries that it rests on.
    pub evidence: Vec<u64>,
}

/// An alert that is no longer true.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Cleared {
    /// The rule's id.
    pub rule: String,
    /// The stage.
    pub stage: String,
    /// The case or record.
    pub subject: String,
    /// What put it right.
    pub reason: String,
}

/// What a plugin says about an alert.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Act {
    /// It is so.
    Raise(Raised),
    /// It is no longer so.
    Clear(Cleared),
}

/// What came of items.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Outcome {
    /// How many were taken.
    pub taken: usize,
    /// What was said, and of which item.
    pub acts: Vec<(usize, Act)>,
    /// When it wants to be woken, in microseconds since 1970.
    pub wake: Option<i64>,
}

/// A column of a table.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Column {
    /// For programs.
    pub name: String,
    /// For people.
    pub title: String,
}

/// A cell of a table. In JSON a share is `{"numerator":…,"denominator":…}`; the rest are plain values.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[serde(untagged)]
pub enum Cell {
    /// A text, a day or an instant.
    Text(String),
    /// A whole number.
    Number(i64),
    /// Yes or no.
    Flag(bool),
    /// So many of so many.
    Share {
        /// So many.
        numerator: u64,
        /// Of so many.
        denominator: u64,
    },
    /// Nothing is known.
    Nothing,
}

/// A row of a table.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Row {
    /// One for each column.
    pub cells: Vec<Cell>,
    /// What it is about.
    pub subject: Option<String>,
    /// The unit that it belongs to.
    pub unit: Option<String>,
    /// The entries that it was made of.
    pub evidence: Vec<u64>,
}

/// A register.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Register {
    /// For programs.
    pub name: String,
    /// For people.
    pub title: String,
    /// What stands in it.
    pub description: String,
    /// The types of event that its rows are made of.
    pub feeds: Vec<String>,
    /// Its columns.
    pub columns: Vec<Column>,
}

/// What of a register is asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Query {
    /// Only rows about this case or record.
    pub subject: Option<String>,
    /// Only rows of this status.
    pub status: Option<String>,
    /// Only rows due within so many days.
    pub due_within: Option<u32>,
    /// Only rows with this text.
    pub text: Option<String>,
    /// Only rows of these units.
    pub units: Option<Vec<String>>,
    /// So many are left out first.
    pub offset: u32,
    /// At most so many.
    pub limit: u32,
}

/// A page of a register.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Page {
    /// The rows.
    pub rows: Vec<Row>,
    /// How many there are in all.
    pub total: u32,
}
