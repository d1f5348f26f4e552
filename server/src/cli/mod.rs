//! The command line: what is asked for, how it ends. The work itself is done elsewhere.
//!
//! Sibling files have the same parts in the same order: help, arguments, `run`, what it prints.

mod append;
mod asking;
mod backup;
mod bench;
mod clock;
mod demo;
mod doctor;
mod export;
mod failure;
mod init;
mod interrupt;
mod log_lines;
mod logging;
mod opening;
mod plugin;
mod plugin_author;
mod policy;
mod print;
mod report;
mod restore;
mod serve;
mod subject;
mod terminal;
mod token;
mod vault;
mod verify;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use failure::{EXIT_CODES, Failure, Verdict};
use logging::LogFormat;
use opening::SetArg;

const EXAMPLE: &str = "The shortest use:
  muniment init   --data my-ledger --origin ig.exemplar.gov.uk/ledger
  muniment append --data my-ledger events.jsonl
  muniment verify --data my-ledger
  muniment serve  --data my-ledger
  muniment backup --data my-ledger --to /mnt/backup/ledger

Settings: DIR/muniment.toml, overridden by MUNIMENT_<SECTION>_<FIELD>, overridden by --set
  clock.step_seconds_max=300      seconds that the machine's clock may jump ahead
  clock.start_gap_days_max=31     days after the last entry within which a ledger may be opened
  ledger.segment_bytes=134217728  bytes of lines from which on a segment is closed and compressed
  ledger.zstd_level=3             1 (fast) to 19 (small)
  http.listen=127.0.0.1:8080      address and port of `serve`
  http.certificate=FILE           PEM file with the certificate chain, for TLS
  http.key=FILE                   PEM file with its private key
  http.connections_max=12000      connections at a time
  http.tlog_entries_public=false  whether anybody may read entries under /tlog/
  vault.key_file=FILE             key of the vault of personal data, if not DIR/keys/vault.key
  vault.key_variable=NAME         or an environment variable that holds it
  vault.key_command=COMMAND       or a command that prints it
  personal.destroy_people=2       people who have to agree before personal data is destroyed
  personal.destroy_delay_seconds=259200  how long that can be cancelled
  personal.reveals_per_minute=30  how often one token may read sealed data
  reads.log_one_in=1              of so many readings one is counted in the access log; 0 for none
  reads.log_interval_seconds=300  how often the access log is recorded
MUNIMENT_LOG (error, warn, info, debug, trace) chooses how much is logged to standard error.";

/// Information-governance ledger: append-only, hash-chained, provable
#[derive(Debug, Parser)]
#[command(name = "muniment", version, after_help = format!("{EXAMPLE}\n\n{EXIT_CODES}"))]
struct Cli {
    #[command(subcommand)]
    command: Command,
    #[command(flatten)]
    set: SetArg,
}

#[derive(Debug, Subcommand)]
enum Command {
    Init(init::InitArgs),
    Serve(Box<serve::ServeArgs>),
    Demo(demo::DemoArgs),
    Append(append::AppendArgs),
    Verify(Box<verify::VerifyArgs>),
    Export(export::ExportArgs),
    Token(token::TokenArgs),
    Subject(subject::SubjectArgs),
    Plugin(Box<plugin::PluginArgs>),
    Policy(policy::PolicyArgs),
    Report(Box<report::ReportArgs>),
    Vault(vault::VaultArgs),
    Clock(clock::ClockArgs),
    Backup(backup::BackupArgs),
    Restore(Box<restore::RestoreArgs>),
    Doctor(doctor::DoctorArgs),
    Bench(bench::BenchArgs),
}

/// Runs the command that the arguments name.
#[must_use]
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    let (level, format) = cli.command.log();
    let ended = logging::start(level, format).and_then(|()| cli.command.run(&cli.set));
    if let Err(failure) = &ended {
        print::aside(&format!("error: {}", failure.message));
    }
    failure::exit_code(&ended)
}

impl Command {
    /// How much it logs if nobody says otherwise, and how.
    fn log(&self) -> (&'static str, LogFormat) {
        match self {
            Command::Serve(args) => ("info", args.log),
            _ => ("warn", LogFormat::default()),
        }
    }

    fn run(&self, set: &SetArg) -> Result<Verdict, Failure> {
        match self {
            Command::Init(args) => init::run(args, set),
            Command::Serve(args) => serve::run(args, set),
            Command::Demo(args) => demo::run(args, set),
            Command::Append(args) => append::run(args, set),
            Command::Verify(args) => verify::run(args, set),
            Command::Export(args) => export::run(args, set),
            Command::Token(args) => token::run(args, set),
            Command::Subject(args) => subject::run(args),
            Command::Plugin(args) => plugin::run(args),
            Command::Policy(args) => policy::run(args, set),
            Command::Report(args) => report::run(args, set),
            Command::Vault(args) => vault::run(args, set),
            Command::Clock(args) => clock::run(args, set),
            Command::Backup(args) => backup::run(args),
            Command::Restore(args) => restore::run(args, set),
            Command::Doctor(args) => doctor::run(args, set),
            Command::Bench(args) => bench::run(args, set),
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::Cli;

    #[test]
    fn every_command_says_how_it_is_used() {
        let mut cli = Cli::command();
        cli.build();
        cli.clone().debug_assert();
        for command in cli.get_subcommands().filter(|command| command.get_name() != "help") {
            let help = command.clone().render_long_help().to_string();
            assert!(help.contains("Example") && help.contains("Exit codes"), "{}", command.get_name());
        }
    }
}
