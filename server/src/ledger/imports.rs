//! The bracket around an import: `import.started` before the first new event, `import.finished` after the
//! last. Between them no deadline fires, so a history raises only what is still true at its end.
//!
//! Imports are numbered from 1. Whether one is open is answered by its events' ids, without a search.

use std::borrow::Cow;
use std::io;

use muniment_core::json::{Object, Value};

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

/// What came of the run that finishes an import.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ImportCounts {
    /// New entries.
    pub appended: u64,
    /// Events that were there before.
    pub replayed: u64,
    /// Events that were refused.
    pub refused: u64,
}

impl Import {
    /// The import that an interruption left open, if there is one.
    ///
    /// # Errors
    /// See [`ImportError`].
    pub fn interrupted(ledger: &Ledger) -> Result<Option<Import>, ImportError> {
        let number = ledger.last_numbered(started)?;
        let open = number > 0 && ledger.find_host(&finished(number))?.is_none();
        Ok(open.then_some(Import { number }))
    }

    /// Its number.
    #[must_use]
    pub fn number(self) -> u64 {
        self.number
    }

    /// The entry that opened its bracket.
    ///
    /// # Errors
    /// As the disk says.
    pub fn started_in(self, ledger: &Ledger) -> io::Result<Option<u64>> {
        ledger.find_host(&started(self.number))
    }

    /// Opens a bracket. Returns the entry that opens it too.
    ///
    /// # Errors
    /// See [`ImportError`].
    pub fn start(ledger: &Ledger, requested_by: Option<&str>) -> Result<(Import, u64), ImportError> {
        let number = ledger.last_numbered(started)? + 1;
        let data = data_of(number, requested_by, None);
        let appended = ledger.append_host("import.started", &started(number), data)?;
        Ok((Import { number }, appended.seq))
    }

    /// Closes the bracket. Whoever knows what came of the run says so. Returns the entry that closes it.
    ///
    /// # Errors
    /// See [`ImportError`].
    pub fn finish(
        self,
        ledger: &Ledger,
        requested_by: Option<&str>,
        counts: Option<ImportCounts>,
    ) -> Result<u64, ImportError> {
        let data = data_of(self.number, requested_by, counts);
        Ok(ledger.append_host("import.finished", &finished(self.number), data)?.seq)
    }
}

fn data_of(number: u64, requested_by: Option<&str>, counts: Option<ImportCounts>) -> Value<'static> {
    let mut members: Vec<(Cow<'static, str>, Value<'static>)> =
        vec![("import".into(), Value::number(number))];
    if let Some(by) = requested_by {
        members.push(("requested_by".into(), Value::string(by.to_owned())));
    }
    if let Some(counts) = counts {
        members.push(("appended".into(), Value::number(counts.appended)));
        members.push(("refused".into(), Value::number(counts.refused)));
        members.push(("replayed".into(), Value::number(counts.replayed)));
    }
    Value::Object(Object::new(members).expect("the keys are distinct"))
}
