//! Reports of a ledger that nobody serves.

use std::path::Path;
use std::sync::Arc;

use muniment_core::report::{Document, MadeWith};

use super::steps::Steps;
use super::{Material, ReportError, Wish, asked, bounds, make};
use crate::definitions::Current;
use crate::disk::{Disk, OsDisk};
use crate::ledger::genesis::{Genesis, Purpose};
use crate::ledger::{Ledger, names};
use crate::plugins::PluginOptions;
use crate::plugins::contributions::{self, Means, Of};
use crate::plugins::engine::Engine;
use crate::plugins::kept;
use crate::plugins::reading::Reading;
use crate::settings::PluginsSettings;
use crate::vault::Vault;

/// What makes reports of a ledger that was opened here.
pub struct Maker<'m> {
    directory: &'m Path,
    ledger: Arc<Ledger>,
    vault: Arc<Vault>,
    definitions: Arc<Current>,
    engine: Engine,
    reading: Reading,
    genesis: Genesis,
    with_built_in: bool,
}

impl<'m> Maker<'m> {
    /// One for a ledger and its vault, with the settings that plugins are run by.
    ///
    /// # Errors
    /// A sentence for whoever asked.
    pub fn new(
        directory: &'m Path,
        (ledger, vault): (Arc<Ledger>, Arc<Vault>),
        definitions: Arc<Current>,
        settings: &PluginsSettings,
    ) -> Result<Maker<'m>, String> {
        let line = ledger.line(0).map_err(|error| error.to_string())?.unwrap_or_default();
        let genesis = Genesis::from_line(&line)?;
        let options = PluginOptions::new(settings, genesis.purpose == Purpose::Production);
        let disk: &dyn Disk = &OsDisk::new(directory);
        let secret = disk.read(names::SIGNING_KEY).map_err(|error| error.to_string())?;
        let engine = contributions::engine(&options, directory, secret.as_deref())?;
        let reading = Reading::new(ledger.clone()).map_err(|error| format!("no threads: {error}"))?;
        let with_built_in = options.installs_built_in;
        Ok(Maker { directory, ledger, vault, definitions, engine, reading, genesis, with_built_in })
    }

    /// Makes a report, in the edition with evidence, of the plugins that run now. Of each step is told.
    ///
    /// # Errors
    /// See [`ReportError`].
    pub fn make(&self, wish: &Wish, steps: &Steps) -> Result<Document, ReportError> {
        let plugins = Of::stopped(self.directory, &self.ledger, &self.engine, self.with_built_in)?;
        self.made_of(plugins, wish, steps)
    }

    /// As [`Maker::make`], of the plugins that ran when the ledger had the entries of the report and no more, with the programs
    /// and settings of then.
    ///
    /// # Errors
    /// See [`ReportError`].
    pub fn make_as_then(&self, wish: &Wish, steps: &Steps) -> Result<Document, ReportError> {
        let terms = (wish.size, self.with_built_in);
        let plugins = kept::at(self.directory, &self.ledger, &self.engine, terms)?;
        self.made_of(plugins, wish, steps)
    }

    /// As [`Maker::make`], of the plugins that a report names, with the programs and settings that it names. With it comes a
    /// sentence for each that cannot be had as it was.
    ///
    /// # Errors
    /// See [`ReportError`].
    pub fn make_again(
        &self,
        wish: &Wish,
        made_with: &[MadeWith],
        steps: &Steps,
    ) -> Result<(Document, Vec<String>), ReportError> {
        let (plugins, missing) =
            kept::named(self.directory, &self.ledger, &self.engine, (made_with, wish.size))?;
        Ok((self.made_of(plugins, wish, steps)?, missing))
    }

    fn made_of(&self, plugins: Vec<Of>, wish: &Wish, steps: &Steps) -> Result<Document, ReportError> {
        let (first, last) = bounds(&self.ledger, wish.size)?;
        let leaves_out_tests = self.genesis.purpose == Purpose::Production;
        let means = Means {
            engine: &self.engine,
            reading: &self.reading,
            vault: &self.vault,
            leaves_out_tests,
            steps,
        };
        let contributions = contributions::ask(&means, plugins, wish.size, &asked(wish, first, last));
        let definitions = self.definitions.get();
        let material = Material {
            ledger: &self.ledger,
            reading: &self.reading,
            definitions: &definitions,
            organisation: &self.genesis.controller,
            leaves_out_tests,
            contributions: &contributions,
            steps,
        };
        make(&material, wish)
    }
}
