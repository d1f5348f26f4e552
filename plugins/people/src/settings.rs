//! What an organisation may set. None of these numbers is of a law.

use serde::Deserialize;

use crate::apply::Class;

/// The settings; `settings.json` is their schema, with the same defaults.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// Training counts for so many months, where the entry does not say until when.
    pub training_renew_months: u16,
    /// So many days behind its day a training counts as overdue.
    pub training_grace_days: u16,
    /// So many days behind the first day the first training is to be done.
    pub training_induction_days: u16,
    /// So many of a hundred councillors are to hold valid training.
    pub training_target_per_cent: u16,
    /// Who has to take the general training.
    pub training_classes: Vec<Class>,
    /// A briefing is to come every so many months.
    pub awareness_briefing_months: u16,
    /// A reminder of discreet conversation is to come every so many months.
    pub awareness_reminder_months: u16,
    /// Training and awareness are to come by so many means within 12 months.
    pub awareness_channels_means: u16,
    /// So many days behind a new version, or the first day, it is to be acknowledged.
    pub policy_acknowledge_days: u16,
    /// An acknowledgement counts for so many months; 0: for as long as the version does.
    pub policy_acknowledge_again_months: u16,
    /// The policies that have to be acknowledged; none: all that are published.
    pub policies: Vec<String>,
    /// Whom the policies bind.
    pub policy_classes: Vec<Class>,
    /// So many days behind the first day the clause on confidentiality is to be acknowledged.
    pub clause_start_days: u16,
    /// The clause is to be brought to mind every so many months.
    pub clause_renew_months: u16,
    /// Training that is due within so many days stands in the register.
    pub register_days: u16,
}

impl Default for Settings {
    fn default() -> Settings {
        let bound = vec![Class::Staff, Class::Agency, Class::Member, Class::Contractor];
        Settings {
            training_renew_months: 12,
            training_grace_days: 14,
            training_induction_days: 30,
            training_target_per_cent: 95,
            training_classes: bound.clone(),
            awareness_briefing_months: 3,
            awareness_reminder_months: 6,
            awareness_channels_means: 2,
            policy_acknowledge_days: 30,
            policy_acknowledge_again_months: 12,
            policies: Vec::new(),
            policy_classes: bound,
            clause_start_days: 0,
            clause_renew_months: 12,
            register_days: 60,
        }
    }
}

impl Settings {
    /// Whether a policy has to be acknowledged.
    pub(crate) fn asks_for(&self, policy: &str) -> bool {
        self.policies.is_empty() || self.policies.iter().any(|wanted| wanted == policy)
    }
}
