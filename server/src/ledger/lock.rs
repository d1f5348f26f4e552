//! One process at a time writes to a data directory.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};

/// Why the directory cannot be locked.
#[derive(Debug, thiserror::Error)]
pub enum LockError {
    /// Another process has it.
    #[error("{} is in use by another process{}; stop it first", .path.display(), holder(.pid))]
    Held {
        /// The data directory.
        path: PathBuf,
        /// What the lock file says of the holder.
        pid: String,
    },
    /// The lock file.
    #[error("{}: {error}", .path.display())]
    Io {
        /// The lock file.
        path: PathBuf,
        /// What the system says.
        error: io::Error,
    },
}

fn holder(pid: &str) -> String {
    if pid.is_empty() { String::new() } else { format!(" (process {pid})") }
}

/// Holds the lock until it is dropped, or the process ends in whatever way.
#[derive(Debug)]
pub struct DirectoryLock(#[expect(dead_code, reason = "the open file is the lock")] Option<File>);

impl DirectoryLock {
    /// Locks a directory for writing.
    ///
    /// # Errors
    /// See [`LockError`].
    pub fn exclusive(directory: &Path) -> Result<DirectoryLock, LockError> {
        let path = directory.join("lock");
        let failed = |error| LockError::Io { path: path.clone(), error };
        let mut options = OpenOptions::new();
        let mut file =
            options.read(true).write(true).create(true).truncate(false).open(&path).map_err(failed)?;
        taken(file.try_lock(), directory, &mut file).map_err(|error| error.unwrap_or_else(failed))?;
        file.set_len(0).map_err(failed)?;
        writeln!(file, "{}", std::process::id()).map_err(failed)?;
        Ok(DirectoryLock(Some(file)))
    }

    /// Locks a directory against writers, for reading. A directory that nobody can write to, such as an
    /// auditor's copy on a read-only disk, needs no lock.
    ///
    /// # Errors
    /// See [`LockError`].
    pub fn shared(directory: &Path) -> Result<DirectoryLock, LockError> {
        let path = directory.join("lock");
        let failed = |error| LockError::Io { path: path.clone(), error };
        match File::open(&path) {
            Ok(mut file) => {
                taken(file.try_lock_shared(), directory, &mut file)
                    .map_err(|error| error.unwrap_or_else(failed))?;
                Ok(DirectoryLock(Some(file)))
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(DirectoryLock(None)),
            Err(error) => Err(failed(error)),
        }
    }
}

/// What `Err(Err(error))` holds is an error of the lock file itself.
fn taken(
    lock: Result<(), TryLockError>,
    directory: &Path,
    file: &mut File,
) -> Result<(), Result<LockError, io::Error>> {
    match lock {
        Ok(()) => Ok(()),
        Err(TryLockError::Error(error)) => Err(Err(error)),
        Err(TryLockError::WouldBlock) => {
            let mut pid = String::new();
            let _read = file.take(20).read_to_string(&mut pid);
            Err(Ok(LockError::Held { path: directory.to_owned(), pid: pid.trim().to_owned() }))
        }
    }
}
