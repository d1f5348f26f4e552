//! How far long work has come. The ledger reports; the command line draws.

use std::fmt;
use std::sync::Arc;

/// Told what is being done, how much of it is done, and of how much where that is known.
type Report = dyn Fn(&'static str, u64, Option<u64>) + Send + Sync;

/// Where progress is reported; by default nowhere.
#[derive(Clone, Default)]
pub struct Progress(Option<Arc<Report>>);

impl Progress {
    /// Reports to a function.
    pub fn to(report: impl Fn(&'static str, u64, Option<u64>) + Send + Sync + 'static) -> Progress {
        Progress(Some(Arc::new(report)))
    }

    /// Reports that `done` of `total` is done.
    pub fn report(&self, what: &'static str, done: u64, total: Option<u64>) {
        if let Some(report) = &self.0 {
            report(what, done, total);
        }
    }
}

impl fmt::Debug for Progress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Progress")
    }
}
