//! The ledger itself: searching it, its entries with what proves them, and checking them in the browser.

mod entry;
mod search;
mod verify;

use std::sync::Arc;

use axum::Router;
use axum::routing::get;
use serde::Deserialize;

use super::Pages;
use super::failure::Failure;
use super::mistake::Mistake;

pub(super) fn routes() -> Router<Arc<Pages>> {
    Router::new()
        .route("/ledger", get(search::list))
        .route("/ledger/{seq}", get(entry::show))
        .route("/ledger/{seq}/receipt", get(entry::receipt))
        .route("/ledger/{seq}/bytes", get(entry::bytes))
        .route("/verify", get(verify::show))
        .route("/verify/lines", get(verify::lines))
        .route("/verify/how", get(verify::how))
}

/// `GET /v1/ledger`, as far as these pages read it.
#[derive(Debug, Deserialize)]
struct LedgerState {
    origin: String,
    size: u64,
    head: String,
    root: String,
    vkey: String,
}

/// The number of an entry, if it is one.
fn number(text: &str) -> Option<u64> {
    let is_plain = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if is_plain { text.parse().ok() } else { None }
}

/// The number of an entry in the address of a page.
fn in_address(text: &str) -> Result<u64, Failure> {
    number(text).ok_or_else(|| Failure::not_found("An entry’s number is a whole number, from 0 on."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_entries_are_plain() {
        assert_eq!((number("0"), number("41"), number("007")), (Some(0), Some(41), Some(7)));
        for wrong in ["", "-1", "+1", "1.0", "a", "18446744073709551616", "٣"] {
            assert_eq!(number(wrong), None, "{wrong}");
            assert_eq!(in_address(wrong).unwrap_err().status, 404);
        }
    }
}
