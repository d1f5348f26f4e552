//! When something covered records, so that they were not to be destroyed: holds, and requests with what follows them.

use std::collections::{BTreeMap, BTreeSet};

use super::book::{Book, Happening};
use super::instants::At;

/// A time in which something was open, and what it names.
pub struct Cover {
    pub is_hold: bool,
    pub from: At,
    pub until: Option<At>,
    names: BTreeSet<(&'static str, String)>,
}

impl Cover {
    pub fn names(&self, what: &'static str, id: &str) -> bool {
        self.names.contains(&(what, id.to_owned()))
    }

    /// Whether it stood when something happened.
    pub fn stood(&self, at: At) -> bool {
        self.from.may_precede(at) && self.until.is_none_or(|until| !until.may_precede(at))
    }

    /// Whether it stood at an instant.
    pub fn stands(&self, at: jiff::Timestamp) -> bool {
        self.from.time < at && self.until.is_none_or(|until| at < until.time)
    }
}

/// A hold's ground and the times in which it stood.
pub struct Hold {
    pub ground: Option<String>,
    pub spans: Vec<(At, Option<At>)>,
    names: Vec<BTreeSet<(&'static str, String)>>,
    people: BTreeSet<String>,
    cases: BTreeSet<String>,
}

/// A request with all that follows it.
#[derive(Default)]
struct Matter {
    spans: Vec<(At, Option<At>)>,
    names: BTreeSet<(&'static str, String)>,
    people: BTreeSet<String>,
}

pub fn holds(book: &Book) -> Vec<Hold> {
    let life: &[&[&str]] = &[&["hold.placed"], &["hold.released"]];
    book.cases(life).values().map(|life| hold(life)).collect()
}

fn hold(life: &[&Happening]) -> Hold {
    let mut hold = Hold {
        ground: None,
        spans: Vec::new(),
        names: Vec::new(),
        people: BTreeSet::new(),
        cases: BTreeSet::new(),
    };
    for it in life {
        let stands = hold.spans.last().is_some_and(|(_, until)| until.is_none());
        if it.is("hold.released") {
            if let Some((_, until @ None)) = hold.spans.last_mut() {
                *until = Some(At::of(it));
            }
            continue;
        }
        hold.ground = it.text("ground").map(str::to_owned).or(hold.ground);
        if !stands {
            hold.spans.push((At::of(it), None));
            hold.names.push(BTreeSet::new());
        }
        let names = hold.names.last_mut().expect("one stands");
        let mut name = |what, ids: Vec<&str>| names.extend(ids.into_iter().map(|id| (what, id.to_owned())));
        name("record", it.list("records"));
        name("record", it.list("cases"));
        name("series", it.list("series"));
        name("class", it.list("classes"));
        let bare = |case: &str| case.strip_prefix("request/").unwrap_or(case).to_owned();
        hold.cases.extend(it.list("cases").into_iter().map(bare));
        hold.people.extend(it.text("person").map(str::to_owned));
    }
    hold
}

/// What happens to a request, its reviews, and before regulators and tribunals.
const LIFE: &[&[&str]] = &[
    &["request.received"],
    &["request.records_identified"],
    &["review.requested", "ico.complaint_notified", "ico.information_notice"],
    &["ico.decision_notice"],
    &["tribunal.appealed"],
    &["tribunal.decided"],
    &["ico.information_supplied", "ico.decision_complied"],
    &[
        "request.closed",
        "request.withdrawn",
        "request.lapsed",
        "request.fee_lapsed",
        "request.transferred",
        "review.decided",
        "review.withdrawn",
        "ico.complaint_closed",
    ],
    &["request.reopened"],
];

/// The request that an entry is about: reviews and cases of the regulator may have numbers of their own.
fn request_of(book: &Book, numbers: &BTreeMap<&str, String>, it: &Happening) -> String {
    let of = numbers.get(it.subject.as_str()).map_or(it.subject.as_str(), String::as_str);
    book.case(of).to_owned()
}

fn matters(book: &Book) -> BTreeMap<String, Matter> {
    let mut numbers: BTreeMap<&str, String> = BTreeMap::new();
    for it in &book.all {
        let follows = ["review.", "ico.", "tribunal."].iter().any(|group| it.kind.starts_with(group));
        if let Some(of) = it.text("request_ref").filter(|_| follows) {
            numbers.insert(&it.subject, of.strip_prefix("request/").unwrap_or(of).to_owned());
        }
    }
    let cases = book.grouped(LIFE, |it| Some(request_of(book, &numbers, it)));
    cases.into_iter().map(|(number, life)| (number, matter(&life))).collect()
}

/// What is open: requests and reviews by number, and what regulators and tribunals wait for.
fn matter(life: &[&Happening]) -> Matter {
    let mut matter = Matter::default();
    let mut open: Vec<(&str, String)> = Vec::new();
    let mut was_ever = false;
    for it in life {
        matter.take(it, &mut was_ever, &mut open);
        let is_open = matter.spans.last().is_some_and(|(_, until)| until.is_none());
        if open.is_empty() && is_open {
            matter.spans.last_mut().expect("one is open").1 = Some(At::of(it));
        } else if !open.is_empty() && !is_open {
            matter.spans.push((At::of(it), None));
        }
    }
    matter
}

impl Matter {
    fn take(&mut self, it: &Happening, was_ever: &mut bool, open: &mut Vec<(&'static str, String)>) {
        let begin = |what: &'static str, was_ever: &mut bool, open: &mut Vec<(&str, String)>| {
            *was_ever = true;
            open.push((what, it.subject.clone()));
        };
        match it.kind.as_str() {
            "request.received" | "request.reopened" => begin("request", was_ever, open),
            "request.records_identified" if !*was_ever => begin("request", was_ever, open),
            "review.requested" => begin("review", was_ever, open),
            "ico.complaint_notified" => begin("complaint", was_ever, open),
            "ico.information_notice" => begin("notice", was_ever, open),
            "tribunal.appealed" => begin("appeal", was_ever, open),
            "ico.decision_notice" | "ico.complaint_closed" => {
                open.retain(|(what, _)| !["complaint", "notice"].contains(what));
            }
            "tribunal.decided" => open.retain(|(what, _)| *what != "appeal"),
            "ico.information_supplied" => open.retain(|(what, _)| *what != "notice"),
            "ico.decision_complied" if it.flag("complied_in_full") != Some(false) => {
                open.retain(|(what, _)| *what != "steps");
            }
            "review.decided" | "review.withdrawn" => {
                open.retain(|(what, number)| *what != "review" || *number != it.subject);
            }
            "request.closed" if it.word("close_reason") == "merged" => {
                open.retain(|(what, number)| *what != "request" || *number != it.subject);
            }
            "request.transferred" if it.word("transfer_extent") == "part" => {}
            "request.closed"
            | "request.withdrawn"
            | "request.lapsed"
            | "request.fee_lapsed"
            | "request.transferred" => open.retain(|(what, _)| *what != "request"),
            _ => {}
        }
        if ["ico.decision_notice", "tribunal.decided"].contains(&it.kind.as_str())
            && it.number("steps_required").is_some_and(|steps| steps > 0)
        {
            begin("steps", was_ever, open);
        }
        if it.is("request.received") || it.is("request.records_identified") {
            self.people.extend(it.text("person").map(str::to_owned));
        }
        if it.is("request.records_identified") {
            self.names.extend(it.list("records").into_iter().map(|id| ("record", id.to_owned())));
            self.names.extend(it.list("series").into_iter().map(|id| ("series", id.to_owned())));
        }
    }
}

/// All that covered anything: also what others name because of the same person, or of a case that is on hold.
pub fn all(book: &Book) -> Vec<Cover> {
    let matters = matters(book);
    let about = |people: &BTreeSet<String>| {
        let same = matters.values().filter(|other| !other.people.is_disjoint(people));
        same.flat_map(|other| other.names.clone()).collect::<BTreeSet<_>>()
    };
    let mut covers = Vec::new();
    for matter in matters.values() {
        let names: BTreeSet<_> = matter.names.union(&about(&matter.people)).cloned().collect();
        for (from, until) in &matter.spans {
            covers.push(Cover { is_hold: false, from: *from, until: *until, names: names.clone() });
        }
    }
    for hold in holds(book) {
        let mut through = about(&hold.people);
        for case in &hold.cases {
            through.extend(matters.get(book.case(case)).map(|it| it.names.clone()).unwrap_or_default());
        }
        for ((from, until), names) in hold.spans.iter().zip(&hold.names) {
            let names = names.union(&through).cloned().collect();
            covers.push(Cover { is_hold: true, from: *from, until: *until, names });
        }
    }
    covers
}
