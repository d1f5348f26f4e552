#![allow(missing_docs, clippy::all)]
use muniment_server::*;
use std::sync::Arc;
fn main() {
    let a: Vec<String> = std::env::args().collect();
    let dir = std::path::Path::new(&a[2]);
    let options = ledger::LedgerOptions {
        open: ledger::open::OpenOptions {
            clock: Arc::new(ledger::clock::SystemClock::new()),
            clock_bounds: ledger::clock::ClockBounds { step_seconds_max: 300, start_gap_days_max: 31 },
            segment_bytes_max: 128 << 20,
            accept_clock: false,
            progress: Default::default(),
        },
        zstd_level: 3,
    };
    if a[1] == "append" {
        let m =
            bench::append::append(dir, &options, a[3].parse().unwrap(), 1024, &Default::default()).unwrap();
        println!(
            "{:?}/s bare {:?}/s ratio {:.3}",
            m.events as f64 / m.appending.as_secs_f64(),
            m.events as f64 / m.bare.as_secs_f64(),
            m.bare.as_secs_f64() / m.appending.as_secs_f64()
        );
        println!(
            "posted {} lines {} disk {} sealed {:?} ratio {:.3} disk/posted {:.3}",
            m.posted_bytes / m.events,
            m.line_bytes / m.events,
            m.disk_bytes,
            m.sealed,
            m.sealed.0 as f64 / m.sealed.1.max(1) as f64,
            m.disk_bytes as f64 / m.posted_bytes as f64
        );
        println!(
            "close {:?} open {:?} receipt p50 {} p99 {} rss {:?}MB",
            m.closing,
            m.opening,
            m.receipts.value_at_quantile(0.5),
            m.receipts.value_at_quantile(0.99),
            m.rss_anon_bytes.unwrap() >> 20
        );
    } else {
        let m = bench::verify::measure(dir, &Default::default()).unwrap();
        println!(
            "verify {:?} bare {:?} ratio {:.3} rss {:?} problems {:?}",
            m.verifying,
            m.bare,
            m.bare.as_secs_f64() / m.verifying.as_secs_f64(),
            m.rss_anon_bytes.unwrap() >> 20,
            m.verified.findings.problems
        );
    }
}
