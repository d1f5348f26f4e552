//! Which records are to be looked at again when something covers them otherwise.

use std::collections::{BTreeMap, BTreeSet};

use muniment_sdk::Instant;
use serde::{Deserialize, Serialize};

use crate::apply::Place;
use crate::cover::Scope;
use crate::on::On;

/// A series and a class; empty where there is none.
type Group = (Box<str>, Box<str>);

/// Records by series and class: those that wait for something, and those that are gone, by when they went. What was only
/// registered, and is not due yet, need not be here: nothing that covers it makes a difference to it.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Places {
    waiting: BTreeMap<Group, BTreeSet<Box<str>>>,
    /// Where a record waits.
    of: BTreeMap<Box<str>, Group>,
    /// Where a destruction was corrected, its record is still here: it is looked at for nothing then.
    destroyed: BTreeMap<Group, BTreeSet<(Instant, Box<str>)>>,
}

/// How a record stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Standing {
    /// Nothing that covers it makes a difference now.
    Still,
    /// What covers it makes a difference.
    Waiting,
    /// What covered it then makes a difference.
    Destroyed(On),
}

impl Places {
    /// Says how a record stands.
    pub(crate) fn put(&mut self, record: &str, place: &Place, standing: Standing) {
        let (series, class) = (place.series.as_deref(), place.class.as_deref());
        let is_waiting = standing == Standing::Waiting;
        if let Some(group) = self.of.get(record) {
            let stays = is_waiting && *group.0 == *series.unwrap_or("") && *group.1 == *class.unwrap_or("");
            if stays {
                return;
            }
            if let Some(group) = self.of.remove(record) {
                take(&mut self.waiting, group, record);
            }
        }
        // What belongs to no series and no class is covered by its own number alone.
        if standing == Standing::Still || (series.is_none() && class.is_none()) {
            return;
        }
        let group: Group = (Box::from(series.unwrap_or("")), Box::from(class.unwrap_or("")));
        match standing {
            Standing::Destroyed(on) => {
                self.destroyed.entry(group).or_default().insert((on.time, Box::from(record)));
            }
            _ => {
                self.of.insert(Box::from(record), group.clone());
                self.waiting.entry(group).or_default().insert(Box::from(record));
            }
        }
    }

    /// The records that something makes a difference to that covers a series or a class otherwise from a time on.
    pub(crate) fn within(&self, scope: &Scope, from: Instant) -> BTreeSet<Box<str>> {
        let is_of = |group: &Group| match scope {
            Scope::Record(_) => false,
            Scope::Series(series) => group.0 == *series,
            Scope::Class(class) => group.1 == *class,
        };
        let waiting = self.waiting.iter().filter(|(group, _)| is_of(group));
        let destroyed = self.destroyed.iter().filter(|(group, _)| is_of(group));
        let gone = destroyed.flat_map(|(_, records)| records.range((from, Box::from(""))..));
        waiting.flat_map(|(_, records)| records).chain(gone.map(|(_, record)| record)).cloned().collect()
    }
}

fn take(waiting: &mut BTreeMap<Group, BTreeSet<Box<str>>>, group: Group, record: &str) {
    if let Some(records) = waiting.get_mut(&group) {
        records.remove(record);
        if records.is_empty() {
            waiting.remove(&group);
        }
    }
}

/// Which numbers were ever said to be of one thing, by entries about cases. Whether they still are, the fold of the cases
/// knows: this only says where to ask.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Numbers(BTreeMap<Box<str>, BTreeSet<Box<str>>>);

impl Numbers {
    pub(crate) fn note(&mut self, one: &str, other: &str) {
        self.0.entry(Box::from(one)).or_default().insert(Box::from(other));
        self.0.entry(Box::from(other)).or_default().insert(Box::from(one));
    }

    /// All that were ever said to be of one thing with a number, without it.
    pub(crate) fn beside<'n>(&'n self, number: &'n str) -> Vec<&'n str> {
        let mut found = vec![number];
        let mut at = 0;
        while let Some(number) = found.get(at).copied() {
            at += 1;
            for other in self.0.get(number).into_iter().flatten() {
                if !found.contains(&&**other) {
                    found.push(other);
                }
            }
        }
        found.split_off(1)
    }
}
