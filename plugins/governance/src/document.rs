//! Policies, standards and procedures: whether they are reviewed in time, approved before they are given out, and reviewed
//! with all that belongs to it.

use muniment_sdk::{Alarm, Alert, Case, Data, DataError, Day, Happened, Severity};
use serde::{Deserialize, Serialize};

use crate::on::On;
use crate::{INCOMPLETE, REVIEW, Settings, UNAPPROVED};

const LEFT: &str = "days-left";
const OVERDUE: &str = "overdue";
const NOT_APPROVED: &str = "not-approved";
const MISSING: &str = "inputs-missing";

/// What kind of paper it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) enum Sort {
    Policy,
    Standard,
    Procedure,
}

impl Sort {
    pub(crate) const ALL: [Sort; 3] = [Sort::Policy, Sort::Standard, Sort::Procedure];

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Sort::Policy => "Policies",
            Sort::Standard => "Standards",
            Sort::Procedure => "Procedures",
        }
    }

    pub(crate) const fn one(self) -> &'static str {
        match self {
            Sort::Policy => "policy",
            Sort::Standard => "standard",
            Sort::Procedure => "procedure",
        }
    }
}

/// What an event says of a paper.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Fact {
    sort: Sort,
    what: What,
    version: Option<String>,
    owner: Option<String>,
    unit: Option<String>,
    review_due: Option<Day>,
    cites: Vec<String>,
    baseline: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
enum What {
    Installed,
    Drafted,
    Approved,
    Published,
    Distributed,
    Reviewed { inputs: Inputs },
    Superseded,
}

/// What a review took into account: the four that the policy asks for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Inputs {
    best_practice: bool,
    lessons: bool,
    ict: bool,
    providers: bool,
}

impl Inputs {
    pub(crate) fn missing(self) -> Vec<&'static str> {
        let all = [
            (self.best_practice, "best practice"),
            (self.lessons, "lessons learnt"),
            (self.ict, "the advice of ICT"),
            (self.providers, "the consultation of IT providers"),
        ];
        all.into_iter().filter(|(is_there, _)| !is_there).map(|(_, name)| name).collect()
    }
}

/// A version that applies.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Live {
    pub(crate) version: Option<String>,
    pub(crate) since: On,
    is_published: bool,
}

/// A paper, as it stands.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Document {
    pub(crate) sort: Sort,
    pub(crate) owner: Option<String>,
    pub(crate) unit: Option<String>,
    pub(crate) live: Option<Live>,
    /// When it was looked at last: published, approved or reviewed.
    pub(crate) looked_at: Option<On>,
    /// The day of the next review that was named then.
    named: Option<Day>,
    approved: Vec<(Option<String>, On)>,
    pub(crate) distributed: Option<(Option<String>, On)>,
    pub(crate) review: Option<(Inputs, On)>,
    /// What each version cites, and the set of controls that it follows.
    cited: Vec<Cited>,
}

#[derive(Debug, Clone, PartialEq)]
struct Cited {
    version: Option<String>,
    what: Vec<String>,
    seq: u64,
}

impl Document {
    /// By when it is to be reviewed: the day that was named, but no later than the months that are set.
    pub(crate) fn due(&self, settings: &Settings) -> Option<Day> {
        self.live.as_ref()?;
        let latest = self.looked_at?.day.plus_months(settings.policy_review_months);
        Some(self.named.map_or(latest, |named| named.min(latest)))
    }

    /// A version that was given out last and that nobody had approved.
    fn unapproved(&self) -> Option<&(Option<String>, On)> {
        let given = self.distributed.as_ref().filter(|_| self.sort == Sort::Policy)?;
        let is_approved = self.approved.iter().any(|(version, _)| *version == given.0);
        (!is_approved).then_some(given)
    }

    fn incomplete(&self) -> Option<(Inputs, On)> {
        self.review.filter(|(inputs, _)| !inputs.missing().is_empty())
    }

    /// What the version that applies cites, each with the entry that says so.
    pub(crate) fn cites(&self) -> impl Iterator<Item = (&str, u64)> {
        let live = self.live.as_ref();
        let of_live = self.cited.iter().filter(move |it| live.is_some_and(|live| live.version == it.version));
        of_live.flat_map(|it| it.what.iter().map(|name| (name.as_str(), it.seq)))
    }

