//! Reports of a ledger that is served: made one at a time, kept as files, approved, published.
//!
//! What is kept is the report of record as it was made, a draft. It follows from the ledger: lost, it is made again. Whether it
//! was approved or published the ledger's events say, and nothing else does.

use std::fs;
use std::io;
use std::path::PathBuf;
use std::sync::Mutex;

use muniment_core::json::Value;
use muniment_core::report::{Document, Edition, Status, public};
use muniment_core::time::Timestamp;
use serde::Deserialize;
use serde::de::IgnoredAny;

use super::{Material, ReportError, Wish, asked, bounds, files, make};
use crate::definitions::Definitions;
use crate::ledger::Ledger;
use crate::ledger::genesis::{Genesis, Purpose};
use crate::ledger::submission::Refusal;
use crate::plugins::Plugins;

/// So many reports are kept. Further ones are made and recorded, and the one that was made first is let go.
pub const REPORTS_MAX: usize = 500;
/// Longest id of a report.
const ID_BYTES_MAX: usize = 128;

/// The reports of a ledger.
#[derive(Debug)]
pub struct Reports {
    folder: PathBuf,
    /// Held while one is made: each takes all cores.
    making: Mutex<()>,
}

/// What a report is made of, besides what is asked for.
#[derive(Debug, Clone, Copy)]
pub struct Serving<'s> {
    /// The ledger.
    pub ledger: &'s Ledger,
    /// What its entry 0 says.
    pub genesis: &'s Genesis,
    /// The plugins.
    pub plugins: &'s Plugins,
    /// Policies, event types and the sections of a report.
    pub definitions: &'s Definitions,
}

/// A report, in short.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Summary {
    /// Its id.
    pub id: String,
    /// Its title.
    pub title: String,
    /// Its period: the name, the first and the last day.
    pub period: (String, String, String),
    /// As of when it says how things stood.
    pub status_at: String,
    /// Made of so many entries.
    pub size: u64,
    /// How far it has come.
    pub status: Status,
    /// The report that it takes the place of.
    pub supersedes: Option<String>,
    /// The digest of the report of record.
    pub sha256: String,
    /// What does not add up.
    pub faults: usize,
}

/// What of a kept report is read for its summary.
#[derive(Debug, Deserialize)]
struct Head {
    id: String,
    title: String,
    period: muniment_core::report::Span,
    status_at: String,
    ledger: muniment_core::report::LedgerState,
    #[serde(default)]
    supersedes: Option<String>,
    faults: Vec<IgnoredAny>,
}

