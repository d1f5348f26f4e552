//! A page: the entries that match, in the order of their seqs, until there are enough.

use std::ops::Range;

use tantivy::query::{
    BooleanQuery, EmptyQuery, EnableScoring, PhraseQuery, Query, Scorer, TermQuery, Weight, intersect_scorers,
};
use tantivy::schema::IndexRecordOption;
use tantivy::{DocId, DocSet, Score, TERMINATED, TantivyError, Term};

use super::schema::{Fields, Key};
use super::snapshot::{Snapshot, Stretch};
use super::{Order, Page, SearchQuery};
use crate::query::{TypePattern, without_end};

/// How many times over the first window, when walking backwards, should hold what is wanted.
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
    let mut walk =
        Walk { snapshot, conditions: Vec::new(), happened, wanted: query.limit + 1, found: Vec::new() };
    for condition in conditions(fields, query, phrases) {
        walk.conditions.push(condition.weight(EnableScoring::disabled_from_searcher(snapshot.searcher()))?);
    }
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

/// What must hold of an entry's terms.
fn conditions(fields: Fields, query: &SearchQuery, phrases: &[Vec<String>]) -> Vec<Box<dyn Query>> {
    let (filter, scope) = (&query.filter, &query.scope);
    let term = |key: Key<'_>| key.term(fields);
    let mut conditions = Vec::new();
    let any_type = filter.types.is_empty() || filter.types.contains(&TypePattern::Any);
    if !any_type {
        let pattern = |pattern: &TypePattern| match pattern {
            TypePattern::Exactly(exact) => Some(term(Key::Type(exact))),
            TypePattern::Below(words) => Some(term(Key::TypeWords(words))),
            TypePattern::Any => None,
        };
        conditions.push(one_of(filter.types.iter().filter_map(pattern).collect()));
    }
    if let Some(source) = &filter.source {
        conditions.push(one_of(vec![term(Key::Source(source))]));
    }
    if let Some(subject) = &filter.subject {
        conditions.push(one_of(vec![term(Key::Subject(subject))]));
    }
    if let Some(groups) = &scope.groups {
        conditions.push(one_of(groups.iter().map(|group| term(Key::Group(group))).collect()));
    }
    if let Some(units) = &scope.units {
        conditions.push(one_of(units.iter().map(|unit| term(Key::Unit(unit))).collect()));
    }
    if let Some(prefix) = &scope.source_prefix {
        conditions.push(one_of(vec![term(Key::SourcePart(without_end(prefix)))]));
    }
    conditions.extend(phrases.iter().map(|phrase| phrase_query(fields, phrase)));
    conditions
}

fn one_of(terms: Vec<Term>) -> Box<dyn Query> {
    let mut queries: Vec<Box<dyn Query>> = terms
        .into_iter()
        .map(|term| Box::new(TermQuery::new(term, IndexRecordOption::Basic)) as Box<dyn Query>)
        .collect();
    match queries.len() {
        0 => Box::new(EmptyQuery),
        1 => queries.remove(0),
        _ => Box::new(BooleanQuery::union(queries)),
    }
}

fn phrase_query(fields: Fields, words: &[String]) -> Box<dyn Query> {
    let mut terms: Vec<Term> = words.iter().map(|word| Term::from_field_text(fields.text, word)).collect();
    if terms.len() > 1 { Box::new(PhraseQuery::new(terms)) } else { one_of(terms.split_off(0)) }
}

