//! Limits of the storage, each with its unit in its name.

use muniment_core::limits::{BATCH_BYTES_MAX, BATCH_EVENTS_MAX, ENTRY_OVERHEAD_BYTES_MAX};

/// Most bytes of lines that are written and synced together. Only the last group can be torn by a crash,
/// so recovery never moves more than this aside.
pub const GROUP_BYTES_MAX: usize = 16 * 1024 * 1024;

/// Bytes of events from which on no further submission joins a group.
pub const GROUP_BYTES_WANTED: usize = 2 * 1024 * 1024;

/// Events from which on no further submission joins a group.
pub const GROUP_EVENTS_WANTED: usize = 1_024;

/// Most bytes of events that wait to be written; beyond it the queue answers that it is full.
pub const QUEUE_BYTES_MAX: usize = 64 * 1024 * 1024;

/// Most submissions that wait to be written.
pub const QUEUE_SUBMISSIONS_MAX: usize = 16_384;

/// Entries in a frame of a sealed segment.
pub const FRAME_ENTRIES: u64 = 256;

/// Complete segments that may wait for a quiet moment to be sealed. With more, one is sealed beside the
/// writing.
pub const UNSEALED_SEGMENTS_WANTED: usize = 4;

/// Complete segments that may wait at all: with more, writing waits for the sealing.
pub const UNSEALED_SEGMENTS_MAX: usize = 12;

const _: () = assert!(UNSEALED_SEGMENTS_WANTED < UNSEALED_SEGMENTS_MAX);

/// Smallest and largest setting for the size at which a segment is closed, in bytes.
pub const SEGMENT_BYTES_RANGE: std::ops::RangeInclusive<u64> = 1_024..=1024 * 1024 * 1024;

const _: () = assert!(
    GROUP_BYTES_WANTED
        + BATCH_BYTES_MAX
        + (GROUP_EVENTS_WANTED + BATCH_EVENTS_MAX) * (ENTRY_OVERHEAD_BYTES_MAX + 1)
        <= GROUP_BYTES_MAX
);
const _: () = assert!(FRAME_ENTRIES == muniment_core::limits::TILE_HASHES);
const _: () = assert!(*SEGMENT_BYTES_RANGE.end() + GROUP_BYTES_MAX as u64 <= u32::MAX as u64);
