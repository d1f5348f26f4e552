//! Copying. Every file is written under another name, synced, and then put in place: a crash leaves the old
//! file or the new one.

use std::io;

use super::error::{BackupError, io_error};
use super::plan::{Form, Part};
use crate::assets::is_digest;
use crate::disk::{Disk, DiskFile, temporary};
use crate::ledger::names::{self, LedgerFile};
use crate::ledger::sealed::SealedSegment;
use crate::plugins::engine::sha256_of;
use crate::progress::Progress;

const CHUNK_BYTES: u64 = 4 * 1024 * 1024;

/// Files and bytes.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Count {
    /// Number of files.
    pub files: u64,
    /// Their bytes.
    pub bytes: u64,
}

/// What was copied and what was there already.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Tally {
    /// Written now.
    pub copied: Count,
    /// There from earlier.
    pub there: Count,
}

impl Count {
    fn add(&mut self, bytes: u64) {
        self.files += 1;
        self.bytes += bytes;
    }
}

/// When a sealed segment that is there counts as the same one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Same {
    /// If it is as long: chain and root, which are checked afterwards, tell the rest.
    Length,
    /// If every byte is the same.
    Content,
}

/// Who may read a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Access {
    /// As the directory allows.
    Usual,
    /// Its owner alone.
    Private,
}

/// From one disk to another.
pub(super) struct Copier<'c> {
    pub(super) from: &'c dyn Disk,
    pub(super) to: &'c dyn Disk,
    pub(super) same: Same,
    pub(super) tally: Tally,
    pub(super) progress: &'c Progress,
    /// Of how many entries.
    pub(super) total: u64,
}

impl Copier<'_> {
    /// Puts a segment in place, in one form, and takes away what it supersedes. Afterwards, and after a crash on
    /// the way, the files hold at least the entries that they held before, and no gap.
    pub(super) fn part(&mut self, part: &Part) -> Result<(), BackupError> {
        let (lines, sealed) =
            (LedgerFile::Lines(part.first).to_string(), LedgerFile::Sealed(part.first).to_string());
        let superseded = match &part.form {
            Form::Lines(file, bytes) => {
                self.file(&**file, *bytes, &lines, part, Same::Content)?;
                &sealed
            }
            Form::Sealed => {
                let file = self.from.open_read(&sealed).map_err(io_error(format!("opening {sealed}")))?;
                let bytes = file.len().map_err(io_error(format!("reading {sealed}")))?;
                self.file(&*file, bytes, &sealed, part, self.same)?;
                &lines
            }
            Form::PartOfSealed(segment) => {
                self.unsealed(segment, part, &lines)?;
                &sealed
            }
        };
        let failed = || io_error(format!("writing {}/", names::LEDGER));
        // What is new must be there for good before anything is taken away, or put behind it.
        self.to.sync_dir(names::LEDGER).map_err(failed())?;
        self.to.remove_if_there(superseded).map_err(failed())?;
        for name in self.to.list(names::LEDGER).map_err(failed())? {
            let within = |first: u64| part.first < first && first < part.end;
            if let Some(LedgerFile::Lines(first) | LedgerFile::Sealed(first)) = LedgerFile::parse(&name)
                && within(first)
            {
                self.to.remove(&format!("{}/{name}", names::LEDGER)).map_err(failed())?;
            }
        }
        self.to.sync_dir(names::LEDGER).map_err(failed())
    }

    fn file(
        &mut self,
        file: &dyn DiskFile,
        bytes: u64,
        path: &str,
        part: &Part,
        same: Same,
    ) -> Result<(), BackupError> {
        if self.is_there(file, bytes, path, same)? {
            self.tally.there.add(bytes);
            return Ok(());
        }
        let entries = part.end - part.first;
        let (progress, total) = (self.progress, self.total);
        let report = |done: u64| {
            let entries = u128::from(entries) * u128::from(done) / u128::from(bytes.max(1));
            let done = part.first + u64::try_from(entries).unwrap_or_default();
            progress.report("copying", done, Some(total));
        };
        write(self.to, path, Access::Usual, |to| copy_bytes(file, bytes, to, report))?;
        self.tally.copied.add(bytes);
        Ok(())
    }

    /// The wanted entries of a sealed segment, as lines.
    fn unsealed(&mut self, segment: &SealedSegment, part: &Part, path: &str) -> Result<(), BackupError> {
        let mut bytes = 0;
        write(self.to, path, Access::Usual, |to| {
            for frame in segment.frames().iter().filter(|frame| frame.first < part.end) {
                let end = part.end.min(frame.first + frame.entries);
                let lines = segment.read(frame.first, end).map_err(io::Error::other)?;
                to.write_at(&lines, bytes)?;
                bytes += lines.len() as u64;
            }
            Ok(())
        })?;
        self.tally.copied.add(bytes);
        Ok(())
    }

    /// Copies a whole file, if it is there. `dir` is the directory that holds it, and is synced.
    pub(super) fn whole(&mut self, dir: &str, path: &str, access: Access) -> Result<bool, BackupError> {
        let file = match self.from.open_read(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
            file => file.map_err(io_error(format!("opening {path}")))?,
        };
        let bytes = file.len().map_err(io_error(format!("reading {path}")))?;
        // A private file is written anew, as nothing here tells who may read the one that is there.
        if access == Access::Usual && self.is_there(&*file, bytes, path, Same::Content)? {
            self.tally.there.add(bytes);
        } else {
            write(self.to, path, access, |to| copy_bytes(&*file, bytes, to, |_| {}))?;
            self.tally.copied.add(bytes);
        }
        self.to.sync_dir(dir).map_err(io_error(format!("writing {path}")))?;
        Ok(true)
    }

    /// As [`Copier::whole`], of a file that is named by the SHA-256 of what it holds. One that is there as it was stays: what is
    /// damaged in the ledger later is still to be had of its backup.
    pub(super) fn named(&mut self, dir: &str, path: &str) -> Result<(), BackupError> {
        let name = path.rsplit('/').next().unwrap_or_default();
        let sha256 = name.split('.').next().unwrap_or_default();
        let there = match is_digest(sha256) {
            true => self.to.read(path).map_err(io_error(format!("reading {path}")))?,
            false => None,
        };
        match there.filter(|bytes| sha256_of(bytes) == sha256) {
            Some(bytes) => {
                self.tally.there.add(bytes.len() as u64);
                self.to.sync_dir(dir).map_err(io_error(format!("writing {path}")))
            }
            None => self.whole(dir, path, Access::Usual).map(drop),
        }
    }

    fn is_there(&self, file: &dyn DiskFile, bytes: u64, path: &str, same: Same) -> Result<bool, BackupError> {
        let there = match self.to.open_read(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
            there => there.map_err(io_error(format!("opening {path}")))?,
        };
        let compare = || -> io::Result<bool> {
            if there.len()? != bytes {
                return Ok(false);
            }
            let mut offset = 0;
            while same == Same::Content && offset < bytes {
                let count = usize::try_from((bytes - offset).min(CHUNK_BYTES)).map_err(io::Error::other)?;
                if file.read_exact_at(offset, count)? != there.read_exact_at(offset, count)? {
                    return Ok(false);
                }
                offset += count as u64;
            }
            Ok(true)
        };
        compare().map_err(io_error(format!("comparing {path}")))
    }
}

