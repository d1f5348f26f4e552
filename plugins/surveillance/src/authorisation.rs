//! An authorisation of covert surveillance, and how long it holds.

use muniment_sdk::law::{
    INFORMANT, INFORMANT_JUVENILE, INFORMANT_JUVENILE_BEFORE_2018, SURVEILLANCE, TimeLimit,
};
use muniment_sdk::{Alarm, Alert, Calendars, Case, Data, DataError, Day, Happened, Nation};
use serde::{Deserialize, Serialize};

use crate::Settings;

/// What was authorised.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Kind {
    DirectedSurveillance,
    CovertHumanIntelligenceSource,
    CommunicationsData,
}

impl Kind {
    pub(crate) const ALL: [Kind; 3] =
        [Kind::DirectedSurveillance, Kind::CovertHumanIntelligenceSource, Kind::CommunicationsData];

    /// Its name, for people.
    pub(crate) fn title(self) -> &'static str {
        match self {
            Kind::DirectedSurveillance => "Directed surveillance",
            Kind::CovertHumanIntelligenceSource => "Covert human intelligence sources",
            Kind::CommunicationsData => "Communications data",
        }
    }

    /// Whether it may not begin before a magistrate approves. Requests for communications data have gone to an
    /// independent office since the Investigatory Powers Act 2016.
    fn needs_magistrate(self) -> bool {
        self != Kind::CommunicationsData
    }
}

/// What an event about an authorisation says.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) enum Fact {
    Authorised(Granted),
    Decided { approved: bool, starts: Option<Day>, expires: Option<Day> },
    Reviewed { due: Option<Day> },
    Renewed { expires: Day, court: bool },
    Cancelled,
}

/// What the authorising officer recorded.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Granted {
    kind: Kind,
    authorised_by: String,
    necessary: Option<bool>,
    proportionate: Option<bool>,
    collateral_considered: Option<bool>,
    juvenile: Option<bool>,
    starts: Option<Day>,
    expires: Option<Day>,
    unit: Option<String>,
}

/// What is known of an authorisation that nobody recorded.
const UNKNOWN: Granted = Granted {
    kind: Kind::DirectedSurveillance,
    authorised_by: String::new(),
    necessary: None,
    proportionate: None,
    collateral_considered: None,
    juvenile: None,
    starts: None,
    expires: None,
    unit: None,
};

/// Something happened on a day, and an entry says so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct On {
    pub(crate) day: Day,
    pub(crate) seq: u64,
}

/// An authorisation, as it stands.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Authorisation {
    /// Whether an entry says that it was given.
    pub(crate) is_recorded: bool,
    pub(crate) kind: Kind,
    pub(crate) authorised_by: String,
    pub(crate) unit: Option<String>,
    pub(crate) authorised: On,
    /// Whether it was recorded that it is necessary and proportionate and that others were considered.
    pub(crate) is_weighed: bool,
    pub(crate) decided: Option<(On, bool)>,
    /// The first day on which it holds, where it does.
    pub(crate) starts: Option<Day>,
    /// The last day, by what was set and by the law, whichever is earlier.
    pub(crate) expires: Option<Day>,
    /// Days that were set later than the law allows.
    pub(crate) too_long: Vec<On>,
    pub(crate) renewed: Vec<On>,
    /// Renewals of which no court is named, or behind the end of what they renew.
    pub(crate) renewed_wrongly: Vec<On>,
    pub(crate) reviewed: Vec<On>,
    pub(crate) review_due: Option<Day>,
    pub(crate) cancelled: Option<On>,
    juvenile: bool,
}

impl Authorisation {
    fn new(granted: &Granted, on: On) -> Authorisation {
        let said = [granted.necessary, granted.proportionate, granted.collateral_considered];
        let mut new = Authorisation {
            is_recorded: true,
            kind: granted.kind,
            authorised_by: granted.authorised_by.clone(),
            unit: granted.unit.clone(),
            authorised: on,
            is_weighed: said.iter().all(|said| *said == Some(true)),
            decided: None,
            starts: None,
            expires: granted.expires,
            too_long: Vec::new(),
            renewed: Vec::new(),
            renewed_wrongly: Vec::new(),
            reviewed: Vec::new(),
            review_due: None,
            cancelled: None,
            juvenile: granted.juvenile.unwrap_or(false),
        };
        if !granted.kind.needs_magistrate() {
            new.begin(granted.starts.unwrap_or(on.day), granted.expires, on);
        }
        new
    }

    /// The last day that the law allows, counted from one on which it takes effect.
    fn latest(&self, from: Day) -> Option<Day> {
        let juvenile = [&INFORMANT_JUVENILE, &INFORMANT_JUVENILE_BEFORE_2018];
        let limit = match self.kind {
            Kind::DirectedSurveillance => &SURVEILLANCE,
            Kind::CovertHumanIntelligenceSource if self.juvenile => TimeLimit::at(&juvenile, from).ok()?,
            Kind::CovertHumanIntelligenceSource => &INFORMANT,
            Kind::CommunicationsData => return None,
        };
        // Months of the calendar know no holidays.
        limit.deadline(from, &Calendars::default(), Nation::EnglandAndWales).ok().map(|deadline| deadline.due)
    }

