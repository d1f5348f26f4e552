//! The input of `append`: CloudEvents, one a line, or one JSON array. It is read as a stream; what is in
//! memory at a time is bounded by [`ITEM_BYTES_MAX`].

mod array;
mod bytes;
mod lines;

use std::fmt;
use std::io::{self, Read};
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use array::Array;
use bytes::Bytes;
use lines::Lines;

/// Longest text of one event as it is read; its canonical form has a lower limit.
pub(super) const ITEM_BYTES_MAX: usize = 1024 * 1024;

const UTF8_MARK: &[u8] = b"\xef\xbb\xbf";
const UTF16_MARKS: [&[u8]; 2] = [b"\xff\xfe", b"\xfe\xff"];

/// Where an item stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Place {
    /// The line on which it starts, from 1.
    pub(super) line: u64,
    /// Its number in the array, from 1.
    pub(super) item: Option<u64>,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.item {
            Some(item) => write!(f, "item {item} (line {})", self.line),
            None => write!(f, "line {}", self.line),
        }
    }
}

/// One item of the input.
#[derive(Debug)]
pub(super) struct Item<'a> {
    pub(super) place: Place,
    pub(super) text: Result<&'a [u8], InputFault>,
}

/// What is wrong with the input itself, whatever its items say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum InputFault {
    /// One item; those after it can be read.
    #[error("{bytes} bytes, the limit for the text of one event is {ITEM_BYTES_MAX} bytes")]
    TooLong { bytes: u64 },
    /// The array; nothing after it is read.
    #[error("not JSON: expected {0}; what follows was not read")]
    Expected(&'static str),
    /// The array.
    #[error("not JSON: the input ends within the array, before its `]`")]
    Unterminated,
    /// The array.
    #[error("not JSON: something follows the array's `]`; it was not read")]
    Trailing,
}

/// A stream of items.
#[derive(Debug)]
pub(super) enum Input<R> {
    Lines(Lines<R>),
    Array(Array<R>),
}

impl<R: Read> Input<R> {
    /// Looks at the first bytes to find out which of the two forms it has. `read` counts the bytes.
    ///
    /// # Errors
    /// As the system says; [`io::ErrorKind::InvalidData`] for UTF-16.
    pub(super) fn new(source: R, read: Arc<AtomicU64>) -> io::Result<Input<R>> {
        let mut bytes = Bytes::new(source, read);
        let start = bytes.peek_many(UTF8_MARK.len())?;
        if UTF16_MARKS.iter().any(|mark| start.starts_with(mark)) {
            let fault = "it is UTF-16 text; write it as UTF-8";
            return Err(io::Error::new(io::ErrorKind::InvalidData, fault));
        }
        if start.starts_with(UTF8_MARK) {
            bytes.consume(UTF8_MARK.len());
        }
        match bytes.skip_space()? {
            Some(b'[') => {
                bytes.consume(1);
                Ok(Input::Array(Array::new(bytes)))
            }
            _ => Ok(Input::Lines(Lines::new(bytes))),
        }
    }

