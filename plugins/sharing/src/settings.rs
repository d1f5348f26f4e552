//! What an organisation may set. None of these numbers is of the law.

use serde::Deserialize;

use crate::transfer::Method;

/// The settings; `settings.json` is their schema, with the same defaults.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// So many months after it began, or was last reviewed, an agreement is to be reviewed, where it names no day itself.
    pub isa_review_months: u16,
    /// So many days before an agreement is to be reviewed that is said, the earliest warning first.
    pub review_warn_days: Vec<u16>,
    /// So many months after it was obtained a partner's assurance is to be renewed, if it does not end before.
    pub partner_assurance_months: u16,
    /// The methods of transfer that do not protect what travels, unless it is encrypted.
    pub insecure_methods: Vec<Method>,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings {
            isa_review_months: 12,
            review_warn_days: vec![60, 30],
            partner_assurance_months: 12,
            insecure_methods: vec![Method::OrdinaryEmail, Method::Fax],
        }
    }
}

impl Settings {
    pub(crate) fn check(&self) -> Result<(), String> {
        let days = &self.review_warn_days;
        if days.is_sorted_by(|earlier, later| earlier > later) {
            Ok(())
        } else {
            Err(format!("review_warn_days is to fall from warning to warning: {days:?}"))
        }
    }
}
