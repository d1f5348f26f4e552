//! `muniment verify`: a ledger, or an export of one, is checked from end to end.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Instant;

use clap::Args;
use muniment_core::checkpoint::Checkpoint;
use muniment_core::note::{NoteError, VerifierKey};

use super::failure::{EXIT_CODES, Failure, Verdict};
use super::opening::SetArg;
use super::print;
use super::terminal::Bar;
use crate::disk::OsDisk;
use crate::export::check::{self, CheckError, Checked};
use crate::ledger::DirectoryLock;
use crate::verify::{Finding, Older, Verified, VerifyError, VerifyOptions};

const ABOUT: &str = "\
Compute everything that a stopped ledger's files claim again: every line, the hash chain, the Merkle \
tree and its tiles, the idempotency keys, the signature on the checkpoint. Nothing is changed. The last \
line says `ok`, or names the first damaged entry.

A checkpoint or receipt that you kept from earlier (--checkpoint) proves that nothing before it was \
changed since and that no tail was removed. The key that you were given (--vkey) proves whose ledger it \
is: without it the key is taken from the ledger itself, and you should compare it.

With --export it checks a directory that `muniment export` has written, with nothing but its own files.";

const EXAMPLE: &str = "Examples:
  muniment verify --data /var/lib/muniment --checkpoint kept/entry-41.tlog-proof
  muniment verify --export for-the-auditor \\
      --vkey ig.exemplar.gov.uk/ledger+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k";

/// Check a ledger, or an export, from end to end
#[derive(Debug, Args)]
#[command(long_about = ABOUT, after_help = format!("{EXAMPLE}\n\n{EXIT_CODES}"))]
pub(crate) struct VerifyArgs {
    #[command(flatten)]
    what: What,
    /// Signed checkpoint or receipt (.tlog-proof) that you kept from earlier
    #[arg(long, value_name = "FILE", conflicts_with = "export")]
    checkpoint: Option<PathBuf>,
    /// Public key that you trust
    #[arg(long, value_name = "KEY", value_parser = vkey)]
    vkey: Option<VerifierKey>,
}

#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
struct What {
    /// Data directory of the ledger
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// Directory that `muniment export` has written
    #[arg(long, value_name = "DIR")]
    export: Option<PathBuf>,
}

fn vkey(text: &str) -> Result<VerifierKey, NoteError> {
    text.trim().parse()
}

pub(crate) fn run(args: &VerifyArgs, set: &SetArg) -> Result<Verdict, Failure> {
    match (&args.what.data, &args.what.export) {
        (Some(data), _) => verify_ledger(data, args, set),
        (None, Some(export)) => verify_export(export, args),
        (None, None) => Err(Failure::usage("--data or --export is needed")),
    }
}

fn verify_ledger(data: &Path, args: &VerifyArgs, set: &SetArg) -> Result<Verdict, Failure> {
    set.settings(data)?;
    let older = args.checkpoint.as_deref().map(read_older).transpose()?;
    let _lock = DirectoryLock::shared(data)?;
    let start = Instant::now();
    let bar = Bar::entries("verifying");
    let options = VerifyOptions { vkey: args.vkey.clone(), older, progress: bar.progress() };
    let verified = crate::verify::verify(&OsDisk::new(data), &options);
    bar.clear();
    let verified = match verified {
        Ok(verified) => verified,
        Err(VerifyError::Genesis(why)) => {
            print::result(&format!("first damage: entry 0: {why}"));
            return Ok(Verdict::Wanting);
        }
        Err(error) => return Err(Failure::from(error).of(data.display())),
    };
    print_ledger(&verified, args);
    Ok(conclude(&verified.findings.problems, verified.head.size, verified.bytes, start))
}

pub(super) fn read_older(path: &Path) -> Result<Older, Failure> {
    let about = |error: &dyn std::fmt::Display| Failure::usage(format!("{}: {error}", path.display()));
    let content = fs::read(path).map_err(|error| about(&error))?;
    Older::read(&path.display().to_string(), content).map_err(|error| Failure::usage(error.to_string()))
}

