//! Alerts as events of the host. An alert's id is made of the plugin, the rule, the stage, the subject and the entry that
//! caused it, and the ids of its events of that: so a replay raises nothing twice.

use std::borrow::Cow;
use std::collections::BTreeMap;

use muniment_core::json::{Object, Value};
use muniment_core::time::Timestamp;

use super::engine::Failure;
use super::fold::{number_of, text_of};
use super::manifest::{Manifest, Severity};
use super::outcome::{Cleared, Raised};
use crate::query::EventFacts;

/// What an alert may hold.
const STAGE_BYTES_MAX: usize = 40;
const SUBJECT_BYTES_MAX: usize = muniment_core::limits::ATTRIBUTE_BYTES_MAX;
const RECIPIENT_BYTES_MAX: usize = 100;
const ARITHMETIC_CHARS_MAX: usize = 1000;
const REASON_CHARS_MAX: usize = 200;
const EVIDENCE_MAX: usize = 100;

/// An alert's id.
pub type AlertId = String;

/// What an alert is about. Only one of a key is open at a time.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
pub struct Key {
    /// The rule.
    pub rule: String,
    /// The stage.
    pub stage: String,
    /// The case or record.
    pub subject: String,
}

/// An alert that is open.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Open {
    /// Its id.
    pub id: AlertId,
    /// What the plugin said.
    pub raised: Raised,
    /// What is at stake.
    pub severity: Severity,
    /// Who is to act.
    pub recipient: String,
    /// The entry that caused it.
    pub causing_seq: u64,
    /// How many alerts it follows on, itself counted.
    depth: u64,
    /// Up to when the feeds that it relies on are known.
    complete_to: Option<i64>,
}

/// An event that the ledger is to be told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Saying {
    /// `alert.raised` or `alert.cleared`.
    pub event_type: &'static str,
    /// Its id.
    pub id: String,
    /// The case or record.
    pub subject: String,
    /// Its data.
    pub data: Value<'static>,
}

/// The id of an alert.
#[must_use]
pub(super) fn id_of(plugin: &str, key: &Key, causing_seq: u64) -> AlertId {
    let mut hasher = blake3::Hasher::new();
    for part in [plugin, &key.rule, &key.stage, &key.subject] {
        hasher.update(&(part.len() as u64).to_le_bytes()).update(part.as_bytes());
    }
    hasher.update(&causing_seq.to_le_bytes());
    hasher.finalize().to_hex()[..32].to_owned()
}

fn object(members: Vec<(&'static str, Option<Value<'static>>)>) -> Value<'static> {
    let present = members.into_iter().filter_map(|(name, value)| Some((Cow::Borrowed(name), value?)));
    Value::Object(Object::new(present.collect()).expect("the keys are distinct"))
}

fn instant(micros: i64) -> Value<'static> {
    Value::string(Timestamp::from_micros(micros).to_string())
}

impl Open {
    /// An alert that the plugin raises because of an entry.
    #[must_use]
    pub fn new(
        manifest: &Manifest,
        raised: Raised,
        entry: &EventFacts<'_>,
        depth: u64,
        complete_to: Option<i64>,
    ) -> Open {
        let rule = manifest.rule(&raised.rule);
        let severity = raised.severity.or(rule.map(|rule| rule.severity)).unwrap_or(Severity::Warning);
        let recipient =
            raised.recipient.clone().or(rule.map(|rule| rule.recipient.clone())).unwrap_or_default();
        let id = id_of(&manifest.id, &key_of(&raised), entry.seq);
        Open { id, raised, severity, recipient, causing_seq: entry.seq, depth, complete_to }
    }

    /// The event that tells of it.
    #[must_use]
    pub fn saying(&self, manifest: &Manifest) -> Saying {
        let raised = &self.raised;
        let clauses = manifest.rule(&raised.rule).map(|rule| rule.clauses.clone()).unwrap_or_default();
        let list = |items: Vec<Value<'static>>| (!items.is_empty()).then_some(Value::Array(items));
        let text = |text: &str| (!text.is_empty()).then(|| Value::string(text.to_owned()));
        let data = object(vec![
            ("alert", text(&self.id)),
            ("arithmetic", text(&raised.arithmetic)),
            ("causing_seq", Some(Value::number(self.causing_seq))),
            ("clauses", list(clauses.into_iter().map(Value::string).collect())),
            ("complete_to", self.complete_to.map(instant)),
            ("depth", Some(Value::number(self.depth))),
            ("due", raised.due.map(instant)),
            ("entries", list(raised.evidence.iter().map(|seq| Value::number(*seq)).collect())),
            ("plugin", text(&manifest.id)),
            ("recipient", text(&self.recipient)),
            ("rule", text(&raised.rule)),
            ("severity", text(self.severity.name())),
            ("stage", text(&raised.stage)),
        ]);
        let id = format!("alert/{}/raised", self.id);
        Saying { event_type: "alert.raised", id, subject: raised.subject.clone(), data }
    }
}

/// The event that tells that an alert is over.
#[must_use]
pub fn cleared(manifest: &Manifest, key: &Key, id: &AlertId, causing_seq: u64, reason: &str) -> Saying {
    let text = |text: &str| (!text.is_empty()).then(|| Value::string(text.to_owned()));
    let data = object(vec![
        ("alert", text(id)),
        ("causing_seq", Some(Value::number(causing_seq))),
        ("plugin", text(&manifest.id)),
        ("reason", text(reason)),
        ("rule", text(&key.rule)),
        ("stage", text(&key.stage)),
    ]);
    Saying {
        event_type: "alert.cleared",
        id: format!("alert/{id}/cleared"),
        subject: key.subject.clone(),
        data,
    }
}

