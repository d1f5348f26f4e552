//! `muniment backup`: copies a ledger while it is in use.

use std::fs::{self, DirBuilder};
use std::io;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};

use clap::Args;

use super::failure::{EXIT_CODES, Failure, Verdict};
use super::opening::DataArg;
use super::print;
use super::terminal::Bar;
use crate::backup::destinations::{self, DestinationError};
use crate::backup::store::TOP_NAMES;
use crate::backup::{Backup, BackupError, Done, erasures};
use crate::disk::{Disk, OsDisk};
use crate::ledger::open::OpenError;
use crate::ledger::{DirectoryLock, names};

const ABOUT: &str = "\
Copy a ledger to another directory: on another disk, best on another machine's. The ledger may be in use. \
What is copied goes up to the last signed checkpoint and is verified; a crash leaves the earlier backup or \
the new one. What the destination has already is not copied again. Put it into a daily timer.

The signing key is copied, so keep the destination as safe as the ledger. The vault, with the keys of personal \
data, is copied only with --vault-to, to a directory apart: whoever finds one of the two cannot read personal \
data. The key of the vault is never copied; keep it where neither is.

Destinations are remembered in DIR/backups.json: what is destroyed later must be destroyed there too. --forget \
takes one out, once its files are gone.";

const EXAMPLE: &str = "Examples:
  muniment backup --data /var/lib/muniment --to /mnt/backup/ledger --vault-to /mnt/safe/vault
  muniment verify --data /mnt/backup/ledger
  muniment backup --data /var/lib/muniment --forget /mnt/old-disk/ledger";

/// Copy a ledger, also while it is in use
#[derive(Debug, Args)]
#[command(long_about = ABOUT, after_help = format!("{EXAMPLE}\n\n{EXIT_CODES}"))]
pub(crate) struct BackupArgs {
    #[command(flatten)]
    data: DataArg,
    /// Directory of the backup: new, empty, or with an earlier backup of this ledger
    #[arg(long, value_name = "DEST", required_unless_present = "forget")]
    to: Option<PathBuf>,
    /// Directory to copy the vault to; not DEST, not in it, not around it
    #[arg(long, value_name = "DEST2", requires = "to")]
    vault_to: Option<PathBuf>,
    /// Forget a destination whose files are gone
    #[arg(long, value_name = "DEST", conflicts_with = "to")]
    forget: Option<PathBuf>,
}

pub(crate) fn run(args: &BackupArgs) -> Result<Verdict, Failure> {
    let data = &args.data.path;
    if !data.join(names::LEDGER).is_dir() {
        return Err(failure(BackupError::NoLedger).of(data.display()));
    }
    if data.join(names::RESTORING).exists() {
        return Err(Failure::wanting(OpenError::Restoring.to_string()).of(data.display()));
    }
    match (&args.forget, &args.to) {
        (Some(path), _) => forget(data, path),
        (None, Some(to)) => back_up(data, to, args.vault_to.as_deref()),
        (None, None) => Err(Failure::usage("--to or --forget is needed")),
    }
}

fn back_up(data: &Path, to: &Path, vault_to: Option<&Path>) -> Result<Verdict, Failure> {
    let data_path = absolute(data)?;
    let to = make_directory(to, &[&data_path])?;
    only_a_backup(&to, &TOP_NAMES)?;
    let _lock = DirectoryLock::exclusive(&to)?;
    let vault_to = vault_to.map(|vault| make_directory(vault, &[&data_path, &to])).transpose()?;
    let vault_lock = match &vault_to {
        Some(vault) => {
            only_a_backup(vault, &[names::VAULT, "vault.tmp", "lock", "lost+found"])?;
            Some(DirectoryLock::exclusive(vault)?)
        }
        None => None,
    };
    let (source, destination) = (OsDisk::new(&data_path), OsDisk::new(&to));
    let vault = vault_to.as_ref().map(OsDisk::new);
    let list = |lines: &[Vec<u8>]| -> io::Result<()> {
        let recorded = erasures::record(std::slice::from_ref(&to), lines);
        recorded
            .map_err(|mut failed| failed.pop().map_or_else(|| io::Error::other("failed"), |(_, error)| error))
    };
    let bar = Bar::entries("copying");
    let backup = Backup {
        source: &source,
        destination: &destination,
        vault: vault.as_ref().map(|disk| disk as &dyn Disk),
        erasures: &list,
        progress: bar.progress(),
    };
    let prepared = backup.prepare().map_err(|error| failure(error).of(to.display()))?;
    // Before anything is copied: what is destroyed from now on must be destroyed there too.
    remember(&data_path, &source, &to)?;
    let done = prepared.run();
    bar.clear();
    drop(vault_lock);
    print_done(&done.map_err(|error| failure(error).of(to.display()))?, &to);
    Ok(Verdict::Done)
}

