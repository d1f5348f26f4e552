//! What an organisation may set. None of these numbers is of the law.

use muniment_sdk::Nation;
use serde::Deserialize;

/// The settings; `settings.json` is their schema, with the same defaults.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// So many days of the calendar before a request is due it is said to be.
    pub warn_days_left: Vec<u16>,
    /// More days than these a clock does not stand still unnoticed.
    pub paused_days_max: u16,
    /// The day, of the 30 that the law allows, by which a complaint is to be acknowledged.
    pub complaint_warn_day: u16,
    /// Whose public holidays move an end that is no working day.
    pub nation: Nation,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings {
            warn_days_left: vec![14, 5],
            paused_days_max: 30,
            complaint_warn_day: 25,
            nation: Nation::EnglandAndWales,
        }
    }
}

impl Settings {
    pub(crate) fn check(&self) -> Result<(), String> {
        let days = &self.warn_days_left;
        if days.is_sorted_by(|earlier, later| earlier > later) {
            Ok(())
        } else {
            Err(format!("warn_days_left is to fall from warning to warning: {days:?}"))
        }
    }
}
