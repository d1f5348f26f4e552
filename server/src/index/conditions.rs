//! What must hold of an entry's terms, and which documents of a window meet it.
//!
//! Each condition clears bits of the window: where many are left, all its documents are marked at once; where few are
//! left, each is looked up. So conditions that many documents meet, but none all of them, cost nanoseconds a document.

use std::ops::Range;

use tantivy::postings::{BlockSegmentPostings, Postings as _, SegmentPostings};
use tantivy::schema::IndexRecordOption;
use tantivy::{DocId, DocSet as _, SegmentReader, TERMINATED, TantivyError, Term};

use super::SearchQuery;
use super::schema::{Fields, Key};
use super::window::Window;
use crate::query::{TypePattern, without_end};

/// Marking a document takes so much less time than looking one up.
const MARKS_PER_LOOKUP: u64 = 16;

/// What must hold of an entry's terms: all of it.
#[derive(Debug)]
pub(super) struct Conditions {
    /// Of each of these at least one.
    any_of: Vec<Vec<Term>>,
    /// Each of these one behind the other.
    phrases: Vec<Vec<Term>>,
}

impl Conditions {
    /// Those of a query; `phrases` are those of its text.
    pub(super) fn of(fields: Fields, query: &SearchQuery, phrases: &[Vec<String>]) -> Conditions {
        let (filter, scope) = (&query.filter, &query.scope);
        let term = |key: Key<'_>| key.term(fields);
        let mut any_of = Vec::new();
        let any_type = filter.types.is_empty() || filter.types.contains(&TypePattern::Any);
        if !any_type {
            let pattern = |pattern: &TypePattern| match pattern {
                TypePattern::Exactly(exact) => Some(term(Key::Type(exact))),
                TypePattern::Below(words) => Some(term(Key::TypeWords(words))),
                TypePattern::Any => None,
            };
            any_of.push(filter.types.iter().filter_map(pattern).collect());
        }
        any_of.extend(filter.source.iter().map(|source| vec![term(Key::Source(source))]));
        any_of.extend(filter.subject.iter().map(|subject| vec![term(Key::Subject(subject))]));
        if let Some(groups) = &scope.groups {
            any_of.push(groups.iter().map(|group| term(Key::Group(group))).collect());
        }
        if let Some(units) = &scope.units {
            any_of.push(units.iter().map(|unit| term(Key::Unit(unit))).collect());
        }
        if let Some(prefix) = &scope.source_prefix {
            any_of.push(vec![term(Key::SourcePart(without_end(prefix)))]);
        }
        let word = |word: &String| Term::from_field_text(fields.text, word);
        let phrases: Vec<Vec<Term>> = phrases.iter().map(|words| words.iter().map(word).collect()).collect();
        // Where a phrase stands all its words do.
        any_of.extend(phrases.iter().flatten().map(|word| vec![word.clone()]));
        Conditions { any_of, phrases: phrases.into_iter().filter(|words| words.len() > 1).collect() }
    }

    /// Opens them in a segment; `None` if nothing in it can meet them.
    pub(super) fn open(&self, reader: &SegmentReader) -> Result<Option<Open>, TantivyError> {
        let mut any_of = Vec::with_capacity(self.any_of.len());
        for terms in &self.any_of {
            let mut lists = Vec::with_capacity(terms.len());
            for term in terms {
                let postings = reader
                    .inverted_index(term.field())?
                    .read_block_postings(term, IndexRecordOption::Basic)?;
                lists.extend(postings.map(List::new));
            }
            if lists.is_empty() {
                return Ok(None);
            }
            any_of.push(AnyOf { documents: lists.iter().map(List::documents).sum(), lists });
        }
        any_of.sort_by_key(|any_of| any_of.documents);
        let mut phrases = Vec::with_capacity(self.phrases.len());
        for words in &self.phrases {
            phrases.push(Phrase::open(reader, words)?);
        }
        Ok(Some(Open { any_of, phrases }))
    }
}

/// The conditions in one segment. They are asked for one window after the other, ever later in the segment.
#[derive(Clone)]
pub(super) struct Open {
    /// The rarest first.
    any_of: Vec<AnyOf>,
    phrases: Vec<Phrase>,
}

impl Open {
    /// Documents that meet the rarest condition; `None` if there is none.
    pub(super) fn rarest(&self) -> Option<u64> {
        self.any_of.first().map(|any_of| any_of.documents)
    }

