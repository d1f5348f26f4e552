//! Files that something left behind, and files that are none of the ledger's.

use std::fs;

use super::{Findings, Place};
use crate::assets::{AssetError, Assets, is_digest};
use crate::ledger::names::{self, LedgerFile};

/// What may stand at the top.
const KNOWN: [&str; 18] = [
    names::LEDGER,
    names::TILES,
    names::KEYS,
    names::CHECKPOINT,
    names::VAULT,
    names::ERASURES,
    names::BACKUPS,
    names::RESTORING,
    names::PLUGINS,
    names::CATALOGUE,
    names::POLICIES,
    names::ASSETS,
    names::REPORTS,
    crate::settings::FILE,
    "index",
    "state",
    "lock",
    "lost+found",
];

pub(super) fn unfinished(place: &Place<'_>, findings: &mut Findings) {
    if place.data.join(names::RESTORING).exists() {
        findings.wrong(
            names::RESTORING,
            "a return from a backup was not finished, so nothing opens the ledger: run `muniment restore` again with the same arguments",
        );
    }
}

pub(super) fn unknown(place: &Place<'_>, findings: &mut Findings) {
    let before = findings.0.len();
    for dir in [names::ROOT, names::LEDGER, names::KEYS] {
        for name in list(place, dir) {
            let path = if dir.is_empty() { name.clone() } else { format!("{dir}/{name}") };
            if name.ends_with(".tmp") {
                if place.holder.is_none() {
                    findings.note(&path, "something was interrupted while it wrote this; it may be removed");
                }
                continue;
            }
            let known = match dir {
                names::LEDGER => {
                    LedgerFile::parse(&name).is_some() || name.starts_with(names::RECOVERED_PREFIX)
                }
                names::KEYS => [names::SIGNING_KEY, names::VAULT_KEY].contains(&path.as_str()),
                _ => KNOWN.contains(&name.as_str()),
            };
            if !known {
                findings.note(&path, "it is no file of the ledger, and is ignored: move it elsewhere");
            }
        }
    }
    if findings.0.len() == before {
        findings.ok("files", "there is nothing that does not belong here");
    }
}

/// Backups hold the plain files of these directories, and nothing else.
pub(super) fn left_out_of_backups(place: &Place<'_>, findings: &mut Findings) {
    for dir in [names::PLUGINS, names::ASSETS, names::CATALOGUE, names::POLICIES] {
        for name in list(place, dir) {
            let path = format!("{dir}/{name}");
            if fs::symlink_metadata(place.data.join(&path)).is_ok_and(|metadata| !metadata.is_file()) {
                findings.wrong(
                    &path,
                    "it is no plain file, so backups leave it out: put the file itself in its place",
                );
            }
        }
    }
}

/// Logos and the like: the ledger names each by its SHA-256, and so does its file.
pub(super) fn assets(place: &Place<'_>, findings: &mut Findings) {
    let assets = Assets::new(place.data);
    let (before, all) = (findings.0.len(), list(place, names::ASSETS));
    for name in &all {
        let path = format!("{}/{name}", names::ASSETS);
        let is_plain = fs::symlink_metadata(place.data.join(&path)).is_ok_and(|metadata| metadata.is_file());
        if !is_plain {
            continue;
        }
        if !is_digest(name) {
            findings.note(&path, "no event names it, and it is ignored: move it elsewhere");
            continue;
        }
        // One that went meanwhile is no finding.
        if let Err(error @ (AssetError::Changed { .. } | AssetError::Io { .. })) = assets.read(name) {
            findings.wrong(&path, format!("{error}; no report can show it until then"));
        }
    }
    if findings.0.len() == before && !all.is_empty() {
        findings.ok(names::ASSETS, "each file is what its name says");
    }
}

/// Names in a directory, none if it cannot be read: another check tells.
fn list(place: &Place<'_>, dir: &str) -> Vec<String> {
    let entries = fs::read_dir(place.data.join(dir)).into_iter().flatten().flatten();
    let mut names: Vec<String> =
        entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}
