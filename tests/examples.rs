//! The client examples do what they say, against a real server: posting from three languages, also when answers are
//! lost; following it across restarts; verifying a receipt.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::fs;
use std::fs::File;
use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest as _, Sha256};
use support::server::Server;
use support::{Ran, TestLedger, clients, root, run};

mod support;

fn example(name: &str) -> PathBuf {
    root().join("examples").join(name)
}

/// A run of an example against a server.
fn run_example(command: &mut Command, ledger: &TestLedger, url: &str) -> Ran {
    run(configured(command, ledger, url), b"")
}

fn configured<'c>(command: &'c mut Command, ledger: &TestLedger, url: &str) -> &'c mut Command {
    command
        .env("MUNIMENT_SERVER", url)
        .env("MUNIMENT_TOKEN", &ledger.token)
        .env("MUNIMENT_VKEY", &ledger.vkey)
        .env("PYTHONDONTWRITEBYTECODE", "1")
}

/// A client, if what it needs is installed.
type Client = fn() -> Option<Command>;

fn curl() -> Option<Command> {
    (clients::is_there("curl") && clients::is_there("bash")).then(|| {
        let mut command = Command::new("bash");
        command.arg(example("post.sh"));
        command
    })
}

fn python() -> Option<Command> {
    let mut command = Command::new(clients::python()?);
    command.arg(example("post.py"));
    Some(command)
}

/// Node looks for packages beside a module, so it is run from a copy.
fn node() -> Option<Command> {
    let copy = clients::node_folder()?.join("post.mjs");
    let text = fs::read(example("post.mjs")).unwrap();
    if fs::read(&copy).ok().as_ref() != Some(&text) {
        fs::write(&copy, text).unwrap();
    }
    let mut command = Command::new("node");
    command.arg(copy);
    Some(command)
}

/// The ledger has exactly these cases, each once, and is sound.
fn assert_recorded(ledger: &TestLedger, server: Server, cases: &[&str]) {
    let listed = server.get("/v1/ledger").json();
    for (seq, line) in ledger.lines().iter().enumerate() {
        assert_eq!(server.get(&format!("/v1/events/{seq}")).body, line.as_bytes(), "entry {seq}");
    }
    server.stop();
    let entries = ledger.entries();
    let posted = entries.iter().filter(|entry| entry["event"]["source"] == "/systems/foi-casework");
    let mut recorded: Vec<&str> = Vec::new();
    for entry in posted {
        let event = &entry["event"];
        assert_eq!(event["type"], "request.received");
        assert_eq!(event["time"].as_str().unwrap().get(..19), Some("2026-01-12T09:30:00"));
        assert_eq!(
            event["data"],
            serde_json::json!({"regime": "foi", "channel": "email", "unit": "housing"})
        );
        recorded.push(event["subject"].as_str().unwrap());
    }
    assert_eq!(recorded, cases);
    let verified = ledger.run("verify", &[]).exits(0);
    assert_eq!(verified.field("entries"), entries.len().to_string());
    assert_eq!(verified.field("head"), listed["head"].as_str().unwrap());
}

/// The statuses that an example prints: `what: 201 {…}`.
fn statuses(ran: &Ran) -> Vec<(&str, &str)> {
    let parts = |line| {
        let (what, rest): (&str, &str) = str::split_once(line, ": ").unwrap();
        (what, &rest[..3])
    };
    ran.stdout.lines().map(parts).collect()
}

/// Runs a client twice: what it posts is recorded once.
fn check_client(client: Client, first: &[(&str, &str)], cases: &[&str]) {
    let Some(mut command) = client() else { return };
    let ledger = TestLedger::new();
    let server = Server::start(&ledger);
    let ran = run_example(&mut command, &ledger, &server.url()).exits(0);
    assert_eq!(statuses(&ran), first);
    let ran = run_example(&mut client().unwrap(), &ledger, &server.url()).exits(0);
    assert!(statuses(&ran).iter().all(|(_, status)| *status == "200"), "{}", ran.stdout);
    assert_recorded(&ledger, server, cases);
}

const CURL_CASES: [&str; 4] = ["FOI-2026-0011", "FOI-2026-0012", "FOI-2026-0013", "FOI-2026-0014"];
const PYTHON_CASES: [&str; 3] = ["FOI-2026-0021", "FOI-2026-0022", "FOI-2026-0023"];
const NODE_CASES: [&str; 3] = ["FOI-2026-0031", "FOI-2026-0032", "FOI-2026-0033"];