fn verify_export(directory: &Path, args: &VerifyArgs) -> Result<Verdict, Failure> {
    let start = Instant::now();
    let bar = Bar::entries("verifying");
    let checked = check::check(directory, args.vkey.clone(), &bar.progress());
    bar.clear();
    let checked = checked.map_err(|error| match error {
        CheckError::NoExport => Failure::usage(error.to_string()).of(directory.display()),
        error => Failure::usage(error.to_string()),
    })?;
    print_export(&checked, args);
    let entries = checked.range.map_or(0, |range| range.to - range.from + 1);
    Ok(conclude(&checked.problems, entries, checked.bytes, start))
}

fn print_ledger(verified: &Verified, args: &VerifyArgs) {
    field("origin", verified.vkey.name());
    field("purpose", verified.purpose.as_str());
    let earlier: Vec<&str> = verified.origins.names().skip(1).collect();
    let named_by =
        if earlier.is_empty() { "the one that entry 0 names" } else { "the one that its last return names" };
    print_key(&verified.vkey, args, named_by);
    earlier.iter().for_each(|origin| field("before", origin));
    field("entries", &verified.head.size.to_string());
    field("root", &verified.root.map_or_else(|| "unknown".to_owned(), |root| base64_root(verified, root)));
    field("head", &verified.head.last.to_string());
    let findings = &verified.findings;
    let agreement = |name: &str, file: &str, checkpoint: Option<&Checkpoint>| {
        let Some(checkpoint) = checkpoint else { return };
        let all = findings.problems.iter().chain(&findings.notices);
        let agrees =
            checkpoint.size <= verified.head.size && !all.into_iter().any(|other| other.file == file);
        let verdict = if agrees { "agrees" } else { "does not agree" };
        field(name, &format!("{} entries: {verdict}", checkpoint.size));
    };
    agreement("checkpoint", crate::ledger::names::CHECKPOINT, verified.checkpoint.as_ref());
    if let Some(path) = &args.checkpoint {
        agreement("kept", &path.display().to_string(), verified.older.as_ref());
    }
    findings.notices.iter().for_each(|notice| field("note", &notice.to_string()));
    findings.problems.iter().for_each(|problem| field("problem", &problem.to_string()));
    if findings.more_problems > 0 {
        field("problem", &format!("and {} more", findings.more_problems));
    }
}

fn print_export(checked: &Checked, args: &VerifyArgs) {
    field("origin", checked.vkey.name());
    print_key(&checked.vkey, args, "the one in the export's own file `vkey`");
    if let Some(range) = checked.range {
        field("entries", &format!("{} to {}", range.from, range.to));
    }
    if let Some(checkpoint) = &checked.checkpoint {
        field("ledger", &format!("{} entries, as the signed checkpoint says", checkpoint.size));
    }
    checked.problems.iter().for_each(|problem| field("problem", &problem.to_string()));
}

fn print_key(vkey: &VerifierKey, args: &VerifyArgs, where_from: &str) {
    field("key", &vkey.to_string());
    match args.vkey {
        Some(_) => field("", "the one that you gave"),
        None => field("", &format!("{where_from}: compare it with the one that you were given (--vkey)")),
    }
}

fn field(name: &str, value: &str) {
    print::result(&format!("{name:<11} {value}"));
}

/// As a checkpoint spells it.
fn base64_root(verified: &Verified, root: muniment_core::hash::Hash) -> String {
    let checkpoint = Checkpoint { origin: String::new(), size: verified.head.size, root };
    checkpoint.to_string().lines().nth(2).unwrap_or_default().to_owned()
}

/// The last line.
fn conclude(problems: &[Finding], entries: u64, bytes: u64, start: Instant) -> Verdict {
    let seconds = start.elapsed().as_secs_f64();
    match problems.first() {
        None => {
            print::result(&format!("ok: {entries} entries, {bytes} bytes, {seconds:.1} s"));
            return Verdict::Done;
        }
        Some(first) => print::result(&format!("first damage: {first}")),
    }
    Verdict::Wanting
}
