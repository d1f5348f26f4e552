//! `muniment init`: makes a ledger.

use std::fs::{DirBuilder, File};
use std::io;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::Path;

use clap::{Args, ValueEnum};
use muniment_core::limits::CONTROLLER_BYTES_MAX;
use muniment_core::note::check_name;

use super::failure::{EXIT_CODES, Failure, Verdict};
use super::opening::{self, DataArg, SetArg};
use super::print;
use crate::disk::OsDisk;
use crate::ledger::clock::{Clock as _, SystemClock};
use crate::ledger::genesis::{self, Created};
use crate::ledger::{DirectoryLock, names};

const EXAMPLE: &str = "Example:
  muniment init --data /var/lib/muniment --origin ig.exemplar.gov.uk/ledger \\
      --controller 'Exemplar City Council'

It prints the public key (vkey), which auditors need, and once the administrator's token.";

/// Make a new ledger: its signing key and its first entry
#[derive(Debug, Args)]
#[command(after_help = format!("{EXAMPLE}\n\n{EXIT_CODES}"))]
pub(crate) struct InitArgs {
    #[command(flatten)]
    data: DataArg,
    /// Name of the ledger for good, without a scheme, such as ig.exemplar.gov.uk/ledger
    #[arg(long, value_name = "NAME", value_parser = origin)]
    origin: String,
    /// The data controller; the origin if not given. Two controllers need two ledgers
    #[arg(long, value_name = "NAME", value_parser = controller)]
    controller: Option<String>,
    /// What it is for. What a test ledger yields is marked as such, and its clock is not guarded
    #[arg(long, value_enum, default_value_t = Purpose::Production)]
    purpose: Purpose,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Purpose {
    Production,
    Test,
}

fn origin(name: &str) -> Result<String, String> {
    check_name(name).map_err(|error| error.to_string())?;
    Ok(name.to_owned())
}

fn controller(name: &str) -> Result<String, String> {
    if name.is_empty() || name.len() > CONTROLLER_BYTES_MAX {
        return Err(format!("{} bytes, it must have 1 to {CONTROLLER_BYTES_MAX} bytes", name.len()));
    }
    if name.contains(char::is_control) {
        return Err("it holds a control character".to_owned());
    }
    Ok(name.to_owned())
}

pub(crate) fn run(args: &InitArgs, set: &SetArg) -> Result<Verdict, Failure> {
    let path = &args.data.path;
    let about = |failure: Failure| failure.of(path.display());
    let settings = set.settings(path)?;
    make_directory(path).map_err(|error| about(Failure::usage(error.to_string())))?;
    if path.join(names::CHECKPOINT).exists() || path.join(names::RESTORING).exists() {
        let remains = "there is a ledger here already, or what is left of one; it was left as it is";
        return Err(about(Failure::usage(remains)));
    }
    let created = {
        let _lock = DirectoryLock::exclusive(path)?;
        let purpose = match args.purpose {
            Purpose::Production => genesis::Purpose::Production,
            Purpose::Test => genesis::Purpose::Test,
        };
        let controller = args.controller.as_deref().unwrap_or(&args.origin);
        let disk = OsDisk::new(path);
        genesis::create(&disk, &args.origin, controller, purpose, SystemClock::new().wall())
            .map_err(|error| about(error.into()))?
    };
    print_created(&args.origin, &created).map_err(|error| {
        about(Failure::wanting(format!(
            "the ledger was made, but its administrator's token could not be printed ({error}) and is lost. Remove the directory and run init again"
        )))
    })?;
    // The first checkpoint: from now on a cut of the ledger is noticed.
    opening::open(&args.data, &settings, |_| {})?.close();
    Ok(Verdict::Done)
}

/// A directory that only its owner can read, and whose name is durable.
pub(super) fn make_directory(path: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(path)?;
    let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty());
    let synced = File::open(parent.unwrap_or(Path::new("."))).and_then(|parent| parent.sync_all());
    // A parent that its user may not read cannot be synced; the ledger is made nevertheless.
    if let Err(error) = synced {
        tracing::debug!(%error, "the directory above could not be synced");
    }
    Ok(())
}

fn print_created(origin: &str, created: &Created) -> io::Result<()> {
    print::try_result(&format!("origin       {origin}"))?;
    print::try_result(&format!("vkey         {}", created.vkey))?;
    print::try_result(&format!("admin token  {}", *created.admin_token))?;
    print::try_result("")?;
    print::try_result("The vkey is public: give it to everybody who is to verify this ledger.")?;
    print::try_result("The token is shown this once and stored nowhere: put it into a safe place now.")?;
    print::try_result(
        "Personal data is sealed with keys in the file vault, made at the first start under keys/vault.key: copy that key to a safe place then.",
    )
}