/// Brings what the ledger was told in line with what is so.
pub fn tell_the_difference(
    (open, told): (&mut BTreeMap<Key, Open>, &mut BTreeMap<Key, AlertId>),
    manifest: &Manifest,
    seq: u64,
    said: &mut Vec<Saying>,
) {
    told.retain(|key, id| {
        let is_open = open.contains_key(key);
        if !is_open {
            said.push(cleared(manifest, key, id, seq, "it is no longer so"));
        }
        is_open
    });
    for (key, alert) in open {
        match told.get(key) {
            // It was cleared and raised again meanwhile, or an earlier version of the plugin saw another cause.
            Some(id) => alert.id.clone_from(id),
            None => {
                said.push(alert.saying(manifest));
                told.insert(key.clone(), alert.id.clone());
            }
        }
    }
}

/// Takes note of an event that an earlier version of the plugin told.
pub fn was_told((_, told): (&mut BTreeMap<Key, Open>, &mut BTreeMap<Key, AlertId>), entry: &EventFacts<'_>) {
    let (Some(rule), Some(id), Some(subject)) =
        (text_of(entry, "rule"), text_of(entry, "alert"), entry.subject.as_deref())
    else {
        return;
    };
    let key = Key { rule, stage: text_of(entry, "stage").unwrap_or_default(), subject: subject.to_owned() };
    match &*entry.event_type {
        "alert.raised" => drop(told.insert(key, id)),
        "alert.cleared" if told.get(&key) == Some(&id) => drop(told.remove(&key)),
        _ => {}
    }
}

/// How many alerts an entry follows on; 0 if it is none.
#[must_use]
pub fn depth_of(entry: &EventFacts<'_>) -> u64 {
    if !entry.event_type.starts_with("alert.") {
        return 0;
    }
    number_of(entry, "depth").unwrap_or(1)
}

fn key_of(raised: &Raised) -> Key {
    Key { rule: raised.rule.clone(), stage: raised.stage.clone(), subject: raised.subject.clone() }
}

/// Checks an alert that is raised because of entry `seq`.
///
/// # Errors
/// What of it is not as the interface says.
pub fn check_raised(manifest: &Manifest, raised: &Raised, seq: u64) -> Result<Key, Failure> {
    let key = key_of(raised);
    check_key(manifest, &key)?;
    if raised.recipient.as_ref().is_some_and(|recipient| recipient.len() > RECIPIENT_BYTES_MAX) {
        return Err(too_long(&key, "its recipient", RECIPIENT_BYTES_MAX, "bytes"));
    }
    if raised.arithmetic.chars().count() > ARITHMETIC_CHARS_MAX {
        return Err(too_long(&key, "its arithmetic", ARITHMETIC_CHARS_MAX, "characters"));
    }
    if raised.evidence.len() > EVIDENCE_MAX {
        return Err(too_long(&key, "its evidence", EVIDENCE_MAX, "entries"));
    }
    match raised.evidence.iter().find(|evidence| **evidence > seq) {
        Some(later) => Err(Failure::contract(format!(
            "{}: it names entry {later} as evidence, which comes after entry {seq}, its cause",
            named(&key)
        ))),
        None => Ok(key),
    }
}

/// Checks what is said of an alert that is over.
///
/// # Errors
/// What of it is not as the interface says.
pub fn check_cleared(manifest: &Manifest, cleared: &Cleared) -> Result<Key, Failure> {
    let key =
        Key { rule: cleared.rule.clone(), stage: cleared.stage.clone(), subject: cleared.subject.clone() };
    check_key(manifest, &key)?;
    if cleared.reason.chars().count() > REASON_CHARS_MAX {
        return Err(too_long(&key, "the reason why it is over", REASON_CHARS_MAX, "characters"));
    }
    Ok(key)
}

fn check_key(manifest: &Manifest, key: &Key) -> Result<(), Failure> {
    if manifest.rule(&key.rule).is_none() {
        return Err(Failure::contract(format!("{}: its manifest has no such rule", named(key))));
    }
    let is_code = key.stage.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte));
    if key.stage.is_empty() || key.stage.len() > STAGE_BYTES_MAX || !is_code {
        return Err(Failure::contract(format!(
            "{}: a stage is 1 to {STAGE_BYTES_MAX} letters, digits, `-`, `_` and `.`",
            named(key)
        )));
    }
    if key.subject.is_empty() || key.subject.len() > SUBJECT_BYTES_MAX {
        return Err(Failure::contract(format!(
            "{}: a subject has 1 to {SUBJECT_BYTES_MAX} bytes",
            named(key)
        )));
    }
    Ok(())
}

fn named(key: &Key) -> String {
    let short = |text: &str| text.chars().take(60).collect::<String>();
    format!("alert {:?}, stage {:?}, of {:?}", short(&key.rule), short(&key.stage), short(&key.subject))
}

fn too_long(key: &Key, what: &str, most: usize, unit: &str) -> Failure {
    Failure::contract(format!("{}: {what} is longer than {most} {unit}", named(key)))
}

/// Maps whose keys are no texts, as lists of pairs.
pub mod pairs {
    use std::collections::BTreeMap;

    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    /// Writes the pairs in the order of their keys.
    ///
    /// # Errors
    /// As the serializer's.
    pub fn serialize<K: Serialize, V: Serialize, S: Serializer>(
        map: &BTreeMap<K, V>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(map)
    }

    /// Reads pairs.
    ///
    /// # Errors
    /// As the deserializer's.
    pub fn deserialize<'de, K, V, D>(deserializer: D) -> Result<BTreeMap<K, V>, D::Error>
    where
        K: Deserialize<'de> + Ord,
        V: Deserialize<'de>,
        D: Deserializer<'de>,
    {
        Ok(Vec::<(K, V)>::deserialize(deserializer)?.into_iter().collect())
    }
}
