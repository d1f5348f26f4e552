//! The public edition of a report: without evidence and cases, and without numbers from which somebody could be told.
//!
//! A count of 1 to 4 is left out, and so is a share whose numerator, denominator or rest is one. Where a single number that is
//! left out could be worked out from the others (a total, the parts of a whole, a stock), another one is left out with it,
//! until no sum gives one away.
//!
//! Which columns are counts is told by their names: those that end in `_days`, `_hours`, `_months`, `_percent` or `_year`
//! measure something else. Columns named `case`, `entry`, `person`, `record`, `subject` or `target` are not in a public edition.
//!
//! Editions that were given out before count too ([`public_beside`]): quarters tell about their year, and a restated year about
//! the one before. What anybody can work out from all of them together is looked for by solving their sums.

use std::collections::BTreeSet;

use super::{
    Block, Cell, Document, Edition, Introduction, Metric, Row, Section, Share, Suppressed, Table, Why,
};
use facts::{Facts, Place};

mod beside;
mod facts;
mod follow;

/// Counts from 1 to this one are left out.
pub const SMALL_MAX: u64 = 4;
/// Columns whose numbers are no counts end so.
const MEASURES: [&str; 5] = ["_days", "_hours", "_months", "_percent", "_year"];
/// Columns that say which case or entry something is.
const NAMING: [&str; 6] = ["case", "entry", "person", "record", "subject", "target"];
/// What behind a number says that it counts no people or cases.
const UNITS: [&str; 14] = [
    "day", "days", "hour", "hours", "working", "week", "weeks", "month", "months", "year", "years",
    "calendar", "elapsed", "percent",
];
/// What behind a number says that it is a day.
const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// What an edition that was given out tells, and what it leaves out: what a later one must not give away.
#[derive(Debug)]
pub struct Told(Facts);

impl Told {
    /// Of the public edition `shown` of the report `counted`.
    #[must_use]
    pub fn of(counted: &Document, shown: &Document) -> Told {
        Told(facts::facts(counted, shown))
    }
}

/// The public edition of a report, by itself.
#[must_use]
pub fn public(document: &Document) -> Document {
    public_beside(document, &[]).0
}

/// The public edition of a report beside those that were given out before it, and whether small counts of it follow from those
/// alone, so that nothing protects them any more.
#[must_use]
pub fn public_beside(document: &Document, earlier: &[&Told]) -> (Document, bool) {
    let names = names(document);
    let mut public = Document { edition: Edition::Public, faults: Vec::new(), ..document.clone() };
    let mut hidden = BTreeSet::new();
    for section in &mut public.sections {
        let of_section = hide(section);
        hidden.extend(of_section.into_iter().map(|number| (section.id.clone(), number)));
    }
    hide_told(&mut public, &hidden);
    let earlier: Vec<&Facts> = earlier.iter().map(|told| &told.0).collect();
    let remedy = beside::remedy(&earlier, &facts::facts(document, &public));
    for place in &remedy.hide {
        leave_out(&mut public, *place, &mut hidden);
    }
    // What was left out beside others is to follow from its own table as little as what was left out at first.
    let tables: BTreeSet<(usize, usize)> = (remedy.hide.iter())
        .filter_map(|place| match place {
            Place::Cell { section, block, .. } => Some((*section, *block)),
            Place::Figure { .. } => None,
        })
        .collect();
    for (section, block) in tables {
        let Some(section) = public.sections.get_mut(section) else { continue };
        if let Some(Block::Table(table)) = section.blocks.get_mut(block) {
            hidden.extend(hide_in(table).into_iter().map(|number| (section.id.clone(), number)));
        }
    }
    hide_told(&mut public, &hidden);
    for section in &mut public.sections {
        let told: BTreeSet<u64> =
            hidden.iter().filter(|(of, _)| *of == section.id).map(|(_, number)| *number).collect();
        for block in &mut section.blocks {
            without_words(block, &names, &told);
        }
    }
    if let Some(introduction) = &mut public.introduction {
        // It may be about any section, so it tells none of the numbers that one of them leaves out.
        let told: BTreeSet<u64> = hidden.iter().map(|(_, number)| *number).collect();
        let paragraphs = introduction.paragraphs().into_iter();
        let paragraphs: Vec<String> = paragraphs.map(|text| without(&text, &names, &told)).collect();
        *introduction = Introduction { text: paragraphs.join("\n\n"), evidence: Vec::new() };
    }
    public.faults = super::lint(&public);
    (public, !remedy.told_already.is_empty())
}

