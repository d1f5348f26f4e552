//! Files in which people declare things: event types, policies, alerts, controls.
//!
//! They are written by hand, so whatever is wrong with one is said with its file, its line, and what to do about it.

mod fault;
mod forms;
mod nearest;
mod text;

pub use fault::{FileError, FileFault};
pub(crate) use forms::{code, dotted_name, length, limited, texts};
pub(crate) use nearest::{question, question_in_file};
pub(crate) use text::{DeclaredText, Located};
