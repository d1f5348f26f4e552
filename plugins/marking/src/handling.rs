//! What was done with information below its marking.
//!
//! That something was sent or destroyed wrongly cannot be undone. What can be done about it is done as an incident: who
//! records the handling with the number of one makes it part of that, and it ends with the incident.

use muniment_sdk::{Alarm, Alert, Case, Data, DataError, Happened};
use serde::{Deserialize, Serialize};

use crate::scheme::Tier;
use crate::{BELOW, On, Settings};

mod means;

pub use means::{Means, Method};

use means::{Action, Channel};

/// What an event about handling says.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) enum Fact {
    /// Somebody says that it was below the marking.
    Breach {
        tier: Tier,
        sensitive: bool,
        action: Action,
        channel: Option<Channel>,
        incident: Option<String>,
        unit: Option<String>,
    },
    Destroyed {
        marking: Marking,
        method: Method,
        unit: Option<String>,
    },
    Sent {
        marking: Marking,
        means: Means,
        shield: Shield,
        unit: Option<String>,
    },
    /// The incident is over, or was found to be none.
    IncidentOver,
}

/// The highest marking of what was sent or destroyed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Marking {
    #[default]
    None,
    Official,
    OfficialSensitive,
    Secret,
    TopSecret,
    ObsoleteScheme,
}

impl Marking {
    fn title(self) -> &'static str {
        match self {
            Marking::None => "Unmarked",
            Marking::Official => "OFFICIAL",
            Marking::OfficialSensitive => "OFFICIAL-SENSITIVE",
            Marking::Secret => "SECRET",
            Marking::TopSecret => "TOP SECRET",
            Marking::ObsoleteScheme => "A marking of an old scheme, treated as OFFICIAL-SENSITIVE,",
        }
    }

    /// Which of two lists of the settings applies: that of SENSITIVE, that of SECRET, or none.
    fn of<'s, T>(self, sensitive: &'s [T], secret: &'s [T]) -> &'s [T] {
        match self {
            Marking::None | Marking::Official => &[],
            Marking::OfficialSensitive | Marking::ObsoleteScheme => sensitive,
            Marking::Secret | Marking::TopSecret => secret,
        }
    }
}

/// What kept others from reading it on its way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Shield {
    Encrypted,
    Open,
    /// It came from elsewhere: who sent it answers for how.
    Incoming,
}

#[derive(Deserialize)]
struct Breach {
    tier: Tier,
    sensitive: Option<bool>,
    action: Action,
    channel: Option<Channel>,
    incident_ref: Option<String>,
    unit: Option<String>,
}

#[derive(Deserialize)]
struct Destroyed {
    #[serde(default)]
    marking: Marking,
    method: Method,
    unit: Option<String>,
}

#[derive(Deserialize)]
struct Transferred {
    #[serde(default)]
    marking: Marking,
    transfer_method: Means,
    direction: Direction,
    encrypted: Option<bool>,
    unit: Option<String>,
}

#[derive(Deserialize, PartialEq)]
#[serde(rename_all = "snake_case")]
enum Direction {
    Outgoing,
    Incoming,
    Internal,
}

#[derive(Deserialize)]
struct Released {
    #[serde(default)]
    marking: Marking,
    method: Means,
    unit: Option<String>,
}

/// What was done below its marking with a document or record, or with all of an incident.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Handling {
    pub(crate) unit: Option<String>,
    pub(crate) acts: Vec<Act>,
    /// The incident that it belongs to.
    pub(crate) incident: Option<String>,
    /// When that was over.
    pub(crate) over: Option<On>,
}

/// Something was done below its marking.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Act {
    pub(crate) on: On,
    /// The document or record.
    pub(crate) number: String,
    pub(crate) kind: Kind,
    /// What it was marked, what was done, and by which means.
    pub(crate) marking: &'static str,
    pub(crate) done: &'static str,
    pub(crate) by: Option<&'static str>,
    /// The setting that says so.
    setting: Option<&'static str>,
}

