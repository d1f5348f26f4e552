//! A set of neighbouring documents, one bit each.

use std::ops::Range;

use tantivy::DocId;

/// Documents of which the snapshot knows the first and the last instant; windows are laid out along them.
pub(super) const BLOCK_DOCUMENTS: u32 = 1_024;
/// Most documents of a window.
pub(super) const WINDOW_DOCUMENTS: u32 = 64 * BLOCK_DOCUMENTS;
const WORD_BITS: u32 = u64::BITS;
const BLOCK_WORDS: usize = (BLOCK_DOCUMENTS / WORD_BITS) as usize;

/// Some of the documents of one stretch.
#[derive(Debug)]
pub(super) struct Window {
    documents: Range<DocId>,
    /// The document of the first bit: the start of a block.
    base: DocId,
    bits: Vec<u64>,
    /// Documents of the whole stretch.
    all: u32,
}

impl Window {
    /// All documents of a range, at most [`WINDOW_DOCUMENTS`], of a stretch of `all`.
    pub(super) fn full(documents: Range<DocId>, all: u32) -> Window {
        let mut window = Window::empty(documents.clone(), all);
        for (start, word) in (window.base..).step_by(WORD_BITS as usize).zip(&mut window.bits) {
            let before = |document: DocId| first_ones(document.saturating_sub(start).min(WORD_BITS));
            *word = before(documents.end) & !before(documents.start);
        }
        window
    }

    /// No document of a range.
    pub(super) fn empty(documents: Range<DocId>, all: u32) -> Window {
        let base = documents.start / BLOCK_DOCUMENTS * BLOCK_DOCUMENTS;
        let blocks = (documents.end - base).div_ceil(BLOCK_DOCUMENTS) as usize;
        Window { documents, base, bits: vec![0; blocks * BLOCK_WORDS], all }
    }

    /// The documents that it is about.
    pub(super) fn documents(&self) -> Range<DocId> {
        self.documents.clone()
    }

    /// Documents of the whole stretch.
    pub(super) fn all(&self) -> u32 {
        self.all
    }

    /// Whether no document is in it.
    pub(super) fn is_empty(&self) -> bool {
        self.bits.iter().all(|word| *word == 0)
    }

    /// How many documents are in it.
    pub(super) fn count(&self) -> u64 {
        self.bits.iter().map(|word| u64::from(word.count_ones())).sum()
    }

    /// Puts a document in.
    pub(super) fn set(&mut self, document: DocId) {
        let place = document - self.base;
        self.bits[(place / WORD_BITS) as usize] |= 1 << (place % WORD_BITS);
    }

    /// Keeps what is in another one of the same documents too.
    pub(super) fn keep(&mut self, other: &Window) {
        self.bits.iter_mut().zip(&other.bits).for_each(|(word, other)| *word &= other);
    }

    /// Keeps the blocks that are wanted, asked by their number in the stretch.
    pub(super) fn keep_blocks(&mut self, mut wanted: impl FnMut(usize) -> bool) {
        let first = (self.base / BLOCK_DOCUMENTS) as usize;
        for (block, words) in (first..).zip(self.bits.chunks_mut(BLOCK_WORDS)) {
            if !wanted(block) {
                words.fill(0);
            }
        }
    }

    /// Keeps the documents that are wanted, asked in their order.
    pub(super) fn retain(&mut self, mut wanted: impl FnMut(DocId) -> bool) {
        for (start, word) in (self.base..).step_by(WORD_BITS as usize).zip(&mut self.bits) {
            for bit in ones(*word) {
                if !wanted(start + bit) {
                    *word &= !(1 << bit);
                }
            }
        }
    }

    /// What is in it, in its order.
    pub(super) fn iter(&self) -> impl Iterator<Item = DocId> {
        let words = (self.base..).step_by(WORD_BITS as usize).zip(&self.bits);
        words.flat_map(|(start, word)| ones(*word).map(move |bit| start + bit))
    }
}

fn first_ones(count: u32) -> u64 {
    u64::MAX.checked_shr(WORD_BITS - count).unwrap_or_default()
}

/// The places of the bits that are set.
fn ones(mut word: u64) -> impl Iterator<Item = u32> {
    std::iter::from_fn(move || {
        let bit = (word != 0).then(|| word.trailing_zeros())?;
        word &= word - 1;
        Some(bit)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_holds_what_is_put_in() {
        for documents in [0..1, 5..5, 1_000..1_100, 1_023..1_025, 2_047..5_000, 7..WINDOW_DOCUMENTS] {
            let mut window = Window::full(documents.clone(), 100_000);
            assert_eq!(window.count(), u64::from(documents.end - documents.start));
            assert!(window.iter().eq(documents.clone()), "{documents:?}");
            window.retain(|document| document % 3 == 0);
            assert!(
                window.iter().eq(documents.clone().filter(|document| document % 3 == 0)),
                "{documents:?}"
            );
            let mut other = Window::empty(documents.clone(), 100_000);
            documents.clone().filter(|document| document % 2 == 0).for_each(|document| other.set(document));
            window.keep(&other);
            window.keep_blocks(|block| block == 1);
            let expect =
                documents.clone().filter(|document| document % 6 == 0 && document / BLOCK_DOCUMENTS == 1);
            assert!(window.iter().eq(expect), "{documents:?}");
            assert_eq!(window.is_empty(), window.count() == 0);
        }
    }
}
