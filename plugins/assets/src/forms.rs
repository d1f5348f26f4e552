//! The forms of information, and whether the register of assets has each that the policy lists.

use std::collections::{BTreeMap, BTreeSet};

use muniment_sdk::{Alarm, Alert, Day, Instant, Outcome, Watch};
use serde::{Deserialize, Serialize};

use crate::asset::Asset;
use crate::{NOT_REVIEWED, Settings};

/// A form in which information is held.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "each is what it is called")]
pub enum Form {
    Paper,
    Photograph,
    Cctv,
    Video,
    Voice,
    Map,
    Diagram,
    Numeric,
    Database,
    Document,
    Email,
    Fax,
    Tape,
    Disk,
    RemovableMedia,
    Spoken,
    Other,
}

impl Form {
    pub(crate) const ALL: [Form; 17] = [
        Form::Paper,
        Form::Photograph,
        Form::Cctv,
        Form::Video,
        Form::Voice,
        Form::Map,
        Form::Diagram,
        Form::Numeric,
        Form::Database,
        Form::Document,
        Form::Email,
        Form::Fax,
        Form::Tape,
        Form::Disk,
        Form::RemovableMedia,
        Form::Spoken,
        Form::Other,
    ];

    /// As it is called in the catalogue.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Form::Paper => "paper",
            Form::Photograph => "photograph",
            Form::Cctv => "cctv",
            Form::Video => "video",
            Form::Voice => "voice",
            Form::Map => "map",
            Form::Diagram => "diagram",
            Form::Numeric => "numeric",
            Form::Database => "database",
            Form::Document => "document",
            Form::Email => "email",
            Form::Fax => "fax",
            Form::Tape => "tape",
            Form::Disk => "disk",
            Form::RemovableMedia => "removable_media",
            Form::Spoken => "spoken",
            Form::Other => "other",
        }
    }

    /// For people.
    pub(crate) fn title(self) -> &'static str {
        match self {
            Form::Paper => "Paper",
            Form::Photograph => "Photographs",
            Form::Cctv => "CCTV",
            Form::Video => "Video",
            Form::Voice => "Voice recordings",
            Form::Map => "Maps",
            Form::Diagram => "Diagrams",
            Form::Numeric => "Numbers",
            Form::Database => "Databases",
            Form::Document => "Documents",
            Form::Email => "E-mail",
            Form::Fax => "Fax",
            Form::Tape => "Tape",
            Form::Disk => "Disks",
            Form::RemovableMedia => "Removable media",
            Form::Spoken => "Spoken",
            Form::Other => "Other",
        }
    }
}

/// Some forms, as one number.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Forms(u32);

impl Forms {
    pub(crate) fn holds(self, form: Form) -> bool {
        self.0 & (1 << form as u32) != 0
    }

    pub(crate) fn each(self) -> impl Iterator<Item = Form> {
        Form::ALL.into_iter().filter(move |form| self.holds(*form))
    }
}

impl FromIterator<Form> for Forms {
    fn from_iter<I: IntoIterator<Item = Form>>(forms: I) -> Forms {
        Forms(forms.into_iter().fold(0, |bits, form| bits | (1 << form as u32)))
    }
}

/// What the register of assets covers: the alert of a form is about no single asset.
///
/// # Limits
/// An entry of some 60 bytes for each asset that is not retired.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Coverage {
    of: BTreeMap<String, Live>,
    /// When each asset was first registered, with the entry: the first of these is when the register began.
    registered: BTreeSet<(Day, u64)>,
    /// How many assets there are of a form.
    counts: BTreeMap<Form, u64>,
    watch: Watch,
    /// What the alarms were last worked out of: they hang on nothing else.
    settled: (Option<(Day, u64)>, Forms),
}

/// What counts of an asset that is not retired.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
struct Live {
    forms: Forms,
    day: Day,
    seq: u64,
}

