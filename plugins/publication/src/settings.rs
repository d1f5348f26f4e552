//! What an organisation may set. None of these numbers is of the law.

use muniment_sdk::Day;
use serde::Deserialize;

/// The settings; `settings.json` is their schema, with the same defaults.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// So many months after a quarter its statistics are to be published.
    pub statistics_months: u16,
    /// Who publishes statistics: an authority of more full-time posts than these.
    pub statistics_over_posts: u16,
    /// What decides whether statistics are owed at all.
    pub statistics_owed: Owed,
    /// From the quarter of this day on they are owed; where it is not set, from that in which the ledger begins.
    pub statistics_from: Option<Day>,
    /// So many months after a review of the publication scheme the next one is due.
    pub scheme_review_months: u16,
    /// So many days of the calendar before a day it is shown in amber.
    pub amber_days: u16,
}

/// What decides whether statistics are owed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Owed {
    /// The headcount; while none is recorded they are owed, since nearly every council is large enough.
    ByPosts,
    /// They are, whatever the headcount.
    Always,
    /// They are not.
    Never,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings {
            statistics_months: 1,
            statistics_over_posts: 100,
            statistics_owed: Owed::ByPosts,
            statistics_from: None,
            scheme_review_months: 12,
            amber_days: 30,
        }
    }
}