    /// The next item; `None` at the end, and after a fault of an array's form.
    ///
    /// # Errors
    /// As the system says.
    pub(super) fn next_item(&mut self) -> io::Result<Option<Item<'_>>> {
        match self {
            Input::Lines(lines) => lines.next_item(),
            Input::Array(array) => array.next_item(),
        }
    }

    /// Whether going on may have to wait for more input.
    pub(super) fn may_wait(&self) -> bool {
        match self {
            Input::Lines(lines) => lines.may_wait(),
            Input::Array(array) => array.may_wait(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Gives its bytes a few at a time, so that every border falls everywhere.
    struct Dripping<'a>(&'a [u8], usize);

    impl Read for Dripping<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let count = self.1.min(buffer.len()).min(self.0.len());
            buffer[..count].copy_from_slice(&self.0[..count]);
            self.0 = &self.0[count..];
            Ok(count)
        }
    }

    fn read(text: &[u8], at_once: usize) -> Vec<String> {
        let mut input = Input::new(Dripping(text, at_once), Arc::default()).unwrap();
        let mut items = Vec::new();
        while let Some(item) = input.next_item().unwrap() {
            let text = item.text.map(|text| String::from_utf8_lossy(text).into_owned());
            items.push(format!("{}: {}", item.place, text.unwrap_or_else(|fault| fault.to_string())));
        }
        items
    }

    fn check(text: &str, expect: &[&str]) {
        for at_once in [1, 2, 7, 4_096] {
            assert_eq!(read(text.as_bytes(), at_once), expect, "{text:?}, {at_once} bytes at once");
        }
    }

    #[test]
    fn lines() {
        check("", &[]);
        check("\u{feff}", &[]);
        check("\u{feff}{1}\n{2}", &["line 1: {1}", "line 2: {2}"]);
        check("\n \t\r\n{1}\r\n\r\n  {2} \n\n", &["line 3: {1}", "line 5:   {2} "]);
        check("x\n[1]\n", &["line 1: x", "line 2: [1]"]);
        check("\u{feff}\u{feff}x", &["line 1: \u{feff}x"]);
    }

    #[test]
    fn arrays() {
        check("[]", &[]);
        check("\u{feff} \n[ \n ] \n", &[]);
        check(r#"[{"a":[1,{}]},2]"#, &[r#"item 1 (line 1): {"a":[1,{}]}"#, "item 2 (line 1): 2"]);
        check(
            "\n[\n{\"a\":\n\"]},\\\"\"}\n, \"x\" , null ]\n",
            &["item 1 (line 3): {\"a\":\n\"]},\\\"\"}", "item 2 (line 5): \"x\"", "item 3 (line 5): null"],
        );
        check(r#"["\\",1]"#, &[r#"item 1 (line 1): "\\""#, "item 2 (line 1): 1"]);
    }

    #[test]
    fn arrays_with_faults() {
        let rest = "; what follows was not read";
        let item_and = |fault: &str| vec!["item 1 (line 1): {}".to_owned(), fault.to_owned()];
        let check = |text: &str, fault: &str| assert_eq!(read(text.as_bytes(), 3), item_and(fault), "{text}");
        check("[{}\n{}]", &format!("item 2 (line 2): not JSON: expected `,` or `]`{rest}"));
        check("[{}}]", &format!("item 2 (line 1): not JSON: expected `,` or `]`{rest}"));
        check("[{},]", &format!("item 2 (line 1): not JSON: expected a value{rest}"));
        check("[{},\n,{}]", &format!("item 2 (line 2): not JSON: expected a value{rest}"));
        let unterminated = "not JSON: the input ends within the array, before its `]`";
        check("[{}", &format!("item 2 (line 1): {unterminated}"));
        check("[{},\n", &format!("item 2 (line 2): {unterminated}"));
        check("[{},\n{\"a\":\"", &format!("item 2 (line 2): {unterminated}"));
        check("[{}] \n[]", "item 2 (line 2): not JSON: something follows the array's `]`; it was not read");
    }

    #[test]
    fn what_is_too_long_is_measured_and_passed_over() {
        let long = "x".repeat(ITEM_BYTES_MAX + 1);
        let fault = "1048577 bytes, the limit for the text of one event is 1048576 bytes";
        let lines = read(format!("1\n{long}\n2\n{}\n", &long[1..]).as_bytes(), 100_000);
        assert_eq!(lines[..3], ["line 1: 1", &format!("line 2: {fault}"), "line 3: 2"]);
        assert_eq!((lines.len(), lines[3].len()), (4, "line 4: ".len() + ITEM_BYTES_MAX));
        let items = read(format!("[1,\"{}\",2]", &long[2..]).as_bytes(), 100_000);
        assert_eq!(items, ["item 1 (line 1): 1", &format!("item 2 (line 1): {fault}"), "item 3 (line 1): 2"]);
    }

    #[test]
    fn utf_16_is_refused_as_such() {
        let error = Input::new(&b"\xff\xfe{\0"[..], Arc::default()).unwrap_err();
        assert_eq!(error.to_string(), "it is UTF-16 text; write it as UTF-8");
    }
}
