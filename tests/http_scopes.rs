//! A token sees, infers and posts what its scope covers and nothing else; only the host writes what the host writes.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::collections::BTreeSet;
use std::thread;
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use support::http::{Answer, Request, Stream};
use support::serving::{BATCH, STRUCTURED, Serving, request};
use support::{ORIGIN, root};

mod support;

fn access(id: &str, source: &str, unit: &str) -> Value {
    json!({
        "specversion": "1.0", "id": id, "source": source, "type": "access.requested", "subject": format!("access/{id}"),
        "data": {"system": "housing-db", "entitlement": "reader", "unit": unit},
    })
}

/// Events of several groups, units and sources.
fn world(serving: &Serving) -> Vec<Value> {
    let events = [
        request("e-1", "/systems/foi", Some("housing")),
        request("e-2", "/systems/foi", Some("legal")),
        request("e-3", "/systems/foi/web", None),
        request("e-4", "/systems/foi2", Some("housing")),
        access("e-5", "/systems/access", "housing"),
        access("e-6", "/systems/foi?access", "legal"),
        request("e-7", "urn:council:foi:1", Some("legal")),
        access("e-8", "/systems", "housing"),
    ];
    serving.post_batch(&serving.admin, &events).is(201);
    serving.indexed();
    let all = serving.get(&serving.admin, "/v1/events?limit=1000").is(200).json();
    all["events"].as_array().unwrap().clone()
}

/// What a scope covers, said once more from the documentation.
fn covers(scope: &Value, entry: &Value) -> bool {
    let event = &entry["event"];
    let (kind, source) = (event["type"].as_str().unwrap(), event["source"].as_str().unwrap());
    let list = |name: &str, found: Option<&str>| match scope[name].as_array() {
        None => true,
        Some(list) => list.iter().any(|item| item.as_str() == found),
    };
    let below = match scope["source_prefix"].as_str() {
        None => true,
        Some(prefix) => {
            let prefix = prefix.trim_end_matches('/');
            source == prefix
                || ["/", "?", "#", ":"].iter().any(|end| source.starts_with(&format!("{prefix}{end}")))
        }
    };
    list("groups", kind.split('.').next()) && list("units", event["data"]["unit"].as_str()) && below
}

fn seqs(entries: &Value) -> Vec<u64> {
    entries.as_array().unwrap().iter().map(|entry| entry["seq"].as_u64().unwrap()).collect()
}

/// All pages of a list.
fn listed(serving: &Serving, token: &str, query: &str) -> Vec<u64> {
    let mut connection = serving.connect();
    let (mut found, mut target) = (Vec::new(), format!("/v1/events?{query}"));
    loop {
        let answer = connection.ask(&Request::get(&target).token(token)).is(200);
        let page = answer.json();
        found.extend(seqs(&page["events"]));
        assert_eq!(page["next"].is_null(), answer.header("link").is_none());
        let Some(link) = answer.header("link") else { return found };
        target = link.strip_prefix('<').unwrap().strip_suffix(">; rel=\"next\"").unwrap().to_owned();
        assert!(found.len() < 1_000, "pages without end");
    }
}

const SCOPES: [&str; 9] = [
    r#"{}"#,
    r#"{"groups":["request"]}"#,
    r#"{"groups":["access","token"]}"#,
    r#"{"groups":["Request"," request","reques","request.received"]}"#,
    r#"{"units":["housing"]}"#,
    r#"{"source_prefix":"/systems/foi"}"#,
    r#"{"source_prefix":"/systems/","units":["legal","housing"]}"#,
    r#"{"groups":["request"],"units":["legal"],"source_prefix":"/systems/foi/"}"#,
    r#"{"source_prefix":"urn:council","groups":["request"]}"#,
];

