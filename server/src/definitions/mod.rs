//! What the ledger goes by: the event types and the policies of the program, and those that stand in `catalogue/` and
//! `policies/` of the data directory. The ledger says which files these are: one that comes, changes or goes is an event,
//! with its digest, so that what was checked against them can be checked again.

mod file;
mod record;

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock, PoisonError, RwLock};

use muniment_core::catalogue::{Catalogue, reference_page};
use muniment_core::declared::FileError;
use muniment_core::policy::{Policy, Rulebook};

use crate::ledger::Ledger;
use crate::ledger::submission::Refusal;
use crate::plugins::engine::sha256_of;

/// Largest file of event types, or of a policy, in bytes.
pub const FILE_BYTES_MAX: usize = 1024 * 1024;

/// The folders that are read, in this order: a policy names types.
const FOLDERS: [&str; 2] = [CATALOGUE, POLICIES];
/// Where an organisation's own event types stand.
pub const CATALOGUE: &str = "catalogue";
/// Where an organisation's own policies stand.
pub const POLICIES: &str = "policies";

/// Why definitions are not taken.
#[derive(Debug, thiserror::Error)]
pub enum DefinitionError {
    /// What a file says.
    #[error("{0}")]
    File(#[from] FileError),
    /// A type names a clause that nobody knows.
    #[error(
        "event type {event_type} names the clause {clause}, which no policy has; correct it, or install the policy first"
    )]
    UnknownClause {
        /// The type.
        event_type: String,
        /// The clause.
        clause: String,
    },
    /// A file is no text, or too long.
    #[error("{file}: {bytes} bytes, the limit is {FILE_BYTES_MAX} bytes")]
    TooLong {
        /// The file.
        file: String,
        /// Its length.
        bytes: usize,
    },
    /// The same as before.
    #[error("{0} is installed already, as it is")]
    Already(String),
    /// Reading or writing.
    #[error("{}: {error}", .path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// What the system says.
        error: io::Error,
    },
    /// The ledger.
    #[error(transparent)]
    Refused(#[from] Refusal),
}

/// Definitions that belong together.
#[derive(Debug)]
pub struct Definitions {
    /// The event types.
    pub catalogue: Arc<Catalogue>,
    /// The policies, and what they refer to.
    pub rulebook: Rulebook,
    /// The text of each file of the organisation's own: `catalogue/parking.toml`.
    files: BTreeMap<String, String>,
    page: OnceLock<String>,
}

impl Definitions {
    /// Those of the program alone.
    ///
    /// # Errors
    /// None that a test would not have found.
    pub fn built_in() -> Result<Definitions, DefinitionError> {
        Definitions::of(BTreeMap::new())
    }

    /// Those of the program, and those in a data directory.
    ///
    /// # Errors
    /// See [`DefinitionError`].
    pub fn load(directory: &Path) -> Result<Definitions, DefinitionError> {
        Definitions::of(file::read(directory)?)
    }

    fn of(files: BTreeMap<String, String>) -> Result<Definitions, DefinitionError> {
        let mut catalogue = Catalogue::built_in()?;
        let mut rulebook = Rulebook::built_in(&catalogue)?;
        for folder in FOLDERS {
            for (name, text) in files.iter().filter(|(name, _)| file::folder_of(name) == folder) {
                match folder {
                    CATALOGUE => catalogue.add(name, text)?,
                    _ => rulebook.add(name, text, &mut catalogue)?,
                }
            }
        }
        if let Some((event_type, clause)) = rulebook.unknown_clauses(&catalogue).into_iter().next() {
            return Err(DefinitionError::UnknownClause { event_type: event_type.to_owned(), clause });
        }
        Ok(Definitions { catalogue: Arc::new(catalogue), rulebook, files, page: OnceLock::new() })
    }

    /// These, with other files beside or in the place of its own.
    ///
    /// # Errors
    /// See [`DefinitionError`].
    pub fn with(&self, files: &[(String, String)]) -> Result<Definitions, DefinitionError> {
        let mut all = self.files.clone();
        for (name, text) in files {
            file::check_length(name, text.len())?;
            all.insert(name.clone(), text.clone());
        }
        Definitions::of(all)
    }

