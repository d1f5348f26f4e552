//! What has to be renewed: the regulator's fee, certificates, and the yearly assessment for health and care data.

use std::collections::BTreeMap;

use muniment_sdk::law::{DATA_PROTECTION_FEE, toolkit_due};
use muniment_sdk::{
    Alarm, Alert, Case, CaseFold, Data, DataError, Day, Event, Happened, Instant, Outcome, Watch,
};
use serde::{Deserialize, Serialize};

use crate::on::On;
use crate::{RENEWAL, Settings};

const LEFT: &str = "days-left";
const EXPIRED: &str = "expired";
const OVERDUE: &str = "overdue";
/// What the alert about the yearly assessment is about: it is one for each year.
pub(crate) const TOOLKIT: &str = "dspt";

/// What kind of registration it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Kind {
    IcoFee,
    Psn,
    CyberEssentials,
    CyberEssentialsPlus,
    #[serde(rename = "iso_27001")]
    Iso27001,
    PciDss,
    SurveillanceCamera,
    Other,
}

impl Kind {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Kind::IcoFee => "Data protection fee",
            Kind::Psn => "Public Services Network",
            Kind::CyberEssentials => "Cyber Essentials",
            Kind::CyberEssentialsPlus => "Cyber Essentials Plus",
            Kind::Iso27001 => "ISO/IEC 27001",
            Kind::PciDss => "PCI DSS",
            Kind::SurveillanceCamera => "Surveillance cameras",
            Kind::Other => "Other",
        }
    }
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Renewed {
    kind: Kind,
    expires: Day,
    certificate: Option<String>,
    owner: Option<String>,
    unit: Option<String>,
}

/// A registration, as it was renewed last.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Registration {
    pub(crate) kind: Kind,
    pub(crate) expires: Day,
    pub(crate) certificate: Option<String>,
    pub(crate) owner: Option<String>,
    pub(crate) unit: Option<String>,
    pub(crate) on: On,
}

impl Case for Registration {
    type Settings = Settings;
    type Fact = Renewed;

    fn fact(kind: &str, data: Data<'_>) -> Result<Option<Renewed>, DataError> {
        #[derive(Deserialize)]
        struct Read {
            registration_kind: Kind,
            expires: Day,
            certificate: Option<String>,
            owner: Option<String>,
            unit: Option<String>,
        }
        if kind != "registration.renewed" {
            return Ok(None);
        }
        let Read { registration_kind: kind, expires, certificate, owner, unit } = data.read()?;
        Ok(Some(Renewed { kind, expires, certificate, owner, unit }))
    }

    fn rank(_: &Renewed) -> u8 {
        0
    }

    /// The renewal counts that holds longest.
    fn fold(_: &Settings, facts: &[Happened<Renewed>]) -> Option<Registration> {
        let last = facts.iter().max_by_key(|it| (it.fact.expires, it.day))?;
        let Renewed { kind, expires, certificate, owner, unit } = last.fact.clone();
        Some(Registration { kind, expires, certificate, owner, unit, on: On::of(last) })
    }

    fn alarms(&self, settings: &Settings) -> Vec<Alarm> {
        let (days, until) = (settings.registration_warn_days, self.expires.end());
        let at = self.expires.plus(-i32::from(days)).start();
        let soon = Alarm::new(&RENEWAL, (days, LEFT), at).until(until).due(until);
        vec![soon, Alarm::new(&RENEWAL, EXPIRED, until)]
    }

    fn alert(&self, settings: &Settings, alarm: &Alarm, alert: Alert) -> Alert {
        let mut words = format!(
            "{}: renewed on {}, and holds until {}.",
            self.kind.name(),
            self.on.day.in_words(),
            self.expires.in_words()
        );
        if self.kind == Kind::IcoFee {
            words.push_str(&format!(" It is to be paid every 12 months ({}).", DATA_PROTECTION_FEE.source));
        }
        if alarm.stage.name == LEFT {
            let days = settings.registration_warn_days;
            words.push_str(&format!(" It is said {days} days before (setting registration_warn_days)."));
        }
        alert.arithmetic(words).evidence([self.on.seq])
    }

    fn cleared(&self, _: &Settings, _: &str, _: &str) -> String {
        format!("it holds until {}, or this stage is over", self.expires.in_words())
    }
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Submitted {
    status: Status,
    met: Option<u32>,
    of: Option<u32>,
    due: Option<Day>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Status {
    StandardsMet,
    ApproachingStandards,
    StandardsNotMet,
    StandardsExceeded,
}

impl Status {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Status::StandardsMet => "Standards met",
            Status::ApproachingStandards => "Approaching standards",
            Status::StandardsNotMet => "Standards not met",
            Status::StandardsExceeded => "Standards exceeded",
        }
    }
}

