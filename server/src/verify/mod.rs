//! `muniment verify`: everything that the files claim is computed again, on every core.
//!
//! It reads only. What it finds is of two kinds: a *problem*, which nothing but damage or tampering
//! explains, and a *notice*, such as the torn end that a crash leaves and the next start moves aside.

mod findings;
mod older;
mod reduce;
mod run_check;
pub(crate) mod segments;
mod unit;

use std::io;

use muniment_core::chain::Head;
use muniment_core::checkpoint::Checkpoint;
use muniment_core::hash::Hash;
use muniment_core::note::VerifierKey;
use rayon::prelude::*;

pub use findings::{Finding, Findings};
pub use older::{Older, OlderError};

use crate::disk::Disk;
use crate::ledger::genesis::{Genesis, Purpose};
use crate::ledger::names;
use crate::progress::Progress;
use reduce::Reducer;
use segments::SegmentFile;

/// Units of 256 entries that are checked at a time.
const UNITS_AT_ONCE: usize = 64;

/// What to verify against.
#[derive(Debug, Default)]
pub struct VerifyOptions {
    /// The key that the reader trusts; without it the one that entry 0 names.
    pub vkey: Option<VerifierKey>,
    /// A checkpoint or receipt kept from earlier.
    pub older: Option<Older>,
    /// Told how far it has come.
    pub progress: Progress,
}

/// What was found.
#[derive(Debug)]
pub struct Verified {
    /// What entry 0 says.
    pub purpose: Purpose,
    /// The key that signatures were checked with.
    pub vkey: VerifierKey,
    /// Where the chain ends.
    pub head: Head,
    /// The root over all entries; `None` if not all could be read.
    pub root: Option<Hash>,
    /// Bytes of all lines.
    pub bytes: u64,
    /// The persisted checkpoint, if it is there and sound.
    pub checkpoint: Option<Checkpoint>,
    /// The older checkpoint, if one was given and is sound.
    pub older: Option<Checkpoint>,
    /// Problems and notices.
    pub findings: Findings,
}

/// Why nothing could be verified.
#[derive(Debug, thiserror::Error)]
pub enum VerifyError {
    /// The disk.
    #[error("{0}")]
    Io(#[from] io::Error),
    /// No ledger.
    #[error("there is no ledger here (no segment in ledger/)")]
    NoLedger,
    /// Entry 0, without which no key is known.
    #[error("entry 0 is damaged or was changed: {0}")]
    Genesis(String),
    /// The key is another.
    #[error("this is a ledger of {found}, not of the key {expected}")]
    OtherKey {
        /// What entry 0 names.
        found: Box<VerifierKey>,
        /// What was asked for.
        expected: Box<VerifierKey>,
    },
    /// The older checkpoint or receipt.
    #[error(transparent)]
    Older(#[from] OlderError),
}

/// Verifies a data directory.
///
/// # Errors
/// When it cannot even begin; all else is in [`Verified::findings`].
pub fn verify(disk: &dyn Disk, options: &VerifyOptions) -> Result<Verified, VerifyError> {
    let mut findings = Findings::default();
    let segments = segments::list(disk, &mut findings)?;
    let genesis = read_genesis(disk, &segments)?;
    let vkey = match &options.vkey {
        Some(expected) if *expected != genesis.vkey => {
            let (found, expected) = (Box::new(genesis.vkey), Box::new(expected.clone()));
            return Err(VerifyError::OtherKey { found, expected });
        }
        _ => genesis.vkey,
    };
    let checkpoint = read_checkpoint(disk, &vkey, &mut findings)?;
    let older = options.older.as_ref().map(|older| older.check(&vkey)).transpose()?;
    let sizes = [checkpoint.as_ref(), older.as_ref()].into_iter().flatten().map(|c| c.size).collect();

    let mut reducer = Reducer::new(disk, sizes, findings)?;
    for segment in &segments {
        let before = segment.is_active().then(|| reducer.clone());
        check_segment(disk, segment, segment.end, &mut reducer, &segments, &options.progress)?;
        let Some(before) = before.filter(|_| !reducer.ends_whole()) else { continue };
        let persisted_size = checkpoint.as_ref().map_or(0, |checkpoint| checkpoint.size);
        if let Some((size, bytes)) = segment.torn_end(disk, before.head(), persisted_size)? {
            reducer = before;
            reducer.findings.notice(
                &segment.path,
                &format!("its last {bytes} bytes are a group that a crash interrupted; the next start moves them aside"),
            );
            check_segment(disk, segment, Some(size), &mut reducer, &segments, &options.progress)?;
        }
    }
    let roots = reducer.finish();
    let mut findings = roots.findings;
    if let Some(checkpoint) = &checkpoint {
        findings.compare("checkpoint", "the last persisted checkpoint", checkpoint, &roots.state);
    }
    if let (Some(older), Some(given)) = (&older, &options.older) {
        findings.compare(given.name(), "the older checkpoint", older, &roots.state);
        if let Some(leaf) = given.index().and_then(|index| leaf_of(disk, &segments, index)) {
            given.check_leaf(leaf, &vkey, &mut findings);
        }
    }
    findings.settle(&roots.state);
    Ok(Verified {
        purpose: genesis.purpose,
        vkey,
        head: roots.state.head,
        root: roots.state.root,
        bytes: roots.state.bytes,
        checkpoint,
        older,
        findings,
    })
}

fn check_segment(
    disk: &dyn Disk,
    segment: &SegmentFile,
    end: Option<u64>,
    reducer: &mut Reducer,
    segments: &[SegmentFile],
    progress: &Progress,
) -> Result<(), VerifyError> {
    reducer.begin(segment);
    let mut units = segment.units(disk, end)?;
    loop {
        let window: Vec<_> = units.by_ref().take(UNITS_AT_ONCE).collect();
        if window.is_empty() {
            break;
        }
        let checked: Vec<_> = window.into_par_iter().map(|unit| unit.check(reducer.levels())).collect();
        checked.into_iter().for_each(|unit| reducer.add(unit));
        progress.report("verifying", reducer.size(), segments::total(segments));
    }
    reducer.end(disk, segment, end, units.fault());
    Ok(())
}

fn read_genesis(disk: &dyn Disk, segments: &[SegmentFile]) -> Result<Genesis, VerifyError> {
    let first = segments.first().filter(|segment| segment.first == 0);
    let first =
        first.ok_or_else(|| VerifyError::Genesis("the segment that starts with it is missing".to_owned()))?;
    let line = first.line(disk, 0).map_err(VerifyError::Genesis)?;
    Genesis::from_line(&line).map_err(VerifyError::Genesis)
}

fn leaf_of(disk: &dyn Disk, segments: &[SegmentFile], index: u64) -> Option<Hash> {
    let segment = segments.iter().rev().find(|segment| segment.first <= index)?;
    let line = segment.line(disk, index).ok()?;
    Some(muniment_core::tree::leaf_hash(&line))
}

fn read_checkpoint(
    disk: &dyn Disk,
    vkey: &VerifierKey,
    findings: &mut Findings,
) -> Result<Option<Checkpoint>, VerifyError> {
    let Some(note) = disk.read(names::CHECKPOINT)? else {
        findings.notice("checkpoint", "it is missing: nothing signed tells how many entries there were");
        return Ok(None);
    };
    match Checkpoint::verify(&note, vkey) {
        Ok(checkpoint) => Ok(Some(checkpoint)),
        Err(error) => {
            findings.problem(None, names::CHECKPOINT, &error.to_string());
            Ok(None)
        }
    }
}
