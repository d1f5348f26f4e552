//! `muniment bench plugins`: how fast plugins fold.

use std::fs;
use std::path::PathBuf;

use clap::Args;

use super::super::failure::{EXIT_CODES, Failure, Verdict};
use super::super::opening::SetArg;
use super::super::terminal::Bar;
use super::{EXAMPLE, count, memory, row, seconds};
use crate::bench::append::BenchError;
use crate::bench::plugins;
use crate::plugins::PluginOptions;
use crate::plugins::engine::Engine;
use crate::progress::Progress;

const ABOUT: &str = "\
Fold each built-in plugin over made-up cases, in a test ledger of nothing but events that it subscribes to, from \
nothing to the end: reading segments, filtering, calling. Then several plugins at once, over a ledger of the cases of \
all. The directory must be empty, or not there yet; the ledgers, some eighteen, stay in it.";

/// Fold the built-in plugins over made-up cases
#[derive(Debug, Args)]
#[command(long_about = ABOUT, after_help = format!("{EXAMPLE}\n\n{EXIT_CODES}"))]
pub(super) struct PluginsArgs {
    /// Directory to make the ledgers in
    #[arg(long = "data", value_name = "DIR")]
    path: PathBuf,
    /// Events of each ledger
    #[arg(long, value_name = "N", default_value_t = 600_000, value_parser = clap::value_parser!(u64).range(1..=100_000_000))]
    events: u64,
    /// Plugins that fold at once, the built-in ones again and again; 0 leaves this out
    #[arg(long, value_name = "N", default_value_t = 20, value_parser = clap::value_parser!(u16).range(0..=1_000))]
    together: u16,
}

pub(super) fn run(args: &PluginsArgs, set: &SetArg) -> Result<Verdict, Failure> {
    if fs::read_dir(&args.path).is_ok_and(|mut files| files.next().is_some()) {
        return Err(Failure::usage(BenchError::NotEmpty(args.path.display().to_string()).to_string()));
    }
    let settings = set.settings(&args.path)?;
    let options = settings.ledger_options(Progress::default());
    let allowance = PluginOptions::new(&settings.plugins, false).allowance;
    let engine = Engine::new(allowance, None).map_err(Failure::wanting)?;
    let failed = |error: BenchError| Failure::wanting(error.to_string());
    let bar = Bar::entries("folding");
    let each = plugins::each(&args.path, &options, &engine, args.events, &bar.progress());
    bar.clear();
    for measured in each.map_err(failed)? {
        let rate = count(measured.events) / measured.folding.as_secs_f64();
        let (folding, open) = (seconds(measured.folding), measured.open_alerts);
        row(
            measured.plugin,
            &format!("{rate:>9.0} events a second ({folding:>8}); {open:>6} alerts open at the end"),
        );
    }
    if args.together > 0 {
        let plugins = usize::from(args.together);
        let together =
            plugins::together(&args.path, &options, &engine, args.events, plugins).map_err(failed)?;
        let what = format!("{} entries each in {}", together.events, seconds(together.folding));
        row(&format!("{plugins} plugins at once"), &what);
        memory(together.rss_anon_bytes);
    }
    Ok(Verdict::Done)
}
