//! Puts the units together in order: chain across their borders, tree, tiles, key runs.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::sync::Arc;

use muniment_core::chain::Head;
use muniment_core::entry::EntryView;
use muniment_core::hash::Hash;
use muniment_core::key::Key;
use muniment_core::limits::HASH_BYTES;
use muniment_core::tree::Frontier;
use muniment_core::tree::tile::{LEVELS_MAX, TILE_HEIGHT};

use super::findings::Findings;
use super::run_check;
use super::segments::SegmentFile;
use super::unit::{Checked, First};
use crate::disk::{Disk, DiskFile};
use crate::ledger::names;
use crate::ledger::restoration::Restoration;

/// Entries with a differing tile that are remembered.
const DIFFERING_MAX: usize = 1_000;

/// The level files.
#[derive(Debug, Clone)]
pub(crate) struct LevelFiles(Arc<Vec<Box<dyn DiskFile>>>);

impl LevelFiles {
    fn open(disk: &dyn Disk, findings: &mut Findings) -> io::Result<LevelFiles> {
        let mut files = Vec::new();
        for level in 0..usize::from(LEVELS_MAX) {
            match disk.open_read(&names::level(level)) {
                Ok(file) => files.push(file),
                Err(error) if error.kind() == io::ErrorKind::NotFound => break,
                Err(error) => return Err(error),
            }
        }
        if files.is_empty() {
            findings.notice(names::TILES, "the tiles are missing; the next start makes them again");
        }
        Ok(LevelFiles(Arc::new(files)))
    }

    /// The leaves from `first` on that are in the file, at most `count`.
    pub(crate) fn leaves(&self, first: u64, count: usize) -> Vec<Hash> {
        self.hashes(0, first, count)
    }

    fn hashes(&self, level: usize, first: u64, count: usize) -> Vec<Hash> {
        let Some(file) = self.0.get(level) else { return Vec::new() };
        let mut bytes = vec![0; count * HASH_BYTES];
        let read = file.read_at(&mut bytes, first * HASH_BYTES as u64).unwrap_or(0);
        bytes[..read].as_chunks().0.iter().map(|hash| Hash(*hash)).collect()
    }
}

/// What has been computed.
#[derive(Debug, Clone)]
pub(crate) struct State {
    /// Where the chain ends.
    pub(crate) head: Head,
    /// The root over all entries.
    pub(crate) root: Option<Hash>,
    /// Bytes of lines.
    pub(crate) bytes: u64,
    /// Roots at the sizes of checkpoints.
    pub(crate) roots: BTreeMap<u64, Hash>,
    /// Entries whose hash in tiles/0 is another, in order.
    pub(crate) tile_differs: Vec<u64>,
    /// The returns under new origins, in order.
    pub(crate) restorations: Vec<Restoration>,
    /// The tree over all entries, as far as they could be read.
    pub(crate) tree: Frontier,
    /// An entry was found damaged by the chain or its form.
    pub(crate) located_by_chain: bool,
}

/// The sum of all units so far.
#[derive(Debug, Clone)]
pub(crate) struct Reducer {
    pub(crate) findings: Findings,
    levels: LevelFiles,
    sizes: BTreeSet<u64>,
    state: State,
    /// Whether the head is known: not after something that cannot be read.
    chained: bool,
    /// Whether every entry so far could be read.
    complete: bool,
    frontier: Frontier,
    file: String,
    segment_first: u64,
    keys: Vec<(Key, u32)>,
    keys_sound: bool,
    tile_missing: u64,
}

/// What is left when all is read.
pub(crate) struct Finished {
    pub(crate) state: State,
    pub(crate) findings: Findings,
}

impl Reducer {
    pub(crate) fn new(disk: &dyn Disk, sizes: BTreeSet<u64>, mut findings: Findings) -> io::Result<Reducer> {
        let levels = LevelFiles::open(disk, &mut findings)?;
        let state = State {
            head: Head::EMPTY,
            root: None,
            bytes: 0,
            roots: BTreeMap::new(),
            tile_differs: Vec::new(),
            restorations: Vec::new(),
            tree: Frontier::default(),
            located_by_chain: false,
        };
        Ok(Reducer {
            findings,
            levels,
            sizes,
            state,
            chained: true,
            complete: true,
            frontier: Frontier::default(),
            file: String::new(),
            segment_first: 0,
            keys: Vec::new(),
            keys_sound: true,
            tile_missing: 0,
        })
    }

