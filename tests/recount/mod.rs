//! The annual report, counted again: every table by plain loops over the entries, with nothing of the programs that made it.

#![expect(unreachable_pub, reason = "its modules are used by each other")]

mod access;
mod assets;
mod book;
mod breaches;
mod counted;
mod covers;
mod days;
mod disclosures;
mod employments;
mod feeds;
mod front;
mod governance;
mod host;
mod incidents;
mod instants;
mod marking;
mod offsite;
mod outside;
mod people;
mod publication;
mod quarters;
mod records;
mod requests;
mod resilience;
mod rights;
mod rights_held;
mod sharing;
mod suppliers;
mod surveillance;
mod training;

use book::Book;
pub use book::Period;
pub use counted::{Counted, compare};
pub use front::compare_clauses;
use host::{Host, year_before};
use serde_json::Value;

/// How many earlier years a report compares with.
const EARLIER_YEARS: usize = 2;

/// Counts all that a report of a period says, and the figures of the years before that lie in the ledger.
pub fn recount(entries: &[Value], period: Period) -> Counted {
    let book = Book::new(entries, period);
    let mut counted = sections(&book);
    counted.host = Host::of(&book, entries);
    let first = counted.host.first.map(days::in_london);
    let mut earlier = year_before(period);
    while counted.host.earlier.len() < EARLIER_YEARS && Some(earlier.to) >= first {
        counted.host.earlier.push(sections(&Book::new(entries, earlier)));
        earlier = year_before(earlier);
    }
    counted
}

/// Counts what the sections say that plugins contribute.
fn sections(book: &Book) -> Counted {
    let mut counted = Counted::default();
    requests::recount(book, &mut counted);
    rights::recount(book, &mut counted);
    breaches::recount(book, &mut counted);
    records::recount(book, &mut counted);
    training::recount(book, &mut counted);
    access::recount(book, &mut counted);
    disclosures::recount(book, &mut counted);
    sharing::recount(book, &mut counted);
    suppliers::recount(book, &mut counted);
    offsite::recount(book, &mut counted);
    marking::recount(book, &mut counted);
    assets::recount(book, &mut counted);
    feeds::recount(book, &mut counted);
    resilience::recount(book, &mut counted);
    surveillance::recount(book, &mut counted);
    publication::recount(book, &mut counted);
    governance::recount(book, &mut counted);
    outside::recount(book, &mut counted);
    counted
}
