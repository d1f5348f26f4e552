//! Destroying sealed personal data on purpose: one case, one person, or a disposal run of many cases.
//!
//! Somebody asks (after a dry run, whose digest is part of the request), somebody else agrees, a delay passes in which
//! anybody may still cancel, and only if no hold and no open request covers it are the keys destroyed. Every step is an
//! event; the last, `personal.destroyed`, is the certificate, and its receipt proves it.
//!
//! # What a crash leaves
//! Before the first `personal.destroyed`: a request that still stands. After it: the start erases what the ledger says
//! was destroyed, and goes on with the rest of the request.

mod carrier;
mod error;
mod guard;
mod plan;
mod record;
mod request;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use muniment_core::hash::Hash;
use muniment_core::limits::LIST_ITEMS_MAX;
use muniment_core::time::Timestamp;

pub use carrier::Carrier;
pub use error::ErasureError;
pub use guard::{Counted, Guard};
pub use plan::{ENTRIES_MAX, Plan, PlannedCase, PlannedPerson};
pub use request::{Basis, Case, Progress, Request, Wish};

use crate::index::Index;
use crate::ledger::Ledger;
use crate::vault::Vault;
use plan::{Finder, entries_digest};
use record::Destroyed;
use request::{destroyed_seqs, read};

/// Most cases, and most persons, of one request.
pub const ITEMS_MAX: usize = LIST_ITEMS_MAX;

/// How long a request that something stands in the way of is left alone.
const BLOCKED_SECONDS: i64 = 5;

/// The group that stands for persons where a group is asked for.
pub const PERSON: &str = "person";

/// The part of a request that is not destroyed yet.
#[derive(Debug, Default)]
struct Rest {
    cases: Vec<Case>,
    people: Vec<String>,
    /// The places of both in the request, the cases first.
    items: Vec<usize>,
}

impl Rest {
    fn is_empty(&self) -> bool {
        self.items.is_empty()
    }
}

/// Tells every backup destination what was destroyed.
pub trait Destinations: fmt::Debug + Send + Sync {
    /// Writes entries to the erasure list of each, where they are not there yet.
    ///
    /// # Errors
    /// Which of them could not be written to, in words.
    fn tell(&self, lines: &[Vec<u8>]) -> Result<(), String>;
}

