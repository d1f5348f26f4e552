//! What an organisation may set. None of these numbers is of the law.

use serde::Deserialize;

use crate::words::{Marking, Method};

/// The settings; `settings.json` is their schema, with the same defaults.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// So many days behind the end of its retention period a disposal counts as overdue; and a device, behind the day on
    /// which it was taken out of use, as unaccounted for.
    pub disposal_overdue_days: u16,
    /// So many working days behind a destruction there is to be a certificate.
    pub certificate_working_days: u16,
    /// So many days before it is due something is shown as soon due.
    pub soon_due_days: u16,
    /// How something marked OFFICIAL-SENSITIVE may be destroyed.
    pub(crate) methods_for_official_sensitive: Vec<Method>,
    /// How something marked SECRET or higher may be destroyed.
    pub(crate) methods_for_secret: Vec<Method>,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings {
            disposal_overdue_days: 90,
            certificate_working_days: 10,
            soon_due_days: 30,
            methods_for_official_sensitive: vec![
                Method::CrossCutShred,
                Method::Pulp,
                Method::Incinerate,
                Method::SecureErase,
                Method::Overwrite,
                Method::CryptographicErase,
                Method::Degauss,
                Method::PhysicalDestruction,
            ],
            methods_for_secret: vec![Method::CrossCutShred, Method::Degauss, Method::PhysicalDestruction],
        }
    }
}

impl Settings {
    pub(crate) fn check(&self) -> Result<(), String> {
        let weaker = |method: &&Method| !self.methods_for_official_sensitive.contains(method);
        match self.methods_for_secret.iter().find(weaker) {
            Some(method) => Err(format!(
                "methods_for_secret has {}, which methods_for_official_sensitive has not",
                method.name()
            )),
            None => Ok(()),
        }
    }

    /// Whether something so marked may be destroyed so. What is not marked, or by a scheme that is no more, may be
    /// destroyed in any way as far as its marking goes.
    pub(crate) fn allows(&self, method: Method, marking: Option<Marking>) -> bool {
        match marking {
            Some(Marking::OfficialSensitive) => self.methods_for_official_sensitive.contains(&method),
            Some(Marking::Secret | Marking::TopSecret) => self.methods_for_secret.contains(&method),
            Some(Marking::None | Marking::Official | Marking::ObsoleteScheme) | None => true,
        }
    }
}
