//! Erasure lists. A backup keeps what is destroyed later, so each destination has a list of what must be
//! destroyed again after a return: the exact lines of the `personal.destroyed` entries, in [`names::ERASURES`].

use std::collections::HashSet;
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use memchr::memmem;
use muniment_core::entry::EntryView;

use super::destinations;
use crate::disk::{Disk, OsDisk};
use crate::ledger::names;
use crate::verify::segments::SegmentFile;

/// The type of the events whose lines are listed.
pub const EVENT_TYPE: &str = "personal.destroyed";

/// Where backups of the ledger on this disk are, as far as it knows.
///
/// # Errors
/// As the disk says; [`io::ErrorKind::InvalidData`] if the file is no list of paths.
pub fn destinations(disk: &dyn Disk) -> io::Result<Vec<PathBuf>> {
    destinations::read(disk)
}

/// Adds lines, without their newlines, to the list of every destination. A line that is there already is not
/// written twice, so whoever is not sure that an earlier call got through calls it again.
///
/// # Errors
/// The destinations whose list does not hold all lines for good, and why. The others do.
pub fn record(destinations: &[PathBuf], lines: &[Vec<u8>]) -> Result<(), Vec<(PathBuf, io::Error)>> {
    let failed = |path: &PathBuf| {
        // A backup and a server may do this at the same time.
        let outcome = is_backup(path)
            .and_then(|()| File::open(path))
            .and_then(|directory| directory.lock().map(|()| directory))
            .and_then(|_locked| record_on(&OsDisk::new(path), lines));
        outcome.err().map(|error| (path.clone(), error))
    };
    let failed: Vec<_> = destinations.iter().filter_map(failed).collect();
    if failed.is_empty() { Ok(()) } else { Err(failed) }
}

/// Where a disk is not mounted, its directory may be there and empty: a list in it would reach nobody.
fn is_backup(path: &Path) -> io::Result<()> {
    if path.join(names::LEDGER).is_dir() {
        return Ok(());
    }
    Err(io::Error::new(io::ErrorKind::NotFound, "there is no backup here; is its disk mounted?"))
}

/// As [`record`], for one destination that nobody else writes to meanwhile.
///
/// The list is replaced as a whole: a crash leaves the old one or the new one. Also where nothing is new, because
/// whoever wrote a line may not have synced it, and after a failed sync another one may falsely succeed.
///
/// # Errors
/// As the disk says; calling it again goes on.
pub(crate) fn record_on(disk: &dyn Disk, lines: &[Vec<u8>]) -> io::Result<()> {
    let listed = read(disk)?;
    let (mut known, mut content) = (HashSet::new(), Vec::new());
    for line in listed.iter().chain(lines).filter(|line| known.insert(*line)) {
        content.extend_from_slice(line);
        content.push(b'\n');
    }
    disk.replace_private(names::ROOT, names::ERASURES, &content)
}

/// The lines of a list. What is no whole entry, because something else tore or damaged it, is left out.
///
/// # Errors
/// As the disk says.
pub fn read(disk: &dyn Disk) -> io::Result<Vec<Vec<u8>>> {
    let content = disk.read(names::ERASURES)?.unwrap_or_default();
    let lines = content.split_inclusive(|byte| *byte == b'\n').filter_map(|line| line.strip_suffix(b"\n"));
    Ok(lines.filter(|line| EntryView::parse(line).is_ok()).map(<[u8]>::to_vec).collect())
}

