//! A plugin at work: what stands between an author's trait and the interface.

use crate::alert::Act;
use crate::{Day, Instant, Item, Outcome, Period, Plugin, Query, Row, Section};

/// A plugin with its settings and its state.
#[derive(Default)]
pub struct Running<P: Plugin> {
    settings: P::Settings,
    plugin: P,
    outcome: Outcome,
}

/// What came of items.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Applied {
    /// How many of the items were taken.
    pub taken: u32,
    /// What is raised and cleared, each with the place of the item that caused it.
    pub acts: Vec<(u32, Act)>,
    /// When the plugin is to be woken next.
    pub wake: Option<Instant>,
}

impl<P: Plugin> Running<P> {
    /// Takes the settings, as JSON.
    ///
    /// # Errors
    /// A sentence about what is wrong with them.
    pub fn configure(&mut self, settings: &str) -> Result<(), String> {
        let settings: P::Settings = serde_json::from_str(settings).map_err(|error| error.to_string())?;
        P::check(&settings)?;
        self.settings = settings;
        Ok(())
    }

    /// Takes the state from a snapshot.
    ///
    /// # Errors
    /// Where the bytes are none.
    pub fn restore(&mut self, snapshot: &[u8]) -> Result<(), String> {
        self.plugin = postcard::from_bytes(snapshot).map_err(|error| error.to_string())?;
        Ok(())
    }

    /// The whole state as bytes.
    ///
    /// # Panics
    /// Where the state holds what cannot be written, such as a sequence whose length nobody knows beforehand: the
    /// author's mistake, which any test shows.
    #[must_use]
    pub fn snapshot(&self) -> Vec<u8> {
        match self.written() {
            Ok(bytes) => bytes,
            Err(error) => panic!("the state cannot be written: {error}"),
        }
    }

    /// The state as bytes, in no more room than they take: a large state has to stand beside them.
    fn written(&self) -> postcard::Result<Vec<u8>> {
        let size = postcard::serialize_with_flavor(&self.plugin, postcard::ser_flavors::Size::default())?;
        let mut bytes = vec![0; size];
        postcard::to_slice(&self.plugin, &mut bytes)?;
        Ok(bytes)
    }

    /// Folds items in order, and stops where the time has to be told first.
    pub fn apply(&mut self, items: impl IntoIterator<Item = Item>, waking: bool) -> Applied {
        let mut applied = Applied { wake: self.plugin.wake(), ..Applied::default() };
        for item in items {
            // The host has told the time before the first item, where it had to.
            let is_first = applied.taken == 0;
            match &item {
                Item::Event(event) => {
                    if waking && !is_first && applied.wake.is_some_and(|wake| wake <= event.recorded) {
                        break;
                    }
                    self.plugin.apply(&self.settings, event, &mut self.outcome);
                }
                Item::Tick { recorded, .. } => {
                    self.plugin.tick(&self.settings, *recorded, &mut self.outcome);
                }
            }
            applied.acts.extend(self.outcome.take().into_iter().map(|act| (applied.taken, act)));
            applied.taken += 1;
            applied.wake = self.plugin.wake();
        }
        applied
    }

    /// A page of a register, and how many rows there are.
    ///
    /// # Errors
    /// Where the plugin keeps no such register.
    pub fn register(&self, name: &str, query: &Query, as_at: Instant) -> Result<(Vec<Row>, u32), String> {
        let Some(register) = P::REGISTERS.iter().find(|register| register.name == name) else {
            return Err(format!("{} keeps no register {name:?}", P::MANIFEST.id));
        };
        let rows = match &query.subject {
            Some(subject) => self.plugin.register_of(&self.settings, name, subject, as_at),
            None => self.plugin.register(&self.settings, name, as_at),
        };
        Ok(query.page(register.columns, Day::in_london(as_at), rows))
    }

    /// The plugin's sections about a period, as they stood at an instant.
    #[must_use]
    pub fn sections(&self, period: Period, status_at: Instant) -> Vec<Section> {
        self.plugin.sections(&self.settings, period, status_at)
    }

    /// The state.
    #[must_use]
    pub fn plugin(&self) -> &P {
        &self.plugin
    }
}
