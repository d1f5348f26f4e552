//! Reports of a ledger that is served: made one at a time (`making.rs`), kept as files, approved, published.
//!
//! What is kept is the report of record as it was made, a draft. It follows from the ledger: lost, it is made again. Whether it
//! was approved or published the ledger's events say, and nothing else does.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use muniment_core::json::Value;
use muniment_core::report::{Document, Edition, Status, Structure};
use muniment_core::time::Timestamp;
use serde::Deserialize;
use serde::de::IgnoredAny;

use super::design::Designs;
use super::editions::{Editions, ids};
use super::files::{Format, RenderError};
use super::making::{Made, Makings};
use super::steps::{Step, Steps};
use super::{Material, ReportError, Wish, asked, bounds, files, make};
use crate::assets::Assets;
use crate::definitions::Definitions;
use crate::ledger::Ledger;
use crate::ledger::genesis::{Genesis, Purpose};
use crate::ledger::names;
use crate::ledger::submission::Refusal;
use crate::plugins::Plugins;

/// So many reports are kept beside those that were published. Further ones are made and recorded, and the one that was made
/// first is let go.
pub const REPORTS_MAX: usize = 500;
/// Longest id of a report.
pub const ID_BYTES_MAX: usize = 128;
/// The files of the report that was made last are kept in memory, as far as they have no more bytes together.
const WRITTEN_BYTES_MAX: usize = 32 * 1024 * 1024;

/// The reports of a ledger.
#[derive(Debug)]
pub struct Reports {
    folder: PathBuf,
    /// Those that are being made.
    makings: Makings,
    editions: Editions,
    designs: Designs,
    /// The files of the one that was made last: they are what is asked for next.
    written: Mutex<Option<Written>>,
}

/// The files of a document, as it was when they were written.
#[derive(Debug)]
struct Written {
    /// The digest of its JSON.
    sha256: String,
    files: Vec<(Format, Vec<u8>)>,
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
    /// Those of a data directory.
    #[must_use]
    pub fn new(directory: &Path) -> Reports {
        let folder = directory.join(names::REPORTS);
        let (editions, designs) = (Editions::new(folder.clone()), Designs::new(directory));
        Reports { folder, makings: Makings::default(), editions, designs, written: Mutex::new(None) }
    }

    /// What they look like and begin with.
    #[must_use]
    pub fn designs(&self) -> &Designs {
        &self.designs
    }

    fn assets(&self) -> &Assets {
        self.designs.assets()
    }

    /// Those that are being made, and those that were lately.
    #[must_use]
    pub fn makings(&self) -> &Makings {
        &self.makings
    }

    /// Makes a report, keeps it and records that it was made. Whoever calls this has the turn of [`Makings`].
    ///
    /// # Errors
    /// See [`ReportError`]; or why it could not be recorded.
    pub fn make(
        &self,
        serving: Serving<'_>,
        wish: &Wish,
        steps: &Steps,
    ) -> Result<(Document, Made), MakeError> {
        let Serving { ledger, genesis, plugins, definitions } = serving;
        let (first, last) = bounds(ledger, wish.size)?;
        let contributions =
            plugins.contributions(wish.size, &asked(wish, first, last), steps).map_err(ReportError::from)?;
        let material = Material {
            ledger,
            reading: plugins.reading(),
            definitions,
            organisation: &genesis.controller,
            leaves_out_tests: genesis.purpose == Purpose::Production,
            contributions: &contributions,
            steps,
        };
        let document = make(&material, wish)?;
        let is_new = !self.path(&document.id).exists();
        let name = format!("{}.json", document.id);
        steps.tell(Step::Writing { format: Format::Json, place: 1, of: Format::ALL.len() });
        files::write(&self.folder, &[(name, files::json(&document))]).map_err(ReportError::from)?;
        files::record_generated(ledger, &document)?;
        self.let_go(ledger).map_err(ReportError::from)?;
        let summary = self.summary(ledger, &document.id).map_err(ReportError::from)?;
        let summary = summary.ok_or_else(|| ReportError::Io(io::ErrorKind::NotFound.into()))?;
        Ok((document, Made { summary, is_new }))
    }

    /// Writes the other files of a report that was made, and keeps them at hand. Returns those that cannot be written, each
    /// with why.
    pub fn write_files(
        &self,
        document: &Document,
        steps: &Steps,
        mut goes_on: impl FnMut() -> bool,
    ) -> Vec<String> {
        let (mut files, mut unwritten, mut bytes) = (Vec::new(), Vec::new(), 0_usize);
        // Nothing below ends it early but the server.
        let _stopped: Result<(), ()> = steps.writing(&Format::ALL, |format| {
            if !goes_on() {
                return Err(());
            }
            // The JSON is the report of record, which is there.
            if format == Format::Json {
                return Ok(());
            }
            match format.render(document, Structure::Then, self.assets()) {
                Ok(file) => {
                    bytes = bytes.saturating_add(file.len());
                    files.push((format, file));
                }
                Err(error) => unwritten.push(format!("{}: {error}", format.ending().to_uppercase())),
            }
            Ok(())
        });
        let written = Written { sha256: files::sha256(document), files };
        *self.written() = Some(written).filter(|_| bytes <= WRITTEN_BYTES_MAX);
        unwritten
    }

    /// A file of a report.
    ///
    /// # Errors
    /// What keeps it from being written.
    pub fn file(
        &self,
        document: &Document,
        format: Format,
        structure: Structure,
    ) -> Result<Vec<u8>, RenderError> {
        let is_written = document.edition == Edition::Internal && structure == Structure::Then;
        if format != Format::Json && is_written {
            let sha256 = files::sha256(document);
            if let Some(written) = self.written().as_ref().filter(|written| written.sha256 == sha256)
                && let Some((_, file)) = written.files.iter().find(|(known, _)| *known == format)
            {
                return Ok(file.clone());
            }
        }
        format.render(document, structure, self.assets())
    }

    fn written(&self) -> MutexGuard<'_, Option<Written>> {
        self.written.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The reports that are kept, those of the latest period first.
    ///
    /// # Errors
    /// As the disk says.
    pub fn list(&self, ledger: &Ledger) -> io::Result<Vec<Summary>> {
        let mut all = Vec::new();
        for id in ids(&self.folder)? {
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
            Edition::Public => self.editions.public(ledger, &document)?,
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

    /// Removes the oldest files beyond [`REPORTS_MAX`]. What was published stays: later editions are compared with it.
    fn let_go(&self, ledger: &Ledger) -> io::Result<()> {
        let mut all = Vec::new();
        for id in ids(&self.folder)? {
            if status(ledger, &id)? == Status::Published {
                continue;
            }
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
    /// The server stopped.
    #[error("the server stopped before it was made; ask for it again")]
    Stopped,
    /// What made it panicked.
    #[error("it ended by a mistake of this program; the server's log has more")]
    Broken,
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

/// The id of the event that says that a report was published.
pub(super) fn published(id: &str) -> String {
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
pub(super) fn is_id(text: &str) -> bool {
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
