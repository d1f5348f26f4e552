//! How much the ledger has to do, for whoever watches it: sizes of groups and how long they take.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// Upper bounds of the buckets of [`Load::latency`], in seconds.
pub const LATENCY_BOUNDS_SECONDS: [f64; 14] =
    [0.000_25, 0.000_5, 0.001, 0.002, 0.004, 0.008, 0.016, 0.032, 0.064, 0.128, 0.256, 0.512, 1.0, 4.0];

/// Upper bounds of the buckets of [`Load::events`], in events.
pub const EVENTS_BOUNDS: [f64; 8] = [1.0, 4.0, 16.0, 64.0, 256.0, 1_024.0, 4_096.0, 16_384.0];

/// A histogram with fixed bounds that is written by one thread and read by any.
#[derive(Debug)]
pub struct Histogram<const N: usize> {
    bounds: &'static [f64; N],
    buckets: [AtomicU64; N],
    /// Above the last bound.
    beyond: AtomicU64,
    /// Millionths.
    sum: AtomicU64,
}

impl<const N: usize> Histogram<N> {
    fn new(bounds: &'static [f64; N]) -> Histogram<N> {
        Histogram {
            bounds,
            buckets: [const { AtomicU64::new(0) }; N],
            beyond: AtomicU64::new(0),
            sum: AtomicU64::new(0),
        }
    }

    fn record(&self, value: f64, micros: u64) {
        let bucket = self.bounds.iter().position(|bound| value <= *bound);
        bucket.map_or(&self.beyond, |bucket| &self.buckets[bucket]).fetch_add(1, Ordering::Relaxed);
        self.sum.fetch_add(micros, Ordering::Relaxed);
    }

    /// Each bucket's upper bound (the last is infinite) and how many values are in it, and their sum.
    #[must_use]
    pub fn read(&self) -> (Vec<(f64, u64)>, f64) {
        let load = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        let mut buckets: Vec<(f64, u64)> =
            self.bounds.iter().zip(&self.buckets).map(|(bound, count)| (*bound, load(count))).collect();
        buckets.push((f64::INFINITY, load(&self.beyond)));
        (buckets, Duration::from_micros(load(&self.sum)).as_secs_f64())
    }
}

/// What the writer has done since the ledger was opened.
#[derive(Debug)]
pub struct Load {
    /// From handing in a group's first submission to its answers, in seconds.
    pub latency: Histogram<14>,
    /// Events handed in with a group.
    pub events: Histogram<8>,
}

impl Default for Load {
    fn default() -> Load {
        Load { latency: Histogram::new(&LATENCY_BOUNDS_SECONDS), events: Histogram::new(&EVENTS_BOUNDS) }
    }
}

impl Load {
    /// A group has been answered.
    pub(super) fn group(&self, events: usize, latency: Duration) {
        let micros = u64::try_from(latency.as_micros()).unwrap_or(u64::MAX);
        self.latency.record(latency.as_secs_f64(), micros);
        let events = u32::try_from(events).unwrap_or(u32::MAX);
        self.events.record(f64::from(events), u64::from(events) * 1_000_000);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_fall_into_their_buckets() {
        let load = Load::default();
        load.group(1, Duration::from_micros(400));
        load.group(1_025, Duration::from_secs(9));
        let (latency, sum) = load.latency.read();
        assert_eq!((latency[1].1, latency[14].1), (1, 1));
        assert!((sum - 9.0004).abs() < 1e-9);
        let (events, sum) = load.events.read();
        assert_eq!((events[0].1, events[6].1), (1, 1));
        assert!((sum - 1_026.0).abs() < 1e-9);
    }
}
