//! What is counted, and how Prometheus reads it.

use std::fmt;

use prometheus_client::encoding::text::encode;
use prometheus_client::encoding::{DescriptorEncoder, EncodeLabelSet, EncodeMetric as _, NoLabelSet};
use prometheus_client::metrics::MetricType;
use prometheus_client::metrics::counter::{ConstCounter, Counter};
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::{ConstGauge, Gauge};
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::{Registry, Unit};

use super::App;
use super::plugin_metrics::PluginReading;
use crate::ledger::load::Histogram as LoadHistogram;

/// Upper bounds of the buckets of request durations, in seconds.
const REQUEST_SECONDS: [f64; 11] = [0.001, 0.002, 0.004, 0.008, 0.016, 0.032, 0.064, 0.128, 0.5, 2.0, 10.0];

/// One kind of request.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(super) struct RequestLabels {
    pub(super) method: &'static str,
    /// The route's pattern, never what a client wrote.
    pub(super) route: String,
    pub(super) status: u16,
}

/// Why something was refused.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(super) struct RefusalLabels {
    pub(super) reason: String,
}

/// What the service counts by itself.
#[derive(Debug)]
pub(super) struct Metrics {
    pub(super) requests: Family<RequestLabels, Counter>,
    pub(super) seconds: Histogram,
    pub(super) refusals: Family<RefusalLabels, Counter>,
    pub(super) failed_authentications: Counter,
    pub(super) followers: Gauge,
    pub(super) followers_cut_off: Counter,
    pub(super) panics: Counter,
}

impl Metrics {
    pub(super) fn new() -> Metrics {
        Metrics {
            requests: Family::default(),
            seconds: Histogram::new(REQUEST_SECONDS),
            refusals: Family::default(),
            failed_authentications: Counter::default(),
            followers: Gauge::default(),
            followers_cut_off: Counter::default(),
            panics: Counter::default(),
        }
    }

    /// Everything, in OpenMetrics text.
    pub(super) fn text(&self, app: &App) -> Result<String, fmt::Error> {
        let mut registry = Registry::with_prefix("muniment");
        registry.register("requests", "Requests that were answered", self.requests.clone());
        registry.register_with_unit(
            "request_duration",
            "From a request's head to its answer's",
            Unit::Seconds,
            self.seconds.clone(),
        );
        registry.register("refusals", "Requests that were refused, by reason", self.refusals.clone());
        registry.register(
            "failed_authentications",
            "Requests without a valid token",
            self.failed_authentications.clone(),
        );
        registry.register("followers", "Open streams", self.followers.clone());
        registry.register(
            "followers_cut_off",
            "Streams that were ended because their reader was too slow",
            self.followers_cut_off.clone(),
        );
        registry.register("panics", "Handlers that failed by a mistake in the program", self.panics.clone());
        let mut text = String::new();
        encode(&mut text, &registry)?;
        let mut others = Registry::with_prefix("muniment");
        others.register_collector(Box::new(Reading(readings(app))));
        others.register_collector(Box::new(PluginReading::of(app)));
        // Both end with a line that says so; one is enough.
        text.truncate(text.rfind("# EOF").unwrap_or(text.len()));
        encode(&mut text, &others)?;
        Ok(text)
    }
}

/// What others count, as it stands.
#[derive(Debug)]
enum Value {
    Gauge(f64),
    Counter(u64),
    /// Buckets, and their sum.
    Histogram(Vec<(f64, u64)>, f64),
}

#[derive(Debug)]
struct Metric {
    name: &'static str,
    help: &'static str,
    value: Value,
}

#[derive(Debug)]
struct Reading(Vec<Metric>);

impl prometheus_client::collector::Collector for Reading {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> Result<(), fmt::Error> {
        for Metric { name, help, value } in &self.0 {
            match value {
                Value::Gauge(value) => {
                    let gauge = ConstGauge::new(*value);
                    gauge.encode(encoder.encode_descriptor(name, help, None, MetricType::Gauge)?)?;
                }
                Value::Counter(value) => {
                    let counter = ConstCounter::new(*value);
                    counter.encode(encoder.encode_descriptor(name, help, None, MetricType::Counter)?)?;
                }
                Value::Histogram(buckets, sum) => {
                    let count = buckets.iter().map(|(_, count)| count).sum();
                    let mut metric = encoder.encode_descriptor(name, help, None, MetricType::Histogram)?;
                    metric.encode_histogram::<NoLabelSet>(*sum, count, buckets, None)?;
                }
            }
        }
        Ok(())
    }
}

fn readings(app: &App) -> Vec<Metric> {
    let (size, indexed) = (app.ledger.head().size, app.index.indexed_size());
    let gauge = |name, help, value: f64| Metric { name, help, value: Value::Gauge(value) };
    let counter = |name, help, value: u64| Metric { name, help, value: Value::Counter(value) };
    let connections = &app.connections;
    vec![
        counter("entries", "Entries of the ledger", size),
        gauge(
            "index_lag_entries",
            "Entries that searches do not find yet",
            whole(size.saturating_sub(indexed)),
        ),
        gauge(
            "queue_bytes",
            "Bytes of events that wait to be written",
            whole(app.ledger.queued_bytes() as u64),
        ),
        gauge("appending", "1 while events are taken, 0 while they are refused", {
            f64::from(u8::from(app.ledger.fault().is_none()))
        }),
        histogram(
            "commit_latency_seconds",
            "From handing in a group's first events to its answers",
            &app.ledger.load.latency,
        ),
        histogram("group_events", "Events that were written and synced together", &app.ledger.load.events),
        gauge("connections", "Open connections", whole(connections.open() as u64)),
        counter("connections_accepted", "Connections that were taken", connections.accepted()),
        counter("connections_refused", "Connections over the limit", connections.refused()),
        counter(
            "connections_timed_out",
            "Connections cut because they were too slow",
            connections.timed_out(),
        ),
        counter("tls_failures", "TLS handshakes that failed", connections.tls_failures()),
    ]
}

fn histogram<const N: usize>(name: &'static str, help: &'static str, load: &LoadHistogram<N>) -> Metric {
    let (buckets, sum) = load.read();
    Metric { name, help, value: Value::Histogram(buckets, sum) }
}

pub(super) fn whole(number: u64) -> f64 {
    number.to_string().parse().unwrap_or(f64::MAX)
}
