//! `muniment report`: what an organisation puts before its committee and publishes.

mod design;

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::{Args, Subcommand, ValueEnum};
use muniment_core::report::{Document, Edition, Section, Structure};
use muniment_core::time::Timestamp;

use super::failure::{EXIT_CODES, Failure, Verdict};
use super::opening::{self, DataArg, SetArg};
use super::print;
use super::terminal::Bar;
use crate::assets::Assets;
use crate::ledger::{Ledger, names};
use crate::report::editions::Editions;
use crate::report::files::Format;
use crate::report::steps::Steps;
use crate::report::stopped::Maker;
use crate::report::{Day, Period, ReportError, Wish, difference, files};

const ABOUT: &str = "\
Make the annual information governance report of a stopped ledger: what its plugins count of the period, with targets, \
earlier years, definitions, reconciliation, the coverage of every policy clause, and how to verify all of it.

A report follows from the ledger's entries, the pinned programs and the parameters: made again `--as-at` the same entry it is \
the same, byte for byte. Every program that ever ran is kept: where plugins were upgraded since, `--programs then` takes \
those of that entry, and `verify` those that the report names. Making one is recorded (`report.generated`), unless \
--unrecorded.";

const EXAMPLE: &str = "Examples:
  muniment report --data /var/lib/muniment --period 2025-26 --out report-2025-26
  muniment report --data /var/lib/muniment --period 2025-26 --edition public --out for-the-website
  muniment report --data /var/lib/muniment --period 2025-26-Q1 --as-at 40960 --format json
  muniment report --data /var/lib/muniment --period 2024-25 --as-at 30719 --programs then --out as-it-was
  muniment report table foi_statistics --data /var/lib/muniment --period 2025-26-Q1 --edition public
  muniment report verify report-2025-26/report.json --data /var/lib/muniment
  muniment report diff report-2024-25/report.json restated/report.json
  muniment report design --data /var/lib/muniment --logo crest.svg --logo-text 'Exemplar: a bridge under an oak'";

fn help() -> String {
    format!("{EXAMPLE}\n\n{EXIT_CODES}")
}

/// Make the annual report, verify one, compare two, say what they look like
#[derive(Debug, Args)]
#[command(long_about = ABOUT, after_help = help(), args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub(crate) struct ReportArgs {
    #[command(subcommand)]
    command: Option<ReportCommand>,
    #[command(flatten)]
    make: MakeArgs,
}

