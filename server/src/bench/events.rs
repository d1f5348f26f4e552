//! Events like those that a council's systems post, the same for the same numbers.

use muniment_core::event::Event;
use muniment_core::time::Timestamp;

/// First of the instants that the events happened at: 2025-04-01, the start of a financial year.
const START_MICROS: i64 = 1_743_462_000_000_000;
/// Between one event and the next.
const STEP_MICROS: i64 = 6_300_000;

const UNITS: [&str; 8] = [
    "adult-social-care",
    "childrens-services",
    "city-development",
    "corporate-resources",
    "housing",
    "legal-services",
    "neighbourhoods",
    "public-health",
];
const SERVICES: [&str; 6] = ["planning", "highways", "revenues", "electoral", "licensing", "safeguarding"];

/// A small generator of numbers (SplitMix64).
#[derive(Debug)]
struct Numbers(u64);

impl Numbers {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, limit: u64) -> u64 {
        self.next() % limit
    }

    fn of<'a>(&mut self, choices: &[&'a str]) -> &'a str {
        choices[usize::try_from(self.below(choices.len() as u64)).unwrap_or_default()]
    }

    fn uuid(&mut self) -> String {
        let (a, b) = (self.next(), self.next());
        format!(
            "{:08x}-{:04x}-4{:03x}-{:04x}-{:012x}",
            a >> 32,
            (a >> 16) & 0xffff,
            a & 0xfff,
            0x8000 | (b >> 50),
            b & 0xffff_ffff_ffff
        )
    }
}

/// When event `number` happened.
#[must_use]
pub fn happened(number: u64) -> Timestamp {
    Timestamp::from_micros(START_MICROS + i64::try_from(number).unwrap_or_default() * STEP_MICROS)
}

/// The JSON of event `number`, as a client would post it.
#[must_use]
pub fn json(number: u64) -> String {
    let mut numbers = Numbers(number.wrapping_mul(0xD134_2543_DE82_EF95));
    let time = happened(number).to_string();
    let (source, event_type, subject, data) = match numbers.below(10) {
        0 | 1 => request_received(&mut numbers, number),
        2 => request_acknowledged(&mut numbers, number),
        3 => request_response(&mut numbers, number),
        4..=6 => access_granted(&mut numbers),
        7 => isa_activated(&mut numbers),
        8 => disposal_executed(&mut numbers, number),
        _ => breach_assessed(&mut numbers, number),
    };
    format!(
        r#"{{"specversion":"1.0","id":"{}","source":"{source}","type":"{event_type}","subject":"{subject}","time":"{}Z","datacontenttype":"application/json","data":{data}}}"#,
        numbers.uuid(),
        &time[..19],
    )
}

/// Event `number`, checked.
///
/// # Panics
/// If the text is no event, which is a mistake here.
#[must_use]
pub fn event(number: u64) -> Event {
    Event::parse(json(number).as_bytes()).expect("the generator writes events")
}

type Parts = (&'static str, &'static str, String, String);

fn case(number: u64) -> String {
    format!("FOI-2025-{:06}", number / 7)
}

fn request_received(numbers: &mut Numbers, number: u64) -> Parts {
    let data = format!(
        r#"{{"regime":"{}","channel":"{}","requester_class":"{}","unit":"{}","service":"{}","complex":{},"pages_estimated":{},"case_ref":"{}"}}"#,
        numbers.of(&["foi", "eir", "sar"]),
        numbers.of(&["email", "web_form", "post", "whatdotheyknow"]),
        numbers.of(&["private", "media", "business", "researcher", "elected_member"]),
        numbers.of(&UNITS),
        numbers.of(&SERVICES),
        numbers.below(9) == 0,
        numbers.below(400),
        case(number)
    );
    ("/systems/foi-casework", "request.received", case(number), data)
}

fn request_acknowledged(numbers: &mut Numbers, number: u64) -> Parts {
    let data = format!(
        r#"{{"regime":"foi","unit":"{}","acknowledged_by":"role/information-officer","template":"ack-{}","statutory_due":"2025-{:02}-{:02}","working_days":20}}"#,
        numbers.of(&UNITS),
        numbers.below(4),
        1 + numbers.below(12),
        1 + numbers.below(28)
    );
    ("/systems/foi-casework", "request.acknowledged", case(number), data)
}