#[test]
fn curl_posts() {
    let first = [("one", "201"), ("the same again", "200"), ("a batch", "201"), ("binary mode", "201")];
    check_client(curl, &first, &CURL_CASES);
}

#[test]
fn python_posts() {
    check_client(python, &[("one", "201"), ("a batch", "201")], &PYTHON_CASES);
}

#[test]
fn node_posts() {
    check_client(node, &[("one", "201"), ("a batch", "201")], &NODE_CASES);
}

#[test]
fn a_refusal_ends_the_clients() {
    let ledger = TestLedger::new();
    let server = Server::start(&ledger);
    for client in [curl as Client, python, node] {
        let Some(mut command) = client() else { continue };
        configured(&mut command, &ledger, &server.url()).env("MUNIMENT_TOKEN", "muniment_wrong");
        let ran = run(&mut command, b"").exits(1);
        let said = ran.stdout + &ran.stderr;
        assert!(said.contains("urn:muniment:problem:unauthorized"), "{said}");
    }
}

/// Between client and server, the worst that may happen to a post: of every three requests the first is answered 503,
/// the second is recorded but its answer is lost, the third goes through.
fn lossy(server: String) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    thread::spawn(move || {
        for (number, connection) in listener.incoming().enumerate() {
            let mut client = connection.unwrap();
            let asked = read_request(&mut client);
            if number % 3 == 0 {
                let refusal = "HTTP/1.1 503 Service Unavailable\r\nRetry-After: 1\r\nContent-Length: 4\r\nConnection: close\r\n\r\nbusy";
                client.write_all(refusal.as_bytes()).unwrap();
                continue;
            }
            let mut server = TcpStream::connect(&server).unwrap();
            server.write_all(&asked).unwrap();
            let mut answer = Vec::new();
            server.read_to_end(&mut answer).unwrap();
            if number % 3 == 2 {
                client.write_all(&answer).unwrap();
            }
        }
    });
    format!("http://{address}")
}

/// A request, changed so that the server closes the connection after its answer.
fn read_request(client: &mut TcpStream) -> Vec<u8> {
    let mut bytes = Vec::new();
    loop {
        let mut piece = [0; 4096];
        let count = client.read(&mut piece).unwrap();
        assert_ne!(count, 0, "half a request");
        bytes.extend_from_slice(&piece[..count]);
        let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") else { continue };
        let head = String::from_utf8(bytes[..end].to_vec()).unwrap();
        let fields = || head.lines().filter_map(|line| Some((line.split_once(':')?, line)));
        let length = fields().find(|((name, _), _)| name.eq_ignore_ascii_case("content-length"));
        let length: usize = length.unwrap().0.1.trim().parse().unwrap();
        if bytes.len() < end + 4 + length {
            continue;
        }
        let mut changed = format!("{}\r\nConnection: close\r\n", head.lines().next().unwrap());
        for (_, line) in fields().filter(|((name, _), _)| !name.eq_ignore_ascii_case("connection")) {
            changed += &format!("{line}\r\n");
        }
        return [changed.as_bytes(), &bytes[end + 2..]].concat();
    }
}

#[test]
fn lost_answers_and_refusals_record_nothing_twice() {
    let clients: [(Client, &[&str]); 3] = [(curl, &CURL_CASES), (python, &PYTHON_CASES), (node, &NODE_CASES)];
    thread::scope(|scope| {
        for (client, cases) in clients {
            scope.spawn(move || {
                let Some(mut command) = client() else { return };
                let ledger = TestLedger::new();
                let server = Server::start(&ledger);
                let url = lossy(server.address.clone());
                let ran = run_example(&mut command, &ledger, &url).exits(0);
                // The answer that was lost is given again.
                assert!(statuses(&ran).iter().all(|(_, status)| *status == "200"), "{}", ran.stdout);
                assert_recorded(&ledger, server, cases);
            });
        }
    });
}

/// A batch of events.
fn batch(number: u64) -> String {
    let event = |place| {
        format!(
            r#"{{"specversion":"1.0","id":"{number}-{place}","source":"/systems/foi-casework","type":"request.received","subject":"FOI-{number}","data":{{"regime":"foi"}}}}"#
        )
    };
    format!("[{}]", (0..20).map(event).collect::<Vec<_>>().join(","))
}

