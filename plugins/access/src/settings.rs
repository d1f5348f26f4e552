//! What an organisation may set. None of these numbers is of the law.

use muniment_sdk::{Calendar, Calendars, Nation};
use serde::Deserialize;

/// The settings; `settings.json` is their schema, with the same defaults.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// So many months after it was given or confirmed, access is to be confirmed again.
    pub recertify_months: u16,
    /// The same for those who may administer a system.
    pub recertify_privileged_months: u16,
    /// So many working days behind its finding a conflict of duties is to be resolved.
    pub conflict_resolve_working_days: u16,
    /// So many minutes after a suspension the information risk manager is to know of it.
    pub suspension_alert_minutes: u16,
    /// So many working days behind a move the access of the old function is to be gone.
    pub mover_change_working_days: u16,
    /// So many working days before the last day a leaver is to be announced.
    pub leaver_notice_working_days: u16,
    /// So many working days behind the last day a leaver's access is to be revoked.
    pub leaver_revoke_working_days: u16,
    /// So many working days behind the last day equipment is to be returned.
    pub equipment_return_working_days: u16,
    /// Whose public holidays are no working days.
    pub nation: Nation,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings {
            recertify_months: 12,
            recertify_privileged_months: 6,
            conflict_resolve_working_days: 10,
            suspension_alert_minutes: 60,
            mover_change_working_days: 5,
            leaver_notice_working_days: 5,
            leaver_revoke_working_days: 0,
            equipment_return_working_days: 5,
            nation: Nation::EnglandAndWales,
        }
    }
}

impl Settings {
    pub(crate) fn check(&self) -> Result<(), String> {
        if self.recertify_privileged_months <= self.recertify_months {
            return Ok(());
        }
        Err(format!(
            "administrators' access is to be confirmed no more rarely than that of others: {} months are more than {}",
            self.recertify_privileged_months, self.recertify_months
        ))
    }

    pub(crate) fn calendar<'c>(&self, calendars: &'c Calendars) -> &'c Calendar {
        calendars.of(self.nation)
    }
}
