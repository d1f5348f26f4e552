//! `muniment restore`: a ledger is made of a backup again.
//!
//! First of all the file [`names::RESTORING`] is put into the directory, last of all it is taken away: as long as it
//! is there nothing opens the ledger, and the next attempt starts over.

use std::path::PathBuf;

use muniment_core::checkpoint::Checkpoint;
use muniment_core::entry::write_line;
use muniment_core::note::{NoteSigner, VerifierKey, check_name};
use muniment_core::tree::leaf_hash;
use zeroize::Zeroizing;

use super::copy::{Copier, Same, Tally};
use super::destinations::{self, DestinationError};
use super::erasures;
use super::error::{BackupError, RestoreError, io_error};
use super::plan::Plan;
use super::store::{DIRECTORIES, copy_files, copy_vault, held};
use crate::disk::Disk;
use crate::ledger::clock::{Clock, ClockBounds, ClockGuard};
use crate::ledger::genesis::{self, Purpose};
use crate::ledger::names::{self, LedgerFile};
use crate::ledger::origins::Origins;
use crate::ledger::restoration::{self, Restoration};
use crate::progress::Progress;
use crate::verify::{Older, Verified, VerifyOptions, verify};

/// What a ledger is restored from, and how.
pub struct Restore<'r> {
    /// The backup.
    pub backup: &'r dyn Disk,
    /// The data directory.
    pub data: &'r dyn Disk,
    /// Where the copy of the vault is, if it is to be restored.
    pub vault: Option<&'r dyn Disk>,
    /// The latest checkpoint or receipt that anybody has.
    pub latest: Option<Older>,
    /// The new origin.
    pub origin: Option<String>,
    /// Where the backup is: what is destroyed later must be destroyed there too.
    pub destination: PathBuf,
    /// The machine's clock.
    pub clock: &'r dyn Clock,
    /// Its bounds in a production ledger; `None` takes it as it is.
    pub clock_bounds: Option<ClockBounds>,
    /// Told how far it has come.
    pub progress: Progress,
}

/// What was restored.
#[derive(Debug)]
pub struct Restored {
    /// Entries of the backup.
    pub size: u64,
    /// The key with which the ledger goes on.
    pub vkey: VerifierKey,
    /// The origin before, if it goes on under another one.
    pub old_origin: Option<String>,
    /// Entries that are known to be missing.
    pub missing: u64,
    /// Lines of the erasure list.
    pub erasures: u64,
    /// Files.
    pub tally: Tally,
}

/// How the ledger goes on.
enum Course {
    /// Nothing is missing: under the same origin.
    Same(Box<NoteSigner>),
    /// Under this origin, with a new key.
    New(String),
}

