//! How plugins are run.

use std::time::Duration;

use super::engine::Allowance;
use crate::settings::PluginsSettings;

/// How plugins are run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PluginOptions {
    /// What each may use.
    pub allowance: Allowance,
    /// How many alerts one may raise in a day.
    pub alerts_a_day_max: u32,
    /// Between two `clock.advanced`.
    pub clock_interval: Duration,
    /// An import that is open for longer is closed.
    pub import_max: Duration,
    /// Whether events marked as tests are left out.
    pub leaves_out_tests: bool,
    /// Whether the plugins that come with the program are installed at the first start.
    pub installs_built_in: bool,
}

impl PluginOptions {
    /// As the settings say, for a ledger that is in production or not.
    #[must_use]
    pub fn new(settings: &PluginsSettings, is_production: bool) -> PluginOptions {
        PluginOptions {
            allowance: Allowance {
                memory_bytes_max: settings.memory_mib_max as usize * 1024 * 1024,
                call_max: Duration::from_millis(settings.batch_milliseconds_max.into()),
            },
            alerts_a_day_max: settings.alerts_a_day_max,
            clock_interval: Duration::from_secs(settings.clock_seconds.into()),
            import_max: Duration::from_secs(settings.import_seconds_max.into()),
            leaves_out_tests: is_production,
            installs_built_in: settings.built_in,
        }
    }
}
