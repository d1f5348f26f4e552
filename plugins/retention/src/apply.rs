//! What of an event about records, devices and media is kept.

use muniment_sdk::{Data, DataError, Day};
use serde::{Deserialize, Serialize};

use crate::words::{Action, Advice, Condition, Decision, Kind, Marking, Medium, Method, Route};

/// Where records belong.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Place {
    pub(crate) series: Option<String>,
    pub(crate) class: Option<String>,
    pub(crate) unit: Option<String>,
}

/// A disposal check that was answered yes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Check {
    /// How many entries the ledger had then.
    pub(crate) size: Option<u64>,
}

/// What kind of thing was destroyed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) enum Of {
    Record,
    Device,
    Media,
}

/// What an event says of a destruction.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Destruction {
    pub(crate) of: Of,
    pub(crate) place: Place,
    pub(crate) due: Option<Day>,
    pub(crate) medium: Medium,
    pub(crate) kind: Option<Kind>,
    pub(crate) serial: Option<String>,
    pub(crate) method: Method,
    pub(crate) route: Option<Route>,
    pub(crate) marking: Option<Marking>,
    pub(crate) has_authority: bool,
    pub(crate) check: Option<Check>,
    pub(crate) has_certificate: bool,
    /// Where the advice stands that came before, if that is somewhere else.
    pub(crate) advice: Option<String>,
}

/// What an event says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Fact {
    /// Records are known.
    Registered { place: Place, medium: Medium, owner: Option<String>, is_permanent: Option<bool> },
    /// Their time began to run.
    Triggered { place: Place, due: Day, is_permanent: Option<bool> },
    /// It was decided what becomes of them.
    Reviewed { place: Place, decision: Decision, due: Option<Day>, keep_until: Option<Day> },
    /// Somebody allowed it.
    Authorised { place: Place, decision: Decision, due: Option<Day>, check: Option<Check> },
    /// They were destroyed; or a device, or media.
    Destroyed(Box<Destruction>),
    /// It was certified.
    Certified,
    /// They went to an archive.
    Archived { place: Place },
    /// They went elsewhere; somebody else answers for them from now on, or not.
    Transferred { place: Place, is_theirs: bool },
    /// It was advised how they are to be destroyed.
    Advised { advice: Advice },
    /// A thing was handed out.
    Issued,
    /// It came back.
    Returned { kind: Option<Kind>, condition: Condition, serial: Option<String>, unit: Option<String> },
}

impl Fact {
    /// Reads an event; nothing where events of its kind do not bear on disposal.
    pub(crate) fn read(kind: &str, data: Data<'_>) -> Result<Option<Fact>, DataError> {
        Ok(Some(match kind {
            "record.registered" => {
                let it: Registered = data.read()?;
                Fact::Registered {
                    place: Place { series: it.series, class: it.class, unit: it.unit },
                    medium: it.medium,
                    owner: it.owner,
                    is_permanent: is_permanent(it.permanent, it.action),
                }
            }
            "record.triggered" => {
                let it: Triggered = data.read()?;
                Fact::Triggered {
                    place: Place { series: it.series, class: it.class, unit: it.unit },
                    due: it.due,
                    is_permanent: is_permanent(it.permanent, it.action),
                }
            }
            "disposal.reviewed" => {
                let it: Reviewed = data.read()?;
                Fact::Reviewed {
                    place: Place { series: it.series, class: it.class, unit: it.unit },
                    decision: it.decision,
                    due: it.due,
                    keep_until: it.keep_until,
                }
            }
            "disposal.authorised" => {
                let it: Authorised = data.read()?;
                Fact::Authorised {
                    place: Place { series: it.series, class: it.class, unit: it.unit },
                    decision: it.decision.unwrap_or(Decision::Destroy),
                    due: it.due,
                    check: check(it.hold_checked, it.checked_at_size),
                }
            }
            "disposal.executed" => destroyed(Of::Record, data.read()?),
            "media.destroyed" => destroyed(Of::Media, data.read()?),
            "device.disposed" => destroyed(Of::Device, data.read()?),
            "disposal.certificate_received" => Fact::Certified,
            "disposal.archived" => Fact::Archived { place: data.read()? },
            "disposal.transferred" => {
                let it: Transferred = data.read()?;
                Fact::Transferred {
                    place: Place { series: it.series, class: it.class, unit: it.unit },
                    is_theirs: it.responsibility_moved.unwrap_or(false),
                }
            }
            "disposal.advice_given" => Fact::Advised { advice: data.read::<Advised>()?.advice },
            "equipment.issued" => Fact::Issued,
            "equipment.returned" => {
                let Returned { kind, condition, serial, unit } = data.read()?;
                Fact::Returned { kind, condition, serial, unit }
            }
            _ => return Ok(None),
        }))
    }

