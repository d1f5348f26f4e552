//! A sealed segment: zstd frames of 256 entries, so that `zstdcat` reads all of it and one entry costs one
//! frame, and after them a seek table in zstd's seekable format, in a frame that decoders skip.
//!
//! Frames begin at every multiple of 256 of `seq`, as tiles and entry bundles do.

use std::io;
use std::sync::{Arc, Mutex, PoisonError};

use memchr::memchr_iter;

use super::limits::FRAME_ENTRIES;
use super::lines::LineSegment;
use crate::disk::DiskFile;

const SKIPPABLE_MAGIC: u32 = 0x184D_2A5E;
const SEEKABLE_MAGIC: u32 = 0x8F92_EAB1;
const TABLE_ENTRY_BYTES: usize = 8;
const TABLE_FRAMING_BYTES: usize = 8 + 9;
const FRAME_BYTES_MAX: u64 = FRAME_ENTRIES * (muniment_core::limits::ENTRY_BYTES_MAX as u64 + 1);

/// A sealed segment is not what it should be.
#[derive(Debug, thiserror::Error)]
pub enum SealedError {
    /// Reading it failed.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// The table at its end.
    #[error("its seek table is damaged: {0}")]
    Table(&'static str),
    /// One frame.
    #[error("its frame with the entries from {first} on cannot be read: {why}")]
    Frame {
        /// The first entry of the frame.
        first: u64,
        /// What is wrong.
        why: String,
    },
}

/// Where a frame is and which entries it holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Frame {
    /// Its first entry.
    pub first: u64,
    /// Its number of entries.
    pub entries: u64,
    /// Where it starts.
    pub offset: u64,
    /// Its length in the file.
    pub compressed_bytes: u32,
    /// The length of its lines.
    pub bytes: u32,
}

/// The lines of one frame, newlines included.
#[derive(Debug)]
pub struct FrameLines {
    /// The seq of the first line.
    pub first: u64,
    /// The lines.
    pub text: Vec<u8>,
    ends: Vec<usize>,
}

impl FrameLines {
    /// Each line, without its newline.
    pub fn lines(&self) -> impl Iterator<Item = &[u8]> {
        let starts = std::iter::once(0).chain(self.ends.iter().copied());
        starts.zip(&self.ends).map(|(start, end)| &self.text[start..end - 1])
    }

    /// The lines from entry `from` up to `to`.
    #[must_use]
    pub fn slice(&self, from: u64, to: u64) -> &[u8] {
        let place = |seq: u64| match usize::try_from(seq - self.first).unwrap_or(usize::MAX) {
            0 => 0,
            count => self.ends[count - 1],
        };
        &self.text[place(from)..place(to)]
    }
}

/// An open sealed segment.
#[derive(Debug)]
pub struct SealedSegment {
    file: Box<dyn DiskFile>,
    frames: Vec<Frame>,
    last_read: Mutex<Option<Arc<FrameLines>>>,
}

impl SealedSegment {
    /// Opens a segment that holds the entries from `first` up to `end`. Without `end` (nothing follows the
    /// segment) its last frame is read to learn it.
    ///
    /// # Errors
    /// See [`SealedError`].
    pub fn open(file: Box<dyn DiskFile>, first: u64, end: Option<u64>) -> Result<SealedSegment, SealedError> {
        let mut frames = read_table(&*file, first)?;
        let last = frames.last_mut().ok_or(SealedError::Table("it names no frame"))?;
        last.entries = match end {
            Some(end) => end.checked_sub(last.first).ok_or(SealedError::Table("it names too many frames"))?,
            None => {
                let text = decompress(&*file, last)?;
                memchr_iter(b'\n', &text).count() as u64
            }
        };
        if last.entries == 0 || last.entries > FRAME_ENTRIES - last.first % FRAME_ENTRIES {
            return Err(SealedError::Table("its number of frames does not fit the entries"));
        }
        Ok(SealedSegment { file, frames, last_read: Mutex::new(None) })
    }

    /// Its frames in order; there is at least one.
    #[must_use]
    pub fn frames(&self) -> &[Frame] {
        &self.frames
    }

    /// The seq of its first entry.
    #[must_use]
    pub fn first(&self) -> u64 {
        self.frames[0].first
    }

    /// The seq after its last entry.
    #[must_use]
    pub fn end(&self) -> u64 {
        self.frames.last().map_or(0, |last| last.first + last.entries)
    }

    /// The lines of the entries from `from` up to `to`, each ended by a newline.
    ///
    /// # Errors
    /// See [`SealedError`].
    pub fn read(&self, from: u64, to: u64) -> Result<Vec<u8>, SealedError> {
        let mut lines = Vec::new();
        let start = self.frames.partition_point(|frame| frame.first + frame.entries <= from);
        for frame in self.frames[start..].iter().take_while(|frame| frame.first < to) {
            let text = self.frame(frame)?;
            let (from, to) = (from.max(frame.first), to.min(frame.first + frame.entries));
            lines.extend_from_slice(text.slice(from, to));
        }
        Ok(lines)
    }

    /// One frame, checked and cut into lines. The last one read is kept.
    fn frame(&self, frame: &Frame) -> Result<Arc<FrameLines>, SealedError> {
        let mut last_read = self.last_read.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(lines) = last_read.as_ref().filter(|lines| lines.first == frame.first) {
            return Ok(lines.clone());
        }
        let lines = Arc::new(self.read_frame(frame)?);
        *last_read = Some(lines.clone());
        Ok(lines)
    }

