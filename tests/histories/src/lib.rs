//! Histories that a client may post and that nobody would: a response before its request, a grant that nobody asked for,
//! ages of hundreds of years, the same twice, decades late. Each event is one that the catalogue takes; together they need
//! not make sense.
//!
//! [`check_any_history`] has a plugin fold thousands of them: it may find fault with them, and never fails.
//! [`check_bytes_a_case`] measures what it keeps of cases that are over.
//! [`Repertoire`] makes them, for the tests of the host too.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod any;
mod memory;
mod numbers;
mod repertoire;
mod values;

pub use any::check_any_history;
pub use memory::{Happens, check_bytes_a_case};
pub use numbers::Numbers;
pub use repertoire::{Crowd, Repertoire, Told};
