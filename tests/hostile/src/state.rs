//! What the well-behaved part keeps: the cases that are open, and when each is due.

use std::collections::BTreeMap;

/// What the settings say.
#[derive(Debug, Clone, Default, serde::Deserialize)]
#[serde(default)]
pub(crate) struct Settings {
    #[serde(rename = "do")]
    pub(crate) deed: String,
    pub(crate) at: u64,
    pub(crate) n: u64,
    pub(crate) seconds: i64,
}

/// A case: the entry that opened it, when that was, and how many stages it has reached.
#[derive(Debug, Clone, Default, PartialEq, serde::Serialize, serde::Deserialize)]
pub(crate) struct Case {
    pub(crate) entry: u64,
    pub(crate) opened: i64,
    pub(crate) stages: u8,
}

/// The whole state.
#[derive(Debug, Default, PartialEq, serde::Serialize, serde::Deserialize)]
pub(crate) struct State {
    pub(crate) cases: BTreeMap<String, Case>,
    /// How many events there were, so that no two states are the same by chance.
    pub(crate) events: u64,
    pub(crate) ticks: u64,
}

/// The stages, and at how many halves of the time each is reached.
pub(crate) const STAGES: [(&str, i64); 2] = [("half-way", 1), ("overdue", 2)];

impl Case {
    /// When its next stage is reached.
    pub(crate) fn due(&self, seconds: i64) -> Option<i64> {
        let (_, halves) = STAGES.get(usize::from(self.stages))?;
        Some(self.opened + seconds * 1_000_000 * halves / 2)
    }
}

impl State {
    pub(crate) fn wake(&self, seconds: i64) -> Option<i64> {
        self.cases.values().filter_map(|case| case.due(seconds)).min()
    }
}
