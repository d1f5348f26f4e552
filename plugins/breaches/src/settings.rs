//! What an organisation may set. None of these numbers is of the law.

use muniment_sdk::{BREACH_HOURS, Nation};
use serde::Deserialize;

use crate::apply::Severity;

/// The settings; `settings.json` is their schema, with the same defaults.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// The hours, of the 72 that the law allows, after which a warning is given.
    pub warn_at_hours: Vec<u16>,
    /// From so many hours on the senior information risk owner is warned.
    pub siro_from_hours: u16,
    /// So many hours after the first sign it is to be decided whether it is a breach.
    pub decide_awareness_hours: u16,
    /// So many hours after awareness it is to be decided whether the regulator has to be told.
    pub decide_reporting_hours: u16,
    /// So many hours after the first sign an incident is to be reported within the organisation.
    pub report_hours: u16,
    /// So many working days after a report somebody is to look at it.
    pub triage_working_days: u16,
    /// So many working days after a report it is to be classified.
    pub classify_working_days: u16,
    /// So many hours after awareness a breach is to be contained.
    pub contain_hours: u16,
    /// So many working days after awareness the investigation is to be at its end.
    pub investigate_working_days: u16,
    /// So many days after it was raised an action without a date of its own is to be done.
    pub action_days: u16,
    /// So many working days after awareness senior management is to be told. A grave breach is told on the same day.
    pub inform_management_working_days: u16,
    /// Senior management is told of breaches of this severity and of graver ones.
    pub inform_management_from: Severity,
    /// So many hours after it was decided that a high risk is likely, people are to be told.
    pub tell_people_hours: u16,
    /// So many breaches of a team within 12 months are a pattern.
    pub repeat_team_breaches: u16,
    /// So many breaches of a person within 12 months are a pattern.
    pub repeat_person_breaches: u16,
    /// So many months training counts for, where no entry says until when.
    pub training_valid_months: u16,
    /// So many days later than its end training has lapsed.
    pub training_grace_days: u16,
    /// The courses that are training for this purpose; where there are none, those of a general kind.
    pub training_courses: Vec<String>,
    /// Whose public holidays are no working days.
    pub nation: Nation,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings {
            warn_at_hours: vec![24, 48, 66],
            siro_from_hours: 48,
            decide_awareness_hours: 24,
            decide_reporting_hours: 48,
            report_hours: 24,
            triage_working_days: 1,
            classify_working_days: 5,
            contain_hours: 24,
            investigate_working_days: 20,
            action_days: 30,
            inform_management_working_days: 2,
            inform_management_from: Severity::Green,
            tell_people_hours: 24,
            repeat_team_breaches: 3,
            repeat_person_breaches: 2,
            training_valid_months: 12,
            training_grace_days: 14,
            training_courses: Vec::new(),
            nation: Nation::EnglandAndWales,
        }
    }
}

impl Settings {
    pub(crate) fn check(&self) -> Result<(), String> {
        let hours = &self.warn_at_hours;
        if !hours.is_sorted_by(|earlier, later| earlier < later) {
            return Err(format!("warn_at_hours is to rise from hour to hour: {hours:?}"));
        }
        if self.triage_working_days > self.classify_working_days {
            return Err("triage_working_days is to be no more than classify_working_days".to_owned());
        }
        match hours.iter().find(|hours| !(1..BREACH_HOURS).contains(&i64::from(**hours))) {
            Some(hours) => {
                Err(format!("{hours} hours do not lie within the {BREACH_HOURS} hours of the law"))
            }
            None => Ok(()),
        }
    }
}
