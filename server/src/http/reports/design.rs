//! `/v1/report-design`: the name, colour, logo and introduction of reports.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use muniment_core::report::Logo;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::super::App;
use super::super::answer::{Json, read_json};
use super::super::caller::Caller;
use super::super::problem::Problem;
use super::{MAKERS, READERS, sees_everything, unreadable, work};
use crate::assets::{AssetError, Assets};
use crate::logo::LOGO_BYTES_MAX;
use crate::report::design::{self, DesignError, Recorded, Wanted};

/// Longest request: the largest logo as base64, and the rest however it is escaped. A logo that is a little too large is still told
/// from other requests.
const REQUEST_BYTES_MAX: usize = LOGO_BYTES_MAX / 3 * 4 + 64 * 1024;

/// What reports look like and begin with. What is left out, or null, is not set any more.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::http) struct DesignWish {
    /// The organisation's name as reports print it. Without it: that of the data controller.
    #[schema(example = "Exemplar City Council", max_length = 200)]
    name: Option<String>,
    /// The colour of rules, links and heads; white text has to be legible on it (4.5 to 1).
    #[schema(example = "#12436d")]
    colour: Option<String>,
    /// The logo on the first page.
    logo: Option<LogoWish>,
    /// What reports begin with, of at most 8,192 bytes; an empty line parts two paragraphs. It names nobody.
    #[schema(example = "This report says how the council kept its rules.")]
    introduction: Option<String>,
}

/// A logo.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::http) struct LogoWish {
    /// A PNG, JPEG or SVG of at most 262,144 bytes, as base64. An SVG holds nothing but a drawing: no script, nothing from
    /// elsewhere.
    #[schema(
        example = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=="
    )]
    content: String,
    /// What is to be seen on it, for who does not see it.
    #[schema(example = "Exemplar City Council: a bridge under an oak", max_length = 500)]
    alternative: String,
}

/// What reports look like and begin with.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::http) struct DesignView {
    /// The entry that says so; null where no design was ever recorded.
    entry: Option<u64>,
    /// The organisation's name as reports print it, where it is not that of the data controller.
    name: Option<String>,
    /// The colour of rules, links and heads.
    colour: Option<String>,
    /// The logo on the first page.
    logo: Option<LogoView>,
    /// What reports begin with.
    introduction: Option<String>,
}

/// A logo, as it is kept.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::http) struct LogoView {
    /// What it holds, as base64; null where its file is not as it was.
    content: Option<String>,
    /// Why its file cannot be used; null where it can.
    fault: Option<String>,
    /// What is to be seen on it.
    alternative: String,
    /// `image/png`, `image/jpeg` or `image/svg+xml`.
    #[schema(example = "image/svg+xml")]
    media_type: String,
    /// The digest of its bytes, under which it is kept.
    sha256: String,
}

impl DesignView {
    fn of(recorded: Option<Recorded>, assets: &Assets) -> DesignView {
        let entry = recorded.as_ref().map(|recorded| recorded.seq);
        let stated = recorded.map(|recorded| recorded.stated).unwrap_or_default();
        DesignView {
            entry,
            name: stated.name,
            colour: stated.colour,
            logo: stated.logo.map(|logo| LogoView::of(logo, assets)),
            introduction: stated.introduction,
        }
    }
}

impl LogoView {
    fn of(logo: Logo, assets: &Assets) -> LogoView {
        let (content, fault) = match assets.read(&logo.sha256) {
            Ok(bytes) => (Some(STANDARD.encode(bytes)), None),
            Err(error) => (None, Some(error.to_string())),
        };
        let Logo { sha256, media_type, alternative } = logo;
        LogoView { content, fault, alternative, media_type, sha256 }
    }
}

impl DesignWish {
    fn read(self) -> Result<Wanted, Problem> {
        let logo = self.logo.map(|LogoWish { content, alternative }| {
            let bytes = STANDARD.decode(content);
            let bytes = bytes.map_err(|error| {
                Problem::new("invalid_design", format!("logo: its content is no base64: {error}"))
            });
            Ok::<_, Problem>((bytes?, alternative))
        });
        Ok(Wanted {
            name: self.name,
            colour: self.colour,
            logo: logo.transpose()?,
            introduction: self.introduction,
        })
    }
}

impl From<DesignError> for Problem {
    fn from(error: DesignError) -> Problem {
        match error {
            DesignError::Wrong { .. } | DesignError::Asset(AssetError::TooLarge(_)) => {
                Problem::new("invalid_design", error.to_string())
            }
            DesignError::Refused(refusal) => refusal.into(),
            DesignError::Asset(error) => Problem::internal("a logo cannot be kept", &error),
            DesignError::Io(error) => Problem::internal("the design of reports cannot be read", &error),
        }
    }
}

/// What reports look like
///
/// The name, colour, logo and introduction of a report that would be made now. A report has those of the last of its entries.
#[utoipa::path(
    get,
    path = "/v1/report-design",
    operation_id = "get_report_design",
    tag = "reports",
    responses((status = 200, description = "The design as it was recorded last", body = DesignView)),
    security(("token" = ["admin", "auditor", "officer"])),
)]
pub(in crate::http) async fn show(State(app): State<Arc<App>>, caller: Caller) -> Result<Response, Problem> {
    caller.needs(READERS)?;
    sees_everything(&caller)?;
    let view = work(app, |app| {
        let recorded = design::at(&app.ledger, u64::MAX).map_err(unreadable)?;
        Ok(DesignView::of(recorded, app.reports.designs().assets()))
    });
    Ok(Json(view.await?).into_response())
}

/// Say what reports look like
///
/// All of it at once: what is left out is not set any more. It is an event (`report.design_recorded`), so it is a part of what a
/// report follows from: those made before stay as they were. The same once more is not recorded again.
#[utoipa::path(
    put,
    path = "/v1/report-design",
    operation_id = "put_report_design",
    tag = "reports",
    request_body(content = DesignWish, content_type = "application/json"),
    responses((status = 200, description = "It is recorded", body = DesignView)),
    security(("token" = ["admin", "officer"])),
)]
pub(in crate::http) async fn record(
    State(app): State<Arc<App>>,
    caller: Caller,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Problem> {
    caller.needs(MAKERS)?;
    sees_everything(&caller)?;
    let wish: DesignWish = read_json(&app, &headers, body, REQUEST_BYTES_MAX, "invalid_design").await?;
    let wanted = wish.read()?;
    caller.is_still_valid()?;
    let by = caller.0.principal().as_str().to_owned();
    let view = work(app, move |app| {
        let designs = app.reports.designs();
        let recorded = designs.record(&app.ledger, &wanted, Some(&by))?;
        Ok(DesignView::of(Some(recorded), designs.assets()))
    });
    Ok(Json(view.await?).into_response())
}