/// Posts batch after batch, each again until it is taken.
fn post_until(enough: &AtomicBool, address: &str, token: &str) {
    let authorization = format!("Bearer {token}");
    let headers =
        [("Authorization", authorization.as_str()), ("Content-Type", "application/cloudevents-batch+json")];
    for number in 0.. {
        if enough.load(Ordering::Relaxed) {
            return;
        }
        let (body, start) = (batch(number), Instant::now());
        let post = || support::server::request(address, "POST", "/v1/events", &headers, body.as_bytes());
        while !post().is_ok_and(|answer| [200, 201].contains(&answer.status)) {
            assert!(start.elapsed() < Duration::from_secs(60), "batch {number} is not taken");
            thread::sleep(Duration::from_millis(20));
        }
        thread::sleep(Duration::from_millis(50));
    }
}

/// A program that would run on for ever.
struct Endless(Child);

impl Drop for Endless {
    fn drop(&mut self) {
        let _ended = self.0.kill();
        let _waited = self.0.wait();
    }
}

#[test]
fn following_goes_on_across_restarts() {
    let Some(python) = clients::python() else { return };
    let ledger = TestLedger::new();
    let server = Server::start(&ledger);
    let (address, url) = (server.address.clone(), server.url());
    let (followed, said) = (ledger.beside("followed"), ledger.beside("followed.stderr"));
    let mut command = Command::new(python);
    command.arg(example("follow.py")).arg("after=-1");
    command.stdout(File::create(&followed).unwrap()).stderr(File::create(&said).unwrap());
    let follower = Endless(configured(&mut command, &ledger, &url).spawn().unwrap());
    let enough = AtomicBool::new(false);
    let read = || fs::read_to_string(&followed).unwrap();
    let server = thread::scope(|scope| {
        let mut server = server;
        scope.spawn(|| post_until(&enough, &address, &ledger.token));
        // Killed, asked to end, and killed again.
        for round in 0..3 {
            // It is cut off while it reads.
            let (start, already) = (Instant::now(), read().len());
            while read().len() < already + 50_000 && start.elapsed() < Duration::from_secs(60) {
                thread::sleep(Duration::from_millis(20));
            }
            match round % 2 {
                0 => drop(server),
                _ => server.stop(),
            }
            server = Server::start_at(&ledger, &address);
        }
        enough.store(true, Ordering::Relaxed);
        server
    });
    let lines = ledger.lines();
    let start = Instant::now();
    while read().lines().count() < lines.len() && start.elapsed() < Duration::from_secs(60) {
        thread::sleep(Duration::from_millis(50));
    }
    // What comes too much would come now.
    thread::sleep(Duration::from_millis(300));
    drop(follower);
    let said = fs::read_to_string(&said).unwrap();
    let read = read();
    let numbers = |lines: &[&str]| -> Vec<u64> {
        lines
            .iter()
            .map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap()["seq"].as_u64().unwrap())
            .collect()
    };
    let read: Vec<&str> = read.lines().collect();
    assert_eq!(numbers(&read), (0..lines.len() as u64).collect::<Vec<_>>(), "{said}");
    assert!(read.iter().eq(lines.iter()), "the lines are those of the ledger");
    assert!(said.lines().count() >= 3, "it was cut off three times\n{said}");
    server.stop();
}

mod receipts {
    use super::*;

    fn verify(python: &Path, ledger: &TestLedger, url: &str, args: &[&str]) -> Ran {
        let mut command = Command::new(python);
        run_example(command.arg(example("verify_receipt.py")).args(args), ledger, url)
    }

    /// A ledger of so many entries, served.
    fn served(events: u64) -> (TestLedger, Server) {
        let ledger = TestLedger::new();
        ledger.append(support::plain_lines(0..events), &[]).exits(0);
        let server = Server::start(&ledger);
        (ledger, server)
    }

    #[test]
    fn of_a_server_are_verified() {
        let Some(python) = clients::python() else { return };
        for events in [0, 1, 60] {
            let (ledger, server) = served(events);
            let size = ledger.lines().len();
            for seq in [0, size / 2, size - 1] {
                let ran = verify(python, &ledger, &server.url(), &[&seq.to_string()]).exits(0);
                let proved = format!("are entry {seq} of {}, among the {size}", support::ORIGIN);
                assert!(ran.stdout.starts_with("proved: ") && ran.stdout.contains(&proved), "{}", ran.stdout);
            }
        }
    }

