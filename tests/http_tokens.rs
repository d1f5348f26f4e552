//! Tokens: a refusal says which roles are wanted and nothing of the token; taking one away counts at once and for good;
//! an administrator gives away no more than is theirs.

use std::collections::BTreeSet;
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use support::http::{Request, Stream};
use support::serving::{STRUCTURED, Serving, request};

mod support;

#[test]
fn refusals_name_the_role_and_not_the_token() {
    let mut serving = Serving::new();
    let tokens = ["admin", "auditor", "officer", "source"]
        .map(|role| (role, serving.token(&format!("one-{role}"), &[role], json!({"source_prefix": "/s"}))));
    let routes: [(&str, &str, &[&str]); 18] = [
        ("GET", "/v1/events", &["auditor", "officer", "source"]),
        ("GET", "/v1/events/0", &["auditor", "officer", "source"]),
        ("GET", "/v1/events/0/receipt", &["auditor", "officer", "source"]),
        ("GET", "/v1/events/stream", &["auditor", "officer", "source"]),
        ("POST", "/v1/events", &["officer", "source"]),
        ("GET", "/v1/tokens", &["admin"]),
        ("POST", "/v1/tokens", &["admin"]),
        ("DELETE", "/v1/tokens/x", &["admin"]),
        ("POST", "/v1/imports", &["admin", "officer"]),
        ("POST", "/v1/imports/1/finish", &["admin", "officer"]),
        ("GET", "/v1/reports", &["admin", "auditor", "officer"]),
        ("GET", "/v1/reports/report-x.json", &["admin", "auditor", "officer"]),
        ("POST", "/v1/reports", &["admin", "officer"]),
        ("POST", "/v1/reports/report-x/approve", &["admin"]),
        ("GET", "/v1/report-design", &["admin", "auditor", "officer"]),
        ("PUT", "/v1/report-design", &["admin", "officer"]),
        ("GET", "/tlog/tile/entries/000.p/1", &["auditor"]),
        ("HEAD", "/v1/events/0", &["auditor", "officer", "source"]),
    ];
    for (method, target, roles) in routes {
        for (role, token) in &tokens {
            let request = Request::new(method, target).token(token);
            if roles.contains(role) || method == "HEAD" {
                continue;
            }
            let problem = serving.ask(request).problem(403, "forbidden").json();
            assert_eq!(problem["roles"], json!(roles), "{method} {target} {role}");
            assert!(problem["detail"].as_str().unwrap().contains(&roles.join(" or ")));
        }
    }
    // Missing, wrong, malformed or revoked: the same words.
    let revoked = serving.token("gone", &["auditor"], json!({}));
    serving.ask(Request::new("DELETE", "/v1/tokens/gone").token(&serving.admin)).is(204);
    let mut words = BTreeSet::new();
    let last = if serving.admin.ends_with('0') { '1' } else { '0' };
    let almost = format!("{}{last}", &serving.admin[..serving.admin.len() - 1]);
    for header in [
        None,
        Some(format!("Bearer {revoked}")),
        Some("Bearer muniment_0000".to_owned()),
        Some(format!("Bearer {almost}")),
        Some(format!("Basic {}", serving.admin)),
        Some(serving.admin.clone()),
        Some("Bearer".to_owned()),
        Some(format!("Bearer {} x", serving.admin)),
    ] {
        let mut request = Request::get("/v1/ledger");
        if let Some(header) = &header {
            request = request.with("authorization", header);
        }
        let refused = serving.ask(request).problem(401, "unauthorized");
        assert!(refused.header("www-authenticate").unwrap().starts_with("Bearer"));
        words.insert(refused.without_instance().to_string());
    }
    assert_eq!(words.len(), 1, "{words:?}");
    // Every route but the public ones wants a token. Who fails too often waits; whoever has a token does not.
    let mut statuses = BTreeSet::new();
    for (method, target, _) in routes.iter().chain(&[
        ("GET", "/v1/ledger", &[][..]),
        ("GET", "/v1/ledger/consistency?from=0", &[]),
        ("GET", "/v1/event-types", &[]),
        ("GET", "/v1/event-types/request.received", &[]),
        ("GET", "/metrics", &[]),
    ]) {
        let mut connection = serving.connect();
        let answer = connection.ask(&Request::new(method, *target));
        statuses.insert(answer.status);
        if answer.status == 429 {
            assert!(answer.header("retry-after").is_some());
        }
        assert!([401, 429].contains(&answer.status), "{method} {target}: {}", answer.status);
    }
    assert!(statuses.contains(&429), "{statuses:?}");
    serving.get(&serving.admin, "/v1/ledger").is(200);
    serving.indexed();
    for public in
        ["/healthz", "/readyz", "/openapi.json", "/docs", "/tlog/checkpoint", "/tlog/tile/0/000.p/1"]
    {
        serving.ask(Request::get(public)).is(200);
    }
    // Secrets are nowhere to be read.
    let everything = [serving.log(), serving.ledger.lines().join("\n")].concat();
    for (_, token) in &tokens {
        assert!(!everything.contains(token.as_str()));
    }
    serving.stop_and_verify();
}

