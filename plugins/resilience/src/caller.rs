//! A-CHN-1: teams, and whether they were told how to check who is calling.

use muniment_sdk::{Alarm, Alert, Case, Data, DataError, Day, Happened};
use serde::{Deserialize, Serialize};

use crate::{At, NOT_BRIEFED, Settings, earlier, why};

const OVERDUE: &str = "briefing-overdue";
const NEVER: &str = "never-briefed";

/// A team that answers calls.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Team {
    pub(crate) unit: Option<String>,
    /// None where calls are recorded without a team.
    pub(crate) name: Option<String>,
    pub(crate) briefings: Vec<(At, Option<Day>)>,
    /// Callers that were not believed, and whether anything was given out all the same.
    pub(crate) failed: Vec<(At, bool)>,
}

/// What an event about callers says. The team is kept as the subject of alerts, so that all that is recorded about it,
/// under whatever number, is one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Fact {
    team: Option<String>,
    unit: Option<String>,
    what: What,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
enum What {
    Briefed { next_due: Option<Day> },
    Failed { given_out: bool },
}

#[derive(Deserialize)]
struct Said {
    team: Option<String>,
    unit: Option<String>,
    next_due: Option<Day>,
    given_out: Option<bool>,
}

impl Team {
    /// The last day on which the next briefing is in time.
    pub(crate) fn due(&self, settings: &Settings) -> Option<Day> {
        let (at, named) = self.briefings.last()?;
        Some(earlier(*named, at.day, settings.brief_months))
    }
}

impl Case for Team {
    type Settings = Settings;
    type Fact = Fact;

    fn fact(kind: &str, data: Data<'_>) -> Result<Option<Fact>, DataError> {
        let is_briefing = match kind {
            "caller.briefed" => true,
            "caller.check_failed" => false,
            _ => return Ok(None),
        };
        let Said { team, unit, next_due, given_out } = data.read()?;
        let failed = What::Failed { given_out: given_out.unwrap_or(false) };
        let what = if is_briefing { What::Briefed { next_due } } else { failed };
        Ok(Some(Fact { team: team.map(|team| format!("team/{team}")), unit, what }))
    }

    fn part_of(fact: &Fact) -> Option<&str> {
        fact.team.as_deref()
    }

    fn rank(fact: &Fact) -> u8 {
        match fact.what {
            What::Failed { .. } => 0,
            What::Briefed { .. } => 1,
        }
    }

    fn fold(_: &Settings, facts: &[Happened<Fact>]) -> Option<Team> {
        let mut team = Team::default();
        for happened in facts {
            let at = At::of(happened);
            let Fact { team: name, unit, what } = &happened.fact;
            team.unit = unit.clone().or(team.unit);
            team.name = name.clone().or(team.name);
            // What is recorded twice happened once, and comes one behind the other.
            match what {
                What::Briefed { next_due }
                    if team.briefings.last().is_none_or(|(known, _)| known.time != at.time) =>
                {
                    team.briefings.push((at, *next_due));
                }
                What::Failed { given_out }
                    if team.failed.last().is_none_or(|(known, _)| known.time != at.time) =>
                {
                    team.failed.push((at, *given_out));
                }
                What::Briefed { .. } | What::Failed { .. } => {}
            }
        }
        (!facts.is_empty()).then_some(team)
    }

    fn alarms(&self, settings: &Settings) -> Vec<Alarm> {
        if self.name.is_none() {
            return Vec::new();
        }
        if let Some(due) = self.due(settings) {
            return vec![Alarm::new(&NOT_BRIEFED, OVERDUE, due.end())];
        }
        // A team that has callers it cannot believe, and was never told how to check them.
        self.failed.first().map(|(at, _)| Alarm::new(&NOT_BRIEFED, NEVER, at.day.end())).into_iter().collect()
    }

    fn alert(&self, settings: &Settings, _: &Alarm, alert: Alert) -> Alert {
        if let (Some((at, named)), Some(due)) = (self.briefings.last(), self.due(settings)) {
            let words = format!(
                "Last briefed on {}. To be briefed again by {}: {}.",
                at.day.in_words(),
                due.in_words(),
                why(*named, at.day, settings.brief_months, "brief_months"),
            );
            return alert.arithmetic(words).evidence([at.seq]);
        }
        let Some((first, _)) = self.failed.first() else { return alert };
        let words = format!(
            "A caller was not believed on {}, and no entry says that the team was ever told how to check who is calling.",
            first.day.in_words()
        );
        alert.arithmetic(words).evidence(self.failed.iter().map(|(at, _)| at.seq))
    }

    fn cleared(&self, _: &Settings, _: &str, _: &str) -> String {
        match self.briefings.last() {
            Some((at, _)) => format!("the team was briefed {}", at.day),
            None => "it is no longer so".to_owned(),
        }
    }
}
