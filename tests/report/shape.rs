//! The PDF of a council of 25 directorates, and of a year in which nothing happened: all words of the page, in its order,
//! within the margins, and nothing between them that only somebody who copies them would find.

use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};

use super::support::{clients, run};
use super::{PERIOD, again, read, report_of};

const DIRECTORATES: usize = 25;
/// The margin of a page at both sides, in points: 2 cm, less what a letter may stand over.
const MARGIN: f64 = 56.0;
/// What nobody sees. The list of contents has U+2060 before its page numbers, which typst puts there.
const UNSEEN: [char; 6] = ['\u{ad}', '\u{200b}', '\u{200c}', '\u{200d}', '\u{feff}', '\u{fffd}'];

/// The PDFs of two reports, against their pages.
pub(crate) fn of_many_and_of_none(base: &Path, home: &Path) {
    let ledger = again::copied(base);
    let lines: String = directorates().iter().map(|event| format!("{event}\n")).collect();
    ledger.append(lines, &[]).exits(0);
    let many = home.join("many");
    report_of(&ledger.data(), PERIOD, &many, &["--unrecorded", "--format", "json,html,pdf,csv"]).exits(0);
    let document = read(&many.join("report.json"));
    let sections = document["sections"].as_array().unwrap().iter();
    let mut blocks = sections.flat_map(|section| section["blocks"].as_array().unwrap());
    let by_unit = blocks.find(|block| block["name"] == "requests_by_unit").unwrap();
    assert!(by_unit["rows"].as_array().unwrap().len() > DIRECTORATES, "{by_unit}");
    same_as_the_page(&many, 40..=160, 400);
    by_directorates_of_now(&ledger.data(), &many, home);

    let none = home.join("none-happened");
    report_of(&ledger.data(), "2019-20", &none, &["--unrecorded", "--format", "json,html,pdf"]).exits(0);
    same_as_the_page(&none, 15..=100, 200);
}

/// The last directorate went into the one before it: its numbers are counted there, and nothing else is another.
fn by_directorates_of_now(ledger: &Path, then: &Path, home: &Path) {
    let now = home.join("now");
    let more = ["--unrecorded", "--structure", "now", "--format", "json,html,csv"];
    report_of(ledger, PERIOD, &now, &more).exits(0);
    let text = |out: &Path, name: &str| std::fs::read_to_string(out.join(name)).unwrap();
    assert_eq!(
        text(then, "report.json"),
        text(&now, "report.json"),
        "the report of record is in that of then"
    );
    let [before, after] = [then, &now].map(|out| text(out, "csv/r5-requests_by_unit.csv"));
    let (gone, heir) = (unit(DIRECTORATES), unit(DIRECTORATES - 1));
    let received = |table: &str, unit: &str| {
        let row = table.lines().find(|line| line.split(',').next() == Some(unit));
        row.map(|row| row.split(',').nth(1).unwrap().parse::<u32>().unwrap())
    };
    let both = [received(&before, &gone), received(&before, &heir)];
    assert_eq!((both, received(&after, &gone), received(&after, &heir)), ([Some(1), Some(1)], None, Some(2)));
    assert_eq!(received(&before, "All"), received(&after, "All"));
    // People read titles.
    let (before, after) = (text(then, "report.html"), text(&now, "report.html"));
    for (page, number, is_there) in
        [(&before, DIRECTORATES, true), (&after, DIRECTORATES, false), (&after, DIRECTORATES - 1, true)]
    {
        let title = format!("registration and coroners&#39; services {number}<");
        assert_eq!(page.contains(&title), is_there, "{title}");
    }
}

fn unit(number: usize) -> String {
    format!("neighbourhoods-libraries-registration-and-coroners-services-{number:02}")
}

/// Each with a name that no line of a table holds, and a request.
fn directorates() -> Vec<Value> {
    let mut events = Vec::new();
    for number in 1..=DIRECTORATES {
        let unit = unit(number);
        let mut add = |kind: &str, source: &str, subject: &str, data: Value| {
            events.push(json!({
                "specversion": "1.0", "id": format!("shape-{}", events.len()), "source": source, "type": kind,
                "subject": subject, "time": "2025-04-07T09:00:00Z", "data": data,
            }));
        };
        add(
            "org.unit_opened",
            "/systems/ig-office",
            &unit,
            json!({
                "unit_title": format!("Neighbourhoods, libraries, registration and coroners' services {number}"),
                "kind": "directorate", "parent": "exemplar-borough", "effective": "2025-04-01",
            }),
        );
        add(
            "request.received",
            "/systems/foi-casework",
            &format!("FOI-2025-SHAPE-{number:04}"),
            json!({
                "regime": "foi", "channel": "email", "requester_class": "private", "unit": unit,
            }),
        );
    }
    events.push(json!({
        "specversion": "1.0", "id": "shape-merged", "source": "/systems/ig-office", "type": "org.unit_merged",
        "subject": unit(DIRECTORATES), "time": "2025-05-01T09:00:00Z",
        "data": {"into": unit(DIRECTORATES - 1), "effective": "2025-05-01"},
    }));
    events
}

