//! What there is to be said about a processor, and when.

use muniment_sdk::{Alarm, Alert, Day, Instant};

use crate::processor::{Assured, Contract};
use crate::processors::{Supplied, law_from};
use crate::{NO_CONTRACT, NOT_ASSURED, Settings};

/// Data went there, and no contract was signed.
pub(crate) const BEFORE: &str = "before-contract";
/// There is a contract, and it lacks clauses.
pub(crate) const INCOMPLETE: &str = "contract-incomplete";
/// Data went there after the contract had ended.
pub(crate) const AFTER: &str = "after-contract";
pub(crate) const LAPSED: &str = "assurance-lapsed";
pub(crate) const NEVER: &str = "never-assured";

/// The alarms of a processor, each from the time at which it stands.
///
/// A complete contract that is signed too late puts an end to the alarm, and not to the fault: that is counted in the
/// report.
pub(crate) fn of(supplied: &Supplied, settings: &Settings) -> Vec<Alarm> {
    let mut alarms = without_contract(supplied);
    alarms.extend(not_assured(supplied, settings));
    alarms
}

fn without_contract(supplied: &Supplied) -> Vec<Alarm> {
    let contracts = &supplied.processor.contracts;
    let last_complete = contracts.iter().rposition(|contract| contract.is_complete);
    let incomplete = contracts.get(last_complete.map_or(0, |place| place + 1));
    match (last_complete, incomplete) {
        (_, Some(contract)) => incomplete_alarms(supplied, contract, last_complete.is_some()),
        (Some(_), None) => {
            let after = supplied.after_contract;
            after.map(|sending| Alarm::new(&NO_CONTRACT, AFTER, sending.time)).into_iter().collect()
        }
        (None, None) => {
            let first = first_data(supplied);
            first.map(|from| Alarm::new(&NO_CONTRACT, BEFORE, from)).into_iter().collect()
        }
    }
}

fn incomplete_alarms(supplied: &Supplied, contract: &Contract, follows_complete: bool) -> Vec<Alarm> {
    // Where no day is known on which data goes there, it is taken to go from the contract's first day on.
    let begins = contract.signed.instant_of(contract.from.max(law_from()));
    let first = first_data(supplied).filter(|_| !follows_complete);
    let at = first.map_or(begins, |first| first.max(begins));
    let mut alarms = Vec::new();
    if let Some(first) = first.filter(|first| *first < begins) {
        alarms.push(Alarm::new(&NO_CONTRACT, BEFORE, first).until(begins));
    }
    let alarm = Alarm::new(&NO_CONTRACT, INCOMPLETE, at);
    match supplied.processor.ends().map(Day::end) {
        Some(end) if end <= at => {}
        Some(end) => alarms.push(alarm.until(end)),
        None => alarms.push(alarm),
    }
    alarms
}

/// When personal data first went there, since a contract has been asked for.
pub(crate) fn first_data(supplied: &Supplied) -> Option<Instant> {
    let processing = supplied.processor.processing.map(|(day, _)| day.max(law_from()).start());
    processing.into_iter().chain(supplied.first.map(|sending| sending.time)).min()
}

fn not_assured(supplied: &Supplied, settings: &Settings) -> Option<Alarm> {
    let begins = supplied.processor.begins(supplied.first_transfer())?;
    let assured = supplied.processor.assured(settings, supplied.first_transfer())?;
    let stage = if matches!(assured, Assured::Never(_)) { NEVER } else { LAPSED };
    let at = assured.due().end().max(begins.start());
    let alarm = Alarm::new(&NOT_ASSURED, stage, at).due(assured.due().end());
    match supplied.processor.ends().map(Day::end) {
        Some(end) if end <= at => None,
        Some(end) => Some(alarm.until(end)),
        None => Some(alarm),
    }
}

/// Gives an alert its words and its evidence.
pub(crate) fn words(supplied: &Supplied, settings: &Settings, alarm: &Alarm, alert: Alert) -> Alert {
    let words = match alarm.stage.name {
        BEFORE => format!("{} {LAW} None was signed by then.", data_went(supplied)),
        INCOMPLETE => incomplete(supplied),
        AFTER => after(supplied),
        _ => assurance(supplied, settings),
    };
    let processing = supplied.processor.processing.map(|(_, seq)| seq);
    let sent = supplied.first.into_iter().chain(supplied.after_contract).map(|sending| sending.seq);
    alert.arithmetic(words).evidence(supplied.processor.seqs().chain(processing).chain(sent))
}

const LAW: &str = "A contract with the clauses of UK GDPR, Article 28(3), comes before the data.";

fn data_went(supplied: &Supplied) -> String {
    let processing = supplied.processor.processing.map(|(day, _)| day);
    match (processing, supplied.first_transfer()) {
        (Some(day), None) => format!("Processing was to start on {}.", day.in_words()),
        (Some(day), Some(sent)) if day <= sent => format!("Processing was to start on {}.", day.in_words()),
        (_, Some(sent)) => format!("Personal data was first sent on {}.", sent.in_words()),
        (None, None) => {
            "No day is recorded on which data first went there: the contract's first day stands in for it."
                .to_owned()
        }
    }
}

fn incomplete(supplied: &Supplied) -> String {
    let contracts = &supplied.processor.contracts;
    let signed = contracts.iter().rfind(|contract| !contract.is_complete).map(|contract| contract.signed.day);
    let signed = signed.map(Day::in_words).unwrap_or_default();
    format!(
        "{} {LAW} The contract that was signed on {signed} is recorded not to have every one of them.",
        data_went(supplied)
    )
}

fn after(supplied: &Supplied) -> String {
    let ended = supplied.processor.ends().map(Day::in_words).unwrap_or_default();
    let sent = supplied.after_contract.map(|sending| sending.day().in_words()).unwrap_or_default();
    format!(
        "The contract ended on {ended}, and personal data was sent on {sent}. Processing is governed by a contract for as \
         long as it lasts (UK GDPR, Article 28(3))."
    )
}

fn assurance(supplied: &Supplied, settings: &Settings) -> String {
    let months = settings.processor_assurance_months;
    match supplied.processor.assured(settings, supplied.first_transfer()) {
        Some(Assured::Until(due, assurance)) => format!(
            "The assurance that was given on {} holds until {}, and none that holds for longer is on record.",
            assurance.on.day.in_words(),
            due.in_words()
        ),
        Some(Assured::Renew(due, assurance)) => format!(
            "Assured on {}; {months} months later, on {}, it was to be renewed (the setting processor_assurance_months), \
             although it is said to hold until {}.",
            assurance.on.day.in_words(),
            due.in_words(),
            assurance.until.in_words()
        ),
        Some(Assured::Never(due)) => format!(
            "No assurance is on record. {months} months after the processor's first day, on {}, one was due (the setting \
             processor_assurance_months).",
            due.in_words()
        ),
        None => String::new(),
    }
}

/// Why an alert stands no longer.
pub(crate) fn cleared(supplied: &Supplied, settings: &Settings, rule: &str, _: &str) -> String {
    let processor = &supplied.processor;
    if rule == NOT_ASSURED.id {
        return match processor.assured(settings, supplied.first_transfer()) {
            Some(Assured::Never(_)) | None => {
                "its contract ended, or what it rested on was corrected".to_owned()
            }
            Some(assured) => format!("assured until {}, or the contract ended", assured.due().in_words()),
        };
    }
    match processor.contracts.iter().rfind(|contract| contract.is_complete) {
        Some(contract) => format!("a complete contract was signed on {}", contract.signed.day.in_words()),
        None => "this stage is over, or what it rested on was corrected".to_owned(),
    }
}
