//! What there is to be said about a disclosure, and when.

use muniment_sdk::{Alarm, Alert, Deadline, Rule, Severity};

use crate::apply::{Class, Ground};
use crate::case::{Disclosure, End, On, Release};
use crate::faults::Fault;
use crate::{UNANSWERED, WITHOUT_ADVICE, WITHOUT_GROUND};

const UNANSWERED_STAGE: &str = "unanswered";

impl Fault {
    fn rule(self) -> &'static Rule {
        if self == Fault::Advice { &WITHOUT_ADVICE } else { &WITHOUT_GROUND }
    }

    fn stage(self) -> &'static str {
        match self {
            Fault::Ground => "without-ground",
            Fault::GroundOfClass => "ground-not-allowed",
            Fault::Authority => "without-authority",
            Fault::Credentials => "credentials-unverified",
            Fault::Advice => "without-advice",
        }
    }

    fn of_stage(stage: &str) -> Option<Fault> {
        Fault::ALL.into_iter().find(|fault| fault.stage() == stage)
    }
}

/// The alarms of a disclosure, each from the time at which it stands.
pub(crate) fn of(disclosure: &Disclosure) -> Vec<Alarm> {
    if let Some(deadline) = &disclosure.deadline {
        return vec![Alarm::new(&UNANSWERED, UNANSWERED_STAGE, deadline.due.end())];
    }
    if disclosure.releases.is_empty() {
        return Vec::new();
    }
    let standing = |fault: Fault| {
        let release = disclosure.standing(fault)?;
        Some(Alarm::new(fault.rule(), fault.stage(), release.on.time))
    };
    Fault::ALL.into_iter().filter_map(standing).collect()
}

/// Gives an alert its words and its evidence.
pub(crate) fn words(disclosure: &Disclosure, alarm: &Alarm, alert: Alert) -> Alert {
    let fault = Fault::of_stage(alarm.stage.name);
    let Some((fault, release)) = fault.and_then(|fault| Some((fault, disclosure.standing(fault)?))) else {
        let words = disclosure.deadline.as_ref().map(Deadline::words).unwrap_or_default();
        return alert.arithmetic(words).evidence(disclosure.requested.map(|on| on.seq));
    };
    let class = disclosure.class_of(&release).map_or("a third party", with_article);
    let went = format!("Data went to {class} on {}", release.on.day.in_words());
    let words = went + &why(disclosure, &release, fault);
    let seqs = [disclosure.requested, disclosure.assessed, disclosure.approved, Some(release.on)];
    let said = match fault {
        Fault::Authority => disclosure.ranks.iter().map(|(_, on)| on.seq).collect(),
        Fault::Credentials => disclosure.verifications.iter().map(|(_, on)| on.seq).collect(),
        _ => Vec::new(),
    };
    let mut evidence: Vec<u64> = seqs.into_iter().flatten().map(|on| on.seq).chain(said).collect();
    evidence.sort_unstable();
    evidence.dedup();
    let alert = alert.arithmetic(words).evidence(evidence);
    // The law was kept, the policy was not.
    if fault == Fault::GroundOfClass { alert.severity(Severity::Policy) } else { alert }
}

fn why(disclosure: &Disclosure, release: &Release, fault: Fault) -> String {
    match fault {
        Fault::Ground if disclosure.ground_of(release) == Ground::Historic => {
            " under section 29 of the Data Protection Act 1998, which ended with 24 May 2018.".to_owned()
        }
        Fault::Ground => {
            ", and no ground in law is on record: neither the release nor an assessment or approval before it names one."
                .to_owned()
        }
        Fault::GroundOfClass => {
            let allowed = match disclosure.class_of(release) {
                Some(Class::Insurer) => "consent or legal proceedings",
                _ => "consent",
            };
            format!(
                " on the ground {:?}. The policy asks for {allowed}, unless a court or a statute compels the release.",
                disclosure.ground_of(release).title()
            )
        }
        Fault::Authority => {
            ", and no entry up to then says that an inspector or anybody above, or a senior manager, had authorised the \
             request."
                .to_owned()
        }
        Fault::Credentials => {
            let before = disclosure.verifications.iter().rfind(|(_, on)| on.precedes(release.on));
            match before {
                Some((_, on)) => format!(
                    ", and the credentials had not been found to be good: they were last looked at on {}.",
                    on.day.in_words()
                ),
                None => ", and the requester's credentials had not been verified.".to_owned(),
            }
        }
        Fault::Advice => {
            ". It is not on record as routine, and neither is the advice of the information governance team."
                .to_owned()
        }
    }
}

fn with_article(class: Class) -> &'static str {
    match class {
        Class::Police => "the police",
        Class::BorderImmigration => "a border or immigration authority",
        Class::LocalAuthority => "another local authority",
        Class::HmrcDwp => "a tax or benefits authority",
        Class::Regulator => "a regulator",
        Class::Insurer => "an insurer",
        Class::Employer => "an employer",
        Class::Bank => "a bank",
        Class::Solicitor => "a solicitor",
        Class::Court => "a court",
        Class::Health => "a health body",
        Class::Other => "a third party",
    }
}

/// Why an alert stands no longer.
pub(crate) fn cleared(disclosure: &Disclosure, stage: &str) -> String {
    let on = |what: &str, on: On| format!("{what} on {}", on.day.in_words());
    let Some(fault) = Fault::of_stage(stage) else {
        return match (disclosure.ended, &disclosure.deadline) {
            (Some((End::Released, ended)), _) => on("the data was released", ended),
            (Some((End::Refused, ended)), _) => on("it was refused", ended),
            (Some((End::GivenInEmergency, ended)), _) => on("the data was given out as an emergency", ended),
            (Some((End::Withdrawn, ended)), _) => on("it was withdrawn", ended),
            (None, Some(deadline)) => format!("another day is the last: {}", deadline.due.in_words()),
            (None, None) => "no request is on record any more".to_owned(),
        };
    };
    let what = match fault {
        Fault::Ground | Fault::GroundOfClass => "a ground was put on record afterwards,",
        Fault::Authority => "sufficient authority was put on record afterwards,",
        Fault::Credentials => "the credentials were found to be good afterwards,",
        Fault::Advice => "the team's advice was put on record afterwards,",
    };
    match disclosure.put_right(fault) {
        Some(put_right) => on(what, put_right),
        None if fault == Fault::Advice && disclosure.is_routine == Some(true) => {
            "it is on record as routine".to_owned()
        }
        None => "the release, as it is on record now, lacks nothing of the kind".to_owned(),
    }
}
