//! Checks of how a policy is kept: the attestations of directorates, and monitoring, which needs an impact assessment.

use std::collections::BTreeMap;

use muniment_sdk::{
    Alarm, Alert, Case, CaseFold, Data, DataError, Day, Event, Happened, Instant, Outcome, Watch,
};
use serde::{Deserialize, Serialize};

use crate::on::On;
use crate::{Settings, UNASSESSED, UNATTESTED};

const NOT_ATTESTED: &str = "not-attested";
const NO_ASSESSMENT: &str = "no-assessment";

/// How it was checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Kind {
    Sample,
    SpotCheck,
    Attestation,
    Monitoring,
    MailboxCheck,
    ClearDesk,
    Other,
}

impl Kind {
    pub(crate) const ALL: [Kind; 7] = [
        Kind::Sample,
        Kind::SpotCheck,
        Kind::Attestation,
        Kind::Monitoring,
        Kind::MailboxCheck,
        Kind::ClearDesk,
        Kind::Other,
    ];

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Kind::Sample => "Samples",
            Kind::SpotCheck => "Spot checks",
            Kind::Attestation => "Attestations",
            Kind::Monitoring => "Monitoring",
            Kind::MailboxCheck => "Checks of mailboxes",
            Kind::ClearDesk => "Clear desk checks",
            Kind::Other => "Other checks",
        }
    }

    /// Whether people are watched by it.
    pub(crate) fn is_monitoring(self) -> bool {
        matches!(self, Kind::Monitoring | Kind::MailboxCheck)
    }
}

/// A check, as it was recorded last.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Check {
    pub(crate) said: Said,
    pub(crate) on: On,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Said {
    #[serde(rename = "check_kind")]
    pub(crate) kind: Kind,
    pub(crate) unit: Option<String>,
    pub(crate) checked: Option<u32>,
    pub(crate) compliant: Option<u32>,
    #[serde(rename = "dpia_ref")]
    pub(crate) assessment: Option<String>,
    #[serde(rename = "notice_ref")]
    pub(crate) notice: Option<String>,
}

impl Case for Check {
    type Settings = Settings;
    type Fact = Said;

    fn fact(kind: &str, data: Data<'_>) -> Result<Option<Said>, DataError> {
        if kind == "compliance.sampled" { data.read().map(Some) } else { Ok(None) }
    }

    fn rank(_: &Said) -> u8 {
        0
    }

    fn fold(_: &Settings, facts: &[Happened<Said>]) -> Option<Check> {
        facts.last().map(|last| Check { said: last.fact.clone(), on: On::of(last) })
    }

    fn alarms(&self, _: &Settings) -> Vec<Alarm> {
        Vec::new()
    }

    fn alert(&self, _: &Settings, _: &Alarm, alert: Alert) -> Alert {
        alert
    }
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) enum UnitFact {
    Opened { is_directorate: bool, effective: Day },
    Ended { effective: Day },
}

/// A unit of the organisation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Unit {
    pub(crate) is_directorate: bool,
    opened: Option<(Day, u64)>,
    ended: Option<Day>,
}

impl Unit {
    pub(crate) fn is_there(&self, day: Day) -> bool {
        self.opened.is_some_and(|(opened, _)| opened <= day) && self.ended.is_none_or(|ended| day < ended)
    }
}

impl Case for Unit {
    type Settings = Settings;
    type Fact = UnitFact;

    fn fact(kind: &str, data: Data<'_>) -> Result<Option<UnitFact>, DataError> {
        #[derive(Deserialize)]
        struct Read {
            kind: Option<String>,
            effective: Day,
        }
        let read = |data: Data<'_>| data.read::<Read>();
        Ok(Some(match kind {
            "org.unit_opened" => {
                let Read { kind, effective } = read(data)?;
                UnitFact::Opened { is_directorate: kind.as_deref() == Some("directorate"), effective }
            }
            "org.unit_merged" | "org.unit_split" | "org.unit_closed" => {
                UnitFact::Ended { effective: read(data)?.effective }
            }
            _ => return Ok(None),
        }))
    }

    fn rank(fact: &UnitFact) -> u8 {
        match fact {
            UnitFact::Opened { .. } => 0,
            UnitFact::Ended { .. } => 1,
        }
    }

