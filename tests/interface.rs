//! The service answers as `/openapi.json` says, and that is valid OpenAPI 3.1.
//!
//! `MUNIMENT_TEST_SCALE=10` tries ten times as long, with another seed each time; a failure names the seed, and
//! `MUNIMENT_TEST_SEED=… cargo test --test interface` runs it again.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::process::Command;
use std::time::{Duration, SystemTime};

use serde_json::Value;
use support::server::Server;
use support::{TestLedger, clients, root, run};

mod support;

const SECONDS: u64 = 40;

/// What is tried on every answer: that its status, media type, headers and body are those of the document. Whether a
/// request was rightly refused is not: the document cannot say that an id is taken, or that 429 may come before 401.
const CHECKS: &str = "not_a_server_error,status_code_conformance,content_type_conformance,\
    response_headers_conformance,response_schema_conformance,unsupported_method,allow_header_conformance";

fn number(variable: &str) -> Option<u64> {
    Some(std::env::var(variable).ok()?.parse().expect("a number"))
}

#[test]
fn answers_are_as_documented() {
    let Some(python) = clients::python() else { return };
    let scale = number("MUNIMENT_TEST_SCALE").unwrap_or(1);
    let by_time = || SystemTime::UNIX_EPOCH.elapsed().unwrap_or(Duration::ZERO).as_secs();
    let seed = number("MUNIMENT_TEST_SEED").unwrap_or_else(|| if scale == 1 { 1 } else { by_time() });
    let ledger = TestLedger::new();
    ledger.append(support::plain_lines(0..20), &[]).exits(0);
    let server = Server::start(&ledger);
    let mut command = Command::new(python.with_file_name("schemathesis"));
    command.current_dir(ledger.home.path());
    command.args(["run", &format!("{}/openapi.json", server.url()), "--no-color", "--checks", CHECKS]);
    command.args(["--header", &format!("Authorization: Bearer {}", ledger.token)]);
    command.args(["--max-time", &(SECONDS * scale).to_string(), "--seed", &seed.to_string()]);
    // A first report waits for a compiler.
    command.args(["--request-timeout", "60"]);
    command.args(["--generation-database", "none", "--continue-on-failure"]);
    // It never ends, and would only be waited for: tests/examples.rs follows it.
    command.args(["--exclude-path", "/v1/events/stream"]);
    let ran = run(&mut command, b"");
    assert!(ran.code == Some(0), "seed {seed}\n{}\n{}", ran.stdout, ran.stderr);
    assert!(!ran.stdout.contains("Unresolvable references"), "{}", ran.stdout);
    assert!(!server.stderr().contains("panicked"), "{}", server.stderr());
    assert_eq!(server.get("/readyz").status, 200);
    server.stop();
    ledger.run("verify", &[]).exits(0);
}

#[test]
fn the_document_is_valid() {
    let Some(python) = clients::python() else { return };
    let ledger = TestLedger::new();
    let document = Server::start(&ledger).get("/openapi.json");
    assert_eq!(document.header("content-type"), Some("application/json"));
    assert_eq!(document.json()["openapi"], "3.1.0");
    let file = ledger.beside("openapi.json");
    fs::write(&file, document.body).unwrap();
    let mut command = Command::new(python);
    run(command.args(["-m", "openapi_spec_validator", "--schema", "3.1"]).arg(file), b"").exits(0);
}

/// The documented methods of every path.
fn documented(document: &Value) -> BTreeMap<String, BTreeSet<String>> {
    let methods =
        |item: &Value| item.as_object().unwrap().keys().map(|method| method.to_uppercase()).collect();
    let paths = document["paths"].as_object().unwrap();
    paths.iter().map(|(path, item)| (path.clone(), methods(item))).collect()
}

#[test]
fn the_document_lists_what_there_is() {
    let ledger = TestLedger::new();
    let server = Server::start(&ledger);
    let routes = documented(&server.get("/openapi.json").json());
    for (path, methods) in &routes {
        let place = path.replace("{path}", "0/000.p/1").replace("{seq}", "0").replace("{id}", "0");
        let place = place.replace("{type}", "request.received").replace("{name}", "nobody");
        let place = place.replace("{report}", "report-none.json");
        let place = place.replace("{plugin}", "nobody").replace("{making}", "1");
        let place = place.replace("{group}", "request").replace("{subject}", "FOI-1");
        assert!(!place.contains('{'), "{path}: an example of its parameter is wanted here");
        for method in ["GET", "POST", "PUT", "DELETE", "PATCH"] {
            // Without end, and it is there: tests/examples.rs follows it.
            let ask = if (path.as_str(), method) == ("/v1/events/stream", "GET") {
                format!("{place}?after=wrong")
            } else {
                place.clone()
            };
            let answer = server.request(method, &ask, &[], b"");
            let text = String::from_utf8_lossy(&answer.body);
            if methods.contains(method) {
                assert!(
                    answer.status != 405 && !text.contains("there is nothing at"),
                    "{method} {path}: {text}"
                );
                continue;
            }
            assert_eq!(answer.status, 405, "{method} {path} is not documented: {text}");
            let allowed: BTreeSet<String> =
                answer.header("allow").unwrap().split(',').map(|method| method.trim().to_owned()).collect();
            let mut expected = methods.clone();
            expected.extend(methods.contains("GET").then(|| "HEAD".to_owned()));
            assert_eq!(allowed, expected, "{path}");
        }
    }
    // The other way round: every handler that describes itself is there, and there is no route without a description.
    let mut described = 0;
    for (name, bytes) in sources() {
        // The load generator's empty handler is no part of the service.
        if name.ends_with("empty.rs") {
            continue;
        }
        let text = String::from_utf8(bytes).unwrap();
        // A file's own tests stand at its end, and what they route is no part of the service either.
        let text = text.split("#[cfg(test)]").next().unwrap();
        described += text.matches("#[utoipa::path(").count();
        assert!(!text.contains(".route("), "{name}: a route without a description");
    }
    assert_eq!(described, routes.values().map(BTreeSet::len).sum::<usize>());
    let nothing = server.get("/v1/nothing");
    assert_eq!((nothing.status, nothing.header("content-type")), (404, Some("application/problem+json")));
}

/// The files of the service.
fn sources() -> Vec<(String, Vec<u8>)> {
    let directory = root().join("server/src/http");
    let mut found = support::files(&directory);
    for entry in
        fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_dir())
    {
        found.extend(support::files(&entry));
    }
    found
}

#[test]
fn the_page_loads_nothing() {
    let ledger = TestLedger::new();
    let server = Server::start(&ledger);
    let page = server.get("/docs");
    assert!(page.header("content-security-policy").unwrap().starts_with("default-src 'none'"));
    let text = String::from_utf8(page.body).unwrap();
    for loads in ["src=", "<script", "<link", "@import", "url("] {
        assert!(!text.contains(loads), "{loads}");
    }
    // Every link within the page leads somewhere.
    let mut links = text.split("href=\"#").skip(1).map(|rest| rest.split('"').next().unwrap());
    let lost = links.find(|link| link.is_empty() || !text.contains(&format!("id=\"{link}\"")));
    assert_eq!(lost, None);
    for path in documented(&server.get("/openapi.json").json()).keys() {
        assert!(text.contains(path.as_str()), "{path}");
    }
}
