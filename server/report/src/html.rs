//! The report as one page that needs nothing else: no script, no request to anywhere.

use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use muniment_core::report::{
    Block, Cell, Design, Document, Edition, Fault, Finding, Metric, Row, Section, Status, Table,
};

use crate::chart;
use crate::words::{self, LEFT_OUT_MEANS};

const STYLE: &str = include_str!("style.css");
/// So many entries are listed behind a figure; the rest stand in the JSON.
const LISTED_MAX: usize = 200;

/// The page. `logo` is what the logo that the document names holds; without it the page has none.
#[must_use]
pub fn html(document: &Document, logo: Option<&[u8]>) -> String {
    let mut page = Page { out: String::new(), document, charts: 0, tables: 0 };
    page.head(picture(document, logo));
    page.contents();
    page.introduction();
    for section in &document.sections {
        page.section(section);
    }
    page.foot();
    page.out
}

/// A text as HTML.
pub(crate) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            // No control characters are allowed in a page.
            character if character.is_control() && !matches!(character, '\n' | '\t') => out.push('\u{fffd}'),
            character => out.push(character),
        }
    }
    out
}

/// The logo, within the page itself.
fn picture(document: &Document, logo: Option<&[u8]>) -> Option<String> {
    let named = document.design.as_ref()?.logo.as_ref()?;
    Some(format!(
        "<p class=\"logo\"><img src=\"data:{};base64,{}\" alt=\"{}\"></p>",
        escaped(&named.media_type),
        STANDARD.encode(logo?),
        escaped(&named.alternative)
    ))
}

/// Where the organisation's colour takes the place of ours. What opens the entries behind something keeps ours: it may stand on a
/// ground that is not white.
fn coloured(colour: &str) -> String {
    format!(
        "header {{ background: {colour}; }}\nh2, .metric, thead th {{ border-color: {colour}; }}\na {{ color: {colour}; }}\n"
    )
}

struct Page<'d> {
    out: String,
    document: &'d Document,
    charts: usize,
    tables: usize,
}

