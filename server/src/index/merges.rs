//! Which segments are merged: always neighbours, so that a segment is one stretch of the ledger.

use std::ops::Range;

/// Neighbours of one level that are merged together.
const FAN: usize = 8;
/// Documents below which a segment is of the lowest level.
const LOWEST_LEVEL_DOCUMENTS: u32 = 1_024;
/// How much larger the segments of each further level are.
const LEVEL_GROWTH: u32 = 8;
/// Most documents in a merged segment: merging needs memory for each.
const DOCUMENTS_MAX: u32 = 1 << 20;
/// A segment of so many documents is never merged again.
const FINAL_DOCUMENTS: u32 = DOCUMENTS_MAX / 2;

fn level(documents: u32) -> u32 {
    (documents / LOWEST_LEVEL_DOCUMENTS).checked_ilog(LEVEL_GROWTH).map_or(0, |level| level + 1)
}

/// Chooses the segments to merge next, given the documents of each in the order of their entries: of
/// those that are small enough, the first row of neighbours that is long enough and at least doubles the
/// largest of them.
pub(super) fn choose(documents: &[u32]) -> Option<Range<usize>> {
    (0..=level(FINAL_DOCUMENTS - 1)).find_map(|highest| {
        let small = |documents: &u32| *documents < FINAL_DOCUMENTS && level(*documents) <= highest;
        let mut start = 0;
        for row in documents.split(|documents| !small(documents)) {
            if row.len() >= FAN && doubles(row) {
                let count = fitting(row);
                return Some(start..start + count);
            }
            start += row.len() + 1;
        }
        None
    })
}

fn doubles(row: &[u32]) -> bool {
    let total: u64 = row.iter().copied().map(u64::from).sum();
    row.iter().max().is_some_and(|largest| total >= 2 * u64::from(*largest))
}

/// How many of a row fit into one segment; at least two, as each is less than half of one.
fn fitting(row: &[u32]) -> usize {
    let mut total = 0_u32;
    row.iter()
        .take_while(|documents| {
            total = total.saturating_add(**documents);
            total <= DOCUMENTS_MAX
        })
        .count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbours_of_one_level_are_merged() {
        assert_eq!(choose(&[]), None);
        assert_eq!(choose(&[10; 7]), None);
        assert_eq!(choose(&[10; 8]), Some(0..8));
        assert_eq!(choose(&[FINAL_DOCUMENTS, 10, 10, 10, 10, 10, 10, 10]), None);
        assert_eq!(choose(&[FINAL_DOCUMENTS, 10, 10, 10, 10, 10, 10, 10, 10]), Some(1..9));
        assert_eq!(choose(&[9_000, 10, 10, 10, 10, 10, 10, 10]), None);
        assert_eq!(choose(&[9_000, 10, 9_000, 10, 9_000, 10, 9_000, 10]), Some(0..8));
        assert_eq!(choose(&[200_000; 8]), Some(0..5));
        assert_eq!(choose(&[FINAL_DOCUMENTS; 20]), None);
        assert_eq!(choose(&[FINAL_DOCUMENTS - 1; 8]), Some(0..2));
    }

    #[test]
    fn the_number_of_segments_and_the_work_stay_small() {
        let (mut segments, mut merged, mut most) = (Vec::new(), 0_u64, 0);
        for _commit in 0..2_000 {
            segments.push(2_500_u32);
            while let Some(range) = choose(&segments) {
                let total: u32 = segments[range.clone()].iter().sum();
                assert!(total <= DOCUMENTS_MAX && range.len() > 1);
                merged += u64::from(total);
                segments.splice(range, [total]);
            }
            most = most.max(segments.len());
        }
        assert_eq!(segments.iter().sum::<u32>(), 5_000_000);
        assert!(most <= 40, "{most} segments");
        assert!(merged <= 4 * 5_000_000, "{merged} documents merged");
    }
}
