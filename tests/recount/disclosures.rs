//! R7: disclosures to third parties.

use jiff::Timestamp;
use jiff::civil::{Date, date};
use serde_json::json;

use super::book::{Book, Happening, each};
use super::counted::{Counted, Row, row};
use super::days::{begin, between, hours_later, in_london, plus, working_after};

const LIFE: &[&[&str]] = &[
    &["disclosure.requested"],
    &["disclosure.credentials_verified"],
    &["guidance.given"],
    &["disclosure.assessed"],
    &["disclosure.approved"],
    &["disclosure.emergency_recorded"],
    &["disclosure.released"],
    &["disclosure.refused"],
    &["disclosure.withdrawn"],
    &["disclosure.subject_informed"],
];
const CLASSES: [(&str, &str); 12] = [
    ("police", "Police"),
    ("border_immigration", "Border and immigration"),
    ("local_authority", "Other local authority"),
    ("hmrc_dwp", "Tax and benefits"),
    ("regulator", "Regulator"),
    ("insurer", "Insurer"),
    ("employer", "Employer"),
    ("bank", "Bank"),
    ("solicitor", "Solicitor"),
    ("court", "Court"),
    ("health", "Health body"),
    ("other", "Other"),
];
const GROUNDS: [(&str, &str); 10] = [
    ("dpa2018_sch2_para2_crime", "Crime: Data Protection Act 2018, Schedule 2, paragraph 2"),
    ("dpa2018_sch2_para2_tax", "Tax: Data Protection Act 2018, Schedule 2, paragraph 2"),
    (
        "dpa2018_sch2_para5_legal",
        "Law and legal proceedings: Data Protection Act 2018, Schedule 2, paragraph 5",
    ),
    ("dpa2018_s29_historic", "Data Protection Act 1998, section 29"),
    ("court_order", "Order of a court"),
    ("consent", "Consent"),
    ("statutory_duty", "Statutory duty"),
    ("safeguarding_protocol", "Safeguarding protocol"),
    ("vital_interests", "Vital interests"),
    ("none_stated", "None stated"),
];
const REFUSALS: [(&str, &str); 9] = [
    ("no_basis", "No ground in law"),
    ("not_necessary", "Not necessary"),
    ("not_specific", "About no specific person"),
    ("not_verified", "Credentials not verified"),
    ("no_authority", "No authority"),
    ("not_held", "Not held"),
    ("disproportionate", "Disproportionate"),
    ("consent_refused", "Consent refused"),
    ("other", "Other"),
];

/// A request or a disclosure, with all that is recorded of it.
struct Case<'b> {
    life: Vec<&'b Happening>,
    class: Option<&'b str>,
    service: Option<&'b str>,
    asked: Option<Date>,
    /// How and when it ended.
    end: Option<(&'b str, Date)>,
    releases: Vec<&'b Happening>,
}

fn case<'b>(life: Vec<&'b Happening>) -> Case<'b> {
    const ENDS: [&str; 4] = [
        "disclosure.emergency_recorded",
        "disclosure.released",
        "disclosure.refused",
        "disclosure.withdrawn",
    ];
    let request = life.iter().find(|it| it.is("disclosure.requested"));
    let named = request.into_iter().chain(&life).find_map(|it| it.text("requester_class"));
    let asked = request.map(|it| it.day);
    let end = life.iter().find(|it| ENDS.contains(&it.kind.as_str()));
    // What was answered before it was asked ends when it was asked.
    let end = end.zip(asked).map(|(it, asked)| (it.kind.as_str(), it.day.max(asked)));
    let mut releases: Vec<&Happening> = Vec::new();
    for it in life.iter().filter(|it| it.is("disclosure.released")) {
        let same = |known: &&Happening| {
            known.time == it.time
                && known.text("requester_class") == it.text("requester_class")
                && known.text("legal_basis") == it.text("legal_basis")
        };
        if !releases.iter().any(same) {
            releases.push(it);
        }
    }
    Case { class: named, service: request.and_then(|it| it.text("service")), asked, end, releases, life }
}

