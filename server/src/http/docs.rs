//! `/openapi.json`, and the same as a page that loads nothing from anywhere.

use std::fmt::Write as _;
use std::sync::Arc;

use axum::extract::State;
use axum::http::HeaderValue;
use axum::http::header::{CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use serde_json::Value;

use super::App;
use super::answer::json_bytes;

/// The documents, made once.
#[derive(Debug)]
pub(super) struct Documents {
    json: Vec<u8>,
    page: String,
}

impl Documents {
    pub(super) fn new(document: Value) -> Documents {
        Documents { page: page_of(&document), json: serde_json::to_vec(&document).unwrap_or_default() }
    }
}

/// This description
#[utoipa::path(
    get,
    path = "/openapi.json",
    tag = "operations",
    responses((status = 200, description = "OpenAPI 3.1", body = serde_json::Value)),
    security(()),
)]
pub(super) async fn openapi(State(app): State<Arc<App>>) -> Response {
    json_bytes(app.documents().json.clone())
}

/// This description as a page
#[utoipa::path(
    get,
    path = "/docs",
    operation_id = "docs_page",
    tag = "operations",
    responses((status = 200, description = "A page", body = String, content_type = "text/html; charset=utf-8")),
    security(()),
)]
pub(super) async fn page(State(app): State<Arc<App>>) -> Response {
    html(app.documents().page.clone())
}

/// The event types as a page
///
/// Every type of the catalogue with its fields, an example and the clauses that it is evidence for, for people.
#[utoipa::path(
    get,
    path = "/docs/event-types",
    operation_id = "event_types_page",
    tag = "operations",
    responses((status = 200, description = "A page", body = String, content_type = "text/html; charset=utf-8")),
    security(()),
)]
pub(super) async fn event_types(State(app): State<Arc<App>>) -> Response {
    html(app.definitions.get().page(&format!("{STYLE}{WIDE_TABLES}")).to_owned())
}

fn html(page: String) -> Response {
    let mut response = page.into_response();
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    headers.insert(
        CONTENT_SECURITY_POLICY,
        HeaderValue::from_static("default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"),
    );
    response
}

/// Tables of many columns: the second is the one with the words.
const WIDE_TABLES: &str = "
body{max-width:80rem}td:last-child{width:auto}td,td code{overflow-wrap:anywhere}tr>:nth-child(2){min-width:16rem}
@media(max-width:60rem){tr>:nth-child(2){min-width:9rem}}
";

