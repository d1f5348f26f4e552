//! The design of reports: under which name, with which colour and logo, and with which words they begin. Each event states all of
//! it, and the last one among a report's entries counts, so that it is a part of what is made again.

use std::borrow::Cow;
use std::io;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use muniment_core::entry::EntryView;
use muniment_core::json::{self, Object, Value};
use muniment_core::limits::{CONTROLLER_BYTES_MAX, EVENT_BYTES_MAX, FIELD_TEXT_BYTES_MAX};
use muniment_core::report::{
    Design, Document, Edition, FORMAT, Introduction, LedgerState, Logo, Span, Status, check_colour,
};
use muniment_pdf::PdfError;

use crate::assets::{ASSET_BYTES_MAX, AssetError, Assets};
use crate::ledger::Ledger;
use crate::ledger::submission::Refusal;
use crate::logo::{self, LOGO_BYTES_MAX};

/// Longest name.
pub const NAME_BYTES_MAX: usize = CONTROLLER_BYTES_MAX;
/// Longest text for who does not see the logo.
pub const ALTERNATIVE_BYTES_MAX: usize = 500;
/// Longest introduction.
pub const INTRODUCTION_BYTES_MAX: usize = FIELD_TEXT_BYTES_MAX;

/// What is recorded. Reports are made of it, so [`super::files::size_by_default`] counts it, unlike other events about reports.
pub const EVENT_TYPE: &str = "report.design_recorded";

const _: () = assert!(LOGO_BYTES_MAX <= ASSET_BYTES_MAX);
// No character of them takes more than two bytes in an event.
const _: () =
    assert!(2 * (NAME_BYTES_MAX + ALTERNATIVE_BYTES_MAX + INTRODUCTION_BYTES_MAX) + 4_096 < EVENT_BYTES_MAX);

/// All that an event states.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Stated {
    /// The organisation's name, where it is not the data controller's.
    pub name: Option<String>,
    /// `#rrggbb`.
    pub colour: Option<String>,
    /// The logo, whose bytes are kept under its digest.
    pub logo: Option<Logo>,
    /// What reports begin with.
    pub introduction: Option<String>,
}

/// A design, and the entry that states it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recorded {
    /// The entry.
    pub seq: u64,
    /// What it states.
    pub stated: Stated,
}

/// A design that is asked for: what is left out is not set any more.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wanted {
    /// As in [`Stated`].
    pub name: Option<String>,
    /// As in [`Stated`].
    pub colour: Option<String>,
    /// The logo's bytes, and what is to be seen on it in words.
    pub logo: Option<(Vec<u8>, String)>,
    /// As in [`Stated`].
    pub introduction: Option<String>,
}

