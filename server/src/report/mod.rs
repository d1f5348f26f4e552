//! The annual report: what plugins say of a period, with what the host adds, as one document.
//!
//! A document follows from the ledger's first entries, the programs and settings of the plugins and the parameters: made
//! again, it is the same byte for byte. No rule of governance is in here; what is counted, plugins count.

use std::collections::BTreeMap;
use std::io;

use muniment_core::hash::Hash;
use muniment_core::report::{
    Block, Document, Edition, FORMAT, LedgerState, MadeWith, Section, Span, Status, in_order, lint,
};
use muniment_core::time::Timestamp;

use crate::definitions::Definitions;
use crate::ledger::Ledger;
use crate::plugins::contributions::{Asked, Contribution};
use crate::plugins::reading::Reading;
use design::{Recorded, Stated};
use steps::{Step, Steps};

mod annexes;
mod day;
pub mod design;
mod difference;
pub mod editions;
pub mod files;
pub mod making;
mod period;
mod scorecard;
pub mod serving;
pub mod steps;
pub mod stopped;
mod structure;
mod survey;

pub use day::{Day, NoDay, moment_in_words};
pub use difference::difference;
pub use period::{NoPeriod, Period};

/// How many years before the period are compared, where the ledger has them.
const EARLIER_YEARS: usize = 2;

/// What is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wish {
    /// What it is about.
    pub period: Period,
    /// As of when it says how things stood; where nothing is said, at the end of the period or, before that, when the last
    /// entry was recorded.
    pub status_at: Option<Timestamp>,
    /// It is made of so many of the ledger's first entries.
    pub size: u64,
    /// The report that it takes the place of.
    pub supersedes: Option<String>,
}

/// A report that cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum ReportError {
    /// More entries than there are.
    #[error("of {asked} entries: the ledger has {size}")]
    Beyond {
        /// What was asked for.
        asked: u64,
        /// How many there are.
        size: u64,
    },
    /// It is to be made of nothing.
    #[error("the ledger has no entries to make a report of")]
    Empty,
    /// Reading.
    #[error("reading the ledger: {0}")]
    Io(#[from] io::Error),
    /// What a plugin says is no part of a report.
    #[error("what `{plugin}` says is no part of a report: {error}")]
    Said {
        /// The plugin.
        plugin: String,
        /// What is wrong.
        error: String,
    },
}

/// The times that plugins are asked about: the period, and the same of years before that lie in the ledger.
#[must_use]
pub fn asked(wish: &Wish, first: Timestamp, last: Timestamp) -> Vec<Asked> {
    let mut all = vec![of(&wish.period, status_at(wish, last))];
    let mut earlier = wish.period.year_before();
    while let Some(period) =
        earlier.filter(|period| all.len() <= EARLIER_YEARS && period.to >= Day::in_london(first))
    {
        all.push(of(&period, period.to.end()));
        earlier = period.year_before();
    }
    all
}

fn of(period: &Period, status_at: Timestamp) -> Asked {
    Asked { from: period.from.to_string(), to: period.to.to_string(), status_at: status_at.as_micros() }
}

/// As of when a report says how things stood.
#[must_use]
pub fn status_at(wish: &Wish, last: Timestamp) -> Timestamp {
    wish.status_at.unwrap_or_else(|| wish.period.to.end().min(last))
}

/// When the first and the last of the entries were recorded that a report is made of.
///
/// # Errors
/// If there are no such entries.
pub fn bounds(ledger: &Ledger, size: u64) -> Result<(Timestamp, Timestamp), ReportError> {
    let recorded = |seq: u64| -> Result<Timestamp, ReportError> {
        let line = ledger.line(seq)?.ok_or(ReportError::Empty)?;
        let entry = muniment_core::entry::EntryView::parse(&line).map_err(io::Error::other)?;
        Ok(entry.recorded)
    };
    let there = ledger.head().size;
    match size {
        0 => Err(ReportError::Empty),
        asked if asked > there => Err(ReportError::Beyond { asked, size: there }),
        size => Ok((recorded(0)?, recorded(size - 1)?)),
    }
}

/// What a document is made of, besides what is asked for.
pub struct Material<'m> {
    /// The ledger.
    pub ledger: &'m Ledger,
    /// Its entries.
    pub reading: &'m Reading,
    /// Policies, event types and the sections of a report.
    pub definitions: &'m Definitions,
    /// Whose ledger it is: whose report it is, where no design says another name.
    pub organisation: &'m str,
    /// Whether events marked as tests are left out.
    pub leaves_out_tests: bool,
    /// What plugins say of the times that [`asked`] names.
    pub contributions: &'m [Contribution],
    /// Told of each step.
    pub steps: &'m Steps,
}

