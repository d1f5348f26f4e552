//! One section of a report, with all that it says.

use askama::Template;
use axum::extract::Path;
use axum::response::Response;
use muniment_core::report::{Document, Structure};

use super::one::WRITERS;
use super::preview::{self, SectionView};
use super::{document, path_of, readable};
use crate::web::failure::Failure;
use crate::web::page::{self, Frame, Place};
use crate::web::visit::Visit;

#[derive(Debug, Template)]
#[template(path = "reports_section.html")]
struct SectionPage {
    frame: Frame,
    /// The report's title, and its page.
    report: String,
    path: String,
    section: SectionView,
    /// Id and title of the sections beside it.
    previous: Option<(String, String)>,
    next: Option<(String, String)>,
    may_comment: bool,
}

pub(super) async fn show(
    visit: Visit,
    Path((id, section)): Path<(String, String)>,
) -> Result<Response, Failure> {
    readable(&visit)?;
    let document: Document = document(&visit, &id).await?.with_titles(Structure::Then);
    let place = document.sections.iter().position(|known| known.id == section);
    let place = place.ok_or_else(|| Failure::not_found(format!("The report has no section {section:?}.")))?;
    let path = path_of(&id);
    let beside = |place: Option<usize>| {
        let section = document.sections.get(place?)?;
        Some((section.id.clone(), section.title.clone()))
    };
    page::page(&SectionPage {
        frame: visit
            .frame(&format!("{} – {}", document.sections[place].title, document.title), Place::Reports),
        section: preview::section(&document, &document.sections[place], &path),
        previous: beside(place.checked_sub(1)),
        next: beside(place.checked_add(1)),
        may_comment: visit.holds(WRITERS),
        report: document.title.clone(),
        path,
    })
}