fn request_response(numbers: &mut Numbers, number: u64) -> Parts {
    let data = format!(
        r#"{{"regime":"foi","outcome":"{}","exemptions":["{}"],"unit":"{}","working_days_taken":{},"hours_spent":{}.{:02},"in_time":{},"disclosure_log":{}}}"#,
        numbers.of(&["granted_in_full", "granted_in_part", "refused_in_full", "not_held"]),
        numbers.of(&["s.21", "s.22", "s.31", "s.40(2)", "s.43"]),
        numbers.of(&UNITS),
        numbers.below(40),
        numbers.below(18),
        numbers.below(100),
        numbers.below(10) != 0,
        numbers.below(3) == 0
    );
    ("/systems/foi-casework", "request.response_issued", case(number), data)
}

fn access_granted(numbers: &mut Numbers) -> Parts {
    let person = numbers.next() % 9_000;
    let data = format!(
        r#"{{"grant_ref":"g-{person:05}","system":"{}","entitlement":"{}","unit":"{}","approved_by":"role/system-owner","approval_ref":"CHG-{:07}","job_function":"{}","privileged":{},"review_due":"2026-{:02}-01"}}"#,
        numbers.of(&["liquidlogic", "civica-cx", "northgate", "sharepoint", "unit4"]),
        numbers.of(&["read", "read_write", "supervisor", "finance_post"]),
        numbers.of(&UNITS),
        numbers.below(10_000_000),
        numbers.of(&["social-worker", "benefits-officer", "planner", "accountant", "clerk"]),
        numbers.below(20) == 0,
        1 + numbers.below(12)
    );
    ("/systems/identity", "access.granted", format!("access/p-{person:05}"), data)
}

fn isa_activated(numbers: &mut Numbers) -> Parts {
    let agreement = numbers.below(9_000);
    let data = format!(
        r#"{{"version":"2025.{}","starts":"2025-{:02}-01","ends":"2028-{:02}-{:02}","review_due":"2026-{:02}-{:02}","owner":"role/information-asset-owner","unit":"{}"}}"#,
        numbers.below(3),
        1 + numbers.below(12),
        1 + numbers.below(12),
        1 + numbers.below(28),
        1 + numbers.below(12),
        1 + numbers.below(28),
        numbers.of(&UNITS)
    );
    ("/systems/agreements", "isa.activated", format!("ISA-{agreement:05}"), data)
}

fn disposal_executed(numbers: &mut Numbers, number: u64) -> Parts {
    let data = format!(
        r#"{{"series":"{}","class":"HSG-{:03}","method":"{}","medium":"{}","quantity":{},"unit_of_quantity":"boxes","authorised_by":"role/records-manager","certificate":"DC-{:08}","due":"2025-{:02}-01"}}"#,
        numbers.of(&["tenancy-files", "planning-applications", "invoices", "personnel"]),
        numbers.below(400),
        numbers.of(&["cross_cut_shred", "incinerate", "secure_erase", "degauss"]),
        numbers.of(&["paper", "disk", "tape", "usb"]),
        1 + numbers.below(90),
        numbers.below(100_000_000),
        1 + numbers.below(12)
    );
    ("/systems/records", "disposal.executed", format!("record/HSG-{:06}", number / 3), data)
}

fn breach_assessed(numbers: &mut Numbers, number: u64) -> Parts {
    let data = format!(
        r#"{{"ico_type":"{}","dimension":"confidentiality","intent":"accidental","cause":"{}","medium":"email","people_affected":{},"special_category":{},"severity":"{}","unit":"{}","recovered":{},"likelihood":{},"impact":{}}}"#,
        numbers.of(&[
            "data_emailed_to_incorrect_recipient",
            "failure_to_use_bcc",
            "loss_or_theft_of_paperwork",
            "verbal_disclosure"
        ]),
        numbers.of(&["human_error", "process", "technical"]),
        numbers.below(300),
        numbers.below(4) == 0,
        numbers.of(&["green", "amber", "red"]),
        numbers.of(&UNITS),
        numbers.below(2) == 0,
        1 + numbers.below(5),
        1 + numbers.below(5)
    );
    ("/systems/incidents", "breach.assessed", format!("INC-{:06}", number / 2), data)
}

#[cfg(test)]
mod tests {
    use muniment_core::catalogue::Catalogue;

    use super::*;

    #[test]
    fn every_event_is_one_of_the_catalogue() {
        let catalogue = Catalogue::built_in().unwrap();
        for number in 0..2_000 {
            let text = json(number);
            let value = muniment_core::json::parse(text.as_bytes()).unwrap();
            let personal = catalogue.check(value.as_object().unwrap());
            assert!(personal.is_ok_and(|personal| personal.is_nothing()), "{text}");
        }
    }

    #[test]
    fn every_event_is_sound_and_none_stands_twice() {
        let keys: std::collections::BTreeSet<_> = (0..2_000).map(|number| event(number).key()).collect();
        assert_eq!(keys.len(), 2_000);
        assert_eq!(event(7), event(7));
    }
}
