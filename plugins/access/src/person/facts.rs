//! What is kept of events about a person.

use muniment_sdk::{Day, Instant};
use serde::{Deserialize, Serialize};

use crate::moment::{Code, UserClass};

/// What an event says about somebody: of their access, their employment, their equipment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) enum Fact {
    Granted {
        person: Option<String>,
        right: Given,
    },
    Changed {
        person: Option<String>,
        right: Given,
        before: Option<Code>,
        given_back: bool,
    },
    /// It was confirmed that the access is needed.
    Confirmed {
        person: Option<String>,
        of: Which,
    },
    Rests(Which),
    Revoked(Which),
    Joined {
        person: Option<String>,
        role: Role,
        starts: Option<Day>,
    },
    Moved {
        person: Option<String>,
        to: Move,
    },
    Suspended {
        person: Option<String>,
        at: Option<Instant>,
        to_stop: bool,
        unit: Option<String>,
    },
    /// The information risk manager was told, of a suspension that may be recorded under another number.
    Alerted {
        person: Option<String>,
        at: Option<Instant>,
        of: Option<String>,
    },
    Announced {
        person: Option<String>,
        last_day: Day,
        class: Option<UserClass>,
        at: Option<Instant>,
        unit: Option<String>,
    },
    Left {
        person: Option<String>,
        last_day: Day,
        class: Option<UserClass>,
        remaining: Vec<UserClass>,
        unit: Option<String>,
    },
    Back {
        person: Option<String>,
    },
    Item {
        person: Option<String>,
        item: Item,
        settled: bool,
    },
    Checklist {
        person: Option<String>,
        outstanding: u16,
    },
    Issued {
        person: Option<String>,
        kind: Kind,
        class: Option<UserClass>,
        due_back: Option<Day>,
        unit: Option<String>,
    },
    /// It is back, or was disposed of.
    Returned,
    Engaged {
        person: Option<String>,
        starts: Option<Day>,
        unit: Option<String>,
    },
    Ended {
        person: Option<String>,
        last_day: Option<Day>,
        unit: Option<String>,
    },
    Conflict {
        person: Option<String>,
        rights: Vec<Duty>,
        by: Option<Day>,
        unit: Option<String>,
    },
    Excepted {
        person: Option<String>,
        until: Option<Day>,
    },
}

/// Which access of an account it is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Which {
    pub(crate) system: Code,
    pub(crate) entitlement: Option<Code>,
}

/// What is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Given {
    pub(crate) of: Which,
    pub(crate) function: Option<Code>,
    pub(crate) class: Option<UserClass>,
    pub(crate) valid_until: Option<Day>,
}

/// In what way somebody belongs to the organisation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Role {
    pub(crate) class: Option<UserClass>,
    pub(crate) function: Option<Code>,
    pub(crate) unit: Option<String>,
}

/// A change to another function or unit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Move {
    pub(crate) role: Role,
    pub(crate) before: Option<Code>,
    pub(crate) effective: Day,
    pub(crate) access_to_change: Option<bool>,
}

/// A right that should not come together with others. It may be named with its system, as `pay/approve-payment`, or without.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Duty {
    pub(crate) plain: Which,
    pub(crate) with_system: Option<Which>,
}

impl Duty {
    pub(crate) fn of(system: &str, name: &str) -> Duty {
        let which = |system: &str, entitlement: &str| Which {
            system: Code::of(system),
            entitlement: Some(Code::of(entitlement)),
        };
        let with_system = name.split_once('/').map(|(system, entitlement)| which(system, entitlement));
        Duty { plain: which(system, name), with_system }
    }
}

/// An item of the exit checklist.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Item {
    Keys,
    Badge,
    PaperFiles,
    Laptop,
    Phone,
    RemovableMedia,
    Mailbox,
    SharedAccounts,
    DelegatedMailboxes,
    HomeDocuments,
    AccessRights,
    Handover,
    Other,
}

/// What kind of thing somebody was given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Kind {
    Laptop,
    Desktop,
    Server,
    Phone,
    Tablet,
    Printer,
    Network,
    Usb,
    Disk,
    Tape,
    Badge,
    Keys,
    Camera,
    Other,
}

impl Kind {
    /// Its name, for people.
    pub(crate) fn title(self) -> &'static str {
        match self {
            Kind::Laptop => "Laptop",
            Kind::Desktop => "Desktop",
            Kind::Server => "Server",
            Kind::Phone => "Phone",
            Kind::Tablet => "Tablet",
            Kind::Printer => "Printer",
            Kind::Network => "Network equipment",
            Kind::Usb => "USB stick",
            Kind::Disk => "Disk",
            Kind::Tape => "Tape",
            Kind::Badge => "Badge",
            Kind::Keys => "Keys",
            Kind::Camera => "Camera",
            Kind::Other => "Other",
        }
    }
}

impl Fact {
    /// Who it is about, where it says so.
    pub(crate) fn person(&self) -> Option<&str> {
        match self {
            Fact::Granted { person, .. }
            | Fact::Changed { person, .. }
            | Fact::Confirmed { person, .. }
            | Fact::Joined { person, .. }
            | Fact::Moved { person, .. }
            | Fact::Suspended { person, .. }
            | Fact::Alerted { person, .. }
            | Fact::Announced { person, .. }
            | Fact::Left { person, .. }
            | Fact::Back { person }
            | Fact::Item { person, .. }
            | Fact::Checklist { person, .. }
            | Fact::Issued { person, .. }
            | Fact::Engaged { person, .. }
            | Fact::Ended { person, .. }
            | Fact::Conflict { person, .. }
            | Fact::Excepted { person, .. } => person.as_deref(),
            Fact::Rests(_) | Fact::Revoked(_) | Fact::Returned => None,
        }
    }

    /// Its place in a life, for what happens on one day.
    pub(crate) fn rank(&self) -> u8 {
        match self {
            Fact::Joined { .. } | Fact::Engaged { .. } => 0,
            Fact::Granted { .. } | Fact::Issued { .. } => 1,
            Fact::Moved { .. } => 2,
            Fact::Changed { .. } | Fact::Conflict { .. } => 3,
            Fact::Suspended { .. } => 4,
            Fact::Alerted { .. } | Fact::Confirmed { .. } | Fact::Excepted { .. } => 5,
            Fact::Back { .. } => 6,
            Fact::Announced { .. } => 7,
            Fact::Item { .. } | Fact::Checklist { .. } => 8,
            Fact::Left { .. } | Fact::Ended { .. } => 9,
            Fact::Rests(_) => 10,
            Fact::Revoked(_) | Fact::Returned => 11,
        }
    }
}
