//! Questions to the information governance team.

use std::collections::BTreeMap;

use muniment_sdk::{
    Alarm, Alert, Calendars, Case, CaseFold, Data, DataError, Day, Event, Happened, Nation, Outcome,
};
use serde::{Deserialize, Serialize};

use crate::on::On;
use crate::{Settings, UNANSWERED};

const STAGE: &str = "unanswered";

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) enum Fact {
    Asked { topic: String, by: Option<String>, due: Option<Day>, unit: Option<String> },
    Given { topic: Option<String> },
}

/// A question, as it stands.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Question {
    pub(crate) topic: Option<String>,
    pub(crate) by: Option<String>,
    pub(crate) unit: Option<String>,
    pub(crate) asked: Option<On>,
    pub(crate) answered: Option<On>,
    pub(crate) due: Option<Day>,
    /// The day that was promised, where it is the earlier one.
    promised: Option<Day>,
}

impl Question {
    pub(crate) fn is_open(&self) -> bool {
        self.asked.is_some() && self.answered.is_none()
    }

    pub(crate) fn in_time(&self) -> bool {
        self.answered.zip(self.due).is_some_and(|(on, due)| on.day <= due)
    }
}

impl Case for Question {
    type Settings = Settings;
    type Fact = Fact;

    fn fact(kind: &str, data: Data<'_>) -> Result<Option<Fact>, DataError> {
        #[derive(Deserialize)]
        struct Asked {
            topic: String,
            asked_by_class: Option<String>,
            due: Option<Day>,
            unit: Option<String>,
        }
        #[derive(Deserialize)]
        struct Given {
            topic: Option<String>,
        }
        Ok(Some(match kind {
            "guidance.requested" => {
                let Asked { topic, asked_by_class: by, due, unit } = data.read()?;
                Fact::Asked { topic, by, due, unit }
            }
            "guidance.given" => Fact::Given { topic: data.read::<Given>()?.topic },
            _ => return Ok(None),
        }))
    }

    fn rank(fact: &Fact) -> u8 {
        match fact {
            Fact::Asked { .. } => 0,
            Fact::Given { .. } => 1,
        }
    }

    fn fold(settings: &Settings, facts: &[Happened<Fact>]) -> Option<Question> {
        Question::fold_by(settings, &Calendars::default(), facts)
    }

    fn fold_by(settings: &Settings, calendars: &Calendars, facts: &[Happened<Fact>]) -> Option<Question> {
        let mut question = Question {
            topic: None,
            by: None,
            unit: None,
            asked: None,
            answered: None,
            due: None,
            promised: None,
        };
        for happened in facts {
            let on = On::of(happened);
            match &happened.fact {
                Fact::Asked { topic, by, due, unit } => {
                    if question.asked.is_some() {
                        continue;
                    }
                    (question.asked, question.topic) = (Some(on), Some(topic.clone()));
                    (question.by, question.unit, question.promised) = (by.clone(), unit.clone(), *due);
                }
                Fact::Given { topic } => {
                    question.topic = question.topic.take().or_else(|| topic.clone());
                    question.answered.get_or_insert(on);
                }
            }
        }
        let calendar = calendars.of(Nation::EnglandAndWales);
        let counted = |on: On| calendar.working_day_after(on.day, settings.guidance_answer_working_days);
        question.due = question.asked.map(counted);
        question.promised = question.promised.filter(|day| question.due.is_some_and(|due| *day < due));
        question.due = question.promised.or(question.due);
        (!facts.is_empty()).then_some(question)
    }

    fn is_done(&self) -> bool {
        !self.is_open()
    }

    fn alarms(&self, _: &Settings) -> Vec<Alarm> {
        let due = self.due.filter(|_| self.is_open());
        due.map(|due| Alarm::new(&UNANSWERED, STAGE, due.end())).into_iter().collect()
    }

    fn alert(&self, settings: &Settings, _: &Alarm, alert: Alert) -> Alert {
        let Some((asked, due)) = self.asked.zip(self.due) else { return alert };
        let (day, due) = (asked.day.in_words(), due.in_words());
        let words = if self.promised.is_some() {
            format!("Asked on {day}; an answer was promised for {due}.")
        } else {
            let days = settings.guidance_answer_working_days;
            format!(
                "Asked on {day}; it is to be answered within {days} working days in England and Wales (setting \
                 guidance_answer_working_days), the day behind as day 1: by {due}."
            )
        };
        alert.arithmetic(words).evidence([asked.seq])
    }

    fn cleared(&self, _: &Settings, _: &str, _: &str) -> String {
        match self.answered {
            Some(on) => format!("it was answered on {}", on.day.in_words()),
            None => "it is due on another day".to_owned(),
        }
    }
}

/// All questions.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Questions {
    pub(crate) fold: CaseFold<Question>,
    /// Which question an entry answers that stands under another number, for corrections of it.
    elsewhere: BTreeMap<u64, String>,
}

impl Questions {
    pub(crate) fn apply(&mut self, settings: &Settings, event: &Event, out: &mut Outcome) {
        #[derive(Deserialize)]
        struct Names {
            guidance_ref: Option<String>,
            target: Option<u64>,
        }
        let names = event.data::<Names>().ok();
        let of_question = match event.kind.as_str() {
            "guidance.given" => names.and_then(|names| names.guidance_ref),
            "ledger.correction_recorded" => {
                names.and_then(|names| self.elsewhere.get(&names.target?).cloned())
            }
            _ => None,
        };
        let Some(question) = of_question.filter(|question| Some(question) != event.subject.as_ref()) else {
            return self.fold.apply(settings, event, out);
        };
        if event.kind == "guidance.given" {
            self.elsewhere.insert(event.seq, question.clone());
        }
        self.fold.apply(settings, &Event { subject: Some(question), ..event.clone() }, out);
    }
}
