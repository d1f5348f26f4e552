//! What plugins have to say in a report: each is folded up to one entry, and asked there.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use serde_json::Value;

use super::abreast::{Abreast, Reader};
use super::built_in::{self, BuiltIn};
use super::engine::{CompiledCode, Engine, Failure, Instance, Log, Program, sha256_of};
use super::fold::{Fold, Position, Terms};
use super::grants::{self, Grants};
use super::options::PluginOptions;
use super::reading::Reading;
use super::registry::{Installed, Registry, Standing, settings_sha256};
use super::schema;
use super::snapshots::Snapshot;
use crate::ledger::Ledger;
use crate::report::steps::{Folding, Steps};
use crate::vault::Vault;

/// A time that a report is about, and as of when it says how things stood then.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    /// The first day.
    pub from: String,
    /// The last day.
    pub to: String,
    /// In microseconds since 1970.
    pub status_at: i64,
}

/// What a plugin has to say.
#[derive(Debug, Clone, PartialEq)]
pub struct Contribution {
    /// The plugin.
    pub plugin: String,
    /// Its version.
    pub version: String,
    /// The digest of its program.
    pub sha256: String,
    /// The digest of its settings.
    pub settings_sha256: String,
    /// The rules that it has, and how many alerts of each are open at the end.
    pub rules: BTreeMap<String, usize>,
    /// The entry before which it stopped, where it did: it counts nothing behind it.
    pub stopped_before: Option<u64>,
    /// Its sections for each time that was asked for, as JSON; or why there are none.
    pub sections: Result<Vec<Value>, String>,
}

/// What folding needs.
#[derive(Clone)]
pub struct Means<'m> {
    /// What runs programs.
    pub engine: &'m Engine,
    /// The entries.
    pub reading: &'m Reading,
    /// What opens the fields that plugins are granted.
    pub vault: &'m Arc<Vault>,
    /// Whether events marked as tests are left out.
    pub leaves_out_tests: bool,
    /// Told how far folding has come.
    pub steps: &'m Steps,
}

/// A plugin as it is to be asked.
pub struct Of {
    /// As it was installed.
    pub installed: Installed,
    /// Its program, or why there is none.
    pub program: Result<Program, Failure>,
    /// A state to begin with, of this program and these settings.
    pub snapshot: Option<Snapshot>,
}

impl Of {
    /// The plugins of a ledger and, where these run by themselves, those that come with the program and were never installed,
    /// with their default settings.
    ///
    /// # Errors
    /// As the disk says.
    pub fn stopped(
        directory: &Path,
        ledger: &Ledger,
        engine: &Engine,
        with_built_in: bool,
    ) -> io::Result<Vec<Of>> {
        let registry = Registry::load(ledger)?;
        let kept = |installed: &Installed| Of::kept(directory, engine, installed.clone());
        let mut all: Vec<Of> = registry.plugins().map(kept).collect();
        let unknown = built_in::all().filter(|plugin| with_built_in && !registry.was_known(plugin.id));
        all.extend(unknown.map(|plugin| Of::built_in(engine, plugin)));
        all.sort_by(|one, other| one.installed.id.cmp(&other.installed.id));
        Ok(all)
    }

    /// One that was installed. Its program is the one that the ledger pinned, from the data directory or, where that lacks it,
    /// as it comes along.
    #[must_use]
    pub fn kept(directory: &Path, engine: &Engine, installed: Installed) -> Of {
        let file = directory.join("plugins").join(format!("{}.wasm", installed.sha256));
        let of_program = built_in::all().find(|plugin| sha256_of(plugin.component) == installed.sha256);
        let program = match (fs::read(&file), of_program) {
            (Ok(bytes), _) if sha256_of(&bytes) == installed.sha256 => Program::new(engine, &bytes),
            (_, Some(plugin)) => Program::new(engine, plugin.component),
            (Ok(_), None) => {
                Err(Failure::contract(format!("{} is not what the ledger pinned", file.display())))
            }
            (Err(error), None) => Err(Failure::contract(format!("{}: {error}", file.display()))),
        };
        Of { installed, program, snapshot: None }
    }

    /// One that comes with the program, with its default settings.
    #[must_use]
    pub fn built_in(engine: &Engine, plugin: BuiltIn) -> Of {
        let program = Program::new(engine, plugin.component);
        let described = program.as_ref().ok().and_then(|program| {
            let settings = schema::complete(program.manifest(), "{}").ok()?;
            Some((program.manifest().version.clone(), settings))
        });
        let (version, settings) = described.unwrap_or_default();
        let installed = Installed {
            id: plugin.id.to_owned(),
            version,
            sha256: sha256_of(plugin.component),
            settings,
            granted: Vec::new(),
            since: u64::MAX,
            standing: Standing::Enabled,
        };
        Of { installed, program, snapshot: None }
    }
}

/// How many plugins are asked at once: each puts together all that it says, beside the state that it says it of.
const ASKED_AT_ONCE: usize = 2;

