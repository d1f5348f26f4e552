//! What joins the folds: transfers with the agreements that they rest on, and agreements with the record of processing.
//!
//! A transfer may be recorded before its agreement, and an agreement be suspended with effect from a day on which transfers
//! were made long since: so transfers are kept by agreement and by time, and those are looked at again for which a change of
//! the agreement makes a difference.

use std::collections::{BTreeMap, BTreeSet};

use muniment_sdk::{Alarm, Alert, CaseFold, Day, Instant, Outcome, Severity, Watch};
use serde::{Deserialize, Serialize};

use crate::agreement::{Agreement, Kind, Span, State, state_at};
use crate::entry::Entry;
use crate::on::{On, seqs};
use crate::transfer::Transfer;
use crate::{NO_AGREEMENT, NOT_ON_RECORD, NOT_REVIEWED, Settings};

mod gap;

pub(crate) use gap::{Gap, gap};

const USED_UNREVIEWED: &str = "used-after-review-date";
const NO_RECORD: &str = "without-record";

/// What is kept of all folds together.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Joined {
    terms: BTreeMap<String, Terms>,
    /// Other numbers of agreements, and those that were merged into others.
    aliases: BTreeSet<String>,
    /// Transfers by the agreement that they name, each with its time. One that was corrected since may stand here still:
    /// what it rests on now is asked of the transfer itself.
    cited: BTreeMap<String, BTreeSet<(Instant, Box<str>)>>,
    /// Entries of the record of processing by the agreement that they name, and the other way round.
    entries: BTreeMap<String, BTreeSet<String>>,
    names: BTreeMap<String, Vec<String>>,
    transfers: Watch,
    agreements: Watch,
}

/// What others have to know of an agreement.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Terms {
    kind: Kind,
    spans: Vec<Span>,
    /// From then on it is used although its review is overdue.
    unreviewed_from: Option<Instant>,
    /// Personal data is shared under it.
    is_personal: bool,
}

impl Terms {
    pub(crate) fn of(agreement: &Agreement) -> Terms {
        Terms {
            kind: agreement.kind,
            spans: agreement.spans.clone(),
            unreviewed_from: agreement.review.map(|review| review.by.end()),
            is_personal: agreement.is_personal == Some(true),
        }
    }

    fn state_at(&self, time: Instant) -> State {
        state_at(&self.spans, time)
    }
}

/// The folds that are joined, as they stand.
#[derive(Clone, Copy)]
pub(crate) struct Folds<'f> {
    pub(crate) settings: &'f Settings,
    pub(crate) agreements: &'f CaseFold<Agreement>,
    pub(crate) transfers: &'f CaseFold<Transfer>,
}

impl Joined {
    /// When the plugin is to be told the time next.
    pub(crate) fn wake(&self) -> Option<Instant> {
        [self.transfers.wake(), self.agreements.wake()].into_iter().flatten().min()
    }

    /// The terms of the agreement that a number is one of.
    pub(crate) fn terms(&self, folds: Folds<'_>, number: &str) -> Option<&Terms> {
        self.terms.get(folds.agreements.counts_as(number))
    }

    /// How many entries of the record of processing name an agreement.
    pub(crate) fn is_on_record(&self, folds: Folds<'_>, number: &str) -> bool {
        folds.agreements.numbers_of(number).iter().any(|number| self.entries.contains_key(*number))
    }

