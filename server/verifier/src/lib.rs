//! Checks entries of a ledger in a browser: that a receipt proves an entry, and that entries form a chain.
//!
//! The page `/verify` loads it as WebAssembly. It says step by step what it found; whether an entry is proved is decided by
//! `muniment-core` as a whole besides, as everywhere.
//!
//! # What this crate never does
//! - It asks nobody: what it is given is all that it knows.
//! - It panics on no input: a fault of the input is part of the answer.

#![cfg_attr(not(target_family = "wasm"), forbid(unsafe_code))]

mod chain;
#[cfg(target_family = "wasm")]
pub mod exports;
mod receipt;
mod report;
#[cfg(test)]
mod tests;

pub use chain::check_chain;
pub use receipt::check_receipt;

use report::Report;

/// Answers a question with a report, which is JSON.
///
/// A question is made of parts, each with its length before it (four bytes, little-endian). The first says what is asked:
/// `receipt` (then the entry's number, its line, its receipt, the vkey) or `chain` (then the numbers of the first and the last
/// entry, and the lines).
#[must_use]
pub fn answer(question: &[u8]) -> String {
    let text = |part: &[u8]| String::from_utf8_lossy(part).trim().to_owned();
    let parts = parts(question).unwrap_or_default();
    let Some((name, parts)) = parts.split_first() else { return Report::no_question().to_json() };
    match (text(name).as_str(), parts) {
        ("receipt", [seq, line, receipt, vkey]) => check_receipt(&text(seq), line, receipt, &text(vkey)),
        ("chain", [from, to, lines]) => check_chain(&text(from), &text(to), lines),
        _ => Report::no_question().to_json(),
    }
}

/// Takes a question apart.
fn parts(mut question: &[u8]) -> Option<Vec<&[u8]>> {
    let mut parts = Vec::new();
    while !question.is_empty() {
        let (length, rest) = question.split_first_chunk::<4>()?;
        let (part, rest) = rest.split_at_checked(usize::try_from(u32::from_le_bytes(*length)).ok()?)?;
        parts.push(part);
        question = rest;
    }
    Some(parts)
}
