//! Information assets: who answers for them, and whether they are reviewed.

use muniment_sdk::{Alarm, Alert, Case, Data, DataError, Day, Happened};
use serde::{Deserialize, Serialize};

use crate::again::{Again, On, once, short};
use crate::forms::{Form, Forms};
use crate::{NO_OWNER, NOT_REVIEWED, Settings};

/// What an event about an asset says.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) enum Fact {
    Registered {
        title: String,
        forms: Forms,
        owner: String,
        review_due: Option<Day>,
        unit: Option<String>,
    },
    Reviewed {
        finding: Finding,
        owner: Option<String>,
        review_due: Option<Day>,
    },
    /// Somebody else answers for it, or nobody.
    OwnerChanged {
        owner: Option<String>,
        vacant: bool,
    },
}

/// What a review found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Finding {
    Current,
    Changed,
    Retired,
    Missing,
}

#[derive(Deserialize)]
struct Registered {
    asset_title: String,
    forms: Vec<Form>,
    owner: String,
    review_due: Option<Day>,
    unit: Option<String>,
}

#[derive(Deserialize)]
struct Reviewed {
    finding: Finding,
    owner: Option<String>,
    review_due: Option<Day>,
}

#[derive(Deserialize)]
struct OwnerChanged {
    owner: Option<String>,
    vacant: bool,
}

/// An asset as it stands.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Asset {
    pub(crate) title: Option<String>,
    pub(crate) forms: Forms,
    pub(crate) unit: Option<String>,
    pub(crate) owner: Option<String>,
    /// Its first registration.
    pub(crate) registered: Option<On>,
    pub(crate) reviews: Vec<(On, Finding)>,
    /// Since when nobody answers for it.
    pub(crate) vacant: Option<On>,
    pub(crate) retired: Option<On>,
    named: Option<Day>,
    months: u16,
}

impl Asset {
    /// Whether the register has it: what was reviewed or has an owner but was never registered is a mistake of the data.
    pub(crate) fn is_live(&self) -> bool {
        self.registered.is_some() && self.retired.is_none()
    }

    /// By when it is to be reviewed again.
    pub(crate) fn again(&self) -> Option<Again> {
        let registered = self.registered.filter(|_| self.retired.is_none())?;
        let last = self.reviews.last().map_or(registered, |(on, _)| {
            // A review of what was registered only later is none of the entry as it stands.
            if on.day < registered.day { registered } else { *on }
        });
        Some(Again { last, months: self.months, named: self.named })
    }

    pub(crate) fn is_missing(&self) -> bool {
        self.reviews.last().is_some_and(|(_, finding)| *finding == Finding::Missing)
    }

    fn take(&mut self, on: On, fact: &Fact) {
        match fact {
            Fact::Registered { title, forms, owner, review_due, unit } => {
                self.registered.get_or_insert(on);
                self.title = Some(title.clone());
                self.forms = *forms;
                self.owner = Some(owner.clone());
                self.vacant = None;
                self.retired = None;
                self.named = review_due.or(self.named);
                self.unit = unit.clone().or(self.unit.take());
            }
            Fact::Reviewed { finding, owner, review_due } => {
                self.reviews.push((on, *finding));
                self.retired = (*finding == Finding::Retired).then_some(on);
                self.named = *review_due;
                if owner.is_some() {
                    self.owner.clone_from(owner);
                    self.vacant = None;
                }
            }
            Fact::OwnerChanged { vacant: true, .. } => {
                self.owner = None;
                self.vacant.get_or_insert(on);
            }
            Fact::OwnerChanged { owner, vacant: false } => {
                self.owner.clone_from(owner);
                self.vacant = None;
            }
        }
    }
}

impl Case for Asset {
    type Settings = Settings;
    type Fact = Fact;

    fn fact(kind: &str, data: Data<'_>) -> Result<Option<Fact>, DataError> {
        Ok(Some(match kind {
            "asset.registered" => {
                let Registered { asset_title, forms, owner, review_due, unit } = data.read()?;
                let forms = forms.into_iter().collect();
                Fact::Registered { title: short(asset_title), forms, owner, review_due, unit }
            }
            "asset.reviewed" => {
                let Reviewed { finding, owner, review_due } = data.read()?;
                Fact::Reviewed { finding, owner, review_due }
            }
            "asset.owner_changed" => {
                let OwnerChanged { owner, vacant } = data.read()?;
                Fact::OwnerChanged { owner, vacant }
            }
            _ => return Ok(None),
        }))
    }

    /// Registering comes first; what follows on the same day has its own order.
    fn rank(fact: &Fact) -> u8 {
        match fact {
            Fact::Registered { .. } => 0,
            Fact::OwnerChanged { .. } | Fact::Reviewed { .. } => 1,
        }
    }

    fn fold(settings: &Settings, facts: &[Happened<Fact>]) -> Option<Asset> {
        let mut asset = Asset { months: settings.asset_review_months, ..Asset::default() };
        for happened in once(facts) {
            asset.take(On::of(happened), &happened.fact);
        }
        (!facts.is_empty()).then_some(asset)
    }

    fn is_done(&self) -> bool {
        self.retired.is_some()
    }

    fn alarms(&self, _: &Settings) -> Vec<Alarm> {
        let Some(again) = self.again() else { return Vec::new() };
        let mut alarms = vec![Alarm::new(&NOT_REVIEWED, "overdue", again.due().end())];
        if let Some(vacant) = self.vacant {
            alarms.push(Alarm::new(&NO_OWNER, "vacant", vacant.time));
        }
        alarms
    }

    fn alert(&self, _: &Settings, alarm: &Alarm, alert: Alert) -> Alert {
        let registered = self.registered.map(|on| on.seq);
        if alarm.rule.id == NO_OWNER.id {
            let since = self.vacant.map_or_else(String::new, |on| on.day.in_words());
            let words = format!(
                "Since {since} nobody answers for it. Each asset has an owner, without any time to go without."
            );
            return alert
                .arithmetic(words)
                .evidence(registered.into_iter().chain(self.vacant.map(|on| on.seq)));
        }
        let Some(again) = self.again() else { return alert };
        let what =
            if Some(again.last) == self.registered { "it was registered" } else { "it was last reviewed" };
        let last = Some(again.last.seq).filter(|seq| Some(*seq) != registered);
        alert
            .arithmetic(again.words(what, "asset_review_months"))
            .evidence(registered.into_iter().chain(last))
    }

    fn cleared(&self, _: &Settings, rule: &str, _: &str) -> String {
        match (self.retired, self.reviews.last()) {
            (Some(retired), _) => format!("it was retired {}", retired.day),
            _ if rule == NO_OWNER.id => match &self.owner {
                Some(owner) => format!("{owner} answers for it"),
                None => "somebody answers for it".to_owned(),
            },
            (None, Some((on, _))) => format!("it was reviewed {}", on.day),
            (None, None) => "what it rested on was corrected".to_owned(),
        }
    }
}
