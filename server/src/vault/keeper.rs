//! Keeps the vault in order beside the ledger: notes whose key is whose, keeps the stock filled, and tidies up.

use std::io;
use std::sync::Arc;
use std::sync::mpsc::{self, RecvTimeoutError, SyncSender};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use super::{STOCK_KEYS, Vault, lock};
use crate::background;
use crate::ledger::Ledger;

/// How often it is looked whether there is something to do.
const INTERVAL: Duration = Duration::from_millis(200);
/// How long a case may wait until its key is noted, where few wait. After a crash it is read off the ledger.
const NOTE_INTERVAL: Duration = Duration::from_secs(5);
/// From so many entries on that the vault has not marked, it marks them: the next start has to read only what is beyond.
const UNMARKED_WANTED: u64 = 50_000;
/// From so many on they are noted at once.
const FRESH_WANTED: usize = 16_384;

/// A thread that does so until it is dropped.
#[derive(Debug)]
pub struct Keeper {
    stop: Option<SyncSender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Keeper {
    /// Starts it.
    ///
    /// # Errors
    /// If the system gives no thread.
    pub fn start(vault: Arc<Vault>, ledger: Arc<Ledger>) -> io::Result<Keeper> {
        let (stop, stopped) = mpsc::sync_channel(1);
        let thread = thread::Builder::new().name("vault".to_owned()).spawn(move || {
            background::stand_back();
            let mut noted = Instant::now();
            while matches!(stopped.recv_timeout(INTERVAL), Err(RecvTimeoutError::Timeout)) {
                let fresh = lock(&vault.state).fresh.len();
                let unmarked = ledger.head().size.saturating_sub(lock(&vault.state).marked);
                let soon = fresh > 0 || unmarked >= UNMARKED_WANTED;
                if fresh >= FRESH_WANTED || (soon && noted.elapsed() >= NOTE_INTERVAL) {
                    note(&vault, &ledger);
                    noted = Instant::now();
                }
                if let Err(error) = vault.stock_up(STOCK_KEYS / 2) {
                    tracing::error!(%error, "no keys can be kept in stock; it is tried again");
                }
            }
            note(&vault, &ledger);
        })?;
        Ok(Keeper { stop: Some(stop), thread: Some(thread) })
    }
}

fn note(vault: &Vault, ledger: &Ledger) {
    // What was recorded until now is in the vault's memory by now.
    let head = ledger.head();
    let head = (head.size, head.last);
    if let Err(error) = vault.note(Some(head)).and_then(|()| vault.tidy(head)) {
        tracing::error!(%error, "the vault could not be written to; it is tried again");
    }
}

impl Drop for Keeper {
    fn drop(&mut self) {
        self.stop = None;
        if self.thread.take().is_some_and(|thread| thread.join().is_err()) {
            tracing::error!("the vault's thread panicked");
        }
    }
}
