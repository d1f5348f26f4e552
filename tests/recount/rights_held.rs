//! Rights of accounts in systems, for R10: from when to when each was there, and whose it was.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use jiff::civil::Date;

use super::book::{Book, Happening};
use super::days::end;
use super::instants::At;

const LIFE: &[&[&str]] = &[
    &["access.refused"],
    &["access.approved"],
    &["access.orphan_detected"],
    &["access.granted"],
    &["access.changed"],
    &["access.reviewed"],
    &["access.suspended"],
    &["access.revoked"],
];

/// A right of an account. One that was taken away and given again is another one.
pub struct Right {
    pub person: Option<String>,
    pub system: String,
    pub entitlement: Option<String>,
    pub class: Option<String>,
    pub function: Option<String>,
    pub is_privileged: bool,
    /// Whether it was given, was there before the ledger, or was found.
    pub origin: &'static str,
    pub is_approved: bool,
    pub begun: At,
    given: At,
    /// When it was given, changed or confirmed last.
    pub confirmed: Date,
    /// When a review confirmed it last that did not want it gone.
    pub kept: Option<Date>,
    pub touched: Date,
    pub review_due: Option<Date>,
    pub changes: BTreeSet<(Timestamp, Date)>,
    pub reviews: BTreeSet<(Timestamp, Date)>,
    pub is_resting: bool,
    valid_until: Option<Date>,
    pub ended: Option<At>,
    /// When it worked.
    pub spans: Vec<(Timestamp, Option<Timestamp>)>,
}

impl Right {
    fn new(it: &Happening, origin: &'static str) -> Right {
        let at = At::of(it);
        Right {
            person: None,
            system: it.word("system").to_owned(),
            entitlement: it.text("entitlement").map(str::to_owned),
            class: None,
            function: None,
            is_privileged: it.yes("privileged"),
            origin,
            is_approved: false,
            begun: at,
            given: at,
            confirmed: it.day,
            kept: None,
            touched: it.day,
            review_due: None,
            changes: BTreeSet::new(),
            reviews: BTreeSet::new(),
            is_resting: false,
            valid_until: None,
            ended: None,
            spans: vec![(it.time, None)],
        }
    }

    /// Whether what is said of a system and maybe an entitlement is said of it.
    fn is_meant(&self, it: &Happening) -> bool {
        let named = it.text("entitlement");
        let mine = self.entitlement.as_deref();
        self.system == it.word("system") && (named.is_none() || mine.is_none() || named == mine)
    }

    pub fn is_there(&self, day: Date) -> bool {
        self.ended.is_none() && self.valid_until.is_none_or(|until| day <= until)
    }

    /// The day on which it was revoked or ran out.
    pub fn last_day(&self) -> Option<Date> {
        [self.ended.map(|at| at.day), self.valid_until].into_iter().flatten().min()
    }

    /// The last time in which it worked, if it works still as far as is known.
    pub fn is_live(&self) -> bool {
        let runs_out = self.valid_until.map(end);
        let last = self.spans.last();
        self.ended.is_none() && last.is_some_and(|(_, to)| to.is_none() || *to == runs_out)
    }

    pub fn worked_at(&self, at: Timestamp) -> bool {
        self.spans.iter().any(|(from, to)| *from <= at && to.is_none_or(|to| at < to))
    }

    fn describe(&mut self, it: &Happening) {
        let text = |field| it.text(field).map(str::to_owned);
        self.function = text("job_function").or(self.function.take());
        self.class = text("user_class").or(self.class.take());
        self.is_privileged = it.flag("privileged").unwrap_or(self.is_privileged);
        self.entitlement = text("entitlement");
        self.valid_until = it.date("valid_until").filter(|until| it.day <= *until).or(self.valid_until);
        self.review_due = it.date("review_due");
        (self.given, self.confirmed, self.touched, self.is_resting) = (At::of(it), it.day, it.day, false);
        if self.spans.last().is_some_and(|(_, to)| to.is_some()) {
            self.spans.push((it.time, None));
        }
    }

