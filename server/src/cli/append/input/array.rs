//! The elements of one JSON array, cut out by brackets and quotes alone: whether an element is JSON is for
//! its parser to say.

use std::io::{self, Read};

use super::bytes::Bytes;
use super::{ITEM_BYTES_MAX, InputFault, Item, Place};

/// A stream of elements.
#[derive(Debug)]
pub(crate) struct Array<R> {
    bytes: Bytes<R>,
    text: Vec<u8>,
    /// Elements so far.
    items: u64,
    ended: bool,
}

/// How far an element has been read.
#[derive(Debug, Default)]
struct Scan {
    depth: u64,
    in_string: bool,
    escaped: bool,
    length: u64,
    lines: u64,
}

impl<R: Read> Array<R> {
    /// What follows the `[`.
    pub(super) fn new(bytes: Bytes<R>) -> Array<R> {
        Array { bytes, text: Vec::new(), items: 0, ended: false }
    }

    pub(super) fn may_wait(&self) -> bool {
        self.bytes.buffered().is_empty()
    }

    pub(super) fn next_item(&mut self) -> io::Result<Option<Item<'_>>> {
        if self.ended {
            return Ok(None);
        }
        let mut next = self.bytes.skip_space()?;
        if next == Some(b']') {
            self.bytes.consume(1);
            return self.end();
        }
        if self.items > 0 && next.is_some() {
            if next != Some(b',') {
                return self.fault(InputFault::Expected("`,` or `]`"));
            }
            self.bytes.consume(1);
            next = self.bytes.skip_space()?;
        }
        match next {
            None => self.fault(InputFault::Unterminated),
            Some(b',' | b']' | b'}' | b':') => self.fault(InputFault::Expected("a value")),
            Some(_) => self.element(),
        }
    }

    /// Nothing may follow the array.
    fn end(&mut self) -> io::Result<Option<Item<'_>>> {
        match self.bytes.skip_space()? {
            None => {
                self.ended = true;
                Ok(None)
            }
            Some(_) => self.fault(InputFault::Trailing),
        }
    }

    fn fault(&mut self, fault: InputFault) -> io::Result<Option<Item<'_>>> {
        self.ended = true;
        let place = Place { line: self.bytes.line(), item: Some(self.items + 1) };
        Ok(Some(Item { place, text: Err(fault) }))
    }

    /// Reads an element, of which no more than the limit is kept.
    fn element(&mut self) -> io::Result<Option<Item<'_>>> {
        self.text.clear();
        let place = Place { line: self.bytes.line(), item: Some(self.items + 1) };
        let mut scan = Scan::default();
        loop {
            let buffered = self.bytes.fill()?;
            if buffered.is_empty() {
                self.ended = true;
                return Ok(Some(Item { place, text: Err(InputFault::Unterminated) }));
            }
            let (taken, complete) = scan.take(buffered);
            let room = ITEM_BYTES_MAX - self.text.len();
            self.text.extend_from_slice(&buffered[..taken.min(room)]);
            self.bytes.consume(taken);
            if complete {
                break;
            }
        }
        self.bytes.count_lines(scan.lines);
        self.items += 1;
        let text = match scan.length {
            bytes if bytes > ITEM_BYTES_MAX as u64 => Err(InputFault::TooLong { bytes }),
            _ => Ok(self.text.as_slice()),
        };
        Ok(Some(Item { place, text }))
    }
}

impl Scan {
    /// How many of these bytes belong to the element, and whether it ends after them.
    fn take(&mut self, bytes: &[u8]) -> (usize, bool) {
        for (place, byte) in bytes.iter().enumerate() {
            let (included, complete) = self.step(*byte);
            self.length += u64::from(included);
            self.lines += u64::from(included && *byte == b'\n');
            if complete {
                return (place + usize::from(included), true);
            }
        }
        (bytes.len(), false)
    }

    /// Whether the byte belongs to the element, and whether the element ends here.
    fn step(&mut self, byte: u8) -> (bool, bool) {
        if self.in_string {
            self.in_string = self.escaped || byte != b'"';
            self.escaped = byte == b'\\' && !self.escaped;
            return (true, false);
        }
        match byte {
            b'"' => self.in_string = true,
            b'{' | b'[' => self.depth += 1,
            b'}' | b']' | b',' | b' ' | b'\t' | b'\r' | b'\n' if self.depth == 0 => return (false, true),
            b'}' | b']' => {
                self.depth -= 1;
                return (true, self.depth == 0);
            }
            _ => {}
        }
        (true, false)
    }
}
