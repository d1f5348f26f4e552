//! What a destruction would destroy, and what stands in its way: looked up anew each time.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::time::{Duration, Instant};

use muniment_core::entry::EntryView;
use muniment_core::event::group_of;
use muniment_core::hash::Hash;
use muniment_core::host::is_host_type;
use muniment_core::json::{self, Object, Value};
use muniment_core::obstacles::{Obstacle, Obstacles, Target};
use muniment_core::seal;
use sha2::{Digest as _, Sha256};

use super::{Case, ErasureError};
use crate::index::{Index, Order, Page, SearchQuery};
use crate::ledger::Ledger;
use crate::query::{Filter, TypePattern};

/// How long a plan waits for the index to find what was just recorded.
const INDEX_TIME: Duration = Duration::from_secs(20);

/// Most entries of one case, or of one person, that are looked at.
pub const ENTRIES_MAX: usize = 100_000;

/// What would be destroyed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// By case, in the order in which they were asked for.
    pub cases: Vec<PlannedCase>,
    /// By person.
    pub people: Vec<PlannedPerson>,
    /// What stands in the way.
    pub obstacles: BTreeSet<Obstacle>,
    /// A digest of all that would be destroyed.
    pub digest: Hash,
}

/// A case of a plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlannedCase {
    /// The case.
    pub case: Case,
    /// The entries that hold something sealed with its key, whether or not that is still there.
    pub entries: Vec<u64>,
    /// Whether it has a key that can be destroyed.
    pub has_key: bool,
}

/// A person of a plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlannedPerson {
    /// The pseudonym.
    pub pseudonym: String,
    /// The entries that name it.
    pub entries: Vec<u64>,
    /// The cases that these belong to and that hold something sealed.
    pub mentioned_in: BTreeSet<Case>,
    /// Whether it still stands for somebody.
    pub is_known: bool,
}

/// SHA-256 over the numbers of entries, each followed by a newline.
pub(super) fn entries_digest(entries: &[u64]) -> Hash {
    let mut hasher = Sha256::new();
    entries.iter().for_each(|seq| hasher.update(format!("{seq}\n")));
    Hash(hasher.finalize().into())
}

/// Looks for entries.
#[derive(Debug)]
pub(super) struct Finder<'f> {
    ledger: &'f Ledger,
    index: &'f Index,
}

/// An entry that was found.
struct Found {
    seq: u64,
    line: Vec<u8>,
}

impl Found {
    fn event<T>(&self, read: impl FnOnce(&Object<'_>) -> T) -> Result<T, ErasureError> {
        let wrong = |what: String| {
            ErasureError::Io(io::Error::new(
                io::ErrorKind::InvalidData,
                format!("entry {}: {what}", self.seq),
            ))
        };
        let entry = EntryView::parse(&self.line).map_err(|error| wrong(error.to_string()))?;
        let event = json::parse(entry.event.as_bytes()).map_err(|error| wrong(error.to_string()))?;
        event.as_object().map(read).ok_or_else(|| wrong("it is no event".to_owned()))
    }
}

/// Patterns of types. None that is wrong is left out: an empty list would ask for everything.
fn types<'t>(patterns: impl IntoIterator<Item = &'t str>) -> Result<Vec<TypePattern>, ErasureError> {
    TypePattern::parse_all(patterns).map_err(|error| ErasureError::Io(io::Error::other(error.to_string())))
}

impl<'f> Finder<'f> {
    /// Waits until searches find all that is recorded by now.
    pub(super) fn new(ledger: &'f Ledger, index: &'f Index) -> Result<Finder<'f>, ErasureError> {
        let finder = Finder { ledger, index };
        let (size, begun) = (ledger.head().size, Instant::now());
        let nothing = SearchQuery { limit: 1, ..SearchQuery::default() };
        loop {
            let indexed = index.search(&nothing).map(|page| page.indexed_size).unwrap_or_default();
            if indexed >= size {
                return Ok(finder);
            }
            if begun.elapsed() > INDEX_TIME {
                return Err(ErasureError::IndexBehind { indexed, size });
            }
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    fn entries(&self, filter: Filter, text: Option<String>) -> Result<Vec<Found>, ErasureError> {
        let mut query =
            SearchQuery { filter, text, order: Order::Ascending, limit: 1_000, ..SearchQuery::default() };
        let mut found = Vec::new();
        loop {
            let Page { seqs, more, .. } = self
                .index
                .search(&query)
                .map_err(|error| ErasureError::Io(io::Error::other(error.to_string())))?;
            for seq in &seqs {
                found.push(Found { seq: *seq, line: self.ledger.line(*seq)?.unwrap_or_default() });
            }
            query.after = seqs.last().copied();
            if !more || seqs.is_empty() {
                return Ok(found);
            }
            if found.len() > ENTRIES_MAX {
                return Err(ErasureError::TooManyEntries { found: found.len() });
            }
        }
    }

    /// The entries of a case.
    fn of_case(&self, case: &Case) -> Result<Vec<Found>, ErasureError> {
        let types = types([case.group.as_str(), &format!("{}.*", case.group)])?;
        self.entries(Filter { types, subject: Some(case.subject.clone()), ..Filter::default() }, None)
    }

    /// The entries of a case that hold something sealed.
    pub(super) fn sealed_of(&self, case: &Case) -> Result<Vec<(u64, Vec<u8>)>, ErasureError> {
        let mut sealed = Vec::new();
        if !case.can_be() {
            return Ok(sealed);
        }
        for found in self.of_case(case)? {
            let of_case = found.event(|event| {
                let text = |name: &str| event.get(name).and_then(Value::as_str).unwrap_or_default();
                seal::key_of(event).is_some()
                    && group_of(text("type")) == case.group
                    && text("subject") == case.subject
            })?;
            if of_case {
                sealed.push((found.seq, found.line));
            }
        }
        Ok(sealed)
    }

    /// The entries that name a person.
    fn of_person(&self, pseudonym: &str) -> Result<Vec<Found>, ErasureError> {
        if !crate::vault::is_pseudonym(pseudonym) {
            return Ok(Vec::new());
        }
        let mut found = self.entries(Filter::default(), Some(format!("\"{pseudonym}\"")))?;
        let needle = format!("\"{pseudonym}\"");
        found.retain(|found| memchr::memmem::find(&found.line, needle.as_bytes()).is_some());
        // What the ledger says of the pseudonym itself, that it was revealed say, does not count.
        let mut named = Vec::with_capacity(found.len());
        for entry in found {
            let by_client = |event: &Object<'_>| {
                event.get("type").and_then(Value::as_str).is_some_and(|event_type| !is_host_type(event_type))
            };
            if entry.event(by_client)? {
                named.push(entry);
            }
        }
        Ok(named)
    }

