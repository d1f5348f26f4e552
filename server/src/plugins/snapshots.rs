//! Snapshots of plugins, in sled: the one module that imports it. Nothing here is the only copy of anything: what is
//! damaged, missing or of another program is made again by a replay.

use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use muniment_core::hash::Hash;

use super::fold::Position;

const FORMAT: u32 = 1;
const SUM_BYTES: usize = 32;
/// What the store may keep in memory, in bytes.
const CACHE_BYTES: u64 = 8 * 1024 * 1024;

/// What a snapshot is of. It is of use only to exactly this.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct SnapshotOf {
    /// The plugin.
    pub plugin: String,
    /// Its program.
    pub sha256: String,
    /// Its settings.
    pub settings_sha256: String,
    /// The entry that installed, upgraded or configured it last.
    pub since: u64,
}

/// A plugin's state between two entries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Snapshot {
    /// What the host keeps of it.
    pub position: Position,
    /// The hash of the last entry before it.
    pub last: Hash,
    /// What the plugin keeps.
    pub state: Vec<u8>,
}

#[derive(serde::Serialize, serde::Deserialize)]
struct Head {
    format: u32,
    of: SnapshotOf,
    position: Position,
    last: String,
}

/// The snapshots of a data directory.
#[derive(Debug)]
pub struct Snapshots {
    folder: PathBuf,
    key: [u8; 32],
    /// `None` where the store could not even be made again: then every start is a replay.
    store: Mutex<Option<sled::Db>>,
}

impl Snapshots {
    /// Opens the store, or makes it again. The checksums are made with a secret of this ledger, so that a snapshot that
    /// somebody made up is not taken.
    #[must_use]
    pub fn open(folder: &Path, secret: &[u8]) -> Snapshots {
        let store = opened(folder).or_else(|error| {
            tracing::warn!(%error, "the snapshots of plugins cannot be read; plugins fold over the ledger again");
            let _gone = fs::remove_dir_all(folder);
            opened(folder)
        });
        let store = store
            .inspect_err(|error| tracing::error!(%error, "no snapshots of plugins can be kept; each start is a replay"))
            .ok();
        let key = blake3::derive_key("muniment plugin snapshots v1", secret);
        Snapshots { folder: folder.to_owned(), key, store: Mutex::new(store) }
    }

    /// The snapshot of exactly this plugin, if there is one that is whole.
    #[must_use]
    pub fn get(&self, of: &SnapshotOf) -> Option<Snapshot> {
        let bytes = self.guarded(|store| store.get(&of.plugin))??;
        let (kept, sum) = bytes.split_at_checked(bytes.len().checked_sub(SUM_BYTES)?)?;
        if blake3::keyed_hash(&self.key, kept).as_bytes() != sum {
            tracing::warn!(
                plugin = of.plugin,
                "the snapshot is damaged; the plugin folds over the ledger again"
            );
            return None;
        }
        let end = kept.iter().position(|byte| *byte == b'\n')?;
        let head: Head = serde_json::from_slice(&kept[..end]).ok()?;
        let last = Hash::from_hex(head.last.as_bytes())?;
        let is_of_it = head.format == FORMAT && head.of == *of;
        is_of_it.then(|| Snapshot { position: head.position, last, state: kept[end + 1..].to_vec() })
    }

    /// Keeps a snapshot in the place of an earlier one. If that fails, the next start folds more.
    pub fn put(&self, of: &SnapshotOf, snapshot: &Snapshot) {
        let hex = snapshot.last.to_hex();
        let head = Head {
            format: FORMAT,
            of: of.clone(),
            position: snapshot.position.clone(),
            last: String::from_utf8_lossy(&hex).into_owned(),
        };
        let mut bytes = serde_json::to_vec(&head).unwrap_or_default();
        bytes.push(b'\n');
        bytes.extend_from_slice(&snapshot.state);
        let sum = blake3::keyed_hash(&self.key, &bytes);
        bytes.extend_from_slice(sum.as_bytes());
        self.guarded(|store| store.insert(&of.plugin, bytes).map(drop));
    }

