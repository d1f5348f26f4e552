//! Every error of the interface: `application/problem+json` (RFC 9457), with its status, in one place.

use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::ToSchema;

use crate::ledger::submission::Refusal;
use crate::tokens::TokenError;

/// Media type of every error.
pub(super) const MEDIA_TYPE: &str = "application/problem+json";

/// An error, as RFC 9457 describes it.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(super) struct Problem {
    /// A stable name, `urn:muniment:problem:<code>`.
    #[serde(rename = "type")]
    #[schema(example = "urn:muniment:problem:conflict")]
    pub(super) kind: String,
    /// The same for every problem of its type.
    pub(super) title: &'static str,
    /// The status of the answer.
    pub(super) status: u16,
    /// What went wrong this time, with the value and the limit.
    pub(super) detail: String,
    /// Every fault of what was posted.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) errors: Vec<Fault>,
    /// For a conflict: the entry that has the event's `source` and `id`. Missing if that is an event of the same
    /// batch, which is then not recorded, or one that the token may not see.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) first_entry: Option<u64>,
    /// For a conflict: JSON pointers to where the two events differ.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) differences: Vec<String>,
    /// The roles of which one was needed.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) roles: Vec<&'static str>,
    /// Seconds after which trying again makes sense.
    #[serde(skip)]
    pub(super) retry_after: Option<u64>,
    /// The request, as the log names it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) instance: Option<String>,
}

/// One fault of a posted event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(super) struct Fault {
    /// The event's place in its batch, from 0.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) event: Option<usize>,
    /// JSON pointer into the event.
    #[schema(example = "/data/regime")]
    pub(super) pointer: String,
    /// A stable name.
    #[schema(example = "not_a_choice")]
    pub(super) code: String,
    /// What is wrong.
    pub(super) message: String,
}

/// Status and title of every code.
const CODES: &[(&str, u16, &str)] = &[
    ("bad_request", 400, "The request is malformed"),
    ("not_json", 400, "The body is not JSON"),
    ("unauthorized", 401, "A valid token is needed"),
    ("forbidden", 403, "The token does not allow this"),
    ("out_of_scope", 403, "The token's scope does not cover this"),
    ("account_needed", 403, "This takes somebody who signed in with an account"),
    ("host_type", 403, "Only the ledger itself records this"),
    ("host_source", 403, "Only the ledger itself records this"),
    ("not_found", 404, "There is no such thing"),
    ("method_not_allowed", 405, "This method is not allowed here"),
    ("timeout", 408, "The request took too long to arrive"),
    ("conflict", 409, "Another event has this source and id"),
    ("name_taken", 409, "The name was used before"),
    ("last_admin", 409, "The last administrator's token stays"),
    ("import_open", 409, "An import is open"),
    ("no_import", 409, "No such import is open"),
    ("plan_changed", 409, "The plan is another by now"),
    ("blocked", 409, "A hold or an open request stands in the way"),
    ("destruction_over", 409, "The destruction is over"),
    ("plugin_installed", 409, "The plugin is installed"),
    ("plugin_unchanged", 409, "The plugin is so already"),
    ("policy_unchanged", 409, "The policy is that already"),
    ("report_not_approved", 409, "The report was not approved"),
    ("no_disposal_check", 409, "Nothing here watches over disposal"),
    ("same_person", 409, "Somebody else has to agree"),
    ("payload_too_large", 413, "The body is too large"),
    ("event_too_large", 413, "An event is too large"),
    ("too_many_events", 413, "The batch has too many events"),
    ("too_many_values", 413, "The body has too many values"),
    ("batch_too_large", 413, "The batch is too large"),
    ("unsupported_media_type", 415, "The body is of another type"),
    ("invalid_event", 422, "The event is not valid"),
    ("invalid_token", 422, "No such token can be made"),
    ("invalid_destruction", 422, "Nothing can be destroyed so"),
    ("invalid_reveal", 422, "Nothing can be revealed so"),
    ("invalid_plugin", 422, "The plugin is not taken"),
    (
        "personal_not_granted",
        422,
        "The plugin asks for personal fields that were not granted, or was granted others",
    ),
    ("invalid_policy", 422, "The policy is not taken"),
    ("invalid_report", 422, "No such report can be made"),
    ("invalid_design", 422, "Reports cannot look so"),
    ("too_many_rows", 422, "There are too many rows to give at once"),
    ("invalid_settings", 422, "The plugin's settings are not valid"),
    ("invalid_change", 422, "A plugin cannot be changed so"),
    ("invalid_acknowledgement", 422, "An alert cannot be acknowledged so"),
    ("too_many_reveals", 429, "Sealed data was read too often"),
    ("too_many_attempts", 429, "Too many failed attempts"),
    ("internal", 500, "An error of the server"),
    ("asset_damaged", 500, "A file that the ledger names is not as it was"),
    ("plugin_failed", 500, "The plugin failed"),
    ("plugin_not_ready", 503, "The plugin has not begun to read the ledger"),
    ("gathering", 503, "The alerts are still being gathered"),
    ("busy", 503, "Too much to do just now"),
    ("sealing_failed", 503, "Personal data cannot be sealed just now"),
    ("clock_stopped", 503, "The machine's clock is not trusted"),
    ("storage_failed", 503, "The ledger cannot be written to"),
    ("rebuilding", 503, "The search index is being rebuilt"),
    ("closing", 503, "The server is stopping"),
];

