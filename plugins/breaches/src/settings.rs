//! What an organisation may set. None of these numbers is of the law.

use muniment_sdk::BREACH_HOURS;
use serde::Deserialize;

/// The settings; `settings.json` is their schema, with the same defaults.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// The hours, of the 72 that the law allows, after which a warning is given.
    pub warn_at_hours: Vec<u16>,
    /// From so many hours on the senior information risk owner is warned.
    pub siro_from_hours: u16,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings { warn_at_hours: vec![24, 48, 66], siro_from_hours: 48 }
    }
}

impl Settings {
    pub(crate) fn check(&self) -> Result<(), String> {
        let hours = &self.warn_at_hours;
        if !hours.is_sorted_by(|earlier, later| earlier < later) {
            return Err(format!("warn_at_hours is to rise from hour to hour: {hours:?}"));
        }
        match hours.iter().find(|hours| !(1..BREACH_HOURS).contains(&i64::from(**hours))) {
            Some(hours) => {
                Err(format!("{hours} hours do not lie within the {BREACH_HOURS} hours of the law"))
            }
            None => Ok(()),
        }
    }
}
