//! Requests that two readers could understand differently. What hyper does with each is written down here, and what
//! must hold for all: one answer, a closed connection, and what follows is never taken for a request.

use std::sync::atomic::Ordering::Relaxed;

use super::{Running, options};

/// What an attacker puts behind a request, hoping that we take it for the next one.
const SMUGGLED: &str = "GET /smuggled HTTP/1.1\r\nhost: a\r\n\r\n";

/// A name, the request, and the status that it is answered with. Where the status is 200 the request is lawful, if
/// odd, and says itself where it ends.
const CASES: &[(&str, &str, u16)] = &[
    // Refused by hyper with a bare 400, which `Watched` puts into words.
    ("HTTP/0.9", "GET /\r\n\r\n", 400),
    ("no version", "GET / \r\nhost: a\r\n\r\n", 400),
    ("version 1.2", "GET / HTTP/1.2\r\nhost: a\r\n\r\n", 400),
    ("version 2.0 as text", "GET / HTTP/2.0\r\nhost: a\r\n\r\n", 400),
    ("two spaces in the request line", "GET  / HTTP/1.1\r\nhost: a\r\n\r\n", 400),
    ("method with a bracket", "G(T / HTTP/1.1\r\nhost: a\r\n\r\n", 400),
    ("control byte in the target", "GET /\x01 HTTP/1.1\r\nhost: a\r\n\r\n", 400),
    ("null byte in a value", "GET / HTTP/1.1\r\nhost: a\r\nx: a\0b\r\n\r\n", 400),
    ("null byte in a name", "GET / HTTP/1.1\r\nhost: a\r\nx\0: b\r\n\r\n", 400),
    ("space before the colon", "POST /echo HTTP/1.1\r\nhost: a\r\ncontent-length : 3\r\n\r\nabc", 400),
    ("space in a name", "GET / HTTP/1.1\r\nhost: a\r\nx y: b\r\n\r\n", 400),
    ("no colon", "GET / HTTP/1.1\r\nhost: a\r\nxy\r\n\r\n", 400),
    ("line folded", "GET / HTTP/1.1\r\nhost: a\r\nx: a\r\n b\r\n\r\n", 400),
    (
        "transfer-encoding folded",
        "POST /echo HTTP/1.1\r\nhost: a\r\ntransfer-encoding:\r\n chunked\r\n\r\n0\r\n\r\n",
        400,
    ),
    ("first line folded", "GET / HTTP/1.1\r\n host: a\r\n\r\n", 400),
    ("bare CR ends a line", "GET / HTTP/1.1\r\nhost: a\rx: b\r\n\r\n", 400),
    (
        "lengths differ",
        "POST /echo HTTP/1.1\r\nhost: a\r\ncontent-length: 3\r\ncontent-length: 4\r\n\r\nabc",
        400,
    ),
    ("list of lengths", "POST /echo HTTP/1.1\r\nhost: a\r\ncontent-length: 3, 3\r\n\r\nabc", 400),
    ("length with a plus", "POST /echo HTTP/1.1\r\nhost: a\r\ncontent-length: +3\r\n\r\nabc", 400),
    ("length below zero", "POST /echo HTTP/1.1\r\nhost: a\r\ncontent-length: -1\r\n\r\n", 400),
    ("length in hexadecimal", "POST /echo HTTP/1.1\r\nhost: a\r\ncontent-length: 0x3\r\n\r\nabc", 400),
    ("no length in the length", "POST /echo HTTP/1.1\r\nhost: a\r\ncontent-length: \r\n\r\n", 400),
    (
        "length beyond 64 bits",
        "POST /echo HTTP/1.1\r\nhost: a\r\ncontent-length: 99999999999999999999\r\n\r\n",
        400,
    ),
    (
        "chunked, identity",
        "POST /echo HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked, identity\r\n\r\n0\r\n\r\n",
        400,
    ),
    ("identity", "POST /echo HTTP/1.1\r\nhost: a\r\ntransfer-encoding: identity\r\n\r\n", 400),
    ("xchunked", "POST /echo HTTP/1.1\r\nhost: a\r\ntransfer-encoding: xchunked\r\n\r\n0\r\n\r\n", 400),
    ("chunked;q=1", "POST /echo HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked;q=1\r\n\r\n0\r\n\r\n", 400),
    (
        "chunked in HTTP/1.0",
        "POST /echo HTTP/1.0\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n",
        400,
    ),
    (
        "chunked with a vertical tab",
        "POST /echo HTTP/1.1\r\nhost: a\r\ntransfer-encoding: \x0bchunked\r\n\r\n0\r\n\r\n",
        400,
    ),
    // Taken by hyper, refused by the gate, with a problem.
    (
        "gzip, chunked",
        "POST /echo HTTP/1.1\r\nhost: a\r\ntransfer-encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
        501,
    ),
    (
        "identity, chunked",
        "POST /echo HTTP/1.1\r\nhost: a\r\ntransfer-encoding: identity, chunked\r\n\r\n0\r\n\r\n",
        501,
    ),
    (
        "identity and chunked",
        "POST /echo HTTP/1.1\r\nhost: a\r\ntransfer-encoding: identity\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n",
        501,
    ),
    ("no host", "GET / HTTP/1.1\r\n\r\n", 400),
    ("two hosts", "GET / HTTP/1.1\r\nhost: a\r\nhost: b\r\n\r\n", 400),
    ("connect", "CONNECT a:80 HTTP/1.1\r\nhost: a\r\n\r\n", 405),
    // Bodies whose framing is wrong reach the handler as a body that broke off.
    ("no chunk size", "POST /echo HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n\r\n\r\n", 400),
    (
        "chunk size of no digits",
        "POST /echo HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\nxyz\r\n",
        400,
    ),
    (
        "chunk size with 0x",
        "POST /echo HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n0x3\r\nabc\r\n0\r\n\r\n",
        400,
    ),
    (
        "chunk size below zero",
        "POST /echo HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n-1\r\n",
        400,
    ),
    (
        "chunk size beyond 64 bits",
        "POST /echo HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\nfffffffffffffffff\r\nabc\r\n",
        400,
    ),
    (
        "chunk size line ends in a bare LF",
        "POST /echo HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n3\nabc\r\n0\r\n\r\n",
        400,
    ),
    (
        "bare LF in a chunk's extension",
        "POST /echo HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n3;a\nb\r\nabc\r\n0\r\n\r\n",
        400,
    ),
    (
        "chunk longer than its size",
        "POST /echo HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabcd\r\n0\r\n\r\n",
        400,
    ),
    (
        "absurd chunk size",
        "POST /echo HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n7fffffffffffffff\r\nabc",
        408,
    ),
    (
        "absurd length",
        "POST /echo HTTP/1.1\r\nhost: a\r\ncontent-length: 9223372036854775807\r\n\r\nabc",
        413,
    ),
    // Both framings: hyper goes by transfer-encoding alone and closes after the answer (RFC 9112, 6.3).
    (
        "CL.TE",
        "POST /echo HTTP/1.1\r\nhost: a\r\ncontent-length: 40\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n",
        200,
    ),
    (
        "TE.CL",
        "POST /echo HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\ncontent-length: 3\r\n\r\n3\r\nabc\r\n0\r\n\r\n",
        200,
    ),
    (
        "TE and a bad CL",
        "POST /echo HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\ncontent-length: x\r\n\r\n0\r\n\r\n",
        200,
    ),
    // HTTP/1.0 without keep-alive.
    ("HTTP/1.0", "GET / HTTP/1.0\r\n\r\n", 200),
];

