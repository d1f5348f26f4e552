//! Reading a segment of lines at start: how far is it whole, and what is the rest?

use std::io;

use memchr::memchr;
use muniment_core::chain::Head;
use muniment_core::entry::EntryView;
use muniment_core::hash::Hash;
use muniment_core::key::Key;
use muniment_core::limits::ENTRY_BYTES_MAX;
use muniment_core::time::Timestamp;
use muniment_core::tree::leaf_hash;

use super::limits::GROUP_BYTES_MAX;
use super::restoration;
use crate::disk::DiskFile;

const CHUNK_BYTES: usize = 4 * 1024 * 1024;

/// The whole, correctly chained entries at the start of a segment.
#[derive(Debug)]
pub struct Scanned {
    /// After the last of them.
    pub head: Head,
    /// Where each line ends.
    pub ends: Vec<u32>,
    /// Their idempotency keys.
    pub keys: Vec<Key>,
    /// Their leaves.
    pub leaves: Vec<Hash>,
    /// Those that say that the ledger was restored under a new origin.
    pub restorations: Vec<u64>,
    /// What follows them, if anything does.
    pub rest: Option<Rest>,
}

/// What follows the last whole entry.
#[derive(Debug)]
pub struct Rest {
    /// Where it starts.
    pub offset: u64,
    /// Its length.
    pub bytes: u64,
    /// Why its first line is not the next entry.
    pub fault: String,
    /// Whether its first line is an entry, only not the next one.
    pub starts_with_entry: bool,
}

struct BatchStart {
    head: Head,
    entries: usize,
    offset: u64,
}

/// Reads a segment whose entries continue `head`, up to the entry before `end` if there is one.
///
/// # Errors
/// As the system says.
pub fn scan(file: &dyn DiskFile, head: Head, end: Option<u64>) -> io::Result<Scanned> {
    let length = file.len()?;
    let mut scanned = Scanned {
        head,
        ends: Vec::new(),
        keys: Vec::new(),
        leaves: Vec::new(),
        restorations: Vec::new(),
        rest: None,
    };
    let mut batch_start: Option<BatchStart> = None;
    let mut lines = Lines { file, length, chunk: Vec::new(), chunk_start: 0, place: 0 };
    let mut offset = 0;
    let fault = loop {
        if offset == length {
            break None;
        }
        if end == Some(scanned.head.size) {
            break Some(("it lies beyond the segment's entries".to_owned(), true));
        }
        let Some(line) = lines.next(offset)? else {
            break Some(("it has no end".to_owned(), false));
        };
        match accept(line, &scanned.head) {
            Ok(Accepted { head: next, key, is_restoration }) => {
                if is_restoration {
                    scanned.restorations.push(scanned.head.size);
                }
                if next.open_batch.is_some_and(|place| place.index == 0) {
                    batch_start =
                        Some(BatchStart { head: scanned.head, entries: scanned.ends.len(), offset });
                }
                scanned.leaves.push(leaf_hash(line));
                scanned.keys.push(key);
                scanned.head = next;
                offset += line.len() as u64 + 1;
                scanned.ends.push(u32::try_from(offset).map_err(|_| too_large())?);
            }
            Err(fault) => break Some(fault),
        }
    };
    let open_batch = scanned.head.open_batch.is_some();
    if let Some(start) = batch_start.filter(|_| open_batch) {
        offset = start.offset;
        scanned.head = start.head;
        scanned.ends.truncate(start.entries);
        scanned.keys.truncate(start.entries);
        scanned.leaves.truncate(start.entries);
    }
    let why = match fault {
        Some((fault, starts_with_entry)) => Some((fault, starts_with_entry && !open_batch)),
        None if open_batch => Some(("its batch is incomplete".to_owned(), false)),
        None => None,
    };
    scanned.rest = why.map(|(fault, starts_with_entry)| Rest {
        offset,
        bytes: length - offset,
        fault,
        starts_with_entry,
    });
    Ok(scanned)
}

fn too_large() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, "a segment of 4 GiB or more")
}

/// The next entry.
struct Accepted {
    head: Head,
    key: Key,
    is_restoration: bool,
}

/// Whether the line is the next entry; if not, why, and whether it is an entry at all.
fn accept(line: &[u8], head: &Head) -> Result<Accepted, (String, bool)> {
    let entry = EntryView::parse(line).map_err(|error| (error.to_string(), false))?;
    let event = entry.check_event().map_err(|error| (error.to_string(), false))?;
    let next = head.after(&entry, Hash::of_line(line)).map_err(|fault| (fault.to_string(), true))?;
    let is_restoration = entry.by == restoration::BY && event.event_type == restoration::EVENT_TYPE;
    Ok(Accepted { head: next, key: event.key(), is_restoration })
}

/// Lines of a file, a chunk in memory at a time.
struct Lines<'f> {
    file: &'f dyn DiskFile,
    length: u64,
    chunk: Vec<u8>,
    chunk_start: u64,
    place: usize,
}

impl Lines<'_> {
    /// The line that starts at `offset`, without its newline; `None` if none ends within the longest
    /// that an entry can be.
    fn next(&mut self, offset: u64) -> io::Result<Option<&[u8]>> {
        self.place = usize::try_from(offset - self.chunk_start).map_err(io::Error::other)?;
        let in_chunk = self.chunk.get(self.place..).and_then(|rest| memchr(b'\n', rest));
        if in_chunk.is_none() {
            let bytes = (self.length - offset).min((CHUNK_BYTES + ENTRY_BYTES_MAX) as u64);
            self.chunk.resize(usize::try_from(bytes).map_err(io::Error::other)?, 0);
            let read = self.file.read_at(&mut self.chunk, offset)?;
            self.chunk.truncate(read);
            (self.chunk_start, self.place) = (offset, 0);
        }
        let rest = &self.chunk[self.place..];
        let longest = &rest[..rest.len().min(ENTRY_BYTES_MAX + 1)];
        Ok(memchr(b'\n', longest).map(|end| &rest[..end]))
    }
}

/// Whether the rest can be what a crash left of the last group, which nobody was told had been recorded.
/// Otherwise something that was acknowledged has been damaged or changed.
///
/// # Errors
/// As the system says.
pub fn damage(
    file: &dyn DiskFile,
    rest: &Rest,
    head: &Head,
    persisted_size: u64,
) -> io::Result<Option<String>> {
    if head.size < persisted_size {
        return Ok(Some(format!("the last persisted checkpoint covers {persisted_size} entries")));
    }
    if rest.bytes > GROUP_BYTES_MAX as u64 {
        let why = format!("{} bytes follow, more than the {GROUP_BYTES_MAX} of a torn group", rest.bytes);
        return Ok(Some(why));
    }
    if rest.starts_with_entry {
        // A torn write leaves holes, and a hole is no entry: this line was written after another one.
        return Ok(Some("it is a whole entry that does not continue the one before it".to_owned()));
    }
    // All entries of a group carry the same instant, and no two groups the same one.
    let text = file.read_exact_at(rest.offset, usize::try_from(rest.bytes).map_err(io::Error::other)?)?;
    let entries = text.split(|byte| *byte == b'\n').filter_map(|line| EntryView::parse(line).ok());
    let mut group: Option<Timestamp> = None;
    for entry in entries {
        if *group.get_or_insert(entry.recorded) != entry.recorded {
            return Ok(Some(format!("whole entries of more than one group follow it (entry {})", entry.seq)));
        }
    }
    Ok(None)
}
