//! What readers see of an open ledger: only entries that are synced.

use std::io;
use std::sync::{Arc, OnceLock, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use muniment_core::chain::Head;
use muniment_core::checkpoint::Checkpoint;
use muniment_core::note::NoteSigner;
use muniment_core::receipt::Receipt;
use muniment_core::tree::proof;

use tokio::sync::watch;

use super::lines::LineSegment;
use super::load::Load;
use super::names;
use super::origins::Origins;
use super::sealed::{SealedError, SealedSegment};
use super::submission::Seals;
use super::tree::TreeStore;
use crate::disk::Disk;

/// A segment, plain or sealed.
#[derive(Debug, Clone)]
pub enum Segment {
    /// Plain lines.
    Lines(Arc<LineSegment>),
    /// zstd frames.
    Sealed(Arc<SealedSegment>),
}

impl Segment {
    /// The seq of its first entry.
    #[must_use]
    pub fn first(&self) -> u64 {
        match self {
            Segment::Lines(lines) => lines.first(),
            Segment::Sealed(sealed) => sealed.first(),
        }
    }

    fn end(&self) -> u64 {
        match self {
            Segment::Lines(lines) => lines.first() + lines.count(),
            Segment::Sealed(sealed) => sealed.end(),
        }
    }

    pub(super) fn read(&self, from: u64, to: u64) -> io::Result<Vec<u8>> {
        match self {
            Segment::Lines(lines) => lines.read(from, to),
            Segment::Sealed(sealed) => sealed.read(from, to).map_err(|error| match error {
                SealedError::Io(error) => error,
                damage => io::Error::new(io::ErrorKind::InvalidData, damage.to_string()),
            }),
        }
    }
}

/// The state that the writer and all readers share.
#[derive(Debug)]
pub struct Shared {
    pub(super) disk: Arc<dyn Disk>,
    pub(super) signer: NoteSigner,
    origins: Origins,
    segments: RwLock<Vec<Segment>>,
    tree: RwLock<TreeStore>,
    head: RwLock<Head>,
    fault: RwLock<Option<String>>,
    persisted_size: RwLock<u64>,
    size: watch::Sender<u64>,
    /// The keys of sealed personal data, where they are at hand.
    seals: OnceLock<Arc<dyn Seals>>,
    /// What the writer has done.
    pub load: Load,
}

fn read<T>(lock: &RwLock<T>) -> RwLockReadGuard<'_, T> {
    lock.read().unwrap_or_else(PoisonError::into_inner)
}

fn write<T>(lock: &RwLock<T>) -> RwLockWriteGuard<'_, T> {
    lock.write().unwrap_or_else(PoisonError::into_inner)
}

impl Shared {
    pub(super) fn new(
        disk: Arc<dyn Disk>,
        signer: NoteSigner,
        origins: Origins,
        segments: Vec<Segment>,
        tree: TreeStore,
        head: Head,
        persisted_size: u64,
    ) -> Shared {
        Shared {
            disk,
            signer,
            origins,
            segments: RwLock::new(segments),
            tree: RwLock::new(tree),
            head: RwLock::new(head),
            fault: RwLock::new(None),
            persisted_size: RwLock::new(persisted_size),
            size: watch::Sender::new(head.size),
            seals: OnceLock::new(),
            load: Load::default(),
        }
    }

    /// Has repeats compared with the help of the keys of sealed personal data. Once is enough.
    pub fn seal_with(&self, seals: Arc<dyn Seals>) {
        let _set_before = self.seals.set(seals);
    }

    pub(super) fn seals(&self) -> Option<&dyn Seals> {
        self.seals.get().map(|seals| &**seals)
    }

    /// The ledger's name.
    #[must_use]
    pub fn origin(&self) -> &str {
        self.signer.verifier().name()
    }

    /// Every origin that the ledger has or had.
    #[must_use]
    pub fn origins(&self) -> &Origins {
        &self.origins
    }

    /// Where the ledger stands.
    #[must_use]
    pub fn head(&self) -> Head {
        *read(&self.head)
    }

    /// Tells whenever the ledger has grown, and how large it is then.
    #[must_use]
    pub fn sizes(&self) -> watch::Receiver<u64> {
        self.size.subscribe()
    }

    /// Why nothing can be written just now; `None` when all is well.
    #[must_use]
    pub fn fault(&self) -> Option<String> {
        read(&self.fault).clone()
    }

    /// The lines of the entries from `from` up to `to`, each ended by a newline. What lies beyond the
    /// ledger is left out.
    ///
    /// # Errors
    /// As the system says; [`io::ErrorKind::InvalidData`] if a sealed frame is damaged.
    pub fn lines(&self, from: u64, to: u64) -> io::Result<Vec<u8>> {
        let to = to.min(self.head().size);
        let segments: Vec<Segment> = {
            let segments = read(&self.segments);
            let start = segments.partition_point(|segment| segment.end() <= from);
            segments[start..].iter().take_while(|segment| segment.first() < to).cloned().collect()
        };
        let mut lines = Vec::new();
        for segment in segments {
            let (from, to) = (from.max(segment.first()), to.min(segment.end()));
            if from < to {
                lines.append(&mut segment.read(from, to)?);
            }
        }
        Ok(lines)
    }

