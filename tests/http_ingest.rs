//! Events come in by the three content modes of CloudEvents, exactly as the HTTP binding and the JSON format say.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::thread;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;
use signed_note::{Note, StandardVerifier, VerifierList};
use support::event;
use support::http::Request;
use support::serving::{BATCH, STRUCTURED, Serving, request};
use tlog_tiles::Hash;

mod support;

#[test]
fn the_media_type_decides() {
    let mut serving = Serving::new();
    let mut connection = serving.connect();
    let mut ask = |request: Request| connection.ask(&request.token(&serving.admin));
    let one = |id: &str| request(id, "/s", None).to_string();
    for (number, media_type) in [
        "application/cloudevents+json",
        "Application/CloudEvents+JSON",
        "application/cloudevents+json; charset=utf-8",
        "application/cloudevents+json;charset=\"UTF-8\"",
        "application/cloudevents+json; profile=x ; charset=Utf-8",
    ]
    .into_iter()
    .enumerate()
    {
        let answer = ask(Request::post("/v1/events", media_type, one(&format!("one-{number}"))));
        assert!(answer.is(201).json()["seq"].is_u64(), "{media_type}");
        let media_type = media_type.replace("+", "-batch+").replace("loudEvents", "loudevents");
        let body = format!("[{}]", one(&format!("batch-{number}")));
        assert!(ask(Request::post("/v1/events", &media_type, body)).is(201).json()[0]["seq"].is_u64());
    }
    for media_type in [
        "application/cloudevents",
        "application/cloudevents+xml",
        "application/cloudevents-batch",
        "application/cloudevents-batch+avro",
        "application/cloudevents+json; charset=iso-8859-1",
        "application/cloudevents+json;charset=\"utf-16\"",
    ] {
        ask(Request::post("/v1/events", media_type, one("x"))).problem(415, "unsupported_media_type");
    }
    ask(Request::new("POST", "/v1/events").body(one("x"))).problem(415, "unsupported_media_type");
    // Anything else is data of an event in headers, of which there are none.
    ask(Request::post("/v1/events", "application/json", one("x"))).problem(422, "invalid_event");
    ask(Request::post("/v1/events", STRUCTURED, format!("[{}]", one("x")))).problem(422, "invalid_event");
    ask(Request::post("/v1/events", BATCH, one("x"))).problem(400, "not_json");
    assert_eq!(ask(Request::post("/v1/events", BATCH, "[]")).is(200).json(), json!([]));
    assert_eq!(ask(Request::post("/v1/events", BATCH, " [ ] ")).is(200).json(), json!([]));
    // The body, not the headers, says what a structured event is.
    let mixed =
        Request::post("/v1/events", STRUCTURED, one("mixed")).with("ce-id", "other").with("ce-source", "/o");
    let seq = ask(mixed).is(201).json()["seq"].as_u64().unwrap();
    assert_eq!(ask(Request::get(format!("/v1/events/{seq}"))).json()["event"]["id"], "mixed");
    drop(connection);
    serving.stop_and_verify();
}

