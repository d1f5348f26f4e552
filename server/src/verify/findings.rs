//! What was found, and which entry is to blame.

use std::collections::BTreeSet;
use std::fmt;

use muniment_core::checkpoint::Checkpoint;

use super::reduce::State;
use crate::ledger::origins::Signed;

/// Findings that are kept of each kind; the rest is counted.
const KEPT_MAX: usize = 100;

/// One finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The entry, if it is one.
    pub seq: Option<u64>,
    /// The file.
    pub file: String,
    /// What is wrong.
    pub message: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.seq {
            Some(seq) => write!(f, "entry {seq} ({}): {}", self.file, self.message),
            None => write!(f, "{}: {}", self.file, self.message),
        }
    }
}

/// All findings.
#[derive(Debug, Clone, Default)]
pub struct Findings {
    /// What only damage or tampering explains, the first damaged entry first.
    pub problems: Vec<Finding>,
    /// What a reader should know.
    pub notices: Vec<Finding>,
    /// Problems beyond those that are listed.
    pub more_problems: u64,
    /// Up to where a signed root agrees.
    agreed_size: u64,
    /// Signed roots that do not agree: file, what it is, size.
    disagreed: Vec<(String, String, u64)>,
}

impl Findings {
    pub(crate) fn problem(&mut self, seq: Option<u64>, file: &str, message: &str) {
        if self.problems.len() >= KEPT_MAX {
            self.more_problems += 1;
            return;
        }
        self.problems.push(Finding { seq, file: file.to_owned(), message: message.to_owned() });
    }

    pub(crate) fn notice(&mut self, file: &str, message: &str) {
        if self.notices.len() < KEPT_MAX {
            self.notices.push(Finding { seq: None, file: file.to_owned(), message: message.to_owned() });
        }
    }

    pub(crate) fn blames(&self, seq: u64) -> bool {
        self.problems.iter().any(|problem| problem.seq == Some(seq))
    }

    /// Compares a checkpoint that one of the ledger's keys signed with what was computed.
    pub(crate) fn compare_signed(&mut self, file: &str, what: &str, signed: &Signed, state: &State) {
        let Some(end) = signed.lost() else { return self.compare(file, what, &signed.checkpoint, state) };
        let message = format!(
            "{what} covers {} entries under the origin {}; the ledger was restored from a backup of {end} entries, so the others were lost then",
            signed.checkpoint.size,
            signed.vkey.name()
        );
        self.problem(Some(end), file, &message);
    }

    /// Compares a signed checkpoint with what was computed.
    pub(crate) fn compare(&mut self, file: &str, what: &str, checkpoint: &Checkpoint, state: &State) {
        let (size, there) = (checkpoint.size, state.head.size);
        if size > there {
            let message = format!(
                "{what} covers {size} entries, the ledger holds {there}: the entries from {there} on were removed"
            );
            return self.problem(Some(there), file, &message);
        }
        match state.roots.get(&size) {
            Some(root) if *root == checkpoint.root => self.agreed_size = self.agreed_size.max(size),
            Some(_) => self.disagreed.push((file.to_owned(), what.to_owned(), size)),
            None => self.notice(file, &format!("{what} could not be compared: not every entry can be read")),
        }
    }

    /// Says what signed roots and tiles that do not fit mean, now that everything has been read.
    pub(crate) fn settle(&mut self, state: &State) {
        let located = self.problems.iter().any(|problem| problem.seq.is_some());
        for (file, what, size) in std::mem::take(&mut self.disagreed) {
            if located {
                self.notice(
                    &file,
                    &format!("{what} ({size} entries) has another root, as follows from the damage"),
                );
                continue;
            }
            match state.tile_differs.first().filter(|seq| **seq < size) {
                Some(seq) => {
                    let message = "its hash is not the one in tiles/0 and not the signed one: it was changed, and what follows was chained to it anew";
                    self.problem(Some(*seq), &file, message);
                }
                None => {
                    let message = format!(
                        "{what} ({size} entries) has another root: an entry below {size} was changed, and chain and tiles were made anew to fit. Which one, only an older copy, checkpoint or receipt can tell"
                    );
                    self.problem(None, &file, &message);
                }
            }
        }
        self.blame_tiles(state);
        self.problems.sort_by_key(|problem| problem.seq.unwrap_or(u64::MAX));
    }

    /// A tile that differs while its entry is vouched for is itself damaged.
    fn blame_tiles(&mut self, state: &State) {
        let blamed: BTreeSet<u64> = self.problems.iter().filter_map(|problem| problem.seq).collect();
        let rechained = blamed.first().copied().filter(|_| !state.located_by_chain);
        for seq in &state.tile_differs {
            let explained = blamed.contains(seq) || rechained.is_some_and(|first| *seq >= first);
            if explained {
                continue;
            }
            if *seq + 1 == state.head.size && *seq >= self.agreed_size {
                let message = "it and its hash in tiles/0 do not fit each other; one of the two was changed";
                self.problem(Some(*seq), "tiles/0", message);
            } else {
                let message = format!(
                    "the hash of entry {seq} is wrong, the entry itself is sound. The next start makes the tiles again if tiles/ is removed"
                );
                self.problem(None, "tiles/0", &message);
            }
        }
    }
}
