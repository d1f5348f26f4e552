//! The trait that a plugin implements.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::{Event, Instant, Manifest, Outcome, Period, Register, Row, Section};

/// A plugin: a state, and what entries make of it.
///
/// The value itself is the state, and `Default` is that of an empty ledger. It is kept as bytes between runs, and the
/// same state has to give the same bytes: so it holds `BTreeMap` and never `HashMap`, whose order is another one each
/// time. It never holds what can be worked out again from the rest, or from the settings.
pub trait Plugin: Default + Serialize + DeserializeOwned {
    /// The settings, as the schema describes them. `Default` holds the schema's defaults.
    type Settings: Default + DeserializeOwned;

    /// What the plugin is.
    const MANIFEST: Manifest;

    /// The registers that it keeps.
    const REGISTERS: &'static [Register] = &[];

    /// Says what of the settings does not go together, where the schema cannot.
    ///
    /// # Errors
    /// A sentence for the administrator who sets them.
    fn check(settings: &Self::Settings) -> Result<(), String> {
        let _ = settings;
        Ok(())
    }

    /// Takes an entry.
    fn apply(&mut self, settings: &Self::Settings, event: &Event, out: &mut Outcome);

    /// Takes the time: a wake-up was reached. Afterwards [`wake`](Plugin::wake) lies behind `now`.
    fn tick(&mut self, settings: &Self::Settings, now: Instant, out: &mut Outcome) {
        let _ = (settings, now, out);
    }

    /// When the plugin is to be told the time next. It may lie in the past: then a tick comes before the next entry.
    fn wake(&self) -> Option<Instant> {
        None
    }

    /// The rows of a register, in an order that is always the same, as it stands at an instant. What readers ask for
    /// (a text, units, a page) is taken out of them afterwards.
    fn register<'p>(
        &'p self,
        settings: &'p Self::Settings,
        name: &str,
        as_at: Instant,
    ) -> Box<dyn Iterator<Item = Row> + 'p> {
        let _ = (settings, name, as_at);
        Box::new(std::iter::empty())
    }

    /// The rows of a register about one case or record. By default all are made, and the others left out; a plugin with
    /// many rows, or with something to say of what has none, does better.
    fn register_of<'p>(
        &'p self,
        settings: &'p Self::Settings,
        name: &str,
        subject: &str,
        as_at: Instant,
    ) -> Box<dyn Iterator<Item = Row> + 'p> {
        let _ = subject;
        self.register(settings, name, as_at)
    }

    /// The plugin's sections about a period, as they stood at an instant.
    fn sections(&self, settings: &Self::Settings, period: Period, status_at: Instant) -> Vec<Section> {
        let _ = (settings, period, status_at);
        Vec::new()
    }
}

/// The settings of a plugin that has none.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NoSettings {}

impl NoSettings {
    /// Their schema.
    pub const SCHEMA: &'static str = r#"{"type":"object","additionalProperties":false}"#;
}
