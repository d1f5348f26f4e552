//! Opening a ledger: recovery after a crash, and the refusal to open one that was damaged or changed.

use std::collections::VecDeque;
use std::io;
use std::sync::Arc;

use muniment_core::chain::Head;
use muniment_core::checkpoint::Checkpoint;
use muniment_core::entry::EntryView;
use muniment_core::hash::Hash;
use muniment_core::note::NoteSigner;
use zeroize::Zeroizing;

use super::clock::{Clock, ClockBounds, ClockGuard};
use super::files::Files;
use super::find_origins::Search;
use super::genesis::{Genesis, Purpose};
use super::keys::KeyIndex;
use super::lines::LineSegment;
use super::log::Log;
use super::names::{self, LedgerFile};
pub use super::open_error::OpenError;
pub(super) use super::open_error::io_error;
use super::scan::{self, Scanned};
use super::sealed::SealedSegment;
use super::shared::{Segment, Shared};
use super::tree::TreeStore;
use super::{rebuild, recovery};
use crate::disk::{Disk, DiskFile};
use crate::progress::Progress;

/// Bytes that are read and written again at a time.
const CHUNK_BYTES: u32 = 4 * 1024 * 1024;

/// What was done to open the ledger.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct OpenReport {
    /// Bytes after the last whole entry that were moved aside, and the file they are in.
    pub recovered: Option<(u64, String)>,
    /// Key runs that were made again from their segments.
    pub rebuilt_runs: usize,
    /// Whether the tree was made again from all segments.
    pub rebuilt_tree: bool,
}

/// What opening needs beside the disk.
#[derive(Debug, Clone)]
pub struct OpenOptions {
    /// The clock.
    pub clock: Arc<dyn Clock>,
    /// Bounds of the clock guard, for a production ledger.
    pub clock_bounds: ClockBounds,
    /// Size at which a segment is closed.
    pub segment_bytes_max: u64,
    /// Takes the clock as it is, whatever its guard says (`muniment clock accept`).
    pub accept_clock: bool,
    /// Told how long work goes on.
    pub progress: Progress,
}

/// Opens a ledger for appending.
///
/// # Errors
/// See [`OpenError`].
pub fn open(disk: Arc<dyn Disk>, options: &OpenOptions) -> Result<(Log, OpenReport), OpenError> {
    let mut report = OpenReport::default();
    if disk.read(names::RESTORING).map_err(io_error("reading restoring"))?.is_some() {
        return Err(OpenError::Restoring);
    }
    let files = Files::list(&*disk)?;
    let signer = read_signer(&*disk)?;
    let checkpoint = read_checkpoint(&*disk, &signer)?;
    let persisted_size = checkpoint.as_ref().map_or(0, |checkpoint| checkpoint.size);

    let mut keys = KeyIndex::default();
    let mut segments = Vec::new();
    for (first, end) in files.sealed() {
        let sealed = Arc::new(open_sealed(&*disk, first, end)?);
        let run = rebuild::open_run(&*disk, &sealed, &mut report, &options.progress)?;
        keys.add_run(Arc::new(run));
        segments.push(Segment::Sealed(sealed));
    }
    let mut head = match segments.last() {
        Some(Segment::Sealed(last)) => head_after(last)?,
        _ => Head::EMPTY,
    };
    let sealed_size = head.size;

    let (mut leaves, mut restorations) = (Vec::new(), Vec::new());
    let mut rests = Vec::new();
    for (first, end) in files.lines() {
        let name = LedgerFile::Lines(first).to_string();
        let file = open_lines(&*disk, &name)?;
        let scanned = scan::scan(&*file, head, end).map_err(io_error(format!("reading {name}")))?;
        check_rest(&*file, &name, &scanned, end, persisted_size)?;
        if end.is_none() {
            make_durable(&*disk, &*file, first, &scanned, persisted_size)
                .map_err(io_error(format!("syncing {name}")))?;
        }
        head = scanned.head;
        keys.open_segment(first);
        scanned.keys.iter().for_each(|key| keys.push(*key));
        leaves.extend_from_slice(&scanned.leaves);
        restorations.extend_from_slice(&scanned.restorations);
        let lines = Arc::new(LineSegment::new(first, file, scanned.ends));
        rests.extend(scanned.rest.map(|rest| (lines.clone(), rest)));
        segments.push(Segment::Lines(lines));
    }
    if head.size < persisted_size {
        return Err(OpenError::Cut { size: head.size, checkpoint: persisted_size });
    }
    let genesis = read_genesis(&segments)?;
    let search = Search {
        segments: &segments,
        keys: &keys,
        genesis: &genesis.vkey,
        signer: signer.verifier(),
        persisted_size,
        seen: restorations,
        progress: &options.progress,
    };
    let origins = search.run()?;
    let tree = open_tree(&disk, &segments, sealed_size, &leaves, checkpoint.as_ref(), &mut report, options)?;

    // All is as it should be. From here on the directory may be changed.
    let active = match segments.last() {
        Some(Segment::Lines(active)) => active.clone(),
        _ => {
            let active = Arc::new(start_lines(&*disk, head.size).map_err(io_error("starting a segment"))?);
            keys.open_segment(head.size);
            segments.push(Segment::Lines(active.clone()));
            active
        }
    };
    let bounds = (genesis.purpose == Purpose::Production).then_some(options.clock_bounds);
    let mut guard = ClockGuard::start(&*options.clock, bounds, head.recorded);
    if options.accept_clock {
        guard.accept(&*options.clock);
    }
    let shared = Arc::new(Shared::new(disk, signer, origins, segments, tree, head, persisted_size));
    let segment_bytes_max = options.segment_bytes_max;
    let clock = options.clock.clone();
    let mut log = Log {
        shared,
        clock,
        guard,
        keys,
        active,
        segment_bytes_max,
        active_is_suspect: false,
        in_flight: VecDeque::new(),
        spare_lines: Vec::new(),
        workers: None,
    };
    recovery::recover(&mut log, &rests, &mut report)?;
    Ok((log, report))
}

