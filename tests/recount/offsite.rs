//! R12: working at home, and what leaves the building.

use jiff::Timestamp;
use jiff::civil::Date;

use super::book::{Book, Happening};
use super::counted::{Counted, row};
use super::days::{begin, end, in_london, last, plus, plus_months};

/// A time for which somebody was allowed to work at home.
struct Grant<'b> {
    signed: &'b Happening,
    from: Date,
    until: Timestamp,
}

/// An authorisation with all that was signed under its number.
struct Authorisation<'b> {
    number: String,
    person: Option<&'b str>,
    grants: Vec<Grant<'b>>,
    /// When it was looked at: refused, reviewed or revoked.
    looked_at: Vec<Timestamp>,
    reviewed: Option<Date>,
    review_set: Option<Date>,
}

const LIFE: &[&[&str]] = &[
    &["homework.requested"],
    &["homework.refused"],
    &["homework.authorised"],
    &["homework.reviewed"],
    &["homework.expired"],
    &["homework.revoked"],
];

fn authorisations(book: &Book) -> Vec<Authorisation<'_>> {
    let mut all = Vec::new();
    for (number, life) in book.cases(LIFE) {
        let mut it = Authorisation {
            number,
            person: None,
            grants: Vec::new(),
            looked_at: Vec::new(),
            reviewed: None,
            review_set: None,
        };
        life.iter().for_each(|entry| it.take(entry));
        all.push(it);
    }
    all
}

impl<'b> Authorisation<'b> {
    fn take(&mut self, it: &'b Happening) {
        if ["homework.requested", "homework.refused", "homework.authorised"].contains(&it.kind.as_str()) {
            self.person = it.text("person").or(self.person);
        }
        if ["homework.refused", "homework.reviewed", "homework.revoked"].contains(&it.kind.as_str()) {
            self.looked_at.push(it.time);
        }
        match it.kind.as_str() {
            "homework.authorised" => self.grant(it),
            "homework.reviewed" => {
                (self.reviewed, self.review_set) = (Some(it.day), it.date("review_due"));
                if it.word("decision") == "revoke" {
                    self.end(it.time);
                }
            }
            "homework.expired" => self.end(end(it.date("valid_until").unwrap_or(plus(it.day, -1)))),
            "homework.revoked" => self.end(it.time),
            _ => {}
        }
    }

    fn grant(&mut self, it: &'b Happening) {
        let from = it.date("valid_from").map_or(it.day, |from| from.max(it.day));
        let Some(last) = it.date("valid_until").filter(|last| from <= *last) else { return };
        if self.grants.iter().any(|known| known.signed.time == it.time && known.signed.data == it.data) {
            return;
        }
        for before in &mut self.grants {
            before.until = before.until.min(begin(from));
        }
        self.review_set = it.date("review_due");
        self.grants.push(Grant { signed: it, from, until: end(last) });
    }

    fn end(&mut self, until: Timestamp) {
        for grant in self.grants.iter_mut().filter(|grant| begin(grant.from) <= until) {
            grant.until = grant.until.min(until);
        }
    }
}

impl Grant<'_> {
    fn holds(&self, at: Timestamp) -> bool {
        begin(self.from) <= at && at < self.until
    }

    fn needs_director(&self) -> bool {
        self.signed.yes("electronic_files") && self.signed.flag("identifiable") != Some(false)
    }

    /// Whether whoever signed had the power to.
    fn is_rightly_signed(&self, book: &Book) -> bool {
        let (it, role) = (self.signed, self.signed.text("authorised_by"));
        match it.word("signatory") {
            "service_director" => role.is_none_or(|role| !is_no_director(book, role, it.day)),
            "authorised_deputy" => {
                let named = it.text("delegation_ref");
                let permits = |one: &&Happening| {
                    let is_it = match named {
                        Some(number) => book.case(number) == book.case(&one.subject),
                        None => role.is_some(),
                    };
                    is_it
                        && one.word("power") == "homework_authorisation"
                        && role.is_none_or(|role| one.word("delegated_to") == role)
                        && one.date("from").unwrap_or(one.day) <= it.day
                        && one.date("until").is_none_or(|until| it.day <= until)
                };
                book.of(&["delegation.recorded"]).any(|one| permits(&one))
            }
            _ => false,
        }
    }
}

/// Where roles are recorded, the director's has to have been held.
fn is_no_director(book: &Book, role: &str, day: Date) -> bool {
    let about =
        book.of(&["role.assigned", "role.vacated"]).filter(|it| book.case(&it.subject) == book.case(role));
    let last = about.filter(|it| it.date("from").unwrap_or(it.day) <= day);
    let last = last.max_by_key(|it| (it.date("from").unwrap_or(it.day), it.is("role.assigned"), it.seq));
    last.is_some_and(|it| {
        let is_over = it.date("until").is_some_and(|until| until < day);
        it.is("role.vacated") || it.word("role_kind") != "service_director" || is_over
    })
}

