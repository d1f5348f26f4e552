//! What the ledger says while it runs, on standard error; `MUNIMENT_LOG` chooses how much.

use std::io::{self, IsTerminal as _};

use tracing_subscriber::EnvFilter;

use super::failure::Failure;

/// The variable that holds the level.
const VARIABLE: &str = "MUNIMENT_LOG";

/// Starts logging.
///
/// # Errors
/// A level that is none.
pub(crate) fn start() -> Result<(), Failure> {
    let level = match std::env::var(VARIABLE) {
        Ok(level) if !level.trim().is_empty() => level,
        _ => "warn".to_owned(),
    };
    let filter = EnvFilter::try_new(&level).map_err(|error| {
        Failure::usage(format!("{VARIABLE}={level}: {error}; it is error, warn, info, debug or trace"))
    })?;
    let terminal = io::stderr().is_terminal();
    let colour = terminal && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
    let lines = tracing_subscriber::fmt().with_env_filter(filter).with_writer(io::stderr).with_target(false);
    // A person at a terminal knows what time it is; a log file does not.
    if terminal {
        lines.with_ansi(colour).without_time().init();
    } else {
        lines.with_ansi(false).init();
    }
    Ok(())
}
