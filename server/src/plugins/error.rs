//! Why something is not done with a plugin.

use std::io;
use std::path::PathBuf;

use super::engine::Failure;
use super::grants::GrantFault;
use super::registry::RegistryError;
use super::schema::SettingsFault;
use super::trial::TrialError;
use crate::definitions::DefinitionError;

/// Why something was not done with a plugin.
#[derive(Debug, thiserror::Error)]
pub enum PluginError {
    /// There is none.
    #[error("there is no plugin `{0}`")]
    Unknown(String),
    /// There is one.
    #[error("`{0}` is installed; upgrade it instead")]
    Installed(String),
    /// Another plugin's program.
    #[error("this program is `{found}`, not `{wanted}`")]
    AnotherPlugin {
        /// Which plugin was named.
        wanted: String,
        /// Which it is.
        found: String,
    },
    /// It is that already.
    #[error("`{0}` {1}")]
    Already(String, &'static str),
    /// The program.
    #[error("the plugin is refused: {0}")]
    Refused(#[from] Failure),
    /// What it asks to know of people.
    #[error("the plugin is refused: {0}")]
    Grant(#[from] GrantFault),
    /// The types of event that it brings along.
    #[error("the plugin is refused: {0}")]
    Definitions(#[from] DefinitionError),
    /// Its settings.
    #[error(transparent)]
    Settings(#[from] SettingsFault),
    /// What the trial found.
    #[error("the plugin is refused: {0}")]
    Trial(#[from] TrialError),
    /// It cannot be looked at just now.
    #[error("`{0}` cannot be looked at yet: {1}")]
    NotReady(String, &'static str),
    /// What the plugin says itself.
    #[error("{0}")]
    Says(String),
    /// The ledger.
    #[error(transparent)]
    Registry(#[from] RegistryError),
    /// Files.
    #[error("{}: {error}", .path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system says.
        error: io::Error,
    },
}
