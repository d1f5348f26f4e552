//! What the host keeps for one instance: its limits and what it says.

use std::sync::{Arc, Mutex, PoisonError};

use wasmtime::{ResourceLimiter, Result};

/// How many lines of a plugin's log are kept.
pub(super) const LOG_LINES_MAX: usize = 1000;
/// How many bytes of a line are kept.
const LOG_LINE_BYTES_MAX: usize = 1000;
/// How many elements all tables of an instance may have.
const TABLE_ELEMENTS_MAX: usize = 100_000;
/// How many handles of resources an instance may hold: each takes memory of the host.
pub(super) const HANDLES_MAX: usize = 10_000;
/// How many core instances, tables and memories a component may have, each.
const PARTS_MAX: usize = 64;

/// What a plugin has said, the last lines of it.
#[derive(Debug, Default, Clone)]
pub struct Log(Arc<Mutex<Lines>>);

#[derive(Debug, Default)]
struct Lines {
    whole: std::collections::VecDeque<String>,
    begun: Vec<u8>,
    dropped: u64,
}

impl Log {
    /// Adds bytes that end wherever they end.
    pub fn write(&self, bytes: &[u8]) {
        let mut lines = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for &byte in bytes {
            match byte {
                b'\n' => lines.end_line(),
                _ if lines.begun.len() < LOG_LINE_BYTES_MAX => lines.begun.push(byte),
                _ => {}
            }
        }
    }

    /// Adds a line.
    pub fn line(&self, line: &str) {
        self.write(line.as_bytes());
        self.write(b"\n");
    }

    /// The lines that are kept, oldest first, and how many were dropped before them.
    #[must_use]
    pub fn lines(&self) -> (Vec<String>, u64) {
        let lines = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        (lines.whole.iter().cloned().collect(), lines.dropped)
    }
}

impl Lines {
    fn end_line(&mut self) {
        let line = String::from_utf8_lossy(&std::mem::take(&mut self.begun)).into_owned();
        if self.whole.len() == LOG_LINES_MAX {
            self.whole.pop_front();
            self.dropped += 1;
        }
        self.whole.push_back(line);
    }
}

/// The host's side of one instance.
pub(super) struct Guest {
    memory_bytes_max: usize,
    /// How many times that it may have in the call that is made now.
    pub(super) memory_times: usize,
    /// What all its memories have together.
    memory_bytes: usize,
    /// What all its tables have together.
    table_elements: usize,
    /// Whether more memory was asked for than there may be.
    pub(super) wanted_memory: bool,
    /// What its hash maps are seeded with.
    pub(super) hash_seed: u64,
    log: Log,
}

impl Guest {
    pub(super) fn new(memory_bytes_max: usize, hash_seed: u64, log: Log) -> Guest {
        Guest {
            memory_bytes_max,
            memory_times: 1,
            memory_bytes: 0,
            table_elements: 0,
            wanted_memory: false,
            hash_seed,
            log,
        }
    }

    pub(super) fn say(&self, bytes: &[u8]) {
        self.log.write(bytes);
    }

    /// What all its memories have together, in bytes.
    pub(super) fn memory_bytes(&self) -> usize {
        self.memory_bytes
    }
}

impl ResourceLimiter for Guest {
    fn memory_growing(&mut self, current: usize, desired: usize, _maximum: Option<usize>) -> Result<bool> {
        let together = self.memory_bytes.saturating_add(desired.saturating_sub(current));
        let fits = together <= self.memory_bytes_max.saturating_mul(self.memory_times);
        if fits {
            self.memory_bytes = together;
        }
        self.wanted_memory |= !fits;
        Ok(fits)
    }

    fn table_growing(&mut self, current: usize, desired: usize, _maximum: Option<usize>) -> Result<bool> {
        let together = self.table_elements.saturating_add(desired.saturating_sub(current));
        let fits = together <= TABLE_ELEMENTS_MAX;
        if fits {
            self.table_elements = together;
        }
        self.wanted_memory |= !fits;
        Ok(fits)
    }

    fn instances(&self) -> usize {
        PARTS_MAX
    }

    fn tables(&self) -> usize {
        PARTS_MAX
    }

    fn memories(&self) -> usize {
        PARTS_MAX
    }
}
