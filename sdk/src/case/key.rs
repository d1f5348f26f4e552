//! The number of a case, as it is kept.

use std::borrow::Borrow;
use std::rc::Rc;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A number that every fact of its case points to.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Key(pub(super) Rc<str>);

impl Key {
    pub(super) fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<&str> for Key {
    fn from(number: &str) -> Key {
        Key(Rc::from(number))
    }
}

impl Borrow<str> for Key {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl Serialize for Key {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Key {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Key, D::Error> {
        let number = <std::borrow::Cow<'_, str>>::deserialize(deserializer)?;
        Ok(Key::from(number.as_ref()))
    }
}
