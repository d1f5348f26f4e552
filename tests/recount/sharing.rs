//! R9: sharing, impact assessments, the record of processing.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use jiff::civil::Date;

use super::book::{Book, Happening};
use super::counted::{Counted, Row, row};
use super::days::{begin, end, in_london, plus_months};

/// An agreement, a memorandum or a protocol.
struct Agreement<'b> {
    /// `isa`, `mou` or `protocol`.
    kind: &'b str,
    protocol: Option<&'b str>,
    is_personal: Option<bool>,
    reviewed: Option<&'b Happening>,
    recorded: Option<&'b Happening>,
    signed: Option<&'b Happening>,
    activated: Option<&'b Happening>,
    /// From when to when it was in force, and what came then.
    spans: Vec<(Timestamp, Option<(Timestamp, &'static str)>)>,
    review_by: Option<Date>,
    is_terminated: bool,
}

/// What happens to one in force comes in the order of its times.
const LIFE: &[&[&str]] = &[
    &["isa.drafted", "protocol.adopted"],
    &["isa.reviewed", "mou.reviewed"],
    &["isa.recorded", "mou.recorded"],
    &["isa.signed"],
    &["isa.activated", "isa.amended", "isa.review_completed", "isa.suspended", "isa.terminated"],
];

fn agreement<'b>(life: &[&'b Happening]) -> Agreement<'b> {
    let mut it = Agreement {
        kind: life[0].kind.split('.').next().unwrap_or(""),
        protocol: None,
        is_personal: None,
        reviewed: None,
        recorded: None,
        signed: None,
        activated: None,
        spans: Vec::new(),
        review_by: None,
        is_terminated: false,
    };
    life.iter().for_each(|entry| it.take(entry));
    it
}

impl<'b> Agreement<'b> {
    fn take(&mut self, it: &'b Happening) {
        self.protocol = it.text("protocol_ref").or(self.protocol);
        match it.kind.as_str() {
            "isa.drafted" => {
                let basis = it.text("lawful_basis").map(|basis| basis != "no_personal_data");
                self.is_personal = basis.or(self.is_personal);
            }
            "isa.reviewed" | "mou.reviewed" => self.gone_through(it),
            "isa.recorded" => self.recorded = self.recorded.or(Some(it)),
            "isa.signed" => self.signed = self.signed.or(Some(it)),
            "protocol.adopted" => self.begin(it, it.day),
            "mou.recorded" => {
                self.recorded = self.recorded.or(Some(it));
                self.begin(it, it.date("starts").map_or(it.day, |starts| starts.max(it.day)));
            }
            "isa.activated" => {
                self.activated = self.activated.or(Some(it));
                self.is_terminated = false;
                self.begin(it, it.day);
            }
            "isa.amended" => self.review_by = it.date("review_due").or(self.review_by),
            "isa.review_completed" => self.review_from(it, it.day),
            "isa.suspended" => self.end(it, "suspended"),
            "isa.terminated" => {
                self.is_terminated = true;
                self.end(it, "terminated");
            }
            _ => {}
        }
    }

    fn review_from(&mut self, it: &Happening, from: Date) {
        self.review_by = it.date("review_due").or(Some(plus_months(from, 12)));
    }

    fn gone_through(&mut self, it: &'b Happening) {
        if it.word("outcome") == "returned" {
            if self.signed.is_none() && self.activated.is_none() {
                self.reviewed = None;
            }
            return;
        }
        self.reviewed = self.reviewed.or(Some(it));
        if self.kind == "mou" && self.recorded.is_some_and(|recorded| recorded.day < it.day) {
            self.review_by = Some(plus_months(it.day, 12));
        }
    }

    fn begin(&mut self, it: &Happening, review_from: Date) {
        let first = begin(it.date("starts").map_or(it.day, |starts| starts.max(it.day)));
        let until = it.date("ends").map(|ends| (end(ends), "expired"));
        match self.spans.last_mut() {
            Some((_, known)) if known.is_none_or(|(until, _)| first < until) => *known = until,
            _ => self.spans.push((first, until)),
        }
        self.review_from(it, review_from);
    }

    fn end(&mut self, it: &Happening, how: &'static str) {
        if let Some((_, until)) = self.spans.last_mut().filter(|(from, _)| *from <= it.time)
            && until.is_none_or(|(until, _)| it.time < until)
        {
            *until = Some((it.time, how));
        }
    }

