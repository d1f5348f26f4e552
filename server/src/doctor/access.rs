//! Directories, who may read what, and how much room there is.

use std::fs;
use std::io::ErrorKind;
use std::os::unix::fs::PermissionsExt as _;

use super::{Findings, Place};
use crate::ledger::names;

/// With less room than this, appending will soon be refused. In bytes.
const FREE_BYTES_MIN: u64 = 512 * 1024 * 1024;

/// Files that only their owner may read.
const PRIVATE: [&str; 4] = [names::SIGNING_KEY, names::VAULT, names::VAULT_KEY, names::ERASURES];

pub(super) fn directories(place: &Place<'_>, findings: &mut Findings) {
    let before = findings.0.len();
    for dir in [names::ROOT, names::LEDGER, names::KEYS] {
        let path = place.data.join(dir);
        let what = if dir.is_empty() { place.data.display().to_string() } else { format!("{dir}/") };
        match fs::read_dir(&path) {
            Ok(_) => {}
            Err(error) if error.kind() == ErrorKind::NotFound => {
                findings.wrong(&what, "it is missing: restore the ledger from a backup (`muniment restore`)");
            }
            Err(error) => findings.wrong(
                &what,
                format!("it cannot be read ({error}): run this as the user that runs the server, or give it to that user (chown)"),
            ),
        }
    }
    if findings.0.len() == before {
        findings.ok("directories", "they are there and can be read");
    }
}

pub(super) fn permissions(place: &Place<'_>, findings: &mut Findings) {
    let before = findings.0.len();
    let mode = |path: &str| {
        fs::metadata(place.data.join(path)).ok().map(|metadata| metadata.permissions().mode() & 0o777)
    };
    if let Some(mode) = mode(names::ROOT).filter(|mode| mode & 0o007 != 0) {
        let message = format!(
            "every user of this machine can look into it (mode {mode:o}): chmod 700 {}",
            place.data.display()
        );
        findings.wrong("data directory", message);
    }
    for path in PRIVATE {
        if let Some(mode) = mode(path).filter(|mode| mode & 0o077 != 0) {
            let full = place.data.join(path);
            findings.wrong(
                path,
                format!("others than its owner can read it (mode {mode:o}): chmod 600 {}", full.display()),
            );
        }
    }
    if findings.0.len() == before {
        findings.ok("permissions", "only the owner can read keys and the vault");
    }
}

pub(super) fn space(place: &Place<'_>, findings: &mut Findings) {
    match rustix::fs::statvfs(place.data) {
        Ok(disk) => {
            let free = disk.f_bavail.saturating_mul(disk.f_frsize);
            let mib = free / (1024 * 1024);
            if free < FREE_BYTES_MIN {
                let least = FREE_BYTES_MIN / (1024 * 1024);
                findings.wrong("disk space", format!("{mib} MiB are free, less than {least} MiB: make room, or move the ledger to a larger disk"));
            } else {
                findings.ok("disk space", format!("{mib} MiB are free"));
            }
        }
        Err(error) => {
            findings.note("disk space", format!("the system does not tell how much is free ({error})"))
        }
    }
}
