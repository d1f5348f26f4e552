//! What there is to be said about a record that hangs on what covers it: holds beat disposal, and what is asked for is not
//! destroyed.

use std::cell::OnceCell;

use muniment_sdk::{Alarm, Alert, Instant};

use crate::Settings;
use crate::alarms::basis;
use crate::apply::Of;
use crate::case::{Due, Thing};
use crate::cover::{By, Cover, Covers, Names, Why};
use crate::on::On;
use crate::places::Standing;
use crate::rules::{ASKED_FOR, CHECK_OVERTAKEN, NO_ADVICE, ON_HOLD, OVERDUE};

const HELD: &str = "on-hold";
const DESTROYED: &str = "destroyed";
const CARRIED_OUT: &str = "carried-out";
const NOT_ADVISED: &str = "no-advice";
const SCHEDULED: &str = "scheduled";
const OVERTAKEN: &str = "overtaken";

/// How many of the cases that cover a record an alert names.
const NAMED_MAX: usize = 5;

/// A record with what covers it.
pub(crate) struct Joined<'j> {
    pub(crate) thing: &'j Thing,
    /// Where to look for what covers it, and of what had not ended at which time; nothing where it makes no difference.
    source: Option<(&'j Covers, Names<'j>, Instant)>,
    /// What covers it. It is put together once it is asked for: there may be thousands, and mostly it is enough to know until when.
    covers: OnceCell<Vec<(&'j By, Cover)>>,
    /// The advice that was given elsewhere.
    advice: Option<On>,
}

/// Since when what covers a thing makes a difference to it; nothing where it makes none.
pub(crate) fn since(thing: &Thing, settings: &Settings, now: Instant) -> Option<Instant> {
    if let Some(destroyed) = &thing.destroyed {
        // Of the same day only the day may be known.
        return Some(destroyed.on.day.start());
    }
    let scheduled = thing.scheduled().map(|on| on.time);
    let due = thing.awaits_disposal().filter(|due| overdue_at(*due, settings) <= now);
    [scheduled, due.map(|due| due.day.start())].into_iter().flatten().min()
}

/// How it is kept among those that are looked at when something covers them otherwise.
pub(crate) fn standing(thing: &Thing, settings: &Settings, now: Instant) -> Standing {
    match &thing.destroyed {
        Some(destroyed) => Standing::Destroyed(destroyed.on),
        None if since(thing, settings, now).is_some() => Standing::Waiting,
        None => Standing::Still,
    }
}

fn overdue_at(due: Due, settings: &Settings) -> Instant {
    due.day.plus(i32::from(settings.disposal_overdue_days)).end()
}

