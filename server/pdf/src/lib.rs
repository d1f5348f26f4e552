//! Renders an annual report as a PDF that a screen reader can read: PDF/UA-1 and PDF/A-2a, as far as typst checks them.
//!
//! What it says is the document's. A text of the document reaches typst as data, never as something to run.
//!
//! # What this crate never does
//! - It reads no clock, file or environment: on one machine the same document gives the same bytes. Layout is worked out with
//!   floating-point numbers, so another kind of processor may set a line otherwise; compare reports by their JSON.
//! - It refuses no document for a character that its fonts lack: such a character is printed as `�`.

#![forbid(unsafe_code)]

mod fonts;
#[cfg(test)]
mod tests;
mod view;
mod world;

use muniment_core::report::Document;
use typst::diag::SourceDiagnostic;
use typst::foundations::{Datetime, Smart};
use typst_layout::PagedDocument;
use typst_pdf::{PdfOptions, PdfStandard, PdfStandards, Timestamp};

/// So many documents back, what typst remembers of them is forgotten.
const REMEMBERED_MAX: usize = 2;

/// A document that cannot be set.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PdfError {
    /// Its status date is no instant.
    #[error("status_at {0:?} is no instant such as 2026-03-31T23:00:00Z")]
    StatusAt(String),
    /// Typst's reasons.
    #[error("the report cannot be set as a PDF: {0}")]
    Refused(String),
}

/// The report as a PDF. `logo` is what the logo that the document names holds; without it the first page has none.
///
/// # Errors
/// See [`PdfError`].
pub fn pdf(document: &Document, logo: Option<&[u8]>) -> Result<Vec<u8>, PdfError> {
    let status_at =
        instant(&document.status_at).ok_or_else(|| PdfError::StatusAt(document.status_at.clone()))?;
    let view = view::of(document, logo);
    let world = world::World::new(view);
    let set = typst::compile::<PagedDocument>(&world);
    let exported = match set.output {
        Ok(paged) => {
            let standards = PdfStandards::new(&[PdfStandard::Ua_1, PdfStandard::A_2a])
                .map_err(|error| PdfError::Refused(error.message().to_string()))?;
            let options = PdfOptions {
                ident: Smart::Custom(format!("{} {:?} {:?}", document.id, document.edition, document.status)),
                creator: Smart::Custom(Some("Muniment".to_owned())),
                timestamp: Some(Timestamp::new_utc(status_at)),
                standards,
                ..PdfOptions::default()
            };
            typst_pdf::pdf(&paged, &options)
        }
        Err(errors) => Err(errors),
    };
    comemo::evict(REMEMBERED_MAX);
    exported.map_err(|errors| PdfError::Refused(reasons(&errors)))
}

fn reasons(errors: &[SourceDiagnostic]) -> String {
    let reason = |error: &SourceDiagnostic| {
        let hints: Vec<&str> = error.hints.iter().map(|hint| hint.v.as_str()).collect();
        if hints.is_empty() {
            error.message.to_string()
        } else {
            format!("{} ({})", error.message, hints.join("; "))
        }
    };
    errors.iter().map(reason).collect::<Vec<String>>().join("; ")
}

/// An instant of a document, which is written in UTC.
fn instant(text: &str) -> Option<Datetime> {
    let (day, time) = text.split_once('T')?;
    let mut day = day.splitn(3, '-');
    let (year, month, day) =
        (day.next()?.parse().ok()?, day.next()?.parse().ok()?, day.next()?.parse().ok()?);
    let mut time = time.get(..8)?.splitn(3, ':');
    let (hour, minute, second) =
        (time.next()?.parse().ok()?, time.next()?.parse().ok()?, time.next()?.parse().ok()?);
    Datetime::from_ymd_hms(year, month, day, hour, minute, second)
}