/// Writes a file under another name, syncs it and puts it in place. The caller syncs the directory.
pub(super) fn write(
    disk: &dyn Disk,
    path: &str,
    access: Access,
    content: impl FnOnce(&dyn DiskFile) -> io::Result<()>,
) -> Result<(), BackupError> {
    let put = || {
        let written = temporary(path);
        disk.remove_if_there(&written)?;
        let file = match access {
            Access::Usual => disk.create(&written)?,
            Access::Private => disk.create_private(&written)?,
        };
        content(&*file)?;
        file.sync()?;
        disk.rename(&written, path)
    };
    put().map_err(io_error(format!("copying {path}")))
}

fn copy_bytes(from: &dyn DiskFile, bytes: u64, to: &dyn DiskFile, report: impl Fn(u64)) -> io::Result<()> {
    let mut offset = 0;
    while offset < bytes {
        let count = usize::try_from((bytes - offset).min(CHUNK_BYTES)).map_err(io::Error::other)?;
        to.write_at(&from.read_exact_at(offset, count)?, offset)?;
        offset += count as u64;
        report(offset);
    }
    Ok(())
}

/// Removes what ends in `.tmp`: left by a crash.
pub(super) fn remove_temporary(disk: &dyn Disk, directories: &[&str]) -> Result<(), BackupError> {
    for dir in directories {
        for name in disk.list(dir).map_err(io_error(format!("listing {dir}/")))? {
            if name.ends_with(".tmp") {
                let path = if dir.is_empty() { name } else { format!("{dir}/{name}") };
                disk.remove_if_there(&path).map_err(io_error(format!("removing {path}")))?;
            }
        }
    }
    Ok(())
}
