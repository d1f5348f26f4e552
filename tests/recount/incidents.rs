//! What became of each incident, for R8.

use jiff::Timestamp;
use jiff::civil::Date;

use super::book::{Book, Happening};
use super::days::{hours_later, in_london};
use super::instants::At;

const LIFE: &[&[&str]] = &[
    &["incident.reported"],
    &["breach.processor_notified"],
    &["incident.triaged"],
    &["incident.near_miss_recorded", "incident.weakness_recorded"],
    &["breach.aware"],
    &["breach.contained", "breach.assessed"],
    &["breach.reportability_decided"],
    &["breach.ico_notified", "breach.subjects_notified", "breach.police_notified"],
    &["breach.senior_management_informed", "breach.investigated"],
    &["breach.action_raised"],
    &["breach.action_completed", "breach.lesson_issued"],
    &["breach.ico_outcome", "breach.claim_received", "case.transferred"],
    &["incident.unsubstantiated"],
    &["incident.closed", "breach.closed"],
];

pub struct Action {
    pub name: String,
    pub raised: Option<Date>,
    pub due: Option<Date>,
    pub done: Option<Date>,
}

/// An incident as it stands.
#[derive(Default)]
pub struct Incident {
    /// The first entry about it.
    first: Option<At>,
    pub reported: Option<At>,
    /// The first sign of it.
    pub suspected: Option<At>,
    pub occurred: Option<Timestamp>,
    pub aware: Option<At>,
    /// Why it is no breach.
    pub ruled_out: Option<&'static str>,
    pub route: String,
    pub unit: Option<String>,
    pub team: Option<String>,
    pub person: Option<String>,
    pub ico_type: Option<String>,
    pub cyber: Option<bool>,
    pub dimension: Option<String>,
    pub intent: Option<String>,
    pub cause: Option<String>,
    pub barrier: Option<String>,
    pub severity: Option<String>,
    pub people: Option<u64>,
    pub people_band: Option<String>,
    pub is_assessed: bool,
    pub has_harm: bool,
    pub training: Option<String>,
    pub contained: Option<At>,
    pub informed: Option<At>,
    pub investigated: Option<At>,
    pub notified: Option<At>,
    pub report_band: Option<String>,
    /// Whether it is reportable, whether people are at high risk, and why they are not told.
    pub decided: Option<(bool, bool, Option<String>)>,
    pub told: Vec<(u64, Timestamp)>,
    pub actions: Vec<Action>,
    pub outcomes: Vec<(String, At)>,
    pub police: Vec<(String, At)>,
    pub claims: Vec<(String, At)>,
    pub lessons: Vec<(String, At)>,
}

/// All incidents.
pub fn all(book: &Book) -> Vec<Incident> {
    let mut found = Vec::new();
    for life in book.cases(LIFE).values() {
        // That a case changes hands says nothing of what it is.
        if life.iter().any(|it| !it.is("case.transferred")) {
            let first = life.first().map(|it| At::of(it));
            let mut incident = Incident { first, ..Incident::default() };
            for it in life {
                incident.take(it);
            }
            found.push(incident);
        }
    }
    found
}

/// What is said later stands.
fn later(said: Option<&str>, before: &mut Option<String>) {
    if let Some(said) = said {
        *before = Some(said.to_owned());
    }
}

/// An entry that was recorded twice tells of one thing.
fn once(all: &mut Vec<(String, At)>, what: &str, at: At) {
    if !all.iter().any(|(known, on)| known == what && on.time == at.time) {
        all.push((what.to_owned(), at));
    }
}

impl Incident {
    pub fn is_breach(&self) -> bool {
        self.aware.is_some()
    }

    /// When those who look after incidents first knew of it.
    pub fn known(&self) -> Option<At> {
        self.reported.or(self.suspected).or(self.aware).or(self.first)
    }

    pub fn is_notified_in_time(&self) -> bool {
        match (self.notified, self.aware) {
            (Some(notified), Some(aware)) => notified.time <= hours_later(aware.time, 72),
            _ => false,
        }
    }

    pub fn is_not_reportable(&self) -> bool {
        self.decided.as_ref().is_some_and(|(reportable, ..)| !reportable)
    }

    pub fn is_cyber(&self) -> bool {
        const CYBER: [&str; 8] = [
            "brute_force_attack",
            "cryptographic_flaw",
            "denial_of_service",
            "hardware_or_software_misconfiguration",
            "malware",
            "other_cyber",
            "phishing",
            "ransomware",
        ];
        let by_type = self.ico_type.as_deref().is_some_and(|kind| CYBER.contains(&kind));
        self.cyber.unwrap_or(by_type)
    }

    /// The day on which it happened, as far as that is known.
    pub fn happened(&self) -> Option<Date> {
        let aware = self.aware?;
        let time = self.occurred.or(self.suspected.map(|at| at.time)).unwrap_or(aware.time);
        Some(in_london(time).min(aware.day))
    }

    fn take(&mut self, it: &Happening) {
        let at = At::of(it);
        self.whose(it);
        self.described(it);
        match it.kind.as_str() {
            "incident.reported" => {
                self.reported = self.reported.or(Some(at));
                self.suspect(at);
                self.seen(it);
            }
            "breach.processor_notified" => self.suspect(at),
            "incident.triaged" => self.triage(it),
            "incident.near_miss_recorded" => {
                later(it.text("barrier"), &mut self.barrier);
                self.rule_out("near_miss");
            }
            "incident.weakness_recorded" if self.route != "breach" => self.rule_out("weakness"),
            "incident.unsubstantiated" => self.unsubstantiated(at),
            "incident.closed" => self.close_report(it, at),
            "breach.aware" => {
                self.aware = self.aware.or(Some(at));
                self.seen(it);
            }
            "breach.contained" => self.contained = self.contained.or(Some(at)),
            "breach.assessed" => self.assess(it),
            "breach.reportability_decided" => {
                let high = it.flag("high_risk").unwrap_or(it.word("reason") == "high_risk_likely");
                let why = it.text("not_told_reason").map(str::to_owned);
                self.decided = Some((it.yes("reportable"), high, why));
            }
            "breach.ico_notified" => {
                self.notified = self.notified.or(Some(at));
                self.report_band = self.report_band.take().or(it.text("report_band").map(str::to_owned));
            }
            _ => self.follow(it, at),
        }
    }

