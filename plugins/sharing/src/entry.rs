//! Entries of the record of processing, and privacy notices.

use muniment_sdk::{Alarm, Alert, Case, Data, DataError, Day, Happened};
use serde::{Deserialize, Serialize};

use crate::Settings;
use crate::on::On;

/// What an event about an entry, or about a notice, says.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) enum Fact {
    Recorded(Recorded),
    Reviewed(Reviewed),
    Published(Published),
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Recorded {
    activity: String,
    lawful_basis: String,
    #[serde(default)]
    dpia_ref: Option<String>,
    #[serde(default)]
    isa_refs: Vec<String>,
    #[serde(default)]
    notice_ref: Option<String>,
    #[serde(default)]
    status: Option<Status>,
    #[serde(default)]
    owner: Option<String>,
    #[serde(default)]
    review_due: Option<Day>,
    #[serde(default)]
    unit: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Reviewed {
    finding: Found,
    #[serde(default)]
    status: Option<Status>,
    #[serde(default)]
    review_due: Option<Day>,
    #[serde(default)]
    unit: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Published {
    #[serde(default)]
    review_due: Option<Day>,
    #[serde(default)]
    owner: Option<String>,
    #[serde(default)]
    unit: Option<String>,
}

/// Whether the processing goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Status {
    Live,
    Planned,
    Ended,
}

/// What a review found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Found {
    Current,
    Changed,
    Incomplete,
    Ended,
}

/// An entry of the record of processing, or a notice, as it stands.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Entry {
    pub(crate) is_notice: bool,
    pub(crate) activity: Option<String>,
    pub(crate) basis: Option<String>,
    pub(crate) assessment: Option<String>,
    pub(crate) agreements: Vec<String>,
    pub(crate) notice: Option<String>,
    pub(crate) status: Status,
    pub(crate) owner: Option<String>,
    pub(crate) unit: Option<String>,
    /// Since when it is on record.
    pub(crate) first: On,
    pub(crate) last: On,
    pub(crate) reviewed: Option<(Found, On)>,
    pub(crate) review_due: Option<Day>,
    /// A review of something that is not on record.
    pub(crate) is_recorded: bool,
    /// Each time that a notice was published.
    pub(crate) published: Vec<On>,
}

impl Entry {
    fn new(on: On) -> Entry {
        Entry {
            is_notice: false,
            activity: None,
            basis: None,
            assessment: None,
            agreements: Vec::new(),
            notice: None,
            status: Status::Live,
            owner: None,
            unit: None,
            first: on,
            last: on,
            reviewed: None,
            review_due: None,
            is_recorded: false,
            published: Vec::new(),
        }
    }

    /// Whether it is an entry of something that goes on.
    pub(crate) fn is_live(&self) -> bool {
        self.is_recorded && !self.is_notice && self.status == Status::Live
    }

    fn take(&mut self, on: On, fact: &Fact) {
        self.last = on;
        let unit = match fact {
            // It takes the place of the entry before.
            Fact::Recorded(recorded) => {
                if !self.is_recorded {
                    self.first = on;
                }
                self.is_recorded = true;
                self.activity = Some(recorded.activity.clone());
                self.basis = Some(recorded.lawful_basis.clone());
                self.assessment.clone_from(&recorded.dpia_ref);
                self.agreements.clone_from(&recorded.isa_refs);
                self.notice.clone_from(&recorded.notice_ref);
                self.status = recorded.status.unwrap_or(Status::Live);
                self.review_due = recorded.review_due.or(self.review_due);
                if recorded.owner.is_some() {
                    self.owner.clone_from(&recorded.owner);
                }
                &recorded.unit
            }
            Fact::Reviewed(reviewed) => {
                self.reviewed = Some((reviewed.finding, on));
                self.review_due = reviewed.review_due;
                let ended = (reviewed.finding == Found::Ended).then_some(Status::Ended);
                self.status = reviewed.status.or(ended).unwrap_or(self.status);
                &reviewed.unit
            }
            Fact::Published(published) => {
                (self.is_notice, self.is_recorded) = (true, true);
                self.published.push(on);
                self.review_due = published.review_due;
                if published.owner.is_some() {
                    self.owner.clone_from(&published.owner);
                }
                &published.unit
            }
        };
        if unit.is_some() {
            self.unit.clone_from(unit);
        }
    }
}

impl Case for Entry {
    type Settings = Settings;
    type Fact = Fact;

    fn fact(kind: &str, data: Data<'_>) -> Result<Option<Fact>, DataError> {
        Ok(Some(match kind {
            "ropa.entry_recorded" => Fact::Recorded(data.read()?),
            "ropa.entry_reviewed" => Fact::Reviewed(data.read()?),
            "privacy_notice.published" => Fact::Published(data.read()?),
            _ => return Ok(None),
        }))
    }

    fn rank(fact: &Fact) -> u8 {
        match fact {
            Fact::Recorded(_) | Fact::Published(_) => 0,
            Fact::Reviewed(_) => 1,
        }
    }

    fn fold(_: &Settings, facts: &[Happened<Fact>]) -> Option<Entry> {
        let mut entry = Entry::new(On::of(facts.first()?));
        for happened in facts {
            let on = On::of(happened);
            // What is recorded twice was published once.
            let is_same = |it: &On| it.time == on.time;
            if !(matches!(happened.fact, Fact::Published(_)) && entry.published.iter().any(is_same)) {
                entry.take(on, &happened.fact);
            }
        }
        Some(entry)
    }

    /// What an entry that is lacking comes to is said of the assessment, or of the agreement, that has none.
    fn alarms(&self, _: &Settings) -> Vec<Alarm> {
        Vec::new()
    }

    fn alert(&self, _: &Settings, _: &Alarm, alert: Alert) -> Alert {
        alert
    }
}
