//! Systems: whether their risks were weighed before they were used, within the year, and when they changed.

use muniment_sdk::{Alarm, Alert, Case, Data, DataError, Day, Happened};
use serde::{Deserialize, Serialize};

use crate::again::{Again, On, once, short};
use crate::risk::Rating;
use crate::{HIGH_RISK, NOT_ASSESSED, Settings};

const NOT_BEFORE_USE: &str = "not-assessed";
const OVERDUE: &str = "overdue";
const CHANGED: &str = "changed";

/// What an event about a system says.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) enum Fact {
    Registered {
        title: String,
        status: Status,
        go_live: Option<Day>,
        hosting: Option<Hosting>,
        personal_data: Option<bool>,
        owner: Option<String>,
        unit: Option<String>,
    },
    Assessed {
        occasion: Occasion,
        rating: Rating,
        accepted_by: Option<String>,
        go_live: Option<Day>,
        review_due: Option<Day>,
        unit: Option<String>,
    },
}

/// Whether it is in use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Status {
    Planned,
    Live,
    Retired,
}

/// Where it runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Hosting {
    Own,
    Supplier,
    Cloud,
    Partner,
}

/// Why its risks were weighed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Occasion {
    BeforeUse,
    Yearly,
    Change,
    Incident,
}

#[derive(Deserialize)]
struct Registered {
    system_title: String,
    status: Status,
    go_live: Option<Day>,
    hosting: Option<Hosting>,
    personal_data: Option<bool>,
    owner: Option<String>,
    unit: Option<String>,
}

#[derive(Deserialize)]
struct Assessed {
    occasion: Occasion,
    rating: Rating,
    accepted_by: Option<String>,
    go_live: Option<Day>,
    review_due: Option<Day>,
    unit: Option<String>,
}

/// A system as it stands.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct System {
    pub(crate) title: Option<String>,
    pub(crate) unit: Option<String>,
    pub(crate) owner: Option<String>,
    pub(crate) status: Option<Status>,
    /// Its last registration.
    pub(crate) registered: Option<On>,
    go_live: Option<Day>,
    first_live: Option<Day>,
    pub(crate) retired: Option<On>,
    pub(crate) assessments: Vec<Assessment>,
    hosting: Option<Hosting>,
    personal_data: Option<bool>,
    changed: Option<Changed>,
    months: u16,
}

/// Its risks were weighed.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Assessment {
    pub(crate) on: On,
    pub(crate) rating: Rating,
    pub(crate) accepted_by: Option<String>,
    occasion: Occasion,
    review_due: Option<Day>,
}

/// It runs elsewhere than before, or holds personal data since.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Changed {
    on: On,
    /// The entry of the register before.
    before: On,
}

impl System {
    /// Since when it is in use. A day that a plan names counts when it has come: that nobody said otherwise hides no use.
    pub(crate) fn in_use_from(&self) -> Option<Day> {
        self.registered?;
        match self.status? {
            Status::Planned => self.go_live,
            Status::Live => self.go_live.or(self.first_live),
            Status::Retired => None,
        }
    }

    pub(crate) fn is_in_use(&self, today: Day) -> bool {
        self.in_use_from().is_some_and(|from| from <= today)
    }

    pub(crate) fn last(&self) -> Option<&Assessment> {
        self.assessments.last()
    }

    /// By when its risks are to be weighed again.
    pub(crate) fn again(&self) -> Option<Again> {
        let last = self.last()?;
        Some(Again { last: last.on, months: self.months, named: last.review_due })
    }

    /// By when its risks are to be weighed next: before it is used, and then again.
    pub(crate) fn due(&self) -> Option<Day> {
        let from = self.in_use_from()?;
        Some(self.again().map_or(from, |again| again.due().max(from)))
    }

    /// Whether its risks were weighed by the day on which its use began.
    pub(crate) fn was_assessed_before_use(&self) -> bool {
        let from = self.in_use_from();
        from.is_some_and(|from| self.assessments.iter().any(|assessment| assessment.on.day <= from))
    }

    /// The change that no assessment covers: one behind it, or one that was made for it.
    fn uncovered_change(&self) -> Option<Changed> {
        self.changed.filter(|changed| {
            !self.assessments.iter().any(|assessment| {
                let is_for_it =
                    assessment.occasion == Occasion::Change && changed.before.day < assessment.on.day;
                is_for_it || changed.on.day <= assessment.on.day
            })
        })
    }

    /// A high risk that is left, and was accepted by a role that may not.
    fn wrongly_accepted(&self, settings: &Settings) -> Option<&Assessment> {
        self.last().filter(|last| {
            let is_wrong = |role: &String| !settings.high_risk_roles.contains(role);
            last.rating.is_high() && last.accepted_by.as_ref().is_some_and(is_wrong)
        })
    }

    fn take(&mut self, on: On, fact: &Fact) {
        match fact {
            Fact::Registered { title, status, go_live, hosting, personal_data, owner, unit } => {
                let moves = self.hosting.is_some() && hosting.is_some() && self.hosting != *hosting;
                let takes_in = self.personal_data == Some(false) && *personal_data == Some(true);
                let was_in_use = self.in_use_from().is_some_and(|from| from <= on.day);
                if let Some(before) = self.registered.filter(|_| (moves || takes_in) && was_in_use) {
                    self.changed = Some(Changed { on, before });
                }
                self.title = Some(title.clone());
                self.status = Some(*status);
                self.registered = Some(on);
                self.go_live = go_live.or(self.go_live);
                self.hosting = hosting.or(self.hosting);
                self.personal_data = personal_data.or(self.personal_data);
                self.retired = (*status == Status::Retired).then_some(on);
                if *status == Status::Live {
                    self.first_live.get_or_insert(on.day);
                }
                self.owner = owner.clone().or(self.owner.take());
                self.unit = unit.clone().or(self.unit.take());
            }
            Fact::Assessed { occasion, rating, accepted_by, go_live, review_due, unit } => {
                let (occasion, rating, review_due) = (*occasion, *rating, *review_due);
                let accepted_by = accepted_by.clone();
                self.assessments.push(Assessment { on, rating, accepted_by, occasion, review_due });
                self.go_live = self.go_live.or(*go_live);
                self.unit = unit.clone().or(self.unit.take());
            }
        }
    }
}

