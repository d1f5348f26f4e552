//! One report: how far it has come, its files, what it says, and its approval and publication.

use askama::Template;
use axum::body::to_bytes;
use axum::extract::{Path, Query};
use axum::http::{Method, StatusCode};
use axum::response::Response;
use muniment_core::report::{Document, Introduction};
use serde::Deserialize;
use serde_json::json;

use super::preview::{SectionView, sections};
use super::{
    APPROVERS, ENTRY_READERS, MAKERS, Mistake, Other, Summary, document, path_of, readable, roles, said_of,
    status, summaries,
};
use crate::report::files::Format;
use crate::tokens::Role;
use crate::web::answers::EventsPage;
use crate::web::entries::Line;
use crate::web::failure::Failure;
use crate::web::fields::Fields;
use crate::web::forms::Posted;
use crate::web::page::{self, Frame, Place};
use crate::web::visit::{Visit, part, see_other, with_query};
use crate::web::words::{self, Moment};

/// Who may record commentary.
pub(super) const WRITERS: &[Role] = &[Role::Officer, Role::Source];
/// Largest problem that a file is answered with.
const PROBLEM_BYTES_MAX: usize = 64 * 1024;
/// Each format: its ending, its name, and what it is good for.
const FORMATS: [(&str, &str, &str); 5] = [
    ("pdf", "PDF", "to print and to send; can be read with a screen reader"),
    ("html", "Web page", "one file that needs nothing else"),
    ("xlsx", "Excel workbook", "every table on a sheet"),
    ("csv", "CSV", "every table, for other programs"),
    ("json", "JSON", "the report of record, for programs and for checking"),
];

/// What is done to a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Act {
    Approve,
    Publish,
}

impl Act {
    /// The last word of its address.
    fn name(self) -> &'static str {
        match self {
            Act::Approve => "approve",
            Act::Publish => "publish",
        }
    }

    /// The field of the role in which somebody acts.
    fn field(self) -> &'static str {
        match self {
            Act::Approve => "approve-role",
            Act::Publish => "publish-role",
        }
    }

    fn title(self) -> &'static str {
        match self {
            Act::Approve => "Check before you approve this report",
            Act::Publish => "Check before you publish this report",
        }
    }
}

/// What was typed, and what is wrong with it.
#[derive(Debug, Default)]
struct Typed {
    role: String,
    mistakes: Vec<Mistake>,
}

/// A check of figures that failed.
#[derive(Debug)]
struct Failed {
    section: String,
    of: String,
    what: String,
}

/// A format with the addresses of its files.
#[derive(Debug)]
struct FormatView {
    title: &'static str,
    about: &'static str,
    internal: String,
    public: String,
    /// In the structure of now: empty where that is no other one, and of the report of record.
    now: String,
    public_now: String,
}

#[derive(Debug, Template)]
#[template(path = "reports_one.html")]
struct OnePage {
    frame: Frame,
    mistakes: Vec<Mistake>,
    approve_error: String,
    publish_error: String,
    role: String,
    /// Roles that are offered to whoever approves or publishes it, each with its words.
    roles: Vec<(String, String)>,
    id: String,
    path: String,
    status: &'static str,
    colour: &'static str,
    is_draft: bool,
    period: String,
    from: Moment,
    to: Moment,
    status_at: Moment,
    entries: String,
    origin: String,
    sha256: String,
    replaces: Option<Other>,
    replaced_by: Vec<Other>,
    plugins: Vec<(String, String)>,
    failed: Vec<Failed>,
    failed_count: String,
    formats: Vec<FormatView>,
    /// Whether directorates have changed since the period.
    has_other_structure: bool,
    others: Vec<Other>,
    /// What was recorded of it, each with the entry's number in words.
    history: Vec<(String, Line)>,
    /// The paragraphs that it begins with.
    introduction: Vec<String>,
    sections: Vec<SectionView>,
    may_approve: bool,
    may_publish: bool,
    /// Where a report is made that takes the place of this one; empty where nobody may.
    again_path: String,
}

pub(super) async fn show(visit: Visit, Path(id): Path<String>) -> Result<Response, Failure> {
    readable(&visit)?;
    one_page(&visit, &id, Typed::default()).await
}