pub fn recount(book: &Book, counted: &mut Counted) {
    let all = authorisations(book);
    signatures(book, &all, counted);
    items(book, &all, counted);
    violations(book, &all, counted);
}

fn signatures(book: &Book, all: &[Authorisation<'_>], counted: &mut Counted) {
    let period = book.period;
    let close = last(period.to).min(period.status_at);
    let grants: Vec<&Grant<'_>> = all.iter().flat_map(|it| &it.grants).collect();
    let signed: Vec<_> = grants.iter().filter(|it| period.holds(it.signed.day)).collect();
    if signed.is_empty() && !grants.iter().any(|it| it.holds(close)) {
        return;
    }
    let names = [
        (Some("service_director"), "Service director"),
        (Some("authorised_deputy"), "Authorised deputy"),
        (Some("line_manager"), "Line manager"),
        (Some("other"), "Other"),
        (None, "All"),
    ];
    let mut rows = Vec::new();
    for (code, name) in names {
        let of = |it: &Grant<'_>| code.is_none_or(|code| it.signed.word("signatory") == code);
        let count =
            |wanted: &dyn Fn(&Grant<'_>) -> bool| grants.iter().filter(|it| of(it) && wanted(it)).count();
        let over = |it: &Grant<'_>| period.holds(in_london(it.until)) && it.until <= close;
        rows.push(row(
            name,
            &[count(&|it| period.holds(it.signed.day)), count(&over), count(&|it| it.holds(close))],
        ));
    }
    counted.table("authorisations_by_signatory", rows);
    let asked: Vec<_> = signed.iter().filter(|it| it.needs_director()).collect();
    if !asked.is_empty() {
        let right = asked.iter().filter(|it| it.is_rightly_signed(book)).count();
        counted.share("authorisations_rightly_signed", right, asked.len());
    }
    let (mut live, mut in_date) = (0, 0);
    for it in all {
        let Some(last) = it.grants.last().filter(|last| last.holds(close)) else { continue };
        let since = it.reviewed.map_or(last.signed.day, |day| day.max(last.signed.day));
        let latest = plus_months(since, 12);
        live += 1;
        in_date += usize::from(close < end(it.review_set.map_or(latest, |set| set.min(latest))));
    }
    if live > 0 {
        counted.share("authorisations_reviewed", in_date, live);
    }
}

/// The authorisations of a number or of a person.
fn of<'a, 'b>(
    book: &'a Book,
    all: &'a [Authorisation<'b>],
    number: Option<&'a str>,
    person: Option<&'a str>,
) -> impl Iterator<Item = &'a Authorisation<'b>> {
    all.iter().filter(move |it| {
        let same = |(one, other): (&str, &str)| book.person(one) == book.person(other);
        number.is_some_and(|number| book.case(number) == it.number) || person.zip(it.person).is_some_and(same)
    })
}

/// A time out of the building.
struct Trip<'b> {
    out: &'b Happening,
    back: Option<Date>,
    is_lost: bool,
}

fn trips(book: &Book) -> Vec<Trip<'_>> {
    const KINDS: &[&str] = &["offsite.checked_out", "offsite.returned", "offsite.lost"];
    let mut all = Vec::new();
    for mut life in book.cases(&[KINDS]).into_values() {
        // Where of a return only the day is known, it came after what left on that day.
        let is_whole_day = |it: &Happening| it.time == begin(it.day);
        life.sort_by_key(|it| (it.day, !it.is("offsite.checked_out") && is_whole_day(it), it.time, it.seq));
        let mut trips: Vec<Trip<'_>> = Vec::new();
        for it in life {
            let open = trips.last_mut().filter(|trip| trip.back.is_none());
            match (it.kind.as_str(), open) {
                ("offsite.checked_out", open) => {
                    if let Some(trip) = open {
                        if trip.out.time == it.time && trip.out.data == it.data {
                            continue;
                        }
                        trip.back = Some(it.day);
                    }
                    trips.push(Trip { out: it, back: None, is_lost: false });
                }
                ("offsite.returned", Some(trip)) if it.flag("complete") != Some(false) => {
                    trip.back = Some(it.day)
                }
                ("offsite.lost", Some(trip)) => trip.is_lost = true,
                _ => {}
            }
        }
        all.extend(trips);
    }
    all
}

