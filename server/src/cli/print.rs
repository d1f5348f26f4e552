//! What a command says: results on standard output, everything else on standard error.
//!
//! A reader that has gone away (`muniment verify … | head -1`) is no failure.

use std::io::{self, ErrorKind, Write as _};

/// Prints one line of a result.
pub(crate) fn result(line: &str) {
    match try_result(line) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            aside(&format!("error: standard output: {error}"));
        }
        _ => {}
    }
}

/// Prints one line of a result that must not be lost.
///
/// # Errors
/// As the system says.
pub(crate) fn try_result(line: &str) -> io::Result<()> {
    let mut out = io::stdout().lock();
    writeln!(out, "{line}")?;
    out.flush()
}

/// Prints one line beside the result.
pub(crate) fn aside(line: &str) {
    // Where standard error is gone there is nobody left to tell.
    let _gone = writeln!(io::stderr().lock(), "{line}");
}
