//! Impact assessments, and the entries of the record of processing that name them.

use std::collections::BTreeMap;

use muniment_sdk::{Alarm, Alert, Case, Data, DataError, Day, Happened, Instant};
use serde::{Deserialize, Serialize};

use crate::entry::Status;
use crate::on::{On, seqs};
use crate::{NOT_ON_RECORD, Settings};

const WITHOUT: &str = "without-assessment";
const NOT_APPROVED: &str = "assessment-not-approved";
const NO_RECORD: &str = "without-record";

/// What an event about an assessment says, or about an entry of the record that names one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) enum Fact {
    Screened(Screened),
    Completed(Completed),
    Approved(Approved),
    Consulted {
        answer_due: Option<Day>,
    },
    Reviewed(Reviewed),
    /// An entry of the record of processing; it names this assessment, or another, or none.
    Entry {
        assessment: Option<String>,
        status: Option<Status>,
    },
    EntryReviewed {
        status: Option<Status>,
    },
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Screened {
    required: bool,
    #[serde(default)]
    project: Option<String>,
    #[serde(default)]
    go_live: Option<Day>,
    #[serde(default)]
    owner: Option<String>,
    #[serde(default)]
    unit: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Completed {
    risk_after: Risk,
    #[serde(default)]
    project: Option<String>,
    #[serde(default)]
    dpo_consulted: Option<bool>,
    #[serde(default)]
    owner: Option<String>,
    #[serde(default)]
    unit: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Approved {
    #[serde(default)]
    risk_after: Option<Risk>,
    #[serde(default)]
    go_live: Option<Day>,
    #[serde(default)]
    review_due: Option<Day>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Reviewed {
    decision: Decision,
    #[serde(default)]
    risk_after: Option<Risk>,
    #[serde(default)]
    review_due: Option<Day>,
}

/// How high the risk to people is with all measures taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Risk {
    Low,
    Medium,
    High,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Decision {
    Continue,
    Change,
    Stop,
}

/// An assessment, as it stands.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Assessment {
    pub(crate) project: Option<String>,
    pub(crate) unit: Option<String>,
    pub(crate) owner: Option<String>,
    pub(crate) screened: Option<(bool, On)>,
    pub(crate) completed: Option<On>,
    pub(crate) has_advice: bool,
    pub(crate) approved: Option<On>,
    pub(crate) risk: Option<Risk>,
    pub(crate) consulted: Option<On>,
    pub(crate) answer_due: Option<Day>,
    pub(crate) reviewed: Option<On>,
    pub(crate) review_due: Option<Day>,
    pub(crate) stopped: Option<On>,
    /// The first day of use, and the entry that says so.
    pub(crate) go_live: Option<(Day, On)>,
    /// The entries of the record of processing that name it.
    pub(crate) entries: BTreeMap<String, Named>,
}

/// An entry of the record that names an assessment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Named {
    pub(crate) on: On,
    pub(crate) status: Status,
    names_it: bool,
}

impl Assessment {
    /// Whether an assessment has to be made: it was found so, or it was made.
    pub(crate) fn is_needed(&self) -> bool {
        self.screened.is_some_and(|(required, _)| required)
            || self.completed.is_some()
            || self.approved.is_some()
    }

    /// Since when the processing goes on: from its first day of use, or since an entry of the record says so.
    pub(crate) fn in_use(&self) -> Option<(Instant, On)> {
        let live = self.entries.values().filter(|entry| entry.names_it && entry.status == Status::Live);
        let recorded = live.map(|entry| (entry.on.time, entry.on));
        let from = self.go_live.map(|(day, on)| (day.start(), on));
        from.into_iter()
            .chain(recorded)
            .min_by_key(|(time, on)| (*time, on.seq))
            .filter(|_| self.stopped.is_none())
    }

    /// Whether an entry of the record of processing names it, and has not ended.
    pub(crate) fn is_on_record(&self) -> bool {
        self.entries.values().any(|entry| entry.names_it && entry.status != Status::Ended)
    }

    /// A high risk is left and the regulator was not asked: UK GDPR, Article 36(1).
    pub(crate) fn lacks_consultation(&self) -> bool {
        self.risk == Some(Risk::High) && self.consulted.is_none() && self.stopped.is_none()
    }

    fn take(&mut self, happened: &Happened<Fact>) {
        let on = On::of(happened);
        match &happened.fact {
            Fact::Screened(screened) => {
                self.screened = Some((screened.required, on));
                self.goes_live(screened.go_live, on);
                self.named(&screened.project, &screened.owner, &screened.unit);
            }
            Fact::Completed(completed) => {
                self.completed.get_or_insert(on);
                self.risk = Some(completed.risk_after);
                self.has_advice |= completed.dpo_consulted == Some(true);
                self.named(&completed.project, &completed.owner, &completed.unit);
            }
            Fact::Approved(approved) => {
                self.approved.get_or_insert(on);
                self.risk = approved.risk_after.or(self.risk);
                self.review_due = approved.review_due.or(self.review_due);
                self.goes_live(approved.go_live, on);
            }
            Fact::Consulted { answer_due } => {
                self.consulted.get_or_insert(on);
                self.answer_due = *answer_due;
            }
            Fact::Reviewed(reviewed) => {
                self.reviewed = Some(on);
                self.risk = reviewed.risk_after.or(self.risk);
                self.review_due = reviewed.review_due;
                self.stopped = (reviewed.decision == Decision::Stop).then_some(on);
            }
            Fact::Entry { assessment, status } => {
                let status = status.unwrap_or(Status::Live);
                let named = Named { on, status, names_it: assessment.is_some() };
                self.entries.insert(happened.subject.to_string(), named);
            }
            Fact::EntryReviewed { status: Some(status) } => {
                if let Some(entry) = self.entries.get_mut(&*happened.subject) {
                    entry.status = *status;
                }
            }
            Fact::EntryReviewed { status: None } => {}
        }
    }

    fn goes_live(&mut self, day: Option<Day>, on: On) {
        self.go_live = day.map(|day| (day, on)).or(self.go_live);
    }

    fn named(&mut self, project: &Option<String>, owner: &Option<String>, unit: &Option<String>) {
        for (known, said) in [(&mut self.project, project), (&mut self.owner, owner), (&mut self.unit, unit)]
        {
            if said.is_some() {
                known.clone_from(said);
            }
        }
    }
}

impl Case for Assessment {
    type Settings = Settings;
    type Fact = Fact;

    fn fact(kind: &str, data: Data<'_>) -> Result<Option<Fact>, DataError> {
        #[derive(Deserialize)]
        struct Consulted {
            answer_due: Option<Day>,
        }
        #[derive(Deserialize)]
        struct Entry {
            dpia_ref: Option<String>,
            status: Option<Status>,
        }
        Ok(Some(match kind {
            "dpia.screened" => Fact::Screened(data.read()?),
            "dpia.completed" => Fact::Completed(data.read()?),
            "dpia.approved" => Fact::Approved(data.read()?),
            "dpia.ico_consulted" => Fact::Consulted { answer_due: data.read::<Consulted>()?.answer_due },
            "dpia.reviewed" => Fact::Reviewed(data.read()?),
            "ropa.entry_recorded" => {
                let Entry { dpia_ref, status } = data.read()?;
                Fact::Entry { assessment: dpia_ref, status }
            }
            "ropa.entry_reviewed" => Fact::EntryReviewed { status: data.read::<Entry>()?.status },
            _ => return Ok(None),
        }))
    }

    fn part_of(fact: &Fact) -> Option<&str> {
        match fact {
            Fact::Entry { assessment, .. } => assessment.as_deref(),
            _ => None,
        }
    }

    fn rank(fact: &Fact) -> u8 {
        match fact {
            Fact::Screened(_) => 0,
            Fact::Completed(_) => 1,
            Fact::Consulted { .. } => 2,
            Fact::Approved(_) => 3,
            Fact::Reviewed(_) => 4,
            Fact::Entry { .. } => 5,
            Fact::EntryReviewed { .. } => 6,
        }
    }

    fn fold(_: &Settings, facts: &[Happened<Fact>]) -> Option<Assessment> {
        let mut assessment = Assessment::default();
        facts.iter().for_each(|happened| assessment.take(happened));
        let is_one = facts
            .iter()
            .any(|happened| !matches!(happened.fact, Fact::Entry { .. } | Fact::EntryReviewed { .. }));
        is_one.then_some(assessment)
    }

    fn alarms(&self, _: &Settings) -> Vec<Alarm> {
        let Some((since, _)) = self.in_use().filter(|_| self.is_needed()) else { return Vec::new() };
        let mut alarms = Vec::new();
        match (self.completed, self.approved) {
            (_, Some(_)) => {}
            (Some(completed), None) => {
                alarms.push(Alarm::new(&NOT_ON_RECORD, NOT_APPROVED, since.max(completed.time)));
            }
            (None, None) => alarms.push(Alarm::new(&NOT_ON_RECORD, WITHOUT, since)),
        }
        if !self.is_on_record() {
            alarms.push(Alarm::new(&NOT_ON_RECORD, NO_RECORD, since));
        }
        alarms
    }

    fn alert(&self, _: &Settings, alarm: &Alarm, alert: Alert) -> Alert {
        let Some((since, on)) = self.in_use() else { return alert };
        let day = Day::in_london(since).in_words();
        let lacking = match alarm.stage.name {
            WITHOUT => {
                "an impact assessment was found to be needed, and none is on record as completed or approved"
            }
            NOT_APPROVED => "the impact assessment that it needs was completed, and nobody has approved it",
            _ => "no entry of the record of processing names the impact assessment",
        };
        let words = format!("The processing goes on since {day}, and {lacking}.");
        let screened = self.screened.map(|(_, on)| on);
        alert.arithmetic(words).evidence(seqs([Some(on), screened, self.completed, self.approved]))
    }

    fn cleared(&self, _: &Settings, _: &str, stage: &str) -> String {
        let on = |what: &str, on: On| format!("{what} on {}", on.day.in_words());
        let entry = self.entries.values().filter(|it| it.names_it).map(|it| it.on).min_by_key(|on| on.seq);
        match (stage, self.stopped) {
            (_, Some(stopped)) => on("the processing was stopped", stopped),
            (NO_RECORD, None) if self.is_on_record() => {
                entry.map_or_else(String::new, |it| on("it was entered in the record of processing", it))
            }
            (WITHOUT | NOT_APPROVED, None) => match (self.approved, self.completed) {
                (Some(approved), _) => on("the assessment was approved", approved),
                (None, Some(completed)) => on("the assessment was completed", completed),
                (None, None) => "another day is the first of its use, or no assessment is needed".to_owned(),
            },
            _ => "another day is the first of its use, or no assessment is needed".to_owned(),
        }
    }
}
