//! Risks: whether they are reviewed, and who accepted the high ones.

use muniment_sdk::{Alarm, Alert, Case, Data, DataError, Day, Happened};
use serde::{Deserialize, Serialize};

use crate::Settings;
use crate::again::{Again, On, short};

mod alarms;

/// What an event about a risk says.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) enum Fact {
    Identified {
        title: String,
        category: Category,
        owner: Option<String>,
        unit: Option<String>,
    },
    Assessed {
        category: Option<Category>,
        likelihood: u8,
        impact: u8,
        rating: Rating,
        owner: Option<String>,
        review_due: Option<Day>,
        unit: Option<String>,
    },
    Treated {
        treatment: Treatment,
        due: Option<Day>,
        done: bool,
        owner: Option<String>,
    },
    Accepted {
        by: String,
        rating: Rating,
        until: Option<Day>,
    },
    Escalated {
        to: String,
    },
    Closed,
}

/// How high a risk is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Rating {
    Low,
    Medium,
    High,
    VeryHigh,
}

impl Rating {
    pub(crate) const ALL: [Rating; 4] = [Rating::VeryHigh, Rating::High, Rating::Medium, Rating::Low];

    pub(crate) fn is_high(self) -> bool {
        self >= Rating::High
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Rating::Low => "low",
            Rating::Medium => "medium",
            Rating::High => "high",
            Rating::VeryHigh => "very high",
        }
    }

    pub(crate) fn title(self) -> &'static str {
        match self {
            Rating::Low => "Low",
            Rating::Medium => "Medium",
            Rating::High => "High",
            Rating::VeryHigh => "Very high",
        }
    }
}

/// What is at stake.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Category {
    Confidentiality,
    Integrity,
    Availability,
    Compliance,
    Supplier,
    People,
    Physical,
    Cyber,
    Other,
}

impl Category {
    pub(crate) const ALL: [Category; 9] = [
        Category::Confidentiality,
        Category::Integrity,
        Category::Availability,
        Category::Compliance,
        Category::Supplier,
        Category::People,
        Category::Physical,
        Category::Cyber,
        Category::Other,
    ];

    pub(crate) fn title(self) -> &'static str {
        match self {
            Category::Confidentiality => "Confidentiality",
            Category::Integrity => "Integrity",
            Category::Availability => "Availability",
            Category::Compliance => "Compliance",
            Category::Supplier => "Suppliers",
            Category::People => "People",
            Category::Physical => "Physical",
            Category::Cyber => "Cyber",
            Category::Other => "Other",
        }
    }
}

/// What is done about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Treatment {
    Reduce,
    Avoid,
    Transfer,
    Accept,
}

impl Treatment {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Treatment::Reduce => "reduce",
            Treatment::Avoid => "avoid",
            Treatment::Transfer => "transfer",
            Treatment::Accept => "accept",
        }
    }
}

#[derive(Deserialize)]
struct Identified {
    risk_title: String,
    category: Category,
    owner: Option<String>,
    unit: Option<String>,
}

#[derive(Deserialize)]
struct Assessed {
    category: Option<Category>,
    likelihood: u8,
    impact: u8,
    rating: Rating,
    owner: Option<String>,
    review_due: Option<Day>,
    unit: Option<String>,
}

#[derive(Deserialize)]
struct Treated {
    treatment: Treatment,
    due: Option<Day>,
    done: Option<bool>,
    owner: Option<String>,
}

#[derive(Deserialize)]
struct Accepted {
    accepted_by: String,
    rating: Rating,
    accepted_until: Option<Day>,
}

#[derive(Deserialize)]
struct Escalated {
    escalated_to: String,
}

/// A risk as it stands.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Risk {
    pub(crate) title: Option<String>,
    pub(crate) category: Option<Category>,
    pub(crate) unit: Option<String>,
    pub(crate) owner: Option<String>,
    /// When it was first heard of, by whatever entry.
    pub(crate) began: On,
    pub(crate) identified: Option<On>,
    pub(crate) assessed: Option<Assessment>,
    /// How high it is by the last word: an assessment, or an acceptance as something higher.
    pub(crate) rating: Option<Rating>,
    /// Since when it has been high.
    pub(crate) high: Option<On>,
    pub(crate) treated: Option<Treating>,
    pub(crate) accepted: Option<Acceptance>,
    pub(crate) escalated: Option<(On, String)>,
    pub(crate) closed: Option<On>,
    months: u16,
}

/// Likelihood and impact were weighed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Assessment {
    pub(crate) on: On,
    pub(crate) likelihood: u8,
    pub(crate) impact: u8,
    review_due: Option<Day>,
}

impl Assessment {
    pub(crate) fn score(&self) -> i64 {
        i64::from(self.likelihood) * i64::from(self.impact)
    }
}

/// Something is done about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Treating {
    pub(crate) on: On,
    pub(crate) treatment: Treatment,
    pub(crate) due: Option<Day>,
    pub(crate) done: bool,
}

/// Somebody accepted it as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Acceptance {
    pub(crate) on: On,
    pub(crate) by: String,
    pub(crate) rating: Rating,
    pub(crate) until: Option<Day>,
    /// It was high then, and the role may not accept high ones.
    pub(crate) is_wrong: bool,
}

impl Risk {
    fn begun(on: On, months: u16) -> Risk {
        Risk {
            title: None,
            category: None,
            unit: None,
            owner: None,
            began: on,
            identified: None,
            assessed: None,
            rating: None,
            high: None,
            treated: None,
            accepted: None,
            escalated: None,
            closed: None,
            months,
        }
    }