#[test]
fn revocation_counts_at_once() {
    let mut serving = Serving::new();
    let token = serving.token("short-lived", &["officer", "admin"], json!({}));
    let mut kept_alive = serving.connect();
    kept_alive.ask(&Request::get("/v1/ledger").token(&token)).is(200);
    // Open streams of all kinds: idle, behind a filter, from the start.
    let queries = ["", "?type=access.*", "?after=-1&subject=nothing"];
    let mut streams = queries.map(|query| Stream::open(serving.address, &token, query, None));
    // A request whose body is still on its way.
    let slow =
        Request::post("/v1/tokens", "application/json", r#"{"name":"late","roles":["admin"]}"#).token(&token);
    let mut uploading = serving.connect();
    let bytes = slow.bytes();
    uploading.send(&bytes[..bytes.len() - 1]).unwrap();
    thread::sleep(Duration::from_millis(200));
    serving.ask(Request::new("DELETE", "/v1/tokens/short-lived").token(&serving.admin)).is(204);
    let revoked = Instant::now();
    kept_alive.ask(&Request::get("/v1/ledger").token(&token)).problem(401, "unauthorized");
    uploading.send(&bytes[bytes.len() - 1..]).unwrap();
    uploading.answer(true).unwrap().problem(401, "unauthorized");
    for stream in &mut streams {
        let mut last = stream.next_frame();
        // The entry of the revocation itself may have been on its way.
        while last.as_ref().is_some_and(|frame| frame.event.as_deref() == Some("entry")) {
            last = stream.next_frame();
        }
        let last = last.expect("a last event");
        assert_eq!(last.event.as_deref(), Some("end"));
        assert_eq!(serde_json::from_str::<Value>(&last.data).unwrap()["reason"], "revoked");
        assert_eq!(stream.next_frame(), None);
    }
    assert!(revoked.elapsed() < Duration::from_secs(2), "{:?}", revoked.elapsed());
    // For good.
    serving
        .ask(Request::new("DELETE", "/v1/tokens/short-lived").token(&serving.admin))
        .problem(404, "not_found");
    serving.make_token(&serving.admin, "short-lived", &["auditor"], json!({})).problem(409, "name_taken");
    serving.stop();
    serving.start_again();
    serving.get(&token, "/v1/ledger").problem(401, "unauthorized");
    let last = serving.ask(Request::new("DELETE", "/v1/tokens/admin").token(&serving.admin));
    last.problem(409, "last_admin");
    serving.stop_and_verify();
}

/// The token is taken away while an event is on its way to the server.
#[test]
fn a_revoked_token_posts_nothing_that_was_on_its_way() {
    let mut serving = Serving::new();
    let token = serving.token("leaver", &["officer"], json!({}));
    let bytes =
        Request::post("/v1/events", STRUCTURED, request("e-1", "/s", None).to_string()).token(&token).bytes();
    let mut uploading = serving.connect();
    uploading.send(&bytes[..bytes.len() - 1]).unwrap();
    thread::sleep(Duration::from_millis(200));
    serving.ask(Request::new("DELETE", "/v1/tokens/leaver").token(&serving.admin)).is(204);
    uploading.send(&bytes[bytes.len() - 1..]).unwrap();
    uploading.answer(true).unwrap().problem(401, "unauthorized");
    serving.stop_and_verify();
}

#[test]
fn an_administrator_who_hangs_up_leaves_nothing_half_done() {
    let mut serving = Serving::new();
    let mut expected = BTreeSet::from(["admin".to_owned()]);
    let mut kept = Vec::new();
    for round in 0..20_u64 {
        let doomed = serving.token(&format!("doomed-{round}"), &["auditor"], json!({}));
        let create = json!({"name": format!("aborted-{round}"), "roles": ["auditor"]}).to_string();
        for request in [
            Request::new("DELETE", format!("/v1/tokens/doomed-{round}")),
            Request::post("/v1/tokens", "application/json", create),
        ] {
            let mut connection = serving.connect();
            connection.send(&request.token(&serving.admin).bytes()).unwrap();
            // The answer is not waited for: it is cut off now, a little later, or later still.
            thread::sleep(Duration::from_micros(150 * (round % 10)));
            drop(connection);
        }
        let name = format!("kept-{round}");
        kept.push(serving.token(&name, &["auditor"], json!({})));
        expected.insert(name);
        // What the ledger says of a token is what it can do.
        let said = serving.ledger.lines().join("\n");
        let deleted =
            said.contains(&format!(r#""data":{{"name":"doomed-{round}","requested_by":"token/admin"}}"#));
        // Its event may have become durable this very moment.
        let start = Instant::now();
        // Who fails often is answered 429 instead of 401.
        while deleted && serving.get(&doomed, "/v1/events?limit=1").status == 200 {
            assert!(
                start.elapsed() < Duration::from_secs(5),
                "round {round}: the ledger says that it was revoked"
            );
        }
    }
    thread::sleep(Duration::from_millis(300));
    let names = |serving: &Serving| -> BTreeSet<String> {
        let list = serving.get(&serving.admin, "/v1/tokens").is(200).json();
        list["tokens"]
            .as_array()
            .unwrap()
            .iter()
            .map(|token| token["name"].as_str().unwrap().to_owned())
            .collect()
    };
    let before = names(&serving);
    assert!(expected.is_subset(&before), "{before:?}");
    serving.stop();
    serving.start_again();
    assert_eq!(names(&serving), before, "a restart changes nothing");
    for token in &kept {
        serving.get(token, "/v1/events?limit=1").is(200);
    }
    serving.stop_and_verify();
}

#[test]
fn a_narrowed_administrator_stays_within() {
    let mut serving = Serving::new();
    serving.token("wide", &["auditor"], json!({}));
    let scope = json!({"groups": ["request"], "units": ["legal", "hr"], "source_prefix": "/systems/foi"});
    let half = serving.token("half", &["admin", "officer"], scope.clone());
    let beyond = [
        json!({}),
        json!({"groups": ["request"], "units": ["legal"]}),
        json!({"groups": ["request"], "source_prefix": "/systems/foi"}),
        json!({"units": ["legal"], "source_prefix": "/systems/foi"}),
        json!({"groups": ["request", "access"], "units": ["legal"], "source_prefix": "/systems/foi"}),
        json!({"groups": ["request"], "units": ["legal", "housing"], "source_prefix": "/systems/foi"}),
        json!({"groups": ["request"], "units": ["legal"], "source_prefix": "/systems"}),
        json!({"groups": ["request"], "units": ["legal"], "source_prefix": "/systems/foi2"}),
        json!({"groups": ["request"], "units": ["legal"], "source_prefix": "/"}),
        json!({"groups": ["request"], "units": ["legal"], "source_prefix": "/systems/fo/"}),
    ];
    for (number, wanted) in beyond.into_iter().enumerate() {
        for role in ["admin", "auditor", "source"] {
            let name = format!("beyond-{number}-{role}");
            serving.make_token(&half, &name, &[role], wanted.clone()).problem(422, "invalid_token");
        }
    }
    let inner = json!({"groups": ["request"], "units": ["hr"], "source_prefix": "/systems/foi/hr"});
    serving.make_token(&half, "inner", &["admin", "source"], inner).is(201);
    for name in ["wide", "admin", "%77ide", "none"] {
        let delete = Request::new("DELETE", format!("/v1/tokens/{name}")).token(&half);
        serving.ask(delete).problem(404, "not_found");
    }
    // A bracket around an import holds up the deadlines of everybody.
    let size = serving.size();
    serving.ask(Request::new("POST", "/v1/imports").token(&half)).problem(403, "out_of_scope");
    serving.ask(Request::new("POST", "/v1/imports/1/finish").token(&half)).problem(403, "out_of_scope");
    assert_eq!(serving.size(), size);
    serving.ask(Request::new("DELETE", "/v1/tokens/inner").token(&half)).is(204);
    // Requests that are no tokens.
    for (wanted, code) in [
        (r#"{"name":"a","roles":["root"]}"#, "invalid_token"),
        (r#"{"name":"a","roles":[]}"#, "invalid_token"),
        (r#"{"name":"..","roles":["auditor"]}"#, "invalid_token"),
        (r#"{"name":"A","roles":["auditor"]}"#, "invalid_token"),
        (r#"{"name":"a/b","roles":["auditor"]}"#, "invalid_token"),
        (r#"{"name":"a","roles":["auditor"],"groups":[]}"#, "invalid_token"),
        (r#"{"name":"a","roles":["auditor"],"group":["x"]}"#, "invalid_token"),
        (r#"{"name":"a","name":"b","roles":["auditor"]}"#, "invalid_token"),
        (r#"{"name":"a","roles":["source"],"source_prefix":"https://LEDGER.example/main"}"#, "invalid_token"),
        (r#"{"name":"a","roles":["source"],"source_prefix":""}"#, "invalid_token"),
        ("", "not_json"),
        ("[", "not_json"),
    ] {
        let request = Request::post("/v1/tokens", "application/json", wanted).token(&serving.admin);
        let refused = serving.ask(request);
        let status = if code == "not_json" { 400 } else { 422 };
        refused.problem(status, code);
    }
    serving.stop_and_verify();
}
