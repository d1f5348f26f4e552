//! The report as the template reads it: every text as it is printed, every table with the widths of its columns.

use std::collections::BTreeSet;

use muniment_core::report::{Block, Cell, Design, Document, Edition, Logo, Section, Status, Table};
use muniment_report::words;
use serde_json::{Value, json};

use crate::fonts::printable;

/// A word longer than this may be broken where it has a mark.
const WORD_MAX: usize = 14;
/// The widest that a column asks to be, in characters: the rest stands on further lines.
const WIDE_MAX: usize = 40;
/// What lies between the sides of a column, in characters.
const BETWEEN: usize = 2;
/// Where a long word may be broken: the template puts an empty box there, so that nobody copies it.
const BREAK: char = '\u{200b}';
/// Tables with more characters side by side than this lie on their side.
const ACROSS_MAX: usize = 112;

/// The report for the template, and the charts and the logo by the names of their files.
pub(crate) struct View {
    pub(crate) report: Value,
    pub(crate) charts: Vec<(String, String)>,
    pub(crate) logo: Option<(String, Vec<u8>)>,
}

struct Viewing {
    /// The sections that there are.
    sections: BTreeSet<String>,
    charts: Vec<(String, String)>,
    /// Whether a character was left out that no font has.
    is_lossy: bool,
}

/// What the template is given of a report, and of what its logo holds.
pub(crate) fn of(document: &Document, logo: Option<&[u8]>) -> View {
    let sections = document.sections.iter().map(|section| section.id.clone()).collect();
    let mut viewing = Viewing { sections, charts: Vec::new(), is_lossy: false };
    let sections: Vec<Value> = document.sections.iter().map(|section| viewing.section(section)).collect();
    let faults = document.faults.iter().map(|fault| {
        json!({
            "text": viewing.text(&format!("{} ({}): {}", fault.of, fault.section, fault.what)),
            "rule": fault.rule.to_string(),
        })
    });
    let faults: Vec<Value> = faults.collect();
    let plugins: Vec<Value> = document
        .plugins
        .iter()
        .map(|made| {
            json!({
                "name": viewing.text(&format!("{} {}", made.plugin, made.version)),
                "program": short(&made.sha256),
                "settings": short(&made.settings_sha256),
            })
        })
        .collect();
    let edition = match document.edition {
        Edition::Internal => {
            "Internal edition, with the entries behind every figure in the JSON and the web page"
        }
        Edition::Public => "Public edition, without small numbers",
    };
    let introduction = document.introduction.as_ref().map(|introduction| {
        let paragraphs = introduction.paragraphs();
        let paragraphs: Vec<String> = paragraphs.iter().map(|text| viewing.text(text)).collect();
        json!({"paragraphs": paragraphs, "behind": behind(&introduction.evidence)})
    });
    let named = document.design.as_ref().and_then(|design| design.logo.as_ref());
    let logo = named.zip(logo).map(|(named, bytes)| (file_of(named), named, bytes.to_vec()));
    let number = |number: u64| words::grouped(i64::try_from(number).unwrap_or(i64::MAX));
    // A PDF for everybody has a title.
    let title = if document.title.trim().is_empty() { "Report" } else { &document.title };
    let report = json!({
        "title": viewing.plain(title),
        "organisation": viewing.plain(&document.organisation),
        "colour": document.design.as_ref().and_then(Design::legible_colour),
        "logo": logo.as_ref().map(|(file, named, _)| json!({"file": file, "alternative": viewing.alternative(named)})),
        "is_draft": document.status == Status::Draft,
        "date": document.status_at.get(..10),
        "about": [
            ["Period", format!("{} to {}", words::day(&document.period.from), words::day(&document.period.to))],
            ["As things stood at", words::instant(&document.status_at)],
            ["Edition", edition],
            ["Report", viewing.text(&document.id)],
        ],
        "supersedes": document.supersedes.as_deref().map(|id| viewing.text(id)),
        "left_out": (document.edition == Edition::Public).then_some(words::LEFT_OUT_MEANS),
        "faults": faults,
        "introduction": introduction,
        "sections": sections,
        "made": {
            "size": number(document.ledger.size),
            "origin": viewing.text(&document.ledger.origin),
            "root": spaced(&document.ledger.root),
            "plugins": plugins,
        },
        "is_lossy": viewing.is_lossy,
    });
    let logo = logo.map(|(file, _, bytes)| (file, bytes));
    View { report, charts: viewing.charts, logo }
}

/// Under which name the template finds a logo: it tells by the ending what kind of picture it is.
fn file_of(logo: &Logo) -> String {
    let ending = match logo.media_type.as_str() {
        "image/svg+xml" => "svg",
        "image/jpeg" => "jpg",
        _ => "png",
    };
    format!("logo.{ending}")
}

fn short(digest: &str) -> &str {
    digest.get(..16).unwrap_or(digest)
}

/// A digest that may be broken anywhere.
fn spaced(digest: &str) -> String {
    digest.chars().flat_map(|digit| [digit, BREAK]).collect()
}

impl Viewing {
    /// A text that stands in the file's catalogue too, or is only read out: it has no marks for breaking lines.
    fn plain(&mut self, text: &str) -> String {
        let (text, is_lossy) = printable(text);
        self.is_lossy |= is_lossy;
        text.replace(BREAK, "")
    }

    /// What a logo shows, which is read out: a PDF for everybody says it of every picture.
    fn alternative(&mut self, logo: &Logo) -> String {
        let said = self.plain(&logo.alternative);
        if said.trim().is_empty() { "Logo".to_owned() } else { said }
    }