/// Asks plugins, several at once, what they have to say of these times as of the ledger's first `end` entries.
#[must_use]
pub fn ask(means: &Means<'_>, plugins: Vec<Of>, end: u64, asked: &[Asked]) -> Vec<Contribution> {
    let folding = Folding::new(means.steps, plugins.len(), end);
    let abreast = Abreast::new(plugins.len());
    let turns: [Mutex<()>; ASKED_AT_ONCE] = Default::default();
    let asked_one = |of: Of, place: usize, reader: Reader<'_>| {
        let turn = &turns[place % ASKED_AT_ONCE];
        let contribution = contribution(means, of, (end, reader), (asked, turn), &folding);
        folding.one_is_done();
        contribution
    };
    thread::scope(|scope| {
        let work: Vec<_> = plugins
            .into_iter()
            .enumerate()
            .map(|(place, of)| {
                let (installed, reader) = (of.installed.clone(), abreast.reader(place));
                (installed, scope.spawn(move || asked_one(of, place, reader)))
            })
            .collect();
        let done = work.into_iter().map(|(installed, work)| {
            work.join().unwrap_or_else(|_| silent(&installed, "the thread that asked it panicked".to_owned()))
        });
        done.collect()
    })
}

fn silent(installed: &Installed, why: String) -> Contribution {
    Contribution {
        plugin: installed.id.clone(),
        version: installed.version.clone(),
        sha256: installed.sha256.clone(),
        settings_sha256: settings_sha256(&installed.settings),
        rules: BTreeMap::new(),
        stopped_before: None,
        // What stood on the stack is for the log and not for a reader of the report.
        sections: Err(why.lines().next().unwrap_or_default().to_owned()),
    }
}

fn contribution(
    means: &Means<'_>,
    of: Of,
    (end, reader): (u64, Reader<'_>),
    (asked, turn): (&[Asked], &Mutex<()>),
    folding: &Folding<'_>,
) -> Contribution {
    let Of { installed, program, snapshot } = of;
    let program = match program {
        Ok(program) => program,
        Err(failure) => return silent(&installed, failure.to_string()),
    };
    let stopped_before = match installed.standing {
        Standing::Quarantined { seq, .. } if seq < end => Some(seq),
        _ => None,
    };
    let until = stopped_before.unwrap_or(end);
    let folded = folded(means, &installed, &program, snapshot, (until, &reader, folding));
    drop(reader);
    let (mut instance, position) = match folded {
        Ok(folded) => folded,
        Err(why) => return silent(&installed, why),
    };
    let mut rules: BTreeMap<String, usize> =
        program.manifest().rules.iter().map(|rule| (rule.id.clone(), 0)).collect();
    for key in position.open().keys() {
        *rules.entry(key.rule.clone()).or_default() += 1;
    }
    let _turn = turn.lock().unwrap_or_else(PoisonError::into_inner);
    let said = |Asked { from, to, status_at }: &Asked| {
        let said = instance.sections(from, to, *status_at).map_err(|failure| failure.to_string());
        said.and_then(|said| said)
    };
    let sections = if program.manifest().has_report {
        asked.iter().map(said).collect()
    } else {
        Ok(vec![Value::Array(Vec::new()); asked.len()])
    };
    Contribution { rules, stopped_before, sections, ..silent(&installed, String::new()) }
}

/// An instance that has folded the first entries.
fn folded(
    means: &Means<'_>,
    installed: &Installed,
    program: &Program,
    snapshot: Option<Snapshot>,
    (end, reader, folding): (u64, &Reader<'_>, &Folding<'_>),
) -> Result<(Instance, Position), String> {
    let wrong = |failure: Failure| failure.to_string();
    let mut terms =
        Terms::new(program.manifest().clone(), u64::MAX, u32::MAX, means.leaves_out_tests).map_err(wrong)?;
    terms.grants = Grants::new(&installed.granted, means.vault.clone());
    let mut instance = program.start(&installed.settings, &Log::default()).map_err(wrong)?;
    let mut position = Position::default();
    if let Some(snapshot) = snapshot.filter(|snapshot| snapshot.position.leads_to(end)) {
        instance.restore(&snapshot.state).map_err(wrong)?;
        position = snapshot.position;
        folding.read(position.next);
    }
    let mut fold = Fold::new(&terms);
    while position.next < end {
        let next = position.next;
        reader.come_to(next);
        let chunk = means.reading.chunk(next, end).map_err(|error| format!("reading the ledger: {error}"))?;
        let mut entries = chunk.entries(&(next..end.min(chunk.end())));
        let opened = terms.grants.opened(&entries).map_err(|error| error.to_string())?;
        grants::put(&mut entries, &opened);
        let advanced = fold.advance(&mut position, &mut instance, &entries);
        advanced.map_err(|failed| format!("{}, at entry {}", failed.failure, failed.first))?;
        folding.read(position.next.saturating_sub(next));
    }
    Ok((instance, position))
}

/// An engine to ask plugins with, where nobody serves the ledger. Without the ledger's secret nothing vouches for what was
/// compiled before, so all is compiled anew, and nothing kept.
///
/// # Errors
/// If this machine cannot run WebAssembly.
pub fn engine(options: &PluginOptions, directory: &Path, secret: Option<&[u8]>) -> Result<Engine, String> {
    let compiled = |secret| CompiledCode::new(directory.join("state").join("compiled"), secret);
    Engine::new(options.allowance, secret.map(compiled))
}
