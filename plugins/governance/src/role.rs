//! Roles: who has to be there, and since when nobody is.

use std::collections::BTreeMap;

use muniment_sdk::{
    Alarm, Alert, Calendars, Case, CaseFold, Data, DataError, Day, Event, Happened, Instant, Nation, Outcome,
    Watch,
};
use serde::{Deserialize, Serialize};

use crate::{Settings, VACANT};

const STAGE: &str = "vacant";
const NEVER: &str = "never-assigned";

/// Which of the known roles it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs)]
pub enum Kind {
    Siro,
    Dpo,
    HeadOfInformationAssurance,
    InformationGovernanceManager,
    InformationGovernanceTeam,
    InformationAssetOwner,
    InformationRiskManager,
    CorporateInformationManager,
    CaldicottGuardian,
    RecordsManager,
    MonitoringOfficer,
    ServiceDirector,
    AuthorisedDeputy,
    SystemOwner,
    Other,
}

impl Kind {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Kind::Siro => "Senior information risk owner",
            Kind::Dpo => "Data protection officer",
            Kind::HeadOfInformationAssurance => "Head of information assurance",
            Kind::InformationGovernanceManager => "Information governance manager",
            Kind::InformationGovernanceTeam => "Information governance team",
            Kind::InformationAssetOwner => "Information asset owner",
            Kind::InformationRiskManager => "Information risk manager",
            Kind::CorporateInformationManager => "Corporate information manager",
            Kind::CaldicottGuardian => "Caldicott guardian",
            Kind::RecordsManager => "Records manager",
            Kind::MonitoringOfficer => "Monitoring officer",
            Kind::ServiceDirector => "Service director",
            Kind::AuthorisedDeputy => "Authorised deputy",
            Kind::SystemOwner => "System owner",
            Kind::Other => "Other role",
        }
    }

    /// What an alert is about where no role of the kind is known.
    fn subject(self) -> String {
        match self {
            Kind::Siro => "role/siro".to_owned(),
            Kind::Dpo => "role/dpo".to_owned(),
            other => format!("role/{}", other.name().to_lowercase().replace(' ', "-")),
        }
    }

    /// Whether a role of another kind does: the team's manager stands for the team, and the other way round.
    fn is_met_by(self, other: Kind) -> bool {
        let is_team =
            |kind| matches!(kind, Kind::InformationGovernanceManager | Kind::InformationGovernanceTeam);
        self == other || is_team(self) && is_team(other)
    }
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Fact {
    kind: Kind,
    mandatory: Option<bool>,
    unit: Option<String>,
    what: What,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
enum What {
    Assigned { from: Option<Day>, until: Option<Day>, acting: bool },
    Vacated { from: Option<Day> },
}

/// The time for which somebody holds a role.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Holding {
    pub(crate) from: Day,
    pub(crate) until: Option<Day>,
    pub(crate) acting: bool,
    pub(crate) seq: u64,
}

/// A role, as it stands.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Role {
    pub(crate) kind: Kind,
    mandatory: Option<bool>,
    pub(crate) unit: Option<String>,
    pub(crate) holdings: Vec<Holding>,
    /// When it was vacated without anybody known to have held it.
    vacated: Option<(Day, u64)>,
    pub(crate) vacancy: Option<Vacancy>,
    /// Entries that make no sense behind the others.
    pub(crate) odd: Vec<u64>,
}

/// A time in which nobody holds a role.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Vacancy {
    /// The first day without a holder.
    pub(crate) from: Day,
    pub(crate) seq: u64,
    /// The last day for which that is allowed: the day behind the first counts as one, as everywhere.
    pub(crate) due: Day,
    /// The first day of whoever comes next.
    until: Option<Day>,
}

impl Role {
    pub(crate) fn must_be_held(&self, settings: &Settings) -> bool {
        let is_required = settings.roles_required.iter().any(|kind| kind.is_met_by(self.kind));
        self.mandatory.unwrap_or(is_required)
    }

    pub(crate) fn holder(&self, day: Day) -> Option<&Holding> {
        let holds = |it: &&Holding| it.from <= day && it.until.is_none_or(|until| day <= until);
        self.holdings.iter().rfind(holds)
    }