/// Leaves out what stands somewhere, and notes its numbers.
fn leave_out(document: &mut Document, place: Place, hidden: &mut BTreeSet<(String, u64)>) {
    let (Place::Figure { section, block } | Place::Cell { section, block, .. }) = place;
    let Some(section) = document.sections.get_mut(section) else { return };
    let mut numbers = Vec::new();
    match (section.blocks.get_mut(block), place) {
        (Some(Block::Metric(metric)), Place::Figure { .. }) => {
            numbers.extend(metric.numerator.into_iter().chain(metric.denominator));
            (metric.numerator, metric.denominator) = (None, None);
        }
        (Some(Block::Table(table)), Place::Cell { row, column, .. }) => {
            let Some(cell) = table.rows.get_mut(row).and_then(|row| row.cells.get_mut(column)) else {
                return;
            };
            match cell {
                Cell::Number(number) => numbers.extend(u64::try_from(*number)),
                Cell::Share(share) => numbers.extend([share.numerator, share.denominator]),
                _ => return,
            }
            *cell = Cell::Suppressed(Suppressed { suppressed: Why::Complementary });
        }
        _ => {}
    }
    hidden.extend(numbers.into_iter().map(|number| (section.id.clone(), number)));
}

/// Hides the numbers that are hidden elsewhere from figures and from tables of the host.
fn hide_told(document: &mut Document, hidden: &BTreeSet<(String, u64)>) {
    for section in &mut document.sections {
        let told: BTreeSet<u64> =
            hidden.iter().filter(|(of, _)| *of == section.id).map(|(_, number)| *number).collect();
        for block in &mut section.blocks {
            match block {
                Block::Metric(metric) => hide_metric(metric, &told),
                Block::Table(table) => hide_told_elsewhere(table, hidden),
                _ => {}
            }
        }
    }
}

/// The numbers of cases and records, longest first: what of one lies in another is left out with it.
fn names(document: &Document) -> Vec<String> {
    let tables = document.sections.iter().flat_map(Section::tables);
    let names: BTreeSet<&String> =
        tables.flat_map(|table| &table.rows).filter_map(|row| row.subject.as_ref()).collect();
    let mut names: Vec<String> = names.into_iter().filter(|name| name.len() > 3).cloned().collect();
    names.sort_by_key(|name| std::cmp::Reverse(name.len()));
    names
}

/// Hides what is small in a section, and what would tell it. Returns the larger numbers that are hidden with it.
fn hide(section: &mut Section) -> BTreeSet<u64> {
    let mut told = BTreeSet::new();
    for block in &mut section.blocks {
        if let Block::Table(table) = block {
            drop_naming(table);
            told.extend(hide_in(table));
        }
    }
    for block in &mut section.blocks {
        match block {
            Block::Metric(metric) => hide_metric(metric, &told),
            Block::Commentary { evidence, .. } => evidence.clear(),
            Block::Finding(finding) => finding.evidence.clear(),
            _ => {}
        }
    }
    told
}

fn drop_naming(table: &mut Table) {
    let keep: Vec<bool> =
        table.columns.iter().map(|column| !NAMING.contains(&column.name.as_str())).collect();
    let mut kept = keep.iter();
    table.columns.retain(|_| kept.next().copied().unwrap_or(true));
    for row in &mut table.rows {
        let mut kept = keep.iter();
        row.cells.retain(|_| kept.next().copied().unwrap_or(true));
        row.subject = None;
        row.evidence.clear();
    }
}

fn is_small(number: u64) -> bool {
    (1..=SMALL_MAX).contains(&number)
}

fn tells_small(share: Share) -> bool {
    let Share { numerator, denominator } = share;
    [numerator, denominator, denominator.saturating_sub(numerator)].into_iter().any(is_small)
}

fn hide_metric(metric: &mut Metric, told: &BTreeSet<u64>) {
    metric.evidence.clear();
    let Some(numerator) = metric.numerator else { return };
    let tells = match metric.denominator {
        Some(denominator) => tells_small(Share { numerator, denominator }),
        None => is_small(numerator),
    };
    if tells || told.contains(&numerator) {
        metric.numerator = None;
    }
    if metric.denominator.is_some_and(|denominator| is_small(denominator) || told.contains(&denominator)) {
        (metric.numerator, metric.denominator) = (None, None);
    }
}