fn open_lines(disk: &dyn Disk, name: &str) -> Result<Box<dyn DiskFile>, OpenError> {
    let file = match disk.open(name) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let fault = "it is missing, only its sealed form is there".to_owned();
            return Err(OpenError::Segment { file: name.to_owned(), fault });
        }
        file => file.map_err(io_error(format!("opening {name}")))?,
    };
    Ok(file)
}

/// Entries that the last checkpoint does not cover may be in memory only: of a process that was killed
/// before it synced them, or whose sync failed, after which a mere sync may falsely succeed. They are about
/// to be answered for, so they are written once more, as they are, and synced; and so is the file's name.
fn make_durable(
    disk: &dyn Disk,
    file: &dyn DiskFile,
    first: u64,
    scanned: &Scanned,
    persisted_size: u64,
) -> io::Result<()> {
    let covered = usize::try_from(persisted_size.saturating_sub(first)).map_err(io::Error::other)?;
    let end_of =
        |count: usize| count.checked_sub(1).and_then(|last| scanned.ends.get(last)).copied().unwrap_or(0);
    let (start, end) = (end_of(covered), end_of(scanned.ends.len()));
    for chunk in (start..end).step_by(CHUNK_BYTES as usize) {
        let bytes = (end - chunk).min(CHUNK_BYTES) as usize;
        file.write_at(&file.read_exact_at(u64::from(chunk), bytes)?, u64::from(chunk))?;
    }
    if start < end {
        file.sync()?;
    }
    disk.sync_dir(names::LEDGER)
}

/// An empty segment after sealed ones: the one that was active is gone, which a backup may cause.
fn start_lines(disk: &dyn Disk, first: u64) -> io::Result<LineSegment> {
    let file = disk.create(&LedgerFile::Lines(first).to_string())?;
    disk.sync_dir(names::LEDGER)?;
    Ok(LineSegment::new(first, file, Vec::new()))
}

fn check_rest(
    file: &dyn DiskFile,
    name: &str,
    scanned: &Scanned,
    end: Option<u64>,
    persisted_size: u64,
) -> Result<(), OpenError> {
    let seq = scanned.head.size;
    let damaged = |offset, fault: &str, why| {
        Err(OpenError::Damaged { seq, file: name.to_owned(), offset, fault: fault.to_owned(), why })
    };
    match (&scanned.rest, end) {
        (rest, Some(end)) if seq < end => {
            let why = format!("the next segment starts at entry {end}");
            let offset = scanned.ends.last().copied().unwrap_or(0);
            damaged(u64::from(offset), rest.as_ref().map_or("the segment ends here", |rest| &rest.fault), why)
        }
        (Some(rest), None) => {
            let why = scan::damage(file, rest, &scanned.head, persisted_size);
            match why.map_err(io_error(format!("reading {name}")))? {
                Some(why) => damaged(rest.offset, &rest.fault, why),
                None => Ok(()),
            }
        }
        // Beyond a segment's entries lies what a group left whose writing failed: nobody was told of it.
        _ => Ok(()),
    }
}

