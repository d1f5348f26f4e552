//! What the program says while it runs, on standard error; `MUNIMENT_LOG` chooses how much.

use std::io::{self, IsTerminal as _};

use clap::ValueEnum;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

use super::failure::Failure;
use super::log_lines::LogLines;

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
    let filter: Targets = level.parse().map_err(|error| {
        Failure::usage(format!("{VARIABLE}={level}: {error}; it is error, warn, info, debug or trace"))
    })?;
    let terminal = io::stderr().is_terminal();
    let colour = terminal && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
    let format = match format {
        LogFormat::Json => LogLines::Json,
        LogFormat::Text => LogLines::Text { timed: !terminal },
    };
    let lines =
        tracing_subscriber::fmt::layer().event_format(format).with_ansi(colour).with_writer(io::stderr);
    tracing_subscriber::registry().with(filter).with(lines).init();
    Ok(())
}
