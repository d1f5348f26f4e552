//! What the program says while it runs, on standard error; `MUNIMENT_LOG` chooses how much.

use std::io::{self, IsTerminal as _};

use clap::ValueEnum;
use tracing_subscriber::EnvFilter;

use super::failure::Failure;

/// The variable that holds the level.
const VARIABLE: &str = "MUNIMENT_LOG";

/// How a line of the log is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub(crate) enum LogFormat {
    /// For people.
    #[default]
    Text,
    /// One JSON object a line, for machines.
    Json,
}

/// Starts logging at a level, unless the variable says another.
///
/// # Errors
/// A level that is none.
pub(crate) fn start(default_level: &str, format: LogFormat) -> Result<(), Failure> {
    let level = match std::env::var(VARIABLE) {
        Ok(level) if !level.trim().is_empty() => level,
        _ => default_level.to_owned(),
    };
    let filter = EnvFilter::try_new(&level).map_err(|error| {
        Failure::usage(format!("{VARIABLE}={level}: {error}; it is error, warn, info, debug or trace"))
    })?;
    let terminal = io::stderr().is_terminal();
    let colour = terminal && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
    let lines = tracing_subscriber::fmt().with_env_filter(filter).with_writer(io::stderr).with_target(false);
    match format {
        LogFormat::Json => lines.json().flatten_event(true).with_span_list(false).init(),
        // A person at a terminal knows what time it is; a log file does not.
        LogFormat::Text if terminal => lines.with_ansi(colour).without_time().init(),
        LogFormat::Text => lines.with_ansi(false).init(),
    }
    Ok(())
}
