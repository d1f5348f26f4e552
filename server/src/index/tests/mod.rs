//! The index against a scan of the ledger, and against damage.

mod agreement;
mod oracle;
mod rebuild;

use std::path::Path;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use muniment_core::event::Event;
use muniment_core::principal::Principal;

use super::{Index, IndexOptions};
use crate::disk::OsDisk;
use crate::ledger::Ledger;
use crate::ledger::clock::{Clock as _, SystemClock};
use crate::ledger::genesis::{self, Purpose};
use crate::ledger::submission::{Mode, Submission};
use crate::progress::Progress;
use crate::testing::ledger_options;

/// A new ledger in a directory, of many small segments.
fn new_ledger(directory: &Path) -> Arc<Ledger> {
    let now = SystemClock::new().wall();
    genesis::create(&OsDisk::new(directory), "index.example/ledger", "Exemplar", Purpose::Test, now).unwrap();
    open_ledger(directory)
}

fn open_ledger(directory: &Path) -> Arc<Ledger> {
    Arc::new(Ledger::open(directory, &ledger_options(256 * 1024)).unwrap())
}

/// The index of the ledger in a directory, with many small commits.
fn open_index(directory: &Path, ledger: &Arc<Ledger>) -> Index {
    let options = IndexOptions { commit_interval: Duration::from_millis(5), ..IndexOptions::default() };
    Index::open(&directory.join("index"), ledger.clone(), options, &Progress::default()).unwrap()
}

fn append(ledger: &Ledger, events: Vec<Event>) {
    let by = Principal::new("token/foi").unwrap();
    let outcome = ledger.append(Submission::new(by, events, Mode::Each).unwrap()).unwrap();
    assert!(outcome.iter().all(Result::is_ok));
}

fn wait_for(what: &str, mut done: impl FnMut() -> bool) {
    let start = Instant::now();
    while !done() {
        assert!(start.elapsed() < Duration::from_secs(30), "waited in vain: {what}");
        thread::sleep(Duration::from_millis(2));
    }
}

fn wait_until_indexed(index: &Index, ledger: &Ledger) {
    let done = || {
        assert_eq!(index.fault(), None);
        index.ready() && index.indexed_size() == ledger.head().size
    };
    wait_for("all is indexed", done);
}
