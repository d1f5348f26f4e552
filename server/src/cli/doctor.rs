//! `muniment doctor`: what is wrong with a data directory, and how to mend it.

use clap::Args;

use super::failure::{EXIT_CODES, Failure, Verdict};
use super::opening::{self, DataArg, SetArg};
use super::print;
use crate::doctor::{self, Findings};
use crate::ledger::clock::{Clock as _, SystemClock};

const ABOUT: &str = "\
Examine a data directory, also while it is in use, and say in plain words what is wrong and how to mend it. \
Nothing is changed. Each line is `ok`, `note` (nothing needs to be done) or `wrong`. The entries themselves are \
checked by `muniment verify`.";

const EXAMPLE: &str = "Example:
  muniment doctor --data /var/lib/muniment --backup-days 2";

/// Say what is wrong with a data directory, and how to mend it
#[derive(Debug, Args)]
#[command(long_about = ABOUT, after_help = format!("{EXAMPLE}\n\n{EXIT_CODES}"))]
pub(crate) struct DoctorArgs {
    #[command(flatten)]
    data: DataArg,
    /// Days after which a backup is too old
    #[arg(long, value_name = "DAYS", default_value_t = 7)]
    backup_days: u64,
}

pub(crate) fn run(args: &DoctorArgs, set: &SetArg) -> Result<Verdict, Failure> {
    let path = &args.data.path;
    if !path.is_dir() {
        return Err(Failure::usage("there is no such directory").of(path.display()));
    }
    let mut findings = doctor::examine(path, args.backup_days, SystemClock::new().wall());
    settings(args, set, &mut findings);
    findings.0.iter().for_each(|finding| print::result(&finding.to_string()));
    Ok(if findings.any_wrong() { Verdict::Wanting } else { Verdict::Done })
}

/// What an operator writes: settings and event types.
fn settings(args: &DoctorArgs, set: &SetArg, findings: &mut Findings) {
    match set.settings(&args.data.path).and_then(|settings| Ok(settings.vault_key()?)) {
        Ok(key) => {
            findings.ok("settings", "they can be read");
            doctor::vault::opens(&args.data.path, &key, findings);
        }
        Err(failure) => findings.wrong("settings", format!("{}: correct it", one_line(&failure.message))),
    }
    match opening::definitions(&args.data) {
        Ok(_) => findings.ok("definitions", "all event types and policies can be read"),
        Err(failure) => findings.wrong("definitions", format!("{}: correct it", one_line(&failure.message))),
    }
}

fn one_line(message: &str) -> String {
    message.split_whitespace().collect::<Vec<_>>().join(" ")
}