    fn take(&mut self, happened: &Happened<Fact>) {
        let (on, fact) = (On::of(happened), &happened.fact);
        self.sort = self.sort.min(fact.sort);
        if fact.owner.is_some() {
            self.owner.clone_from(&fact.owner);
        }
        if fact.unit.is_some() {
            self.unit.clone_from(&fact.unit);
        }
        let mut what = fact.cites.clone();
        what.extend(fact.baseline.clone());
        if !what.is_empty() {
            self.cited.push(Cited { version: fact.version.clone(), what, seq: on.seq });
        }
        let live = |is_published| Some(Live { version: fact.version.clone(), since: on, is_published });
        match &fact.what {
            What::Drafted => {}
            What::Installed => {
                self.looked_at = self.looked_at.or(Some(on));
                self.live = self.live.take().or(live(false));
            }
            What::Approved => {
                self.approved.push((fact.version.clone(), on));
                if !self.live.as_ref().is_some_and(|live| live.is_published) {
                    self.live = live(false);
                }
                (self.looked_at, self.named) = (Some(on), fact.review_due);
            }
            What::Published => {
                if fact.sort != Sort::Policy {
                    self.approved.push((fact.version.clone(), on));
                }
                let is_same = self.live.as_ref().is_some_and(|live| live.version == fact.version);
                // What was named when this version was approved stands, unless another day is named now.
                self.named = fact.review_due.or(self.named.filter(|_| is_same));
                (self.live, self.looked_at) = (live(true), Some(on));
            }
            What::Distributed => {
                self.distributed = Some((fact.version.clone(), on));
                self.looked_at = self.looked_at.or(Some(on));
                self.live = self.live.take().or(live(false));
            }
            What::Reviewed { inputs } => {
                self.review = Some((*inputs, on));
                (self.looked_at, self.named) = (Some(on), fact.review_due);
            }
            What::Superseded => {
                let is_all = fact.version.is_none();
                if is_all || self.live.as_ref().is_some_and(|live| live.version == fact.version) {
                    self.live = None;
                    // What nobody goes by any more is reviewed no more either.
                    self.review = None;
                }
                if is_all || self.distributed.as_ref().is_some_and(|(version, _)| *version == fact.version) {
                    self.distributed = None;
                }
            }
        }
    }
}

impl Case for Document {
    type Settings = Settings;
    type Fact = Fact;

    fn fact(kind: &str, data: Data<'_>) -> Result<Option<Fact>, DataError> {
        let (sort, what) = match kind {
            "policy.installed" => (Sort::Policy, What::Installed),
            "policy.drafted" => (Sort::Policy, What::Drafted),
            "policy.approved" => (Sort::Policy, What::Approved),
            "policy.published" => (Sort::Policy, What::Published),
            "policy.distributed" => (Sort::Policy, What::Distributed),
            "policy.review_completed" => (Sort::Policy, What::Reviewed { inputs: inputs(data)? }),
            "policy.superseded" => (Sort::Policy, What::Superseded),
            "standard.published" => (Sort::Standard, What::Published),
            "procedure.published" => (Sort::Procedure, What::Published),
            _ => return Ok(None),
        };
        let Read { version, owner, unit, review_due, cites, baseline } = data.read()?;
        let baseline = baseline.filter(|baseline| !matches!(baseline.as_str(), "none" | "other"));
        Ok(Some(Fact { sort, what, version, owner, unit, review_due, cites, baseline }))
    }

    fn rank(fact: &Fact) -> u8 {
        match fact.what {
            What::Superseded => 0,
            What::Drafted => 1,
            What::Reviewed { .. } => 2,
            What::Approved => 3,
            What::Published => 4,
            What::Distributed => 5,
            // What the ledger was told when it began says less than anything else.
            What::Installed => 6,
        }
    }

    fn fold(_: &Settings, facts: &[Happened<Fact>]) -> Option<Document> {
        let mut document = Document {
            sort: facts.first()?.fact.sort,
            owner: None,
            unit: None,
            live: None,
            looked_at: None,
            named: None,
            approved: Vec::new(),
            distributed: None,
            review: None,
            cited: Vec::new(),
        };
        facts.iter().for_each(|happened| document.take(happened));
        Some(document)
    }

