//! A strict reader of RFC 8259 text.

use std::borrow::Cow;

use super::{Object, Value, plain_length};
use crate::limits::JSON_DEPTH_MAX;

/// Why a text is not JSON that the ledger takes, and at which byte.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{fault} at byte {offset}")]
pub struct JsonError {
    /// Bytes before the fault.
    pub offset: usize,
    /// What is wrong there.
    pub fault: JsonFault,
}

/// What is wrong with a JSON text.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum JsonFault {
    /// The bytes are not UTF-8.
    #[error("not UTF-8")]
    NotUtf8,
    /// Something else was expected.
    #[error("not JSON: expected {0}")]
    Expected(&'static str),
    /// The text ends in the middle of a value.
    #[error("not JSON: it ends in the middle of a value")]
    Truncated,
    /// A raw control character in a string.
    #[error("not JSON: control character U+{0:04X} must be escaped")]
    ControlCharacter(u8),
    /// A backslash followed by something that JSON does not know.
    #[error("not JSON: unknown escape")]
    Escape,
    /// Half of a surrogate pair: it stands for no character.
    #[error("lone surrogate \\u{0:04x}")]
    LoneSurrogate(u16),
    /// A key stands twice in one object.
    #[error("key {0:?} stands twice in one object")]
    DuplicateKey(String),
    /// Nested too deeply.
    #[error("nested deeper than {JSON_DEPTH_MAX} levels")]
    TooDeep,
    /// Something follows the value.
    #[error("not JSON: something follows the value")]
    Trailing,
}

/// Reads one JSON value that fills the whole text.
///
/// # Errors
/// The first fault and the byte at which it stands.
///
/// # Limits
/// [`JSON_DEPTH_MAX`] levels of nesting.
pub fn parse(bytes: &[u8]) -> Result<Value<'_>, JsonError> {
    let text = std::str::from_utf8(bytes)
        .map_err(|error| JsonError { offset: error.valid_up_to(), fault: JsonFault::NotUtf8 })?;
    let mut parser = Parser { text, place: 0 };
    parser.skip_space();
    let value = parser.value(1)?;
    parser.skip_space();
    if parser.place < text.len() {
        return parser.fail(JsonFault::Trailing);
    }
    Ok(value)
}

struct Parser<'a> {
    text: &'a str,
    place: usize,
}

impl<'a> Parser<'a> {
    fn fail<T>(&self, fault: JsonFault) -> Result<T, JsonError> {
        Err(JsonError { offset: self.place, fault })
    }