    /// One frame, past the one that is kept.
    ///
    /// # Errors
    /// See [`SealedError`].
    pub fn read_frame(&self, frame: &Frame) -> Result<FrameLines, SealedError> {
        let text = decompress(&*self.file, frame)?;
        let ends: Vec<usize> = memchr_iter(b'\n', &text).map(|place| place + 1).collect();
        if ends.len() as u64 != frame.entries || ends.last() != Some(&text.len()) {
            let why = format!("it holds {} lines, not {}", ends.len(), frame.entries);
            return Err(SealedError::Frame { first: frame.first, why });
        }
        Ok(FrameLines { first: frame.first, text, ends })
    }
}

fn decompress(file: &dyn DiskFile, frame: &Frame) -> Result<Vec<u8>, SealedError> {
    let damaged = |why: String| SealedError::Frame { first: frame.first, why };
    let packed = file.read_exact_at(frame.offset, frame.compressed_bytes as usize)?;
    let text =
        zstd::bulk::decompress(&packed, frame.bytes as usize).map_err(|error| damaged(error.to_string()))?;
    if text.len() == frame.bytes as usize {
        Ok(text)
    } else {
        Err(damaged("its length is another".to_owned()))
    }
}

/// Reads the seek table; the last frame's number of entries is left to the caller.
fn read_table(file: &dyn DiskFile, first: u64) -> Result<Vec<Frame>, SealedError> {
    let damaged = SealedError::Table;
    let length = file.len()?;
    let word = |bytes: &[u8], place: usize| {
        u32::from_le_bytes([bytes[place], bytes[place + 1], bytes[place + 2], bytes[place + 3]])
    };
    let footer_start = length.checked_sub(9).ok_or(damaged("the file is too short"))?;
    let footer = file.read_exact_at(footer_start, 9)?;
    let count = word(&footer, 0) as usize;
    if word(&footer, 5) != SEEKABLE_MAGIC || footer[4] != 0 {
        return Err(damaged("its last bytes are others"));
    }
    let table_bytes = count * TABLE_ENTRY_BYTES + TABLE_FRAMING_BYTES;
    let start = length.checked_sub(table_bytes as u64).ok_or(damaged("it is longer than the file"))?;
    let table = file.read_exact_at(start, table_bytes)?;
    if word(&table, 0) != SKIPPABLE_MAGIC || word(&table, 4) as usize != table_bytes - 8 {
        return Err(damaged("its first bytes are others"));
    }
    let (mut offset, mut seq) = (0, first);
    let mut frames = Vec::with_capacity(count);
    for entry in table[8..table_bytes - 9].chunks_exact(TABLE_ENTRY_BYTES) {
        let (compressed_bytes, bytes) = (word(entry, 0), word(entry, 4));
        if u64::from(bytes) > FRAME_BYTES_MAX {
            return Err(damaged("a frame is larger than any can be"));
        }
        let entries = FRAME_ENTRIES - seq % FRAME_ENTRIES;
        frames.push(Frame { first: seq, entries, offset, compressed_bytes, bytes });
        offset += u64::from(compressed_bytes);
        seq += entries;
    }
    if offset == start { Ok(frames) } else { Err(damaged("the frames do not fill the file")) }
}

/// Writes the lines of a segment to an empty file as frames and table. The caller syncs it.
///
/// # Errors
/// As the system says, or if what was written does not read back.
pub fn write(lines: &LineSegment, file: &dyn DiskFile, level: i32) -> io::Result<()> {
    let mut compressor = zstd::bulk::Compressor::new(level)?;
    compressor.include_checksum(true)?;
    let end = lines.first() + lines.count();
    let (mut offset, mut seq) = (0, lines.first());
    let mut table = Vec::new();
    while seq < end {
        let next = end.min((seq / FRAME_ENTRIES + 1) * FRAME_ENTRIES);
        let text = lines.read(seq, next)?;
        let packed = compressor.compress(&text)?;
        file.write_at(&packed, offset)?;
        let frame = Frame {
            first: seq,
            entries: next - seq,
            offset,
            compressed_bytes: u32::try_from(packed.len()).map_err(io::Error::other)?,
            bytes: u32::try_from(text.len()).map_err(io::Error::other)?,
        };
        check_written(file, &frame, &text)?;
        table.push(frame);
        offset += packed.len() as u64;
        seq = next;
    }
    file.write_at(&table_bytes(&table)?, offset)
}

/// The lines are about to be removed in favour of this frame: it must read back as they are.
fn check_written(file: &dyn DiskFile, frame: &Frame, text: &[u8]) -> io::Result<()> {
    match decompress(file, frame) {
        Ok(read) if read == text => Ok(()),
        Ok(_) => Err(io::Error::other("a sealed frame reads back differently")),
        Err(error) => Err(io::Error::other(error.to_string())),
    }
}

fn table_bytes(frames: &[Frame]) -> io::Result<Vec<u8>> {
    let content = frames.len() * TABLE_ENTRY_BYTES + 9;
    let mut table = SKIPPABLE_MAGIC.to_le_bytes().to_vec();
    table.extend_from_slice(&u32::try_from(content).map_err(io::Error::other)?.to_le_bytes());
    for frame in frames {
        table.extend_from_slice(&frame.compressed_bytes.to_le_bytes());
        table.extend_from_slice(&frame.bytes.to_le_bytes());
    }
    table.extend_from_slice(&u32::try_from(frames.len()).map_err(io::Error::other)?.to_le_bytes());
    table.push(0);
    table.extend_from_slice(&SEEKABLE_MAGIC.to_le_bytes());
    Ok(table)
}