/// A step that is not taken.
#[derive(Debug, thiserror::Error)]
pub enum StepError {
    /// There is no such report.
    #[error(
        "there is no report {0:?}; one that was made before is made again by asking for the same period and size"
    )]
    Unknown(String),
    /// It was not approved.
    #[error("{0} was not approved: only an approved report is published")]
    NotApproved(String),
    /// The event is not recorded.
    #[error("it cannot be recorded: {0}")]
    Refused(#[from] Refusal),
    /// The disk.
    #[error("{0}")]
    Io(#[from] io::Error),
}

impl Reports {
    /// Those that are kept in a folder, which need not be there yet.
    #[must_use]
    pub fn new(folder: PathBuf) -> Reports {
        Reports { folder, making: Mutex::new(()) }
    }

    /// Makes a report, keeps it and records that it was made. With it comes whether it was new.
    ///
    /// # Errors
    /// See [`ReportError`]; or why it could not be recorded.
    pub fn make(&self, serving: Serving<'_>, wish: &Wish) -> Result<(Summary, bool), MakeError> {
        let _one_at_a_time = self.making.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let Serving { ledger, genesis, plugins, definitions } = serving;
        let (first, last) = bounds(ledger, wish.size)?;
        let contributions =
            plugins.contributions(wish.size, &asked(wish, first, last)).map_err(ReportError::from)?;
        let material = Material {
            ledger,
            reading: plugins.reading(),
            definitions,
            organisation: &genesis.controller,
            leaves_out_tests: genesis.purpose == Purpose::Production,
            contributions: &contributions,
        };
        let document = make(&material, wish)?;
        let is_new = !self.path(&document.id).exists();
        let name = format!("{}.json", document.id);
        files::write(&self.folder, &[(name, files::json(&document))]).map_err(ReportError::from)?;
        files::record_generated(ledger, &document)?;
        self.let_go().map_err(ReportError::from)?;
        let summary = self.summary(ledger, &document.id).map_err(ReportError::from)?;
        let summary = summary.ok_or_else(|| ReportError::Io(io::ErrorKind::NotFound.into()))?;
        Ok((summary, is_new))
    }

    /// The reports that are kept, those of the latest period first.
    ///
    /// # Errors
    /// As the disk says.
    pub fn list(&self, ledger: &Ledger) -> io::Result<Vec<Summary>> {
        let mut all = Vec::new();
        for id in self.ids()? {
            all.extend(self.summary(ledger, &id)?);
        }
        all.sort_by(|one: &Summary, other| {
            (&other.period.2, other.size, &other.id).cmp(&(&one.period.2, one.size, &one.id))
        });
        Ok(all)
    }

    /// A report, at the step at which it is, in an edition.
    ///
    /// # Errors
    /// As the disk says.
    pub fn document(&self, ledger: &Ledger, id: &str, edition: Edition) -> io::Result<Option<Document>> {
        let Some(text) = self.read(id)? else { return Ok(None) };
        let document: Document = serde_json::from_slice(&text).map_err(io::Error::other)?;
        let document = match edition {
            Edition::Internal => document,
            Edition::Public => public(&document),
        };
        Ok(Some(Document { status: status(ledger, id)?, ..document }))
    }

    /// Records that a report was agreed by those who answer for it. Twice is as once.
    ///
    /// # Errors
    /// See [`StepError`].
    pub fn approve(&self, ledger: &Ledger, id: &str, role: &str, by: &str) -> Result<Summary, StepError> {
        let text = self.read(id)?.ok_or_else(|| StepError::Unknown(id.to_owned()))?;
        let data = step(id, &text, role, by);
        ledger.append_host_about("report.approved", &approved(id), id, data)?;
        self.summary(ledger, id)?.ok_or_else(|| StepError::Unknown(id.to_owned()))
    }

    /// Records that a report was given out. Where it takes the place of another, that is recorded too.
    ///
    /// # Errors
    /// See [`StepError`].
    pub fn publish(&self, ledger: &Ledger, id: &str, role: &str, by: &str) -> Result<Summary, StepError> {
        let text = self.read(id)?.ok_or_else(|| StepError::Unknown(id.to_owned()))?;
        if status(ledger, id)? == Status::Draft {
            return Err(StepError::NotApproved(id.to_owned()));
        }
        ledger.append_host_about("report.published", &published(id), id, step(id, &text, role, by))?;
        let head: Head = serde_json::from_slice(&text).map_err(io::Error::other)?;
        if let Some(replaced) = head.supersedes {
            let data = Value::object([
                ("replaces", Value::string(replaced)),
                ("report", Value::string(id.to_owned())),
                ("sha256", Value::string(crate::plugins::engine::sha256_of(&text))),
            ]);
            ledger.append_host_about("report.restated", &format!("{id}/restated"), id, data)?;
        }
        self.summary(ledger, id)?.ok_or_else(|| StepError::Unknown(id.to_owned()))
    }

    fn summary(&self, ledger: &Ledger, id: &str) -> io::Result<Option<Summary>> {
        let Some(text) = self.read(id)? else { return Ok(None) };
        let head: Head = serde_json::from_slice(&text).map_err(io::Error::other)?;
        Ok(Some(Summary {
            status: status(ledger, id)?,
            sha256: crate::plugins::engine::sha256_of(&text),
            id: head.id,
            title: head.title,
            period: (head.period.name, head.period.from, head.period.to),
            status_at: head.status_at,
            size: head.ledger.size,
            supersedes: head.supersedes,
            faults: head.faults.len(),
        }))
    }

    fn path(&self, id: &str) -> PathBuf {
        self.folder.join(format!("{id}.json"))
    }

    fn read(&self, id: &str) -> io::Result<Option<Vec<u8>>> {
        if !is_id(id) {
            return Ok(None);
        }
        match fs::read(self.path(id)) {
            Ok(text) => Ok(Some(text)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    fn ids(&self) -> io::Result<Vec<String>> {
        let listing = match fs::read_dir(&self.folder) {
            Ok(listing) => listing,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(error),
        };
        let mut all = Vec::new();
        for entry in listing {
            let name = entry?.file_name();
            let id = name.to_str().and_then(|name| name.strip_suffix(".json"));
            all.extend(id.filter(|id| is_id(id)).map(str::to_owned));
        }
        Ok(all)
    }

    /// Removes the oldest files beyond [`REPORTS_MAX`].
    fn let_go(&self) -> io::Result<()> {
        let mut all = Vec::new();
        for id in self.ids()? {
            all.push((fs::metadata(self.path(&id))?.modified()?, id));
        }
        all.sort();
        let beyond = all.len().saturating_sub(REPORTS_MAX);
        all.iter().take(beyond).try_for_each(|(_, id)| fs::remove_file(self.path(id)))
    }
}

/// A report that was not made.
#[derive(Debug, thiserror::Error)]
pub enum MakeError {
    /// Why.
    #[error(transparent)]
    Report(#[from] ReportError),
    /// It was made, and is not recorded.
    #[error("recording that it was made: {0}")]
    Refused(#[from] Refusal),
}

/// What is asked for, of a ledger that goes on: where nobody says, of all entries that there are.
///
/// # Errors
/// As the disk says.
pub fn size_now(ledger: &Ledger) -> io::Result<u64> {
    files::size_by_default(ledger)
}

fn approved(id: &str) -> String {
    format!("{id}/approved")
}

fn published(id: &str) -> String {
    format!("{id}/published")
}

fn status(ledger: &Ledger, id: &str) -> io::Result<Status> {
    Ok(if ledger.find_host(&published(id))?.is_some() {
        Status::Published
    } else if ledger.find_host(&approved(id))?.is_some() {
        Status::Approved
    } else {
        Status::Draft
    })
}

/// What is recorded of a step: the digest is that of the report of record, whatever edition is given out.
fn step(id: &str, text: &[u8], role: &str, by: &str) -> Value<'static> {
    Value::object([
        ("report", Value::string(id.to_owned())),
        ("requested_by", Value::string(by.to_owned())),
        ("role", Value::string(role.to_owned())),
        ("sha256", Value::string(crate::plugins::engine::sha256_of(text))),
    ])
}

/// Whether a text can be the id of a report: then it is the name of a file, and of no other folder.
fn is_id(text: &str) -> bool {
    let is_plain = |character: char| character.is_ascii_alphanumeric() || matches!(character, '-' | '.');
    text.starts_with("report-")
        && text.len() <= ID_BYTES_MAX
        && text.chars().all(is_plain)
        && !text.contains("..")
}

/// The end of a day in London.
///
/// # Errors
/// If the text is no day.
pub fn end_of(day: &str) -> Result<Timestamp, super::NoDay> {
    day.parse::<super::Day>().map(super::Day::end)
}
