//! What an organisation may set.

use muniment_sdk::Day;
use serde::Deserialize;

use crate::{Means, Method, Tier};

/// The settings; `settings.json` is their schema, with the same defaults.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// So many months behind the last sample of a unit's markings the next one is taken.
    pub sample_months: u16,
    /// So many days before it is due a sample is shown in amber.
    pub soon_days: u16,
    /// The last day of the scheme of six tiers. The next one was in use on that day already.
    pub gpms_last_day: Day,
    /// The last day of the classifications of 2014.
    pub gsc_2014_last_day: Day,
    /// The tiers for which the organisation has no use.
    pub unused_tiers: Vec<Tier>,
    /// The ways to send that are below OFFICIAL-SENSITIVE, unless what is sent is encrypted.
    pub means_below_official_sensitive: Vec<Means>,
    /// The ways to send that are below SECRET.
    pub means_below_secret: Vec<Means>,
    /// The ways to destroy that are below OFFICIAL-SENSITIVE.
    pub methods_below_official_sensitive: Vec<Method>,
    /// The ways to destroy that are below SECRET.
    pub methods_below_secret: Vec<Method>,
}

impl Default for Settings {
    fn default() -> Settings {
        let day = |year, month, day| Day::of(year, month, day).unwrap_or_default();
        Settings {
            sample_months: 3,
            soon_days: 30,
            gpms_last_day: day(2014, 4, 2),
            gsc_2014_last_day: day(2023, 7, 16),
            unused_tiers: vec![Tier::Secret, Tier::TopSecret],
            means_below_official_sensitive: vec![Means::OrdinaryEmail, Means::Fax],
            means_below_secret: vec![
                Means::SecureEmail,
                Means::SecureFileTransfer,
                Means::SharedSystem,
                Means::Interface,
                Means::Portal,
                Means::EncryptedMedia,
                Means::Post,
                Means::PostRecorded,
                Means::Fax,
                Means::OrdinaryEmail,
                Means::Phone,
            ],
            methods_below_official_sensitive: vec![Method::StripShred, Method::Delete, Method::RecycleWeee],
            methods_below_secret: vec![
                Method::StripShred,
                Method::Pulp,
                Method::Incinerate,
                Method::SecureErase,
                Method::Overwrite,
                Method::CryptographicErase,
                Method::Delete,
                Method::RecycleWeee,
                Method::ReuseAfterErasure,
            ],
        }
    }
}

impl Settings {
    pub(crate) fn check(&self) -> Result<(), String> {
        if self.gsc_2014_last_day <= self.gpms_last_day {
            return Err(format!(
                "the classifications of 2014 end on {}, and so not behind the scheme before them, which ends on {}",
                self.gsc_2014_last_day, self.gpms_last_day
            ));
        }
        // What is too weak for SENSITIVE is too weak for SECRET.
        let means =
            self.means_below_official_sensitive.iter().find(|of| !self.means_below_secret.contains(of));
        if let Some(means) = means {
            return Err(format!("{} is below OFFICIAL-SENSITIVE and not below SECRET", means.name()));
        }
        let methods = &self.methods_below_official_sensitive;
        match methods.iter().find(|of| !self.methods_below_secret.contains(of)) {
            Some(method) => {
                Err(format!("{} is below OFFICIAL-SENSITIVE and not below SECRET", method.name()))
            }
            None => Ok(()),
        }
    }
}
