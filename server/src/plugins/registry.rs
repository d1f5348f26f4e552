//! Which plugins there are: what the events `plugin.*` say. They are numbered, so that all are found at start by a few
//! look-ups.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io;

use muniment_core::entry::EntryView;
use muniment_core::json::{self, Object, Value};

use super::engine::Cause;
use crate::ledger::Ledger;
use crate::ledger::submission::Refusal;

/// How a plugin stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    /// It folds.
    Enabled,
    /// It rests.
    Disabled,
    /// It failed.
    Quarantined {
        /// The entry before which it stopped.
        seq: u64,
        /// What it did.
        cause: Cause,
    },
}

/// A plugin that was installed and not removed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Installed {
    /// Its id.
    pub id: String,
    /// Its version.
    pub version: String,
    /// Its program.
    pub sha256: String,
    /// Its settings, as JSON.
    pub settings: String,
    /// The personal fields that it is given in the clear, each as `type/field`.
    pub granted: Vec<String>,
    /// The entry that installed, upgraded or configured it last.
    pub since: u64,
    /// How it stands.
    pub standing: Standing,
}

/// What the ledger pins when a program is to run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pinned {
    /// Its version.
    pub version: String,
    /// The SHA-256 of the program.
    pub sha256: String,
    /// Its settings, as JSON.
    pub settings: String,
    /// The personal fields that it is given in the clear.
    pub granted: Vec<String>,
}

/// What becomes of a plugin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// It runs from now on.
    Installed(Pinned),
    /// Another program, or other settings with it.
    Upgraded(Pinned),
    /// Other settings.
    Configured {
        /// Its settings.
        settings: String,
    },
    /// It rests.
    Disabled,
    /// It goes on.
    Enabled,
    /// It failed.
    Quarantined {
        /// The entry before which it stopped.
        seq: u64,
        /// What it did.
        cause: Cause,
    },
    /// It is gone.
    Removed,
}

/// The plugins of a ledger.
#[derive(Debug, Default)]
pub struct Registry {
    plugins: BTreeMap<String, Installed>,
    /// Every plugin that was ever installed, those removed too.
    known: BTreeMap<String, bool>,
    last_number: u64,
}

/// Why a change was not recorded.
#[derive(Debug, thiserror::Error)]
pub enum RegistryError {
    /// The ledger.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// Reading.
    #[error("reading which plugins there are: {0}")]
    Io(#[from] io::Error),
}

fn event_id(number: u64) -> String {
    format!("plugin/{number}")
}

/// The SHA-256 of settings, in hexadecimal.
#[must_use]
pub fn settings_sha256(settings: &str) -> String {
    super::engine::sha256_of(settings.as_bytes())
}

impl Registry {
    /// Reads which plugins there are.
    ///
    /// # Errors
    /// As the disk says.
    pub fn load(ledger: &Ledger) -> io::Result<Registry> {
        let mut registry = Registry::default();
        let last = ledger.last_numbered(event_id)?;
        for number in 1..=last {
            if let Some(seq) = ledger.find_host(&event_id(number))? {
                let (plugin, change) = read(ledger, seq)?;
                registry.apply(&plugin, change, seq);
            }
        }
        registry.last_number = last;
        Ok(registry)
    }

    /// Each change: the entry that says it, the plugin, and what it left of that. A removal leaves nothing.
    ///
    /// # Errors
    /// As the disk says.
    pub fn history(ledger: &Ledger) -> io::Result<Vec<(u64, String, Option<Installed>)>> {
        let mut registry = Registry::default();
        let mut changes = Vec::new();
        for number in 1..=ledger.last_numbered(event_id)? {
            if let Some(seq) = ledger.find_host(&event_id(number))? {
                let (plugin, change) = read(ledger, seq)?;
                registry.apply(&plugin, change, seq);
                let left = registry.get(&plugin).cloned();
                changes.push((seq, plugin, left));
            }
        }
        Ok(changes)
    }

    /// The plugins, by id.
    pub fn plugins(&self) -> impl Iterator<Item = &Installed> {
        self.plugins.values()
    }

    /// A plugin.
    #[must_use]
    pub fn get(&self, id: &str) -> Option<&Installed> {
        self.plugins.get(id)
    }

    /// Whether there ever was a plugin of this id.
    #[must_use]
    pub fn was_known(&self, id: &str) -> bool {
        self.known.contains_key(id)
    }

    /// Records a change, and makes it.
    ///
    /// # Errors
    /// See [`RegistryError`]; nothing has changed then.
    pub fn record(
        &mut self,
        ledger: &Ledger,
        plugin: &str,
        change: Change,
        requested_by: Option<&str>,
    ) -> Result<u64, RegistryError> {
        let version = self.plugins.get(plugin).map(|known| (known.version.clone(), known.sha256.clone()));
        let data = data_of(plugin, &change, version, requested_by);
        let number = self.last_number + 1;
        let appended = ledger.append_host_about(event_type(&change), &event_id(number), plugin, data)?;
        self.last_number = number;
        self.apply(plugin, change, appended.seq);
        Ok(appended.seq)
    }