    /// One entry's line, without its newline; `None` beyond the ledger.
    ///
    /// # Errors
    /// As [`Shared::lines`].
    pub fn line(&self, seq: u64) -> io::Result<Option<Vec<u8>>> {
        let mut line = self.lines(seq, seq.saturating_add(1))?;
        Ok(line.pop().map(|_newline| line))
    }

    /// The checkpoint of the ledger as it is now.
    #[must_use]
    pub fn checkpoint(&self) -> Checkpoint {
        let tree = read(&self.tree);
        Checkpoint { origin: self.origin().to_owned(), size: tree.size(), root: tree.root() }
    }

    /// The checkpoint of the ledger as it is now, and its head at the same moment.
    ///
    /// # Errors
    /// As the system says.
    pub fn checkpoint_and_head(&self) -> io::Result<(Checkpoint, Head)> {
        let head = self.head();
        // The tree may have grown already; the root that it had is still in it.
        let root = read(&self.tree).root_at(head.size)?;
        Ok((Checkpoint { origin: self.origin().to_owned(), size: head.size, root }, head))
    }

    /// Signs a checkpoint of this ledger.
    #[must_use]
    pub fn sign(&self, checkpoint: &Checkpoint) -> String {
        checkpoint.sign(&self.signer)
    }

    /// The receipt of an entry, under a checkpoint signed now; `None` beyond the ledger.
    ///
    /// # Errors
    /// As the system says.
    pub fn receipt(&self, seq: u64) -> io::Result<Option<Receipt>> {
        let tree = read(&self.tree);
        let size = tree.size();
        if seq >= size {
            return Ok(None);
        }
        let path = proof::inclusion(&*tree, seq, size)?;
        let checkpoint = Checkpoint { origin: self.origin().to_owned(), size, root: tree.root() };
        drop(tree);
        Ok(Some(Receipt { index: seq, path, checkpoint: checkpoint.sign(&self.signer) }))
    }

    /// Reads the tree, for proofs and tiles.
    pub fn tree(&self) -> RwLockReadGuard<'_, TreeStore> {
        read(&self.tree)
    }

    /// Signs the ledger as it is now and keeps the checkpoint on disk, unless that is there already.
    ///
    /// # Errors
    /// As the system says; the earlier checkpoint then still stands.
    pub fn persist_checkpoint(&self) -> io::Result<()> {
        let mut persisted_size = write(&self.persisted_size);
        let checkpoint = self.checkpoint();
        if checkpoint.size > *persisted_size {
            let note = checkpoint.sign(&self.signer);
            self.disk.replace(names::ROOT, names::CHECKPOINT, note.as_bytes())?;
            *persisted_size = checkpoint.size;
        }
        Ok(())
    }

    pub(super) fn tree_mut(&self) -> RwLockWriteGuard<'_, TreeStore> {
        write(&self.tree)
    }

    pub(super) fn set_head(&self, head: Head) {
        *write(&self.head) = head;
        self.size.send_replace(head.size);
    }

    pub(super) fn set_fault(&self, fault: Option<String>) {
        *write(&self.fault) = fault;
    }

    /// Adds the active segment, in place of an empty one that starts at the same entry.
    pub(super) fn add_segment(&self, segment: Segment) {
        let mut segments = write(&self.segments);
        segments.retain(|other| other.first() != segment.first());
        segments.push(segment);
    }

    pub(super) fn replace_segment(&self, sealed: Arc<SealedSegment>) {
        let mut segments = write(&self.segments);
        if let Some(place) = segments.iter().position(|segment| segment.first() == sealed.first()) {
            segments[place] = Segment::Sealed(sealed);
        }
    }

    /// How many complete segments wait to be sealed.
    pub(super) fn unsealed_count(&self) -> usize {
        let segments = read(&self.segments);
        let lines = segments.iter().filter(|segment| matches!(segment, Segment::Lines(_))).count();
        lines.saturating_sub(1)
    }

    /// Plain segments that are complete and wait to be sealed, oldest first.
    pub(super) fn unsealed(&self) -> Vec<Arc<LineSegment>> {
        let segments = read(&self.segments);
        let rolled = segments.split_last().map_or(&[][..], |(_active, rolled)| rolled);
        let lines = rolled.iter().filter_map(|segment| match segment {
            Segment::Lines(lines) => Some(lines.clone()),
            Segment::Sealed(_) => None,
        });
        lines.collect()
    }
}
