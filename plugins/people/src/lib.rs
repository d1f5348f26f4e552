//! People and the policies: whether they are trained and reminded, and whether they acknowledged what binds them.

use std::collections::{BTreeMap, BTreeSet};

use muniment_sdk::{
    Alarm, CaseFold, Event, Instant, Manifest, Outcome, Period, Plugin, Register, Row, Rule, Section,
    Severity, Watch,
};
use serde::{Deserialize, Serialize};

mod alarms;
mod apply;
mod awareness;
mod framework;
mod joins;
mod members;
mod person;
mod registers;
mod sections;
mod settings;
#[cfg(test)]
mod tests;
mod time;
mod training;

pub use apply::Class;
pub use settings::Settings;

use awareness::{Awareness, Taught};
use framework::{Framework, Needs, Policy};
use joins::Closing;
use members::{Member, Members};
use person::Person;

pub(crate) const OVERDUE: Rule = Rule {
    id: "A-TRN-1",
    title: "Training overdue",
    severity: Severity::Policy,
    recipient: "role/line-manager",
    clauses: &["leicester L9.1.b", "leicester L9.2.f", "leicester L12.2.d", "coventry C-TCW.iv"],
    feeds: &["training.*", "staff.*"],
};

pub(crate) const UNTRAINED: Rule = Rule {
    id: "A-TRN-2",
    title: "Access without valid training",
    severity: Severity::Policy,
    recipient: "role/line-manager",
    clauses: &["leicester L9.2.f", "leicester L12.2.d", "leicester L12.9.b"],
    feeds: &["access.*", "training.*"],
};

pub(crate) const BELOW_TARGET: Rule = Rule {
    id: "A-TRN-3",
    title: "Councillors below target",
    severity: Severity::Warning,
    recipient: "role/monitoring-officer",
    clauses: &["leicester L12.2.d", "coventry C-TCW.iv"],
    feeds: &["training.*", "staff.*"],
};

pub(crate) const REMINDER_OVERDUE: Rule = Rule {
    id: "A-TRN-4",
    title: "Reminder overdue",
    severity: Severity::Warning,
    recipient: "role/ig-team",
    clauses: &["leicester L3.1.e", "leicester L9.1.a", "leicester L12.2.d", "leicester L17.1"],
    feeds: &["awareness.*", "phishing.*", "verbal.*"],
};

pub(crate) const ONE_MEANS: Rule = Rule {
    id: "A-TRN-5",
    title: "Only one means of training",
    severity: Severity::Warning,
    recipient: "role/ig-team",
    clauses: &["coventry C-TRN"],
    feeds: &["awareness.*", "phishing.*", "verbal.*", "training.*"],
};

pub(crate) const NOT_ACKNOWLEDGED: Rule = Rule {
    id: "A-POL-3",
    title: "Policy not acknowledged",
    severity: Severity::Policy,
    recipient: "role/line-manager",
    clauses: &[
        "leicester L6.1",
        "leicester L9.1.b",
        "leicester L11.1",
        "leicester L12.9.a",
        "coventry C-KPS",
        "coventry C-IMP",
        "coventry C-CMP.2",
    ],
    feeds: &["policy.*", "staff.*", "access.*"],
};

pub(crate) const CLAUSE: Rule = Rule {
    id: "A-POL-4",
    title: "Contract clause not acknowledged",
    severity: Severity::Warning,
    recipient: "role/line-manager",
    clauses: &["leicester L12.9.f"],
    feeds: &["contract.*", "staff.*"],
};

/// The state: people, what they are measured against, and what was given out to many at once.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct People {
    people: CaseFold<Person>,
    policies: CaseFold<Policy>,
    needs: CaseFold<Needs>,
    /// The numbers under which needs are known.
    analysed: BTreeSet<String>,
    /// Both of these, as people are asked for them.
    framework: Framework,
    /// Access without training, and policies not acknowledged.
    joined: Watch,
    awareness: Awareness,
    members: Members,
    /// Whose acknowledgement an entry is: it stands under the policy's name, and is folded with the person.
    acknowledgements: BTreeMap<u64, String>,
}

impl Plugin for People {
    type Settings = Settings;

    const MANIFEST: Manifest = Manifest {
        id: "people",
        version: env!("CARGO_PKG_VERSION"),
        title: "People: training and acknowledgements",
        description: "Watches over training, awareness and the acknowledgement of policies and contract clauses, person \
                      by person, through joining, absence and leaving.",
        subscriptions: &[
            "staff.*",
            "contract.*",
            "training.*",
            "awareness.*",
            "phishing.*",
            "verbal.*",
            "access.*",
            "policy.*",
            "identity.*",
            "case.*",
            "ledger.correction_recorded",
        ],
        rules: &[OVERDUE, UNTRAINED, BELOW_TARGET, REMINDER_OVERDUE, ONE_MEANS, NOT_ACKNOWLEDGED, CLAUSE],
        settings_schema: include_str!("settings.json"),
        catalogue: &[],
        personal: &[],
    };

    const REGISTERS: &'static [Register] = &[registers::TRAINING, registers::ACKNOWLEDGEMENTS];

    fn apply(&mut self, settings: &Settings, event: &Event, out: &mut Outcome) {
        self.awareness.begin(settings, event, out);
        match event.kind.as_str() {
            "policy.acknowledged" => self.acknowledged(settings, event, out),
            "training.needs_analysed" => self.reframe(settings, event, out),
            "ledger.correction_recorded" => {
                self.reframe(settings, event, out);
                self.awareness.apply(settings, event, out);
                self.person(settings, &self.aimed(event), out);
            }
            kind => match kind.split('.').next() {
                Some("policy") => self.reframe(settings, event, out),
                Some("awareness" | "phishing" | "verbal") => self.awareness.apply(settings, event, out),
                Some("case") => {
                    self.reframe(settings, event, out);
                    self.awareness.apply(settings, event, out);
                    self.person(settings, event, out);
                }
                _ => self.person(settings, event, out),
            },
        }
    }

