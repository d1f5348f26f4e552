//! A connection of the load generator. It shares the machine with the server that is measured, so it does what
//! cannot be left out: one write for a request, and reads until its answer is whole.

use std::io;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::net::client::{Authority, ClientError, dial};

/// Headers of an answer.
const HEADERS_MAX: usize = 64;
/// Bytes of an answer, its head included.
const ANSWER_BYTES_MAX: usize = 64 * 1024 * 1024;

/// A kept-alive connection.
#[derive(Debug)]
pub(super) struct Connection {
    authority: Authority,
    /// Absent from a failure to the next request.
    stream: Option<TcpStream>,
    received: Vec<u8>,
}

/// A whole answer.
#[derive(Debug)]
pub(super) struct Answer<'c> {
    pub(super) status: u16,
    pub(super) body: &'c [u8],
}

/// An answer's head.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Head {
    status: u16,
    bytes: usize,
    body_bytes: usize,
    closes: bool,
}

impl Connection {
    pub(super) async fn open(authority: Authority) -> Result<Connection, ClientError> {
        let stream = Some(dial(&authority).await?);
        Ok(Connection { authority, stream, received: Vec::new() })
    }

    /// Sends the bytes of a request and reads the answer. After a failure the next request opens the connection anew.
    pub(super) async fn exchange(&mut self, request: &[u8]) -> io::Result<Answer<'_>> {
        let mut stream = match self.stream.take() {
            Some(stream) => stream,
            None => dial(&self.authority).await.map_err(io::Error::other)?,
        };
        stream.write_all(request).await?;
        self.received.clear();
        let head = loop {
            match read_head(&self.received)? {
                Some(head) => break head,
                None => receive(&mut stream, &mut self.received).await?,
            }
        };
        let end = head.bytes + head.body_bytes;
        while self.received.len() < end {
            receive(&mut stream, &mut self.received).await?;
        }
        if !head.closes {
            self.stream = Some(stream);
        }
        Ok(Answer { status: head.status, body: &self.received[head.bytes..end] })
    }
}

async fn receive(stream: &mut TcpStream, received: &mut Vec<u8>) -> io::Result<()> {
    match stream.read_buf(received).await? {
        0 => Err(io::ErrorKind::UnexpectedEof.into()),
        _ => Ok(()),
    }
}

/// The head of an answer, once all of it is there.
fn read_head(received: &[u8]) -> io::Result<Option<Head>> {
    let mut headers = [httparse::EMPTY_HEADER; HEADERS_MAX];
    let mut response = httparse::Response::new(&mut headers);
    let httparse::Status::Complete(bytes) = response.parse(received).map_err(io::Error::other)? else {
        return Ok(None);
    };
    let header = |name: &str| {
        let found = response.headers.iter().find(|header| header.name.eq_ignore_ascii_case(name));
        found.and_then(|header| std::str::from_utf8(header.value).ok())
    };
    let body_bytes = header("content-length").and_then(|length| length.parse().ok());
    let body_bytes = body_bytes.filter(|length| *length <= ANSWER_BYTES_MAX).ok_or_else(|| {
        io::Error::other("the answer has no Content-Length, or one above 64 MiB: measure the server itself, not a proxy before it")
    })?;
    let closes = header("connection").is_some_and(|value| value.eq_ignore_ascii_case("close"));
    Ok(Some(Head { status: response.code.unwrap_or_default(), bytes, body_bytes, closes }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_head_is_read_once_it_is_whole() {
        let text = b"HTTP/1.1 201 Created\r\nContent-Length: 12\r\nconnection: close\r\n\r\n{}";
        let whole = text.len() - 2;
        for end in 0..whole {
            assert_eq!(read_head(&text[..end]).unwrap(), None, "{end}");
        }
        let head = Head { status: 201, bytes: whole, body_bytes: 12, closes: true };
        assert_eq!(read_head(text).unwrap(), Some(head));
    }

    #[test]
    fn an_answer_without_length_is_refused() {
        for text in
            ["HTTP/1.1 200 OK\r\n\r\n", "HTTP/1.1 200 OK\r\ncontent-length: 99999999999\r\n\r\n", "no"]
        {
            let refused = read_head(text.as_bytes());
            assert!(refused.is_err(), "{refused:?}");
        }
    }
}
