//! The legal register, and papers that cite what applies no longer.

use std::collections::BTreeMap;

use muniment_sdk::{
    Alarm, Alert, Case, CaseFold, Data, DataError, Day, Event, Happened, Instant, Outcome, Watch,
};
use serde::{Deserialize, Serialize};

use crate::document::Document;
use crate::on::On;
use crate::{SUPERSEDED, Settings};

const STAGE: &str = "superseded";

/// What is known to apply no longer, where the organisation's own register says nothing: since when, and what came after.
const KNOWN: [(&str, (i16, i8, i8), &str); 6] = [
    ("dpa-1998", (2018, 5, 25), "dpa-2018"),
    ("sensitive-data-order-2000", (2018, 5, 25), "dpa-2018"),
    ("iso_27002_2013", (2022, 2, 15), "iso_27002_2022"),
    ("iso-27002-2013", (2022, 2, 15), "iso-27002-2022"),
    ("iso-iec-27002-2013", (2022, 2, 15), "iso-iec-27002-2022"),
    ("gpms", (2014, 4, 2), "gscp"),
];

/// A statute or standard as the register has it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Statute {
    pub(crate) status: Status,
    pub(crate) successor: Option<String>,
    /// From when on the status holds.
    since: Day,
    pub(crate) review_due: Option<Day>,
    pub(crate) on: On,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Status {
    InForce,
    Amended,
    Superseded,
    Repealed,
    NotYetInForce,
}

impl Status {
    pub(crate) fn is_over(self) -> bool {
        matches!(self, Status::Superseded | Status::Repealed)
    }
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Fact {
    status: Status,
    successor: Option<String>,
    effective: Option<Day>,
    review_due: Option<Day>,
}

impl Case for Statute {
    type Settings = Settings;
    type Fact = Fact;

    fn fact(kind: &str, data: Data<'_>) -> Result<Option<Fact>, DataError> {
        #[derive(Deserialize)]
        struct Read {
            status: Status,
            successor: Option<String>,
            effective: Option<Day>,
            review_due: Option<Day>,
        }
        if kind != "legal_register.updated" {
            return Ok(None);
        }
        let Read { status, successor, effective, review_due } = data.read()?;
        Ok(Some(Fact { status, successor, effective, review_due }))
    }

    fn rank(_: &Fact) -> u8 {
        0
    }

    fn fold(_: &Settings, facts: &[Happened<Fact>]) -> Option<Statute> {
        let last = facts.last()?;
        let Fact { status, successor, effective, review_due } = last.fact.clone();
        let since = effective.unwrap_or(last.day);
        Some(Statute { status, successor, since, review_due, on: On::of(last) })
    }

    fn alarms(&self, _: &Settings) -> Vec<Alarm> {
        Vec::new()
    }

    fn alert(&self, _: &Settings, _: &Alarm, alert: Alert) -> Alert {
        alert
    }
}

/// The register, and the alerts about papers.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Law {
    pub(crate) register: CaseFold<Statute>,
    /// The same, to be asked for every paper.
    known: BTreeMap<String, Statute>,
    watch: Watch,
}

/// Something that a paper cites and that applies no longer.
struct Over<'d> {
    name: &'d str,
    cited_by: u64,
    since: Day,
    successor: Option<String>,
    entry: Option<u64>,
}

impl Law {
    /// Takes an entry of the register. The papers are looked at again where it changes something.
    pub(crate) fn apply(
        &mut self,
        settings: &Settings,
        event: &Event,
        documents: &CaseFold<Document>,
        out: &mut Outcome,
    ) {
        let (known, mut is_other) = (&mut self.known, false);
        self.register.apply_with(settings, event, out, &mut |name, statute| {
            is_other = true;
            match statute {
                Some(statute) => _ = known.insert(name.to_owned(), statute.clone()),
                None => _ = known.remove(name),
            }
        });
        if is_other {
            for (name, document) in documents.cases(settings) {
                self.look_at(name, Some(&document), event.recorded, out);
            }
        }
    }

    pub(crate) fn look_at(
        &mut self,
        name: &str,
        document: Option<&Document>,
        now: Instant,
        out: &mut Outcome,
    ) {
        let alarms: Vec<Alarm> = document.and_then(|document| self.alarm(document)).into_iter().collect();
        let mut watch = std::mem::take(&mut self.watch);
        watch.set(name, &alarms, now, |_, _| self.cleared(document).to_owned(), out);
        self.watch = watch;
    }

    pub(crate) fn tick(
        &mut self,
        settings: &Settings,
        documents: &CaseFold<Document>,
        now: Instant,
        out: &mut Outcome,
    ) {
        for name in self.watch.due(now) {
            let Some(document) = documents.case(settings, &name) else { continue };
            let alarms: Vec<Alarm> = self.alarm(&document).into_iter().collect();
            let mut watch = std::mem::take(&mut self.watch);
            let words = |_: &Alarm, alert| self.words(&document, alert);
            let cleared = |_: &str, _: &str| self.cleared(Some(&document)).to_owned();
            watch.tick(&name, &alarms, now, words, cleared, out);
            self.watch = watch;
        }
    }

    pub(crate) fn wake(&self) -> Option<Instant> {
        self.watch.wake()
    }

    fn over<'d>(&self, document: &'d Document) -> Vec<Over<'d>> {
        let of = |(name, cited_by): (&'d str, u64)| {
            if let Some(own) = self.known.get(name) {
                let (successor, entry) = (own.successor.clone(), Some(own.on.seq));
                return own.status.is_over().then_some(Over {
                    name,
                    cited_by,
                    since: own.since,
                    successor,
                    entry,
                });
            }
            let (_, (year, month, day), successor) = KNOWN.iter().find(|(known, ..)| *known == name)?;
            let since = Day::of(*year, *month, *day)?;
            Some(Over { name, cited_by, since, successor: Some((*successor).to_owned()), entry: None })
        };
        document.cites().filter_map(of).collect()
    }

    /// From the day on which the first of them applied no longer, or the paper began to apply.
    fn alarm(&self, document: &Document) -> Option<Alarm> {
        let live = document.live.as_ref()?.since.time;
        let first = self.over(document).iter().map(|over| over.since).min()?;
        Some(Alarm::new(&SUPERSEDED, STAGE, first.start().max(live)))
    }

    /// Whether a paper cites what applies no longer.
    pub(crate) fn is_behind(&self, document: &Document) -> bool {
        !self.over(document).is_empty()
    }

    fn words(&self, document: &Document, alert: Alert) -> Alert {
        let over = self.over(document);
        let words: Vec<String> = over
            .iter()
            .map(|over| {
                let after = over
                    .successor
                    .as_ref()
                    .map(|it| format!("; it was replaced by {it}"))
                    .unwrap_or_default();
                let whence = if over.entry.is_some() { "the legal register" } else { "the built-in list" };
                format!(
                    "It cites {}, which by {whence} applies no longer since {}{after}.",
                    over.name,
                    over.since.in_words()
                )
            })
            .collect();
        let seqs = over.iter().flat_map(|over| [Some(over.cited_by), over.entry]).flatten();
        alert.arithmetic(words.join(" ")).evidence(seqs)
    }

    /// Why the alert about a paper stands no longer.
    fn cleared(&self, document: Option<&Document>) -> &'static str {
        match document {
            None => "what it rested on was corrected",
            Some(document) if document.live.is_none() => "the paper itself applies no longer",
            Some(document) if self.is_behind(document) => {
                "the day from which on it cites what is superseded is another one"
            }
            Some(_) => "it cites nothing any more that is superseded",
        }
    }
}
