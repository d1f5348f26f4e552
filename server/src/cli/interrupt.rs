//! Ctrl-C and `kill`: the first asks for an orderly end, a second one ends the program at once.

use std::future::poll_fn;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::Poll;
use std::thread;

use tokio::runtime;
use tokio::signal::unix::{SignalKind, signal};

/// Whether an end was asked for.
#[derive(Debug, Clone, Default)]
pub(crate) struct Interrupt(Arc<AtomicBool>);

impl Interrupt {
    /// Watches for SIGINT and SIGTERM on a thread of its own.
    ///
    /// # Errors
    /// As the system says.
    pub(crate) fn watch() -> io::Result<Interrupt> {
        let interrupt = Interrupt::default();
        let asked = interrupt.clone();
        let runtime = runtime::Builder::new_current_thread().enable_io().build()?;
        let (mut int, mut term) = {
            let _inside = runtime.enter();
            (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?)
        };
        thread::Builder::new().name("signals".to_owned()).spawn(move || {
            let mut next = || {
                runtime.block_on(poll_fn(|context| match int.poll_recv(context) {
                    Poll::Ready(_) => Poll::Ready(()),
                    Poll::Pending => term.poll_recv(context).map(drop),
                }));
            };
            next();
            asked.0.store(true, Ordering::Relaxed);
            next();
            end_now();
        })?;
        Ok(interrupt)
    }

    /// Whether an end was asked for.
    pub(crate) fn asked(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// Waits until an end is asked for, within a runtime. From then on a second request ends the program at once.
///
/// # Errors
/// As the system says.
pub(crate) async fn requested() -> io::Result<()> {
    let (mut int, mut term) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
    tokio::select! {
        _ = int.recv() => {}
        _ = term.recv() => {}
    }
    tokio::spawn(async move {
        tokio::select! {
            _ = int.recv() => {}
            _ = term.recv() => {}
        }
        end_now();
    });
    Ok(())
}

/// As a crash would: what was acknowledged is on disk, the next start does the rest.
#[expect(clippy::exit, reason = "the user has asked twice, and the main thread does not answer")]
fn end_now() {
    std::process::exit(1)
}
