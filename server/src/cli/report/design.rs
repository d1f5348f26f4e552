//! `muniment report design`: what reports look like and begin with.

use std::fs;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};

use super::super::failure::{EXIT_CODES, Failure, Verdict};
use super::super::opening::{self, DataArg, SetArg};
use super::super::print;
use crate::assets::AssetError;
use crate::ledger::Ledger;
use crate::report::design::{self, DesignError, Designs, Recorded, Stated, Wanted};

const ABOUT: &str = "\
Say under which name, with which colour and logo, and with which words reports begin; without options, show it. What is not named \
stays as it is. It is recorded (`report.design_recorded`), so it is a part of what a report follows from: reports that were made \
before stay as they were. The logo is kept in the data directory, in assets/, under its SHA-256.";

const EXAMPLE: &str = "Examples:
  muniment report design --data /var/lib/muniment
  muniment report design --data /var/lib/muniment --name 'Exemplar City Council' --colour '#12436d'
  muniment report design --data /var/lib/muniment --logo crest.svg --logo-text 'Exemplar: a bridge under an oak'
  muniment report design --data /var/lib/muniment --introduction foreword.txt
  muniment report design --data /var/lib/muniment --without logo,colour";

fn help() -> String {
    format!("{EXAMPLE}\n\n{EXIT_CODES}")
}

/// Say what reports look like and begin with, or show it
#[derive(Debug, Args)]
#[command(long_about = ABOUT, after_help = help())]
pub(super) struct DesignArgs {
    /// Data directory of the ledger
    #[arg(long, value_name = "DIR")]
    data: PathBuf,
    /// The organisation's name as reports print it
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
    /// The colour of rules, links and heads; white text has to be legible on it
    #[arg(long, value_name = "#RRGGBB")]
    colour: Option<String>,
    /// The logo: PNG, JPEG or SVG
    #[arg(long, value_name = "FILE", requires = "logo_text")]
    logo: Option<PathBuf>,
    /// What is to be seen on the logo, for who does not see it
    #[arg(long, value_name = "TEXT")]
    logo_text: Option<String>,
    /// The words that reports begin with; `-` reads standard input
    #[arg(long, value_name = "FILE")]
    introduction: Option<PathBuf>,
    /// What reports are to have no more; may be repeated
    #[arg(long, value_enum, value_name = "PART", value_delimiter = ',')]
    without: Vec<PartArg>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum PartArg {
    /// Their own name: they have that of the data controller
    Name,
    /// A colour of their own
    Colour,
    /// The logo
    Logo,
    /// The introduction
    Introduction,
}

impl From<DesignError> for Failure {
    fn from(error: DesignError) -> Failure {
        match error {
            DesignError::Wrong { .. } | DesignError::Asset(AssetError::TooLarge(_)) => {
                Failure::usage(error.to_string())
            }
            _ => Failure::wanting(error.to_string()),
        }
    }
}

pub(super) fn run(args: &DesignArgs, set: &SetArg) -> Result<Verdict, Failure> {
    let data = DataArg { path: args.data.clone() };
    // Before the ledger is opened: what cannot be read is told at once.
    let sent = Sent::read(args)?;
    let ledger = opening::open(&data, &set.settings(&args.data)?, |_| {})?;
    let designs = Designs::new(&args.data);
    let done = work(args, sent, &ledger, &designs);
    ledger.close();
    done
}

/// What files hold that are named.
struct Sent {
    logo: Option<Vec<u8>>,
    introduction: Option<String>,
}

impl Sent {
    fn read(args: &DesignArgs) -> Result<Sent, Failure> {
        let of = |path: &Path, error: io::Error| Failure::usage(format!("{}: {error}", path.display()));
        let logo = args.logo.as_deref().map(|path| fs::read(path).map_err(|error| of(path, error)));
        let introduction = args.introduction.as_deref().map(|path| {
            let read = if path == Path::new("-") { read_input() } else { fs::read_to_string(path) };
            read.map_err(|error| of(path, error))
        });
        Ok(Sent { logo: logo.transpose()?, introduction: introduction.transpose()? })
    }
}

fn read_input() -> io::Result<String> {
    let mut text = String::new();
    io::stdin().read_to_string(&mut text)?;
    Ok(text)
}

fn work(args: &DesignArgs, sent: Sent, ledger: &Ledger, designs: &Designs) -> Result<Verdict, Failure> {
    let now = design::at(ledger, u64::MAX).map_err(DesignError::from)?;
    let names_something =
        args.name.is_some() || args.colour.is_some() || args.logo_text.is_some() || !args.without.is_empty();
    if !names_something && sent.introduction.is_none() {
        return show(now.as_ref(), designs);
    }
    let wanted = wanted(args, sent, now.map(|now| now.stated).unwrap_or_default(), designs)?;
    show(Some(&designs.record(ledger, &wanted, None)?), designs)
}

/// What there is, with what was named in its place.
fn wanted(args: &DesignArgs, sent: Sent, now: Stated, designs: &Designs) -> Result<Wanted, Failure> {
    let stays = |part: PartArg| !args.without.contains(&part);
    let logo = match (sent.logo, now.logo) {
        _ if !stays(PartArg::Logo) => None,
        (Some(bytes), _) => Some((bytes, args.logo_text.clone().unwrap_or_default())),
        (None, Some(logo)) => {
            let bytes = designs.assets().read(&logo.sha256).map_err(DesignError::from)?;
            Some((bytes, args.logo_text.clone().unwrap_or(logo.alternative)))
        }
        (None, None) if args.logo_text.is_some() => {
            return Err(Failure::usage(
                "--logo-text says what is to be seen on a logo: name one with --logo",
            ));
        }
        (None, None) => None,
    };
    Ok(Wanted {
        name: args.name.clone().or(now.name).filter(|_| stays(PartArg::Name)),
        colour: args.colour.clone().or(now.colour).filter(|_| stays(PartArg::Colour)),
        logo,
        introduction: sent.introduction.or(now.introduction).filter(|_| stays(PartArg::Introduction)),
    })
}

fn show(recorded: Option<&Recorded>, designs: &Designs) -> Result<Verdict, Failure> {
    let Some(Recorded { seq, stated }) = recorded else {
        print::result("no design was recorded: reports have the name of the data controller, and no logo");
        return Ok(Verdict::Done);
    };
    let line =
        |what: &str, text: Option<&str>| print::result(&format!("{what:<12}  {}", text.unwrap_or("-")));
    line("name", stated.name.as_deref());
    line("colour", stated.colour.as_deref());
    let logo = stated.logo.as_ref().map(|logo| format!("{}, {}", logo.alternative, logo.media_type));
    line("logo", logo.as_deref());
    line("recorded in", Some(&format!("entry {seq}")));
    if let Some(introduction) = &stated.introduction {
        print::result(&format!("\n{introduction}"));
    }
    if let Some(logo) = &stated.logo {
        designs.assets().read(&logo.sha256).map_err(DesignError::from)?;
    }
    Ok(Verdict::Done)
}
