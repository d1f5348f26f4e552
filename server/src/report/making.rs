//! Reports that are being made while the ledger is served: one at a time, a few wait, and each can be asked how far it is.
//!
//! What is known of a making lives in memory only. The report itself is kept and recorded; a making that a restart cut short is
//! asked for again.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use muniment_core::time::Timestamp;
use tokio::sync::watch;
use tokio::sync::{Semaphore, SemaphorePermit};

use super::Period;
use super::serving::{MakeError, Summary};
use super::steps::{Step, Steps};

/// So many reports may wait while one is made.
pub const WAITING_MAX: usize = 8;
/// So many makings that are over are remembered.
pub const OVER_MAX: usize = 20;

/// What was asked for, in the words of whoever did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Order {
    /// What it is about.
    pub period: Period,
    /// As of when it says how things stood, where somebody said.
    pub status_at: Option<Timestamp>,
    /// The last entry that it is made of; all that there are when its turn comes, where nobody said.
    pub as_at: Option<u64>,
    /// The report that it takes the place of.
    pub supersedes: Option<String>,
}

/// A report that was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Made {
    /// In short.
    pub summary: Summary,
    /// Whether it was not there before.
    pub is_new: bool,
}

/// How far a making has come.
#[derive(Debug, Clone)]
pub enum Standing {
    /// Others come first.
    Waiting,
    /// It is at work.
    Working {
        /// What is being done.
        step: Step,
        /// The report, once it is kept and recorded: then its other files are being written.
        made: Option<Made>,
    },
    /// It is over, and well.
    Over {
        /// The report.
        made: Made,
        /// Files that could not be written, and why. The report is there nevertheless.
        unwritten: Vec<String>,
        /// Since when.
        at: Timestamp,
    },
    /// There is no report.
    Failed {
        /// Why.
        why: Arc<MakeError>,
        /// Since when.
        at: Timestamp,
    },
}

impl Standing {
    /// Whether nothing more happens.
    #[must_use]
    pub fn is_over(&self) -> bool {
        matches!(self, Standing::Over { .. } | Standing::Failed { .. })
    }

    /// The report, once it is there.
    #[must_use]
    pub fn made(&self) -> Option<&Made> {
        match self {
            Standing::Working { made, .. } => made.as_ref(),
            Standing::Over { made, .. } => Some(made),
            Standing::Waiting | Standing::Failed { .. } => None,
        }
    }
}

/// A report that is being made, or was lately.
#[derive(Debug)]
pub struct Making {
    /// When it was asked for in microseconds since 1970, or one more than the one before it.
    pub number: i64,
    /// What was asked for.
    pub order: Order,
    /// By whom.
    pub by: String,
    /// When.
    pub asked: Timestamp,
    standing: watch::Sender<Standing>,
}

impl Making {
    /// How far it has come.
    #[must_use]
    pub fn standing(&self) -> Standing {
        self.standing.borrow().clone()
    }

    /// Waits until the report is there, or there will be none.
    pub async fn until_made(&self) -> Standing {
        let mut watching = self.standing.subscribe();
        let is_there = |standing: &Standing| standing.is_over() || standing.made().is_some();
        match watching.wait_for(is_there).await {
            Ok(standing) => standing.clone(),
            // Nobody can say more: what is known is all.
            Err(_) => self.standing(),
        }
    }

    /// Where its steps are told.
    #[must_use]
    pub fn steps(self: &Arc<Making>) -> Steps {
        let making = self.clone();
        Steps::to(move |step| {
            making.standing.send_modify(|standing| {
                let made = standing.made().cloned();
                *standing = Standing::Working { step, made };
            });
        })
    }

    /// The report is kept and recorded.
    pub fn is_made(&self, report: Made) {
        self.standing.send_modify(|standing| {
            if let Standing::Working { made, .. } = standing {
                *made = Some(report);
            }
        });
    }

    /// Nothing more happens.
    pub fn ends(&self, outcome: Result<(Made, Vec<String>), MakeError>, at: Timestamp) {
        self.standing.send_replace(match outcome {
            Ok((made, unwritten)) => Standing::Over { made, unwritten, at },
            Err(why) => Standing::Failed { why: Arc::new(why), at },
        });
    }
}

