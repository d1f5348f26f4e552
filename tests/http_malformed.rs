//! Paths, methods and heads that are not as they must be: each gets one answer, and nothing slips in behind it.

use std::net::Shutdown;

use serde_json::json;
use support::http::Request;
use support::serving::{STRUCTURED, Serving, request};

mod support;

/// What is sent, and the statuses of all answers on the connection until it is closed.
fn statuses(serving: &Serving, text: &[u8]) -> (Vec<u16>, String) {
    let mut connection = serving.connect();
    // It may be refused before its end.
    let _refused = connection.send(text);
    let _half = connection.stream.shutdown(Shutdown::Write);
    let answer = String::from_utf8_lossy(&connection.read_to_end()).into_owned();
    let found =
        answer.match_indices("HTTP/1.1 ").filter_map(|(at, _)| answer.get(at + 9..at + 12)?.parse().ok());
    (found.collect(), answer)
}

#[test]
fn paths_have_one_spelling() {
    let mut serving = Serving::new();
    let auditor = serving.token("auditor", &["auditor"], json!({"groups": ["none"]}));
    let long = "a/".repeat(3_000);
    for target in [
        "//v1/ledger",
        "/v1//ledger",
        "/v1/ledger/",
        "/v1/./ledger",
        "/v1/../v1/ledger",
        "/v1%2fledger",
        "/V1/ledger",
        "/v1/%6cedger%00",
        "/v1/ledger%20",
        "/v1/ledger;x",
        "/v1/events/0/",
        "/v1/events/%2e%2e/ledger",
        "/v1/events//0",
        "/v1/events/0%2freceipt",
        "/v1/events/-1",
        "/v1/events/0x0",
        "/v1/events/18446744073709551616",
        "/v1/events/0.0",
        "/v1/events/%EF%BC%90",
        "/tlog/tile/0/000",
        "/tlog/tile/0/000.p/0",
        "/tlog/tile/0/000.p/256",
        "/tlog/tile/0/000.p/999",
        "/tlog/tile/64/000",
        "/tlog/tile/63/000.p/1",
        "/tlog/tile/255/000",
        "/tlog/tile/0/0",
        "/tlog/tile/0/x000/000.p/1",
        "/tlog/tile/0/000.p/01",
        "/tlog/tile/0/%2e%2e/checkpoint",
        "/tlog/tile/../checkpoint",
        "/tlog/tile/",
        "/tlog/tile/data/000",
        "/tlog/tile/0/x999/x999/x999/x999/x999/x999/999",
        "/tlog/tile/0/x018/x446/x744/x073/x709/x551/615",
        "/tlog/",
        "/.env",
        "/etc/passwd",
        "/v1/tokens/a%2Fb",
        &format!("/{long}"),
    ] {
        let answer = serving.get(&auditor, target);
        assert!([403, 404, 405].contains(&answer.status), "{target}: {} {}", answer.status, answer.text());
        answer.code();
    }
    // Not UTF-8 once decoded: a problem like every other.
    for target in [
        "/v1/tokens/%ff",
        "/v1/event-types/%ff",
        "/tlog/tile/%ff",
        "/v1/events/%ff",
        "/v1/imports/%ff/finish",
    ] {
        for method in ["GET", "DELETE", "POST"] {
            let answer = serving.ask(Request::new(method, target).token(&serving.admin));
            assert!([400, 404, 405].contains(&answer.status), "{method} {target}: {}", answer.status);
            answer.code();
        }
    }
    // Methods.
    for method in ["PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND", "get", "G-E-T"] {
        for target in ["/v1/events", "/v1/ledger", "/healthz", "/tlog/checkpoint"] {
            let answer = serving.ask(Request::new(method, target).token(&serving.admin));
            assert!(answer.header("allow").is_some(), "{method} {target}: {answer:?}");
            answer.problem(405, "method_not_allowed");
        }
    }
    for target in
        ["/healthz", "/v1/ledger", "/v1/events", "/v1/events/0", "/tlog/checkpoint", "/docs", "/nothing"]
    {
        let head = serving.ask(Request::new("HEAD", target).token(&serving.admin));
        let get = serving.get(&serving.admin, target);
        assert_eq!((head.status, head.body.len()), (get.status, 0), "{target}");
        assert_eq!(head.header("content-type"), get.header("content-type"), "{target}");
    }
    // A stream that is asked for by HEAD takes nobody's place.
    serving.ask(Request::new("HEAD", "/v1/events/stream").token(&serving.admin)).is(200);
    serving.stop_and_verify();
}

