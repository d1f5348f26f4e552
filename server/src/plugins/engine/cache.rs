//! Compiled code, kept between starts. Each piece carries a keyed hash over its name and its bytes, so that a file that
//! somebody put in another's place is compiled anew instead of run.

use std::borrow::Cow;
use std::fs;
use std::io::Write as _;
use std::path::PathBuf;

use wasmtime::CacheStore;

const TAG_BYTES: usize = 32;

/// A folder of compiled code.
#[derive(Debug)]
pub struct CompiledCode {
    folder: PathBuf,
    key: [u8; 32],
}

impl CompiledCode {
    /// Code in `folder`, vouched for by a secret of this ledger.
    #[must_use]
    pub fn new(folder: PathBuf, secret: &[u8]) -> CompiledCode {
        CompiledCode { folder, key: blake3::derive_key("muniment compiled plugin code v1", secret) }
    }

    fn path(&self, name: &[u8]) -> PathBuf {
        self.folder.join(&*blake3::hash(name).to_hex())
    }

    fn tag(&self, name: &[u8], code: &[u8]) -> blake3::Hash {
        let mut hasher = blake3::Hasher::new_keyed(&self.key);
        hasher.update(&(name.len() as u64).to_le_bytes()).update(name).update(code);
        hasher.finalize()
    }
}

impl CacheStore for CompiledCode {
    fn get(&self, name: &[u8]) -> Option<Cow<'_, [u8]>> {
        let mut kept = fs::read(self.path(name)).ok()?;
        let code = kept.split_off(TAG_BYTES.min(kept.len()));
        let tag: [u8; TAG_BYTES] = kept.try_into().ok()?;
        // Comparing hashes takes the same time wherever they differ.
        (self.tag(name, &code) == blake3::Hash::from(tag)).then_some(Cow::Owned(code))
    }

    fn insert(&self, name: &[u8], code: Vec<u8>) -> bool {
        let written = || -> std::io::Result<()> {
            fs::create_dir_all(&self.folder)?;
            let path = self.path(name);
            let beside = path.with_extension(format!("new-{:?}", std::thread::current().id()));
            let mut file = fs::File::create(&beside)?;
            file.write_all(self.tag(name, &code).as_bytes())?;
            file.write_all(&code)?;
            drop(file);
            fs::rename(beside, path)
        };
        written().is_ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_in_another_place_or_changed_is_not_run() {
        let folder = tempfile::tempdir().unwrap();
        let cache = CompiledCode::new(folder.path().to_owned(), b"secret");
        assert!(cache.insert(b"one", b"code of one".to_vec()));
        assert!(cache.insert(b"two", b"code of two".to_vec()));
        assert_eq!(cache.get(b"one").as_deref(), Some(&b"code of one"[..]));

        let other = CompiledCode::new(folder.path().to_owned(), b"another secret");
        assert_eq!(other.get(b"one"), None);
        fs::copy(cache.path(b"two"), cache.path(b"one")).unwrap();
        assert_eq!(cache.get(b"one"), None);
        for length in [0, 5, TAG_BYTES, TAG_BYTES + 3] {
            let whole = fs::read(cache.path(b"two")).unwrap();
            fs::write(cache.path(b"one"), &whole[..length]).unwrap();
            assert_eq!(cache.get(b"one"), None);
        }
    }
}
