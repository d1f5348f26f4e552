//! The bracket around an import: `import.started` before the first new event, `import.finished` after the
//! last. Between them no deadline fires, so a history raises only what is still true at its end.
//!
//! Imports are numbered from 1. Whether one is open is answered by its events' ids, without a search.

use std::io;

use muniment_core::json::Value;

use super::handle::Ledger;
use super::submission::Refusal;

/// Why a bracket cannot be opened or closed.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// The ledger refused the event.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// Looking up earlier imports failed.
    #[error(transparent)]
    Io(#[from] io::Error),
}

/// An import whose bracket is open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Import {
    number: u64,
}

fn started(number: u64) -> String {
    format!("import/{number}/started")
}

fn finished(number: u64) -> String {
    format!("import/{number}/finished")
}

impl Import {
    /// The import that an interruption left open, if there is one.
    ///
    /// # Errors
    /// See [`ImportError`].
    pub fn interrupted(ledger: &Ledger) -> Result<Option<Import>, ImportError> {
        let number = last_number(ledger)?;
        let open = number > 0 && ledger.find_host(&finished(number))?.is_none();
        Ok(open.then_some(Import { number }))
    }

    /// Opens a bracket.
    ///
    /// # Errors
    /// See [`ImportError`].
    pub fn start(ledger: &Ledger) -> Result<Import, ImportError> {
        let number = last_number(ledger)? + 1;
        let data = Value::object([("import", Value::number(number))]);
        ledger.append_host("import.started", &started(number), data)?;
        Ok(Import { number })
    }

    /// Closes the bracket. The counts are those of the run that closes it.
    ///
    /// # Errors
    /// See [`ImportError`].
    pub fn finish(
        self,
        ledger: &Ledger,
        appended: u64,
        replayed: u64,
        refused: u64,
    ) -> Result<(), ImportError> {
        let data = Value::object([
            ("appended", Value::number(appended)),
            ("import", Value::number(self.number)),
            ("refused", Value::number(refused)),
            ("replayed", Value::number(replayed)),
        ]);
        ledger.append_host("import.finished", &finished(self.number), data)?;
        Ok(())
    }
}

/// The highest number whose import was started: doubled until one is free, then halved.
fn last_number(ledger: &Ledger) -> Result<u64, ImportError> {
    let mut free = 1;
    while ledger.find_host(&started(free))?.is_some() {
        free *= 2;
    }
    let mut taken = free / 2;
    while taken + 1 < free {
        let middle = taken + (free - taken) / 2;
        match ledger.find_host(&started(middle))? {
            Some(_) => taken = middle,
            None => free = middle,
        }
    }
    Ok(taken)
}