async fn one_page(visit: &Visit, id: &str, typed: Typed) -> Result<Response, Failure> {
    let (document, all) = (document(visit, id).await?, summaries(visit).await?);
    let report = all.iter().find(|report| report.id == id);
    let report = report.ok_or_else(|| Failure::not_found("There is no such report any more."))?;
    let frame = visit.frame(&report.title, Place::Reports);
    let is_wrong = !typed.mistakes.is_empty();
    let path = path_of(id);
    let is_after = |other: &&Summary| other.supersedes.as_deref() == Some(id);
    let again = [("period", report.period.as_str()), ("supersedes", id)];
    let (status, colour) = status(&report.status);
    let may_approve = report.status == "draft" && visit.holds(APPROVERS);
    let may_publish = report.status == "approved" && visit.holds(MAKERS);
    let page = OnePage {
        frame: if is_wrong { frame.with_errors() } else { frame },
        approve_error: said_of(&typed.mistakes, Act::Approve.field()),
        publish_error: said_of(&typed.mistakes, Act::Publish.field()),
        mistakes: typed.mistakes,
        role: typed.role,
        roles: if may_approve || may_publish { roles::offered(visit).await } else { Vec::new() },
        id: id.to_owned(),
        status,
        colour,
        is_draft: report.status == "draft",
        period: report.period.clone(),
        from: Moment::of(&report.from),
        to: Moment::of(&report.to),
        status_at: Moment::of(&report.status_at),
        entries: words::number(report.size),
        origin: document.ledger.origin.clone(),
        sha256: report.sha256.clone(),
        replaces: report.supersedes.as_deref().map(|id| Other::named(id, &all)),
        replaced_by: all.iter().filter(is_after).map(Other::of).collect(),
        plugins: document.plugins.iter().map(|made| (made.plugin.clone(), made.version.clone())).collect(),
        failed: failed(&document),
        failed_count: words::count(document.faults.len() as u64, "check", "checks"),
        formats: formats(&path, document.has_other_structure()),
        has_other_structure: document.has_other_structure(),
        others: all.iter().filter(|other| other.id != id).map(Other::of).collect(),
        history: history(visit, id).await,
        introduction: document.introduction.as_ref().map(Introduction::paragraphs).unwrap_or_default(),
        sections: sections(&document, &path),
        may_approve,
        may_publish,
        again_path: if visit.holds(MAKERS) { with_query("/reports/new", &again) } else { String::new() },
        path,
    };
    page::with_status(if is_wrong { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK }, &page)
}

fn failed(document: &Document) -> Vec<Failed> {
    let faults = document.faults.iter();
    faults
        .map(|fault| Failed {
            section: fault.section.clone(),
            of: fault.of.clone(),
            what: fault.what.clone(),
        })
        .collect()
}

fn formats(path: &str, has_other_structure: bool) -> Vec<FormatView> {
    let view = |(ending, title, about): (&str, &'static str, &'static str)| {
        let file = format!("{path}/file/{ending}");
        let is_made = has_other_structure && ending != Format::Json.ending();
        let now = |parameters: &[(&str, &str)]| {
            if is_made { with_query(&file, parameters) } else { String::new() }
        };
        FormatView {
            title,
            about,
            public: format!("{file}?edition=public"),
            now: now(&[("structure", "now")]),
            public_now: now(&[("edition", "public"), ("structure", "now")]),
            internal: file,
        }
    };
    FORMATS.into_iter().map(view).collect()
}

/// What was recorded of a report. Whoever may not read entries goes without.
async fn history(visit: &Visit, id: &str) -> Vec<(String, Line)> {
    if !visit.holds(ENTRY_READERS) {
        return Vec::new();
    }
    let path = with_query("/v1/events", &[("type", "report.*"), ("subject", id)]);
    let found: Option<EventsPage> = visit.find(&path).await.unwrap_or_default();
    let definitions = visit.pages.app.definitions();
    let events = found.map(|found| found.events).unwrap_or_default();
    let lines = events.iter().map(|entry| Line::of(entry, &definitions.catalogue));
    lines.map(|line| (words::number(line.seq), line)).collect()
}

/// Which file is asked for.
#[derive(Debug, Deserialize)]
pub(super) struct Wanted {
    #[serde(default)]
    edition: String,
    #[serde(default)]
    table: String,
    #[serde(default)]
    structure: String,
}

