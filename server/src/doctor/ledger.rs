//! The key, the checkpoint, the end of the ledger, and what is made of it. `muniment verify` checks every entry;
//! this does not.

use muniment_core::note::NoteSigner;
use zeroize::Zeroizing;

use super::{Findings, Place};
use crate::disk::Disk;
use crate::ledger::genesis::Genesis;
use crate::ledger::names::{self, LedgerFile};
use crate::ledger::origins::Origins;
use crate::verify::segments::{self, SegmentFile};

const RESTORE: &str = "restore the ledger from a backup (`muniment restore`)";

fn segments_of(place: &Place<'_>) -> Result<Vec<SegmentFile>, String> {
    segments::list(&place.disk, &mut crate::verify::Findings::default()).map_err(|error| error.to_string())
}

fn origins_of(
    place: &Place<'_>,
    segments: &[SegmentFile],
    signer: Option<&NoteSigner>,
) -> Result<Origins, String> {
    let first = segments.first().filter(|segment| segment.first == 0);
    let line = first.ok_or("the segment with entry 0 is missing")?.line(&place.disk, 0)?;
    let genesis = Genesis::from_line(&line)?;
    // Where the key is that of entry 0, nothing else needs to be read.
    let restorations = match signer {
        Some(signer) if *signer.verifier() == genesis.vkey => Vec::new(),
        _ => segments::restorations(&place.disk, segments)?,
    };
    Origins::new(genesis.vkey, &restorations).map_err(|(seq, fault)| format!("entry {seq}: {fault}"))
}

pub(super) fn key_and_checkpoint(place: &Place<'_>, findings: &mut Findings) {
    let disk: &dyn Disk = &place.disk;
    // Before the segments: then it can only be behind them.
    let note = disk.read(names::CHECKPOINT);
    let signer = signing_key(disk, findings);
    let segments = match segments_of(place) {
        Ok(segments) => segments,
        Err(error) => return findings.wrong("ledger/", format!("{error}: {RESTORE}")),
    };
    let origins = match origins_of(place, &segments, signer.as_ref()) {
        Ok(origins) => origins,
        Err(error) => {
            return findings
                .wrong("ledger/", format!("entry 0 or a return cannot be read ({error}): {RESTORE}"));
        }
    };
    match &signer {
        Some(signer) if signer.verifier() == origins.vkey() => {
            findings.ok(names::SIGNING_KEY, format!("it is that of {}", origins.vkey().name()));
        }
        Some(signer) => findings.wrong(
            names::SIGNING_KEY,
            format!(
                "it is {}, the ledger's is {}: put the right one there, from a backup",
                signer.verifier(),
                origins.vkey()
            ),
        ),
        None => {}
    }
    let note = match note {
        Ok(Some(note)) => note,
        Ok(None) => {
            return findings.wrong(names::CHECKPOINT, "it is missing: run `muniment verify` with a receipt or checkpoint kept elsewhere; if that is ok, the next start signs another one");
        }
        Err(error) => {
            return findings.wrong(
                names::CHECKPOINT,
                format!("it cannot be read ({error}): run this as the user that runs the server"),
            );
        }
    };
    let signed = match origins.verify(&note) {
        Ok(signed) => signed,
        Err(error) => {
            return findings.wrong(names::CHECKPOINT, format!("none of the ledger's keys signed it ({error}): it was damaged or replaced. Put it there from a backup, or remove it if `muniment verify` with a kept receipt is ok"));
        }
    };
    match entries(place, &segments) {
        Ok(count) if signed.checkpoint.size > count => findings.wrong(
            names::CHECKPOINT,
            format!(
                "it covers {} entries, {count} are there: entries were cut off. {RESTORE}",
                signed.checkpoint.size
            ),
        ),
        Ok(count) => {
            findings.ok(names::CHECKPOINT, format!("it covers {} of {count} entries", signed.checkpoint.size))
        }
        Err(error) => findings.wrong("ledger/", format!("{error}: {RESTORE}")),
    }
}

fn signing_key(disk: &dyn Disk, findings: &mut Findings) -> Option<NoteSigner> {
    let text = match disk.read(names::SIGNING_KEY) {
        Ok(Some(text)) => Zeroizing::new(text),
        Ok(None) => {
            findings.wrong(names::SIGNING_KEY, "it is missing: put it there from a backup; without one, back up what is here and restore that under a new origin (`muniment restore --origin`)");
            return None;
        }
        Err(error) => {
            findings.wrong(
                names::SIGNING_KEY,
                format!("it cannot be read ({error}): run this as the user that runs the server"),
            );
            return None;
        }
    };
    let signer = std::str::from_utf8(&text).ok().and_then(|text| NoteSigner::decode(text).ok());
    if signer.is_none() {
        findings.wrong(names::SIGNING_KEY, "it is no signing key: put the right one there, from a backup");
    }
    signer
}

/// How many entries there are. Half a line at the end is none.
fn entries(place: &Place<'_>, segments: &[SegmentFile]) -> Result<u64, String> {
    let Some(last) = segments.last() else { return Ok(0) };
    let mut units = last.units(&place.disk, None).map_err(|error| error.to_string())?;
    let end = units.by_ref().last().map_or(last.first, |unit| unit.first + unit.count);
    if let Some(fault) = units.fault() {
        return Err(format!("{}: {fault}", last.path));
    }
    Ok(end - u64::from(is_torn(place, last)?))
}

fn is_torn(place: &Place<'_>, last: &SegmentFile) -> Result<bool, String> {
    if last.is_sealed() {
        return Ok(false);
    }
    let read = || {
        let file = place.disk.open_read(&last.path)?;
        let bytes = file.len()?;
        let end = file.read_exact_at(bytes.saturating_sub(1), usize::from(bytes > 0))?;
        Ok::<_, std::io::Error>(end != b"\n" && bytes > 0)
    };
    read().map_err(|error| format!("{}: {error}", last.path))
}

pub(super) fn tail(place: &Place<'_>, findings: &mut Findings) {
    // While it is in use, the last line may be on its way.
    let Ok(segments) = segments_of(place) else { return };
    let Some(last) = segments.last().filter(|_| place.holder.is_none()) else { return };
    match is_torn(place, last) {
        Ok(true) => findings.note(
            &last.path,
            "it ends within a line, as a crash leaves it: the next start moves that aside and records it",
        ),
        Ok(false) => findings.ok("end of the ledger", "the last line is whole"),
        Err(error) => findings.wrong("ledger/", format!("{error}: {RESTORE}")),
    }
}

pub(super) fn derived(place: &Place<'_>, findings: &mut Findings) {
    let disk: &dyn Disk = &place.disk;
    let Ok(names) = disk.list(names::LEDGER) else { return };
    for name in &names {
        let Some(LedgerFile::Sealed(first)) = LedgerFile::parse(name) else { continue };
        let path = LedgerFile::Keys(first).to_string();
        if !place.data.join(&path).exists() {
            findings.note(&path, "it is missing: the next start makes it again");
        }
    }
    if disk.list(names::TILES).map_or(true, |tiles| tiles.is_empty()) {
        findings.note("tiles/", "they are missing: the next start makes them again");
    }
}