/// How it is known that something was below.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// By what was destroyed, and how.
    Destroyed,
    /// By what was sent, and how.
    Sent,
    /// Somebody says so.
    Reported,
}

impl Kind {
    pub(crate) const ALL: [Kind; 3] = [Kind::Destroyed, Kind::Sent, Kind::Reported];

    pub(crate) fn stage(self) -> &'static str {
        match self {
            Kind::Destroyed => "destroyed-below",
            Kind::Sent => "sent-below",
            Kind::Reported => "handled-below",
        }
    }

    pub(crate) fn title(self) -> &'static str {
        match self {
            Kind::Destroyed => "Destroyed below its marking",
            Kind::Sent => "Sent below its marking",
            Kind::Reported => "Reported as handled below its marking",
        }
    }
}

impl Handling {
    /// Whether something is left to be done about an act.
    pub(crate) fn is_open(&self, act: &Act) -> bool {
        self.over.is_none_or(|over| over.time < act.on.time)
    }

    fn first_open(&self, kind: Kind) -> Option<&Act> {
        self.acts.iter().find(|act| act.kind == kind && self.is_open(act))
    }

    fn take(&mut self, settings: &Settings, happened: &Happened<Fact>) {
        let on = On::of(happened);
        let number = || happened.subject.to_string();
        match &happened.fact {
            Fact::Breach { tier, sensitive, action, channel, incident, unit } => {
                let marking = match tier {
                    Tier::Official if *sensitive => "OFFICIAL-SENSITIVE",
                    tier => tier.title(),
                };
                self.incident = incident.clone().or(self.incident.take());
                self.unit = unit.clone().or(self.unit.take());
                self.acts.push(Act {
                    on,
                    number: number(),
                    kind: Kind::Reported,
                    marking,
                    done: action.name(),
                    by: channel.map(Channel::name),
                    setting: None,
                });
            }
            Fact::Destroyed { marking, method, unit } => {
                let lists = (&settings.methods_below_official_sensitive, &settings.methods_below_secret);
                if !marking.of(lists.0, lists.1).contains(method) {
                    return;
                }
                self.unit = unit.clone().or(self.unit.take());
                let setting = marking.of(&["methods_below_official_sensitive"], &["methods_below_secret"]);
                self.acts.push(Act {
                    on,
                    number: number(),
                    kind: Kind::Destroyed,
                    marking: marking.title(),
                    done: "destroyed",
                    by: Some(method.name()),
                    setting: setting.first().copied(),
                });
            }
            Fact::Sent { marking, means, shield, unit } => {
                // Encryption makes up for the means, but none that a council has makes up for SECRET.
                let is_secret = matches!(marking, Marking::Secret | Marking::TopSecret);
                let is_shielded = *shield == Shield::Incoming || (*shield == Shield::Encrypted && !is_secret);
                let lists = (&settings.means_below_official_sensitive, &settings.means_below_secret);
                if is_shielded || !marking.of(lists.0, lists.1).contains(means) {
                    return;
                }
                self.unit = unit.clone().or(self.unit.take());
                let setting = marking.of(&["means_below_official_sensitive"], &["means_below_secret"]);
                self.acts.push(Act {
                    on,
                    number: number(),
                    kind: Kind::Sent,
                    marking: marking.title(),
                    done: "sent",
                    by: Some(means.name()),
                    setting: setting.first().copied(),
                });
            }
            Fact::IncidentOver => self.over = Some(on),
        }
    }
}

impl Act {
    fn words(&self) -> String {
        let by = self.by.map_or_else(String::new, |by| format!(", by {by}"));
        let why = match self.setting {
            Some(setting) => format!(" {} does not allow that ({setting}).", self.marking),
            None => " It was reported as below that marking.".to_owned(),
        };
        let marked =
            if self.setting.is_some() { String::new() } else { format!(", marked {}", self.marking) };
        format!("{}{marked}: {} on {}{by}.{why}", self.number, self.done, self.on.day.in_words())
    }
}