    /// An agreement is another than it was: transfers under it may be covered now, or no more.
    pub(crate) fn agreement_changed(
        &mut self,
        folds: Folds<'_>,
        number: &str,
        terms: Option<Terms>,
        now: Instant,
        out: &mut Outcome,
    ) {
        let before = match &terms {
            Some(terms) => self.terms.insert(number.to_owned(), terms.clone()),
            None => self.terms.remove(number),
        };
        // Whether another number stands for it now: then what names that number is looked at again too.
        let is_alias = folds.agreements.counts_as(number) != number;
        let was_alias = self.aliases.contains(number);
        if is_alias {
            self.aliases.insert(number.to_owned());
        } else {
            self.aliases.remove(number);
        }
        let affected: Vec<Box<str>> = if is_alias || was_alias {
            self.cited.get(number).into_iter().flatten().map(|(_, transfer)| transfer.clone()).collect()
        } else {
            let state = |terms: &Option<Terms>, time| terms.as_ref().map(|it| (it.kind, it.state_at(time)));
            let numbers = folds.agreements.numbers_of(number);
            let all = numbers.iter().filter_map(|number| self.cited.get(*number)).flatten();
            all.filter(|(time, _)| state(&before, *time) != state(&terms, *time))
                .map(|(_, transfer)| transfer.clone())
                .collect()
        };
        for transfer in affected {
            self.look_at_transfer(folds, &transfer, now, out);
        }
        self.look_at_agreement(folds, number, now, out);
    }

    /// A transfer as it stands now: it is kept by the agreement that it names.
    pub(crate) fn see(
        &mut self,
        agreements: &CaseFold<Agreement>,
        number: &str,
        transfer: Option<&Transfer>,
    ) -> Seen {
        let mut overdue = None;
        if let Some((agreement, on)) = transfer.and_then(Transfer::agreement) {
            let kept = (on.time, Box::from(number));
            match self.cited.get_mut(agreement) {
                Some(transfers) => _ = transfers.insert(kept),
                None => _ = self.cited.insert(agreement.to_owned(), BTreeSet::from([kept])),
            }
            let root = agreements.counts_as(agreement);
            let from = self.terms.get(root).and_then(|terms| terms.unreviewed_from);
            overdue = from.filter(|from| *from <= on.time).map(|_| root.to_owned());
        }
        let (alarm, why) = (self.alarm_of(agreements, transfer), WhyCleared::of(transfer));
        Seen { number: number.to_owned(), alarm, why, overdue }
    }

    /// What was seen of a transfer is told.
    pub(crate) fn tell(&mut self, folds: Folds<'_>, seen: &Seen, now: Instant, out: &mut Outcome) {
        self.transfers.set(&seen.number, seen.alarm.as_slice(), now, |_, _| seen.why.words(), out);
        if let Some(agreement) = &seen.overdue {
            self.look_at_agreement(folds, agreement, now, out);
        }
    }

    /// Transfers were corrected: they may have been the use of agreements that they name no more.
    pub(crate) fn uses_corrected(
        &mut self,
        folds: Folds<'_>,
        seen: &[Seen],
        now: Instant,
        out: &mut Outcome,
    ) {
        let case = |seen: &'_ Seen| folds.transfers.counts_as(&seen.number).to_owned();
        let cases: BTreeSet<String> = seen.iter().map(case).collect();
        // What names an agreement under another number of the transfer is the same transfer.
        let others = cases.iter().flat_map(|case| folds.transfers.numbers_of(case));
        let numbers: BTreeSet<&str> = others.chain(seen.iter().map(|seen| &*seen.number)).collect();
        let is_used = |transfers: &BTreeSet<(Instant, Box<str>)>| {
            transfers.iter().any(|(_, transfer)| numbers.contains(&**transfer))
        };
        let used = self.cited.iter().filter(|(_, transfers)| is_used(transfers));
        let used: BTreeSet<String> =
            used.map(|(number, _)| folds.agreements.counts_as(number).to_owned()).collect();
        for number in used {
            self.look_at_agreement(folds, &number, now, out);
        }
    }

    /// An entry of the record of processing is another than it was.
    pub(crate) fn entry_changed(
        &mut self,
        folds: Folds<'_>,
        number: &str,
        agreements: Vec<String>,
        now: Instant,
        out: &mut Outcome,
    ) {
        let before = self.names.remove(number).unwrap_or_default();
        if before == agreements {
            if !agreements.is_empty() {
                self.names.insert(number.to_owned(), agreements);
            }
            return;
        }
        for agreement in &before {
            if let Some(entries) = self.entries.get_mut(agreement) {
                entries.remove(number);
                if entries.is_empty() {
                    self.entries.remove(agreement);
                }
            }
        }
        for agreement in &agreements {
            self.entries.entry(agreement.clone()).or_default().insert(number.to_owned());
        }
        for agreement in before.iter().chain(&agreements) {
            self.look_at_agreement(folds, folds.agreements.counts_as(agreement), now, out);
        }
        if !agreements.is_empty() {
            self.names.insert(number.to_owned(), agreements);
        }
    }