    /// All event types as a page, in a style.
    #[must_use]
    pub fn page(&self, style: &str) -> &str {
        self.page.get_or_init(|| reference_page(&self.catalogue, style))
    }

    /// The text of the file that a policy stands in.
    #[must_use]
    pub fn text_of(&self, policy: &Policy) -> &str {
        let own = self.files.get(&policy.file).map(String::as_str);
        own.or_else(|| Rulebook::text_of_built_in(&policy.file)).unwrap_or_default()
    }

    /// Each file with the SHA-256 of its text.
    fn digests(&self) -> BTreeMap<&str, String> {
        self.files.iter().map(|(name, text)| (name.as_str(), sha256_of(text.as_bytes()))).collect()
    }
}

/// The definitions of a ledger that is open: others take their place while it runs.
#[derive(Debug)]
pub struct Current {
    now: RwLock<Arc<Definitions>>,
    /// Held while they are changed.
    changing: Mutex<()>,
}

impl Current {
    /// These, to begin with.
    #[must_use]
    pub fn new(definitions: Definitions) -> Current {
        Current { now: RwLock::new(Arc::new(definitions)), changing: Mutex::new(()) }
    }

    /// The definitions now.
    #[must_use]
    pub fn get(&self) -> Arc<Definitions> {
        self.now.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Installs files of the data directory, `catalogue/parking.toml` or `policies/parking.toml`, each with its text: they
    /// are on disk first, then the ledger says so, then they hold.
    ///
    /// # Errors
    /// See [`DefinitionError`]. What is wrong with the files is found before anything has changed.
    pub fn install(
        &self,
        directory: &Path,
        ledger: &Ledger,
        files: &[(String, String)],
        requested_by: Option<&str>,
    ) -> Result<(), DefinitionError> {
        let _alone = self.changing.lock().unwrap_or_else(PoisonError::into_inner);
        let before = self.get();
        let is_new = |(name, text): &&(String, String)| before.files.get(name) != Some(text);
        let new: Vec<(String, String)> = files.iter().filter(is_new).cloned().collect();
        if new.is_empty() {
            return Ok(());
        }
        let after = before.with(&new)?;
        for (name, text) in &new {
            file::write(directory, name, text)?;
        }
        record::changes(&after, ledger, requested_by)?;
        *self.now.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(after);
        Ok(())
    }

    /// Installs a policy from its text. Returns its id.
    ///
    /// # Errors
    /// As [`Current::install`]; [`DefinitionError::Already`].
    pub fn install_policy(
        &self,
        directory: &Path,
        ledger: &Ledger,
        text: &str,
        requested_by: Option<&str>,
    ) -> Result<String, DefinitionError> {
        let (id, name) = self.get().policy_file(text)?;
        if self.get().files.get(&name).is_some_and(|kept| kept == text) {
            return Err(DefinitionError::Already(format!("the policy {id}")));
        }
        self.install(directory, ledger, &[(name, text.to_owned())], requested_by)?;
        Ok(id)
    }

    /// Tells the ledger of files that came, changed or went since it was told last.
    ///
    /// # Errors
    /// As the ledger says.
    pub fn record_changes(&self, ledger: &Ledger) -> Result<usize, DefinitionError> {
        record::changes(&self.get(), ledger, None)
    }
}

impl Definitions {
    /// The id of the policy in a text, and the file in which it belongs.
    ///
    /// # Errors
    /// What is wrong with it, by itself and beside what there is.
    pub fn policy_file(&self, text: &str) -> Result<(String, String), DefinitionError> {
        const NAME: &str = "the policy";
        file::check_length(NAME, text.len())?;
        let policy = Policy::read(NAME, text, &self.catalogue, &self.rulebook)?;
        let name = format!("{POLICIES}/{}.toml", policy.id);
        self.with(&[(name.clone(), text.to_owned())])?;
        Ok((policy.id, name))
    }
}

#[cfg(test)]
mod tests;
