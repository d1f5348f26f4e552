//! Checks that bytes are canonical JSON, and finds the members of the outermost object on the way.

use std::borrow::Cow;
use std::ops::Range;

use super::parse::number_length;
use super::{plain_length, write::short_escape};
use crate::limits::JSON_DEPTH_MAX;

/// The bytes are not the canonical spelling of any value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not canonical JSON at byte {offset}")]
pub struct NotCanonical {
    /// Bytes before the fault.
    pub offset: usize,
}

/// Checks that `text` is one canonical object and hands each of its members, key and value as they are
/// spelled, to `member`.
///
/// # Errors
/// The first byte that the canonical writer would not have written.
pub fn check_object<'a>(text: &'a str, mut member: impl FnMut(&'a str, &'a str)) -> Result<(), NotCanonical> {
    let mut scanner = Scanner { text: text.as_bytes(), place: 0 };
    scanner.object(1, &mut |key, value| member(&text[key], &text[value]))?;
    if scanner.place == text.len() { Ok(()) } else { scanner.fail() }
}

/// The text of a string that [`check_object`] has found canonical, quotes included; `None` if it is no
/// string.
#[must_use]
pub fn unescape(spelled: &str) -> Option<Cow<'_, str>> {
    let inner = spelled.strip_prefix('"')?.strip_suffix('"')?;
    if !inner.contains('\\') {
        return Some(Cow::Borrowed(inner));
    }
    match super::parse(spelled.as_bytes()) {
        Ok(super::Value::String(text)) => Some(Cow::Owned(text.into_owned())),
        _ => None,
    }
}

struct Scanner<'a> {
    text: &'a [u8],
    place: usize,
}

