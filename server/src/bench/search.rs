//! How fast is the ledger indexed while it takes events, and how long does a search take?

use std::fs;
use std::io;
use std::path::Path;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use hdrhistogram::Histogram;
use muniment_core::principal::Principal;
use muniment_core::time::Timestamp;

use super::append::BenchError;
use super::events;
use super::memory::rss_anon_bytes;
use crate::disk::OsDisk;
use crate::index::{Index, IndexError, IndexOptions, Order, SearchQuery};
use crate::ledger::genesis::{self, Purpose};
use crate::ledger::submission::{Mode, Submission};
use crate::ledger::{Ledger, LedgerOptions};
use crate::progress::Progress;
use crate::query::{Filter, Scope, TypePattern};

const ORIGIN: &str = "bench.invalid/search";
/// Events handed in together.
const GROUP: u64 = 1_024;
/// Entries that the index may be behind before appending waits for it.
const BEHIND_MAX: u64 = 60_000;
/// Searches of each kind.
const SEARCHES: u64 = 300;
const WAIT: Duration = Duration::from_millis(2);

/// What was measured.
#[derive(Debug)]
pub struct Measured {
    /// Entries in the index.
    pub entries: u64,
    /// Time to append and index all of them at once, the index never far behind.
    pub following: Duration,
    /// Time to make the index again from the ledger.
    pub rebuilding: Duration,
    /// Most RssAnon of the process, ledger and index together, while appending.
    pub following_rss_bytes: u64,
    /// The same while making the index again.
    pub rebuilding_rss_bytes: u64,
    /// RssAnon after opening ledger and index, and searching.
    pub searching_rss_bytes: u64,
    /// Bytes of the index on disk.
    pub disk_bytes: u64,
    /// Time to open it again, until it is ready.
    pub opening: Duration,
    /// Microseconds for a page of 100, by kind of search, and entries in the first page.
    pub searches: Vec<(&'static str, usize, Histogram<u64>)>,
}

/// Why there is no measurement.
#[derive(Debug, thiserror::Error)]
pub enum SearchBenchError {
    /// The ledger.
    #[error(transparent)]
    Ledger(#[from] BenchError),
    /// The index.
    #[error(transparent)]
    Index(#[from] IndexError),
    /// The disk.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// The index's thread.
    #[error("the index: {0}")]
    Fault(String),
}

/// Appends so many events to a new ledger in an empty directory while they are indexed, makes the index
/// again, and searches.
///
/// # Errors
/// See [`SearchBenchError`].
pub fn search(
    directory: &Path,
    options: &LedgerOptions,
    events: u64,
    progress: &Progress,
) -> Result<Measured, SearchBenchError> {
    let now = options.open.clock.wall();
    let made = genesis::create(&OsDisk::new(directory), ORIGIN, "bench", Purpose::Test, now);
    made.map_err(BenchError::from)?;
    let open = || Ledger::open(directory, options).map(Arc::new).map_err(BenchError::from);
    let place = directory.join("index");
    let ledger = open()?;
    let index = Index::open(&place, ledger.clone(), IndexOptions::default(), progress)?;
    let start = Instant::now();
    let following_rss_bytes = append(&ledger, &index, events, progress)?;
    let following = start.elapsed();
    drop(index);

    fs::remove_dir_all(&place)?;
    let start = Instant::now();
    let index = Index::open(&place, ledger.clone(), IndexOptions::default(), progress)?;
    let rebuilding_rss_bytes = until(&index, ledger.head().size)?;
    let rebuilding = start.elapsed();
    drop((index, ledger));

    let ledger = open()?;
    let start = Instant::now();
    let index = Index::open(&place, ledger.clone(), IndexOptions::default(), progress)?;
    until(&index, ledger.head().size)?;
    let opening = start.elapsed();
    let searches = kinds().into_iter().map(|kind| time(&index, kind)).collect::<Result<_, _>>()?;
    Ok(Measured {
        entries: index.indexed_size(),
        following,
        rebuilding,
        following_rss_bytes,
        rebuilding_rss_bytes,
        searching_rss_bytes: rss_anon_bytes().unwrap_or_default(),
        disk_bytes: super::append::directory_bytes(&place)?,
        opening,
        searches,
    })
}

fn append(ledger: &Ledger, index: &Index, events: u64, progress: &Progress) -> Result<u64, SearchBenchError> {
    let by = Principal::new("host/bench").map_err(io::Error::other)?;
    let (mut number, mut most) = (0, 0);
    while number < events {
        let end = events.min(number + GROUP);
        let made = (number..end).map(events::event).collect();
        let group = Submission::new(by.clone(), made, Mode::Each).map_err(BenchError::from)?;
        ledger.append(group).map_err(BenchError::from)?;
        number = end;
        while ledger.head().size > index.indexed_size() + BEHIND_MAX {
            check(index)?;
            thread::sleep(WAIT);
        }
        most = most.max(rss_anon_bytes().unwrap_or_default());
        progress.report("appending", number, Some(events));
    }
    Ok(most.max(until(index, ledger.head().size)?))
}

/// Waits until the index is ready and holds so many entries. Gives the most RssAnon meanwhile.
fn until(index: &Index, size: u64) -> Result<u64, SearchBenchError> {
    let mut most = 0;
    while !index.ready() || index.indexed_size() < size {
        check(index)?;
        thread::sleep(WAIT);
        most = most.max(rss_anon_bytes().unwrap_or_default());
    }
    Ok(most)
}

fn check(index: &Index) -> Result<(), SearchBenchError> {
    index.fault().map_or(Ok(()), |fault| Err(SearchBenchError::Fault(fault)))
}

type Kind = (&'static str, fn(u64) -> SearchQuery);

fn kinds() -> Vec<Kind> {
    vec![
        ("all, newest first", |_| newest(SearchQuery::default())),
        ("type", |_| newest(types("request.received"))),
        ("type below, oldest first, from the middle", |number| SearchQuery {
            after: Some(number * 3_331),
            ..types("request.*")
        }),
        ("subject", |number| newest(subject(number * 2_111))),
        ("unit scope and type", |_| newest(units(types("training.*")))),
        ("an hour of a type", |number| hour(types("access.granted"), number * 9_973)),
        ("an hour within a unit and a source", |number| {
            newest(hour(units(source("/systems")), number * 9_973))
        }),
        ("word", |_| newest(text("incinerate"))),
        ("case number as text", |number| newest(text(&format!("FOI-2025-{:06}", number * 301)))),
        ("phrase", |_| newest(text("\"data emailed to incorrect recipient\" red"))),
        ("common words", |_| newest(text("housing foi email"))),
        ("phrase that never stands", |_| newest(text("\"care social\""))),
        ("common words that never stand together", |_| newest(text("liquidlogic housing foi"))),
        ("common terms that never stand together", |_| newest(text_in(units(types("breach.*")), "foi"))),
        ("nothing found, oldest first", |_| text_in(types("access.*"), "request")),
        ("an hour that was not", |_| newest(hour(types("access.*"), u64::from(u32::MAX)))),
    ]
}

fn newest(query: SearchQuery) -> SearchQuery {
    SearchQuery { order: Order::Descending, ..query }
}

fn types(pattern: &str) -> SearchQuery {
    let types = pattern.parse::<TypePattern>().into_iter().collect();
    SearchQuery { filter: Filter { types, ..Filter::default() }, ..SearchQuery::default() }
}

fn subject(number: u64) -> SearchQuery {
    let subject = Some(format!("FOI-2025-{:06}", number / 7));
    SearchQuery { filter: Filter { subject, ..Filter::default() }, ..SearchQuery::default() }
}

fn source(prefix: &str) -> SearchQuery {
    let scope = Scope { source_prefix: Some(prefix.to_owned()), ..Scope::default() };
    SearchQuery { scope, ..SearchQuery::default() }
}

fn units(query: SearchQuery) -> SearchQuery {
    let units = ["housing", "legal-services", "public-health"].map(str::to_owned);
    let scope = Scope { units: Some(units.into()), ..query.scope };
    SearchQuery { scope, ..query }
}

fn text(text: &str) -> SearchQuery {
    text_in(SearchQuery::default(), text)
}

fn text_in(query: SearchQuery, text: &str) -> SearchQuery {
    SearchQuery { text: Some(text.to_owned()), ..query }
}

/// The hour that starts when event `number` happened.
fn hour(query: SearchQuery, number: u64) -> SearchQuery {
    let from = events::happened(number);
    let filter =
        Filter { from: Some(from), to: Some(Timestamp::plus_micros(from, 3_600_000_000)), ..query.filter };
    SearchQuery { filter, ..query }
}

fn time(
    index: &Index,
    (name, query): Kind,
) -> Result<(&'static str, usize, Histogram<u64>), SearchBenchError> {
    let mut histogram = Histogram::new(3).map_err(io::Error::other)?;
    let mut found = 0;
    for number in 0..SEARCHES {
        let query = SearchQuery { limit: 100, ..query(number) };
        let start = Instant::now();
        let page = index.search(&query)?;
        let micros = u64::try_from(start.elapsed().as_micros()).unwrap_or(u64::MAX);
        histogram.record(micros.max(1)).map_err(io::Error::other)?;
        found = if number == 0 { page.seqs.len() } else { found };
    }
    Ok((name, found, histogram))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::ledger_options;

    /// `MUNIMENT_BENCH_EVENTS=1000000 cargo test --release -p muniment-server --lib bench::search -- --ignored --nocapture`
    #[test]
    #[ignore = "takes minutes; prints figures"]
    #[expect(clippy::print_stdout, reason = "this is what it is for")]
    fn figures() {
        let events = std::env::var("MUNIMENT_BENCH_EVENTS").ok().and_then(|events| events.parse().ok());
        let directory = tempfile::tempdir().unwrap();
        let options = ledger_options(128 * 1024 * 1024);
        let measured =
            search(directory.path(), &options, events.unwrap_or(10_000), &Progress::default()).unwrap();
        let rate = |time: Duration| measured.entries as f64 / time.as_secs_f64();
        let mb = |bytes: u64| bytes as f64 / 1e6;
        println!("{} entries", measured.entries);
        println!(
            "following  {:8.0} events/s, RssAnon {:.0} MB",
            rate(measured.following),
            mb(measured.following_rss_bytes)
        );
        println!(
            "rebuilding {:8.0} events/s, RssAnon {:.0} MB",
            rate(measured.rebuilding),
            mb(measured.rebuilding_rss_bytes)
        );
        println!(
            "searching  RssAnon {:.0} MB, opening {:?}",
            mb(measured.searching_rss_bytes),
            measured.opening
        );
        println!("disk {:.1} MB a million", mb(measured.disk_bytes) / measured.entries as f64 * 1e6);
        for (name, found, micros) in measured.searches {
            let at = |quantile| micros.value_at_quantile(quantile) as f64 / 1e3;
            println!(
                "{name:45} {found:4} found, p50 {:7.2} ms, p99 {:7.2} ms, max {:7.2} ms",
                at(0.5),
                at(0.99),
                at(1.0)
            );
        }
    }
}
