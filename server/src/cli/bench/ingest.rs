//! `muniment bench ingest`: durable posts from many clients.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;

use super::server::{self, ServerArgs};
use super::{count, errors, latency, row};
use crate::bench::ingest::{self, BaselinePlan, IngestPlan, Measured};
use crate::bench::tally::Rates;
use crate::cli::failure::{EXIT_CODES, Failure, Verdict};
use crate::cli::print;
use crate::cli::terminal::Bar;

const ABOUT: &str = "\
Post made-up events to a server, from many connections of which each posts as soon as it is answered, and \
report how many a second were recorded durably and how long each took. The first second does not count. \
Nothing is posted twice, so the ledger grows: use a test ledger.

With --baseline the same posts also go, in turns of two seconds, to an empty handler: a process with the \
same listener, log and token check that reads the body and answers 201 without recording anything. Between \
the turns it is waited until the index has followed. Give the server's MUNIMENT_LOG, so that both log \
alike. With --data the same bytes are also written to a file and synced, one body after the other.";

const EXAMPLE: &str = "Examples:
  muniment bench ingest --server http://127.0.0.1:8080 --clients 64 --seconds 10 --baseline
  muniment bench ingest --server http://127.0.0.1:8080 --clients 8 --batch 1000 --baseline --data /var/tmp
  muniment bench ingest --server http://127.0.0.1:8080 --clients 8 --batch 1000 --rate 50000 --seconds 60";

/// Post events to a server as fast as it takes them
#[derive(Debug, Args)]
#[command(long_about = ABOUT, after_help = format!("{EXAMPLE}\n\n{EXIT_CODES}"))]
pub(super) struct IngestArgs {
    #[command(flatten)]
    server: ServerArgs,
    /// Connections
    #[arg(long, value_name = "N", default_value_t = 64, value_parser = clap::value_parser!(u16).range(1..=10_000))]
    clients: u16,
    /// Events of a post; 1 posts them by themselves, more as a batch
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..=10_000))]
    batch: u16,
    /// Seconds that count
    #[arg(long, value_name = "S", default_value_t = 10, value_parser = clap::value_parser!(u16).range(1..=3_600))]
    seconds: u16,
    /// Events a second at most; latencies then count from when an event was due. As fast as it is answered, if not given
    #[arg(long, value_name = "R", value_parser = clap::value_parser!(u32).range(1..=10_000_000))]
    rate: Option<u32>,
    /// Also measure an empty handler, in turns with the server
    #[arg(long, conflicts_with = "rate")]
    baseline: bool,
    /// Also measure writing and syncing the same bytes to a file in this directory
    #[arg(long = "data", value_name = "DIR", requires = "baseline")]
    directory: Option<PathBuf>,
}

pub(super) fn run(args: &IngestArgs) -> Result<Verdict, Failure> {
    let target = args.server.target()?;
    let token = args.server.token()?;
    let baseline = args.baseline.then(|| BaselinePlan { token, directory: args.directory.clone() });
    let plan = IngestPlan {
        clients: usize::from(args.clients),
        batch: usize::from(args.batch),
        pace: args.rate.map(|rate| Duration::from_secs_f64(f64::from(args.batch) / f64::from(rate))),
        time: Duration::from_secs(u64::from(args.seconds)),
        baseline,
    };
    let bar = Bar::entries("posting");
    let measured = server::run(ingest::ingest(&target, &plan, &bar.progress()));
    bar.clear();
    let measured = measured?;
    print_ingest(args, &measured);
    Ok(if measured.tally.errors.is_empty() { Verdict::Done } else { Verdict::Wanting })
}

fn print_ingest(args: &IngestArgs, m: &Measured) {
    row("ledger", &format!("{} at {}", m.origin, args.server.url()));
    let posts =
        if args.batch == 1 { "single events".to_owned() } else { format!("batches of {}", args.batch) };
    row("load", &format!("{} connections, {posts}, {} s", args.clients, args.seconds));
    let requests = count(m.tally.requests) / m.time.as_secs_f64();
    let batch = f64::from(args.batch);
    row("requests/s", &format!("{requests:.0}"));
    row("events/s", &format!("{:.0}", requests * batch));
    row("latency", &latency(&m.tally.latency));
    let behind = format!("{:.1} s, {} entries", m.behind.time.as_secs_f64(), m.behind.entries);
    row("search index behind, at most", &behind);
    let mebibytes = |bytes: u64| format!("{:.1} MiB", count(bytes) / 1_048_576.0);
    let (sent, received) = (mebibytes(m.tally.sent_bytes), mebibytes(m.tally.received_bytes));
    row("bytes", &format!("{sent} of bodies sent, {received} received"));
    row("errors", &errors(&m.tally));
    if let Some((tally, rates)) = &m.empty {
        row("empty handler: requests/s", &spread(rates, 1.0));
        row("empty handler: latency", &latency(&tally.latency));
        row("empty handler: errors", &errors(tally));
        row("this server: requests/s", &spread(&m.rates, 1.0));
        row("ratio to the empty handler", &format!("{:.3}", m.rates.median() / rates.median()));
    }
    if let Some(rates) = &m.file {
        row("file: events/s", &spread(rates, batch));
        row("this server: events/s", &spread(&m.rates, batch));
        row("ratio to the file", &format!("{:.3}", m.rates.median() / rates.median()));
    }
    if m.unsettled {
        print::aside("the search index had not followed when the baseline was measured: the ratios flatter");
    }
}

/// The median of the turns, the lowest and the highest.
fn spread(rates: &Rates, events: f64) -> String {
    let (low, high) = rates.range();
    format!(
        "{:.0} (median of turns from {:.0} to {:.0})",
        rates.median() * events,
        low * events,
        high * events
    )
}
