//! Slow, crowded, malformed and endless requests: others are served meanwhile, nothing is lost, memory is bounded.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::io::Write as _;
use std::net::{Shutdown, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use support::http::{Connection, Request, gzip};
use support::serving::{BATCH, STRUCTURED, Serving, request, scale};

mod support;

/// Connections that do nothing.
const IDLE: u64 = 2_000;
const IDLE_MAX: u64 = 10_000;
/// What a server may have in memory of its own while it is attacked.
const MEMORY_KIB_MAX: u64 = 700_000;

/// How long a request takes, at its slowest of some.
fn latency(serving: &Serving, name: &str) -> Duration {
    let mut connection = serving.connect();
    let once = |number: u64| {
        let start = Instant::now();
        let event = request(&format!("{name}-{number}"), "/s", None).to_string();
        let post = Request::post("/v1/events", STRUCTURED, event).token(&serving.admin);
        connection.ask(&post).is(201);
        connection.ask(&Request::get("/v1/events?limit=10").token(&serving.admin)).is(200);
        start.elapsed()
    };
    (0..50).map(once).max().unwrap()
}

#[test]
fn a_crowd_of_idle_connections_stops_nobody() {
    let mut serving = Serving::new();
    serving.indexed();
    let alone = latency(&serving, "alone");
    let before = serving.rss_anon_kib();
    let wanted = (IDLE * scale()).min(IDLE_MAX);
    let mut crowd = Vec::new();
    for number in 0..wanted {
        let mut connection = TcpStream::connect(serving.address).unwrap();
        match number % 4 {
            // Never says a word; begins a head; asks one thing; begins a body that never comes.
            0 => {}
            1 => connection.write_all(b"GET /v1/led").unwrap(),
            2 => connection.write_all(b"GET /healthz HTTP/1.1\r\nhost: a\r\n\r\n").unwrap(),
            _ => connection
                .write_all(b"POST /v1/events HTTP/1.1\r\nhost: a\r\ncontent-length: 5000\r\n\r\n")
                .unwrap(),
        }
        crowd.push(connection);
    }
    let crowded = latency(&serving, "crowded");
    let grown = serving.rss_anon_kib().saturating_sub(before);
    println!("{wanted} idle connections: {grown} KiB more, slowest {alone:?} alone, {crowded:?} beside them");
    assert!(grown / wanted < 40, "{grown} KiB for {wanted} connections");
    assert!(crowded < Duration::from_secs(1).max(alone * 5), "{crowded:?}, {alone:?} alone");
    drop(crowd);
    serving.stop_and_verify();
}

/// Heads and bodies that come by drops are cut off with a word; the time-outs run side by side.
#[test]
fn slowness_is_cut_off() {
    let mut serving = Serving::new();
    let (address, admin) = (serving.address, &serving.admin);
    let head = |length: u64| {
        format!(
            "POST /v1/events HTTP/1.1\r\nhost: a\r\nauthorization: Bearer {admin}\r\ncontent-type: {STRUCTURED}\r\ncontent-length: {length}\r\n\r\n"
        )
    };
    let whole = head(100);
    thread::scope(|scope| {
        let mut ends = Vec::new();
        // A head that never ends, a byte a second; a body of which nothing comes; one of which the first byte does.
        for (name, text, dripping, expected) in [
            ("head", &whole[..60], true, ""),
            ("body", whole.as_str(), false, "HTTP/1.1 408"),
            ("part", &(whole.clone() + "{"), false, "HTTP/1.1 408"),
        ] {
            let text = text.to_owned();
            ends.push(scope.spawn(move || {
                let mut connection = Connection::open(address);
                connection.send(text.as_bytes()).unwrap();
                let start = Instant::now();
                if dripping {
                    while start.elapsed() < Duration::from_secs(25) && connection.send(b"x").is_ok() {
                        thread::sleep(Duration::from_secs(1));
                    }
                }
                let answer = String::from_utf8_lossy(&connection.read_to_end()).into_owned();
                let took = start.elapsed();
                assert!(took > Duration::from_secs(8) && took < Duration::from_secs(20), "{name}: {took:?}");
                assert!(answer.starts_with(expected), "{name}: {answer}");
            }));
        }
        let slowest = latency(&serving, "meanwhile");
        assert!(slowest < Duration::from_secs(1), "{slowest:?}");
        ends.into_iter().for_each(|end| end.join().unwrap());
    });
    serving.stop_and_verify();
}

#[test]
fn stalled_uploads_stop_nobody() {
    let mut serving = Serving::new();
    let head = format!(
        "POST /v1/events HTTP/1.1\r\nhost: a\r\nauthorization: Bearer {}\r\ncontent-type: {STRUCTURED}\r\ncontent-length: 12582912\r\n\r\n{{",
        serving.admin
    );
    let mut stalled: Vec<Connection> = (0..20).map(|_| serving.connect()).collect();
    stalled.iter_mut().for_each(|connection| connection.send(head.as_bytes()).unwrap());
    thread::sleep(Duration::from_millis(300));
    serving.post(&serving.admin, &request("small", "/s", None)).is(201);
    drop(stalled);
    serving.stop_and_verify();
}

/// Bodies that are small on the wire or in bytes and large in memory, many at a time. Gives the most memory
/// that the server had, in KiB.
fn most_memory(serving: &Serving, bodies: &[(&str, Vec<u8>)]) -> u64 {
    let done = AtomicBool::new(false);
    thread::scope(|scope| {
        let watcher = scope.spawn(|| {
            let mut most = 0;
            while !done.load(Ordering::Relaxed) {
                most = most.max(serving.rss_anon_kib());
                thread::sleep(Duration::from_millis(5));
            }
            most
        });
        thread::scope(|scope| {
            for client in 0..16 {
                scope.spawn(move || {
                    let (encoding, body) = &bodies[client % bodies.len()];
                    let mut request =
                        Request::post("/v1/events", BATCH, body.as_slice()).token(&serving.admin);
                    if !encoding.is_empty() {
                        request = request.with("content-encoding", encoding);
                    }
                    let answer = serving.ask(request);
                    assert!([400, 413, 422, 503].contains(&answer.status), "{}", answer.text());
                });
            }
        });
        done.store(true, Ordering::Relaxed);
        watcher.join().unwrap()
    })
}

#[test]
fn bombs_do_no_harm() {
    let mut serving = Serving::new();
    let spaces = vec![b' '; 300_000_000];
    let bodies = [
        ("gzip", gzip(&spaces)),
        ("zstd", zstd::encode_all(&spaces[..], 3).unwrap()),
        ("gzip", gzip(&gzip(&spaces))),
        ("", vec![b'['; 12_000_000]),
        ("", vec![b'"'; 12_000_000]),
    ];
    drop(spaces);
    let most = most_memory(&serving, &bodies);
    println!("bombs: {most} KiB at most");
    assert!(most < MEMORY_KIB_MAX, "{most} KiB");
    serving.stop_and_verify();
}

#[test]
fn many_small_values_do_no_harm() {
    let mut serving = Serving::new();
    let zeros = format!("[{}0]", "0,".repeat(5_900_000));
    let most = most_memory(&serving, &[("", zeros.clone().into_bytes()), ("gzip", gzip(zeros.as_bytes()))]);
    println!("small values: {most} KiB at most");
    assert!(most < MEMORY_KIB_MAX, "{most} KiB");
    serving.stop_and_verify();
}

/// More than there is room for: taken in turn, or refused with a time to come back, and nothing that was
/// acknowledged is missing.
#[test]
fn a_flood_is_refused_and_not_lost() {
    let mut serving = Serving::new();
    let (address, admin) = (serving.address, serving.admin.as_str());
    let batch = |client: u64, number: u64| {
        let event = |place: u64| {
            let mut event = request(&format!("f-{client}-{number}-{place}"), "/s", None);
            (0..16).for_each(|extension| event[format!("x{extension:02}")] = json!("y".repeat(2_000)));
            event
        };
        Value::Array((0..225).map(event).collect()).to_string()
    };
    let (mut taken, mut refused) = (0, 0);
    let most = thread::scope(|scope| {
        let clients: Vec<_> = (0..24)
            .map(|client| {
                scope.spawn(move || {
                    let mut connection = Connection::open(address);
                    let (mut taken, mut refused) = (0, 0);
                    for number in 0..2 {
                        let request = Request::post("/v1/events", BATCH, batch(client, number)).token(admin);
                        // Whoever is refused before the body is read has to come on a new connection.
                        let answer = match connection.try_ask(&request) {
                            Ok(answer) => answer,
                            Err(_) => {
                                connection = Connection::open(address);
                                connection.ask(&request)
                            }
                        };
                        match answer.status {
                            201 => taken += answer.json().as_array().unwrap().len(),
                            _ => {
                                assert!(answer.header("retry-after").is_some(), "{}", answer.text());
                                answer.problem(503, "busy");
                                refused += 1;
                                connection = Connection::open(address);
                            }
                        }
                    }
                    (taken, refused)
                })
            })
            .collect();
        let mut most = 0;
        while !clients.iter().all(thread::ScopedJoinHandle::is_finished) {
            most = most.max(serving.rss_anon_kib());
            thread::sleep(Duration::from_millis(5));
        }
        for client in clients {
            let (more_taken, more_refused) = client.join().unwrap();
            taken += more_taken;
            refused += more_refused;
        }
        most
    });
    println!("flood: {taken} events taken, {refused} posts refused, {most} KiB at most");
    // Bodies wait for room for some seconds: how many are refused depends on the machine. Each was one or the other.
    assert_eq!(taken + 225 * refused, 24 * 2 * 225, "{taken} taken, {refused} refused");
    assert!(most < MEMORY_KIB_MAX, "{most} KiB");
    // It takes more at once.
    serving.post(admin, &request("after", "/s", None)).is(201);
    let entries = serving.stop_and_verify();
    assert_eq!(entries, taken as u64 + 3);
}

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
        "/",
        "/favicon.ico",
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

/// SIGTERM: who has begun is answered, who follows is told, then it ends with 0.
#[test]
fn a_stop_answers_what_has_begun() {
    let mut serving = Serving::new();
    let idle: Vec<Connection> = (0..100).map(|_| serving.connect()).collect();
    let requests = (0..20).map(|number| {
        let event = request(&format!("last-{number}"), "/s", None).to_string();
        Request::post("/v1/events", STRUCTURED, event).token(&serving.admin).bytes()
    });
    let mut begun: Vec<(Connection, Vec<u8>)> = requests.map(|bytes| (serving.connect(), bytes)).collect();
    for (connection, bytes) in &mut begun {
        connection.send(&bytes[..bytes.len() - 10]).unwrap();
    }
    thread::sleep(Duration::from_millis(300));
    serving.terminate();
    thread::sleep(Duration::from_millis(300));
    assert!(Connection::try_open(serving.address).is_err(), "nobody new is let in");
    for (connection, bytes) in &mut begun {
        connection.send(&bytes[bytes.len() - 10..]).unwrap();
    }
    for (connection, _) in &mut begun {
        connection.answer(true).unwrap().is(201);
    }
    assert_eq!(serving.wait(Duration::from_secs(20)).code(), Some(0), "{}", serving.log());
    drop(idle);
    let verified = serving.ledger.run("verify", &[]).exits(0);
    assert_eq!(verified.field("entries"), (20 + 2).to_string());
}
