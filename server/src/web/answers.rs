//! What the interface answers, as far as several pages read it.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use super::words;

/// `GET /v1/alerts`.
#[derive(Debug, Deserialize)]
pub(super) struct AlertList {
    pub(super) alerts: Vec<Alert>,
    pub(super) next: Option<u64>,
    /// Not told to a token that is narrowed.
    pub(super) totals: Option<Totals>,
}

/// How many alerts there are.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Totals {
    pub(super) open: u64,
    pub(super) acknowledged: u64,
    pub(super) cleared: u64,
    pub(super) open_by_severity: BTreeMap<String, u64>,
    pub(super) open_by_rule: BTreeMap<String, u64>,
}

/// An alert.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Alert {
    pub(super) id: String,
    pub(super) state: String,
    pub(super) plugin: String,
    pub(super) rule: String,
    pub(super) stage: String,
    pub(super) severity: String,
    pub(super) subject: String,
    pub(super) recipient: String,
    pub(super) clauses: Vec<String>,
    pub(super) due: Option<String>,
    pub(super) arithmetic: Option<String>,
    pub(super) causing_seq: Option<u64>,
    pub(super) entries: Vec<u64>,
    pub(super) complete_to: Option<String>,
    pub(super) raised_seq: u64,
    pub(super) raised_at: String,
    pub(super) acknowledged: Vec<Acknowledged>,
    pub(super) cleared: Option<Cleared>,
}

/// That somebody took notice of an alert.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Acknowledged {
    pub(super) seq: u64,
    pub(super) at: String,
    pub(super) act: String,
    pub(super) by: String,
    pub(super) note: Option<String>,
}

/// That an alert is over.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Cleared {
    pub(super) seq: u64,
    pub(super) at: String,
    pub(super) reason: Option<String>,
}

/// `GET /v1/registers`.
#[derive(Debug, Default, Deserialize)]
pub(super) struct RegisterList {
    pub(super) registers: Vec<Register>,
    pub(super) not_ready: Vec<String>,
}

/// A register.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Register {
    pub(super) plugin: String,
    pub(super) name: String,
    pub(super) title: String,
    pub(super) description: String,
    /// The types of event that its rows are made of.
    #[serde(default)]
    pub(super) feeds: Vec<String>,
    pub(super) columns: Vec<Column>,
}

impl Register {
    /// Whether it has rows by itself. What is kept for `/v1/disposal-check` answers about any record that it is asked about.
    pub(super) fn is_for_people(&self) -> bool {
        !self.columns.is_empty() && self.name != "disposal-check"
    }
}

/// A column of a register.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Column {
    pub(super) name: String,
    pub(super) title: String,
}

/// `GET /v1/registers/{plugin}/{name}`.
#[derive(Debug, Deserialize)]
pub(super) struct RegisterPage {
    pub(super) register: Register,
    pub(super) rows: Vec<Row>,
    pub(super) total: Option<u64>,
    pub(super) as_at: String,
    pub(super) size: u64,
}

/// A row of a register.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Row {
    pub(super) cells: Vec<Value>,
    pub(super) subject: Option<String>,
    pub(super) evidence: Vec<u64>,
}

/// `GET /v1/events`. An entry is the JSON of its line.
#[derive(Debug, Deserialize)]
pub(super) struct EventsPage {
    pub(super) events: Vec<Value>,
    pub(super) next: Option<String>,
    pub(super) indexed_size: u64,
}

/// `GET /v1/plugins`, as far as it says which plugin is in trouble.
#[derive(Debug, Default, Deserialize)]
pub(super) struct PluginList {
    pub(super) plugins: Vec<Plugin>,
}

impl PluginList {
    /// A plugin's name for people, as far as that is known.
    pub(super) fn name_of(&self, id: &str) -> String {
        let known = self.plugins.iter().find(|plugin| plugin.id == id);
        known.and_then(|plugin| plugin.title.clone()).unwrap_or_else(|| words::from_name(id))
    }
}

/// How a plugin stands.
#[derive(Debug, Deserialize)]
pub(super) struct Plugin {
    pub(super) id: String,
    pub(super) title: Option<String>,
    /// `starting`, `folding`, `at_head`, `disabled`, `quarantined` or `failed`.
    pub(super) state: String,
    pub(super) lag_entries: u64,
}