#[test]
fn headers_become_events() {
    let mut serving = Serving::new();
    let mut connection = serving.connect();
    let mut ask = |request: Request| connection.ask(&request.token(&serving.admin));
    let binary = |id: &str| {
        Request::new("POST", "/v1/events")
            .with("ce-specversion", "1.0")
            .with("ce-id", id)
            .with("ce-source", "/s")
            .with("ce-type", "request.received")
            .with("ce-subject", "case-1")
    };
    let data = r#"{"regime": "foi"}"#;
    for (number, (header, id)) in [
        ("plain", "plain"),
        ("a%20b", "a b"),
        ("Euro%20%E2%82%AC%20%F0%9F%98%80", "Euro \u{20ac} \u{1f600}"),
        ("%e2%82%ac", "\u{20ac}"),
        ("100%25", "100%"),
        ("\"quoted\"", "quoted"),
        ("\"q\\\"uo\\\\ted %41\"", "q\"uo\\ted A"),
        ("not%percent%2", "not%percent%2"),
        ("  spaces around  ", "spaces around"),
        ("%2541", "%41"),
    ]
    .into_iter()
    .enumerate()
    {
        let request = binary(header).with("Content-Type", "application/json").with("CE-Extra", "%22x%22");
        let seq = ask(request.body(data)).is(201).json()["seq"].as_u64().unwrap();
        let event = &ask(Request::get(format!("/v1/events/{seq}"))).is(200).json()["event"];
        assert_eq!((&event["id"], &event["extra"]), (&json!(id), &json!("\"x\"")), "{number} {header}");
        assert_eq!(
            (&event["data"], &event["datacontenttype"]),
            (&json!({"regime": "foi"}), &json!("application/json"))
        );
    }
    // Without a Content-Type, and so without datacontenttype, data is JSON (JSON format, 3.1).
    let seq = ask(binary("no-type").body(data)).is(201).json()["seq"].as_u64().unwrap();
    let event = &ask(Request::get(format!("/v1/events/{seq}"))).json()["event"];
    assert_eq!((event.get("datacontenttype"), &event["data"]["regime"]), (None, &json!("foi")));
    for (request, status, part) in [
        (binary("1").with("ce-datacontenttype", "application/json").body(data), 400, "ce-datacontenttype"),
        (binary("1").with("ce-data", "{}").body(data), 400, "ce-data"),
        (binary("1").with("ce-data_base64", "AA==").body(data), 400, "ce-data_base64"),
        (binary("1").with("ce-id", "2").body(data), 400, "twice"),
        (binary("%ff"), 400, "UTF-8"),
        (binary("%ED%A0%80"), 400, "UTF-8"),
        (binary("\"open"), 400, "quote"),
        (binary("caf\u{e9}"), 400, "ASCII"),
        (binary("a%00b").body(data), 422, "/id"),
        (binary("a%0D%0Ab").body(data), 422, "/id"),
        (binary("").body(data), 422, "/id"),
        (binary("1").with("ce-time", "2026-01-01T00:00:00").body(data), 422, "/time"),
        (binary("1").with("ce-time", "2999-01-01T00%3A00%3A00Z").body(data), 422, "/time"),
        (binary("1").with("ce-upper_case", "x").body(data), 422, "extension"),
        (binary("1").with("content-type", "application/json").body("{"), 400, "byte"),
        (binary("1").with("content-type", "application/vnd.x+json").body("{}x"), 400, "byte"),
    ] {
        let answer = ask(request);
        assert_eq!(answer.status, status, "{part}: {}", answer.text());
        assert!(answer.text().contains(part), "{part}: {}", answer.text());
    }
    drop(connection);
    serving.stop_and_verify();
}