/// Makes a report, in the edition with evidence.
///
/// # Errors
/// See [`ReportError`].
pub fn make(material: &Material<'_>, wish: &Wish) -> Result<Document, ReportError> {
    let Material { ledger, definitions, contributions, .. } = *material;
    let (first, last) = bounds(ledger, wish.size)?;
    material.steps.tell(Step::Composing);
    let survey = survey::survey(material.reading, wish.size, &wish.period, material.leaves_out_tests)?;
    let asked = asked(wish, first, last);
    let years: Vec<Vec<Section>> =
        (0..asked.len()).map(|year| sections_of(contributions, year)).collect::<Result<_, ReportError>>()?;
    let this_year = years.first().cloned().unwrap_or_default();
    let rulebook = &definitions.rulebook;
    let mut sections: BTreeMap<String, Section> = rulebook
        .sections()
        .map(|section| {
            let empty = Section {
                id: section.id.clone(),
                title: section.title.clone(),
                clauses: Vec::new(),
                blocks: Vec::new(),
            };
            (section.id.clone(), empty)
        })
        .collect();
    for section in this_year {
        merge(&mut sections, section);
    }
    let covered = |group: &str| survey.covered_from.get(group).copied();
    for (name, (words, seq)) in &survey.commentary {
        if let Some(section) = sections.get_mut(name) {
            section.blocks.insert(0, Block::Commentary { text: words.clone(), evidence: vec![*seq] });
        }
    }
    let compared = scorecard::Compared::new(&years, &wish.period, &survey);
    scorecard::add(&mut sections, &compared, &survey, contributions, wish, covered, first);
    annexes::add(&mut sections, material, wish, &survey);
    say_what_is_missing(&mut sections);
    let mut sections: Vec<Section> = sections.into_values().collect();
    sections.sort_by(in_order);
    let design = design::at(ledger, wish.size)?;
    let stated = design.as_ref().map(|recorded| &recorded.stated);
    let name = stated.and_then(|stated| stated.name.clone());
    let mut document = Document {
        format: FORMAT.to_owned(),
        id: String::new(),
        title: format!("Information Governance Report {}", wish.period.name),
        organisation: name.unwrap_or_else(|| material.organisation.to_owned()),
        design: stated.and_then(Stated::design),
        edition: Edition::Internal,
        status: Status::Draft,
        period: Span {
            name: wish.period.name.clone(),
            from: wish.period.from.to_string(),
            to: wish.period.to.to_string(),
        },
        status_at: status_at(wish, last).to_string(),
        ledger: LedgerState {
            origin: ledger.origin().to_owned(),
            size: wish.size,
            root: root(ledger, wish.size)?,
        },
        plugins: made_with(contributions),
        supersedes: wish.supersedes.clone(),
        units: Vec::new(),
        introduction: design.as_ref().and_then(Recorded::introduction),
        sections,
        faults: Vec::new(),
    };
    structure::add(&mut document, &survey.units, wish.period.to, Day::in_london(last));
    document.id = id(&document);
    material.steps.tell(Step::Checking);
    document.faults = lint(&document);
    Ok(document)
}

/// What plugins say of one of the times that were asked for.
fn sections_of(contributions: &[Contribution], year: usize) -> Result<Vec<Section>, ReportError> {
    let mut all = Vec::new();
    for contribution in contributions {
        let Ok(said) = &contribution.sections else { continue };
        let Some(sections) = said.get(year).and_then(|said| said.as_array()) else { continue };
        for said in sections {
            let wrong = |error: String| ReportError::Said { plugin: contribution.plugin.clone(), error };
            let mut said = said.clone();
            // A plugin says in which place of the report its section stands.
            let members = said.as_object_mut().ok_or_else(|| wrong("a section is no object".to_owned()))?;
            let place = members.remove("place").ok_or_else(|| wrong("a section has no place".to_owned()))?;
            members.insert("id".to_owned(), place);
            all.push(serde_json::from_value(said).map_err(|error| wrong(error.to_string()))?);
        }
    }
    Ok(all)
}

/// Puts a section into its place: several plugins may have something to say there, each under its own title.
fn merge(sections: &mut BTreeMap<String, Section>, said: Section) {
    match sections.get_mut(&said.id) {
        None => drop(sections.insert(said.id.clone(), said)),
        Some(section) => {
            if said.title != section.title {
                section.blocks.push(Block::Heading { text: said.title });
            }
            section.clauses.extend(said.clauses);
            section.clauses.sort_unstable();
            section.clauses.dedup();
            section.blocks.extend(said.blocks);
        }
    }
}

fn say_what_is_missing(sections: &mut BTreeMap<String, Section>) {
    for section in sections.values_mut().filter(|section| section.blocks.is_empty()) {
        let text =
            "No plugin of this ledger reports on this: nothing can be said here from its events.".to_owned();
        section.blocks.push(Block::Paragraph { text });
    }
}

fn made_with(contributions: &[Contribution]) -> Vec<MadeWith> {
    let mut all: Vec<MadeWith> = contributions
        .iter()
        .map(|contribution| MadeWith {
            plugin: contribution.plugin.clone(),
            version: contribution.version.clone(),
            sha256: contribution.sha256.clone(),
            settings_sha256: contribution.settings_sha256.clone(),
        })
        .collect();
    all.sort_unstable();
    all
}

fn root(ledger: &Ledger, size: u64) -> io::Result<String> {
    let root: Hash = ledger.tree().root_at(size)?;
    Ok(String::from_utf8_lossy(&root.to_hex()).into_owned())
}

/// The same for the same ledger, period, status date and programs.
fn id(document: &Document) -> String {
    let mut hasher = blake3::Hasher::new();
    let mut add = |text: &str| {
        hasher.update(&(text.len() as u64).to_le_bytes()).update(text.as_bytes());
    };
    let Document { period, ledger, .. } = document;
    for part in [&ledger.origin, &ledger.root, &period.from, &period.to, &document.status_at] {
        add(part);
    }
    for plugin in &document.plugins {
        for part in [&plugin.plugin, &plugin.sha256, &plugin.settings_sha256] {
            add(part);
        }
    }
    add(document.supersedes.as_deref().unwrap_or_default());
    format!("report-{}-{}", period.name.replace("..", "-to-"), &hasher.finalize().to_hex()[..12])
}
