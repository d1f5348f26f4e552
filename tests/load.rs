//! The load generator against a server: what it posted is recorded, and what it cannot do it says.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::io::{BufRead as _, BufReader};
use std::net::TcpListener;
use std::process::{Child, Stdio};

use support::{ORIGIN, Ran, command, run};
use tempfile::TempDir;

mod support;

/// A server with a ledger of its own.
struct Server {
    home: TempDir,
    token: String,
    url: String,
    child: Child,
}

impl Server {
    fn start() -> Server {
        let home = tempfile::tempdir().unwrap();
        let data = home.path().join("data").to_str().unwrap().to_owned();
        let made = command(&["init", "--data", &data, "--origin", ORIGIN, "--purpose", "test"]);
        let made = run(&mut { made }, b"").exits(0);
        let mut serve = command(&["serve", "--data", &data, "--listen", "127.0.0.1:0"]);
        let mut child = serve.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let url = line.trim().split(' ').next_back().unwrap().to_owned();
        Server { home, token: made.field("admin token").to_owned(), url, child }
    }

    fn bench(&self, what: &str, args: &[&str]) -> Ran {
        let mut bench = command(&["bench", what, "--server", &self.url]);
        run(bench.env("MUNIMENT_TOKEN", &self.token).args(args), b"")
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ended = self.child.kill().and_then(|()| self.child.wait());
    }
}

fn number(ran: &Ran, name: &str) -> f64 {
    ran.field(name).split(' ').next().unwrap().parse().unwrap()
}

#[test]
fn a_load_is_recorded_and_read() {
    let server = Server::start();
    let single = server.bench("ingest", &["--clients", "4", "--seconds", "1", "--baseline"]).exits(0);
    assert!(number(&single, "requests/s") > 0.0 && number(&single, "ratio to the empty handler") > 0.0);
    assert_eq!(single.field("errors"), "none");
    let directory = server.home.path().to_str().unwrap();
    let args = ["--clients", "2", "--batch", "50", "--seconds", "1", "--baseline", "--data", directory];
    let batches = server.bench("ingest", &args).exits(0);
    assert!(number(&batches, "ratio to the file") > 0.0);
    let ratio = number(&batches, "events/s") / number(&batches, "requests/s");
    assert!((49.0..51.0).contains(&ratio), "{ratio}");
    let left: Vec<_> =
        server.home.path().read_dir().unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(left, ["data"], "the file of the bare loop is gone");
    let read = server.bench("read", &["--clients", "2", "--seconds", "1", "--follow", "3"]).exits(0);
    for kind in ["page of 100, filtered", "text search, page of 100", "entry", "receipt"] {
        assert!(number(&read, kind) > 0.0, "{kind}");
    }
    assert!(read.field("followers").starts_with("3, 0 entries"), "{}", read.stdout);
}

#[test]
fn pages_are_timed_and_weighed() {
    let server = Server::start();
    let ran = server.bench("pages", &["--rounds", "3"]);
    // How fast this machine is decides between these two.
    assert!(matches!(ran.code, Some(0 | 1)), "{:?}: {} {}", ran.code, ran.stdout, ran.stderr);
    for page in
        ["home", "alerts", "registers", "entry", "verify", "record form", "reports", "plugins", "access"]
    {
        let said = ran.field(page);
        assert!(
            said.starts_with("p50 ") && said.contains(" ms; ") && said.contains("compressed"),
            "{page}: {said}"
        );
    }
    assert_eq!(ran.field("limits"), "p99 150 ms, 150.0 kB with style and scripts");
    assert!(ran.field("not in this ledger").contains("report"), "{}", ran.stdout);
    assert!(!ran.stdout.contains("failed"), "{}", ran.stdout);
    let wrong =
        run(&mut command(&["bench", "pages", "--server", &server.url, "--token", "wrong"]), b"").exits(2);
    assert!(wrong.stderr.contains("(401)"), "{}", wrong.stderr);
}

#[test]
fn a_load_that_is_asked_for_wrongly_exits_with_2() {
    let server = Server::start();
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let nobody = format!("http://{free}");
    let cases: [(&str, &[&str], &str); 6] = [
        (&server.url, &["--token", "wrong"], "(401)"),
        (&nobody, &["--token", "any"], "cannot connect"),
        ("https://127.0.0.1", &["--token", "any"], "does not begin with http://"),
        (&server.url, &[], "no token"),
        (&server.url, &["--token", &server.token, "--clients", "0"], "--clients"),
        (&server.url, &["--token", &server.token, "--seconds", "3601"], "--seconds"),
    ];
    for what in ["ingest", "read"] {
        for (url, args, wanted) in cases {
            let ran = run(command(&["bench", what, "--server", url]).args(args), b"").exits(2);
            assert!(ran.stderr.contains(wanted), "{what} {args:?}: {}", ran.stderr);
        }
    }
}
