//! A server of its own for each test, as an operator starts it.

use std::fs::{self, File};
use std::io::{BufRead as _, BufReader};
use std::net::SocketAddr;
use std::process::{Child, ChildStdout, Command, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::http::{Answer, Connection, Request};
use super::{ORIGIN, TestLedger, command, run};

pub const STRUCTURED: &str = "application/cloudevents+json";
pub const BATCH: &str = "application/cloudevents-batch+json";

/// What a server may have in memory of its own while it is attacked.
pub const MEMORY_KIB_MAX: u64 = 700_000;

/// A ledger that is served.
pub struct Serving {
    pub ledger: TestLedger,
    /// The token that `init` printed.
    pub admin: String,
    pub address: SocketAddr,
    args: Vec<String>,
    child: Child,
    /// Kept open, so that the server can still print.
    _stdout: BufReader<ChildStdout>,
}

impl Serving {
    /// A new ledger, served.
    pub fn new() -> Serving {
        Serving::with(|_| {}, &[])
    }

    /// A new ledger that something is done to before it is served.
    pub fn with(prepare: impl FnOnce(&TestLedger), args: &[&str]) -> Serving {
        let home = tempfile::tempdir().unwrap();
        let data = home.path().join("data");
        let data = data.to_str().unwrap();
        let mut init = command(&["init", "--data", data, "--origin", ORIGIN, "--purpose", "test"]);
        let made = run(&mut init, b"").exits(0);
        let (vkey, admin) = (made.field("vkey").to_owned(), made.field("admin token").to_owned());
        let ledger = TestLedger { home, vkey, token: admin.clone() };
        prepare(&ledger);
        let args: Vec<String> = args.iter().map(|arg| (*arg).to_owned()).collect();
        let (child, stdout, address) = spawn(&ledger, &args);
        Serving { ledger, admin, address, args, child, _stdout: stdout }
    }

    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Starts it again after it ended.
    pub fn start_again(&mut self) {
        let (child, stdout, address) = spawn(&self.ledger, &self.args);
        (self.child, self._stdout, self.address) = (child, stdout, address);
    }

    /// SIGKILL.
    pub fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// SIGTERM, without waiting.
    pub fn terminate(&self) {
        let killed = Command::new("kill").args(["-TERM", &self.pid().to_string()]).status().unwrap();
        assert!(killed.success());
    }

    /// Waits for its end.
    #[track_caller]
    pub fn wait(&mut self, longest: Duration) -> ExitStatus {
        let start = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status;
            }
            assert!(start.elapsed() < longest, "the server does not end within {longest:?}");
            thread::sleep(Duration::from_millis(10));
        }
    }

    /// Stops it as an operator does; it must exit with 0.
    #[track_caller]
    pub fn stop(&mut self) {
        self.terminate();
        let status = self.wait(Duration::from_secs(60));
        assert_eq!(status.code(), Some(0), "{}", self.log());
    }

    /// It still answers; after its end the ledger verifies. Gives the number of entries.
    #[track_caller]
    pub fn stop_and_verify(&mut self) -> u64 {
        self.ask(Request::get("/healthz")).is(200);
        self.stop();
        self.ledger.run("verify", &[]).exits(0).field("entries").parse().unwrap()
    }

    /// Waits until the checkpoint on disk covers all that was posted: a backup goes no further.
    pub fn wait_for_checkpoint(&self) {
        let size = self.get(&self.admin, "/v1/ledger").is(200).json()["size"].as_u64().unwrap();
        let begun = Instant::now();
        let kept = || -> Option<u64> {
            let note = fs::read_to_string(self.ledger.data().join("checkpoint")).ok()?;
            note.lines().nth(1)?.parse().ok()
        };
        while kept().is_none_or(|kept| kept < size) {
            assert!(begun.elapsed() < Duration::from_secs(60), "no checkpoint of {size} entries is kept");
            thread::sleep(Duration::from_millis(20));
        }
    }

    /// What it wrote to standard error.
    pub fn log(&self) -> String {
        fs::read_to_string(self.ledger.beside("log")).unwrap_or_default()
    }

    pub fn connect(&self) -> Connection {
        Connection::open(self.address)
    }

    /// Asks over a connection of its own.
    #[track_caller]
    pub fn ask(&self, request: Request) -> Answer {
        self.connect().ask(&request)
    }

    #[track_caller]
    pub fn get(&self, token: &str, target: &str) -> Answer {
        self.ask(Request::get(target).token(token))
    }

    /// Posts one event.
    #[track_caller]
    pub fn post(&self, token: &str, event: &Value) -> Answer {
        self.ask(Request::post("/v1/events", STRUCTURED, event.to_string()).token(token))
    }

    /// Posts a batch.
    #[track_caller]
    pub fn post_batch(&self, token: &str, events: &[Value]) -> Answer {
        let body = Value::Array(events.to_vec()).to_string();
        self.ask(Request::post("/v1/events", BATCH, body).token(token))
    }

    /// Makes a token; members of `scope` are added to the request.
    #[track_caller]
    pub fn token(&self, name: &str, roles: &[&str], scope: Value) -> String {
        let made = self.make_token(&self.admin, name, roles, scope).is(201);
        made.json()["token"].as_str().unwrap().to_owned()
    }

    #[track_caller]
    pub fn make_token(&self, by: &str, name: &str, roles: &[&str], mut wanted: Value) -> Answer {
        wanted["name"] = json!(name);
        wanted["roles"] = json!(roles);
        self.ask(Request::post("/v1/tokens", "application/json", wanted.to_string()).token(by))
    }

    /// How many entries the ledger has.
    #[track_caller]
    pub fn size(&self) -> u64 {
        self.get(&self.admin, "/v1/ledger").is(200).json()["size"].as_u64().unwrap()
    }

    /// Waits until searches find everything.
    #[track_caller]
    pub fn indexed(&self) {
        let start = Instant::now();
        loop {
            let state = self.get(&self.admin, "/v1/ledger").is(200).json();
            if state["size"] == state["indexed_size"] {
                return;
            }
            assert!(start.elapsed() < Duration::from_secs(30), "the index does not come after: {state}");
            thread::sleep(Duration::from_millis(20));
        }
    }

    /// Memory that is the server's own, in KiB; zero where the system does not tell.
    pub fn rss_anon_kib(&self) -> u64 {
        let status = fs::read_to_string(format!("/proc/{}/status", self.pid())).unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix("RssAnon:")).unwrap_or("0 kB");
        line.trim().trim_end_matches(" kB").trim().parse().unwrap_or(0)
    }
}