/// Whether something was so when something else happened.
fn precedes(it: &Happening, other: &Happening) -> bool {
    it.seq == other.seq || it.time <= other.time || (it.day == other.day && other.time == begin(other.day))
}

/// Something that a release lacked, and whether it was put right since.
type Lack = Option<bool>;

impl Case<'_> {
    /// What was said before a release, and what afterwards.
    fn said<'c>(&'c self, release: &'c Happening, field: &'c str, none: &'c str) -> [Vec<&'c str>; 2] {
        let kinds = match field {
            "legal_basis" => vec!["disclosure.assessed", "disclosure.approved"],
            _ => vec![
                "disclosure.requested",
                "disclosure.credentials_verified",
                "disclosure.approved",
                "disclosure.released",
            ],
        };
        let mut said = [Vec::new(), Vec::new()];
        for it in self.life.iter().filter(|it| kinds.contains(&it.kind.as_str())) {
            if let Some(text) = it.text(field).filter(|text| *text != none) {
                said[usize::from(!precedes(it, release))].push(text);
            }
        }
        said
    }

    fn ground<'c>(&'c self, release: &'c Happening) -> &'c str {
        match release.word("legal_basis") {
            "none_stated" => {
                self.said(release, "legal_basis", "none_stated")[0].last().unwrap_or(&"none_stated")
            }
            ground => ground,
        }
    }

    fn lacks_ground(&self, release: &Happening, is_good: &dyn Fn(&str) -> bool) -> Lack {
        if is_good(self.ground(release)) {
            return None;
        }
        Some(self.said(release, "legal_basis", "none_stated")[1].iter().any(|ground| is_good(ground)))
    }

    /// Ground, ground for the class, authority, credentials, advice.
    fn lacks(&self, release: &Happening) -> [Lack; 5] {
        let is_law = |ground: &str| match ground {
            "none_stated" => false,
            "dpa2018_s29_historic" => release.day < date(2018, 5, 25),
            _ => true,
        };
        let is_allowed = |ground: &str| {
            let compels = ["court_order", "statutory_duty", "consent"].contains(&ground);
            is_law(ground)
                && match self.class {
                    _ if compels => true,
                    Some("insurer") => ground == "dpa2018_sch2_para5_legal",
                    Some("employer") => false,
                    _ => true,
                }
        };
        let ground = self.lacks_ground(release, &is_law);
        let of_class = if ground.is_some() { None } else { self.lacks_ground(release, &is_allowed) };
        [
            ground,
            of_class,
            self.lacks_authority(release),
            self.lacks_credentials(release),
            self.lacks_advice(release),
        ]
    }

    fn lacks_authority(&self, release: &Happening) -> Lack {
        let suffices = |rank: &&str| ["inspector_or_above", "senior_manager"].contains(rank);
        let needs = matches!(self.class, Some("police" | "border_immigration"));
        let [before, after] = self.said(release, "rank", "unknown");
        if !needs || self.ground(release) == "court_order" || before.last().is_some_and(suffices) {
            return None;
        }
        Some(after.iter().any(suffices))
    }

    fn lacks_credentials(&self, release: &Happening) -> Lack {
        let good = |it: &&Happening| it.yes("verified") && it.word("verified_how") != "not_verified";
        let all = || self.life.iter().filter(|it| it.is("disclosure.credentials_verified")).copied();
        let last = |before: bool| all().rfind(|it| precedes(it, release) == before);
        if last(true).as_ref().is_some_and(good) {
            return None;
        }
        Some(last(false).as_ref().is_some_and(good))
    }

    fn is_routine(&self) -> bool {
        let mut said =
            self.life.iter().filter(|it| it.is("disclosure.assessed")).filter_map(|it| it.flag("routine"));
        said.next_back() == Some(true)
    }

    fn lacks_advice(&self, release: &Happening) -> Lack {
        let is_advice = |it: &&&Happening| {
            it.is("guidance.given") || (it.is("disclosure.assessed") && it.yes("ig_advice"))
        };
        let first = self.life.iter().find(is_advice);
        if self.is_routine() || first.is_some_and(|it| precedes(it, release)) {
            return None;
        }
        Some(first.is_some())
    }
}

