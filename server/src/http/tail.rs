//! New entries for followers: read once, shared by all who follow.

use std::collections::VecDeque;
use std::io;
use std::ops::Range;
use std::sync::{Arc, Mutex, PoisonError};

use axum::body::Bytes;
use tokio::sync::{Mutex as AsyncMutex, Semaphore};

use crate::ledger::Ledger;

/// Bytes of lines that a chunk has at most, unless one line alone has more. A follower that does not read holds
/// one chunk, so this times the number of followers bounds their memory.
const CHUNK_BYTES_WANTED: usize = 48 * 1024;
/// Entries that are read for one chunk.
const CHUNK_ENTRIES_MAX: u64 = 256;
/// Chunks that are kept for others.
const CHUNKS_KEPT: usize = 64;
/// Who is further behind reads for himself.
const NEAR_ENTRIES: u64 = 16_384;
/// Of those, so many at a time.
const FAR_READERS_MAX: usize = 4;

/// Whether an entry's line is wanted.
type Wanted<'w> = dyn Fn(&[u8]) -> bool + 'w;

/// Consecutive entries as server-sent events.
#[derive(Debug)]
pub(super) struct Chunk {
    first: u64,
    /// The frames of all entries.
    frames: Bytes,
    /// Where each entry's frame and its line are in `frames`.
    places: Vec<(Range<usize>, Range<usize>)>,
}

impl Chunk {
    fn of(first: u64, lines: &[u8]) -> Chunk {
        let mut frames = Vec::with_capacity(lines.len() + lines.len() / 8);
        let mut places = Vec::new();
        for (line, seq) in lines.split_inclusive(|byte| *byte == b'\n').zip(first..) {
            if !places.is_empty() && frames.len() + line.len() > CHUNK_BYTES_WANTED {
                break;
            }
            let start = frames.len();
            frames.extend_from_slice(format!("id: {seq}\nevent: entry\ndata: ").as_bytes());
            let line_start = frames.len();
            frames.extend_from_slice(line);
            let line_end = frames.len() - 1;
            frames.push(b'\n');
            places.push((start..frames.len(), line_start..line_end));
        }
        frames.shrink_to_fit();
        Chunk { first, frames: frames.into(), places }
    }

    /// The number after its last entry.
    pub(super) fn end(&self) -> u64 {
        self.first + self.places.len() as u64
    }

    fn holds(&self, seq: u64) -> bool {
        (self.first..self.end()).contains(&seq)
    }

    /// The frames from an entry on whose lines are wanted.
    pub(super) fn frames(&self, from: u64, wanted: Option<&Wanted<'_>>) -> Bytes {
        let skipped = usize::try_from(from.saturating_sub(self.first)).unwrap_or(usize::MAX);
        let places = self.places.get(skipped..).unwrap_or_default();
        let Some(wanted) = wanted else {
            let start = places.first().map_or(self.frames.len(), |(frame, _)| frame.start);
            return self.frames.slice(start..);
        };
        let mut chosen = Vec::new();
        for (frame, line) in places {
            if wanted(&self.frames[line.clone()]) {
                chosen.extend_from_slice(&self.frames[frame.clone()]);
            }
        }
        chosen.into()
    }
}

/// The end of the ledger, as followers read it.
#[derive(Debug)]
pub(super) struct Tail {
    ledger: Arc<Ledger>,
    kept: Mutex<VecDeque<Arc<Chunk>>>,
    /// One reads for all who wait for the same entries.
    filling: AsyncMutex<()>,
    far: Semaphore,
}

impl Tail {
    pub(super) fn new(ledger: Arc<Ledger>) -> Tail {
        Tail {
            ledger,
            kept: Mutex::default(),
            filling: AsyncMutex::default(),
            far: Semaphore::new(FAR_READERS_MAX),
        }
    }

    /// A chunk that holds an entry, which must be in the ledger.
    pub(super) async fn chunk(&self, seq: u64) -> io::Result<Arc<Chunk>> {
        if let Some(chunk) = self.kept(seq) {
            return Ok(chunk);
        }
        let near = self.ledger.head().size.saturating_sub(seq) < NEAR_ENTRIES;
        if !near {
            let _one_of_few = self.far.acquire().await.map_err(io::Error::other)?;
            return self.read(seq).await;
        }
        let _alone = self.filling.lock().await;
        if let Some(chunk) = self.kept(seq) {
            return Ok(chunk);
        }
        let chunk = self.read(seq).await?;
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.push_back(chunk.clone());
        if kept.len() > CHUNKS_KEPT {
            kept.pop_front();
        }
        Ok(chunk)
    }

    fn kept(&self, seq: u64) -> Option<Arc<Chunk>> {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.iter().rev().find(|chunk| chunk.holds(seq)).cloned()
    }

    async fn read(&self, seq: u64) -> io::Result<Arc<Chunk>> {
        let ledger = self.ledger.clone();
        let read = move || {
            let lines = ledger.lines(seq, seq.saturating_add(CHUNK_ENTRIES_MAX))?;
            Ok::<_, io::Error>(Arc::new(Chunk::of(seq, &lines)))
        };
        let chunk: Arc<Chunk> = tokio::task::spawn_blocking(read).await.map_err(io::Error::other)??;
        match chunk.holds(seq) {
            true => Ok(chunk),
            false => Err(io::Error::new(io::ErrorKind::UnexpectedEof, format!("there is no entry {seq}"))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chunk_gives_the_frames_that_are_wanted() {
        let chunk = Chunk::of(7, b"{\"a\":1}\n{\"b\":2}\n{\"c\":3}\n");
        assert_eq!(chunk.end(), 10);
        assert_eq!(
            chunk.frames(8, None),
            "id: 8\nevent: entry\ndata: {\"b\":2}\n\nid: 9\nevent: entry\ndata: {\"c\":3}\n\n"
        );
        let wanted = |line: &[u8]| line != b"{\"b\":2}";
        assert_eq!(chunk.frames(8, Some(&wanted)), "id: 9\nevent: entry\ndata: {\"c\":3}\n\n");
        assert_eq!(chunk.frames(7, None).len(), chunk.frames.len());
    }

    #[test]
    fn a_chunk_is_bounded_and_never_empty() {
        let long = format!("{}\n", "x".repeat(2 * CHUNK_BYTES_WANTED));
        assert_eq!(Chunk::of(0, format!("{long}{long}").as_bytes()).places.len(), 1);
        let many = "x\n".repeat(20_000);
        assert!(Chunk::of(0, many.as_bytes()).frames.len() <= CHUNK_BYTES_WANTED + 64);
    }
}
