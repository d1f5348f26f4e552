//! `muniment bench`: how fast is this machine's ledger?

mod empty;
mod ingest;
mod pages;
mod plugins;
mod read;
mod server;

use std::io::ErrorKind;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use clap::{Args, Subcommand};

use super::failure::{EXIT_CODES, Failure, Verdict};
use super::opening::{self, DataArg, SetArg};
use super::print;
use super::terminal::Bar;
use crate::bench::tally::{Latency, Tally};
use crate::bench::{append, events, seal, verify};
use crate::ledger::DirectoryLock;
use crate::progress::Progress;

const APPEND_ABOUT: &str = "\
Append made-up events, like those that a council's systems post, to a test ledger in a directory of its \
own, in groups with one sync each. In the same run a bare loop writes and syncs the same bytes in the same \
groups: the ratio of the two is what to compare, as machines and disks differ. Making the events is not \
timed. Complete segments are compressed in quiet moments, here after the timed part unless more than four \
wait. Then the ledger is opened again and receipts are made. The directory stays for `bench verify`.";

const VERIFY_ABOUT: &str = "\
Verify a ledger twice, and twice run a bare loop that decompresses and hashes (BLAKE3, SHA-256) the same \
lines on all cores; the second run of each is timed. Nothing is changed.";

const SEAL_ABOUT: &str = "\
Check made-up events, each with a free text that is personal, and seal them as `append` does; none is recorded. In \
turns the same events are checked without being sealed: the difference is what sealing costs. The vault of the ledger \
grows by the keys of the cases, so use a test ledger.";

const EXAMPLE: &str = "Example:
  muniment bench append --data /tmp/bench --events 5000000
  muniment bench verify --data /tmp/bench
  muniment bench seal   --data /tmp/test-ledger
  muniment bench plugins --data /tmp/bench-plugins
  muniment bench ingest --server http://127.0.0.1:8080 --clients 64 --baseline
  muniment bench read   --server http://127.0.0.1:8080
  muniment bench pages  --server http://127.0.0.1:8080";

/// Measure the speed and size of a ledger on this machine
#[derive(Debug, Args)]
#[command(after_help = format!("{EXAMPLE}\n\n{EXIT_CODES}"))]
pub(crate) struct BenchArgs {
    #[command(subcommand)]
    command: BenchCommand,
}

#[derive(Debug, Subcommand)]
enum BenchCommand {
    /// Append made-up events to a new ledger
    #[command(long_about = APPEND_ABOUT, after_help = format!("{EXAMPLE}\n\n{EXIT_CODES}"))]
    Append(AppendArgs),
    /// Verify a ledger that is there
    #[command(long_about = VERIFY_ABOUT, after_help = format!("{EXAMPLE}\n\n{EXIT_CODES}"))]
    Verify(DataArg),
    /// Seal made-up events with personal data, without recording them
    #[command(long_about = SEAL_ABOUT, after_help = format!("{EXAMPLE}\n\n{EXIT_CODES}"))]
    Seal(SealArgs),
    Ingest(ingest::IngestArgs),
    Pages(pages::PagesArgs),
    Plugins(plugins::PluginsArgs),
    Read(read::ReadArgs),
    Events(EventsArgs),
    #[command(hide = true)]
    EmptyHandler(empty::EmptyArgs),
}

#[derive(Debug, Args)]
struct SealArgs {
    #[command(flatten)]
    data: DataArg,
    /// Events to seal, five of each case
    #[arg(long, value_name = "N", default_value_t = 500_000, value_parser = clap::value_parser!(u64).range(1..=100_000_000))]
    events: u64,
}

#[derive(Debug, Args)]
struct AppendArgs {
    /// Directory to make the ledger in: it must be empty, or not there yet
    #[arg(long = "data", value_name = "DIR")]
    path: PathBuf,
    /// Events to append
    #[arg(long, value_name = "N", default_value_t = 600_000, value_parser = clap::value_parser!(u64).range(1..=100_000_000))]
    events: u64,
    /// Events in a group
    #[arg(long, value_name = "N", default_value_t = 1_024, value_parser = clap::value_parser!(u16).range(1..=4_096))]
    group: u16,
}

const EVENTS_EXAMPLE: &str = "Example:
  muniment bench events --events 1000 | muniment append --data /tmp/test-ledger";

/// Print made-up events, one a line, the same every time
#[derive(Debug, Args)]
#[command(after_help = format!("{EVENTS_EXAMPLE}\n\n{EXIT_CODES}"))]
struct EventsArgs {
    /// How many
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..=100_000_000))]
    events: u64,
}

pub(crate) fn run(args: &BenchArgs, set: &SetArg) -> Result<Verdict, Failure> {
    match &args.command {
        BenchCommand::Append(args) => run_append(args, set),
        BenchCommand::Verify(data) => run_verify(data, set),
        BenchCommand::Seal(args) => run_seal(args, set),
        BenchCommand::Ingest(args) => ingest::run(args),
        BenchCommand::Pages(args) => pages::run(args),
        BenchCommand::Plugins(args) => plugins::run(args, set),
        BenchCommand::Read(args) => read::run(args),
        BenchCommand::Events(args) => run_events(args),
        BenchCommand::EmptyHandler(args) => empty::run(args),
    }
}

fn run_append(args: &AppendArgs, set: &SetArg) -> Result<Verdict, Failure> {
    let settings = set.settings(&args.path)?;
    let options = settings.ledger_options(Progress::default());
    let bar = Bar::entries("appending");
    let measured =
        append::append(&args.path, &options, args.events, usize::from(args.group), &bar.progress());
    bar.clear();
    let measured = measured.map_err(|error| match error {
        append::BenchError::NotEmpty(_) => Failure::usage(error.to_string()),
        error => Failure::wanting(error.to_string()),
    })?;
    print_append(&measured, args.group);
    Ok(Verdict::Done)
}

