//! `muniment vault`: the keys of sealed personal data, of a stopped ledger.

use std::path::PathBuf;
use std::sync::Arc;

use clap::{Args, Subcommand};
use muniment_core::json::Value;

use super::failure::{EXIT_CODES, Failure, Verdict};
use super::opening::{self, DataArg, SetArg};
use super::print;
use crate::disk::OsDisk;
use crate::ledger::Ledger;
use crate::vault::{self, KeySource, VaultError};

const ABOUT: &str = "\
The vault holds the keys of sealed personal data. It is written under a key of its own: keys/vault.key in the \
data directory, or what the settings vault.key_file, vault.key_variable or vault.key_command name. Keep a copy of \
that key apart from every copy of the vault.";

const EXAMPLE: &str = "Examples:
  muniment vault rotate --data DIR
  muniment vault rotate --data DIR --new-key-file /etc/muniment/vault-2027.key";

/// Change the vault's key, or go on without a vault that is lost
#[derive(Debug, Args)]
#[command(long_about = ABOUT, after_help = format!("{EXAMPLE}\n\n{EXIT_CODES}"))]
pub(crate) struct VaultArgs {
    #[command(subcommand)]
    command: VaultCommand,
}

#[derive(Debug, Subcommand)]
enum VaultCommand {
    /// Write the vault anew under another key; the old key opens nothing of it
    #[command(after_help = format!("{EXAMPLE}\n\n{EXIT_CODES}"))]
    Rotate(RotateArgs),
    /// Make a new vault in the place of one that is lost for good: what was sealed stays unreadable
    #[command(after_help = format!("{EXAMPLE}\n\n{EXIT_CODES}"))]
    AcceptLoss {
        #[command(flatten)]
        data: DataArg,
    },
}

#[derive(Debug, Args)]
struct RotateArgs {
    #[command(flatten)]
    data: DataArg,
    /// File with the new key. Afterwards set vault.key_file to it
    #[arg(long, value_name = "FILE")]
    new_key_file: Option<PathBuf>,
    /// Environment variable that holds the new key. Afterwards set vault.key_variable to it
    #[arg(long, value_name = "NAME", conflicts_with = "new_key_file")]
    new_key_variable: Option<String>,
    /// Command that prints the new key. Afterwards set vault.key_command to it
    #[arg(long, value_name = "COMMAND", conflicts_with_all = ["new_key_file", "new_key_variable"])]
    new_key_command: Option<String>,
}

pub(crate) fn run(args: &VaultArgs, set: &SetArg) -> Result<Verdict, Failure> {
    match &args.command {
        VaultCommand::Rotate(rotate) => run_rotate(rotate, set),
        VaultCommand::AcceptLoss { data } => {
            let settings = set.settings(&data.path)?;
            let source = settings.vault_key()?;
            let ledger = opening::open(data, &settings, |_| {})?;
            let replaced = vault::replace_lost(Arc::new(OsDisk::new(&data.path)), &source, &ledger);
            ledger.close();
            replaced.map_err(|error| failed(&error).of(data.path.display()))?;
            print::result("a new vault is there; what was sealed with the lost one stays unreadable");
            Ok(Verdict::Done)
        }
    }
}

fn run_rotate(args: &RotateArgs, set: &SetArg) -> Result<Verdict, Failure> {
    let settings = set.settings(&args.data.path)?;
    let current = settings.vault_key()?;
    let next = match (&args.new_key_file, &args.new_key_variable, &args.new_key_command) {
        (Some(path), ..) => KeySource::File(path.clone()),
        (_, Some(name), _) => KeySource::Variable(name.clone()),
        (.., Some(command)) => KeySource::Command(command.clone()),
        _ if current == KeySource::DataDirectory => KeySource::DataDirectory,
        _ => {
            return Err(Failure::usage(format!(
                "the vault's key comes from {current}: say where the new one is (--new-key-file, --new-key-variable or --new-key-command)"
            )));
        }
    };
    let ledger = opening::open(&args.data, &settings, |_| {})?;
    let rotated = rotate(&ledger, args, &current, &next);
    ledger.close();
    rotated.map_err(|error| error.of(args.data.path.display()))?;
    print::result(&format!("the vault is written anew under the key from {next}"));
    if next != KeySource::DataDirectory {
        let setting = match &next {
            KeySource::File(_) => "vault.key_file",
            KeySource::Variable(_) => "vault.key_variable",
            _ => "vault.key_command",
        };
        print::aside(&format!("Now set {setting} in muniment.toml: without it the vault does not open."));
    }
    Ok(Verdict::Done)
}

fn rotate(ledger: &Ledger, args: &RotateArgs, current: &KeySource, next: &KeySource) -> Result<(), Failure> {
    let disk = Arc::new(OsDisk::new(&args.data.path));
    let vault =
        vault::open(disk.clone(), current, ledger, &opening::definitions(&args.data)?.get().catalogue)
            .map_err(|error| failed(&error))?;
    let head = ledger.head();
    vault::rotate(&vault, &*disk, next, (head.size, head.last)).map_err(|error| failed(&error))?;
    let data = Value::object([("vault", Value::string(vault.name()))]);
    let id = format!("personal.vault_rekeyed/{}", head.size);
    let recorded = ledger.append_host("personal.vault_rekeyed", &id, data);
    recorded.map(drop).map_err(|refusal| {
        Failure::wanting(format!(
            "the vault is under the new key, and the event that says so was refused: {refusal}"
        ))
    })
}

fn failed(error: &VaultError) -> Failure {
    Failure::wanting(error.to_string())
}
