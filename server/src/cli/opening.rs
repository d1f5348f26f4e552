//! What all commands on a stopped ledger share: its directory, its settings, opening it.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Args;
use muniment_core::catalogue::Catalogue;

use super::failure::Failure;
use super::terminal::Bar;
use crate::definitions::{Current, Definitions};
use crate::disk::OsDisk;
use crate::ledger::Ledger;
use crate::ledger::handle::{LedgerOptions, StartError};
use crate::progress::Progress;
use crate::settings::Settings;
use crate::vault::{self, Vault};

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

/// Opens the vault of an open ledger, and has the ledger ask it.
pub(crate) fn vault(
    data: &DataArg,
    settings: &Settings,
    ledger: &Ledger,
    catalogue: &Catalogue,
) -> Result<Arc<Vault>, Failure> {
    let disk = Arc::new(OsDisk::new(&data.path));
    let opened = vault::open(disk, &settings.vault_key()?, ledger, catalogue);
    let vault =
        Arc::new(opened.map_err(|error| Failure::wanting(error.to_string()).of(data.path.display()))?);
    ledger.seal_with(vault.clone());
    Ok(vault)
}

/// What the ledger goes by: the event types and policies of the program, and those in the data directory.
pub(crate) fn definitions(data: &DataArg) -> Result<Arc<Current>, Failure> {
    Ok(Arc::new(Current::new(Definitions::load(&data.path)?)))
}
