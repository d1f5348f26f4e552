//! What belongs together: engagements, undertakings and accounts, by the people, firms and numbers that they name.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize, Serializer};

/// Something of which there are cases.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) enum Item {
    Engagement(String),
    Undertaking(String),
    Account(String),
}

impl Item {
    pub(crate) fn number(&self) -> &str {
        match self {
            Item::Engagement(number) | Item::Undertaking(number) | Item::Account(number) => number,
        }
    }
}

/// What items have in common. Numbers are those that cases count as.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) enum Key {
    Engagement(String),
    Undertaking(String),
    Person(String),
    /// A supplier, as [`firm`] has it.
    Firm(String),
}

/// The items of each key, and the keys of each item.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(from = "BTreeMap<Item, Vec<Key>>")]
pub(crate) struct Index {
    keys: BTreeMap<Item, Vec<Key>>,
    items: BTreeMap<Key, BTreeSet<Item>>,
}

impl Index {
    pub(crate) fn keys(&self, item: &Item) -> &[Key] {
        self.keys.get(item).map_or(&[], Vec::as_slice)
    }

    pub(crate) fn items(&self, key: &Key) -> impl Iterator<Item = &Item> {
        self.items.get(key).into_iter().flatten()
    }

    /// All items, in their order.
    pub(crate) fn all(&self) -> impl Iterator<Item = &Item> {
        self.keys.keys()
    }

    /// Says what an item has from now on; with no keys it is forgotten.
    pub(crate) fn set(&mut self, item: &Item, keys: Vec<Key>) {
        if self.keys(item) == keys {
            return;
        }
        for key in self.keys.remove(item).into_iter().flatten() {
            if let Some(items) = self.items.get_mut(&key) {
                items.remove(item);
                if items.is_empty() {
                    self.items.remove(&key);
                }
            }
        }
        for key in &keys {
            self.items.entry(key.clone()).or_default().insert(item.clone());
        }
        if !keys.is_empty() {
            self.keys.insert(item.clone(), keys);
        }
    }
}

impl From<BTreeMap<Item, Vec<Key>>> for Index {
    fn from(of: BTreeMap<Item, Vec<Key>>) -> Index {
        let mut index = Index::default();
        of.into_iter().for_each(|(item, keys)| index.set(&item, keys));
        index
    }
}

/// The items of each key follow from the keys of each item: they are not written.
impl Serialize for Index {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.keys.serialize(serializer)
    }
}

/// A supplier's name as it is compared: two systems seldom agree on capitals and spaces.
pub(crate) fn firm(name: &str) -> String {
    name.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase()
}