impl Page<'_> {
    fn put(&mut self, html: &str) {
        self.out.push_str(html);
        self.out.push('\n');
    }

    fn head(&mut self, picture: Option<String>) {
        let document = self.document;
        let colour = document.design.as_ref().and_then(Design::legible_colour);
        let colour = colour.map(coloured).unwrap_or_default();
        let images = if picture.is_some() { "; img-src data:" } else { "" };
        let (title, organisation) = (escaped(&document.title), escaped(&document.organisation));
        let draft = if document.status == Status::Draft { "DRAFT: " } else { "" };
        self.put(&format!(
            "<!DOCTYPE html>\n<html lang=\"en-GB\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
             <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'{images}\">\n<title>{draft}{title}, {organisation}</title>\n\
             <style>\n{STYLE}{colour}</style>\n</head>\n<body>\n<a class=\"skip\" href=\"#main\">Skip to the report</a>\n\
             <header><div class=\"wide\"><p class=\"organisation\">{organisation}</p></div></header>\n<main id=\"main\" class=\"wide\">"
        ));
        if let Some(picture) = picture {
            self.put(&picture);
        }
        if document.status == Status::Draft {
            self.put("<p class=\"draft\"><strong>DRAFT</strong> Nobody has approved this report yet.</p>");
        }
        let (from, to) =
            (escaped(&words::day(&document.period.from)), escaped(&words::day(&document.period.to)));
        let edition = match document.edition {
            Edition::Internal => "Internal edition, with the entries behind every figure",
            Edition::Public => "Public edition, without small numbers",
        };
        self.put(&format!(
            "<h1>{title}</h1>\n<dl class=\"about\"><div><dt>Period</dt><dd>{from} to {to}</dd></div><div><dt>As things stood at</dt><dd>{}</dd></div>\
             <div><dt>Edition</dt><dd>{edition}</dd></div><div><dt>Report</dt><dd>{}</dd></div></dl>",
            escaped(&words::instant(&document.status_at)),
            escaped(&document.id)
        ));
        if let Some(supersedes) = &document.supersedes {
            self.put(&format!("<p>This report takes the place of {}.</p>", escaped(supersedes)));
        }
        if document.edition == Edition::Public {
            self.put(&format!("<p>{}</p>", escaped(LEFT_OUT_MEANS)));
        }
        self.faults();
    }

    fn faults(&mut self) {
        let faults = &self.document.faults;
        if faults.is_empty() {
            return;
        }
        self.put("<section class=\"faults\" aria-labelledby=\"faults\"><h2 id=\"faults\">What does not add up</h2><ul>");
        for Fault { rule, section, of, what } in faults {
            self.put(&format!(
                "<li><a href=\"#{}\">{} ({})</a>: {} <span class=\"rule\">({rule})</span></li>",
                anchor(section),
                escaped(of),
                escaped(section),
                escaped(what)
            ));
        }
        self.put("</ul></section>");
    }

    fn contents(&mut self) {
        self.put("<nav aria-labelledby=\"contents\"><h2 id=\"contents\">Contents</h2><ol>");
        let document = self.document;
        if document.introduction.is_some() {
            self.put("<li><a href=\"#introduction\">Introduction</a></li>");
        }
        for section in &document.sections {
            let (anchor, id, title) = (anchor(&section.id), escaped(&section.id), escaped(&section.title));
            self.put(&format!(
                "<li><a href=\"#{anchor}\"><span class=\"number\">{id}</span> {title}</a></li>"
            ));
        }
        self.put("</ol></nav>");
    }

    fn introduction(&mut self) {
        let document = self.document;
        let Some(introduction) = &document.introduction else { return };
        self.put("<section aria-labelledby=\"introduction\"><h2 id=\"introduction\">Introduction</h2>");
        for paragraph in introduction.paragraphs() {
            self.put(&format!("<p>{}</p>", escaped(&paragraph)));
        }
        self.put(&format!("{}</section>", self.behind(&introduction.evidence)));
    }

    fn section(&mut self, section: &Section) {
        let (anchor, id, title) = (anchor(&section.id), escaped(&section.id), escaped(&section.title));
        self.put(&format!(
            "<section aria-labelledby=\"{anchor}\"><h2 id=\"{anchor}\"><span class=\"number\">{id}</span> {title}</h2>"
        ));
        if !section.clauses.is_empty() {
            self.put(&format!(
                "<p class=\"clauses\">Evidence for {}</p>",
                escaped(&section.clauses.join(", "))
            ));
        }
        for block in &section.blocks {
            self.block(section, block);
        }
        self.put("</section>");
    }

    fn block(&mut self, section: &Section, block: &Block) {
        match block {
            Block::Heading { text } => self.put(&format!("<h3>{}</h3>", escaped(text))),
            Block::Paragraph { text } => self.put(&format!("<p>{}</p>", escaped(text))),
            Block::Reference { section, text } => {
                self.put(&format!("<p><a href=\"#{}\">{}</a></p>", anchor(section), escaped(text)));
            }
            Block::Commentary { text, evidence } => {
                self.put(&format!(
                    "<blockquote><p>{}</p>{}</blockquote>",
                    escaped(text),
                    self.behind(evidence)
                ));
            }
            Block::Metric(metric) => self.metric(metric),
            Block::Table(table) => self.table(table),
            Block::Finding(finding) => self.finding(finding),
            Block::Chart(of) => {
                if let Some(table) = section.tables().find(|table| table.name == of.table) {
                    self.charts += 1;
                    let svg = chart(table, of, &format!("chart-{}", self.charts));
                    let title = escaped(&of.title);
                    self.put(&format!(
                        "<figure><figcaption>{title}</figcaption><div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"Chart: {title}\">{svg}</div></figure>"
                    ));
                }
            }
        }
    }

    fn metric(&mut self, metric: &Metric) {
        self.put(&format!(
            "<div class=\"metric\"><p class=\"what\">{}</p><p class=\"figure\">{}</p><p class=\"definition\">{}</p>{}</div>",
            escaped(&metric.title),
            escaped(&words::figure(metric)),
            escaped(&metric.definition),
            self.behind(&metric.evidence)
        ));
    }

    fn finding(&mut self, finding: &Finding) {
        let clauses = if finding.clauses.is_empty() {
            String::new()
        } else {
            format!("<p class=\"clauses\">Bears on {}</p>", escaped(&finding.clauses.join(", ")))
        };
        self.put(&format!(
            "<div class=\"finding\"><p><span class=\"hidden\">Finding: </span>{}</p>{clauses}{}</div>",
            escaped(&finding.text),
            self.behind(&finding.evidence)
        ));
    }

    /// The entries behind something, to be opened.
    fn behind(&self, evidence: &[u64]) -> String {
        if evidence.is_empty() {
            return String::new();
        }
        let listed: Vec<String> = evidence.iter().take(LISTED_MAX).map(u64::to_string).collect();
        let rest = match evidence.len().saturating_sub(LISTED_MAX) {
            0 => String::new(),
            rest => format!(" and {rest} more, which stand in the report's JSON"),
        };
        let entries = if evidence.len() == 1 { "entry" } else { "entries" };
        format!(
            "<details><summary>{} {entries} of the ledger</summary><p>{}{rest}</p></details>",
            words::grouped(i64::try_from(evidence.len()).unwrap_or(i64::MAX)),
            listed.join(", ")
        )
    }

    fn table(&mut self, table: &Table) {
        self.tables += 1;
        let id = format!("table-{}", self.tables);
        let title = escaped(&table.title);
        if table.rows.is_empty() {
            self.put(&format!("<p class=\"none\"><strong>{title}</strong>: there is nothing to list.</p>"));
            return;
        }
        let has_evidence = table.rows.iter().any(|row| !row.evidence.is_empty());
        let numeric: Vec<bool> = (0..table.columns.len())
            .map(|place| words::is_numeric(table.rows.iter().filter_map(|row| row.cells.get(place))))
            .collect();
        let mut html = format!(
            "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-labelledby=\"{id}\"><table><caption id=\"{id}\">{title}</caption><thead><tr>"
        );
        for (column, is_numeric) in table.columns.iter().zip(&numeric) {
            let class = if *is_numeric { " class=\"number\"" } else { "" };
            let _ = write!(html, "<th scope=\"col\"{class}>{}</th>", escaped(&column.title));
        }
        if has_evidence {
            html.push_str("<th scope=\"col\">Evidence</th>");
        }
        html.push_str("</tr></thead><tbody>");
        let last = table.rows.len() - 1;
        for (place, row) in table.rows.iter().enumerate() {
            let class = if table.totals && place == last { " class=\"total\"" } else { "" };
            let _ = write!(html, "<tr{class}>{}", self.row(row, &numeric));
            if has_evidence {
                let _ = write!(html, "<td>{}</td>", self.behind(&row.evidence));
            }
            html.push_str("</tr>");
        }
        html.push_str("</tbody></table></div>");
        self.put(&html);
    }

    fn row(&self, row: &Row, numeric: &[bool]) -> String {
        let mut html = String::new();
        for (place, (cell, is_numeric)) in row.cells.iter().zip(numeric).enumerate() {
            let class = match cell {
                Cell::Text(text) if matches!(text.as_str(), "red" | "amber" | "green") => {
                    format!(" class=\"{text}\"")
                }
                _ if *is_numeric => " class=\"number\"".to_owned(),
                _ => String::new(),
            };
            let text = escaped(&words::cell(cell));
            let _ = if place == 0 {
                write!(html, "<th scope=\"row\"{class}>{text}</th>")
            } else {
                write!(html, "<td{class}>{text}</td>")
            };
        }
        html
    }

    fn foot(&mut self) {
        let ledger = &self.document.ledger;
        let mut html = format!(
            "</main><footer><div class=\"wide\"><h2>How this report was made</h2><p>Of the first {} entries of the ledger {}, whose root is <code>{}</code>, with</p><ul>",
            words::grouped(i64::try_from(ledger.size).unwrap_or(i64::MAX)),
            escaped(&ledger.origin),
            escaped(&ledger.root)
        );
        for made in &self.document.plugins {
            let _ = write!(
                html,
                "<li>{} {}, program <code>{}</code>, settings <code>{}</code></li>",
                escaped(&made.plugin),
                escaped(&made.version),
                escaped(made.sha256.get(..16).unwrap_or(&made.sha256)),
                escaped(made.settings_sha256.get(..16).unwrap_or(&made.settings_sha256))
            );
        }
        html.push_str("</ul></div></footer>\n</body>\n</html>");
        self.put(&html);
    }
}

/// A section's place in the page.
fn anchor(id: &str) -> String {
    let plain = id.chars().map(|character| if character.is_ascii_alphanumeric() { character } else { '-' });
    format!("section-{}", plain.collect::<String>().to_lowercase())
}

#[cfg(test)]
mod tests;
