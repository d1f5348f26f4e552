//! How fast are groups appended, beside a loop that writes and syncs the same bytes?

use std::collections::VecDeque;
use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::path::Path;
use std::time::{Duration, Instant};

use hdrhistogram::Histogram;
use muniment_core::event::Event;
use muniment_core::principal::Principal;

use super::events;
use super::memory::rss_anon_bytes;
use crate::disk::OsDisk;
use crate::ledger::genesis::{self, Purpose};
use crate::ledger::handle::StartError;
use crate::ledger::submission::{Mode, Refusal, Submission};
use crate::ledger::{Ledger, LedgerOptions};
use crate::progress::Progress;

const ORIGIN: &str = "bench.invalid/append";
/// Groups that are handed in before the first answer is awaited.
const IN_FLIGHT: usize = 3;
/// Groups made before each timed stretch, so that making events is not timed.
const GROUPS_AT_ONCE: usize = 32;
const RECEIPTS: u64 = 10_000;

/// What was measured.
#[derive(Debug)]
pub struct Measured {
    /// Events appended.
    pub events: u64,
    /// Bytes of their JSON as posted.
    pub posted_bytes: u64,
    /// Bytes of their lines.
    pub line_bytes: u64,
    /// Bytes of the whole data directory after sealing all that is complete.
    pub disk_bytes: u64,
    /// Bytes of sealed segments and of the lines in them.
    pub sealed: (u64, u64),
    /// Time for the groups, from handing in to the answer.
    pub appending: Duration,
    /// Time for a bare loop that writes and syncs the same bytes in the same groups.
    pub bare: Duration,
    /// Time from the last answer until what was complete is sealed and the ledger closed.
    pub closing: Duration,
    /// Time to open it again.
    pub opening: Duration,
    /// Microseconds for a receipt.
    pub receipts: Histogram<u64>,
    /// RssAnon at the end of appending.
    pub rss_anon_bytes: Option<u64>,
}

