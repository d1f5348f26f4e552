//! A deadline in words that can stand in a letter.

use super::{Deadline, NotCounted, Step};
use crate::law::{Counting, Length, Standing};
use crate::{Day, DayOff, Instant};

impl Deadline {
    /// The deadline in words: when it is and by which source, each step, and each day that was not counted with the reason.
    #[must_use]
    pub fn words(&self) -> String {
        let mut words = self.by();
        words.push(' ');
        words.push_str(&sentences(&self.steps, Voice::Whole));
        if !self.safe_steps.is_empty() {
            words.push_str(" The safe reading:");
            words.push_str(&sentences(&self.safe_steps, Voice::Short));
        }
        words
    }

    /// By when and by which source, in a sentence.
    fn by(&self) -> String {
        let when = match self.limit.length {
            Length::Hours(_) => format!("{} in London", moment(self.ends)),
            _ if self.safe_due == self.due => self.due.in_words(),
            _ => format!("{}, and to be safe by {}", self.due.in_words(), self.safe_due.in_words()),
        };
        let standing = match self.limit.standing {
            Standing::Law => "",
            Standing::Guidance => "; guidance, and no law",
            Standing::Unconfirmed => "; compared with no source, to be checked first",
        };
        format!("Due by {when} ({}{standing}).", self.limit.source)
    }
}

/// How much is said.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Voice {
    /// All.
    Whole,
    /// What another reading has said already is left out.
    Short,
}

/// The steps in sentences.
fn sentences(steps: &[Step], voice: Voice) -> String {
    let mut words = String::new();
    let mut start = None;
    for (place, step) in steps.iter().enumerate() {
        match step {
            Step::From { day, .. } if voice == Voice::Short => start = Some(*day),
            Step::Extended { .. } if voice == Voice::Short => {}
            // They stand together, behind what was counted, as pauses do behind the first.
            Step::NotCounted { .. } => {}
            Step::Paused { .. } if is_pause(place.checked_sub(1).and_then(|before| steps.get(before))) => {}
            Step::Counted { length, counting, to } => {
                words.push_str(&counted(*length, *counting, *to, start));
                words.push_str(&not_counted(steps));
            }
            _ => {
                // What follows the start goes on in its sentence.
                if !words.is_empty() {
                    words.push(' ');
                }
                words.push_str(&match step {
                    Step::Paused { .. } => pauses(&steps[place..], voice),
                    _ => sentence(step),
                });
            }
        }
    }
    words
}

fn is_pause(step: Option<&Step>) -> bool {
    matches!(step, Some(Step::Paused { .. }))
}

fn sentence(step: &Step) -> String {
    match step {
        Step::From { day, what } => format!("From {}, when {what};", day.in_words()),
        Step::FromInstant { instant, what } => format!("From {}, when {what};", moment(*instant)),
        Step::Deemed { day } => {
            format!("that is no working day, and {} counts as the day of receipt;", day.in_words())
        }
        Step::CountedHours { hours, to } => {
            format!("{hours} elapsed hours, nights, weekends and holidays included, end on {}.", moment(*to))
        }
        Step::PausesAdded { to } => format!("With these days the time ends on {}.", to.in_words()),
        Step::Extended { notice, by } => format!(
            "Extended by notice of {}, which had to be given by {}.",
            notice.in_words(),
            by.in_words()
        ),
        Step::WithoutEffect { day, why } => format!("{}: {why}.", day.in_words()),
        Step::Moved { off, to } => moved(off, *to),
        Step::NotCounted { .. } | Step::Counted { .. } | Step::Paused { .. } => String::new(),
    }
}

/// The pauses at the beginning of some steps.
fn pauses(steps: &[Step], voice: Voice) -> String {
    let parts = steps.iter().map_while(|step| match step {
        Step::Paused { from, to, days } => {
            let days = if *days == 1 { "1 day".to_owned() } else { format!("{days} days") };
            Some(match voice {
                Voice::Whole => format!("from {} to {} ({days})", from.in_words(), to.in_words()),
                Voice::Short => days,
            })
        }
        _ => None,
    });
    let parts: Vec<String> = parts.collect();
    match voice {
        Voice::Whole => format!("Not counted, as an answer was awaited: {}.", parts.join("; ")),
        Voice::Short => format!("Not counted then: {}.", parts.join("; ")),
    }
}