impl Coverage {
    /// Takes an asset as it is now; nothing where it is none.
    pub(crate) fn take(&mut self, number: &str, asset: Option<&Asset>) {
        let live = asset.filter(|asset| asset.is_live()).and_then(|asset| {
            let on = asset.registered?;
            Some(Live { forms: asset.forms, day: on.day, seq: on.seq })
        });
        let before = match live {
            // Most events about an asset change neither.
            Some(live) if self.of.get(number) == Some(&live) => return,
            Some(live) => self.of.insert(number.to_owned(), live),
            None => self.of.remove(number),
        };
        if before.is_none() && live.is_none() {
            return;
        }
        if let Some(before) = before {
            self.registered.remove(&(before.day, before.seq));
            for form in before.forms.each() {
                self.counts.entry(form).and_modify(|count| *count -= 1);
            }
            self.counts.retain(|_, count| *count > 0);
        }
        if let Some(live) = live {
            self.registered.insert((live.day, live.seq));
            for form in live.forms.each() {
                *self.counts.entry(form).or_default() += 1;
            }
        }
    }

    /// Says of each form anew whether it has an alarm, where that can have changed.
    pub(crate) fn settle(&mut self, settings: &Settings, now: Instant, out: &mut Outcome) {
        let now_is = (self.began(), self.counts.keys().copied().collect());
        if self.settled == now_is {
            return;
        }
        self.settled = now_is;
        for form in &settings.listed_forms {
            let alarms = self.alarm(settings, *form);
            let alarms = alarms.as_slice();
            self.watch.set(&subject(*form), alarms, now, |_, _| self.counts.cleared(*form), out);
        }
    }

    pub(crate) fn tick(&mut self, settings: &Settings, now: Instant, out: &mut Outcome) {
        for subject in self.watch.due(now) {
            let form = Form::ALL.into_iter().find(|form| self::subject(*form) == subject);
            let listed = form.filter(|form| settings.listed_forms.contains(form));
            let alarms = listed.and_then(|form| self.alarm(settings, form));
            let (began, counts) = (self.began(), &self.counts);
            let words = |_: &Alarm, alert: Alert| match (form, began) {
                (Some(form), Some((day, seq))) => {
                    alert.arithmetic(words(settings, form, day)).evidence([seq])
                }
                _ => alert,
            };
            let cleared = |_: &str, _: &str| form.map_or_else(String::new, |form| counts.cleared(form));
            self.watch.tick(&subject, alarms.as_slice(), now, words, cleared, out);
        }
    }

    pub(crate) fn wake(&self) -> Option<Instant> {
        self.watch.wake()
    }

    /// The day on which the register began, and the entry.
    fn began(&self) -> Option<(Day, u64)> {
        self.registered.first().copied()
    }

    /// A register that nobody has begun lacks nothing yet.
    fn alarm(&self, settings: &Settings, form: Form) -> Option<Alarm> {
        let (began, _) = self.began().filter(|_| !self.counts.contains_key(&form))?;
        Some(Alarm::new(&NOT_REVIEWED, "no-asset", complete_by(settings, began).end()))
    }
}

/// Why a form has no alert any more.
trait Counts {
    fn cleared(&self, form: Form) -> String;
}

impl Counts for BTreeMap<Form, u64> {
    fn cleared(&self, form: Form) -> String {
        match self.get(&form) {
            Some(count) => format!("assets in this form: {count}"),
            None => "the register began on another day, or lists this form no longer".to_owned(),
        }
    }
}

fn complete_by(settings: &Settings, began: Day) -> Day {
    began.plus(i32::from(settings.listed_forms_days))
}

/// What the alert of a form is about.
pub(crate) fn subject(form: Form) -> String {
    format!("form/{}", form.name())
}

fn words(settings: &Settings, form: Form, began: Day) -> String {
    format!(
        "The register of assets lists no information in the form {} (listed_forms). It began on {}, and was to have every \
         form that is listed {} days later (listed_forms_days), by {}.",
        form.name(),
        began.in_words(),
        settings.listed_forms_days,
        complete_by(settings, began).in_words()
    )
}
