//! The schemes of marking: which tiers each has, and from when to when it was in use.

use muniment_sdk::Day;
use serde::{Deserialize, Serialize};

use crate::Settings;

/// A scheme of marking.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Scheme {
    /// The Government Protective Marking Scheme, of six tiers.
    #[serde(rename = "gpms_2008")]
    Gpms,
    /// The Government Security Classifications of 2014, of three.
    #[serde(rename = "gsc_2014")]
    Gsc,
    /// The Government Security Classifications Policy of 2023, of the same three.
    #[serde(rename = "gscp_2023")]
    Gscp,
}

impl Scheme {
    pub(crate) fn title(self) -> &'static str {
        match self {
            Scheme::Gpms => "GPMS",
            Scheme::Gsc => "GSC 2014",
            Scheme::Gscp => "GSCP 2023",
        }
    }

    /// The first day on which it was in use; nothing where that is long ago. The classifications of 2014 came into force
    /// on the last day of what was before them.
    fn first(self, settings: &Settings) -> Option<Day> {
        match self {
            Scheme::Gpms => None,
            Scheme::Gsc => Some(settings.gpms_last_day),
            Scheme::Gscp => Some(settings.gsc_2014_last_day.plus(1)),
        }
    }

    /// The last day; nothing where it is in use.
    pub(crate) fn last(self, settings: &Settings) -> Option<Day> {
        match self {
            Scheme::Gpms => Some(settings.gpms_last_day),
            Scheme::Gsc => Some(settings.gsc_2014_last_day),
            Scheme::Gscp => None,
        }
    }

    fn is_in_use(self, settings: &Settings, day: Day) -> bool {
        self.first(settings).is_none_or(|first| first <= day)
            && self.last(settings).is_none_or(|last| day <= last)
    }

    fn has(self, tier: Tier) -> bool {
        match tier {
            Tier::Unmarked | Tier::Secret | Tier::TopSecret => true,
            Tier::Official => self != Scheme::Gpms,
            Tier::Unclassified | Tier::Protect | Tier::Restricted | Tier::Confidential => {
                self == Scheme::Gpms
            }
        }
    }

    /// When it was in use, in words.
    pub(crate) fn words(self, settings: &Settings) -> String {
        let title = self.title();
        match (self.first(settings), self.last(settings)) {
            (None, Some(last)) => format!("{title} was in use until {}", last.in_words()),
            (Some(first), Some(last)) => {
                format!("{title} was in use from {} to {}", first.in_words(), last.in_words())
            }
            (Some(first), None) => format!("{title} is in use from {} on", first.in_words()),
            (None, None) => format!("{title} is in use"),
        }
    }
}

/// A tier of a scheme, or none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Tier {
    /// There is no marking.
    Unmarked,
    /// UNCLASSIFIED, of the scheme of six tiers.
    Unclassified,
    /// PROTECT, of the same.
    Protect,
    /// RESTRICTED, of the same.
    Restricted,
    /// CONFIDENTIAL, of the same.
    Confidential,
    /// OFFICIAL, of the schemes since 2014.
    Official,
    /// SECRET, of all schemes.
    Secret,
    /// TOP SECRET, of all schemes.
    TopSecret,
}

impl Tier {
    pub(crate) const ALL: [Tier; 8] = [
        Tier::Official,
        Tier::Secret,
        Tier::TopSecret,
        Tier::Unclassified,
        Tier::Protect,
        Tier::Restricted,
        Tier::Confidential,
        Tier::Unmarked,
    ];

    /// As it stands on a document.
    pub(crate) fn title(self) -> &'static str {
        match self {
            Tier::Unmarked => "Unmarked",
            Tier::Unclassified => "UNCLASSIFIED",
            Tier::Protect => "PROTECT",
            Tier::Restricted => "RESTRICTED",
            Tier::Confidential => "CONFIDENTIAL",
            Tier::Official => "OFFICIAL",
            Tier::Secret => "SECRET",
            Tier::TopSecret => "TOP SECRET",
        }
    }
}

/// What is wrong with a marking.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    /// Its scheme was in use no longer.
    Obsolete,
    /// Its scheme was followed by another with the same tiers.
    Superseded,
    /// Its scheme was not in use yet.
    NotYet,
    /// Its scheme has no such tier.
    InvalidTier,
    /// The organisation has no use for such a tier.
    NoUse,
}

impl Fault {
    pub(crate) const ALL: [Fault; 5] =
        [Fault::Obsolete, Fault::Superseded, Fault::NotYet, Fault::InvalidTier, Fault::NoUse];

    /// The stage of the alert.
    pub(crate) fn stage(self) -> &'static str {
        match self {
            Fault::Obsolete => "obsolete-scheme",
            Fault::Superseded => "superseded-scheme",
            Fault::NotYet => "scheme-not-in-use-yet",
            Fault::InvalidTier => "invalid-tier",
            Fault::NoUse => "tier-of-no-use",
        }
    }

    /// For people.
    pub(crate) fn title(self) -> &'static str {
        match self {
            Fault::Obsolete => "obsolete scheme",
            Fault::Superseded => "superseded scheme",
            Fault::NotYet => "scheme not in use yet",
            Fault::InvalidTier => "no tier of its scheme",
            Fault::NoUse => "tier of no use here",
        }
    }
}

/// What is wrong with a tier of a scheme that was given on some days: one on which the scheme was in use is enough. What is
/// not marked has no scheme.
pub(crate) fn fault(
    settings: &Settings,
    scheme: Scheme,
    tier: Tier,
    days: impl IntoIterator<Item = Day> + Clone,
) -> Option<Fault> {
    if tier == Tier::Unmarked {
        return None;
    }
    if !days.clone().into_iter().any(|day| scheme.is_in_use(settings, day)) {
        let is_early = days.into_iter().all(|day| scheme.first(settings).is_some_and(|first| day < first));
        return Some(match scheme {
            _ if is_early => Fault::NotYet,
            Scheme::Gsc => Fault::Superseded,
            Scheme::Gpms | Scheme::Gscp => Fault::Obsolete,
        });
    }
    if !scheme.has(tier) {
        return Some(Fault::InvalidTier);
    }
    settings.unused_tiers.contains(&tier).then_some(Fault::NoUse)
}
