//! One event a line. A line of white space is none.

use std::io::{self, Read};

use memchr::memchr;

use super::bytes::Bytes;
use super::{ITEM_BYTES_MAX, InputFault, Item, Place};

/// A stream of lines.
#[derive(Debug)]
pub(crate) struct Lines<R> {
    bytes: Bytes<R>,
    text: Vec<u8>,
}

impl<R: Read> Lines<R> {
    pub(super) fn new(bytes: Bytes<R>) -> Lines<R> {
        Lines { bytes, text: Vec::new() }
    }

    pub(super) fn may_wait(&self) -> bool {
        self.bytes.buffered().is_empty()
    }

    pub(super) fn next_item(&mut self) -> io::Result<Option<Item<'_>>> {
        loop {
            let place = Place { line: self.bytes.line(), item: None };
            let Some(bytes) = self.read_line()? else { return Ok(None) };
            if bytes > ITEM_BYTES_MAX as u64 {
                return Ok(Some(Item { place, text: Err(InputFault::TooLong { bytes }) }));
            }
            if !self.text.iter().all(u8::is_ascii_whitespace) {
                let text = self.text.strip_suffix(b"\r").unwrap_or(&self.text);
                return Ok(Some(Item { place, text: Ok(text) }));
            }
        }
    }

    /// Reads a line, of which no more than the limit is kept, and gives its length without its newline.
    fn read_line(&mut self) -> io::Result<Option<u64>> {
        self.text.clear();
        let mut length = 0;
        loop {
            let buffered = self.bytes.fill()?;
            if buffered.is_empty() {
                return Ok((length > 0).then_some(length));
            }
            let newline = memchr(b'\n', buffered);
            let part = &buffered[..newline.unwrap_or(buffered.len())];
            let room = ITEM_BYTES_MAX - self.text.len();
            self.text.extend_from_slice(&part[..part.len().min(room)]);
            length += part.len() as u64;
            let consumed = part.len() + usize::from(newline.is_some());
            self.bytes.consume(consumed);
            if newline.is_some() {
                self.bytes.count_lines(1);
                return Ok(Some(length));
            }
        }
    }
}
