//! How plugins are run.

use std::sync::Arc;
use std::time::Duration;

use super::engine::Allowance;
use crate::definitions::Current;
use crate::ledger::Ledger;
use crate::ledger::clock::Clock;
use crate::settings::PluginsSettings;
use crate::vault::Vault;

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

/// How a program is to be run.
#[derive(Debug, Clone, Copy, Default)]
pub struct Wish<'a> {
    /// Its settings, as JSON. Where there are none: those of before, or its defaults.
    pub settings: Option<&'a str>,
    /// The personal fields that it may be given, each as `type/field`. Where nothing is said: those of before, or none.
    pub granted: Option<&'a [String]>,
    /// Who wants it so.
    pub requested_by: Option<&'a str>,
}

/// What plugins stand on.
#[derive(Clone)]
pub struct Ground {
    /// What they fold over.
    pub ledger: Arc<Ledger>,
    /// What opens the personal fields that they are granted.
    pub vault: Arc<Vault>,
    /// Which types of event there are.
    pub definitions: Arc<Current>,
    /// The ledger's clock.
    pub clock: Arc<dyn Clock>,
}
