//! Documents and the marking that each carries.

use muniment_sdk::{Alarm, Alert, Case, Data, DataError, Day, Happened, Severity};
use serde::{Deserialize, Serialize};

use crate::scheme::{Fault, Scheme, Tier, fault};
use crate::{On, Settings, UNMARKED, WRONG_SCHEME};

/// A document was marked.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Fact {
    scheme: Scheme,
    tier: Tier,
    sensitive: bool,
    created: Option<Day>,
    /// It carried another marking before.
    is_change: bool,
    owner: Option<String>,
    unit: Option<String>,
}

#[derive(Deserialize)]
struct Marked {
    scheme: Scheme,
    tier: Tier,
    sensitive: Option<bool>,
    #[serde(default)]
    descriptors: Vec<String>,
    created_on: Option<Day>,
    owner: Option<String>,
    unit: Option<String>,
}

/// A document as it stands.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Document {
    pub(crate) owner: Option<String>,
    pub(crate) unit: Option<String>,
    /// All that it carried; the last is what it carries.
    pub(crate) marks: Vec<Mark>,
}

/// A marking.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Mark {
    pub(crate) on: On,
    pub(crate) scheme: Scheme,
    pub(crate) tier: Tier,
    pub(crate) sensitive: bool,
    pub(crate) fault: Option<Fault>,
    /// When the document was made.
    created: Option<Day>,
    is_change: bool,
}

impl Mark {
    pub(crate) fn is_sensitive_and_unmarked(&self) -> bool {
        self.tier == Tier::Unmarked && self.sensitive
    }

    /// Whether the document is said to have been made after it was marked.
    pub(crate) fn is_before_creation(&self) -> bool {
        self.created.is_some_and(|created| self.on.day < created)
    }

    /// The marking as it stands on the document.
    pub(crate) fn title(&self) -> &'static str {
        if self.tier == Tier::Official && self.sensitive { "OFFICIAL-SENSITIVE" } else { self.tier.title() }
    }
}

impl Document {
    /// What it carries.
    pub(crate) fn mark(&self) -> Option<&Mark> {
        self.marks.last()
    }

    fn take(&mut self, settings: &Settings, on: On, fact: &Fact) {
        let Fact { scheme, tier, sensitive, created, is_change, .. } = *fact;
        // An old document may keep the marking of its day. Who gives it another gives one of that day.
        let made = created.filter(|created| !is_change && *created <= on.day);
        let fault = fault(settings, scheme, tier, [made.unwrap_or(on.day), on.day]);
        self.marks.push(Mark { on, scheme, tier, sensitive, fault, created, is_change });
        self.owner = fact.owner.clone().or(self.owner.take());
        self.unit = fact.unit.clone().or(self.unit.take());
    }
}

impl Case for Document {
    type Settings = Settings;
    type Fact = Fact;

    fn fact(kind: &str, data: Data<'_>) -> Result<Option<Fact>, DataError> {
        if kind != "marking.applied" && kind != "marking.changed" {
            return Ok(None);
        }
        let Marked { scheme, tier, sensitive, descriptors, created_on, owner, unit } = data.read()?;
        Ok(Some(Fact {
            scheme,
            tier,
            // What has a descriptor is sensitive: the descriptor says why.
            sensitive: sensitive.unwrap_or(!descriptors.is_empty()),
            created: created_on,
            is_change: kind == "marking.changed",
            owner,
            unit,
        }))
    }

    fn rank(fact: &Fact) -> u8 {
        u8::from(fact.is_change)
    }

    fn fold(settings: &Settings, facts: &[Happened<Fact>]) -> Option<Document> {
        let mut document = Document { owner: None, unit: None, marks: Vec::new() };
        for (place, happened) in facts.iter().enumerate() {
            let before = place.checked_sub(1).and_then(|before| facts.get(before));
            let is_twice =
                |before: &Happened<Fact>| (before.time, &before.fact) == (happened.time, &happened.fact);
            if !before.is_some_and(is_twice) {
                document.take(settings, On::of(happened), &happened.fact);
            }
        }
        (!document.marks.is_empty()).then_some(document)
    }

    fn is_done(&self) -> bool {
        self.mark().is_some_and(|mark| mark.fault.is_none() && !mark.is_sensitive_and_unmarked())
    }

    fn alarms(&self, _: &Settings) -> Vec<Alarm> {
        let Some(mark) = self.mark() else { return Vec::new() };
        if mark.is_sensitive_and_unmarked() {
            return vec![Alarm::new(&UNMARKED, "unmarked", mark.on.time)];
        }
        mark.fault.map(|fault| Alarm::new(&WRONG_SCHEME, fault.stage(), mark.on.time)).into_iter().collect()
    }

    fn alert(&self, settings: &Settings, alarm: &Alarm, alert: Alert) -> Alert {
        let Some(mark) = self.mark() else { return alert };
        let alert = alert.arithmetic(words(settings, mark)).evidence([mark.on.seq]);
        // The two schemes look the same on a document.
        if alarm.stage.name == Fault::Superseded.stage() { alert.severity(Severity::Warning) } else { alert }
    }

    fn cleared(&self, _: &Settings, _: &str, _: &str) -> String {
        match self.mark() {
            Some(mark) => {
                format!("it is marked {} of {} since {}", mark.title(), mark.scheme.title(), mark.on.day)
            }
            None => "what it rested on was corrected".to_owned(),
        }
    }
}

fn words(settings: &Settings, mark: &Mark) -> String {
    let on = mark.on.day.in_words();
    let created = match mark.created {
        Some(_) if mark.is_change => {
            " What it is given anew is a marking of that day, whenever it was made.".to_owned()
        }
        Some(created) => format!(" It was made {}.", created.in_words()),
        None => String::new(),
    };
    let scheme = mark.scheme.words(settings);
    let given = format!("Marked {} of {} on {on}.{created}", mark.title(), mark.scheme.title());
    match mark.fault {
        _ if mark.is_sensitive_and_unmarked() => {
            format!("Recorded on {on} as sensitive and unmarked. What is sensitive carries a marking.")
        }
        Some(Fault::Obsolete | Fault::NotYet) => {
            format!("{given} {scheme} (gpms_last_day, gsc_2014_last_day).")
        }
        Some(Fault::Superseded) => {
            format!(
                "{given} {scheme} (gpms_last_day, gsc_2014_last_day); the scheme of 2023 has the same tiers."
            )
        }
        Some(Fault::InvalidTier) => format!("{given} That scheme has no such tier."),
        Some(Fault::NoUse) | None => {
            format!("{given} The organisation has no use for that tier (unused_tiers).")
        }
    }
}