    pub(crate) fn levels(&self) -> &LevelFiles {
        &self.levels
    }

    pub(crate) fn size(&self) -> u64 {
        self.state.head.size
    }

    /// Where the chain stands, if that is known.
    pub(crate) fn head(&self) -> Option<Head> {
        self.chained.then_some(self.state.head)
    }

    /// Whether the last segment ended with a whole entry and no fault was found in it.
    pub(crate) fn ends_whole(&self) -> bool {
        self.chained && self.keys_sound && self.state.head.open_batch.is_none()
    }

    pub(crate) fn begin(&mut self, segment: &SegmentFile) {
        self.file.clone_from(&segment.path);
        self.segment_first = segment.first;
        self.keys.clear();
        self.keys_sound = true;
        if segment.first != self.state.head.size {
            let message =
                format!("the entries {} to {} are missing", self.state.head.size, segment.first - 1);
            self.findings.problem(Some(self.state.head.size), &self.file, &message);
            (self.chained, self.complete) = (false, false);
            self.state.head = Head { size: segment.first, ..Head::EMPTY };
        }
    }

    pub(crate) fn add(&mut self, mut unit: Checked) {
        let end = unit.first + unit.count;
        if let Some(why) = &unit.unreadable {
            self.findings.problem(Some(unit.first), &self.file, why);
            (self.chained, self.complete, self.keys_sound) = (false, false, false);
            self.state.located_by_chain = true;
            self.state.head = Head { size: end, ..Head::EMPTY };
            return;
        }
        self.state.bytes += unit.bytes;
        self.tile_missing += unit.tile_missing;
        let room = DIFFERING_MAX.saturating_sub(self.state.tile_differs.len());
        self.state.tile_differs.extend(unit.tile_differs.iter().take(room));
        if let Some(first) = unit.start.filter(|_| self.chained) {
            self.border(&first, unit.first);
        }
        for fault in &unit.faults {
            self.blame(fault.seq, &fault.message, fault.maybe_before);
        }
        let distance = |seq: u64| u32::try_from(seq - self.segment_first).unwrap_or(u32::MAX);
        self.keys.extend(unit.keys.iter().zip(unit.first..).map(|(key, seq)| (*key, distance(seq))));
        self.chained = unit.head.is_some();
        self.state.head = unit.head.unwrap_or(Head { size: end, ..Head::EMPTY });
        for restoration in unit.restorations.drain(..) {
            match restoration {
                Ok(restoration) => {
                    self.sizes.insert(restoration.seq);
                    self.state.restorations.push(restoration);
                }
                Err(fault) => self.findings.problem(Some(fault.seq), &self.file, &fault.message),
            }
        }
        if self.complete {
            self.note_root();
            self.grow(&unit);
        }
    }

    /// The chain between the unit before and this one.
    fn border(&mut self, first: &First, seq: u64) {
        let (batch, prev, recorded) = (first.batch, first.prev, first.recorded);
        let entry = EntryView { batch, by: "", event: "", prev, recorded, seq };
        if let Err(fault) = self.state.head.after(&entry, Hash::ZERO) {
            let maybe_before = matches!(fault, muniment_core::chain::ChainFault::Prev { .. });
            self.blame(seq, &fault.to_string(), maybe_before);
        }
    }

