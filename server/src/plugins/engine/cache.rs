//! Compiled programs, kept between starts. Each carries a keyed hash over what it was compiled of and its bytes, so that a file
//! that somebody put in another's place, or changed, is compiled anew instead of run.

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

const TAG_BYTES: usize = 32;
/// How many files are kept: those of all plugins of a ledger, and of some versions before.
const FILES_MAX: usize = 128;

/// A folder of compiled programs.
#[derive(Debug)]
pub struct CompiledCode {
    folder: PathBuf,
    key: [u8; 32],
}

impl CompiledCode {
    /// Code in `folder`, vouched for by a secret of this ledger.
    #[must_use]
    pub fn new(folder: PathBuf, secret: &[u8]) -> CompiledCode {
        CompiledCode { folder, key: blake3::derive_key("muniment compiled plugin program v1", secret) }
    }

    fn path(&self, of: blake3::Hash) -> PathBuf {
        self.folder.join(format!("{}.program", of.to_hex()))
    }

    fn tag(&self, of: blake3::Hash, code: &[u8]) -> blake3::Hash {
        let mut hasher = blake3::Hasher::new_keyed(&self.key);
        hasher.update(of.as_bytes()).update(code);
        hasher.finalize()
    }

    /// What a component with this hash was compiled to, if this ledger kept it.
    pub(super) fn get(&self, of: blake3::Hash) -> Option<Vec<u8>> {
        let mut code = fs::read(self.path(of)).ok()?;
        let tag = code.split_off(code.len().checked_sub(TAG_BYTES)?);
        let tag: [u8; TAG_BYTES] = tag.try_into().ok()?;
        // Comparing hashes takes the same time wherever they differ.
        (self.tag(of, &code) == blake3::Hash::from(tag)).then_some(code)
    }

    /// Keeps what a component with this hash was compiled to.
    pub(super) fn keep(&self, of: blake3::Hash, code: &[u8]) -> io::Result<()> {
        fs::create_dir_all(&self.folder)?;
        let path = self.path(of);
        let beside =
            path.with_extension(format!("new-{}-{:?}", std::process::id(), std::thread::current().id()));
        let mut file = fs::File::create(&beside)?;
        file.write_all(code)?;
        file.write_all(self.tag(of, code).as_bytes())?;
        drop(file);
        fs::rename(beside, path)?;
        self.forget_the_oldest()
    }

    fn forget_the_oldest(&self) -> io::Result<()> {
        let mut files: Vec<(SystemTime, PathBuf)> = Vec::new();
        for entry in fs::read_dir(&self.folder)? {
            let entry = entry?;
            // What another process removes or renames meanwhile needs no place.
            let Ok(at) = entry.metadata().and_then(|file| file.modified()) else { continue };
            files.push((at, entry.path()));
        }
        let spare = files.len().saturating_sub(FILES_MAX);
        if spare > 0 {
            files.sort();
            files[..spare].iter().for_each(|(_, path)| forget(path));
        }
        Ok(())
    }
}

/// A file that cannot be removed stands in nobody's way.
fn forget(path: &Path) {
    if let Err(error) = fs::remove_file(path)
        && error.kind() != io::ErrorKind::NotFound
    {
        tracing::debug!(file = %path.display(), %error, "compiled code that is no longer needed stays");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(name: &str) -> blake3::Hash {
        blake3::hash(name.as_bytes())
    }

    #[test]
    fn code_in_another_place_or_changed_is_not_run() {
        let folder = tempfile::tempdir().unwrap();
        let cache = CompiledCode::new(folder.path().to_owned(), b"secret");
        cache.keep(of("one"), b"code of one").unwrap();
        cache.keep(of("two"), b"code of two").unwrap();
        assert_eq!(cache.get(of("one")).as_deref(), Some(&b"code of one"[..]));

        let other = CompiledCode::new(folder.path().to_owned(), b"another secret");
        assert_eq!(other.get(of("one")), None);
        fs::copy(cache.path(of("two")), cache.path(of("one"))).unwrap();
        assert_eq!(cache.get(of("one")), None);
        let whole = fs::read(cache.path(of("two"))).unwrap();
        for length in 0..whole.len() {
            fs::write(cache.path(of("two")), &whole[..length]).unwrap();
            assert_eq!(cache.get(of("two")), None, "{length}");
            let mut changed = whole.clone();
            changed[length] ^= 1;
            fs::write(cache.path(of("two")), &changed).unwrap();
            assert_eq!(cache.get(of("two")), None, "{length}");
        }
        fs::write(cache.path(of("two")), &whole).unwrap();
        assert!(cache.get(of("two")).is_some());
    }

    #[test]
    fn what_was_kept_first_goes_first() {
        let folder = tempfile::tempdir().unwrap();
        let cache = CompiledCode::new(folder.path().to_owned(), b"secret");
        cache.keep(of("oldest"), b"code").unwrap();
        let long_ago = SystemTime::UNIX_EPOCH;
        fs::File::open(cache.path(of("oldest"))).unwrap().set_modified(long_ago).unwrap();
        for number in 1..FILES_MAX {
            cache.keep(of(&number.to_string()), b"code").unwrap();
        }
        assert!(cache.get(of("oldest")).is_some());
        cache.keep(of("newest"), b"code").unwrap();
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), FILES_MAX);
        assert!(cache.get(of("oldest")).is_none() && cache.get(of("newest")).is_some());
    }
}
