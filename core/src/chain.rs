//! The chain: every entry names the hash of the one before it.

use crate::entry::{BatchPlace, EntryView};
use crate::hash::Hash;
use crate::time::Timestamp;

/// Where a ledger stands after some entry: what the next one must continue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Head {
    /// Number of entries; the next one's `seq`.
    pub size: u64,
    /// BLAKE3 of the last line; [`Hash::ZERO`] before the first.
    pub last: Hash,
    /// `recorded` of the last entry; [`Timestamp::MIN`] before the first.
    pub recorded: Timestamp,
    /// The last entry's place in a batch that is not complete yet.
    pub open_batch: Option<BatchPlace>,
}

/// An entry does not continue the one before it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ChainFault {
    /// Another number.
    #[error("its seq is {found}, not {expected}")]
    Seq {
        /// What it says.
        found: u64,
        /// What comes next.
        expected: u64,
    },
    /// Another predecessor.
    #[error("its prev is {found}, the entry before it hashes to {expected}")]
    Prev {
        /// What it says.
        found: Hash,
        /// The hash of the line before.
        expected: Hash,
    },
    /// Time runs backwards.
    #[error("it was recorded at {found}, before the entry that precedes it ({expected})")]
    Recorded {
        /// What it says.
        found: Timestamp,
        /// `recorded` of the entry before.
        expected: Timestamp,
    },
    /// A batch that is torn.
    #[error("its place in a batch is {found:?} after {expected:?}")]
    Batch {
        /// What it says.
        found: Option<BatchPlace>,
        /// The place of the entry before.
        expected: Option<BatchPlace>,
    },
}

impl Head {
    /// Before the first entry.
    pub const EMPTY: Head = Head { size: 0, last: Hash::ZERO, recorded: Timestamp::MIN, open_batch: None };

    /// Checks that an entry comes next, and the head after it. `line_hash` is [`Hash::of_line`].
    ///
    /// # Errors
    /// See [`ChainFault`].
    pub fn after(&self, entry: &EntryView<'_>, line_hash: Hash) -> Result<Head, ChainFault> {
        if entry.seq != self.size {
            return Err(ChainFault::Seq { found: entry.seq, expected: self.size });
        }
        if entry.prev != self.last {
            return Err(ChainFault::Prev { found: entry.prev, expected: self.last });
        }
        if entry.recorded < self.recorded {
            return Err(ChainFault::Recorded { found: entry.recorded, expected: self.recorded });
        }
        let follows = match (self.open_batch, entry.batch) {
            (None, None) => true,
            (None, Some(place)) => place.index == 0,
            (Some(_), None) => false,
            (Some(last), Some(place)) => place.index == last.index + 1 && place.count == last.count,
        };
        if !follows {
            return Err(ChainFault::Batch { found: entry.batch, expected: self.open_batch });
        }
        let open_batch = entry.batch.filter(|place| place.index + 1 < place.count);
        Ok(Head { size: self.size + 1, last: line_hash, recorded: entry.recorded, open_batch })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(seq: u64, prev: Hash, recorded: i64, batch: Option<(u32, u32)>) -> EntryView<'static> {
        let batch = batch.map(|(index, count)| BatchPlace { index, count });
        EntryView { batch, by: "host", event: "{}", prev, recorded: Timestamp::from_micros(recorded), seq }
    }

    #[test]
    fn each_entry_continues_the_last() {
        let one = Head::EMPTY.after(&entry(0, Hash::ZERO, 5, None), Hash([1; 32])).unwrap();
        assert_eq!(one.size, 1);
        assert!(matches!(
            one.after(&entry(2, Hash([1; 32]), 5, None), Hash::ZERO),
            Err(ChainFault::Seq { .. })
        ));
        assert!(matches!(
            one.after(&entry(1, Hash([2; 32]), 5, None), Hash::ZERO),
            Err(ChainFault::Prev { .. })
        ));
        assert!(matches!(
            one.after(&entry(1, Hash([1; 32]), 4, None), Hash::ZERO),
            Err(ChainFault::Recorded { .. })
        ));
        assert!(one.after(&entry(1, Hash([1; 32]), 5, None), Hash::ZERO).is_ok());
    }

    #[test]
    fn a_batch_is_whole() {
        let head = |batch| Head::EMPTY.after(&entry(0, Hash::ZERO, 5, batch), Hash::ZERO);
        let open = head(Some((0, 2))).unwrap();
        assert!(open.open_batch.is_some());
        let next = |batch| open.after(&entry(1, Hash::ZERO, 5, batch), Hash::ZERO);
        assert_eq!(next(Some((1, 2))).unwrap().open_batch, None);
        for wrong in [None, Some((0, 2)), Some((1, 3))] {
            assert!(matches!(next(wrong), Err(ChainFault::Batch { .. })), "{wrong:?}");
        }
        assert!(matches!(head(Some((1, 2))), Err(ChainFault::Batch { .. })));
    }
}