    fn apply(&mut self, id: &str, change: Change, seq: u64) {
        self.known.insert(id.to_owned(), true);
        match change {
            Change::Installed(pinned) | Change::Upgraded(pinned) => {
                let Pinned { version, sha256, settings, granted } = pinned;
                let (standing, since) = (Standing::Enabled, seq);
                let id = id.to_owned();
                let installed = Installed { id, version, sha256, settings, granted, since, standing };
                self.plugins.insert(installed.id.clone(), installed);
            }
            Change::Removed => drop(self.plugins.remove(id)),
            other => {
                let Some(plugin) = self.plugins.get_mut(id) else { return };
                match other {
                    Change::Configured { settings } => {
                        plugin.settings = settings;
                        plugin.since = seq;
                        plugin.standing = Standing::Enabled;
                    }
                    Change::Disabled => plugin.standing = Standing::Disabled,
                    Change::Quarantined { seq, cause } => {
                        plugin.standing = Standing::Quarantined { seq, cause }
                    }
                    _ => plugin.standing = Standing::Enabled,
                }
            }
        }
    }
}

fn event_type(change: &Change) -> &'static str {
    match change {
        Change::Installed(_) => "plugin.installed",
        Change::Upgraded(_) => "plugin.upgraded",
        Change::Configured { .. } => "plugin.configured",
        Change::Disabled => "plugin.disabled",
        Change::Enabled => "plugin.enabled",
        Change::Quarantined { .. } => "plugin.quarantined",
        Change::Removed => "plugin.removed",
    }
}

fn data_of(
    plugin: &str,
    change: &Change,
    known: Option<(String, String)>,
    requested_by: Option<&str>,
) -> Value<'static> {
    let text = |text: &str| Value::string(text.to_owned());
    let mut members = vec![("plugin", text(plugin))];
    if let Some(by) = requested_by {
        members.push(("requested_by", text(by)));
    }
    let with_settings = |members: &mut Vec<(&'static str, Value<'static>)>, settings: &str| {
        members.push(("settings", text(settings)));
        members.push(("settings_sha256", text(&settings_sha256(settings))));
    };
    match change {
        Change::Installed(pinned) | Change::Upgraded(pinned) => {
            members.push(("sha256", text(&pinned.sha256)));
            members.push(("version", text(&pinned.version)));
            with_settings(&mut members, &pinned.settings);
            if !pinned.granted.is_empty() {
                let granted = pinned.granted.iter().map(|field| text(field)).collect();
                members.push(("personal_granted", Value::Array(granted)));
            }
        }
        Change::Configured { settings } => with_settings(&mut members, settings),
        Change::Quarantined { seq, cause } => {
            members.push(("seq", Value::number(*seq)));
            members.push(("reason", text(cause.name())));
            if let Some((version, sha256)) = known {
                members.push(("sha256", text(&sha256)));
                members.push(("version", text(&version)));
            }
        }
        Change::Removed => {
            if let Some((_, sha256)) = known {
                members.push(("sha256", text(&sha256)));
            }
        }
        Change::Disabled | Change::Enabled => {}
    }
    let members = members.into_iter().map(|(key, value)| (Cow::Borrowed(key), value)).collect();
    Value::Object(Object::new(members).expect("the keys are distinct"))
}

fn read(ledger: &Ledger, seq: u64) -> io::Result<(String, Change)> {
    let line = ledger.line(seq)?.unwrap_or_default();
    let wrong = |what: String| io::Error::new(io::ErrorKind::InvalidData, format!("entry {seq}: {what}"));
    let entry = EntryView::parse(&line).map_err(|error| wrong(error.to_string()))?;
    let event = json::parse(entry.event.as_bytes()).map_err(|error| wrong(error.to_string()))?;
    change(&event).ok_or_else(|| wrong("it is no event about a plugin".to_owned()))
}

fn change(event: &Value<'_>) -> Option<(String, Change)> {
    let event = event.as_object()?;
    let data = event.get("data")?.as_object()?;
    let text = |name: &str| data.get(name).and_then(Value::as_str).map(str::to_owned);
    let plugin = text("plugin")?;
    let granted = || {
        let Some(Value::Array(listed)) = data.get("personal_granted") else { return Vec::new() };
        listed.iter().filter_map(Value::as_str).map(str::to_owned).collect()
    };
    let pinned = || {
        let (version, sha256) = (text("version")?, text("sha256")?);
        Some(Pinned { version, sha256, settings: text("settings")?, granted: granted() })
    };
    let change = match event.get("type")?.as_str()? {
        "plugin.installed" => Change::Installed(pinned()?),
        "plugin.upgraded" => Change::Upgraded(pinned()?),
        "plugin.configured" => Change::Configured { settings: text("settings")? },
        "plugin.disabled" => Change::Disabled,
        "plugin.enabled" => Change::Enabled,
        "plugin.removed" => Change::Removed,
        "plugin.quarantined" => {
            let Value::Number(seq) = data.get("seq")? else { return None };
            Change::Quarantined { seq: seq.parse().ok()?, cause: Cause::named(&text("reason")?)? }
        }
        _ => return None,
    };
    Some((plugin, change))
}
