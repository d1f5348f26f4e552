//! What happens in a council, each as a history from its first event to its last, and how often.

mod breaches;
mod contractors;
mod devices;
mod disclosures;
mod governance;
mod handling;
mod homework;
mod mistakes;
mod people;
mod records;
mod requests;
mod reviews;
mod rights;
mod risks;
mod sharing;
mod training;

use crate::day::Moment;
use crate::desk::Desk;

/// The hash of a text that does not exist.
pub(crate) const SHA256: &str = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";

/// Something that happens from time to time.
pub(crate) struct History {
    /// How often it begins, compared with the others.
    pub(crate) weight: u32,
    /// Tells it from an instant on.
    pub(crate) tell: fn(&mut Desk, Moment),
}

const fn history(weight: u32, tell: fn(&mut Desk, Moment)) -> History {
    History { weight, tell }
}

/// All of them. About eight in a hundred answers to requests are late.
pub(crate) const HISTORIES: &[History] = &[
    history(230, requests::granted),
    history(8, requests::chased_and_granted),
    history(60, requests::not_held),
    history(90, requests::granted_in_part),
    history(12, requests::extended),
    history(3, requests::extension_withdrawn),
    history(60, requests::environmental),
    history(35, requests::clarified),
    history(10, requests::lapsed),
    history(5, requests::fee_paid),
    history(2, requests::fee_lapsed),
    history(15, requests::over_the_limit),
    history(12, requests::withdrawn),
    history(12, requests::transferred),
    history(8, requests::changed_regime),
    history(3, requests::reuse),
    history(30, requests::records_known),
    history(6, mistakes::merged),
    history(1, mistakes::unmerged),
    history(3, mistakes::reopened),
    history(9, reviews::review_upheld),
    history(5, reviews::review_extended),
    history(1, reviews::review_withdrawn),
    history(3, reviews::to_the_tribunal),
    history(1, reviews::reprimanded),
    history(5, mistakes::corrected),
    history(1, mistakes::corrected_twice),
    history(38, rights::access),
    history(14, rights::access_paused),
    history(8, rights::access_extended),
    history(8, rights::erasure),
    history(6, rights::rectification),
    history(3, rights::objection),
    history(12, rights::complaint),
    history(1, rights::complaint_withdrawn),
    history(70, breaches::not_reportable),
    history(6, breaches::reported_in_time),
    history(2, breaches::reported_late),
    history(4, breaches::stolen_device),
    history(2, breaches::at_a_processor),
    history(40, breaches::near_miss),
    history(12, breaches::weakness),
    history(15, breaches::nothing_happened),
    history(110, people::joiner),
    history(45, people::mover),
    history(80, people::leaver),
    history(2, people::suspended),
    history(20, people::absent),
    history(8, people::linked),
    history(60, people::access_reviewed),
    history(15, people::access_refused),
    history(30, people::elevated),
    history(40, people::turned_away),
    history(8, people::orphan),
    history(4, people::conflict),
    history(600, training::completed),
    history(40, training::failed_first),
    history(15, training::exempted),
    history(4, training::needs),
    history(12, training::briefing),
    history(2, training::phishing),
    history(300, training::policy_read),
    history(50, homework::at_home),
    history(6, homework::refused),
    history(3, homework::violated),
    history(12, homework::expired),
    history(2, homework::lost),
    history(45, disclosures::released),
    history(10, disclosures::refused),
    history(4, disclosures::withdrawn),
    history(6, disclosures::emergency),
    history(12, sharing::agreement),
    history(1, sharing::lapsed),
    history(3, sharing::memorandum),
    history(3, sharing::linked_partner),
    history(25, contractors::contractor),
    history(1, contractors::unsigned),
    history(10, contractors::processor),
    history(50, contractors::visitor),
    history(70, records::destroyed),
    history(8, records::archived),
    history(8, records::moved),
    history(4, records::tapes),
    history(4, records::held),
    history(60, devices::laptop),
    history(25, devices::scrapped),
    history(4, devices::shredder),
    history(80, governance::question),
    history(2, governance::audit),
    history(25, governance::check),
    history(6, governance::delegation),
    history(8, governance::assessment),
    history(1, governance::consultation),
    history(15, governance::processing),
    history(10, governance::notice),
    history(8, risks::treated),
    history(4, risks::accepted),
    history(15, risks::control),
    history(20, risks::asset),
    history(12, risks::quality),
    history(4, risks::unexplained),
    history(15, risks::outage),
    history(12, risks::restored),
    history(6, risks::plan_tested),
    history(6, risks::function),
    history(60, handling::marked),
    history(10, handling::sampled),
    history(4, handling::mishandled),
    history(12, handling::briefed),
    history(15, handling::strange_caller),
    history(1, handling::fax),
    history(3, handling::secure_email),
    history(1, handling::verbal),
    history(1, handling::surveillance),
    history(4, handling::cameras),
];