    /// Takes the time.
    pub(crate) fn tick(&mut self, folds: Folds<'_>, now: Instant, out: &mut Outcome) {
        for number in self.transfers.due(now) {
            let transfer = folds.transfers.case(folds.settings, &number);
            let alarm = self.alarm_of(folds.agreements, transfer.as_ref());
            let gap = transfer.as_ref().and_then(|it| gap(it, |agreement| self.terms(folds, agreement)));
            let words = |_: &Alarm, alert: Alert| {
                let (Some((gap, on)), Some(transfer)) = (gap, &transfer) else { return alert };
                let agreement = transfer.agreement().map(|(agreement, _)| format!(" It names {agreement}."));
                let words = format!("The transfer of {} {}.", on.day.in_words(), gap.words());
                let alert = alert
                    .arithmetic(words + &agreement.unwrap_or_default())
                    .evidence(seqs([transfer.went(), Some(on)]));
                // Without personal data no law is broken, and the policy is.
                if transfer.is_impersonal() { alert.severity(Severity::Policy) } else { alert }
            };
            let why = WhyCleared::of(transfer.as_ref());
            let why = |_: &str, _: &str| why.words();
            self.transfers.tick(&number, alarm.as_slice(), now, words, why, out);
        }
        for number in self.agreements.due(now) {
            let alarms = self.alarms_of_agreement(folds, &number);
            let agreement = folds.agreements.case(folds.settings, &number);
            let use_of = self.first_unreviewed_use(folds, &number);
            let words = |alarm: &Alarm, alert: Alert| match &agreement {
                Some(agreement) => agreement_words(folds, agreement, use_of.as_ref(), alarm, alert),
                None => alert,
            };
            self.agreements.tick(&number, &alarms, now, words, |_, stage| cleared_agreement(stage), out);
        }
    }

    fn look_at_transfer(&mut self, folds: Folds<'_>, number: &str, now: Instant, out: &mut Outcome) {
        let transfer = folds.transfers.case(folds.settings, number);
        let alarm = self.alarm_of(folds.agreements, transfer.as_ref());
        let why = WhyCleared::of(transfer.as_ref());
        self.transfers.set(number, alarm.as_slice(), now, |_, _| why.words(), out);
    }

    fn look_at_agreement(&mut self, folds: Folds<'_>, number: &str, now: Instant, out: &mut Outcome) {
        let alarms = self.alarms_of_agreement(folds, number);
        self.agreements.set(number, &alarms, now, |_, stage| cleared_agreement(stage), out);
    }

    fn alarm_of(&self, agreements: &CaseFold<Agreement>, transfer: Option<&Transfer>) -> Option<Alarm> {
        let transfer = transfer.filter(|transfer| transfer.incident.is_none())?;
        let terms = |agreement: &str| self.terms.get(agreements.counts_as(agreement));
        gap(transfer, terms).map(|(gap, on)| Alarm::new(&NO_AGREEMENT, gap.stage(), on.time))
    }

    /// What is said of an agreement hangs on the last time in which it is, or was, in force.
    fn alarms_of_agreement(&self, folds: Folds<'_>, number: &str) -> Vec<Alarm> {
        let Some(terms) = self.terms.get(number) else { return Vec::new() };
        let Some(span) = terms.spans.last() else { return Vec::new() };
        let mut alarms = Vec::new();
        let is_personal = terms.kind == Kind::Agreement && terms.is_personal;
        if is_personal && !self.is_on_record(folds, number) {
            alarms.push(Alarm::new(&NOT_ON_RECORD, NO_RECORD, span.from));
        }
        if let Some((on, _)) = self.first_unreviewed_use(folds, number) {
            alarms.push(Alarm::new(&NOT_REVIEWED, USED_UNREVIEWED, on.time));
        }
        let until = span.until.map(|(until, _)| until);
        alarms.retain(|alarm| until.is_none_or(|until| alarm.at < until));
        alarms.into_iter().map(|alarm| until.map_or(alarm, |until| alarm.until(until))).collect()
    }