    /// Its place in the life of a record, for what happens on one day.
    pub(crate) fn rank(&self) -> u8 {
        match self {
            Fact::Registered { .. } | Fact::Issued => 0,
            Fact::Triggered { .. } | Fact::Returned { .. } => 1,
            Fact::Reviewed { .. } => 2,
            Fact::Advised { .. } => 3,
            Fact::Authorised { .. } => 4,
            Fact::Transferred { .. } => 5,
            Fact::Archived { .. } => 6,
            Fact::Destroyed(_) => 7,
            Fact::Certified => 8,
        }
    }
}

/// Nothing where nothing is said of it: what was said before stands then.
fn is_permanent(permanent: Option<bool>, action: Option<Action>) -> Option<bool> {
    if action == Some(Action::Keep) { Some(true) } else { permanent }
}

fn check(answered: Option<bool>, size: Option<u64>) -> Option<Check> {
    answered.unwrap_or(false).then_some(Check { size })
}

fn destroyed(of: Of, it: Destroyed) -> Fact {
    let medium = match (it.medium, it.kind) {
        (Some(medium), _) => medium,
        (None, Some(Kind::Tape)) => Medium::Tape,
        (None, Some(Kind::Usb)) => Medium::Usb,
        (None, Some(Kind::Disk)) => Medium::Disk,
        (None, _) => Medium::Other,
    };
    Fact::Destroyed(Box::new(Destruction {
        of,
        place: Place { series: it.series, class: it.class, unit: it.unit },
        due: it.due,
        medium,
        kind: it.kind,
        serial: it.serial,
        method: it.method,
        route: it.route,
        marking: it.marking,
        has_authority: it.authorised_by.is_some() || it.authorisation_ref.is_some(),
        check: check(it.hold_checked, it.checked_at_size),
        has_certificate: it.certificate.is_some(),
        advice: it.advice_ref,
    }))
}

#[derive(Deserialize)]
struct Registered {
    series: Option<String>,
    class: Option<String>,
    unit: Option<String>,
    medium: Medium,
    owner: Option<String>,
    permanent: Option<bool>,
    action: Option<Action>,
}

#[derive(Deserialize)]
struct Triggered {
    series: Option<String>,
    class: Option<String>,
    unit: Option<String>,
    due: Day,
    permanent: Option<bool>,
    action: Option<Action>,
}

#[derive(Deserialize)]
struct Reviewed {
    series: Option<String>,
    class: Option<String>,
    unit: Option<String>,
    decision: Decision,
    due: Option<Day>,
    keep_until: Option<Day>,
}

#[derive(Deserialize)]
struct Authorised {
    series: Option<String>,
    class: Option<String>,
    unit: Option<String>,
    decision: Option<Decision>,
    due: Option<Day>,
    hold_checked: Option<bool>,
    checked_at_size: Option<u64>,
}

#[derive(Deserialize)]
struct Destroyed {
    series: Option<String>,
    class: Option<String>,
    unit: Option<String>,
    due: Option<Day>,
    medium: Option<Medium>,
    kind: Option<Kind>,
    serial: Option<String>,
    method: Method,
    route: Option<Route>,
    marking: Option<Marking>,
    authorised_by: Option<String>,
    authorisation_ref: Option<String>,
    hold_checked: Option<bool>,
    checked_at_size: Option<u64>,
    certificate: Option<String>,
    advice_ref: Option<String>,
}

#[derive(Deserialize)]
struct Transferred {
    series: Option<String>,
    class: Option<String>,
    unit: Option<String>,
    responsibility_moved: Option<bool>,
}

#[derive(Deserialize)]
struct Advised {
    advice: Advice,
}

#[derive(Deserialize)]
struct Returned {
    kind: Option<Kind>,
    condition: Condition,
    serial: Option<String>,
    unit: Option<String>,
}