/// A cell by row and column, and its number before anything was hidden.
struct Numbers {
    rows: Vec<Vec<Option<i64>>>,
    hidden: Vec<Vec<Option<Why>>>,
}

/// Cells of which one is the sum of the others.
type Sum = Vec<(usize, usize)>;

fn hide_in(table: &mut Table) -> BTreeSet<u64> {
    let mut told = BTreeSet::new();
    for parts in [
        numbers_of(table),
        shares_of(table, |share| share.numerator),
        shares_of(table, |share| share.denominator),
    ] {
        let mut numbers = parts;
        hide_small(table, &mut numbers);
        let sums = sums(table);
        while let Some((row, column)) = sums.iter().find_map(|sum| next_to_hide(&numbers, sum)) {
            numbers.hidden[row][column] = Some(Why::Complementary);
        }
        for (place, row) in numbers.hidden.iter().enumerate() {
            for (column, why) in row.iter().enumerate() {
                let Some(why) = why else { continue };
                if *why == Why::Complementary
                    && let Some(number) =
                        numbers.rows[place][column].and_then(|number| u64::try_from(number).ok())
                {
                    told.insert(number);
                }
                table.rows[place].cells[column] = Cell::Suppressed(Suppressed { suppressed: *why });
            }
        }
    }
    told
}

fn numbers_of(table: &Table) -> Numbers {
    numbers(table, |column, cell| match cell {
        Cell::Number(number) if is_count(column) => Some(*number),
        _ => None,
    })
}

fn shares_of(table: &Table, part: impl Fn(&Share) -> u64) -> Numbers {
    numbers(table, |_, cell| match cell {
        Cell::Share(share) => i64::try_from(part(share)).ok(),
        _ => None,
    })
}

fn numbers(table: &Table, number: impl Fn(&str, &Cell) -> Option<i64>) -> Numbers {
    let of_row = |row: &Row| -> Vec<Option<i64>> {
        table.columns.iter().zip(&row.cells).map(|(column, cell)| number(&column.name, cell)).collect()
    };
    let rows: Vec<Vec<Option<i64>>> = table.rows.iter().map(of_row).collect();
    let hidden = rows
        .iter()
        .zip(&table.rows)
        .map(|(numbers, row)| {
            let was_hidden = row.cells.iter().map(|cell| match cell {
                Cell::Suppressed(Suppressed { suppressed }) => Some(*suppressed),
                _ => None,
            });
            was_hidden.chain(std::iter::repeat(None)).take(numbers.len()).collect()
        })
        .collect();
    Numbers { rows, hidden }
}

fn is_count(column: &str) -> bool {
    !MEASURES.iter().any(|measure| column.ends_with(measure))
}

fn hide_small(table: &Table, numbers: &mut Numbers) {
    for (place, row) in table.rows.iter().enumerate() {
        for (column, cell) in row.cells.iter().enumerate().take(table.columns.len()) {
            let tells = match cell {
                Cell::Share(share) => tells_small(*share),
                Cell::Number(number) => {
                    is_count(&table.columns[column].name) && u64::try_from(*number).is_ok_and(is_small)
                }
                _ => false,
            };
            if tells && numbers.rows[place][column].is_some() {
                numbers.hidden[place][column] = Some(Why::Small);
            }
        }
    }
}

/// The sums that a table tells: down its columns where it has totals, and across its rows where their names say so.
fn sums(table: &Table) -> Vec<Sum> {
    let mut sums = Vec::new();
    if table.totals {
        sums.extend(
            (0..table.columns.len())
                .map(|column| (0..table.rows.len()).map(|row| (row, column)).collect::<Sum>()),
        );
    }
    let named = |wanted: &dyn Fn(&str) -> bool| -> Vec<usize> {
        let is_wanted = |(place, column): (usize, &super::Column)| wanted(&column.name).then_some(place);
        table.columns.iter().enumerate().filter_map(is_wanted).collect()
    };
    let whole = named(&|name| name == "whole" || name.starts_with("of_"));
    let stock = named(&|name| {
        name == "opening" || name == "closing" || name.starts_with("plus_") || name.starts_with("minus_")
    });
    for across in [whole, stock].into_iter().filter(|across| across.len() > 1) {
        sums.extend(
            (0..table.rows.len()).map(|row| across.iter().map(|column| (row, *column)).collect::<Sum>()),
        );
    }
    sums
}

