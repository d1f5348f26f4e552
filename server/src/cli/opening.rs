//! What all commands on a stopped ledger share: its directory, its settings, opening it.

use std::path::{Path, PathBuf};

use clap::Args;

use super::failure::Failure;
use super::terminal::Bar;
use crate::ledger::Ledger;
use crate::ledger::handle::{LedgerOptions, StartError};
use crate::progress::Progress;
use crate::settings::Settings;

/// The data directory.
#[derive(Debug, Clone, Args)]
pub(crate) struct DataArg {
    /// Data directory of the ledger
    #[arg(long = "data", value_name = "DIR")]
    pub(crate) path: PathBuf,
}

/// What overrides `muniment.toml`.
#[derive(Debug, Clone, Args)]
pub(crate) struct SetArg {
    /// Override a setting of DIR/muniment.toml; may be repeated
    #[arg(long = "set", value_name = "SECTION.FIELD=VALUE", global = true)]
    flags: Vec<String>,
}

impl SetArg {
    /// The settings of a data directory.
    pub(crate) fn settings(&self, directory: &Path) -> Result<Settings, Failure> {
        if directory.exists() && !directory.is_dir() {
            return Err(Failure::usage(format!("{}: not a directory", directory.display())));
        }
        let environment = std::env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)));
        Ok(Settings::load(directory, environment, &self.flags)?)
    }
}

/// Opens the ledger for appending, with a bar while that takes long.
pub(crate) fn open(
    data: &DataArg,
    settings: &Settings,
    adjust: impl FnOnce(&mut LedgerOptions),
) -> Result<Ledger, Failure> {
    let bar = Bar::entries("opening");
    let mut options = settings.ledger_options(Progress::default());
    options.open.progress = bar.progress();
    adjust(&mut options);
    let opened = Ledger::open(&data.path, &options);
    bar.clear();
    opened.map_err(|error| match error {
        StartError::Lock(error) => error.into(),
        StartError::Open(error) => Failure::from(error).of(data.path.display()),
    })
}
