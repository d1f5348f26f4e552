//! The bytes of an input, with the number of the line that comes next.

use std::io::{self, ErrorKind, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

const BUFFER_BYTES: usize = 256 * 1024;

/// A buffered reader.
#[derive(Debug)]
pub(super) struct Bytes<R> {
    source: R,
    buffer: Vec<u8>,
    start: usize,
    end: usize,
    line: u64,
    read: Arc<AtomicU64>,
}

impl<R: Read> Bytes<R> {
    pub(super) fn new(source: R, read: Arc<AtomicU64>) -> Bytes<R> {
        Bytes { source, buffer: vec![0; BUFFER_BYTES], start: 0, end: 0, line: 1, read }
    }

    /// The number of the line that the next byte stands on, from 1.
    pub(super) fn line(&self) -> u64 {
        self.line
    }

    /// What has been read and not consumed.
    pub(super) fn buffered(&self) -> &[u8] {
        &self.buffer[self.start..self.end]
    }

    /// Reads on if nothing is buffered; then there is nothing only at the end of the input.
    pub(super) fn fill(&mut self) -> io::Result<&[u8]> {
        self.peek_many(1)
    }

    /// The next bytes, at least so many unless the input ends before. At most a buffer's worth.
    pub(super) fn peek_many(&mut self, count: usize) -> io::Result<&[u8]> {
        if self.buffered().len() < count {
            self.buffer.copy_within(self.start..self.end, 0);
            (self.start, self.end) = (0, self.end - self.start);
        }
        while self.end < count {
            match self.source.read(&mut self.buffer[self.end..]) {
                Ok(0) => break,
                Ok(more) => {
                    self.end += more;
                    self.read.fetch_add(more as u64, Ordering::Relaxed);
                }
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(self.buffered())
    }

    /// Goes on by so many of the buffered bytes. Newlines among them are counted by
    /// [`Bytes::count_lines`], as most callers know how many there are.
    pub(super) fn consume(&mut self, count: usize) {
        self.start = (self.start + count).min(self.end);
    }

    /// Says that newlines were consumed.
    pub(super) fn count_lines(&mut self, lines: u64) {
        self.line += lines;
    }

    /// Goes on to the next byte that is no white space, and shows it; `None` at the end.
    pub(super) fn skip_space(&mut self) -> io::Result<Option<u8>> {
        loop {
            let Some(first) = self.fill()?.first().copied() else { return Ok(None) };
            match first {
                b' ' | b'\t' | b'\r' => self.consume(1),
                b'\n' => {
                    self.consume(1);
                    self.count_lines(1);
                }
                other => return Ok(Some(other)),
            }
        }
    }
}
