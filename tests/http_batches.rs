//! A batch stands or falls as one unless it asks not to; what is too large is refused, compressed or not.

use serde_json::{Value, json};
use support::http::{Request, gzip};
use support::serving::{BATCH, STRUCTURED, Serving, request};

mod support;

#[test]
fn a_batch_stands_or_falls() {
    let mut serving = Serving::new();
    let size = serving.size();
    let mut bad =
        [request("b-0", "/s", None), request("b-1", "/s", None), request("b-2", "/s", None), json!(7)];
    bad[1]["time"] = json!("yesterday");
    bad[2]["source"] = json!("a b");
    let refused = serving.post_batch(&serving.admin, &bad).problem(422, "invalid_event");
    let found = refused.faults();
    assert_eq!(
        found,
        [(Some(1), "/time".to_owned()), (Some(2), "/source".to_owned()), (Some(3), String::new())]
    );
    assert_eq!(serving.size(), size);
    // The good ones of a lenient batch are kept, in their order.
    let body = Value::Array(bad.to_vec()).to_string();
    let lenient = |prefer: &str, target: &str, body: &str| {
        serving.ask(Request::post(target, BATCH, body).token(&serving.admin).with("prefer", prefer))
    };
    let dry = lenient("handling=lenient", "/v1/events?dry_run=true", &body).is(200).json();
    assert_eq!((dry[0].get("seq"), &dry[1]["problem"]["status"]), (None, &json!(422)));
    assert_eq!(serving.size(), size);
    let answer = lenient("Handling=\"Lenient\"", "/v1/events", &body).is(201);
    assert_eq!(answer.header("preference-applied"), Some("handling=lenient"));
    let items = answer.json();
    assert_eq!(items[0]["seq"], size);
    for place in 1..4 {
        assert_eq!(items[place]["problem"]["status"], 422);
        assert!(items[place].get("seq").is_none());
    }
    assert_eq!(serving.size(), size + 1);
    // The same again is answered as it was first, also among new ones.
    let again = lenient("handling=lenient", "/v1/events", &body).is(200).json();
    assert_eq!(
        (&again[0]["seq"], &again[0]["hash"], &again[0]["replayed"]),
        (&items[0]["seq"], &items[0]["hash"], &json!(true))
    );
    let mixed = [request("b-0", "/s", None), request("b-9", "/s", None), request("b-9", "/s", None)];
    let mixed = serving.post_batch(&serving.admin, &mixed).is(201).json();
    assert_eq!(mixed[0]["hash"], items[0]["hash"]);
    assert_eq!(
        [&mixed[0]["replayed"], &mixed[1]["replayed"], &mixed[2]["replayed"]],
        [&json!(true), &json!(false), &json!(true)]
    );
    assert_eq!(mixed[1]["seq"], mixed[2]["seq"]);
    // One conflict refuses all.
    let size = serving.size();
    let mut other = request("b-0", "/s", None);
    other["subject"] = json!("case-other");
    let batch = [request("b-10", "/s", None), other.clone()];
    let conflict = serving.post_batch(&serving.admin, &batch).problem(409, "conflict").json();
    assert_eq!(
        (&conflict["first_entry"], &conflict["differences"]),
        (&items[0]["seq"], &json!(["/subject"]))
    );
    serving
        .ask(Request::post("/v1/events?dry_run=true", STRUCTURED, other.to_string()).token(&serving.admin))
        .problem(409, "conflict");
    assert_eq!(serving.size(), size);
    // What is not compared: trace context.
    let mut traced = request("b-0", "/s", None);
    traced["traceparent"] = json!("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
    let replay = serving.post(&serving.admin, &traced).is(200).json();
    assert_eq!(
        (&replay["seq"], &replay["hash"], &replay["recorded"]),
        (&items[0]["seq"], &items[0]["hash"], &items[0]["recorded"])
    );
    for wrong in ["?dry_run=1", "?dry_run=TRUE", "?dryrun=true", "?dry_run=true&dry_run=false"] {
        let request =
            Request::post(format!("/v1/events{wrong}"), STRUCTURED, request("w", "/s", None).to_string());
        serving.ask(request.token(&serving.admin)).problem(400, "bad_request");
    }
    serving.stop_and_verify();
}

#[test]
fn a_batch_may_conflict_with_itself() {
    let mut serving = Serving::new();
    let mut other = request("b-0", "/s", None);
    other["subject"] = json!("case-other");
    let body = json!([request("b-0", "/s", None), other]).to_string();
    for target in ["/v1/events?dry_run=true", "/v1/events"] {
        let refused = serving.ask(Request::post(target, BATCH, body.as_str()).token(&serving.admin));
        assert!(refused.problem(409, "conflict").json().get("first_entry").is_none());
    }
    serving.stop_and_verify();
}

#[test]
fn sizes_have_limits() {
    let mut serving = Serving::new();
    let size = serving.size();
    let post = |media_type: &str, encoding: &str, body: Vec<u8>| {
        let request = Request::post("/v1/events", media_type, body).token(&serving.admin);
        serving.ask(if encoding.is_empty() { request } else { request.with("content-encoding", encoding) })
    };
    let many = |count: u64| -> Vec<u8> {
        Value::Array((0..count).map(|number| request(&format!("m-{number}"), "/s", None)).collect())
            .to_string()
            .into()
    };
    post(BATCH, "", many(10_001)).problem(413, "too_many_events");
    let dry = Request::post("/v1/events?dry_run=true", BATCH, many(10_001)).token(&serving.admin);
    serving.ask(dry).problem(413, "too_many_events");
    // An event of 65,000 bytes in canonical form, and one of a byte more.
    let padded = |id: &str, bytes: usize| {
        let mut event = request(id, "/s", None);
        let room = bytes - event.to_string().len() - r#","aa":"","#.len();
        let (full, rest) = ((room - 40) / 2_009, (room - 40) % 2_009);
        // Extensions of 2,000 bytes each, and one that fills up.
        for number in 0..full {
            event[format!("x{number:03}")] = json!("y".repeat(2_000));
        }
        let _ = rest;
        let missing = bytes.saturating_sub(event.to_string().len() + r#","zz":"""#.len());
        let (first, second) = (missing.min(1_900), missing.saturating_sub(1_900 + r#","zy":"""#.len()));
        event["zz"] = json!("z".repeat(first));
        if missing > 1_900 {
            event["zy"] = json!("z".repeat(second));
        }
        assert_eq!(event.to_string().len(), bytes);
        event.to_string()
    };
    post(STRUCTURED, "", padded("exact", 65_000).into()).is(201);
    let refused = post(STRUCTURED, "", padded("beyond", 65_001).into()).problem(413, "event_too_large");
    assert!(refused.text().contains("65001") && refused.text().contains("65000"), "{}", refused.text());
    // More than 8 MiB of events; more than 12 MiB of body.
    let large: Vec<String> = (0..130).map(|number| padded(&format!("l-{number}"), 65_000)).collect();
    post(BATCH, "", format!("[{}]", large.join(",")).into()).problem(413, "batch_too_large");
    for body in [vec![b' '; 12 * 1024 * 1024 + 1], vec![b'['; 13_000_000]] {
        post(BATCH, "", body).problem(413, "payload_too_large");
    }
    // Compressed: as good as plain, and with the same limits.
    let event = |id: &str| request(id, "/s", None).to_string().into_bytes();
    post(STRUCTURED, "gzip", gzip(&event("z-1"))).is(201);
    post(STRUCTURED, "GZIP", gzip(&event("z-1"))).is(200);
    post(STRUCTURED, "zstd", zstd::encode_all(&event("z-2")[..], 3).unwrap()).is(201);
    post(STRUCTURED, "identity", event("z-3")).is(201);
    let bomb = vec![b' '; 200_000_000];
    for (encoding, body) in [("gzip", gzip(&bomb)), ("zstd", zstd::encode_all(&bomb[..], 3).unwrap())] {
        post(BATCH, encoding, body).problem(413, "payload_too_large");
    }
    for encoding in ["br", "deflate", "gzip, gzip", "gzip;q=1", "x"] {
        post(STRUCTURED, encoding, event("z-4")).problem(415, "unsupported_media_type");
    }
    for (encoding, body) in [
        ("gzip", event("z-5")),
        ("zstd", event("z-5")),
        ("gzip", gzip(&event("z-5"))[..30].to_vec()),
        ("zstd", zstd::encode_all(&event("z-5")[..], 3).unwrap()[..30].to_vec()),
        ("gzip", [gzip(&event("z-5")), b"rubbish".to_vec()].concat()),
        ("gzip", Vec::new()),
    ] {
        let refused = post(STRUCTURED, encoding, body);
        assert_eq!(refused.status, 400, "{encoding}: {}", refused.text());
    }
    assert_eq!(serving.size(), size + 4);
    serving.stop_and_verify();
}

#[test]
fn a_dry_run_knows_the_limit_of_a_batch() {
    let mut serving = Serving::new();
    let event = |number: u64| {
        let mut event = request(&format!("l-{number}"), "/s", None);
        (0..20).for_each(|extension| event[format!("x{extension:02}")] = json!("y".repeat(2_000)));
        event
    };
    let batch = Value::Array((0..250).map(event).collect()).to_string();
    assert!(batch.len() > 8 * 1024 * 1024);
    for target in ["/v1/events", "/v1/events?dry_run=true"] {
        let request = Request::post(target, BATCH, batch.as_str()).token(&serving.admin);
        serving.ask(request).problem(413, "batch_too_large");
    }
    serving.stop_and_verify();
}
