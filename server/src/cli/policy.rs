//! `muniment policy`: what the organisation is held to.

use std::fs;
use std::path::{Path, PathBuf};

use axum::body::Bytes;
use axum::http::Method;
use clap::{Args, Subcommand};
use muniment_core::policy::Policy;

use super::asking::once_with;
use super::failure::{EXIT_CODES, Failure, Verdict};
use super::opening::{self, SetArg};
use super::print;
use crate::definitions::{Current, DefinitionError, Definitions};

const ABOUT: &str = "\
A policy is a file: its clauses, what each asks for, which types of event are evidence of it, which alerts say that it was \
not done, and where the annual report tells of it. Two come with the program. An organisation's own takes a file of the same \
form, and no code; `show leicester --file` prints one to begin with.";

const EXAMPLE: &str = "Examples:
  muniment policy list
  muniment policy show leicester
  muniment policy show leicester --file > exemplar.toml
  muniment policy install exemplar.toml --data /var/lib/muniment
  muniment policy install exemplar.toml --server http://127.0.0.1:8080
With --server the token is that of --token or MUNIMENT_TOKEN, and needs the role admin.";

fn help() -> String {
    format!("{EXAMPLE}\n\n{EXIT_CODES}")
}

/// Install an organisation's own policies, and show what they ask for
#[derive(Debug, Args)]
#[command(long_about = ABOUT, after_help = help())]
pub(crate) struct PolicyArgs {
    #[command(subcommand)]
    command: PolicyCommand,
}

#[derive(Debug, Subcommand)]
enum PolicyCommand {
    /// List the policies: those of the program, and with --data the organisation's own
    #[command(after_help = help())]
    List {
        /// Data directory of the ledger
        #[arg(long, value_name = "DIR")]
        data: Option<PathBuf>,
    },
    /// Show a policy, clause by clause
    #[command(after_help = help())]
    Show {
        /// Its short name
        id: String,
        /// Print its file instead
        #[arg(long)]
        file: bool,
        /// Data directory of the ledger
        #[arg(long, value_name = "DIR")]
        data: Option<PathBuf>,
    },
    /// Check a policy's file and install it, in the place of one of the same name
    #[command(after_help = help())]
    Install(InstallArgs),
}

#[derive(Debug, Args)]
struct InstallArgs {
    /// The policy's file
    file: PathBuf,
    /// Data directory of a stopped ledger
    #[arg(long, value_name = "DIR", required_unless_present = "server", conflicts_with = "server")]
    data: Option<PathBuf>,
    /// A running server
    #[arg(long, value_name = "URL")]
    server: Option<String>,
    /// A token of it
    #[arg(long, value_name = "TOKEN", env = "MUNIMENT_TOKEN", hide_env_values = true)]
    token: Option<String>,
}

pub(crate) fn run(args: &PolicyArgs, set: &SetArg) -> Result<Verdict, Failure> {
    match &args.command {
        PolicyCommand::List { data } => list(data.as_deref()),
        PolicyCommand::Show { id, file, data } => show(id, *file, data.as_deref()),
        PolicyCommand::Install(args) => install(args, set),
    }
}

impl From<DefinitionError> for Failure {
    fn from(error: DefinitionError) -> Failure {
        match error {
            DefinitionError::Refused(_) => Failure::wanting(error.to_string()),
            _ => Failure::usage(error.to_string()),
        }
    }
}

fn definitions(data: Option<&Path>) -> Result<Definitions, Failure> {
    Ok(match data {
        Some(directory) => Definitions::load(directory)?,
        None => Definitions::built_in()?,
    })
}

fn list(data: Option<&Path>) -> Result<Verdict, Failure> {
    for policy in definitions(data)?.rulebook.policies() {
        let Policy { id, title, organisation, version, clauses, .. } = policy;
        let count = clauses.len();
        print::result(&format!("{id:<16} {count:>4} clauses  {title}, {organisation} (version {version})"));
    }
    Ok(Verdict::Done)
}

fn show(id: &str, file: bool, data: Option<&Path>) -> Result<Verdict, Failure> {
    let definitions = definitions(data)?;
    let known = || definitions.rulebook.policies().map(|policy| policy.id.as_str()).collect::<Vec<_>>();
    let policy = definitions.rulebook.policy(id);
    let policy = policy.ok_or_else(|| {
        Failure::usage(format!("there is no policy {id:?}; there are {}", known().join(", ")))
    })?;
    if file {
        let text = definitions.text_of(policy);
        print::result(text.trim_end());
        return Ok(Verdict::Done);
    }
    print::result(&format!("{}, {} (version {})", policy.title, policy.organisation, policy.version));
    for clause in &policy.clauses {
        print::result(&format!("\n{}  {}", clause.id, clause.says));
        if let Some(rule) = &clause.rule {
            print::result(&format!("    rule      {rule}"));
        }
        for (what, of_clause) in
            [("evidence", &clause.types), ("alerts", &clause.alerts), ("report", &clause.sections)]
        {
            if !of_clause.is_empty() {
                print::result(&format!("    {what:<9} {}", of_clause.join(", ")));
            }
        }
    }
    Ok(Verdict::Done)
}

fn install(args: &InstallArgs, set: &SetArg) -> Result<Verdict, Failure> {
    let text = fs::read_to_string(&args.file)
        .map_err(|error| Failure::usage(format!("{}: {error}", args.file.display())))?;
    let id = match (&args.server, &args.data) {
        (Some(server), _) => {
            let body = ("application/toml", Bytes::from(text));
            let answer = once_with(server, args.token.as_deref(), Method::POST, "/v1/policies", body)?;
            answer["id"].as_str().unwrap_or_default().to_owned()
        }
        (None, Some(directory)) => install_here(directory, set, &text)?,
        (None, None) => return Err(Failure::usage("either --data or --server is needed")),
    };
    print::result(&format!("the policy {id} is installed"));
    Ok(Verdict::Done)
}

fn install_here(directory: &Path, set: &SetArg, text: &str) -> Result<String, Failure> {
    let current = Current::new(Definitions::load(directory)?);
    // Before the ledger is opened: a mistake in the file is told at once.
    current.get().policy_file(text)?;
    let data = opening::DataArg { path: directory.to_owned() };
    let ledger = opening::open(&data, &set.settings(directory)?, |_| {})?;
    let installed = current.install_policy(directory, &ledger, text, None);
    ledger.close();
    Ok(installed?)
}
