//! What is to be looked at again and again, and what it has in common for all kinds of case.

use muniment_sdk::{Day, Happened, Instant};

/// Something happened, and an entry says so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct On {
    pub(crate) day: Day,
    pub(crate) time: Instant,
    pub(crate) seq: u64,
}

impl On {
    pub(crate) fn of<F>(happened: &Happened<F>) -> On {
        On { day: happened.day, time: happened.time, seq: happened.seq }
    }
}

/// Facts without those that say of one number, at one time, the same as the one before: they were recorded twice.
pub(crate) fn once<F: PartialEq>(facts: &[Happened<F>]) -> impl Iterator<Item = &Happened<F>> {
    let is_new = |(place, fact): &(usize, &Happened<F>)| {
        place.checked_sub(1).and_then(|before| facts.get(before)).is_none_or(|before| {
            (&before.subject, before.time, &before.fact) != (&fact.subject, fact.time, &fact.fact)
        })
    };
    facts.iter().enumerate().filter(is_new).map(|(_, fact)| fact)
}

/// By when something is to be looked at again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Again {
    /// When it was last looked at, or else when it began.
    pub(crate) last: On,
    /// The organisation's rule.
    pub(crate) months: u16,
    /// The day that the entry itself names. It may shorten the time and never lengthens it: whoever reviews does not
    /// grant themselves a longer time than the rule.
    pub(crate) named: Option<Day>,
}

impl Again {
    /// The last day on which it is in time.
    pub(crate) fn due(&self) -> Day {
        self.shorter().unwrap_or_else(|| self.by_rule())
    }

    fn by_rule(&self) -> Day {
        self.last.day.plus_months(self.months)
    }

    /// The day that was named, where it is one and lies before that of the rule.
    fn shorter(&self) -> Option<Day> {
        self.named.filter(|day| self.last.day < *day && *day < self.by_rule())
    }

    /// How that was worked out: `what` says what happened on the day from which it counts.
    pub(crate) fn words(&self, what: &str, setting: &str) -> String {
        let months = if self.months == 1 { "month" } else { "months" };
        let mut words = format!(
            "From {}, when {what}, {} {months} ({setting}) end on {}.",
            self.last.day.in_words(),
            self.months,
            self.by_rule().in_words()
        );
        match (self.named, self.shorter()) {
            (_, Some(day)) => {
                words
                    .push_str(&format!(" The entry names an earlier day, which counts: {}.", day.in_words()));
            }
            (Some(day), None) if day > self.by_rule() => {
                words.push_str(&format!(
                    " The entry names {}, which is later and does not count.",
                    day.in_words()
                ));
            }
            _ => {}
        }
        words
    }
}

/// As much of a title as a register needs.
pub(crate) fn short(title: String) -> String {
    const CHARS_MAX: usize = 80;
    match title.char_indices().nth(CHARS_MAX) {
        Some((end, _)) => title[..end].to_owned(),
        None => title,
    }
}