impl<'j> Joined<'j> {
    pub(crate) fn new(
        thing: &'j Thing,
        source: Option<(&'j Covers, Names<'j>, Instant)>,
        advice: Option<On>,
    ) -> Joined<'j> {
        Joined { thing, source, covers: OnceCell::new(), advice }
    }

    fn covers(&self) -> &[(&'j By, Cover)] {
        self.covers.get_or_init(|| match &self.source {
            Some((covers, names, after)) => covers.over(names, *after),
            None => Vec::new(),
        })
    }

    /// Of what covers it only what was known at a time.
    pub(crate) fn known_at(self, at: Instant) -> Joined<'j> {
        let known: Vec<(&By, Cover)> =
            self.covers().iter().filter(|(_, cover)| cover.told.time <= at).copied().collect();
        Joined { source: None, covers: OnceCell::from(known), ..self }
    }

    /// Until when it is covered; see [`Covers::until`].
    fn until(&self) -> Option<Option<On>> {
        if let Some(covers) = self.covers.get() {
            return covers
                .iter()
                .map(|(_, cover)| cover)
                .max_by_key(|cover| cover.ends())
                .map(|last| last.until);
        }
        self.source.as_ref().and_then(|(covers, names, after)| covers.until(names, *after))
    }

    /// The alarms, each from the time at which it stands. Of what is not overdue yet nobody asks before what covers it.
    pub(crate) fn alarms(&self, settings: &Settings, now: Instant) -> Vec<Alarm> {
        let mut alarms = Vec::new();
        if let Some(destroyed) = &self.thing.destroyed {
            let at = destroyed.on.time;
            if self.at_the_end(Cover::is_hold).next().is_some() {
                alarms.push(Alarm::new(&ON_HOLD, HELD, at));
            }
            if self.at_the_end(Cover::is_matter).next().is_some() {
                alarms.push(Alarm::new(&ASKED_FOR, DESTROYED, at));
            }
            if self.overtaking().next().is_some() {
                alarms.push(Alarm::new(&CHECK_OVERTAKEN, CARRIED_OUT, at));
            }
            if self.lacks_advice() {
                alarms.push(Alarm::new(&NO_ADVICE, NOT_ADVISED, at));
            }
            return alarms;
        }
        if let Some(scheduled) = self.thing.scheduled() {
            alarms.extend(self.while_scheduled(scheduled));
            let overtaking = self.overtaking().map(|(_, cover)| cover.told.time.max(scheduled.time)).min();
            alarms.extend(overtaking.map(|at| Alarm::new(&CHECK_OVERTAKEN, OVERTAKEN, at)));
        }
        if let Some(due) = self.thing.awaits_disposal() {
            let plain = overdue_at(due, settings);
            if now < plain {
                alarms.push(Alarm::new(&OVERDUE, "overdue", plain).due(due.day.end()));
            } else if self.until() != Some(None) {
                let at = overdue_at(self.counted_from(due), settings);
                alarms.push(Alarm::new(&OVERDUE, "overdue", at).due(due.day.end()));
            }
        }
        alarms
    }

    /// That something is scheduled while it is asked for, for as long as it is: the last such time without a gap.
    fn while_scheduled(&self, scheduled: On) -> Option<Alarm> {
        let mut last: Option<(Instant, Option<Instant>)> = None;
        // They come by when they began.
        for (_, cover) in self.covers().iter().filter(|(_, cover)| cover.is_matter()) {
            let (from, until) = (cover.from.time.max(scheduled.time), cover.until.map(|until| until.time));
            last = Some(match last {
                Some((began, None)) => (began, None),
                Some((began, Some(ended))) if from <= ended => {
                    (began, until.filter(|until| *until > ended).or(until.map(|_| ended)))
                }
                _ => (from, until),
            });
        }
        let (from, until) = last?;
        let alarm = Alarm::new(&ASKED_FOR, SCHEDULED, from);
        Some(until.map_or(alarm, |until| alarm.until(until)))
    }

    /// What stood when it was destroyed.
    pub(crate) fn at_the_end(&self, wanted: fn(&Cover) -> bool) -> impl Iterator<Item = &(&By, Cover)> {
        let end = self.thing.destroyed.as_ref().map(|destroyed| destroyed.on);
        self.covers()
            .iter()
            .filter(move |(_, cover)| wanted(cover) && end.is_some_and(|end| cover.stood(end)))
    }

    /// What came after the disposal check that had been answered yes, and before the destruction: each still stood.
    pub(crate) fn overtaking(&self) -> impl Iterator<Item = &(&By, Cover)> {
        let end = self.thing.destroyed.as_ref().map(|destroyed| destroyed.on);
        let check = match &self.thing.destroyed {
            Some(destroyed) => destroyed.check,
            None => self.thing.authorised.and_then(|authorised| authorised.check),
        };
        // Where the size was not recorded, the check came at any rate before the entry that tells of it.
        let size = check.map(|(check, on)| check.size.unwrap_or(on.seq));
        self.covers().iter().filter(move |(_, cover)| {
            let is_later = size.is_some_and(|size| cover.told.seq >= size);
            let stands = match end {
                Some(end) => cover.stood(end) && cover.told.may_precede(end),
                None => cover.until.is_none(),
            };
            is_later && stands
        })
    }

    /// The due day, or the end of the last that covered it since: until then nobody could dispose of it.
    fn counted_from(&self, due: Due) -> Due {
        let ended = self.until().flatten().map(|until| until.day);
        Due { day: ended.map_or(due.day, |ended| ended.max(due.day)), ..due }
    }

    /// Tapes and memory sticks are destroyed as the risk manager advised, and so after it.
    pub(crate) fn lacks_advice(&self) -> bool {
        let Some(destroyed) = &self.thing.destroyed else { return false };
        let is_asked_for = destroyed.of != Of::Device && destroyed.medium.needs_advice();
        is_asked_for && !self.advised().is_some_and(|on| on.may_precede(destroyed.on))
    }

    pub(crate) fn advised(&self) -> Option<On> {
        let own = self.thing.advised.map(|(on, _)| on);
        [own, self.advice].into_iter().flatten().min()
    }

    /// Gives an alert its words and its evidence.
    pub(crate) fn words(&self, settings: &Settings, alarm: &Alarm, alert: Alert) -> Alert {
        let thing = self.thing;
        let mut seqs: Vec<u64> = Vec::new();
        let words = match (&thing.destroyed, alarm.rule.id) {
            (None, id) if id == OVERDUE.id => self.overdue_words(settings, &mut seqs),
            (Some(destroyed), id) if id == NO_ADVICE.id => {
                seqs.push(destroyed.on.seq);
                let advice = match self.advised() {
                    Some(on) => {
                        seqs.push(on.seq);
                        format!("Advice was given only on {}, afterwards.", on.day.in_words())
                    }
                    None => "No advice is recorded.".to_owned(),
                };
                format!(
                    "Destroyed on {} ({}). For tapes and memory sticks the advice of the information risk manager comes \
                     first. {advice}",
                    destroyed.on.day.in_words(),
                    destroyed.medium.name(),
                )
            }
            (Some(destroyed), id) => {
                seqs.push(destroyed.on.seq);
                let these: Vec<&(&By, Cover)> = match id {
                    id if id == ON_HOLD.id => self.at_the_end(Cover::is_hold).collect(),
                    id if id == ASKED_FOR.id => self.at_the_end(Cover::is_matter).collect(),
                    _ => self.overtaking().collect(),
                };
                let told = format!("Destroyed on {}. ", destroyed.on.day.in_words());
                told + &self.check_words(id, &mut seqs) + &named(&these, &mut seqs) + offence(id)
            }
            (None, id) => {
                let these: Vec<&(&By, Cover)> = match id {
                    id if id == ASKED_FOR.id => self.asking().collect(),
                    _ => self.overtaking().collect(),
                };
                self.scheduled_words(&mut seqs)
                    + &self.check_words(id, &mut seqs)
                    + &named(&these, &mut seqs)
                    + offence(id)
            }
        };
        alert.arithmetic(words).evidence(seqs)
    }

    /// What asks for it while it is scheduled.
    fn asking(&self) -> impl Iterator<Item = &(&By, Cover)> {
        self.covers().iter().filter(|(_, cover)| cover.is_matter() && cover.until.is_none())
    }

    fn scheduled_words(&self, seqs: &mut Vec<u64>) -> String {
        match (self.thing.authorised, self.thing.review) {
            (Some(authorised), _) => {
                seqs.push(authorised.on.seq);
                format!("Its destruction was authorised on {}. ", authorised.on.day.in_words())
            }
            (None, Some((_, on))) => {
                seqs.push(on.seq);
                format!("The review of {} decided to destroy it. ", on.day.in_words())
            }
            (None, None) => String::new(),
        }
    }

    fn check_words(&self, rule: &str, seqs: &mut Vec<u64>) -> String {
        if rule != CHECK_OVERTAKEN.id {
            return String::new();
        }
        let check = match &self.thing.destroyed {
            Some(destroyed) => destroyed.check,
            None => self.thing.authorised.and_then(|authorised| authorised.check),
        };
        let Some((check, on)) = check else { return String::new() };
        if !seqs.contains(&on.seq) {
            seqs.push(on.seq);
        }
        match check.size {
            Some(size) => format!(
                "The disposal check was answered yes when the ledger had {size} entries; what came as entry {size} or \
                 later it could not know. "
            ),
            None => format!(
                "The disposal check was answered yes, as entry {} says; at which size of the ledger is not recorded, and \
                 what came later than that entry it could not know. ",
                on.seq
            ),
        }
    }

    fn overdue_words(&self, settings: &Settings, seqs: &mut Vec<u64>) -> String {
        let Some(due) = self.thing.awaits_disposal() else { return String::new() };
        seqs.push(due.on.seq);
        seqs.extend(self.thing.registered.map(|on| on.seq));
        let days = settings.disposal_overdue_days;
        let counted = self.counted_from(due);
        let last = counted.day.plus(i32::from(days)).in_words();
        let mut words = format!("Due for disposal on {}. {} ", due.day.in_words(), basis(due));
        if counted.day != due.day {
            let ended = self
                .covers()
                .iter()
                .filter(|(_, cover)| cover.until.is_some_and(|until| until.day == counted.day));
            let these: Vec<&(&By, Cover)> = ended.collect();
            words.push_str(&format!(
                "Until {} it could not be disposed of. {} ",
                counted.day.in_words(),
                named(&these, seqs)
            ));
        }
        words.push_str(&format!(
            "It counts as overdue when {days} days of the calendar have gone by since, which they have after {last}: a \
             control of the organisation's own."
        ));
        words
    }

    /// Why an alert stands no longer.
    pub(crate) fn cleared(&self, rule: &str, stage: &str) -> String {
        let thing = self.thing;
        let destroyed = thing.destroyed.as_ref().map(|destroyed| destroyed.on.day.in_words());
        if [HELD, DESTROYED, CARRIED_OUT, NOT_ADVISED].contains(&stage) {
            return if destroyed.is_some() {
                self.was_in_order(stage)
            } else {
                "the destruction was corrected"
            }
            .to_owned();
        }
        if let Some(day) = destroyed {
            return format!("destroyed on {day}");
        }
        if let Some((_, on)) = thing.left {
            return format!("it went elsewhere on {}", on.day.in_words());
        }
        if rule != OVERDUE.id {
            return self.may_be_destroyed(stage).to_owned();
        }
        match self.covers().iter().find(|(_, cover)| cover.until.is_none()) {
            Some((by, cover)) => {
                format!("it is not to be disposed of: {} {} covers it", cover.why.name(), by.number())
            }
            None => "it is due on another day, or kept".to_owned(),
        }
    }

    /// Why nothing was wrong with the destruction after all.
    fn was_in_order(&self, stage: &str) -> &'static str {
        let (is_wrong, words) = match stage {
            HELD => (
                self.at_the_end(Cover::is_hold).next().is_some(),
                "no hold covered it when it was destroyed, as is known now",
            ),
            DESTROYED => (
                self.at_the_end(Cover::is_matter).next().is_some(),
                "nothing asked for it when it was destroyed, as is known now",
            ),
            CARRIED_OUT => {
                (self.overtaking().next().is_some(), "no disposal check was overtaken, as is known now")
            }
            _ if self.advised().is_none() => (self.lacks_advice(), "it needed no advice, as is known now"),
            _ => (self.lacks_advice(), "the advice came first, as is known now"),
        };
        if is_wrong { "when it was destroyed was corrected" } else { words }
    }

    /// Why nothing stands in the way of the destruction any more, or none is meant.
    fn may_be_destroyed(&self, stage: &str) -> &'static str {
        if self.thing.scheduled().is_none() {
            "its destruction is not scheduled any more"
        } else if stage == SCHEDULED && self.asking().next().is_none() {
            "nothing asks for it any more"
        } else if stage == OVERTAKEN && self.overtaking().next().is_none() {
            "no disposal check is overtaken any more"
        } else {
            "what it rested on was corrected"
        }
    }
}

