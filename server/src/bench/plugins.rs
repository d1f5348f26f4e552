//! How fast plugins fold. For each built-in plugin a ledger is made of nothing but events that it subscribes to, whole
//! cases from beginning to end; then the plugin folds over it from nothing, the whole way of the host included: reading
//! segments, filtering, calling. At the end several plugins fold over all of the events at once.

use std::fs;
use std::io;
use std::path::Path;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use muniment_core::event::Event;
use muniment_core::principal::Principal;

use super::append::BenchError;
use super::events::happened;
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

/// A plugin, the subjects of its cases, in which `#` stands for the number, and the life of each: types and data.
type Life = (&'static str, &'static str, &'static [(&'static str, &'static str)]);

/// The cases that are made up.
const LIVES: &[Life] = &[
    (
        "requests",
        "FOI-2025-#",
        &[
            (
                "request.received",
                r#"{"regime":"foi","channel":"email","requester_class":"private","unit":"housing"}"#,
            ),
            ("request.acknowledged", r#"{"acknowledged_by":"role/information-officer","template":"ack-1"}"#),
            ("request.assigned", r#"{"assigned_to":"role/housing-lead","unit":"housing"}"#),
            ("request.search_completed", r#"{"records_found":12,"hours_spent":2,"held":"yes"}"#),
            ("request.response_issued", r#"{"outcome":"granted_in_full"}"#),
            ("request.closed", r#"{"close_reason":"answered"}"#),
        ],
    ),
    (
        "rights",
        "SAR-2025-#",
        &[
            (
                "request.received",
                r#"{"regime":"sar","channel":"email","requester_class":"private","unit":"housing"}"#,
            ),
            ("request.acknowledged", r#"{"acknowledged_by":"role/information-officer","template":"ack-1"}"#),
            ("request.assigned", r#"{"assigned_to":"role/housing-lead","unit":"housing"}"#),
            ("request.search_completed", r#"{"records_found":12,"hours_spent":2,"held":"yes"}"#),
            ("request.response_issued", r#"{"outcome":"granted_in_full"}"#),
            ("request.closed", r#"{"close_reason":"answered"}"#),
        ],
    ),
    (
        "breaches",
        "BRE-2025-#",
        &[
            (
                "incident.reported",
                r#"{"detected_at":"2025-04-01T09:00:00Z","medium":"email","unit":"housing"}"#,
            ),
            (
                "breach.aware",
                r#"{"people_affected":3,"people_affected_basis":"exact","decided_by":"role/dpo"}"#,
            ),
            (
                "breach.assessed",
                r#"{"ico_type":"data_emailed_to_incorrect_recipient","dimension":"confidentiality","severity":"green"}"#,
            ),
            ("breach.reportability_decided", r#"{"reportable":false,"decided_by":"role/dpo"}"#),
            ("breach.contained", r#"{"containment":["recalled"]}"#),
            ("breach.closed", r#"{"decided_by":"role/dpo"}"#),
        ],
    ),
];

fn event(life: &Life, number: u64) -> Event {
    let (plugin, subject, steps) = life;
    // Fifty cases run side by side, as they do.
    let (block, within) = (number / (50 * steps.len() as u64), number % (50 * steps.len() as u64));
    let case = block * 50 + within % 50;
    let step = usize::try_from(within / 50).unwrap_or_default();
    let (event_type, data) = steps[step];
    let time = happened(number).to_string();
    let text = format!(
        r#"{{"specversion":"1.0","id":"{plugin}-{number}","source":"/systems/{plugin}","type":"{event_type}","subject":"{}","time":"{}Z","data":{data}}}"#,
        subject.replace('#', &format!("{case:07}")),
        &time[..19]
    );
    Event::parse(text.as_bytes()).expect("these are events")
}

fn filled(directory: &Path, options: &LedgerOptions, events: u64, of: usize) -> Result<Ledger, BenchError> {
    fs::create_dir_all(directory)?;
    genesis::create(&OsDisk::new(directory), ORIGIN, "bench", Purpose::Test, options.open.clock.wall())?;
    let ledger = Ledger::open(directory, options)?;
    let by = Principal::new("host/bench").map_err(io::Error::other)?;
    let lives: Vec<_> = if of < LIVES.len() { vec![&LIVES[of]] } else { LIVES.iter().collect() };
    // A history is read in within a bracket.
    let bracket = |error: ImportError| BenchError::Io(io::Error::other(error));
    let (import, _seq) = Import::start(&ledger, None).map_err(bracket)?;
    let mut number = 0;
    while number < events {
        let end = events.min(number + GROUP as u64);
        let of = |number: u64| {
            let count = lives.len() as u64;
            event(lives[usize::try_from(number % count).unwrap_or_default()], number / count)
        };
        let group: Vec<Event> = (number..end).map(of).collect();
        ledger.append(Submission::new(by.clone(), group, Mode::Each)?)?;
        number = end;
    }
    import.finish(&ledger, None, None).map_err(bracket)?;
    Ok(ledger)
}

/// Measures each built-in plugin whose cases are known here, on ledgers in an empty directory.
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
        let Some(of) = LIVES.iter().position(|(id, ..)| *id == plugin.id) else { continue };
        progress.report(plugin.id, 0, None);
        let ledger = Arc::new(filled(&directory.join(plugin.id), options, events, of)?);
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

/// Measures so many plugins at once, the built-in ones again and again, over a ledger of all their events.
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
    let ledger = Arc::new(filled(&directory.join("all"), options, events, LIVES.len())?);
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