/// Passes a file on as the interface gives it, with its headers.
pub(super) async fn file(
    visit: Visit,
    Path((id, format)): Path<(String, String)>,
    Query(Wanted { edition, table, structure }): Query<Wanted>,
) -> Result<Response, Failure> {
    readable(&visit)?;
    let path = format!("/v1/reports/{}.{}", part(&id), part(&format));
    let wanted =
        [("edition", edition.as_str()), ("table", table.as_str()), ("structure", structure.as_str())];
    let path = with_query(&path, &wanted);
    let response = visit.raw(Method::GET, &path, None).await?;
    let status = response.status();
    if status.is_success() {
        return Ok(response);
    }
    let problem = to_bytes(response.into_body(), PROBLEM_BYTES_MAX).await.unwrap_or_default();
    let failure: Failure = serde_json::from_slice(&problem).unwrap_or_default();
    Err(Failure { status: status.as_u16(), ..failure })
}

#[derive(Debug, Template)]
#[template(path = "reports_check.html")]
struct CheckPage {
    frame: Frame,
    path: String,
    act: &'static str,
    field: &'static str,
    is_approval: bool,
    report: String,
    id: String,
    role: String,
    role_in_words: String,
    failed: String,
    replaces: Option<Other>,
}

pub(super) async fn approve(
    Path(id): Path<String>,
    Posted { visit, fields }: Posted,
) -> Result<Response, Failure> {
    act(&visit, &id, Act::Approve, &fields).await
}

pub(super) async fn publish(
    Path(id): Path<String>,
    Posted { visit, fields }: Posted,
) -> Result<Response, Failure> {
    act(&visit, &id, Act::Publish, &fields).await
}

/// First what will be recorded is shown again; then it is done.
async fn act(visit: &Visit, id: &str, act: Act, fields: &Fields) -> Result<Response, Failure> {
    readable(visit)?;
    let role = fields.get(act.field()).trim().to_owned();
    if let Some(message) = roles::wrong(&role) {
        let mistakes = vec![Mistake::new(act.field(), message)];
        return one_page(visit, id, Typed { role, mistakes }).await;
    }
    if fields.get("step") != "send" {
        return check(visit, id, act, role).await;
    }
    let path = format!("/v1/reports/{}/{}", part(id), act.name());
    match visit.post(&path, &json!({ "role": role })).await {
        Ok(_) => Ok(see_other(&path_of(id))),
        Err(failure) if failure.is_about_the_form() => {
            let mistakes = vec![Mistake::new("", failure.detail)];
            one_page(visit, id, Typed { role, mistakes }).await
        }
        Err(failure) => Err(failure),
    }
}

async fn check(visit: &Visit, id: &str, act: Act, role: String) -> Result<Response, Failure> {
    let all = summaries(visit).await?;
    let report = all.iter().find(|report| report.id == id);
    let report = report.ok_or_else(|| Failure::not_found("There is no such report."))?;
    page::page(&CheckPage {
        frame: visit.frame(act.title(), Place::Reports),
        path: path_of(id),
        act: act.name(),
        field: act.field(),
        is_approval: act == Act::Approve,
        report: report.title.clone(),
        id: report.id.clone(),
        role_in_words: roles::in_words(&role),
        role,
        failed: if report.faults == 0 {
            String::new()
        } else {
            words::count(report.faults, "check", "checks")
        },
        replaces: report.supersedes.as_deref().map(|id| Other::named(id, &all)),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_format_has_its_files() {
        let formats = formats("/reports/a", false);
        assert!(formats.iter().all(|view| view.now.is_empty() && view.public_now.is_empty()));
        assert_eq!(formats.len(), Format::ALL.len());
        for format in Format::ALL {
            let path = format!("/reports/a/file/{}", format.ending());
            let public = format!("{path}?edition=public");
            assert!(formats.iter().any(|view| view.internal == path && view.public == public), "{path}");
        }
    }

    #[test]
    fn what_programs_take_as_the_record_is_in_one_structure() {
        let formats = formats("/reports/a", true);
        let now: Vec<&str> =
            formats.iter().map(|view| view.now.as_str()).filter(|now| !now.is_empty()).collect();
        assert_eq!(now.len(), Format::ALL.len() - 1);
        assert!(now.iter().all(|now| now.ends_with("?structure=now") && !now.contains("json")), "{now:?}");
    }
}
