//! JSON as the ledger needs it: nothing is lost and every value has one spelling.
//!
//! [`parse`] reads any RFC 8259 text and refuses what would be ambiguous: a key that stands twice, a lone
//! surrogate, nesting beyond [`JSON_DEPTH_MAX`](crate::limits::JSON_DEPTH_MAX). A number keeps its posted spelling; it never passes
//! through a float. [`Value::write`] writes the canonical form: keys sorted by their UTF-8 bytes, no white
//! space, minimal escapes. [`canonical`] checks that bytes are in that form without building anything.

pub mod canonical;
mod parse;
mod text;
mod write;

use std::borrow::Cow;

pub use parse::{JsonError, JsonFault, parse};
pub(crate) use text::plain_length;

/// A JSON value that borrows from the text it was read from where it can.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value<'a> {
    /// `null`
    Null,
    /// `true` or `false`
    Bool(bool),
    /// A number, in the spelling in which it was posted.
    Number(Cow<'a, str>),
    /// A string, unescaped.
    String(Cow<'a, str>),
    /// An array.
    Array(Vec<Value<'a>>),
    /// An object.
    Object(Object<'a>),
}

/// Up to so many members one is found faster by looking at each.
const SHORT_MEMBERS_MAX: usize = 16;

/// Members of an object, sorted by the bytes of their keys; no key stands twice.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Object<'a>(Vec<(Cow<'a, str>, Value<'a>)>);

impl<'a> Object<'a> {
    /// Sorts the members. `Err` carries a key that stands twice.
    ///
    /// # Errors
    /// A key that stands twice.
    pub fn new(mut members: Vec<(Cow<'a, str>, Value<'a>)>) -> Result<Object<'a>, String> {
        members.sort_by(|(left, _), (right, _)| left.as_bytes().cmp(right.as_bytes()));
        match members.windows(2).find(|pair| pair[0].0 == pair[1].0) {
            Some(pair) => Err(pair[0].0.to_string()),
            None => Ok(Object(members)),
        }
    }

    /// The value of a key.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Value<'a>> {
        // In a few members most keys are told apart by their lengths alone.
        if self.0.len() <= SHORT_MEMBERS_MAX {
            return self.0.iter().find(|(name, _)| name.as_ref() == key).map(|(_, value)| value);
        }
        let place = self.0.binary_search_by(|(name, _)| name.as_bytes().cmp(key.as_bytes()));
        place.ok().map(|place| &self.0[place].1)
    }

    /// The members in the order of their keys.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Value<'a>)> {
        self.0.iter().map(|(key, value)| (key.as_ref(), value))
    }

    /// Keeps the members for which `keep` is true.
    pub fn retain(&mut self, mut keep: impl FnMut(&str, &Value<'a>) -> bool) {
        self.0.retain(|(key, value)| keep(key, value));
    }

    /// The value of a key, to be changed.
    pub(crate) fn get_mut(&mut self, key: &str) -> Option<&mut Value<'a>> {
        self.0.iter_mut().find(|(name, _)| name.as_ref() == key).map(|(_, value)| value)
    }

    /// The member of that number in the order of the keys, its value to be changed.
    pub(crate) fn member_mut(&mut self, number: usize) -> Option<(&str, &mut Value<'a>)> {
        self.0.get_mut(number).map(|(key, value)| (&**key, value))
    }

    /// Takes out the members whose numbers `goes` picks, as an object.
    pub(crate) fn split_off(&mut self, mut goes: impl FnMut(usize) -> bool) -> Object<'a> {
        let mut numbers = 0..;
        Object(self.0.extract_if(.., |_| numbers.next().is_some_and(&mut goes)).collect())
    }

    /// The members, to make another object of.
    pub(crate) fn into_members(self) -> Vec<(Cow<'a, str>, Value<'a>)> {
        self.0
    }

    /// Puts a member in, in the place of one with this key.
    pub fn insert(&mut self, key: impl Into<Cow<'a, str>>, value: Value<'a>) {
        let key = key.into();
        match self.0.binary_search_by(|(name, _)| name.as_bytes().cmp(key.as_bytes())) {
            Ok(place) => self.0[place].1 = value,
            Err(place) => self.0.insert(place, (key, value)),
        }
    }

    /// Takes a member out.
    pub fn remove(&mut self, key: &str) -> Option<Value<'a>> {
        let place = self.0.binary_search_by(|(name, _)| name.as_bytes().cmp(key.as_bytes()));
        place.ok().map(|place| self.0.remove(place).1)
    }

    /// How many members there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is no member.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// A name as a JSON pointer spells it (RFC 6901).
#[must_use]
pub fn pointer_token(name: &str) -> Cow<'_, str> {
    if name.contains(['~', '/']) {
        Cow::Owned(name.replace('~', "~0").replace('/', "~1"))
    } else {
        Cow::Borrowed(name)
    }
}

impl<'a> Value<'a> {
    /// An object of known, distinct keys, for values that the product itself makes.
    ///
    /// # Panics
    /// If a key stands twice, which is a mistake in the caller.
    #[must_use]
    pub fn object<const N: usize>(members: [(&'a str, Value<'a>); N]) -> Value<'a> {
        let members = members.into_iter().map(|(key, value)| (Cow::Borrowed(key), value)).collect();
        Value::Object(Object::new(members).expect("the keys are distinct"))
    }

    /// A string.
    #[must_use]
    pub fn string(text: impl Into<Cow<'a, str>>) -> Value<'a> {
        Value::String(text.into())
    }

    /// An unsigned whole number.
    #[must_use]
    pub fn number(number: u64) -> Value<'a> {
        Value::Number(Cow::Owned(number.to_string()))
    }

    /// The same value, borrowing nothing.
    #[must_use]
    pub fn into_owned(self) -> Value<'static> {
        let owned = |text: Cow<'a, str>| Cow::Owned(text.into_owned());
        match self {
            Value::Null => Value::Null,
            Value::Bool(value) => Value::Bool(value),
            Value::Number(spelled) => Value::Number(owned(spelled)),
            Value::String(text) => Value::String(owned(text)),
            Value::Array(items) => Value::Array(items.into_iter().map(Value::into_owned).collect()),
            Value::Object(object) => {
                let members = object.0.into_iter().map(|(key, value)| (owned(key), value.into_owned()));
                Value::Object(Object(members.collect()))
            }
        }
    }

    /// The text of a string.
    #[must_use]
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Value::String(text) => Some(text),
            _ => None,
        }
    }

    /// The members of an object.
    #[must_use]
    pub fn as_object(&self) -> Option<&Object<'a>> {
        match self {
            Value::Object(object) => Some(object),
            _ => None,
        }
    }

    /// What kind of value it is, as a message says it.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Value::Null => "null",
            Value::Bool(_) => "a boolean",
            Value::Number(_) => "a number",
            Value::String(_) => "a string",
            Value::Array(_) => "an array",
            Value::Object(_) => "an object",
        }
    }
}
