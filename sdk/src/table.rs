//! Tables, for registers and for the report.

use std::borrow::Cow;

use crate::alert::EVIDENCE_MAX;
use crate::{Day, Instant};

/// A register: a table of the present that staff look at.
#[derive(Debug, Clone, Copy)]
pub struct Register {
    /// Its name: small letters, digits, `-`, at most 40.
    pub name: &'static str,
    /// Its title.
    pub title: &'static str,
    /// A sentence about what stands in it.
    pub description: &'static str,
    /// The types of event that its rows are made of, as in the manifest's subscriptions. Who may see only some groups of
    /// events sees a register if those of its feeds are among them.
    pub feeds: &'static [&'static str],
    /// Its columns. Those of [`Column::STATUS`] and [`Column::DUE`] can be filtered by.
    pub columns: &'static [Column],
}

/// A column of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// Its name, for programs: small letters, digits, `_`.
    pub name: Cow<'static, str>,
    /// Its heading, for people.
    pub title: Cow<'static, str>,
}

impl Column {
    /// By when something is to be done: a day, or an instant.
    pub const DUE: Column = Column::new("due", "Due");
    /// What it waits for, in a word or two.
    pub const STATUS: Column = Column::new("status", "Status");
    /// A [`Light`].
    pub const RAG: Column = Column::new("rag", "RAG");
    /// The role that has it in hand.
    pub const OWNER: Column = Column::new("owner", "Owner");
    /// The directorate or other unit.
    pub const UNIT: Column = Column::new("unit", "Directorate");
    /// How the row was corrected: [`CaseFold::corrected`](crate::CaseFold::corrected).
    pub const CORRECTED: Column = Column::new("corrected", "Corrected");

    /// A column.
    #[must_use]
    pub const fn new(name: &'static str, title: &'static str) -> Column {
        Column { name: Cow::Borrowed(name), title: Cow::Borrowed(title) }
    }
}

/// A cell of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cell {
    /// Nothing is known.
    None,
    /// A text.
    Text(String),
    /// A whole number.
    Number(i64),
    /// Yes or no.
    Flag(bool),
    /// A day.
    Day(Day),
    /// An instant.
    Moment(Instant),
    /// A share: so many of so many.
    Share(u64, u64),
}

impl Cell {
    /// A number of things.
    #[must_use]
    pub fn count(count: usize) -> Cell {
        Cell::Number(i64::try_from(count).unwrap_or(i64::MAX))
    }

    /// Whether a reader who looks for a text sees it here; capital and small letters are the same.
    fn holds(&self, small_letters: &str) -> bool {
        match self {
            Cell::Text(text) => text.to_lowercase().contains(small_letters),
            Cell::Number(number) => number.to_string().contains(small_letters),
            Cell::Day(day) => day.to_string().contains(small_letters),
            Cell::Moment(instant) => instant.to_string().to_lowercase().contains(small_letters),
            Cell::None | Cell::Flag(_) | Cell::Share(..) => false,
        }
    }
}

/// Red, amber, green: whether somebody has to look now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Light {
    /// The day it was due is over.
    Red,
    /// It is due soon.
    Amber,
    /// There is time.
    Green,
}

impl Light {
    /// By the days that are left, 0 on the day that it is due: amber from so many on.
    #[must_use]
    pub fn of(days_left: i64, amber_from: i64) -> Light {
        match days_left {
            left if left < 0 => Light::Red,
            left if left <= amber_from => Light::Amber,
            _ => Light::Green,
        }
    }
}

impl From<Light> for Cell {
    fn from(light: Light) -> Cell {
        Cell::from(match light {
            Light::Red => "red",
            Light::Amber => "amber",
            Light::Green => "green",
        })
    }
}

impl From<&str> for Cell {
    fn from(text: &str) -> Cell {
        Cell::Text(text.to_owned())
    }
}

impl From<String> for Cell {
    fn from(text: String) -> Cell {
        Cell::Text(text)
    }
}

impl From<i64> for Cell {
    fn from(number: i64) -> Cell {
        Cell::Number(number)
    }
}

impl From<bool> for Cell {
    fn from(flag: bool) -> Cell {
        Cell::Flag(flag)
    }
}

impl From<Day> for Cell {
    fn from(day: Day) -> Cell {
        Cell::Day(day)
    }
}

impl From<Instant> for Cell {
    fn from(instant: Instant) -> Cell {
        Cell::Moment(instant)
    }
}

impl<T: Into<Cell>> From<Option<T>> for Cell {
    fn from(cell: Option<T>) -> Cell {
        cell.map_or(Cell::None, Into::into)
    }
}

/// A row of a table.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Row {
    /// A cell for each column.
    pub cells: Vec<Cell>,
    /// The case or record that the row is about.
    pub subject: Option<String>,
    /// The unit of the organisation, for readers who may see only some.
    pub unit: Option<String>,
    /// The entries that it was made of.
    pub evidence: Vec<u64>,
}

impl Row {
    /// A row of cells.
    #[must_use]
    pub fn new(cells: impl Into<Vec<Cell>>) -> Row {
        Row { cells: cells.into(), ..Row::default() }
    }

