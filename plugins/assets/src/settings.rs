//! What an organisation may set. None of these numbers is of the law.

use muniment_sdk::Nation;
use serde::Deserialize;

use crate::Form;

/// The settings; `settings.json` is their schema, with the same defaults.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// So many months behind the last review an asset is to be reviewed again.
    pub asset_review_months: u16,
    /// The forms of information of which the register of assets has at least one each.
    pub listed_forms: Vec<Form>,
    /// So many days of the calendar behind its first entry the register has them all.
    pub listed_forms_days: u16,
    /// So many months behind the last check a critical dataset is to be checked again.
    pub data_quality_check_months: u16,
    /// So many working days behind its finding a change is to be explained.
    pub change_explain_working_days: u16,
    /// So many months behind the last assessment a risk is to be reviewed.
    pub risk_review_months: u16,
    /// The roles that may accept a high risk.
    pub high_risk_roles: Vec<String>,
    /// So many months behind the last assessment the risks of a system are to be weighed again.
    pub system_assess_months: u16,
    /// So many days before it is due something is shown in amber.
    pub soon_days: u16,
    /// So many risks are listed in the report.
    pub top_risks: u16,
    /// Whose public holidays are no working days.
    pub nation: Nation,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings {
            asset_review_months: 12,
            listed_forms: vec![
                Form::Paper,
                Form::Photograph,
                Form::Cctv,
                Form::Voice,
                Form::Map,
                Form::Fax,
                Form::Tape,
                Form::Disk,
                Form::Spoken,
            ],
            listed_forms_days: 30,
            data_quality_check_months: 12,
            change_explain_working_days: 5,
            risk_review_months: 3,
            high_risk_roles: vec!["role/siro".to_owned()],
            system_assess_months: 12,
            soon_days: 30,
            top_risks: 10,
            nation: Nation::EnglandAndWales,
        }
    }
}

impl Settings {
    pub(crate) fn check(&self) -> Result<(), String> {
        if self.high_risk_roles.is_empty() {
            return Err("high_risk_roles names nobody who may accept a high risk".to_owned());
        }
        let twice = self
            .listed_forms
            .iter()
            .enumerate()
            .find(|(place, form)| self.listed_forms[..*place].contains(form));
        match twice {
            Some((_, form)) => Err(format!("listed_forms has {} twice", form.name())),
            None => Ok(()),
        }
    }
}