    fn fold(_: &Settings, facts: &[Happened<UnitFact>]) -> Option<Unit> {
        let mut unit = Unit { is_directorate: false, opened: None, ended: None };
        for happened in facts {
            match &happened.fact {
                UnitFact::Opened { is_directorate, effective } => {
                    unit.is_directorate = *is_directorate;
                    // Opened again: what it was before is over.
                    if unit.ended.is_none_or(|ended| ended <= *effective) {
                        unit.ended = None;
                    }
                    unit.opened = Some((*effective, happened.seq));
                }
                UnitFact::Ended { effective } => unit.ended = Some(*effective),
            }
        }
        (!facts.is_empty()).then_some(unit)
    }

    fn alarms(&self, _: &Settings) -> Vec<Alarm> {
        Vec::new()
    }

    fn alert(&self, _: &Settings, _: &Alarm, alert: Alert) -> Alert {
        alert
    }
}

/// An impact assessment that was completed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Assessed {
    is_about_monitoring: bool,
    on: On,
}

impl Case for Assessed {
    type Settings = Settings;
    type Fact = Option<String>;

    fn fact(kind: &str, data: Data<'_>) -> Result<Option<Option<String>>, DataError> {
        #[derive(Deserialize)]
        struct Read {
            project_kind: Option<String>,
        }
        match kind {
            "dpia.completed" | "dpia.approved" => Ok(Some(data.read::<Read>()?.project_kind)),
            _ => Ok(None),
        }
    }

    fn rank(_: &Option<String>) -> u8 {
        0
    }

    fn fold(_: &Settings, facts: &[Happened<Option<String>>]) -> Option<Assessed> {
        let is_about_monitoring = facts.iter().any(|it| it.fact.as_deref() == Some("monitoring_of_staff"));
        Some(Assessed { is_about_monitoring, on: On::of(facts.first()?) })
    }

    fn alarms(&self, _: &Settings) -> Vec<Alarm> {
        Vec::new()
    }

    fn alert(&self, _: &Settings, _: &Alarm, alert: Alert) -> Alert {
        alert
    }
}

/// All checks, with the units that attest and the assessments that cover monitoring.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Checks {
    pub(crate) fold: CaseFold<Check>,
    pub(crate) units: CaseFold<Unit>,
    pub(crate) assessments: CaseFold<Assessed>,
    /// Attestations by their number, and the units, as they are joined.
    attested: BTreeMap<String, (String, On)>,
    monitored: BTreeMap<String, Check>,
    known: BTreeMap<String, Unit>,
    assessed: BTreeMap<String, Assessed>,
    /// Two kinds of subject, with an alert of one kind each.
    attestations: Watch,
    monitoring: Watch,
}

impl Checks {
    pub(crate) fn apply(&mut self, settings: &Settings, event: &Event, out: &mut Outcome) {
        let (mut units, mut checks) = (Vec::new(), Vec::new());
        let (attested, monitored) = (&mut self.attested, &mut self.monitored);
        self.fold.apply_with(settings, event, out, &mut |name, check| {
            let attestation = check.filter(|check| check.said.kind == Kind::Attestation);
            let attestation = attestation.and_then(|check| Some((check.said.unit.clone()?, check.on)));
            units.extend(attestation.as_ref().map(|(unit, _)| unit.clone()));
            let before = match attestation {
                Some(attestation) => attested.insert(name.to_owned(), attestation),
                None => attested.remove(name),
            };
            units.extend(before.map(|(unit, _)| unit));
            checks.push(name.to_owned());
            match check.filter(|check| check.said.kind.is_monitoring()) {
                Some(check) => _ = monitored.insert(name.to_owned(), check.clone()),
                None => _ = monitored.remove(name),
            }
        });
        let known = &mut self.known;
        self.units.apply_with(settings, event, out, &mut |name, unit| {
            units.push(name.to_owned());
            match unit {
                Some(unit) => _ = known.insert(name.to_owned(), unit.clone()),
                None => _ = known.remove(name),
            }
        });
        let (assessed, mut is_other) = (&mut self.assessed, false);
        self.assessments.apply_with(settings, event, out, &mut |name, assessment| {
            is_other = true;
            match assessment {
                Some(assessment) => _ = assessed.insert(name.to_owned(), assessment.clone()),
                None => _ = assessed.remove(name),
            }
        });
        if is_other {
            checks.extend(self.monitored.keys().cloned());
        }
        let now = event.recorded;
        for unit in units {
            let alarms: Vec<Alarm> = self.unattested(settings, &unit).into_iter().collect();
            let cleared = |_: &str, _: &str| "it was attested, or the unit is none any more".to_owned();
            self.attestations.set(&unit, &alarms, now, cleared, out);
        }
        for check in checks {
            let alarms: Vec<Alarm> = self.unassessed(&check).into_iter().collect();
            let cleared = |_: &str, _: &str| "an impact assessment is on record".to_owned();
            self.monitoring.set(&check, &alarms, now, cleared, out);
        }
    }

