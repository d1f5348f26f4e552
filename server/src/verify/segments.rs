//! The segments of a directory, and the units of up to 256 entries that they are checked in.

use std::collections::{BTreeMap, VecDeque};
use std::io;
use std::sync::Arc;

use memchr::{memchr_iter, memmem};

use muniment_core::chain::Head;
use muniment_core::entry::EntryView;
use muniment_core::limits::ENTRY_BYTES_MAX;

use super::VerifyError;
use super::findings::Findings;
use super::unit::{Text, Unit};
use crate::disk::{Disk, DiskFile};
use crate::ledger::limits::FRAME_ENTRIES;
use crate::ledger::names::{self, LedgerFile};
use crate::ledger::restoration::{self, Restoration};
use crate::ledger::scan;
use crate::ledger::sealed::SealedSegment;

const CHUNK_BYTES: usize = 4 * 1024 * 1024;

/// Bytes of the longest unit of whole lines.
const UNIT_BYTES_MAX: usize = 256 * (ENTRY_BYTES_MAX + 1);
const _: () = assert!(FRAME_ENTRIES == 256);

/// A segment on disk.
#[derive(Debug)]
pub(crate) struct SegmentFile {
    pub(crate) first: u64,
    /// The first entry of the next segment.
    pub(crate) end: Option<u64>,
    pub(crate) path: String,
    /// The open segment, or why it cannot be opened; `None` for lines.
    sealed: Option<Result<Arc<SealedSegment>, String>>,
}

/// Lists the segments in order.
pub(crate) fn list(disk: &dyn Disk, findings: &mut Findings) -> Result<Vec<SegmentFile>, VerifyError> {
    let (mut lines, mut sealed) = (BTreeMap::new(), BTreeMap::new());
    for name in disk.list(names::LEDGER)? {
        match LedgerFile::parse(&name) {
            Some(LedgerFile::Lines(first)) => drop(lines.insert(first, ())),
            Some(LedgerFile::Sealed(first)) => drop(sealed.insert(first, ())),
            Some(LedgerFile::Keys(_)) => {}
            None if name.starts_with("recovered-") => {}
            None => findings.notice(&format!("ledger/{name}"), "not a file of the ledger; it is ignored"),
        }
    }
    for first in lines.keys().filter(|first| sealed.contains_key(first)) {
        let path = LedgerFile::Sealed(*first).to_string();
        findings.notice(&path, "its sealing was not finished; the next start does it again");
    }
    let firsts: Vec<u64> = lines
        .keys()
        .chain(sealed.keys())
        .copied()
        .collect::<std::collections::BTreeSet<_>>()
        .into_iter()
        .collect();
    if firsts.is_empty() {
        return Err(VerifyError::NoLedger);
    }
    let ends = firsts.iter().skip(1).map(|first| Some(*first)).chain([None]);
    let segment = |(first, end): (&u64, Option<u64>)| {
        let first = *first;
        if lines.contains_key(&first) {
            return Ok(SegmentFile { first, end, path: LedgerFile::Lines(first).to_string(), sealed: None });
        }
        let path = LedgerFile::Sealed(first).to_string();
        let file = disk.open_read(&path)?;
        let opened = SealedSegment::open(file, first, end).map(Arc::new).map_err(|error| error.to_string());
        Ok(SegmentFile { first, end, path, sealed: Some(opened) })
    };
    firsts.iter().zip(ends).map(segment).collect()
}

/// Number of entries, as far as file names tell.
pub(crate) fn total(segments: &[SegmentFile]) -> Option<u64> {
    let last = segments.last()?;
    match &last.sealed {
        Some(Ok(sealed)) => Some(sealed.end()),
        _ => (last.first > 0).then_some(last.first),
    }
}

/// Every return under a new origin that the lines tell of. Nothing else is checked.
pub(crate) fn restorations(disk: &dyn Disk, segments: &[SegmentFile]) -> Result<Vec<Restoration>, String> {
    let mark = memmem::Finder::new(restoration::EVENT_TYPE);
    let mut found = Vec::new();
    for segment in segments {
        let mut units = segment.units(disk, segment.end).map_err(|error| error.to_string())?;
        for unit in units.by_ref() {
            let text = unit.into_lines()?;
            if mark.find(&text).is_none() {
                continue;
            }
            for line in text.split(|byte| *byte == b'\n') {
                let entry = EntryView::parse(line).ok();
                found.extend(entry.as_ref().and_then(Restoration::from_entry).transpose()?);
            }
        }
        if let Some(fault) = units.fault() {
            return Err(fault);
        }
    }
    Ok(found)
}

impl SegmentFile {
    pub(crate) fn is_sealed(&self) -> bool {
        self.sealed.is_some()
    }

    /// Whether it is the segment that is appended to.
    pub(crate) fn is_active(&self) -> bool {
        self.sealed.is_none() && self.end.is_none()
    }

    /// Where its whole entries end and how many bytes follow, if those are what a crash leaves.
    pub(crate) fn torn_end(
        &self,
        disk: &dyn Disk,
        before: Option<Head>,
        persisted_size: u64,
    ) -> io::Result<Option<(u64, u64)>> {
        let Some(before) = before else { return Ok(None) };
        let file = disk.open_read(&self.path)?;
        let scanned = scan::scan(&*file, before, None)?;
        let Some(rest) = scanned.rest else { return Ok(None) };
        let damage = scan::damage(&*file, &rest, &scanned.head, persisted_size)?;
        Ok(damage.is_none().then_some((scanned.head.size, rest.bytes)))
    }

