//! Links by which partners reach the organisation's systems, and the assurance that comes before them.

use std::collections::BTreeSet;

use muniment_sdk::{Alarm, Alert, Case, Data, DataError, Day, Happened};
use serde::{Deserialize, Serialize};

use crate::on::{On, seqs};
use crate::{NOT_ASSURED, Settings};

const WITHOUT: &str = "without-assurance";
const LAPSED: &str = "assurance-lapsed";

/// What an event about a link says.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) enum Fact {
    Assured(Assured),
    Enabled(Enabled),
    Disabled { systems: Vec<String> },
}

/// The partner has shown that its risks are controlled.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Assured {
    #[serde(default)]
    partner_name: Option<String>,
    assurance_until: Day,
    #[serde(default)]
    isa_ref: Option<String>,
    #[serde(default)]
    unit: Option<String>,
}

/// The partner can reach systems.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Enabled {
    #[serde(default)]
    partner_name: Option<String>,
    #[serde(default)]
    isa_ref: Option<String>,
    systems: Vec<String>,
    #[serde(default)]
    accounts: Option<u32>,
    #[serde(default)]
    authorised_by: Option<String>,
    #[serde(default)]
    review_due: Option<Day>,
    #[serde(default)]
    unit: Option<String>,
}

/// A link, as it stands.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Link {
    pub(crate) partner: Option<String>,
    pub(crate) agreement: Option<String>,
    pub(crate) unit: Option<String>,
    pub(crate) owner: Option<String>,
    pub(crate) accounts: Option<u32>,
    pub(crate) review_due: Option<Day>,
    pub(crate) assurances: Vec<Assurance>,
    /// Since when it is open without a break.
    pub(crate) open: Option<On>,
    pub(crate) systems: BTreeSet<String>,
    /// Each time that it was opened, and whether an assurance was in force then.
    pub(crate) openings: Vec<(On, bool)>,
    pub(crate) closed: Option<On>,
    /// It was closed while it was not open.
    pub(crate) nonsense: Option<On>,
}

/// An assurance, and the last day for which it holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Assurance {
    pub(crate) on: On,
    pub(crate) until: Day,
    /// The last day that it names itself.
    pub(crate) named: Day,
}

impl Link {
    /// The assurance that holds the longest.
    pub(crate) fn assurance(&self) -> Option<Assurance> {
        self.assurances.iter().copied().max_by_key(|it| (it.until, it.on.seq))
    }

    fn take(&mut self, on: On, fact: &Fact, settings: &Settings) {
        match fact {
            Fact::Assured(assured) => {
                let renew = on.day.plus_months(settings.partner_assurance_months);
                let named = assured.assurance_until;
                self.assurances.push(Assurance { on, until: named.min(renew), named });
                self.named(&assured.partner_name, &assured.isa_ref, &assured.unit);
            }
            Fact::Enabled(enabled) => {
                self.named(&enabled.partner_name, &enabled.isa_ref, &enabled.unit);
                self.accounts = enabled.accounts.or(self.accounts);
                self.review_due = enabled.review_due.or(self.review_due);
                if enabled.authorised_by.is_some() {
                    self.owner.clone_from(&enabled.authorised_by);
                }
                self.systems.extend(enabled.systems.iter().cloned());
                if self.open.is_none() {
                    self.open = Some(on);
                    let holds = |it: &Assurance| it.on.precedes(on) && it.until >= on.day;
                    self.openings.push((on, self.assurances.iter().any(holds)));
                }
            }
            // The whole link, or some of the systems behind it.
            Fact::Disabled { systems } => {
                if self.open.is_none() {
                    self.nonsense.get_or_insert(on);
                }
                self.systems.retain(|system| !systems.is_empty() && !systems.contains(system));
                if self.systems.is_empty() {
                    self.open = None;
                    self.closed = Some(on);
                }
            }
        }
    }

    fn named(&mut self, partner: &Option<String>, agreement: &Option<String>, unit: &Option<String>) {
        for (known, said) in
            [(&mut self.partner, partner), (&mut self.agreement, agreement), (&mut self.unit, unit)]
        {
            if said.is_some() {
                known.clone_from(said);
            }
        }
    }
}

impl Case for Link {
    type Settings = Settings;
    type Fact = Fact;

    fn fact(kind: &str, data: Data<'_>) -> Result<Option<Fact>, DataError> {
        #[derive(Deserialize)]
        struct Disabled {
            #[serde(default)]
            systems: Vec<String>,
        }
        Ok(Some(match kind {
            "partner.assurance_obtained" => Fact::Assured(data.read()?),
            "partner.access_enabled" => Fact::Enabled(data.read()?),
            "partner.access_disabled" => Fact::Disabled { systems: data.read::<Disabled>()?.systems },
            _ => return Ok(None),
        }))
    }

    fn rank(fact: &Fact) -> u8 {
        match fact {
            Fact::Assured(_) => 0,
            Fact::Enabled(_) => 1,
            Fact::Disabled { .. } => 2,
        }
    }

    fn fold(settings: &Settings, facts: &[Happened<Fact>]) -> Option<Link> {
        let mut link = Link::default();
        for happened in facts {
            link.take(On::of(happened), &happened.fact, settings);
        }
        (!facts.is_empty()).then_some(link)
    }

    fn alarms(&self, _: &Settings) -> Vec<Alarm> {
        let Some(open) = self.open else { return Vec::new() };
        // One that came after the opening puts it right, and one that had lapsed before it is none.
        let alarm = match self.assurance().filter(|it| it.until >= open.day) {
            Some(assurance) => Alarm::new(&NOT_ASSURED, LAPSED, assurance.until.end()),
            None => Alarm::new(&NOT_ASSURED, WITHOUT, open.time),
        };
        vec![alarm]
    }

    fn alert(&self, settings: &Settings, alarm: &Alarm, alert: Alert) -> Alert {
        let assurance = self.assurance();
        let opened = self.open.map(|on| on.day.in_words()).unwrap_or_default();
        let mut words = format!("The link is open since {opened}");
        match assurance {
            None => words.push_str(", and no assurance of the partner is on record."),
            Some(it) => {
                let lasted = it.until.in_words();
                let verb = if alarm.stage.name == LAPSED { "lapsed" } else { "had lapsed before" };
                words.push_str(&format!(", and the partner's assurance {verb}: it held until {lasted}"));
                words.push_str(&if it.until < it.named {
                    format!(
                        ", {} months after it was obtained, when it is to be renewed by a control of the organisation's own.",
                        settings.partner_assurance_months
                    )
                } else {
                    ", the day that it names.".to_owned()
                });
            }
        }
        alert.arithmetic(words).evidence(seqs([self.open, assurance.map(|it| it.on)]))
    }

    fn cleared(&self, _: &Settings, _: &str, _: &str) -> String {
        match (self.open, self.closed, self.assurance()) {
            (None, Some(closed), _) => format!("the link was closed on {}", closed.day.in_words()),
            (Some(_), _, Some(it)) => format!("an assurance holds until {}", it.until.in_words()),
            _ => "the link is not open any more".to_owned(),
        }
    }
}