    fn expected<T>(&self, what: &'static str) -> Result<T, JsonError> {
        self.fail(if self.place < self.text.len() { JsonFault::Expected(what) } else { JsonFault::Truncated })
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.place).copied()
    }

    fn skip_space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.place += 1;
        }
    }

    fn take(&mut self, byte: u8) -> bool {
        let found = self.peek() == Some(byte);
        self.place += usize::from(found);
        found
    }

    fn value(&mut self, depth: usize) -> Result<Value<'a>, JsonError> {
        match self.peek() {
            Some(b'"') => self.string().map(Value::String),
            Some(b'{' | b'[') if depth > JSON_DEPTH_MAX => self.fail(JsonFault::TooDeep),
            Some(b'{') => self.object(depth),
            Some(b'[') => self.array(depth),
            Some(b'-' | b'0'..=b'9') => self.number(),
            Some(b'n') => self.word("null", Value::Null),
            Some(b't') => self.word("true", Value::Bool(true)),
            Some(b'f') => self.word("false", Value::Bool(false)),
            _ => self.expected("a value"),
        }
    }

    fn word(&mut self, word: &'static str, value: Value<'a>) -> Result<Value<'a>, JsonError> {
        if !self.text.as_bytes()[self.place..].starts_with(word.as_bytes()) {
            return self.fail(JsonFault::Expected("a value"));
        }
        self.place += word.len();
        Ok(value)
    }

    fn object(&mut self, depth: usize) -> Result<Value<'a>, JsonError> {
        let start = self.place;
        self.place += 1;
        let mut members = Vec::new();
        self.skip_space();
        if self.take(b'}') {
            return Ok(Value::Object(Object::default()));
        }
        loop {
            self.skip_space();
            if self.peek() != Some(b'"') {
                return self.expected("a key in double quotes");
            }
            let key = self.string()?;
            self.skip_space();
            if !self.take(b':') {
                return self.expected("`:`");
            }
            self.skip_space();
            members.push((key, self.value(depth + 1)?));
            self.skip_space();
            if self.take(b'}') {
                break;
            }
            if !self.take(b',') {
                return self.expected("`,` or `}`");
            }
        }
        Object::new(members)
            .map(Value::Object)
            .map_err(|key| JsonError { offset: start, fault: JsonFault::DuplicateKey(key) })
    }

    fn array(&mut self, depth: usize) -> Result<Value<'a>, JsonError> {
        self.place += 1;
        let mut items = Vec::new();
        self.skip_space();
        if self.take(b']') {
            return Ok(Value::Array(items));
        }
        loop {
            self.skip_space();
            items.push(self.value(depth + 1)?);
            self.skip_space();
            if self.take(b']') {
                return Ok(Value::Array(items));
            }
            if !self.take(b',') {
                return self.expected("`,` or `]`");
            }
        }
    }

    fn number(&mut self) -> Result<Value<'a>, JsonError> {
        let rest = &self.text.as_bytes()[self.place..];
        let length = number_length(rest);
        if length == 0 {
            self.place += rest.iter().take_while(|byte| b"-+.eE0123456789".contains(byte)).count();
            return self.expected("a digit");
        }
        let start = self.place;
        self.place += length;
        Ok(Value::Number(Cow::Borrowed(&self.text[start..self.place])))
    }

    fn string(&mut self) -> Result<Cow<'a, str>, JsonError> {
        self.place += 1;
        let start = self.place;
        self.place += plain_length(&self.text.as_bytes()[start..]);
        if self.peek() == Some(b'"') {
            self.place += 1;
            return Ok(Cow::Borrowed(&self.text[start..self.place - 1]));
        }
        let mut text = self.text[start..self.place].to_owned();
        loop {
            match self.peek() {
                None => return self.fail(JsonFault::Truncated),
                Some(b'"') => {
                    self.place += 1;
                    return Ok(Cow::Owned(text));
                }
                Some(b'\\') => text.push(self.escape()?),
                Some(control) => return self.fail(JsonFault::ControlCharacter(control)),
            }
            let start = self.place;
            self.place += plain_length(&self.text.as_bytes()[start..]);
            text.push_str(&self.text[start..self.place]);
        }
    }

    fn escape(&mut self) -> Result<char, JsonError> {
        let short = match self.text.as_bytes().get(self.place + 1) {
            Some(b'"') => '"',
            Some(b'\\') => '\\',
            Some(b'/') => '/',
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(b'u') => return self.unicode_escape(),
            Some(_) => return self.fail(JsonFault::Escape),
            None => return self.fail(JsonFault::Truncated),
        };
        self.place += 2;
        Ok(short)
    }

    fn unicode_escape(&mut self) -> Result<char, JsonError> {
        let first = self.unit(self.place)?;
        if let Some(character) = char::from_u32(u32::from(first)) {
            self.place += 6;
            return Ok(character);
        }
        let lone = JsonFault::LoneSurrogate(first);
        let follows = self.text.as_bytes()[self.place + 6..].starts_with(b"\\u");
        let second = if follows { self.unit(self.place + 6)? } else { return self.fail(lone) };
        match char::decode_utf16([first, second]).next() {
            Some(Ok(character)) => {
                self.place += 12;
                Ok(character)
            }
            _ => self.fail(lone),
        }
    }

    /// The four digits of the `\u` escape that starts at `place`.
    fn unit(&self, place: usize) -> Result<u16, JsonError> {
        let digits = self.text.as_bytes().get(place + 2..place + 6);
        let Some(digits) = digits else { return self.fail(JsonFault::Truncated) };
        digits
            .iter()
            .try_fold(0_u16, |unit, digit| {
                Some(unit << 4 | u16::try_from(char::from(*digit).to_digit(16)?).ok()?)
            })
            .map_or_else(|| self.fail(JsonFault::Escape), Ok)
    }
}