fn read_signer(disk: &dyn Disk) -> Result<NoteSigner, OpenError> {
    let text = disk.read(names::SIGNING_KEY).map_err(io_error("reading keys/ledger.key"))?;
    let text = Zeroizing::new(text.ok_or(OpenError::SigningKey("it is missing".to_owned()))?);
    let text = std::str::from_utf8(&text).map_err(|_| OpenError::SigningKey("it is not text".to_owned()))?;
    NoteSigner::decode(text).map_err(|error| OpenError::SigningKey(error.to_string()))
}

fn read_checkpoint(disk: &dyn Disk, signer: &NoteSigner) -> Result<Option<Checkpoint>, OpenError> {
    let note = disk.read(names::CHECKPOINT).map_err(io_error("reading checkpoint"))?;
    note.map(|note| Checkpoint::verify(&note, signer.verifier())).transpose().map_err(OpenError::Checkpoint)
}

fn open_sealed(disk: &dyn Disk, first: u64, end: Option<u64>) -> Result<SealedSegment, OpenError> {
    let name = LedgerFile::Sealed(first).to_string();
    let file = disk.open_read(&name).map_err(io_error(format!("opening {name}")))?;
    SealedSegment::open(file, first, end)
        .map_err(|error| OpenError::Segment { file: name, fault: error.to_string() })
}

/// The head after the last sealed entry, from its line.
fn head_after(sealed: &SealedSegment) -> Result<Head, OpenError> {
    let end = sealed.end();
    let file = LedgerFile::Sealed(sealed.first()).to_string();
    let damaged = |fault: String| OpenError::Segment { file: file.clone(), fault };
    let line = sealed.read(end - 1, end).map_err(|error| damaged(error.to_string()))?;
    let line = line.strip_suffix(b"\n").unwrap_or(&line);
    let entry = EntryView::parse(line).map_err(|error| damaged(format!("entry {}: {error}", end - 1)))?;
    if entry.seq != end - 1 {
        return Err(damaged(format!("its last entry is {}, not {}", entry.seq, end - 1)));
    }
    Ok(Head { size: end, last: Hash::of_line(line), recorded: entry.recorded, open_batch: None })
}

fn read_genesis(segments: &[Segment]) -> Result<Genesis, OpenError> {
    let damaged = |fault: String| OpenError::Segment { file: "entry 0".to_owned(), fault };
    let line = match segments.first() {
        Some(Segment::Lines(lines)) if lines.count() > 0 => {
            lines.read(0, 1).map_err(io_error("reading entry 0"))?
        }
        Some(Segment::Sealed(sealed)) => sealed.read(0, 1).map_err(|error| damaged(error.to_string()))?,
        _ => return Err(OpenError::NoLedger),
    };
    Genesis::from_line(line.strip_suffix(b"\n").unwrap_or(&line)).map_err(damaged)
}

/// Opens the tree and compares it with the last signed checkpoint; makes it again where it does not fit.
fn open_tree(
    disk: &Arc<dyn Disk>,
    segments: &[Segment],
    sealed_size: u64,
    leaves: &[Hash],
    checkpoint: Option<&Checkpoint>,
    report: &mut OpenReport,
    options: &OpenOptions,
) -> Result<TreeStore, OpenError> {
    let failed = || io_error("reading tiles/");
    let extend = |mut tree: TreeStore| {
        let growth = tree.plan(leaves.to_vec());
        if let Err(error) = tree.grow(growth) {
            tracing::warn!(%error, "tiles could not be written; they stay in memory until they can");
        }
        tree
    };
    let fits = |tree: &TreeStore| match checkpoint {
        Some(checkpoint) => tree.root_at(checkpoint.size).map(|root| root == checkpoint.root),
        None => Ok(true),
    };
    if let Some(tree) = TreeStore::open(disk.clone(), sealed_size).map_err(failed())? {
        let tree = extend(tree);
        if fits(&tree).map_err(failed())? {
            return Ok(tree);
        }
    }
    report.rebuilt_tree = true;
    let tree = extend(rebuild::tree(disk, segments, sealed_size, &options.progress)?);
    match (fits(&tree).map_err(failed())?, checkpoint) {
        (false, Some(checkpoint)) => Err(OpenError::Root { size: checkpoint.size }),
        _ => Ok(tree),
    }
}