#[test]
fn events_are_kept_as_they_were_written() {
    let mut serving = Serving::new();
    let mut connection = serving.connect();
    let mut ask = |request: Request| connection.ask(&request.token(&serving.admin));
    let envelope = |id: &str, more: &str| {
        format!(
            r#"{{ "type":"request.received", "specversion":"1.0", "source":"/s", "subject":"case-1", "id":"{id}" {more} }}"#
        )
    };
    // Numbers keep their spelling, strings lose needless escapes, members are sorted, nulls of attributes go.
    for (id, more, kept) in [
        (
            "pages",
            r#","data":{"regime":"foi","pages_estimated": 120}"#,
            r#""data":{"pages_estimated":120,"regime":"foi"}"#,
        ),
        ("escapes", r#","data":{"regime":"f\u006fi"},"partition":"\u00e9\/\u20ac""#, r#""partition":"é/€""#),
        (
            "nulls",
            r#","data":{"regime":"foi"},"time":null,"dataschema":null"#,
            r#""data":{"regime":"foi"},"id":"nulls","#,
        ),
        (
            "time",
            r#","data":{"regime":"foi"},"time":"2026-01-01T00:30:00.10+01:00""#,
            r#""time":"2026-01-01T00:30:00.10+01:00""#,
        ),
        ("integer", r#","data":{"regime":"foi"},"level":-0"#, r#""level":-0"#),
    ] {
        let seq = ask(Request::post("/v1/events", STRUCTURED, envelope(id, more))).is(201).json()["seq"]
            .as_u64()
            .unwrap();
        let line = ask(Request::get(format!("/v1/events/{seq}"))).is(200).text();
        assert!(event(&line).contains(kept), "{line}");
        assert!(!line.contains(": ") && !line.contains(":null"), "{line}");
    }
    // Another spelling of a number is another event; other white space and order are not.
    let spelled = |number: &str| {
        envelope("cost", &format!(r#","hours":"x","data":{{"regime":"foi","pages_estimated":{number}}}"#))
    };
    ask(Request::post("/v1/events", STRUCTURED, spelled("7"))).is(201);
    ask(Request::post("/v1/events", STRUCTURED, spelled("   7"))).is(200);
    let conflict = ask(Request::post("/v1/events", STRUCTURED, spelled("8"))).problem(409, "conflict").json();
    assert_eq!(conflict["differences"], json!(["/data/pages_estimated"]));
    for (more, pointer) in [
        (r#","time":"2026-01-01T00:00:00""#, "/time"),
        (r#","time":"2026-01-01""#, "/time"),
        (r#","time":"2026-02-30T00:00:00Z""#, "/time"),
        (r#","data":{"regime":"foi"},"data_base64":"AA==""#, "/data_base64"),
        (r#","data_base64":"A""#, "/data_base64"),
        (r#","data":{"regime":"foi"},"Upper":"x""#, "/Upper"),
        (r#","data":{"regime":"foi"},"a~/b":"x""#, "/a~0~1b"),
        (r#","data":{"regime":"foi"},"list":[]"#, "/list"),
        (r#","data":{"regime":"foi"},"sealkey":"AAAAAAAAAAAAAAAA""#, "/sealkey"),
    ] {
        let refused = ask(Request::post("/v1/events", STRUCTURED, envelope("x", more)));
        assert_eq!(refused.status, 422, "{more}: {}", refused.text());
        assert!(refused.faults().iter().any(|(_, found)| found == pointer), "{pointer}: {}", refused.text());
    }
    let ahead = r#","data":{"regime":"foi"},"time":"2999-01-01T00:00:00Z""#;
    let refused =
        ask(Request::post("/v1/events", STRUCTURED, envelope("x", ahead))).problem(422, "invalid_event");
    assert_eq!(refused.faults(), [(None, "/time".to_owned())]);
    // Not JSON, or JSON that can be read in two ways.
    let deep =
        |depth: usize| envelope("x", &format!(r#","data":{}{}"#, "[".repeat(depth), "]".repeat(depth)));
    for body in [
        String::new(),
        "{".to_owned(),
        "\u{feff}{}".to_owned(),
        envelope("x", "") + "x",
        envelope("x", r#","id":"y""#),
        envelope("x", r#","data":{"a":1,"\u0061":2}"#),
        envelope("x", r#","data":{"a":01}"#),
        envelope("x", r#","data":{"a":NaN}"#),
        envelope("x", r#","data":{"a":"\ud800"}"#),
        envelope("x", ",\"data\":\"a\nb\""),
        envelope("x", r#","data":{"a":1,}"#),
        deep(64),
        deep(100_000),
        "[".repeat(1_000_000),
    ] {
        let shown: String = body.chars().take(80).collect();
        let refused = ask(Request::post("/v1/events", STRUCTURED, body));
        assert_eq!((refused.status, refused.code().as_str()), (400, "not_json"), "{shown}");
    }
    let mut invalid = envelope("x", r#","partition":"?""#).into_bytes();
    let place = invalid.iter().position(|byte| *byte == b'?').unwrap();
    for byte in [0xff, 0x80, 0xc0] {
        invalid[place] = byte;
        ask(Request::post("/v1/events", STRUCTURED, invalid.clone())).problem(400, "not_json");
    }
    drop(connection);
    serving.stop_and_verify();
}

/// The receipt of an entry that was just answered, checked by crates that others wrote.
#[test]
fn a_receipt_is_there_with_the_answer() {
    let mut serving = Serving::new();
    let (address, admin, vkey) = (serving.address, &serving.admin, &serving.ledger.vkey);
    thread::scope(|scope| {
        for client in 0..8 {
            scope.spawn(move || {
                let mut connection = support::http::Connection::open(address);
                for number in 0..25 {
                    let event = request(&format!("r-{client}-{number}"), "/s", None).to_string();
                    let posted = Request::post("/v1/events", STRUCTURED, event).token(admin);
                    let posted = connection.ask(&posted).is(201).json();
                    let seq = posted["seq"].as_u64().unwrap();
                    let line =
                        connection.ask(&Request::get(format!("/v1/events/{seq}")).token(admin)).is(200).body;
                    assert_eq!(blake3::hash(&line).to_hex().as_str(), posted["hash"]);
                    let receipt = Request::get(format!("/v1/events/{seq}/receipt")).token(admin);
                    check_receipt(&connection.ask(&receipt).is(200).text(), seq, &line, vkey);
                }
            });
        }
    });
    serving.stop_and_verify();
}

fn check_receipt(text: &str, seq: u64, line: &[u8], vkey: &str) {
    let (head, note) = text.split_once("\n\n").unwrap();
    let mut rows = head.lines();
    assert_eq!(rows.next(), Some("c2sp.org/tlog-proof@v1"));
    assert_eq!(rows.next(), Some(format!("index {seq}").as_str()));
    let proof = rows.map(|row| Hash(STANDARD.decode(row).unwrap().try_into().unwrap())).collect();
    let known = VerifierList::new(vec![Box::new(StandardVerifier::new(vkey).unwrap())]);
    let note = Note::from_bytes(note.as_bytes()).unwrap();
    note.verify(&known).unwrap();
    let checkpoint = tlog_tiles::Checkpoint::from_bytes(note.text()).unwrap();
    let leaf = tlog_tiles::record_hash(line);
    tlog_tiles::check_record(&proof, checkpoint.size(), *checkpoint.hash(), seq, leaf).unwrap();
}
