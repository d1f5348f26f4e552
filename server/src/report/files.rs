//! A report as files, and what is recorded of it.

use std::fs;
use std::io;
use std::path::Path;

use muniment_core::json::Value;
use muniment_core::report::{Document, Edition, Structure};
use muniment_core::time::Timestamp;

use super::editions::Editions;
use super::{Period, Wish, design};
use crate::assets::{AssetError, Assets};
use crate::ledger::Ledger;
use crate::ledger::submission::Refusal;
use crate::plugins::engine::sha256_of;
use crate::query::EventFacts;

/// The JSON of a report: what every other file is made of, and what is compared first.
#[must_use]
pub fn json(document: &Document) -> Vec<u8> {
    // Nothing in a document cannot be written: it has no maps with other keys than texts, and no floating-point numbers.
    let mut text = serde_json::to_vec_pretty(document).unwrap_or_default();
    text.push(b'\n');
    text
}

/// The digest of a report's JSON, in hexadecimal.
#[must_use]
pub fn sha256(document: &Document) -> String {
    sha256_of(&json(document))
}

/// A kind of file that a report is given out as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// The report of record.
    Json,
    /// One page that needs nothing else.
    Html,
    /// To print and to publish: PDF/UA-1.
    Pdf,
    /// A workbook.
    Xlsx,
    /// The tables.
    Csv,
}

/// A file that cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum RenderError {
    /// The PDF.
    #[error(transparent)]
    Pdf(#[from] muniment_pdf::PdfError),
    /// The workbook.
    #[error("the workbook: {0}")]
    Workbook(#[from] muniment_report::XlsxError),
    /// The logo is not there as it was recorded.
    #[error("the logo: {0}")]
    Logo(#[from] AssetError),
}

impl Format {
    /// All of them.
    pub const ALL: [Format; 5] = [Format::Json, Format::Html, Format::Pdf, Format::Xlsx, Format::Csv];

    /// How the names of its files end.
    #[must_use]
    pub fn ending(self) -> &'static str {
        match self {
            Format::Json => "json",
            Format::Html => "html",
            Format::Pdf => "pdf",
            Format::Xlsx => "xlsx",
            Format::Csv => "csv",
        }
    }

    /// Its media type.
    #[must_use]
    pub fn media_type(self) -> &'static str {
        match self {
            Format::Json => "application/json",
            Format::Html => "text/html; charset=utf-8",
            Format::Pdf => "application/pdf",
            Format::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            Format::Csv => "text/csv; charset=utf-8",
        }
    }

    /// The report as one file; of its tables one after the other, each under a line with its name and its title. What people
    /// read has units by their titles; what programs read, by their names. The JSON is the report of record, whatever structure
    /// the others are in. What shows the logo finds it among the `assets`.
    ///
    /// # Errors
    /// See [`RenderError`].
    pub fn render(
        self,
        document: &Document,
        structure: Structure,
        assets: &Assets,
    ) -> Result<Vec<u8>, RenderError> {
        let logo = || logo(document, assets);
        Ok(match self {
            Format::Json => json(document),
            Format::Html => {
                muniment_report::html(&document.with_titles(structure), logo()?.as_deref()).into_bytes()
            }
            Format::Pdf => muniment_pdf::pdf(&document.with_titles(structure), logo()?.as_deref())?,
            Format::Xlsx => muniment_report::xlsx(&document.in_structure(structure))?,
            Format::Csv => {
                let tables = muniment_report::csv(&document.in_structure(structure));
                let one = |(name, text): (String, String)| {
                    format!("{}\r\n{text}\r\n", name.trim_end_matches(".csv"))
                };
                tables.into_iter().map(one).collect::<String>().into_bytes()
            }
        })
    }

    /// The report as the files of a folder, each with its name: one file, or one for each table.
    ///
    /// # Errors
    /// See [`RenderError`].
    pub fn files(
        self,
        document: &Document,
        structure: Structure,
        assets: &Assets,
    ) -> Result<Vec<(String, Vec<u8>)>, RenderError> {
        if self == Format::Csv {
            let tables = muniment_report::csv(&document.in_structure(structure));
            return Ok(tables
                .into_iter()
                .map(|(name, text)| (format!("csv/{name}"), text.into_bytes()))
                .collect());
        }
        Ok(vec![(format!("report.{}", self.ending()), self.render(document, structure, assets)?)])
    }
}