    fn tick(&mut self, settings: &Settings, now: Instant, out: &mut Outcome) {
        self.people.tick(settings, now, out);
        for name in self.joined.due(now) {
            let person = self.people.case(settings, &name).filter(|_| self.people.counts_as(&name) == name);
            let alarms = joined(person.as_ref(), &self.framework, settings);
            let words = |alarm: &Alarm, alert| match &person {
                Some(person) => joins::words(person, &self.framework, settings, alarm, alert),
                None => alert,
            };
            let closing = person.as_ref().map(|person| Closing::of(person, None));
            let cleared = |rule: &str, stage: &str| joins::cleared(closing, rule, stage);
            self.joined.tick(&name, &alarms, now, words, cleared, out);
        }
        self.awareness.tick(settings, now, out);
        self.members.tick(settings, now, out);
    }

    fn wake(&self) -> Option<Instant> {
        [self.people.wake(), self.joined.wake(), self.awareness.wake(), self.members.wake()]
            .into_iter()
            .flatten()
            .min()
    }

    fn register<'p>(
        &'p self,
        settings: &'p Settings,
        name: &str,
        as_at: Instant,
    ) -> Box<dyn Iterator<Item = Row> + 'p> {
        if name == registers::TRAINING.name {
            return Box::new(registers::training(self, settings, as_at));
        }
        Box::new(registers::acknowledgements(self, settings, as_at))
    }

    fn sections(&self, settings: &Settings, period: Period, status_at: Instant) -> Vec<Section> {
        sections::of(self, settings, period, status_at)
    }
}

/// What of a person the rest of the state needs, when they were worked out again.
struct Seen {
    name: String,
    alarms: Vec<Alarm>,
    closing: Option<Closing>,
    taught: Taught,
    member: Option<Member>,
}

fn joined(person: Option<&Person>, framework: &Framework, settings: &Settings) -> Vec<Alarm> {
    person.map(|person| joins::of(person, framework, settings)).unwrap_or_default()
}

impl People {
    /// Takes an event about a person.
    fn person(&mut self, settings: &Settings, event: &Event, out: &mut Outcome) {
        let mut seen: Vec<Seen> = Vec::new();
        let framework = &self.framework;
        self.people.apply_with(settings, event, out, &mut |name, person| {
            seen.push(Seen {
                name: name.to_owned(),
                alarms: joined(person, framework, settings),
                closing: person.map(|person| Closing::of(person, Some(event.seq))),
                taught: person.map(awareness::taught).unwrap_or_default(),
                member: person.and_then(|person| Member::of(person, settings)),
            });
        });
        let now = event.recorded;
        for Seen { name, alarms, closing, taught, member } in seen {
            let cleared = |rule: &str, stage: &str| joins::cleared(closing, rule, stage);
            self.joined.set(&name, &alarms, now, cleared, out);
            self.awareness.teach(&name, taught, settings, now, out);
            self.members.set(&name, member, settings, now, out);
        }
    }

    /// Takes an event about policies or needs. Where it changes what people are measured against, all are looked at again.
    fn reframe(&mut self, settings: &Settings, event: &Event, out: &mut Outcome) {
        let (mut is_touched, known) = (false, &self.framework.policies);
        self.policies.apply_with(settings, event, out, &mut |name, policy| {
            is_touched |= policy != known.get(name);
        });
        // Of whose needs the courses are is not kept; few entries are about them.
        let known = &mut self.analysed;
        self.needs.apply_with(settings, event, out, &mut |name, needs| {
            is_touched |= match needs {
                Some(_) => {
                    known.insert(name.to_owned());
                    true
                }
                None => known.remove(name),
            };
        });
        if !is_touched {
            return;
        }
        let framework = Framework::of(self.policies.cases(settings), self.needs.cases(settings));
        if framework == self.framework {
            return;
        }
        self.framework = framework;
        for (name, person) in self.people.cases(settings) {
            let alarms = joins::of(&person, &self.framework, settings);
            let cleared = |rule: &str, _: &str| joins::cleared_by_framework(rule);
            self.joined.set(name, &alarms, event.recorded, cleared, out);
        }
    }

    /// Hands an acknowledgement over under the name of the person, with the policy's in its data.
    fn acknowledged(&mut self, settings: &Settings, event: &Event, out: &mut Outcome) {
        #[derive(Deserialize)]
        struct Of {
            person: Option<String>,
        }
        let Some(policy) = event.subject.as_deref() else { return };
        // One that says nobody is nobody's; the section counts what it can.
        let Ok(Of { person: Some(person) }) = event.data::<Of>() else { return };
        let Ok(name) = serde_json::to_string(policy) else { return };
        let mut json = format!("{{\"policy\":{name}").into_bytes();
        json.push(b',');
        json.extend_from_slice(event.json.strip_prefix(b"{").unwrap_or_default());
        self.acknowledgements.insert(event.seq, person.clone());
        let event = Event { subject: Some(person), json, ..event.clone() };
        self.person(settings, &event, out);
    }

    /// A correction of an acknowledgement names the policy: here it is to name the person.
    fn aimed(&self, event: &Event) -> Event {
        #[derive(Deserialize)]
        struct Of {
            target: u64,
        }
        let target = event.data::<Of>().ok().and_then(|of| self.acknowledgements.get(&of.target));
        match target {
            Some(person) => Event { subject: Some(person.clone()), ..event.clone() },
            None => event.clone(),
        }
    }
}

muniment_sdk::plugin!(People);
