//! Threads whose work can wait.

/// How far they stand back, of 19 at most: beside a thread that wants the same core they get a tenth of it.
#[cfg(target_os = "linux")]
const NICENESS: i32 = 10;

/// Lets the threads that take and answer requests go first where the cores are few. It holds for the calling thread
/// and for those that it starts from now on. Where the system knows niceness only for whole processes it does nothing.
pub(crate) fn stand_back() {
    #[cfg(target_os = "linux")]
    if let Err(error) = rustix::process::nice(NICENESS) {
        tracing::warn!(%error, "background work could not be told to stand back");
    }
}