#[expect(clippy::print_stdout, reason = "the harness shows it with the test that failed")]
impl Drop for Serving {
    fn drop(&mut self) {
        // It may have ended already.
        let _gone = self.child.kill();
        let _ended = self.child.wait();
        if thread::panicking() {
            println!("the server said:\n{}", self.log());
        }
    }
}

fn spawn(ledger: &TestLedger, args: &[String]) -> (Child, BufReader<ChildStdout>, SocketAddr) {
    let log = File::options().create(true).append(true).open(ledger.beside("log")).unwrap();
    let mut serve = ledger.command("serve", &["--listen", "127.0.0.1:0"]);
    let mut child = serve.args(args).stdout(Stdio::piped()).stderr(log).spawn().unwrap();
    let mut stdout = BufReader::new(child.stdout.take().unwrap());
    let mut line = String::new();
    stdout.read_line(&mut line).unwrap();
    let address = line.trim().rsplit_once("http://").and_then(|(_, address)| address.parse().ok());
    let Some(address) = address else {
        panic!("the server does not start: {line:?}\n{}", fs::read_to_string(ledger.beside("log")).unwrap())
    };
    // It listens before the index is open, and says so; tests are about what comes after.
    let begun = Instant::now();
    while Connection::open(address).ask(&Request::get("/readyz")).status != 200 {
        assert!(begun.elapsed() < Duration::from_secs(60), "the server is not ready");
        thread::sleep(Duration::from_millis(10));
    }
    (child, stdout, address)
}

/// How much longer than usual the tests are to run.
pub fn scale() -> u64 {
    std::env::var("MUNIMENT_TEST_SCALE").map_or(1, |scale| scale.parse().expect("a number"))
}

/// A request that came in at some unit.
pub fn request(id: &str, source: &str, unit: Option<&str>) -> Value {
    let mut event = json!({
        "specversion": "1.0", "id": id, "source": source, "type": "request.received",
        "subject": format!("case-{id}"), "data": {"regime": "foi", "channel": "email"},
    });
    if let Some(unit) = unit {
        event["data"]["unit"] = json!(unit);
    }
    event
}
