//! How an event about a person is read.

use muniment_sdk::{Data, DataError, Day, Instant};
use serde::Deserialize;

use super::facts::{Duty, Fact, Given, Item, Kind, Move, Role, Which};
use crate::moment::{Code, UserClass};

/// The entitlement of an account that permits nothing.
pub(crate) const NO_ENTITLEMENT: &str = "none";
/// An alert about a suspension that is recorded under another number: the type as [`super::route`] passes it on.
pub(crate) const ALERTED_OF: &str = "staff.irm_alerted of another";

/// Reads an event; nothing where events of its kind say nothing about anybody.
pub(crate) fn read(kind: &str, data: Data<'_>) -> Result<Option<Fact>, DataError> {
    match kind.split('.').next() {
        Some("access") => of_access(kind, data),
        Some("staff" | "exit" | "contractor") => of_people(kind, data),
        _ => of_things(kind, data),
    }
}

fn of_access(kind: &str, data: Data<'_>) -> Result<Option<Fact>, DataError> {
    let wanted =
        ["access.granted", "access.changed", "access.reviewed", "access.suspended", "access.revoked"];
    if !wanted.contains(&kind) {
        return Ok(None);
    }
    let read: Access = data.read()?;
    let code = |name: &Option<String>| name.as_deref().map(Code::of);
    let system = Code::of(&read.system);
    let of = |entitlement| Which { system, entitlement: code(entitlement) };
    let right = Given {
        of: of(&read.entitlement),
        function: code(&read.job_function),
        class: read.user_class,
        valid_until: read.valid_until,
    };
    let permits_nothing = |name: &Option<String>| name.as_deref() == Some(NO_ENTITLEMENT);
    Ok(Some(match kind {
        "access.changed" if permits_nothing(&read.entitlement) => Fact::Revoked(of(&read.entitlement_before)),
        "access.changed" if !permits_nothing(&read.entitlement_before) => {
            let given_back = read.change_reason.as_deref() == Some("returned");
            Fact::Changed { person: read.person, right, before: code(&read.entitlement_before), given_back }
        }
        "access.granted" | "access.changed" => Fact::Granted { person: read.person, right },
        "access.suspended" => Fact::Rests(right.of),
        "access.revoked" => Fact::Revoked(right.of),
        // A review of many accounts says nothing of each, and one that decided on removal confirms nothing.
        _ if read.decision.as_deref() == Some("removed") => return Ok(None),
        _ if read.accounts_reviewed.is_some_and(|accounts| accounts > 1) => return Ok(None),
        _ => Fact::Confirmed { person: read.person, of: right.of },
    }))
}

fn of_people(kind: &str, data: Data<'_>) -> Result<Option<Fact>, DataError> {
    let known = match kind {
        "staff.instructed" | "staff.absence_started" => return Ok(None),
        _ => data.read::<People>()?,
    };
    let People { person, user_class: class, unit, .. } = known;
    let function = known.job_function.as_deref().map(Code::of);
    let required =
        |day: Option<Day>, name: &str| day.ok_or_else(|| DataError::new(format!("`{name}` is missing")));
    Ok(Some(match kind {
        "staff.joined" => Fact::Joined { person, role: Role { class, function, unit }, starts: known.starts },
        "staff.moved" => {
            let to = Move {
                role: Role { class, function, unit },
                before: known.job_function_before.as_deref().map(Code::of),
                effective: required(known.effective, "effective")?,
                access_to_change: known.access_to_change,
            };
            Fact::Moved { person, to }
        }
        "staff.suspended" => {
            let to_stop =
                known.access_to_stop.ok_or_else(|| DataError::new("`access_to_stop` is missing"))?;
            Fact::Suspended { person, at: known.suspended_at, to_stop, unit }
        }
        "staff.irm_alerted" => Fact::Alerted { person, at: known.notified_at, of: None },
        ALERTED_OF => Fact::Alerted { person, at: known.notified_at, of: known.suspension_ref },
        "staff.leaver_notified" => {
            let last_day = required(known.last_day, "last_day")?;
            Fact::Announced { person, last_day, class, at: known.notified_at, unit }
        }
        "staff.left" => {
            let last_day = required(known.last_day, "last_day")?;
            Fact::Left { person, last_day, class, remaining: known.remaining_classes, unit }
        }
        "staff.absence_ended" => Fact::Back { person },
        "exit.item_completed" => {
            let read: ItemDone = data.read()?;
            Fact::Item { person, item: read.item, settled: read.result != "outstanding" }
        }
        "exit.checklist_completed" => {
            Fact::Checklist { person, outstanding: data.read::<Outstanding>()?.items_outstanding }
        }
        "contractor.engaged" | "contractor.started" => Fact::Engaged { person, starts: known.starts, unit },
        "contractor.ended" => Fact::Ended { person, last_day: known.ends, unit },
        _ => return Ok(None),
    }))
}

fn of_things(kind: &str, data: Data<'_>) -> Result<Option<Fact>, DataError> {
    Ok(Some(match kind {
        "equipment.issued" => {
            let Issued { person, kind, user_class: class, due_back, unit } = data.read()?;
            Fact::Issued { person, kind, class, due_back, unit }
        }
        "equipment.returned" | "device.disposed" => Fact::Returned,
        "sod.conflict_detected" => {
            let Conflict { person, system, rights, resolve_by: by, unit } = data.read()?;
            let rights = rights.iter().map(|name| Duty::of(&system, name)).collect();
            Fact::Conflict { person, rights, by, unit }
        }
        "sod.exception_approved" => {
            let Excepted { person, exception_until: until } = data.read()?;
            Fact::Excepted { person, until }
        }
        _ => return Ok(None),
    }))
}

#[derive(Deserialize)]
struct Access {
    person: Option<String>,
    system: String,
    entitlement: Option<String>,
    entitlement_before: Option<String>,
    job_function: Option<String>,
    user_class: Option<UserClass>,
    valid_until: Option<Day>,
    change_reason: Option<String>,
    decision: Option<String>,
    accounts_reviewed: Option<u64>,
}

/// What events about staff and contractors say, each some of it.
#[derive(Deserialize)]
struct People {
    person: Option<String>,
    user_class: Option<UserClass>,
    unit: Option<String>,
    job_function: Option<String>,
    job_function_before: Option<String>,
    starts: Option<Day>,
    ends: Option<Day>,
    effective: Option<Day>,
    access_to_change: Option<bool>,
    access_to_stop: Option<bool>,
    suspended_at: Option<Instant>,
    notified_at: Option<Instant>,
    suspension_ref: Option<String>,
    last_day: Option<Day>,
    #[serde(default)]
    remaining_classes: Vec<UserClass>,
}

#[derive(Deserialize)]
struct ItemDone {
    item: Item,
    result: String,
}

#[derive(Deserialize)]
struct Outstanding {
    items_outstanding: u16,
}

#[derive(Deserialize)]
struct Issued {
    person: Option<String>,
    kind: Kind,
    user_class: Option<UserClass>,
    due_back: Option<Day>,
    unit: Option<String>,
}

#[derive(Deserialize)]
struct Conflict {
    person: Option<String>,
    system: String,
    rights: Vec<String>,
    resolve_by: Option<Day>,
    unit: Option<String>,
}

#[derive(Deserialize)]
struct Excepted {
    person: Option<String>,
    exception_until: Option<Day>,
}
