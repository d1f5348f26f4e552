//! Which segments are in a data directory, and in which form.

use std::collections::BTreeMap;

use super::names::{self, LedgerFile};
use super::open_error::{OpenError, io_error};
use crate::disk::Disk;

/// The files of `ledger/`.
pub(super) struct Files {
    kinds: BTreeMap<u64, bool>,
}

impl Files {
    /// Lists them. Where a segment is there both as lines and sealed, its sealing was not finished.
    pub(super) fn list(disk: &dyn Disk) -> Result<Files, OpenError> {
        let mut kinds = BTreeMap::new();
        for name in disk.list(names::LEDGER).map_err(io_error("listing ledger/"))? {
            match LedgerFile::parse(&name) {
                Some(LedgerFile::Lines(first)) => kinds.insert(first, true),
                Some(LedgerFile::Sealed(first)) => {
                    kinds.insert(first, kinds.get(&first).copied().unwrap_or(false))
                }
                Some(LedgerFile::Keys(_)) => None,
                None if name.ends_with(".tmp") => {
                    let path = format!("{}/{name}", names::LEDGER);
                    disk.remove_if_there(&path).map_err(io_error(format!("removing {path}")))?;
                    None
                }
                None => None,
            };
        }
        match kinds.first_key_value() {
            None => Err(OpenError::NoLedger),
            Some((0, _)) => Ok(Files { kinds }),
            Some((first, _)) => {
                let file = LedgerFile::Lines(0).to_string();
                let fault = format!("it is missing: the first segment that is there starts at entry {first}");
                Err(OpenError::Segment { file, fault })
            }
        }
    }

    /// First entry and end of every segment before the first one of lines.
    pub(super) fn sealed(&self) -> impl Iterator<Item = (u64, Option<u64>)> + '_ {
        self.with_ends().take_while(|(_, lines, _)| !lines).map(|(first, _, end)| (first, end))
    }

    /// First entry and end of every segment that is read as lines.
    pub(super) fn lines(&self) -> impl Iterator<Item = (u64, Option<u64>)> + '_ {
        self.with_ends().skip_while(|(_, lines, _)| !lines).map(|(first, _, end)| (first, end))
    }

    fn with_ends(&self) -> impl Iterator<Item = (u64, bool, Option<u64>)> + '_ {
        let ends = self.kinds.keys().skip(1).map(|first| Some(*first)).chain([None]);
        self.kinds.iter().zip(ends).map(|((first, lines), end)| (*first, *lines, end))
    }
}
