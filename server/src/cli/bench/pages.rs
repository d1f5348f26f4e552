//! `muniment bench pages`: the pages that people look at.

use clap::Args;

use super::server::{self, ServerArgs};
use super::{count, row};
use crate::bench::pages::{self, Measured, MeasuredPage, TIME_MAX, WEIGHT_BYTES_MAX};
use crate::cli::failure::{EXIT_CODES, Failure, Verdict};
use crate::cli::terminal::Bar;

const ABOUT: &str = "\
Sign in to a server with the token and look at every kind of page, one after the other: home, alerts, the \
largest register, the case with the most entries of the newest 500, searches, an entry, the forms, reports, \
plugins, access. Each is asked for so many times after two that do not count. A page is weighed with its own \
style and scripts, as they are and compressed by gzip. What a token may not see is left out and named; use \
one that holds all roles. Beyond what readings are recorded in the access log, nothing is changed.

It ends with 1 if a page takes longer than 150 ms in more than one of a hundred times, weighs more than \
150 kB uncompressed, or fails.";

const EXAMPLE: &str = "Example:
  muniment bench pages --server http://127.0.0.1:8080 --rounds 100";

/// Time and weigh the pages of a server
#[derive(Debug, Args)]
#[command(long_about = ABOUT, after_help = format!("{EXAMPLE}\n\n{EXIT_CODES}"))]
pub(super) struct PagesArgs {
    #[command(flatten)]
    server: ServerArgs,
    /// Times that each page is asked for
    #[arg(long, value_name = "N", default_value_t = 100, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    rounds: u32,
}

pub(super) fn run(args: &PagesArgs) -> Result<Verdict, Failure> {
    let (target, token) = (args.server.target()?, args.server.token()?);
    let bar = Bar::entries("looking at pages");
    let measured = server::run(pages::pages(&target, &token, args.rounds, &bar.progress()));
    bar.clear();
    let measured = measured?;
    print_pages(args, &measured);
    let is_good = measured.failed.is_empty() && measured.pages.iter().all(MeasuredPage::is_within);
    Ok(if is_good { Verdict::Done } else { Verdict::Wanting })
}

fn print_pages(args: &PagesArgs, m: &Measured) {
    row("ledger", &format!("{} at {}", m.origin, args.server.url()));
    row("entries", &m.entries.to_string());
    row("load", &format!("1 connection, each page {} times", args.rounds));
    row(
        "limits",
        &format!("p99 {} ms, {} with style and scripts", TIME_MAX.as_millis(), weight(WEIGHT_BYTES_MAX)),
    );
    for page in &m.pages {
        let milliseconds = |quantile| format!("{:.1}", page.latency.at(quantile).as_secs_f64() * 1_000.0);
        let most = format!("{:.1}", page.latency.max().as_secs_f64() * 1_000.0);
        let time = format!("p50 {}, p99 {}, max {most} ms", milliseconds(0.5), milliseconds(0.99));
        let (own, whole, packed) = (weight(page.page_bytes), weight(page.bytes), weight(page.packed_bytes));
        let beyond = if page.is_within() { "" } else { "; BEYOND THE LIMITS" };
        row(
            page.name,
            &format!("{time}; {own}, with style and scripts {whole}, compressed {packed}{beyond}"),
        );
    }
    for (what, names) in [("not for this token", &m.forbidden), ("not in this ledger", &m.missing)] {
        if !names.is_empty() {
            row(what, &names.join(", "));
        }
    }
    for (name, how) in &m.failed {
        row("failed", &format!("{name}: {how}"));
    }
}

fn weight(bytes: usize) -> String {
    let bytes = u64::try_from(bytes).unwrap_or(u64::MAX);
    format!("{:.1} kB", count(bytes) / 1_000.0)
}