    /// The first document from `start` on that meets the rarest condition, or `start` if there is none.
    pub(super) fn skip_to(&mut self, start: DocId) -> DocId {
        match self.any_of.first_mut() {
            Some(rarest) => rarest.lists.iter_mut().map(|list| list.seek(start)).min().unwrap_or(TERMINATED),
            None => start,
        }
    }

    /// Clears the bits of documents that do not meet all conditions.
    pub(super) fn narrow(&mut self, window: &mut Window) {
        for any_of in &mut self.any_of {
            if window.is_empty() {
                return;
            }
            any_of.narrow(window);
        }
        for phrase in &mut self.phrases {
            window.retain(|document| phrase.stands_in(document));
        }
    }
}

/// Documents that have at least one of some terms.
#[derive(Clone)]
struct AnyOf {
    lists: Vec<List>,
    documents: u64,
}

impl AnyOf {
    fn narrow(&mut self, window: &mut Window) {
        // As if they were spread evenly.
        let Range { start, end } = window.documents();
        let expected = self.documents * u64::from(end - start) / u64::from(window.all().max(1));
        if window.count() * MARKS_PER_LOOKUP < expected {
            return window
                .retain(|document| self.lists.iter_mut().any(|list| list.seek(document) == document));
        }
        let mut marked = Window::empty(window.documents(), window.all());
        self.lists.iter_mut().for_each(|list| list.mark(&mut marked));
        window.keep(&marked);
    }
}

/// The documents of one term, from somewhere on.
#[derive(Clone)]
struct List {
    postings: BlockSegmentPostings,
    /// In the block of documents that is decoded.
    place: usize,
}

impl List {
    fn new(postings: BlockSegmentPostings) -> List {
        List { postings, place: 0 }
    }

    fn documents(&self) -> u64 {
        u64::from(self.postings.doc_freq())
    }

    /// The first document from `target` on.
    fn seek(&mut self, target: DocId) -> DocId {
        let current = self.current();
        if current >= target {
            return current;
        }
        // Only the last block is not full.
        match self.postings.docs().last() {
            Some(last) if *last >= target => {
                let rest = &self.postings.docs()[self.place..];
                self.place += rest.partition_point(|document| *document < target);
            }
            Some(_) => self.place = self.postings.seek(target),
            None => {}
        }
        self.current()
    }

    fn current(&self) -> DocId {
        self.postings.docs().get(self.place).copied().unwrap_or(TERMINATED)
    }

    /// Sets the bits of its documents.
    fn mark(&mut self, window: &mut Window) {
        let Range { start, end } = window.documents();
        if self.seek(start) >= end {
            return;
        }
        loop {
            let block = &self.postings.docs()[self.place..];
            let inside = match block.last() {
                None => return,
                Some(last) if *last < end => block.len(),
                Some(_) => block.partition_point(|document| *document < end),
            };
            block[..inside].iter().for_each(|document| window.set(*document));
            if inside < block.len() {
                self.place += inside;
                return;
            }
            self.postings.advance();
            self.place = 0;
        }
    }
}

/// Words that stand one behind the other.
#[derive(Clone)]
struct Phrase {
    words: Vec<SegmentPostings>,
    first: Vec<u32>,
    other: Vec<u32>,
}

impl Phrase {
    fn open(reader: &SegmentReader, words: &[Term]) -> Result<Phrase, TantivyError> {
        let mut opened = Vec::with_capacity(words.len());
        for word in words {
            let index = reader.inverted_index(word.field())?;
            let postings = index.read_postings(word, IndexRecordOption::WithFreqsAndPositions)?;
            opened.push(postings.unwrap_or_else(SegmentPostings::empty));
        }
        Ok(Phrase { words: opened, first: Vec::new(), other: Vec::new() })
    }

    /// Whether it stands in a document, which has all its words.
    fn stands_in(&mut self, document: DocId) -> bool {
        let Phrase { words, first, other } = self;
        for (place, word) in (0..).zip(words) {
            if word.doc() < document {
                word.seek(document);
            }
            if word.doc() != document {
                return false;
            }
            if place == 0 {
                word.positions(first);
                continue;
            }
            word.positions(other);
            first.retain(|position| other.binary_search(&(position + place)).is_ok());
            if first.is_empty() {
                return false;
            }
        }
        true
    }
}