/// More reports are waiting than may.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "one report is being made and {WAITING_MAX} are waiting, which is the most that may wait; ask again when one of them is \
     done"
)]
pub struct TooManyWait;

/// The reports that are being made, and those that were lately.
#[derive(Debug)]
pub struct Makings {
    /// In the order in which they were asked for.
    known: Mutex<VecDeque<Arc<Making>>>,
    /// One at a time: each takes all cores. Whoever asked first goes first.
    turn: Semaphore,
}

impl Default for Makings {
    fn default() -> Makings {
        Makings { known: Mutex::default(), turn: Semaphore::new(1) }
    }
}

impl Makings {
    /// Takes an order. With the making comes whether it is a new one: whoever asks for what is asked for already is given that,
    /// but for a report of all entries that is at work. There may be more entries by now.
    ///
    /// # Errors
    /// If too many wait.
    pub fn ask(&self, order: Order, by: &str, now: Timestamp) -> Result<(Arc<Making>, bool), TooManyWait> {
        let mut known = self.known();
        let mut open = known.iter().filter(|making| !making.standing.borrow().is_over());
        let serves = |making: &&Arc<Making>| {
            let is_waiting = matches!(*making.standing.borrow(), Standing::Waiting);
            making.order == order && (is_waiting || order.as_at.is_some())
        };
        if let Some(same) = open.find(serves) {
            return Ok((same.clone(), false));
        }
        if known.iter().filter(|making| !making.standing.borrow().is_over()).count() > WAITING_MAX {
            return Err(TooManyWait);
        }
        let last = known.back().map_or(i64::MIN, |making| making.number);
        let making = Arc::new(Making {
            number: now.as_micros().max(last.saturating_add(1)),
            order,
            by: by.to_owned(),
            asked: now,
            standing: watch::Sender::new(Standing::Waiting),
        });
        known.push_back(making.clone());
        while known.iter().filter(|making| making.standing.borrow().is_over()).count() > OVER_MAX
            && let Some(first) = known.iter().position(|making| making.standing.borrow().is_over())
        {
            known.remove(first);
        }
        Ok((making, true))
    }

