//! What an organisation may set. None of these numbers is of the law.

use serde::Deserialize;

/// The settings; `settings.json` is their schema, with the same defaults.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// So many working days behind its receipt a request is to be answered.
    pub answer_working_days: u16,
    /// So many hours after data was given out in an emergency that is to be on record.
    pub emergency_record_hours: u16,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings { answer_working_days: 20, emergency_record_hours: 24 }
    }
}
