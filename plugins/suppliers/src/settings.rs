//! What an organisation may set. None of these numbers is of the law.

use serde::Deserialize;

/// The settings; `settings.json` is their schema, with the same defaults.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// So many days of the calendar before its last day an undertaking is said to expire.
    pub nda_expiry_warning_days: u16,
    /// So many months after it was given a processor's assurance is to be renewed.
    pub processor_assurance_months: u16,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings { nda_expiry_warning_days: 30, processor_assurance_months: 12 }
    }
}
