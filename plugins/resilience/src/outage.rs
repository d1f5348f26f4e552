//! A-BCP-3: outages, and whether they lasted longer than the service may be away.
//!
//! An outage names the time within which the service has to be back, or the plan that covers the service does: so outages
//! and plans are joined here.

use std::collections::{BTreeMap, BTreeSet};

use muniment_sdk::{Alarm, Alert, Case, CaseFold, Data, DataError, Day, Happened, Instant, Outcome, Watch};
use serde::{Deserialize, Serialize};

use crate::plan::Plan;
use crate::{At, OUTAGE, Settings};

const BEYOND: &str = "beyond-recovery-time";
const WAS_BEYOND: &str = "was-beyond-recovery-time";

/// An outage.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Outage {
    pub(crate) first: At,
    /// When the ledger first knew of it.
    recorded: Instant,
    pub(crate) unit: Option<String>,
    pub(crate) service: String,
    pub(crate) started: Instant,
    pub(crate) ended: Option<(Instant, u64)>,
    pub(crate) recovery_hours: Option<u64>,
    pub(crate) cause: Cause,
    pub(crate) planned: bool,
}

/// What an entry about an outage says.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Fact {
    unit: Option<String>,
    service: String,
    started_at: Instant,
    ended_at: Option<Instant>,
    recovery_hours: Option<u64>,
    cause: Option<Cause>,
    planned: Option<bool>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Cause {
    Power,
    Network,
    Hardware,
    Software,
    Supplier,
    Cyber,
    Building,
    Staff,
    Planned,
    Unknown,
}

impl Cause {
    pub(crate) const ALL: [Cause; 10] = [
        Cause::Power,
        Cause::Network,
        Cause::Hardware,
        Cause::Software,
        Cause::Supplier,
        Cause::Cyber,
        Cause::Building,
        Cause::Staff,
        Cause::Planned,
        Cause::Unknown,
    ];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Cause::Power => "Power",
            Cause::Network => "Network",
            Cause::Hardware => "Hardware",
            Cause::Software => "Software",
            Cause::Supplier => "Supplier",
            Cause::Cyber => "Cyber attack",
            Cause::Building => "Building",
            Cause::Staff => "Staff",
            Cause::Planned => "Planned work",
            Cause::Unknown => "Unknown",
        }
    }
}

impl Outage {
    /// Whether it is said to have ended before it began.
    pub(crate) fn is_nonsense(&self) -> bool {
        self.ended.is_some_and(|(ended, _)| ended < self.started)
    }

    pub(crate) fn is_over(&self) -> bool {
        self.ended.is_some()
    }

    /// When the service had to be back. What was announced may last as long as was announced.
    pub(crate) fn due(&self, by_plan: Option<u64>) -> Option<Instant> {
        let hours = self.recovery_hours.or(by_plan).filter(|_| !self.planned)?;
        Some(self.started.plus_hours(i64::try_from(hours).unwrap_or(i64::MAX)))
    }

    /// Whether it lasted longer than it might, or does by now.
    pub(crate) fn is_beyond(&self, due: Instant, now: Instant) -> bool {
        !self.is_nonsense() && due < self.ended.map_or(now, |(ended, _)| ended)
    }

    fn alarms(&self, by_plan: Option<u64>, settings: &Settings) -> Vec<Alarm> {
        let Some(due) = self.due(by_plan).filter(|_| !self.is_nonsense()) else { return Vec::new() };
        match self.ended {
            None => vec![Alarm::new(&OUTAGE, BEYOND, due.next()).due(due)],
            Some((ended, _)) if ended <= due => Vec::new(),
            Some((ended, _)) => {
                let mut alarms = vec![Alarm::new(&OUTAGE, BEYOND, due.next()).until(ended).due(due)];
                // While it lasted nobody could be told: it was not known.
                if ended <= self.recorded {
                    let until = Day::in_london(ended).plus(i32::from(settings.outage_follow_up_days)).end();
                    alarms = vec![Alarm::new(&OUTAGE, WAS_BEYOND, ended).until(until).due(due)];
                }
                alarms
            }
        }
    }

