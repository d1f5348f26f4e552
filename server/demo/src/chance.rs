//! Chance from a seed: SplitMix64, in whole numbers only, so that every machine draws the same.

/// Draws numbers. The same seed draws the same ones, on every machine and in every version.
#[derive(Debug, Clone)]
pub(crate) struct Chance(u64);

impl Chance {
    pub(crate) fn new(seed: u64) -> Chance {
        Chance(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// One of `0..count`: the high half of a product, which needs no division and is even enough for a story.
    fn below(&mut self, count: u64) -> u64 {
        let product = u128::from(self.next()) * u128::from(count);
        u64::try_from(product >> 64).unwrap_or(u64::MAX)
    }

    /// Between both, which may be drawn too.
    pub(crate) fn between(&mut self, least: i64, most: i64) -> i64 {
        least.saturating_add_unsigned(self.below(most.abs_diff(least) + 1))
    }

    /// Whether something happens that happens so often in a hundred.
    pub(crate) fn in_hundred(&mut self, times: u64) -> bool {
        self.below(100) < times
    }

    /// Whether something happens that happens once in so many.
    pub(crate) fn once_in(&mut self, count: u64) -> bool {
        self.below(count) == 0
    }

    /// One of a list that is not empty.
    pub(crate) fn pick<T: Copy>(&mut self, list: &[T]) -> T {
        let place = self.below(list.len() as u64);
        list[usize::try_from(place).unwrap_or_default()]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The first numbers of the published generator for the seed 0.
    #[test]
    fn the_numbers_are_those_of_splitmix64() {
        let mut chance = Chance::new(0);
        let drawn = [chance.next(), chance.next(), chance.next()];
        assert_eq!(drawn, [0xe220_a839_7b1d_cdaf, 0x6e78_9e6a_a1b9_65f4, 0x06c4_5d18_8009_454f]);
    }

    #[test]
    fn both_ends_are_drawn_and_nothing_beyond() {
        let mut chance = Chance::new(1);
        let drawn: Vec<i64> = (0..200).map(|_| chance.between(-2, 2)).collect();
        assert_eq!(drawn.iter().min(), Some(&-2));
        assert_eq!(drawn.iter().max(), Some(&2));
    }
}
