//! Files that events pin, kept by what they hold: `assets/<SHA-256>` in the data directory. A file is there for good before an
//! event names it, and one that holds anything else by now is refused by its name.

use std::io;
use std::path::Path;

use crate::disk::{Disk, OsDisk};
use crate::ledger::names;
use crate::plugins::engine::sha256_of;

/// Largest file that is kept.
pub const ASSET_BYTES_MAX: usize = 1024 * 1024;
/// Length of a digest, in hexadecimal.
const DIGITS: usize = 64;

/// The files of a data directory.
#[derive(Debug)]
pub struct Assets {
    disk: OsDisk,
}

/// A file that cannot be kept or used.
#[derive(Debug, thiserror::Error)]
pub enum AssetError {
    /// It is not there.
    #[error("{0} is missing, which the ledger names by its SHA-256; put it back from a backup")]
    Missing(String),
    /// It holds something else.
    #[error(
        "{file} is not what the ledger names by its SHA-256: what it holds now has {found}; put it back from a backup"
    )]
    Changed {
        /// The file.
        file: String,
        /// What it has in the place of the digest.
        found: String,
    },
    /// It is too large to be kept.
    #[error("{0} bytes, the limit is {ASSET_BYTES_MAX} bytes")]
    TooLarge(usize),
    /// The disk.
    #[error("{file}: {error}")]
    Io {
        /// The file.
        file: String,
        /// What the system says.
        error: io::Error,
    },
}

impl Assets {
    /// Those of a data directory.
    #[must_use]
    pub fn new(directory: &Path) -> Assets {
        Assets { disk: OsDisk::new(directory) }
    }

    /// Keeps a file for good. Returns its digest.
    ///
    /// # Errors
    /// See [`AssetError`]. A crash leaves nothing, or the whole file.
    pub fn keep(&self, bytes: &[u8]) -> Result<String, AssetError> {
        if bytes.len() > ASSET_BYTES_MAX {
            return Err(AssetError::TooLarge(bytes.len()));
        }
        let sha256 = sha256_of(bytes);
        let (file, disk) = (path_of(&sha256), &self.disk as &dyn Disk);
        let keep = || {
            disk.create_dir(names::ASSETS)?;
            disk.sync_dir(names::ROOT)?;
            disk.replace(names::ASSETS, &file, bytes)
        };
        keep().map_err(|error| AssetError::Io { file: file.clone(), error })?;
        Ok(sha256)
    }

    /// What the file with this digest holds.
    ///
    /// # Errors
    /// See [`AssetError`].
    pub fn read(&self, sha256: &str) -> Result<Vec<u8>, AssetError> {
        let file = path_of(sha256);
        if !is_digest(sha256) {
            return Err(AssetError::Missing(file));
        }
        let opened = match self.disk.open_read(&file) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Err(AssetError::Missing(file)),
            opened => opened,
        };
        let read = opened.and_then(|opened| {
            let bytes = opened.len()?;
            // What is larger was never kept.
            if bytes > ASSET_BYTES_MAX as u64 {
                return Ok(Err(format!("{bytes} bytes")));
            }
            opened.read_from(0).map(Ok)
        });
        let found = match read {
            Err(error) => return Err(AssetError::Io { file, error }),
            Ok(Ok(bytes)) if sha256_of(&bytes) == sha256 => return Ok(bytes),
            Ok(Ok(bytes)) => sha256_of(&bytes),
            Ok(Err(length)) => length,
        };
        Err(AssetError::Changed { file, found })
    }
}

/// Whether a text can be the digest of a file, and so its name.
#[must_use]
pub fn is_digest(text: &str) -> bool {
    text.len() == DIGITS && text.bytes().all(|digit| matches!(digit, b'0'..=b'9' | b'a'..=b'f'))
}

fn path_of(sha256: &str) -> String {
    format!("{}/{sha256}", names::ASSETS)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn what_is_kept_is_what_is_read_and_nothing_else() {
        let directory = tempfile::tempdir().unwrap();
        let assets = Assets::new(directory.path());
        let sha256 = assets.keep(b"a picture").unwrap();
        assert_eq!(assets.keep(b"a picture").unwrap(), sha256, "twice is as once");
        assert_eq!(assets.read(&sha256).unwrap(), b"a picture");
        let file = directory.path().join("assets").join(&sha256);
        let other = sha256_of(b"another one");
        for (content, said) in
            [(b"another one".to_vec(), other.as_str()), (vec![b'x'; ASSET_BYTES_MAX + 1], "1048577 bytes")]
        {
            fs::write(&file, content).unwrap();
            let refused = assets.read(&sha256).unwrap_err().to_string();
            assert!(refused.contains(&format!("assets/{sha256}")) && refused.contains(said), "{refused}");
        }
        // Kept again, it is mended.
        assets.keep(b"a picture").unwrap();
        assert_eq!(assets.read(&sha256).unwrap(), b"a picture");
        fs::remove_file(&file).unwrap();
        assert!(assets.read(&sha256).unwrap_err().to_string().contains(&format!("{sha256} is missing")));
    }

    #[test]
    fn no_other_file_is_read_and_nothing_large_is_kept() {
        let directory = tempfile::tempdir().unwrap();
        let assets = Assets::new(directory.path());
        fs::write(directory.path().join("secret"), "x").unwrap();
        for wrong in ["", "../secret", "/etc/passwd", &"A".repeat(64)] {
            assert!(matches!(assets.read(wrong), Err(AssetError::Missing(_))), "{wrong}");
        }
        let refused = assets.keep(&vec![0; ASSET_BYTES_MAX + 1]).unwrap_err().to_string();
        assert_eq!(refused, "1048577 bytes, the limit is 1048576 bytes");
        assert!(!directory.path().join("assets").exists());
    }
}
