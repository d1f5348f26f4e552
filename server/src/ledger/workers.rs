//! Two threads beside the writer's: one writes and syncs a group, the other hashes its leaves, while the
//! writer makes the next group.

use std::io;
use std::sync::Arc;
use std::sync::mpsc::{self, Receiver, SyncSender};
use std::thread;

use super::group::Group;
use super::lines::LineSegment;
use super::shared::Shared;
use super::tree::Growth;

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
    growth: Receiver<Growth>,
}

impl Workers {
    pub(super) fn start() -> io::Result<Workers> {
        Ok(Workers { disk: worker("disk")?, hasher: worker("hasher")? })
    }

    /// Starts to write a group behind the published lines of a segment, and to hash its leaves.
    pub(super) fn write(
        &self,
        group: &Arc<Group>,
        active: &Arc<LineSegment>,
        shared: &Arc<Shared>,
    ) -> Writing {
        let (to_write, lines) = (group.clone(), active.clone());
        let written = run(&self.disk, move || to_write.write(&lines));
        let (to_hash, shared) = (group.clone(), shared.clone());
        let growth = run(&self.hasher, move || to_hash.growth(&shared.tree()));
        Writing { written, growth }
    }

    /// Gives a group's memory back where nobody waits for it.
    pub(super) fn discard(&self, group: Group) {
        let _ended = self.disk.send(Box::new(move || drop(group)));
    }
}

impl Writing {
    /// Waits for both.
    pub(super) fn wait(self) -> io::Result<Growth> {
        let ended = |_| io::Error::other("a worker thread has ended");
        let growth = self.growth.recv().map_err(ended);
        self.written.recv().map_err(ended)?.and(growth)
    }
}

fn worker(name: &str) -> io::Result<SyncSender<Job>> {
    let (jobs, work) = mpsc::sync_channel::<Job>(4);
    let run = move || work.iter().for_each(|job| job());
    thread::Builder::new().name(name.to_owned()).spawn(run)?;
    Ok(jobs)
}

/// Hands a job to a worker. What it borrows is given back before its result is.
fn run<T: Send + 'static>(worker: &SyncSender<Job>, job: impl FnOnce() -> T + Send + 'static) -> Receiver<T> {
    let (result, receiver) = mpsc::sync_channel(1);
    let _ended = worker.send(Box::new(move || {
        let _gone = result.send(job());
    }));
    receiver
}
