//! Which events a request asks for: the parameters that listing and following share.

use muniment_core::time::Timestamp;
use serde::Deserialize;
use utoipa::IntoParams;

use super::problem::Problem;
use crate::query::{Filter, TypePattern};

/// Longest `source` or `subject` that is asked for.
const VALUE_BYTES_MAX: usize = 2_048;

/// The filter of a request. All that is given must hold.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Selection {
    /// Event types, with commas between them: `request.received`, `request.*`, `*`. At most 32.
    #[serde(rename = "type")]
    #[param(example = "request.*")]
    event_type: Option<String>,
    /// Exactly this source.
    #[param(max_length = 2_048, example = "/systems/foi-casework")]
    source: Option<String>,
    /// Exactly this subject.
    #[param(max_length = 2_048, example = "FOI-2026-0012")]
    subject: Option<String>,
    /// Happened (`time`, or `recorded` of an event without one) at this instant or later. RFC 3339 with an offset.
    #[param(format = DateTime, example = "2026-04-01T00:00:00Z")]
    from: Option<String>,
    /// Happened before this instant.
    #[param(format = DateTime)]
    to: Option<String>,
    /// Recorded at this instant or later.
    #[param(format = DateTime)]
    recorded_from: Option<String>,
    /// Recorded before this instant.
    #[param(format = DateTime)]
    recorded_to: Option<String>,
}

impl Selection {
    /// The filter.
    pub(super) fn filter(&self) -> Result<Filter, Problem> {
        let types =
            self.event_type.as_deref().map(|types| TypePattern::parse_all(types.split(',').map(str::trim)));
        let types =
            types.transpose().map_err(|error| Problem::new("bad_request", format!("type: {error}")))?;
        Ok(Filter {
            types: types.unwrap_or_default(),
            source: value("source", self.source.as_ref())?,
            subject: value("subject", self.subject.as_ref())?,
            from: instant("from", self.from.as_ref())?,
            to: instant("to", self.to.as_ref())?,
            recorded_from: instant("recorded_from", self.recorded_from.as_ref())?,
            recorded_to: instant("recorded_to", self.recorded_to.as_ref())?,
        })
    }
}

fn value(name: &str, given: Option<&String>) -> Result<Option<String>, Problem> {
    match given {
        Some(given) if given.len() > VALUE_BYTES_MAX => Err(Problem::new(
            "bad_request",
            format!("{name}: {} bytes, the limit is {VALUE_BYTES_MAX} bytes", given.len()),
        )),
        given => Ok(given.cloned()),
    }
}

fn instant(name: &str, given: Option<&String>) -> Result<Option<Timestamp>, Problem> {
    let parse = |given: &String| {
        Timestamp::parse_rfc3339(given).map_err(|error| {
            // A plus sign that was not encoded arrives as a space.
            let hint = if given.contains(' ') { "; in a URL, write %2B for +" } else { "" };
            Problem::new("bad_request", format!("{name}: {given:?}: {error}{hint}"))
        })
    };
    given.map(parse).transpose()
}

/// Refuses a parameter that is not known: a misspelt filter would silently be none.
pub(super) fn known(uri: &axum::http::Uri, known: &[&str]) -> Result<(), Problem> {
    let names = uri.query().unwrap_or_default().split('&').filter(|part| !part.is_empty());
    for name in names.map(|part| part.split_once('=').map_or(part, |(name, _)| name)) {
        if !known.contains(&name) {
            let detail = format!("{name:?} is no parameter of this; there are {}", known.join(", "));
            return Err(Problem::new("bad_request", detail));
        }
    }
    Ok(())
}