impl Cover {
    pub(crate) fn is_hold(&self) -> bool {
        self.why == Why::Hold
    }

    pub(crate) fn is_matter(&self) -> bool {
        !self.is_hold()
    }
}

fn named(covers: &[&(&By, Cover)], seqs: &mut Vec<u64>) -> String {
    let one = |(by, cover): &&&(&By, Cover)| {
        let since = cover.from.day.in_words();
        match cover.until {
            None => format!("{} {}, open since {since}", cover.why.name(), by.number()),
            Some(until) => {
                let until = until.day.in_words();
                format!("{} {}, open from {since} to {until}", cover.why.name(), by.number())
            }
        }
    };
    for (_, cover) in covers.iter().take(NAMED_MAX) {
        for seq in [cover.from.seq, cover.named.seq] {
            if !seqs.contains(&seq) {
                seqs.push(seq);
            }
        }
    }
    let names: Vec<String> = covers.iter().take(NAMED_MAX).map(|cover| one(&cover)).collect();
    let more = covers.len().saturating_sub(NAMED_MAX);
    let more = if more > 0 { format!("; and {more} more") } else { String::new() };
    format!("It is or was covered by: {}{more}.", names.join("; "))
}

fn offence(rule: &str) -> &'static str {
    if rule == ASKED_FOR.id {
        " To destroy what is asked for so that it is not disclosed is an offence (Freedom of Information Act 2000, section \
         77; Data Protection Act 2018, section 173)."
    } else {
        ""
    }
}