/// Length of the JSON number that the text starts with; 0 if it starts with none.
pub(super) fn number_length(text: &[u8]) -> usize {
    let digits = |from: usize| text[from..].iter().take_while(|byte| byte.is_ascii_digit()).count();
    let mut place = usize::from(text.first() == Some(&b'-'));
    match text.get(place) {
        Some(b'0') => place += 1,
        Some(b'1'..=b'9') => place += digits(place),
        _ => return 0,
    }
    if text.get(place) == Some(&b'.') {
        match digits(place + 1) {
            0 => return 0,
            count => place += 1 + count,
        }
    }
    if matches!(text.get(place), Some(b'e' | b'E')) {
        place += 1 + usize::from(matches!(text.get(place + 1), Some(b'+' | b'-')));
        match digits(place.min(text.len())) {
            0 => return 0,
            count => place += count,
        }
    }
    place
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(input: &str, expect: &str) {
        let printed = match parse(input.as_bytes()) {
            Ok(value) => String::from_utf8(value.to_canonical()).unwrap(),
            Err(error) => error.to_string(),
        };
        assert_eq!(printed, expect, "{input}");
    }

    #[test]
    fn reads_and_writes_the_canonical_form() {
        check(r#" { "b" : [ 1 , { } , [ ] ] , "a" : null } "#, r#"{"a":null,"b":[1,{},[]]}"#);
        check(
            r#""\u0041\/\u00e9\ud83d\ude00\u0000\u001f\b\f\n\r\t\"\\""#,
            "\"A/é😀\\u0000\\u001f\\b\\f\\n\\r\\t\\\"\\\\\"",
        );
        check("\"\u{7f}\u{80}\"", "\"\u{7f}\u{80}\"");
        check(
            r#"{"é":1,"z":2,"Z":3,"":4,"\ud83d\ude00":5,"\uffff":6}"#,
            "{\"\":4,\"Z\":3,\"z\":2,\"é\":1,\"\u{ffff}\":6,\"😀\":5}",
        );
    }

    #[test]
    fn numbers_keep_their_spelling() {
        for number in [
            "0",
            "-0",
            "1.0",
            "1e5",
            "1E+05",
            "-12.5e-300",
            "1e400",
            "123456789012345678901234567890.10",
            "0.1e1",
        ] {
            check(number, number);
        }
    }

    #[test]
    fn refuses_what_is_not_json() {
        check("", "not JSON: it ends in the middle of a value at byte 0");
        check("{", "not JSON: it ends in the middle of a value at byte 1");
        check("[1,]", "not JSON: expected a value at byte 3");
        check("[1 2]", "not JSON: expected `,` or `]` at byte 3");
        check("{a:1}", "not JSON: expected a key in double quotes at byte 1");
        check("{\"a\" 1}", "not JSON: expected `:` at byte 5");
        check("01", "not JSON: something follows the value at byte 1");
        check("1.", "not JSON: it ends in the middle of a value at byte 2");
        check("-a", "not JSON: expected a digit at byte 1");
        check("1e+", "not JSON: it ends in the middle of a value at byte 3");
        check("+1", "not JSON: expected a value at byte 0");
        check("NaN", "not JSON: expected a value at byte 0");
        check("nul", "not JSON: expected a value at byte 0");
        check("1 1", "not JSON: something follows the value at byte 2");
        check("\"a\nb\"", "not JSON: control character U+000A must be escaped at byte 2");
        check(r#""\x""#, "not JSON: unknown escape at byte 1");
        check(r#""\u12g4""#, "not JSON: unknown escape at byte 1");
        check(r#""\u12"#, "not JSON: it ends in the middle of a value at byte 1");
        check(r#""\ud800""#, "lone surrogate \\ud800 at byte 1");
        check(r#""\udc00\ud800""#, "lone surrogate \\udc00 at byte 1");
        check(r#""\ud800\u0041""#, "lone surrogate \\ud800 at byte 1");
        check(r#"{"a":{"k":1,"\u006b":2}}"#, "key \"k\" stands twice in one object at byte 5");
        assert_eq!(parse(b"\"\xff\"").unwrap_err().to_string(), "not UTF-8 at byte 1");
        assert!(parse(b"\xef\xbb\xbf1").is_err());
    }

    #[test]
    fn nesting_has_a_limit() {
        let nested = |depth: usize| "[".repeat(depth) + &"]".repeat(depth);
        assert!(parse(nested(JSON_DEPTH_MAX).as_bytes()).is_ok());
        let error = parse(nested(JSON_DEPTH_MAX + 1).as_bytes()).unwrap_err();
        assert_eq!(error, JsonError { offset: JSON_DEPTH_MAX, fault: JsonFault::TooDeep });
        assert!(parse("[".repeat(1_000_000).as_bytes()).is_err());
    }
}
