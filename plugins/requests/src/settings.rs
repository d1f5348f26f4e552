//! What an organisation may set. None of these numbers is of the law.

use muniment_sdk::{REQUEST_WORKING_DAYS, ReceiptRule};
use serde::Deserialize;

/// The settings; `settings.json` is their schema, with the same defaults.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// So many working days behind its receipt a request is to be acknowledged.
    pub acknowledge_working_days: u16,
    /// So many working days behind its receipt a unit is to be made responsible.
    pub allocate_working_days: u16,
    /// The working days, of the 20 that the law allows, on which it is said to be soon due.
    pub warn_at_working_days: Vec<u16>,
    /// So many days behind a question to a requester that was not answered the request is about to lapse.
    pub clarification_lapse_days: u16,
    /// So many days before a day that the regulator or a tribunal named, it is said to be soon due.
    pub regulator_warn_days: u16,
    /// What a receipt on a day that is no working day counts as.
    pub receipt_rule: ReceiptRule,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings {
            acknowledge_working_days: 1,
            allocate_working_days: 1,
            warn_at_working_days: vec![10, 15, 18],
            clarification_lapse_days: 60,
            regulator_warn_days: 10,
            receipt_rule: ReceiptRule::CalendarDay,
        }
    }
}

impl Settings {
    pub(crate) fn check(&self) -> Result<(), String> {
        let days = &self.warn_at_working_days;
        if !days.is_sorted_by(|earlier, later| earlier < later) {
            return Err(format!("warn_at_working_days is to rise from day to day: {days:?}"));
        }
        match days.iter().find(|day| !(1..=REQUEST_WORKING_DAYS).contains(*day)) {
            Some(day) => {
                Err(format!("the law allows {REQUEST_WORKING_DAYS} working days: {day} is none of them"))
            }
            None => Ok(()),
        }
    }

    /// How many working days before a request is due it is said to be, the earliest warning first.
    pub(crate) fn days_left(&self) -> impl DoubleEndedIterator<Item = u16> + '_ {
        self.warn_at_working_days.iter().map(|day| REQUEST_WORKING_DAYS.saturating_sub(*day))
    }
}
