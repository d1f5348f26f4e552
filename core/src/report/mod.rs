//! The annual report as a document: what it says, in typed blocks, before it is rendered as anything.
//!
//! A document is made of sections; what they hold is counted, not worded: a figure has its denominator and the entries that it
//! was counted from, a table its cells with their types. [`lint`] looks for the arithmetic that published reports get wrong.
//! Its JSON is the report of record: `core/src/report/schema.json` describes it, and every other format is made of it.

use serde::{Deserialize, Serialize};

mod design;
pub mod lint;
mod public;
mod share;
mod structure;
#[cfg(test)]
mod tests;

pub use design::{CONTRAST_MIN, ColourFault, Design, Introduction, Logo, check_colour};
pub use lint::{Fault, lint};
pub use public::{SMALL_MAX, Told, public, public_beside};
pub use share::Share;
pub use structure::{Structure, Unit};

/// The JSON Schema of a document.
pub const SCHEMA: &str = include_str!("schema.json");
/// What a document says that it is.
pub const FORMAT: &str = "muniment-report/1";

/// A report.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Document {
    /// [`FORMAT`].
    pub format: String,
    /// The same for the same ledger, parameters and programs.
    pub id: String,
    /// Its title.
    pub title: String,
    /// Whose it is.
    pub organisation: String,
    /// How it looks, where the organisation has said so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub design: Option<Design>,
    /// For whom it is.
    pub edition: Edition,
    /// How far it has come.
    pub status: Status,
    /// The time that it is about.
    pub period: Span,
    /// As of when it says how things stood, RFC 3339 in UTC.
    pub status_at: String,
    /// The ledger that it was made of.
    pub ledger: LedgerState,
    /// The plugins that it was made with.
    pub plugins: Vec<MadeWith>,
    /// The report that it takes the place of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub supersedes: Option<String>,
    /// The units that its tables count by, in the order of their names.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub units: Vec<Unit>,
    /// What the organisation says before everything else.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub introduction: Option<Introduction>,
    /// What it says.
    pub sections: Vec<Section>,
    /// What the lint found: shown, never hidden.
    pub faults: Vec<Fault>,
}

/// For whom a report is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Edition {
    /// For those who may see the evidence.
    Internal,
    /// For everybody: without evidence and numbers of cases, and with small counts left out.
    Public,
}

/// How far a report has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Nobody has approved it.
    Draft,
    /// It was approved.
    Approved,
    /// It was published.
    Published,
}

/// A time from one day to another, both of them too.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Span {
    /// Its name, such as `2025-26`.
    pub name: String,
    /// The first day, such as `2025-04-01`.
    pub from: String,
    /// The last day.
    pub to: String,
}

/// The ledger as it was.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LedgerState {
    /// Its origin.
    pub origin: String,
    /// So many entries were taken into account.
    pub size: u64,
    /// The root of the Merkle tree of these, in hexadecimal.
    pub root: String,
}

/// A plugin that a report was made with.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MadeWith {
    /// The plugin.
    pub plugin: String,
    /// Its version.
    pub version: String,
    /// The digest of its program.
    pub sha256: String,
    /// The digest of its settings.
    pub settings_sha256: String,
}

/// A section.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Section {
    /// Its place in the report, such as `R5` or `A`.
    pub id: String,
    /// Its title.
    pub title: String,
    /// The clauses that it is evidence for.
    pub clauses: Vec<String>,
    /// What it says.
    pub blocks: Vec<Block>,
}

/// A part of a section.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Block {
    /// A heading within the section.
    Heading {
        /// What it says.
        text: String,
    },
    /// A paragraph.
    Paragraph {
        /// What it says.
        text: String,
    },
    /// What somebody who answers for the section says of its figures.
    Commentary {
        /// The words.
        text: String,
        /// The entry that they were recorded in.
        #[serde(default)]
        evidence: Vec<u64>,
    },
    /// A figure.
    Metric(Metric),
    /// A table.
    Table(Table),
    /// A chart.
    Chart(Chart),
    /// Something that the reader ought to know.
    Finding(Finding),
    /// A pointer to another section.
    Reference {
        /// That section.
        section: String,
        /// What it says.
        text: String,
    },
}