/// The lines of all `personal.destroyed` entries from entry `from` on.
pub(super) fn destroyed(
    disk: &dyn Disk,
    segments: &[SegmentFile],
    from: u64,
) -> Result<Vec<Vec<u8>>, String> {
    // Cheap to look for, and in no other line unless in the data of a client's event.
    let mark = memmem::Finder::new(r#""type":"personal.destroyed""#);
    let mut found = Vec::new();
    for segment in segments.iter().filter(|segment| segment.end.is_none_or(|end| end > from)) {
        let mut units = segment.units(disk, segment.end).map_err(|error| error.to_string())?;
        for unit in units.by_ref().filter(|unit| unit.first + unit.count > from) {
            let text = unit.into_lines()?;
            if mark.find(&text).is_some() {
                let lines = text.split(|byte| *byte == b'\n').filter(|line| is_destruction(line));
                found.extend(lines.map(<[u8]>::to_vec));
            }
        }
        if let Some(fault) = units.fault() {
            return Err(fault);
        }
    }
    Ok(found)
}

fn is_destruction(line: &[u8]) -> bool {
    let entry = EntryView::parse(line).ok();
    let event = entry.as_ref().and_then(|entry| entry.check_event().ok());
    event.is_some_and(|event| event.event_type == EVENT_TYPE)
}

#[cfg(test)]
mod tests {
    use muniment_core::entry::write_line;
    use muniment_core::hash::Hash;
    use muniment_core::time::Timestamp;

    use super::*;
    use crate::disk::sim::{Fault, Loss, SimDisk};

    fn line(seq: u64) -> Vec<u8> {
        let event = format!(
            r#"{{"id":"personal.destroyed/{seq}","source":"o.example","specversion":"1.0","type":"personal.destroyed"}}"#
        );
        let mut line = Vec::new();
        let recorded = Timestamp::from_micros(0).to_recorded();
        write_line(&mut line, None, "host", event.as_bytes(), Hash::ZERO, &recorded, seq);
        line
    }

    fn content(disk: &SimDisk) -> Vec<u8> {
        (disk as &dyn Disk).read(names::ERASURES).unwrap().unwrap_or_default()
    }

    #[test]
    fn a_line_is_listed_once_and_a_torn_one_is_written_anew() {
        let disk = SimDisk::new();
        record_on(&disk, &[line(1), line(2)]).unwrap();
        record_on(&disk, &[line(2), line(3), line(3)]).unwrap();
        assert_eq!(read(&disk).unwrap(), [line(1), line(2), line(3)]);
        let whole = content(&disk);
        let file = disk.open(names::ERASURES).unwrap();
        file.set_len(whole.len() as u64 - 5).unwrap();
        assert_eq!(read(&disk).unwrap(), [line(1), line(2)]);
        record_on(&disk, &[line(3)]).unwrap();
        assert_eq!(content(&disk), whole);
        disk.open(names::ERASURES).unwrap().write_at(b"x", 0).unwrap();
        record_on(&disk, &[line(1)]).unwrap();
        assert_eq!(read(&disk).unwrap(), [line(2), line(3), line(1)], "what is sound outlives damage");
    }

    #[test]
    fn every_destination_that_can_be_reached_gets_the_lines() {
        let home = tempfile::tempdir().unwrap();
        let [one, two, unmounted, gone] =
            ["one", "two", "unmounted", "gone"].map(|name| home.path().join(name));
        for path in [&one, &two] {
            std::fs::create_dir_all(path.join(names::LEDGER)).unwrap();
        }
        std::fs::create_dir(&unmounted).unwrap();
        let all = [one.clone(), unmounted.clone(), gone.clone(), two.clone()];
        let failed = record(&all, &[line(1)]).unwrap_err();
        let failed: Vec<PathBuf> = failed.into_iter().map(|(path, _)| path).collect();
        assert_eq!(failed, [unmounted.clone(), gone]);
        assert!(!unmounted.join(names::ERASURES).exists());
        record(&[one.clone(), two.clone()], &[line(1), line(2)]).unwrap();
        for path in [one, two] {
            assert_eq!(read(&OsDisk::new(path)).unwrap(), [line(1), line(2)]);
        }
    }

    #[test]
    fn what_was_recorded_survives_a_crash_at_any_step_and_any_failure() {
        let all = [line(1), line(2), line(3)];
        let use_list = |disk: &SimDisk| -> usize {
            let recorded = |lines: &[Vec<u8>]| (0..2).any(|_| record_on(disk, lines).is_ok());
            [&all[..1], &all[..2], &all[1..]].iter().take_while(|lines| recorded(lines)).count()
        };
        let whole = SimDisk::new();
        assert_eq!(use_list(&whole), 3);
        let losses = || [Loss::Kept, Loss::Lost, Loss::Process].into_iter().chain((1..40).map(Loss::Torn));
        let check = |disk: &SimDisk, recorded: usize, loss: Loss, context: &str| {
            let next = disk.after(loss);
            let lines = read(&next).unwrap();
            assert!(lines.starts_with(&all[..recorded]), "{context}, {loss:?}: {recorded} were recorded");
            record_on(&next, &all).unwrap();
            let mut lines = read(&next.after(Loss::Lost)).unwrap();
            lines.sort();
            assert_eq!(lines, all, "{context}, {loss:?}");
        };
        for (number, step) in whole.steps().iter().enumerate() {
            let crashing = SimDisk::new();
            crashing.crash_at(number);
            let recorded = use_list(&crashing);
            losses().for_each(|loss| check(&crashing, recorded, loss, &format!("crash at {step}")));
            for fault in [Fault::NothingDone, Fault::AllDone, Fault::Full] {
                let failing = SimDisk::new();
                failing.fail_at(number, fault);
                let recorded = use_list(&failing);
                assert_eq!(recorded, 3);
                losses().for_each(|loss| check(&failing, recorded, loss, &format!("{fault:?} at {step}")));
            }
        }
    }
}
