//! A system of cameras, and its reviews.

use muniment_sdk::{Alarm, Alert, Case, Data, DataError, Day, Happened};
use serde::{Deserialize, Serialize};

use crate::Settings;
use crate::authorisation::On;

/// What a review found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Review {
    pub(crate) cameras: Option<u32>,
    pub(crate) retention_days: u32,
    pub(crate) code_followed: Option<bool>,
    pub(crate) signs_in_place: Option<bool>,
    pub(crate) still_needed: bool,
    pub(crate) dpia_ref: Option<String>,
    pub(crate) owner: Option<String>,
    pub(crate) review_due: Option<Day>,
    pub(crate) unit: Option<String>,
}

/// A system of cameras, as its last review found it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Cameras {
    pub(crate) reviews: Vec<On>,
    pub(crate) last: On,
    pub(crate) found: Review,
}

impl Cameras {
    /// The day by which it is to be reviewed again: the day that was set, but no later than so many months behind.
    pub(crate) fn due(&self, settings: &Settings) -> Day {
        let latest = self.last.day.plus_months(settings.cameras_review_months);
        self.found.review_due.map_or(latest, |due| due.min(latest))
    }
}

impl Case for Cameras {
    type Settings = Settings;
    type Fact = Review;

    fn fact(kind: &str, data: Data<'_>) -> Result<Option<Review>, DataError> {
        if kind == "cctv.system_reviewed" { data.read().map(Some) } else { Ok(None) }
    }

    fn rank(_: &Review) -> u8 {
        0
    }

    fn fold(_: &Settings, facts: &[Happened<Review>]) -> Option<Cameras> {
        let last = facts.last()?;
        let of = |happened: &Happened<Review>| On { day: happened.day, seq: happened.seq };
        let mut reviews: Vec<On> = facts.iter().map(of).collect();
        // Told twice is reviewed once.
        reviews.dedup_by_key(|on| on.day);
        Some(Cameras { reviews, last: of(last), found: last.fact.clone() })
    }

    fn alarms(&self, _: &Settings) -> Vec<Alarm> {
        Vec::new()
    }

    fn alert(&self, _: &Settings, _: &Alarm, alert: Alert) -> Alert {
        alert
    }
}
