//! Tables as CSV, one file each, with all figures and their definitions beside them.

use csv::{Terminator, WriterBuilder};
use muniment_core::report::{Cell, Document, Section, Share, Table};

use crate::words::LEFT_OUT;

/// Under this name all figures stand together.
const FIGURES: &str = "figures";

/// The files: a name and the content of each.
#[must_use]
pub fn csv(document: &Document) -> Vec<(String, String)> {
    let mut files = vec![(format!("{FIGURES}.csv"), figures(document))];
    for section in &document.sections {
        for table in section.tables() {
            files.push((format!("{}-{}.csv", section.id.to_lowercase(), table.name), of_table(table)));
        }
    }
    files
}

/// One table, or all figures under the name `figures`; none where there is no such table.
#[must_use]
pub fn csv_table(document: &Document, name: &str) -> Option<String> {
    if name == FIGURES {
        return Some(figures(document));
    }
    document.sections.iter().flat_map(Section::tables).find(|table| table.name == name).map(of_table)
}

/// Lines of cells, of which a spreadsheet runs none.
#[must_use]
pub fn csv_lines(lines: &[Vec<Cell>]) -> String {
    let lines: Vec<Vec<String>> = lines.iter().map(|line| line.iter().map(plain).collect()).collect();
    written(&lines)
}

fn figures(document: &Document) -> String {
    let header = ["section", "figure", "title", "numerator", "denominator", "percent", "definition"];
    let mut lines = vec![header.map(str::to_owned).to_vec()];
    for section in &document.sections {
        for metric in section.metrics() {
            let number = |number: Option<u64>| number.map_or_else(String::new, |number| number.to_string());
            let share = metric.numerator.zip(metric.denominator);
            let share = share.map(|(numerator, denominator)| Share { numerator, denominator });
            lines.push(vec![
                text(&section.id),
                text(&metric.name),
                text(&metric.title),
                metric.numerator.map_or_else(|| LEFT_OUT.to_owned(), |numerator| numerator.to_string()),
                number(metric.denominator),
                share.map(percent).unwrap_or_default(),
                text(&metric.definition),
            ]);
        }
    }
    written(&lines)
}

/// A share takes three columns, so that a spreadsheet can calculate with it.
fn of_table(table: &Table) -> String {
    let is_share =
        |place: usize| table.rows.iter().any(|row| matches!(row.cells.get(place), Some(Cell::Share(_))));
    let shares: Vec<bool> = (0..table.columns.len()).map(is_share).collect();
    let mut header = Vec::new();
    for (column, is_share) in table.columns.iter().zip(&shares) {
        header.push(text(&column.title));
        if *is_share {
            header.extend([
                text(&format!("{}: of", column.title)),
                text(&format!("{}: percent", column.title)),
            ]);
        }
    }
    let mut lines = vec![header];
    for row in &table.rows {
        let mut line = Vec::new();
        for (cell, is_share) in row.cells.iter().zip(&shares) {
            match (cell, is_share) {
                (Cell::Share(share), _) => {
                    line.extend([
                        share.numerator.to_string(),
                        share.denominator.to_string(),
                        percent(*share),
                    ]);
                }
                (cell, true) => line.extend([plain(cell), String::new(), String::new()]),
                (cell, false) => line.push(plain(cell)),
            }
        }
        lines.push(line);
    }
    written(&lines)
}

/// With one decimal place, half up; nothing where there are no cases.
fn percent(share: Share) -> String {
    share.tenths_of_a_percent().map_or_else(String::new, |tenths| format!("{}.{}", tenths / 10, tenths % 10))
}

fn plain(cell: &Cell) -> String {
    match cell {
        Cell::Number(number) => number.to_string(),
        Cell::Text(words) => text(words),
        Cell::Flag(flag) => if *flag { "yes" } else { "no" }.to_owned(),
        Cell::Share(share) => share.to_string(),
        Cell::Suppressed(_) => LEFT_OUT.to_owned(),
        Cell::Nothing => String::new(),
    }
}

/// A spreadsheet takes a text that begins so for a formula.
fn text(words: &str) -> String {
    if words.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{words}") } else { words.to_owned() }
}

fn written(lines: &[Vec<String>]) -> String {
    let mut writer = WriterBuilder::new().terminator(Terminator::CRLF).from_writer(Vec::new());
    for line in lines {
        // Memory takes all that is written to it.
        if let Err(error) = writer.write_record(line) {
            unreachable!("writing to memory: {error}");
        }
    }
    let bytes = writer.into_inner().unwrap_or_default();
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing;

    #[test]
    fn shares_can_be_calculated_with_and_formulas_are_texts() {
        let files = csv(&testing::rich());
        let names: Vec<&str> = files.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["figures.csv", "r5-timeliness.csv", "r5-by_unit.csv", "r8-hostile.csv"]);
        assert_eq!(
            files[1].1,
            "Quarter,Received,On time,On time: of,On time: percent\r\nApr to Jun,1344,236,241,97.9\r\n\
             Jul to Sep,0,0,0,\r\nAll,1344,236,241,97.9\r\n"
        );
        assert!(files[3].1.contains("'=1+1"), "{}", files[3].1);
        assert!(files[0].1.contains("R5,in_time,Answered in time,236,241,97.9,"), "{}", files[0].1);
    }
}