    fn stop(&mut self, at: Timestamp) {
        if let Some((from, to @ None)) = self.spans.last_mut() {
            *to = Some(at.max(*from));
        }
    }

    /// Where it is limited, it ends with its last day.
    fn run_out(&mut self) {
        let Some(until) = self.valid_until.map(end) else { return };
        if let Some((_, to)) = self.spans.last_mut().filter(|(from, _)| *from < until) {
            *to = Some(to.map_or(until, |to| to.min(until)));
        }
    }
}

/// All rights, account by account.
pub fn all(book: &Book) -> Vec<Right> {
    let kinds = LIFE.concat();
    let mut whose: BTreeMap<String, (Timestamp, u64, &str)> = BTreeMap::new();
    for it in book.of(&kinds) {
        let names = ["access.granted", "access.changed", "access.reviewed"].contains(&it.kind.as_str());
        if let Some(person) = it.text("person").filter(|_| names) {
            let known = whose.entry(book.case(&it.subject).to_owned()).or_insert((it.time, it.seq, person));
            *known = (*known).max((it.time, it.seq, person));
        }
    }
    let is_campaign = |it: &Happening| it.number("accounts_reviewed").is_some_and(|many| many > 1);
    let campaigns: Vec<&Happening> = book.of(&["access.reviewed"]).filter(|it| is_campaign(it)).collect();
    let mut all = Vec::new();
    for (account, mut life) in book.cases(LIFE) {
        for campaign in &campaigns {
            if life.iter().any(|it| it.word("system") == campaign.word("system") && it.seq != campaign.seq) {
                life.retain(|it| it.seq != campaign.seq);
                life.push(campaign);
            }
        }
        life.sort_by_key(|it| {
            (it.day, LIFE.iter().position(|kinds| kinds.contains(&it.kind.as_str())), it.time, it.seq)
        });
        let mut rights = Account::default();
        life.iter().for_each(|it| rights.take(it, is_campaign(it)));
        for mut right in rights.rights {
            right.run_out();
            right.person = whose.get(&account).map(|(.., person)| book.person(person).to_owned());
            all.push(right);
        }
    }
    all
}

#[derive(Default)]
struct Account {
    rights: Vec<Right>,
    /// What was approved and not given yet: system and entitlement.
    approved: Vec<(String, Option<String>)>,
}

impl Account {
    fn take(&mut self, it: &Happening, is_campaign: bool) {
        let (system, entitlement) = (it.word("system"), it.text("entitlement"));
        match it.kind.as_str() {
            "access.approved" => self.approved.push((system.to_owned(), entitlement.map(str::to_owned))),
            "access.refused" => self.approved.retain(|(of, right)| {
                of != system || (right.is_some() && entitlement.is_some() && right.as_deref() != entitlement)
            }),
            "access.orphan_detected" => {
                let there =
                    self.rights.iter_mut().filter(|right| right.is_there(it.day) && right.is_meant(it));
                let found = there.map(|right| right.origin = "found").count();
                if found == 0 {
                    self.rights.push(Right::new(it, "found"));
                }
            }
            "access.granted" => self.give(it),
            "access.changed" if entitlement == Some("none") => self.end(it),
            "access.changed" if it.word("entitlement_before") == "none" => self.give(it),
            "access.changed" => self.change(it),
            "access.reviewed" => self.review(it, is_campaign),
            "access.suspended" => {
                for right in self.stopped(it) {
                    right.is_resting = true;
                    right.stop(it.time);
                }
            }
            "access.revoked" => {
                self.end(it);
                self.approved.retain(|(of, _)| of != system);
            }
            _ => {}
        }
    }

