//! `muniment clock`: the clock guard.

use clap::{Args, Subcommand};
use muniment_core::json::Value;

use super::failure::{EXIT_CODES, Failure, Verdict};
use super::opening::{self, DataArg, SetArg};
use super::print;
use crate::ledger::clock::{Clock as _, SystemClock};

const ABOUT: &str = "\
Appending stops when the machine's clock jumps ahead (setting clock.step_seconds_max) or a ledger is \
opened long after its last entry (clock.start_gap_days_max): one wrong jump would fire every deadline. \
Check the machine's clock first. `accept` then takes it as it is, and records that in the ledger.";

const EXAMPLE: &str = "Example:
  date --utc && muniment clock accept --data /var/lib/muniment";

/// Accept the machine's clock after appending stopped because of it
#[derive(Debug, Args)]
#[command(after_help = format!("{EXAMPLE}\n\n{EXIT_CODES}"))]
pub(crate) struct ClockArgs {
    #[command(subcommand)]
    command: ClockCommand,
}

#[derive(Debug, Subcommand)]
enum ClockCommand {
    /// Take the machine's clock as it is now, and record that
    #[command(long_about = ABOUT, after_help = format!("{EXAMPLE}\n\n{EXIT_CODES}"))]
    Accept(DataArg),
}

pub(crate) fn run(args: &ClockArgs, set: &SetArg) -> Result<Verdict, Failure> {
    match &args.command {
        ClockCommand::Accept(data) => accept(data, set),
    }
}

fn accept(data: &DataArg, set: &SetArg) -> Result<Verdict, Failure> {
    let settings = set.settings(&data.path)?;
    let ledger = opening::open(data, &settings, |options| options.open.accept_clock = true)?;
    let (wall, head) = (SystemClock::new().wall(), ledger.head());
    let content = Value::object([
        ("clock", Value::string(wall.to_string())),
        ("last_recorded", Value::string(head.recorded.to_string())),
    ]);
    let id = format!("clock.accepted/{}", head.size);
    let appended = ledger.append_host("clock.accepted", &id, content);
    ledger.close();
    let appended =
        appended.map_err(|refusal| Failure::wanting(refusal.to_string()).of(data.path.display()))?;
    print::result(&format!("accepted {wall} as the time, recorded as entry {}", appended.seq));
    print::result(&format!("the entry before it was recorded at {}", head.recorded));
    Ok(Verdict::Done)
}