#[test]
fn nobody_sees_beyond_the_scope() {
    let mut serving = Serving::new();
    let world = world(&serving);
    let size = world.len() as u64;
    let mut narrow = 0;
    for (number, text) in SCOPES.iter().enumerate() {
        let scope: Value = serde_json::from_str(text).unwrap();
        for role in ["auditor", "officer", "source"] {
            if role == "source" && scope["source_prefix"].is_null() {
                let refused = serving.make_token(&serving.admin, "no-prefix", &[role], scope.clone());
                assert!(refused.problem(422, "invalid_token").text().contains("source_prefix"));
                continue;
            }
            let token = serving.token(&format!("{role}-{number}"), &[role], scope.clone());
            let may = |entry: &&Value| covers(&scope, entry);
            let expected: Vec<u64> =
                world.iter().filter(may).map(|entry| entry["seq"].as_u64().unwrap()).collect();
            narrow += usize::from(expected.len() < world.len());
            let within =
                |found: Vec<u64>| -> Vec<u64> { found.into_iter().filter(|seq| *seq < size).collect() };
            let reversed: Vec<u64> = expected.iter().rev().copied().collect();
            for limit in ["limit=1", "limit=2", "limit=1000"] {
                assert_eq!(within(listed(&serving, &token, limit)), expected, "{text} {limit}");
                let descending = listed(&serving, &token, &format!("order=desc&{limit}"));
                assert_eq!(within(descending), reversed, "{text} {limit}");
            }
            // Whatever is asked for, the scope stays.
            for entry in &world {
                let (seq, event) = (entry["seq"].as_u64().unwrap(), &entry["event"]);
                let wanted: &[u64] = if covers(&scope, entry) { &[seq] } else { &[] };
                let subject = event["subject"].as_str().unwrap_or("none");
                let source = event["source"].as_str().unwrap().replace('?', "%3F");
                for query in [
                    format!("subject={subject}&source={source}"),
                    format!("q={subject}&type=*"),
                    format!("type={}&subject={subject}", event["type"].as_str().unwrap()),
                ] {
                    let found = listed(&serving, &token, &query);
                    if event["subject"].is_string() {
                        assert_eq!(found, wanted, "{text} {query}");
                    }
                }
                let (line, receipt) = (format!("/v1/events/{seq}"), format!("/v1/events/{seq}/receipt"));
                if wanted.is_empty() {
                    for target in [line, receipt] {
                        let refused = serving.get(&token, &target).problem(403, "out_of_scope");
                        assert!(refused.header("etag").is_none());
                        assert!(!refused.text().contains(subject), "{}", refused.text());
                    }
                } else {
                    assert_eq!(serving.get(&token, &line).is(200).json(), *entry);
                    assert!(
                        serving.get(&token, &receipt).is(200).text().starts_with("c2sp.org/tlog-proof@v1")
                    );
                }
            }
            cursors(&serving, &token, &scope);
            streams(&serving, &token, &scope, &expected, size);
        }
    }
    assert!(narrow > 10);
    serving.stop_and_verify();
}

/// Cursors are positions and nothing more, whoever wrote them.
fn cursors(serving: &Serving, token: &str, scope: &Value) {
    let mut connection = serving.connect();
    for order in 0..=3_u8 {
        for seq in [0, 1, 5, 9, u64::MAX - 1, u64::MAX] {
            let cursor = URL_SAFE_NO_PAD.encode([&[order][..], &seq.to_be_bytes()].concat());
            for name in ["asc", "desc"] {
                let target = format!("/v1/events?order={name}&after={cursor}");
                let answer = connection.ask(&Request::get(target).token(token));
                if u8::from(name == "desc") != order {
                    answer.problem(400, "bad_request");
                    continue;
                }
                let page = answer.is(200).json();
                for entry in page["events"].as_array().unwrap() {
                    let found = entry["seq"].as_u64().unwrap();
                    assert!(covers(scope, entry), "{scope} {entry}");
                    assert!(if order == 0 { found > seq } else { found < seq });
                }
            }
        }
    }
    for wrong in ["", "0", "AAAA", "%00", "AAAAAAAAAAAAAAAAAA==", "AAAAAAAAAAAA%0A", "../../x", "'or'1"] {
        connection
            .ask(&Request::get(format!("/v1/events?after={wrong}")).token(token))
            .problem(400, "bad_request");
    }
    for wrong in ["limit=0", "limit=1001", "limit=-1", "limit=1e9", "order=sideways", "scope=all", "TYPE=*"] {
        connection.ask(&Request::get(format!("/v1/events?{wrong}")).token(token)).problem(400, "bad_request");
    }
}

