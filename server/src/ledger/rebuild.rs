//! Making derived files again from the segments: key runs and the tree.

use std::sync::Arc;

use muniment_core::entry::EntryView;
use muniment_core::key::Key;
use muniment_core::tree::leaf_hash;
use rayon::prelude::*;

use super::keys::{KeyRun, run};
use super::names::{self, LedgerFile};
use super::open::{OpenError, OpenReport, io_error};
use super::sealed::{Frame, SealedSegment};
use super::shared::Segment;
use super::tree::TreeStore;
use crate::disk::Disk;
use crate::progress::Progress;

/// Frames whose lines are in memory at a time.
const FRAMES_AT_ONCE: usize = 32;

/// Opens the key run of a sealed segment; makes it again if it is missing or damaged.
pub(super) fn open_run(
    disk: &dyn Disk,
    sealed: &SealedSegment,
    report: &mut OpenReport,
    progress: &Progress,
) -> Result<KeyRun, OpenError> {
    let name = LedgerFile::Keys(sealed.first()).to_string();
    let count = sealed.end() - sealed.first();
    let open = || {
        let file = disk.open_read(&name).map_err(|error| error.to_string())?;
        KeyRun::open(file, sealed.first(), count).map_err(|error| error.to_string())
    };
    let why = match open() {
        Ok(run) => return Ok(run),
        Err(why) => why,
    };
    tracing::warn!(file = name, why, "making a key run again from its segment");
    report.rebuilt_runs += 1;
    let mut records: Vec<(Key, u32)> = Vec::new();
    each_entry(sealed, progress, "making a key run again", |line, seq| {
        let distance = u32::try_from(seq - sealed.first()).map_err(|error| error.to_string())?;
        let entry = EntryView::parse(line).map_err(|error| error.to_string())?;
        let event = entry.check_event().map_err(|error| error.to_string())?;
        Ok((event.key(), distance))
    })?
    .into_iter()
    .for_each(|chunk| records.extend(chunk));
    records.sort_unstable();
    let bytes = run::encode(sealed.first(), &records);
    disk.replace(names::LEDGER, &name, &bytes).map_err(io_error(format!("writing {name}")))?;
    open().map_err(|fault| OpenError::Segment { file: name.clone(), fault })
}

/// Makes the tree of all sealed segments again.
pub(super) fn tree(
    disk: &Arc<dyn Disk>,
    segments: &[Segment],
    sealed_size: u64,
    progress: &Progress,
) -> Result<TreeStore, OpenError> {
    tracing::warn!(entries = sealed_size, "making the tree again from the sealed segments");
    let mut tree = TreeStore::create(disk.clone()).map_err(io_error("making tiles/"))?;
    for segment in segments {
        if let Segment::Sealed(sealed) = segment {
            let leaves =
                each_entry(sealed, progress, "making the tree again", |line, _| Ok(leaf_hash(line)))?;
            let growth = tree.plan(leaves.concat());
            tree.grow(growth).map_err(io_error("writing tiles/"))?;
        }
    }
    Ok(tree)
}

/// Reads a sealed segment on all cores and gives what `read` makes of each entry, in order.
pub(super) fn each_entry<T: Send>(
    sealed: &SealedSegment,
    progress: &Progress,
    what: &'static str,
    read: impl Fn(&[u8], u64) -> Result<T, String> + Sync,
) -> Result<Vec<Vec<T>>, OpenError> {
    let file = LedgerFile::Sealed(sealed.first()).to_string();
    let frame = |frame: &Frame| -> Result<Vec<T>, String> {
        let lines = sealed.read_frame(frame).map_err(|error| error.to_string())?;
        lines.lines().zip(frame.first..).map(|(line, seq)| read(line, seq)).collect()
    };
    let mut all = Vec::with_capacity(sealed.frames().len());
    for frames in sealed.frames().chunks(FRAMES_AT_ONCE) {
        let read: Result<Vec<Vec<T>>, String> = frames.par_iter().map(frame).collect();
        all.extend(read.map_err(|fault| OpenError::Segment { file: file.clone(), fault })?);
        progress.report(what, frames.last().map_or(0, |last| last.first + last.entries), None);
    }
    Ok(all)
}
