//! What an organisation may set. None of these numbers is of the law.

use muniment_sdk::Nation;
use serde::Deserialize;

use crate::apply::Coding;

/// The settings; `settings.json` is their schema, with the same defaults.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// So many hours after a report a difference of counts may still settle.
    pub count_grace_hours: u16,
    /// So many hours before the next report is due its source is shown in amber.
    pub amber_hours: u16,
    /// So many working days after the first entry about a case its coding is to be complete.
    pub coding_working_days: u16,
    /// So many months after it happened the coding of a case is asked for no more.
    pub coding_asked_months: u16,
    /// What an incident has to say.
    pub incident_coding: Vec<Code>,
    /// Whose public holidays count.
    pub nation: Nation,
}

/// Something that the tables count incidents by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Code {
    /// What carried the information.
    Medium,
    /// The way in which it travelled.
    Channel,
    /// Which property was lost.
    Dimension,
    /// What was done to it.
    HarmKind,
    /// Whether it was meant.
    Intent,
}

impl Code {
    const ALL: [Code; 5] = [Code::Medium, Code::Channel, Code::Dimension, Code::HarmKind, Code::Intent];

    fn coding(self) -> Coding {
        match self {
            Code::Medium => Coding::MEDIUM,
            Code::Channel => Coding::CHANNEL,
            Code::Dimension => Coding::DIMENSION,
            Code::HarmKind => Coding::HARM_KIND,
            Code::Intent => Coding::INTENT,
        }
    }
}

impl Default for Settings {
    fn default() -> Settings {
        Settings {
            count_grace_hours: 1,
            amber_hours: 2,
            coding_working_days: 5,
            coding_asked_months: 12,
            incident_coding: Code::ALL.to_vec(),
            nation: Nation::EnglandAndWales,
        }
    }
}

impl Settings {
    /// What an incident has to say.
    pub(crate) fn of_incidents(&self) -> Coding {
        self.incident_coding.iter().fold(Coding::default(), |all, code| all.with(code.coding()))
    }
}