    fn state(&self, at: Timestamp) -> &'static str {
        match self.spans.iter().rfind(|(from, _)| *from <= at) {
            None => "not yet",
            Some((_, Some((until, then)))) if *until <= at => then,
            Some(_) => "in force",
        }
    }

    fn is_overdue(&self, at: Timestamp) -> bool {
        self.review_by.is_some_and(|by| end(by) <= at)
    }

    fn status(&self, at: Timestamp) -> &'static str {
        match self.state(at) {
            _ if self.is_terminated => "Terminated",
            "terminated" => "Terminated",
            "suspended" => "Suspended",
            "expired" => "Expired",
            "in force" if self.is_overdue(at) => "Review overdue",
            "in force" => "In force",
            _ if self.signed.is_some() => "Signed",
            _ if self.recorded.is_some() => "Recorded",
            _ if self.reviewed.is_some() => "Reviewed",
            _ => "Drafted",
        }
    }

    /// When it was signed or used first, and on which day.
    fn used(&self) -> Option<(Timestamp, Date)> {
        match self.kind {
            "isa" => {
                let first =
                    [self.signed, self.activated].into_iter().flatten().min_by_key(|it| (it.time, it.seq))?;
                Some((first.time, first.day))
            }
            "mou" => {
                let from = self.spans.first()?.0;
                self.recorded.map(|it| (it.time.max(from), it.day.max(in_london(from))))
            }
            _ => None,
        }
    }
}

fn is_before(it: Option<&Happening>, (time, day): (Timestamp, Date)) -> bool {
    it.is_some_and(|it| it.time <= time || (it.day == day && time == begin(day)))
}

pub fn recount(book: &Book, counted: &mut Counted) {
    let cases = book.cases(LIFE);
    let all: BTreeMap<&str, Agreement<'_>> =
        cases.iter().map(|(number, life)| (number.as_str(), agreement(life))).collect();
    agreements(book, &all, counted);
    transfers(book, &all, counted);
    links(book, counted);
    assessments(book, counted);
    processing(book, &all, counted);
}

fn agreements(book: &Book, all: &BTreeMap<&str, Agreement<'_>>, counted: &mut Counted) {
    if all.is_empty() {
        return;
    }
    let at = book.period.status_at;
    let names = [
        "Drafted",
        "Reviewed",
        "Recorded",
        "Signed",
        "In force",
        "Review overdue",
        "Suspended",
        "Expired",
        "Terminated",
        "All",
    ];
    let mut rows = Vec::new();
    for name in names {
        let these: Vec<_> = all.values().filter(|it| name == "All" || it.status(at) == name).collect();
        let of = |kind| these.iter().filter(|it| it.kind == kind).count();
        rows.push(row(name, &[of("isa"), of("mou"), of("protocol"), these.len()]));
    }
    counted.table("agreements_by_status", rows);
    let used: Vec<_> =
        all.values().filter(|it| it.used().is_some_and(|(_, day)| book.period.holds(day))).collect();
    let first = |it: &&&Agreement<'_>| {
        it.used().is_some_and(|used| is_before(it.reviewed, used) && is_before(it.recorded, used))
    };
    counted.share("agreements_reviewed_first", used.iter().filter(first).count(), used.len());
    let in_force: Vec<_> = all.values().filter(|it| it.state(at) == "in force").collect();
    counted.share(
        "agreements_overdue",
        in_force.iter().filter(|it| it.is_overdue(at)).count(),
        in_force.len(),
    );
    let isas: Vec<_> = in_force.iter().filter(|it| it.kind == "isa").collect();
    counted.share(
        "agreements_with_protocol",
        isas.iter().filter(|it| it.protocol.is_some()).count(),
        isas.len(),
    );
}

/// A transfer: when it was made, and found to be unauthorised.
struct Transfer<'b> {
    made: Option<&'b Happening>,
    found: Option<&'b Happening>,
    is_incident: bool,
    lacks: &'static str,
}