/// An assessment as it was handed in last.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Assessment {
    /// The year of the calendar in which it was due.
    pub(crate) year: i16,
    pub(crate) status: Status,
    pub(crate) met: Option<u32>,
    pub(crate) of: Option<u32>,
    pub(crate) on: On,
}

impl Case for Assessment {
    type Settings = Settings;
    type Fact = Submitted;

    fn fact(kind: &str, data: Data<'_>) -> Result<Option<Submitted>, DataError> {
        #[derive(Deserialize)]
        struct Read {
            dspt_status: Status,
            assertions_met: Option<u32>,
            assertions: Option<u32>,
            due: Option<Day>,
        }
        if kind != "dspt.submitted" {
            return Ok(None);
        }
        let Read { dspt_status: status, assertions_met: met, assertions: of, due } = data.read()?;
        Ok(Some(Submitted { status, met, of, due }))
    }

    fn rank(_: &Submitted) -> u8 {
        0
    }

    fn fold(_: &Settings, facts: &[Happened<Submitted>]) -> Option<Assessment> {
        let last = facts.last()?;
        let Submitted { status, met, of, due } = last.fact.clone();
        // Of which year it is: the day that it was due says so, or its name, or else when it was handed in.
        let year = due.map(Day::year).or_else(|| year_of(&last.subject)).unwrap_or(last.day.year());
        Some(Assessment { year, status, met, of, on: On::of(last) })
    }

    fn alarms(&self, _: &Settings) -> Vec<Alarm> {
        Vec::new()
    }

    fn alert(&self, _: &Settings, _: &Alarm, alert: Alert) -> Alert {
        alert
    }
}

/// The second year of a name such as `DSPT-2025-26`.
fn year_of(name: &str) -> Option<i16> {
    let mut parts = name.rsplit(['-', '/']);
    let (second, first) = (parts.next()?, parts.next()?);
    let first: i16 = first.parse().ok().filter(|year| (1990..2200).contains(year))?;
    let second: i16 = second.parse().ok()?;
    let next = first + 1;
    (second == next || second == next % 100).then_some(next)
}

/// All assessments, and the next that is due.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Toolkit {
    pub(crate) fold: CaseFold<Assessment>,
    of: BTreeMap<String, Assessment>,
    watch: Watch,
}

impl Toolkit {
    pub(crate) fn apply(&mut self, settings: &Settings, event: &Event, out: &mut Outcome) {
        let (of, mut is_other) = (&mut self.of, false);
        self.fold.apply_with(settings, event, out, &mut |name, assessment| {
            is_other = true;
            match assessment {
                Some(assessment) => _ = of.insert(name.to_owned(), assessment.clone()),
                None => _ = of.remove(name),
            }
        });
        if is_other {
            let alarms = self.alarms(settings);
            let cleared =
                |_: &str, _: &str| "the assessment was handed in, or another is the last".to_owned();
            self.watch.set(TOOLKIT, &alarms, event.recorded, cleared, out);
        }
    }

    pub(crate) fn tick(&mut self, settings: &Settings, now: Instant, out: &mut Outcome) {
        for subject in self.watch.due(now) {
            let alarms = self.alarms(settings);
            let mut watch = std::mem::take(&mut self.watch);
            let words = |_: &Alarm, alert| self.words(alert);
            let cleared = |_: &str, _: &str| "this stage is over".to_owned();
            watch.tick(&subject, &alarms, now, words, cleared, out);
            self.watch = watch;
        }
    }

    pub(crate) fn wake(&self) -> Option<Instant> {
        self.watch.wake()
    }

    /// The last assessment that was handed in, and the day on which the next is due. Who never handed one in need not.
    pub(crate) fn next(&self) -> Option<(&Assessment, Day)> {
        let last = self.of.values().max_by_key(|it| (it.year, it.on))?;
        Some((last, toolkit_due(last.year + 1)?))
    }

    fn alarms(&self, settings: &Settings) -> Vec<Alarm> {
        let Some((_, due)) = self.next() else { return Vec::new() };
        let (days, until) = (settings.registration_warn_days, due.end());
        let at = due.plus(-i32::from(days)).start();
        vec![
            Alarm::new(&RENEWAL, (days, LEFT), at).until(until).due(until),
            Alarm::new(&RENEWAL, OVERDUE, until),
        ]
    }

    fn words(&self, alert: Alert) -> Alert {
        let Some((last, due)) = self.next() else { return alert };
        let words = format!(
            "The assessment of {} was handed in on {}; that of the next year is due on {}. NHS England sets the day of each \
             year, of late 30 June.",
            last.year,
            last.on.day.in_words(),
            due.in_words()
        );
        alert.arithmetic(words).evidence([last.on.seq])
    }
}
