//! Running a plugin over entries without telling anybody: the check at installation, and what an upgrade would change.

use std::collections::BTreeMap;
use std::io;
use std::time::{Duration, Instant};

use super::alerts::{Key, Open, Saying};
use super::engine::{Cause, Failure, Log, Program};
use super::fold::{BATCH_ITEMS_MAX, Fold, Position, Terms};
use super::grants;
use super::reading::{Reading, read_entries};
use crate::ledger::Ledger;

/// Entries at each end of the ledger that the check at installation is made with.
pub const SAMPLE_ENTRIES: u64 = 2048;
/// The batches that the check is made with; the last is all at once.
const BATCHES: [usize; 3] = [1, 7, BATCH_ITEMS_MAX];

/// How long the check may take.
const CHECK_MAX: Duration = Duration::from_secs(60);
/// How many alerts a plugin may raise on one day in it. A sample of history holds more than a day.
const CHECK_ALERTS_A_DAY_MAX: u32 = 50_000;

/// Why a trial could not be made, or what it found.
#[derive(Debug, thiserror::Error)]
pub enum TrialError {
    /// The plugin fails.
    #[error("{failure}{}", .at.map(|seq| format!(", at entry {seq}")).unwrap_or_default())]
    Failed {
        /// What it does wrong.
        failure: Failure,
        /// The entry, where it is one.
        at: Option<u64>,
    },
    /// The ledger cannot be read.
    #[error("reading the ledger: {0}")]
    Io(#[from] io::Error),
}

impl From<Failure> for TrialError {
    fn from(failure: Failure) -> TrialError {
        TrialError::Failed { failure, at: None }
    }
}

/// What came of a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Run {
    /// Where it stands.
    pub position: Position,
    /// The plugin's state.
    pub state: Vec<u8>,
    /// What would have been told.
    pub said: Vec<Saying>,
}

/// How a run is made.
#[derive(Debug, Clone, Copy)]
pub struct How {
    /// Items at once.
    pub batch: usize,
    /// After so many chunks the plugin is restored from its snapshot; 0: never.
    pub restore_every: usize,
}

/// Folds over lines of entries, chunk by chunk. The lines of a chunk are consecutive.
///
/// # Errors
/// See [`TrialError`].
pub fn run<'l>(
    program: &Program,
    settings: &str,
    terms: &Terms,
    chunks: impl Iterator<Item = (u64, &'l [u8])>,
    how: How,
) -> Result<Run, TrialError> {
    run_until(program, settings, terms, chunks, how, (&Log::default(), None))
}

/// As [`run`]; what the plugin writes goes to a log, and at a deadline it ends.
///
/// # Errors
/// See [`TrialError`].
pub(super) fn run_until<'l>(
    program: &Program,
    settings: &str,
    terms: &Terms,
    chunks: impl Iterator<Item = (u64, &'l [u8])>,
    how: How,
    (log, deadline): (&Log, Option<Instant>),
) -> Result<Run, TrialError> {
    let mut instance = program.start(settings, log)?;
    let mut fold = Fold::new(terms);
    fold.batch_items_max = how.batch.max(1);
    fold.interrupt.deadline = deadline;
    let mut position = Position::default();
    let mut said = Vec::new();
    for (number, (first, lines)) in chunks.enumerate() {
        if how.restore_every > 0 && number % how.restore_every == 0 {
            let state = instance.snapshot()?;
            instance = program.start(settings, log)?;
            instance.restore(&state)?;
        }
        let mut entries = read_entries(lines, first)?;
        let opened = terms.grants.opened(&entries)?;
        grants::put(&mut entries, &opened);
        let more = fold
            .advance(&mut position, &mut instance, &entries)
            .map_err(|failed| TrialError::Failed { failure: failed.failure, at: Some(failed.first) })?;
        if fold.is_interrupted() {
            let seconds = CHECK_MAX.as_secs();
            return Err(Failure::new(Cause::Time, format!("the check took longer than {seconds} s")).into());
        }
        said.extend(more);
    }
    let state = instance.snapshot()?;
    Ok(Run { position, state, said })
}

/// Checks that what a plugin says depends neither on how many items it is given at once, nor on being stopped and
/// started, over a sample of the ledger.
///
/// # Errors
/// See [`TrialError`].
pub fn check(program: &Program, settings: &str, terms: &Terms, ledger: &Ledger) -> Result<(), TrialError> {
    let size = ledger.head().size;
    let ends =
        [(0, size.min(SAMPLE_ENTRIES)), (size.saturating_sub(SAMPLE_ENTRIES).max(SAMPLE_ENTRIES), size)];
    let mut sample = Vec::new();
    for (from, to) in ends {
        if from < to {
            sample.push((from, ledger.lines(from, to)?));
        }
    }
    // As if it had been there from the first entry on: what it tells is compared too, and not only what is open.
    let mut terms = terms.clone();
    terms.since = 0;
    terms.alerts_a_day_max = CHECK_ALERTS_A_DAY_MAX;
    check_until(program, settings, &terms, &sample, Some(Instant::now() + CHECK_MAX))
}

