//! How fast plugins fold. For each built-in plugin a ledger is made of nothing but events that it subscribes to, whole
//! cases from beginning to end (`lives`); then the plugin folds over it from nothing, the whole way of the host included:
//! reading segments, filtering, calling. At the end several plugins fold at once over a ledger of the cases of all.

use std::fs;
use std::io;
use std::path::Path;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use muniment_core::event::Event;
use muniment_core::principal::Principal;

use super::append::BenchError;
use super::lives::Course;
use super::memory;
use crate::disk::OsDisk;
use crate::ledger::genesis::{self, Purpose};
use crate::ledger::imports::{Import, ImportError};
use crate::ledger::submission::{Mode, Submission};
use crate::ledger::{Ledger, LedgerOptions};
use crate::plugins::built_in;
use crate::plugins::engine::{Engine, Program};
use crate::plugins::fold::Terms;
use crate::plugins::reading::Reading;
use crate::plugins::{schema, trial};
use crate::progress::Progress;

const ORIGIN: &str = "bench.muniment.invalid/ledger";
const GROUP: usize = 1_024;

/// What was measured of one plugin.
#[derive(Debug, Clone)]
pub struct Measured {
    /// The plugin.
    pub plugin: &'static str,
    /// Entries, all of types that it subscribes to.
    pub events: u64,
    /// Folding over them.
    pub folding: Duration,
    /// Alerts that were open at the end.
    pub open_alerts: usize,
}

/// What was measured of several at once.
#[derive(Debug, Clone, Copy)]
pub struct Together {
    /// How many.
    pub plugins: usize,
    /// Entries that each read.
    pub events: u64,
    /// Until the last was at the end.
    pub folding: Duration,
    /// Memory of the process afterwards.
    pub rss_anon_bytes: Option<u64>,
}

/// A ledger of so many events.
fn filled(
    directory: &Path,
    options: &LedgerOptions,
    course: Course,
    events: u64,
) -> Result<Ledger, BenchError> {
    fs::create_dir_all(directory)?;
    genesis::create(&OsDisk::new(directory), ORIGIN, "bench", Purpose::Test, options.open.clock.wall())?;
    let ledger = Ledger::open(directory, options)?;
    let by = Principal::new("host/bench").map_err(io::Error::other)?;
    // A history is read in within a bracket.
    let bracket = |error: ImportError| BenchError::Io(io::Error::other(error));
    let (import, _seq) = Import::start(&ledger, None).map_err(bracket)?;
    let mut course = course.take(usize::try_from(events).unwrap_or(usize::MAX));
    loop {
        let group: Vec<Event> = course.by_ref().take(GROUP).collect();
        if group.is_empty() {
            break;
        }
        ledger.append(Submission::new(by.clone(), group, Mode::Each)?)?;
    }
    import.finish(&ledger, None, None).map_err(bracket)?;
    Ok(ledger)
}

/// Measures each built-in plugin, on ledgers in an empty directory. One whose cases nobody has told is left out.
///
/// # Errors
/// As the disk, the ledger or the plugin says.
pub fn each(
    directory: &Path,
    options: &LedgerOptions,
    engine: &Engine,
    events: u64,
    progress: &Progress,
) -> Result<Vec<Measured>, BenchError> {
    let wrong = |error: String| BenchError::Io(io::Error::other(error));
    let mut all = Vec::new();
    for plugin in built_in::all() {
        let course = Course::of(plugin.id);
        if course.is_over() {
            continue;
        }
        progress.report(plugin.id, 0, None);
        let ledger = Arc::new(filled(&directory.join(plugin.id), options, course, events)?);
        let reading = Reading::new(ledger.clone())?;
        let (program, settings, terms) = prepared(engine, plugin.component).map_err(wrong)?;
        let end = ledger.head().size;
        let begun = Instant::now();
        let position = trial::rehearse(&program, &settings, &terms, &reading, end, |_| {});
        let folding = begun.elapsed();
        let position = position.map_err(|error| wrong(error.to_string()))?;
        all.push(Measured { plugin: plugin.id, events, folding, open_alerts: position.open_count() });
        drop(reading);
        close(ledger);
    }
    Ok(all)
}

/// Measures so many plugins at once, the built-in ones again and again, over a ledger of the cases of all.
///
/// # Errors
/// As the disk, the ledger or a plugin says.
pub fn together(
    directory: &Path,
    options: &LedgerOptions,
    engine: &Engine,
    events: u64,
    plugins: usize,
) -> Result<Together, BenchError> {
    let wrong = |error: String| BenchError::Io(io::Error::other(error));
    let ledger = Arc::new(filled(&directory.join("all"), options, Course::of_all(), events)?);
    let reading = Reading::new(ledger.clone())?;
    let prepared: Result<Vec<_>, String> =
        built_in::all().map(|plugin| prepared(engine, plugin.component)).collect();
    let prepared = prepared.map_err(wrong)?;
    let end = ledger.head().size;
    let begun = Instant::now();
    let failed: Vec<String> = thread::scope(|scope| {
        let work: Vec<_> = prepared
            .iter()
            .cycle()
            .take(plugins)
            .map(|(program, settings, terms)| {
                let reading = &reading;
                scope.spawn(move || trial::rehearse(program, settings, terms, reading, end, |_| {}))
            })
            .collect();
        let ended =
            work.into_iter().map(|work| work.join().map_err(|_| "a plugin's thread panicked".to_owned()));
        ended.filter_map(|done| done.and_then(|done| done.map_err(|error| error.to_string())).err()).collect()
    });
    let folding = begun.elapsed();
    if let Some(failed) = failed.into_iter().next() {
        return Err(wrong(failed));
    }
    drop(reading);
    close(ledger);
    Ok(Together { plugins, events, folding, rss_anon_bytes: memory::rss_anon_bytes() })
}

/// Nobody else holds it any more.
fn close(ledger: Arc<Ledger>) {
    if let Ok(ledger) = Arc::try_unwrap(ledger) {
        ledger.close();
    }
}

fn prepared(engine: &Engine, component: &[u8]) -> Result<(Program, String, Terms), String> {
    let program = Program::new(engine, component).map_err(|failure| failure.to_string())?;
    let settings = schema::complete(program.manifest(), "{}").map_err(|fault| fault.to_string())?;
    let terms = Terms::new(program.manifest().clone(), u64::MAX, u32::MAX, false);
    Ok((program, settings, terms.map_err(|failure| failure.to_string())?))
}