impl Restore<'_> {
    /// Restores the ledger.
    ///
    /// # Errors
    /// See [`RestoreError`]. Then nothing opens what there is, and the next attempt starts over.
    pub fn run(self) -> Result<Restored, RestoreError> {
        let plan = Plan::make(self.backup)?;
        let size = plan.checkpoint.size;
        // Before anything is copied: what can be refused by then is.
        let course = self.course(&plan)?;
        self.begin(size)?;

        let mut copier = Copier {
            from: self.backup,
            to: self.data,
            same: Same::Content,
            tally: Tally::default(),
            progress: &self.progress,
            total: size,
        };
        for part in &plan.parts {
            copier.part(part)?;
        }
        copy_files(&mut copier)?;
        let failed = || io_error("writing checkpoint");
        self.data.replace(names::ROOT, names::CHECKPOINT, &plan.note).map_err(failed())?;

        let verified = self.verify(&plan)?;
        let old_origin = verified.vkey.name().to_owned();
        let missing = self.check_latest(&plan, &verified.origins, &course)?;
        let (vkey, old_origin) = match course {
            Course::Same(signer) => {
                genesis::write_key(self.data, &signer).map_err(io_error("writing keys/ledger.key"))?;
                (signer.verifier().clone(), None)
            }
            Course::New(origin) => (self.go_on_as(&origin, &plan, &verified, missing)?, Some(old_origin)),
        };
        if let Some(vault) = self.vault {
            copy_vault(vault, self.data, &self.progress)?;
        }
        let erasures = apply_erasures(self.backup, self.data)?;
        self.remember()?;
        let tally = copier.tally;
        self.finish()?;
        Ok(Restored { size, vkey, old_origin, missing: missing.unwrap_or(size) - size, erasures, tally })
    }

    /// How the ledger is to go on, as far as that can be told from what is claimed.
    fn course(&self, plan: &Plan) -> Result<Course, RestoreError> {
        if let Some(origin) = &self.origin {
            check_name(origin).map_err(RestoreError::Origin)?;
            return Ok(Course::New(origin.clone()));
        }
        let needed = |why: String| Err(RestoreError::NewOrigin(why));
        let size = plan.checkpoint.size;
        let Some(latest) = &self.latest else {
            return needed(format!(
                "without the latest checkpoint or receipt that anybody has (--checkpoint) nobody knows whether entries beyond the {size} of the backup are missing"
            ));
        };
        let claim = latest.claim()?;
        if claim.size > size {
            let missing = claim.size - size;
            return needed(format!(
                "the checkpoint that was given covers {} entries, the backup {size}: {missing} are missing",
                claim.size
            ));
        }
        if claim.size < size {
            return needed(format!(
                "the checkpoint that was given covers only {} of the {size} entries of the backup, so it does not prove that none is missing",
                claim.size
            ));
        }
        match signing_key(self.backup)? {
            Some(signer) => Ok(Course::Same(Box::new(signer))),
            None => needed("the backup has no signing key".to_owned()),
        }
    }

    /// Makes room for this attempt: the directory is empty, or holds an attempt that was not finished.
    fn begin(&self, size: u64) -> Result<(), RestoreError> {
        let (data, failed) = (self.data, || io_error("making room for the ledger"));
        let unfinished = data.read(names::RESTORING).map_err(failed())?.is_some();
        if unfinished {
            let held = held(data).ok().flatten().map_or(0, |held| held.size);
            if held > size + 1 {
                return Err(RestoreError::Used { held, size });
            }
        }
        let mut there = Vec::new();
        for dir in DIRECTORIES.into_iter().chain([names::TILES, names::ROOT]) {
            let prefix = if dir.is_empty() { String::new() } else { format!("{dir}/") };
            let listed = data.list(dir).map_err(failed())?;
            there.extend(listed.into_iter().map(|name| format!("{prefix}{name}")));
        }
        // A crash may have left the marker under its other name.
        there.retain(|path| ![names::RESTORING, "lock", "restoring.tmp"].contains(&path.as_str()));
        if !there.is_empty() && !unfinished {
            return Err(RestoreError::NotEmpty);
        }
        // Also where it is there already: whoever wrote it may not have synced it.
        let note = b"A return from a backup was not finished here. `muniment restore` with the same arguments goes on.\n";
        data.replace(names::ROOT, names::RESTORING, note).map_err(failed())?;
        for path in there {
            data.remove_if_there(&path).map_err(failed())?;
        }
        for dir in DIRECTORIES {
            data.create_dir(dir).map_err(failed())?;
            data.sync_dir(dir).map_err(failed())?;
        }
        Ok(data.sync_dir(names::ROOT).map_err(failed())?)
    }

    /// Verifies all of what was copied, and what was kept as far as it goes.
    fn verify(&self, plan: &Plan) -> Result<Verified, RestoreError> {
        let size = plan.checkpoint.size;
        let mut within = None;
        if let Some(latest) = &self.latest {
            within = (latest.claim()?.size <= size).then(|| latest.clone());
        }
        let given = within.as_ref().map(|latest| latest.name().to_owned());
        let options = VerifyOptions { vkey: None, older: within, progress: self.progress.clone() };
        let verified = verify(self.data, &options).map_err(BackupError::from)?;
        let wrong = |message: String| Err(BackupError::Unsound(message).into());
        match verified.findings.problems.first() {
            Some(problem) if given.as_ref() == Some(&problem.file) => {
                return Err(RestoreError::Contradiction(problem.to_string()));
            }
            Some(problem) => return wrong(problem.to_string()),
            None => {}
        }
        let signed = verified.checkpoint.as_ref();
        if verified.head.size != size || signed != Some(&plan.checkpoint) || verified.root.is_none() {
            return wrong(format!("it has {} entries, the checkpoint covers {size}", verified.head.size));
        }
        Ok(verified)
    }

    /// The size that the latest checkpoint proves, if it proves one. The same origin needs proof that nothing is
    /// missing, and the right key.
    fn check_latest(
        &self,
        plan: &Plan,
        origins: &Origins,
        course: &Course,
    ) -> Result<Option<u64>, RestoreError> {
        let signed = self.latest.as_ref().map(|latest| latest.check(origins)).transpose()?;
        let proved = signed.filter(|signed| signed.end.is_none()).map(|signed| signed.checkpoint);
        let needed = |why: &str| Err(RestoreError::NewOrigin(why.to_owned()));
        if let Course::Same(signer) = course {
            if proved.as_ref() != Some(&plan.checkpoint) {
                return needed("the checkpoint that was given does not prove that nothing is missing");
            }
            if signer.verifier() != origins.vkey() {
                return needed("the signing key of the backup is not that of its entries");
            }
        }
        Ok(proved.map(|checkpoint| checkpoint.size).filter(|known| *known > plan.checkpoint.size))
    }

    /// Appends `ledger.restored`, the first entry under the new origin, and signs it with a new key.
    fn go_on_as(
        &self,
        origin: &str,
        plan: &Plan,
        verified: &Verified,
        known_size: Option<u64>,
    ) -> Result<VerifierKey, RestoreError> {
        if verified.origins.names().any(|name| name == origin) {
            return Err(RestoreError::OriginTaken(origin.to_owned()));
        }
        let head = &verified.head;
        let bounds = self.clock_bounds.filter(|_| verified.purpose == Purpose::Production);
        let instant = ClockGuard::start(self.clock, bounds, head.recorded).instant(self.clock, head.recorded);
        let recorded = instant.map_err(|stopped| RestoreError::Clock {
            wall: self.clock.wall(),
            last: head.recorded,
            stopped,
        })?;
        let signer = genesis::new_key(origin).map_err(RestoreError::Key)?;
        let restoration = Restoration {
            seq: head.size,
            number: verified.origins.restorations() + 1,
            vkey: signer.verifier().clone(),
            old_checkpoint: String::from_utf8_lossy(&plan.note).into_owned(),
            known_size,
        };
        let event = restoration.event(&plan.checkpoint)?;
        let mut line = Vec::new();
        write_line(
            &mut line,
            None,
            restoration::BY,
            event.canonical(),
            head.last,
            &recorded.to_recorded(),
            head.size,
        );
        let mut tree = verified.tree.clone();
        tree.push(leaf_hash(&line), |_, _| {});
        let checkpoint = Checkpoint { origin: origin.to_owned(), size: tree.size(), root: tree.root() };
        line.push(b'\n');
        let put = || {
            // A segment of its own: the one before it ends where this one starts.
            let path = LedgerFile::Lines(head.size).to_string();
            self.data.replace(names::LEDGER, &path, &line)?;
            genesis::write_key(self.data, &signer)?;
            self.data.replace(names::ROOT, names::CHECKPOINT, checkpoint.sign(&signer).as_bytes())
        };
        put().map_err(io_error("going on under the new origin"))?;
        Ok(signer.verifier().clone())
    }

    fn remember(&self) -> Result<(), BackupError> {
        let here = std::slice::from_ref(&self.destination);
        destinations::remember(self.data, here).map_err(|error| match error {
            DestinationError::Io(error) => io_error("writing backups.json")(error),
            error => io_error("writing backups.json")(std::io::Error::other(error)),
        })
    }

    /// From here on the ledger opens. All of it has been synced.
    fn finish(&self) -> Result<(), BackupError> {
        let finish = || {
            self.data.remove(names::RESTORING)?;
            self.data.sync_dir(names::ROOT)
        };
        finish().map_err(io_error("finishing the return"))
    }
}

/// Hands the erasure list of a backup to a ledger that was restored from it, before it opens for the first time.
/// What the list names must be destroyed in the vault before anything is read with it.
///
/// It puts the list in place, and the vault applies it when it opens for the first time: only then is its key at hand.
/// Returns the number of lines.
///
/// # Errors
/// As the disk says.
pub fn apply_erasures(backup: &dyn Disk, data: &dyn Disk) -> Result<u64, BackupError> {
    let failed = || io_error("placing erasures.jsonl");
    let lines = erasures::read(backup).map_err(failed())?;
    erasures::record_on(data, &lines).map_err(failed())?;
    Ok(lines.len() as u64)
}

/// The signing key of a backup; `None` if there is none that can be used.
fn signing_key(disk: &dyn Disk) -> Result<Option<NoteSigner>, BackupError> {
    let text = disk.read(names::SIGNING_KEY).map_err(io_error("reading keys/ledger.key"))?;
    let text = text.map(Zeroizing::new);
    let text = text.as_deref().and_then(|text| std::str::from_utf8(text).ok());
    Ok(text.and_then(|text| NoteSigner::decode(text).ok()))
}
