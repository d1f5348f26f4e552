//! What people are measured against: the versions of the policies, and which courses systems need.

use std::collections::{BTreeMap, BTreeSet};

use muniment_sdk::{Alarm, Alert, Case, Data, DataError, Happened};
use serde::{Deserialize, Serialize};

use crate::Settings;
use crate::person::On;

/// A version of a policy that was published.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Version {
    pub(crate) name: String,
    pub(crate) from: On,
    /// Whether the text is another one than before.
    is_new: bool,
}

/// A policy: its versions, the earliest first. None where it does not apply any more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Policy {
    pub(crate) versions: Vec<Version>,
}

impl Policy {
    /// The version that is to be acknowledged: the last whose text is another one.
    pub(crate) fn wanted(&self) -> Option<&Version> {
        self.versions.iter().rev().find(|version| version.is_new).or(self.versions.first())
    }

    /// Whether an acknowledgement of a version stands for the one that is wanted.
    pub(crate) fn is_enough(&self, version: &str) -> bool {
        let wanted = self.versions.iter().rposition(|version| version.is_new).unwrap_or(0);
        self.versions[wanted.min(self.versions.len())..].iter().any(|known| known.name == version)
    }
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) enum PolicyFact {
    Published { version: String, is_new: bool },
    Superseded { version: Option<String> },
}

impl Case for Policy {
    type Settings = Settings;
    type Fact = PolicyFact;

    fn fact(kind: &str, data: Data<'_>) -> Result<Option<PolicyFact>, DataError> {
        #[derive(Deserialize)]
        struct Published {
            version: String,
            changes: Option<String>,
        }
        #[derive(Deserialize)]
        struct Superseded {
            version: Option<String>,
        }
        Ok(Some(match kind {
            "policy.published" => {
                let Published { version, changes } = data.read()?;
                PolicyFact::Published { version, is_new: changes.as_deref() != Some("none") }
            }
            "policy.superseded" => PolicyFact::Superseded { version: data.read::<Superseded>()?.version },
            _ => return Ok(None),
        }))
    }

    fn rank(fact: &PolicyFact) -> u8 {
        match fact {
            PolicyFact::Superseded { .. } => 0,
            PolicyFact::Published { .. } => 1,
        }
    }

    fn fold(_: &Settings, facts: &[Happened<PolicyFact>]) -> Option<Policy> {
        let mut policy = Policy { versions: Vec::new() };
        for happened in facts {
            let from = On { day: happened.day, time: happened.time, seq: happened.seq };
            match &happened.fact {
                PolicyFact::Published { version, is_new } => {
                    // Published again: it is known since the first time.
                    if !policy.versions.iter().any(|known| known.name == *version) {
                        policy.versions.push(Version { name: version.clone(), from, is_new: *is_new });
                    }
                }
                PolicyFact::Superseded { version: Some(version) } => {
                    policy.versions.retain(|known| known.name != *version);
                }
                PolicyFact::Superseded { version: None } => policy.versions.clear(),
            }
        }
        (!policy.versions.is_empty()).then_some(policy)
    }

    fn alarms(&self, _: &Settings) -> Vec<Alarm> {
        Vec::new()
    }

    fn alert(&self, _: &Settings, _: &Alarm, alert: Alert) -> Alert {
        alert
    }
}

/// Which courses a system needs, as somebody worked out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Needs {
    pub(crate) systems: Vec<String>,
    pub(crate) courses: Vec<String>,
    pub(crate) seq: u64,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct NeedsFact {
    systems: Vec<String>,
    courses: Vec<String>,
}

impl Case for Needs {
    type Settings = Settings;
    type Fact = NeedsFact;

    fn fact(kind: &str, data: Data<'_>) -> Result<Option<NeedsFact>, DataError> {
        #[derive(Deserialize)]
        struct Analysed {
            courses: Vec<String>,
            #[serde(default)]
            systems: Vec<String>,
        }
        if kind != "training.needs_analysed" {
            return Ok(None);
        }
        let Analysed { courses, systems } = data.read()?;
        Ok(Some(NeedsFact { systems, courses }))
    }

    fn rank(_: &NeedsFact) -> u8 {
        0
    }

    fn fold(_: &Settings, facts: &[Happened<NeedsFact>]) -> Option<Needs> {
        let last = facts.last()?;
        let NeedsFact { systems, courses } = last.fact.clone();
        Some(Needs { systems, courses, seq: last.seq })
    }

    fn alarms(&self, _: &Settings) -> Vec<Alarm> {
        Vec::new()
    }

    fn alert(&self, _: &Settings, _: &Alarm, alert: Alert) -> Alert {
        alert
    }
}

/// Both, as they are to be asked for every person. Worked out again whenever an entry changes one of them, which is seldom.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Framework {
    pub(crate) policies: BTreeMap<String, Policy>,
    /// The courses of each system that has some.
    pub(crate) needs: BTreeMap<String, BTreeSet<String>>,
}

impl Framework {
    pub(crate) fn of<'p>(
        policies: impl Iterator<Item = (&'p str, Policy)>,
        needs: impl Iterator<Item = (&'p str, Needs)>,
    ) -> Framework {
        let policies = policies.map(|(name, policy)| (name.to_owned(), policy)).collect();
        let mut courses: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for (_, needs) in needs {
            for system in needs.systems {
                courses.entry(system).or_default().extend(needs.courses.iter().cloned());
            }
        }
        Framework { policies, needs: courses }
    }
}
