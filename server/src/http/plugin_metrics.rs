//! What plugins do, in numbers.

use std::fmt;

use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, EncodeMetric as _};
use prometheus_client::metrics::MetricType;
use prometheus_client::metrics::counter::ConstCounter;
use prometheus_client::metrics::gauge::ConstGauge;

use super::App;
use super::metrics::whole;
use super::plugins::view::state;
use crate::plugins::host::Shown;

/// What a plugin may be, each a line of its own: 1 for the one that it is.
const STATES: [&str; 6] = ["starting", "folding", "at_head", "disabled", "quarantined", "failed"];

/// The plugins at one moment.
#[derive(Debug)]
pub(super) struct PluginReading {
    plugins: Vec<Shown>,
    size: u64,
}

impl PluginReading {
    pub(super) fn of(app: &App) -> PluginReading {
        let plugins = app.plugins.list();
        // The head is read after the plugins, so that none is ahead of it.
        PluginReading { plugins, size: app.ledger.head().size }
    }

    fn gauges(
        &self,
        encoder: &mut DescriptorEncoder<'_>,
        (name, help): (&str, &str),
        value: impl Fn(&Shown) -> f64,
    ) -> fmt::Result {
        let mut metric = encoder.encode_descriptor(name, help, None, MetricType::Gauge)?;
        for plugin in &self.plugins {
            let labels = [("plugin", plugin.installed.id.as_str())];
            ConstGauge::new(value(plugin)).encode(metric.encode_family(&labels)?)?;
        }
        Ok(())
    }

    fn given(&self, encoder: &mut DescriptorEncoder<'_>) -> fmt::Result {
        let help = "Entries and ticks that a plugin was given since it was installed, upgraded or configured";
        let mut metric = encoder.encode_descriptor("plugin_events", help, None, MetricType::Counter)?;
        for plugin in &self.plugins {
            let labels = [("plugin", plugin.installed.id.as_str())];
            ConstCounter::new(plugin.status.given).encode(metric.encode_family(&labels)?)?;
        }
        Ok(())
    }

    fn counts(&self, encoder: &mut DescriptorEncoder<'_>) -> fmt::Result {
        self.given(encoder)?;
        let help = "How often a plugin failed since the server was started";
        let mut metric = encoder.encode_descriptor("plugin_failures", help, None, MetricType::Counter)?;
        for plugin in &self.plugins {
            for (cause, count) in &plugin.status.failures {
                let labels = [("plugin", plugin.installed.id.as_str()), ("cause", cause.name())];
                ConstCounter::new(*count).encode(metric.encode_family(&labels)?)?;
            }
        }
        Ok(())
    }

    fn states(&self, encoder: &mut DescriptorEncoder<'_>) -> fmt::Result {
        let help = "1 for the state that a plugin is in";
        let mut metric = encoder.encode_descriptor("plugin_state", help, None, MetricType::Gauge)?;
        for plugin in &self.plugins {
            let is = state(plugin, self.size);
            for name in STATES {
                let labels = [("plugin", plugin.installed.id.as_str()), ("state", name)];
                let value = f64::from(u8::from(name == is));
                ConstGauge::new(value).encode(metric.encode_family(&labels)?)?;
            }
        }
        Ok(())
    }
}

impl Collector for PluginReading {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> fmt::Result {
        if self.plugins.is_empty() {
            return Ok(());
        }
        let encoder = &mut encoder;
        let behind = |plugin: &Shown| whole(self.size.saturating_sub(plugin.status.next));
        self.gauges(encoder, ("plugin_lag_entries", "Entries that a plugin has not folded yet"), behind)?;
        self.counts(encoder)?;
        let help = "How long a plugin's last batch took, with reading it";
        self.gauges(encoder, ("plugin_batch_seconds", help), |plugin| plugin.status.batch.as_secs_f64())?;
        let bytes = |bytes: usize| whole(bytes as u64);
        let help = "The size of a plugin's last snapshot";
        self.gauges(encoder, ("plugin_snapshot_bytes", help), |plugin| bytes(plugin.status.snapshot_bytes))?;
        let help = "What a plugin's memories have together";
        self.gauges(encoder, ("plugin_memory_bytes", help), |plugin| bytes(plugin.status.memory_bytes))?;
        let help = "Alerts of a plugin that are open";
        self.gauges(encoder, ("plugin_open_alerts", help), |plugin| bytes(plugin.status.open_alerts))?;
        self.states(encoder)
    }
}