/// A design that is not recorded.
#[derive(Debug, thiserror::Error)]
pub enum DesignError {
    /// A part of it cannot be so.
    #[error("{part}: {fault}")]
    Wrong {
        /// Which part: `name`, `colour`, `logo`, `logo.alternative` or `introduction`.
        part: &'static str,
        /// What is wrong.
        fault: String,
    },
    /// The logo cannot be kept.
    #[error(transparent)]
    Asset(#[from] AssetError),
    /// The ledger.
    #[error("it cannot be recorded: {0}")]
    Refused(#[from] Refusal),
    /// Reading.
    #[error("reading the ledger: {0}")]
    Io(#[from] io::Error),
}

/// What records designs.
#[derive(Debug)]
pub struct Designs {
    assets: Assets,
    /// Held while one is recorded: they are numbered.
    recording: Mutex<()>,
}

fn event_id(number: u64) -> String {
    format!("design/{number}")
}

/// The design that counts for a report of the ledger's first `end` entries.
///
/// # Errors
/// As the disk says.
pub fn at(ledger: &Ledger, end: u64) -> io::Result<Option<Recorded>> {
    for number in (1..=ledger.last_numbered(event_id)?).rev() {
        if let Some(seq) = ledger.find_host(&event_id(number))?.filter(|seq| *seq < end) {
            return Ok(Some(Recorded { seq, stated: read(ledger, seq)? }));
        }
    }
    Ok(None)
}

impl Designs {
    /// Those of the ledger in a data directory.
    #[must_use]
    pub fn new(directory: &Path) -> Designs {
        Designs { assets: Assets::new(directory), recording: Mutex::default() }
    }

    /// The logos.
    #[must_use]
    pub fn assets(&self) -> &Assets {
        &self.assets
    }

    /// Keeps the logo and records a design. One that is recorded already is not recorded again.
    ///
    /// # Errors
    /// See [`DesignError`]; nothing is recorded then.
    pub fn record(
        &self,
        ledger: &Ledger,
        wanted: &Wanted,
        requested_by: Option<&str>,
    ) -> Result<Recorded, DesignError> {
        let stated = checked(wanted)?;
        let _alone = self.recording.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((bytes, _)) = &wanted.logo {
            self.assets.keep(bytes)?;
        }
        if let Some(now) = at(ledger, u64::MAX)?.filter(|now| now.stated == stated) {
            return Ok(now);
        }
        let number = ledger.last_numbered(event_id)? + 1;
        let data = data_of(&stated, requested_by);
        let appended = ledger.append_host_about(EVENT_TYPE, &event_id(number), ledger.origin(), data)?;
        Ok(Recorded { seq: appended.seq, stated })
    }
}

/// What is wanted, as it is stated, once every part of it can be so.
fn checked(wanted: &Wanted) -> Result<Stated, DesignError> {
    let colour = wanted.colour.as_deref().map(str::trim).filter(|colour| !colour.is_empty());
    let colour = colour.map(str::to_ascii_lowercase);
    if let Some(fault) = colour.as_deref().and_then(|colour| check_colour(colour).err()) {
        return Err(wrong("colour", fault));
    }
    let introduction = wanted.introduction.as_deref();
    let stated = Stated {
        name: text_of("name", wanted.name.as_deref(), NAME_BYTES_MAX, &[])?,
        colour,
        logo: wanted.logo.as_ref().map(checked_logo).transpose()?,
        introduction: text_of("introduction", introduction, INTRODUCTION_BYTES_MAX, &['\n', '\t'])?,
    };
    if let Some((bytes, _)) = &wanted.logo {
        tried(&stated, bytes).map_err(|error| wrong("logo", error))?;
    }
    Ok(stated)
}

fn checked_logo((bytes, alternative): &(Vec<u8>, String)) -> Result<Logo, DesignError> {
    const PART: &str = "logo.alternative";
    let media_type = logo::check(bytes).map_err(|fault| wrong("logo", fault))?;
    let alternative = text_of(PART, Some(alternative), ALTERNATIVE_BYTES_MAX, &[])?;
    let alternative = alternative
        .ok_or_else(|| wrong(PART, "say in words what is to be seen on the logo, for who does not see it"))?;
    Ok(Logo {
        sha256: crate::plugins::engine::sha256_of(bytes),
        media_type: media_type.to_owned(),
        alternative,
    })
}

/// A text without what stands around it; nothing where it is empty. A line ends with one character, whoever sent it.
fn text_of(
    part: &'static str,
    text: Option<&str>,
    limit_bytes: usize,
    allowed: &[char],
) -> Result<Option<String>, DesignError> {
    let text = text.unwrap_or_default().trim().replace("\r\n", "\n");
    if text.len() > limit_bytes {
        return Err(wrong(part, format!("{} bytes, the limit is {limit_bytes} bytes", text.len())));
    }
    let is_marked = |character: char| character.is_control() && !allowed.contains(&character);
    if let Some(mark) = text.chars().find(|character| is_marked(*character)) {
        return Err(wrong(part, format!("it holds the control character U+{:04X}", u32::from(mark))));
    }
    Ok(Some(text).filter(|text| !text.is_empty()))
}

fn wrong(part: &'static str, fault: impl ToString) -> DesignError {
    DesignError::Wrong { part, fault: fault.to_string() }
}

/// Sets a page with the logo, so that no report fails for want of a picture that can be set.
fn tried(stated: &Stated, logo: &[u8]) -> Result<(), PdfError> {
    let text = |text: &str| text.to_owned();
    let document = Document {
        format: text(FORMAT),
        id: text("design"),
        title: text("Design"),
        organisation: String::new(),
        design: stated.design(),
        edition: Edition::Internal,
        status: Status::Draft,
        period: Span { name: text("2000"), from: text("2000-01-01"), to: text("2000-12-31") },
        status_at: text("2000-12-31T23:59:59Z"),
        ledger: LedgerState { origin: String::new(), size: 0, root: String::new() },
        plugins: Vec::new(),
        supersedes: None,
        units: Vec::new(),
        introduction: None,
        sections: Vec::new(),
        faults: Vec::new(),
    };
    muniment_pdf::pdf(&document, Some(logo)).map(drop)
}

impl Stated {
    /// How a report looks by it; nothing where it looks as ever.
    #[must_use]
    pub fn design(&self) -> Option<Design> {
        let design = Design { colour: self.colour.clone(), logo: self.logo.clone() };
        Some(design).filter(|design| design.colour.is_some() || design.logo.is_some())
    }
}

impl Recorded {
    /// What a report begins with.
    #[must_use]
    pub fn introduction(&self) -> Option<Introduction> {
        let text = self.stated.introduction.clone()?;
        Some(Introduction { text, evidence: vec![self.seq] })
    }
}

fn data_of(stated: &Stated, requested_by: Option<&str>) -> Value<'static> {
    let Stated { name, colour, logo, introduction } = stated;
    let logo = |part: fn(&Logo) -> &String| logo.as_ref().map(|logo| part(logo).as_str());
    let members = [
        ("name", name.as_deref()),
        ("colour", colour.as_deref()),
        ("logo_sha256", logo(|logo| &logo.sha256)),
        ("logo_media_type", logo(|logo| &logo.media_type)),
        ("logo_alternative", logo(|logo| &logo.alternative)),
        ("introduction", introduction.as_deref()),
        ("requested_by", requested_by),
    ];
    let member = |(key, text): (&'static str, Option<&str>)| {
        Some((Cow::Borrowed(key), Value::string(text?.to_owned())))
    };
    Value::Object(
        Object::new(members.into_iter().filter_map(member).collect()).expect("the keys are distinct"),
    )
}

fn read(ledger: &Ledger, seq: u64) -> io::Result<Stated> {
    let line = ledger.line(seq)?.unwrap_or_default();
    let wrong = |what: String| io::Error::new(io::ErrorKind::InvalidData, format!("entry {seq}: {what}"));
    let entry = EntryView::parse(&line).map_err(|error| wrong(error.to_string()))?;
    let event = json::parse(entry.event.as_bytes()).map_err(|error| wrong(error.to_string()))?;
    let data = event.as_object().and_then(|event| event.get("data")).and_then(Value::as_object);
    let data = data.ok_or_else(|| wrong("it states no design".to_owned()))?;
    let text = |name: &str| data.get(name).and_then(Value::as_str).map(str::to_owned);
    let logo = text("logo_sha256").map(|sha256| Logo {
        sha256,
        media_type: text("logo_media_type").unwrap_or_default(),
        alternative: text("logo_alternative").unwrap_or_default(),
    });
    Ok(Stated { name: text("name"), colour: text("colour"), logo, introduction: text("introduction") })
}

#[cfg(test)]
mod tests;
