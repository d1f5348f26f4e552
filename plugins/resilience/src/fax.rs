//! A-CHN-2: fax machines, and whether there is a reason to have them.

use muniment_sdk::{Alarm, Alert, Case, Data, DataError, Day, Happened, Instant};
use serde::{Deserialize, Serialize};

use crate::{At, FAX, Settings, earlier, why};

const EXPIRED: &str = "justification-expired";
const UNJUSTIFIED: &str = "in-use-without-justification";

/// A fax machine.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Fax {
    pub(crate) unit: Option<String>,
    pub(crate) owner: Option<String>,
    /// The last reason, and the last day for which it holds by the entry.
    pub(crate) justified: Option<(At, Day)>,
    pub(crate) decommissioned: Option<At>,
    /// Faxes that went where they should not: they show that it is in use.
    pub(crate) misdirected: Vec<At>,
    /// The first use that no justification covers, by what is recorded of its time.
    used_without: Option<At>,
}

/// What an event about a fax machine says.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) enum Fact {
    Justified { unit: Option<String>, owner: Option<String>, expires: Day },
    Decommissioned,
    Misdirected { unit: Option<String> },
}

#[derive(Deserialize)]
struct Justified {
    unit: Option<String>,
    owner: Option<String>,
    expires: Day,
}

#[derive(Deserialize)]
struct Misdirected {
    unit: Option<String>,
}

impl Fax {
    /// The last day on which it is justified, while it is in use.
    pub(crate) fn due(&self, settings: &Settings) -> Option<Day> {
        let (at, expires) = self.justified.filter(|_| self.is_in_use())?;
        Some(earlier(Some(expires), at.day, settings.fax_justify_months))
    }

    pub(crate) fn is_in_use(&self) -> bool {
        self.decommissioned.is_none()
    }

    /// Since when it has been in use without a reason that holds.
    pub(crate) fn unjustified_from(&self, settings: &Settings) -> Option<Instant> {
        let used = self.used_without.filter(|_| self.justified.is_none()).map(|at| at.time);
        self.due(settings).map(Day::end).or(used)
    }

    fn take(&mut self, at: At, fact: &Fact) {
        match fact {
            Fact::Justified { unit, owner, expires } => {
                self.unit = unit.clone().or(self.unit.take());
                self.owner = owner.clone().or(self.owner.take());
                self.justified = Some((at, *expires));
                (self.decommissioned, self.used_without) = (None, None);
            }
            Fact::Decommissioned => {
                self.decommissioned = Some(at);
                (self.justified, self.used_without) = (None, None);
            }
            Fact::Misdirected { unit } => {
                self.unit = unit.clone().or(self.unit.take());
                if self.misdirected.iter().all(|known| known.time != at.time) {
                    self.misdirected.push(at);
                }
                // What is said to have been given up, and still sends, was not given up.
                if self.decommissioned.is_some_and(|given_up| given_up.day < at.day) {
                    self.decommissioned = None;
                }
                if self.justified.is_none() && self.is_in_use() {
                    self.used_without.get_or_insert(at);
                }
            }
        }
    }
}

impl Case for Fax {
    type Settings = Settings;
    type Fact = Fact;

    fn fact(kind: &str, data: Data<'_>) -> Result<Option<Fact>, DataError> {
        Ok(Some(match kind {
            "fax.justified" => {
                let Justified { unit, owner, expires } = data.read()?;
                Fact::Justified { unit, owner, expires }
            }
            "fax.decommissioned" => Fact::Decommissioned,
            "fax.misdirected" => Fact::Misdirected { unit: data.read::<Misdirected>()?.unit },
            _ => return Ok(None),
        }))
    }

    fn rank(fact: &Fact) -> u8 {
        match fact {
            Fact::Justified { .. } => 0,
            Fact::Misdirected { .. } => 1,
            Fact::Decommissioned => 2,
        }
    }

    fn fold(_: &Settings, facts: &[Happened<Fact>]) -> Option<Fax> {
        let mut fax = Fax::default();
        facts.iter().for_each(|happened| fax.take(At::of(happened), &happened.fact));
        (!facts.is_empty()).then_some(fax)
    }

    fn is_done(&self) -> bool {
        !self.is_in_use()
    }

    fn alarms(&self, settings: &Settings) -> Vec<Alarm> {
        let stage = if self.justified.is_some() { EXPIRED } else { UNJUSTIFIED };
        self.unjustified_from(settings).map(|at| Alarm::new(&FAX, stage, at)).into_iter().collect()
    }

    fn alert(&self, settings: &Settings, _: &Alarm, alert: Alert) -> Alert {
        if let (Some((at, expires)), Some(due)) = (self.justified, self.due(settings)) {
            let words = format!(
                "Last justified on {}. The reason held until {}: {}.",
                at.day.in_words(),
                due.in_words(),
                why(Some(expires), at.day, settings.fax_justify_months, "fax_justify_months"),
            );
            return alert.arithmetic(words).evidence([at.seq]);
        }
        let Some(used) = self.used_without else { return alert };
        let words = format!(
            "It was in use on {}, when a fax went astray, and no entry says why it is essential.",
            used.day.in_words()
        );
        alert.arithmetic(words).evidence([used.seq])
    }

    fn cleared(&self, _: &Settings, _: &str, _: &str) -> String {
        match (self.decommissioned, self.justified) {
            (Some(at), _) => format!("it was given up {}", at.day),
            (None, Some((at, _))) => format!("it was justified {}", at.day),
            (None, None) => "it is no longer so".to_owned(),
        }
    }
}
