//! Personal fields that plugins are given in the clear. Entries hold them sealed, and a plugin is given entries as they
//! are. One that cannot do without a field says so in its manifest, with the reason; an administrator grants it, and the
//! grant stands in the ledger. Whoever sees what such a plugin shows may see what it was given.
//!
//! What was destroyed is sealed for good, for every plugin. One that may have been given it before is made to forget: it
//! folds over the ledger again, from nothing, and no state of it is ever kept on disk.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::io;
use std::sync::Arc;

use muniment_core::catalogue::Catalogue;
use muniment_core::event::group_of;
use muniment_core::json::{self, Value, pointer_token};
use muniment_core::seal::{Place, sealed_text};
use zeroize::Zeroizing;

use super::manifest::Manifest;
use crate::query::{EventFacts, TypePattern};
use crate::vault::Vault;

/// The member of `data` that is personal in every type.
const PERSONAL: &str = "personal";

/// What one plugin was granted.
#[derive(Clone, Default)]
pub struct Grants {
    /// By type, names of members of `data`.
    fields: BTreeMap<String, BTreeSet<String>>,
    vault: Option<Arc<Vault>>,
}

/// Why fields are not granted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum GrantFault {
    /// An administrator has to say so.
    #[error("it asks for the personal field {field} in the clear, {why:?}; grant {field} if it may have it")]
    NotGranted {
        /// The field.
        field: String,
        /// Why it needs it, as it says.
        why: String,
    },
    /// It has no need of it.
    #[error("{0:?} is granted, but the plugin does not ask for it")]
    NotAsked(String),
    /// There is no such field.
    #[error("it asks for {field:?}, which is no personal field that it could be given: {why}")]
    NoField {
        /// What it asks for.
        field: String,
        /// What is wrong with it.
        why: String,
    },
}

/// Checks that a plugin was granted what it asks for, and nothing else.
///
/// # Errors
/// See [`GrantFault`].
pub fn check(manifest: &Manifest, granted: &[String], catalogue: &Catalogue) -> Result<(), GrantFault> {
    for (field, why) in &manifest.personal {
        check_field(manifest, field, catalogue)
            .map_err(|why| GrantFault::NoField { field: field.clone(), why })?;
        if !granted.contains(field) {
            return Err(GrantFault::NotGranted { field: field.clone(), why: why.clone() });
        }
    }
    let is_asked = |field: &&String| manifest.personal.iter().any(|(asked, _)| asked == *field);
    match granted.iter().find(|field| !is_asked(field)) {
        Some(field) => Err(GrantFault::NotAsked(field.clone())),
        None => Ok(()),
    }
}

fn check_field(manifest: &Manifest, asked: &str, catalogue: &Catalogue) -> Result<(), String> {
    let (kind, field) = asked.split_once('/').ok_or("a field is named as `type/field`")?;
    let gives = |pattern: &String| pattern.parse::<TypePattern>().is_ok_and(|pattern| pattern.matches(kind));
    if !manifest.subscriptions.iter().any(gives) {
        return Err(format!("it does not subscribe to {kind}"));
    }
    let known = catalogue.get(kind).ok_or_else(|| format!("the catalogue has no type {kind}"))?;
    match known.field(field) {
        _ if field == PERSONAL => Ok(()),
        None => Err(format!("{kind} has no field `{field}`")),
        Some(field) if field.names_people() => Err("a pseudonym stands for each person".to_owned()),
        Some(field) if !field.personal => Err("it is not personal, and given in the clear anyhow".to_owned()),
        Some(_) => Ok(()),
    }
}

impl Grants {
    /// What was granted, each as `type/field`.
    #[must_use]
    pub fn new(granted: &[String], vault: Arc<Vault>) -> Grants {
        let mut fields: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for (kind, field) in granted.iter().filter_map(|granted| granted.split_once('/')) {
            fields.entry(kind.to_owned()).or_default().insert(field.to_owned());
        }
        Grants { fields, vault: Some(vault) }
    }

    /// Whether nothing was granted.
    #[must_use]
    pub fn is_nothing(&self) -> bool {
        self.fields.is_empty()
    }

    /// For each entry its data with what was granted in the clear, where there is such a thing in it.
    ///
    /// # Errors
    /// If the vault cannot be read.
    pub fn opened(&self, entries: &[EventFacts<'_>]) -> io::Result<Vec<Option<Zeroizing<String>>>> {
        if self.is_nothing() {
            return Ok(Vec::new());
        }
        entries.iter().map(|entry| self.open(entry)).collect()
    }

    fn open(&self, entry: &EventFacts<'_>) -> io::Result<Option<Zeroizing<String>>> {
        let Some(granted) = self.fields.get(&*entry.event_type) else { return Ok(None) };
        let (Some(vault), Some(subject), Some(data)) = (&self.vault, &entry.subject, entry.data) else {
            return Ok(None);
        };
        let Ok(Value::Object(data)) = json::parse(data.as_bytes()) else { return Ok(None) };
        let is_granted =
            |name: &str, value: &Value<'_>| granted.contains(name) && sealed_text(value).is_some();
        if !data.iter().any(|(name, value)| is_granted(name, value)) {
            return Ok(None);
        }
        let group = group_of(&entry.event_type);
        let Some((_, key)) = vault.key(group, subject).map_err(io::Error::other)? else { return Ok(None) };
        let sealer = key.sealer();
        let place = Place { source: &entry.source, id: &entry.id, subject };
        // Canonical order stays as it is: only values are replaced.
        let mut text = Zeroizing::new(String::from("{"));
        for (place_of, (name, value)) in data.iter().enumerate() {
            if place_of > 0 {
                text.push(',');
            }
            let opened = match is_granted(name, value) {
                // What was sealed with a key that is gone stays sealed.
                true => sealer.open(place, &format!("/data/{}", pointer_token(name)), value).ok(),
                false => None,
            };
            let written = opened.unwrap_or_else(|| Zeroizing::new(value.to_canonical()));
            text.push_str(&String::from_utf8_lossy(&Value::string(name.to_owned()).to_canonical()));
            text.push(':');
            text.push_str(&String::from_utf8_lossy(&written));
        }
        text.push('}');
        Ok(Some(text))
    }
}

/// Puts data in the place of what entries hold.
pub fn put<'a>(entries: &mut [EventFacts<'a>], opened: &'a [Option<Zeroizing<String>>]) {
    for (entry, opened) in entries.iter_mut().zip(opened) {
        if let Some(opened) = opened {
            entry.data = Some(opened);
        }
    }
}

impl fmt::Debug for Grants {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Grants").field("fields", &self.fields).finish_non_exhaustive()
    }
}
