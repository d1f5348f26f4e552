//! The description of the interface, OpenAPI 3.1: made from the routes, so it cannot list another.

use serde::Serialize;
use serde_json::{Value, json};
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::{
    ComponentsBuilder, ContentBuilder, HeaderBuilder, InfoBuilder, LicenseBuilder, OpenApi, OpenApiBuilder,
    Ref, RefOr, ResponseBuilder,
};
use utoipa::{PartialSchema as _, ToSchema};

use super::problem::{Fault, MEDIA_TYPE, Problem};

/// A CloudEvent 1.0 in the JSON format. Extension attributes (a-z, 0-9) are further members.
#[derive(Debug, Serialize, ToSchema)]
#[allow(dead_code, reason = "describes what is read by hand, so that nothing of an event is lost")]
pub(super) struct CloudEvent {
    /// `1.0`
    #[schema(example = "1.0")]
    specversion: String,
    /// Unique within its source: source and id together name an event for ever.
    #[schema(max_length = 2048, min_length = 1, example = "7d1c7c3e-1c52-4d43-9a0c-2f6f5d1c0b11")]
    id: String,
    /// A URI reference that names the system it comes from.
    #[schema(max_length = 2048, min_length = 1, example = "/systems/foi-casework")]
    source: String,
    /// A type of the catalogue, or of the organisation's own.
    #[serde(rename = "type")]
    #[schema(max_length = 256, min_length = 1, example = "request.received")]
    event_type: String,
    /// The case or record that it is about.
    #[schema(max_length = 2048, example = "FOI-2026-0012")]
    subject: Option<String>,
    /// When it happened: RFC 3339 with an offset, at most 300 s ahead of the ledger's clock.
    #[schema(example = "2026-05-01T09:30:00+01:00")]
    time: Option<String>,
    /// What the type says; `unit` is the organisational unit, `date` a day where no instant is known.
    data: Option<Value>,
}

/// An entry: one line of the ledger, keys sorted, no white space.
#[derive(Debug, Serialize, ToSchema)]
#[allow(dead_code, reason = "describes lines that are sent as they are")]
pub(super) struct Entry {
    /// In a batch: place and count.
    batch: Option<Vec<u32>>,
    /// Who wrote it: `token/<name>`, `host/<command>` or `host`.
    by: String,
    /// The event, in canonical form.
    event: CloudEvent,
    /// BLAKE3 of the line before, 64 zeros for the first.
    prev: String,
    /// When it was recorded: UTC, microseconds.
    recorded: String,
    /// Its number, from 0 without gaps.
    seq: u64,
}

/// The frame that the routes fill in.
pub(super) fn head() -> OpenApi {
    let mut description =
        String::from("An append-only, hash-chained, provable ledger of information-governance events. ");
    description.push_str(
        "Errors are problem documents (RFC 9457) with a stable `type`; that of a 403 names the roles of which one is needed.",
    );
    let token = HttpBuilder::new()
        .scheme(HttpAuthScheme::Bearer)
        .description(Some("A token of `muniment init`, `muniment token new` or `POST /v1/tokens`"))
        .build();
    let components = ComponentsBuilder::new()
        .security_scheme("token", SecurityScheme::Http(token))
        .schema("Problem", Problem::schema())
        .schema("Fault", Fault::schema())
        .schema("CloudEvent", CloudEvent::schema())
        .schema("Entry", Entry::schema())
        .build();
    OpenApiBuilder::new()
        .info(
            InfoBuilder::new()
                .title("Muniment")
                .version(env!("CARGO_PKG_VERSION"))
                .description(Some(description))
                .license(Some(
                    LicenseBuilder::new().name("Apache-2.0").identifier(Some("Apache-2.0")).build(),
                ))
                .build(),
        )
        .components(Some(components))
        .build()
}

/// The header that comes with a problem.
fn problem_header(status: &str) -> Option<(&'static str, &'static str)> {
    match status {
        "401" => Some(("WWW-Authenticate", "The scheme, `Bearer`")),
        "429" | "503" => Some(("Retry-After", "Seconds after which trying again makes sense")),
        _ => None,
    }
}

/// What every route may answer beside its own: problems. A route that says which is not changed.
pub(super) fn finish(mut document: OpenApi) -> Value {
    let problem = |status: &str, description: &str| {
        let content = ContentBuilder::new().schema(Some(Ref::from_schema_name("Problem"))).build();
        let response = ResponseBuilder::new().description(description).content(MEDIA_TYPE, content);
        let response = match problem_header(status) {
            Some((name, description)) => {
                response.header(name, HeaderBuilder::new().description(Some(description)).build())
            }
            None => response,
        };
        RefOr::T(response.build())
    };
    for (path, item) in &mut document.paths.paths {
        for operation in
            [&mut item.get, &mut item.post, &mut item.delete, &mut item.put].into_iter().flatten()
        {
            let open = operation.security.as_ref().is_some_and(|security| {
                security
                    .iter()
                    .any(|requirement| *requirement == utoipa::openapi::SecurityRequirement::default())
            });
            let mut add = |status: &str, description: &str| {
                let responses = &mut operation.responses.responses;
                responses.entry(status.to_owned()).or_insert_with(|| problem(status, description));
            };
            add("400", "The request is malformed");
            add("408", "The request came too slowly");
            add("431", "The headers are too large");
            add("500", "An error of the server; the log has more under `instance`");
            add("503", "Not now; `Retry-After` says when");
            add("414", "The address is too long");
            if !open || path.contains("tile") {
                add("401", "No valid token");
                add("403", "The token does not allow it; the problem says which role does");
                add("429", "Too many failed attempts from this address");
            }
            if path.contains('{') {
                add("404", "There is no such thing");
            }
            if operation.request_body.is_some() || path.contains("imports") || path.ends_with("/replay") {
                add("409", "It conflicts with what is recorded; the problem names it");
                add("413", "Too large; the problem names the limit");
                add("415", "Another media type or encoding is needed");
                add("422", "Not valid; the problem lists every fault with a JSON pointer");
            }
            if path == "/v1/disposal-check" {
                add("409", "No plugin that is installed watches over disposal");
            }
            if path.starts_with("/v1/tokens/") {
                add("409", "The last administrator's token stays");
            }
        }
    }
    let mut document = serde_json::to_value(&document).unwrap_or_else(|_| json!({}));
    // A path's last part may hold slashes, which OpenAPI has no word for.
    if let Some(paths) = document.get_mut("paths").and_then(Value::as_object_mut)
        && let Some(tile) = paths.remove("/tlog/tile/{*path}")
    {
        paths.insert("/tlog/tile/{path}".to_owned(), tile);
    }
    document
}