pub fn recount(book: &Book, counted: &mut Counted) {
    let is_one = |life: &Vec<&Happening>| life.iter().any(|it| !it.is("guidance.given"));
    let cases: Vec<Case<'_>> = book.cases(LIFE).into_values().filter(is_one).map(case).collect();
    flows(book, &cases, counted);
    releases(book, &cases, counted);
    emergencies(book, &cases, counted);
}

/// Open at first, received, ended in four ways, open at the end; nothing where nothing was.
fn flow(book: &Book, name: &str, cases: &[&Case<'_>]) -> Option<Row> {
    let period = book.period;
    let mut sum = [0; 7];
    let mut found = false;
    for case in cases {
        let Some(asked) = case.asked else { continue };
        let open_on = |day| asked <= day && case.end.is_none_or(|(_, end)| end > day);
        let ended = |how: &str| case.end.is_some_and(|(kind, day)| kind.ends_with(how) && period.holds(day));
        let counts = [
            open_on(plus(period.from, -1)),
            period.holds(asked),
            ended(".released"),
            ended(".refused"),
            ended(".emergency_recorded"),
            ended(".withdrawn"),
            open_on(period.to),
        ];
        found |= counts.contains(&true);
        (0..7).for_each(|place| sum[place] += usize::from(counts[place]));
    }
    found.then(|| row(name, &sum))
}

fn flows(book: &Book, cases: &[Case<'_>], counted: &mut Counted) {
    let all: Vec<&Case<'_>> = cases.iter().collect();
    let mut rows = Vec::new();
    for (code, name) in CLASSES {
        rows.extend(flow(book, name, &of(cases, |case| case.class == Some(code))));
    }
    if rows.is_empty() {
        return;
    }
    rows.extend(flow(book, "All", &all));
    let asked = cases.iter().filter_map(|case| case.asked).filter(|day| book.period.holds(*day));
    counted.number("disclosures_requested", asked.count());
    counted.table("disclosures_by_class", rows);
    let mut rows = Vec::new();
    for service in each(cases.iter().filter_map(|case| case.service)) {
        rows.extend(flow(book, service, &of(cases, |case| case.service == Some(service))));
    }
    rows.extend(flow(book, "Not recorded", &of(cases, |case| case.service.is_none())));
    rows.extend(flow(book, "All", &all));
    counted.table("disclosures_by_service", rows);
    answers(book, cases, counted);
}

fn of<'c, 'b>(cases: &'c [Case<'b>], wanted: impl Fn(&Case<'b>) -> bool) -> Vec<&'c Case<'b>> {
    cases.iter().filter(|case| wanted(case)).collect()
}

fn answers(book: &Book, cases: &[Case<'_>], counted: &mut Counted) {
    let mut answered: Vec<(Option<&str>, Date, Date)> = Vec::new();
    for case in cases {
        if let (Some(asked), Some((how, day))) = (case.asked, case.end)
            && how != "disclosure.withdrawn"
            && book.period.holds(day)
        {
            answered.push((case.class, asked, day));
        }
    }
    let in_time = |asked, day: Date| day <= plus(working_after(asked, 21, &book.off.anywhere), -1);
    let count = answered.iter().filter(|(_, asked, day)| in_time(*asked, *day)).count();
    counted.share("disclosures_answered_in_time", count, answered.len());
    let mut rows = Vec::new();
    let classes = CLASSES.iter().map(|(code, name)| (Some(*code), *name)).chain([(None, "All")]);
    for (code, name) in classes {
        let these = answered.iter().filter(|(class, ..)| code.is_none() || *class == code);
        let mut days: Vec<i64> = these.map(|(_, asked, day)| between(*asked, *day)).collect();
        days.sort_unstable();
        if let Some(longest) = days.last() {
            let half = days[days.len().div_ceil(2) - 1];
            rows.push(vec![json!(name), json!(days.len()), json!(half), json!(longest)]);
        }
    }
    counted.table("disclosures_duration", rows);
    let first = |case: &Case<'_>| case.life.iter().find(|it| it.is("disclosure.refused")).copied().cloned();
    let refused: Vec<Happening> =
        cases.iter().filter_map(first).filter(|it| book.period.holds(it.day)).collect();
    let mut rows = super::counted::tally(&REFUSALS, &refused, |it| it.word("refusal_reason").to_owned());
    let all = rows.pop();
    rows.retain(|row| row[1] != json!(0));
    rows.extend(all);
    counted.table("disclosures_refused", rows);
}

fn releases(book: &Book, cases: &[Case<'_>], counted: &mut Counted) {
    let mut all: Vec<(&Case<'_>, &Happening)> = Vec::new();
    for case in cases {
        all.extend(case.releases.iter().filter(|it| book.period.holds(it.day)).map(|it| (case, *it)));
    }
    if all.is_empty() {
        return;
    }
    let count = |wanted: &dyn Fn(&Case<'_>, &Happening) -> bool| {
        all.iter().filter(|(case, release)| wanted(case, release)).count()
    };
    counted.number("disclosures_released", all.len());
    let sound = |case: &Case<'_>, it: &Happening| case.lacks(it)[..4].iter().all(Option::is_none);
    counted.share("disclosures_sound", count(&sound), all.len());
    let advised = |case: &Case<'_>, it: &Happening| !case.is_routine() && case.lacks_advice(it).is_none();
    counted.share("disclosures_advised", count(&advised), count(&|case, _| !case.is_routine()));
    let settled =
        |case: &Case<'_>, _: &Happening| case.life.iter().any(|it| it.is("disclosure.subject_informed"));
    counted.share("disclosures_person_settled", count(&settled), all.len());
    let mut rows = Vec::new();
    for (code, name) in GROUNDS {
        let of_ground = |case: &Case<'_>, it: &Happening| case.ground(it) == code;
        let special = count(&|case, it| of_ground(case, it) && it.yes("special_category"));
        if count(&of_ground) > 0 {
            rows.push(row(name, &[count(&of_ground), special]));
        }
    }
    rows.push(row("All", &[all.len(), count(&|_, it| it.yes("special_category"))]));
    counted.table("disclosures_by_ground", rows);
    let names = [
        "no ground in law",
        "a ground that the policy does not allow",
        "no authority",
        "credentials not verified",
        "no advice",
    ];
    let mut rows = Vec::new();
    for (place, name) in names.into_iter().enumerate() {
        let lacking = count(&|case, it| case.lacks(it)[place].is_some());
        let put_right = count(&|case, it| case.lacks(it)[place] == Some(true));
        rows.push(row(name, &[lacking, put_right, lacking - put_right]));
    }
    counted.table("disclosures_faults", rows);
}

fn emergencies(book: &Book, cases: &[Case<'_>], counted: &mut Counted) {
    let (mut all, mut in_time) = (0, 0);
    for case in cases {
        let mut seen: Vec<Timestamp> = Vec::new();
        for it in case.life.iter().filter(|it| it.is("disclosure.emergency_recorded")) {
            let Some(at) = it.instant("emergency_at").filter(|at| !seen.contains(at)) else { continue };
            seen.push(at);
            if book.period.holds(in_london(at)) {
                let on_record = if it.time > at { it.time } else { it.recorded };
                all += 1;
                in_time += usize::from(on_record <= hours_later(at, 24));
            }
        }
    }
    if all > 0 {
        counted.number("disclosures_emergency", all);
        counted.share("disclosures_emergency_in_time", in_time, all);
    }
}
