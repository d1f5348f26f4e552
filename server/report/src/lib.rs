//! Renders an annual report: a page that needs nothing else, tables, a workbook. What it says is the document's; nothing is
//! counted here.
//!
//! # What this crate never does
//! - It reads no clock, file or environment: the same document gives the same bytes.
//! - It lets a text of the document be anything but text: all of it is escaped.

#![forbid(unsafe_code)]

mod chart;
mod csv;
mod html;
#[cfg(test)]
mod testing;
pub mod words;
mod xlsx;

pub use chart::chart;
pub use csv::{csv, csv_lines, csv_table};
pub use html::html;
pub use rust_xlsxwriter::XlsxError;
pub use xlsx::xlsx;