/// A figure.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Metric {
    /// Its name, for programs.
    pub name: String,
    /// What it is, for people.
    pub title: String,
    /// How many; null where it is left out of a public edition.
    pub numerator: Option<u64>,
    /// Of how many, where it is a share.
    pub denominator: Option<u64>,
    /// What is counted, and of what.
    pub definition: String,
    /// The entries that were counted, in order; empty in a public edition.
    #[serde(default)]
    pub evidence: Vec<u64>,
}

/// A table.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Table {
    /// Its name, for programs: no two tables of a report have the same.
    pub name: String,
    /// Its title.
    pub title: String,
    /// Its columns. The first is what the rows are about.
    pub columns: Vec<Column>,
    /// Its rows.
    pub rows: Vec<Row>,
    /// Whether the last row is the sum of those before it.
    pub totals: bool,
}

/// A column of a table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Column {
    /// Its name, for programs. [`lint`] says which names it holds to their word.
    pub name: String,
    /// Its heading.
    pub title: String,
}

/// A row of a table.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Row {
    /// One for each column.
    pub cells: Vec<Cell>,
    /// The case or record that it is about.
    #[serde(default)]
    pub subject: Option<String>,
    /// The unit of the organisation.
    #[serde(default)]
    pub unit: Option<String>,
    /// The entries that it was counted from.
    #[serde(default)]
    pub evidence: Vec<u64>,
}

/// A cell.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Cell {
    /// Yes or no.
    Flag(bool),
    /// A whole number.
    Number(i64),
    /// A text; a day or an instant as ISO 8601 writes them.
    Text(String),
    /// So many of so many.
    Share(Share),
    /// A number that is left out of a public edition.
    Suppressed(Suppressed),
    /// Nothing is known.
    Nothing,
}

/// Stands for a number that is left out of a public edition, because it is small or would tell a small one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Suppressed {
    /// Why.
    pub suppressed: Why,
}

/// Why a number is left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Why {
    /// It lies between 1 and 4.
    Small,
    /// A small one could be worked out with it.
    Complementary,
}

/// A chart of a table of the same section: its first column against the others.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Chart {
    /// How it is drawn.
    #[serde(rename = "chart")]
    pub draw: Draw,
    /// Its title.
    pub title: String,
    /// The table's name.
    pub table: String,
    /// What is to be seen, in words.
    pub alternative: String,
}

/// How a chart is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Draw {
    /// Bars side by side.
    Bars,
    /// Bars on one another.
    StackedBars,
    /// A line over time.
    Line,
}

/// Something that the reader ought to know.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Finding {
    /// What was found.
    pub text: String,
    /// The clauses that it bears on.
    #[serde(default)]
    pub clauses: Vec<String>,
    /// The entries that it rests on.
    #[serde(default)]
    pub evidence: Vec<u64>,
}

impl Section {
    /// Its tables.
    pub fn tables(&self) -> impl Iterator<Item = &Table> {
        self.blocks.iter().filter_map(|block| match block {
            Block::Table(table) => Some(table),
            _ => None,
        })
    }

    /// Its figures.
    pub fn metrics(&self) -> impl Iterator<Item = &Metric> {
        self.blocks.iter().filter_map(|block| match block {
            Block::Metric(metric) => Some(metric),
            _ => None,
        })
    }
}

/// The sections in the order of a report: R1 to R20, then the annexes.
#[must_use]
pub fn in_order(one: &Section, other: &Section) -> std::cmp::Ordering {
    place_of(&one.id).cmp(&place_of(&other.id))
}

/// The place of a section in that order, to sort by.
#[must_use]
pub fn place_of(id: &str) -> (bool, Option<u32>, &str) {
    let number = id.strip_prefix('R').and_then(|number| number.parse::<u32>().ok());
    (number.is_none(), number, id)
}
