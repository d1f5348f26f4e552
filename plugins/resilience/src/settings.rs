//! What an organisation may set. None of these numbers is of the law.

use serde::Deserialize;

/// The settings; `settings.json` is their schema, with the same defaults.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// So many months after it was looked at the papers of a critical function are to be looked at again.
    pub function_review_months: u16,
    /// So many days after the role that answers for it changed hands they are to be looked at.
    pub role_change_days: u16,
    /// So many months after its last test a plan for continuity or recovery is to be tested again.
    pub test_months: u16,
    /// So many months after the last one a restore is to be tested again.
    pub restore_months: u16,
    /// For so many days an outage that was recorded only when it was over is shown to have been too long.
    pub outage_follow_up_days: u16,
    /// So many months after its last briefing a team is to be briefed on callers again.
    pub brief_months: u16,
    /// So many months after it was justified a fax machine is to be justified again.
    pub fax_justify_months: u16,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings {
            function_review_months: 12,
            role_change_days: 0,
            test_months: 12,
            restore_months: 6,
            outage_follow_up_days: 14,
            brief_months: 12,
            fax_justify_months: 12,
        }
    }
}