    /// Waits until no other one is at work.
    pub async fn turn(&self) -> Option<SemaphorePermit<'_>> {
        self.turn.acquire().await.ok()
    }

    /// One by its number.
    #[must_use]
    pub fn find(&self, number: i64) -> Option<Arc<Making>> {
        self.known().iter().find(|making| making.number == number).cloned()
    }

    /// Those that are known, the one that was asked for last first.
    #[must_use]
    pub fn list(&self) -> Vec<Arc<Making>> {
        self.known().iter().rev().cloned().collect()
    }

    /// How many are made before one that waits.
    #[must_use]
    pub fn before(&self, making: &Making) -> usize {
        let is_before =
            |other: &&Arc<Making>| other.number < making.number && !other.standing.borrow().is_over();
        self.known().iter().filter(is_before).count()
    }

    fn known(&self) -> MutexGuard<'_, VecDeque<Arc<Making>>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use muniment_core::report::Status;

    use super::*;
    use crate::report::files::Format;

    fn order(period: &str) -> Order {
        Order { period: Period::parse(period).unwrap(), status_at: None, as_at: None, supersedes: None }
    }

    fn made(id: &str) -> Made {
        let summary = Summary {
            id: id.to_owned(),
            title: String::new(),
            period: Default::default(),
            status_at: String::new(),
            size: 1,
            status: Status::Draft,
            supersedes: None,
            sha256: String::new(),
            faults: 0,
        };
        Made { summary, is_new: true }
    }

    fn now() -> Timestamp {
        Timestamp::from_micros(1_000)
    }

    #[test]
    fn pressing_twice_does_not_make_two() {
        let makings = Makings::default();
        let (first, is_new) = makings.ask(order("2025-26"), "token/a", now()).unwrap();
        assert!(is_new);
        let (again, is_new) = makings.ask(order("2025-26"), "token/b", now()).unwrap();
        assert!(!is_new && again.number == first.number && again.by == "token/a");
        let (other, is_new) = makings.ask(order("2025-26-Q1"), "token/a", now()).unwrap();
        assert!(is_new && other.number > first.number, "asked in the same microsecond");
        assert_eq!((makings.before(&first), makings.before(&other)), (0, 1));
        // What is at work or over is made anew: there may be more in the ledger by now.
        first.steps().tell(Step::Composing);
        let (anew, is_new) = makings.ask(order("2025-26"), "token/b", now()).unwrap();
        assert!(is_new && anew.number > first.number);
        anew.ends(Ok((made("report-b"), Vec::new())), now());
        first.ends(Ok((made("report-a"), Vec::new())), now());
        // Of so many entries it is the same, whenever it is made.
        let of_so_many = Order { as_at: Some(7), ..order("2024-25") };
        let (known, _) = makings.ask(of_so_many.clone(), "token/a", now()).unwrap();
        known.steps().tell(Step::Composing);
        assert!(!makings.ask(of_so_many, "token/b", now()).unwrap().1);
        known.ends(Ok((made("report-c"), Vec::new())), now());
        let (anew, is_new) = makings.ask(order("2025-26"), "token/a", now()).unwrap();
        assert!(is_new && anew.number > other.number);
        assert_eq!(makings.before(&other), 0);
        let listed: Vec<i64> = makings.list().iter().map(|making| making.number).collect();
        assert_eq!((listed.first(), listed.last()), (Some(&anew.number), Some(&first.number)));
        assert!(makings.find(other.number).is_some() && makings.find(1).is_none());
    }

    #[test]
    fn a_few_wait_and_a_few_are_remembered() {
        let makings = Makings::default();
        let quarter = |year: usize| format!("{}", 1900 + year);
        let open: Vec<Arc<Making>> = (0..=WAITING_MAX)
            .map(|year| makings.ask(order(&quarter(year)), "token/a", now()).unwrap().0)
            .collect();
        assert_eq!(makings.ask(order("2025-26"), "token/a", now()).unwrap_err(), TooManyWait);
        assert!(TooManyWait.to_string().contains("8 are waiting"), "{TooManyWait}");
        // What is asked for already needs no more room.
        assert!(!makings.ask(order(&quarter(3)), "token/a", now()).unwrap().1);
        open[0].ends(Err(MakeError::Stopped), now());
        for year in 0..2 * OVER_MAX {
            let (making, _) = makings.ask(order(&quarter(50 + year)), "token/a", now()).unwrap();
            making.ends(Ok((made("report-a"), Vec::new())), now());
        }
        let is_over = |making: &&Arc<Making>| making.standing().is_over();
        let list = makings.list();
        assert!(list.iter().filter(is_over).count() <= OVER_MAX + 1);
        assert_eq!(
            list.iter().filter(|making| !is_over(making)).count(),
            WAITING_MAX,
            "no open one is forgotten"
        );
    }

    #[tokio::test]
    async fn one_goes_after_the_other_and_says_how_far_it_is() {
        let makings = Makings::default();
        let (making, _) = makings.ask(order("2025-26"), "token/a", now()).unwrap();
        let turn = makings.turn().await.unwrap();
        assert!(makings.turn.try_acquire().is_err(), "it is another one's turn");
        assert!(matches!(making.standing(), Standing::Waiting));
        let steps = making.steps();
        steps.tell(Step::Composing);
        assert!(matches!(making.standing(), Standing::Working { step: Step::Composing, made: None }));
        making.is_made(made("report-a"));
        // Whoever waits for the report need not wait for its files.
        assert_eq!(making.until_made().await.made(), Some(&made("report-a")));
        steps.tell(Step::Writing { format: Format::Pdf, place: 3, of: 5 });
        assert_eq!(making.standing().made(), Some(&made("report-a")), "a further step forgets nothing");
        making.ends(Ok((made("report-a"), vec!["PDF: no".to_owned()])), now());
        drop(turn);
        let Standing::Over { unwritten, .. } = making.until_made().await else { panic!("it is over") };
        assert_eq!(unwritten, ["PDF: no"]);
        assert!(makings.turn().await.is_some());
    }
}
