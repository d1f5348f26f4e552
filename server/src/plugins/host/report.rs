//! What the plugins of a ledger that is served have to say in a report.

use std::io;

use super::Plugins;
use crate::plugins::contributions::{self, Asked, Contribution, Means, Of};
use crate::plugins::reading::Reading;
use crate::plugins::running::Surroundings;
use crate::report::steps::Steps;

impl Plugins {
    /// What every plugin has to say of these times as of the ledger's first `end` entries. Each begins with the state that it
    /// has, where that leads there. It is told how far folding has come.
    ///
    /// # Errors
    /// As the disk says.
    pub fn contributions(&self, end: u64, asked: &[Asked], steps: &Steps) -> io::Result<Vec<Contribution>> {
        let Surroundings { ledger, engine, reading, vault, leaves_out_tests, .. } = &self.inner.surroundings;
        let with_built_in = self.inner.installs_built_in;
        let mut plugins = Of::stopped(&self.inner.directory, ledger, engine, with_built_in)?;
        for of in &mut plugins {
            let running = self.inner.one(&of.installed.id).ok();
            let alike = running.filter(|running| {
                running.installed.sha256 == of.installed.sha256
                    && running.installed.settings == of.installed.settings
                    && running.installed.granted == of.installed.granted
            });
            of.snapshot = alike.and_then(|running| running.snapshot());
        }
        let means = Means { engine, reading, vault, leaves_out_tests: *leaves_out_tests, steps };
        Ok(contributions::ask(&means, plugins, end, asked))
    }

    /// The ledger's entries, as plugins read them.
    #[must_use]
    pub fn reading(&self) -> &Reading {
        &self.inner.surroundings.reading
    }
}
