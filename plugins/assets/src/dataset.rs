//! Datasets: whether critical ones are checked, and what was put right.
//!
//! A check that names an asset, or else a system, is one of that asset or system: so next year's check under another number
//! is the next check of the same. One that names neither is of what it is recorded under.

use muniment_sdk::{Alarm, Alert, Case, Data, DataError, Day, Happened};
use serde::{Deserialize, Serialize};

use crate::again::{Again, On, once};
use crate::{NOT_CHECKED, Settings};

/// What an event about a dataset says.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) enum Fact {
    /// The asset is in the register.
    Asset { critical: Option<bool> },
    /// It was reviewed.
    Reviewed { retired: bool },
    /// Records were looked at.
    Checked {
        of: Option<String>,
        critical: Option<bool>,
        checked: u64,
        wrong: u64,
        next_due: Option<Day>,
        unit: Option<String>,
    },
    /// Records were put right.
    Corrected { of: Option<String>, corrected: u64, by_request: bool, unit: Option<String> },
}

#[derive(Deserialize)]
struct Registered {
    critical: Option<bool>,
}

#[derive(Deserialize)]
struct Reviewed<'d> {
    finding: &'d str,
}

#[derive(Deserialize)]
struct Checked {
    asset: Option<String>,
    system: Option<String>,
    critical: Option<bool>,
    records_checked: u64,
    records_wrong: u64,
    next_due: Option<Day>,
    unit: Option<String>,
}

#[derive(Deserialize)]
struct Corrected {
    asset: Option<String>,
    system: Option<String>,
    records_corrected: u64,
    correction_source: Option<String>,
    request_ref: Option<String>,
    unit: Option<String>,
}

/// A dataset as it stands.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Dataset {
    pub(crate) unit: Option<String>,
    /// Since when it is known to be critical.
    pub(crate) critical: Option<On>,
    pub(crate) retired: Option<On>,
    pub(crate) checks: Vec<Check>,
    pub(crate) corrections: Vec<Correction>,
    months: u16,
}

/// Records were looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Check {
    pub(crate) on: On,
    pub(crate) checked: u64,
    pub(crate) wrong: u64,
    next_due: Option<Day>,
}

impl Check {
    /// How many were right; nothing where more are said to be wrong than were looked at.
    pub(crate) fn right(&self) -> Option<u64> {
        self.checked.checked_sub(self.wrong)
    }
}

/// Records were put right.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Correction {
    pub(crate) on: On,
    pub(crate) corrected: u64,
    /// A data subject had asked for it.
    pub(crate) by_request: bool,
}

impl Dataset {
    pub(crate) fn is_critical(&self) -> bool {
        self.critical.is_some() && self.retired.is_none()
    }

    /// By when a critical dataset is to be checked again.
    pub(crate) fn again(&self) -> Option<Again> {
        let critical = self.critical.filter(|_| self.retired.is_none())?;
        let last = self.checks.last();
        let named = last.and_then(|check| check.next_due);
        Some(Again { last: last.map_or(critical, |check| check.on), months: self.months, named })
    }

    /// The same, or the day that was named for one that is not critical.
    pub(crate) fn due(&self) -> Option<Day> {
        let named = || self.checks.last()?.next_due.filter(|_| self.retired.is_none());
        self.again().map(|again| again.due()).or_else(named)
    }

    fn is_now(&mut self, on: On, critical: Option<bool>) {
        match critical {
            Some(true) => {
                self.critical.get_or_insert(on);
            }
            Some(false) => self.critical = None,
            None => {}
        }
    }

    fn take(&mut self, on: On, fact: &Fact) {
        match fact {
            Fact::Asset { critical } => {
                self.retired = None;
                self.is_now(on, *critical);
            }
            Fact::Reviewed { retired } => self.retired = retired.then_some(on),
            Fact::Checked { critical, checked, wrong, next_due, unit, .. } => {
                self.is_now(on, *critical);
                self.checks.push(Check { on, checked: *checked, wrong: *wrong, next_due: *next_due });
                self.unit = unit.clone().or(self.unit.take());
            }
            Fact::Corrected { corrected, by_request, unit, .. } => {
                self.corrections.push(Correction { on, corrected: *corrected, by_request: *by_request });
                self.unit = unit.clone().or(self.unit.take());
            }
        }
    }
}

impl Case for Dataset {
    type Settings = Settings;
    type Fact = Fact;

    fn fact(kind: &str, data: Data<'_>) -> Result<Option<Fact>, DataError> {
        Ok(Some(match kind {
            "asset.registered" => Fact::Asset { critical: data.read::<Registered>()?.critical },
            "asset.reviewed" => Fact::Reviewed { retired: data.read::<Reviewed<'_>>()?.finding == "retired" },
            "data_quality.checked" => {
                let read: Checked = data.read()?;
                Fact::Checked {
                    of: read.asset.or(read.system),
                    critical: read.critical,
                    checked: read.records_checked,
                    wrong: read.records_wrong,
                    next_due: read.next_due,
                    unit: read.unit,
                }
            }
            "data_quality.corrected" => {
                let read: Corrected = data.read()?;
                let source = read.correction_source.as_deref();
                Fact::Corrected {
                    of: read.asset.or(read.system),
                    corrected: read.records_corrected,
                    by_request: source == Some("subject_request") || read.request_ref.is_some(),
                    unit: read.unit,
                }
            }
            _ => return Ok(None),
        }))
    }

    fn part_of(fact: &Fact) -> Option<&str> {
        match fact {
            Fact::Checked { of, .. } | Fact::Corrected { of, .. } => of.as_deref(),
            Fact::Asset { .. } | Fact::Reviewed { .. } => None,
        }
    }

    fn rank(fact: &Fact) -> u8 {
        match fact {
            Fact::Asset { .. } => 0,
            Fact::Checked { .. } => 1,
            Fact::Corrected { .. } => 2,
            Fact::Reviewed { .. } => 3,
        }
    }

    fn fold(settings: &Settings, facts: &[Happened<Fact>]) -> Option<Dataset> {
        let mut dataset = Dataset { months: settings.data_quality_check_months, ..Dataset::default() };
        for happened in once(facts) {
            dataset.take(On::of(happened), &happened.fact);
        }
        (!facts.is_empty()).then_some(dataset)
    }

    fn is_done(&self) -> bool {
        self.retired.is_some()
    }

    fn alarms(&self, _: &Settings) -> Vec<Alarm> {
        let again = self.again();
        again.map(|again| Alarm::new(&NOT_CHECKED, "overdue", again.due().end())).into_iter().collect()
    }

    fn alert(&self, _: &Settings, _: &Alarm, alert: Alert) -> Alert {
        let Some(again) = self.again() else { return alert };
        let what = if self.checks.is_empty() {
            "it was first recorded as critical, and it was never checked"
        } else {
            "it was last checked"
        };
        let critical = self.critical.map(|on| on.seq);
        let last = Some(again.last.seq).filter(|seq| Some(*seq) != critical);
        let words = again.words(what, "data_quality_check_months");
        alert.arithmetic(words).evidence(critical.into_iter().chain(last))
    }

    fn cleared(&self, _: &Settings, _: &str, _: &str) -> String {
        match (self.retired, self.critical, self.checks.last()) {
            (Some(retired), ..) => format!("it was retired {}", retired.day),
            (None, None, _) => "it is critical no longer".to_owned(),
            (None, Some(_), Some(check)) => format!("it was checked {}", check.on.day),
            (None, Some(_), None) => "what it rested on was corrected".to_owned(),
        }
    }
}
