//! What becomes of a page that cannot be shown.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;

/// Why a page cannot be shown, in words for the person in front of it.
#[derive(Debug, Clone, Default, Deserialize)]
pub(super) struct Failure {
    /// The status of the answer.
    #[serde(default)]
    pub(super) status: u16,
    /// What kind of thing went wrong.
    #[serde(default)]
    pub(super) title: String,
    /// What went wrong this time.
    #[serde(default)]
    pub(super) detail: String,
    /// What is wrong with each field of what was sent.
    #[serde(default)]
    pub(super) errors: Vec<Fault>,
    /// Its stable name, the last word of the problem's type.
    #[serde(default, rename = "type")]
    pub(super) kind: String,
    /// For a conflict: the entry that is there already.
    #[serde(default)]
    pub(super) first_entry: Option<u64>,
}

/// What is wrong with a field.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Fault {
    /// JSON pointer into what was sent.
    #[serde(default)]
    pub(super) pointer: String,
    /// What is wrong.
    #[serde(default)]
    pub(super) message: String,
}

impl Failure {
    /// There is no such page.
    pub(super) fn not_found(detail: impl Into<String>) -> Failure {
        Failure::new(404, "Page not found", detail)
    }

    /// What was asked for makes no sense.
    pub(super) fn bad(detail: impl Into<String>) -> Failure {
        Failure::new(400, "There is a problem with this address", detail)
    }

    /// The token may not.
    pub(super) fn forbidden(detail: impl Into<String>) -> Failure {
        Failure::new(403, "You do not have access to this", detail)
    }

    /// A mistake of ours; what it was is in the log only.
    pub(super) fn internal(what: &str, error: &dyn std::fmt::Display) -> Failure {
        tracing::error!(%error, "{what}");
        Failure::new(500, "Sorry, there is a problem with this service", format!("{what}; the log has more"))
    }

    pub(super) fn new(status: u16, title: &str, detail: impl Into<String>) -> Failure {
        Failure { status, title: title.to_owned(), detail: detail.into(), ..Failure::default() }
    }

    /// The stable name of what went wrong, such as `not_found`.
    pub(super) fn code(&self) -> &str {
        self.kind.rsplit(':').next().unwrap_or_default()
    }

    /// Whether it is about what was sent, so that the form is shown again.
    pub(super) fn is_about_the_form(&self) -> bool {
        matches!(self.status, 400 | 409 | 413 | 422)
    }
}

/// It goes out to [`super::visit::around`], which knows who is signed in and makes the page.
impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = status.into_response();
        response.extensions_mut().insert(self);
        response
    }
}
