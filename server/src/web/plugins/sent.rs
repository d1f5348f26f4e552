//! Programs that somebody sends from their machine: each is kept for a while, so that they see what it asks for and what it would
//! do before it runs.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use axum::body::Bytes;
use serde::Deserialize;
use tokio::sync::{Semaphore, SemaphorePermit};

use super::answers::Rule;
use crate::plugins::engine::COMPONENT_BYTES_MAX;
use crate::web::forms::{CSRF, CSRF_BYTES_MAX};

/// The field that holds the file.
pub(super) const PROGRAM: &str = "program";
/// Largest form: the largest program, and what stands around it.
pub(super) const FORM_BYTES_MAX: usize = COMPONENT_BYTES_MAX + 64 * 1024;
/// The fields of the form.
pub(super) const FIELDS: [(&str, usize); 2] = [(CSRF, CSRF_BYTES_MAX), (PROGRAM, FORM_BYTES_MAX)];
/// What may be kept of all sessions together: two of the largest.
const KEPT_BYTES_MAX: usize = 2 * COMPONENT_BYTES_MAX;
/// How long a program is kept.
pub(super) const KEPT_FOR: Duration = Duration::from_secs(30 * 60);

/// What a program says it is and asks for, as the interface answers it.
#[derive(Debug, Deserialize)]
pub(super) struct Description {
    pub(super) id: String,
    pub(super) version: String,
    pub(super) sha256: String,
    pub(super) title: String,
    pub(super) description: String,
    pub(super) subscriptions: Vec<String>,
    pub(super) personal: Vec<Asked>,
    pub(super) rules: Vec<Rule>,
    pub(super) catalogue_files: u64,
    pub(super) has_registers: bool,
    pub(super) has_report: bool,
}

/// A personal field that it asks for, and why.
#[derive(Debug, Deserialize)]
pub(super) struct Asked {
    pub(super) field: String,
    pub(super) why: String,
}

/// A program that is kept.
pub(super) struct Kept {
    pub(super) description: Description,
    pub(super) program: Bytes,
}

impl fmt::Debug for Kept {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bytes = self.program.len();
        f.debug_struct("Kept").field("description", &self.description).field("bytes", &bytes).finish()
    }
}

/// Whose program it is, and since when it is kept.
struct OfSession {
    csrf: String,
    since: Instant,
    kept: Arc<Kept>,
}

/// The programs that are kept: of each session the last, and of all together so much as fits.
pub(in crate::web) struct Programs {
    /// The oldest first.
    kept: Mutex<Vec<OfSession>>,
    /// Held while one is read: the largest take some memory.
    reading: Semaphore,
}

impl Default for Programs {
    fn default() -> Programs {
        Programs { kept: Mutex::default(), reading: Semaphore::new(1) }
    }
}

impl fmt::Debug for Programs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Programs").field("count", &self.lock().len()).finish_non_exhaustive()
    }
}

impl Programs {
    /// One is read at a time; `None` while another is.
    pub(super) fn turn(&self) -> Option<SemaphorePermit<'_>> {
        self.reading.try_acquire().ok()
    }

    /// Keeps a program in the place of the session's last. The oldest of others make room.
    pub(super) fn keep(&self, csrf: &str, kept: Kept, now: Instant) {
        let mut all = self.lock();
        all.retain(|one| one.csrf != csrf && is_fresh(one, now));
        let bytes = |all: &[OfSession]| all.iter().map(|one| one.kept.program.len()).sum::<usize>();
        while !all.is_empty() && bytes(&all) + kept.program.len() > KEPT_BYTES_MAX {
            all.remove(0);
        }
        all.push(OfSession { csrf: csrf.to_owned(), since: now, kept: Arc::new(kept) });
    }

    /// The program of a session, by its digest.
    pub(super) fn find(&self, csrf: &str, sha256: &str, now: Instant) -> Option<Arc<Kept>> {
        let mut all = self.lock();
        all.retain(|one| is_fresh(one, now));
        let is_it = |one: &&OfSession| one.csrf == csrf && one.kept.description.sha256 == sha256;
        all.iter().find(is_it).map(|one| one.kept.clone())
    }

    /// Keeps the program of a session no longer.
    pub(super) fn forget(&self, csrf: &str) {
        self.lock().retain(|one| one.csrf != csrf);
    }

    fn lock(&self) -> MutexGuard<'_, Vec<OfSession>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn is_fresh(one: &OfSession, now: Instant) -> bool {
    now.saturating_duration_since(one.since) < KEPT_FOR
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn kept(sha256: &str, bytes: usize) -> Kept {
        let description = serde_json::from_value(json!({
            "id": "a", "version": "1", "sha256": sha256, "title": "A", "description": "", "subscriptions": [],
            "personal": [], "rules": [], "catalogue_files": 0, "has_registers": false, "has_report": false,
        }));
        Kept { description: description.unwrap(), program: Bytes::from(vec![0; bytes]) }
    }

    #[test]
    fn a_program_is_its_sessions_and_not_for_long() {
        let (programs, now) = (Programs::default(), Instant::now());
        programs.keep("one", kept("a", 10), now);
        programs.keep("other", kept("b", 10), now);
        assert!(programs.find("one", "a", now).is_some());
        assert!(programs.find("other", "a", now).is_none(), "that of another session");
        programs.keep("one", kept("c", 10), now);
        assert!(programs.find("one", "a", now).is_none(), "another took its place");
        programs.forget("one");
        assert!(programs.find("one", "c", now).is_none());
        assert!(programs.find("other", "b", now + KEPT_FOR / 2).is_some());
        assert!(programs.find("other", "b", now + KEPT_FOR).is_none());
    }

    #[test]
    fn the_oldest_make_room() {
        let (programs, now) = (Programs::default(), Instant::now());
        for session in ["one", "two", "three"] {
            programs.keep(session, kept("a", COMPONENT_BYTES_MAX), now);
        }
        let found = ["one", "two", "three"].map(|session| programs.find(session, "a", now).is_some());
        assert_eq!(found, [false, true, true]);
    }
}