    fn text(&mut self, text: &str) -> String {
        let text = self.plain(text);
        let breakable = |word: &str| {
            if word.chars().count() <= WORD_MAX {
                return word.to_owned();
            }
            let mut out = String::with_capacity(word.len() + 12);
            let mut run = 0;
            for character in word.chars() {
                out.push(character);
                run += 1;
                if !character.is_alphanumeric() || run > WORD_MAX {
                    out.push(BREAK);
                    run = 0;
                }
            }
            out
        };
        text.split(' ').map(breakable).collect::<Vec<String>>().join(" ")
    }

    fn section(&mut self, section: &Section) -> Value {
        let blocks: Vec<Value> =
            section.blocks.iter().filter_map(|block| self.block(section, block)).collect();
        json!({
            "id": section.id,
            "title": self.plain(&section.title),
            "clauses": self.text(&section.clauses.join(", ")),
            "blocks": blocks,
        })
    }

    fn block(&mut self, section: &Section, block: &Block) -> Option<Value> {
        Some(match block {
            Block::Heading { text } => json!({"kind": "heading", "text": self.plain(text)}),
            Block::Paragraph { text } => json!({"kind": "paragraph", "text": self.text(text)}),
            Block::Commentary { text, .. } => json!({"kind": "commentary", "text": self.text(text)}),
            Block::Reference { section, text } => {
                // A label that is not there would be an error of the whole.
                let kind = if self.sections.contains(section) { "reference" } else { "paragraph" };
                json!({"kind": kind, "section": section, "text": self.text(text)})
            }
            Block::Metric(metric) => json!({
                "kind": "metric",
                "title": self.text(&metric.title),
                "figure": words::figure(metric),
                "definition": self.text(&metric.definition),
                "behind": behind(&metric.evidence),
            }),
            Block::Finding(finding) => json!({
                "kind": "finding",
                "text": self.text(&finding.text),
                "clauses": self.text(&finding.clauses.join(", ")),
                "behind": behind(&finding.evidence),
            }),
            Block::Table(table) => self.table(table),
            Block::Chart(of) => {
                let table = section.tables().find(|table| table.name == of.table)?;
                let number = self.charts.len() + 1;
                let (svg, is_lossy) =
                    printable(&muniment_report::chart(table, of, &format!("chart-{number}")));
                self.is_lossy |= is_lossy;
                let name = format!("chart-{number}.svg");
                self.charts.push((name.clone(), svg));
                let alternative = if of.alternative.trim().is_empty() { &of.title } else { &of.alternative };
                json!({"kind": "chart", "title": self.text(&of.title), "file": name, "alternative": self.plain(alternative)})
            }
        })
    }

    fn table(&mut self, table: &Table) -> Value {
        let title = self.text(&table.title);
        if table.rows.is_empty() {
            return json!({"kind": "nothing", "title": title});
        }
        let widths: Vec<usize> = (0..table.columns.len()).map(|place| wide(table, place)).collect();
        let across: usize = widths.iter().sum();
        let columns: Vec<Value> = table
            .columns
            .iter()
            .zip(&widths)
            .enumerate()
            .map(|(place, (column, wide))| {
                let cells = table.rows.iter().filter_map(|row| row.cells.get(place));
                json!({"title": self.text(&column.title), "wide": wide, "is_numeric": words::is_numeric(cells)})
            })
            .collect();
        let mut rows = Vec::with_capacity(table.rows.len());
        for row in &table.rows {
            let mut cells: Vec<Value> = row.cells.iter().map(|cell| self.cell(cell)).collect();
            cells.resize(table.columns.len(), json!({"text": ""}));
            rows.push(cells);
        }
        json!({
            "kind": "table", "title": title, "columns": columns, "rows": rows, "totals": table.totals,
            "is_wide": across > ACROSS_MAX,
            "size": if across > ACROSS_MAX + 40 { "tiny" } else { "small" },
        })
    }

    fn cell(&mut self, cell: &Cell) -> Value {
        let text = self.text(&words::cell(cell));
        let light = match cell {
            Cell::Text(word) if matches!(word.as_str(), "red" | "amber" | "green") => Some(word.as_str()),
            _ => None,
        };
        json!({"text": text, "light": light})
    }
}

/// How many characters a column asks for: its longest cell, as far as it is to stand on one line, and its longest word.
fn wide(table: &Table, place: usize) -> usize {
    let word = |text: &str| {
        let longest = text.split([' ', '-', '/', '.', '_']).map(|word| word.chars().count()).max();
        longest.unwrap_or(0).min(WORD_MAX + 2)
    };
    let heading = &table.columns[place].title;
    let mut wide = word(heading).max(heading.chars().count().div_ceil(3));
    for row in &table.rows {
        let Some(text) = row.cells.get(place).map(words::cell) else { continue };
        wide = wide.max(word(&text)).max(text.chars().count().min(WIDE_MAX));
    }
    wide + BETWEEN
}

/// How much of the ledger stands behind something, in words.
fn behind(evidence: &[u64]) -> Option<String> {
    match evidence {
        [] => None,
        [seq] => {
            Some(format!("Entry {} of the ledger", words::grouped(i64::try_from(*seq).unwrap_or(i64::MAX))))
        }
        _ => {
            let count = i64::try_from(evidence.len()).unwrap_or(i64::MAX);
            Some(format!("{} entries of the ledger", words::grouped(count)))
        }
    }
}