    fn follow(&mut self, it: &Happening, at: At) {
        match it.kind.as_str() {
            "breach.subjects_notified" => {
                let told = (it.number("people_told").unwrap_or(0), at.time);
                if !self.told.contains(&told) {
                    self.told.push(told);
                }
            }
            "breach.senior_management_informed" => self.informed = self.informed.or(Some(at)),
            "breach.investigated" => {
                later(it.text("cause"), &mut self.cause);
                later(it.text("training_valid"), &mut self.training);
                self.investigated = self.investigated.or(Some(at));
            }
            "breach.action_raised" | "breach.action_completed" => self.act(it),
            "breach.ico_outcome" => once(&mut self.outcomes, it.word("ico_decision"), at),
            "breach.police_notified" => once(&mut self.police, it.word("police_ref"), at),
            "breach.claim_received" => once(&mut self.claims, it.word("claim_ref"), at),
            "breach.lesson_issued" => once(&mut self.lessons, it.word("lesson_ref"), at),
            _ => {}
        }
    }

    fn whose(&mut self, it: &Happening) {
        const BY_UNIT: [&str; 8] = [
            "incident.reported",
            "breach.processor_notified",
            "incident.near_miss_recorded",
            "incident.weakness_recorded",
            "breach.aware",
            "breach.assessed",
            "breach.investigated",
            "case.transferred",
        ];
        if !BY_UNIT.contains(&it.kind.as_str()) {
            return;
        }
        later(it.text("unit"), &mut self.unit);
        if !["breach.processor_notified", "breach.aware", "case.transferred"].contains(&it.kind.as_str()) {
            later(it.text("team"), &mut self.team);
            later(it.text("person"), &mut self.person);
        }
    }

    fn described(&mut self, it: &Happening) {
        if ["incident.reported", "incident.triaged", "breach.assessed"].contains(&it.kind.as_str()) {
            later(it.text("ico_type"), &mut self.ico_type);
            later(it.text("dimension"), &mut self.dimension);
            later(it.text("intent"), &mut self.intent);
            self.cyber = it.flag("cyber").or(self.cyber);
        }
        let says = [
            "incident.reported",
            "incident.triaged",
            "breach.assessed",
            "breach.aware",
            "breach.processor_notified",
        ];
        if says.contains(&it.kind.as_str()) {
            self.people = it.number("people_affected").or(self.people);
        }
    }

    /// The earliest sign counts.
    fn suspect(&mut self, at: At) {
        if self.suspected.is_none_or(|before| at.time < before.time) {
            self.suspected = Some(at);
        }
    }

    fn seen(&mut self, it: &Happening) {
        if let Some(time) = it.instant("detected_at") {
            self.suspect(At { time, day: in_london(time) });
        }
        self.occurred = it.instant("occurred_at").or(self.occurred);
    }

    fn triage(&mut self, it: &Happening) {
        self.route = it.word("route").to_owned();
        if !self.is_assessed {
            later(it.text("severity"), &mut self.severity);
        }
        match it.word("route") {
            "breach" | "third_party" => self.ruled_out = None,
            "near_miss" => self.rule_out("near_miss"),
            "weakness" => self.rule_out("weakness"),
            "unsubstantiated" => self.unsubstantiated(At::of(it)),
            "security_only" => self.rule_out("security_only"),
            _ => {}
        }
    }

    fn rule_out(&mut self, why: &'static str) {
        if self.aware.is_none() {
            self.ruled_out = Some(why);
        }
    }

    /// Where nothing had happened, nobody could be aware of it.
    fn unsubstantiated(&mut self, at: At) {
        if self.aware.is_none_or(|aware| aware.time < at.time) {
            (self.aware, self.ruled_out) = (None, Some("unsubstantiated"));
        }
    }

    fn close_report(&mut self, it: &Happening, at: At) {
        match it.word("close_reason") {
            "nothing_found" => self.unsubstantiated(at),
            "near_miss" => self.rule_out("near_miss"),
            "weakness_mended" => self.rule_out("weakness"),
            "duplicate" => self.rule_out("duplicate"),
            _ => {}
        }
    }

    fn assess(&mut self, it: &Happening) {
        self.is_assessed = true;
        later(it.text("severity"), &mut self.severity);
        later(it.text("cause"), &mut self.cause);
        later(it.text("people_band"), &mut self.people_band);
        later(it.text("training_valid"), &mut self.training);
        self.has_harm |= !it.list("harm").is_empty();
    }

    fn act(&mut self, it: &Happening) {
        let name = it.word("action_ref");
        let place = self.actions.iter().position(|action| action.name == name).unwrap_or_else(|| {
            self.actions.push(Action { name: name.to_owned(), raised: None, due: None, done: None });
            self.actions.len() - 1
        });
        let action = &mut self.actions[place];
        if it.is("breach.action_completed") {
            action.done = action.done.or(Some(it.day));
            return;
        }
        // Raised again: what had been done is to be done again.
        if action.raised.is_some() {
            action.done = None;
        }
        action.raised = action.raised.or(Some(it.day));
        action.due = it.date("due").or(action.due);
    }
}
