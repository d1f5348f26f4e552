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
use muniment_core::note::{Note, VerifierKey};
use muniment_core::tree::Frontier;
use rayon::prelude::*;

pub use findings::{Finding, Findings};
pub use older::{Older, OlderError};

use crate::disk::Disk;
use crate::ledger::genesis::{Genesis, Purpose};
use crate::ledger::names;
use crate::ledger::origins::Origins;
use crate::progress::Progress;
use reduce::{Reducer, State};
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
    /// The key that signs now.
    pub vkey: VerifierKey,
    /// All keys that the ledger has had.
    pub origins: Origins,
    /// Where the chain ends.
    pub head: Head,
    /// The root over all entries; `None` if not all could be read.
    pub root: Option<Hash>,
    /// The tree over them, as far as they could be read.
    pub tree: Frontier,
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
    /// The key is one that the ledger had.
    #[error(
        "the key {expected} signed the first {end} entries of this ledger; since it was restored from a backup it goes on with {found}. If its owner has published that one, give it instead"
    )]
    EarlierKey {
        /// The present key.
        found: Box<VerifierKey>,
        /// What was asked for.
        expected: Box<VerifierKey>,
        /// Entries that it signed.
        end: u64,
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
    // Who signed them is known only when every entry has been read.
    let note = read_checkpoint(disk, &mut findings)?;
    let claimed_size = note.as_deref().and_then(claimed_size);
    let older_size = options.older.as_ref().map(|older| older.claim()).transpose()?.map(|claim| claim.size);
    let sizes = claimed_size.into_iter().chain(older_size).collect();

    let mut reducer = Reducer::new(disk, sizes, findings)?;
    for segment in &segments {
        let before = segment.is_active().then(|| reducer.clone());
        check_segment(disk, segment, segment.end, &mut reducer, &segments, &options.progress)?;
        let Some(before) = before.filter(|_| !reducer.ends_whole()) else { continue };
        if let Some((size, bytes)) = segment.torn_end(disk, before.head(), claimed_size.unwrap_or(0))? {
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
    let origins = origins(genesis.vkey, &roots.state, &mut findings);
    check_key(&origins, options.vkey.as_ref())?;
    let checkpoint = note.and_then(|note| match origins.verify(&note) {
        Ok(signed) => Some(signed),
        Err(error) => {
            findings.problem(None, names::CHECKPOINT, &error.to_string());
            None
        }
    });
    if let Some(signed) = &checkpoint {
        findings.compare_signed(names::CHECKPOINT, "the last persisted checkpoint", signed, &roots.state);
    }
    let older = options.older.as_ref().map(|older| older.check(&origins)).transpose()?;
    if let (Some(signed), Some(given)) = (&older, &options.older) {
        findings.compare_signed(given.name(), "the older checkpoint", signed, &roots.state);
        if let Some(leaf) = given.index().and_then(|index| leaf_of(disk, &segments, index)) {
            given.check_leaf(leaf, &signed.vkey, &mut findings);
        }
    }
    findings.settle(&roots.state);
    Ok(Verified {
        purpose: genesis.purpose,
        vkey: origins.vkey().clone(),
        origins,
        head: roots.state.head,
        root: roots.state.root,
        tree: roots.state.tree,
        bytes: roots.state.bytes,
        checkpoint: checkpoint.map(|signed| signed.checkpoint),
        older: older.map(|signed| signed.checkpoint),
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

fn read_checkpoint(disk: &dyn Disk, findings: &mut Findings) -> Result<Option<Vec<u8>>, VerifyError> {
    let note = disk.read(names::CHECKPOINT)?;
    if note.is_none() {
        findings.notice("checkpoint", "it is missing: nothing signed tells how many entries there were");
    }
    Ok(note)
}

fn claimed_size(note: &[u8]) -> Option<u64> {
    let note = Note::parse(note).ok()?;
    Some(Checkpoint::parse_text(note.unverified_text()).ok()?.size)
}

/// The origins, by what the entries say. Each return names the root before it, which the old key signed.
fn origins(genesis: VerifierKey, state: &State, findings: &mut Findings) -> Origins {
    for restoration in &state.restorations {
        let (seq, computed) = (restoration.seq, state.roots.get(&restoration.seq));
        if computed.is_some() && computed != restoration.old_root().as_ref() {
            let message = "the root that it names for the entries before it is not theirs";
            findings.problem(Some(seq), names::LEDGER, message);
        }
    }
    // What continues nothing says nothing of keys: those before it stand.
    let mut believed = state.restorations.len();
    loop {
        match Origins::new(genesis.clone(), &state.restorations[..believed]) {
            Ok(origins) => return origins,
            Err((seq, fault)) => {
                findings.problem(Some(seq), names::LEDGER, &fault);
                believed -= 1;
            }
        }
    }
}

fn check_key(origins: &Origins, expected: Option<&VerifierKey>) -> Result<(), VerifyError> {
    let Some(expected) = expected else { return Ok(()) };
    let (found, wanted) = (Box::new(origins.vkey().clone()), Box::new(expected.clone()));
    match origins.end_of(expected) {
        Some(None) => Ok(()),
        Some(Some(end)) => Err(VerifyError::EarlierKey { found, expected: wanted, end }),
        None => Err(VerifyError::OtherKey { found, expected: wanted }),
    }
}