/// The requests to destroy of a ledger.
#[derive(Debug)]
pub struct Erasures {
    ledger: Arc<Ledger>,
    index: Arc<Index>,
    vault: Arc<Vault>,
    guard: Guard,
    destinations: Box<dyn Destinations>,
    requests: Mutex<BTreeMap<u64, Request>>,
    /// When what is blocked is looked at again.
    again: Mutex<BTreeMap<u64, Timestamp>>,
    /// Held while anything is asked for, agreed to or done: requests are numbered, and one is carried out at a time.
    acting: Mutex<()>,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Erasures {
    /// Reads the requests of a ledger.
    ///
    /// # Errors
    /// As the disk says.
    pub fn load(
        ledger: Arc<Ledger>,
        index: Arc<Index>,
        vault: Arc<Vault>,
        guard: Guard,
        destinations: Box<dyn Destinations>,
    ) -> io::Result<Erasures> {
        let mut requests = BTreeMap::new();
        for number in 1.. {
            let Some(request) = read(&ledger, number, guard)? else { break };
            requests.insert(number, request);
        }
        let (requests, again, acting) = (Mutex::new(requests), Mutex::default(), Mutex::new(()));
        Ok(Erasures { ledger, index, vault, guard, destinations, requests, again, acting })
    }

    /// How destroying is guarded here.
    #[must_use]
    pub fn guard(&self) -> Guard {
        self.guard
    }

    /// Every request, the newest last.
    #[must_use]
    pub fn list(&self) -> Vec<Request> {
        lock(&self.requests).values().cloned().collect()
    }

    /// What would be destroyed, and what stands in the way: a dry run.
    ///
    /// # Errors
    /// See [`ErasureError`].
    ///
    /// # Limits
    /// [`ITEMS_MAX`] cases and persons, [`ENTRIES_MAX`] entries each.
    pub fn plan(&self, cases: &[Case], people: &[String]) -> Result<Plan, ErasureError> {
        if cases.is_empty() && people.is_empty() {
            return Err(ErasureError::Nothing);
        }
        for (what, found) in [("cases", cases.len()), ("persons", people.len())] {
            if found > ITEMS_MAX {
                return Err(ErasureError::TooMany { what, found });
            }
        }
        Finder::new(&self.ledger, &self.index)?.plan(cases, people, &self.vault)
    }

    /// Asks that something be destroyed. `plan` is the digest of the dry run.
    ///
    /// # Errors
    /// See [`ErasureError`].
    pub fn request(
        &self,
        cases: Vec<Case>,
        people: Vec<String>,
        basis: Basis,
        plan: Hash,
        by: &str,
        now: Timestamp,
    ) -> Result<Request, ErasureError> {
        self.guard.may_ask(by)?;
        let _alone = lock(&self.acting);
        let planned = self.plan(&cases, &people)?;
        check(&planned, plan)?;
        let entries = planned.cases.iter().map(|case| case.entries.len() as u64).sum();
        let number = lock(&self.requests).keys().next_back().map_or(1, |last| last + 1);
        let not_before = Timestamp::from_micros(now.as_micros() + self.guard.delay_seconds * 1_000_000);
        let requested_by = by.to_owned();
        let wish = Wish { basis, cases, people, plan, entries, not_before, requested_by };
        let data = record::request_data(number, &wish);
        let appended =
            self.ledger.append_host("personal.destroy_requested", &record::requested(number), data)?;
        let progress = if self.guard.people > 1 { Progress::Requested } else { Progress::Authorised };
        let seq = appended.seq;
        let request = Request { number, wish, authorised_by: None, progress, seq, destroyed: Vec::new() };
        lock(&self.requests).insert(number, request.clone());
        Ok(request)
    }

    fn standing(&self, number: u64) -> Result<Request, ErasureError> {
        let request = lock(&self.requests).get(&number).cloned().ok_or(ErasureError::Unknown(number))?;
        match request.progress {
            Progress::Cancelled => Err(ErasureError::Over { number, state: "cancelled" }),
            Progress::Destroyed => Err(ErasureError::Over { number, state: "carried out" }),
            _ => Ok(request),
        }
    }

    fn update(&self, number: u64, change: impl FnOnce(&mut Request)) -> Result<Request, ErasureError> {
        let mut requests = lock(&self.requests);
        let request = requests.get_mut(&number).ok_or(ErasureError::Unknown(number))?;
        change(request);
        Ok(request.clone())
    }

    /// Agrees to a request that somebody else made.
    ///
    /// # Errors
    /// See [`ErasureError`].
    pub fn authorise(&self, number: u64, by: &str) -> Result<Request, ErasureError> {
        let _alone = lock(&self.acting);
        let request = self.standing(number)?;
        if request.authorised_by.is_some() {
            return Err(ErasureError::Over { number, state: "authorised" });
        }
        self.guard.may_agree(&request.wish.requested_by, by)?;
        let data = record::act_data(number, by);
        self.ledger.append_host("personal.destroy_authorised", &record::authorised(number), data)?;
        self.update(number, |request| {
            request.authorised_by = Some(by.to_owned());
            request.progress = Progress::Authorised;
        })
    }

    /// Takes a request back.
    ///
    /// # Errors
    /// See [`ErasureError`].
    pub fn cancel(&self, number: u64, by: &str) -> Result<Request, ErasureError> {
        let _alone = lock(&self.acting);
        let request = self.standing(number)?;
        if !request.destroyed.is_empty() {
            return Err(ErasureError::Over { number, state: "being carried out" });
        }
        let data = record::act_data(number, by);
        self.ledger.append_host("personal.destroy_cancelled", &record::cancelled(number), data)?;
        self.update(number, |request| request.progress = Progress::Cancelled)
    }

    /// Carries out what is due, and says of the rest what stands in its way.
    pub fn carry_out(&self, now: Timestamp) {
        let due = |request: &Request| {
            let agreed = matches!(request.progress, Progress::Authorised | Progress::Blocked(_));
            let looked_at = lock(&self.again).get(&request.number).copied();
            agreed && request.wish.not_before <= now && looked_at.is_none_or(|again| again <= now)
        };
        let due: Vec<u64> =
            lock(&self.requests).values().filter(|one| due(one)).map(|one| one.number).collect();
        for number in due {
            let _alone = lock(&self.acting);
            let Ok(request) = self.standing(number) else { continue };
            let progress = match self.destroy(&request) {
                Ok(()) => Progress::Destroyed,
                Err(error) => {
                    let why = error.to_string();
                    if request.progress != Progress::Blocked(why.clone()) {
                        tracing::warn!(request = number, %why, "personal data is not destroyed yet");
                    }
                    let later = Timestamp::from_micros(now.as_micros() + BLOCKED_SECONDS * 1_000_000);
                    lock(&self.again).insert(number, later);
                    Progress::Blocked(why)
                }
            };
            let _known = self.update(number, |request| request.progress = progress);
        }
    }

    /// The keys go: first from use, then the ledger says so, then they are in none of the vault's bytes, then every
    /// backup knows.
    ///
    /// A case of which the ledger says already that it was destroyed by this request is left alone: it may have another
    /// key by now.
    fn destroy(&self, request: &Request) -> Result<(), ErasureError> {
        let Request { number, wish, .. } = request;
        let rest = self.rest(*number, wish)?;
        if !rest.is_empty() {
            self.destroy_rest(request, &rest)?;
        }
        if self.vault.is_erasing() {
            let head = self.ledger.head();
            self.vault.finish_erasing((head.size, head.last))?;
        }
        let seqs = destroyed_seqs(&self.ledger, *number, wish)?;
        let lines = seqs.iter().map(|seq| Ok(self.ledger.line(*seq)?.unwrap_or_default()));
        let lines = lines.collect::<io::Result<Vec<_>>>()?;
        self.update(*number, |request| request.destroyed = seqs)?;
        self.destinations.tell(&lines).map_err(|why| ErasureError::Io(io::Error::other(why)))
    }

    /// What of a request is not recorded as destroyed.
    fn rest(&self, number: u64, wish: &Wish) -> io::Result<Rest> {
        let mut rest = Rest::default();
        for (item, case) in wish.cases.iter().enumerate() {
            if self.ledger.find_host(&record::destroyed(number, item))?.is_none() {
                rest.cases.push(case.clone());
                rest.items.push(item);
            }
        }
        for (item, pseudonym) in (wish.cases.len()..).zip(&wish.people) {
            if self.ledger.find_host(&record::destroyed(number, item))?.is_none() {
                rest.people.push(pseudonym.clone());
                rest.items.push(item);
            }
        }
        Ok(rest)
    }

    /// Takes the keys of the rest out of use and records that they are destroyed.
    fn destroy_rest(&self, request: &Request, rest: &Rest) -> Result<(), ErasureError> {
        let Request { number, wish, .. } = request;
        // Once a part of it is gone, the rest goes too.
        let begun = rest.items.len() < wish.cases.len() + wish.people.len();
        if !begun {
            check(&self.plan(&wish.cases, &wish.people)?, wish.plan)?;
        }
        let cases: Vec<(String, String)> =
            rest.cases.iter().map(|case| (case.group.clone(), case.subject.clone())).collect();
        let keys = self.vault.begin_erasing(&cases, &rest.people)?;
        // From here on nothing is added to these cases. What came until then counts.
        let recorded = self.plan(&rest.cases, &rest.people).and_then(|plan| {
            if !begun {
                unchanged(&plan, wish.plan)?;
            }
            self.certify(request, &rest.items, &plan, &keys)
        });
        if recorded.is_err() {
            self.keep_to_what_is_recorded(*number, wish)?;
        }
        recorded
    }

    /// After a failure: what the ledger says is destroyed goes, the rest stays.
    fn keep_to_what_is_recorded(&self, number: u64, wish: &Wish) -> Result<(), ErasureError> {
        let recorded = |item: usize| {
            Ok::<_, io::Error>(self.ledger.find_host(&record::destroyed(number, item))?.is_some())
        };
        let (mut cases, mut people) = (Vec::new(), Vec::new());
        for (item, case) in wish.cases.iter().enumerate() {
            if recorded(item)? {
                cases.push((case.group.clone(), case.subject.clone()));
            }
        }
        for (item, pseudonym) in (wish.cases.len()..).zip(&wish.people) {
            if recorded(item)? {
                people.push(pseudonym.clone());
            }
        }
        self.vault.narrow_erasing(&cases, &people);
        if self.vault.is_erasing() {
            let head = self.ledger.head();
            self.vault.finish_erasing((head.size, head.last))?;
        }
        Ok(())
    }

    /// Records what is destroyed: an event for each case and person.
    fn certify(
        &self,
        request: &Request,
        items: &[usize],
        plan: &Plan,
        keys: &[(String, String, Vec<String>)],
    ) -> Result<(), ErasureError> {
        let Request { number, wish, .. } = request;
        let mut agreed = vec![wish.requested_by.clone()];
        agreed.extend(request.authorised_by.clone());
        let record = |item: usize, subject: &str, destroyed: Destroyed<'_>| -> Result<(), ErasureError> {
            let id = record::destroyed(*number, item);
            if self.ledger.find_host(&id)?.is_none() {
                let data = record::destroyed_data(&destroyed);
                self.ledger.append_host_about("personal.destroyed", &id, subject, data)?;
            }
            Ok(())
        };
        for (case, item) in plan.cases.iter().zip(items) {
            let of_case = |(group, subject, _): &&(String, String, Vec<String>)| {
                *group == case.case.group && *subject == case.case.subject
            };
            let keys = keys.iter().find(of_case).map(|(.., keys)| keys.clone()).unwrap_or_default();
            let destroyed = Destroyed {
                number: *number,
                wish,
                authorised_by: &agreed,
                group: Some(&case.case.group),
                keys,
                people: Vec::new(),
                entries: case.entries.len() as u64,
                entries_sha256: entries_digest(&case.entries),
            };
            record(*item, &case.case.subject, destroyed)?;
        }
        for (person, item) in plan.people.iter().zip(&items[plan.cases.len()..]) {
            let destroyed = Destroyed {
                number: *number,
                wish,
                authorised_by: &agreed,
                group: None,
                keys: Vec::new(),
                people: vec![person.pseudonym.clone()],
                entries: person.entries.len() as u64,
                entries_sha256: entries_digest(&person.entries),
            };
            record(*item, &person.pseudonym, destroyed)?;
        }
        Ok(())
    }
}