fn streams(serving: &Serving, token: &str, scope: &Value, expected: &[u64], size: u64) {
    for (query, header) in [("?after=-1", None), ("", Some("-1")), ("?after=-1&type=*", Some("7"))] {
        let mut stream = Stream::open(serving.address, token, query, header);
        for seq in expected {
            assert_eq!(stream.entry().0, *seq, "{scope} {query}");
        }
    }
    // From the middle, by the header that a browser sends.
    if let [first, second, ..] = expected {
        let mut stream = Stream::open(serving.address, token, "", Some(&first.to_string()));
        assert_eq!(stream.entry().0, *second);
    }
    for wrong in ["?after=-2", "?after=x", "?after=9223372036854775807", "?limit=1", "?after=0&after=1"] {
        let answer = serving.get(token, &format!("/v1/events/stream{wrong}"));
        answer.problem(400, "bad_request");
    }
    for wrong in ["x", "-2", "1 2", "99999999999999999999", "\u{e9}"] {
        let request = Request::get("/v1/events/stream").token(token).with("last-event-id", wrong);
        serving.ask(request).problem(400, "bad_request");
    }
    assert!(expected.iter().all(|seq| *seq < size));
}

/// All but what names one request.
fn without_instance(answer: &Answer) -> Value {
    let mut problem = answer.json();
    problem.as_object_mut().unwrap().remove("instance").unwrap();
    problem
}

