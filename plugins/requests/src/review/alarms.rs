//! What there is to be said about a review, and when.

use muniment_sdk::law::TimeLimit;
use muniment_sdk::{Alarm, Alert, Severity};

use super::{End, Review};
use crate::REVIEW_LATE;
use crate::apply::Regime;

const OVERDUE: &str = "overdue";
const PAST_40: &str = "past-40-working-days";

/// The alarms of a review, each from the time at which it stands.
pub(super) fn of(review: &Review) -> Vec<Alarm> {
    let (Some(due), Some(longest), true) = (review.due(), review.longest(), review.is_open()) else {
        return Vec::new();
    };
    let over = review.day_of(longest).end();
    let last = Alarm::new(&REVIEW_LATE, PAST_40, over);
    if due.end() < over {
        return vec![Alarm::new(&REVIEW_LATE, OVERDUE, due.end()).until(over), last];
    }
    vec![last]
}

/// Gives an alert its words and its evidence. Only under environmental information is a law broken; the limits of the code
/// of practice are what an organisation holds itself to.
pub(super) fn words(review: &Review, alarm: &Alarm, alert: Alert) -> Alert {
    let limit = if alarm.stage.name == PAST_40 { review.longest() } else { review.limit() };
    let mut words = String::new();
    if let (Some((to, notice)), OVERDUE) = (review.extension, alarm.stage.name) {
        words = format!(
            "Extended to {} by notice of {}. Without the notice: ",
            to.in_words(),
            notice.day.in_words()
        );
    }
    words.push_str(&limit.map(|limit| worked_out(review, limit)).unwrap_or_default());
    let seqs = [Some(review.asked.seq), review.extension.map(|(_, notice)| notice.seq)];
    let alert = alert.arithmetic(words).evidence(seqs.into_iter().flatten());
    if review.regime == Regime::Eir { alert } else { alert.severity(Severity::Policy) }
}

fn worked_out(review: &Review, limit: &TimeLimit) -> String {
    match review.clock.deadline(limit) {
        Ok(deadline) => deadline.words(),
        Err(none) => none.to_string(),
    }
}

/// Why an alert stands no longer.
pub(super) fn cleared(review: &Review) -> String {
    match review.ended {
        Some((End::Decided(_), on)) => format!("decided on {}", on.day.in_words()),
        Some((End::Withdrawn, on)) => format!("withdrawn on {}", on.day.in_words()),
        None => "this stage is over, or the due day another one".to_owned(),
    }
}
