//! Breaches by somebody whose training had lapsed.

use muniment_sdk::{Alarm, Alert, CaseFold, Instant};

use super::Counted;
use crate::apply::TrainingValid;
use crate::learner::{Learner, Training};
use crate::{REPEATED, Settings};

const STAGE: &str = "training-lapsed";

/// What is known of the training of whoever was involved in a breach.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Lapse {
    counted: Counted,
    /// What the register of training says.
    register: Option<Training>,
    /// When training was taken again, behind the breach.
    taken: Option<Instant>,
}

/// What is known; nothing where neither the entries about the breach nor those about training say anything.
pub(crate) fn of(counted: &Counted, settings: &Settings, people: &CaseFold<Learner>) -> Option<Lapse> {
    let learner = counted.person.as_ref().and_then(|person| people.case(settings, person));
    let register = learner.as_ref().map(|learner| learner.on(counted.day));
    let taken = learner.as_ref().and_then(|learner| learner.taken_after(counted.aware));
    let lapse = Lapse { counted: counted.clone(), register, taken };
    (counted.training.is_some() || register.is_some()).then_some(lapse)
}

impl Lapse {
    /// Whether it had lapsed. What was found for the breach itself goes before what the register says, as training may have
    /// been taken that it does not know of.
    pub(crate) fn had_lapsed(&self) -> bool {
        match self.counted.training {
            Some((TrainingValid::No, _)) => true,
            Some((TrainingValid::Yes | TrainingValid::NotApplicable, _)) => false,
            Some((TrainingValid::Unknown, _)) | None => self.lapsed_by_register(),
        }
    }

    fn lapsed_by_register(&self) -> bool {
        matches!(self.register, Some(Training::Lapsed { .. }))
    }

    /// Whether the entries about the breach say that training was valid, and the register that it was not.
    pub(crate) fn contradicts(&self) -> bool {
        matches!(self.counted.training, Some((TrainingValid::Yes, _))) && self.lapsed_by_register()
    }

    /// Until the training is taken again, or the case is closed.
    pub(super) fn alarm(&self) -> Option<Alarm> {
        if !self.had_lapsed() || self.counted.is_closed {
            return None;
        }
        let alarm = Alarm::new(&REPEATED, STAGE, self.counted.aware);
        Some(self.taken.map_or(alarm, |taken| alarm.until(taken)))
    }

    pub(super) fn words(&self, settings: &Settings, alert: Alert) -> Alert {
        let Counted { seq, day, training, .. } = &self.counted;
        let mut evidence = vec![*seq];
        let mut words = format!("The breach happened on or before {}.", day.in_words());
        if let Some((TrainingValid::No, recorded)) = training {
            words.push_str(" It was recorded that whoever was involved held no valid training then.");
            evidence.push(*recorded);
        }
        if let Some(Training::Lapsed { since, seq, was_completed }) = self.register {
            let what = if was_completed {
                "counted until"
            } else {
                "had been assigned, was never completed and was due by"
            };
            let end = since.plus(-i32::from(settings.training_grace_days));
            words.push_str(&format!(
                " By the register of training, the training of the person involved {what} {}; with {} days of grace (setting \
                 training_grace_days) it had lapsed from {} on.",
                end.in_words(),
                settings.training_grace_days,
                since.plus(1).in_words(),
            ));
            evidence.push(seq);
        }
        evidence.dedup();
        alert.arithmetic(words).evidence(evidence)
    }
}

pub(super) fn cleared(counted: Option<&Counted>, lapse: Option<&Lapse>) -> String {
    let Some(counted) = counted else { return "it counts as no breach of theirs any more".to_owned() };
    if counted.is_closed {
        return "the breach was closed".to_owned();
    }
    match lapse.and_then(|lapse| lapse.taken) {
        Some(taken) => format!("training was taken again {}", taken.in_london()),
        None => "by what is recorded now the training had not lapsed".to_owned(),
    }
}