/// What the logo holds that a report names.
fn logo(document: &Document, assets: &Assets) -> Result<Option<Vec<u8>>, AssetError> {
    let named = document.design.as_ref().and_then(|design| design.logo.as_ref());
    named.map(|logo| assets.read(&logo.sha256)).transpose()
}

/// Writes the files that are wanted into a folder, which is made where it is not there. A file that is there is replaced as a
/// whole.
///
/// # Errors
/// As the disk says.
pub fn write(folder: &Path, files: &[(String, Vec<u8>)]) -> io::Result<()> {
    for (name, bytes) in files {
        let path = folder.join(name);
        fs::create_dir_all(path.parent().unwrap_or(folder))?;
        let beside = path.with_extension("new");
        fs::write(&beside, bytes)?;
        fs::rename(&beside, &path)?;
    }
    Ok(())
}

/// What a report was made from.
///
/// # Errors
/// What of it cannot be.
pub fn wish_of(document: &Document) -> Result<Wish, String> {
    let period = Period::parse(&document.period.name).map_err(|error| error.to_string())?;
    let days = (period.from.to_string(), period.to.to_string());
    if days != (document.period.from.clone(), document.period.to.clone()) {
        return Err(format!(
            "{} is not from {} to {}",
            period.name, document.period.from, document.period.to
        ));
    }
    let status_at = Timestamp::parse_rfc3339(&document.status_at)
        .map_err(|error| format!("status_at {:?}: {error}", document.status_at))?;
    let supersedes = document.supersedes.clone();
    Ok(Wish { period, status_at: Some(status_at), size: document.ledger.size, supersedes })
}

/// A report that was made again, in the edition and at the step at which another one is.
///
/// # Errors
/// As the disk says.
pub fn in_state_of(
    made: Document,
    other: &Document,
    (ledger, editions): (&Ledger, &Editions),
) -> io::Result<Document> {
    let made = match other.edition {
        Edition::Internal => made,
        Edition::Public => editions.public(ledger, &made)?,
    };
    Ok(Document { status: other.status, ..made })
}

/// How many of a ledger's entries a report is made of where nobody says: all, but for what was recorded of reports at the
/// end. So a report that is made twice is the same. A design is no such thing: it makes another report.
///
/// # Errors
/// As the disk says.
pub fn size_by_default(ledger: &Ledger) -> io::Result<u64> {
    let mut size = ledger.head().size;
    while let Some(before) = size.checked_sub(1) {
        let line = ledger.line(before)?.unwrap_or_default();
        let entry = EventFacts::read(&line).map_err(io::Error::other)?;
        let is_of_reports = entry.by.starts_with("host") && entry.event_type.starts_with("report.");
        if !is_of_reports || entry.event_type == design::EVENT_TYPE {
            break;
        }
        size = before;
    }
    Ok(size)
}

/// Records that a report was made. One that was made before, and has not changed, is recorded already.
///
/// # Errors
/// Why it was refused.
pub fn record_generated(ledger: &Ledger, document: &Document) -> Result<(), Refusal> {
    let text = |text: &str| Value::string(text.to_owned());
    let number = |number: u64| Value::Number(number.to_string().into());
    let sha256 = sha256(document);
    let edition = if document.edition == Edition::Public { "public" } else { "internal" };
    let data = Value::object([
        ("edition", text(edition)),
        ("lint_failures", number(document.faults.len() as u64)),
        ("period_from", text(&document.period.from)),
        ("period_to", text(&document.period.to)),
        ("report", text(&document.id)),
        ("sha256", text(&sha256)),
        ("size", number(document.ledger.size)),
    ]);
    let id = format!("{}/{edition}/{}", document.id, &sha256[..16]);
    ledger.append_host_about("report.generated", &id, &document.id, data).map(drop)
}