impl Case for Handling {
    type Settings = Settings;
    type Fact = Fact;

    fn fact(kind: &str, data: Data<'_>) -> Result<Option<Fact>, DataError> {
        Ok(Some(match kind {
            "marking.handling_breach" => {
                let Breach { tier, sensitive, action, channel, incident_ref, unit } = data.read()?;
                let sensitive = sensitive.unwrap_or(false);
                Fact::Breach { tier, sensitive, action, channel, incident: incident_ref, unit }
            }
            "disposal.executed" | "media.destroyed" | "device.disposed" => {
                let Destroyed { marking, method, unit } = data.read()?;
                Fact::Destroyed { marking, method, unit }
            }
            "sharing.transfer_made" => {
                let Transferred { marking, transfer_method, direction, encrypted, unit } = data.read()?;
                let shield = match (direction, encrypted) {
                    (Direction::Incoming, _) => Shield::Incoming,
                    (_, Some(true)) => Shield::Encrypted,
                    (_, Some(false) | None) => Shield::Open,
                };
                Fact::Sent { marking, means: transfer_method, shield, unit }
            }
            "disclosure.released" => {
                let Released { marking, method, unit } = data.read()?;
                Fact::Sent { marking, means: method, shield: Shield::Open, unit }
            }
            "incident.closed" | "incident.unsubstantiated" | "breach.closed" => Fact::IncidentOver,
            _ => return Ok(None),
        }))
    }

    fn part_of(fact: &Fact) -> Option<&str> {
        match fact {
            Fact::Breach { incident, .. } => incident.as_deref(),
            Fact::Destroyed { .. } | Fact::Sent { .. } | Fact::IncidentOver => None,
        }
    }

    /// Of one day, an incident ends last.
    fn rank(fact: &Fact) -> u8 {
        u8::from(*fact == Fact::IncidentOver)
    }

    fn fold(settings: &Settings, facts: &[Happened<Fact>]) -> Option<Handling> {
        let mut handling = Handling { unit: None, acts: Vec::new(), incident: None, over: None };
        for (place, happened) in facts.iter().enumerate() {
            let before = place.checked_sub(1).and_then(|before| facts.get(before));
            let is_twice = |before: &Happened<Fact>| {
                (&before.subject, before.time, &before.fact)
                    == (&happened.subject, happened.time, &happened.fact)
            };
            if !before.is_some_and(is_twice) {
                handling.take(settings, happened);
            }
        }
        (!handling.acts.is_empty()).then_some(handling)
    }

    fn is_done(&self) -> bool {
        !self.acts.iter().any(|act| self.is_open(act))
    }

    fn alarms(&self, _: &Settings) -> Vec<Alarm> {
        let open = |kind: Kind| Some(Alarm::new(&BELOW, kind.stage(), self.first_open(kind)?.on.time));
        Kind::ALL.into_iter().filter_map(open).collect()
    }

    fn alert(&self, _: &Settings, alarm: &Alarm, alert: Alert) -> Alert {
        let is_of_stage = |act: &&Act| act.kind.stage() == alarm.stage.name && self.is_open(act);
        let acts: Vec<&Act> = self.acts.iter().filter(is_of_stage).collect();
        let mut words: Vec<String> = acts.iter().take(3).map(|act| act.words()).collect();
        if acts.len() > 3 {
            words.push(format!("{} in all.", acts.len()));
        }
        words.push(match &self.incident {
            Some(_) => "It stands until the incident is closed.".to_owned(),
            None => "It stands until it is recorded as part of an incident, and that is closed.".to_owned(),
        });
        alert.arithmetic(words.join(" ")).evidence(acts.iter().map(|act| act.on.seq))
    }

    fn cleared(&self, _: &Settings, _: &str, _: &str) -> String {
        match (self.over, &self.incident) {
            (Some(over), _) => format!("the incident was over {}", over.day),
            (None, Some(_)) => "it is told with others of its incident".to_owned(),
            (None, None) => "what it rested on was corrected".to_owned(),
        }
    }
}
