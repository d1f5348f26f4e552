//! What all pages have: their frame, and how they go out.

use std::sync::Arc;
use std::time::Instant;

use askama::Template;
use axum::http::{HeaderValue, StatusCode, header::CONTENT_TYPE};
use axum::response::{IntoResponse, Response};

use super::Pages;
use super::failure::Failure;
use super::files;
use super::marks;
use super::sessions::Session;
use crate::ledger::genesis::Purpose;
use crate::tokens::Role;

/// Which part of the navigation a page belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    Home,
    Alerts,
    Registers,
    Record,
    Reports,
    Ledger,
    Personal,
    Plugins,
    Access,
    /// To none.
    Nowhere,
}

/// An entry of the navigation.
#[derive(Debug)]
pub(super) struct Link {
    pub(super) title: &'static str,
    pub(super) path: &'static str,
    pub(super) is_here: bool,
}

/// What stands around a page.
#[derive(Debug)]
pub(super) struct Frame {
    /// The page's title, which is its heading too.
    pub(super) title: String,
    /// Whether what was typed has mistakes: then the title says so first.
    pub(super) is_error: bool,
    /// Whose ledger it is.
    pub(super) organisation: String,
    pub(super) has_logo: bool,
    /// A ledger made for tests: every page says so.
    pub(super) is_test: bool,
    pub(super) navigation: Vec<Link>,
    /// Who is signed in.
    pub(super) viewer: Option<Viewer>,
    pub(super) style: String,
    pub(super) script: String,
}

/// Who is signed in.
#[derive(Debug)]
pub(super) struct Viewer {
    /// The token's name, or the person's.
    pub(super) name: String,
    /// Of a person: who they are in entries, where no names stand.
    pub(super) recorded_as: Option<String>,
    /// What forms carry.
    pub(super) csrf: String,
    /// Without a page for so long, they are signed out.
    pub(super) idle_minutes: u64,
    /// After so long they are signed out, whatever they do.
    pub(super) left_seconds: u64,
}

impl Frame {
    pub(super) fn new(pages: &Pages, session: Option<&Session>, title: &str, place: Place) -> Frame {
        let (look, genesis) = (pages.app.look(), pages.app.genesis());
        let navigation = session.map(|session| navigation(session, place)).unwrap_or_default();
        Frame {
            title: title.to_owned(),
            is_error: false,
            organisation: look.name.clone().unwrap_or_else(|| genesis.controller.clone()),
            has_logo: look.logo.is_some(),
            is_test: genesis.purpose == Purpose::Test,
            navigation,
            viewer: session.map(|session| Viewer {
                name: session.shown().to_owned(),
                recorded_as: session.is_person().then(|| session.grant.name.clone()),
                csrf: session.csrf().to_owned(),
                idle_minutes: look.idle.as_secs() / 60,
                left_seconds: pages.sessions.left(session, Instant::now()).as_secs(),
            }),
            style: files::style_path(look),
            script: files::script_path().to_owned(),
        }
    }

    /// The frame of a page with mistakes in what was typed.
    pub(super) fn with_errors(self) -> Frame {
        Frame { is_error: true, ..self }
    }

    /// The title as a browser's tab shows it, where no text is kept apart from the one beside it.
    pub(super) fn tab(&self) -> String {
        marks::without_turns(&self.title)
    }

    /// What stands in the ledger of whoever does something here.
    pub(super) fn signature(&self) -> &'static str {
        match self.viewer.as_ref().is_some_and(|viewer| viewer.recorded_as.is_some()) {
            true => "the pseudonym that stands for you there",
            false => "the name of your access token",
        }
    }

    /// What forms carry; nothing if nobody is signed in.
    pub(super) fn csrf(&self) -> &str {
        self.viewer.as_ref().map_or("", |viewer| &viewer.csrf)
    }
}

/// What a role may not do is not shown.
fn navigation(session: &Session, place: Place) -> Vec<Link> {
    use Role::{Admin, Auditor, Officer, Source};
    let all = session.grant.scope.is_everything();
    let places: [(Place, &str, &str, &[Role], bool); 9] = [
        (Place::Home, "Home", "/", &Role::ALL, true),
        (Place::Alerts, "Alerts", "/alerts", &[Admin, Auditor, Officer], true),
        (Place::Registers, "Registers", "/registers", &[Auditor, Officer], true),
        (Place::Record, "Record", "/record", &[Officer, Source], true),
        (Place::Reports, "Reports", "/reports", &[Admin, Auditor, Officer], all),
        (Place::Ledger, "Ledger", "/ledger", &[Auditor, Officer, Source], true),
        (Place::Personal, "Personal data", "/personal-data", &[Admin, Auditor, Officer], true),
        (Place::Plugins, "Plugins", "/plugins", &[Admin, Auditor, Officer], true),
        (Place::Access, "Access", "/access", &[Admin], true),
    ];
    let seen = places.into_iter().filter(|(_, _, _, roles, seen)| *seen && session.grant.holds(roles));
    seen.map(|(known, title, path, ..)| Link { title, path, is_here: known == place }).collect()
}

/// A page.
pub(super) fn page(template: &impl Template) -> Result<Response, Failure> {
    with_status(StatusCode::OK, template)
}

/// A page with a status: 422 for a form with mistakes.
pub(super) fn with_status(status: StatusCode, template: &impl Template) -> Result<Response, Failure> {
    let text = template.render().map_err(|error| Failure::internal("a page cannot be made", &error))?;
    Ok(html(status, text))
}

fn html(status: StatusCode, text: String) -> Response {
    let mut response = (status, text).into_response();
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    response
}

#[derive(Debug, Template)]
#[template(path = "failure.html")]
struct FailurePage<'f> {
    frame: Frame,
    failure: &'f Failure,
    /// The request, as the log names it; empty where the log has no more than the page.
    request: &'f str,
}

/// The page about what went wrong. `request` is what the log calls the request.
pub(super) fn failure(
    pages: &Arc<Pages>,
    session: Option<&Session>,
    failure: &Failure,
    request: &str,
) -> Response {
    let frame = Frame::new(pages, session, failure.headline(), Place::Nowhere);
    let status = StatusCode::from_u16(failure.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let request = if status.is_server_error() { request } else { "" };
    match with_status(status, &FailurePage { frame, failure, request }) {
        Ok(page) => page,
        Err(other) => html(status, other.detail),
    }
}
