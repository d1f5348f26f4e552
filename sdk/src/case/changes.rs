//! What was changed of a case afterwards, for registers that show it.

use std::fmt;

use super::Case;
use super::fold::CaseFold;
use super::history::{Correction, What};
use crate::Instant;

/// Something was changed of a case by an entry that says so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The entry that changed it.
    pub by: u64,
    /// When that was recorded.
    pub recorded: Instant,
    /// What it did.
    pub what: Changed,
}

/// What was changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Changed {
    /// An entry counts no more.
    Voided(u64),
    /// An entry counts again as at first.
    Restored(u64),
    /// An entry counts with other data.
    Replaced(u64),
    /// Another case was merged into this one, or is another number of it.
    Joined(String),
    /// What had been merged is a case of its own again.
    Parted(String),
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.what {
            Changed::Voided(target) => write!(f, "entry {target} voided by entry {}", self.by),
            Changed::Restored(target) => write!(f, "entry {target} restored by entry {}", self.by),
            Changed::Replaced(target) => write!(f, "entry {target} replaced by entry {}", self.by),
            Changed::Joined(case) => write!(f, "{case} joined by entry {}", self.by),
            Changed::Parted(case) => write!(f, "{case} parted by entry {}", self.by),
        }
    }
}

impl<C: Case> CaseFold<C> {
    /// What was changed of a case by corrections, merges and links, in the order of the entries.
    #[must_use]
    pub fn changes(&self, case: &str) -> Vec<Change> {
        let mut changes = Vec::new();
        for (number, entry) in self.entries(case) {
            let what = match entry.what {
                What::Correction(target, Correction::Void) => Changed::Voided(target),
                What::Correction(target, Correction::Restore) => Changed::Restored(target),
                What::Correction(target, Correction::Replace(_) | Correction::Unreadable) => {
                    Changed::Replaced(target)
                }
                What::Linked(_) => Changed::Joined(number.to_owned()),
                What::Unlinked => Changed::Parted(number.to_owned()),
                What::Fact(..) | What::Unreadable(..) => continue,
            };
            changes.push(Change { by: entry.seq, recorded: entry.recorded, what });
        }
        changes.sort_by_key(|change| change.by);
        changes
    }

    /// The same as words for the column [`Column::CORRECTED`](crate::Column::CORRECTED) of a register; nothing where
    /// nothing was changed.
    #[must_use]
    pub fn corrected(&self, case: &str) -> Option<String> {
        let changes: Vec<String> = self.changes(case).iter().map(Change::to_string).collect();
        (!changes.is_empty()).then(|| changes.join("; "))
    }
}