    fn words(&self, by_plan: Option<(u64, u64)>, alarm: &Alarm, alert: Alert) -> Alert {
        let Some(due) = alarm.due else { return alert };
        let (hours, whose) = match (self.recovery_hours, by_plan) {
            (Some(hours), _) => (hours, "as the entry about the outage says"),
            (None, Some((hours, _))) => (hours, "by the continuity plan that covers the service"),
            (None, None) => return alert,
        };
        let mut words = format!(
            "{} has not been available since {}. It has to be back within {hours} hours, {whose}: by {}.",
            self.service,
            self.started.in_london(),
            due.in_london(),
        );
        if let Some((ended, _)) = self.ended {
            words.push_str(&format!(" It was back {}.", ended.in_london()));
        }
        let plan = by_plan.filter(|_| self.recovery_hours.is_none()).map(|(_, seq)| seq);
        let ended = self.ended.map(|(_, seq)| seq).filter(|seq| *seq != self.first.seq);
        alert.arithmetic(words).evidence([Some(self.first.seq), ended, plan].into_iter().flatten())
    }
}

impl Case for Outage {
    type Settings = Settings;
    type Fact = Fact;

    fn fact(kind: &str, data: Data<'_>) -> Result<Option<Fact>, DataError> {
        if kind == "service.outage" { data.read().map(Some) } else { Ok(None) }
    }

    fn rank(_: &Fact) -> u8 {
        0
    }

    /// Of several entries the last word stands; it began when the earliest says.
    fn fold(_: &Settings, facts: &[Happened<Fact>]) -> Option<Outage> {
        let first = facts.first()?;
        let mut outage = Outage {
            first: At::of(first),
            recorded: first.recorded,
            unit: None,
            service: first.fact.service.clone(),
            started: first.fact.started_at,
            ended: None,
            recovery_hours: None,
            cause: Cause::Unknown,
            planned: false,
        };
        for happened in facts {
            let fact = &happened.fact;
            outage.recorded = outage.recorded.min(happened.recorded);
            outage.unit = fact.unit.clone().or(outage.unit);
            outage.service.clone_from(&fact.service);
            outage.started = outage.started.min(fact.started_at);
            outage.ended = fact.ended_at.map(|ended| (ended, happened.seq)).or(outage.ended);
            outage.recovery_hours = fact.recovery_hours.or(outage.recovery_hours);
            outage.cause = fact.cause.unwrap_or(outage.cause);
            outage.planned = fact.planned.unwrap_or(outage.planned || fact.cause == Some(Cause::Planned));
        }
        Some(outage)
    }

    fn is_done(&self) -> bool {
        self.is_over()
    }

    /// They hang on the plans too: see [`Outages`].
    fn alarms(&self, _: &Settings) -> Vec<Alarm> {
        Vec::new()
    }

    fn alert(&self, _: &Settings, _: &Alarm, alert: Alert) -> Alert {
        alert
    }
}

/// What joins outages with the plans that say how long a service may be away.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Outages {
    /// By service, the plans that cover it: within how many hours it has to be back, and the entry that says so.
    plans: BTreeMap<String, BTreeMap<String, (u64, u64)>>,
    /// The services that a plan covers.
    covered: BTreeMap<String, Vec<String>>,
    /// The outages that do not say themselves within which time the service has to be back.
    of_service: BTreeMap<String, BTreeSet<String>>,
    service_of: BTreeMap<String, String>,
    watch: Watch,
    /// The outages that are to be looked at next.
    #[serde(skip)]
    changed: BTreeSet<String>,
}

