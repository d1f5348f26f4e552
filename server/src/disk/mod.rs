//! The disk as the ledger sees it: a few operations, each of which can fail or be cut short by a crash.
//!
//! Two implementations: [`OsDisk`] is the real one; the tests' simulated disk counts every step, loses what
//! was not synced and fails on demand. Everything that the ledger writes goes through here, so what the
//! crash tests prove holds for the production code itself.

mod os;
#[cfg(test)]
pub(crate) mod sim;

use std::fmt::Debug;
use std::io;

pub use os::OsDisk;

/// Files below one data directory, named by relative paths with `/`.
pub trait Disk: Debug + Send + Sync {
    /// Makes a new, empty file. Its name is durable only after [`Disk::sync_dir`].
    ///
    /// # Errors
    /// If it exists already, or as the system says.
    fn create(&self, path: &str) -> io::Result<Box<dyn DiskFile>>;

    /// As [`Disk::create`], readable by its owner alone.
    ///
    /// # Errors
    /// As [`Disk::create`].
    fn create_private(&self, path: &str) -> io::Result<Box<dyn DiskFile>>;

    /// Opens a file for reading and writing.
    ///
    /// # Errors
    /// As the system says.
    fn open(&self, path: &str) -> io::Result<Box<dyn DiskFile>>;

    /// Opens a file for reading.
    ///
    /// # Errors
    /// As the system says.
    fn open_read(&self, path: &str) -> io::Result<Box<dyn DiskFile>>;

    /// Renames a file, replacing what has the new name. Durable only after [`Disk::sync_dir`].
    ///
    /// # Errors
    /// As the system says.
    fn rename(&self, from: &str, to: &str) -> io::Result<()>;

    /// Removes a file. Durable only after [`Disk::sync_dir`].
    ///
    /// # Errors
    /// As the system says.
    fn remove(&self, path: &str) -> io::Result<()>;

    /// Makes the names in a directory durable.
    ///
    /// # Errors
    /// As the system says.
    fn sync_dir(&self, path: &str) -> io::Result<()>;

    /// Makes a directory, if it is not there.
    ///
    /// # Errors
    /// As the system says.
    fn create_dir(&self, path: &str) -> io::Result<()>;

    /// Names of the files in a directory, sorted; none if there is no such directory.
    ///
    /// # Errors
    /// As the system says.
    fn list(&self, path: &str) -> io::Result<Vec<String>>;
}

/// An open file.
#[expect(clippy::len_without_is_empty, reason = "the length of a file can fail to be read")]
pub trait DiskFile: Debug + Send + Sync {
    /// Reads at a place; fewer bytes than asked for only at the end of the file.
    ///
    /// # Errors
    /// As the system says.
    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize>;

    /// Writes all bytes at a place. Durable only after [`DiskFile::sync`].
    ///
    /// # Errors
    /// As the system says; some of the bytes may have been written.
    fn write_at(&self, bytes: &[u8], offset: u64) -> io::Result<()>;

    /// Cuts or extends the file. Durable only after [`DiskFile::sync`].
    ///
    /// # Errors
    /// As the system says.
    fn set_len(&self, bytes: u64) -> io::Result<()>;

    /// Its length in bytes.
    ///
    /// # Errors
    /// As the system says.
    fn len(&self) -> io::Result<u64>;

    /// Makes the content and the length durable (`fdatasync`). After a failure the state of what was
    /// written since the last success is unknown for good: trying again may falsely succeed.
    ///
    /// # Errors
    /// As the system says.
    fn sync(&self) -> io::Result<()>;
}

impl dyn DiskFile + '_ {
    /// Reads exactly so many bytes.
    ///
    /// # Errors
    /// [`io::ErrorKind::UnexpectedEof`] if there are fewer.
    pub fn read_exact_at(&self, offset: u64, bytes: usize) -> io::Result<Vec<u8>> {
        let mut buffer = vec![0; bytes];
        let read = self.read_at(&mut buffer, offset)?;
        if read == bytes { Ok(buffer) } else { Err(io::ErrorKind::UnexpectedEof.into()) }
    }

    /// Reads the file from a place to its end.
    ///
    /// # Errors
    /// As the system says.
    pub fn read_from(&self, offset: u64) -> io::Result<Vec<u8>> {
        let bytes = self.len()?.saturating_sub(offset);
        let mut buffer = vec![0; usize::try_from(bytes).map_err(io::Error::other)?];
        let read = self.read_at(&mut buffer, offset)?;
        buffer.truncate(read);
        Ok(buffer)
    }
}

impl dyn Disk + '_ {
    /// The whole content of a file; `None` if there is no such file.
    ///
    /// # Errors
    /// As the system says.
    pub fn read(&self, path: &str) -> io::Result<Option<Vec<u8>>> {
        match self.open_read(path) {
            Ok(file) => file.read_from(0).map(Some),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Puts a whole file in place, so that after a crash either the old or the new content is there.
    /// `dir` is the directory that holds it. A crash before the last step leaves the old content, perhaps
    /// beside a file that ends in `.tmp`.
    ///
    /// # Errors
    /// As the system says; the old content is then still there, unless only the last sync failed.
    pub fn replace(&self, dir: &str, path: &str, content: &[u8]) -> io::Result<()> {
        let file = self.create_over(&temporary(path))?;
        file.write_at(content, 0)?;
        file.sync()?;
        self.rename(&temporary(path), path)?;
        self.sync_dir(dir)
    }

    /// As `replace`, readable by its owner alone.
    ///
    /// # Errors
    /// As the system says; the old content is then still there, unless only the last sync failed.
    pub fn replace_private(&self, dir: &str, path: &str, content: &[u8]) -> io::Result<()> {
        self.remove_if_there(&temporary(path))?;
        let file = self.create_private(&temporary(path))?;
        file.write_at(content, 0)?;
        file.sync()?;
        self.rename(&temporary(path), path)?;
        self.sync_dir(dir)
    }

    /// A new, empty file in place of any that has this name (left behind by a crash, say).
    ///
    /// # Errors
    /// As the system says.
    pub fn create_over(&self, path: &str) -> io::Result<Box<dyn DiskFile>> {
        self.remove_if_there(path)?;
        self.create(path)
    }

    /// Removes a file that may not be there.
    ///
    /// # Errors
    /// As the system says.
    pub fn remove_if_there(&self, path: &str) -> io::Result<()> {
        match self.remove(path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }
}

/// The name under which a file is written before it is put in place.
pub(crate) fn temporary(path: &str) -> String {
    format!("{path}.tmp")
}