/// The cell that has to be hidden next so that a sum gives nothing away, if one has.
fn next_to_hide(numbers: &Numbers, sum: &Sum) -> Option<(usize, usize)> {
    let known = |(row, column): &(usize, usize)| numbers.rows[*row][*column];
    let why = |(row, column): &(usize, usize)| numbers.hidden[*row][*column];
    let hidden: Vec<&(usize, usize)> = sum.iter().filter(|cell| why(cell).is_some()).collect();
    if hidden.is_empty() || !gives_away(&hidden, numbers) {
        return None;
    }
    // The smallest that is not nothing tells least; where all others are nothing, one of those.
    let open = || sum.iter().filter(|cell| why(cell).is_none() && known(cell).is_some());
    let smallest = open().filter(|cell| known(cell) != Some(0)).min_by_key(|cell| known(cell));
    smallest.or_else(|| open().next()).copied()
}

/// Whether cells that are hidden follow from their sum, which the others give: one does, and so do several small ones that
/// are all 1 or all 4.
fn gives_away(hidden: &[&(usize, usize)], numbers: &Numbers) -> bool {
    let of = |(row, column): &&(usize, usize)| (numbers.rows[*row][*column], numbers.hidden[*row][*column]);
    if hidden.len() == 1 {
        return true;
    }
    let small: Option<Vec<i64>> = hidden
        .iter()
        .map(|cell| match of(cell) {
            (Some(number), Some(Why::Small)) => Some(number),
            _ => None,
        })
        .collect();
    small.is_some_and(|small| {
        small.iter().all(|number| *number == 1)
            || small.iter().all(|number| u64::try_from(*number) == Ok(SMALL_MAX))
    })
}

/// Tables of the host repeat figures of other sections: what is hidden there is hidden here.
fn hide_told_elsewhere(table: &mut Table, hidden: &BTreeSet<(String, u64)>) {
    let Some(place) = table.columns.iter().position(|column| column.name == "section") else { return };
    for row in &mut table.rows {
        let Some(Cell::Text(section)) = row.cells.get(place).cloned() else { continue };
        let is_hidden = |number: u64| hidden.contains(&(section.clone(), number));
        for cell in &mut row.cells {
            let tells = match cell {
                Cell::Number(number) => u64::try_from(*number).is_ok_and(is_hidden),
                Cell::Share(share) => is_hidden(share.numerator) || is_hidden(share.denominator),
                _ => false,
            };
            if tells {
                *cell = Cell::Suppressed(Suppressed { suppressed: Why::Complementary });
            }
        }
    }
}

fn without_words(block: &mut Block, names: &[String], told: &BTreeSet<u64>) {
    let without = |text: &str| without(text, names, told);
    match block {
        Block::Heading { text } | Block::Paragraph { text } | Block::Reference { text, .. } => {
            *text = without(text);
        }
        Block::Commentary { text, .. } => *text = without(text),
        Block::Finding(finding) => finding.text = without(&finding.text),
        Block::Chart(chart) => chart.alternative = without(&chart.alternative),
        Block::Metric(metric) => metric.definition = without(&metric.definition),
        Block::Table(table) => {
            for cell in table.rows.iter_mut().flat_map(|row| &mut row.cells) {
                if let Cell::Text(text) = cell
                    && names.iter().any(|name| text.contains(name.as_str()))
                {
                    *text = without(text);
                }
            }
        }
    }
}

/// A text without numbers of cases, and without small counts: `2 breaches` are `fewer than 5 breaches`, and 2 working days
/// are that. Nor is a larger number told that is left out of the section's tables.
fn without(text: &str, names: &[String], told: &BTreeSet<u64>) -> String {
    let mut text = names.iter().fold(text.to_owned(), |text, name| text.replace(name.as_str(), "a case"));
    let words: Vec<&str> = text.split(' ').collect();
    let mut changed: Vec<String> = Vec::with_capacity(words.len());
    for (place, word) in words.iter().enumerate() {
        let next = words.get(place + 1).map_or("", |next| next.trim_end_matches([',', '.', ';', ':', ')']));
        let is_count = !next.is_empty() && !UNITS.contains(&next) && !MONTHS.contains(&next);
        let number = word.replace(',', "").parse::<u64>().ok().filter(|_| is_count);
        changed.push(match number {
            Some(1..=SMALL_MAX) => "fewer than 5".to_owned(),
            // Of four digits it is more likely a year.
            Some(number) if told.contains(&number) && !(1900..2100).contains(&number) => "some".to_owned(),
            _ => (*word).to_owned(),
        });
    }
    text = changed.join(" ");
    text
}
