//! What sealing costs: the same events, checked and made canonical, with and without being sealed.
//!
//! Either side parses the text, checks it, writes the canonical form and gives all of that back. What is sealed has
//! beside it: asking for the key, with all that a case costs once (a key from the stock, making the stock and its
//! sync), sealing the text, and writing an event that has become longer. Making the texts is in neither.

use std::collections::HashSet;
use std::io;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::definitions::Current;
use muniment_core::event::Event;
use muniment_core::json;

use super::memory;
use crate::intake::Intake;
use crate::ledger::Ledger;
use crate::vault::{Make, Vault};

/// Events of each case.
const EVENTS_OF_A_CASE: u64 = 5;

/// What was measured.
#[derive(Debug, Clone)]
pub struct Measured {
    /// Events.
    pub events: u64,
    /// Cases, each with a key of its own.
    pub cases: u64,
    /// Parsing, checking and writing them, without sealing.
    pub bare: Duration,
    /// The same with sealing: each has a free text of some 60 bytes.
    pub sealing: Duration,
    /// Noting whose key is whose.
    pub noting: Duration,
    /// Bytes of the vault for each case.
    pub vault_bytes_a_case: u64,
    /// Memory of the process afterwards.
    pub rss_anon_bytes: Option<u64>,
}

/// A request that came in, with a note.
fn event(number: u64) -> String {
    let case = number / EVENTS_OF_A_CASE;
    format!(
        r#"{{"specversion":"1.0","id":"seal-{number}","source":"/systems/foi-casework","type":"request.received","subject":"FOI-2026-{case:07}","time":"2026-05-01T09:30:00+01:00","data":{{"regime":"foi","channel":"email","unit":"housing","note":"The applicant rang twice about case {case:07} and is anxious."}}}}"#
    )
}

/// Seals made-up events as an import does; none is recorded.
///
/// # Errors
/// As the vault says.
pub fn measure(
    ledger: &Arc<Ledger>,
    vault: Arc<Vault>,
    definitions: Arc<Current>,
    vault_bytes: impl Fn() -> io::Result<u64>,
    events: u64,
) -> io::Result<Measured> {
    let catalogue = definitions.get().catalogue.clone();
    let intake = Intake { definitions, vault: vault.clone(), ledger: Arc::downgrade(ledger) };
    let wrong = |what: &str| io::Error::other(what.to_owned());
    let (mut bare, mut sealing, mut noting) = (Duration::ZERO, Duration::ZERO, Duration::ZERO);
    let before = vault_bytes()?;
    let mut number = 0;
    while number < events {
        let texts: Vec<String> = (number..events.min(number + 1_000)).map(event).collect();
        number += 1_000;
        let start = Instant::now();
        for text in &texts {
            let value = json::parse(text.as_bytes()).map_err(io::Error::other)?;
            let object = Event::check_attributes(value).map_err(|(error, _)| io::Error::other(error))?;
            catalogue.check(&object).map_err(|_| wrong("an event is not of the catalogue"))?;
            Event::from_attributes(&object, text.len()).map_err(io::Error::other)?;
        }
        bare += start.elapsed();
        let start = Instant::now();
        let mut taking = intake.begin(Make::UnlessErased, HashSet::new());
        for text in &texts {
            let value = json::parse(text.as_bytes()).map_err(io::Error::other)?;
            let taken = taking.take(value, text.len()).map_err(io::Error::other)?;
            taken.map_err(|_| wrong("an event is refused"))?;
        }
        taking.settle().map_err(io::Error::other)?;
        sealing += start.elapsed();
        // The vault's thread does this beside the writer.
        if number % 50_000 == 0 || number >= events {
            let start = Instant::now();
            vault.note(None).map_err(io::Error::other)?;
            noting += start.elapsed();
        }
    }
    let cases = events.div_ceil(EVENTS_OF_A_CASE);
    Ok(Measured {
        events,
        cases,
        bare,
        sealing,
        noting,
        vault_bytes_a_case: vault_bytes()?.saturating_sub(before) / cases.max(1),
        rss_anon_bytes: memory::rss_anon_bytes(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn its_events_are_good_and_have_something_to_seal() {
        let catalogue = muniment_core::catalogue::Catalogue::built_in().unwrap();
        for number in 0..10 {
            let text = event(number);
            let value = json::parse(text.as_bytes()).unwrap();
            let personal = catalogue.check(value.as_object().unwrap()).unwrap();
            assert!(personal.needs_key(), "{text}");
        }
    }
}
