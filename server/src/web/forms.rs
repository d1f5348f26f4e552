//! Forms that come in: who sent them, from where, and what becomes of them if nobody is signed in any more.

use std::sync::Arc;

use askama::Template;
use axum::extract::{FromRequest, Request};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};

use super::Pages;
use super::failure::Failure;
use super::fields::Fields;
use super::page::{self, Frame, Place};
use super::sign_in::SignInPage;
use super::visit::Visit;

/// Largest form.
pub(super) const FORM_BYTES_MAX: usize = 256 * 1024;
/// The field that says of which session a form is.
pub(super) const CSRF: &str = "csrf";

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
        from_here(&parts.headers).map_err(Failure::into_response)?;
        let body = pages.app.read_form(&parts.headers, body, FORM_BYTES_MAX).await;
        let body = body.map_err(|(status, detail)| {
            Failure::new(status, "The form could not be read", detail).into_response()
        })?;
        let fields = Fields::read(&body).map_err(Failure::into_response)?;
        let path = parts.uri.path_and_query().map_or("/", |wanted| wanted.as_str()).to_owned();
        let Some(visit) = parts.extensions.get::<Visit>().cloned() else {
            let kept = fields.without(&[CSRF]);
            let sign_in =
                SignInPage::again(Frame::new(pages, None, "Sign in to go on", Place::Nowhere), path, &kept);
            return Err(
                page::with_status(StatusCode::UNAUTHORIZED, &sign_in).unwrap_or_else(Failure::into_response)
            );
        };
        if !visit.session.is_own_form(fields.get(CSRF)) {
            let fields = fields.without(&[CSRF]);
            let kept = KeptPage::new(visit.frame("Check before you go on", Place::Nowhere), path, &fields);
            return Err(
                page::with_status(StatusCode::FORBIDDEN, &kept).unwrap_or_else(Failure::into_response)
            );
        }
        Ok(Posted { visit, fields: fields.without(&[CSRF]) })
    }
}

/// Refuses a form that another site's page sent. Browsers say so by themselves; the field `csrf` is needed besides.
pub(super) fn from_here(headers: &HeaderMap) -> Result<(), Failure> {
    let elsewhere =
        || Err(Failure::forbidden("This form was sent from a page of another site, so nothing was done."));
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    match text("sec-fetch-site") {
        Some("same-origin" | "none") => return Ok(()),
        Some(_) => return elsewhere(),
        None => {}
    }
    match (text("origin"), text("host")) {
        (None, _) => Ok(()),
        (Some(origin), Some(host)) if origin.split_once("://").is_some_and(|(_, from)| from == host) => {
            Ok(())
        }
        _ => elsewhere(),
    }
}

/// What was typed before somebody was signed out, to be sent again by them.
#[derive(Debug, Template)]
#[template(path = "kept.html")]
pub(super) struct KeptPage {
    frame: Frame,
    path: String,
    fields: Vec<(String, String)>,
}

impl KeptPage {
    pub(super) fn new(frame: Frame, path: String, fields: &Fields) -> KeptPage {
        KeptPage { frame, path, fields: fields.0.clone() }
    }
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
        from_here(&map).is_ok()
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