#[test]
fn nobody_infers_what_is_beyond_the_scope() {
    let mut serving = Serving::new();
    world(&serving);
    let legal = serving.token("legal", &["officer"], json!({"units": ["legal"]}));
    let post = |target: &str, event: &Value| {
        serving.ask(Request::post(target, STRUCTURED, event.to_string()).token(&legal))
    };
    // The key of an event that is out of sight: taken, and nothing more is said of it.
    let mut event = request("e-1", "/systems/foi", Some("legal"));
    for target in ["/v1/events", "/v1/events?dry_run=true"] {
        let refused = post(target, &event).problem(409, "conflict");
        let problem = refused.json();
        assert!(problem.get("differences").is_none(), "{problem}");
        assert!(!refused.text().contains("housing") && !refused.text().contains("/data"), "{problem}");
    }
    let lenient = Request::post("/v1/events", BATCH, Value::Array(vec![event.clone()]).to_string());
    let answer = serving.ask(lenient.token(&legal).with("prefer", "handling=lenient")).is(200).json();
    assert_eq!(answer[0]["problem"]["status"], 409);
    assert!(answer[0]["problem"].get("differences").is_none(), "{answer}");
    // One that the scope covers is compared openly.
    event = request("e-2", "/systems/foi", Some("legal"));
    event["data"]["channel"] = json!("post");
    let open = post("/v1/events", &event).problem(409, "conflict").json();
    assert_eq!(open["differences"], json!(["/data/channel"]));
    // What may not be posted is refused alike whether or not it is there already.
    for target in ["/v1/events", "/v1/events?dry_run=true"] {
        let [there, new] = ["e-1", "e-1000"].map(|id| {
            let answer = post(target, &request(id, "/systems/foi", Some("housing")));
            without_instance(&answer.problem(403, "out_of_scope"))
        });
        assert_eq!(there, new);
    }
    // A token's name that a narrowed administrator cannot see is as if it were not there.
    serving.token("wide", &["auditor"], json!({}));
    let admin = serving.token("half-admin", &["admin"], json!({"units": ["legal"]}));
    let [there, absent] = ["wide", "none"].map(|name| {
        let request = Request::new("DELETE", format!("/v1/tokens/{name}")).token(&admin);
        let problem = without_instance(&serving.ask(request).problem(404, "not_found"));
        problem.to_string().replace(name, "NAME")
    });
    assert_eq!(there, absent);
    let seen = serving.get(&admin, "/v1/tokens").is(200).json();
    let names: Vec<&str> =
        seen["tokens"].as_array().unwrap().iter().map(|t| t["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["half-admin", "legal"]);
    // Metrics count, and name nobody and nothing.
    let metrics = serving.get(&legal, "/metrics").is(200).text();
    for secret in ["half-admin", "e-1", "/systems", "case-", "housing", &legal] {
        assert!(!metrics.contains(secret), "{secret}");
    }
    serving.stop_and_verify();
}

#[test]
fn nobody_posts_beyond_the_scope() {
    let mut serving = Serving::new();
    let before = serving.size();
    let foi = serving.token("foi", &["source"], json!({"source_prefix": "/systems/foi"}));
    let legal = serving.token("legal", &["officer"], json!({"units": ["legal"], "groups": ["request"]}));
    let made = before + 2;
    let mut hidden_unit = request("x-1", "/systems/foi", None);
    hidden_unit["unit"] = json!("legal");
    let mut listed_unit = request("x-2", "/systems/foi", None);
    listed_unit["data"]["unit"] = json!(["legal"]);
    let beyond: Vec<(&str, &str, Value)> = vec![
        (&foi, "/source", request("x-3", "/systems/foi2", None)),
        (&foi, "/source", request("x-4", "/systems", None)),
        (&foi, "/source", request("x-5", "/Systems/foi", None)),
        (&foi, "/source", request("x-6", "/systems/%66oi", None)),
        (&foi, "/source", request("x-7", "//systems/foi", None)),
        (&legal, "/data/unit", request("x-8", "/systems/foi", Some("housing"))),
        (&legal, "/data/unit", request("x-9", "/systems/foi", Some("Legal"))),
        (&legal, "/data/unit", request("x-10", "/systems/foi", Some("legal "))),
        (&legal, "/data/unit", request("x-11", "/systems/foi", None)),
        (&legal, "/data/unit", hidden_unit),
        (&legal, "/data/unit", listed_unit),
        (&legal, "/type", access("x-12", "/systems/foi", "legal")),
    ];
    for (token, pointer, event) in &beyond {
        let good = request("x-good", "/systems/foi", Some("legal"));
        for target in ["/v1/events", "/v1/events?dry_run=true"] {
            let one = Request::post(target, STRUCTURED, event.to_string());
            let batch = Request::post(target, BATCH, json!([good, event]).to_string());
            for (request, place) in [(one, None), (batch, Some(1))] {
                let problem = serving.ask(request.token(token)).problem(403, "out_of_scope").json();
                let fault = &problem["errors"][0];
                assert_eq!(
                    (fault["pointer"].as_str(), fault["event"].as_u64()),
                    (Some(*pointer), place),
                    "{problem}"
                );
            }
        }
        let lenient = Request::post("/v1/events?dry_run=true", BATCH, json!([event, good]).to_string());
        let items = serving.ask(lenient.token(token).with("prefer", "handling=lenient")).is(200).json();
        assert_eq!((&items[0]["problem"]["status"], items[1].get("problem")), (&json!(403), None), "{items}");
    }
    // Roles that do not post.
    for role in ["auditor", "admin"] {
        let token = serving.token(&format!("only-{role}"), &[role], json!({}));
        let problem = serving.post(&token, &request("x-13", "/s", None)).problem(403, "forbidden").json();
        assert_eq!(problem["roles"], json!(["officer", "source"]));
    }
    assert_eq!(serving.size(), made + 2, "nothing was written but tokens");
    serving.stop_and_verify();
}

#[test]
fn refusals_name_the_role_and_not_the_token() {
    let mut serving = Serving::new();
    let tokens = ["admin", "auditor", "officer", "source"]
        .map(|role| (role, serving.token(&format!("one-{role}"), &[role], json!({"source_prefix": "/s"}))));
    let routes: [(&str, &str, &[&str]); 12] = [
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
        words.insert(without_instance(&refused).to_string());
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
fn bundles_are_for_auditors_who_are_not_narrowed() {
    let mut serving = Serving::new();
    let auditor = serving.token("auditor", &["auditor"], json!({}));
    let narrowed = serving.token("narrowed", &["auditor"], json!({"groups": ["ledger", "token"]}));
    let officer = serving.token("officer", &["officer", "admin"], json!({}));
    for target in
        ["/tlog/tile/entries/000.p/1", "/tlog/tile/%65ntries/000.p/1", "/tlog/tile/entries%2f000.p%2F1"]
    {
        serving.ask(Request::get(target)).problem(401, "unauthorized");
        serving.get(&officer, target).problem(403, "forbidden");
        serving.get(&narrowed, target).problem(403, "out_of_scope");
        let answer = serving.get(&auditor, target).is(200);
        assert!(answer.header("cache-control").unwrap().starts_with("private"));
    }
    for target in
        ["/tlog/tile/entries/000.p/1/", "/tlog/tile//entries/000.p/1", "/tlog/tile/0/../entries/000.p/1"]
    {
        serving.ask(Request::get(target)).problem(404, "not_found");
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

/// Every way to write down the ledger's own origin.
fn own_sources() -> Vec<String> {
    let spelled = [
        ORIGIN.to_owned(),
        ORIGIN.to_uppercase(),
        format!("https://{ORIGIN}"),
        format!("HTTPS://{}/alerts", ORIGIN.to_uppercase()),
        format!("//{ORIGIN}"),
        format!("///{ORIGIN}"),
        format!("/{ORIGIN}/x"),
        format!("{ORIGIN}/x"),
        format!("{ORIGIN}?x"),
        format!("{ORIGIN}#x"),
        format!("{ORIGIN}:x"),
    ];
    let others = [
        "https://ledger.example:443/main",
        "https://user@ledger.example/main",
        "https://user:secret@ledger.example:8080/main/x",
        "https://a%2Fb@ledger.example/main",
        "https://ledger.example./main",
        "https://ledger.example//main",
        "https://ledger.example/./main",
        "https://ledger.example/x/../main",
        "https://ledger.example/%2E%2e/main",
        "https://%6cedger.example/main",
        "https://ledger%2Eexample/%6D%61in",
        "ledger.example%2Fmain",
        "https:ledger.example/main",
        "urn:ledger.example/main",
    ];
    spelled.into_iter().chain(others.map(str::to_owned)).collect()
}

#[test]
fn nobody_writes_as_the_ledger() {
    let mut serving = Serving::new();
    let officer = serving.token("officer", &["officer"], json!({}));
    let tokens = [serving.admin.clone(), officer];
    let size = serving.size();
    let mut forged: Vec<(Value, &str)> = Vec::new();
    for (number, source) in own_sources().into_iter().enumerate() {
        // The ids of what the host will write next.
        let id = ["token/2", "import/1/started", "ledger.created", "alert/1"][number % 4];
        forged.push((request(id, &source, Some("housing")), "host_source"));
    }
    let list = std::fs::read_to_string(root().join("core/src/host.rs")).unwrap();
    let types = list.split("HOST_TYPES").nth(1).unwrap().split("];").next().unwrap();
    let types: Vec<&str> = types.split('"').skip(1).step_by(2).collect();
    assert!(types.len() > 20 && types.contains(&"token.created"));
    for kind in types {
        let mut event = request("forged", "/systems/foi", None);
        (event["type"], event["data"]) = (json!(kind), json!({}));
        forged.push((event, "host_type"));
    }
    let good = request("good", "/systems/foi", None);
    for (place, (event, code)) in forged.iter().enumerate() {
        let token = &tokens[place % 2];
        let mut connection = serving.connect();
        let mut ask = |request: Request| connection.ask(&request.token(token));
        for target in ["/v1/events", "/v1/events?dry_run=true"] {
            ask(Request::post(target, STRUCTURED, event.to_string())).problem(403, code);
            ask(Request::post(target, BATCH, json!([good, event]).to_string())).problem(403, code);
            let body = event["data"].to_string();
            let mut binary = Request::post(target, "application/json", body).with("ce-specversion", "1.0");
            for name in ["id", "source", "type", "subject"] {
                let value = event[name].as_str().unwrap().replace('%', "%25");
                binary = binary.with(&format!("CE-{name}"), &value);
            }
            ask(binary.clone()).problem(403, code);
            // Once more, every byte of it percent-encoded, and in quotes.
            for (_, value) in binary.headers.iter_mut().filter(|(name, _)| name.starts_with("CE-")) {
                let encoded: String =
                    value.replace("%25", "%").bytes().map(|byte| format!("%{byte:02x}")).collect();
                *value = format!("\"{encoded}\"");
            }
            ask(binary).problem(403, code);
        }
        let lenient = Request::post("/v1/events?dry_run=true", BATCH, json!([event, good]).to_string());
        let items = ask(lenient.with("prefer", "handling=lenient")).is(200).json();
        assert!(items[0]["problem"]["type"].as_str().unwrap().ends_with(code), "{items}");
        let lenient = Request::post("/v1/events", BATCH, json!([event]).to_string());
        let items = ask(lenient.with("prefer", "respond-async, handling=\"lenient\"")).is(200).json();
        assert_eq!(items[0]["problem"]["status"], 403, "{items}");
    }
    assert_eq!(serving.size(), size, "nothing was written");
    // What the host writes next is not pre-empted.
    serving.token("later", &["auditor"], json!({}));
    serving.ask(Request::new("POST", "/v1/imports").token(&serving.admin)).is(201);
    serving.ask(Request::new("POST", "/v1/imports/1/finish").token(&serving.admin)).is(200);
    assert_eq!(serving.size(), size + 3);
    serving.stop_and_verify();
}