    #[test]
    fn that_were_changed_are_refused() {
        let Some(python) = clients::python() else { return };
        let (ledger, server) = served(20);
        let get = |path: &str| String::from_utf8(server.get(path).body).unwrap();
        let (entry, receipt) = (get("/v1/events/7"), get("/v1/events/7/receipt"));
        let files = [ledger.beside("entry"), ledger.beside("receipt")];
        let run_on = |entry: &str, receipt: &str| {
            fs::write(&files[0], entry).unwrap();
            fs::write(&files[1], receipt).unwrap();
            verify(python, &ledger, "", &files.each_ref().map(|file| file.to_str().unwrap()))
        };
        run_on(&entry, &receipt).exits(0);
        run_on(&(entry.clone() + "\n"), &receipt).exits(0);

        let (head, note) = receipt.split_once("\n\n").unwrap();
        let mut rows: Vec<&str> = head.lines().collect();
        let shorter = format!("{}\n\n{note}", rows[..rows.len() - 1].join("\n"));
        let longer = format!("{head}\n{}\n\n{note}", rows[2]);
        rows.swap(2, 3);
        let swapped = format!("{}\n\n{note}", rows.join("\n"));
        let size = ledger.lines().len().to_string();
        let changed = [
            receipt.replacen("index 7", "index 6", 1),
            receipt.replacen("index 7", "index 700", 1),
            receipt.replacen(&format!("\n{size}\n"), &format!("\n{size}0\n"), 1),
            receipt.replacen("tlog-proof@v1", "tlog-proof@v2", 1),
            receipt.replacen(support::ORIGIN, "another.example/main", 1),
            get("/v1/events/8/receipt"),
            receipt.trim_end().to_owned(),
            receipt.split_once("\n\u{2014}").unwrap().0.to_owned(),
            String::new(),
            with_another_signature(&receipt),
            shorter,
            longer,
            swapped,
        ];
        for changed in changed {
            assert_ne!(changed, receipt);
            let ran = run_on(&entry, &changed).exits(1);
            assert!(ran.stderr.starts_with("not proved: "), "{changed}\n{}", ran.stderr);
        }
        for changed in [entry.replacen("highways", "byways!!", 1), get("/v1/events/8"), String::new()] {
            assert_ne!(changed, entry);
            let ran = run_on(&changed, &receipt).exits(1);
            assert!(ran.stderr.starts_with("not proved: "), "{}", ran.stderr);
        }
    }

    /// One bit of the signature itself, its key's name and id left alone.
    fn with_another_signature(receipt: &str) -> String {
        let (text, signature) = receipt.trim_end().rsplit_once(' ').unwrap();
        let mut bytes = STANDARD.decode(signature).unwrap();
        bytes[40] ^= 1;
        format!("{text} {}\n", STANDARD.encode(bytes))
    }

    #[test]
    fn that_fit_a_forged_root_are_refused() {
        let Some(python) = clients::python() else { return };
        let (ledger, server) = served(1);
        let receipt = String::from_utf8(server.get("/v1/events/0/receipt").body).unwrap();
        let entry = r#"{"seq":0}"#;
        let root = STANDARD.encode(Sha256::digest([b"\0", entry.as_bytes()].concat()));
        let signature = receipt.lines().last().unwrap();
        let forged =
            format!("c2sp.org/tlog-proof@v1\nindex 0\n\n{}\n1\n{root}\n\n{signature}\n", support::ORIGIN);
        let files = [ledger.beside("entry"), ledger.beside("receipt")];
        fs::write(&files[0], entry).unwrap();
        fs::write(&files[1], forged).unwrap();
        let ran = verify(python, &ledger, "", &files.each_ref().map(|file| file.to_str().unwrap())).exits(1);
        assert!(ran.stderr.contains("the signature is not"), "{}", ran.stderr);
    }

    #[test]
    fn of_another_key_are_refused() {
        let Some(python) = clients::python() else { return };
        let (ledger, server) = served(3);
        let other = TestLedger::new();
        let mut command = Command::new(python);
        command.arg(example("verify_receipt.py")).arg("2");
        configured(&mut command, &ledger, &server.url()).env("MUNIMENT_VKEY", &other.vkey);
        let ran = run(&mut command, b"").exits(1);
        assert!(ran.stderr.contains("has not signed"), "{}", ran.stderr);
        let mut command = Command::new(python);
        command.arg(example("verify_receipt.py"));
        run_example(&mut command, &ledger, &server.url()).exits(2);
    }
}
