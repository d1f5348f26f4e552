//! Numbers that are the same for the same seed, on every machine.

/// SplitMix64.
#[derive(Debug, Clone)]
pub struct Numbers(u64);

impl Numbers {
    /// The numbers of a seed.
    #[must_use]
    pub fn new(seed: u64) -> Numbers {
        Numbers(seed)
    }

    /// The next number, from 0 up to a limit and without it.
    pub fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (mixed ^ (mixed >> 31)) % limit.max(1)
    }

    /// The same, below 2⁶³.
    pub(crate) fn signed_below(&mut self, limit: i64) -> i64 {
        i64::try_from(self.below(limit.unsigned_abs())).unwrap_or_default()
    }

    /// Whether it comes to pass, once in so many times.
    pub(crate) fn once_in(&mut self, times: u64) -> bool {
        self.below(times) == 0
    }

    /// One of some things.
    pub(crate) fn one_of<'t, T>(&mut self, things: &'t [T]) -> &'t T {
        let place = usize::try_from(self.below(things.len() as u64)).unwrap_or_default();
        &things[place]
    }
}