impl Scanner<'_> {
    fn fail<T>(&self) -> Result<T, NotCanonical> {
        Err(NotCanonical { offset: self.place })
    }

    #[inline]
    fn peek(&self) -> Option<u8> {
        self.text.get(self.place).copied()
    }

    #[inline]
    fn take(&mut self, byte: u8) -> bool {
        let found = self.peek() == Some(byte);
        self.place += usize::from(found);
        found
    }

    fn value(&mut self, depth: usize) -> Result<(), NotCanonical> {
        match self.peek() {
            Some(b'"') => self.string().map(drop),
            Some(b'{') => self.object(depth, &mut |_, _| {}),
            Some(b'[') => self.array(depth),
            Some(b'n') => self.word(b"null"),
            Some(b't') => self.word(b"true"),
            Some(b'f') => self.word(b"false"),
            _ => match number_length(&self.text[self.place..]) {
                0 => self.fail(),
                length => {
                    self.place += length;
                    Ok(())
                }
            },
        }
    }

    fn word(&mut self, word: &[u8]) -> Result<(), NotCanonical> {
        if !self.text[self.place..].starts_with(word) {
            return self.fail();
        }
        self.place += word.len();
        Ok(())
    }

    /// Checks an object. `member` is told where the key and the value of each member stand.
    fn object(
        &mut self,
        depth: usize,
        member: &mut dyn FnMut(Range<usize>, Range<usize>),
    ) -> Result<(), NotCanonical> {
        if depth > JSON_DEPTH_MAX || !self.take(b'{') {
            return self.fail();
        }
        if self.take(b'}') {
            return Ok(());
        }
        let mut last: Option<(Range<usize>, bool)> = None;
        loop {
            let start = self.place;
            if self.peek() != Some(b'"') {
                return self.fail();
            }
            let escaped = self.string()?;
            let key = start..self.place;
            if last.is_some_and(|last| !self.sorted(last, (key.clone(), escaped))) {
                self.place = start;
                return self.fail();
            }
            last = Some((key.clone(), escaped));
            if !self.take(b':') {
                return self.fail();
            }
            let value = self.place;
            self.value(depth + 1)?;
            member(key, value..self.place);
            if self.take(b'}') {
                return Ok(());
            }
            if !self.take(b',') {
                return self.fail();
            }
        }
    }

    fn array(&mut self, depth: usize) -> Result<(), NotCanonical> {
        if depth > JSON_DEPTH_MAX || !self.take(b'[') {
            return self.fail();
        }
        if self.take(b']') {
            return Ok(());
        }
        loop {
            self.value(depth + 1)?;
            if self.take(b']') {
                return Ok(());
            }
            if !self.take(b',') {
                return self.fail();
            }
        }
    }

    /// Reads a string and says whether it holds an escape.
    #[inline]
    fn string(&mut self) -> Result<bool, NotCanonical> {
        self.place += 1;
        let mut escaped = false;
        loop {
            self.place += plain_length(&self.text[self.place..]);
            if self.take(b'"') {
                return Ok(escaped);
            }
            escaped = true;
            if self.peek() != Some(b'\\') {
                return self.fail();
            }
            self.place += match &self.text[self.place + 1..] {
                [b'"' | b'\\' | b'b' | b'f' | b'n' | b'r' | b't', ..] => 2,
                [b'u', b'0', b'0', high @ (b'0' | b'1'), low @ (b'0'..=b'9' | b'a'..=b'f'), ..] => {
                    let low = char::from(*low).to_digit(16).and_then(|low| u8::try_from(low).ok());
                    let control = (high - b'0') << 4 | low.unwrap_or_default();
                    if short_escape(control).is_some() {
                        return self.fail();
                    }
                    6
                }
                _ => return self.fail(),
            };
        }
    }

    /// Whether two keys, each with whether it holds an escape, stand in the order of their bytes.
    fn sorted(&self, left: (Range<usize>, bool), right: (Range<usize>, bool)) -> bool {
        let (left_text, right_text) = (&self.text[left.0], &self.text[right.0]);
        if !left.1 && !right.1 {
            // Most keys differ within their first eight bytes.
            let first_bytes = |text: &[u8]| text.first_chunk().map(|first| u64::from_be_bytes(*first));
            if let (Some(left), Some(right)) = (first_bytes(left_text), first_bytes(right_text)) {
                let same = (left ^ right).leading_zeros() as usize / 8;
                if same + 1 < left_text.len().min(right_text.len()).min(9) {
                    return left < right;
                }
            }
            return left_text[1..left_text.len() - 1] < right_text[1..right_text.len() - 1];
        }
        let text = |spelled| std::str::from_utf8(spelled).ok().and_then(unescape);
        match (text(left_text), text(right_text)) {
            (Some(left), Some(right)) => left.as_bytes() < right.as_bytes(),
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::{Object, Value, parse};
    use super::*;

    fn canonical(text: &str) -> bool {
        check_object(text, |_, _| {}).is_ok()
    }

    #[test]
    fn only_the_canonical_spelling_passes() {
        let good = [r#"{}"#, r#"{"a":1,"b":[true,null,"\n\u0001"]}"#, r#"{"":{},"\n":1,"é":-0.0E+1}"#];
        assert!(good.into_iter().all(canonical));
        let bad = [
            "",
            "[]",
            "1",
            "{",
            "{} ",
            " {}",
            r#"{"a": 1}"#,
            r#"{"b":1,"a":1}"#,
            r#"{"a":1,"a":1}"#,
            r#"{"a":1,}"#,
            r#"{"a":"\/"}"#,
            r#"{"a":"\u0041"}"#,
            r#"{"a":"\u000a"}"#,
            r#"{"a":"\u000A"}"#,
            r#"{"a":"\u001F"}"#,
            r#"{"a":01}"#,
            "{\"a\":\"\n\"}",
            r#"{"a":"\u007f"}"#,
        ];
        for text in bad {
            assert!(!canonical(text), "{text}");
        }
    }

    #[test]
    fn members_are_handed_over_as_spelled() {
        let mut members = Vec::new();
        check_object(r#"{"a":"x\n","b":{"c":1}}"#, |key, value| members.push((key, value))).unwrap();
        assert_eq!(members, [(r#""a""#, r#""x\n""#), (r#""b""#, r#"{"c":1}"#)]);
        assert_eq!(unescape(members[0].1).unwrap(), "x\n");
        assert_eq!(unescape("1"), None);
    }

    fn value() -> impl Strategy<Value = Value<'static>> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::Bool),
            any::<i64>().prop_map(|n| Value::Number(n.to_string().into())),
            any::<String>().prop_map(|s| Value::String(s.into())),
        ];
        leaf.prop_recursive(5, 40, 6, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..6).prop_map(Value::Array),
                prop::collection::btree_map(any::<String>(), inner, 0..6).prop_map(|map| {
                    let members = map.into_iter().map(|(k, v)| (k.into(), v)).collect();
                    Value::Object(Object::new(members).unwrap())
                }),
            ]
        })
    }

    proptest! {
        #[test]
        fn what_the_writer_writes_is_canonical_and_reads_back(value in value()) {
            let whole = Value::object([("v", value)]);
            let text = whole.to_canonical();
            prop_assert!(canonical(std::str::from_utf8(&text).unwrap()));
            prop_assert_eq!(parse(&text).unwrap(), whole);
        }

        #[test]
        fn what_is_canonical_is_its_own_canonical_form(text in r#"\{"[ab\\nu01/]{0,6}":("[ab\\nu01/é]{0,8}"|[0-9.eE+-]{1,5}|\[\]|true)\}"#) {
            let rewritten = parse(text.as_bytes()).map(|value| value.to_canonical());
            prop_assert_eq!(canonical(&text), rewritten.is_ok_and(|bytes| bytes == text.as_bytes()));
        }
    }
}
