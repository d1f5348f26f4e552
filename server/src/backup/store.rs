//! `muniment backup`: told in order, each step with what a crash right there leaves behind.

use std::io;

use muniment_core::checkpoint::Checkpoint;

use super::copy::{Access, Copier, Same, Tally, remove_temporary};
use super::erasures;
use super::error::{BackupError, io_error};
use super::plan::{self, Plan};
use crate::disk::Disk;
use crate::ledger::genesis::Genesis;
use crate::ledger::names;
use crate::progress::Progress;
use crate::verify::segments;
use crate::verify::{Findings, Older, VerifyError, VerifyOptions, verify};

/// Directories whose files only ever become more, each named by what it holds: what is gone or damaged here stays there.
const GROWING: [&str; 2] = [names::PLUGINS, names::ASSETS];

/// Directories that a backup holds as they are here.
const MIRRORED: [&str; 2] = [names::CATALOGUE, names::POLICIES];

/// Files that a backup holds as they are here.
const FILES: [&str; 2] = [crate::settings::FILE, names::BACKUPS];

/// All that stands in a backup.
pub(super) const DIRECTORIES: [&str; 6] =
    [names::LEDGER, names::KEYS, names::PLUGINS, names::ASSETS, names::CATALOGUE, names::POLICIES];

/// Names that may stand at the top of a destination.
pub const TOP_NAMES: [&str; 12] = [
    names::LEDGER,
    names::KEYS,
    names::PLUGINS,
    names::ASSETS,
    names::CATALOGUE,
    names::POLICIES,
    names::CHECKPOINT,
    names::ERASURES,
    names::BACKUPS,
    crate::settings::FILE,
    "lock",
    "lost+found",
];

/// What a backup is made of.
pub struct Backup<'b> {
    /// The data directory. It may be in use.
    pub source: &'b dyn Disk,
    /// The destination, which nobody else may write to.
    pub destination: &'b dyn Disk,
    /// Where the vault is copied to, if anywhere.
    pub vault: Option<&'b dyn Disk>,
    /// Adds lines to the destination's erasure list.
    pub erasures: &'b dyn Fn(&[Vec<u8>]) -> io::Result<()>,
    /// Told how far it has come.
    pub progress: Progress,
}

/// A backup that can be made: the destination was empty, or holds an earlier state of this ledger.
pub struct Prepared<'b> {
    backup: Backup<'b>,
    plan: Plan,
}

/// What was done.
#[derive(Debug)]
pub struct Done {
    /// The signed checkpoint up to which the backup goes.
    pub checkpoint: Checkpoint,
    /// Files.
    pub tally: Tally,
    /// Whether there was a vault, where one was asked for.
    pub vault: Option<bool>,
    /// Whether there was a signing key.
    pub key: bool,
}

impl<'b> Backup<'b> {
    /// Finds out what is to be copied, and refuses a destination that it may not be copied to. Writes nothing.
    ///
    /// # Errors
    /// See [`BackupError`].
    pub fn prepare(self) -> Result<Prepared<'b>, BackupError> {
        let plan = Plan::make(self.source)?;
        let Some(held) = held(self.destination)? else { return Ok(Prepared { backup: self, plan }) };
        // Where the first entry cannot be read, the last one tells.
        let first = plan.line(self.source, 0)?;
        if let Some(other) = held.first.filter(|held| *held != first) {
            let genesis = Genesis::from_line(&other).map_err(|_| BackupError::Forked { seq: 0 })?;
            return Err(BackupError::Foreign(genesis.vkey.name().to_owned()));
        }
        let size = plan.checkpoint.size;
        if held.size > size {
            return Err(BackupError::Newer { held: held.size, size });
        }
        // Every line holds the hash of the one before it: where the last is the same, all are.
        let seq = held.size - 1;
        if held.last != plan.line(self.source, seq)? {
            return Err(BackupError::Forked { seq });
        }
        Ok(Prepared { backup: self, plan })
    }
}