/// What was counted, from the day that was named before, or from one that was not.
fn counted(length: Length, counting: Counting, to: Day, start: Option<Day>) -> String {
    let from = match (counting, start) {
        (Counting::DayAfter, None) => " with the day behind as day 1,".to_owned(),
        (Counting::DayItself, None) => " with that day as day 1,".to_owned(),
        (Counting::StartsDayAfter, None) => " the clock starts on the day behind, from which".to_owned(),
        (Counting::DayItself, Some(start)) => format!(" with {} as day 1,", start.in_words()),
        (_, Some(start)) => format!(" from {}", start.in_words()),
    };
    let to = to.in_words();
    match length {
        Length::WorkingDays(n) => format!("{from} working day {n} is {to}."),
        Length::Days(1) | Length::Weeks(1) | Length::Months(1) => format!("{from} {length} ends on {to}."),
        _ => format!("{from} {length} end on {to}."),
    }
}

/// The days that were not counted: the holidays one by one, weekends as a number, the days of a fee from the first to the
/// last.
fn not_counted(steps: &[Step]) -> String {
    let skipped = || {
        steps.iter().filter_map(|step| match step {
            Step::NotCounted { day, why } => Some((*day, why)),
            _ => None,
        })
    };
    let mut parts = Vec::new();
    let weekends = skipped().filter(|(_, why)| **why == NotCounted::Off(DayOff::Weekend)).count();
    if weekends > 0 {
        parts.push(format!("{weekends} Saturdays and Sundays"));
    }
    for (day, why) in skipped() {
        if let NotCounted::Off(off @ (DayOff::Holiday(_) | DayOff::Closed)) = why {
            parts.push(format!("{} ({})", day.in_words(), reason(off)));
        }
    }
    let awaited: Vec<Day> =
        skipped().filter(|(_, why)| **why == NotCounted::FeeAwaited).map(|(day, _)| day).collect();
    // Between two fees there may be days that count.
    for days in awaited.chunk_by(|one, next| !steps_count_between(steps, *one, *next)) {
        if let (Some(first), Some(last)) = (days.first(), days.last()) {
            let unit = if days.len() == 1 { "working day" } else { "working days" };
            let (first, last) = (first.in_words(), last.in_words());
            parts.push(format!("{} {unit} from {first} to {last} (payment was awaited)", days.len()));
        }
    }
    if parts.is_empty() { String::new() } else { format!(" Not counted: {}.", parts.join("; ")) }
}

/// Whether a day between two others was counted.
fn steps_count_between(steps: &[Step], one: Day, next: Day) -> bool {
    let is_skipped = |day: Day| {
        steps.iter().any(|step| matches!(step, Step::NotCounted { day: skipped, .. } if *skipped == day))
    };
    (1..next.since(one)).any(|number| !is_skipped(one.plus(number)))
}

fn moved(off: &[(Day, DayOff)], to: Day) -> String {
    let mut words = String::from("That is");
    for (place, (day, why)) in off.iter().enumerate() {
        let why = match why {
            DayOff::Weekend => String::new(),
            why => format!(" ({})", reason(why)),
        };
        match place {
            0 => words.push_str(&format!(" no working day{why}")),
            1 => words.push_str(&format!(", nor is {}{why}", day.in_words())),
            _ => words.push_str(&format!(" or {}{why}", day.in_words())),
        }
    }
    format!("{words}; {} takes its place.", to.in_words())
}

fn reason(off: &DayOff) -> String {
    match off {
        DayOff::Weekend => "weekend".to_owned(),
        DayOff::Closed => "closed".to_owned(),
        DayOff::Holiday(holiday) if holiday.place().is_empty() => holiday.name.to_string(),
        DayOff::Holiday(holiday) => format!("{}, {}", holiday.name, holiday.place()),
    }
}

/// An instant, as the clock in London shows it.
fn moment(instant: Instant) -> String {
    format!("{} at {}", Day::in_london(instant).in_words(), instant.time_in_london())
}