    fn alarms(&self, settings: &Settings) -> Vec<Alarm> {
        let mut alarms = Vec::new();
        if let Some(due) = self.due(settings) {
            let mut until = due.end();
            alarms.push(Alarm::new(&REVIEW, OVERDUE, until));
            for days in
                [settings.policy_review_warning_second_days, settings.policy_review_warning_first_days]
            {
                let at = due.plus(-i32::from(days)).start();
                alarms.push(Alarm::new(&REVIEW, (days, LEFT), at).until(until).due(due.end()));
                until = at;
            }
        }
        alarms.extend(self.unapproved().map(|(_, on)| Alarm::new(&UNAPPROVED, NOT_APPROVED, on.time)));
        alarms.extend(self.incomplete().map(|(_, on)| Alarm::new(&INCOMPLETE, MISSING, on.time)));
        alarms
    }

    fn alert(&self, settings: &Settings, alarm: &Alarm, alert: Alert) -> Alert {
        let (words, evidence) = match alarm.stage.name {
            NOT_APPROVED => self.unapproved().map(|(version, on)| {
                let version = version.as_deref().unwrap_or("not named");
                let day = on.day.in_words();
                (
                    format!(
                        "Version {version} was distributed on {day}, and no entry says that it was approved."
                    ),
                    on.seq,
                )
            }),
            MISSING => self.incomplete().map(|(inputs, on)| {
                let (missing, day) = (inputs.missing().join(", "), on.day.in_words());
                (format!("The review of {day} does not say that it took into account: {missing}."), on.seq)
            }),
            _ => self.looked_at.map(|on| (self.arithmetic(settings, on), on.seq)),
        }
        .unwrap_or_default();
        let alert = alert.arithmetic(words).evidence([evidence]);
        if alarm.stage.name == LEFT { alert.severity(Severity::Warning) } else { alert }
    }

    fn cleared(&self, _: &Settings, rule: &str, _: &str) -> String {
        match (rule, &self.live) {
            (rule, _) if rule == UNAPPROVED.id => self.no_longer_unapproved().to_owned(),
            (rule, _) if rule == INCOMPLETE.id => self.no_longer_incomplete().to_owned(),
            (_, None) => "it applies no longer".to_owned(),
            (_, Some(_)) => match self.looked_at {
                Some(on) => format!("it was looked at last on {}, or this stage is over", on.day.in_words()),
                None => "it is not due".to_owned(),
            },
        }
    }
}

impl Document {
    fn no_longer_unapproved(&self) -> &'static str {
        match &self.distributed {
            None => "what was distributed applies no longer, or that was corrected",
            Some(_) if self.unapproved().is_some() => "another version was distributed, or on another day",
            Some(_) => "the version that was distributed is approved",
        }
    }

    fn no_longer_incomplete(&self) -> &'static str {
        match self.review {
            None if self.live.is_none() => "it applies no longer, or the review was corrected",
            None => "the review was corrected",
            Some(_) if self.incomplete().is_some() => "the last review is another one",
            Some(_) => "the last review took all into account",
        }
    }

    fn arithmetic(&self, settings: &Settings, looked_at: On) -> String {
        let months = settings.policy_review_months;
        let latest = looked_at.day.plus_months(months);
        let last = looked_at.day.in_words();
        let mut words = format!(
            "Last published, approved or reviewed on {last}; it is to be reviewed every {months} months (setting \
             policy_review_months): by {}.",
            latest.in_words()
        );
        if let Some(named) = self.named {
            let than =
                if named < latest { "is earlier and counts" } else { "is no earlier and changes nothing" };
            words.push_str(&format!(" The day that was named, {}, {than}.", named.in_words()));
        }
        words
    }
}

fn inputs(data: Data<'_>) -> Result<Inputs, DataError> {
    #[derive(Deserialize)]
    struct Reviewed {
        #[serde(default)]
        inputs: Vec<String>,
        #[serde(default)]
        lessons: Vec<String>,
    }
    let Reviewed { inputs, lessons } = data.read()?;
    let names = |name: &str| inputs.iter().any(|input| input == name);
    Ok(Inputs {
        best_practice: names("best_practice"),
        // Who names the lessons took them into account.
        lessons: names("lessons_learnt") || !lessons.is_empty(),
        ict: names("ict_input"),
        providers: names("provider_consultation"),
    })
}

#[derive(Deserialize)]
struct Read {
    version: Option<String>,
    owner: Option<String>,
    unit: Option<String>,
    review_due: Option<Day>,
    #[serde(default)]
    cites: Vec<String>,
    baseline: Option<String>,
}