    /// Names the damaged entry. Where two do not fit each other the tiles tell which one was changed.
    fn blame(&mut self, seq: u64, message: &str, maybe_before: bool) {
        self.keys_sound = false;
        self.state.located_by_chain = true;
        let differs = |seq: u64| self.state.tile_differs.binary_search(&seq).is_ok();
        match seq.checked_sub(1).filter(|_| maybe_before) {
            Some(before) if self.findings.blames(before) => {}
            Some(before) if differs(before) && !differs(seq) => {
                let message =
                    format!("it does not hash to the prev of entry {seq} nor to its leaf in tiles/0");
                self.findings.problem(Some(before), &self.file, &message);
            }
            Some(before) if !differs(seq) => {
                let message = format!("it or entry {seq} was changed: {message}");
                self.findings.problem(Some(before), &self.file, &message);
            }
            _ => self.findings.problem(Some(seq), &self.file, message),
        }
    }

    /// Adds the leaves to the tree and compares what they complete with the tiles.
    fn grow(&mut self, unit: &Checked) {
        let mut completed = Vec::new();
        let whole =
            unit.root.filter(|_| self.sizes.range(unit.first + 1..unit.first + unit.count).next().is_none());
        match whole {
            Some(root) => {
                completed.push((TILE_HEIGHT, root, unit.first + unit.count));
                let size = unit.first + unit.count;
                self.frontier
                    .push_subtree(TILE_HEIGHT, root, |height, hash| completed.push((height, hash, size)));
                self.note_root();
            }
            None => {
                for leaf in &unit.leaves {
                    let size = self.frontier.size() + 1;
                    self.frontier.push(*leaf, |height, hash| completed.push((height, hash, size)));
                    self.note_root();
                }
            }
        }
        for (height, hash, size) in completed.into_iter().filter(|(height, ..)| height % TILE_HEIGHT == 0) {
            self.compare(height / TILE_HEIGHT, hash, size);
        }
    }

    fn compare(&mut self, level: u32, hash: Hash, size: u64) {
        let covered = 1_u64 << (level * TILE_HEIGHT);
        let index = size / covered - 1;
        let found = self.levels.hashes(level as usize, index, 1);
        let explained = self.state.tile_differs.iter().any(|seq| *seq / covered == index);
        if found.first().is_some_and(|found| *found != hash) && !explained {
            let message = format!(
                "hash {index}, over the entries {} to {}, is wrong. The next start makes the tiles again if tiles/ is removed",
                size - covered,
                size - 1
            );
            self.findings.problem(None, &names::level(level as usize), &message);
        }
    }

    fn note_root(&mut self) {
        let size = self.frontier.size();
        if self.sizes.contains(&size) {
            self.state.roots.insert(size, self.frontier.root());
        }
    }

    /// Ends a segment. `fault` says why not all of it could be cut into units.
    pub(crate) fn end(
        &mut self,
        disk: &dyn Disk,
        segment: &SegmentFile,
        end: Option<u64>,
        fault: Option<String>,
    ) {
        if let Some(fault) = fault {
            self.findings.problem(Some(self.state.head.size), &self.file, &fault);
            (self.chained, self.complete, self.keys_sound) = (false, false, false);
            self.state.located_by_chain = true;
        }
        if let Some(end) = end.filter(|end| *end > self.state.head.size) {
            if self.chained {
                let message = format!("it and what follows up to entry {} are missing", end - 1);
                self.findings.problem(Some(self.state.head.size), &self.file, &message);
            }
            (self.chained, self.complete) = (false, false);
            self.state.head = Head { size: end, ..Head::EMPTY };
        }
        if segment.is_sealed() && self.keys_sound {
            run_check::compare(disk, segment.first, &mut self.keys, &mut self.findings);
        }
        if segment.is_sealed() && self.tile_missing > 0 && !self.levels.0.is_empty() {
            let message = format!("the hashes of {} sealed entries are missing", self.tile_missing);
            self.findings.problem(None, "tiles/0", &message);
        }
        self.tile_missing = 0;
    }

    pub(crate) fn finish(mut self) -> Finished {
        if self.complete {
            self.state.root = Some(self.frontier.root());
        }
        self.state.tree = self.frontier;
        if self.state.head.open_batch.is_some() {
            let last = self.state.head.size - 1;
            self.findings.problem(Some(last), &self.file, "the rest of its batch is missing");
        }
        Finished { state: self.state, findings: self.findings }
    }
}
