//! Where backups are, and how old they are.

use std::fs;
use std::path::Path;
use std::time::UNIX_EPOCH;

use muniment_core::time::Timestamp;

use super::{Findings, Place};
use crate::backup::erasures;
use crate::ledger::names;

const DAY_SECONDS: u64 = 86_400;

pub(super) fn destinations(place: &Place<'_>, findings: &mut Findings) {
    let destinations = match erasures::destinations(&place.disk) {
        Ok(destinations) => destinations,
        Err(error) => {
            return findings.wrong(names::BACKUPS, format!("it cannot be read ({error}): repair it, or remove it and run `muniment backup` to every destination"));
        }
    };
    if destinations.is_empty() {
        findings.note("backups", "there is none: `muniment backup --to` makes one");
    }
    for path in destinations {
        let what = format!("backup {}", path.display());
        match age_days(&path, place.now) {
            Ok(days) if days > place.backup_days_max => findings.wrong(
                &what,
                format!("it is {days} days old, more than {}: run `muniment backup`, best from a daily timer", place.backup_days_max),
            ),
            Ok(days) => findings.ok(&what, format!("it is {days} days old")),
            Err(error) => findings.wrong(
                &what,
                format!("it cannot be reached ({error}): mount its disk; if it is gone for good, `muniment backup --forget` it"),
            ),
        }
    }
}

/// Every backup puts its checkpoint in place anew.
fn age_days(path: &Path, now: Timestamp) -> std::io::Result<u64> {
    let modified = fs::metadata(path.join(names::CHECKPOINT))?.modified()?;
    let made_seconds = modified.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
    let now_seconds = u64::try_from(now.as_micros() / 1_000_000).unwrap_or_default();
    Ok(now_seconds.saturating_sub(made_seconds) / DAY_SECONDS)
}