/// Whether a plan is the one that was agreed to, and nothing stands in its way.
fn check(plan: &Plan, given: Hash) -> Result<(), ErasureError> {
    let cases = plan.cases.iter().filter(|case| !case.has_key).map(|case| case.case.to_string());
    let people = plan.people.iter().filter(|person| !person.is_known).map(|person| person.pseudonym.clone());
    if let Some(name) = cases.chain(people).next() {
        return Err(ErasureError::NothingSealed(name));
    }
    unchanged(plan, given)
}

fn unchanged(plan: &Plan, given: Hash) -> Result<(), ErasureError> {
    if plan.digest != given {
        return Err(ErasureError::PlanChanged { given, now: plan.digest });
    }
    match plan.obstacles.is_empty() {
        true => Ok(()),
        false => Err(ErasureError::Blocked(plan.obstacles.iter().cloned().collect())),
    }
}

/// The set of entries of a case that hold something sealed, for whoever reveals it.
///
/// # Errors
/// See [`ErasureError`].
pub fn sealed_entries(
    ledger: &Ledger,
    index: &Index,
    case: &Case,
) -> Result<Vec<(u64, Vec<u8>)>, ErasureError> {
    Finder::new(ledger, index)?.sealed_of(case)
}

/// Cases, each once.
#[must_use]
pub fn distinct(cases: Vec<Case>) -> Vec<Case> {
    let mut seen = BTreeSet::new();
    cases.into_iter().filter(|case| seen.insert(case.clone())).collect()
}