    /// One line, for entry 0 and for receipts.
    pub(crate) fn line(&self, disk: &dyn Disk, seq: u64) -> Result<Vec<u8>, String> {
        let mut line = match &self.sealed {
            Some(Ok(sealed)) if seq < sealed.end() => {
                sealed.read(seq, seq + 1).map_err(|error| error.to_string())?
            }
            Some(Ok(_)) => return Err(format!("entry {seq} is not there")),
            Some(Err(error)) => return Err(error.clone()),
            None => {
                let mut units = self.units(disk, self.end).map_err(|error| error.to_string())?;
                let unit = units.find(|unit| (unit.first..unit.first + unit.count).contains(&seq));
                unit.ok_or(format!("entry {seq} is not there"))?.into_line(seq)?
            }
        };
        if line.last() == Some(&b'\n') {
            line.pop();
        }
        Ok(line)
    }

    /// Its units in order, up to the entry before `end`.
    pub(crate) fn units(&self, disk: &dyn Disk, end: Option<u64>) -> io::Result<Units> {
        let mut units = Units { ready: VecDeque::new(), lines: None, fault: None };
        match &self.sealed {
            Some(Ok(sealed)) => {
                let unit = |frame: &crate::ledger::sealed::Frame| Unit {
                    first: frame.first,
                    count: frame.entries,
                    text: Text::Frame(sealed.clone(), *frame),
                };
                units.ready.extend(sealed.frames().iter().map(unit));
            }
            Some(Err(error)) => units.fault = Some(error.clone()),
            None => {
                let file = disk.open_read(&self.path)?;
                let length = file.len()?;
                units.lines = Some(LineUnits { file, length, offset: 0, seq: self.first, end });
            }
        }
        Ok(units)
    }
}

/// The units of a segment.
pub(crate) struct Units {
    ready: VecDeque<Unit>,
    lines: Option<LineUnits>,
    fault: Option<String>,
}

impl Units {
    /// Why not all of the segment could be cut into units.
    pub(crate) fn fault(self) -> Option<String> {
        self.fault
    }
}

impl Iterator for Units {
    type Item = Unit;

    fn next(&mut self) -> Option<Unit> {
        if self.ready.is_empty() {
            match self.lines.as_mut().map(LineUnits::read) {
                Some(Ok(units)) => self.ready.extend(units),
                Some(Err(error)) => {
                    self.fault = Some(error.to_string());
                    self.lines = None;
                }
                None => {}
            }
        }
        self.ready.pop_front()
    }
}

/// Cuts a segment of lines into units, a chunk of the file at a time.
struct LineUnits {
    file: Box<dyn DiskFile>,
    length: u64,
    offset: u64,
    seq: u64,
    end: Option<u64>,
}

impl LineUnits {
    fn read(&mut self) -> io::Result<Vec<Unit>> {
        for bytes_max in [CHUNK_BYTES, UNIT_BYTES_MAX] {
            if let Some(units) = self.read_chunk(bytes_max)? {
                return Ok(units);
            }
        }
        let fault = format!("no {FRAME_ENTRIES} lines end within {UNIT_BYTES_MAX} bytes");
        Err(io::Error::new(io::ErrorKind::InvalidData, fault))
    }

    /// `None` if the chunk is too small for one unit.
    fn read_chunk(&mut self, bytes_max: usize) -> io::Result<Option<Vec<Unit>>> {
        let mut units = Vec::new();
        if self.offset >= self.length || self.end == Some(self.seq) {
            return Ok(Some(units));
        }
        let bytes = (self.length - self.offset).min(bytes_max as u64);
        let last_chunk = self.offset + bytes == self.length;
        let chunk =
            self.file.read_exact_at(self.offset, usize::try_from(bytes).map_err(io::Error::other)?)?;
        let (mut start, mut count) = (0, 0);
        let mut cut = |end: usize, count: &mut u64, seq: &mut u64, start: &mut usize| {
            let text = chunk[*start..end].to_vec();
            units.push(Unit { first: *seq, count: *count, text: Text::Lines(text) });
            *seq += *count;
            (*count, *start) = (0, end);
        };
        for newline in memchr_iter(b'\n', &chunk) {
            count += 1;
            let next = self.seq + count;
            if next.is_multiple_of(FRAME_ENTRIES) || self.end == Some(next) {
                cut(newline + 1, &mut count, &mut self.seq, &mut start);
                if self.end == Some(next) {
                    break;
                }
            }
        }
        let done = self.end == Some(self.seq);
        let rest = chunk.len() - start;
        if last_chunk && rest > 0 && !done {
            // What has no newline is a line too: whole or not, it is judged as one.
            count += u64::from(chunk.last() != Some(&b'\n'));
            cut(chunk.len(), &mut count, &mut self.seq, &mut start);
        } else if start == 0 && !done {
            return Ok(None);
        }
        self.offset += start as u64;
        Ok(Some(units))
    }
}
