//! A running `muniment serve`, and the little of HTTP that tests speak to it themselves.

use std::fs;
use std::fs::File;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;

use super::{ORIGIN, TestLedger};

/// Longest that a server may take to answer, or to be ready.
const PATIENCE: Duration = Duration::from_secs(180);

/// A server of a ledger. It is killed when this goes.
pub struct Server {
    child: Child,
    /// `127.0.0.1:PORT`
    pub address: String,
    token: String,
    errors: PathBuf,
}

/// What it answers.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    head: String,
    pub body: Vec<u8>,
}

impl Answer {
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut fields = self.head.lines().filter_map(|line| line.split_once(':'));
        fields.find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim())
    }

    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }
}

impl Server {
    /// On a port that the system chooses.
    pub fn start(ledger: &TestLedger) -> Server {
        Server::start_at(ledger, "127.0.0.1:0")
    }

    /// On this address: one that a server before it had, say.
    pub fn start_at(ledger: &TestLedger, address: &str) -> Server {
        Server::starting(ledger, address, ORIGIN)
    }

    /// The server of a ledger that goes on under another origin.
    pub fn start_as(ledger: &TestLedger, origin: &str) -> Server {
        Server::starting(ledger, "127.0.0.1:0", origin)
    }

    fn starting(ledger: &TestLedger, address: &str, origin: &str) -> Server {
        let errors = ledger.beside("serve.stderr");
        let mut child = ledger
            .command("serve", &["--listen", address])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(File::options().create(true).append(true).open(&errors).unwrap())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let prefix = format!("serving {origin} on http://");
        let token = ledger.token.clone();
        let mut server = Server { child, address: String::new(), token, errors };
        let Some(address) = line.trim().strip_prefix(&prefix) else {
            panic!("the server says {line:?}\n{}", server.stderr());
        };
        address.clone_into(&mut server.address);
        let start = Instant::now();
        while server.get("/readyz").status != 200 {
            assert!(start.elapsed() < PATIENCE, "the server is not ready\n{}", server.stderr());
            thread::sleep(Duration::from_millis(20));
        }
        server
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// What it has written to its standard error, and those before it on the same ledger.
    pub fn stderr(&self) -> String {
        fs::read_to_string(&self.errors).unwrap_or_default()
    }

    /// Asks it to end, and waits until it has.
    pub fn stop(mut self) {
        let pid = self.child.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &pid]).status().unwrap().success());
        let status = self.child.wait().unwrap();
        assert!(status.success(), "{status}\n{}", self.stderr());
    }

    pub fn get(&self, path: &str) -> Answer {
        self.request("GET", path, &[], b"")
    }

    pub fn post(&self, path: &str, media_type: &str, body: &[u8]) -> Answer {
        self.request("POST", path, &[("Content-Type", media_type)], body)
    }

    /// A request with the administrator's token.
    pub fn request(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Answer {
        let asked = request(
            &self.address,
            method,
            path,
            &[headers, &[("Authorization", &format!("Bearer {}", self.token))]].concat(),
            body,
        );
        asked.unwrap_or_else(|error| panic!("{method} {path}: {error}\n{}", self.stderr()))
    }
}

/// One request over a connection of its own.
pub fn request(
    address: &str,
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: &[u8],
) -> std::io::Result<Answer> {
    let mut connection = TcpStream::connect(address)?;
    connection.set_read_timeout(Some(PATIENCE))?;
    let mut head = format!("{method} {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n");
    for (name, value) in headers {
        head += &format!("{name}: {value}\r\n");
    }
    head += &format!("Content-Length: {}\r\n\r\n", body.len());
    connection.write_all(&[head.as_bytes(), body].concat())?;
    let mut bytes = Vec::new();
    connection.read_to_end(&mut bytes)?;
    let malformed = || std::io::Error::other(format!("{:?} is no answer", String::from_utf8_lossy(&bytes)));
    let end = bytes.windows(4).position(|window| window == b"\r\n\r\n").ok_or_else(malformed)?;
    let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).ok_or_else(malformed)?;
    Ok(Answer { status, head, body: bytes[end + 4..].to_vec() })
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ended = self.child.kill();
        let _waited = self.child.wait();
        if thread::panicking() {
            let text = self.stderr();
            let tail = text.lines().rev().take(20).collect::<Vec<_>>();
            let text = format!("the server's last lines, the newest first:\n{}\n", tail.join("\n"));
            let _gone = std::io::stderr().write_all(text.as_bytes());
        }
    }
}
