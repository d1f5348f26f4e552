//! What an organisation may set. This number is not of the law.

use serde::Deserialize;

/// The settings; `settings.json` is their schema, with the same defaults.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// So many months behind its last review a system of cameras is to be reviewed again.
    pub cameras_review_months: u16,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings { cameras_review_months: 12 }
    }
}
