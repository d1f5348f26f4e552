//! What is to be looked at when.

use std::borrow::Borrow;
use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize, Serializer};

use crate::Instant;

/// Deadlines by what they are of, given back in the order of time. A plugin that keeps one in its state is woken by
/// [`next`](Deadlines::next), and takes what was reached on a tick.
///
/// ```
/// use muniment_sdk::{Deadlines, Instant};
/// let mut deadlines = Deadlines::default();
/// deadlines.set("FOI-2", Instant::from_micros(20));
/// deadlines.set("FOI-1", Instant::from_micros(10));
/// deadlines.set("FOI-2", Instant::from_micros(30));
/// assert_eq!(deadlines.next(), Some(Instant::from_micros(10)));
/// assert_eq!(deadlines.reached(Instant::from_micros(20)), ["FOI-1"]);
/// assert_eq!(deadlines.next(), Some(Instant::from_micros(30)));
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(from = "BTreeMap<K, Instant>", bound(deserialize = "K: Ord + Clone + Deserialize<'de>"))]
pub struct Deadlines<K: Ord + Clone> {
    of: BTreeMap<K, Instant>,
    in_order: BTreeSet<(Instant, K)>,
}

impl<K: Ord + Clone> Default for Deadlines<K> {
    fn default() -> Deadlines<K> {
        Deadlines { of: BTreeMap::new(), in_order: BTreeSet::new() }
    }
}

impl<K: Ord + Clone> Deadlines<K> {
    /// Sets the deadline of something, whether or not it had one.
    pub fn set<Q: Ord + ToOwned<Owned = K> + ?Sized>(&mut self, key: &Q, at: Instant)
    where
        K: Borrow<Q>,
    {
        if self.of.get(key) == Some(&at) {
            return;
        }
        self.cancel(key);
        self.of.insert(key.to_owned(), at);
        self.in_order.insert((at, key.to_owned()));
    }

    /// Takes the deadline of something away, if it has one.
    pub fn cancel<Q: Ord + ?Sized>(&mut self, key: &Q)
    where
        K: Borrow<Q>,
    {
        if let Some((key, at)) = self.of.remove_entry(key) {
            self.in_order.remove(&(at, key));
        }
    }

    /// The first of all.
    #[must_use]
    pub fn next(&self) -> Option<Instant> {
        self.in_order.first().map(|(at, _)| *at)
    }

    /// Takes those that have been reached, in the order of time.
    pub fn reached(&mut self, now: Instant) -> Vec<K> {
        let mut reached = Vec::new();
        while self.next().is_some_and(|at| at <= now) {
            let Some((_, key)) = self.in_order.pop_first() else { break };
            self.of.remove(&key);
            reached.push(key);
        }
        reached
    }
}

impl<K: Ord + Clone> From<BTreeMap<K, Instant>> for Deadlines<K> {
    fn from(of: BTreeMap<K, Instant>) -> Deadlines<K> {
        let in_order = of.iter().map(|(key, at)| (*at, key.clone())).collect();
        Deadlines { of, in_order }
    }
}

/// The order follows from the instants: it is not written.
impl<K: Ord + Clone + Serialize> Serialize for Deadlines<K> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.of.serialize(serializer)
    }
}
