//! What of an event is kept.

use muniment_sdk::{Data, DataError, Instant};
use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};

/// A system was registered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Registered {
    pub(crate) source_uri: String,
    pub(crate) groups: Vec<String>,
    pub(crate) interval_hours: u32,
    pub(crate) owner: Option<String>,
    pub(crate) replaces: Option<String>,
    pub(crate) unit: Option<String>,
}

/// A system says how far it is complete.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Reported {
    pub(crate) complete_to: Instant,
    pub(crate) counted_from: Option<Instant>,
    pub(crate) events: Option<u64>,
    pub(crate) group: Option<String>,
}

/// Things that tables count by, as a set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(crate) struct Coding(u8);

impl Coding {
    pub(crate) const MEDIUM: Coding = Coding(1);
    pub(crate) const CHANNEL: Coding = Coding(2);
    pub(crate) const DIMENSION: Coding = Coding(4);
    pub(crate) const HARM_KIND: Coding = Coding(8);
    pub(crate) const INTENT: Coding = Coding(16);
    pub(crate) const FORMS: Coding = Coding(32);

    /// Each with its name, for people.
    pub(crate) const ALL: [(Coding, &'static str); 6] = [
        (Coding::MEDIUM, "medium"),
        (Coding::CHANNEL, "channel"),
        (Coding::DIMENSION, "dimension"),
        (Coding::HARM_KIND, "kind of harm"),
        (Coding::INTENT, "intent"),
        (Coding::FORMS, "forms"),
    ];

    pub(crate) fn with(self, more: Coding) -> Coding {
        Coding(self.0 | more.0)
    }

    pub(crate) fn without(self, these: Coding) -> Coding {
        Coding(self.0 & !these.0)
    }

    pub(crate) fn has(self, these: Coding) -> bool {
        self.0 & these.0 == these.0
    }

    pub(crate) fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Their names.
    pub(crate) fn words(self) -> String {
        let of_this = Coding::ALL.into_iter().filter(|(one, _)| self.has(*one));
        of_this.map(|(_, name)| name).collect::<Vec<_>>().join(", ")
    }
}

/// What an event says of the coding of a case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Said {
    pub(crate) what: What,
    pub(crate) coding: Coding,
    pub(crate) unit: Option<String>,
}

/// What kind of thing it is that is coded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum What {
    /// An incident was reported: all of its coding is asked for.
    Incident,
    /// A breach was assessed.
    Assessment,
    /// Something else about an incident, which may add to its coding.
    More,
    /// The incident was none.
    Unsubstantiated,
    /// Records were disposed of, or are to be.
    Disposal,
    /// Advice on a disposal, which may say the medium.
    Advice,
    /// An asset.
    Asset,
}

/// A report was made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Generated {
    pub(crate) is_public: bool,
    /// How many checks failed; nothing where that was not recorded.
    pub(crate) failures: Option<u64>,
}

/// Reads `source.registered`.
pub(crate) fn registered(kind: &str, data: Data<'_>) -> Result<Option<Registered>, DataError> {
    if kind != "source.registered" {
        return Ok(None);
    }
    let read: RegisteredData = data.read()?;
    let RegisteredData { source_uri, groups, interval_hours, owner, replaces, unit } = read;
    Ok(Some(Registered { source_uri, groups, interval_hours, owner, replaces, unit }))
}

/// Reads `source.reported`.
pub(crate) fn reported(data: Data<'_>) -> Result<Reported, DataError> {
    let ReportedData { complete_to, counted_from, events, group } = data.read()?;
    Ok(Reported { complete_to, counted_from, events, group })
}

/// Reads what an event says of the coding of a case.
pub(crate) fn said(kind: &str, data: Data<'_>) -> Result<Option<Said>, DataError> {
    let what = match kind {
        "incident.reported" => What::Incident,
        "incident.unsubstantiated" => What::Unsubstantiated,
        "breach.assessed" => What::Assessment,
        "incident.triaged" | "incident.near_miss_recorded" | "breach.aware" => What::More,
        "disposal.reviewed"
        | "disposal.authorised"
        | "disposal.executed"
        | "disposal.archived"
        | "disposal.transferred" => What::Disposal,
        "disposal.advice_given" => What::Advice,
        "asset.registered" => What::Asset,
        _ => return Ok(None),
    };
    let read: SaidData = data.read()?;
    let codes = [
        (Coding::MEDIUM, read.medium.is_some()),
        (Coding::CHANNEL, read.channel.is_some()),
        (Coding::DIMENSION, read.dimension.is_some()),
        (Coding::HARM_KIND, read.harm_kind.is_some()),
        (Coding::INTENT, read.intent.is_some()),
        (Coding::FORMS, !read.forms.unwrap_or_default().is_empty()),
    ];
    let there = codes.into_iter().filter(|(_, is_there)| *is_there);
    let coding = there.fold(Coding::default(), |all, (one, _)| all.with(one));
    Ok(Some(Said { what, coding, unit: read.unit }))
}

/// Reads `report.generated`.
pub(crate) fn generated(kind: &str, data: Data<'_>) -> Result<Option<Generated>, DataError> {
    if kind != "report.generated" {
        return Ok(None);
    }
    let GeneratedData { edition, lint_failures } = data.read()?;
    Ok(Some(Generated { is_public: edition == Some("public"), failures: lint_failures }))
}

/// Reads whether `ledger.verified` found everything in order, and of how many entries.
pub(crate) fn verified(data: Data<'_>) -> Result<(bool, u64), DataError> {
    let VerifiedData { passed, size } = data.read()?;
    Ok((passed, size))
}

#[derive(Deserialize)]
struct RegisteredData {
    source_uri: String,
    groups: Vec<String>,
    interval_hours: u32,
    owner: Option<String>,
    replaces: Option<String>,
    unit: Option<String>,
}

#[derive(Deserialize)]
struct ReportedData {
    complete_to: Instant,
    counted_from: Option<Instant>,
    events: Option<u64>,
    group: Option<String>,
}

#[derive(Deserialize)]
struct SaidData {
    medium: Option<IgnoredAny>,
    channel: Option<IgnoredAny>,
    dimension: Option<IgnoredAny>,
    harm_kind: Option<IgnoredAny>,
    intent: Option<IgnoredAny>,
    forms: Option<Vec<IgnoredAny>>,
    unit: Option<String>,
}

#[derive(Deserialize)]
struct GeneratedData<'d> {
    edition: Option<&'d str>,
    lint_failures: Option<u64>,
}

#[derive(Deserialize)]
struct VerifiedData {
    passed: bool,
    size: u64,
}
