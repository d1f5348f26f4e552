//! What tests share: how long they take (short by default, longer with `MUNIMENT_TEST_SCALE=10`), the
//! options of their ledgers, and a log that can be read.

use std::io::{self, Write};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tracing_subscriber::fmt::MakeWriter;

use crate::ledger::LedgerOptions;
use crate::ledger::clock::{ClockBounds, SystemClock};
use crate::ledger::open::OpenOptions;
use crate::progress::Progress;

/// A number of rounds, multiplied by `MUNIMENT_TEST_SCALE`.
pub(crate) fn scale(rounds: u64) -> u64 {
    let scale = std::env::var("MUNIMENT_TEST_SCALE").ok().and_then(|scale| scale.parse().ok());
    rounds * scale.unwrap_or(1)
}

/// Options of a test ledger whose segments are so large.
pub(crate) fn ledger_options(segment_bytes_max: u64) -> LedgerOptions {
    let open = OpenOptions {
        clock: Arc::new(SystemClock::new()),
        clock_bounds: ClockBounds { step_seconds_max: 300, start_gap_days_max: 31 },
        segment_bytes_max,
        accept_clock: false,
        progress: Progress::default(),
    };
    LedgerOptions { open, zstd_level: 1, quiet: Duration::from_millis(100) }
}

/// Keeps what is logged.
#[derive(Debug, Clone, Default)]
pub(crate) struct Kept(Arc<Mutex<Vec<u8>>>);

impl Kept {
    /// All that was logged so far.
    pub(crate) fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }
}

impl Write for Kept {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'w> MakeWriter<'w> for Kept {
    type Writer = Kept;

    fn make_writer(&'w self) -> Kept {
        self.clone()
    }
}
