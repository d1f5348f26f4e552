//! The tables as a workbook: a sheet each, behind a list of them and all figures.

use std::collections::BTreeSet;

use muniment_core::report::{Cell, Document, Section, Table};
use rust_xlsxwriter::{
    DocProperties, ExcelDateTime, Format, FormatBorder, Url, Workbook, Worksheet, XlsxError,
};

use crate::words::{LEFT_OUT, LEFT_OUT_MEANS, figure};

/// What the format allows in a sheet's name.
const NAME_CHARS_MAX: usize = 31;
/// What the format allows in a cell.
const TEXT_CHARS_MAX: usize = 32_767;

/// The workbook.
///
/// # Errors
/// What the format does not allow.
pub fn xlsx(document: &Document) -> Result<Vec<u8>, XlsxError> {
    let mut book = Workbook::new();
    // A time of its own would make other bytes each time.
    let made = ExcelDateTime::from_ymd(2000, 1, 1)?;
    let properties = DocProperties::new().set_title(&document.title).set_author(&document.organisation);
    book.set_properties(&properties.set_creation_datetime(&made));
    let tables = tables(document);
    let names = names(&tables);
    contents(book.add_worksheet(), document, &tables, &names)?;
    figures(book.add_worksheet(), document)?;
    for ((section, table), name) in tables.iter().zip(&names) {
        sheet(book.add_worksheet().set_name(name)?, section, table)?;
    }
    book.save_to_buffer()
}

fn tables(document: &Document) -> Vec<(&Section, &Table)> {
    let of_section = |section| Section::tables(section).map(move |table| (section, table));
    document.sections.iter().flat_map(of_section).collect()
}

/// A name for each sheet: no two alike, whatever the case of letters, and none longer than allowed.
fn names(tables: &[(&Section, &Table)]) -> Vec<String> {
    let mut taken: BTreeSet<String> = ["contents".to_owned(), "figures".to_owned()].into();
    let mut names = Vec::new();
    for (section, table) in tables {
        let wanted = format!("{} {}", section.id, table.name.replace('_', " "));
        let mut number = 1;
        let name = loop {
            let end = if number == 1 { String::new() } else { format!(" {number}") };
            let name: String = wanted.chars().take(NAME_CHARS_MAX - end.len()).chain(end.chars()).collect();
            if taken.insert(name.to_lowercase()) {
                break name;
            }
            number += 1;
        };
        names.push(name);
    }
    names
}

fn heading() -> Format {
    Format::new().set_bold().set_border_bottom(FormatBorder::Thin).set_text_wrap()
}

fn text(sheet: &mut Worksheet, row: u32, column: u16, text: &str, format: &Format) -> Result<(), XlsxError> {
    let text: String = text.chars().take(TEXT_CHARS_MAX).collect();
    sheet.write_string_with_format(row, column, text, format).map(|_| ())
}

fn contents(
    sheet: &mut Worksheet,
    document: &Document,
    tables: &[(&Section, &Table)],
    names: &[String],
) -> Result<(), XlsxError> {
    let plain = Format::new();
    sheet.set_name("Contents")?.set_column_width(0, 12)?.set_column_width(1, 90)?;
    text(sheet, 0, 0, &document.title, &Format::new().set_bold())?;
    let (from, to) = (&document.period.from, &document.period.to);
    let about = format!("{}. {from} to {to}, as at {}", document.organisation, document.status_at);
    text(sheet, 1, 0, &about, &plain)?;
    text(sheet, 2, 0, LEFT_OUT_MEANS, &plain)?;
    if let Some(introduction) = &document.introduction {
        let paragraphs = introduction.paragraphs().join("\n");
        text(sheet, 3, 1, &paragraphs, &Format::new().set_text_wrap())?;
    }
    text(sheet, 4, 0, "Section", &heading())?;
    text(sheet, 4, 1, "Table", &heading())?;
    for (row, ((section, table), name)) in (5..).zip(tables.iter().zip(names)) {
        text(sheet, row, 0, &section.id, &plain)?;
        let to = Url::new(format!("internal:'{name}'!A1")).set_text(&table.title);
        sheet.write_url(row, 1, to)?;
    }
    Ok(())
}

