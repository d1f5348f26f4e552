//! All runs of a scenario, and in what they differ.

use std::fmt;

use muniment_core::time::Timestamp;

use super::output;
use super::reading::Scenario;
use crate::plugins::engine::{Failure, Log, Program};
use crate::plugins::fold::{BATCH_ITEMS_MAX, Terms};
use crate::plugins::schema::{self, SettingsFault};
use crate::plugins::trial::{self, How, Run, TrialError};

/// Alerts that a scenario may raise in a day: the setting's default.
const ALERTS_A_DAY_MAX: u32 = 10_000;
/// Any two seeds that are not the same.
const HASH_SEEDS: [u64; 2] = [0, 0x9e37_79b9_7f4a_7c15];

/// How a scenario was run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Trying {
    /// Items at once.
    pub batch: usize,
    /// Whether the plugin was stopped and started from its snapshot at every entry.
    pub restored: bool,
    /// What its hash maps were seeded with.
    pub hash_seed: u64,
}

impl fmt::Display for Trying {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.batch {
            BATCH_ITEMS_MAX => formatter.write_str("all events at once")?,
            1 => formatter.write_str("one event at a time")?,
            batch => write!(formatter, "{batch} events at once")?,
        }
        if self.restored {
            formatter.write_str(", restored from its snapshot at every event")?;
        }
        if self.hash_seed != HASH_SEEDS[0] {
            formatter.write_str(", its hash maps in another order")?;
        }
        Ok(())
    }
}

