//! `muniment bench read`: searches, entries, receipts and followers.

use std::time::Duration;

use clap::Args;

use super::server::{self, ServerArgs};
use super::{count, errors, latency, row};
use crate::bench::Followed;
use crate::bench::read::{self, KINDS, Measured, ReadPlan};
use crate::cli::failure::{EXIT_CODES, Failure, Verdict};
use crate::cli::terminal::Bar;

const ABOUT: &str = "\
Ask a server for what is in its ledger, from several connections of which each asks as soon as it is \
answered: filtered pages of 100, text searches, single entries and receipts in turn. What to ask for is \
learned from 200 of its entries. The first second does not count. Nothing is changed.

With --follow there are also followers of the stream of new entries. Run `muniment bench ingest` at the \
same time, or nothing comes. Their lag is measured by the clocks of this machine and of the server, from \
the entry's `recorded`, which is taken before the entry is synced.";

const EXAMPLE: &str = "Example:
  muniment bench read --server http://127.0.0.1:8080 --clients 2 --seconds 10 --follow 100";

/// Search and read in a server's ledger, and follow it
#[derive(Debug, Args)]
#[command(long_about = ABOUT, after_help = format!("{EXAMPLE}\n\n{EXIT_CODES}"))]
pub(super) struct ReadArgs {
    #[command(flatten)]
    server: ServerArgs,
    /// Connections
    #[arg(long, value_name = "N", default_value_t = 2, value_parser = clap::value_parser!(u16).range(1..=10_000))]
    clients: u16,
    /// Seconds that count
    #[arg(long, value_name = "S", default_value_t = 10, value_parser = clap::value_parser!(u16).range(1..=3_600))]
    seconds: u16,
    /// Followers meanwhile
    #[arg(long, value_name = "N", default_value_t = 0, value_parser = clap::value_parser!(u16).range(0..=4_000))]
    follow: u16,
}

pub(super) fn run(args: &ReadArgs) -> Result<Verdict, Failure> {
    let target = args.server.target()?;
    let plan = ReadPlan {
        clients: usize::from(args.clients),
        time: Duration::from_secs(u64::from(args.seconds)),
        followers: usize::from(args.follow),
    };
    let bar = Bar::entries("reading");
    let measured = server::run(read::read(&target, &plan, &bar.progress()));
    bar.clear();
    let measured = measured?;
    print_read(args, &measured);
    let whole = measured.kinds.iter().all(|kind| kind.errors.is_empty())
        && measured.followed.as_ref().is_none_or(|followed| followed.gaps == 0 && followed.ended == 0);
    Ok(if whole { Verdict::Done } else { Verdict::Wanting })
}

fn print_read(args: &ReadArgs, m: &Measured) {
    row("ledger", &format!("{} at {}", m.origin, args.server.url()));
    row("entries", &format!("{}, of which {} are indexed", m.entries, m.indexed));
    row("load", &format!("{} connections, {} s", args.clients, args.seconds));
    for (name, tally) in KINDS.iter().zip(&m.kinds) {
        let requests = count(tally.requests) / f64::from(args.seconds);
        let kibibytes = count(tally.received_bytes) / count(tally.requests.max(1)) / 1024.0;
        row(name, &format!("{requests:.0} requests/s, {kibibytes:.1} KiB an answer"));
        row("  latency", &latency(&tally.latency));
        if !tally.errors.is_empty() {
            row("  errors", &errors(tally));
        }
    }
    if let Some(followed) = &m.followed {
        print_followed(followed);
    }
}

fn print_followed(followed: &Followed) {
    row("followers", &format!("{}, {} entries received", followed.followers, followed.entries));
    match followed.lag.count() {
        0 => row("  lag", "nothing was recorded meanwhile"),
        _ => row("  lag", &latency(&followed.lag)),
    }
    row("  gaps, streams ended", &format!("{}, {}", followed.gaps, followed.ended));
}
