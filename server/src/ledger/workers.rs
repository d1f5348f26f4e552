//! Two threads beside the writer's: one writes and syncs a group, the other hashes its leaves, while the
//! writer makes the next group. Then the writer helps with the leaves that are left.

use std::io;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{self, Receiver, SyncSender};
use std::sync::{Arc, OnceLock};
use std::thread;

use muniment_core::hash::Hash;
use muniment_core::tree::leaf_hash;

use super::group::Group;
use super::lines::LineSegment;
/// Leaves that are hashed in one go.
const LEAVES_AT_ONCE: usize = 32;

type Job = Box<dyn FnOnce() + Send>;

/// The two threads. They end when this is dropped.
#[derive(Debug)]
pub(super) struct Workers {
    disk: SyncSender<Job>,
    hasher: SyncSender<Job>,
}

/// A group that is being written.
#[derive(Debug)]
pub(super) struct Writing {
    written: Receiver<io::Result<()>>,
    hashed: Receiver<()>,
    leaves: Arc<Leaves>,
}

/// A group's leaves. Whoever has time hashes some.
#[derive(Debug)]
struct Leaves {
    taken: AtomicUsize,
    parts: Vec<OnceLock<Vec<Hash>>>,
}

impl Workers {
    pub(super) fn start() -> io::Result<Workers> {
        Ok(Workers { disk: worker("disk")?, hasher: worker("hasher")? })
    }

    /// Writes a group at a place of a segment once those handed in before are synced, and hashes its leaves while it
    /// is synced itself. In this order: where the cores are few the disk must not wait for the hasher. After a
    /// failure nothing more is written to the segment.
    pub(super) fn write(&self, group: &Arc<Group>, active: &Arc<LineSegment>, offset: u64) -> Writing {
        let leaves = Arc::new(Leaves::of(group));
        let (to_hash, shared) = (group.clone(), leaves.clone());
        let (hash, hashed) = job(move || shared.hash(&to_hash));
        let (to_write, lines, hasher) = (group.clone(), active.clone(), self.hasher.clone());
        let (write, written) = job(move || {
            lines.unless_failed(|| {
                to_write.write(&lines, offset)?;
                let _ended = hasher.send(hash);
                lines.file().sync()
            })
        });
        let _ended = self.disk.send(write);
        Writing { written, hashed, leaves }
    }

    /// Gives a group's memory back where nobody waits for it.
    pub(super) fn discard(&self, group: Group) {
        let _ended = self.hasher.send(Box::new(move || drop(group)));
    }
}

impl Writing {
    /// Helps to hash the leaves and waits for the rest.
    pub(super) fn leaves(&self, group: &Group) -> io::Result<Vec<Hash>> {
        self.leaves.hash(group);
        // Nobody else hashes anything if the group could not even be written.
        self.hashed.recv().map_err(ended)?;
        Ok(self.leaves.parts.iter().filter_map(OnceLock::get).flatten().copied().collect())
    }

    /// Waits until the group is written and synced.
    pub(super) fn written(self) -> io::Result<()> {
        self.written.recv().map_err(ended)?
    }
}

impl Leaves {
    fn of(group: &Group) -> Leaves {
        let parts = group.ends.len().div_ceil(LEAVES_AT_ONCE);
        Leaves { taken: AtomicUsize::new(0), parts: (0..parts).map(|_| OnceLock::new()).collect() }
    }

    /// Hashes parts until all are taken.
    fn hash(&self, group: &Group) {
        while let Some((number, part)) = self.take() {
            let start = number * LEAVES_AT_ONCE;
            let lines = group.lines(start..group.ends.len().min(start + LEAVES_AT_ONCE));
            let _taken_once = part.set(lines.map(leaf_hash).collect());
        }
    }

    fn take(&self) -> Option<(usize, &OnceLock<Vec<Hash>>)> {
        let number = self.taken.fetch_add(1, Ordering::Relaxed);
        self.parts.get(number).map(|part| (number, part))
    }
}

fn ended<E>(_: E) -> io::Error {
    io::Error::other("a worker thread has ended")
}

fn worker(name: &str) -> io::Result<SyncSender<Job>> {
    let (jobs, work) = mpsc::sync_channel::<Job>(4);
    let run = move || work.iter().for_each(|job| job());
    thread::Builder::new().name(name.to_owned()).spawn(run)?;
    Ok(jobs)
}

/// A job for a worker and its result. What it borrows is given back before the result is.
fn job<T: Send + 'static>(job: impl FnOnce() -> T + Send + 'static) -> (Job, Receiver<T>) {
    let (result, receiver) = mpsc::sync_channel(1);
    let job = Box::new(move || {
        let _gone = result.send(job());
    });
    (job, receiver)
}
