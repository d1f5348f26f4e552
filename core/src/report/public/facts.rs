//! Every count of an edition under a name that is the same in every edition, so that a count is known again where another
//! edition gives it too.

use std::collections::BTreeMap;

use super::super::{Block, Cell, Column, Document, Metric, Row, Share, Span, Table};
use super::{is_count, is_small};
use crate::time::Timestamp;

/// The first word of columns of what is there at an instant, and does not happen in a time.
const STOCKS: [&str; 3] = ["closing", "open", "opening"];
const DAY_MICROS: i64 = 24 * 60 * 60 * 1_000_000;

/// What is counted, whenever.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Series {
    section: String,
    /// The table's name; empty for a figure.
    table: String,
    /// What the row is about, or the figure's title.
    row: String,
    column: String,
    part: Part,
}

/// Which number of a cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Part {
    /// The only one.
    Number,
    Numerator,
    /// What of a share is not in its numerator.
    Rest,
    Denominator,
}

/// From the first day to the day after the last, each in days since 1970.
pub(super) type Time = (i64, i64);

/// A count: what, of when, and how many. One that was restated with another number is another one.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Name {
    pub(super) series: Series,
    /// Nothing where row or column say by themselves of when it is.
    pub(super) time: Option<Time>,
    pub(super) number: i64,
}

/// Where in a document a count stands, each by its place among its like.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Place {
    Figure { section: usize, block: usize },
    Cell { section: usize, block: usize, row: usize, column: usize },
}

/// A count of an edition.
#[derive(Debug)]
pub(super) struct Count {
    pub(super) name: Name,
    pub(super) place: Place,
    pub(super) is_shown: bool,
}

/// The counts of an edition, and which of them, each times its factor, add up to nothing.
#[derive(Debug, Default)]
pub(super) struct Facts {
    pub(super) counts: Vec<Count>,
    pub(super) sums: Vec<Vec<(usize, i64)>>,
}

/// What the public edition `shown` of the report `counted` shows and hides.
pub(super) fn facts(counted: &Document, shown: &Document) -> Facts {
    let mut facts = Facts::default();
    let time = time(&counted.period);
    for (section, (of, shown)) in counted.sections.iter().zip(&shown.sections).enumerate() {
        for (block, (of_block, shown)) in of.blocks.iter().zip(&shown.blocks).enumerate() {
            match (of_block, shown) {
                (Block::Metric(metric), Block::Metric(shown)) => {
                    facts.figure(&of.id, (metric, shown), time, Place::Figure { section, block });
                }
                (Block::Table(table), Block::Table(shown)) => {
                    facts.table(&of.id, (table, shown), time, (section, block));
                }
                _ => {}
            }
        }
    }
    facts
}

/// The days of a period; nothing where they cannot be read.
fn time(span: &Span) -> Option<Time> {
    Some((day(&span.from)?, day(&span.to)? + 1))
}

fn day(text: &str) -> Option<i64> {
    let instant = Timestamp::parse_rfc3339(&format!("{text}T00:00:00Z")).ok()?;
    Some(instant.as_micros().div_euclid(DAY_MICROS))
}

/// The same days so many years before, as tables of the host compare them.
fn years_before(time: Time, years: i64) -> Option<Time> {
    let before = |days: i64| {
        let text = Timestamp::from_micros(days.checked_mul(DAY_MICROS)?).to_string();
        let year: i64 = text.get(..4)?.parse().ok()?;
        let of_day = |rest: &str| day(&format!("{:04}{rest}", year - years));
        // A 29 February that the other year does not have.
        of_day(text.get(4..10)?).or_else(|| of_day("-03-01"))
    };
    Some((before(time.0)?, before(time.1)?))
}

/// Whether a text says by itself of when it is: it names a year.
fn names_a_year(text: &str) -> bool {
    text.split(|character: char| !character.is_ascii_digit())
        .any(|digits| digits.len() == 4 && (digits.starts_with("19") || digits.starts_with("20")))
}

impl Series {
    /// Which number of a cell it is.
    pub(super) fn part(&self) -> Part {
        self.part
    }
}

impl Facts {
    fn add(
        &mut self,
        series: Series,
        time: Option<Time>,
        number: u64,
        place: Place,
        is_shown: bool,
    ) -> usize {
        let number = i64::try_from(number).unwrap_or(i64::MAX);
        self.counts.push(Count { name: Name { series, time, number }, place, is_shown });
        self.counts.len() - 1
    }

    /// A share: three numbers of which one is the sum of the others.
    fn share(
        &mut self,
        series: &Series,
        time: Option<Time>,
        share: Share,
        place: Place,
        [numerator, denominator]: [bool; 2],
    ) {
        let of = |part: Part| Series { part, ..series.clone() };
        let all = numerator && denominator;
        let rest = share.denominator.saturating_sub(share.numerator);
        let first = self.add(of(Part::Numerator), time, share.numerator, place, numerator);
        let rest = self.add(of(Part::Rest), time, rest, place, all);
        let last = self.add(of(Part::Denominator), time, share.denominator, place, denominator);
        self.sum(vec![(first, 1), (rest, 1), (last, -1)]);
    }

