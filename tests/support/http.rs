//! A small blocking HTTP/1.1 client that also sends what no client should.

use std::io::{self, BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::Value;

/// Nothing that is asked takes longer.
const PATIENCE: Duration = Duration::from_secs(40);

/// A request.
#[derive(Debug, Clone)]
pub struct Request {
    pub method: String,
    pub target: String,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Request {
    pub fn new(method: &str, target: impl Into<String>) -> Request {
        Request { method: method.to_owned(), target: target.into(), headers: Vec::new(), body: Vec::new() }
    }

    pub fn get(target: impl Into<String>) -> Request {
        Request::new("GET", target)
    }

    pub fn post(target: impl Into<String>, media_type: &str, body: impl Into<Vec<u8>>) -> Request {
        Request::new("POST", target).with("content-type", media_type).body(body)
    }

    pub fn with(mut self, name: &str, value: &str) -> Request {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    pub fn token(self, token: &str) -> Request {
        self.with("authorization", &format!("Bearer {token}"))
    }

    pub fn body(mut self, body: impl Into<Vec<u8>>) -> Request {
        self.body = body.into();
        self
    }

    /// Its bytes, with one host and a length.
    pub fn bytes(&self) -> Vec<u8> {
        let mut bytes = self.head();
        bytes.extend_from_slice(&self.body);
        bytes
    }

    /// All but its body.
    pub fn head(&self) -> Vec<u8> {
        let mut head = format!("{} {} HTTP/1.1\r\nhost: ledger.test\r\n", self.method, self.target);
        for (name, value) in &self.headers {
            head += &format!("{name}: {value}\r\n");
        }
        if !self.body.is_empty() || self.method == "POST" {
            head += &format!("content-length: {}\r\n", self.body.len());
        }
        (head + "\r\n").into_bytes()
    }
}

/// A body in as few bytes as it gets.
pub fn gzip(body: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(body).unwrap();
    encoder.finish().unwrap()
}

/// An answer.
#[derive(Debug, Clone)]
pub struct Answer {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Answer {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {self:?} {}", self.text()))
    }

    /// The last part of a problem's type.
    #[track_caller]
    pub fn code(&self) -> String {
        assert_eq!(self.header("content-type"), Some("application/problem+json"), "{}", self.text());
        let problem = self.json();
        assert_eq!(problem["status"], self.status);
        let kind = problem["type"].as_str().unwrap().to_owned();
        kind.strip_prefix("urn:muniment:problem:").unwrap_or_else(|| panic!("{kind}")).to_owned()
    }

    /// Every fault of a problem: event, pointer.
    pub fn faults(&self) -> Vec<(Option<u64>, String)> {
        let problem = self.json();
        let fault = |fault: &Value| (fault["event"].as_u64(), fault["pointer"].as_str().unwrap().to_owned());
        problem["errors"].as_array().unwrap().iter().map(fault).collect()
    }

    /// A problem, without what names the one request that it answers.
    #[track_caller]
    pub fn without_instance(&self) -> Value {
        let mut problem = self.json();
        problem.as_object_mut().unwrap().remove("instance").unwrap();
        problem
    }

    /// Asserts its status.
    #[track_caller]
    pub fn is(self, status: u16) -> Answer {
        assert_eq!(self.status, status, "{}", self.text());
        self
    }

    /// Asserts that it is a problem with this status and this code.
    #[track_caller]
    pub fn problem(self, status: u16, code: &str) -> Answer {
        assert_eq!((self.status, self.code().as_str()), (status, code), "{}", self.text());
        self
    }
}

/// A connection.
#[derive(Debug)]
pub struct Connection {
    pub stream: TcpStream,
    reader: BufReader<TcpStream>,
}

impl Connection {
    pub fn open(address: SocketAddr) -> Connection {
        Connection::try_open(address).expect("the server listens")
    }

    pub fn try_open(address: SocketAddr) -> io::Result<Connection> {
        let stream = TcpStream::connect(address)?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        stream.set_write_timeout(Some(PATIENCE))?;
        let reader = BufReader::new(stream.try_clone()?);
        Ok(Connection { stream, reader })
    }

    pub fn send(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.stream.write_all(bytes)
    }

    /// Asks and waits for the answer.
    #[track_caller]
    pub fn ask(&mut self, request: &Request) -> Answer {
        self.try_ask(request).unwrap_or_else(|error| panic!("{error}: {} {}", request.method, request.target))
    }

    pub fn try_ask(&mut self, request: &Request) -> io::Result<Answer> {
        // Whoever refuses early may close before all is sent; the answer is there all the same.
        let sent = self.send(&request.bytes());
        match self.answer(request.method != "HEAD") {
            Err(error) => Err(sent.err().unwrap_or(error)),
            answer => answer,
        }
    }

    /// Reads an answer's head.
    pub fn answer_head(&mut self) -> io::Result<Answer> {
        loop {
            let first = self.line()?;
            let status = first.strip_prefix("HTTP/1.1 ").and_then(|rest| rest.get(..3)?.parse().ok());
            let status: u16 = status.ok_or_else(|| io::Error::other(format!("no answer: {first:?}")))?;
            let mut headers = Vec::new();
            loop {
                let line = self.line()?;
                if line.is_empty() {
                    break;
                }
                let (name, value) = line.split_once(':').ok_or_else(|| io::Error::other(line.clone()))?;
                headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
            }
            if status != 100 {
                return Ok(Answer { status, headers, body: Vec::new() });
            }
        }
    }

    /// Reads an answer.
    pub fn answer(&mut self, has_body: bool) -> io::Result<Answer> {
        let mut answer = self.answer_head()?;
        if !has_body || matches!(answer.status, 204 | 304) {
            return Ok(answer);
        }
        if let Some(length) = answer.header("content-length") {
            let mut body = vec![0; length.parse().map_err(io::Error::other)?];
            self.reader.read_exact(&mut body)?;
            answer.body = body;
        } else if answer.header("transfer-encoding") == Some("chunked") {
            while let Some(chunk) = self.chunk()? {
                answer.body.extend_from_slice(&chunk);
            }
        } else {
            self.reader.read_to_end(&mut answer.body)?;
        }
        Ok(answer)
    }

    /// The next chunk of a chunked body; `None` after the last.
    pub fn chunk(&mut self) -> io::Result<Option<Vec<u8>>> {
        let size = self.line()?;
        let size = usize::from_str_radix(&size, 16).map_err(io::Error::other)?;
        let mut chunk = vec![0; size];
        self.reader.read_exact(&mut chunk)?;
        let end = self.line()?;
        assert_eq!(end, "", "a chunk ends with an empty line");
        Ok((size > 0).then_some(chunk))
    }

    fn line(&mut self) -> io::Result<String> {
        let mut line = Vec::new();
        self.reader.read_until(b'\n', &mut line)?;
        match line.strip_suffix(b"\r\n") {
            Some(line) => Ok(String::from_utf8_lossy(line).into_owned()),
            None => Err(io::Error::new(io::ErrorKind::UnexpectedEof, "the connection was closed")),
        }
    }

    /// All that comes until the server closes.
    pub fn read_to_end(&mut self) -> Vec<u8> {
        let mut all = Vec::new();
        // A reset ends it too.
        let _end = self.reader.read_to_end(&mut all);
        all
    }
}

/// One event of a stream, or a comment.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Frame {
    pub id: Option<u64>,
    pub event: Option<String>,
    pub data: String,
}

/// A follower.
#[derive(Debug)]
pub struct Stream {
    pub connection: Connection,
    text: Vec<u8>,
    ended: bool,
}

impl Stream {
    /// Opens one; the answer must be 200.
    #[track_caller]
    pub fn open(address: SocketAddr, token: &str, query: &str, last_event_id: Option<&str>) -> Stream {
        let mut request = Request::get(format!("/v1/events/stream{query}")).token(token);
        if let Some(id) = last_event_id {
            request = request.with("last-event-id", id);
        }
        let mut connection = Connection::open(address);
        connection.send(&request.bytes()).unwrap();
        let head = connection.answer_head().unwrap();
        assert_eq!((head.status, head.header("content-type")), (200, Some("text/event-stream")));
        Stream { connection, text: Vec::new(), ended: false }
    }

    /// The next event; comments are left out. `None` at the end.
    pub fn next_frame(&mut self) -> Option<Frame> {
        loop {
            while let Some(end) = self.text.windows(2).position(|bytes| bytes == b"\n\n") {
                let text: Vec<u8> = self.text.drain(..end + 2).collect();
                let mut frame = Frame::default();
                for line in String::from_utf8(text).expect("UTF-8").lines() {
                    match line.split_once(": ") {
                        Some(("id", id)) => frame.id = Some(id.parse().expect("a number")),
                        Some(("event", event)) => frame.event = Some(event.to_owned()),
                        Some(("data", data)) => frame.data.push_str(data),
                        _ => {}
                    }
                }
                if frame != Frame::default() {
                    return Some(frame);
                }
            }
            if self.ended {
                assert!(self.text.is_empty(), "the stream ends within an event");
                return None;
            }
            match self.connection.chunk() {
                Ok(Some(chunk)) => self.text.extend_from_slice(&chunk),
                Ok(None) => self.ended = true,
                Err(error) => panic!("the stream broke off: {error}"),
            }
        }
    }

    /// The next entry, which must be one.
    #[track_caller]
    pub fn entry(&mut self) -> (u64, Value) {
        let frame = self.next_frame().expect("the stream goes on");
        assert_eq!(frame.event.as_deref(), Some("entry"), "{frame:?}");
        let entry: Value = serde_json::from_str(&frame.data).expect("JSON");
        assert_eq!(entry["seq"].as_u64(), frame.id);
        (frame.id.expect("an id"), entry)
    }
}
