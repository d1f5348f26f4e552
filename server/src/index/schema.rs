//! What is kept of an entry in the index, and the terms by which it is found.

use tantivy::schema::{
    BytesOptions, FAST, Field, IndexRecordOption, Schema, SchemaBuilder, TextFieldIndexing, TextOptions,
};
use tantivy::{Index, IndexSettings};

use super::words;

/// Counts changes of what is in this file, [`super::document`] and [`super::words`]: an index of another
/// version is made again.
pub(super) const SCHEMA_VERSION: u32 = 1;

/// Longest text that stands in a term as it is; a longer one is replaced by its hash.
const PLAIN_KEY_BYTES_MAX: usize = 62;
/// Bytes of the hash of a longer one: enough that nobody finds two texts with the same.
const KEY_HASH_BYTES: usize = 16;

/// The fields of an entry in the index. Nothing else is stored: a search gives seqs.
#[derive(Debug, Clone, Copy)]
pub(super) struct Fields {
    /// The entry's number.
    pub(super) seq: Field,
    /// When the event happened, in microseconds.
    pub(super) happened: Field,
    /// When it was recorded, in microseconds.
    pub(super) recorded: Field,
    /// Its [`Key`]s.
    pub(super) key: Field,
    /// Its full text.
    pub(super) text: Field,
}

pub(super) const SEQ: &str = "seq";
pub(super) const HAPPENED: &str = "happened";
pub(super) const RECORDED: &str = "recorded";

/// The schema of the index.
pub(super) fn schema() -> (Schema, Fields) {
    let mut builder = SchemaBuilder::default();
    let indexing = TextFieldIndexing::default()
        .set_tokenizer(words::NAME)
        .set_fieldnorms(false)
        .set_index_option(IndexRecordOption::WithFreqsAndPositions);
    let fields = Fields {
        seq: builder.add_u64_field(SEQ, FAST),
        happened: builder.add_i64_field(HAPPENED, FAST),
        recorded: builder.add_i64_field(RECORDED, FAST),
        key: builder.add_bytes_field("key", BytesOptions::default().set_indexed()),
        text: builder.add_text_field("text", TextOptions::default().set_indexing_options(indexing)),
    };
    (builder.build(), fields)
}

/// Settings of the index: documents keep the order in which they come.
pub(super) fn settings() -> IndexSettings {
    IndexSettings { docstore_compress_dedicated_thread: false, ..IndexSettings::default() }
}

/// Tells an index how text is cut into words.
pub(super) fn prepare(index: &Index) {
    index.tokenizers().register(words::NAME, words::analyzer());
}

/// What an entry is found by, beside its full text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Key<'a> {
    /// Its type.
    Type(&'a str),
    /// The first words of its type, with the dot after them.
    TypeWords(&'a str),
    /// Its group.
    Group(&'a str),
    /// Its source.
    Source(&'a str),
    /// Its source, or the part of it before a boundary.
    SourcePart(&'a str),
    /// Its subject.
    Subject(&'a str),
    /// Its unit.
    Unit(&'a str),
}

impl Key<'_> {
    /// Appends the term.
    pub(super) fn write(self, out: &mut Vec<u8>) {
        let (kind, text) = match self {
            Key::Type(text) => (b't', text),
            Key::TypeWords(text) => (b'w', text),
            Key::Group(text) => (b'g', text),
            Key::Source(text) => (b's', text),
            Key::SourcePart(text) => (b'p', text),
            Key::Subject(text) => (b'j', text),
            Key::Unit(text) => (b'u', text),
        };
        if text.len() <= PLAIN_KEY_BYTES_MAX {
            out.push(kind);
            out.extend_from_slice(text.as_bytes());
        } else {
            out.push(kind.to_ascii_uppercase());
            out.extend_from_slice(&blake3::hash(text.as_bytes()).as_bytes()[..KEY_HASH_BYTES]);
        }
    }

    /// The term.
    pub(super) fn term(self, fields: Fields) -> tantivy::Term {
        let mut bytes = Vec::new();
        self.write(&mut bytes);
        tantivy::Term::from_field_bytes(fields.key, &bytes)
    }
}
