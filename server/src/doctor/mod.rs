//! `muniment doctor`: what is wrong with a data directory, and how to mend it. It reads only, and the ledger may be
//! in use.
//!
//! A check is a function that is given the place and adds what it found. [`CHECKS`] lists them; those of the vault
//! stand in [`vault::CHECKS`].

mod access;
mod backups;
mod files;
mod ledger;
pub mod vault;

use std::fmt;
use std::path::Path;

use muniment_core::time::Timestamp;

use crate::disk::OsDisk;
use crate::ledger::{DirectoryLock, LockError};

/// How bad it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Level {
    /// As it should be.
    Ok,
    /// Good to know; nothing needs to be done.
    Note,
    /// To be mended.
    Wrong,
}

/// One thing that was found: `wrong  what: how to mend it`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// How bad it is.
    pub level: Level,
    /// What it is about.
    pub what: String,
    /// What was found, and what to do.
    pub message: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let level = match self.level {
            Level::Ok => "ok",
            Level::Note => "note",
            Level::Wrong => "wrong",
        };
        write!(f, "{level:<5}  {}: {}", self.what, self.message)
    }
}

/// All findings, in the order in which they were made.
#[derive(Debug, Default)]
pub struct Findings(pub Vec<Finding>);

impl Findings {
    fn add(&mut self, level: Level, what: &str, message: impl Into<String>) {
        self.0.push(Finding { level, what: what.to_owned(), message: message.into() });
    }

    /// Adds what is as it should be.
    pub fn ok(&mut self, what: &str, message: impl Into<String>) {
        self.add(Level::Ok, what, message);
    }

    /// Adds what is good to know.
    pub fn note(&mut self, what: &str, message: impl Into<String>) {
        self.add(Level::Note, what, message);
    }

    /// Adds what is to be mended.
    pub fn wrong(&mut self, what: &str, message: impl Into<String>) {
        self.add(Level::Wrong, what, message);
    }

    /// Whether anything is to be mended.
    #[must_use]
    pub fn any_wrong(&self) -> bool {
        self.0.iter().any(|finding| finding.level == Level::Wrong)
    }
}

/// What is examined.
#[derive(Debug)]
pub struct Place<'p> {
    /// The data directory.
    pub data: &'p Path,
    /// The same, for code that reads ledgers.
    pub disk: OsDisk,
    /// Who has the ledger open; `None` if nobody has.
    pub holder: Option<String>,
    /// Days after which a backup is too old.
    pub backup_days_max: u64,
    /// The machine's clock.
    pub now: Timestamp,
}

/// A check adds what it finds.
pub type Check = fn(&Place<'_>, &mut Findings);

/// All checks but those of the vault.
pub const CHECKS: [Check; 11] = [
    access::directories,
    access::permissions,
    access::space,
    files::unfinished,
    files::unknown,
    files::left_out_of_backups,
    files::assets,
    ledger::key_and_checkpoint,
    ledger::tail,
    ledger::derived,
    backups::destinations,
];

/// Examines a data directory.
#[must_use]
pub fn examine(data: &Path, backup_days_max: u64, now: Timestamp) -> Findings {
    let mut findings = Findings::default();
    let holder = match DirectoryLock::shared(data) {
        Ok(_lock) => {
            findings.ok("lock", "no process has the ledger open");
            None
        }
        Err(LockError::Held { pid, .. }) => {
            findings.ok("lock", format!("process {pid} has the ledger open; it is examined while in use"));
            Some(pid)
        }
        Err(LockError::Io { error, .. }) => {
            findings.wrong(
                "lock",
                format!("it cannot be read ({error}); run this as the user that runs the server"),
            );
            None
        }
    };
    let place = Place { data, disk: OsDisk::new(data), holder, backup_days_max, now };
    for check in CHECKS.iter().chain(&vault::CHECKS) {
        check(&place, &mut findings);
    }
    findings
}
