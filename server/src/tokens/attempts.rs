//! Failed attempts to authenticate are counted for each address, and answered more slowly.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Failures from one address that are answered at once.
const BURST: u32 = 20;
/// After that, one more in this time.
const REFILL: Duration = Duration::from_secs(3);
/// Addresses that are remembered; with more, those that have recovered are forgotten, then any.
const ADDRESSES_MAX: usize = 10_000;

/// An address has failed too often.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("too many failed attempts from this address; try again in {seconds} s")]
pub struct TooMany {
    /// When to try again.
    pub seconds: u64,
}

/// The failures of every address.
#[derive(Debug, Default)]
pub struct Attempts {
    failed: Mutex<HashMap<IpAddr, Failures>>,
}

#[derive(Debug, Clone, Copy)]
struct Failures {
    count: u32,
    last: Instant,
}

impl Failures {
    /// How many count at a moment.
    fn at(self, now: Instant) -> u32 {
        let recovered = now.saturating_duration_since(self.last).as_secs() / REFILL.as_secs();
        self.count.saturating_sub(u32::try_from(recovered).unwrap_or(u32::MAX))
    }
}

impl Attempts {
    /// Counts a failure. A token that is valid is never refused here, whoever else fails from its address:
    /// 256 random bits are not guessed, this only keeps floods from being cheap.
    ///
    /// # Errors
    /// [`TooMany`].
    pub fn failed(&self, address: IpAddr, now: Instant) -> Result<(), TooMany> {
        let address = network(address);
        let mut failed = self.failed.lock().unwrap_or_else(PoisonError::into_inner);
        if failed.len() >= ADDRESSES_MAX && !failed.contains_key(&address) {
            failed.retain(|_, failures| failures.at(now) > 0);
            if failed.len() >= ADDRESSES_MAX {
                failed.clear();
            }
        }
        let count = failed.get(&address).map_or(0, |failures| failures.at(now));
        if count >= BURST {
            return Err(TooMany { seconds: REFILL.as_secs() });
        }
        failed.insert(address, Failures { count: count + 1, last: now });
        Ok(())
    }
}

/// Whoever has an IPv6 address has 2^64 of them.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(v6) => IpAddr::V6((v6.to_bits() >> 64 << 64).into()),
        v4 => v4,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flood_is_slowed_and_recovers() {
        let (attempts, start) = (Attempts::default(), Instant::now());
        let one: IpAddr = "192.0.2.1".parse().unwrap();
        for _ in 0..BURST {
            assert_eq!(attempts.failed(one, start), Ok(()));
        }
        assert_eq!(attempts.failed(one, start), Err(TooMany { seconds: 3 }));
        assert_eq!(attempts.failed("192.0.2.2".parse().unwrap(), start), Ok(()));
        assert_eq!(attempts.failed(one, start + REFILL), Ok(()));
        assert!(attempts.failed(one, start + REFILL).is_err());
    }

    #[test]
    fn addresses_of_one_network_count_together_and_memory_is_bounded() {
        let (attempts, now) = (Attempts::default(), Instant::now());
        for host in 0..BURST {
            let address = format!("2001:db8::{host:x}").parse().unwrap();
            assert_eq!(attempts.failed(address, now), Ok(()));
        }
        assert!(attempts.failed("2001:db8::ffff".parse().unwrap(), now).is_err());
        for host in 0..50_000_u32 {
            let _counted = attempts.failed(IpAddr::V4(host.into()), now);
        }
        assert!(attempts.failed.lock().unwrap().len() <= ADDRESSES_MAX);
    }
}
