//! Carries out what is due: a thread that looks once in a while.

use std::io;
use std::sync::Arc;
use std::sync::mpsc::{self, RecvTimeoutError, SyncSender};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use super::Erasures;
use crate::background;
use crate::ledger::clock::{Clock as _, SystemClock};

/// How often it looks.
const INTERVAL: Duration = Duration::from_millis(500);

/// The thread, until it is dropped.
#[derive(Debug)]
pub struct Carrier {
    stop: Option<SyncSender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Carrier {
    /// Starts it.
    ///
    /// # Errors
    /// If the system gives no thread.
    pub fn start(erasures: Arc<Erasures>) -> io::Result<Carrier> {
        let (stop, stopped) = mpsc::sync_channel(1);
        let thread = thread::Builder::new().name("erasures".to_owned()).spawn(move || {
            background::stand_back();
            let clock = SystemClock::new();
            while matches!(stopped.recv_timeout(INTERVAL), Err(RecvTimeoutError::Timeout)) {
                erasures.carry_out(clock.wall());
            }
        })?;
        Ok(Carrier { stop: Some(stop), thread: Some(thread) })
    }
}

impl Drop for Carrier {
    fn drop(&mut self) {
        self.stop = None;
        if self.thread.take().is_some_and(|thread| thread.join().is_err()) {
            tracing::error!("the thread that carries out destructions panicked");
        }
    }
}