    /// The last time without a holder: behind the last day of somebody whom nobody followed at once.
    fn vacancy(&self) -> Option<(Day, u64, Option<Day>)> {
        let covers = |day: Day| {
            self.holdings.iter().any(|it| it.from <= day && it.until.is_none_or(|until| day <= until))
        };
        let ends = self.holdings.iter().filter_map(|it| Some((it.until?.plus(1), it.seq)));
        let (from, seq) = ends.chain(self.vacated).filter(|(from, _)| !covers(*from)).max()?;
        let next = self.holdings.iter().map(|it| it.from).filter(|next| *next > from).min();
        Some((from, seq, next))
    }
}

impl Case for Role {
    type Settings = Settings;
    type Fact = Fact;

    fn fact(kind: &str, data: Data<'_>) -> Result<Option<Fact>, DataError> {
        #[derive(Deserialize)]
        struct Read {
            role_kind: Kind,
            mandatory: Option<bool>,
            unit: Option<String>,
            from: Option<Day>,
            until: Option<Day>,
            acting: Option<bool>,
        }
        let read = |data: Data<'_>| data.read::<Read>();
        let (read, is_assigned) = match kind {
            "role.assigned" => (read(data)?, true),
            "role.vacated" => (read(data)?, false),
            _ => return Ok(None),
        };
        let Read { role_kind: kind, mandatory, unit, from, until, acting } = read;
        let what = if is_assigned {
            What::Assigned { from, until, acting: acting.unwrap_or(false) }
        } else {
            What::Vacated { from }
        };
        Ok(Some(Fact { kind, mandatory, unit, what }))
    }

    /// On the day of a handover the one goes before the other comes.
    fn rank(fact: &Fact) -> u8 {
        match fact.what {
            What::Vacated { .. } => 0,
            What::Assigned { .. } => 1,
        }
    }

    fn fold(settings: &Settings, facts: &[Happened<Fact>]) -> Option<Role> {
        Role::fold_by(settings, &Calendars::default(), facts)
    }

    fn fold_by(settings: &Settings, calendars: &Calendars, facts: &[Happened<Fact>]) -> Option<Role> {
        let mut role = Role {
            kind: facts.first()?.fact.kind,
            mandatory: None,
            unit: None,
            holdings: Vec::new(),
            vacated: None,
            vacancy: None,
            odd: Vec::new(),
        };
        for happened in facts {
            let Fact { kind, mandatory, unit, what } = &happened.fact;
            role.kind = *kind;
            role.mandatory = mandatory.or(role.mandatory);
            if unit.is_some() {
                role.unit.clone_from(unit);
            }
            match what {
                What::Assigned { from, until, acting } => {
                    let from = from.unwrap_or(happened.day);
                    if until.is_some_and(|until| until < from) {
                        role.odd.push(happened.seq);
                        continue;
                    }
                    let (until, acting, seq) = (*until, *acting, happened.seq);
                    role.holdings.push(Holding { from, until, acting, seq });
                }
                What::Vacated { from } => {
                    let from = from.unwrap_or(happened.day);
                    let held =
                        |it: &&mut Holding| it.from < from && it.until.is_none_or(|until| until >= from);
                    for holding in role.holdings.iter_mut().filter(held) {
                        (holding.until, holding.seq) = (Some(from.plus(-1)), happened.seq);
                    }
                    role.vacated = Some((from, happened.seq));
                }
            }
        }
        let calendar = calendars.of(Nation::EnglandAndWales);
        role.vacancy = role.vacancy().map(|(from, seq, until)| {
            let due = calendar.working_day_after(from, settings.role_vacancy_working_days);
            Vacancy { from, seq, due, until }
        });
        Some(role)
    }

    fn alarms(&self, settings: &Settings) -> Vec<Alarm> {
        let Some(vacancy) = self.vacancy.filter(|_| self.must_be_held(settings)) else { return Vec::new() };
        let alarm = Alarm::new(&VACANT, STAGE, vacancy.due.end());
        let alarm = vacancy.until.map_or(alarm, |until| alarm.until(until.start()));
        if alarm.until.is_some_and(|until| until <= alarm.at) { Vec::new() } else { vec![alarm] }
    }