    /// The case or record that it is about.
    #[must_use]
    pub fn subject(mut self, subject: impl Into<String>) -> Row {
        self.subject = Some(subject.into());
        self
    }

    /// The unit that it belongs to.
    #[must_use]
    pub fn unit(mut self, unit: Option<&str>) -> Row {
        self.unit = unit.map(str::to_owned);
        self
    }

    /// The entries that it was made of.
    ///
    /// # Limits
    /// The first [`EVIDENCE_MAX`].
    #[must_use]
    pub fn evidence(mut self, seqs: impl IntoIterator<Item = u64>) -> Row {
        self.evidence = seqs.into_iter().take(EVIDENCE_MAX).collect();
        self
    }
}

/// What of a register is asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Query {
    /// Only rows about this case or record.
    pub subject: Option<String>,
    /// Only rows in which a cell holds this text.
    pub text: Option<String>,
    /// Only rows of these units; all where there is none.
    pub units: Option<Vec<String>>,
    /// Only rows whose cell in the column `status` is this, in capital or small letters.
    pub status: Option<String>,
    /// Only rows whose cell in the column `due` is a day so many days from now, or an earlier one; what is not due at all is
    /// not among them.
    pub due_within: Option<u32>,
    /// So many rows are left out first.
    pub offset: u32,
    /// At most so many rows.
    pub limit: u32,
}

impl Query {
    fn matches(&self, columns: &[Column], today: Day, row: &Row) -> bool {
        let cell = |of: &Column| {
            let place = columns.iter().position(|column| column.name == of.name)?;
            row.cells.get(place)
        };
        let of_unit = |units: &Vec<String>| row.unit.as_ref().is_some_and(|unit| units.contains(unit));
        let holds = |text: &String| row.cells.iter().any(|cell| cell.holds(&text.to_lowercase()));
        let has_status = |status: &String| matches!(cell(&Column::STATUS), Some(Cell::Text(of_row)) if of_row.to_lowercase() == status.to_lowercase());
        let is_due = |days: u32| match cell(&Column::DUE) {
            Some(Cell::Day(due)) => i64::from(due.since(today)) <= i64::from(days),
            Some(Cell::Moment(due)) => i64::from(Day::in_london(*due).since(today)) <= i64::from(days),
            _ => false,
        };
        self.subject.as_ref().is_none_or(|subject| row.subject.as_ref() == Some(subject))
            && self.units.as_ref().is_none_or(of_unit)
            && self.status.as_ref().is_none_or(has_status)
            && self.due_within.is_none_or(is_due)
            && self.text.as_ref().is_none_or(holds)
    }

    /// The page of those rows that is asked for, and how many rows there are with any offset and limit.
    #[must_use]
    pub fn page(&self, columns: &[Column], today: Day, rows: impl Iterator<Item = Row>) -> (Vec<Row>, u32) {
        let (mut page, mut total) = (Vec::new(), 0_u32);
        let end = self.offset.saturating_add(self.limit);
        for row in rows.filter(|row| self.matches(columns, today, row)) {
            if (self.offset..end).contains(&total) {
                page.push(row);
            }
            total = total.saturating_add(1);
        }
        (page, total)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_cut_from_the_rows_that_match() {
        let rows = || {
            (0..10).map(|n| {
                Row::new([Cell::from(format!("Case {n}")), Cell::from(n)]).unit(Some(if n < 5 {
                    "a"
                } else {
                    "b"
                }))
            })
        };
        let query = Query { units: Some(vec!["b".to_owned()]), offset: 1, limit: 2, ..Query::default() };
        let (page, total) = query.page(&[], Day::default(), rows());
        assert_eq!((page[0].cells[1].clone(), page.len(), total), (Cell::Number(6), 2, 5));
        let query = Query { text: Some("CASE 7".to_owned()), limit: 10, ..Query::default() };
        assert_eq!(query.page(&[], Day::default(), rows()).1, 1);
        let query = Query { units: Some(Vec::new()), limit: 10, ..Query::default() };
        assert_eq!(query.page(&[], Day::default(), rows()), (Vec::new(), 0));
    }

    #[test]
    fn rows_are_filtered_by_status_and_by_when_they_are_due() {
        let columns = [Column::STATUS, Column::DUE];
        let row = |status: &str, due: Option<&str>| {
            Row::new([Cell::from(status), Cell::from(due.map(|due| due.parse::<Day>().unwrap()))])
        };
        let rows =
            || [row("Overdue", Some("2026-03-02")), row("in hand", Some("2026-03-09")), row("overdue", None)];
        let of = |query: Query| {
            Query { limit: 9, ..query }.page(&columns, "2026-03-05".parse().unwrap(), rows().into_iter()).1
        };
        assert_eq!(of(Query { status: Some("overdue".to_owned()), ..Query::default() }), 2);
        assert_eq!(of(Query { due_within: Some(4), ..Query::default() }), 2);
        assert_eq!(of(Query { due_within: Some(3), ..Query::default() }), 1);
        assert_eq!(
            [Light::of(-1, 2), Light::of(0, 2), Light::of(3, 2)],
            [Light::Red, Light::Amber, Light::Green]
        );
    }
}