    /// The first transfer under an agreement after the day by which it was to be reviewed.
    fn first_unreviewed_use(&self, folds: Folds<'_>, number: &str) -> Option<(On, Box<str>)> {
        let from = self.terms.get(number)?.unreviewed_from?;
        let numbers = folds.agreements.numbers_of(number);
        let under = |number: &&str| {
            let later = self.cited.get(*number)?.range((from, Box::from(""))..);
            later.into_iter().find_map(|(_, transfer)| {
                let now = folds.transfers.case(folds.settings, transfer)?;
                let (agreement, on) = now.agreement()?;
                (agreement == *number && on.time >= from).then(|| (on, transfer.clone()))
            })
        };
        numbers.iter().filter_map(under).min_by_key(|(on, _)| (on.time, on.seq))
    }
}

/// The agreements that an entry of the record covers.
pub(crate) fn covered_by(entry: Option<&Entry>) -> Vec<String> {
    entry.filter(|entry| entry.is_live()).map(|entry| entry.agreements.clone()).unwrap_or_default()
}

fn agreement_words(
    folds: Folds<'_>,
    agreement: &Agreement,
    use_of: Option<&(On, Box<str>)>,
    alarm: &Alarm,
    alert: Alert,
) -> Alert {
    let review = agreement.review;
    match (alarm.stage.name, use_of, review) {
        (USED_UNREVIEWED, Some((on, transfer)), Some(review)) => {
            let words = crate::agreement::review_words(&review, "agreement", folds.settings);
            let words =
                format!("{words} It was not, and {transfer} was made under it on {}.", on.day.in_words());
            let alert = alert.arithmetic(words).evidence(seqs([Some(review.on), Some(*on)]));
            match &agreement.owner {
                Some(owner) if owner.starts_with("role/") => alert.recipient(owner.clone()),
                _ => alert,
            }
        }
        _ => {
            let since = agreement.spans.last().map(|span| Day::in_london(span.from).in_words());
            let words = format!(
                "Personal data is shared under the agreement since {}, and no entry of the record of processing that is live \
                 names it.",
                since.unwrap_or_default()
            );
            alert.arithmetic(words).evidence(seqs([Some(agreement.first), agreement.activated]))
        }
    }
}

/// What comes of a transfer, for when the fold has been left.
#[derive(Debug)]
pub(crate) struct Seen {
    number: String,
    alarm: Option<Alarm>,
    why: WhyCleared,
    /// The agreement that it names, where the review of that was overdue.
    overdue: Option<String>,
}

/// Why an alert about a transfer stands no longer.
#[derive(Debug, Clone, Copy)]
enum WhyCleared {
    Incident(Day),
    Otherwise,
    Gone,
}

impl WhyCleared {
    fn of(transfer: Option<&Transfer>) -> WhyCleared {
        match transfer {
            Some(transfer) => {
                transfer.incident.map_or(WhyCleared::Otherwise, |on| WhyCleared::Incident(on.day))
            }
            None => WhyCleared::Gone,
        }
    }

    fn words(self) -> String {
        match self {
            WhyCleared::Incident(day) => format!("an incident was opened for it on {}", day.in_words()),
            WhyCleared::Otherwise => {
                "as it is on record now, it rests on something else, or its agreement stood otherwise"
                    .to_owned()
            }
            WhyCleared::Gone => "the transfer is not on record any more".to_owned(),
        }
    }
}

fn cleared_agreement(stage: &str) -> String {
    match stage {
        USED_UNREVIEWED => "it was reviewed, or is not in force any more".to_owned(),
        _ => "an entry of the record of processing names it, or it is not in force any more".to_owned(),
    }
}