    fn alert(&self, settings: &Settings, _: &Alarm, alert: Alert) -> Alert {
        let Some(vacancy) = self.vacancy else { return alert };
        let words = format!(
            "Nobody holds the role since {}. It may stay vacant for {} working days behind that day (setting \
             role_vacancy_working_days): until {}.",
            vacancy.from.in_words(),
            settings.role_vacancy_working_days,
            vacancy.due.in_words()
        );
        alert.arithmetic(words).evidence([vacancy.seq])
    }

    fn cleared(&self, _: &Settings, _: &str, _: &str) -> String {
        match self.holdings.last() {
            Some(last) => format!("it is held from {} on, or need not be held", last.from.in_words()),
            None => "it need not be held".to_owned(),
        }
    }
}

/// All roles, and those that have to be there and were never given to anybody.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Roles {
    pub(crate) fold: CaseFold<Role>,
    /// The kind of each role that was ever held.
    held: BTreeMap<String, Kind>,
    /// The first entry about a role or a policy: before it nothing was known to be missing.
    first: Option<(Instant, u64)>,
    watch: Watch,
}

impl Roles {
    pub(crate) fn begin(&mut self, settings: &Settings, event: &Event, out: &mut Outcome) {
        if self.first.is_none() {
            self.first = Some((event.recorded, event.seq));
            self.work_out(settings, event.recorded, out);
        }
    }

    pub(crate) fn apply(&mut self, settings: &Settings, event: &Event, out: &mut Outcome) {
        let (held, mut is_other) = (&mut self.held, event.kind.starts_with("calendar."));
        self.fold.apply_with(settings, event, out, &mut |name, role| {
            is_other = true;
            match role.filter(|role| !role.holdings.is_empty() || role.vacated.is_some()) {
                Some(role) => _ = held.insert(name.to_owned(), role.kind),
                None => _ = held.remove(name),
            }
        });
        if is_other {
            self.work_out(settings, event.recorded, out);
        }
    }

    pub(crate) fn tick(&mut self, settings: &Settings, now: Instant, out: &mut Outcome) {
        self.fold.tick(settings, now, out);
        for subject in self.watch.due(now) {
            let Some(kind) = settings.roles_required.iter().find(|kind| kind.subject() == subject) else {
                continue;
            };
            let alarms: Vec<Alarm> = self.alarm(settings, *kind).into_iter().collect();
            let mut watch = std::mem::take(&mut self.watch);
            let words = |_: &Alarm, alert| self.words(settings, *kind, alert);
            watch.tick(&subject, &alarms, now, words, |_, _| String::new(), out);
            self.watch = watch;
        }
    }

    pub(crate) fn wake(&self) -> Option<Instant> {
        [self.fold.wake(), self.watch.wake()].into_iter().flatten().min()
    }

    /// The kinds that have to be there and never were.
    pub(crate) fn missing(&self, settings: &Settings) -> Vec<Kind> {
        let is_missing = |kind: &Kind| !self.held.values().any(|held| kind.is_met_by(*held));
        settings.roles_required.iter().copied().filter(is_missing).collect()
    }

    fn work_out(&mut self, settings: &Settings, now: Instant, out: &mut Outcome) {
        for kind in &settings.roles_required {
            let alarms: Vec<Alarm> = self.alarm(settings, *kind).into_iter().collect();
            self.watch.set(&kind.subject(), &alarms, now, |_, _| "the role is on record now".to_owned(), out);
        }
    }

    fn alarm(&self, settings: &Settings, kind: Kind) -> Option<Alarm> {
        let is_missing = self.missing(settings).contains(&kind);
        let due = self.due(settings).filter(|_| is_missing)?;
        Some(Alarm::new(&VACANT, NEVER, due.end()))
    }

    fn due(&self, settings: &Settings) -> Option<Day> {
        let first = Day::in_london(self.first?.0);
        let calendar = self.fold.calendars().of(Nation::EnglandAndWales);
        Some(calendar.working_day_after(first, settings.role_vacancy_working_days))
    }

    fn words(&self, settings: &Settings, kind: Kind, alert: Alert) -> Alert {
        let (first, seq) = self.first.unwrap_or_default();
        let words = format!(
            "{}: the policies give this role duties, and no entry says that anybody ever held it, {} working days (setting \
             role_vacancy_working_days) behind the first entry about policies or roles, of {}.",
            kind.name(),
            settings.role_vacancy_working_days,
            Day::in_london(first).in_words()
        );
        alert.arithmetic(words).evidence([seq])
    }
}
