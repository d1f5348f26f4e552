//! What a load generator counts.

use std::collections::BTreeMap;
use std::time::Duration;

use hdrhistogram::Histogram;

/// Latencies in microseconds, to three digits.
#[derive(Debug)]
pub struct Latency(Histogram<u64>);

impl Latency {
    /// The latency below which this part of the requests lies.
    #[must_use]
    pub fn at(&self, quantile: f64) -> Duration {
        Duration::from_micros(self.0.value_at_quantile(quantile))
    }

    /// The longest.
    #[must_use]
    pub fn max(&self) -> Duration {
        Duration::from_micros(self.0.max())
    }

    /// How many were measured.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.0.len()
    }

    pub(super) fn record(&mut self, time: Duration) {
        let micros = u64::try_from(time.as_micros()).unwrap_or(u64::MAX);
        // It grows as it must, so there is nothing that does not fit.
        let _infallible = self.0.record(micros.max(1));
    }

    pub(super) fn add(&mut self, other: &Latency) {
        let _infallible = self.0.add(&other.0);
    }
}

impl Default for Latency {
    fn default() -> Latency {
        let mut histogram = Histogram::new(3).expect("three digits are allowed");
        histogram.auto(true);
        Latency(histogram)
    }
}

/// What became of requests.
#[derive(Debug, Default)]
pub struct Tally {
    /// Requests that were answered as they should be, within the time that counts.
    pub requests: u64,
    /// Bytes of their bodies.
    pub sent_bytes: u64,
    /// Bytes of their answers' bodies.
    pub received_bytes: u64,
    /// From sending to the end of the answer.
    pub latency: Latency,
    /// Everything else that was answered, or was not, also outside of the time that counts.
    pub errors: BTreeMap<String, u64>,
    /// What the first of them said.
    pub first_error: Option<String>,
}

impl Tally {
    pub(super) fn error(&mut self, kind: String, detail: String) {
        *self.errors.entry(kind).or_default() += 1;
        self.first_error.get_or_insert(detail);
    }

    pub(super) fn add(&mut self, other: Tally) {
        self.requests += other.requests;
        self.sent_bytes += other.sent_bytes;
        self.received_bytes += other.received_bytes;
        self.latency.add(&other.latency);
        for (kind, count) in other.errors {
            *self.errors.entry(kind).or_default() += count;
        }
        self.first_error = self.first_error.take().or(other.first_error);
    }
}

/// Several rates, measured one after the other.
#[derive(Debug, Clone, Default)]
pub struct Rates(Vec<f64>);

impl Rates {
    pub(super) fn add(&mut self, count: u64, time: Duration) {
        #[expect(clippy::cast_precision_loss, reason = "a figure that is printed with a few digits")]
        self.0.push(count as f64 / time.as_secs_f64());
        self.0.sort_by(f64::total_cmp);
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The middle one; zero if there is none.
    #[must_use]
    pub fn median(&self) -> f64 {
        self.0.get(self.0.len() / 2).copied().unwrap_or_default()
    }

    /// The lowest and the highest.
    #[must_use]
    pub fn range(&self) -> (f64, f64) {
        (self.0.first().copied().unwrap_or_default(), self.0.last().copied().unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_the_middle() {
        let mut rates = Rates::default();
        assert_eq!(rates.median(), 0.0);
        for count in [30, 10, 20] {
            rates.add(count, Duration::from_secs(1));
        }
        assert_eq!((rates.median(), rates.range()), (20.0, (10.0, 30.0)));
    }

    #[test]
    fn tallies_add_up() {
        let (mut all, mut one) = (Tally::default(), Tally::default());
        one.latency.record(Duration::from_secs(100));
        one.error("503".to_owned(), "busy".to_owned());
        all.add(one);
        assert_eq!(
            (all.latency.count(), all.errors["503"], all.first_error.as_deref()),
            (1, 1, Some("busy"))
        );
    }
}
