//! `muniment restore`: a ledger is made of a backup again.

use std::fs::{self, DirBuilder};
use std::io;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};

use clap::Args;

use super::backup::{absolute, apart};
use super::failure::{EXIT_CODES, Failure, Verdict};
use super::opening::{self, DataArg, SetArg};
use super::print;
use super::terminal::Bar;
use super::verify::read_older;
use crate::backup::{BackupError, Restore, RestoreError, Restored};
use crate::disk::{Disk, OsDisk};
use crate::ledger::clock::{ClockBounds, SystemClock};
use crate::ledger::{DirectoryLock, names};

const ABOUT: &str = "\
Make a ledger of a backup again, in a new or an empty directory. All of it is verified: every line, the chain, \
the tree, the signed checkpoint of the backup.

A backup may be older than the ledger was. Entries that were recorded after it are lost then, while others hold \
receipts for them. So give the latest checkpoint or receipt that anybody has (--checkpoint): from /tlog/checkpoint, \
from an auditor, from the last receipt that a system was given. If it proves that nothing is missing, the ledger \
goes on as it was. In any other case it goes on under a new origin (--origin) with a new key, and its next entry, \
ledger.restored, says so: no position is ever signed twice with different content. Receipts from before stay good.

Never let the old ledger and the restored one both run under one origin.";

const EXAMPLE: &str = "Examples:
  muniment restore --from /mnt/backup/ledger --vault-from /mnt/safe/vault --data /var/lib/muniment \\
      --checkpoint latest.tlog-proof
  muniment restore --from /mnt/backup/ledger --data /var/lib/muniment --origin ig.exemplar.gov.uk/ledger-2";

/// Make a ledger of a backup again
#[derive(Debug, Args)]
#[command(long_about = ABOUT, after_help = format!("{EXAMPLE}\n\n{EXIT_CODES}"))]
pub(crate) struct RestoreArgs {
    /// Directory of the backup
    #[arg(long, value_name = "DEST")]
    from: PathBuf,
    #[command(flatten)]
    data: DataArg,
    /// Directory of the vault's copy
    #[arg(long, value_name = "DEST2")]
    vault_from: Option<PathBuf>,
    /// The latest signed checkpoint or receipt (.tlog-proof) that anybody has
    #[arg(long, value_name = "FILE")]
    checkpoint: Option<PathBuf>,
    /// New name of the ledger, if entries may be missing
    #[arg(long, value_name = "NAME")]
    origin: Option<String>,
    /// Take the machine's clock as it is, however long ago the backup was made
    #[arg(long)]
    accept_clock: bool,
}

pub(crate) fn run(args: &RestoreArgs, set: &SetArg) -> Result<Verdict, Failure> {
    let (from, data) = (absolute(&args.from)?, &args.data.path);
    if !from.join(names::LEDGER).is_dir() {
        return Err(Failure::usage("there is no backup here (no ledger/)").of(from.display()));
    }
    let latest = args.checkpoint.as_deref().map(read_older).transpose()?;
    let vault_from = args.vault_from.as_deref().map(vault_directory).transpose()?;
    let settings = set.settings(&from)?;
    make_directory(data)?;
    let data_path = absolute(data)?;
    apart(&data_path, &from)?;
    only_an_attempt(&data_path)?;
    let bounds = ClockBounds {
        step_seconds_max: settings.clock.step_seconds_max,
        start_gap_days_max: settings.clock.start_gap_days_max,
    };
    let restored = {
        let _backup_lock = DirectoryLock::shared(&from)?;
        let _data_lock = DirectoryLock::exclusive(&data_path)?;
        let (backup, disk) = (OsDisk::new(&from), OsDisk::new(&data_path));
        let vault = vault_from.map(OsDisk::new);
        let bar = Bar::entries("copying");
        let restore = Restore {
            backup: &backup,
            data: &disk,
            vault: vault.as_ref().map(|vault| vault as &dyn Disk),
            latest,
            origin: args.origin.clone(),
            destination: from.clone(),
            clock: &SystemClock::new(),
            clock_bounds: (!args.accept_clock).then_some(bounds),
            progress: bar.progress(),
        };
        let restored = restore.run();
        bar.clear();
        restored.map_err(|error| failure(error, &from, data))?
    };
    // The key runs and the tree are made again, and a checkpoint is kept.
    let accept = args.accept_clock;
    opening::open(&args.data, &settings, |options| options.open.accept_clock = accept)?.close();
    print_restored(&restored, data);
    Ok(Verdict::Done)
}

fn vault_directory(path: &Path) -> Result<PathBuf, Failure> {
    let path = absolute(path)?;
    if path.join(names::VAULT).is_file() {
        Ok(path)
    } else {
        Err(Failure::usage("it holds no vault").of(path.display()))
    }
}

fn make_directory(path: &Path) -> Result<(), Failure> {
    let made = DirBuilder::new().recursive(true).mode(0o700).create(path);
    made.map_err(|error| Failure::usage(error.to_string()).of(path.display()))
}

/// An empty directory, or an attempt that was not finished.
fn only_an_attempt(path: &Path) -> Result<(), Failure> {
    let unreadable = |error: io::Error| Failure::usage(error.to_string()).of(path.display());
    if path.join(names::RESTORING).exists() {
        return Ok(());
    }
    for entry in fs::read_dir(path).map_err(unreadable)? {
        let name = entry.map_err(unreadable)?.file_name();
        if !["lock", "restoring.tmp", "lost+found"].iter().any(|known| name == *known) {
            return Err(Failure::usage(RestoreError::NotEmpty.to_string()).of(path.display()));
        }
    }
    Ok(())
}

fn failure(error: RestoreError, from: &Path, data: &Path) -> Failure {
    match &error {
        RestoreError::Copy(BackupError::NoLedger) => Failure::usage(error.to_string()).of(from.display()),
        RestoreError::Copy(_) => Failure::wanting(error.to_string()).of(from.display()),
        RestoreError::NotEmpty => Failure::usage(error.to_string()).of(data.display()),
        RestoreError::Used { .. } => Failure::wanting(error.to_string()).of(data.display()),
        RestoreError::NewOrigin(_) | RestoreError::Origin(_) | RestoreError::OriginTaken(_) => {
            Failure::usage(error.to_string())
        }
        _ => Failure::wanting(error.to_string()),
    }
}

fn print_restored(restored: &Restored, data: &Path) {
    print::result(&format!("restored {} entries to {}", restored.size, data.display()));
    if restored.missing > 0 {
        print::result(&format!("missing {} entries that were recorded after the backup", restored.missing));
    }
    match &restored.old_origin {
        None => print::result("nothing is missing: the ledger goes on as it was"),
        Some(old) => print::result(&format!(
            "origin {} from entry {} on, before it {old}",
            restored.vkey.name(),
            restored.size
        )),
    }
    print::result(&format!("vkey {}", restored.vkey));
    if restored.old_origin.is_some() {
        print::result("Publish the new vkey, and give it to everybody who verifies this ledger.");
    }
    if restored.erasures > 0 {
        print::result(&format!("erasures {} to be applied to the vault", restored.erasures));
    }
    print::result("ok: what was restored verifies");
}
