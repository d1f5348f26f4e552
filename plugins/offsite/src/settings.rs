//! What an organisation may set. None of these numbers is of the law.

use serde::Deserialize;

/// The settings; `settings.json` is their schema, with the same defaults.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// So many months after it was signed or last reviewed an authorisation is to be looked at again.
    pub homework_review_months: u16,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings { homework_review_months: 12 }
    }
}