/// Why there is no measurement.
#[derive(Debug, thiserror::Error)]
pub enum BenchError {
    /// Something is there.
    #[error("{0} is not empty; `bench append` needs a directory of its own")]
    NotEmpty(String),
    /// The disk.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// The ledger could not be made.
    #[error(transparent)]
    Init(#[from] genesis::InitError),
    /// The ledger could not be opened.
    #[error(transparent)]
    Start(#[from] StartError),
    /// An event was refused.
    #[error(transparent)]
    Refused(#[from] Refusal),
}

/// Appends so many events in groups of so many to a new ledger in an empty directory.
///
/// # Errors
/// See [`BenchError`].
pub fn append(
    directory: &Path,
    options: &LedgerOptions,
    events: u64,
    group: usize,
    progress: &Progress,
) -> Result<Measured, BenchError> {
    fs::create_dir_all(directory)?;
    if fs::read_dir(directory)?.next().is_some() {
        return Err(BenchError::NotEmpty(directory.display().to_string()));
    }
    let now = options.open.clock.wall();
    genesis::create(&OsDisk::new(directory), ORIGIN, "bench", Purpose::Test, now)?;
    // Making events leaves the ledger pauses that a stream of posts would not: they are not quiet moments.
    let options = &LedgerOptions { quiet: Duration::MAX, ..options.clone() };
    let ledger = Ledger::open(directory, options)?;
    let by = Principal::new("host/bench").map_err(io::Error::other)?;
    let bare_path = directory.join("bare-loop");
    let mut bare_file = OpenOptions::new().create_new(true).write(true).open(&bare_path)?;
    let (mut appending, mut bare, mut posted_bytes) = (Duration::ZERO, Duration::ZERO, 0);
    let mut done = 0;
    while done < events {
        let first_seq = ledger.head().size;
        let groups = make_groups(done, events, group, &by, &mut posted_bytes)?;
        let counts: Vec<u64> = groups.iter().map(|group| group.len() as u64).collect();
        let start = Instant::now();
        hand_in(&ledger, groups)?;
        appending += start.elapsed();

        let texts = texts_of(&ledger, first_seq, &counts)?;
        let start = Instant::now();
        for text in &texts {
            bare_file.write_all(text)?;
            bare_file.sync_data()?;
        }
        bare += start.elapsed();
        done += counts.iter().sum::<u64>();
        progress.report("appending", done, Some(events));
    }
    fs::remove_file(&bare_path)?;
    let rss_anon_bytes = rss_anon_bytes();
    let start = Instant::now();
    ledger.close();
    let closing = start.elapsed();
    let start = Instant::now();
    let ledger = Ledger::open(directory, options)?;
    let opening = start.elapsed();
    let receipts = time_receipts(&ledger)?;
    let (sealed, line_bytes) = sizes(&ledger, directory)?;
    ledger.close();
    let disk_bytes = directory_bytes(directory)?;
    Ok(Measured {
        events,
        posted_bytes,
        line_bytes,
        disk_bytes,
        sealed,
        appending,
        bare,
        closing,
        opening,
        receipts,
        rss_anon_bytes,
    })
}

fn make_groups(
    first: u64,
    events: u64,
    group: usize,
    by: &Principal,
    posted_bytes: &mut u64,
) -> Result<Vec<Submission>, Refusal> {
    let mut groups = Vec::new();
    let mut next = first;
    while next < events && groups.len() < GROUPS_AT_ONCE {
        let end = events.min(next + group as u64);
        let mut made: Vec<Event> = Vec::with_capacity(group);
        for number in next..end {
            let event = events::event(number);
            *posted_bytes += event.canonical().len() as u64;
            made.push(event);
        }
        groups.push(Submission::new(by.clone(), made, Mode::Each)?);
        next = end;
    }
    Ok(groups)
}

fn hand_in(ledger: &Ledger, groups: Vec<Submission>) -> Result<(), Refusal> {
    let mut waiting = VecDeque::new();
    for group in groups {
        waiting.push_back(ledger.submit(group)?);
        if waiting.len() == IN_FLIGHT {
            answered(waiting.pop_front())?;
        }
    }
    waiting.into_iter().try_for_each(|answer| answered(Some(answer)))
}

fn answered(
    answer: Option<tokio::sync::oneshot::Receiver<crate::ledger::submission::Outcome>>,
) -> Result<(), Refusal> {
    let Some(answer) = answer else { return Ok(()) };
    let items = answer.blocking_recv().unwrap_or(Err(Refusal::Closed))?;
    items.into_iter().try_for_each(|item| item.map(drop))
}

fn texts_of(ledger: &Ledger, first: u64, counts: &[u64]) -> io::Result<Vec<Vec<u8>>> {
    let mut seq = first;
    let text = |count: &u64| {
        let text = ledger.lines(seq, seq + count);
        seq += count;
        text
    };
    counts.iter().map(text).collect()
}

fn time_receipts(ledger: &Ledger) -> Result<Histogram<u64>, BenchError> {
    let mut histogram = Histogram::new(3).map_err(io::Error::other)?;
    let size = ledger.head().size;
    for number in 0..RECEIPTS.min(size) {
        let seq = number.wrapping_mul(0x9E37_79B9_7F4A_7C15) % size;
        let start = Instant::now();
        let receipt = ledger.receipt(seq)?;
        let micros = u64::try_from(start.elapsed().as_micros()).unwrap_or(u64::MAX);
        histogram.record(micros.max(1)).map_err(io::Error::other)?;
        assert!(receipt.is_some(), "the entry is there");
    }
    Ok(histogram)
}

/// Sealed bytes and the bytes of their lines, and the bytes of all lines.
fn sizes(ledger: &Ledger, directory: &Path) -> io::Result<((u64, u64), u64)> {
    let (mut packed, mut lines, mut all) = (0, 0, 0);
    let (size, mut seq) = (ledger.head().size, 0);
    let mut firsts: Vec<(u64, bool, u64)> = Vec::new();
    for entry in fs::read_dir(directory.join("ledger"))? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if let Some((first, kind)) = name.split_once('.').filter(|(_, kind)| kind.starts_with("jsonl")) {
            firsts.push((
                first.parse().map_err(io::Error::other)?,
                kind == "jsonl.zst",
                entry.metadata()?.len(),
            ));
        }
    }
    firsts.sort_unstable();
    let ends: Vec<u64> = firsts.iter().skip(1).map(|(first, ..)| *first).chain([size]).collect();
    for ((_, sealed, bytes), end) in firsts.into_iter().zip(ends) {
        let mut segment_lines = 0;
        while seq < end {
            let next = end.min(seq + 4_096);
            segment_lines += ledger.lines(seq, next)?.len() as u64;
            seq = next;
        }
        all += segment_lines;
        if sealed {
            packed += bytes;
            lines += segment_lines;
        }
    }
    Ok(((packed, lines), all))
}

/// Bytes of all files below a directory.
pub(super) fn directory_bytes(directory: &Path) -> io::Result<u64> {
    let mut bytes = 0;
    for entry in fs::read_dir(directory)? {
        let entry = entry?;
        let metadata = entry.metadata()?;
        bytes += if metadata.is_dir() { directory_bytes(&entry.path())? } else { metadata.len() };
    }
    Ok(bytes)
}
