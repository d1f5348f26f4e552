//! `muniment export`: what an auditor is handed.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::{Args, ValueEnum};

use super::failure::{EXIT_CODES, Failure, Verdict};
use super::opening::{self, DataArg, SetArg};
use super::print;
use super::terminal::Bar;
use crate::disk::OsDisk;
use crate::export::{self, ExportError, Format, Range, View};
use crate::ledger::{DirectoryLock, names};

const ABOUT: &str = "\
Write entries of a stopped ledger, and what is needed to verify them offline, to a new directory.

`lines`: the exact lines, the signed checkpoint, receipts of the first and the last line, the public \
key, and a README that says how to check them with and without Muniment. `tlog-tiles`: the whole ledger \
as a static C2SP tlog-tiles log, which a web server or a tool made by others can use as it is.

The ledger is read as it lies there, so a read-only copy can be exported too. Only where a crash has \
left entries without a signed checkpoint, and the key is there, the ledger is opened first to recover \
and sign.";

const EXAMPLE: &str = "Examples:
  muniment export --data /var/lib/muniment --from 1200 --to 1299 --out for-the-auditor
  muniment verify --export for-the-auditor
  muniment export --data /var/lib/muniment --format tlog-tiles --out public/tlog";

/// Write entries with proofs, for checking them offline
#[derive(Debug, Args)]
#[command(long_about = ABOUT, after_help = format!("{EXAMPLE}\n\n{EXIT_CODES}"))]
pub(crate) struct ExportArgs {
    #[command(flatten)]
    data: DataArg,
    /// First entry [default: 0]
    #[arg(long, value_name = "SEQ")]
    from: Option<u64>,
    /// Last entry, which is exported too [default: the last one]
    #[arg(long, value_name = "SEQ")]
    to: Option<u64>,
    /// New or empty directory to write to [default: muniment-export-<from>-<to>]
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// How the export is laid out
    #[arg(long, value_enum, default_value_t = FormatArg::Lines)]
    format: FormatArg,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum FormatArg {
    /// The exact lines of a range
    Lines,
    /// The whole ledger as a C2SP tlog-tiles log
    TlogTiles,
}

pub(crate) fn run(args: &ExportArgs, set: &SetArg) -> Result<Verdict, Failure> {
    let format = match args.format {
        FormatArg::Lines => Format::Lines,
        FormatArg::TlogTiles => Format::TlogTiles,
    };
    if format == Format::TlogTiles && (args.from.is_some() || args.to.is_some()) {
        return Err(Failure::usage("--format tlog-tiles is of the whole ledger, without --from and --to"));
    }
    let path = &args.data.path;
    let about = |error: ExportError| failure(error, path);
    let (view, _lock) = open_view(args, set)?;
    let last = view.size().checked_sub(1).ok_or(ExportError::NoCheckpoint).map_err(about)?;
    let range = Range { from: args.from.unwrap_or(0), to: args.to.unwrap_or(last) };
    let default_out = || PathBuf::from(format!("muniment-export-{}-{}", range.from, range.to));
    let out = args.out.clone().unwrap_or_else(default_out);

    let bar = Bar::entries("exporting");
    let exported = export::export(&view, &out, range, format, &bar.progress());
    bar.clear();
    let exported = exported.map_err(|error| {
        let refused = matches!(error, ExportError::OutExists(_) | ExportError::Range { .. });
        if !refused && out.exists() {
            print::aside(&format!("note: {} is incomplete; remove it before trying again", out.display()));
        }
        about(error)
    })?;
    let count = range.to - range.from + 1;
    print::result(&format!(
        "exported {count} entries ({} to {} of {}), {} bytes, to {}",
        range.from,
        range.to,
        view.size(),
        exported.bytes,
        out.display()
    ));
    print::result(&format!("vkey {}", view.vkey()));
    Ok(Verdict::Done)
}

/// Looks at the ledger, after a start where only that makes what there is whole and signed.
fn open_view(args: &ExportArgs, set: &SetArg) -> Result<(View, DirectoryLock), Failure> {
    let path = &args.data.path;
    let settings = set.settings(path)?;
    let (view, lock) = look(path)?;
    let whole = match &view {
        Ok(view) => view.is_whole().map_err(|error| failure(error.into(), path))?,
        Err(error) => !matches!(error, ExportError::NoCheckpoint),
    };
    if whole || !path.join(names::SIGNING_KEY).exists() {
        let view = view.map_err(|error| failure(error, path))?;
        note_unsigned(&view).map_err(|error| failure(error.into(), path))?;
        return Ok((view, lock));
    }
    drop(lock);
    opening::open(&args.data, &settings, |_| {})?.close();
    let (view, lock) = look(path)?;
    Ok((view.map_err(|error| failure(error, path))?, lock))
}

fn look(path: &Path) -> Result<(Result<View, ExportError>, DirectoryLock), Failure> {
    let lock = DirectoryLock::shared(path)?;
    Ok((View::open(Arc::new(OsDisk::new(path))), lock))
}

fn note_unsigned(view: &View) -> io::Result<()> {
    if view.unsigned()? > 0 {
        print::aside(&format!(
            "note: the last signed checkpoint covers {} entries; what follows is left out, as there is no key here to sign for it",
            view.size()
        ));
    }
    Ok(())
}

fn failure(error: ExportError, path: &Path) -> Failure {
    match error {
        ExportError::NoLedger => Failure::usage(error.to_string()).of(path.display()),
        ExportError::OutExists(_) | ExportError::Range { .. } => Failure::usage(error.to_string()),
        ExportError::Write { .. } => Failure::wanting(error.to_string()),
        error => Failure::wanting(error.to_string()).of(path.display()),
    }
}