    fn begin(&mut self, starts: Day, expires: Option<Day>, on: On) {
        self.starts = Some(starts);
        self.expire(starts, expires.or(self.expires), on);
    }

    fn expire(&mut self, from: Day, set: Option<Day>, on: On) {
        let latest = self.latest(from);
        if set.zip(latest).is_some_and(|(set, latest)| latest < set) {
            once(&mut self.too_long, on);
        }
        self.expires = [set, latest].into_iter().flatten().min();
    }

    fn take(&mut self, on: On, fact: &Fact) {
        match fact {
            Fact::Authorised(_) => {}
            Fact::Decided { approved, starts, expires } => {
                if self.decided.is_none_or(|(_, earlier)| !earlier) {
                    self.decided = Some((on, *approved));
                    if *approved {
                        self.begin(starts.unwrap_or(on.day), *expires, on);
                    }
                }
            }
            Fact::Reviewed { due } => {
                once(&mut self.reviewed, on);
                self.review_due = *due;
            }
            Fact::Renewed { expires, court } => {
                let is_known = self.renewed.iter().any(|known| known.day == on.day);
                let is_over = self.expires.is_none_or(|expires| expires < on.day);
                if is_over || (self.kind.needs_magistrate() && !court) {
                    once(&mut self.renewed_wrongly, on);
                }
                once(&mut self.renewed, on);
                // A renewal takes effect when what it renews would have ceased to.
                if !is_known && !is_over {
                    let from = self.expires.map_or(on.day, |expires| expires.plus(1));
                    self.expire(from, Some(*expires), on);
                }
            }
            Fact::Cancelled => self.cancelled = self.cancelled.or(Some(on)),
        }
    }

    pub(crate) fn was_refused(&self) -> bool {
        self.decided.is_some_and(|(_, approved)| !approved)
    }

    /// The last day on which it held, where that is over or known.
    pub(crate) fn last_day(&self) -> Option<Day> {
        [self.expires, self.cancelled.map(|on| on.day)].into_iter().flatten().min()
    }
}

/// Keeps what happened on a day once, however often it is recorded.
fn once(list: &mut Vec<On>, on: On) {
    if !list.iter().any(|known| known.day == on.day) {
        list.push(on);
    }
}

impl Case for Authorisation {
    type Settings = Settings;
    type Fact = Fact;

    fn fact(kind: &str, data: Data<'_>) -> Result<Option<Fact>, DataError> {
        #[derive(Deserialize)]
        struct Decided {
            approved: bool,
            starts: Option<Day>,
            expires: Option<Day>,
        }
        #[derive(Deserialize)]
        struct Reviewed {
            review_due: Option<Day>,
        }
        #[derive(Deserialize)]
        struct Renewed {
            expires: Day,
            court_ref: Option<String>,
        }
        Ok(Some(match kind {
            "ripa.authorised" => Fact::Authorised(data.read()?),
            "ripa.judicially_approved" => {
                let Decided { approved, starts, expires } = data.read()?;
                Fact::Decided { approved, starts, expires }
            }
            "ripa.reviewed" => Fact::Reviewed { due: data.read::<Reviewed>()?.review_due },
            "ripa.renewed" => {
                let Renewed { expires, court_ref } = data.read()?;
                Fact::Renewed { expires, court: court_ref.is_some() }
            }
            "ripa.cancelled" => Fact::Cancelled,
            _ => return Ok(None),
        }))
    }

    fn rank(fact: &Fact) -> u8 {
        match fact {
            Fact::Authorised(_) => 0,
            Fact::Decided { .. } => 1,
            Fact::Reviewed { .. } => 2,
            Fact::Renewed { .. } => 3,
            Fact::Cancelled => 4,
        }
    }

    /// Of what nobody recorded as authorised only that is known, whatever else was recorded of it.
    fn fold(_: &Settings, facts: &[Happened<Fact>]) -> Option<Authorisation> {
        let of = |happened: &Happened<Fact>| On { day: happened.day, seq: happened.seq };
        let first = facts.first()?;
        let authorised = facts.iter().find_map(|happened| match &happened.fact {
            Fact::Authorised(granted) => Some(Authorisation::new(granted, of(happened))),
            _ => None,
        });
        let Some(mut found) = authorised else {
            return Some(Authorisation { is_recorded: false, ..Authorisation::new(&UNKNOWN, of(first)) });
        };
        let from = found.authorised.day;
        for happened in facts.iter().filter(|happened| from <= happened.day) {
            found.take(of(happened), &happened.fact);
        }
        Some(found)
    }

    fn alarms(&self, _: &Settings) -> Vec<Alarm> {
        Vec::new()
    }

    fn alert(&self, _: &Settings, _: &Alarm, alert: Alert) -> Alert {
        alert
    }
}