#[tokio::test]
async fn one_answer_then_closed() {
    let running = Running::start(&options());
    let mut wrong = Vec::new();
    for (name, request, status) in CASES {
        let answer = running.exchange(format!("{request}{SMUGGLED}").as_bytes()).await;
        let answers = answer.matches("HTTP/1.").count();
        let actual = answer.get(9..12).and_then(|status| status.parse::<u16>().ok());
        let explained = *status < 400 || answer.contains("content-type: ");
        if answers != 1 || actual != Some(*status) || !explained {
            wrong.push(format!("{name}: {status} expected, {answers} answers: {answer:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert_eq!(running.strays.load(Relaxed), 0, "something was smuggled");
    running.stop().await;
}

/// Odd, but lawful and not open to two readings: served, and the next request too.
#[tokio::test]
async fn lawful_oddities_are_served() {
    let running = Running::start(&options());
    for (name, request) in [
        ("empty lines before", "\r\n\r\nGET / HTTP/1.1\r\nhost: a\r\n\r\n"),
        ("lines end in a bare LF", "GET / HTTP/1.1\nhost: a\n\n"),
        (
            "same length twice",
            "POST /echo HTTP/1.1\r\nhost: a\r\ncontent-length: 2\r\ncontent-length: 2\r\n\r\nab",
        ),
        (
            "chunk extension",
            "POST /echo HTTP/1.1\r\nhost: a\r\ntransfer-encoding: Chunked\r\n\r\n2;a=b\r\nab\r\n0\r\n\r\n",
        ),
        ("length of a GET", "GET / HTTP/1.1\r\nhost: a\r\ncontent-length: 2\r\n\r\nab"),
    ] {
        let last = "GET /peer HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n";
        let answer = running.exchange(format!("{request}{last}").as_bytes()).await;
        assert_eq!(answer.matches("HTTP/1.1 200").count(), 2, "{name}: {answer}");
        assert!(answer.contains("127.0.0.1:"), "{name}: {answer}");
    }
    assert_eq!(running.strays.load(Relaxed), 0);
    running.stop().await;
}

#[tokio::test]
async fn heads_have_limits() {
    let running = Running::start(&options());
    let long = "x".repeat(10_000);
    let too_long = "x".repeat(70_000);
    let many = "x: y\r\n".repeat(101);
    for (name, request, status) in [
        ("target of 10,000 bytes", format!("GET /{long} HTTP/1.1\r\nhost: a\r\n\r\n"), "414 URI Too Long"),
        ("target of 70,000 bytes", format!("GET /{too_long} HTTP/1.1\r\nhost: a\r\n\r\n"), "431 "),
        ("header of 70,000 bytes", format!("GET / HTTP/1.1\r\nhost: a\r\nx: {too_long}\r\n\r\n"), "431 "),
        ("102 headers", format!("GET / HTTP/1.1\r\nhost: a\r\n{many}\r\n"), "431 "),
        ("no end of a head", format!("GET / HTTP/1.1\r\nhost: a\r\n{}", "x: y\r\n".repeat(20_000)), "431 "),
        ("no end of a method", "X".repeat(70_000), "431 "),
    ] {
        let answer = running.exchange(format!("{request}{SMUGGLED}").as_bytes()).await;
        assert_eq!(answer.matches("HTTP/1.").count(), 1, "{name}: {answer}");
        assert!(answer.starts_with(&format!("HTTP/1.1 {status}")), "{name}: {answer}");
    }
    let answer = running
        .exchange(
            format!("GET / HTTP/1.1\r\nhost: a\r\nconnection: close\r\nx: {}\r\n\r\n", "x".repeat(60_000))
                .as_bytes(),
        )
        .await;
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    assert_eq!(running.strays.load(Relaxed), 0);
    running.stop().await;
}

#[tokio::test]
async fn the_gates_refusals_are_problems() {
    let running = Running::start(&options());
    let answer = running.exchange(b"GET / HTTP/1.1\r\n\r\n").await;
    assert!(answer.contains("content-type: application/problem+json\r\n"), "{answer}");
    assert!(answer.contains("connection: close\r\n"), "{answer}");
    let json = r#"{"type":"urn:muniment:problem:host-not-one","title":"Bad Request","status":400,"detail":"the request has 0 host headers; it must have one"}"#;
    assert!(answer.ends_with(json), "{answer}");
    running.stop().await;
}