fn items(book: &Book, all: &[Authorisation<'_>], counted: &mut Counted) {
    let trips = trips(book);
    let left: Vec<&Trip<'_>> = trips.iter().filter(|it| book.period.holds(it.out.day)).collect();
    if left.is_empty() {
        return;
    }
    let about_people: Vec<_> = left.iter().filter(|it| it.out.yes("identifiable")).collect();
    let is_covered = |it: &&&&Trip<'_>| {
        let mut theirs = of(book, all, it.out.text("authorisation_ref"), it.out.text("person"));
        theirs.any(|one| one.grants.iter().any(|grant| grant.holds(it.out.time)))
    };
    if !about_people.is_empty() {
        counted.share("items_authorised", about_people.iter().filter(is_covered).count(), about_people.len());
    }
    let is_electronic = |it: &&&Trip<'_>| !["paper", "other"].contains(&it.out.word("medium"));
    let electronic: Vec<_> = left.iter().filter(is_electronic).collect();
    if !electronic.is_empty() {
        let encrypted = electronic.iter().filter(|it| is_encrypted(book, it.out)).count();
        counted.share("items_encrypted", encrypted, electronic.len());
    }
    let names = [
        (Some("paper"), "Paper"),
        (Some("laptop"), "Laptop"),
        (Some("phone"), "Phone"),
        (Some("tablet"), "Tablet"),
        (Some("usb"), "Memory stick"),
        (Some("disk"), "Disk"),
        (Some("optical"), "Optical disc"),
        (Some("tape"), "Tape"),
        (Some("other"), "Other"),
        (None, "All"),
    ];
    let mut rows = Vec::new();
    for (code, name) in names {
        let mut sum = [0; 6];
        for trip in left.iter().filter(|it| code.is_none_or(|code| it.out.word("medium") == code)) {
            let due = trip.out.date("due_back").map_or(trip.out.day, |due| due.max(trip.out.day));
            let stage = match trip.back {
                Some(back) if back <= due => 1,
                Some(_) => 2,
                None if trip.is_lost => 3,
                None if due < book.period.today() => 4,
                None => 5,
            };
            sum[0] += 1;
            sum[stage] += 1;
        }
        rows.push(row(name, &sum));
    }
    counted.table("items_by_medium", rows);
}

/// As was recorded when it left, or as its device was found to be before.
fn is_encrypted(book: &Book, out: &Happening) -> bool {
    let checks = book.of(&["device.encrypted_verified"]).filter(|it| {
        it.time <= out.time
            && out.text("asset").is_some_and(|asset| book.case(asset) == book.case(&it.subject))
    });
    let last = checks.max_by_key(|it| (it.day, it.time, it.yes("encrypted"), it.seq));
    out.flag("encrypted").unwrap_or(last.is_some_and(|it| it.yes("encrypted")))
}

fn violations(book: &Book, all: &[Authorisation<'_>], counted: &mut Counted) {
    let names = [
        (Some("home_email"), "Sent to a private mailbox"),
        (Some("vehicle"), "Left in a vehicle"),
        (Some("unlocked"), "Not locked away"),
        (Some("unencrypted"), "Not encrypted"),
        (Some("not_authorised"), "Not authorised"),
        (Some("shared_equipment"), "On shared equipment"),
        (Some("overdue"), "Kept for too long"),
        (Some("other"), "Other"),
        (None, "All"),
    ];
    let mut found: Vec<&Happening> = Vec::new();
    for it in book.in_period(&["homework.violation_recorded"]) {
        let is_same = |known: &&Happening| {
            known.time == it.time
                && known.data == it.data
                && book.case(&known.subject) == book.case(&it.subject)
        };
        if !found.iter().any(is_same) {
            found.push(it);
        }
    }
    if found.is_empty() {
        return;
    }
    let mut rows = Vec::new();
    for (code, name) in names {
        let these: Vec<_> =
            found.iter().filter(|it| code.is_none_or(|code| it.word("kind") == code)).collect();
        let dealt = these.iter().filter(|it| is_dealt_with(book, all, it)).count();
        rows.push(row(name, &[these.len(), dealt, these.len() - dealt]));
    }
    counted.table("violations_by_kind", rows);
}

/// The authorisation was looked at since, or the incident that was opened for it is closed.
fn is_dealt_with(book: &Book, all: &[Authorisation<'_>], it: &Happening) -> bool {
    let number = it.text("authorisation_ref").unwrap_or(&it.subject);
    let looked_at = of(book, all, Some(number), it.text("person")).any(|one| {
        let agreed = one.grants.iter().any(|grant| it.time <= grant.signed.time);
        one.looked_at.iter().any(|at| it.time <= *at) || (it.word("kind") == "not_authorised" && agreed)
    });
    let closed = book.of(&["incident.closed", "breach.closed", "incident.unsubstantiated"]).any(|end| {
        let is_it =
            it.text("incident_ref").is_some_and(|number| book.case(number) == book.case(&end.subject));
        is_it && it.time <= end.time
    });
    looked_at || closed
}