/// As [`check`], over these lines.
///
/// # Errors
/// See [`TrialError`].
pub fn check_over(
    program: &Program,
    settings: &str,
    terms: &Terms,
    sample: &[(u64, Vec<u8>)],
) -> Result<(), TrialError> {
    check_until(program, settings, terms, sample, None)
}

fn check_until(
    program: &Program,
    settings: &str,
    terms: &Terms,
    sample: &[(u64, Vec<u8>)],
    deadline: Option<Instant>,
) -> Result<(), TrialError> {
    let log = Log::default();
    let chunks = || sample.iter().map(|(first, lines)| (*first, lines.as_slice()));
    let mut before: Option<Run> = None;
    for batch in BATCHES {
        let how = How { batch, restore_every: 0 };
        let run = run_until(program, settings, terms, chunks(), how, (&log, deadline))?;
        if let Some(before) = &before
            && let Some(what) = difference(before, &run)
        {
            return Err(Failure::new(
                Cause::Contract,
                format!("given items one by one it comes to {what} than given up to {batch} at once"),
            )
            .into());
        }
        before = Some(run);
    }
    let pieces = sample.iter().flat_map(|(first, lines)| pieces(*first, lines));
    let how = How { batch: BATCH_ITEMS_MAX, restore_every: 1 };
    let restored = run_until(program, settings, terms, pieces, how, (&log, deadline))?;
    match before.and_then(|before| difference(&before, &restored)) {
        Some(what) => Err(Failure::contract(format!(
            "stopped and started again from its snapshot it comes to {what} than without"
        ))
        .into()),
        None => Ok(()),
    }
}

/// Lines in pieces of so many that a plugin is stopped and started now and then, and not too often.
fn pieces(first: u64, lines: &[u8]) -> impl Iterator<Item = (u64, &[u8])> {
    const PIECE_ENTRIES: usize = 97;
    let ends: Vec<usize> = memchr::memchr_iter(b'\n', lines).map(|newline| newline + 1).collect();
    let mut start = 0;
    let cut = move |(number, ends): (usize, Vec<usize>)| {
        let end = ends.last().copied().unwrap_or(start);
        let piece = &lines[start..end];
        start = end;
        (first + (number * PIECE_ENTRIES) as u64, piece)
    };
    let ends: Vec<Vec<usize>> = ends.chunks(PIECE_ENTRIES).map(<[usize]>::to_vec).collect();
    ends.into_iter().enumerate().map(cut)
}

/// In what two runs differ.
#[must_use]
pub fn difference(one: &Run, other: &Run) -> Option<&'static str> {
    if one.said != other.said {
        return Some("other alerts");
    }
    if one.position != other.position {
        return Some("another wake-up, or other open alerts,");
    }
    (one.state != other.state).then_some("another state")
}

/// Folds over the ledger up to an entry, telling nobody.
///
/// # Errors
/// See [`TrialError`].
pub fn rehearse(
    program: &Program,
    settings: &str,
    terms: &Terms,
    reading: &Reading,
    end: u64,
    mut progress: impl FnMut(u64),
) -> Result<Position, TrialError> {
    let log = Log::default();
    let mut instance = program.start(settings, &log)?;
    let mut fold = Fold::new(terms);
    let mut position = Position::default();
    while position.next < end {
        let next = position.next;
        let chunk = reading.chunk(next, end)?;
        let mut entries = chunk.entries(&(next..end.min(chunk.end())));
        let opened = terms.grants.opened(&entries)?;
        grants::put(&mut entries, &opened);
        fold.advance(&mut position, &mut instance, &entries)
            .map_err(|failed| TrialError::Failed { failure: failed.failure, at: Some(failed.first) })?;
        progress(position.next);
    }
    Ok(position)
}

/// An alert in which two versions differ.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Differing {
    /// The rule.
    pub rule: String,
    /// The stage.
    pub stage: String,
    /// The case or record.
    pub subject: String,
}

/// What an upgrade would change.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Comparison {
    /// Up to which entry both were compared.
    pub size: u64,
    /// Alerts that are open now.
    pub open_before: usize,
    /// Alerts that would be open.
    pub open_after: usize,
    /// Alerts that would be raised.
    pub raised: Vec<Differing>,
    /// Alerts that would be cleared.
    pub cleared: Vec<Differing>,
}

/// Compares the open alerts of two versions.
#[must_use]
pub fn compare(size: u64, before: &BTreeMap<Key, Open>, after: &BTreeMap<Key, Open>) -> Comparison {
    let only = |these: &BTreeMap<Key, Open>, those: &BTreeMap<Key, Open>| {
        let lacking = these.keys().filter(|key| !those.contains_key(key));
        let named = |key: &Key| Differing {
            rule: key.rule.clone(),
            stage: key.stage.clone(),
            subject: key.subject.clone(),
        };
        lacking.map(named).collect()
    };
    Comparison {
        size,
        open_before: before.len(),
        open_after: after.len(),
        raised: only(after, before),
        cleared: only(before, after),
    }
}
