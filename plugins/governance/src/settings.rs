//! What an organisation may set. None of these numbers is of a law.

use muniment_sdk::Day;
use serde::Deserialize;

use crate::role::Kind;

/// The settings; `settings.json` is their schema, with the same defaults.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// A policy, standard or procedure is to be reviewed every so many months.
    pub policy_review_months: u16,
    /// So many days before a review is due it is said first.
    pub policy_review_warning_first_days: u16,
    /// So many days before a review is due it is said again.
    pub policy_review_warning_second_days: u16,
    /// A role may stay vacant for so many working days.
    pub role_vacancy_working_days: u16,
    /// The kinds of role that have to be held.
    pub roles_required: Vec<Kind>,
    /// A question is to be answered within so many working days.
    pub guidance_answer_working_days: u16,
    /// The last day of the report's year, as month and day.
    pub report_year_end: String,
    /// So many days behind it the draft is to be there.
    pub report_draft_days: u16,
    /// The day by which the committee has the report, as month and day.
    pub report_committee: String,
    /// A directorate is to attest every so many months that it keeps the policy.
    pub compliance_attest_months: u16,
    /// So many days before a registration runs out it is said.
    pub registration_warn_days: u16,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings {
            policy_review_months: 12,
            policy_review_warning_first_days: 60,
            policy_review_warning_second_days: 30,
            role_vacancy_working_days: 5,
            roles_required: vec![
                Kind::Siro,
                Kind::Dpo,
                Kind::InformationAssetOwner,
                Kind::InformationGovernanceTeam,
                Kind::InformationRiskManager,
            ],
            guidance_answer_working_days: 5,
            report_year_end: "03-31".to_owned(),
            report_draft_days: 60,
            report_committee: "09-30".to_owned(),
            compliance_attest_months: 12,
            registration_warn_days: 30,
        }
    }
}

impl Settings {
    pub(crate) fn check(&self) -> Result<(), String> {
        if self.policy_review_warning_second_days >= self.policy_review_warning_first_days {
            return Err("policy_review_warning_second_days is to be less than the first".to_owned());
        }
        for (name, day) in
            [("report_year_end", &self.report_year_end), ("report_committee", &self.report_committee)]
        {
            // A day that every year has.
            if in_year(day, 2023).is_none() {
                return Err(format!("{name} is no day of every year such as 03-31: {day}"));
            }
        }
        Ok(())
    }

    /// The last day of the report's year that ends in a year of the calendar.
    pub(crate) fn year_end(&self, year: i16) -> Option<Day> {
        in_year(&self.report_year_end, year)
    }

    /// The day by which the committee has the report of the year that ends on a day.
    pub(crate) fn committee(&self, year_end: Day) -> Option<Day> {
        let same = in_year(&self.report_committee, year_end.year())?;
        if same > year_end { Some(same) } else { in_year(&self.report_committee, year_end.year() + 1) }
    }
}

fn in_year(month_and_day: &str, year: i16) -> Option<Day> {
    let (month, day) = month_and_day.split_once('-')?;
    Day::of(year, month.parse().ok()?, day.parse().ok()?)
}