#[test]
fn nothing_is_smuggled() {
    let mut serving = Serving::new();
    let size = serving.size();
    let event = request("smuggled", "/s", None).to_string();
    let inner =
        String::from_utf8(Request::post("/v1/events", STRUCTURED, event).token(&serving.admin).bytes())
            .unwrap();
    let post = format!(
        "POST /v1/events HTTP/1.1\r\nhost: a\r\nauthorization: Bearer {}\r\ncontent-type: {STRUCTURED}\r\n",
        serving.admin
    );
    let length = inner.len();
    for (name, text) in [
        (
            "CL.TE",
            format!(
                "{post}content-length: {}\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n{inner}",
                length + 5
            ),
        ),
        (
            "TE.CL",
            format!(
                "{post}transfer-encoding: chunked\r\ncontent-length: 4\r\n\r\n1\r\n{{\r\n0\r\n\r\n{inner}"
            ),
        ),
        (
            "TE.TE",
            format!("{post}transfer-encoding: chunked\r\ntransfer-encoding: x\r\n\r\n0\r\n\r\n{inner}"),
        ),
        ("two lengths", format!("{post}content-length: 0\r\ncontent-length: {length}\r\n\r\n{inner}")),
        ("list of lengths", format!("{post}content-length: 0, {length}\r\n\r\n{inner}")),
        ("signed length", format!("{post}content-length: +0\r\n\r\n{inner}")),
        ("folded", format!("{post}x: y\r\n content-length: 0\r\n\r\n{inner}")),
        ("space before colon", format!("{post}content-length : 0\r\n\r\n{inner}")),
        ("bare CR", format!("{post}x: y\rcontent-length: 0\r\n\r\n{inner}")),
        ("huge chunk", format!("{post}transfer-encoding: chunked\r\n\r\nffffffffffffffff0\r\n{inner}")),
        ("NUL in a header", format!("{post}x: \0\r\ncontent-length: 0\r\n\r\n{inner}")),
        ("no version", format!("GET /healthz\r\n\r\n{inner}")),
        ("HTTP/1.2", format!("GET /healthz HTTP/1.2\r\nhost: a\r\n\r\n{inner}")),
        ("HTTP/0.9", format!("GET /healthz HTTP/0.9\r\nhost: a\r\n\r\n{inner}")),
        ("two hosts", format!("GET /healthz HTTP/1.1\r\nhost: a\r\nhost: b\r\n\r\n{inner}")),
        ("no host", format!("GET /healthz HTTP/1.1\r\n\r\n{inner}")),
        (
            "header flood",
            format!("GET /healthz HTTP/1.1\r\nhost: a\r\n{}\r\n{inner}", "x: y\r\n".repeat(200)),
        ),
        (
            "long header",
            format!("GET /healthz HTTP/1.1\r\nhost: a\r\nx: {}\r\n\r\n{inner}", "y".repeat(100_000)),
        ),
        ("long target", format!("GET /{} HTTP/1.1\r\nhost: a\r\n\r\n{inner}", "y".repeat(100_000))),
        ("TLS", format!("\x16\x03\x01\x02\0\x01\0\x01\u{fc}\x03\x03{inner}")),
    ] {
        let (found, answer) = statuses(&serving, text.as_bytes());
        assert!(found.len() <= 1, "{name}: {answer}");
        assert!(found.iter().all(|status| (400..=505).contains(status)), "{name}: {answer}");
    }
    for text in [
        &b"\xff\xfe\x00\x01\r\n\r\n"[..],
        b"\r\n\r\n\r\n",
        b"GET /\xff HTTP/1.1\r\nhost: a\r\n\r\n",
        b"GET /\0 HTTP/1.1\r\nhost: a\r\n\r\n",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    ] {
        let (found, answer) = statuses(&serving, text);
        assert!(found.iter().all(|status| [400, 404].contains(status)), "{answer}");
    }
    // Pipelined requests are answered in their order.
    let get = |target: &str| format!("GET {target} HTTP/1.1\r\nhost: a\r\n\r\n");
    let mut connection = serving.connect();
    connection.send([get("/healthz"), get("/none"), get("/tlog/checkpoint")].concat().as_bytes()).unwrap();
    assert_eq!([(); 3].map(|()| connection.answer(true).unwrap().status), [200, 404, 200]);
    assert_eq!(serving.size(), size, "nothing was written");
    serving.stop_and_verify();
}
