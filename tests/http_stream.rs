//! More events than there is room for, and those who follow: nothing that was acknowledged is missing, nothing is seen
//! twice, and whoever is refused or cut off is told so.

use std::thread;
use std::time::Duration;

use serde_json::{Value, json};
use support::http::{Connection, Request, Stream};
use support::serving::{BATCH, MEMORY_KIB_MAX, Serving, request};

mod support;

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

/// Posts small events in batches of a thousand.
fn flood(serving: &Serving, name: &str, batches: u64) {
    let mut connection = serving.connect();
    for batch in 0..batches {
        let events =
            (0..1_000).map(|number| request(&format!("{name}-{batch}-{number}"), "/s", None)).collect();
        let body = Value::Array(events).to_string();
        connection.ask(&Request::post("/v1/events", BATCH, body).token(&serving.admin)).is(201);
    }
}

#[test]
fn followers_miss_nothing_and_see_nothing_twice() {
    let mut serving = Serving::new();
    flood(&serving, "before", 3);
    let last = serving.size() + 5_000 - 1;
    let (address, admin) = (serving.address, &serving.admin);
    thread::scope(|scope| {
        // Each breaks off again and again, and resumes with the header or the parameter.
        for (start, pieces) in [(0_u64, 700_u64), (1_500, 1), (2_999, 333)] {
            scope.spawn(move || {
                let mut next = start;
                let mut by_header = false;
                while next <= last {
                    let (query, header) = match by_header {
                        true => (String::new(), Some((next as i64 - 1).to_string())),
                        false => (format!("?after={}", next as i64 - 1), None),
                    };
                    by_header = !by_header;
                    let mut stream = Stream::open(address, admin, &query, header.as_deref());
                    let piece = if pieces == 1 { last } else { pieces };
                    for _ in 0..piece.min(last + 1 - next) {
                        assert_eq!(stream.entry().0, next);
                        next += 1;
                    }
                }
            });
        }
        let serving = &serving;
        scope.spawn(move || flood(serving, "during", 5));
    });
    // A filter leaves out, and says so.
    let mut stream = Stream::open(serving.address, &serving.admin, "?after=-1&type=ledger.*,token.*", None);
    assert_eq!([stream.entry().0, stream.entry().0], [0, 1]);
    serving.terminate();
    let end = stream.next_frame().unwrap();
    assert_eq!(end.event.as_deref(), Some("end"));
    let end: Value = serde_json::from_str(&end.data).unwrap();
    assert_eq!(end["reason"], "stopping");
    assert!((1..=last).contains(&end["resume_after"].as_u64().unwrap()), "{end}");
    assert_eq!(stream.next_frame(), None);
    assert_eq!(serving.wait(Duration::from_secs(30)).code(), Some(0));
}

#[test]
fn a_slow_follower_is_cut_off_and_resumes() {
    let mut serving = Serving::new();
    let first = serving.size();
    let mut slow = Stream::open(serving.address, &serving.admin, "", None);
    serving.post(&serving.admin, &request("first", "/s", None)).is(201);
    assert_eq!(slow.entry().0, first);
    flood(&serving, "flood", 125);
    let memory = serving.rss_anon_kib();
    assert!(memory < 600_000, "{memory} KiB");
    let mut next = first + 1;
    let resume = loop {
        let frame = slow.next_frame().expect("it says why it ends");
        if frame.event.as_deref() == Some("end") {
            let end: Value = serde_json::from_str(&frame.data).unwrap();
            assert_eq!(end["reason"], "too_slow");
            break end["resume_after"].as_u64().unwrap();
        }
        assert_eq!(frame.id, Some(next));
        next += 1;
    };
    assert_eq!((slow.next_frame(), resume), (None, next - 1));
    assert!(serving.size() - next > 100_000, "it was {next} entries behind");
    let mut again = Stream::open(serving.address, &serving.admin, "", Some(&resume.to_string()));
    for _ in 0..3_000 {
        assert_eq!(again.entry().0, next);
        next += 1;
    }
    drop(again);
    serving.stop_and_verify();
}
