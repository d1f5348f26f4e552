//! A-BCP-1: critical functions, and the papers by which somebody else can do them.

use muniment_sdk::{Alarm, Alert, Case, Data, DataError, Day, Happened};
use serde::{Deserialize, Serialize};

use crate::{At, PAPERS, Settings, earlier, why};

const OVERDUE: &str = "review-overdue";
const OUT_OF_DATE: &str = "out-of-date";

/// A critical function.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Function {
    pub(crate) unit: Option<String>,
    pub(crate) owner: Option<String>,
    pub(crate) documented: Option<At>,
    /// When the papers were last written or found current, and until when they are good by the entry that says so.
    pub(crate) current: Option<(At, Option<Day>)>,
    /// They were found to be out of date, and nobody has put that right.
    pub(crate) out_of_date: Option<At>,
    pub(crate) deputies: Option<u64>,
}

/// What an event about a function says.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) enum Fact {
    Documented { unit: Option<String>, owner: Option<String>, deputies: Option<u64>, review_due: Option<Day> },
    Reviewed { unit: Option<String>, finding: Finding, deputies: Option<u64>, review_due: Option<Day> },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Finding {
    Current,
    Updated,
    OutOfDate,
}

#[derive(Deserialize)]
struct Said {
    unit: Option<String>,
    owner: Option<String>,
    deputies: Option<u64>,
    review_due: Option<Day>,
    finding: Option<Finding>,
}

impl Function {
    /// The last day on which a review is in time.
    pub(crate) fn due(&self, settings: &Settings) -> Option<Day> {
        let (at, named) = self.current?;
        Some(earlier(named, at.day, settings.function_review_months))
    }

    fn take(&mut self, at: At, fact: &Fact) {
        let (unit, deputies) = match fact {
            Fact::Documented { unit, owner, deputies, review_due } => {
                self.owner = owner.clone().or(self.owner.take());
                self.documented.get_or_insert(at);
                (self.current, self.out_of_date) = (Some((at, *review_due)), None);
                (unit, deputies)
            }
            Fact::Reviewed { unit, finding, deputies, review_due } => {
                match finding {
                    Finding::Current | Finding::Updated => {
                        (self.current, self.out_of_date) = (Some((at, *review_due)), None);
                    }
                    Finding::OutOfDate => _ = self.out_of_date.get_or_insert(at),
                }
                (unit, deputies)
            }
        };
        self.unit = unit.clone().or(self.unit.take());
        self.deputies = deputies.or(self.deputies);
    }
}

impl Case for Function {
    type Settings = Settings;
    type Fact = Fact;

    fn fact(kind: &str, data: Data<'_>) -> Result<Option<Fact>, DataError> {
        Ok(Some(match kind {
            "function.documented" => {
                let Said { unit, owner, deputies, review_due, .. } = data.read()?;
                Fact::Documented { unit, owner, deputies, review_due }
            }
            "function.reviewed" => {
                let Said { unit, deputies, review_due, finding, .. } = data.read()?;
                let finding = finding.ok_or_else(|| DataError::new("a review without its finding"))?;
                Fact::Reviewed { unit, finding, deputies, review_due }
            }
            _ => return Ok(None),
        }))
    }

    fn rank(fact: &Fact) -> u8 {
        match fact {
            Fact::Reviewed { finding: Finding::OutOfDate, .. } => 0,
            Fact::Documented { .. } => 1,
            Fact::Reviewed { .. } => 2,
        }
    }

    fn fold(_: &Settings, facts: &[Happened<Fact>]) -> Option<Function> {
        let mut function = Function::default();
        facts.iter().for_each(|happened| function.take(At::of(happened), &happened.fact));
        (!facts.is_empty()).then_some(function)
    }

    fn alarms(&self, settings: &Settings) -> Vec<Alarm> {
        // What was found is said, and not that it is to be looked for.
        if let Some(found) = self.out_of_date {
            return vec![Alarm::new(&PAPERS, OUT_OF_DATE, found.time)];
        }
        self.due(settings).map(|due| Alarm::new(&PAPERS, OVERDUE, due.end())).into_iter().collect()
    }

    fn alert(&self, settings: &Settings, alarm: &Alarm, alert: Alert) -> Alert {
        if let Some(found) = self.out_of_date.filter(|_| alarm.stage.name == OUT_OF_DATE) {
            let words = format!(
                "A review of {} found the papers to be out of date: no later entry says that they were brought up to date.",
                found.day.in_words()
            );
            return alert.arithmetic(words).evidence([found.seq]);
        }
        let (Some((at, named)), Some(due)) = (self.current, self.due(settings)) else { return alert };
        let months = settings.function_review_months;
        let words = format!(
            "The papers were last written or found current on {}. They were to be looked at again by {}: {}.",
            at.day.in_words(),
            due.in_words(),
            why(named, at.day, months, "function_review_months"),
        );
        alert.arithmetic(words).evidence([at.seq])
    }

    fn cleared(&self, _: &Settings, _: &str, _: &str) -> String {
        match (self.out_of_date, self.current) {
            (Some(found), _) => format!("a review of {} found the papers to be out of date", found.day),
            (None, Some((at, _))) => format!("the papers were written or found current {}", at.day),
            (None, None) => "it is no longer so".to_owned(),
        }
    }
}