/// The words of the page are those of the PDF.
fn same_as_the_page(out: &Path, pages: std::ops::RangeInclusive<usize>, rows_min: usize) {
    if !clients::is_there("pdftotext") {
        return;
    }
    let pdf = out.join("report.pdf");
    let text_of = |how: &str| run(Command::new("pdftotext").arg(how).arg(&pdf).arg("-"), b"").exits(0).stdout;
    let document = read(&out.join("report.json"));
    // In the order in which it stands in the file, which is that of the tags, with a form feed behind each page.
    let text = text_of("-raw");
    let count = text.matches('\u{c}').count();
    assert!(pages.contains(&count), "{count} pages");
    within_the_margins(&text_of("-bbox"));
    for unseen in UNSEEN {
        assert!(!text.contains(unseen), "{unseen:?} is in the text of the PDF");
    }
    let told = run(Command::new("pdfinfo").arg(&pdf), b"").exits(0).stdout;
    assert!(!told.contains(UNSEEN), "{told}");

    let squeezed = squeezed(&without_edges(&text, &document));
    // What is copied to look something up is whole.
    let mut copied = vec![&document["id"], &document["ledger"]["root"], &document["ledger"]["origin"]];
    copied.extend(document["plugins"].as_array().unwrap().iter().map(|made| &made["plugin"]));
    for id in copied {
        assert!(squeezed.contains(id.as_str().unwrap()), "{id} is not whole");
    }
    let page = std::fs::read_to_string(out.join("report.html")).unwrap();
    let page =
        page.split_once("<main").unwrap().1.split_once('>').unwrap().1.split_once("<footer").unwrap().0;
    // What breaks at the end of a page has other words between its parts there.
    let lacking: Vec<String> = words(page).into_iter().filter(|words| !squeezed.contains(words)).collect();
    assert!(lacking.len() <= count / 10, "{} of the page: {lacking:#?}", lacking.len());
    let rows = rows(page);
    assert!(rows.len() > rows_min, "{} rows", rows.len());
    let lacking: Vec<&String> = rows.iter().filter(|row| !squeezed.contains(row.as_str())).collect();
    assert!(lacking.len() <= count / 4, "{} rows: {lacking:#?}", lacking.len());
}

/// Nothing stands over the edge of its page, or in its margin.
fn within_the_margins(boxes: &str) {
    let number = |line: &str, name: &str| -> f64 {
        let rest = line.split_once(&format!("{name}=\"")).unwrap().1;
        rest.split_once('"').unwrap().0.parse().unwrap()
    };
    let mut width = 0.0;
    let mut words = 0;
    for line in boxes.lines().map(str::trim) {
        if line.starts_with("<page ") {
            width = number(line, "width");
        } else if line.starts_with("<word ") {
            words += 1;
            let is_within = number(line, "xMin") >= MARGIN && number(line, "xMax") <= width - MARGIN;
            assert!(is_within, "{width} wide: {line}");
        }
    }
    assert!(words > 5_000, "{words}");
}

/// Without the lines at the head and at the foot of each page.
fn without_edges(text: &str, document: &Value) -> String {
    let text_of = |name: &str| document[name].as_str().unwrap();
    let head = format!("{}: {}", text_of("organisation"), text_of("title"));
    let is_edge = |line: &str| {
        let line = line.trim_start_matches('\u{c}');
        line.starts_with(&head) || line == "DRAFT" || (line.starts_with("Page ") && line.contains(" of "))
    };
    text.lines().filter(|line| !is_edge(line)).map(|line| format!("{line}\n")).collect()
}

/// Without anything white.
fn squeezed(text: &str) -> String {
    text.chars().filter(|character| !character.is_whitespace()).collect()
}

/// Each stretch of text of a page, squeezed. Charts, lists of evidence and the headings of its columns, which the PDF does not
/// have, are left out.
fn words(page: &str) -> Vec<String> {
    let page = ["svg", "details", "nav"].iter().fold(page.to_owned(), |page, name| without(&page, name));
    let page = page.replace(">Evidence</th>", "></th>");
    let pieces = page.split('<').filter_map(|piece| piece.split_once('>').map(|(_, text)| text));
    pieces.map(|text| squeezed(&unescaped(text))).filter(|text| !text.is_empty()).collect()
}

/// The text of each row of each table, squeezed.
fn rows(page: &str) -> Vec<String> {
    let page = without(page, "details");
    let bodies = page.split("<tbody>").skip(1).map(|body| body.split("</tbody>").next().unwrap());
    bodies
        .flat_map(|body| body.split("</tr>").map(|row| words(row).concat()).collect::<Vec<String>>())
        .filter(|row| !row.is_empty())
        .collect()
}

/// Without the elements of a name, none of which holds another one of it.
fn without(page: &str, name: &str) -> String {
    let (begin, end) = (format!("<{name}"), format!("</{name}>"));
    let mut parts = page.split(&begin);
    let first = parts.next().unwrap().to_owned();
    first + &parts.map(|part| part.split_once(&end).unwrap().1).collect::<String>()
}

fn unescaped(text: &str) -> String {
    let named = [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&amp;", "&")];
    named.iter().fold(text.to_owned(), |text, (name, character)| text.replace(name, character))
}
