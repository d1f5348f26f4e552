//! A page: the entries that match, in the order of their seqs, until there are enough.

use std::ops::Range;

use tantivy::{DocId, TantivyError};

use super::conditions::{Conditions, Open};
use super::schema::Fields;
use super::snapshot::{Snapshot, Stretch};
use super::window::{WINDOW_DOCUMENTS, Window};
use super::{Order, Page, SearchQuery};

/// How many times over the first window should hold what is wanted.
const WINDOW_PER_ENTRY: u64 = 8;
/// How much larger each further window is.
const WINDOW_GROWTH: u32 = 8;

/// Finds a page. `phrases` are those of the query's text.
pub(super) fn page(
    snapshot: &Snapshot,
    fields: Fields,
    query: &SearchQuery,
    phrases: &[Vec<String>],
) -> Result<Page, TantivyError> {
    let seqs = seq_range(snapshot, query);
    let happened = happened_range(query);
    let conditions = Conditions::of(fields, query, phrases);
    let mut walk = Walk { snapshot, conditions, happened, wanted: query.limit + 1, found: Vec::new() };
    let mut stretches: Vec<&Stretch> = snapshot.stretches().iter().collect();
    if query.order == Order::Descending {
        stretches.reverse();
    }
    for stretch in stretches {
        let documents = stretch.documents(&seqs);
        if walk.full() || documents.is_empty() || !walk.may_match(stretch) {
            continue;
        }
        match query.order {
            Order::Ascending => walk.forwards(stretch, documents)?,
            Order::Descending => walk.backwards(stretch, documents)?,
        }
    }
    let mut seqs = walk.found;
    let more = seqs.len() > query.limit;
    seqs.truncate(query.limit);
    Ok(Page { seqs, more, indexed_size: snapshot.size() })
}

/// The seqs that `after` and the bounds of `recorded` leave.
fn seq_range(snapshot: &Snapshot, query: &SearchQuery) -> Range<u64> {
    let (mut start, mut end) = (0, snapshot.size());
    match (query.order, query.after) {
        (Order::Ascending, Some(after)) => start = after.saturating_add(1),
        (Order::Descending, Some(after)) => end = end.min(after),
        (_, None) => {}
    }
    if let Some(from) = query.filter.recorded_from {
        start = start.max(snapshot.recorded_since(from.as_micros()));
    }
    if let Some(to) = query.filter.recorded_to {
        end = end.min(snapshot.recorded_since(to.as_micros()));
    }
    start..end
}

fn happened_range(query: &SearchQuery) -> Option<Range<i64>> {
    let (from, to) = (query.filter.from, query.filter.to);
    (from.is_some() || to.is_some())
        .then(|| from.map_or(i64::MIN, |from| from.as_micros())..to.map_or(i64::MAX, |to| to.as_micros()))
}

struct Walk<'s> {
    snapshot: &'s Snapshot,
    conditions: Conditions,
    happened: Option<Range<i64>>,
    wanted: usize,
    found: Vec<u64>,
}

impl Walk<'_> {
    fn full(&self) -> bool {
        self.found.len() >= self.wanted
    }

    /// Whether anything in the segment happened in the wanted range.
    fn may_match(&self, stretch: &Stretch) -> bool {
        let happened = &stretch.happened;
        self.happened
            .as_ref()
            .is_none_or(|wanted| happened.min_value() < wanted.end && happened.max_value() >= wanted.start)
    }

    /// Windows one after the other, each larger than the one before.
    fn forwards(&mut self, stretch: &Stretch, documents: Range<u32>) -> Result<(), TantivyError> {
        let Some(mut open) = self.conditions.open(self.snapshot.reader(stretch))? else { return Ok(()) };
        let mut start = open.skip_to(documents.start);
        let mut size = self.first_window(&open, stretch);
        while start < documents.end && !self.full() {
            let end = documents.end.min(start.saturating_add(size.min(WINDOW_DOCUMENTS)));
            let window = self.matching(stretch, &mut open, start..end);
            self.take(stretch, window.iter());
            start = open.skip_to(end);
            size = size.saturating_mul(WINDOW_GROWTH);
        }
        Ok(())
    }

    /// Postings can only be read forwards, so the segment is cut into parts from its end, each larger than the one
    /// after it.
    fn backwards(&mut self, stretch: &Stretch, documents: Range<u32>) -> Result<(), TantivyError> {
        let Some(open) = self.conditions.open(self.snapshot.reader(stretch))? else { return Ok(()) };
        let mut size = self.first_window(&open, stretch);
        let mut end = documents.end;
        while end > documents.start && !self.full() {
            let start = end.saturating_sub(size).max(documents.start);
            let (mut open, mut found) = (open.clone(), Vec::new());
            let mut place = open.skip_to(start);
            while place < end {
                let stop = end.min(place.saturating_add(WINDOW_DOCUMENTS));
                found.extend(self.matching(stretch, &mut open, place..stop).iter());
                place = open.skip_to(stop);
            }
            self.take(stretch, found.into_iter().rev());
            end = start;
            size = size.saturating_mul(WINDOW_GROWTH);
        }
        Ok(())
    }

    fn take(&mut self, stretch: &Stretch, documents: impl Iterator<Item = DocId>) {
        let missing = self.wanted - self.found.len();
        self.found.extend(documents.take(missing).map(|document| stretch.seqs.start + u64::from(document)));
    }

    /// The documents of a window for which all holds.
    fn matching(&self, stretch: &Stretch, open: &mut Open, documents: Range<u32>) -> Window {
        let mut window = Window::full(documents, stretch.count());
        if let Some(wanted) = &self.happened {
            let blocks = stretch.happened_blocks();
            window.keep_blocks(|block| {
                blocks.get(block).is_none_or(|(first, last)| *first < wanted.end && *last >= wanted.start)
            });
        }
        open.narrow(&mut window);
        if let Some(wanted) = &self.happened {
            let happened = |document| stretch.happened.first(document);
            window.retain(|document| happened(document).is_some_and(|at| wanted.contains(&at)));
        }
        window
    }

    /// So many documents that, if the rarest condition decided alone and evenly, they would hold what is missing
    /// several times over.
    fn first_window(&self, open: &Open, stretch: &Stretch) -> u32 {
        let missing = (self.wanted - self.found.len()) as u64;
        let rarest = open.rarest().unwrap_or(u64::MAX).max(1);
        let every = (u64::from(stretch.count()) / rarest).max(1);
        u32::try_from(every.saturating_mul(missing * WINDOW_PER_ENTRY)).unwrap_or(u32::MAX)
    }
}