    /// What is known of holds and requests.
    fn obstacles(&self, cases: &[Case]) -> Result<Obstacles, ErasureError> {
        let mut all: BTreeMap<u64, Found> = BTreeMap::new();
        let mut add = |found: Vec<Found>| all.extend(found.into_iter().map(|found| (found.seq, found)));
        add(self.entries(Filter { types: types(["hold.*"])?, ..Filter::default() }, None)?);
        let identified = Filter { types: types(["request.records_identified"])?, ..Filter::default() };
        let identified = self.entries(identified, None)?;
        let mut requests: BTreeSet<String> = BTreeSet::new();
        for found in &identified {
            let subject =
                |event: &Object<'_>| event.get("subject").and_then(Value::as_str).map(str::to_owned);
            requests.extend(found.event(subject)?);
        }
        requests.extend(cases.iter().filter(|case| case.group == "request").map(|case| case.subject.clone()));
        for subject in requests {
            add(self.of_case(&Case { group: "request".to_owned(), subject })?);
        }
        let mut obstacles = Obstacles::default();
        for found in all.values() {
            found.event(|event| obstacles.apply(found.seq, event))?;
        }
        Ok(obstacles)
    }

    /// Plans to destroy what these cases hold, and whom these pseudonyms stand for.
    pub(super) fn plan(
        &self,
        cases: &[Case],
        people: &[String],
        vault: &crate::vault::Vault,
    ) -> Result<Plan, ErasureError> {
        let obstacles = self.obstacles(cases)?;
        let (mut planned_cases, mut planned_people, mut found) = (Vec::new(), Vec::new(), BTreeSet::new());
        let mut hasher = Sha256::new();
        for case in cases {
            let sealed = self.sealed_of(case)?;
            let mut people = BTreeSet::new();
            for (seq, line) in &sealed {
                let entry = Found { seq: *seq, line: line.clone() };
                people.extend(entry.event(pseudonyms)?);
            }
            let target = Target { group: &case.group, subject: &case.subject, people: &people };
            found.extend(obstacles.of(target));
            let entries: Vec<u64> = sealed.iter().map(|(seq, _)| *seq).collect();
            hasher.update(format!("case {case} {}\n", entries_digest(&entries)));
            let has_key = vault.key(&case.group, &case.subject)?.is_some();
            planned_cases.push(PlannedCase { case: case.clone(), entries, has_key });
        }
        for pseudonym in people {
            let named = self.of_person(pseudonym)?;
            let only = BTreeSet::from([pseudonym.clone()]);
            found.extend(obstacles.of(Target { group: "person", subject: pseudonym, people: &only }));
            let mut mentioned_in = BTreeSet::new();
            for entry in &named {
                mentioned_in.extend(entry.event(|event| {
                    let text = |name: &str| event.get(name).and_then(Value::as_str).unwrap_or_default();
                    let group = group_of(text("type")).to_owned();
                    seal::key_of(event).is_some().then(|| Case { group, subject: text("subject").to_owned() })
                })?);
            }
            let entries: Vec<u64> = named.iter().map(|found| found.seq).collect();
            // Only whom it is about: who is named goes on being named, until the mapping is gone.
            hasher.update(format!("person {pseudonym}\n"));
            let is_known = vault.person(pseudonym)?.is_some();
            planned_people.push(PlannedPerson {
                pseudonym: pseudonym.clone(),
                entries,
                mentioned_in,
                is_known,
            });
        }
        let digest = Hash(hasher.finalize().into());
        Ok(Plan { cases: planned_cases, people: planned_people, obstacles: found, digest })
    }
}

/// The pseudonyms that an event names.
fn pseudonyms(event: &Object<'_>) -> BTreeSet<String> {
    let data = event.get("data").and_then(Value::as_object);
    let values = data.into_iter().flat_map(Object::iter).map(|(_, value)| value);
    let each = values.flat_map(|value| match value {
        Value::Array(items) => items.iter().collect::<Vec<_>>(),
        value => vec![value],
    });
    each.filter_map(Value::as_str)
        .filter(|text| crate::vault::is_pseudonym(text))
        .map(str::to_owned)
        .collect()
}