/// What is wrong with a plugin, or with the scenario.
#[derive(Debug, thiserror::Error)]
pub enum RunFault {
    /// The scenario's settings do not fit the plugin.
    #[error("{0}")]
    Settings(#[from] SettingsFault),
    /// The plugin fails.
    #[error("the plugin fails ({how}): {error}{}", said(.log))]
    Fails {
        /// In which run.
        how: Trying,
        /// At what.
        error: TrialError,
        /// The last lines that it wrote.
        log: Vec<String>,
    },
    /// Two runs come to different ends.
    #[error("{what}\n  {one}: {in_one}\n  {other}: {in_other}{hint}")]
    Differs {
        /// What differs, and where.
        what: Box<str>,
        /// One run.
        one: Trying,
        /// What it came to.
        in_one: Box<str>,
        /// The other.
        other: Trying,
        /// What that came to.
        in_other: Box<str>,
        /// What it often is.
        hint: &'static str,
    },
}

fn said(log: &[String]) -> String {
    log.iter().rev().take(20).rev().map(|line| format!("\n  it said: {line}")).collect()
}

/// What one run came to.
struct Ended {
    how: Trying,
    run: Run,
    output: Vec<String>,
}

/// Runs a scenario in every way, and gives what came of it: a line for each alert that was raised or cleared, for each
/// row of each register, and for each section of the reports that were asked for.
///
/// # Errors
/// See [`RunFault`].
pub fn run(program: &Program, scenario: &Scenario) -> Result<Vec<String>, RunFault> {
    let settings = scenario.settings.as_deref().unwrap_or("{}");
    let settings = schema::complete(program.manifest(), settings)?;
    let mut first: Option<Ended> = None;
    // The order of hash maps first: it shows in the other comparisons too.
    for (batch, restored) in [(1, false), (7, false), (BATCH_ITEMS_MAX, false), (1, true)] {
        for hash_seed in HASH_SEEDS {
            let how = Trying { batch, restored, hash_seed };
            let ended = end(&program.with_hash_seed(hash_seed), &settings, scenario, how)?;
            match &first {
                None => first = Some(ended),
                Some(first) => compare(program, &settings, scenario, first, &ended)?,
            }
        }
    }
    Ok(first.map(|ended| ended.output).unwrap_or_default())
}

fn end(program: &Program, settings: &str, scenario: &Scenario, how: Trying) -> Result<Ended, RunFault> {
    let log = Log::default();
    let fails = |error: TrialError| RunFault::Fails { how, error, log: log.lines().0 };
    let run = fold(program, settings, &scenario.lines, how, &log).map_err(fails)?;
    let look = || -> Result<Vec<String>, Failure> {
        let mut instance = program.start(settings, &log)?;
        instance.restore(&run.state)?;
        output::lines(&mut instance, &run, scenario)
    };
    let output = look().map_err(|failure| fails(failure.into()))?;
    Ok(Ended { how, run, output })
}

fn fold(
    program: &Program,
    settings: &str,
    lines: &[Vec<u8>],
    how: Trying,
    log: &Log,
) -> Result<Run, TrialError> {
    let terms = Terms::new(program.manifest().clone(), 0, ALERTS_A_DAY_MAX, false)?;
    let restore_every = usize::from(how.restored);
    let way = How { batch: how.batch, restore_every };
    if how.restored {
        let chunks = (0..).zip(lines).map(|(seq, line)| (seq, line.as_slice()));
        trial::run_until(program, settings, &terms, chunks, way, (log, None))
    } else {
        let together = lines.concat();
        let chunk = std::iter::once((0, together.as_slice()));
        trial::run_until(program, settings, &terms, chunk, way, (log, None))
    }
}

/// Names the first thing in which two runs differ.
fn compare(
    program: &Program,
    settings: &str,
    scenario: &Scenario,
    one: &Ended,
    other: &Ended,
) -> Result<(), RunFault> {
    let differs = |what: String, in_one: String, in_other: String| {
        let hint = match (one.how.hash_seed == other.how.hash_seed, other.how.restored) {
            (false, _) => "\n  What comes of events depends on the order of a HashMap: use a BTreeMap.",
            (true, true) => "\n  Something that it goes on with is missing from its state.",
            (true, false) => "\n  Something that it keeps is forgotten, or counted, between two calls.",
        };
        let (one, other) = (one.how, other.how);
        let (what, in_one, in_other) = (what.into(), in_one.into(), in_other.into());
        Err(RunFault::Differs { what, one, in_one, other, in_other, hint })
    };
    let count = one.output.len().max(other.output.len());
    let line = |ended: &Ended, place: usize| ended.output.get(place).cloned();
    if let Some(place) = (0..count).find(|place| line(one, *place) != line(other, *place)) {
        let shown = |ended: &Ended| line(ended, place).unwrap_or_else(|| "nothing more".to_owned());
        return differs(
            format!("two runs differ in line {} of their output", place + 1),
            shown(one),
            shown(other),
        );
    }
    if trial::difference(&one.run, &other.run).is_none() {
        return Ok(());
    }
    let at = first_entry_that_differs(program, settings, scenario, one.how, other.how);
    let line = String::from_utf8_lossy(scenario.lines.get(at).map_or(&[][..], Vec::as_slice)).into_owned();
    let (state, other_state) = (&one.run.state, &other.run.state);
    let shown = |ended: &Ended| {
        if state == other_state {
            return match ended.run.position.wake {
                Some(wake) => format!("it wants to be woken at {}", Timestamp::from_micros(wake)),
                None => "it does not want to be woken".to_owned(),
            };
        }
        let same = state.iter().zip(other_state).take_while(|(one, other)| one == other).count();
        format!("a state of {} bytes, the same up to byte {same}", ended.run.state.len())
    };
    differs(
        format!("two runs come to another state, from entry {at} on: {}", line.trim_end()),
        shown(one),
        shown(other),
    )
}

/// The entry from which on two ways of running differ.
fn first_entry_that_differs(
    program: &Program,
    settings: &str,
    scenario: &Scenario,
    one: Trying,
    other: Trying,
) -> usize {
    let differs_after = |count: usize| {
        let run = |how: Trying| {
            let program = program.with_hash_seed(how.hash_seed);
            fold(&program, settings, &scenario.lines[..count], how, &Log::default())
        };
        match (run(one), run(other)) {
            (Ok(one), Ok(other)) => trial::difference(&one, &other).is_some(),
            _ => true,
        }
    };
    let counts: Vec<usize> = (1..=scenario.lines.len()).collect();
    counts.partition_point(|count| !differs_after(*count))
}