    /// By when it is to be assessed again. Only an assessment is a review: whoever treats or accepts a risk does not weigh it
    /// anew.
    pub(crate) fn again(&self) -> Again {
        let last = self.assessed.map_or(self.began, |assessed| assessed.on);
        Again { last, months: self.months, named: self.assessed.and_then(|assessed| assessed.review_due) }
    }

    pub(crate) fn is_open(&self) -> bool {
        self.closed.is_none()
    }

    pub(crate) fn is_high(&self) -> bool {
        self.rating.is_some_and(Rating::is_high)
    }

    /// Whether a role that may do so has accepted it as high as it is, up to a day and with it.
    pub(crate) fn is_accepted_on(&self, day: Day) -> bool {
        self.covering().is_some_and(|accepted| accepted.until.is_none_or(|until| day <= until))
    }

    /// The acceptance by a role that may, of the risk as high as it is.
    fn covering(&self) -> Option<&Acceptance> {
        self.accepted.as_ref().filter(|accepted| !accepted.is_wrong && Some(accepted.rating) >= self.rating)
    }

    fn rate(&mut self, on: On, rating: Rating) {
        self.rating = Some(rating);
        if rating.is_high() {
            self.high.get_or_insert(on);
        } else {
            self.high = None;
        }
    }

    fn take(&mut self, settings: &Settings, on: On, fact: &Fact) {
        match fact {
            Fact::Identified { title, category, owner, unit } => {
                self.identified.get_or_insert(on);
                self.closed = None;
                self.title = Some(title.clone());
                self.category = Some(*category);
                self.owner = owner.clone().or(self.owner.take());
                self.unit = unit.clone().or(self.unit.take());
            }
            Fact::Assessed { category, likelihood, impact, rating, owner, review_due, unit } => {
                // A risk that is weighed again is one again.
                self.closed = None;
                self.rate(on, *rating);
                let (likelihood, impact, review_due) = (*likelihood, *impact, *review_due);
                self.assessed = Some(Assessment { on, likelihood, impact, review_due });
                self.category = category.or(self.category);
                self.owner = owner.clone().or(self.owner.take());
                self.unit = unit.clone().or(self.unit.take());
            }
            Fact::Treated { treatment, due, done, owner } => {
                self.treated = Some(Treating { on, treatment: *treatment, due: *due, done: *done });
                self.owner = owner.clone().or(self.owner.take());
            }
            Fact::Accepted { by, rating, until } => {
                // It may be accepted as something higher than it was weighed; as something lower it is accepted wrongly.
                self.rate(on, self.rating.map_or(*rating, |before| before.max(*rating)));
                let is_wrong = self.is_high() && !settings.high_risk_roles.contains(by);
                let by = by.clone();
                self.accepted = Some(Acceptance { on, by, rating: *rating, until: *until, is_wrong });
            }
            Fact::Escalated { to } => self.escalated = Some((on, to.clone())),
            Fact::Closed => self.closed = Some(on),
        }
    }
}

impl Case for Risk {
    type Settings = Settings;
    type Fact = Fact;

    fn fact(kind: &str, data: Data<'_>) -> Result<Option<Fact>, DataError> {
        Ok(Some(match kind {
            "risk.identified" => {
                let Identified { risk_title, category, owner, unit } = data.read()?;
                Fact::Identified { title: short(risk_title), category, owner, unit }
            }
            "risk.assessed" => {
                let Assessed { category, likelihood, impact, rating, owner, review_due, unit } =
                    data.read()?;
                Fact::Assessed { category, likelihood, impact, rating, owner, review_due, unit }
            }
            "risk.treated" => {
                let Treated { treatment, due, done, owner } = data.read()?;
                Fact::Treated { treatment, due, done: done.unwrap_or(false), owner }
            }
            "risk.accepted" => {
                let Accepted { accepted_by, rating, accepted_until } = data.read()?;
                Fact::Accepted { by: accepted_by, rating, until: accepted_until }
            }
            "risk.escalated" => Fact::Escalated { to: data.read::<Escalated>()?.escalated_to },
            "risk.closed" => Fact::Closed,
            _ => return Ok(None),
        }))
    }

    fn rank(fact: &Fact) -> u8 {
        match fact {
            Fact::Identified { .. } => 0,
            Fact::Assessed { .. } => 1,
            Fact::Treated { .. } => 2,
            Fact::Escalated { .. } => 3,
            Fact::Accepted { .. } => 4,
            Fact::Closed => 5,
        }
    }

    fn fold(settings: &Settings, facts: &[Happened<Fact>]) -> Option<Risk> {
        let mut risk = Risk::begun(On::of(facts.first()?), settings.risk_review_months);
        for happened in facts {
            risk.take(settings, On::of(happened), &happened.fact);
        }
        Some(risk)
    }

    fn is_done(&self) -> bool {
        self.closed.is_some()
    }

    fn alarms(&self, _: &Settings) -> Vec<Alarm> {
        alarms::of(self)
    }

    fn alert(&self, settings: &Settings, alarm: &Alarm, alert: Alert) -> Alert {
        alarms::words(self, settings, alarm, alert)
    }

    fn cleared(&self, _: &Settings, rule: &str, _: &str) -> String {
        alarms::cleared(self, rule)
    }
}
