//! A token sees, infers and posts what its scope covers, and nothing else.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use support::http::{Request, Stream};
use support::serving::{BATCH, STRUCTURED, Serving, request};

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
                        // Tokens that were made meanwhile are entries too.
                        assert_eq!(within(found), wanted, "{text} {query}");
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
            answer.problem(403, "out_of_scope").without_instance()
        });
        assert_eq!(there, new);
    }
    // A token's name that a narrowed administrator cannot see is as if it were not there.
    serving.token("wide", &["auditor"], json!({}));
    let admin = serving.token("half-admin", &["admin"], json!({"units": ["legal"]}));
    let [there, absent] = ["wide", "none"].map(|name| {
        let request = Request::new("DELETE", format!("/v1/tokens/{name}")).token(&admin);
        let problem = serving.ask(request).problem(404, "not_found").without_instance();
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
fn an_entry_is_corrected_by_its_source_or_an_officer() {
    let serving = Serving::new();
    let scope = json!({"source_prefix": "/systems"});
    let source = serving.token("systems", &["source"], scope);
    let officer = serving.token("ig", &["officer"], json!({}));
    let seq = |id: &str, from: &str| {
        let posted = serving.post(&serving.admin, &request(id, from, None)).is(201).json();
        posted["seq"].as_u64().unwrap()
    };
    let (own, other) = (seq("r-1", "/systems/foi"), seq("r-2", "/systems/other"));
    let correct = |id: &str, target: u64, token: &str| {
        let event = json!({
            "specversion": "1.0", "id": id, "source": "/systems/foi", "type": "ledger.correction_recorded",
            "subject": "FOI-1", "data": {"target": target, "action": "void", "reason": "recorded_twice"},
        });
        serving.post(token, &event)
    };
    correct("c-1", own, &source).is(201);
    correct("c-2", other, &source).problem(403, "out_of_scope");
    correct("c-3", other, &officer).is(201);
    for (target, code) in [(0, "not_correctable"), (99_999, "no_entry"), (other + 1, "not_correctable")] {
        let said = correct("c-4", target, &officer).problem(422, "invalid_event").json();
        assert_eq!(said["errors"][0]["code"], code, "{said}");
        assert_eq!(said["errors"][0]["pointer"], "/data/target");
    }
}