fn figures(sheet: &mut Worksheet, document: &Document) -> Result<(), XlsxError> {
    sheet.set_name("Figures")?.set_column_width(1, 50)?.set_column_width(2, 24)?;
    sheet.set_column_width(5, 100)?.set_freeze_panes(1, 0)?;
    let titles = ["Section", "Figure", "As printed", "Numerator", "Denominator", "Definition"];
    for (column, title) in (0..).zip(titles) {
        text(sheet, 0, column, title, &heading())?;
    }
    let (plain, wrapped) = (Format::new(), Format::new().set_text_wrap());
    let of_section = |section| Section::metrics(section).map(move |metric| (section, metric));
    for (row, (section, metric)) in (1..).zip(document.sections.iter().flat_map(of_section)) {
        text(sheet, row, 0, &section.id, &plain)?;
        text(sheet, row, 1, &metric.title, &plain)?;
        text(sheet, row, 2, &figure(metric), &plain)?;
        for (column, number) in [(3, metric.numerator), (4, metric.denominator)] {
            if let Some(number) = number {
                sheet.write_number(row, column, number as f64)?;
            }
        }
        text(sheet, row, 5, &metric.definition, &wrapped)?;
    }
    Ok(())
}

fn sheet(sheet: &mut Worksheet, section: &Section, table: &Table) -> Result<(), XlsxError> {
    let (plain, bold) = (Format::new(), Format::new().set_bold());
    text(sheet, 0, 0, &format!("{}: {}", section.id, table.title), &bold)?;
    for (column, of) in (0..).zip(&table.columns) {
        text(sheet, 2, column, &of.title, &heading())?;
        sheet.set_column_width(column, if column == 0 { 40.0 } else { 18.0 })?;
    }
    sheet.set_freeze_panes(3, 1)?;
    let last = table.rows.len().checked_sub(1).filter(|_| table.totals);
    for (place, row) in table.rows.iter().enumerate() {
        let format = if last == Some(place) { &bold } else { &plain };
        let line = u32::try_from(place).unwrap_or(u32::MAX).saturating_add(3);
        for (column, cell) in (0..).zip(&row.cells) {
            match cell {
                Cell::Number(number) => {
                    sheet.write_number_with_format(line, column, *number as f64, format)?;
                }
                Cell::Flag(flag) => {
                    sheet.write_boolean_with_format(line, column, *flag, format)?;
                }
                Cell::Text(words) => text(sheet, line, column, words, format)?,
                Cell::Share(share) => text(sheet, line, column, &share.to_string(), format)?,
                Cell::Suppressed(_) => text(sheet, line, column, LEFT_OUT, format)?,
                Cell::Nothing => {}
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing;

    #[test]
    fn a_workbook_is_the_same_each_time_and_a_zip() {
        let document = testing::rich();
        let book = xlsx(&document).unwrap();
        assert_eq!(&book[..2], b"PK");
        std::thread::sleep(std::time::Duration::from_millis(2_100));
        assert_eq!(xlsx(&document).unwrap(), book);
        assert!(xlsx(&testing::empty()).is_ok());
    }

    #[test]
    fn the_introduction_stands_before_the_tables() {
        let designed = xlsx(&testing::designed("#6d1a36")).unwrap();
        assert!(designed.len() > xlsx(&testing::rich()).unwrap().len());
    }

    #[test]
    fn names_of_sheets_are_short_and_differ() {
        let mut document = testing::rich();
        let table = document.sections[0].tables().next().unwrap().clone();
        for end in ["", "x", "y"] {
            let name = format!("a_name_that_is_longer_than_a_sheet_may_have_{end}");
            let table = Table { name, ..table.clone() };
            document.sections[0].blocks.push(muniment_core::report::Block::Table(table));
        }
        let names = names(&tables(&document));
        assert!(names.iter().all(|name| name.chars().count() <= NAME_CHARS_MAX), "{names:?}");
        assert_eq!(names.iter().collect::<BTreeSet<_>>().len(), names.len());
        xlsx(&document).unwrap();
    }
}
