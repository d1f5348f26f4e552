//! The publication scheme, which every public authority has to have and to review (Freedom of Information Act 2000,
//! section 19).

use muniment_sdk::{Alarm, Alert, Case, Data, DataError, Day, Happened, Instant};

use crate::apply::{self, Review};
use crate::since::Since;
use crate::{SCHEME_STALE, Settings};

/// What an alert is about where no scheme was ever reviewed.
pub(crate) const NO_SCHEME: &str = "publication-scheme";
const STALE: &str = "stale";
const NEVER_REVIEWED: &str = "never-reviewed";

/// A scheme as it stands.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Scheme {
    /// In the order in which it was reviewed; never empty.
    pub(crate) reviews: Vec<Reviewed>,
}

/// It was reviewed on a day, and an entry says so.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Reviewed {
    pub(crate) day: Day,
    pub(crate) seq: u64,
    pub(crate) what: Review,
}

impl Reviewed {
    /// By when it is to be reviewed again: on the day that the review named, and not later than the control allows.
    pub(crate) fn due(&self, settings: &Settings) -> Day {
        let at_latest = self.day.plus_months(settings.scheme_review_months);
        if self.is_odd() { at_latest } else { at_latest.min(self.what.review_due) }
    }

    /// Whether the next review is said to lie before this one: that cannot be meant.
    pub(crate) fn is_odd(&self) -> bool {
        self.what.review_due < self.day
    }

    /// How many classes are not up to date, where both numbers are recorded and make sense.
    pub(crate) fn classes_behind(&self) -> Option<u32> {
        self.what.classes?.checked_sub(self.what.classes_current?)
    }

    fn words(&self, settings: &Settings) -> String {
        let (reviewed, due) = (self.day.in_words(), self.due(settings));
        let months = settings.scheme_review_months;
        let at_latest = self.day.plus_months(months);
        let by = if due < at_latest {
            "the day that the review itself named".to_owned()
        } else {
            format!("{months} months later: a control of the organisation's own (`scheme_review_months`)")
        };
        format!("Last reviewed on {reviewed}. The next review was due by {}, {by}.", due.in_words())
    }
}

impl Case for Scheme {
    type Settings = Settings;
    type Fact = Review;

    fn fact(kind: &str, data: Data<'_>) -> Result<Option<Review>, DataError> {
        apply::review(kind, data)
    }

    fn rank(_: &Review) -> u8 {
        0
    }

    /// What is recorded twice with the same time and the same words was one review.
    fn fold(_: &Settings, facts: &[Happened<Review>]) -> Option<Scheme> {
        let reviewed =
            |fact: &Happened<Review>| Reviewed { day: fact.day, seq: fact.seq, what: fact.fact.clone() };
        let once = facts.chunk_by(|one, next| one.time == next.time && one.fact == next.fact);
        let reviews: Vec<Reviewed> = once.filter_map(|same| same.first().map(reviewed)).collect();
        (!reviews.is_empty()).then_some(Scheme { reviews })
    }

    fn alarms(&self, settings: &Settings) -> Vec<Alarm> {
        let last = self.reviews.last();
        last.map(|last| Alarm::new(&SCHEME_STALE, STALE, last.due(settings).end())).into_iter().collect()
    }

    fn alert(&self, settings: &Settings, _: &Alarm, alert: Alert) -> Alert {
        match self.reviews.last() {
            Some(last) => alert.arithmetic(last.words(settings)).evidence([last.seq]),
            None => alert,
        }
    }

    fn cleared(&self, settings: &Settings, _: &str, _: &str) -> String {
        match self.reviews.last() {
            Some(last) => format!(
                "it was reviewed on {}, and the next review is due by {}",
                last.day.in_words(),
                last.due(settings).in_words()
            ),
            None => "it is no longer so".to_owned(),
        }
    }
}

/// By when a review is to be recorded in a ledger that knows of none.
pub(crate) fn first_due(settings: &Settings, since: Since) -> Day {
    since.day.plus_months(settings.scheme_review_months)
}

/// The alarm of a ledger that knows of no review. A review that lies further back than the ledger reaches is not known
/// here; a time after which there must have been one has still passed.
pub(crate) fn alarm_of_none(settings: &Settings, since: Option<Since>) -> Option<Alarm> {
    let due: Instant = first_due(settings, since?).end();
    Some(Alarm::new(&SCHEME_STALE, NEVER_REVIEWED, due))
}

/// Its words.
pub(crate) fn words_of_none(settings: &Settings, since: Since, alert: Alert) -> Alert {
    let words = format!(
        "No review of the publication scheme is recorded. {} on {}; a review was due by {}, {} months later: a control of \
         the organisation's own (`scheme_review_months`).",
        since.how.words(),
        since.day.in_words(),
        first_due(settings, since).in_words(),
        settings.scheme_review_months,
    );
    alert.arithmetic(words).evidence([since.seq])
}