    /// Notes that some counts add up to nothing, if they do: what does not add up tells nobody anything.
    fn sum(&mut self, sum: Vec<(usize, i64)>) {
        let total = sum.iter().try_fold(0_i64, |total, (count, factor)| {
            total.checked_add(self.counts[*count].name.number.checked_mul(*factor)?)
        });
        if sum.len() > 1 && total == Some(0) {
            self.sums.push(sum);
        }
    }

    fn figure(
        &mut self,
        section: &str,
        (metric, shown): (&Metric, &Metric),
        time: Option<Time>,
        place: Place,
    ) {
        let Some(numerator) = metric.numerator else { return };
        let series = figure_series(section, &metric.title);
        match metric.denominator {
            None => {
                self.add(series, time, numerator, place, shown.numerator.is_some());
            }
            Some(denominator) => {
                let is_shown = [shown.numerator.is_some(), shown.denominator.is_some()];
                self.share(&series, time, Share { numerator, denominator }, place, is_shown);
            }
        }
    }

    fn table(
        &mut self,
        id: &str,
        (table, shown): (&Table, &Table),
        time: Option<Time>,
        (section, block): (usize, usize),
    ) {
        let keys = row_keys(table, shown);
        let first = self.counts.len();
        for (row, (of_row, key)) in table.rows.iter().zip(&keys).enumerate() {
            for (column, head) in shown.columns.iter().enumerate() {
                let place = table.columns.iter().position(|other| other.name == head.name);
                let Some(cell) = place.and_then(|place| of_row.cells.get(place)) else { continue };
                let shown = shown.rows.get(row).and_then(|row| row.cells.get(column));
                let place = Place::Cell { section, block, row, column };
                let told =
                    figure_told(shown_text(table, of_row, "figure"), shown_text(table, of_row, "section"));
                let (series, time) = match (told, years_of(&head.name)) {
                    // Tables of the host repeat figures, of this year and of others.
                    (Some(series), Some(years)) => (series, time.and_then(|time| years_before(time, years))),
                    _ => {
                        let is_dated = names_a_year(key) || names_a_year(&head.title);
                        let is_stock = head.name.split('_').next().is_some_and(|word| STOCKS.contains(&word));
                        let column = match (is_dated, is_stock) {
                            (true, _) => head.title.clone(),
                            // What is open at two ends of a quarter adds up to nothing.
                            (false, true) => format!("{} {time:?}", head.name),
                            (false, false) => head.name.clone(),
                        };
                        let series = Series {
                            section: id.to_owned(),
                            table: table.name.clone(),
                            row: key.clone(),
                            column,
                            part: Part::Number,
                        };
                        (series, time.filter(|_| !is_dated && !is_stock))
                    }
                };
                match cell {
                    Cell::Number(number) if is_count(&head.name) => {
                        let is_shown = matches!(shown, Some(Cell::Number(_)));
                        self.counts.push(Count {
                            name: Name { series, time, number: *number },
                            place,
                            is_shown,
                        });
                    }
                    Cell::Share(share) => {
                        let is_shown = matches!(shown, Some(Cell::Share(_)));
                        self.share(&series, time, *share, place, [is_shown; 2]);
                    }
                    _ => {}
                }
            }
        }
        self.table_sums(shown, first);
    }

    /// The sums that a table tells: down its columns where it has totals, and across its rows where names say so.
    fn table_sums(&mut self, table: &Table, first: usize) {
        let mut found: BTreeMap<(usize, usize, Part), usize> = BTreeMap::new();
        for (count, of) in self.counts.iter().enumerate().skip(first) {
            if let Place::Cell { row, column, .. } = of.place {
                found.insert((row, column, of.name.series.part), count);
            }
        }
        let count = |row: usize, column: usize, part: Part| found.get(&(row, column, part)).copied();
        let parts = [Part::Number, Part::Numerator, Part::Denominator];
        let mut sums: Vec<Vec<(usize, i64)>> = Vec::new();
        if let Some(last) = table.rows.len().checked_sub(1).filter(|_| table.totals) {
            for (column, part) in (0..table.columns.len()).flat_map(|column| parts.map(|part| (column, part)))
            {
                let Some(total) = count(last, column, part) else { continue };
                let rows = (0..last).filter_map(|row| Some((count(row, column, part)?, 1)));
                sums.push(rows.chain([(total, -1)]).collect());
            }
        }
        let factors = |factor: &dyn Fn(&str) -> Option<i64>| -> Vec<(usize, i64)> {
            let of = |(place, column): (usize, &Column)| Some((place, factor(&column.name)?));
            table.columns.iter().enumerate().filter_map(of).collect()
        };
        let whole = factors(&|name| match name {
            "whole" => Some(-1),
            _ => name.starts_with("of_").then_some(1),
        });
        let stock = factors(&|name| match name {
            "opening" => Some(1),
            "closing" => Some(-1),
            _ if name.starts_with("plus_") => Some(1),
            _ => name.starts_with("minus_").then_some(-1),
        });
        for across in [whole, stock].iter().filter(|across| across.len() > 1) {
            for row in 0..table.rows.len() {
                let counts = across
                    .iter()
                    .map(|(column, factor)| count(row, *column, Part::Number).map(|count| (count, *factor)));
                sums.extend(counts.collect::<Option<Vec<(usize, i64)>>>());
            }
        }
        for sum in sums {
            self.sum(sum);
        }
    }
}

