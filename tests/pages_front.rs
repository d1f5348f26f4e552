//! What stands in front of every page, over plain HTTP: the headers that keep it safe, and pages about what goes wrong.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use serde_json::{Value, json};
use support::http::{Answer, Request};
use support::root;
use support::serving::{Serving, request};
use visitor::{PAGES, Page, Visitor};

mod support;
mod visitor;

const BROWSER: &str = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";

/// The routes that the sources of the pages name, with what a parameter may stand for in its place.
fn routes() -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    collect(&root().join("server/src/web"), &mut found);
    found.iter().map(|route| example(route)).collect()
}

fn collect(folder: &Path, found: &mut BTreeSet<String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, found);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            let text = fs::read_to_string(&path).unwrap();
            let named = text.split(".route(").skip(1).map(str::trim_start);
            let named = named.filter_map(|rest| rest.strip_prefix('"')?.split('"').next().map(str::to_owned));
            found.extend(named);
        }
    }
}

fn example(route: &str) -> String {
    let part = |part: &str| match part.strip_prefix('{').and_then(|name| name.strip_suffix('}')) {
        None => part.to_owned(),
        Some("seq" | "id") => "0".to_owned(),
        Some("type") => "request.received".to_owned(),
        Some("plugin") => "requests".to_owned(),
        Some("name") => "open".to_owned(),
        Some("format") => "html".to_owned(),
        Some(_) => "x".to_owned(),
    };
    route.split('/').map(part).collect::<Vec<_>>().join("/")
}

/// Nothing else may be loaded, run, framed or told.
#[track_caller]
fn is_guarded(what: &str, path: &str, answer: &Answer) {
    let header = |name: &str| answer.header(name).unwrap_or_default();
    let policy = header("content-security-policy");
    assert!(policy.starts_with("default-src 'none'"), "{what}: {policy:?}");
    assert_eq!(policy.contains("'wasm-unsafe-eval'"), path == "/verify", "{what}: {policy}");
    let others = policy.replace("'wasm-unsafe-eval'", "");
    let is_file = path.starts_with("/static/") || path.contains("/file/");
    assert!(!others.contains("unsafe") || (is_file && !others.contains("script-src")), "{what}: {policy}");
    assert_eq!(header("x-frame-options"), "DENY", "{what}");
    assert_eq!(header("referrer-policy"), "same-origin", "{what}");
    assert_eq!(header("cross-origin-opener-policy"), "same-origin", "{what}");
    assert_eq!(header("x-content-type-options"), "nosniff", "{what}");
    assert!(is_file || header("cache-control") == "no-store", "{what}: {}", header("cache-control"));
    assert!(!header("x-request-id").is_empty(), "{what}");
    if answer.status >= 400 {
        assert_eq!(header("content-type"), "text/html; charset=utf-8", "{what}");
    }
}

#[test]
fn every_route_of_the_pages_is_guarded() {
    let mut serving = Serving::new();
    let admin = serving.admin.clone();
    let visitor = Visitor::with(&serving, &admin);
    let (name, value) = visitor.cookie.clone().unwrap();
    let cookie = format!("{name}={value}");
    let routes = routes();
    assert!(routes.len() >= 45, "the routes were not found: {routes:?}");
    for page in PAGES.map(|page| page.split('?').next().unwrap()) {
        assert!(routes.contains(page), "{page} is a page and none of {routes:?}");
    }
    let paths: BTreeSet<&str> = routes.iter().map(String::as_str).chain(["/nothing/here"]).collect();
    for path in paths {
        for method in ["GET", "POST", "PUT"] {
            let bare = || Request::new(method, path).with("accept", BROWSER);
            for (who, request) in
                [("a stranger", bare()), ("the administrator", bare().with("cookie", &cookie))]
            {
                let answer = serving.ask(request);
                assert!(answer.status < 500, "{method} {path} of {who}: {}", answer.text());
                is_guarded(&format!("{method} {path} of {who}"), path, &answer);
            }
        }
    }
    // None of that signed anybody out.
    assert_eq!(serving.ask(Request::get("/").with("cookie", &cookie)).status, 200);
    serving.stop_and_verify();
}

/// A page about what went wrong: what, in plain words, what to do, and a way on.
#[track_caller]
fn says(page: Page, status: u16, title: &str, words: &str) -> Page {
    let page = page.is(status);
    assert_eq!(page.heading(), title, "{}", page.path);
    assert!(page.title().starts_with(title), "{}", page.title());
    let text = page.text();
    assert!(text.contains(words), "{}: {text}", page.path);
    assert!(page.has_link("/"), "{}", page.path);
    assert!(!text.contains("urn:") && !text.contains("deserialize"), "{}: {text}", page.path);
    page
}

