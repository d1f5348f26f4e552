//! Plugins as they once ran. Their programs are kept, and the ledger says which ran when and with which settings: so a report
//! is made again with what it was made with, whatever runs by now.

use std::collections::BTreeMap;
use std::io;
use std::path::Path;

use muniment_core::report::MadeWith;

use super::built_in;
use super::contributions::Of;
use super::engine::{Engine, sha256_of};
use super::registry::{Installed, Registry, settings_sha256};
use crate::ledger::Ledger;

/// A plugin for as long as one program ran with the same settings and the same personal fields.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Run {
    /// The entry that began it.
    from: u64,
    /// The entry that ended it.
    to: Option<u64>,
    /// As it stood in the end.
    installed: Installed,
}

impl Run {
    fn was_on_at(&self, end: u64) -> bool {
        self.from < end && self.to.is_none_or(|to| to >= end)
    }

    fn is_of(&self, made: &MadeWith) -> bool {
        let Installed { id, sha256, settings, .. } = &self.installed;
        (id, sha256) == (&made.plugin, &made.sha256) && settings_sha256(settings) == made.settings_sha256
    }
}

/// The runs of all plugins, in the order in which they began.
fn runs(ledger: &Ledger) -> io::Result<Vec<Run>> {
    let mut runs: Vec<Run> = Vec::new();
    let mut open: BTreeMap<String, usize> = BTreeMap::new();
    for (seq, plugin, left) in Registry::history(ledger)? {
        let last = open.remove(&plugin);
        if let (Some(place), Some(left)) = (last, &left)
            && is_same_run(&runs[place].installed, left)
        {
            runs[place].installed = left.clone();
            open.insert(plugin, place);
            continue;
        }
        if let Some(place) = last {
            runs[place].to = Some(seq);
        }
        if let Some(installed) = left {
            open.insert(plugin, runs.len());
            runs.push(Run { from: seq, to: None, installed });
        }
    }
    Ok(runs)
}

fn is_same_run(one: &Installed, other: &Installed) -> bool {
    (&one.sha256, &one.settings, &one.granted) == (&other.sha256, &other.settings, &other.granted)
}

/// The plugins that were installed when the ledger had so many entries, with the programs and settings of then, and, where
/// these run by themselves, those that come with the program and were not known yet.
///
/// # Errors
/// As the disk says.
pub fn at(
    directory: &Path,
    ledger: &Ledger,
    engine: &Engine,
    (end, with_built_in): (u64, bool),
) -> io::Result<Vec<Of>> {
    let runs = runs(ledger)?;
    let was_known = |id: &str| runs.iter().any(|run| run.installed.id == id && run.from < end);
    let mut all: Vec<Of> = runs
        .iter()
        .filter(|run| run.was_on_at(end))
        .map(|run| Of::kept(directory, engine, run.installed.clone()))
        .collect();
    let unknown = built_in::all().filter(|plugin| with_built_in && !was_known(plugin.id));
    all.extend(unknown.map(|plugin| Of::built_in(engine, plugin)));
    all.sort_by(|one, other| one.installed.id.cmp(&other.installed.id));
    Ok(all)
}

/// The plugins that a report of the first `end` entries names, and a sentence for each that cannot be had as it was. In the
/// place of such a one is what runs now, if anything does.
///
/// # Errors
/// As the disk says.
pub fn named(
    directory: &Path,
    ledger: &Ledger,
    engine: &Engine,
    (made_with, end): (&[MadeWith], u64),
) -> io::Result<(Vec<Of>, Vec<String>)> {
    let (runs, registry) = (runs(ledger)?, Registry::load(ledger)?);
    let (mut all, mut missing) = (Vec::with_capacity(made_with.len()), Vec::new());
    for made in made_with {
        let mut fitting = runs.iter().filter(|run| run.is_of(made));
        // A report of long ago may have been made again since, with what came later.
        let run = fitting.clone().find(|run| run.was_on_at(end)).or_else(|| fitting.next_back());
        let of = run.map(|run| Of::kept(directory, engine, run.installed.clone()));
        let Some(of) = of.or_else(|| never_installed(engine, made)) else {
            missing.push(format!(
                "{} was never installed in this ledger with these settings ({})",
                described(made),
                made.settings_sha256.get(..12).unwrap_or(&made.settings_sha256)
            ));
            let now = registry.get(&made.plugin);
            all.extend(now.map(|installed| Of::kept(directory, engine, installed.clone())));
            continue;
        };
        if let Err(failure) = &of.program {
            missing.push(format!("{} cannot be run: {failure}", described(made)));
        }
        all.push(of);
    }
    Ok((all, missing))
}

/// One that comes with the program, as it runs before anything was installed.
fn never_installed(engine: &Engine, made: &MadeWith) -> Option<Of> {
    let mut comes_along = built_in::all();
    let plugin =
        comes_along.find(|plugin| plugin.id == made.plugin && sha256_of(plugin.component) == made.sha256)?;
    let of = Of::built_in(engine, plugin);
    (settings_sha256(&of.installed.settings) == made.settings_sha256).then_some(of)
}

fn described(made: &MadeWith) -> String {
    let program = made.sha256.get(..12).unwrap_or(&made.sha256);
    format!("`{}` {} ({program})", made.plugin, made.version)
}
