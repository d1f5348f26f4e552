//! Progress, drawn on a terminal and nowhere else.

use std::fmt;
use std::io::{self, IsTerminal as _};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle};

use super::print;
use crate::progress::Progress;

const ENTRIES: &str = "{msg} {human_pos} entries, {rate}";
const ENTRIES_OF: &str = "{msg} [{bar:30}] {human_pos} of {human_len} entries, {rate}, {eta} left";
const WORDS: &str = "{msg} ({elapsed})";
const BYTES_OF: &str = "{msg} [{bar:30}] {bytes} of {total_bytes}, {bytes_per_sec}, {eta} left";

/// A line at the foot of a terminal that shows how far work has come. Elsewhere it does nothing.
#[derive(Debug, Clone)]
pub(crate) struct Bar(ProgressBar);

impl Bar {
    /// Counts entries; how many there are may turn out on the way.
    pub(crate) fn entries(what: &'static str) -> Bar {
        Bar::new(what, None, ENTRIES)
    }

    /// Counts the bytes of a file.
    pub(crate) fn bytes(what: &'static str, total: u64) -> Bar {
        Bar::new(what, Some(total), BYTES_OF)
    }

    /// Says in words what is being done.
    pub(crate) fn words(what: &'static str) -> Bar {
        Bar::new(what, None, WORDS)
    }

    /// Says something else.
    pub(crate) fn say(&self, words: String) {
        self.0.set_message(words);
    }

    fn new(what: &'static str, total: Option<u64>, template: &str) -> Bar {
        if !io::stderr().is_terminal() {
            return Bar(ProgressBar::hidden());
        }
        let bar = ProgressBar::with_draw_target(total, ProgressDrawTarget::stderr());
        bar.set_style(style(template));
        bar.set_message(what);
        Bar(bar)
    }

    /// Says how much is done.
    pub(crate) fn set(&self, done: u64) {
        self.0.set_position(done);
    }

    /// Where the ledger's own work is reported.
    pub(crate) fn progress(&self) -> Progress {
        let bar = self.0.clone();
        Progress::to(move |what, done, total| {
            if bar.length() != total {
                bar.set_style(style(if total.is_some() { ENTRIES_OF } else { ENTRIES }));
                total.map_or_else(|| bar.unset_length(), |total| bar.set_length(total));
            }
            bar.set_message(what);
            bar.set_position(done);
        })
    }

    /// Prints a line beside the result, above the bar.
    pub(crate) fn aside(&self, line: &str) {
        self.0.suspend(|| print::aside(line));
    }

    /// Takes the bar away.
    pub(crate) fn clear(&self) {
        self.0.finish_and_clear();
    }
}

fn style(template: &str) -> ProgressStyle {
    let style = ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar());
    style.with_key("rate", |state: &ProgressState, out: &mut dyn fmt::Write| {
        let _full = write!(out, "{:.0}/s", state.per_sec());
    })
}