fn remember(data: &Path, source: &OsDisk, to: &Path) -> Result<(), Failure> {
    let locked = destinations::lock(data).map_err(DestinationError::Io);
    let remembered = locked.and_then(|_lock| destinations::remember(source, &[to.to_owned()]));
    remembered.map_err(|error| Failure::wanting(error.to_string()).of(data.display()))
}

fn forget(data: &Path, path: &Path) -> Result<Verdict, Failure> {
    // It may be gone already, so that the system cannot say what it is called in full.
    let full = fs::canonicalize(path).or_else(|_| std::path::absolute(path));
    let full = full.map_err(|error| Failure::usage(error.to_string()).of(path.display()))?;
    let source = OsDisk::new(data);
    let locked = destinations::lock(data).map_err(DestinationError::Io);
    let forgotten = locked.and_then(|_lock| destinations::forget(&source, &full));
    match forgotten.map_err(|error| Failure::wanting(error.to_string()).of(data.display()))? {
        true => print::result(&format!("forgot {}", full.display())),
        false => return Err(Failure::usage("it is not among the destinations").of(full.display())),
    }
    Ok(Verdict::Done)
}

/// A directory that only its owner can read and that lies apart from others. Its path in full.
fn make_directory(path: &Path, others: &[&Path]) -> Result<PathBuf, Failure> {
    let unusable = |error: io::Error| Failure::usage(error.to_string()).of(path.display());
    // Before it is made, as far as its name tells; afterwards where its links lead to.
    let named = std::path::absolute(path).map_err(unusable)?;
    others.iter().try_for_each(|other| apart(&named, other))?;
    DirBuilder::new().recursive(true).mode(0o700).create(path).map_err(unusable)?;
    let full = absolute(path)?;
    others.iter().try_for_each(|other| apart(&full, other))?;
    Ok(full)
}

/// The path in full, without links.
pub(super) fn absolute(path: &Path) -> Result<PathBuf, Failure> {
    fs::canonicalize(path).map_err(|error| Failure::usage(error.to_string()).of(path.display()))
}

/// Neither of two directories lies in the other.
pub(super) fn apart(one: &Path, other: &Path) -> Result<(), Failure> {
    if one.starts_with(other) || other.starts_with(one) {
        let message =
            format!("it is, holds or lies in {}; choose a directory apart from it", other.display());
        return Err(Failure::usage(message).of(one.display()));
    }
    Ok(())
}

/// Nothing is put among other files, where nobody would know what belongs to what.
fn only_a_backup(path: &Path, known: &[&str]) -> Result<(), Failure> {
    let unreadable = |error: io::Error| Failure::usage(error.to_string()).of(path.display());
    for entry in fs::read_dir(path).map_err(unreadable)? {
        let name = entry.map_err(unreadable)?.file_name();
        let name = name.to_string_lossy();
        if !known.contains(&&*name) && !name.ends_with(".tmp") {
            let message =
                format!("it holds {name:?}, so it is no backup; choose a new or an empty directory");
            return Err(Failure::usage(message).of(path.display()));
        }
    }
    Ok(())
}

fn failure(error: BackupError) -> Failure {
    match error {
        BackupError::NoLedger | BackupError::Foreign(_) => Failure::usage(error.to_string()),
        error => Failure::wanting(error.to_string()),
    }
}

fn print_done(done: &Done, to: &Path) {
    let (copied, there) = (done.tally.copied, done.tally.there);
    print::result(&format!("backed up {} entries to {}", done.checkpoint.size, to.display()));
    print::result(&format!(
        "copied {} files, {} bytes; there already {} files, {} bytes",
        copied.files, copied.bytes, there.files, there.bytes
    ));
    match done.vault {
        Some(true) => print::result("copied the vault"),
        Some(false) => print::aside("note: this ledger has no vault"),
        None => {}
    }
    if !done.key {
        print::aside("note: this ledger has no signing key here; a return will need a new origin");
    }
    print::result("ok: the copy verifies against its signed checkpoint");
}