impl Count {
    /// Whether it is hidden because it is small, and so must not be known.
    pub(super) fn is_secret(&self) -> bool {
        !self.is_shown && u64::try_from(self.name.number).is_ok_and(is_small)
    }
}

fn figure_series(section: &str, title: &str) -> Series {
    Series {
        section: section.to_owned(),
        table: String::new(),
        row: title.to_owned(),
        column: String::new(),
        part: Part::Number,
    }
}

/// The text of a row in a column.
fn shown_text<'t>(table: &Table, row: &'t Row, column: &str) -> Option<&'t str> {
    let place = table.columns.iter().position(|other| other.name == column)?;
    match row.cells.get(place)? {
        Cell::Text(text) => Some(text),
        _ => None,
    }
}

/// The figure that a row of a table of the host is about.
fn figure_told(figure: Option<&str>, section: Option<&str>) -> Option<Series> {
    Some(figure_series(section?, figure?))
}

/// How many years before the period a column of a table of the host tells of.
fn years_of(column: &str) -> Option<i64> {
    match column {
        "this_year" => Some(0),
        "last_year" => Some(1),
        _ => column.strip_prefix("year_")?.parse().ok().filter(|years| (0..100).contains(years)),
    }
}

/// What each row is about: the first cell that is shown, with the texts beside it where that is not enough, and its place where
/// that is not. It is read from what was counted: in what is shown, a case has lost its number.
fn row_keys(table: &Table, shown: &Table) -> Vec<String> {
    let place = |name: &str| table.columns.iter().position(|column| column.name == name);
    let places: Vec<usize> = shown.columns.iter().filter_map(|column| place(&column.name)).collect();
    let cells = |row: &Row| -> Vec<Cell> {
        places.iter().filter_map(|place| row.cells.get(*place).cloned()).collect()
    };
    let rows: Vec<Vec<Cell>> = table.rows.iter().map(cells).collect();
    let text = |cell: &Cell| match cell {
        Cell::Text(text) => Some(text.clone()),
        Cell::Number(number) => Some(number.to_string()),
        _ => None,
    };
    let heads = rows.iter().map(|cells| cells.first().and_then(text).unwrap_or_default());
    let mut keys: Vec<String> = heads.collect();
    let seen = |keys: &[String]| {
        let mut seen: BTreeMap<String, usize> = BTreeMap::new();
        for key in keys {
            *seen.entry(key.clone()).or_default() += 1;
        }
        seen
    };
    let often = seen(&keys);
    for (key, cells) in keys.iter_mut().zip(&rows) {
        if often.get(key).is_some_and(|times| *times > 1) {
            let beside = cells.iter().skip(1).filter_map(|cell| match cell {
                Cell::Text(text) => Some(text.as_str()),
                _ => None,
            });
            *key = std::iter::once(key.as_str()).chain(beside).collect::<Vec<_>>().join("\u{1f}");
        }
    }
    let mut times: BTreeMap<String, usize> = BTreeMap::new();
    for key in &mut keys {
        let time = times.entry(key.clone()).or_default();
        *time += 1;
        if *time > 1 {
            *key = format!("{key}\u{1f}{time}");
        }
    }
    keys
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn years_before_keep_their_ends() {
        let time = |from: &str, to: &str| (day(from).unwrap(), day(to).unwrap() + 1);
        assert_eq!(years_before(time("2025-04-01", "2026-03-31"), 1), Some(time("2024-04-01", "2025-03-31")));
        assert_eq!(years_before(time("2024-02-01", "2024-02-29"), 1), Some(time("2023-02-01", "2023-02-28")));
        assert_eq!(
            years_before(time("2023-02-01", "2023-02-28"), -1),
            Some(time("2024-02-01", "2024-02-29"))
        );
    }

    #[test]
    fn what_names_a_year_is_of_that_year() {
        for dated in ["2025-04-01", "April to June 2025", "2025-26"] {
            assert!(names_a_year(dated), "{dated}");
        }
        for not in ["Housing", "20 working days", "12025 cases", "Q1", ""] {
            assert!(!names_a_year(not), "{not}");
        }
    }
}
