//! Reports that information or a system was used for something other than official business.

use muniment_sdk::{Alarm, Alert, Case, Data, DataError, Happened, Touched};
use serde::{Deserialize, Serialize};

use crate::Settings;
use crate::moment::At;
use crate::rules::MISUSED;

const REPORTED: &str = "reported";

/// What an event about an incident says, so far as misuse is concerned.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Fact {
    /// What it looks like, as reported or as triaged; nothing where that was not said.
    LooksLike(Option<Kind>),
    /// Nothing had happened.
    Unsubstantiated,
    /// Nothing more is to be done.
    Closed,
}

/// Whether it is misuse.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Kind {
    Misuse,
    Other,
}

/// A report of misuse.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Misuse {
    pub(crate) reported: At,
    pub(crate) unsubstantiated: Option<At>,
    pub(crate) closed: Option<At>,
}

#[derive(Deserialize)]
struct OfKind {
    kind: Option<String>,
}

impl Case for Misuse {
    type Settings = Settings;
    type Fact = Fact;

    fn fact(kind: &str, data: Data<'_>) -> Result<Option<Fact>, DataError> {
        Ok(Some(match kind {
            "incident.reported" | "incident.triaged" => {
                let kind = data.read::<OfKind>()?.kind;
                Fact::LooksLike(kind.map(|kind| if kind == "misuse" { Kind::Misuse } else { Kind::Other }))
            }
            "incident.unsubstantiated" => Fact::Unsubstantiated,
            "incident.closed" => Fact::Closed,
            _ => return Ok(None),
        }))
    }

    fn rank(fact: &Fact) -> u8 {
        match fact {
            Fact::LooksLike(_) => 0,
            Fact::Unsubstantiated => 1,
            Fact::Closed => 2,
        }
    }

    fn fold(_: &Settings, facts: &[Happened<Fact>]) -> Option<Misuse> {
        let mut misuse: Option<Misuse> = None;
        let (mut unsubstantiated, mut closed) = (None, None);
        for happened in facts {
            let at = At::of(happened);
            match happened.fact {
                Fact::LooksLike(Some(Kind::Misuse)) => {
                    misuse.get_or_insert(Misuse { reported: at, unsubstantiated: None, closed: None });
                }
                Fact::LooksLike(Some(Kind::Other)) => misuse = None,
                Fact::LooksLike(None) => {}
                Fact::Unsubstantiated => unsubstantiated = Some(at),
                Fact::Closed => closed = Some(at),
            }
        }
        misuse.map(|misuse| Misuse { unsubstantiated, closed, ..misuse })
    }

    fn counts_by(_: &Touched) -> bool {
        false
    }

    fn alarms(&self, _: &Settings) -> Vec<Alarm> {
        if self.unsubstantiated.is_some() || self.closed.is_some() {
            return Vec::new();
        }
        vec![Alarm::new(&MISUSED, REPORTED, self.reported.time)]
    }

    fn alert(&self, _: &Settings, _: &Alarm, alert: Alert) -> Alert {
        let words = format!(
            "Reported or triaged as misuse {}. It stands until the incident is closed, or found to be something else.",
            self.reported.time.in_london()
        );
        alert.arithmetic(words).evidence([self.reported.seq])
    }

    fn cleared(&self, _: &Settings, _: &str, _: &str) -> String {
        match (self.unsubstantiated, self.closed) {
            (Some(at), _) => format!("nothing of the kind had happened: so found on {}", at.day.in_words()),
            (None, Some(at)) => format!("the incident was closed on {}", at.day.in_words()),
            (None, None) => "the report was corrected".to_owned(),
        }
    }
}