#[test]
fn who_browses_gets_pages_and_programs_get_problems() {
    let mut serving = Serving::new();
    let admin = serving.admin.clone();
    let mut officer = Visitor::with(&serving, &admin);
    // No such address, whoever asks.
    let missing =
        says(officer.get("/nothing/here"), 404, "Page not found", "There is no page at /nothing/here.");
    assert!(missing.has_link("/ledger") && missing.text().contains("Signed in as"), "{}", missing.text());
    let missing = says(Visitor::new(&serving).get("/nothing"), 404, "Page not found", "check it");
    assert!(!missing.has_link("/ledger"), "a stranger is shown no navigation");
    says(officer.get("/ledger/999999"), 404, "Page not found", "999999");
    says(officer.get("/static/gone.js"), 404, "Page not found", "check it");
    says(officer.get("/<script>alert(1)<%2Fscript>"), 404, "Page not found", "There is no page");
    // A program asks for the same, and a browser asks the interface.
    serving.get(&admin, "/nothing/here").problem(404, "not_found");
    for target in ["/v1/nothing", "/v1/events/999999", "/tlog/nothing"] {
        serving.ask(Request::get(target).token(&admin).with("accept", BROWSER)).problem(404, "not_found");
    }
    serving.ask(Request::get("/v1/ledger").with("accept", BROWSER)).problem(401, "unauthorized");
    let refused = serving.ask(Request::new("PUT", "/v1/ledger").with("accept", BROWSER));
    refused.problem(405, "method_not_allowed");
    // A method that the page does not take.
    for path in ["/sign-out", "/stay-signed-in", "/alerts/x/acknowledge"] {
        let page = says(officer.get(path), 405, "This page cannot be opened like that", "form or a button");
        assert_eq!(page.answer.header("allow"), Some("POST"), "{path}");
    }
    // An address of which a part cannot be read.
    for path in ["/alerts?state=open&state=all", "/cases/%FF"] {
        says(officer.get(path), 400, "There is a problem with this address", "A part of it cannot be read");
    }
    let cursor = officer.get("/cases/x?after=nothing");
    says(cursor, 400, "There is a problem with this address", "not a cursor");
    // More than a form can be.
    let mut form = officer.go("/record/request.received").is(200).form();
    form.fill("Case or record", &"x".repeat(300_000));
    says(officer.submit(&form, &[]), 413, "What you sent is too large", "at most 262144 bytes");
    // What the token may not.
    let source = serving.token("system", &["source"], json!({ "source_prefix": "/systems/foi" }));
    let mut source = Visitor::with(&serving, &source);
    says(source.get("/access"), 403, "You do not have access to this", "ask whoever manages access");
    serving.stop_and_verify();
}

#[test]
fn what_fails_in_the_server_is_a_page_with_the_name_of_the_request() {
    let mut serving = Serving::new();
    let admin = serving.admin.clone();
    let mut officer = Visitor::with(&serving, &admin);
    officer.get("/reports").is(200);
    // The folder of the reports is a file.
    let folder = serving.ledger.data().join("reports");
    if folder.is_dir() {
        fs::remove_dir_all(&folder).unwrap();
    }
    fs::write(&folder, "no folder").unwrap();
    let failed = officer.get("/reports");
    let id = failed.answer.header("x-request-id").unwrap().to_owned();
    let failed = says(failed, 500, "Sorry, there is a problem with this service", "Try again");
    assert!(failed.text().contains(&id), "{} does not name {id}", failed.text());
    assert!(serving.log().contains(&format!("id={id} ")), "the log names {id}");
    assert!(!failed.text().contains("os error"), "what it was is in the log only: {}", failed.text());
    serving.get(&admin, "/v1/reports").problem(500, "internal");
    fs::remove_file(&folder).unwrap();
    officer.get("/reports").is(200);
    serving.stop_and_verify();
}

/// The entries that a page of a case shows.
fn shown(page: &Page) -> Vec<u64> {
    let number = |(link, text): &(String, String)| {
        link.strip_prefix("/ledger/").filter(|_| text.starts_with("entry "))?.parse().ok()
    };
    page.links().iter().filter_map(number).collect()
}

#[test]
fn a_long_case_is_shown_page_by_page() {
    let mut serving = Serving::new();
    let admin = serving.admin.clone();
    let events: Vec<Value> = (0..120)
        .map(|number| {
            let mut event = request(&format!("e-{number}"), "/systems/foi", Some("housing"));
            event["subject"] = json!("long/case");
            event
        })
        .collect();
    let posted = serving.post_batch(&admin, &events).is(201).json();
    let mut posted: Vec<u64> =
        posted.as_array().unwrap().iter().map(|one| one["seq"].as_u64().unwrap()).collect();
    posted.reverse();
    serving.indexed();
    let mut visitor = Visitor::with(&serving, &admin);
    let (mut path, mut seen) = ("/cases/long%2Fcase".to_owned(), Vec::new());
    for count in [50, 50, 20] {
        let page = visitor.go(&path).is(200);
        visitor.weighs_little(&page);
        let entries = shown(&page);
        assert_eq!(entries.len(), count, "{path}");
        assert_eq!(page.has_link("/cases/long%2Fcase"), !seen.is_empty(), "{path} leads to the first page");
        seen.extend(entries);
        let next = page.links().into_iter().find(|(_, text)| text == "Next page");
        assert_eq!(next.is_some(), seen.len() < 120, "{path}");
        path = next.map(|(next, _)| next).unwrap_or_default();
    }
    assert_eq!(seen, posted);
    visitor.get("/cases/short").is(404);
    serving.stop_and_verify();
}
