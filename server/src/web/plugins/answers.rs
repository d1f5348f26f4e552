//! What the interface answers about plugins, and its names in words.

use serde::Deserialize;
use serde_json::Value;

use crate::web::failure::Failure;
use crate::web::visit::{Visit, part};
use crate::web::words;

/// `GET /v1/plugins`.
#[derive(Debug, Deserialize)]
pub(super) struct PluginList {
    pub(super) plugins: Vec<Plugin>,
}

/// A plugin, and how it stands.
#[derive(Debug, Deserialize)]
pub(super) struct Plugin {
    pub(super) id: String,
    pub(super) version: String,
    pub(super) sha256: String,
    /// Missing until it is compiled.
    pub(super) title: Option<String>,
    pub(super) description: Option<String>,
    pub(super) state: String,
    pub(super) fault: Option<String>,
    pub(super) since: u64,
    pub(super) lag_entries: u64,
    pub(super) open_alerts: u64,
    pub(super) wake: Option<String>,
    pub(super) settings: Value,
    pub(super) settings_schema: Option<Value>,
    pub(super) personal_granted: Vec<String>,
    pub(super) subscriptions: Vec<String>,
    pub(super) rules: Vec<Rule>,
    pub(super) has_registers: bool,
    pub(super) memory_bytes: u64,
    pub(super) built_in: bool,
    pub(super) upgrade_available: bool,
}

/// What a plugin checks.
#[derive(Debug, Deserialize)]
pub(super) struct Rule {
    pub(super) id: String,
    pub(super) title: String,
    pub(super) severity: String,
    pub(super) recipient: String,
    pub(super) clauses: Vec<String>,
}

/// `GET /v1/plugins/{id}/quarantine`.
#[derive(Debug, Deserialize)]
pub(super) struct Quarantine {
    /// The entry before which it stopped.
    pub(super) seq: u64,
    pub(super) cause: String,
    pub(super) detail: Option<String>,
}

/// `GET /v1/plugins/{id}/logs`.
#[derive(Debug, Deserialize)]
pub(super) struct PluginLog {
    pub(super) lines: Vec<String>,
    pub(super) dropped: u64,
}

impl Plugin {
    /// Asks for one.
    pub(super) async fn find(visit: &Visit, id: &str) -> Result<Plugin, Failure> {
        visit.get(&address(id)).await
    }

    /// Its name for people, as far as that is known.
    pub(super) fn name(&self) -> &str {
        self.title.as_deref().unwrap_or(&self.id)
    }

    /// Its page.
    pub(super) fn path(&self) -> String {
        format!("/plugins/{}", self.id)
    }
}

/// Where the interface has a plugin.
pub(super) fn address(id: &str) -> String {
    format!("/v1/plugins/{}", part(id))
}

/// How a plugin stands, as a tag.
#[derive(Debug)]
pub(super) struct Standing {
    pub(super) words: String,
    pub(super) colour: &'static str,
    /// Somebody has to do something about it.
    pub(super) is_trouble: bool,
}

impl Standing {
    pub(super) fn of(state: &str) -> Standing {
        let (words, colour, is_trouble) = match state {
            "starting" => ("starting", "blue", false),
            "folding" => ("catching up", "blue", false),
            "at_head" => ("up to date", "green", false),
            "disabled" => ("resting", "grey", false),
            "quarantined" => ("stopped after a failure", "red", true),
            "failed" => ("cannot be run", "red", true),
            other => (other, "grey", false),
        };
        Standing { words: words.to_owned(), colour, is_trouble }
    }
}

/// Why a plugin was stopped.
pub(super) fn cause_in_words(cause: &str) -> &str {
    match cause {
        "trap" => "it broke off while it worked (it panicked, divided by zero or left its memory)",
        "memory" => "it asked for more memory than it may have",
        "time" => "it took longer than it may",
        "output" => "it said more than it may",
        "contract" => "what it said is not what plugins are to say",
        "depth" => "its alerts followed on alerts that followed on alerts, without an end",
        "quota" => "it raised more alerts in a day than it may",
        other => other,
    }
}

/// An amount of memory.
pub(super) fn megabytes(bytes: u64) -> String {
    let tenths = bytes / 100_000;
    format!("{}.{} MB", words::number(tenths / 10), tenths % 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn states_are_told_in_words() {
        let told = ["starting", "folding", "at_head", "disabled", "quarantined", "failed"].map(Standing::of);
        assert_eq!(told.iter().filter(|state| state.is_trouble).count(), 2);
        assert!(told.iter().all(|state| !state.words.contains('_')));
        assert_eq!(Standing::of("at_head").words, "up to date");
        assert_eq!(Standing::of("later").words, "later", "a state that is new stays as it is");
    }

    #[test]
    fn memory_is_told_in_megabytes() {
        assert_eq!(megabytes(0), "0.0 MB");
        assert_eq!(megabytes(12_345_678), "12.3 MB");
        assert_eq!(megabytes(2_000_000_000), "2,000.0 MB");
    }
}