    pub(crate) fn tick(&mut self, settings: &Settings, now: Instant, out: &mut Outcome) {
        let none = |_: &str, _: &str| "the unit is none any more".to_owned();
        for unit in self.attestations.due(now) {
            let alarms: Vec<Alarm> = self.unattested(settings, &unit).into_iter().collect();
            let mut watch = std::mem::take(&mut self.attestations);
            watch.tick(&unit, &alarms, now, |_, alert| self.attest_words(settings, &unit, alert), none, out);
            self.attestations = watch;
        }
        for check in self.monitoring.due(now) {
            let alarms: Vec<Alarm> = self.unassessed(&check).into_iter().collect();
            let mut watch = std::mem::take(&mut self.monitoring);
            watch.tick(&check, &alarms, now, |_, alert| self.monitor_words(&check, alert), none, out);
            self.monitoring = watch;
        }
    }

    pub(crate) fn wake(&self) -> Option<Instant> {
        [self.attestations.wake(), self.monitoring.wake()].into_iter().flatten().min()
    }

    pub(crate) fn last_attestation(&self, unit: &str) -> Option<On> {
        self.attested.values().filter(|(of, _)| of == unit).map(|(_, on)| *on).max()
    }

    /// A directorate that has not attested for a year. Of a unit that nobody opened on record, it is known by its
    /// attestations that it has to.
    fn unattested(&self, settings: &Settings, unit: &str) -> Option<Alarm> {
        let known = self.known.get(unit);
        if known.is_some_and(|known| !known.is_directorate) {
            return None;
        }
        let opened = known.and_then(|known| known.opened).map(|(day, _)| day);
        let last = self.last_attestation(unit).map(|on| on.day);
        let from = opened.into_iter().chain(last).max()?;
        let alarm =
            Alarm::new(&UNATTESTED, NOT_ATTESTED, from.plus_months(settings.compliance_attest_months).end());
        match known.and_then(|known| known.ended) {
            Some(ended) if ended.start() <= alarm.at => None,
            Some(ended) => Some(alarm.until(ended.start())),
            None => Some(alarm),
        }
    }

    fn attest_words(&self, settings: &Settings, unit: &str, alert: Alert) -> Alert {
        let months = settings.compliance_attest_months;
        let (since, seq) = match (self.last_attestation(unit), self.known.get(unit).and_then(|it| it.opened))
        {
            (Some(last), _) => (format!("The last attestation is of {}", last.day.in_words()), last.seq),
            (None, Some((opened, seq))) => {
                (format!("There is none since it was opened on {}", opened.in_words()), seq)
            }
            (None, None) => return alert,
        };
        let words = format!(
            "A directorate is to attest every {months} months (setting compliance_attest_months) that it keeps the policy. \
             {since}."
        );
        alert.arithmetic(words).evidence([seq])
    }

    /// Monitoring that no assessment on record covers: the one that it names, or else one about monitoring staff.
    fn unassessed(&self, check: &str) -> Option<Alarm> {
        let check = self.monitored.get(check)?;
        let is_covered = match &check.said.assessment {
            Some(named) => self.assessed.contains_key(named),
            None => self.assessed.values().any(|it| it.is_about_monitoring),
        };
        (!is_covered).then(|| Alarm::new(&UNASSESSED, NO_ASSESSMENT, check.on.time))
    }

    fn monitor_words(&self, check: &str, alert: Alert) -> Alert {
        let Some(check) = self.monitored.get(check) else { return alert };
        let why = match &check.said.assessment {
            Some(named) => {
                format!("names the impact assessment {named}, and no entry says that it was completed")
            }
            None => {
                "names no impact assessment, and none about the monitoring of staff was completed".to_owned()
            }
        };
        let day = check.on.day.in_words();
        alert.arithmetic(format!("The monitoring of {day} {why}.")).evidence([check.on.seq])
    }
}