const GAPS: [(&str, &str); 9] = [
    ("", "Nothing"),
    ("no agreement", "An agreement"),
    ("unknown", "An agreement on record"),
    ("not yet", "An agreement in force yet"),
    ("suspended", "An agreement that was not suspended"),
    ("expired", "An agreement that had not expired"),
    ("terminated", "An agreement that had not been terminated"),
    ("impersonal", "An agreement for personal data"),
    ("unauthorised", "Permission, as was found"),
];
const METHODS: [(&str, &str, bool); 12] = [
    ("secure_email", "Secure email", true),
    ("secure_file_transfer", "Secure file transfer", true),
    ("shared_system", "Shared system", true),
    ("interface", "Interface", true),
    ("encrypted_media", "Encrypted media", true),
    ("paper_by_hand", "Paper by hand", false),
    ("post", "Post", false),
    ("courier", "Courier", false),
    ("fax", "Fax", false),
    ("ordinary_email", "Ordinary email", true),
    ("phone", "Telephone", false),
    ("other", "Other", false),
];

fn is_impersonal(made: &Happening) -> bool {
    !made.yes("special_category") && made.flag("personal_data") == Some(false)
}

fn lacks(book: &Book, agreements: &BTreeMap<&str, Agreement<'_>>, made: &Happening) -> &'static str {
    if made.text("disclosure_ref").is_some() || made.text("processor_ref").is_some() {
        return "";
    }
    let Some(number) = made.text("isa_ref") else { return "no agreement" };
    let Some(agreement) = agreements.get(book.case(number)) else { return "unknown" };
    if agreement.kind != "isa" && !is_impersonal(made) {
        return "impersonal";
    }
    match agreement.state(made.time) {
        "in force" => "",
        state => state,
    }
}

impl Transfer<'_> {
    fn is_insecure(&self) -> bool {
        let of_made = self.made.is_some_and(|made| {
            let method = made.word("transfer_method");
            let is_electronic = METHODS.iter().any(|(code, _, electronic)| *code == method && *electronic);
            let is_open = match made.flag("encrypted") {
                Some(true) => false,
                Some(false) if is_electronic => true,
                _ => ["ordinary_email", "fax"].contains(&method),
            };
            is_open && !is_impersonal(made)
        });
        of_made || self.found.is_some_and(|it| it.word("why_unauthorised") == "insecure_channel")
    }
}

fn transfers(book: &Book, agreements: &BTreeMap<&str, Agreement<'_>>, counted: &mut Counted) {
    let cases = book.cases(&[&["sharing.transfer_made"], &["sharing.unauthorised_detected"]]);
    let mut all: Vec<Transfer<'_>> = Vec::new();
    for life in cases.values() {
        let made = life.iter().find(|it| it.is("sharing.transfer_made")).copied();
        let found = life.iter().find(|it| it.is("sharing.unauthorised_detected")).copied();
        if !made.or(found).is_some_and(|it| book.period.holds(it.day)) {
            continue;
        }
        let mut gap = made.map_or("", |made| lacks(book, agreements, made));
        if gap.is_empty() && found.is_some_and(|it| it.word("why_unauthorised") != "insecure_channel") {
            gap = "unauthorised";
        }
        let is_incident =
            life.iter().any(|it| it.is("sharing.unauthorised_detected") && it.text("incident_ref").is_some());
        all.push(Transfer { made, found, is_incident, lacks: gap });
    }
    if all.is_empty() {
        return;
    }
    let made: Vec<&Transfer<'_>> = all.iter().filter(|it| it.made.is_some()).collect();
    counted.number("transfers", made.len());
    counted.share("transfers_covered", made.iter().filter(|it| it.lacks.is_empty()).count(), made.len());
    counted.share("transfers_secure", made.iter().filter(|it| !it.is_insecure()).count(), made.len());
    counted.number("transfers_unauthorised", all.iter().filter(|it| it.found.is_some()).count());
    let mut rows = Vec::new();
    for (code, name) in METHODS.iter().map(|(code, name, _)| (Some(*code), *name)).chain([(None, "All")]) {
        let of = |it: &&&Transfer<'_>| {
            code.is_none() || it.made.and_then(|made| made.text("transfer_method")) == code
        };
        let these: Vec<_> = made.iter().filter(of).collect();
        let count = |wanted: &dyn Fn(&Transfer<'_>) -> bool| these.iter().filter(|it| wanted(it)).count();
        let personal = count(&|it| it.made.is_some_and(|made| !is_impersonal(made)));
        if code.is_none() || !these.is_empty() {
            rows.push(row(
                name,
                &[these.len(), personal, count(&|it| it.is_insecure()), count(&|it| !it.lacks.is_empty())],
            ));
        }
    }
    counted.table("transfers_by_method", rows);
    let mut rows = Vec::new();
    for (code, name) in GAPS.iter().map(|(code, name)| (Some(*code), *name)).chain([(None, "All")]) {
        let these: Vec<_> = all.iter().filter(|it| code.is_none_or(|code| it.lacks == code)).collect();
        rows.push(row(name, &[these.len(), these.iter().filter(|it| it.is_incident).count()]));
    }
    counted.table("transfers_by_gap", rows);
}

