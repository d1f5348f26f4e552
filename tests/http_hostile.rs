//! Slow, crowded, exploding and unfinished requests: others are served meanwhile, and memory is bounded.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::io::Write as _;
use std::net::TcpStream;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use support::http::{Connection, Request, gzip};
use support::serving::{BATCH, MEMORY_KIB_MAX, STRUCTURED, Serving, request, scale};

mod support;

/// Connections that do nothing.
const IDLE: u64 = 2_000;
const IDLE_MAX: u64 = 10_000;

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
    serving.indexed();
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
