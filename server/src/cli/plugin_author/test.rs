//! `muniment plugin test`: a component against scenarios, in the server's own runtime.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use clap::Args;

use super::build;
use crate::cli::failure::{EXIT_CODES, Failure, Verdict};
use crate::cli::print;
use crate::plugins::built_in;
use crate::plugins::engine::{Engine, Program};
use crate::plugins::scenario::{self, RunFault, Scenario};

const ABOUT: &str = "\
Run scenarios: what happens, a line of JSON each, in NAME.jsonl. What comes of it (alerts, the rows of registers, \
sections of reports) is compared with NAME.golden.jsonl beside it.

Each scenario is run with batches of 1, of 7 and of all events, with the plugin stopped and started again from its \
snapshot at every event, and with hash maps in another order. All have to come to the same.";

const EXAMPLE: &str = "Examples:
  muniment plugin test
  muniment plugin test --scenario scenarios/first.jsonl --update
  muniment plugin test --component plugin.wasm --scenario first.jsonl
  muniment plugin test --built-in requests --dir plugins/requests

The lines of a scenario:
  {\"settings\":{…}}                                       first, if at all
  {\"recorded\":\"2026-03-02T09:00:00Z\",\"event\":{\"type\":…,\"subject\":…,\"data\":{…}}}
  {\"recorded\":\"2026-03-05T00:00:00Z\"}                    time passes
  {\"by\":…,\"event\":{…},\"prev\":…,\"recorded\":…,\"seq\":…}   a line of a ledger
  {\"report\":{\"from\":\"2026-01-01\",\"to\":\"2026-12-31\"}}   sections of the report, at the end";

/// Run the component against its scenarios
#[derive(Debug, Args)]
#[command(long_about = ABOUT, after_help = format!("{EXAMPLE}\n\n{EXIT_CODES}"))]
pub(crate) struct TestArgs {
    /// The plugin's folder; its component is built first, unless it is one that is there already
    #[arg(long, value_name = "DIR", default_value = ".", conflicts_with = "component")]
    dir: PathBuf,
    /// A component that is there already
    #[arg(long, value_name = "FILE", requires = "scenarios")]
    component: Option<PathBuf>,
    /// The component that comes with this program, by the plugin's id
    #[arg(long, value_name = "ID", conflicts_with = "component")]
    built_in: Option<String>,
    /// A scenario; may be repeated [default: DIR/scenarios/*.jsonl]
    #[arg(long = "scenario", value_name = "FILE")]
    scenarios: Vec<PathBuf>,
    /// Write what came of each scenario to its golden file
    #[arg(long)]
    update: bool,
}

pub(super) fn run(args: &TestArgs) -> Result<Verdict, Failure> {
    let scenarios = match args.scenarios.as_slice() {
        [] => of_folder(&args.dir)?,
        named => named.to_vec(),
    };
    let engine = super::engine()?;
    let program = match (&args.built_in, &args.component) {
        (Some(id), _) => built_in_program(&engine, id)?,
        (None, Some(component)) => build::load(&engine, component)?.0,
        (None, None) => build::load(&engine, &build::component(&args.dir)?)?.0,
    };
    let golden = if args.update { Golden::Written } else { Golden::Compared };
    run_all(&program, &scenarios, golden)
}

/// The plugin of this id that comes with this program.
fn built_in_program(engine: &Engine, id: &str) -> Result<Program, Failure> {
    let Some(plugin) = built_in::all().find(|plugin| plugin.id == id) else {
        let known: Vec<&str> = built_in::all().map(|plugin| plugin.id).collect();
        return Err(Failure::usage(format!(
            "no plugin {id:?} comes with this program: {}",
            known.join(", ")
        )));
    };
    build::program(engine, plugin.component, id)
}

/// What is done with what came of a scenario.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Golden {
    /// It is compared with the golden file.
    Compared,
    /// It becomes the golden file.
    Written,
}

/// The scenarios of a plugin's folder, by name.
pub(super) fn of_folder(folder: &Path) -> Result<Vec<PathBuf>, Failure> {
    let folder = folder.join("scenarios");
    let told = |error: io::Error| Failure::usage(format!("{}: {error}", folder.display()));
    let mut found = Vec::new();
    for entry in fs::read_dir(&folder).map_err(told)? {
        let path = entry.map_err(told)?.path();
        let name = path.to_string_lossy();
        if name.ends_with(".jsonl") && !name.ends_with(".golden.jsonl") {
            found.push(path);
        }
    }
    found.sort();
    match found.is_empty() {
        true => Err(Failure::usage(format!("{} has no scenario, a file NAME.jsonl", folder.display()))),
        false => Ok(found),
    }
}

/// Runs scenarios, and says how each went.
pub(super) fn run_all(program: &Program, scenarios: &[PathBuf], golden: Golden) -> Result<Verdict, Failure> {
    let mut failed = 0;
    for path in scenarios {
        let text = fs::read_to_string(path);
        let text = text.map_err(|error| Failure::usage(format!("{}: {error}", path.display())))?;
        let scenario = Scenario::read(&text, &program.manifest().id);
        let scenario = scenario.map_err(|fault| Failure::usage(format!("{}: {fault}", path.display())))?;
        let passed = match scenario::run(program, &scenario) {
            Ok(output) => compare(path, &output, golden)?,
            Err(RunFault::Settings(fault)) => {
                return Err(Failure::usage(format!("{}: {fault}", path.display())));
            }
            Err(fault) => {
                print::result(&format!("FAILED   {}", path.display()));
                print::aside(&fault.to_string());
                false
            }
        };
        failed += usize::from(!passed);
    }
    if scenarios.len() > 1 || failed > 0 {
        print::result(&format!("{} passed, {failed} failed", scenarios.len() - failed));
    }
    Ok(if failed == 0 { Verdict::Done } else { Verdict::Wanting })
}

/// `first.jsonl` has `first.golden.jsonl` beside it.
fn golden_of(scenario: &Path) -> PathBuf {
    scenario.with_extension("golden.jsonl")
}

/// Whether what came is what was expected, or is so from now on.
fn compare(scenario: &Path, output: &[String], golden: Golden) -> Result<bool, Failure> {
    let path = golden_of(scenario);
    let (name, count) = (scenario.display(), output.len());
    let text = output.iter().fold(String::new(), |text, line| text + line + "\n");
    let expected = match fs::read_to_string(&path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => None,
        read => Some(read.map_err(|error| Failure::usage(format!("{}: {error}", path.display())))?),
    };
    if expected.as_ref() == Some(&text) {
        print::result(&format!("ok       {name}: {count} lines"));
        return Ok(true);
    }
    if golden == Golden::Written {
        fs::write(&path, &text).map_err(|error| Failure::wanting(format!("{}: {error}", path.display())))?;
        print::result(&format!("written  {}: {count} lines; read what changed", path.display()));
        return Ok(true);
    }
    print::result(&format!("FAILED   {name}"));
    match expected {
        None => {
            print::aside(&format!("{} is not there; --update writes it. It would be:", path.display()));
            output.iter().for_each(|line| print::aside(line));
        }
        Some(expected) => {
            let expected: Vec<String> = expected.lines().map(str::to_owned).collect();
            let (missing, came) = (expected.len(), path.display());
            print::aside(&format!("{came} has {missing} lines, {count} came; - is missing, + is new:"));
            scenario::differing_lines(&expected, output).iter().for_each(|line| print::aside(line));
            print::aside("If that is as it should be, --update writes it.");
        }
    }
    Ok(false)
}