/// Partners' links: opened after assurance, and open with one.
fn links(book: &Book, counted: &mut Counted) {
    let life: &[&[&str]] =
        &[&["partner.assurance_obtained"], &["partner.access_enabled"], &["partner.access_disabled"]];
    let (mut openings, mut assured_first, mut open_links, mut assured) = (0, 0, 0, 0);
    let cases = book.cases(life);
    for life in cases.values() {
        let mut assurances: Vec<(&Happening, Date)> = Vec::new();
        let (mut is_open, mut systems) = (false, BTreeSet::new());
        for it in life {
            match it.kind.as_str() {
                "partner.assurance_obtained" => {
                    let until = it.date("assurance_until").unwrap_or(it.day).min(plus_months(it.day, 12));
                    assurances.push((it, until));
                }
                "partner.access_enabled" => {
                    systems.extend(it.list("systems"));
                    if !is_open && book.period.holds(it.day) {
                        openings += 1;
                        let holds = |(one, until): &(&Happening, Date)| {
                            is_before(Some(one), (it.time, it.day)) && *until >= it.day
                        };
                        assured_first += usize::from(assurances.iter().any(holds));
                    }
                    is_open = true;
                }
                _ => {
                    let closed = it.list("systems");
                    systems.retain(|system| !closed.is_empty() && !closed.contains(system));
                    is_open = is_open && !systems.is_empty();
                }
            }
        }
        open_links += usize::from(is_open);
        let holds = assurances.iter().any(|(_, until)| *until >= book.period.today());
        assured += usize::from(is_open && holds);
    }
    if !cases.is_empty() {
        counted.share("links_assured_first", assured_first, openings);
        counted.share("links_assured", assured, open_links);
    }
}