struct Walk<'s> {
    snapshot: &'s Snapshot,
    conditions: Vec<Box<dyn Weight>>,
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

    fn forwards(&mut self, stretch: &Stretch, documents: Range<u32>) -> Result<(), TantivyError> {
        let missing = self.wanted - self.found.len();
        let Some(scorers) = self.scorers(stretch)? else { return Ok(()) };
        let found = self.matching(stretch, scorers, documents, missing);
        self.take(stretch, found.into_iter());
        Ok(())
    }

    /// A segment can only be walked forwards, so it is cut into windows from its end, each larger than the
    /// one after it.
    fn backwards(&mut self, stretch: &Stretch, documents: Range<u32>) -> Result<(), TantivyError> {
        let missing = u32::try_from(self.wanted - self.found.len()).unwrap_or(u32::MAX);
        let mut window = None;
        let mut end = documents.end;
        while end > documents.start && !self.full() {
            let Some(scorers) = self.scorers(stretch)? else { return Ok(()) };
            let size = window.unwrap_or_else(|| first_window(&scorers, missing, stretch.count()));
            let start = end.saturating_sub(size).max(documents.start);
            let found = self.matching(stretch, scorers, start..end, usize::MAX);
            self.take(stretch, found.into_iter().rev());
            end = start;
            window = Some(size.saturating_mul(WINDOW_GROWTH));
        }
        Ok(())
    }

    fn take(&mut self, stretch: &Stretch, documents: impl Iterator<Item = DocId>) {
        let missing = self.wanted - self.found.len();
        self.found.extend(documents.take(missing).map(|document| stretch.seqs.start + u64::from(document)));
    }

    /// The documents of each condition; `None` if one has none.
    fn scorers(&self, stretch: &Stretch) -> Result<Option<Vec<Box<dyn Scorer>>>, TantivyError> {
        let reader = self.snapshot.reader(stretch);
        let mut scorers = Vec::with_capacity(self.conditions.len() + 1);
        for condition in &self.conditions {
            let scorer = condition.scorer(reader, 1.0)?;
            if scorer.doc() == TERMINATED {
                return Ok(None);
            }
            scorers.push(scorer);
        }
        Ok(Some(scorers))
    }

    /// The first documents of a window for which all conditions hold.
    fn matching(
        &self,
        stretch: &Stretch,
        mut scorers: Vec<Box<dyn Scorer>>,
        window: Range<u32>,
        limit: usize,
    ) -> Vec<DocId> {
        scorers.push(Box::new(Window { next: window.start, end: window.end }));
        let mut documents = intersect_scorers(scorers, stretch.count());
        let mut found = Vec::new();
        let mut document = documents.doc();
        while document != TERMINATED && found.len() < limit {
            let happened = || stretch.happened.first(document);
            if self.happened.as_ref().is_none_or(|wanted| happened().is_some_and(|at| wanted.contains(&at))) {
                found.push(document);
            }
            document = documents.advance();
        }
        found
    }
}

/// So many documents that, if the rarest condition decided alone and evenly, they would hold what is
/// missing several times over.
fn first_window(scorers: &[Box<dyn Scorer>], missing: u32, documents: u32) -> u32 {
    let rarest = scorers.iter().map(|scorer| scorer.cost()).min().unwrap_or(u64::MAX).max(1);
    let every = (u64::from(documents) / rarest).max(1);
    u32::try_from(every.saturating_mul(u64::from(missing) * WINDOW_PER_ENTRY)).unwrap_or(u32::MAX)
}

/// The documents of a window, all of them. As one condition among others it makes them start at its start
/// and stop at its end.
struct Window {
    next: DocId,
    end: DocId,
}

impl DocSet for Window {
    fn advance(&mut self) -> DocId {
        self.next = self.next.saturating_add(1);
        self.doc()
    }

    fn seek(&mut self, target: DocId) -> DocId {
        self.next = self.next.max(target);
        self.doc()
    }

    fn doc(&self) -> DocId {
        if self.next < self.end { self.next } else { TERMINATED }
    }

    fn size_hint(&self) -> u32 {
        self.end.saturating_sub(self.next)
    }

    /// The highest, so that it never leads.
    fn cost(&self) -> u64 {
        u64::MAX
    }
}

impl Scorer for Window {
    fn score(&mut self) -> Score {
        1.0
    }
}