impl Problem {
    /// A problem with a code of [`CODES`].
    pub(super) fn new(code: &str, detail: impl Into<String>) -> Problem {
        let known = CODES.iter().find(|(known, ..)| *known == code);
        let (_, status, title) = known.unwrap_or(&("internal", 500, "An error of the server"));
        Problem {
            kind: format!("urn:muniment:problem:{code}"),
            title,
            status: *status,
            detail: detail.into(),
            errors: Vec::new(),
            first_entry: None,
            differences: Vec::new(),
            roles: Vec::new(),
            retry_after: (*status == 503).then_some(1),
            instance: None,
        }
    }

    /// An error of the server; what it was is in the log only.
    pub(super) fn internal(what: &str, error: &dyn std::fmt::Display) -> Problem {
        tracing::error!(%error, "{what}");
        Problem::new("internal", format!("{what}; the log has more, under this request's id"))
    }

    /// Its stable name.
    pub(super) fn code(&self) -> &str {
        self.kind.rsplit(':').next().unwrap_or_default()
    }

    pub(super) fn retry_after(mut self, seconds: u64) -> Problem {
        self.retry_after = Some(seconds);
        self
    }

    pub(super) fn errors(mut self, errors: Vec<Fault>) -> Problem {
        self.errors = errors;
        self
    }
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Problem {
        let code = match refusal.code() {
            "time_ahead" => "invalid_event",
            "closed" => "closing",
            code => code,
        };
        let problem = Problem::new(code, refusal.to_string());
        match refusal {
            Refusal::Conflict { seq, differences, .. } => {
                Problem { first_entry: Some(seq), differences, ..problem }
            }
            Refusal::ConflictWithin { differences, .. } => Problem { differences, ..problem },
            Refusal::Time(_) => {
                let message = problem.detail.trim_start_matches("/time: ").to_owned();
                let fault = Fault {
                    event: None,
                    pointer: "/time".to_owned(),
                    code: "time_ahead".to_owned(),
                    message,
                };
                problem.errors(vec![fault])
            }
            Refusal::ClockStopped(_) => problem.retry_after(60),
            Refusal::Storage(_) => problem.retry_after(5),
            _ => problem,
        }
    }
}

impl From<TokenError> for Problem {
    fn from(error: TokenError) -> Problem {
        match error {
            TokenError::Grant(error) => Problem::new("invalid_token", error.to_string()),
            TokenError::NameTaken(_) => Problem::new("name_taken", error.to_string()),
            TokenError::LastAdmin(_) => Problem::new("last_admin", error.to_string()),
            TokenError::Unknown(_) => Problem::new("not_found", error.to_string()),
            TokenError::TooMany => Problem::new("invalid_token", error.to_string()),
            TokenError::Refused(refusal) => refusal.into(),
            TokenError::Io(_) | TokenError::Random(_) => Problem::internal("tokens cannot be used", &error),
        }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let body = serde_json::to_vec(&self).unwrap_or_default();
        let mut response = (status, body).into_response();
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(MEDIA_TYPE));
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if let Some(seconds) = self.retry_after {
            headers.insert(RETRY_AFTER, HeaderValue::from(seconds));
        }
        if status == StatusCode::UNAUTHORIZED {
            headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer realm=\"muniment\""));
        }
        response.extensions_mut().insert(Refused(self.code().to_owned()));
        response
    }
}

/// Left in an answer for the metrics: why it was refused.
#[derive(Debug, Clone)]
pub(super) struct Refused(pub(super) String);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_refusal_of_the_ledger_has_a_status() {
        let refusals = [
            Refusal::HostType("a".into()),
            Refusal::HostSource("a".into()),
            Refusal::ErasedMeanwhile,
            Refusal::SealingFailed("a".into()),
            Refusal::TooManyEvents(1),
            Refusal::BatchTooLarge(1),
            Refusal::Storage("a".into()),
            Refusal::Busy,
            Refusal::Closed,
            Refusal::Conflict { from: "a".into(), id: "b".into(), seq: 7, differences: vec!["/data".into()] },
            Refusal::ConflictWithin { from: "a".into(), id: "b".into(), differences: vec!["/data".into()] },
        ];
        for refusal in refusals {
            let problem = Problem::from(refusal.clone());
            assert_ne!(problem.status, 500, "{refusal}");
            assert!(CODES.iter().any(|(code, ..)| *code == problem.code()), "{refusal}");
        }
        let conflict = Problem::from(Refusal::Conflict {
            from: "a".into(),
            id: "b".into(),
            seq: 7,
            differences: vec!["/data".into()],
        });
        assert_eq!((conflict.status, conflict.first_entry), (409, Some(7)));
    }
}
