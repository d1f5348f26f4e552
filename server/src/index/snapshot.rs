//! What searches see: the segments of one commit, in the order of their entries.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::{Arc, OnceLock};

use tantivy::columnar::Column;
use tantivy::index::SegmentId;
use tantivy::{Searcher, SegmentReader};

use super::schema;
use super::window::BLOCK_DOCUMENTS;

/// A segment of the index. Its documents are consecutive entries in their order, so that document and seq
/// are one and the same number but for where they start.
pub(super) struct Stretch {
    ordinal: u32,
    /// The seqs in it.
    pub(super) seqs: Range<u64>,
    /// When each event happened.
    pub(super) happened: Column<i64>,
    /// When each was recorded; never runs backwards.
    pub(super) recorded: Column<i64>,
    /// The first and the last instant of each block, once somebody asked.
    happened_blocks: Arc<OnceLock<Vec<(i64, i64)>>>,
}

/// The segments of one commit. They follow one another without gap from entry 0.
pub(super) struct Snapshot {
    searcher: Searcher,
    stretches: Vec<Stretch>,
}

/// The segments are not one row of entries.
#[derive(Debug, thiserror::Error)]
pub(super) enum SnapshotError {
    #[error(transparent)]
    Engine(#[from] tantivy::TantivyError),
    #[error("segment {segment} of the search index does not hold the entries {first} to {last} in order")]
    Order { segment: String, first: u64, last: u64 },
    #[error("the search index holds {found} entries, not the {wanted} that its commit claims")]
    Size { found: u64, wanted: u64 },
}

impl Stretch {
    fn open(ordinal: usize, reader: &SegmentReader) -> Result<Stretch, SnapshotError> {
        let fast = reader.fast_fields();
        let seq = fast.u64(schema::SEQ)?;
        let documents = reader.max_doc();
        let last_document = documents.saturating_sub(1);
        let first = seq.first(0).unwrap_or_default();
        let last = seq.first(last_document).unwrap_or_default();
        let whole = documents > 0 && !reader.has_deletes() && seq.min_value() == first;
        if !whole || last != seq.max_value() || last != first + u64::from(last_document) {
            return Err(SnapshotError::Order { segment: reader.segment_id().uuid_string(), first, last });
        }
        let (happened, recorded) = (fast.i64(schema::HAPPENED)?, fast.i64(schema::RECORDED)?);
        let ordinal = u32::try_from(ordinal).unwrap_or(u32::MAX);
        let happened_blocks = Arc::default();
        Ok(Stretch { ordinal, seqs: first..last + 1, happened, recorded, happened_blocks })
    }

    /// The first and the last instant at which something in a block of [`BLOCK_DOCUMENTS`] happened, block by block.
    pub(super) fn happened_blocks(&self) -> &[(i64, i64)] {
        self.happened_blocks.get_or_init(|| {
            let starts = (0..self.count()).step_by(BLOCK_DOCUMENTS as usize);
            let mut happened = [0; BLOCK_DOCUMENTS as usize];
            let block = |start: u32| {
                let count = (self.count() - start).min(BLOCK_DOCUMENTS) as usize;
                self.happened.values.get_range(u64::from(start), &mut happened[..count]);
                let instants = happened[..count].iter().copied();
                instants.fold((i64::MAX, i64::MIN), |(first, last), at| (first.min(at), last.max(at)))
            };
            starts.map(block).collect()
        })
    }

    /// The documents whose entries are among these.
    pub(super) fn documents(&self, seqs: &Range<u64>) -> Range<u32> {
        let document = |seq: u64| {
            let seq = seq.clamp(self.seqs.start, self.seqs.end);
            u32::try_from(seq - self.seqs.start).unwrap_or(u32::MAX)
        };
        document(seqs.start)..document(seqs.end.max(seqs.start))
    }

    /// Number of its documents.
    pub(super) fn count(&self) -> u32 {
        self.documents(&self.seqs).end
    }

    /// The first seq that was recorded at `instant` or later; the end if there is none.
    fn recorded_since(&self, instant: i64) -> u64 {
        let (mut low, mut high) = (0, self.count());
        while low < high {
            let middle = low + (high - low) / 2;
            if self.recorded.first(middle).is_some_and(|recorded| recorded < instant) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        self.seqs.start + u64::from(low)
    }
}

impl Snapshot {
    /// Takes the segments of a searcher that hold `size` entries together. What is known of them from the snapshot
    /// before is taken over.
    pub(super) fn new(
        searcher: Searcher,
        size: u64,
        before: Option<&Snapshot>,
    ) -> Result<Snapshot, SnapshotError> {
        let readers = searcher.segment_readers().iter().enumerate();
        let mut stretches: Vec<Stretch> =
            readers.map(|(ordinal, reader)| Stretch::open(ordinal, reader)).collect::<Result<_, _>>()?;
        stretches.sort_by_key(|stretch| stretch.seqs.start);
        let known: HashMap<SegmentId, &Stretch> = before
            .iter()
            .flat_map(|before| {
                before.stretches.iter().map(|stretch| (before.reader(stretch).segment_id(), stretch))
            })
            .collect();
        for stretch in &mut stretches {
            if let Some(known) = known.get(&searcher.segment_reader(stretch.ordinal).segment_id()) {
                stretch.happened_blocks = known.happened_blocks.clone();
            }
        }
        let mut found = 0;
        for stretch in &stretches {
            if stretch.seqs.start != found {
                return Err(SnapshotError::Size { found, wanted: size });
            }
            found = stretch.seqs.end;
        }
        if found != size {
            return Err(SnapshotError::Size { found, wanted: size });
        }
        Ok(Snapshot { searcher, stretches })
    }

    /// Number of entries in it.
    pub(super) fn size(&self) -> u64 {
        self.stretches.last().map_or(0, |last| last.seqs.end)
    }

    /// The segments, in the order of their entries.
    pub(super) fn stretches(&self) -> &[Stretch] {
        &self.stretches
    }

    pub(super) fn reader(&self, stretch: &Stretch) -> &SegmentReader {
        self.searcher.segment_reader(stretch.ordinal)
    }

    /// Names and sizes of the segments, in the order of their entries.
    pub(super) fn segments(&self) -> Vec<(SegmentId, u32)> {
        let of = |stretch: &Stretch| (self.reader(stretch).segment_id(), stretch.count());
        self.stretches.iter().map(of).collect()
    }

    /// The first seq that was recorded at `instant` or later; the end if there is none.
    pub(super) fn recorded_since(&self, instant: i64) -> u64 {
        let before = |stretch: &Stretch| {
            let last = stretch.recorded.first(stretch.count() - 1);
            last.is_some_and(|recorded| recorded < instant)
        };
        let place = self.stretches.partition_point(before);
        self.stretches.get(place).map_or(self.size(), |stretch| stretch.recorded_since(instant))
    }
}