    /// What an entry takes away: not what was given later on the same day.
    fn stopped(&mut self, it: &Happening) -> Vec<&mut Right> {
        let at = At::of(it);
        let is_meant = |right: &&mut Right| {
            let entitlement =
                it.text("entitlement").filter(|name| *name != "none").or(it.text("entitlement_before"));
            let mine = right.entitlement.as_deref();
            let named = entitlement.is_none() || mine.is_none() || entitlement == mine;
            right.is_there(it.day)
                && right.system == it.word("system")
                && named
                && !at.is_known_before(right.given)
        };
        self.rights.iter_mut().filter(is_meant).collect()
    }

    fn end(&mut self, it: &Happening) {
        for right in self.stopped(it) {
            right.stop(it.time);
            right.ended = Some(At::of(it));
        }
    }

    fn give(&mut self, it: &Happening) {
        let known = self.rights.iter().position(|right| right.is_there(it.day) && right.is_meant(it));
        let is_new = known.is_none_or(|place| self.rights[place].origin == "found");
        let is_approved = is_new && self.is_approved(it);
        match known {
            Some(place) => self.rights[place].describe(it),
            None => {
                self.rights.push(Right::new(it, "granted"));
                self.rights.last_mut().expect("one was added").describe(it);
            }
        }
        let right = match known {
            Some(place) => &mut self.rights[place],
            None => self.rights.last_mut().expect("one was added"),
        };
        if is_new {
            (right.origin, right.is_approved) = ("granted", is_approved);
        }
    }

    /// An approval of one entitlement is used up; one of all that a system has is not.
    fn is_approved(&mut self, it: &Happening) -> bool {
        let covers = |(system, entitlement): &(String, Option<String>)| {
            system == it.word("system")
                && (entitlement.is_none() || entitlement.as_deref() == it.text("entitlement"))
        };
        let before = self.approved.iter().any(covers);
        self.approved.retain(|one| one.1.is_none() || !covers(one));
        before || it.text("approved_by").is_some() || it.text("approval_ref").is_some()
    }

    fn change(&mut self, it: &Happening) {
        let of_system = |right: &Right| right.is_there(it.day) && right.system == it.word("system");
        let named = |name: Option<&str>| {
            self.rights.iter().position(|right| of_system(right) && right.entitlement.as_deref() == name)
        };
        let only = || {
            let all: Vec<usize> =
                (0..self.rights.len()).filter(|place| of_system(&self.rights[*place])).collect();
            if let [only] = all[..] { Some(only) } else { None }
        };
        let before = it.text("entitlement_before").and_then(|before| named(Some(before)));
        match before.or_else(|| named(it.text("entitlement"))).or_else(only) {
            Some(place) => {
                let is_other = self.rights[place].entitlement.as_deref() != it.text("entitlement");
                let reason = it.text("change_reason");
                let gives = reason.is_none_or(|reason| ["joined", "moved", "other"].contains(&reason));
                self.rights[place].describe(it);
                self.rights[place].changes.insert((it.time, it.day));
                if is_other && gives {
                    let is_approved = self.is_approved(it);
                    self.rights[place].is_approved = is_approved;
                }
            }
            None => {
                let mut right = Right::new(it, "older");
                right.describe(it);
                right.changes.insert((it.time, it.day));
                self.rights.push(right);
            }
        }
    }

    fn review(&mut self, it: &Happening, is_campaign: bool) {
        let is_to_go = it.word("decision") == "removed";
        let mut any = false;
        for right in &mut self.rights {
            if right.is_there(it.day) && right.is_meant(it) {
                any = true;
                right.reviews.insert((it.time, it.day));
                (right.confirmed, right.review_due) = (it.day, it.date("review_due"));
                if !is_to_go && !is_campaign {
                    (right.kept, right.touched) = (Some(it.day), it.day);
                }
            }
        }
        let is_known = self.rights.iter().any(|right| right.is_meant(it));
        if !any && !is_campaign && !is_known && !is_to_go {
            let mut right = Right::new(it, "older");
            right.reviews.insert((it.time, it.day));
            right.review_due = it.date("review_due");
            self.rights.push(right);
        }
    }
}