fn print_append(m: &append::Measured, group: u16) {
    let per_event = |bytes: u64| bytes / m.events;
    row("events", &format!("{} in groups of {group}", m.events));
    row(
        "bytes an event",
        &format!("{} posted, {} as a line", per_event(m.posted_bytes), per_event(m.line_bytes)),
    );
    rates(m.events, "appended", m.appending, "write and sync", m.bare);
    let (packed, lines) = m.sealed;
    match lines {
        0 => row("sealed segments", "none: the events fit into the active one"),
        _ => row("sealed segments", &format!("{} of their lines", ratio(packed, lines))),
    }
    row("data directory", &format!("{} of the JSON posted", ratio(m.disk_bytes, m.posted_bytes)));
    row("sealing and closing", &seconds(m.closing));
    row("opening again", &seconds(m.opening));
    let percentile = |quantile| m.receipts.value_at_quantile(quantile);
    row(
        "receipt",
        &format!("{} µs median, {} µs p99, {} µs most", percentile(0.5), percentile(0.99), m.receipts.max()),
    );
    memory(m.rss_anon_bytes);
}

fn run_verify(data: &DataArg, set: &SetArg) -> Result<Verdict, Failure> {
    set.settings(&data.path)?;
    let _lock = DirectoryLock::shared(&data.path)?;
    let bar = Bar::entries("verifying");
    let measured = verify::measure(&data.path, &bar.progress());
    bar.clear();
    let m = measured.map_err(|error| Failure::from(error).of(data.path.display()))?;
    let entries = m.verified.head.size;
    row("entries", &format!("{entries}, {} bytes of lines", m.verified.bytes));
    rates(entries, "verified", m.verifying, "decompress and hash", m.bare);
    memory(m.rss_anon_bytes);
    match m.verified.findings.problems.first() {
        None => Ok(Verdict::Done),
        Some(problem) => {
            row("problem", &problem.to_string());
            Ok(Verdict::Wanting)
        }
    }
}

fn run_seal(args: &SealArgs, set: &SetArg) -> Result<Verdict, Failure> {
    let settings = set.settings(&args.data.path)?;
    let definitions = opening::definitions(&args.data)?;
    let ledger = Arc::new(opening::open(&args.data, &settings, |_| {})?);
    let vault = opening::vault(&args.data, &settings, &ledger, &definitions.get().catalogue)?;
    let file = args.data.path.join(crate::vault::FILE);
    let bytes = || std::fs::metadata(&file).map(|file| file.len());
    let measured = seal::measure(&ledger, vault, definitions, bytes, args.events);
    let m = measured.map_err(|error| Failure::wanting(error.to_string()))?;
    row("events", &format!("{} of {} cases", m.events, m.cases));
    let each = |time: Duration| format!("{:.2} µs an event", time.as_secs_f64() * 1e6 / count(m.events));
    row("checked", &each(m.bare));
    row("checked and sealed", &each(m.sealing));
    row("sealing costs", &each(m.sealing.saturating_sub(m.bare)));
    row("noting whose key is whose", &each(m.noting));
    row("vault", &format!("{} bytes a case", m.vault_bytes_a_case));
    memory(m.rss_anon_bytes);
    Ok(Verdict::Done)
}

fn run_events(args: &EventsArgs) -> Result<Verdict, Failure> {
    for number in 0..args.events {
        match print::try_result(&events::json(number)) {
            Err(error) if error.kind() == ErrorKind::BrokenPipe => break,
            printed => printed.map_err(|error| Failure::wanting(format!("standard output: {error}")))?,
        }
    }
    Ok(Verdict::Done)
}

fn rates(events: u64, what: &str, time: Duration, bare: &str, bare_time: Duration) {
    let rate =
        |time: Duration| format!("{:.0} a second ({})", count(events) / time.as_secs_f64(), seconds(time));
    row(what, &rate(time));
    row(&format!("bare loop: {bare}"), &rate(bare_time));
    row("ratio", &format!("{:.2}", bare_time.as_secs_f64() / time.as_secs_f64()));
}

fn memory(rss_anon_bytes: Option<u64>) {
    match rss_anon_bytes {
        Some(bytes) => row("memory (RssAnon)", &format!("{} MiB", bytes >> 20)),
        None => row("memory (RssAnon)", "this system does not tell"),
    }
}

/// Percentiles, in milliseconds.
fn latency(latency: &Latency) -> String {
    let milliseconds = |time: Duration| format!("{:.2}", time.as_secs_f64() * 1_000.0);
    let at = |quantile| milliseconds(latency.at(quantile));
    let most = milliseconds(latency.max());
    format!("p50 {}, p90 {}, p99 {}, p99.9 {}, max {most} ms", at(0.5), at(0.9), at(0.99), at(0.999))
}

fn errors(tally: &Tally) -> String {
    if tally.errors.is_empty() {
        return "none".to_owned();
    }
    let kinds: Vec<String> = tally.errors.iter().map(|(kind, count)| format!("{kind}: {count}")).collect();
    format!("{}; the first: {}", kinds.join(", "), tally.first_error.as_deref().unwrap_or_default())
}

fn row(name: &str, value: &str) {
    print::result(&format!("{name:<32}{value}"));
}

fn seconds(time: Duration) -> String {
    format!("{:.3} s", time.as_secs_f64())
}

fn ratio(part: u64, whole: u64) -> String {
    format!("{:.3}", count(part) / count(whole.max(1)))
}

#[expect(clippy::cast_precision_loss, reason = "a figure that is printed with a few digits")]
fn count(number: u64) -> f64 {
    number as f64
}
