//! Forms that come in: who sent them, from where, and what becomes of them if nobody is signed in any more.

use std::sync::Arc;

use askama::Template;
use axum::extract::{FromRequest, Request};
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::{IntoResponse as _, Response};

use super::Pages;
use super::failure::Failure;
use super::fields::Fields;
use super::page::{self, Frame, Place};
use super::record::{self, Kept};
use super::sign_in::SignInPage;
use super::visit::{Visit, host_of};
use super::words;

/// Largest form.
pub(super) const FORM_BYTES_MAX: usize = 256 * 1024;
/// The field that says of which session a form is.
pub(super) const CSRF: &str = "csrf";
/// Longest value of that field.
pub(super) const CSRF_BYTES_MAX: usize = 1_024;

/// A form of somebody who is signed in, sent from one of our own pages.
#[derive(Debug)]
pub(super) struct Posted {
    pub(super) visit: Visit,
    pub(super) fields: Fields,
}

impl FromRequest<Arc<Pages>> for Posted {
    type Rejection = Response;

    async fn from_request(request: Request, pages: &Arc<Pages>) -> Result<Posted, Response> {
        let (parts, body) = request.into_parts();
        from_here(&parts.headers, &parts.uri).map_err(Failure::into_response)?;
        let visit = parts.extensions.get::<Visit>().cloned();
        let body = match &visit {
            Some(_) => pages.app.read_own_form(&parts.headers, body, FORM_BYTES_MAX).await,
            None => pages.app.read_form(&parts.headers, body, FORM_BYTES_MAX).await,
        };
        let body = body.map_err(|error| unread(error).into_response())?;
        let fields = Fields::read(&body).map_err(Failure::into_response)?;
        let path = parts.uri.path_and_query().map_or("/", |wanted| wanted.as_str()).to_owned();
        let Some(visit) = visit else {
            let kept = fields.without(&[CSRF]);
            let sign_in = SignInPage::again(pages, &path, &kept);
            return Err(
                page::with_status(StatusCode::UNAUTHORIZED, &sign_in).unwrap_or_else(Failure::into_response)
            );
        };
        if !visit.session.is_own_form(fields.get(CSRF)) {
            let fields = fields.without(&[CSRF]);
            let kept = KeptPage::new(&visit, path, &fields);
            return Err(
                page::with_status(StatusCode::FORBIDDEN, &kept).unwrap_or_else(Failure::into_response)
            );
        }
        Ok(Posted { visit, fields: fields.without(&[CSRF]) })
    }
}

/// Why a form was not read, for whoever sent it.
fn unread((status, detail): (u16, String)) -> Failure {
    match status {
        413 => Failure::new(413, "", format!("It is longer than a form can be: {detail}")),
        _ => Failure::new(status, "", detail),
    }
}

/// Refuses a form that another site's page sent. Browsers say so by themselves; the field `csrf` is needed besides.
pub(super) fn from_here(headers: &HeaderMap, uri: &Uri) -> Result<(), Failure> {
    let elsewhere =
        || Err(Failure::forbidden("This form was sent from a page of another site, so nothing was done."));
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    match text("sec-fetch-site") {
        Some("same-origin" | "none") => return Ok(()),
        Some(_) => return elsewhere(),
        None => {}
    }
    let Some(origin) = text("origin") else { return Ok(()) };
    let from = origin.split_once("://").map(|(_, from)| from);
    match (from, host_of(headers, uri)) {
        (Some(from), Some(host)) if from.eq_ignore_ascii_case(host) => Ok(()),
        _ => elsewhere(),
    }
}

/// What was typed before somebody was signed out, to be sent again by them.
#[derive(Debug, Template)]
#[template(path = "kept.html")]
pub(super) struct KeptPage {
    frame: Frame,
    /// Which form it is, where that is a form for an event.
    form: String,
    path: String,
    /// What was typed, in words.
    rows: Vec<(String, String)>,
    fields: Vec<(String, String)>,
}

impl KeptPage {
    pub(super) fn new(visit: &Visit, path: String, fields: &Fields) -> KeptPage {
        let kept = record::kept(visit, &path, fields);
        let kept = kept.unwrap_or_else(|| Kept { title: String::new(), rows: in_words(fields) });
        KeptPage {
            frame: visit.frame("Check before you go on", Place::Nowhere),
            form: kept.title,
            path,
            rows: kept.rows,
            fields: fields.0.clone(),
        }
    }
}

/// What was typed into any form, as far as it can be told without knowing the form. Nobody typed which button was pressed.
fn in_words(fields: &Fields) -> Vec<(String, String)> {
    let typed = fields.0.iter().filter(|(name, value)| !value.trim().is_empty() && name != "step");
    let said = |value: &str| match value {
        "true" | "on" => "Yes".to_owned(),
        "false" => "No".to_owned(),
        other => other.to_owned(),
    };
    let mut rows: Vec<(String, String)> = Vec::new();
    for (name, value) in typed {
        let title = words::from_name(name);
        match rows.last_mut().filter(|(last, _)| *last == title) {
            // Boxes of one question.
            Some((_, told)) => told.extend(["\n", &said(value)]),
            None => rows.push((title, said(value))),
        }
    }
    rows
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn is_from_here(headers: &[(&'static str, &'static str)]) -> bool {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.insert(*name, HeaderValue::from_static(value));
        }
        from_here(&map, &Uri::from_static("/sign-in")).is_ok()
    }

    #[test]
    fn over_http_2_the_host_is_in_the_address() {
        let mut headers = HeaderMap::new();
        headers.insert("origin", HeaderValue::from_static("https://here:8443"));
        let is_from = |uri: &'static str| from_here(&headers, &Uri::from_static(uri)).is_ok();
        assert!(is_from("https://here:8443/sign-in"));
        assert!(!is_from("https://elsewhere:8443/sign-in"));
        assert!(!is_from("https://here/sign-in"), "another port is another origin");
        assert!(!is_from("/sign-in"), "nothing says to which host it goes");
    }

    #[test]
    fn what_was_kept_is_told_in_words() {
        let fields =
            Fields::read(b"step=check&due_day=3&role=officer&role=auditor&all=true&empty=+&all=x").unwrap();
        let told = in_words(&fields);
        let told: Vec<(&str, &str)> =
            told.iter().map(|(title, said)| (title.as_str(), said.as_str())).collect();
        assert_eq!(told, [("Due day", "3"), ("Role", "officer\nauditor"), ("All", "Yes\nx")]);
    }

    #[test]
    fn forms_of_other_sites_are_refused() {
        assert!(is_from_here(&[("sec-fetch-site", "same-origin")]));
        assert!(!is_from_here(&[("sec-fetch-site", "cross-site")]));
        assert!(!is_from_here(&[
            ("sec-fetch-site", "same-site"),
            ("origin", "http://here"),
            ("host", "here")
        ]));
        // Browsers that do not say so.
        assert!(is_from_here(&[("origin", "http://here:8080"), ("host", "here:8080")]));
        assert!(!is_from_here(&[("origin", "http://elsewhere"), ("host", "here")]));
        assert!(!is_from_here(&[("origin", "null"), ("host", "here")]));
        assert!(is_from_here(&[("host", "here")]), "a program; it needs the field all the same");
    }
}
