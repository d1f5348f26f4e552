//! Documents as PDFs: what is in the file, and that none is refused.

use muniment_core::report::{Block, Cell, Document};

use super::*;

#[path = "../../report/src/testing.rs"]
mod testing;

fn set(document: &Document) -> Vec<u8> {
    set_with(document, None)
}

fn set_with(document: &Document, logo: Option<&[u8]>) -> Vec<u8> {
    let file = pdf(document, logo).unwrap_or_else(|error| panic!("{error}"));
    assert!(file.starts_with(b"%PDF-1.7") && file.trim_ascii_end().ends_with(b"%%EOF"));
    file
}

fn holds(file: &[u8], text: &str) -> bool {
    file.windows(text.len()).any(|window| window == text.as_bytes())
}

#[test]
fn a_report_is_tagged_and_the_same_each_time() {
    let document = testing::rich();
    let file = set(&document);
    assert_eq!(set(&document), file);
    // The catalogue and the metadata stand in the clear.
    for mark in ["/StructTreeRoot", "/Lang", "pdfuaid:part", "pdfaid:part", "/ViewerPreferences"] {
        assert!(holds(&file, mark), "{mark}");
    }
    assert_ne!(set(&testing::empty()), file);
}

#[test]
fn no_text_is_refused() {
    let mut document = testing::rich();
    let hostile = "emoji \u{1f600}\u{200d}\u{1f680} private \u{e000}\u{f8ff} mark \u{feff}\u{fffe} null \0 right \u{202e}to left\u{202c} עברית العربية \
                   combining e\u{301}\u{301}\u{301} Hangul 한글 #let x = 1 $x^2$ @label <label> \\ `raw` https://example.gov.uk/\
                   aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
    document.organisation = hostile.to_owned();
    document.title = hostile.to_owned();
    document.faults[0].what = hostile.to_owned();
    for section in &mut document.sections {
        section.title = hostile.to_owned();
        for block in &mut section.blocks {
            match block {
                Block::Heading { text }
                | Block::Paragraph { text }
                | Block::Commentary { text, .. }
                | Block::Reference { text, .. } => *text = hostile.to_owned(),
                Block::Table(table) => {
                    table.title = hostile.to_owned();
                    table.columns[0].title = hostile.to_owned();
                    if let Some(row) = table.rows.first_mut() {
                        row.cells[0] = Cell::Text(hostile.to_owned());
                    }
                }
                Block::Chart(chart) => {
                    chart.title = hostile.to_owned();
                    chart.alternative = hostile.to_owned();
                }
                Block::Finding(finding) => finding.text = hostile.to_owned(),
                Block::Metric(metric) => metric.title = hostile.to_owned(),
            }
        }
    }
    set(&document);
    // Nothing at all is no reason either.
    document.title = String::new();
    document.organisation = String::new();
    document.sections.clear();
    set(&document);
}

/// A picture with what is to be seen on it, a colour, and what the organisation says first.
#[test]
fn the_first_page_is_the_organisations() {
    let svg: &[u8] = b"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 40 10'><rect width='40' height='10' fill='#6d1a36'/></svg>";
    let document = testing::designed("#6d1a36");
    let file = set_with(&document, Some(svg));
    assert_eq!(set_with(&document, Some(svg)), file);
    let bare = set(&document);
    assert_ne!(bare, file, "without its bytes there is no logo");
    assert!(file.len() > bare.len());
    let mut wide = document;
    let tall = b"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 1 4000'><path d='M0 0h1v4000z'/></svg>";
    set_with(&wide, Some(tall));
    let report = view::of(&wide, Some(svg)).report;
    for (place, said) in [
        ("/logo/file", "logo.svg"),
        ("/logo/alternative", "A bridge & an oak"),
        ("/colour", "#6d1a36"),
        ("/introduction/paragraphs/1", "Every year."),
        ("/introduction/behind", "Entry 41 of the ledger"),
    ] {
        assert_eq!(report.pointer(place).and_then(|text| text.as_str()), Some(said), "{place}");
    }
    // What is no picture is refused with a reason, and harms no other report.
    let wrong = pdf(&wide, Some(b"<svg")).unwrap_err().to_string();
    assert!(wrong.contains("cannot be set as a PDF"), "{wrong}");
    wide.design = None;
    set_with(&wide, Some(b"<svg"));
}

#[test]
fn a_reference_into_nothing_is_its_words() {
    let mut document = testing::rich();
    document.sections.truncate(1);
    assert!(document.sections[0].blocks.iter().any(|block| matches!(block, Block::Reference { .. })));
    set(&document);
}

/// Whoever copies a name, or reads it in the list of open files, finds nothing in it that is not seen.
#[test]
fn no_mark_for_breaking_lines_is_in_the_catalogue() {
    let long = "Neighbourhoods-and-responsibilities";
    let mut document = testing::rich();
    document.title = long.to_owned();
    document.organisation = long.to_owned();
    document.sections[0].title = long.to_owned();
    document.sections[0].blocks.insert(0, Block::Heading { text: long.to_owned() });
    let report = view::of(&document, None).report;
    for place in ["/title", "/organisation", "/sections/0/title", "/sections/0/blocks/0/text"] {
        assert_eq!(report.pointer(place).and_then(|text| text.as_str()), Some(long), "{place}");
    }
    let file = set(&document);
    assert!(holds(&file, long) && !holds(&file, "\u{200b}"));
}

#[test]
fn a_wrong_instant_is_named() {
    let mut document = testing::empty();
    document.status_at = "yesterday".to_owned();
    assert_eq!(pdf(&document, None), Err(PdfError::StatusAt("yesterday".to_owned())));
}

#[test]
fn what_is_missing_is_marked() {
    assert_eq!(fonts::printable("a\u{d55c}b\nc"), ("a\u{fffd}b c".to_owned(), true));
    assert_eq!(fonts::printable("£1,344 – “quoted”"), ("£1,344 – “quoted”".to_owned(), false));
}