const STYLE: &str = "
:root{color-scheme:light dark;--text:#1b1b1f;--page:#fff;--dim:#5a5a63;--line:#d4d4da;--code:#f2f2f5;--link:#0b57a4}
@media(prefers-color-scheme:dark){:root{--text:#e6e6ea;--page:#16161a;--dim:#a6a6b0;--line:#3b3b44;--code:#222228;--link:#8fc1ff}}
body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:var(--text);background:var(--page)}
h1{margin-bottom:.2rem}h2{margin-top:2.5rem;border-bottom:1px solid var(--line)}h2::first-letter{text-transform:uppercase}
a{color:var(--link)}:focus-visible{outline:3px solid var(--link);outline-offset:2px}
.skip{position:absolute;left:-99rem}.skip:focus{position:static}
nav ul{columns:18rem;padding-left:1.2rem}nav li{break-inside:avoid}nav li::first-letter{text-transform:uppercase}
details{border:1px solid var(--line);border-radius:.4rem;margin:.5rem 0;padding:.5rem .8rem}
summary{cursor:pointer}summary code{font-weight:600;overflow-wrap:anywhere}summary span{color:var(--dim)}
code,pre{font:14px/1.5 ui-monospace,monospace}pre{background:var(--code);padding:.8rem;overflow:auto}
td code,p code{background:var(--code);padding:0 .2em;border-radius:.2em}
details>div{scroll-margin-top:3.5rem}
.method{display:inline-block;min-width:4.2em}
.table{overflow-x:auto}table{border-collapse:collapse;width:100%;margin:.8rem 0}caption{text-align:left;font-weight:600}
th,td{text-align:left;vertical-align:top;font-weight:400;padding:.3rem .8rem .3rem 0;border-top:1px solid var(--line)}
tr>:first-child{white-space:nowrap}td:last-child{width:60%}
@media(max-width:40rem){tr>:first-child{white-space:normal;overflow-wrap:anywhere}}
";

fn page_of(document: &Value) -> String {
    let info = document.get("info").unwrap_or(&Value::Null);
    let mut page = format!(
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\"><title>{title}: HTTP interface</title><style>{STYLE}</style></head><body><a class=\"skip\" href=\"#main\">Skip to the routes</a><header><h1>{title}</h1><p>{description}</p><p>Version {version}. The same for programs: <a href=\"/openapi.json\">/openapi.json</a>.</p></header>",
        title = escape(text(info, "title")),
        description = rich(text(info, "description")),
        version = escape(text(info, "version")),
    );
    let tags = by_tag(document);
    contents(&mut page, &tags);
    page.push_str("<main id=\"main\">");
    for (tag, operations) in tags {
        let _infallible = write!(page, "<h2 id=\"{}\">{}</h2>", anchor(&tag), escape(&tag));
        for (path, method, operation) in operations {
            // The anchor stands inside, so that going there opens the details.
            let _infallible = write!(
                page,
                "<details><summary><code><span class=\"method\">{}</span> {}</code> <span>{}</span></summary><div id=\"{}\">{}",
                escape(&method.to_uppercase()),
                escape(path),
                rich(text(operation, "summary")),
                escape(text(operation, "operationId")),
                paragraphs(text(operation, "description")),
            );
            caller(&mut page, operation);
            parameters(&mut page, operation);
            body(&mut page, operation);
            responses(&mut page, operation);
            page.push_str("</div></details>");
        }
    }
    schemas(&mut page, document);
    page.push_str("</main></body></html>\n");
    page
}

fn contents(page: &mut String, tags: &[(String, Vec<Operation<'_>>)]) {
    page.push_str("<nav aria-label=\"Contents\"><ul>");
    for (tag, operations) in tags {
        let _infallible = write!(page, "<li><a href=\"#{}\">{}</a><ul>", anchor(tag), escape(tag));
        for (_, _, operation) in operations {
            let (id, summary) = (escape(text(operation, "operationId")), rich(text(operation, "summary")));
            let _infallible = write!(page, "<li><a href=\"#{id}\">{summary}</a></li>");
        }
        page.push_str("</ul></li>");
    }
    page.push_str("<li><a href=\"#forms\">forms</a></li></ul></nav>");
}

type Operation<'d> = (&'d String, &'d String, &'d Value);

fn by_tag(document: &Value) -> Vec<(String, Vec<Operation<'_>>)> {
    let mut tags: Vec<(String, Vec<Operation<'_>>)> = Vec::new();
    let paths = document.get("paths").and_then(Value::as_object);
    for (path, item) in paths.into_iter().flatten() {
        for (method, operation) in item.as_object().into_iter().flatten() {
            let tag = operation.pointer("/tags/0").and_then(Value::as_str).unwrap_or("other").to_owned();
            match tags.iter_mut().find(|(known, _)| *known == tag) {
                Some((_, operations)) => operations.push((path, method, operation)),
                None => tags.push((tag, vec![(path, method, operation)])),
            }
        }
    }
    // What everybody came for first.
    tags.sort_by_key(|(_, operations)| !operations.iter().any(|(path, ..)| path.starts_with("/v1/")));
    tags
}

/// Which token an operation needs.
fn caller(page: &mut String, operation: &Value) {
    let needs = operation.get("security").and_then(Value::as_array).into_iter().flatten();
    let open =
        needs.clone().any(|requirement| requirement.as_object().is_some_and(serde_json::Map::is_empty));
    let roles: Vec<String> = needs
        .filter_map(|requirement| requirement.get("token")?.as_array())
        .flatten()
        .filter_map(Value::as_str)
        .map(|role| format!("<code>{}</code>", escape(role)))
        .collect();
    let who = match (open, roles.is_empty()) {
        (true, true) => "Needs no token.".to_owned(),
        (true, false) => format!("Needs no token, or one with the role {}.", roles.join(" or ")),
        (false, true) => "Needs any token.".to_owned(),
        (false, false) => format!("Needs a token with the role {}.", roles.join(" or ")),
    };
    let _infallible = write!(page, "<p>{who}</p>");
}

fn parameters(page: &mut String, operation: &Value) {
    let all = operation.get("parameters").and_then(Value::as_array).into_iter().flatten();
    let rows: Vec<[String; 3]> = all
        .map(|parameter| {
            let name = format!("<code>{}</code>", escape(text(parameter, "name")));
            let required = parameter.get("required").and_then(Value::as_bool).unwrap_or_default();
            let place = format!("{}{}", text(parameter, "in"), if required { ", required" } else { "" });
            let described = text(parameter, "description");
            let words = match parameter.get("example").and_then(Value::as_str) {
                Some(example) => {
                    format!(
                        "{}, such as <code>{}</code>.",
                        rich(described.trim_end_matches('.')),
                        escape(example)
                    )
                }
                None => rich(described),
            };
            [name, escape(&place), words]
        })
        .collect();
    table(page, "Parameters", &rows);
}

fn body(page: &mut String, operation: &Value) {
    let Some(body) = operation.get("requestBody") else { return };
    let types = body.get("content").and_then(Value::as_object).into_iter().flatten();
    let rows: Vec<[String; 3]> = types
        .map(|(media_type, content)| {
            [format!("<code>{}</code>", escape(media_type)), String::new(), schema_name(content)]
        })
        .collect();
    table(page, "Body", &rows);
    page.push_str(&paragraphs(body.get("description").and_then(Value::as_str).unwrap_or_default()));
}

fn responses(page: &mut String, operation: &Value) {
    let all = operation.get("responses").and_then(Value::as_object).into_iter().flatten();
    let rows: Vec<[String; 3]> = all
        .map(|(status, response)| {
            let content = response.get("content").and_then(Value::as_object);
            let kinds: Vec<String> =
                content.into_iter().flatten().map(|(_, content)| schema_name(content)).collect();
            let description = response.get("description").and_then(Value::as_str).unwrap_or_default();
            [escape(status), kinds.join(", "), rich(description)]
        })
        .collect();
    table(page, "Answers", &rows);
}

fn schemas(page: &mut String, document: &Value) {
    page.push_str("<h2 id=\"forms\">forms</h2>");
    let schemas = document.pointer("/components/schemas").and_then(Value::as_object);
    for (name, schema) in schemas.into_iter().flatten() {
        let _infallible = write!(
            page,
            "<details><summary><code>{name}</code> <span>{}</span></summary><div id=\"{name}\">",
            rich(text(schema, "description")),
            name = escape(name),
        );
        members(page, schema);
        let json = serde_json::to_string_pretty(schema).unwrap_or_default();
        let _infallible =
            write!(page, "<p>As JSON Schema:</p><pre tabindex=\"0\">{}</pre></div></details>", escape(&json));
    }
}

fn members(page: &mut String, schema: &Value) {
    let required: Vec<&str> = schema
        .get("required")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    let all = schema.get("properties").and_then(Value::as_object).into_iter().flatten();
    let rows: Vec<[String; 3]> = all
        .map(|(name, member)| {
            let need = if required.contains(&name.as_str()) { "required" } else { "" };
            [format!("<code>{}</code>", escape(name)), need.to_owned(), rich(text(member, "description"))]
        })
        .collect();
    table(page, "Members", &rows);
}

fn schema_name(content: &Value) -> String {
    let reference = content.pointer("/schema/$ref").or(content.pointer("/schema/items/$ref"));
    let name = reference.and_then(Value::as_str).and_then(|reference| reference.rsplit('/').next());
    let list = content.pointer("/schema/items").is_some();
    name.map_or(String::new(), |name| {
        let name = escape(name);
        format!("{}<a href=\"#{name}\">{name}</a>", if list { "list of " } else { "" })
    })
}

fn table(page: &mut String, caption: &str, rows: &[[String; 3]]) {
    if rows.is_empty() {
        return;
    }
    let _infallible = write!(page, "<div class=\"table\"><table><caption>{caption}</caption>");
    for [first, second, third] in rows {
        let _infallible =
            write!(page, "<tr><th scope=\"row\">{first}</th><td>{second}</td><td>{third}</td></tr>");
    }
    page.push_str("</table></div>");
}

fn paragraphs(text: &str) -> String {
    let parts = text.split("\n\n").filter(|part| !part.trim().is_empty());
    parts.map(|part| format!("<p>{}</p>", rich(part))).collect()
}

/// Text with `code` in it.
fn rich(text: &str) -> String {
    let parts = text.split('`').enumerate();
    parts
        .map(|(place, part)| match place % 2 {
            0 => escape(part),
            _ => format!("<code>{}</code>", escape(part)),
        })
        .collect()
}

fn text<'v>(value: &'v Value, name: &str) -> &'v str {
    value.get(name).and_then(Value::as_str).unwrap_or_default()
}

fn anchor(tag: &str) -> String {
    format!("tag-{}", escape(tag).replace(' ', "-"))
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