impl Outages {
    /// Takes what a plan has come to.
    pub(crate) fn take_plan(&mut self, name: &str, plan: Option<&Plan>) {
        let mut services: BTreeSet<String> = self.covered.remove(name).into_iter().flatten().collect();
        for service in &services {
            if let Some(plans) = self.plans.get_mut(service) {
                plans.remove(name);
                if plans.is_empty() {
                    self.plans.remove(service);
                }
            }
        }
        if let Some((plan, hours)) = plan.and_then(|plan| Some((plan, plan.recovery_hours?)))
            && let Some(published) = plan.published.filter(|_| !plan.services.is_empty())
        {
            for service in &plan.services {
                let plans = self.plans.entry(service.clone()).or_default();
                plans.insert(name.to_owned(), (hours, published.seq));
                services.insert(service.clone());
            }
            self.covered.insert(name.to_owned(), plan.services.clone());
        }
        for service in services {
            self.changed.extend(self.of_service.get(&service).into_iter().flatten().cloned());
        }
    }

    /// Takes what an outage has come to.
    pub(crate) fn take(&mut self, name: &str, outage: Option<&Outage>) {
        self.changed.insert(name.to_owned());
        let now =
            outage.filter(|outage| outage.recovery_hours.is_none()).map(|outage| outage.service.clone());
        if self.service_of.get(name) == now.as_ref() {
            return;
        }
        if let Some(before) = self.service_of.remove(name)
            && let Some(outages) = self.of_service.get_mut(&before)
        {
            outages.remove(name);
            if outages.is_empty() {
                self.of_service.remove(&before);
            }
        }
        if let Some(now) = now {
            self.of_service.entry(now.clone()).or_default().insert(name.to_owned());
            self.service_of.insert(name.to_owned(), now);
        }
    }

    /// Within how many hours a service has to be back by the plans that cover it, the shortest time of several, and the
    /// entry that says so.
    pub(crate) fn by_plan(&self, service: &str) -> Option<(u64, u64)> {
        self.plans.get(service)?.values().min().copied()
    }

    fn alarms(&self, outage: Option<&Outage>, settings: &Settings) -> Vec<Alarm> {
        let Some(outage) = outage else { return Vec::new() };
        outage.alarms(self.by_plan(&outage.service).map(|(hours, _)| hours), settings)
    }

    /// Clears what stands no longer.
    pub(crate) fn settle(
        &mut self,
        settings: &Settings,
        outages: &CaseFold<Outage>,
        now: Instant,
        out: &mut Outcome,
    ) {
        for name in std::mem::take(&mut self.changed) {
            let outage = own(&name, settings, outages);
            let alarms = self.alarms(outage.as_ref(), settings);
            self.watch.set(&name, &alarms, now, |_, _| cleared(outage.as_ref()), out);
        }
    }

    /// Takes the time.
    pub(crate) fn tick(
        &mut self,
        settings: &Settings,
        outages: &CaseFold<Outage>,
        now: Instant,
        out: &mut Outcome,
    ) {
        let mut watch = std::mem::take(&mut self.watch);
        for name in watch.due(now) {
            let outage = own(&name, settings, outages);
            let alarms = self.alarms(outage.as_ref(), settings);
            let words = |alarm: &Alarm, alert| match &outage {
                Some(outage) => outage.words(self.by_plan(&outage.service), alarm, alert),
                None => alert,
            };
            watch.tick(&name, &alarms, now, words, |_, _| cleared(outage.as_ref()), out);
        }
        self.watch = watch;
    }

    pub(crate) fn wake(&self) -> Option<Instant> {
        self.watch.wake()
    }
}

/// An outage under its own number: one that was merged into another is none.
fn own(name: &str, settings: &Settings, outages: &CaseFold<Outage>) -> Option<Outage> {
    if outages.counts_as(name) == name { outages.case(settings, name) } else { None }
}

fn cleared(outage: Option<&Outage>) -> String {
    match outage.and_then(|outage| outage.ended) {
        Some((ended, _)) => format!("the service was back {}", ended.in_london()),
        None => "by what is recorded now it has not lasted too long".to_owned(),
    }
}
