//! Retention schedules: only which version applies since when.

use muniment_sdk::{Alarm, Alert, Case, Data, DataError, Happened};
use serde::{Deserialize, Serialize};

use crate::Settings;
use crate::on::On;

/// A schedule: its versions, the first published first.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Schedule {
    pub(crate) versions: Vec<(String, On)>,
}

/// What an event about a schedule says.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Published {
    version: String,
}

impl Case for Schedule {
    type Settings = Settings;
    type Fact = Published;

    fn fact(kind: &str, data: Data<'_>) -> Result<Option<Published>, DataError> {
        if kind == "schedule.published" { data.read().map(Some) } else { Ok(None) }
    }

    fn rank(_: &Published) -> u8 {
        0
    }

    fn fold(_: &Settings, facts: &[Happened<Published>]) -> Option<Schedule> {
        let mut versions: Vec<(String, On)> = Vec::new();
        for happened in facts {
            // A version that was recorded twice was published once.
            if !versions.iter().any(|(version, _)| *version == happened.fact.version) {
                versions.push((happened.fact.version.clone(), On::of(happened)));
            }
        }
        (!versions.is_empty()).then_some(Schedule { versions })
    }

    fn is_done(&self) -> bool {
        true
    }

    /// Its review is a matter of the plugin that watches over policies.
    fn alarms(&self, _: &Settings) -> Vec<Alarm> {
        Vec::new()
    }

    fn alert(&self, _: &Settings, _: &Alarm, alert: Alert) -> Alert {
        alert
    }
}
