//! The index's directory: is what is there of this version, whole, and of this ledger?

use std::fs;
use std::io::{self, Write as _};
use std::path::Path;

use muniment_core::hash::Hash;
use tantivy::{Index, IndexReader, ReloadPolicy};

use super::schema::{self, Fields, SCHEMA_VERSION};
use super::snapshot::{Snapshot, SnapshotError};
use crate::ledger::Shared;

/// The file that says what made the index. It is written last, so an index without it is not whole.
const VERSION: &str = "version";

/// An open index.
pub(super) struct Store {
    pub(super) index: Index,
    pub(super) fields: Fields,
    reader: IndexReader,
}

/// What a commit holds: entries up to a size, and the hash of the last one's line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Commit {
    pub(super) size: u64,
    pub(super) last: Hash,
}

/// Why an index is not used.
#[derive(Debug, thiserror::Error)]
pub(super) enum StoreError {
    #[error(transparent)]
    Io(#[from] io::Error),
    #[error(transparent)]
    Engine(#[from] tantivy::TantivyError),
    #[error(transparent)]
    Snapshot(#[from] SnapshotError),
    #[error("it was made by another version: {found:?}, not {wanted:?}")]
    Version { found: String, wanted: String },
    #[error("{0} of its files are damaged")]
    Damaged(usize),
    #[error("its last commit does not say what it holds")]
    NoCommit,
    #[error("it holds {indexed} entries, the ledger has {size}")]
    Beyond { indexed: u64, size: u64 },
    #[error("its entries are not those of this ledger")]
    Other,
}

impl Commit {
    /// Before the first entry.
    pub(super) const EMPTY: Commit = Commit { size: 0, last: Hash::ZERO };

    fn parse(payload: &str) -> Option<Commit> {
        let (size, last) = payload.split_once(' ')?;
        Some(Commit { size: size.parse().ok()?, last: Hash::from_hex(last.as_bytes())? })
    }

    /// As it stands in the engine's commit.
    pub(super) fn payload(self) -> String {
        format!("{} {}", self.size, self.last)
    }

    /// Whether the ledger has these entries: the chain vouches for all before the last.
    fn check(self, ledger: &Shared) -> Result<(), StoreError> {
        let size = ledger.head().size;
        if self.size > size {
            return Err(StoreError::Beyond { indexed: self.size, size });
        }
        let Some(last_seq) = self.size.checked_sub(1) else { return Ok(()) };
        match ledger.line(last_seq)? {
            Some(line) if Hash::of_line(&line) == self.last => Ok(()),
            _ => Err(StoreError::Other),
        }
    }
}

fn version() -> String {
    format!("muniment index {SCHEMA_VERSION}, tantivy {}\n", tantivy::version_string())
}

impl Store {
    /// Opens the index that is there, after checking every byte of it.
    pub(super) fn open(directory: &Path, ledger: &Shared) -> Result<(Store, Snapshot, Commit), StoreError> {
        let (found, wanted) = (fs::read_to_string(directory.join(VERSION))?, version());
        if found != wanted {
            return Err(StoreError::Version { found, wanted });
        }
        let index = Index::open_in_dir(directory)?;
        let damaged = index.validate_checksum()?.len();
        if damaged > 0 {
            return Err(StoreError::Damaged(damaged));
        }
        let commit = match index.load_metas()?.payload {
            Some(payload) => Commit::parse(&payload).ok_or(StoreError::NoCommit)?,
            None => Commit::EMPTY,
        };
        commit.check(ledger)?;
        let store = Store::of(index)?;
        let snapshot = store.snapshot(commit, None)?;
        Ok((store, snapshot, commit))
    }

    /// Makes an empty index in place of whatever is there.
    pub(super) fn create(directory: &Path) -> Result<(Store, Snapshot, Commit), StoreError> {
        match fs::remove_dir_all(directory) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error.into()),
            _ => fs::create_dir_all(directory)?,
        }
        let (schema, _) = schema::schema();
        let index = Index::builder().schema(schema).settings(schema::settings()).create_in_dir(directory)?;
        let mut file = fs::File::create(directory.join(VERSION))?;
        file.write_all(version().as_bytes())?;
        file.sync_all()?;
        let store = Store::of(index)?;
        let snapshot = store.snapshot(Commit::EMPTY, None)?;
        Ok((store, snapshot, Commit::EMPTY))
    }

    fn of(index: Index) -> Result<Store, StoreError> {
        schema::prepare(&index);
        let (_, fields) = schema::schema();
        let reader = index.reader_builder().reload_policy(ReloadPolicy::Manual).try_into()?;
        Ok(Store { index, fields, reader })
    }

    /// What searches see of the newest commit.
    pub(super) fn snapshot(&self, commit: Commit, before: Option<&Snapshot>) -> Result<Snapshot, StoreError> {
        self.reader.reload()?;
        Ok(Snapshot::new(self.reader.searcher(), commit.size, before)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_commit_and_back() {
        let commit = Commit { size: 41, last: Hash::of_line(b"x") };
        assert_eq!(Commit::parse(&commit.payload()), Some(commit));
        for payload in ["", "41", "41 x", "x 0"] {
            assert_eq!(Commit::parse(payload), None);
        }
    }
}