impl Case for System {
    type Settings = Settings;
    type Fact = Fact;

    fn fact(kind: &str, data: Data<'_>) -> Result<Option<Fact>, DataError> {
        Ok(Some(match kind {
            "system.registered" => {
                let read: Registered = data.read()?;
                Fact::Registered {
                    title: short(read.system_title),
                    status: read.status,
                    go_live: read.go_live,
                    hosting: read.hosting,
                    personal_data: read.personal_data,
                    owner: read.owner,
                    unit: read.unit,
                }
            }
            "system.risk_assessed" => {
                let read: Assessed = data.read()?;
                Fact::Assessed {
                    occasion: read.occasion,
                    rating: read.rating,
                    accepted_by: read.accepted_by,
                    go_live: read.go_live,
                    review_due: read.review_due,
                    unit: read.unit,
                }
            }
            _ => return Ok(None),
        }))
    }

    fn rank(fact: &Fact) -> u8 {
        match fact {
            Fact::Registered { .. } => 0,
            Fact::Assessed { .. } => 1,
        }
    }

    fn fold(settings: &Settings, facts: &[Happened<Fact>]) -> Option<System> {
        let mut system = System { months: settings.system_assess_months, ..System::default() };
        for happened in once(facts) {
            system.take(On::of(happened), &happened.fact);
        }
        (!facts.is_empty()).then_some(system)
    }

    fn is_done(&self) -> bool {
        self.retired.is_some()
    }

    fn alarms(&self, settings: &Settings) -> Vec<Alarm> {
        let Some(from) = self.in_use_from() else { return Vec::new() };
        let Some(again) = self.again() else {
            // Who weighs them on the day on which the use begins is given the benefit of the doubt.
            return vec![Alarm::new(&NOT_ASSESSED, NOT_BEFORE_USE, from.end())];
        };
        let due = again.due();
        let mut alarms = vec![Alarm::new(&NOT_ASSESSED, OVERDUE, due.max(from).end()).due(due.end())];
        if let Some(changed) = self.uncovered_change() {
            alarms.push(Alarm::new(&NOT_ASSESSED, CHANGED, changed.on.day.end()));
        }
        if let Some(assessment) = self.wrongly_accepted(settings) {
            alarms.push(Alarm::new(&HIGH_RISK, "wrong-role", assessment.on.time));
        }
        alarms
    }

    fn alert(&self, settings: &Settings, alarm: &Alarm, alert: Alert) -> Alert {
        let registered = self.registered.map(|on| on.seq);
        let last = self.last().map(|last| last.on.seq);
        if alarm.rule.id == HIGH_RISK.id {
            let words = self.wrongly_accepted(settings).map_or_else(String::new, |assessment| {
                format!(
                    "Assessed {} as {}, and accepted by {}. A high risk is accepted by {} (high_risk_roles).",
                    assessment.on.day.in_words(),
                    assessment.rating.name(),
                    assessment.accepted_by.as_deref().unwrap_or_default(),
                    settings.high_risk_roles.join(" or ")
                )
            });
            return alert.arithmetic(words).evidence(last);
        }
        let from = self.in_use_from().map_or_else(String::new, Day::in_words);
        let words = match (alarm.stage.name, self.uncovered_change(), self.again()) {
            (CHANGED, Some(changed), _) => format!(
                "In use from {from}. By its entry of {} it runs elsewhere than before, or holds personal data since, and no \
                 assessment was made for that or since.",
                changed.on.day.in_words()
            ),
            (_, _, Some(again)) => {
                format!(
                    "In use from {from}. {}",
                    again.words("its risks were weighed", "system_assess_months")
                )
            }
            (_, _, None) => {
                let plan = match self.status {
                    Some(Status::Planned) => ", as its plan says and nobody has said otherwise",
                    _ => "",
                };
                format!(
                    "In use from {from}{plan}. Its risks were to be weighed before, and were not up to now."
                )
            }
        };
        let changed = self.uncovered_change().map(|changed| changed.on.seq);
        let mut seqs: Vec<u64> = [registered, changed, last].into_iter().flatten().collect();
        seqs.dedup();
        alert.arithmetic(words).evidence(seqs)
    }

    fn cleared(&self, _: &Settings, rule: &str, stage: &str) -> String {
        match (self.retired, self.last()) {
            (Some(retired), _) => format!("the system was retired {}", retired.day),
            (None, Some(last)) if rule == HIGH_RISK.id => match &last.accepted_by {
                Some(role) => format!("the risk is {}, accepted by {role}", last.rating.name()),
                None => format!("the risk is {}, and the acceptance withdrawn", last.rating.name()),
            },
            (None, Some(last)) => format!("its risks were weighed {}", last.on.day),
            (None, None) if stage == NOT_BEFORE_USE => "it is not in use".to_owned(),
            (None, None) => "what it rested on was corrected".to_owned(),
        }
    }
}