fn assessments(book: &Book, counted: &mut Counted) {
    let life: &[&[&str]] = &[
        &["dpia.screened"],
        &["dpia.completed"],
        &["dpia.ico_consulted"],
        &["dpia.approved"],
        &["dpia.reviewed"],
    ];
    let entries = book.cases(&[&["ropa.entry_recorded"], &["ropa.entry_reviewed"]]);
    let (mut screenings, mut begun, mut approved_first) = (0, 0, 0);
    let mut found: Vec<(&'static str, bool, bool)> = Vec::new();
    for (number, life) in book.cases(life) {
        let last = |kind: &str| life.iter().rfind(|it| it.is(kind));
        let screened = last("dpia.screened");
        let go_live = life.iter().filter_map(|it| it.date("go_live")).next_back();
        let approved = life.iter().find(|it| it.is("dpia.approved"));
        let is_completed = last("dpia.completed").is_some();
        let is_needed = screened.is_some_and(|it| it.yes("required")) || is_completed || approved.is_some();
        screenings += usize::from(screened.is_some_and(|it| book.period.holds(it.day)));
        if let Some(day) = go_live.filter(|day| is_needed && book.period.holds(*day)) {
            begun += 1;
            approved_first += usize::from(approved.is_some_and(|it| it.day <= day));
        }
        let is_stopped = last("dpia.reviewed").is_some_and(|it| it.word("decision") == "stop");
        let risk = life
            .iter()
            .filter(|it| !it.is("dpia.screened"))
            .filter_map(|it| it.text("risk_after"))
            .next_back();
        let is_consulted = last("dpia.ico_consulted").is_some();
        let lacks = risk == Some("high") && !is_consulted && !is_stopped;
        let status = match () {
            () if !is_needed => "Not needed",
            () if is_stopped => "Stopped",
            () if !is_completed && approved.is_none() => "To be completed",
            () if lacks => "Regulator to be consulted",
            () if approved.is_some() => "Approved",
            () if is_consulted => "Regulator consulted",
            () => "To be approved",
        };
        let (mut is_live, mut on_record) = (false, false);
        for entry in entries.values() {
            let Some(last) = entry.iter().rfind(|it| it.is("ropa.entry_recorded")) else { continue };
            if last.text("dpia_ref").is_none_or(|dpia| book.case(dpia) != number) {
                continue;
            }
            let said = entry.iter().filter_map(|it| it.text("status")).next_back().unwrap_or("live");
            is_live |= said == "live";
            on_record |= said != "ended";
        }
        found.push((status, (go_live.is_some() || is_live) && !is_stopped, on_record));
    }
    if found.is_empty() {
        return;
    }
    counted.number("assessments_screened", screenings);
    counted.share("assessments_approved_first", approved_first, begun);
    let names = [
        "Not needed",
        "To be completed",
        "To be approved",
        "Regulator to be consulted",
        "Regulator consulted",
        "Approved",
        "Stopped",
        "All",
    ];
    let mut rows: Vec<Row> = Vec::new();
    for name in names {
        let these: Vec<_> = found.iter().filter(|(status, ..)| name == "All" || *status == name).collect();
        let in_use = these.iter().filter(|(_, in_use, _)| *in_use).count();
        rows.push(row(name, &[these.len(), in_use, these.iter().filter(|(.., on)| *on).count()]));
    }
    counted.table("assessments_by_status", rows);
}

fn processing(book: &Book, agreements: &BTreeMap<&str, Agreement<'_>>, counted: &mut Counted) {
    let today = book.period.today();
    let mut live: Vec<(&Happening, Option<Date>)> = Vec::new();
    let cases = book.cases(&[&["ropa.entry_recorded"], &["ropa.entry_reviewed"]]);
    for life in cases.values() {
        let Some(last) = life.iter().rfind(|it| it.is("ropa.entry_recorded")) else { continue };
        let (mut status, mut due) = ("live", None);
        for it in life {
            if it.is("ropa.entry_recorded") {
                status = it.text("status").unwrap_or("live");
                due = it.date("review_due").or(due);
            } else {
                let ended = (it.word("finding") == "ended").then_some("ended");
                status = it.text("status").or(ended).unwrap_or(status);
                due = it.date("review_due");
            }
        }
        if status == "live" {
            live.push((last, due));
        }
    }
    let named: BTreeSet<&str> =
        live.iter().flat_map(|(it, _)| it.list("isa_refs")).map(|isa| book.case(isa)).collect();
    let personal: Vec<&&str> = agreements
        .iter()
        .filter(|(_, it)| it.kind == "isa" && it.is_personal == Some(true))
        .filter(|(_, it)| it.state(book.period.status_at) == "in force")
        .map(|(number, _)| number)
        .collect();
    counted.share(
        "agreements_on_record",
        personal.iter().filter(|it| named.contains(**it)).count(),
        personal.len(),
    );
    notices(book, counted);
    if live.is_empty() {
        return;
    }
    let current = live.iter().filter(|(_, due)| due.is_some_and(|due| due >= today)).count();
    counted.share("processing_current", current, live.len());
    let stage = |due: Option<Date>| match due {
        Some(due) if due >= today => "Not due yet",
        Some(_) => "Overdue",
        None => "No day named",
    };
    let mut rows = Vec::new();
    for name in ["Not due yet", "Overdue", "No day named", "All"] {
        let these: Vec<_> = live.iter().filter(|(_, due)| name == "All" || stage(*due) == name).collect();
        let with = |field: &str| these.iter().filter(|(it, _)| it.text(field).is_some()).count();
        let isas = these.iter().filter(|(it, _)| !it.list("isa_refs").is_empty()).count();
        rows.push(row(name, &[these.len(), with("dpia_ref"), with("notice_ref"), isas]));
    }
    counted.table("processing_coverage", rows);
}

fn notices(book: &Book, counted: &mut Counted) {
    let published = book.in_period(&["privacy_notice.published"]);
    let each: BTreeSet<(&str, Timestamp)> = published.map(|it| (book.case(&it.subject), it.time)).collect();
    counted.number("notices_published", each.len());
}
