//! What entries say of calendars.

use serde::{Deserialize, Serialize};

use crate::calendar::YEARS;
use crate::{Data, Day, Event, Instant, Nation, Nations};

/// An entry that says something of a day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Change {
    pub(super) seq: u64,
    pub(super) recorded: Instant,
    pub(super) said: Said,
}

/// What an entry says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Said {
    Added { day: Day, nations: Nations, name: String },
    Removed { day: Day, nations: Nations },
    Set { calendar: String, day: Day, state: State },
}

/// What a day is in a calendar of an organisation's own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum State {
    Open,
    Closed,
}

/// An entry that corrects such a one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Amended {
    pub(super) target: u64,
    pub(super) recorded: Instant,
    action: Action,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
enum Action {
    Void,
    Restore,
    Replace(Said),
}

/// A part of the country as an entry names it.
#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Region {
    /// The bank holidays of England and of Wales are the same days.
    England,
    Wales,
    Scotland,
    NorthernIreland,
}

/// Where nobody says in which parts of the country, it is all of them.
fn nations(regions: Option<Vec<Region>>) -> Nations {
    let Some(regions) = regions.filter(|regions| !regions.is_empty()) else {
        return Nations::ALL;
    };
    let nation = |region| match region {
        Region::England | Region::Wales => Nation::EnglandAndWales,
        Region::Scotland => Nation::Scotland,
        Region::NorthernIreland => Nation::NorthernIreland,
    };
    regions.into_iter().map(nation).collect()
}

#[derive(Deserialize)]
struct Added {
    day: Day,
    regions: Option<Vec<Region>>,
    holiday: Option<String>,
}

#[derive(Deserialize)]
struct Removed {
    day: Day,
    regions: Option<Vec<Region>>,
}

#[derive(Deserialize)]
struct DaySet {
    /// The subject is the calendar, unless this says another one.
    calendar: Option<String>,
    day: Day,
    open: bool,
}

impl Said {
    /// Reads an event; nothing where it says none of this, or says it wrongly.
    pub(super) fn read(kind: &str, subject: Option<&str>, data: Data<'_>) -> Option<Said> {
        let said = match kind {
            "calendar.holiday_added" => {
                let Added { day, regions, holiday } = data.read().ok()?;
                let name = holiday.unwrap_or_else(|| "Bank holiday".to_owned());
                Said::Added { day, nations: nations(regions), name }
            }
            "calendar.holiday_removed" => {
                let Removed { day, regions } = data.read().ok()?;
                Said::Removed { day, nations: nations(regions) }
            }
            "calendar.day_set" => {
                let DaySet { calendar, day, open } = data.read().ok()?;
                let calendar = calendar.or_else(|| subject.map(str::to_owned))?;
                Said::Set { calendar, day, state: if open { State::Open } else { State::Closed } }
            }
            _ => return None,
        };
        YEARS.contains(&said.day().year()).then_some(said)
    }

    pub(super) fn day(&self) -> Day {
        match self {
            Said::Added { day, .. } | Said::Removed { day, .. } | Said::Set { day, .. } => *day,
        }
    }

    /// The type of event that says so.
    pub(super) fn kind(&self) -> &'static str {
        match self {
            Said::Added { .. } => "calendar.holiday_added",
            Said::Removed { .. } => "calendar.holiday_removed",
            Said::Set { .. } => "calendar.day_set",
        }
    }
}

impl Amended {
    /// Reads a correction of an entry whose type is known; nothing where it is of none such, or its data does not fit.
    pub(super) fn read(event: &Event, kind_of: impl Fn(u64) -> Option<&'static str>) -> Option<Amended> {
        #[derive(Deserialize)]
        struct Correction {
            target: u64,
            action: Which,
            #[serde(default)]
            data: serde_json::Value,
        }
        #[derive(Deserialize)]
        #[serde(rename_all = "snake_case")]
        enum Which {
            Void,
            Restore,
            Replace,
        }
        let Correction { target, action, data } = event.data().ok()?;
        let kind = kind_of(target)?;
        let action = match action {
            Which::Void => Action::Void,
            Which::Restore => Action::Restore,
            Which::Replace => {
                let json = serde_json::to_vec(&data).ok()?;
                Action::Replace(Said::read(kind, event.subject.as_deref(), Data::from_json(&json))?)
            }
        };
        Some(Amended { target, recorded: event.recorded, action })
    }

    /// What is said instead.
    pub(super) fn replacement(&self) -> Option<&Said> {
        match &self.action {
            Action::Replace(said) => Some(said),
            Action::Void | Action::Restore => None,
        }
    }

    /// What stands of what was said.
    pub(super) fn stands<'s>(&'s self, said: &'s Said) -> Option<&'s Said> {
        match &self.action {
            Action::Void => None,
            Action::Restore => Some(said),
            Action::Replace(said) => Some(said),
        }
    }
}