    /// Forgets the snapshot of a plugin: it folds over the ledger again.
    pub fn forget(&self, plugin: &str) {
        self.guarded(|store| store.remove(plugin).map(drop));
    }

    /// Does something with the store, which may fail, or even panic where its files are damaged.
    fn guarded<T>(&self, work: impl FnOnce(&sled::Db) -> sled::Result<T>) -> Option<T> {
        let mut store = self.store.lock().unwrap_or_else(PoisonError::into_inner);
        let open = store.as_ref()?;
        match catch_unwind(AssertUnwindSafe(|| work(open))) {
            Ok(Ok(done)) => Some(done),
            Ok(Err(error)) => {
                tracing::warn!(%error, "the snapshots of plugins fail; they are made again");
                *store = None;
                let _gone = fs::remove_dir_all(&self.folder);
                *store = opened(&self.folder).ok();
                None
            }
            Err(_panic) => {
                tracing::warn!("the store of snapshots panicked; until the next start none are kept");
                *store = None;
                None
            }
        }
    }
}

fn opened(folder: &Path) -> Result<sled::Db, String> {
    let config = sled::Config::new().path(folder).cache_capacity(CACHE_BYTES).flush_every_ms(Some(1000));
    let opened = catch_unwind(AssertUnwindSafe(|| config.open()));
    let opened = opened.map_err(|_panic| "the store panicked".to_owned())?;
    opened.map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(plugin: &str) -> SnapshotOf {
        SnapshotOf {
            plugin: plugin.to_owned(),
            sha256: "a".repeat(64),
            settings_sha256: "b".repeat(64),
            since: 3,
        }
    }

    #[test]
    fn a_snapshot_is_of_use_only_to_what_it_is_of() {
        let folder = tempfile::tempdir().unwrap();
        let mut position = Position::of_an_empty_plugin(7);
        position.wake = Some(5);
        let snapshot =
            Snapshot { position, last: Hash::of_line(b"x"), state: b"state\nwith a line".to_vec() };
        {
            let snapshots = Snapshots::open(folder.path(), b"secret");
            snapshots.put(&of("one"), &snapshot);
            assert_eq!(snapshots.get(&of("one")), Some(snapshot.clone()));
        }
        let snapshots = Snapshots::open(folder.path(), b"secret");
        assert_eq!(snapshots.get(&of("one")), Some(snapshot));
        assert_eq!(snapshots.get(&of("two")), None);
        assert_eq!(snapshots.get(&SnapshotOf { since: 4, ..of("one") }), None);
        assert_eq!(Snapshots { key: [7; 32], ..snapshots }.get(&of("one")), None, "another ledger's");
        let snapshots = Snapshots::open(folder.path(), b"secret");
        assert_eq!(snapshots.get(&SnapshotOf { sha256: "c".repeat(64), ..of("one") }), None);
        snapshots.forget("one");
        assert_eq!(snapshots.get(&of("one")), None);
    }

    #[test]
    fn a_damaged_store_is_made_again() {
        let folder = tempfile::tempdir().unwrap();
        let snapshot = Snapshot { position: Position::default(), last: Hash::ZERO, state: vec![7; 10_000] };
        for damage in [0_usize, 100, 5000] {
            let snapshots = Snapshots::open(folder.path(), b"secret");
            snapshots.put(&of("one"), &snapshot);
            drop(snapshots);
            for file in fs::read_dir(folder.path()).unwrap().flatten() {
                if file.file_type().unwrap().is_file() {
                    let mut bytes = fs::read(file.path()).unwrap();
                    if let Some(byte) = bytes.get_mut(damage) {
                        *byte ^= 0xFF;
                    }
                    fs::write(file.path(), bytes).unwrap();
                }
            }
            let snapshots = Snapshots::open(folder.path(), b"secret");
            let found = snapshots.get(&of("one"));
            assert!(found.is_none() || found.as_ref() == Some(&snapshot));
            snapshots.put(&of("two"), &snapshot);
        }
    }
}
