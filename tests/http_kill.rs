//! The server is killed under clients that post, again and again: what was acknowledged is there exactly once.
//!
//! `MUNIMENT_TEST_SCALE=4` makes fifty rounds.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::collections::HashMap;
use std::net::SocketAddr;
use std::thread;
use std::time::Duration;

use serde_json::{Value, json};
use support::http::{Connection, Request};
use support::serving::{BATCH, STRUCTURED, Serving, request, scale};

mod support;

const CLIENTS: u64 = 64;
/// Posts of one client in a round.
const POSTS: u64 = 12;

fn rounds() -> u64 {
    if scale() >= 4 || std::env::var_os("CI").is_some() { 50 } else { 6 }
}

/// One post: an event, or a small batch.
struct Post {
    events: Vec<Value>,
    /// What the server said of each: seq and hash.
    acknowledged: Option<Vec<(u64, String)>>,
}

impl Post {
    fn new(client: u64, round: u64, number: u64) -> Post {
        let count = if (client + number).is_multiple_of(4) { 7 } else { 1 };
        let id = |place: u64| format!("k-{round}-{client}-{number}-{place}");
        let events =
            (0..count).map(|place| request(&id(place), &format!("/clients/{client}"), None)).collect();
        Post { events, acknowledged: None }
    }

    fn request(&self, token: &str) -> Request {
        let request = match &self.events[..] {
            [one] => Request::post("/v1/events", STRUCTURED, one.to_string()),
            batch => Request::post("/v1/events", BATCH, Value::Array(batch.to_vec()).to_string()),
        };
        request.token(token)
    }

    /// Posts it; `false` if the connection is of no more use.
    fn send(&mut self, connection: &mut Connection, token: &str) -> bool {
        let Ok(answer) = connection.try_ask(&self.request(token)) else { return false };
        if answer.status == 503 {
            return true;
        }
        assert!([200, 201].contains(&answer.status), "{}", answer.text());
        let answer = answer.json();
        let items = if self.events.len() == 1 { json!([answer]) } else { answer };
        let item = |item: &Value| (item["seq"].as_u64().unwrap(), item["hash"].as_str().unwrap().to_owned());
        let items: Vec<(u64, String)> = items.as_array().unwrap().iter().map(item).collect();
        assert_eq!(items.len(), self.events.len());
        if let Some(first) = &self.acknowledged {
            assert_eq!(first, &items, "the same event again is answered as it was first");
        }
        self.acknowledged = Some(items);
        true
    }
}

/// Posts all that has no answer yet, until the server is gone.
fn work(address: SocketAddr, token: &str, posts: &mut [Post]) {
    let Ok(mut connection) = Connection::try_open(address) else { return };
    for post in posts.iter_mut().filter(|post| post.acknowledged.is_none()) {
        if !post.send(&mut connection, token) {
            return;
        }
    }
}

#[test]
fn a_killed_server_keeps_what_it_acknowledged() {
    let mut serving = Serving::with(|_| {}, &["--set", "ledger.segment_bytes=65536"]);
    let token = serving.token("clients", &["source"], json!({"source_prefix": "/clients"}));
    let mut clients: Vec<Vec<Post>> = (0..CLIENTS).map(|_| Vec::new()).collect();
    let mut hit = 0;
    for round in 0..rounds() {
        for (client, posts) in (0..).zip(&mut clients) {
            posts.extend((0..POSTS).map(|number| Post::new(client, round, number)));
        }
        let (address, token) = (serving.address, token.as_str());
        thread::scope(|scope| {
            for posts in &mut clients {
                scope.spawn(move || work(address, token, posts));
            }
            thread::sleep(Duration::from_millis(15 + getrandom::u64().unwrap() % 250));
            serving.kill();
        });
        let open = clients.iter().flatten().filter(|post| post.acknowledged.is_none()).count();
        hit += u64::from(open > 0);
        serving.start_again();
    }
    assert!(hit > 0, "no kill hit a server at work");
    // Everything that is open yet, and a part of what was answered once more.
    let (address, token) = (serving.address, token.as_str());
    thread::scope(|scope| {
        for posts in &mut clients {
            scope.spawn(move || {
                let mut connection = Connection::open(address);
                for (number, post) in posts.iter_mut().enumerate() {
                    while post.acknowledged.is_none() || number % 5 == 0 {
                        assert!(post.send(&mut connection, token));
                        if post.acknowledged.is_some() {
                            break;
                        }
                        thread::sleep(Duration::from_millis(50));
                    }
                }
            });
        }
    });
    serving.stop_and_verify();

    let lines = serving.ledger.lines();
    let mut found: HashMap<(String, String), u64> = HashMap::new();
    for (seq, line) in (0..).zip(&lines) {
        let entry: Value = serde_json::from_str(line).unwrap();
        let text = |name: &str| entry["event"][name].as_str().unwrap().to_owned();
        let twice = found.insert((text("source"), text("id")), seq);
        assert_eq!(twice, None, "entry {seq} repeats an earlier one");
    }
    let mut events = 0;
    for post in clients.iter().flatten() {
        let acknowledged = post.acknowledged.as_ref().unwrap();
        for (event, (seq, hash)) in post.events.iter().zip(acknowledged) {
            let key =
                (event["source"].as_str().unwrap().to_owned(), event["id"].as_str().unwrap().to_owned());
            assert_eq!(found.get(&key), Some(seq), "{key:?}");
            let line = &lines[usize::try_from(*seq).unwrap()];
            assert_eq!(blake3::hash(line.as_bytes()).to_hex().as_str(), hash);
            events += 1;
        }
    }
    let posted = found.keys().filter(|(source, _)| source.starts_with("/clients/")).count();
    assert_eq!(posted, events, "nothing is there that nobody posted");
}