#[derive(Debug, Args)]
struct MakeArgs {
    /// Data directory of the ledger
    #[arg(long, value_name = "DIR", required = true)]
    data: Option<PathBuf>,
    /// What it is about: 2025-26, 2025-26-Q1, 2025, or 2025-04-01..2025-06-30
    #[arg(long, value_name = "PERIOD", required = true)]
    period: Option<String>,
    /// Made of the entries up to this one, which counts too [default: all]
    #[arg(long, value_name = "SEQ")]
    as_at: Option<u64>,
    /// Which programs and settings of the plugins count
    #[arg(long, value_enum, default_value_t = ProgramsArg::Now)]
    programs: ProgramsArg,
    /// How things stood at the end of this day [default: the end of the period]
    #[arg(long, value_name = "DAY")]
    status_at: Option<String>,
    /// For whom: with evidence, or without it and without small numbers
    #[arg(long, value_enum, default_value_t = EditionArg::Internal)]
    edition: EditionArg,
    /// By which directorates tables count, but for the JSON: that is the report of record, in the structure of then
    #[arg(long, value_enum, default_value_t = StructureArg::Then)]
    structure: StructureArg,
    /// Files to write; may be repeated [default: all]
    #[arg(long, value_enum, value_name = "FORMAT", value_delimiter = ',')]
    format: Vec<FormatArg>,
    /// Directory to write to [default: muniment-report-<period>]
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// The id of the report that this one takes the place of
    #[arg(long, value_name = "REPORT")]
    supersedes: Option<String>,
    /// Do not record in the ledger that it was made
    #[arg(long)]
    unrecorded: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum EditionArg {
    /// With the entries behind every figure
    Internal,
    /// Without evidence and cases, and with counts of 1 to 4 left out
    Public,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum ProgramsArg {
    /// Those that run now
    Now,
    /// Those that ran when the last entry of the report was recorded
    Then,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum StructureArg {
    /// Those of the end of the period
    Then,
    /// Those of the last entry: what went into another one is counted there
    Now,
}

/// A file of a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum FormatArg {
    /// The report of record
    Json,
    /// One page that needs nothing else
    Html,
    /// To print and to publish, readable by screen readers
    Pdf,
    /// A file a table
    Csv,
    /// A workbook
    Xlsx,
}

impl StructureArg {
    fn structure(self) -> Structure {
        match self {
            StructureArg::Then => Structure::Then,
            StructureArg::Now => Structure::Now,
        }
    }
}

impl FormatArg {
    fn format(self) -> Format {
        match self {
            FormatArg::Json => Format::Json,
            FormatArg::Html => Format::Html,
            FormatArg::Pdf => Format::Pdf,
            FormatArg::Csv => Format::Csv,
            FormatArg::Xlsx => Format::Xlsx,
        }
    }
}

#[derive(Debug, Subcommand)]
enum ReportCommand {
    /// Make a report again from the ledger, and compare
    #[command(after_help = help())]
    Verify {
        /// Its JSON file
        file: PathBuf,
        /// Data directory of the ledger
        #[arg(long, value_name = "DIR")]
        data: PathBuf,
    },
    /// Print one table as CSV, such as foi_statistics: the quarterly statistics of the section 45 Code of Practice
    #[command(after_help = help())]
    Table {
        /// The table's name
        name: String,
        /// Data directory of the ledger
        #[arg(long, value_name = "DIR")]
        data: PathBuf,
        /// What it is about: 2025-26, 2025-26-Q1, 2025, or 2025-04-01..2025-06-30
        #[arg(long, value_name = "PERIOD")]
        period: String,
        /// Made of the entries up to this one, which counts too [default: all]
        #[arg(long, value_name = "SEQ")]
        as_at: Option<u64>,
        /// For whom: as it was counted, or without small numbers
        #[arg(long, value_enum, default_value_t = EditionArg::Internal)]
        edition: EditionArg,
    },
    Design(design::DesignArgs),
    /// Say which figures differ between two reports
    #[command(after_help = help())]
    Diff {
        /// The earlier one's JSON file
        a: PathBuf,
        /// The later one's
        b: PathBuf,
    },
}

impl From<ReportError> for Failure {
    fn from(error: ReportError) -> Failure {
        match error {
            ReportError::Beyond { .. } | ReportError::Empty => Failure::usage(error.to_string()),
            _ => Failure::wanting(error.to_string()),
        }
    }
}

pub(crate) fn run(args: &ReportArgs, set: &SetArg) -> Result<Verdict, Failure> {
    match &args.command {
        None => make(&args.make, set),
        Some(ReportCommand::Verify { file, data }) => verify(file, data, set),
        Some(ReportCommand::Table { name, data, period, as_at, edition }) => {
            table(name, data, (period, *as_at), *edition, set)
        }
        Some(ReportCommand::Design(args)) => design::run(args, set),
        Some(ReportCommand::Diff { a, b }) => diff(a, b),
    }
}

/// What was written of a report.
pub(super) struct Written {
    pub(super) sections: usize,
    pub(super) figures: usize,
    pub(super) tables: usize,
    /// What does not add up.
    pub(super) faults: Vec<String>,
    /// The files that people open.
    pub(super) files: Vec<PathBuf>,
}

impl Written {
    fn of(document: &Document, out: &Path) -> Written {
        let files = ["report.html", "report.pdf", "report.xlsx", "report.json"].map(|name| out.join(name));
        Written {
            sections: document.sections.len(),
            figures: document.sections.iter().map(|section| section.metrics().count()).sum(),
            tables: document.sections.iter().map(|section| section.tables().count()).sum(),
            faults: document
                .faults
                .iter()
                .map(|fault| format!("{} in {} ({}): {}", fault.rule, fault.of, fault.section, fault.what))
                .collect(),
            files: files.into_iter().filter(|file| file.exists()).collect(),
        }
    }
}

/// Makes the report of a period in the edition with evidence, writes all its files and records that it was made.
pub(super) fn write_all(
    directory: &Path,
    period: &str,
    out: &Path,
    set: &SetArg,
) -> Result<Written, Failure> {
    let args = MakeArgs {
        data: Some(directory.to_owned()),
        period: Some(period.to_owned()),
        as_at: None,
        programs: ProgramsArg::Now,
        status_at: None,
        edition: EditionArg::Internal,
        structure: StructureArg::Then,
        format: Vec::new(),
        out: Some(out.to_owned()),
        supersedes: None,
        unrecorded: false,
    };
    let (document, out) = made(&args, set)?;
    Ok(Written::of(&document, &out))
}

/// Opens a stopped ledger and does something with what makes its reports.
fn with_maker<T>(
    directory: &Path,
    set: &SetArg,
    work: impl FnOnce(&Maker<'_>, &Ledger) -> Result<T, Failure>,
) -> Result<T, Failure> {
    let data = DataArg { path: directory.to_owned() };
    let settings = set.settings(directory)?;
    let definitions = opening::definitions(&data)?;
    let ledger = Arc::new(opening::open(&data, &settings, |_| {})?);
    let vault = opening::vault(&data, &settings, &ledger, &definitions.get().catalogue)?;
    let maker = Maker::new(directory, (ledger.clone(), vault.clone()), definitions, &settings.plugins)
        .map_err(|error| Failure::wanting(error).of(directory.display()))?;
    let done = work(&maker, &ledger);
    drop((maker, vault));
    if let Some(ledger) = Arc::into_inner(ledger) {
        ledger.close();
    }
    done
}

fn make(args: &MakeArgs, set: &SetArg) -> Result<Verdict, Failure> {
    let (document, out) = made(args, set)?;
    let Written { sections, figures, tables, faults, .. } = Written::of(&document, &out);
    let (id, size) = (&document.id, document.ledger.size);
    print::result(&format!(
        "{id} of {size} entries: {sections} sections, {figures} figures, {tables} tables, in {}",
        out.display()
    ));
    for fault in &faults {
        print::result(&format!("lint: {fault}"));
    }
    Ok(if faults.is_empty() { Verdict::Done } else { Verdict::Wanting })
}

/// The document that is asked for, in its edition.
fn document(args: &MakeArgs, set: &SetArg) -> Result<Document, Failure> {
    documented(args, set, |_, document, _| Ok(document))
}

/// Makes the document that is asked for, and does something with it while the ledger is open.
fn documented<T>(
    args: &MakeArgs,
    set: &SetArg,
    work: impl FnOnce(&Ledger, Document, &Steps) -> Result<T, Failure>,
) -> Result<T, Failure> {
    let (Some(directory), Some(period)) = (&args.data, &args.period) else {
        return Err(Failure::usage("--data and --period are needed"));
    };
    let period = Period::parse(period).map_err(|error| Failure::usage(error.to_string()))?;
    let status_at = args.status_at.as_deref().map(end_of).transpose()?;
    with_maker(directory, set, |maker, ledger| {
        let size = match args.as_at {
            Some(seq) => seq.saturating_add(1),
            None => files::size_by_default(ledger).map_err(ReportError::from)?,
        };
        let wish = Wish { period, status_at, size, supersedes: args.supersedes.clone() };
        let (bar, steps) = shown();
        let made = match args.programs {
            ProgramsArg::Now => maker.make(&wish, &steps),
            ProgramsArg::Then => maker.make_as_then(&wish, &steps),
        };
        let done = made.map_err(Failure::from).and_then(|document| {
            let document = match args.edition {
                EditionArg::Internal => document,
                EditionArg::Public => editions(directory)
                    .public(ledger, &document)
                    .map_err(|error| Failure::from(ReportError::from(error)))?,
            };
            work(ledger, document, &steps)
        });
        bar.clear();
        done
    })
}

fn made(args: &MakeArgs, set: &SetArg) -> Result<(Document, PathBuf), Failure> {
    let period = args.period.as_deref().unwrap_or_default().replace("..", "-to-");
    let out = args.out.clone().unwrap_or_else(|| PathBuf::from(format!("muniment-report-{period}")));
    let assets = Assets::new(&args.data.clone().unwrap_or_default());
    documented(args, set, |ledger, document, steps| {
        let rendered = rendered((&document, &assets), args.structure.structure(), &args.format, steps)?;
        files::write(&out, &rendered)
            .map_err(|error| Failure::wanting(format!("{}: {error}", out.display())))?;
        if !args.unrecorded {
            files::record_generated(ledger, &document)
                .map_err(|error| Failure::wanting(format!("recording that it was made: {error}")))?;
        }
        if let (Some(directory), false, Edition::Internal) = (&args.data, args.unrecorded, document.edition) {
            // So that a server of this ledger lists it, and can give it out.
            let (folder, name) = (directory.join(names::REPORTS), format!("{}.json", document.id));
            files::write(&folder, &[(name, files::json(&document))])
                .map_err(|error| Failure::wanting(format!("{}: {error}", folder.display())))?;
        }
        Ok((document, out))
    })
}

/// The reports that a ledger keeps, of which public editions take account.
fn editions(directory: &Path) -> Editions {
    Editions::new(directory.join(names::REPORTS))
}

/// A line at the foot of a terminal, and what is told there.
fn shown() -> (Bar, Steps) {
    let bar = Bar::words("making the report");
    let line = bar.clone();
    (bar, Steps::to(move |step| line.say(step.to_string())))
}

/// The files that are wanted, each with its name in the folder.
fn rendered(
    (document, assets): (&Document, &Assets),
    structure: Structure,
    formats: &[FormatArg],
    steps: &Steps,
) -> Result<Vec<(String, Vec<u8>)>, Failure> {
    let wanted: Vec<Format> = match formats {
        [] => Format::ALL.to_vec(),
        some => some.iter().map(|format| format.format()).collect(),
    };
    let mut all = Vec::new();
    steps.writing(&wanted, |format| -> Result<(), Failure> {
        let files = format.files(document, structure, assets);
        all.extend(files.map_err(|error| Failure::wanting(error.to_string()))?);
        Ok(())
    })?;
    Ok(all)
}

fn table(
    name: &str,
    data: &Path,
    (period, as_at): (&str, Option<u64>),
    edition: EditionArg,
    set: &SetArg,
) -> Result<Verdict, Failure> {
    let args = MakeArgs {
        data: Some(data.to_owned()),
        period: Some(period.to_owned()),
        as_at,
        programs: ProgramsArg::Now,
        status_at: None,
        edition,
        structure: StructureArg::Then,
        format: Vec::new(),
        out: None,
        supersedes: None,
        unrecorded: true,
    };
    let document = document(&args, set)?;
    let text = muniment_report::csv_table(&document, name).ok_or_else(|| {
        let tables = document.sections.iter().flat_map(Section::tables);
        let names: Vec<&str> = tables.map(|table| table.name.as_str()).collect();
        Failure::usage(format!("there is no table {name:?}; there are {}", names.join(", ")))
    })?;
    print::result(text.trim_end());
    Ok(Verdict::Done)
}

fn end_of(day: &str) -> Result<Timestamp, Failure> {
    day.parse::<Day>().map(Day::end).map_err(|error| Failure::usage(format!("--status-at: {error}")))
}

fn read(path: &Path) -> Result<Document, Failure> {
    let text =
        fs::read_to_string(path).map_err(|error| Failure::usage(format!("{}: {error}", path.display())))?;
    serde_json::from_str(&text)
        .map_err(|error| Failure::usage(format!("{} is no report: {error}", path.display())))
}

fn verify(file: &Path, data: &Path, set: &SetArg) -> Result<Verdict, Failure> {
    let text = fs::read(file).map_err(|error| Failure::usage(format!("{}: {error}", file.display())))?;
    let document = read(file)?;
    let (made, missing) = with_maker(data, set, |maker, ledger| {
        if document.ledger.origin != ledger.origin() {
            let what =
                format!("it is of the ledger {}, and this is {}", document.ledger.origin, ledger.origin());
            return Err(Failure::wanting(what).of(file.display()));
        }
        let wish = files::wish_of(&document).map_err(|error| Failure::usage(error).of(file.display()))?;
        let (bar, steps) = shown();
        let made = maker.make_again(&wish, &document.plugins, &steps);
        bar.clear();
        let (made, missing) = made?;
        let made = files::in_state_of(made, &document, (ledger, &editions(data)));
        Ok((made.map_err(ReportError::from)?, missing))
    })?;
    if files::json(&made) == text {
        print::result(&format!("{} is what the ledger says, byte for byte", document.id));
        return Ok(Verdict::Done);
    }
    for sentence in &missing {
        print::result(&format!("it was made with what is not there any more: {sentence}"));
    }
    print::result(&format!("{} is not what the ledger says:", document.id));
    told(&difference(&document, &made));
    Ok(Verdict::Wanting)
}

fn diff(a: &Path, b: &Path) -> Result<Verdict, Failure> {
    let differences = difference(&read(a)?, &read(b)?);
    if differences.is_empty() {
        print::result("no figure and no cell of a table differs");
        return Ok(Verdict::Done);
    }
    told(&differences);
    Ok(Verdict::Wanting)
}

fn told(differences: &[String]) {
    for difference in differences {
        print::result(&format!("  {difference}"));
    }
    if differences.is_empty() {
        print::result("  no figure and no cell of a table differs; words, evidence or the order do");
    }
}