impl Prepared<'_> {
    /// Makes the backup.
    ///
    /// # Errors
    /// See [`BackupError`]. The destination then still holds the earlier backup, or nothing that restores.
    pub fn run(self) -> Result<Done, BackupError> {
        let (from, to) = (self.backup.source, self.backup.destination);
        let mut copier = Copier {
            from,
            to,
            same: Same::Length,
            tally: Tally::default(),
            progress: &self.backup.progress,
            total: self.plan.checkpoint.size,
        };

        // A crash here: empty directories.
        for dir in DIRECTORIES {
            to.create_dir(dir).map_err(io_error(format!("making {dir}/")))?;
        }
        to.sync_dir(names::ROOT).map_err(io_error("writing to the destination"))?;
        remove_temporary(to, &[&[names::ROOT][..], &DIRECTORIES].concat())?;

        // Segments, in order. A crash here: more entries than the destination's checkpoint covers, and no gap.
        // A return takes those that it covers; the next backup goes on.
        for part in &self.plan.parts {
            copier.part(part)?;
        }
        // What belongs to them. A crash here: some files are newer than the checkpoint.
        copy_files(&mut copier)?;
        let vault =
            self.backup.vault.map(|vault| copy_vault(from, vault, &self.backup.progress)).transpose()?;
        // A crash here: a key that may not be that of the earlier checkpoint, if the ledger was restored under a
        // new one since. A return sees that.
        let key = copier.whole(names::KEYS, names::SIGNING_KEY, Access::Private)?;

        // A crash here, or a fault found: the earlier checkpoint still stands.
        self.verify(&mut copier)?;
        self.list_erasures()?;
        let failed = || io_error("writing checkpoint");
        to.replace(names::ROOT, names::CHECKPOINT, &self.plan.note).map_err(failed())?;
        Ok(Done { checkpoint: self.plan.checkpoint, tally: copier.tally, vault, key })
    }

    /// Verifies the copy against the new checkpoint. Sealed segments that were there and are damaged now are
    /// copied once more.
    fn verify(&self, copier: &mut Copier<'_>) -> Result<(), BackupError> {
        let Err(unsound) = self.check()? else { return Ok(()) };
        let before = copier.tally.copied;
        copier.same = Same::Content;
        let there = copier.tally.there;
        for part in &self.plan.parts {
            copier.part(part)?;
        }
        copier.tally.there = there;
        if copier.tally.copied == before {
            return Err(BackupError::Unsound(unsound));
        }
        self.check()?.map_err(BackupError::Unsound)
    }

    fn check(&self) -> Result<Result<(), String>, VerifyError> {
        let older = Older::Checkpoint { name: names::CHECKPOINT.to_owned(), note: self.plan.note.clone() };
        let progress = self.backup.progress.clone();
        let options = VerifyOptions { vkey: None, older: Some(older), progress };
        let verified = match verify(self.backup.destination, &options) {
            Err(VerifyError::Genesis(fault)) => return Ok(Err(format!("entry 0: {fault}"))),
            verified => verified?,
        };
        if let Some(problem) = verified.findings.problems.first() {
            return Ok(Err(problem.to_string()));
        }
        let (size, wanted) = (verified.head.size, self.plan.checkpoint.size);
        if size != wanted || verified.root != Some(self.plan.checkpoint.root) {
            return Ok(Err(format!("it has {size} entries, the checkpoint covers {wanted}")));
        }
        Ok(Ok(()))
    }

    /// What the ledger says was destroyed since the earlier backup. Whatever was destroyed before is listed.
    fn list_erasures(&self) -> Result<(), BackupError> {
        let to = self.backup.destination;
        let listed = to.read(names::ERASURES).map_err(io_error("reading erasures.jsonl"))?.is_some();
        let earlier = to.read(names::CHECKPOINT).map_err(io_error("reading checkpoint"))?;
        let earlier = earlier.and_then(|note| plan::claim(&note).ok()).filter(|_| listed);
        let from = earlier.map_or(0, |checkpoint| checkpoint.size);
        let segments = segments::list(to, &mut Findings::default())?;
        let lines = erasures::destroyed(to, &segments, from).map_err(BackupError::Unsound)?;
        (self.backup.erasures)(&lines).map_err(io_error("writing erasures.jsonl"))
    }
}

/// Settings, plugins and the like. What a recovery moved aside is named by entries, so it belongs to them.
pub(super) fn copy_files(copier: &mut Copier<'_>) -> Result<(), BackupError> {
    let listing = |disk: &dyn Disk, dir: &str| -> Result<Vec<String>, BackupError> {
        let mut found = disk.list(dir).map_err(io_error(format!("listing {dir}/")))?;
        found.retain(|name| !name.ends_with(".tmp"));
        Ok(found)
    };
    for name in listing(copier.from, names::LEDGER)? {
        if name.starts_with(names::RECOVERED_PREFIX) {
            copier.whole(names::LEDGER, &format!("{}/{name}", names::LEDGER), Access::Usual)?;
        }
    }
    for dir in GROWING {
        for name in listing(copier.from, dir)? {
            copier.named(dir, &format!("{dir}/{name}"))?;
        }
    }
    for dir in MIRRORED {
        for name in listing(copier.from, dir)? {
            copier.whole(dir, &format!("{dir}/{name}"), Access::Usual)?;
        }
    }
    for path in FILES {
        copier.whole(names::ROOT, path, Access::Usual)?;
    }
    for dir in MIRRORED {
        let here = listing(copier.from, dir)?;
        for name in listing(copier.to, dir)?.iter().filter(|name| !here.contains(name)) {
            let path = format!("{dir}/{name}");
            copier.to.remove(&path).map_err(io_error(format!("removing {path}")))?;
        }
        copier.to.sync_dir(dir).map_err(io_error(format!("writing {dir}/")))?;
    }
    Ok(())
}

/// Copies the vault. Its key never: who finds the one must not find the other.
pub(super) fn copy_vault(from: &dyn Disk, to: &dyn Disk, progress: &Progress) -> Result<bool, BackupError> {
    let mut copier = Copier { from, to, same: Same::Content, tally: Tally::default(), progress, total: 0 };
    copier.whole(names::ROOT, names::VAULT, Access::Private)
}

/// What a destination holds.
pub(super) struct Held {
    pub(super) size: u64,
    first: Option<Vec<u8>>,
    last: Vec<u8>,
}

/// `None` if it holds no entry.
pub(super) fn held(disk: &dyn Disk) -> Result<Option<Held>, BackupError> {
    let segments = match segments::list(disk, &mut Findings::default()) {
        Err(VerifyError::NoLedger) => return Ok(None),
        segments => segments?,
    };
    let damaged = |seq: u64| move |fault: String| BackupError::Unsound(format!("entry {seq}: {fault}"));
    let Some((first, last)) = segments.first().zip(segments.last()) else { return Ok(None) };
    let mut units = last.units(disk, None).map_err(io_error("reading the destination"))?;
    let Some(unit) = units.by_ref().last() else { return Err(BackupError::Forked { seq: last.first }) };
    let size = unit.first + unit.count;
    let first = first.line(disk, 0).ok();
    let last = unit.into_line(size - 1).map_err(damaged(size - 1))?;
    Ok(Some(Held { size, first, last }))
}
