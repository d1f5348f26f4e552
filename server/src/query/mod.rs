//! Which entries somebody asks for, and which of them they may see: read from an entry's line, without an
//! index.
//!
//! The stream of new entries uses this as it stands; the search index must give the same answers, and its
//! tests compare the two.

mod facts;
mod filter;
mod scope;
mod type_pattern;

pub use facts::EventFacts;
#[cfg(test)]
pub(crate) use facts::tests::line as facts_line;
pub use filter::Filter;
pub use scope::{Scope, source_lies_under};
pub(crate) use scope::{is_boundary, without_end};
pub use type_pattern::{PATTERN_BYTES_MAX, PATTERNS_MAX, TypePattern, TypePatternError};
