//! A plugin's part of the annual report.

use crate::day::MONTHS;
use crate::{Column, Day, Row};

/// The time that a report is about, from its first day to its last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Period {
    /// Its first day.
    pub from: Day,
    /// Its last day.
    pub to: Day,
}

impl Period {
    /// Whether a day lies within it.
    #[must_use]
    pub fn holds(self, day: Day) -> bool {
        (self.from..=self.to).contains(&day)
    }

    /// Its quarters: three months each from its first day on; the last may be shorter.
    #[must_use]
    pub fn quarters(self) -> Vec<Period> {
        let begins = (0..u16::MAX / 3).map(|number| self.from.plus_months(number * 3));
        let begins: Vec<Day> = begins.take_while(|begins| *begins <= self.to).collect();
        let ends = begins.iter().skip(1).map(|next| next.plus(-1)).chain([self.to]);
        begins.iter().zip(ends).map(|(from, to)| Period { from: *from, to }).collect()
    }

    /// Its days in words: `April to June 2025` where these are whole months.
    #[must_use]
    pub fn in_words(self) -> String {
        let Period { from, to } = self;
        if from.day_of_month() != 1 || to.plus(1).day_of_month() != 1 {
            return format!("{from} to {to}");
        }
        let month =
            |day: Day| MONTHS.get(usize::from(day.month().unsigned_abs()) - 1).copied().unwrap_or_default();
        match (from.year() == to.year(), from.month() == to.month()) {
            (true, true) => format!("{} {}", month(to), to.year()),
            (true, false) => format!("{} to {} {}", month(from), month(to), to.year()),
            (false, _) => format!("{} {} to {} {}", month(from), from.year(), month(to), to.year()),
        }
    }
}

/// A section of the report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Section {
    /// Its place in the report's structure, such as `R5`.
    pub place: &'static str,
    /// Its title.
    pub title: String,
    /// The clauses that it evidences.
    pub clauses: Vec<String>,
    /// What it says.
    pub blocks: Vec<Block>,
}

impl Section {
    /// A section with nothing in it yet.
    #[must_use]
    pub fn new(place: &'static str, title: impl Into<String>, clauses: &[&str]) -> Section {
        let clauses = clauses.iter().map(|clause| (*clause).to_owned()).collect();
        Section { place, title: title.into(), clauses, blocks: Vec::new() }
    }

    /// Goes on with a block: a [`Metric`], a [`Table`], a [`Chart`] or a [`Finding`].
    #[must_use]
    pub fn with(mut self, block: impl Into<Block>) -> Section {
        self.blocks.push(block.into());
        self
    }

    /// Goes on with a heading.
    #[must_use]
    pub fn heading(self, text: impl Into<String>) -> Section {
        self.with(Block::Heading(text.into()))
    }

    /// Goes on with a paragraph.
    #[must_use]
    pub fn paragraph(self, text: impl Into<String>) -> Section {
        self.with(Block::Paragraph(text.into()))
    }
}

/// A part of a section.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Block {
    /// A heading within the section.
    Heading(String),
    /// A paragraph.
    Paragraph(String),
    /// A figure.
    Metric(Metric),
    /// A table.
    Table(Table),
    /// A chart.
    Chart(Chart),
    /// A finding.
    Finding(Finding),
}

impl From<Metric> for Block {
    fn from(metric: Metric) -> Block {
        Block::Metric(metric)
    }
}

impl From<Table> for Block {
    fn from(table: Table) -> Block {
        Block::Table(table)
    }
}

impl From<Chart> for Block {
    fn from(chart: Chart) -> Block {
        Block::Chart(chart)
    }
}

impl From<Finding> for Block {
    fn from(finding: Finding) -> Block {
        Block::Finding(finding)
    }
}

/// A figure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Metric {
    /// Its name, for programs.
    pub name: &'static str,
    /// What it is, for people.
    pub title: String,
    /// How many.
    pub numerator: u64,
    /// Of how many, where it is a share.
    pub denominator: Option<u64>,
    /// What is counted, and of what: the definition that is printed beside the figure.
    pub definition: String,
    /// The entries that were counted.
    pub evidence: Vec<u64>,
}

impl Metric {
    /// How many entries these are: a figure is as large as its evidence.
    #[must_use]
    pub fn counted(name: &'static str, title: impl Into<String>, evidence: Vec<u64>) -> Metric {
        let numerator = evidence.len() as u64;
        let title = title.into();
        Metric { name, title, numerator, denominator: None, definition: String::new(), evidence }
    }

    /// Of how many.
    #[must_use]
    pub fn of(mut self, denominator: usize) -> Metric {
        self.denominator = Some(denominator as u64);
        self
    }

    /// What is counted, and of what.
    #[must_use]
    pub fn definition(mut self, words: impl Into<String>) -> Metric {
        self.definition = words.into();
        self
    }
}

/// A table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    /// Its name, for programs.
    pub name: &'static str,
    /// Its title.
    pub title: String,
    /// Its columns.
    pub columns: Vec<Column>,
    /// Its rows.
    pub rows: Vec<Row>,
    /// Whether the last row is the sum of those before it.
    pub totals: bool,
}

/// A chart of a table of the same section: its first column against the others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chart {
    /// How it is drawn.
    pub kind: ChartKind,
    /// Its title.
    pub title: String,
    /// The table's name.
    pub table: &'static str,
    /// What is to be seen, in words, for those who do not see it.
    pub alternative: String,
}

/// How a chart is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChartKind {
    /// Bars side by side.
    Bars,
    /// Bars on one another.
    StackedBars,
    /// A line over time.
    Line,
}

/// Something that the reader ought to know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// What was found.
    pub text: String,
    /// The clauses that it bears on.
    pub clauses: Vec<String>,
    /// The entries that it rests on.
    pub evidence: Vec<u64>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn period(from: &str, to: &str) -> Period {
        Period { from: from.parse().unwrap(), to: to.parse().unwrap() }
    }

    #[test]
    fn a_period_has_quarters() {
        let words = |from, to| -> Vec<String> {
            period(from, to).quarters().into_iter().map(Period::in_words).collect()
        };
        assert_eq!(
            words("2025-04-01", "2026-03-31"),
            [
                "April to June 2025",
                "July to September 2025",
                "October to December 2025",
                "January to March 2026"
            ]
        );
        assert_eq!(words("2025-12-01", "2026-02-28"), ["December 2025 to February 2026"]);
        assert_eq!(
            words("2025-11-15", "2026-02-28"),
            ["2025-11-15 to 2026-02-14", "2026-02-15 to 2026-02-28"]
        );
        assert_eq!(words("2026-02-01", "2026-02-28"), ["February 2026"]);
    }
}
